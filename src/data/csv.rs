//! Tables with one image a line: CSV and its like.
//!
//! A *row* is one image: its pixels row by row, each in a column of its own or all in one field, and
//! beside them a label, a number, a name, what training and test images are told apart by. Names of
//! columns say which is which, and where there are none the numbers do. A file whose name differs by
//! `test` lies beside it where test images are given, and labels may lie beside in a file of their
//! own.

mod beside;
mod classes;
mod color;
mod decide;
mod facts;
mod fill;
mod heading;
mod listed;
mod number;
mod plan;
mod separator;
mod series;
mod table;
mod text;
mod tidy;

use core::iter;
use std::path::Path;

use super::labels::{self, Labelled};
use super::pictures::resize::fit_bytes;
use super::place::ends_in;
use super::range::{EXPECTED, Range, scales};
use super::reading::{Color, ImageSize, MAX_SIDE, MIN_SIDE};
use super::split::{own_name, split};
use super::{
    DataError, DatasetParts, ImageShape, Images, Meter, Reading, Skipped, Source, Split, Takes,
};
use beside::{labels_beside, test_beside};
use plan::Ask;
use table::{NO_CLASS, Table};
use text::{SAMPLE, Text};

/// Endings of tables.
const ENDINGS: &[&str] = &["csv", "tsv"];

/// Endings of tables and of much else: what is in the file decides.
const OTHER_ENDINGS: &[&str] = &["txt", "data", "dat", "tab", "tra", "tes", "train", "test"];

/// Endings of packed tables, which are known in order to say what to do.
const PACKED: &[&str] = &["gz", "zip", "bz2", "xz", "zst", "7z"];

/// The source that reads tables.
#[derive(Clone, Copy, Debug)]
pub struct Csv;

impl Source for Csv {
    fn id(&self) -> &'static str {
        "csv"
    }

    fn name(&self) -> &'static str {
        "CSV file"
    }

    fn summary(&self) -> &'static str {
        "A table with one image a line (.csv, .tsv or text), grey or in colour, with labels or without, as on Kaggle; a test file beside it is taken too."
    }

    fn accepts(&self, location: &str) -> bool {
        let path = Path::new(location);
        let is_table = ends_in(path, ENDINGS)
            || (ends_in(path, PACKED)
                && path
                    .file_stem()
                    .is_some_and(|stem| ends_in(Path::new(stem), ENDINGS)));
        path.is_file() && (is_table || (ends_in(path, OTHER_ENDINGS) && holds_images(path)))
    }

    fn takes(&self) -> Takes {
        Takes {
            shape: true,
            keeps_shape: true,
            label: true,
            transpose: true,
        }
    }

    fn read(
        &self,
        location: &str,
        reading: &Reading,
        meter: &dyn Meter,
    ) -> Result<DatasetParts, DataError> {
        read(Path::new(location), reading, meter)
    }
}

/// Whether the first rows of a file may be images, or are at least numbers enough for one.
fn holds_images(path: &Path) -> bool {
    let Ok(text) = Text::sniff(path, SAMPLE) else {
        return false;
    };
    let numbers = text.sample.last().map_or(0, |row| {
        let fields = row
            .iter()
            .map(|field| number::list_length(field).min(row.len()));
        fields.sum()
    });
    numbers >= MIN_SIDE * MIN_SIDE || plan::Plan::of(&text, Ask::default()).is_ok()
}

fn read(path: &Path, reading: &Reading, meter: &dyn Meter) -> Result<DatasetParts, DataError> {
    let test_path = test_beside(path);
    let length = |path: &Path| path.metadata().map_or(0, |about| about.len());
    let total = length(path) + test_path.as_deref().map_or(0, length);
    let turned = is_on_its_side(path);
    let is_transposed = reading.transpose.unwrap_or(turned);
    let mut ask = Ask {
        label: reading.label.as_deref(),
        like: None,
    };
    let train = Table::read(path, ask, is_transposed, meter, (0, total))?;
    // A column that tells test images leaves nothing for a file of them.
    let test_path = test_path.filter(|_| train.is_test.is_none());
    ask.like = Some(&train.layout);
    let test = test_path
        .as_deref()
        .map(|test| Table::read(test, ask, is_transposed, meter, (length(path), total)))
        .transpose()?;

    // Each file is on its own scale.
    let ranges: Vec<(String, Range)> = iter::once((path, Some(&train)))
        .chain(test_path.as_deref().map(|path| (path, test.as_ref())))
        .filter_map(|(path, table)| Some((own_name(path), table?.range)))
        .collect();
    let ranges = match ranges.as_slice() {
        [(_, range)] => vec![(String::new(), *range)],
        _ => ranges,
    };
    let (scales, of_scales) = scales(&ranges).map_err(|found| DataError::Unexpected {
        path: path.to_owned(),
        expected: EXPECTED.to_owned(),
        found,
    })?;
    let mut scales = scales.into_iter();
    let mut settled = |table: Table, before| match scales.next() {
        Some(scale) => table.settle(scale, meter, (before, total)),
        None => Ok(table),
    };
    let mut train = settled(train, 0)?;
    let mut test = test.map(|test| settled(test, length(path))).transpose()?;

    let mut remarks = core::mem::take(&mut train.remarks);
    let mut skipped = Vec::new();
    if train.labels.is_none() && reading.label.is_none() {
        let tables = iter::once((path, Some(&mut train)))
            .chain(test_path.as_deref().map(|path| (path, test.as_mut())));
        for (path, table) in tables {
            let Some(table) = table.filter(|table| table.labels.is_none()) else {
                continue;
            };
            match labels_beside(path, table.rows()) {
                Ok(Some((name, labels))) => {
                    table.labels = Some(labels);
                    remarks.push(format!("Labels were taken from the file {name:?} beside."));
                }
                Ok(None) => break,
                Err(left_out) => skipped.push(left_out),
            }
        }
    }
    if let (Some(path), Some(test)) = (&test_path, &test) {
        let own = test.remarks.iter().filter(|said| !remarks.contains(said));
        let own: Vec<String> = own
            .map(|said| format!("In {}: {said}", own_name(path)))
            .collect();
        remarks.extend(own);
    }
    remarks.extend(of_scales);
    if is_transposed && turned {
        remarks.push(
            "Rows and columns of the images were swapped, for the tables of EMNIST lie on their side; --transpose=no leaves them.".to_owned(),
        );
    }
    parts(path, reading, train, test, (skipped, remarks))
}

/// Puts tables together to a data set.
fn parts(
    path: &Path,
    reading: &Reading,
    train: Table,
    test: Option<Table>,
    (mut skipped, mut remarks): (Vec<Skipped>, Vec<String>),
) -> Result<DatasetParts, DataError> {
    let words = train.labels.as_deref();
    if train.labels.is_none() && test.as_ref().is_some_and(|t| t.labels.is_some()) {
        remarks.push(
            "Labels of the test images were left out: the training images have none.".to_owned(),
        );
    }
    let labelled = words.and_then(|words| {
        let test = test.as_ref().and_then(|test| test.labels.as_deref());
        let missing = words.iter().chain(test.unwrap_or_default());
        let missing = missing.filter(|word| *word == NO_CLASS).count();
        if missing > 0 {
            remarks.push(format!(
                "{missing} images have no label: their class is {NO_CLASS:?}."
            ));
        }
        let mut leave_out = |why, of: &str| {
            let name = train.layout.label_name.as_deref().unwrap_or("label");
            skipped.push(Skipped {
                path: format!("{name}{of}"),
                why,
            });
        };
        match (labels::from_words(words, test), test) {
            (Ok(labelled), _) => Some(labelled),
            (Err(why), None) => {
                leave_out(why, "");
                None
            }
            // Those of the training images stay where they can.
            (Err(why), Some(_)) => match labels::from_words(words, None) {
                Ok(labelled) => {
                    leave_out(why, " of the test images");
                    Some(labelled)
                }
                Err(why) => {
                    leave_out(why, "");
                    None
                }
            },
        }
    });
    let (train_labels, test_labels, class_names) = match labelled {
        Some(Labelled { train, test, names }) => (Some(train), test, names),
        None => (None, None, None),
    };
    let name = own_name(path);
    let shape = target(path, reading, train.shape)?;
    let is_test = train.is_test;
    let train = resized(Images::new(train.shape, train.pixels)?, shape)?;
    let parts = match (test, is_test) {
        (Some(test), _) => {
            let test = resized(Images::new(test.shape, test.pixels)?, shape)?;
            DatasetParts {
                train_labels,
                test_labels,
                ..DatasetParts::new(name, train, test)
            }
        }
        (None, Some(is_test)) => told_apart(name, &train, train_labels.as_deref(), &is_test)?,
        (None, None) => split(name, path, &train, train_labels.as_deref())?,
    };
    Ok(DatasetParts {
        class_names,
        skipped,
        remarks,
        ..parts
    })
}

/// A data set whose rows say what they are for.
fn told_apart(
    name: String,
    all: &Images,
    labels: Option<&[u8]>,
    is_test: &[bool],
) -> Result<DatasetParts, DataError> {
    let chosen = |wanted: bool| (0..all.len()).filter(move |i| is_test[*i] == wanted);
    let images = |wanted| {
        let bytes = chosen(wanted).flat_map(|i| all.image(i).iter().copied());
        Images::new(all.shape(), bytes.collect())
    };
    let labels =
        |wanted| labels.map(|labels| chosen(wanted).map(|i| labels[i]).collect::<Vec<u8>>());
    Ok(DatasetParts {
        train_labels: labels(false),
        test_labels: labels(true),
        split: Split::Given,
        ..DatasetParts::new(name, images(false)?, images(true)?)
    })
}

/// The shape that images are brought to: their own, unless another was asked for.
fn target(path: &Path, reading: &Reading, own: ImageShape) -> Result<ImageShape, DataError> {
    let size = match reading.size {
        Some(size) => size,
        None => ImageSize::new(own.width, own.height).map_err(|_too_large| {
            DataError::Unexpected {
                path: path.to_owned(),
                expected: format!(
                    "images of {MIN_SIDE} to {MAX_SIDE} pixels a side, or a size to bring them to, such as --image-size 64x64,"
                ),
                found: format!("images of {own}"),
            }
        })?,
    };
    let channels = reading.color.map_or(own.channels, Color::channels);
    Ok(ImageShape {
        width: size.width(),
        height: size.height(),
        channels,
    })
}

/// Images brought to a shape.
fn resized(images: Images, shape: ImageShape) -> Result<Images, DataError> {
    let own = images.shape();
    if own == shape {
        return Ok(images);
    }
    let plane = own.width * own.height;
    let mut pixels = vec![0; images.len() * shape.pixels()];
    let mut values = vec![0; own.pixels()];
    for (i, out) in pixels.chunks_exact_mut(shape.pixels()).enumerate() {
        let image = images.image(i);
        for (place, value) in values.iter_mut().enumerate() {
            *value = image[place % own.channels * plane + place / own.channels];
        }
        fit_bytes((own.width, own.height, own.channels), &values, shape, out);
    }
    Images::new(shape, pixels)
}

/// Whether a file is one of those of EMNIST, whose images lie on their side.
fn is_on_its_side(path: &Path) -> bool {
    let name = own_name(path).to_lowercase();
    let mut words = name.split(|c: char| !c.is_ascii_alphabetic());
    words.any(|word| word == "emnist")
}

#[cfg(test)]
mod tests;
