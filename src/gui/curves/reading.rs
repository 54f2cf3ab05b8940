//! What all runs measured at one place of the chart, as rows and in words.
//!
//! A *reading* is one row: what one run measured there.

use super::super::action::ChartUnit;
use super::super::run::{LossUnit, Run};
use super::super::view::View;
use super::super::words;
use super::axis::{Axis, describe};
use super::losses::factor;

/// One run at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Place of the run in the row of colours.
    pub slot: usize,
    /// Its name.
    pub name: String,
    /// Its training loss, smoothed as the line is.
    pub train: String,
    /// Its newest error on the test images by then.
    pub test: String,
}

const NOTHING: &str = "–";

/// The readings of the runs that are shown.
pub fn readings(view: &View<'_>, unit: ChartUnit, place: f64) -> Vec<Reading> {
    let runs = view.state.runs.iter();
    runs.filter(|run| !view.state.curves.is_hidden(run.id))
        .map(|run| reading(view, run, unit, place))
        .collect()
}

fn reading(view: &View<'_>, run: &Run, unit: ChartUnit, place: f64) -> Reading {
    let options = view.state.options.curves;
    let step = Axis::of(run, options.x).step(place).max(0.0).round() as u64;
    let is_within = step <= run.progress.step;
    let train = run
        .metrics
        .train
        // The loss of a step is known once it is done.
        .at(
            step.min(run.progress.step.saturating_sub(1)),
            u64::from(options.smoothing_steps),
        )
        .filter(|_| is_within)
        .and_then(|(phase, loss)| {
            let measured = run.loss_unit(phase);
            let loss = words::three_digits(loss * factor(run, phase, measured, options.reduction));
            match (unit, measured) {
                (ChartUnit::SquaredError, LossUnit::Pixels)
                | (ChartUnit::CrossEntropy, LossUnit::CrossEntropy) => Some(loss),
                (ChartUnit::SquaredError, LossUnit::Codes) => Some(format!("{loss} (codes)")),
                (ChartUnit::SquaredError, LossUnit::CrossEntropy)
                | (ChartUnit::CrossEntropy, LossUnit::Pixels | LossUnit::Codes) => None,
            }
        });
    let test = run
        .metrics
        .test_at(step)
        .filter(|_| is_within && unit == ChartUnit::SquaredError)
        .map(|point| {
            let factor = factor(run, point.phase, LossUnit::Pixels, options.reduction);
            words::three_digits(point.mse * factor)
        });
    Reading {
        slot: run.slot,
        name: run.name().to_owned(),
        train: train.unwrap_or_else(|| NOTHING.to_owned()),
        test: test.unwrap_or_else(|| NOTHING.to_owned()),
    }
}

/// The table in words, for whoever cannot see it.
pub fn in_words(view: &View<'_>, place: f64, readings: &[Reading]) -> String {
    let place = describe(view.state.options.curves.x, place);
    let rows = readings.iter().map(|reading| {
        let Reading {
            name, train, test, ..
        } = reading;
        format!("; {name}: training {train}, test {test}")
    });
    format!("At {place}{}", rows.collect::<String>())
}
