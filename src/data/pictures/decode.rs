//! One picture file becomes one image.
//!
//! What cannot be read is *skipped*, with the reason in words. Nothing a file claims is allocated
//! before it is held against bounds.

use std::fs::File;
use std::io::{Cursor, Read as _};
use std::panic::catch_unwind;
use std::path::Path;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits};

use super::resize::{Raster, fit};
use crate::data::ImageShape;
use crate::data::limits::is_plausible;

/// Longest side of a picture that is read.
const MAX_PICTURE_SIDE: u32 = 20_000;

/// Most bytes that decoding one picture may take.
const MAX_PICTURE_BYTES: u64 = 512 << 20;

/// Longest file of one picture.
const MAX_FILE_BYTES: u64 = 256 << 20;

/// Formats of pictures, by the endings of their files; those of `image` that were built in.
pub(super) fn format(path: &Path) -> Option<ImageFormat> {
    let format = ImageFormat::from_path(path).ok()?;
    format.reading_enabled().then_some(format)
}

/// Reads a picture file as an image of `shape`.
///
/// # Errors
/// Why not, as the end of a sentence.
pub(super) fn read(path: &Path, shape: ImageShape, out: &mut [u8]) -> Result<(), String> {
    // Decoders of a dozen formats see files of any origin.
    let decoded = catch_unwind(|| decode(path)).map_err(|_panic| {
        "it is damaged in a way that its decoder does not survive".to_owned()
    })??;
    let (width, height) = (decoded.width() as usize, decoded.height() as usize);
    if width == 0 || height == 0 {
        return Err("it has no pixels".to_owned());
    }
    let blended;
    let (channels, values): (usize, &[u8]) = match &decoded {
        DynamicImage::ImageLuma8(grey) => (1, grey),
        DynamicImage::ImageRgb8(color) => (3, color),
        DynamicImage::ImageLumaA8(grey) => {
            blended = blend::<1, 2>(grey);
            (1, &blended)
        }
        DynamicImage::ImageRgba8(color) => {
            blended = blend::<3, 4>(color);
            (3, &blended)
        }
        other if other.color().has_alpha() => {
            blended = blend::<3, 4>(&other.to_rgba8());
            (3, &blended)
        }
        other if other.color().has_color() => {
            blended = other.to_rgb8().into_raw();
            (3, &blended)
        }
        other => {
            blended = other.to_luma8().into_raw();
            (1, &blended)
        }
    };
    fit(
        Raster {
            width,
            height,
            channels,
            values,
        },
        shape,
        out,
    );
    Ok(())
}

/// Decodes a picture file, upright.
///
/// # Errors
/// Why not, as the end of a sentence.
pub(super) fn decode(path: &Path) -> Result<DynamicImage, String> {
    let bytes = bytes(path)?;
    let file_bytes = bytes.len() as u64;
    let mut reader = ImageReader::new(Cursor::new(bytes));
    if let Some(format) = format(path) {
        reader.set_format(format);
    }
    // The content counts: endings lie.
    let mut reader = reader
        .with_guessed_format()
        .map_err(|error| format!("it cannot be read: {error}"))?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_PICTURE_SIDE);
    limits.max_image_height = Some(MAX_PICTURE_SIDE);
    limits.max_alloc = Some(MAX_PICTURE_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| words(&error))?;
    let (width, height) = decoder.dimensions();
    let needed = decoder.total_bytes();
    if needed > MAX_PICTURE_BYTES || !is_plausible(needed, file_bytes) {
        return Err(format!(
            "it claims {width}×{height} pixels, more than its {file_bytes} bytes make plausible"
        ));
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| words(&error))?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// The bytes of a file, where it is a file and not too long.
fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let wrong = |error: std::io::Error| format!("it cannot be read: {error}");
    let about = std::fs::metadata(path).map_err(wrong)?;
    if !about.is_file() {
        return Err("it is no regular file".to_owned());
    }
    let length = about.len();
    if length == 0 {
        return Err("it is empty".to_owned());
    }
    if length > MAX_FILE_BYTES {
        return Err(format!("it has {length} bytes, more than {MAX_FILE_BYTES}"));
    }
    let mut bytes = Vec::with_capacity(length as usize);
    File::open(path)
        .and_then(|file| file.take(MAX_FILE_BYTES).read_to_end(&mut bytes))
        .map_err(wrong)?;
    Ok(bytes)
}

/// Blends over black: where nothing is, nothing is drawn.
fn blend<const COLORS: usize, const VALUES: usize>(pixels: &[u8]) -> Vec<u8> {
    let mut blended = Vec::with_capacity(pixels.len() / VALUES * COLORS);
    for pixel in pixels.chunks_exact(VALUES) {
        let alpha = u16::from(pixel[COLORS]);
        for &value in &pixel[..COLORS] {
            blended.push(((u16::from(value) * alpha + 127) / 255) as u8);
        }
    }
    blended
}

/// What a library says of a file, as the end of a sentence.
fn words(error: &ImageError) -> String {
    let text = match error {
        ImageError::Limits(_) => {
            return format!(
                "it claims more than {MAX_PICTURE_SIDE}×{MAX_PICTURE_SIDE} pixels or more memory than pictures may take"
            );
        }
        ImageError::Unsupported(_) => "it is of a kind that is not read",
        ImageError::Decoding(_) | ImageError::IoError(_) => "it is damaged",
        ImageError::Encoding(_) | ImageError::Parameter(_) => "it cannot be read",
    };
    let mut said = error.to_string();
    said = said.replace('\n', " ");
    format!("{text}: {}", said.trim().trim_end_matches('.'))
}
