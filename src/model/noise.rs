//! Noise: the random numbers of a training step, such as the zeros of denoising pretraining.
//!
//! They come from a generator of their own, not from the device: so they are the same on every
//! device, for every thread, and after a run was continued.

use burn::tensor::{Device, Tensor, TensorData};
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use crate::kernels::mask;

/// What random numbers are for: each purpose has a generator of its own, so that one does not shift the
/// other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The zeros of dropout.
    Dropout,
    /// The damage of images.
    Corruption,
    /// The codes drawn by a Gaussian bottleneck.
    Code,
    /// Draws from the distribution that codes are compared with.
    Prior,
    /// The direction in which the slope of an encoder is taken.
    Direction,
    /// The vectors that entries of a codebook become.
    Entries,
}

impl Purpose {
    /// Its name in eight bytes, which tells the generators apart.
    fn key(self) -> u64 {
        u64::from_be_bytes(match self {
            Self::Dropout => *b"noise\0\0\0",
            Self::Corruption => *b"damage\0\0",
            Self::Code => *b"code\0\0\0\0",
            Self::Prior => *b"prior\0\0\0",
            Self::Direction => *b"slope\0\0\0",
            Self::Entries => *b"entries\0",
        })
    }
}

/// The noise of one training step.
#[derive(Clone, Debug)]
pub struct Noise {
    rate: f64,
    seed: u64,
    phase: usize,
    step: u64,
    /// Those that were needed so far.
    generators: Vec<(Purpose, ChaCha8Rng)>,
}

impl Noise {
    /// Noise whose dropout sets a share `rate` (0 to below 1) of the values to zero. The same seed,
    /// phase and step give the same numbers.
    pub fn new(rate: f64, seed: u64, phase: usize, step: u64) -> Self {
        Self {
            rate,
            seed,
            phase,
            step,
            generators: Vec::new(),
        }
    }

    /// The generator of a purpose.
    pub(super) fn generator(&mut self, purpose: Purpose) -> &mut ChaCha8Rng {
        let known = self.generators.iter().position(|(of, _)| *of == purpose);
        let place = known.unwrap_or_else(|| {
            let mut generator = ChaCha8Rng::seed_from_u64(self.seed ^ purpose.key());
            generator.set_stream(self.phase as u64);
            // A step draws far fewer than 2³² words, so no two steps share any.
            generator.set_word_pos(u128::from(self.step) << 32);
            self.generators.push((purpose, generator));
            self.generators.len() - 1
        });
        &mut self.generators[place].1
    }

    /// Draws from N(0, 1).
    pub(super) fn normal(
        &mut self,
        purpose: Purpose,
        [rows, columns]: [usize; 2],
        device: &Device,
    ) -> Tensor<2> {
        let values = mask::normal(self.generator(purpose), rows * columns, 1.0);
        Tensor::from_data(TensorData::new(values, [rows, columns]), device)
    }

    /// Sets values to zero at random and scales the others up, so that the mean stays (inverted
    /// dropout, Srivastava et al. 2014).
    pub fn drop_out(&mut self, x: Tensor<2>) -> Tensor<2> {
        if self.rate <= 0.0 {
            return x;
        }
        let [rows, columns] = x.dims();
        let kept = (1.0 / (1.0 - self.rate)) as f32;
        let rate = self.rate;
        let values = mask::draw(self.generator(Purpose::Dropout), rows * columns, rate, kept);
        let mask = Tensor::from_data(TensorData::new(values, [rows, columns]), &x.device());
        x * mask
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dropped(rate: f64, step: u64) -> Vec<f32> {
        let x = Tensor::<2>::ones([100, 100], &Device::flex());
        Noise::new(rate, 7, 1, step)
            .drop_out(x)
            .into_data()
            .try_to_vec()
            .unwrap()
    }

    #[test]
    fn the_rate_is_kept_and_so_is_the_mean() {
        let values = dropped(0.2, 3);
        let zeros = values.iter().filter(|v| **v == 0.0).count() as f64 / values.len() as f64;
        let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / values.len() as f64;
        assert!((zeros - 0.2).abs() < 0.02, "{zeros}");
        assert!((mean - 1.0).abs() < 0.03, "{mean}");
        assert!(dropped(0.0, 3).iter().all(|v| *v == 1.0));
    }

    #[test]
    fn a_step_always_has_the_same_noise_and_another_step_another() {
        assert_eq!(dropped(0.5, 3), dropped(0.5, 3));
        assert_ne!(dropped(0.5, 3), dropped(0.5, 4));
    }
}
