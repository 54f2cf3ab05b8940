//! What a network is made of, in plain words and numbers.

use crate::data::ImageShape;

/// Which half of the hourglass a layer belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Image to code.
    Encoder,
    /// Code to image.
    Decoder,
}

/// One weight layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerInfo {
    /// Name of its parameters in files, such as `stages.0.encoder`.
    pub name: String,
    /// Which half it belongs to.
    pub side: Side,
    /// The stage it trains with, counted from the image inwards.
    pub stage: usize,
    /// What it computes, such as `dense` or `conv 5×5/2`.
    pub kind: String,
    /// Shape of its input, such as `784` or `28×28×1`.
    pub input: String,
    /// Shape of its output.
    pub output: String,
    /// Values in its output.
    pub outputs: usize,
    /// Its output as maps, one a channel, where it is convolutional; channel after channel.
    pub maps: Option<ImageShape>,
    /// Function applied to its output.
    pub activation: String,
    /// Weights and biases.
    pub parameters: usize,
    /// Multiplications of a weight with a value, for one image.
    pub products: usize,
}

impl LayerInfo {
    /// Weights and biases of all these layers.
    pub fn all_parameters(layers: &[Self]) -> usize {
        layers.iter().map(|layer| layer.parameters).sum()
    }

    /// How many units it has: filters where it is convolutional, values of its output elsewhere.
    pub fn units(&self) -> usize {
        self.maps.map_or(self.outputs, |maps| maps.channels)
    }
}
