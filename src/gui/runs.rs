//! The runs of the window: adding, changing, starting and removing them.

use std::path::PathBuf;

use crate::engine::{Command, RunId, RunState};
use crate::model::VARIANTS;

use super::action::Effect;
use super::draft::Draft;
use super::run::Run;
use super::state::AppState;

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
    fn go(&mut self, id: RunId, command: Command) -> Vec<Effect> {
        let Some(run) = self.run(id) else {
            return Vec::new();
        };
        if !self.can_start(run) {
            return Vec::new();
        }
        if run.state == RunState::Failed
            && let Some(run) = self.run_mut(id)
        {
            // The engine has no such run: it is to be made anew, changed or not.
            run.sent = None;
        }
        let mut effects = self.commit(id);
        effects.push(Effect::Send(command));
        effects
    }

    fn free_slot(&self) -> usize {
        (0..=self.runs.len())
            .find(|slot| self.runs.iter().all(|run| run.slot != *slot))
            .unwrap_or(0)
    }

    fn push_run(&mut self, draft: Draft) -> RunId {
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
        let id = self.push_run(draft);
        if let Some(run) = self.run_mut(id) {
            run.opening = Some(folder.clone());
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
        draft.config.name = self.free_name(&draft.config.name, None);
        self.add(draft)
    }

    /// `name` without its number, or with the first number that makes it differ from the names of
    /// all runs but `except`.
    fn free_name(&self, name: &str, except: Option<RunId>) -> String {
        let stem = name
            .trim_end_matches(|c: char| c.is_ascii_digit())
            .trim_end();
        let others = || self.runs.iter().filter(|run| Some(run.id) != except);
        std::iter::once(stem.to_owned())
            .chain((2..=self.runs.len() + 1).map(|number| format!("{stem} {number}")))
            .find(|name| others().all(|run| run.draft.config.name != *name))
            .unwrap_or_default()
    }

    pub(super) fn remove(&mut self, id: RunId) -> Vec<Effect> {
        if self.run(id).is_none() {
            return Vec::new();
        }
        self.runs.retain(|run| run.id != id);
        if self.selected == Some(id) {
            self.selected = self.runs.first().map(|run| run.id);
        }
        let mut effects = vec![Effect::Send(Command::Remove(id))];
        if self.runs.is_empty()
            && let Some(first) = VARIANTS.first()
        {
            effects.extend(self.add(Draft::recipe(*first, "glyphs")));
        }
        effects
    }

    pub(super) fn edit(&mut self, id: RunId, mut draft: Draft) {
        let Some(run) = self.run(id).filter(|run| !run.has_started()) else {
            return;
        };
        draft.settle(&run.draft);
        let is_renamed_along = draft.config.variant != run.draft.config.variant
            && draft.config.name != run.draft.config.name;
        if is_renamed_along {
            draft.config.name = self.free_name(&draft.config.name, Some(id));
        }
        if let Some(run) = self.run_mut(id) {
            run.draft = draft;
        }
    }

    /// Has the engine make the run anew if its settings have changed and can be.
    pub(super) fn commit(&mut self, id: RunId) -> Vec<Effect> {
        let Some(run) = self.run(id) else {
            return Vec::new();
        };
        let shape = self.shape_of(&run.draft.config.dataset);
        let is_due = run.is_edited() && !run.has_started() && run.draft.problem(shape).is_none();
        let Some(run) = self.run_mut(id).filter(|_run| is_due) else {
            return Vec::new();
        };
        let config = run.draft.config.clone();
        run.sent = Some(config.clone());
        run.state = RunState::Preparing;
        run.failure = None;
        run.warning = None;
        let config = Box::new(config);
        vec![Effect::Send(Command::AddRun { id, config })]
    }
}
