//! One table of images, read.
//!
//! A *coding* is how a number becomes a byte while the rows go by: whole numbers from 0 to 255 as
//! they are, others by the scale that the first rows suggest. What all rows together span is known at
//! the end only; where another scale is right, the rows are read once more.

use std::collections::BTreeMap;
use std::path::Path;

use csv::ByteRecord;

use super::color::{arrange, interleaved};
use super::decide::{Labels, Layout, decide, part};
use super::facts::{Core, Texts};
use super::number::{grouped, has_decimal_comma, is_decimal, number, parts, shown, text, whole};
use super::plan::{Ask, MAX_EDGES, Place, Plan, sample_numbers};
use super::text::{LONGEST_SAMPLE, Text};
use crate::data::limits::MAX_BYTES;
use crate::data::range::{Range, Scale, scales};
use crate::data::{DataError, ImageShape, Meter};

/// Rows between two looks at the meter.
const METER_ROWS: usize = 256;

/// Bytes of files before this one, and of all, for the meter.
pub(super) type Progress = (u64, u64);

/// The class of images without a label beside others that have one.
pub(super) const NO_CLASS: &str = "(no label)";

/// How numbers become bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Coding {
    Whole,
    Scaled(Scale),
}

/// A table, read.
pub(super) struct Table {
    pub(super) layout: Layout,
    pub(super) shape: ImageShape,
    /// One image after another, channel after channel.
    pub(super) pixels: Vec<u8>,
    pub(super) range: Range,
    /// As they are written.
    pub(super) labels: Option<Vec<String>>,
    /// Which images are for testing, where a column says so.
    pub(super) is_test: Option<Vec<bool>>,
    pub(super) remarks: Vec<String>,
    text: Text,
    plan: Plan,
    coding: Coding,
    is_transposed: bool,
    is_interleaved: bool,
}

/// Rows as they were read.
struct Filled {
    rows: usize,
    /// The columns read as numbers, row after row.
    matrix: Vec<u8>,
    texts: BTreeMap<usize, Texts>,
    /// What those that are pixels for sure span.
    range: Range,
    core: Core,
    has_commas: bool,
    /// The first field of a column at the ends that is no number: its line, and what is in it.
    wrong: BTreeMap<usize, (u64, String)>,
}

/// Why rows could not be read as whole numbers.
enum Trouble {
    /// They hold another number.
    Other(f64),
    Error(DataError),
}

impl From<DataError> for Trouble {
    fn from(error: DataError) -> Self {
        Self::Error(error)
    }
}

impl Table {
    /// Reads a table. Its pixels are final once [`Self::settle`] was told the scale.
    pub(super) fn read(
        path: &Path,
        ask: Ask<'_>,
        is_transposed: bool,
        meter: &dyn Meter,
        progress: Progress,
    ) -> Result<Self, DataError> {
        let text = Text::sniff(path, LONGEST_SAMPLE)?;
        let plan = Plan::of(&text, ask)?;
        let mut coding = first_coding(&text, &plan, None);
        loop {
            let filled = match fill(&text, &plan, coding, meter, progress) {
                Ok(filled) => filled,
                Err(Trouble::Other(value)) => {
                    coding = first_coding(&text, &plan, Some(value));
                    continue;
                }
                Err(Trouble::Error(error)) => return Err(error),
            };
            let layout = decide(&text, &plan, ask, &filled.texts, filled.core)?;
            // Columns at the ends that turned out to be pixels.
            let mut range = filled.range;
            let mut other = None;
            for column in &layout.pixels {
                if let Some((line, found)) = filled.wrong.get(column) {
                    return Err(text.unexpected(&pixel_expected(*line, *column), found));
                }
                let fields = filled.texts.get(column).into_iter().flat_map(Texts::iter);
                for value in fields.filter_map(number) {
                    range.take(value);
                    other = other.or(byte(value).is_none().then_some(value));
                }
            }
            if let (Coding::Whole, Some(value)) = (coding, other) {
                coding = first_coding(&text, &plan, Some(value));
                continue;
            }
            let table = Self {
                shape: layout.shape,
                pixels: Vec::new(),
                range,
                labels: labels(&layout.labels, &plan, &filled),
                is_test: layout.split.and_then(|column| {
                    let texts = filled.texts.get(&column)?;
                    Some(texts.iter().map(|word| part(word) == Some(true)).collect())
                }),
                remarks: layout.remarks.clone(),
                layout,
                text,
                plan,
                coding,
                is_transposed,
                is_interleaved: false,
            };
            return Ok(table.arranged(filled));
        }
    }

    /// Brings the columns into the order of images.
    fn arranged(mut self, filled: Filled) -> Self {
        let width = self.width();
        let base: Vec<usize> = match self.plan.packed {
            Some(_) => (0..width).collect(),
            None => {
                let matrix = &self.plan.matrix;
                let place = |column: &usize| matrix.binary_search(column).ok();
                self.layout.pixels.iter().filter_map(place).collect()
            }
        };
        let shape = self.layout.shape;
        let tells_color = self.plan.packed.is_none()
            && self
                .plan
                .series
                .as_ref()
                .is_some_and(|series| series.has_channels);
        if shape.channels == 3 {
            self.is_interleaved = !tells_color && interleaved(&filled.matrix, width, &base, shape);
            self.remarks.push(match (tells_color, self.is_interleaved) {
                (true, _) => format!(
                    "{} numbers a row were taken as {}×{} in colour, as the names of the columns say.",
                    grouped(shape.pixels()),
                    shape.width,
                    shape.height
                ),
                (false, true) => format!(
                    "{} numbers a row were taken as {}×{} in colour, red, green and blue of each pixel together: that makes smooth pictures.",
                    grouped(shape.pixels()),
                    shape.width,
                    shape.height
                ),
                (false, false) => format!(
                    "{} numbers a row were taken as {}×{} in colour, all red first, then green, then blue, as in CIFAR; names of columns such as r0, g0, b0, r1 say otherwise.",
                    grouped(shape.pixels()),
                    shape.width,
                    shape.height
                ),
            });
        } else if shape.width != shape.height {
            self.remarks.push(format!(
                "Images are {} wide and {} high, as the names of the columns say.",
                shape.width, shape.height
            ));
        }
        if filled.has_commas {
            self.remarks
                .push("Commas in numbers were taken as decimal points.".to_owned());
        }
        self.shape = shape;
        if self.is_transposed {
            (self.shape.width, self.shape.height) = (shape.height, shape.width);
        }
        self.pixels = arrange(
            filled.matrix,
            width,
            &base,
            shape,
            self.is_interleaved,
            self.is_transposed,
        );
        self
    }

    /// Numbers of a row of the matrix.
    fn width(&self) -> usize {
        self.plan
            .packed
            .map_or(self.plan.matrix.len(), |(_, numbers)| numbers)
    }

    /// Brings the pixels to the scale that is right for the whole set.
    pub(super) fn settle(
        mut self,
        scale: Scale,
        meter: &dyn Meter,
        progress: Progress,
    ) -> Result<Self, DataError> {
        match self.coding {
            Coding::Whole => {
                let bytes: Vec<u8> = (0..=u8::MAX)
                    .map(|value| scale.pixel(f64::from(value)))
                    .collect();
                if bytes
                    .iter()
                    .zip(0..=u8::MAX)
                    .any(|(byte, value)| *byte != value)
                {
                    for value in &mut self.pixels {
                        *value = bytes[usize::from(*value)];
                    }
                }
                Ok(self)
            }
            Coding::Scaled(used) if used == scale => Ok(self),
            Coding::Scaled(_) => {
                self.coding = Coding::Scaled(scale);
                let filled = fill(&self.text, &self.plan, self.coding, meter, progress);
                let filled = filled.map_err(|trouble| match trouble {
                    Trouble::Error(error) => error,
                    Trouble::Other(value) => self
                        .text
                        .unexpected("the numbers that were there before", &value.to_string()),
                })?;
                let remarks = core::mem::take(&mut self.remarks);
                Ok(Self {
                    remarks,
                    ..self.arranged(filled)
                })
            }
        }
    }
}

/// The coding that the first rows suggest, and a number that was met later.
fn first_coding(text: &Text, plan: &Plan, met: Option<f64>) -> Coding {
    let mut range = Range::default();
    let mut is_byte = true;
    for value in sample_numbers(text, plan).chain(met) {
        range.take(value);
        is_byte &= byte(value).is_some();
    }
    if is_byte {
        return Coding::Whole;
    }
    let guess = scales(&[(String::new(), range)]).or_else(|_unusual| {
        let mut unit = Range::default();
        unit.take(0.5);
        scales(&[(String::new(), unit)])
    });
    match guess.map(|(scales, _)| scales.first().copied()) {
        Ok(Some(scale)) => Coding::Scaled(scale),
        _ => Coding::Whole,
    }
}

/// Labels as they are written, one a row.
fn labels(labels: &Labels, plan: &Plan, filled: &Filled) -> Option<Vec<String>> {
    match labels {
        Labels::Nowhere => None,
        Labels::Column(column) => {
            let texts = filled.texts.get(column)?;
            if texts.iter().all(<[u8]>::is_empty) {
                return None;
            }
            let word = |field: &[u8]| match field {
                b"" => NO_CLASS.to_owned(),
                field => text(field),
            };
            Some(texts.iter().map(word).collect())
        }
        Labels::OneHot(columns) => {
            let names: Vec<String> = columns
                .iter()
                .enumerate()
                .map(|(class, column)| class_name(plan.heading.name(*column), class))
                .collect();
            let mut labels = vec![String::new(); filled.rows];
            for (column, name) in columns.iter().zip(names) {
                let fields = filled.texts.get(column)?.iter();
                for (label, _) in labels
                    .iter_mut()
                    .zip(fields)
                    .filter(|(_, field)| number(field) == Some(1.0))
                {
                    label.clone_from(&name);
                }
            }
            Some(labels)
        }
    }
}

/// What the class of a column is called: its number where the name only counts, or there is none.
fn class_name(name: Option<&str>, class: usize) -> String {
    let Some(name) = name else {
        return class.to_string();
    };
    let digits = name.trim_start_matches(|c: char| !c.is_ascii_digit());
    if digits == class.to_string() || digits == (class + 1).to_string() {
        digits.to_owned()
    } else {
        name.to_owned()
    }
}

/// Reads all rows.
fn fill(
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
fn pixel_expected(line: u64, column: usize) -> String {
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
fn byte(value: f64) -> Option<u8> {
    (value.fract() == 0.0 && (0.0..=255.0).contains(&value)).then_some(value as u8)
}
