//! Kept runs: a folder each, written so that a crash leaves the old state or the new one.
//!
//! A *run folder* holds `run.toml` (all that is needed to repeat the run), `state.toml` (how far it
//! is), `metrics.csv`, `weights.safetensors`, `optimizer.safetensors` and `pictures/`.

mod arrays;
mod commit;
mod grid;
mod metrics_csv;
mod run_folder;

pub use grid::{encode_grid, write_grid};
pub use run_folder::{open_run, prepare_folder, read_config, save_run};

use std::io;
use std::path::{Path, PathBuf};

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
            Self::Io { .. } => false,
            Self::NotARun { .. } | Self::Missing { .. } | Self::Content { .. } => true,
        }
    }

    fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            action,
            path,
            source,
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
