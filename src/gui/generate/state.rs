//! What the pane "Generate" knows, how it changes, and what the explorer is to find for it.

use std::collections::BTreeMap;

use crate::engine::{
    CodeSpec, Content, Generated, GeneratedSpec, RunId, Slot, Start, Wish, WishKey,
};
use crate::gui::action::Effect;
use crate::gui::chosen::ChosenIn;
use crate::gui::layout::Pane;
use crate::gui::state::AppState;
use crate::train::{CodeDraw, CodeSource};

/// Pictures of each run at most.
pub(super) const MOST: usize = 64;

/// Pictures are asked for by so many at a time, so that a pane whose size is changed does not ask for others
/// with every point.
const STEP: usize = 8;

/// Pictures of each path, both ends included.
pub(super) const PATH: usize = 9;

/// Highest temperature.
pub(super) const HOTTEST: f64 = 2.0;

/// Components at most.
pub(super) const MOST_COMPONENTS: usize = 100;

/// What the pane knows.
#[derive(Clone, Debug)]
pub struct GenerateState {
    /// What codes are drawn from, where the user has chosen.
    pub chosen: Option<CodeSource>,
    /// What deviations from the mean are multiplied by.
    pub temperature: f64,
    /// Components of the mixture.
    pub components: usize,
    /// Seed of the draws.
    pub seed: u64,
    /// Pictures of each run that are asked for.
    pub count: usize,
    /// The pictures A and B.
    pub(super) marks: ChosenIn<Vec<usize>>,
}

impl Default for GenerateState {
    fn default() -> Self {
        Self {
            chosen: None,
            temperature: 1.0,
            components: 10,
            seed: 1,
            count: STEP,
            marks: ChosenIn::default(),
        }
    }
}

impl GenerateState {
    /// The pictures of a run that are marked: none, A, or A and B.
    pub fn marks(&self, run: RunId) -> &[usize] {
        self.marks.of(run).map_or(&[], Vec::as_slice)
    }

    /// Marks a picture, or takes the mark away. After two marks a new pair begins.
    fn mark(&mut self, run: RunId, picture: usize) {
        let marks = match self.marks(run) {
            [marked] if *marked == picture => Vec::new(),
            [marked] => vec![*marked, picture],
            _ => vec![picture],
        };
        self.marks.choose(run, marks);
    }

    /// How many pictures are to be asked for where so many have room.
    pub(super) fn fitting(room: usize) -> usize {
        room.next_multiple_of(STEP).clamp(STEP, MOST)
    }
}

/// Wishes of the user in this pane.
#[derive(Clone, Debug)]
pub enum GenerateAction {
    /// Draws codes from another source.
    From(CodeSource),
    /// Another temperature, 0 to 2.
    Temperature(f64),
    /// Another number of components, 1 to 100.
    Components(usize),
    /// Draws by another seed.
    Seed(u64),
    /// Draws by the seed after this one.
    OtherDraws,
    /// So many pictures of each run have room.
    Fit(usize),
    /// Marks a picture of a run by its place.
    Mark(RunId, usize),
    /// Marks none.
    ClearMarks,
}

impl AppState {
    /// What is known of the pictures of a run, once any are drawn.
    pub(super) fn generated(&self, run: RunId) -> Option<&Generated> {
        match &self.latent.find(Slot::Generated, run)?.content {
            Content::Generated(made) => Some(made),
            Content::Point { .. }
            | Content::Images(_)
            | Content::Grid { .. }
            | Content::Filters { .. }
            | Content::Features(_)
            | Content::Entries(_)
            | Content::Failed(_) => None,
        }
    }

    /// What the explorer is to find for the pane, where it is shown.
    pub(in crate::gui) fn generate_wishes(&self, wishes: &mut BTreeMap<WishKey, Wish>) {
        if !self.shown.contains(&Pane::Generate) {
            return;
        }
        let suits = self.suits();
        let Some(source) = suits.source else {
            return;
        };
        let state = &self.generate;
        let spec = GeneratedSpec {
            draw: CodeDraw::new(source, state.temperature, state.components),
            count: state.count,
            seed: state.seed,
        };
        for run in self.runs.iter().filter(|run| Self::is_explorable(run)) {
            if !suits.suits(run.id, source) {
                continue;
            }
            let key = |slot| WishKey { slot, run: run.id };
            wishes.insert(key(Slot::Generated), Wish::Generated(spec));
            if let Some(paths) = self.paths(run.id) {
                wishes.insert(key(Slot::Paths), paths);
            }
        }
    }

    /// The paths between the marked pictures of a run.
    fn paths(&self, run: RunId) -> Option<Wish> {
        let [from, to] = self.marked_codes(run)?;
        let code = |values: &[f32]| CodeSpec {
            start: Start::Code(values.into()),
            pins: Vec::new(),
        };
        Some(Wish::Paths {
            from: code(from),
            to: code(to),
            count: PATH,
        })
    }

    /// The codes of the two marked pictures of a run.
    pub(super) fn marked_codes(&self, run: RunId) -> Option<[&[f32]; 2]> {
        let [from, to] = *self.generate.marks(run) else {
            return None;
        };
        let made = self.generated(run)?;
        let codes = [made.code(from), made.code(to)];
        let is_code = |code: &&[f32]| !code.is_empty() && code.iter().all(|v| v.is_finite());
        codes.iter().all(is_code).then_some(codes)
    }

    pub(in crate::gui) fn handle_generate(&mut self, action: GenerateAction) -> Vec<Effect> {
        let state = &mut self.generate;
        match action {
            GenerateAction::From(source) => {
                state.chosen = Some(source);
                state.marks.clear();
            }
            // The draws are the same, so that what is marked stays.
            GenerateAction::Temperature(temperature) => {
                state.temperature = temperature.clamp(0.0, HOTTEST);
            }
            GenerateAction::Components(components) => {
                state.components = components.clamp(1, MOST_COMPONENTS);
                state.marks.clear();
            }
            GenerateAction::Seed(seed) => {
                state.seed = seed;
                state.marks.clear();
            }
            GenerateAction::OtherDraws => {
                state.seed = state.seed.wrapping_add(1);
                state.marks.clear();
            }
            GenerateAction::Fit(count) => state.count = count.clamp(1, MOST),
            GenerateAction::Mark(run, picture) => state.mark(run, picture),
            GenerateAction::ClearMarks => state.marks.clear(),
        }
        Vec::new()
    }
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
