//! Whether a JPEG file is whole.
//!
//! The decoder paints what is missing grey and says nothing. A JPEG has no checksum, but its packed
//! data must make exactly as many blocks of 8×8 pixels as its header promises: they are counted here,
//! by walking through the code words without computing a pixel. Data that end early, a code word that
//! does not exist or data left over at the end mean damage. Opening pictures takes about
//! half as long again for it, and up to 1.9 times as long where the detail is fine.

mod bits;
mod blocks;

use bits::{Bits, Broken, Huffman};
use blocks::{fill, refine, sequential};

/// Bytes that may be left over after the last block: some cameras fill up what they write.
const MAX_LEFT: usize = 64;

/// Zeros in a row that are a hole: what a disk or a download leaves where data are missing. They would
/// be detail that falls by one step forty times over, unless they are the code word for no detail.
const HOLE: usize = 16;

/// Most blocks that are counted: those of 65,500 by 65,500 pixels in four colours.
const MAX_BLOCKS: usize = 4 * 8192 * 8192;

/// Why the file is damaged, as the end of a sentence, where it is. A file of a kind that is not
/// walked through (lossless, arithmetic coding) is left to the decoder.
pub(super) fn damage(bytes: &[u8]) -> Option<String> {
    let mut walk = Walk::default();
    match walk.through(bytes) {
        Ok(()) | Err(Trouble::Unknown) => None,
        Err(Trouble::Cut) if !walk.is_progressive && walk.promised > 0 => {
            let share = (100 * walk.blocks / walk.promised).min(99);
            Some(format!(
                "it breaks off: its data are complete for {share} % of the picture only"
            ))
        }
        Err(Trouble::Cut) => Some("it breaks off before its pixels are complete".to_owned()),
        Err(Trouble::Damaged) => {
            Some("it is damaged: its packed data do not make the pixels that it has".to_owned())
        }
    }
}

/// How a walk ends early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    /// The file ends too early.
    Cut,
    /// It holds what cannot be.
    Damaged,
    /// It is of a kind that is not walked through.
    Unknown,
}

/// One colour of the picture.
#[derive(Clone, Debug, Default)]
struct Component {
    id: u8,
    across: usize,
    down: usize,
    /// Blocks in a row and in a column where the component is alone in its scan.
    own: (usize, usize),
    /// Blocks in a row of the whole, filled up to whole units.
    stride: usize,
    /// Which coefficients of each block are not zero; for progressive files only.
    filled: Vec<u64>,
    is_seen: bool,
}

#[derive(Default)]
struct Walk {
    is_progressive: bool,
    components: Vec<Component>,
    /// Units of interleaved blocks in a row and in a column.
    units: (usize, usize),
    dc: [Option<Huffman>; 4],
    ac: [Option<Huffman>; 4],
    restart: usize,
    /// Blocks that were walked through, and all that there should be in a file of one scan.
    blocks: usize,
    promised: usize,
}

/// What one scan holds.
struct Scan {
    /// Components by their places, each with its tables.
    parts: Vec<(usize, usize, usize)>,
    start: usize,
    end: usize,
    is_refining: bool,
}

fn word(bytes: &[u8], at: usize) -> Result<usize, Trouble> {
    match bytes.get(at..at + 2) {
        Some(&[high, low]) => Ok((usize::from(high) << 8) | usize::from(low)),
        _ => Err(Trouble::Cut),
    }
}

impl Walk {
    fn through(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let mut at = 2;
        loop {
            // Markers begin with one 0xff or more; what lies between segments is passed over, as
            // decoders do.
            while bytes.get(at).is_some_and(|&byte| byte != 0xff) {
                at += 1;
            }
            while bytes.get(at) == Some(&0xff) {
                at += 1;
            }
            let Some(&marker) = bytes.get(at) else {
                return self.at_end();
            };
            at += 1;
            if marker == 0xd9 {
                return self.has_all().then_some(()).ok_or(Trouble::Cut);
            }
            // Markers without a segment, and zeros after a stray 0xff.
            if matches!(marker, 0 | 1 | 0xd0..=0xd8) {
                continue;
            }
            let length = word(bytes, at)?;
            let Some(segment) = bytes.get(at + 2..at + length.max(2)) else {
                return self.at_end().and(Err(Trouble::Cut));
            };
            at += length.max(2);
            match marker {
                0xc0..=0xc2 => self.frame(segment, marker == 0xc2)?,
                0xc4 => self.tables(segment)?,
                0xc3 | 0xc5..=0xcf => return Err(Trouble::Unknown),
                0xdd => self.restart = word(segment, 0)?,
                0xda => at = self.scan(segment, bytes, at)?,
                _ => {}
            }
        }
    }

    /// The file is over without saying so: some writers forget it. What comes in one go is whole
    /// with its last block; of several passes the last may be missing.
    fn at_end(&self) -> Result<(), Trouble> {
        (self.has_all() && !self.is_progressive)
            .then_some(())
            .ok_or(Trouble::Cut)
    }

    fn has_all(&self) -> bool {
        !self.components.is_empty() && self.components.iter().all(|component| component.is_seen)
    }

    fn frame(&mut self, segment: &[u8], is_progressive: bool) -> Result<(), Trouble> {
        let (height, width) = (word(segment, 1)?, word(segment, 3)?);
        let count = usize::from(*segment.get(5).ok_or(Trouble::Damaged)?);
        // A height of 0 comes after the data; two frames are of no usual file.
        if height == 0 || width == 0 || !(1..=4).contains(&count) || !self.components.is_empty() {
            return Err(Trouble::Unknown);
        }
        self.is_progressive = is_progressive;
        for about in segment
            .get(6..6 + 3 * count)
            .ok_or(Trouble::Damaged)?
            .chunks_exact(3)
        {
            let (across, down) = (usize::from(about[1] >> 4), usize::from(about[1] & 15));
            if !(1..=4).contains(&across) || !(1..=4).contains(&down) {
                return Err(Trouble::Damaged);
            }
            self.components.push(Component {
                id: about[0],
                across,
                down,
                ..Component::default()
            });
        }
        // Alone, a component is not interleaved, whatever its factors say.
        if let [only] = self.components.as_mut_slice() {
            (only.across, only.down) = (1, 1);
        }
        let most = |of: fn(&Component) -> usize| self.components.iter().map(of).max().unwrap_or(1);
        let (across, down) = (most(|c| c.across), most(|c| c.down));
        self.units = (width.div_ceil(8 * across), height.div_ceil(8 * down));
        for component in &mut self.components {
            component.own = (
                (width * component.across).div_ceil(across).div_ceil(8),
                (height * component.down).div_ceil(down).div_ceil(8),
            );
            component.stride = self.units.0 * component.across;
            let blocks = component.stride * self.units.1 * component.down;
            self.promised += blocks;
            if self.promised > MAX_BLOCKS {
                return Err(Trouble::Unknown);
            }
            if is_progressive {
                component
                    .filled
                    .try_reserve_exact(blocks)
                    .map_err(|_no_memory| Trouble::Unknown)?;
                component.filled.resize(blocks, 0);
            }
        }
        Ok(())
    }

    fn tables(&mut self, mut segment: &[u8]) -> Result<(), Trouble> {
        while let [about, rest @ ..] = segment {
            let counts = rest.get(..16).ok_or(Trouble::Damaged)?;
            let total: usize = counts.iter().map(|&count| usize::from(count)).sum();
            let values = rest.get(16..16 + total).ok_or(Trouble::Damaged)?;
            let table = Huffman::new(counts, values).ok_or(Trouble::Damaged)?;
            let of_kind = if about >> 4 == 0 {
                &mut self.dc
            } else {
                &mut self.ac
            };
            let place = of_kind.get_mut(usize::from(about & 15));
            *place.ok_or(Trouble::Damaged)? = Some(table);
            segment = &rest[16 + total..];
        }
        Ok(())
    }

    /// Walks through the data of a scan. The place after them.
    fn scan(&mut self, segment: &[u8], bytes: &[u8], at: usize) -> Result<usize, Trouble> {
        let count = usize::from(*segment.first().ok_or(Trouble::Damaged)?);
        let about = segment.get(1..4 + 2 * count).ok_or(Trouble::Damaged)?;
        let mut parts = Vec::new();
        for part in about[..2 * count].chunks_exact(2) {
            let place = self.components.iter().position(|c| c.id == part[0]);
            let place = place.ok_or(Trouble::Unknown)?;
            parts.push((place, usize::from(part[1] >> 4), usize::from(part[1] & 15)));
        }
        let [start, end, steps] = [0, 1, 2].map(|i| about[2 * count + i]);
        let scan = Scan {
            parts,
            start: usize::from(start),
            end: if self.is_progressive {
                usize::from(end)
            } else {
                63
            },
            is_refining: self.is_progressive && steps >> 4 != 0,
        };
        if scan.parts.is_empty() || scan.end > 63 || scan.start > scan.end {
            return Err(Trouble::Damaged);
        }
        let mut bits = Bits::new(bytes, at);
        let walked = match scan.parts.as_slice() {
            [(only, ..)] => {
                let own = self.components[*only].own;
                self.units_of(&scan, own, &mut bits)
            }
            _ => self.units_of(&scan, self.units, &mut bits),
        };
        match walked {
            Ok(()) => {}
            Err(Broken::Ended) if bits.is_at_end_of_file() => return Err(Trouble::Cut),
            Err(Broken::Ended | Broken::NoCode) => return Err(Trouble::Damaged),
            Err(Broken::NoTable) => return Err(Trouble::Unknown),
        }
        if bits.align() > MAX_LEFT {
            return Err(Trouble::Damaged);
        }
        let packed = bytes.get(at..bits.place()).unwrap_or_default();
        let mut tables = scan
            .parts
            .iter()
            .map(|&(_, _, ac)| self.ac.get(ac)?.as_ref());
        if !self.is_progressive
            && tables.any(|table| table.is_some_and(|table| table.first() != Some(0)))
            && has_hole(packed)
        {
            return Err(Trouble::Damaged);
        }
        for &(place, ..) in &scan.parts {
            self.components[place].is_seen |= scan.start == 0;
        }
        Ok(bits.place())
    }

    /// Walks through all units of a scan.
    fn units_of(
        &mut self,
        scan: &Scan,
        (columns, rows): (usize, usize),
        bits: &mut Bits<'_>,
    ) -> Result<(), Broken> {
        let is_alone = scan.parts.len() == 1;
        // Blocks that follow and hold nothing more in this scan.
        let mut empty = 0_u32;
        let mut done = 0;
        for row in 0..rows {
            for column in 0..columns {
                if self.restart > 0 && done > 0 && done % self.restart == 0 {
                    bits.restart()?;
                    empty = 0;
                }
                done += 1;
                for &(place, dc, ac) in &scan.parts {
                    let (across, down) = if is_alone {
                        (1, 1)
                    } else {
                        (self.components[place].across, self.components[place].down)
                    };
                    for block in 0..across * down {
                        let x = column * across + block % across;
                        let y = row * down + block / across;
                        self.block(scan, place, [dc, ac], (x, y), &mut empty, bits)?;
                        self.blocks += 1;
                    }
                }
            }
        }
        Ok(())
    }

    fn block(
        &mut self,
        scan: &Scan,
        place: usize,
        [dc, ac]: [usize; 2],
        (x, y): (usize, usize),
        empty: &mut u32,
        bits: &mut Bits<'_>,
    ) -> Result<(), Broken> {
        if scan.start == 0 {
            if scan.is_refining {
                bits.skip(1)?;
            } else {
                let codes = self.dc.get(dc).and_then(Option::as_ref);
                let size = bits.code(codes.ok_or(Broken::NoTable)?)?;
                bits.skip(u32::from(size & 15))?;
            }
        }
        if scan.end == 0 {
            return Ok(());
        }
        let codes = self.ac.get(ac).and_then(Option::as_ref);
        let codes = codes.ok_or(Broken::NoTable)?;
        let component = &mut self.components[place];
        if !self.is_progressive {
            return sequential(codes, bits);
        }
        let filled = component.filled.get_mut(y * component.stride + x);
        let filled = filled.ok_or(Broken::NoCode)?;
        let first = scan.start.max(1);
        if scan.is_refining {
            refine(filled, first..=scan.end, codes, empty, bits)
        } else {
            fill(filled, first..=scan.end, codes, empty, bits)
        }
    }
}

/// Whether there are as many zeros in a row as only a hole has.
fn has_hole(packed: &[u8]) -> bool {
    let mut zeros = 0;
    // At the end they fill up.
    let end = packed.iter().rposition(|&byte| byte != 0).unwrap_or(0);
    packed[..end].iter().any(|&byte| {
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        zeros >= HOLE
    })
}

#[cfg(test)]
mod tests;
