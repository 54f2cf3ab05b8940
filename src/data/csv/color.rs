//! The order of numbers in an image.
//!
//! Colour is *planar* where all red values come first, then all green, then all blue, and
//! *interleaved* where the three of each pixel lie together.

use crate::data::ImageShape;

/// Images that are looked at to tell the order of colours.
const LOOKED: usize = 256;

/// How much smoother images have to be for colours to be taken as interleaved.
const SMOOTHER: f64 = 0.8;

/// Whether colours are interleaved in images whose numbers lie at `base` in each row of a matrix of
/// this width. One row below is a whole row of numbers away, which differs by a factor of three
/// between the orders: pictures change little from a row to the next.
pub(super) fn interleaved(matrix: &[u8], width: usize, base: &[usize], shape: ImageShape) -> bool {
    let change = |distance: usize| {
        let mut sum = 0_u64;
        let mut count = 0_u64;
        for row in matrix.chunks_exact(width.max(1)).take(LOOKED) {
            for (from, to) in base.iter().zip(base.iter().skip(distance)) {
                sum += u64::from(row[*from].abs_diff(row[*to]));
                count += 1;
            }
        }
        sum as f64 / count.max(1) as f64
    };
    change(3 * shape.width) < SMOOTHER * change(shape.width)
}

/// Brings each row of a matrix into the order of an image, channel after channel, rows and columns
/// swapped where asked. `base` says where the numbers of an image lie in a row.
pub(super) fn arrange(
    mut matrix: Vec<u8>,
    width: usize,
    base: &[usize],
    shape: ImageShape,
    is_interleaved: bool,
    is_transposed: bool,
) -> Vec<u8> {
    let plane = shape.width * shape.height;
    let mut order: Vec<usize> = Vec::with_capacity(base.len());
    for channel in 0..shape.channels {
        for place in 0..plane {
            // The result has as many columns as the image has rows.
            let place = if is_transposed {
                (place % shape.height) * shape.width + place / shape.height
            } else {
                place
            };
            let from = if is_interleaved {
                place * shape.channels + channel
            } else {
                channel * plane + place
            };
            order.extend(base.get(from));
        }
    }
    let is_in_order = order.len() == width && order.iter().enumerate().all(|(i, at)| i == *at);
    if !is_in_order && width > 0 {
        let rows = matrix.len() / width;
        let mut image = Vec::with_capacity(order.len());
        // No row is longer than it was, so that the place of the next one is not touched.
        for row in 0..rows {
            let values = &matrix[row * width..(row + 1) * width];
            image.clear();
            image.extend(order.iter().map(|at| values[*at]));
            let start = row * image.len();
            matrix[start..start + image.len()].copy_from_slice(&image);
        }
        matrix.truncate(rows * order.len());
    }
    matrix.shrink_to_fit();
    matrix
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLOR: ImageShape = ImageShape {
        width: 8,
        height: 8,
        channels: 3,
    };

    /// A slope in each channel, one image.
    fn value(channel: usize, x: usize, y: usize) -> u8 {
        (90 * channel + 4 * x + 7 * y) as u8
    }

    #[test]
    fn orders_of_colour_are_told_and_undone() {
        let mut planar = Vec::new();
        let mut triples = Vec::new();
        for channel in 0..3 {
            planar.extend((0..64).map(|i| value(channel, i % 8, i / 8)));
        }
        for i in 0..64 {
            triples.extend((0..3).map(|channel| value(channel, i % 8, i / 8)));
        }
        let base: Vec<usize> = (0..192).collect();
        assert!(!interleaved(&planar, 192, &base, COLOR));
        assert!(interleaved(&triples, 192, &base, COLOR));
        let undone = arrange(triples.clone(), 192, &base, COLOR, true, false);
        assert_eq!(undone, planar);
        let turned = arrange(triples, 192, &base, COLOR, true, true);
        assert_eq!(turned[64 + 8 * 2 + 5], value(1, 2, 5));
    }

    #[test]
    fn columns_that_are_no_pixels_are_left_out() {
        let shape = ImageShape {
            width: 3,
            height: 2,
            channels: 1,
        };
        let matrix = vec![9, 0, 1, 2, 3, 4, 5, 9, 9, 10, 11, 12, 13, 14, 15, 9];
        let base: Vec<usize> = (1..7).collect();
        let found = arrange(matrix.clone(), 8, &base, shape, false, false);
        assert_eq!(found, [0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15]);
        let turned = arrange(matrix, 8, &base, shape, false, true);
        assert_eq!(turned, [0, 3, 1, 4, 2, 5, 10, 13, 11, 14, 12, 15]);
    }
}
