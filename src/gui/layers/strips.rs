//! The pane "Layers over time": a heat strip a run, one under the other, aligned in time.

use egui::{
    Align2, Rect, RichText, ScrollArea, Sense, Stroke, StrokeKind, TextStyle, Ui, pos2, vec2,
};

use crate::gui::action::{Action, Actions};
use crate::gui::history::HistoryAction;
use crate::gui::run::Run;
use crate::gui::view::View;
use crate::gui::words;
use crate::model::{LayerInfo, Side};

use super::heat::{self, Axis};
use super::measure::Measure;
use super::verdict::verdicts;
use super::{LayersAction, role};

/// Least and greatest height of a layer's row.
const ROW: [f32; 2] = [7.0, 20.0];

/// Width of the column of layer names.
const NAMES: f32 = 82.0;

/// Height of a run's name and sentences, about.
const WORDS: f32 = 66.0;

/// Distance of the lines where there is nothing.
const HATCHING: f32 = 9.0;

/// Sentences under a strip.
const SENTENCES: usize = 2;

/// Draws the pane.
pub fn strips_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    options_ui(ui, view, out);
    let state = &view.state.layers;
    let runs: Vec<(&Run, &[LayerInfo])> = view
        .state
        .runs
        .iter()
        .filter(|run| state.shows_all || Some(run.id) == view.state.selected)
        .filter_map(|run| Some((run, run.info.as_ref()?.layers.as_slice())))
        .collect();
    let has_numbers = runs.iter().any(|(run, _)| {
        view.state
            .frame(run)
            .is_some_and(|frame| !frame.layers.is_empty())
    });
    if !has_numbers {
        ui.weak("Start a run: what its layers do is drawn here, step by step.");
        return;
    }
    ui.label(RichText::new(state.measure.rule()).small().weak());
    scale_ui(ui, view, state.measure);
    let steps = runs.iter().map(|(run, _)| heat::last_step(run)).max();
    let axis = Axis::holding(steps.unwrap_or(0), state.has_log_time);
    let rows: usize = runs.iter().map(|(_, layers)| layers.len()).sum();
    let room = ui.available_height() - 30.0 - WORDS * runs.len() as f32;
    let row = (room / rows.max(1) as f32).clamp(ROW[0], ROW[1]);
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        for (run, layers) in runs {
            run_ui(ui, view, run, layers, axis, row, out);
        }
        axis_ui(ui, view, axis);
    });
}

fn options_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let state = &view.state.layers;
    ui.horizontal_wrapped(|ui| {
        measures_ui(ui, view, out);
        ui.separator();
        let mut shows_all = state.shows_all;
        if ui
            .checkbox(&mut shows_all, "Every run")
            .on_hover_text("A strip a run, aligned in time; otherwise only the selected run")
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

/// The colours with their numbers.
fn scale_ui(ui: &mut Ui, view: &View<'_>, measure: Measure) {
    let [low, high] = measure.range();
    let font = TextStyle::Small.resolve(ui.style());
    let width = ui.available_width().min(NAMES + 320.0);
    let (rect, response) = ui.allocate_exact_size(vec2(width, 24.0), Sense::hover());
    let described = format!("Scale from {} to {}", measure.tick(low), measure.tick(high));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &described));
    let bar = Rect::from_min_max(
        pos2(rect.left() + NAMES, rect.top()),
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
    ui.painter().text(
        pos2(rect.left(), bar.top() - 2.0),
        Align2::LEFT_TOP,
        "hatched: none",
        font,
        view.palette.weak,
    );
    response.on_hover_text(format!("Hatched means {}.", measure.missing()));
}

fn run_ui(
    ui: &mut Ui,
    view: &View<'_>,
    run: &Run,
    layers: &[LayerInfo],
    axis: Axis,
    row: f32,
    out: &mut Actions,
) {
    let color = view.palette.run(run.slot);
    ui.label(
        RichText::new(format!("● {}", run.name()))
            .color(color)
            .strong(),
    );
    let size = vec2(ui.available_width(), row * layers.len() as f32);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let measure = view.state.layers.measure;
    let described = format!("Layers of {} over time, {}", run.name(), measure.name());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &described));
    let heat = Rect::from_min_max(pos2(rect.left() + NAMES, rect.top()), rect.max);
    // Hatched, since a healthy layer is white as well.
    ui.painter().rect_filled(heat, 0.0, view.palette.deep);
    let thin = Stroke::new(1.0, view.palette.border);
    role::hatch(ui, heat, HATCHING, thin);
    let texture = view.textures.show(
        ui.ctx(),
        egui::Id::unique(("heat", run.id)),
        heat::version(run, layers.len(), measure, axis),
        egui::TextureOptions::NEAREST,
        || heat::strip(run, layers.len(), measure, axis),
    );
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    ui.painter()
        .image(texture, heat, whole, egui::Color32::WHITE);
    names_ui(ui, view, layers, rect, row);
    marks_ui(ui, view, run, heat, axis);
    let stroke = if response.has_focus() {
        Stroke::new(2.0, view.palette.accent)
    } else {
        Stroke::new(1.0, view.palette.border)
    };
    ui.painter()
        .rect_stroke(heat, 0.0, stroke, StrokeKind::Outside);
    pointer_ui(view, run, layers, heat, axis, response, out);
    if let Some(frame) = view.state.frame(run) {
        let sentences = verdicts(layers, &frame.layers);
        let text = sentences[..sentences.len().min(SENTENCES)].join(" ");
        if !text.is_empty() {
            let text = format!("At step {}: {text}", words::count(frame.step));
            ui.label(RichText::new(text).small());
        }
    }
    ui.add_space(4.0);
}

/// Names of the rows, as many as are legible.
fn names_ui(ui: &Ui, view: &View<'_>, layers: &[LayerInfo], rect: Rect, row: f32) {
    let font = TextStyle::Small.resolve(ui.style());
    let every = ((font.size + 1.0) / row).ceil().max(1.0) as usize;
    for (index, layer) in layers.iter().enumerate() {
        let y = rect.top() + row * (index as f32 + 0.5);
        let is_selected = view.state.layers.selected == Some(index);
        if is_selected || index % every == 0 {
            let color = if is_selected {
                view.palette.accent
            } else {
                view.palette.weak
            };
            ui.painter().text(
                pos2(rect.left(), y),
                Align2::LEFT_CENTER,
                role::title(layer),
                font.clone(),
                color,
            );
        }
        let is_code = layer.side == Side::Encoder
            && layers
                .get(index + 1)
                .is_some_and(|next| next.side == Side::Decoder);
        if is_code {
            let y = rect.top() + row * (index + 1) as f32;
            let ends = [pos2(rect.left() + NAMES, y), pos2(rect.right(), y)];
            ui.painter()
                .line_segment(ends, Stroke::new(1.0, view.palette.border));
        }
    }
}

/// Starts of phases, and the step that is looked at.
fn marks_ui(ui: &Ui, view: &View<'_>, run: &Run, heat: Rect, axis: Axis) {
    let per_epoch = run.info.as_ref().map_or(0, |info| info.steps_per_epoch);
    let place = |step: u64| heat.left() + heat.width() * axis.share(step);
    let mut step = 0;
    for phase in run.phases() {
        step += phase.epochs as u64 * per_epoch;
        if step < axis.end && step <= heat::last_step(run) {
            let stroke = Stroke::new(1.5, view.palette.strong);
            ui.painter().vline(place(step), heat.y_range(), stroke);
        }
    }
    if let Some(cursor) = view.state.history.cursor {
        let stroke = Stroke::new(2.0, view.palette.accent);
        ui.painter()
            .vline(place(cursor.min(axis.end)), heat.y_range(), stroke);
    }
}

/// What the pointer is over; a click looks at that moment and layer.
fn pointer_ui(
    view: &View<'_>,
    run: &Run,
    layers: &[LayerInfo],
    heat: Rect,
    axis: Axis,
    response: egui::Response,
    out: &mut Actions,
) {
    let Some(pointer) = response.hover_pos().filter(|at| heat.contains(*at)) else {
        return;
    };
    let row = (pointer.y - heat.top()) / heat.height() * layers.len() as f32;
    let index = (row as usize).min(layers.len().saturating_sub(1));
    let step = axis.step((pointer.x - heat.left()) / heat.width());
    let step = step.min(heat::last_step(run));
    if response.clicked() {
        out.push(Action::Select(run.id));
        out.push(Action::Layers(LayersAction::Select(Some(index))));
        out.push(Action::History(HistoryAction::LookAt(step)));
    }
    let (Some(layer), Some(frame)) = (layers.get(index), heat::frame_at(run, step)) else {
        return;
    };
    let measure = view.state.layers.measure;
    let value = frame.layers.get(index).and_then(|stat| measure.value(stat));
    let text = format!(
        "{}, {}\n{} {} → {}, {}\nStep {}, phase {}: {}\n{}",
        run.name(),
        role::title(layer),
        layer.kind,
        layer.input,
        layer.output,
        layer.activation,
        words::count(frame.step),
        frame.phase + 1,
        run.phases()
            .get(frame.phase)
            .map_or_else(String::new, |phase| phase.name()),
        value.map_or_else(
            || format!("none: {}", measure.missing()),
            |value| measure.explain(value)
        ),
    );
    response.on_hover_text_at_pointer(text);
}

fn axis_ui(ui: &mut Ui, view: &View<'_>, axis: Axis) {
    let font = TextStyle::Small.resolve(ui.style());
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 16.0), Sense::hover());
    let ticks = axis.ticks();
    for (index, tick) in ticks.iter().enumerate() {
        let x = rect.left() + NAMES + (rect.width() - NAMES) * axis.share(*tick);
        let align = if index + 1 == ticks.len() {
            Align2::RIGHT_TOP
        } else {
            Align2::CENTER_TOP
        };
        ui.painter().text(
            pos2(x, rect.top()),
            align,
            words::count(*tick),
            font.clone(),
            view.palette.weak,
        );
    }
    ui.painter().text(
        rect.left_top(),
        Align2::LEFT_TOP,
        "Step",
        font,
        view.palette.weak,
    );
}
