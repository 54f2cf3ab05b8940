//! Losses on whole batches: the value and its gradient in one pass.

#![allow(
    clippy::inline_always,
    reason = "loops are only vectorised with what they call inside"
)]

use rayon::prelude::*;

use super::pointwise::{Bend, Loop, exp, part_length, sigmoid, vectorised};
use super::pool;

/// Neighbouring values summed side by side.
const LANES: usize = 32;

/// What is averaged over all values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distance {
    /// (bend(x) − t)²
    Square(Bend),
    /// Cross-entropy of t and the sigmoid of x: ln(1 + eˣ) − t x
    CrossEntropy,
}

/// Mean distance between `x`, the last layer's values before the output function, and `target`, with
/// its gradient by `x`.
pub fn mean(distance: Distance, x: &[f32], target: &[f32]) -> (f32, Vec<f32>) {
    match distance {
        Distance::Square(Bend::Linear) => squares(x, target, |x| x, |_| 1.0),
        Distance::Square(Bend::Relu) => squares(
            x,
            target,
            |x| if x < 0.0 { 0.0 } else { x },
            |y| if y > 0.0 { 1.0 } else { 0.0 },
        ),
        Distance::Square(Bend::LeakyRelu) => squares(
            x,
            target,
            |x| if x < 0.0 { 0.01 * x } else { x },
            |y| if y > 0.0 { 1.0 } else { 0.01 },
        ),
        Distance::Square(Bend::Tanh) => squares(x, target, super::pointwise::tanh, |y| 1.0 - y * y),
        Distance::Square(Bend::Sigmoid) => squares(x, target, sigmoid, |y| y * (1.0 - y)),
        Distance::CrossEntropy => cross_entropies(x, target),
    }
}

/// The gradient of the mean distance by the target.
pub fn target_gradient(distance: Distance, x: &[f32], target: &[f32]) -> Vec<f32> {
    let weight = 1.0 / x.len() as f32;
    let by_target: fn(f32, f32) -> f32 = match distance {
        Distance::Square(Bend::Linear) => |x, t| 2.0 * (t - x),
        Distance::Square(Bend::Relu) => |x, t| 2.0 * (t - if x < 0.0 { 0.0 } else { x }),
        Distance::Square(Bend::LeakyRelu) => |x, t| 2.0 * (t - if x < 0.0 { 0.01 * x } else { x }),
        Distance::Square(Bend::Tanh) => |x, t| 2.0 * (t - super::pointwise::tanh(x)),
        Distance::Square(Bend::Sigmoid) => |x, t| 2.0 * (t - sigmoid(x)),
        Distance::CrossEntropy => |x, _t| -x,
    };
    let mut gradient = pool::take(x.len());
    gradient
        .par_iter_mut()
        .zip(x.par_iter().zip(target))
        .for_each(|(gradient, (x, target))| *gradient = weight * by_target(*x, *target));
    gradient
}

fn squares(
    x: &[f32],
    target: &[f32],
    bend: impl Fn(f32) -> f32 + Sync,
    slope: impl Fn(f32) -> f32 + Sync,
) -> (f32, Vec<f32>) {
    let scale = 2.0 / x.len() as f32;
    in_parts(x, target, |part| {
        vectorised(Squares {
            part,
            scale,
            bend: &bend,
            slope: &slope,
        })
    })
}

/// Neighbouring values, and where their gradient goes.
struct Part<'a> {
    x: &'a [f32],
    target: &'a [f32],
    gradient: &'a mut [f32],
}

struct Squares<'a, B, S> {
    part: Part<'a>,
    /// Twice the weight of one value.
    scale: f32,
    bend: B,
    slope: S,
}

impl<B: Fn(f32) -> f32, S: Fn(f32) -> f32> Loop for Squares<'_, B, S> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        let Part {
            x,
            target,
            gradient,
        } = self.part;
        let mut sums = [0.0_f32; LANES];
        let (wholes, rest) = x.as_chunks::<LANES>();
        let (whole_targets, target) = target.as_chunks::<LANES>();
        let (whole_gradients, gradient) = gradient.as_chunks_mut::<LANES>();
        // Of a length known beforehand, so that the sums stay in registers.
        for ((x, target), gradient) in wholes.iter().zip(whole_targets).zip(whole_gradients) {
            for lane in 0..LANES {
                let y = (self.bend)(x[lane]);
                let difference = y - target[lane];
                sums[lane] += difference * difference;
                gradient[lane] = self.scale * difference * (self.slope)(y);
            }
        }
        for (((x, target), gradient), sum) in rest.iter().zip(target).zip(gradient).zip(&mut sums) {
            let y = (self.bend)(*x);
            let difference = y - target;
            *sum += difference * difference;
            *gradient = self.scale * difference * (self.slope)(y);
        }
        sums.iter().map(|sum| f64::from(*sum)).sum()
    }
}

fn cross_entropies(x: &[f32], target: &[f32]) -> (f32, Vec<f32>) {
    let scale = 1.0 / x.len() as f32;
    in_parts(x, target, |part| vectorised(Entropies { part, scale }))
}

struct Entropies<'a> {
    part: Part<'a>,
    /// Weight of one value.
    scale: f32,
}

impl Loop for Entropies<'_> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        /// Factors of 1 to 2 whose product an f32 holds.
        const FACTORS: usize = 64;
        let Part {
            x,
            target,
            gradient,
        } = self.part;
        let mut total = 0.0;
        let blocks = x
            .chunks(FACTORS * LANES)
            .zip(target.chunks(FACTORS * LANES))
            .zip(gradient.chunks_mut(FACTORS * LANES));
        for ((x, target), gradient) in blocks {
            // ln(1 + eˣ) = max(x, 0) + ln(1 + e⁻ˡˣˡ), and a sum of logarithms is that of the product.
            let (mut sums, mut products) = ([0.0_f32; LANES], [1.0_f32; LANES]);
            let chunks = x.chunks(LANES).zip(target.chunks(LANES));
            for ((x, target), gradient) in chunks.zip(gradient.chunks_mut(LANES)) {
                let sums = sums.iter_mut().zip(&mut products);
                for (((x, target), gradient), (sum, product)) in
                    x.iter().zip(target).zip(gradient).zip(sums)
                {
                    *product *= 1.0 + exp(-x.abs());
                    *sum += (if *x < 0.0 { 0.0 } else { *x }) - target * x;
                    *gradient = self.scale * (sigmoid(*x) - target);
                }
            }
            let logarithms = products.iter().map(|product| f64::from(*product).ln());
            total += logarithms.sum::<f64>() + sums.iter().map(|sum| f64::from(*sum)).sum::<f64>();
        }
        total
    }
}

/// Shares the values out among threads and averages what `work` sums up; `work` writes the gradient.
fn in_parts(x: &[f32], target: &[f32], work: impl Fn(Part<'_>) -> f64 + Sync) -> (f32, Vec<f32>) {
    let length = part_length(LANES);
    let mut gradient = pool::take(x.len());
    let sums: Vec<f64> = gradient
        .par_chunks_mut(length)
        .zip(x.par_chunks(length).zip(target.par_chunks(length)))
        .map(|(gradient, (x, target))| {
            work(Part {
                x,
                target,
                gradient,
            })
        })
        .collect();
    let total: f64 = sums.iter().sum();
    ((total / x.len() as f64) as f32, gradient)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DISTANCES: [Distance; 6] = [
        Distance::Square(Bend::Linear),
        Distance::Square(Bend::Relu),
        Distance::Square(Bend::LeakyRelu),
        Distance::Square(Bend::Tanh),
        Distance::Square(Bend::Sigmoid),
        Distance::CrossEntropy,
    ];

    fn exactly(distance: Distance, x: f64, t: f64) -> f64 {
        let y = match distance {
            Distance::Square(Bend::Linear) => x,
            Distance::Square(Bend::Relu) => x.max(0.0),
            Distance::Square(Bend::LeakyRelu) => x.max(0.01 * x),
            Distance::Square(Bend::Tanh) => x.tanh(),
            Distance::Square(Bend::Sigmoid) => 1.0 / (1.0 + (-x).exp()),
            Distance::CrossEntropy => return x.max(0.0) + (-x.abs()).exp().ln_1p() - t * x,
        };
        (y - t).powi(2)
    }

    #[test]
    fn losses_and_gradients_are_those_of_the_formulas() {
        let count = 40_001;
        let x: Vec<f32> = (0..count)
            .map(|at| (at * 7919 % 4001) as f32 / 400.0 - 5.0003)
            .collect();
        let target: Vec<f32> = (0..count)
            .map(|at| (at * 31 % 256) as f32 / 255.0)
            .collect();
        for distance in DISTANCES {
            let (loss, gradient) = mean(distance, &x, &target);
            let by_target = target_gradient(distance, &x, &target);
            let pairs = x.iter().zip(&target);
            let right: f64 = pairs
                .map(|(x, t)| exactly(distance, f64::from(*x), f64::from(*t)))
                .sum::<f64>()
                / count as f64;
            assert!(
                (f64::from(loss) / right - 1.0).abs() < 1e-6,
                "{distance:?}: {loss} {right}"
            );
            for ((x, t), gradient) in x.iter().zip(&target).zip(&by_target) {
                let (x, t, h) = (f64::from(*x), f64::from(*t), 1e-4);
                let slope = (exactly(distance, x, t + h) - exactly(distance, x, t - h)) / (2.0 * h);
                let found = f64::from(*gradient) * count as f64;
                assert!(
                    (found - slope).abs() < 2e-4,
                    "{distance:?} by the target at {x}: {found} {slope}"
                );
            }
            for ((x, t), gradient) in x.iter().zip(&target).zip(&gradient) {
                let (x, t, h) = (f64::from(*x), f64::from(*t), 1e-4);
                let slope = (exactly(distance, x + h, t) - exactly(distance, x - h, t)) / (2.0 * h);
                let found = f64::from(*gradient) * count as f64;
                assert!(
                    (found - slope).abs() < 2e-4,
                    "{distance:?} at {x}: {found} {slope}"
                );
            }
        }
    }

    #[test]
    fn what_is_not_a_number_shows_in_the_loss() {
        for distance in DISTANCES {
            let (loss, _) = mean(distance, &[0.5, f32::NAN], &[0.5, 0.5]);
            assert!(loss.is_nan(), "{distance:?}");
        }
    }
}
