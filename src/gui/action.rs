//! Actions: everything a person can do in the window, as data.
//!
//! An *action* is a wish of the user. Panels only collect actions; [`super::state::AppState`] alone
//! decides what comes of them.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::engine::{Command, RunId, Until};

use super::code::{CodeAction, MapAction};
use super::curves::{CurveOptions, CurvesAction};
use super::data::DataAction;
use super::desk::DeskAction;
use super::drop::Dropped;
use super::export::Target;
use super::fetch::FetchAction;
use super::fonts::HanChoice;
use super::generate::GenerateAction;
use super::history::HistoryAction;
use super::input::InputAction;
use super::jobs::JobsAction;
use super::latent::LatentAction;
use super::layers::LayersAction;
use super::layout::{Pane, Preset};
use super::paths::PathAction;
use super::pictures::PicturesAction;
use super::references::ReferencesAction;
use super::restart::Restart;
use super::schedule::ScheduleAction;
use super::session::{self, SessionAction};
use super::setup::draft::Draft;
use super::share::ShareAction;
use super::story::StoryAction;

/// What panels collect in a frame, in order.
pub type Actions = Vec<Action>;

/// A wish of the user.
#[derive(Clone, Debug)]
pub enum Action {
    /// Shows this run's settings and schedule.
    Select(RunId),
    /// A further run with the settings of this one.
    Duplicate(RunId),
    /// Forgets the run.
    Remove(RunId),
    /// Has a run go on whose device has failed, on the device that is spelled like this.
    Continue(RunId, String),
    /// Trains.
    Start(RunId),
    /// Stops between two steps.
    Pause(RunId),
    /// Starts a run that stands, pauses one that runs.
    Toggle(RunId),
    /// One training step.
    Step(RunId),
    /// Trains to the end of the epoch under way.
    Epoch(RunId),
    /// Trains until something is reached.
    RunUntil(RunId, Until),
    /// Ends the run where it is.
    Stop(RunId),
    /// Back to initial weights, once the user has said so where much training would be lost.
    Restart(Restart, Vec<RunId>),
    /// Whether training may be given up.
    AnswerRestart(bool),
    /// Pauses every run where one trains, starts every run where none does.
    ToggleAll,
    /// Trains every run that can.
    StartAll,
    /// Pauses every run that trains.
    PauseAll,
    /// New settings of a run, as long as they are being edited.
    Edit(RunId, Box<Draft>),
    /// Another name; an empty one leaves it to the settings of the run.
    Rename(RunId, String),
    /// The settings as they are now are meant; the run is made anew.
    Commit(RunId),
    /// Asks for a path.
    AskPath(PathFor),
    /// A path was chosen.
    PathChosen(PathFor, PathBuf),
    /// The desktop has no dialog to offer for this.
    DialogMissing(PathFor),
    /// A path that is typed.
    Path(PathAction),
    /// Test images and their reconstructions.
    Pictures(PicturesAction),
    /// Changes how things are shown.
    Show(ViewOptions),
    /// The user has read it.
    Dismiss(NoticeKey),
    /// Lays the panes out.
    Arrange(Preset),
    /// Brings a pane to the front.
    OpenPane(Pane),
    /// Takes a pane away.
    ClosePane(Pane),
    /// What lies on the desk.
    Desk(DeskAction),
    /// The whole workbench in one place.
    Session(SessionAction),
    /// The story of the program.
    Story(StoryAction),
    /// Reference runs and wrong ways.
    References(ReferencesAction),
    /// The images as a whole.
    Data(DataAction),
    /// Something was dropped onto the window.
    Drop(Dropped),
    /// Gives up reading the images of a run.
    CancelLoading(RunId),
    /// The chart.
    Curves(CurvesAction),
    /// Looking back.
    History(HistoryAction),
    /// What codes carry.
    Code(CodeAction),
    /// Walking in the space of codes.
    Latent(LatentAction),
    /// Pictures that belong to no image.
    Generate(GenerateAction),
    /// What is near to what in the space of codes.
    Map(MapAction),
    /// One image through every run.
    Input(InputAction),
    /// Inside the network.
    Layers(LayersAction),
    /// Data sets from the internet.
    Fetch(FetchAction),
    /// Share strings.
    Share(ShareAction),
    /// Long work beside the training.
    Jobs(JobsAction),
    /// The strip of phases.
    Schedule(ScheduleAction),
    /// Another learning rate for the phase under way.
    SetLearningRate(RunId, f64),
    /// Another value of a knob, by its id, from the next step on.
    SetKnob(RunId, &'static str, f64),
    /// A new run that stands where this one began a phase.
    BranchAt {
        /// The run to branch from.
        run: RunId,
        /// Index of the phase.
        phase: usize,
    },
}

/// What a path is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathFor {
    /// A folder with the images of a run.
    Data(RunId),
    /// A file with the images of a run.
    DataFile(RunId),
    /// Where to keep a run.
    Save(RunId),
    /// A run that was kept.
    Open,
    /// A file to be written.
    Export(Target),
    /// The folder where the lost images of a run are now.
    LostFolder(RunId),
    /// The file that the lost images of a run are in now.
    LostFile(RunId),
    /// Weights for a run to begin with.
    Weights(RunId),
    /// A session.
    OpenSession,
    /// Where to keep the session.
    SaveSession,
}

/// What the dialog for a path lets the user choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// A folder that is there, or made in the dialog.
    Folder,
    /// A folder that is empty or still to be made.
    NewFolder,
    /// A file that is there.
    File {
        /// What the files hold, such as `Pictures`.
        what: &'static str,
        /// How their names may end, without the dot.
        endings: &'static [&'static str],
    },
    /// A file to be written.
    NewFile {
        /// What it will hold, such as `Picture`.
        what: &'static str,
        /// How its name ends, without the dot.
        ending: &'static str,
    },
}

impl PathFor {
    /// Title of the dialog.
    pub fn title(self) -> &'static str {
        match self {
            Self::Data(_) => "Open a folder of images",
            Self::DataFile(_) => "Open a file of images",
            Self::Save(_) => "Choose an empty folder to save the run in",
            Self::Open => "Open the folder of a saved run",
            Self::Export(target) => target.title(),
            Self::LostFolder(_) => "Where is the folder of the images now?",
            Self::LostFile(_) => "Where is the file of the images now?",
            Self::Weights(_) => "Import weights",
            Self::OpenSession => "Open the folder of a session",
            Self::SaveSession => "Save the session",
        }
    }

    /// What can be chosen.
    pub fn choice(self) -> Choice {
        match self {
            Self::Data(_) | Self::LostFolder(_) | Self::Open | Self::OpenSession => Choice::Folder,
            Self::Save(_) => Choice::NewFolder,
            Self::DataFile(_) | Self::LostFile(_) => Choice::File {
                what: "Images",
                endings: &[
                    "npz",
                    "npy",
                    "csv",
                    "tsv",
                    "txt",
                    "data",
                    "gz",
                    "idx",
                    "idx3-ubyte",
                ],
            },
            Self::Export(target) => Choice::NewFile {
                what: target.what(),
                ending: target.format.ending(),
            },
            Self::Weights(_) => Choice::File {
                what: "Weights",
                endings: &["safetensors"],
            },
            Self::SaveSession => Choice::NewFile {
                what: "Session",
                ending: session::ENDING,
            },
        }
    }
}

/// What comes of an action outside the window's own state.
#[derive(Clone, Debug)]
pub enum Effect {
    /// For the engine.
    Send(Command),
    /// A path is to be asked for; [`Action::PathChosen`] answers, unless it was cancelled.
    Ask(PathFor),
    /// A path that was typed is to be looked at; [`PathAction::Looked`] answers.
    LookAt {
        /// Of the look.
        number: u64,
        /// What is asked for.
        choice: Choice,
        /// What was typed.
        text: String,
    },
    /// The panes are to be laid out.
    Arrange(Preset),
    /// A pane is to come to the front.
    OpenPane(Pane),
    /// A pane is to go.
    ClosePane(Pane),
    /// The panes are to lie like this.
    LayOut(Box<egui_tiles::Tree<Pane>>),
    /// The engine is to have the newest desk before what follows.
    KeepDesk,
    /// The window is to close.
    Close,
    /// The window is not to close, though it was asked to.
    StayOpen,
}

/// Longest line about an action in the log, in characters.
const MAX_LINE: usize = 200;

impl Action {
    /// The action in one line, for the log.
    pub fn line(&self) -> String {
        let text = match self {
            Self::Edit(id, draft) => format!("Edit({id:?}, {})", draft.config.variant),
            other => format!("{other:?}"),
        };
        match text.char_indices().nth(MAX_LINE) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    }
}

/// Per cent that everything grows by at once.
const ZOOM_STEP: u16 = 10;

/// Sizes there are, in per cent.
pub const ZOOMS: std::ops::RangeInclusive<u16> = 50..=300;

/// How things are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ViewOptions {
    /// Dark or light.
    pub theme: ThemeChoice,
    /// Whether the vertical axis of the chart is logarithmic.
    pub has_log_axis: bool,
    /// Whether the chart shows the loss of every training step.
    pub shows_training: bool,
    /// Whether the chart shows what methods without training reach.
    pub shows_baselines: bool,
    /// What the chart measures.
    pub unit: ChartUnit,
    /// How the chart shows it.
    pub curves: CurveOptions,
    /// Size of everything in the window, in per cent.
    pub zoom_percent: u16,
    /// Whether text is large enough for a projector.
    pub has_large_type: bool,
    /// Whether the side panel with the settings is there.
    pub shows_setup: bool,
    /// How Han characters look.
    pub han: HanChoice,
    /// Whether paths are typed rather than chosen in a dialog.
    pub types_paths: bool,
}

impl Default for ViewOptions {
    fn default() -> Self {
        Self {
            theme: ThemeChoice::System,
            has_log_axis: true,
            shows_training: true,
            shows_baselines: true,
            unit: ChartUnit::SquaredError,
            curves: CurveOptions::default(),
            zoom_percent: 100,
            has_large_type: false,
            shows_setup: true,
            han: HanChoice::Desktop,
            types_paths: false,
        }
    }
}

impl ViewOptions {
    /// With everything `steps` steps larger, within reason.
    #[must_use]
    pub fn zoomed(self, steps: i16) -> Self {
        let percent = i32::from(self.zoom_percent) + i32::from(steps) * i32::from(ZOOM_STEP);
        let range = i32::from(*ZOOMS.start())..=i32::from(*ZOOMS.end());
        let percent = percent.clamp(*range.start(), *range.end());
        Self {
            zoom_percent: u16::try_from(percent).unwrap_or(100),
            ..self
        }
    }
}

/// What the chart measures; the two never share an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChartUnit {
    /// Mean squared error per pixel.
    SquaredError,
    /// Binary cross-entropy per pixel, for runs that minimise it.
    CrossEntropy,
}

/// The colours of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ThemeChoice {
    /// As the desktop has it.
    System,
    /// Light on dark.
    Dark,
    /// Dark on light.
    Light,
}

impl ThemeChoice {
    /// All of them, in the order of the chooser.
    pub const ALL: &'static [Self] = &[Self::System, Self::Dark, Self::Light];

    /// What the window calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "System theme",
            Self::Dark => "Dark theme",
            Self::Light => "Light theme",
        }
    }
}

/// Names a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoticeKey {
    /// The offer to a first-time user.
    Welcome,
    /// What the engine warns of.
    Warning(RunId),
    /// Why a run ended.
    Failure(RunId),
    /// What a crash left, by its place among others.
    Lost(usize),
    /// Anything else, by number.
    Message(u64),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_log_is_short() {
        let id = RunId(3);
        assert_eq!(Action::Start(id).line(), "Start(RunId(3))");
        let long = Action::Desk(DeskAction::TypeName("ä".repeat(999)));
        assert_eq!(long.line().chars().count(), MAX_LINE + 1);
    }

    #[test]
    fn zooming_keeps_within_reason() {
        let options = ViewOptions::default();
        assert_eq!(options.zoomed(2).zoom_percent, 120);
        assert_eq!(options.zoomed(-99).zoom_percent, *ZOOMS.start());
        assert_eq!(options.zoomed(99).zoom_percent, *ZOOMS.end());
    }
}
