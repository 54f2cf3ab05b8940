//! Directions pushed through encoders, against finite differences.

use super::*;
use crate::data::ImageShape;
use crate::model::conv::Kernels;
use crate::model::init::{Init, initialise};
use burn::tensor::TensorData;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

const ACTIVATIONS: [Activation; 6] = [
    Activation::Linear,
    Activation::Relu,
    Activation::LeakyRelu,
    Activation::Tanh,
    Activation::Sigmoid,
    Activation::Gelu,
];

fn random(seed: u64, columns: usize) -> Tensor<2> {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    let values = (0..3 * columns).map(|_value| generator.random::<f32>() - 0.5);
    let values: Vec<f32> = values.collect();
    Tensor::from_data(TensorData::new(values, [3, columns]), &Device::flex())
}

#[test]
fn a_direction_moves_the_output_as_finite_differences_do() {
    let shape = ImageShape {
        width: 9,
        height: 8,
        channels: 2,
    };
    for activation in ACTIVATIONS {
        let dense = PairPlan::Dense(DensePlan {
            outer: shape.pixels(),
            inner: 7,
            heads: 1,
            is_tied: false,
            encoder_activation: activation,
            decoder_activation: Activation::Linear,
        });
        let size = [shape.height, shape.width];
        let conv = PairPlan::Conv(ConvPlan::halving(
            (0, Kernels::Shrinking),
            [2, 3],
            size,
            [true, false],
            activation,
        ));
        let linear = Activation::Linear;
        let place = PairPlan::Conv(ConvPlan::at_each_place(
            [2, 3],
            1,
            size,
            [activation, linear],
        ));
        for pair in [dense, conv, place] {
            let plan = StackPlan {
                pairs: vec![pair],
                codebook: None,
                output: Activation::Linear,
            };
            let stack = initialise(plan.init(&Device::flex()), Init::Uniform, 4);
            let x = random(1, shape.pixels());
            let direction = random(2, shape.pixels());
            let y = stack.encode_stage(0, x.clone());
            let pushed = stack.push_stage(0, x.clone(), y, direction.clone());
            let at = |by: f32| stack.encode_stage(0, x.clone() + direction.clone() * by);
            let quotient = (at(1e-2) - at(-1e-2)) / 2e-2;
            // But for units that bend within the two steps.
            let distance = (pushed - quotient).abs();
            let off: f32 = distance.greater_elem(2e-3).float().mean().into_scalar();
            assert!(off < 0.05, "{activation:?} of {plan:?}: {off}");
        }
    }
}
