//! The pane "One input": canvas, tools and damage, and what every run makes of the image.

use egui::{Ui, vec2};

use crate::data::ImageShape;
use crate::gui::action::Actions;
use crate::gui::view::View;

use super::canvas::canvas_ui;
use super::controls::controls_ui;
use super::damage::damage_ui;
use super::results::results_ui;

/// Width of tools and damage.
const TOOLS_WIDTH: f32 = 272.0;

/// Longer side of the canvas.
const CANVAS_SIDES: std::ops::RangeInclusive<f32> = 120.0..=420.0;

/// Room that the pictures of the runs need beside everything else.
const RESULTS_WIDTH: f32 = 190.0;

/// Draws the pane.
pub fn input_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let Some(shape) = view.state.input.shape() else {
        ui.centered_and_justified(|ui| {
            ui.label("Draw an image here and see what every run makes of it, once a run is ready.");
        });
        return;
    };
    let scroll = egui::ScrollArea::vertical().auto_shrink(false);
    scroll.show(ui, |ui| {
        let room = ui.available_size();
        let (low, high) = (*CANVAS_SIDES.start(), *CANVAS_SIDES.end());
        let beside = room.x - TOOLS_WIDTH - RESULTS_WIDTH;
        if beside >= low {
            let side = beside.min(room.y - 4.0).clamp(low, high);
            ui.horizontal_top(|ui| {
                canvas_ui(ui, view, shape, side, out);
                column(ui, TOOLS_WIDTH, |ui| {
                    controls_ui(ui, view, shape, out);
                    ui.separator();
                    damage_ui(ui, view, out);
                });
                results_column(ui, view, shape, room.y, out);
            });
        } else if room.x >= TOOLS_WIDTH + RESULTS_WIDTH {
            ui.horizontal_top(|ui| {
                column(ui, TOOLS_WIDTH, |ui| {
                    canvas_and_tools(ui, view, shape, out);
                });
                results_column(ui, view, shape, room.y, out);
            });
        } else {
            canvas_and_tools(ui, view, shape, out);
            ui.separator();
            results_ui(ui, view, shape, room.y, out);
        }
    });
}

fn canvas_and_tools(ui: &mut Ui, view: &View<'_>, shape: ImageShape, out: &mut Actions) {
    let side = ui.available_width().min(TOOLS_WIDTH) - 2.0;
    canvas_ui(ui, view, shape, side.max(100.0), out);
    controls_ui(ui, view, shape, out);
    ui.separator();
    damage_ui(ui, view, out);
}

fn results_column(ui: &mut Ui, view: &View<'_>, shape: ImageShape, height: f32, out: &mut Actions) {
    let width = ui.available_width();
    column(ui, width, |ui| results_ui(ui, view, shape, height, out));
}

/// Draws from top to bottom in a column of a width.
fn column(ui: &mut Ui, width: f32, add: impl FnOnce(&mut Ui)) {
    ui.allocate_ui_with_layout(
        vec2(width, ui.available_height()),
        egui::Layout::top_down(egui::Align::Min),
        |ui| {
            ui.set_width(width);
            add(ui);
        },
    );
}
