//! Series for the chart, thinned to what can be seen.
//!
//! *Decimating* leaves the lowest and the highest point of every column of pixels, in the order they
//! were measured: the drawn line covers the same pixels as the whole one.

use std::cmp::Ordering;
use std::ops::RangeInclusive;

use crate::train::TrainPoint;

use super::run::{LossUnit, Run};

/// Training losses of one phase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// What they measure.
    pub unit: LossUnit,
    /// Index range of the points.
    pub start: usize,
    /// Index behind the last point.
    pub end: usize,
}

/// Cuts a run's training losses where phases start: what comes after is another objective, and the
/// jump in between is none of the training.
pub fn stretches(run: &Run) -> Vec<Stretch> {
    let points = &run.metrics.train;
    let mut cuts: Vec<(usize, LossUnit)> = run
        .metrics
        .phases
        .iter()
        .map(|start| {
            let index = points.partition_point(|point| point.step < start.step);
            (index, run.loss_unit(start.phase))
        })
        .collect();
    if cuts.first().is_none_or(|&(index, _)| index > 0) {
        cuts.insert(0, (0, run.loss_unit(0)));
    }
    let ends: Vec<usize> = cuts
        .iter()
        .skip(1)
        .map(|&(index, _)| index)
        .chain([points.len()])
        .collect();
    cuts.into_iter()
        .zip(ends)
        .filter(|&((start, _), end)| start < end)
        .map(|((start, unit), end)| Stretch { unit, start, end })
        .collect()
}

/// Points to draw for `points` (in order of steps) within `steps`, on `columns` columns of pixels.
/// Losses that are not numbers are left out.
pub fn decimate(
    points: &[TrainPoint],
    steps: &RangeInclusive<f64>,
    columns: usize,
) -> Vec<[f64; 2]> {
    let (low, high) = (*steps.start(), *steps.end());
    // One point on either side, so that the line runs to the edge.
    let first = points
        .partition_point(|point| (point.step as f64) < low)
        .saturating_sub(1);
    let end = points
        .partition_point(|point| (point.step as f64) <= high)
        .saturating_add(1)
        .min(points.len());
    let visible = points.get(first..end).unwrap_or_default();
    let finite = |point: &&TrainPoint| point.loss.is_finite();
    let pair = |point: &TrainPoint| [point.step as f64, f64::from(point.loss)];
    let columns = columns.max(1);
    if visible.len() <= 2 * columns {
        return visible.iter().filter(finite).map(pair).collect();
    }
    let (Some(leftmost), Some(rightmost)) = (visible.first(), visible.last()) else {
        return Vec::new();
    };
    let left = low.max(leftmost.step as f64);
    let width = (high.min(rightmost.step as f64) - left) / columns as f64;
    let mut drawn = Vec::with_capacity(2 * columns + 4);
    let mut rest = visible;
    // The point before the left edge is a column of its own, and so is the one behind the right edge.
    for column in 0..=columns + 1 {
        let edge = left + width * column as f64;
        let is_last = column > columns;
        let count = rest.partition_point(|point| is_last || (point.step as f64) < edge);
        let (inside, behind) = rest.split_at(count);
        rest = behind;
        drawn.extend(extremes(inside).into_iter().flatten().map(pair));
    }
    drawn
}

/// The lowest and the highest point, in order of steps; the same one only once.
fn extremes(points: &[TrainPoint]) -> [Option<&TrainPoint>; 2] {
    let mut finite = points.iter().filter(|point| point.loss.is_finite());
    let Some(first) = finite.next() else {
        return [None, None];
    };
    let (mut lowest, mut highest) = (first, first);
    for point in finite {
        if point.loss < lowest.loss {
            lowest = point;
        }
        if point.loss > highest.loss {
            highest = point;
        }
    }
    match lowest.step.cmp(&highest.step) {
        Ordering::Less => [Some(lowest), Some(highest)],
        Ordering::Equal => [Some(lowest), None],
        Ordering::Greater => [Some(highest), Some(lowest)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::RunId;
    use crate::gui::setup::draft::Draft;
    use crate::model::{Pretraining, variant};
    use crate::train::PhaseStart;

    fn noisy(count: u64) -> Vec<TrainPoint> {
        (0..count)
            .map(|step| TrainPoint {
                step,
                loss: ((step * 7919) % 1000) as f32 / 1000.0,
            })
            .collect()
    }

    #[test]
    fn few_points_stay_as_they_are() {
        let points = noisy(50);
        assert_eq!(decimate(&points, &(0.0..=100.0), 100).len(), 50);
        assert!(decimate(&[], &(0.0..=1.0), 10).is_empty());
    }

    #[test]
    fn extremes_survive_and_columns_bound_the_number() {
        let mut points = noisy(100_000);
        points[54_321].loss = 9.0;
        points[12_345].loss = -3.0;
        let drawn = decimate(&points, &(0.0..=1e9), 500);
        assert!(drawn.len() <= 2 * 502, "{}", drawn.len());
        assert!(drawn.len() >= 2 * 498, "{}", drawn.len());
        assert!(drawn.contains(&[54_321.0, 9.0]), "the highest is lost");
        assert!(drawn.contains(&[12_345.0, -3.0]), "the lowest is lost");
        assert!(drawn.is_sorted_by(|a, b| a[0] < b[0]), "steps must rise");
    }

    #[test]
    fn only_the_visible_part_is_drawn_with_a_point_beyond_each_edge() {
        let drawn = decimate(&noisy(1000), &(100.0..=110.0), 100);
        let steps: Vec<f64> = drawn.iter().map(|point| point[0]).collect();
        assert_eq!(steps.first(), Some(&99.0));
        assert_eq!(steps.last(), Some(&111.0));
        assert_eq!(steps.len(), 13);
    }

    #[test]
    fn losses_that_are_not_numbers_are_left_out() {
        let mut points = noisy(10);
        points[3].loss = f32::NAN;
        points[4].loss = f32::INFINITY;
        assert_eq!(decimate(&points, &(0.0..=10.0), 100).len(), 8);
    }

    #[test]
    fn greedy_phases_past_the_first_measure_codes() {
        let mut draft = Draft::recipe(variant("stacked").unwrap(), "glyphs");
        let before = draft.clone();
        draft.config.pretraining = Pretraining::Greedy;
        draft.settle(&before);
        let mut run = Run::new(RunId(1), 0, draft);
        run.metrics.train = noisy(60);
        run.metrics.phases = (0..6)
            .map(|phase| PhaseStart {
                phase,
                step: phase as u64 * 10,
            })
            .collect();
        let found: Vec<(LossUnit, usize, usize)> = stretches(&run)
            .iter()
            .map(|s| (s.unit, s.start, s.end))
            .collect();
        assert_eq!(
            found,
            [
                (LossUnit::Pixels, 0, 10),
                (LossUnit::Codes, 10, 20),
                (LossUnit::Codes, 20, 30),
                (LossUnit::Codes, 30, 40),
                (LossUnit::Codes, 40, 50),
                (LossUnit::Pixels, 50, 60),
            ]
        );
    }
}
