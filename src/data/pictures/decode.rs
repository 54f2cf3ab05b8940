//! One picture file becomes one image.
//!
//! What cannot be read is *skipped*, with the reason in words. Nothing a file claims is allocated
//! before it is held against bounds.

use std::fs::File;
use std::io::{Cursor, Read as _};
use std::panic::catch_unwind;
use std::path::Path;

use image::error::UnsupportedErrorKind;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits};

use super::gate::{Gate, Room};
use super::kinds::{format, format_of_bytes};
use super::resize::{Fitted, Raster, Values, byte, fit};
use super::{frames, jpeg, tiff};
use crate::data::{ImageShape, foreign};

/// Most bytes that the pixels of one picture may take: some 330 megapixels in colour.
const MAX_PICTURE_BYTES: u64 = 1_000_000_000;

/// Longest file of one picture.
const MAX_FILE_BYTES: u64 = 1_000_000_000;

/// Pixels that are believed of any file: white paper packs to next to nothing.
const ALWAYS_BYTES: u64 = 256 << 20;

/// Bytes that one byte of a file may stand for: deflate reaches 1032, in pictures of one bit eight
/// times that.
const MAX_RATIO: u64 = 8 * 1032;

/// What there is about an image beside its pixels.
#[derive(Default)]
pub(super) struct Extra {
    /// How transparent each pixel is, 255 for all: its pixels are over black.
    pub(super) clear: Option<Box<[u8]>>,
    /// Pixels of 16 bits, which are brought to bytes when those of all pictures are known.
    pub(super) deep: Option<Deep>,
    /// Whether the file holds more pictures than the one that was read.
    pub(super) has_several: bool,
}

impl Extra {
    pub(super) fn is_nothing(&self) -> bool {
        self.clear.is_none() && self.deep.is_none() && !self.has_several
    }
}

/// Pixels of 16 bits.
pub(super) struct Deep {
    pub(super) values: Box<[u16]>,
    /// The smallest and largest value before the picture was brought to its size.
    pub(super) range: (u16, u16),
}

/// A picture as it was decoded.
struct Decoded<'a> {
    picture: DynamicImage,
    format: ImageFormat,
    /// Whether a fourth value is not transparency, whatever it is.
    is_alpha_unused: bool,
    has_several: bool,
    /// Kept as long as the picture.
    _room: Room<'a>,
}

/// Reads a picture file as an image of `shape`.
///
/// # Errors
/// Why not, as the end of a sentence.
pub(super) fn read(
    path: &Path,
    shape: ImageShape,
    gate: &Gate,
    out: &mut [u8],
) -> Result<Extra, String> {
    let bytes = bytes(path)?;
    let start = bytes[..bytes.len().min(512)].to_vec();
    // Decoders of a dozen formats see files of any origin.
    let decoded = catch_unwind(|| {
        let decoded = decode(path, bytes, gate)?;
        let fitted = fitted(&decoded, shape)?;
        Ok((decoded.has_several, fitted))
    });
    let decoded = decoded.unwrap_or_else(|_panic| {
        Err("it is damaged in a way that its decoder does not survive".to_owned())
    });
    let (has_several, (fitted, range)) = decoded.map_err(|why| as_what_it_is(&start, path, why))?;
    let clear = |opacity: &f32| byte(255.0 - 255.0 * opacity);
    let extra = Extra {
        clear: (!fitted.opacity.is_empty()).then(|| fitted.opacity.iter().map(clear).collect()),
        deep: range.map(|range| Deep {
            values: fitted
                .values
                .iter()
                .map(|value| value.round() as u16)
                .collect(),
            range,
        }),
        has_several,
    };
    if extra.deep.is_none() {
        for (pixel, &value) in out.iter_mut().zip(&fitted.values) {
            *pixel = byte(value);
        }
    }
    Ok(extra)
}

/// What a file is that could not be decoded, where that says more than the decoder does.
fn as_what_it_is(start: &[u8], path: &Path, why: String) -> String {
    match foreign::of_bytes(start, path) {
        Some(found) if format_of_bytes(start).is_none() => {
            format!("it is {}, which is not read: {}", found.what, found.remedy)
        }
        _ if start.iter().all(|&byte| byte == 0) => "it holds nothing but zeros".to_owned(),
        _ => why,
    }
}

/// Brings a decoded picture to its shape. With the range of its values where they have 16 bits.
fn fitted(
    decoded: &Decoded<'_>,
    shape: ImageShape,
) -> Result<(Fitted, Option<(u16, u16)>), String> {
    let picture = &decoded.picture;
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    if width == 0 || height == 0 {
        return Err("it has no pixels".to_owned());
    }
    let (with_alpha, plain);
    let (values, stride, has_alpha) = match picture {
        DynamicImage::ImageLuma8(grey) => (Values::Bytes(grey), 1, false),
        DynamicImage::ImageLumaA8(grey) => (Values::Bytes(grey), 2, true),
        DynamicImage::ImageRgb8(color) => (Values::Bytes(color), 3, false),
        DynamicImage::ImageRgba8(color) => (Values::Bytes(color), 4, true),
        DynamicImage::ImageLuma16(grey) => (Values::Words(grey), 1, false),
        DynamicImage::ImageLumaA16(grey) => (Values::Words(grey), 2, true),
        DynamicImage::ImageRgb16(color) => (Values::Words(color), 3, false),
        DynamicImage::ImageRgba16(color) => (Values::Words(color), 4, true),
        picture if picture.color().has_alpha() => {
            with_alpha = picture.to_rgba8();
            (Values::Bytes(&with_alpha), 4, true)
        }
        picture => {
            plain = picture.to_rgb8();
            (Values::Bytes(&plain), 3, false)
        }
    };
    let colors = if stride < 3 { 1 } else { 3 };
    let has_alpha =
        has_alpha && !decoded.is_alpha_unused && !is_alpha_empty(decoded, values, stride);
    let range = match values {
        Values::Bytes(_) => None,
        Values::Words(words) => {
            let colors = words
                .chunks_exact(stride)
                .flat_map(|pixel| &pixel[..colors]);
            Some(colors.fold((u16::MAX, 0), |(low, high), &value| {
                (value.min(low), value.max(high))
            }))
        }
    };
    let raster = Raster {
        width,
        height,
        values,
        stride,
        colors,
        has_alpha,
    };
    Ok((fit(raster, shape), range))
}

/// Whether the fourth value of every pixel is 0 in a format that leaves it empty where it means
/// nothing. Pictures of other formats that are wholly transparent are meant to be so.
fn is_alpha_empty(decoded: &Decoded<'_>, values: Values<'_>, stride: usize) -> bool {
    let may_be = matches!(
        decoded.format,
        ImageFormat::Tga | ImageFormat::Bmp | ImageFormat::Ico | ImageFormat::Tiff
    );
    may_be
        && match values {
            Values::Bytes(bytes) => bytes
                .chunks_exact(stride)
                .all(|pixel| pixel[stride - 1] == 0),
            Values::Words(words) => words
                .chunks_exact(stride)
                .all(|pixel| pixel[stride - 1] == 0),
        }
}

/// Copies of the pixels that there are while a file is decoded: packed and unpacked, by colours and by
/// pixels, upright.
fn copies(format: ImageFormat) -> u64 {
    match format {
        ImageFormat::Jpeg => 4,
        ImageFormat::Png | ImageFormat::Bmp | ImageFormat::Pnm => 2,
        _ => 3,
    }
}

/// Decodes a picture file, upright.
///
/// # Errors
/// Why not, as the end of a sentence.
fn decode<'a>(path: &Path, mut bytes: Vec<u8>, gate: &'a Gate) -> Result<Decoded<'a>, String> {
    let file_bytes = bytes.len() as u64;
    // The content counts: endings lie.
    let known = format_of_bytes(&bytes).or_else(|| image::guess_format(&bytes).ok());
    let mut format = match (known, format(path)) {
        (Some(known), _) => known,
        // Its pictures begin with nothing that tells them.
        (None, Some(ImageFormat::Tga)) => ImageFormat::Tga,
        (None, _) => return Err("it is damaged or no picture: it does not begin as one".to_owned()),
    };
    let mut indexed = None;
    if format == ImageFormat::Ico
        && let Some(png) = frames::png_in_icon(&bytes)
    {
        // The decoder of icons takes only one kind of PNG in them.
        bytes = bytes.drain(png).collect();
        format = ImageFormat::Png;
    }
    match format {
        ImageFormat::Jpeg => {
            if let Some(damage) = jpeg::damage(&bytes) {
                return Err(damage);
            }
        }
        ImageFormat::Tiff => indexed = tiff::declare_as_grey(&mut bytes),
        _ => {}
    }
    let is_alpha_unused = format == ImageFormat::Tga && has_no_attribute_bits(&bytes);
    let has_several = frames::has_several(format, &bytes);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(2 * MAX_PICTURE_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| words(&error))?;
    let (width, height) = decoder.dimensions();
    let needed = decoder.total_bytes();
    if needed > MAX_PICTURE_BYTES {
        return Err(format!(
            "it has {width}×{height} pixels, which take {} MB unpacked, more than the {} MB that one picture may take: save it smaller",
            megabytes(needed),
            megabytes(MAX_PICTURE_BYTES)
        ));
    }
    if needed > ALWAYS_BYTES && needed / MAX_RATIO > file_bytes {
        return Err(format!(
            "it claims {width}×{height} pixels, {} MB unpacked, which cannot be packed into its {file_bytes} bytes",
            megabytes(needed)
        ));
    }
    let room = gate.enter(file_bytes + copies(format) * needed);
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| words(&error))?;
    if let Some(indexed) = indexed {
        picture = indexed.apply(picture);
    }
    picture.apply_orientation(orientation);
    Ok(Decoded {
        picture,
        format,
        is_alpha_unused,
        has_several,
        _room: room,
    })
}

fn megabytes(bytes: u64) -> u64 {
    bytes.div_ceil(1_000_000)
}

/// Whether a TGA file says that none of the bits of its pixels are transparency.
fn has_no_attribute_bits(bytes: &[u8]) -> bool {
    bytes
        .get(17)
        .is_some_and(|about| about.trailing_zeros() >= 4)
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
        return Err(format!(
            "it is a file of {} MB, more than the {} MB that one may have",
            megabytes(length),
            megabytes(MAX_FILE_BYTES)
        ));
    }
    let mut bytes = Vec::with_capacity(length as usize);
    File::open(path)
        .and_then(|file| file.take(MAX_FILE_BYTES).read_to_end(&mut bytes))
        .map_err(wrong)?;
    Ok(bytes)
}

/// What a library says of a file, as the end of a sentence.
fn words(error: &ImageError) -> String {
    let text = match error {
        ImageError::Limits(_) => {
            return format!(
                "it claims to need more than the {} MB that decoding one picture may take",
                megabytes(2 * MAX_PICTURE_BYTES)
            );
        }
        ImageError::Unsupported(error) => {
            let what = match error.kind() {
                UnsupportedErrorKind::Color(_) => {
                    " (by the number of its colours or of the bits of each)".to_owned()
                }
                UnsupportedErrorKind::GenericFeature(feature) => {
                    let feature = feature.replace('\n', " ");
                    format!(" ({})", feature.trim().trim_end_matches('.'))
                }
                _ => String::new(),
            };
            return format!(
                "it is of a kind that is not read{what}: save it as PNG with 8 or 16 bits"
            );
        }
        ImageError::Decoding(_) | ImageError::IoError(_) => "it is damaged",
        ImageError::Encoding(_) | ImageError::Parameter(_) => "it cannot be read",
    };
    let said = error.to_string().replace('\n', " ");
    format!("{text}: {}", said.trim().trim_end_matches('.'))
}
