//! Picture files become images, on all processors.
//!
//! The *crew* is a pool of threads of its own: decoding must not stand in the queue of the training.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use rayon::prelude::*;

use super::decode::{self, Extra};
use super::gate::Gate;
use super::names::shown_path;
use super::scan::Found;
use crate::data::limits::MAX_BYTES;
use crate::data::{DataError, ImageShape, Meter, Skipped};

/// What became of picture files.
#[derive(Default)]
pub(super) struct Imported {
    /// Of those that could be read, one after another.
    pub(super) pixels: Vec<u8>,
    /// Their classes.
    pub(super) classes: Vec<Option<u8>>,
    /// The others.
    pub(super) skipped: Vec<Skipped>,
    /// What is to be settled about some of the images, by their places.
    pub(super) extras: Vec<(usize, Extra)>,
    /// Files that hold more than the picture that was read.
    pub(super) several: Vec<String>,
}

/// How far an import is.
pub(super) struct Progress<'a> {
    pub(super) meter: &'a dyn Meter,
    pub(super) done: AtomicU64,
    pub(super) total: u64,
}

/// Reads pictures as images of `shape`, in their order.
pub(super) fn import(
    folder: &Path,
    files: &[Found],
    shape: ImageShape,
    progress: &Progress<'_>,
) -> Result<Imported, DataError> {
    let each = shape.pixels();
    let bytes = (files.len() as u64).saturating_mul(each as u64);
    if bytes > MAX_BYTES {
        return Err(DataError::Unexpected {
            path: folder.to_owned(),
            expected: format!(
                "pictures that take at most {:.2} GB together",
                MAX_BYTES as f64 / 1e9
            ),
            found: format!(
                "{} pictures, which take {:.2} GB at {shape}; a smaller image size or grey makes them fit",
                files.len(),
                bytes as f64 / 1e9
            ),
        });
    }
    let mut pixels: Vec<u8> = Vec::new();
    pixels
        .try_reserve_exact(bytes as usize)
        .map_err(|_too_much| DataError::OutOfMemory {
            path: folder.to_owned(),
            bytes,
        })?;
    pixels.resize(bytes as usize, 0);
    let crew = rayon::ThreadPoolBuilder::new()
        .num_threads(thread::available_parallelism().map_or(1, usize::from))
        .thread_name(|index| format!("import-{index}"))
        .build()
        .map_err(|error| DataError::Unreadable {
            path: folder.to_owned(),
            cause: std::io::Error::other(error),
        })?;
    let gate = Gate::default();
    let results: Vec<Result<Extra, String>> = crew.install(|| {
        pixels
            .par_chunks_mut(each)
            .zip(files)
            .map(|(image, file)| {
                if progress.meter.is_cancelled() {
                    return Ok(Extra::default());
                }
                let result = decode::read(&folder.join(&file.path), shape, &gate, image);
                let done = progress.done.fetch_add(1, Ordering::Relaxed) + 1;
                progress.meter.tell(done, Some(progress.total));
                result
            })
            .collect()
    });
    if progress.meter.is_cancelled() {
        return Err(DataError::Cancelled {
            location: folder.display().to_string(),
        });
    }
    let mut imported = Imported::default();
    let mut kept = 0;
    for (place, (file, result)) in files.iter().zip(results).enumerate() {
        let extra = match result {
            Ok(extra) => extra,
            Err(why) => {
                let path = shown_path(&file.path);
                imported.skipped.push(Skipped { path, why });
                continue;
            }
        };
        if extra.has_several {
            imported.several.push(shown_path(&file.path));
        }
        if !extra.is_nothing() {
            imported.extras.push((kept, extra));
        }
        pixels.copy_within(place * each..(place + 1) * each, kept * each);
        imported.classes.push(file.class);
        kept += 1;
    }
    pixels.truncate(kept * each);
    pixels.shrink_to_fit();
    imported.pixels = pixels;
    Ok(imported)
}
