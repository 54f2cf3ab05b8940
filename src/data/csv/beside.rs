//! Files that belong to a table: its test images, and labels in a file of their own.

use std::fs;
use std::path::{Path, PathBuf};

use csv::ByteRecord;

use super::number::{number, text};
use super::text::{SAMPLE, Text};
use crate::data::{DataError, Skipped};

/// Words for training images in names of files, and those for test images.
const TRAIN_TEST: &[(&str, &[&str])] = &[
    ("training", &["testing", "test"]),
    ("Training", &["Testing", "Test"]),
    ("train", &["test"]),
    ("Train", &["Test"]),
    ("TRAIN", &["TEST"]),
];

/// Words for images in names of files, and those for their labels.
const IMAGES_LABELS: &[(&str, &[&str])] = &[
    ("images", &["labels", "label"]),
    ("Images", &["Labels", "Label"]),
    ("image", &["label", "labels"]),
    ("Image", &["Label", "Labels"]),
    ("pixels", &["labels", "label"]),
    ("data", &["labels", "label", "target", "targets"]),
    ("x_", &["y_"]),
    ("X_", &["y_", "Y_"]),
    ("_x", &["_y"]),
    ("_X", &["_y", "_Y"]),
];

/// Entries of a folder that are looked at.
const MAX_ENTRIES: usize = 1000;

/// The file of test images beside one of training images, where there is one.
pub(super) fn test_beside(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let mut candidates = renamed(name, TRAIN_TEST);
    if candidates.is_empty() {
        let stem = path.file_stem()?.to_str()?;
        let end = &name[stem.len()..];
        candidates = vec![format!("{stem}_test{end}"), format!("{stem}-test{end}")];
        // As UCI has them.
        if end.eq_ignore_ascii_case(".tra") {
            candidates.push(format!("{stem}.tes"));
        }
    }
    find(path, &candidates)
}

/// Names with a word replaced, where it is in there.
fn renamed(name: &str, words: &[(&str, &[&str])]) -> Vec<String> {
    let mut found = Vec::new();
    for (word, others) in words {
        if let Some(at) = name.rfind(word) {
            let (start, end) = (&name[..at], &name[at + word.len()..]);
            found.extend(others.iter().map(|other| format!("{start}{other}{end}")));
        }
    }
    found
}

/// The first of these files that is there. Where names say rows and columns, such as `3360x1024`,
/// these may differ.
fn find(path: &Path, names: &[String]) -> Option<PathBuf> {
    let exact = names.iter().map(|name| path.with_file_name(name));
    let is_other = |found: &PathBuf| found != path && found.is_file();
    if let Some(found) = exact.into_iter().find(is_other) {
        return Some(found);
    }
    let patterns: Vec<String> = names.iter().filter_map(|name| without_size(name)).collect();
    if patterns.is_empty() {
        return None;
    }
    let folder = path.with_file_name(".");
    let mut alike: Vec<PathBuf> = fs::read_dir(folder)
        .ok()?
        .take(MAX_ENTRIES)
        .filter_map(|entry| {
            let name = entry.ok()?.file_name();
            let pattern = without_size(name.to_str()?)?;
            patterns
                .contains(&pattern)
                .then(|| path.with_file_name(name))
        })
        .filter(is_other)
        .collect();
    // One of several would be a guess.
    match alike.len() {
        1 => alike.pop(),
        _ => None,
    }
}

/// A name without the numbers of rows and columns in it; `None` where it says none.
fn without_size(name: &str) -> Option<String> {
    let is_digit = |c: char| c.is_ascii_digit();
    let (at, _) = name
        .match_indices('x')
        .find(|(at, _)| name[..*at].ends_with(is_digit) && name[at + 1..].starts_with(is_digit))?;
    let start = name[..at].trim_end_matches(is_digit);
    let end = name[at + 1..].trim_start_matches(is_digit);
    Some(format!("{start}#{end}"))
}

/// The name of a file of labels beside one of images, and the labels in it, one an image.
///
/// # Errors
/// Why the labels of a file that seems to be meant are left out.
pub(super) fn labels_beside(
    path: &Path,
    images: usize,
) -> Result<Option<(String, Vec<String>)>, Skipped> {
    let name = path.file_name().and_then(|name| name.to_str());
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    let mut candidates = name
        .map(|name| renamed(name, IMAGES_LABELS))
        .unwrap_or_default();
    if let (Some(name), Some(stem @ ("x" | "X"))) = (name, stem) {
        let end = &name[stem.len()..];
        candidates.extend([format!("y{end}"), format!("Y{end}")]);
    }
    let Some(found) = find(path, &candidates) else {
        return Ok(None);
    };
    let own = found.file_name().unwrap_or_default().to_string_lossy();
    let left_out = |why: String| Skipped {
        path: own.clone().into_owned(),
        why,
    };
    let rows = match labels_of(&found, images) {
        Ok(Some(rows)) => rows,
        Ok(None) => return Ok(None),
        Err(error) => return Err(left_out(format!("it could not be read: {error}"))),
    };
    // One more is a heading.
    let labels = match rows.len().checked_sub(images) {
        Some(0) => rows,
        Some(1) => rows[1..].to_vec(),
        _ => {
            return Err(left_out(format!(
                "it has {} rows for {images} images",
                rows.len()
            )));
        }
    };
    Ok(Some((own.into_owned(), labels)))
}

/// The rows of a file of labels, a heading perhaps among them; `None` where it is another file.
fn labels_of(path: &Path, images: usize) -> Result<Option<Vec<String>>, DataError> {
    let text_of = Text::sniff(path, SAMPLE)?;
    let mut rows = text_of.rows()?;
    let mut row = ByteRecord::new();
    let mut labels = Vec::new();
    // More rows than a heading and the images are not kept, only counted.
    while rows.next(&mut row)? {
        let word = match row.len() {
            1 => row.get(0),
            // A number of the row first.
            2 => row.get(1),
            _ => {
                let mut classes = row.iter().enumerate();
                let class = classes.find(|(_, field)| number(field) == Some(1.0));
                let ones = row
                    .iter()
                    .filter(|field| number(field) == Some(1.0))
                    .count();
                let zeros = row
                    .iter()
                    .filter(|field| number(field) == Some(0.0))
                    .count();
                match class {
                    Some((class, _)) if ones == 1 && zeros + 1 == row.len() => {
                        labels.push(class.to_string());
                        continue;
                    }
                    _ if labels.is_empty() => {
                        labels.push(String::new());
                        continue;
                    }
                    _ => return Ok(None),
                }
            }
        };
        labels.push(
            word.filter(|_| labels.len() <= images)
                .map(text)
                .unwrap_or_default(),
        );
    }
    Ok(Some(labels))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_in_names_are_no_matter() {
        assert_eq!(
            without_size("csvTrainLabel 13440x1.csv").as_deref(),
            Some("csvTrainLabel #.csv")
        );
        assert_eq!(without_size("max_train.csv"), None);
        assert_eq!(renamed("x_train.csv", IMAGES_LABELS), ["y_train.csv"]);
    }
}
