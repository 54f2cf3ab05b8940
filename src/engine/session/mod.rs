//! Sessions: the whole workbench is kept while it works, so that little is lost however it ends.
//!
//! The engine's thread copies a run off its device between two slices; the *keeper*, a thread of its
//! own, encodes and writes. One run is under way at a time, so no more than one copy is in memory.
//! The *desk* is what the window wants kept beside the runs, a text that only it understands.

mod frames;
mod keeper;
mod keeping;
mod marks;
mod saving;

use std::path::PathBuf;
use std::sync::Arc;

use crate::store::RunPlace;
use crate::train::RunConfig;

use super::protocol::RunId;

pub(super) use frames::{Fit, as_frame};
pub(super) use keeper::Report;
pub(super) use keeping::Keeping;

/// What the window wants kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Desk {
    /// The runs, in order, with their names.
    pub runs: Vec<(RunId, String)>,
    /// The window's own business.
    pub window: String,
    /// Another number for every desk.
    pub version: u64,
    /// The session it is of: 0, or the number of the one that was taken up last.
    pub session: u64,
}

/// What the engine is asked about sessions.
#[derive(Clone, Debug)]
pub enum SessionCommand {
    /// What is to be kept from now on.
    Desk(Arc<Desk>),
    /// Takes up a session; answers `Opened` or `NotOpened`. One that is open is saved and let go.
    Open(PathBuf),
    /// Saves now, where the session is kept or in a new place; answers `Saved` or `NotSaved`.
    Save(Option<PathBuf>),
    /// Looks for what a crash left; answers `Lost` for each.
    Look,
    /// Removes what a crash left.
    Discard(PathBuf),
    /// The user leaves: an open session is saved, what was kept in case of a crash goes.
    Leave,
    /// Keeps a run in a place of its own as long as it trains.
    KeepRun {
        /// The run.
        id: RunId,
        /// Where. It is held as long as the run is kept there.
        place: Arc<RunPlace>,
    },
}

/// What the engine tells of sessions.
#[derive(Clone, Debug)]
pub enum SessionNews {
    /// A session was taken up; its runs are to be opened by whoever asked.
    Opened(Arc<OpenedSession>),
    /// It was not; the one that was open still is.
    NotOpened {
        /// One sentence: expected, found, where.
        error: String,
        /// Whether what the user asked for was wrong, rather than the machine.
        is_bad_input: bool,
    },
    /// Everything up to this desk is kept.
    Saved {
        /// Where, unless it is only kept in case of a crash.
        folder: Option<PathBuf>,
        /// The desk's version.
        desk: u64,
    },
    /// Somebody removed this folder, or part of what was in it; everything is kept there again.
    Rewritten(PathBuf),
    /// Keeping failed; runs go on, and it is tried again.
    NotSaved {
        /// One sentence: expected, found, where.
        error: String,
        /// Whether what the user asked for was wrong, rather than the machine.
        is_bad_input: bool,
        /// Whether the user asked for it.
        was_asked: bool,
    },
    /// What a crash left can be opened.
    Lost(LostSession),
}

/// A session that was taken up.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenedSession {
    /// Tells it from those taken up before; desks that came from these are not its own.
    pub number: u64,
    /// Its folder.
    pub folder: PathBuf,
    /// Whether a crash left it, so that nobody has saved it yet.
    pub is_lost: bool,
    /// Its runs, in order.
    pub runs: Vec<OpenedRun>,
    /// What the window had kept.
    pub window: String,
}

/// A run of a session that was taken up.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenedRun {
    /// What it is.
    pub config: RunConfig,
    /// Its folder, unless it has not begun.
    pub folder: Option<PathBuf>,
}

/// What a crash left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostSession {
    /// Names it.
    pub folder: PathBuf,
    /// Names of its runs.
    pub runs: Vec<String>,
    /// Seconds since it was last kept, where the clock tells.
    pub age_secs: Option<u64>,
}
