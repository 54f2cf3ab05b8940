//! Paths that are typed: the field for one, where the desktop has no dialog, or where somebody would
//! rather type.
//!
//! What is typed is *looked at*, in a thread beside the window, before it is taken: whether something
//! is there, and of the right kind.

mod look;
mod panel;

use std::path::PathBuf;

use super::action::{Action, Choice, Effect, PathFor, ViewOptions};
use super::state::AppState;

pub use look::{Found, look};
pub use panel::path_ui;

/// Longest path that can be typed, in characters.
const MAX_PATH: usize = 4096;

/// What is known of typed paths.
#[derive(Clone, Debug, Default)]
pub struct PathsState {
    /// The field, while it is open.
    pub open: Option<TypedPath>,
    /// The desktop has no dialog to offer, as was found out.
    pub has_no_dialog: bool,
    /// The number of the newest look.
    looks: u64,
}

/// A path that is being typed.
#[derive(Clone, Debug)]
pub struct TypedPath {
    /// What for.
    pub purpose: PathFor,
    /// What is in the field.
    pub text: String,
    /// What has come of looking at it.
    pub outcome: Outcome,
    /// The field is to have the keyboard.
    pub wants_keyboard: bool,
}

/// What has come of looking at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nobody has looked.
    Unknown,
    /// The look of this number is under way.
    Looking(u64),
    /// It cannot be; why, in a sentence.
    Wrong(String),
    /// There is a file already that would be replaced.
    Replaces(PathBuf),
}

/// Wishes about typed paths.
#[derive(Clone, Debug)]
pub enum PathAction {
    /// The path so far.
    Type(String),
    /// It is as it should be.
    Confirm,
    /// What is there may be replaced.
    Replace,
    /// No path after all.
    Close,
    /// The dialog of the desktop instead.
    Dialog,
    /// The look of this number has come to something.
    Looked(u64, Result<Found, String>),
    /// Whether paths are typed rather than chosen.
    TypeAlways(bool),
}

impl AppState {
    /// Asks for a path: in the dialog of the desktop, or in a field.
    pub(super) fn ask_path(&mut self, purpose: PathFor) -> Vec<Effect> {
        if self.paths.has_no_dialog || self.options.types_paths {
            self.type_path(purpose);
            return Vec::new();
        }
        vec![Effect::Ask(purpose)]
    }

    /// Takes in that the desktop had no dialog for this.
    pub(super) fn note_no_dialog(&mut self, purpose: PathFor) -> Vec<Effect> {
        self.paths.has_no_dialog = true;
        self.type_path(purpose);
        Vec::new()
    }

    fn type_path(&mut self, purpose: PathFor) {
        let text = match purpose.choice() {
            Choice::NewFile { what, ending } => {
                format!("~/{}", super::dialogs::proposed_name(what, ending))
            }
            Choice::Folder | Choice::NewFolder | Choice::File { .. } => "~/".to_owned(),
        };
        self.paths.open = Some(TypedPath {
            purpose,
            text,
            outcome: Outcome::Unknown,
            wants_keyboard: true,
        });
    }

    pub(super) fn handle_path(&mut self, action: PathAction) -> Vec<Effect> {
        if let PathAction::TypeAlways(types_paths) = action {
            return self.handle(Action::Show(ViewOptions {
                types_paths,
                ..self.options
            }));
        }
        let Some(typed) = &mut self.paths.open else {
            return Vec::new();
        };
        typed.wants_keyboard = false;
        match action {
            PathAction::Type(text) => {
                typed.text = text.chars().take(MAX_PATH).collect();
                typed.outcome = Outcome::Unknown;
            }
            PathAction::Confirm => {
                self.paths.looks += 1;
                typed.outcome = Outcome::Looking(self.paths.looks);
                return vec![Effect::LookAt {
                    number: self.paths.looks,
                    choice: typed.purpose.choice(),
                    text: typed.text.clone(),
                }];
            }
            PathAction::Replace => {
                if let Outcome::Replaces(path) = &typed.outcome {
                    let (purpose, path) = (typed.purpose, path.clone());
                    self.paths.open = None;
                    return self.handle(Action::PathChosen(purpose, path));
                }
            }
            PathAction::Close => self.paths.open = None,
            PathAction::Dialog => {
                let purpose = typed.purpose;
                self.paths.open = None;
                return vec![Effect::Ask(purpose)];
            }
            PathAction::Looked(number, found) if typed.outcome == Outcome::Looking(number) => {
                match found {
                    Ok(Found {
                        path,
                        is_new: false,
                    }) if is_to_be_written(typed.purpose) => {
                        typed.outcome = Outcome::Replaces(path);
                    }
                    Ok(Found { path, .. }) => {
                        let purpose = typed.purpose;
                        self.paths.open = None;
                        return self.handle(Action::PathChosen(purpose, path));
                    }
                    Err(wrong) => {
                        typed.outcome = Outcome::Wrong(wrong);
                        typed.wants_keyboard = true;
                    }
                }
            }
            // Of a text that has been changed since.
            PathAction::Looked(..) | PathAction::TypeAlways(_) => {}
        }
        Vec::new()
    }
}

/// Whether a file that is there would be replaced. Folders of runs and sessions look after themselves.
fn is_to_be_written(purpose: PathFor) -> bool {
    matches!(purpose.choice(), Choice::NewFile { ending, .. } if ending != super::session::ENDING)
}

#[cfg(test)]
mod tests;
