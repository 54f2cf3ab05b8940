//! The engine: a thread of its own that trains runs and tells of it.
//!
//! A *live run* is a run the engine holds. Users of the engine, the window and the command line,
//! send [`Command`]s and receive [`Event`]s, in order and none lost, and [`Snapshot`]s, of which
//! only the newest counts.

mod about_data;
mod about_run;
mod analyst;
mod aside;
mod cadence;
mod changes;
mod crew;
mod device_news;
mod devices;
mod drawing;
mod explorer;
mod exporting;
mod extending;
mod faults;
mod fetching;
mod frame;
mod guard;
mod history;
mod importing;
mod jobs;
mod library;
mod lifecycle;
mod lines;
mod live;
mod offline;
mod outlet;
mod parking;
mod pictures;
mod preparation;
mod protocol;
mod reports;
mod session;
mod shelf;
mod speed;
mod started;
mod test_neighbours;
mod tuned;
mod turn;
mod until;
mod wish;
mod worker;
mod worst;

use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

pub use about_data::{DataPage, DatasetInfo, PageRequest, Part};
use analyst::Analyst;
pub use analyst::{
    AccuracyRequest, FactorsFinding, FactorsRequest, Finding, MapFinding, MapRequest, MapSettings,
    Request,
};
pub use crew::lead_crew;
pub use devices::DeviceError;
use explorer::Explorer;
pub use exporting::{Export, ExportedRun};
pub use extending::{Extension, MoreEpochs};
use faults::Faults;
pub use frame::{Codes, Frame, PcaPictures, RunPictures, Snapshot};
use guard::words_of_panic;
pub use history::{History, MOST_FRAMES, MOST_HISTORY_BYTES, bound_histories};
pub use importing::{WeightsError, first_weights};
use jobs::Jobs;
pub use jobs::{JobId, JobOutcome};
pub use offline::Standing;
use outlet::Outlet;
pub use protocol::{
    Command, DeviceInfo, DeviceNews, Event, Pictures, Progress, RunId, RunInfo, RunState, Watch,
};
pub use session::{Desk, LostSession, OpenedRun, OpenedSession, SessionCommand, SessionNews};
#[doc(hidden)]
pub use speed::{Act, PretendedGpu};
pub use speed::{
    Comparison, KeptComparison, TIMING_COMMAND, check_device, kept_comparisons, list_devices,
    start_device, time_device, time_devices_in_this_program,
};
use speed::{Machine, machine_of_environment};
pub use test_neighbours::{Factor, TestNeighbours};
pub use until::Until;
pub use wish::{
    Answer, CodeSpec, Content, EntriesFound, Generated, GeneratedSpec, ImagesMade, ImagesSampled,
    ImagesSpec, InputImage, Nearest, OwnNoise, Plane, Slot, Start, Tested, Tiles, Traversal, Wish,
    WishKey,
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
    analyst: Analyst,
    jobs: Jobs,
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
        let machine = machine_of_environment();
        let first = vec![Event::Devices(machine.devices()), fetching::held()];
        Self::start(wake, first, (Faults::of_environment(), machine))
    }

    /// Starts the thread for a user who asks nothing about devices: a run on the CPU then leaves
    /// the graphics driver alone. A device that is not `flex` must have been checked before, on
    /// this thread, with [`check_device`].
    ///
    /// # Errors
    /// When the system has no thread to give.
    pub fn spawn_headless() -> io::Result<Self> {
        let machine = machine_of_environment();
        Self::start(|| {}, Vec::new(), (Faults::of_environment(), machine))
    }

    /// The same for a test, with faults that are to come: `lost=RUN@STEP` and the like.
    ///
    /// # Errors
    /// When the system has no thread to give.
    #[doc(hidden)]
    pub fn spawn_faulty(faults: &str, wake: impl Fn() + Send + Sync + 'static) -> io::Result<Self> {
        let machine = machine_of_environment();
        Self::start(wake, Vec::new(), (Faults::new(faults), machine))
    }

    /// The same for a test, on a machine with a GPU that is only pretended.
    ///
    /// # Errors
    /// When the system has no thread to give.
    #[doc(hidden)]
    pub fn spawn_beside(
        gpu: PretendedGpu,
        faults: &str,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let machine: Arc<dyn Machine> = Arc::new(gpu);
        Self::start(wake, Vec::new(), (Faults::new(faults), machine))
    }

    fn start(
        wake: impl Fn() + Send + Sync + 'static,
        first: Vec<Event>,
        means: (Faults, Arc<dyn Machine>),
    ) -> io::Result<Self> {
        let (commands, inbox) = unbounded();
        let (events_in, events) = unbounded();
        let (snapshots_in, snapshots) = bounded(1);
        let wake: Wake = Arc::new(wake);
        let explorer = Explorer::spawn(Arc::clone(&wake), commands.clone())?;
        let analyst = Analyst::spawn(Arc::clone(&wake), events_in.clone())?;
        let feeder = explorer.feeder();
        let jobs = Jobs::new(events_in.clone(), Arc::clone(&wake));
        let (last_words, last_wake) = (events_in.clone(), Arc::clone(&wake));
        let outlet = Outlet::new(events_in, snapshots_in, snapshots.clone(), wake);
        for event in first {
            outlet.tell(event);
        }
        outlet.wake_if_told();
        let answers = commands.clone();
        let shared = jobs.clone();
        let thread = thread::Builder::new()
            .name("engine".to_owned())
            .spawn(move || {
                let _crew = lead_crew().map_err(|error| {
                    log::warn!("loops are shared out among the threads of all: {error}");
                });
                let work = || Worker::new(inbox, answers, outlet, feeder, shared, means).run();
                if let Err(error) = words_of_panic(work) {
                    // A closed channel means that nobody listens any more.
                    let _gone = last_words.send(Event::Ended { error });
                    last_wake();
                }
            })?;
        Ok(Self {
            commands,
            events,
            snapshots,
            explorer,
            analyst,
            jobs,
            thread: Some(thread),
        })
    }

    /// Asks for something. Never waits.
    pub fn send(&self, command: Command) {
        if let Command::LookInto(request) = command {
            // The thread that trains has nothing to do with it.
            self.analyst.ask(request);
            return;
        }
        if let Command::CancelJob(id) = command {
            // At once, however long the step under way takes.
            self.jobs.cancel(id);
        }
        if self.commands.send(Message::Command(command)).is_err() {
            // Whoever uses the engine tells of its end, once; this is for looking closer.
            log::debug!("the engine has ended, a command was lost");
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
        self.jobs.close();
        self.send(Command::Shutdown);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            log::error!("the engine's thread panicked");
        }
        self.jobs.wait();
    }
}
