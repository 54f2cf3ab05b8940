//! Layers over time as a picture.
//!
//! A *heat strip* has a row a layer and a column a stretch of steps; a column shows the frame that was
//! the newest at its step. Where nothing was measured it is transparent.

use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::sync::Arc;

use egui::{Color32, ColorImage};

use crate::engine::Frame;
use crate::gui::run::Run;

use super::measure::Measure;

/// Columns of a strip: about what a pane is wide.
pub const COLUMNS: usize = 480;

/// Ends of an axis, times a power of ten: far enough apart that strips are rarely laid out anew.
const ENDS: [u64; 10] = [10, 12, 15, 20, 25, 30, 40, 50, 60, 80];

/// Steps from left to right, the same for all runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Axis {
    /// The step at the right end.
    pub end: u64,
    /// Whether the beginning is stretched.
    pub is_log: bool,
}

impl Axis {
    /// An axis that holds this many steps.
    pub fn holding(steps: u64, is_log: bool) -> Self {
        let mut scale = 1;
        let end = loop {
            let fits = ENDS.iter().find(|end| **end * scale >= steps);
            if let Some(end) = fits {
                break *end * scale;
            }
            scale *= 10;
        };
        Self { end, is_log }
    }

    /// Where a step lies, 0 to 1.
    pub fn share(self, step: u64) -> f32 {
        let (step, end) = (step as f64, self.end.max(1) as f64);
        let share = if self.is_log {
            step.ln_1p() / end.ln_1p()
        } else {
            step / end
        };
        share.min(1.0) as f32
    }

    /// The step that lies there.
    pub fn step(self, share: f32) -> u64 {
        let (share, end) = (f64::from(share.clamp(0.0, 1.0)), self.end.max(1) as f64);
        if self.is_log {
            (share * end.ln_1p()).exp_m1().round() as u64
        } else {
            (share * end).round() as u64
        }
    }

    /// Steps to write below it.
    pub fn ticks(self) -> Vec<u64> {
        if self.is_log {
            let powers = std::iter::successors(Some(1_u64), |power| power.checked_mul(10));
            std::iter::once(0)
                .chain(powers.take_while(|power| *power <= self.end))
                .collect()
        } else {
            (0..=4).map(|quarter| self.end * quarter / 4).collect()
        }
    }
}

/// The frame of a run that was the newest at a step.
pub fn frame_at(run: &Run, step: u64) -> Option<&Arc<Frame>> {
    run.live_frame()
        .filter(|frame| frame.step <= step)
        .or_else(|| run.history.at(step))
}

/// The last step that anything is known of.
pub fn last_step(run: &Run) -> u64 {
    let kept = run.history.frames().last().map_or(0, |frame| frame.step);
    run.live_frame().map_or(kept, |frame| frame.step)
}

/// A number that changes when the frames of the run or anything else that is `shown` does.
pub fn version(run: &Run, axis: Axis, shown: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    let frames = run.history.frames();
    let addresses = [frames.first(), frames.last(), run.live_frame()];
    let addresses = addresses.map(|frame| frame.map_or(0, |frame| Arc::as_ptr(frame) as usize));
    (frames.len(), addresses, last_step(run), axis).hash(&mut hasher);
    shown.hash(&mut hasher);
    hasher.finish()
}

/// The picture of a run.
pub fn strip(run: &Run, layers: usize, measure: Measure, axis: Axis) -> ColorImage {
    let mut image = ColorImage::filled([COLUMNS, layers.max(1)], Color32::TRANSPARENT);
    let last = last_step(run);
    for column in 0..COLUMNS {
        let from = axis.step(column as f32 / COLUMNS as f32);
        let to = axis.step((column + 1) as f32 / COLUMNS as f32);
        if from > last {
            break;
        }
        let Some(frame) = frame_at(run, to.min(last)) else {
            continue;
        };
        for (row, stat) in frame.layers.iter().take(layers).enumerate() {
            if let Some(value) = measure.value(stat) {
                image.pixels[row * COLUMNS + column] = measure.color(value);
            }
        }
    }
    image
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::RunId;
    use crate::gui::Draft;
    use crate::model::{LayerStat, VARIANTS};

    fn frame(step: u64, spreads: &[f32]) -> Arc<Frame> {
        Arc::new(Frame {
            layers: spreads
                .iter()
                .map(|spread| LayerStat {
                    spread: Some(*spread),
                    ..LayerStat::default()
                })
                .collect(),
            ..Frame::blank(RunId(1), step)
        })
    }

    fn run(kept: &[Arc<Frame>], live: Option<Arc<Frame>>) -> Run {
        let mut run = Run::new(RunId(1), 0, Draft::recipe(VARIANTS[0], "glyphs"));
        for frame in kept {
            run.history.keep(Arc::clone(frame));
        }
        run.frame = live;
        run
    }

    #[test]
    fn an_axis_holds_all_steps_and_is_laid_out_rarely() {
        for is_log in [false, true] {
            for steps in [0, 1, 9, 101, 12_345] {
                let axis = Axis::holding(steps, is_log);
                assert!(axis.end >= steps && axis.end <= (steps * 3 / 2).max(10));
                for share in [0.0, 0.3, 1.0] {
                    let back = axis.share(axis.step(share));
                    let width = 1.0 / axis.end as f32;
                    assert!((back - share).abs() < width.max(0.05) + 0.2 * f32::from(is_log));
                }
                assert!(axis.ticks().iter().all(|tick| *tick <= axis.end));
            }
        }
        assert_eq!(Axis::holding(1000, false).step(0.5), 500);
        assert_eq!(Axis::holding(1000, false).ticks(), [0, 250, 500, 750, 1000]);
        assert_eq!(Axis::holding(1000, true).ticks(), [0, 1, 10, 100, 1000]);
    }

    #[test]
    fn a_column_shows_the_frame_of_its_step_and_nothing_beyond_the_last() {
        let kept = [frame(0, &[0.0, 1.0]), frame(500, &[1.0, 0.5])];
        let run = run(&kept, Some(frame(750, &[0.25, 0.25])));
        let axis = Axis::holding(1000, false);
        let image = strip(&run, 2, Measure::Spread, axis);
        let at = |row: usize, share: f32| {
            image.pixels[row * COLUMNS + (share * COLUMNS as f32) as usize]
        };
        let color = |value| Measure::Spread.color(value);
        assert_eq!((at(0, 0.2), at(1, 0.2)), (color(0.0), color(1.0)));
        assert_eq!((at(0, 0.6), at(1, 0.6)), (color(1.0), color(0.5)));
        assert_eq!(
            at(0, 0.749),
            color(0.25),
            "the newest frame is seen at once"
        );
        assert_eq!(at(0, 0.9), Color32::TRANSPARENT);
        let gradient = strip(&run, 2, Measure::Gradient, axis);
        assert!(gradient.pixels.iter().all(|p| *p == Color32::TRANSPARENT));
    }

    #[test]
    fn the_version_changes_with_what_is_seen() {
        let axis = Axis::holding(1000, false);
        let of = |run: &Run| version(run, axis, Measure::Spread);
        let first = frame(0, &[0.0]);
        let one = run(std::slice::from_ref(&first), None);
        let again = of(&one);
        assert_eq!(of(&one), again);
        assert_ne!(version(&one, axis, Measure::Dead), again);
        assert_ne!(
            of(&run(&[frame(0, &[0.5])], None)),
            again,
            "another first frame"
        );
        assert_ne!(
            of(&run(std::slice::from_ref(&first), Some(frame(5, &[0.1])))),
            again
        );
    }
}
