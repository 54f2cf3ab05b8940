//! A run between two steps: pictures, a measurement, everything as plain data and back.

use std::sync::Arc;
use std::time::Duration;

use burn::tensor::{Tensor, TensorData, Transaction};

use crate::data::{Dataset, ImageShape, ImagesRecord};
use crate::model::{LayerInfo, Side, Trainee, TrainingError};

use super::checkpoint::Checkpoint;
use super::config::RunConfig;
use super::error::TrainerError;
use super::evaluation::Evaluation;
use super::feed::{Compute, Half};
use super::metrics::{Metrics, TestPoint};
use super::trainer::Trainer;

/// Images that are encoded or decoded at a time: an image in the middle of a convolution is large.
const CODES_CHUNK: usize = 200;

impl Trainer {
    /// Takes a run up where a checkpoint left it. The configuration given here may extend the
    /// checkpoint's: more epochs in the last phase, another device.
    ///
    /// # Errors
    /// When the images are others, the weights do not fit or the parts contradict each other.
    pub fn resume(
        config: RunConfig,
        checkpoint: &Checkpoint,
        data: Arc<Dataset>,
        compute: &Compute,
    ) -> Result<Self, TrainerError> {
        let mut trainer = Self::drawn(config, data, compute)?;
        let per_epoch = trainer.steps_per_epoch();
        let phases = trainer.config.schedule.phases.iter();
        let phase_steps: Vec<u64> = phases
            .map(|phase| phase.epochs as u64 * per_epoch)
            .collect();
        checkpoint.check(&phase_steps)?;
        trainer.trainee.set_weights(&checkpoint.weights)?;
        trainer.position = checkpoint.position;
        trainer.metrics = checkpoint.metrics.clone();
        trainer.train_time = duration(checkpoint.train_secs);
        trainer.elapsed = duration(checkpoint.elapsed_secs);
        trainer.marked = trainer.mark();
        trainer.good = trainer.marked;
        if trainer.position.has_begun {
            let phase = *trainer.phase();
            trainer
                .trainee
                .begin_phase(phase.objective, &phase.optimizer);
            trainer.trainee.set_optimizer_state(&checkpoint.optimizer);
        }
        Ok(trainer)
    }

    /// With another network in place of its own, such as one around it.
    #[must_use]
    pub fn around(self, wrap: impl FnOnce(Box<dyn Trainee>) -> Box<dyn Trainee>) -> Self {
        Self {
            trainee: wrap(self.trainee),
            ..self
        }
    }

    /// Size of the code.
    pub fn latent(&self) -> usize {
        let layers = self.trainee.layers();
        let mut outwards = layers.iter().rev();
        outwards
            .find(|layer| layer.side == Side::Encoder)
            .map_or(0, |layer| layer.outputs)
    }

    /// Size of the code at the depth in use.
    pub fn code_size(&self) -> usize {
        self.code_layer().map_or(0, |layer| layer.outputs)
    }

    /// The code at the depth in use as maps, channel after channel; a code without places is one place of
    /// as many channels as it has numbers.
    pub fn code_shape(&self) -> ImageShape {
        self.trainee.code_shape()
    }

    /// Whether the code at the depth in use is that of the whole network, behind its bottleneck, and not a
    /// hidden layer as in the first phases of pretraining.
    pub fn is_code_innermost(&self) -> bool {
        let stages = self.trainee.stages();
        self.trainee.objective().depth(stages) == stages
    }

    /// The layer that gives the code at the depth in use.
    fn code_layer(&self) -> Option<&LayerInfo> {
        let innermost = self.trainee.objective().depth(self.trainee.stages());
        let mut layers = self.trainee.layers().iter();
        layers.find(|layer| layer.side == Side::Encoder && layer.stage + 1 == innermost)
    }

    /// Measures the test images now, whatever is due, without a trace in the metrics.
    ///
    /// # Errors
    /// When the device fails.
    pub fn evaluate(&mut self) -> Result<TestPoint, TrainerError> {
        let mut evaluation = Evaluation::new();
        self.turn_live_knobs(self.position.step)?;
        let context = self.context();
        loop {
            let found =
                evaluation.advance(&*self.trainee, &mut self.feed, &self.spread, &context)?;
            if let Some(finding) = found {
                return Ok(TestPoint {
                    step: self.position.step,
                    phase: self.position.phase,
                    mse: finding.mse,
                    verdict: finding.verdict,
                    terms: finding.terms,
                    measures: finding.measures,
                });
            }
        }
    }

    /// What the network makes of some test images: pixels (0 to 1, not clamped) and the mean squared
    /// error of each.
    ///
    /// # Errors
    /// When the device fails.
    pub fn pictures(&mut self, indices: &[u32]) -> Result<(Vec<f32>, Vec<f32>), TrainerError> {
        if indices.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let images = self.feed.batch(Half::Test, indices);
        let outputs = self.trainee.reconstruct(images.clone());
        let difference = outputs.clone() - images;
        let errors = (difference.clone() * difference).mean_dim(1);
        let data = Transaction::default()
            .register(outputs)
            .register(errors)
            .try_execute()
            .map_err(TrainingError::from)?;
        let mut arrays = data
            .into_iter()
            .map(|array| array.try_to_vec::<f32>().map_err(TrainingError::from));
        let outputs = arrays.next().transpose()?.unwrap_or_default();
        let errors = arrays.next().transpose()?.unwrap_or_default();
        Ok((outputs, errors))
    }

    /// Codes of the first `count` test images at the depth in use, code after code.
    ///
    /// # Errors
    /// When the device fails.
    pub fn codes(&mut self, count: usize) -> Result<Vec<f32>, TrainerError> {
        self.codes_of(Half::Test, count)
    }

    /// Codes of the first `count` images of a half, as [`Trainer::codes`] gives those of the other.
    ///
    /// # Errors
    /// When the device fails.
    pub fn codes_of(&mut self, half: Half, count: usize) -> Result<Vec<f32>, TrainerError> {
        let images = match half {
            Half::Train => &self.data().train,
            Half::Test => &self.data().test,
        };
        let all: Vec<u32> = (0..images.len() as u32).take(count).collect();
        self.codes_at(half, &all)
    }

    /// Codes of some images of a half at the depth in use, code after code. Indices must be below the
    /// number of images.
    ///
    /// # Errors
    /// When the device fails.
    pub fn codes_at(&mut self, half: Half, indices: &[u32]) -> Result<Vec<f32>, TrainerError> {
        let mut values = Vec::new();
        for indices in indices.chunks(CODES_CHUNK) {
            let images = self.feed.batch(half, indices);
            let data = self
                .trainee
                .encode(images)
                .try_into_data()
                .map_err(TrainingError::from)?;
            values.extend(data.try_to_vec::<f32>().map_err(TrainingError::from)?);
        }
        Ok(values)
    }

    /// Pixels (0 to 1, not clamped) of codes of the depth in use, code after code and image after image.
    /// What is left of an incomplete last code is not decoded.
    ///
    /// # Errors
    /// When the device fails.
    pub fn decode(&self, codes: &[f32]) -> Result<Vec<f32>, TrainerError> {
        let width = self.code_size().max(1);
        let codes = &codes[..codes.len() / width * width];
        let mut pixels = Vec::new();
        for codes in codes.chunks(CODES_CHUNK * width) {
            let shape = [codes.len() / width, width];
            let codes = TensorData::new(codes.to_vec(), shape);
            let codes = Tensor::from_data(codes, self.trainee.device());
            let data = self
                .trainee
                .decode(codes)
                .try_into_data()
                .map_err(TrainingError::from)?;
            pixels.extend(data.try_to_vec::<f32>().map_err(TrainingError::from)?);
        }
        Ok(pixels)
    }

    /// Mean squared error of each of some test images.
    ///
    /// # Errors
    /// When the device fails.
    pub fn image_errors(&mut self, indices: &[u32]) -> Result<Vec<f32>, TrainerError> {
        if indices.is_empty() {
            return Ok(Vec::new());
        }
        let images = self.feed.batch(Half::Test, indices);
        let difference = self.trainee.reconstruct(images.clone()) - images;
        let errors = (difference.clone() * difference)
            .mean_dim(1)
            .try_into_data()
            .map_err(TrainingError::from)?;
        Ok(errors.try_to_vec::<f32>().map_err(TrainingError::from)?)
    }

    /// The run as plain data.
    ///
    /// # Errors
    /// When the device fails.
    pub fn checkpoint(&mut self) -> Result<Checkpoint, TrainerError> {
        self.checkpoint_beyond(0, 0)
    }

    /// The run as plain data, of its history only what follows so many losses and measurements, and
    /// the starts of all phases.
    ///
    /// # Errors
    /// When the device fails.
    pub fn checkpoint_beyond(
        &mut self,
        train: usize,
        test: usize,
    ) -> Result<Checkpoint, TrainerError> {
        self.collect()?;
        let all = &self.metrics;
        let metrics = Metrics {
            train: all.train.beyond(train),
            test: all.test.get(test..).unwrap_or_default().to_vec(),
            phases: all.phases.clone(),
        };
        Ok(Checkpoint {
            config: self.config.clone(),
            position: self.position,
            train_secs: self.train_time.as_secs_f64(),
            elapsed_secs: self.elapsed.as_secs_f64(),
            metrics,
            weights: self.trainee.weights()?,
            optimizer: self.trainee.optimizer_state()?,
            images: Some(ImagesRecord::of(self.data())),
            device: Some(self.device_key.clone()),
        })
    }
}

/// Seconds as a duration; nonsense in a file counts as nothing.
fn duration(secs: f64) -> Duration {
    Duration::try_from_secs_f64(secs).unwrap_or_default()
}
