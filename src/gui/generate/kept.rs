//! The choices in this pane that a session keeps.

use serde::{Deserialize, Serialize};

use crate::engine::RunId;
use crate::gui::state::AppState;
use crate::train::CodeSource;

use super::state::{GenerateAction, GenerateState, MOST};

/// The choices. What is missing in a text is as in a new window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::gui) struct KeptGenerate {
    source: Option<CodeSource>,
    temperature: f64,
    components: usize,
    seed: u64,
    /// The place of the run in which pictures are marked, and these: A, or A and B. The same seed draws
    /// them again.
    marks: Option<(usize, Vec<usize>)>,
}

impl Default for KeptGenerate {
    fn default() -> Self {
        Self::of(&GenerateState::default(), None)
    }
}

impl KeptGenerate {
    fn of(state: &GenerateState, marks: Option<(usize, Vec<usize>)>) -> Self {
        Self {
            source: state.chosen,
            temperature: state.temperature,
            components: state.components,
            seed: state.seed,
            marks,
        }
    }
}

impl AppState {
    /// The choices in the pane "Generate".
    pub(in crate::gui) fn keep_generate(&self) -> KeptGenerate {
        let marks = self.generate.marks.any().and_then(|(id, marks)| {
            let place = self.runs.iter().position(|run| run.id == id)?;
            Some((place, marks.clone()))
        });
        KeptGenerate::of(&self.generate, marks)
    }

    /// Takes the choices in the pane "Generate" from a session whose runs are these, in their order.
    pub(in crate::gui) fn restore_generate(&mut self, kept: &KeptGenerate, runs: &[RunId]) {
        self.handle_generate(GenerateAction::Temperature(kept.temperature));
        self.handle_generate(GenerateAction::Components(kept.components));
        self.handle_generate(GenerateAction::Seed(kept.seed));
        self.handle_generate(GenerateAction::ClearMarks);
        self.generate.chosen = kept.source;
        let Some((place, marks)) = &kept.marks else {
            return;
        };
        let is_pair = match marks[..] {
            [a] => a < MOST,
            [a, b] => a < MOST && b < MOST && a != b,
            _ => false,
        };
        if let Some(run) = runs.get(*place).filter(|_| is_pair) {
            self.generate.marks.choose(*run, marks.clone());
        }
    }
}
