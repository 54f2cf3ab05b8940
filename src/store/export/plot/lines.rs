//! Points of the lines in a plot, thinned to what paper can show.
//!
//! A *column* is a strip of the paper. Of all values in it the lowest and the highest are drawn, so that
//! the line covers the same paper as the whole one.

use std::ops::Range;

use super::super::curves::{CurvePhase, CurveRun, LossKind};
use super::super::loss::LossParts;
use super::{Along, PlotOptions};

/// Columns of a plot: finer than the pixels it is usually shown with.
const COLUMNS: usize = 1200;

/// Measurements on test images that are marked one by one.
const MOST_MARKS: usize = 60;

/// A place on the horizontal axis and a value.
pub(super) type Point = (f64, f64);

/// Training losses of one phase.
pub(super) struct Training {
    pub(super) kind: LossKind,
    pub(super) parts: LossParts,
    /// Every step.
    pub(super) raw: Vec<Point>,
    /// Means over several steps; absent where every step is shown.
    pub(super) smooth: Option<Vec<Point>>,
}

/// Errors on test images of one phase.
pub(super) struct Test {
    pub(super) line: Vec<Point>,
    pub(super) marks: Vec<Point>,
}

/// Where a step of a run lies.
pub(super) fn place(run: &CurveRun, along: Along, step: f64) -> f64 {
    match along {
        Along::Steps => step,
        Along::Epochs => run.epochs(step),
        Along::Seconds => run.secs(step),
    }
}

/// What a mean over the pixels of an image is multiplied with.
pub(super) fn pixel_factor(run: &CurveRun, options: &PlotOptions) -> f64 {
    LossParts::default().factor(run.pixels, options.is_sum)
}

/// The training losses that these options show, phase by phase.
pub(super) fn training(run: &CurveRun, options: &PlotOptions, end: f64) -> Vec<Training> {
    let is_shown = |kind: LossKind| match kind {
        LossKind::Pixels | LossKind::Codes => !options.is_entropy && options.shows_training,
        LossKind::CrossEntropy => options.is_entropy,
    };
    run.stretches()
        .into_iter()
        .filter_map(|(phase, range)| {
            let phase = run.phases.get(phase)?;
            is_shown(phase.kind).then(|| stretch(run, range, phase, options, end))
        })
        .collect()
}

fn stretch(
    run: &CurveRun,
    range: Range<usize>,
    phase: &CurvePhase,
    options: &PlotOptions,
    end: f64,
) -> Training {
    let factor = phase.parts.factor(phase.values, options.is_sum);
    let first = run.metrics.train.steps().start + range.start as u64;
    let losses = &run.metrics.train.values()[range];
    let at = |step: u64| place(run, options.along, step as f64);
    let steps = || (first..).zip(losses.iter().copied().map(f64::from));
    let raw = steps().map(|(step, loss)| (at(step), loss * factor));
    let window = options.smoothing_steps.max(1) as usize;
    let smooth = (window > 1).then(|| {
        let mut sum = 0.0;
        let means = steps().enumerate().map(|(index, (step, loss))| {
            sum += loss;
            if let Some(gone) = index.checked_sub(window) {
                sum -= f64::from(losses[gone]);
            }
            let count = window.min(index + 1) as f64;
            (at(step), sum / count * factor)
        });
        thinned(means, end)
    });
    Training {
        kind: phase.kind,
        parts: phase.parts,
        raw: thinned(raw, end),
        smooth,
    }
}

/// The errors on test images, phase by phase.
pub(super) fn test(run: &CurveRun, options: &PlotOptions, end: f64) -> Vec<Test> {
    let every = run.metrics.test.len().div_ceil(MOST_MARKS).max(1);
    let factor = pixel_factor(run, options);
    run.metrics
        .test
        .chunk_by(|a, b| a.phase == b.phase)
        .map(|points| {
            let points = points.iter().filter(|point| point.mse.is_finite());
            let points = points.map(|point| {
                let at = place(run, options.along, point.step as f64);
                (at, point.mse * factor)
            });
            Test {
                marks: points.clone().step_by(every).collect(),
                line: thinned(points, end),
            }
        })
        .collect()
}

/// The extremes of every column between 0 and `end`, in the order they were measured.
fn thinned(points: impl Iterator<Item = Point>, end: f64) -> Vec<Point> {
    let column = |at: f64| (at / end.max(f64::MIN_POSITIVE) * COLUMNS as f64) as usize;
    let mut kept: Vec<Point> = Vec::new();
    // The column under way: its first, lowest, highest and last points with their order in it.
    let mut open: Option<(usize, Vec<(usize, Point)>)> = None;
    let close = |open: Option<(usize, Vec<(usize, Point)>)>, kept: &mut Vec<Point>| {
        if let Some((_, mut chosen)) = open {
            chosen.sort_by_key(|(order, _)| *order);
            chosen.dedup_by_key(|(order, _)| *order);
            kept.extend(chosen.into_iter().map(|(_, point)| point));
        }
    };
    for (order, point) in points.filter(|point| point.1.is_finite()).enumerate() {
        let here = column(point.0);
        match &mut open {
            Some((column, chosen)) if *column == here => {
                if point.1 < chosen[1].1.1 {
                    chosen[1] = (order, point);
                }
                if point.1 > chosen[2].1.1 {
                    chosen[2] = (order, point);
                }
                chosen[3] = (order, point);
            }
            Some(_) | None => {
                close(open.take(), &mut kept);
                open = Some((here, vec![(order, point); 4]));
            }
        }
    }
    close(open, &mut kept);
    kept
}

#[cfg(test)]
mod tests {
    use super::super::super::curves::tests::run;
    use super::*;

    #[test]
    fn thinning_keeps_the_ends_and_the_extremes() {
        let points: Vec<Point> = (0..100_000)
            .map(|i| (f64::from(i), f64::from(i * 7919 % 1000)))
            .collect();
        let thin = thinned(points.iter().copied(), 100_000.0);
        assert!(thin.len() <= 4 * (COLUMNS + 1), "{}", thin.len());
        assert_eq!(thin.first(), points.first());
        assert_eq!(thin.last(), points.last());
        let places: Vec<f64> = thin.iter().map(|point| point.0).collect();
        assert!(places.is_sorted());
        let high = |points: &[Point]| points.iter().map(|point| point.1).fold(0.0, f64::max);
        assert_eq!(high(&thin), high(&points));
        let few = &points[..50];
        assert_eq!(thinned(few.iter().copied(), 50.0), few);
    }

    #[test]
    fn smoothing_averages_over_the_steps_before() {
        let run = run("a", 0, 20);
        let options = PlotOptions {
            smoothing_steps: 3,
            ..PlotOptions::default()
        };
        let training = training(&run, &options, 40.0);
        assert_eq!(training.len(), 2);
        let smooth = training[0].smooth.as_ref().unwrap();
        let losses: Vec<f64> = run.metrics.train.values()[..5]
            .iter()
            .map(|loss| f64::from(*loss))
            .collect();
        assert_eq!(smooth[0].1, losses[0]);
        let mean = losses[2..5].iter().sum::<f64>() / 3.0;
        assert!((smooth[4].1 - mean).abs() < 1e-6, "{} {mean}", smooth[4].1);
        let plain = PlotOptions {
            smoothing_steps: 1,
            is_sum: true,
            ..options
        };
        let summed = super::training(&run, &plain, 40.0);
        assert!(summed[0].smooth.is_none());
        assert!((summed[0].raw[0].1 - losses[0] * 500.0).abs() < 1e-6);
        assert!(
            (summed[1].raw[0].1 / 784.0 - f64::from(run.metrics.train.values()[20])).abs() < 1e-6
        );
    }

    #[test]
    fn cross_entropies_and_squared_errors_share_no_plot() {
        let mut run = run("a", 0, 20);
        run.phases[1].kind = LossKind::CrossEntropy;
        let squared = training(&run, &PlotOptions::default(), 40.0);
        assert_eq!(squared.len(), 1);
        let entropy = PlotOptions {
            is_entropy: true,
            ..PlotOptions::default()
        };
        let entropy = training(&run, &entropy, 40.0);
        assert_eq!(entropy.len(), 1);
        assert_eq!(entropy[0].kind, LossKind::CrossEntropy);
    }

    #[test]
    fn losses_that_are_sums_stay_sums() {
        let mut run = run("a", 0, 20);
        run.phases[1].parts.is_sum = true;
        let of = |is_sum| {
            let options = PlotOptions {
                smoothing_steps: 1,
                is_sum,
                ..PlotOptions::default()
            };
            training(&run, &options, 40.0)[1].raw[0].1
        };
        let loss = f64::from(run.metrics.train.values()[20]);
        assert_eq!(of(true), loss);
        assert!((of(false) * 784.0 / loss - 1.0).abs() < 1e-9);
    }
}
