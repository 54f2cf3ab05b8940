//! TIFF pictures of kinds that the decoder does not know: palettes, and grey of 2 or 4 bits.
//!
//! The directory at the start of a TIFF file says what its values mean. It is changed in memory so that
//! the decoder gives the values themselves as grey, in bytes, whatever they are packed with; what they
//! mean is applied afterwards. Values of less than a byte lie side by side, so the picture is declared
//! narrower by as much.

use image::{DynamicImage, GrayImage, RgbImage};

/// Tags of the directory.
const NEW_SUBFILE: u16 = 254;
const WIDTH: u16 = 256;
const BITS: u16 = 258;
const COMPRESSION: u16 = 259;
const MEANING: u16 = 262;
const SAMPLES: u16 = 277;
const PREDICTOR: u16 = 317;
const COLOR_MAP: u16 = 320;
const TILE_WIDTH: u16 = 322;

/// Entries of a directory at most.
const MAX_ENTRIES: usize = 4096;

/// One entry of a directory.
#[derive(Clone, Copy)]
struct Entry {
    tag: u16,
    /// 3 for numbers of two bytes, 4 for four.
    kind: u16,
    count: u32,
    /// Where its value is, or the place of its values.
    at: usize,
}

/// Numbers of a file, which says in which order their bytes are.
struct Numbers {
    is_little: bool,
}

impl Numbers {
    fn of(bytes: &[u8]) -> Option<Self> {
        match bytes.get(..4)? {
            b"II*\0" => Some(Self { is_little: true }),
            b"MM\0*" => Some(Self { is_little: false }),
            _ => None,
        }
    }

    fn short(&self, bytes: &[u8], at: usize) -> Option<u16> {
        let two = bytes.get(at..at + 2)?.try_into().ok()?;
        Some(if self.is_little {
            u16::from_le_bytes(two)
        } else {
            u16::from_be_bytes(two)
        })
    }

    fn long(&self, bytes: &[u8], at: usize) -> Option<u32> {
        let four = bytes.get(at..at + 4)?.try_into().ok()?;
        Some(if self.is_little {
            u32::from_le_bytes(four)
        } else {
            u32::from_be_bytes(four)
        })
    }

    /// The entries of a directory, and the place of the next one or 0.
    fn directory(&self, bytes: &[u8], at: usize) -> Option<(Vec<Entry>, usize)> {
        let count = usize::from(self.short(bytes, at)?);
        if count > MAX_ENTRIES {
            return None;
        }
        let mut entries = Vec::new();
        for i in 0..count {
            let at = at + 2 + 12 * i;
            entries.push(Entry {
                tag: self.short(bytes, at)?,
                kind: self.short(bytes, at + 2)?,
                count: self.long(bytes, at + 4)?,
                at: at + 8,
            });
        }
        let next = self.long(bytes, at + 2 + 12 * count).unwrap_or(0);
        Some((entries, next as usize))
    }

    fn value(&self, bytes: &[u8], entries: &[Entry], tag: u16) -> Option<u32> {
        let entry = entries.iter().find(|entry| entry.tag == tag)?;
        match (entry.kind, entry.count) {
            (3, 1) => self.short(bytes, entry.at).map(u32::from),
            (4, 1) => self.long(bytes, entry.at),
            _ => None,
        }
    }

    fn set(&self, bytes: &mut [u8], entries: &[Entry], tag: u16, value: u32) -> Option<()> {
        let entry = entries.iter().find(|entry| entry.tag == tag)?;
        match entry.kind {
            3 => {
                let value = u16::try_from(value).ok()?;
                let two = if self.is_little {
                    value.to_le_bytes()
                } else {
                    value.to_be_bytes()
                };
                bytes.get_mut(entry.at..entry.at + 2)?.copy_from_slice(&two);
            }
            _ => {
                let four = if self.is_little {
                    value.to_le_bytes()
                } else {
                    value.to_be_bytes()
                };
                bytes
                    .get_mut(entry.at..entry.at + 4)?
                    .copy_from_slice(&four);
            }
        }
        Some(())
    }
}

/// What the values of a picture mean that was declared as grey.
pub(super) struct Indexed {
    width: u32,
    bits: u32,
    meaning: Meaning,
}

enum Meaning {
    /// Colours by their numbers.
    Palette(Vec<[u8; 3]>),
    /// Grey from black to white.
    Grey,
    /// Grey from white to black.
    Inverted,
}

/// Changes the directory of a TIFF file with a palette or of few bits. `None`, and no change, for all
/// other files.
pub(super) fn declare_as_grey(bytes: &mut [u8]) -> Option<Indexed> {
    let numbers = Numbers::of(bytes)?;
    let first = numbers.long(bytes, 4)? as usize;
    let (entries, _) = numbers.directory(bytes, first)?;
    let value = |tag| numbers.value(bytes, &entries, tag);
    let (width, bits) = (value(WIDTH)?, value(BITS).unwrap_or(1));
    let meaning = match value(MEANING)? {
        3 => Meaning::Palette(palette(&numbers, bytes, &entries, bits)?),
        1 if matches!(bits, 2 | 4) => Meaning::Grey,
        0 if matches!(bits, 2 | 4) => Meaning::Inverted,
        _ => return None,
    };
    let is_narrow = bits < 8;
    let is_fax = matches!(value(COMPRESSION), Some(2..=4));
    if value(SAMPLES).unwrap_or(1) != 1
        || !matches!(bits, 1 | 2 | 4 | 8 | 16)
        || (is_narrow && (is_fax || value(PREDICTOR).unwrap_or(1) != 1))
    {
        return None;
    }
    let tile = value(TILE_WIDTH);
    let in_bytes =
        |values: u32| u32::try_from((u64::from(values) * u64::from(bits)).div_ceil(8)).ok();
    let narrowed = (in_bytes(width)?, in_bytes(tile.unwrap_or(0))?);
    // All places are known to be there: each was read.
    numbers.set(bytes, &entries, MEANING, 1)?;
    if is_narrow {
        numbers.set(bytes, &entries, WIDTH, narrowed.0)?;
        numbers.set(bytes, &entries, BITS, 8)?;
        if tile.is_some() {
            numbers.set(bytes, &entries, TILE_WIDTH, narrowed.1)?;
        }
    }
    Some(Indexed {
        width,
        bits,
        meaning,
    })
}

/// The colours of a palette: all reds, all greens, all blues, of 16 bits each.
fn palette(numbers: &Numbers, bytes: &[u8], entries: &[Entry], bits: u32) -> Option<Vec<[u8; 3]>> {
    if bits > 16 {
        return None;
    }
    let colors = 1_usize << bits;
    let map = entries.iter().find(|entry| entry.tag == COLOR_MAP)?;
    if map.count as usize != 3 * colors || map.kind != 3 {
        return None;
    }
    let at = numbers.long(bytes, map.at)? as usize;
    let values: Option<Vec<u16>> = (0..3 * colors)
        .map(|i| numbers.short(bytes, at + 2 * i))
        .collect();
    let values = values?;
    // Some writers put 8 bits there.
    let shift = if values.iter().all(|&value| value < 256) {
        0
    } else {
        8
    };
    let color = |i: usize| [0, 1, 2].map(|channel| (values[channel * colors + i] >> shift) as u8);
    Some((0..colors).map(color).collect())
}

impl Indexed {
    /// The picture that the values mean. What is not as declared stays as it is.
    pub(super) fn apply(&self, picture: DynamicImage) -> DynamicImage {
        let height = picture.height();
        let per_byte = if self.bits < 8 { 8 / self.bits } else { 1 };
        let values: Vec<u16> = match &picture {
            DynamicImage::ImageLuma8(grey) => {
                let mask = ((1_u32 << self.bits.min(8)) - 1) as u8;
                let line = (self.width.div_ceil(per_byte) as usize).max(1);
                let value = |line: &[u8], x: u32| {
                    let shift = 8 - self.bits.min(8) * (x % per_byte + 1);
                    u16::from((line[(x / per_byte) as usize] >> shift) & mask)
                };
                grey.chunks_exact(line)
                    .flat_map(|line| (0..self.width).map(move |x| value(line, x)))
                    .collect()
            }
            DynamicImage::ImageLuma16(grey) => grey.as_raw().clone(),
            _ => return picture,
        };
        let most = (1_u32 << self.bits) - 1;
        let grey = |value: u16| (u32::from(value) * 255 / most) as u8;
        let shown = match &self.meaning {
            Meaning::Palette(colors) => {
                let color =
                    |value: u16| colors.get(usize::from(value)).copied().unwrap_or_default();
                let colors = values.into_iter().flat_map(color).collect();
                RgbImage::from_raw(self.width, height, colors).map(DynamicImage::ImageRgb8)
            }
            Meaning::Grey => {
                GrayImage::from_raw(self.width, height, values.into_iter().map(grey).collect())
                    .map(DynamicImage::ImageLuma8)
            }
            Meaning::Inverted => {
                let inverted = values.into_iter().map(|value| 255 - grey(value)).collect();
                GrayImage::from_raw(self.width, height, inverted).map(DynamicImage::ImageLuma8)
            }
        };
        shown.unwrap_or(picture)
    }
}

/// Whether a TIFF file has more than one page.
pub(super) fn has_pages(bytes: &[u8]) -> bool {
    let page = || {
        let numbers = Numbers::of(bytes)?;
        let first = numbers.long(bytes, 4)? as usize;
        let (_, next) = numbers.directory(bytes, first)?;
        let (entries, _) = numbers.directory(bytes, (next > 0).then_some(next)?)?;
        // A picture may be followed by a smaller copy of itself or by its mask.
        let about = numbers.value(bytes, &entries, NEW_SUBFILE).unwrap_or(0);
        (about & 0b101 == 0).then_some(())
    };
    page().is_some()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A TIFF file of one strip, not packed: little-endian, with these tags besides its places.
    pub(in crate::data::pictures) fn file(
        size: (u32, u32),
        bits: u32,
        meaning: u32,
        palette: &[u16],
        data: &[u8],
    ) -> Vec<u8> {
        let mut bytes = b"II*\0\x08\0\0\0".to_vec();
        let mut entries = vec![
            (256_u16, 4_u16, 1_u32, size.0),
            (257, 4, 1, size.1),
            (258, 3, 1, bits),
            (259, 3, 1, 1),
            (262, 3, 1, meaning),
            (273, 4, 1, 0),
            (277, 3, 1, 1),
            (278, 4, 1, size.1),
            (279, 4, 1, data.len() as u32),
        ];
        if !palette.is_empty() {
            entries.push((320, 3, palette.len() as u32, 0));
        }
        let end = 8 + 2 + 12 * entries.len() as u32 + 4;
        bytes.extend((entries.len() as u16).to_le_bytes());
        for (tag, kind, count, value) in entries {
            let value = match tag {
                273 => end + 2 * palette.len() as u32,
                320 => end,
                _ => value,
            };
            bytes.extend(tag.to_le_bytes());
            bytes.extend(kind.to_le_bytes());
            bytes.extend(count.to_le_bytes());
            bytes.extend(value.to_le_bytes());
        }
        bytes.extend([0; 4]);
        bytes.extend(palette.iter().flat_map(|value| value.to_le_bytes()));
        bytes.extend(data);
        bytes
    }

    fn read(mut bytes: Vec<u8>) -> DynamicImage {
        let indexed = declare_as_grey(&mut bytes).unwrap();
        indexed.apply(image::load_from_memory(&bytes).unwrap())
    }

    #[test]
    fn palettes_of_every_depth_become_colours() {
        for bits in [1_u32, 2, 4, 8] {
            let colors = 1_usize << bits;
            // Colour i is (i·step, 255 − i·step, 7).
            let step = 255 / (colors - 1);
            let red = (0..colors).map(|i| (i * step * 257) as u16);
            let green = (0..colors).map(|i| ((255 - i * step) * 257) as u16);
            let palette: Vec<u16> = red.chain(green).chain(vec![7 * 257; colors]).collect();
            // Eleven in a row: lines end within a byte.
            let value = |x: u32, y: u32| (x + y) as usize % colors;
            let mut data = Vec::new();
            for y in 0..5 {
                let mut line = vec![0_u8; (11 * bits).div_ceil(8) as usize];
                for x in 0..11 {
                    let shift = 8 - bits - x * bits % 8;
                    line[(x * bits / 8) as usize] |= (value(x, y) << shift) as u8;
                }
                data.extend(line);
            }
            let picture = read(file((11, 5), bits, 3, &palette, &data)).to_rgb8();
            assert_eq!(picture.dimensions(), (11, 5));
            for (x, y, pixel) in picture.enumerate_pixels() {
                let red = value(x, y) * step;
                let expected = [red as u8, (255 - red) as u8, 7];
                assert_eq!(pixel.0, expected, "{bits} bits at {x}, {y}");
            }
        }
    }

    #[test]
    fn grey_of_few_bits_is_stretched_and_turned() {
        let data = [0x0f, 0xf0, 0x80];
        let picture = read(file((5, 1), 4, 1, &[], &data));
        assert_eq!(picture.to_luma8().into_raw(), [0, 255, 255, 0, 136]);
        let picture = read(file((5, 1), 4, 0, &[], &data));
        assert_eq!(picture.to_luma8().into_raw(), [255, 0, 0, 255, 119]);
    }

    #[test]
    fn other_files_stay_as_they_are() {
        let usual = file((2, 1), 8, 1, &[], &[1, 2]);
        let mut same = usual.clone();
        assert!(declare_as_grey(&mut same).is_none());
        assert_eq!(same, usual);
        assert!(!has_pages(&usual));
        for cut in 0..usual.len() {
            let _unused = declare_as_grey(&mut usual[..cut].to_vec());
        }
        let mut two = usual.clone();
        let next = 8 + 2 + 12 * 9;
        two[next..next + 4].copy_from_slice(&8_u32.to_le_bytes());
        assert!(has_pages(&two));
    }
}
