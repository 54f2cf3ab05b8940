//! Whether the runs can be held against each other: what they have in common from the start.
//!
//! Runs are *matched* when they see the same batches in the same order and every two layers of the
//! same name and shape start from the same weights. Batches follow from the images, the batch size
//! and the seed, whatever the schedule; weights from the seed, the distribution, and the layer's name
//! and shape, whatever else the network holds.
//!
//! Runs that differ in one setting alone, such as the seed, are held against each other on purpose,
//! matched or not: that is told, and no warning.

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{Align, Layout, PopupCloseBehavior, RichText, Ui};

use crate::data::DatasetRequest;
use crate::model::{KnobValue, LayerInfo, variant};
use crate::train::RunConfig;

use super::data::names::data_name;
use super::naming::has_effect;
use super::run::Run;
use super::state::Shapes;
use super::view::View;
use super::words;

/// What is to be said about all runs together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matching {
    /// Whether they are matched.
    pub is_matched: bool,
    /// Whether a difference may be one that nobody meant.
    pub is_warning: bool,
    /// In a line.
    pub summary: String,
    /// In full, a line for each run.
    pub details: Vec<String>,
}

/// What decides the batches and the first weights of a run.
#[derive(Clone, Debug, PartialEq)]
struct Start {
    name: String,
    data: Data,
    batch: usize,
    seed: u64,
    /// Distribution of the first weights, in words.
    init: String,
    layers: Vec<LayerInfo>,
    /// All other settings.
    rest: RunConfig,
}

/// The training images of a run.
#[derive(Clone, Debug)]
struct Data {
    /// What is asked for.
    images: DatasetRequest,
    /// Of the images, once they are open.
    hash: Option<String>,
}

impl PartialEq for Data {
    fn eq(&self, other: &Self) -> bool {
        match (&self.hash, &other.hash) {
            (Some(own), Some(theirs)) => own == theirs,
            _ => self.images == other.images,
        }
    }
}

impl Eq for Data {}

impl Data {
    fn words(&self) -> String {
        let name = data_name(&self.images.location);
        match self.images.limit {
            Some(limit) => format!("the first {} of {name}", words::count(limit as u64)),
            None => name.to_owned(),
        }
    }
}

/// What the runs have in common; nothing to say of fewer than two.
pub fn summary(runs: &[Run], shapes: &Shapes) -> Option<Matching> {
    let starts: Vec<Start> = runs
        .iter()
        .filter(|run| run.opening.is_none())
        .map(|run| Start::of(run, shapes))
        .collect();
    (starts.len() > 1).then(|| compare(&starts))
}

impl Start {
    fn of(run: &Run, shapes: &Shapes) -> Self {
        let config = &run.draft.config;
        let is_theirs = |info: &crate::engine::RunInfo| {
            let made = &info.config;
            made.images() == config.images()
        };
        let info = run.info.as_deref().filter(|info| is_theirs(info));
        let layers = match info {
            Some(info) if run.has_started() => info.layers.clone(),
            Some(_) | None => shapes
                .get(&(config.dataset.clone(), config.reading()))
                .and_then(|shape| run.draft.plan(*shape))
                .map(|plan| plan.layers)
                .unwrap_or_default(),
        };
        Self {
            name: run.name().to_owned(),
            data: Data {
                images: config.images(),
                hash: info
                    .map(|info| info.dataset.hash.clone())
                    .filter(|hash| !hash.is_empty())
                    .or_else(|| config.dataset_sha256.clone()),
            },
            batch: config.batch,
            seed: config.seed,
            init: init_words(&run.draft.config),
            layers,
            rest: other_settings(config),
        }
    }

    /// Whether nothing but the seed is different.
    fn is_repetition_of(&self, other: &Self) -> bool {
        self.rest == other.rest
            && self.data == other.data
            && self.batch == other.batch
            && self.init == other.init
    }

    /// Whether it sees the batches of another run and starts from its weights, as far as their layers
    /// agree.
    fn is_matched_with(&self, other: &Self) -> bool {
        self.batch_differences(other).is_empty()
            && (self.init == other.init || self.shared_layers(other) == 0)
    }

    /// What of `self` makes its batches others than those of `first`.
    fn batch_differences(&self, first: &Self) -> Vec<String> {
        let mut found = Vec::new();
        let name = &self.name;
        if self.data != first.data {
            let (own, theirs) = (self.data.words(), first.data.words());
            found.push(if own == theirs {
                format!("{name} trains on other images called {own}")
            } else {
                format!("{name} trains on {own} instead of {theirs}")
            });
        }
        if self.batch != first.batch {
            let (own, theirs) = (self.batch, first.batch);
            found.push(format!("{name} has batch {own} instead of {theirs}"));
        }
        if self.seed != first.seed {
            let (own, theirs) = (self.seed, first.seed);
            found.push(format!("{name} has seed {own} instead of {theirs}"));
        }
        found
    }

    fn shared_layers(&self, other: &Self) -> usize {
        let is_same = |a: &LayerInfo, b: &LayerInfo| {
            a.name == b.name && a.kind == b.kind && a.input == b.input && a.output == b.output
        };
        let has = |layer: &&LayerInfo| other.layers.iter().any(|b| is_same(layer, b));
        self.layers.iter().filter(has).count()
    }
}

/// Whether a knob sets the distribution of the first weights.
fn is_of_init(knob: &crate::model::Knob) -> bool {
    knob.id.starts_with("init")
}

/// A configuration without what [`Start`] tells of it elsewhere, and without what decides nothing.
fn other_settings(config: &RunConfig) -> RunConfig {
    let mut rest = RunConfig {
        name: String::new(),
        preset: None,
        dataset: String::new(),
        dataset_sha256: None,
        image_size: None,
        color: None,
        limit: None,
        batch: 0,
        seed: 0,
        device: String::new(),
        initial_weights: None,
        ..config.clone()
    };
    let Ok(known) = variant(&config.variant) else {
        return rest;
    };
    // A knob without effect, or at what it is anyway, is no difference.
    for knob in known.knobs() {
        if is_of_init(knob) || !has_effect(knob, config) || config.knobs.get(knob.id).is_none() {
            rest.knobs.set(knob.id, knob.default_value());
        }
    }
    rest
}

/// The distribution of the first weights, from the knobs that set it.
fn init_words(config: &RunConfig) -> String {
    if let Some(weights) = &config.initial_weights {
        return format!("imported ({})", weights.file);
    }
    let Ok(variant) = variant(&config.variant) else {
        return String::new();
    };
    let table = variant.knobs().iter();
    let parts: Vec<String> = table
        .filter(|knob| is_of_init(knob) && knob.is_active(&config.knobs))
        .map(|knob| match config.knobs.get(knob.id) {
            Some(KnobValue::Real(value)) => words::setting(*value),
            Some(value) => value.to_string(),
            None => knob.default_value().to_string(),
        })
        .collect();
    parts.join(" ")
}

fn compare(starts: &[Start]) -> Matching {
    let Some((first, rest)) = starts.split_first() else {
        return Matching {
            is_matched: true,
            is_warning: false,
            summary: String::new(),
            details: Vec::new(),
        };
    };
    let mut differences = Vec::new();
    let mut lines = Vec::new();
    for (index, run) in rest.iter().enumerate() {
        let found = run.batch_differences(first);
        lines.push(if found.is_empty() {
            format!("{} sees the batches of {}.", run.name, first.name)
        } else {
            format!("{}.", found.join("; "))
        });
        differences.extend(found);
        let (words, difference) = weights(run, &starts[..=index]);
        lines.push(words);
        differences.extend(difference);
    }
    let is_everything_known = starts.iter().all(|run| !run.layers.is_empty());
    let has_equal_layers = rest.iter().all(|run| {
        run.layers.len() == first.layers.len() && run.shared_layers(first) == run.layers.len()
    });
    let meant = (!differences.is_empty())
        .then(|| comparison(starts))
        .flatten();
    let is_warning = !differences.is_empty() && meant.is_none();
    let summary = meant.unwrap_or_else(|| match &differences[..] {
        [] if !is_everything_known => "Matched: same batches".to_owned(),
        [] if has_equal_layers => {
            "Matched: same batches, same initial weights in all layers".to_owned()
        }
        [] => "Matched: same batches, same initial weights where layers have the same shape"
            .to_owned(),
        [one] => format!("Not matched: {one}"),
        [one, more @ ..] => format!("Not matched: {one}, and {} more", more.len()),
    });
    Matching {
        is_matched: differences.is_empty(),
        is_warning,
        summary,
        details: lines,
    }
}

/// What runs that are not matched are held against each other for, where that can be told: the one
/// setting in which they differ, or one seed after another.
fn comparison(starts: &[Start]) -> Option<String> {
    let first = starts.first()?;
    let differ =
        |is_other: fn(&Start, &Start) -> bool| starts.iter().any(|run| is_other(run, first));
    let has_seeds = differ(|a, b| a.seed != b.seed);
    let has_data = differ(|a, b| a.data != b.data);
    let has_batches = differ(|a, b| a.batch != b.batch);
    let has_inits = differ(|a, b| a.init != b.init);
    let seeds = || values(starts, |run| run.seed.to_string());
    let is_one_setting = starts.iter().all(|run| run.rest == first.rest)
        && [has_seeds, has_data, has_batches, has_inits]
            .into_iter()
            .filter(|differs| *differs)
            .count()
            == 1;
    if is_one_setting && has_seeds {
        return Some(format!("Same settings, seeds {}", seeds()));
    }
    if is_one_setting && has_batches {
        let batches = values(starts, |run| run.batch.to_string());
        return Some(format!("Same settings, batches of {batches}"));
    }
    if is_one_setting && has_inits {
        let inits = values(starts, |run| run.init.clone());
        return Some(format!("Same settings, first weights {inits}"));
    }
    if is_one_setting && has_data {
        let data = values(starts, |run| run.data.words());
        // Two folders may have one name.
        let is_plain = data.contains(" and ");
        return is_plain.then(|| format!("Same settings, images {data}"));
    }
    let is_linked = |a: &Start, b: &Start| a.is_matched_with(b) || a.is_repetition_of(b);
    (has_seeds && are_linked(starts, is_linked))
        .then(|| format!("Seeds {}: runs of one seed are matched", seeds()))
}

/// Whether every run is linked with every other one, directly or over others.
fn are_linked(starts: &[Start], is_linked: impl Fn(&Start, &Start) -> bool) -> bool {
    let mut left: Vec<&Start> = starts.iter().collect();
    let mut reached: Vec<&Start> = left.pop().into_iter().collect();
    while let Some(run) = reached.pop() {
        let (found, others) = left.into_iter().partition(|other| is_linked(run, other));
        reached.extend::<Vec<_>>(found);
        left = others;
    }
    left.is_empty()
}

/// The different values of runs, in their order, such as `1, 2 and 3`.
fn values(starts: &[Start], value: impl Fn(&Start) -> String) -> String {
    let mut found: Vec<String> = Vec::new();
    for text in starts.iter().map(value) {
        if !found.contains(&text) {
            found.push(text);
        }
    }
    match &found[..] {
        [before @ .., last] if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => found.concat(),
    }
}

/// In which layers a run starts from the weights of a run before it, in words, and what is wrong
/// where it should but does not.
fn weights(run: &Start, before: &[Start]) -> (String, Option<String>) {
    let is_akin = |other: &&Start| other.init == run.init && other.seed == run.seed;
    let most = |others: Vec<&Start>| -> Option<(usize, String)> {
        others
            .into_iter()
            .rev()
            .map(|other| (run.shared_layers(other), other.name.clone()))
            .max_by_key(|(count, _)| *count)
            .filter(|(count, _)| *count > 0)
    };
    let name = &run.name;
    let total = run.layers.len();
    // A run before it whose layers have these shapes, but other weights.
    let strange = before
        .iter()
        .filter(|other| !is_akin(other) && other.seed == run.seed)
        .find(|other| run.shared_layers(other) > 0);
    let difference = strange.map(|other| {
        format!(
            "{name} starts from {} weights instead of {}",
            run.init, other.init
        )
    });
    let line = match most(before.iter().filter(is_akin).collect()) {
        Some((count, other)) if count == total => {
            format!("{name} starts from the weights of {other} in all {total} layers.")
        }
        Some((count, other)) => {
            format!("{name} starts from the weights of {other} in {count} of {total} layers.")
        }
        None if total == 0 => format!("The layers of {name} are not known yet."),
        None if most(before.iter().collect()).is_some() => {
            format!("{name} starts from weights of its own: another seed or distribution.")
        }
        None => format!("{name} starts from weights of its own: no layer of the same shape."),
    };
    (line, difference)
}

/// Draws the line at the right, and a button for everything about it.
pub fn matching_ui(ui: &mut Ui, view: &View<'_>) {
    let Some(matching) = &view.state.matching else {
        return;
    };
    let color = if matching.is_warning {
        view.palette.warning
    } else {
        view.palette.weak
    };
    let text = RichText::new(&matching.summary).small().color(color);
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let stays = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        let (button, _) = MenuButton::new("Details")
            .config(stays)
            .ui(ui, |ui| details_ui(ui, matching));
        button.on_hover_text("What every run has in common with the others, and what not");
        ui.add(egui::Label::new(text).truncate())
            .on_hover_ui(|ui| details_ui(ui, matching));
    });
}

fn details_ui(ui: &mut Ui, matching: &Matching) {
    ui.set_max_width(420.0);
    ui.label(&matching.summary);
    for line in &matching.details {
        ui.label(line);
    }
    ui.weak(
        "Matched runs see the same images in the same order and start from the same weights, so what \
         differs in their curves comes from what differs in their setup.",
    );
}

#[cfg(test)]
#[path = "matching_tests.rs"]
mod tests;
