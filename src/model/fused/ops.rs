//! The kernels as operations of Burn's tensors, by Burn's extension points.

use burn::backend::autodiff::Autodiff;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::ops::{Backward as _, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Flex, backend_extension};

use super::arrays::{ByValue, Rows, give, of_one, of_shape, of_values};
use super::gradients::{
    BendGradient, ConvolutionGradient, ConvolutionState, DenseGradient, DenseState,
    DistanceGradient, DistanceState,
};
use crate::kernels::convolution::{self, Layer, Way};
use crate::kernels::dense::{self, Sizes};
use crate::kernels::loss::{self, Distance};
use crate::kernels::pointwise::{self, Bend};
use crate::kernels::update::{self, AdamStep, MomentumStep};

/// What this module adds to Burn; see the functions of the module above for the meaning of each.
#[backend_extension(Flex, Autodiff)]
pub(super) trait Kernels: Backend {
    fn dense(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        bend: Bend,
    ) -> FloatTensor<Self>;

    fn convolve(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        way: Way,
        layer: Layer,
        bend: Bend,
    ) -> FloatTensor<Self>;

    fn mean_distance(
        x: FloatTensor<Self>,
        target: FloatTensor<Self>,
        distance: Distance,
    ) -> FloatTensor<Self>;

    fn bend(x: FloatTensor<Self>, bend: Bend) -> FloatTensor<Self>;
}

/// The same for what never has a gradient.
#[backend_extension(Flex)]
pub(super) trait Updates: Backend {
    fn adam(
        parameter: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
        step: AdamStep,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);

    fn momentum(
        parameter: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        velocity: FloatTensor<Self>,
        step: MomentumStep,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);

    fn clip(gradient: FloatTensor<Self>, most: f32) -> FloatTensor<Self>;
}

type Array = FloatTensor<Flex>;

fn sizes(x: &Array, weight: &Array) -> Sizes {
    let [images, inputs] = [x.layout().shape()[0], x.layout().shape()[1]];
    Sizes {
        images,
        inputs,
        outputs: weight.layout().shape()[1],
    }
}

impl Kernels for Flex {
    fn dense(x: Array, weight: Array, bias: Array, bend: Bend) -> Array {
        let sizes = sizes(&x, &weight);
        let (x, weight, bias) = (Rows::of(x), Rows::of(weight), Rows::of(bias));
        let y = dense::forward(x.matrix(), weight.matrix(), bias.values(), bend, sizes);
        of_shape(y, [sizes.images, sizes.outputs])
    }

    fn convolve(x: Array, weight: Array, bias: Array, way: Way, layer: Layer, bend: Bend) -> Array {
        let (x, weight, bias) = (ByValue::of(x), Rows::of(weight), Rows::of(bias));
        let y = convolution::forward(
            way,
            &layer,
            x.values(),
            weight.values(),
            bias.values(),
            bend,
        );
        of_values(y, layer.images)
    }

    fn mean_distance(x: Array, target: Array, distance: Distance) -> Array {
        let (value, gradient) = distance_of(x, target, distance);
        give(gradient);
        value
    }

    fn bend(x: Array, bend: Bend) -> Array {
        let mut x = Rows::of(x);
        x.change(|values| pointwise::finish(values, bend));
        x.into_array()
    }
}

/// The loss, shape `[1]`, and its gradient in the shape of `x`.
fn distance_of(x: Array, target: Array, distance: Distance) -> (Array, Array) {
    let shape = [x.layout().shape()[0], x.layout().shape()[1]];
    let (x, target) = (Rows::of_contiguous(x), Rows::of_contiguous(target));
    let (value, gradient) = loss::mean(distance, x.values(), target.values());
    (of_one(value), of_shape(gradient, shape))
}

/// The gradient of the loss by the target, in its shape.
fn target_gradient(x: Array, target: Array, distance: Distance) -> Array {
    let shape = [x.layout().shape()[0], x.layout().shape()[1]];
    let (x, target) = (Rows::of_contiguous(x), Rows::of_contiguous(target));
    let gradient = loss::target_gradient(distance, x.values(), target.values());
    of_shape(gradient, shape)
}

impl<C: CheckpointStrategy> Kernels for Autodiff<Flex, C> {
    fn dense(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        bend: Bend,
    ) -> FloatTensor<Self> {
        let (needs_x, needs_weight) = (x.is_tracked(), weight.is_tracked());
        let nodes = [x.node(), weight.node(), bias.node()];
        let sizes = sizes(x.primitive(), weight.primitive());
        let prepared = DenseGradient.prepare::<C>(nodes).compute_bound().stateful();
        let (x, weight) = (x.into_primitive(), weight.into_primitive());
        let bias = bias.into_primitive();
        match prepared {
            OpsKind::Tracked(prepared) => {
                let output = Flex::dense(x.clone(), weight.clone(), bias, bend);
                let state = DenseState {
                    x: needs_weight.then_some(x),
                    weight: needs_x.then_some(weight),
                    output: output.clone(),
                    bend,
                    sizes,
                };
                prepared.finish(state, output)
            }
            OpsKind::UnTracked(prepared) => prepared.finish(Flex::dense(x, weight, bias, bend)),
        }
    }

    fn convolve(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        way: Way,
        layer: Layer,
        bend: Bend,
    ) -> FloatTensor<Self> {
        let (needs_x, needs_weight) = (x.is_tracked(), weight.is_tracked());
        let nodes = [x.node(), weight.node(), bias.node()];
        let prepared = ConvolutionGradient
            .prepare::<C>(nodes)
            .compute_bound()
            .stateful();
        let (x, weight) = (x.into_primitive(), weight.into_primitive());
        let bias = bias.into_primitive();
        match prepared {
            OpsKind::Tracked(prepared) => {
                // Turned once, for the way back too.
                let x = ByValue::of(x).into_array();
                let weight_shape = weight.layout().shape().as_slice().to_vec();
                let biases = bias.layout().shape()[0];
                let output = Flex::convolve(x.clone(), weight.clone(), bias, way, layer, bend);
                let state = ConvolutionState {
                    x: needs_weight.then_some(x),
                    weight: needs_x.then_some(weight),
                    output: output.clone(),
                    way,
                    layer,
                    bend,
                    weight_shape,
                    biases,
                };
                prepared.finish(state, output)
            }
            OpsKind::UnTracked(prepared) => {
                prepared.finish(Flex::convolve(x, weight, bias, way, layer, bend))
            }
        }
    }

    fn mean_distance(
        x: FloatTensor<Self>,
        target: FloatTensor<Self>,
        distance: Distance,
    ) -> FloatTensor<Self> {
        let (needs_x, needs_target) = (x.is_tracked(), target.is_tracked());
        let prepared = DistanceGradient
            .prepare::<C>([x.node(), target.node()])
            .compute_bound()
            .stateful();
        let (x, target) = (x.into_primitive(), target.into_primitive());
        match prepared {
            OpsKind::Tracked(prepared) => {
                let for_target =
                    needs_target.then(|| target_gradient(x.clone(), target.clone(), distance));
                let (value, gradient) = distance_of(x, target, distance);
                let state = DistanceState {
                    x: needs_x.then_some(gradient),
                    target: for_target,
                };
                prepared.finish(state, value)
            }
            OpsKind::UnTracked(prepared) => {
                prepared.finish(Flex::mean_distance(x, target, distance))
            }
        }
    }

    fn bend(x: FloatTensor<Self>, bend: Bend) -> FloatTensor<Self> {
        let prepared = BendGradient
            .prepare::<C>([x.node()])
            .compute_bound()
            .stateful();
        let y = Flex::bend(x.into_primitive(), bend);
        match prepared {
            OpsKind::Tracked(prepared) => prepared.finish((y.clone(), bend), y),
            OpsKind::UnTracked(prepared) => prepared.finish(y),
        }
    }
}

impl Updates for Flex {
    fn adam(
        parameter: Array,
        gradient: Array,
        first: Array,
        second: Array,
        step: AdamStep,
    ) -> (Array, Array, Array) {
        let gradient = Rows::of_contiguous(gradient);
        let mut parameter = Rows::of_contiguous(parameter);
        let (mut first, mut second) = (Rows::of_contiguous(first), Rows::of_contiguous(second));
        parameter.change(|parameter| {
            first.change(|first| {
                second.change(|second| {
                    update::adam(parameter, gradient.values(), first, second, step);
                });
            });
        });
        give(gradient.into_array());
        (
            parameter.into_array(),
            first.into_array(),
            second.into_array(),
        )
    }

    fn momentum(
        parameter: Array,
        gradient: Array,
        velocity: Array,
        step: MomentumStep,
    ) -> (Array, Array) {
        let gradient = Rows::of_contiguous(gradient);
        let mut parameter = Rows::of_contiguous(parameter);
        let mut velocity = Rows::of_contiguous(velocity);
        parameter.change(|parameter| {
            velocity.change(|velocity| {
                update::momentum(parameter, gradient.values(), velocity, step);
            });
        });
        give(gradient.into_array());
        (parameter.into_array(), velocity.into_array())
    }

    fn clip(gradient: Array, most: f32) -> Array {
        let mut gradient = Rows::of_contiguous(gradient);
        gradient.change(|gradient| update::clip(gradient, most));
        gradient.into_array()
    }
}
