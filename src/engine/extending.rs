//! How a kept run goes on for longer than its schedule, or for a while only.
//!
//! The *target* of a run that goes on is the step it is to reach. A schedule that ends before is
//! *extended* by epochs of its last phase; one that ends later stays as it is.

use crate::train::{ConfigError, LearningRateDecay, Schedule};

/// How a kept run goes on.
#[derive(Clone, Debug, Default)]
pub struct Extension {
    /// How long, when not to the end of its schedule.
    pub epochs: Option<MoreEpochs>,
    /// The device to go on with, when not the one of the run.
    pub device: Option<String>,
    /// Where the images are now, when they were moved.
    pub dataset: Option<String>,
}

/// Epochs that a kept run goes on for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoreEpochs {
    /// So many of its last phase beyond what it has trained; phases before that are trained to their
    /// ends first.
    More(usize),
    /// So many of its last phase in all.
    InAll(usize),
}

impl MoreEpochs {
    /// Steps of all phases that are done then, by a run that has done `step` of them.
    pub fn target(self, schedule: &Schedule, step: u64, steps_per_epoch: u64) -> u64 {
        let before = steps_before(schedule, steps_per_epoch);
        let (from, epochs) = match self {
            Self::More(epochs) => (before.max(step), epochs),
            Self::InAll(epochs) => (before, epochs),
        };
        from.saturating_add((epochs as u64).saturating_mul(steps_per_epoch))
    }

    /// Makes the last phase long enough. What was trained stays what it was, so a phase whose learning
    /// rate depends on its length cannot be made longer once it has begun.
    ///
    /// # Errors
    /// When it cannot, in a sentence.
    pub(super) fn extend(
        self,
        schedule: &mut Schedule,
        step: u64,
        steps_per_epoch: u64,
    ) -> Result<(), ConfigError> {
        let before = steps_before(schedule, steps_per_epoch);
        let steps = self
            .target(schedule, step, steps_per_epoch)
            .saturating_sub(before);
        let needed = usize::try_from(steps.div_ceil(steps_per_epoch.max(1))).unwrap_or(usize::MAX);
        let number = schedule.phases.len();
        let Some(last) = schedule.phases.last_mut() else {
            return Ok(());
        };
        if needed <= last.epochs {
            return Ok(());
        }
        if last.decay == LearningRateDecay::Cosine && step > before {
            return Err(ConfigError::new(format!(
                "phase {number} must keep its {} epochs, as its learning rate falls to 0 over them (cosine), \
                 but was to have {needed}: a new run with --config and --epochs {needed} trains that long",
                last.epochs
            )));
        }
        last.epochs = needed;
        Ok(())
    }
}

/// Steps of all phases but the last.
fn steps_before(schedule: &Schedule, steps_per_epoch: u64) -> u64 {
    let before = schedule
        .phases
        .split_last()
        .map_or(&[][..], |(_, rest)| rest);
    let epochs: usize = before.iter().map(|phase| phase.epochs).sum();
    epochs as u64 * steps_per_epoch
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{OptimizerKind, Pretraining};
    use crate::train::PhaseSettings;

    /// Two phases of 3 epochs, then one of 10, in epochs of 20 steps: the last begins at step 120.
    fn schedule() -> Schedule {
        let settings = |epochs| PhaseSettings::usual(OptimizerKind::Sgd, epochs);
        Schedule::build(Pretraining::Greedy, 2, settings(3), settings(10), 0.0)
    }

    fn extended(more: MoreEpochs, step: u64) -> (u64, usize) {
        let mut schedule = schedule();
        let target = more.target(&schedule, step, 20);
        more.extend(&mut schedule, step, 20).unwrap();
        (target, schedule.phases[2].epochs)
    }

    #[test]
    fn more_epochs_are_counted_from_where_the_run_stands() {
        use MoreEpochs::More;
        assert_eq!(extended(More(4), 320), (400, 14), "finished");
        assert_eq!(extended(More(4), 227), (307, 10), "stopped within epoch 6");
        assert_eq!(extended(More(6), 227), (347, 12), "beyond the schedule");
        assert_eq!(extended(More(4), 120), (200, 10), "before the last phase");
        assert_eq!(extended(More(11), 50), (340, 11), "within the pretraining");
    }

    #[test]
    fn epochs_in_all_are_counted_from_the_start_of_the_last_phase() {
        use MoreEpochs::InAll;
        assert_eq!(extended(InAll(4), 227), (200, 10));
        assert_eq!(extended(InAll(8), 227), (280, 10));
        assert_eq!(extended(InAll(12), 227), (360, 12));
        assert_eq!(extended(InAll(12), 0), (360, 12));
    }

    #[test]
    fn a_learning_rate_that_falls_over_the_phase_cannot_fall_over_more() {
        let mut cosine = schedule();
        cosine.phases[2].decay = LearningRateDecay::Cosine;
        let sentence = MoreEpochs::More(4)
            .extend(&mut cosine, 320, 20)
            .unwrap_err()
            .to_string();
        assert!(
            sentence.starts_with("phase 3 must keep its 10 epochs") && sentence.contains("14"),
            "{sentence}"
        );
        assert_eq!(cosine.phases[2].epochs, 10);
        MoreEpochs::More(4).extend(&mut cosine, 227, 20).unwrap();
        MoreEpochs::InAll(14).extend(&mut cosine, 100, 20).unwrap();
        assert_eq!(cosine.phases[2].epochs, 14, "it has not begun");
    }

    #[test]
    fn numbers_without_end_overflow_nowhere() {
        let mut long = schedule();
        MoreEpochs::More(usize::MAX)
            .extend(&mut long, 227, 20)
            .unwrap();
        assert!(long.check(2).is_err());
    }
}
