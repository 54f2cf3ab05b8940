//! Which columns are read as what, by the first rows.
//!
//! A *plan* sorts the columns into pixels, texts and *edges*: those at both ends that may turn out
//! to be either once the whole table is known. A table is *packed* where one field holds all numbers
//! of an image.

use csv::ByteRecord;

use super::decide::{Layout, fits};
use super::facts::Facts;
use super::heading::{Heading, Role, role};
use super::listed;
use super::number::{grouped, list_length, number, parts, whole};
use super::series::{Series, series};
use super::text::Text;
use crate::data::reading::{MIN_SIDE, NO_LABEL};
use crate::data::{DataError, ImageShape};

/// Columns at each end that may be something else than pixels.
pub(super) const MAX_EDGES: usize = 3;

/// Columns that say one class each, at most.
const MAX_ONE_HOT: usize = 256;

/// Rows of the sample whose fields are looked at.
const LOOKED: usize = 64;

/// How a column is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Pixel,
    /// As a pixel and as text.
    Edge,
    Text,
}

/// What was asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ask<'a> {
    /// [`crate::data::Reading::label`].
    pub(super) label: Option<&'a str>,
    /// How the training images beside these test images lie.
    pub(super) like: Option<&'a Layout>,
}

impl Ask<'_> {
    /// The shape that so many numbers have.
    pub(super) fn fits(&self, numbers: usize, series: Option<&Series>) -> Option<ImageShape> {
        match self.like {
            Some(like) => (like.shape.pixels() == numbers).then_some(like.shape),
            None => fits(numbers, series),
        }
    }
}

/// Where labels were asked to be taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Nothing was said: they are looked for.
    Anywhere,
    Nowhere,
    Column(usize),
}

/// How the columns of a table are read.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) heading: Heading,
    /// Columns of every row.
    pub(super) count: usize,
    pub(super) places: Vec<Place>,
    /// The columns read as numbers, in the order of the file.
    pub(super) matrix: Vec<usize>,
    /// The column of lists, and how many numbers each holds.
    pub(super) packed: Option<(usize, usize)>,
    pub(super) series: Option<Series>,
    /// Columns without names that say one class each.
    pub(super) one_hot: Option<Vec<usize>>,
    /// Where labels were asked to be taken from.
    pub(super) label: Asked,
}

impl Plan {
    /// Makes a plan by the first rows.
    ///
    /// # Errors
    /// When no images can be found in the columns, with what there is; when the column of labels
    /// that was asked for is not there.
    pub(super) fn of(text: &Text, ask: Ask<'_>) -> Result<Self, DataError> {
        let heading = Heading::of(&text.sample, text.comment.as_ref());
        let (names, body) = text.sample.split_at(usize::from(heading.is_first_row));
        let Some(first) = text.sample.first() else {
            return Err(text.unexpected("one image a line", "an empty file"));
        };
        let count = match &heading.names {
            Some(names) if heading.is_first_row => names.len(),
            _ => body.first().unwrap_or(first).len(),
        };
        let body = &body[..body.len().min(LOOKED)];
        if let Some(row) = body.first()
            && row.len() != count
            && !names.is_empty()
        {
            return Err(wrong_count(text, count, row));
        }
        let mut plan = Self {
            places: vec![Place::Text; count],
            series: heading.names.as_deref().and_then(series),
            count,
            matrix: Vec::new(),
            packed: None,
            one_hot: None,
            label: Asked::Anywhere,
            heading,
        };
        // A number counts the columns of the training images; test images may have others.
        let numbered = match ask.like {
            Some(like) if like.count != count => 0,
            _ => count,
        };
        plan.label = match ask.label {
            Some(NO_LABEL) => Asked::Nowhere,
            Some(asked) => match plan.heading.find(asked, numbered) {
                Some(column) => Asked::Column(column),
                // The test images need no labels.
                None if ask.like.is_some() => Asked::Anywhere,
                None => return Err(plan.no_column(text, asked)),
            },
            None => Asked::Anywhere,
        };
        plan.packed = plan.find_packed(text, body)?;
        match plan.packed {
            Some((_, numbers)) if ask.fits(numbers, None).is_some() => {}
            Some((column, numbers)) => {
                let place = plan.heading.describe(column);
                let found = format!("{} numbers in {place}", grouped(numbers));
                return Err(text.unexpected(&expected(ask), &found));
            }
            None => plan.find_pixels(text, body, ask)?,
        }
        if body.is_empty() {
            return Err(text.unexpected("one image a line", "a heading only"));
        }
        Ok(plan)
    }

    fn no_column(&self, text: &Text, asked: &str) -> DataError {
        let names = match &self.heading.names {
            Some(names) => shortened(names),
            None => "no names of columns".to_owned(),
        };
        text.unexpected(
            &format!(
                "a column of labels {asked:?} (a heading, a number from 1 to {}, or {NO_LABEL})",
                self.count
            ),
            &names,
        )
    }

    fn find_packed(
        &self,
        text: &Text,
        body: &[ByteRecord],
    ) -> Result<Option<(usize, usize)>, DataError> {
        let Some(row) = body.first() else {
            return Ok(None);
        };
        let lists: Vec<(usize, usize)> = row
            .iter()
            .enumerate()
            .filter(|(column, _)| self.label != Asked::Column(*column))
            .map(|(column, field)| (column, list_length(field)))
            .filter(|(_, length)| *length >= MIN_SIDE * MIN_SIDE)
            .collect();
        match lists[..] {
            [] => Ok(None),
            [(column, usize::MAX)] => {
                let found = row.get(column).map_or(0, |field| parts(field).count());
                Err(text.unexpected(
                    "all numbers of an image in each field",
                    &format!("{found} of them and \"...\" in the middle, where NumPy left the others out; numpy.set_printoptions(threshold=sys.maxsize) before writing keeps them"),
                ))
            }
            [list] => Ok(Some(list)),
            _ => {
                let found = format!("{} of them", lists.len());
                Err(text.unexpected("one column of lists of pixels", &found))
            }
        }
    }

    fn find_pixels(
        &mut self,
        text: &Text,
        body: &[ByteRecord],
        ask: Ask<'_>,
    ) -> Result<(), DataError> {
        let facts: Vec<Facts> = (0..self.count)
            .map(|column| Facts::of(body.iter().filter_map(|row| row.get(column))))
            .collect();
        let may_be_pixel = |column: usize| {
            let facts = &facts[column];
            let is_asked = self.label == Asked::Column(column);
            // A missing pixel is told when it is met; a column of words is none.
            !is_asked && (facts.rows == 0 || facts.empty + facts.words <= facts.rows / 2)
        };
        self.matrix = match &self.series {
            Some(series) => {
                let mut columns = series.columns.clone();
                columns.sort_unstable();
                columns.retain(|column| self.label != Asked::Column(*column));
                columns
            }
            None => {
                let is_named = |column: usize| {
                    let name = self
                        .heading
                        .names
                        .as_ref()
                        .and_then(|names| names.get(column));
                    name.is_some_and(|name| role(name) != Role::Unknown)
                };
                let all = 0..self.count;
                all.filter(|&column| may_be_pixel(column) && !is_named(column))
                    .collect()
            }
        };
        let may_fit = |plan: &Self, fewer: usize| {
            let rest = plan.matrix.len().checked_sub(fewer);
            rest.is_some_and(|rest| ask.fits(rest, plan.series.as_ref()).is_some())
        };
        if !may_fit(self, 0) {
            let unlike = unlike(&self.matrix, &facts);
            // Only where it leads to images.
            if (0..=MAX_EDGES).any(|fewer| may_fit(self, unlike.len() + fewer))
                || self.one_hot(&unlike, body, ask).is_some()
            {
                self.matrix.retain(|column| !unlike.contains(column));
            }
        }
        let has_edges = !may_fit(self, 0) && (1..=MAX_EDGES).any(|fewer| may_fit(self, fewer));
        if !may_fit(self, 0) && !has_edges {
            match self.one_hot(&[], body, ask) {
                Some(columns) => {
                    self.matrix.retain(|column| !columns.contains(column));
                    self.one_hot = Some(columns);
                }
                None => return Err(self.no_images(text, body, ask)),
            }
        }
        let last = self.matrix.len().saturating_sub(MAX_EDGES);
        for (place, &column) in self.matrix.iter().enumerate() {
            let is_edge = has_edges && (place < MAX_EDGES || place >= last);
            self.places[column] = if is_edge { Place::Edge } else { Place::Pixel };
        }
        Ok(())
    }

    /// Columns at one end, apart from those to leave out, that hold a single 1 in every row.
    fn one_hot(&self, without: &[usize], body: &[ByteRecord], ask: Ask<'_>) -> Option<Vec<usize>> {
        let columns: Vec<usize> = self
            .matrix
            .iter()
            .copied()
            .filter(|c| !without.contains(c))
            .collect();
        let classes = (MAX_EDGES + 1)..=MAX_ONE_HOT.min(columns.len());
        let mut classes = classes.filter(|classes| {
            let rest = columns.len() - classes;
            ask.fits(rest, self.series.as_ref()).is_some()
        });
        if body.is_empty() {
            return None;
        }
        classes.find_map(|classes| {
            let (first, last) = (&columns[..classes], &columns[columns.len() - classes..]);
            [last, first]
                .into_iter()
                .find(|found| body.iter().all(|row| is_one_hot(row, found)))
                .map(<[usize]>::to_vec)
        })
    }

    /// Why there are no images in these columns.
    fn no_images(&self, text: &Text, body: &[ByteRecord], ask: Ask<'_>) -> DataError {
        if let Some(error) = listed::pictures(text, body) {
            return error;
        }
        let count = self.count;
        let mut found = format!("{} columns", grouped(count));
        let pixels = self.matrix.len();
        if pixels != count {
            found = format!("{found}, {} of them numbers", grouped(pixels));
        }
        if let Some(names) = &self.heading.names {
            found = format!("{found} ({})", shortened(names));
        }
        let side = pixels.isqrt();
        if side >= MIN_SIDE {
            let square = side * side;
            found = format!(
                "{found}: {side}×{side} are {}, {} fewer",
                grouped(square),
                pixels - square
            );
        }
        text.unexpected(&expected(ask), &found)
    }
}

/// Whether a row holds a single 1 in these columns, and 0 otherwise.
fn is_one_hot(row: &ByteRecord, columns: &[usize]) -> bool {
    let mut ones = 0;
    for &column in columns {
        match row.get(column).and_then(number) {
            Some(0.0) => {}
            Some(1.0) => ones += 1,
            _ => return false,
        }
    }
    ones == 1
}

/// Columns that cannot be pixels beside the others, where they are few: the only ones without
/// decimals, far larger numbers, numbers that count up at the ends.
fn unlike(matrix: &[usize], facts: &[Facts]) -> Vec<usize> {
    let mut highs: Vec<f64> = matrix.iter().map(|&column| facts[column].high).collect();
    highs.sort_by(f64::total_cmp);
    let few = MAX_EDGES.min(matrix.len());
    let usual = highs.len().checked_sub(few + 1).map_or(0.0, |at| highs[at]);
    let undecimal = |column: &usize| !facts[*column].is_decimal;
    let has_decimals = (1..=few).contains(&matrix.iter().filter(|c| undecimal(c)).count());
    let ends = matrix.iter().take(few).chain(matrix.iter().rev().take(few));
    let ends: Vec<usize> = ends.copied().collect();
    matrix
        .iter()
        .copied()
        .filter(|column| {
            let found = &facts[*column];
            // All of it, not a wrong number somewhere.
            let is_large = found.low > 2.0 * usual && found.low > 275.0;
            (has_decimals && undecimal(column))
                || (is_large && found.fraction.is_none())
                || (ends.contains(column) && found.counts_up)
        })
        .collect()
}

/// What there should be, for errors.
fn expected(ask: Ask<'_>) -> String {
    match ask.like {
        Some(like) => format!(
            "images of {} in each line, like the training images,",
            like.shape
        ),
        None => format!(
            "a label and the pixels of a square image of {MIN_SIDE} or more pixels a side in each line, such as 785 columns for 28×28 or 3,073 for 32×32 in colour,"
        ),
    }
}

fn wrong_count(text: &Text, count: usize, row: &ByteRecord) -> DataError {
    let line = row.position().map_or(0, csv::Position::line);
    text.unexpected(
        &format!("{count} columns in line {line}"),
        &row.len().to_string(),
    )
}

/// The names of columns, the middle left out where they are many.
fn shortened(names: &[String]) -> String {
    let shown = |name: &String| match name.as_str() {
        "" => "(no name)".to_owned(),
        name => name.chars().take(30).collect(),
    };
    let all: Vec<String> = names.iter().map(shown).collect();
    match all.as_slice() {
        [start @ .., last] if start.len() > 6 => {
            format!("{}, …, {last}", start[..5].join(", "))
        }
        _ => all.join(", "),
    }
}

/// Numbers of the sample that are read as pixels for sure.
pub(super) fn sample_numbers<'a>(text: &'a Text, plan: &'a Plan) -> impl Iterator<Item = f64> + 'a {
    let body = text
        .sample
        .iter()
        .skip(usize::from(plan.heading.is_first_row));
    body.take(LOOKED).flat_map(move |row| {
        let fields = row.iter().zip(&plan.places);
        let pixels = fields
            .filter(|(_, place)| **place == Place::Pixel)
            .map(|(field, _)| field);
        let packed = plan.packed.and_then(|(column, _)| row.get(column));
        pixels
            .chain(packed.into_iter().flat_map(parts))
            .filter_map(|field| whole(field).map(f64::from).or_else(|| number(field)))
    })
}
