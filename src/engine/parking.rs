//! Parking: what becomes of a run whose device fails, and how it goes on.
//!
//! The *copy* of a run is its last good state in plain arrays. It is taken whenever the run is saved,
//! and by itself where nothing is saved for long. When the device fails, the run is *parked*: built
//! anew from its copy on the CPU, where it stands. So it is drawn, saved and exported as any other,
//! nothing on the device is needed any more, and it can be continued on this device or another.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::data::{Dataset, ImagesRecord};
use crate::model::{NamedArray, OptimizerState};
use crate::train::{Checkpoint, Compute, Metrics, Position, RunConfig, Trainer, TrainerError};

use super::devices;
use super::faults::{Fault, Faults};
use super::guard::{Breakdown, Failure, guarded, on_device, words_of_panic};
use super::live::LiveRun;
use super::protocol::{Event, RunId, RunState};
use super::speed::{AUTO, Machine};
use super::started;
use super::turn::Goal;
use super::worker::Worker;

/// The last good state of a run. Its history is not in it: that never leaves this machine's memory.
pub(super) struct HostCopy {
    revision: u64,
    position: Position,
    /// Measurements so far.
    tests: usize,
    train_secs: f64,
    elapsed_secs: f64,
    weights: Vec<NamedArray>,
    optimizer: OptimizerState,
    at: Instant,
}

impl HostCopy {
    /// Of a run as it stands, copied off its device just now.
    fn of(checkpoint: &Checkpoint, trainer: &Trainer) -> Self {
        Self {
            revision: trainer.revision(),
            position: checkpoint.position,
            tests: trainer.metrics().test.len(),
            train_secs: checkpoint.train_secs,
            elapsed_secs: checkpoint.elapsed_secs,
            weights: checkpoint.weights.clone(),
            optimizer: checkpoint.optimizer.clone(),
            at: Instant::now(),
        }
    }

    /// The state with what was measured until then, unless the run has taken some of that back.
    fn checkpoint(self, trainer: &Trainer) -> Option<Checkpoint> {
        if self.revision != trainer.revision() {
            return None;
        }
        let position = self.position;
        let begun = position.phase + usize::from(position.has_begun);
        let all = trainer.metrics();
        Some(Checkpoint {
            config: trainer.config().clone(),
            position,
            train_secs: self.train_secs,
            elapsed_secs: self.elapsed_secs,
            metrics: Metrics {
                train: all.train.get(0..position.step as usize)?,
                test: all.test.get(..self.tests)?.to_vec(),
                phases: all.phases.get(..begun)?.to_vec(),
            },
            weights: self.weights,
            optimizer: self.optimizer,
            images: Some(ImagesRecord::of(trainer.data())),
            device: Some(trainer.device_key().to_owned()),
        })
    }
}

impl LiveRun {
    /// Keeps what was just copied off the device.
    pub(super) fn note_copy(&mut self, checkpoint: &Checkpoint) {
        if let Some(trainer) = &self.trainer {
            self.copy = Some(HostCopy::of(checkpoint, trainer));
        }
    }

    /// Whether the copy is older than it may be.
    fn is_copy_due(&self, most: Duration) -> bool {
        let (Some(trainer), false) = (&self.trainer, self.is_parked) else {
            return false;
        };
        self.copy.as_ref().is_none_or(|copy| {
            let has_moved = copy.position != trainer.position();
            copy.revision != trainer.revision() || (has_moved && copy.at.elapsed() >= most)
        })
    }

    fn renew_copy(&mut self) -> Result<(), TrainerError> {
        let Some(trainer) = &mut self.trainer else {
            return Ok(());
        };
        // Without the history, which is here anyway.
        let checkpoint = trainer.checkpoint_beyond(usize::MAX, usize::MAX)?;
        self.note_copy(&checkpoint);
        Ok(())
    }

    /// Forgets what came after the place where it stands.
    fn forget_beyond(&mut self) {
        let Some(trainer) = &self.trainer else { return };
        let Position {
            phase,
            step,
            has_begun,
            ..
        } = trainer.position();
        self.boundaries
            .retain(|kept| kept.phase() < phase + usize::from(has_begun));
        self.told_boundaries = self.told_boundaries.min(self.boundaries.len());
        self.history.rewind(step);
        self.kept.retain(|frame| frame.step <= step);
    }
}

/// A run as it was, on another device.
fn rebuilt(
    config: RunConfig,
    checkpoint: &Checkpoint,
    data: Arc<Dataset>,
    compute: &Compute,
) -> Result<Trainer, Failure> {
    guarded(|| Trainer::resume(config, checkpoint, data, compute))
}

/// A device for a run. A driver that panics is one that does not start.
pub(super) fn start_device(
    machine: &dyn Machine,
    faults: &Faults,
    run: &str,
    asked: &str,
) -> Result<Compute, Failure> {
    let started = words_of_panic(|| {
        faults.strike(run, Fault::Start);
        machine.start(asked)
    });
    match started {
        Ok(Ok(compute)) => Ok(compute),
        Ok(Err(error)) => Err(Failure {
            sentence: error.to_string(),
            is_bad_input: true,
        }),
        Err(panic) => Err(Failure {
            sentence: format!("device {asked} did not start: {panic}"),
            is_bad_input: false,
        }),
    }
}

impl Worker {
    /// Takes the copies that are due; to be called between slices, before what could fail.
    pub(super) fn renew_copies(&mut self) {
        let most = self.keeping.longest_unsaved();
        let mut broken = Vec::new();
        for run in &mut self.runs {
            if run.is_copy_due(most)
                && let Err(breakdown) = on_device(|| run.renew_copy())
            {
                broken.push((run.id, breakdown));
            }
        }
        for (id, breakdown) in broken {
            self.fail_training(id, breakdown);
        }
    }

    /// A run cannot go on where it is. It is told once, however often it is met.
    pub(super) fn fail_training(&mut self, id: RunId, breakdown: Breakdown) {
        let Some(run) = self.find(id) else { return };
        let failure = match breakdown {
            Breakdown::Device(cause) if !run.is_parked => return self.park(id, &cause),
            Breakdown::Device(cause) => Failure {
                sentence: cause,
                is_bad_input: false,
            },
            Breakdown::Run(failure) => {
                // Back to the last good weights, whatever the failure left behind: show them.
                if let Some(trainer) = &mut run.trainer {
                    trainer.roll_back();
                }
                run.has_changed = true;
                failure
            }
        };
        if run.state == RunState::Failed {
            log::warn!("a run that has failed fails again: {}", failure.sentence);
            return;
        }
        self.fail(id, failure.sentence, failure.is_bad_input);
    }

    /// Has a run whose device has failed stand on the CPU as it was last copied.
    fn park(&mut self, id: RunId, cause: &str) {
        let ticket = self.tickets + 1;
        let machine = self.speeds.machine();
        let Some(run) = self.find(id) else { return };
        let Some(trainer) = run.trainer.take() else {
            return self.fail(id, cause.to_owned(), false);
        };
        let config = trainer.config().clone();
        let key = trainer.device_key().to_owned();
        let device = if config.device == AUTO {
            machine.id_of(&key).unwrap_or_else(|| "flex".to_owned())
        } else {
            config.device.clone()
        };
        let data = Arc::clone(trainer.data());
        let kept = run.copy.take().and_then(|copy| copy.checkpoint(&trainer));
        // A device that is gone may refuse even to be let go of.
        if let Err(panic) = words_of_panic(move || drop(trainer)) {
            log::warn!("what was on the device could not be let go of: {panic}");
        }
        started::forget_if_lost(&device);
        run.config = Some(config.clone());
        let stands = match &kept {
            None => Err("its device failed before they were copied".to_owned()),
            Some(checkpoint) => devices::start_device("flex")
                .map_err(|error| error.to_string())
                .and_then(|cpu| {
                    // It only stands here: a run that is opened again goes on where it was.
                    let cpu = Compute { key, ..cpu };
                    rebuilt(config, checkpoint, data, &cpu).map_err(|failure| failure.sentence)
                }),
        };
        let trainer = match stands {
            Ok(trainer) => trainer,
            Err(why) => {
                let error = format!("{cause}; its last good weights are not to be had: {why}");
                return self.fail(id, error, false);
            }
        };
        // Another state than any that was written.
        run.ticket = ticket;
        run.is_parked = true;
        run.speed_test = None;
        run.is_stopping = false;
        run.goal = Goal::End;
        run.has_changed = true;
        let step = trainer.position().step;
        run.trainer = Some(trainer);
        if let Some(checkpoint) = &kept {
            run.note_copy(checkpoint);
        }
        run.forget_beyond();
        run.restart_clock();
        let (more, progress) = (run.untold(), run.progress());
        self.tickets = ticket;
        self.outlet.tell(Event::Progress { id, more, progress });
        self.outlet.tell(Event::Parked { id, step });
        self.fail(id, cause.to_owned(), false);
    }

    /// Has a run that is parked go on, on this device.
    pub(super) fn continue_run(&mut self, id: RunId, device: String) {
        let ticket = self.tickets + 1;
        let Some(run) = self.find(id).filter(|run| run.is_parked) else {
            return;
        };
        let Some(trainer) = &run.trainer else {
            return;
        };
        let step = trainer.position().step;
        let config = RunConfig {
            device,
            ..trainer.config().clone()
        };
        let started = self.compute(&config, None, |_this| None);
        let faults = self.faults.clone();
        let Some(run) = self.find(id) else { return };
        let Some(trainer) = &mut run.trainer else {
            return;
        };
        let made = started.and_then(|compute| {
            let checkpoint = guarded(|| trainer.checkpoint())?;
            let data = Arc::clone(trainer.data());
            let trainer = rebuilt(config, &checkpoint, data, &compute)?;
            Ok((faults.lay(trainer), compute))
        });
        match made {
            Ok((trainer, compute)) => {
                run.ticket = ticket;
                run.is_parked = false;
                run.edits += 1;
                run.told_boundaries = 0;
                run.starts_when_ready = true;
                run.goal = Goal::End;
                self.tickets = ticket;
                self.take_up(id, trainer, compute);
            }
            Err(failure) => {
                self.outlet.tell(Event::Parked { id, step });
                self.outlet.tell(Event::Failed {
                    id,
                    error: failure.sentence,
                    is_bad_input: failure.is_bad_input,
                });
            }
        }
    }
}
