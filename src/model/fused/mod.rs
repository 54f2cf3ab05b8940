//! Fused operations: the seam between networks and the CPU [`kernels`](crate::kernels).
//!
//! The functions of this module are what the rest of [`model`](super) calls. On Flex they run one
//! kernel each; on every other device, and for what no kernel can do, they are made of Burn's own
//! operations, and tests hold the two against each other. `ops` makes the kernels operations by Burn's
//! extension points, `gradients` says how they are differentiated, `arrays` finds the slices of tensors.

mod arrays;
mod gradients;
mod ops;

use burn::backend::{Dispatch, DispatchDevice};
use burn::tensor::Tensor;

use crate::kernels::convolution::{Layer, Way};
use crate::kernels::loss::Distance;
use crate::kernels::pointwise::Bend;
use crate::kernels::update::{AdamStep, MomentumStep};

use super::activation::Activation;
use super::loss::{ImageLoss, Loss};
use ops::{Kernels as _, Updates as _};

/// The activation as the kernels know it, unless its derivative needs more than its value.
fn bend_of(activation: Activation) -> Option<Bend> {
    match activation {
        Activation::Linear => Some(Bend::Linear),
        Activation::Relu => Some(Bend::Relu),
        Activation::LeakyRelu => Some(Bend::LeakyRelu),
        Activation::Tanh => Some(Bend::Tanh),
        Activation::Sigmoid => Some(Bend::Sigmoid),
        Activation::Gelu => None,
    }
}

/// Whether a tensor lies where the kernels work.
pub fn are_for<const D: usize>(tensor: &Tensor<D>) -> bool {
    matches!(
        tensor.device().inner().as_dispatch(),
        DispatchDevice::Flex(_)
    )
}

/// activation(x w + b).
///
/// # Shapes
/// - x: `[images, inputs]`, weight: `[inputs, outputs]`, bias: `[outputs]`
/// - returns: `[images, outputs]`
pub fn dense(
    x: Tensor<2>,
    weight: Tensor<2>,
    bias: Tensor<1>,
    activation: Activation,
) -> Tensor<2> {
    if !are_for(&x) {
        return activation.apply(x.matmul(weight) + bias.unsqueeze());
    }
    let bend = bend_of(activation);
    let y = Tensor::from_dispatch(Dispatch::dense(
        x.into_dispatch(),
        weight.into_dispatch(),
        bias.into_dispatch(),
        bend.unwrap_or(Bend::Linear),
    ));
    if bend.is_some() {
        y
    } else {
        activation.apply(y)
    }
}

/// activation(convolution of x + b), or the transposed convolution, of flat images; `None` where no
/// kernel works.
///
/// # Shapes
/// - x: `[images, channels × height × width]` of one side of the layer
/// - weight: `[inner channels, outer channels, kernel, kernel]`, bias: `[channels of the other side]`
/// - returns: `[images, channels × height × width]` of the other side
pub fn convolution(
    x: &Tensor<2>,
    weight: &Tensor<4>,
    bias: &Tensor<1>,
    way: Way,
    layer: Layer,
    activation: Activation,
) -> Option<Tensor<2>> {
    if !are_for(x) {
        return None;
    }
    let bend = bend_of(activation);
    let y = Tensor::from_dispatch(Dispatch::convolve(
        x.clone().into_dispatch(),
        weight.clone().into_dispatch(),
        bias.clone().into_dispatch(),
        way,
        layer,
        bend.unwrap_or(Bend::Linear),
    ));
    Some(if bend.is_some() {
        y
    } else {
        activation.apply(y)
    })
}

/// activation(x).
pub fn bend<const D: usize>(x: Tensor<D>, activation: Activation) -> Tensor<D> {
    match bend_of(activation) {
        Some(Bend::Linear) => x,
        Some(bend) if are_for(&x) => Tensor::from_dispatch(Dispatch::bend(x.into_dispatch(), bend)),
        _ => activation.apply(x),
    }
}

/// The loss between the last layer's values, before the output function, and pixels in [0, 1].
///
/// # Shapes
/// - logits, target: `[images, pixels]`
/// - returns: `[1]`
pub fn image_loss(logits: Tensor<2>, target: Tensor<2>, loss: ImageLoss) -> Tensor<1> {
    let distance = match loss.loss {
        Loss::Mse => bend_of(loss.output).map(Distance::Square),
        Loss::Bce => Some(Distance::CrossEntropy),
    };
    match distance {
        Some(distance) if are_for(&logits) => Tensor::from_dispatch(Dispatch::mean_distance(
            logits.into_dispatch(),
            target.into_dispatch(),
            distance,
        )),
        _ => loss.plainly(logits, target),
    }
}

/// The product of two matrices, without a gradient.
pub fn product(left: Tensor<2>, right: Tensor<2>) -> Tensor<2> {
    if are_for(&left) {
        let zeros = Tensor::zeros([right.dims()[1]], &left.device());
        dense(left, right, zeros, Activation::Linear)
    } else {
        left.matmul(right)
    }
}

/// A step of Adam: the parameter and its two moments after it. [`are_for`] must hold for all.
pub fn adam<const D: usize>(
    parameter: Tensor<D>,
    gradient: Tensor<D>,
    moments: [Tensor<D>; 2],
    step: AdamStep,
) -> (Tensor<D>, [Tensor<D>; 2]) {
    let [first, second] = moments;
    let (parameter, first, second) = Dispatch::adam(
        parameter.into_dispatch(),
        gradient.into_dispatch(),
        first.into_dispatch(),
        second.into_dispatch(),
        step,
    );
    (
        Tensor::from_dispatch(parameter),
        [Tensor::from_dispatch(first), Tensor::from_dispatch(second)],
    )
}

/// A step with momentum: the parameter and its velocity after it. [`are_for`] must hold for all.
pub fn momentum<const D: usize>(
    parameter: Tensor<D>,
    gradient: Tensor<D>,
    velocity: Tensor<D>,
    step: MomentumStep,
) -> (Tensor<D>, Tensor<D>) {
    let (parameter, velocity) = Dispatch::momentum(
        parameter.into_dispatch(),
        gradient.into_dispatch(),
        velocity.into_dispatch(),
        step,
    );
    (
        Tensor::from_dispatch(parameter),
        Tensor::from_dispatch(velocity),
    )
}

/// A gradient shortened to the length `most`, if it is longer. [`are_for`] must hold.
pub fn clip<const D: usize>(gradient: Tensor<D>, most: f32) -> Tensor<D> {
    Tensor::from_dispatch(Dispatch::clip(gradient.into_dispatch(), most))
}

#[cfg(test)]
mod tests;
