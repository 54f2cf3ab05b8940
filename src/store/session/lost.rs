//! Sessions that nobody saved yet, kept by the program itself in case it ends badly.
//!
//! A *lost session* is one of these whose program is gone. Each program has a folder and a lock of
//! its own, so that none offers what another still works on.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::super::StoreError;
use super::{MANIFEST, Session, SessionContents};

/// Names the folder for what the program keeps for itself, in place of the desktop's.
const VARIABLE: &str = "HOURGLASS_STATE";

const FOLDER: &str = "unsaved";

/// Where this program keeps what it has to keep: `HOURGLASS_STATE`, or the desktop's folder for data.
pub fn state_folder() -> Option<PathBuf> {
    let named = std::env::var_os(VARIABLE).filter(|name| !name.is_empty());
    named
        .map(PathBuf::from)
        .or_else(|| Some(dirs::data_dir()?.join("hourglass")))
}

/// The place of sessions that nobody saved yet.
#[derive(Clone, Debug)]
pub struct LostSessions {
    root: PathBuf,
}

impl LostSessions {
    /// The place within the folder of the program's own.
    pub fn new(state: &Path) -> Self {
        Self {
            root: state.join(FOLDER),
        }
    }

    /// A new session that nobody has saved.
    ///
    /// # Errors
    /// When the place cannot be written.
    pub fn begin(&self) -> Result<Session, StoreError> {
        let _door = self.door()?;
        let numbers = 1..u32::MAX;
        let folder = numbers
            .map(|number| self.root.join(number.to_string()))
            .find(|folder| !folder.exists());
        Session::create(&folder.unwrap_or_else(|| self.root.join("last")))
    }

    /// The sessions whose program is gone, the newest first, now this program's. What holds nothing
    /// worth having is removed.
    ///
    /// # Errors
    /// When the place is there but cannot be read.
    pub fn find(&self) -> Result<Vec<(Session, SessionContents)>, StoreError> {
        if !self.root.exists() {
            return Ok(Vec::new());
        }
        let _door = self.door()?;
        let entries = fs::read_dir(&self.root).map_err(StoreError::io("reading", &self.root))?;
        let mut found = Vec::new();
        for folder in entries.flatten().map(|entry| entry.path()) {
            if !folder.is_dir() {
                continue;
            }
            match Session::open(&folder) {
                Ok((session, contents)) if contents.runs.iter().any(|run| run.has_begun) => {
                    found.push((saved_at(&folder), session, contents));
                }
                Ok((session, _nothing)) => warn(session.delete()),
                Err(StoreError::InUse { .. }) => {}
                Err(StoreError::NoSession { .. }) => warn(forget_unsaved(&folder)),
                // Left as it is: a newer version may know what to do with it.
                Err(error) => log::warn!("an unsaved session cannot be recovered: {error}"),
            }
        }
        found.sort_by_key(|(saved_at, _, _)| std::cmp::Reverse(*saved_at));
        let found = found.into_iter();
        Ok(found
            .map(|(_, session, contents)| (session, contents))
            .collect())
    }

    /// Keeps other programs out while sessions come and go.
    fn door(&self) -> Result<File, StoreError> {
        fs::create_dir_all(&self.root).map_err(StoreError::io("creating", &self.root))?;
        let path = self.root.join("lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(StoreError::io("opening", &path))?;
        match file.lock() {
            Err(error) if error.kind() != std::io::ErrorKind::Unsupported => {
                Err(StoreError::io("locking", &path)(error))
            }
            Ok(()) | Err(_) => Ok(file),
        }
    }
}

/// Removes a folder whose program ended before it first saved.
fn forget_unsaved(folder: &Path) -> Result<(), StoreError> {
    Session::create(folder)?.delete()
}

fn saved_at(folder: &Path) -> Option<SystemTime> {
    let about = fs::metadata(folder.join(MANIFEST)).ok()?;
    about.modified().ok()
}

fn warn(done: Result<(), StoreError>) {
    match done {
        Ok(()) | Err(StoreError::InUse { .. }) => {}
        Err(error) => log::warn!("an unsaved session without runs stays: {error}"),
    }
}
