//! What a run measured, as the window keeps it.
//!
//! A *series* holds the losses of every training step, cut where phases start (what comes after is
//! another objective, and the jump in between is none of the training), the errors on test images,
//! and the clock. Its memory is bounded and drawing reads a number of values that depends on the
//! width of the chart alone.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::train::{Metrics, PhaseStart, TestPoint};

use super::clock::Clock;
use super::dense::Dense;
use super::extremes::Extremes;
use super::shown::Shown;

/// Most blocks of training losses of a run, some 20 bytes each. Beyond, neighbours are joined.
const MOST_BLOCKS: u64 = 1 << 18;

/// All measurements of a run.
#[derive(Clone, Debug, Default)]
pub struct Series {
    /// Losses of training steps.
    pub train: Train,
    /// Errors on all test images, in order of steps.
    pub test: Vec<TestPoint>,
    /// Where phases began, in order.
    pub phases: Vec<PhaseStart>,
    /// Seconds spent training.
    pub clock: Clock,
    /// Of all that test images were measured for, a place for each of [`Self::test`].
    test_extremes: BTreeMap<Shown, Extremes>,
    /// The index of the first test error of every phase.
    test_cuts: Vec<usize>,
}

/// Losses of training steps, phase by phase.
#[derive(Clone, Debug, Default)]
pub struct Train {
    parts: Vec<Part>,
    count: u64,
}

/// Losses of one phase.
#[derive(Clone, Debug)]
pub struct Part {
    /// Index of the phase.
    pub phase: usize,
    /// Its losses.
    pub losses: Dense,
}

impl Train {
    /// Whether nothing was measured.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Losses that were measured.
    pub fn len(&self) -> u64 {
        self.count
    }

    /// In order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The last loss and the phase it belongs to, averaged over up to `window` steps before `step`
    /// and itself; absent where nothing was measured there.
    pub fn at(&self, step: u64, window: u64) -> Option<(usize, f64)> {
        let behind = self
            .parts
            .partition_point(|part| part.losses.steps().start <= step);
        let part = self.parts.get(behind.checked_sub(1)?)?;
        if !part.losses.steps().contains(&step) {
            return None;
        }
        let to = step as f64 + 1.0;
        let mean = part.losses.mean(to - window.max(1) as f64, to)?;
        Some((part.phase, mean))
    }

    fn push(&mut self, phases: &[PhaseStart], step: u64, loss: f32, most_blocks: u64) {
        let place = phases.partition_point(|start| start.step <= step);
        let start = place
            .checked_sub(1)
            .map_or(PhaseStart { phase: 0, step: 0 }, |index| phases[index]);
        let is_new = self
            .parts
            .last()
            .is_none_or(|part| part.losses.steps().start < start.step);
        if is_new {
            let width = self.parts.first().map_or(1, |part| part.losses.width());
            self.parts.push(Part {
                phase: start.phase,
                losses: Dense::new(start.step, width),
            });
        }
        while self.blocks_with(step) > most_blocks {
            for part in &mut self.parts {
                part.losses.halve();
            }
        }
        if let Some(part) = self.parts.last_mut() {
            part.losses.push(step, loss);
            self.count += 1;
        }
    }

    fn blocks_with(&self, step: u64) -> u64 {
        let Some((last, before)) = self.parts.split_last() else {
            return 0;
        };
        let before: usize = before.iter().map(|part| part.losses.blocks()).sum();
        before as u64 + last.losses.blocks_with(step)
    }

    /// Memory in use.
    pub fn bytes(&self) -> usize {
        self.parts.iter().map(|part| part.losses.bytes()).sum()
    }
}

impl Series {
    /// The series of measurements that were taken in `secs` seconds of training up to `step`.
    pub fn new(metrics: &Metrics, step: u64, secs: f64) -> Self {
        let mut series = Self::default();
        series.extend(metrics, step, secs);
        series
    }

    /// Appends what was measured up to `step`, when `secs` seconds had been spent.
    pub fn extend(&mut self, more: &Metrics, step: u64, secs: f64) {
        self.phases.extend_from_slice(&more.phases);
        for point in more.train.iter() {
            self.train
                .push(&self.phases, point.step, point.loss, MOST_BLOCKS);
        }
        for point in &more.test {
            if self
                .test
                .last()
                .is_none_or(|last| last.phase != point.phase)
            {
                self.test_cuts.push(self.test.len());
            }
            for shown in Shown::all() {
                let value = shown.value(point).map(|value| value as f32);
                if value.is_none() && !self.has(shown) {
                    continue;
                }
                let extremes = self.test_extremes.entry(shown).or_default();
                // What is measured from a later point on, such as a penalty that gets a weight.
                while extremes.len() < self.test.len() {
                    extremes.push(None);
                }
                extremes.push(value.filter(|value| value.is_finite()));
            }
            self.test.push(point.clone());
        }
        self.clock.note(step, secs);
    }

    /// The newest measurement on the test images.
    pub fn last_test(&self) -> Option<&TestPoint> {
        self.test.last()
    }

    /// The newest measurement on the test images at or before a step.
    pub fn test_at(&self, step: u64) -> Option<&TestPoint> {
        let behind = self.test.partition_point(|point| point.step <= step);
        self.test.get(behind.checked_sub(1)?)
    }

    /// Stretches of [`Self::test`] that belong to one phase each. A phase that brings in untrained
    /// layers begins anew, so its line does too.
    pub fn test_stretches(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        let ends = self.test_cuts.iter().skip(1).copied();
        let ends = ends.chain([self.test.len()]);
        self.test_cuts
            .iter()
            .zip(ends)
            .map(|(&start, end)| start..end)
    }

    /// Whether this was ever measured on test images.
    pub fn has(&self, shown: Shown) -> bool {
        self.test_extremes.contains_key(&shown)
    }

    /// Lowest and highest value of what is shown in a stretch of [`Self::test`].
    pub fn test_extremes(&self, shown: Shown, stretch: Range<usize>) -> Option<[f32; 2]> {
        self.test_extremes.get(&shown)?.of(stretch)
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.train.is_empty() && self.test.is_empty() && self.phases.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::{Losses, Verdict};

    fn loss(step: u64) -> f32 {
        ((step * 7919) % 1000) as f32
    }

    fn start(phase: usize, step: u64) -> PhaseStart {
        PhaseStart { phase, step }
    }

    #[test]
    fn losses_are_cut_where_phases_start() {
        let mut series = Series::default();
        let phases = [start(0, 0), start(1, 10), start(2, 25)];
        // In two reports, the second of which brings the end of one phase and all of the next.
        for (steps, phases) in [(0..5, &phases[..1]), (5..40, &phases[1..])] {
            let more = Metrics {
                train: Losses::new(steps.start, steps.clone().map(loss)),
                phases: phases.to_vec(),
                ..Metrics::default()
            };
            series.extend(&more, steps.end, 1.0);
        }
        let parts: Vec<(usize, Range<u64>)> = series
            .train
            .parts()
            .iter()
            .map(|part| (part.phase, part.losses.steps()))
            .collect();
        assert_eq!(parts, [(0, 0..10), (1, 10..25), (2, 25..40)]);
        assert_eq!(series.train.len(), 40);
    }

    #[test]
    fn a_loss_is_read_off_with_those_before_it_in_its_phase() {
        let metrics = Metrics {
            train: Losses::new(0, (0..20).map(loss)),
            phases: vec![start(0, 0), start(1, 10)],
            ..Metrics::default()
        };
        let series = Series::new(&metrics, 20, 1.0);
        let loss = |step: u64| f64::from(loss(step));
        assert_eq!(series.train.at(7, 1), Some((0, loss(7))));
        assert_eq!(
            series.train.at(11, 5),
            Some((1, f64::midpoint(loss(10), loss(11))))
        );
        assert_eq!(series.train.at(20, 1), None);
        assert_eq!(Series::default().train.at(0, 1), None);
    }

    #[test]
    fn memory_is_bounded_over_all_phases() {
        let mut train = Train::default();
        let phases = [start(0, 0), start(1, 700), start(2, 5000)];
        for step in 0..20_000 {
            train.push(&phases, step, step as f32, 1000);
        }
        let blocks: usize = train.parts().iter().map(|part| part.losses.blocks()).sum();
        assert!((250..=1000).contains(&blocks), "{blocks}");
        let width = train.parts()[0].losses.width();
        assert!(
            train
                .parts()
                .iter()
                .all(|part| part.losses.width() == width)
        );
        assert_eq!(train.parts()[2].losses.steps(), 5000..20_000);
        let mean = train.parts()[2].losses.mean(5000.0, 20_000.0).unwrap();
        assert!((mean - 12_499.5).abs() < 0.5, "{mean}");
    }

    #[test]
    fn a_gap_of_any_size_costs_bounded_memory() {
        let mut train = Train::default();
        train.push(&[], 0, 1.0, 1000);
        train.push(&[], 1 << 40, 2.0, 1000);
        let blocks = train.parts()[0].losses.blocks();
        assert!(blocks <= 1000, "{blocks}");
        assert_eq!(
            train.at(1 << 40, 1).map(|(_, loss)| loss.round()),
            Some(2.0)
        );
    }

    #[test]
    fn test_errors_are_told_phase_by_phase() {
        let test = |step, phase, mse| TestPoint {
            step,
            phase,
            mse,
            verdict: Verdict::Varied,
            terms: crate::train::TermValues::default(),
            measures: crate::train::Measures::default(),
        };
        let metrics = Metrics {
            test: vec![
                test(0, 0, 0.2),
                test(10, 0, f64::NAN),
                test(10, 1, 0.3),
                test(20, 1, 0.1),
            ],
            ..Metrics::default()
        };
        let series = Series::new(&metrics, 20, 1.0);
        let stretches: Vec<Range<usize>> = series.test_stretches().collect();
        assert_eq!(stretches, [0..2, 2..4]);
        assert_eq!(series.test_extremes(Shown::Losses, 0..4), Some([0.1, 0.3]));
        assert_eq!(series.test_at(15).map(|point| point.mse), Some(0.3));
        assert_eq!(series.test_at(0).map(|point| point.mse), Some(0.2));
        assert!(Series::default().test_stretches().next().is_none());
    }

    #[test]
    fn what_is_measured_later_has_its_extremes_there() {
        use super::super::shown::tests::{point, shown};
        let metrics = Metrics {
            test: vec![
                point(0, &[], &[]),
                point(10, &[("sparsity", 0.5)], &[]),
                point(20, &[], &[]),
                point(30, &[("sparsity", 0.25)], &[]),
            ],
            ..Metrics::default()
        };
        let series = Series::new(&metrics, 30, 1.0);
        assert!(series.has(Shown::Losses) && series.has(shown("sparsity")));
        assert!(!series.has(shown("kl")));
        let extremes = |stretch| series.test_extremes(shown("sparsity"), stretch);
        assert_eq!(extremes(0..4), Some([0.25, 0.5]));
        assert_eq!(extremes(1..3), Some([0.5, 0.5]));
        assert_eq!(extremes(0..1), None);
        assert_eq!(series.test_extremes(shown("kl"), 0..4), None);
    }
}
