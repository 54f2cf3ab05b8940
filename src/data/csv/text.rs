//! Tables as text: encodings, ends of lines, separators.
//!
//! A *sample* is the start of a file, by which all of this is told; it holds whole rows. The rest is
//! read as the sample was: brought to UTF-8, to the line feed and to one separator as it goes by.

use std::fs::File;
use std::io::{Cursor, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use csv::ByteRecord;

use super::separator::{hint, lines, other_text, separator};
use super::tidy::{CHUNK, Encoding, Tidy, encoding};
use crate::data::{DataError, foreign};

/// Bytes of the sample at first.
pub(super) const SAMPLE: usize = 1 << 19;

/// Bytes of the sample at most, where lines are longer.
pub(super) const LONGEST_SAMPLE: usize = 1 << 26;

/// How the text of a file is read.
#[derive(Clone, Debug)]
pub(super) struct Text {
    path: PathBuf,
    encoding: Encoding,
    /// Bytes of the mark of byte order at the start.
    skip: u64,
    /// Whether lines end in a carriage return alone.
    is_cr: bool,
    separator: u8,
    /// Whether the first line only names the separator, as Excel has it: `sep=;`.
    has_hint: bool,
    /// The first rows, whole ones.
    pub(super) sample: Vec<ByteRecord>,
    /// The last line before the rows that begins with `#`, as a row: `NumPy`'s heading.
    pub(super) comment: Option<ByteRecord>,
}

impl Text {
    /// Looks at the start of a file: at so many bytes at most.
    ///
    /// # Errors
    /// When it cannot be read, or is no text.
    pub(super) fn sniff(path: &Path, longest: usize) -> Result<Self, DataError> {
        let unreadable = |cause| DataError::Unreadable {
            path: path.to_owned(),
            cause,
        };
        let mut file = File::open(path).map_err(unreadable)?;
        let mut start = Vec::new();
        let mut length = SAMPLE;
        loop {
            let missing = (length - start.len()) as u64;
            (&mut file)
                .take(missing)
                .read_to_end(&mut start)
                .map_err(unreadable)?;
            let is_all = start.len() < length;
            if let Some(what) = foreign::of_bytes(&start[..start.len().min(1024)], path) {
                return Err(foreign_error(path, what.what, what.remedy));
            }
            if start.starts_with(&[0x1f, 0x8b]) {
                let remedy = "unpack it with `gunzip` and open the .csv";
                return Err(foreign_error(path, "a packed table", remedy));
            }
            let text = Self::of(path, &start, is_all)?;
            // Two rows tell a heading from what it names.
            if is_all || length >= longest || text.sample.len() > 2 {
                return Ok(text);
            }
            length *= 4;
        }
    }

    fn of(path: &Path, start: &[u8], is_all: bool) -> Result<Self, DataError> {
        let (encoding, skip) = encoding(start);
        let mut text = Self {
            path: path.to_owned(),
            encoding,
            skip,
            is_cr: false,
            separator: b',',
            has_hint: false,
            sample: Vec::new(),
            comment: None,
        };
        let start = &start[(skip as usize).min(start.len())..];
        let mut decoded = Vec::new();
        Tidy::new(start, encoding, false, false)
            .read_to_end(&mut decoded)
            .map_err(|cause| DataError::Unreadable {
                path: path.to_owned(),
                cause,
            })?;
        if decoded.contains(&0) {
            return Err(DataError::Unexpected {
                path: path.to_owned(),
                expected: "a table of numbers as text".to_owned(),
                found: "bytes that are no text".to_owned(),
            });
        }
        text.is_cr = decoded.contains(&b'\r') && !decoded.contains(&b'\n');
        let mut lines = lines(&decoded, is_all);
        if let Some(what) = other_text(&lines) {
            return Err(foreign_error(path, what.0, what.1));
        }
        match lines.first().and_then(|line| hint(line)) {
            Some(separator) => {
                text.separator = separator;
                text.has_hint = true;
            }
            None => {
                let comments = lines.iter().take_while(|line| line.starts_with(b"#"));
                let comment = comments.last().map(|line| line.to_vec());
                lines.retain(|line| !line.starts_with(b"#"));
                text.separator = separator(&lines);
                text.comment = comment.and_then(|line| text.heading_of(&line));
            }
        }
        let mut rows = text.rows_of(Cursor::new(start.to_vec()));
        let mut row = ByteRecord::new();
        while rows.next(&mut row)? {
            text.sample.push(row.clone());
        }
        // The last line of a part of a file may be a part of a line.
        if !is_all {
            text.sample.pop();
        }
        Ok(text)
    }

    /// The fields of a comment.
    fn heading_of(&self, line: &[u8]) -> Option<ByteRecord> {
        let rest = line.strip_prefix(b"#")?.to_vec();
        let decoded = Self {
            encoding: Encoding::Bytes,
            ..self.clone()
        };
        let mut row = ByteRecord::new();
        let mut rows = decoded.rows_of(Cursor::new(rest));
        rows.next(&mut row).ok()?.then_some(row)
    }

    /// An error about what is in the file.
    pub(super) fn unexpected(&self, expected: &str, found: &str) -> DataError {
        DataError::Unexpected {
            path: self.path.clone(),
            expected: expected.to_owned(),
            found: found.to_owned(),
        }
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// All rows of the file, the first one included whatever it is.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub(super) fn rows(&self) -> Result<Rows, DataError> {
        let unreadable = |cause| DataError::Unreadable {
            path: self.path.clone(),
            cause,
        };
        let mut file = File::open(&self.path).map_err(unreadable)?;
        file.seek(SeekFrom::Start(self.skip)).map_err(unreadable)?;
        Ok(self.rows_of(file))
    }

    fn rows_of<R: Read + 'static>(&self, source: R) -> Rows {
        let is_plain = self.encoding == Encoding::Bytes && !self.is_cr && self.separator != b' ';
        let source: Box<dyn Read> = if is_plain {
            Box::new(source)
        } else {
            Box::new(Tidy::new(
                source,
                self.encoding,
                self.is_cr,
                self.separator == b' ',
            ))
        };
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.separator)
            .comment(Some(b'#'))
            .trim(csv::Trim::All)
            .buffer_capacity(CHUNK)
            .from_reader(source);
        Rows {
            path: self.path.clone(),
            reader,
            has_hint: self.has_hint,
            bytes_each: match self.encoding {
                Encoding::Bytes => 1,
                Encoding::Utf16 { .. } => 2,
            },
        }
    }
}

fn foreign_error(path: &Path, what: &str, remedy: &str) -> DataError {
    DataError::Foreign {
        path: path.to_owned(),
        what: what.to_owned(),
        remedy: remedy.to_owned(),
    }
}

/// Rows, one after another; those without anything in them are passed over.
pub(super) struct Rows {
    path: PathBuf,
    reader: csv::Reader<Box<dyn Read>>,
    has_hint: bool,
    bytes_each: u64,
}

impl Rows {
    /// Reads the next row, or says that there is none.
    pub(super) fn next(&mut self, row: &mut ByteRecord) -> Result<bool, DataError> {
        loop {
            let is_row = self.reader.read_byte_record(row);
            let is_row = is_row.map_err(|error| match error.into_kind() {
                csv::ErrorKind::Io(cause) => DataError::Unreadable {
                    path: self.path.clone(),
                    cause,
                },
                other => DataError::Unexpected {
                    path: self.path.clone(),
                    expected: "rows of numbers".to_owned(),
                    found: format!("{other:?}"),
                },
            })?;
            if !is_row {
                return Ok(false);
            }
            if core::mem::take(&mut self.has_hint) {
                continue;
            }
            // Nothing at all, or the end of a file of DOS.
            if !matches!(row.as_slice(), b"" | b"\x1a") {
                return Ok(true);
            }
        }
    }

    /// Bytes of the file that were read before this row.
    pub(super) fn bytes_before(&self, row: &ByteRecord) -> u64 {
        row.position().map_or(0, csv::Position::byte) * self.bytes_each
    }
}
