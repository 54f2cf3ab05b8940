//! What can go wrong with a run.

use crate::model::TrainingError;

use super::config::ConfigError;

/// Why a run cannot be or cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum TrainerError {
    /// The configuration does not fit itself or the images.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The network or its device failed.
    #[error(transparent)]
    Training(#[from] TrainingError),
    /// The loss left all bounds; the last good weights were put back.
    #[error(
        "training diverged at step {step} (loss {loss}); the last good weights were kept: try a smaller learning rate"
    )]
    Diverged {
        /// The step with the bad loss.
        step: u64,
        /// Its loss.
        loss: f32,
    },
    /// The configuration names other images.
    #[error(
        "the run was made on images with SHA-256 {expected}, but {location} holds images with {found}"
    )]
    OtherImages {
        /// Hash in the checkpoint.
        expected: String,
        /// Hash of the images at hand.
        found: String,
        /// Where these are.
        location: String,
    },
}

impl TrainerError {
    /// Whether what the user asked for was wrong, rather than the machine or the training.
    pub fn is_bad_input(&self) -> bool {
        match self {
            Self::Config(_)
            | Self::OtherImages { .. }
            | Self::Training(TrainingError::Weights(_)) => true,
            Self::Training(TrainingError::Device(_)) | Self::Diverged { .. } => false,
        }
    }
}
