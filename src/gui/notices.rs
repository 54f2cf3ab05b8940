//! Notices: warnings, failures and other news, each to be read and put away.
//!
//! A long notice is shown in its first words; *More* shows all of it.

use crate::engine::RunId;

use super::action::{Action, Actions, NoticeKey};
use super::desk::DeskAction;
use super::run::Run;
use super::state::AppState;
use super::story::StoryAction;
use super::view::View;

/// News that came once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its number.
    pub number: u64,
    /// The run it is about.
    pub run: Option<RunId>,
    /// One sentence.
    pub text: String,
    /// Whether something went wrong.
    pub is_failure: bool,
}

/// How much a notice matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Good to know.
    Info,
    /// The run goes on, but look at it.
    Warning,
    /// Something could not be done.
    Failure,
}

/// One notice.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Names it.
    pub key: NoticeKey,
    /// How much it matters.
    pub level: Level,
    /// Name and colour slot of the run it is about.
    pub run: Option<(String, usize)>,
    /// One sentence or two.
    pub text: String,
    /// What can be done about it: words and wish.
    pub offer: Option<(&'static str, Action)>,
}

/// Notices shown at once; the others wait behind them.
const MAX_SHOWN: usize = 3;

/// Longest text that is shown in full at once, in characters.
const MAX_BRIEF: usize = 150;

/// All that has not been put away, failures first.
pub fn notices(state: &AppState) -> Vec<Notice> {
    let mut notices = Vec::new();
    for run in &state.runs {
        let about = Some((run.name().to_owned(), run.slot));
        if let Some(failure) = run.failure.as_ref().filter(|_| !run.is_failure_dismissed) {
            notices.push(Notice {
                key: NoticeKey::Failure(run.id),
                level: Level::Failure,
                run: about.clone(),
                text: failure.text.clone(),
                offer: None,
            });
        }
        if let Some(warning) = run.warning.as_ref().filter(|_| !run.is_warning_dismissed) {
            notices.push(Notice {
                key: NoticeKey::Warning(run.id),
                level: Level::Warning,
                run: about,
                text: warning.clone(),
                offer: None,
            });
        }
    }
    for message in &state.messages {
        let run = message.run.and_then(|id| state.run(id));
        notices.push(Notice {
            key: NoticeKey::Message(message.number),
            level: if message.is_failure {
                Level::Failure
            } else {
                Level::Info
            },
            run: run.map(|run| (run.name().to_owned(), run.slot)),
            text: message.text.clone(),
            offer: state
                .desk
                .removed
                .as_ref()
                .filter(|removed| removed.message == message.number)
                .map(|_removed| ("Undo", Action::Desk(DeskAction::Undo))),
        });
    }
    if notices.is_empty() && state.is_welcoming() {
        notices.push(Notice {
            key: NoticeKey::Welcome,
            level: Level::Info,
            run: None,
            text: "New here? The story shows in a few minutes why deep networks need pretraining. \
                   Or press Play, and turn the settings on the left."
                .to_owned(),
            offer: Some(("Start the story", Action::Story(StoryAction::Open))),
        });
    }
    notices.sort_by_key(|notice| match notice.level {
        Level::Failure => 0,
        Level::Warning => 1,
        Level::Info => 2,
    });
    notices
}

impl AppState {
    /// Whether a first-time user is offered the story.
    pub fn is_welcoming(&self) -> bool {
        self.desk.is_welcoming && !self.story.is_told() && self.runs.iter().all(Run::is_untouched)
    }
}

/// Draws notices one below the other.
pub fn notices_ui(ui: &mut egui::Ui, view: &View<'_>, notices: &[Notice], out: &mut Actions) {
    ui.spacing_mut().item_spacing.y = 4.0;
    for notice in notices.iter().take(MAX_SHOWN) {
        notice_ui(ui, view, notice, out);
    }
    let hidden = notices.len().saturating_sub(MAX_SHOWN);
    if hidden > 0 {
        ui.horizontal(|ui| {
            ui.label(egui::RichText::new(format!("and {hidden} more")).small());
            if ui.small_button("Dismiss all").clicked() {
                out.extend(notices.iter().map(|notice| Action::Dismiss(notice.key)));
            }
        });
    }
}

/// The first words of a text that is too long to be shown at once.
fn brief(text: &str) -> Option<&str> {
    let is_long = text.chars().count() > MAX_BRIEF;
    let cut = text.char_indices().nth(MAX_BRIEF)?.0;
    let end = text[..cut].rfind(' ').unwrap_or(cut);
    is_long.then_some(&text[..end])
}

fn notice_ui(ui: &mut egui::Ui, view: &View<'_>, notice: &Notice, out: &mut Actions) {
    let (mark, color) = match notice.level {
        Level::Info => ("Note", view.palette.accent),
        Level::Warning => ("Warning", view.palette.warning),
        Level::Failure => ("Failed", view.palette.failure),
    };
    let is_expanded = view.state.desk.expanded == Some(notice.key);
    let short = brief(&notice.text);
    let text = match short {
        Some(short) if !is_expanded => format!("{short} …"),
        Some(_) | None => notice.text.clone(),
    };
    let frame = egui::Frame::new()
        .fill(view.palette.raised)
        .stroke(egui::Stroke::new(1.0, view.palette.border))
        .corner_radius(5)
        .inner_margin(egui::Margin {
            left: 14,
            right: 6,
            top: 5,
            bottom: 5,
        })
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.label(egui::RichText::new(mark).color(color).strong());
                if let Some((name, slot)) = &notice.run {
                    let color = view.palette.run(*slot);
                    ui.label(egui::RichText::new(name).color(color).strong());
                }
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    buttons_ui(ui, notice, short.is_some(), is_expanded, out);
                    ui.with_layout(
                        egui::Layout::left_to_right(egui::Align::Center).with_main_wrap(false),
                        |ui| ui.add(egui::Label::new(&text).wrap()),
                    );
                });
            });
        });
    let rect = frame.response.rect;
    let stripe = egui::Rect::from_min_max(
        rect.min + egui::vec2(1.0, 4.0),
        egui::pos2(rect.min.x + 4.0, rect.max.y - 4.0),
    );
    ui.painter().rect_filled(stripe, 2.0, color);
}

fn buttons_ui(
    ui: &mut egui::Ui,
    notice: &Notice,
    is_long: bool,
    is_expanded: bool,
    out: &mut Actions,
) {
    let dismiss = if notice.key == NoticeKey::Welcome {
        "Not now"
    } else {
        "Dismiss"
    };
    if ui.small_button(dismiss).clicked() {
        out.push(Action::Dismiss(notice.key));
    }
    if notice.level != Level::Info {
        let copy = ui
            .small_button("Copy")
            .on_hover_text("Copies the whole text, to be pasted elsewhere");
        if copy.clicked() {
            ui.ctx().copy_text(notice.text.clone());
        }
    }
    if is_long {
        let word = if is_expanded { "Less" } else { "More" };
        if ui.small_button(word).clicked() {
            out.push(Action::Desk(DeskAction::Expand(notice.key)));
        }
    }
    if let Some((words, wish)) = &notice.offer
        && ui.small_button(*words).clicked()
    {
        out.push(wish.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_words() {
        assert_eq!(brief("short"), None);
        let long = "word ".repeat(100);
        let cut = brief(&long).unwrap();
        assert!(cut.ends_with("word") && cut.len() <= MAX_BRIEF, "{cut}");
        let glued = "ä".repeat(400);
        assert_eq!(
            brief(&glued).map(|cut| cut.chars().count()),
            Some(MAX_BRIEF)
        );
    }
}
