//! Notices: warnings, failures and other news, each to be read and put away.

use crate::engine::RunId;

use super::action::{Action, Actions, NoticeKey};
use super::state::AppState;
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
}

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
            });
        }
        if let Some(warning) = run.warning.as_ref().filter(|_| !run.is_warning_dismissed) {
            notices.push(Notice {
                key: NoticeKey::Warning(run.id),
                level: Level::Warning,
                run: about,
                text: warning.clone(),
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
        });
    }
    notices.sort_by_key(|notice| match notice.level {
        Level::Failure => 0,
        Level::Warning => 1,
        Level::Info => 2,
    });
    notices
}

/// Draws notices one below the other.
pub fn notices_ui(ui: &mut egui::Ui, view: &View<'_>, notices: &[Notice], out: &mut Actions) {
    ui.spacing_mut().item_spacing.y = 4.0;
    for notice in notices {
        notice_ui(ui, view, notice, out);
    }
}

fn notice_ui(ui: &mut egui::Ui, view: &View<'_>, notice: &Notice, out: &mut Actions) {
    let (mark, color) = match notice.level {
        Level::Info => ("Note", view.palette.accent),
        Level::Warning => ("Warning", view.palette.warning),
        Level::Failure => ("Failed", view.palette.failure),
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
                    let button = ui.small_button("Dismiss");
                    if button.clicked() {
                        out.push(Action::Dismiss(notice.key));
                    }
                    ui.with_layout(
                        egui::Layout::left_to_right(egui::Align::Center).with_main_wrap(false),
                        |ui| ui.add(egui::Label::new(&notice.text).wrap()),
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
