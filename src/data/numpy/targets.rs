//! Labels in arrays of their own.
//!
//! A *target* is what an array says of one image: a whole number, or a row of zeros and a one.

use super::file::ArrayFile;
use super::{TEST_LABELS, TRAIN_LABELS};
use crate::data::labels::{self, Labelled};
use crate::data::{DataError, Images, NoMeter, Skipped};

/// The labels, where there are any that can be kept.
pub(super) fn labelled(
    file: &mut ArrayFile,
    train: &Images,
    test: Option<&Images>,
    used: &mut Vec<usize>,
    skipped: &mut Vec<Skipped>,
) -> Result<Option<Labelled>, DataError> {
    let Some(index) = file.find(TRAIN_LABELS) else {
        return Ok(None);
    };
    let test_index = test.and_then(|_| file.find(TEST_LABELS));
    let mut read = |index: Option<usize>, images: Option<&Images>| match (index, images) {
        (Some(index), Some(images)) => {
            used.push(index);
            numbers(file, index, images.len())
        }
        _ => Ok(Ok(None)),
    };
    let found = match (read(Some(index), Some(train))?, read(test_index, test)?) {
        (Ok(Some(train)), Ok(test)) => labels::from_numbers(&train, test.as_deref()),
        (Ok(None), _) => return Ok(None),
        (Err(why), _) | (_, Err(why)) => Err(why),
    };
    match found {
        Ok(labelled) => Ok(Some(labelled)),
        Err(why) => {
            skipped.push(Skipped {
                path: file.entries[index].name.clone(),
                why,
            });
            Ok(None)
        }
    }
}

/// Whole numbers, one an image, or why there are none; of a row of zeros and a one, its place.
fn numbers(
    file: &mut ArrayFile,
    index: usize,
    images: usize,
) -> Result<Result<Option<Vec<i64>>, String>, DataError> {
    let header = file.entries[index].header.clone();
    let (count, width) = match header.shape[..] {
        [count] => (count, 1),
        [count, width] if (1..=labels::MAX_CLASSES as u64).contains(&width) => (count, width),
        _ => {
            return Ok(Err(format!(
                "labels are (n,), and it is {}",
                header.shape_words()
            )));
        }
    };
    if count != images as u64 {
        return Err(DataError::CountsDiffer {
            location: file.path.display().to_string(),
            what: "labels",
            found: usize::try_from(count).unwrap_or(usize::MAX),
            images,
        });
    }
    let element = header.element;
    let mut values = Vec::new();
    let mut place = 0;
    let mut numbers = Vec::new();
    let mut is_whole = true;
    file.read(index, &NoMeter, &mut (0, 0), |bytes| {
        for value in bytes.chunks_exact(element.bytes()) {
            let value = element.value(value, header.is_big_endian);
            is_whole &= value.is_finite() && value.fract() == 0.0;
            if width == 1 {
                numbers.push(value as i64);
                continue;
            }
            values.push(value);
            place += 1;
            if place == width {
                let ones = values.iter().filter(|&&value| value == 1.0).count();
                let zeros = values.iter().filter(|&&value| value == 0.0).count();
                is_whole &= ones == 1 && ones + zeros == values.len();
                let class = values.iter().position(|&value| value == 1.0);
                numbers.push(class.unwrap_or_default() as i64);
                values.clear();
                place = 0;
            }
        }
    })?;
    Ok(if is_whole {
        Ok(Some(numbers))
    } else {
        Err("labels are whole numbers, and it holds others".to_owned())
    })
}
