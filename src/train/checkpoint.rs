//! Checkpoints: everything a run needs to go on as if nothing had happened.

use serde::{Deserialize, Serialize};

use crate::data::ImagesRecord;
use crate::model::{NamedArray, OptimizerState};

use super::config::{ConfigError, RunConfig};
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
    /// What is known of its images without having them; older runs have nothing of it.
    pub images: Option<ImagesRecord>,
    /// The device it was on: `flex`, or the adapter's name. Not known of runs that were kept before it
    /// was written down.
    pub device: Option<String>,
}

impl Checkpoint {
    /// Whether position and history tell the same story, for phases of this many steps each.
    ///
    /// # Errors
    /// The first contradiction.
    pub(super) fn check(&self, phase_steps: &[u64]) -> Result<(), ConfigError> {
        let Position {
            phase,
            step_in_phase,
            step,
            has_begun,
            is_measured: _,
        } = self.position;
        let must = |condition: bool, expected: &str, found: &dyn std::fmt::Display| {
            if condition {
                return Ok(());
            }
            Err(ConfigError::new(format!(
                "the kept run must {expected}, but {found}"
            )))
        };
        let Some((steps_here, before)) = phase_steps.get(phase).zip(phase_steps.get(..phase))
        else {
            return must(
                false,
                &format!("stand in one of its {} phases", phase_steps.len()),
                &format!("stands in phase {}", phase + 1),
            );
        };
        must(
            step_in_phase <= *steps_here,
            &format!("stand within the {steps_here} steps of phase {}", phase + 1),
            &format!("stands at step {step_in_phase} of it"),
        )?;
        let steps_so_far = before.iter().sum::<u64>() + step_in_phase;
        must(
            step == steps_so_far,
            &format!("stand at step {steps_so_far}, as its phases say"),
            &format!("stands at step {step}"),
        )?;
        must(
            self.metrics.train.len() as u64 == step,
            &format!("have a loss for each of its {step} steps"),
            &format!("has {}", self.metrics.train.len()),
        )?;
        let begun = if has_begun { phase + 1 } else { 0 };
        let starts = self.metrics.phases.iter().map(|start| start.phase);
        must(
            starts.eq(0..begun) && (has_begun || step == 0),
            &format!("have the start of each of its {begun} phases so far"),
            &"lists others",
        )
    }
}
