//! Share strings in the window: copying one, pasting one, and the locks that came with it.
//!
//! A *lesson* is a run whose setup has controls that are locked or hidden. It obeys until it is
//! unlocked: whatever would change a control that is not free is refused, wherever it comes from.

pub mod locks;
mod panel;

use crate::engine::RunId;
use crate::store::share::{Access, Controls, Share, ShareError, control};
use crate::train::RunConfig;

use super::action::Effect;
use super::run::Run;
use super::setup::draft::Draft;
use super::state::{AppState, MAX_RUNS};

pub use panel::{lesson_ui, share_ui};

/// A share string that is being made.
#[derive(Clone, Debug)]
pub struct Copying {
    /// The run it is made of.
    pub run: RunId,
    /// What it is to lock and hide.
    pub controls: Controls,
    /// The settings it holds.
    pub config: RunConfig,
    /// The text, or why there is none.
    pub text: Result<String, ShareError>,
}

/// A share string that is being pasted.
#[derive(Clone, Debug, Default)]
pub struct Pasting {
    /// The text so far.
    pub text: String,
    /// What it says; nothing as long as there is no text.
    pub share: Option<Result<Share, ShareError>>,
}

/// What is open of it.
#[derive(Clone, Debug, Default)]
pub enum ShareState {
    /// Nothing.
    #[default]
    Closed,
    /// The form that makes a text.
    Copying(Box<Copying>),
    /// The field that takes one.
    Pasting(Box<Pasting>),
}

/// Wishes about share strings.
#[derive(Clone, Debug)]
pub enum ShareAction {
    /// Opens the form for a run.
    Copy(RunId),
    /// Locks, hides or frees a control in the text.
    Set(&'static str, Access),
    /// The run's settings have changed under the form.
    Refresh,
    /// Opens the field.
    Paste,
    /// The text so far.
    Type(String),
    /// Makes a run of the text.
    Open,
    /// Closes the form or the field.
    Close,
    /// Frees every control of a run.
    Unlock(RunId),
}

impl Copying {
    fn new(run: &Run, controls: Controls) -> Self {
        let config = run.draft.config.clone();
        let share = Share {
            config: config.clone(),
            controls: controls.clone(),
        };
        Self {
            run: run.id,
            controls,
            config,
            text: share.encode(),
        }
    }
}

impl AppState {
    pub(super) fn handle_share(&mut self, action: ShareAction) -> Vec<Effect> {
        match action {
            ShareAction::Copy(id) => {
                if let Some(run) = self.run(id) {
                    let copying = Copying::new(run, run.controls.clone());
                    self.share = ShareState::Copying(Box::new(copying));
                }
            }
            ShareAction::Set(id, access) => {
                if let (ShareState::Copying(copying), Some(control)) =
                    (&mut self.share, control(id))
                {
                    copying.controls.set(control, access);
                }
                self.refresh_share();
            }
            ShareAction::Refresh => self.refresh_share(),
            ShareAction::Paste => self.share = ShareState::Pasting(Box::default()),
            ShareAction::Type(text) => {
                let is_there = !text.trim().is_empty();
                let share = is_there.then(|| Share::decode(&text));
                self.share = ShareState::Pasting(Box::new(Pasting { text, share }));
            }
            ShareAction::Open => return self.open_pasted(),
            ShareAction::Close => self.share = ShareState::Closed,
            ShareAction::Unlock(id) => {
                if let Some(run) = self.run_mut(id) {
                    run.controls = Controls::default();
                }
            }
        }
        Vec::new()
    }

    /// Makes the text anew; a run that is gone takes the form along.
    fn refresh_share(&mut self) {
        let ShareState::Copying(copying) = &self.share else {
            return;
        };
        self.share = match self.run(copying.run) {
            Some(run) => ShareState::Copying(Box::new(Copying::new(run, copying.controls.clone()))),
            None => ShareState::Closed,
        };
    }

    fn open_pasted(&mut self) -> Vec<Effect> {
        let ShareState::Pasting(pasting) = &self.share else {
            return Vec::new();
        };
        let Some(Ok(share)) = pasting.share.clone() else {
            return Vec::new();
        };
        self.share = ShareState::Closed;
        self.add_share(share)
    }

    /// A run as a share string says, locks included.
    pub(super) fn add_share(&mut self, share: Share) -> Vec<Effect> {
        if !self.has_room() {
            let text = format!("There is room for {MAX_RUNS} runs: remove one first.");
            self.tell(None, text, true);
            return Vec::new();
        }
        let effects = self.add(Draft::new(share.config));
        if let Some(run) = self.selected.and_then(|id| self.run_mut(id)) {
            run.controls = share.controls;
        }
        effects
    }

    /// Whether the lesson lets a run have these settings. If not, that is told.
    pub(super) fn may_become(&mut self, id: RunId, after: &RunConfig) -> bool {
        let broken = self.run(id).and_then(|run| {
            let is_lesson = !run.controls.is_free();
            is_lesson
                .then(|| run.controls.broken_by(&run.draft.config, after))
                .flatten()
        });
        self.refuse(id, broken.map(|control| control.name))
    }

    /// Whether the lesson lets a control be changed at all. If not, that is told.
    pub(super) fn may_change(&mut self, id: RunId, control_id: &str) -> bool {
        let run = self.run(id);
        let is_free = run.is_none_or(|run| run.controls.access(control_id) == Access::Free);
        let name = control(control_id).filter(|_control| !is_free);
        self.refuse(id, name.map(|control| control.name))
    }

    fn refuse(&mut self, id: RunId, name: Option<&'static str>) -> bool {
        let Some(name) = name else { return true };
        let text = format!(
            "{name} is locked in this lesson: Unlock in the setup frees every control of the run."
        );
        // Once is enough, however often it is tried.
        if !self.messages.iter().any(|message| message.text == text) {
            self.tell(Some(id), text, false);
        }
        false
    }
}

#[cfg(test)]
mod tests;
