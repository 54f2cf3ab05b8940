//! Columns whose names belong together.
//!
//! A *series* is the columns whose names differ by their numbers only, such as `pixel0` to
//! `pixel783`: the pixels. Their numbers may tell places, rows and columns, or channels.

use std::collections::BTreeMap;

use crate::data::reading::MIN_SIDE;

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

    fn names(names: impl Iterator<Item = String>) -> Vec<String> {
        names.collect()
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
}
