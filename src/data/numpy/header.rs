//! The header of a `NumPy` array.
//!
//! A *header* is a short text that says the type of the values, their order and the shape. It is
//! read here, with bounds on everything, because files of any origin are opened with it.

use std::io::Read;

/// Longest text of a header: `NumPy` itself needs some 120 bytes for plain arrays.
const MAX_TEXT: usize = 4096;

/// Dimensions at most, as in `NumPy`.
const MAX_DIMENSIONS: usize = 64;

/// The type of the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    Bool,
    Unsigned(usize),
    Signed(usize),
    Float(usize),
}

impl Element {
    fn parse(letter: char, bytes: usize) -> Option<Self> {
        match (letter, bytes) {
            ('b', 1) => Some(Self::Bool),
            ('u', 1 | 2 | 4 | 8) => Some(Self::Unsigned(bytes)),
            ('i', 1 | 2 | 4 | 8) => Some(Self::Signed(bytes)),
            ('f', 2 | 4 | 8) => Some(Self::Float(bytes)),
            _ => None,
        }
    }

    pub(super) fn bytes(self) -> usize {
        match self {
            Self::Bool => 1,
            Self::Unsigned(bytes) | Self::Signed(bytes) | Self::Float(bytes) => bytes,
        }
    }

    pub(super) fn is_float(self) -> bool {
        matches!(self, Self::Float(_))
    }

    /// One value, of as many bytes as it has.
    pub(super) fn value(self, bytes: &[u8], is_big_endian: bool) -> f64 {
        let mut whole = [0; 8];
        for (place, byte) in whole.iter_mut().zip(bytes) {
            *place = *byte;
        }
        if is_big_endian {
            whole[..bytes.len().min(8)].reverse();
        }
        let bits = u64::from_le_bytes(whole);
        match self {
            Self::Bool => f64::from(u8::from(bits != 0)),
            Self::Unsigned(_) => bits as f64,
            Self::Signed(1) => f64::from(bits as i8),
            Self::Signed(2) => f64::from(bits as i16),
            Self::Signed(4) => f64::from(bits as i32),
            Self::Signed(_) => bits as i64 as f64,
            Self::Float(2) => half(bits as u16),
            Self::Float(4) => f64::from(f32::from_bits(bits as u32)),
            Self::Float(_) => f64::from_bits(bits),
        }
    }
}

/// A number of half precision.
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let exponent = i32::from((bits >> 10) & 0x1f);
    let fraction = f64::from(bits & 0x3ff) / 1024.0;
    match exponent {
        0 => sign * fraction * 2_f64.powi(-14),
        0x1f if fraction > 0.0 => f64::NAN,
        0x1f => sign * f64::INFINITY,
        _ => sign * (1.0 + fraction) * 2_f64.powi(exponent - 15),
    }
}

/// What an array says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) element: Element,
    pub(super) is_big_endian: bool,
    pub(super) shape: Vec<u64>,
    /// Bytes of the header itself.
    pub(super) header_bytes: u64,
    /// Bytes of all values.
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
        let order = descr.chars().next().unwrap_or_default();
        let kind = descr.trim_start_matches(['<', '>', '|', '=']);
        let mut letters = kind.chars();
        let letter = letters.next().unwrap_or_default();
        let bytes = letters.as_str().parse().unwrap_or_default();
        let element = Element::parse(letter, bytes).ok_or_else(|| {
            format!(
                "values of type {:?}",
                descr.chars().take(20).collect::<String>()
            )
        })?;
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
        if fortran.starts_with("True") && sizes.len() > 1 {
            return Err(
                "values in Fortran order (numpy.ascontiguousarray makes it C order)".to_owned(),
            );
        }
        let data_bytes = sizes
            .iter()
            .try_fold(element.bytes() as u64, |sum, &size| sum.checked_mul(size))
            .ok_or("a shape that no memory holds")?;
        Ok(Self {
            element,
            is_big_endian: order == '>',
            shape: sizes,
            header_bytes,
            data_bytes,
        })
    }

    /// The shape as Python writes it.
    pub(super) fn shape_words(&self) -> String {
        let sizes: Vec<String> = self.shape.iter().map(u64::to_string).collect();
        match &sizes[..] {
            [one] => format!("({one},)"),
            _ => format!("({})", sizes.join(", ")),
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
        assert_eq!(header.element, Element::Float(8));
        assert_eq!(header.shape, [2, 3, 4]);
        assert_eq!(header.shape_words(), "(2, 3, 4)");
        assert_eq!(header.header_bytes + header.data_bytes, bytes.len() as u64);
    }

    #[test]
    fn values_of_every_type_are_read() {
        let value = |kind: &str, bytes: &[u8]| {
            let descr = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': (1,), }}");
            let header = Header::read(&mut &text(&descr)[..]).unwrap();
            header.element.value(bytes, header.is_big_endian)
        };
        assert_eq!(value("|b1", &[2]), 1.0);
        assert_eq!(value("|u1", &[200]), 200.0);
        assert_eq!(value("|i1", &[255]), -1.0);
        assert_eq!(value("<i2", &[0xfe, 0xff]), -2.0);
        assert_eq!(value(">u2", &[1, 2]), 258.0);
        assert_eq!(value("<i8", &(-7_i64).to_le_bytes()), -7.0);
        assert_eq!(value(">f4", &0.25_f32.to_be_bytes()), 0.25);
        assert_eq!(value("<f8", &(-1.5_f64).to_le_bytes()), -1.5);
        assert_eq!(value("<f2", &[0x00, 0x3c]), 1.0);
        assert_eq!(value("<f2", &[0x01, 0x00]), 2_f64.powi(-24));
        assert_eq!(value("<f2", &[0x00, 0xfc]), f64::NEG_INFINITY);
    }

    #[test]
    fn headers_that_are_none_say_why() {
        let whole = "{'descr': '|u1', 'fortran_order': False, 'shape': (5, 8, 8), }";
        for (change, said) in [
            (("|u1", "|S3"), "values of type \"|S3\""),
            (("'|u1'", "[('a', '<i4')]"), "records"),
            (("False", "True"), "Fortran"),
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
