//! Offline runs: all that was kept of a run, without its images.
//!
//! Such a run can be looked at and written elsewhere, but neither trained nor measured.

use burn::tensor::Device;

use crate::data::{ImageShape, ImagesRecord};
use crate::model::{LayerInfo, Objective, Plan, TorchNetwork};

use super::checkpoint::Checkpoint;
use super::config::{ConfigError, RunConfig};
use super::error::TrainerError;
use super::metrics::Metrics;

/// A kept run whose images are not at hand.
#[derive(Clone, Debug)]
pub struct OfflineRun {
    checkpoint: Checkpoint,
    images: ImagesRecord,
    plan: Plan,
}

impl OfflineRun {
    /// A kept run as it stands, unless nothing was kept of its images, as in older runs.
    ///
    /// # Errors
    /// When the weights do not fit the network, or the parts contradict each other.
    pub fn of(checkpoint: Checkpoint) -> Result<Option<Self>, TrainerError> {
        let Some(images) = checkpoint.images.clone() else {
            return Ok(None);
        };
        let config = &checkpoint.config;
        let shape = images.shape();
        let (variant, knobs) = config.check_with(shape)?;
        let in_words = |error: crate::model::KnobError| ConfigError::new(error.to_string());
        let plan = variant.plan(shape, &knobs).map_err(in_words)?;
        let offline = Self {
            checkpoint,
            images,
            plan,
        };
        let per_epoch = offline.steps_per_epoch();
        let phases = offline.config().schedule.phases.iter();
        let phase_steps: Vec<u64> = phases
            .map(|phase| phase.epochs as u64 * per_epoch)
            .collect();
        offline.checkpoint.check(&phase_steps)?;
        // Refuses weights of another network, as taking them up would.
        variant.replica(
            shape,
            &knobs,
            offline.objective(),
            &offline.checkpoint.weights,
            &Device::flex(),
        )?;
        Ok(Some(offline))
    }

    /// Everything that was kept.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Everything that was kept, of its history only what follows so many losses and measurements.
    pub fn checkpoint_beyond(&self, train: usize, test: usize) -> Checkpoint {
        let all = &self.checkpoint.metrics;
        Checkpoint {
            metrics: Metrics {
                train: all.train.beyond(train),
                test: all.test.get(test..).unwrap_or_default().to_vec(),
                phases: all.phases.clone(),
            },
            ..self.checkpoint.clone()
        }
    }

    /// Calls the run something else.
    pub fn rename(&mut self, name: String) {
        self.checkpoint.config.name = name;
    }

    /// The configuration, every knob with a value.
    pub fn config(&self) -> &RunConfig {
        &self.checkpoint.config
    }

    /// What is known of its images.
    pub fn images(&self) -> &ImagesRecord {
        &self.images
    }

    /// Size of its images.
    pub fn shape(&self) -> ImageShape {
        self.images.shape()
    }

    /// Encoder then decoder, image to image.
    pub fn layers(&self) -> &[LayerInfo] {
        &self.plan.layers
    }

    /// What its network is.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What trains in the phase under way.
    pub fn objective(&self) -> Objective {
        let phases = &self.config().schedule.phases;
        let phase = phases.get(self.checkpoint.position.phase);
        phase.map_or(Objective::EndToEnd, |phase| phase.objective)
    }

    /// Training steps of an epoch.
    pub fn steps_per_epoch(&self) -> u64 {
        (self.images.train / self.config().batch.max(1)).max(1) as u64
    }

    /// Training steps of all phases.
    pub fn total_steps(&self) -> u64 {
        self.config().schedule.epochs() as u64 * self.steps_per_epoch()
    }

    /// Its network in the terms of PyTorch.
    ///
    /// # Errors
    /// When it has no such form.
    pub fn torch(&self) -> Result<TorchNetwork, TrainerError> {
        let (variant, knobs) = self.config().check_with(self.shape())?;
        let network = variant.torch(self.shape(), &knobs);
        Ok(network.map_err(|error| ConfigError::new(error.to_string()))?)
    }
}
