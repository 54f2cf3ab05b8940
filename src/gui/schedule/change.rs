//! What changing the schedule does to the state.
//!
//! A phase is *open* to change until its first step: all phases of a run that has not started, and
//! those ahead of the one under way, which itself can only be made longer or shorter. A run that has
//! finished goes on once there is more to do.

use crate::engine::{Command, RunId, RunState};
use crate::model::Objective;
use crate::train::{LearningRateDecay, Phase, PhaseSettings, RunConfig, Schedule};

use crate::gui::action::Effect;
use crate::gui::run::{Opening, Run};
use crate::gui::setup::draft::Draft;
use crate::gui::state::AppState;

use super::strip::MOST_EPOCHS;

/// Learning rates there are.
const RATES: std::ops::RangeInclusive<f64> = 1e-9..=100.0;

/// What the strip shows besides the phases.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScheduleState {
    /// The phase whose settings are open, of which run.
    pub open: Option<(RunId, usize)>,
    /// A learning rate that is being turned and not meant yet.
    pub turned: Option<(RunId, f64)>,
    /// A knob that is being turned, by its id, and not meant yet.
    pub turned_knob: Option<(RunId, &'static str, f64)>,
}

/// A way along the strip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// To the left.
    Earlier,
    /// To the right.
    Later,
}

/// Wishes about the phases of a run.
#[derive(Clone, Debug)]
pub enum ScheduleAction {
    /// Opens the settings of a phase.
    Open(RunId, usize),
    /// Closes them.
    Close,
    /// Other phases, as long as they are being edited; [`super::super::action::Action::Commit`] means them.
    Change(RunId, Box<Schedule>),
    /// One phase more.
    Add(RunId, Objective),
    /// One phase less.
    Remove(RunId, usize),
    /// Swaps a phase with its neighbour.
    Move(RunId, usize, Way),
    /// Gives all phases of a kind the same settings again.
    MakeAlike(RunId),
    /// A learning rate as long as it is being turned.
    TurnRate(RunId, f64),
    /// A knob, by its id, as long as it is being turned.
    TurnKnob(RunId, &'static str, f64),
}

impl Run {
    /// Index of the first phase of which everything can be changed.
    pub fn first_open_phase(&self) -> usize {
        if !self.has_started() {
            return 0;
        }
        match self.state {
            RunState::Failed => usize::MAX,
            RunState::Preparing | RunState::Paused | RunState::Running | RunState::Finished => {
                self.progress.phase + usize::from(self.progress.epoch > 0.0 || self.is_running())
            }
        }
    }

    /// Epochs a phase must have at least, or nothing where its length is settled.
    pub fn least_epochs(&self, index: usize) -> Option<usize> {
        // What is left of a cosine depends on the length of its phase.
        let may_stretch = |phase: &Phase| phase.decay != LearningRateDecay::Cosine;
        let is_under_way = self.has_started()
            && index == self.progress.phase
            && self.state != RunState::Failed
            && self.phase().is_some_and(may_stretch);
        if self.opening.is_some() {
            None
        } else if index >= self.first_open_phase() {
            Some(1)
        } else if is_under_way {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "epochs done are few and not negative"
            )]
            let done = self.progress.epoch.ceil().max(1.0) as usize;
            Some(done.min(MOST_EPOCHS))
        } else {
            None
        }
    }

    /// Whether the run can go on with these phases.
    pub fn may_have(&self, schedule: &Schedule) -> bool {
        if self.opening.is_some() {
            return false;
        }
        if !self.has_started() {
            return true;
        }
        let first = self.first_open_phase();
        let is_kept = |(index, old): (usize, &Phase)| {
            let Some(new) = schedule.phases.get(index) else {
                return false;
            };
            if index >= first {
                return true;
            }
            let is_as_it_was = Phase {
                epochs: old.epochs,
                ..*new
            } == *old;
            let is_long_enough = match self.least_epochs(index) {
                Some(least) => new.epochs >= least,
                None => new.epochs == old.epochs,
            };
            is_as_it_was && is_long_enough
        };
        let done = self.progress.phase + 1;
        self.phases().iter().enumerate().take(done).all(is_kept)
    }

    /// The learning rate of the phase under way, before any decay.
    pub fn learning_rate(&self) -> f64 {
        let changed = || {
            let info = self.info.as_ref()?;
            let before = self.phases().iter().take(self.progress.phase);
            let epochs: usize = before.map(|phase| phase.epochs).sum();
            let start = epochs as u64 * info.steps_per_epoch;
            let reached = start..=self.progress.step;
            let changes = info.config.learning_rate_changes.iter().rev();
            changes
                .clone()
                .find(|change| reached.contains(&change.step))
                .map(|change| change.learning_rate)
        };
        self.asked_rate
            .or_else(changed)
            .or_else(|| self.phase().map(|phase| phase.learning_rate))
            .unwrap_or_default()
    }

    /// Whether its settings are others than the engine was asked for.
    pub fn is_to_be_committed(&self) -> bool {
        if !self.has_started() {
            return self.is_edited();
        }
        let wanted = &self.draft.config.schedule.phases[..];
        wanted != self.phases()
            && self.asked_phases.as_ref().map(|asked| &asked.phases[..]) != Some(wanted)
    }

    /// Gives up phases, a learning rate and knobs that the engine was asked for, but does not go on with.
    pub(in crate::gui) fn take_back_phases(&mut self) {
        self.asked_rate = None;
        self.asked_knobs.clear();
        if self.asked_phases.take().is_some() && self.has_started() {
            let phases = self.phases().to_vec();
            self.draft.set_phases(Schedule { phases });
        }
    }
}

/// A new phase for this objective, with what its kind shares.
fn new_phase(draft: &Draft, objective: Objective) -> Phase {
    let (shared, dropout) = match objective {
        Objective::EndToEnd => (draft.finetune, 0.0),
        Objective::Greedy { .. } => (draft.pretrain, draft.dropout),
        Objective::EndsInward { .. } => (draft.pretrain, 0.0),
    };
    let PhaseSettings {
        epochs,
        learning_rate,
        decay,
        optimizer,
    } = shared;
    Phase {
        objective,
        epochs,
        learning_rate,
        decay,
        optimizer,
        dropout,
    }
}

/// Where a new phase goes: pretraining before the last phase with all layers, where that is still
/// ahead, everything else to the end.
fn place_of(run: &Run, objective: Objective) -> usize {
    let phases = &run.draft.config.schedule.phases;
    let last = phases.len().saturating_sub(1);
    let ends_with_all = phases
        .last()
        .is_some_and(|phase| phase.objective == Objective::EndToEnd);
    if objective != Objective::EndToEnd && ends_with_all && last >= run.first_open_phase() {
        last
    } else {
        phases.len()
    }
}

impl AppState {
    pub(in crate::gui) fn handle_schedule(&mut self, action: ScheduleAction) -> Vec<Effect> {
        match action {
            ScheduleAction::Open(id, index) => self.schedule.open = Some((id, index)),
            ScheduleAction::Close => self.schedule.open = None,
            ScheduleAction::Change(id, schedule) => self.change_phases(id, *schedule),
            ScheduleAction::Add(id, objective) => {
                return self.rearrange(id, |run, phases| {
                    let place = place_of(run, objective);
                    phases.insert(place, new_phase(&run.draft, objective));
                    Some(place)
                });
            }
            ScheduleAction::Remove(id, index) => {
                return self.rearrange(id, |run, phases| {
                    if index >= run.first_open_phase() && phases.len() > 1 && index < phases.len() {
                        phases.remove(index);
                    }
                    None
                });
            }
            ScheduleAction::Move(id, index, way) => {
                return self.rearrange(id, |run, phases| {
                    let other = match way {
                        Way::Earlier => index.checked_sub(1)?,
                        Way::Later => index + 1,
                    };
                    if index.min(other) < run.first_open_phase() || index.max(other) >= phases.len()
                    {
                        return Some(index);
                    }
                    phases.swap(index, other);
                    Some(other)
                });
            }
            ScheduleAction::MakeAlike(id) => {
                let alike = self.run(id).filter(|run| !run.has_started()).map(|run| {
                    let mut draft = run.draft.clone();
                    draft.make_alike();
                    draft
                });
                if let Some(draft) = alike
                    && self.may_become(id, &draft.config)
                    && let Some(run) = self.run_mut(id)
                {
                    run.draft = draft;
                }
                self.relate();
                return self.commit(id);
            }
            ScheduleAction::TurnRate(id, rate) => self.schedule.turned = Some((id, rate)),
            ScheduleAction::TurnKnob(id, knob, value) => {
                self.schedule.turned_knob = Some((id, knob, value));
            }
        }
        Vec::new()
    }

    fn change_phases(&mut self, id: RunId, schedule: Schedule) {
        let changed = self.run(id).map(|run| RunConfig {
            schedule: schedule.clone(),
            ..run.draft.config.clone()
        });
        if changed.is_some_and(|config| !self.may_become(id, &config)) {
            return;
        }
        if let Some(run) = self.run_mut(id).filter(|run| run.may_have(&schedule)) {
            run.draft.set_phases(schedule);
            self.relate();
        }
    }

    /// Changes the list of phases, means it at once, and keeps the settings of one phase open.
    fn rearrange(
        &mut self,
        id: RunId,
        change: impl FnOnce(&Run, &mut Vec<Phase>) -> Option<usize>,
    ) -> Vec<Effect> {
        let Some(run) = self.run(id) else {
            return Vec::new();
        };
        let mut schedule = run.draft.config.schedule.clone();
        let shown = change(run, &mut schedule.phases);
        if schedule.check(run.draft.stages()).is_err() {
            return Vec::new();
        }
        self.schedule.open = shown.map(|index| (id, index));
        self.change_phases(id, schedule);
        self.commit(id)
    }

    /// Asks the engine to go on with the phases as they are now.
    pub(in crate::gui) fn commit_phases(&mut self, id: RunId) -> Vec<Effect> {
        let Some(run) = self.run(id) else {
            return Vec::new();
        };
        let is_due = run.is_to_be_committed() && self.problem(run).is_none();
        let Some(run) = self.run_mut(id).filter(|_run| is_due) else {
            return Vec::new();
        };
        let schedule = run.draft.config.schedule.clone();
        run.asked_phases = Some(schedule.clone());
        vec![Effect::Send(Command::SetSchedule { id, schedule })]
    }

    /// Asks the engine for another learning rate of a run under way.
    pub(in crate::gui) fn set_learning_rate(&mut self, id: RunId, rate: f64) -> Vec<Effect> {
        self.schedule.turned = None;
        if !self.may_change(id, "lr") {
            return Vec::new();
        }
        let may = |run: &&mut Run| run.can_stop() && RATES.contains(&rate);
        let Some(run) = self.run_mut(id).filter(may) else {
            return Vec::new();
        };
        run.asked_rate = Some(rate);
        vec![Effect::Send(Command::SetLearningRate {
            id,
            learning_rate: rate,
        })]
    }

    /// Whether a run can be branched from the start of a phase.
    pub fn can_branch(&self, run: &Run, phase: usize) -> bool {
        self.has_room() && run.boundaries.contains(&phase) && run.opening.is_none()
    }

    /// A new run that stands where this one began a phase.
    pub(in crate::gui) fn branch(&mut self, from: RunId, phase: usize) -> Vec<Effect> {
        let Some(run) = self.run(from).filter(|run| self.can_branch(run, phase)) else {
            return Vec::new();
        };
        let mut draft = run.draft.clone();
        draft.set_phases(Schedule {
            phases: run.phases().to_vec(),
        });
        draft.is_named = false;
        let controls = run.controls.clone();
        let id = self.place_run(draft);
        let Some(run) = self.run_mut(id) else {
            return Vec::new();
        };
        run.controls = controls;
        run.opening = Some(Opening::Branch);
        run.branched_at = Some(phase);
        self.relate();
        let Some(run) = self.run(id) else {
            return Vec::new();
        };
        let name = run.name().to_owned();
        vec![Effect::Send(Command::Branch {
            id,
            from,
            phase,
            name,
        })]
    }
}

#[cfg(test)]
#[path = "change_tests.rs"]
mod tests;
