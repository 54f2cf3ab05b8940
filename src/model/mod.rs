//! Networks: variants, their building blocks, losses and optimizers.
//!
//! A *variant* is a kind of autoencoder with its knobs; see [`Variant`] and the table [`VARIANTS`].

mod activation;
mod autoencoder;
mod batch;
mod conv;
mod dense;
mod fused;
mod init;
mod knobs;
mod layers;
mod loss;
mod noise;
mod objective;
mod observation;
mod optimizer;
mod peak;
mod rules;
mod stats;
mod torch;
mod trainee;
mod updater;
mod variants;
mod weights;

pub use batch::Batch;
pub use knobs::{Choice, Knob, KnobError, KnobKind, KnobValue, Knobs, Scale, parse_widths};
pub use layers::{LayerInfo, Side};
pub use noise::Noise;
pub use objective::{Objective, Pretraining};
pub use observation::{StepObservation, WeightProbe};
pub use optimizer::{OptimizerConfig, OptimizerKind};
pub use peak::measured_peak;
pub use stats::{Histogram, LayerStat, OutputStat};
pub use torch::{TorchModule, TorchNetwork};
pub use trainee::{Trainee, TrainingError};
pub use updater::OptimizerState;
pub use variants::{Plan, Recipe, VARIANTS, Variant, variant};
pub use weights::NamedArray;
