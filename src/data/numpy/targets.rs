//! Labels in arrays of their own.
//!
//! A *target* is what an array says of one image: a whole number, a text, or a row of zeros and a one.

use super::file::ArrayFile;
use super::header::{Header, Text, Values};
use super::pick::{OBJECTS, Picks, label_count};
use crate::data::arrays::{Numbers, shape_words};
use crate::data::labels::{self, Labelled, Rows};
use crate::data::{DataError, Images, NoMeter, Skipped};

/// Bytes of labels at most.
const MAX_BYTES: u64 = 1 << 30;

/// What the labels of some images are.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Targets {
    Numbers(Vec<i64>),
    Words(Vec<String>),
}

impl Targets {
    fn into_words(self) -> Vec<String> {
        match self {
            Self::Numbers(numbers) => numbers.iter().map(i64::to_string).collect(),
            Self::Words(words) => words,
        }
    }
}

/// The labels, where there are any that can be kept; the others are left out with the reason.
pub(super) fn labelled(
    file: &mut ArrayFile,
    picks: &Picks,
    train: &Images,
    test: Option<&Images>,
) -> Result<(Option<Labelled>, Vec<Skipped>), DataError> {
    let mut skipped = Vec::new();
    let mut read = |index: Option<usize>, images: Option<&Images>| {
        let (Some(index), Some(images)) = (index, images) else {
            return Ok(None);
        };
        match targets(file, index, images.len())? {
            Ok(targets) => Ok(Some(targets)),
            Err(why) => {
                skipped.push(Skipped {
                    path: file.entries[index].name.clone(),
                    why,
                });
                Ok(None)
            }
        }
    };
    let Some(train) = read(picks.train_labels, Some(train))? else {
        return Ok((None, skipped));
    };
    let test = read(picks.test_labels, test)?;
    let found = match (train, test) {
        (Targets::Numbers(train), None) => labels::from_numbers(&train, None),
        (Targets::Numbers(train), Some(Targets::Numbers(test))) => {
            labels::from_numbers(&train, Some(&test))
        }
        (train, test) => {
            let test = test.map(Targets::into_words);
            labels::from_words(&train.into_words(), test.as_deref())
        }
    };
    match (found, picks.train_labels) {
        (Ok(labelled), _) => Ok((Some(labelled), skipped)),
        (Err(why), Some(index)) => {
            let path = file.entries[index].name.clone();
            skipped.push(Skipped { path, why });
            Ok((None, skipped))
        }
        (Err(_), None) => Ok((None, skipped)),
    }
}

/// One target an image, or why there are none.
fn targets(
    file: &mut ArrayFile,
    index: usize,
    images: usize,
) -> Result<Result<Targets, String>, DataError> {
    let header = file.entries[index].header.clone();
    let count = label_count(&header);
    let Some(count) = count.filter(|_| header.data_bytes <= MAX_BYTES) else {
        return Ok(Err(format!(
            "labels are (n,), and it is {}",
            shape_words(&header.shape)
        )));
    };
    if count != images as u64 {
        return Err(DataError::CountsDiffer {
            location: file.path.display().to_string(),
            what: "labels",
            found: usize::try_from(count).unwrap_or(usize::MAX),
            images,
        });
    }
    match &header.values {
        Values::Numbers(numbers) => numbers_of(file, index, &header, *numbers, images),
        Values::Text(text) => words_of(file, index, &header, *text, images),
        Values::Objects => Ok(Err(OBJECTS.to_owned())),
        Values::Other(kind) => Ok(Err(format!(
            "labels are numbers or text, and it holds values of type {kind:?}"
        ))),
    }
}

fn numbers_of(
    file: &mut ArrayFile,
    index: usize,
    header: &Header,
    numbers: Numbers,
    images: usize,
) -> Result<Result<Targets, String>, DataError> {
    let all: u64 = header.shape.iter().product();
    let width = (all / images as u64) as usize;
    let mut rows = Rows::new(images, width, header.is_fortran);
    file.read(index, &NoMeter, &mut (0, 0), |bytes| {
        numbers.each(bytes, |value| rows.take(value));
    })?;
    Ok(rows.finish().map(Targets::Numbers))
}

fn words_of(
    file: &mut ArrayFile,
    index: usize,
    header: &Header,
    text: Text,
    images: usize,
) -> Result<Result<Targets, String>, DataError> {
    let mut all = Vec::new();
    file.read(index, &NoMeter, &mut (0, 0), |bytes| {
        all.extend_from_slice(bytes);
    })?;
    let words: Vec<String> = all
        .chunks_exact(text.bytes)
        .map(|word| text.value(word))
        .collect();
    Ok(if words.len() == images {
        Ok(Targets::Words(words))
    } else {
        Err(format!(
            "labels are one text a picture, and it is {}",
            shape_words(&header.shape)
        ))
    })
}
