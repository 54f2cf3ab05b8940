//! Frames on their way into files and back.

use std::sync::Arc;

use crate::store::KeptFrame;
use crate::train::Trainer;

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

/// Whether a frame can be one of this run.
pub(in crate::engine) fn fits(frame: &KeptFrame, trainer: &Trainer) -> bool {
    let test = &trainer.data().test;
    frame.step <= trainer.position().step
        && frame.phase < trainer.config().schedule.phases.len()
        && frame.shape == test.shape()
        && frame.layers.len() == trainer.trainee().layers().len()
        && frame.codes.len() <= test.len() * frame.latent
        && frame
            .indices
            .iter()
            .all(|index| (*index as usize) < test.len())
}
