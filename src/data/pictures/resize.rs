//! Pictures brought to another size.
//!
//! The middle of a picture that has the proportions of the result is its *window*; the rest is cut
//! off, so that nothing is stretched. Shrinking averages areas, enlarging interpolates. One pass over
//! the rows, of one multiplication a value, does nearly all of the work: far less than decoding.

use crate::data::ImageShape;

/// What of one axis becomes one pixel of the result.
struct Span {
    first: usize,
    weights: Vec<f32>,
}

/// Rows of values, as decoded.
#[derive(Clone, Copy)]
pub(in crate::data) struct Raster<'a> {
    pub(in crate::data) width: usize,
    pub(in crate::data) height: usize,
    /// Values a pixel: 1 for grey, 3 for red, green, blue.
    pub(in crate::data) channels: usize,
    pub(in crate::data) values: &'a [u8],
}

/// Writes the picture as an image of `shape`, channel after channel.
pub(in crate::data) fn fit(picture: Raster<'_>, shape: ImageShape, out: &mut [u8]) {
    let Raster {
        width,
        height,
        channels,
        values,
    } = picture;
    let scale = (width as f64 / shape.width as f64).min(height as f64 / shape.height as f64);
    let columns = spans(width, shape.width, scale);
    let rows = spans(height, shape.height, scale);
    let (Some(left), Some(right)) = (columns.first(), columns.last()) else {
        return;
    };
    let left = left.first;
    let used = right.first + right.weights.len() - left;
    let plane = shape.width * shape.height;
    let mut sums = vec![0.0_f32; used * channels];
    for (y, row) in rows.iter().enumerate() {
        sums.fill(0.0);
        for (line, weight) in (row.first..).zip(&row.weights) {
            let start = (line * width + left) * channels;
            let line = &values[start..start + used * channels];
            for (sum, value) in sums.iter_mut().zip(line) {
                *sum += weight * f32::from(*value);
            }
        }
        for (x, column) in columns.iter().enumerate() {
            let mut pixel = [0.0; 3];
            let sums = sums[(column.first - left) * channels..].chunks_exact(channels);
            for (weight, values) in column.weights.iter().zip(sums) {
                for (sum, value) in pixel.iter_mut().zip(values) {
                    *sum += weight * value;
                }
            }
            if channels == 1 {
                pixel = [pixel[0]; 3];
            } else if shape.channels == 1 {
                pixel[0] = brightness(pixel);
            }
            for (channel, value) in pixel.iter().take(shape.channels).enumerate() {
                out[channel * plane + y * shape.width + x] = value.round().clamp(0.0, 255.0) as u8;
            }
        }
    }
}

/// Brightness of red, green and blue (ITU-R BT.709).
fn brightness([red, green, blue]: [f32; 3]) -> f32 {
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// What of `source` pixels becomes each of `target`, `scale` pixels for one, from the middle.
fn spans(source: usize, target: usize, scale: f64) -> Vec<Span> {
    let start = ((source as f64 - scale * target as f64) / 2.0)
        .floor()
        .max(0.0);
    (0..target)
        .map(|i| {
            if scale >= 1.0 {
                average(
                    start + scale * i as f64,
                    start + scale * (i + 1) as f64,
                    source,
                )
            } else {
                between(start + scale * (i as f64 + 0.5) - 0.5, source)
            }
        })
        .collect()
}

/// The mean from `low` to `high`.
fn average(low: f64, high: f64, source: usize) -> Span {
    let first = (low.floor() as usize).min(source - 1);
    // A hair beyond the last pixel is rounding.
    let end = ((high - 1e-6).ceil() as usize).clamp(first + 1, source);
    let parts: Vec<f64> = (first..end)
        .map(|i| high.min((i + 1) as f64) - low.max(i as f64))
        .collect();
    let sum: f64 = parts.iter().sum();
    Span {
        first,
        weights: parts.iter().map(|part| (part / sum) as f32).collect(),
    }
}

/// The value at `place`, between the middles of two pixels.
fn between(place: f64, source: usize) -> Span {
    let place = place.clamp(0.0, (source - 1) as f64);
    let first = place.floor();
    let rest = (place - first) as f32;
    let mut weights = vec![1.0 - rest];
    if rest > 0.0 {
        weights.push(rest);
    }
    Span {
        first: first as usize,
        weights,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resized(
        width: usize,
        height: usize,
        values: &[u8],
        shape: (usize, usize, usize),
    ) -> Vec<u8> {
        let shape = ImageShape {
            width: shape.0,
            height: shape.1,
            channels: shape.2,
        };
        let mut out = vec![7; shape.pixels()];
        let picture = Raster {
            width,
            height,
            channels: values.len() / (width * height),
            values,
        };
        fit(picture, shape, &mut out);
        out
    }

    #[test]
    fn a_picture_of_that_size_stays_as_it_is() {
        let values: Vec<u8> = (0..64).map(|i| i * 3).collect();
        assert_eq!(resized(8, 8, &values, (8, 8, 1)), values);
    }

    #[test]
    fn shrinking_averages_and_keeps_the_brightness() {
        let board: Vec<u8> = (0..256)
            .map(|i| if (i + i / 16) % 2 == 0 { 255 } else { 1 })
            .collect();
        assert_eq!(resized(16, 16, &board, (8, 8, 1)), [128; 64]);
        // By a factor that is no whole number.
        let slope: Vec<u8> = (0..20 * 20).map(|i| (i % 20 * 10) as u8).collect();
        let small = resized(20, 20, &slope, (8, 8, 1));
        let mean = small[..8].iter().map(|&v| f64::from(v)).sum::<f64>() / 8.0;
        assert!((mean - 95.0).abs() < 1.0, "{small:?}");
        assert!(small[..8].is_sorted(), "{small:?}");
    }

    #[test]
    fn the_middle_is_kept_and_nothing_is_stretched() {
        // Three squares side by side; the one in the middle stays.
        let wide: Vec<u8> = (0..24 * 8)
            .map(|i| if (8..16).contains(&(i % 24)) { 200 } else { 0 })
            .collect();
        assert_eq!(resized(24, 8, &wide, (8, 8, 1)), [200; 64]);
        let tall: Vec<u8> = (0..8 * 24)
            .map(|i| if (8..16).contains(&(i / 8)) { 200 } else { 0 })
            .collect();
        assert_eq!(resized(8, 24, &tall, (8, 8, 1)), [200; 64]);
        assert_eq!(resized(16, 24, &[9; 384], (16, 8, 1)), [9; 128]);
    }

    #[test]
    fn enlarging_interpolates() {
        let large = resized(2, 2, &[0, 100, 0, 100], (8, 8, 1));
        assert_eq!(large[..8], [0, 0, 13, 38, 63, 88, 100, 100]);
        assert_eq!(large[56..], large[..8]);
        assert_eq!(resized(1, 1, &[5], (8, 9, 1)), [5; 72]);
    }

    #[test]
    fn colour_becomes_planes_or_brightness() {
        let red: Vec<u8> = [250, 0, 10].repeat(64);
        let planes = resized(8, 8, &red, (8, 8, 3));
        assert_eq!(planes[..64], [250; 64]);
        assert_eq!(planes[64..128], [0; 64]);
        assert_eq!(planes[128..], [10; 64]);
        assert_eq!(resized(8, 8, &red, (8, 8, 1)), [54; 64]);
        assert_eq!(resized(8, 8, &[9; 64], (8, 8, 3)), [9; 192]);
    }

    #[test]
    fn every_size_becomes_every_size() {
        for (width, height) in [(1, 1), (1, 300), (300, 1), (7, 9), (129, 127), (333, 77)] {
            for (target_width, target_height) in [(8, 8), (128, 8), (8, 128), (28, 28), (100, 99)] {
                let values = vec![77; width * height];
                let shape = (target_width, target_height, 1);
                let out = resized(width, height, &values, shape);
                assert!(
                    out.iter().all(|&v| v == 77),
                    "{width}×{height} to {shape:?}"
                );
            }
        }
    }
}
