//! Changes of a run that has begun: its learning rate and the rest of its schedule.
//!
//! A *change* of the learning rate is kept in the configuration with the step it acts from, so that a
//! run with changes can be repeated exactly.

use serde::{Deserialize, Serialize};

use super::checkpoint::Position;
use super::config::ConfigError;
use super::schedule::{LearningRateDecay, Phase, Schedule, in_range};
use super::trainer::Trainer;

/// Changes of the learning rate a run can hold.
const MAX_CHANGES: usize = 10_000;

/// Another learning rate from a step on, to the end of the phase that the step is in.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LearningRateChange {
    /// The first step it acts on, counted over all phases from 0.
    pub step: u64,
    /// What the decay of the phase acts on from there, above 0 to 100.
    pub learning_rate: f64,
}

/// Checks the changes of a configuration.
pub(super) fn check(changes: &[LearningRateChange]) -> Result<(), ConfigError> {
    if changes.len() > MAX_CHANGES {
        return Err(ConfigError::new(format!(
            "a run must have at most {MAX_CHANGES} changes of its learning rate, but has {}",
            changes.len()
        )));
    }
    for change in changes {
        check_rate(change.step, change.learning_rate)?;
    }
    match changes.windows(2).find(|pair| pair[0].step >= pair[1].step) {
        None => Ok(()),
        Some(pair) => Err(ConfigError::new(format!(
            "changes of the learning rate must be in order of their steps, but step {} comes before step {}",
            pair[0].step, pair[1].step
        ))),
    }
}

fn check_rate(step: u64, learning_rate: f64) -> Result<(), ConfigError> {
    let place = format!("the change at step {step}");
    in_range(&place, "learning rate", learning_rate, 1e-9..=100.0)
}

impl Trainer {
    /// The phase of the next step: its index and the steps before it. At the end of a phase that is
    /// the one to come.
    fn next_phase(&self) -> (usize, u64) {
        let Position {
            phase,
            step_in_phase,
            step,
            ..
        } = self.position;
        if step_in_phase >= self.phase_steps() && phase + 1 < self.config.schedule.phases.len() {
            (phase + 1, step)
        } else {
            (phase, step - step_in_phase)
        }
    }

    /// What the decay acts on at the next step.
    pub fn base_learning_rate(&self) -> f64 {
        let (phase, start) = self.next_phase();
        let changes = &self.config.learning_rate_changes;
        let so_far = changes.partition_point(|change| change.step <= self.position.step);
        match changes[..so_far].last() {
            Some(change) if change.step >= start => change.learning_rate,
            Some(_) | None => self.config.schedule.phases[phase].learning_rate,
        }
    }

    /// Learning rate of the next step.
    pub fn learning_rate(&self) -> f64 {
        let (phase, start) = self.next_phase();
        let Phase { decay, epochs, .. } = self.config.schedule.phases[phase];
        let per_epoch = self.steps_per_epoch();
        self.base_learning_rate()
            * decay.factor(
                self.position.step - start,
                epochs as u64 * per_epoch,
                per_epoch,
            )
    }

    /// Another learning rate from the next step to the end of its phase. Later changes within the
    /// phase, which a run that is repeated may hold, are dropped.
    ///
    /// # Errors
    /// When the rate is out of range, the schedule has ended, or there are too many changes.
    pub fn set_learning_rate(&mut self, learning_rate: f64) -> Result<(), ConfigError> {
        let step = self.position.step;
        check_rate(step, learning_rate)?;
        if step >= self.total_steps() {
            return Err(ConfigError::new(
                "the learning rate of a run can be changed until its last step, but that is done",
            ));
        }
        let (phase, start) = self.next_phase();
        let epochs = self.config.schedule.phases[phase].epochs;
        let end = start + epochs as u64 * self.steps_per_epoch();
        let old = self.config.learning_rate_changes.clone();
        let changes = &mut self.config.learning_rate_changes;
        changes.retain(|change| !(step..end).contains(&change.step));
        // What is in force anyway is no change.
        if self.base_learning_rate() != learning_rate {
            let changes = &mut self.config.learning_rate_changes;
            let at = changes.partition_point(|change| change.step < step);
            changes.insert(
                at,
                LearningRateChange {
                    step,
                    learning_rate,
                },
            );
        }
        check(&self.config.learning_rate_changes).inspect_err(|_refused| {
            self.config.learning_rate_changes = old;
        })
    }

    /// Other phases from the one under way on. Of a phase that has begun the length can be changed,
    /// where its learning rate does not depend on it, and the learning rate, as
    /// [`Trainer::set_learning_rate`] does; phases that have ended stay as they were.
    ///
    /// # Errors
    /// The first thing that cannot be; nothing has changed then.
    pub fn set_schedule(&mut self, schedule: Schedule) -> Result<(), ConfigError> {
        schedule.check(self.trainee.stages())?;
        let at = self.position.phase;
        let ended = &self.config.schedule.phases[..at];
        if schedule.phases.len() <= at {
            return Err(ConfigError::new(format!(
                "a schedule must keep the {} phases that have begun, but has {}",
                at + 1,
                schedule.phases.len()
            )));
        }
        if let Some(index) = (0..at).find(|&index| schedule.phases[index] != ended[index]) {
            return Err(ConfigError::new(format!(
                "phase {} has ended and must stay as it was, but differs",
                index + 1
            )));
        }
        let now = *self.phase();
        let mut next = schedule.phases[at];
        if self.position.step_in_phase > 0 {
            self.check_under_way(&now, &next)?;
            let rate = next.learning_rate;
            next.learning_rate = now.learning_rate;
            self.config.schedule.phases[at].epochs = next.epochs;
            let changed = if rate == now.learning_rate {
                Ok(())
            } else if self.position.step_in_phase >= self.phase_steps() {
                Err(ConfigError::new(format!(
                    "phase {} has ended and must keep its learning rate, but another one was asked for",
                    at + 1
                )))
            } else {
                self.set_learning_rate(rate)
            };
            changed.inspect_err(|_refused| self.config.schedule.phases[at].epochs = now.epochs)?;
        } else if next.learning_rate != now.learning_rate {
            let step = self.position.step;
            self.config
                .learning_rate_changes
                .retain(|change| change.step != step);
        }
        self.config.schedule = schedule;
        self.config.schedule.phases[at] = next;
        let is_new = next.objective != now.objective || next.optimizer != now.optimizer;
        if self.position.step_in_phase == 0 && is_new {
            self.trainee.begin_phase(next.objective, &next.optimizer);
            self.watch.forget();
            self.evaluation = None;
            if self.position.has_begun {
                // What was measured at the start of the phase was measured at another depth.
                self.position.is_measured = false;
                self.metrics.test.retain(|test| test.phase != at);
                self.revision += 1;
            }
        }
        Ok(())
    }

    /// Whether a phase in the middle of its steps can become another one.
    fn check_under_way(&self, now: &Phase, next: &Phase) -> Result<(), ConfigError> {
        let number = self.position.phase + 1;
        let must = |is_met: bool, what: &str| {
            if is_met {
                return Ok(());
            }
            Err(ConfigError::new(format!(
                "phase {number} has begun and must keep its {what}, but another one was asked for"
            )))
        };
        must(next.objective == now.objective, "objective")?;
        must(next.optimizer == now.optimizer, "optimizer")?;
        must(next.dropout == now.dropout, "dropout")?;
        must(next.decay == now.decay, "learning rate decay")?;
        if now.decay == LearningRateDecay::Cosine {
            must(
                next.epochs == now.epochs,
                "length, which its cosine decay runs over",
            )?;
        }
        let done = self.position.step_in_phase.div_ceil(self.steps_per_epoch());
        if (next.epochs as u64) < done {
            return Err(ConfigError::new(format!(
                "phase {number} must last the {done} epochs it has begun, but was to last {}",
                next.epochs
            )));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::model::VARIANTS;

    use super::*;
    use crate::train::RunConfig;

    fn config(changes: &[(u64, f64)]) -> RunConfig {
        let mut config = RunConfig::recipe(VARIANTS[0], "glyphs");
        config.learning_rate_changes = changes
            .iter()
            .map(|&(step, learning_rate)| LearningRateChange {
                step,
                learning_rate,
            })
            .collect();
        config
    }

    #[test]
    fn changes_are_written_where_there_are_any_and_read_again() {
        let plain = toml::to_string(&config(&[])).unwrap();
        assert!(!plain.contains("learning_rate_change"), "{plain}");
        let changed = config(&[(3, 0.5), (20, 0.25)]);
        let text = toml::to_string(&changed).unwrap();
        assert!(
            text.contains("[[learning_rate_change]]\nstep = 3\nlearning_rate = 0.5\n"),
            "{text}"
        );
        assert_eq!(toml::from_str::<RunConfig>(&text).unwrap(), changed);
    }

    #[test]
    fn changes_out_of_order_or_range_are_refused() {
        let sentence = |changes: &[(u64, f64)]| match config(changes).check() {
            Ok(_) => String::new(),
            Err(error) => error.to_string(),
        };
        assert_eq!(sentence(&[(3, 0.5), (4, 0.5)]), "");
        assert_eq!(
            sentence(&[(4, 0.5), (3, 0.5)]),
            "changes of the learning rate must be in order of their steps, but step 4 comes before step 3"
        );
        assert_eq!(
            sentence(&[(4, 1e3)]),
            "learning rate of the change at step 4 must be from 0.000000001 to 100, but is 1000"
        );
    }
}
