//! Folders of pictures, in class folders or not.
//!
//! Every picture is brought to the shape of a [`Reading`]: the middle with the proportions of that
//! shape, transparent parts black. Pictures are in a *mixed order*, shuffled with a fixed seed, so that
//! the first thousand are of all classes; without a folder of test pictures a seventh is set apart.

mod cache;
mod decode;
mod import;
pub(super) mod resize;
mod scan;

use std::path::Path;
use std::sync::atomic::AtomicU64;

use super::split::{own_name, split};
use super::{
    DataError, DatasetParts, Images, Meter, Reading, Skipped, Source, Takes, idx, streams,
};
use import::{Imported, Progress, import};
use scan::{Found, Scan, scan};

/// Seed of the order of pictures.
const ORDER_SEED: u64 = 0;

/// Folders of fewer pictures are read so quickly that they are not kept in the cache.
const MIN_CACHED: usize = 200;

/// Pictures that were left out and are listed at most.
const MAX_SKIPPED: usize = 1000;

/// The source that reads folders of pictures.
#[derive(Clone, Copy, Debug)]
pub struct Pictures;

impl Source for Pictures {
    fn id(&self) -> &'static str {
        "pictures"
    }

    fn name(&self) -> &'static str {
        "Folder of pictures"
    }

    fn summary(&self) -> &'static str {
        "A folder of pictures (PNG, JPEG and others), in class folders or not, in train and test folders or not."
    }

    fn accepts(&self, location: &str) -> bool {
        let folder = Path::new(location);
        folder.is_dir() && !idx::is_idx_folder(folder)
    }

    fn takes(&self) -> Takes {
        Takes {
            shape: true,
            ..Takes::default()
        }
    }

    fn read(
        &self,
        location: &str,
        reading: &Reading,
        meter: &dyn Meter,
    ) -> Result<DatasetParts, DataError> {
        let folder = Path::new(location);
        let mut scan = scan(folder, meter)?;
        if scan.train.is_empty() {
            return Err(nothing(folder, &scan, &scan.skipped));
        }
        if scan.train.len() + scan.test.len() < MIN_CACHED {
            let prepared = prepare(folder, &mut scan, reading, meter)?;
            return assemble(folder, scan, prepared, reading);
        }
        let key = cache::Key::new(folder, reading, &scan);
        if let Some(known) = cache::load(&key) {
            return assemble(folder, scan, known, reading);
        }
        let prepared = prepare(folder, &mut scan, reading, meter)?;
        cache::store(&key, &prepared);
        assemble(folder, scan, prepared, reading)
    }
}

/// Pictures that were read.
pub(in crate::data::pictures) struct Prepared {
    train: Imported,
    /// Empty where there is no folder of them.
    test: Imported,
}

/// Reads all pictures, in mixed order.
fn prepare(
    folder: &Path,
    scan: &mut Scan,
    reading: &Reading,
    meter: &dyn Meter,
) -> Result<Prepared, DataError> {
    shuffle(*b"pictrain", &mut scan.train);
    shuffle(*b"pic-test", &mut scan.test);
    let progress = Progress {
        meter,
        done: AtomicU64::new(0),
        total: (scan.train.len() + scan.test.len()) as u64,
    };
    let shape = reading.shape();
    Ok(Prepared {
        train: import(folder, &scan.train, shape, &progress)?,
        test: import(folder, &scan.test, shape, &progress)?,
    })
}

fn shuffle(purpose: [u8; 8], files: &mut [Found]) {
    let mut rng = streams::stream(purpose, ORDER_SEED, 0, 0);
    streams::shuffle(&mut rng, files);
}

/// Makes parts of a data set of what was read.
fn assemble(
    folder: &Path,
    scan: Scan,
    prepared: Prepared,
    reading: &Reading,
) -> Result<DatasetParts, DataError> {
    let Prepared { train, test } = prepared;
    let mut skipped = scan.skipped.clone();
    skipped.extend(train.skipped);
    skipped.extend(test.skipped);
    if train.pixels.is_empty() {
        return Err(nothing(folder, &scan, &skipped));
    }
    let unlisted = skipped.len().saturating_sub(MAX_SKIPPED);
    skipped.truncate(MAX_SKIPPED);
    let labels = |classes: Vec<Option<u8>>| classes.into_iter().collect::<Option<Vec<u8>>>();
    let name = own_name(folder);
    let shape = reading.shape();
    let train_labels = labels(train.classes);
    let train = Images::new(shape, train.pixels)?;
    let parts = if test.pixels.is_empty() {
        split(name, folder, &train, train_labels.as_deref())?
    } else {
        DatasetParts {
            train_labels,
            test_labels: labels(test.classes),
            ..DatasetParts::new(name, train, Images::new(shape, test.pixels)?)
        }
    };
    Ok(DatasetParts {
        class_names: scan.class_names,
        skipped,
        unlisted,
        ..parts
    })
}

/// Why there is nothing to train on.
fn nothing(folder: &Path, scan: &Scan, skipped: &[Skipped]) -> DataError {
    let found = match (scan.other_sets.first(), skipped.first()) {
        (_, Some(first)) => format!(
            "{} that could not be used: {}, for one, as {}",
            skipped.len(),
            first.path,
            first.why
        ),
        (Some(file), None) => format!("none, but {file}, which can be opened itself"),
        (None, None) => "none".to_owned(),
    };
    DataError::Unexpected {
        path: folder.to_owned(),
        expected:
            "pictures (PNG, JPEG and others) or IDX files (train-images-idx3-ubyte and others)"
                .to_owned(),
        found,
    }
}

#[cfg(test)]
mod tests;
