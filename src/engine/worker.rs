//! The engine's thread: commands in, slices of work for every active run, events and snapshots out.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};

use crate::analysis::Baselines;
use crate::train::{Metrics, Trainer};

use super::explorer::Feeder;
use super::guard::{Failure, guarded};
use super::library::{Library, Loaded, Source};
use super::live::LiveRun;
use super::outlet::Outlet;
use super::protocol::{Command, Event, RunId, RunState, Snapshot};

/// One run's turn.
const SLICE: Duration = Duration::from_millis(20);
/// Between two reports of progress.
const PROGRESS: Duration = Duration::from_millis(50);
/// Between two sets of pictures.
const PICTURES: Duration = Duration::from_millis(250);
/// Test images shown before anybody chose others.
const FIRST_IMAGES: u32 = 16;

/// What reaches the thread.
pub(super) enum Message {
    /// From a user of the engine.
    Command(Command),
    /// From a loader.
    Loaded(Box<Loaded>),
    /// From the thread that computes baselines.
    Baselines {
        hash: String,
        baselines: Arc<Baselines>,
    },
    /// From the explorer: whether the weights of a run are wanted.
    Wanted(RunId, bool),
}

/// State of the thread.
pub(super) struct Worker {
    pub(super) inbox: Receiver<Message>,
    pub(super) outlet: Outlet,
    pub(super) library: Library,
    pub(super) runs: Vec<LiveRun>,
    pub(super) images: Vec<u32>,
    pub(super) tickets: u64,
    pub(super) last_progress: Instant,
    pub(super) last_pictures: Instant,
    pub(super) feeder: Feeder,
}

impl Worker {
    pub(super) fn new(
        inbox: Receiver<Message>,
        answers: Sender<Message>,
        outlet: Outlet,
        feeder: Feeder,
    ) -> Self {
        Self {
            inbox,
            outlet,
            library: Library::new(answers),
            runs: Vec::new(),
            images: (0..FIRST_IMAGES).collect(),
            tickets: 0,
            last_progress: Instant::now(),
            last_pictures: Instant::now(),
            feeder,
        }
    }

    /// Works until told to shut down.
    pub(super) fn run(mut self) {
        loop {
            // Nothing to train: sleep until somebody wants something.
            let is_idle = !self.runs.iter().any(LiveRun::is_running);
            let first = if is_idle {
                self.inbox.recv().ok()
            } else {
                self.inbox.try_recv().ok()
            };
            if is_idle && first.is_none() {
                return;
            }
            let was_asked = first.is_some();
            let mut next = first;
            while let Some(message) = next {
                if matches!(message, Message::Command(Command::Shutdown)) {
                    return;
                }
                self.receive(message);
                next = self.inbox.try_recv().ok();
            }
            for index in 0..self.runs.len() {
                self.work(index);
            }
            self.publish(was_asked);
        }
    }

    fn receive(&mut self, message: Message) {
        match message {
            Message::Command(command) => self.obey(command),
            Message::Loaded(loaded) => self.prepare(*loaded),
            Message::Wanted(id, is_wanted) => self.feeder.set_wanted(id, is_wanted),
            Message::Baselines { hash, baselines } => {
                self.library
                    .set_baselines(hash.clone(), Arc::clone(&baselines));
                for run in &self.runs {
                    if run.trainer.as_ref().is_some_and(|t| t.data().hash == hash) {
                        self.outlet.tell(Event::Baselines {
                            id: run.id,
                            baselines: Arc::clone(&baselines),
                        });
                    }
                }
            }
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::AddRun { id, config } => self.add(id, Source::Config(config)),
            Command::OpenRun { id, folder, extend } => {
                self.add(id, Source::Folder(folder, extend));
            }
            Command::Start(id) => self.start(id, false),
            Command::StepOnce(id) => self.start(id, true),
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
            Command::Reset(id) => {
                if let Some(config) = self.find(id).and_then(|run| run.config.clone()) {
                    self.add(id, Source::Config(Box::new(config)));
                }
            }
            Command::Rename { id, name } => {
                if let Some(run) = self.find(id) {
                    run.rename(name);
                }
            }
            Command::Remove(id) => self.runs.retain(|run| run.id != id),
            Command::Save { id, folder } => self.save(id, &folder),
            Command::ShowImages(images) => {
                self.images = images;
                for run in &mut self.runs {
                    run.has_new_pictures = true;
                }
            }
            // To come.
            Command::EpochOnce(_)
            | Command::SetLearningRate { .. }
            | Command::SetSchedule { .. }
            | Command::Branch { .. }
            | Command::FindWorst { .. }
            | Command::SetPace(_)
            | Command::Watch(_)
            | Command::Shutdown => {}
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

    pub(super) fn start(&mut self, id: RunId, is_single_step: bool) {
        let Some(run) = self.find(id) else { return };
        run.is_single_step = is_single_step;
        run.is_stopping = false;
        match run.state {
            RunState::Preparing => run.starts_when_ready = true,
            RunState::Paused => {
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

    /// One run's turn.
    fn work(&mut self, index: usize) {
        let run = &mut self.runs[index];
        if !run.is_running() {
            return;
        }
        let id = run.id;
        match guarded(|| run.work(SLICE)) {
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
            Err(failure) => self.fail_training(id, failure),
        }
    }

    /// Reports everything up to here, then changes the state.
    fn finish_slice(&mut self, id: RunId, state: RunState) {
        let Some(index) = self.runs.iter().position(|run| run.id == id) else {
            return;
        };
        self.report(index);
        if self.runs[index].state != RunState::Failed {
            self.set_state(id, state);
            // Once more, now that the pace is that of a run that stands.
            self.report(index);
        }
    }

    fn fail_training(&mut self, id: RunId, failure: Failure) {
        if let Some(run) = self.find(id) {
            // Back to the last good weights, whatever the failure left behind: show them.
            if let Some(trainer) = &mut run.trainer {
                trainer.roll_back();
            }
            run.has_new_pictures = true;
        }
        self.fail(id, failure.sentence, failure.is_bad_input);
    }

    /// Sends a run's new points and how far it is.
    fn report(&mut self, index: usize) {
        let run = &mut self.runs[index];
        if run.trainer.is_none() {
            return;
        }
        let id = run.id;
        match guarded(|| run.news()) {
            Ok(more) => {
                let progress = run.progress();
                let warning = run.new_warning();
                self.outlet.tell(Event::Progress { id, more, progress });
                if let Some(text) = warning {
                    self.outlet.tell(Event::Warning { id, text });
                }
            }
            Err(failure) => {
                let progress = run.progress();
                self.outlet.tell(Event::Progress {
                    id,
                    more: Metrics::default(),
                    progress,
                });
                self.fail_training(id, failure);
            }
        }
    }

    /// Reports and pictures, as often as is worth it; at once after somebody asked for something.
    fn publish(&mut self, was_asked: bool) {
        self.feeder.feed(&self.runs);
        let is_idle = !self.runs.iter().any(LiveRun::is_running);
        let mut has_told = was_asked;
        if self.last_progress.elapsed() >= PROGRESS || is_idle {
            self.last_progress = Instant::now();
            for index in 0..self.runs.len() {
                if self.runs[index].is_running() {
                    self.report(index);
                    has_told = true;
                }
            }
        }
        let has_news = self.runs.iter().any(|run| run.has_new_pictures);
        if has_news && (self.last_pictures.elapsed() >= PICTURES || is_idle || was_asked) {
            self.last_pictures = Instant::now();
            self.show_pictures();
            has_told = true;
        }
        if has_told || is_idle {
            (self.outlet.wake)();
        }
    }

    fn show_pictures(&mut self) {
        let images = self.images.clone();
        let mut failures = Vec::new();
        for run in self.runs.iter_mut().filter(|run| run.has_new_pictures) {
            if let Err(failure) = guarded(|| run.draw(&images)) {
                run.has_new_pictures = false;
                failures.push((run.id, failure));
            }
        }
        for (id, failure) in failures {
            self.fail(id, failure.sentence, failure.is_bad_input);
        }
        let runs = self.runs.iter().filter_map(|run| run.frame.clone());
        self.outlet.show(Arc::new(Snapshot {
            runs: runs.collect(),
        }));
    }
}
