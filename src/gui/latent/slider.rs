//! One dimension as a slider, over a histogram of the codes of the data.

use egui::{Key, Mesh, Rect, RichText, Sense, Shape, Slider, Stroke, Ui, pos2, vec2};

use crate::analysis::Dimension;
use crate::engine::RunId;

use super::super::action::{Action, Actions};
use super::super::focus::take_keys;
use super::super::theme::{Palette, text_scale};
use super::super::words;
use super::code::dimension_name;
use super::state::LatentAction;

/// Height of a row at the usual size of text.
const HEIGHT: f32 = 24.0;

/// Widths of the lock, the name and the number at the usual size of text.
const WIDTHS: [f32; 3] = [16.0, 40.0, 50.0];

/// Height of a row.
pub(super) fn row_height(ctx: &egui::Context) -> f32 {
    HEIGHT * text_scale(ctx)
}

/// Widths of the lock, the name and the number.
fn widths(ctx: &egui::Context) -> [f32; 3] {
    let scale = text_scale(ctx);
    WIDTHS.map(|width| width * scale)
}

/// Everything about the slider of one dimension.
pub(super) struct Row<'a> {
    /// Whose code.
    pub run: RunId,
    /// Which of its values.
    pub dimension: usize,
    /// Where the code began, once that is known.
    pub start: Option<f32>,
    /// The value it was given.
    pub pin: Option<f32>,
    /// Whether that is held.
    pub is_locked: bool,
    /// Whether the codes hardly vary here.
    pub is_dead: bool,
    /// The codes of the data.
    pub numbers: &'a Dimension,
    /// From where to where.
    pub range: (f32, f32),
}

impl Row<'_> {
    fn value(&self) -> Option<f32> {
        self.pin.or(self.start)
    }
}

/// Draws the slider and returns it.
pub(super) fn slider_ui(
    ui: &mut Ui,
    palette: &Palette,
    row: &Row<'_>,
    width: f32,
    out: &mut Actions,
) -> egui::Response {
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    let (height, widths) = (row_height(ui.ctx()), widths(ui.ctx()));
    let cell = ui.allocate_ui_with_layout(vec2(width, height), layout, |ui| {
        ui.set_width(width);
        ui.spacing_mut().item_spacing.x = 4.0;
        let name = dimension_name(row.dimension);
        lock_ui(ui, palette, row, &name, out);
        let color = match (row.is_dead, row.pin) {
            (true, _) => palette.frozen,
            (false, Some(_)) => palette.strong,
            (false, None) => palette.text,
        };
        let label = fixed(ui, widths[1], RichText::new(&name).color(color));
        let rail = width - widths.iter().sum::<f32>() - 4.0 * 4.0;
        ui.spacing_mut().slider_width = rail.max(40.0);
        let behind = ui.painter().add(Shape::Noop);
        let (low, high) = row.range;
        let mut value = row.value().unwrap_or(row.numbers.mean);
        let slider = Slider::new(&mut value, low..=high)
            .show_value(false)
            .trailing_fill(false);
        let slider = ui
            .add_enabled(row.value().is_some(), slider)
            .labelled_by(label.id);
        let slider = take_keys(slider);
        ui.painter()
            .set(behind, histogram(palette, row, slider.rect, height));
        if slider.changed() {
            out.push(Action::Latent(LatentAction::Slide {
                run: row.run,
                dimension: row.dimension,
                value,
            }));
        }
        let is_reset = slider.contains_pointer()
            && ui.input(|input| {
                let primary = egui::PointerButton::Primary;
                input.pointer.button_double_clicked(primary)
            })
            || slider.has_focus() && ui.input(|input| input.key_pressed(Key::Delete));
        if is_reset {
            let reset = LatentAction::ResetSlider(row.run, row.dimension);
            out.push(Action::Latent(reset));
        }
        let number = match (row.is_dead, row.pin) {
            (true, None) => RichText::new("dead").color(palette.frozen),
            (_, Some(value)) => RichText::new(short(value)).color(palette.strong),
            (false, None) => RichText::new(row.start.map(short).unwrap_or_default()),
        };
        fixed(ui, widths[2], number.small());
        if slider.is_pointer_button_down_on() {
            // The numbers would cover the sliders below.
            slider
        } else {
            slider.on_hover_ui(|ui| help_ui(ui, row, &name))
        }
    });
    cell.inner
}

fn fixed(ui: &mut Ui, width: f32, text: RichText) -> egui::Response {
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    let height = row_height(ui.ctx());
    ui.allocate_ui_with_layout(vec2(width, height), layout, |ui| {
        ui.set_width(width);
        ui.add(egui::Label::new(text).truncate())
    })
    .inner
}

/// A value with two decimals or so.
fn short(value: f32) -> String {
    let value = f64::from(value);
    let text = if value.abs() < 1e-3 {
        "0".to_owned()
    } else {
        words::three_digits(value)
    };
    text.replace('-', "−")
}

fn help_ui(ui: &mut Ui, row: &Row<'_>, name: &str) {
    let numbers = row.numbers;
    let three = |value: f32| words::three_digits(f64::from(value));
    ui.label(format!(
        "{name} of the test images: mean {}, standard deviation {}, from {} to {}",
        three(numbers.mean),
        three(numbers.std),
        three(numbers.low),
        three(numbers.high),
    ));
    if row.is_dead {
        ui.label(
            "Dead: next to no variance. The network puts nothing into this dimension; moving it \
             leaves the space of codes the decoder knows.",
        );
    }
    if let Some(start) = row.start {
        ui.label(format!("The code began with {}.", three(start)));
    }
    ui.label("Double-click or Delete: back to the start.");
}

/// The codes of the data as bars behind the slider, and a mark where the code began.
fn histogram(palette: &Palette, row: &Row<'_>, rect: Rect, height: f32) -> Shape {
    let (low, high) = row.range;
    // As the slider places its handle.
    let rail = rect.shrink2(vec2(rect.height() / 2.5, 0.0));
    let place = |value: f32| {
        let share = (value - low) / (high - low).max(f32::MIN_POSITIVE);
        egui::lerp(rail.x_range(), share.clamp(0.0, 1.0))
    };
    let mut mesh = Mesh::default();
    let numbers = row.numbers;
    let most = numbers.histogram.iter().copied().max().unwrap_or(0).max(1) as f32;
    let bin = (numbers.high - numbers.low) / numbers.histogram.len() as f32;
    let color = if row.is_dead {
        palette.border
    } else {
        palette.accent.gamma_multiply(0.45)
    };
    let (top, bottom) = (
        rect.center().y - height / 2.0 + 1.0,
        rect.center().y + height / 2.0 - 1.0,
    );
    for (index, &count) in numbers
        .histogram
        .iter()
        .enumerate()
        .filter(|(_, count)| **count > 0)
    {
        let left = place(numbers.low + bin * index as f32);
        let right = place(numbers.low + bin * (index + 1) as f32).max(left + 1.0);
        let tall = (bottom - top) * count as f32 / most;
        let bar = Rect::from_min_max(pos2(left, bottom - tall), pos2(right, bottom));
        mesh.add_colored_rect(bar, color);
    }
    let mut shapes = vec![Shape::mesh(mesh)];
    if let Some(start) = row.start.filter(|start| start.is_finite()) {
        let stroke = Stroke::new(1.5, palette.accent);
        shapes.push(Shape::vline(place(start), top..=bottom, stroke));
    }
    Shape::Vec(shapes)
}

/// A padlock that can be clicked.
fn lock_ui(ui: &mut Ui, palette: &Palette, row: &Row<'_>, name: &str, out: &mut Actions) {
    let (rect, response) = ui.allocate_exact_size(
        vec2(widths(ui.ctx())[0], row_height(ui.ctx())),
        Sense::click(),
    );
    let spoken = format!("Lock {name}");
    response.widget_info(|| {
        egui::WidgetInfo::selected(egui::Role::CheckBox, true, row.is_locked, &spoken)
    });
    let color = if row.is_locked {
        palette.accent
    } else if response.hovered() || response.has_focus() {
        palette.text
    } else {
        palette.frozen
    };
    let body = Rect::from_center_size(rect.center() + vec2(0.0, 2.5), vec2(9.0, 7.0));
    let stroke = Stroke::new(1.2, color);
    let painter = ui.painter();
    if row.is_locked {
        painter.rect_filled(body, 1.0, color);
    } else {
        painter.rect_stroke(body, 1.0, stroke, egui::StrokeKind::Inside);
    }
    // An open shackle leaves its right leg in the air.
    let gap = if row.is_locked { 0.0 } else { 2.5 };
    let (left, right, top) = (body.left() + 1.8, body.right() - 1.8, body.top() - 4.5);
    let shackle = vec![
        pos2(left, body.top()),
        pos2(left, top + 1.5),
        pos2(left + 1.5, top),
        pos2(right - 1.5, top),
        pos2(right, top + 1.5),
        pos2(right, body.top() - gap),
    ];
    painter.line(shackle, stroke);
    let clicked = response.clicked();
    response.on_hover_text("Holds this value when another start is chosen");
    if clicked {
        out.push(Action::Latent(LatentAction::Lock {
            run: row.run,
            dimension: row.dimension,
            is_locked: !row.is_locked,
        }));
    }
}
