//! Lines of the chart, against all points.

use super::super::axis::tests::run;
use super::super::options::XUnit;
use super::super::shown::tests::shown;
use super::*;
use crate::gui::run::Run;
use crate::train::{Losses, Metrics, TestPoint, Verdict};

/// A run whose losses are noisy, with one outlier each way, and that gets slower as it goes on.
fn noisy(count: u64) -> Run {
    let mut run = run();
    for start in (0..count).step_by(1000) {
        let steps = start..(start + 1000).min(count);
        let more = Metrics {
            train: Losses::new(steps.start, steps.clone().map(loss)),
            ..Metrics::default()
        };
        let secs = (steps.end as f64 / 1000.0).powf(1.5);
        run.metrics.extend(&more, steps.end, secs);
    }
    run
}

fn loss(step: u64) -> f32 {
    match step {
        54_321 => 9.0,
        12_345 => -3.0,
        step => ((step * 7919) % 1000) as f32 / 1000.0,
    }
}

fn seen(places: RangeInclusive<f64>, columns: usize) -> Seen {
    Seen { places, columns }
}

fn losses(run: &Run) -> &Dense {
    &run.metrics.train.parts()[0].losses
}

#[test]
fn few_points_stay_as_they_are() {
    let run = noisy(50);
    let axis = Axis::of(&run, XUnit::Steps);
    let drawn = raw(losses(&run), &axis, &seen(0.0..=100.0, 100));
    let all: Vec<[f64; 2]> = (0..50)
        .map(|step| [step as f64, f64::from(loss(step))])
        .collect();
    assert_eq!(drawn, all);
}

#[test]
fn extremes_survive_and_columns_bound_the_number_in_every_unit() {
    let run = noisy(100_000);
    for unit in XUnit::ALL {
        let axis = Axis::of(&run, *unit);
        for end in [axis.place(100_000.0), f64::INFINITY] {
            let drawn = raw(losses(&run), &axis, &seen(0.0..=end, 500));
            assert!((900..=1000).contains(&drawn.len()), "{}", drawn.len());
            assert!(drawn.is_sorted_by(|a, b| a[0] <= b[0]));
            for (step, value) in [(54_321.0, 9.0), (12_345.0, -3.0)] {
                let column = axis.place(100_000.0) / 500.0;
                let near = |point: &&[f64; 2]| (point[0] - axis.place(step)).abs() <= column;
                assert!(
                    drawn.iter().filter(near).any(|point| point[1] == value),
                    "{unit:?} has lost {value}"
                );
            }
        }
    }
}

#[test]
fn every_column_has_the_extremes_of_its_steps() {
    let run = noisy(60_000);
    let axis = Axis::of(&run, XUnit::Steps);
    let drawn = raw(losses(&run), &axis, &seen(10_000.0..=20_000.0, 100));
    // A block more on either side is drawn with the first and the last column.
    for pair in drawn[2..drawn.len() - 2].chunks(2) {
        let column = ((pair[0][0] - 10_000.0) / 100.0).floor() as u64;
        let steps = 10_000 + column * 100..10_100 + column * 100;
        let lowest = steps.clone().map(loss).fold(f32::INFINITY, f32::min);
        let highest = steps.map(loss).fold(f32::NEG_INFINITY, f32::max);
        let (a, b) = (pair[0][1], pair[1][1]);
        assert_eq!([a.min(b), a.max(b)], [lowest, highest].map(f64::from));
    }
}

#[test]
fn only_what_is_seen_is_drawn_with_a_point_beyond_each_edge() {
    let run = noisy(1000);
    let axis = Axis::of(&run, XUnit::Steps);
    let drawn = raw(losses(&run), &axis, &seen(100.0..=110.0, 100));
    let steps: Vec<f64> = drawn.iter().map(|point| point[0]).collect();
    assert_eq!(steps.first(), Some(&99.0));
    assert_eq!(steps.last(), Some(&111.0));
    assert_eq!(steps.len(), 13);
    assert!(raw(losses(&run), &axis, &seen(5000.0..=6000.0, 100)).len() <= 2);
}

#[test]
fn smoothing_is_the_mean_of_the_steps_before() {
    let run = noisy(3000);
    let axis = Axis::of(&run, XUnit::Steps);
    let plain = |step: u64, window: u64| {
        let steps = (step + 1).saturating_sub(window)..step + 1;
        let count = (steps.end - steps.start) as f64;
        steps.map(loss).map(f64::from).sum::<f64>() / count
    };
    let near = smooth(losses(&run), &axis, &seen(0.0..=50.0, 100), 20);
    assert_eq!(near.len(), 52);
    for [step, mean] in near {
        assert!((mean - plain(step as u64, 20)).abs() < 1e-6, "{step}");
    }
    let far = smooth(losses(&run), &axis, &seen(0.0..=2999.0, 100), 5);
    assert_eq!(far.len(), 101);
    // A column is some 30 steps wide, and so is what it means.
    for [step, mean] in &far[1..] {
        assert!((mean - 0.5).abs() < 0.08, "{step} {mean}");
    }
}

#[test]
fn test_errors_are_thinned_like_losses() {
    let mut run = run();
    let mse = |index: u64| if index == 777 { 4.0 } else { 0.1 };
    let metrics = Metrics {
        test: (0..10_000)
            .map(|index| TestPoint {
                step: index * 100,
                phase: 0,
                mse: mse(index),
                verdict: Verdict::Varied,
                terms: crate::train::TermValues::new([("kl".to_owned(), 2.0 * mse(index))].into()),
                measures: crate::train::Measures::default(),
            })
            .collect(),
        ..Metrics::default()
    };
    run.metrics.extend(&metrics, 1_000_000, 10.0);
    let axis = Axis::of(&run, XUnit::Steps);
    let drawn = test(
        (&run.metrics, Shown::Losses),
        0..10_000,
        &axis,
        &seen(0.0..=1e6, 400),
    );
    assert!(drawn.len() <= 800, "{}", drawn.len());
    assert!(
        drawn.iter().any(|point| point[1] == 4.0),
        "the peak is lost"
    );
    let near = test(
        (&run.metrics, Shown::Losses),
        0..10_000,
        &axis,
        &seen(1000.0..=2000.0, 400),
    );
    assert_eq!(near.len(), 13, "{near:?}");
    assert_eq!(near[0], [900.0, 0.1]);
    let terms = test(
        (&run.metrics, shown("kl")),
        0..10_000,
        &axis,
        &seen(0.0..=1e6, 400),
    );
    assert!(terms.len() <= 800, "{}", terms.len());
    assert!(terms.iter().any(|point| point[1] == 8.0));
    let none = test(
        (&run.metrics, shown("beta")),
        0..10_000,
        &axis,
        &seen(0.0..=1e6, 400),
    );
    assert!(none.is_empty(), "it was not measured");
}

#[test]
fn wide_columns_are_rounded_and_still_hold_every_step_once() {
    let run = noisy(60_000);
    let axis = Axis::of(&run, XUnit::Steps);
    let drawn = raw(losses(&run), &axis, &seen(0.0..=60_000.0, 100));
    let highest = drawn.iter().map(|point| point[1]).fold(f64::MIN, f64::max);
    let lowest = drawn.iter().map(|point| point[1]).fold(f64::MAX, f64::min);
    assert_eq!(
        (lowest, highest),
        (-3.0, 9.0),
        "nothing falls between columns"
    );
    let means = smooth(losses(&run), &axis, &seen(0.0..=60_000.0, 100), 1);
    for [step, mean] in &means[1..] {
        // The last of some 600 steps each, give or take 16.
        let steps = (*step as u64).saturating_sub(600)..*step as u64;
        let plain: f64 = steps.map(loss).map(f64::from).sum::<f64>() / 600.0;
        assert!((mean - plain).abs() < 0.03, "{step} {mean} {plain}");
    }
}
