//! Tables as text: encodings, ends of lines, separators.
//!
//! A *sample* is the start of a file, by which all of this is told; it holds whole rows. The rest is
//! read as the sample was: brought to UTF-8, to the line feed and to one separator as it goes by.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use csv::ByteRecord;

use super::number::{list_length, number};
use crate::data::reading::MIN_SIDE;
use crate::data::{DataError, foreign};

/// Bytes of the sample at first.
pub(super) const SAMPLE: usize = 1 << 19;

/// Bytes of the sample at most, where lines are longer.
pub(super) const LONGEST_SAMPLE: usize = 1 << 26;

/// Lines of the sample by which the separator is told.
const LINES: usize = 24;

/// Separators, the more telling first.
const SEPARATORS: &[u8] = b"\t;|, ";

/// Bytes that are decoded at once.
const CHUNK: usize = 1 << 16;

/// How characters are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    /// UTF-8, or any in which digits and separators are the bytes of ASCII.
    Bytes,
    Utf16 {
        is_big_endian: bool,
    },
}

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
    /// The last line before the rows that begins with `#`, as a row: NumPy's heading.
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
        Tidy::new(start, &text)
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
            Box::new(Tidy::new(source, self))
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

/// How a file that starts like this is encoded, and the length of the mark that says so.
fn encoding(start: &[u8]) -> (Encoding, u64) {
    let utf16 = |is_big_endian| Encoding::Utf16 { is_big_endian };
    match start {
        [0xef, 0xbb, 0xbf, ..] => (Encoding::Bytes, 3),
        [0xff, 0xfe, ..] => (utf16(false), 2),
        [0xfe, 0xff, ..] => (utf16(true), 2),
        _ => {
            // Without a mark, digits and separators have their zero byte before or behind.
            let looked = &start[..start.len().min(CHUNK)];
            let zeros = |from: usize| {
                let bytes = looked.iter().skip(from).step_by(2);
                bytes.filter(|byte| **byte == 0).count() * 5
            };
            match (zeros(0) > looked.len(), zeros(1) > looked.len()) {
                (true, false) => (utf16(true), 0),
                (false, true) => (utf16(false), 0),
                _ => (Encoding::Bytes, 0),
            }
        }
    }
}

/// Lines of a text, without empty ones; the last only where the text ends with it. Line feeds between
/// quotes are none that end a line.
fn lines(text: &[u8], is_all: bool) -> Vec<&[u8]> {
    let mut lines = Vec::new();
    let (mut from, mut is_quoted) = (0, false);
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' | b'\r' if !is_quoted => {
                lines.push(text[from..at].trim_ascii());
                from = at + 1;
            }
            _ => {}
        }
        if lines.len() == LINES {
            break;
        }
    }
    if lines.len() < LINES && (is_all || lines.is_empty()) {
        lines.push(text[from..].trim_ascii());
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// The separator that the first line names.
fn hint(line: &[u8]) -> Option<u8> {
    match line {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', separator] => Some(*separator),
        // A tab at the end of the line was trimmed.
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'='] => Some(b'\t'),
        _ => None,
    }
}

/// Texts of other kinds, and what to do about them.
fn other_text(lines: &[&[u8]]) -> Option<(&'static str, &'static str)> {
    let first = lines.first()?;
    if first.starts_with(b"{") || first.starts_with(b"[{") {
        return Some((
            "a JSON file",
            "in Python, pandas.read_json(…).to_csv(\"set.csv\", index=False) makes a table of it",
        ));
    }
    let is_arff = |line: &&[u8]| {
        let start = &line[..line.len().min(9)];
        start.eq_ignore_ascii_case(b"@relation")
    };
    if lines.iter().any(is_arff) {
        return Some((
            "an ARFF file of Weka",
            "remove all lines up to @data and give it the ending .csv",
        ));
    }
    let pairs = first.split(|byte| *byte == b' ').skip(1).take(3);
    let is_pair = |part: &[u8]| {
        let mut halves = part.split(|byte| *byte == b':');
        let mut next = || halves.next().and_then(number);
        next().is_some() && next().is_some()
    };
    let pairs: Vec<bool> = pairs.map(is_pair).collect();
    (pairs.len() == 3 && pairs.iter().all(|is_pair| *is_pair)).then_some((
        "a file in the sparse format of LIBSVM",
        "in Python, load it with sklearn.datasets.load_svmlight_file and save x.toarray() with numpy.savetxt(\"set.csv\", …, delimiter=\",\")",
    ))
}

/// The fields of a line, as far as quotes go; several blanks are one.
fn fields(line: &[u8], separator: u8) -> Vec<&[u8]> {
    let mut fields = Vec::new();
    let (mut from, mut is_quoted) = (0, false);
    for (at, &byte) in line.iter().enumerate() {
        if byte == b'"' {
            is_quoted = !is_quoted;
        } else if !is_quoted && (byte == separator || (separator == b' ' && byte == b'\t')) {
            fields.push(&line[from..at]);
            from = at + 1;
        }
    }
    fields.push(&line[from..]);
    if separator == b' ' {
        fields.retain(|field| !field.is_empty());
    }
    fields
}

/// What separates the columns of these lines: what gives all lines the same number of fields, and as
/// many of them numbers as can be.
fn separator(lines: &[&[u8]]) -> u8 {
    let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
        return b',';
    };
    let mut best = None;
    for &separator in SEPARATORS {
        let found = fields(last, separator);
        let count = found.len();
        let mut others = lines[1..].iter().map(|line| fields(line, separator).len());
        let start = fields(first, separator).len();
        // R leaves the column of its names of rows without a heading.
        let is_first = start == count || (start + 1 == count && lines.len() > 2);
        if count < 2 || !is_first || !others.all(|other| other == count) {
            continue;
        }
        let bare = |field: &&[u8]| {
            let field = field.trim_ascii();
            let field = field.strip_prefix(b"\"").unwrap_or(field);
            field.strip_suffix(b"\"").unwrap_or(field).to_vec()
        };
        let bare: Vec<Vec<u8>> = found.iter().map(bare).collect();
        if bare
            .iter()
            .any(|field| list_length(field) >= MIN_SIDE * MIN_SIDE)
        {
            return separator;
        }
        let numbers = bare.iter().filter(|field| number(field).is_some()).count();
        // Some words among hundreds of numbers make no difference.
        let share = numbers * 8 / count;
        if best.is_none_or(|(most, _)| share > most) {
            best = Some((share, separator));
        }
    }
    if let Some((_, separator)) = best {
        return separator;
    }
    let most = SEPARATORS.iter().rev().copied();
    let most = most.max_by_key(|separator| fields(first, *separator).len());
    match most {
        Some(separator) if fields(first, separator).len() > 1 => separator,
        _ => b',',
    }
}

/// Text on its way from the file to the table, as the table is to have it.
struct Tidy<R> {
    source: R,
    encoding: Encoding,
    is_cr: bool,
    is_blank: bool,
    chunk: Vec<u8>,
    out: Vec<u8>,
    taken: usize,
    /// A byte of a pair, and a half of a pair of surrogates, that wait for the other.
    byte: Option<u8>,
    half: Option<u16>,
    is_quoted: bool,
    is_line_start: bool,
    is_blank_due: bool,
}

impl<R: Read> Tidy<R> {
    fn new(source: R, text: &Text) -> Self {
        Self {
            source,
            encoding: text.encoding,
            is_cr: text.is_cr,
            is_blank: text.separator == b' ',
            chunk: vec![0; CHUNK],
            out: Vec::new(),
            taken: 0,
            byte: None,
            half: None,
            is_quoted: false,
            is_line_start: true,
            is_blank_due: false,
        }
    }

    fn take(&mut self, count: usize) {
        let chunk = core::mem::take(&mut self.chunk);
        for &byte in &chunk[..count] {
            match (self.encoding, self.byte) {
                (Encoding::Bytes, _) => self.push(byte),
                (Encoding::Utf16 { .. }, None) => self.byte = Some(byte),
                (Encoding::Utf16 { is_big_endian }, Some(first)) => {
                    self.byte = None;
                    self.unit(match is_big_endian {
                        true => u16::from_be_bytes([first, byte]),
                        false => u16::from_le_bytes([first, byte]),
                    });
                }
            }
        }
        self.chunk = chunk;
    }

    /// Takes a unit of UTF-16; halves without their other half become U+FFFD.
    fn unit(&mut self, unit: u16) {
        let units = self.half.take().into_iter().chain([unit]);
        let units: Vec<u16> = units.collect();
        if let [0xd800..=0xdbff] = units[..] {
            self.half = Some(unit);
            return;
        }
        let mut bytes = [0; 4];
        for found in char::decode_utf16(units) {
            let found = found.unwrap_or(char::REPLACEMENT_CHARACTER);
            for &byte in found.encode_utf8(&mut bytes).as_bytes() {
                self.push(byte);
            }
        }
    }

    fn push(&mut self, byte: u8) {
        let byte = if self.is_cr && byte == b'\r' {
            b'\n'
        } else {
            byte
        };
        if self.is_blank {
            match byte {
                b'"' => self.is_quoted = !self.is_quoted,
                b' ' | b'\t' if !self.is_quoted => {
                    self.is_blank_due = true;
                    return;
                }
                b'\r' if !self.is_quoted => return,
                b'\n' if !self.is_quoted => {
                    self.is_blank_due = false;
                    self.is_line_start = true;
                    self.out.push(byte);
                    return;
                }
                _ => {}
            }
            if self.is_blank_due && !self.is_line_start {
                self.out.push(b' ');
            }
            self.is_blank_due = false;
            self.is_line_start = false;
        }
        self.out.push(byte);
    }
}

impl<R: Read> Read for Tidy<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.out.len() {
            self.out.clear();
            self.taken = 0;
            let count = self.source.read(&mut self.chunk)?;
            if count == 0 {
                return Ok(0);
            }
            self.take(count);
        }
        let rest = &self.out[self.taken..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.taken += count;
        Ok(count)
    }
}
