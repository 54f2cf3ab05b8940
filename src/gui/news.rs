//! What the engine tells, taken into the state.
//!
//! *News* are events, of which none may be lost, and snapshots, of which only the newest counts.

use std::sync::Arc;

use crate::engine::{Answer, Event, RunId, RunInfo, RunState, Slot, Snapshot};
use crate::train::{Metrics, RunConfig};

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
                self.latent.follow(&self.runs);
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
            Event::PcaPictures { id, pictures } => {
                let Some(run) = self.run_mut(id) else { return };
                run.pca_pictures = Some(pictures);
            }
            Event::Frame(frame) => {
                let Some(run) = self.run_mut(frame.id) else {
                    return;
                };
                run.history.keep(frame);
            }
            Event::Boundary { id, phase } => {
                let Some(run) = self.run_mut(id) else { return };
                run.boundaries.push(phase);
            }
            Event::Configured {
                id,
                config,
                total_steps,
            } => {
                let Some(run) = self.run_mut(id) else { return };
                become_configured(run, &config, total_steps);
            }
            Event::Worst { id, indices } => {
                let _ = (id, indices);
            }
            Event::Memory(bytes) => self.memory = Some(bytes),
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
        for frame in &snapshot.runs {
            if let Some(run) = self.run_mut(frame.id) {
                run.frame = Some(Arc::clone(frame));
            }
        }
        self.latent.follow(&self.runs);
    }

    /// Takes in what the explorer found.
    pub fn apply_answer(&mut self, answer: Answer) {
        match answer.key.slot {
            Slot::Sliders | Slot::Hover | Slot::Line | Slot::Traversals | Slot::Plane => {
                self.latent.take(answer);
            }
            Slot::Input => self.input.take(answer),
            Slot::Features | Slot::Filters => self.layers.take(answer),
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

/// Takes in other settings of a run that has started.
fn become_configured(run: &mut Run, config: &RunConfig, total_steps: u64) {
    if let Some(info) = &run.info {
        let mut info = RunInfo::clone(info);
        info.config = config.clone();
        info.total_steps = total_steps;
        run.info = Some(Arc::new(info));
    }
    run.draft = Draft::new(config.clone());
    run.sent = Some(run.draft.config.clone());
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
