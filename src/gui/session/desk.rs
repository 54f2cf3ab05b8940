//! What a session keeps of the window, as a text.
//!
//! Runs are named by their place among the runs: their names towards the engine are new every time.
//! What is missing or cannot be read is as if new.

use std::collections::BTreeSet;

use egui_tiles::Tree;
use serde::{Deserialize, Serialize};

use crate::train::RunConfig;

use super::super::action::ViewOptions;
use super::super::code::KeptCode;
use super::super::desk::Pace;
use super::super::generate::KeptGenerate;
use super::super::latent::{Origin, PlaneAxes};
use super::super::layers::Measure;
use super::super::layout::Pane;
use super::super::pictures::KeptChoice;
use super::super::run::Run;
use super::super::state::AppState;
use super::super::story::Part;

/// Version of the text; a newer one is read as far as it is understood.
const FORMAT: u32 = 1;

/// The window.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct KeptWindow {
    pub(super) format: u32,
    pub(super) options: ViewOptions,
    pub(super) pace: Pace,
    pub(super) layout: serde_json::Value,
    pub(super) selected: Option<usize>,
    pub(super) cursor: Option<u64>,
    /// Runs left out of the chart.
    pub(super) hidden: BTreeSet<usize>,
    pub(super) runs: Vec<KeptRun>,
    pub(super) choice: KeptChoice,
    pub(super) shows_errors: Option<bool>,
    pub(super) shows_pca: Option<bool>,
    pub(super) gives_clean: bool,
    pub(super) shows_samples: bool,
    pub(super) latent: Option<KeptLatent>,
    pub(super) layers: Option<KeptLayers>,
    pub(super) code: Option<KeptCode>,
    pub(super) generate: Option<KeptGenerate>,
    pub(super) story: KeptStory,
}

/// A run, besides what its folder tells.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct KeptRun {
    pub(super) slot: usize,
    pub(super) is_named: bool,
    pub(super) branched_at: Option<usize>,
    /// Settings that were typed and not taken over yet.
    pub(super) draft: Option<RunConfig>,
}

/// The latent panes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct KeptLatent {
    pub(super) origin: Origin,
    pub(super) moves_all: bool,
    pub(super) shows_all: bool,
    pub(super) rows: usize,
    pub(super) axes: Option<PlaneAxes>,
}

/// The panes that look inside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct KeptLayers {
    pub(super) measure: Measure,
    pub(super) shows_all: bool,
    pub(super) shows_all_told: bool,
    pub(super) has_log_time: bool,
}

/// The story.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct KeptStory {
    pub(super) is_open: bool,
    pub(super) parts: Vec<(Part, usize)>,
    pub(super) looked: BTreeSet<usize>,
}

/// The window as a text.
pub(in super::super) fn kept_window(state: &AppState, tiles: &Tree<Pane>) -> String {
    let place = |id| state.runs.iter().position(|run| run.id == id);
    let latent = &state.latent;
    let kept = KeptWindow {
        format: FORMAT,
        options: state.options,
        pace: state.desk.pace,
        layout: serde_json::to_value(tiles).unwrap_or_default(),
        selected: state.selected.and_then(place),
        cursor: state.history.cursor,
        hidden: state
            .runs
            .iter()
            .enumerate()
            .filter(|(_, run)| state.curves.is_hidden(run.id))
            .map(|(place, _)| place)
            .collect(),
        runs: state.runs.iter().map(KeptRun::of).collect(),
        choice: state.pictures.choice.keep(),
        shows_errors: state.pictures.shows_errors,
        shows_pca: Some(state.pictures.shows_pca),
        gives_clean: state.pictures.is_clean,
        shows_samples: state.pictures.has_samples,
        latent: Some(KeptLatent {
            origin: match latent.origin {
                // What was drawn is not kept.
                Origin::Drawn => Origin::Mean,
                origin @ (Origin::Image(_) | Origin::Mean | Origin::Random(_)) => origin,
            },
            moves_all: latent.moves_all,
            shows_all: latent.shows_all,
            rows: latent.rows,
            axes: latent.plane.axes,
        }),
        layers: Some(KeptLayers {
            measure: state.layers.measure,
            shows_all: state.layers.shows_all,
            shows_all_told: state.layers.shows_all_told,
            has_log_time: state.layers.has_log_time,
        }),
        code: Some(state.keep_code()),
        generate: Some(state.keep_generate()),
        story: KeptStory {
            is_open: state.story.is_open,
            parts: state
                .story
                .runs
                .iter()
                .filter_map(|(part, id)| Some((*part, place(*id)?)))
                .collect(),
            looked: state.story.looked.clone(),
        },
    };
    serde_json::to_string(&kept).unwrap_or_default()
}

/// The window from a text.
pub(super) fn read_window(text: &str) -> KeptWindow {
    match serde_json::from_str(text) {
        Ok(kept) => kept,
        Err(error) => {
            if !text.is_empty() {
                log::warn!("what a session says of the window is left out: {error}");
            }
            KeptWindow::default()
        }
    }
}

impl KeptRun {
    fn of(run: &Run) -> Self {
        let is_draft = run.is_untouched() && run.is_edited();
        Self {
            slot: run.slot,
            is_named: run.draft.is_named,
            branched_at: run.branched_at,
            draft: is_draft.then(|| run.draft.config.clone()),
        }
    }
}
