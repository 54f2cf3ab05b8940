//! Bits and code words of the packed data in a JPEG file.

/// Code words of up to so many bits are looked up in one step.
const QUICK: u32 = 9;

/// Why the data cannot be walked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// There are no more data, or a marker comes too early.
    Ended,
    /// A code word, or what follows from it, does not exist.
    NoCode,
    /// The file does not bring the table of its code words.
    NoTable,
}

/// A table of code words: the shorter, the more often their values are met.
pub(super) struct Huffman {
    /// By the next bits: value and length; a length of 0 for longer code words.
    quick: Vec<(u8, u8)>,
    /// Of each length: one more than the last code word, filled up to 16 bits, and what to add to a
    /// code word for its place among the values.
    ends: [u32; 17],
    offsets: [i32; 17],
    values: Vec<u8>,
}

impl Huffman {
    /// From how many code words there are of each length, and their values in order. `None` for
    /// tables that cannot be.
    pub(super) fn new(counts: &[u8], values: &[u8]) -> Option<Self> {
        let mut table = Self {
            quick: vec![(0, 0); 1 << QUICK],
            ends: [0; 17],
            offsets: [0; 17],
            values: values.to_vec(),
        };
        let (mut code, mut place) = (0_u32, 0_usize);
        for (length, &count) in (1_u32..=16).zip(counts) {
            table.offsets[length as usize] = place as i32 - code as i32;
            for _ in 0..count {
                if length <= QUICK {
                    let first = (code << (QUICK - length)) as usize;
                    let same = table
                        .quick
                        .get_mut(first..first + (1 << (QUICK - length)))?;
                    same.fill((*values.get(place)?, length as u8));
                }
                code += 1;
                place += 1;
            }
            if code > 1 << length {
                return None;
            }
            table.ends[length as usize] = code << (16 - length);
            code <<= 1;
        }
        Some(table)
    }

    /// The value of the code word that is all zeros.
    pub(super) fn first(&self) -> Option<u8> {
        self.values.first().copied()
    }
}

/// The bits of a scan, up to the marker that ends it.
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    /// The next byte to take.
    at: usize,
    /// Bits that were taken and not yet used, the next one highest.
    held: u64,
    count: u32,
    /// Whether a marker or the end of the file is next.
    is_over: bool,
}

impl<'a> Bits<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self {
            bytes,
            at,
            held: 0,
            count: 0,
            is_over: false,
        }
    }

    fn fill(&mut self) {
        // Four at once where none of them is special.
        while self.count <= 32
            && let Some(&[a, b, c, d]) = self.bytes.get(self.at..self.at + 4)
            && ![a, b, c, d].contains(&0xff)
        {
            let four = u32::from_be_bytes([a, b, c, d]);
            self.held |= u64::from(four) << (32 - self.count);
            self.count += 32;
            self.at += 4;
        }
        while self.count <= 56 && !self.is_over {
            match self.bytes.get(self.at..) {
                Some([0xff, 0, ..]) => {
                    self.hold(0xff);
                    self.at += 2;
                }
                Some([0xff, ..] | []) | None => self.is_over = true,
                Some(&[byte, ..]) => {
                    self.hold(byte);
                    self.at += 1;
                }
            }
        }
    }

    fn hold(&mut self, byte: u8) {
        self.held |= u64::from(byte) << (56 - self.count);
        self.count += 8;
    }

    pub(super) fn skip(&mut self, bits: u32) -> Result<(), Broken> {
        if self.count < bits {
            self.fill();
        }
        if self.count < bits {
            return Err(Broken::Ended);
        }
        self.held <<= bits;
        self.count -= bits;
        Ok(())
    }

    /// The next bits as a number; at most 16.
    pub(super) fn take(&mut self, bits: u32) -> Result<u32, Broken> {
        if self.count < bits {
            self.fill();
        }
        // A shift by all 64 bits is none.
        let number = if bits == 0 {
            0
        } else {
            (self.held >> (64 - bits)) as u32
        };
        self.skip(bits)?;
        Ok(number)
    }

    /// The value of the next code word.
    pub(super) fn code(&mut self, table: &Huffman) -> Result<u8, Broken> {
        if self.count < 16 {
            self.fill();
        }
        let (value, length) = table.quick[(self.held >> (64 - QUICK)) as usize];
        if length > 0 {
            self.skip(u32::from(length))?;
            return Ok(value);
        }
        let next = (self.held >> 48) as u32;
        let length = (QUICK + 1..=16).find(|&length| next < table.ends[length as usize]);
        let Some(length) = length else {
            // The last bits of what is cut off are no code word.
            return Err(if self.count < 16 {
                Broken::Ended
            } else {
                Broken::NoCode
            });
        };
        self.skip(length)?;
        let place = (next >> (16 - length)) as i32 + table.offsets[length as usize];
        let value = usize::try_from(place)
            .ok()
            .and_then(|place| table.values.get(place));
        value.copied().ok_or(Broken::NoCode)
    }

    /// The next code word as the run of zeros before a coefficient and the size of it.
    pub(super) fn run_and_size(&mut self, table: &Huffman) -> Result<(u32, u32), Broken> {
        let code = self.code(table)?;
        Ok((u32::from(code >> 4), u32::from(code & 15)))
    }

    /// As [`Self::run_and_size`], and goes over the bits of the coefficient too.
    pub(super) fn run_and_size_passed(&mut self, table: &Huffman) -> Result<(u32, u32), Broken> {
        if self.count < 32 {
            self.fill();
        }
        let (value, length) = table.quick[(self.held >> (64 - QUICK)) as usize];
        let (run, size) = (u32::from(value >> 4), u32::from(value & 15));
        let both = u32::from(length) + size;
        if length > 0 && both <= self.count {
            self.held <<= both;
            self.count -= both;
            return Ok((run, size));
        }
        let (run, size) = self.run_and_size(table)?;
        self.skip(size)?;
        Ok((run, size))
    }

    /// Goes over the marker that lies between parts of a scan.
    pub(super) fn restart(&mut self) -> Result<(), Broken> {
        self.align();
        while let Some([0xff, 0xff, ..]) = self.bytes.get(self.at..) {
            self.at += 1;
        }
        match self.bytes.get(self.at..) {
            Some([0xff, 0xd0..=0xd7, ..]) => {
                *self = Self::new(self.bytes, self.at + 2);
                Ok(())
            }
            _ => Err(Broken::Ended),
        }
    }

    /// Goes to the next marker. How many bytes are passed over that mean something.
    pub(super) fn align(&mut self) -> usize {
        let mut left = 0;
        loop {
            // The bits before the next whole byte only fill up.
            let whole = self.count / 8;
            self.held <<= self.count % 8;
            self.count = 8 * whole;
            for _ in 0..whole {
                let byte = (self.held >> 56) as u8;
                left += usize::from(byte != 0 && byte != 0xff);
                self.held <<= 8;
            }
            self.count = 0;
            if self.is_over {
                return left;
            }
            self.fill();
        }
    }

    /// Whether the file ends where the data end.
    pub(super) fn is_at_end_of_file(&self) -> bool {
        self.is_over && self.at + 2 >= self.bytes.len()
    }

    pub(super) fn place(&self) -> usize {
        self.at
    }
}
