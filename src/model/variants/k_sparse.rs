//! The k-sparse autoencoder: a wide code of which exactly k units are kept.

use super::denoising::{RECIPE, WIDE};
use super::parts::{NONE, Parts, count, with_parts};
use super::stack_variant::StackVariant;
use super::{common, deep};
use crate::model::knobs::Knob;

const KNOBS: &[Knob] = &with_parts::<{ deep::DENSE }, { count(deep::DENSE) }>(
    deep::dense(deep::Dense {
        latent: common::latent(1000, 4096),
        code_activation: "linear",
        output: "linear",
        ..WIDE
    }),
    Parts {
        bottleneck: "top-k",
        ..NONE
    },
);

/// Makhzani & Frey 2014, with dead units revived as Gao et al. 2024 do.
pub(super) const K_SPARSE: StackVariant = StackVariant {
    id: "k-sparse",
    name: "k-sparse",
    summary: "Exactly k units of a very large code stay, the largest; dead ones are brought back.",
    knobs: KNOBS,
    recipe: RECIPE,
    ..deep::DEEP
};
