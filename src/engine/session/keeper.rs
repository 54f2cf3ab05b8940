//! The keeper: the thread that encodes and writes, and the only one that has sessions open.
//!
//! A *job* is one thing it does; a *report* follows each, in order.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::store::session::{LostSessions, Session, SessionContents, SessionWriter, state_folder};
use crate::store::{RunPlace, RunUpdate, StoreError, Written};
use crate::train::{Boundary, Checkpoint, RunConfig};

use super::super::frame::Frame;
use super::super::guard::{Failure, words_of_panic};
use super::super::worker::Message;
use super::frames::as_kept;
use super::{LostSession, OpenedRun, OpenedSession};

/// Something to do.
pub(super) enum Job {
    /// Takes up a session and lets go of the one before.
    Open(PathBuf),
    /// Looks for what a crash left.
    Look,
    /// Removes what a crash left.
    Discard(PathBuf),
    /// Begins a saving.
    Begin(Target),
    /// Writes a run.
    Run(u64, Box<RunJob>),
    /// Writes what a run that has not begun is to be.
    Config(u64, Box<RunConfig>),
    /// Leaves a run as it was written.
    Keep(u64, String),
    /// Takes a run over from where it was opened, as it is.
    Copy(u64, String, PathBuf),
    /// Ends a saving.
    Finish(String),
    /// Keeps a run in a place of its own.
    Place(Arc<RunPlace>, Box<RunJob>),
    /// Lets go of everything; what was only kept in case of a crash goes.
    Leave,
}

/// Where a saving goes.
pub(super) enum Target {
    /// Where the session is kept.
    Here,
    /// A new place.
    New(PathBuf),
    /// Where what nobody saved is kept in case of a crash.
    Unsaved,
}

/// A run, copied off its device.
pub(super) struct RunJob {
    pub(super) checkpoint: Checkpoint,
    pub(super) since: Option<Written>,
    pub(super) frames: Vec<Arc<Frame>>,
    pub(super) has_all_frames: bool,
    pub(super) boundaries: Vec<Boundary>,
}

/// What came of a job.
pub(in crate::engine) enum Report {
    /// Of `Open`.
    Opened(Result<OpenedSession, Failure>),
    /// Of `Look`.
    Lost(Vec<LostSession>),
    /// Of a part of a saving, with the folder of the session.
    Done(Result<Done, Failure>),
    /// Of `Leave`.
    Left,
}

/// What came of a part of a saving.
#[derive(Default)]
pub(in crate::engine) struct Done {
    /// How far the files of the run go now.
    pub(super) written: Option<Written>,
    /// The folder of the session, once all of it counts.
    pub(super) root: Option<PathBuf>,
    /// A folder that somebody removed, or part of what was in it: nothing that was written before is
    /// there to be added to.
    pub(super) gone: Option<PathBuf>,
}

impl Done {
    fn is_gone(folder: PathBuf) -> Self {
        Self {
            gone: Some(folder),
            ..Self::default()
        }
    }
}

/// The engine's end of the thread; dropping it waits for the job under way.
pub(super) struct Keeper {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    pub(super) fn spawn(answers: Sender<Message>) -> std::io::Result<Self> {
        let (jobs, inbox) = unbounded();
        let desk = KeeperDesk {
            inbox,
            answers,
            current: None,
            is_unsaved: false,
            next: None,
            writer: None,
            lost: Vec::new(),
            number: 0,
            places: state_folder().map(|folder| LostSessions::new(&folder)),
        };
        let thread = thread::Builder::new()
            .name("keeper".to_owned())
            .spawn(move || desk.run())?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }

    pub(super) fn send(&self, job: Job) {
        let is_gone = self
            .jobs
            .as_ref()
            .is_none_or(|jobs| jobs.send(job).is_err());
        if is_gone {
            log::error!("the keeper has ended, nothing is kept any more");
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            log::error!("the keeper's thread panicked");
        }
    }
}

/// State of the thread.
struct KeeperDesk {
    inbox: Receiver<Job>,
    answers: Sender<Message>,
    current: Option<Session>,
    /// Nobody has saved the current session: it is kept in case of a crash only.
    is_unsaved: bool,
    /// A new place, until a saving there has succeeded.
    next: Option<Session>,
    writer: Option<SessionWriter>,
    /// What crashes left, held so that no other window takes it.
    lost: Vec<(Session, SessionContents)>,
    /// Of the session taken up last.
    number: u64,
    places: Option<LostSessions>,
}

impl KeeperDesk {
    fn run(mut self) {
        while let Ok(job) = self.inbox.recv() {
            let report = match job {
                Job::Open(folder) => Some(Report::Opened(tried(|| self.open(&folder)))),
                Job::Look => Some(Report::Lost(self.look())),
                Job::Discard(folder) => {
                    self.discard(&folder);
                    None
                }
                Job::Leave => {
                    self.leave();
                    Some(Report::Left)
                }
                part => {
                    let done = tried(|| self.save(part));
                    if done.is_err() {
                        self.writer = None;
                        self.next = None;
                    }
                    Some(Report::Done(done))
                }
            };
            if let Some(report) = report {
                // A closed channel means that the engine has ended: nobody waits for the answer.
                let _ = self.answers.send(Message::Kept(report));
            }
        }
    }

    fn open(&mut self, folder: &std::path::Path) -> Result<OpenedSession, StoreError> {
        let is_meant = |(session, _): &(Session, SessionContents)| session.root() == folder;
        let (session, contents, is_lost) = match self.lost.iter().position(is_meant) {
            Some(index) => {
                let (session, contents) = self.lost.remove(index);
                (session, contents, true)
            }
            None => {
                let (session, contents) = Session::open(folder)?;
                (session, contents, false)
            }
        };
        self.let_go();
        self.current = Some(session);
        self.is_unsaved = is_lost;
        let runs = contents.runs.into_iter().map(|run| OpenedRun {
            folder: run.has_begun.then_some(run.folder),
            config: run.config,
        });
        self.number += 1;
        Ok(OpenedSession {
            number: self.number,
            folder: folder.to_owned(),
            is_lost,
            runs: runs.collect(),
            window: contents.window,
        })
    }

    /// Closes the session that is open; one that nobody saved goes.
    fn let_go(&mut self) {
        self.writer = None;
        self.next = None;
        if let Some(session) = self.current.take()
            && std::mem::take(&mut self.is_unsaved)
        {
            warn(session.delete());
        }
    }

    fn look(&mut self) -> Vec<LostSession> {
        let found = self.places.as_ref().map(LostSessions::find);
        match found {
            Some(Ok(found)) => self.lost.extend(found),
            Some(Err(error)) => log::warn!("unsaved sessions cannot be looked for: {error}"),
            None => {}
        }
        let lost = self.lost.iter().map(|(session, contents)| LostSession {
            folder: session.root().to_owned(),
            runs: contents
                .runs
                .iter()
                .map(|run| run.config.name.clone())
                .collect(),
            age_secs: session.age().map(|age| age.as_secs()),
        });
        lost.collect()
    }

    fn discard(&mut self, folder: &std::path::Path) {
        let is_meant = |(session, _): &(Session, SessionContents)| session.root() == folder;
        if let Some(index) = self.lost.iter().position(is_meant) {
            warn(self.lost.remove(index).0.delete());
        }
    }

    fn leave(&mut self) {
        self.let_go();
        self.lost.clear();
    }

    /// A part of a saving.
    fn save(&mut self, job: Job) -> Result<Done, StoreError> {
        if let Job::Begin(target) = job {
            let gone = self.begin(target)?;
            return Ok(gone.map_or_else(Done::default, Done::is_gone));
        }
        if let Job::Place(place, run) = job {
            let folder = place.folder();
            if run.since.is_some_and(|since| !since.is_in(folder)) {
                return Ok(Done::is_gone(folder.to_owned()));
            }
            let written = place.update(update(*run))?;
            return Ok(Done {
                written: Some(written),
                ..Done::default()
            });
        }
        let Some(writer) = &mut self.writer else {
            return Ok(Done::default());
        };
        let mut done = Done::default();
        match job {
            Job::Run(key, run) => {
                let folder = writer.run_folder(key);
                match run.since.filter(|since| !since.is_in(&folder)) {
                    Some(_) => done.gone = Some(folder),
                    None => done.written = Some(writer.write(key, &update(*run))?),
                }
            }
            Job::Config(key, config) => writer.write_config(key, &config)?,
            Job::Keep(key, name) => {
                if !writer.keep(key, &name) {
                    log::warn!("the run {name} is in the session no more");
                    done.gone = Some(writer.run_folder(key));
                }
            }
            Job::Copy(key, name, from) => writer.copy(key, &name, &from)?,
            Job::Finish(window) => done.root = self.finish(&window)?,
            Job::Open(_)
            | Job::Look
            | Job::Discard(_)
            | Job::Begin(_)
            | Job::Place(..)
            | Job::Leave => {}
        }
        Ok(done)
    }

    /// Begins a saving. Tells the session's folder where somebody removed it: it is made again, as the
    /// work is worth more than the order.
    fn begin(&mut self, target: Target) -> Result<Option<PathBuf>, StoreError> {
        self.writer = None;
        self.next = None;
        let mut gone = None;
        let session = match target {
            Target::New(folder) => self.next.insert(Session::create(&folder)?),
            Target::Unsaved => match self.current.take() {
                Some(session) if session.is_there() => self.current.insert(session),
                removed => {
                    gone = removed.map(|session| session.root().to_owned());
                    let places = self.places.as_ref().ok_or(StoreError::NoPlace)?;
                    self.is_unsaved = true;
                    self.current.insert(places.begin()?)
                }
            },
            Target::Here => match self.current.take() {
                Some(session) if session.is_there() => self.current.insert(session),
                Some(session) => {
                    let root = session.root().to_owned();
                    self.current = Some(session);
                    let again = Session::create(&root)?;
                    gone = Some(root);
                    self.current.insert(again)
                }
                None => return Err(StoreError::NoPlace),
            },
        };
        self.writer = Some(session.begin()?);
        Ok(gone)
    }

    fn finish(&mut self, window: &str) -> Result<Option<PathBuf>, StoreError> {
        if let Some(writer) = self.writer.take() {
            writer.finish(window)?;
        }
        if let Some(next) = self.next.take() {
            self.let_go();
            self.current = Some(next);
        }
        let root = self
            .current
            .as_ref()
            .map(|session| session.root().to_owned());
        Ok(root)
    }
}

/// What is to be written of a run.
pub(super) fn update(run: RunJob) -> RunUpdate {
    RunUpdate {
        checkpoint: run.checkpoint,
        since: run.since,
        frames: run.frames.iter().map(|frame| as_kept(frame)).collect(),
        has_all_frames: run.has_all_frames,
        boundaries: run.boundaries,
    }
}

fn tried<T>(work: impl FnOnce() -> Result<T, StoreError>) -> Result<T, Failure> {
    match words_of_panic(work) {
        Ok(done) => done.map_err(Failure::from),
        Err(sentence) => Err(Failure {
            sentence: format!("keeping the session ended unexpectedly: {sentence}"),
            is_bad_input: false,
        }),
    }
}

fn warn(done: Result<(), StoreError>) {
    if let Err(error) = done {
        log::warn!("an unsaved session stays: {error}");
    }
}
