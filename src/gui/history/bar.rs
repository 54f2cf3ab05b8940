//! The bar under the panes: one scrubber for all runs.
//!
//! The *scrubber* is a slider over the steps of the whole history, with a tick where a frame of the
//! selected run is and a mark where a phase of any run began.

use std::time::Duration;

use egui::{Button, ComboBox, Key, Modifiers, RichText, Sense, Slider, Stroke, Ui};

use super::super::action::{Action, Actions};
use super::super::focus::Keyboard;
use super::super::trace::trace_widget;
use super::super::view::View;
use super::super::words;
use super::{HistoryAction, Speed};

/// Room for the words beside the scrubber, where the window is wide enough.
const WORDS_WIDTH: f32 = 400.0;

/// Shortest scrubber.
const LEAST_WIDTH: f32 = 120.0;

/// Keys that go through the history.
pub const KEYS: &[(Key, HistoryAction)] = &[
    (Key::ArrowLeft, HistoryAction::Back),
    (Key::ArrowRight, HistoryAction::Forward),
    (Key::Home, HistoryAction::First),
    (Key::End, HistoryAction::Live),
];

/// Draws the bar.
pub fn history_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let history = &view.state.history;
    let is_back = history.cursor.is_some();
    let has_frames = !view.state.frames_of_note().is_empty();
    let mut wants = |action| out.push(Action::History(action));
    ui.horizontal(|ui| {
        let label = ui.label("History").on_hover_text(
            "Looks back at all runs at once: pictures, codes, layers and the line in the chart are \
             those of one step. Training goes on meanwhile.",
        );
        for (text, name, help, action, can) in [
            (
                "First",
                "First frame",
                "The first frame that was kept (Home)",
                HistoryAction::First,
                has_frames,
            ),
            (
                "◀",
                "Frame before",
                "The frame before (←)",
                HistoryAction::Back,
                has_frames,
            ),
            (
                if history.is_playing() {
                    "■ Stop"
                } else {
                    "▶ Play back"
                },
                if history.is_playing() {
                    "Stop playing back"
                } else {
                    "Play back"
                },
                "Plays the history of all runs, frame by frame, to its end",
                HistoryAction::TogglePlay,
                has_frames,
            ),
            (
                "▶",
                "Frame after",
                "The next frame (→)",
                HistoryAction::Forward,
                is_back,
            ),
        ] {
            let button = ui.add_enabled(can, Button::new(text));
            button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, can, name));
            if button.on_hover_text(help).clicked() {
                wants(action);
            }
        }
        let mut speed = history.speed;
        ui.label(RichText::new("Speed").small().weak());
        let list = ComboBox::from_id_salt("speed")
            .selected_text(speed.name())
            .width(64.0)
            .show_ui(ui, |ui| {
                for choice in Speed::ALL {
                    ui.selectable_value(&mut speed, *choice, choice.name());
                }
            });
        list.response.widget_info(|| {
            egui::WidgetInfo::labeled(egui::Role::ComboBox, true, "Speed of play-back")
        });
        list.response
            .on_hover_text("How fast frames follow each other when played back");
        if speed != history.speed {
            wants(HistoryAction::SetSpeed(speed));
        }
        let width = (ui.available_width() - WORDS_WIDTH).max(LEAST_WIDTH);
        scrubber_ui(ui, view, (width, label.id), &mut wants);
        if is_back
            && ui
                .button("Back to live")
                .on_hover_text("Follows the training again (End)")
                .clicked()
        {
            wants(HistoryAction::Live);
        }
        let text = RichText::new(words(view)).small();
        let text = if is_back {
            text.color(view.palette.accent)
        } else {
            text.weak()
        };
        ui.add(egui::Label::new(text).truncate());
    });
    play(ui, view, out);
}

/// What is looked at.
fn words(view: &View<'_>) -> String {
    let newest = view.state.newest_step();
    let is_training = view.state.runs.iter().any(|run| run.is_running());
    match view.state.history.cursor {
        Some(step) => format!(
            "Looking at step {} of {}{}",
            words::count(step),
            words::count(newest),
            if is_training {
                "; training goes on"
            } else {
                ""
            }
        ),
        None if newest == 0 => "Nothing to look back on yet".to_owned(),
        None => {
            let furthest = view.state.runs.iter().max_by_key(|run| run.progress.step);
            let whose = match furthest {
                Some(run) if view.state.runs.len() > 1 => format!(" of {}", run.name()),
                Some(_) | None => String::new(),
            };
            let live = if is_training { "Live" } else { "Newest" };
            format!("{live}, step {}{whose}", words::count(newest))
        }
    }
}

fn scrubber_ui(
    ui: &mut Ui,
    view: &View<'_>,
    (width, label): (f32, egui::Id),
    wants: &mut impl FnMut(HistoryAction),
) {
    let newest = view.state.newest_step();
    let mut step = view.state.moment().unwrap_or(0);
    ui.spacing_mut().slider_width = width;
    let slider = Slider::new(&mut step, 0..=newest.max(1)).show_value(false);
    let response = ui
        .add_enabled(newest > 0, slider)
        .labelled_by(label)
        .on_hover_text("Click or drag to look back at all runs at once")
        .on_disabled_hover_text("Frames are kept as runs train; then this looks back at them");
    trace_widget("scrubber", &response);
    // As the slider places its handle.
    let rect = response.rect;
    let rail = rect.x_range().shrink(rect.height() / 2.5);
    // A press that is let go within a frame moves no slider.
    let click = ui.interact(rect, response.id.with("click"), Sense::CLICK);
    let clicked = click.interact_pointer_pos().filter(|_| click.clicked());
    if response.changed() {
        wants(HistoryAction::LookAt(step));
    } else if let Some(at) = clicked {
        let share = egui::remap_clamp(at.x, rail, 0.0..=1.0);
        wants(HistoryAction::LookAt((share * newest as f32).round() as u64));
    }
    if newest == 0 {
        return;
    }
    let x = |step: u64| egui::lerp(rail.min..=rail.max, step as f32 / newest as f32);
    let painter = ui.painter();
    for frame in view.state.frames_of_note() {
        let stroke = Stroke::new(1.0, view.palette.weak.gamma_multiply(0.6));
        painter.vline(
            x(frame.step),
            rect.bottom() - 2.0..=rect.bottom() + 1.0,
            stroke,
        );
    }
    for run in &view.state.runs {
        let color = view.palette.run(run.slot);
        for start in run.metrics.phases.iter().filter(|start| start.step > 0) {
            let stroke = Stroke::new(1.5, color);
            painter.vline(x(start.step), rect.top() - 1.0..=rect.top() + 4.0, stroke);
        }
    }
}

/// Keeps a play-back going: the only clock in the window, and only while playing.
fn play(ui: &Ui, view: &View<'_>, out: &mut Actions) {
    let now_secs = ui.input(|input| input.time);
    let Some(due_in) = view.state.due_in(now_secs) else {
        return;
    };
    if due_in > 0.0 {
        let wait = Duration::from_secs_f64(due_in);
        ui.ctx().request_repaint_after(wait);
    } else {
        out.push(Action::History(HistoryAction::Tick(now_secs)));
    }
}

/// Keys that look back, while nothing has the focus that could want them.
pub fn keys(ctx: &egui::Context, view: &View<'_>, out: &mut Actions) {
    let is_free = Keyboard::of(ctx) == Keyboard::Free && !view.state.is_asking();
    if !is_free || view.state.newest_step() == 0 {
        return;
    }
    for (key, action) in KEYS {
        if ctx.input_mut(|input| input.consume_key(Modifiers::NONE, *key)) {
            out.push(Action::History(action.clone()));
        }
    }
}
