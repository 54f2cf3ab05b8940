//! Training: configurations, schedules and the stepper that runs them.
//!
//! A *run* is one network trained through one [`Schedule`]. The [`Trainer`] steps it; nothing here
//! knows of threads, files or windows.

mod between;
mod boundary;
mod changes;
mod checkpoint;
mod codes;
mod config;
mod drawn_codes;
mod error;
mod evaluation;
mod feed;
mod initial;
mod live;
mod losses;
mod metrics;
mod observe;
mod offline;
mod presets;
mod schedule;
mod trainer;

pub use boundary::{Boundary, BoundaryMark};
pub use changes::LearningRateChange;
pub use checkpoint::{Checkpoint, Position};
pub use codes::heaviest_phase;
pub use config::{ConfigError, DEFAULT_DROPOUT, RunConfig};
pub use drawn_codes::{CodeDraw, CodeDraws, CodeSource, UnsuitedCodes, Way};
pub use error::TrainerError;
pub use feed::{Compute, Feed, Half, is_kept_on_device};
pub use initial::InitialWeights;
pub use live::KnobChange;
pub use losses::Losses;
pub use metrics::{Measures, Metrics, PhaseStart, TermValues, TestPoint, TrainPoint, Verdict};
pub use offline::OfflineRun;
pub use presets::{
    Aim, Band, Evidence, Expected, Family, Found, Judgement, NEIGHBOURS, PRESET_DATASET, PRESETS,
    Preset, Reach, are_preset_images, judge, nearest_presets, preset, significant,
};
pub use schedule::{LearningRateDecay, Phase, PhaseSettings, Schedule};
pub use trainer::{Advance, Trainer};
