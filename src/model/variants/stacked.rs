//! The stacked autoencoder: the deep network, pretrained pair by pair.

use burn::tensor::Device;

use super::{Plan, Recipe, Variant, common, deep};
use crate::data::ImageShape;
use crate::model::knobs::{Knob, KnobError, Knobs};
use crate::model::objective::Pretraining;
use crate::model::trainee::Trainee;

/// The deep autoencoder with layer-wise pretraining (Bengio et al. 2007; Vincent et al. 2010).
pub(super) struct Stacked;

impl Variant for Stacked {
    fn id(&self) -> &'static str {
        "stacked"
    }

    fn name(&self) -> &'static str {
        "Stacked"
    }

    fn summary(&self) -> &'static str {
        "The deep network again, but each pair of layers is pretrained before all of them are \
         fine-tuned: the same weights, and now it learns."
    }

    fn knobs(&self) -> &'static [Knob] {
        deep::KNOBS
    }

    fn recipe(&self) -> Recipe {
        Recipe {
            pretraining: Pretraining::EndsInward,
            epochs: 4,
            ..deep::Deep.recipe()
        }
    }

    fn stages(&self, knobs: &Knobs) -> Result<usize, KnobError> {
        deep::stages(knobs)
    }

    fn plan(&self, shape: ImageShape, knobs: &Knobs) -> Result<Plan, KnobError> {
        Ok(common::plan(&deep::stack(shape, knobs)?))
    }

    fn build(
        &self,
        shape: ImageShape,
        knobs: &Knobs,
        seed: u64,
        device: &Device,
    ) -> Result<Box<dyn Trainee>, KnobError> {
        common::build(&deep::stack(shape, knobs)?, knobs, seed, device)
    }
}
