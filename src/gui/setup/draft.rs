//! The settings of a run while they are being edited.
//!
//! A *draft* is a [`RunConfig`] together with the settings its phases share, so that what was typed
//! for pretraining is still there when pretraining is switched off and on.

use crate::data::ImageShape;
use crate::model::{Objective, OptimizerKind, Plan, Variant, starved, variant};
use crate::train::{DEFAULT_DROPOUT, Phase, PhaseSettings, RunConfig, Schedule};

/// Settings under edit.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// The configuration.
    pub config: RunConfig,
    /// Whether the user gave the run its name; if not, it is called by its settings.
    pub is_named: bool,
    /// What the pretraining phases share.
    pub pretrain: PhaseSettings,
    /// What the phases with all layers share.
    pub finetune: PhaseSettings,
    /// Share of values that greedy pretraining sets to zero.
    pub dropout: f64,
}

impl Draft {
    /// A draft that has not changed anything of `config` yet. Knobs that a file leaves to their defaults,
    /// or that are younger than it, are there: which ones are shown depends on all.
    pub fn new(mut config: RunConfig) -> Self {
        let known = variant(&config.variant);
        if let Ok(variant) = &known {
            config.knobs = config.knobs.with_defaults(variant.knobs());
        }
        let usual = known.as_ref().map_or_else(
            |_unknown| PhaseSettings::usual(OptimizerKind::Sgd, 1),
            |variant| {
                let recipe = variant.recipe();
                PhaseSettings::usual(recipe.optimizer, recipe.pretrain_epochs)
            },
        );
        let name = config.name.trim();
        let is_named = !name.is_empty() && known.is_ok_and(|variant| variant.name() != name);
        let mut draft = Self {
            config,
            is_named,
            pretrain: usual,
            finetune: usual,
            dropout: DEFAULT_DROPOUT,
        };
        draft.take_shared();
        draft
    }

    /// The recipe of a variant.
    pub fn recipe(variant: &dyn Variant, dataset: &str) -> Self {
        Self::new(RunConfig::recipe(variant, dataset))
    }

    /// Number of pairs of layers, 0 while the knobs contradict each other.
    pub fn stages(&self) -> usize {
        let config = &self.config;
        let Ok(variant) = variant(&config.variant) else {
            return 0;
        };
        config
            .knobs
            .resolve(variant.id(), variant.knobs())
            .and_then(|knobs| variant.stages(&knobs))
            .unwrap_or(0)
    }

    /// Brings the parts into line after an edit that started from `before`.
    pub fn settle(&mut self, before: &Self) {
        let Ok(chosen) = variant(&self.config.variant) else {
            return;
        };
        // Other images may have a shape of their own.
        if self.config.dataset != before.config.dataset {
            let (now, was) = (&mut self.config, &before.config);
            now.image_size = now.image_size.filter(|_| now.image_size != was.image_size);
            now.color = now.color.filter(|_| now.color != was.color);
            if now.label_column == was.label_column {
                now.label_column = None;
            }
            now.transpose = now.transpose.filter(|_| now.transpose != was.transpose);
        }
        // The hash is of other images now.
        if self.config.images() != before.config.images() {
            self.config.dataset_sha256 = None;
        }
        if self.config.variant != before.config.variant {
            self.become_variant(chosen, before);
            return;
        }
        if self.finetune.optimizer.kind != before.finetune.optimizer.kind {
            self.finetune.learning_rate = self.finetune.optimizer.kind.usual_learning_rate();
        }
        if self.pretrain.optimizer.kind != before.pretrain.optimizer.kind {
            self.pretrain.learning_rate = self.pretrain.optimizer.kind.usual_learning_rate();
        }
        let has_other_stages =
            self.config.knobs != before.config.knobs && self.stages() != before.stages();
        if self.config.pretraining != before.config.pretraining || has_other_stages {
            self.make_alike();
            return;
        }
        for phase in &mut self.config.schedule.phases {
            let (now, was) = match phase.objective {
                Objective::EndToEnd => (&self.finetune, &before.finetune),
                Objective::Greedy { .. } | Objective::EndsInward { .. } => {
                    (&self.pretrain, &before.pretrain)
                }
            };
            spread(phase, now, was);
            let is_denoising = matches!(phase.objective, Objective::Greedy { .. });
            if is_denoising && differ(self.dropout, before.dropout) {
                phase.dropout = self.dropout;
            }
        }
    }

    /// Phases set one by one.
    pub fn set_phases(&mut self, schedule: Schedule) {
        self.config.schedule = schedule;
        self.take_shared();
    }

    /// Builds the phases anew from the kind of schedule and what its phases share.
    pub fn make_alike(&mut self) {
        if let Ok(chosen) = variant(&self.config.variant) {
            self.config
                .set_schedule(chosen, self.pretrain, self.finetune, self.dropout);
        }
    }

    /// Whether any phase is not what the shared settings would make of it.
    pub fn has_own_phases(&self) -> bool {
        let alike = Schedule::build(
            self.config.pretraining,
            self.stages(),
            self.pretrain,
            self.finetune,
            self.dropout,
        );
        self.config.schedule != alike
    }

    /// What the phases share, as far as they do: from the first pretraining phase and the last one
    /// with all layers.
    fn take_shared(&mut self) {
        let phases = &self.config.schedule.phases;
        let is_last_kind = |phase: &&Phase| phase.objective == Objective::EndToEnd;
        if let Some(phase) = phases.iter().find(|phase| !is_last_kind(phase)) {
            self.pretrain = settings(phase);
        }
        if let Some(phase) = phases.iter().rev().find(is_last_kind) {
            self.finetune = settings(phase);
        }
        let is_denoising = |phase: &&Phase| matches!(phase.objective, Objective::Greedy { .. });
        if let Some(phase) = phases.iter().find(is_denoising) {
            self.dropout = phase.dropout;
        }
    }

    /// Takes over the recipe of another variant, but keeps data, seed, device and the knobs that were
    /// turned and exist there too.
    fn become_variant(&mut self, chosen: &dyn Variant, before: &Self) {
        let old = &before.config;
        let mut next = Self::recipe(chosen, &old.dataset);
        if before.is_named {
            next.config.name.clone_from(&old.name);
            next.is_named = true;
        }
        next.config.image_size = old.image_size;
        next.config.color = old.color;
        next.config.label_column.clone_from(&old.label_column);
        next.config.transpose = old.transpose;
        next.config.limit = old.limit;
        next.config.seed = old.seed;
        next.config.device.clone_from(&old.device);
        if let Ok(left) = variant(&old.variant) {
            for knob in left.knobs() {
                let Some(value) = old.knobs.get(knob.id) else {
                    continue;
                };
                let fits =
                    |other: &&crate::model::Knob| other.id == knob.id && other.check(value).is_ok();
                if *value != knob.default_value() && chosen.knobs().iter().any(|k| fits(&k)) {
                    next.config.knobs.set(knob.id, value.clone());
                }
            }
        }
        next.make_alike();
        *self = next;
    }

    /// What is wrong with it, in a sentence; `shape` is of the images, where it is known.
    pub fn problem(&self, shape: Option<ImageShape>) -> Option<String> {
        let checked = match shape {
            Some(shape) => self.config.check_with(shape),
            None => self.config.check(),
        };
        checked.err().map(|error| error.to_string())
    }

    /// Why a network with weights drawn by these settings may not begin to learn.
    pub fn starved(&self) -> Option<&'static str> {
        if self.config.initial_weights.is_some() {
            return None;
        }
        let (_, knobs) = self.config.check().ok()?;
        starved(&knobs)
    }

    /// The network it would be.
    pub fn plan(&self, shape: ImageShape) -> Option<Plan> {
        let (variant, knobs) = self.config.check().ok()?;
        variant.plan(shape, &knobs).ok()
    }
}

/// Everything of a phase that can be set, but its dropout.
pub fn settings(phase: &Phase) -> PhaseSettings {
    PhaseSettings {
        epochs: phase.epochs,
        learning_rate: phase.learning_rate,
        decay: phase.decay,
        optimizer: phase.optimizer,
    }
}

fn differ(a: f64, b: f64) -> bool {
    (a - b).abs() > 0.0
}

/// Gives a phase those settings that changed from `was` to `now`, and leaves its own others.
fn spread(phase: &mut Phase, now: &PhaseSettings, was: &PhaseSettings) {
    if now.epochs != was.epochs {
        phase.epochs = now.epochs;
    }
    let has_other_rule = now.optimizer.kind != was.optimizer.kind;
    if has_other_rule || differ(now.learning_rate, was.learning_rate) {
        phase.learning_rate = now.learning_rate;
    }
    if now.decay != was.decay {
        phase.decay = now.decay;
    }
    let (optimizer, now, was) = (&mut phase.optimizer, &now.optimizer, &was.optimizer);
    optimizer.kind = if has_other_rule {
        now.kind
    } else {
        optimizer.kind
    };
    if differ(now.momentum, was.momentum) {
        optimizer.momentum = now.momentum;
    }
    if differ(now.weight_decay, was.weight_decay) {
        optimizer.weight_decay = now.weight_decay;
    }
    if differ(now.clip, was.clip) {
        optimizer.clip = now.clip;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{KnobValue, Knobs, Pretraining};

    fn draft(id: &str) -> Draft {
        Draft::recipe(variant(id).unwrap(), "glyphs")
    }

    #[test]
    fn knobs_that_a_file_leaves_out_have_their_defaults() {
        let all = draft("vq-vae").config;
        let mut few = all.clone();
        few.knobs = Knobs::default();
        few.knobs.set("entries", KnobValue::Integer(64));
        let mut expected = all;
        expected.knobs.set("entries", KnobValue::Integer(64));
        assert_eq!(Draft::new(few).config, expected);
    }

    #[test]
    fn another_variant_brings_its_recipe_and_keeps_what_was_set() {
        let mut before = draft("autoencoder");
        before.config.seed = 7;
        before.config.knobs.set("latent", KnobValue::Integer(16));
        let mut after = before.clone();
        after.config.variant = "stacked".to_owned();
        after.settle(&before);
        assert_eq!(after.config.name, "Stacked");
        assert_eq!(after.config.seed, 7);
        assert_eq!(after.config.pretraining, Pretraining::EndsInward);
        assert_eq!(
            after.config.knobs.get("latent"),
            Some(&KnobValue::Integer(16))
        );
        assert_eq!(after.config.schedule.phases.len(), 6);
        assert_eq!(after.problem(None), None);
    }

    #[test]
    fn the_schedule_follows_the_knobs() {
        let before = draft("stacked");
        let mut after = before.clone();
        after.config.knobs.set("layers", KnobValue::Integer(4));
        after.settle(&before);
        assert_eq!(after.config.schedule.phases.len(), 3);
    }

    #[test]
    fn a_name_alone_leaves_a_schedule_made_by_hand() {
        let mut before = draft("stacked");
        before.config.schedule.phases[1].epochs = 9;
        let mut after = before.clone();
        after.config.name = "mine".to_owned();
        after.settle(&before);
        assert_eq!(after.config.schedule.phases[1].epochs, 9);
    }

    #[test]
    fn a_typed_name_stays_with_another_variant() {
        let mut before = draft("autoencoder");
        before.config.name = "mine".to_owned();
        before.is_named = true;
        let mut after = before.clone();
        after.config.variant = "stacked".to_owned();
        after.settle(&before);
        assert_eq!((after.config.name.as_str(), after.is_named), ("mine", true));
        assert!(Draft::new(after.config).is_named, "no variant is called so");
    }

    #[test]
    fn a_shared_setting_reaches_every_phase_and_leaves_what_single_ones_have() {
        let mut before = draft("stacked");
        let mut schedule = before.config.schedule.clone();
        schedule.phases[1].epochs = 9;
        before.set_phases(schedule);
        assert!(before.has_own_phases());
        let mut after = before.clone();
        after.pretrain.learning_rate = 0.25;
        after.settle(&before);
        let phases = &after.config.schedule.phases;
        assert!(
            phases[..5]
                .iter()
                .all(|phase| (phase.learning_rate - 0.25).abs() < 1e-12)
        );
        assert!((phases[5].learning_rate - 0.25).abs() > 0.1, "fine-tuning");
        assert_eq!(phases[1].epochs, 9, "its own length stays");
        after.make_alike();
        assert!(!after.has_own_phases());
    }

    #[test]
    fn another_rule_brings_its_rate_to_every_phase() {
        let mut before = draft("deep");
        let mut schedule = before.config.schedule.clone();
        schedule.phases[0].learning_rate = 0.001;
        before.set_phases(schedule);
        let mut after = before.clone();
        after.finetune.optimizer.kind = OptimizerKind::Adam;
        after.settle(&before);
        let phase = after.config.schedule.phases[0];
        assert_eq!(phase.optimizer.kind, OptimizerKind::Adam);
        assert!((phase.learning_rate - 1e-3).abs() < 1e-12);
    }

    #[test]
    fn weights_too_small_for_the_bottleneck_are_told() {
        let with = |id: &str, init: &str, sigma: f64| {
            let mut draft = draft(id);
            let knobs = &mut draft.config.knobs;
            knobs.set("init", KnobValue::Text(init.to_owned()));
            knobs.set("init-sigma", KnobValue::Real(sigma));
            draft.starved()
        };
        assert_eq!(draft("fsq").starved(), None, "as it is chosen");
        let why = with("fsq", "normal", 0.05).unwrap();
        assert!(why.contains("middle level"), "{why}");
        assert_eq!(with("fsq", "normal", 0.07), None);
        assert_eq!(with("fsq", "uniform", 0.01), None);
        assert_eq!(with("vq-vae", "normal", 0.01), None);
    }

    #[test]
    fn widths_that_cannot_be_are_told() {
        let before = draft("deep");
        let mut after = before.clone();
        after
            .config
            .knobs
            .set("widths", KnobValue::Text("784,x".to_owned()));
        after.settle(&before);
        assert!(
            after
                .problem(None)
                .is_some_and(|text| text.contains("widths"))
        );
        assert_eq!(
            after.plan(ImageShape {
                width: 28,
                height: 28,
                channels: 1
            }),
            None
        );
    }
}
