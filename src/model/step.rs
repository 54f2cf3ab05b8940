//! What a training step knows besides its batch: where it stands, and its random numbers.

use super::noise::Noise;

/// Where a training step or a measurement stands in its run, and its random numbers.
#[derive(Clone, Debug)]
pub struct StepContext {
    /// Index of the phase.
    pub phase: usize,
    /// Steps of the phase before it.
    pub step: u64,
    /// Epochs of the phase before it, with fractions: what warm-ups and annealing run over.
    pub epochs: f64,
    /// Random numbers of this step alone.
    pub noise: Noise,
}

impl StepContext {
    /// A first step without dropout, which stands for any other where nothing depends on time.
    pub fn first(seed: u64) -> Self {
        Self {
            phase: 0,
            step: 0,
            epochs: 0.0,
            noise: Noise::new(0.0, seed, 0, 0),
        }
    }
}
