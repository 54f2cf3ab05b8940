//! Test images for data that comes without.
//!
//! *Setting apart* moves a seventh of the images from training to testing, chosen by a shuffle of a
//! fixed seed: the same ones every time.

use std::path::Path;

use super::{DataError, DatasetParts, Images, Split, streams};

/// Seed of the shuffle that sets test images apart.
const SPLIT_SEED: u64 = 0;

/// One training image in this many is set apart.
const SPLIT_PART: usize = 7;

/// Which of `count` images train and which test, both in their order.
///
/// # Errors
/// When there is only one.
pub(super) fn set_apart(
    place: &Path,
    count: usize,
) -> Result<(Vec<usize>, Vec<usize>, Split), DataError> {
    if count < 2 {
        return Err(DataError::TooFewToSplit {
            place: place.to_owned(),
            found: count,
        });
    }
    let test_count = (count / SPLIT_PART).max(1);
    let mut train: Vec<usize> = (0..count).collect();
    let mut rng = streams::stream(*b"idxsplit", SPLIT_SEED, 0, 0);
    streams::shuffle(&mut rng, &mut train);
    let mut test = train.split_off(count - test_count);
    train.sort_unstable();
    test.sort_unstable();
    let split = Split::FromTrain {
        test_count,
        seed: SPLIT_SEED,
    };
    Ok((train, test, split))
}

/// Sets test images apart from all images of a file or folder. What stays and what goes both keep
/// their order.
///
/// # Errors
/// When there is only one image.
pub(super) fn split(
    name: String,
    place: &Path,
    all: &Images,
    labels: Option<&[u8]>,
) -> Result<DatasetParts, DataError> {
    let (train, test, split) = set_apart(place, all.len())?;
    let images = |chosen: &[usize]| {
        let mut bytes = Vec::with_capacity(chosen.len() * all.shape().pixels());
        for &i in chosen {
            bytes.extend_from_slice(all.image(i));
        }
        Images::new(all.shape(), bytes)
    };
    let labels = |chosen: &[usize]| {
        labels.map(|labels| chosen.iter().map(|&i| labels[i]).collect::<Vec<u8>>())
    };
    Ok(DatasetParts {
        train_labels: labels(&train),
        test_labels: labels(&test),
        split,
        ..DatasetParts::new(name, images(&train)?, images(&test)?)
    })
}

/// The own name of a file or folder; for a path such as `.` or `/`, the path itself.
pub(super) fn own_name(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy());
    name.unwrap_or_else(|| path.to_string_lossy()).into_owned()
}
