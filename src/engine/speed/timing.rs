//! Timing a device: the work of the process that is started for it.
//!
//! It reads the job as a line of JSON and answers with *words*, a line each. Before every stretch of
//! steps that counts it says that it is ready and waits for `go`, so that training elsewhere can stand
//! still for that long. Steps are not waited for one by one: a stretch ends with one reading, as in
//! training.

use std::io::{BufRead, Write};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, unbounded};
use serde::{Deserialize, Serialize};

use crate::data::{Dataset, DatasetParts, Images};
use crate::train::{Compute, Trainer, TrainerError};

use super::super::guard::{Failure, guarded};
use super::super::tuned;
use super::machine::{TimingJob, machine_of_environment};

/// What lets the next stretch begin.
pub(super) const GO: &str = "go";
/// Stretches that count; the middle one is the figure.
pub(super) const STRETCHES: usize = 7;
/// How long a stretch is meant to be.
const STRETCH: Duration = Duration::from_millis(100);
/// Steps of a stretch, at least and at most.
const STEPS: (usize, usize) = (4, 2_000);
/// Steps of a round of warming up.
const ROUND: usize = 20;
/// Rounds of warming up, at least and at most. Kernels are tuned in them, the last ones only after
/// a hundred steps.
const ROUNDS: (usize, usize) = (6, 60);
/// Two rounds that differ by no more than this share of one are alike: nothing is tuned any more.
const ALIKE: f64 = 0.25;
/// Bytes of the images that are made up to train on, at most.
const IMAGE_BYTES: usize = 32 << 20;
/// Batches of an epoch, at least and at most.
const BATCHES: (usize, usize) = (2, 64);

/// What the process says.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Word {
    /// It waits for `go`.
    Ready,
    /// A stretch is over.
    Timed {
        /// Training steps.
        steps: usize,
        /// Seconds they took.
        secs: f64,
    },
    /// It cannot be done, with the reason.
    Failed(String),
}

/// Reads a job, times its device and says what that came to. `on_end` is called, on a thread of its
/// own, when nobody gives orders any more.
///
/// # Errors
/// When what it says cannot be written.
#[doc(hidden)]
pub fn time_device(
    mut orders: impl BufRead + Send + 'static,
    mut words: impl Write,
    on_end: impl FnOnce() + Send + 'static,
) -> std::io::Result<()> {
    let mut line = String::new();
    orders.read_line(&mut line)?;
    let (sender, gos) = unbounded();
    thread::Builder::new()
        .name("job orders".to_owned())
        .spawn(move || {
            for line in orders.lines().map_while(Result::ok) {
                if line == GO && sender.send(()).is_err() {
                    return;
                }
            }
            on_end();
        })?;
    let mut say = |word: &Word| {
        let text = serde_json::to_string(word)?;
        writeln!(words, "{text}")?;
        words.flush()
    };
    let outcome = serde_json::from_str::<TimingJob>(&line)
        .map_err(|error| format!("the order to time it is damaged: {error}"))
        .and_then(|job| Stopwatch::of(&job));
    let mut stopwatch = match outcome {
        Ok(stopwatch) => stopwatch,
        Err(why) => return say(&Word::Failed(why)),
    };
    match stopwatch.stretches(&gos, &mut say) {
        Ok(()) => Ok(()),
        Err(Trouble::Device(why)) => say(&Word::Failed(why)),
        Err(Trouble::Said(error)) => Err(error),
    }
}

/// Why timing ended early.
enum Trouble {
    Device(String),
    Said(std::io::Error),
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Device(failure.sentence)
    }
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        Self::Said(error)
    }
}

/// A network that trains to be timed.
struct Stopwatch {
    trainer: Trainer,
    tunes_kernels: bool,
}

impl Stopwatch {
    fn of(job: &TimingJob) -> Result<Self, String> {
        let device = machine_of_environment().start(&job.device);
        let device = device.map_err(|error| error.to_string())?;
        if device.key != job.name {
            return Err(format!("{} is there no more", job.name));
        }
        let compute = Compute {
            has_own_memory: device.has_own_memory && job.is_kept_on_device,
            ..device
        };
        let data = made_up(job)?;
        let trainer = guarded(|| Trainer::new(job.config.clone(), data, &compute));
        Ok(Self {
            tunes_kernels: compute.key != "flex",
            trainer: trainer.map_err(|failure| failure.sentence)?,
        })
    }

    fn stretches(
        &mut self,
        gos: &Receiver<()>,
        say: &mut impl FnMut(&Word) -> std::io::Result<()>,
    ) -> Result<(), Trouble> {
        let step = guarded(|| self.warm_up())?;
        let steps = (STRETCH.as_secs_f64() / step.max(1e-6)) as usize;
        let steps = steps.clamp(STEPS.0, STEPS.1);
        for _ in 0..STRETCHES {
            say(&Word::Ready)?;
            if gos.recv().is_err() {
                // Nobody gives orders any more.
                return Ok(());
            }
            let took = guarded(|| self.train(steps))?;
            say(&Word::Timed {
                steps,
                secs: took.as_secs_f64(),
            })?;
        }
        Ok(())
    }

    /// Trains until nothing is tuned any more. Returns the seconds of a step.
    fn warm_up(&mut self) -> Result<f64, TrainerError> {
        let mut before = f64::INFINITY;
        let mut tuned = None;
        for round in 1.. {
            let took = self.train(ROUND)?.as_secs_f64();
            let is_alike = (took - before).abs() <= ALIKE * before;
            let now = self.tunes_kernels.then(tuned::count).flatten();
            if round >= ROUNDS.1 || (round >= ROUNDS.0 && is_alike && now == tuned) {
                return Ok(took / ROUND as f64);
            }
            before = took;
            tuned = now;
        }
        Ok(before / ROUND as f64)
    }

    /// Does so many steps. What else is due between them is not counted.
    fn train(&mut self, steps: usize) -> Result<Duration, TrainerError> {
        let trainer = &mut self.trainer;
        let mut took = Duration::ZERO;
        let mut done = 0;
        while done < steps {
            while !trainer.is_step_next() {
                trainer.advance()?;
            }
            trainer.collect()?;
            trainer.wait()?;
            let start = Instant::now();
            while done < steps && trainer.is_step_next() {
                trainer.advance()?;
                done += 1;
            }
            trainer.collect()?;
            trainer.wait()?;
            took += start.elapsed();
        }
        Ok(took)
    }
}

/// Images to train on, of the right shape: what is on them costs nothing.
fn made_up(job: &TimingJob) -> Result<Arc<Dataset>, String> {
    let shape = job.image_shape();
    let batch_bytes = (shape.pixels() * job.config.batch).max(1);
    let batches = (IMAGE_BYTES / batch_bytes).clamp(BATCHES.0, BATCHES.1);
    let pixels = |count: usize| -> Vec<u8> {
        let values = 0..count * shape.pixels();
        values.map(|at| (at * 31 % 251) as u8).collect()
    };
    let images = |count| Images::new(shape, pixels(count)).map_err(|error| error.to_string());
    let parts = DatasetParts::new("made up", images(batches * job.config.batch)?, images(1)?);
    let data = Dataset::new("made up", parts, None).map_err(|error| error.to_string())?;
    Ok(Arc::new(data))
}

#[cfg(test)]
#[path = "timing_tests.rs"]
mod tests;
