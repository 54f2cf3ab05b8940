//! The trainer: a plain stepper through the schedule of one run.

use std::sync::Arc;
use std::time::{Duration, Instant};

use burn::tensor::{Tensor, Transaction};

use crate::data::{BatchOrder, Dataset};
use crate::model::{NamedArray, Trainee, TrainingError};

use super::checkpoint::Position;
use super::codes::FrozenCodes;
use super::config::{ConfigError, RunConfig};
use super::error::TrainerError;
use super::evaluation::{Evaluation, Spread};
use super::feed::{Compute, Feed};
use super::initial::must_not_be_named;
use super::metrics::{Metrics, PhaseStart, TestPoint};
use super::observe::Watch;
use super::schedule::Phase;

/// A loss beyond this, as a mean over pixels, means outputs off by a hundredfold: the run has diverged.
const DIVERGED_LOSS: f32 = 1e4;

/// Parts of the first epoch of a phase after the first of which the test images are measured, besides
/// the ends of epochs.
const EARLY: [u64; 2] = [8, 2];

/// What one call of [`Trainer::advance`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advance {
    /// One training step.
    Trained,
    /// A part of a measurement on the test images, or a change of phase.
    Measured,
    /// Nothing: the schedule has ended.
    Finished,
}

/// Where a run was when its weights were marked.
#[derive(Clone, Copy, Default)]
pub(super) struct Mark {
    position: Position,
    /// Measurements so far.
    tests: usize,
    /// Phases begun so far.
    phases: usize,
}

/// Steps through the phases of a run, measuring before each phase and after each epoch.
pub struct Trainer {
    pub(super) config: RunConfig,
    pub(super) trainee: Box<dyn Trainee>,
    pub(super) feed: Feed,
    pub(super) spread: Spread,
    pub(super) order: Option<(u64, BatchOrder)>,
    /// Codes of the stages that do not train.
    pub(super) codes: FrozenCodes,
    pub(super) position: Position,
    pub(super) metrics: Metrics,
    /// Losses still on the device, with their steps.
    pub(super) unread: Vec<(u64, Tensor<1>)>,
    pub(super) evaluation: Option<Evaluation>,
    /// Where the run was when the trainee's good weights were marked, and those waiting to be.
    pub(super) good: Mark,
    pub(super) marked: Mark,
    pub(super) train_time: Duration,
    pub(super) elapsed: Duration,
    pub(super) watch: Watch,
    /// Changes of knobs that the trainee knows of.
    pub(super) live_changes: usize,
    /// How often points were taken back.
    pub(super) revision: u64,
    /// First weights that were read from a file.
    pub(super) imported: Option<Arc<[NamedArray]>>,
    /// What is kept of the device it is on.
    pub(super) device_key: String,
}

impl Trainer {
    /// A run with its first weights.
    ///
    /// # Errors
    /// [`TrainerError::Config`] when the configuration does not fit itself or the images, or names a
    /// file of weights: [`Trainer::with_weights`] takes those.
    pub fn new(
        config: RunConfig,
        data: Arc<Dataset>,
        compute: &Compute,
    ) -> Result<Self, TrainerError> {
        must_not_be_named(&config)?;
        Self::drawn(config, data, compute)
    }

    /// A run with weights drawn from the seed, whatever the configuration says of them.
    pub(super) fn drawn(
        mut config: RunConfig,
        data: Arc<Dataset>,
        compute: &Compute,
    ) -> Result<Self, TrainerError> {
        if let Some(expected) = &config.dataset_sha256
            && *expected != data.hash
        {
            return Err(TrainerError::OtherImages {
                expected: expected.clone(),
                found: data.hash.clone(),
                location: data.location.clone(),
            });
        }
        let shape = data.train.shape();
        let (variant, knobs) = config.check_with(shape)?;
        let mut trainee = variant
            .build(shape, &knobs, config.seed, &compute.device)
            .map_err(|error| ConfigError::new(error.to_string()))?;
        // What is looked at before the first step is the depth that trains first.
        if let Some(first) = config.schedule.phases.first() {
            trainee.begin_phase(first.objective, &first.optimizer);
        }
        config.knobs = knobs;
        config.dataset_sha256 = Some(data.hash.clone());
        Ok(Self {
            config,
            trainee,
            spread: Spread::of(&data.test),
            feed: Feed::new(data, compute),
            order: None,
            codes: FrozenCodes::default(),
            position: Position::default(),
            metrics: Metrics::default(),
            unread: Vec::new(),
            evaluation: None,
            good: Mark::default(),
            marked: Mark::default(),
            train_time: Duration::ZERO,
            elapsed: Duration::ZERO,
            watch: Watch::default(),
            live_changes: 0,
            revision: 0,
            imported: None,
            device_key: compute.key.clone(),
        })
    }

    /// The configuration, every knob with a value.
    pub fn config(&self) -> &RunConfig {
        &self.config
    }

    /// Calls the run something else; nothing but what it is kept under depends on it.
    pub fn rename(&mut self, name: String) {
        self.config.name = name;
    }

    /// The network.
    pub fn trainee(&self) -> &dyn Trainee {
        &*self.trainee
    }

    /// The images.
    pub fn data(&self) -> &Arc<Dataset> {
        self.feed.data()
    }

    /// The device it is on, as a kept run names it: `flex`, or the adapter's name.
    pub fn device_key(&self) -> &str {
        &self.device_key
    }

    /// How far it is.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Everything measured so far, as of the last [`Trainer::collect`].
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Another number whenever points of [`Trainer::metrics`] were taken back; otherwise these only
    /// grow at their ends.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Time spent in training steps.
    pub fn train_time(&self) -> Duration {
        self.train_time
    }

    /// Time spent in all, measuring included.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Whether a measurement is under way.
    pub fn is_measuring(&self) -> bool {
        self.evaluation.is_some()
    }

    /// The phase under way.
    pub fn phase(&self) -> &Phase {
        &self.config.schedule.phases[self.position.phase]
    }

    /// Training steps of an epoch.
    pub fn steps_per_epoch(&self) -> u64 {
        self.config.steps_per_epoch(self.data().train.len())
    }

    /// Training steps of all phases.
    pub fn total_steps(&self) -> u64 {
        self.config.schedule.epochs() as u64 * self.steps_per_epoch()
    }

    /// Training steps of the phase under way.
    pub fn phase_steps(&self) -> u64 {
        self.phase().epochs as u64 * self.steps_per_epoch()
    }

    /// Whether the schedule has ended and the last measurement is done.
    pub fn is_finished(&self) -> bool {
        self.position.phase + 1 == self.config.schedule.phases.len()
            && self.position.has_begun
            && self.position.step_in_phase >= self.phase_steps()
            && self.position.is_measured
    }

    /// Whether the next thing that is due is a training step.
    pub fn is_step_next(&self) -> bool {
        self.position.has_begun
            && self.position.is_measured
            && self.position.step_in_phase < self.phase_steps()
    }

    /// Does the next thing that is due: a training step, or a part of a measurement.
    ///
    /// Losses stay on the device until [`Trainer::collect`].
    ///
    /// # Errors
    /// When the device fails or the run has diverged.
    pub fn advance(&mut self) -> Result<Advance, TrainerError> {
        let start = Instant::now();
        let advance = self.advance_untimed();
        let spent = start.elapsed();
        self.elapsed += spent;
        if matches!(advance, Ok(Advance::Trained)) {
            self.train_time += spent;
        }
        advance
    }

    fn advance_untimed(&mut self) -> Result<Advance, TrainerError> {
        if !self.position.has_begun {
            self.begin_phase();
        }
        if !self.position.is_measured {
            self.measure()?;
            return Ok(Advance::Measured);
        }
        if self.position.step_in_phase >= self.phase_steps() {
            if self.is_finished() {
                return Ok(Advance::Finished);
            }
            self.position.phase += 1;
            self.position.step_in_phase = 0;
            self.begin_phase();
            return Ok(Advance::Measured);
        }
        self.train_step()?;
        Ok(Advance::Trained)
    }

    fn begin_phase(&mut self) {
        let phase = *self.phase();
        self.trainee.begin_phase(phase.objective, &phase.optimizer);
        self.watch.forget();
        self.position.has_begun = true;
        self.position.is_measured = false;
        self.metrics.phases.push(PhaseStart {
            phase: self.position.phase,
            step: self.position.step,
        });
    }

    fn train_step(&mut self) -> Result<(), TrainerError> {
        let per_epoch = self.steps_per_epoch();
        let learning_rate = self.learning_rate();
        let step = self.position.step;
        let epoch = step / per_epoch;
        let order = match self.order.take() {
            Some((of, order)) if of == epoch => order,
            _ => BatchOrder::new(
                self.data().train.len(),
                self.config.batch,
                self.config.seed,
                epoch,
            ),
        };
        let batch = self.batch(order.batch((step % per_epoch) as usize))?;
        self.turn_live_knobs(step + 1)?;
        let mut context = self.context();
        let loss = self
            .watch
            .step(&mut *self.trainee, batch, learning_rate, &mut context);
        self.order = Some((epoch, order));
        self.unread.push((step, loss));
        self.position.step += 1;
        self.position.step_in_phase += 1;
        self.position.is_measured = !self.is_measurement_due();
        Ok(())
    }

    /// Whether the test images are to be measured after the step just made: at the end of every epoch,
    /// and within the first one of a phase, in which most happens.
    fn is_measurement_due(&self) -> bool {
        let per_epoch = self.steps_per_epoch();
        let Position {
            step,
            step_in_phase,
            ..
        } = self.position;
        let is_early = EARLY
            .iter()
            .any(|parts| per_epoch >= 2 * parts && step_in_phase == per_epoch / parts);
        step.is_multiple_of(per_epoch) || is_early
    }

    /// Asks for a measurement now, between two epochs too; [`Trainer::advance`] does it.
    pub fn request_measurement(&mut self) {
        if self.metrics.test.last().map(|test| test.step) != Some(self.position.step) {
            self.position.is_measured = false;
        }
    }

    fn measure(&mut self) -> Result<(), TrainerError> {
        let mut evaluation = match self.evaluation.take() {
            Some(evaluation) => evaluation,
            None => {
                // Waits for the steps before, so that their time is not taken for the measurement's.
                let start = Instant::now();
                self.collect()?;
                self.train_time += start.elapsed();
                Evaluation::new()
            }
        };
        // As the step before was taken: what changes now has not acted yet.
        self.turn_live_knobs(self.position.step)?;
        let context = self.context();
        let finding = evaluation.advance(&*self.trainee, &mut self.feed, &self.spread, &context)?;
        let Some(finding) = finding else {
            self.evaluation = Some(evaluation);
            return Ok(());
        };
        self.position.is_measured = true;
        if !finding.mse.is_finite() {
            let step = self.position.step;
            self.roll_back();
            return Err(TrainerError::Diverged {
                step,
                loss: finding.mse as f32,
            });
        }
        self.metrics.test.push(TestPoint {
            step: self.position.step,
            phase: self.position.phase,
            mse: finding.mse,
            verdict: finding.verdict,
            terms: finding.terms,
            measures: finding.measures,
        });
        Ok(())
    }

    /// Reads all losses from the device in one go and appends them to the metrics.
    ///
    /// # Errors
    /// When the device fails, or when a loss shows that the run has diverged; the run is back where
    /// its weights were good then.
    pub fn collect(&mut self) -> Result<(), TrainerError> {
        if self.unread.is_empty() {
            return Ok(());
        }
        let mut steps = Vec::with_capacity(self.unread.len());
        let mut transaction = Transaction::default();
        for (step, loss) in self.unread.drain(..) {
            steps.push(step);
            transaction = transaction.register(loss);
        }
        let data = transaction.try_execute().map_err(TrainingError::from)?;
        let most = DIVERGED_LOSS * self.trainee.loss_scale() as f32;
        for (step, data) in steps.into_iter().zip(data) {
            let loss = data
                .try_to_vec::<f32>()
                .map_err(TrainingError::from)?
                .first()
                .copied()
                .unwrap_or(f32::NAN);
            if !loss.is_finite() || loss > most {
                self.roll_back();
                return Err(TrainerError::Diverged { step, loss });
            }
            self.metrics.train.push(loss);
        }
        self.trainee.mark_good();
        self.good = self.marked;
        self.marked = self.mark();
        Ok(())
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            position: self.position,
            tests: self.metrics.test.len(),
            phases: self.metrics.phases.len(),
        }
    }

    /// Goes back to the last good weights and to where they were, with a fresh optimizer: the
    /// memory of the present one has seen what made the run diverge.
    pub(crate) fn roll_back(&mut self) {
        self.trainee.roll_back();
        self.revision += 1;
        self.evaluation = None;
        self.unread.clear();
        self.position = self.good.position;
        self.metrics
            .train
            .truncate(self.good.position.step as usize);
        self.metrics.test.truncate(self.good.tests);
        self.metrics.phases.truncate(self.good.phases);
        self.marked = self.good;
        self.watch.forget();
        self.codes = FrozenCodes::default();
        if self.position.has_begun {
            let phase = *self.phase();
            self.trainee.begin_phase(phase.objective, &phase.optimizer);
        }
    }
}
