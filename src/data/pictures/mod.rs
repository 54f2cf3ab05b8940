//! Folders of pictures, in class folders or not.
//!
//! A picture is known by its content, whatever its file is called. Every one is brought to the shape of
//! a [`Reading`]: the middle with the proportions of that shape, transparent parts black unless that
//! hides what is drawn. What is damaged or of a kind that is not read is left out and listed. Pictures are in a *mixed order*, shuffled with a fixed seed, so that
//! the first thousand are of all classes; without a folder of test pictures a seventh is set apart.

mod cache;
mod decode;
mod frames;
mod gate;
mod ground;
mod import;
mod jpeg;
mod kinds;
mod names;
mod nothing;
pub(super) mod resize;
mod scan;
mod splits;
mod tiff;
mod walk;

use std::path::Path;
use std::sync::atomic::AtomicU64;

use super::foreign::Foreign;
use super::split::{own_name, split};
use super::{DataError, DatasetParts, Images, Meter, Reading, Source, Takes, idx, streams};
use import::{Imported, Progress, import};
use nothing::nothing;
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

/// What a file is that is one picture, by its first bytes or else by its ending; of a kind that is read
/// or not.
pub(super) fn one_picture(path: &Path, start: &[u8]) -> Option<Foreign> {
    kinds::is_picture(path, start).then_some(Foreign {
        what: "one picture",
        remedy: "open the folder that holds it",
    })
}

/// Pictures that were read.
pub(in crate::data::pictures) struct Prepared {
    train: Imported,
    /// Empty where there is no folder of them.
    test: Imported,
    /// What was decided about their pixels, in sentences.
    remarks: Vec<String>,
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
    let mut train = import(folder, &scan.train, shape, &progress)?;
    let mut test = import(folder, &scan.test, shape, &progress)?;
    let remarks = ground::settle(shape, [&mut train, &mut test]);
    Ok(Prepared {
        train,
        test,
        remarks,
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
    let Prepared {
        train,
        test,
        remarks,
    } = prepared;
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
    let all = scan.remarks.into_iter().chain(remarks);
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
        remarks: all.collect(),
        ..parts
    })
}

#[cfg(test)]
mod odd_tests;
#[cfg(test)]
mod tests;
