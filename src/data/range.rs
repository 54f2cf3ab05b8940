//! How numbers of any range become pixel values from 0 to 255.
//!
//! A [`Range`] is what the values of one array were found to span; a [`Scale`] is the step from them
//! to bytes. The range is found for each array of a set, because training and test images are not
//! always prepared alike: each is brought to its own scale, and only where two arrays are of the same
//! kind do they share the bounds of it. Whatever is done beyond taking 0 to 255 or 0 to 1 as they are
//! is told by a remark.

use core::fmt;

/// How far beyond 0 and 1 (or −1 and 1) decimal numbers may reach and still be meant to lie between:
/// interpolation and rounding overshoot, by a few per cent at most.
const SLACK: f64 = 0.1;

/// Largest whole number that is still taken for a small range of its own, such as the 16 of the
/// digits of UCI, rather than for dark pixels from 0 to 255.
const SMALL: f64 = 64.0;

/// Largest value that overshooting makes of 255.
const BYTE_SLACK: f64 = 275.0;

/// What the values of an array span.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Range {
    low: f64,
    high: f64,
    is_whole: bool,
    is_finite: bool,
}

impl Default for Range {
    /// Of no values.
    fn default() -> Self {
        Self {
            low: f64::INFINITY,
            high: f64::NEG_INFINITY,
            is_whole: true,
            is_finite: true,
        }
    }
}

/// Kinds of ranges.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// 0 to 1.
    Unit,
    /// −1 to 1.
    Signed,
    /// From 0 to a small number: stretched to the largest there is.
    Small,
    /// 0 to 255.
    Byte,
    /// −128 to 127.
    SignedByte,
    /// 0 to 2ⁿ − 1.
    Bits(u32),
}

/// How values become bytes: times the factor, plus the offset, clipped to 0 to 255 and rounded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    factor: f64,
    offset: f64,
}

impl Scale {
    /// The pixel of a value.
    pub(super) fn pixel(self, value: f64) -> u8 {
        (value * self.factor + self.offset)
            .round()
            .clamp(0.0, 255.0) as u8
    }

    /// From 0 to `high`.
    fn up_to(high: f64) -> Self {
        Self {
            factor: 255.0 / high,
            offset: 0.0,
        }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", Short(self.low), Short(self.high))
    }
}

/// A number with some four digits.
struct Short(f64);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.0;
        if value.fract() == 0.0 && value.abs() < 1e7 {
            write!(f, "{value}")
        } else if (0.01..1e7).contains(&value.abs()) {
            // As many digits as tell a value beside 1 from 1; more of them where it is beyond.
            let whole = value.round();
            let is_whole_in =
                |digits: usize| format!("{value:.digits$}") == format!("{whole:.digits$}");
            if is_whole_in(3) {
                let digits = if value.abs() < whole.abs() && !is_whole_in(5) {
                    5
                } else {
                    9
                };
                write!(f, "{value:.digits$}")
            } else {
                let rounded = format!("{value:.3}");
                f.write_str(rounded.trim_end_matches('0').trim_end_matches('.'))
            }
        } else {
            write!(f, "{value:.3e}")
        }
    }
}

impl Range {
    /// Takes a value into account.
    pub(super) fn take(&mut self, value: f64) {
        if !value.is_finite() {
            self.is_finite = false;
            return;
        }
        self.low = self.low.min(value);
        self.high = self.high.max(value);
        self.is_whole &= value.fract() == 0.0;
    }

    /// The smallest value; infinite where there is none.
    pub(super) fn low(&self) -> f64 {
        self.low
    }

    /// The largest value; infinite below 0 where there is none.
    pub(super) fn high(&self) -> f64 {
        self.high
    }

    /// Whether all values are whole numbers.
    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// The kind of range it is.
    ///
    /// # Errors
    /// What was found, and what to do, as the end of a sentence.
    fn kind(&self) -> Result<Kind, String> {
        let Self {
            low,
            high,
            is_whole,
            is_finite,
        } = *self;
        if !is_finite {
            return Err("a value that is no finite number (NaN or infinity); in Python, numpy.nan_to_num(x) replaces such values".to_owned());
        }
        if is_whole {
            return match (low, high) {
                (0.0.., ..=1.0) => Ok(Kind::Unit),
                (-1.0.., ..=1.0) => Ok(Kind::Signed),
                (0.0.., ..=SMALL) => Ok(Kind::Small),
                (0.0.., ..=BYTE_SLACK) => Ok(Kind::Byte),
                (0.0.., ..=1023.0) => Ok(Kind::Bits(10)),
                (0.0.., ..=4095.0) => Ok(Kind::Bits(12)),
                (0.0.., ..=16383.0) => Ok(Kind::Bits(14)),
                (0.0.., ..=65535.0) => Ok(Kind::Bits(16)),
                (-128.0.., ..=127.0) => Ok(Kind::SignedByte),
                _ => Err(self.unknown()),
            };
        }
        if low >= -SLACK && high <= 1.0 + SLACK {
            return Ok(Kind::Unit);
        }
        if low >= -1.0 - SLACK && high <= 1.0 + SLACK {
            return Ok(Kind::Signed);
        }
        // Interpolation leaves its traces below 0 in the same measure as above the largest value.
        if low < -SLACK * high {
            return Err(self.unknown());
        }
        match high {
            ..=SMALL => Ok(Kind::Small),
            ..=BYTE_SLACK => Ok(Kind::Byte),
            ..=1023.0 => Ok(Kind::Bits(10)),
            ..=4095.0 => Ok(Kind::Bits(12)),
            ..=16383.0 => Ok(Kind::Bits(14)),
            ..=65535.0 => Ok(Kind::Bits(16)),
            _ => Err(self.unknown()),
        }
    }

    fn unknown(&self) -> String {
        format!(
            "values from {self}, which are none of these; in Python, (x - x.min()) / (x.max() - x.min()) brings them to 0 to 1"
        )
    }
}

/// What pixels may be, for errors.
pub(super) const EXPECTED: &str = "pixels from 0 to 1, 0 to 255, -1 to 1 or of up to 16 bits";

/// The scale of each array of a set, and what there is to remark. Ranges are named as a person would
/// find them, such as `x_train`; the name may be empty where there is only one.
///
/// # Errors
/// What was found in the first array that cannot be brought to pixels, as the end of a sentence.
pub(super) fn scales(ranges: &[(String, Range)]) -> Result<(Vec<Scale>, Vec<String>), String> {
    let mut kinds = Vec::new();
    for (name, range) in ranges {
        kinds.push(range.kind().map_err(|found| match name.as_str() {
            "" => found,
            name => format!("in {name} {found}"),
        })?);
    }
    let most = |is_alike: &dyn Fn(Kind) -> bool| {
        let alike = ranges
            .iter()
            .zip(&kinds)
            .filter(|(_, kind)| is_alike(**kind));
        alike.map(|((_, range), _)| range.high).fold(0.0, f64::max)
    };
    let small = most(&|kind| kind == Kind::Small);
    let bits = kinds.iter().filter_map(|kind| match kind {
        Kind::Bits(bits) => Some(*bits),
        _ => None,
    });
    let bits = bits.max().unwrap_or(0);
    let mut scales = Vec::new();
    let mut remarks: Vec<String> = Vec::new();
    for ((name, range), kind) in ranges.iter().zip(&kinds) {
        let (scale, said) = match kind {
            Kind::Unit => (Scale::up_to(1.0), clipped(range, 0.0, 1.0)),
            Kind::Signed => (
                Scale {
                    factor: 127.5,
                    offset: 127.5,
                },
                Some(format!(
                    "go from {range} and were mapped: -1 is black and 1 is white"
                )),
            ),
            Kind::Small => (
                Scale::up_to(small),
                Some(format!(
                    "go from {range} and were stretched: {} is white",
                    Short(small)
                )),
            ),
            Kind::Byte => (Scale::up_to(255.0), clipped(range, 0.0, 255.0)),
            Kind::SignedByte => (
                Scale {
                    factor: 1.0,
                    offset: 128.0,
                },
                Some(format!(
                    "go from {range} and were mapped: -128 is black and 127 is white"
                )),
            ),
            Kind::Bits(_) => {
                let white = f64::from((1_u32 << bits) - 1);
                let said =
                    format!("go from {range} and were taken as {bits} bits: {white} is white");
                (Scale::up_to(white), Some(said))
            }
        };
        scales.push(scale);
        if let Some(said) = said {
            let of = match name.as_str() {
                "" => "Pixels".to_owned(),
                name => format!("Pixels of {name}"),
            };
            remarks.push(format!("{of} {said}."));
        }
    }
    let differ =
        |pair: &[Kind]| !matches!(pair, [Kind::Bits(_), Kind::Bits(_)]) && pair[0] != pair[1];
    if kinds.windows(2).any(differ) {
        let each: Vec<String> = ranges
            .iter()
            .map(|(name, range)| format!("{name} from {range}"))
            .collect();
        remarks.push(format!(
            "The arrays are on different scales ({}); each was brought to 0 to 1 by its own.",
            each.join(", ")
        ));
    }
    Ok((scales, remarks))
}

fn clipped(range: &Range, low: f64, high: f64) -> Option<String> {
    (range.low < low || range.high > high)
        .then(|| format!("go from {range} and were clipped to {low} to {high}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(values: &[f64]) -> Range {
        let mut range = Range::default();
        for &value in values {
            range.take(value);
        }
        range
    }

    /// The pixels that values become, and the remarks.
    fn pixels(values: &[f64]) -> (Vec<u8>, String) {
        let (scales, remarks) = scales(&[(String::new(), range(values))]).unwrap();
        let pixels = values.iter().map(|&value| scales[0].pixel(value));
        (pixels.collect(), remarks.join(" "))
    }

    #[test]
    fn usual_ranges_need_no_remark() {
        for (values, expected) in [
            (&[0.0, 0.5, 1.0][..], &[0, 128, 255][..]),
            (&[0.0, 1.0], &[0, 255]),
            (&[0.0, 128.0, 255.0], &[0, 128, 255]),
            (&[0.0, 100.4, 254.6], &[0, 100, 255]),
        ] {
            assert_eq!(pixels(values), (expected.to_vec(), String::new()));
        }
    }

    #[test]
    fn overshooting_is_clipped_and_told() {
        let (found, said) = pixels(&[-0.02, 0.5, 1.000_000_1]);
        assert_eq!(found, [0, 128, 255]);
        assert!(
            said.contains("-0.02 to 1.000000100") && said.contains("clipped to 0 to 1"),
            "{said}"
        );
        let (found, said) = pixels(&[0.0, 127.0, 255.3]);
        assert_eq!(found, [0, 127, 255]);
        assert!(said.contains("clipped to 0 to 255"), "{said}");
        assert_eq!(pixels(&[0.0, 256.0]).0, [0, 255]);
    }

    #[test]
    fn other_ranges_are_brought_to_bytes_and_told() {
        for (values, expected, word) in [
            (
                &[-1.0, 0.0, 0.5, 1.0][..],
                &[0, 128, 191, 255][..],
                "-1 is black and 1 is white",
            ),
            (&[-1.0, 1.0], &[0, 255], "-1 is black and 1 is white"),
            (&[-0.99, 0.5], &[1, 191], "-1 is black"),
            (&[0.0, 8.0, 16.0], &[0, 128, 255], "16 is white"),
            (&[0.0, 0.5, 2.0], &[0, 64, 255], "2 is white"),
            (&[0.0, 2048.0, 4095.0], &[0, 128, 255], "12 bits"),
            (&[0.0, 1000.5, 2000.0], &[0, 62, 125], "12 bits"),
            (&[0.0, 65535.0], &[0, 255], "16 bits"),
            (&[-128.0, 0.0, 127.0], &[0, 128, 255], "-128 is black"),
        ] {
            let (found, said) = pixels(values);
            assert_eq!(found, expected, "{values:?}: {said}");
            assert!(said.contains(word), "{values:?}: {said}");
        }
    }

    #[test]
    fn what_is_no_picture_is_refused_with_its_range() {
        for (values, word) in [
            (&[-0.424, 2.82][..], "-0.424 to 2.82"),
            (&[-300.0, 4.0], "-300 to 4"),
            (&[0.0, 1e9], "0 to 1.000e9"),
            (&[0.0, f64::NAN], "NaN"),
        ] {
            let found = scales(&[("x_test".to_owned(), range(values))]).unwrap_err();
            assert!(found.contains(word) && found.contains("x_test"), "{found}");
        }
    }

    #[test]
    fn two_arrays_are_each_brought_to_their_own_scale_and_alike_ones_to_one() {
        let named = |name: &str, values: &[f64]| (name.to_owned(), range(values));
        let (found, said) =
            scales(&[named("a", &[0.0, 255.0]), named("b", &[0.0, 0.5, 1.0])]).unwrap();
        assert_eq!((found[0].pixel(255.0), found[1].pixel(1.0)), (255, 255));
        assert!(said.join(" ").contains("different scales"), "{said:?}");
        let (found, said) = scales(&[named("a", &[0.0, 16.0]), named("b", &[0.0, 15.0])]).unwrap();
        assert_eq!((found[0].pixel(8.0), found[1].pixel(8.0)), (128, 128));
        assert!(!said.join(" ").contains("different"), "{said:?}");
        let (found, _) = scales(&[named("a", &[0.0, 4000.0]), named("b", &[0.0, 900.0])]).unwrap();
        assert_eq!(found[0], found[1]);
        // A dark test image among bytes is no range of its own.
        let (found, said) = scales(&[named("a", &[0.0, 255.0]), named("b", &[0.0, 90.0])]).unwrap();
        assert_eq!(found[0], found[1]);
        assert!(said.is_empty(), "{said:?}");
    }
}
