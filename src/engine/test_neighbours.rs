//! What is known of the first test images beside any network: which lie near to which pixel by pixel, and
//! what those were drawn from that were drawn here.

use std::sync::Arc;

use crate::analysis::others_by_distance;
use crate::data::{Dataset, GlyphFactors, ImageShape, Images};

use super::drawing::MAX_CODES;
use super::protocol::{Event, Pictures, RunId};
use super::worker::{Message, Worker};

/// Longest side of a picture; of larger images every second pixel is taken, or every third, and so on.
const LONGEST_SIDE: usize = 40;

/// The first test images of a data set: those whose codes frames hold.
#[derive(Clone, Debug, PartialEq)]
pub struct TestNeighbours {
    /// Tells the data set from others; see [`Dataset::contents`].
    pub contents: String,
    /// The images, small.
    pub pictures: Pictures,
    /// What the images were drawn from, one entry a factor, where that is known.
    pub factors: Arc<[Factor]>,
    /// All other images of each, the nearest first.
    others: Vec<Vec<u32>>,
}

/// A number that images were drawn from.
#[derive(Clone, Debug, PartialEq)]
pub struct Factor {
    /// What it is called, such as `Slant`.
    pub name: &'static str,
    /// One value an image.
    pub values: Vec<f32>,
}

impl TestNeighbours {
    /// Of all pairs of the first test images: a few hundred million operations for those of MNIST.
    pub fn of(data: &Dataset) -> Self {
        let count = data.test.len().min(MAX_CODES);
        let width = data.test.shape().pixels();
        let pixels = data.test.pixels();
        let others = others_by_distance(&pixels[..count * width], width, count);
        let others = others.into_iter().map(|others| {
            let others = others.into_iter();
            others.map(|other| other as u32).collect()
        });
        let drawn = data.factors.as_ref().map(|factors| &factors.test);
        let factors = drawn.map_or_else(Vec::new, |drawn| {
            let names = GlyphFactors::NAMES.into_iter().enumerate();
            let factor = |(place, name)| Factor {
                name,
                values: drawn
                    .iter()
                    .take(count)
                    .map(|image: &GlyphFactors| image.numbers()[place])
                    .collect(),
            };
            names.map(factor).collect()
        });
        Self {
            contents: data.contents(),
            pictures: small(&data.test, count),
            factors: factors.into(),
            others: others.collect(),
        }
    }

    /// Of pictures that are at hand, nearest to which are these others: all others of each, nearest first.
    pub fn new(contents: String, pictures: Pictures, others: Vec<Vec<u32>>) -> Self {
        Self {
            contents,
            pictures,
            factors: Arc::default(),
            others,
        }
    }

    /// The `count` images whose mean squared difference from one is smallest, among the first `among`.
    pub fn nearest(&self, image: u32, among: usize, count: usize) -> Vec<u32> {
        let others = self.others.get(image as usize);
        let others = others.into_iter().flatten().copied();
        others
            .filter(|other| (*other as usize) < among)
            .take(count)
            .collect()
    }
}

/// The first images, thinned out where they are large.
fn small(images: &Images, count: usize) -> Pictures {
    let shape = images.shape();
    let every = shape.width.max(shape.height).div_ceil(LONGEST_SIDE).max(1);
    let small = ImageShape {
        width: shape.width.div_ceil(every),
        height: shape.height.div_ceil(every),
        channels: shape.channels,
    };
    let mut pixels = Vec::with_capacity(count * small.pixels());
    for image in (0..count).map(|index| images.image(index)) {
        let rows = image.chunks_exact(shape.width);
        for (row, values) in rows.enumerate() {
            // Channels lie one below the other.
            if (row % shape.height).is_multiple_of(every) {
                pixels.extend(values.iter().step_by(every));
            }
        }
    }
    Pictures {
        shape: small,
        pixels,
    }
}

impl Worker {
    /// Finds out what is near to what among the first test images of a run, in a thread of its own.
    pub(super) fn find_neighbours(&mut self, id: RunId) {
        let Some(data) = self.find(id).and_then(|run| run.data.clone()) else {
            return;
        };
        let work = move || Message::Neighbours(Arc::new(TestNeighbours::of(&data)));
        if let Err(error) = self.library.beside("neighbours", work) {
            let text = format!("The nearest test images could not be looked for: {error}");
            self.outlet.tell(Event::Warning { id, text });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{DatasetParts, glyphs};

    fn images(width: usize, height: usize, channels: usize, pixels: Vec<u8>) -> Images {
        let shape = ImageShape {
            width,
            height,
            channels,
        };
        Images::new(shape, pixels).unwrap()
    }

    #[test]
    fn the_nearest_images_are_found_among_those_asked_for() {
        let test = images(1, 1, 1, vec![10, 90, 12, 20]);
        let parts = DatasetParts::new("few", test.clone(), test);
        let found = TestNeighbours::of(&Dataset::new("few", parts, None).unwrap());
        assert_eq!(found.nearest(0, 4, 2), [2, 3]);
        assert_eq!(found.nearest(0, 2, 2), [1], "only those with codes");
        assert_eq!(found.nearest(9, 4, 2), [0_u32; 0]);
        assert_eq!(found.pictures.pixels, [10, 90, 12, 20]);
        assert!(found.factors.is_empty(), "nobody knows");
    }

    #[test]
    fn drawn_digits_know_their_factors() {
        let parts = glyphs::generate(0, 10, 30).unwrap();
        let slants: Vec<f32> = parts
            .factors
            .as_ref()
            .unwrap()
            .test
            .iter()
            .map(|f| f.slant)
            .collect();
        let found = TestNeighbours::of(&Dataset::new("glyphs", parts, None).unwrap());
        assert_eq!(found.factors.len(), GlyphFactors::NAMES.len());
        assert_eq!(found.factors[0].values, slants);
        assert_eq!(found.pictures.len(), 30);
    }

    #[test]
    fn large_pictures_are_thinned_out_channel_by_channel() {
        let mut pixels = vec![0; 80 * 2 * 3];
        pixels[0] = 1;
        pixels[2] = 2;
        pixels[160] = 3;
        pixels[240] = 9;
        let made = small(&images(80, 2, 3, pixels), 1);
        assert_eq!((made.shape.width, made.shape.height), (40, 1));
        assert_eq!(made.pixels.len(), 40 * 3);
        assert_eq!(made.pixels[..2], [1, 2]);
        assert_eq!((made.pixels[40], made.pixels[80]), (3, 0));
    }
}
