//! Grids of pictures: lines, traversals and planes, decoded a few codes at a time.

use crate::analysis::{spherical, straight};
use crate::engine::protocol::Pictures;
use crate::engine::wish::{CodeSpec, Content, Plane, Traversal};

use super::parts::Parts;
use super::replica::{Replica, Trouble};

/// Pictures of a grid at most.
pub(super) const MOST_PICTURES: usize = 1 << 16;
/// Bytes of a grid at most.
const MOST_BYTES: usize = 1 << 28;

/// Where the codes of a grid are.
enum Layout {
    /// On a straight line.
    Line { from: Vec<f32>, to: Vec<f32> },
    /// On a straight path, and in the second row on a spherical one.
    Paths { from: Vec<f32>, to: Vec<f32> },
    /// One dimension a row.
    Rows {
        base: Vec<f32>,
        rows: Vec<Traversal>,
    },
    /// `origin + x · axes[0] + y · axes[1]`.
    Plane {
        origin: Vec<f32>,
        axes: [Vec<f32>; 2],
        low: [f32; 2],
        high: [f32; 2],
    },
}

/// A grid under way.
pub(super) struct Grid {
    layout: Layout,
    columns: usize,
    count: usize,
    parts: Parts,
    /// Of the pictures done.
    pixels: Vec<u8>,
}

impl Grid {
    pub(super) fn line(
        replica: &Replica,
        from: &CodeSpec,
        to: &CodeSpec,
        count: usize,
    ) -> Result<Self, Trouble> {
        let layout = Layout::Line {
            from: replica.code(from)?.values,
            to: replica.code(to)?.values,
        };
        Self::new(replica, layout, count, 1)
    }

    pub(super) fn paths(
        replica: &Replica,
        from: &CodeSpec,
        to: &CodeSpec,
        count: usize,
    ) -> Result<Self, Trouble> {
        let layout = Layout::Paths {
            from: replica.code(from)?.values,
            to: replica.code(to)?.values,
        };
        Self::new(replica, layout, count, 2)
    }

    pub(super) fn traversals(
        replica: &Replica,
        spec: &CodeSpec,
        rows: &[Traversal],
        columns: usize,
    ) -> Result<Self, Trouble> {
        let latent = replica.latent();
        for row in rows {
            let dimension = row.dimension;
            if dimension >= latent {
                return Err(Trouble::NoSuchDimension { dimension, latent });
            }
            let ends = [row.low, row.high];
            if let Some(&value) = ends.iter().find(|end| !end.is_finite()) {
                return Err(Trouble::NotFinite { dimension, value });
            }
        }
        let layout = Layout::Rows {
            base: replica.code(spec)?.values,
            rows: rows.to_vec(),
        };
        Self::new(replica, layout, columns, rows.len())
    }

    pub(super) fn plane(replica: &Replica, plane: &Plane) -> Result<Self, Trouble> {
        let corners = [plane.low, plane.high];
        let odd = corners.as_flattened().iter().find(|end| !end.is_finite());
        if let Some(&value) = odd {
            return Err(Trouble::NoPlace(value));
        }
        let [x, y] = &plane.axes;
        let layout = Layout::Plane {
            origin: replica.code(&plane.origin)?.values,
            axes: [replica.fitted(x)?, replica.fitted(y)?],
            low: plane.low,
            high: plane.high,
        };
        Self::new(replica, layout, plane.columns, plane.rows)
    }

    fn new(
        replica: &Replica,
        layout: Layout,
        columns: usize,
        rows: usize,
    ) -> Result<Self, Trouble> {
        let each = replica.shape().pixels().max(1);
        let most = MOST_PICTURES.min(MOST_BYTES / each);
        let count = columns.saturating_mul(rows);
        if count > most {
            return Err(Trouble::TooMany { most, found: count });
        }
        Ok(Self {
            layout,
            columns,
            count,
            parts: Parts::new(count),
            pixels: Vec::with_capacity(count * each),
        })
    }

    /// Draws some pictures more. Returns whether that were the last.
    pub(super) fn advance(&mut self, replica: &Replica) -> Result<bool, Trouble> {
        self.parts.advance(|part| {
            let mut codes = Vec::with_capacity(part.len() * replica.latent());
            for index in part {
                self.layout
                    .write(index, self.columns, self.count, &mut codes);
            }
            self.pixels.extend(replica.pictures(codes)?);
            Ok(())
        })
    }

    /// What was drawn.
    pub(super) fn finish(self, replica: &Replica) -> Content {
        Content::Grid {
            pictures: Pictures {
                shape: replica.shape(),
                pixels: self.pixels,
            },
            columns: self.columns,
        }
    }
}

impl Layout {
    /// Appends the code of one picture, row after row.
    fn write(&self, index: usize, columns: usize, count: usize, codes: &mut Vec<f32>) {
        let (row, column) = (index / columns, index % columns);
        match self {
            Self::Line { from, to } => codes.extend(straight(from, to, share(column, columns))),
            Self::Paths { from, to } => {
                let path = if row == 0 { straight } else { spherical };
                codes.extend(path(from, to, share(column, columns)));
            }
            Self::Rows { base, rows } => {
                let start = codes.len();
                codes.extend_from_slice(base);
                let Traversal {
                    dimension,
                    low,
                    high,
                } = rows[row];
                codes[start + dimension] = between(low, high, share(column, columns));
            }
            Self::Plane {
                origin,
                axes: [along, up],
                low,
                high,
            } => {
                let x = between(low[0], high[0], share(column, columns));
                // Rows come from the top.
                let y = between(high[1], low[1], share(row, count / columns));
                let steps = along.iter().zip(up);
                codes.extend(
                    origin
                        .iter()
                        .zip(steps)
                        .map(|(origin, (along, up))| origin + x * along + y * up),
                );
            }
        }
    }
}

/// How far `index` is from the first to the last of `count`, 0 to 1; the only one is the first.
fn share(index: usize, count: usize) -> f32 {
    index as f32 / count.saturating_sub(1).max(1) as f32
}

/// Exact at both ends.
fn between(from: f32, to: f32, at: f32) -> f32 {
    if at >= 1.0 {
        to
    } else {
        from + (to - from) * at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(layout: &Layout, columns: usize, rows: usize) -> Vec<f32> {
        let mut codes = Vec::new();
        for index in 0..columns * rows {
            layout.write(index, columns, columns * rows, &mut codes);
        }
        codes
    }

    #[test]
    fn a_line_holds_both_ends() {
        let layout = Layout::Line {
            from: vec![0.25, 1.0],
            to: vec![0.75, 3.0],
        };
        assert_eq!(codes(&layout, 3, 1), [0.25, 1.0, 0.5, 2.0, 0.75, 3.0]);
        assert_eq!(codes(&layout, 1, 1), [0.25, 1.0]);
    }

    #[test]
    fn paths_part_between_their_ends() {
        let layout = Layout::Paths {
            from: vec![2.0, 0.0],
            to: vec![0.0, 2.0],
        };
        let found = codes(&layout, 3, 2);
        assert_eq!(found[..6], [2.0, 0.0, 1.0, 1.0, 0.0, 2.0]);
        assert_eq!([&found[6..8], &found[10..]], [[2.0, 0.0], [0.0, 2.0]]);
        for value in &found[8..10] {
            assert!((value - 2.0_f32.sqrt()).abs() < 1e-5, "{found:?}");
        }
    }

    #[test]
    fn a_row_changes_its_dimension_alone() {
        let row = |dimension, low, high| Traversal {
            dimension,
            low,
            high,
        };
        let layout = Layout::Rows {
            base: vec![5.0, 6.0],
            rows: vec![row(1, -1.0, 1.0), row(0, 0.0, 2.0)],
        };
        let expected = [5.0, -1.0, 5.0, 0.0, 5.0, 1.0, 0.0, 6.0, 1.0, 6.0, 2.0, 6.0];
        assert_eq!(codes(&layout, 3, 2), expected);
    }

    #[test]
    fn a_plane_comes_from_the_top_left() {
        let layout = Layout::Plane {
            origin: vec![10.0, 20.0],
            axes: [vec![1.0, 0.0], vec![0.0, 2.0]],
            low: [-1.0, 0.0],
            high: [1.0, 1.0],
        };
        let expected = [
            9.0, 22.0, 11.0, 22.0, // y = 1
            9.0, 20.0, 11.0, 20.0, // y = 0
        ];
        assert_eq!(codes(&layout, 2, 2), expected);
    }
}
