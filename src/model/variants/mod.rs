//! Variants: the kinds of autoencoder there are, one file each and one line in [`VARIANTS`].
//!
//! From the table follow the chooser and the sliders of the window, the options of the command line,
//! the README's table and the examination that `tests/variants.rs` puts every entry through.

mod autoencoder;
mod common;
mod contractive;
mod convolutional;
mod deep;
mod denoising;
mod k_sparse;
mod parts;
mod quantised;
mod regularised;
mod sparse;
mod stack_variant;
mod stacked;
mod tied;
mod variational;

use burn::tensor::Device;

use crate::data::ImageShape;

use super::composition::Composition;
use super::knobs::{Knob, KnobError, Knobs};
use super::layers::LayerInfo;
use super::objective::{Objective, Pretraining};
use super::optimizer::OptimizerKind;
use super::torch::TorchNetwork;
use super::trainee::{Trainee, TrainingError};
use super::weights::NamedArray;

/// Every variant, in the order of the chooser.
pub const VARIANTS: &[&dyn Variant] = &[
    &autoencoder::AUTOENCODER,
    &deep::DEEP,
    &stacked::STACKED,
    &convolutional::CONVOLUTIONAL,
    &denoising::DENOISING,
    &sparse::SPARSE,
    &k_sparse::K_SPARSE,
    &contractive::CONTRACTIVE,
    &tied::TIED,
    &variational::VAE,
    &variational::BETA_VAE,
    &quantised::VQ_VAE,
    &quantised::FSQ,
    &regularised::WAE,
    &regularised::RAE,
];

/// How a variant is trained when nothing else is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// Schedule.
    pub pretraining: Pretraining,
    /// Update rule of all phases, at its usual learning rate.
    pub optimizer: OptimizerKind,
    /// Images a step.
    pub batch: usize,
    /// Epochs of each pretraining phase.
    pub pretrain_epochs: usize,
    /// Epochs of the last phase.
    pub epochs: usize,
}

/// What a network will be, before it is built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Encoder then decoder, image to image.
    pub layers: Vec<LayerInfo>,
    /// Number of stages.
    pub stages: usize,
    /// Size of the code.
    pub latent: usize,
}

impl Plan {
    /// Weights and biases of all layers.
    pub fn parameters(&self) -> usize {
        LayerInfo::all_parameters(&self.layers)
    }
}

/// A kind of autoencoder.
pub trait Variant: Sync {
    /// The key on the command line and in files.
    fn id(&self) -> &'static str;

    /// What the window calls it.
    fn name(&self) -> &'static str;

    /// What it is and what to expect of it, in a sentence or two.
    fn summary(&self) -> &'static str;

    /// Its knobs, in the order of the side panel.
    fn knobs(&self) -> &'static [Knob];

    /// How it is trained when nothing else is said.
    fn recipe(&self) -> Recipe;

    /// Whether it can have more than one stage, so that layer-wise pretraining means something.
    fn is_layered(&self) -> bool {
        true
    }

    /// Number of stages, which does not depend on the images.
    ///
    /// # Errors
    /// Knobs that contradict each other.
    fn stages(&self, knobs: &Knobs) -> Result<usize, KnobError>;

    /// What the network will be for images of this shape.
    ///
    /// # Errors
    /// Knobs that contradict the images or each other.
    fn plan(&self, shape: ImageShape, knobs: &Knobs) -> Result<Plan, KnobError>;

    /// Everything about the network but its layers.
    ///
    /// # Errors
    /// The same as [`Variant::plan`].
    fn composition(&self, shape: ImageShape, knobs: &Knobs) -> Result<Composition, KnobError>;

    /// The same network in PyTorch's terms.
    ///
    /// # Errors
    /// The same as [`Variant::plan`].
    fn torch(&self, shape: ImageShape, knobs: &Knobs) -> Result<TorchNetwork, KnobError>;

    /// The network with its first weights, on `device` without autodiff.
    ///
    /// # Errors
    /// The same as [`Variant::plan`].
    fn build(
        &self,
        shape: ImageShape,
        knobs: &Knobs,
        seed: u64,
        device: &Device,
    ) -> Result<Box<dyn Trainee>, KnobError>;

    /// The network with given weights, to be looked through at the depth of `objective` but not
    /// trained: no first weights are drawn for it.
    ///
    /// # Errors
    /// The same as [`Variant::plan`], and weights that do not fit.
    fn replica(
        &self,
        shape: ImageShape,
        knobs: &Knobs,
        objective: Objective,
        weights: &[NamedArray],
        device: &Device,
    ) -> Result<Box<dyn Trainee>, TrainingError>;
}

/// What is asked for and not there, and what is nearest to it.
const ELSEWHERE: &[(&str, &str)] = &[
    (
        "pca",
        "autoencoder, linear with squared error, finds the same plane; PCA itself is drawn beside every run",
    ),
    ("variational", "vae"),
    ("cvae", "vae, whose code is not told the class"),
    ("vqvae", "vq-vae"),
    ("vq", "vq-vae"),
    (
        "rvq",
        "vq-vae, whose places are one entry each and not a sum of several",
    ),
    (
        "gan",
        "vae, which draws new pictures too, or wae, whose codes are given a shape without an adversary",
    ),
    (
        "aae",
        "wae, whose codes are given a shape without an adversary",
    ),
    (
        "mae",
        "denoising with noise block or masking, which rebuilds what was hidden",
    ),
    (
        "diffusion",
        "denoising, which takes away noise of one level in one step",
    ),
    (
        "dec",
        "stacked, the network that deep clustering starts from",
    ),
];

/// The variant with this key.
///
/// # Errors
/// Names the variants there are, and the nearest where it is known.
pub fn variant(id: &str) -> Result<&'static dyn Variant, KnobError> {
    VARIANTS
        .iter()
        .copied()
        .find(|variant| variant.id() == id)
        .ok_or_else(|| {
            let known: Vec<&str> = VARIANTS.iter().map(|v| v.id()).collect();
            let wanted = id.to_lowercase();
            let elsewhere = ELSEWHERE.iter().find(|(other, _)| *other == wanted);
            let nearest = match elsewhere {
                Some((_, nearest)) => Some(*nearest),
                None => known.iter().copied().find(|id| *id == wanted),
            };
            let nearest = nearest.map_or_else(String::new, |nearest| {
                format!("; nearest to it is {nearest}")
            });
            KnobError::Contradiction(format!(
                "variant must be one of {}, but is {id:?}{nearest}",
                known.join(", ")
            ))
        })
}
