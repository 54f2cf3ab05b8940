//! Looking back: frames kept of every run, and the one cursor over all of them.
//!
//! The *cursor* is a step. Pictures, codes and layers of every run are shown as they were at or
//! before it; without one the window follows the training.

mod bar;
mod play;

use std::sync::Arc;

use crate::engine::{Frame, MOST_HISTORY_BYTES, bound_histories};

use super::action::Effect;
use super::run::Run;
use super::state::AppState;

pub use crate::engine::History;
pub use bar::{KEYS, history_ui, keys};
use play::Play;
pub use play::Speed;

/// Where the window looks.
#[derive(Clone, Debug, Default)]
pub struct HistoryState {
    /// The step looked back at; the newest when absent.
    pub cursor: Option<u64>,
    /// How fast the history is played back.
    pub speed: Speed,
    /// The history is being played back.
    play: Option<Play>,
}

impl HistoryState {
    /// Whether the cursor moves by itself.
    pub fn is_playing(&self) -> bool {
        self.play.is_some()
    }

    fn follow(&mut self) {
        self.cursor = None;
        self.play = None;
    }
}

/// Wishes about looking back.
#[derive(Clone, Debug)]
pub enum HistoryAction {
    /// Looks at this step of every run, or follows the training where there is no later one.
    LookAt(u64),
    /// Looks at the first frame.
    First,
    /// Looks at the frame before.
    Back,
    /// Looks at the next frame, or follows the training behind the last one.
    Forward,
    /// Moves from frame to frame until the end, or stops doing so.
    TogglePlay,
    /// So many seconds have passed on the clock of the window.
    Tick(f64),
    /// Plays this fast.
    SetSpeed(Speed),
    /// Follows the training.
    Live,
}

impl AppState {
    /// The frame of a run that is looked at.
    pub fn frame<'a>(&self, run: &'a Run) -> Option<&'a Arc<Frame>> {
        let newest = run.frame.as_ref().or_else(|| run.history.frames().last());
        match self.history.cursor {
            Some(step) if newest.is_none_or(|frame| frame.step > step) => {
                let kept = &run.history;
                kept.at(step).or_else(|| kept.frames().first()).or(newest)
            }
            Some(_) | None => newest,
        }
    }

    /// Steps of the run that has done most.
    pub fn newest_step(&self) -> u64 {
        let steps = self.runs.iter().map(|run| run.progress.step);
        steps.max().unwrap_or(0)
    }

    /// The step that is looked at, looking back or not; absent before the first one.
    pub fn moment(&self) -> Option<u64> {
        let newest = self.newest_step();
        (newest > 0).then(|| self.history.cursor.unwrap_or(newest).min(newest))
    }

    /// The frames that looking back goes through one by one: those of the selected run.
    pub fn frames_of_note(&self) -> &[Arc<Frame>] {
        let has_frames = |run: &&Run| !run.history.frames().is_empty();
        let selected = self.selected_run().filter(has_frames);
        selected
            .or_else(|| self.runs.iter().find(has_frames))
            .map_or(&[], |run| run.history.frames())
    }

    pub(super) fn handle_history(&mut self, action: HistoryAction) -> Vec<Effect> {
        match action {
            HistoryAction::LookAt(step) => self.look_at(step),
            HistoryAction::First => {
                if let Some(first) = self.frames_of_note().first() {
                    self.history.cursor = Some(first.step);
                }
            }
            HistoryAction::Back => {
                let step = self.moment().unwrap_or(0);
                let frames = self.frames_of_note();
                let behind = frames.partition_point(|frame| frame.step < step);
                if let Some(index) = behind.checked_sub(1) {
                    self.history.cursor = Some(frames[index].step);
                }
            }
            HistoryAction::Forward => self.step_forward(1),
            HistoryAction::TogglePlay => self.toggle_play(),
            HistoryAction::Tick(now_secs) => self.tick(now_secs),
            HistoryAction::SetSpeed(speed) => self.history.speed = speed,
            HistoryAction::Live => self.history.follow(),
        }
        Vec::new()
    }

    fn look_at(&mut self, step: u64) {
        if step < self.newest_step() {
            self.history.cursor = Some(step);
        } else {
            self.history.follow();
        }
    }

    fn step_forward(&mut self, count: usize) {
        let Some(step) = self.history.cursor else {
            return;
        };
        let frames = self.frames_of_note();
        let next = frames.partition_point(|frame| frame.step <= step);
        match frames.get(next + count.saturating_sub(1)) {
            Some(frame) => self.look_at(frame.step),
            None => self.history.follow(),
        }
    }

    /// Keeps a frame, and drops older ones of whoever has most where memory is short.
    pub(super) fn keep_frame(&mut self, frame: Arc<Frame>) {
        let Some(run) = self.run_mut(frame.id) else {
            return;
        };
        run.history.keep(frame);
        self.bound_history(MOST_HISTORY_BYTES);
    }

    fn bound_history(&mut self, most_bytes: usize) {
        let mut histories: Vec<&mut History> =
            self.runs.iter_mut().map(|run| &mut run.history).collect();
        bound_histories(&mut histories, most_bytes);
    }

    /// Takes back everything of a run behind a step, since it stands there again.
    pub(super) fn rewind(run: &mut Run, step: u64) {
        run.history.rewind(step);
        if run.frame.as_ref().is_some_and(|frame| frame.step > step) {
            run.frame = None;
        }
    }

    /// Follows the training where the step looked at is no more.
    pub(super) fn settle_cursor(&mut self) {
        if let Some(step) = self.history.cursor {
            self.look_at(step);
        }
    }
}

#[cfg(test)]
mod tests;
