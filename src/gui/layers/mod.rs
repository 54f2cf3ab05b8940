//! Inside the network: what its layers do, over time.
//!
//! Three panes look at the same layers: the hourglass as it is at one moment, heat strips of all
//! moments, and the pictures that the outermost layers hold.

mod details;
mod distribution;
mod filters;
mod found;
mod heat;
mod hourglass;
mod measure;
mod network;
mod options;
mod role;
mod strip_input;
mod strips;
mod tiles;
mod verdict;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::{Answer, InputImage, RunId, Slot, Tiles, Wish, WishKey};

use super::action::Effect;
use super::layout::Pane;
use super::run::Run;
use super::state::AppState;

pub use filters::filters_ui;
pub use found::{Filters, Find, Looked, Part};
pub use measure::Measure;
pub use network::network_ui;
pub use strips::strips_ui;
pub use tiles::{TileScale, signed_sheet};

/// Filters asked for, of each side.
const FILTERS: usize = 60;

/// What the pane "Filters" shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Section {
    /// Weights of the outermost layers.
    #[default]
    Filters,
    /// Outputs of a layer for an image.
    Features,
}

impl Section {
    /// Both.
    pub const ALL: &'static [Self] = &[Self::Filters, Self::Features];

    /// What the window calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Filters => "Filters and atoms",
            Self::Features => "Feature maps",
        }
    }

    /// What it is, in a sentence.
    pub fn help(self) -> &'static str {
        match self {
            Self::Filters => {
                "Weights of the first and the last layer as pictures: noise at first, strokes and \
                 spots once they have learnt something"
            }
            Self::Features => "The outputs of a layer for one image",
        }
    }
}

/// What these panes know.
#[derive(Clone, Debug)]
pub struct LayersState {
    /// What is measured of layers.
    pub measure: Measure,
    /// The layer looked at closely.
    pub selected: Option<usize>,
    /// Whether there is a heat strip for every run.
    pub shows_all: bool,
    /// The same, while the story holds two runs against each other.
    pub shows_all_told: bool,
    /// Whether the time of heat strips is logarithmic.
    pub has_log_time: bool,
    /// What the pane "Filters" shows.
    pub section: Section,
    /// Whether it shows every run.
    pub shows_all_filters: bool,
    /// What its colours are relative to.
    pub scale: TileScale,
    /// The layer whose outputs are shown.
    pub feature_layer: usize,
    looked: Option<Looked>,
    answers: u64,
    filters: BTreeMap<RunId, Find<Filters>>,
    features: BTreeMap<RunId, Find<Arc<Tiles>>>,
}

impl Default for LayersState {
    fn default() -> Self {
        Self {
            measure: Measure::default(),
            selected: None,
            shows_all: true,
            shows_all_told: false,
            has_log_time: false,
            section: Section::default(),
            shows_all_filters: false,
            scale: TileScale::Own,
            feature_layer: 0,
            looked: None,
            answers: 0,
            filters: BTreeMap::new(),
            features: BTreeMap::new(),
        }
    }
}

/// Wishes of the user in these panes.
#[derive(Clone, Debug)]
pub enum LayersAction {
    /// Measures this of layers.
    Measure(Measure),
    /// Looks at a layer closely, or at none.
    Select(Option<usize>),
    /// A heat strip for every run, or for the selected one.
    ShowAll(bool),
    /// Stretches the beginning of heat strips.
    UseLogTime(bool),
    /// Shows filters or feature maps.
    Show(Section),
    /// Filters of every run, or of the selected one.
    ShowAllFilters(bool),
    /// What the colours of filters are relative to.
    Scale(TileScale),
    /// Shows the outputs of this layer.
    FeaturesOf(usize),
    /// Enlarges a tile, or none.
    Look(Option<Looked>),
}

impl LayersState {
    /// Forgets what was found inside a run.
    pub(super) fn forget(&mut self, id: RunId) {
        self.filters.remove(&id);
        self.features.remove(&id);
        self.looked = self.looked.filter(|looked| looked.run != id);
    }

    /// Takes in what the explorer found (features and filters).
    pub fn take(&mut self, answer: Answer) {
        let Answer {
            key, step, content, ..
        } = answer;
        self.answers += 1;
        let number = self.answers;
        match key.slot {
            Slot::Filters => {
                let content = found::filters(content);
                let find = Find {
                    step,
                    number,
                    content,
                };
                self.filters.insert(key.run, find);
            }
            Slot::Features => {
                let content = found::features(content);
                let find = Find {
                    step,
                    number,
                    content,
                };
                self.features.insert(key.run, find);
            }
            Slot::Sliders
            | Slot::Paths
            | Slot::Generated
            | Slot::Hover
            | Slot::Input
            | Slot::Images
            | Slot::Line
            | Slot::Traversals
            | Slot::Plane
            | Slot::Exchange
            | Slot::Atoms
            | Slot::Entries => {}
        }
    }

    /// The newest filters of a run.
    pub fn filters(&self, run: RunId) -> Option<&Find<Filters>> {
        self.filters.get(&run)
    }

    /// The newest feature maps of a run.
    pub fn features(&self, run: RunId) -> Option<&Find<Arc<Tiles>>> {
        self.features.get(&run)
    }

    /// The tile looked at, if it is one of these.
    pub fn looked_in(&self, run: RunId, part: Part) -> Option<usize> {
        let looked = self
            .looked
            .filter(|looked| looked.run == run && looked.part == part);
        looked.map(|looked| looked.tile)
    }
}

impl AppState {
    pub(super) fn handle_layers(&mut self, action: LayersAction) -> Vec<Effect> {
        let is_told = self.told_pair().is_some();
        let state = &mut self.layers;
        match action {
            LayersAction::Measure(measure) => state.measure = measure,
            LayersAction::Select(layer) => state.selected = layer,
            LayersAction::ShowAll(shows_all) if is_told => state.shows_all_told = shows_all,
            LayersAction::ShowAll(shows_all) => state.shows_all = shows_all,
            LayersAction::UseLogTime(is_log) => state.has_log_time = is_log,
            LayersAction::Show(section) => state.section = section,
            LayersAction::ShowAllFilters(shows_all) => state.shows_all_filters = shows_all,
            LayersAction::Scale(scale) => state.scale = scale,
            LayersAction::FeaturesOf(layer) => {
                if state.feature_layer != layer {
                    // What was found belongs to the other layer.
                    state.features.clear();
                }
                state.feature_layer = layer;
            }
            LayersAction::Look(looked) => state.looked = looked,
        }
        Vec::new()
    }

    /// Whether there is a heat strip for every run.
    pub fn shows_all_strips(&self) -> bool {
        match self.told_pair() {
            Some(_) => self.layers.shows_all_told,
            None => self.layers.shows_all,
        }
    }

    /// Runs that have a heat strip, in order.
    pub fn strip_runs(&self) -> Vec<&Run> {
        let mut runs = self.told_runs();
        if !self.shows_all_strips() {
            match self.told_pair() {
                Some(pair) => runs.truncate(pair.len()),
                None => runs.retain(|run| Some(run.id) == self.selected),
            }
        }
        runs
    }

    /// Runs whose filters are shown.
    pub fn filter_runs(&self) -> impl Iterator<Item = &Run> {
        let (shows_all, selected) = (self.layers.shows_all_filters, self.selected);
        self.runs
            .iter()
            .filter(move |run| shows_all || Some(run.id) == selected)
    }

    /// The image whose feature maps are shown: that of the pane “One input”, or else the first of the
    /// chosen test images.
    pub fn feature_image(&self, run: &Run) -> Option<InputImage> {
        let info = run.info.as_ref()?;
        if self.input.shape() == Some(info.dataset.shape)
            && let Some(image) = self.input.image()
        {
            return Some(image);
        }
        let frame = run.frame.as_ref()?;
        let first = frame.pictures.indices.first()?;
        Some(InputImage::Test(*first))
    }

    /// What the explorer is to find for the panes that are shown.
    pub(super) fn layers_wishes(&self, wishes: &mut BTreeMap<WishKey, Wish>) {
        if !self.shown.contains(&Pane::Filters) {
            return;
        }
        for run in self.filter_runs() {
            let Some(info) = &run.info else { continue };
            let (slot, wish) = match self.layers.section {
                Section::Filters => (Slot::Filters, Some(Wish::Filters { count: FILTERS })),
                Section::Features => {
                    let layer = self.layers.feature_layer;
                    let image = self
                        .feature_image(run)
                        .filter(|_image| layer < info.layers.len());
                    (
                        Slot::Features,
                        image.map(|image| Wish::Features { image, layer }),
                    )
                }
            };
            if let Some(wish) = wish {
                wishes.insert(WishKey { slot, run: run.id }, wish);
            }
        }
    }
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
