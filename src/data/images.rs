//! Images as bytes.
//!
//! [`Images`] is the one holder of pixels: a list of pictures of one [`ImageShape`], 8 bits a
//! value. A *pixel value* here is one byte of one channel; models see it divided by 255.

use core::fmt;

use super::DataError;

/// Size of one image. `Display` gives `28×28×1`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct ImageShape {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// 1 for grey, 3 for red, green, blue.
    pub channels: usize,
}

impl ImageShape {
    /// Values in one image: width × height × channels.
    #[must_use]
    pub fn pixels(self) -> usize {
        self.width * self.height * self.channels
    }

    /// [`Self::pixels`], or `None` if it overflows.
    fn checked_pixels(self) -> Option<usize> {
        self.width
            .checked_mul(self.height)?
            .checked_mul(self.channels)
    }
}

impl fmt::Display for ImageShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}×{}×{}", self.width, self.height, self.channels)
    }
}

/// `value / 255` for every byte, so that filling a batch is a look-up.
static UNIT: [f32; 256] = {
    let mut table = [0.0; 256];
    let mut i = 0;
    while i < 256 {
        #[expect(clippy::cast_precision_loss, reason = "0..256 is exact in f32")]
        let value = i as f32;
        table[i] = value / 255.0;
        i += 1;
    }
    table
};

/// At least one image, all of one shape.
///
/// Bytes are image-major; each image is channel-planar (channel, row, column), rows from the top.
#[derive(Clone, PartialEq, Eq)]
pub struct Images {
    shape: ImageShape,
    pixels: Vec<u8>,
}

impl fmt::Debug for Images {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Images({} of {})", self.len(), self.shape)
    }
}

impl Images {
    /// Takes `pixels` as a whole number of images of `shape`.
    ///
    /// # Errors
    /// If a side of the shape is 0, if the bytes are not a whole positive number of images, or if
    /// there are more than `u32::MAX` images.
    pub fn new(shape: ImageShape, pixels: Vec<u8>) -> Result<Self, DataError> {
        let Some(each) = shape.checked_pixels().filter(|&each| each > 0) else {
            return Err(DataError::BadShape { shape });
        };
        if pixels.is_empty() || !pixels.len().is_multiple_of(each) {
            return Err(DataError::PixelCount {
                shape,
                found: pixels.len(),
            });
        }
        let count = pixels.len() / each;
        if u32::try_from(count).is_err() {
            return Err(DataError::TooManyImages { found: count });
        }
        Ok(Self { shape, pixels })
    }

    /// Number of images.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pixels.len() / self.shape.pixels()
    }

    /// Whether there is no image. [`Self::new`] refuses that, so it is always false.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pixels.is_empty()
    }

    /// Shape of every image.
    #[must_use]
    pub fn shape(&self) -> ImageShape {
        self.shape
    }

    /// The bytes of image `i`, `shape().pixels()` of them.
    ///
    /// # Panics
    /// If `i` is not below [`Self::len`].
    #[must_use]
    pub fn image(&self, i: usize) -> &[u8] {
        let each = self.shape.pixels();
        &self.pixels[i * each..(i + 1) * each]
    }

    /// The bytes of so many images that are spread over all, image after image; of no more than there are.
    #[must_use]
    pub fn spread(&self, count: usize) -> Vec<u8> {
        let count = count.min(self.len());
        let places = (0..count).map(|place| place * self.len() / count);
        places.flat_map(|i| self.image(i)).copied().collect()
    }

    /// All bytes, image after image.
    #[must_use]
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// The first `n` images (at least one), or all of them where there are fewer.
    #[must_use]
    pub fn truncated(mut self, n: usize) -> Self {
        let keep = n.max(1).saturating_mul(self.shape.pixels());
        if keep < self.pixels.len() {
            self.pixels.truncate(keep);
            self.pixels.shrink_to_fit();
        }
        self
    }

    /// Replaces `out` by the images at `indices`, one after another, as `value / 255`.
    ///
    /// `out` ends with `indices.len() * shape().pixels()` numbers in [0, 1] and keeps its
    /// allocation from call to call. Every index must be below [`Self::len`]: that is asserted in
    /// debug builds; in release builds an index out of range gives a black image.
    pub fn write_batch(&self, indices: &[u32], out: &mut Vec<f32>) {
        let each = self.shape.pixels();
        out.clear();
        out.reserve(indices.len() * each);
        for &index in indices {
            let start = (index as usize).saturating_mul(each);
            let image = self.pixels.get(start..start.saturating_add(each));
            debug_assert!(
                image.is_some(),
                "image {index} was asked for, but there are {}",
                self.len()
            );
            match image {
                Some(image) => out.extend(image.iter().map(|&value| UNIT[usize::from(value)])),
                None => out.resize(out.len() + each, 0.0),
            }
        }
    }

    /// The average image, in [0, 1], one number for each value of the shape.
    #[must_use]
    pub fn mean_image(&self) -> Vec<f32> {
        let mut sums = vec![0_u64; self.shape.pixels()];
        for image in self.pixels.chunks_exact(self.shape.pixels()) {
            for (sum, &value) in sums.iter_mut().zip(image) {
                *sum += u64::from(value);
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "sums stay far below 2^53")]
        let scale = 1.0 / (255.0 * self.len() as f64);
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            reason = "a mean in [0, 1] as f32"
        )]
        sums.into_iter()
            .map(|sum| (sum as f64 * scale) as f32)
            .collect()
    }
}

/// Pixels from 0 to 1 as bytes, clamped and rounded: what [`Images::write_batch`] does, backwards.
#[must_use]
pub fn to_bytes(values: &[f32]) -> Vec<u8> {
    values
        .iter()
        .map(|value| (value.clamp(0.0, 1.0) * 255.0).round() as u8)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: ImageShape = ImageShape {
        width: 2,
        height: 1,
        channels: 3,
    };

    fn three() -> Images {
        Images::new(SHAPE, (0..18).map(|i| i * 15).collect()).unwrap()
    }

    #[test]
    fn bytes_are_cut_into_images() {
        let images = three();
        assert_eq!(images.len(), 3);
        assert!(!images.is_empty());
        assert_eq!(images.shape().to_string(), "2×1×3");
        assert_eq!(images.image(1), [90, 105, 120, 135, 150, 165]);
        assert_eq!(images.pixels().len(), 18);
    }

    #[test]
    fn odd_bytes_and_empty_shapes_are_refused() {
        let ragged = Images::new(SHAPE, vec![0; 7]).unwrap_err().to_string();
        assert!(ragged.contains("2×1×3") && ragged.contains('7'), "{ragged}");
        assert!(Images::new(SHAPE, vec![]).is_err());
        let flat = ImageShape { height: 0, ..SHAPE };
        assert!(Images::new(flat, vec![0; 6]).is_err());
        let huge = ImageShape {
            width: usize::MAX,
            height: 2,
            channels: 1,
        };
        assert!(Images::new(huge, vec![0; 6]).is_err());
    }

    #[test]
    fn truncation_keeps_the_first() {
        assert_eq!(three().truncated(2).image(1), three().image(1));
        assert_eq!(three().truncated(2).len(), 2);
        assert_eq!(three().truncated(9).len(), 3);
        assert_eq!(three().truncated(usize::MAX).len(), 3);
    }

    #[test]
    fn a_batch_is_the_chosen_images_over_255() {
        let images = three();
        let mut out = vec![9.0; 40];
        images.write_batch(&[2, 0], &mut out);
        assert_eq!(out.len(), 12);
        for (i, &byte) in images.image(2).iter().chain(images.image(0)).enumerate() {
            assert_eq!(out[i].to_bits(), (f32::from(byte) / 255.0).to_bits());
        }
        images.write_batch(&[], &mut out);
        assert!(out.is_empty(), "an empty batch must clear the buffer");
    }

    #[test]
    fn the_mean_image_is_the_average() {
        let shape = ImageShape {
            channels: 1,
            ..SHAPE
        };
        let images = Images::new(shape, vec![0, 255, 51, 255]).unwrap();
        let mean = images.mean_image();
        assert!((mean[0] - 0.1).abs() < 1e-6, "{mean:?}");
        assert!((mean[1] - 1.0).abs() < 1e-6, "{mean:?}");
    }
}
