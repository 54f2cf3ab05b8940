//! The window: panels over one state.
//!
//! [`AppState`] holds everything the window knows. It changes in two places only, `handle` for the
//! user's actions and `apply` for the engine's events. A *panel* is a function
//! `foo_ui(ui, view, out)` that draws a [`view::View`] of the state and pushes actions to `out`.
//! The thread of the window never waits: training, files and pictures are the engine's, dialogs run
//! and fonts of the desktop are found in threads of their own, and only news repaint the window.

mod action;
mod app;
mod borders;
mod chips;
mod chosen;
mod code;
mod curves;
mod data;
mod desk;
mod dialogs;
mod drop;
mod export;
mod fetch;
mod focus;
mod fonts;
mod generate;
mod history;
mod input;
mod jobs;
mod latent;
mod launch;
mod layers;
mod layout;
mod matching;
mod menus;
mod naming;
mod news;
mod notices;
mod panes;
mod parking;
mod paths;
mod pictures;
mod references;
mod relink;
mod restart;
mod run;
mod runs;
mod schedule;
mod session;
mod settings;
mod setup;
mod share;
mod shortcuts;
mod state;
mod status;
mod story;
mod tabs;
mod textures;
mod theme;
mod trace;
mod transport;
mod undo;
mod until;
mod view;
mod watch;
mod window;
mod wishes;
mod words;

use std::path::PathBuf;

use crate::store::share::Share;
use crate::train::RunConfig;

pub use action::{
    Action, Actions, ChartUnit, Effect, NoticeKey, PathFor, ThemeChoice, ViewOptions,
};
pub use app::{App, EngineLink};
pub use code::{CodeAction, CodeSection, CodeState, MapAction, MapState, Marks};
pub use curves::{
    Axis, CurveOptions, CurvesAction, CurvesState, MOST_SMOOTHING, Reduction, Series, Train, XUnit,
};
pub use desk::{Desk, DeskAction, Pace};
pub use dialogs::{AskPath, DialogLog};
pub use fetch::{FetchAction, FetchState};
pub use fonts::HanChoice;
pub use generate::{GenerateAction, GenerateState};
pub use history::{History, HistoryAction, HistoryState, Speed};
pub use input::{InputAction, InputState};
pub use jobs::{Job, JobsAction, JobsState};
pub use latent::{
    LatentAction, LatentState, Origin, PlaneAction, PlaneAxes, PlaneState, PlaneWindow, Spot,
};
pub use layers::{LayersAction, LayersState, Measure, Section, TileScale};
pub use layout::{Pane, Preset};
pub use matching::Matching;
pub use paths::{Found, Outcome, PathAction, PathsState, TypedPath};
pub use pictures::{ImageChoice, Order, PicturesAction, PicturesState, TestSet};
pub use references::{ReferencesAction, ReferencesState, Stage, Standing};
pub use restart::{Restart, RestartQuestion};
pub use run::{Failure, LossUnit, Opening, Run};
pub use schedule::{ScheduleAction, ScheduleState, Way};
pub use session::{Next, Question, SessionAction, SessionState};
pub use settings::Settings;
pub use setup::draft::Draft;
pub use share::{Copying, Pasting, ShareAction, ShareState};
pub use state::{AppState, MAX_RUNS};
pub use story::{Part, StoryAction, StoryState};
pub use undo::{Former, GivenUp, Work};

/// What the window opens with.
#[derive(Clone, Debug, Default)]
pub struct StartOptions {
    /// The first run; a small autoencoder on the built-in digits when absent.
    pub config: Option<RunConfig>,
    /// The folder of a run to open.
    pub open: Option<PathBuf>,
    /// Where the images of that run are now.
    pub dataset: Option<String>,
    /// The first run, with what may be changed about it.
    pub share: Option<Share>,
    /// The folder of a session to open.
    pub session: Option<PathBuf>,
}

/// Why the window cannot be.
#[derive(Debug, thiserror::Error)]
pub enum GuiError {
    /// Neither X11 nor Wayland is there.
    #[error(
        "the window needs a display, but neither WAYLAND_DISPLAY nor DISPLAY is set; \
         `hourglass train` runs without one"
    )]
    NoDisplay,
    /// The display or the graphics adapter refused.
    #[error(
        "the window could not be opened on this display ({0}); `hourglass train` runs without one"
    )]
    Window(#[from] eframe::Error),
    /// The engine's thread could not be started.
    #[error("the training thread could not be started ({0})")]
    Engine(#[from] std::io::Error),
}

/// Opens the window and returns when it is closed.
///
/// # Errors
/// There is no display, or the window or the engine's thread could not be made.
pub fn run(start: StartOptions) -> Result<(), GuiError> {
    launch::run(start)
}
