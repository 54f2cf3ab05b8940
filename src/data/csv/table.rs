//! One table of images, read.
//!
//! Numbers become bytes while the rows go by, by the scale that the first rows suggest. What all rows
//! together span is known at the end only; where another scale is right, the rows are read once more.

use std::path::Path;

use super::classes::part;
use super::color::{arrange, interleaved};
use super::decide::{Labels, Layout, decide};
use super::facts::Texts;
use super::fill::{Coding, Filled, Progress, Trouble, byte, fill, pixel_expected};
use super::number::{grouped, number, text};
use super::plan::{Ask, Plan, sample_numbers};
use super::text::{LONGEST_SAMPLE, Text};
use crate::data::range::{Range, Scale, scales};
use crate::data::{DataError, ImageShape, Meter};

/// The class of images without a label beside others that have one.
pub(super) const NO_CLASS: &str = "(no label)";

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
                    other = other.or_else(|| byte(value).is_none().then_some(value));
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

    /// Images there are.
    pub(super) fn rows(&self) -> usize {
        self.pixels.len() / self.shape.pixels().max(1)
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
