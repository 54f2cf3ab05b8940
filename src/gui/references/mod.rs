//! Reference runs and wrong ways in the window: to be chosen, added and held against their figures.
//!
//! A *reference run* is a preset of [`crate::train`]. A run that is added from one keeps its id as long as
//! it keeps its model type. Other settings leave it the id too, and it is not comparable then.

mod panel;
mod standing;

use crate::data::Reading;
use crate::train::{Family, PRESET_DATASET, PRESETS, Preset, are_preset_images, preset};

use super::action::Effect;
use super::fetch::FetchAction;
use super::run::Run;
use super::setup::draft::Draft;
use super::state::AppState;

pub use panel::{menu_ui, references_ui, standing_ui};
pub use standing::{Judged, Stage, Standing};

/// What the panel of reference runs shows.
#[derive(Clone, Debug)]
pub struct ReferencesState {
    /// Whether the panel is there.
    pub is_open: bool,
    /// Which presets are listed.
    pub family: Family,
    /// What is looked for among them.
    pub search: String,
    /// The preset that all is told of, by its id.
    pub chosen: Option<&'static str>,
    /// How often a preset was chosen: the panel scrolls to it once each time.
    pub openings: u64,
    /// The presets that are listed.
    found: Vec<&'static Preset>,
}

impl Default for ReferencesState {
    fn default() -> Self {
        let family = Family::Reference;
        Self {
            is_open: false,
            family,
            search: String::new(),
            chosen: None,
            openings: 0,
            found: found(family, ""),
        }
    }
}

/// Wishes about reference runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReferencesAction {
    /// Shows the panel with presets of this kind.
    Open(Family),
    /// Shows the panel with this preset.
    OpenAt(&'static str),
    /// Hides the panel.
    Close,
    /// Looks for presets.
    Search(String),
    /// Tells all of this preset, or no more.
    Choose(&'static str),
    /// Adds a run of this preset, which does not start.
    Add(&'static str),
    /// The same, and fetches its images.
    AddAndFetch(&'static str),
}

/// The presets of a kind that have every word of a text in what is told of them.
fn found(family: Family, search: &str) -> Vec<&'static Preset> {
    let search = search.to_lowercase();
    let has_all = |preset: &&Preset| {
        let Preset {
            id,
            name,
            variant,
            protocol,
            source,
            ..
        } = preset;
        let told = format!("{id} {name} {variant} {protocol} {source}").to_lowercase();
        search.split_whitespace().all(|word| told.contains(word))
    };
    let of_family = PRESETS.iter().filter(|preset| preset.family == family);
    of_family.filter(has_all).collect()
}

impl ReferencesState {
    /// The presets that are listed.
    pub fn found(&self) -> &[&'static Preset] {
        &self.found
    }

    fn look_for(&mut self, family: Family, search: String) {
        self.found = found(family, &search);
        self.family = family;
        self.search = search;
    }

    fn choose(&mut self, id: Option<&'static str>) {
        self.chosen = id;
        self.openings += u64::from(id.is_some());
    }

    fn open(&mut self, family: Family) {
        self.is_open = true;
        self.look_for(family, String::new());
    }
}

impl AppState {
    pub(super) fn handle_references(&mut self, action: ReferencesAction) -> Vec<Effect> {
        let shown = &mut self.references;
        match action {
            ReferencesAction::Open(family) => shown.open(family),
            ReferencesAction::OpenAt(id) => {
                if let Some(preset) = preset(id) {
                    shown.open(preset.family);
                    shown.choose(Some(preset.id));
                }
            }
            ReferencesAction::Close => shown.is_open = false,
            ReferencesAction::Search(text) => shown.look_for(shown.family, text),
            ReferencesAction::Choose(id) => {
                shown.choose(Some(id).filter(|id| shown.chosen != Some(*id)));
            }
            ReferencesAction::Add(id) => return self.add_preset(id, false),
            ReferencesAction::AddAndFetch(id) => return self.add_preset(id, true),
        }
        Vec::new()
    }

    /// Where the images of presets are to be had: fetched, or where a run of the window has them from.
    pub(super) fn preset_images(&self) -> Option<&str> {
        if !self.fetch.is_absent(PRESET_DATASET) {
            return Some(PRESET_DATASET);
        }
        let has_them = |run: &&Run| {
            let info = run.info.as_ref();
            info.is_some_and(|info| {
                let is_read_plainly = info.config.reading() == Reading::default();
                are_preset_images(&info.dataset.hash) && is_read_plainly && !run.is_offline
            })
        };
        let run = self.runs.iter().find(has_them)?;
        Some(&run.info.as_ref()?.config.dataset)
    }

    /// Runs that were made from a preset.
    pub(super) fn runs_of(&self, preset: &Preset) -> impl Iterator<Item = &Run> {
        let id = preset.id;
        let is_of_it = move |run: &&Run| run.draft.config.preset.as_deref() == Some(id);
        self.runs.iter().filter(is_of_it)
    }

    /// Adds a run of a preset. One whose images are on their way is made when they are here.
    fn add_preset(&mut self, id: &str, fetches: bool) -> Vec<Effect> {
        let Some(preset) = preset(id).filter(|_preset| self.has_room()) else {
            return Vec::new();
        };
        let images = self.preset_images().unwrap_or(PRESET_DATASET).to_owned();
        let config = match preset.config(&images) {
            Ok(config) => config,
            Err(error) => {
                self.tell(None, error.to_string(), true);
                return Vec::new();
            }
        };
        let mut draft = Draft::new(config);
        // The preset named it, and what is changed about it is to be told by its name.
        draft.is_named = false;
        let run = self.place_called(draft);
        if fetches && self.fetch.is_absent(&images) {
            self.handle_fetch(FetchAction::Fetch(run, PRESET_DATASET))
        } else {
            self.commit(run)
        }
    }
}

#[cfg(test)]
mod tests;
