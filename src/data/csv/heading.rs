//! What the names of columns say.
//!
//! A *heading* is the row that names them. What a column beside the pixels is for, its own name says,
//! or nothing does.

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

/// Names that are too few to be of all pixels.
const FEW_NAMES: usize = 8;

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
            // Lists that are not between quotes have more columns than names.
            if names.len() <= FEW_NAMES
                && rows
                    .get(1)
                    .is_some_and(|row| row.len() >= MIN_SIDE * MIN_SIDE)
            {
                return Self {
                    names: None,
                    is_first_row: true,
                    remark: Some(
                        "The names in the first line were not used, for there are fewer than columns.",
                    ),
                };
            }
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
        let labelled: Vec<String> = core::iter::once("label".to_owned())
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
