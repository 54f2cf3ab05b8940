//! One image through every run: drawn, taken from the test images, corrupted.

use std::collections::BTreeMap;

use egui::Ui;

use crate::engine::{Answer, Wish, WishKey};

use super::action::{Actions, Effect};
use super::state::AppState;
use super::view::View;

/// What these panes know.
#[derive(Clone, Debug, Default)]
pub struct InputState {}

/// Wishes of the user in these panes.
#[derive(Clone, Debug)]
pub enum InputAction {}

impl InputState {
    /// Takes in what the explorer found (input).
    pub fn take(&mut self, answer: Answer) {
        let _ = answer;
    }
}

impl AppState {
    pub(super) fn handle_input(&mut self, action: InputAction) -> Vec<Effect> {
        match action {}
    }

    /// What the explorer is to find for the panes that are shown.
    pub(super) fn input_wishes(&self, wishes: &mut BTreeMap<WishKey, Wish>) {
        let _ = wishes;
    }
}

/// Draws the pane "One input".
pub fn input_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let _ = (view, out);
    ui.label("One input");
}
