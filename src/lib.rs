//! Hourglass: a desktop workbench for training, comparing and taking apart autoencoders.
//!
//! # Layers, one way
//!
//! ```text
//! data ← analysis ← model ← train ← store ← engine ← { cli, gui } ← main
//! ```
//!
//! | module | owns | never names |
//! |---|---|---|
//! | [`data`] | [`data::Dataset`]: u8 images of one shape, labels, splits, the seeded batch order; one file a source and the table [`data::SOURCES`] | burn, egui |
//! | [`analysis`] | PCA and the reference lines of every chart: plain arrays in and out | burn, egui, data |
//! | [`model`] | networks built from stages, losses, optimizers, knobs as data; one file a variant and the table [`model::VARIANTS`] | egui, threads |
//! | [`train`] | [`train::RunConfig`], the [`train::Schedule`] of phases, the [`train::Trainer`], metrics, checkpoints | egui, threads |
//! | [`store`] | a run as a folder, replaced atomically | egui |
//! | [`engine`] | the thread that trains all live runs in turn; [`engine::Command`], [`engine::Event`], devices | egui |
//! | [`cli`] | headless runs, questions about kept runs, lists | egui |
//! | [`gui`] | the window: one state, panels that read it and send actions | burn |
//!
//! `tests/layers.rs` reads the sources and fails when an import goes the wrong way.
//!
//! # Data flow
//!
//! The window and the command line send commands to the engine's thread and receive events, in order
//! and none lost, and snapshots of pictures, of which only the newest counts. Nothing but plain data
//! crosses. The engine gives every active run a slice of some milliseconds in turn. Losses stay on
//! the device and are read in one go a report; test images are measured in chunks between slices.
//!
//! # Stages, and why pretraining is a schedule
//!
//! Every network is a stack of *stages*, pairs of an encoder layer and the decoder layer that mirrors
//! it. A [`train::Phase`] says which stages train on which [`model::Objective`]; the others are
//! frozen. End to end is one phase, greedy and ends-inward pretraining are one phase a stage and a
//! last one for all. So every layered variant has every schedule, and a new variant is a file with
//! its knobs and its stack, and a line in the table.
//!
//! # What repeats
//!
//! Weights come from generators seeded by the run's seed and the parameter's name, batches from the
//! seed and the epoch, noise from the seed, phase and step: the same configuration gives the same
//! curve, on Flex bit for bit, also when a run is continued from its folder, and two runs agree
//! wherever their configurations do.

pub mod analysis;
pub mod cli;
pub mod data;
pub mod engine;
pub mod gui;
pub mod model;
pub mod store;
pub mod train;
