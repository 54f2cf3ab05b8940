//! What separates the columns, and texts that are no tables.

use super::number::{list_length, number};
use crate::data::reading::MIN_SIDE;

/// Lines by which the separator is told.
const LINES: usize = 24;

/// Separators, the more telling first.
const SEPARATORS: &[u8] = b"\t;|, ";

/// Lines of a text, without empty ones; the last only where the text ends with it. Line feeds between
/// quotes are none that end a line.
pub(super) fn lines(text: &[u8], is_all: bool) -> Vec<&[u8]> {
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
pub(super) fn hint(line: &[u8]) -> Option<u8> {
    match line {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', separator] => Some(*separator),
        // A tab at the end of the line was trimmed.
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'='] => Some(b'\t'),
        _ => None,
    }
}

/// Texts of other kinds, and what to do about them.
pub(super) fn other_text(lines: &[&[u8]]) -> Option<(&'static str, &'static str)> {
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
pub(super) fn separator(lines: &[&[u8]]) -> u8 {
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
