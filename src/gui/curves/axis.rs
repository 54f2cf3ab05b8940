//! The horizontal axis: where a step of a run lies.
//!
//! A *place* is a position on that axis, in the unit it counts. Runs differ in how long a step takes
//! and in how many make an epoch, so each run has an axis of its own.

use super::super::run::Run;
use super::super::words;
use super::clock::Clock;
use super::options::XUnit;

/// The horizontal axis of one run.
#[derive(Clone, Copy)]
pub struct Axis<'a> {
    unit: XUnit,
    steps_per_epoch: f64,
    clock: &'a Clock,
}

impl<'a> Axis<'a> {
    /// The axis of a run.
    pub fn of(run: &'a Run, unit: XUnit) -> Self {
        let steps_per_epoch = run.info.as_ref().map_or(1, |info| info.steps_per_epoch);
        Self {
            unit,
            steps_per_epoch: steps_per_epoch.max(1) as f64,
            clock: &run.metrics.clock,
        }
    }

    /// Where a step lies.
    pub fn place(&self, step: f64) -> f64 {
        match self.unit {
            XUnit::Steps => step,
            XUnit::Epochs => step / self.steps_per_epoch,
            XUnit::Seconds => self.clock.secs(step),
        }
    }

    /// The step that lies at a place.
    pub fn step(&self, place: f64) -> f64 {
        match self.unit {
            XUnit::Steps => place,
            XUnit::Epochs => place * self.steps_per_epoch,
            XUnit::Seconds => self.clock.step(place),
        }
    }
}

/// A place in words, such as `step 1,200`.
pub fn describe(unit: XUnit, place: f64) -> String {
    let place = place.max(0.0);
    match unit {
        XUnit::Steps => format!("step {}", words::count(place.round() as u64)),
        XUnit::Epochs => format!("epoch {place:.2}"),
        XUnit::Seconds => format!("{} s", words::three_digits(place)),
    }
}

/// The text of a mark of the axis.
pub fn mark(unit: XUnit, place: f64) -> String {
    if place < 0.0 {
        return String::new();
    }
    match unit {
        XUnit::Steps => words::count(place.round() as u64),
        XUnit::Epochs | XUnit::Seconds => {
            let text = format!("{place:.2}");
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::engine::RunId;
    use crate::gui::setup::draft::Draft;
    use crate::gui::state::tests::info;
    use crate::model::variant;

    pub(in super::super) fn run() -> Run {
        let draft = Draft::recipe(variant("stacked").unwrap(), "glyphs");
        let info = info(&draft.config, 50);
        let mut run = Run::new(RunId(1), 0, draft);
        run.info = Some(info);
        run
    }

    #[test]
    fn places_and_steps_lead_back_to_each_other() {
        let mut run = run();
        run.metrics.clock.note(1000, 4.0);
        run.metrics.clock.note(3000, 20.0);
        for unit in XUnit::ALL {
            let axis = Axis::of(&run, *unit);
            for step in [0.0, 1.0, 500.0, 2000.0, 3000.0] {
                let back = axis.step(axis.place(step));
                assert!((back - step).abs() < 1e-6, "{unit:?} {step} {back}");
            }
        }
        // Two steps make an epoch here.
        assert_eq!(Axis::of(&run, XUnit::Epochs).place(2000.0), 1000.0);
        assert_eq!(Axis::of(&run, XUnit::Seconds).place(2000.0), 12.0);
    }

    #[test]
    fn places_read_well() {
        assert_eq!(describe(XUnit::Steps, 1200.4), "step 1,200");
        assert_eq!(describe(XUnit::Epochs, 2.5), "epoch 2.50");
        assert_eq!(describe(XUnit::Seconds, 12.345), "12.3 s");
        assert_eq!(mark(XUnit::Steps, 20_000.0), "20,000");
        assert_eq!(mark(XUnit::Epochs, 2.5), "2.5");
        assert_eq!(mark(XUnit::Seconds, -1.0), "");
    }
}
