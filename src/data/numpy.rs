//! `NumPy`'s `.npy` files and `.npz` archives, Keras' `mnist.npz` among them.
//!
//! Images are `(n, height, width)`, `(n, height, width, channels)`, `(n, channels, height, width)` or
//! flat squares `(n, height·width)`. Values of any type of numbers are brought to bytes by the
//! *range* of all images: 0 to 1 is stretched, 0 to 255 is as it is, −1 to 1 is stretched and
//! shifted.

mod file;
mod header;
mod targets;

use std::path::Path;

use super::place::ends_in;
use super::reading::{MAX_SIDE, MIN_SIDE};
use super::split::{own_name, split};
use super::{DataError, DatasetParts, ImageShape, Images, Meter, Reading, Skipped, Source};
use file::ArrayFile;
use header::Header;
use targets::labelled;

/// Names of arrays, the first that is there counts.
const TRAIN_IMAGES: &[&str] = &[
    "x_train",
    "train_images",
    "train_x",
    "images_train",
    "train_data",
    "x",
    "images",
    "imgs",
    "data",
    "arr_0",
];
const TRAIN_LABELS: &[&str] = &[
    "y_train",
    "train_labels",
    "train_y",
    "labels_train",
    "y",
    "labels",
    "targets",
    "target",
];
const TEST_IMAGES: &[&str] = &[
    "x_test",
    "test_images",
    "test_x",
    "images_test",
    "test_data",
    "x_val",
    "val_images",
];
const TEST_LABELS: &[&str] = &[
    "y_test",
    "test_labels",
    "test_y",
    "labels_test",
    "y_val",
    "val_labels",
];

/// The source that reads files of arrays.
#[derive(Clone, Copy, Debug)]
pub struct Numpy;

impl Source for Numpy {
    fn id(&self) -> &'static str {
        "numpy"
    }

    fn name(&self) -> &'static str {
        "NumPy arrays"
    }

    fn summary(&self) -> &'static str {
        "A .npz archive such as Keras' mnist.npz (x_train, y_train, x_test, y_test), or a .npy file of images."
    }

    fn accepts(&self, location: &str) -> bool {
        let path = Path::new(location);
        ends_in(path, &["npz", "npy"]) && path.is_file()
    }

    fn read(
        &self,
        location: &str,
        _reading: &Reading,
        meter: &dyn Meter,
    ) -> Result<DatasetParts, DataError> {
        let mut file = ArrayFile::open(Path::new(location))?;
        read(&mut file, meter)
    }
}

fn read(file: &mut ArrayFile, meter: &dyn Meter) -> Result<DatasetParts, DataError> {
    let train = train_images(file)?;
    let test = file.find(TEST_IMAGES).filter(|&test| test != train);
    let mut used = vec![train];
    used.extend(test);
    let total: u64 = used
        .iter()
        .map(|&index| file.entries[index].header.data_bytes)
        .sum();
    // All of it is read twice: for the range of the values, then for the values.
    let mut done = (0, 2 * total);
    let layouts: Vec<Layout> = used
        .iter()
        .map(|&index| Layout::of(file, index))
        .collect::<Result<_, _>>()?;
    let mut range = Range::default();
    for &index in &used {
        let header = file.entries[index].header.clone();
        file.read(index, meter, &mut done, |bytes| range.take(&header, bytes))?;
    }
    let scale = range
        .scale()
        .map_err(|found| file.unexpected("pixels from 0 to 1, 0 to 255 or -1 to 1", found))?;
    let mut parts = Vec::new();
    for (&index, layout) in used.iter().zip(&layouts) {
        parts.push(images(file, index, layout, scale, meter, &mut done)?);
    }
    let mut parts = parts.into_iter();
    let (train_images, test_images) = (parts.next(), parts.next());
    let Some(train_images) = train_images else {
        return Err(file.unexpected("images", "none".to_owned()));
    };
    let mut skipped = Vec::new();
    let labelled = labelled(
        file,
        &train_images,
        test_images.as_ref(),
        &mut used,
        &mut skipped,
    )?;
    for (index, entry) in file.entries.iter().enumerate() {
        if !used.contains(&index) {
            skipped.push(Skipped {
                path: entry.name.clone(),
                why: "no array of this name is looked for".to_owned(),
            });
        }
    }
    for (name, why) in &file.others {
        skipped.push(Skipped {
            path: name.clone(),
            why: why.clone(),
        });
    }
    let name = own_name(&file.path);
    let (train_labels, test_labels, class_names) = match labelled {
        Some(labelled) => (Some(labelled.train), labelled.test, labelled.names),
        None => (None, None, None),
    };
    let parts = match test_images {
        Some(test) => DatasetParts {
            train_labels,
            test_labels,
            ..DatasetParts::new(name, train_images, test)
        },
        None => split(name, &file.path, &train_images, train_labels.as_deref())?,
    };
    Ok(DatasetParts {
        class_names,
        skipped,
        ..parts
    })
}

/// The array of training images: the one of a usual name, or the only one with three dimensions.
fn train_images(file: &ArrayFile) -> Result<usize, DataError> {
    if let Some(named) = file.find(TRAIN_IMAGES) {
        return Ok(named);
    }
    let is_candidate = |header: &Header| file.entries.len() == 1 || header.shape.len() >= 3;
    let mut candidates = (0..file.entries.len()).filter(|&i| is_candidate(&file.entries[i].header));
    match (candidates.next(), candidates.next()) {
        (Some(only), None) => Ok(only),
        (None, _) | (Some(_), Some(_)) => {
            let names: Vec<&str> = file
                .entries
                .iter()
                .map(|entry| entry.name.as_str())
                .take(12)
                .collect();
            let found = match &names[..] {
                [] => "no array of numbers".to_owned(),
                names => format!("the arrays {}", names.join(", ")),
            };
            Err(file.unexpected(
                "an array of images called x_train, train_images or images",
                found,
            ))
        }
    }
}

/// How images lie in an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Layout {
    count: usize,
    shape: ImageShape,
    /// The channels of a pixel lie side by side.
    is_interleaved: bool,
}

impl Layout {
    fn of(file: &ArrayFile, index: usize) -> Result<Self, DataError> {
        let header = &file.entries[index].header;
        Self::from_shape(&header.shape).ok_or_else(|| {
            let expected = format!(
                "{} to hold images of {MIN_SIDE} to {MAX_SIDE} pixels a side, with 1 or 3 channels, such as (n, 28, 28) or (n, 32, 32, 3)",
                file.what(index)
            );
            file.unexpected(&expected, format!("the shape {}", header.shape_words()))
        })
    }

    fn from_shape(shape: &[u64]) -> Option<Self> {
        let is_side = |side: u64| (MIN_SIDE as u64..=MAX_SIDE as u64).contains(&side);
        let is_channels = |count: u64| count == 1 || count == 3;
        let (&count, rest) = shape.split_first()?;
        let (height, width, channels, is_interleaved) = match *rest {
            [flat] => {
                let side = flat.isqrt();
                (side, side, (flat == side * side).then_some(1)?, false)
            }
            [height, width] => (height, width, 1, false),
            [height, width, channels] if is_channels(channels) => (height, width, channels, true),
            [channels, height, width] if is_channels(channels) => (height, width, channels, false),
            _ => return None,
        };
        if count == 0 || !is_side(height) || !is_side(width) {
            return None;
        }
        Some(Self {
            count: usize::try_from(count).ok()?,
            shape: ImageShape {
                width: width as usize,
                height: height as usize,
                channels: channels as usize,
            },
            is_interleaved,
        })
    }
}

/// The values of all images.
struct Range {
    low: f64,
    high: f64,
    is_whole: bool,
    is_finite: bool,
}

impl Default for Range {
    fn default() -> Self {
        Self {
            low: f64::INFINITY,
            high: f64::NEG_INFINITY,
            is_whole: true,
            is_finite: true,
        }
    }
}

/// How values become bytes: times the first, plus the second.
type Scale = (f64, f64);

impl Range {
    fn take(&mut self, header: &Header, bytes: &[u8]) {
        let element = header.element;
        self.is_whole &= !element.is_float();
        if element.bytes() == 1 {
            // Most files by far: one look a byte.
            let mut is_there = [false; 256];
            for &byte in bytes {
                is_there[usize::from(byte)] = true;
            }
            for byte in (0..=u8::MAX).filter(|&byte| is_there[usize::from(byte)]) {
                let value = element.value(&[byte], false);
                self.low = self.low.min(value);
                self.high = self.high.max(value);
            }
            return;
        }
        for value in bytes.chunks_exact(element.bytes()) {
            let value = element.value(value, header.is_big_endian);
            self.is_finite &= value.is_finite();
            self.low = self.low.min(value);
            self.high = self.high.max(value);
        }
    }

    fn scale(&self) -> Result<Scale, String> {
        let Self { low, high, .. } = *self;
        if !self.is_finite {
            return Err("a value that is no finite number".to_owned());
        }
        if low >= 0.0 && high <= 1.0 {
            return Ok((255.0, 0.0));
        }
        if low >= 0.0 && high <= 255.0 {
            return Ok((1.0, 0.0));
        }
        if low >= -1.0 && high <= 1.0 && !self.is_whole {
            return Ok((127.5, 127.5));
        }
        Err(format!("values from {low} to {high}"))
    }
}

/// Reads an array as images.
fn images(
    file: &mut ArrayFile,
    index: usize,
    layout: &Layout,
    (factor, offset): Scale,
    meter: &dyn Meter,
    done: &mut (u64, u64),
) -> Result<Images, DataError> {
    let header = file.entries[index].header.clone();
    let element = header.element;
    let mut pixels = Vec::new();
    let wanted = layout.count.saturating_mul(layout.shape.pixels());
    pixels
        .try_reserve_exact(wanted)
        .map_err(|_too_much| DataError::OutOfMemory {
            path: file.path.clone(),
            bytes: wanted as u64,
        })?;
    let pixel = |value: &[u8]| {
        let value = element.value(value, header.is_big_endian) * factor + offset;
        value.round().clamp(0.0, 255.0) as u8
    };
    let table: Vec<u8> = (0..=u8::MAX).map(|byte| pixel(&[byte])).collect();
    file.read(index, meter, done, |bytes| match element.bytes() {
        1 => pixels.extend(bytes.iter().map(|&byte| table[usize::from(byte)])),
        each => pixels.extend(bytes.chunks_exact(each).map(pixel)),
    })?;
    let channels = layout.shape.channels;
    if layout.is_interleaved && channels > 1 {
        let plane = layout.shape.width * layout.shape.height;
        let mut one = vec![0; layout.shape.pixels()];
        for image in pixels.chunks_exact_mut(layout.shape.pixels()) {
            for (pixel, values) in image.chunks_exact(channels).enumerate() {
                for (channel, value) in values.iter().enumerate() {
                    one[channel * plane + pixel] = *value;
                }
            }
            image.copy_from_slice(&one);
        }
    }
    Images::new(layout.shape, pixels)
}

#[cfg(test)]
mod tests;
