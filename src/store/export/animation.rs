//! Animations: sheets of several moments, one after another, as a GIF that repeats for ever.
//!
//! An animation is *bounded*: where it has too many moments or too many pixels in all, pictures become
//! smaller first, and then moments in between are left out.

use std::io::Cursor;
use std::path::Path;
use std::time::Duration;

use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, Frame, RgbImage, RgbaImage};

use crate::data::Meter;

use super::super::StoreError;
use super::sheet::{Layout, Sheet, draw};

/// Most moments.
const MOST_FRAMES: usize = 150;
/// Most pixels of all moments together: some 60 MB at worst.
const MOST_PIXELS: usize = 60_000_000;
/// Longer sides of pictures that are tried, largest first.
const SIDES: [usize; 5] = [84, 56, 42, 28, 14];
/// Widest GIF that is worth it.
const MOST_WIDTH: usize = 1600;
/// How long the last moment stays.
const END: Duration = Duration::from_secs(2);
/// How hard colours are looked for, 1 to 30, where there are more than a GIF can have.
const SPEED: i32 = 10;

/// A moment: a sheet of its pictures.
pub type AnimationFrame = Sheet;

/// Moments of the training, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Animation {
    /// All of them.
    pub frames: Vec<AnimationFrame>,
    /// How long each is shown.
    pub frame_time: Duration,
}

impl Animation {
    /// How many moments a GIF of it has.
    pub fn shown(&self) -> usize {
        self.chosen(self.layout().size()).len()
    }

    fn layout(&self) -> Layout {
        let layout = |side| Layout::of(self.frames.iter(), side);
        let count = self.frames.len().min(MOST_FRAMES);
        let fits = |layout: &Layout| {
            let (width, height) = layout.size();
            width <= MOST_WIDTH && width * height * count <= MOST_PIXELS
        };
        let mut sides = SIDES.into_iter().map(layout);
        sides.find(fits).unwrap_or_else(|| layout(1))
    }

    /// The moments that are shown, evenly spread, the first and the last among them.
    fn chosen(&self, (width, height): (usize, usize)) -> Vec<usize> {
        let affordable = MOST_PIXELS / (width * height).max(1);
        let most = MOST_FRAMES.min(affordable).max(1);
        let count = self.frames.len();
        if count <= most {
            return (0..count).collect();
        }
        let last = count - 1;
        let gaps = most.saturating_sub(1).max(1);
        (0..most).map(|index| index * last / gaps).collect()
    }
}

/// The animation as a GIF; tells how many moments are done.
///
/// # Errors
/// When there is no moment, when it was cancelled, or when one does not fit a GIF.
pub fn encode_animation(
    path: &Path,
    animation: &Animation,
    meter: &dyn Meter,
) -> Result<Vec<u8>, StoreError> {
    let wrong = |found: &str| StoreError::content(path, "an animation of kept moments", found);
    if animation.frames.is_empty() {
        return Err(wrong("there is none"));
    }
    let layout = animation.layout();
    let chosen = animation.chosen(layout.size());
    let mut bytes = Cursor::new(Vec::new());
    {
        let mut encoder = GifEncoder::new_with_speed(&mut bytes, SPEED);
        encoder
            .set_repeat(Repeat::Infinite)
            .map_err(|error| wrong(&error.to_string()))?;
        for (done, index) in chosen.iter().enumerate() {
            if meter.is_cancelled() {
                return Err(wrong("it was cancelled"));
            }
            meter.tell(done as u64, Some(chosen.len() as u64));
            let picture = draw(&animation.frames[*index], &layout, 1).map_err(|e| wrong(&e))?;
            let time = if done + 1 == chosen.len() {
                END.max(animation.frame_time)
            } else {
                animation.frame_time
            };
            let delay = Delay::from_saturating_duration(time);
            encoder
                .encode_frame(Frame::from_parts(indexed(&picture), 0, 0, delay))
                .map_err(|error| wrong(&error.to_string()))?;
        }
    }
    Ok(bytes.into_inner())
}

/// A picture with fewer colours, so that those of grey pictures and of text fit a GIF's 256: no colour
/// has to be guessed, and none flickers from moment to moment.
fn indexed(picture: &RgbImage) -> RgbaImage {
    let fewer = |value: u8, bits: u32| {
        let kept = u32::from(value) >> (8 - bits);
        u8::try_from(kept * 255 / ((1 << bits) - 1)).unwrap_or(u8::MAX)
    };
    let pixels = picture.pixels().flat_map(|pixel| {
        let [red, green, blue] = pixel.0;
        // Greys are what most pictures are made of; colours of text have few values in between.
        let bits = if red == green && green == blue { 7 } else { 3 };
        [fewer(red, bits), fewer(green, bits), fewer(blue, bits), 255]
    });
    let raw = pixels.collect();
    RgbaImage::from_raw(picture.width(), picture.height(), raw).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use image::AnimationDecoder as _;

    use super::super::sheet::tests::sheet;
    use super::*;
    use crate::data::NoMeter;

    fn animation(count: usize, columns: usize) -> Animation {
        Animation {
            frames: (0..count)
                .map(|index| sheet(columns, (index * 5 % 256) as u8, &format!("Step {index}")))
                .collect(),
            frame_time: Duration::from_millis(120),
        }
    }

    #[test]
    fn every_moment_is_a_frame() {
        let animation = animation(12, 3);
        let bytes = encode_animation(Path::new("a.gif"), &animation, &NoMeter).unwrap();
        assert!(bytes.starts_with(b"GIF89a"));
        assert!(
            bytes.windows(11).any(|part| part == b"NETSCAPE2.0"),
            "it repeats"
        );
        let decoder = image::codecs::gif::GifDecoder::new(Cursor::new(&bytes)).unwrap();
        let frames = decoder.into_frames().collect_frames().unwrap();
        assert_eq!(frames.len(), 12);
        let layout = animation.layout();
        let size = layout.size();
        let first = frames[0].buffer();
        assert_eq!(first.dimensions(), (size.0 as u32, size.1 as u32));
        assert_eq!(
            Duration::from(frames[3].delay()),
            Duration::from_millis(120)
        );
        assert_eq!(Duration::from(frames[11].delay()), END);
        // The grey of the second row changes from moment to moment, as it should.
        let grey = |index: usize| {
            let frame = frames[index].buffer();
            frame.get_pixel(frame.width() - 30, frame.height() - 40).0[0]
        };
        for index in [0, 5, 11] {
            let expected = (index * 5) as u8;
            assert!(
                grey(index).abs_diff(expected) <= 2,
                "{index}: {}",
                grey(index)
            );
        }
    }

    #[test]
    fn long_and_wide_ones_stay_within_bounds() {
        let long = animation(400, 3);
        let chosen = long.chosen(long.layout().size());
        assert_eq!(chosen.len(), MOST_FRAMES);
        assert_eq!((chosen[0], chosen[149]), (0, 399));
        assert!(chosen.is_sorted_by(|a, b| a < b));
        let wide = animation(300, 200);
        let (width, height) = wide.layout().size();
        assert!(width <= MOST_WIDTH, "{width}");
        assert!(width * height * wide.shown() <= MOST_PIXELS);
    }

    #[test]
    fn nothing_to_show_and_cancelling_are_told() {
        struct Cancelled;
        impl Meter for Cancelled {
            fn tell(&self, _done: u64, _total: Option<u64>) {}
            fn is_cancelled(&self) -> bool {
                true
            }
        }
        let path = Path::new("a.gif");
        let none = encode_animation(path, &Animation::default(), &NoMeter).unwrap_err();
        assert!(none.to_string().contains("there is none"), "{none}");
        let cancelled = encode_animation(path, &animation(2, 1), &Cancelled).unwrap_err();
        assert!(cancelled.to_string().contains("cancelled"), "{cancelled}");
    }
}
