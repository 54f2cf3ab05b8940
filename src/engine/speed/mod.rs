//! What `auto` means: a run begins on the CPU at once, and a GPU is timed beside it with the same
//! network, batch and optimizer.
//!
//! A *comparison* is what both came to, in training steps a second. It is kept beside the tuned
//! kernels, under everything it depends on. Where the GPU is faster by a third, the next run takes it:
//! a run never changes its device by itself, because its curve repeats. The *candidate* is the GPU that may
//! take over, and a *test* is the comparison that a run on the CPU can be one half of.
//!
//! The CPU's figure comes from the run's own steps before the GPU is touched. The GPU is timed in a
//! process of its own, which can be ended whatever its driver does, and training stands still for the
//! tenths of a second that count: each is timed with the machine to itself.

mod book;
mod child;
mod choice;
mod clock;
mod comparing;
mod key;
mod machine;
mod pretended;
mod timing;

use serde::{Deserialize, Serialize};

use crate::train::{LearningRateDecay, RunConfig, Schedule};

pub(super) use book::Book;
pub use child::{TIMING_COMMAND, time_devices_in_this_program};
pub(super) use clock::StepClock;
pub(super) use comparing::{SpeedTest, Speeds, TimedGpu};
pub(super) use machine::{CandidateGpu, Machine, machine_of_environment};
pub use machine::{KeptComparison, check_device, kept_comparisons, list_devices, start_device};
#[doc(hidden)]
pub use pretended::{Act, PretendedGpu};
pub use timing::time_device;

/// A run that is nothing but one of its phases, to see how long its steps take: it never ends, and its
/// weights hardly change.
pub(super) fn only_phase(config: &RunConfig, phase: usize) -> Option<RunConfig> {
    /// Epochs that never end.
    const ENDLESS: usize = 100_000;
    /// A step that moves nothing far, however many there are.
    const TINY_RATE: f64 = 1e-6;
    let mut phase = *config.schedule.phases.get(phase)?;
    phase.epochs = ENDLESS;
    phase.learning_rate = TINY_RATE;
    phase.decay = LearningRateDecay::Constant;
    Some(RunConfig {
        schedule: Schedule {
            phases: vec![phase],
        },
        dataset_sha256: None,
        initial_weights: None,
        learning_rate_changes: Vec::new(),
        knob_changes: Vec::new(),
        ..config.clone()
    })
}

/// What a device is asked for with where it is to be chosen by what it does.
pub(super) const AUTO: &str = "auto";

/// A GPU must be this much faster to be taken.
const WORTH: f64 = 4.0 / 3.0;

/// How fast the CPU and a GPU train the same network with the same batch and optimizer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The GPU, such as `NVIDIA H100 (Vulkan)`.
    pub gpu: String,
    /// Training steps a second on the CPU.
    pub cpu_steps_per_sec: f64,
    /// Training steps a second on the GPU.
    pub gpu_steps_per_sec: f64,
}

impl Comparison {
    /// Whether the GPU is faster by a third, so that a run that may choose takes it.
    pub fn takes_gpu(&self) -> bool {
        self.gpu_steps_per_sec >= self.cpu_steps_per_sec * WORTH
    }

    /// Such as `CPU 1,100 steps a second, GPU 330`.
    pub fn figures(&self) -> String {
        format!(
            "CPU {} steps a second, GPU {}",
            rate(self.cpu_steps_per_sec),
            rate(self.gpu_steps_per_sec)
        )
    }

    /// What follows from it for the run beside which it was measured.
    fn news(&self) -> String {
        let outcome = if self.takes_gpu() {
            "the next run takes the GPU"
        } else {
            "the CPU stays"
        };
        format!("{}: {outcome}.", self.figures())
    }

    /// What it says of a run that begins or goes on.
    fn reason(&self, is_on_gpu: bool) -> String {
        let outcome = match (is_on_gpu, self.takes_gpu()) {
            (true, true) => "the GPU trains",
            (false, false) => "the CPU trains",
            (true, false) => "this run goes on on the GPU it was on",
            (false, true) => {
                "this run goes on on the CPU it was on, and the next one takes the GPU"
            }
        };
        format!("{}: {outcome}.", self.figures())
    }

    /// Whether the figures can be believed, such as those of a file.
    fn is_sound(&self) -> bool {
        [self.cpu_steps_per_sec, self.gpu_steps_per_sec]
            .iter()
            .all(|speed| speed.is_finite() && *speed > 0.0)
    }
}

/// Steps a second in words: whole numbers with separators, slow ones with a decimal.
fn rate(steps_per_sec: f64) -> String {
    if steps_per_sec < 10.0 {
        return format!("{steps_per_sec:.1}");
    }
    let digits = format!("{steps_per_sec:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comparison(cpu: f64, gpu: f64) -> Comparison {
        Comparison {
            gpu: "A card (Vulkan)".to_owned(),
            cpu_steps_per_sec: cpu,
            gpu_steps_per_sec: gpu,
        }
    }

    #[test]
    fn a_gpu_must_be_faster_by_a_third() {
        assert_eq!(
            comparison(1100.4, 329.9).news(),
            "CPU 1,100 steps a second, GPU 330: the CPU stays."
        );
        assert_eq!(
            comparison(3.0, 4.0).news(),
            "CPU 3.0 steps a second, GPU 4.0: the next run takes the GPU."
        );
        assert!(
            !comparison(300.0, 399.0).takes_gpu(),
            "faster, but too little"
        );
        assert!(
            comparison(64.0, 1_234_567.0)
                .reason(true)
                .starts_with("CPU 64 steps a second, GPU 1,234,567: the GPU trains")
        );
        assert!(!comparison(0.0, 5.0).is_sound());
        assert!(!comparison(f64::NAN, 5.0).is_sound());
    }
}
