//! A pair of dense layers: one stage of the plain, deep and stacked autoencoders.

use burn::module::{Module, Param};
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
    /// Numbers that the encoder layer gives for each value of the code: 2 in front of a Gaussian
    /// bottleneck, 1 elsewhere.
    pub heads: usize,
    /// Whether the decoder layer has the weights of the encoder layer, transposed.
    pub is_tied: bool,
    /// Of the encoder layer.
    pub encoder_activation: Activation,
    /// Of the decoder layer; linear in the outermost pair, whose output function belongs to the loss.
    pub decoder_activation: Activation,
}

impl DensePlan {
    /// Both layers in words; `output` is what follows the decoder layer where it is the last.
    pub fn layers(&self, stage: usize, output: Activation) -> [LayerInfo; 2] {
        let info = |side, from: usize, to: usize, activation: Activation, name| {
            let (kind, heads, weights) = match side {
                Side::Encoder if self.heads > 1 => ("dense, mean and variance", self.heads, from),
                Side::Decoder if self.is_tied => ("dense, tied", 1, 0),
                Side::Encoder | Side::Decoder => ("dense", 1, from),
            };
            LayerInfo {
                name: format!("stages.{stage}.{name}"),
                side,
                stage,
                kind: kind.to_owned(),
                input: from.to_string(),
                output: to.to_string(),
                outputs: to,
                maps: None,
                activation: activation.choice().name.to_owned(),
                parameters: (weights + 1) * to * heads,
                products: from * to * heads,
            }
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
        let decoder = LinearConfig::new(self.inner, self.outer).init(device);
        DensePair {
            encoder: LinearConfig::new(self.outer, self.inner * self.heads).init(device),
            decoder: Decoder {
                weight: (!self.is_tied).then_some(decoder.weight),
                bias: decoder
                    .bias
                    .expect("a linear layer has a bias unless told otherwise"),
            },
            encoder_activation: self.encoder_activation,
            decoder_activation: self.decoder_activation,
        }
    }
}

/// An encoder layer and the decoder layer that mirrors it.
#[derive(Module, Debug)]
pub struct DensePair {
    encoder: Linear,
    decoder: Decoder,
    #[module(skip)]
    encoder_activation: Activation,
    #[module(skip)]
    decoder_activation: Activation,
}

/// A decoder layer; its weights are absent where they are those of the encoder layer.
#[derive(Module, Debug)]
struct Decoder {
    weight: Option<Param<Tensor<2>>>,
    bias: Param<Tensor<1>>,
}

impl DensePair {
    /// # Shapes
    /// `[images, outer]` to `[images, heads × inner]`
    pub fn encode(&self, x: Tensor<2>) -> Tensor<2> {
        match &self.encoder.bias {
            Some(bias) => fused::dense(
                x,
                self.encoder.weight.val(),
                bias.val(),
                self.encoder_activation,
            ),
            None => self.encoder_activation.apply(self.encoder.forward(x)),
        }
    }

    /// How the output `y` of the encoder layer moves while its input `x` moves along a direction.
    pub fn push(&self, x: Tensor<2>, y: Tensor<2>, direction: Tensor<2>) -> Tensor<2> {
        let weight = self.encoder.weight.val();
        let linear = |x: Tensor<2>, bias: Tensor<1>| {
            fused::dense(x, weight.clone(), bias, Activation::Linear)
        };
        let none = Tensor::zeros([weight.dims()[1]], &x.device());
        let bias = self.encoder.bias.as_ref();
        let bias = bias.map_or_else(|| none.clone(), |bias| bias.val());
        let slope = self.encoder_activation.slope(y, || linear(x, bias));
        linear(direction, none) * slope
    }

    /// # Shapes
    /// `[images, inner]` to `[images, outer]`
    pub fn decode(&self, code: Tensor<2>) -> Tensor<2> {
        fused::dense(
            code,
            self.decoder_weight(),
            self.decoder.bias.val(),
            self.decoder_activation,
        )
    }

    /// `[inner, outer]`
    fn decoder_weight(&self) -> Tensor<2> {
        match &self.decoder.weight {
            Some(weight) => weight.val(),
            None => self.encoder.weight.val().transpose(),
        }
    }

    /// Sum of the squared weights of the decoder layer, shape `[1]`.
    pub fn decoder_squares(&self) -> Tensor<1> {
        self.decoder_weight().square().sum()
    }

    /// Weights of the encoder layer, where it has a sigmoid.
    pub fn sigmoid_encoder(&self) -> Option<Tensor<2>> {
        (self.encoder_activation == Activation::Sigmoid).then(|| self.encoder.weight.val())
    }
}
