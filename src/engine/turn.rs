//! A run's turn: the steps it does before another run has its own.
//!
//! A *turn* is a slice of time. In it a run trains, measures, draws what is due and keeps what can be
//! branched from.

use std::time::{Duration, Instant};

use crate::model::LayerInfo;
use crate::train::{Advance, TrainerError};

use super::live::LiveRun;
use super::protocol::Watch;
use super::until::Until;

/// How far a run is to go before it pauses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Goal {
    /// To the end of its schedule.
    End,
    /// One step.
    Step,
    /// To the end of the epoch under way.
    Epoch,
    /// Until so many steps are done and measured.
    At(u64),
    /// Until a measurement finds a test error of at most this.
    TestError(f64),
    /// What that is, is found once the run is there.
    Until(Until),
}

/// What a run is to do with its slice of time.
pub(super) struct Turn<'a> {
    pub(super) slice: Duration,
    /// Test images to show.
    pub(super) images: &'a [u32],
    pub(super) watch: Watch,
    /// Between two steps, at least.
    pub(super) step_interval: Option<Duration>,
}

/// A turn, usually.
const SLICE: Duration = Duration::from_millis(20);
/// The turn of a large network beside other runs: they have driven its weights out of the processor's
/// caches, and to fetch them takes a few milliseconds.
const LARGE_SLICE: Duration = Duration::from_millis(60);
/// Weights and biases from which on a network is large: with gradients and two moments of the
/// optimizer they take more than most caches of a single core.
const LARGE: usize = 100_000;

/// The turn of a network with so many weights and biases.
fn slice(parameters: usize, is_alone: bool) -> Duration {
    if is_alone || parameters < LARGE {
        SLICE
    } else {
        LARGE_SLICE
    }
}

/// A step this long apart from the next is watched one by one.
const SLOW: Duration = Duration::from_millis(20);

impl LiveRun {
    /// How long the run's turn is.
    pub(super) fn slice(&self, is_alone: bool) -> Duration {
        let layers = self.trainer.as_ref().map(|t| t.trainee().layers());
        slice(
            LayerInfo::all_parameters(layers.unwrap_or_default()),
            is_alone,
        )
    }

    /// Whether it is too early for the next step.
    pub(super) fn is_waiting(&self, step_interval: Option<Duration>, now: Instant) -> bool {
        step_interval.is_some()
            && now < self.next_step_at
            && self.trainer.as_ref().is_some_and(|t| t.is_step_next())
    }

    /// Trains and measures for about a slice. Returns whether the run goes on after it.
    pub(super) fn work(&mut self, turn: &Turn<'_>) -> Result<bool, TrainerError> {
        let start = Instant::now();
        while start.elapsed() < turn.slice && !self.is_waiting(turn.step_interval, Instant::now()) {
            if !self.advance(turn)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// One step or a part of a measurement, and the frame that is due after it.
    fn advance(&mut self, turn: &Turn<'_>) -> Result<bool, TrainerError> {
        let Some(mut moment) = self.moment() else {
            return Ok(false);
        };
        let start = Instant::now();
        let is_slow = turn.step_interval.is_some_and(|every| every >= SLOW);
        let Some(trainer) = &mut self.trainer else {
            return Ok(false);
        };
        if self.goal == Goal::Epoch {
            let per_epoch = trainer.steps_per_epoch();
            self.goal = Goal::At((trainer.position().step / per_epoch + 1) * per_epoch);
        }
        let mut is_drawn = false;
        if trainer.is_step_next() {
            moment.step += 1;
            is_drawn =
                self.goal == Goal::Step || self.cadence.is_due(moment, start, &turn.watch, is_slow);
            if is_drawn {
                trainer.observe_next_step();
            }
        }
        let advance = trainer.advance()?;
        match advance {
            Advance::Trained => {
                if !is_drawn {
                    self.clock.count(moment.phase, start.elapsed());
                }
                self.has_changed = true;
                self.measure_at_goal();
                if let Some(every) = turn.step_interval {
                    self.next_step_at = (self.next_step_at + every).max(start);
                }
            }
            Advance::Measured => {
                // What runs through the network may have become deeper.
                let began = self.keep_boundary()?;
                self.has_changed |= began;
                is_drawn = began && self.is_due_now(start, &turn.watch);
            }
            Advance::Finished => return Ok(false),
        }
        self.cadence.trained(start.elapsed(), &turn.watch);
        if is_drawn {
            let is_stepping = self.goal == Goal::Step;
            self.draw(turn.images, is_stepping)?;
        }
        self.goes_on(advance)
    }

    fn is_due_now(&self, now: Instant, watch: &Watch) -> bool {
        self.moment()
            .is_some_and(|moment| self.cadence.is_due(moment, now, watch, false))
    }

    /// Keeps the start of a phase that has just begun. Returns whether one has.
    fn keep_boundary(&mut self) -> Result<bool, TrainerError> {
        let Some(trainer) = &self.trainer else {
            return Ok(false);
        };
        let phase = trainer.position().phase;
        let is_known = |known: usize| known >= phase;
        let newest = self.boundaries.last();
        if !trainer.is_at_boundary() || is_known(newest.map_or(0, |kept| kept.phase())) {
            return Ok(false);
        }
        let boundary = trainer.boundary(newest)?;
        self.boundaries.push(boundary);
        Ok(true)
    }

    /// Whether the goal is further on.
    fn goes_on(&mut self, advance: Advance) -> Result<bool, TrainerError> {
        let Some(trainer) = &mut self.trainer else {
            return Ok(false);
        };
        let position = trainer.position();
        let is_measured = position.is_measured && !trainer.is_measuring();
        let is_there = match self.goal {
            Goal::End | Goal::Epoch | Goal::Until(_) => false,
            Goal::Step => advance == Advance::Trained,
            Goal::At(step) => position.step >= step && is_measured,
            Goal::TestError(most) => {
                let newest = trainer.metrics().last_test();
                advance == Advance::Measured
                    && is_measured
                    && newest.is_some_and(|test| test.mse <= most)
            }
        };
        if is_there {
            self.goal = Goal::End;
            trainer.collect()?;
        }
        let is_stopped = self.is_stopping && advance == Advance::Measured && is_measured;
        Ok(!is_there && !is_stopped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_to_be_fetched_again_has_long_turns() {
        assert_eq!(
            slice(1_000_000, true),
            SLICE,
            "commands wait no longer than this"
        );
        assert_eq!(slice(15_000, false), SLICE);
        assert_eq!(slice(1_000_000, false), LARGE_SLICE);
    }
}
