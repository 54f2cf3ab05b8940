//! Networks: variants, their building blocks, losses and optimizers.
//!
//! A *variant* is a kind of autoencoder with its knobs; see [`Variant`] and the table [`VARIANTS`].

mod activation;
mod autoencoder;
mod batch;
mod bottleneck;
mod composition;
mod conv;
mod corruption;
mod dense;
mod freeze;
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
mod penalty;
mod quantities;
mod rules;
mod stats;
mod step;
mod tally;
mod terms;
mod torch;
mod trainee;
mod updater;
mod variants;
mod weights;

pub use batch::Batch;
pub use bottleneck::{
    BOTTLENECKS, CodeGrid, DIMENSION_KL, ENTRY_COUNTS, entry as entry_size, starved,
};
pub use composition::{Composition, FIRING_RATES};
pub use corruption::{CORRUPTIONS, Corruption, CorruptionKind};
pub use knobs::{
    Choice, Condition, Knob, KnobError, KnobKind, KnobValue, Knobs, Part, Scale, parse_levels,
    parse_widths,
};
pub use layers::{LayerInfo, Side};
pub use noise::Noise;
pub use objective::{Objective, Pretraining};
pub use observation::{StepObservation, WeightProbe};
pub use optimizer::{OptimizerConfig, OptimizerKind};
pub use peak::measured_peak;
pub use penalty::{PENALTIES, PENALTY_PREFIX};
pub use quantities::{
    Form, NATS_PER_IMAGE, PER_PIXEL, QUANTITIES, Quantity, RECONSTRUCTION, Source, Title,
};
pub use stats::{Histogram, LayerStat, OutputStat};
pub use step::StepContext;
pub use tally::{Figure, MOST_EACH, Summary, Tally};
pub use torch::{TorchModule, TorchNetwork};
pub use trainee::{Trainee, TrainingError};
pub use updater::OptimizerState;
pub use variants::{Plan, Recipe, VARIANTS, Variant, variant};
pub use weights::NamedArray;
