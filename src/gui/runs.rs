//! The runs of the window: adding, changing, starting and removing them.

use std::path::PathBuf;

use crate::engine::{Command, RunId, RunState};
use crate::model::VARIANTS;
use crate::train::RunConfig;

use super::action::Effect;
use super::run::{Opening, Run};
use super::setup::draft::Draft;
use super::state::AppState;
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
        let id = RunId(self.next_run);
        self.next_run += 1;
        let slot = self.free_slot();
        self.runs.push(Run::new(id, slot, draft));
        self.selected = Some(id);
        self.relate();
        id
    }

    pub(super) fn add(&mut self, draft: Draft) -> Vec<Effect> {
        let id = self.push_run(draft);
        self.commit(id)
    }

    pub(super) fn open(&mut self, folder: PathBuf) -> Vec<Effect> {
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
            extend: None,
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
    /// stay matched.
    pub(super) fn new_seed(&mut self, ids: &[RunId]) -> Vec<Effect> {
        let meant: Vec<RunId> = self
            .runs
            .iter()
            .filter(|run| ids.contains(&run.id) && run.opening.is_none())
            .filter(|run| self.problem(run).is_none())
            .map(|run| run.id)
            .collect();
        let seeds = self.runs.iter().filter(|run| meant.contains(&run.id));
        let Some(last) = seeds.map(|run| run.draft.config.seed).max() else {
            return Vec::new();
        };
        // TOML holds signed numbers.
        let seed = if last >= i64::MAX as u64 { 1 } else { last + 1 };
        let mut meant = meant;
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
        let Some(run) = self.run(id).filter(|run| !run.has_started()) else {
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

    /// Gives a run the name that was typed, or, where that is empty, one by what it differs in.
    pub(super) fn rename(&mut self, id: RunId, name: &str) {
        let Some(run) = self.run_mut(id) else { return };
        run.draft.is_named = !name.trim().is_empty();
        if run.draft.is_named {
            name.clone_into(&mut run.draft.config.name);
        }
        self.relate();
    }

    /// Brings what depends on all runs into line: their names and what they have in common.
    pub(super) fn relate(&mut self) {
        let mut names: Vec<String> = Vec::with_capacity(self.runs.len());
        let typed: Vec<String> = self
            .runs
            .iter()
            .filter(|run| run.draft.is_named)
            .map(|run| run.name().to_owned())
            .collect();
        let mut before: Vec<&RunConfig> = Vec::with_capacity(self.runs.len());
        for run in &self.runs {
            let config = &run.draft.config;
            names.push(if run.draft.is_named {
                config.name.clone()
            } else {
                let taken = [&names[..], &typed].concat();
                let mut name = naming::name_of(config, &before);
                if let Some(phase) = run.branched_at
                    && naming::differences(config, &before).is_empty()
                    && (run.has_started() || run.opening.is_some())
                {
                    name = format!("{name} from phase {}", phase + 1);
                }
                naming::free_name(name, &taken)
            });
            // Of a run that is being opened nothing is known yet.
            if !matches!(run.opening, Some(Opening::Folder(_))) {
                before.push(config);
            }
        }
        for (run, name) in self.runs.iter_mut().zip(names) {
            // A name decides nothing, so a new one is no reason to make a run anew.
            if let Some(sent) = &mut run.sent {
                sent.name.clone_from(&name);
            }
            run.draft.config.name = name;
        }
        self.matching = matching::summary(&self.runs, &self.shapes);
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

#[cfg(test)]
#[path = "runs_tests.rs"]
mod tests;
