//! Lowest and highest values of any stretch of a long row, found without reading the row.
//!
//! A *pyramid* holds the row at its foot and above it rows of ever fewer blocks, each the extremes of
//! [`FANOUT`] blocks below. It grows at the end as values arrive, and a stretch of any length is
//! answered from a few dozen blocks.

use std::ops::Range;

/// Blocks that one block of the level above sums up.
const FANOUT: usize = 16;

/// The extremes of nothing.
const NOTHING: [f32; 2] = [f32::INFINITY, f32::NEG_INFINITY];

/// Extremes of a row of values that grows at its end.
#[derive(Clone, Debug, Default)]
pub struct Extremes {
    /// The foot first; every level above is there once the one below has more than one block.
    levels: Vec<Vec<[f32; 2]>>,
}

/// Of both; neither holds what is not a number.
fn joined(a: [f32; 2], b: [f32; 2]) -> [f32; 2] {
    [
        if b[0] < a[0] { b[0] } else { a[0] },
        if b[1] > a[1] { b[1] } else { a[1] },
    ]
}

/// Appends, and lets the memory grow by an eighth where it is full: doubling, as vectors do, would
/// leave up to half of a long history unused.
pub(super) fn push_tight<T>(row: &mut Vec<T>, value: T) {
    if row.len() == row.capacity() {
        row.reserve_exact(row.len() / 8 + 64);
    }
    row.push(value);
}

impl Extremes {
    /// Values in the row.
    pub fn len(&self) -> usize {
        self.levels.first().map_or(0, Vec::len)
    }

    /// Appends a value; infinite or absent ones are places without a value.
    pub fn push(&mut self, value: Option<f32>) {
        let block = value.map_or(NOTHING, |value| [value, value]);
        if self.levels.is_empty() {
            self.levels.push(Vec::new());
        }
        push_tight(&mut self.levels[0], block);
        self.raise(self.len() - 1, block);
    }

    /// Lets the last place of the row stand for a further value.
    pub fn widen_last(&mut self, value: f32) {
        let Some(last) = self.levels.first_mut().and_then(|foot| foot.last_mut()) else {
            return;
        };
        *last = joined(*last, [value, value]);
        let block = *last;
        self.raise(self.len() - 1, block);
    }

    /// Takes `block`, which is or is part of the place `index` of the foot, into the levels above.
    fn raise(&mut self, mut index: usize, block: [f32; 2]) {
        let mut level = 0;
        while self.levels[level].len() > 1 {
            level += 1;
            index /= FANOUT;
            if level == self.levels.len() {
                // The first block of a new level stands for all there was below.
                let below = &self.levels[level - 1];
                let all = below.iter().copied().fold(NOTHING, joined);
                self.levels.push(vec![all]);
                return;
            }
            let row = &mut self.levels[level];
            if index == row.len() {
                push_tight(row, block);
            } else {
                row[index] = joined(row[index], block);
            }
        }
    }

    /// The lowest and the highest value in a stretch; absent where it holds none.
    pub fn of(&self, stretch: Range<usize>) -> Option<[f32; 2]> {
        let (mut start, mut end) = (stretch.start, stretch.end.min(self.len()));
        let mut found = NOTHING;
        for row in &self.levels {
            if start >= end {
                break;
            }
            let (inner_start, inner_end) = (start.div_ceil(FANOUT), end / FANOUT);
            if inner_start >= inner_end {
                found = row[start..end].iter().copied().fold(found, joined);
                break;
            }
            let edges = [
                &row[start..inner_start * FANOUT],
                &row[inner_end * FANOUT..end],
            ];
            found = edges.into_iter().flatten().copied().fold(found, joined);
            (start, end) = (inner_start, inner_end);
        }
        (found[0] <= found[1]).then_some(found)
    }

    /// Joins each place of even index with its neighbour behind, so that the row is half as long.
    pub fn halve(&mut self) {
        let Some(foot) = self.levels.first() else {
            return;
        };
        let halved: Vec<[f32; 2]> = foot
            .chunks(2)
            .map(|pair| pair.iter().copied().fold(NOTHING, joined))
            .collect();
        self.levels = vec![halved];
        while let Some(row) = self.levels.last().filter(|row| row.len() > 1) {
            let above = row
                .chunks(FANOUT)
                .map(|blocks| blocks.iter().copied().fold(NOTHING, joined))
                .collect();
            self.levels.push(above);
        }
    }

    /// Memory in use.
    pub fn bytes(&self) -> usize {
        let blocks: usize = self.levels.iter().map(Vec::capacity).sum();
        blocks * size_of::<[f32; 2]>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt as _, SeedableRng as _};
    use rand_chacha::ChaCha8Rng;

    fn plain(values: &[Option<f32>], stretch: Range<usize>) -> Option<[f32; 2]> {
        let mut some = values[stretch].iter().flatten();
        let first = *some.next()?;
        Some(some.fold([first, first], |[low, high], &v| [low.min(v), high.max(v)]))
    }

    #[test]
    fn any_stretch_of_random_values_has_the_extremes_of_the_plain_search() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let mut values: Vec<Option<f32>> = Vec::new();
        let mut extremes = Extremes::default();
        for length in 1..=5000_usize {
            let value = random
                .random_bool(0.9)
                .then(|| random.random_range(-5.0..5.0));
            values.push(value);
            extremes.push(value);
            let start = random.random_range(0..length);
            let end = random.random_range(start..=length);
            assert_eq!(extremes.of(start..end), plain(&values, start..end));
        }
        assert_eq!(extremes.of(0..usize::MAX), plain(&values, 0..5000));
        assert_eq!(extremes.of(7..7), None);
    }

    #[test]
    fn halving_joins_neighbours_at_every_level() {
        let mut random = ChaCha8Rng::seed_from_u64(2);
        let mut values: Vec<Option<f32>> = Vec::new();
        let mut extremes = Extremes::default();
        for _ in 0..777 {
            let value = Some(random.random_range(0.0..1.0));
            values.push(value);
            extremes.push(value);
        }
        extremes.halve();
        assert_eq!(extremes.len(), 389);
        for start in (0..389).step_by(7) {
            for end in (start + 1..=389).step_by(11) {
                let doubled = 2 * start..(2 * end).min(777);
                assert_eq!(extremes.of(start..end), plain(&values, doubled));
            }
        }
        extremes.push(Some(9.0));
        assert_eq!(extremes.of(380..390).map(|[_, high]| high), Some(9.0));
    }

    #[test]
    fn the_last_place_can_stand_for_several_values() {
        let mut extremes = Extremes::default();
        for value in 0..300 {
            extremes.push(Some(value as f32));
        }
        extremes.widen_last(-4.0);
        assert_eq!(extremes.of(299..300), Some([-4.0, 299.0]));
        assert_eq!(extremes.of(0..300), Some([-4.0, 299.0]));
        assert_eq!(extremes.of(0..299), Some([0.0, 298.0]));
    }
}
