//! The settings of a run while they are being edited.
//!
//! A *draft* is a [`RunConfig`] together with the settings its schedule is built from, so that what
//! was typed for pretraining is still there when pretraining is switched off and on.

use crate::data::ImageShape;
use crate::model::{OptimizerKind, Plan, Variant, variant};
use crate::train::{PhaseSettings, RunConfig};

/// Settings under edit.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// The configuration; its schedule follows from the fields below once one of them changes.
    pub config: RunConfig,
    /// What the pretraining phases share.
    pub pretrain: PhaseSettings,
    /// The last phase.
    pub finetune: PhaseSettings,
    /// Share of values that greedy pretraining sets to zero.
    pub dropout: f64,
}

impl Draft {
    /// A draft that has not changed anything of `config` yet.
    pub fn new(config: RunConfig) -> Self {
        let usual = variant(&config.variant).map_or_else(
            |_unknown| PhaseSettings::usual(OptimizerKind::Sgd, 1),
            |variant| {
                let recipe = variant.recipe();
                PhaseSettings::usual(recipe.optimizer, recipe.pretrain_epochs)
            },
        );
        let (pretrain, finetune, dropout) = config.settings();
        Self {
            pretrain: pretrain.unwrap_or(usual),
            finetune: finetune.unwrap_or(usual),
            dropout,
            config,
        }
    }

    /// The recipe of a variant.
    pub fn recipe(variant: &dyn Variant, dataset: &str) -> Self {
        Self::new(RunConfig::recipe(variant, dataset))
    }

    /// Brings the parts into line after an edit that started from `before`.
    pub fn settle(&mut self, before: &Self) {
        let Ok(chosen) = variant(&self.config.variant) else {
            return;
        };
        // The hash is of other images now.
        if self.config.dataset != before.config.dataset || self.config.limit != before.config.limit
        {
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
        let is_schedule_touched = self.config.pretraining != before.config.pretraining
            || self.config.knobs != before.config.knobs
            || self.pretrain != before.pretrain
            || self.finetune != before.finetune
            || (self.dropout - before.dropout).abs() > 0.0;
        if is_schedule_touched {
            self.config
                .set_schedule(chosen, self.pretrain, self.finetune, self.dropout);
        }
    }

    /// Takes over the recipe of another variant, but keeps data, seed, device and the knobs that were
    /// turned and exist there too.
    fn become_variant(&mut self, chosen: &dyn Variant, before: &Self) {
        let old = &before.config;
        let mut next = Self::recipe(chosen, &old.dataset);
        next.config.name = match variant(&old.variant) {
            Ok(left) if old.name.starts_with(left.name()) => {
                old.name.replacen(left.name(), chosen.name(), 1)
            }
            Ok(_) | Err(_) => old.name.clone(),
        };
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
        next.config
            .set_schedule(chosen, next.pretrain, next.finetune, next.dropout);
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

    /// The network it would be.
    pub fn plan(&self, shape: ImageShape) -> Option<Plan> {
        let (variant, knobs) = self.config.check().ok()?;
        variant.plan(shape, &knobs).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{KnobValue, Pretraining};

    fn draft(id: &str) -> Draft {
        Draft::recipe(variant(id).unwrap(), "glyphs")
    }

    #[test]
    fn another_variant_brings_its_recipe_and_keeps_what_was_set() {
        let mut before = draft("autoencoder");
        before.config.seed = 7;
        before.config.name = "Autoencoder 2".to_owned();
        before.config.knobs.set("latent", KnobValue::Integer(16));
        let mut after = before.clone();
        after.config.variant = "stacked".to_owned();
        after.settle(&before);
        assert_eq!(after.config.name, "Stacked 2");
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
