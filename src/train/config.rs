//! The configuration of a run: everything needed to repeat it.

use serde::{Deserialize, Serialize};

use crate::data::{Color, DatasetRequest, ImageShape, ImageSize, Reading};
use crate::model::{Knobs, Pretraining, Variant};

use super::changes::{self, LearningRateChange};
use super::initial::InitialWeights;
use super::live::{self, KnobChange};
use super::schedule::{PhaseSettings, Schedule, in_range};

/// What is wrong with a configuration, in a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

impl ConfigError {
    /// An error with this sentence.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

/// Everything that decides the outcome of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunConfig {
    /// What the run is called in the window.
    #[serde(default)]
    pub name: String,
    /// Id of the preset it was made from, where it was. It decides nothing: what the run comes to is
    /// held against the figures of that preset, and an id that is not known is passed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// Where the images come from: the name of a built-in data set, or a folder or file.
    pub dataset: String,
    /// Width and height that the pictures of a folder are brought to; 28×28 when absent. Data sets
    /// with a shape of their own refuse it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_size: Option<ImageSize>,
    /// Whether the pictures of a folder are read in colour; grey when absent. Data sets with a shape
    /// of their own refuse it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
    /// The column of a table that holds the labels: its heading, its number counted from 1, or
    /// `none`; found by the reader when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_column: Option<String>,
    /// Whether rows and columns of every image are swapped; decided by the reader when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transpose: Option<bool>,
    /// SHA-256 of the images in hexadecimal: when present, the run trains on no others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataset_sha256: Option<String>,
    /// How many of the training images are used; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// Id of the variant.
    pub variant: String,
    /// Images a step, 1 to 65,536.
    #[serde(default = "default_batch")]
    pub batch: usize,
    /// Seed of weights, batch order and dropout.
    #[serde(default)]
    pub seed: u64,
    /// `auto`, `flex`, `wgpu` or `wgpu:N`.
    #[serde(default = "default_device")]
    pub device: String,
    /// The kind of schedule the phases were built from.
    #[serde(default)]
    pub pretraining: Pretraining,
    /// Values of the variant's knobs; defaults where absent.
    #[serde(default)]
    pub knobs: Knobs,
    /// The file of the first weights; drawn from the seed when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial_weights: Option<InitialWeights>,
    /// The phases, in order; built from the variant's recipe when absent.
    #[serde(rename = "phase", default = "no_phases")]
    pub schedule: Schedule,
    /// What was changed about the learning rate while the run trained, in order of steps.
    #[serde(
        rename = "learning_rate_change",
        default,
        skip_serializing_if = "Vec::is_empty"
    )]
    pub learning_rate_changes: Vec<LearningRateChange>,
    /// What was changed about the knobs while the run trained, in order of steps.
    #[serde(rename = "knob_change", default, skip_serializing_if = "Vec::is_empty")]
    pub knob_changes: Vec<KnobChange>,
}

fn default_batch() -> usize {
    256
}

fn default_device() -> String {
    "auto".to_owned()
}

fn no_phases() -> Schedule {
    Schedule { phases: Vec::new() }
}

impl RunConfig {
    /// The recipe of a variant on a data set, with every knob at its default.
    pub fn recipe(variant: &dyn Variant, dataset: &str) -> Self {
        let mut config = Self {
            name: variant.name().to_owned(),
            preset: None,
            dataset: dataset.to_owned(),
            image_size: None,
            color: None,
            label_column: None,
            transpose: None,
            dataset_sha256: None,
            limit: None,
            variant: variant.id().to_owned(),
            batch: variant.recipe().batch,
            seed: 1,
            device: default_device(),
            pretraining: variant.recipe().pretraining,
            knobs: Knobs::defaults(variant.knobs()),
            initial_weights: None,
            schedule: no_phases(),
            learning_rate_changes: Vec::new(),
            knob_changes: Vec::new(),
        };
        config.rebuild_schedule(variant);
        config
    }

    /// How the files of images are read.
    pub fn reading(&self) -> Reading {
        Reading {
            size: self.image_size,
            color: self.color,
            label: self.label_column.clone(),
            transpose: self.transpose,
        }
    }

    /// The images to open: two runs with the same request train on the same images.
    pub fn images(&self) -> DatasetRequest {
        DatasetRequest {
            location: self.dataset.clone(),
            limit: self.limit,
            reading: self.reading(),
        }
    }

    /// Training steps of an epoch over so many images.
    pub fn steps_per_epoch(&self, images: usize) -> u64 {
        (images / self.batch.max(1)).max(1) as u64
    }

    /// Builds the phases anew from the variant's recipe and the kind of pretraining. Widths that
    /// cannot be leave a schedule of one phase; [`RunConfig::check`] tells what is wrong.
    pub fn rebuild_schedule(&mut self, variant: &dyn Variant) {
        let recipe = variant.recipe();
        let settings = PhaseSettings::usual(recipe.optimizer, recipe.epochs);
        let pretrain = PhaseSettings::usual(recipe.optimizer, recipe.pretrain_epochs);
        self.set_schedule(variant, pretrain, settings, DEFAULT_DROPOUT);
    }

    /// Builds the phases from settings for the pretraining phases and for the last one.
    pub fn set_schedule(
        &mut self,
        variant: &dyn Variant,
        pretrain: PhaseSettings,
        finetune: PhaseSettings,
        dropout: f64,
    ) {
        let stages = self
            .knobs
            .resolve(variant.id(), variant.knobs())
            .and_then(|knobs| variant.stages(&knobs))
            .unwrap_or(0);
        self.schedule = Schedule::build(self.pretraining, stages, pretrain, finetune, dropout);
    }

    /// Settings of the first pretraining phase, of the last phase, and the dropout, as the side
    /// panel shows them.
    pub fn settings(&self) -> (Option<PhaseSettings>, Option<PhaseSettings>, f64) {
        let of = |phase: &super::Phase| PhaseSettings {
            epochs: phase.epochs,
            learning_rate: phase.learning_rate,
            decay: phase.decay,
            optimizer: phase.optimizer,
        };
        let phases = &self.schedule.phases;
        let pretrain = phases.first().filter(|_first| phases.len() > 1);
        let dropout = phases
            .iter()
            .find(|phase| matches!(phase.objective, crate::model::Objective::Greedy { .. }))
            .map_or(DEFAULT_DROPOUT, |phase| phase.dropout);
        (pretrain.map(of), phases.last().map(of), dropout)
    }

    /// Checks everything that can be checked without images. Returns the variant and the resolved knobs.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(&'static dyn Variant, Knobs), ConfigError> {
        let wrong = |error: crate::model::KnobError| ConfigError::new(error.to_string());
        let variant = crate::model::variant(&self.variant).map_err(wrong)?;
        let knobs = self
            .knobs
            .resolve(variant.id(), variant.knobs())
            .map_err(wrong)?;
        let stages = variant.stages(&knobs).map_err(wrong)?;
        in_range("the run", "batch", self.batch as f64, 1.0..=65_536.0)?;
        if let Some(limit) = self.limit {
            in_range("the run", "limit", limit as f64, 1.0..=1e9)?;
        }
        if self.pretraining != Pretraining::EndToEnd && !variant.is_layered() {
            return Err(ConfigError::new(format!(
                "schedule {} needs a layered variant, but {} has a single pair of layers",
                self.pretraining.id(),
                variant.id()
            )));
        }
        self.schedule.check(stages)?;
        changes::check(&self.learning_rate_changes)?;
        live::check(&self.knob_changes, variant)?;
        Ok((variant, knobs))
    }

    /// Checks the whole configuration against the images it is to train on.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check_with(
        &self,
        shape: ImageShape,
    ) -> Result<(&'static dyn Variant, Knobs), ConfigError> {
        let (variant, knobs) = self.check()?;
        let plan = variant
            .plan(shape, &knobs)
            .map_err(|error| ConfigError::new(error.to_string()))?;
        // Beyond that the memory of no ordinary machine holds weights, gradients and moments, and
        // an allocation that fails cannot be told any more.
        if plan.parameters() > MAX_PARAMETERS {
            return Err(ConfigError::new(format!(
                "a network must have at most {MAX_PARAMETERS} parameters, but {} on images of {shape} has {}",
                variant.id(),
                plan.parameters()
            )));
        }
        self.check_live(variant, shape)?;
        Ok((variant, knobs))
    }
}

/// Weights and biases of a network at most.
const MAX_PARAMETERS: usize = 300_000_000;

/// Dropout of greedy pretraining when nothing is said (Xie et al. 2016).
pub const DEFAULT_DROPOUT: f64 = 0.2;
