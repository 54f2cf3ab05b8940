//! The way out of the engine's thread: events that all arrive, snapshots of which the newest counts.

use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, TrySendError};

use super::Wake;
use super::protocol::{Event, Snapshot};

/// Where reports go.
pub(super) struct Outlet {
    pub(super) events: Sender<Event>,
    pub(super) snapshots: Sender<Arc<Snapshot>>,
    /// The reading end, to take out a snapshot that nobody fetched.
    pub(super) stale: Receiver<Arc<Snapshot>>,
    pub(super) wake: Wake,
}

impl Outlet {
    pub(super) fn tell(&self, event: Event) {
        // A closed channel means that nobody listens any more; a shutdown follows.
        let _ = self.events.send(event);
    }

    /// Replaces the newest snapshot.
    pub(super) fn show(&self, snapshot: Arc<Snapshot>) {
        let mut snapshot = snapshot;
        while let Err(TrySendError::Full(back)) = self.snapshots.try_send(snapshot) {
            let _ = self.stale.try_recv();
            snapshot = back;
        }
    }
}
