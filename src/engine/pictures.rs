//! Pictures as plain data.
//!
//! *Pictures* are all of one size and lie one after another.

use crate::data::ImageShape;

/// Equal-sized pictures, one after another, each channel-planar like the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pictures {
    /// Size of each.
    pub shape: ImageShape,
    /// Pixels of all of them, 0 to 255.
    pub pixels: Vec<u8>,
}

impl Pictures {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.pixels.len() / self.shape.pixels().max(1)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.pixels.is_empty()
    }

    /// The pixels of one of them, or nothing beyond the end.
    pub fn get(&self, index: usize) -> &[u8] {
        let pixels = self.shape.pixels();
        self.pixels
            .get(index * pixels..(index + 1) * pixels)
            .unwrap_or_default()
    }
}
