//! The plain autoencoder: input, code, input.

use burn::tensor::Device;

use super::common::{self, CODE_ACTIVATION, INIT_SIGMA, LATENT, LOSS};
use super::{Plan, Recipe, Variant};
use crate::data::ImageShape;
use crate::model::activation::Activation;
use crate::model::autoencoder::StackPlan;
use crate::model::knobs::{Knob, KnobError, Knobs};
use crate::model::objective::Pretraining;
use crate::model::optimizer::OptimizerKind;
use crate::model::trainee::Trainee;

/// One layer in, one layer out. With linear code and output and squared error it can do no better
/// than PCA (Baldi & Hornik 1989).
pub(super) struct Autoencoder;

const KNOBS: &[Knob] = &[
    LATENT,
    CODE_ACTIVATION,
    common::output("sigmoid"),
    LOSS,
    common::init("normal"),
    INIT_SIGMA,
];

fn stack(shape: ImageShape, knobs: &Knobs) -> Result<StackPlan, KnobError> {
    let loss = common::image_loss(knobs)?;
    Ok(StackPlan {
        pairs: common::dense_pairs(
            &[shape.pixels(), knobs.integer("latent")],
            Activation::Linear,
            common::activation(knobs, "code-activation"),
        ),
        output: loss.output,
    })
}

impl Variant for Autoencoder {
    fn id(&self) -> &'static str {
        "autoencoder"
    }

    fn name(&self) -> &'static str {
        "Autoencoder"
    }

    fn summary(&self) -> &'static str {
        "Image, code, image: a single layer on each side. Learns at once, and stays close to PCA."
    }

    fn knobs(&self) -> &'static [Knob] {
        KNOBS
    }

    fn recipe(&self) -> Recipe {
        Recipe {
            pretraining: Pretraining::EndToEnd,
            optimizer: OptimizerKind::Sgd,
            batch: 64,
            pretrain_epochs: 4,
            epochs: 20,
        }
    }

    fn is_layered(&self) -> bool {
        false
    }

    fn stages(&self, _knobs: &Knobs) -> Result<usize, KnobError> {
        Ok(1)
    }

    fn plan(&self, shape: ImageShape, knobs: &Knobs) -> Result<Plan, KnobError> {
        Ok(common::plan(&stack(shape, knobs)?))
    }

    fn build(
        &self,
        shape: ImageShape,
        knobs: &Knobs,
        seed: u64,
        device: &Device,
    ) -> Result<Box<dyn Trainee>, KnobError> {
        common::build(&stack(shape, knobs)?, knobs, seed, device)
    }
}
