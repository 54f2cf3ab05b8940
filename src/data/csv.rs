//! CSV files with one image a line, as Kaggle's: the label first, then the pixels row by row.
//!
//! A *row* is one image. The first line may hold the names of the columns; without labels a row is
//! pixels only. Images are square and grey, pixels from 0 to 255 or from 0 to 1. A file whose name
//! differs by `test` lies beside it where test images are given.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use csv::ByteRecord;

use super::labels::{self, Labelled};
use super::limits::MAX_BYTES;
use super::place::ends_in;
use super::reading::{MAX_SIDE, MIN_SIDE};
use super::split::{own_name, split};
use super::{DataError, DatasetParts, ImageShape, Images, Meter, Reading, Skipped, Source};

/// What a column of labels is called.
const LABEL_NAMES: &[&str] = &["label", "labels", "class", "target", "y", "digit"];

/// Rows between two looks at the meter.
const METER_ROWS: usize = 256;

/// Longest first line that is looked at to tell the separator.
const FIRST_LINE: u64 = 1 << 20;

/// The source that reads CSV files.
#[derive(Clone, Copy, Debug)]
pub struct Csv;

impl Source for Csv {
    fn id(&self) -> &'static str {
        "csv"
    }

    fn name(&self) -> &'static str {
        "CSV file"
    }

    fn summary(&self) -> &'static str {
        "A .csv file of square grey images, one a line, the label first, as on Kaggle; a test file beside it is taken too."
    }

    fn accepts(&self, location: &str) -> bool {
        let path = Path::new(location);
        ends_in(path, &["csv"]) && path.is_file()
    }

    fn read(
        &self,
        location: &str,
        _reading: &Reading,
        meter: &dyn Meter,
    ) -> Result<DatasetParts, DataError> {
        read(Path::new(location), meter)
    }
}

fn read(path: &Path, meter: &dyn Meter) -> Result<DatasetParts, DataError> {
    let test_path = test_beside(path);
    let length = |path: &Path| path.metadata().map_or(0, |about| about.len());
    let total = length(path) + test_path.as_deref().map_or(0, length);
    let train = Table::read(path, meter, (0, total))?;
    let test = test_path
        .as_deref()
        .map(|test| Table::read(test, meter, (length(path), total)))
        .transpose()?;
    let mut skipped = Vec::new();
    let labelled = train.labels.as_deref().and_then(|words| {
        let test = test.as_ref().and_then(|test| test.labels.as_deref());
        let labelled = labels::from_words(words, test);
        labelled
            .map_err(|why| {
                skipped.push(Skipped {
                    path: "label".to_owned(),
                    why,
                });
            })
            .ok()
    });
    let (train_labels, test_labels, class_names) = match labelled {
        Some(Labelled { train, test, names }) => (Some(train), test, names),
        None => (None, None, None),
    };
    let name = own_name(path);
    let train = Images::new(train.shape, train.pixels)?;
    let parts = match test {
        Some(test) => DatasetParts {
            train_labels,
            test_labels,
            ..DatasetParts::new(name, train, Images::new(test.shape, test.pixels)?)
        },
        None => split(name, path, &train, train_labels.as_deref())?,
    };
    Ok(DatasetParts {
        class_names,
        skipped,
        ..parts
    })
}

/// The file of test images beside one of training images, where there is one.
fn test_beside(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let stem = path.file_stem()?.to_str()?;
    let end = &name[stem.len()..];
    let candidates = match stem.rfind("train") {
        Some(at) => vec![format!("{}test{}{end}", &stem[..at], &stem[at + 5..])],
        None => vec![format!("{stem}_test{end}"), format!("{stem}-test{end}")],
    };
    candidates
        .into_iter()
        .map(|name| path.with_file_name(name))
        .find(|path| path.is_file())
}

/// What the numbers of a file mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Values {
    /// Whole numbers from 0 to 255.
    Whole,
    /// 0 to 1.
    Unit,
    /// 0 to 255 with decimals.
    Decimal,
}

/// Why a file cannot be read as one kind of values.
enum Trouble {
    /// It holds another kind.
    Other(Values),
    Error(DataError),
}

impl From<DataError> for Trouble {
    fn from(error: DataError) -> Self {
        Self::Error(error)
    }
}

/// One file, read.
struct Table {
    shape: ImageShape,
    pixels: Vec<u8>,
    /// As they are written.
    labels: Option<Vec<String>>,
}

/// Where labels and pixels are in a row.
#[derive(Clone, Copy)]
struct Columns {
    count: usize,
    label: Option<usize>,
    side: usize,
}

impl Table {
    fn read(path: &Path, meter: &dyn Meter, progress: (u64, u64)) -> Result<Self, DataError> {
        let mut values = Values::Whole;
        loop {
            match Self::read_as(path, values, meter, progress) {
                Ok(mut table) => {
                    // Black and white as 0 and 1.
                    if values == Values::Whole && table.pixels.iter().all(|&value| value <= 1) {
                        table.pixels.iter_mut().for_each(|value| *value *= 255);
                    }
                    return Ok(table);
                }
                Err(Trouble::Other(other)) => values = other,
                Err(Trouble::Error(error)) => return Err(error),
            }
        }
    }

    fn read_as(
        path: &Path,
        values: Values,
        meter: &dyn Meter,
        (before, total): (u64, u64),
    ) -> Result<Self, Trouble> {
        let unexpected = |expected: String, found: String| DataError::Unexpected {
            path: path.to_owned(),
            expected,
            found,
        };
        let unreadable = |cause| DataError::Unreadable {
            path: path.to_owned(),
            cause,
        };
        let mut rows = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator(path)?)
            .trim(csv::Trim::All)
            .from_path(path)
            .map_err(|error| unexpected("a CSV file".to_owned(), error.to_string()))?;
        let mut row = ByteRecord::new();
        let mut next = |row: &mut ByteRecord| -> Result<bool, DataError> {
            let is_row = rows.read_byte_record(row);
            is_row.map_err(|error| match error.into_kind() {
                csv::ErrorKind::Io(cause) => unreadable(cause),
                other => unexpected("rows of numbers".to_owned(), format!("{other:?}")),
            })
        };
        if !next(&mut row)? {
            return Err(
                unexpected("one image a line".to_owned(), "an empty file".to_owned()).into(),
            );
        }
        let columns = Columns::of(&row).map_err(|(expected, found)| unexpected(expected, found))?;
        let mut is_row = !is_heading(&row, columns) || next(&mut row)?;
        let mut table = Self {
            shape: ImageShape {
                width: columns.side,
                height: columns.side,
                channels: 1,
            },
            pixels: Vec::new(),
            labels: columns.label.map(|_| Vec::new()),
        };
        let mut count = 0;
        while is_row {
            let place = row.position();
            let line = place.map_or(0, csv::Position::line);
            if count % METER_ROWS == 0 {
                if meter.is_cancelled() {
                    return Err(DataError::Cancelled {
                        location: path.display().to_string(),
                    }
                    .into());
                }
                meter.tell(before + place.map_or(0, csv::Position::byte), Some(total));
            }
            if row.len() != columns.count {
                let expected = format!("{} columns in line {line}", columns.count);
                return Err(unexpected(expected, row.len().to_string()).into());
            }
            if table.pixels.len() as u64 > MAX_BYTES {
                let expected = format!("at most {MAX_BYTES} pixels");
                return Err(unexpected(expected, "more".to_owned()).into());
            }
            for (column, field) in row.iter().enumerate() {
                if columns.label == Some(column) {
                    if let Some(labels) = &mut table.labels {
                        labels.push(String::from_utf8_lossy(field).into_owned());
                    }
                } else {
                    table
                        .pixels
                        .push(pixel(field, values).map_err(|other| match other {
                            Some(other) => Trouble::Other(other),
                            None => {
                                let place = format!(
                                    "a pixel from 0 to 255 or 0 to 1 in line {line}, column {}",
                                    column + 1
                                );
                                unexpected(place, shown(field)).into()
                            }
                        })?);
                }
            }
            count += 1;
            is_row = next(&mut row)?;
        }
        if count == 0 {
            return Err(
                unexpected("one image a line".to_owned(), "a heading only".to_owned()).into(),
            );
        }
        table.pixels.shrink_to_fit();
        Ok(table)
    }
}

impl Columns {
    /// Tells the columns by how many there are, and by their names where the first row has any.
    fn of(first: &ByteRecord) -> Result<Self, (String, String)> {
        let count = first.len();
        let side = |pixels: usize| {
            let side = pixels.isqrt();
            (side * side == pixels && (MIN_SIDE..=MAX_SIDE).contains(&side)).then_some(side)
        };
        let named = first.iter().position(|field| {
            LABEL_NAMES
                .iter()
                .any(|name| field.eq_ignore_ascii_case(name.as_bytes()))
        });
        let columns = match (side(count), side(count.saturating_sub(1))) {
            (Some(side), _) => Self {
                count,
                label: None,
                side,
            },
            (None, Some(side)) => Self {
                count,
                label: Some(named.unwrap_or(0)),
                side,
            },
            (None, None) => {
                return Err((
                    format!(
                        "a label and the pixels of a square image of {MIN_SIDE} to {MAX_SIDE} pixels a side in each line, such as 785 columns"
                    ),
                    format!("{count} columns"),
                ));
            }
        };
        Ok(columns)
    }
}

/// Whether the first row names the columns: no pixel of it is a number.
fn is_heading(first: &ByteRecord, columns: Columns) -> bool {
    first
        .iter()
        .enumerate()
        .filter(|(column, _)| columns.label != Some(*column))
        .all(|(_, field)| number(field).is_none())
}

fn number(field: &[u8]) -> Option<f64> {
    core::str::from_utf8(field).ok()?.parse().ok()
}

/// A pixel, or the kind of values it shows the file to hold; `None` for one that is none.
fn pixel(field: &[u8], values: Values) -> Result<u8, Option<Values>> {
    if values == Values::Whole {
        let whole = field.iter().try_fold(0_u32, |sum, &digit| match digit {
            b'0'..=b'9' if sum < 256 => Some(sum * 10 + u32::from(digit - b'0')),
            _ => None,
        });
        return match whole.filter(|_| !field.is_empty()) {
            Some(value @ 0..=255) => Ok(value as u8),
            None if number(field).is_some_and(|value| (0.0..=255.0).contains(&value)) => {
                Err(Some(Values::Unit))
            }
            Some(_) | None => Err(None),
        };
    }
    let value = number(field).ok_or(None)?;
    match values {
        Values::Unit if (0.0..=1.0).contains(&value) => Ok((value * 255.0).round() as u8),
        Values::Unit if (0.0..=255.0).contains(&value) => Err(Some(Values::Decimal)),
        Values::Decimal if (0.0..=255.0).contains(&value) => Ok(value.round() as u8),
        Values::Whole | Values::Unit | Values::Decimal => Err(None),
    }
}

/// A field as an error shows it.
fn shown(field: &[u8]) -> String {
    let text: String = String::from_utf8_lossy(field).chars().take(20).collect();
    format!("{text:?}")
}

/// What separates columns: of comma, semicolon and tab the one the first line has most of.
fn separator(path: &Path) -> Result<u8, DataError> {
    let unreadable = |cause| DataError::Unreadable {
        path: path.to_owned(),
        cause,
    };
    let file = File::open(path).map_err(unreadable)?;
    let mut line = Vec::new();
    BufReader::new(file.take(FIRST_LINE))
        .read_until(b'\n', &mut line)
        .map_err(unreadable)?;
    let columns = |separator: &u8| line.split(|byte| byte == separator).count();
    let most = b"\t;,".iter().copied().max_by_key(columns);
    Ok(most.unwrap_or(b','))
}

#[cfg(test)]
mod tests;
