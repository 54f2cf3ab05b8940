//! The gradients of the kernels, as Burn's autodiff asks for them.

use burn::backend::Flex;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops};
use burn::backend::tensor::FloatTensor;

use super::arrays::{ByValue, Rows, give, of_rows, of_shape, of_values};
use crate::kernels::convolution::{self, Layer, Way};
use crate::kernels::dense::{self, Sizes};
use crate::kernels::pointwise::{Bend, unbend};

type Array = FloatTensor<Flex>;

#[derive(Debug)]
pub(super) struct DenseGradient;

#[derive(Clone, Debug)]
pub(super) struct DenseState {
    /// Where the gradient of the weights is needed.
    pub(super) x: Option<Array>,
    /// Where the gradient of x is needed.
    pub(super) weight: Option<Array>,
    pub(super) output: Array,
    pub(super) bend: Bend,
    pub(super) sizes: Sizes,
}

impl Backward<Flex, 3> for DenseGradient {
    type State = DenseState;

    fn backward(
        self,
        ops: Ops<Self::State, 3>,
        grads: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        let [for_x, for_weight, for_bias] = ops.parents;
        let DenseState {
            x,
            weight,
            output,
            bend,
            sizes,
        } = ops.state;
        let mut gradient = Rows::of_contiguous(grads.consume::<Flex>(&ops.node));
        let (x, weight) = (x.map(Rows::of), weight.map(Rows::of));
        let output = Rows::of(output);
        let needs = dense::Needs {
            weight: weight.as_ref().map(Rows::matrix),
            x: x.as_ref().map(Rows::matrix),
            bias: for_bias.is_some(),
        };
        let found = gradient
            .change(|gradient| dense::backward(gradient, output.values(), bend, needs, sizes));
        let Sizes {
            images,
            inputs,
            outputs,
        } = sizes;
        if let (Some(node), Some(gradient)) = (for_x, found.x) {
            grads.register::<Flex>(node.id, of_shape(gradient, [images, inputs]));
        }
        if let (Some(node), Some(gradient)) = (for_weight, found.weight) {
            grads.register::<Flex>(node.id, of_shape(gradient, [inputs, outputs]));
        }
        if let (Some(node), Some(gradient)) = (for_bias, found.bias) {
            grads.register::<Flex>(node.id, of_rows(gradient));
        }
        give(gradient.into_array());
        give(output.into_array());
    }
}

#[derive(Debug)]
pub(super) struct ConvolutionGradient;

#[derive(Clone, Debug)]
pub(super) struct ConvolutionState {
    /// Where the gradient of the weights is needed.
    pub(super) x: Option<Array>,
    /// Where the gradient of x is needed.
    pub(super) weight: Option<Array>,
    pub(super) output: Array,
    pub(super) way: Way,
    pub(super) layer: Layer,
    pub(super) bend: Bend,
    pub(super) weight_shape: Vec<usize>,
    pub(super) biases: usize,
}

impl Backward<Flex, 3> for ConvolutionGradient {
    type State = ConvolutionState;

    fn backward(
        self,
        ops: Ops<Self::State, 3>,
        grads: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        let [for_x, for_weight, for_bias] = ops.parents;
        let state = ops.state;
        let mut gradient = ByValue::of(grads.consume::<Flex>(&ops.node));
        let (x, weight) = (state.x.map(ByValue::of), state.weight.map(Rows::of));
        let output = ByValue::of(state.output);
        let needs = convolution::Needs {
            weight: weight.as_ref().map(Rows::values),
            x: x.as_ref().map(ByValue::values),
            bias: for_bias.as_ref().map(|_node| state.biases),
        };
        let found = gradient.change(|gradient| {
            convolution::backward(
                state.way,
                &state.layer,
                gradient,
                output.values(),
                state.bend,
                needs,
            )
        });
        if let (Some(node), Some(gradient)) = (for_x, found.x) {
            grads.register::<Flex>(node.id, of_values(gradient, state.layer.images));
        }
        if let (Some(node), Some(gradient)) = (for_weight, found.weight) {
            grads.register::<Flex>(node.id, of_shape(gradient, state.weight_shape));
        }
        if let (Some(node), Some(gradient)) = (for_bias, found.bias) {
            grads.register::<Flex>(node.id, of_rows(gradient));
        }
        gradient.give();
        output.give();
    }
}

#[derive(Debug)]
pub(super) struct DistanceGradient;

/// Gradients for a loss that is itself what is minimised, where they are needed.
#[derive(Clone, Debug)]
pub(super) struct DistanceState {
    pub(super) x: Option<Array>,
    pub(super) target: Option<Array>,
}

impl Backward<Flex, 2> for DistanceGradient {
    type State = DistanceState;

    fn backward(
        self,
        ops: Ops<Self::State, 2>,
        grads: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        let outer = Rows::of(grads.consume::<Flex>(&ops.node)).values()[0];
        let gradients = [ops.state.x, ops.state.target];
        for (node, gradient) in ops.parents.into_iter().zip(gradients) {
            let (Some(node), Some(gradient)) = (node, gradient) else {
                continue;
            };
            let mut gradient = Rows::of(gradient);
            if outer != 1.0 {
                gradient.change(|gradient| gradient.iter_mut().for_each(|value| *value *= outer));
            }
            grads.register::<Flex>(node.id, gradient.into_array());
        }
    }
}

#[derive(Debug)]
pub(super) struct BendGradient;

impl Backward<Flex, 1> for BendGradient {
    /// What came out, and what bent it.
    type State = (Array, Bend);

    fn backward(
        self,
        ops: Ops<Self::State, 1>,
        grads: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        let [for_x] = ops.parents;
        let mut gradient = Rows::of_contiguous(grads.consume::<Flex>(&ops.node));
        let Some(node) = for_x else { return };
        let (output, bend) = ops.state;
        let output = Rows::of_contiguous(output);
        gradient.change(|gradient| unbend(gradient, output.values(), bend));
        grads.register::<Flex>(node.id, gradient.into_array());
    }
}
