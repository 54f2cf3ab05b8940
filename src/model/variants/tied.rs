//! The autoencoder with tied weights: what goes in through a layer comes out through its transpose.

use super::denoising::{RECIPE, WIDE};
use super::parts::{NONE, count, with_parts};
use super::stack_variant::StackVariant;
use super::{common, deep};
use crate::model::knobs::Knob;

const KNOBS: &[Knob] = &with_parts::<{ deep::DENSE }, { count(deep::DENSE) }>(
    deep::dense(deep::Dense {
        latent: common::latent(32, 4096),
        code_activation: "linear",
        tied: "on",
        ..WIDE
    }),
    NONE,
);

/// Half the parameters (Vincent et al. 2010).
pub(super) const TIED: StackVariant = StackVariant {
    id: "tied",
    name: "Tied weights",
    summary: "The decoder has the encoder's weights, transposed: half the parameters, nearly the same \
         pictures.",
    knobs: KNOBS,
    recipe: RECIPE,
    ..deep::DEEP
};
