//! Giving up work, and taking that back: removing runs, and making them anew.
//!
//! Work that was *given up* is held, paused, for a while or until its notice is put away. A run that
//! was removed stays in the engine as it is; what a run was before it was made anew is put aside
//! there under a name of its own. The memory for all of it is bounded.

use crate::engine::{Command, RunId, RunState};
use crate::store::list;

use super::action::Effect;
use super::run::Run;
use super::state::{AppState, MAX_RUNS};
use super::words;

/// Training that took no longer than this is given up without a word: it is repeated as fast.
pub(super) const FEW_SECS: f64 = 3.0;

/// How long work that was given up is held, in seconds: as long as it took, within these.
const HELD_SECS: std::ops::RangeInclusive<f64> = 30.0..=300.0;

/// Runs that are held at once, at most; the newest that were given up together always are.
const MOST_HELD: usize = MAX_RUNS;

/// Memory of what is held, about, in bytes; the same holds.
const MOST_BYTES: usize = 512 << 20;

/// Numbers of four bytes that are held for a parameter: itself and what an optimizer keeps of it.
const PARAMETER_BYTES: usize = 3 * 4;

/// Work that was given up at once and can be had back at once.
#[derive(Debug)]
pub struct GivenUp {
    /// What.
    pub what: Work,
    /// The number of the message that tells it.
    pub message: u64,
}

/// What was given up.
#[derive(Debug)]
pub enum Work {
    /// Runs.
    Runs {
        /// Each with its place among the runs, in order.
        runs: Vec<(usize, Run)>,
        /// The run that was opened so that the window is not without one.
        stand_in: Option<RunId>,
    },
    /// The training of runs that are still there.
    Training(Vec<Former>),
}

/// A run as it was.
#[derive(Debug)]
pub struct Former {
    /// What the engine has it put aside under.
    aside: RunId,
    /// All the window knows of it.
    run: Box<Run>,
}

impl GivenUp {
    /// The runs that are held.
    fn held(&self) -> Vec<&Run> {
        match &self.what {
            Work::Runs { runs, .. } => runs.iter().map(|(_, run)| run).collect(),
            Work::Training(former) => former.iter().map(|former| &*former.run).collect(),
        }
    }

    /// The runs that are not among the others as long as it is not taken back.
    pub(super) fn removed(&self) -> impl Iterator<Item = &Run> {
        let runs: &[(usize, Run)] = match &self.what {
            Work::Runs { runs, .. } => runs,
            Work::Training(_) => &[],
        };
        runs.iter().map(|(_, run)| run)
    }

    /// How long it is held, in seconds.
    pub fn held_secs(&self) -> f64 {
        let took: f64 = self
            .held()
            .iter()
            .map(|run| run.progress.elapsed_secs)
            .sum();
        took.clamp(*HELD_SECS.start(), *HELD_SECS.end())
    }

    /// Memory that it takes, about, in bytes.
    fn bytes(&self) -> usize {
        let bytes = |run: &&Run| {
            let parameters = run.info.as_ref().map_or(0, |info| info.parameters);
            // Each phase but the first keeps the weights it began with.
            let copies = run.boundaries.len().max(1);
            run.history.bytes() + parameters * PARAMETER_BYTES * copies
        };
        self.held().iter().map(bytes).sum()
    }

    /// The runs that events may still be about.
    pub(super) fn runs_mut(&mut self) -> impl Iterator<Item = &mut Run> {
        let runs: &mut [(usize, Run)] = match &mut self.what {
            Work::Runs { runs, .. } => runs,
            Work::Training(_) => &mut [],
        };
        runs.iter_mut().map(|(_, run)| run)
    }
}

/// Their names, as a list.
fn named(runs: &[&Run]) -> String {
    let names: Vec<&str> = runs.iter().map(|run| run.name()).collect();
    list(&names)
}

impl AppState {
    /// Takes runs away, paused, and tells so.
    pub(super) fn put_aside(&mut self, ids: &[RunId]) -> Vec<Effect> {
        self.put_aside_as(ids, |names| format!("Removed {names}."))
    }

    /// The same, told in other words.
    pub(super) fn put_aside_as(
        &mut self,
        ids: &[RunId],
        words: impl FnOnce(&str) -> String,
    ) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut aside = Vec::new();
        for (place, run) in std::mem::take(&mut self.runs).into_iter().enumerate() {
            if ids.contains(&run.id) {
                if run.may_be_working() {
                    effects.push(Effect::Send(Command::Pause(run.id)));
                }
                aside.push((place, run));
            } else {
                self.runs.push(run);
            }
        }
        if aside.is_empty() {
            return effects;
        }
        let runs: Vec<&Run> = aside.iter().map(|(_, run)| run).collect();
        let text = words(&named(&runs));
        if self.selected.is_some_and(|id| ids.contains(&id)) {
            self.selected = self.runs.first().map(|run| run.id);
        }
        if let Some((id, _)) = &self.desk.renaming
            && ids.contains(id)
        {
            self.desk.renaming = None;
        }
        self.relate();
        let what = Work::Runs {
            runs: aside,
            stand_in: None,
        };
        effects.extend(self.hold(what, text));
        effects
    }

    /// Notes that a run is only there because all others were removed.
    pub(super) fn note_stand_in(&mut self, id: RunId) {
        if let Some(GivenUp {
            what: Work::Runs { stand_in, .. },
            ..
        }) = self.desk.given_up.last_mut()
        {
            *stand_in = Some(id);
        }
    }

    /// Puts aside what runs have been trained to, where that is worth it, and tells so in `words`, of
    /// their names and the time it took; each is to be made anew next.
    pub(super) fn put_training_aside(
        &mut self,
        ids: &[RunId],
        words: impl FnOnce(&str, &str) -> String,
    ) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut former = Vec::new();
        for &id in ids {
            let aside = RunId(self.next_run);
            let is_worth_it = |run: &&mut Run| {
                run.info.is_some() && run.progress.elapsed_secs >= FEW_SECS && !run.is_outdated
            };
            let Some(run) = self
                .runs
                .iter_mut()
                .find(|run| run.id == id)
                .filter(is_worth_it)
            else {
                continue;
            };
            self.next_run += 1;
            let mut was = run.clone();
            if was.state == RunState::Running {
                was.state = RunState::Paused;
            }
            let sent = run.sent.take();
            run.begin_anew();
            run.sent = sent;
            run.is_outdated = true;
            effects.push(Effect::Send(Command::SetAside { id, aside }));
            former.push(Former {
                aside,
                run: Box::new(was),
            });
        }
        if former.is_empty() {
            return effects;
        }
        let runs: Vec<&Run> = former.iter().map(|former| &*former.run).collect();
        let secs = runs.iter().map(|run| run.progress.elapsed_secs).sum();
        let text = words(&named(&runs), &words::duration(secs));
        effects.extend(self.hold(Work::Training(former), text));
        effects
    }

    /// Holds work that was given up; what is held longest goes where there is too much.
    fn hold(&mut self, what: Work, text: String) -> Vec<Effect> {
        let message = self.next_message;
        self.tell(None, text, false);
        self.desk.given_up.push(GivenUp { what, message });
        let mut effects = Vec::new();
        loop {
            let all = &self.desk.given_up;
            let runs: usize = all.iter().map(|given_up| given_up.held().len()).sum();
            let bytes: usize = all.iter().map(GivenUp::bytes).sum();
            match &all[..] {
                [oldest, _, ..] if runs > MOST_HELD || bytes > MOST_BYTES => {
                    let oldest = oldest.message;
                    effects.extend(self.forget(oldest));
                }
                _ => return effects,
            }
        }
    }

    /// Gives up for good what a message tells of.
    pub(super) fn forget(&mut self, message: u64) -> Vec<Effect> {
        let all = &mut self.desk.given_up;
        let Some(place) = all.iter().position(|given_up| given_up.message == message) else {
            return Vec::new();
        };
        let given_up = all.remove(place);
        self.messages.retain(|told| told.number != message);
        match given_up.what {
            Work::Training(former) => former
                .iter()
                .map(|former| Effect::Send(Command::Remove(former.aside)))
                .collect(),
            Work::Runs { runs, .. } => {
                let mut effects = Vec::new();
                for (_, run) in runs {
                    self.layers.forget(run.id);
                    self.code.forget(run.id);
                    effects.push(Effect::Send(Command::Remove(run.id)));
                    effects.extend(self.forget_training_of(run.id));
                }
                effects
            }
        }
    }

    /// Gives up for good what a run was before it was made anew: the run itself is gone for good.
    fn forget_training_of(&mut self, id: RunId) -> Vec<Effect> {
        let mut gone = Vec::new();
        for given_up in &mut self.desk.given_up {
            if let Work::Training(former) = &mut given_up.what {
                let is_of_it = |former: &mut Former| former.run.id == id;
                gone.extend(former.extract_if(.., is_of_it).map(|former| former.aside));
            }
        }
        let empty: Vec<u64> = self
            .desk
            .given_up
            .iter()
            .filter(|given_up| given_up.held().is_empty())
            .map(|given_up| given_up.message)
            .collect();
        self.desk
            .given_up
            .retain(|given_up| !empty.contains(&given_up.message));
        self.messages.retain(|told| !empty.contains(&told.number));
        let removed = |aside| Effect::Send(Command::Remove(aside));
        gone.into_iter().map(removed).collect()
    }

    /// Gives up for good all that is held.
    pub(super) fn forget_all(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        while let Some(oldest) = self.desk.given_up.first() {
            let oldest = oldest.message;
            effects.extend(self.forget(oldest));
        }
        effects
    }

    /// Brings back what was given up last.
    pub(super) fn undo_last(&mut self) -> Vec<Effect> {
        match self.desk.given_up.last() {
            Some(last) => {
                let message = last.message;
                self.undo(message)
            }
            None => Vec::new(),
        }
    }

    /// Brings back what a message tells of.
    pub(super) fn undo(&mut self, message: u64) -> Vec<Effect> {
        let all = &mut self.desk.given_up;
        let Some(place) = all.iter().position(|given_up| given_up.message == message) else {
            return Vec::new();
        };
        let given_up = all.remove(place);
        match given_up.what {
            Work::Runs { runs, stand_in } => self.undo_removal(runs, stand_in, message, place),
            Work::Training(former) => self.undo_training(former, message),
        }
    }

    fn undo_removal(
        &mut self,
        runs: Vec<(usize, Run)>,
        stand_in: Option<RunId>,
        message: u64,
        place: usize,
    ) -> Vec<Effect> {
        let mut effects = Vec::new();
        let standing_in = stand_in.and_then(|id| self.run(id));
        if let Some(id) = standing_in
            .filter(|run| run.is_untouched())
            .map(|run| run.id)
        {
            self.runs.retain(|run| run.id != id);
            effects.push(Effect::Send(Command::Remove(id)));
        }
        if self.runs.len() + runs.len() > MAX_RUNS {
            self.tell(
                None,
                format!("There is room for {MAX_RUNS} runs: remove one first."),
                true,
            );
            let what = Work::Runs { runs, stand_in };
            self.desk.given_up.insert(place, GivenUp { what, message });
            return effects;
        }
        self.messages.retain(|told| told.number != message);
        for (place, mut run) in runs {
            if self.runs.iter().any(|other| other.slot == run.slot) {
                run.slot = self.free_slot();
            }
            self.selected = Some(run.id);
            self.runs.insert(place.min(self.runs.len()), run);
        }
        self.relate();
        effects
    }

    fn undo_training(&mut self, former: Vec<Former>, message: u64) -> Vec<Effect> {
        let mut effects = Vec::new();
        let ids: Vec<RunId> = former.iter().map(|former| former.run.id).collect();
        // A run that was removed meanwhile comes back first.
        let is_missing = |state: &Self| ids.iter().any(|id| state.run(*id).is_none());
        let is_one = |run: &&Run| ids.contains(&run.id);
        let removals = self.desk.given_up.iter().filter(|given_up| {
            let is_removal = matches!(given_up.what, Work::Runs { .. });
            is_removal && given_up.held().iter().any(is_one)
        });
        let removals: Vec<u64> = removals.map(|given_up| given_up.message).collect();
        for removal in removals {
            effects.extend(self.undo(removal));
        }
        if is_missing(self) {
            // There was no room for it, which has been told.
            let what = Work::Training(former);
            self.desk.given_up.push(GivenUp { what, message });
            return effects;
        }
        self.messages.retain(|told| told.number != message);
        // What was trained since is given up in turn, and can be had back in turn.
        effects.extend(self.put_training_aside(&ids, |names, took| {
            format!(
                "{names}: what it was before. {took} of training since then can be brought back for \
                 a while."
            )
        }));
        for Former { aside, run } in former {
            let id = run.id;
            if let Some(there) = self.runs.iter_mut().find(|there| there.id == id) {
                let slot = there.slot;
                *there = *run;
                there.slot = slot;
                there.is_outdated = true;
                self.selected = Some(id);
                effects.push(Effect::Send(Command::BringBack { id, aside }));
            }
        }
        self.relate();
        effects
    }
}

#[cfg(test)]
#[path = "undo_tests.rs"]
mod tests;
