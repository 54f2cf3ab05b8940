//! Runs whose device has failed, and the engine when it has.
//!
//! Such a run is *parked*: all it was at its last good state is safe, and it can be continued on this
//! device or another.

use std::borrow::Cow;

use egui::Ui;

use crate::engine::{Command, RunId, RunState};

use super::action::{Action, Actions, Effect};
use super::run::{Failure, Run};
use super::setup::form;
use super::state::AppState;
use super::view::View;
use super::words;

impl AppState {
    /// Takes in that a run is parked.
    pub(super) fn note_parked(&mut self, id: RunId, step: u64) {
        let Some(run) = self.run_mut(id) else { return };
        run.parked_at = Some(step);
        // Phases that began later have not begun any more.
        let phase = run.progress.phase;
        run.boundaries.retain(|begun| *begun <= phase);
        Self::rewind(run, step);
        self.settle_cursor();
    }

    /// Takes in that the engine is no more.
    pub(super) fn note_ended(&mut self, error: &str) {
        for run in &mut self.runs {
            run.loading = None;
            run.tuning = None;
            if run.may_be_working() {
                run.state = RunState::Failed;
            }
        }
        let text = format!(
            "The training thread ended unexpectedly: {error}. Nothing can be trained or saved in \
             this window any more. Start Hourglass again: what was kept of the session is there."
        );
        self.session.is_over = true;
        self.tell(None, text, true);
    }

    pub(super) fn continue_run(&mut self, id: RunId, device: String) -> Vec<Effect> {
        let is_parked = |run: &Run| run.parked_at.is_some();
        self.send_if(id, is_parked, Command::Continue { id, device })
    }

    /// Where a run whose device has failed can go on: words and wishes, the CPU first.
    pub(super) fn offers_to_continue(&self, run: &Run) -> Vec<(Cow<'static, str>, Action)> {
        if run.parked_at.is_none() {
            return Vec::new();
        }
        let cpu = (
            "Continue on Flex (CPU)".into(),
            Action::Continue(run.id, "flex".to_owned()),
        );
        let others = self.devices.iter().filter(|device| device.id != "flex");
        let others = others.map(|device| {
            let slow = if device.is_software {
                " (software, slow)"
            } else {
                ""
            };
            let words = format!("Continue on {}{slow}", device.name);
            (words.into(), Action::Continue(run.id, device.id.clone()))
        });
        std::iter::once(cpu).chain(others).collect()
    }
}

impl Run {
    /// Why it ended, and where it stands.
    pub(super) fn failure_text(&self, failure: &Failure) -> String {
        match self.parked_at {
            None => failure.text.clone(),
            Some(step) => format!(
                "Step {} is safe. {}",
                words::count(step),
                words::capitalised(&failure.text)
            ),
        }
    }

    /// Why it cannot be started, where its settings are no reason.
    pub(super) fn why_it_stands(&self) -> &'static str {
        if self.lost.is_some() {
            "The images of this run are missing: say where they are from its notice, its menu or the setup."
        } else if self.parked_at.is_some() {
            "The device of this run failed: continue it from its notice, its menu or the setup."
        } else {
            "This run has ended: reset it to train again."
        }
    }
}

/// Takes in that a run goes on elsewhere.
pub(super) fn become_moved(run: &mut Run, device: &str) {
    let sent = run.sent.as_mut();
    for config in sent.into_iter().chain([&mut run.draft.config]) {
        device.clone_into(&mut config.device);
    }
}

/// Offers of a run whose device has failed, among its settings.
pub(super) fn continue_ui(ui: &mut Ui, view: &View<'_>, run: &Run, out: &mut Actions) {
    let Some(step) = run.parked_at.filter(|_step| run.is_failure_dismissed) else {
        // The notice offers the same.
        return;
    };
    let text = format!(
        "The device of this run failed. It stands as it was at step {}, and can go on.",
        words::count(step)
    );
    form::remark(ui, text);
    for (words, wish) in view.state.offers_to_continue(run) {
        if ui.button(words.as_ref()).clicked() {
            out.push(wish);
        }
    }
}
