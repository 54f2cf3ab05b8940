//! Variational autoencoders: codes are distributions, drawn from in training.

use super::denoising::{RECIPE, WIDE};
use super::parts::{NONE, Parts, count, with_parts};
use super::stack_variant::StackVariant;
use super::{Recipe, common, deep};
use crate::data::ImageShape;
use crate::model::autoencoder::StackPlan;
use crate::model::knobs::{Knob, KnobError, Knobs};

/// Units of the hidden layer for 784 inputs, as in Kingma & Welling 2014.
const HIDDEN: usize = 400;

/// One hidden layer and a linear code of this size.
pub(super) const fn one_hidden(latent: i64) -> deep::Dense {
    deep::Dense {
        latent: common::latent(latent, 256),
        layers: 4,
        code_activation: "linear",
        ..WIDE
    }
}

/// Batches of 128 for ten epochs.
pub(super) const SMALL_BATCHES: Recipe = Recipe {
    batch: 128,
    ..RECIPE
};

/// 784-400-code, and back.
pub(super) fn stack(shape: ImageShape, knobs: &Knobs) -> Result<StackPlan, KnobError> {
    deep::stack_of(HIDDEN, shape, knobs)
}

/// The knobs of a variational autoencoder with this default of β.
const fn knobs(beta: f64) -> [Knob; count(deep::DENSE)] {
    with_parts(
        deep::dense(deep::Dense {
            loss: "bce",
            ..one_hidden(20)
        }),
        Parts {
            bottleneck: "gaussian",
            beta,
            ..NONE
        },
    )
}

/// Kingma & Welling 2014; Rezende et al. 2014.
pub(super) const VAE: StackVariant = StackVariant {
    id: "vae",
    name: "Variational",
    summary: "Each image becomes a small cloud of codes, and all clouds together a ball: any code of it \
         decodes to a picture.",
    knobs: &knobs(1.0),
    recipe: SMALL_BATCHES,
    stack,
    ..deep::DEEP
};

/// Higgins et al. 2017.
pub(super) const BETA_VAE: StackVariant = StackVariant {
    id: "beta-vae",
    name: "β-variational",
    summary: "Variational, with a higher price on what the code carries: fewer units stay in use, each \
         for one trait.",
    knobs: &knobs(4.0),
    recipe: Recipe {
        epochs: 20,
        ..SMALL_BATCHES
    },
    stack,
    ..deep::DEEP
};
