//! Checkpoints: everything a run needs to go on as if nothing had happened.

use serde::{Deserialize, Serialize};

use crate::model::{NamedArray, OptimizerState};

use super::config::RunConfig;
use super::metrics::Metrics;

/// Where in its schedule a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Index of the phase under way.
    pub phase: usize,
    /// Training steps done in this phase.
    pub step_in_phase: u64,
    /// Training steps done in all.
    pub step: u64,
    /// Whether the phase has begun: its start is in the metrics.
    pub has_begun: bool,
    /// Whether the test images have been measured at this point, where they are due.
    pub is_measured: bool,
}

/// A run between two steps, as plain data.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// What was to be trained, with the hash of its images.
    pub config: RunConfig,
    /// How far it is.
    pub position: Position,
    /// Seconds spent in training steps.
    pub train_secs: f64,
    /// Seconds spent in all, measuring included.
    pub elapsed_secs: f64,
    /// Its history.
    pub metrics: Metrics,
    /// All weights and biases.
    pub weights: Vec<NamedArray>,
    /// The optimizer's memory.
    pub optimizer: OptimizerState,
}
