//! Folders of IDX files, the format MNIST and its relatives are published in.
//!
//! An *IDX folder* holds up to four files under their usual names: images and labels, for training
//! and for testing. Labels may be missing; where the test images are missing, a seventh of the
//! training images is set apart. Each file is plain or gzip, told apart by its first bytes.

mod file;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{DataError, DatasetParts, Images, Source, Split, streams};
use file::{Kind, Raw};

/// Seed of the shuffle that sets test images apart where a folder has none.
const SPLIT_SEED: u64 = 0;

/// One training image in this many is set apart where a folder has no test images.
const SPLIT_PART: usize = 7;

/// The source that reads a folder of IDX files. Every location is a path to it.
#[derive(Clone, Copy, Debug)]
pub struct IdxFolder;

impl Source for IdxFolder {
    fn id(&self) -> &'static str {
        "idx"
    }

    fn name(&self) -> &'static str {
        "IDX folder"
    }

    fn summary(&self) -> &'static str {
        "A folder of IDX files such as MNIST or Fashion-MNIST, plain or gzip."
    }

    fn accepts(&self, _location: &str) -> bool {
        true
    }

    fn read(&self, location: &str) -> Result<DatasetParts, DataError> {
        read_folder(Path::new(location))
    }
}

/// Reads all files of the folder, the two large ones side by side.
///
/// # Errors
/// Any [`DataError`] about a folder or a file; each names its path.
pub fn read_folder(folder: &Path) -> Result<DatasetParts, DataError> {
    match std::fs::metadata(folder) {
        Ok(about) if about.is_dir() => {}
        Ok(_) => {
            return Err(DataError::FolderExpected {
                path: folder.to_owned(),
            });
        }
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Err(DataError::FolderMissing {
                path: folder.to_owned(),
            });
        }
        Err(cause) => {
            return Err(DataError::Unreadable {
                path: folder.to_owned(),
                cause,
            });
        }
    }

    let Some(train_path) = find(folder, "train", Kind::Images)? else {
        return Err(DataError::TrainImagesMissing {
            folder: folder.to_owned(),
            looked_for: names("train", Kind::Images).join(", "),
        });
    };
    let train_labels_path = find(folder, "train", Kind::Labels)?;
    let test_path = find(folder, "t10k", Kind::Images)?;
    let test_labels_path = find(folder, "t10k", Kind::Labels)?;
    if let (None, Some(labels)) = (&test_path, &test_labels_path) {
        return Err(DataError::TestImagesMissing {
            labels: labels.clone(),
            looked_for: names("t10k", Kind::Images).join(", "),
        });
    }

    let (train, test) = rayon::join(
        || read_pair(&train_path, train_labels_path.as_deref()),
        || {
            test_path
                .as_deref()
                .map(|path| read_pair(path, test_labels_path.as_deref()))
                .transpose()
        },
    );
    let (train, train_labels) = train?;
    let name = folder_name(folder);
    if let Some((test, test_labels)) = test? {
        return Ok(DatasetParts {
            name,
            train,
            test,
            train_labels,
            test_labels,
            split: Split::Given,
            factors: None,
        });
    }
    if train.len() < 2 {
        return Err(DataError::TooFewToSplit {
            folder: folder.to_owned(),
            found: train.len(),
        });
    }
    split(name, &train, train_labels.as_deref())
}

/// Sets a seventh of the images (at least one) apart, chosen by a seeded shuffle. What stays and
/// what goes both keep the order of the file.
fn split(name: String, all: &Images, labels: Option<&[u8]>) -> Result<DatasetParts, DataError> {
    let test_count = (all.len() / SPLIT_PART).max(1);
    let mut order: Vec<usize> = (0..all.len()).collect();
    let mut rng = streams::stream(*b"idxsplit", SPLIT_SEED, 0, 0);
    streams::shuffle(&mut rng, &mut order);
    let (train, test) = order.split_at_mut(all.len() - test_count);
    train.sort_unstable();
    test.sort_unstable();

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
        name,
        train: images(train)?,
        test: images(test)?,
        train_labels: labels(train),
        test_labels: labels(test),
        split: Split::FromTrain {
            test_count,
            seed: SPLIT_SEED,
        },
        factors: None,
    })
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

/// The folder's own name; for a path such as `.` or `/`, the path itself.
fn folder_name(folder: &Path) -> String {
    let name = folder.file_name().map(|name| name.to_string_lossy());
    name.unwrap_or_else(|| folder.to_string_lossy())
        .into_owned()
}

#[cfg(test)]
mod tests;
