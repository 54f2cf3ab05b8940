//! One run in the engine: its trainer, what it is doing, and what has been told of it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::data::{Dataset, LostImages};
use crate::model::LayerInfo;
use crate::train::{Boundary, Metrics, OfflineRun, RunConfig, Trainer, TrainerError, Verdict};

use super::about_data::DatasetInfo;
use super::cadence::Cadence;
use super::frame::Frame;
use super::history::History;
use super::parking::HostCopy;
use super::protocol::{Progress, RunId, RunInfo, RunState};
use super::speed::{SpeedTest, StepClock};
use super::turn::Goal;

/// A run between `AddRun` and `Remove`.
pub(super) struct LiveRun {
    pub(super) id: RunId,
    /// Of the newest request to prepare it.
    pub(super) ticket: u64,
    pub(super) state: RunState,
    /// What `Reset` goes back to, also where there is no trainer; absent until it is known.
    pub(super) config: Option<RunConfig>,
    /// Absent while the data is loaded.
    pub(super) trainer: Option<Trainer>,
    /// Kept while the run is prepared anew, so that its folder need not be read again.
    pub(super) data: Option<Arc<Dataset>>,
    /// All that was kept of it, where its images are lost.
    pub(super) offline: Option<Box<OfflineRun>>,
    /// The images it was made on, where no known place holds them.
    pub(super) lost: Option<Arc<LostImages>>,
    /// The folder it was opened from, and whether that is one of the session.
    pub(super) folder: Option<(PathBuf, bool)>,
    pub(super) remarks: Vec<String>,
    pub(super) device_name: String,
    pub(super) goal: Goal,
    /// Ends with a last measurement.
    pub(super) is_stopping: bool,
    /// Pressed before the data was there.
    pub(super) starts_when_ready: bool,
    /// Time it has had, for fair turns.
    pub(super) used: Duration,
    /// When it may do its next step, where it must not run as fast as it can.
    pub(super) next_step_at: Instant,
    told: Told,
    pace: Pace,
    pub(super) warning: Option<Verdict>,
    pub(super) cadence: Cadence,
    /// The weights are others than those of the newest frame.
    pub(super) has_changed: bool,
    /// The newest frame shows other images than are wanted.
    pub(super) has_other_images: bool,
    pub(super) frame: Option<Arc<Frame>>,
    /// Nobody has been shown the newest frame yet.
    pub(super) is_frame_new: bool,
    /// Frames to be kept that nobody has been told of yet.
    pub(super) kept: Vec<Arc<Frame>>,
    /// Starts of phases; the first one needs no weights and is not among them.
    pub(super) boundaries: Vec<Boundary>,
    /// How many of them have been told.
    pub(super) told_boundaries: usize,
    /// Frames held for looking back.
    pub(super) history: History,
    /// All that were ever kept.
    pub(super) frames_kept: u64,
    /// How often it was changed after it had begun.
    pub(super) edits: u64,
    /// What it goes on from should its device fail.
    pub(super) copy: Option<HostCopy>,
    /// Its device has failed, and it stands on the CPU.
    pub(super) is_parked: bool,
    /// How fast its steps are.
    pub(super) clock: StepClock,
    /// The comparison with a GPU it can be one half of.
    pub(super) speed_test: Option<SpeedTest>,
}

/// How much of the history has been sent.
#[derive(Default)]
struct Told {
    train: usize,
    test: usize,
    phases: usize,
    step: u64,
    is_measuring: bool,
}

/// Steps a second, lately.
/// How much the newest window counts in the pace that is told.
const PACE_WEIGHT: f64 = 0.3;

struct Pace {
    since: Instant,
    step: u64,
    steps_per_sec: f64,
}

impl LiveRun {
    pub(super) fn new(id: RunId, ticket: u64) -> Self {
        Self {
            id,
            ticket,
            state: RunState::Preparing,
            config: None,
            trainer: None,
            data: None,
            offline: None,
            lost: None,
            folder: None,
            remarks: Vec::new(),
            device_name: String::new(),
            goal: Goal::End,
            is_stopping: false,
            starts_when_ready: false,
            used: Duration::ZERO,
            next_step_at: Instant::now(),
            told: Told::default(),
            pace: Pace {
                since: Instant::now(),
                step: 0,
                steps_per_sec: 0.0,
            },
            warning: None,
            cadence: Cadence::new(Instant::now()),
            has_changed: false,
            has_other_images: false,
            frame: None,
            is_frame_new: false,
            kept: Vec::new(),
            boundaries: Vec::new(),
            told_boundaries: 0,
            history: History::default(),
            frames_kept: 0,
            edits: 0,
            copy: None,
            is_parked: false,
            clock: StepClock::default(),
            speed_test: None,
        }
    }

    /// Calls the run something else.
    pub(super) fn rename(&mut self, name: String) {
        if let Some(config) = &mut self.config {
            config.name.clone_from(&name);
        }
        if let Some(trainer) = &mut self.trainer {
            trainer.rename(name);
        } else if let Some(offline) = &mut self.offline {
            offline.rename(name);
        }
    }

    /// Whether there is more to it than its configuration.
    pub(super) fn has_begun(&self) -> bool {
        let trainer = self.trainer.as_ref().map(Trainer::position);
        let offline = self.offline.as_ref();
        let position = trainer.or_else(|| offline.map(|run| run.checkpoint().position));
        position.is_some_and(|position| position.step > 0)
    }

    pub(super) fn is_running(&self) -> bool {
        self.state == RunState::Running && self.trainer.is_some()
    }

    /// Whether it trains on the images with this hash.
    pub(super) fn is_on(&self, hash: &str) -> bool {
        self.trainer
            .as_ref()
            .is_some_and(|trainer| trainer.data().hash == hash)
    }

    /// What `Reset` goes back to: all that was set, also while it trained.
    pub(super) fn whole_config(&self) -> Option<RunConfig> {
        let trainer = self.trainer.as_ref();
        trainer.map(located).or_else(|| self.config.clone())
    }

    /// Forgets how fast it was, after a pause.
    pub(super) fn restart_clock(&mut self) {
        self.pace = Pace {
            since: Instant::now(),
            step: self.trainer.as_ref().map_or(0, |t| t.position().step),
            steps_per_sec: 0.0,
        };
        self.next_step_at = Instant::now();
    }

    /// Whether there is anything to tell since the last report.
    pub(super) fn has_news(&self) -> bool {
        self.trainer.as_ref().is_some_and(|trainer| {
            let metrics = trainer.metrics();
            trainer.position().step != self.told.step
                || trainer.is_measuring() != self.told.is_measuring
                || metrics.test.len() != self.told.test
                || metrics.phases.len() != self.told.phases
        })
    }

    /// Points not told yet; reads the losses from the device.
    pub(super) fn news(&mut self) -> Result<Metrics, TrainerError> {
        let Some(trainer) = &mut self.trainer else {
            return Ok(Metrics::default());
        };
        let read = trainer.collect();
        let more = self.untold();
        read.map(|()| more)
    }

    /// Points not told yet, as of the last time the losses were read.
    pub(super) fn untold(&mut self) -> Metrics {
        let Some(trainer) = &self.trainer else {
            return Metrics::default();
        };
        let metrics = trainer.metrics();
        let more = Metrics {
            train: metrics.train.beyond(self.told.train),
            test: beyond(&metrics.test, self.told.test),
            phases: beyond(&metrics.phases, self.told.phases),
        };
        self.tell_all();
        more
    }

    /// Takes everything measured so far as told.
    pub(super) fn tell_all(&mut self) {
        if let Some(trainer) = &self.trainer {
            let metrics = trainer.metrics();
            self.told = Told {
                train: metrics.train.len(),
                test: metrics.test.len(),
                phases: metrics.phases.len(),
                step: trainer.position().step,
                is_measuring: trainer.is_measuring(),
            };
        }
    }

    pub(super) fn progress(&mut self) -> Progress {
        let Some(trainer) = &self.trainer else {
            return Progress::default();
        };
        let position = trainer.position();
        let window = self.pace.since.elapsed().as_secs_f64();
        if window > 0.5 {
            let lately = (position.step - self.pace.step.min(position.step)) as f64 / window;
            // Slices and measurements make it jump from one window to the next.
            let before = self.pace.steps_per_sec;
            let lately = if before > 0.0 {
                before + (lately - before) * PACE_WEIGHT
            } else {
                lately
            };
            self.pace = Pace {
                since: Instant::now(),
                step: position.step,
                steps_per_sec: lately,
            };
        }
        let steps_per_sec = if self.state == RunState::Running {
            self.pace.steps_per_sec
        } else {
            0.0
        };
        let train_secs = trainer.train_time().as_secs_f64();
        let elapsed_secs = trainer.elapsed().as_secs_f64();
        let images = trainer.config().batch.min(trainer.data().train.len());
        let left = trainer.total_steps().saturating_sub(position.step) as f64;
        Progress {
            step: position.step,
            phase: position.phase,
            epoch: position.step_in_phase as f64 / trainer.steps_per_epoch() as f64,
            learning_rate: trainer.learning_rate(),
            steps_per_sec,
            images_per_sec: if train_secs > 0.0 {
                position.step as f64 * images as f64 / train_secs
            } else {
                0.0
            },
            remaining_secs: (position.step > 0).then(|| left * elapsed_secs / position.step as f64),
            elapsed_secs,
            is_measuring: trainer.is_measuring(),
        }
    }

    /// The newest verdict on the outputs, where it is news: the sentence, empty when all is well again.
    pub(super) fn new_warning(&mut self) -> Option<String> {
        let trainer = self.trainer.as_ref()?;
        // Untrained networks answer alike: that is no news before the first epoch.
        let last = trainer.metrics().last_test()?;
        let phase_start = trainer.metrics().phases.last()?.step;
        if last.step < phase_start + trainer.steps_per_epoch() {
            return None;
        }
        if self.warning == Some(last.verdict) {
            return None;
        }
        let had = self.warning.replace(last.verdict);
        match (last.verdict.warning(), had) {
            (Some(text), _) => Some(text.to_owned()),
            (None, None | Some(Verdict::Varied)) => None,
            (None, Some(_)) => Some(String::new()),
        }
    }

    /// The configuration as others get it. The hash is of these images; in other hands the
    /// configuration may get other ones.
    pub(super) fn told_config(&self) -> Option<RunConfig> {
        Some(RunConfig {
            dataset_sha256: None,
            ..located(self.trainer.as_ref()?)
        })
    }

    /// What the run turned out to be.
    pub(super) fn info(&self) -> Option<RunInfo> {
        let trainer = self.trainer.as_ref()?;
        let trainee = trainer.trainee();
        let layers = trainee.layers().to_vec();
        let stages = trainee.stages();
        let latent = trainer.latent();
        Some(RunInfo {
            config: self.told_config()?,
            dataset: DatasetInfo::of(trainer.data()),
            parameters: LayerInfo::all_parameters(&layers),
            layers,
            stages,
            latent,
            device: self.device_name.clone(),
            total_steps: trainer.total_steps(),
            steps_per_epoch: trainer.steps_per_epoch(),
            remarks: self.remarks.clone(),
        })
    }
}

/// The configuration with the place where the images were found, which a run made of it anew looks at
/// first.
fn located(trainer: &Trainer) -> RunConfig {
    RunConfig {
        dataset: trainer.data().location.clone(),
        ..trainer.config().clone()
    }
}

/// What comes after the first `told`: nothing where divergence took points back.
fn beyond<T: Clone>(points: &[T], told: usize) -> Vec<T> {
    points.get(told..).unwrap_or_default().to_vec()
}
