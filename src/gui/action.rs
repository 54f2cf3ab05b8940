//! Actions: everything a person can do in the window, as data.
//!
//! An *action* is a wish of the user. Panels only collect actions; [`super::state::AppState`] alone
//! decides what comes of them.

use std::path::PathBuf;

use crate::engine::{Command, RunId};

use super::curves::{CurveOptions, CurvesAction};
use super::draft::Draft;
use super::history::HistoryAction;
use super::input::InputAction;
use super::latent::LatentAction;
use super::layers::LayersAction;
use super::layout::Preset;

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
    /// Trains.
    Start(RunId),
    /// Stops between two steps.
    Pause(RunId),
    /// Starts a run that stands, pauses one that runs.
    Toggle(RunId),
    /// One training step.
    Step(RunId),
    /// Ends the run where it is.
    Stop(RunId),
    /// Back to the initial weights.
    Reset(RunId),
    /// Trains every run that can.
    StartAll,
    /// Pauses every run that trains.
    PauseAll,
    /// New settings of a run, as long as they are being edited.
    Edit(RunId, Box<Draft>),
    /// The settings as they are now are meant; the run is made anew.
    Commit(RunId),
    /// Asks for a folder.
    AskFolder(FolderFor),
    /// A folder was chosen.
    FolderChosen(FolderFor, PathBuf),
    /// The desktop has no dialog to offer.
    DialogMissing,
    /// Shows the test images after those now shown.
    NextImages,
    /// Shows test images from all over the test set.
    OtherImages,
    /// So many pictures have room in a row.
    FitImages(usize),
    /// Changes how things are shown.
    Show(ViewOptions),
    /// The user has read it.
    Dismiss(NoticeKey),
    /// Lays the panes out.
    Arrange(Preset),
    /// The chart.
    Curves(CurvesAction),
    /// Looking back.
    History(HistoryAction),
    /// Walking in the space of codes.
    Latent(LatentAction),
    /// One image through every run.
    Input(InputAction),
    /// Inside the network.
    Layers(LayersAction),
}

/// What a folder is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FolderFor {
    /// The images of a run.
    Data(RunId),
    /// Where to keep a run.
    Save(RunId),
    /// A run that was kept.
    Open,
}

impl FolderFor {
    /// Title of the dialog.
    pub fn title(self) -> &'static str {
        match self {
            Self::Data(_) => "Open a folder of images",
            Self::Save(_) => "Choose an empty folder to save the run in",
            Self::Open => "Open the folder of a saved run",
        }
    }
}

/// What comes of an action outside the window's own state.
#[derive(Clone, Debug)]
pub enum Effect {
    /// For the engine.
    Send(Command),
    /// A folder is to be asked for; [`Action::FolderChosen`] answers, unless it was cancelled.
    Ask(FolderFor),
}

/// How things are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
        }
    }
}

/// What the chart measures; the two never share an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartUnit {
    /// Mean squared error per pixel.
    SquaredError,
    /// Binary cross-entropy per pixel, for runs that minimise it.
    CrossEntropy,
}

/// The colours of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// What the engine warns of.
    Warning(RunId),
    /// Why a run ended.
    Failure(RunId),
    /// Anything else, by number.
    Message(u64),
}
