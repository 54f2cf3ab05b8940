//! Facts about the codes of a run: which are looked at, how they are called, how far sliders go.
//!
//! The *depth* of a code is that of the stages in use: during pretraining it is the code of an outer
//! pair of layers, and larger than the code of the whole network.

use std::sync::Arc;

use egui::RichText;

use crate::analysis::Dimension;
use crate::engine::{Codes, RunState};

use super::super::run::Run;
use super::super::state::AppState;
use super::super::view::View;
use super::super::words;

/// Share of the range of the codes that a slider goes beyond it.
const MARGIN: f32 = 0.15;

/// Round numbers a range of codes is divided into, at least.
const PARTS: f32 = 8.0;

impl AppState {
    /// Whether the explorer can be asked about a run.
    pub(in crate::gui) fn is_explorable(run: &Run) -> bool {
        run.info.is_some() && run.frame.is_some() && run.state != RunState::Preparing
    }

    /// The codes that are looked at, as long as they are as deep as those of the newest weights,
    /// which alone can be decoded.
    pub(super) fn codes<'a>(&self, run: &'a Run) -> Option<&'a Arc<Codes>> {
        let newest = run.frame.as_ref().map(|frame| &frame.codes);
        let looked_at = self.frame(run).map(|frame| &frame.codes);
        let codes = match (newest, looked_at) {
            (Some(newest), Some(looked_at)) if newest.latent == looked_at.latent => Some(looked_at),
            (newest, looked_at) => newest.or(looked_at),
        };
        codes.filter(|codes| !codes.is_empty())
    }

    /// Whether the frame that is looked at is not the newest one.
    pub(super) fn looks_back(&self, run: &Run) -> bool {
        match (self.frame(run), &run.frame) {
            (Some(looked_at), Some(newest)) => looked_at.step != newest.step,
            (Some(_) | None, Some(_) | None) => false,
        }
    }
}

/// What the codes of a run are, such as `code of pair 2, 500 values`.
fn depth_words(run: &Run, latent: usize) -> String {
    let count = words::count(latent as u64);
    let values = if latent == 1 { "value" } else { "values" };
    let stages = run.info.as_ref().map_or(1, |info| info.stages);
    let phase = run.frame.as_ref().map_or(0, |frame| frame.phase);
    let objective = run.phases().get(phase).map(|phase| phase.objective);
    match objective.map(|objective| objective.depth(stages)) {
        Some(depth) if depth < stages => format!("code of pair {depth}, {count} {values}"),
        Some(_) | None => format!("code of {count} {values}"),
    }
}

/// Which run and code a pane shows, and of which weights, in the colour of the run.
pub(super) fn code_note(view: &View<'_>, run: &Run, codes: &Codes) -> RichText {
    let mut note = format!("{}, {}", run.name(), depth_words(run, codes.latent));
    if view.state.looks_back(run) {
        note.push_str("; decoded with the newest weights");
    }
    RichText::new(note)
        .small()
        .color(view.palette.run(run.slot))
}

/// What a dimension is called.
pub(in crate::gui) fn dimension_name(dimension: usize) -> String {
    format!("z{}", dimension + 1)
}

/// The smallest of 1, 2 and 5 times a power of ten that is at least `size`; 1 where that says nothing.
pub(super) fn round_up(size: f32) -> f32 {
    if !size.is_finite() || size < f32::MIN_POSITIVE {
        return 1.0;
    }
    let power = 10.0_f32.powf(size.log10().floor());
    // The logarithm may be off by a rounding error.
    [1.0, 2.0, 5.0, 10.0, 20.0]
        .map(|times| times * power)
        .into_iter()
        .find(|round| *round >= size * 0.999)
        .unwrap_or(size)
}

/// A range a little beyond `low` to `high`, between round numbers, so that it stays while codes drift
/// a little. Where the two are next to equal, the range is `spread` wide to either side.
pub(super) fn range_around(low: f32, high: f32, spread: f32) -> (f32, f32) {
    let spread = if spread > 0.0 { spread } else { 1.0 };
    let middle = f32::midpoint(low, high);
    let (low, high) = if high - low > spread * 0.01 {
        let margin = MARGIN * (high - low);
        (low - margin, high + margin)
    } else {
        (middle - spread, middle + spread)
    };
    let step = round_up((high - low) / PARTS);
    ((low / step).floor() * step, (high / step).ceil() * step)
}

/// The range of the slider of a dimension: that of the data's codes, and `values` in any case.
pub(super) fn slider_range(dimension: &Dimension, spread: f32, values: &[f32]) -> (f32, f32) {
    let (low, high) = range_around(dimension.low, dimension.high, spread);
    let finite = values.iter().copied().filter(|value| value.is_finite());
    finite.fold((low, high), |(low, high), value| {
        (low.min(value), high.max(value))
    })
}

/// The largest standard deviation of any dimension.
pub(super) fn largest_spread(codes: &Codes) -> f32 {
    let first = codes.summary.order.first();
    first
        .and_then(|&first| codes.summary.dimensions.get(first))
        .map_or(0.0, |dimension| dimension.std)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_round_and_a_little_wider_than_the_codes() {
        assert_eq!(range_around(-1.0, 1.0, 0.5), (-1.5, 1.5));
        assert_eq!(
            range_around(-1.02, 1.03, 0.5),
            (-1.5, 1.5),
            "a drift changes nothing"
        );
        let (low, high) = range_around(3.0, 3.0, 0.5);
        let is_around = low <= 2.5 && high >= 3.5 && high - low < 1.5;
        assert!(
            is_around,
            "a dead dimension can still be moved, from {low} to {high}"
        );
        let (low, high) = range_around(0.0, 0.0, 0.0);
        assert!(low <= -1.0 && high >= 1.0);
        let (low, high) = range_around(-4e4, 9e5, 1e5);
        assert!(low <= -4e4 && high >= 9e5 && high - low < 2e6);
    }

    #[test]
    fn a_value_beyond_the_codes_widens_the_range() {
        let dimension = Dimension {
            low: -1.0,
            high: 1.0,
            ..Dimension::default()
        };
        assert_eq!(slider_range(&dimension, 0.5, &[0.3]), (-1.5, 1.5));
        assert_eq!(slider_range(&dimension, 0.5, &[7.0, f32::NAN]), (-1.5, 7.0));
    }

    #[test]
    fn round_numbers_are_one_two_and_five() {
        for (size, round) in [
            (1.0, 1.0),
            (1.1, 2.0),
            (0.3, 0.5),
            (0.06, 0.1),
            (700.0, 1000.0),
        ] {
            assert!((round_up(size) / round - 1.0).abs() < 1e-4, "{size}");
        }
        assert_eq!(round_up(0.0), 1.0);
        assert_eq!(round_up(f32::NAN), 1.0);
    }
}
