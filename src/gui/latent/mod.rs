//! Walking in the space of codes: sliders, the plane, traversals.
//!
//! A *walk* is one run's way from where its code began, by its sliders. All walks begin with the same
//! image, each in the space of its own run.

mod answers;
mod canvas;
mod code;
mod controls;
mod legend;
pub(in crate::gui) mod paint;
mod plane;
mod plane_ui;
pub(in crate::gui) mod sheet;
mod slider;
mod sliders;
mod start;
mod state;
mod traversals;
mod walk;
mod wishes;

pub(in crate::gui) use answers::{Answers, Find};
pub(in crate::gui) use code::{code_note, dimension_name};
pub(in crate::gui) use controls::{NOTHING_DRAWN, image_words, origin_words, start_ui};
pub(in crate::gui) use plane::Basis;
pub use plane::{PlaneAxes, PlaneWindow, Spot};
pub use plane_ui::plane_ui;
pub use sliders::sliders_ui;
pub use start::Origin;
pub use state::{LatentAction, LatentState, PlaneAction, PlaneState};
pub use traversals::traversals_ui;

use std::sync::Arc;

use egui::{RichText, Ui};

use crate::engine::Codes;

use super::run::Run;
use super::view::View;

/// The selected run, where there is one; otherwise says that a pane needs it, to do what it is for.
fn selected_run<'a>(ui: &mut Ui, view: &View<'a>, purpose: &str) -> Option<&'a Run> {
    let run = view.run();
    if run.is_none() {
        empty_ui(ui, &format!("Add a run to {purpose}."));
    }
    run
}

/// Codes, where there are any; otherwise says what is to be seen once there are.
fn codes_or<'a>(ui: &mut Ui, codes: Option<&'a Arc<Codes>>, promise: &str) -> Option<&'a Codes> {
    let codes = codes.filter(|codes| !codes.is_empty());
    if codes.is_none() {
        empty_ui(ui, promise);
    }
    codes.map(Arc::as_ref)
}

/// Says in the middle of a pane what to do.
pub(super) fn empty_ui(ui: &mut Ui, text: &str) {
    ui.centered_and_justified(|ui| {
        ui.add(egui::Label::new(RichText::new(text)).wrap());
    });
}
