//! Frames of a run in one file, to which further ones are added behind.
//!
//! A *kept frame* is what a run looked like at one step: pictures, codes and statistics of its
//! layers. In the file each is a block of its own, deflated and with a check sum.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use crate::analysis::{Dimension, LatentSummary};
use crate::data::ImageShape;
use crate::model::{Histogram, LayerStat};

use super::StoreError;
use super::bytes::{Reader, Writer};

/// How the file begins: a name and a version.
const MAGIC: &[u8; 8] = b"hgframe1";

/// Most bytes of a frame, inflated.
const MOST_BYTES: usize = 256 << 20;

/// Most bytes that one byte of a file may stand for, once as many as of one frame are inflated:
/// deflate can make a thousand of one, but pictures and codes of a run are never that plain.
const MOST_RATIO: usize = 200;

/// Deflating is the writer's cost while others train.
const EFFORT: Compression = Compression::fast();

/// A run at one step.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptFrame {
    /// Training steps done.
    pub step: u64,
    /// Index of the phase under way.
    pub phase: usize,
    /// Seconds spent training until then.
    pub elapsed_secs: f64,
    /// Size of the pictures.
    pub shape: ImageShape,
    /// Which test images are shown.
    pub indices: Vec<u32>,
    /// Their pixels, image after image.
    pub originals: Arc<Vec<u8>>,
    /// What the run makes of them.
    pub reconstructions: Vec<u8>,
    /// Mean squared error of each.
    pub errors: Vec<f32>,
    /// Values of a code.
    pub latent: usize,
    /// Codes of the first test images.
    pub codes: Vec<f32>,
    /// The codes in numbers.
    pub summary: LatentSummary,
    /// Encoder then decoder.
    pub layers: Vec<LayerStat>,
}

/// A file of these frames; `has_head` where it is the beginning of the file.
pub(super) fn encode(
    path: &Path,
    frames: &[KeptFrame],
    has_head: bool,
) -> Result<Vec<u8>, StoreError> {
    let mut file = Vec::new();
    if has_head {
        file.extend_from_slice(MAGIC);
    }
    let mut before: Option<&KeptFrame> = None;
    for frame in frames {
        let has_same = before.is_some_and(|before| before.originals == frame.originals);
        let raw = encode_frame(frame, has_same);
        let mut encoder = ZlibEncoder::new(Vec::new(), EFFORT);
        let packed = encoder
            .write_all(&raw)
            .and_then(|()| encoder.finish())
            .map_err(StoreError::io("writing", path))?;
        let mut sizes = Writer::default();
        sizes.u32(raw.len() as u32);
        sizes.u32(packed.len() as u32);
        file.extend_from_slice(&sizes.0);
        file.extend_from_slice(&packed);
        before = Some(frame);
    }
    Ok(file)
}

/// The frames of a file.
pub(super) fn decode(path: &Path, file: &[u8]) -> Result<Vec<KeptFrame>, StoreError> {
    const EXPECTED: &str = "frames of a run";
    let wrong = |found: String| StoreError::content(path, EXPECTED, found);
    let Some(blocks) = file.strip_prefix(MAGIC) else {
        let found = match file.strip_prefix(&MAGIC[..7]) {
            Some(rest) if !rest.is_empty() => "is of a newer version: open it with that",
            Some(_) | None => "begins otherwise",
        };
        return Err(wrong(found.to_owned()));
    };
    let mut reader = Reader(blocks);
    let mut frames: Vec<KeptFrame> = Vec::new();
    let mut room = MOST_BYTES.saturating_add(file.len().saturating_mul(MOST_RATIO));
    while !reader.is_empty() {
        let originals = frames.last().map(|frame| Arc::clone(&frame.originals));
        let number = frames.len() + 1;
        let raw = block(&mut reader);
        room = match room.checked_sub(raw.as_ref().map_or(0, Vec::len)) {
            Some(room) => room,
            None => {
                let found = format!("its first {number} frames unpack to far more than it holds");
                return Err(wrong(found));
            }
        };
        let frame = raw.and_then(|raw| decode_frame(&raw, originals));
        frames.push(frame.ok_or_else(|| wrong(format!("frame {number} is damaged")))?);
    }
    Ok(frames)
}

/// The next block, inflated.
fn block(reader: &mut Reader<'_>) -> Option<Vec<u8>> {
    let raw = reader.u32()? as usize;
    let packed = reader.bytes()?;
    if raw > MOST_BYTES {
        return None;
    }
    let mut bytes = Vec::new();
    // One more than there should be, so that too many are noticed.
    let mut decoder = ZlibDecoder::new(&packed[..]).take(raw as u64 + 1);
    decoder.read_to_end(&mut bytes).ok()?;
    (bytes.len() == raw).then_some(bytes)
}

fn encode_frame(frame: &KeptFrame, has_same_originals: bool) -> Vec<u8> {
    let mut out = Writer::default();
    out.u64(frame.step);
    out.u32(frame.phase as u32);
    out.f64(frame.elapsed_secs);
    for size in [frame.shape.width, frame.shape.height, frame.shape.channels] {
        out.u32(size as u32);
    }
    out.u32s(&frame.indices);
    out.u8(u8::from(has_same_originals));
    if !has_same_originals {
        out.bytes(&frame.originals);
    }
    out.bytes(&frame.reconstructions);
    out.f32s(&frame.errors);
    out.u32(frame.latent as u32);
    out.f32s(&frame.codes);
    let summary = &frame.summary;
    out.u32(summary.dimensions.len() as u32);
    for dimension in &summary.dimensions {
        for value in [dimension.mean, dimension.std, dimension.low, dimension.high] {
            out.f32(value);
        }
        dimension.histogram.iter().for_each(|count| out.u32(*count));
    }
    let order: Vec<u32> = summary.order.iter().map(|index| *index as u32).collect();
    out.u32s(&order);
    summary.principal.iter().for_each(|values| out.f32s(values));
    out.u32(frame.layers.len() as u32);
    for layer in &frame.layers {
        encode_layer(&mut out, layer);
    }
    out.0
}

fn encode_layer(out: &mut Writer, layer: &LayerStat) {
    for value in [
        layer.gradient_norm,
        layer.update_ratio,
        layer.dead,
        layer.saturated,
        layer.spread,
    ] {
        out.optional(value);
    }
    out.f32(layer.weight_norm);
    encode_histogram(out, &layer.weights);
    out.u8(u8::from(layer.activations.is_some()));
    if let Some(activations) = &layer.activations {
        encode_histogram(out, activations);
    }
}

fn encode_histogram(out: &mut Writer, histogram: &Histogram) {
    out.f32(histogram.low);
    out.f32(histogram.high);
    out.u32s(&histogram.counts);
}

fn decode_frame(raw: &[u8], before: Option<Arc<Vec<u8>>>) -> Option<KeptFrame> {
    let mut reader = Reader(raw);
    let step = reader.u64()?;
    let phase = reader.u32()? as usize;
    let elapsed_secs = reader.f64()?;
    let shape = ImageShape {
        width: reader.u32()? as usize,
        height: reader.u32()? as usize,
        channels: reader.u32()? as usize,
    };
    let indices = reader.u32s()?;
    let originals = match reader.u8()? {
        0 => Arc::new(reader.bytes()?),
        1 => before?,
        _ => return None,
    };
    let reconstructions = reader.bytes()?;
    let errors = reader.f32s()?;
    let latent = reader.u32()? as usize;
    let codes = reader.f32s()?;
    let dimensions = (0..reader.length(size_of::<Dimension>())?)
        .map(|_| decode_dimension(&mut reader))
        .collect::<Option<Vec<_>>>()?;
    let order: Vec<usize> = reader
        .u32s()?
        .into_iter()
        .map(|index| index as usize)
        .collect();
    let principal = [reader.f32s()?, reader.f32s()?];
    let layers = (0..reader.length(1)?)
        .map(|_| decode_layer(&mut reader))
        .collect::<Option<Vec<_>>>()?;
    let pixels = shape
        .width
        .checked_mul(shape.height)?
        .checked_mul(shape.channels)?;
    let is_whole = reader.is_empty()
        && originals.len() == indices.len().checked_mul(pixels)?
        && reconstructions.len() == originals.len()
        && errors.len() == indices.len()
        && codes.len().is_multiple_of(latent.max(1))
        && dimensions.len() == order.len()
        && (dimensions.is_empty() || dimensions.len() == latent)
        && order.iter().all(|index| *index < latent)
        && principal
            .iter()
            .all(|values| values.is_empty() || values.len() == latent);
    is_whole.then_some(KeptFrame {
        step,
        phase,
        elapsed_secs,
        shape,
        indices,
        originals,
        reconstructions,
        errors,
        latent,
        codes,
        summary: LatentSummary {
            dimensions,
            order,
            principal,
        },
        layers,
    })
}

fn decode_dimension(reader: &mut Reader<'_>) -> Option<Dimension> {
    let mut dimension = Dimension {
        mean: reader.f32()?,
        std: reader.f32()?,
        low: reader.f32()?,
        high: reader.f32()?,
        ..Dimension::default()
    };
    for count in &mut dimension.histogram {
        *count = reader.u32()?;
    }
    Some(dimension)
}

fn decode_layer(reader: &mut Reader<'_>) -> Option<LayerStat> {
    Some(LayerStat {
        gradient_norm: reader.optional()?,
        update_ratio: reader.optional()?,
        dead: reader.optional()?,
        saturated: reader.optional()?,
        spread: reader.optional()?,
        weight_norm: reader.f32()?,
        weights: decode_histogram(reader)?,
        activations: match reader.u8()? {
            0 => None,
            1 => Some(decode_histogram(reader)?),
            _ => return None,
        },
    })
}

fn decode_histogram(reader: &mut Reader<'_>) -> Option<Histogram> {
    Some(Histogram {
        low: reader.f32()?,
        high: reader.f32()?,
        counts: reader.u32s()?,
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A plausible frame of two images of 2×3.
    pub(in super::super) fn frame(step: u64) -> KeptFrame {
        let codes: Vec<f32> = (0..8)
            .map(|i| (i as f32 * 1.7 + step as f32).sin())
            .collect();
        let histogram = Histogram {
            low: -0.5,
            high: 1.5,
            counts: vec![3, 0, step as u32],
        };
        KeptFrame {
            step,
            phase: (step / 10) as usize,
            elapsed_secs: step as f64 / 3.0,
            shape: ImageShape {
                width: 2,
                height: 3,
                channels: 1,
            },
            indices: vec![4, 1],
            originals: Arc::new((0..12).collect()),
            reconstructions: (0..12).map(|i| i * 3 + step as u8).collect(),
            errors: vec![0.25, f32::MIN_POSITIVE],
            latent: 4,
            summary: LatentSummary::of(&codes, 4),
            codes,
            layers: vec![
                LayerStat {
                    gradient_norm: Some(0.1),
                    update_ratio: Some(f32::NEG_INFINITY),
                    weight_norm: 2.0,
                    weights: histogram.clone(),
                    activations: Some(histogram),
                    ..LayerStat::default()
                },
                LayerStat::default(),
            ],
        }
    }

    #[test]
    fn frames_come_back_bit_for_bit_also_those_added_later() {
        let path = Path::new("frames.bin");
        let frames: Vec<KeptFrame> = (0..5).map(|step| frame(step * 7)).collect();
        let mut file = encode(path, &frames[..3], true).unwrap();
        file.extend(encode(path, &frames[3..], false).unwrap());
        let back = decode(path, &file).unwrap();
        assert_eq!(back, frames);
        assert!(Arc::ptr_eq(&back[0].originals, &back[1].originals));
        assert_eq!(decode(path, MAGIC).unwrap(), []);
    }

    #[test]
    fn damage_is_told_whichever_byte_it_hits() {
        let path = Path::new("frames.bin");
        let file = encode(path, &[frame(1), frame(2)], true).unwrap();
        for at in 0..file.len() {
            let mut damaged = file.clone();
            damaged[at] ^= 0x55;
            let found = decode(path, &damaged);
            assert!(found.is_err(), "byte {at}");
            let cut = decode(path, &file[..at]);
            let is_whole = cut.as_ref().is_ok_and(|frames| frames.len() < 2);
            assert!(cut.is_err() || is_whole, "cut at {at}");
        }
    }

    #[test]
    fn a_file_does_not_unpack_to_far_more_than_it_holds() {
        let blank = KeptFrame {
            shape: ImageShape {
                width: 2048,
                height: 1024,
                channels: 1,
            },
            originals: Arc::new(vec![0; 4 << 20]),
            reconstructions: vec![0; 4 << 20],
            ..frame(1)
        };
        let raw = encode_frame(&blank, false);
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&raw).unwrap();
        let mut block = Writer::default();
        block.u32(raw.len() as u32);
        block.bytes(&encoder.finish().unwrap());
        let file = [&MAGIC[..], &block.0.repeat(100)].concat();
        let error = decode(Path::new("frames.bin"), &file).unwrap_err();
        assert!(
            error.to_string().contains("far more than it holds"),
            "{error}"
        );
        let file = [&MAGIC[..], &block.0.repeat(10)].concat();
        assert_eq!(decode(Path::new("frames.bin"), &file).unwrap().len(), 10);
    }

    #[test]
    fn a_newer_version_says_so() {
        let sentence = decode(Path::new("f"), b"hgframe2").unwrap_err().to_string();
        assert!(sentence.contains("newer version"), "{sentence}");
    }
}
