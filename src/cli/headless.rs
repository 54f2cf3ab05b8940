//! Headless training: the engine without a window.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::analysis::Baselines;
use crate::engine::{
    Command, Engine, Event, Progress, RunId, RunInfo, RunState, SessionCommand, SessionNews, Watch,
    check_device,
};
use crate::store;
use crate::train::TestPoint;

use super::Failure;
use super::arguments::{Start, TrainPlan};
use super::report::{Outcome, Report};

const RUN: RunId = RunId(1);

/// How long the baselines may take after the training before they are left out.
const BASELINES_TIMEOUT: Duration = Duration::from_mins(2);

/// Trains, reports, keeps the run.
pub(super) fn train(plan: TrainPlan) -> Result<ExitCode, Failure> {
    let device = match &plan.start {
        Start::New(config) => config.device.clone(),
        Start::Resume(folder, extension) => {
            let kept = store::open_run(folder)?;
            extension.device.clone().unwrap_or(kept.config.device)
        }
    };
    check_device(&device)?;
    let interrupts = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&interrupts);
    ctrlc::set_handler(move || {
        if counter.fetch_add(1, Ordering::SeqCst) > 0 {
            // Asked twice: the user does not want to wait for the run to be kept.
            #[expect(clippy::exit, reason = "a signal handler has nobody to return to")]
            std::process::exit(130);
        }
    })
    .map_err(|error| Failure::machine(format!("Ctrl-C could not be taken over: {error}")))?;
    let engine = Engine::spawn_headless()
        .map_err(|error| Failure::machine(format!("the engine could not start: {error}")))?;
    engine.send(match plan.start {
        Start::New(config) => Command::AddRun { id: RUN, config },
        Start::Resume(folder, extension) => Command::OpenRun {
            id: RUN,
            folder,
            extend: Some(extension),
        },
    });
    engine.send(Command::ShowImages((0..24).collect()));
    // Nobody looks at pictures while it trains.
    engine.send(Command::Watch(Watch {
        is_hidden: true,
        ..Watch::default()
    }));
    let mut session = Session {
        engine,
        report: Report::new(plan.is_json),
        interrupts,
        info: None,
        baselines: None,
        has_no_baselines: false,
        progress: Progress::default(),
        last_test: None,
        has_begun: false,
        parked_at: None,
        is_interrupted: false,
    };
    match session.train_to_the_end(&plan.out) {
        Ok(()) => session.conclude(&plan.out),
        Err(failure) => Err(session.fail(failure, &plan.out)),
    }
}

/// Why a run ended whose device has failed, and how it goes on.
fn parked(error: &str, step: u64, out: &Path) -> Failure {
    let mut folder = out.display().to_string();
    if folder.contains(char::is_whitespace) {
        folder = format!("{folder:?}");
    }
    Failure::machine(format!(
        "{error}; the run is kept as it was at step {step}, and hourglass train --resume {folder} \
         --device flex goes on from there on the CPU"
    ))
}

/// One training from start to end, as the events tell it.
struct Session {
    engine: Engine,
    report: Report,
    interrupts: Arc<AtomicUsize>,
    info: Option<Arc<RunInfo>>,
    baselines: Option<Arc<Baselines>>,
    /// There are none to wait for.
    has_no_baselines: bool,
    progress: Progress,
    last_test: Option<TestPoint>,
    /// Its folder is ready and the training was started.
    has_begun: bool,
    /// The step of the run's last good state, where its device has failed.
    parked_at: Option<u64>,
    is_interrupted: bool,
}

impl Session {
    /// The next report, or nothing for a moment.
    fn wait_event(&self) -> Result<Option<Event>, Failure> {
        // Asked first: what a thread said before it ended is still to be read.
        let is_alive = self.engine.is_alive();
        let event = self.engine.wait_event(Duration::from_millis(100));
        if event.is_none() && !is_alive {
            return Err(Failure::machine(
                "the training thread ended unexpectedly (RUST_LOG=warn tells more)",
            ));
        }
        Ok(event)
    }

    fn train_to_the_end(&mut self, out: &Path) -> Result<(), Failure> {
        loop {
            if self.interrupts.load(Ordering::SeqCst) > 0 && !self.is_interrupted {
                if !self.has_begun {
                    return Err(Failure::interrupted(
                        "interrupted before the training began",
                    ));
                }
                self.is_interrupted = true;
                self.engine.send(Command::Stop(RUN));
            }
            let Some(event) = self.wait_event()? else {
                continue;
            };
            match &event {
                Event::RunReady { .. } => {
                    self.note(&event);
                    // Before hours of training, not after; and not before what is asked for proves
                    // to be possible, so that a mistake leaves no empty folder.
                    store::prepare_folder(out)?;
                    self.engine.send(Command::Session(SessionCommand::KeepRun {
                        id: RUN,
                        folder: out.to_owned(),
                    }));
                    self.has_begun = true;
                    self.engine.send(Command::Start(RUN));
                }
                Event::StateChanged {
                    state: RunState::Finished,
                    ..
                } => {
                    self.drain();
                    return Ok(());
                }
                Event::Ended { error } => {
                    // Nobody is there who could keep the run as it is now.
                    self.has_begun = false;
                    return Err(Failure::machine(format!(
                        "the training thread ended unexpectedly: {error}"
                    )));
                }
                Event::Failed {
                    error,
                    is_bad_input,
                    ..
                } => {
                    if let (Some(step), true) = (self.parked_at, self.has_begun) {
                        return Err(parked(error, step, out));
                    }
                    return Err(if *is_bad_input {
                        Failure::bad_input(error)
                    } else {
                        Failure::machine(error)
                    });
                }
                _ => self.note(&event),
            }
        }
    }

    /// A run that had begun is kept with its last good weights before the failure is told.
    fn fail(mut self, failure: Failure, out: &Path) -> Failure {
        let failure = match self.has_begun.then(|| self.keep(out)) {
            None | Some(Ok(())) => failure,
            Some(Err(second)) => failure.and(&second),
        };
        self.report.failed(&failure.to_string());
        failure
    }

    fn drain(&mut self) {
        while let Some(event) = self.engine.next_event() {
            self.note(&event);
        }
    }

    /// Takes in what an event says and reports it.
    fn note(&mut self, event: &Event) {
        match event {
            Event::RunReady {
                info,
                metrics,
                progress,
                ..
            } => {
                self.report.ready(info);
                self.info = Some(Arc::clone(info));
                self.progress = *progress;
                self.last_test = metrics.last_test().copied();
            }
            Event::Progress { more, progress, .. } => {
                self.progress = *progress;
                if let Some(test) = more.last_test() {
                    self.last_test = Some(*test);
                }
                if let Some(info) = &self.info {
                    self.report.progress(info, more, progress);
                }
            }
            Event::Loading { done, total, .. } => self.report.loading(*done, *total),
            Event::Baselines { baselines, .. } => self.baselines = Some(Arc::clone(baselines)),
            Event::NoBaselines { error, .. } => {
                self.has_no_baselines = true;
                self.report.warning(error);
            }
            Event::Session(SessionNews::NotSaved { error, .. }) => {
                self.report
                    .warning(&format!("{error}; the training goes on"));
            }
            Event::Session(SessionNews::Rewritten(folder)) => {
                let folder = folder.display();
                self.report.warning(&format!(
                    "{folder} was removed while the run trained; all of it is kept there again"
                ));
            }
            Event::Warning { text, .. } if !text.is_empty() => self.report.warning(text),
            Event::Parked { step, .. } => self.parked_at = Some(*step),
            Event::Warning { .. }
            | Event::Devices(_)
            | Event::BroughtBack { .. }
            | Event::PcaPictures { .. }
            | Event::Frame(_)
            | Event::Boundary { .. }
            | Event::Configured { .. }
            | Event::Worst { .. }
            | Event::Memory(_)
            | Event::Survey { .. }
            | Event::DataPage(_)
            | Event::Session(_)
            | Event::StateChanged { .. }
            | Event::Failed { .. }
            | Event::Ended { .. }
            | Event::Saved { .. }
            | Event::SaveFailed { .. }
            | Event::Fetched(_)
            | Event::JobStarted { .. }
            | Event::JobProgress { .. }
            | Event::JobEnded { .. } => {}
        }
    }

    /// Keeps the run.
    fn keep(&mut self, out: &Path) -> Result<(), Failure> {
        self.engine.send(Command::Save {
            id: RUN,
            folder: out.to_owned(),
        });
        loop {
            match self.wait_event()? {
                Some(Event::Saved { folder, .. }) => {
                    self.report.saved(&folder);
                    return Ok(());
                }
                Some(Event::SaveFailed {
                    error,
                    is_bad_input,
                    ..
                }) => {
                    return Err(if is_bad_input {
                        Failure::bad_input(error)
                    } else {
                        Failure::machine(error)
                    });
                }
                Some(event) => self.note(&event),
                None => {}
            }
        }
    }

    fn wait_for_baselines(&mut self) {
        let since = Instant::now();
        while self.baselines.is_none()
            && !self.has_no_baselines
            && since.elapsed() < BASELINES_TIMEOUT
            && self.engine.is_alive()
            && self.interrupts.load(Ordering::SeqCst) == 0
        {
            if let Some(event) = self.engine.wait_event(Duration::from_millis(100)) {
                self.note(&event);
            }
        }
    }

    /// Keeps the run and tells what it came to.
    fn conclude(mut self, out: &Path) -> Result<ExitCode, Failure> {
        self.keep(out)?;
        self.wait_for_baselines();
        let Some(info) = self.info.take() else {
            return Err(Failure::machine("the run ended before it began"));
        };
        self.report.finished(&Outcome {
            info: &info,
            progress: &self.progress,
            last_test: self.last_test,
            baselines: self.baselines.as_deref(),
            is_interrupted: self.is_interrupted,
        });
        match self.report.lost() {
            Some(failure) => Err(failure),
            None if self.is_interrupted => Ok(ExitCode::from(130)),
            None => Ok(ExitCode::SUCCESS),
        }
    }
}
