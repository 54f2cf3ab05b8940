//! What crosses between the engine's thread and its users: plain data only.
//!
//! A *command* asks, an *event* tells. Events come in order and none is lost; of *snapshots* only the
//! newest counts.

use std::path::PathBuf;
use std::sync::Arc;

use std::time::Duration;

use crate::analysis::Baselines;
use crate::data::{LostImages, Survey};
use crate::train::{Metrics, RunConfig, Schedule};

use super::about_data::{DataPage, PageRequest};
pub use super::about_run::{Progress, RunInfo, RunState};
use super::analyst::{Finding, Request};
pub use super::device_news::{DeviceInfo, DeviceNews};
use super::exporting::Export;
use super::extending::Extension;
use super::frame::{Frame, PcaPictures};
use super::jobs::{JobId, JobOutcome};
use super::offline::Standing;
pub use super::pictures::Pictures;
use super::session::{SessionCommand, SessionNews};
use super::test_neighbours::TestNeighbours;
use super::until::Until;

/// Names a run for as long as the engine lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub u64);

/// What the engine is asked to do.
#[derive(Clone, Debug)]
pub enum Command {
    /// Opens the data, then builds the network with its initial weights; answers `RunReady` or `Failed`.
    AddRun {
        /// A new name.
        id: RunId,
        /// What to train.
        config: Box<RunConfig>,
    },
    /// Opens a run that was kept; answers `RunReady` or `Failed`.
    OpenRun {
        /// A new name.
        id: RunId,
        /// The folder of the run.
        folder: PathBuf,
        /// `Some` has it go on for longer, or on another device.
        extend: Option<Extension>,
    },
    /// Trains until the schedule ends, or until paused.
    Start(RunId),
    /// Trains on a run whose device has failed, from where it is parked; answers `RunReady` or `Failed`.
    Continue {
        /// The run.
        id: RunId,
        /// The device to go on with, as `--device` spells it.
        device: String,
    },
    /// Stops between two steps; `Start` goes on.
    Pause(RunId),
    /// One training step, then pauses.
    StepOnce(RunId),
    /// Trains to the end of the epoch under way, then pauses.
    EpochOnce(RunId),
    /// Trains until something is reached, measures there, then pauses; a run that trains already
    /// goes on no further than that.
    RunUntil {
        /// The run.
        id: RunId,
        /// What.
        until: Until,
    },
    /// Another learning rate from the next step on, for the phase under way; answers `Configured`.
    SetLearningRate {
        /// The run.
        id: RunId,
        /// Above 0 to 100.
        learning_rate: f64,
    },
    /// Another value of a knob from the next step on; answers `Configured`, or `Warning` where it cannot
    /// be.
    SetKnob {
        /// The run.
        id: RunId,
        /// Id of the knob.
        knob: String,
        /// What it is set to.
        value: f64,
    },
    /// Other phases from the one under way on; answers `Configured`, or `Warning` where they cannot be.
    SetSchedule {
        /// The run.
        id: RunId,
        /// All phases; those that have ended must be as they were.
        schedule: Schedule,
    },
    /// A new run that stands where another one began a phase; answers `RunReady` or `Failed`.
    Branch {
        /// A new name.
        id: RunId,
        /// The run to branch from.
        from: RunId,
        /// The phase whose first step is the next one.
        phase: usize,
        /// What the new run is called.
        name: String,
    },
    /// The test images a run rebuilds worst as it is now; answers `Worst`.
    FindWorst {
        /// The run.
        id: RunId,
        /// How many.
        count: usize,
    },
    /// Trains every run at most this fast, in steps a second; as fast as it goes when absent.
    SetPace(Option<f64>),
    /// How closely somebody watches.
    Watch(Watch),
    /// Ends the run where it is: measured once more, then as good as finished.
    Stop(RunId),
    /// Back to the initial weights and an empty history.
    Reset(RunId),
    /// Puts the run aside, paused and whole, under a new name, before it is reset or replaced by
    /// `AddRun`; `BringBack` takes that back, `Remove` of the new name gives it up.
    SetAside {
        /// The run.
        id: RunId,
        /// A new name.
        aside: RunId,
    },
    /// Has the run be again what was put aside; answers `BroughtBack`.
    BringBack {
        /// The run.
        id: RunId,
        /// What it was put aside under.
        aside: RunId,
    },
    /// Another name for the run, which decides nothing but what it is kept under.
    Rename {
        /// The run.
        id: RunId,
        /// What it is called now.
        name: String,
    },
    /// Forgets the run.
    Remove(RunId),
    /// Keeps the run as a folder; answers `Saved` or `SaveFailed`.
    Save {
        /// The run.
        id: RunId,
        /// The folder to write: new, empty, or a run already.
        folder: PathBuf,
    },
    /// Says where the lost images of a run may be, and of all runs on the same set. They are looked at
    /// as a job; `Relinked` and `RunReady` follow for every run that was made on them, and nothing
    /// changes where they are not those of this run.
    Relink {
        /// A new name for the job.
        job: JobId,
        /// The run.
        id: RunId,
        /// The folder or file.
        place: String,
    },
    /// Gives up reading the images of a run that is being prepared, or preparing its device; answers
    /// `Failed`.
    CancelLoading(RunId),
    /// Looks through all images of a run; answers `Survey`.
    Survey(RunId),
    /// What lies near to what among the first test images of a run; answers `Neighbours`.
    FindNeighbours(RunId),
    /// Looks into codes, beside everything else; answers `Found`.
    LookInto(Request),
    /// Some images of a run; answers `DataPage`.
    ShowData(PageRequest),
    /// Which test images the snapshots show.
    ShowImages(Vec<u32>),
    /// About the whole workbench.
    Session(SessionCommand),
    /// Fetches a data set from the internet as a job; `Fetched` tells what is there then.
    Fetch {
        /// A new name.
        id: JobId,
        /// The set's name.
        set: String,
    },
    /// Writes a file as a job; answers `JobStarted`, and `JobEnded` once it is there.
    Export {
        /// A new name.
        id: JobId,
        /// What.
        export: Box<Export>,
        /// Where.
        path: PathBuf,
    },
    /// Ends a job early; answers `JobEnded`.
    CancelJob(JobId),
    /// Ends the thread once everything before it is done.
    Shutdown,
}

/// How closely somebody watches the runs, and thus how much of the machine reports may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watch {
    /// Nobody sees the window: no pictures but those worth keeping, and no waking.
    pub is_hidden: bool,
    /// Between two reports of a run that trains.
    pub interval: Duration,
}

impl Default for Watch {
    fn default() -> Self {
        Self {
            is_hidden: false,
            interval: Duration::from_millis(50),
        }
    }
}

/// What the engine tells.
#[derive(Clone, Debug)]
pub enum Event {
    /// The devices of this machine; sent once at the start.
    Devices(Vec<DeviceInfo>),
    /// The run can start; replaces what was known of it.
    RunReady {
        /// The run.
        id: RunId,
        /// What it is.
        info: Arc<RunInfo>,
        /// Its history, empty unless it was opened.
        metrics: Arc<Metrics>,
        /// How far it is.
        progress: Progress,
    },
    /// The run is again what was put aside; replaces all that was known of it. Frames that are kept
    /// and the starts of phases follow.
    BroughtBack {
        /// The run.
        id: RunId,
        /// What it is.
        info: Arc<RunInfo>,
        /// Its whole history.
        metrics: Arc<Metrics>,
        /// How far it is.
        progress: Progress,
        /// What it does: it never trains at once.
        state: RunState,
    },
    /// How far reading the images of a run is that is being prepared.
    Loading {
        /// The run.
        id: RunId,
        /// Pictures or bytes done.
        done: u64,
        /// Of so many, once that is known.
        total: Option<u64>,
    },
    /// The run does something else now.
    StateChanged {
        /// The run.
        id: RunId,
        /// What it does.
        state: RunState,
    },
    /// New points, to be appended.
    Progress {
        /// The run.
        id: RunId,
        /// Points since the last of these events.
        more: Metrics,
        /// How far it is.
        progress: Progress,
    },
    /// Reference lines of the data of a run, once they are computed.
    Baselines {
        /// The run.
        id: RunId,
        /// Mean MSE on the test images.
        baselines: Arc<Baselines>,
    },
    /// There are no reference lines for the data of a run, and will be none.
    NoBaselines {
        /// The run.
        id: RunId,
        /// Why, in a sentence.
        error: String,
    },
    /// What principal components make of the chosen test images, with as many as the run's code has
    /// values.
    PcaPictures {
        /// The run.
        id: RunId,
        /// The pictures.
        pictures: Arc<PcaPictures>,
    },
    /// A moment of a run to be kept for looking back.
    Frame(Arc<Frame>),
    /// The run can be branched from the first step of this phase.
    Boundary {
        /// The run.
        id: RunId,
        /// Index of the phase.
        phase: usize,
    },
    /// The configuration of a run that had started was changed.
    Configured {
        /// The run.
        id: RunId,
        /// As it is now.
        config: Box<RunConfig>,
        /// Steps of all phases.
        total_steps: u64,
    },
    /// The test images a run rebuilds worst, worst first.
    Worst {
        /// The run.
        id: RunId,
        /// Indices among the test images.
        indices: Vec<u32>,
    },
    /// All images of a data set, counted and averaged.
    Survey {
        /// Tells the data set from others; see [`DatasetInfo::contents`](super::DatasetInfo).
        contents: String,
        /// What was found.
        survey: Arc<Survey>,
    },
    /// The first test images of a data set, and what lies near to what among them.
    Neighbours(Arc<TestNeighbours>),
    /// What there is in codes.
    Found(Finding),
    /// Images of a data set that were asked for.
    DataPage(Arc<DataPage>),
    /// Memory of this process, in bytes.
    Memory(u64),
    /// Something the user should know about a run that goes on; empty text takes it back.
    Warning {
        /// The run.
        id: RunId,
        /// A sentence or two.
        text: String,
    },
    /// The images that a run was made on are in no known place, which `Failed` tells next. What was
    /// kept of it can be looked at and saved; `Relink` says where the images are.
    ImagesLost {
        /// The run.
        id: RunId,
        /// Which images, and where they were looked for.
        lost: Arc<LostImages>,
        /// What there is of the run, where enough was kept.
        standing: Option<Box<Standing>>,
    },
    /// The lost images of a run were found, and it is being prepared again.
    Relinked {
        /// The run.
        id: RunId,
        /// Where they are.
        place: String,
    },
    /// About the devices of a run.
    Device {
        /// The run.
        id: RunId,
        /// What.
        news: DeviceNews,
    },
    /// The run cannot be, or cannot go on.
    Failed {
        /// The run.
        id: RunId,
        /// One sentence: expected, found, where.
        error: String,
        /// Whether what the user asked for was wrong, rather than the machine.
        is_bad_input: bool,
    },
    /// The device of a run has failed, which `Failed` tells next; all the run was at this step is
    /// safe, and `Continue` goes on from there.
    Parked {
        /// The run.
        id: RunId,
        /// Training steps done.
        step: u64,
    },
    /// The engine has ended though nobody asked it to; nothing follows.
    Ended {
        /// Why, in a sentence.
        error: String,
    },
    /// About the whole workbench.
    Session(SessionNews),
    /// The run was kept.
    Saved {
        /// The run.
        id: RunId,
        /// Where.
        folder: PathBuf,
    },
    /// Keeping failed; the run goes on.
    SaveFailed {
        /// The run.
        id: RunId,
        /// One sentence: expected, found, where.
        error: String,
        /// Whether what the user asked for was wrong, rather than the machine.
        is_bad_input: bool,
    },
    /// The data sets that were fetched and can be trained on; sent at the start and when it changes.
    Fetched(Vec<&'static str>),
    /// Long work beside the training has begun.
    JobStarted {
        /// The job.
        id: JobId,
        /// What it does, such as `Fetching MNIST`.
        name: String,
    },
    /// How far a job is.
    JobProgress {
        /// The job.
        id: JobId,
        /// Units done, such as bytes.
        done: u64,
        /// Units in all, where that is known.
        total: Option<u64>,
    },
    /// A job has ended.
    JobEnded {
        /// The job.
        id: JobId,
        /// What it came to.
        outcome: JobOutcome,
    },
}
