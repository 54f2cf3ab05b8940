//! First weights from a file, as the settings show them.

use egui::{RichText, Ui};

use crate::gui::data::names;
use crate::gui::setup::draft::Draft;
use crate::gui::setup::form;

/// Says where the first weights come from, where that is a file, and offers to draw them instead.
pub fn weights_ui(ui: &mut Ui, draft: &mut Draft) {
    let Some(weights) = &draft.config.initial_weights else {
        return;
    };
    let file = weights.file.clone();
    let help = "The run begins with the weights in this file instead of random ones. The network must \
                be the one they were trained in.";
    form::row(ui, "Initial weights", help, |ui, _label| {
        let name = RichText::new(names::data_name(&file));
        ui.add(egui::Label::new(name).truncate())
            .on_hover_text(&file);
    });
    form::row(ui, "", "", |ui, _label| {
        let drawn = ui
            .button("Draw random weights")
            .on_hover_text("Forgets the file: the first weights are drawn from the seed again.");
        if drawn.clicked() {
            draft.config.initial_weights = None;
        }
    });
}
