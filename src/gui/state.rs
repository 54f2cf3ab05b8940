//! Everything the window knows, and the two ways in which it changes.
//!
//! *Handling* turns an action of the user into effects; *applying* takes in what the engine tells.
//! Both are plain functions of the state: no thread, no clock, no window.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::data::{ImageShape, Reading};
use crate::engine::{Command, DeviceInfo, RunId};
use crate::model::VARIANTS;
use crate::train::RunConfig;

use super::StartOptions;
use super::action::{Action, Effect, NoticeKey, PathFor, ViewOptions};
use super::code::{CodeState, MapState};
use super::curves::CurvesState;
use super::data::DataState;
use super::desk::Desk;
use super::fetch::FetchState;
use super::generate::GenerateState;
use super::history::HistoryState;
use super::input::InputState;
use super::jobs::JobsState;
use super::latent::LatentState;
use super::layers::LayersState;
use super::layout::Pane;
use super::matching::Matching;
use super::notices::Message;
use super::paths::PathsState;
use super::pictures::PicturesState;
use super::references::ReferencesState;
use super::run::Run;
use super::schedule::ScheduleState;
use super::session::{SessionState, save_session_in};
use super::setup::draft::Draft;
use super::share::ShareState;
use super::story::StoryState;

/// Runs that can be there at once.
pub const MAX_RUNS: usize = 8;

/// Sizes of the images of data sets that were opened, by location and what pictures are brought to.
pub type Shapes = BTreeMap<(String, Reading), ImageShape>;

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
    /// Sizes of the images of data sets that were opened.
    pub(super) shapes: Shapes,
    pub(super) next_run: u64,
    pub(super) next_message: u64,
    /// Test images and their reconstructions.
    pub pictures: PicturesState,
    /// Panes that were to be seen in the last frame.
    pub shown: BTreeSet<Pane>,
    /// Memory of this process, in bytes.
    pub memory: Option<u64>,
    /// The chart.
    pub curves: CurvesState,
    /// Where the window looks.
    pub history: HistoryState,
    /// The images as a whole.
    pub data: DataState,
    /// What codes carry.
    pub code: CodeState,
    /// The space of codes.
    pub latent: LatentState,
    /// Pictures that belong to no image.
    pub generate: GenerateState,
    /// What is near to what in the space of codes.
    pub mapping: MapState,
    /// One image through every run.
    pub input: InputState,
    /// Inside the network.
    pub layers: LayersState,
    /// What lies on the desk.
    pub desk: Desk,
    /// Paths that are typed.
    pub paths: PathsState,
    /// The whole workbench in one place.
    pub session: SessionState,
    /// The story of the program.
    pub story: StoryState,
    /// Reference runs and wrong ways.
    pub references: ReferencesState,
    /// The strip of phases.
    pub schedule: ScheduleState,
    /// Data sets from the internet.
    pub fetch: FetchState,
    /// Share strings.
    pub share: ShareState,
    /// Long work beside the training.
    pub jobs: JobsState,
    /// What the runs have in common; nothing to say of fewer than two.
    pub matching: Option<Matching>,
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
            pictures: PicturesState::default(),
            shown: BTreeSet::new(),
            memory: None,
            curves: CurvesState::default(),
            history: HistoryState::default(),
            data: DataState::default(),
            code: CodeState::default(),
            latent: LatentState::default(),
            generate: GenerateState::default(),
            mapping: MapState::default(),
            input: InputState::default(),
            layers: LayersState::default(),
            desk: Desk {
                is_welcoming: start.open.is_none()
                    && start.config.is_none()
                    && start.session.is_none()
                    && start.share.is_none(),
                ..Desk::default()
            },
            paths: PathsState::default(),
            session: SessionState::default(),
            story: StoryState::default(),
            references: ReferencesState::default(),
            schedule: ScheduleState::default(),
            fetch: FetchState::default(),
            share: ShareState::default(),
            jobs: JobsState::default(),
            matching: None,
        };
        let mut effects = state.catch_up();
        if let Some(folder) = start.session {
            effects.extend(state.open_session(folder));
        } else if let Some(folder) = start.open {
            effects.extend(state.open(folder, start.dataset));
        } else if let Some(share) = start.share {
            effects.extend(state.add_share(share));
        } else if let Some(config) = start.config {
            effects.extend(state.add(Draft::new(config)));
        } else {
            effects.extend(state.add_first());
        }
        (state, effects)
    }

    /// The run that a window has which is asked for none.
    pub(super) fn add_first(&mut self) -> Vec<Effect> {
        let recipe = VARIANTS
            .first()
            .map(|first| RunConfig::recipe(*first, "glyphs"));
        recipe.map_or_else(Vec::new, |config| self.add(Draft::new(config)))
    }

    /// A run by name.
    pub fn run(&self, id: RunId) -> Option<&Run> {
        self.runs.iter().find(|run| run.id == id)
    }

    /// The selected run.
    pub fn selected_run(&self) -> Option<&Run> {
        self.run(self.selected?)
    }

    /// Whether a question or a list lies over the window.
    pub fn is_asking(&self) -> bool {
        self.desk.is_help_open
            || self.desk.restart.is_some()
            || self.session.question.is_some()
            || self.story.is_asking
            || self.paths.open.is_some()
            || !matches!(self.share, ShareState::Closed)
    }

    /// Whether there is room for another run.
    pub fn has_room(&self) -> bool {
        self.runs.len() < MAX_RUNS
    }

    /// Size of the images of a data set, once it was opened.
    pub fn shape_of(&self, config: &RunConfig) -> Option<ImageShape> {
        let key = (config.dataset.clone(), config.reading());
        self.shapes.get(&key).copied()
    }

    /// Why a run's settings cannot be trained, in a sentence.
    pub fn problem(&self, run: &Run) -> Option<String> {
        run.draft.problem(self.shape_of(&run.draft.config))
    }

    /// Whether Start has an effect.
    pub fn can_start(&self, run: &Run) -> bool {
        run.can_start() && !self.awaits_images(run) && self.problem(run).is_none()
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
            Action::Continue(id, device) => self.continue_run(id, device),
            Action::Pause(id) => self.send_if(id, Run::is_running, Command::Pause(id)),
            Action::Toggle(id) => {
                if self.run(id).is_some_and(Run::is_running) {
                    vec![Effect::Send(Command::Pause(id))]
                } else {
                    self.start(id)
                }
            }
            Action::Step(id) => self.step(id),
            Action::Stop(id) => {
                let is_tuning = self.run(id).is_some_and(|run| run.tuning.is_some());
                let command = if is_tuning {
                    Command::CancelLoading(id)
                } else {
                    Command::Stop(id)
                };
                self.send_if(id, Run::can_stop, command)
            }
            Action::Restart(restart, runs) => self.ask_restart(restart, runs),
            Action::AnswerRestart(is_wanted) => self.answer_restart(is_wanted),
            Action::Epoch(id) => self.go(id, Command::EpochOnce(id)),
            Action::RunUntil(id, until) => self.run_until(id, until),
            Action::ToggleAll if self.runs.iter().any(Run::is_running) => {
                self.handle(Action::PauseAll)
            }
            Action::ToggleAll => self.handle(Action::StartAll),
            Action::StartAll => self.for_all(Self::start),
            Action::PauseAll => {
                self.for_all(|state, id| state.send_if(id, Run::is_running, Command::Pause(id)))
            }
            Action::Edit(id, draft) => {
                self.edit(id, *draft);
                Vec::new()
            }
            Action::Commit(id) => self.commit(id),
            Action::AskPath(purpose) => self.ask_path(purpose),
            Action::PathChosen(purpose, folder) => self.take_path(purpose, folder),
            Action::DialogMissing(purpose) => self.note_no_dialog(purpose),
            Action::Path(action) => self.handle_path(action),
            Action::Pictures(action) => self.handle_pictures(action),
            Action::Show(options) => {
                if options.shows_setup != self.options.shows_setup {
                    self.story.has_hidden_setup = false;
                }
                self.options = options;
                Vec::new()
            }
            Action::Dismiss(key) => self.dismiss(key),
            Action::Arrange(preset) => vec![Effect::Arrange(preset)],
            Action::OpenPane(pane) => vec![Effect::OpenPane(pane)],
            Action::ClosePane(pane) => vec![Effect::ClosePane(pane)],
            Action::Desk(action) => self.handle_desk(action),
            Action::Session(action) => self.handle_session(action),
            Action::Story(action) => self.handle_story(action),
            Action::References(action) => self.handle_references(action),
            Action::Rename(id, name) => {
                self.rename(id, &name);
                Vec::new()
            }
            Action::Data(action) => {
                self.handle_data(action);
                Vec::new()
            }
            Action::Drop(dropped) => self.take_dropped(dropped),
            Action::CancelLoading(id) => vec![Effect::Send(Command::CancelLoading(id))],
            Action::Curves(action) => self.handle_curves(action),
            Action::Schedule(action) => self.handle_schedule(action),
            Action::SetLearningRate(id, rate) => self.set_learning_rate(id, rate),
            Action::SetKnob(id, knob, value) => self.set_knob(id, knob, value),
            Action::BranchAt { run, phase } => self.branch(run, phase),
            Action::History(action) => self.handle_history(action),
            Action::Code(action) => self.handle_code(action),
            Action::Latent(action) => self.handle_latent(action),
            Action::Generate(action) => self.handle_generate(action),
            Action::Map(action) => self.handle_map(action),
            Action::Input(action) => self.handle_input(action),
            Action::Layers(action) => self.handle_layers(action),
            Action::Fetch(action) => self.handle_fetch(action),
            Action::Share(action) => self.handle_share(action),
            Action::Jobs(action) => self.handle_jobs(action),
        }
    }

    fn take_path(&mut self, purpose: PathFor, folder: PathBuf) -> Vec<Effect> {
        match purpose {
            PathFor::Data(id) | PathFor::DataFile(id) => self.train_on(id, &folder),
            PathFor::LostFolder(id) | PathFor::LostFile(id) => self.relink(id, &folder),
            PathFor::Save(id) => {
                let mut effects = self.tell_name(id);
                effects.extend(self.send_if(id, Run::can_save, Command::Save { id, folder }));
                effects
            }
            PathFor::Open if self.has_room() => self.open(folder, None),
            PathFor::Open => Vec::new(),
            PathFor::Export(target) => self.export(target, folder),
            PathFor::Weights(id) => self.import_weights(id, &folder),
            PathFor::OpenSession => self.open_session(folder),
            PathFor::SaveSession => save_session_in(folder),
        }
    }

    fn dismiss(&mut self, key: NoticeKey) -> Vec<Effect> {
        match key {
            NoticeKey::Warning(id) => self.put_warning_away(id),
            NoticeKey::Failure(id) => {
                let with = self
                    .run(id)
                    .map(|run| self.lost_with(run).map(|run| run.id));
                let with: Vec<RunId> = with.into_iter().flatten().chain([id]).collect();
                for run in self.runs.iter_mut().filter(|run| with.contains(&run.id)) {
                    run.is_failure_dismissed = true;
                }
            }
            NoticeKey::Lost(place) => {
                if place < self.session.lost.len() {
                    self.session.lost.remove(place);
                }
            }
            NoticeKey::Welcome => self.desk.is_welcoming = false,
            NoticeKey::Message(number) => {
                let effects = self.forget(number);
                self.put_message_away(number);
                return effects;
            }
        }
        Vec::new()
    }

    /// Puts the warning of a run away, with that of every run of its notice.
    fn put_warning_away(&mut self, id: RunId) {
        let warning = self.run(id).and_then(|run| run.warning.clone());
        let is_of_notice =
            |run: &&Run| run.id == id || run.warning == warning && !self.is_warning_told(run);
        let runs = self.runs.iter().filter(is_of_notice);
        let runs: Vec<RunId> = runs.map(|run| run.id).collect();
        if warning.is_some() {
            for run in self.runs.iter_mut().filter(|run| runs.contains(&run.id)) {
                run.is_warning_dismissed = true;
            }
        }
    }
}

#[cfg(test)]
#[path = "state_tests.rs"]
pub(super) mod tests;
