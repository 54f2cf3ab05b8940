//! Walking in the space of codes: sliders, the plane, traversals.
//!
//! A *walk* is one run's way from where its code began, by its sliders. All walks begin with the same
//! image, each in the space of its own run.

mod answers;
mod canvas;
mod code;
mod controls;
mod legend;
mod paint;
mod plane;
mod plane_ui;
mod sheet;
mod slider;
mod sliders;
mod start;
mod state;
mod traversals;
mod walk;
mod wishes;

pub use plane::{PlaneAxes, PlaneWindow, Spot};
pub use plane_ui::plane_ui;
pub use sliders::sliders_ui;
pub use start::Origin;
pub use state::{LatentAction, LatentState, PlaneAction, PlaneState};
pub use traversals::traversals_ui;

use egui::{RichText, Ui};

/// Says in the middle of a pane what to do.
fn empty_ui(ui: &mut Ui, text: &str) {
    ui.centered_and_justified(|ui| {
        ui.add(egui::Label::new(RichText::new(text)).wrap());
    });
}
