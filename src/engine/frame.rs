//! Frames: what a run looks like at one step.
//!
//! A *frame* holds pictures, codes and statistics of layers that all belong to the same weights. The
//! newest one is shown live; some are kept, so that a run can be looked back on.

use std::sync::Arc;

use crate::analysis::LatentSummary;
use crate::model::LayerStat;

use super::protocol::{Pictures, RunId};

/// A run at one step.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The run.
    pub id: RunId,
    /// Training steps done.
    pub step: u64,
    /// Index of the phase under way.
    pub phase: usize,
    /// Seconds spent training until then, measurements on test images included.
    pub elapsed_secs: f64,
    /// The chosen test images through the network.
    pub pictures: RunPictures,
    /// Codes of the first test images.
    pub codes: Arc<Codes>,
    /// Encoder then decoder, as in the run's list of layers.
    pub layers: Arc<[LayerStat]>,
}

#[cfg(test)]
impl Frame {
    /// A frame without pictures, codes and layers.
    pub(crate) fn blank(id: RunId, step: u64) -> Self {
        let none = Pictures {
            shape: crate::data::ImageShape {
                width: 1,
                height: 1,
                channels: 1,
            },
            pixels: Vec::new(),
        };
        Self {
            id,
            step,
            phase: 0,
            elapsed_secs: 0.0,
            pictures: RunPictures {
                indices: Vec::new(),
                originals: Arc::new(none.clone()),
                reconstructions: none,
                errors: Vec::new(),
            },
            codes: Arc::default(),
            layers: Arc::default(),
        }
    }
}

/// Test images and what a run makes of them.
#[derive(Clone, Debug)]
pub struct RunPictures {
    /// Indices of the images among the test images.
    pub indices: Vec<u32>,
    /// The images.
    pub originals: Arc<Pictures>,
    /// Through the stages in use, clamped to 0..=255.
    pub reconstructions: Pictures,
    /// Mean squared error of each, pixels in [0, 1], before clamping.
    pub errors: Vec<f32>,
}

/// Codes of the first test images, at the depth in use.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Codes {
    /// Values of a code.
    pub latent: usize,
    /// Code after code.
    pub values: Vec<f32>,
    /// Mean, spread and directions.
    pub summary: LatentSummary,
}

impl Codes {
    /// How many images there are codes of.
    pub fn len(&self) -> usize {
        self.values.len() / self.latent.max(1)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The code of one test image, or nothing beyond the end.
    pub fn get(&self, index: usize) -> &[f32] {
        self.values
            .get(index * self.latent..(index + 1) * self.latent)
            .unwrap_or_default()
    }
}

/// The chosen test images through their first principal components.
#[derive(Clone, Debug)]
pub struct PcaPictures {
    /// Number of components.
    pub components: usize,
    /// Indices of the images among the test images.
    pub indices: Vec<u32>,
    /// Rebuilt from the components.
    pub pictures: Pictures,
    /// Mean squared error of each, pixels in [0, 1], before clamping.
    pub errors: Vec<f32>,
}

/// The newest frame of every run.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// One entry a run that has a frame, in order of the runs.
    pub runs: Vec<Arc<Frame>>,
}
