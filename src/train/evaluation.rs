//! Evaluation: the mean squared error on all test images, a chunk at a time.
//!
//! It goes in chunks, so that other runs and the window get their turn in between, and it looks at the
//! outputs while it has them: a network that answers every image with the same picture is told from
//! one that learns slowly.

use burn::tensor::{Tensor, Transaction};

use crate::data::Images;
use crate::model::{StepContext, Tally, Trainee, TrainingError};

use super::feed::{Feed, Half};
use super::metrics::{Measures, TermValues, Verdict};

/// Test images of one chunk at most.
const CHUNK: usize = 500;

/// Outputs vary less than this share of what the images vary by: they are all the same picture.
const CONSTANT_SHARE: f64 = 0.02;

/// Mean output below which a constant output is black.
const BLACK: f64 = 0.01;

/// A measurement under way.
pub(super) struct Evaluation {
    /// Chunks that are done.
    chunk: usize,
    /// Per image, chunk by chunk; sums over all images of outputs and of squared outputs, per pixel.
    errors: Vec<Tensor<1>>,
    outputs: Option<[Tensor<2>; 2]>,
    tally: Tally,
}

/// What a finished measurement found.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    pub(super) mse: f64,
    pub(super) verdict: Verdict,
    pub(super) terms: TermValues,
    pub(super) measures: Measures,
}

impl Evaluation {
    pub(super) fn new() -> Self {
        Self {
            chunk: 0,
            errors: Vec::new(),
            outputs: None,
            tally: Tally::default(),
        }
    }

    /// One more chunk; the finding once all images have been seen.
    pub(super) fn advance(
        &mut self,
        trainee: &dyn Trainee,
        feed: &mut Feed,
        spread: &Spread,
        context: &StepContext,
    ) -> Result<Option<Finding>, TrainingError> {
        let count = feed.data().test.len();
        let indices: Vec<u32> = chunk(self.chunk, count).map(|at| at as u32).collect();
        let images = feed.batch(Half::Test, &indices);
        let outputs = trainee.measure(images.clone(), self.chunk, context, &mut self.tally);
        let difference = outputs.clone() - images;
        self.errors
            .push((difference.clone() * difference).mean_dim(1).flatten(0, 1));
        let sums = [
            outputs.clone().sum_dim(0),
            (outputs.clone() * outputs).sum_dim(0),
        ];
        self.outputs = Some(match self.outputs.take() {
            None => sums,
            Some([sum, squares]) => {
                let [more_sum, more_squares] = sums;
                [sum + more_sum, squares + more_squares]
            }
        });
        self.chunk += 1;
        if self.chunk < chunks(count) {
            return Ok(None);
        }
        self.finish(count, spread).map(Some)
    }

    fn finish(&mut self, count: usize, spread: &Spread) -> Result<Finding, TrainingError> {
        let errors = Tensor::cat(std::mem::take(&mut self.errors), 0);
        let outputs = self.outputs.take().into_iter().flatten();
        let outputs = outputs.map(|sum| sum.flatten::<1>(0, 1));
        let tally = std::mem::take(&mut self.tally);
        let pending = std::iter::once(errors).chain(outputs);
        let transaction = pending
            .chain(tally.pending())
            .fold(Transaction::default(), Transaction::register);
        let mut data = Vec::new();
        for array in transaction.try_execute()? {
            data.push(array.try_to_vec::<f32>()?);
        }
        let mean = |values: &[f32]| {
            values.iter().map(|v| f64::from(*v)).sum::<f64>() / values.len().max(1) as f64
        };
        let [errors, sum, squares, tallied @ ..] = &data[..] else {
            unreachable!("as many arrays are read as were registered");
        };
        let (terms, figures) = tally.finish(tallied);
        let mut in_order = vec![0.0; count];
        let places = (0..chunks(count)).flat_map(|index| chunk(index, count));
        for (place, error) in places.zip(errors) {
            in_order[place] = *error;
        }
        let mse = mean(&in_order);
        let images = count as f64;
        let variance = sum
            .iter()
            .zip(squares)
            .map(|(s, q)| f64::from(*q) / images - (f64::from(*s) / images).powi(2))
            .sum::<f64>()
            / sum.len().max(1) as f64;
        let verdict = spread.judge(mse, mean(sum) / images, variance);
        Ok(Finding {
            mse,
            verdict,
            terms: TermValues::new(terms.into_iter().collect()),
            measures: Measures::new(figures.into_iter().collect()),
        })
    }
}

/// Number of chunks that so many test images are measured in.
fn chunks(count: usize) -> usize {
    count.div_ceil(CHUNK).max(1)
}

/// Places of the images of a chunk, spread over the whole set: those that follow each other in a file
/// are often alike, and what is measured of a chunk as a whole, such as the distribution of its codes,
/// is to hold for the set.
fn chunk(index: usize, count: usize) -> impl Iterator<Item = usize> {
    (index..count).step_by(chunks(count))
}

/// How much the test images differ from each other: the measure for outputs that do not.
pub(super) struct Spread {
    variance: f64,
}

impl Spread {
    pub(super) fn of(images: &Images) -> Self {
        let pixels = images.shape().pixels();
        let count = images.len() as f64;
        let mut sums = vec![0_u64; pixels];
        let mut squares = vec![0_u64; pixels];
        for image in images.pixels().chunks_exact(pixels) {
            for ((sum, square), pixel) in sums.iter_mut().zip(&mut squares).zip(image) {
                let pixel = u64::from(*pixel);
                *sum += pixel;
                *square += pixel * pixel;
            }
        }
        let variance = sums
            .iter()
            .zip(&squares)
            .map(|(s, q)| *q as f64 / count - (*s as f64 / count).powi(2))
            .sum::<f64>()
            / (pixels as f64 * 255.0 * 255.0);
        Self { variance }
    }

    /// Judges outputs by their mean level and their variance over images, both averaged over pixels.
    fn judge(&self, mse: f64, level: f64, variance: f64) -> Verdict {
        // Where the images do not differ, outputs that do not either are right.
        if self.variance < 1e-9 || variance > CONSTANT_SHARE * self.variance {
            Verdict::Varied
        } else if level < BLACK {
            Verdict::AllBlack
        } else if mse <= 1.05 * self.variance {
            Verdict::MeanImage
        } else {
            Verdict::Constant
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::ImageShape;

    #[test]
    fn chunks_are_spread_over_the_set_and_hold_every_image_once() {
        for count in [1, 32, 500, 501, 10_000] {
            let mut places: Vec<usize> = Vec::new();
            for index in 0..chunks(count) {
                let of: Vec<usize> = chunk(index, count).collect();
                assert!(of.len() <= CHUNK && of.len() >= count / chunks(count));
                assert!(of[of.len() - 1] + chunks(count) >= count, "to the end");
                places.extend(of);
            }
            places.sort_unstable();
            assert!(places.into_iter().eq(0..count), "{count}");
        }
    }

    #[test]
    fn constant_outputs_are_told_apart() {
        let shape = ImageShape {
            width: 2,
            height: 1,
            channels: 1,
        };
        let images = Images::new(shape, vec![0, 255, 255, 255, 0, 255, 255, 255]).unwrap();
        let spread = Spread::of(&images);
        assert!(
            (spread.variance - 0.125).abs() < 1e-9,
            "{}",
            spread.variance
        );
        assert_eq!(spread.judge(0.125, 0.75, 0.0), Verdict::MeanImage);
        assert_eq!(spread.judge(0.75, 0.001, 0.0), Verdict::AllBlack);
        assert_eq!(spread.judge(0.3, 0.4, 0.0), Verdict::Constant);
        assert_eq!(spread.judge(0.1, 0.75, 0.05), Verdict::Varied);
        let alike = Spread { variance: 0.0 };
        assert_eq!(alike.judge(0.0, 0.0, 0.0), Verdict::Varied);
    }
}
