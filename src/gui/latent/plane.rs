//! The plane: a two-dimensional cut through the space of codes, and what is wanted of it.
//!
//! A *basis* says where a point of the plane lies in the space of codes and the other way round. A
//! *spot* is a point of the plane, or a test image that lies there.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::engine::{CodeSpec, Codes, InputImage, Plane, RunId, Start, Wish};

use super::code::range_around;
use super::start::mean;

/// Pictures between two spots, both ends included.
const STRIP: usize = 10;

/// The window that fits the codes is kept until they take up less than this share of a side of it.
const TOO_WIDE: f32 = 0.4;

/// Shortest and longest side of the window: what is beyond is no use, and numbers get rough.
const SIDES: std::ops::RangeInclusive<f32> = 1e-6..=1e9;

/// The directions of a plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PlaneAxes {
    /// The two directions in which the codes spread most.
    Principal,
    /// Two dimensions, across and up.
    Dimensions(usize, usize),
}

impl PlaneAxes {
    /// The directions for codes of `latent` values where `chosen` was asked for.
    pub fn of(chosen: Option<Self>, latent: usize) -> Self {
        match chosen {
            Some(Self::Dimensions(x, y)) if x < latent && y < latent && x != y => {
                Self::Dimensions(x, y)
            }
            Some(Self::Dimensions(..)) | None if latent == 2 => Self::Dimensions(0, 1),
            Some(Self::Principal | Self::Dimensions(..)) | None => Self::Principal,
        }
    }
}

/// A point of the plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// Across and up.
    pub at: [f32; 2],
    /// The test image whose code lies there.
    pub image: Option<u32>,
}

/// A part of the plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlaneWindow {
    /// The lower left corner.
    pub low: [f32; 2],
    /// The upper right corner.
    pub high: [f32; 2],
}

impl PlaneWindow {
    /// The smallest that holds all points; those that are no numbers are left out, and of none it is a point.
    pub fn holding(points: &[[f32; 2]]) -> Self {
        let finite = || {
            points
                .iter()
                .filter(|point| point.iter().all(|v| v.is_finite()))
        };
        let side = |i: usize| {
            let low = finite().map(|point| point[i]).fold(f32::INFINITY, f32::min);
            let high = finite()
                .map(|point| point[i])
                .fold(f32::NEG_INFINITY, f32::max);
            if low <= high { (low, high) } else { (0.0, 0.0) }
        };
        let sides = [side(0), side(1)];
        Self {
            low: sides.map(|side| side.0),
            high: sides.map(|side| side.1),
        }
    }

    /// Its width and height.
    pub fn size(&self) -> [f32; 2] {
        [0, 1].map(|i| self.high[i] - self.low[i])
    }

    /// Shares of its sides as a point.
    pub fn at(&self, share: [f32; 2]) -> [f32; 2] {
        let size = self.size();
        [0, 1].map(|i| self.low[i] + share[i] * size[i])
    }

    /// A point as shares of its sides.
    pub fn share(&self, at: [f32; 2]) -> [f32; 2] {
        let size = self.size();
        [0, 1].map(|i| (at[i] - self.low[i]) / size[i])
    }

    /// Moved by shares of its sides.
    #[must_use]
    pub fn moved(&self, by: [f32; 2]) -> Self {
        let size = self.size();
        Self {
            low: [0, 1].map(|i| self.low[i] + by[i] * size[i]),
            high: [0, 1].map(|i| self.high[i] + by[i] * size[i]),
        }
    }

    /// Enlarged by `factor` around a point that stays where it is.
    #[must_use]
    pub fn zoomed(&self, factor: f32, around: [f32; 2]) -> Self {
        let scaled =
            |corner: [f32; 2]| [0, 1].map(|i| around[i] + (corner[i] - around[i]) / factor);
        let zoomed = Self {
            low: scaled(self.low),
            high: scaled(self.high),
        };
        let is_usable = zoomed.size().iter().all(|side| SIDES.contains(side));
        if is_usable { zoomed } else { *self }
    }

    /// Whether `inner` lies in it and takes up most of it.
    fn suits(&self, inner: &Self) -> bool {
        let (size, inner_size) = (self.size(), inner.size());
        (0..2).all(|i| {
            self.low[i] <= inner.low[i]
                && self.high[i] >= inner.high[i]
                && inner_size[i] >= size[i] * TOO_WIDE
        })
    }
}

/// Where the plane lies in the space of codes.
#[derive(Clone, Debug, PartialEq)]
pub struct Basis {
    origin: Arc<[f32]>,
    axes: [Arc<[f32]>; 2],
}

impl Basis {
    /// The plane through the mean of the codes; nothing where codes have fewer than two values.
    pub fn of(codes: &Codes, axes: PlaneAxes) -> Option<Self> {
        let mut origin = mean(codes);
        if codes.latent < 2 || origin.len() != codes.latent {
            return None;
        }
        let axes = match axes {
            PlaneAxes::Principal => {
                let axes = &codes.summary.principal;
                if axes.iter().any(|axis| axis.len() != codes.latent) {
                    return None;
                }
                [0, 1].map(|i| Arc::from(axes[i].as_slice()))
            }
            // So that coordinates are the values of the code themselves.
            PlaneAxes::Dimensions(x, y) => [x, y].map(|dimension| {
                let mut axis = vec![0.0; codes.latent];
                if let (Some(value), Some(start)) =
                    (axis.get_mut(dimension), origin.get_mut(dimension))
                {
                    *value = 1.0;
                    *start = 0.0;
                }
                axis.into()
            }),
        };
        Some(Self {
            origin: origin.into(),
            axes,
        })
    }

    /// Whether a plane with these axes is this one or nearly so, not mirrored and not another.
    pub fn is_along(&self, axes: &[Arc<[f32]>; 2]) -> bool {
        self.axes.iter().zip(axes).all(|(mine, other)| {
            let dot: f32 = mine.iter().zip(other.iter()).map(|(a, b)| a * b).sum();
            mine.len() == other.len() && dot > 0.5
        })
    }

    /// Values of a code.
    pub fn latent(&self) -> usize {
        self.origin.len()
    }

    /// The point next to a code.
    pub fn project(&self, code: &[f32]) -> [f32; 2] {
        let along = |axis: &[f32]| -> f32 {
            let parts = code.iter().zip(self.origin.iter()).zip(axis);
            parts
                .map(|((value, origin), axis)| (value - origin) * axis)
                .sum()
        };
        [along(&self.axes[0]), along(&self.axes[1])]
    }

    /// The code at a point.
    pub fn code(&self, at: [f32; 2]) -> Arc<[f32]> {
        let parts = self
            .origin
            .iter()
            .zip(self.axes[0].iter())
            .zip(self.axes[1].iter());
        parts
            .map(|((origin, x), y)| origin + at[0] * x + at[1] * y)
            .collect()
    }

    /// The code of a spot: that of its image, or of the point.
    pub fn spec(&self, spot: Spot) -> CodeSpec {
        let start = match spot.image {
            Some(image) => Start::Image(InputImage::Test(image)),
            None => Start::Code(self.code(spot.at)),
        };
        CodeSpec {
            start,
            pins: Vec::new(),
        }
    }

    /// The wish for pictures all over a window, `grid` of them across and up.
    pub fn pictures(&self, window: PlaneWindow, grid: (usize, usize)) -> Wish {
        let (columns, rows) = (grid.0.max(2), grid.1.max(2));
        let half = [0.5 / columns as f32, 0.5 / rows as f32];
        Wish::Plane(Plane {
            origin: CodeSpec {
                start: Start::Code(Arc::clone(&self.origin)),
                pins: Vec::new(),
            },
            axes: self.axes.clone(),
            low: window.at(half),
            high: window.at(half.map(|half| 1.0 - half)),
            columns,
            rows,
        })
    }

    /// The wish for pictures from one spot to another.
    pub fn line(&self, from: Spot, to: Spot) -> Wish {
        Wish::Line {
            from: self.spec(from),
            to: self.spec(to),
            count: STRIP,
        }
    }
}

/// The window over which the pictures of a wish are spread: half a picture beyond the outer ones.
pub(super) fn covered(plane: &Plane) -> PlaneWindow {
    let step = [
        (plane.high[0] - plane.low[0]) / (plane.columns.max(2) - 1) as f32,
        (plane.high[1] - plane.low[1]) / (plane.rows.max(2) - 1) as f32,
    ];
    PlaneWindow {
        low: [0, 1].map(|i| plane.low[i] - step[i] / 2.0),
        high: [0, 1].map(|i| plane.high[i] + step[i] / 2.0),
    }
}

/// What there is to be drawn of the codes of a run.
#[derive(Clone, Debug)]
pub(super) struct Projection {
    /// The run.
    pub run: RunId,
    /// The directions.
    pub axes: PlaneAxes,
    /// The codes.
    pub codes: Arc<Codes>,
    /// Where they are drawn.
    pub basis: Arc<Basis>,
    /// Their places.
    pub points: Vec<[f32; 2]>,
    /// A window that holds them all.
    pub window: PlaneWindow,
    /// The classes they are of.
    pub classes: BTreeSet<u8>,
    /// Whether the basis is that of these codes.
    pub is_own: bool,
}

impl Projection {
    /// Draws codes in the basis of `before`, if that is to be kept, or else in their own.
    pub(super) fn of(
        run: RunId,
        axes: PlaneAxes,
        codes: &Arc<Codes>,
        labels: &[u8],
        before: Option<&Self>,
        keeps_basis: bool,
    ) -> Option<Self> {
        let before = before.filter(|before| {
            before.run == run && before.axes == axes && before.codes.latent == codes.latent
        });
        let kept = before.filter(|_| keeps_basis);
        let basis = match kept {
            Some(before) => Arc::clone(&before.basis),
            None => Arc::new(Basis::of(codes, axes)?),
        };
        let points: Vec<[f32; 2]> = (0..codes.len())
            .map(|index| basis.project(codes.get(index)))
            .collect();
        let inner = PlaneWindow::holding(&points);
        let widest = inner.size().into_iter().fold(0.0, f32::max);
        let window = match before {
            Some(before) if before.window.suits(&inner) => before.window,
            Some(_) | None => {
                let sides = [0, 1].map(|i| range_around(inner.low[i], inner.high[i], widest / 2.0));
                PlaneWindow {
                    low: sides.map(|side| side.0),
                    high: sides.map(|side| side.1),
                }
            }
        };
        Some(Self {
            run,
            axes,
            codes: Arc::clone(codes),
            basis,
            points,
            window,
            classes: labels.iter().take(codes.len()).copied().collect(),
            is_own: kept.is_none(),
        })
    }
}

#[cfg(test)]
#[path = "plane_tests.rs"]
mod tests;
