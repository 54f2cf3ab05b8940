//! Hourglass: a desktop workbench for training, comparing and taking apart autoencoders.
//!
//! # Layers, one way
//!
//! ```text
//! data ← analysis ← kernels ← model ← train ← store ← engine ← { cli, gui } ← main
//! ```
//!
//! | module | owns | never names |
//! |---|---|---|
//! | [`data`] | [`data::Dataset`]: u8 images of one shape, labels, splits, the seeded batch order; one file a source and the table [`data::SOURCES`] | burn, egui |
//! | [`analysis`] | PCA, the reference lines of every chart, how codes are spread, what is near to what: plain arrays in and out | burn, egui, data |
//! | [`kernels`] | the loops of training on the CPU: plain slices in and out | burn, egui, data |
//! | [`model`] | networks built from stages, the tables of parts they are combined from, optimizers, knobs as data; a variant is a preset in the table [`model::VARIANTS`] | egui, threads |
//! | [`train`] | [`train::RunConfig`], the [`train::Schedule`] of phases, the [`train::Trainer`], metrics, checkpoints | egui, threads |
//! | [`store`] | a run as a folder, replaced atomically | egui |
//! | [`engine`] | the thread that trains all live runs in turn, jobs beside it; [`engine::Command`], [`engine::Event`], devices | egui |
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
//! Some snapshots, one [`engine::Frame`] a run, are told as events too: the window keeps them to look
//! back, and its scrubber is one cursor over them.
//!
//! What follows the pointer goes another way. The window has *standing wishes* ([`engine::Wish`]: the
//! picture of a code, a plane of codes, filters, images with the noise of training), at most one a place
//! on the screen, and the thread "explorer" fulfils them on the CPU with copies of the newest weights, so
//! that a slider never waits for a training step. A newer wish replaces an older one, and answers come
//! back like events. What is asked about codes that are at hand, such as a map of them, needs no weights: the
//! thread "analyst" computes it, and its findings are events.
//!
//! A run whose device fails is *parked*: built anew on the CPU from the last state that was copied off
//! the device, which happens whenever it is saved. There it stands until it is continued elsewhere.
//!
//! A run whose images are in no known place any more, or have changed, is *offline*: it opens with the
//! curves, weights and frames that were kept, and is *relinked* once somebody names a place whose images
//! have the SHA-256 it was trained on.
//!
//! What a run was is *put aside* before it is made anew, whole and paused, so that the window can bring
//! it back for a while; the window bounds how much is held like that.
//!
//! A run that trains can be changed: its learning rate, the knobs that say they are live, and the phases to
//! come. Such changes are written
//! into its configuration, with the step they came at, so that it still repeats; and a new run can branch
//! off where any phase began.
//!
//! # Stages, and why pretraining is a schedule
//!
//! Every network is a stack of *stages*, pairs of an encoder layer and the decoder layer that mirrors
//! it. A [`train::Phase`] says which stages train on which [`model::Objective`]; the others are
//! frozen. End to end is one phase, greedy and ends-inward pretraining are one phase a stage and a
//! last one for all. So every layered variant has every schedule.
//!
//! # A member of the family is a combination
//!
//! ```text
//! image → corruption → encoder → bottleneck → decoder → output
//! loss = reconstruction + Σ weight · penalty
//! ```
//!
//! Corruptions, bottlenecks ([`model::BOTTLENECKS`]) and penalties ([`model::PENALTIES`]) are tables; every
//! variant has the knobs of all of them, and differs from another by its layers and its defaults. A loss
//! is named terms, whose weighted sum is minimised; a measurement on the test images keeps each by name,
//! and *measures* beside them, such as the units of a code that are in use; the table
//! [`model::QUANTITIES`] says how each is shown. What depends on time, a warm-up or an annealing, reads
//! [`model::StepContext`].
//!
//! Combinations whose figures on MNIST are known are the table [`train::PRESETS`]. A run keeps the id of the
//! one it was made from, which decides nothing but what [`train::judge`] holds it against.
//!
//! # Fast where there is no GPU
//!
//! Networks are Burn modules on every device. On Flex, a layer with its activation, a loss with its
//! gradient and an optimizer's step go through a seam in [`model`] to [`kernels`], one pass over memory
//! each; elsewhere the same functions are Burn's own operations. What frozen stages make of the
//! training images is computed once a phase. A GPU's kernels are tuned the first time a size is met,
//! on a thread of their own before the run is made; what is found is kept for the next start.
//!
//! A run whose device is not named begins on the CPU. A GPU is timed beside it, in a process of its own,
//! and the next run takes it where it is faster by a third: a run never changes its device by itself.
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
pub mod kernels;
pub mod model;
pub mod store;
pub mod train;
