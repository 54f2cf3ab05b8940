//! Preparations: a device is prepared for a run beside the training of others, before the run is there.
//!
//! The first time a GPU meets the sizes of a network, its kernels are compiled and tuned, which may take
//! minutes. A *preparation* has a network of the same shape draw, measure and train on a thread of its own
//! until nothing is tuned any more, for every phase to come, and is then forgotten. Only then is the
//! run's own network made, so that neither the engine's thread nor the other runs wait, and the preparation
//! leaves no trace in the run. It is given up between two steps; the step under way ends first, on its
//! own thread.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::data::Dataset;
use crate::model::NamedArray;
use crate::store::KeptRun;
use crate::train::{Advance, Compute, RunConfig, Trainer, TrainerError};

use super::faults::Faults;
use super::guard::guarded;
use super::live::LiveRun;
use super::protocol::{DeviceNews, Event, RunId};
use super::speed::{AUTO, only_phase};
use super::tuned;
use super::worker::{Message, Worker};

/// Steps of a round.
const ROUND: usize = 10;
/// Rounds, at least and at most.
const ROUNDS: (usize, usize) = (3, 15);
/// Between two looks at how many kernels are tuned.
const LOOK: Duration = Duration::from_millis(500);
/// Of that, between two looks whether it is over.
const NAP: Duration = Duration::from_millis(20);
/// How long the end of the engine waits for a preparation that was given up.
const GRACE: Duration = Duration::from_secs(2);

/// A run whose images and device are there.
pub(super) struct Prepared {
    pub(super) id: RunId,
    pub(super) ticket: u64,
    pub(super) config: RunConfig,
    pub(super) kept: Option<KeptRun>,
    pub(super) weights: Option<Arc<[NamedArray]>>,
    pub(super) data: Arc<Dataset>,
    pub(super) compute: Compute,
    /// Whether its images were found in a place that somebody named.
    pub(super) is_relinked: bool,
}

impl Prepared {
    /// What a preparation of it depends on.
    fn shape(&self) -> String {
        let knobs = self.config.knobs.iter();
        let decisive = knobs.filter(|(id, _)| !id.starts_with("init"));
        let knobs: Vec<String> = decisive
            .map(|(id, value)| format!("{id}={value}"))
            .collect();
        let phases = &self.config.schedule.phases[self.first_phase()..];
        let phases: Vec<_> = phases
            .iter()
            .map(|phase| (phase.objective, phase.optimizer, phase.dropout > 0.0))
            .collect();
        let (train, test) = (self.data.train.len(), self.data.test.len());
        format!(
            "{} {} {knobs:?} {phases:?} {} {train} {test} {}",
            self.compute.key,
            self.config.variant,
            self.config.batch,
            self.data.train.shape()
        )
    }

    /// The phase it goes on with.
    fn first_phase(&self) -> usize {
        let at = self
            .kept
            .as_ref()
            .map_or(0, |kept| kept.checkpoint.position.phase);
        at.min(self.config.schedule.phases.len())
    }
}

/// A preparation, and the run it is for.
struct UnderWay {
    run: Prepared,
    is_cancelled: Arc<AtomicBool>,
    has_ended: Receiver<()>,
}

/// All preparations under way, and what needs none any more.
pub(super) struct Preparations {
    answers: Sender<Message>,
    under_way: Vec<UnderWay>,
    /// Shapes that were prepared since the program started.
    done: BTreeSet<String>,
}

/// What a preparation came to.
pub(super) struct DevicePrepared {
    id: RunId,
    ticket: u64,
    shape: String,
    outcome: Result<(), String>,
}

impl Drop for Preparations {
    fn drop(&mut self) {
        for job in &self.under_way {
            job.is_cancelled.store(true, Ordering::Relaxed);
        }
        let until = Instant::now() + GRACE;
        for job in &self.under_way {
            // A closed channel says that it has ended. A driver that is busy for longer is left to it.
            let _ended = job.has_ended.recv_deadline(until);
        }
    }
}

impl Preparations {
    pub(super) fn new(answers: Sender<Message>) -> Self {
        Self {
            answers,
            under_way: Vec::new(),
            done: BTreeSet::new(),
        }
    }

    /// Forgets the preparation of a run, and has it end as soon as it can. Returns the name of the device
    /// it was for, where there was one.
    pub(super) fn give_up(&mut self, id: RunId) -> Option<String> {
        let place = self.under_way.iter().position(|job| job.run.id == id)?;
        let job = self.under_way.remove(place);
        job.is_cancelled.store(true, Ordering::Relaxed);
        Some(job.run.compute.name)
    }

    fn take(&mut self, id: RunId, ticket: u64) -> Option<Prepared> {
        let is_it = |job: &UnderWay| (job.run.id, job.run.ticket) == (id, ticket);
        let place = self.under_way.iter().position(is_it)?;
        Some(self.under_way.remove(place).run)
    }
}

/// What the thread of a preparation works with.
struct Stage {
    configs: Vec<RunConfig>,
    data: Arc<Dataset>,
    compute: Compute,
    images: Vec<u32>,
    faults: Faults,
    is_cancelled: Arc<AtomicBool>,
}

impl Stage {
    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }

    /// Does everything once that the run will do.
    fn prepare_device(&self) -> Result<(), TrainerError> {
        for config in &self.configs {
            if self.faults.is_stuck(&config.name) {
                while !self.is_cancelled() {
                    thread::sleep(NAP);
                }
            }
            let data = Arc::clone(&self.data);
            let trainer = Trainer::new(config.clone(), data, &self.compute)?;
            // Known to nobody: it draws as a run does, and tells nothing.
            let mut run = LiveRun::new(RunId(u64::MAX), 0);
            run.trainer = Some(trainer);
            run.draw(&self.images, false)?;
            self.train(&mut run)?;
        }
        Ok(())
    }

    fn train(&self, run: &mut LiveRun) -> Result<(), TrainerError> {
        let mut before = None;
        for round in 1..=ROUNDS.1 {
            let mut left = ROUND;
            while left > 0 {
                let Some(trainer) = &mut run.trainer else {
                    return Ok(());
                };
                if self.is_cancelled() {
                    return Ok(());
                }
                if left == ROUND && trainer.is_step_next() {
                    trainer.observe_next_step();
                }
                if trainer.advance()? == Advance::Trained {
                    left -= 1;
                }
            }
            run.has_changed = true;
            run.draw(&self.images, false)?;
            let now = self.compute.has_own_memory.then(tuned::count).flatten();
            if round >= ROUNDS.0 && now == before {
                break;
            }
            before = now;
        }
        Ok(())
    }
}

impl Worker {
    /// Has the device of a run prepared for it where that may take long. Gives the run back where there
    /// is nothing to prepare.
    pub(super) fn prepare_device(&mut self, run: Prepared) -> Option<Prepared> {
        let machine = self.speeds.machine();
        let shape = run.shape();
        if !machine.tunes_kernels(&run.compute) || self.preparations.done.contains(&shape) {
            return Some(run);
        }
        let (id, ticket, name) = (run.id, run.ticket, run.compute.name.clone());
        let is_cancelled = Arc::new(AtomicBool::new(false));
        let (end, has_ended) = bounded(0);
        let mut configs: Vec<RunConfig> = Vec::new();
        for phase in run.first_phase()..run.config.schedule.phases.len() {
            let config = only_phase(&run.config, phase);
            let is_new = |config: &RunConfig| configs.iter().all(|other| other != config);
            configs.extend(config.filter(is_new));
        }
        let stage = Stage {
            configs,
            data: Arc::clone(&run.data),
            compute: run.compute.clone(),
            images: self.images.clone(),
            faults: self.faults.clone(),
            is_cancelled: Arc::clone(&is_cancelled),
        };
        let answers = self.preparations.answers.clone();
        let work = move || {
            let is_over = count_kernels(&stage, (id, ticket), &answers);
            let outcome = guarded(|| stage.prepare_device());
            is_over.store(true, Ordering::Relaxed);
            let outcome = outcome.map_err(|failure| failure.sentence);
            // A closed channel means that the engine has ended.
            let _gone = answers.send(Message::DevicePrepared(Box::new(DevicePrepared {
                id,
                ticket,
                shape,
                outcome,
            })));
            drop(end);
        };
        let started = thread::Builder::new()
            .name("job preparing a device".to_owned())
            .spawn(work);
        if let Err(error) = started {
            log::warn!("no thread could be started to prepare {name}: {error}");
            return Some(run);
        }
        self.preparations.under_way.push(UnderWay {
            run,
            is_cancelled,
            has_ended,
        });
        self.outlet.tell(Event::Device {
            id,
            news: DeviceNews::Tuning {
                device: name,
                tuned: None,
            },
        });
        None
    }

    /// Takes up the run that a preparation was for.
    pub(super) fn take_prepared_device(&mut self, device: DevicePrepared) {
        let DevicePrepared {
            id,
            ticket,
            shape,
            outcome,
        } = device;
        let Some(mut run) = self.preparations.take(id, ticket) else {
            return;
        };
        if let Err(why) = outcome {
            if run.config.device != AUTO {
                return self.fail(id, why, false);
            }
            let gpu = run.compute.name.clone();
            match self.compute(&run.config, Some("flex"), |_this| None) {
                Ok(cpu) => run.compute = cpu,
                Err(failure) => return self.fail(id, failure.sentence, failure.is_bad_input),
            }
            let remark = format!("{gpu} could not be prepared ({why}): the CPU trains (Flex).");
            run.compute.remarks.push(remark);
        } else {
            self.preparations.done.insert(shape);
        }
        self.build(run);
    }

    /// Tells how far the preparation of a device is.
    pub(super) fn tell_tuned(&mut self, id: RunId, ticket: u64, tuned: u64) {
        let jobs = &self.preparations.under_way;
        let is_it = |job: &&UnderWay| (job.run.id, job.run.ticket) == (id, ticket);
        if let Some(job) = jobs.iter().find(is_it) {
            self.outlet.tell(Event::Device {
                id,
                news: DeviceNews::Tuning {
                    device: job.run.compute.name.clone(),
                    tuned: Some(tuned),
                },
            });
        }
    }
}

/// Looks from time to time how many kernels were tuned since now, until what is returned is set.
fn count_kernels(
    stage: &Stage,
    (id, ticket): (RunId, u64),
    answers: &Sender<Message>,
) -> Arc<AtomicBool> {
    let is_over = Arc::new(AtomicBool::new(false));
    if !stage.compute.has_own_memory {
        return is_over;
    }
    let (over, answers) = (Arc::clone(&is_over), answers.clone());
    let work = move || {
        let first = tuned::count().unwrap_or(0);
        let mut told = 0;
        let mut looked = Instant::now();
        while !over.load(Ordering::Relaxed) {
            thread::sleep(NAP);
            if looked.elapsed() < LOOK {
                continue;
            }
            looked = Instant::now();
            let now = tuned::count().unwrap_or(0).saturating_sub(first);
            if now != told && answers.send(Message::Tuned(id, ticket, now)).is_err() {
                return;
            }
            told = now;
        }
    };
    let counting = thread::Builder::new().name("job counting kernels".to_owned());
    if let Err(error) = counting.spawn(work) {
        log::warn!("nobody counts the kernels that are tuned: {error}");
    }
    is_over
}
