//! What a network is made of, in plain words and numbers.

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
    /// Function applied to its output.
    pub activation: String,
    /// Weights and biases.
    pub parameters: usize,
}
