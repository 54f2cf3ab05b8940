//! Noise: the random zeros of denoising pretraining.
//!
//! Masks come from a generator of their own, not from the device: so they are the same on every
//! device, for every thread, and after a run was continued.

use burn::tensor::{Device, Tensor, TensorData};
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use crate::kernels::mask;

/// The noise of one training step.
#[derive(Clone, Debug)]
pub struct Noise {
    rate: f64,
    generator: ChaCha8Rng,
}

impl Noise {
    /// Noise that sets a share `rate` (0 to below 1) of the values to zero. The same seed, phase and
    /// step give the same zeros.
    pub fn new(rate: f64, seed: u64, phase: usize, step: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed ^ 0x6e6f_6973_6500_0000);
        generator.set_stream(phase as u64);
        // A step draws far fewer than 2³² words, so no two steps share any.
        generator.set_word_pos(u128::from(step) << 32);
        Self { rate, generator }
    }

    /// Sets values to zero at random and scales the others up, so that the mean stays (inverted
    /// dropout, Srivastava et al. 2014).
    pub fn drop_out(&mut self, x: Tensor<2>) -> Tensor<2> {
        if self.rate <= 0.0 {
            return x;
        }
        let [rows, columns] = x.dims();
        let mask = self.mask(rows, columns, &x.device());
        x * mask
    }

    fn mask(&mut self, rows: usize, columns: usize, device: &Device) -> Tensor<2> {
        let kept = (1.0 / (1.0 - self.rate)) as f32;
        let values = mask::draw(&mut self.generator, rows * columns, self.rate, kept);
        Tensor::from_data(TensorData::new(values, [rows, columns]), device)
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
