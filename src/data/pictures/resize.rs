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

/// Values of a picture as they were decoded, pixel after pixel.
#[derive(Clone, Copy)]
pub(super) enum Values<'a> {
    /// From 0 to 255.
    Bytes(&'a [u8]),
    /// From 0 to 65535.
    Words(&'a [u16]),
}

/// A picture as it was decoded.
#[derive(Clone, Copy)]
pub(super) struct Raster<'a> {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) values: Values<'a>,
    /// Values from one pixel to the next.
    pub(super) stride: usize,
    /// How many of these are colours: 1 for grey, 3 for red, green, blue.
    pub(super) colors: usize,
    /// Whether the value after them says how opaque the pixel is.
    pub(super) has_alpha: bool,
}

/// A picture brought to a shape.
pub(super) struct Fitted {
    /// Channel after channel, from 0 to the largest value of the picture's kind: over black, where
    /// parts are transparent.
    pub(super) values: Vec<f32>,
    /// How opaque each pixel is, from 0 to 1; empty for pictures without transparency.
    pub(super) opacity: Vec<f32>,
}

/// Brings a picture to a shape.
pub(super) fn fit(picture: Raster<'_>, shape: ImageShape) -> Fitted {
    let Raster { width, height, .. } = picture;
    let plane = shape.width * shape.height;
    let mut fitted = Fitted {
        values: vec![0.0; shape.pixels()],
        opacity: Vec::new(),
    };
    let mut opacity = vec![1.0; if picture.has_alpha { plane } else { 0 }];
    let scale = (width as f64 / shape.width as f64).min(height as f64 / shape.height as f64);
    let columns = spans(width, shape.width, scale);
    let rows = spans(height, shape.height, scale);
    let (Some(left), Some(right)) = (columns.first(), columns.last()) else {
        return fitted;
    };
    let left = left.first;
    let used = right.first + right.weights.len() - left;
    // Sums of a pixel: its colours, and its opacity where it has one.
    let colors = picture.colors;
    let of_pixel = colors + usize::from(picture.has_alpha);
    let mut sums = vec![0.0_f32; used * of_pixel];
    for (y, row) in rows.iter().enumerate() {
        sums.fill(0.0);
        for (line, &weight) in (row.first..).zip(&row.weights) {
            let start = (line * width + left) * picture.stride;
            let end = start + used * picture.stride;
            match picture.values {
                Values::Bytes(values) => {
                    add(&picture, &values[start..end], 255.0, weight, &mut sums);
                }
                Values::Words(values) => {
                    add(&picture, &values[start..end], 65535.0, weight, &mut sums);
                }
            }
        }
        for (x, column) in columns.iter().enumerate() {
            let mut pixel = [0.0; 4];
            let sums = sums[(column.first - left) * of_pixel..].chunks_exact(of_pixel);
            for (weight, values) in column.weights.iter().zip(sums) {
                for (sum, value) in pixel.iter_mut().zip(values) {
                    *sum += weight * value;
                }
            }
            if picture.has_alpha {
                opacity[y * shape.width + x] = pixel[colors];
            }
            if colors == 1 {
                pixel = [pixel[0]; 4];
            } else if shape.channels == 1 {
                pixel[0] = brightness([pixel[0], pixel[1], pixel[2]]);
            }
            for (channel, value) in pixel.iter().take(shape.channels).enumerate() {
                fitted.values[channel * plane + y * shape.width + x] = *value;
            }
        }
    }
    // Rounding of the weights makes a little less than 1 of an opaque pixel.
    if opacity.iter().any(|&opacity| opacity < 0.999) {
        fitted.opacity = opacity;
    }
    fitted
}

/// Adds a line of values to the sums of its pixels.
fn add<T: Copy + Into<f32>>(
    picture: &Raster<'_>,
    line: &[T],
    most: f32,
    weight: f32,
    sums: &mut [f32],
) {
    let colors = picture.colors;
    if picture.has_alpha {
        let pixels = line.chunks_exact(picture.stride);
        for (sums, pixel) in sums.chunks_exact_mut(colors + 1).zip(pixels) {
            let opacity = pixel[colors].into() / most;
            for (sum, &value) in sums.iter_mut().zip(&pixel[..colors]) {
                *sum += weight * (value.into() * opacity);
            }
            sums[colors] += weight * opacity;
        }
    } else if picture.stride == colors {
        for (sum, &value) in sums.iter_mut().zip(line) {
            *sum += weight * value.into();
        }
    } else {
        let pixels = line.chunks_exact(picture.stride);
        for (sums, pixel) in sums.chunks_exact_mut(colors).zip(pixels) {
            for (sum, &value) in sums.iter_mut().zip(pixel) {
                *sum += weight * value.into();
            }
        }
    }
}

/// Brings a picture of bytes, 1 or 3 a pixel, to a shape: `out` is its image.
pub(in crate::data) fn fit_bytes(
    (width, height, channels): (usize, usize, usize),
    values: &[u8],
    shape: ImageShape,
    out: &mut [u8],
) {
    let raster = Raster {
        width,
        height,
        values: Values::Bytes(values),
        stride: channels,
        colors: channels,
        has_alpha: false,
    };
    for (out, value) in out.iter_mut().zip(fit(raster, shape).values) {
        *out = byte(value);
    }
}

/// The pixel of a value.
pub(super) fn byte(value: f32) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
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
        let channels = values.len() / (width * height);
        let picture = Raster {
            width,
            height,
            values: Values::Bytes(values),
            stride: channels,
            colors: channels,
            has_alpha: false,
        };
        let fitted = fit(picture, shape);
        assert!(fitted.opacity.is_empty());
        fitted.values.iter().map(|&value| byte(value)).collect()
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
    fn what_is_transparent_weighs_nothing() {
        let shape = ImageShape {
            width: 2,
            height: 1,
            channels: 1,
        };
        // White and opaque, white and clear; twice grey and half opaque.
        let deep: Vec<u16> = [[60_000, 65_535], [60_000, 0], [400, 32_768], [400, 32_768]].concat();
        let picture = Raster {
            width: 4,
            height: 2,
            values: Values::Words(&deep.repeat(2)),
            stride: 2,
            colors: 1,
            has_alpha: true,
        };
        let fitted = fit(picture, shape);
        let near = |found: f32, expected: f32| (found - expected).abs() < 0.01;
        assert!(near(fitted.values[0], 30_000.0) && near(fitted.values[1], 200.0));
        assert!(near(fitted.opacity[0], 0.5) && near(fitted.opacity[1], 0.5));
        // A fourth value without a meaning is passed over.
        let bytes = [10, 20, 30, 0, 10, 20, 30, 9];
        let picture = Raster {
            width: 2,
            height: 1,
            values: Values::Bytes(&bytes),
            stride: 4,
            colors: 3,
            has_alpha: false,
        };
        let fitted = fit(
            picture,
            ImageShape {
                channels: 3,
                ..shape
            },
        );
        assert_eq!(fitted.values, [10.0, 10.0, 20.0, 20.0, 30.0, 30.0]);
        assert!(fitted.opacity.is_empty());
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
