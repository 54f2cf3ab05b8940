//! The pane "Latent sliders": a code under sliders and the picture it decodes to.

use egui::{RichText, ScrollArea, Ui, vec2};

use crate::engine::{Codes, Content, Slot};

use super::super::action::{Action, Actions};
use super::super::focus::steady;
use super::super::run::Run;
use super::super::theme::text_scale;
use super::super::trace::trace_widget;
use super::super::view::View;
use super::super::words;
use super::code::code_note;
use super::controls::{CAPTION, NOTHING_DRAWN, Shown, card_ui, origin_words, original, start_ui};
use super::slider::{Row, row_height, slider_ui};
use super::state::LatentAction;
use super::{codes_or, selected_run};

/// Sliders that are shown at first.
const FEW: usize = 32;

/// Width from which pictures and sliders stand side by side.
const SIDE_BY_SIDE: f32 = 440.0;

/// Narrowest column of sliders.
const COLUMN: f32 = 230.0;

/// Room between and beside the pictures.
const SPARE: f32 = 24.0;

/// Sides of the picture of the selected run.
const SIDES: std::ops::RangeInclusive<f32> = 64.0..=420.0;

/// Draws the pane "Latent sliders".
pub fn sliders_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let Some(run) = selected_run(ui, view, "walk in its space of codes") else {
        return;
    };
    let promise = "The code of a test image appears here, a slider for each of its values, once the \
                   run is ready.";
    let Some(codes) = codes_or(ui, view.state.codes(run), promise) else {
        return;
    };
    steady(ui, "start of sliders", |ui| {
        ui.horizontal_wrapped(|ui| {
            start_ui(ui, view, out);
            buttons_ui(ui, view, (run, codes), out);
            notes_ui(ui, view, (run, codes));
        });
    });
    let room = ui.available_size();
    if room.x < SIDE_BY_SIDE {
        let side = (room.x / 2.6).clamp(*SIDES.start(), (room.y / 2.0).max(*SIDES.start()));
        ScrollArea::horizontal()
            .id_salt("latent pictures")
            .show(ui, |ui| {
                ui.horizontal_top(|ui| {
                    selected_ui(ui, view, run, side);
                    others_ui(ui, view, run, side);
                });
            });
        list_ui(ui, view, (run, codes), out);
        return;
    }
    ui.horizontal_top(|ui| {
        let height = ui.available_height();
        // The start is half as large as the picture, and beside it.
        let most = (room.x * 0.46 - SPARE).max(SPARE) / 1.5;
        let side = (height - CAPTION - 6.0).min(most);
        let side = side.clamp(*SIDES.start(), *SIDES.end());
        let width = side * 1.5 + SPARE;
        let layout = egui::Layout::top_down(egui::Align::Min);
        ui.allocate_ui_with_layout(vec2(width, height), layout, |ui| {
            ui.set_width(width);
            ScrollArea::vertical()
                .id_salt("latent pictures")
                .auto_shrink(false)
                .show(ui, |ui| {
                    ui.horizontal_top(|ui| selected_ui(ui, view, run, side));
                    ui.horizontal_wrapped(|ui| others_ui(ui, view, run, side / 2.0));
                });
        });
        ui.vertical(|ui| list_ui(ui, view, (run, codes), out));
    });
}

fn buttons_ui(ui: &mut Ui, view: &View<'_>, (run, codes): (&Run, &Codes), out: &mut Actions) {
    let state = view.state;
    let mut act = |action| out.push(Action::Latent(action));
    let is_moved = state.latent.walks.values().any(super::walk::Walk::is_moved);
    let reset = ui.add_enabled(is_moved, egui::Button::new("Reset sliders"));
    let reset = reset.on_hover_text("All sliders of all runs back to the start, locked ones too");
    if reset.clicked() {
        act(LatentAction::ResetSliders);
    }
    let is_sorted = state
        .slider_order(run)
        .is_none_or(|order| order == codes.summary.order);
    let sort = ui.add_enabled(!is_sorted, egui::Button::new("Sort by variance"));
    let sort = sort.on_hover_text(
        "Dimensions in which the codes of the test images vary most come first. While a phase \
         trains the sliders keep their places until this is pressed",
    );
    if sort.clicked() {
        act(LatentAction::Sort(run.id));
    }
    let has_partner = state.runs.iter().any(|other| {
        let other_codes = state.codes(other).map(|codes| codes.latent);
        other.id != run.id && other_codes == Some(codes.latent)
    });
    if has_partner {
        let mut moves_all = state.latent.moves_all;
        let all = ui.checkbox(&mut moves_all, "Move all runs");
        let all = all.on_hover_text(
            "A slider also moves the same dimension of every other run whose code is as long, by \
             the same share of that run's range",
        );
        if all.changed() {
            act(LatentAction::MoveAll(moves_all));
        }
    }
    if codes.latent > FEW {
        let mut shows_all = state.latent.shows_all;
        let all = ui.checkbox(&mut shows_all, format!("Show all {}", codes.latent));
        let all = all.on_hover_text(format!("Otherwise the {FEW} of most variance"));
        if all.changed() {
            act(LatentAction::ShowAll(shows_all));
        }
    }
}

/// What code this is, and of which weights.
fn notes_ui(ui: &mut Ui, view: &View<'_>, (run, codes): (&Run, &Codes)) {
    let note = code_note(view, run, codes);
    ui.add(egui::Label::new(note).extend()).on_hover_text(
        "The selected run has the sliders. The code is that of the layers in use: while outer \
         pairs of layers are pretrained, it is theirs",
    );
}

/// The start and the picture under the sliders.
fn selected_ui(ui: &mut Ui, view: &View<'_>, run: &Run, side: f32) {
    let begin = original(view, run);
    let title = RichText::new("Start").color(view.palette.text);
    let words = origin_words(view, run);
    card_ui(ui, view, side / 2.0, &begin, (title, &words)).on_hover_text(&words);
    run_ui(ui, view, run, side);
}

/// What the other runs decode the same start to.
fn others_ui(ui: &mut Ui, view: &View<'_>, run: &Run, side: f32) {
    for other in view.state.runs.iter().filter(|other| other.id != run.id) {
        run_ui(ui, view, other, side);
    }
}

/// What a run makes of its code.
fn run_ui(ui: &mut Ui, view: &View<'_>, run: &Run, side: f32) {
    let title = RichText::new(run.name())
        .color(view.palette.run(run.slot))
        .strong();
    let walk = view.state.latent.walks.get(&run.id);
    let moved = walk.map_or(0, |walk| walk.pins().len());
    let find = view.state.latent.find(Slot::Sliders, run.id);
    let (shown, error) = match find.map(|find| (&find.content, find.version)) {
        Some((Content::Point { picture, error, .. }, version)) => {
            (Shown::Picture(picture, 0, version), *error)
        }
        Some((Content::Failed(words), _)) => (Shown::Words(words), None),
        Some((
            Content::Images(_)
            | Content::Grid { .. }
            | Content::Filters { .. }
            | Content::Features(_)
            | Content::Entries(_)
            | Content::Generated(_),
            _,
        ))
        | None => (Shown::Words(waiting(view, run)), None),
    };
    let note = match (moved, error) {
        (0, Some(error)) => format!("error {}", words::three_digits(f64::from(error))),
        (0, None) => String::new(),
        (1, _) => "1 value moved".to_owned(),
        (moved, _) => format!("{moved} values moved"),
    };
    let help = match error {
        Some(error) => format!(
            "What {} decodes the code to; mean squared error to the start {}",
            run.name(),
            words::three_digits(f64::from(error))
        ),
        None => format!("What {} decodes the code to", run.name()),
    };
    card_ui(ui, view, side, &shown, (title, &note)).on_hover_text(help);
}

/// Why there is no picture yet.
fn waiting(view: &View<'_>, run: &Run) -> &'static str {
    if view.state.code_start(run).is_none() && view.state.codes(run).is_some() {
        NOTHING_DRAWN
    } else if run.info.is_some() {
        "Decoding…"
    } else {
        "The run is not ready."
    }
}

/// The sliders, in as many columns as have room.
fn list_ui(ui: &mut Ui, view: &View<'_>, (run, codes): (&Run, &Codes), out: &mut Actions) {
    let state = view.state;
    let Some(order) = state.slider_order(run) else {
        return;
    };
    let few = if state.latent.shows_all {
        order.len()
    } else {
        FEW
    };
    let order = order.get(..few.min(order.len())).unwrap_or_default();
    let start = state.start_code(run);
    let walk = state.latent.walks.get(&run.id);
    let room = ui.available_width() - ui.spacing().scroll.bar_width - 4.0;
    let height = row_height(ui.ctx());
    let columns = ((room / (COLUMN * text_scale(ui.ctx()))).floor() as usize).clamp(1, 3);
    let rows = order.len().div_ceil(columns);
    let width = (room - 12.0 * (columns - 1) as f32) / columns as f32;
    ui.spacing_mut().item_spacing.y = 2.0;
    ScrollArea::vertical()
        .id_salt("latent sliders")
        .auto_shrink(false)
        .show_rows(ui, height, rows, |ui, shown| {
            for line in shown {
                ui.horizontal(|ui| {
                    ui.spacing_mut().item_spacing.x = 12.0;
                    for column in 0..columns {
                        let Some(&dimension) = order.get(column * rows + line) else {
                            continue;
                        };
                        let Some(numbers) = codes.summary.dimensions.get(dimension) else {
                            continue;
                        };
                        let start = start
                            .as_ref()
                            .and_then(|start| start.get(dimension))
                            .copied();
                        let pin = walk.and_then(|walk| walk.pin(dimension));
                        let values: Vec<f32> = start.into_iter().chain(pin).collect();
                        let Some(range) = state.slider_range(run, dimension, &values) else {
                            continue;
                        };
                        let row = Row {
                            run: run.id,
                            dimension,
                            start,
                            pin,
                            is_locked: walk.is_some_and(|walk| walk.is_locked(dimension)),
                            is_dead: codes.summary.is_dead(dimension),
                            numbers,
                            range,
                        };
                        let slider = slider_ui(ui, view.palette, &row, width, out);
                        if column == 0 && line == 0 {
                            trace_widget("latent slider 1", &slider);
                        }
                    }
                });
            }
        });
}
