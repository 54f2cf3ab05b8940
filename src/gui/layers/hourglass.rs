//! The network drawn: wide at the images, narrow at the code.
//!
//! A *bar* is a layer, as high as the logarithm of its outputs; the first bar is the image that goes in.

use egui::{Align2, FontId, Rect, Response, Sense, Stroke, StrokeKind, TextStyle, Ui, pos2, vec2};

use crate::engine::Frame;
use crate::gui::action::{Action, Actions};
use crate::gui::run::Run;
use crate::gui::theme::maps;
use crate::gui::view::View;
use crate::gui::words;
use crate::model::LayerInfo;

use super::LayersAction;
use super::role::{self, LayerRole};

/// Greatest width of a bar with the space around it: in small drawings; in large ones, which have as
/// much as their height, at least and at most.
const SMALL_SLOT: f32 = 120.0;
const LARGE_SLOT: std::ops::RangeInclusive<f32> = 120.0..=300.0;

/// Greatest width of a bar.
const WIDEST_BAR: f32 = 110.0;

/// Height of the box that tells what is measured of a layer, without the number in it.
const BOX: f32 = 6.5;

/// Slots narrower than this have no numbers, and than the second only initials of names.
const NUMBER_SLOT: f32 = 34.0;
const WORD_SLOT: f32 = 62.0;

/// Slots wider than this have text of full size.
const WIDE_SLOT: f32 = 130.0;

/// A network to draw.
pub struct Drawn<'a> {
    /// Whose.
    pub run: &'a Run,
    /// Its layers.
    pub layers: &'a [LayerInfo],
    /// What they do.
    pub roles: &'a [LayerRole],
    /// The moment that is looked at.
    pub frame: Option<&'a Frame>,
    /// Whether there is room for words.
    pub is_large: bool,
}

/// Draws a network in this height.
pub fn hourglass_ui(
    ui: &mut Ui,
    view: &View<'_>,
    drawn: &Drawn<'_>,
    height: f32,
    out: &mut Actions,
) {
    let size = vec2(ui.available_width(), height);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let parameters = LayerInfo::all_parameters(drawn.layers);
    let described = format!(
        "Network of {}, {} layers with {} parameters",
        drawn.run.name(),
        drawn.layers.len(),
        words::count(parameters as u64)
    );
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &described));
    let Some(last) = drawn.layers.last() else {
        return;
    };
    let mut values = vec![last.outputs];
    values.extend(drawn.layers.iter().map(|layer| layer.outputs));
    let widest = if drawn.is_large {
        height.clamp(*LARGE_SLOT.start(), *LARGE_SLOT.end())
    } else {
        SMALL_SLOT
    };
    let slot = (rect.width() / values.len() as f32).min(widest);
    let font = font(ui, slot);
    let below = below(drawn, slot, &font);
    let start = if drawn.is_large {
        rect.center().x - slot * values.len() as f32 / 2.0
    } else {
        rect.left()
    };
    let most = values.iter().copied().max().unwrap_or(1).max(2) as f32;
    let width = (slot * 0.5).clamp(3.0, WIDEST_BAR);
    let glass = rect.height() - below;
    let places: Vec<Rect> = values
        .iter()
        .enumerate()
        .map(|(index, values)| {
            let share = (*values as f32).ln_1p() / most.ln_1p();
            let x = start + (index as f32 + 0.5) * slot;
            let size = vec2(width, ((glass - 4.0) * share).max(4.0));
            Rect::from_center_size(pos2(x, rect.top() + glass / 2.0), size)
        })
        .collect();
    for pair in places.windows(2) {
        glass_ui(ui, view, pair[0], pair[1]);
    }
    for (index, place) in places.iter().enumerate() {
        let left = start + index as f32 * slot;
        let column = Rect::from_min_size(pos2(left, rect.top()), vec2(slot, rect.height()));
        let below = Rect::from_min_max(pos2(left, rect.top() + glass), column.max);
        match index.checked_sub(1) {
            None => image_ui(ui, view, drawn, *place, below, values[0]),
            Some(index) => layer_ui(ui, view, drawn, index, [column, *place, below], out),
        }
    }
}

/// The font of words and numbers beside bars.
fn font(ui: &Ui, slot: f32) -> FontId {
    let style = if slot > WIDE_SLOT {
        TextStyle::Body
    } else {
        TextStyle::Small
    };
    style.resolve(ui.style())
}

/// Height of what is written below the bars.
fn below(drawn: &Drawn<'_>, slot: f32, font: &FontId) -> f32 {
    let (number, line) = (BOX + font.size, font.size + 2.0);
    if !drawn.is_large {
        8.0
    } else if slot < NUMBER_SLOT {
        number + 6.0
    } else if slot < WORD_SLOT {
        number + 6.0 + 2.0 * line
    } else {
        number + 6.0 + 4.0 * line
    }
}

fn image_ui(ui: &Ui, view: &View<'_>, drawn: &Drawn<'_>, bar: Rect, below: Rect, values: usize) {
    ui.painter().rect_filled(bar, 3.0, view.palette.button);
    ui.painter().rect_stroke(
        bar,
        3.0,
        Stroke::new(1.0, view.palette.weak),
        StrokeKind::Inside,
    );
    if drawn.is_large && below.width() >= NUMBER_SLOT {
        let font = font(ui, below.width());
        let line = font.size + 2.0;
        let mut y = below.top() + BOX + font.size + 4.0;
        for text in ["image".to_owned(), values.to_string()] {
            let at = pos2(below.center().x, y);
            ui.painter().text(
                at,
                Align2::CENTER_TOP,
                text,
                font.clone(),
                view.palette.weak,
            );
            y += line;
        }
    }
}

fn layer_ui(
    ui: &mut Ui,
    view: &View<'_>,
    drawn: &Drawn<'_>,
    index: usize,
    [column, bar, below]: [Rect; 3],
    out: &mut Actions,
) {
    let run = drawn.run;
    let layer = &drawn.layers[index];
    let role = drawn.roles[index];
    let id = egui::Id::unique(("layer", run.id, index, drawn.is_large));
    let response = ui.interact(column, id, Sense::click());
    let name = format!("{}, {}", role::title(layer), run.name());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
    let is_selected =
        view.state.layers.selected == Some(index) && view.state.selected == Some(run.id);
    if is_selected || response.hovered() {
        ui.painter()
            .rect_filled(column.shrink(1.0), 4.0, view.palette.raised);
    }
    role::paint(ui, view, run, bar, role);
    if is_selected || response.has_focus() {
        let stroke = Stroke::new(2.0, view.palette.accent);
        ui.painter()
            .rect_stroke(column.shrink(1.0), 4.0, stroke, StrokeKind::Inside);
    }
    let measure = view.state.layers.measure;
    let stat = drawn.frame.and_then(|frame| frame.layers.get(index));
    let value = stat.and_then(|stat| measure.value(stat));
    let font = font(ui, below.width());
    let height = if drawn.is_large { BOX + font.size } else { 5.0 };
    let chip = Rect::from_min_size(
        pos2(below.left() + 2.0, below.top() + 2.0),
        vec2(below.width() - 4.0, height),
    );
    if let Some(value) = value {
        let color = measure.color(value);
        ui.painter().rect_filled(chip, 2.0, color);
        if drawn.is_large && below.width() >= NUMBER_SLOT {
            let text = measure.short(value);
            ui.painter().text(
                chip.center(),
                Align2::CENTER_CENTER,
                text,
                font.clone(),
                maps::ink_on(color),
            );
        }
    } else {
        ui.painter().rect_stroke(
            chip,
            2.0,
            Stroke::new(1.0, view.palette.border),
            StrokeKind::Inside,
        );
    }
    if drawn.is_large {
        words_ui(ui, view, layer, role, below, chip.bottom() + 2.0);
    }
    if response.clicked() {
        out.push(Action::Select(run.id));
        let selected = (!is_selected).then_some(index);
        out.push(Action::Layers(LayersAction::Select(selected)));
    }
    hover(
        response,
        layer,
        role,
        value.map(|value| measure.explain(value)),
    );
}

fn words_ui(ui: &Ui, view: &View<'_>, layer: &LayerInfo, role: LayerRole, below: Rect, top: f32) {
    if below.width() < NUMBER_SLOT {
        return;
    }
    let font = font(ui, below.width());
    let painter = ui.painter().with_clip_rect(below.intersect(ui.clip_rect()));
    let output = (layer.output.clone(), view.palette.text);
    let lines = if below.width() >= WORD_SLOT {
        vec![
            (role::title(layer), view.palette.strong),
            output,
            (layer.activation.clone(), view.palette.weak),
            (role.name().to_owned(), view.palette.weak),
        ]
    } else {
        vec![(role::initials(layer), view.palette.strong), output]
    };
    for (number, (text, color)) in lines.into_iter().enumerate() {
        let at = pos2(below.center().x, top + number as f32 * (font.size + 2.0));
        painter.text(at, Align2::CENTER_TOP, text, font.clone(), color);
    }
}

fn hover(response: Response, layer: &LayerInfo, role: LayerRole, measured: Option<String>) {
    let text = format!(
        "{}: {}\n{} → {}\nactivation {}\n{} parameters\n{}{}",
        role::title(layer),
        layer.kind,
        layer.input,
        layer.output,
        layer.activation,
        words::count(layer.parameters as u64),
        role.name(),
        measured.map_or_else(String::new, |text| format!("\n{text}"))
    );
    response.on_hover_text_at_pointer(text);
}

/// The wall of the hourglass between two bars.
fn glass_ui(ui: &Ui, view: &View<'_>, left: Rect, right: Rect) {
    let corners = vec![
        left.right_top(),
        right.left_top(),
        right.left_bottom(),
        left.right_bottom(),
    ];
    ui.painter().add(egui::Shape::convex_polygon(
        corners,
        view.palette.border,
        Stroke::NONE,
    ));
}
