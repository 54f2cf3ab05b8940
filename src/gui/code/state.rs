//! What the pane knows, and how it changes.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::engine::{Answer, CodeSpec, Content, EntriesFound, RunId, Slot, Start, Wish, WishKey};
use crate::gui::action::Effect;
use crate::gui::chosen::ChosenIn;
use crate::gui::latent::{Answers, Find};
use crate::gui::layout::Pane;
use crate::gui::run::Run;
use crate::gui::state::AppState;

use super::places::{chosen, pins};
use super::ranking::{Kind, Ranking};

/// Pictures of units at first, and how many more a click brings.
pub(super) const PICTURES: usize = 60;

/// A part of the pane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CodeSection {
    /// What each unit carries.
    #[default]
    Units,
    /// What lies near to what.
    Map,
    /// How many images have their own class around them, over time.
    Neighbours,
    /// What goes with the factors that images were drawn from.
    Factors,
}

impl CodeSection {
    /// All of them, in their order.
    pub const ALL: &'static [Self] = &[Self::Units, Self::Map, Self::Neighbours, Self::Factors];

    /// What the window calls it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Units => "What it carries",
            Self::Map => "Map",
            Self::Neighbours => "Neighbours over time",
            Self::Factors => "True factors",
        }
    }

    /// What it is for.
    pub fn help(self) -> &'static str {
        match self {
            Self::Units => "What each dimension, unit or entry of the code carries",
            Self::Map => "The codes of test images as a map, by t-SNE and by PCA",
            Self::Neighbours => {
                "How many images have their own class around them in the space of codes"
            }
            Self::Factors => {
                "Which dimension goes with slant, stroke width and what else digits were drawn from"
            }
        }
    }
}

/// An entry of a code, by group and place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// Among the entries at a place.
    pub group: usize,
    /// Row after row.
    pub place: usize,
}

/// Entries, of an answer and of entries of these versions.
type Chosen = ([u64; 2], Arc<[usize]>);

/// What the pane knows.
#[derive(Clone, Debug)]
pub struct CodeState {
    /// The part that is shown.
    pub section: CodeSection,
    /// The unit that is looked at.
    unit: ChosenIn<usize>,
    /// The entry of the code that is looked at.
    cell: ChosenIn<Cell>,
    /// Entries that were put in place of others, by their places.
    exchanged: BTreeMap<RunId, BTreeMap<Cell, usize>>,
    /// Pictures of units.
    pub(super) pictures: usize,
    answers: Answers,
    /// Entries of the code that is shown.
    chosen: RefCell<Option<Chosen>>,
}

impl Default for CodeState {
    fn default() -> Self {
        Self {
            section: CodeSection::default(),
            unit: ChosenIn::default(),
            cell: ChosenIn::default(),
            exchanged: BTreeMap::new(),
            pictures: PICTURES,
            answers: Answers::default(),
            chosen: RefCell::default(),
        }
    }
}

/// Wishes of the user in this pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeAction {
    /// Shows another part.
    Show(CodeSection),
    /// Looks at a unit, or at none.
    Unit(Option<(RunId, usize)>),
    /// Looks at an entry of the code, or at none.
    Cell(Option<(RunId, Cell)>),
    /// Puts an entry where the cell is that is looked at.
    Exchange(RunId, usize),
    /// Takes an exchange back.
    PutBack(RunId, Cell),
    /// Takes all exchanges in a run back.
    PutAllBack(RunId),
    /// More pictures of units.
    More,
}

impl CodeState {
    /// Takes notice of a wish of this pane that was sent, or withdrawn.
    pub fn ask(&mut self, key: WishKey, number: u64, wish: Option<&Wish>) {
        self.answers.ask(key, number, wish);
    }

    /// Takes in what the explorer found (exchange, atoms, entries).
    pub fn take(&mut self, answer: Answer) {
        self.answers.take(answer);
    }

    /// Forgets what was done to the code of a run that is another one now.
    pub fn forget(&mut self, run: RunId) {
        self.exchanged.remove(&run);
        self.unit.clear_in(run);
        self.cell.clear_in(run);
    }

    /// The unit of a run that is looked at.
    pub(super) fn unit_of(&self, run: RunId) -> Option<usize> {
        self.unit.of(run).copied()
    }

    /// The entry of a run's code that is looked at.
    pub(super) fn cell_of(&self, run: RunId) -> Option<Cell> {
        self.cell.of(run).copied()
    }

    /// What was exchanged in the code of a run.
    pub(super) fn exchanged_of(&self, run: RunId) -> Option<&BTreeMap<Cell, usize>> {
        self.exchanged.get(&run).filter(|cells| !cells.is_empty())
    }

    /// What was found.
    pub(super) fn find(&self, slot: Slot, run: RunId) -> Option<&Find> {
        self.answers.get(WishKey { slot, run })
    }

    /// The entries that the codes of a run are made of.
    pub(super) fn entries(&self, run: RunId) -> Option<&EntriesFound> {
        let Content::Entries(found) = &self.find(Slot::Entries, run)?.content else {
            return None;
        };
        Some(found)
    }

    /// The entries of the code that is shown, group after group, place after place.
    pub(super) fn chosen(&self, run: RunId) -> Option<Arc<[usize]>> {
        let entries = self.entries(run)?;
        let find = self.find(Slot::Exchange, run)?;
        let Content::Point { code, .. } = &find.content else {
            return None;
        };
        let versions = [find.version, self.find(Slot::Entries, run)?.version];
        let mut known = self.chosen.borrow_mut();
        if let Some((_, chosen)) = known.as_ref().filter(|(of, _)| *of == versions) {
            return Some(Arc::clone(chosen));
        }
        let found: Arc<[usize]> = chosen(entries, code)?.into();
        *known = Some((versions, Arc::clone(&found)));
        Some(found)
    }
}

impl AppState {
    pub(in crate::gui) fn handle_code(&mut self, action: CodeAction) -> Vec<Effect> {
        let code = &mut self.code;
        match action {
            CodeAction::Show(section) => code.section = section,
            CodeAction::Unit(unit) => code.unit.set(unit),
            CodeAction::Cell(cell) => {
                code.cell.set(cell);
                // The entry that is there is looked at too.
                let entry = cell.and_then(|(run, cell)| {
                    let places = code.entries(run)?.grid.places;
                    let chosen = code.chosen(run)?;
                    let entry = chosen.get(cell.group * places + cell.place)?;
                    Some((run, *entry))
                });
                if let Some((run, entry)) = entry {
                    code.unit.choose(run, entry);
                }
            }
            CodeAction::Exchange(run, entry) => {
                if let Some(cell) = code.cell_of(run) {
                    code.exchanged.entry(run).or_default().insert(cell, entry);
                    code.unit.choose(run, entry);
                }
            }
            CodeAction::PutBack(run, cell) => {
                if let Some(cells) = code.exchanged.get_mut(&run) {
                    cells.remove(&cell);
                }
            }
            CodeAction::PutAllBack(run) => {
                code.exchanged.remove(&run);
            }
            CodeAction::More => code.pictures += PICTURES,
        }
        Vec::new()
    }

    /// Whether a part of the pane was to be seen.
    pub(super) fn shows_code(&self, section: CodeSection) -> bool {
        self.shown.contains(&Pane::Code) && self.code.section == section
    }

    /// What the explorer is to find for the pane.
    pub(in crate::gui) fn code_wishes(&self, wishes: &mut BTreeMap<WishKey, Wish>) {
        if !self.shows_code(CodeSection::Units) {
            return;
        }
        let selected = self.selected_run().filter(|run| Self::is_explorable(run));
        let Some((run, ranking)) = selected.and_then(|run| Some((run, self.ranking(run)?))) else {
            return;
        };
        let mut want = |slot, wish| {
            wishes.insert(WishKey { slot, run: run.id }, wish);
        };
        let shown = || ranking.order.iter().take(self.code.pictures).copied();
        if ranking.kind == Kind::Entries {
            let drawn = shown().collect();
            want(Slot::Entries, Wish::Entries { drawn });
            if let Some(spec) = self.exchange_spec(run) {
                want(Slot::Exchange, Wish::Point(spec));
            }
        } else if let Some(wish) = atoms(run, &ranking, shown()) {
            want(Slot::Atoms, wish);
        }
    }

    /// The code of the image that was chosen, with what was exchanged in it.
    fn exchange_spec(&self, run: &Run) -> Option<CodeSpec> {
        let start = self.code_start(run)?;
        let exchanged = self.code.exchanged_of(run.id);
        let entries = self.code.entries(run.id);
        let pins = exchanged
            .zip(entries)
            .map(|(cells, entries)| pins(entries, cells));
        Some(CodeSpec {
            start,
            pins: pins.unwrap_or_default(),
        })
    }
}

/// What units add to the image of a code: of the mean one where any number may be there, else of none.
fn atoms(run: &Run, ranking: &Ranking, shown: impl Iterator<Item = usize>) -> Option<Wish> {
    let newest = &run.frame.as_ref()?.codes;
    if newest.latent != ranking.values.len() {
        return None;
    }
    let dimensions = &newest.summary.dimensions;
    let is_mean = ranking.kind == Kind::Spread;
    let base: Vec<f32> = dimensions
        .iter()
        .map(|dimension| if is_mean { dimension.mean } else { 0.0 })
        .collect();
    let more = |unit: usize| {
        let std = dimensions.get(unit).map_or(0.0, |dimension| dimension.std);
        if is_mean && std > 0.0 { std } else { 1.0 }
    };
    Some(Wish::Atoms {
        base: CodeSpec {
            start: Start::Code(base.into()),
            pins: Vec::new(),
        },
        units: shown.map(|unit| (unit, more(unit))).collect(),
    })
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
