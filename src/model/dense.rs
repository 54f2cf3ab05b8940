//! A pair of dense layers: one stage of the plain, deep and stacked autoencoders.

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor};

use super::activation::Activation;
use super::fused;
use super::layers::{LayerInfo, Side};

/// Shape and activations of a pair of dense layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DensePlan {
    /// Width on the image's side.
    pub outer: usize,
    /// Width on the code's side.
    pub inner: usize,
    /// Of the encoder layer.
    pub encoder_activation: Activation,
    /// Of the decoder layer; linear in the outermost pair, whose output function belongs to the loss.
    pub decoder_activation: Activation,
}

impl DensePlan {
    /// Both layers in words; `output` is what follows the decoder layer where it is the last.
    pub fn layers(&self, stage: usize, output: Activation) -> [LayerInfo; 2] {
        let info = |side, from: usize, to: usize, activation: Activation, name| LayerInfo {
            name: format!("stages.{stage}.{name}"),
            side,
            stage,
            kind: "dense".to_owned(),
            input: from.to_string(),
            output: to.to_string(),
            outputs: to,
            maps: None,
            activation: activation.choice().name.to_owned(),
            parameters: from * to + to,
            products: from * to,
        };
        let decoder = if stage == 0 {
            output
        } else {
            self.decoder_activation
        };
        [
            info(
                Side::Encoder,
                self.outer,
                self.inner,
                self.encoder_activation,
                "encoder",
            ),
            info(Side::Decoder, self.inner, self.outer, decoder, "decoder"),
        ]
    }

    /// The layers, with weights still to be initialised.
    pub fn init(&self, device: &Device) -> DensePair {
        DensePair {
            encoder: LinearConfig::new(self.outer, self.inner).init(device),
            decoder: LinearConfig::new(self.inner, self.outer).init(device),
            encoder_activation: self.encoder_activation,
            decoder_activation: self.decoder_activation,
        }
    }
}

/// An encoder layer and the decoder layer that mirrors it.
#[derive(Module, Debug)]
pub struct DensePair {
    encoder: Linear,
    decoder: Linear,
    #[module(skip)]
    encoder_activation: Activation,
    #[module(skip)]
    decoder_activation: Activation,
}

impl DensePair {
    /// # Shapes
    /// `[images, outer]` to `[images, inner]`
    pub fn encode(&self, x: Tensor<2>) -> Tensor<2> {
        forward(&self.encoder, x, self.encoder_activation)
    }

    /// # Shapes
    /// `[images, inner]` to `[images, outer]`
    pub fn decode(&self, code: Tensor<2>) -> Tensor<2> {
        forward(&self.decoder, code, self.decoder_activation)
    }
}

fn forward(layer: &Linear, x: Tensor<2>, activation: Activation) -> Tensor<2> {
    match &layer.bias {
        Some(bias) => fused::dense(x, layer.weight.val(), bias.val(), activation),
        None => activation.apply(layer.forward(x)),
    }
}
