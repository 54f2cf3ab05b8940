//! The lock of a session: two windows on one would overwrite each other.
//!
//! A *lock* is a file that the system takes back when the program ends, however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::super::StoreError;
use super::super::commit::{is_cut_short, recover};

const LOCK: &str = "lock";

/// Whether a session is written or only read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// By one program at a time.
    Write,
    /// By any number, while none writes.
    Read,
}

/// Held as long as a session is in use.
#[derive(Debug)]
pub(in crate::store) struct Lock(
    #[expect(dead_code, reason = "closing the file gives it back")] Option<File>,
);

impl Lock {
    /// Takes the lock of a folder that is there.
    pub(super) fn take(folder: &Path, purpose: Use) -> Result<Self, StoreError> {
        let path = folder.join(LOCK);
        let opened = match purpose {
            Use::Write => OpenOptions::new()
                .create(true)
                .truncate(false)
                .write(true)
                .open(&path),
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
}

/// How long somebody who completes a saving is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long somebody who only looks is waited for.
const SHORT_PATIENCE: Duration = Duration::from_millis(200);

/// Takes the lock of a session to look at it, of which no saving is cut short then.
pub(super) fn take_to_read(root: &Path) -> Result<Lock, StoreError> {
    complete(root)?;
    // Another one may have completed it and not gone yet.
    patiently(SHORT_PATIENCE, || Lock::take(root, Use::Read))
}

/// Takes the lock of a session to write one of its runs, of which no saving is cut short then.
pub(in crate::store) fn take_to_write(root: &Path) -> Result<Lock, StoreError> {
    complete(root)?;
    patiently(SHORT_PATIENCE, || Lock::take(root, Use::Write))
}

/// Completes a saving that a crash cut short. One does it alone; others wait until it is done.
pub(in crate::store) fn complete(root: &Path) -> Result<(), StoreError> {
    patiently(PATIENCE, || {
        if !is_cut_short(root) {
            return Ok(());
        }
        let _alone = Lock::take(root, Use::Write)?;
        recover(root)
    })
}

/// Tries again for a while as long as somebody else has the session.
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
