//! A data set: what one run trains and tests on.
//!
//! A *split* says how the test images came to be apart from the training images.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::remarks::suspicions;
use super::{DataError, Factors, Images, Reading, hex};

/// What a run was asked to train on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct DatasetRequest {
    /// `glyphs` for the built-in digits, or the path of a folder or file.
    pub location: String,
    /// How many training images to use, counted from the first. `None` uses all. Test images are
    /// never limited.
    pub limit: Option<usize>,
    /// What pictures are brought to.
    pub reading: Reading,
}

/// Something at the location that is not in the data set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// The file or folder, relative to the location.
    pub path: String,
    /// Why, as the end of a sentence: `it is empty`.
    pub why: String,
}

/// Where the test images come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// The source came with test images.
    Given,
    /// The source came without, so some training images were set apart.
    FromTrain {
        /// How many were set apart.
        test_count: usize,
        /// Seed of the shuffle that chose them.
        seed: u64,
    },
}

impl Split {
    /// How the test images came about, where there is something to say of it.
    pub fn to_words(self) -> Option<String> {
        match self {
            Self::Given => None,
            Self::FromTrain { test_count, seed } => {
                let images = if test_count == 1 {
                    "image was"
                } else {
                    "images were"
                };
                Some(format!(
                    "{test_count} {images} set aside for testing (seed {seed})"
                ))
            }
        }
    }
}

/// What a source delivers, before the limit and the hash.
#[derive(Clone, Debug)]
pub struct DatasetParts {
    /// Name shown to a person.
    pub name: String,
    /// Training images.
    pub train: Images,
    /// Test images, of the same shape.
    pub test: Images,
    /// One class a training image, where known.
    pub train_labels: Option<Vec<u8>>,
    /// One class a test image, where known.
    pub test_labels: Option<Vec<u8>>,
    /// Where the test images come from.
    pub split: Split,
    /// How each image was drawn, for images that were drawn here.
    pub factors: Option<Factors>,
    /// What the classes are called, where they have names: class 3 is `class_names[3]`.
    pub class_names: Option<Vec<String>>,
    /// What was found and left out.
    pub skipped: Vec<Skipped>,
    /// How many more were left out than are listed.
    pub unlisted: usize,
    /// What the reader decided and a person should know, each a sentence: pixels stretched, axes
    /// turned, the column taken for labels, how folders were split.
    pub remarks: Vec<String>,
}

/// Train and test images of one shape, with all that is known about them.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// Name shown to a person, such as the folder's.
    pub name: String,
    /// What was asked for: `glyphs` or a path.
    pub location: String,
    /// Training images.
    pub train: Images,
    /// Test images, of the same shape.
    pub test: Images,
    /// One class a training image, where known.
    pub train_labels: Option<Vec<u8>>,
    /// One class a test image, where known.
    pub test_labels: Option<Vec<u8>>,
    /// SHA-256 in hex over the shape and the images held here: two data sets with the same hash
    /// train the same. A limit changes it, labels do not.
    pub hash: String,
    /// Where the test images come from.
    pub split: Split,
    /// How each image was drawn, for images that were drawn here.
    pub factors: Option<Factors>,
    /// What the classes are called, where they have names: class 3 is `class_names[3]`.
    pub class_names: Option<Vec<String>>,
    /// What was found and left out.
    pub skipped: Vec<Skipped>,
    /// How many more were left out than are listed.
    pub unlisted: usize,
    /// What the reader decided and a person should know, each a sentence: pixels stretched, axes
    /// turned, the column taken for labels, how folders were split.
    pub remarks: Vec<String>,
}

impl DatasetParts {
    /// Parts with test images of their own and nothing known about them.
    pub fn new(name: impl Into<String>, train: Images, test: Images) -> Self {
        Self {
            name: name.into(),
            train,
            test,
            train_labels: None,
            test_labels: None,
            split: Split::Given,
            factors: None,
            class_names: None,
            skipped: Vec::new(),
            unlisted: 0,
            remarks: Vec::new(),
        }
    }
}

impl Dataset {
    /// Tells these images with their classes from others, within one start of the program: the hash,
    /// which knows nothing of labels, and a checksum of the labels and the names of the classes.
    pub fn contents(&self) -> String {
        let mut hasher = DefaultHasher::new();
        (&self.train_labels, &self.test_labels, &self.class_names).hash(&mut hasher);
        format!("{} {:016x}", self.hash, hasher.finish())
    }

    /// Limits the training images to the first `limit`, checks that everything fits together and
    /// takes the hash.
    ///
    /// # Errors
    /// If train and test differ in shape, if labels or factors are not one an image, or if the
    /// limit is 0.
    pub fn new(
        location: &str,
        parts: DatasetParts,
        limit: Option<usize>,
    ) -> Result<Self, DataError> {
        let DatasetParts {
            name,
            mut train,
            test,
            mut train_labels,
            test_labels,
            split,
            mut factors,
            class_names,
            skipped,
            unlisted,
            mut remarks,
        } = parts;
        if train.shape() != test.shape() {
            return Err(DataError::ShapesDiffer {
                location: location.to_owned(),
                train: train.shape(),
                test: test.shape(),
            });
        }
        let per_image = [
            (
                "training labels",
                train_labels.as_ref().map(Vec::len),
                train.len(),
            ),
            (
                "test labels",
                test_labels.as_ref().map(Vec::len),
                test.len(),
            ),
            (
                "training factors",
                factors.as_ref().map(|f| f.train.len()),
                train.len(),
            ),
            (
                "test factors",
                factors.as_ref().map(|f| f.test.len()),
                test.len(),
            ),
        ];
        for (what, found, images) in per_image {
            if let Some(found) = found.filter(|&found| found != images) {
                return Err(DataError::CountsDiffer {
                    location: location.to_owned(),
                    what,
                    found,
                    images,
                });
            }
        }
        if let Some(names) = &class_names {
            let labels = [&train_labels, &test_labels]
                .into_iter()
                .flatten()
                .flatten();
            let classes = labels.map(|&label| usize::from(label) + 1).max();
            if let Some(classes) = classes.filter(|&classes| classes > names.len()) {
                return Err(DataError::CountsDiffer {
                    location: location.to_owned(),
                    what: "names of classes",
                    found: names.len(),
                    images: classes,
                });
            }
        }
        if let Some(limit) = limit {
            if limit == 0 {
                return Err(DataError::LimitIsZero);
            }
            train = train.truncated(limit);
            if let Some(labels) = &mut train_labels {
                labels.truncate(limit);
            }
            if let Some(factors) = &mut factors {
                factors.train.truncate(limit);
            }
        }
        remarks.extend(suspicions(
            [&train, &test],
            [train_labels.as_deref(), test_labels.as_deref()],
        ));
        Ok(Self {
            name,
            location: location.to_owned(),
            hash: hash(&train, &test),
            train,
            test,
            train_labels,
            test_labels,
            split,
            factors,
            class_names,
            skipped,
            unlisted,
            remarks,
        })
    }
}

/// Hex SHA-256 over width, height, channels and both counts (64-bit little-endian), then the
/// training and the test bytes.
fn hash(train: &Images, test: &Images) -> String {
    let shape = train.shape();
    let mut hasher = Sha256::new();
    for number in [
        shape.width,
        shape.height,
        shape.channels,
        train.len(),
        test.len(),
    ] {
        hasher.update((number as u64).to_le_bytes());
    }
    hasher.update(train.pixels());
    hasher.update(test.pixels());
    hex(&hasher.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::ImageShape;

    fn images(count: usize, width: usize) -> Images {
        let shape = ImageShape {
            width,
            height: 2,
            channels: 1,
        };
        let bytes = (0..count * shape.pixels()).map(|i| (i * 7 % 251) as u8);
        Images::new(shape, bytes.collect()).unwrap()
    }

    fn parts() -> DatasetParts {
        DatasetParts {
            train_labels: Some(vec![0, 1, 2, 3, 4]),
            ..DatasetParts::new("small", images(5, 2), images(2, 2))
        }
    }

    #[test]
    fn the_hash_is_of_the_images_and_their_arrangement() {
        let whole = Dataset::new("here", parts(), None).unwrap();
        assert_eq!(whole.hash.len(), 64);
        let elsewhere = Dataset::new("there", parts(), None).unwrap();
        assert_eq!(whole.hash, elsewhere.hash);

        let limited = Dataset::new("here", parts(), Some(4)).unwrap();
        assert_ne!(whole.hash, limited.hash);

        // The same bytes, one image moved from train to test.
        let mut moved = parts();
        let bytes = [images(5, 2).pixels(), images(2, 2).pixels()].concat();
        let (train, test) = bytes.split_at(4 * 4);
        moved.train = Images::new(images(1, 2).shape(), train.to_vec()).unwrap();
        moved.test = Images::new(images(1, 2).shape(), test.to_vec()).unwrap();
        moved.train_labels = None;
        assert_ne!(whole.hash, Dataset::new("here", moved, None).unwrap().hash);
    }

    #[test]
    fn a_limit_shortens_train_and_its_labels_only() {
        let limited = Dataset::new("here", parts(), Some(3)).unwrap();
        assert_eq!(limited.train.len(), 3);
        assert_eq!(limited.train_labels, Some(vec![0, 1, 2]));
        assert_eq!(limited.test.len(), 2);
        let above = Dataset::new("here", parts(), Some(100)).unwrap();
        assert_eq!(above.train.len(), 5);
        assert!(Dataset::new("here", parts(), Some(0)).is_err());
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        let mut wide = parts();
        wide.test = images(2, 3);
        let message = Dataset::new("here", wide, None).unwrap_err().to_string();
        assert!(
            message.contains("2×2×1") && message.contains("3×2×1"),
            "{message}"
        );

        let mut unlabelled = parts();
        unlabelled.test_labels = Some(vec![1]);
        let message = Dataset::new("here", unlabelled, None)
            .unwrap_err()
            .to_string();
        assert!(message.contains("test labels"), "{message}");
    }

    #[test]
    fn labels_and_names_of_classes_tell_data_sets_apart_and_leave_the_hash() {
        let of = |labels: Option<Vec<u8>>, names: Option<&str>| {
            let mut parts = DatasetParts::new("x", images(2, 4), images(1, 4));
            parts.train_labels = labels;
            parts.class_names = names.map(|name| vec![name.to_owned(), "b".to_owned()]);
            Dataset::new("x", parts, None).unwrap()
        };
        let all = [
            of(None, None),
            of(Some(vec![0, 1]), None),
            of(Some(vec![1, 0]), None),
            of(Some(vec![1, 0]), Some("a")),
        ];
        for (index, one) in all.iter().enumerate() {
            assert_eq!(one.hash, all[0].hash);
            for other in &all[..index] {
                assert_ne!(one.contents(), other.contents());
            }
        }
        assert_eq!(all[1].contents(), of(Some(vec![0, 1]), None).contents());
    }
}
