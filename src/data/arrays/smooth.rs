//! What the values of an array tell about its axes.
//!
//! Neighbours within a picture are alike, and pictures are not: the *roughness* along an axis is the
//! mean difference of neighbours along it.

/// How many times rougher one axis must be than another to tell them apart.
const CLEAR: f64 = 2.0;

/// Mean difference of neighbours along the axis of this size and step.
fn roughness(values: &[f64], size: usize, step: usize) -> f64 {
    let (mut sum, mut count) = (0.0, 0_u64);
    for (index, pair) in values.iter().zip(values.iter().skip(step)).enumerate() {
        if (index / step) % size + 1 < size {
            sum += (pair.0 - pair.1).abs();
            count += 1;
        }
    }
    sum / count.max(1) as f64
}

/// Whether values are clearly smoother along the axis `along` than along `than`, each given by its
/// size and step: `along` is then no row of separate pictures.
pub(in crate::data) fn is_smoother_along(
    values: &[f64],
    along: (usize, usize),
    than: (usize, usize),
) -> bool {
    roughness(values, along.0, along.1) * CLEAR < roughness(values, than.0, than.1)
}

/// Whether the values of square colour pictures of this side, one after another, lie channel after
/// channel (`Some(true)`), the channels of a pixel side by side (`Some(false)`), or whether that
/// cannot be told.
pub(in crate::data) fn smoother_colours(values: &[f64], side: usize) -> Option<bool> {
    let (plane, row) = (side * side, side * 3);
    let (mut planes, mut pixels) = (0.0, 0.0);
    for picture in values.chunks_exact(3 * plane) {
        // The same picture read both ways: differences to the right and downwards.
        let difference = |a: usize, b: usize| (picture[a] - picture[b]).abs();
        for at in 0..3 * plane {
            let (x, y) = (at % side, at % plane / side);
            if x + 1 < side {
                planes += difference(at, at + 1);
            }
            if y + 1 < side {
                planes += difference(at, at + side);
            }
            let (x, y) = (at % row / 3, at / row);
            if x + 1 < side {
                pixels += difference(at, at + 3);
            }
            if y + 1 < side {
                pixels += difference(at, at + row);
            }
        }
    }
    let is_clear = |smooth: f64, rough: f64| smooth * 1.25 < rough;
    if is_clear(planes, pixels) {
        Some(true)
    } else if is_clear(pixels, planes) {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_differ_more_than_neighbours_within_one() {
        // (4, 8, 9): four slopes of other heights.
        let values: Vec<f64> = (0..4 * 8 * 9)
            .map(|i| f64::from(i / 72 * 41 % 100 + i % 9))
            .collect();
        assert!(is_smoother_along(&values, (9, 1), (4, 72)));
        assert!(!is_smoother_along(&values, (4, 72), (9, 1)));
        assert!(!is_smoother_along(&[1.0; 288], (9, 1), (4, 72)));
    }

    #[test]
    fn the_order_of_colours_is_told() {
        let side = 8;
        let value = |channel: usize, y: usize, x: usize| match channel {
            0 => (x * 20) as f64,
            1 => 255.0 - (y * 25) as f64,
            _ => f64::from(u8::from(x > 3)) * 200.0,
        };
        let planes: Vec<f64> = (0..192)
            .map(|i| value(i / 64, i % 64 / side, i % side))
            .collect();
        let pixels: Vec<f64> = (0..192).map(|i| value(i % 3, i / 24, i % 24 / 3)).collect();
        assert_eq!(smoother_colours(&planes, side), Some(true));
        assert_eq!(smoother_colours(&pixels, side), Some(false));
        // One colour all over: only its planes are flat.
        let flat: Vec<f64> = (0..192).map(|i| [200.0, 30.0, 90.0][i / 64]).collect();
        assert_eq!(smoother_colours(&flat, side), Some(true));
        let flat: Vec<f64> = (0..192).map(|i| [200.0, 30.0, 90.0][i % 3]).collect();
        assert_eq!(smoother_colours(&flat, side), Some(false));
        assert_eq!(smoother_colours(&[7.0; 192], side), None);
    }
}
