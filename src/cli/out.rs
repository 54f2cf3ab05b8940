//! Where a command keeps the run that it makes.
//!
//! An earlier run is replaced only where `--replace` says so; whatever else lies in its folder stays.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches};

use crate::store::{Claim, RunPlace, StoreError};

use super::Failure;
use super::kept::Kept;

/// Leave to replace an earlier run.
pub(super) fn replace() -> Arg {
    Arg::new("replace")
        .long("replace")
        .action(ArgAction::SetTrue)
        .requires("out")
        .help("Replace the earlier run in the folder of --out; other files in it stay")
}

/// Where a run is to be kept.
#[derive(Debug)]
pub(super) enum Out {
    /// In a folder that was named.
    Folder(PathBuf, Claim),
    /// In `runs/VARIANT-N` with the first N that is free.
    Unused(String),
    /// Where it is kept already.
    Same(Kept),
}

impl Out {
    /// The folder that was named, with leave to replace what is there or without.
    pub(super) fn given(folder: &Path, matches: &ArgMatches) -> Self {
        let claim = if matches.get_flag("replace") {
            Claim::Replace
        } else {
            Claim::New
        };
        Self::Folder(folder.to_owned(), claim)
    }

    /// The place, where there is something already: what cannot be is said before hours of work, and
    /// nobody else begins to train there. Nothing is made.
    ///
    /// # Errors
    /// When no run can be kept there.
    pub(super) fn look(&self) -> Result<Option<RunPlace>, Failure> {
        match self {
            Self::Folder(folder, claim) => RunPlace::look(folder, *claim).map_err(told),
            Self::Unused(_) => Ok(None),
            Self::Same(_) => self.claim().map(Some),
        }
    }

    /// The place, made if need be.
    ///
    /// # Errors
    /// When no run can be kept there.
    pub(super) fn claim(&self) -> Result<RunPlace, Failure> {
        match self {
            Self::Folder(folder, claim) => RunPlace::claim(folder, *claim).map_err(told),
            Self::Unused(variant) => unused(variant),
            Self::Same(Kept::Folder(folder)) => {
                RunPlace::claim(folder, Claim::GoOn).map_err(told)
            }
            Self::Same(Kept::OfSession(address)) => {
                RunPlace::of_session(address).map_err(|error| match error {
                    StoreError::InUse { path } => Failure::bad_input(format!(
                        "{} is open in another program, which keeps it: close it there, or give --out to train on a copy of the run",
                        path.display()
                    )),
                    other => other.into(),
                })
            }
        }
    }
}

/// What keeps a run out of a folder, and the ways on that the command line has.
fn told(error: StoreError) -> Failure {
    match error {
        StoreError::Taken { path } => Failure::bad_input(format!(
            "{} holds an earlier run, which stays as it is: --replace replaces it, another --out keeps both",
            path.display()
        )),
        other => other.into(),
    }
}

/// `runs/VARIANT-N` with the first N that is free. Somebody else may be looking for one too.
fn unused(variant: &str) -> Result<RunPlace, Failure> {
    for number in 1..=u32::MAX {
        let folder = Path::new("runs").join(format!("{variant}-{number}"));
        if folder.exists() {
            continue;
        }
        match RunPlace::claim(&folder, Claim::New) {
            Err(
                StoreError::Taken { .. } | StoreError::Training { .. } | StoreError::NotARun { .. },
            ) => {}
            claimed => return claimed.map_err(told),
        }
    }
    Err(Failure::bad_input(
        "a free folder runs/VARIANT-N is needed, but all are taken",
    ))
}
