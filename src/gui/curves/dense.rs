//! Losses of one phase, a value a step, kept so that any stretch is drawn from a bounded number of
//! blocks and averaged in constant time.
//!
//! A *block* stands for `width` steps in a row: one where memory allows, more in histories that are
//! longer than that.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use super::extremes::{Extremes, push_tight};

/// Blocks between two running totals.
const TOTALS_EVERY: usize = 16;

/// Columns of so many groups of blocks have their edges moved to those of groups.
const COARSE: u64 = 16;

/// Columns of so many groups of groups, likewise: by less than the fourth part of a column, and none of
/// the values is lost.
const VERY_COARSE: u64 = 4;

/// Histories that were begun.
static BEGUN: AtomicU64 = AtomicU64::new(0);

/// Losses of consecutive steps.
#[derive(Clone, Debug)]
pub struct Dense {
    id: u64,
    /// The first step.
    origin: u64,
    /// Steps of a block.
    width: u64,
    /// Behind the last step that is known.
    end: u64,
    extremes: Extremes,
    sums: Vec<f32>,
    counts: Vec<u32>,
    /// Sum and count of all blocks before every [`TOTALS_EVERY`]th.
    totals: Vec<(f64, u64)>,
}

impl Dense {
    /// Nothing yet, from a step on.
    pub fn new(origin: u64, width: u64) -> Self {
        Self {
            id: BEGUN.fetch_add(1, Ordering::Relaxed),
            origin,
            width: width.max(1),
            end: origin,
            extremes: Extremes::default(),
            sums: Vec::new(),
            counts: Vec::new(),
            totals: Vec::new(),
        }
    }

    /// A number that no other history has, other than copies of this one, which have the same losses up to where
    /// they end.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The steps that are known.
    pub fn steps(&self) -> Range<u64> {
        self.origin..self.end
    }

    /// Steps of a block.
    pub fn width(&self) -> u64 {
        self.width
    }

    /// Blocks in use.
    pub fn blocks(&self) -> usize {
        self.sums.len()
    }

    /// Blocks there would be with a loss of this step.
    pub fn blocks_with(&self, step: u64) -> u64 {
        let needed = (step.max(self.origin) - self.origin) / self.width + 1;
        needed.max(self.blocks() as u64)
    }

    /// Takes in the loss of a step, which must not lie before the last one; those that are not
    /// numbers only take up their place.
    pub fn push(&mut self, step: u64, loss: f32) {
        if step < self.end {
            return;
        }
        self.end = step + 1;
        let index = ((step - self.origin) / self.width) as usize;
        let value = Some(loss).filter(|loss| loss.is_finite());
        while self.blocks() < index {
            self.begin_block(None);
        }
        if self.blocks() == index {
            self.begin_block(value);
        } else if let Some(value) = value {
            self.extremes.widen_last(value);
        }
        if let (Some(value), Some(sum), Some(count)) =
            (value, self.sums.last_mut(), self.counts.last_mut())
        {
            *sum += value;
            *count += 1;
        }
    }

    fn begin_block(&mut self, value: Option<f32>) {
        if self.blocks().is_multiple_of(TOTALS_EVERY) {
            let before = self.total_before(self.blocks());
            push_tight(&mut self.totals, before);
        }
        self.extremes.push(value);
        push_tight(&mut self.sums, 0.0);
        push_tight(&mut self.counts, 0);
    }

    /// Makes blocks twice as wide.
    pub fn halve(&mut self) {
        self.width *= 2;
        self.extremes.halve();
        let sums = self.sums.chunks(2).map(|pair| pair.iter().sum()).collect();
        let counts = self.counts.chunks(2).map(|pair| pair.iter().sum());
        self.counts = counts.collect();
        self.sums = sums;
        self.totals.clear();
        let mut total = (0.0, 0);
        for (sums, counts) in self
            .sums
            .chunks(TOTALS_EVERY)
            .zip(self.counts.chunks(TOTALS_EVERY))
        {
            self.totals.push(total);
            total.0 += sums.iter().copied().map(f64::from).sum::<f64>();
            total.1 += counts.iter().copied().map(u64::from).sum::<u64>();
        }
    }

    /// Sum and count of the blocks before one.
    fn total_before(&self, block: usize) -> (f64, u64) {
        let block = block.min(self.blocks());
        // The total of the blocks behind the last one is not written down yet.
        let known = (block / TOTALS_EVERY).min(self.totals.len().saturating_sub(1));
        let (mut sum, mut count) = self.totals.get(known).copied().unwrap_or_default();
        for index in known * TOTALS_EVERY..block {
            sum += f64::from(self.sums[index]);
            count += u64::from(self.counts[index]);
        }
        (sum, count)
    }

    /// Sum and count of the losses before a step; a block that is cut counts in part.
    fn total_until(&self, step: f64) -> (f64, f64) {
        let place = ((step - self.origin as f64) / self.width as f64).max(0.0);
        let block = place.floor() as usize;
        let (sum, count) = self.total_before(block);
        let (mut sum, mut count) = (sum, count as f64);
        if place == block as f64 {
            // At the edge of a block there is none to cut, and none to fetch from memory.
            return (sum, count);
        }
        if let (Some(part), Some(values)) = (self.sums.get(block), self.counts.get(block)) {
            let start = self.origin + block as u64 * self.width;
            // The last block may not be full yet.
            let filled = self.width.min(self.end.saturating_sub(start)).max(1);
            let share = ((step - start as f64) / filled as f64).clamp(0.0, 1.0);
            sum += share * f64::from(*part);
            count += share * f64::from(*values);
        }
        (sum, count)
    }

    /// Mean loss of the steps from one to before another; absent where there is none.
    pub fn mean(&self, from: f64, to: f64) -> Option<f64> {
        self.means().of(from, to)
    }

    /// Mean losses of many stretches.
    pub fn means(&self) -> Means<'_> {
        Means {
            losses: self,
            last: None,
        }
    }

    /// Lowest and highest loss of the steps from one to before another, and of all others in the
    /// blocks of these.
    pub fn extremes(&self, from: u64, to: u64) -> Option<[f32; 2]> {
        let first = (from.max(self.origin) - self.origin) / self.width;
        let behind = (to.max(self.origin) - self.origin).div_ceil(self.width);
        self.extremes.of(first as usize..behind as usize)
    }

    /// The step, or one a little before it where sums and extremes are at hand, if that makes no
    /// difference in a column of `covered` steps.
    pub fn rounded(&self, step: u64, covered: u64) -> u64 {
        let every = TOTALS_EVERY as u64;
        let mut group = self.width * every;
        if covered < COARSE * group || step < self.origin {
            return step;
        }
        // Groups of groups, as extremes are kept of.
        while covered >= VERY_COARSE * every * group {
            group *= every;
        }
        step - (step - self.origin) % group
    }

    /// Memory in use.
    pub fn bytes(&self) -> usize {
        self.extremes.bytes()
            + self.sums.capacity() * size_of::<f32>()
            + self.counts.capacity() * size_of::<u32>()
            + self.totals.capacity() * size_of::<(f64, u64)>()
    }
}

/// Mean losses of stretches, one after the other: quick where each begins at the end of the last.
pub struct Means<'a> {
    losses: &'a Dense,
    /// The end of the last stretch, with sum and count of all losses before it.
    last: Option<(f64, (f64, f64))>,
}

impl Means<'_> {
    /// Mean loss of the steps from one to before another; absent where there is none.
    pub fn of(&mut self, from: f64, to: f64) -> Option<f64> {
        let before = match self.last {
            Some((end, total)) if end == from => total,
            _ => self.losses.total_until(from),
        };
        let until = self.losses.total_until(to);
        self.last = Some((to, until));
        let count = until.1 - before.1;
        (count > 1e-12).then(|| (until.0 - before.0) / count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt as _, SeedableRng as _};
    use rand_chacha::ChaCha8Rng;

    /// Random losses with gaps and values that are not numbers, and what is kept of them.
    fn random(count: usize, width: u64) -> (Vec<(u64, f32)>, Dense) {
        let mut random = ChaCha8Rng::seed_from_u64(count as u64);
        let mut dense = Dense::new(100, width);
        let mut points = Vec::new();
        let mut step = 100;
        for _ in 0..count {
            let loss = if random.random_bool(0.02) {
                f32::NAN
            } else {
                random.random_range(0.0..1.0)
            };
            dense.push(step, loss);
            points.push((step, loss));
            step += if random.random_bool(0.01) { 5 } else { 1 };
        }
        (points, dense)
    }

    fn plain_mean(points: &[(u64, f32)], steps: Range<u64>) -> Option<f64> {
        let inside: Vec<f64> = points
            .iter()
            .filter(|(step, loss)| steps.contains(step) && loss.is_finite())
            .map(|(_, loss)| f64::from(*loss))
            .collect();
        (!inside.is_empty()).then(|| inside.iter().sum::<f64>() / inside.len() as f64)
    }

    fn check(points: &[(u64, f32)], dense: &Dense) {
        let mut random = ChaCha8Rng::seed_from_u64(9);
        let (start, end) = (dense.steps().start, dense.steps().end);
        for _ in 0..500 {
            // Whole blocks, so that the plain version knows the answer.
            let blocks = (end - start).div_ceil(dense.width());
            let first = random.random_range(0..blocks);
            let behind = random.random_range(first..=blocks);
            let steps = start + first * dense.width()..start + behind * dense.width();
            let mean = dense.mean(steps.start as f64, steps.end as f64);
            match (mean, plain_mean(points, steps.clone())) {
                (None, None) => {}
                (Some(a), Some(b)) => assert!((a - b).abs() < 1e-6, "{a} {b} {steps:?}"),
                other => panic!("{other:?} {steps:?}"),
            }
            let inside = points
                .iter()
                .filter(|(step, loss)| steps.contains(step) && loss.is_finite());
            let lowest = inside.clone().map(|(_, loss)| *loss).min_by(f32::total_cmp);
            let highest = inside.map(|(_, loss)| *loss).max_by(f32::total_cmp);
            let plain = lowest.zip(highest).map(<[f32; 2]>::from);
            assert_eq!(dense.extremes(steps.start, steps.end), plain);
        }
        let (mut means, mut from) = (dense.means(), start as f64);
        while from < end as f64 {
            let to = from + random.random_range(0.0..40.0_f64);
            assert_eq!(means.of(from, to), dense.mean(from, to));
            from = to;
        }
    }

    #[test]
    fn means_and_extremes_are_those_of_the_plain_search() {
        for (count, width) in [(1, 1), (17, 1), (4000, 1), (3000, 4)] {
            let (points, dense) = random(count, width);
            check(&points, &dense);
        }
    }

    #[test]
    fn halved_blocks_and_what_comes_after_them_stay_right() {
        let (mut points, mut dense) = random(3001, 1);
        dense.halve();
        dense.halve();
        assert_eq!(dense.width(), 4);
        let end = dense.steps().end;
        for step in end..end + 1000 {
            dense.push(step, (step % 7) as f32);
            points.push((step, (step % 7) as f32));
        }
        check(&points, &dense);
    }

    #[test]
    fn a_mean_within_blocks_takes_their_parts() {
        let mut dense = Dense::new(0, 4);
        for step in 0..8 {
            dense.push(step, if step < 4 { 0.0 } else { 1.0 });
        }
        assert_eq!(dense.mean(2.0, 6.0), Some(0.5));
        assert_eq!(dense.mean(6.0, 8.0), Some(1.0));
        assert_eq!(dense.mean(8.0, 20.0), None);
    }

    #[test]
    fn a_million_points_take_at_most_twenty_bytes_each() {
        let mut dense = Dense::new(0, 1);
        for step in 0..1_000_000 {
            dense.push(step, 0.1);
        }
        assert!(dense.bytes() <= 20_000_000, "{}", dense.bytes());
    }

    #[test]
    fn what_was_there_already_is_not_taken_twice() {
        let mut dense = Dense::new(0, 1);
        dense.push(0, 1.0);
        dense.push(1, 3.0);
        dense.push(1, 100.0);
        assert_eq!(dense.mean(0.0, 2.0), Some(2.0));
    }
}
