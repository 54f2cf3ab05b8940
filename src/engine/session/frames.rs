//! Frames on their way into files and back.

use std::sync::Arc;

use crate::data::ImageShape;
use crate::store::KeptFrame;
use crate::train::{OfflineRun, Trainer};

use super::super::frame::{Codes, Frame, RunPictures};
use super::super::protocol::{Pictures, RunId};

/// A frame as files have it.
pub(super) fn as_kept(frame: &Frame) -> KeptFrame {
    let pictures = &frame.pictures;
    KeptFrame {
        step: frame.step,
        phase: frame.phase,
        elapsed_secs: frame.elapsed_secs,
        shape: pictures.originals.shape,
        indices: pictures.indices.clone(),
        originals: Arc::new(pictures.originals.pixels.clone()),
        reconstructions: pictures.reconstructions.pixels.clone(),
        errors: pictures.errors.clone(),
        latent: frame.codes.latent,
        codes: frame.codes.values.clone(),
        summary: frame.codes.summary.clone(),
        layers: frame.layers.to_vec(),
    }
}

/// The frame of a run; `before` shares its originals where they are the same.
pub(in crate::engine) fn as_frame(id: RunId, kept: KeptFrame, before: Option<&Frame>) -> Frame {
    let is_same =
        |originals: &Pictures| originals.shape == kept.shape && originals.pixels == *kept.originals;
    let shared = before.map(|before| &before.pictures.originals);
    let originals = match shared.filter(|originals| is_same(originals)) {
        Some(originals) => Arc::clone(originals),
        None => Arc::new(Pictures {
            shape: kept.shape,
            pixels: kept.originals.to_vec(),
        }),
    };
    Frame {
        id,
        step: kept.step,
        phase: kept.phase,
        elapsed_secs: kept.elapsed_secs,
        pictures: RunPictures {
            indices: kept.indices,
            originals,
            reconstructions: Pictures {
                shape: kept.shape,
                pixels: kept.reconstructions,
            },
            errors: kept.errors,
        },
        codes: Arc::new(Codes {
            latent: kept.latent,
            values: kept.codes,
            summary: kept.summary,
        }),
        layers: kept.layers.into(),
    }
}

/// What a frame must fit to be one of a run.
pub(in crate::engine) struct Fit {
    step: u64,
    phases: usize,
    shape: ImageShape,
    layers: usize,
    test_images: usize,
}

impl Fit {
    /// Of a run whose images are there.
    pub(in crate::engine) fn of(trainer: &Trainer) -> Self {
        let test = &trainer.data().test;
        Self {
            step: trainer.position().step,
            phases: trainer.config().schedule.phases.len(),
            shape: test.shape(),
            layers: trainer.trainee().layers().len(),
            test_images: test.len(),
        }
    }

    /// Of a run whose images are lost.
    pub(in crate::engine) fn of_offline(offline: &OfflineRun) -> Self {
        Self {
            step: offline.checkpoint().position.step,
            phases: offline.config().schedule.phases.len(),
            shape: offline.shape(),
            layers: offline.layers().len(),
            test_images: offline.images().test,
        }
    }

    /// Whether a frame can be one of the run.
    pub(in crate::engine) fn holds(&self, frame: &KeptFrame) -> bool {
        let is_there = |index: &u32| (*index as usize) < self.test_images;
        frame.step <= self.step
            && frame.phase < self.phases
            && frame.shape == self.shape
            && frame.layers.len() == self.layers
            && frame.codes.len() <= self.test_images.saturating_mul(frame.latent)
            && frame.indices.iter().all(is_there)
    }
}
