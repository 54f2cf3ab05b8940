//! Kept runs: a folder each, written so that a crash leaves the old state or the new one.
//!
//! A *run folder* holds `run.toml` (all that is needed to repeat the run), `state.toml` (how far it
//! is), `metrics.csv`, `weights.safetensors`, `optimizer.safetensors` and `pictures/`, and `lock`, which
//! keeps a second training out. A [`session`] is a folder of runs.

mod arrays;
mod bytes;
mod commit;
mod disk;
pub mod export;
pub mod fonts;
mod frames;
mod grid;
mod lists;
mod lock;
mod metrics_csv;
mod place;
mod reading;
mod relink;
mod run_files;
mod run_folder;
mod scripts;
pub mod session;
pub mod share;

pub use frames::KeptFrame;
pub use grid::{encode_grid, write_grid};
pub use lists::list;
pub use place::{Claim, RunPlace};
pub use relink::relink;
pub use run_files::{KeptRun, RunUpdate, Written, open_whole_run};
pub use run_folder::{kept_pictures, open_run, read_config, save_run};

use std::io;
use std::path::{Path, PathBuf};

use crate::data::is_of_input;

/// Why a run could not be kept or opened, in a sentence.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file system refused.
    #[error("{action} {path} failed: {source}", path = path.display())]
    Io {
        /// What was tried, such as `writing`.
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A folder that holds something else.
    #[error(
        "a run needs a folder that is new or empty, but {path} holds other files",
        path = path.display()
    )]
    NotARun {
        /// The folder.
        path: PathBuf,
    },
    /// A folder that is not there, where a run was to be opened.
    #[error(
        "there is nothing at {path}: name the folder of a kept run, or SESSION#N for run N of a session",
        path = path.display()
    )]
    NoRunAt {
        /// The folder.
        path: PathBuf,
    },
    /// A folder that is not there, where a session was to be opened.
    #[error(
        "there is nothing at {path}: name the folder of a session that was saved",
        path = path.display()
    )]
    NoSessionAt {
        /// The folder.
        path: PathBuf,
    },
    /// A folder without `run.toml`.
    #[error(
        "a run folder must hold run.toml, but {path} does not",
        path = path.display()
    )]
    Missing {
        /// The folder.
        path: PathBuf,
    },
    /// A folder for a session that holds something already.
    #[error(
        "the folder of a new session must be new or empty, but {path} holds files already",
        path = path.display()
    )]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// A folder without `session.toml`.
    #[error(
        "a session must hold session.toml, but {path} does not",
        path = path.display()
    )]
    NoSession {
        /// The folder.
        path: PathBuf,
    },
    /// The desktop names no folder for the data of programs.
    #[error(
        "unsaved work needs a folder to be kept in, but this desktop names none (HOURGLASS_STATE can)"
    )]
    NoPlace,
    /// A folder that holds another run.
    #[error(
        "{path} holds another run, which stays as it is: name a new or empty folder",
        path = path.display()
    )]
    Taken {
        /// The folder.
        path: PathBuf,
    },
    /// A folder that another program trains into.
    #[error(
        "one program at a time trains into a run folder, but another one trains into {path} now: wait until it ends, or name another folder",
        path = path.display()
    )]
    Training {
        /// The folder.
        path: PathBuf,
    },
    /// A folder that another program trains into, which has not kept anything yet.
    #[error(
        "{path} is being trained into, and nothing of the run has been kept yet: it is first kept within 15 seconds",
        path = path.display()
    )]
    NotKeptYet {
        /// The folder.
        path: PathBuf,
    },
    /// A folder for a run within a session.
    #[error(
        "a run of its own needs a folder that is new or empty, but {path} is part of the session {session}",
        path = path.display(),
        session = session.display()
    )]
    PartOfSession {
        /// The folder.
        path: PathBuf,
        /// The folder of the session.
        session: PathBuf,
    },
    /// A run that a session does not have.
    #[error("{path} has no run {key} any more", path = path.display())]
    NoSuchRun {
        /// The folder of the session.
        path: PathBuf,
        /// The number of the run.
        key: u64,
    },
    /// A run of a session is asked for, and it is open which one.
    #[error("{found}{runs}", found = which(path, asked.as_deref()))]
    WhichRun {
        /// The folder of the session.
        path: PathBuf,
        /// The number that was asked for.
        asked: Option<String>,
        /// What is in it.
        runs: String,
    },
    /// A run without weights.
    #[error(
        "{path} has not begun, so there are no weights of it yet: hourglass train --resume {path} trains it"
    )]
    NotBegun {
        /// The run.
        path: String,
    },
    /// A file that must not be written over.
    #[error(
        "{path} is a file of the run that is kept there, and writing it would damage the run: name another file",
        path = path.display()
    )]
    OfARun {
        /// The file.
        path: PathBuf,
    },
    /// A session that another window works on.
    #[error(
        "a session can be open in one window at a time, but {path} is in use by another",
        path = path.display()
    )]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// The name of a file to be written ends in nothing that can be written there.
    #[error(
        "the name of a file for {what} must end in {expected}, but is {path}",
        path = path.display()
    )]
    Ending {
        /// The file.
        path: PathBuf,
        /// What it was to hold.
        what: &'static str,
        /// The endings there are.
        expected: String,
    },
    /// A path that should lead to a file.
    #[error("{path} must be a file, but is {found}", path = path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
        /// What is there instead.
        found: &'static str,
    },
    /// A file with the wrong content.
    #[error("{path} must hold {expected}, but {found}", path = path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        expected: &'static str,
        /// What it holds instead.
        found: String,
    },
}

impl StoreError {
    /// Whether what the user asked for was wrong, rather than the machine.
    pub fn is_bad_input(&self) -> bool {
        match self {
            Self::Io { source, .. } => is_of_input(source),
            Self::NoPlace => false,
            Self::NotARun { .. }
            | Self::NoRunAt { .. }
            | Self::NoSessionAt { .. }
            | Self::Missing { .. }
            | Self::NotEmpty { .. }
            | Self::NoSession { .. }
            | Self::InUse { .. }
            | Self::Taken { .. }
            | Self::Training { .. }
            | Self::NotKeptYet { .. }
            | Self::PartOfSession { .. }
            | Self::NoSuchRun { .. }
            | Self::WhichRun { .. }
            | Self::NotBegun { .. }
            | Self::OfARun { .. }
            | Self::Ending { .. }
            | Self::NotAFile { .. }
            | Self::Content { .. } => true,
        }
    }

    fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            action,
            path,
            source: plain(source),
        }
    }

    /// Why a folder cannot be looked at: `missing` where nothing is there.
    fn unseen(
        path: &Path,
        missing: impl FnOnce(PathBuf) -> Self,
    ) -> impl FnOnce(io::Error) -> Self {
        move |error| match error.kind() {
            io::ErrorKind::NotFound => missing(path.to_owned()),
            _ => Self::io("opening", path)(error),
        }
    }

    fn content(path: &Path, expected: &'static str, found: impl Into<String>) -> Self {
        Self::Content {
            path: path.to_owned(),
            expected,
            found: found.into(),
        }
    }
}

/// The beginning of a sentence that lists the runs of a session.
fn which(path: &Path, asked: Option<&str>) -> String {
    let path = path.display();
    match asked {
        Some(asked) => format!("{path} has no run {asked:?}: "),
        None => format!("one run of {path} must be named: "),
    }
}

/// What the system said, without the name of a temporary file that nobody knows.
fn plain(error: io::Error) -> io::Error {
    if error.raw_os_error().is_some() {
        return error;
    }
    match error.to_string().split_once(" at path \"") {
        Some((said, _)) => io::Error::new(error.kind(), said.to_owned()),
        None => error,
    }
}
