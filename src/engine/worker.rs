//! The engine's thread: commands in, slices of work for every active run, events and snapshots out.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};

use crate::data::Survey;
use crate::train::Trainer;

use super::explorer::Feeder;
use super::faults::Faults;
use super::guard::on_device;
use super::jobs::Jobs;
use super::library::{Library, Lines, Loaded, Source};
use super::live::LiveRun;
use super::offline::Relinked;
use super::outlet::Outlet;
use super::preparation::{DevicePrepared, Preparations};
use super::protocol::{Command, Event, RunId, RunState, Watch};
use super::reports::Reports;
use super::session::{Keeping, Report};
use super::speed::{Machine, Speeds, StepClock, TimedGpu};
use super::test_neighbours::TestNeighbours;
use super::turn::{Goal, Turn};
use super::worst::Search;

/// Between two steps at the slowest pace.
const SLOWEST_SECS: f64 = 60.0;
/// Test images shown before anybody chose others.
const FIRST_IMAGES: u32 = 16;

/// What reaches the thread.
pub(super) enum Message {
    /// From a user of the engine.
    Command(Command),
    /// From a loader.
    Loaded(Box<Loaded>),
    /// From a loader that broke down: for which run and ticket, and why.
    LoadFailed(RunId, u64, String),
    /// From a job that found lost images.
    Relinked(Relinked),
    /// From a loader under way: for which run and ticket, and how far it is.
    Loading(RunId, u64, (u64, Option<u64>)),
    /// From the thread that looks through a data set.
    Surveyed {
        /// Tells it from others.
        contents: String,
        /// What was found.
        survey: Arc<Survey>,
    },
    /// From the thread that looks for the nearest test images.
    Neighbours(Arc<TestNeighbours>),
    /// From the thread that computes the reference lines of a data set.
    Lines {
        /// Of its images.
        hash: String,
        /// The lines, or why there are none.
        lines: Lines,
    },
    /// From the keeper.
    Kept(Report),
    /// From the explorer: whether the weights of a run are wanted.
    Wanted(RunId, bool),
    /// From the thread that times a GPU: training is to stand still for a moment; says when it does.
    Quiet(Sender<()>),
    /// From the same: training may go on.
    QuietOver,
    /// From the same: what the GPU came to.
    TimedGpu(Box<TimedGpu>),
    /// From the thread that prepares a device: for which run and ticket, and how many kernels it has
    /// tuned so far.
    Tuned(RunId, u64, u64),
    /// From the same: what came of it.
    DevicePrepared(Box<DevicePrepared>),
}

/// State of the thread.
pub(super) struct Worker {
    pub(super) inbox: Receiver<Message>,
    pub(super) outlet: Outlet,
    pub(super) library: Library,
    pub(super) runs: Vec<LiveRun>,
    /// What runs were before they were made anew.
    pub(super) aside: Vec<LiveRun>,
    pub(super) images: Vec<u32>,
    pub(super) tickets: u64,
    pub(super) watch: Watch,
    /// Between two steps of a run, at least.
    pub(super) step_interval: Option<Duration>,
    pub(super) searches: Vec<Search>,
    pub(super) reports: Reports,
    pub(super) feeder: Feeder,
    pub(super) keeping: Keeping,
    /// Nothing more is to be done.
    is_ending: bool,
    pub(super) jobs: Jobs,
    pub(super) speeds: Speeds,
    pub(super) preparations: Preparations,
    /// Faults that a test asks for.
    pub(super) faults: Faults,
}

impl Worker {
    pub(super) fn new(
        inbox: Receiver<Message>,
        answers: Sender<Message>,
        outlet: Outlet,
        feeder: Feeder,
        jobs: Jobs,
        (faults, machine): (Faults, Arc<dyn Machine>),
    ) -> Self {
        Self {
            inbox,
            outlet,
            library: Library::new(answers.clone(), faults.clone()),
            speeds: Speeds::new(machine, answers.clone()),
            preparations: Preparations::new(answers.clone()),
            keeping: Keeping::new(answers),
            is_ending: false,
            runs: Vec::new(),
            aside: Vec::new(),
            images: (0..FIRST_IMAGES).collect(),
            tickets: 0,
            watch: Watch::default(),
            step_interval: None,
            searches: Vec::new(),
            reports: Reports::new(),
            feeder,
            jobs,
            faults,
        }
    }

    /// Works until told to shut down.
    pub(super) fn run(mut self) {
        while let Ok(first) = self.wait() {
            let mut next = first;
            while let Some(message) = next {
                self.receive(message);
                if self.is_ending {
                    return;
                }
                next = self.inbox.try_recv().ok();
            }
            self.renew_copies();
            self.work();
            self.compare_devices();
            self.search();
            self.publish();
            self.autosave();
        }
    }

    /// The next message, or none when there is something to do before it comes.
    ///
    /// # Errors
    /// When nobody is left who could send one.
    fn wait(&self) -> Result<Option<Message>, RecvTimeoutError> {
        let now = Instant::now();
        let save_at = self.keeping.due_at(&self.runs);
        let quiet = self.speeds.quiet_until(now);
        let mut running = self.runs.iter().filter(|run| run.is_running()).peekable();
        if running.peek().is_none() && self.searches.is_empty() {
            let Some(at) = save_at else {
                let message = self.inbox.recv();
                return message
                    .map(Some)
                    .map_err(|_closed| RecvTimeoutError::Disconnected);
            };
            return match self.inbox.recv_deadline(at) {
                Ok(message) => Ok(Some(message)),
                Err(RecvTimeoutError::Timeout) => Ok(None),
                Err(RecvTimeoutError::Disconnected) => Err(RecvTimeoutError::Disconnected),
            };
        }
        let is_waiting = |run: &LiveRun| run.is_waiting(self.step_interval, now);
        let is_busy = !self.searches.is_empty() || !running.clone().all(is_waiting);
        let next_step = running.clone().map(|run| run.next_step_at).min();
        let next_report = running
            .any(LiveRun::has_news)
            .then(|| self.next_report_at());
        let until = next_step
            .into_iter()
            .chain(next_report)
            .chain(save_at)
            .min();
        let timeout = match until {
            Some(until) if !is_busy => until.saturating_duration_since(now),
            Some(_) | None => quiet.map_or(Duration::ZERO, |until| until - now),
        };
        if timeout.is_zero() {
            return Ok(self.inbox.try_recv().ok());
        }
        match self.inbox.recv_timeout(timeout) {
            Ok(message) => Ok(Some(message)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(RecvTimeoutError::Disconnected),
        }
    }

    pub(super) fn receive(&mut self, message: Message) {
        match message {
            Message::Command(command) => self.obey(command),
            Message::Loaded(loaded) => self.prepare(*loaded),
            Message::LoadFailed(id, ticket, sentence) => {
                if self.find(id).is_some_and(|run| run.ticket == ticket) {
                    self.fail(id, sentence, false);
                }
            }
            Message::Kept(report) => self.take_report(report),
            Message::Relinked(relinked) => self.take_relinked(relinked),
            Message::Loading(id, ticket, (done, total)) => {
                if self.find(id).is_some_and(|run| run.ticket == ticket) {
                    self.outlet.tell(Event::Loading { id, done, total });
                }
            }
            Message::Surveyed { contents, survey } => {
                self.outlet.tell(Event::Survey { contents, survey });
            }
            Message::Neighbours(found) => self.outlet.tell(Event::Neighbours(found)),
            Message::Quiet(is_quiet) => self.fall_quiet(&is_quiet),
            Message::QuietOver => self.end_quiet(),
            Message::TimedGpu(timed) => self.take_timed(*timed),
            Message::Tuned(id, ticket, tuned) => self.tell_tuned(id, ticket, tuned),
            Message::DevicePrepared(device) => self.take_prepared_device(*device),
            Message::Wanted(id, is_wanted) => self.feeder.set_wanted(id, is_wanted),
            Message::Lines { hash, lines } => {
                self.library.set_lines(hash.clone(), lines);
                for run in self.runs.iter_mut().filter(|run| run.is_on(&hash)) {
                    // Its steps have shared the processor until now.
                    run.clock = StepClock::default();
                }
                self.tell_lines(|run| run.is_on(&hash));
            }
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::AddRun { id, config } => self.add(id, Source::Config(config)),
            Command::OpenRun { id, folder, extend } => {
                self.add(id, Source::Folder(folder, extend));
            }
            Command::Continue { id, device } => self.continue_run(id, device),
            Command::Start(id) => self.start(id, Goal::End),
            Command::StepOnce(id) => self.start(id, Goal::Step),
            Command::EpochOnce(id) => self.start(id, Goal::Epoch),
            Command::RunUntil { id, until } => self.run_until(id, until),
            Command::Pause(id) => {
                if let Some(run) = self.find(id) {
                    run.starts_when_ready = false;
                    if run.state == RunState::Running {
                        self.finish_slice(id, RunState::Paused);
                    }
                }
            }
            Command::Stop(id) => {
                if let Some(run) = self.find(id)
                    && matches!(run.state, RunState::Running | RunState::Paused)
                    && let Some(trainer) = &mut run.trainer
                {
                    trainer.request_measurement();
                    run.is_stopping = true;
                    if trainer.position().is_measured && !trainer.is_measuring() {
                        self.finish_slice(id, RunState::Finished);
                    } else {
                        self.set_state(id, RunState::Running);
                    }
                }
            }
            Command::Reset(id) if self.refuse_offline(id, "Going back to the initial weights") => {}
            Command::Reset(id) => {
                let config = self.find(id).and_then(|run| run.whole_config());
                if let Some(config) = config {
                    self.add(id, Source::Config(Box::new(config)));
                }
            }
            Command::SetAside { id, aside } => self.set_aside(id, aside),
            Command::BringBack { id, aside } => self.bring_back(id, aside),
            Command::Rename { id, name } => {
                if let Some(run) = self.find(id) {
                    run.rename(name);
                    run.edits += 1;
                }
            }
            Command::Remove(id) => self.remove(id),
            Command::Save { id, folder } => self.save(id, &folder),
            Command::Survey(id) => self.survey(id),
            Command::FindNeighbours(id) => self.find_neighbours(id),
            // The handle sends these to the analyst.
            Command::LookInto(_) => {}
            Command::ShowData(request) => self.show_data(request),
            Command::CancelLoading(id) => self.cancel_loading(id),
            Command::ShowImages(images) => {
                if self.images != images {
                    self.images = images;
                    for run in &mut self.runs {
                        run.has_other_images = true;
                    }
                    self.tell_pca(|_run| true);
                }
            }
            Command::SetLearningRate { id, learning_rate } => {
                self.change(id, |trainer| trainer.set_learning_rate(learning_rate));
            }
            Command::SetKnob { id, knob, value } => {
                self.change(id, |trainer| trainer.set_knob(&knob, value));
            }
            Command::SetSchedule { id, schedule } => {
                self.change(id, |trainer| trainer.set_schedule(schedule));
            }
            Command::Branch {
                id,
                from,
                phase,
                name,
            } => self.branch(id, from, phase, name),
            Command::FindWorst { id, count } => self.searches.push(Search::new(id, count)),
            Command::SetPace(steps_per_sec) => {
                let is_sound = |pace: &f64| pace.is_finite() && *pace > 0.0;
                self.step_interval = steps_per_sec
                    .filter(is_sound)
                    .map(|pace| Duration::from_secs_f64((1.0 / pace).min(SLOWEST_SECS)));
                for run in &mut self.runs {
                    run.next_step_at = Instant::now();
                }
            }
            Command::Relink { job, id, place } => self.relink(job, id, place),
            Command::Watch(watch) => self.watch = watch,
            Command::Export { id, export, path } => self.export(id, *export, path),
            Command::Session(command) => self.obey_session(command),
            Command::Shutdown => self.is_ending = true,
            Command::Fetch { id, set } => self.fetch(id, &set),
            // Once more, for a job that was started just before.
            Command::CancelJob(id) => self.jobs.cancel(id),
        }
    }

    pub(super) fn find(&mut self, id: RunId) -> Option<&mut LiveRun> {
        self.runs.iter_mut().find(|run| run.id == id)
    }

    pub(super) fn set_state(&mut self, id: RunId, state: RunState) {
        let Some(run) = self.find(id) else { return };
        if run.state != state {
            run.state = state;
            self.outlet.tell(Event::StateChanged { id, state });
        }
    }

    pub(super) fn start(&mut self, id: RunId, goal: Goal) {
        // As if it had had as much time as the one that waits longest.
        let running = self.runs.iter().filter(|run| run.is_running());
        let used = running.map(|run| run.used).min().unwrap_or_default();
        let Some(run) = self.find(id) else { return };
        run.goal = goal;
        run.is_stopping = false;
        match run.state {
            RunState::Preparing => run.starts_when_ready = true,
            RunState::Paused => {
                run.used = used;
                run.restart_clock();
                self.set_state(id, RunState::Running);
            }
            RunState::Running | RunState::Finished | RunState::Failed => {}
        }
    }

    pub(super) fn fail(&mut self, id: RunId, error: String, is_bad_input: bool) {
        self.set_state(id, RunState::Failed);
        self.outlet.tell(Event::Failed {
            id,
            error,
            is_bad_input,
        });
    }

    /// The turn of the run that has had the least time.
    fn work(&mut self) {
        let now = Instant::now();
        if self.speeds.quiet_until(now).is_some() {
            return;
        }
        let step_interval = self.step_interval;
        let is_alone = self.runs.iter().filter(|run| run.is_running()).count() == 1;
        let next = self
            .runs
            .iter_mut()
            .filter(|run| run.is_running() && !run.is_waiting(step_interval, now))
            .min_by_key(|run| run.used);
        let Some(run) = next else { return };
        let id = run.id;
        let turn = Turn {
            slice: run.slice(is_alone),
            images: &self.images,
            watch: self.watch,
            step_interval,
        };
        let worked = on_device(|| run.work(&turn));
        run.used += now.elapsed();
        match worked {
            Ok(true) => {}
            Ok(false) => {
                let is_over =
                    run.is_stopping || run.trainer.as_ref().is_none_or(Trainer::is_finished);
                let state = if is_over {
                    RunState::Finished
                } else {
                    RunState::Paused
                };
                self.finish_slice(id, state);
            }
            Err(breakdown) => self.fail_training(id, breakdown),
        }
    }
}
