//! Locks of folders that one program at a time writes to: two on one would overwrite each other.
//!
//! A *lock* is a file that the system takes back when the program ends, however it ends: one that a
//! killed program left behind keeps nobody out.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::commit::{is_cut_short, recover};
use super::{StoreError, reading};

/// The name of the file.
pub(super) const LOCK: &str = "lock";

/// Whether a folder is written or only read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// By one program at a time.
    Write,
    /// By any number, while none writes.
    Read,
}

/// Held as long as a folder is in use.
#[derive(Debug)]
pub(super) struct Lock(Option<File>);

impl Lock {
    /// Takes the lock of a folder that is there.
    pub(super) fn take(folder: &Path, purpose: Use) -> Result<Self, StoreError> {
        let path = folder.join(LOCK);
        let opened = match purpose {
            Use::Write => open_or_create(&path),
            Use::Read => File::open(&path),
        };
        let file = match opened {
            Ok(file) => file,
            // What nobody ever wrote to is nobody's.
            Err(error) if purpose == Use::Read && error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self(None));
            }
            Err(error) => return Err(StoreError::io("opening", &path)(error)),
        };
        let taken = match purpose {
            Use::Write => file.try_lock(),
            Use::Read => file.try_lock_shared(),
        };
        match taken {
            Ok(()) => Ok(Self(Some(file))),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse {
                path: folder.to_owned(),
            }),
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                log::warn!("{} cannot be locked: {error}", path.display());
                Ok(Self(Some(file)))
            }
            Err(TryLockError::Error(error)) => Err(StoreError::io("locking", &path)(error)),
        }
    }

    /// Whether this is still the lock of the folder: somebody may have removed the file, or the folder
    /// with it, and then anybody can take a new one.
    pub(super) fn is_of(&self, folder: &Path) -> bool {
        let Some(file) = &self.0 else { return false };
        match (file.metadata(), fs::metadata(folder.join(LOCK))) {
            (Ok(held), Ok(there)) => is_same(&held, &there),
            (_, _) => false,
        }
    }
}

/// Opens the file of a lock to read, and makes it where there is none. A file that is open to be written
/// would keep its disk from being made read-only for as long as a run trains.
fn open_or_create(path: &Path) -> io::Result<File> {
    match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            OpenOptions::new()
                .create(true)
                .truncate(false)
                .write(true)
                .open(path)?;
            File::open(path)
        }
        opened => opened,
    }
}

/// Whether two descriptions are of one file.
#[cfg(unix)]
fn is_same(held: &fs::Metadata, there: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (held.dev(), held.ino()) == (there.dev(), there.ino())
}

/// An open file cannot be removed elsewhere, so the one that is there is the one that is held.
#[cfg(not(unix))]
fn is_same(_held: &fs::Metadata, _there: &fs::Metadata) -> bool {
    true
}

/// How long somebody who completes a saving is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long somebody who only looks is waited for.
const SHORT_PATIENCE: Duration = Duration::from_millis(200);

/// Takes the lock of a folder to look at it, of which no saving is cut short then.
pub(super) fn take_to_read(root: &Path) -> Result<Lock, StoreError> {
    complete(root)?;
    // Another one may have completed it and not gone yet.
    patiently(SHORT_PATIENCE, || Lock::take(root, Use::Read))
}

/// Takes the lock of a folder to write a little to it, of which no saving is cut short then.
pub(super) fn take_to_write(root: &Path) -> Result<Lock, StoreError> {
    complete(root)?;
    patiently(SHORT_PATIENCE, || Lock::take(root, Use::Write))
}

/// Completes a saving that a crash cut short. One does it alone; others wait until it is done.
pub(super) fn complete(root: &Path) -> Result<(), StoreError> {
    patiently(PATIENCE, || {
        if !is_cut_short(root) {
            return Ok(());
        }
        let _alone = Lock::take(root, Use::Write)?;
        recover(root)
    })
}

/// Tries again for a while as long as somebody else has the folder.
fn patiently<T>(
    patience: Duration,
    mut work: impl FnMut() -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let since = Instant::now();
    loop {
        match work() {
            Err(StoreError::InUse { .. }) if since.elapsed() < patience => thread::sleep(PAUSE),
            done => return done,
        }
    }
}

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(5);

/// Reads what another program may be replacing meanwhile: what is returned is of one saving. `parts`
/// are the folders whose savings replace it, and `mark` is a file that every saving changes. Nobody is
/// kept out, so that reading disturbs no training.
pub(super) fn steadily<T>(
    parts: &[&Path],
    mark: &Path,
    mut read: impl FnMut() -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let since = Instant::now();
    loop {
        for part in parts {
            complete(part)?;
        }
        let before = reading::content(mark);
        let found = read();
        let is_steady =
            reading::content(mark) == before && !parts.iter().any(|part| is_cut_short(part));
        if is_steady || since.elapsed() > PATIENCE {
            return found;
        }
    }
}
