//! The sparse autoencoder: a wide code of which little is active at a time.

use super::deep;
use super::denoising::{RECIPE, WIDE};
use super::parts::{NONE, Parts, count, with_parts};
use super::stack_variant::StackVariant;
use crate::model::knobs::Knob;

const KNOBS: &[Knob] = &with_parts::<{ deep::DENSE }, { count(deep::DENSE) }>(
    deep::dense(WIDE),
    Parts {
        penalties: &[("penalty-l1", 0.01)],
        ..NONE
    },
);

/// More code than most images need, most of it zero (Ng 2011; Olshausen & Field 1996).
pub(super) const SPARSE: StackVariant = StackVariant {
    id: "sparse",
    name: "Sparse",
    summary: "A large code of which only a few units may be active for an image: each becomes a stroke.",
    knobs: KNOBS,
    recipe: RECIPE,
    ..deep::DEEP
};
