//! What a trainer needs of a network, whatever its type: steps, pictures, weights.

use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};

use super::autoencoder::Autoencoder;
use super::batch::Batch;
use super::bottleneck::BottleneckState;
use super::composition::Composition;
use super::freeze::freeze;
use super::init::{Init, initialise};
use super::layers::{LayerInfo, Side};
use super::noise::Noise;
use super::objective::Objective;
use super::observation::{StepObservation, WeightProbe, probe_weights};
use super::optimizer::OptimizerConfig;
use super::step::StepContext;
use super::tally::Tally;
use super::updater::{OptimizerState, Updater};
use super::weights::{NamedArray, read_weights, write_weights};
use crate::data::ImageShape;

/// What went wrong with a network.
#[derive(Debug, thiserror::Error)]
pub enum TrainingError {
    /// The device failed.
    #[error("the device failed: {0}")]
    Device(String),
    /// Arrays that do not fit the network.
    #[error("the weights do not fit the network: {0}")]
    Weights(String),
}

impl From<burn::tensor::ExecutionError> for TrainingError {
    fn from(error: burn::tensor::ExecutionError) -> Self {
        Self::Device(error.to_string())
    }
}

impl From<burn::tensor::DataError> for TrainingError {
    fn from(error: burn::tensor::DataError) -> Self {
        Self::Device(format!("{error:?}"))
    }
}

/// A network in training.
///
/// Images and codes are flat, `[images, values]`, on [`Trainee::device`]; pixels in [0, 1].
pub trait Trainee: Send {
    /// Encoder then decoder, image to image.
    fn layers(&self) -> &[LayerInfo];

    /// Number of stages.
    fn stages(&self) -> usize;

    /// Where images are expected.
    fn device(&self) -> &Device;

    /// Of the phase under way: says how many stages are in use.
    fn objective(&self) -> Objective;

    /// The code at the depth in use as maps, channel after channel; a code without places is one place of as
    /// many channels as it has numbers.
    fn code_shape(&self) -> ImageShape {
        let innermost = self.objective().depth(self.stages());
        let mut layers = self.layers().iter();
        let layer =
            layers.find(|layer| layer.side == Side::Encoder && layer.stage + 1 == innermost);
        layer
            .and_then(|layer| layer.maps)
            .unwrap_or_else(|| ImageShape {
                width: 1,
                height: 1,
                channels: layer.map_or(0, |layer| layer.outputs),
            })
    }

    /// Freezes what `objective` does not train and starts a fresh optimizer.
    fn begin_phase(&mut self, objective: Objective, optimizer: &OptimizerConfig);

    /// One step on a batch. Returns the loss before the step, shape `[1]`, still on the device.
    fn step(&mut self, batch: Batch, learning_rate: f64, context: &mut StepContext) -> Tensor<1>;

    /// Exactly the same step, to the bit, that also tells what it did to each layer.
    fn observed_step(
        &mut self,
        batch: Batch,
        learning_rate: f64,
        context: &mut StepContext,
    ) -> (Tensor<1>, StepObservation);

    /// Images behind the stages that only pass them on in this phase: what [`Batch::codes`] holds.
    /// They stay the same until the next phase begins, where [`Trainee::has_frozen_codes`].
    fn frozen_codes(&self, images: Tensor<2>) -> Tensor<2>;

    /// Whether what reaches the stages that train in this phase is the same in every epoch.
    fn has_frozen_codes(&self) -> bool;

    /// Measures the test images of one part of the set, `[images, pixels]`, and returns them as they are
    /// rebuilt: terms of the loss and figures go to the tally. The same part has the same noise in every
    /// measurement.
    fn measure(
        &self,
        images: Tensor<2>,
        part: usize,
        context: &StepContext,
        tally: &mut Tally,
    ) -> Tensor<2>;

    /// Other parts around the same layers from the next step on, such as another weight of a penalty.
    fn set_composition(&mut self, composition: Composition);

    /// Largest factor between the loss and a mean over pixels.
    fn loss_scale(&self) -> f64;

    /// Outputs of every layer for images, `[images, values]`, in the order of [`Trainee::layers`]:
    /// after the activation, of the last one after the output function. Absent for layers that are
    /// deeper than the phase reaches.
    fn activations(&self, images: Tensor<2>) -> Vec<Option<Tensor<2>>>;

    /// The weights of every layer as they are now, in the order of [`Trainee::layers`]: norms, and
    /// about `at_most` evenly spaced values of each.
    fn weight_probes(&self, at_most: usize) -> Vec<WeightProbe>;

    /// Images through the stages in use, back to pixels.
    fn reconstruct(&self, images: Tensor<2>) -> Tensor<2>;

    /// Codes of images at the depth in use.
    fn encode(&self, images: Tensor<2>) -> Tensor<2>;

    /// Codes of images drawn as in training, once for each of `draws`, which has one noise an image;
    /// absent where the code at the depth in use is not drawn. Images are encoded once for all draws.
    fn sample(&self, images: Tensor<2>, draws: &mut [Vec<Noise>]) -> Option<Vec<Tensor<2>>>;

    /// All entries that codes can be made of, `[entries, numbers]`; absent where the code at the depth in
    /// use is not made of entries, or of more than can be listed.
    fn entries(&self) -> Option<Tensor<2>>;

    /// Pixels of codes of the depth in use.
    fn decode(&self, codes: Tensor<2>) -> Tensor<2>;

    /// All weights, by name.
    ///
    /// # Errors
    /// When the device cannot be read.
    fn weights(&self) -> Result<Vec<NamedArray>, TrainingError>;

    /// Replaces all weights.
    ///
    /// # Errors
    /// When an array is missing or has another shape; the old weights stay then.
    fn set_weights(&mut self, weights: &[NamedArray]) -> Result<(), TrainingError>;

    /// The optimizer's memory.
    ///
    /// # Errors
    /// When the device cannot be read.
    fn optimizer_state(&self) -> Result<OptimizerState, TrainingError>;

    /// Replaces the optimizer's memory, within a phase that has begun.
    fn set_optimizer_state(&mut self, state: &OptimizerState);

    /// Tells that the losses of all steps so far were sound: the weights marked before this call have
    /// proven good, the present ones are marked.
    fn mark_good(&mut self);

    /// Goes back to the last weights that have proven good.
    fn roll_back(&mut self);
}

/// Any [`Autoencoder`] with its loss and optimizer: a [`Trainee`].
pub struct Fit<M> {
    /// Taken out for the length of an update, so that Burn can work in place.
    model: Option<M>,
    composition: Composition,
    layers: Vec<LayerInfo>,
    objective: Objective,
    updater: Updater,
    /// Of the bottleneck, in this phase.
    state: BottleneckState,
    device: Device,
    /// Weights whose loss has been seen to be sound, and weights waiting for that.
    good: M,
    marked: M,
}

impl<M: Autoencoder> Fit<M> {
    /// A network with its first weights, built on an autodiff device.
    pub fn new(
        model: M,
        init: Init,
        seed: u64,
        composition: Composition,
        layers: Vec<LayerInfo>,
        device: Device,
    ) -> Self {
        let model = initialise(model, init, seed);
        Self {
            good: model.clone(),
            marked: model.clone(),
            model: Some(model),
            composition,
            layers,
            objective: Objective::EndToEnd,
            updater: Updater::new(&OptimizerConfig::new(super::OptimizerKind::Sgd)),
            state: BottleneckState::default(),
            device,
        }
    }

    /// A network with given weights, to be looked through at the depth of `objective`: built on a
    /// device without autodiff, so it cannot be trained.
    ///
    /// # Errors
    /// When an array is missing or has another shape.
    pub fn replica(
        model: M,
        weights: &[NamedArray],
        composition: Composition,
        layers: Vec<LayerInfo>,
        objective: Objective,
        device: Device,
    ) -> Result<Self, TrainingError> {
        let model = write_weights(model, weights)?;
        Ok(Self {
            good: model.clone(),
            marked: model.clone(),
            model: Some(model),
            composition,
            layers,
            objective,
            updater: Updater::new(&OptimizerConfig::new(super::OptimizerKind::Sgd)),
            state: BottleneckState::default(),
            device,
        })
    }

    fn model(&self) -> &M {
        self.model
            .as_ref()
            .expect("the model is only out during an update, which borrows self mutably")
    }

    fn take(&mut self) -> M {
        self.model
            .take()
            .expect("the model is put back at the end of every update")
    }

    fn depth(&self) -> usize {
        self.objective.depth(self.model().stages())
    }

    fn train(
        &mut self,
        batch: Batch,
        learning_rate: f64,
        context: &mut StepContext,
        observation: Option<&mut StepObservation>,
    ) -> Tensor<1> {
        let model = self.take();
        let terms = self.composition.terms(
            &model,
            self.objective,
            &batch.autodiff(),
            context,
            &mut self.state,
        );
        let loss = terms.total();
        let value = loss.clone().inner();
        let grads = GradientsParams::from_grads(loss.backward(), &model);
        let model = self.updater.step(model, grads, learning_rate, observation);
        self.model = Some(self.composition.after_step(model, &mut self.state));
        value
    }

    fn freeze(&self, model: M) -> M {
        let trained = self.objective.trained(model.stages());
        freeze(model, trained)
    }
}

impl<M: Autoencoder> Trainee for Fit<M> {
    fn layers(&self) -> &[LayerInfo] {
        &self.layers
    }

    fn stages(&self) -> usize {
        self.model().stages()
    }

    fn device(&self) -> &Device {
        &self.device
    }

    fn objective(&self) -> Objective {
        self.objective
    }

    fn begin_phase(&mut self, objective: Objective, optimizer: &OptimizerConfig) {
        self.objective = objective;
        self.updater = Updater::new(optimizer);
        self.state = BottleneckState::default();
        let model = self.take();
        self.model = Some(self.freeze(model));
    }

    fn step(&mut self, batch: Batch, learning_rate: f64, context: &mut StepContext) -> Tensor<1> {
        self.train(batch, learning_rate, context, None)
    }

    fn observed_step(
        &mut self,
        batch: Batch,
        learning_rate: f64,
        context: &mut StepContext,
    ) -> (Tensor<1>, StepObservation) {
        let mut observation = StepObservation::default();
        let loss = self.train(batch, learning_rate, context, Some(&mut observation));
        (loss, observation)
    }

    fn frozen_codes(&self, images: Tensor<2>) -> Tensor<2> {
        let model = self.model().valid();
        let entry = self.objective.entry(model.stages());
        model.encode(images, entry)
    }

    fn has_frozen_codes(&self) -> bool {
        self.composition.has_frozen_codes(self.objective)
    }

    fn measure(
        &self,
        images: Tensor<2>,
        part: usize,
        context: &StepContext,
        tally: &mut Tally,
    ) -> Tensor<2> {
        let model = self.model().valid();
        self.composition
            .measure(&model, self.objective, images, part, context, tally)
    }

    fn set_composition(&mut self, composition: Composition) {
        self.composition = composition;
    }

    fn loss_scale(&self) -> f64 {
        let image = self.layers.last().map_or(1, |layer| layer.outputs);
        self.composition.loss_scale(image)
    }

    fn activations(&self, images: Tensor<2>) -> Vec<Option<Tensor<2>>> {
        let model = self.model().valid();
        let (depth, stages) = (self.depth(), model.stages());
        let mut outputs = Vec::with_capacity(2 * stages);
        let mut x = images;
        for stage in 0..stages {
            outputs.push((stage < depth).then(|| {
                x = model.encode_stage(stage, x.clone());
                x = self.composition.code(&model, stage + 1, x.clone());
                x.clone()
            }));
        }
        for stage in (0..stages).rev() {
            outputs.push((stage < depth).then(|| {
                x = model.decode_stage(stage, x.clone());
                if stage == 0 {
                    self.composition.image_loss.pixels(x.clone())
                } else {
                    x.clone()
                }
            }));
        }
        outputs
    }

    fn weight_probes(&self, at_most: usize) -> Vec<WeightProbe> {
        probe_weights(self.model(), &self.layers, at_most)
    }

    fn reconstruct(&self, images: Tensor<2>) -> Tensor<2> {
        self.decode(self.encode(images))
    }

    fn encode(&self, images: Tensor<2>) -> Tensor<2> {
        let (model, depth) = (self.model().valid(), self.depth());
        let raw = model.encode(images, depth);
        self.composition.code(&model, depth, raw)
    }

    fn sample(&self, images: Tensor<2>, draws: &mut [Vec<Noise>]) -> Option<Vec<Tensor<2>>> {
        let (model, depth) = (self.model().valid(), self.depth());
        let raw = (depth == model.stages()).then(|| model.encode(images, depth))?;
        let draw = |of: &mut Vec<Noise>| self.composition.bottleneck.sample(raw.clone(), of);
        draws.iter_mut().map(draw).collect()
    }

    fn entries(&self) -> Option<Tensor<2>> {
        let model = self.model().valid();
        if self.depth() < model.stages() {
            return None;
        }
        let bottleneck = &self.composition.bottleneck;
        bottleneck.entries(model.codebook(), &self.device)
    }

    fn decode(&self, codes: Tensor<2>) -> Tensor<2> {
        let logits = self.model().valid().decode(codes, self.depth());
        self.composition.image_loss.pixels(logits)
    }

    fn weights(&self) -> Result<Vec<NamedArray>, TrainingError> {
        read_weights(self.model())
    }

    fn set_weights(&mut self, weights: &[NamedArray]) -> Result<(), TrainingError> {
        let model = write_weights(self.model().clone(), weights)?;
        self.good = model.clone();
        self.marked = model.clone();
        self.model = Some(model);
        Ok(())
    }

    fn optimizer_state(&self) -> Result<OptimizerState, TrainingError> {
        let mut state = self.updater.state()?;
        self.state.write(&mut state)?;
        Ok(state)
    }

    fn set_optimizer_state(&mut self, state: &OptimizerState) {
        self.state = BottleneckState::read(state, &self.device);
        self.updater.restore(state);
    }

    fn mark_good(&mut self) {
        let present = self.model().clone();
        self.good = std::mem::replace(&mut self.marked, present);
    }

    fn roll_back(&mut self) {
        self.marked = self.good.clone();
        self.model = Some(self.freeze(self.good.clone()));
    }
}

#[cfg(test)]
#[path = "trainee_tests.rs"]
mod tests;
