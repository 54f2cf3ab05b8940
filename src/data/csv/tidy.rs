//! Text on its way from a file, brought to UTF-8, to the line feed and to single blanks.

use std::io::{self, Read};

/// Bytes that are decoded at once.
pub(super) const CHUNK: usize = 1 << 16;

/// How characters are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// UTF-8, or any in which digits and separators are the bytes of ASCII.
    Bytes,
    Utf16 {
        is_big_endian: bool,
    },
}

/// How a file that starts like this is encoded, and the length of the mark that says so.
pub(super) fn encoding(start: &[u8]) -> (Encoding, u64) {
    let utf16 = |is_big_endian| Encoding::Utf16 { is_big_endian };
    match start {
        [0xef, 0xbb, 0xbf, ..] => (Encoding::Bytes, 3),
        [0xff, 0xfe, ..] => (utf16(false), 2),
        [0xfe, 0xff, ..] => (utf16(true), 2),
        _ => {
            // Without a mark, digits and separators have their zero byte before or behind.
            let looked = &start[..start.len().min(CHUNK)];
            let zeros = |from: usize| {
                let bytes = looked.iter().skip(from).step_by(2);
                bytes.filter(|byte| **byte == 0).count() * 5
            };
            match (zeros(0) > looked.len(), zeros(1) > looked.len()) {
                (true, false) => (utf16(true), 0),
                (false, true) => (utf16(false), 0),
                _ => (Encoding::Bytes, 0),
            }
        }
    }
}

/// Text on its way from the file to the table, as the table is to have it.
pub(super) struct Tidy<R> {
    source: R,
    encoding: Encoding,
    is_cr: bool,
    is_blank: bool,
    chunk: Vec<u8>,
    out: Vec<u8>,
    taken: usize,
    /// A byte of a pair, and a half of a pair of surrogates, that wait for the other.
    byte: Option<u8>,
    half: Option<u16>,
    is_quoted: bool,
    is_line_start: bool,
    is_blank_due: bool,
}

impl<R: Read> Tidy<R> {
    /// Reads from a source; carriage returns alone end lines or are left, blanks separate fields or
    /// are left.
    pub(super) fn new(source: R, encoding: Encoding, is_cr: bool, is_blank: bool) -> Self {
        Self {
            source,
            encoding,
            is_cr,
            is_blank,
            chunk: vec![0; CHUNK],
            out: Vec::new(),
            taken: 0,
            byte: None,
            half: None,
            is_quoted: false,
            is_line_start: true,
            is_blank_due: false,
        }
    }

    fn take(&mut self, count: usize) {
        let chunk = core::mem::take(&mut self.chunk);
        for &byte in &chunk[..count] {
            match (self.encoding, self.byte) {
                (Encoding::Bytes, _) => self.push(byte),
                (Encoding::Utf16 { .. }, None) => self.byte = Some(byte),
                (Encoding::Utf16 { is_big_endian }, Some(first)) => {
                    self.byte = None;
                    self.unit(if is_big_endian {
                        u16::from_be_bytes([first, byte])
                    } else {
                        u16::from_le_bytes([first, byte])
                    });
                }
            }
        }
        self.chunk = chunk;
    }

    /// Takes a unit of UTF-16; halves without their other half become U+FFFD.
    fn unit(&mut self, unit: u16) {
        let units = self.half.take().into_iter().chain([unit]);
        let units: Vec<u16> = units.collect();
        if let [0xd800..=0xdbff] = units[..] {
            self.half = Some(unit);
            return;
        }
        let mut bytes = [0; 4];
        for found in char::decode_utf16(units) {
            let found = found.unwrap_or(char::REPLACEMENT_CHARACTER);
            for &byte in found.encode_utf8(&mut bytes).as_bytes() {
                self.push(byte);
            }
        }
    }

    fn push(&mut self, byte: u8) {
        let byte = if self.is_cr && byte == b'\r' {
            b'\n'
        } else {
            byte
        };
        if self.is_blank {
            match byte {
                b'"' => self.is_quoted = !self.is_quoted,
                b' ' | b'\t' if !self.is_quoted => {
                    self.is_blank_due = true;
                    return;
                }
                b'\r' if !self.is_quoted => return,
                b'\n' if !self.is_quoted => {
                    self.is_blank_due = false;
                    self.is_line_start = true;
                    self.out.push(byte);
                    return;
                }
                _ => {}
            }
            if self.is_blank_due && !self.is_line_start {
                self.out.push(b' ');
            }
            self.is_blank_due = false;
            self.is_line_start = false;
        }
        self.out.push(byte);
    }
}

impl<R: Read> Read for Tidy<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.out.len() {
            self.out.clear();
            self.taken = 0;
            let count = self.source.read(&mut self.chunk)?;
            if count == 0 {
                return Ok(0);
            }
            self.take(count);
        }
        let rest = &self.out[self.taken..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.taken += count;
        Ok(count)
    }
}
