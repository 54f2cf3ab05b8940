//! Walking in the space of codes: sliders, the plane, traversals.

use std::collections::BTreeMap;

use egui::Ui;

use crate::engine::{Answer, Wish, WishKey};

use super::action::{Actions, Effect};
use super::state::AppState;
use super::view::View;

/// What these panes know.
#[derive(Clone, Debug, Default)]
pub struct LatentState {}

/// Wishes of the user in these panes.
#[derive(Clone, Debug)]
pub enum LatentAction {}

impl LatentState {
    /// Takes in what the explorer found (sliders, hover, line, traversals, plane).
    pub fn take(&mut self, answer: Answer) {
        let _ = answer;
    }
}

impl AppState {
    pub(super) fn handle_latent(&mut self, action: LatentAction) -> Vec<Effect> {
        match action {}
    }

    /// What the explorer is to find for the panes that are shown.
    pub(super) fn latent_wishes(&self, wishes: &mut BTreeMap<WishKey, Wish>) {
        let _ = wishes;
    }
}

/// Draws the pane "Latent sliders".
pub fn sliders_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let _ = (view, out);
    ui.label("Latent sliders");
}

/// Draws the pane "Latent plane".
pub fn plane_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let _ = (view, out);
    ui.label("Latent plane");
}

/// Draws the pane "Traversals".
pub fn traversals_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let _ = (view, out);
    ui.label("Traversals");
}
