//! Where a walk begins: the code of one image for every run, or a code of each run's own.
//!
//! An *origin* is chosen once for all runs; what it is in the space of one run follows from the codes
//! of that run.

use std::f32::consts::TAU;

use serde::{Deserialize, Serialize};

use crate::engine::{Codes, InputImage, Start};

use super::super::run::Run;
use super::super::state::AppState;

/// Where codes begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// The code of a test image.
    Image(u32),
    /// The code of the image of the pane "One input".
    Drawn,
    /// The mean of the codes of the test images.
    Mean,
    /// A code drawn from mean and spread of those of the test images, by number.
    Random(u64),
}

impl AppState {
    /// Where the code of a run begins, once that is known.
    pub(in crate::gui) fn code_start(&self, run: &Run) -> Option<Start> {
        match self.latent.origin {
            Origin::Image(index) => {
                let last = run.info.as_ref()?.dataset.test.checked_sub(1)?;
                let last = u32::try_from(last).unwrap_or(u32::MAX);
                Some(Start::Image(InputImage::Test(index.min(last))))
            }
            Origin::Drawn => Some(Start::Image(self.drawn()?)),
            Origin::Mean => Some(Start::Code(mean(self.codes(run)?).into())),
            Origin::Random(number) => Some(Start::Code(random(self.codes(run)?, number).into())),
        }
    }

    /// The code a run begins with as far as it is known without asking.
    pub(super) fn expected_start(&self, run: &Run) -> Option<Vec<f32>> {
        let codes = self.codes(run)?;
        match self.latent.origin {
            Origin::Image(index) => {
                let code = codes.get(index as usize);
                (!code.is_empty()).then(|| code.to_vec())
            }
            Origin::Drawn => None,
            Origin::Mean => Some(mean(codes)),
            Origin::Random(number) => Some(random(codes, number)),
        }
    }

    /// The image of the pane "One input".
    pub(super) fn drawn(&self) -> Option<InputImage> {
        self.input.image()
    }

    /// Test images that every run has.
    pub(super) fn test_images(&self) -> u32 {
        let counts = self.runs.iter().filter_map(|run| run.info.as_ref());
        let fewest = counts.map(|info| info.dataset.test).min().unwrap_or(0);
        u32::try_from(fewest).unwrap_or(u32::MAX)
    }
}

pub(super) fn mean(codes: &Codes) -> Vec<f32> {
    let dimensions = codes.summary.dimensions.iter();
    dimensions.map(|dimension| dimension.mean).collect()
}

/// A code with every value from a normal distribution of the mean and spread of its dimension.
fn random(codes: &Codes, number: u64) -> Vec<f32> {
    let dimensions = codes.summary.dimensions.iter();
    dimensions
        .zip(0_u64..)
        .map(|(dimension, index)| dimension.mean + dimension.std * normal(number, index))
        .collect()
}

/// A normal number that is the same for the same arguments (Box & Muller 1958).
fn normal(number: u64, index: u64) -> f32 {
    let uniform = |part: u64| {
        let bits = scramble(scramble(number) ^ (2 * index + part)) >> 40;
        (bits as f32 + 0.5) / (1_u64 << 24) as f32
    };
    (-2.0 * uniform(0).ln()).sqrt() * (TAU * uniform(1)).cos()
}

/// The output function of the generator by Steele, Lea & Flood (2014), after its step.
pub(super) fn scramble(state: u64) -> u64 {
    let state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_numbers_are_normal_and_repeat() {
        let numbers: Vec<f32> = (0..20_000).map(|i| normal(i / 100, i % 100)).collect();
        let mean = numbers.iter().sum::<f32>() / 20_000.0;
        let variance = numbers.iter().map(|n| n * n).sum::<f32>() / 20_000.0;
        assert!(mean.abs() < 0.03, "mean {mean}");
        assert!((variance - 1.0).abs() < 0.04, "variance {variance}");
        let beyond = numbers.iter().filter(|n| n.abs() > 2.0).count();
        assert!(
            (800..1_020).contains(&beyond),
            "{beyond} of 20,000 beyond 2"
        );
        assert_eq!(normal(3, 4), normal(3, 4));
        assert_ne!(normal(3, 4), normal(4, 4));
    }
}
