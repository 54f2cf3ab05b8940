//! The engine: a thread of its own that trains runs and tells of it.
//!
//! A *live run* is a run the engine holds. Users of the engine, the window and the command line,
//! send [`Command`]s and receive [`Event`]s, in order and none lost, and [`Snapshot`]s, of which
//! only the newest counts.

mod cadence;
mod changes;
mod devices;
mod drawing;
mod explorer;
mod frame;
mod guard;
mod library;
mod lifecycle;
mod lines;
mod live;
mod outlet;
mod protocol;
mod reports;
mod turn;
mod wish;
mod worker;
mod worst;

use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

pub use devices::{DeviceError, check_device, list_devices, start_device};
use explorer::Explorer;
pub use frame::{Codes, Frame, PcaPictures, RunPictures};
use outlet::Outlet;
pub use protocol::{
    Command, DatasetInfo, DeviceInfo, Event, Extension, Pictures, Progress, RunId, RunInfo,
    RunState, Snapshot, Watch,
};
pub use wish::{
    Answer, CodeSpec, Content, InputImage, Plane, Slot, Start, Tiles, Traversal, Wish, WishKey,
};
use worker::{Message, Worker};

/// Tells the user of the engine that there is something to fetch.
type Wake = Arc<dyn Fn() + Send + Sync>;

/// The handle of the engine's thread. Dropping it ends the thread after the step under way.
pub struct Engine {
    commands: Sender<Message>,
    events: Receiver<Event>,
    snapshots: Receiver<Arc<Snapshot>>,
    explorer: Explorer,
    thread: Option<JoinHandle<()>>,
}

impl Engine {
    /// Starts the thread and tells the devices. `wake` is called after every batch of reports, on
    /// the engine's thread.
    ///
    /// # Errors
    /// When the system has no thread to give.
    pub fn spawn(wake: impl Fn() + Send + Sync + 'static) -> io::Result<Self> {
        // On this thread, before any other has to do with the graphics driver: some crash otherwise.
        let devices = devices::list_devices();
        Self::start(wake, Some(Event::Devices(devices)))
    }

    /// Starts the thread for a user who asks nothing about devices: a run on the CPU then leaves
    /// the graphics driver alone. A device that is not `flex` must have been checked before, on
    /// this thread, with [`check_device`].
    ///
    /// # Errors
    /// When the system has no thread to give.
    pub fn spawn_headless() -> io::Result<Self> {
        Self::start(|| {}, None)
    }

    fn start(wake: impl Fn() + Send + Sync + 'static, first: Option<Event>) -> io::Result<Self> {
        let (commands, inbox) = unbounded();
        let (events_in, events) = unbounded();
        let (snapshots_in, snapshots) = bounded(1);
        let wake: Wake = Arc::new(wake);
        let explorer = Explorer::spawn(Arc::clone(&wake), commands.clone())?;
        let feeder = explorer.feeder();
        let outlet = Outlet::new(events_in, snapshots_in, snapshots.clone(), wake);
        if let Some(event) = first {
            outlet.tell(event);
            outlet.wake_if_told();
        }
        let answers = commands.clone();
        let thread = thread::Builder::new()
            .name("engine".to_owned())
            .spawn(move || Worker::new(inbox, answers, outlet, feeder).run())?;
        Ok(Self {
            commands,
            events,
            snapshots,
            explorer,
            thread: Some(thread),
        })
    }

    /// Asks for something. Never waits.
    pub fn send(&self, command: Command) {
        if self.commands.send(Message::Command(command)).is_err() {
            log::error!("the engine has ended, a command was lost");
        }
    }

    /// Wishes for something of the explorer, or withdraws a wish. Never waits.
    pub fn wish(&self, key: WishKey, number: u64, wish: Option<Wish>) {
        self.explorer.wish(key, number, wish);
    }

    /// The next wish fulfilled, if there is one. Never waits.
    pub fn next_answer(&self) -> Option<Answer> {
        self.explorer.next_answer()
    }

    /// Whether the thread still works. It ends with the handle only, unless something went badly wrong.
    pub fn is_alive(&self) -> bool {
        self.thread
            .as_ref()
            .is_some_and(|thread| !thread.is_finished())
    }

    /// The next report, if there is one. Never waits.
    pub fn next_event(&self) -> Option<Event> {
        self.events.try_recv().ok()
    }

    /// The next report, waiting at most this long.
    pub fn wait_event(&self, timeout: Duration) -> Option<Event> {
        self.events.recv_timeout(timeout).ok()
    }

    /// The newest pictures, if they are new. Never waits.
    pub fn newest_snapshot(&self) -> Option<Arc<Snapshot>> {
        self.snapshots.try_recv().ok()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.send(Command::Shutdown);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            log::error!("the engine's thread panicked");
        }
    }
}
