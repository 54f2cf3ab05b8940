//! Points of the lines in the chart, thinned to what can be seen.
//!
//! A *column* is the width of a point of the screen. Of all values in a column the lowest and the
//! highest are drawn, so that the line covers the same pixels as the whole one.

use std::ops::{Range, RangeInclusive};

use super::axis::Axis;
use super::dense::Dense;
use super::series::Series;
use super::shown::Shown;

/// The part of the horizontal axis that is seen.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its places.
    pub places: RangeInclusive<f64>,
    /// Columns of the screen that it takes.
    pub columns: usize,
}

/// Columns of the screen, as places, over a part of what is seen.
struct Columns {
    left: f64,
    width: f64,
    count: usize,
}

impl Seen {
    /// The columns over a stretch of places that is seen; `None` where nothing of it is.
    fn over(&self, low: f64, high: f64) -> Option<Columns> {
        let left = low.max(*self.places.start());
        let right = high.min(*self.places.end());
        if left > right || !(left.is_finite() && right.is_finite()) {
            return None;
        }
        let all = self.places.end() - self.places.start();
        // Where the chart fits itself to the data, the stretch may well fill it.
        let share = if all.is_finite() && all > 0.0 {
            (right - left) / all
        } else {
            1.0
        };
        let count = ((self.columns as f64 * share).ceil() as usize).clamp(1, self.columns.max(1));
        Some(Columns {
            left,
            width: (right - left) / count as f64,
            count,
        })
    }
}

/// The steps of a stretch that are seen, with one block more on either side so that lines run to the
/// edge.
fn seen_steps(steps: &Range<u64>, margin: u64, axis: &Axis<'_>, seen: &Seen) -> Range<u64> {
    let low = axis.step(*seen.places.start()).max(0.0) as u64;
    let high = axis.step(*seen.places.end()).max(0.0).ceil();
    // Casts of infinity saturate.
    let high = (high as u64).saturating_add(margin + 1);
    let low = low.saturating_sub(margin).max(steps.start);
    low..high.clamp(low, steps.end.max(low))
}

/// The extremes of every column between two places, drawn in its middle. `end` says where the
/// values of a column end, by its right edge and by where they begin.
fn in_columns(
    points: &mut Vec<[f64; 2]>,
    columns: &Columns,
    (mut from, last): (u64, u64),
    end: impl Fn(f64, u64) -> u64,
    extremes: impl Fn(Range<u64>) -> Option<[f32; 2]>,
) {
    for column in 0..columns.count {
        let edge = columns.left + columns.width * (column + 1) as f64;
        let to = if column + 1 == columns.count {
            last
        } else {
            end(edge, from)
        };
        if let Some(extremes) = extremes(from..to) {
            add(points, edge - columns.width / 2.0, extremes);
        }
        from = to;
    }
}

/// Every loss, or the extremes of every column.
pub fn raw(losses: &Dense, axis: &Axis<'_>, seen: &Seen) -> Vec<[f64; 2]> {
    let width = losses.width();
    let origin = losses.steps().start;
    let steps = seen_steps(&losses.steps(), width, axis, seen);
    let first = (steps.start - origin) / width;
    let blocks = first..(steps.end - origin).div_ceil(width).max(first);
    let mut points = Vec::new();
    if blocks.end - blocks.start <= 2 * seen.columns as u64 {
        for block in blocks {
            let start = origin + block * width;
            if let Some(extremes) = losses.extremes(start, start + width) {
                let middle = start as f64 + (width - 1) as f64 / 2.0;
                add(&mut points, axis.place(middle), extremes);
            }
        }
        return points;
    }
    let (low, high) = (axis.place(steps.start as f64), axis.place(steps.end as f64));
    let Some(columns) = seen.over(low, high) else {
        return points;
    };
    points.reserve_exact(2 * columns.count);
    let end = |edge: f64, from: u64| {
        let to = (axis.step(edge) as u64).clamp(from, steps.end);
        losses.rounded(to, to - from).max(from)
    };
    let extremes = |steps: Range<u64>| losses.extremes(steps.start, steps.end);
    let ends = (steps.start, steps.end);
    in_columns(&mut points, &columns, ends, end, extremes);
    points
}

/// Adds both extremes of a column, beginning with the one that is nearer to where the line is.
fn add(points: &mut Vec<[f64; 2]>, place: f64, [low, high]: [f32; 2]) {
    let (low, high) = (f64::from(low), f64::from(high));
    if low == high {
        points.push([place, low]);
        return;
    }
    let is_high = points
        .last()
        .is_some_and(|last| (last[1] - high).abs() < (last[1] - low).abs());
    let order = if is_high { [high, low] } else { [low, high] };
    points.extend(order.map(|value| [place, value]));
}

/// Means over `window` steps up to each step, or up to each column and then over all its steps.
pub fn smooth(losses: &Dense, axis: &Axis<'_>, seen: &Seen, window: u64) -> Vec<[f64; 2]> {
    let origin = losses.steps().start as f64;
    let steps = seen_steps(&losses.steps(), losses.width(), axis, seen);
    let mut means = losses.means();
    let mut mean = |behind: f64, window: f64| means.of((behind - window).max(origin), behind);
    let window = window.max(1) as f64;
    if steps.end - steps.start <= seen.columns as u64 {
        return steps
            .filter_map(|step| {
                let mean = mean(step as f64 + 1.0, window)?;
                Some([axis.place(step as f64), mean])
            })
            .collect();
    }
    let (low, high) = (
        axis.place(steps.start as f64),
        axis.place((steps.end - 1) as f64),
    );
    let Some(columns) = seen.over(low, high) else {
        return Vec::new();
    };
    let mut before = (axis.step(columns.left) + 1.0).max(origin);
    (0..=columns.count)
        .filter_map(|column| {
            let place = columns.left + columns.width * column as f64;
            let step = axis.step(place) + 1.0;
            let behind = losses.rounded(step as u64, (step - before).max(0.0) as u64);
            let behind = if behind == step as u64 {
                step
            } else {
                behind as f64
            };
            let covered = behind - before;
            before = behind;
            Some([place, mean(behind, window.max(covered))?])
        })
        .collect()
}

/// What was measured on test images in one stretch, or the extremes of every column.
pub fn test(
    (series, shown): (&Series, Shown),
    stretch: Range<usize>,
    axis: &Axis<'_>,
    seen: &Seen,
) -> Vec<[f64; 2]> {
    let points = &series.test[stretch.clone()];
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return Vec::new();
    };
    let steps = seen_steps(&(first.step..last.step + 1), 0, axis, seen);
    // The neighbours of what is seen, so that lines run to the edge.
    let start = points.partition_point(|point| point.step < steps.start);
    let end = points.partition_point(|point| point.step < steps.end);
    let inside = start.saturating_sub(1)..(end + 1).min(points.len());
    let visible = &points[inside.clone()];
    if visible.len() <= 2 * seen.columns {
        return visible
            .iter()
            .filter_map(|point| Some([axis.place(point.step as f64), shown.value(point)?]))
            .collect();
    }
    let (low, high) = (axis.place(steps.start as f64), axis.place(steps.end as f64));
    let mut drawn = Vec::new();
    let Some(columns) = seen.over(low, high) else {
        return drawn;
    };
    let end = |edge: f64, from: u64| {
        let step = axis.step(edge) as u64;
        (points.partition_point(|point| point.step < step) as u64).max(from)
    };
    let extremes = |part: Range<u64>| {
        let part = part.start as usize..part.end as usize;
        let part = stretch.start + part.start..stretch.start + part.end;
        series.test_extremes(shown, part)
    };
    let ends = (inside.start as u64, inside.end as u64);
    in_columns(&mut drawn, &columns, ends, end, extremes);
    drawn
}

#[cfg(test)]
#[path = "lines_tests.rs"]
mod tests;
