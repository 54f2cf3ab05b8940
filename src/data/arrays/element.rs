//! Types of numbers, and their values.

use crate::data::range::{Range, Scale};

/// The type of the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::data) enum Element {
    Bool,
    Unsigned(usize),
    Signed(usize),
    Float(usize),
}

/// How numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::data) struct Numbers {
    pub(in crate::data) element: Element,
    pub(in crate::data) is_big_endian: bool,
}

impl Element {
    /// Bytes of a value.
    pub(in crate::data) fn bytes(self) -> usize {
        match self {
            Self::Bool => 1,
            Self::Unsigned(bytes) | Self::Signed(bytes) | Self::Float(bytes) => bytes,
        }
    }
}

impl Numbers {
    /// One value, of as many bytes as it has.
    pub(in crate::data) fn value(self, bytes: &[u8]) -> f64 {
        let mut whole = [0; 8];
        for (place, byte) in whole.iter_mut().zip(bytes) {
            *place = *byte;
        }
        if self.is_big_endian {
            whole[..bytes.len().min(8)].reverse();
        }
        let bits = u64::from_le_bytes(whole);
        match self.element {
            Element::Bool => f64::from(u8::from(bits != 0)),
            Element::Unsigned(_) => bits as f64,
            Element::Signed(1) => f64::from(bits as i8),
            Element::Signed(2) => f64::from(bits as i16),
            Element::Signed(4) => f64::from(bits as i32),
            Element::Signed(_) => bits as i64 as f64,
            Element::Float(2) => half::f16::from_bits(bits as u16).to_f64(),
            Element::Float(4) => f64::from(f32::from_bits(bits as u32)),
            Element::Float(_) => f64::from_bits(bits),
        }
    }

    /// Gives every value to `take`.
    pub(in crate::data) fn each(self, bytes: &[u8], mut take: impl FnMut(f64)) {
        // The usual types apart, so that nothing is decided anew for each value.
        match (self.element, self.is_big_endian) {
            (Element::Float(4), false) => {
                let (values, _) = bytes.as_chunks::<4>();
                for value in values {
                    take(f64::from(f32::from_le_bytes(*value)));
                }
            }
            (Element::Float(8), false) => {
                let (values, _) = bytes.as_chunks::<8>();
                for value in values {
                    take(f64::from_le_bytes(*value));
                }
            }
            (element, _) => bytes
                .chunks_exact(element.bytes())
                .for_each(|value| take(self.value(value))),
        }
    }

    /// Takes all values into account.
    pub(in crate::data) fn extend_range(self, bytes: &[u8], range: &mut Range) {
        match self.element {
            // Most files by far: the smallest and the largest byte say it all. Folding values
            // rather than references is what the compiler makes wide instructions of.
            Element::Unsigned(1) => {
                let ends = |(low, high): (u8, u8), &byte: &u8| (low.min(byte), high.max(byte));
                let (low, high) = bytes.iter().fold((u8::MAX, 0), ends);
                if low <= high {
                    range.take(f64::from(low));
                    range.take(f64::from(high));
                }
            }
            _ => self.each(bytes, |value| range.take(value)),
        }
    }

    /// The pixels of all values.
    pub(in crate::data) fn extend_pixels(self, bytes: &[u8], scale: Scale, pixels: &mut Vec<u8>) {
        match self.element.bytes() {
            1 => {
                let table = self.table(scale);
                pixels.extend(bytes.iter().map(|&byte| table[usize::from(byte)]));
            }
            each => {
                pixels.reserve(bytes.len() / each);
                self.each(bytes, |value| pixels.push(scale.pixel(value)));
            }
        }
    }

    /// The pixel of every byte, for values of one byte.
    pub(in crate::data) fn table(self, scale: Scale) -> [u8; 256] {
        let mut table = [0; 256];
        for (place, byte) in table.iter_mut().zip(0..=u8::MAX) {
            *place = scale.pixel(self.value(&[byte]));
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_every_type_are_read() {
        let value = |element, is_big_endian, bytes: &[u8]| {
            let numbers = Numbers {
                element,
                is_big_endian,
            };
            let mut all = Vec::new();
            numbers.each(&[bytes, bytes].concat(), |value| all.push(value));
            assert_eq!(all, [numbers.value(bytes); 2]);
            all[0]
        };
        assert_eq!(value(Element::Bool, false, &[2]), 1.0);
        assert_eq!(value(Element::Unsigned(1), false, &[200]), 200.0);
        assert_eq!(value(Element::Signed(1), true, &[255]), -1.0);
        assert_eq!(value(Element::Signed(2), false, &[0xfe, 0xff]), -2.0);
        assert_eq!(value(Element::Unsigned(2), true, &[1, 2]), 258.0);
        assert_eq!(
            value(Element::Signed(8), false, &(-7_i64).to_le_bytes()),
            -7.0
        );
        for is_big_endian in [false, true] {
            let order = |mut bytes: Vec<u8>| {
                if is_big_endian {
                    bytes.reverse();
                }
                bytes
            };
            let single = order(0.25_f32.to_le_bytes().to_vec());
            assert_eq!(value(Element::Float(4), is_big_endian, &single), 0.25);
            let double = order((-1.5_f64).to_le_bytes().to_vec());
            assert_eq!(value(Element::Float(8), is_big_endian, &double), -1.5);
            let half = order(vec![0x00, 0x3c]);
            assert_eq!(value(Element::Float(2), is_big_endian, &half), 1.0);
        }
        assert_eq!(
            value(Element::Float(2), false, &[0x01, 0x00]),
            2_f64.powi(-24)
        );
        assert_eq!(
            value(Element::Float(2), false, &[0x00, 0xfc]),
            f64::NEG_INFINITY
        );
    }
}
