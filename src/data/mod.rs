//! Image data for training: what there is, where it comes from, and in which order it is seen.
//!
//! This layer owns the [`Dataset`]: train and test images of one shape, with labels and drawing
//! factors where they are known. Everything in it is a plain array; no tensor and no window is
//! named here.
//!
//! A *source* is a place images come from. Each source is one file and one line in [`SOURCES`].

mod arrays;
pub mod corrupt;
pub mod csv;
pub mod dataset;
pub mod error;
mod explain;
pub mod fetch;
pub mod foreign;
pub mod glyphs;
mod hex;
pub mod idx;
pub mod images;
mod labels;
mod limits;
pub mod meter;
pub mod numpy;
pub mod order;
pub mod pictures;
mod place;
mod range;
pub mod reading;
mod remarks;
mod split;
mod streams;
pub mod survey;
pub mod whereabouts;

use std::path::Path;

pub use corrupt::{Block, Corruption};
pub use dataset::{Dataset, DatasetParts, DatasetRequest, Skipped, Split};
pub use error::{DataError, is_of_input};
pub use glyphs::{Factors, GlyphFactors};
pub use hex::hex;
pub use images::{ImageShape, Images, to_bytes};
pub use meter::{Meter, NoMeter};
pub use order::BatchOrder;
pub use place::cache_folder;
pub use reading::{Color, ImageSize, Reading, Takes};
pub use survey::{ClassCount, Survey};
pub use whereabouts::{ImagesRecord, LostImages, SearchError, Sought, absolute_place};

/// One place images come from, with the words that describe it to a user.
pub trait Source: Sync {
    /// Short stable name, as used in files and on the command line.
    fn id(&self) -> &'static str;

    /// Name shown to a person.
    fn name(&self) -> &'static str;

    /// One sentence saying what the images are.
    fn summary(&self) -> &'static str;

    /// Whether `location` belongs to this source. [`open`] asks in the order of [`SOURCES`].
    fn accepts(&self, location: &str) -> bool;

    /// Whether it is one data set, chosen by its name, rather than any folder or file.
    fn is_named(&self) -> bool {
        false
    }

    /// Which parts of a [`Reading`] it follows. [`open`] refuses the others.
    fn takes(&self) -> Takes {
        Takes::default()
    }

    /// Reads or draws every image at `location`. Long work tells the meter how far it is, and ends
    /// with [`DataError::Cancelled`] when it says so.
    ///
    /// # Errors
    /// Any [`DataError`] that says why the images could not be had.
    fn read(
        &self,
        location: &str,
        reading: &Reading,
        meter: &dyn Meter,
    ) -> Result<DatasetParts, DataError>;
}

/// Every source. Arrays come before pictures, because a folder of them is one, and IDX files last,
/// because they take any location for a path.
pub const SOURCES: &[&dyn Source] = &[
    &glyphs::Glyphs,
    &fetch::MNIST,
    &fetch::FASHION_MNIST,
    &fetch::KMNIST,
    &numpy::Numpy,
    &pictures::Pictures,
    &csv::Csv,
    &idx::Idx,
];

/// The source a location belongs to.
pub fn source_of(location: &str) -> Option<&'static dyn Source> {
    SOURCES
        .iter()
        .copied()
        .find(|source| source.accepts(location))
}

/// What can be chosen about a file of this name, which is not looked at: nothing unless the name says
/// enough.
pub fn takes_of_name(location: &str) -> Takes {
    let path = Path::new(location);
    if place::ends_in(path, &["npz", "npy"]) {
        numpy::Numpy.takes()
    } else if place::ends_in(path, &["csv", "tsv"]) {
        csv::Csv.takes()
    } else {
        Takes::default()
    }
}

/// Opens what a run was asked to train on, with nobody watching; see [`open_with`].
///
/// # Errors
/// As [`open_with`].
pub fn open(request: &DatasetRequest) -> Result<Dataset, DataError> {
    open_with(request, &NoMeter)
}

/// Opens what a run was asked to train on.
///
/// `glyphs` is the built-in set of drawn digits, `mnist` and its like are sets that were fetched,
/// anything else is the path of a folder or file (a folder that is itself called `glyphs` is reached
/// as `./glyphs`).
///
/// # Errors
/// The source's own [`DataError`], or what is wrong with the request itself.
pub fn open_with(request: &DatasetRequest, meter: &dyn Meter) -> Result<Dataset, DataError> {
    let location = request.location.trim();
    if location.is_empty() {
        return Err(DataError::NoLocation);
    }
    if request.limit == Some(0) {
        return Err(DataError::LimitIsZero);
    }
    let Some(source) = source_of(location) else {
        return Err(DataError::UnknownLocation {
            location: location.to_owned(),
        });
    };
    let (reading, takes) = (&request.reading, source.takes());
    let refused = [
        (
            reading.label.is_some() && !takes.label,
            "A column of labels",
            "tables (.csv and its like)",
        ),
        (
            reading.transpose.is_some() && !takes.transpose,
            "Swapping rows and columns",
            "arrays, tables and IDX files",
        ),
    ];
    if let Some((_, what, of)) = refused.into_iter().find(|(is_refused, ..)| *is_refused) {
        return Err(DataError::NotChosenHere {
            location: location.to_owned(),
            what,
            of,
        });
    }
    let mut parts = source
        .read(location, reading, meter)
        .map_err(explain::explained)?;
    if source.is_named() {
        parts.remarks.extend(explain::beside(location));
    }
    if reading.has_shape() && !takes.shape {
        return Err(DataError::HasOwnShape {
            location: location.to_owned(),
            shape: parts.train.shape(),
        });
    }
    Dataset::new(location, parts, request.limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_has_its_own_words() {
        for (i, source) in SOURCES.iter().enumerate() {
            assert!(!source.id().is_empty(), "source {i} has no id");
            assert!(!source.name().is_empty(), "{} has no name", source.id());
            assert!(
                source.summary().ends_with('.'),
                "the summary of {} is not a sentence",
                source.id()
            );
            for other in &SOURCES[..i] {
                assert_ne!(other.id(), source.id());
                assert_ne!(other.name(), source.name());
            }
        }
    }

    #[test]
    fn an_empty_location_and_a_limit_of_zero_are_refused() {
        let empty = DatasetRequest {
            location: "  ".to_owned(),
            ..DatasetRequest::default()
        };
        assert!(matches!(open(&empty), Err(DataError::NoLocation)));
        let zero = DatasetRequest {
            location: "glyphs".to_owned(),
            limit: Some(0),
            ..DatasetRequest::default()
        };
        assert!(matches!(open(&zero), Err(DataError::LimitIsZero)));
    }

    #[test]
    fn a_reading_is_refused_where_it_would_have_no_effect() {
        let request = DatasetRequest {
            location: "glyphs".to_owned(),
            reading: Reading {
                color: Some(Color::Rgb),
                ..Reading::default()
            },
            ..DatasetRequest::default()
        };
        let error = open(&request).unwrap_err().to_string();
        assert!(
            error.contains("glyphs") && error.contains("28×28×1"),
            "{error}"
        );
    }

    #[test]
    fn glyphs_open_by_name_and_the_limit_leaves_the_tests_alone() {
        let request = DatasetRequest {
            location: "glyphs".to_owned(),
            limit: Some(300),
            ..DatasetRequest::default()
        };
        let limited = open(&request).unwrap();
        assert_eq!(limited.train.len(), 300);
        assert_eq!(limited.train_labels.as_ref().unwrap().len(), 300);
        assert_eq!(limited.factors.as_ref().unwrap().train.len(), 300);
        assert_eq!(limited.test.len(), glyphs::TEST_COUNT);

        let whole = open(&DatasetRequest {
            limit: None,
            ..request
        })
        .unwrap();
        assert_eq!(whole.train.len(), glyphs::TRAIN_COUNT);
        assert_eq!(whole.test, limited.test);
        assert_eq!(whole.train.image(299), limited.train.image(299));
        assert_ne!(whole.hash, limited.hash, "the hash must see the limit");
    }
}
