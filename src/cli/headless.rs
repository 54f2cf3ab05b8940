//! Headless training: the engine without a window.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::analysis::Baselines;
use crate::data::LostImages;
use crate::engine::{
    Command, DeviceNews, Engine, Event, Progress, RunId, RunInfo, RunState, SessionCommand,
    SessionNews, Until, Watch, check_device,
};
use crate::store::RunPlace;
use crate::train::{NEIGHBOURS, TestPoint};

use super::arguments::{Start, TrainPlan};
use super::interrupts::Interrupts;
use super::out::Out;
use super::report::{Outcome, Report};
use super::resuming::{Resumed, parked};
use super::{Failure, neighbours, presets};

const RUN: RunId = RunId(1);

/// How long the baselines may take after the training before they are left out.
const BASELINES_TIMEOUT: Duration = Duration::from_mins(2);

/// Trains, reports, keeps the run.
pub(super) fn train(plan: TrainPlan) -> Result<ExitCode, Failure> {
    let device = match &plan.start {
        Start::New(config) => config.device.clone(),
        Start::Resume(kept, extension) => {
            let run = kept.open()?;
            extension.device.clone().unwrap_or(run.config.device)
        }
    };
    check_device(&device)?;
    // From here on nobody else trains there.
    let place = plan.out.look()?.map(Arc::new);
    let interrupts = Interrupts::listen()?;
    let engine = Engine::spawn_headless()
        .map_err(|error| Failure::machine(format!("the engine could not start: {error}")))?;
    let mut resumed = None;
    engine.send(match plan.start {
        Start::New(config) => Command::AddRun { id: RUN, config },
        Start::Resume(kept, extension) => {
            resumed = Some(Resumed {
                run: kept.shown(),
                more: extension.epochs,
                is_relinked: extension.dataset.is_some(),
            });
            Command::OpenRun {
                id: RUN,
                folder: kept.folder(),
                extend: Some(extension),
            }
        }
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
        out: plan.out,
        place,
        resumed,
        target: None,
        info: None,
        baselines: None,
        measures_neighbours: plan.measures_neighbours,
        has_no_baselines: false,
        progress: Progress::default(),
        tests: Vec::new(),
        has_begun: false,
        is_idle: false,
        is_kept: false,
        parked_at: None,
        lost: None,
        is_interrupted: false,
        is_keeping_told: false,
    };
    match session.train_to_the_end() {
        Ok(()) => session.conclude(),
        Err(failure) => Err(session.fail(failure)),
    }
}

/// One training from start to end, as the events tell it.
struct Session {
    engine: Engine,
    report: Report,
    interrupts: Interrupts,
    out: Out,
    /// Where the run is kept, once that is this program's alone.
    place: Option<Arc<RunPlace>>,
    /// The kept run that goes on.
    resumed: Option<Resumed>,
    /// The step that it goes on to then.
    target: Option<u64>,
    info: Option<Arc<RunInfo>>,
    baselines: Option<Arc<Baselines>>,
    /// The accuracy of nearest neighbours was asked for.
    measures_neighbours: bool,
    /// There are none to wait for.
    has_no_baselines: bool,
    progress: Progress,
    /// All that was measured on test images.
    tests: Vec<TestPoint>,
    /// Its folder is ready and the training was started.
    has_begun: bool,
    /// There was nothing to train.
    is_idle: bool,
    /// All of it is kept.
    is_kept: bool,
    /// The step of the run's last good state, where its device has failed.
    parked_at: Option<u64>,
    /// The images of the run, where they are lost.
    lost: Option<Arc<LostImages>>,
    is_interrupted: bool,
    /// The user knows that the interruption was heard.
    is_keeping_told: bool,
}

impl Session {
    /// The next report, or nothing for a moment.
    fn wait_event(&mut self) -> Result<Option<Event>, Failure> {
        if self.interrupts.is_asked() && self.has_begun && !self.is_kept && !self.is_keeping_told {
            self.is_keeping_told = true;
            self.report.keeping(self.progress.step);
        }
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

    fn train_to_the_end(&mut self) -> Result<(), Failure> {
        loop {
            if self.interrupts.is_asked() && !self.is_interrupted {
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
                Event::RunReady { info, progress, .. } => {
                    self.target = match &self.resumed {
                        Some(resumed) => resumed.target(info, progress.step)?,
                        None => None,
                    };
                    self.note(&event);
                }
                // The first of these says where the run stands, the next that it has come to its end.
                Event::StateChanged {
                    state: state @ (RunState::Paused | RunState::Finished),
                    ..
                } => {
                    let is_there =
                        *state == RunState::Finished || self.target == Some(self.progress.step);
                    if self.has_begun || (is_there && !self.begins_to_be_kept()) {
                        self.is_idle = !self.has_begun;
                        self.drain();
                        return Ok(());
                    }
                    self.begin()?;
                    if is_there {
                        self.is_idle = true;
                        return Ok(());
                    }
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
                    if let (Some(step), Some(place), true) =
                        (self.parked_at, &self.place, self.has_begun)
                    {
                        return Err(parked(error, step, place.shown()));
                    }
                    let lost = self.lost.as_ref();
                    let lost = lost.filter(|lost| lost.to_string() == *error);
                    let sentence = lost.map_or_else(|| error.clone(), |lost| lost.with_option());
                    return Err(if *is_bad_input {
                        Failure::bad_input(sentence)
                    } else {
                        Failure::machine(sentence)
                    });
                }
                _ => self.note(&event),
            }
        }
    }

    /// Whether the run is to be kept elsewhere than where it is, or with another place of its images,
    /// trained or not.
    fn begins_to_be_kept(&self) -> bool {
        let is_relinked = self.resumed.as_ref().is_some_and(|run| run.is_relinked);
        !matches!(self.out, Out::Same(_)) || is_relinked
    }

    /// Has the run train, and kept while it does: before hours of training, not after; and not before
    /// what is asked for proves to be possible, so that a mistake leaves no empty folder.
    fn begin(&mut self) -> Result<(), Failure> {
        let place = match self.place.take() {
            Some(place) => place,
            None => Arc::new(self.out.claim()?),
        };
        self.interrupts.begin(&place);
        self.engine.send(Command::Session(SessionCommand::KeepRun {
            id: RUN,
            place: Arc::clone(&place),
        }));
        self.place = Some(place);
        self.has_begun = true;
        self.engine.send(match self.target {
            Some(step) => Command::RunUntil {
                id: RUN,
                until: Until::Step(step),
            },
            None => Command::Start(RUN),
        });
        Ok(())
    }

    /// A run that had begun is kept with its last good weights before the failure is told.
    fn fail(mut self, failure: Failure) -> Failure {
        let failure = match self.has_begun.then(|| self.keep()) {
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
                self.report.ready(info, self.target);
                self.interrupts.note_steps(progress.step);
                self.info = Some(Arc::clone(info));
                self.progress = *progress;
                self.tests.clone_from(&metrics.test);
            }
            Event::Progress { more, progress, .. } => {
                self.progress = *progress;
                self.interrupts.note_steps(progress.step);
                self.tests.extend_from_slice(&more.test);
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
            Event::Session(SessionNews::Rewritten(folder)) => self.report.warning(&format!(
                "{} was removed while the run trained; all of it is kept there again",
                folder.display()
            )),
            Event::Warning { text, .. } if !text.is_empty() => self.report.warning(text),
            Event::Parked { step, .. } => self.parked_at = Some(*step),
            Event::ImagesLost { lost, .. } => self.lost = Some(Arc::clone(lost)),
            Event::Device { news, .. } => self.note_device(news),
            Event::Warning { .. }
            | Event::Devices(_)
            | Event::Relinked { .. }
            | Event::BroughtBack { .. }
            | Event::PcaPictures { .. }
            | Event::Frame(_)
            | Event::Boundary { .. }
            | Event::Configured { .. }
            | Event::Worst { .. }
            | Event::Memory(_)
            | Event::Survey { .. }
            | Event::Neighbours(_)
            | Event::Found(_)
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

    /// The folder of the run.
    fn folder(&self) -> Result<PathBuf, Failure> {
        match &self.place {
            Some(place) => Ok(place.folder().to_owned()),
            None => Err(Failure::machine("the run ended before it began")),
        }
    }

    fn note_device(&mut self, news: &DeviceNews) {
        match news {
            DeviceNews::Tuning { device, tuned } => self.report.tuning(device, *tuned),
            DeviceNews::Compared { comparison, text } => self.report.compared(comparison, text),
            DeviceNews::NotCompared { text } => self.report.warning(text),
            DeviceNews::Comparing { .. } => {}
        }
    }

    /// Keeps the run.
    fn keep(&mut self) -> Result<(), Failure> {
        self.engine.send(Command::Save {
            id: RUN,
            folder: self.folder()?,
        });
        loop {
            match self.wait_event()? {
                Some(Event::Saved { .. }) => {
                    self.is_kept = true;
                    if let Some(place) = &self.place {
                        self.report.saved(place.shown());
                    }
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
            && !self.interrupts.is_asked()
        {
            if let Some(event) = self.engine.wait_event(Duration::from_millis(100)) {
                self.note(&event);
            }
        }
    }

    /// What is measured once, of the run as it is kept, because it takes long; where that cannot be, the
    /// rest is told all the same.
    fn measure_on_request(&mut self) -> Vec<(&'static str, f64)> {
        let is_expected = self
            .info
            .as_ref()
            .is_some_and(|info| presets::wants_neighbours(info, &self.progress, &self.tests));
        if !(self.measures_neighbours || is_expected) || !self.is_kept {
            return Vec::new();
        }
        match self
            .folder()
            .and_then(|folder| neighbours::accuracy(&folder))
        {
            Ok(accuracy) => vec![(NEIGHBOURS, accuracy)],
            Err(failure) => {
                self.report.warning(&failure.to_string());
                Vec::new()
            }
        }
    }

    /// Keeps the run and tells what it came to.
    fn conclude(mut self) -> Result<ExitCode, Failure> {
        if self.has_begun {
            self.keep()?;
        } else if let Some(place) = &self.place {
            // It is there as it is.
            self.report.saved(place.shown());
        }
        self.wait_for_baselines();
        let on_request = self.measure_on_request();
        let Some(info) = self.info.take() else {
            return Err(Failure::machine("the run ended before it began"));
        };
        if let (true, Some(resumed)) = (self.is_idle, &self.resumed) {
            self.report
                .warning(&resumed.idle(&info, self.progress.step));
        }
        self.report.finished(&Outcome {
            info: &info,
            progress: &self.progress,
            tests: &self.tests,
            baselines: self.baselines.as_deref(),
            on_request,
            is_interrupted: self.is_interrupted,
        });
        match self.report.lost() {
            Some(failure) => Err(failure),
            None if self.is_interrupted => Ok(ExitCode::from(130)),
            None => Ok(ExitCode::SUCCESS),
        }
    }
}
