//! Everything the window knows, and the two ways in which it changes.
//!
//! *Handling* turns an action of the user into effects; *applying* takes in what the engine tells.
//! Both are plain functions of the state: no thread, no clock, no window.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::data::ImageShape;
use crate::engine::{
    Command, DeviceInfo, Event, Extension, RunId, RunInfo, RunState, Snapshot,
};
use crate::model::VARIANTS;
use crate::train::{Metrics, RunConfig};

use super::action::{Action, Effect, FolderFor, NoticeKey, ViewOptions};
use super::draft::Draft;
use super::notices::Message;
use super::run::{Failure, Run};
use super::StartOptions;

/// Runs that can be there at once.
pub const MAX_RUNS: usize = 2;

/// Test images that are shown until the width of the window is known.
const FIRST_IMAGES: usize = 24;

/// Test images that are shown at most.
const MOST_IMAGES: usize = 96;

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
    shapes: BTreeMap<String, ImageShape>,
    next_run: u64,
    next_message: u64,
    images: Vec<u32>,
    image_count: usize,
    shuffles: u64,
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
            images: Vec::new(),
            image_count: FIRST_IMAGES,
            shuffles: 0,
        };
        let mut effects = vec![state.show_from(0)];
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

    fn run_mut(&mut self, id: RunId) -> Option<&mut Run> {
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
            Action::Toggle(id) if self.run(id).is_some_and(Run::is_running) => {
                vec![Effect::Send(Command::Pause(id))]
            }
            Action::Toggle(id) => self.start(id),
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
            Action::NextImages => vec![self.show_next()],
            Action::OtherImages => vec![self.show_other()],
            Action::FitImages(count) => self.fit_images(count),
            Action::Show(options) => {
                self.options = options;
                Vec::new()
            }
            Action::Dismiss(key) => {
                self.dismiss(key);
                Vec::new()
            }
        }
    }

    fn for_all(&mut self, mut act: impl FnMut(&mut Self, RunId) -> Vec<Effect>) -> Vec<Effect> {
        let ids: Vec<RunId> = self.runs.iter().map(|run| run.id).collect();
        ids.into_iter().flat_map(|id| act(self, id)).collect()
    }

    fn send_if(&self, id: RunId, may: impl Fn(&Run) -> bool, command: Command) -> Vec<Effect> {
        match self.run(id) {
            Some(run) if may(run) => vec![Effect::Send(command)],
            Some(_) | None => Vec::new(),
        }
    }

    fn start(&mut self, id: RunId) -> Vec<Effect> {
        self.go(id, Command::Start(id))
    }

    fn step(&mut self, id: RunId) -> Vec<Effect> {
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
        (0..)
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

    fn add(&mut self, draft: Draft) -> Vec<Effect> {
        let id = self.push_run(draft);
        self.commit(id)
    }

    fn open(&mut self, folder: PathBuf) -> Vec<Effect> {
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
        let extend: Option<Extension> = None;
        vec![Effect::Send(Command::OpenRun { id, folder, extend })]
    }

    fn duplicate(&mut self, id: RunId) -> Vec<Effect> {
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
        let stem = name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end();
        let others = || self.runs.iter().filter(|run| Some(run.id) != except);
        std::iter::once(stem.to_owned())
            .chain((2..).map(|number| format!("{stem} {number}")))
            .find(|name| others().all(|run| run.draft.config.name != *name))
            .unwrap_or_default()
    }

    fn remove(&mut self, id: RunId) -> Vec<Effect> {
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

    fn edit(&mut self, id: RunId, mut draft: Draft) {
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
    fn commit(&mut self, id: RunId) -> Vec<Effect> {
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

    /// Takes in what the engine tells.
    pub fn apply(&mut self, event: Event) {
        match event {
            Event::Devices(devices) => self.devices = devices,
            Event::RunReady { id, info, metrics, progress } => {
                self.shapes
                    .insert(info.dataset.location.clone(), info.dataset.shape);
                self.shapes
                    .insert(info.config.dataset.clone(), info.dataset.shape);
                let Some(run) = self.run_mut(id) else { return };
                become_ready(run, info);
                run.metrics = Metrics::clone(&metrics);
                run.progress = progress;
            }
            Event::StateChanged { id, state } => {
                let Some(run) = self.run_mut(id) else { return };
                run.state = state;
            }
            Event::Progress { id, more, progress } => {
                let Some(run) = self.run_mut(id) else { return };
                run.metrics.extend(&more);
                run.progress = progress;
            }
            Event::Baselines { id, baselines } => {
                let Some(run) = self.run_mut(id) else { return };
                run.baselines = Some(baselines);
            }
            Event::Warning { id, text } => {
                let Some(run) = self.run_mut(id) else { return };
                let text = Some(text).filter(|text| !text.is_empty());
                if run.warning != text {
                    run.is_warning_dismissed = false;
                }
                run.warning = text;
            }
            Event::Failed { id, error, is_bad_input } => {
                let Some(run) = self.run_mut(id) else { return };
                run.state = RunState::Failed;
                run.failure = Some(Failure { text: error, is_bad_input });
                run.is_failure_dismissed = false;
                if let Some(_folder) = run.opening.take() {
                    // Nothing was sent by the window, so nothing waits to be mended.
                    run.sent = Some(run.draft.config.clone());
                }
            }
            Event::Saved { id, folder } => {
                let text = format!("Saved in {}.", folder.display());
                self.tell(Some(id), text, false);
            }
            Event::SaveFailed { id, error } => self.tell(Some(id), error, true),
        }
    }

    /// Takes in the newest pictures.
    pub fn apply_snapshot(&mut self, snapshot: &Snapshot) {
        for pictures in &snapshot.runs {
            if let Some(run) = self.run_mut(pictures.id) {
                run.pictures = Some(Arc::clone(pictures));
            }
        }
    }

    fn tell(&mut self, run: Option<RunId>, text: String, is_failure: bool) {
        let number = self.next_message;
        self.next_message += 1;
        self.messages.push(Message { number, run, text, is_failure });
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

    fn show(&mut self, images: Vec<u32>) -> Effect {
        self.images.clone_from(&images);
        Effect::Send(Command::ShowImages(images))
    }

    /// Images from number `first` on, beginning again at the end.
    fn show_from(&mut self, first: usize) -> Effect {
        let total = self.test_count();
        let images = (first..first + self.image_count.min(total))
            .filter_map(|index| u32::try_from(index % total).ok())
            .collect();
        self.show(images)
    }

    fn show_next(&mut self) -> Effect {
        let last = self.images.last().map_or(0, |&last| last as usize + 1);
        self.show_from(last)
    }

    /// As many images as before, spread over the test set by a fixed sequence: the same clicks show
    /// the same images.
    fn show_other(&mut self) -> Effect {
        self.shuffles += 1;
        let total = self.test_count() as u64;
        let mut images = Vec::new();
        let mut state = self.shuffles << 32;
        while images.len() < self.image_count.min(self.test_count()) {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let index = u32::try_from(scramble(state) % total).unwrap_or(0);
            if !images.contains(&index) {
                images.push(index);
            }
        }
        self.show(images)
    }

    /// Whether a row with room for `count` pictures needs more than there are.
    pub fn wants_images(&self, count: usize) -> bool {
        count.min(MOST_IMAGES) > self.image_count
    }

    fn fit_images(&mut self, count: usize) -> Vec<Effect> {
        if !self.wants_images(count) {
            return Vec::new();
        }
        let wanted = count.min(MOST_IMAGES);
        self.image_count = wanted;
        let total = self.test_count();
        let next = self.images.last().map_or(0, |&last| last as usize + 1);
        let more = (next..next + total)
            .filter_map(|index| u32::try_from(index % total).ok())
            .filter(|index| !self.images.contains(index));
        let missing = wanted - self.images.len().min(wanted);
        let images: Vec<u32> = self.images.iter().copied().chain(more.take(missing)).collect();
        vec![self.show(images)]
    }
}

/// Takes in what the engine made of a run.
fn become_ready(run: &mut Run, info: Arc<RunInfo>) {
    if run.opening.take().is_some() {
        let name = run.draft.config.name.clone();
        run.draft = Draft::new(info.config.clone());
        if run.draft.config.name.trim().is_empty() {
            run.draft.config.name = name;
        }
        run.sent = Some(run.draft.config.clone());
    }
    if run.state == RunState::Preparing || run.state == RunState::Failed {
        run.state = RunState::Paused;
    }
    run.failure = None;
    run.warning = None;
    run.info = Some(info);
}

/// The output function of SplitMix64.
fn scramble(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
