//! Why a folder has nothing to train on, and what it has.

use std::path::Path;

use super::names::listed;
use super::scan::{Scan, unread};
use crate::data::{DataError, Skipped, foreign};

/// Kinds of endings that are told at most.
const MAX_ENDINGS: usize = 5;

/// Why there is nothing to train on.
pub(super) fn nothing(folder: &Path, scan: &Scan, skipped: &[Skipped]) -> DataError {
    DataError::Unexpected {
        path: folder.to_owned(),
        expected:
            "pictures (PNG, JPEG and others) or IDX files (train-images-idx3-ubyte and others)"
                .to_owned(),
        found: found(folder, scan, skipped),
    }
}

fn found(folder: &Path, scan: &Scan, skipped: &[Skipped]) -> String {
    let walk = &scan.walk;
    if let Some((kinds, remedy)) = unread(&walk.unread) {
        return format!("{kinds}: {remedy}");
    }
    let first = skipped.first().map(|first| {
        format!(
            "{} that could not be used: {}, for one, as {}",
            skipped.len(),
            first.path,
            first.why
        )
    });
    let set = walk.sets.first();
    let can_be_opened = set.map(|file| format!("{file}, which can be opened itself"));
    if let Some(first) = first {
        return first;
    }
    let passed_over: usize = walk.passed_over.values().sum::<usize>() + walk.hidden;
    let files: usize = walk.others.values().sum();
    if files == 0 {
        return match passed_over {
            0 if walk.folders.is_empty() => "none: it is empty".to_owned(),
            0 => "none: there are only empty folders in it".to_owned(),
            _ => format!(
                "none but {passed_over} in hidden folders and folders of the system, which are passed over"
            ),
        };
    }
    let mut by_count: Vec<(&String, &usize)> = walk.others.iter().collect();
    by_count.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let more = by_count.len().saturating_sub(MAX_ENDINGS);
    let counts: Vec<String> = by_count
        .into_iter()
        .take(MAX_ENDINGS)
        .map(|(ending, count)| match ending.as_str() {
            "" => format!("{count} without an ending"),
            ending => format!("{count} .{ending}"),
        })
        .collect();
    let mut counts = listed(counts.iter().map(String::as_str));
    if more > 0 {
        counts = format!("{counts} and {more} more kinds");
    }
    if let Some(set) = can_be_opened {
        return format!("none among its files ({counts}), but {set}");
    }
    // The file itself may say what to do.
    let known = walk.first.iter().find_map(|path| {
        let what = foreign::of_file(&folder.join(path))?;
        let name = super::names::shown_path(path);
        Some(format!("; {name} is {}: {}", what.what, what.remedy))
    });
    format!(
        "none among its files ({counts}){}",
        known.unwrap_or_default()
    )
}
