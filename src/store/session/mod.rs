//! Sessions: a whole workbench in one folder, replaced as a whole.
//!
//! A *session* is a folder with `session.toml`, which lists its runs, `window.json`, which is the
//! window's own business, `runs/N/`, a run folder each with frames and starts of phases besides, and
//! `lock`. Every saving is one commit, so a crash leaves the old session or the new one. Runs that
//! stood still are not written again.

mod address;
mod list;
mod lost;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::train::RunConfig;

use super::StoreError;
use super::commit::{Commit, NEW, recover};
use super::disk::{Disk, System};
use super::lock::{self, LOCK, Lock, Use};
use super::run_files::{self, RunUpdate, Written};
use super::run_folder::{CONFIG, encode_toml, read as read_file, read_config, read_text};
use list::{Entry, FORMAT, Manifest, manifest};

pub(super) use list::MANIFEST;

pub use address::Address;
pub use lost::{LostSessions, state_folder};

/// How the names of session folders end.
pub const ENDING: &str = "hourglass";

const WINDOW: &str = "window.json";
const RUNS: &str = "runs";

/// A run of a session.
#[derive(Clone, Debug)]
pub struct SessionRun {
    /// Names it within its session.
    pub key: u64,
    /// Its folder.
    pub folder: PathBuf,
    /// What it is, with its newest name.
    pub config: RunConfig,
    /// Whether it has weights; otherwise there is its configuration only.
    pub has_begun: bool,
}

/// What a session holds, besides the runs' own files.
#[derive(Clone, Debug)]
pub struct SessionContents {
    /// In the order of the window.
    pub runs: Vec<SessionRun>,
    /// What the window had kept; empty where there was none.
    pub window: String,
}

/// A session that this program alone uses.
pub struct Session {
    root: PathBuf,
    disk: Arc<dyn Disk>,
    _lock: Lock,
}

impl Session {
    /// A session in a folder that is new or empty.
    ///
    /// # Errors
    /// When it holds anything, or cannot be written.
    pub fn create(root: &Path) -> Result<Self, StoreError> {
        Self::create_on(Arc::new(System), root)
    }

    pub(super) fn create_on(disk: Arc<dyn Disk>, root: &Path) -> Result<Self, StoreError> {
        if fs::metadata(root).is_ok_and(|about| !about.is_dir()) {
            return Err(StoreError::content(root, "a session", "is not a folder"));
        }
        disk.create_folder(root)
            .map_err(StoreError::io("creating", root))?;
        // What an interrupted first saving left behind is ours.
        let is_ours = |name: &str| name == LOCK || name == RUNS || name.ends_with(NEW);
        let is_foreign = |entry: &fs::DirEntry| !is_ours(&entry.file_name().to_string_lossy());
        let mut entries = fs::read_dir(root).map_err(StoreError::io("reading", root))?;
        if entries.any(|entry| entry.is_ok_and(|entry| is_foreign(&entry))) {
            return Err(StoreError::NotEmpty {
                path: root.to_owned(),
            });
        }
        let lock = Lock::take(root, Use::Write)?;
        Ok(Self {
            root: root.to_owned(),
            disk,
            _lock: lock,
        })
    }

    /// Opens a session to go on with it.
    ///
    /// # Errors
    /// When the folder is no session, is damaged or too new, or somebody else uses it.
    pub fn open(root: &Path) -> Result<(Self, SessionContents), StoreError> {
        check_is_session(root)?;
        let lock = Lock::take(root, Use::Write)?;
        recover(root)?;
        let contents = read(root)?;
        sweep(root, &contents);
        let session = Self {
            root: root.to_owned(),
            disk: Arc::new(System),
            _lock: lock,
        };
        Ok((session, contents))
    }

    /// Checks that a folder is one of a session, without a look at what is in it.
    ///
    /// # Errors
    /// When it is not there, or holds something else.
    pub fn check(root: &Path) -> Result<(), StoreError> {
        check_is_session(root)
    }

    /// Looks at a session without going on with it.
    ///
    /// # Errors
    /// When the folder is no session, is damaged or too new, or somebody writes to it.
    pub fn read(root: &Path) -> Result<SessionContents, StoreError> {
        check_is_session(root)?;
        let _lock = lock::take_to_read(root)?;
        read(root)
    }

    /// Looks at every run of a session, none of which changes meanwhile.
    ///
    /// # Errors
    /// As [`Session::read`], and those of `look`.
    pub fn read_each<T>(
        root: &Path,
        look: impl FnMut(SessionRun) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        check_is_session(root)?;
        let _lock = lock::take_to_read(root)?;
        read(root)?.runs.into_iter().map(look).collect()
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Time since it was last saved, where the clock tells.
    pub fn age(&self) -> Option<Duration> {
        let about = fs::metadata(self.root.join(MANIFEST)).ok()?;
        about.modified().ok()?.elapsed().ok()
    }

    /// Whether the folder is still there.
    pub fn is_there(&self) -> bool {
        self.root.join(LOCK).exists()
    }

    /// Begins a saving.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn begin(&self) -> Result<SessionWriter, StoreError> {
        let commit = Commit::on(Arc::clone(&self.disk), &self.root)?;
        let before = if self.root.join(MANIFEST).exists() {
            manifest(&self.root)?.runs
        } else {
            Vec::new()
        };
        Ok(SessionWriter {
            commit,
            root: self.root.clone(),
            before,
            runs: Vec::new(),
        })
    }

    /// Removes the session with all that is in it.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn delete(self) -> Result<(), StoreError> {
        self.disk
            .remove(&self.root)
            .map_err(StoreError::io("removing", &self.root))
    }
}

/// A saving under way. Runs that are not mentioned are given up; nothing counts before the end.
pub struct SessionWriter {
    commit: Commit,
    root: PathBuf,
    before: Vec<Entry>,
    runs: Vec<Entry>,
}

impl SessionWriter {
    /// Writes a run that has begun. A key that was used for another run must not come back.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, key: u64, update: &RunUpdate) -> Result<Written, StoreError> {
        let prefix = self.enter(key)?;
        let written = run_files::write(&mut self.commit, &self.root, &prefix, update)?;
        self.note(key, &update.checkpoint.config.name, true);
        Ok(written)
    }

    /// Writes the configuration of a run that has not begun.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_config(&mut self, key: u64, config: &RunConfig) -> Result<(), StoreError> {
        let prefix = self.enter(key)?;
        let name = format!("{prefix}{CONFIG}");
        let text = encode_toml(&self.root.join(&name), config)?;
        self.commit.put(&name, text.as_bytes())?;
        self.note(key, &config.name, false);
        Ok(())
    }

    /// Leaves a run as it is. Returns whether the session has it, and its folder is there.
    pub fn keep(&mut self, key: u64, name: &str) -> bool {
        let is_there = run_folder(&self.root, key).join(CONFIG).is_file();
        let known = self.before.iter().find(|entry| entry.folder == key);
        let has_begun = known.filter(|_| is_there).map(|entry| entry.has_begun);
        if let Some(has_begun) = has_begun {
            self.note(key, name, has_begun);
        }
        has_begun.is_some()
    }

    /// The folder of a run.
    pub fn run_folder(&self, key: u64) -> PathBuf {
        run_folder(&self.root, key)
    }

    /// Takes over a run from another session, file by file.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn copy(&mut self, key: u64, name: &str, from: &Path) -> Result<(), StoreError> {
        let prefix = self.enter(key)?;
        let mut has_begun = false;
        for entry in fs::read_dir(from).map_err(StoreError::io("reading", from))? {
            let path = entry.map_err(StoreError::io("reading", from))?.path();
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_file() && !file.ends_with(NEW) {
                self.commit
                    .put(&format!("{prefix}{file}"), &read_file(&path)?)?;
                has_begun |= file != CONFIG;
            }
        }
        self.note(key, name, has_begun);
        Ok(())
    }

    /// Has everything count.
    ///
    /// # Errors
    /// When the folder cannot be written; the older session stays.
    pub fn finish(mut self, window: &str) -> Result<(), StoreError> {
        self.commit.put(WINDOW, window.as_bytes())?;
        let manifest = Manifest {
            format: FORMAT,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            runs: self.runs,
        };
        let text = encode_toml(&self.root.join(MANIFEST), &manifest)?;
        self.commit.put(MANIFEST, text.as_bytes())?;
        for entry in self.before {
            if manifest.runs.iter().all(|run| run.folder != entry.folder) {
                self.commit
                    .give_up_later(format!("{RUNS}/{}", entry.folder));
            }
        }
        self.commit.finish()
    }

    /// Makes the folder of a run.
    fn enter(&mut self, key: u64) -> Result<String, StoreError> {
        self.commit.create_folder(&format!("{RUNS}/{key}"))?;
        Ok(format!("{RUNS}/{key}/"))
    }

    fn note(&mut self, key: u64, name: &str, has_begun: bool) {
        self.runs.push(Entry {
            folder: key,
            name: name.to_owned(),
            has_begun,
        });
    }
}

/// The folder of a run of a session.
pub fn run_folder(root: &Path, key: u64) -> PathBuf {
    root.join(RUNS).join(key.to_string())
}

fn check_is_session(root: &Path) -> Result<(), StoreError> {
    let missing = |path| StoreError::NoSessionAt { path };
    let about = fs::metadata(root).map_err(StoreError::unseen(root, missing))?;
    if !about.is_dir() {
        return Err(StoreError::content(root, "a session", "is not a folder"));
    }
    let is_session = root.join(MANIFEST).exists() || root.join(format!("{MANIFEST}{NEW}")).exists();
    if is_session {
        return Ok(());
    }
    Err(StoreError::NoSession {
        path: root.to_owned(),
    })
}

fn read(root: &Path) -> Result<SessionContents, StoreError> {
    let runs = manifest(root)?.runs.into_iter().map(|entry| {
        let folder = run_folder(root, entry.folder);
        let mut config = read_config(&folder.join(CONFIG))?;
        config.name = entry.name;
        Ok(SessionRun {
            key: entry.folder,
            folder,
            config,
            has_begun: entry.has_begun,
        })
    });
    let runs = runs.collect::<Result<Vec<_>, StoreError>>()?;
    let path = root.join(WINDOW);
    let window = if path.exists() {
        read_text(&path)?
    } else {
        String::new()
    };
    Ok(SessionContents { runs, window })
}

/// Removes what a saving that never counted left behind.
fn sweep(root: &Path, contents: &SessionContents) {
    let is_known = |path: &Path| contents.runs.iter().any(|run| run.folder == *path);
    let names = |folder: &Path| {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect::<Vec<_>>()
    };
    let is_new = |path: &PathBuf| path.to_string_lossy().ends_with(NEW);
    let mut left: Vec<PathBuf> = names(root).into_iter().filter(is_new).collect();
    for run in names(&root.join(RUNS)) {
        if is_known(&run) {
            left.extend(names(&run).into_iter().filter(is_new));
        } else if run.file_name().is_some_and(|name| {
            let is_digit = |byte: &u8| byte.is_ascii_digit();
            name.as_encoded_bytes().iter().all(is_digit)
        }) {
            left.push(run);
        }
    }
    for path in left {
        if let Err(error) = System.remove(&path) {
            log::warn!("{} could not be removed: {error}", path.display());
        }
    }
}

#[cfg(test)]
mod tests;
