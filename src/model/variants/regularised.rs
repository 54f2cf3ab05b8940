//! Autoencoders without chance whose codes are given a shape: Wasserstein and regularised ones.

use super::parts::{NONE, Parts, count, with_parts};
use super::stack_variant::StackVariant;
use super::variational::{SMALL_BATCHES, one_hidden, stack};
use super::{Recipe, deep};
use crate::model::knobs::Knob;

/// The knobs of one hidden layer, a code of this size and these penalties.
const fn knobs(
    latent: i64,
    penalties: &'static [(&'static str, f64)],
) -> [Knob; count(deep::DENSE)] {
    with_parts(deep::dense(one_hidden(latent)), Parts { penalties, ..NONE })
}

/// Tolstikhin et al. 2018.
pub(super) const WAE: StackVariant = StackVariant {
    id: "wae",
    name: "Wasserstein",
    summary: "The codes of all images together are pulled into a ball, each of them stays a point: \
         sharper than variational.",
    knobs: &knobs(8, &[("penalty-mmd", 10.0)]),
    recipe: SMALL_BATCHES,
    stack,
    ..deep::DEEP
};

/// Ghosh et al. 2020.
pub(super) const RAE: StackVariant = StackVariant {
    id: "rae",
    name: "Regularised",
    summary: "Codes are kept short and the decoder smooth, without any chance: a simple rival of the \
         variational one.",
    knobs: &knobs(
        16,
        &[("penalty-code-norm", 0.01), ("penalty-weight-decay", 1e-4)],
    ),
    recipe: Recipe {
        epochs: 20,
        ..SMALL_BATCHES
    },
    stack,
    ..deep::DEEP
};
