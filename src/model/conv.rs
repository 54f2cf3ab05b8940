//! A pair of convolutions: one stage of the convolutional autoencoder.
//!
//! Every stage halves width and height with stride 2. *Same* padding is TensorFlow's: the output has
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

/// Distance of two neighbouring outputs.
pub(super) const STRIDE: usize = 2;

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

    /// Padding that makes ⌈`size` / 2⌉ outputs.
    pub fn same(size: usize, kernel: usize) -> Self {
        let total = ((size.div_ceil(STRIDE) - 1) * STRIDE + kernel).saturating_sub(size);
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
    /// Of the encoder layer; cropped by the decoder layer.
    pub padding: Padding,
}

impl Axis {
    fn new(outer: usize, kernel: usize, is_valid: bool) -> Self {
        let padding = if is_valid {
            Padding::VALID
        } else {
            Padding::same(outer, kernel)
        };
        Self {
            outer,
            inner: (outer + padding.total() - kernel) / STRIDE + 1,
            padding,
        }
    }

    /// Values that the transposed convolution lacks or has too many of after both sides were cropped
    /// by `before`: (to append, to cut off).
    fn mend(self, kernel: usize) -> (usize, usize) {
        let full = (self.inner - 1) * STRIDE + kernel;
        let cropped = full - 2 * self.padding.before;
        (
            self.outer.saturating_sub(cropped),
            cropped.saturating_sub(self.outer),
        )
    }
}

/// Shape and activations of a pair of convolutions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvPlan {
    /// Width and height of the (square) kernel.
    pub kernel: usize,
    /// Channels on the image's side.
    pub outer_channels: usize,
    /// Channels on the code's side.
    pub inner_channels: usize,
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
    /// Stage `stage` on `channels`×`height`×`width`, as in Guo et al. 2017: 5×5 *same* in the first
    /// two stages, then 3×3, *valid* where the side is not divisible by 8 and *same* where it is
    /// (`pads_all`), or where the side is too small for *valid*.
    pub fn new(
        stage: usize,
        channels: [usize; 2],
        [height, width]: [usize; 2],
        pads_all: [bool; 2],
        activation: Activation,
    ) -> Self {
        let kernel = if stage < 2 { 5 } else { 3 };
        let axis = |size: usize, pads: bool| {
            Axis::new(size, kernel, stage >= 2 && !pads && size >= kernel)
        };
        Self {
            kernel,
            outer_channels: channels[0],
            inner_channels: channels[1],
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

    /// Values of an output of the encoder layer.
    pub fn inner_values(&self) -> usize {
        self.inner_channels * self.height.inner * self.width.inner
    }

    /// Both layers in words.
    pub fn layers(&self, stage: usize, output: Activation) -> [LayerInfo; 2] {
        let weights = self.kernel * self.kernel * self.outer_channels * self.inner_channels;
        let outer = format!(
            "{}×{}×{}",
            self.width.outer, self.height.outer, self.outer_channels
        );
        let inner = format!(
            "{}×{}×{}",
            self.width.inner, self.height.inner, self.inner_channels
        );
        let outer_values = self.outer_channels * self.height.outer * self.width.outer;
        let kernel = self.kernel;
        let products = weights * self.height.inner * self.width.inner;
        [
            LayerInfo {
                name: format!("stages.{stage}.encoder"),
                side: Side::Encoder,
                stage,
                kind: format!("conv {kernel}×{kernel}/{STRIDE}"),
                input: outer.clone(),
                output: inner.clone(),
                outputs: self.inner_values(),
                maps: Some(ImageShape {
                    width: self.width.inner,
                    height: self.height.inner,
                    channels: self.inner_channels,
                }),
                activation: self.encoder_activation.choice().name.to_owned(),
                parameters: weights + self.inner_channels,
                products,
            },
            LayerInfo {
                name: format!("stages.{stage}.decoder"),
                side: Side::Decoder,
                stage,
                kind: format!("transposed conv {kernel}×{kernel}/{STRIDE}"),
                input: inner,
                output: outer,
                outputs: outer_values,
                maps: Some(ImageShape {
                    width: self.width.outer,
                    height: self.height.outer,
                    channels: self.outer_channels,
                }),
                activation: if stage == 0 {
                    output
                } else {
                    self.decoder_activation
                }
                .choice()
                .name
                .to_owned(),
                parameters: weights + self.outer_channels,
                products,
            },
        ]
    }

    /// The layer as the kernels see it, for a batch.
    fn layer(&self, images: usize) -> Layer {
        let span = |axis: Axis| Span {
            outer: axis.outer,
            inner: axis.inner,
            before: axis.padding.before,
        };
        Layer {
            window: Window {
                channels: self.outer_channels,
                height: span(self.height),
                width: span(self.width),
                kernel: self.kernel,
                stride: STRIDE,
            },
            inner_channels: self.inner_channels,
            images,
        }
    }

    /// The layers, with weights still to be initialised.
    pub fn init(&self, device: &Device) -> ConvPair {
        let kernel = [self.kernel, self.kernel];
        ConvPair {
            encoder: Conv2dConfig::new([self.outer_channels, self.inner_channels], kernel)
                .with_stride([STRIDE, STRIDE])
                .init(device),
            decoder: ConvTranspose2dConfig::new([self.inner_channels, self.outer_channels], kernel)
                .with_stride([STRIDE, STRIDE])
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
    /// `[images, channels × height × width]`, outer to inner
    pub fn encode(&self, x: Tensor<2>) -> Tensor<2> {
        let bias = self.encoder.bias.as_ref().map(|bias| bias.val());
        self.inwards(x, bias, self.plan.encoder_activation)
    }

    /// How the output `y` of the encoder layer moves while its input `x` moves along a direction.
    pub fn push(&self, x: Tensor<2>, y: Tensor<2>, direction: Tensor<2>) -> Tensor<2> {
        let bias = self.encoder.bias.as_ref().map(|bias| bias.val());
        let before = || self.inwards(x, bias, Activation::Linear);
        let slope = self.plan.encoder_activation.slope(y, before);
        let none = Tensor::zeros([self.plan.inner_channels], &direction.device());
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
                plan.layer(images),
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
            [STRIDE, STRIDE],
            [pad(plan.height), pad(plan.width)],
            [1, 1],
            1,
        );
        let y = conv2d(x, self.encoder.weight.val(), bias, options);
        let y = activation.apply(y);
        y.reshape([images, plan.inner_values()])
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
                plan.layer(images),
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
        let (append_height, cut_height) = plan.height.mend(plan.kernel);
        let (append_width, cut_width) = plan.width.mend(plan.kernel);
        let y = conv_transpose2d(
            x,
            self.decoder.weight.val(),
            self.decoder.bias.as_ref().map(|bias| bias.val()),
            ConvTransposeOptions::new(
                [STRIDE, STRIDE],
                [plan.height.padding.before, plan.width.padding.before],
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
