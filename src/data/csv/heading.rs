//! What the names of columns say.
//!
//! A *series* is the columns whose names differ by their numbers only, such as `pixel0` to
//! `pixel783`: the pixels. What a column beside them is for, its own name says, or nothing does.

use std::collections::BTreeMap;

use csv::ByteRecord;

use super::number::{list_length, number, text};
use crate::data::reading::MIN_SIDE;

/// What columns of labels are called; the earlier is preferred where there are several.
const LABELS: &[&str] = &[
    "label",
    "labels",
    "class",
    "classes",
    "target",
    "targets",
    "y",
    "ytrain",
    "ytest",
    "digit",
    "digits",
    "character",
    "char",
    "category",
    "categories",
    "emotion",
    "species",
    "letter",
    "letters",
    "symbol",
    "sign",
    "kind",
    "type",
    "breed",
    "expression",
    "gesture",
    "truth",
    "groundtruth",
    "gt",
    "answer",
    "dx",
    "diagnosis",
];

/// What columns that number or name the images are called, apart from all that end in `id`.
const IDS: &[&str] = &[
    "",
    "index",
    "idx",
    "id",
    "row",
    "rownum",
    "rownumber",
    "rownames",
    "no",
    "nr",
    "level0",
    "image",
    "img",
    "imagename",
    "imgname",
    "file",
    "files",
    "filename",
    "filenames",
    "filepath",
    "fname",
    "path",
    "imagepath",
    "imgpath",
    "imgfile",
    "imagefile",
    "url",
    "uuid",
    "guid",
    "key",
];

/// What columns that tell training from test images are called.
const SPLITS: &[&str] = &[
    "usage",
    "split",
    "set",
    "subset",
    "dataset",
    "partition",
    "phase",
    "part",
    "datasplit",
];

/// Fewest columns by which counting is taken for more than chance.
const MIN_COUNTED: usize = 16;

/// What a column is for by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Labels, with the place among the names of labels: the smaller the likelier.
    Label(usize),
    /// It numbers or names the images.
    Id,
    /// It tells training from test images.
    Split,
    /// The name does not say.
    Unknown,
}

/// What a name says.
pub(super) fn role(name: &str) -> Role {
    let plain: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
    let plain = plain.to_lowercase();
    let is_in = |names: &[&str]| names.contains(&plain.as_str());
    if let Some(rank) = LABELS.iter().position(|label| *label == plain) {
        return Role::Label(rank);
    }
    // What pandas calls columns without a name.
    if is_in(IDS) || name.trim().to_lowercase().starts_with("unnamed:") {
        return Role::Id;
    }
    if is_in(SPLITS) {
        return Role::Split;
    }
    let holds = |part: &str| plain.contains(part);
    if ["label", "class", "target", "category"]
        .into_iter()
        .any(holds)
    {
        return Role::Label(LABELS.len());
    }
    let lower = name.trim().to_lowercase();
    let ends_in_id = ["_id", "-id", " id", ".id"]
        .iter()
        .any(|end| lower.ends_with(end));
    let is_camel = name.trim().ends_with("Id") || name.trim().ends_with("ID");
    if ends_in_id || is_camel || plain.ends_with("filename") || plain.ends_with("filepath") {
        return Role::Id;
    }
    Role::Unknown
}

/// The first row of a table, where it names the columns.
#[derive(Clone, Debug, Default)]
pub(super) struct Heading {
    /// Names of the columns, where they have any.
    pub(super) names: Option<Vec<String>>,
    /// Whether the first row is a heading rather than an image.
    pub(super) is_first_row: bool,
    /// What a person should know about it.
    pub(super) remark: Option<&'static str>,
}

impl Heading {
    /// Tells whether the first of some rows is a heading. A comment before them may be one too.
    pub(super) fn of(rows: &[ByteRecord], comment: Option<&ByteRecord>) -> Self {
        let Some(first) = rows.first() else {
            return Self::default();
        };
        let names = |row: &ByteRecord| row.iter().map(text).collect::<Vec<_>>();
        if is_mangled(first) {
            return Self {
                names: None,
                is_first_row: true,
                remark: Some(
                    "The first line was left out: it is an image that pandas took for names (0, 0.1, 0.2, ...).",
                ),
            };
        }
        let is_counted = counts_up(first);
        if is_counted || has_names(first, rows.get(1)) {
            let mut names = names(first);
            if rows.get(1).is_some_and(|row| row.len() == names.len() + 1) {
                names.insert(0, String::new());
            }
            let remark = "The first line counts the columns and was taken as their names.";
            return Self {
                names: Some(names),
                is_first_row: true,
                remark: (is_counted && first.iter().all(|field| number(field).is_some()))
                    .then_some(remark),
            };
        }
        let comment = comment.filter(|row| row.len() == first.len() && has_names(row, Some(first)));
        Self {
            names: comment.map(names),
            ..Self::default()
        }
    }

    /// What a column is called, with its article.
    pub(super) fn describe(&self, column: usize) -> String {
        match self.name(column) {
            Some(name) => format!("the column {name:?}"),
            None if self.names.is_some() => format!("column {} (without a name)", column + 1),
            None => format!("column {}", column + 1),
        }
    }

    /// The name of a column, where it has one.
    pub(super) fn name(&self, column: usize) -> Option<&str> {
        let name = self.names.as_ref()?.get(column)?;
        (!name.is_empty()).then_some(name.as_str())
    }

    /// How the option `--label` names a column.
    pub(super) fn option(&self, column: usize) -> String {
        match self.name(column) {
            Some(name) if name.contains([' ', ';', '\'', '"', '$', '*', '(', '&', '|']) => {
                format!("--label {name:?}")
            }
            Some(name) => format!("--label {name}"),
            None => format!("--label {}", column + 1),
        }
    }

    /// The columns that a person asked for by heading or by number, counted from 1.
    pub(super) fn find(&self, asked: &str, count: usize) -> Option<usize> {
        let names = self.names.as_deref().unwrap_or_default();
        let exact = names.iter().position(|name| name == asked);
        let alike = || {
            let lower = asked.to_lowercase();
            names.iter().position(|name| name.to_lowercase() == lower)
        };
        let numbered = || {
            let number: usize = asked.parse().ok()?;
            (1..=count).contains(&number).then(|| number - 1)
        };
        exact.or_else(alike).or_else(numbered)
    }
}

/// Whether a row names columns: most fields are words, and more than of the row that follows.
fn has_names(row: &ByteRecord, next: Option<&ByteRecord>) -> bool {
    let words = |row: &ByteRecord| {
        let is_word = |field: &&[u8]| {
            !field.is_empty() && number(field).is_none() && list_length(field) < MIN_SIDE
        };
        row.iter().filter(is_word).count()
    };
    let found = words(row);
    let empty = row.iter().filter(|field| field.is_empty()).count();
    let known = row.iter().map(text).any(|name| {
        !name.is_empty() && matches!(role(&name), Role::Label(_) | Role::Id | Role::Split)
    });
    let following = next.map_or(0, words);
    (found * 2 > row.len() - empty && found > following)
        // A table of few columns, all of them words: names of files, say.
        || (known && found > 0 && found + empty == row.len() && next.is_some())
}

/// Whether the numbers of a row count up, as pandas numbers columns without names.
fn counts_up(row: &ByteRecord) -> bool {
    let numbers: Vec<f64> = row.iter().filter_map(number).collect();
    let steps = numbers.windows(2).filter(|pair| pair[1] == pair[0] + 1.0);
    let missing = row.len() - numbers.len();
    numbers.len() >= MIN_COUNTED && steps.count() + 1 == numbers.len() && missing <= 4
}

/// Whether a row is an image that pandas took for names: equal ones are told apart by `.1`, `.2` and
/// so on.
fn is_mangled(row: &ByteRecord) -> bool {
    let mut seen: BTreeMap<&[u8], usize> = BTreeMap::new();
    let mut repeated = 0;
    for field in row {
        if number(field).is_none() {
            return false;
        }
        let (value, times) = match field.iter().rposition(|byte| *byte == b'.') {
            None => (field, 0),
            Some(dot) => {
                let times = text(&field[dot + 1..]).parse().unwrap_or(0);
                (&field[..dot], times)
            }
        };
        let before = seen.entry(value).or_insert(0);
        if *before != times || value.is_empty() {
            return false;
        }
        *before += 1;
        repeated += usize::from(times > 0);
    }
    // One is by chance where most pixels have a value of their own.
    repeated >= MIN_COUNTED && repeated * 4 >= row.len()
}

/// A series of columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Series {
    /// The columns, in the order of the file; for colour that their names tell, all red ones first,
    /// then green, then blue.
    pub(super) columns: Vec<usize>,
    /// Whether the names tell red, green and blue.
    pub(super) has_channels: bool,
    /// Whether the numbers of the names are not in order in the file: the columns above are.
    pub(super) is_sorted: bool,
    /// Rows and columns that names of two numbers count, such as `28x28`.
    pub(super) grid: Option<(usize, usize)>,
}

/// A name with its numbers and its word for a channel taken out.
struct Pattern {
    plain: String,
    numbers: Vec<usize>,
    channel: Option<usize>,
}

fn pattern(name: &str) -> Pattern {
    let lower = name.trim().to_lowercase();
    let mut found = Pattern {
        plain: String::new(),
        numbers: Vec::new(),
        channel: None,
    };
    let kind = |c: char| (c.is_ascii_digit(), c.is_alphabetic());
    let mut rest = lower.as_str();
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| kind(c) != kind(first)).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        rest = after;
        let channel = match part {
            "r" | "red" => Some(0),
            "g" | "green" => Some(1),
            "b" | "blue" => Some(2),
            _ => None,
        };
        if first.is_ascii_digit() {
            found.plain.push('#');
            found.numbers.push(part.parse().unwrap_or(usize::MAX));
        } else if channel.is_some() && found.channel.is_none() {
            found.channel = channel;
            found.plain.push('*');
        } else {
            found.plain.push_str(part);
        }
    }
    found
}

/// The largest series among named columns, where it may hold the pixels of an image.
pub(super) fn series(names: &[String]) -> Option<Series> {
    let mut groups: BTreeMap<String, Vec<(usize, Pattern)>> = BTreeMap::new();
    for (column, name) in names.iter().enumerate() {
        let found = pattern(name);
        if !found.numbers.is_empty() {
            let group = groups.entry(found.plain.clone()).or_default();
            group.push((column, found));
        }
    }
    let mut largest = groups.into_values().max_by_key(Vec::len)?;
    if largest.len() < MIN_SIDE * MIN_SIDE || largest.len() * 2 < names.len() {
        return None;
    }
    tell_channels(&mut largest);
    let of_channel = |channel| {
        let of = largest
            .iter()
            .filter(|(_, found)| found.channel == Some(channel));
        of.count()
    };
    let has_channels = (0..3).all(|channel| of_channel(channel) * 3 == largest.len());
    if has_channels {
        largest.sort_by_key(|(column, found)| (found.channel, *column));
    }
    let plane = largest.len() / if has_channels { 3 } else { 1 };
    // Two numbers may be row and column or the other way round; one is the place.
    let is_ordered = largest[..plane].is_sorted_by_key(|(_, found)| &found.numbers);
    let is_sorted = !is_ordered && largest.iter().all(|(_, found)| found.numbers.len() == 1);
    if is_sorted {
        largest.sort_by_key(|(_, found)| (found.channel, found.numbers[0]));
    }
    let grid = grid(
        largest[..plane]
            .iter()
            .map(|(_, found)| found.numbers.as_slice()),
    );
    Some(Series {
        columns: largest.into_iter().map(|(column, _)| column).collect(),
        has_channels,
        is_sorted,
        grid,
    })
}

/// Takes the first or last number of names for the channel, where it has three values and there are
/// other numbers.
fn tell_channels(group: &mut [(usize, Pattern)]) {
    if group.iter().any(|(_, found)| found.channel.is_some()) {
        return;
    }
    for is_last in [true, false] {
        let place = |found: &Pattern| match found.numbers.as_slice() {
            [.., _, last] if is_last => Some((found.numbers.len() - 1, *last)),
            [first, _, ..] if !is_last => Some((0, *first)),
            _ => None,
        };
        let values: Option<Vec<(usize, usize)>> =
            group.iter().map(|(_, found)| place(found)).collect();
        let Some(values) = values else {
            return;
        };
        let low = values.iter().map(|(_, value)| *value).min().unwrap_or(0);
        let of = |value| values.iter().filter(|(_, other)| *other == value).count() * 3;
        if (0..3).all(|channel| of(low.saturating_add(channel)) == group.len()) {
            for ((_, found), (at, value)) in group.iter_mut().zip(values) {
                found.channel = Some(value - low);
                found.numbers.remove(at);
            }
            return;
        }
    }
}

/// Rows and columns that the last two numbers of names count, row after row, where they do.
fn grid<'a>(names: impl Iterator<Item = &'a [usize]>) -> Option<(usize, usize)> {
    let mut pairs = Vec::new();
    for numbers in names {
        match numbers {
            [row, column] => pairs.push((*row, *column)),
            _ => return None,
        }
    }
    let (first, last) = (*pairs.first()?, *pairs.last()?);
    let width = (last.1.checked_sub(first.1)?).checked_add(1)?;
    let height = (last.0.checked_sub(first.0)?).checked_add(1)?;
    let is_there = |(place, pair): (usize, &(usize, usize))| {
        *pair == (first.0 + place / width, first.1 + place % width)
    };
    let is_grid =
        width.checked_mul(height) == Some(pairs.len()) && pairs.iter().enumerate().all(is_there);
    is_grid.then_some((height, width))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(fields: &[&str]) -> ByteRecord {
        ByteRecord::from(fields.to_vec())
    }

    fn names(names: impl Iterator<Item = String>) -> Vec<String> {
        names.collect()
    }

    #[test]
    fn names_say_what_columns_are_for() {
        for name in [
            "label",
            "Class",
            " y ",
            "class_label",
            "fine_label",
            "digit",
            "class_id",
        ] {
            assert!(matches!(role(name), Role::Label(_)), "{name}");
        }
        for name in [
            "",
            "Unnamed: 0",
            "index",
            "Id",
            "image_id",
            "ImageId",
            "file name",
        ] {
            assert_eq!(role(name), Role::Id, "{name}");
        }
        for name in ["Usage", "split"] {
            assert_eq!(role(name), Role::Split, "{name}");
        }
        for name in ["pixel0", "age", "grid"] {
            assert_eq!(role(name), Role::Unknown, "{name}");
        }
    }

    #[test]
    fn headings_are_told_from_images() {
        let data = row(&["5"; 64]);
        let named: Vec<String> = (0..64).map(|i| format!("pixel{i}")).collect();
        let counted: Vec<String> = (0..64).map(|i| i.to_string()).collect();
        let labelled: Vec<String> = ["label".to_owned()]
            .into_iter()
            .chain((0..63).map(|i| i.to_string()))
            .collect();
        for names in [named, counted, labelled] {
            let first = ByteRecord::from(names.clone());
            let heading = Heading::of(&[first, data.clone()], None);
            assert!(heading.is_first_row, "{names:?}");
            assert_eq!(heading.names, Some(names));
        }
        let mangled: Vec<String> = (0..64)
            .map(|i| {
                if i == 0 {
                    "0".to_owned()
                } else {
                    format!("0.{i}")
                }
            })
            .collect();
        let heading = Heading::of(&[ByteRecord::from(mangled), data.clone()], None);
        assert!(heading.is_first_row && heading.names.is_none());
        assert!(heading.remark.is_some());
        for first in [["0"; 64], ["0.5"; 64], ["0.0"; 64], ["x"; 64]] {
            let rows = [row(&first), row(&first)];
            assert!(!Heading::of(&rows, None).is_first_row, "{first:?}");
        }
        let mut words = ["1"; 64];
        words[0] = "cat";
        assert!(!Heading::of(&[row(&words), row(&words)], None).is_first_row);
    }

    #[test]
    fn comments_and_headings_of_r_name_columns() {
        let data = row(&["3", "1", "2"]);
        let comment = row(&["label", "p0", "p1"]);
        let heading = Heading::of(&[data.clone(), data.clone()], Some(&comment));
        assert!(!heading.is_first_row);
        assert_eq!(heading.name(0), Some("label"));
        let heading = Heading::of(&[row(&["p0", "p1"]), data], None);
        assert_eq!(heading.names.unwrap(), ["", "p0", "p1"]);
    }

    #[test]
    fn pixels_are_the_longest_series_and_may_tell_colour_and_size() {
        let mut named = names((0..64).map(|i| format!("px_{i}")));
        named.insert(0, "label".to_owned());
        let found = series(&named).unwrap();
        assert_eq!(found.columns, (1..65).collect::<Vec<_>>());
        assert!(!found.has_channels && found.grid.is_none());

        let grid = names((1..=8).flat_map(|y| (1..=10).map(move |x| format!("{y}x{x}"))));
        assert_eq!(series(&grid).unwrap().grid, Some((8, 10)));
        let across = names((0..8).flat_map(|x| (0..10).map(move |y| format!("{y}x{x}"))));
        assert_eq!(series(&across).unwrap().grid, None);

        let triples = names((0..64).flat_map(|i| "rgb".chars().map(move |c| format!("{c}{i}"))));
        let found = series(&triples).unwrap();
        assert!(found.has_channels);
        assert_eq!(found.columns[..3], [0, 3, 6]);
        assert_eq!(found.columns[64..66], [1, 4]);
        let numbered =
            names((0..8).flat_map(|y| {
                (0..8).flat_map(move |x| (0..3).map(move |c| format!("p_{y}_{x}_{c}")))
            }));
        let found = series(&numbered).unwrap();
        assert!(found.has_channels && found.grid == Some((8, 8)));
        assert_eq!(found.columns[63..65], [189, 1]);
        // A program that sorts names as text puts 10 before 2.
        let mut sorted = names((0..64).map(|i| format!("pixel{i}")));
        sorted.sort();
        let found = series(&sorted).unwrap();
        assert!(found.is_sorted);
        let back: Vec<&str> = found.columns.iter().map(|&c| sorted[c].as_str()).collect();
        assert_eq!(back[..3], ["pixel0", "pixel1", "pixel2"]);
        // Row and column are no colours.
        let places = names((0..8).flat_map(|y| (0..8).map(move |x| format!("r{y}c{x}"))));
        let found = series(&places).unwrap();
        assert!(!found.has_channels);
        assert_eq!(found.grid, Some((8, 8)));
        assert_eq!(series(&names((0..9).map(|i| format!("p{i}")))), None);
    }

    #[test]
    fn columns_are_found_by_heading_then_by_number() {
        let heading = Heading {
            names: Some(names(["Class", "", "2"].iter().map(|&s| s.to_owned()))),
            ..Heading::default()
        };
        for (asked, column) in [("Class", 0), ("class", 0), ("2", 2), ("1", 0), ("3", 2)] {
            assert_eq!(heading.find(asked, 3), Some(column), "{asked}");
        }
        for asked in ["0", "4", "x", "-1"] {
            assert_eq!(heading.find(asked, 3), None, "{asked}");
        }
        assert_eq!(Heading::default().find("2", 3), Some(1));
    }
}
