//! Where the images of a kept run are, who may have moved since.
//!
//! Images are known by their SHA-256, not by their path. They are *lost* while no known place holds
//! those that the run was made on, and *relinked* when somebody names a place that does.

use core::fmt;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{DataError, Dataset, DatasetRequest, ImageShape, source_of};

/// Digits of a hash that sentences show.
const SHOWN_DIGITS: usize = 12;

/// What is kept with a run of its images, so that it can be looked at without them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImagesRecord {
    /// Name shown to a person.
    pub name: String,
    /// Absolute path of the folder or file; absent where the images are chosen by a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Columns of an image.
    width: usize,
    /// Rows of an image.
    height: usize,
    /// Values of a pixel.
    channels: usize,
    /// Training images in use.
    pub train: usize,
    /// Test images.
    pub test: usize,
}

impl ImagesRecord {
    /// Of images at hand.
    pub fn of(data: &Dataset) -> Self {
        let shape = data.train.shape();
        Self {
            name: data.name.clone(),
            place: absolute_place(&data.location),
            width: shape.width,
            height: shape.height,
            channels: shape.channels,
            train: data.train.len(),
            test: data.test.len(),
        }
    }

    /// Size of an image.
    pub fn shape(&self) -> ImageShape {
        ImageShape {
            width: self.width,
            height: self.height,
            channels: self.channels,
        }
    }
}

/// The absolute path of a location, unless it is the name of a set rather than a path, or the path is
/// none that text can hold.
pub fn absolute_place(location: &str) -> Option<String> {
    let location = location.trim();
    if location.is_empty() || source_of(location).is_some_and(super::Source::is_named) {
        return None;
    }
    let place = std::path::absolute(location).ok()?;
    place.to_str().map(str::to_owned)
}

/// The images that a kept run was made on, to be looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sought {
    /// As the run was asked for them.
    pub request: DatasetRequest,
    /// Where they were last, as an absolute path.
    pub place: Option<String>,
    /// Their SHA-256; any images will do where it is absent.
    pub sha256: Option<String>,
}

/// What a place holds in place of the images that are sought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing is there.
    Nothing,
    /// Others, with this SHA-256.
    Others(String),
    /// Something that cannot be read: why, and whether that is the machine's fault.
    Unreadable(String, bool),
}

/// Images of a kept run that no known place holds any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostImages {
    /// As the run was asked for them.
    pub request: DatasetRequest,
    /// Where they were last, as an absolute path.
    pub place: Option<String>,
    /// Their SHA-256.
    pub sha256: Option<String>,
    /// Where they were looked for, in order, in words, and what was there.
    pub looked: Vec<(String, Found)>,
}

/// A place that was named for the images of a run holds others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherImages {
    /// The place that was named.
    pub named: String,
    /// SHA-256 of what is there.
    pub found: String,
    /// What the run was asked to train on.
    pub asked: String,
    /// SHA-256 of that.
    pub expected: String,
}

/// Why the images of a kept run could not be had.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// They are in no known place.
    #[error("{0}")]
    Lost(Box<LostImages>),
    /// The place that was named holds others.
    #[error("{0}")]
    Others(Box<OtherImages>),
    /// The place that was named cannot be read, or nobody wants the images any more.
    #[error(transparent)]
    Data(#[from] DataError),
}

impl SearchError {
    /// Whether what the user asked for was wrong, rather than the machine.
    pub fn is_bad_input(&self) -> bool {
        match self {
            Self::Lost(lost) => lost.is_bad_input(),
            Self::Others(_) => true,
            Self::Data(error) => error.is_bad_input(),
        }
    }

    /// The sentence for somebody at a command line, who can name a place with an option.
    pub fn with_option(&self) -> String {
        match self {
            Self::Lost(lost) => lost.with_option(),
            Self::Others(_) | Self::Data(_) => self.to_string(),
        }
    }
}

impl Sought {
    /// Looks for the images as the run was asked for them, from the working folder, then where they
    /// were last. `open` reads what is at a location.
    ///
    /// # Errors
    /// [`SearchError::Lost`] when neither place holds them, and when nobody wants them any more.
    pub fn find(
        &self,
        mut open: impl FnMut(&DatasetRequest) -> Result<Arc<Dataset>, DataError>,
    ) -> Result<Arc<Dataset>, SearchError> {
        let asked = &self.request.location;
        let last = self.place.as_ref();
        let other = last.filter(|place| absolute_place(asked).as_ref() != Some(*place));
        let mut looked = Vec::new();
        for location in [Some(asked), other].into_iter().flatten() {
            let found = match open(&self.at(location)) {
                Ok(data) if self.is_of(&data) => return Ok(data),
                Ok(data) => Found::Others(data.hash.clone()),
                Err(error @ DataError::Cancelled { .. }) => return Err(error.into()),
                Err(error) => what_is_there(location, &error),
            };
            looked.push((in_full(location), found));
        }
        Err(SearchError::Lost(Box::new(LostImages {
            request: self.request.clone(),
            place: self.place.clone(),
            sha256: self.sha256.clone(),
            looked,
        })))
    }

    /// The images at a place that somebody names, where they are those that are sought.
    ///
    /// # Errors
    /// [`SearchError::Others`] when they are not, and what is wrong with the place otherwise.
    pub fn find_at(
        &self,
        named: &str,
        open: impl FnOnce(&DatasetRequest) -> Result<Arc<Dataset>, DataError>,
    ) -> Result<Arc<Dataset>, SearchError> {
        let data = open(&self.at(named))?;
        match &self.sha256 {
            Some(expected) if *expected != data.hash => {
                Err(SearchError::Others(Box::new(OtherImages {
                    named: named.to_owned(),
                    found: data.hash.clone(),
                    asked: self.request.location.clone(),
                    expected: expected.clone(),
                })))
            }
            Some(_) | None => Ok(data),
        }
    }

    /// The same request at another place.
    pub fn at(&self, location: &str) -> DatasetRequest {
        DatasetRequest {
            location: location.to_owned(),
            ..self.request.clone()
        }
    }

    fn is_of(&self, data: &Dataset) -> bool {
        let sha256 = self.sha256.as_ref();
        sha256.is_none_or(|sha256| *sha256 == data.hash)
    }
}

/// A place as it was asked for, with the whole path where that says more.
fn in_full(location: &str) -> String {
    match absolute_place(location) {
        Some(place) if place != location => format!("{location} ({place})"),
        Some(_) | None => location.to_owned(),
    }
}

fn what_is_there(location: &str, error: &DataError) -> Found {
    let is_path = absolute_place(location).is_some();
    if is_path && matches!(Path::new(location.trim()).try_exists(), Ok(false)) {
        return Found::Nothing;
    }
    let sentence = error.to_string();
    let sentence = sentence.strip_suffix('.').unwrap_or(&sentence).to_owned();
    Found::Unreadable(sentence, !error.is_bad_input())
}

impl LostImages {
    /// What to look for now.
    pub fn sought(&self) -> Sought {
        Sought {
            request: self.request.clone(),
            place: self.place.clone(),
            sha256: self.sha256.clone(),
        }
    }

    /// Whether what the user asked for was wrong, rather than the machine.
    pub fn is_bad_input(&self) -> bool {
        let is_machine = |(_, found): &(String, Found)| matches!(found, Found::Unreadable(_, true));
        !self.looked.iter().any(is_machine)
    }

    /// Whether other images are where those of the run were.
    pub fn have_changed(&self) -> bool {
        let is_other = |(_, found): &(String, Found)| matches!(found, Found::Others(_));
        self.looked.iter().any(is_other)
    }

    /// Whether the images came as a file rather than a folder, as far as their name tells.
    pub fn is_file(&self) -> bool {
        let place = self.place.as_ref().unwrap_or(&self.request.location);
        Path::new(place).extension().is_some_and(|ending| {
            let is_ending = |known: &&str| ending.eq_ignore_ascii_case(known);
            ["npz", "npy", "csv", "tsv", "txt", "gz", "idx"]
                .iter()
                .any(is_ending)
                || ending.to_string_lossy().ends_with("ubyte")
        })
    }

    /// Whether they are of the same set as those: the same images, or from the same place.
    pub fn are_with(&self, other: &Self) -> bool {
        let is_same = |one: &Option<String>, two: &Option<String>| one.is_some() && one == two;
        is_same(&self.sha256, &other.sha256)
            || is_same(&self.place, &other.place)
            || self.request.location == other.request.location
    }

    /// The sentence for somebody at a command line.
    pub fn with_option(&self) -> String {
        format!(
            "{self}: put them back, or say where they are now with --dataset PLACE, which is then kept \
             with the run"
        )
    }
}

/// A hash in a sentence: its beginning.
pub fn short_hash(hash: &str) -> String {
    match hash.char_indices().nth(SHOWN_DIGITS) {
        Some((end, _)) => format!("{}…", &hash[..end]),
        None => hash.to_owned(),
    }
}

impl fmt::Display for LostImages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (location, found)) in self.looked.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { ", and " })?;
            match found {
                Found::Nothing => write!(f, "there is nothing at {location}")?,
                Found::Others(hash) => {
                    write!(
                        f,
                        "{location} holds images with SHA-256 {}",
                        short_hash(hash)
                    )?;
                }
                Found::Unreadable(why, _) => write!(f, "{location} cannot be read ({why})")?,
            }
        }
        f.write_str("; the run was made on images")?;
        match &self.sha256 {
            Some(sha256) => write!(f, " with SHA-256 {}", short_hash(sha256)),
            None => f.write_str(" from there"),
        }
    }
}

impl fmt::Display for OtherImages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} holds images with SHA-256 {}, but the run was made on {}, images with {}: nothing was \
             changed; name the place of those, or train a new run on these",
            self.named,
            short_hash(&self.found),
            self.asked,
            short_hash(&self.expected),
        )
    }
}

#[cfg(test)]
#[path = "whereabouts_tests.rs"]
mod tests;
