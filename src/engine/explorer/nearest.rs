//! The training images nearest to some pictures, looked for a few at a time.

use std::time::Instant;

use crate::analysis;
use crate::data::Images;

use super::grid::{FIRST_CODES, next_part};

/// A search under way.
pub(super) struct Search {
    /// Picture after picture.
    asked: Vec<u8>,
    /// Training images of the next part.
    part: usize,
    /// Training images looked at.
    done: usize,
    /// The nearest so far, one a picture: its place, and the sum of squared differences of the bytes.
    found: Vec<Option<(usize, f64)>>,
}

impl Search {
    /// Looks for those nearest to pictures that follow one another.
    pub(super) fn new(train: &Images, asked: Vec<u8>) -> Self {
        let count = asked.len() / train.shape().pixels().max(1);
        Self {
            asked,
            part: FIRST_CODES,
            done: 0,
            found: vec![None; count],
        }
    }

    /// Looks at some training images more. Returns whether those were the last.
    pub(super) fn advance(&mut self, train: &Images) -> bool {
        let end = (self.done + self.part).min(train.len());
        if end > self.done {
            let start = Instant::now();
            let width = train.shape().pixels();
            let pixels = &train.pixels()[self.done * width..end * width];
            let nearer = analysis::nearest(pixels, &self.asked, width, 1);
            for (found, nearer) in self.found.iter_mut().zip(nearer) {
                let Some(nearer) = nearer.first() else {
                    continue;
                };
                // Of equally near ones the first.
                if found.is_none_or(|(_, distance)| nearer.squared_distance < distance) {
                    *found = Some((self.done + nearer.index, nearer.squared_distance));
                }
            }
            self.part = next_part(self.part, end - self.done, start.elapsed());
            self.done = end;
        }
        self.done >= train.len()
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
