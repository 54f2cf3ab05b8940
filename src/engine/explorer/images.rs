//! Images through a network, a few at a time: damaged first and by drawn codes, where that is asked for.

use burn::tensor::Tensor;

use crate::data::{Images, to_bytes};
use crate::engine::protocol::Pictures;
use crate::engine::wish::{Content, ImagesMade, ImagesSampled, ImagesSpec};
use crate::model::{Corruption, Noise};

use super::grid::MOST_PICTURES;
use super::parts::Parts;
use super::replica::{Replica, Trouble, read};

/// Seed of the noise that images are shown with: the same in every answer of every run.
const SHOWN_NOISE: u64 = u64::from_be_bytes(*b"shown\0\0\0");

/// Images on their way.
pub(super) struct ImagesJob {
    spec: ImagesSpec,
    images: Images,
    corruption: Option<Corruption>,
    parts: Parts,
    given: Vec<u8>,
    given_errors: Vec<f32>,
    made: Vec<u8>,
    errors: Vec<f32>,
    input_errors: Vec<f32>,
    /// Pixels and errors of each draw.
    samples: Vec<(Vec<u8>, Vec<f32>)>,
}

impl ImagesJob {
    pub(super) fn new(replica: &Replica, spec: &ImagesSpec) -> Result<Self, Trouble> {
        let shape = replica.shape();
        let found = spec.images.pixels.len();
        let images = Images::new(shape, spec.images.pixels.clone())
            .ok()
            .filter(|_images| spec.images.shape == shape)
            .ok_or(Trouble::ImageSize { shape, found })?;
        let count = images.len().min(spec.indices.len());
        let (most, found) = (MOST_PICTURES, count.saturating_mul(spec.draws + 1));
        if found > most {
            return Err(Trouble::TooMany { most, found });
        }
        let noise = spec.noise.as_ref();
        Ok(Self {
            corruption: noise.and_then(|noise| Corruption::new(noise.id, noise.level, shape)),
            spec: spec.clone(),
            images,
            parts: Parts::new(count),
            given: Vec::new(),
            given_errors: Vec::new(),
            made: Vec::new(),
            errors: Vec::new(),
            input_errors: Vec::new(),
            samples: Vec::new(),
        })
    }

    /// Puts some images more through. Returns whether those were the last.
    pub(super) fn advance(&mut self, replica: &Replica) -> Result<bool, Trouble> {
        let mut parts = self.parts;
        let is_last = parts.advance(|part| self.put_through(replica, part))?;
        self.parts = parts;
        Ok(is_last)
    }

    fn put_through(
        &mut self,
        replica: &Replica,
        part: std::ops::Range<usize>,
    ) -> Result<(), Trouble> {
        let places: Vec<u32> = part.clone().map(|place| place as u32).collect();
        let mut values = Vec::new();
        self.images.write_batch(&places, &mut values);
        let clean = replica.tensor(values, replica.shape().pixels());
        // Each image has noise of its own, whatever others it is shown among.
        let seed = SHOWN_NOISE.wrapping_add(self.spec.seed);
        let indices = &self.spec.indices[part];
        let noises = |draw: usize| -> Vec<Noise> {
            let of = |index: &u32| Noise::new(0.0, seed, draw, u64::from(*index));
            indices.iter().map(of).collect()
        };
        let given = self.corruption.map(|corruption| {
            let damaged = clean.clone().split(1, 0).into_iter().zip(noises(0));
            let damaged = damaged.map(|(image, mut noise)| corruption.damage(image, &mut noise));
            Tensor::cat(damaged.collect(), 0)
        });
        let input = given.clone().unwrap_or_else(|| clean.clone());
        let network = replica.network();
        let mut draws: Vec<Vec<Noise>> = (0..self.spec.draws).map(noises).collect();
        let codes = if draws.is_empty() {
            None
        } else {
            network.sample(input.clone(), &mut draws)
        };
        let mut sampled = Vec::new();
        for codes in codes.into_iter().flatten() {
            let outputs = network.decode(codes);
            let errors = read(squared(outputs.clone(), clean.clone()))?;
            sampled.push((to_bytes(&read(outputs)?), errors));
        }
        self.samples.resize_with(sampled.len(), Default::default);
        for ((pixels, errors), (more, more_errors)) in self.samples.iter_mut().zip(sampled) {
            pixels.extend(more);
            errors.extend(more_errors);
        }
        let outputs = network.reconstruct(input.clone());
        self.made.extend(to_bytes(&read(outputs.clone())?));
        self.errors
            .extend(read(squared(outputs.clone(), clean.clone()))?);
        self.input_errors.extend(read(squared(outputs, input))?);
        if let Some(given) = given {
            self.given.extend(to_bytes(&read(given.clone())?));
            self.given_errors.extend(read(squared(given, clean))?);
        }
        Ok(())
    }

    /// What was found.
    pub(super) fn finish(self, replica: &Replica) -> Content {
        let shape = replica.shape();
        let pictures = |pixels| Pictures { shape, pixels };
        Content::Images(Box::new(ImagesMade {
            spec: self.spec,
            given: self.corruption.map(|_| pictures(self.given)),
            given_errors: self.given_errors,
            pictures: pictures(self.made),
            errors: self.errors,
            input_errors: self.input_errors,
            samples: self
                .samples
                .into_iter()
                .map(|(pixels, errors)| ImagesSampled {
                    pictures: pictures(pixels),
                    errors,
                })
                .collect(),
        }))
    }
}

/// Mean squared difference of each image, `[images, 1]`.
fn squared(one: Tensor<2>, other: Tensor<2>) -> Tensor<2> {
    (one - other).square().mean_dim(1)
}
