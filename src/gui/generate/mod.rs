//! Pictures that nobody drew: codes that belong to no image, decoded.

use egui::Ui;

use super::action::Actions;
use super::view::View;

/// Draws the pane.
pub fn generate_ui(ui: &mut Ui, view: &View<'_>, _out: &mut Actions) {
    if view.run().is_none() {
        ui.label("Add a run to draw pictures from its code.");
    }
}
