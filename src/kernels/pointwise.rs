//! Functions of single values over whole arrays: what follows a matrix product.
//!
//! Loops are compiled for several generations of processors, the best is taken at run time (`pulp`),
//! and long arrays are shared out among threads in parts that depend on their length alone. A loop
//! with much inside is a [`Loop`] of its own rather than a closure: a long closure is compiled apart,
//! once and for the oldest processor, and only called from the others.

#![allow(
    clippy::inline_always,
    reason = "loops are only vectorised with what they call inside"
)]

use pulp::Arch;
pub(super) use pulp::NullaryFnOnce as Loop;
use rayon::prelude::*;

/// Values a thread is given at least: below this, waking one costs more than it saves.
pub(super) const PART: usize = 16 << 10;

/// eˣ to 2·10⁻⁷, written so that a compiler can do many at once. Ends at the largest and smallest
/// powers that are ordinary f32.
#[inline(always)]
#[expect(
    clippy::excessive_precision,
    reason = "ln 2 in two parts, to the last bit"
)]
pub(super) fn exp(x: f32) -> f32 {
    const ROUND: f32 = 12_582_912.0;
    const LN2_HIGH: f32 = 0.693_359_375;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    let x = x.clamp(-87.3, 88.3);
    // Adding 1.5 · 2²³ leaves the nearest whole number in the last bits.
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let power = shifted - ROUND;
    let rest = x - power * LN2_HIGH - power * LN2_LOW;
    let mut sum = 1.987_569_1e-4;
    for factor in [
        1.398_199_9e-3,
        8.333_452e-3,
        4.166_579_6e-2,
        1.666_666_5e-1,
        5.000_000_1e-1,
    ] {
        sum = sum * rest + factor;
    }
    let fraction = sum * rest * rest + rest + 1.0;
    fraction * f32::from_bits((shifted.to_bits() << 23).wrapping_add(0x3f80_0000))
}

#[inline(always)]
pub(super) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

#[inline(always)]
pub(super) fn tanh(x: f32) -> f32 {
    // Near 0 the difference below would cancel: an odd polynomial (Cephes) instead.
    let square = x * x;
    let mut sum = -5.704_988_7e-3;
    for factor in [
        2.063_909e-2,
        -5.373_971_6e-2,
        1.333_144_2e-1,
        -3.333_328_3e-1,
    ] {
        sum = sum * square + factor;
    }
    let near = x + x * square * sum;
    let far = 1.0 - 2.0 / (1.0 + exp(2.0 * x));
    if x.abs() < 0.625 { near } else { far }
}

// Written so that what is not a number stays so, and is noticed.
#[inline(always)]
fn relu(x: f32) -> f32 {
    if x < 0.0 { 0.0 } else { x }
}

#[inline(always)]
fn leaky_relu(x: f32) -> f32 {
    if x < 0.0 { 0.01 * x } else { x }
}

/// Runs `work` compiled for this processor.
#[inline(always)]
pub(super) fn vectorised<L: Loop>(work: L) -> L::Output {
    Arch::new().dispatch(work)
}

/// An activation whose derivative follows from its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bend {
    /// x
    Linear,
    /// max(0, x)
    Relu,
    /// x above zero, 0.01 x below
    LeakyRelu,
    /// tanh x
    Tanh,
    /// 1 / (1 + e⁻ˣ)
    Sigmoid,
}

/// Adds to every row its bias and bends the sum: `values` is row after row, as wide as the bias.
pub fn finish_rows(values: &mut [f32], bias: &[f32], bend: Bend) {
    match bend {
        Bend::Linear => rows(values, bias, |x| x),
        Bend::Relu => rows(values, bias, relu),
        Bend::LeakyRelu => rows(values, bias, leaky_relu),
        Bend::Tanh => rows(values, bias, tanh),
        Bend::Sigmoid => rows(values, bias, sigmoid),
    }
}

struct Rows<'a, F> {
    values: &'a mut [f32],
    bias: &'a [f32],
    bend: F,
}

impl<F: Fn(f32) -> f32> Loop for Rows<'_, F> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for row in self.values.chunks_exact_mut(self.bias.len()) {
            for (value, bias) in row.iter_mut().zip(self.bias) {
                *value = (self.bend)(*value + bias);
            }
        }
    }
}

fn rows(values: &mut [f32], bias: &[f32], bend: impl Fn(f32) -> f32 + Sync) {
    in_parts(values, bias.len(), |values, _| {
        let bend = &bend;
        vectorised(Rows { values, bias, bend });
    });
}

/// Bends all values.
pub fn finish(values: &mut [f32], bend: Bend) {
    in_parts(values, 1, |part, _| finish_run(part, 0.0, bend));
}

/// Adds one bias to all values and bends the sums.
pub fn finish_run(values: &mut [f32], bias: f32, bend: Bend) {
    match bend {
        Bend::Linear => run(values, |x| x + bias),
        Bend::Relu => run(values, |x| relu(x + bias)),
        Bend::LeakyRelu => run(values, |x| leaky_relu(x + bias)),
        Bend::Tanh => run(values, |x| tanh(x + bias)),
        Bend::Sigmoid => run(values, |x| sigmoid(x + bias)),
    }
}

struct Run<'a, F> {
    values: &'a mut [f32],
    change: F,
}

impl<F: Fn(f32) -> f32> Loop for Run<'_, F> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for value in self.values {
            *value = (self.change)(*value);
        }
    }
}

fn run(values: &mut [f32], change: impl Fn(f32) -> f32) {
    vectorised(Run { values, change });
}

/// Turns the gradient of outputs into that of the sums before the bend, in place.
pub fn unbend(gradient: &mut [f32], output: &[f32], bend: Bend) {
    match bend {
        Bend::Linear => {}
        Bend::Relu => slopes(gradient, output, |y| if y > 0.0 { 1.0 } else { 0.0 }),
        Bend::LeakyRelu => slopes(gradient, output, |y| if y > 0.0 { 1.0 } else { 0.01 }),
        Bend::Tanh => slopes(gradient, output, |y| 1.0 - y * y),
        Bend::Sigmoid => slopes(gradient, output, |y| y * (1.0 - y)),
    }
}

fn slopes(gradient: &mut [f32], output: &[f32], slope: impl Fn(f32) -> f32 + Sync) {
    in_parts(gradient, 1, |part, at| {
        vectorised(|| {
            for (gradient, y) in part.iter_mut().zip(&output[at..]) {
                *gradient *= slope(*y);
            }
        });
    });
}

/// Sums of the columns: `values` is row after row, as wide as `sums`.
pub fn column_sums(values: &[f32], sums: &mut [f32]) {
    let width = sums.len();
    sums.fill(0.0);
    let part = part_length(width);
    if values.len() <= part {
        return add_rows(values, sums);
    }
    let partial: Vec<Vec<f32>> = values
        .par_chunks(part)
        .map(|part| {
            let mut sums = vec![0.0; width];
            add_rows(part, &mut sums);
            sums
        })
        .collect();
    for part in partial {
        add_rows(&part, sums);
    }
}

fn add_rows(values: &[f32], sums: &mut [f32]) {
    vectorised(|| {
        for row in values.chunks_exact(sums.len()) {
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += value;
            }
        }
    });
}

/// Sum of all values, in an order of its own that depends on nothing but their number.
pub fn sum(values: &[f32]) -> f32 {
    vectorised(Sum(values))
}

struct Sum<'a>(&'a [f32]);

impl Loop for Sum<'_> {
    type Output = f32;

    #[inline(always)]
    fn call(self) -> f32 {
        const LANES: usize = 32;
        let mut lanes = [0.0_f32; LANES];
        let (whole, rest) = self.0.as_chunks::<LANES>();
        for chunk in whole {
            for (lane, value) in lanes.iter_mut().zip(chunk) {
                *lane += value;
            }
        }
        lanes.iter().sum::<f32>() + rest.iter().sum::<f32>()
    }
}

/// Shares `values`, rows of `width`, out among threads; `work` is told where its part begins.
pub(super) fn in_parts(values: &mut [f32], width: usize, work: impl Fn(&mut [f32], usize) + Sync) {
    let part = part_length(width);
    if values.len() <= part {
        return work(values, 0);
    }
    values
        .par_chunks_mut(part)
        .enumerate()
        .for_each(|(index, values)| work(values, index * part));
}

/// Length of a part: whole rows of `width`.
pub(super) fn part_length(width: usize) -> usize {
    PART.div_ceil(width.max(1)) * width.max(1)
}

#[cfg(test)]
#[path = "pointwise_tests.rs"]
mod tests;
