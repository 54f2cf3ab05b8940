//! Boundaries: a run as it was when it began a phase, to branch from.
//!
//! A phase starts with a fresh optimizer, so a *boundary* is little more than the weights. Arrays that
//! no phase has changed since the boundary before are shared with it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::{NamedArray, OptimizerState};

use super::checkpoint::{Checkpoint, Position};
use super::config::ConfigError;
use super::error::TrainerError;
use super::feed::Compute;
use super::metrics::Metrics;
use super::trainer::Trainer;

/// Where a boundary lies in its run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BoundaryMark {
    /// Measurements until then.
    tests: usize,
    train_secs: f64,
    elapsed_secs: f64,
    position: Position,
}

/// A run at the start of a phase.
#[derive(Clone, Debug, PartialEq)]
pub struct Boundary {
    mark: BoundaryMark,
    weights: Vec<Arc<NamedArray>>,
}

impl Boundary {
    /// A boundary from what was kept of it.
    pub fn new(mark: BoundaryMark, weights: Vec<Arc<NamedArray>>) -> Self {
        Self { mark, weights }
    }

    /// Where it lies.
    pub fn mark(&self) -> BoundaryMark {
        self.mark
    }

    /// Index of the phase that begins.
    pub fn phase(&self) -> usize {
        self.mark.position.phase
    }

    /// All weights.
    pub fn weights(&self) -> &[Arc<NamedArray>] {
        &self.weights
    }
}

impl Trainer {
    /// Whether the phase under way has begun and not trained yet.
    pub fn is_at_boundary(&self) -> bool {
        self.position.has_begun && self.position.step_in_phase == 0
    }

    /// The start of the phase under way, right after it began; see [`Trainer::is_at_boundary`].
    ///
    /// # Errors
    /// When the device fails.
    pub fn boundary(&self, before: Option<&Boundary>) -> Result<Boundary, TrainerError> {
        let old = before.map_or(&[][..], |before| &before.weights);
        let shared = |array: NamedArray| {
            let same = old.iter().find(|old| ***old == array);
            same.map_or_else(|| Arc::new(array), Arc::clone)
        };
        let phase = self.position.phase;
        Ok(Boundary {
            mark: BoundaryMark {
                position: Position {
                    is_measured: false,
                    ..self.position
                },
                tests: self.metrics.test.partition_point(|t| t.phase < phase),
                train_secs: self.train_time.as_secs_f64(),
                elapsed_secs: self.elapsed.as_secs_f64(),
            },
            weights: self.trainee.weights()?.into_iter().map(shared).collect(),
        })
    }

    /// A run that stands where this one began a phase; from its first step where `boundary` is absent.
    /// Left as it is it repeats what this run did, to the bit.
    ///
    /// # Errors
    /// When the device fails, or this run has lost the losses up to there.
    pub fn branch(
        &self,
        boundary: Option<&Boundary>,
        name: String,
        compute: &Compute,
    ) -> Result<Self, TrainerError> {
        let mut config = self.config.clone();
        config.name = name;
        let data = Arc::clone(self.data());
        let Some(boundary) = boundary else {
            return self.anew(config, data, compute);
        };
        let mark = boundary.mark;
        let (step, phase) = (mark.position.step, mark.position.phase);
        let read = self.metrics.train.get(0..step as usize);
        let measured = self.metrics.test.get(..mark.tests);
        let begun = self.metrics.phases.get(..=phase);
        let (Some(train), Some(test), Some(phases)) = (read, measured, begun) else {
            return Err(ConfigError::new(format!(
                "a run can branch from step {step} while its history holds it, but was taken back before it"
            ))
            .into());
        };
        let checkpoint = Checkpoint {
            config: config.clone(),
            position: mark.position,
            train_secs: mark.train_secs,
            elapsed_secs: mark.elapsed_secs,
            metrics: Metrics {
                train,
                test: test.to_vec(),
                phases: phases.to_vec(),
            },
            weights: boundary
                .weights
                .iter()
                .map(|array| NamedArray::clone(array))
                .collect(),
            optimizer: OptimizerState::default(),
            images: None,
            device: Some(self.device_key.clone()),
        };
        Self::resume(config, &checkpoint, data, compute)
    }
}
