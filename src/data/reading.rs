//! How files become images, where that can be chosen.
//!
//! A *reading* says which width, height and colour pictures are brought to, which column of a table
//! holds the labels, and whether rows and columns of the images are swapped. What a source cannot
//! choose, its [`Takes`] says, and asking for it is an error.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

use super::ImageShape;

/// Shortest side of an image that pictures are brought to.
pub const MIN_SIDE: usize = 8;

/// Longest side of an image that pictures are brought to.
pub const MAX_SIDE: usize = 128;

/// Width and height when nothing is said, as in MNIST.
const USUAL_SIDE: usize = 28;

/// Width and height that pictures are brought to. `Display` gives `32x24`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ImageSize {
    width: usize,
    height: usize,
}

/// A size that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "image size must be WIDTHxHEIGHT, {MIN_SIDE} to {MAX_SIDE} pixels each, such as 32x32, but is {0:?}"
)]
pub struct SizeError(String);

impl ImageSize {
    /// A size of sides that may be: [`MIN_SIDE`] to [`MAX_SIDE`].
    ///
    /// # Errors
    /// When a side is shorter or longer.
    pub fn new(width: usize, height: usize) -> Result<Self, SizeError> {
        let size = Self { width, height };
        let may_be = |side| (MIN_SIDE..=MAX_SIDE).contains(&side);
        if may_be(width) && may_be(height) {
            Ok(size)
        } else {
            Err(SizeError(size.to_string()))
        }
    }

    /// Columns.
    pub fn width(self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(self) -> usize {
        self.height
    }
}

impl Default for ImageSize {
    fn default() -> Self {
        Self {
            width: USUAL_SIDE,
            height: USUAL_SIDE,
        }
    }
}

impl fmt::Display for ImageSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

impl FromStr for ImageSize {
    type Err = SizeError;

    /// Takes `32x24`, `32×24`, or `32` for a square.
    fn from_str(text: &str) -> Result<Self, SizeError> {
        let wrong = || SizeError(text.chars().take(40).collect());
        let side = |text: &str| text.trim().parse::<usize>().map_err(|_no_number| wrong());
        let mut parts = text.split(['x', 'X', '×']);
        let width = side(parts.next().unwrap_or_default())?;
        let height = parts.next().map_or(Ok(width), side)?;
        match parts.next() {
            Some(_) => Err(wrong()),
            None => Self::new(width, height).map_err(|_out_of_range| wrong()),
        }
    }
}

impl From<ImageSize> for String {
    fn from(size: ImageSize) -> Self {
        size.to_string()
    }
}

impl TryFrom<String> for ImageSize {
    type Error = SizeError;

    fn try_from(text: String) -> Result<Self, SizeError> {
        text.parse()
    }
}

/// What becomes of colour.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Color {
    /// One value a pixel: its brightness.
    #[default]
    Grey,
    /// Three values a pixel: red, green, blue.
    Rgb,
}

impl Color {
    /// Both.
    pub const ALL: &'static [Self] = &[Self::Grey, Self::Rgb];

    /// Stable name, as used in files and on the command line.
    pub fn id(self) -> &'static str {
        match self {
            Self::Grey => "grey",
            Self::Rgb => "rgb",
        }
    }

    /// What the window calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Grey => "Grey",
            Self::Rgb => "Colour",
        }
    }

    /// One sentence on what it means.
    pub fn summary(self) -> &'static str {
        match self {
            Self::Grey => "One value a pixel, its brightness.",
            Self::Rgb => "Three values a pixel: red, green, blue.",
        }
    }

    /// Values a pixel.
    pub fn channels(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Rgb => 3,
        }
    }
}

/// The word for a table without labels, where the column of labels is asked for.
pub const NO_LABEL: &str = "none";

/// How files are read; what is not said is decided by the source.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reading {
    /// Width and height. The pictures of a folder are brought to 28×28 unless something is said;
    /// arrays keep their own size unless something is said, and other sources always do.
    pub size: Option<ImageSize>,
    /// Grey or colour. The pictures of a folder are grey unless something is said, and arrays are as
    /// they are.
    pub color: Option<Color>,
    /// The column of a table that holds the labels: its heading, its number counted from 1, or
    /// [`NO_LABEL`].
    pub label: Option<String>,
    /// Whether rows and columns of every image are swapped: `Some(true)` swaps them,
    /// `Some(false)` leaves them as they lie in the file, `None` swaps those of files that are known
    /// to lie on their side (EMNIST).
    pub transpose: Option<bool>,
}

/// Which parts of a [`Reading`] a source can follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Takes {
    /// [`Reading::size`] and [`Reading::color`].
    pub shape: bool,
    /// Images keep a size and colour of their own where nothing is said about them.
    pub keeps_shape: bool,
    /// [`Reading::label`].
    pub label: bool,
    /// [`Reading::transpose`].
    pub transpose: bool,
}

impl Reading {
    /// Whether a size or colour is said.
    pub fn has_shape(&self) -> bool {
        self.size.is_some() || self.color.is_some()
    }

    /// The shape of every picture of a folder.
    pub fn shape(&self) -> ImageShape {
        let size = self.size.unwrap_or_default();
        ImageShape {
            width: size.width,
            height: size.height,
            channels: self.color.unwrap_or_default().channels(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_they_are_written() {
        for (text, width, height) in [("32x24", 32, 24), ("8×128", 8, 128), ("64", 64, 64)] {
            let size: ImageSize = text.parse().unwrap();
            assert_eq!((size.width(), size.height()), (width, height));
            assert_eq!(size.to_string().parse(), Ok(size));
        }
        for text in ["", "x", "7x8", "8x129", "8x8x8", "-8", "1e1", "8 8"] {
            let error = text.parse::<ImageSize>().unwrap_err().to_string();
            assert!(error.contains("8 to 128"), "{text}: {error}");
            assert!(error.ends_with(&format!("but is {text:?}")), "{error}");
        }
    }

    #[test]
    fn what_is_not_said_is_small_and_grey() {
        assert_eq!(Reading::default().shape().to_string(), "28×28×1");
        let reading = Reading {
            size: ImageSize::new(32, 24).ok(),
            color: Some(Color::Rgb),
            ..Reading::default()
        };
        assert_eq!(reading.shape().to_string(), "32×24×3");
        assert!(reading.has_shape() && !Reading::default().has_shape());
    }
}
