//! Everything the window knows, and the two ways in which it changes.
//!
//! *Handling* turns an action of the user into effects; *applying* takes in what the engine tells.
//! Both are plain functions of the state: no thread, no clock, no window.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::data::ImageShape;
use crate::engine::{Command, DeviceInfo, RunId};
use crate::model::VARIANTS;
use crate::train::RunConfig;

use super::StartOptions;
use super::action::{Action, Effect, FolderFor, NoticeKey, ViewOptions};
use super::choice::ImageChoice;
use super::draft::Draft;
use super::history::HistoryState;
use super::input::InputState;
use super::latent::LatentState;
use super::layers::LayersState;
use super::layout::Pane;
use super::notices::Message;
use super::run::Run;

/// Runs that can be there at once.
pub const MAX_RUNS: usize = 8;

/// Test images assumed until a data set is open.
const UNKNOWN_TEST_COUNT: usize = 100;

/// Everything the window knows.
#[derive(Debug)]
pub struct AppState {
    /// In the order they were added.
    pub runs: Vec<Run>,
    /// The run whose settings and schedule are shown.
    pub selected: Option<RunId>,
    /// Devices that can train.
    pub devices: Vec<DeviceInfo>,
    /// How things are shown.
    pub options: ViewOptions,
    /// News that belong to no chart.
    pub messages: Vec<Message>,
    /// Sizes of the images of data sets that were opened, by location.
    pub(super) shapes: BTreeMap<String, ImageShape>,
    pub(super) next_run: u64,
    pub(super) next_message: u64,
    images: ImageChoice,
    /// Panes that were to be seen in the last frame.
    pub shown: BTreeSet<Pane>,
    /// Memory of this process, in bytes.
    pub memory: Option<u64>,
    /// Where the window looks.
    pub history: HistoryState,
    /// The space of codes.
    pub latent: LatentState,
    /// One image through every run.
    pub input: InputState,
    /// Inside the network.
    pub layers: LayersState,
}

impl AppState {
    /// The state at the start, and what is to happen first.
    pub fn new(start: StartOptions) -> (Self, Vec<Effect>) {
        let mut state = Self {
            runs: Vec::new(),
            selected: None,
            devices: Vec::new(),
            options: ViewOptions::default(),
            messages: Vec::new(),
            shapes: BTreeMap::new(),
            next_run: 1,
            next_message: 1,
            images: ImageChoice::new(UNKNOWN_TEST_COUNT),
            shown: BTreeSet::new(),
            memory: None,
            history: HistoryState::default(),
            latent: LatentState::default(),
            input: InputState::default(),
            layers: LayersState::default(),
        };
        let mut effects = vec![Effect::Send(Command::ShowImages(state.images.images()))];
        if let Some(folder) = start.open {
            effects.extend(state.open(folder));
        } else if let Some(config) = start.config {
            effects.extend(state.add(Draft::new(config)));
        } else if let Some(first) = VARIANTS.first() {
            effects.extend(state.add(Draft::new(RunConfig::recipe(*first, "glyphs"))));
        }
        (state, effects)
    }

    /// A run by name.
    pub fn run(&self, id: RunId) -> Option<&Run> {
        self.runs.iter().find(|run| run.id == id)
    }

    /// The selected run.
    pub fn selected_run(&self) -> Option<&Run> {
        self.run(self.selected?)
    }

    /// Whether there is room for another run.
    pub fn has_room(&self) -> bool {
        self.runs.len() < MAX_RUNS
    }

    /// Size of the images of a data set, once it was opened.
    pub fn shape_of(&self, dataset: &str) -> Option<ImageShape> {
        self.shapes.get(dataset).copied()
    }

    /// Why a run's settings cannot be trained, in a sentence.
    pub fn problem(&self, run: &Run) -> Option<String> {
        run.draft.problem(self.shape_of(&run.draft.config.dataset))
    }

    /// Whether Start has an effect.
    pub fn can_start(&self, run: &Run) -> bool {
        run.can_start() && self.problem(run).is_none()
    }

    pub(super) fn run_mut(&mut self, id: RunId) -> Option<&mut Run> {
        self.runs.iter_mut().find(|run| run.id == id)
    }

    /// Does what the user wants.
    pub fn handle(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Select(id) => {
                if self.run(id).is_some() {
                    self.selected = Some(id);
                }
                Vec::new()
            }
            Action::Duplicate(id) => self.duplicate(id),
            Action::Remove(id) => self.remove(id),
            Action::Start(id) => self.start(id),
            Action::Pause(id) => self.send_if(id, Run::is_running, Command::Pause(id)),
            Action::Toggle(id) => {
                if self.run(id).is_some_and(Run::is_running) {
                    vec![Effect::Send(Command::Pause(id))]
                } else {
                    self.start(id)
                }
            }
            Action::Step(id) => self.step(id),
            Action::Stop(id) => self.send_if(id, Run::can_stop, Command::Stop(id)),
            Action::Reset(id) => self.send_if(id, Run::can_reset, Command::Reset(id)),
            Action::StartAll => self.for_all(Self::start),
            Action::PauseAll => {
                self.for_all(|state, id| state.send_if(id, Run::is_running, Command::Pause(id)))
            }
            Action::Edit(id, draft) => {
                self.edit(id, *draft);
                Vec::new()
            }
            Action::Commit(id) => self.commit(id),
            Action::AskFolder(purpose) => vec![Effect::Ask(purpose)],
            Action::FolderChosen(purpose, folder) => self.take_folder(purpose, folder),
            Action::DialogMissing => {
                self.tell(
                    None,
                    "This desktop offers no file dialog (xdg-desktop-portal or zenity). The \
                     command line takes folders: hourglass --open RUN, hourglass train --dataset FOLDER."
                        .to_owned(),
                    true,
                );
                Vec::new()
            }
            Action::NextImages => self.choose(ImageChoice::show_next),
            Action::OtherImages => self.choose(ImageChoice::show_other),
            Action::FitImages(count) if self.wants_images(count) => {
                self.choose(|images, total| images.fit(count, total))
            }
            Action::FitImages(_) => Vec::new(),
            Action::Show(options) => {
                self.options = options;
                Vec::new()
            }
            Action::Dismiss(key) => {
                self.dismiss(key);
                Vec::new()
            }
            // The arrangement is the application's.
            Action::Arrange(_) => Vec::new(),
            Action::History(action) => self.handle_history(action),
            Action::Latent(action) => self.handle_latent(action),
            Action::Input(action) => self.handle_input(action),
            Action::Layers(action) => self.handle_layers(action),
        }
    }

    fn take_folder(&mut self, purpose: FolderFor, folder: PathBuf) -> Vec<Effect> {
        match purpose {
            FolderFor::Data(id) => {
                let Some(run) = self.run(id) else {
                    return Vec::new();
                };
                let mut draft = run.draft.clone();
                draft.config.dataset = folder.to_string_lossy().into_owned();
                self.edit(id, draft);
                self.commit(id)
            }
            FolderFor::Save(id) => self.send_if(id, Run::can_save, Command::Save { id, folder }),
            FolderFor::Open if self.has_room() => self.open(folder),
            FolderFor::Open => Vec::new(),
        }
    }

    fn dismiss(&mut self, key: NoticeKey) {
        match key {
            NoticeKey::Warning(id) => {
                if let Some(run) = self.run_mut(id) {
                    run.is_warning_dismissed = true;
                }
            }
            NoticeKey::Failure(id) => {
                if let Some(run) = self.run_mut(id) {
                    run.is_failure_dismissed = true;
                }
            }
            NoticeKey::Message(number) => self.messages.retain(|m| m.number != number),
        }
    }

    /// Test images that all runs have.
    fn test_count(&self) -> usize {
        let counts = self.runs.iter().filter_map(|run| run.info.as_ref());
        counts
            .map(|info| info.dataset.test)
            .min()
            .unwrap_or(UNKNOWN_TEST_COUNT)
            .max(1)
    }

    /// Whether a row with room for `count` pictures needs more than there are.
    pub fn wants_images(&self, count: usize) -> bool {
        self.images.wants(count)
    }

    /// Changes the choice of test images and has them shown.
    fn choose(&mut self, change: impl FnOnce(&mut ImageChoice, usize)) -> Vec<Effect> {
        let total = self.test_count();
        change(&mut self.images, total);
        vec![Effect::Send(Command::ShowImages(self.images.images()))]
    }
}

#[cfg(test)]
#[path = "state_tests.rs"]
pub(super) mod tests;
