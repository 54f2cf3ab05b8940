//! The stacked autoencoder: the deep network, pretrained pair by pair.

use super::stack_variant::StackVariant;
use super::{Recipe, deep};
use crate::model::objective::Pretraining;

/// The deep autoencoder with layer-wise pretraining (Bengio et al. 2007; Vincent et al. 2010).
pub(super) const STACKED: StackVariant = StackVariant {
    id: "stacked",
    name: "Stacked",
    summary: "The deep network again, but each pair of layers is pretrained before all of them are \
         fine-tuned: the same weights, and now it learns.",
    knobs: deep::KNOBS,
    recipe: Recipe {
        pretraining: Pretraining::EndsInward,
        epochs: 4,
        ..deep::DEEP.recipe
    },
    ..deep::DEEP
};
