//! The machine as the engine sees it: its devices, and how one of them is timed.
//!
//! Everything that asks for a device goes through here, so that tests can pretend a second one.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use crate::data::ImageShape;
use crate::train::{Compute, RunConfig};

use super::super::devices::{self, DeviceError};
use super::super::protocol::DeviceInfo;
use super::super::tuned;
use super::pretended::PretendedGpu;
use super::{Book, Comparison, child};

/// The GPU that may take over from the CPU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::engine) struct CandidateGpu {
    /// As `--device` spells it.
    pub(in crate::engine) id: String,
    /// What it is, such as `NVIDIA H100 (Vulkan)`.
    pub(in crate::engine) name: String,
    /// Its driver, with its version.
    pub(in crate::engine) driver: String,
    /// The interface it is reached through.
    pub(in crate::engine) backend: String,
}

/// What is to be timed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::engine) struct TimingJob {
    /// The device, as `--device` spells it.
    pub(in crate::engine) device: String,
    /// What it must turn out to be.
    pub(in crate::engine) name: String,
    /// The run, with the phase to time as its only one.
    pub(in crate::engine) config: RunConfig,
    /// Width, height and channels of its images.
    pub(in crate::engine) shape: [usize; 3],
    /// Whether its images are kept in the memory of the device.
    pub(in crate::engine) is_kept_on_device: bool,
    /// What the CPU came to, in steps a second.
    pub(in crate::engine) cpu_steps_per_sec: f64,
}

impl TimingJob {
    /// The shape of the images.
    pub(super) fn image_shape(&self) -> ImageShape {
        let [width, height, channels] = self.shape;
        ImageShape {
            width,
            height,
            channels,
        }
    }
}

/// The training beside which a device is timed.
pub(in crate::engine) trait Beside {
    /// Whether nobody needs the figure any more.
    fn is_cancelled(&self) -> bool;

    /// Has all training stand still until what is returned is dropped, or for a moment at most.
    fn quiet(&self) -> Quiet<'_>;
}

/// Training stands still, as long as this lives.
pub(in crate::engine) struct Quiet<'a>(pub(in crate::engine) Option<Box<dyn Fn() + 'a>>);

impl Drop for Quiet<'_> {
    fn drop(&mut self) {
        if let Some(end) = self.0.take() {
            end();
        }
    }
}

/// What there is to train on.
pub(in crate::engine) trait Machine: Send + Sync {
    /// All devices, the CPU first.
    fn devices(&self) -> Vec<DeviceInfo>;

    /// Checks the spelling of a device and that it is there, without starting it.
    ///
    /// # Errors
    /// [`DeviceError`] in one sentence.
    fn check(&self, asked: &str) -> Result<(), DeviceError>;

    /// The device that is meant, started; `auto` is the CPU here.
    ///
    /// # Errors
    /// When it is not there or does not start.
    fn start(&self, asked: &str) -> Result<Compute, DeviceError>;

    /// The GPU that may take over, if there is a real one that can be timed.
    fn candidate(&self) -> Option<CandidateGpu>;

    /// Why the CPU trains where there is no choice, in a sentence.
    fn why_cpu(&self) -> Option<String>;

    /// How a device is asked for that a kept run names.
    fn id_of(&self, key: &str) -> Option<String>;

    /// Training steps a second of a device, the middle one of several repetitions.
    ///
    /// # Errors
    /// Why it could not be timed, as the end of a sentence; anything where it was cancelled.
    fn time(&self, job: &TimingJob, beside: &dyn Beside) -> Result<f64, String>;

    /// Whether a device compiles and tunes kernels the first time it meets a network.
    fn tunes_kernels(&self, compute: &Compute) -> bool;

    /// The program, as far as its speed depends on it.
    fn program(&self) -> String;

    /// Where comparisons are kept.
    fn speeds_folder(&self) -> Option<PathBuf>;
}

/// The machine this program runs on.
struct Real;

impl Machine for Real {
    fn devices(&self) -> Vec<DeviceInfo> {
        devices::list_devices(child::can_time())
    }

    fn check(&self, asked: &str) -> Result<(), DeviceError> {
        devices::check_device(asked)
    }

    fn start(&self, asked: &str) -> Result<Compute, DeviceError> {
        devices::start_device(asked)
    }

    fn candidate(&self) -> Option<CandidateGpu> {
        child::can_time().then(devices::best_gpu).flatten()
    }

    fn why_cpu(&self) -> Option<String> {
        devices::no_gpu_remark()
    }

    fn id_of(&self, key: &str) -> Option<String> {
        devices::id_of(key)
    }

    fn time(&self, job: &TimingJob, beside: &dyn Beside) -> Result<f64, String> {
        child::time(job, beside)
    }

    fn tunes_kernels(&self, compute: &Compute) -> bool {
        compute.has_own_memory
    }

    fn program(&self) -> String {
        let kind = if cfg!(debug_assertions) {
            " (debug)"
        } else {
            ""
        };
        format!("{}{kind}", env!("CARGO_PKG_VERSION"))
    }

    fn speeds_folder(&self) -> Option<PathBuf> {
        tuned::folder().map(|folder| folder.join("speeds"))
    }
}

/// The machine this program runs on, or what a test pretends of it.
pub(in crate::engine) fn machine_of_environment() -> Arc<dyn Machine> {
    static MACHINE: OnceLock<Arc<dyn Machine>> = OnceLock::new();
    let machine = MACHINE.get_or_init(|| match PretendedGpu::of_environment() {
        Some(pretended) => Arc::new(pretended),
        None => Arc::new(Real),
    });
    Arc::clone(machine)
}

/// All devices, the CPU first.
pub fn list_devices() -> Vec<DeviceInfo> {
    machine_of_environment().devices()
}

/// Checks the spelling of a device and that it is there, without starting it.
///
/// # Errors
/// [`DeviceError`] in one sentence.
pub fn check_device(asked: &str) -> Result<(), DeviceError> {
    machine_of_environment().check(asked)
}

/// The device that is meant, started. `auto` is the CPU: only a run that trains is compared.
///
/// # Errors
/// [`DeviceError`] when it is not there or does not start.
pub fn start_device(asked: &str) -> Result<Compute, DeviceError> {
    machine_of_environment().start(asked)
}

/// A comparison that is kept, and what it is about.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptComparison {
    /// Id of the variant.
    pub variant: String,
    /// Sizes of its layers from the image to the image, such as `784 – 10 – 784`.
    pub sizes: String,
    /// Images a step.
    pub batch: usize,
    /// The update rule.
    pub optimizer: String,
    /// What was measured.
    pub comparison: Comparison,
}

/// What is known of how fast this machine's GPUs train.
pub fn kept_comparisons() -> Vec<KeptComparison> {
    let kept = Book::in_folder(machine_of_environment().speeds_folder()).kept();
    kept.into_iter()
        .map(|(key, comparison)| KeptComparison {
            variant: key.variant,
            sizes: key.sizes,
            batch: key.batch,
            optimizer: key.optimizer,
            comparison,
        })
        .collect()
}
