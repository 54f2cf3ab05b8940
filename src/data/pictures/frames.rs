//! Files of more than one picture: animations and documents of several pages.

use core::ops::Range;

use image::ImageFormat;

use super::tiff;

/// Whether there is more than one picture in a file. Only the first is read.
pub(super) fn has_several(format: ImageFormat, bytes: &[u8]) -> bool {
    match format {
        ImageFormat::Tiff => tiff::has_pages(bytes),
        ImageFormat::Png => png_is_animated(bytes),
        ImageFormat::WebP => {
            bytes.get(12..16) == Some(b"VP8X") && bytes.get(20).is_some_and(|flags| flags & 2 != 0)
        }
        ImageFormat::Gif => gif_has_two(bytes).is_some(),
        _ => false,
    }
}

/// An animation says so before the pixels.
fn png_is_animated(bytes: &[u8]) -> bool {
    let mut at = 8;
    while let Some([a, b, c, d, kind @ ..]) = bytes.get(at..at + 8) {
        match kind {
            b"acTL" => return true,
            b"IDAT" => return false,
            _ => {}
        }
        at += u32::from_be_bytes([*a, *b, *c, *d]) as usize + 12;
    }
    false
}

/// Whether a second frame begins.
fn gif_has_two(bytes: &[u8]) -> Option<()> {
    let colors = |flags: u8| match flags & 0x80 {
        0 => 0,
        _ => 3 << (usize::from(flags & 7) + 1),
    };
    let mut at = 13 + colors(*bytes.get(10)?);
    let mut frames = 0;
    loop {
        at += match bytes.get(at)? {
            0x21 => 2,
            0x2c => {
                frames += 1;
                if frames == 2 {
                    return Some(());
                }
                11 + colors(*bytes.get(at + 9)?)
            }
            _ => return None,
        };
        // Pieces of data, up to an empty one.
        loop {
            let length = usize::from(*bytes.get(at)?);
            at += length + 1;
            if length == 0 {
                break;
            }
        }
    }
}

/// Where the largest picture in an icon is, if it is a PNG.
pub(super) fn png_in_icon(bytes: &[u8]) -> Option<Range<usize>> {
    let number = |at: usize, count: usize| -> Option<usize> {
        let bytes = bytes.get(at..at + count)?.iter().rev();
        Some(bytes.fold(0, |number, &byte| (number << 8) | usize::from(byte)))
    };
    let largest = (0..number(4, 2)?).filter_map(|i| {
        let at = 6 + 16 * i;
        // A side of 256 is written as 0.
        let side = |at: usize| Some((number(at, 1)? + 255) % 256);
        let size = (side(at)? + 1) * (side(at + 1)? + 1);
        let (depth, length, start) = (number(at + 6, 2)?, number(at + 8, 4)?, number(at + 12, 4)?);
        Some((size, depth, start..start + length))
    });
    let (.., place) = largest.max_by_key(|(size, depth, _)| (*size, *depth))?;
    bytes
        .get(place.clone())?
        .starts_with(b"\x89PNG")
        .then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::codecs::gif::GifEncoder;
    use image::{DynamicImage, Frame, RgbaImage};
    use std::io::Cursor;

    #[test]
    fn animations_are_told_from_pictures() {
        for count in [1, 2, 3] {
            let mut bytes = Vec::new();
            let mut encoder = GifEncoder::new(&mut bytes);
            for i in 0..count {
                let picture = RgbaImage::from_fn(9, 9, |x, y| {
                    image::Rgba([(x * 9) as u8, (y * 9) as u8, i, 255])
                });
                encoder.encode_frame(Frame::new(picture)).unwrap();
            }
            drop(encoder);
            assert_eq!(has_several(ImageFormat::Gif, &bytes), count > 1);
            for cut in 0..bytes.len() {
                let _unused = has_several(ImageFormat::Gif, &bytes[..cut]);
            }
        }
        let mut bytes = Vec::new();
        DynamicImage::new_rgb8(4, 4)
            .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
            .unwrap();
        assert!(!has_several(ImageFormat::Png, &bytes));
        // After the header, whose chunk has 25 bytes.
        bytes.splice(33..33, *b"\0\0\0\x08acTL\0\0\0\x02\0\0\0\0\0\0\0\0");
        assert!(has_several(ImageFormat::Png, &bytes));
    }
}
