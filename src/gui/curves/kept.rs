//! Lines that were thinned for an earlier frame.
//!
//! Points of a line lie at places of the axis, so that a line is drawn where it belongs however the axis moves.
//! Thinning it again makes a difference only once the axis or the end of the line has moved by a good part of a
//! column. Thinning a million steps takes a fifth of a millisecond, and a chart has up to sixteen such lines.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ops::RangeInclusive;

use egui_plot::PlotPoint;

use super::options::XUnit;

/// A line that is off by less than this share of a column is drawn as it is.
const UNSEEN: f64 = 0.25;

/// A line that is off by this share of a column is thinned again, whatever else was in the frame.
const LATEST: f64 = 1.0;

/// Lines that are off by less are thinned again this many a frame, so that those of runs that train together do
/// not all fall into the same one.
const TURNS: usize = 4;

/// A line of the chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LineKey {
    /// Which history of losses it is of: see [`super::dense::Dense::id`].
    pub history: u64,
    /// Steps that its values are means of, 1 where they are as they were measured.
    pub window: u64,
}

/// What the points of a line are made from.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// What the axis counts.
    pub unit: XUnit,
    /// What losses are multiplied with.
    pub factor: f64,
    /// Whether the vertical axis is logarithmic.
    pub is_log: bool,
    /// Columns of the screen that are seen.
    pub columns: usize,
    /// The places of the axis that are seen.
    pub places: RangeInclusive<f64>,
    /// Where the last step lies.
    pub end: f64,
}

impl Look {
    /// By how much of a column a line that was thinned for another look is off, where it can be drawn at all.
    fn off(&self, other: &Self) -> Option<f64> {
        let alike = (self.unit, self.is_log, self.columns);
        let is_alike = alike == (other.unit, other.is_log, other.columns)
            && self.factor.to_bits() == other.factor.to_bits();
        let column = (self.places.end() - self.places.start()) / self.columns.max(1) as f64;
        let moved = [
            (*self.places.start(), *other.places.start()),
            (*self.places.end(), *other.places.end()),
            (self.end, other.end),
        ];
        let farthest = moved.map(|(now, was)| (now - was).abs());
        let farthest = farthest.into_iter().fold(0.0, f64::max);
        let off = if farthest > 0.0 {
            farthest / column
        } else {
            0.0
        };
        (is_alike && off.is_finite()).then_some(off)
    }
}

struct Entry {
    look: Look,
    /// The frame that it was drawn in last.
    used: u64,
    points: Vec<PlotPoint>,
}

/// Lines as they were thinned last.
#[derive(Default)]
pub struct KeptLines {
    entries: RefCell<HashMap<LineKey, Entry>>,
    /// A frame, and the lines that were thinned in it though they could wait.
    turns: Cell<(u64, usize)>,
}

impl KeptLines {
    /// The points of a line in a frame, made by `thin` where those of an earlier frame are not as good, and whether
    /// it waits to be thinned in a later one.
    pub fn points(
        &self,
        frame: u64,
        (key, look): (LineKey, Look),
        thin: impl FnOnce() -> Vec<PlotPoint>,
    ) -> (Vec<PlotPoint>, bool) {
        let mut entries = self.entries.borrow_mut();
        if let Some(entry) = entries.get_mut(&key)
            && let Some(off) = look.off(&entry.look)
        {
            let waits = off >= UNSEEN;
            if !waits || off < LATEST && !self.takes_turn(frame) {
                entry.used = frame;
                return (entry.points.clone(), waits);
            }
        }
        let points = thin();
        let entry = Entry {
            look,
            used: frame,
            points: points.clone(),
        };
        entries.insert(key, entry);
        (points, false)
    }

    /// Whether one more line that could wait may be thinned in this frame.
    fn takes_turn(&self, frame: u64) -> bool {
        let (of, taken) = self.turns.get();
        let taken = if of == frame { taken } else { 0 };
        self.turns.set((frame, taken + 1));
        taken < TURNS
    }

    /// Drops what was not drawn in the frame before; once a frame.
    pub fn tidy(&self, frame: u64) {
        let mut entries = self.entries.borrow_mut();
        entries.retain(|_, entry| frame.saturating_sub(entry.used) <= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(history: u64) -> LineKey {
        LineKey { history, window: 1 }
    }

    fn look(end: f64) -> Look {
        Look {
            unit: XUnit::Steps,
            factor: 1.0,
            is_log: true,
            columns: 100,
            places: 0.0..=1000.0,
            end,
        }
    }

    /// Whether a line is thinned, and whether it waits.
    fn draw(kept: &KeptLines, frame: u64, history: u64, look: Look) -> (bool, bool) {
        let mut is_thinned = false;
        let end = look.end;
        let (points, waits) = kept.points(frame, (key(history), look), || {
            is_thinned = true;
            vec![PlotPoint::new(end, 0.0)]
        });
        assert_eq!(points.len(), 1);
        assert!(!is_thinned || points[0].x == end);
        (is_thinned, waits)
    }

    #[test]
    fn a_line_is_thinned_again_once_that_can_be_seen() {
        let kept = KeptLines::default();
        assert_eq!(draw(&kept, 1, 1, look(500.0)), (true, false));
        assert_eq!(draw(&kept, 2, 1, look(500.0)), (false, false));
        assert_eq!(
            draw(&kept, 3, 1, look(502.0)),
            (false, false),
            "a fifth of a column"
        );
        assert_eq!(draw(&kept, 4, 1, look(505.0)), (true, false));
        let mut zoomed = look(505.0);
        zoomed.places = 0.0..=1020.0;
        assert_eq!(draw(&kept, 5, 1, zoomed), (true, false));
    }

    #[test]
    fn what_is_made_otherwise_is_thinned_again() {
        let kept = KeptLines::default();
        let with = |change: fn(&mut Look)| {
            let mut changed = look(500.0);
            change(&mut changed);
            changed
        };
        let changes: [fn(&mut Look); 4] = [
            |look| look.unit = XUnit::Epochs,
            |look| look.factor = 784.0,
            |look| look.is_log = false,
            |look| look.columns = 101,
        ];
        for change in changes {
            draw(&kept, 1, 1, look(500.0));
            assert!(draw(&kept, 1, 1, with(change)).0);
            assert!(draw(&kept, 1, 1, look(500.0)).0);
        }
        assert!(draw(&kept, 1, 2, look(500.0)).0, "of another history");
    }

    #[test]
    fn lines_take_turns() {
        let kept = KeptLines::default();
        let histories = 1..=10;
        for history in histories.clone() {
            assert!(draw(&kept, 1, history, look(500.0)).0);
        }
        let drawn = |frame, end| {
            let drawn = histories
                .clone()
                .map(|history| draw(&kept, frame, history, look(end)));
            let (thinned, late): (Vec<bool>, Vec<bool>) = drawn.unzip();
            let count = |all: Vec<bool>| all.into_iter().filter(|is| *is).count();
            (count(thinned), count(late))
        };
        assert_eq!(drawn(2, 505.0), (4, 6));
        assert_eq!(drawn(3, 505.0), (4, 2));
        assert_eq!(drawn(4, 505.0), (2, 0));
        assert_eq!(drawn(5, 520.0), (10, 0), "all are more than a column off");
    }

    #[test]
    fn what_is_not_drawn_is_forgotten() {
        let kept = KeptLines::default();
        draw(&kept, 1, 1, look(500.0));
        kept.tidy(2);
        assert!(!draw(&kept, 2, 1, look(500.0)).0);
        kept.tidy(4);
        assert!(draw(&kept, 4, 1, look(500.0)).0);
    }
}
