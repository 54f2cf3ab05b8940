//! The rows of a table, read into a matrix of bytes and the texts beside it.
//!
//! A *coding* is how a number becomes a byte while the rows go by: whole numbers from 0 to 255 as
//! they are, others by a scale.

use std::collections::BTreeMap;

use csv::ByteRecord;

use super::facts::{Core, Texts};
use super::number::{has_decimal_comma, is_decimal, number, parts, shown, whole};
use super::plan::{MAX_EDGES, Place, Plan};
use super::text::Text;
use crate::data::limits::MAX_BYTES;
use crate::data::range::{Range, Scale};
use crate::data::{DataError, Meter};

/// Rows between two looks at the meter.
const METER_ROWS: usize = 256;

/// Bytes of files before this one, and of all, for the meter.
pub(super) type Progress = (u64, u64);

/// How numbers become bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Coding {
    Whole,
    Scaled(Scale),
}

/// Rows as they were read.
pub(super) struct Filled {
    pub(super) rows: usize,
    /// The columns read as numbers, row after row.
    pub(super) matrix: Vec<u8>,
    pub(super) texts: BTreeMap<usize, Texts>,
    /// What those that are pixels for sure span.
    pub(super) range: Range,
    pub(super) core: Core,
    pub(super) has_commas: bool,
    /// The first field of a column at the ends that is no number: its line, and what is in it.
    pub(super) wrong: BTreeMap<usize, (u64, String)>,
}

/// Why rows could not be read as whole numbers.
pub(super) enum Trouble {
    /// They hold another number.
    Other(f64),
    Error(DataError),
}

impl From<DataError> for Trouble {
    fn from(error: DataError) -> Self {
        Self::Error(error)
    }
}

/// Reads all rows.
pub(super) fn fill(
    text: &Text,
    plan: &Plan,
    coding: Coding,
    meter: &dyn Meter,
    (before, total): Progress,
) -> Result<Filled, Trouble> {
    let mut rows = text.rows()?;
    let mut row = ByteRecord::new();
    let mut heading = ByteRecord::new();
    if plan.heading.is_first_row {
        rows.next(&mut heading)?;
    }
    let mut filler = Filler::new(text, plan, coding);
    let mut count = 0;
    while rows.next(&mut row)? {
        if count % METER_ROWS == 0 {
            if meter.is_cancelled() {
                return Err(DataError::Cancelled {
                    location: text.path().display().to_string(),
                }
                .into());
            }
            meter.tell(before + rows.bytes_before(&row), Some(total));
        }
        // Where tables were put one after another, so were their headings.
        if plan.heading.is_first_row && row == heading {
            continue;
        }
        filler.take(&row)?;
        count += 1;
    }
    filler.done(count)
}

/// Takes rows, one after another.
struct Filler<'a> {
    text: &'a Text,
    plan: &'a Plan,
    coding: Coding,
    matrix: Vec<u8>,
    texts: Vec<Texts>,
    /// The column of each of the texts.
    columns: Vec<usize>,
    range: Range,
    is_decimal: bool,
    has_commas: bool,
    wrong: BTreeMap<usize, (u64, String)>,
}

impl<'a> Filler<'a> {
    fn new(text: &'a Text, plan: &'a Plan, coding: Coding) -> Self {
        let packed = plan.packed.map(|(column, _)| column);
        let columns: Vec<usize> = (0..plan.count)
            .filter(|column| plan.places[*column] != Place::Pixel && Some(*column) != packed)
            .collect();
        Self {
            text,
            plan,
            coding,
            matrix: Vec::new(),
            texts: vec![Texts::default(); columns.len()],
            columns,
            range: Range::default(),
            is_decimal: true,
            has_commas: false,
            wrong: BTreeMap::new(),
        }
    }

    fn take(&mut self, row: &ByteRecord) -> Result<(), Trouble> {
        let plan = self.plan;
        let line = || row.position().map_or(0, csv::Position::line);
        if row.len() != plan.count {
            let expected = format!("{} columns in line {}", plan.count, line());
            return Err(self
                .text
                .unexpected(&expected, &row.len().to_string())
                .into());
        }
        if self.matrix.len() as u64 > MAX_BYTES {
            let expected = format!("at most {} GiB of pixels", MAX_BYTES >> 30);
            return Err(self.text.unexpected(&expected, "more").into());
        }
        let wrong = |column: usize, field: &[u8]| {
            let expected = pixel_expected(line(), column);
            Trouble::Error(self.text.unexpected(&expected, &shown(field)))
        };
        for (texts, column) in self.texts.iter_mut().zip(&self.columns) {
            texts.push(row.get(*column).unwrap_or_default());
        }
        if let Some((column, numbers)) = plan.packed {
            let before = self.matrix.len();
            for field in parts(row.get(column).unwrap_or_default()) {
                if !pixel(
                    field,
                    self.coding,
                    &mut self.matrix,
                    &mut self.range,
                    &mut self.is_decimal,
                )? {
                    return Err(wrong(column, field));
                }
            }
            let found = self.matrix.len() - before;
            if found != numbers {
                let expected = format!(
                    "{numbers} numbers in line {}, column {}",
                    line(),
                    column + 1
                );
                return Err(self.text.unexpected(&expected, &found.to_string()).into());
            }
            return Ok(());
        }
        for (column, (field, place)) in row.iter().zip(&plan.places).enumerate() {
            match place {
                Place::Pixel => {
                    if !pixel(
                        field,
                        self.coding,
                        &mut self.matrix,
                        &mut self.range,
                        &mut self.is_decimal,
                    )? {
                        return Err(wrong(column, field));
                    }
                    self.has_commas |= self.coding != Coding::Whole && has_decimal_comma(field);
                }
                Place::Edge => {
                    let value = number(field);
                    if value.is_none() && !self.wrong.contains_key(&column) {
                        self.wrong.insert(column, (line(), shown(field)));
                    }
                    // What is no byte is none for good only if the column turns out to be pixels.
                    self.matrix.push(match self.coding {
                        Coding::Whole => value.and_then(byte).unwrap_or(0),
                        Coding::Scaled(scale) => value.map_or(0, |value| scale.pixel(value)),
                    });
                }
                Place::Text => {}
            }
        }
        Ok(())
    }

    fn done(mut self, rows: usize) -> Result<Filled, Trouble> {
        if rows == 0 {
            return Err(self
                .text
                .unexpected("one image a line", "a heading only")
                .into());
        }
        let is_whole = self.coding == Coding::Whole;
        if is_whole {
            let width = self.matrix.len() / rows;
            let is_edge: Vec<bool> = match self.plan.packed {
                Some(_) => vec![false; width],
                None => {
                    let columns = self.plan.matrix.iter();
                    columns
                        .map(|column| self.plan.places[*column] == Place::Edge)
                        .collect()
                }
            };
            let edges = is_edge.iter().take_while(|is_edge| **is_edge).count();
            let core = edges..width - edges.min(MAX_EDGES).min(width - edges);
            let (mut low, mut high) = (u8::MAX, 0);
            for row in self.matrix.chunks_exact(width.max(1)) {
                for &value in &row[core.clone()] {
                    low = low.min(value);
                    high = high.max(value);
                }
            }
            if low <= high {
                self.range.take(f64::from(low));
                self.range.take(f64::from(high));
            }
        }
        let core = Core {
            low: self.range.low(),
            high: self.range.high(),
            is_whole: self.range.is_whole(),
            is_decimal: self.is_decimal,
        };
        Ok(Filled {
            rows,
            matrix: self.matrix,
            texts: self.columns.into_iter().zip(self.texts).collect(),
            range: self.range,
            core,
            has_commas: self.has_commas,
            wrong: self.wrong,
        })
    }
}

/// What should be in a field, for errors.
pub(super) fn pixel_expected(line: u64, column: usize) -> String {
    format!(
        "a number for each pixel, also in line {line}, column {},",
        column + 1
    )
}

/// Adds a pixel, and says whether the field is one.
#[inline]
fn pixel(
    field: &[u8],
    coding: Coding,
    matrix: &mut Vec<u8>,
    range: &mut Range,
    is_decimals: &mut bool,
) -> Result<bool, Trouble> {
    match coding {
        Coding::Whole => match whole(field) {
            Some(value) => {
                *is_decimals = false;
                matrix.push(value);
            }
            None => {
                let Some(value) = number(field) else {
                    return Ok(false);
                };
                *is_decimals &= is_decimal(field);
                matrix.push(byte(value).ok_or(Trouble::Other(value))?);
            }
        },
        Coding::Scaled(scale) => {
            let Some(value) = number(field) else {
                return Ok(false);
            };
            range.take(value);
            *is_decimals &= is_decimal(field);
            matrix.push(scale.pixel(value));
        }
    }
    Ok(true)
}

/// A number that is a byte, such as that of `7.0`.
pub(super) fn byte(value: f64) -> Option<u8> {
    (value.fract() == 0.0 && (0.0..=255.0).contains(&value)).then_some(value as u8)
}
