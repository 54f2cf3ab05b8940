//! The files of a set become images and labels.

use std::path::Path;

use super::file::{self, Kind, Raw};
use super::mapping;
use super::sets::Files;
use crate::data::arrays::{Axes, Element, Gatherer, Layout, Plan, layouts, shape_words};
use crate::data::labels::{self, Rows};
use crate::data::range::{EXPECTED, Range, Scale, scales};
use crate::data::split::{own_name, split};
use crate::data::{DataError, DatasetParts, ImageShape, Images, Reading, Skipped};

/// Columns of the labels of QMNIST: the first is the class.
const QMNIST_COLUMNS: u64 = 8;

/// Images of one file, before they are brought to bytes.
struct Part {
    raw: Raw,
    plan: Plan,
    range: Range,
    labels: Option<Targets>,
}

/// Labels of one file.
enum Targets {
    /// As they are in nearly all files.
    Bytes(Vec<u8>),
    Numbers(Vec<i64>),
    /// None that can be kept, and why.
    Refused(Skipped),
}

/// Reads a set; `place` is the file or folder it was opened by.
pub(super) fn set(
    name: String,
    place: &Path,
    files: &Files,
    key: &str,
    reading: &Reading,
) -> Result<DatasetParts, DataError> {
    let Some(train_path) = files.train.as_deref() else {
        return Err(DataError::OtherFile {
            path: place.to_owned(),
        });
    };
    // EMNIST has columns where all others have rows.
    let is_emnist = key.split('-').any(|word| word == "emnist");
    let is_transposed = reading.transpose.unwrap_or(is_emnist);
    let read =
        |images: &Path, labels: Option<&Path>| Part::read(images, labels, key, is_transposed);
    let (train, test) = rayon::join(
        || read(train_path, files.train_labels.as_deref()),
        || {
            let images = files.test.as_deref();
            images
                .map(|images| read(images, files.test_labels.as_deref()))
                .transpose()
        },
    );
    let (train, test) = (train?, test?);
    let mut ranges = vec![(own_name(train_path), train.range)];
    if let (Some(part), Some(path)) = (&test, &files.test) {
        ranges.push((own_name(path), part.range));
    }
    let (scales, mut remarks) = scales(&ranges).map_err(|found| DataError::Unexpected {
        path: place.to_owned(),
        expected: EXPECTED.to_owned(),
        found,
    })?;
    if is_transposed {
        let why = match reading.transpose {
            Some(_) => "as was asked",
            None => "because the files of EMNIST have columns in the place of rows",
        };
        remarks.push(format!(
            "Rows and columns of every picture were swapped, {why}."
        ));
    }
    if !is_transposed && reading.transpose.is_none() && is_in_emnist(train_path) {
        remarks.push(
            "The folder is called after EMNIST, whose pictures lie on their side: if these do, too, transposing (--transpose) turns them."
                .to_owned(),
        );
    }
    let mut skipped = Vec::new();
    let mut targets = [Some(&train), test.as_ref()].map(|part| part?.labels.as_ref());
    for labels in &mut targets {
        if let Some(Targets::Refused(why)) = labels {
            skipped.push(why.clone());
            *labels = None;
        }
    }
    let labels = kept(targets, &mut skipped, files);
    let (train_labels, test_labels, mut class_names) = labels;
    let scale = |i: usize| scales.get(i).copied();
    let train = train.images(scale(0), place)?;
    let test = test.map(|test| test.images(scale(1), place)).transpose()?;
    if class_names.is_none() {
        let all = [&train_labels, &test_labels]
            .into_iter()
            .flatten()
            .flatten();
        class_names = all
            .max()
            .and_then(|last| mapping::names(train_path, key, *last));
    }
    let parts = match test {
        Some(test) => DatasetParts {
            train_labels,
            test_labels,
            ..DatasetParts::new(name, train, test)
        },
        None => split(name, place, &train, train_labels.as_deref())?,
    };
    Ok(DatasetParts {
        class_names,
        skipped,
        remarks,
        ..parts
    })
}

/// Whether a folder around a file is called after EMNIST, though the file is not.
fn is_in_emnist(path: &Path) -> bool {
    let words = |name: String| {
        name.split(|c: char| !c.is_alphanumeric())
            .any(|w| w == "emnist")
    };
    let folders = path.ancestors().skip(1).take(2);
    folders
        .map(|folder| own_name(folder).to_lowercase())
        .any(words)
}

/// Labels of training and test images, and the names of their classes.
type Kept = (Option<Vec<u8>>, Option<Vec<u8>>, Option<Vec<String>>);

/// The labels as bytes, where they can be kept.
fn kept(targets: [Option<&Targets>; 2], skipped: &mut Vec<Skipped>, files: &Files) -> Kept {
    let bytes = |targets: &Targets| match targets {
        Targets::Bytes(bytes) => Some(bytes.clone()),
        _ => None,
    };
    let numbers = |targets: &Targets| match targets {
        Targets::Bytes(bytes) => bytes.iter().copied().map(i64::from).collect(),
        Targets::Numbers(numbers) => numbers.clone(),
        Targets::Refused(_) => Vec::new(),
    };
    let [train, test] = targets;
    let are_bytes = [train, test]
        .into_iter()
        .flatten()
        .all(|targets| matches!(targets, Targets::Bytes(_)));
    if are_bytes {
        return (train.and_then(bytes), test.and_then(bytes), None);
    }
    let Some(train) = train else {
        return (None, None, None);
    };
    let test = test.map(numbers);
    match labels::from_numbers(&numbers(train), test.as_deref()) {
        Ok(labelled) => (Some(labelled.train), labelled.test, labelled.names),
        Err(why) => {
            let path = files.train_labels.as_deref().map(own_name);
            skipped.push(Skipped {
                path: path.unwrap_or_default(),
                why,
            });
            (None, None, None)
        }
    }
}

impl Part {
    /// Images and, where there are any, their labels, of the same count.
    fn read(
        images: &Path,
        labels: Option<&Path>,
        key: &str,
        is_transposed: bool,
    ) -> Result<Self, DataError> {
        let raw = file::read(images, Kind::Images)?;
        let layout = layout(images, &raw)?;
        let reading = Reading::default();
        let mut range = Range::default();
        raw.numbers.extend_range(&raw.bytes, &mut range);
        Ok(Self {
            plan: Plan::new(&layout, &reading, is_transposed),
            range,
            labels: labels
                .map(|labels| targets(labels, layout.count, key))
                .transpose()?,
            raw,
        })
    }

    /// The images, on a scale.
    fn images(self, scale: Option<Scale>, place: &Path) -> Result<Images, DataError> {
        let Self { raw, plan, .. } = self;
        let Raw {
            numbers, mut bytes, ..
        } = raw;
        if let Some(scale) = scale {
            if numbers.element.bytes() == 1 {
                let table = numbers.table(scale);
                if table
                    .iter()
                    .zip(0..=u8::MAX)
                    .any(|(&pixel, byte)| pixel != byte)
                {
                    for byte in &mut bytes {
                        *byte = table[usize::from(*byte)];
                    }
                }
            } else {
                let mut pixels = Vec::new();
                numbers.extend_pixels(&bytes, scale, &mut pixels);
                bytes = pixels;
            }
        }
        if plan.is_plain() {
            return Images::new(plan.target, bytes);
        }
        let mut gatherer = Gatherer::new(plan, place)?;
        gatherer.take(&bytes);
        gatherer.finish()
    }
}

/// How the images of a file lie: the count always comes first.
fn layout(path: &Path, raw: &Raw) -> Result<Layout, DataError> {
    if let [count, height, width] = raw.sizes[..] {
        let (height, width) = (height as usize, width as usize);
        return Ok(Layout {
            axes: Axes::Plain,
            count: count as usize,
            shape: ImageShape {
                width,
                height,
                channels: 1,
            },
            step: height * width,
            steps: [height * width, width, 1],
        });
    }
    let may_be = |layout: &Layout| {
        let is_first = matches!(
            layout.axes,
            Axes::Flat | Axes::ChannelsFirst | Axes::ChannelsLast
        );
        is_first && matches!(layout.shape.channels, 1 | 3)
    };
    let found = layouts(&raw.sizes, false).into_iter().find(may_be);
    found.ok_or_else(|| DataError::Unexpected {
        path: path.to_owned(),
        expected: "images such as (n, 28, 28), (n, 3, 32, 32), (n, 32, 32, 3) or (n, 784)"
            .to_owned(),
        found: format!("the shape {}", shape_words(&raw.sizes)),
    })
}

/// The labels of so many images.
fn targets(path: &Path, images: usize, key: &str) -> Result<Targets, DataError> {
    let Raw {
        sizes,
        numbers,
        bytes,
    } = file::read(path, Kind::Labels)?;
    let count = sizes.first().map_or(0, |&count| count as usize);
    if count != images {
        return Err(DataError::CountsDiffer {
            location: path.display().to_string(),
            what: "labels",
            found: count,
            images,
        });
    }
    if sizes.len() == 1 && numbers.element == Element::Unsigned(1) {
        return Ok(Targets::Bytes(bytes));
    }
    let mut width = sizes.get(1).map_or(1, |&width| width as usize);
    let mut bytes = bytes;
    if sizes.get(1) == Some(&QMNIST_COLUMNS) && key.split('-').any(|word| word == "qmnist") {
        let each = numbers.element.bytes();
        let firsts = bytes
            .chunks_exact(each * width)
            .flat_map(|row| &row[..each]);
        bytes = firsts.copied().collect();
        width = 1;
    }
    let mut rows = Rows::new(count, width, false);
    numbers.each(&bytes, |value| rows.take(value));
    Ok(match rows.finish() {
        Ok(numbers) => Targets::Numbers(numbers),
        Err(why) => Targets::Refused(Skipped {
            path: own_name(path),
            why,
        }),
    })
}
