//! The feeder: the engine's thread's end, which hands weights over where they are wanted.
//!
//! *Feeding* is to copy a run's weights off its device and send them. It costs training time, so it is
//! rationed while the run trains; a run that stands still is fed at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;

use crate::engine::guard::{Failure, guarded};
use crate::engine::live::LiveRun;
use crate::engine::protocol::RunId;
use crate::model::Objective;
use crate::train::TrainerError;

use super::{Message, RunWeights};

/// Between two copies of the weights of a run that trains.
const INTERVAL: Duration = Duration::from_millis(250);
/// All copies together take at most one part in so many of the time that runs train.
const SHARE: u32 = 50;

/// Which weights of a run were handed over.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp {
    /// Of the preparation: a run that was reset has another one.
    ticket: u64,
    step: u64,
    objective: Objective,
    /// Without the images, which may be there again.
    is_offline: bool,
}

/// What was handed over last, and when.
struct Fed {
    stamp: Stamp,
    at: Instant,
}

/// Hands weights over where they are wanted.
pub(in crate::engine) struct Feeder {
    messages: Sender<Message>,
    wanted: BTreeSet<RunId>,
    fed: BTreeMap<RunId, Fed>,
    /// Runs that train are fed again from then on.
    next: Instant,
    is_training: bool,
}

impl Feeder {
    pub(super) fn new(messages: Sender<Message>) -> Self {
        Self {
            messages,
            wanted: BTreeSet::new(),
            fed: BTreeMap::new(),
            next: Instant::now(),
            is_training: false,
        }
    }

    /// Tells whether anybody wishes for something of a run.
    pub(in crate::engine) fn set_wanted(&mut self, id: RunId, is_wanted: bool) {
        if is_wanted {
            self.wanted.insert(id);
        } else {
            self.wanted.remove(&id);
            // The explorer has let go of the weights.
            self.fed.remove(&id);
        }
    }

    /// Hands over weights that are due; to be called between slices.
    pub(in crate::engine) fn feed(&mut self, runs: &[LiveRun]) {
        let is_training = runs.iter().any(LiveRun::is_running);
        if is_training != self.is_training {
            self.is_training = is_training;
            self.send(Message::Training(is_training));
        }
        let is_gone = |id: &RunId| runs.iter().all(|run| run.id != *id);
        let gone: Vec<RunId> = self.wanted.iter().copied().filter(is_gone).collect();
        for id in gone {
            // A run that is still to be added is wanted again when it is wished for again.
            if self.fed.remove(&id).is_some() {
                self.wanted.remove(&id);
                self.send(Message::Forget(id));
            }
        }
        // Of the runs that train, the one whose weights are oldest; all the others at once.
        let mut oldest: Option<Instant> = None;
        let mut due: Vec<&LiveRun> = Vec::new();
        let mut at_once: Vec<&LiveRun> = Vec::new();
        for run in runs.iter().filter(|run| self.wanted.contains(&run.id)) {
            let Some(stamp) = Stamp::of(run) else {
                continue;
            };
            match self.fed.get(&run.id) {
                Some(fed) if fed.stamp == stamp => {}
                Some(fed) if run.is_running() && fed.stamp.ticket == stamp.ticket => {
                    let is_oldest = oldest.is_none_or(|at| fed.at < at);
                    if fed.at.elapsed() >= INTERVAL && is_oldest {
                        oldest = Some(fed.at);
                        due = vec![run];
                    }
                }
                Some(_) | None => at_once.push(run),
            }
        }
        if Instant::now() < self.next {
            due.clear();
        }
        for run in at_once.into_iter().chain(due) {
            if let Some(stamp) = Stamp::of(run) {
                self.hand_over(run, stamp);
            }
        }
    }

    fn hand_over(&mut self, run: &LiveRun, stamp: Stamp) {
        let start = Instant::now();
        match copied(run, stamp) {
            Ok(Some(weights)) => self.send(Message::Weights(Box::new(weights))),
            Ok(None) => {}
            // The next training step or picture meets the same failure and tells of it.
            Err(failure) => log::warn!("no weights to explore: {}", failure.sentence),
        }
        let now = Instant::now();
        self.fed.insert(run.id, Fed { stamp, at: now });
        self.next = now + (now - start) * SHARE;
    }

    fn send(&self, message: Message) {
        // A closed channel means that the engine is shutting down.
        let _ended = self.messages.send(message);
    }
}

/// Weights of a run, off its device or as they were kept.
fn copied(run: &LiveRun, stamp: Stamp) -> Result<Option<RunWeights>, Failure> {
    let (config, shape, data, arrays) = match (&run.trainer, &run.offline) {
        (Some(trainer), _) => (
            trainer.config(),
            trainer.data().train.shape(),
            Some(Arc::clone(trainer.data())),
            guarded(|| trainer.trainee().weights().map_err(TrainerError::from))?,
        ),
        (None, Some(offline)) => (
            offline.config(),
            offline.shape(),
            None,
            offline.checkpoint().weights.clone(),
        ),
        (None, None) => return Ok(None),
    };
    Ok(Some(RunWeights {
        id: run.id,
        config: Arc::new(config.clone()),
        shape,
        data,
        objective: stamp.objective,
        step: stamp.step,
        arrays,
    }))
}

impl Stamp {
    /// Of a run that has weights.
    fn of(run: &LiveRun) -> Option<Self> {
        let (step, objective, is_offline) = match (&run.trainer, &run.offline) {
            (Some(trainer), _) => {
                let objective = trainer.trainee().objective();
                (trainer.position().step, objective, false)
            }
            (None, Some(offline)) => {
                let step = offline.checkpoint().position.step;
                (step, offline.objective(), true)
            }
            (None, None) => return None,
        };
        Some(Self {
            ticket: run.ticket,
            step,
            objective,
            is_offline,
        })
    }
}
