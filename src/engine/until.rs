//! Training until something is reached: a step, the end of a phase, a test error.
//!
//! A run that gets there is measured and pauses. Measuring only reads, so the run is afterwards what it
//! would have been without a stop.

use crate::train::Trainer;

use super::live::LiveRun;
use super::protocol::{Event, RunId, RunState};
use super::turn::Goal;
use super::worker::Worker;

/// What a run is to reach before it pauses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Until {
    /// So many training steps in all.
    Step(u64),
    /// The end of the phase under way, or of the next one where it stands between two.
    PhaseEnd,
    /// A mean squared test error per pixel of at most this, as of a measurement.
    TestError(f64),
}

impl Until {
    /// How far that is for a run, or nothing where it is there already.
    fn goal(self, trainer: &Trainer) -> Option<Goal> {
        let done = trainer.position().step;
        match self {
            Self::Step(step) => (step > done).then_some(Goal::At(step)),
            Self::PhaseEnd => {
                let end = phase_end(trainer);
                (end > done).then_some(Goal::At(end))
            }
            Self::TestError(most) => {
                let last = trainer.metrics().last_test();
                let is_there = last.is_some_and(|test| test.step == done && test.mse <= most);
                (!is_there).then_some(Goal::TestError(most))
            }
        }
    }
}

/// Steps done at the end of the phase under way, or of the next one between two phases.
fn phase_end(trainer: &Trainer) -> u64 {
    let phases = &trainer.config().schedule.phases;
    let mut ends = phases.iter().scan(0, |epochs, phase| {
        *epochs += phase.epochs as u64;
        Some(*epochs * trainer.steps_per_epoch())
    });
    let done = trainer.position().step;
    ends.find(|end| *end > done)
        .unwrap_or_else(|| trainer.total_steps())
}

impl LiveRun {
    /// Has a run that has come to its goal between two measurements measured there.
    pub(super) fn measure_at_goal(&mut self) {
        if let (Goal::At(step), Some(trainer)) = (self.goal, &mut self.trainer)
            && trainer.position().step >= step
        {
            trainer.request_measurement();
        }
    }
}

impl Worker {
    /// Trains a run until something is reached.
    pub(super) fn run_until(&mut self, id: RunId, until: Until) {
        if let Until::TestError(most) = until
            && !(most.is_finite() && most > 0.0)
        {
            let text = format!(
                "A run can train until its test error is above 0, but {most} was asked for."
            );
            self.outlet.tell(Event::Warning { id, text });
            return;
        }
        let Some(run) = self.find(id) else { return };
        let Some(trainer) = &run.trainer else {
            // It starts once the data is there, and the goal is found then.
            self.start(id, Goal::Until(until));
            return;
        };
        match until.goal(trainer) {
            Some(goal) => self.start(id, goal),
            None if run.state == RunState::Running => self.finish_slice(id, RunState::Paused),
            None => {}
        }
    }
}
