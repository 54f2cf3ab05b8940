//! Inside the network: what its layers do, over time.

use std::collections::BTreeMap;

use egui::Ui;

use crate::engine::{Answer, Wish, WishKey};

use super::action::{Actions, Effect};
use super::state::AppState;
use super::view::View;

/// What these panes know.
#[derive(Clone, Debug, Default)]
pub struct LayersState {}

/// Wishes of the user in these panes.
#[derive(Clone, Debug)]
pub enum LayersAction {}

impl LayersState {
    /// Takes in what the explorer found (features and filters).
    pub fn take(&mut self, answer: Answer) {
        let _ = answer;
    }
}

impl AppState {
    pub(super) fn handle_layers(&mut self, action: LayersAction) -> Vec<Effect> {
        match action {}
    }

    /// What the explorer is to find for the panes that are shown.
    pub(super) fn layers_wishes(&self, wishes: &mut BTreeMap<WishKey, Wish>) {
        let _ = wishes;
    }
}

/// Draws the pane "Network".
pub fn network_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let _ = out;
    match view.run() {
        Some(run) => super::network::hourglass_ui(ui, view, run),
        None => {
            ui.label("No run.");
        }
    }
}

/// Draws the pane "Layers over time".
pub fn strips_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let _ = (view, out);
    ui.label("Layers over time");
}

/// Draws the pane "Filters".
pub fn filters_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let _ = (view, out);
    ui.label("Filters");
}
