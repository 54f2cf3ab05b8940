//! The contractive autoencoder: a code that hardly moves when the image does.

use super::deep;
use super::denoising::{RECIPE, WIDE};
use super::parts::{NONE, Parts, count, with_parts};
use super::stack_variant::StackVariant;
use crate::model::knobs::Knob;

const KNOBS: &[Knob] = &with_parts::<{ deep::DENSE }, { count(deep::DENSE) }>(
    deep::dense(deep::Dense {
        code_activation: "sigmoid",
        ..WIDE
    }),
    Parts {
        penalties: &[("penalty-contractive", 0.1)],
        ..NONE
    },
);

/// Rifai et al. 2011.
pub(super) const CONTRACTIVE: StackVariant = StackVariant {
    id: "contractive",
    name: "Contractive",
    summary: "Pays for every slope of its code: small changes of the image leave it as it is, unless \
         they matter.",
    knobs: KNOBS,
    recipe: RECIPE,
    ..deep::DEEP
};
