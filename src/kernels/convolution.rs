//! Strided convolutions, transposed ones, and the gradients of both, as matrix products of gathered
//! windows.
//!
//! Weights of both have the shape `[inner channels, taps]`. Arrays of images have one row a value and
//! one column an image. What is summed over images is summed by groups of a fixed size and then in
//! their order, so that the number of threads changes no bit.

use std::ops::Range;

use rayon::prelude::*;

use super::pointwise::{Bend, finish_run, sum, unbend, vectorised};
use super::pool;
use super::product::{Before, Matrix, Target, Threads, multiply};
use super::window::{Block, Scatter, Window, by_images, runs_of};

/// Gathered values worked on at a time: they should stay in the second cache.
const GATHERED: usize = 48 << 10;

/// Images worked on at a time, at least and at most: longer runs move quicker, shorter ones give
/// every thread some.
const IMAGES: Range<usize> = 32..128;

/// A layer: its window, and how many channels the inner side has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    /// What a weight sees.
    pub window: Window,
    /// Channels on the code's side.
    pub inner_channels: usize,
    /// Images in the batch.
    pub images: usize,
}

impl Layer {
    /// Values of the inner side, of one image.
    pub fn inner_values(&self) -> usize {
        self.inner_channels * self.window.positions()
    }

    fn weights(&self) -> usize {
        self.inner_channels * self.window.taps()
    }

    /// Runs of inner rows, and of outer channels, whose gathered values are few enough.
    fn blocks(&self, lanes: usize) -> [impl Iterator<Item = Range<usize>> + Clone + use<>; 2] {
        let one = self.window.kernel_area() * self.window.width.inner * lanes;
        let channels = (GATHERED / one.max(1)).clamp(1, self.window.channels);
        let rows = GATHERED / (one * channels).max(1);
        [
            runs_of(self.window.height.inner, rows),
            runs_of(self.window.channels, channels),
        ]
    }

    /// Groups of images, each worked on by one thread.
    fn groups(&self) -> Vec<Range<usize>> {
        let fair = self.images.div_ceil(rayon::current_num_threads());
        runs_of(self.images, fair.clamp(IMAGES.start, IMAGES.end)).collect()
    }

    /// Numbers of taps before and in a run of outer channels.
    fn taps(&self, channels: &Range<usize>) -> (usize, usize) {
        let area = self.window.kernel_area();
        (channels.start * area, channels.len() * area)
    }
}

/// Runs of `lanes` inner values at the positions of `rows`: `[inner channels, positions × lanes]`.
fn gather_inner(
    layer: &Layer,
    inner: &[f32],
    lanes: &Range<usize>,
    rows: &Range<usize>,
    to: &mut [f32],
) {
    let (width, all) = (layer.window.width.inner, layer.window.positions());
    let mut runs = to.chunks_exact_mut(lanes.len());
    for channel in 0..layer.inner_channels {
        for position in rows.start * width..rows.end * width {
            let Some(run) = runs.next() else { return };
            let at = (channel * all + position) * layer.images + lanes.start;
            run.copy_from_slice(&inner[at..at + lanes.len()]);
        }
    }
}

/// The other way.
fn spread_inner(
    layer: &Layer,
    from: &[f32],
    lanes: usize,
    rows: &Range<usize>,
    inner: &mut [&mut [f32]],
) {
    let (width, all) = (layer.window.width.inner, layer.window.positions());
    let mut runs = from.chunks_exact(lanes);
    for channel in 0..layer.inner_channels {
        for position in rows.start * width..rows.end * width {
            let Some(run) = runs.next() else { return };
            inner[channel * all + position].copy_from_slice(run);
        }
    }
}

/// From the outer side to the inner one, before bias and bend: a convolution, and what a transposed
/// one does to gradients.
fn inwards(layer: &Layer, outer: &[f32], weight: &[f32]) -> Vec<f32> {
    let window = &layer.window;
    let mut inner = pool::take(layer.inner_values() * layer.images);
    let groups = layer.groups();
    by_images(&mut inner, layer.images, &groups)
        .into_par_iter()
        .zip(&groups)
        .for_each(|(mut inner, lanes)| {
            let [row_runs, channel_runs] = layer.blocks(lanes.len());
            for rows in row_runs {
                let runs = rows.len() * window.width.inner * lanes.len();
                let mut found = pool::take(layer.inner_channels * runs);
                for channels in channel_runs.clone() {
                    let (first, taps) = layer.taps(&channels);
                    let mut columns = pool::take(taps * runs);
                    let before = if first == 0 {
                        Before::Replaced
                    } else {
                        Before::Kept
                    };
                    let block = Block {
                        rows: rows.clone(),
                        channels,
                    };
                    window.gather(outer, layer.images, lanes, &block, &mut columns);
                    multiply(
                        Matrix::part(weight, window.taps(), first, taps),
                        Matrix::new(&columns, taps, runs),
                        Target::new(&mut found, layer.inner_channels, runs),
                        before,
                        Threads::One,
                    );
                    pool::give(columns);
                }
                spread_inner(layer, &found, lanes.len(), &rows, &mut inner);
                pool::give(found);
            }
        });
    inner
}

/// From the inner side to the outer one, before bias and bend: a transposed convolution, and what a
/// convolution does to gradients.
fn outwards(layer: &Layer, inner: &[f32], weight: &[f32]) -> Vec<f32> {
    let window = &layer.window;
    let mut outer = pool::take_zeros(window.outer_values() * layer.images);
    let groups = layer.groups();
    by_images(&mut outer, layer.images, &groups)
        .into_par_iter()
        .zip(&groups)
        .for_each(|(mut outer, lanes)| {
            let [row_runs, channel_runs] = layer.blocks(lanes.len());
            for rows in row_runs {
                let runs = rows.len() * window.width.inner * lanes.len();
                let mut seen = pool::take(layer.inner_channels * runs);
                gather_inner(layer, inner, lanes, &rows, &mut seen);
                for channels in channel_runs.clone() {
                    let (first, taps) = layer.taps(&channels);
                    let mut columns = pool::take(taps * runs);
                    multiply(
                        Matrix::part(weight, window.taps(), first, taps).transposed(),
                        Matrix::new(&seen, layer.inner_channels, runs),
                        Target::new(&mut columns, taps, runs),
                        Before::Replaced,
                        Threads::One,
                    );
                    let block = Block {
                        rows: rows.clone(),
                        channels,
                    };
                    vectorised(Scatter {
                        window,
                        columns: &columns,
                        lanes: lanes.len(),
                        block: &block,
                        outer: &mut outer,
                    });
                    pool::give(columns);
                }
                pool::give(seen);
            }
        });
    outer
}

/// Gradient of the weights: what the taps see on the outer side times what stands on the inner one.
fn weight_gradient(layer: &Layer, outer: &[f32], inner: &[f32]) -> Vec<f32> {
    let window = &layer.window;
    let partial: Vec<Vec<f32>> = layer
        .groups()
        .par_iter()
        .map(|lanes| {
            let mut sums = pool::take_zeros(layer.weights());
            let [row_runs, channel_runs] = layer.blocks(lanes.len());
            for rows in row_runs {
                let runs = rows.len() * window.width.inner * lanes.len();
                let mut seen = pool::take(layer.inner_channels * runs);
                gather_inner(layer, inner, lanes, &rows, &mut seen);
                for channels in channel_runs.clone() {
                    let (first, taps) = layer.taps(&channels);
                    let mut columns = pool::take(taps * runs);
                    let block = Block {
                        rows: rows.clone(),
                        channels,
                    };
                    window.gather(outer, layer.images, lanes, &block, &mut columns);
                    multiply(
                        Matrix::new(&seen, layer.inner_channels, runs),
                        Matrix::new(&columns, taps, runs).transposed(),
                        Target::part(&mut sums, window.taps(), first, taps),
                        Before::Kept,
                        Threads::One,
                    );
                    pool::give(columns);
                }
                pool::give(seen);
            }
            sums
        })
        .collect();
    let mut weight = pool::take_zeros(layer.weights());
    for sums in partial {
        vectorised(|| {
            for (weight, sum) in weight.iter_mut().zip(&sums) {
                *weight += sum;
            }
        });
        pool::give(sums);
    }
    weight
}

/// Which way a layer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// A convolution: from the image's side to the code's.
    Inwards,
    /// A transposed convolution: from the code's side to the image's.
    Outwards,
}

/// bend(convolution of x + b), one bias a channel.
///
/// # Shapes
/// - x: one side of the layer, `[channels × height × width, images]`; weight:
///   `[inner channels, taps]`; bias: `[channels of the other side]`
/// - returns: the other side
pub fn forward(
    way: Way,
    layer: &Layer,
    x: &[f32],
    weight: &[f32],
    bias: &[f32],
    bend: Bend,
) -> Vec<f32> {
    let mut y = match way {
        Way::Inwards => inwards(layer, x, weight),
        Way::Outwards => outwards(layer, x, weight),
    };
    let channel = y.len() / bias.len();
    y.par_chunks_mut(channel)
        .zip(bias)
        .for_each(|(channel, bias)| finish_run(channel, *bias, bend));
    y
}

/// Gradients of one layer; what nobody needs is not computed.
#[derive(Debug, Default)]
pub struct Gradients {
    /// As x.
    pub x: Option<Vec<f32>>,
    /// As the weights.
    pub weight: Option<Vec<f32>>,
    /// As the bias.
    pub bias: Option<Vec<f32>>,
}

/// Which gradients are needed, and what they are computed from.
#[derive(Clone, Copy)]
pub struct Needs<'a> {
    /// The weights, where the gradient of x is needed.
    pub weight: Option<&'a [f32]>,
    /// x, where the gradient of the weights is needed.
    pub x: Option<&'a [f32]>,
    /// Number of biases, where their gradient is needed.
    pub bias: Option<usize>,
}

/// Gradients from that of the outputs, `gradient`, which is changed into that of the sums before the
/// bend.
pub fn backward(
    way: Way,
    layer: &Layer,
    gradient: &mut [f32],
    output: &[f32],
    bend: Bend,
    needs: Needs<'_>,
) -> Gradients {
    unbend(gradient, output, bend);
    let gradient = &*gradient;
    Gradients {
        bias: needs.bias.map(|channels| {
            let mut bias = pool::take(channels);
            let channel = gradient.len() / channels;
            bias.par_iter_mut()
                .zip(gradient.par_chunks(channel))
                .for_each(|(bias, channel)| *bias = sum(channel));
            bias
        }),
        weight: needs.x.map(|x| match way {
            Way::Inwards => weight_gradient(layer, x, gradient),
            Way::Outwards => weight_gradient(layer, gradient, x),
        }),
        x: needs.weight.map(|weight| match way {
            Way::Inwards => outwards(layer, gradient, weight),
            Way::Outwards => inwards(layer, gradient, weight),
        }),
    }
}

/// Exchanges rows and columns: between one row an image and one row a value.
pub fn transpose(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    const TILE: usize = 16;
    let mut turned = pool::take(values.len());
    turned
        .par_chunks_mut(rows * TILE)
        .enumerate()
        .for_each(|(tile, turned)| {
            let first = tile * TILE;
            for start in (0..rows).step_by(TILE) {
                let end = (start + TILE).min(rows);
                for (column, to) in (first..).zip(turned.chunks_exact_mut(rows)) {
                    for (row, to) in (start..end).zip(&mut to[start..end]) {
                        *to = values[row * columns + column];
                    }
                }
            }
        });
    turned
}
