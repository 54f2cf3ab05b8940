//! Notices: warnings, failures and other news, each to be read and put away.
//!
//! A notice of more than two lines is shown in its first two, in a low window with others in its first
//! one; *More* shows all of it.

use std::borrow::Cow;

use egui::text::LayoutJob;

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
    /// What can be done about it: words and wishes.
    pub offers: Vec<(Cow<'static, str>, Action)>,
}

/// Notices shown at once; the others wait behind them.
const MAX_SHOWN: usize = 3;

/// Devices that a notice offers to go on with; the menu of the run has all of them.
const MAX_OFFERS: usize = 2;

/// Lines of a notice that are shown at once.
const MAX_LINES: usize = 2;

/// In windows lower than this several notices have a line each.
const LOW: f32 = 760.0;

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
                text: run.failure_text(failure),
                offers: state
                    .offers_to_continue(run)
                    .into_iter()
                    .take(MAX_OFFERS)
                    .collect(),
            });
        }
        let is_put_away = run.is_warning_dismissed || state.is_warning_told(run);
        if let Some(warning) = run.warning.as_ref().filter(|_| !is_put_away) {
            notices.push(Notice {
                key: NoticeKey::Warning(run.id),
                level: Level::Warning,
                run: about,
                text: warning.clone(),
                offers: Vec::new(),
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
            offers: state
                .desk
                .given_up
                .iter()
                .filter(|given_up| given_up.message == message.number)
                .map(|given_up| {
                    let undo = DeskAction::UndoOf(given_up.message);
                    ("Undo".into(), Action::Desk(undo))
                })
                .collect(),
        });
    }
    notices.extend(state.lost_notices());
    if notices.is_empty() && state.is_welcoming() {
        notices.push(Notice {
            key: NoticeKey::Welcome,
            level: Level::Info,
            run: None,
            text:
                "New here? The story shows in a few minutes why pretraining helps a deep network \
                   with small random weights. Or press Play, and turn the settings on the left."
                    .to_owned(),
            offers: vec![("Start the story".into(), Action::Story(StoryAction::Open))],
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
    let is_low = ui.ctx().content_rect().height() < LOW;
    let lines = if is_low && notices.len() > 1 {
        1
    } else {
        MAX_LINES
    };
    for notice in notices.iter().take(MAX_SHOWN) {
        notice_ui(ui, view, (notice, lines), out);
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

/// A text laid out in the first lines of a notice; whether more of it is left.
fn cut(ui: &egui::Ui, text: &str, width: f32, lines: usize) -> (LayoutJob, bool) {
    let font = egui::TextStyle::Body.resolve(ui.style());
    let color = ui.visuals().text_color();
    let mut job = LayoutJob::simple(text.to_owned(), font, color, width);
    job.wrap.max_rows = lines;
    job.wrap.overflow_character = Some('…');
    let is_cut = ui.painter().layout_job(job.clone()).elided;
    (job, is_cut)
}

fn notice_ui(
    ui: &mut egui::Ui,
    view: &View<'_>,
    (notice, lines): (&Notice, usize),
    out: &mut Actions,
) {
    let (mark, color) = match notice.level {
        Level::Info => ("Note", view.palette.accent),
        Level::Warning => ("Warning", view.palette.warning),
        Level::Failure => ("Failed", view.palette.failure),
    };
    let is_expanded = view.state.desk.expanded == Some(notice.key);
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
                    buttons_ui(ui, notice, out);
                    let whole = ui.available_width();
                    let is_long = cut(ui, &notice.text, whole, lines).1;
                    if is_long {
                        more_ui(ui, notice, is_expanded, out);
                    }
                    let text = if is_expanded {
                        egui::WidgetText::from(notice.text.as_str())
                    } else {
                        cut(ui, &notice.text, ui.available_width(), lines).0.into()
                    };
                    ui.with_layout(
                        egui::Layout::left_to_right(egui::Align::Center).with_main_wrap(false),
                        |ui| ui.add(egui::Label::new(text).wrap()),
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

/// Shows all of a text that was cut, or cuts it again.
fn more_ui(ui: &mut egui::Ui, notice: &Notice, is_expanded: bool, out: &mut Actions) {
    let word = if is_expanded { "Less" } else { "More" };
    if ui.small_button(word).clicked() {
        out.push(Action::Desk(DeskAction::Expand(notice.key)));
    }
}

fn buttons_ui(ui: &mut egui::Ui, notice: &Notice, out: &mut Actions) {
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
    for (words, wish) in &notice.offers {
        if ui.small_button(words.as_ref()).clicked() {
            out.push(wish.clone());
        }
    }
}
