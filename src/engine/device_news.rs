//! What is told of devices: which there are, how fast they are, and what they are getting ready for.

use super::speed::Comparison;

/// A device that can train.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceInfo {
    /// The spelling of `--device`: `flex`, `wgpu:0`.
    pub id: String,
    /// What it is, such as `NVIDIA H200 (Vulkan)`.
    pub name: String,
    /// A CPU that plays a GPU: correct, but far slower than `flex`.
    pub is_software: bool,
    /// What `auto` begins on.
    pub is_auto: bool,
    /// What `auto` times beside it, and takes from the next run on where it is faster by a third.
    pub is_candidate: bool,
}

/// What is told of the devices of a run.
#[derive(Clone, Debug, PartialEq)]
pub enum DeviceNews {
    /// Its device compiles and tunes kernels before the run is ready, beside everything else;
    /// `CancelLoading` gives it up.
    Tuning {
        /// The device.
        device: String,
        /// How many kernels were tuned for it so far, where that can be told.
        tuned: Option<u64>,
    },
    /// A GPU is being timed beside the run, which may choose its device.
    Comparing {
        /// The GPU.
        gpu: String,
    },
    /// How fast the CPU and a GPU train what the run trains: told when it was measured, and where it is
    /// known already when the run is ready.
    Compared {
        /// What was measured.
        comparison: Comparison,
        /// The same with what follows from it, in a sentence.
        text: String,
    },
    /// A GPU could not be timed beside the run.
    NotCompared {
        /// Why, and what follows from it, in a sentence.
        text: String,
    },
}
