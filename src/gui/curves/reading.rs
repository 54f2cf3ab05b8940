//! What all runs measured at one place of the chart, as a small table over it.
//!
//! A *reading* is one row of that table.

use egui::{Align2, FontId, Painter, Rect, Stroke, StrokeKind, pos2, vec2};

use super::super::action::ChartUnit;
use super::super::run::{LossUnit, Run};
use super::super::view::View;
use super::super::words;
use super::axis::{Axis, describe};
use super::losses::factor;
use super::pattern;

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

/// Height of a row.
const ROW: f32 = 16.0;

/// Draws the table on the side of the chart where the place is not.
pub fn table(
    painter: &Painter,
    view: &View<'_>,
    frame: Rect,
    (place, x): (f64, f32),
    rows: &[Reading],
) {
    let room = ((frame.height() - 30.0) / ROW).floor() as usize;
    if room < 2 || rows.is_empty() {
        return;
    }
    let palette = view.palette;
    let font = FontId::proportional(11.5);
    let layout = |text: &str, color| painter.layout_no_wrap(text.to_owned(), font.clone(), color);
    let mut lines = vec![[
        layout(
            &describe(view.state.options.curves.x, place),
            palette.strong,
        ),
        layout("Training", palette.weak),
        layout("Test", palette.weak),
    ]];
    for row in rows.iter().take(room - 1) {
        let color = palette.run(row.slot);
        let name: String = if row.name.chars().count() > 28 {
            row.name.chars().take(27).chain(['…']).collect()
        } else {
            row.name.clone()
        };
        lines.push([
            layout(&name, color),
            layout(&row.train, palette.text),
            layout(&row.test, palette.text),
        ]);
    }
    let column = |index: usize| {
        let widths = lines.iter().map(|line| line[index].size().x);
        widths.fold(0.0, f32::max)
    };
    let sample = 30.0;
    let (names, trains, tests) = (column(0).max(0.0), column(1), column(2));
    let size = vec2(
        sample + names + trains + tests + 2.0 * 14.0 + 12.0,
        lines.len() as f32 * ROW + 8.0,
    );
    if size.x > frame.width() - 20.0 {
        return;
    }
    let left = if x < frame.center().x {
        frame.right() - size.x - 8.0
    } else {
        frame.left() + 8.0
    };
    let rect = Rect::from_min_size(pos2(left, frame.top() + 20.0), size);
    painter.rect(
        rect,
        4.0,
        palette.raised.gamma_multiply(0.94),
        Stroke::new(1.0, palette.border),
        StrokeKind::Inside,
    );
    let mut middle = rect.top() + 4.0 + ROW / 2.0;
    for (index, [name, train, test]) in lines.into_iter().enumerate() {
        let start = rect.left() + 6.0;
        if let Some(row) = index.checked_sub(1).and_then(|row| rows.get(row)) {
            let rect = pattern::sample_rect(pos2(start, middle));
            pattern::paint_sample(painter, rect, row.slot, palette.run(row.slot));
        }
        let right = rect.right() - 6.0;
        for (galley, anchor, x) in [
            (name, Align2::LEFT_CENTER, start + sample),
            (train, Align2::RIGHT_CENTER, right - tests - 14.0),
            (test, Align2::RIGHT_CENTER, right),
        ] {
            let at = anchor.anchor_size(pos2(x, middle), galley.size());
            painter.galley(at.min, galley, palette.text);
        }
        middle += ROW;
    }
}
