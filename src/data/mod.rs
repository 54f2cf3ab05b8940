//! Image data for training: what there is, where it comes from, and in which order it is seen.
//!
//! This layer owns the [`Dataset`]: train and test images of one shape, with labels and drawing
//! factors where they are known. Everything in it is a plain array; no tensor and no window is
//! named here.
//!
//! A *source* is a place images come from. Each source is one file and one line in [`SOURCES`].

pub mod corrupt;
pub mod dataset;
pub mod error;
pub mod glyphs;
pub mod idx;
pub mod images;
pub mod order;
mod streams;

pub use corrupt::{Block, Corruption};
pub use dataset::{Dataset, DatasetParts, DatasetRequest, Split};
pub use error::DataError;
pub use glyphs::{Factors, GlyphFactors};
pub use images::{ImageShape, Images, to_bytes};
pub use order::BatchOrder;

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

    /// Reads or draws every image at `location`.
    ///
    /// # Errors
    /// Any [`DataError`] that says why the images could not be had.
    fn read(&self, location: &str) -> Result<DatasetParts, DataError>;
}

/// Every source. The IDX folder comes last, because it takes any location for a path.
pub const SOURCES: &[&dyn Source] = &[&glyphs::Glyphs, &idx::IdxFolder];

/// Opens what a run was asked to train on.
///
/// `glyphs` is the built-in set of drawn digits, anything else the path of a folder of IDX files
/// (a folder that is itself called `glyphs` is reached as `./glyphs`).
///
/// # Errors
/// The source's own [`DataError`], or [`DataError::LimitIsZero`].
pub fn open(request: &DatasetRequest) -> Result<Dataset, DataError> {
    let location = request.location.trim();
    if location.is_empty() {
        return Err(DataError::NoLocation);
    }
    if request.limit == Some(0) {
        return Err(DataError::LimitIsZero);
    }
    let Some(source) = SOURCES.iter().find(|source| source.accepts(location)) else {
        return Err(DataError::UnknownLocation {
            location: location.to_owned(),
        });
    };
    let parts = source.read(location)?;
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
            limit: None,
        };
        assert!(matches!(open(&empty), Err(DataError::NoLocation)));
        let zero = DatasetRequest {
            location: "glyphs".to_owned(),
            limit: Some(0),
        };
        assert!(matches!(open(&zero), Err(DataError::LimitIsZero)));
    }

    #[test]
    fn glyphs_open_by_name_and_the_limit_leaves_the_tests_alone() {
        let request = DatasetRequest {
            location: "glyphs".to_owned(),
            limit: Some(300),
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
