//! The denoising autoencoder: dense layers that get damaged images and rebuild the clean ones.

use super::parts::{NONE, Parts, count, with_parts};
use super::stack_variant::StackVariant;
use super::{Recipe, common, deep};
use crate::model::knobs::Knob;
use crate::model::objective::Pretraining;
use crate::model::optimizer::OptimizerKind;

/// Adam for ten epochs in batches of 256, as the reference runs of wide single layers.
pub(super) const RECIPE: Recipe = Recipe {
    pretraining: Pretraining::EndToEnd,
    optimizer: OptimizerKind::Adam,
    batch: 256,
    pretrain_epochs: 2,
    epochs: 10,
};

/// A wide code of one layer that is zero or positive, and pixels of a sigmoid.
pub(super) const WIDE: deep::Dense = deep::Dense {
    latent: common::latent(500, 4096),
    layers: 2,
    code_activation: "relu",
    output: "sigmoid",
    loss: "mse",
    init: "uniform",
    tied: "off",
};

const KNOBS: &[Knob] = &with_parts::<{ deep::DENSE }, { count(deep::DENSE) }>(
    deep::dense(WIDE),
    Parts {
        noise: "gaussian",
        ..NONE
    },
);

/// More code than most images need, kept from copying them by damage (Vincent et al. 2008, 2010). With
/// more layers and layer-wise pretraining it is the stacked denoising autoencoder.
pub(super) const DENOISING: StackVariant = StackVariant {
    id: "denoising",
    name: "Denoising",
    summary: "Gets damaged images and learns to rebuild the clean ones: a large code that cannot just copy.",
    knobs: KNOBS,
    recipe: RECIPE,
    ..deep::DEEP
};
