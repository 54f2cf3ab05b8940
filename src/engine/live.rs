//! One run in the engine: its trainer, what it is doing, and what has been told of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::data::{Dataset, Split, to_bytes};
use crate::train::{Advance, Metrics, RunConfig, Trainer, TrainerError, Verdict};

use super::frame::{Frame, RunPictures};
use super::protocol::{DatasetInfo, Pictures, Progress, RunId, RunInfo, RunState};

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
    pub(super) remarks: Vec<String>,
    pub(super) device_name: String,
    /// Pauses after the next training step.
    pub(super) is_single_step: bool,
    /// Ends with a last measurement.
    pub(super) is_stopping: bool,
    /// Pressed before the data was there.
    pub(super) starts_when_ready: bool,
    told: Told,
    pace: Pace,
    pub(super) warning: Option<Verdict>,
    pub(super) has_new_pictures: bool,
    pub(super) frame: Option<Arc<Frame>>,
}

/// How much of the history has been sent.
#[derive(Default)]
struct Told {
    train: usize,
    test: usize,
    phases: usize,
}

/// Steps a second, lately.
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
            remarks: Vec::new(),
            device_name: String::new(),
            is_single_step: false,
            is_stopping: false,
            starts_when_ready: false,
            told: Told::default(),
            pace: Pace {
                since: Instant::now(),
                step: 0,
                steps_per_sec: 0.0,
            },
            warning: None,
            has_new_pictures: false,
            frame: None,
        }
    }

    /// Calls the run something else.
    pub(super) fn rename(&mut self, name: String) {
        if let Some(config) = &mut self.config {
            config.name.clone_from(&name);
        }
        if let Some(trainer) = &mut self.trainer {
            trainer.rename(name);
        }
    }

    pub(super) fn is_running(&self) -> bool {
        self.state == RunState::Running && self.trainer.is_some()
    }

    /// Forgets how fast it was, after a pause.
    pub(super) fn restart_clock(&mut self) {
        self.pace = Pace {
            since: Instant::now(),
            step: self.trainer.as_ref().map_or(0, |t| t.position().step),
            steps_per_sec: 0.0,
        };
    }

    /// Trains and measures for about `slice`. Returns whether the run goes on after it.
    pub(super) fn work(&mut self, slice: Duration) -> Result<bool, TrainerError> {
        let Some(trainer) = &mut self.trainer else {
            return Ok(false);
        };
        let start = Instant::now();
        while start.elapsed() < slice {
            match trainer.advance()? {
                Advance::Trained => {
                    self.has_new_pictures = true;
                    if self.is_single_step {
                        self.is_single_step = false;
                        trainer.collect()?;
                        return Ok(false);
                    }
                }
                Advance::Measured => {
                    self.has_new_pictures = true;
                    if self.is_stopping && !trainer.is_measuring() && trainer.position().is_measured
                    {
                        return Ok(false);
                    }
                }
                Advance::Finished => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Points not told yet; reads the losses from the device.
    pub(super) fn news(&mut self) -> Result<Metrics, TrainerError> {
        let Some(trainer) = &mut self.trainer else {
            return Ok(Metrics::default());
        };
        let read = trainer.collect();
        let metrics = trainer.metrics();
        let more = Metrics {
            train: beyond(&metrics.train, self.told.train),
            test: beyond(&metrics.test, self.told.test),
            phases: beyond(&metrics.phases, self.told.phases),
        };
        self.tell_all();
        read.map(|()| more)
    }

    /// Takes everything measured so far as told.
    pub(super) fn tell_all(&mut self) {
        if let Some(trainer) = &self.trainer {
            let metrics = trainer.metrics();
            self.told = Told {
                train: metrics.train.len(),
                test: metrics.test.len(),
                phases: metrics.phases.len(),
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
        if last.step == phase_start {
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

    /// Draws test images through the network as it is now.
    pub(super) fn draw(&mut self, indices: &[u32]) -> Result<(), TrainerError> {
        let Some(trainer) = &mut self.trainer else {
            return Ok(());
        };
        let test = &trainer.data().test;
        let shape = test.shape();
        let indices: Vec<u32> = indices
            .iter()
            .copied()
            .filter(|index| (*index as usize) < test.len())
            .collect();
        let mut originals = Vec::with_capacity(indices.len() * shape.pixels());
        for index in &indices {
            originals.extend_from_slice(test.image(*index as usize));
        }
        let (outputs, errors) = trainer.pictures(&indices)?;
        let position = trainer.position();
        self.has_new_pictures = false;
        self.frame = Some(Arc::new(Frame {
            id: self.id,
            step: position.step,
            phase: position.phase,
            elapsed_secs: trainer.elapsed().as_secs_f64(),
            pictures: RunPictures {
                indices,
                originals: Arc::new(Pictures {
                    shape,
                    pixels: originals,
                }),
                reconstructions: Pictures {
                    shape,
                    pixels: to_bytes(&outputs),
                },
                errors,
            },
            codes: Arc::default(),
            layers: Arc::default(),
        }));
        Ok(())
    }

    /// What the run turned out to be.
    pub(super) fn info(&self) -> Option<RunInfo> {
        let trainer = self.trainer.as_ref()?;
        let trainee = trainer.trainee();
        // The hash is of these images; in the hands of others the configuration may get other ones.
        let config = RunConfig {
            dataset_sha256: None,
            ..trainer.config().clone()
        };
        let layers = trainee.layers().to_vec();
        let stages = trainee.stages();
        let latent = trainer.latent();
        Some(RunInfo {
            config,
            dataset: dataset_info(trainer.data()),
            parameters: layers.iter().map(|layer| layer.parameters).sum(),
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

/// What comes after the first `told`: nothing where divergence took points back.
fn beyond<T: Clone>(points: &[T], told: usize) -> Vec<T> {
    points.get(told..).unwrap_or_default().to_vec()
}

fn dataset_info(data: &Dataset) -> DatasetInfo {
    let split = match data.split {
        Split::Given => String::new(),
        Split::FromTrain { test_count, seed } => {
            format!("{test_count} images were set aside for testing (seed {seed})")
        }
    };
    DatasetInfo {
        location: data.location.clone(),
        name: data.name.clone(),
        shape: data.train.shape(),
        train: data.train.len(),
        test: data.test.len(),
        split,
        hash: data.hash.clone(),
        test_labels: data.test_labels.as_deref().map(Arc::from),
    }
}
