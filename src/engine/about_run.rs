//! A run as the window shows it: what it is, what it does, and how far it is.

use crate::model::LayerInfo;
use crate::train::{Evidence, RunConfig, TestPoint};

use super::about_data::DatasetInfo;

/// What a run is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunState {
    /// Data and network are being made.
    Preparing,
    /// Between two steps.
    Paused,
    /// Training.
    Running,
    /// The schedule ended, or the run was stopped.
    Finished,
    /// An error or divergence ended it; the last good weights are kept.
    Failed,
}

/// What a run turned out to be once its data and network were there.
#[derive(Clone, Debug)]
pub struct RunInfo {
    /// As resolved: every knob with a value.
    pub config: RunConfig,
    /// The images.
    pub dataset: DatasetInfo,
    /// Encoder then decoder, image to image.
    pub layers: Vec<LayerInfo>,
    /// Number of pairs of layers.
    pub stages: usize,
    /// Weights and biases.
    pub parameters: usize,
    /// Size of the code.
    pub latent: usize,
    /// The device in words, such as `Flex (CPU, 2 threads)`.
    pub device: String,
    /// Steps of all phases.
    pub total_steps: u64,
    /// Steps of an epoch.
    pub steps_per_epoch: u64,
    /// A reason why the device is not the obvious one, or other things worth saying.
    pub remarks: Vec<String>,
}

impl RunInfo {
    /// What is known of the run after so many training steps, to be held against its preset.
    pub fn evidence<'a>(&'a self, step: u64, tests: &'a [TestPoint]) -> Evidence<'a> {
        let images = (self.dataset.hash.as_str(), self.dataset.shape.pixels());
        Evidence::new(&self.config, images, (self.steps_per_epoch, step), tests)
    }
}

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// Training steps done.
    pub step: u64,
    /// Index of the phase under way.
    pub phase: usize,
    /// Epoch within the phase, from 0; fractional.
    pub epoch: f64,
    /// Learning rate of the next step.
    pub learning_rate: f64,
    /// Training steps a second, lately, while training.
    pub steps_per_sec: f64,
    /// Training images a second over the whole run, without measuring on test images.
    pub images_per_sec: f64,
    /// Expected seconds to the end of the schedule.
    pub remaining_secs: Option<f64>,
    /// Seconds spent training so far, measurements on test images included.
    pub elapsed_secs: f64,
    /// Measuring on the test images, not training, right now.
    pub is_measuring: bool,
}
