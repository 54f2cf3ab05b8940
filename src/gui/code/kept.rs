//! The choices in this pane that a session keeps.

use serde::{Deserialize, Serialize};

use crate::gui::state::AppState;

use super::mapping::{DIMENSIONS, MapAction, MapState, Marks};
use super::state::{CodeAction, CodeSection, CodeState, PICTURES};

/// Pictures of units, and dimensions in the table of factors, that a session may bring.
const MOST: usize = 10_000;

/// The choices. What is missing in a text is as in a new window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::gui) struct KeptCode {
    section: CodeSection,
    pictures: usize,
    marks: Marks,
    perplexity: usize,
    seed: u64,
    dimensions: usize,
}

impl Default for KeptCode {
    fn default() -> Self {
        Self::of(&CodeState::default(), &MapState::default())
    }
}

impl KeptCode {
    fn of(code: &CodeState, map: &MapState) -> Self {
        Self {
            section: code.section,
            pictures: code.pictures,
            marks: map.marks,
            perplexity: map.settings.perplexity,
            seed: map.settings.seed,
            dimensions: map.dimensions,
        }
    }
}

impl AppState {
    /// The choices in the pane "Code".
    pub(in crate::gui) fn keep_code(&self) -> KeptCode {
        KeptCode::of(&self.code, &self.mapping)
    }

    /// Takes the choices in the pane "Code" from a session.
    pub(in crate::gui) fn restore_code(&mut self, kept: &KeptCode) {
        self.handle_code(CodeAction::Show(kept.section));
        self.code.pictures = kept.pictures.clamp(PICTURES, MOST);
        self.handle_map(MapAction::Show(kept.marks));
        self.handle_map(MapAction::Perplexity(kept.perplexity));
        self.handle_map(MapAction::Seed(kept.seed));
        self.mapping.dimensions = kept.dimensions.clamp(DIMENSIONS, MOST);
    }
}
