//! Built-in digits, drawn by a simulated hand, so that the workbench has data without a download.
//!
//! A *glyph* is one drawn digit together with its *factors*: the few numbers it was drawn from
//! (style, slant, stroke width, …). Because the factors are known, codes that a model learns can be
//! held against them.
//!
//! Image `i` depends on the seed, on train or test, and on `i` alone, and its arithmetic is integer
//! and IEEE basic operations only: the same pictures on every machine and any number of threads.

mod hand;
mod pen;
mod skeletons;

use rayon::prelude::*;

use super::{DataError, DatasetParts, ImageShape, Images, Meter, Reading, Source, streams};

/// Training images of the built-in set.
pub const TRAIN_COUNT: usize = 12_000;

/// Test images of the built-in set.
pub const TEST_COUNT: usize = 2_000;

/// Seed of the built-in set.
pub const SEED: u64 = 0;

/// The location under which the built-in set is opened.
pub const LOCATION: &str = "glyphs";

/// Width and height of a glyph, as in MNIST.
const SIDE: usize = 28;

/// The numbers one glyph was drawn from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GlyphFactors {
    /// The digit, 0 to 9.
    pub label: u8,
    /// Which way of writing the digit, counted from 0 for each digit.
    pub style: u8,
    /// Sideways pixels for each pixel upwards; positive leans right.
    pub slant: f32,
    /// Mean width of the stroke in pixels.
    pub stroke_width: f32,
    /// Width relative to the skeleton's own, 1 unchanged.
    pub scale_x: f32,
    /// Height relative to the skeleton's own, 1 unchanged: some 20 pixels of ink.
    pub scale_y: f32,
    /// Pixels the centre of the line lies right of the image's centre.
    pub shift_x: f32,
    /// Pixels the centre of the line lies below the image's centre.
    pub shift_y: f32,
    /// Clockwise turn in radians.
    pub rotation: f32,
    /// How far the hand strays from the skeleton, relative to the digit's height.
    pub wobble: f32,
}

impl GlyphFactors {
    /// What the factors that are numbers are called, in the order of [`Self::numbers`].
    pub const NAMES: [&str; 8] = [
        "Slant",
        "Stroke width",
        "Width",
        "Height",
        "Shift across",
        "Shift down",
        "Rotation",
        "Wobble",
    ];

    /// The factors that are numbers rather than kinds.
    pub fn numbers(&self) -> [f32; 8] {
        [
            self.slant,
            self.stroke_width,
            self.scale_x,
            self.scale_y,
            self.shift_x,
            self.shift_y,
            self.rotation,
            self.wobble,
        ]
    }
}

/// The factors of every image of a data set, in the order of its images.
#[derive(Clone, Debug, PartialEq)]
pub struct Factors {
    /// One entry a training image.
    pub train: Vec<GlyphFactors>,
    /// One entry a test image.
    pub test: Vec<GlyphFactors>,
}

/// The source of the built-in set.
#[derive(Clone, Copy, Debug)]
pub struct Glyphs;

impl Source for Glyphs {
    fn id(&self) -> &'static str {
        LOCATION
    }

    fn name(&self) -> &'static str {
        "Drawn digits"
    }

    fn summary(&self) -> &'static str {
        "Built in: 14,000 digits of 28×28 pixels, drawn by a simulated hand from known factors."
    }

    fn is_named(&self) -> bool {
        true
    }

    fn accepts(&self, location: &str) -> bool {
        location == LOCATION
    }

    fn read(
        &self,
        _location: &str,
        _reading: &Reading,
        _meter: &dyn Meter,
    ) -> Result<DatasetParts, DataError> {
        generate(SEED, TRAIN_COUNT, TEST_COUNT)
    }
}

/// Draws `train` + `test` digits of 28×28 pixels, white on black, on all threads of rayon.
///
/// Labels are balanced: each ten images in a row hold every digit once, in random order. A smaller
/// set is the beginning of a larger one of the same seed.
///
/// # Errors
/// If one of the counts is 0.
pub fn generate(seed: u64, train: usize, test: usize) -> Result<DatasetParts, DataError> {
    let (train, train_factors) = draw_part(seed, 0, train)?;
    let (test, test_factors) = draw_part(seed, 1, test)?;
    let labels = |factors: &[GlyphFactors]| Some(factors.iter().map(|f| f.label).collect());
    Ok(DatasetParts {
        train_labels: labels(&train_factors),
        test_labels: labels(&test_factors),
        factors: Some(Factors {
            train: train_factors,
            test: test_factors,
        }),
        ..DatasetParts::new(Glyphs.name(), train, test)
    })
}

/// Draws images 0 to `count` of part 0 (train) or 1 (test).
fn draw_part(seed: u64, part: u64, count: usize) -> Result<(Images, Vec<GlyphFactors>), DataError> {
    let shape = ImageShape {
        width: SIDE,
        height: SIDE,
        channels: 1,
    };
    let mut pixels = vec![0; count * shape.pixels()];
    let factors = pixels
        .par_chunks_mut(shape.pixels())
        .enumerate()
        .map(|(i, image)| draw_glyph(seed, part, i as u64, image))
        .collect();
    Ok((Images::new(shape, pixels)?, factors))
}

/// Draws one image and tells its factors.
fn draw_glyph(seed: u64, part: u64, i: u64, image: &mut [u8]) -> GlyphFactors {
    let mut dice = hand::Dice::new(streams::stream(*b"glyphfac", seed, part, i));
    let mut factors = hand::choose(label(seed, part, i), &mut dice);
    let mut detail = hand::Dice::new(streams::stream(*b"glyphdet", seed, part, i));
    let line = hand::write(&mut factors, &mut detail);
    pen::ink(&line, image);
    factors
}

/// The digit of image `i`: its place in a shuffle of all ten.
fn label(seed: u64, part: u64, i: u64) -> u8 {
    let mut digits: [u8; 10] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    let (block, place) = (i / 10, i % 10);
    streams::shuffle(
        &mut streams::stream(*b"glyphlab", seed, part, block),
        &mut digits,
    );
    #[expect(clippy::cast_possible_truncation, reason = "below ten")]
    digits[place as usize]
}

#[cfg(test)]
mod tests;
