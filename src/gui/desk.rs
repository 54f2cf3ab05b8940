//! What lies on the desk besides the runs: what was given up, what is being typed, what is open.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::engine::{Command, RunId};

use super::action::{Effect, NoticeKey};
use super::layout::Pane;
use super::restart::RestartQuestion;
use super::run::Run;
use super::state::AppState;
use super::undo::GivenUp;
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

/// What lies on the desk.
#[derive(Debug, Default)]
pub struct Desk {
    /// Work that can be brought back, the newest last.
    pub given_up: Vec<GivenUp>,
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
    /// Brings back what was given up last.
    Undo,
    /// Brings back what the message of this number tells of.
    UndoOf(u64),
    /// What the message of this number tells of need not be brought back any more.
    Forget(u64),
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
            DeskAction::Undo => return self.undo_last(),
            DeskAction::UndoOf(message) => return self.undo(message),
            DeskAction::Forget(message) => return self.forget(message),
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

    /// A run, also among those that were removed.
    pub(super) fn run_mut(&mut self, id: RunId) -> Option<&mut Run> {
        let held = self.desk.given_up.iter_mut();
        self.runs
            .iter_mut()
            .chain(held.flat_map(GivenUp::runs_mut))
            .find(|run| run.id == id)
    }
}

#[cfg(test)]
#[path = "desk_tests.rs"]
mod tests;
