//! Kernels against Burn's own operations, on random inputs, values and gradients.

use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
use burn::tensor::{Device, TensorData, module};

use super::*;
use crate::kernels::window::{Span, Window};

#[path = "layout_tests.rs"]
mod layouts;

fn random<const D: usize>(shape: [usize; D], seed: u64) -> Tensor<D> {
    use rand::{RngExt as _, SeedableRng as _};
    let mut generator = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    let count = shape.iter().product();
    let values: Vec<f32> = (0..count)
        .map(|_| generator.random_range(-1.0..1.0))
        .collect();
    Tensor::from_data(TensorData::new(values, shape), &Device::flex().autodiff())
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_to_vec().unwrap()
}

fn close(name: &str, found: &[f32], right: &[f32]) {
    assert_eq!(found.len(), right.len(), "{name}");
    let scale = right
        .iter()
        .fold(1e-6_f32, |most, value| most.max(value.abs()));
    for (at, (found, right)) in found.iter().zip(right).enumerate() {
        let error = (found - right).abs() / scale;
        assert!(error < 2e-5, "{name}: value {at} is {found}, not {right}");
    }
}

/// Value and gradients of `of`, weighted at random so that no gradient is all ones.
fn examined<const D: usize>(
    inputs: [Tensor<2>; 1],
    weight: Tensor<D>,
    bias: Tensor<1>,
    of: impl Fn(Tensor<2>, Tensor<D>, Tensor<1>) -> Tensor<2>,
) -> [Vec<f32>; 4] {
    let [x] = inputs.map(Tensor::require_grad);
    let (weight, bias) = (weight.require_grad(), bias.require_grad());
    let y = of(x.clone(), weight.clone(), bias.clone());
    let weights = random(y.dims(), 99);
    let grads = (y.clone() * weights).sum().backward();
    [
        values(y),
        values(x.grad(&grads).unwrap()),
        values(weight.grad(&grads).unwrap()),
        values(bias.grad(&grads).unwrap()),
    ]
}

const PARTS: [&str; 4] = ["value", "gradient of x", "of the weights", "of the bias"];

const ACTIVATIONS: [Activation; 6] = [
    Activation::Linear,
    Activation::Relu,
    Activation::LeakyRelu,
    Activation::Tanh,
    Activation::Sigmoid,
    Activation::Gelu,
];

#[test]
fn a_dense_layer_is_that_of_burn() {
    for (images, inputs, outputs) in [(1, 3, 2), (7, 1, 5), (64, 784, 10), (300, 130, 257)] {
        for activation in ACTIVATIONS {
            let x = random([images, inputs], 1);
            let weight = random([inputs, outputs], 2);
            let bias = random([outputs], 3);
            let found = examined([x.clone()], weight.clone(), bias.clone(), |x, w, b| {
                dense(x, w, b, activation)
            });
            let right = examined([x], weight, bias, |x, w, b| {
                activation.apply(x.matmul(w) + b.unsqueeze())
            });
            for ((part, found), right) in PARTS.iter().zip(&found).zip(&right) {
                let name = format!("{activation:?} {images}×{inputs}→{outputs}, {part}");
                close(&name, found, right);
            }
        }
    }
}

#[test]
fn a_bend_alone_is_that_of_burn() {
    for activation in ACTIVATIONS {
        let (x, weight, bias) = (random([70, 30], 1), random([30, 300], 2), random([300], 3));
        let found = examined([x.clone()], weight.clone(), bias.clone(), |x, w, b| {
            bend(x.matmul(w) + b.unsqueeze(), activation)
        });
        let right = examined([x], weight, bias, |x, w, b| {
            activation.apply(x.matmul(w) + b.unsqueeze())
        });
        for ((part, found), right) in PARTS.iter().zip(&found).zip(&right) {
            close(&format!("{activation:?}, {part}"), found, right);
        }
    }
}

#[test]
fn what_does_not_train_has_no_gradient_and_changes_none() {
    let (x, weight, bias) = (random([40, 30], 1), random([30, 20], 2), random([20], 3));
    let all = examined([x.clone()], weight.clone(), bias.clone(), |x, w, b| {
        dense(x, w, b, Activation::Relu)
    });
    let frozen = weight.clone().require_grad();
    let x = x.require_grad();
    let y = dense(x.clone(), weight.clone(), bias, Activation::Relu);
    let grads = (y * random([40, 20], 99)).sum().backward();
    assert_eq!(values(x.grad(&grads).unwrap()), all[1]);
    assert!(weight.grad(&grads).is_none() && frozen.grad(&grads).is_none());
}

fn window(kernel: usize, [height, width]: [Span; 2], channels: usize) -> Window {
    Window {
        channels,
        height,
        width,
        kernel,
        stride: 2,
    }
}

/// Windows as the convolutional variant has them: padded more after than before, and not at all.
fn windows() -> Vec<Window> {
    let span = |outer, inner, before| Span {
        outer,
        inner,
        before,
    };
    vec![
        window(5, [span(28, 14, 1), span(28, 14, 1)], 1),
        window(5, [span(14, 7, 1), span(9, 5, 2)], 3),
        window(3, [span(7, 3, 0), span(7, 3, 0)], 4),
        window(3, [span(2, 1, 0), span(8, 4, 0)], 2),
    ]
}

fn padding(span: Span, window: &Window) -> (usize, usize) {
    let needed = (span.inner - 1) * window.stride + window.kernel;
    (span.before, needed.saturating_sub(span.outer + span.before))
}

#[test]
fn convolutions_are_those_of_burn() {
    for window in windows() {
        for images in [1, 5, 33, 200] {
            for activation in [Activation::Relu, Activation::Linear, Activation::Gelu] {
                let layer = Layer {
                    window,
                    inner_channels: 6,
                    images,
                };
                compare_inwards(layer, activation);
                compare_outwards(layer, activation);
            }
        }
    }
}

fn compare_inwards(layer: Layer, activation: Activation) {
    let Layer {
        window,
        inner_channels,
        images,
    } = layer;
    let x = random([images, window.outer_values()], 4);
    let weight = random(
        [
            inner_channels,
            window.channels,
            window.kernel,
            window.kernel,
        ],
        5,
    );
    let bias = random([inner_channels], 6);
    let found = examined([x.clone()], weight.clone(), bias.clone(), |x, w, b| {
        convolution(&x, &w, &b, Way::Inwards, layer, activation).unwrap()
    });
    let right = examined([x], weight, bias, |x, w, b| {
        let shape = [
            images,
            window.channels,
            window.height.outer,
            window.width.outer,
        ];
        let pads = [
            padding(window.height, &window),
            padding(window.width, &window),
        ];
        let options = ConvOptions::new_with_padding([2, 2], pads, [1, 1], 1);
        let y = module::conv2d(x.reshape(shape), w, Some(b), options);
        activation.apply(y).reshape([images as i32, -1])
    });
    for ((part, found), right) in PARTS.iter().zip(&found).zip(&right) {
        close(
            &format!("{layer:?} {activation:?} inwards, {part}"),
            found,
            right,
        );
    }
}

fn compare_outwards(layer: Layer, activation: Activation) {
    let Layer {
        window,
        inner_channels,
        images,
    } = layer;
    let x = random([images, layer.inner_values()], 4);
    let weight = random(
        [
            inner_channels,
            window.channels,
            window.kernel,
            window.kernel,
        ],
        5,
    );
    let bias = random([window.channels], 6);
    let found = examined([x.clone()], weight.clone(), bias.clone(), |x, w, b| {
        convolution(&x, &w, &b, Way::Outwards, layer, activation).unwrap()
    });
    let right = examined([x], weight, bias, |x, w, b| {
        let shape = [
            images,
            inner_channels,
            window.height.inner,
            window.width.inner,
        ];
        let options = ConvTransposeOptions::new([2, 2], [0, 0], [1, 1], [1, 1], 1);
        // The whole of it, and then the part that there is a side for.
        let y = module::conv_transpose2d(x.reshape(shape), w, Some(b.clone()), options);
        let part = |span: Span| span.before..span.before + span.outer;
        let [_, _, height, width] = y.dims();
        let (down, right) = (part(window.height), part(window.width));
        assert!(down.end <= height && right.end <= width);
        let y = y.slice([0..images, 0..window.channels, down, right]);
        activation.apply(y).reshape([images as i32, -1])
    });
    for ((part, found), right) in PARTS.iter().zip(&found).zip(&right) {
        close(
            &format!("{layer:?} {activation:?} outwards, {part}"),
            found,
            right,
        );
    }
}

#[test]
fn losses_are_those_of_burn() {
    for loss in [Loss::Mse, Loss::Bce] {
        for output in ACTIVATIONS {
            let image_loss_of = ImageLoss { output, loss };
            let logits = random([50, 700], 7).mul_scalar(4.0).require_grad();
            let target = random([50, 700], 8).abs();
            let examine = |value: Tensor<1>| {
                let grads = value.clone().mul_scalar(3.0).backward();
                let gradient = values(logits.grad(&grads).unwrap());
                (values(value), gradient)
            };
            let found = examine(image_loss(logits.clone(), target.clone(), image_loss_of));
            let right = examine(image_loss_of.plainly(logits.clone(), target.clone()));
            close(&format!("{image_loss_of:?}"), &found.0, &right.0);
            close(
                &format!("gradient of {image_loss_of:?}"),
                &found.1,
                &right.1,
            );
        }
    }
}

#[test]
fn a_gradient_is_shortened_only_where_it_is_too_long() {
    let long = random([300, 100], 9).inner();
    let length = values(long.clone())
        .iter()
        .map(|v| v * v)
        .sum::<f32>()
        .sqrt();
    let same = values(clip(long.clone(), length * 1.01));
    assert_eq!(same, values(long.clone()));
    let short = values(clip(long.clone(), 0.5));
    let right = values(long.mul_scalar(0.5 / length));
    close("clipped", &short, &right);
    let nan = clip(
        Tensor::<1>::from_floats([f32::NAN, 1.0], &Device::flex()),
        0.5,
    );
    assert!(values(nan)[0].is_nan());
}

#[test]
fn kernels_leave_alone_what_others_still_see() {
    let weight = random([20, 20], 10).inner();
    let kept = weight.clone();
    let before = values(weight.clone());
    let zeros = Tensor::<2>::zeros([20, 20], &Device::flex());
    let step = MomentumStep {
        momentum: 0.9,
        rate: 0.1,
        penalty: 0.0,
    };
    let (after, _) = momentum(weight, random([20, 20], 11).inner(), zeros, step);
    assert_eq!(values(kept), before);
    assert_ne!(values(after), before);
}
