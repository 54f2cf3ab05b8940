//! Drawing: a run as it is now becomes a frame.

use std::sync::Arc;
use std::time::Instant;

use crate::analysis::LatentSummary;
use crate::data::{Images, to_bytes};
use crate::train::{Trainer, TrainerError};

use super::cadence::Moment;
use super::frame::{Codes, Frame, RunPictures};
use super::live::LiveRun;
use super::protocol::Pictures;

/// Test images whose codes a frame holds, at most and at least.
pub(super) const MAX_CODES: usize = 400;
const MIN_CODES: usize = 64;
/// Values of all codes of a frame, unless those of the fewest images are more.
const CODE_VALUES: usize = 32_768;
/// Test images that the outputs of layers are looked at for.
const PROBE: usize = 64;

impl LiveRun {
    /// Where in its schedule the run is.
    pub(super) fn moment(&self) -> Option<Moment> {
        let trainer = self.trainer.as_ref()?;
        let position = trainer.position();
        Some(Moment {
            phase: position.phase,
            step: position.step_in_phase,
            steps: trainer.phase_steps(),
        })
    }

    /// Draws the run as it is now; kept where that is worth it, or wanted.
    pub(super) fn draw(&mut self, chosen: &[u32], is_kept: bool) -> Result<(), TrainerError> {
        let Some(trainer) = &mut self.trainer else {
            return Ok(());
        };
        // Steps on their way are waited for first: their time is not the frame's.
        trainer.collect()?;
        let start = Instant::now();
        let (indices, originals) = originals(&trainer.data().test, chosen);
        let (outputs, errors) = trainer.pictures(&indices)?;
        let same = self.frame.as_ref().filter(|_frame| !self.has_changed);
        let (codes, layers) = match same {
            Some(frame) => (Arc::clone(&frame.codes), Arc::clone(&frame.layers)),
            None => (Arc::new(codes(trainer)?), layers(trainer)?),
        };
        let position = trainer.position();
        let frame = Arc::new(Frame {
            id: self.id,
            step: position.step,
            phase: position.phase,
            elapsed_secs: trainer.elapsed().as_secs_f64(),
            pictures: RunPictures {
                indices,
                reconstructions: Pictures {
                    shape: originals.shape,
                    pixels: to_bytes(&outputs),
                },
                originals: self.reuse(originals),
                errors,
            },
            codes,
            layers,
        });
        self.frame = Some(Arc::clone(&frame));
        self.is_frame_new = true;
        self.has_changed = false;
        self.has_other_images = false;
        if let Some(moment) = self.moment() {
            self.cadence.drawn(moment, Instant::now(), start.elapsed());
            if is_kept || self.cadence.is_kept(moment) {
                self.cadence.kept(moment);
                self.kept.push(frame);
            }
        }
        Ok(())
    }

    /// The same pixels as in the newest frame are held once, whatever the number of frames.
    fn reuse(&self, originals: Pictures) -> Arc<Pictures> {
        match &self.frame {
            Some(frame) if *frame.pictures.originals == originals => {
                Arc::clone(&frame.pictures.originals)
            }
            Some(_) | None => Arc::new(originals),
        }
    }
}

/// The images that are shown and where they are among `test`.
fn originals(test: &Images, chosen: &[u32]) -> (Vec<u32>, Pictures) {
    let indices = fitted(chosen, test.len());
    let shape = test.shape();
    let mut pixels = Vec::with_capacity(indices.len() * shape.pixels());
    for index in &indices {
        pixels.extend_from_slice(test.image(*index as usize));
    }
    (indices, Pictures { shape, pixels })
}

/// The chosen images, where `count` has them; the first ones not chosen in place of those it has not.
pub(super) fn fitted(chosen: &[u32], count: usize) -> Vec<u32> {
    let mut others = (0..count as u32).filter(|index| !chosen.contains(index));
    chosen
        .iter()
        .filter_map(|&index| {
            if (index as usize) < count {
                Some(index)
            } else {
                others.next()
            }
        })
        .collect()
}

fn codes(trainer: &mut Trainer) -> Result<Codes, TrainerError> {
    let latent = trainer.code_size();
    let test = trainer.data().test.len();
    let values = trainer.codes(code_count(test, latent))?;
    Ok(Codes {
        summary: LatentSummary::of(&values, latent),
        latent,
        values,
    })
}

/// How many codes of `latent` values a frame holds of `test` images.
fn code_count(test: usize, latent: usize) -> usize {
    let affordable = (CODE_VALUES / latent.max(1)).max(MIN_CODES);
    test.min(MAX_CODES).min(affordable)
}

fn layers(trainer: &mut Trainer) -> Result<Arc<[crate::model::LayerStat]>, TrainerError> {
    let probe: Vec<u32> = (0..trainer.data().test.len().min(PROBE) as u32).collect();
    Ok(trainer.layer_stats(&probe)?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_fit_a_smaller_test_set() {
        assert_eq!(fitted(&[7, 2, 9], 10), [7, 2, 9]);
        assert_eq!(fitted(&[7, 2, 9], 5), [0, 2, 1]);
        assert_eq!(fitted(&[3, 1, 2, 9], 2), [0, 1], "no more than there are");
        assert_eq!(fitted(&[], 5), [] as [u32; 0]);
    }

    #[test]
    fn codes_are_few_where_they_are_long() {
        assert_eq!(code_count(10_000, 2), 400);
        assert_eq!(code_count(10_000, 100), 327);
        assert_eq!(code_count(10_000, 2_000), 64);
        assert_eq!(code_count(30, 2_000), 30);
    }
}
