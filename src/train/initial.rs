//! Runs that begin with weights from elsewhere.
//!
//! *Imported* weights were read from a file. The configuration names the file, and its hash once it was
//! read, so that a run still follows from its configuration alone.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::data::Dataset;
use crate::model::NamedArray;

use super::config::{ConfigError, RunConfig};
use super::error::TrainerError;
use super::feed::Compute;
use super::trainer::Trainer;

/// The file a run's first weights come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InitialWeights {
    /// Safetensors, as PyTorch has them.
    pub file: String,
    /// SHA-256 of the file in hexadecimal: when present, the run begins with no others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

impl Trainer {
    /// A run with weights that were read from the file its configuration names.
    ///
    /// # Errors
    /// When the configuration does not fit itself or the images, or the weights do not fit the network.
    pub fn with_weights(
        config: RunConfig,
        data: Arc<Dataset>,
        compute: &Compute,
        weights: Arc<[NamedArray]>,
    ) -> Result<Self, TrainerError> {
        let mut trainer = Self::drawn(config, data, compute)?;
        trainer.trainee.set_weights(&weights)?;
        trainer.imported = Some(weights);
        Ok(trainer)
    }

    /// The same run before its first step.
    pub(super) fn anew(
        &self,
        config: RunConfig,
        data: Arc<Dataset>,
        compute: &Compute,
    ) -> Result<Self, TrainerError> {
        match &self.imported {
            Some(weights) => Self::with_weights(config, data, compute, Arc::clone(weights)),
            None => Self::new(config, data, compute),
        }
    }
}

/// Refuses to draw weights for a configuration that names some.
pub(super) fn must_not_be_named(config: &RunConfig) -> Result<(), ConfigError> {
    match &config.initial_weights {
        None => Ok(()),
        Some(weights) => Err(ConfigError::new(format!(
            "the run begins with the weights in {}, which must be read for that, but were not",
            weights.file
        ))),
    }
}
