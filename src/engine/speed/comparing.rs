//! Which run is compared with the GPU, when, and what becomes of the figures.
//!
//! One GPU is timed at a time, for one shape of training, however many runs have it. It is given up
//! when no run needs it any more. A GPU that could not be timed is not tried again for that shape
//! before the next start.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::model::LayerInfo;
use crate::train::{RunConfig, heaviest_phase};

use super::key::SpeedKey;
use super::machine::{Beside, Machine, Quiet, TimingJob};
use super::{AUTO, Book, Comparison, only_phase};
use crate::engine::guard::words_of_panic;
use crate::engine::live::LiveRun;
use crate::engine::protocol::{DeviceNews, Event, RunId};
use crate::engine::worker::{Message, Worker};

/// How long training stands still at most while the GPU is timed.
const LONGEST_QUIET: Duration = Duration::from_millis(300);
/// How long the GPU waits for that.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long the end of the engine waits for a GPU that is being timed.
const GRACE: Duration = Duration::from_secs(2);
/// The comparison that a run can be the CPU's half of.
#[derive(Clone, Debug)]
pub(in crate::engine) struct SpeedTest {
    key: SpeedKey,
    /// The phase whose steps count.
    phase: usize,
}

/// The GPU's half of a comparison, from the thread that timed it.
pub(in crate::engine) struct TimedGpu {
    key: SpeedKey,
    cpu_steps_per_sec: f64,
    /// Steps a second, or why there are none.
    gpu: Result<f64, String>,
}

/// A GPU that is being timed.
struct UnderWay {
    key: SpeedKey,
    is_cancelled: Arc<AtomicBool>,
    has_ended: Receiver<()>,
}

/// What is known of the speeds of this machine.
pub(in crate::engine) struct Speeds {
    pub(super) machine: Arc<dyn Machine>,
    pub(super) book: Book,
    /// Names of comparisons that came to nothing.
    failed: BTreeSet<String>,
    under_way: Option<UnderWay>,
    answers: Sender<Message>,
    /// Nobody trains before this.
    quiet_until: Option<Instant>,
}

impl Drop for Speeds {
    fn drop(&mut self) {
        if let Some(job) = &self.under_way {
            job.is_cancelled.store(true, Ordering::Relaxed);
            // So that the process it runs in is ended; a closed channel says that it was.
            let _ended = job.has_ended.recv_timeout(GRACE);
        }
    }
}

impl Speeds {
    pub(in crate::engine) fn new(machine: Arc<dyn Machine>, answers: Sender<Message>) -> Self {
        Self {
            book: Book::in_folder(machine.speeds_folder()),
            machine,
            failed: BTreeSet::new(),
            under_way: None,
            answers,
            quiet_until: None,
        }
    }

    /// What there is to train on.
    pub(in crate::engine) fn machine(&self) -> Arc<dyn Machine> {
        Arc::clone(&self.machine)
    }

    /// Until when nobody trains, if so.
    pub(in crate::engine) fn quiet_until(&self, now: Instant) -> Option<Instant> {
        self.quiet_until.filter(|until| *until > now)
    }

    /// What a run that may choose its device is compared by.
    pub(super) fn key_of(
        &self,
        config: &RunConfig,
        (layers, stages): (&[LayerInfo], usize),
        data: &crate::data::Dataset,
    ) -> Option<SpeedTest> {
        let candidate = self.machine.candidate()?;
        let phase = heaviest_phase(&config.schedule, layers, stages);
        let program = self.machine.program();
        let key = SpeedKey::of((config, phase), layers, data, &candidate, &program)?;
        Some(SpeedTest { key, phase })
    }

    /// The comparison of a run, where it was made.
    pub(super) fn known(&mut self, test: &SpeedTest) -> Option<Comparison> {
        self.book.get(&test.key)
    }

    fn is_over(&mut self, test: &SpeedTest) -> bool {
        self.failed.contains(&test.key.id()) || self.known(test).is_some()
    }

    /// Times the GPU for a run, in a thread of its own.
    fn start(&mut self, test: &SpeedTest, job: TimingJob) {
        let is_cancelled = Arc::new(AtomicBool::new(false));
        let (end, has_ended) = bounded(0);
        let beside = Training {
            answers: self.answers.clone(),
            is_cancelled: Arc::clone(&is_cancelled),
        };
        let machine = Arc::clone(&self.machine);
        let answers = self.answers.clone();
        let key = test.key.clone();
        let work = move || {
            let timed = words_of_panic(|| machine.time(&job, &beside)).and_then(|timed| timed);
            // A closed channel means that the engine has ended.
            let _gone = answers.send(Message::TimedGpu(Box::new(TimedGpu {
                key,
                cpu_steps_per_sec: job.cpu_steps_per_sec,
                gpu: timed,
            })));
            drop(end);
        };
        let started = thread::Builder::new()
            .name("job timing the GPU".to_owned())
            .spawn(work);
        match started {
            Ok(_thread) => {
                self.under_way = Some(UnderWay {
                    key: test.key.clone(),
                    is_cancelled,
                    has_ended,
                });
            }
            Err(error) => {
                log::warn!("no thread could be started to time the GPU: {error}");
                self.failed.insert(test.key.id());
            }
        }
    }
}

/// The engine's thread, as the thread sees it that times the GPU.
struct Training {
    answers: Sender<Message>,
    is_cancelled: Arc<AtomicBool>,
}

impl Beside for Training {
    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }

    fn quiet(&self) -> Quiet<'_> {
        let (sender, is_quiet) = bounded(1);
        if self.answers.send(Message::Quiet(sender)).is_ok() {
            // Training that takes longer over a step goes on beside the GPU.
            let _late = is_quiet.recv_timeout(PATIENCE);
        }
        Quiet(Some(Box::new(|| {
            // A closed channel means that nobody trains any more.
            let _gone = self.answers.send(Message::QuietOver);
        })))
    }
}

impl Worker {
    /// What a run can be compared by, told where it is known already. A run on a device that was
    /// named is not compared.
    pub(in crate::engine) fn start_speed_test(&mut self, id: RunId) {
        let Some(run) = self.runs.iter_mut().find(|run| run.id == id) else {
            return;
        };
        run.speed_test = None;
        let Some(trainer) = run.trainer.as_ref() else {
            return;
        };
        if trainer.config().device != AUTO || run.is_parked {
            return;
        }
        let trainee = trainer.trainee();
        let network = (trainee.layers(), trainee.stages());
        let Some(test) = self
            .speeds
            .key_of(trainer.config(), network, trainer.data())
        else {
            return;
        };
        let is_on_gpu = trainer.device_key() != "flex";
        if let Some(comparison) = self.speeds.known(&test) {
            let text = comparison.reason(is_on_gpu);
            let news = DeviceNews::Compared { comparison, text };
            self.outlet.tell(Event::Device { id, news });
        } else if !is_on_gpu {
            if self
                .speeds
                .under_way
                .as_ref()
                .is_some_and(|job| job.key == test.key)
            {
                let gpu = test.key.gpu.clone();
                let news = DeviceNews::Comparing { gpu };
                self.outlet.tell(Event::Device { id, news });
            }
            run.speed_test = Some(test);
        }
    }

    /// Has the GPU timed beside a run that has shown how fast the CPU is, where nobody knows yet how
    /// that compares; and gives up timing it where no run needs it any more.
    pub(in crate::engine) fn compare_devices(&mut self) {
        if let Some(job) = &self.speeds.under_way {
            let is_needed =
                |run: &LiveRun| run.speed_test.as_ref().is_some_and(|r| r.key == job.key);
            if !self.runs.iter().any(is_needed) {
                job.is_cancelled.store(true, Ordering::Relaxed);
            }
            return;
        }
        let ready = self.runs.iter().find_map(|run| {
            let test = run.speed_test.as_ref().filter(|_test| run.is_running())?;
            let speed = run.clock.speed(test.phase)?;
            // Steps that share the processor with the reference lines say too little of it.
            let hash = &run.trainer.as_ref()?.data().hash;
            (!self.library.is_at_work(hash)).then(|| (run.id, test.clone(), speed))
        });
        let Some((id, test, cpu_steps_per_sec)) = ready else {
            return;
        };
        if self.speeds.is_over(&test) {
            if let Some(run) = self.find(id) {
                run.speed_test = None;
            }
            return;
        }
        let job = self.find(id).and_then(|run| {
            let trainer = run.trainer.as_ref()?;
            let shape = trainer.data().train.shape();
            Some((
                only_phase(trainer.config(), test.phase)?,
                [shape.width, shape.height, shape.channels],
            ))
        });
        let (Some((config, shape)), Some(candidate)) = (job, self.speeds.machine.candidate())
        else {
            return;
        };
        self.speeds.start(
            &test,
            TimingJob {
                device: candidate.id,
                name: candidate.name,
                config,
                shape,
                is_kept_on_device: test.key.is_kept_on_device,
                cpu_steps_per_sec,
            },
        );
        for id in self.tested_with(&test.key) {
            let gpu = test.key.gpu.clone();
            let news = DeviceNews::Comparing { gpu };
            self.outlet.tell(Event::Device { id, news });
        }
    }

    /// Runs that a comparison is about.
    fn tested_with(&self, key: &SpeedKey) -> Vec<RunId> {
        let is_about =
            |run: &&LiveRun| run.speed_test.as_ref().is_some_and(|test| test.key == *key);
        self.runs
            .iter()
            .filter(is_about)
            .map(|run| run.id)
            .collect()
    }

    /// Takes in what the GPU came to, and tells all runs it is about.
    pub(in crate::engine) fn take_timed(&mut self, timed: TimedGpu) {
        let TimedGpu {
            key,
            cpu_steps_per_sec,
            gpu,
        } = timed;
        self.speeds.quiet_until = None;
        let job = self.speeds.under_way.take();
        if job.is_some_and(|job| job.is_cancelled.load(Ordering::Relaxed)) {
            return;
        }
        let runs = self.tested_with(&key);
        for id in &runs {
            if let Some(run) = self.find(*id) {
                run.speed_test = None;
            }
        }
        let comparison = gpu.map(|gpu_steps_per_sec| Comparison {
            gpu: key.gpu.clone(),
            cpu_steps_per_sec,
            gpu_steps_per_sec,
        });
        match &comparison {
            Ok(comparison) => self.speeds.book.put(&key, comparison),
            Err(_) => {
                self.speeds.failed.insert(key.id());
            }
        }
        for id in runs {
            let news = match &comparison {
                Ok(comparison) => DeviceNews::Compared {
                    comparison: comparison.clone(),
                    text: comparison.news(),
                },
                Err(why) => DeviceNews::NotCompared {
                    text: format!(
                        "{} could not be timed beside the CPU ({why}): the CPU stays.",
                        key.gpu
                    ),
                },
            };
            self.outlet.tell(Event::Device { id, news });
        }
    }

    /// Has all training stand still for a moment.
    pub(in crate::engine) fn fall_quiet(&mut self, is_quiet: &Sender<()>) {
        self.speeds.quiet_until = Some(Instant::now() + LONGEST_QUIET);
        // Whoever asked may have given up.
        let _gone = is_quiet.try_send(());
    }

    /// Lets training go on.
    pub(in crate::engine) fn end_quiet(&mut self) {
        self.speeds.quiet_until = None;
    }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::data::{Dataset, DatasetParts, ImageShape, Images};
    use crate::model::{VARIANTS, Variant};

    use super::super::machine::CandidateGpu;
    use super::*;

    /// What a small network on small images is compared by, after a change.
    pub(in crate::engine::speed) fn some_key(
        change: impl FnOnce(&mut RunConfig),
        candidate: &CandidateGpu,
        program: &str,
    ) -> SpeedKey {
        let variant: &dyn Variant = VARIANTS[0];
        let mut config = RunConfig::recipe(variant, "squares");
        change(&mut config);
        let shape = ImageShape {
            width: 8,
            height: 8,
            channels: 1,
        };
        let images = || Images::new(shape, vec![7; 64 * 4]).unwrap();
        let parts = DatasetParts::new("squares", images(), images());
        let data = Dataset::new("squares", parts, None).unwrap();
        let layers = variant.plan(shape, &config.knobs).unwrap().layers;
        SpeedKey::of((&config, 0), &layers, &data, candidate, program).unwrap()
    }
}
