//! What was written of a run, and whether it is still all there is.
//!
//! A *stamp* tells one state of a run from every other.

use std::path::PathBuf;

use crate::store::Written;
use crate::train::Position;

use super::super::live::LiveRun;

/// A state of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Of the preparation: a run that was reset has another one.
    ticket: u64,
    revision: u64,
    position: Position,
    measurements: usize,
    edits: u64,
    frames: u64,
    boundaries: usize,
}

impl Stamp {
    /// Of a run of which there is more than its configuration.
    pub(super) fn of(run: &LiveRun) -> Option<Self> {
        let (revision, position, measurements) = match (&run.trainer, &run.offline) {
            (Some(trainer), _) => (
                trainer.revision(),
                trainer.position(),
                trainer.metrics().test.len(),
            ),
            (None, Some(offline)) => {
                let kept = offline.checkpoint();
                (0, kept.position, kept.metrics.test.len())
            }
            (None, None) => return None,
        };
        Some(Self {
            ticket: run.ticket,
            revision,
            position,
            measurements,
            edits: run.edits,
            frames: run.frames_kept,
            boundaries: run.boundaries.len(),
        })
    }

    /// Whether files of this state can be added to for the other one.
    pub(super) fn leads_to(&self, later: &Self) -> bool {
        (self.ticket, self.revision) == (later.ticket, later.revision)
    }
}

/// What is known of a run in a session.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    /// Its name there.
    pub(super) key: u64,
    /// Of the preparation that has the name.
    pub(super) ticket: u64,
    /// What is there.
    pub(super) stamp: Option<Stamp>,
    /// How far its files go, where more can be added.
    pub(super) written: Option<Written>,
    /// The folder it was opened from, as long as its network is not there.
    pub(super) origin: Option<PathBuf>,
}

impl Mark {
    /// What is there is uncertain: the next writing writes everything.
    pub(super) fn forget(&mut self) {
        self.stamp = None;
        self.written = None;
    }
}
