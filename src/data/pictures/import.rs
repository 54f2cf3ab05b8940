//! Picture files become images, on all processors.
//!
//! The *crew* is a pool of threads of its own: decoding must not stand in the queue of the training.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use rayon::prelude::*;

use super::decode;
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
        return Err(DataError::TooLarge {
            path: folder.to_owned(),
            promised: bytes,
            limit: MAX_BYTES,
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
    let troubles: Vec<Option<String>> = crew.install(|| {
        pixels
            .par_chunks_mut(each)
            .zip(files)
            .map(|(image, file)| {
                if progress.meter.is_cancelled() {
                    return None;
                }
                let trouble = decode::read(&folder.join(&file.path), shape, image).err();
                let done = progress.done.fetch_add(1, Ordering::Relaxed) + 1;
                progress.meter.tell(done, Some(progress.total));
                trouble
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
    for (place, (file, trouble)) in files.iter().zip(troubles).enumerate() {
        if let Some(why) = trouble {
            imported.skipped.push(Skipped {
                path: file.path.display().to_string(),
                why,
            });
            continue;
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
