//! Autoencoders whose code is a grid of entries of a codebook, or of combinations of levels.

use super::convolutional::{CONVOLUTIONAL, CONVOLUTIONS, Convolutions, convolutions};
use super::parts::{NONE, Parts, count, with_parts};
use super::stack_variant::StackVariant;
use super::variational::SMALL_BATCHES;
use crate::model::knobs::Knob;

/// The knobs of two 4×4 convolutions and a grid of codes; a code that is one vector has this size.
const fn knobs(latent: i64, parts: Parts) -> [Knob; count(CONVOLUTIONS)] {
    with_parts(
        convolutions(Convolutions {
            latent,
            stages: 2,
            kernels: "4",
            code_layout: "grid",
            init: "uniform",
        }),
        parts,
    )
}

/// Van den Oord et al. 2017.
pub(super) const VQ_VAE: StackVariant = StackVariant {
    id: "vq-vae",
    name: "Vector-quantised",
    summary: "The code is a small map, and every place of it is one of the entries of a codebook that is \
         learned.",
    knobs: &knobs(
        64,
        Parts {
            bottleneck: "vq",
            entry_size: 16,
            levels: "8,6,5",
            ..NONE
        },
    ),
    recipe: SMALL_BATCHES,
    ..CONVOLUTIONAL
};

/// Mentzer et al. 2024.
pub(super) const FSQ: StackVariant = StackVariant {
    id: "fsq",
    name: "Finite scalar",
    summary: "The code is a small map whose numbers are rounded to a few levels: quantised, without a codebook.",
    knobs: &knobs(
        24,
        Parts {
            bottleneck: "fsq",
            entry_size: 16,
            levels: "8,6,5",
            ..NONE
        },
    ),
    recipe: SMALL_BATCHES,
    ..CONVOLUTIONAL
};
