//! How a run of a session is named where the folder of a run is asked for: `X.hourglass#3`.
//!
//! An *address* leads to one run of a session. The number is that of the run's folder below `runs`,
//! which stays the same whatever comes and goes beside it.

use std::fmt;
use std::path::{Path, PathBuf};

use super::super::StoreError;
use super::super::lock::steadily;
use super::super::run_folder;
use super::{
    MANIFEST, RUNS, SessionContents, SessionRun, check_is_session, read, run_folder as folder_of,
};

/// A run of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The folder of the session.
    pub session: PathBuf,
    /// Names the run in it.
    pub key: u64,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.session.display(), self.key)
    }
}

impl Address {
    /// The run that a path leads to: `SESSION#N`, the folder of a session that has one run, or that
    /// run's own folder within its session. Nothing where the path is of no session.
    ///
    /// # Errors
    /// The session cannot be read, has no such run, or has several and none is named.
    pub fn find(path: &Path) -> Result<Option<Self>, StoreError> {
        if path.join(MANIFEST).is_file() {
            return Self::only(path).map(Some);
        }
        if let Some(address) = Self::of_folder(path) {
            return Ok(Some(address));
        }
        if path.exists() {
            return Ok(None);
        }
        let name = path.file_name().and_then(|name| name.to_str());
        let Some((session, number)) = name.and_then(|name| name.rsplit_once('#')) else {
            return Ok(None);
        };
        // `X.hourglass/#3` is the same as `X.hourglass#3`.
        let session = match session {
            "" => path.parent().unwrap_or_else(|| Path::new("")).to_owned(),
            name => path.with_file_name(name),
        };
        if !session.join(MANIFEST).is_file() {
            return Ok(None);
        }
        let listed = Listed::of(&session)?;
        let key = number.parse().ok();
        match key.filter(|key| listed.has(*key)) {
            Some(key) => Ok(Some(Self { session, key })),
            None => Err(StoreError::WhichRun {
                path: session,
                asked: Some(number.to_owned()),
                runs: listed.to_string(),
            }),
        }
    }

    /// The run whose folder within its session this is.
    pub fn of_folder(folder: &Path) -> Option<Self> {
        let as_written = Self::of_path(folder);
        // From within the session or its folder of runs the name says too little.
        as_written.or_else(|| Self::of_path(&std::path::absolute(folder).ok()?))
    }

    fn of_path(folder: &Path) -> Option<Self> {
        let key = folder.file_name()?.to_str()?.parse().ok()?;
        let runs = folder.parent()?;
        let session = runs.parent()?;
        let is_of_session = !session.as_os_str().is_empty()
            && runs.file_name()? == RUNS
            && session.join(MANIFEST).is_file();
        is_of_session.then(|| Self {
            session: session.to_owned(),
            key,
        })
    }

    /// The only run of a session.
    fn only(session: &Path) -> Result<Self, StoreError> {
        let listed = Listed::of(session)?;
        match &listed.runs[..] {
            [one] => Ok(Self {
                session: session.to_owned(),
                key: one.key,
            }),
            _ => Err(StoreError::WhichRun {
                path: session.to_owned(),
                asked: None,
                runs: listed.to_string(),
            }),
        }
    }

    /// What the run is and where it lies. The session is only looked at: whoever has it open goes on.
    ///
    /// # Errors
    /// The session cannot be read, or the run has gone.
    pub fn run(&self) -> Result<SessionRun, StoreError> {
        let contents = look(&self.session)?;
        let run = contents.runs.into_iter().find(|run| run.key == self.key);
        run.ok_or_else(|| StoreError::NoSuchRun {
            path: self.session.clone(),
            key: self.key,
        })
    }

    /// The folder of the run.
    pub fn folder(&self) -> PathBuf {
        folder_of(&self.session, self.key)
    }
}

/// Looks at a session that somebody else may be using.
fn look(root: &Path) -> Result<SessionContents, StoreError> {
    check_is_session(root)?;
    steadily(&[root], &root.join(MANIFEST), || read(root))
}

/// What is in a session, to choose from.
struct Listed {
    root: PathBuf,
    runs: Vec<SessionRun>,
}

impl Listed {
    /// The runs of a session.
    fn of(root: &Path) -> Result<Self, StoreError> {
        Ok(Self {
            root: root.to_owned(),
            runs: look(root)?.runs,
        })
    }

    fn has(&self, key: u64) -> bool {
        self.runs.iter().any(|run| run.key == key)
    }
}

impl fmt::Display for Listed {
    /// Number, name and steps of every run, in a part of a sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.runs.is_empty() {
            return f.write_str("it has no runs");
        }
        f.write_str("it has ")?;
        for (number, run) in self.runs.iter().enumerate() {
            if number > 0 {
                f.write_str(", ")?;
            }
            let address = Address {
                session: self.root.clone(),
                key: run.key,
            };
            write!(f, "{address} ({}, ", run.config.name)?;
            match run_folder::steps(&run.folder)
                .ok()
                .filter(|_| run.has_begun)
            {
                Some(steps) => write!(f, "{steps} steps)")?,
                None => f.write_str("not begun)")?,
            }
        }
        Ok(())
    }
}
