//! The trait of all autoencoders, and the network that most of them are: a stack of pairs.

use std::fmt::Debug;
use std::ops::Range;

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use super::activation::Activation;
use super::conv::{ConvPair, ConvPlan};
use super::dense::{DensePair, DensePlan};
use super::layers::LayerInfo;
use crate::data::ImageShape;

/// A network that squeezes an image into a code and rebuilds it, built from stages.
///
/// Parameters of stage `s` must lie under a field path that contains `stages.s`, so that a phase can
/// freeze all others; a codebook trains with the innermost stage. Images and codes are flat: `[images, values]`.
pub trait Autoencoder: Module + Clone + Debug + Send + 'static {
    /// Number of stages.
    fn stages(&self) -> usize;

    /// One stage of the encoder, a step inwards.
    fn encode_stage(&self, stage: usize, x: Tensor<2>) -> Tensor<2>;

    /// One stage of the decoder, a step outwards. Stage 0 gives values before the output function.
    fn decode_stage(&self, stage: usize, code: Tensor<2>) -> Tensor<2>;

    /// The outermost `depth` stages of the encoder.
    fn encode(&self, x: Tensor<2>, depth: usize) -> Tensor<2> {
        (0..depth).fold(x, |x, stage| self.encode_stage(stage, x))
    }

    /// The outermost `depth` stages of the decoder, from the code of that depth to values before the
    /// output function.
    fn decode(&self, code: Tensor<2>, depth: usize) -> Tensor<2> {
        (0..depth)
            .rev()
            .fold(code, |code, stage| self.decode_stage(stage, code))
    }

    /// How the output `y` of an encoder stage moves while its input `x` moves along a direction: the
    /// product of its Jacobian with that. Shapes as of [`Autoencoder::encode_stage`].
    fn push_stage(
        &self,
        stage: usize,
        x: Tensor<2>,
        y: Tensor<2>,
        direction: Tensor<2>,
    ) -> Tensor<2>;

    /// Sum of the squared weights of a stage's decoder layer, shape `[1]`.
    fn decoder_squares(&self, stage: usize) -> Tensor<1>;

    /// Weights of a stage's encoder layer, `[inputs, outputs]`, where it is dense with a sigmoid.
    fn sigmoid_encoder(&self, stage: usize) -> Option<Tensor<2>>;

    /// The entries that codes are made of, `[entries, numbers]`, where the bottleneck has a codebook.
    fn codebook(&self) -> Option<Tensor<2>>;

    /// The same network with other entries, of the same shape and without autodiff.
    #[must_use]
    fn with_codebook(self, entries: Tensor<2>) -> Self;
}

/// Shape of one stage of a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PairPlan {
    /// Dense layers.
    Dense(DensePlan),
    /// Convolutions.
    Conv(ConvPlan),
}

/// Shape of a stack, from the image inwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackPlan {
    /// One entry a stage.
    pub pairs: Vec<PairPlan>,
    /// Applied to the last layer.
    pub output: Activation,
    /// Entries of the codebook and numbers of each, where the bottleneck has one.
    pub codebook: Option<[usize; 2]>,
}

impl StackPlan {
    /// The layers from the image to the code and back to the image.
    pub fn layers(&self) -> Vec<LayerInfo> {
        let pairs: Vec<[LayerInfo; 2]> = self
            .pairs
            .iter()
            .enumerate()
            .map(|(stage, pair)| match pair {
                PairPlan::Dense(plan) => plan.layers(stage, self.output),
                PairPlan::Conv(plan) => plan.layers(stage, self.output),
            })
            .collect();
        let encoder = pairs.iter().map(|[encoder, _]| encoder.clone());
        let decoder = pairs.iter().rev().map(|[_, decoder]| decoder.clone());
        let mut layers: Vec<LayerInfo> = encoder.chain(decoder).collect();
        let innermost = self.pairs.len().saturating_sub(1);
        if let (Some([entries, numbers]), Some(layer)) = (self.codebook, layers.get_mut(innermost))
        {
            layer.kind = format!("{}, codebook {entries}×{numbers}", layer.kind);
            layer.parameters += entries * numbers;
        }
        layers
    }

    /// The code as maps: a code without places has one.
    pub fn code(&self) -> ImageShape {
        match self.pairs.last() {
            Some(PairPlan::Conv(plan)) => plan.inner(),
            Some(PairPlan::Dense(DensePlan { inner, .. })) => vector(*inner),
            None => vector(0),
        }
    }

    /// The network, with weights still to be initialised.
    pub fn init(&self, device: &Device) -> Stack {
        Stack {
            stages: self
                .pairs
                .iter()
                .map(|pair| match pair {
                    PairPlan::Dense(plan) => Pair::Dense(plan.init(device)),
                    PairPlan::Conv(plan) => Pair::Conv(plan.init(device)),
                })
                .collect(),
            codebook: self
                .codebook
                .map(|shape| Param::from_tensor(Tensor::zeros(shape, device))),
        }
    }
}

/// A code of so many numbers at one place.
fn vector(numbers: usize) -> ImageShape {
    ImageShape {
        width: 1,
        height: 1,
        channels: numbers,
    }
}

/// One stage of a stack.
#[derive(Module, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a network has a handful of these"
)]
pub enum Pair {
    /// Dense layers.
    Dense(DensePair),
    /// Convolutions.
    Conv(ConvPair),
}

/// Pairs of layers, one inside the other: the hourglass.
#[derive(Module, Debug)]
pub struct Stack {
    stages: Vec<Pair>,
    codebook: Option<Param<Tensor<2>>>,
}

impl Autoencoder for Stack {
    fn stages(&self) -> usize {
        self.stages.len()
    }

    fn encode_stage(&self, stage: usize, x: Tensor<2>) -> Tensor<2> {
        match &self.stages[stage] {
            Pair::Dense(pair) => pair.encode(x),
            Pair::Conv(pair) => pair.encode(x),
        }
    }

    fn decode_stage(&self, stage: usize, code: Tensor<2>) -> Tensor<2> {
        match &self.stages[stage] {
            Pair::Dense(pair) => pair.decode(code),
            Pair::Conv(pair) => pair.decode(code),
        }
    }

    fn push_stage(
        &self,
        stage: usize,
        x: Tensor<2>,
        y: Tensor<2>,
        direction: Tensor<2>,
    ) -> Tensor<2> {
        match &self.stages[stage] {
            Pair::Dense(pair) => pair.push(x, y, direction),
            Pair::Conv(pair) => pair.push(x, y, direction),
        }
    }

    fn decoder_squares(&self, stage: usize) -> Tensor<1> {
        match &self.stages[stage] {
            Pair::Dense(pair) => pair.decoder_squares(),
            Pair::Conv(pair) => pair.decoder_squares(),
        }
    }

    fn sigmoid_encoder(&self, stage: usize) -> Option<Tensor<2>> {
        match &self.stages[stage] {
            Pair::Dense(pair) => pair.sigmoid_encoder(),
            Pair::Conv(_) => None,
        }
    }

    fn codebook(&self) -> Option<Tensor<2>> {
        self.codebook.as_ref().map(|entries| entries.val())
    }

    fn with_codebook(mut self, entries: Tensor<2>) -> Self {
        self.codebook = self.codebook.map(|param| {
            param.map(|old| {
                let entries = if old.device().is_autodiff() {
                    Tensor::from_inner(entries)
                } else {
                    entries
                };
                entries.set_require_grad(old.is_require_grad())
            })
        });
        self
    }
}

/// The stage a parameter belongs to, read from its path; `None` for a codebook.
pub fn stage_of(path: &[String]) -> Option<usize> {
    let at = path.iter().position(|name| name == "stages")?;
    path.get(at + 1)?.parse().ok()
}

/// Whether a parameter trains while the stages `trained` of `stages` do.
pub fn is_trained(path: &[String], trained: &Range<usize>, stages: usize) -> bool {
    match stage_of(path) {
        Some(stage) => trained.contains(&stage),
        None => trained.end == stages,
    }
}

#[cfg(test)]
#[path = "autoencoder_tests.rs"]
mod tests;
