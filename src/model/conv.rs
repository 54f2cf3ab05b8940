//! A pair of convolutions: one stage of the convolutional autoencoder.
//!
//! A stage halves width and height with stride 2, or makes the code at each place of a map with stride 1.
//! *Same* padding is TensorFlow's: the output has
//! ⌈n / 2⌉ values, and what must be padded is split before and after, the larger half after. The
//! transposed convolution of the decoder is cropped by the same amounts, so that it gives back
//! exactly the size its encoder layer took. *Valid* padding pads and crops nothing.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig, ConvTranspose2d, ConvTranspose2dConfig};
use burn::tensor::module::{conv_transpose2d, conv2d};
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
use burn::tensor::{Device, Tensor};

use super::activation::Activation;
use super::fused;
use super::layers::{LayerInfo, Side};
use crate::data::ImageShape;
use crate::kernels::convolution::{Layer, Way};
use crate::kernels::window::{Span, Window};

/// Distance of two neighbouring outputs of a stage that halves.
const HALVING: usize = 2;

/// Kernels of the stages that halve, from the image inwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernels {
    /// 5×5 *same* in the first two stages, then 3×3, *valid* where the side is not divisible by 8 and
    /// *same* where it is, or where the side is too small for *valid* (Guo et al. 2017).
    Shrinking,
    /// 4×4 *same* in all of them (van den Oord et al. 2017).
    Four,
}

/// Padding of one axis, before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Padding {
    /// Before the first value.
    pub before: usize,
    /// After the last value.
    pub after: usize,
}

impl Padding {
    const VALID: Self = Self {
        before: 0,
        after: 0,
    };

    /// Padding that makes ⌈`size` / `stride`⌉ outputs.
    pub fn same(size: usize, kernel: usize, stride: usize) -> Self {
        let total = ((size.div_ceil(stride) - 1) * stride + kernel).saturating_sub(size);
        Self {
            before: total / 2,
            after: total - total / 2,
        }
    }

    fn total(self) -> usize {
        self.before + self.after
    }
}

/// One axis of a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    /// Values on the image's side.
    pub outer: usize,
    /// Values on the code's side.
    pub inner: usize,
    /// Of the encoder layer.
    pub padding: Padding,
    /// What the decoder layer crops.
    pub crop: Padding,
}

impl Axis {
    fn halved(outer: usize, kernel: usize, is_valid: bool) -> Self {
        let padding = if is_valid {
            Padding::VALID
        } else {
            Padding::same(outer, kernel, HALVING)
        };
        Self {
            outer,
            inner: (outer + padding.total() - kernel) / HALVING + 1,
            padding,
            crop: padding,
        }
    }

    /// As many values on both sides.
    fn kept(size: usize, kernels: [usize; 2]) -> Self {
        let [padding, crop] = kernels.map(|kernel| Padding::same(size, kernel, 1));
        Self {
            outer: size,
            inner: size,
            padding,
            crop,
        }
    }

    /// Values that the transposed convolution lacks or has too many of after both sides were cropped
    /// by `before`: (to append, to cut off).
    fn mend(self, kernel: usize, stride: usize) -> (usize, usize) {
        let full = (self.inner - 1) * stride + kernel;
        let cropped = full - 2 * self.crop.before;
        (
            self.outer.saturating_sub(cropped),
            cropped.saturating_sub(self.outer),
        )
    }
}

/// Shape and activations of a pair of convolutions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvPlan {
    /// Width and height of the (square) kernels of encoder and decoder layer.
    pub kernels: [usize; 2],
    /// Distance of two neighbouring values of the code's side on the image's.
    pub stride: usize,
    /// Channels on the image's side.
    pub outer_channels: usize,
    /// Channels on the code's side.
    pub inner_channels: usize,
    /// Channels that the encoder layer gives for each one of the code: 2 in front of a Gaussian
    /// bottleneck, 1 elsewhere.
    pub heads: usize,
    /// Vertical.
    pub height: Axis,
    /// Horizontal.
    pub width: Axis,
    /// Of the encoder layer.
    pub encoder_activation: Activation,
    /// Of the decoder layer; linear in the outermost pair.
    pub decoder_activation: Activation,
}

impl ConvPlan {
    /// Stage `stage` on `channels`×`height`×`width`, which halves both sides. `pads_all` says of each
    /// side of the image whether it is divisible by 8.
    pub fn halving(
        (stage, kernels): (usize, Kernels),
        channels: [usize; 2],
        [height, width]: [usize; 2],
        pads_all: [bool; 2],
        activation: Activation,
    ) -> Self {
        let (kernel, may_be_valid) = match kernels {
            Kernels::Shrinking if stage < 2 => (5, false),
            Kernels::Shrinking => (3, true),
            Kernels::Four => (4, false),
        };
        let axis = |size: usize, pads: bool| {
            Axis::halved(size, kernel, may_be_valid && !pads && size >= kernel)
        };
        Self {
            kernels: [kernel; 2],
            stride: HALVING,
            outer_channels: channels[0],
            inner_channels: channels[1],
            heads: 1,
            height: axis(height, pads_all[0]),
            width: axis(width, pads_all[1]),
            encoder_activation: activation,
            decoder_activation: if stage == 0 {
                Activation::Linear
            } else {
                activation
            },
        }
    }

    /// The innermost stage, which makes a code at every place of a map: a 1×1 convolution, and a 3×3 one
    /// back, as in the VQ-VAE of van den Oord et al. 2017.
    pub fn at_each_place(
        channels: [usize; 2],
        heads: usize,
        [height, width]: [usize; 2],
        [code_activation, activation]: [Activation; 2],
    ) -> Self {
        let kernels = [1, 3];
        Self {
            kernels,
            stride: 1,
            outer_channels: channels[0],
            inner_channels: channels[1],
            heads,
            height: Axis::kept(height, kernels),
            width: Axis::kept(width, kernels),
            encoder_activation: code_activation,
            decoder_activation: activation,
        }
    }

    /// Values of the code's side of one image.
    pub fn inner_values(&self) -> usize {
        self.inner().pixels()
    }

    /// The code's side as maps.
    pub fn inner(&self) -> ImageShape {
        ImageShape {
            width: self.width.inner,
            height: self.height.inner,
            channels: self.inner_channels,
        }
    }

    fn outer(&self) -> ImageShape {
        ImageShape {
            width: self.width.outer,
            height: self.height.outer,
            channels: self.outer_channels,
        }
    }

    /// Both layers in words.
    pub fn layers(&self, stage: usize, output: Activation) -> [LayerInfo; 2] {
        let words = |ImageShape {
                         width,
                         height,
                         channels,
                     }| format!("{width}×{height}×{channels}");
        let (outer, inner) = (self.outer(), self.inner());
        let channels = self.outer_channels * self.inner_channels;
        let weights = self.kernels.map(|kernel| kernel * kernel * channels);
        let area = self.height.inner * self.width.inner;
        let [encoder, decoder] = self.kernels;
        let stride = self.stride;
        let variance = if self.heads > 1 {
            ", mean and variance"
        } else {
            ""
        };
        [
            LayerInfo {
                name: format!("stages.{stage}.encoder"),
                side: Side::Encoder,
                stage,
                kind: format!("conv {encoder}×{encoder}/{stride}{variance}"),
                input: words(outer),
                output: words(inner),
                outputs: inner.pixels(),
                maps: Some(inner),
                activation: self.encoder_activation.choice().name.to_owned(),
                parameters: (weights[0] + self.inner_channels) * self.heads,
                products: weights[0] * area * self.heads,
            },
            LayerInfo {
                name: format!("stages.{stage}.decoder"),
                side: Side::Decoder,
                stage,
                kind: format!("transposed conv {decoder}×{decoder}/{stride}"),
                input: words(inner),
                output: words(outer),
                outputs: outer.pixels(),
                maps: Some(outer),
                activation: if stage == 0 {
                    output
                } else {
                    self.decoder_activation
                }
                .choice()
                .name
                .to_owned(),
                parameters: weights[1] + self.outer_channels,
                products: weights[1] * area,
            },
        ]
    }

    /// Channels that the encoder layer gives.
    fn encoded_channels(&self) -> usize {
        self.inner_channels * self.heads
    }

    /// One of the layers as the kernels see it, for a batch.
    fn layer(&self, images: usize, way: Way) -> Layer {
        let (kernel, inner_channels) = match way {
            Way::Inwards => (self.kernels[0], self.encoded_channels()),
            Way::Outwards => (self.kernels[1], self.inner_channels),
        };
        let span = |axis: Axis| Span {
            outer: axis.outer,
            inner: axis.inner,
            before: match way {
                Way::Inwards => axis.padding.before,
                Way::Outwards => axis.crop.before,
            },
        };
        Layer {
            window: Window {
                channels: self.outer_channels,
                height: span(self.height),
                width: span(self.width),
                kernel,
                stride: self.stride,
            },
            inner_channels,
            images,
        }
    }

    /// The layers, with weights still to be initialised.
    pub fn init(&self, device: &Device) -> ConvPair {
        let [encoder, decoder] = self.kernels.map(|kernel| [kernel; 2]);
        let stride = [self.stride; 2];
        ConvPair {
            encoder: Conv2dConfig::new([self.outer_channels, self.encoded_channels()], encoder)
                .with_stride(stride)
                .init(device),
            decoder: ConvTranspose2dConfig::new(
                [self.inner_channels, self.outer_channels],
                decoder,
            )
            .with_stride(stride)
            .init(device),
            plan: *self,
        }
    }
}

/// A convolution and the transposed convolution that mirrors it.
#[derive(Module, Debug)]
pub struct ConvPair {
    encoder: Conv2d,
    decoder: ConvTranspose2d,
    #[module(skip)]
    plan: ConvPlan,
}

impl ConvPair {
    /// # Shapes
    /// `[images, channels × height × width]`, outer to inner, with as many channels as there are heads
    pub fn encode(&self, x: Tensor<2>) -> Tensor<2> {
        let bias = self.encoder.bias.as_ref().map(|bias| bias.val());
        self.inwards(x, bias, self.plan.encoder_activation)
    }

    /// How the output `y` of the encoder layer moves while its input `x` moves along a direction.
    pub fn push(&self, x: Tensor<2>, y: Tensor<2>, direction: Tensor<2>) -> Tensor<2> {
        let bias = self.encoder.bias.as_ref().map(|bias| bias.val());
        let before = || self.inwards(x, bias, Activation::Linear);
        let slope = self.plan.encoder_activation.slope(y, before);
        let none = Tensor::zeros([self.plan.encoded_channels()], &direction.device());
        self.inwards(direction, Some(none), Activation::Linear) * slope
    }

    /// The convolution of the encoder with a bias and an activation.
    fn inwards(&self, x: Tensor<2>, bias: Option<Tensor<1>>, activation: Activation) -> Tensor<2> {
        let plan = &self.plan;
        let [images, _] = x.dims();
        if let Some(bias) = &bias
            && let Some(y) = fused::convolution(
                &x,
                &self.encoder.weight.val(),
                bias,
                Way::Inwards,
                plan.layer(images, Way::Inwards),
                activation,
            )
        {
            return y;
        }
        let x = x.reshape([
            images,
            plan.outer_channels,
            plan.height.outer,
            plan.width.outer,
        ]);
        let pad = |axis: Axis| (axis.padding.before, axis.padding.after);
        let options = ConvOptions::new_with_padding(
            [plan.stride; 2],
            [pad(plan.height), pad(plan.width)],
            [1, 1],
            1,
        );
        let y = conv2d(x, self.encoder.weight.val(), bias, options);
        let y = activation.apply(y);
        y.reshape([images, plan.inner_values() * plan.heads])
    }

    /// # Shapes
    /// `[images, channels × height × width]`, inner to outer
    pub fn decode(&self, code: Tensor<2>) -> Tensor<2> {
        let plan = &self.plan;
        let [images, _] = code.dims();
        if let Some(bias) = &self.decoder.bias
            && let Some(y) = fused::convolution(
                &code,
                &self.decoder.weight.val(),
                &bias.val(),
                Way::Outwards,
                plan.layer(images, Way::Outwards),
                plan.decoder_activation,
            )
        {
            return y;
        }
        let x = code.reshape([
            images,
            plan.inner_channels,
            plan.height.inner,
            plan.width.inner,
        ]);
        let (append_height, cut_height) = plan.height.mend(plan.kernels[1], plan.stride);
        let (append_width, cut_width) = plan.width.mend(plan.kernels[1], plan.stride);
        let y = conv_transpose2d(
            x,
            self.decoder.weight.val(),
            self.decoder.bias.as_ref().map(|bias| bias.val()),
            ConvTransposeOptions::new(
                [plan.stride; 2],
                [plan.height.crop.before, plan.width.crop.before],
                [append_height, append_width],
                [1, 1],
                1,
            ),
        );
        let [_, channels, height, width] = y.dims();
        let y = if cut_height + cut_width > 0 {
            y.slice([
                0..images,
                0..channels,
                0..height - cut_height,
                0..width - cut_width,
            ])
        } else {
            y
        };
        let y = plan.decoder_activation.apply(y);
        y.reshape([images, channels * plan.height.outer * plan.width.outer])
    }

    /// Sum of the squared weights of the decoder layer, shape `[1]`.
    pub fn decoder_squares(&self) -> Tensor<1> {
        self.decoder.weight.val().square().sum()
    }
}

#[cfg(test)]
mod tests;
