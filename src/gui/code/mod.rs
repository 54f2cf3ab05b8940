//! What a code carries: dimension by dimension, unit by unit or entry by entry, and what lies near to what.

use egui::Ui;

use super::action::Actions;
use super::view::View;

/// Draws the pane.
pub fn code_ui(ui: &mut Ui, view: &View<'_>, _out: &mut Actions) {
    if view.run().is_none() {
        ui.label("Add a run to see what its code carries.");
    }
}
