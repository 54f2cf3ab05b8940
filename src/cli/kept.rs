//! Where a kept run is asked for: a folder of its own, or a run of a session.

use std::path::{Path, PathBuf};

use crate::store::session::Address;
use crate::store::{self, StoreError};
use crate::train::Checkpoint;

use super::Failure;

/// What the argument that names a run says of itself.
pub(super) const RUN_HELP: &str =
    "Folder of a kept run, or SESSION#N for run N of a session (see hourglass session)";

/// Where a kept run is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// In a folder of its own.
    Folder(PathBuf),
    /// In a session.
    OfSession(Address),
}

impl Kept {
    /// The run that a path leads to. Whether a folder holds one is found when it is opened.
    ///
    /// # Errors
    /// The path leads to a session, but to none of its runs.
    pub(super) fn find(path: &Path) -> Result<Self, Failure> {
        Ok(match Address::find(path)? {
            Some(address) => Self::OfSession(address),
            None => Self::Folder(path.to_owned()),
        })
    }

    /// Its folder.
    pub(super) fn folder(&self) -> PathBuf {
        match self {
            Self::Folder(folder) => folder.clone(),
            Self::OfSession(address) => address.folder(),
        }
    }

    /// What users call it.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Folder(folder) => folder.display().to_string(),
            Self::OfSession(address) => address.to_string(),
        }
    }

    /// The run as it is, with its newest name.
    ///
    /// # Errors
    /// It cannot be opened, or has not begun.
    pub(super) fn open(&self) -> Result<Checkpoint, Failure> {
        let Self::OfSession(address) = self else {
            return Ok(store::open_run(&self.folder())?);
        };
        let run = address.run()?;
        if !run.has_begun {
            return Err(StoreError::NotBegun { path: self.shown() }.into());
        }
        let mut checkpoint = store::open_run(&run.folder)?;
        checkpoint.config.name = run.config.name;
        Ok(checkpoint)
    }
}

/// A name as an argument in a command that a sentence tells: in quotation marks where a space would
/// make two of it.
pub(super) fn as_argument(name: &str) -> String {
    if name.contains(char::is_whitespace) {
        format!("{name:?}")
    } else {
        name.to_owned()
    }
}
