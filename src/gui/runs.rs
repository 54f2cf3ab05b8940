//! The runs of the window: adding, changing, starting and removing them.

use std::path::PathBuf;

use crate::engine::{Command, Extension, RunId, RunState};
use crate::model::VARIANTS;

use super::action::Effect;
use super::run::{Opening, OwnName, Run};
use super::setup::draft::Draft;
use super::state::AppState;
use super::undo::GivenUp;
use super::{matching, naming};

impl AppState {
    pub(super) fn for_all(
        &mut self,
        mut act: impl FnMut(&mut Self, RunId) -> Vec<Effect>,
    ) -> Vec<Effect> {
        let ids: Vec<RunId> = self.runs.iter().map(|run| run.id).collect();
        ids.into_iter().flat_map(|id| act(self, id)).collect()
    }

    pub(super) fn send_if(
        &self,
        id: RunId,
        may: impl Fn(&Run) -> bool,
        command: Command,
    ) -> Vec<Effect> {
        match self.run(id) {
            Some(run) if may(run) => vec![Effect::Send(command)],
            Some(_) | None => Vec::new(),
        }
    }

    pub(super) fn start(&mut self, id: RunId) -> Vec<Effect> {
        self.go(id, Command::Start(id))
    }

    pub(super) fn step(&mut self, id: RunId) -> Vec<Effect> {
        self.go(id, Command::StepOnce(id))
    }

    /// Makes the run as it was edited, where it was, and then sends `command`.
    pub(super) fn go(&mut self, id: RunId, command: Command) -> Vec<Effect> {
        let Some(run) = self.run(id) else {
            return Vec::new();
        };
        if !self.can_start(run) {
            return Vec::new();
        }
        if run.state == RunState::Failed
            && !run.has_started()
            && let Some(run) = self.run_mut(id)
        {
            // The engine has no such run: it is to be made anew, changed or not.
            run.sent = None;
        }
        let mut effects = self.commit(id);
        effects.push(Effect::Send(command));
        effects
    }

    pub(super) fn free_slot(&self) -> usize {
        (0..=self.runs.len())
            .find(|slot| self.runs.iter().all(|run| run.slot != *slot))
            .unwrap_or(0)
    }

    /// A run with the next free colour, selected.
    pub(super) fn push_run(&mut self, draft: Draft) -> RunId {
        let id = self.place_run(draft);
        self.relate();
        id
    }

    /// The same, but what it is called is still to be settled: [`AppState::relate`] does it.
    pub(super) fn place_run(&mut self, draft: Draft) -> RunId {
        let id = RunId(self.next_run);
        self.next_run += 1;
        let slot = self.free_slot();
        self.runs.push(Run::new(id, slot, draft));
        self.selected = Some(id);
        id
    }

    pub(super) fn add(&mut self, draft: Draft) -> Vec<Effect> {
        let id = self.push_run(draft);
        self.commit(id)
    }

    /// Adds a run that keeps the name of its settings until they change, numbered where it is taken.
    pub(super) fn add_called(&mut self, draft: Draft) -> Vec<Effect> {
        let id = self.place_called(draft);
        self.commit(id)
    }

    /// The same, but the engine is not asked for it yet.
    pub(super) fn place_called(&mut self, draft: Draft) -> RunId {
        let name = draft.config.name.clone();
        let taken = self.names_in_use();
        let id = self.place_run(draft);
        if let Some(run) = self.run_mut(id) {
            run.keep_name(naming::free_name(name, &taken));
        }
        self.relate();
        id
    }

    /// Names of all runs, of those too that can be brought back.
    fn names_in_use(&self) -> Vec<String> {
        let aside = self.desk.given_up.iter().flat_map(GivenUp::removed);
        let runs = self.runs.iter().chain(aside);
        runs.map(|run| run.name().to_owned()).collect()
    }

    /// Opens a kept run, whose images somebody may say the place of.
    pub(super) fn open(&mut self, folder: PathBuf, dataset: Option<String>) -> Vec<Effect> {
        let Some(variant) = VARIANTS.first() else {
            return Vec::new();
        };
        // A stand-in until the engine tells the settings of the run.
        let mut draft = Draft::recipe(*variant, "glyphs");
        draft.config.name = folder.file_name().map_or_else(
            || folder.display().to_string(),
            |name| name.to_string_lossy().into_owned(),
        );
        draft.is_named = true;
        let id = self.push_run(draft);
        if let Some(run) = self.run_mut(id) {
            run.opening = Some(Opening::Folder(folder.clone()));
        }
        vec![Effect::Send(Command::OpenRun {
            id,
            folder,
            extend: dataset.map(|dataset| Extension {
                dataset: Some(dataset),
                ..Extension::default()
            }),
        })]
    }

    pub(super) fn duplicate(&mut self, id: RunId) -> Vec<Effect> {
        let Some(run) = self.run(id).filter(|_run| self.has_room()) else {
            return Vec::new();
        };
        let mut draft = run.draft.clone();
        // What a copy is called follows from what is changed about it.
        draft.is_named = false;
        let controls = run.controls.clone();
        let effects = self.add(draft);
        if let Some(run) = self.selected.and_then(|id| self.run_mut(id)) {
            run.controls = controls;
        }
        effects
    }

    pub(super) fn remove(&mut self, id: RunId) -> Vec<Effect> {
        if self.run(id).is_none() {
            return Vec::new();
        }
        let mut effects = self.put_aside(&[id]);
        if self.runs.is_empty()
            && let Some(first) = VARIANTS.first()
        {
            effects.extend(self.add(Draft::recipe(*first, "glyphs")));
            if let Some(id) = self.selected {
                self.note_stand_in(id);
            }
        }
        effects
    }

    /// The initial weights of another seed, the same one for all that are meant, so that matched runs
    /// stay matched. Each of them [can take one](Run::can_take_seed).
    pub(super) fn new_seed(&mut self, ids: &[RunId]) -> Vec<Effect> {
        let mut meant: Vec<RunId> = self
            .runs
            .iter()
            .filter(|run| ids.contains(&run.id) && self.problem(run).is_none())
            .map(|run| run.id)
            .collect();
        let seeds = self.runs.iter().filter(|run| meant.contains(&run.id));
        let Some(last) = seeds.map(|run| run.draft.config.seed).max() else {
            return Vec::new();
        };
        // TOML holds signed numbers.
        let seed = if last >= i64::MAX as u64 { 1 } else { last + 1 };
        meant.retain(|id| self.may_change(*id, "seed"));
        let mut effects = self.put_training_aside(&meant, |names, took| {
            format!(
                "{names}: on to seed {seed}. {took} of training can be brought back for a while."
            )
        });
        for id in meant {
            if let Some(run) = self.run_mut(id) {
                run.draft.config.seed = seed;
                run.begin_anew();
            }
            effects.extend(self.commit(id));
        }
        self.relate();
        effects
    }

    pub(super) fn edit(&mut self, id: RunId, mut draft: Draft) {
        let may_be = |run: &&Run| !run.has_started() && !run.is_offline;
        let Some(run) = self.run(id).filter(may_be) else {
            return;
        };
        draft.settle(&run.draft);
        if !self.may_become(id, &draft.config) {
            return;
        }
        if let Some(run) = self.run_mut(id) {
            run.draft = draft;
        }
        self.relate();
    }

    /// Gives a run the name that was typed, or, where that is empty, one by its settings.
    pub(super) fn rename(&mut self, id: RunId, name: &str) {
        let Some(run) = self.run_mut(id) else { return };
        run.draft.is_named = !name.trim().is_empty();
        run.own_name = None;
        if run.draft.is_named {
            name.clone_into(&mut run.draft.config.name);
        }
        self.relate();
    }

    /// Brings what depends on all runs into line: their names and what they have in common.
    pub(super) fn relate(&mut self) {
        self.name_runs();
        self.matching = matching::summary(&self.runs, &self.shapes);
    }

    /// Calls every run that the user did not name by its own settings, numbered where another run is
    /// called so. The name stays as long as those settings do, whatever becomes of the other runs.
    fn name_runs(&mut self) {
        let due: Vec<Option<String>> = self.runs.iter_mut().map(Run::name_due).collect();
        let mut taken: Vec<String> = self
            .desk
            .given_up
            .iter()
            .flat_map(GivenUp::removed)
            .map(|run| run.name().to_owned())
            .collect();
        let staying = self.runs.iter().zip(&due).filter(|(_, due)| due.is_none());
        taken.extend(staying.map(|(run, _)| run.name().to_owned()));
        for (run, due) in self.runs.iter_mut().zip(due) {
            if let Some(by) = due {
                let name = naming::free_name(by.clone(), &taken);
                taken.push(name.clone());
                run.draft.config.name.clone_from(&name);
                run.own_name = Some(OwnName { by, name });
            }
            // A name decides nothing, so a new one is no reason to make a run anew.
            if let Some(sent) = &mut run.sent {
                sent.name.clone_from(&run.draft.config.name);
            }
        }
    }

    /// Tells the engine the name of a run where it has another one.
    pub(super) fn tell_name(&self, id: RunId) -> Vec<Effect> {
        let has_other = |run: &Run| {
            let info = run.info.as_ref();
            info.is_some_and(|info| info.config.name != run.draft.config.name)
        };
        let Some(run) = self.run(id) else {
            return Vec::new();
        };
        let name = run.draft.config.name.clone();
        self.send_if(id, has_other, Command::Rename { id, name })
    }

    /// Has the engine make the run anew if its settings have changed and can be.
    pub(super) fn commit(&mut self, id: RunId) -> Vec<Effect> {
        let Some(run) = self.run(id) else {
            return Vec::new();
        };
        let shape = self.shape_of(&run.draft.config);
        if run.is_offline || self.awaits_images(run) {
            return Vec::new();
        }
        if run.has_started() {
            return self.commit_phases(id);
        }
        let is_due = run.is_edited() && run.draft.problem(shape).is_none();
        let Some(run) = self.run_mut(id).filter(|_run| is_due) else {
            return Vec::new();
        };
        let config = run.draft.config.clone();
        run.sent = Some(config.clone());
        run.state = RunState::Preparing;
        run.failure = None;
        run.parked_at = None;
        run.warning = None;
        let config = Box::new(config);
        vec![Effect::Send(Command::AddRun { id, config })]
    }
}

impl Run {
    /// What it is called by its own settings.
    fn name_by_settings(&self) -> String {
        let name = naming::name_of(&self.draft.config);
        match self.branched_at {
            Some(phase) => format!("{name}{}from phase {}", naming::BETWEEN, phase + 1),
            None => name,
        }
    }

    /// What it is to be called by its settings, unless it has its name already: the user's, or the one
    /// that was found for these settings.
    fn name_due(&mut self) -> Option<String> {
        if self.draft.is_named {
            self.own_name = None;
            return None;
        }
        let by = self.name_by_settings();
        match &self.own_name {
            Some(own) if own.by == by => {
                self.draft.config.name.clone_from(&own.name);
                None
            }
            Some(_) | None => Some(by),
        }
    }

    /// Has it called as it is as long as its settings stay, where the user did not name it and it is
    /// called anything: what it was called when it was kept it is called again.
    pub(super) fn keep_own_name(&mut self) {
        let name = self.draft.config.name.clone();
        if !self.draft.is_named && !name.trim().is_empty() {
            self.keep_name(name);
        }
    }

    /// Has it called so as long as its settings stay as they are.
    fn keep_name(&mut self, name: String) {
        self.draft.config.name.clone_from(&name);
        self.own_name = Some(OwnName {
            by: self.name_by_settings(),
            name,
        });
    }
}

#[cfg(test)]
#[path = "runs_tests.rs"]
mod tests;
