//! What codes are made of: entries, each drawn where a code has it at all places.

use std::time::Instant;

use crate::data::ImageShape;
use crate::engine::protocol::Pictures;
use crate::engine::wish::{Content, EntriesFound};
use crate::model::CodeGrid;

use super::grid::{FIRST_CODES, MOST_PICTURES, next_part};
use super::replica::{Replica, Trouble, read};

/// Entries on their way.
pub(super) struct EntriesJob {
    code: ImageShape,
    grid: CodeGrid,
    values: Vec<f32>,
    drawn: Vec<usize>,
    /// Entries of the next part.
    part: usize,
    done: usize,
    pixels: Vec<u8>,
}

impl EntriesJob {
    pub(super) fn new(replica: &Replica, drawn: &[usize]) -> Result<Self, Trouble> {
        let entries = replica.network().entries().ok_or(Trouble::NoEntries)?;
        let [count, numbers] = entries.dims();
        let (most, found) = (MOST_PICTURES, drawn.len());
        if found > most {
            return Err(Trouble::TooMany { most, found });
        }
        let code = replica.code_shape();
        Ok(Self {
            code,
            grid: CodeGrid::new(code, numbers),
            values: read(entries)?,
            drawn: drawn
                .iter()
                .copied()
                .filter(|entry| *entry < count)
                .collect(),
            part: FIRST_CODES,
            done: 0,
            pixels: Vec::new(),
        })
    }

    /// Draws some entries more. Returns whether those were the last.
    pub(super) fn advance(&mut self, replica: &Replica) -> Result<bool, Trouble> {
        let end = (self.done + self.part).min(self.drawn.len());
        if end > self.done {
            let start = Instant::now();
            let entries = &self.drawn[self.done..end];
            let codes = entries.iter().flat_map(|entry| self.everywhere(*entry));
            self.pixels.extend(replica.pictures(codes.collect())?);
            self.part = next_part(self.part, end - self.done, start.elapsed());
            self.done = end;
        }
        Ok(self.done == self.drawn.len())
    }

    /// The code that has an entry at all places, in all groups.
    fn everywhere(&self, entry: usize) -> Vec<f32> {
        let CodeGrid {
            groups,
            numbers,
            places,
        } = self.grid;
        let mut code = vec![0.0; groups * numbers * places];
        for group in 0..groups {
            for number in 0..numbers {
                let start = self.grid.at(group, number, 0);
                code[start..start + places].fill(self.values[entry * numbers + number]);
            }
        }
        code
    }

    /// What was found.
    pub(super) fn finish(self, replica: &Replica) -> Content {
        Content::Entries(Box::new(EntriesFound {
            code: self.code,
            grid: self.grid,
            values: self.values,
            drawn: self.drawn,
            pictures: Pictures {
                shape: replica.shape(),
                pixels: self.pixels,
            },
        }))
    }
}
