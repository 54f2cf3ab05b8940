//! Kept runs: a folder each, written so that a crash leaves the old state or the new one.
//!
//! A *run folder* holds `run.toml` (all that is needed to repeat the run), `state.toml` (how far it
//! is), `metrics.csv`, `weights.safetensors`, `optimizer.safetensors` and `pictures/`. A [`session`]
//! is a folder of runs.

mod arrays;
mod bytes;
mod commit;
mod disk;
pub mod export;
mod frames;
mod grid;
mod metrics_csv;
mod reading;
mod relink;
mod run_files;
mod run_folder;
pub mod session;
pub mod share;

pub use frames::KeptFrame;
pub use grid::{encode_grid, write_grid};
pub use relink::relink;
pub use run_files::{KeptRun, RunUpdate, Written, open_whole_run, update_run};
pub use run_folder::{kept_pictures, open_run, prepare_folder, read_config, save_run};

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
        "the output folder must be new, empty or a run already, but {path} holds other files",
        path = path.display()
    )]
    NotARun {
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
            | Self::Missing { .. }
            | Self::NotEmpty { .. }
            | Self::NoSession { .. }
            | Self::InUse { .. }
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

    fn content(path: &Path, expected: &'static str, found: impl Into<String>) -> Self {
        Self::Content {
            path: path.to_owned(),
            expected,
            found: found.into(),
        }
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
