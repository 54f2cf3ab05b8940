//! The plain autoencoder: input, code, input.

use super::Recipe;
use super::common::{self, CODE_ACTIVATION, INIT_SIGMA, LATENT, LOSS};
use super::parts::{self, count, with_parts};
use super::stack_variant::StackVariant;
use crate::data::ImageShape;
use crate::model::activation::Activation;
use crate::model::autoencoder::StackPlan;
use crate::model::knobs::{Knob, KnobError, Knobs};
use crate::model::objective::Pretraining;
use crate::model::optimizer::OptimizerKind;

const KNOBS: &[Knob] = &with_parts::<7, { count(7) }>(
    [
        LATENT,
        CODE_ACTIVATION,
        common::output("sigmoid"),
        LOSS,
        common::init("normal"),
        INIT_SIGMA,
        common::tied("off"),
    ],
    parts::NONE,
);

fn stack(shape: ImageShape, knobs: &Knobs) -> Result<StackPlan, KnobError> {
    let loss = common::image_loss(knobs)?;
    Ok(StackPlan {
        pairs: common::dense_pairs(
            &[shape.pixels(), knobs.integer("latent")],
            Activation::Linear,
            knobs,
        ),
        output: loss.output,
        codebook: None,
    })
}

/// One layer in, one layer out. With linear code and output and squared error it can do no better
/// than PCA (Baldi & Hornik 1989).
pub(super) const AUTOENCODER: StackVariant = StackVariant {
    id: "autoencoder",
    name: "Autoencoder",
    summary: "Image, code, image: a single layer on each side. Learns at once, and stays close to PCA.",
    knobs: KNOBS,
    recipe: Recipe {
        pretraining: Pretraining::EndToEnd,
        optimizer: OptimizerKind::Sgd,
        batch: 64,
        pretrain_epochs: 4,
        epochs: 20,
    },
    is_layered: false,
    stages: |_knobs| Ok(1),
    stack,
};
