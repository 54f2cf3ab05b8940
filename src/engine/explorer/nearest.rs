//! The training images nearest to some pictures, looked for a few at a time.

use std::convert::Infallible;

use crate::analysis;
use crate::data::Images;

use super::parts::Parts;

/// A search under way.
pub(super) struct Search {
    /// Picture after picture.
    asked: Vec<u8>,
    /// Of the training images.
    parts: Parts,
    /// The nearest so far, one a picture: its place, and the sum of squared differences of the bytes.
    found: Vec<Option<(usize, f64)>>,
}

impl Search {
    /// Looks for those nearest to pictures that follow one another.
    pub(super) fn new(train: &Images, asked: Vec<u8>) -> Self {
        let count = asked.len() / train.shape().pixels().max(1);
        Self {
            asked,
            parts: Parts::new(train.len()),
            found: vec![None; count],
        }
    }

    /// Looks at some training images more. Returns whether those were the last.
    pub(super) fn advance(&mut self, train: &Images) -> bool {
        let width = train.shape().pixels();
        let Ok(is_last) = self.parts.advance(|part| {
            let pixels = &train.pixels()[part.start * width..part.end * width];
            let nearer = analysis::nearest(pixels, &self.asked, width, 1);
            for (found, nearer) in self.found.iter_mut().zip(nearer) {
                let Some(nearer) = nearer.first() else {
                    continue;
                };
                // Of equally near ones the first.
                if found.is_none_or(|(_, distance)| nearer.squared_distance < distance) {
                    *found = Some((part.start + nearer.index, nearer.squared_distance));
                }
            }
            Ok::<(), Infallible>(())
        });
        is_last
    }

    /// Places of the nearest training images, and mean squared distances from them, pixels from 0 to 1.
    pub(super) fn finish(self, train: &Images) -> (Vec<u32>, Vec<f64>) {
        let scale = 255.0 * 255.0 * train.shape().pixels() as f64;
        let found = self.found.into_iter().flatten();
        found
            .map(|(index, distance)| (index as u32, distance / scale))
            .unzip()
    }
}
