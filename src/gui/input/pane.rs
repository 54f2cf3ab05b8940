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

/// Least width of a column of tools.
const LEAST_TOOLS_WIDTH: f32 = 190.0;

/// Longer side of the canvas.
const CANVAS_SIDES: std::ops::RangeInclusive<f32> = 96.0..=420.0;

/// Room that the pictures of the runs need beside everything else.
const RESULTS_WIDTH: f32 = 190.0;

/// What the canvas has of the height of a narrow pane with tools below, and of the width of any.
const CANVAS_SHARE: f32 = 0.535;
const CANVAS_WIDTH_SHARE: f32 = 0.48;

/// Panes so much wider than high have everything side by side.
const WIDE: f32 = 1.4;

/// Panes that are lower have the tools beside the canvas even where it is narrow there.
const LOW: f32 = 330.0;

/// Kept free below the canvas, and beside a column for its scroll bar.
const MARGIN: f32 = 6.0;
const SCROLL_BAR: f32 = 8.0;

/// Draws the pane.
pub fn input_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let Some(shape) = view.state.input.shape() else {
        ui.centered_and_justified(|ui| {
            ui.label("Draw an image here and see what every run makes of it, once a run is ready.");
        });
        return;
    };
    let room = ui.available_size();
    let (low, high) = (*CANVAS_SIDES.start(), *CANVAS_SIDES.end());
    // Of all of it something must be seen: what is below the edge cannot be drawn on.
    let tallest = (room.y - MARGIN).max(low);
    let beside = room.x - TOOLS_WIDTH - RESULTS_WIDTH;
    if beside >= low && room.x > WIDE * room.y {
        let side = beside.min(tallest).clamp(low, high);
        ui.horizontal_top(|ui| {
            canvas_ui(ui, view, shape, side, out);
            column(ui, "tools", TOOLS_WIDTH, |ui| {
                tools_ui(ui, view, shape, out);
            });
            let width = ui.available_width();
            column(ui, "results", width, |ui| {
                results_ui(ui, view, shape, room.y, out);
            });
        });
    } else if room.y < LOW {
        let side = tallest
            .min(room.x * CANVAS_WIDTH_SHARE)
            .clamp(low.min(room.x), high);
        ui.horizontal_top(|ui| {
            canvas_ui(ui, view, shape, side, out);
            let width = ui.available_width();
            column(ui, "answers and tools", width, |ui| {
                results_ui(ui, view, shape, room.y * CANVAS_SHARE, out);
                ui.separator();
                tools_ui(ui, view, shape, out);
            });
        });
    } else {
        let side = (room.y * CANVAS_SHARE)
            .min(room.x * CANVAS_WIDTH_SHARE)
            .clamp(low, high);
        let height = side.max(room.y * CANVAS_SHARE).min(high);
        let above = vec2(room.x, height + MARGIN);
        ui.allocate_ui_with_layout(above, egui::Layout::left_to_right(egui::Align::Min), |ui| {
            ui.set_min_size(above);
            canvas_ui(ui, view, shape, side, out);
            let width = ui.available_width();
            column(ui, "results", width, |ui| {
                results_ui(ui, view, shape, height - MARGIN, out);
            });
        });
        ui.separator();
        let width = ui.available_width();
        column(ui, "tools", width, |ui| tools_ui(ui, view, shape, out));
    }
}

/// Tools and damage, side by side where there is room.
fn tools_ui(ui: &mut Ui, view: &View<'_>, shape: ImageShape, out: &mut Actions) {
    if ui.available_width() >= 2.0 * LEAST_TOOLS_WIDTH {
        ui.columns_const(|[left, right]| {
            controls_ui(left, view, shape, out);
            damage_ui(right, view, out);
        });
    } else {
        controls_ui(ui, view, shape, out);
        ui.separator();
        damage_ui(ui, view, out);
    }
}

/// Draws from top to bottom in a column of a width, which scrolls where it is too low.
fn column(ui: &mut Ui, name: &str, width: f32, add: impl FnOnce(&mut Ui)) {
    ui.allocate_ui_with_layout(
        vec2(width, ui.available_height()),
        egui::Layout::top_down(egui::Align::Min),
        |ui| {
            egui::ScrollArea::vertical()
                .id_salt(name)
                .auto_shrink([false, true])
                .show(ui, |ui| {
                    ui.set_width(width - SCROLL_BAR);
                    add(ui);
                });
        },
    );
}
