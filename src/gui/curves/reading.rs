//! What all runs measured at one place of the chart, as rows and in words.
//!
//! A *reading* is one row: what one run measured there.

use super::super::action::ViewOptions;
use super::super::run::{LossUnit, Run};
use super::super::view::View;
use super::super::words;
use super::axis::{Axis, describe};
use super::losses::{is_drawn, loss_factor, test_factor};
use super::shown::Shown;

/// One run at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Place of the run in the row of colours.
    pub slot: usize,
    /// Its name.
    pub name: String,
    /// Its training loss, smoothed as the line is, where losses are shown; then what was newest on the
    /// test images by then. As many as there are [`headings`].
    pub numbers: Vec<String>,
}

const NOTHING: &str = "–";

/// What the numbers of a reading are.
pub fn headings(shown: Shown) -> Vec<&'static str> {
    match shown {
        Shown::Losses => vec!["Training", "Test"],
        Shown::Quantity(quantity) => vec![quantity.name],
    }
}

/// The readings of the runs that are shown.
pub fn readings(view: &View<'_>, options: ViewOptions, place: f64) -> Vec<Reading> {
    let runs = view.state.runs.iter();
    runs.filter(|run| !view.state.curves.is_hidden(run.id))
        .map(|run| reading(run, options, place))
        .collect()
}

fn reading(run: &Run, options: ViewOptions, place: f64) -> Reading {
    let curves = options.curves;
    let step = Axis::of(run, curves.x).step(place).max(0.0).round() as u64;
    let is_within = step <= run.progress.step;
    let shown = curves.shown;
    let test = run
        .metrics
        .test_at(step)
        .filter(|_| is_within && shown.is_of(run, options.unit))
        .and_then(|point| shown.value(point))
        .map(|value| shown.written(value * test_factor(run, shown, curves.reduction)));
    let numbers = match shown {
        Shown::Losses => vec![loss(run, options, step).filter(|_| is_within), test],
        Shown::Quantity(_) => vec![test],
    };
    let numbers = numbers.into_iter();
    Reading {
        slot: run.slot,
        name: run.name().to_owned(),
        numbers: numbers
            .map(|number| number.unwrap_or_else(|| NOTHING.to_owned()))
            .collect(),
    }
}

/// The training loss of a step, with a word on what the axis does not name.
fn loss(run: &Run, options: ViewOptions, step: u64) -> Option<String> {
    // The loss of a step is known once it is done.
    let step = step.min(run.progress.step.saturating_sub(1));
    let window = u64::from(options.curves.smoothing_steps);
    let (phase, loss) = run.metrics.train.at(step, window)?;
    let measured = run.loss_unit(phase);
    if !is_drawn(measured, options.unit) {
        return None;
    }
    let factor = loss_factor(run, phase, options.curves.reduction);
    let codes = (measured == LossUnit::Codes).then(|| "codes".to_owned());
    let more = run.loss_parts(phase).more();
    let more = Some(more.trim_start().to_owned()).filter(|more| !more.is_empty());
    let remarks: Vec<String> = codes.into_iter().chain(more).collect();
    let loss = words::three_digits(loss * factor);
    Some(if remarks.is_empty() {
        loss
    } else {
        format!("{loss} ({})", remarks.join(" "))
    })
}

/// The table in words, for whoever cannot see it.
pub fn in_words(view: &View<'_>, place: f64, (readings, shown): (&[Reading], Shown)) -> String {
    let place = describe(view.state.options.curves.x, place);
    let names: Vec<&str> = match shown {
        Shown::Losses => vec!["training", "test"],
        Shown::Quantity(_) => headings(shown),
    };
    let rows = readings.iter().map(|reading| {
        let numbers = names.iter().zip(&reading.numbers);
        let numbers: Vec<String> = numbers
            .map(|(name, number)| format!("{name} {number}"))
            .collect();
        format!("; {}: {}", reading.name, numbers.join(", "))
    });
    format!("At {place}{}", rows.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::super::options::Reduction;
    use super::super::shown::tests::{measured, point, shown};
    use super::*;
    use crate::gui::action::ChartUnit;
    use crate::train::{Losses, Metrics};

    fn vae() -> Run {
        let terms = [("reconstruction", 78.4), ("kl", 12.5)];
        let mut run = measured("vae", point(0, &terms, &[("active_units", 7.0)]));
        let metrics = Metrics {
            train: Losses::new(0, [784.0, 784.0]),
            ..Metrics::default()
        };
        run.metrics.extend(&metrics, 2, 1.0);
        run.progress.step = 2;
        run
    }

    fn read(shown: Shown, unit: ChartUnit, reduction: Reduction) -> Vec<String> {
        let mut options = ViewOptions {
            unit,
            ..ViewOptions::default()
        };
        options.curves.shown = shown;
        options.curves.reduction = reduction;
        reading(&vae(), options, 1.0).numbers
    }

    #[test]
    fn losses_are_read_with_what_they_hold() {
        let [mean, sum] = [Reduction::MeanPerPixel, Reduction::SumPerImage];
        let unit = ChartUnit::CrossEntropy;
        assert_eq!(read(Shown::Losses, unit, mean), ["1.000 (+ β KL)", NOTHING]);
        assert_eq!(read(Shown::Losses, unit, sum), ["784 (+ β KL)", NOTHING]);
        let squares = read(Shown::Losses, ChartUnit::SquaredError, mean);
        assert_eq!(squares, [NOTHING, "0.0500"]);
    }

    #[test]
    fn other_numbers_have_a_column_of_their_own() {
        let [mean, sum] = [Reduction::MeanPerPixel, Reduction::SumPerImage];
        let unit = ChartUnit::CrossEntropy;
        assert_eq!(read(shown("reconstruction"), unit, mean), ["0.100"]);
        assert_eq!(read(shown("reconstruction"), unit, sum), ["78.4"]);
        let unit = ChartUnit::SquaredError;
        assert_eq!(read(shown("reconstruction"), unit, mean), [NOTHING]);
        assert_eq!(read(shown("kl"), unit, sum), ["12.5"]);
        assert_eq!(read(shown("active-units"), unit, mean), ["7"]);
        assert_eq!(read(shown("mmd"), unit, mean), [NOTHING]);
        for shown in Shown::all() {
            let numbers = read(shown, unit, mean);
            assert_eq!(numbers.len(), headings(shown).len());
        }
    }
}
