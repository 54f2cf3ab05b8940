//! Notices: warnings, failures and other news, each to be read and put away.
//!
//! A notice of more than two lines is shown in its first two, in a low window with others in its first
//! one; *More* shows all of it. Messages that say the same are one notice with a count, and
//! runs with the same warning have one together. What only says that something went well goes away by
//! itself after a while.

use std::borrow::Cow;

use egui::text::LayoutJob;

use crate::engine::RunId;
use crate::store::list;

use super::action::{Action, Actions, NoticeKey};
use super::desk::DeskAction;
use super::naming;
use super::run::Run;
use super::state::AppState;
use super::story::StoryAction;
use super::view::View;

/// News that came once.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Its number.
    pub number: u64,
    /// The run it is about.
    pub run: Option<RunId>,
    /// One sentence.
    pub text: String,
    /// Whether something went wrong.
    pub is_failure: bool,
    /// Whether it waits to be put away, though nothing went wrong.
    pub stays: bool,
    /// When it was first there to be seen, in seconds of the window's clock.
    pub seen_at: Option<f64>,
}

impl Message {
    /// Whether another one says the same.
    fn is_like(&self, other: &Self) -> bool {
        (self.run, &self.text, self.is_failure) == (other.run, &other.text, other.is_failure)
    }
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
    /// Name and colour slot of each run it is about.
    pub runs: Vec<(String, usize)>,
    /// One sentence or two.
    pub text: String,
    /// How often it was told.
    pub count: usize,
    /// What can be done about it: words and wishes.
    pub offers: Vec<(Cow<'static, str>, Action)>,
}

/// How long a notice of success is there, in seconds: long enough to read a path.
const SUCCESS_SECS: f64 = 10.0;

/// Notices shown at once; the others wait behind them.
const MAX_SHOWN: usize = 3;

/// Widest the name of a run may be in a notice.
const NAME_WIDTH: f32 = 240.0;

/// Widest a name may be beside those of other runs.
const SHARED_NAME_WIDTH: f32 = 120.0;

/// Names of runs that stand beside the buttons of a notice; more of them stand in front of its text.
const MAX_NAMES: usize = 3;

/// Devices that a notice offers to go on with; the menu of the run has all of them.
const MAX_OFFERS: usize = 2;

/// In notices narrower than this there is no room for the name of a run beside the buttons: it stands
/// in front of the text.
const NARROW: f32 = 560.0;

/// A text that has less room beside the buttons of its notice stands below them.
const LEAST_TEXT: f32 = 220.0;

/// Share of the height of the window that a whole text takes before it scrolls.
const MOST_HEIGHT: f32 = 0.4;

/// Lines of a notice that are shown at once.
const MAX_LINES: usize = 2;

/// In windows lower than this several notices have a line each.
const LOW: f32 = 760.0;

/// All that has not been put away, failures first.
pub fn notices(state: &AppState) -> Vec<Notice> {
    let mut notices = Vec::new();
    for run in &state.runs {
        let about = (run.name().to_owned(), run.slot);
        let is_told = run.is_failure_dismissed || state.is_lost_told(run);
        if let Some(failure) = run.failure.as_ref().filter(|_| !is_told) {
            notices.push(Notice {
                key: NoticeKey::Failure(run.id),
                level: Level::Failure,
                runs: vec![about.clone()],
                text: match run.lost {
                    Some(_) => state.lost_text(run, failure),
                    None => run.failure_text(failure),
                },
                count: 1,
                offers: state.offers_for(run).into_iter().take(MAX_OFFERS).collect(),
            });
        }
        let is_put_away = run.is_warning_dismissed || state.is_warning_told(run);
        if let Some(warning) = run.warning.as_ref().filter(|_| !is_put_away) {
            let is_same = |known: &&mut Notice| {
                matches!(known.key, NoticeKey::Warning(_)) && known.text == *warning
            };
            if let Some(known) = notices.iter_mut().find(is_same) {
                known.runs.push(about);
                continue;
            }
            notices.push(Notice {
                key: NoticeKey::Warning(run.id),
                level: Level::Warning,
                runs: vec![about],
                text: warning.clone(),
                count: 1,
                offers: Vec::new(),
            });
        }
    }
    for (message, count) in state.told() {
        let run = message.run.and_then(|id| state.run(id));
        notices.push(Notice {
            key: NoticeKey::Message(message.number),
            level: if message.is_failure {
                Level::Failure
            } else {
                Level::Info
            },
            runs: run
                .map(|run| (run.name().to_owned(), run.slot))
                .into_iter()
                .collect(),
            text: message.text.clone(),
            count,
            offers: state.offers(message),
        });
    }
    notices.extend(state.lost_notices());
    if notices.is_empty() && state.is_welcoming() {
        notices.push(Notice {
            key: NoticeKey::Welcome,
            level: Level::Info,
            runs: Vec::new(),
            text:
                "New here? The story shows in a few minutes why pretraining helps a deep network \
                   with small random weights. Or press Play, and turn the settings on the left."
                    .to_owned(),
            count: 1,
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

/// Those that are to be seen; the others wait behind them.
pub(super) fn shown(state: &AppState) -> Vec<Notice> {
    let mut all = notices(state);
    all.truncate(MAX_SHOWN);
    all
}

impl AppState {
    /// What can be done about a run that has failed: words and wishes.
    pub(super) fn offers_for(&self, run: &Run) -> Vec<(Cow<'static, str>, Action)> {
        self.offer_to_relink(run)
            .into_iter()
            .chain(self.offers_to_continue(run))
            .collect()
    }

    /// Whether a first-time user is offered the story.
    pub fn is_welcoming(&self) -> bool {
        self.desk.is_welcoming && !self.story.is_told() && self.runs.iter().all(Run::is_untouched)
    }

    /// What can be done about a message: words and wishes. As long as there is anything it stays.
    fn offers(&self, message: &Message) -> Vec<(Cow<'static, str>, Action)> {
        let given_up = self.desk.given_up.iter();
        given_up
            .filter(|given_up| given_up.message == message.number)
            .map(|given_up| {
                let undo = DeskAction::UndoOf(given_up.message);
                ("Undo".into(), Action::Desk(undo))
            })
            .collect()
    }

    /// Messages to be shown, in order, each with how often it was told. What offers something stands
    /// alone.
    fn told(&self) -> Vec<(&Message, usize)> {
        let mut told: Vec<(&Message, usize, bool)> = Vec::new();
        for message in &self.messages {
            let is_plain = self.offers(message).is_empty();
            let known = told
                .iter_mut()
                .find(|(known, _, may)| is_plain && *may && known.is_like(message));
            match known {
                Some((_, count, _)) => *count += 1,
                None => told.push((message, 1, is_plain)),
            }
        }
        told.into_iter()
            .map(|(message, count, _)| (message, count))
            .collect()
    }

    /// Puts a message away, with all that say the same.
    pub(super) fn put_message_away(&mut self, number: u64) {
        let Some(message) = self.messages.iter().find(|m| m.number == number).cloned() else {
            return;
        };
        let mut messages = std::mem::take(&mut self.messages);
        messages.retain(|other| {
            other.number != number && (!other.is_like(&message) || !self.offers(other).is_empty())
        });
        self.messages = messages;
    }

    /// Puts notices of success away whose time is over at `now`, in seconds of the window's clock;
    /// returns in how many seconds the next one goes. Warnings, failures, and what is being read in full
    /// stay, and so does what offers something, as long as it can be had.
    pub(super) fn expire_notices(&mut self, now: f64) -> Option<f64> {
        for message in &mut self.messages {
            message.seen_at.get_or_insert(now);
        }
        let mut next: Option<f64> = None;
        let mut over = Vec::new();
        for (message, _) in self.told() {
            let is_read = self.desk.expanded == Some(NoticeKey::Message(message.number));
            let stays = message.is_failure || message.stays || is_read;
            if stays || !self.offers(message).is_empty() {
                continue;
            }
            // Told again it is there as long again.
            let alike = self.messages.iter().filter(|other| other.is_like(message));
            let seen = alike.filter_map(|other| other.seen_at).fold(0.0, f64::max);
            let left = seen + SUCCESS_SECS - now;
            if left > 0.0 {
                next = Some(next.map_or(left, |next| next.min(left)));
            } else {
                over.push(message.number);
            }
        }
        for number in over {
            self.put_message_away(number);
        }
        next
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
            let whole = ui.available_width();
            let mut is_below = is_expanded;
            let are_beside = whole >= NARROW && notice.runs.len() <= MAX_NAMES;
            let text = if are_beside || notice.runs.is_empty() {
                Cow::Borrowed(notice.text.as_str())
            } else {
                let names = notice.runs.iter().map(|(name, _)| name.as_str());
                let names = list(&names.collect::<Vec<_>>());
                Cow::Owned(format!("{names}: {}", notice.text))
            };
            let name_width = if notice.runs.len() > 1 {
                SHARED_NAME_WIDTH
            } else {
                NAME_WIDTH
            };
            ui.horizontal(|ui| {
                ui.label(egui::RichText::new(mark).color(color).strong());
                for (name, slot) in notice.runs.iter().filter(|_run| are_beside) {
                    let color = view.palette.run(*slot);
                    let name = naming::shortened(ui, name, &egui::TextStyle::Body, name_width);
                    let name = egui::RichText::new(name).color(color).strong();
                    ui.scope(|ui| {
                        ui.set_max_width(name_width);
                        ui.add(egui::Label::new(name).truncate());
                    });
                }
                if notice.count > 1 {
                    ui.label(egui::RichText::new(format!("×{}", notice.count)).strong())
                        .on_hover_text(format!("Told {} times", notice.count));
                }
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    buttons_ui(ui, notice, out);
                    let beside = ui.available_width();
                    is_below |= beside < LEAST_TEXT;
                    let room = if is_below { whole } else { beside };
                    if is_expanded || cut(ui, &text, room, lines).1 {
                        more_ui(ui, notice, is_expanded, out);
                    }
                    if is_below {
                        return;
                    }
                    let text = cut(ui, &text, ui.available_width(), lines).0;
                    ui.with_layout(
                        egui::Layout::left_to_right(egui::Align::Center).with_main_wrap(false),
                        |ui| ui.add(egui::Label::new(text).wrap()),
                    );
                });
            });
            if is_expanded {
                let most = ui.ctx().content_rect().height() * MOST_HEIGHT;
                egui::ScrollArea::vertical()
                    .max_height(most)
                    .show(ui, |ui| ui.add(egui::Label::new(text.as_ref()).wrap()));
            } else if is_below {
                let text = cut(ui, &text, whole, lines).0;
                ui.add(egui::Label::new(text).wrap());
            }
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

#[cfg(test)]
#[path = "notices_tests.rs"]
mod tests;
