//! IDX files, the format MNIST and its relatives are published in.
//!
//! An *IDX folder* holds up to four files under their usual names: images and labels, for training
//! and for testing, also in folders of those names, as unpacking leaves them, or in `MNIST/raw`, as
//! `torchvision` does. A single file of images is read together with those beside it that are called
//! alike. Labels may be missing; where the test images are missing, a seventh of the training images
//! is set apart. Each file is plain or gzip, told apart by its first bytes.

mod file;
mod mapping;
mod read;
mod sets;

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use super::split::own_name;
use super::{DataError, DatasetParts, Meter, Reading, Skipped, Source, Takes, foreign, pictures};
use file::{Kind, is_idx};
use sets::{Files, Part, folders_of_sets, sets};

/// What a gzip file starts with.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The source that reads IDX files. Every location is a path to them.
#[derive(Clone, Copy, Debug)]
pub struct Idx;

impl Source for Idx {
    fn id(&self) -> &'static str {
        "idx"
    }

    fn name(&self) -> &'static str {
        "IDX files"
    }

    fn summary(&self) -> &'static str {
        "IDX files such as those of MNIST, Fashion-MNIST or EMNIST, plain or gzip: a folder of them, or one file of images."
    }

    fn accepts(&self, _location: &str) -> bool {
        true
    }

    fn takes(&self) -> Takes {
        Takes {
            transpose: true,
            ..Takes::default()
        }
    }

    fn read(
        &self,
        location: &str,
        reading: &Reading,
        _meter: &dyn Meter,
    ) -> Result<DatasetParts, DataError> {
        let path = Path::new(location);
        match std::fs::metadata(path) {
            Ok(about) if about.is_dir() => match sets::file_inside(path) {
                Some(file) => read_files(&file, reading),
                None => read_folder(path, reading),
            },
            Ok(about) if about.is_file() => read_files(path, reading),
            Ok(_) => Err(DataError::OtherFile {
                path: path.to_owned(),
            }),
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                Err(DataError::Missing {
                    path: path.to_owned(),
                    hint: String::new(),
                })
            }
            Err(cause) => Err(DataError::Unreadable {
                path: path.to_owned(),
                cause,
            }),
        }
    }
}

/// Whether IDX files of usual names lie in a folder, or not far below.
pub(super) fn is_idx_folder(folder: &Path) -> bool {
    !sets(folder).is_empty() || !folders_of_sets(folder).is_empty()
}

/// Reads all files of a folder, the two large ones side by side.
///
/// # Errors
/// Any [`DataError`] about a folder or a file; each names its path.
pub fn read_folder(folder: &Path, reading: &Reading) -> Result<DatasetParts, DataError> {
    let mut sets = sets(folder);
    sets.retain(|_, files| files.train.is_some());
    let keys: Vec<String> = sets.keys().cloned().collect();
    let key = match &keys[..] {
        [] => return read_inner(folder, reading),
        [only] => only.clone(),
        // The plain names of MNIST come before all others.
        [first, ..] if first.is_empty() => String::new(),
        _ => return Err(several(folder, "sets of IDX files", sets.values())),
    };
    let files = sets.remove(&key).unwrap_or_default();
    if let (None, Some(labels)) = (&files.test, &files.test_labels) {
        return Err(DataError::TestImagesMissing {
            labels: labels.clone(),
            looked_for: names("t10k", Kind::Images).join(", "),
        });
    }
    let mut parts = read::set(own_name(folder), folder, &files, &key, reading)?;
    let others = sets.values().filter_map(|files| files.train.as_deref());
    parts.skipped.extend(others.map(|file| Skipped {
        path: own_name(file),
        why: "it is of another set, which is opened by naming this file".to_owned(),
    }));
    Ok(parts)
}

/// Reads the one set in the folders below one.
fn read_inner(folder: &Path, reading: &Reading) -> Result<DatasetParts, DataError> {
    let below = folders_of_sets(folder);
    match &below[..] {
        [] => {}
        [only] => {
            let mut parts = read_folder(only, reading)?;
            let shown = only.strip_prefix(folder).unwrap_or(only).display();
            let remark = format!("The IDX files in the folder {shown} were read.");
            parts.remarks.insert(0, remark);
            return Ok(parts);
        }
        [..] => {
            let shown: Vec<String> = below.iter().map(|f| f.display().to_string()).collect();
            return Err(DataError::Unexpected {
                path: folder.to_owned(),
                expected: "one set of IDX files".to_owned(),
                found: format!("several, to be opened one at a time: {}", shown.join(", ")),
            });
        }
    }
    let in_place = names("train", Kind::Images).map(|name| folder.join(name));
    match in_place.into_iter().find(|path| path.exists()) {
        Some(path) => Err(DataError::FileExpected { path }),
        None => Err(DataError::TrainImagesMissing {
            folder: folder.to_owned(),
            looked_for: names("train", Kind::Images).join(", "),
        }),
    }
}

/// That one of several sets has to be named.
fn several<'a>(folder: &Path, what: &str, sets: impl Iterator<Item = &'a Files>) -> DataError {
    let files: Vec<String> = sets
        .filter_map(|files| Some(files.train.as_ref()?.display().to_string()))
        .collect();
    DataError::Unexpected {
        path: folder.to_owned(),
        expected: format!("one of several {what} to be named"),
        found: format!("these, each of which can be opened: {}", files.join(", ")),
    }
}

/// Reads a file of images together with the labels and test files that lie beside it under names
/// that differ in those words only.
fn read_files(path: &Path, reading: &Reading) -> Result<DatasetParts, DataError> {
    let mut start = Vec::new();
    File::open(path)
        .and_then(|file| file.take(4).read_to_end(&mut start))
        .map_err(|cause| DataError::Unreadable {
            path: path.to_owned(),
            cause,
        })?;
    // A packed file may be a table or an archive by its name.
    let foreign = foreign::of_file(path).or_else(|| {
        let is_known = start.starts_with(&GZIP) || is_idx(&start);
        (!is_known).then(|| other(path)).flatten()
    });
    if let Some(foreign) = foreign {
        return Err(DataError::Foreign {
            path: path.to_owned(),
            what: foreign.what.to_owned(),
            remedy: foreign.remedy.to_owned(),
        });
    }
    if !start.starts_with(&GZIP) && !is_idx(&start) && !start.starts_with(&[0, 0, 8]) {
        return Err(DataError::OtherFile {
            path: path.to_owned(),
        });
    }
    let name = sets::name(path);
    let key = name.as_ref().map_or("", |name| name.key.as_str());
    let mut files = match &name {
        Some(name) => files_of(path, name),
        None => files_beside(path),
    };
    if files.train.is_none() {
        files = Files {
            train: Some(path.to_owned()),
            ..Files::default()
        };
    }
    read::set(own_name(path), path, &files, key, reading)
}

/// What a file is that is none of those that are read, where that is known.
fn other(path: &Path) -> Option<foreign::Foreign> {
    let mut start = [0; 64];
    let read = File::open(path).ok()?.read(&mut start).ok()?;
    let start = &start[..read];
    if let Some(picture) = pictures::one_picture(path, start) {
        return Some(picture);
    }
    if start.starts_with(b"PK\x03\x04") {
        return Some(foreign::Foreign {
            what: "an archive of NumPy arrays",
            remedy: "give it the ending .npz",
        });
    }
    None
}

/// The set that a file belongs to by its name: the files beside it or, where it lies in a folder of
/// its own name, those beside that folder.
fn files_of(path: &Path, own: &sets::Name) -> Files {
    let folder = match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
        Some(folder) => folder,
        None => Path::new("."),
    };
    let is_inside = sets::name(folder).as_ref() == Some(own);
    let around = match folder.parent() {
        Some(around) if is_inside && around.as_os_str().is_empty() => Path::new("."),
        Some(around) if is_inside => around,
        _ => folder,
    };
    let mut files = sets(around).remove(&own.key).unwrap_or_default();
    files.set(own.part, own.kind, path.to_owned());
    if files.train.is_none() && own.part == Part::Test && own.kind == Kind::Images {
        files.train = files.test.take();
        files.train_labels = files.test_labels.take();
    }
    files
}

/// The files beside one whose names differ in the words for their part and kind only.
fn files_beside(path: &Path) -> Files {
    let train = beside(path, &[("t10k", "train")])
        .or_else(|| beside(path, &[("test", "train")]))
        .unwrap_or_else(|| path.to_owned());
    let labels = |path: &Path| beside(path, &[("images", "labels"), ("idx3", "idx1")]);
    let test =
        beside(&train, &[("train", "t10k")]).or_else(|| beside(&train, &[("train", "test")]));
    Files {
        train_labels: labels(&train),
        test_labels: test.as_deref().and_then(labels),
        test,
        train: Some(train),
    }
}

/// A file whose name is that of `path` with words replaced, plain or gzip, where there is one.
fn beside(path: &Path, replaced: &[(&str, &str)]) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let (stem, _) = name.split_once(".gz").unwrap_or((name, ""));
    let mut other = stem.to_owned();
    for (from, to) in replaced {
        if let Some(at) = other.rfind(from) {
            other.replace_range(at..at + from.len(), to);
        }
    }
    if other == stem {
        return None;
    }
    [other.clone(), other + ".gz"]
        .into_iter()
        .map(|name| path.with_file_name(name))
        .find(|path| path.is_file())
}

/// File names in the order they are looked for.
fn names(part: &str, kind: Kind) -> [String; 4] {
    let (noun, tag) = match kind {
        Kind::Images => ("images", "idx3"),
        Kind::Labels => ("labels", "idx1"),
    };
    let dashed = format!("{part}-{noun}-{tag}-ubyte");
    let dotted = format!("{part}-{noun}.{tag}-ubyte");
    [
        dashed.clone(),
        dashed + ".gz",
        dotted.clone(),
        dotted + ".gz",
    ]
}

#[cfg(test)]
mod tests;
