//! Schedules: the phases of a training run, one after another.
//!
//! A *phase* is a stretch of training with one objective, optimizer and learning rate. Layer-wise
//! pretraining is nothing but a schedule, so every layered variant gets every schedule.

use serde::{Deserialize, Serialize};

use crate::model::{Objective, OptimizerConfig, OptimizerKind, Pretraining};

use super::ConfigError;

/// How the learning rate runs over a phase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum LearningRateDecay {
    /// The same throughout.
    #[default]
    Constant,
    /// Multiplied by `factor` after every `epochs` epochs.
    Step {
        /// Epochs between two drops, at least 1.
        epochs: usize,
        /// What is left after a drop, above 0 to 1.
        factor: f64,
    },
    /// Half a cosine from the learning rate down to zero at the end of the phase
    /// (Loshchilov & Hutter 2017, without restarts).
    Cosine,
}

impl LearningRateDecay {
    /// Factor on the learning rate at step `step` of a phase of `steps` steps.
    pub fn factor(self, step: u64, steps: u64, steps_per_epoch: u64) -> f64 {
        match self {
            Self::Constant => 1.0,
            Self::Step { epochs, factor } => {
                let drops = step / (steps_per_epoch.max(1) * epochs.max(1) as u64);
                factor.powi(i32::try_from(drops).unwrap_or(i32::MAX))
            }
            Self::Cosine => {
                let progress = step as f64 / steps.max(1) as f64;
                0.5 * (1.0 + (std::f64::consts::PI * progress).cos())
            }
        }
    }

    /// Parses `constant`, `cosine` or `step:EPOCHS:FACTOR`.
    ///
    /// # Errors
    /// The sentence that says what was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let invalid = || {
            format!(
                "a learning rate decay must be constant, cosine or step:EPOCHS:FACTOR, but is {text:?}"
            )
        };
        match text.split(':').collect::<Vec<_>>()[..] {
            ["constant"] => Ok(Self::Constant),
            ["cosine"] => Ok(Self::Cosine),
            ["step", epochs, factor] => Ok(Self::Step {
                epochs: epochs.parse().map_err(|_parse| invalid())?,
                factor: factor.parse().map_err(|_parse| invalid())?,
            }),
            _ => Err(invalid()),
        }
    }

    /// What the window calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Constant => "Constant",
            Self::Step { .. } => "Step",
            Self::Cosine => "Cosine",
        }
    }
}

/// One stretch of training.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// What is minimised, and by which stages.
    pub objective: Objective,
    /// Passes over the training images, 1 to 100,000.
    pub epochs: usize,
    /// Learning rate at the start of the phase, above 0 to 100.
    pub learning_rate: f64,
    /// How the learning rate runs.
    #[serde(default)]
    pub decay: LearningRateDecay,
    /// The update rule.
    pub optimizer: OptimizerConfig,
    /// Share of the input and of the hidden code that greedy pretraining sets to zero, 0 to 0.9.
    #[serde(default)]
    pub dropout: f64,
}

impl Phase {
    /// What the window calls it, with stages counted from 1.
    pub fn name(&self) -> String {
        match self.objective {
            Objective::EndToEnd => "All layers".to_owned(),
            Objective::Greedy { stage } => format!("Greedy, pair {}", stage + 1),
            Objective::EndsInward { stage } => format!("Ends inward, pair {}", stage + 1),
        }
    }
}

/// What the phases of one kind share: the settings of the side panel and the command line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PhaseSettings {
    /// Passes over the training images.
    pub epochs: usize,
    /// Learning rate at the start of each phase.
    pub learning_rate: f64,
    /// How it runs.
    pub decay: LearningRateDecay,
    /// The update rule.
    pub optimizer: OptimizerConfig,
}

impl PhaseSettings {
    /// The usual learning rate of an optimizer, constant.
    pub fn usual(kind: OptimizerKind, epochs: usize) -> Self {
        Self {
            epochs,
            learning_rate: kind.usual_learning_rate(),
            decay: LearningRateDecay::Constant,
            optimizer: OptimizerConfig::new(kind),
        }
    }
}

/// The phases of a run, in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Schedule {
    /// At least one.
    pub phases: Vec<Phase>,
}

impl Schedule {
    /// A phase of pretraining for each of `stages` stages, where there is pretraining, and then one
    /// with all layers.
    pub fn build(
        pretraining: Pretraining,
        stages: usize,
        pretrain: PhaseSettings,
        finetune: PhaseSettings,
        dropout: f64,
    ) -> Self {
        let phase = |objective, settings: PhaseSettings, dropout| Phase {
            objective,
            epochs: settings.epochs,
            learning_rate: settings.learning_rate,
            decay: settings.decay,
            optimizer: settings.optimizer,
            dropout,
        };
        let mut phases: Vec<Phase> = (0..stages)
            .filter_map(|stage| pretraining.objective(stage))
            .map(|objective| match objective {
                Objective::Greedy { .. } => phase(objective, pretrain, dropout),
                Objective::EndToEnd | Objective::EndsInward { .. } => {
                    phase(objective, pretrain, 0.0)
                }
            })
            .collect();
        phases.push(phase(Objective::EndToEnd, finetune, 0.0));
        Self { phases }
    }

    /// Epochs of all phases together.
    pub fn epochs(&self) -> usize {
        self.phases.iter().map(|phase| phase.epochs).sum()
    }

    /// Whether the phases can train a network of `stages` stages.
    ///
    /// # Errors
    /// The first phase that cannot be, and why.
    pub fn check(&self, stages: usize) -> Result<(), ConfigError> {
        if self.phases.is_empty() {
            return Err(ConfigError::new(
                "a schedule must have at least one phase, but has none",
            ));
        }
        for (index, phase) in self.phases.iter().enumerate() {
            let at = format!("phase {}", index + 1);
            if phase.objective.depth(stages) > stages {
                return Err(ConfigError::new(format!(
                    "{at} trains pair {} but the network has {stages}",
                    phase.objective.depth(stages)
                )));
            }
            in_range(&at, "epochs", phase.epochs as f64, 1.0..=100_000.0)?;
            in_range(&at, "learning rate", phase.learning_rate, 1e-9..=100.0)?;
            in_range(&at, "momentum", phase.optimizer.momentum, 0.0..=0.9999)?;
            in_range(&at, "weight decay", phase.optimizer.weight_decay, 0.0..=1.0)?;
            in_range(&at, "gradient clipping", phase.optimizer.clip, 0.0..=1e6)?;
            in_range(&at, "dropout", phase.dropout, 0.0..=0.9)?;
            if phase.dropout > 0.0 && !matches!(phase.objective, Objective::Greedy { .. }) {
                return Err(ConfigError::new(format!(
                    "dropout of {at} must be 0, as only greedy pretraining has it, but is {}",
                    phase.dropout
                )));
            }
            if let LearningRateDecay::Step { epochs, factor } = phase.decay {
                in_range(&at, "decay epochs", epochs as f64, 1.0..=100_000.0)?;
                in_range(&at, "decay factor", factor, 1e-6..=1.0)?;
            }
        }
        Ok(())
    }
}

/// Checks a number of the configuration.
pub(super) fn in_range(
    place: &str,
    what: &str,
    value: f64,
    range: std::ops::RangeInclusive<f64>,
) -> Result<(), ConfigError> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(ConfigError::new(format!(
        "{what} of {place} must be from {} to {}, but is {value}",
        range.start(),
        range.end()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(epochs: usize) -> PhaseSettings {
        PhaseSettings::usual(OptimizerKind::Sgd, epochs)
    }

    #[test]
    fn greedy_has_a_phase_a_stage_then_all_layers() {
        let schedule = Schedule::build(Pretraining::Greedy, 5, settings(3), settings(4), 0.2);
        assert_eq!(schedule.phases.len(), 6);
        assert_eq!(schedule.phases[4].objective, Objective::Greedy { stage: 4 });
        assert!((schedule.phases[4].dropout - 0.2).abs() < 1e-12);
        assert_eq!(schedule.phases[5].objective, Objective::EndToEnd);
        assert_eq!(schedule.epochs(), 5 * 3 + 4);
        assert!(schedule.check(5).is_ok());
        assert!(schedule.check(4).is_err(), "pair 5 of 4");
    }

    #[test]
    fn decay_runs_as_it_says() {
        assert_eq!(
            LearningRateDecay::parse("cosine"),
            Ok(LearningRateDecay::Cosine)
        );
        assert!((LearningRateDecay::Cosine.factor(0, 100, 10) - 1.0).abs() < 1e-12);
        assert!((LearningRateDecay::Cosine.factor(50, 100, 10) - 0.5).abs() < 1e-12);
        let step = LearningRateDecay::parse("step:2:0.1").unwrap();
        assert!((step.factor(19, 100, 10) - 1.0).abs() < 1e-12);
        assert!((step.factor(20, 100, 10) - 0.1).abs() < 1e-12);
        assert!(LearningRateDecay::parse("step:2").is_err());
    }

    #[test]
    fn numbers_out_of_range_are_named() {
        let mut schedule = Schedule::build(Pretraining::EndToEnd, 1, settings(3), settings(4), 0.0);
        schedule.phases[0].learning_rate = -1.0;
        let message = schedule.check(1).unwrap_err().to_string();
        assert_eq!(
            message,
            "learning rate of phase 1 must be from 0.000000001 to 100, but is -1"
        );
    }
}
