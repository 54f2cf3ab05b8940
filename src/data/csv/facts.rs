//! What the fields of one column are like.

use std::collections::HashMap;

use super::number::{is_decimal, number};

/// Fields of one column, kept as they are written, one after another.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Texts {
    pub(super) fn push(&mut self, field: &[u8]) {
        self.bytes.extend_from_slice(field);
        self.ends.push(self.bytes.len());
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = core::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .map(|(start, end)| &self.bytes[start..*end])
    }
}

/// Facts about one column.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub(super) rows: usize,
    /// Fields without anything in them.
    pub(super) empty: usize,
    /// Fields with anything but a number in them.
    pub(super) words: usize,
    /// Smallest and largest number; not in order where there is none.
    pub(super) low: f64,
    pub(super) high: f64,
    /// A number that is no whole one.
    pub(super) fraction: Option<f64>,
    /// Whether any number is written with decimals.
    pub(super) is_decimal: bool,
    /// Whether each number is by one larger than the one before, for some rows at least.
    pub(super) counts_up: bool,
    /// Different fields.
    pub(super) distinct: usize,
    /// Rows that hold the most frequent field.
    pub(super) most: usize,
}

/// Fewest rows whose counting up is no chance.
const MIN_COUNTED: usize = 3;

impl Facts {
    pub(super) fn of<'a>(fields: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut facts = Self {
            low: f64::INFINITY,
            high: f64::NEG_INFINITY,
            counts_up: true,
            ..Self::default()
        };
        let mut times: HashMap<&[u8], usize> = HashMap::new();
        let mut before = None;
        for field in fields {
            facts.rows += 1;
            let times = times.entry(field).or_insert(0);
            *times += 1;
            facts.most = facts.most.max(*times);
            let Some(value) = number(field) else {
                match field {
                    b"" => facts.empty += 1,
                    _ => facts.words += 1,
                }
                facts.counts_up = false;
                continue;
            };
            facts.low = facts.low.min(value);
            facts.high = facts.high.max(value);
            facts.is_decimal |= is_decimal(field);
            if value.fract() != 0.0 {
                facts.fraction = Some(value);
            }
            facts.counts_up &= before.is_none_or(|before| value == before + 1.0);
            before = Some(value);
        }
        facts.distinct = times.len();
        facts.counts_up &= facts.rows >= MIN_COUNTED;
        facts
    }

    /// Whether every row holds a number.
    pub(super) fn is_numbers(&self) -> bool {
        self.empty + self.words == 0
    }

    /// Whether every row holds a whole number.
    pub(super) fn is_whole(&self) -> bool {
        self.is_numbers() && self.fraction.is_none()
    }

    /// Whether no row holds anything.
    pub(super) fn is_empty(&self) -> bool {
        self.empty == self.rows
    }

    /// Whether every row holds something else, as names and numbers of images do and classes do not.
    pub(super) fn is_distinct(&self) -> bool {
        self.rows > MIN_COUNTED && self.distinct == self.rows
    }

    /// Whether the numbers are counts of classes: whole, from 0 or 1 on, with few of them left out.
    pub(super) fn is_dense(&self) -> bool {
        let span = self.high - self.low + 1.0;
        self.is_whole()
            && (0.0..=1.0).contains(&self.low)
            && self.distinct >= 2
            && self.distinct as f64 >= 0.7 * span
    }
}

impl Facts {
    /// Whether fields are met again and again, as classes are, and none nearly everywhere, as the
    /// background of pictures is.
    pub(super) fn is_like_classes(&self) -> bool {
        let repeats = self.distinct * 2 <= self.rows && self.most * 10 <= self.rows * 9;
        self.words * 2 > self.rows || self.is_dense() || (self.words == 0 && repeats)
    }
}

/// What the pixels that are surely some are like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Core {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) is_whole: bool,
    /// Whether every one of them is written with decimals.
    pub(super) is_decimal: bool,
}

impl Core {
    /// Whether a column of these facts cannot be pixels among such ones.
    pub(super) fn excludes(&self, facts: &Facts) -> bool {
        if !facts.is_numbers() || (self.is_decimal && !facts.is_decimal) {
            return true;
        }
        let high = match (self.is_whole, self.high) {
            (true, ..=1.0) => 1.0,
            (true, 64.0..) => self.high.max(255.0),
            // In a few rows the edge of a picture may be brighter than all else by chance.
            _ => self.high + 0.5 * self.high.abs(),
        };
        let low = self.low - 0.5 * (self.high - self.low);
        facts.high > high || facts.low < low.min(0.0) || (self.is_whole && facts.fraction.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(fields: &[&str]) -> Facts {
        let mut texts = Texts::default();
        for field in fields {
            texts.push(field.as_bytes());
        }
        Facts::of(texts.iter())
    }

    #[test]
    fn columns_are_looked_at_whole() {
        let index = facts(&["7", "8", "9", "10"]);
        assert!(index.counts_up && index.is_distinct() && index.is_whole());
        assert!(!facts(&["0", "1"]).counts_up, "two rows may be chance");
        let classes = facts(&["0", "2", "1", "0"]);
        assert!(classes.is_dense() && !classes.counts_up);
        assert_eq!((classes.distinct, classes.most), (3, 2));
        let pixel = facts(&["0", "0", "200", "17"]);
        assert!(!pixel.is_dense() && pixel.is_whole());
        let words = facts(&["cat", "", "3.5"]);
        assert_eq!(
            (words.words, words.empty, words.fraction),
            (1, 1, Some(3.5))
        );
        assert!(facts(&["", ""]).is_empty());
    }

    #[test]
    fn what_is_no_pixel_is_told_by_those_beside_it() {
        let core = |low, high, is_whole, is_decimal| Core {
            low,
            high,
            is_whole,
            is_decimal,
        };
        let labels = facts(&["0", "9", "3", "3"]);
        assert!(core(0.0, 1.0, true, false).excludes(&labels));
        assert!(core(-1.0, 1.0, false, false).excludes(&labels));
        assert!(core(0.0, 9.0, false, true).excludes(&labels));
        assert!(!core(0.0, 16.0, true, false).excludes(&labels));
        assert!(!core(0.0, 255.0, true, false).excludes(&labels));
        assert!(core(0.0, 255.0, true, false).excludes(&facts(&["0", "256"])));
        assert!(core(0.0, 255.0, true, false).excludes(&facts(&["0", "cat"])));
    }
}
