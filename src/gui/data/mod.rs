//! The images as a whole: what a data set holds, before anything is trained on it.
//!
//! A *page* is the images that are shown at once, of one part of the data set and of all classes or
//! one. What is wanted follows from the state; the engine is asked for it while the pane is seen.

mod charts;
pub mod names;
mod pane;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use crate::data::Survey;
use crate::engine::{Command, DataPage, DatasetInfo, PageRequest, Part, RunId, RunState};

use super::action::Effect;
use super::layout::Pane;
use super::state::AppState;

pub use pane::data_ui;

/// Images of a page.
pub const PAGE: usize = 60;

/// What is known of the images as a whole, and which are looked at.
#[derive(Debug, Default)]
pub struct DataState {
    /// For training or for testing.
    pub part: Part,
    /// Of one class only.
    pub class: Option<u8>,
    /// So many images are on the pages before.
    pub first: usize,
    /// The data set that is looked at, by its images.
    contents: String,
    /// The newest page.
    page: Option<Arc<DataPage>>,
    /// Changes with every page: the version of its texture.
    version: u64,
    /// The data set and page that were asked for.
    asked: Option<(String, PageRequest)>,
    surveys: BTreeMap<String, Arc<Survey>>,
    asked_surveys: BTreeSet<String>,
}

/// Wishes about the images as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataAction {
    /// Shows images for training or for testing.
    Show(Part),
    /// Shows one class, or all.
    Class(Option<u8>),
    /// Shows the page before.
    Back,
    /// Shows the page after.
    Forth,
}

impl DataState {
    /// The page of a data set, once it is there.
    pub fn page(&self, contents: &str) -> Option<&DataPage> {
        self.page
            .as_deref()
            .filter(|page| page.contents == contents)
    }

    /// The data set as a whole, once it was looked through.
    pub fn survey(&self, contents: &str) -> Option<&Survey> {
        self.surveys.get(contents).map(Arc::as_ref)
    }

    /// Takes in images.
    pub(super) fn take_page(&mut self, page: Arc<DataPage>) {
        self.version += 1;
        self.page = Some(page);
    }

    /// Images on all pages of what is shown, where that is known.
    fn total(&self) -> usize {
        self.page.as_ref().map_or(0, |page| page.total)
    }

    /// Another data set has other classes.
    fn settle(&mut self, contents: &str) {
        if self.contents != contents {
            contents.clone_into(&mut self.contents);
            self.class = None;
            self.first = 0;
        }
    }
}

impl AppState {
    /// The data set of the selected run, once it is there.
    pub fn dataset(&self) -> Option<(RunId, &DatasetInfo)> {
        let run = self.selected_run().filter(|run| run.lost.is_none())?;
        Some((run.id, &run.info.as_ref()?.dataset))
    }

    /// What a class of the test images is called.
    pub fn class_name(&self, class: u8) -> String {
        let selected = self.selected_run().and_then(|run| run.info.as_ref());
        let info = selected.or_else(|| self.runs.iter().find_map(|run| run.info.as_ref()));
        info.map_or_else(|| class.to_string(), |info| info.dataset.class_name(class))
    }

    /// A class by name, such as `Class 3`.
    pub fn class_words(&self, class: u8) -> String {
        format!("Class {}", self.class_name(class))
    }

    pub(super) fn handle_data(&mut self, action: DataAction) {
        let data = &mut self.data;
        match action {
            DataAction::Show(part) => {
                data.part = part;
                data.first = 0;
            }
            DataAction::Class(class) => {
                data.class = class;
                data.first = 0;
            }
            DataAction::Back => data.first = data.first.saturating_sub(PAGE),
            DataAction::Forth if data.first + PAGE < data.total() => data.first += PAGE,
            DataAction::Forth => {}
        }
    }

    /// What is to be asked of the engine for the images as a whole.
    pub(super) fn ask_for_data(&mut self) -> Vec<Effect> {
        if !self.shown.contains(&Pane::Data) {
            return Vec::new();
        }
        let Some((run, dataset)) = self.dataset() else {
            return Vec::new();
        };
        let contents = dataset.contents.clone();
        let data = &mut self.data;
        data.settle(&contents);
        let mut commands = Vec::new();
        let request = PageRequest {
            run,
            part: data.part,
            class: data.class,
            first: data.first,
            count: PAGE,
        };
        let asked = Some((contents.clone(), request.clone()));
        if data.asked != asked {
            data.asked = asked;
            commands.push(Command::ShowData(request));
        }
        if data.asked_surveys.insert(contents) {
            commands.push(Command::Survey(run));
        }
        commands.into_iter().map(Effect::Send).collect()
    }

    /// A data set was looked through.
    pub(super) fn take_survey(&mut self, contents: String, survey: Arc<Survey>) {
        self.data.surveys.insert(contents, survey);
        // Those of data sets that no run has any more are asked for again when they come back.
        let infos = self.runs.iter().filter_map(|run| run.info.as_ref());
        let held: BTreeSet<&str> = infos.map(|info| info.dataset.contents.as_str()).collect();
        self.data
            .surveys
            .retain(|contents, _| held.contains(contents.as_str()));
        let surveys = &self.data.surveys;
        self.data
            .asked_surveys
            .retain(|contents| held.contains(contents.as_str()) || surveys.contains_key(contents));
    }

    /// Has a run train on other images; a run that has started lends its settings to a new one.
    pub(super) fn train_on(&mut self, id: RunId, path: &Path) -> Vec<Effect> {
        let Some(run) = self.run(id) else {
            return Vec::new();
        };
        let mut effects = Vec::new();
        let mut id = id;
        if run.has_started() || run.opening.is_some() {
            if !self.has_room() {
                let text = "There is no room for a run on other images: remove one first.";
                self.tell(Some(id), text.to_owned(), true);
                return Vec::new();
            }
            effects = self.duplicate(id);
            id = self.selected.unwrap_or(id);
        }
        let Some(run) = self.run_mut(id) else {
            return effects;
        };
        if run.state == RunState::Failed {
            // What was wrong with the images may have been put right.
            run.sent = None;
        }
        let mut draft = run.draft.clone();
        draft.config.dataset = path.to_string_lossy().into_owned();
        self.edit(id, draft);
        // Only the newest of two ways to make a run counts.
        let committed = self.commit(id);
        if !committed.is_empty() {
            effects.clear();
        }
        effects.extend(committed);
        effects
    }
}

#[cfg(test)]
mod tests;
