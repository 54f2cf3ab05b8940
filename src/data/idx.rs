//! IDX files, the format MNIST and its relatives are published in.
//!
//! An *IDX folder* holds up to four files under their usual names: images and labels, for training
//! and for testing. A single file of images is read together with those beside it that are called
//! alike. Labels may be missing; where the test images are missing, a seventh of the training images
//! is set apart. Each file is plain or gzip, told apart by its first bytes.

mod file;

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use super::split::{own_name, split};
use super::{DataError, DatasetParts, Images, Meter, Reading, Source};
use file::{Kind, Raw};

/// What the first two bytes of a gzip file are, and the first four of IDX images and labels.
const KNOWN_STARTS: [&[u8]; 3] = [&[0x1f, 0x8b], &[0, 0, 8, 3], &[0, 0, 8, 1]];

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
        "IDX files such as those of MNIST or Fashion-MNIST, plain or gzip: a folder of them, or one file of images."
    }

    fn accepts(&self, _location: &str) -> bool {
        true
    }

    fn read(
        &self,
        location: &str,
        _reading: &Reading,
        _meter: &dyn Meter,
    ) -> Result<DatasetParts, DataError> {
        let path = Path::new(location);
        match std::fs::metadata(path) {
            Ok(about) if about.is_dir() => read_folder(path),
            Ok(about) if about.is_file() => read_files(path),
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

/// The files of a data set.
struct Files {
    train: PathBuf,
    train_labels: Option<PathBuf>,
    test: Option<PathBuf>,
    test_labels: Option<PathBuf>,
}

/// Whether any file of the usual names lies in a folder.
pub(super) fn is_idx_folder(folder: &Path) -> bool {
    ["train", "t10k"].into_iter().any(|part| {
        [Kind::Images, Kind::Labels]
            .into_iter()
            .flat_map(|kind| names(part, kind))
            .any(|name| folder.join(name).exists())
    })
}

/// Reads all files of the folder, the two large ones side by side.
///
/// # Errors
/// Any [`DataError`] about a folder or a file; each names its path.
pub fn read_folder(folder: &Path) -> Result<DatasetParts, DataError> {
    let Some(train) = find(folder, "train", Kind::Images)? else {
        return Err(DataError::TrainImagesMissing {
            folder: folder.to_owned(),
            looked_for: names("train", Kind::Images).join(", "),
        });
    };
    let files = Files {
        train,
        train_labels: find(folder, "train", Kind::Labels)?,
        test: find(folder, "t10k", Kind::Images)?,
        test_labels: find(folder, "t10k", Kind::Labels)?,
    };
    if let (None, Some(labels)) = (&files.test, &files.test_labels) {
        return Err(DataError::TestImagesMissing {
            labels: labels.clone(),
            looked_for: names("t10k", Kind::Images).join(", "),
        });
    }
    read_set(own_name(folder), folder, &files)
}

/// Reads a file of images together with the labels and test files that lie beside it under names
/// that differ in those words only.
fn read_files(path: &Path) -> Result<DatasetParts, DataError> {
    let mut start = Vec::new();
    File::open(path)
        .and_then(|file| file.take(4).read_to_end(&mut start))
        .map_err(|cause| DataError::Unreadable {
            path: path.to_owned(),
            cause,
        })?;
    if !KNOWN_STARTS.iter().any(|known| start.starts_with(known)) {
        return Err(DataError::OtherFile {
            path: path.to_owned(),
        });
    }
    let train = beside(path, &[("t10k", "train")])
        .or_else(|| beside(path, &[("test", "train")]))
        .unwrap_or_else(|| path.to_owned());
    let labels = |path: &Path| beside(path, &[("images", "labels"), ("idx3", "idx1")]);
    let test =
        beside(&train, &[("train", "t10k")]).or_else(|| beside(&train, &[("train", "test")]));
    let files = Files {
        train_labels: labels(&train),
        test_labels: test.as_deref().and_then(labels),
        test,
        train,
    };
    read_set(own_name(path), path, &files)
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

fn read_set(name: String, place: &Path, files: &Files) -> Result<DatasetParts, DataError> {
    let (train, test) = rayon::join(
        || read_pair(&files.train, files.train_labels.as_deref()),
        || {
            files
                .test
                .as_deref()
                .map(|path| read_pair(path, files.test_labels.as_deref()))
                .transpose()
        },
    );
    let (train, train_labels) = train?;
    if let Some((test, test_labels)) = test? {
        return Ok(DatasetParts {
            train_labels,
            test_labels,
            ..DatasetParts::new(name, train, test)
        });
    }
    split(name, place, &train, train_labels.as_deref())
}

/// Images and, where there are any, their labels, of the same count.
fn read_pair(images: &Path, labels: Option<&Path>) -> Result<(Images, Option<Vec<u8>>), DataError> {
    let Raw { shape, bytes } = file::read(images, Kind::Images)?;
    let images = Images::new(shape, bytes)?;
    let Some(path) = labels else {
        return Ok((images, None));
    };
    let labels = file::read(path, Kind::Labels)?.bytes;
    if labels.len() != images.len() {
        return Err(DataError::CountsDiffer {
            location: path.display().to_string(),
            what: "labels",
            found: labels.len(),
            images: images.len(),
        });
    }
    Ok((images, Some(labels)))
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

/// The first of [`names`] that exists. One that exists and is no regular file is an error, not
/// passed over.
fn find(folder: &Path, part: &str, kind: Kind) -> Result<Option<PathBuf>, DataError> {
    for name in names(part, kind) {
        let path = folder.join(name);
        match std::fs::metadata(&path) {
            Ok(about) if about.is_file() => return Ok(Some(path)),
            Ok(_) => return Err(DataError::FileExpected { path }),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(cause) => return Err(DataError::Unreadable { path, cause }),
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
