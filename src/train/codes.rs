//! Codes that are computed once: those of stages that do not train.
//!
//! While a pair of layers is pretrained, what reaches it from the frozen pairs outside is the same in
//! every epoch. *Frozen codes* keep it for the length of a phase, from the first time that one of some
//! neighbouring images comes up. These are always encoded together: a matrix product of another size
//! may round otherwise, and a run that goes on from a file must have the same codes to the last bit.

use burn::tensor::{Tensor, TensorData};

use crate::model::{Batch, LayerInfo, Objective, Side, TrainingError};

use super::error::TrainerError;
use super::feed::Half;
use super::schedule::Schedule;
use super::trainer::Trainer;

/// Largest memory for the codes of one run, in bytes.
const MOST_BYTES: usize = 128 << 20;

/// Neighbouring images that are encoded together.
const CHUNK: usize = 256;

/// Codes of training images in one phase, as far as they are known.
#[derive(Debug, Default)]
pub(super) struct FrozenCodes {
    /// The phase they are of, and what trains in it.
    of: Option<(usize, Objective)>,
    shelf: Option<Shelf>,
}

#[derive(Debug)]
struct Shelf {
    /// Values of one code.
    width: usize,
    values: Vec<f32>,
    /// One entry a chunk.
    is_known: Vec<bool>,
}

impl Shelf {
    /// Room for the codes of `images` images; `None` where that is too much.
    fn new(images: usize, width: usize) -> Option<Self> {
        let values = images.checked_mul(width)?;
        (width > 0 && values <= MOST_BYTES / size_of::<f32>()).then(|| Self {
            width,
            values: vec![0.0; values],
            is_known: vec![false; images.div_ceil(CHUNK)],
        })
    }

    /// The codes of `indices`, one after the other; `encode` gives those of the images it is asked for.
    fn of(
        &mut self,
        indices: &[u32],
        encode: impl Fn(&[u32]) -> Result<Vec<f32>, TrainingError>,
    ) -> Result<Vec<f32>, TrainingError> {
        let images = (self.values.len() / self.width) as u32;
        for index in indices {
            let chunk = *index as usize / CHUNK;
            if !self.is_known[chunk] {
                let start = (chunk * CHUNK) as u32;
                let all: Vec<u32> = (start..images).take(CHUNK).collect();
                let codes = encode(&all)?;
                self.values[start as usize * self.width..][..codes.len()].copy_from_slice(&codes);
                self.is_known[chunk] = true;
            }
        }
        let mut codes = Vec::with_capacity(indices.len() * self.width);
        for index in indices {
            codes.extend_from_slice(&self.values[*index as usize * self.width..][..self.width]);
        }
        Ok(codes)
    }
}

impl Trainer {
    /// The training images `indices`, with their codes where outer stages are frozen.
    pub(super) fn batch(&mut self, indices: &[u32]) -> Result<Batch, TrainerError> {
        let of = Some((self.position.phase, self.trainee.objective()));
        if self.codes.of != of {
            self.codes = FrozenCodes {
                of,
                shelf: self.room_for_codes(),
            };
        }
        let Some(shelf) = &mut self.codes.shelf else {
            return Ok(self.feed.batch(Half::Train, indices).into());
        };
        let codes = shelf.of(indices, |unknown| {
            let images = self.feed.batch(Half::Train, unknown);
            Ok(self
                .trainee
                .frozen_codes(images)
                .try_into_data()?
                .try_to_vec()?)
        })?;
        let codes = TensorData::new(codes, [indices.len(), shelf.width]);
        let is_rebuilt = self.trainee.objective().rebuilds_images();
        Ok(Batch {
            images: is_rebuilt.then(|| self.feed.batch(Half::Train, indices)),
            codes: Some(Tensor::from_data(codes, self.trainee.device())),
        })
    }

    /// Floating point operations of a training step for one image, a multiply-add counted as two:
    /// those of the phase under way that cannot be left out. What frozen stages make of the image
    /// once and for all does not count, nor do gradients that nobody needs.
    pub fn operations_per_image(&self) -> f64 {
        let stages = self.trainee.stages();
        operations(self.trainee.layers(), stages, self.trainee.objective())
    }

    /// Waits until the device has done all it was given.
    ///
    /// # Errors
    /// When the device fails.
    pub fn wait(&self) -> Result<(), TrainerError> {
        Ok(self.trainee.device().sync().map_err(TrainingError::from)?)
    }

    /// Room for codes, where stages are frozen and keeping theirs pays: on a device with a memory of
    /// its own it would not.
    fn room_for_codes(&self) -> Option<Shelf> {
        let stages = self.trainee.stages();
        let outermost = self.trainee.objective().entry(stages).checked_sub(1)?;
        let width = self.trainee.layers().get(outermost)?.outputs;
        if self.feed.is_resident() || !self.trainee.has_frozen_codes() {
            return None;
        }
        Shelf::new(self.data().train.len(), width)
    }
}

/// The phase that takes most of the work of a schedule, the last one of equals.
pub fn heaviest_phase(schedule: &Schedule, layers: &[LayerInfo], stages: usize) -> usize {
    let phases = schedule.phases.iter();
    let work =
        phases.map(|phase| phase.epochs as f64 * operations(layers, stages, phase.objective));
    let heaviest = work.enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
    heaviest.map_or(0, |(index, _)| index)
}

/// Floating point operations of a training step for one image; see [`Trainer::operations_per_image`].
fn operations(layers: &[LayerInfo], stages: usize, objective: Objective) -> f64 {
    let (entry, trained) = (objective.entry(stages), objective.trained(stages));
    let is_used = |layer: &&LayerInfo| {
        trained.contains(&layer.stage)
            || (objective.rebuilds_images()
                && layer.side == Side::Decoder
                && layer.stage < trained.end)
    };
    let layers = layers.iter().filter(is_used);
    let products = layers.map(|layer| {
        let is_trained = trained.contains(&layer.stage);
        let is_first = layer.side == Side::Encoder && layer.stage == entry;
        // Forwards, the gradient of the weights, that of what came in.
        let times = 1 + usize::from(is_trained) + usize::from(!is_first);
        layer.products * times
    });
    2.0 * products.sum::<usize>() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_computed_once() {
        let mut codes = Shelf::new(600, 2).unwrap();
        let asked = std::cell::RefCell::new(Vec::new());
        let mut of = |indices: &[u32]| {
            let found = codes.of(indices, |unknown| {
                asked.borrow_mut().push((unknown[0], unknown.len()));
                let codes = unknown.iter().flat_map(|i| [*i as f32, -(*i as f32)]);
                Ok(codes.collect())
            });
            found.unwrap()
        };
        assert_eq!(of(&[2, 599]), [2.0, -2.0, 599.0, -599.0]);
        assert_eq!(of(&[0, 300, 2]), [0.0, -0.0, 300.0, -300.0, 2.0, -2.0]);
        assert_eq!(of(&[512, 511]), [512.0, -512.0, 511.0, -511.0]);
        assert_eq!(*asked.borrow(), [(0, 256), (512, 88), (256, 256)]);
    }

    /// Pretraining with kept codes, and with codes that are computed anew in every step.
    #[test]
    fn kept_codes_are_those_of_the_frozen_stages() {
        use crate::data::{DatasetRequest, open};
        use crate::model::{Pretraining, variant};
        use crate::train::{Compute, RunConfig};
        use burn::tensor::Device;
        use std::sync::Arc;

        let request = DatasetRequest {
            location: "glyphs".to_owned(),
            limit: Some(100),
            ..DatasetRequest::default()
        };
        let data = Arc::new(open(&request).unwrap());
        let compute = Compute {
            device: Device::flex(),
            name: "Flex".to_owned(),
            key: "flex".to_owned(),
            has_own_memory: false,
            remarks: Vec::new(),
        };
        for schedule in [Pretraining::Greedy, Pretraining::EndsInward] {
            let mut config = RunConfig::recipe(variant("stacked").unwrap(), "glyphs");
            config.batch = 16;
            config.pretraining = schedule;
            config.rebuild_schedule(variant("stacked").unwrap());
            for phase in &mut config.schedule.phases {
                phase.epochs = 2;
            }
            let run = |is_kept: bool| {
                let mut trainer =
                    Trainer::new(config.clone(), Arc::clone(&data), &compute).unwrap();
                let mut has_kept = false;
                while !trainer.is_finished() {
                    if !is_kept {
                        trainer.codes = FrozenCodes {
                            of: Some((trainer.position.phase, trainer.trainee.objective())),
                            shelf: None,
                        };
                    }
                    trainer.advance().unwrap();
                    has_kept |= trainer.codes.shelf.is_some();
                }
                trainer.collect().unwrap();
                assert_eq!(has_kept, is_kept);
                trainer.metrics().train.values().to_vec()
            };
            for (kept, anew) in run(true).into_iter().zip(run(false)) {
                assert!(
                    (kept / anew - 1.0).abs() < 1e-3,
                    "{schedule:?}: {kept} {anew}"
                );
            }
        }
    }

    #[test]
    fn memory_is_bounded() {
        assert!(Shelf::new(60_000, 500).is_some());
        assert!(Shelf::new(60_000, 2000).is_none());
        assert!(Shelf::new(usize::MAX, 2).is_none());
    }
}
