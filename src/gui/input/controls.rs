//! The tools: what the pointer draws with, and test images to begin with.

use egui::{ComboBox, DragValue, Slider, Ui};

use crate::data::ImageShape;
use crate::gui::action::{Action, Actions};
use crate::gui::focus::steady;
use crate::gui::view::View;

use super::strokes::Ink;
use super::{Brush, InputAction, Tool};

/// Room for the name and the value beside a slider.
const VALUE_WIDTH: f32 = 146.0;

/// Thickness of the brush, as shares of the shorter side.
const THICKNESSES: std::ops::RangeInclusive<f32> = 0.02..=0.4;

fn push(out: &mut Actions, action: InputAction) {
    out.push(Action::Input(action));
}

/// Draws the tools.
pub fn controls_ui(ui: &mut Ui, view: &View<'_>, shape: ImageShape, out: &mut Actions) {
    steady(ui, "tools", |ui| tools_ui(ui, view, shape, out));
}

fn tools_ui(ui: &mut Ui, view: &View<'_>, shape: ImageShape, out: &mut Actions) {
    let input = &view.state.input;
    let mut brush = input.brush;
    ui.horizontal_wrapped(|ui| {
        for &tool in Tool::ALL {
            ui.selectable_value(&mut brush.tool, tool, tool.name())
                .on_hover_text(tool.help());
        }
    });
    ui.horizontal_wrapped(|ui| {
        let label = ui.label("Thickness");
        let side = shape.width.min(shape.height) as f32;
        ui.spacing_mut().slider_width = (ui.available_width() - VALUE_WIDTH).clamp(40.0, 90.0);
        ui.add(
            Slider::new(&mut brush.thickness, THICKNESSES)
                .custom_formatter(|share, _| format!("{:.1}", share * f64::from(side)))
                .custom_parser(|text| {
                    let pixels: f64 = text.trim().parse().ok()?;
                    Some(pixels / f64::from(side))
                })
                .suffix(" px"),
        )
        .labelled_by(label.id)
        .on_hover_text("Diameter of the brush in pixels of the image");
    });
    ui.horizontal_wrapped(|ui| {
        let undo = ui
            .add_enabled(input.has_strokes(), egui::Button::new("Undo stroke"))
            .on_hover_text("Takes the last stroke back")
            .on_disabled_hover_text("Nothing is drawn");
        if undo.clicked() {
            push(out, InputAction::Undo);
        }
        let is_any = input.has_strokes() || input.test_image().is_some();
        let clear = ui
            .add_enabled(is_any, egui::Button::new("Clear"))
            .on_hover_text("An empty canvas; the corruption stays as it is set")
            .on_disabled_hover_text("The canvas is empty");
        if clear.clicked() {
            push(out, InputAction::Clear);
        }
        ink_ui(ui, shape, &mut brush);
    });
    if brush != input.brush {
        push(out, InputAction::SetBrush(brush));
    }
    test_image_ui(ui, view, out);
}

fn ink_ui(ui: &mut Ui, shape: ImageShape, brush: &mut Brush) {
    if brush.tool == Tool::Erase {
        return;
    }
    let label = ui.label("Ink");
    let ink = ComboBox::from_id_salt("ink")
        .width(72.0)
        .selected_text(brush.ink.name())
        .show_ui(ui, |ui| {
            for &ink in Ink::of(shape) {
                ui.selectable_value(&mut brush.ink, ink, ink.name());
            }
        });
    ink.response.labelled_by(label.id);
}

fn test_image_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let input = &view.state.input;
    let last = view.state.pictures.choice.total().saturating_sub(1);
    let last = u32::try_from(last).unwrap_or(u32::MAX);
    ui.horizontal_wrapped(|ui| {
        let label = ui.label("Test image");
        let mut number = input.wanted.or_else(|| input.test_image()).unwrap_or(0);
        let field = ui
            .add(DragValue::new(&mut number).range(0..=last).speed(0.1))
            .labelled_by(label.id)
            .on_hover_text(format!("Number of a test image, 0 to {last}"));
        let take = ui
            .button("Take")
            .on_hover_text("Puts this test image on the canvas, without what was drawn on it");
        if field.changed() || take.clicked() {
            push(out, InputAction::TakeTestImage(number));
        }
        let any = ui
            .button("Any")
            .on_hover_text("Puts any of the test images on the canvas");
        if any.clicked() {
            push(out, InputAction::TakeAnyTestImage);
        }
        if input.wanted.is_some() {
            ui.weak("on its way…");
        }
    });
}
