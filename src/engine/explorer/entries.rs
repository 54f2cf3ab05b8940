//! What codes are made of: entries, each drawn where a code has it at all places.

use crate::data::ImageShape;
use crate::engine::protocol::Pictures;
use crate::engine::wish::{Content, EntriesFound};
use crate::model::CodeGrid;

use super::grid::MOST_PICTURES;
use super::parts::Parts;
use super::replica::{Replica, Trouble, read};

/// Entries on their way.
pub(super) struct EntriesJob {
    code: ImageShape,
    grid: CodeGrid,
    values: Vec<f32>,
    drawn: Vec<usize>,
    parts: Parts,
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
        let code = replica.network().code_shape();
        let drawn = drawn.iter().copied().filter(|entry| *entry < count);
        let drawn: Vec<usize> = drawn.collect();
        Ok(Self {
            code,
            grid: CodeGrid::new(code, numbers),
            values: read(entries)?,
            parts: Parts::new(drawn.len()),
            drawn,
            pixels: Vec::new(),
        })
    }

    /// Draws some entries more. Returns whether those were the last.
    pub(super) fn advance(&mut self, replica: &Replica) -> Result<bool, Trouble> {
        let mut parts = self.parts;
        let is_last = parts.advance(|part| {
            let entries = self.drawn[part].iter();
            let codes = entries.flat_map(|entry| self.everywhere(*entry)).collect();
            self.pixels.extend(replica.pictures(codes)?);
            Ok::<(), Trouble>(())
        })?;
        self.parts = parts;
        Ok(is_last)
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
