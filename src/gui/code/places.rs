//! Which entries a code is made of, and a code with others in their place.

use std::collections::BTreeMap;

use crate::engine::EntriesFound;
use crate::model::CodeGrid;

use super::state::Cell;

/// The entry nearest to each one of a code, group after group, place after place; of codes of another size
/// nothing is known.
pub(super) fn chosen(entries: &EntriesFound, code: &[f32]) -> Option<Vec<usize>> {
    let CodeGrid {
        groups,
        numbers,
        places,
    } = entries.grid;
    if code.len() != groups * numbers * places || entries.values.is_empty() {
        return None;
    }
    let cells = (0..groups).flat_map(|group| (0..places).map(move |place| (group, place)));
    let mut own = vec![0.0; numbers];
    Some(
        cells
            .map(|(group, place)| {
                for (number, own) in own.iter_mut().enumerate() {
                    *own = code[entries.grid.at(group, number, place)];
                }
                let distances = entries.values.chunks_exact(numbers).map(|entry| {
                    let squares = entry.iter().zip(&own).map(|(a, b)| (a - b) * (a - b));
                    squares.sum::<f32>()
                });
                let nearest = distances.enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
                nearest.map_or(0, |(entry, _)| entry)
            })
            .collect(),
    )
}

/// The numbers of a code that change where entries are put in place of others.
pub(super) fn pins(entries: &EntriesFound, cells: &BTreeMap<Cell, usize>) -> Vec<(usize, f32)> {
    let grid = entries.grid;
    let is_there = |cell: &Cell| cell.group < grid.groups && cell.place < grid.places;
    let cells = cells.iter().filter(|(cell, _)| is_there(cell));
    cells
        .filter_map(|(cell, entry)| {
            let values = entries
                .values
                .get(entry * grid.numbers..(entry + 1) * grid.numbers)?;
            Some((cell, values))
        })
        .flat_map(|(cell, values)| {
            let numbers = values.iter().enumerate();
            numbers.map(|(number, value)| (grid.at(cell.group, number, cell.place), *value))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::ImageShape;
    use crate::engine::Pictures;

    fn entries() -> EntriesFound {
        let shape = |channels| ImageShape {
            width: 3,
            height: 1,
            channels,
        };
        EntriesFound {
            code: shape(4),
            grid: CodeGrid {
                groups: 2,
                numbers: 2,
                places: 3,
            },
            values: vec![0.0, 0.0, 1.0, 2.0, -1.0, 5.0],
            drawn: Vec::new(),
            pictures: Pictures {
                shape: shape(1),
                pixels: Vec::new(),
            },
        }
    }

    #[test]
    fn a_code_is_read_entry_by_entry() {
        // Channel after channel: the first group has the entries 0, 1, 2, the second 2, 2, 1.
        let code = [
            0.0, 1.0, -1.0, 0.0, 2.0, 5.0, // first group
            -1.0, -1.0, 1.0, 5.0, 5.0, 2.0,
        ];
        assert_eq!(chosen(&entries(), &code).unwrap(), [0, 1, 2, 2, 2, 1]);
        assert_eq!(chosen(&entries(), &code[1..]), None);
    }

    #[test]
    fn exchanged_entries_are_read_back() {
        let mut code = vec![0.0; 12];
        let cell = |group, place| Cell { group, place };
        let cells = [
            (cell(0, 1), 2),
            (cell(1, 2), 1),
            (cell(7, 0), 1),
            (cell(0, 0), 99),
        ];
        for (at, value) in pins(&entries(), &cells.into()) {
            code[at] = value;
        }
        assert_eq!(chosen(&entries(), &code).unwrap(), [0, 2, 0, 0, 0, 1]);
    }
}
