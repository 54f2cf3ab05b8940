//! Faults that tests ask for, so that what follows them is tried without breaking a machine.
//!
//! A *fault* strikes the run of a name, once. Faults are written `KIND=RUN`, with commas between
//! them: `lost=RUN@STEP`, `memory=RUN@STEP`, `start=RUN`, `load=RUN`, `end=RUN`, `stuck=RUN`. A program without
//! debug assertions, such as one that is handed out, has none.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use burn::tensor::{Device, Tensor};

use crate::model::{
    Batch, Composition, LayerInfo, NamedArray, Noise, Objective, OptimizerConfig, OptimizerState,
    StepContext, StepObservation, Tally, Trainee, TrainingError, WeightProbe,
};
use crate::train::Trainer;

use super::started;

/// Faults for programs that a test starts.
const VARIABLE: &str = "HOURGLASS_FAULTS";

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The device is lost when this many steps are done.
    Lost(u64),
    /// A step panics for want of memory on the device when this many steps are done.
    Memory(u64),
    /// The driver panics when the device is started.
    Start,
    /// Reading the images panics.
    Load,
    /// The engine's own code panics when the run is added.
    End,
    /// Preparing the device takes until it is given up.
    Stuck,
}

/// A fault that is to come.
struct Plan {
    fault: Fault,
    run: String,
    has_struck: AtomicBool,
}

/// The faults that are to come. Clones share them.
#[derive(Clone, Default)]
pub(super) struct Faults(Arc<[Plan]>);

impl Faults {
    /// Those that the environment asks for.
    pub(super) fn of_environment() -> Self {
        let asked = std::env::var(VARIABLE).ok();
        asked.as_deref().map_or_else(Self::default, Self::new)
    }

    /// Those that a text asks for.
    pub(super) fn new(text: &str) -> Self {
        if !cfg!(debug_assertions) {
            return Self::default();
        }
        Self(text.split(',').filter_map(plan).collect())
    }

    /// Whether a fault of a run has its moment now.
    fn is_due(&self, run: &str, is_it: impl Fn(Fault) -> bool) -> Option<Fault> {
        let plan = self.0.iter().find(|plan| {
            plan.run == run && is_it(plan.fault) && !plan.has_struck.load(Ordering::Relaxed)
        })?;
        plan.has_struck.store(true, Ordering::Relaxed);
        Some(plan.fault)
    }

    /// Panics where the fault is to come.
    pub(super) fn strike(&self, run: &str, fault: Fault) {
        assert!(
            self.is_due(run, |planned| planned == fault).is_none(),
            "a fault was asked for\nCaused by:\n  a test"
        );
    }

    /// Whether preparing the device of a run is to take for ever.
    pub(super) fn is_stuck(&self, run: &str) -> bool {
        self.is_due(run, |planned| planned == Fault::Stuck)
            .is_some()
    }

    /// Has the device of a run fail where that is to come.
    pub(super) fn lay(&self, trainer: Trainer) -> Trainer {
        let is_later = |fault| matches!(fault, Fault::Lost(_) | Fault::Memory(_));
        let (step, is_lost) = match self.is_due(&trainer.config().name, is_later) {
            Some(Fault::Lost(step)) => (step, true),
            Some(Fault::Memory(step)) => (step, false),
            Some(_) | None => return trainer,
        };
        let left = step.saturating_sub(trainer.position().step);
        let device = trainer.config().device.clone();
        trainer.around(|inner| {
            Box::new(Failing {
                inner,
                left,
                device,
                is_lost,
                has_failed: Cell::new(false),
            })
        })
    }
}

fn plan(text: &str) -> Option<Plan> {
    let (kind, rest) = text.trim().split_once('=')?;
    let (run, step) = match rest.rsplit_once('@') {
        Some((run, step)) => (run, step.parse().ok()?),
        None => (rest, 0),
    };
    let fault = match kind {
        "lost" => Fault::Lost(step),
        "memory" => Fault::Memory(step),
        "start" => Fault::Start,
        "load" => Fault::Load,
        "end" => Fault::End,
        "stuck" => Fault::Stuck,
        _ => return None,
    };
    Some(Plan {
        fault,
        run: run.to_owned(),
        has_struck: AtomicBool::new(false),
    })
}

/// A network whose device fails.
struct Failing {
    inner: Box<dyn Trainee>,
    /// Steps until then.
    left: u64,
    /// How the device was asked for.
    device: String,
    /// For good; otherwise a step fails, and what was there before can still be read.
    is_lost: bool,
    has_failed: Cell<bool>,
}

/// As Burn words it.
const LOST: &str = "called `Result::unwrap()` on an `Err` value: The device is poisoned\nCaused by:\n  \
                    Unknown: the fault that a test asked for\nBacktrace:\n   0: of no interest";

impl Failing {
    /// Panics as Burn does where a device is gone.
    fn check(&self) {
        assert!(!(self.is_lost && self.has_failed.get()), "{LOST}");
    }

    fn read(&self) -> Result<(), TrainingError> {
        if self.is_lost && self.has_failed.get() {
            return Err(TrainingError::Device(LOST.to_owned()));
        }
        Ok(())
    }

    fn count_step(&mut self) {
        self.check();
        if self.left > 0 {
            self.left -= 1;
            return;
        }
        if self.has_failed.get() {
            return;
        }
        if self.is_lost && started::lose(&self.device) {
            // A device of its own is lost for good: what follows comes from its driver.
            self.is_lost = false;
            self.has_failed.set(true);
            return;
        }
        self.has_failed.set(true);
        assert!(self.is_lost, "out of device memory allocating 4096 bytes");
        self.check();
    }
}

impl Drop for Failing {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.check();
        }
    }
}

impl Trainee for Failing {
    fn layers(&self) -> &[LayerInfo] {
        self.inner.layers()
    }

    fn stages(&self) -> usize {
        self.inner.stages()
    }

    fn device(&self) -> &Device {
        self.inner.device()
    }

    fn objective(&self) -> Objective {
        self.inner.objective()
    }

    fn begin_phase(&mut self, objective: Objective, optimizer: &OptimizerConfig) {
        self.check();
        self.inner.begin_phase(objective, optimizer);
    }

    fn step(&mut self, batch: Batch, learning_rate: f64, context: &mut StepContext) -> Tensor<1> {
        self.count_step();
        self.inner.step(batch, learning_rate, context)
    }

    fn observed_step(
        &mut self,
        batch: Batch,
        learning_rate: f64,
        context: &mut StepContext,
    ) -> (Tensor<1>, StepObservation) {
        self.count_step();
        self.inner.observed_step(batch, learning_rate, context)
    }

    fn frozen_codes(&self, images: Tensor<2>) -> Tensor<2> {
        self.check();
        self.inner.frozen_codes(images)
    }

    fn has_frozen_codes(&self) -> bool {
        self.inner.has_frozen_codes()
    }

    fn measure(
        &self,
        images: Tensor<2>,
        part: usize,
        context: &StepContext,
        tally: &mut Tally,
    ) -> Tensor<2> {
        self.check();
        self.inner.measure(images, part, context, tally)
    }

    fn set_composition(&mut self, composition: Composition) {
        self.inner.set_composition(composition);
    }

    fn loss_scale(&self) -> f64 {
        self.inner.loss_scale()
    }

    fn entries(&self) -> Option<Tensor<2>> {
        self.check();
        self.inner.entries()
    }

    fn activations(&self, images: Tensor<2>) -> Vec<Option<Tensor<2>>> {
        self.check();
        self.inner.activations(images)
    }

    fn weight_probes(&self, at_most: usize) -> Vec<WeightProbe> {
        self.check();
        self.inner.weight_probes(at_most)
    }

    fn reconstruct(&self, images: Tensor<2>) -> Tensor<2> {
        self.check();
        self.inner.reconstruct(images)
    }

    fn sample(&self, images: Tensor<2>, draws: &mut [Vec<Noise>]) -> Option<Vec<Tensor<2>>> {
        self.check();
        self.inner.sample(images, draws)
    }

    fn encode(&self, images: Tensor<2>) -> Tensor<2> {
        self.check();
        self.inner.encode(images)
    }

    fn decode(&self, codes: Tensor<2>) -> Tensor<2> {
        self.check();
        self.inner.decode(codes)
    }

    fn weights(&self) -> Result<Vec<NamedArray>, TrainingError> {
        self.read()?;
        self.inner.weights()
    }

    fn set_weights(&mut self, weights: &[NamedArray]) -> Result<(), TrainingError> {
        self.read()?;
        self.inner.set_weights(weights)
    }

    fn optimizer_state(&self) -> Result<OptimizerState, TrainingError> {
        self.read()?;
        self.inner.optimizer_state()
    }

    fn set_optimizer_state(&mut self, state: &OptimizerState) {
        self.check();
        self.inner.set_optimizer_state(state);
    }

    fn mark_good(&mut self) {
        self.check();
        self.inner.mark_good();
    }

    fn roll_back(&mut self) {
        self.check();
        self.inner.roll_back();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_its_run_once() {
        let faults = Faults::new("lost=A@25, start=B,nonsense=C,load");
        assert_eq!(faults.0.len(), 2);
        let is_lost = |fault| matches!(fault, Fault::Lost(_));
        assert_eq!(faults.is_due("B", is_lost), None);
        assert_eq!(faults.is_due("A", is_lost), Some(Fault::Lost(25)));
        assert_eq!(faults.is_due("A", is_lost), None);
        faults.strike("A", Fault::Start);
        let struck = std::panic::catch_unwind(|| faults.strike("B", Fault::Start));
        assert!(struck.is_err());
        faults.strike("B", Fault::Start);
    }
}
