//! Variants whose network is a stack of pairs: everything but what tells them apart.

use burn::tensor::Device;

use super::common::initialisation;
use super::parts;
use super::{Plan, Recipe, Variant};
use crate::data::ImageShape;
use crate::model::autoencoder::StackPlan;
use crate::model::composition::Composition;
use crate::model::knobs::{Knob, KnobError, Knobs};
use crate::model::objective::Objective;
use crate::model::torch::TorchNetwork;
use crate::model::trainee::{Fit, Trainee, TrainingError};
use crate::model::weights::NamedArray;

/// What tells one stack of pairs from another; see [`Variant`] for the words.
pub(super) struct StackVariant {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) summary: &'static str,
    pub(super) knobs: &'static [Knob],
    pub(super) recipe: Recipe,
    /// Whether there can be more than one stage.
    pub(super) is_layered: bool,
    /// Number of stages.
    pub(super) stages: fn(&Knobs) -> Result<usize, KnobError>,
    /// The pairs for images of a shape.
    pub(super) stack: fn(ImageShape, &Knobs) -> Result<StackPlan, KnobError>,
}

impl StackVariant {
    /// Layers and parts, from knobs that may leave some to their defaults.
    fn combined(
        &self,
        shape: ImageShape,
        knobs: &Knobs,
    ) -> Result<(StackPlan, Composition), KnobError> {
        let knobs = knobs.resolve(self.id, self.knobs)?;
        let mut stack = (self.stack)(shape, &knobs)?;
        let composition = parts::composition(shape, &knobs, stack.code())?;
        stack.codebook = composition.bottleneck.codebook();
        Ok((stack, composition))
    }
}

impl Variant for StackVariant {
    fn id(&self) -> &'static str {
        self.id
    }

    fn name(&self) -> &'static str {
        self.name
    }

    fn summary(&self) -> &'static str {
        self.summary
    }

    fn knobs(&self) -> &'static [Knob] {
        self.knobs
    }

    fn recipe(&self) -> Recipe {
        self.recipe
    }

    fn is_layered(&self) -> bool {
        self.is_layered
    }

    fn stages(&self, knobs: &Knobs) -> Result<usize, KnobError> {
        (self.stages)(knobs)
    }

    fn plan(&self, shape: ImageShape, knobs: &Knobs) -> Result<Plan, KnobError> {
        let (stack, _) = self.combined(shape, knobs)?;
        Ok(Plan {
            layers: stack.layers(),
            stages: stack.pairs.len(),
            latent: stack.code().pixels(),
        })
    }

    fn composition(&self, shape: ImageShape, knobs: &Knobs) -> Result<Composition, KnobError> {
        Ok(self.combined(shape, knobs)?.1)
    }

    fn torch(&self, shape: ImageShape, knobs: &Knobs) -> Result<TorchNetwork, KnobError> {
        let (stack, composition) = self.combined(shape, knobs)?;
        let image = [shape.channels, shape.height, shape.width];
        Ok(TorchNetwork::of(
            &stack,
            image,
            composition.bottleneck.torch(),
        ))
    }

    fn build(
        &self,
        shape: ImageShape,
        knobs: &Knobs,
        seed: u64,
        device: &Device,
    ) -> Result<Box<dyn Trainee>, KnobError> {
        let (stack, composition) = self.combined(shape, knobs)?;
        let model = stack.init(&device.clone().autodiff());
        Ok(Box::new(Fit::new(
            model,
            initialisation(&knobs.resolve(self.id, self.knobs)?),
            seed,
            composition,
            stack.layers(),
            device.clone(),
        )))
    }

    fn replica(
        &self,
        shape: ImageShape,
        knobs: &Knobs,
        objective: Objective,
        weights: &[NamedArray],
        device: &Device,
    ) -> Result<Box<dyn Trainee>, TrainingError> {
        let misfit = |error: KnobError| TrainingError::Weights(error.to_string());
        let (stack, composition) = self.combined(shape, knobs).map_err(misfit)?;
        Ok(Box::new(Fit::replica(
            stack.init(device),
            weights,
            composition,
            stack.layers(),
            objective,
            device.clone(),
        )?))
    }
}
