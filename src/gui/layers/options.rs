//! The line over heat strips and the network: what is measured, of whom, and in which colours.

use egui::{Align2, Rect, Sense, TextStyle, Ui, pos2, vec2};

use crate::gui::action::{Action, Actions};
use crate::gui::theme::text_scale;
use crate::gui::view::View;

use super::LayersAction;
use super::measure::Measure;

/// Narrower panes have the measures in a list.
pub const NARROW: f32 = 560.0;

/// Least width of the colours with their numbers.
const LEAST_SCALE: f32 = 160.0;

/// Draws the line; in low panes with the colours at its end.
pub(super) fn options_ui(ui: &mut Ui, view: &View<'_>, is_low: bool, out: &mut Actions) {
    let state = &view.state.layers;
    ui.horizontal_wrapped(|ui| {
        if ui.available_width() < NARROW {
            measure_list_ui(ui, view, out);
        } else {
            measures_ui(ui, view, out);
        }
        ui.separator();
        let mut shows_all = view.state.shows_all_strips();
        let help = match view.state.told_pair() {
            Some([deep, stacked]) => format!(
                "A strip a run, aligned in time; otherwise only {} and {}, while the story is open",
                deep.name(),
                stacked.name()
            ),
            None => "A strip a run, aligned in time; otherwise only the selected run".to_owned(),
        };
        if ui
            .checkbox(&mut shows_all, "Every run")
            .on_hover_text(help)
            .changed()
        {
            out.push(Action::Layers(LayersAction::ShowAll(shows_all)));
        }
        let mut has_log_time = state.has_log_time;
        if ui
            .checkbox(&mut has_log_time, "Logarithmic time")
            .on_hover_text("Stretches the first steps, where most is decided")
            .changed()
        {
            out.push(Action::Layers(LayersAction::UseLogTime(has_log_time)));
        }
        let left = ui.available_size_before_wrap().x;
        if is_low && left > LEAST_SCALE {
            scale_ui(ui, view, state.measure, (left, 0.0));
        }
    });
}

/// The chooser of what is measured.
pub fn measures_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    for measure in Measure::ALL {
        let is_shown = view.state.layers.measure == *measure;
        let button = ui
            .selectable_label(is_shown, measure.name())
            .on_hover_text(measure.rule());
        if button.clicked() {
            out.push(Action::Layers(LayersAction::Measure(*measure)));
        }
    }
}

/// The chooser of what is measured, where there is little room.
pub fn measure_list_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let label = ui.label("Measure");
    let current = view.state.layers.measure;
    let list = egui::ComboBox::from_id_salt("measure of layers")
        .width(116.0)
        .selected_text(current.name())
        .show_ui(ui, |ui| {
            for measure in Measure::ALL {
                let entry = ui
                    .selectable_label(current == *measure, measure.name())
                    .on_hover_text(measure.rule());
                if entry.clicked() {
                    out.push(Action::Layers(LayersAction::Measure(*measure)));
                }
            }
        });
    list.response.labelled_by(label.id);
}

/// The colours with their numbers, so wide, beginning so far to the right.
pub(super) fn scale_ui(ui: &mut Ui, view: &View<'_>, measure: Measure, (width, begin): (f32, f32)) {
    let [low, high] = measure.range();
    let font = TextStyle::Small.resolve(ui.style());
    let (rect, response) =
        ui.allocate_exact_size(vec2(width, 24.0 * text_scale(ui.ctx())), Sense::hover());
    let described = format!(
        "Scale from {} to {}. {}",
        measure.tick(low),
        measure.tick(high),
        measure.rule()
    );
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &described));
    let bar = Rect::from_min_max(
        pos2(rect.left() + begin.max(12.0), rect.top()),
        pos2(rect.right() - 12.0, rect.top() + 9.0),
    );
    let parts = 48;
    for part in 0..parts {
        let share = (part as f32 + 0.5) / parts as f32;
        let left = bar.left() + bar.width() * part as f32 / parts as f32;
        let piece = Rect::from_min_size(
            pos2(left, bar.top()),
            vec2(bar.width() / parts as f32 + 0.5, bar.height()),
        );
        ui.painter()
            .rect_filled(piece, 0.0, measure.color(low + (high - low) * share));
    }
    for tick in measure.ticks() {
        let x = bar.left() + bar.width() * (tick - low) / (high - low);
        ui.painter().text(
            pos2(x, bar.bottom() + 1.0),
            Align2::CENTER_TOP,
            measure.tick(*tick),
            font.clone(),
            view.palette.weak,
        );
    }
    if begin > 0.0 {
        ui.painter().text(
            pos2(rect.left(), bar.top() - 2.0),
            Align2::LEFT_TOP,
            "hatched: none",
            font,
            view.palette.weak,
        );
    }
    response.on_hover_text(format!(
        "{} Hatched means {}.",
        measure.rule(),
        measure.missing()
    ));
}
