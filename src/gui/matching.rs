//! Whether the runs can be held against each other: what they have in common from the start.
//!
//! Runs are *matched* when they see the same batches in the same order and every two layers of the
//! same name and shape start from the same weights. Batches follow from the images, the batch size
//! and the seed, whatever the schedule; weights from the seed, the distribution, and the layer's name
//! and shape, whatever else the network holds.

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{Align, Layout, PopupCloseBehavior, RichText, Ui};

use crate::data::DatasetRequest;
use crate::model::{KnobValue, LayerInfo, variant};

use super::data::names::data_name;
use super::run::Run;
use super::state::Shapes;
use super::view::View;
use super::words;

/// What is to be said about all runs together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matching {
    /// Whether they are matched.
    pub is_matched: bool,
    /// In a line.
    pub summary: String,
    /// In full, a line for each run.
    pub details: Vec<String>,
}

/// What decides the batches and the first weights of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Start {
    name: String,
    data: Data,
    batch: usize,
    seed: u64,
    /// Distribution of the first weights, in words.
    init: String,
    layers: Vec<LayerInfo>,
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
                    .filter(|hash| !hash.is_empty()),
            },
            batch: config.batch,
            seed: config.seed,
            init: init_words(&run.draft.config),
            layers,
        }
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

/// The distribution of the first weights, from the knobs that set it.
fn init_words(config: &crate::train::RunConfig) -> String {
    if let Some(weights) = &config.initial_weights {
        return format!("imported ({})", weights.file);
    }
    let Ok(variant) = variant(&config.variant) else {
        return String::new();
    };
    let table = variant.knobs().iter();
    let parts: Vec<String> = table
        .filter(|knob| knob.id.starts_with("init") && knob.is_active(&config.knobs))
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
            format!("{}.", found.join(", "))
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
    let summary = match &differences[..] {
        [] if !is_everything_known => "Matched: same batches".to_owned(),
        [] if has_equal_layers => {
            "Matched: same batches, same initial weights in all layers".to_owned()
        }
        [] => "Matched: same batches, same initial weights where layers have the same shape"
            .to_owned(),
        [one] => format!("Not matched: {one}"),
        [one, more @ ..] => format!("Not matched: {one}, and {} more", more.len()),
    };
    Matching {
        is_matched: differences.is_empty(),
        summary,
        details: lines,
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
    let color = if matching.is_matched {
        view.palette.weak
    } else {
        view.palette.warning
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
mod tests {
    use super::*;
    use crate::data::{ImageShape, Reading};
    use crate::engine::RunId;
    use crate::gui::setup::draft::Draft;
    use crate::model::Pretraining;
    use crate::train::RunConfig;

    const SHAPE: ImageShape = ImageShape {
        width: 28,
        height: 28,
        channels: 1,
    };

    fn shapes() -> Shapes {
        Shapes::from([(("glyphs".to_owned(), Reading::default()), SHAPE)])
    }

    fn recipe(id: &str) -> RunConfig {
        RunConfig::recipe(variant(id).unwrap(), "glyphs")
    }

    fn matching(configs: impl IntoIterator<Item = RunConfig>) -> Option<Matching> {
        let runs: Vec<Run> = configs
            .into_iter()
            .enumerate()
            .map(|(index, config)| Run::new(RunId(index as u64), index, Draft::new(config)))
            .collect();
        summary(&runs, &shapes())
    }

    #[test]
    fn another_schedule_changes_neither_batches_nor_first_weights() {
        let mut greedy = recipe("deep");
        greedy.name = "Greedy".to_owned();
        greedy.pretraining = Pretraining::Greedy;
        greedy.rebuild_schedule(variant("deep").unwrap());
        let found = matching([recipe("deep"), greedy]).unwrap();
        assert!(found.is_matched, "{found:?}");
        assert_eq!(
            found.summary,
            "Matched: same batches, same initial weights in all layers"
        );
        assert_eq!(matching([recipe("deep")]), None, "one run has no other");
    }

    #[test]
    fn what_makes_the_batches_differ_is_named() {
        let mut other = recipe("deep");
        other.name = "Big".to_owned();
        other.batch = 3;
        let batch = recipe("deep").batch;
        let found = matching([recipe("deep"), other.clone()]).unwrap();
        assert!(!found.is_matched);
        assert_eq!(
            found.summary,
            format!("Not matched: Big has batch 3 instead of {batch}")
        );
        other.seed = 9;
        other.limit = Some(100);
        let found = matching([recipe("deep"), other]).unwrap();
        assert!(found.summary.ends_with("and 2 more"), "{}", found.summary);
        assert!(found.details[0].contains("seed 9 instead of 1"));
    }

    #[test]
    fn weights_are_held_against_each_other_where_shapes_agree() {
        let mut slim = recipe("deep");
        slim.name = "Slim".to_owned();
        slim.knobs.set("latent", KnobValue::Integer(3));
        let found = matching([recipe("deep"), slim]).unwrap();
        assert!(found.is_matched, "{found:?}");
        assert!(found.summary.contains("where layers"), "{}", found.summary);

        let mut other = recipe("deep");
        other.name = "He".to_owned();
        other.knobs.set("init", KnobValue::Text("he".to_owned()));
        let found = matching([recipe("deep"), other]).unwrap();
        assert!(!found.is_matched, "{found:?}");
        assert!(found.summary.contains("He starts from he weights"));
    }

    #[test]
    fn layers_in_common_are_counted() {
        let mut configs = ["deep", "stacked"].map(recipe);
        configs[1].batch = configs[0].batch;
        let starts: Vec<Start> = configs
            .map(|config| {
                let run = Run::new(RunId(1), 0, Draft::new(config));
                Start::of(&run, &shapes())
            })
            .into();
        let layers = starts[0].layers.len();
        assert!(layers > 2, "{layers}");
        assert_eq!(starts[0].shared_layers(&starts[0]), layers);
        let conv = Run::new(RunId(2), 0, Draft::new(recipe("convolutional")));
        let conv = Start::of(&conv, &shapes());
        assert!(conv.shared_layers(&starts[0]) < layers);
    }
}
