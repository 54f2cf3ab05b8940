//! Data sets from the internet: which are here, which are offered, and who waits for one.
//!
//! An *offer* stands below a run's images: a set that has to be fetched before the run can have it.
//! A run that *waits* takes the set when it arrives, unless it was trained meanwhile.

mod panel;

use std::collections::BTreeSet;
use std::path::Path;

use crate::data::fetch::{SETS, Set};
use crate::engine::{Command, JobId, JobOutcome, RunId, RunState};

use super::action::Effect;
use super::jobs::Job;
use super::run::{Failure, Run};
use super::state::AppState;

pub use panel::{fetch_ui, name_of};

/// What is known of sets from the internet.
#[derive(Debug, Default)]
pub struct FetchState {
    /// Sets that are here.
    pub held: BTreeSet<&'static str>,
    /// The set that a run was offered.
    pub offer: Option<(RunId, &'static str)>,
    /// Sets on their way: the job, the set, and the runs that wait for it.
    waiting: Vec<(JobId, &'static str, Vec<RunId>)>,
    /// Sets that have arrived, for the runs that waited.
    arrived: Vec<(RunId, &'static str)>,
}

/// Wishes about sets from the internet.
#[derive(Clone, Debug)]
pub enum FetchAction {
    /// Shows what fetching a set for a run would mean.
    Offer(RunId, &'static str),
    /// Puts the offer away.
    Decline,
    /// Fetches a set for a run.
    Fetch(RunId, &'static str),
}

impl FetchState {
    /// Whether a set has to be fetched before it can be used.
    pub fn is_absent(&self, id: &str) -> bool {
        set(id).is_some_and(|set| !self.held.contains(set.id))
    }

    /// The job that brings a set, if one does.
    pub fn job_of(&self, id: &str) -> Option<JobId> {
        let found = self.waiting.iter().find(|(_, set, _)| *set == id);
        found.map(|(job, ..)| *job)
    }

    /// Whether a run waits for a set.
    pub fn waits(&self, run: RunId, id: &str) -> bool {
        self.waiting
            .iter()
            .any(|(_, set, runs)| *set == id && runs.contains(&run))
    }
}

/// The set of this name.
pub(super) fn set(id: &str) -> Option<&'static Set> {
    SETS.iter().copied().find(|set| set.id == id)
}

impl AppState {
    pub(super) fn handle_fetch(&mut self, action: FetchAction) -> Vec<Effect> {
        match action {
            FetchAction::Offer(run, id) => {
                self.fetch.offer = Some((run, id));
                Vec::new()
            }
            FetchAction::Decline => {
                self.fetch.offer = None;
                Vec::new()
            }
            FetchAction::Fetch(run, id) => self.fetch_for(run, id),
        }
    }

    fn fetch_for(&mut self, run: RunId, id: &'static str) -> Vec<Effect> {
        let under_way = self.fetch.waiting.iter_mut().find(|(_, set, _)| *set == id);
        if let Some((_, _, runs)) = under_way {
            if !runs.contains(&run) {
                runs.push(run);
            }
            return Vec::new();
        }
        let job = self.jobs.new_id();
        self.fetch.waiting.push((job, id, vec![run]));
        vec![Effect::Send(Command::Fetch {
            id: job,
            set: id.to_owned(),
        })]
    }

    /// The set below a run's images: the one it was offered, or the one it is to train on and cannot.
    pub(super) fn offered(&self, run: &Run) -> Option<&'static Set> {
        let offer = self.fetch.offer.filter(|(id, _)| *id == run.id);
        let own = run.draft.config.dataset.as_str();
        let id = offer.map_or(own, |(_, id)| id);
        set(id).filter(|set| self.fetch.is_absent(set.id))
    }

    /// Whether the images that a run is set to train on are being fetched for it; it is made when they are
    /// here.
    pub(super) fn awaits_images(&self, run: &Run) -> bool {
        self.fetch.waits(run.id, &run.draft.config.dataset)
    }

    /// The job that brings a set, as the list of jobs has it.
    pub(super) fn fetching(&self, set: &Set) -> Option<&Job> {
        let id = self.fetch.job_of(set.id)?;
        self.jobs.list.iter().find(|job| job.id == id)
    }

    /// The engine says which sets are here.
    pub(super) fn note_fetched(&mut self, held: Vec<&'static str>) {
        self.fetch.held = held.into_iter().collect();
    }

    /// A job has ended that may have brought a set.
    pub(super) fn end_fetch(&mut self, job: JobId, outcome: &JobOutcome) {
        let waiting = &mut self.fetch.waiting;
        let Some(place) = waiting.iter().position(|(id, ..)| *id == job) else {
            return;
        };
        let (_, set, runs) = waiting.remove(place);
        if !matches!(outcome, JobOutcome::Done(_)) {
            for run in runs {
                self.go_without(run, set);
            }
            return;
        }
        for run in runs {
            if self.fetch.offer == Some((run, set)) {
                self.fetch.offer = None;
            }
            self.fetch.arrived.push((run, set));
        }
    }

    /// A set did not arrive for a run. Where the run is set to train on it, asking the engine for the run
    /// could only fail for the same reason, so it counts as failed already. What the job came to is told;
    /// the run has no notice of its own.
    fn go_without(&mut self, id: RunId, of: &'static str) {
        let Some(name) = set(of).map(|set| set.name) else {
            return;
        };
        let waits = |run: &&mut Run| {
            let is_new = run.is_untouched() && run.lost.is_none() && run.is_edited();
            is_new && run.draft.config.dataset == of
        };
        let Some(run) = self.run_mut(id).filter(waits) else {
            return;
        };
        run.sent = Some(run.draft.config.clone());
        run.state = RunState::Failed;
        run.failure = Some(Failure {
            text: format!(
                "{name} was not fetched: fetch it again below the images, or open a folder of {name}."
            ),
            is_bad_input: false,
        });
        run.is_failure_dismissed = true;
    }

    /// Gives sets that have arrived to the runs that waited for them.
    pub(super) fn catch_up_fetch(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        for (id, set) in std::mem::take(&mut self.fetch.arrived) {
            if self.run(id).is_some_and(|run| run.lost.is_some()) {
                effects.extend(self.relink(id, Path::new(set)));
                continue;
            }
            let Some(run) = self.run(id).filter(|run| run.is_untouched()) else {
                continue;
            };
            let mut draft = run.draft.clone();
            set.clone_into(&mut draft.config.dataset);
            let is_failed = run.state == RunState::Failed;
            self.edit(id, draft);
            if is_failed && let Some(run) = self.run_mut(id) {
                // It asked for the set before it was there.
                run.sent = None;
            }
            effects.extend(self.commit(id));
        }
        effects
    }
}

#[cfg(test)]
mod tests;
