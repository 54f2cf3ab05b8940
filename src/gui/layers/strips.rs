//! The pane "Layers over time": a heat strip a run, one under the other, aligned in time.

use egui::{
    Align2, Rect, RichText, ScrollArea, Sense, Stroke, StrokeKind, TextStyle, Ui, pos2, vec2,
};

use crate::gui::action::Actions;
use crate::gui::run::Run;
use crate::gui::theme::text_scale;
use crate::gui::view::View;
use crate::gui::words;
use crate::model::{LayerInfo, Side};

use super::heat::{self, Axis};
use super::options::{options_ui, scale_ui};
use super::strip_input::Strip;
use super::{role, verdict};

/// Least and greatest height of a layer's row.
const ROW: [f32; 2] = [7.0, 20.0];

/// Rows of networks with so few layers are high enough for their names.
const FEW_LAYERS: usize = 4;
const NAMED_ROW: f32 = 13.0;

/// Lower rows have no names of their own.
const LEAST_NAMED_ROW: f32 = 9.5;

/// Lower panes leave the rule for reading the colours to hovering over them; so do those with less
/// room a run.
const LOW: f32 = 240.0;
const LOW_A_RUN: f32 = 180.0;

/// Height of the axis of steps.
const AXIS: f32 = 16.0;

/// Least height of a row in a low pane, and height of the one line that is said there.
const LOW_ROW: f32 = 4.5;
const LOW_SENTENCE: f32 = 14.0;

/// Width of the name of a run beside its strip, in low panes.
const RUN_NAME: f32 = 88.0;

/// Width of the column of layer names.
const NAMES: f32 = 82.0;

/// Characters of a small sentence that a point of width has room for, about.
const CHARACTERS_PER_POINT: f32 = 0.185;

/// Distance of the lines where there is nothing.
const HATCHING: f32 = 9.0;

/// Sentences under a strip.
const SENTENCES: usize = 2;

/// Width of the column of layer names as large as text is.
fn names_width(ui: &Ui) -> f32 {
    NAMES * text_scale(ui.ctx())
}

/// Where a strip begins: beside the names of its layers, and in low panes beside that of its run.
#[derive(Clone, Copy)]
struct Columns {
    /// Width of the name of the run.
    run: f32,
    /// Width of the names of its layers.
    layers: f32,
}

impl Columns {
    fn of(ui: &Ui, is_low: bool) -> Self {
        let scale = text_scale(ui.ctx());
        Self {
            run: if is_low { RUN_NAME * scale } else { 0.0 },
            layers: NAMES * scale,
        }
    }

    fn width(self) -> f32 {
        self.run + self.layers
    }
}

/// Draws the pane.
pub fn strips_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let scale = text_scale(ui.ctx());
    let count = view.state.strip_runs().len() as f32;
    let is_low = ui.available_height() < LOW.max(count * LOW_A_RUN) * scale;
    options_ui(ui, view, is_low, out);
    let state = &view.state.layers;
    let runs: Vec<(&Run, &[LayerInfo])> = view
        .state
        .strip_runs()
        .into_iter()
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
    if !is_low {
        ui.label(RichText::new(state.measure.rule()).small().weak());
        let width = ui.available_width().min(names_width(ui) + 320.0);
        scale_ui(ui, view, state.measure, (width, names_width(ui)));
    }
    let columns = Columns::of(ui, is_low);
    let steps = runs.iter().map(|(run, _)| heat::last_step(run)).max();
    let axis = Axis::holding(steps.unwrap_or(0), state.has_log_time);
    let rows: usize = runs.iter().map(|(_, layers)| layers.len()).sum();
    let spacing = ui.spacing().item_spacing.y;
    let room = ui.available_height() - AXIS * text_scale(ui.ctx()) - 2.0 * spacing;
    let least = if is_low { LOW_ROW } else { ROW[0] };
    let height = |sentences: usize| {
        let heights = runs.iter().map(|(run, layers)| {
            if is_low {
                2.0 * spacing + sentences as f32 * (LOW_SENTENCE * text_scale(ui.ctx()) + spacing)
            } else {
                words_height(ui, &said(view, run, layers, sentences))
            }
        });
        ((room - heights.sum::<f32>()) / rows.max(1) as f32)
            .clamp(least, ROW[1] * text_scale(ui.ctx()))
    };
    // Names of layers are worth more than a second sentence.
    let sentences = if is_low {
        usize::from(height(1) > LOW_ROW)
    } else {
        (1..=SENTENCES)
            .rev()
            .find(|sentences| height(*sentences) >= LEAST_NAMED_ROW)
            .unwrap_or(1)
    };
    let row = height(sentences);
    ScrollArea::vertical()
        .auto_shrink([false, true])
        .max_height(room.max(60.0))
        .show(ui, |ui| {
            for (run, layers) in runs {
                let is_small = layers.len() <= FEW_LAYERS;
                let row = if is_small {
                    row.max(NAMED_ROW * text_scale(ui.ctx()))
                } else {
                    row
                };
                let said = said(view, run, layers, sentences);
                run_ui(ui, view, (run, layers, &said), (axis, columns), row, out);
            }
        });
    axis_ui(ui, view, axis, columns);
}

/// What is said under a strip, in so many sentences.
fn said(view: &View<'_>, run: &Run, layers: &[LayerInfo], most: usize) -> String {
    let Some(frame) = view.state.frame(run) else {
        return String::new();
    };
    let sentences = verdict::of_frame(view.state.layers.measure, run, layers, frame);
    let text = sentences[..sentences.len().min(most)].join(" ");
    if text.is_empty() {
        text
    } else {
        format!("At step {}: {text}", words::count(frame.step))
    }
}

/// Height of a run's name and of what is said under its strip, about.
fn words_height(ui: &Ui, sentence: &str) -> f32 {
    let line = TextStyle::Small.resolve(ui.style()).size + 2.5;
    let characters = ui.available_width() * CHARACTERS_PER_POINT / text_scale(ui.ctx());
    let lines = (sentence.chars().count() as f32 / characters.max(1.0)).ceil();
    ui.spacing().interact_size.y + lines * line + 2.7 * ui.spacing().item_spacing.y
}

fn run_ui(
    ui: &mut Ui,
    view: &View<'_>,
    (run, layers, said): (&Run, &[LayerInfo], &str),
    (axis, columns): (Axis, Columns),
    row: f32,
    out: &mut Actions,
) {
    let color = view.palette.run(run.slot);
    let name = format!("● {}", run.name());
    if columns.run == 0.0 {
        ui.label(RichText::new(&name).color(color).strong());
    }
    let size = vec2(ui.available_width(), row * layers.len() as f32);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let measure = view.state.layers.measure;
    let strip = Strip {
        run,
        layers,
        heat: Rect::from_min_max(pos2(rect.left() + columns.width(), rect.top()), rect.max),
        axis,
    };
    let mut described = format!("Layers of {} over time, {}", run.name(), measure.name());
    if response.has_focus() {
        let said = strip.words_at_keyboard(view);
        described = format!("{described}. {}", said.replace('\n', "; "));
    }
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &described));
    let heat = strip.heat;
    // Hatched, since a healthy layer is white as well.
    ui.painter().rect_filled(heat, 0.0, view.palette.deep);
    let thin = Stroke::new(1.0, view.palette.border);
    role::hatch(ui, heat, HATCHING, thin);
    let texture = view.textures.show(
        ui.ctx(),
        egui::Id::unique(("heat", run.id)),
        heat::version(run, axis, (layers.len(), measure)),
        egui::TextureOptions::NEAREST,
        || heat::strip(run, layers.len(), measure, axis),
    );
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    ui.painter()
        .image(texture, heat, whole, egui::Color32::WHITE);
    if columns.run > 0.0 {
        let font = TextStyle::Small.resolve(ui.style());
        let at = rect.left_center();
        let shown = Rect::from_min_size(rect.min, vec2(columns.run - 6.0, rect.height()));
        ui.painter_at(shown)
            .text(at, Align2::LEFT_CENTER, &name, font, color);
    }
    let beside = Rect::from_min_max(pos2(rect.left() + columns.run, rect.top()), rect.max);
    names_ui(ui, view, layers, beside, row);
    marks_ui(ui, view, run, heat, axis);
    let stroke = if response.has_focus() {
        Stroke::new(2.0, view.palette.accent)
    } else {
        Stroke::new(1.0, view.palette.border)
    };
    ui.painter()
        .rect_stroke(heat, 0.0, stroke, StrokeKind::Outside);
    strip.interact(ui, view, response, out);
    if !said.is_empty() {
        let text = egui::Label::new(RichText::new(said).small());
        if columns.run > 0.0 {
            ui.add(text.truncate()).on_hover_text(said);
        } else {
            ui.add(text);
        }
    }
    ui.add_space(4.0);
}

/// Names of the rows, or of the two sides where rows are too low.
fn names_ui(ui: &Ui, view: &View<'_>, layers: &[LayerInfo], rect: Rect, row: f32) {
    let small = TextStyle::Small.resolve(ui.style());
    let is_named = row >= LEAST_NAMED_ROW;
    let font = egui::FontId::new(small.size.min(row + 0.5), small.family.clone());
    let write = |y: f32, text: String, is_selected: bool, font: egui::FontId| {
        let color = if is_selected {
            view.palette.accent
        } else {
            view.palette.weak
        };
        let at = pos2(rect.left(), y);
        ui.painter()
            .text(at, Align2::LEFT_CENTER, text, font, color);
    };
    let mut ends = Vec::new();
    for (index, layer) in layers.iter().enumerate() {
        let is_selected = view.state.layers.selected == Some(index);
        let y = rect.top() + row * (index as f32 + 0.5);
        if is_named {
            write(y, role::title(layer), is_selected, font.clone());
        }
        let next = layers.get(index + 1);
        if next.is_none_or(|next| next.side != layer.side) {
            ends.push(index + 1);
        }
        if layer.side == Side::Encoder && next.is_some_and(|next| next.side == Side::Decoder) {
            let y = rect.top() + row * (index + 1) as f32;
            let ends = [
                pos2(rect.left() + names_width(ui), y),
                pos2(rect.right(), y),
            ];
            ui.painter()
                .line_segment(ends, Stroke::new(1.0, view.palette.border));
        }
    }
    if is_named {
        return;
    }
    let mut begin = 0;
    for end in ends {
        let side = &layers[begin..end];
        if let [first, .., last] = side {
            let text = format!("{}–{}", role::title(first), last.stage + 1);
            let y = rect.top() + row * (begin + end) as f32 / 2.0;
            write(y, text, false, small.clone());
        }
        begin = end;
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

fn axis_ui(ui: &mut Ui, view: &View<'_>, axis: Axis, columns: Columns) {
    let font = TextStyle::Small.resolve(ui.style());
    let (rect, _) = ui.allocate_exact_size(
        vec2(ui.available_width(), AXIS * text_scale(ui.ctx())),
        Sense::hover(),
    );
    let ticks = axis.ticks();
    for (index, tick) in ticks.iter().enumerate() {
        let x =
            rect.left() + columns.width() + (rect.width() - columns.width()) * axis.share(*tick);
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
