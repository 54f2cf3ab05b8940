//! What lies on the desk besides the runs: what was taken away, what is being typed, what is open.
//!
//! *Removing* a run puts it aside, paused, until the next removal, or until its notice is put away:
//! so long it can be brought back.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::engine::{Command, RunId};
use crate::store::list;

use super::action::{Effect, NoticeKey};
use super::layout::Pane;
use super::restart::RestartQuestion;
use super::run::Run;
use super::state::{AppState, MAX_RUNS};
use super::until::UntilDraft;

/// Longest name of a run, in characters.
pub const MAX_NAME: usize = 60;

/// How fast runs train.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pace {
    /// As fast as they go.
    #[default]
    Full,
    /// A hundred steps a second.
    Hundred,
    /// Twenty steps a second.
    Twenty,
    /// Five steps a second.
    Five,
    /// One step a second.
    One,
}

impl Pace {
    /// All of them, in the order of the chooser.
    pub const ALL: &'static [Self] = &[
        Self::Full,
        Self::Hundred,
        Self::Twenty,
        Self::Five,
        Self::One,
    ];

    /// What the window calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "Full speed",
            Self::Hundred => "100 steps/s",
            Self::Twenty => "20 steps/s",
            Self::Five => "5 steps/s",
            Self::One => "1 step/s",
        }
    }

    /// Steps a second at most.
    pub fn steps_per_sec(self) -> Option<f64> {
        match self {
            Self::Full => None,
            Self::Hundred => Some(100.0),
            Self::Twenty => Some(20.0),
            Self::Five => Some(5.0),
            Self::One => Some(1.0),
        }
    }
}

/// Runs that were removed and can still be brought back.
#[derive(Debug)]
pub struct Removed {
    /// Each with its place among the runs, in order.
    pub runs: Vec<(usize, Run)>,
    /// The number of the message that tells it.
    pub message: u64,
    /// The run that was opened so that the window is not without one.
    stand_in: Option<RunId>,
}

/// What lies on the desk.
#[derive(Debug, Default)]
pub struct Desk {
    /// Runs that can be brought back.
    pub removed: Option<Removed>,
    /// The run whose name is being typed, and the name so far.
    pub renaming: Option<(RunId, String)>,
    /// Whether the shortcuts are listed.
    pub is_help_open: bool,
    /// Whether the buttons of the bar mean every run.
    pub acts_on_all: bool,
    /// How fast runs train.
    pub pace: Pace,
    /// The notice that is shown in full.
    pub expanded: Option<NoticeKey>,
    /// Whether a first-time user is offered the story.
    pub is_welcoming: bool,
    /// Runs that are to restart, as soon as the user has said so.
    pub restart: Option<RestartQuestion>,
    /// Panes that are there, to be seen or behind others.
    pub panes: BTreeSet<Pane>,
    /// What runs are to be trained until, as it was set last.
    pub until: UntilDraft,
}

/// Wishes about what lies on the desk.
#[derive(Clone, Debug)]
pub enum DeskAction {
    /// Begins to type the name of a run.
    BeginRename(RunId),
    /// The name so far.
    TypeName(String),
    /// The name is as it should be.
    EndRename,
    /// The name stays as it was.
    CancelRename,
    /// Brings back what was removed last.
    Undo,
    /// What was removed last need not be brought back any more.
    Forget,
    /// Lists the shortcuts, or not.
    ShowHelp(bool),
    /// The buttons of the bar mean every run, or the selected one.
    ActOnAll(bool),
    /// Another speed.
    SetPace(Pace),
    /// Shows a notice in full, or not any more.
    Expand(NoticeKey),
    /// What runs are to be trained until; sets nothing going.
    SetUntil(UntilDraft),
}

impl AppState {
    pub(super) fn handle_desk(&mut self, action: DeskAction) -> Vec<Effect> {
        match action {
            DeskAction::BeginRename(id) => {
                let name = self.run(id).map(|run| run.name().to_owned());
                self.desk.renaming = name.map(|name| (id, name));
            }
            DeskAction::TypeName(text) => {
                if let Some((_, name)) = &mut self.desk.renaming {
                    *name = text.chars().take(MAX_NAME).collect();
                }
            }
            DeskAction::EndRename => return self.end_rename(),
            DeskAction::CancelRename => self.desk.renaming = None,
            DeskAction::Undo => return self.undo_remove(),
            DeskAction::Forget => return self.forget_removed(),
            DeskAction::ShowHelp(is_open) => self.desk.is_help_open = is_open,
            DeskAction::ActOnAll(is_all) => self.desk.acts_on_all = is_all,
            DeskAction::SetPace(pace) => {
                self.desk.pace = pace;
                return vec![Effect::Send(Command::SetPace(pace.steps_per_sec()))];
            }
            DeskAction::SetUntil(draft) => self.desk.until = draft,
            DeskAction::Expand(key) => {
                let is_open = self.desk.expanded == Some(key);
                self.desk.expanded = (!is_open).then_some(key);
            }
        }
        Vec::new()
    }

    fn end_rename(&mut self) -> Vec<Effect> {
        let Some((id, name)) = self.desk.renaming.take() else {
            return Vec::new();
        };
        // Without letters it is called by its settings.
        self.rename(id, name.trim());
        Vec::new()
    }

    /// Puts runs aside, paused, and tells so.
    pub(super) fn put_aside(&mut self, ids: &[RunId]) -> Vec<Effect> {
        let mut effects = self.forget_removed();
        let mut aside = Vec::new();
        for (place, run) in std::mem::take(&mut self.runs).into_iter().enumerate() {
            if ids.contains(&run.id) {
                if run.may_be_working() {
                    effects.push(Effect::Send(Command::Pause(run.id)));
                }
                aside.push((place, run));
            } else {
                self.runs.push(run);
            }
        }
        let names: Vec<&str> = aside.iter().map(|(_, run)| run.name()).collect();
        if names.is_empty() {
            return effects;
        }
        let text = format!("Removed {}.", list(&names));
        if self.selected.is_some_and(|id| ids.contains(&id)) {
            self.selected = self.runs.first().map(|run| run.id);
        }
        if let Some((id, _)) = &self.desk.renaming
            && ids.contains(id)
        {
            self.desk.renaming = None;
        }
        self.relate();
        let message = self.next_message;
        self.tell(None, text, false);
        self.desk.removed = Some(Removed {
            runs: aside,
            message,
            stand_in: None,
        });
        effects
    }

    /// Notes that a run is only there because all others were removed.
    pub(super) fn note_stand_in(&mut self, id: RunId) {
        if let Some(removed) = &mut self.desk.removed {
            removed.stand_in = Some(id);
        }
    }

    /// Gives up what was removed last.
    pub(super) fn forget_removed(&mut self) -> Vec<Effect> {
        let Some(removed) = self.desk.removed.take() else {
            return Vec::new();
        };
        self.messages
            .retain(|message| message.number != removed.message);
        let gone = removed.runs.iter().map(|(_, run)| run.id);
        gone.map(|id| {
            self.layers.forget(id);
            Effect::Send(Command::Remove(id))
        })
        .collect()
    }

    fn undo_remove(&mut self) -> Vec<Effect> {
        let Some(removed) = self.desk.removed.take() else {
            return Vec::new();
        };
        let mut effects = Vec::new();
        let stand_in = removed.stand_in.and_then(|id| self.run(id));
        if let Some(id) = stand_in.filter(|run| run.is_untouched()).map(|run| run.id) {
            self.runs.retain(|run| run.id != id);
            effects.push(Effect::Send(Command::Remove(id)));
        }
        if self.runs.len() + removed.runs.len() > MAX_RUNS {
            self.tell(
                None,
                format!("There is room for {MAX_RUNS} runs: remove one first."),
                true,
            );
            self.desk.removed = Some(removed);
            return effects;
        }
        self.messages
            .retain(|message| message.number != removed.message);
        for (place, mut run) in removed.runs {
            if self.runs.iter().any(|other| other.slot == run.slot) {
                run.slot = self.free_slot();
            }
            self.selected = Some(run.id);
            self.runs.insert(place.min(self.runs.len()), run);
        }
        self.relate();
        effects
    }

    /// A run, also among those put aside.
    pub(super) fn run_mut(&mut self, id: RunId) -> Option<&mut Run> {
        let aside = self
            .desk
            .removed
            .iter_mut()
            .flat_map(|removed| &mut removed.runs);
        self.runs
            .iter_mut()
            .chain(aside.map(|(_, run)| run))
            .find(|run| run.id == id)
    }
}

#[cfg(test)]
#[path = "desk_tests.rs"]
mod tests;
