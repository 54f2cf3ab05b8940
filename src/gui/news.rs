//! What the engine tells, taken into the state.
//!
//! *News* are events, of which none may be lost, and snapshots, of which only the newest counts.

use std::sync::Arc;

use crate::engine::{Event, RunId, RunInfo, RunState, Snapshot};
use crate::train::Metrics;

use super::draft::Draft;
use super::notices::Message;
use super::run::{Failure, Run};
use super::state::AppState;

impl AppState {
    /// Takes in what the engine tells.
    pub fn apply(&mut self, event: Event) {
        match event {
            Event::Devices(devices) => self.devices = devices,
            Event::RunReady {
                id,
                info,
                metrics,
                progress,
            } => {
                self.shapes
                    .insert(info.dataset.location.clone(), info.dataset.shape);
                self.shapes
                    .insert(info.config.dataset.clone(), info.dataset.shape);
                let Some(run) = self.run_mut(id) else { return };
                become_ready(run, info);
                run.metrics = Metrics::clone(&metrics);
                run.progress = progress;
            }
            Event::StateChanged { id, state } => {
                let Some(run) = self.run_mut(id) else { return };
                run.state = state;
            }
            Event::Progress { id, more, progress } => {
                let Some(run) = self.run_mut(id) else { return };
                run.metrics.extend(&more);
                run.progress = progress;
            }
            Event::Baselines { id, baselines } => {
                let Some(run) = self.run_mut(id) else { return };
                run.baselines = Some(baselines);
            }
            Event::Warning { id, text } => {
                let Some(run) = self.run_mut(id) else { return };
                let text = Some(text).filter(|text| !text.is_empty());
                if run.warning != text {
                    run.is_warning_dismissed = false;
                }
                run.warning = text;
            }
            Event::Failed {
                id,
                error,
                is_bad_input,
            } => {
                let Some(run) = self.run_mut(id) else { return };
                run.state = RunState::Failed;
                run.failure = Some(Failure {
                    text: error,
                    is_bad_input,
                });
                run.is_failure_dismissed = false;
                if let Some(_folder) = run.opening.take() {
                    // Nothing was sent by the window, so nothing waits to be mended.
                    run.sent = Some(run.draft.config.clone());
                }
            }
            Event::Saved { id, folder } => {
                let text = format!("Saved in {}.", folder.display());
                self.tell(Some(id), text, false);
            }
            Event::SaveFailed { id, error } => self.tell(Some(id), error, true),
        }
    }

    /// Takes in the newest pictures.
    pub fn apply_snapshot(&mut self, snapshot: &Snapshot) {
        for pictures in &snapshot.runs {
            if let Some(run) = self.run_mut(pictures.id) {
                run.pictures = Some(Arc::clone(pictures));
            }
        }
    }

    pub(super) fn tell(&mut self, run: Option<RunId>, text: String, is_failure: bool) {
        let number = self.next_message;
        self.next_message += 1;
        self.messages.push(Message {
            number,
            run,
            text,
            is_failure,
        });
    }
}

/// Takes in what the engine made of a run.
fn become_ready(run: &mut Run, info: Arc<RunInfo>) {
    if run.opening.take().is_some() {
        let name = run.draft.config.name.clone();
        run.draft = Draft::new(info.config.clone());
        if run.draft.config.name.trim().is_empty() {
            run.draft.config.name = name;
        }
        run.sent = Some(run.draft.config.clone());
    }
    if run.state == RunState::Preparing || run.state == RunState::Failed {
        run.state = RunState::Paused;
    }
    let has_other_images = |old: &Arc<RunInfo>| old.dataset.hash != info.dataset.hash;
    if run.info.as_ref().is_some_and(has_other_images) {
        run.baselines = None;
    }
    run.failure = None;
    run.warning = None;
    run.info = Some(info);
}

#[cfg(test)]
#[path = "news_tests.rs"]
mod tests;
