//! What a code carries: dimension by dimension, unit by unit or entry by entry, and what lies near to what.

mod accuracy;
mod canvas;
mod factors;
mod map;
mod mapping;
mod measured;

pub use accuracy::accuracy_ui;
pub use factors::factors_ui;
pub use map::map_ui;
pub use mapping::{MapAction, MapState, Marks};

use egui::Ui;

use super::action::Actions;
use super::view::View;

/// Draws the pane.
pub fn code_ui(ui: &mut Ui, view: &View<'_>, _out: &mut Actions) {
    if view.run().is_none() {
        ui.label("Add a run to see what its code carries.");
    }
}
