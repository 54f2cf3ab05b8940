//! Taking up a session: its runs come in place of those that are there.

use crate::engine::{Command, OpenedSession, RunId};

use super::super::action::{Action, Effect, ViewOptions};
use super::super::curves::CurvesAction;
use super::super::desk::DeskAction;
use super::super::latent::LatentAction;
use super::super::latent::PlaneAction;
use super::super::layout;
use super::super::run::{Opening, Run};
use super::super::setup::draft::Draft;
use super::super::state::{AppState, MAX_RUNS};
use super::super::undo::FEW_SECS;
use super::desk::{KeptLatent, KeptWindow, read_window};

impl AppState {
    pub(super) fn take_up(&mut self, opened: &OpenedSession) {
        let kept = read_window(&opened.window);
        let mut effects = self.clear_away();
        let mut ids = Vec::new();
        for (place, run) in opened.runs.iter().take(MAX_RUNS).enumerate() {
            let about = kept.runs.get(place).cloned().unwrap_or_default();
            let mut draft = Draft::new(run.config.clone());
            draft.is_named = about.is_named || kept.runs.get(place).is_none();
            let id = self.place_run(draft);
            ids.push(id);
            let is_free = self
                .runs
                .iter()
                .all(|other| other.id == id || other.slot != about.slot);
            if let Some(entry) = self.run_mut(id) {
                if is_free && about.slot < MAX_RUNS {
                    entry.slot = about.slot;
                }
                entry.branched_at = about.branched_at;
                entry.opening = run.folder.clone().map(Opening::Session);
                entry.keep_own_name();
            }
            self.relate();
            match &run.folder {
                Some(folder) => effects.push(Effect::Send(Command::OpenRun {
                    id,
                    folder: folder.clone(),
                    extend: None,
                })),
                None => {
                    effects.extend(self.commit(id));
                    if let Some(config) = about.draft {
                        let mut draft = Draft::new(config);
                        draft.is_named = about.is_named;
                        let name = draft.config.name.clone();
                        self.edit(id, draft);
                        if let Some(entry) = self.run_mut(id) {
                            entry.draft.config.name = name;
                            entry.keep_own_name();
                        }
                    }
                }
            }
        }
        if opened.runs.is_empty() {
            effects.extend(self.add_first());
        }
        self.relate();
        self.restore_window(&kept, &ids, &mut effects);
        self.session
            .lost
            .retain(|lost| lost.folder != opened.folder);
        self.session.folder = (!opened.is_lost).then(|| opened.folder.clone());
        self.session.number = opened.number;
        self.session.has_changed = false;
        self.session.problem = None;
        self.session.told.clear();
        self.desk.is_welcoming = false;
        self.session.pending.extend(effects);
    }

    /// Takes all runs away; those that would be lost can be brought back for a while.
    fn clear_away(&mut self) -> Vec<Effect> {
        let mut effects = self.forget_all();
        // What is saved is in the folder of its session.
        let is_saved = self.session.folder.is_some() && self.session.problem.is_none();
        let is_lost =
            |run: &&Run| !is_saved && run.has_started() && run.progress.elapsed_secs >= FEW_SECS;
        let lost: Vec<RunId> = self.runs.iter().filter(is_lost).map(|run| run.id).collect();
        effects.extend(self.put_aside_as(&lost, |names| {
            format!("Put aside what nobody has saved: {names}. It can be brought back for a while.")
        }));
        let gone = std::mem::take(&mut self.runs);
        effects.extend(
            gone.iter()
                .map(|run: &Run| Effect::Send(Command::Remove(run.id))),
        );
        self.selected = None;
        self.desk.renaming = None;
        self.desk.restart = None;
        self.story.runs.clear();
        self.history.cursor = None;
        effects
    }

    fn restore_window(&mut self, kept: &KeptWindow, ids: &[RunId], effects: &mut Vec<Effect>) {
        let id_of = |place: &usize| ids.get(*place).copied();
        let selected = kept.selected.as_ref().and_then(id_of);
        self.selected = selected.or(self.selected);
        if kept.format == 0 {
            // Nothing was kept of the window.
            return;
        }
        let now = self.options;
        let options = ViewOptions {
            // A matter of the screen and of who sits before it, not of the session.
            theme: now.theme,
            zoom_percent: now.zoom_percent,
            has_large_type: now.has_large_type,
            han: now.han,
            types_paths: now.types_paths,
            ..kept.options
        };
        effects.extend(self.handle(Action::Show(options)));
        effects.extend(self.handle(Action::Desk(DeskAction::SetPace(kept.pace))));
        match layout::read(&kept.layout.to_string()) {
            Ok(tree) => effects.push(Effect::LayOut(Box::new(tree))),
            Err(error) => log::warn!("the arrangement of a session is left out: {error}"),
        }
        for id in kept.hidden.iter().filter_map(id_of) {
            self.handle(Action::Curves(CurvesAction::ToggleRun(id)));
        }
        self.session.cursor = kept.cursor;
        self.pictures.choice.restore(&kept.choice);
        self.pictures.shows_errors = kept.shows_errors;
        self.pictures.shows_pca = kept.shows_pca.unwrap_or(self.pictures.shows_pca);
        self.pictures.is_clean = kept.gives_clean;
        self.pictures.has_samples = kept.shows_samples;
        if let Some(latent) = &kept.latent {
            self.restore_latent(latent);
        }
        if let Some(layers) = &kept.layers {
            self.layers.measure = layers.measure;
            self.layers.shows_all = layers.shows_all;
            self.layers.shows_all_told = layers.shows_all_told;
            self.layers.has_log_time = layers.has_log_time;
        }
        if let Some(code) = &kept.code {
            self.restore_code(code);
        }
        if let Some(generate) = &kept.generate {
            self.restore_generate(generate, ids);
        }
        self.story.is_open = kept.story.is_open;
        self.story.looked.clone_from(&kept.story.looked);
        let parts = kept.story.parts.iter();
        self.story.runs = parts
            .filter_map(|(part, place)| Some((*part, id_of(place)?)))
            .collect();
    }

    fn restore_latent(&mut self, kept: &KeptLatent) {
        self.handle(Action::Latent(LatentAction::Begin(kept.origin)));
        self.latent.moves_all = kept.moves_all;
        self.latent.shows_all = kept.shows_all;
        self.latent.rows = kept.rows.clamp(1, MOST_ROWS);
        if let Some(axes) = kept.axes {
            self.handle(Action::Latent(LatentAction::Plane(PlaneAction::Axes(axes))));
        }
    }
}

/// Rows of traversals that a session may bring.
const MOST_ROWS: usize = 1_000;
