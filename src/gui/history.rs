//! Looking back: frames kept of every run, and the one cursor over all of them.

use std::sync::Arc;

use crate::engine::Frame;

use super::action::Effect;
use super::run::Run;
use super::state::AppState;

/// Kept frames of one run.
#[derive(Clone, Debug, Default)]
pub struct History {
    frames: Vec<Arc<Frame>>,
}

impl History {
    /// Keeps a frame.
    pub fn keep(&mut self, frame: Arc<Frame>) {
        self.frames.push(frame);
    }

    /// All of them, in order of steps.
    pub fn frames(&self) -> &[Arc<Frame>] {
        &self.frames
    }

    /// The newest frame at or before a step.
    pub fn at(&self, step: u64) -> Option<&Arc<Frame>> {
        let behind = self.frames.partition_point(|frame| frame.step <= step);
        self.frames.get(behind.checked_sub(1)?)
    }
}

/// Where the window looks.
#[derive(Clone, Debug, Default)]
pub struct HistoryState {
    /// The step looked back at; the newest when absent.
    pub cursor: Option<u64>,
}

/// Wishes about looking back.
#[derive(Clone, Debug)]
pub enum HistoryAction {
    /// Looks at this step of every run.
    LookAt(u64),
    /// Follows the training.
    Live,
}

impl AppState {
    /// The frame of a run that is looked at.
    pub fn frame<'a>(&self, run: &'a Run) -> Option<&'a Arc<Frame>> {
        match self.history.cursor {
            Some(step) => run.history.at(step).or(run.frame.as_ref()),
            None => run.frame.as_ref(),
        }
    }

    pub(super) fn handle_history(&mut self, action: HistoryAction) -> Vec<Effect> {
        match action {
            HistoryAction::LookAt(step) => self.history.cursor = Some(step),
            HistoryAction::Live => self.history.cursor = None,
        }
        Vec::new()
    }
}
