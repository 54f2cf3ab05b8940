//! The way out of the engine's thread: events that all arrive, snapshots of which the newest counts.

use std::cell::Cell;
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, TrySendError};

use super::Wake;
use super::frame::Snapshot;
use super::protocol::Event;

/// Where reports go.
pub(super) struct Outlet {
    events: Sender<Event>,
    snapshots: Sender<Arc<Snapshot>>,
    /// The reading end, to take out a snapshot that nobody fetched.
    stale: Receiver<Arc<Snapshot>>,
    wake: Wake,
    /// There is something to wake for.
    has_told: Cell<bool>,
}

impl Outlet {
    pub(super) fn new(
        events: Sender<Event>,
        snapshots: Sender<Arc<Snapshot>>,
        stale: Receiver<Arc<Snapshot>>,
        wake: Wake,
    ) -> Self {
        Self {
            events,
            snapshots,
            stale,
            wake,
            has_told: Cell::new(false),
        }
    }

    pub(super) fn tell(&self, event: Event) {
        self.has_told.set(true);
        self.tell_quietly(event);
    }

    /// Tells what nobody is to be woken for.
    pub(super) fn tell_quietly(&self, event: Event) {
        // A closed channel means that nobody listens any more; a shutdown follows.
        let _ = self.events.send(event);
    }

    /// Replaces the newest snapshot.
    pub(super) fn show(&self, snapshot: Arc<Snapshot>, is_quiet: bool) {
        if !is_quiet {
            self.has_told.set(true);
        }
        let mut snapshot = snapshot;
        while let Err(TrySendError::Full(back)) = self.snapshots.try_send(snapshot) {
            let _ = self.stale.try_recv();
            snapshot = back;
        }
    }

    /// Wakes the listener where there is something new, once for all of it.
    pub(super) fn wake_if_told(&self) {
        if self.has_told.replace(false) {
            (self.wake)();
        }
    }
}
