//! The header of a `NumPy` array.
//!
//! A *header* is a short text that says the type of the values, their order and the shape. It is
//! read here, with bounds on everything, because files of any origin are opened with it.

use std::io::Read;

use crate::data::arrays::{Element, Numbers};

/// Longest text of a header: `NumPy` itself needs some 120 bytes for plain arrays.
const MAX_TEXT: usize = 4096;

/// Letters of a text at most.
const MAX_LETTERS: usize = 4096;

/// Dimensions at most, as in `NumPy`.
const MAX_DIMENSIONS: usize = 64;

/// What the values are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Values {
    Numbers(Numbers),
    /// Text of a fixed length.
    Text(Text),
    /// Python objects: pickle, which is never opened.
    Objects,
    /// Another type, as it is written.
    Other(String),
}

/// How text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Text {
    /// Bytes of a text.
    pub(super) bytes: usize,
    /// Four bytes a letter, rather than one.
    is_wide: bool,
    is_big_endian: bool,
}

impl Text {
    /// One text, without the zeros at its end.
    pub(super) fn value(self, bytes: &[u8]) -> String {
        let text: String = if self.is_wide {
            let (letters, _) = bytes.as_chunks::<4>();
            let code = |letter: &[u8; 4]| {
                if self.is_big_endian {
                    u32::from_be_bytes(*letter)
                } else {
                    u32::from_le_bytes(*letter)
                }
            };
            letters
                .iter()
                .map(|letter| char::from_u32(code(letter)).unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect()
        } else {
            String::from_utf8_lossy(bytes).into_owned()
        };
        text.trim_end_matches('\0').to_owned()
    }
}

impl Values {
    fn parse(descr: &str) -> Self {
        let is_big_endian = descr.starts_with('>');
        let kind = descr.trim_start_matches(['<', '>', '|', '=']);
        let mut letters = kind.chars();
        let letter = letters.next().unwrap_or_default();
        let size = letters.as_str().parse::<usize>().ok();
        let element = match (letter, size) {
            ('b', Some(1)) => Element::Bool,
            ('u', Some(bytes @ (1 | 2 | 4 | 8))) => Element::Unsigned(bytes),
            ('i', Some(bytes @ (1 | 2 | 4 | 8))) => Element::Signed(bytes),
            ('f', Some(bytes @ (2 | 4 | 8))) => Element::Float(bytes),
            ('O', _) => return Self::Objects,
            ('U' | 'S' | 'a', Some(length @ 1..=MAX_LETTERS)) => {
                let is_wide = letter == 'U';
                return Self::Text(Text {
                    bytes: if is_wide { length * 4 } else { length },
                    is_wide,
                    is_big_endian,
                });
            }
            _ => return Self::Other(descr.chars().take(20).collect()),
        };
        Self::Numbers(Numbers {
            element,
            is_big_endian,
        })
    }

    /// Bytes of a value, where that is known.
    fn bytes(&self) -> Option<usize> {
        match self {
            Self::Numbers(numbers) => Some(numbers.element.bytes()),
            Self::Text(text) => Some(text.bytes),
            Self::Objects | Self::Other(_) => None,
        }
    }
}

/// What an array says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) values: Values,
    /// The first axis is the fastest, rather than the last.
    pub(super) is_fortran: bool,
    pub(super) shape: Vec<u64>,
    /// Bytes of the header itself.
    pub(super) header_bytes: u64,
    /// Bytes of all values; 0 where values have no length of their own.
    pub(super) data_bytes: u64,
}

impl Header {
    /// Reads the header; the values follow.
    ///
    /// # Errors
    /// What was found instead, as the end of a sentence.
    pub(super) fn read(reader: &mut dyn Read) -> Result<Self, String> {
        let mut take = |count: usize| {
            let mut bytes = Vec::with_capacity(count);
            match reader.take(count as u64).read_to_end(&mut bytes) {
                Ok(read) if read == count => Ok(bytes),
                Ok(_) => Err("a file that ends within its header".to_owned()),
                Err(error) => Err(format!("one that cannot be read: {error}")),
            }
        };
        let start = take(8)?;
        if !start.starts_with(b"\x93NUMPY") {
            return Err("other bytes".to_owned());
        }
        let wide = match start[6] {
            1 => 2,
            2 | 3 => 4,
            version => return Err(format!("version {version} of the format")),
        };
        let length = take(wide)?
            .iter()
            .rev()
            .fold(0_usize, |sum, &byte| (sum << 8) | usize::from(byte));
        if length > MAX_TEXT {
            return Err(format!("a header of {length} bytes"));
        }
        let text = take(length)?;
        let text = String::from_utf8(text).map_err(|_no_text| "a header that is no text")?;
        let header_bytes = (8 + wide + length) as u64;
        Self::parse(&text, header_bytes)
    }

    fn parse(text: &str, header_bytes: u64) -> Result<Self, String> {
        let descr = after(text, "descr").ok_or("a header without a type of values")?;
        let quote = descr.chars().next().unwrap_or_default();
        if !matches!(quote, '\'' | '"') {
            return Err("records of several values".to_owned());
        }
        let descr = descr[1..].split(quote).next().unwrap_or_default();
        let values = Values::parse(descr);
        let fortran = after(text, "fortran_order").ok_or("a header without an order of values")?;
        let shape = after(text, "shape").ok_or("a header without a shape")?;
        let inside = shape
            .strip_prefix('(')
            .and_then(|shape| shape.split_once(')'))
            .ok_or("a header without a shape")?
            .0;
        let mut sizes = Vec::new();
        for part in inside
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            let size = part.trim_end_matches('L').parse::<u64>();
            sizes.push(size.map_err(|_no_number| "a shape that is none")?);
            if sizes.len() > MAX_DIMENSIONS {
                return Err(format!("more than {MAX_DIMENSIONS} dimensions"));
            }
        }
        let data_bytes = sizes
            .iter()
            .try_fold(values.bytes().unwrap_or(0) as u64, |sum, &size| {
                sum.checked_mul(size)
            })
            .ok_or("a shape that no memory holds")?;
        Ok(Self {
            values,
            is_fortran: fortran.starts_with("True"),
            shape: sizes,
            header_bytes,
            data_bytes,
        })
    }

    /// The numbers that the values are.
    pub(super) fn numbers(&self) -> Option<Numbers> {
        match &self.values {
            Values::Numbers(numbers) => Some(*numbers),
            _ => None,
        }
    }
}

/// What follows a key of the dictionary that a header is.
fn after<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    ['\'', '"'].into_iter().find_map(|quote| {
        let quoted = format!("{quote}{key}{quote}");
        let rest = &text[text.find(&quoted)? + quoted.len()..];
        Some(rest.trim_start().strip_prefix(':')?.trim_start())
    })
}

#[cfg(test)]
mod tests {
    use npyz::WriterBuilder as _;
    use proptest::prelude::*;

    use super::*;

    fn text(text: &str) -> Vec<u8> {
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((text.len() as u16).to_le_bytes());
        bytes.extend(text.as_bytes());
        bytes
    }

    #[test]
    fn what_other_programs_write_is_read() {
        let mut bytes = Vec::new();
        let mut writer = npyz::WriteOptions::new()
            .default_dtype()
            .shape(&[2, 3, 4])
            .writer(&mut bytes)
            .begin_nd()
            .unwrap();
        writer.extend((0..24).map(f64::from)).unwrap();
        writer.finish().unwrap();
        let header = Header::read(&mut &bytes[..]).unwrap();
        let numbers = header.numbers().unwrap();
        assert_eq!(numbers.element, Element::Float(8));
        assert_eq!(header.shape, [2, 3, 4]);
        assert!(!header.is_fortran);
        assert_eq!(header.header_bytes + header.data_bytes, bytes.len() as u64);
    }

    #[test]
    fn types_are_told_apart() {
        let values = |kind: &str| {
            let descr = format!("{{'descr': '{kind}', 'fortran_order': True, 'shape': (3, 2), }}");
            let header = Header::read(&mut &text(&descr)[..]).unwrap();
            assert!(header.is_fortran);
            (header.values, header.data_bytes)
        };
        let numbers = |element, is_big_endian| {
            Values::Numbers(Numbers {
                element,
                is_big_endian,
            })
        };
        assert_eq!(values("|b1"), (numbers(Element::Bool, false), 6));
        assert_eq!(values("<u8"), (numbers(Element::Unsigned(8), false), 48));
        assert_eq!(values(">f2"), (numbers(Element::Float(2), true), 12));
        assert_eq!(values("|O"), (Values::Objects, 0));
        assert_eq!(values("<c8"), (Values::Other("<c8".to_owned()), 0));
        let (Values::Text(wide), 72) = values("<U3") else {
            panic!("no text");
        };
        let letters: Vec<u8> = "é\0\0"
            .chars()
            .flat_map(|letter| u32::from(letter).to_le_bytes())
            .collect();
        assert_eq!(wide.value(&letters), "é");
        let (Values::Text(narrow), 18) = values("|S3") else {
            panic!("no text");
        };
        assert_eq!(narrow.value(b"ab\0"), "ab");
    }

    #[test]
    fn headers_that_are_none_say_why() {
        let whole = "{'descr': '|u1', 'fortran_order': False, 'shape': (5, 8, 8), }";
        for (change, said) in [
            (("'|u1'", "[('a', '<i4')]"), "records"),
            (("(5, 8, 8)", "5"), "without a shape"),
            (("(5,", "(-5,"), "a shape that is none"),
            (("(5,", "(18446744073709551615,"), "no memory"),
            (("shape", "form"), "without a shape"),
        ] {
            let changed = whole.replace(change.0, change.1);
            let found = Header::read(&mut &text(&changed)[..]).unwrap_err();
            assert!(found.contains(said), "{changed}: {found}");
        }
        let found = Header::read(&mut &b"\x93NUMPY\x02\x00\xff\xff\xff\xff"[..]).unwrap_err();
        assert!(found.contains("4294967295"), "{found}");
        assert_eq!(
            Header::read(&mut &b"PK"[..]).unwrap_err(),
            "a file that ends within its header"
        );
        assert_eq!(
            Header::read(&mut &b"GIF89a  "[..]).unwrap_err(),
            "other bytes"
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(inside in ".{0,200}") {
            let _ = Header::read(&mut &text(&inside)[..]);
            let _ = Header::parse(&format!("'descr':{inside}'fortran_order': 'shape':"), 0);
        }
    }
}
