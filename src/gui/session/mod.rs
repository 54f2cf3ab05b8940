//! Sessions: the whole window kept in one place, and found again after a crash.
//!
//! A session is *open* once the user has chosen its place; from then on it is kept there by itself.
//! Until then the work is kept too, for the case that the program ends badly, and offered at the next
//! start.

mod desk;
mod opened;
mod question;

use std::path::{Path, PathBuf};

use crate::engine::{Command, LostSession, SessionCommand, SessionNews};
use crate::store::list;

use super::action::{Action, Effect, NoticeKey, PathFor};
use super::notices::{Level, Notice};
use super::run::Run;
use super::state::AppState;
use super::words;

pub(super) use desk::kept_window;
pub use question::{Question, question_ui};

/// How the names of session folders end.
pub const ENDING: &str = "hourglass";

/// What is known of the session.
#[derive(Clone, Debug, Default)]
pub struct SessionState {
    /// The folder of the open session.
    pub folder: Option<PathBuf>,
    /// Whether anything has changed since it was kept.
    pub has_changed: bool,
    /// Why it could not be kept, until it could.
    pub problem: Option<String>,
    /// The engine is no more, so nothing is kept any more.
    pub(super) is_over: bool,
    /// What crashes left.
    pub lost: Vec<LostSession>,
    /// What is asked of the user.
    pub question: Option<Question>,
    /// What follows once the session is saved.
    next: Option<Next>,
    /// The window may close.
    is_leaving: bool,
    /// The step to look back at once the runs are there.
    pub(super) cursor: Option<u64>,
    /// What is to happen next, after news.
    pending: Vec<Effect>,
    /// The desk as the engine has it, and its version.
    told: String,
    version: u64,
    /// The number of the session taken up last.
    number: u64,
}

/// What follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// The window closes.
    Close,
    /// Another session is opened.
    Open(PathBuf),
}

/// Wishes about sessions.
#[derive(Clone, Debug)]
pub enum SessionAction {
    /// Looks for what crashes left.
    Look,
    /// Saves; asks for a place where there is none yet.
    Save,
    /// Asks for another place and saves there.
    SaveAs,
    /// The window is to close.
    Close,
    /// The question: saves first.
    SaveFirst,
    /// The question: what is not saved may go.
    GoOn,
    /// The question: everything stays as it is.
    Stay,
    /// Opens what a crash left.
    Recover(PathBuf),
    /// Removes what a crash left.
    Discard(PathBuf),
    /// Leaves what a crash left for another time.
    Later(PathBuf),
}

fn send(command: SessionCommand) -> Effect {
    Effect::Send(Command::Session(command))
}

impl AppState {
    pub(super) fn handle_session(&mut self, action: SessionAction) -> Vec<Effect> {
        match action {
            SessionAction::Look => vec![send(SessionCommand::Look)],
            SessionAction::Save => {
                self.session.next = None;
                self.save_session()
            }
            SessionAction::SaveAs => {
                self.session.next = None;
                self.ask_path(PathFor::SaveSession)
            }
            SessionAction::Close => self.close(),
            SessionAction::SaveFirst => {
                self.session.next = self.session.question.take().map(Question::next);
                self.save_session()
            }
            SessionAction::GoOn => {
                let next = self.session.question.take().map(Question::next);
                next.map_or_else(Vec::new, |next| self.go_on_to(next))
            }
            SessionAction::Stay => {
                self.session.question = None;
                self.session.next = None;
                Vec::new()
            }
            SessionAction::Recover(folder) => self.open_session(folder),
            SessionAction::Discard(folder) => {
                self.session.lost.retain(|lost| lost.folder != folder);
                vec![send(SessionCommand::Discard(folder))]
            }
            SessionAction::Later(folder) => {
                self.session.lost.retain(|lost| lost.folder != folder);
                Vec::new()
            }
        }
    }

    /// Whether closing would lose anything.
    pub fn would_lose(&self) -> bool {
        if self.session.is_over {
            // What could be kept is found at the next start.
            return false;
        }
        let is_trained = self.runs.iter().any(Run::has_started);
        match &self.session.folder {
            None => is_trained,
            // An open session is saved as it closes, where it can be.
            Some(_) => is_trained && self.session.problem.is_some(),
        }
    }

    /// What the bar of the window says.
    pub fn title(&self) -> String {
        const PROGRAM: &str = "Hourglass";
        match &self.session.folder {
            Some(folder) if self.session.has_changed => {
                format!("{} (unsaved changes) – {PROGRAM}", name(folder))
            }
            Some(folder) => format!("{} – {PROGRAM}", name(folder)),
            None if self.would_lose() => format!("Unsaved session – {PROGRAM}"),
            None => PROGRAM.to_owned(),
        }
    }

    fn save_session(&mut self) -> Vec<Effect> {
        match &self.session.folder {
            None => self.ask_path(PathFor::SaveSession),
            Some(_) => vec![Effect::KeepDesk, send(SessionCommand::Save(None))],
        }
    }

    /// Opens a session, or asks first where that would lose something.
    pub(super) fn open_session(&mut self, folder: PathBuf) -> Vec<Effect> {
        if self.session.folder.as_ref() == Some(&folder) {
            self.tell(None, format!("{} is open already.", name(&folder)), false);
            return Vec::new();
        }
        let next = Next::Open(folder);
        if self.would_lose() {
            self.session.question = Some(Question::before(next));
            return Vec::new();
        }
        self.go_on_to(next)
    }

    fn close(&mut self) -> Vec<Effect> {
        if self.session.is_leaving || !self.would_lose() {
            return vec![Effect::KeepDesk];
        }
        self.session.question = Some(Question::before(Next::Close));
        vec![Effect::StayOpen]
    }

    fn go_on_to(&mut self, next: Next) -> Vec<Effect> {
        match next {
            Next::Close => {
                self.session.is_leaving = true;
                vec![Effect::Close]
            }
            Next::Open(folder) => vec![Effect::KeepDesk, send(SessionCommand::Open(folder))],
        }
    }

    /// Takes in what the engine tells of sessions.
    pub(super) fn apply_session(&mut self, news: SessionNews) {
        match news {
            SessionNews::Opened(opened) => self.take_up(&opened),
            SessionNews::NotOpened { error, .. } => {
                self.tell(None, error, true);
                if self.runs.is_empty() {
                    let effects = self.add_first();
                    self.session.pending.extend(effects);
                }
            }
            SessionNews::Rewritten(folder) => {
                let folder = folder.display();
                let text = format!(
                    "{folder} was removed while the session was open. Everything is kept again."
                );
                self.tell(None, text, true);
            }
            SessionNews::Saved { folder, desk } => self.note_saved(folder, desk),
            SessionNews::NotSaved {
                error, was_asked, ..
            } => {
                self.session.next = None;
                let text = if was_asked {
                    error.clone()
                } else {
                    format!("{error}. The runs go on, and it is tried again.")
                };
                self.session.problem = Some(error);
                self.tell(None, text, true);
            }
            SessionNews::Lost(lost) => {
                if self
                    .session
                    .lost
                    .iter()
                    .all(|known| known.folder != lost.folder)
                {
                    self.session.lost.push(lost);
                }
            }
        }
    }

    fn note_saved(&mut self, folder: Option<PathBuf>, desk: u64) {
        if self.session.problem.take().is_some() {
            self.tell(None, "The session is kept again.".to_owned(), false);
        }
        if let Some(folder) = folder {
            if self.session.folder.as_ref() != Some(&folder) {
                let text = format!(
                    "Saved in {}. From now on it is kept there by itself.",
                    folder.display()
                );
                self.tell(None, text, false);
            }
            self.session.folder = Some(folder);
            self.session.has_changed =
                desk != self.session.version || self.runs.iter().any(Run::is_running);
            if let Some(next) = self.session.next.take() {
                let effects = self.go_on_to(next);
                self.session.pending.extend(effects);
            }
        }
    }

    /// What news have left to be done.
    pub(super) fn catch_up_session(&mut self) -> Vec<Effect> {
        if let Some(step) = self.session.cursor {
            if step < self.newest_step() {
                self.history.cursor = Some(step);
            }
            if !self.runs.iter().any(Run::may_be_working) {
                self.session.cursor = None;
            }
        }
        std::mem::take(&mut self.session.pending)
    }

    /// What the engine is to be told to keep, where that is something else than before.
    pub(super) fn new_desk(&mut self, window: String) -> Option<Command> {
        let runs: Vec<_> = self
            .runs
            .iter()
            .map(|run| (run.id, run.name().to_owned()))
            .collect();
        let told = format!("{runs:?} {window}");
        if told == self.session.told {
            return None;
        }
        self.session.told = told;
        self.session.version += 1;
        self.session.has_changed = true;
        let desk = crate::engine::Desk {
            runs,
            window,
            version: self.session.version,
            session: self.session.number,
        };
        Some(Command::Session(SessionCommand::Desk(desk.into())))
    }

    /// Offers of what crashes left.
    pub(super) fn lost_notices(&self) -> Vec<Notice> {
        let lost = self.session.lost.iter().enumerate();
        lost.map(|(number, lost)| Notice {
            key: NoticeKey::Lost(number),
            level: Level::Warning,
            runs: Vec::new(),
            text: lost_text(lost),
            count: 1,
            offers: vec![
                (
                    "Recover".into(),
                    Action::Session(SessionAction::Recover(lost.folder.clone())),
                ),
                (
                    "Discard".into(),
                    Action::Session(SessionAction::Discard(lost.folder.clone())),
                ),
            ],
        })
        .collect()
    }
}

fn lost_text(lost: &LostSession) -> String {
    let runs = list(&lost.runs);
    let age = lost.age_secs.map_or_else(String::new, |secs| {
        format!(", kept {} ago", words::duration(secs as f64))
    });
    format!("Hourglass ended before this session was saved: {runs}{age}.")
}

/// What the window calls a session.
pub(super) fn name(folder: &Path) -> String {
    let name = folder.file_name().map_or_else(
        || folder.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    );
    match name
        .strip_suffix(ENDING)
        .and_then(|name| name.strip_suffix('.'))
    {
        Some(short) if !short.is_empty() => short.to_owned(),
        Some(_) | None => name,
    }
}

/// Saves in a new place.
pub(super) fn save_session_in(chosen: PathBuf) -> Vec<Effect> {
    let folder = session_place(chosen);
    vec![Effect::KeepDesk, send(SessionCommand::Save(Some(folder)))]
}

/// The folder of a session for what was chosen in a dialog, which knows files only.
fn session_place(chosen: PathBuf) -> PathBuf {
    if chosen.extension().is_some_and(|ending| ending == ENDING) {
        return chosen;
    }
    let mut place = chosen.into_os_string();
    place.push(format!(".{ENDING}"));
    place.into()
}

#[cfg(test)]
mod tests;
