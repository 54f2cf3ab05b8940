//! The window of a strided convolution, and the two ways between its sides.
//!
//! A *tap* is one weight of the kernel on one channel of the outer side, the image's. *Gathering* lays
//! out what every tap sees at every inner position, so that a convolution is one matrix product
//! ("im2col", Chellapilla et al. 2006); *scattering* adds up the other way.
//!
//! Arrays here have one row a value and one column an image, so that both move runs of neighbouring
//! images: that is quick whatever the stride.

#![allow(
    clippy::inline_always,
    reason = "loops are only vectorised with what they call inside"
)]

use std::ops::Range;

use super::pointwise::Loop;

/// One axis of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Values on the image's side.
    pub outer: usize,
    /// Values on the code's side.
    pub inner: usize,
    /// Zeros before the first outer value; what lies beyond the last one is zero too.
    pub before: usize,
}

/// A square kernel moved over the outer side in steps of `stride`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Channels on the image's side.
    pub channels: usize,
    /// Vertical.
    pub height: Span,
    /// Horizontal.
    pub width: Span,
    /// Side of the kernel.
    pub kernel: usize,
    /// Distance of two neighbouring inner positions, on the outer side.
    pub stride: usize,
}

impl Window {
    /// Weights of the kernel on all outer channels.
    pub fn taps(&self) -> usize {
        self.channels * self.kernel * self.kernel
    }

    /// Inner positions.
    pub fn positions(&self) -> usize {
        self.height.inner * self.width.inner
    }

    /// Values of one channel on the outer side.
    pub fn outer_area(&self) -> usize {
        self.height.outer * self.width.outer
    }

    /// Values of all channels on the outer side.
    pub fn outer_values(&self) -> usize {
        self.channels * self.outer_area()
    }

    /// Weights of the kernel on one outer channel.
    pub fn kernel_area(&self) -> usize {
        self.kernel * self.kernel
    }

    /// Calls `visit` for every tap of a block and, for each, every inner position: with the outer
    /// value it sees, or `None` beyond the edge.
    #[inline(always)]
    fn runs(&self, block: &Block, mut visit: impl FnMut(Option<usize>)) {
        for channel in block.channels.clone() {
            for down in 0..self.kernel {
                for right in 0..self.kernel {
                    for row in block.rows.clone() {
                        let y = self.height.seen(row, down, self.stride);
                        for column in 0..self.width.inner {
                            let x = self.width.seen(column, right, self.stride);
                            visit(y.zip(x).map(|(y, x)| {
                                (channel * self.height.outer + y) * self.width.outer + x
                            }));
                        }
                    }
                }
            }
        }
    }

    /// Lays out what the taps of a block see, for the images `lanes` of `images`.
    ///
    /// # Shapes
    /// - outer: `[channels × height × width, images]`
    /// - columns: `[taps, positions × lanes]` of the block
    pub(super) fn gather(
        &self,
        outer: &[f32],
        images: usize,
        lanes: &Range<usize>,
        block: &Block,
        columns: &mut [f32],
    ) {
        let mut runs = columns.chunks_exact_mut(lanes.len());
        self.runs(block, |value| {
            let Some(run) = runs.next() else { return };
            match value {
                Some(value) => {
                    let at = value * images;
                    run.copy_from_slice(&outer[at + lanes.start..at + lanes.end]);
                }
                None => run.fill(0.0),
            }
        });
    }
}

/// Adds what the taps of a block hold to what they see: `outer` has a run of `lanes` images for
/// every outer value.
pub(super) struct Scatter<'a, 'b> {
    pub(super) window: &'a Window,
    /// `[taps, positions × lanes]` of the block
    pub(super) columns: &'a [f32],
    pub(super) lanes: usize,
    pub(super) block: &'a Block,
    pub(super) outer: &'a mut [&'b mut [f32]],
}

impl Loop for Scatter<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let mut runs = self.columns.chunks_exact(self.lanes);
        self.window.runs(self.block, |value| {
            let Some(run) = runs.next() else { return };
            if let Some(value) = value {
                add(run, self.outer[value]);
            }
        });
    }
}

/// A part of the work: some inner rows, and the taps on some outer channels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) rows: Range<usize>,
    pub(super) channels: Range<usize>,
}

impl Span {
    /// The outer value under a part of the kernel, if there is one.
    fn seen(self, inner: usize, part: usize, stride: usize) -> Option<usize> {
        (inner * stride + part)
            .checked_sub(self.before)
            .filter(|at| *at < self.outer)
    }
}

#[inline(always)]
fn add(from: &[f32], to: &mut [f32]) {
    let sums = to.iter_mut().zip(from);
    for (to, from) in sums {
        *to += from;
    }
}

/// Shares the images out: for each of `parts` the runs of its images, one a row of `values`, which
/// has one column an image.
pub(super) fn by_images<'a>(
    values: &'a mut [f32],
    images: usize,
    parts: &[Range<usize>],
) -> Vec<Vec<&'a mut [f32]>> {
    let rows = values.len() / images;
    let mut shares: Vec<Vec<&mut [f32]>> = parts.iter().map(|_| Vec::with_capacity(rows)).collect();
    for mut row in values.chunks_exact_mut(images) {
        for (share, part) in shares.iter_mut().zip(parts) {
            let (run, rest) = row.split_at_mut(part.len());
            share.push(run);
            row = rest;
        }
    }
    shares
}

/// Cuts `0..count` into runs of about equal length, at most `most` long.
pub(super) fn runs_of(count: usize, most: usize) -> impl Iterator<Item = Range<usize>> + Clone {
    let parts = count.div_ceil(most.max(1)).max(1);
    (0..parts).map(move |part| count * part / parts..count * (part + 1) / parts)
}
