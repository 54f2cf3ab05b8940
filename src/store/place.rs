//! Places that keep a run while it trains: a folder of its own, or its part of a session.
//!
//! A *place* is held by one program at a time, and knows how much of the run is safe there.

use std::fmt;
use std::fs;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

use crate::train::Checkpoint;

use super::StoreError;
use super::commit::{self, Commit};
use super::lock::{LOCK, Lock, Use};
use super::reading;
use super::run_files::{self, RunUpdate, Written};
use super::run_folder::{self, CONFIG, STATE};
use super::session::{Address, Session, SessionRun};

/// What may be in a folder that is to keep a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nothing: an earlier run stays, and is told.
    New,
    /// An earlier run too, which counts until the new one is first kept.
    Replace,
    /// The run itself, with which it goes on.
    GoOn,
}

/// A place that this program alone writes to, as long as it holds it.
pub struct RunPlace {
    folder: PathBuf,
    /// What users call it.
    shown: String,
    is_of_session: bool,
    /// Steps of the run that are safe here, and one more; 0 while none of it is.
    safe: AtomicU64,
    /// Whether an earlier run is here until this one is first kept.
    replaces: bool,
    held: Mutex<Held>,
}

impl fmt::Debug for RunPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RunPlace").field(&self.shown).finish()
    }
}

/// What may change only between two writings.
enum Held {
    Folder {
        lock: Lock,
        /// The state of the run as it was last written here, which tells it from others.
        state: Option<Vec<u8>>,
        /// Pictures of the earlier run, which go with it.
        pictures: Vec<String>,
    },
    Session {
        session: Box<Session>,
        runs: Vec<SessionRun>,
        window: String,
        key: u64,
    },
}

impl RunPlace {
    /// A folder of a run's own, which is made if need be.
    ///
    /// # Errors
    /// It holds something else, or an earlier run without leave to replace it; somebody else trains
    /// there; or it cannot be written. Nothing in it has changed then.
    pub fn claim(folder: &Path, claim: Claim) -> Result<Self, StoreError> {
        check(folder, claim)?;
        fs::create_dir_all(folder).map_err(StoreError::io("creating", folder))?;
        // Before the lock, so that the sentence is about the folder.
        tempfile::tempfile_in(folder).map_err(StoreError::io("writing to", folder))?;
        let lock = take(folder)?;
        // Somebody may have trained there meanwhile.
        let is_run = check(folder, claim)?;
        commit::recover(folder)?;
        let goes_on = claim == Claim::GoOn && is_run;
        let pictures = if goes_on || !is_run {
            Vec::new()
        } else {
            run_folder::picture_names(folder)
        };
        // A run that cannot be read is replaced as a whole.
        let safe = goes_on
            .then(|| run_folder::steps(folder).ok())
            .flatten()
            .map_or(0, |steps| steps + 1);
        Ok(Self {
            folder: folder.to_owned(),
            shown: folder.display().to_string(),
            is_of_session: false,
            safe: AtomicU64::new(safe),
            replaces: is_run && !goes_on,
            held: Mutex::new(Held::Folder {
                lock,
                state: reading::content(&folder.join(STATE)),
                pictures,
            }),
        })
    }

    /// The same where something is there already, so that nobody waits for what cannot be; nothing
    /// where there is nothing yet, and nothing is made.
    ///
    /// # Errors
    /// Those of [`RunPlace::claim`].
    pub fn look(folder: &Path, claim: Claim) -> Result<Option<Self>, StoreError> {
        if folder.join(LOCK).is_file() {
            // Whoever trains there is told first: what lies there is theirs, or is yet to come.
            drop(take(folder)?);
        }
        if check(folder, claim)? {
            return Self::claim(folder, claim).map(Some);
        }
        Ok(None)
    }

    /// The place of a run in its session, which nobody else can use meanwhile.
    ///
    /// # Errors
    /// Somebody else uses the session, it is damaged, or has no such run.
    pub fn of_session(address: &Address) -> Result<Self, StoreError> {
        let (session, contents) = Session::open(&address.session)?;
        let key = address.key;
        let Some(run) = contents.runs.iter().find(|run| run.key == key) else {
            return Err(StoreError::NoSuchRun {
                path: address.session.clone(),
                key,
            });
        };
        let safe = if run.has_begun {
            run_folder::steps(&run.folder)? + 1
        } else {
            0
        };
        Ok(Self {
            folder: run.folder.clone(),
            shown: address.to_string(),
            is_of_session: true,
            safe: AtomicU64::new(safe),
            replaces: false,
            held: Mutex::new(Held::Session {
                session: Box::new(session),
                runs: contents.runs,
                window: contents.window,
                key,
            }),
        })
    }

    /// The folder of the run.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What users call the place.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Whether it is part of a session, whose runs keep what they looked like.
    pub fn is_of_session(&self) -> bool {
        self.is_of_session
    }

    /// Steps of the run that are safe here, where it has been kept.
    pub fn safe_steps(&self) -> Option<u64> {
        self.safe.load(Ordering::SeqCst).checked_sub(1)
    }

    /// Whether an earlier run is still here because this one has not been kept yet.
    pub fn holds_earlier_run(&self) -> bool {
        self.replaces && self.safe_steps().is_none()
    }

    /// Ends all writing here for good, once the one under way is done or this much time has gone: for
    /// a program that is about to end, and says before what is safe.
    pub fn close(&self, patience: Duration) {
        let since = Instant::now();
        loop {
            match self.held.try_lock() {
                Ok(held) => {
                    // Never given back: whoever would write waits until the program has ended.
                    let _never = ManuallyDrop::new(held);
                    return;
                }
                Err(TryLockError::Poisoned(_)) => return,
                Err(TryLockError::WouldBlock) if since.elapsed() > patience => return,
                Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(5)),
            }
        }
    }

    /// Keeps the run, adding to what was written of it before.
    ///
    /// # Errors
    /// When the place cannot be written, or is somebody else's by now; what was there stays whole.
    pub fn update(&self, mut update: RunUpdate) -> Result<Written, StoreError> {
        let steps = update.checkpoint.position.step;
        let mut held = self.held();
        let written = match &mut *held {
            Held::Folder {
                lock,
                state,
                pictures,
            } => {
                self.renew(lock, state.as_deref())?;
                let mut commit = Commit::begin(&self.folder)?;
                commit.create_folder("")?;
                for picture in pictures.iter() {
                    commit.give_up_later(picture.clone());
                }
                let written = run_files::write(&mut commit, &self.folder, "", &update)?;
                commit.finish()?;
                pictures.clear();
                *state = reading::content(&self.folder.join(STATE));
                written
            }
            Held::Session {
                session,
                runs,
                window,
                key,
            } => {
                let mut writer = session.begin()?;
                let mut written = None;
                for run in runs.iter() {
                    if run.key == *key {
                        // What it was called last is not always written into its folder.
                        update.checkpoint.config.name.clone_from(&run.config.name);
                        written = Some(writer.write(*key, &update)?);
                    } else if !writer.keep(run.key, &run.config.name) {
                        return Err(StoreError::NoSuchRun {
                            path: session.root().to_owned(),
                            key: run.key,
                        });
                    }
                }
                writer.finish(window)?;
                written.ok_or_else(|| StoreError::NoSuchRun {
                    path: session.root().to_owned(),
                    key: *key,
                })?
            }
        };
        self.safe.store(steps + 1, Ordering::SeqCst);
        Ok(written)
    }

    /// Keeps the run as it is in the end, with a picture and without what was kept besides while it
    /// trained. Only for a folder of its own.
    ///
    /// # Errors
    /// Those of [`RunPlace::update`].
    pub fn save(&self, run: &Checkpoint, grid: Option<&[u8]>) -> Result<(), StoreError> {
        let mut held = self.held();
        let Held::Folder {
            lock,
            state,
            pictures,
        } = &mut *held
        else {
            return Err(StoreError::content(
                &self.folder,
                "a run of its own",
                "is part of a session",
            ));
        };
        self.renew(lock, state.as_deref())?;
        run_folder::write_run(&self.folder, run, grid, pictures)?;
        pictures.clear();
        *state = reading::content(&self.folder.join(STATE));
        self.safe.store(run.position.step + 1, Ordering::SeqCst);
        Ok(())
    }

    /// A panic elsewhere leaves nothing half done behind this lock.
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes sure that the folder is still this run's: somebody may have removed it, and somebody else
    /// may train there now.
    fn renew(&self, lock: &mut Lock, state: Option<&[u8]>) -> Result<(), StoreError> {
        if lock.is_of(&self.folder) {
            return Ok(());
        }
        fs::create_dir_all(&self.folder).map_err(StoreError::io("creating", &self.folder))?;
        let renewed = take(&self.folder)?;
        let there = reading::content(&self.folder.join(STATE));
        let is_own = there.as_deref() == state;
        if self.folder.join(CONFIG).exists() && !is_own {
            return Err(StoreError::Taken {
                path: self.folder.clone(),
            });
        }
        *lock = renewed;
        Ok(())
    }
}

/// The lock of a run's folder.
fn take(folder: &Path) -> Result<Lock, StoreError> {
    Lock::take(folder, Use::Write).map_err(|error| match error {
        StoreError::InUse { path } => StoreError::Training { path },
        other => other,
    })
}

/// Whether a folder can be claimed, without a trace. Returns whether it holds a run.
fn check(folder: &Path, claim: Claim) -> Result<bool, StoreError> {
    if fs::metadata(folder).is_ok_and(|about| !about.is_dir()) {
        return Err(StoreError::content(folder, "a run", "is not a folder"));
    }
    let address = match Address::of_folder(folder) {
        // `X.hourglass#3` is the name of a run, not of a folder to come.
        None if !folder.exists() => Address::find(folder)?,
        within => within,
    };
    if let Some(address) = address {
        return Err(StoreError::PartOfSession {
            path: folder.to_owned(),
            session: address.session,
        });
    }
    if folder.join(CONFIG).exists() || commit::is_cut_short(folder) {
        return match claim {
            Claim::New => Err(StoreError::Taken {
                path: folder.to_owned(),
            }),
            Claim::Replace | Claim::GoOn => Ok(true),
        };
    }
    if folder.is_dir() && !run_folder::is_free(folder)? {
        return Err(StoreError::NotARun {
            path: folder.to_owned(),
        });
    }
    Ok(false)
}

#[cfg(test)]
#[path = "place_tests.rs"]
mod tests;
