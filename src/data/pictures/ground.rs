//! What is decided when all pictures of a set are known: the ground under transparent parts, and the
//! white of pictures of 16 bits.
//!
//! Pictures of one set must be brought to pixels alike, so neither can be decided for each by itself.
//! Transparent parts are black, as long as what is drawn can be seen on it; black ink on glass is put on
//! white. Cameras of 10, 12 or 14 bits write their values into 16 as they are, which leaves all but the
//! darkest grey unused: the largest value of all pictures tells.

use super::decode::Extra;
use super::import::Imported;
use super::scan::pictures;
use crate::data::ImageShape;
use crate::data::range::{Range, scales};

/// Largest value from which pictures are taken to use all 16 bits.
const ALL_BITS: u16 = 1 << 14;

/// Deviation of pixels, of 255, below which a drawing cannot be seen.
const INVISIBLE: f64 = 4.0;

/// A drawing can hardly be seen either where its pixels deviate so many times less than on the best
/// ground.
const MUCH_LESS: f64 = 6.0;

/// One drawing in so many may be hard to see on black before another ground is looked for.
const FEW: usize = 20;

/// Grounds with their values, the usual one first.
const GROUNDS: [(u8, &str); 3] = [(0, "black"), (255, "white"), (128, "grey")];

/// Settles what was left open about pictures. What was decided, in sentences.
pub(super) fn settle(shape: ImageShape, sides: [&mut Imported; 2]) -> Vec<String> {
    let [train, test] = sides;
    let mut remarks = Vec::new();
    remarks.extend(settle_depth(shape, [&mut *train, &mut *test]));
    remarks.extend(settle_ground(shape, [&mut *train, &mut *test]));
    let mut several: Vec<&String> = train.several.iter().chain(&test.several).collect();
    several.sort();
    if let [first, rest @ ..] = several.as_slice() {
        remarks.push(match rest.len() {
            0 => format!("{first} holds several pictures (frames or pages): the first is read."),
            more => format!(
                "{first} and {more} more {} hold several pictures (frames or pages): the first of each is read.",
                if more == 1 { "file" } else { "files" }
            ),
        });
    }
    train.extras.clear();
    test.extras.clear();
    remarks
}

/// The pixels of one image.
fn image_of(pixels: &mut [u8], shape: ImageShape, index: usize) -> &mut [u8] {
    let each = shape.pixels();
    &mut pixels[index * each..(index + 1) * each]
}

/// Brings pictures of 16 bits to bytes.
fn settle_depth(shape: ImageShape, sides: [&mut Imported; 2]) -> Vec<String> {
    let mut range = Range::default();
    let mut most = 0;
    let all = sides.iter().flat_map(|side| &side.extras);
    for (low, high) in all.filter_map(|(_, extra)| Some(extra.deep.as_ref()?.range)) {
        range.take(f64::from(low));
        range.take(f64::from(high));
        most = most.max(high);
    }
    let (scale, remarks) = if most < ALL_BITS {
        let name = "the pictures of 16 bits".to_owned();
        let found = scales(&[(name, range)]).ok();
        let found = found.and_then(|(scales, remarks)| Some((*scales.first()?, remarks)));
        found.map_or((None, Vec::new()), |(scale, remarks)| {
            (Some(scale), remarks)
        })
    } else {
        (None, Vec::new())
    };
    for side in sides {
        for (index, extra) in &side.extras {
            let Some(deep) = &extra.deep else { continue };
            let image = image_of(&mut side.pixels, shape, *index);
            for (pixel, &value) in image.iter_mut().zip(&deep.values) {
                *pixel = match scale {
                    Some(scale) => scale.pixel(f64::from(value)),
                    None => super::resize::byte(f32::from(value) / 257.0),
                };
            }
        }
    }
    remarks
}

/// How far the pixels of an image deviate on each of the grounds.
fn deviations(image: &[u8], clear: &[u8]) -> [f64; 3] {
    GROUNDS.map(|(ground, _)| {
        let of_channel = |channel: &[u8]| {
            let (mut sum, mut squares) = (0.0, 0.0);
            for (&value, &clear) in channel.iter().zip(clear) {
                let value = f64::from(over(value, clear, ground));
                sum += value;
                squares += value * value;
            }
            let count = clear.len() as f64;
            (squares / count - (sum / count).powi(2)).max(0.0).sqrt()
        };
        image
            .chunks_exact(clear.len())
            .map(of_channel)
            .fold(0.0, f64::max)
    })
}

/// A pixel over a ground.
fn over(value: u8, clear: u8, ground: u8) -> u8 {
    let behind = (u16::from(clear) * u16::from(ground) + 127) / 255;
    value.saturating_add(behind as u8)
}

/// Puts transparent pictures on the ground that shows most of them.
fn settle_ground(shape: ImageShape, sides: [&mut Imported; 2]) -> Option<String> {
    let mut drawings = 0;
    // How many drawings can hardly be seen on each ground.
    let mut lost = [0; 3];
    let is_clear = |extra: &Extra| {
        let clear = extra.clear.as_ref()?;
        // What is wholly transparent, or as good as opaque, tells nothing.
        let is_drawing = clear.iter().any(|&c| c < 128) && clear.iter().any(|&c| c >= 128);
        is_drawing.then_some(())
    };
    let mut sides = sides;
    for side in &mut sides {
        for (index, extra) in &side.extras {
            let (Some(()), Some(clear)) = (is_clear(extra), &extra.clear) else {
                continue;
            };
            let found = deviations(image_of(&mut side.pixels, shape, *index), clear);
            let best = found.into_iter().fold(0.0, f64::max);
            if best < INVISIBLE {
                continue;
            }
            drawings += 1;
            for (lost, deviation) in lost.iter_mut().zip(found) {
                *lost += usize::from(deviation < INVISIBLE || deviation * MUCH_LESS < best);
            }
        }
    }
    let place = if lost[0] > drawings / FEW {
        (0..3).min_by_key(|&place| lost[place]).unwrap_or(0)
    } else {
        0
    };
    let (ground, name) = GROUNDS[place];
    if ground > 0 {
        for side in sides {
            for (index, extra) in &side.extras {
                let Some(clear) = &extra.clear else { continue };
                let image = image_of(&mut side.pixels, shape, *index);
                for channel in image.chunks_exact_mut(clear.len()) {
                    for (value, &clear) in channel.iter_mut().zip(clear) {
                        *value = over(*value, clear, ground);
                    }
                }
            }
        }
    }
    let of = pictures(drawings);
    match (place, lost[0], lost[place]) {
        (0, 0, _) => None,
        (0, lost, _) => Some(format!(
            "{lost} of {of} with transparent parts can hardly be seen: transparent is black."
        )),
        (_, on_black, on_this) => {
            let rest = match on_this {
                0 => String::new(),
                some => format!("; {some} can hardly be seen on {name} either"),
            };
            Some(format!(
                "Transparent parts were taken as {name}: on black, {on_black} of {of} with transparent parts could hardly be seen{rest}."
            ))
        }
    }
}

#[cfg(test)]
mod tests;
