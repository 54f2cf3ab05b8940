//! From a line to pixels.
//!
//! A *dot* is a point of the line with the radius of the pen there, in pixels. Ink is laid by
//! distance to the line, which is what makes its edges smooth.

use super::SIDE;

/// A point of the line. Pixel `(column, row)` has its centre at `(column + 0.5, row + 0.5)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Dot {
    pub x: f32,
    pub y: f32,
    pub radius: f32,
}

/// Width in pixels over which the edge of a stroke fades from white to black.
const EDGE: f32 = 1.3;

/// Farther from the line than this counts as far.
const FAR: f32 = 1e3;

/// Draws `line`, a list of curves of dots, white on black into an image of [`SIDE`] × [`SIDE`].
pub(super) fn ink(line: &[Vec<Dot>], image: &mut [u8]) {
    let mut distances = [FAR; SIDE * SIDE];
    for curve in line {
        for pair in curve.windows(2) {
            approach(pair[0], pair[1], &mut distances);
        }
    }
    for (value, distance) in image.iter_mut().zip(distances) {
        let cover = (0.5 - distance / EDGE).clamp(0.0, 1.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0.5 and 255.5"
        )]
        let byte = (cover * 255.0 + 0.5) as u8;
        *value = byte;
    }
}

/// Lowers `distances` (from each pixel's centre to the edge of the stroke, negative inside) to those
/// from the piece of line between `a` and `b`.
fn approach(a: Dot, b: Dot, distances: &mut [f32; SIDE * SIDE]) {
    let reach = a.radius.max(b.radius) + EDGE;
    let columns = span(a.x.min(b.x) - reach, a.x.max(b.x) + reach);
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let length_squared = (dx * dx + dy * dy).max(1e-12);
    for row in span(a.y.min(b.y) - reach, a.y.max(b.y) + reach) {
        let y = centre(row) - a.y;
        for column in columns.clone() {
            let x = centre(column) - a.x;
            let along = ((x * dx + y * dy) / length_squared).clamp(0.0, 1.0);
            let (off_x, off_y) = (x - along * dx, y - along * dy);
            let radius = a.radius + along * (b.radius - a.radius);
            let distance = (off_x * off_x + off_y * off_y).sqrt() - radius;
            let nearest = &mut distances[row * SIDE + column];
            *nearest = nearest.min(distance);
        }
    }
}

/// Rows or columns between two coordinates, cut at the image's edges.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "clamped to the side of the image first"
)]
fn span(from: f32, to: f32) -> core::ops::Range<usize> {
    let side = SIDE as f32;
    from.clamp(0.0, side) as usize..(to + 1.0).clamp(0.0, side) as usize
}

#[expect(clippy::cast_precision_loss, reason = "below the side of the image")]
fn centre(cell: usize) -> f32 {
    cell as f32 + 0.5
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dot(x: f32, y: f32, radius: f32) -> Dot {
        Dot { x, y, radius }
    }

    #[test]
    fn ink_is_the_area_of_the_stroke() {
        // A 10 px line of radius 2: a rectangle of 40 and a disc of 4π.
        let mut image = [0; SIDE * SIDE];
        ink(
            &[vec![dot(9.0, 14.0, 2.0), dot(19.0, 14.0, 2.0)]],
            &mut image,
        );
        let area = image.iter().map(|&v| f32::from(v)).sum::<f32>() / 255.0;
        assert!((area - 52.57).abs() < 1.0, "{area}");
        assert_eq!(image[13 * SIDE + 14], 255);
        assert_eq!(image[5 * SIDE + 14], 0);
    }

    #[test]
    fn a_line_over_the_edge_is_cut() {
        let mut image = [0; SIDE * SIDE];
        ink(
            &[vec![dot(-40.0, 3.0, 1.5), dot(60.0, 3.0, 1.5)]],
            &mut image,
        );
        assert_eq!(image[3 * SIDE], image[3 * SIDE + 27]);
        assert!(image[3 * SIDE] > 200, "{}", image[3 * SIDE]);
    }
}
