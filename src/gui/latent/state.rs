//! What the latent panes know, and how it changes.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::{Answer, Content, RunId, RunState, Slot, Wish, WishKey};

use super::super::action::Effect;
use super::super::chosen::ChosenIn;
use super::super::run::Run;
use super::super::state::AppState;
use super::answers::{Answers, Find};
use super::code::{largest_spread, slider_range};
use super::plane::{PlaneAxes, PlaneWindow, Projection, Spot};
use super::start::{Origin, scramble};
use super::walk::{Moment, Walk, moved_along};

/// Rows of traversals at first, and how many more a click brings.
const ROWS: usize = 10;

/// What these panes know.
#[derive(Clone, Debug)]
pub struct LatentState {
    /// Where codes begin.
    pub origin: Origin,
    /// Whether a slider of the selected run moves those of the others.
    pub moves_all: bool,
    /// Whether all dimensions have sliders, or only those of most variance.
    pub shows_all: bool,
    /// Rows of traversals.
    pub rows: usize,
    /// The plane.
    pub plane: PlaneState,
    draws: u64,
    pub(super) walks: BTreeMap<RunId, Walk>,
    pub(super) answers: Answers,
    projection: RefCell<Option<Arc<Projection>>>,
}

impl Default for LatentState {
    fn default() -> Self {
        Self {
            origin: Origin::Image(0),
            moves_all: false,
            shows_all: false,
            rows: ROWS,
            plane: PlaneState::default(),
            draws: 0,
            walks: BTreeMap::new(),
            answers: Answers::default(),
            projection: RefCell::default(),
        }
    }
}

/// What the pane of the plane knows.
#[derive(Clone, Debug)]
pub struct PlaneState {
    /// The directions that were asked for.
    pub axes: Option<PlaneAxes>,
    /// Pictures across and up that have room.
    pub grid: (usize, usize),
    /// The class that stands out.
    pub highlight: Option<u8>,
    /// What the pointer is over.
    pub hover: Option<Spot>,
    looked: ChosenIn<PlaneWindow>,
    ends: ChosenIn<Vec<Spot>>,
}

impl Default for PlaneState {
    fn default() -> Self {
        Self {
            axes: None,
            grid: (12, 8),
            highlight: None,
            hover: None,
            looked: ChosenIn::default(),
            ends: ChosenIn::default(),
        }
    }
}

impl PlaneState {
    /// The ends of the line between two spots that were chosen in the plane of a run.
    pub fn ends(&self, run: RunId) -> &[Spot] {
        self.ends.of(run).map_or(&[], Vec::as_slice)
    }

    /// The window into the plane of a run, unless all codes are to be seen.
    pub fn window(&self, run: RunId) -> Option<PlaneWindow> {
        self.looked.of(run).copied()
    }
}

/// Wishes of the user in these panes.
#[derive(Clone, Debug)]
pub enum LatentAction {
    /// Codes begin here.
    Begin(Origin),
    /// Codes begin with the test image after the one they begin with.
    NextImage,
    /// Codes begin with a test image from anywhere.
    OtherImage,
    /// Codes begin with another random code.
    OtherCode,
    /// A slider was moved.
    Slide {
        /// Whose.
        run: RunId,
        /// Which.
        dimension: usize,
        /// Where to.
        value: f32,
    },
    /// A slider goes back to where the code began.
    ResetSlider(RunId, usize),
    /// All sliders of all runs go back.
    ResetSliders,
    /// Holds a value when the start changes, or does no longer.
    Lock {
        /// Whose.
        run: RunId,
        /// Which dimension.
        dimension: usize,
        /// Whether it is held.
        is_locked: bool,
    },
    /// Sorts the sliders by the variances of now.
    Sort(RunId),
    /// Whether a slider moves those of other runs.
    MoveAll(bool),
    /// Whether all dimensions have sliders.
    ShowAll(bool),
    /// More rows of traversals.
    MoreRows,
    /// In the plane.
    Plane(PlaneAction),
}

/// Wishes of the user in the plane.
#[derive(Clone, Debug)]
pub enum PlaneAction {
    /// Other directions.
    Axes(PlaneAxes),
    /// Another part of the plane; all codes where absent.
    Look(Option<PlaneWindow>),
    /// The pointer is over something else.
    Hover(Option<Spot>),
    /// One end of a line, then the other, then a new line.
    Place(Spot),
    /// No line.
    ClearLine,
    /// So many pictures have room across and up.
    Fit(usize, usize),
    /// A class stands out.
    Highlight(Option<u8>),
}

impl LatentState {
    /// Takes notice of a wish of these panes that was sent, or withdrawn.
    pub fn ask(&mut self, key: WishKey, number: u64, wish: Option<&Wish>) {
        self.answers.ask(key, number, wish);
    }

    /// Takes in what the explorer found, as far as [`Self::ask`] took notice of what was asked.
    pub fn take(&mut self, answer: Answer) {
        self.answers.take(answer);
    }

    /// Takes notice of newer frames and of runs that are gone.
    pub fn follow(&mut self, runs: &[Run]) {
        self.walks
            .retain(|id, _| runs.iter().any(|run| run.id == *id));
        for run in runs {
            let Some(frame) = run.frame.as_ref().filter(|frame| !frame.codes.is_empty()) else {
                continue;
            };
            let moment = Moment {
                latent: frame.codes.latent,
                phase: frame.phase,
                is_finished: run.state == RunState::Finished,
            };
            let walk = self.walks.entry(run.id).or_default();
            walk.follow(moment, &frame.codes);
        }
    }

    /// What was found last.
    pub(in crate::gui) fn find(&self, slot: Slot, run: RunId) -> Option<&Find> {
        self.answers.get(WishKey { slot, run })
    }
}

impl AppState {
    pub(in super::super) fn handle_latent(&mut self, action: LatentAction) -> Vec<Effect> {
        match action {
            LatentAction::Begin(origin) => self.begin(origin),
            LatentAction::NextImage => {
                let next = match self.latent.origin {
                    Origin::Image(index) => index + 1,
                    Origin::Drawn | Origin::Mean | Origin::Random(_) => 0,
                };
                let next = if next < self.test_images() { next } else { 0 };
                self.begin(Origin::Image(next));
            }
            LatentAction::OtherImage => {
                self.latent.draws += 1;
                let drawn = scramble(self.latent.draws) % u64::from(self.test_images().max(1));
                self.begin(Origin::Image(u32::try_from(drawn).unwrap_or(0)));
            }
            LatentAction::OtherCode => {
                self.latent.draws += 1;
                self.begin(Origin::Random(self.latent.draws));
            }
            LatentAction::Slide {
                run,
                dimension,
                value,
            } => self.slide(run, dimension, value),
            LatentAction::ResetSlider(run, dimension) => {
                let moves_all = self.latent.moves_all;
                let walks = self.latent.walks.iter_mut();
                for (_, walk) in walks.filter(|(id, _)| moves_all || **id == run) {
                    walk.reset(dimension);
                }
            }
            LatentAction::ResetSliders => {
                self.latent.walks.values_mut().for_each(Walk::reset_all);
            }
            LatentAction::Lock {
                run,
                dimension,
                is_locked,
            } => {
                let value = self
                    .run(run)
                    .and_then(|run| self.slider_value(run, dimension));
                let walk = self.latent.walks.entry(run).or_default();
                walk.lock(dimension, value.filter(|_| is_locked));
            }
            LatentAction::Sort(id) => {
                let codes = self.run(id).and_then(|run| self.codes(run)).map(Arc::clone);
                if let Some(codes) = codes {
                    self.latent.walks.entry(id).or_default().sort(&codes);
                }
            }
            LatentAction::MoveAll(moves_all) => self.latent.moves_all = moves_all,
            LatentAction::ShowAll(shows_all) => self.latent.shows_all = shows_all,
            LatentAction::MoreRows => self.latent.rows += ROWS,
            LatentAction::Plane(action) => self.handle_plane(action),
        }
        Vec::new()
    }

    fn begin(&mut self, origin: Origin) {
        self.latent.origin = origin;
        self.latent.walks.values_mut().for_each(Walk::begin);
    }

    fn handle_plane(&mut self, action: PlaneAction) {
        let selected = self.selected;
        let plane = &mut self.latent.plane;
        match action {
            PlaneAction::Axes(axes) => {
                plane.axes = Some(axes);
                plane.looked.clear();
                plane.ends.clear();
                plane.hover = None;
            }
            PlaneAction::Look(window) => plane.looked.set(selected.zip(window)),
            PlaneAction::Hover(spot) => plane.hover = spot,
            PlaneAction::Place(spot) => {
                let Some(run) = selected else { return };
                let mut ends = plane.ends(run).to_vec();
                if ends.len() >= 2 {
                    ends.clear();
                }
                ends.push(spot);
                plane.ends.choose(run, ends);
            }
            PlaneAction::ClearLine => plane.ends.clear(),
            PlaneAction::Fit(columns, rows) => plane.grid = (columns, rows),
            PlaneAction::Highlight(class) => plane.highlight = class,
        }
    }

    fn slide(&mut self, id: RunId, dimension: usize, value: f32) {
        let others = if self.latent.moves_all {
            self.moved_others(id, dimension, value)
        } else {
            Vec::new()
        };
        for (id, value) in std::iter::once((id, value)).chain(others) {
            let walk = self.latent.walks.entry(id).or_default();
            walk.slide(dimension, value);
        }
    }

    /// Where the slider of every other run with a code of the same size goes.
    fn moved_others(&self, id: RunId, dimension: usize, value: f32) -> Vec<(RunId, f32)> {
        let of = |run: &Run| -> Option<(f32, (f32, f32), usize)> {
            let start = *self.start_code(run)?.get(dimension)?;
            let range = self.slider_range(run, dimension, &[])?;
            Some((start, range, self.codes(run)?.latent))
        };
        let Some((start, range, latent)) = self.run(id).and_then(of) else {
            return Vec::new();
        };
        let others = self.runs.iter().filter(|run| run.id != id);
        others
            .filter_map(|run| {
                let (other_start, other_range, other_latent) = of(run)?;
                let moved = moved_along((start, value, range), (other_start, other_range));
                (other_latent == latent).then_some((run.id, moved))
            })
            .collect()
    }

    /// The code a run begins with, as the explorer found it or as far as it is known before.
    pub(super) fn start_code(&self, run: &Run) -> Option<Vec<f32>> {
        let latent = run.frame.as_ref().map(|frame| frame.codes.latent);
        match self
            .latent
            .find(Slot::Sliders, run.id)
            .map(|find| &find.content)
        {
            Some(Content::Point { start, .. }) if Some(start.len()) == latent => {
                Some(start.clone())
            }
            Some(
                Content::Point { .. }
                | Content::Images(_)
                | Content::Grid { .. }
                | Content::Filters { .. }
                | Content::Features(_)
                | Content::Entries(_)
                | Content::Generated(_)
                | Content::Failed(_),
            )
            | None => self.expected_start(run),
        }
    }

    /// The value of a slider.
    pub(super) fn slider_value(&self, run: &Run, dimension: usize) -> Option<f32> {
        let walk = self.latent.walks.get(&run.id);
        walk.and_then(|walk| walk.pin(dimension))
            .or_else(|| self.start_code(run)?.get(dimension).copied())
    }

    /// The range of a slider.
    pub(super) fn slider_range(
        &self,
        run: &Run,
        dimension: usize,
        values: &[f32],
    ) -> Option<(f32, f32)> {
        let codes = self.codes(run)?;
        let numbers = codes.summary.dimensions.get(dimension)?;
        Some(slider_range(numbers, largest_spread(codes), values))
    }

    /// What there is to be drawn of the codes of a run.
    pub(super) fn projection(&self, run: &Run) -> Option<Arc<Projection>> {
        let codes = &self.frame(run)?.codes;
        if codes.is_empty() {
            return None;
        }
        let axes = PlaneAxes::of(self.latent.plane.axes, codes.latent);
        // While pictures are on their way the plane stays, or with every frame there would be new
        // ones to begin with.
        let key = WishKey {
            slot: Slot::Plane,
            run: run.id,
        };
        let is_pending = self.latent.answers.is_pending(key);
        let mut known = self.latent.projection.borrow_mut();
        if let Some(known) = known.as_ref() {
            let is_same =
                known.run == run.id && known.axes == axes && Arc::ptr_eq(&known.codes, codes);
            if is_same && (known.is_own || is_pending) {
                return Some(Arc::clone(known));
            }
        }
        let labels = run
            .info
            .as_ref()
            .and_then(|info| info.dataset.test_labels.as_deref());
        let next = Projection::of(
            run.id,
            axes,
            codes,
            labels.unwrap_or_default(),
            known.as_deref(),
            is_pending,
        )?;
        let next = Arc::new(next);
        *known = Some(Arc::clone(&next));
        Some(next)
    }
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
