//! A step of a network small enough to be worked out by hand.

use super::*;
use crate::data::ImageShape;
use crate::model::{KnobValue, Knobs, OptimizerKind, variant};
use burn::tensor::TensorData;

const IMAGE: [f32; 2] = [0.25, 0.75];
/// Weights of the encoder, weights of the decoder.
const IN: [f32; 2] = [0.5, -0.3];
const OUT: [f32; 2] = [0.4, 0.8];

/// Two pixels, one value, two pixels, all linear, trained on squared error.
fn two_to_one() -> Box<dyn Trainee> {
    let shape = ImageShape {
        width: 2,
        height: 1,
        channels: 1,
    };
    let variant = variant("autoencoder").unwrap();
    let mut knobs = Knobs::defaults(variant.knobs());
    knobs.set("latent", KnobValue::Integer(1));
    knobs.set("output", KnobValue::Text("linear".to_owned()));
    let mut trainee = variant.build(shape, &knobs, 1, &Device::flex()).unwrap();
    let array = |name: &str, shape: &[usize], values: &[f32]| NamedArray {
        name: format!("stages.0.{name}"),
        shape: shape.to_vec(),
        values: values.to_vec(),
    };
    trainee
        .set_weights(&[
            array("encoder.weight", &[2, 1], &IN),
            array("encoder.bias", &[1], &[0.0]),
            array("decoder.weight", &[1, 2], &OUT),
            array("decoder.bias", &[2], &[0.0, 0.0]),
        ])
        .unwrap();
    trainee
}

fn image() -> Tensor<2> {
    Tensor::from_data(TensorData::new(IMAGE.to_vec(), [1, 2]), &Device::flex())
}

fn values<const D: usize>(tensor: &Tensor<D>) -> Vec<f32> {
    tensor.to_data().try_to_vec().unwrap()
}

/// Gradient, weights before and update of a layer.
fn lengths(observation: &StepObservation, layer: &LayerInfo) -> [f32; 3] {
    let norms = observation.of_layer(layer);
    let norms: Vec<f32> = norms.iter().map(|norm| values(norm)[0]).collect();
    [0, 1, 2].map(|which| {
        let squares = norms.iter().skip(which).step_by(3).map(|norm| norm * norm);
        squares.sum::<f32>().sqrt()
    })
}

fn assert_close(found: [f32; 3], expected: [f32; 3], what: &str) {
    for (found, expected) in found.iter().zip(expected) {
        assert!(
            (found / expected - 1.0).abs() < 1e-4,
            "{what}: {found} instead of {expected}"
        );
    }
}

#[test]
fn an_observed_step_tells_the_norms_worked_out_by_hand() {
    let code = IN[0] * IMAGE[0] + IN[1] * IMAGE[1];
    // The mean over two values of the squared differences has the differences as its gradient.
    let differences = [OUT[0] * code - IMAGE[0], OUT[1] * code - IMAGE[1]];
    let decoder = ((code * code + 1.0) * (differences[0].powi(2) + differences[1].powi(2))).sqrt();
    let back = OUT[0] * differences[0] + OUT[1] * differences[1];
    let encoder = (back.powi(2) * (IMAGE[0].powi(2) + IMAGE[1].powi(2) + 1.0)).sqrt();
    let rate = 0.1;
    for clip in [0.0, 1e6] {
        let mut trainee = two_to_one();
        let optimizer = OptimizerConfig {
            momentum: 0.0,
            clip,
            ..OptimizerConfig::new(OptimizerKind::Sgd)
        };
        trainee.begin_phase(Objective::EndToEnd, &optimizer);
        let mut context = StepContext::first(1);
        let (_, observation) = trainee.observed_step(image().into(), f64::from(rate), &mut context);
        let layers = trainee.layers().to_vec();
        let norm = |weights: [f32; 2]| (weights[0].powi(2) + weights[1].powi(2)).sqrt();
        assert_close(
            lengths(&observation, &layers[0]),
            [encoder, norm(IN), rate * encoder],
            "encoder",
        );
        assert_close(
            lengths(&observation, &layers[1]),
            [decoder, norm(OUT), rate * decoder],
            "decoder",
        );
    }
}

#[test]
fn the_gradient_is_told_as_it_was_before_clipping() {
    let observe = |clip| {
        let mut trainee = two_to_one();
        let optimizer = OptimizerConfig {
            clip,
            ..OptimizerConfig::new(OptimizerKind::Sgd)
        };
        trainee.begin_phase(Objective::EndToEnd, &optimizer);
        let mut context = StepContext::first(1);
        let (_, observation) = trainee.observed_step(image().into(), 0.1, &mut context);
        let layers = trainee.layers().to_vec();
        lengths(&observation, &layers[0])
    };
    let (free, clipped) = (observe(0.0), observe(1e-3));
    assert_eq!(free[0].to_bits(), clipped[0].to_bits());
    assert!(clipped[2] < free[2] / 10.0, "{clipped:?} after {free:?}");
}

#[test]
fn frozen_layers_have_no_gradient_and_deeper_ones_no_output() {
    let shape = ImageShape {
        width: 8,
        height: 8,
        channels: 1,
    };
    for id in ["stacked", "convolutional"] {
        let variant = variant(id).unwrap();
        let mut knobs = Knobs::defaults(variant.knobs());
        if id == "stacked" {
            knobs.set("layers", KnobValue::Integer(6));
        }
        let stages = variant.stages(&knobs).unwrap();
        let mut trainee = variant.build(shape, &knobs, 1, &Device::flex()).unwrap();
        let optimizer = OptimizerConfig::new(OptimizerKind::Sgd);
        let images = || Tensor::<2>::ones([3, 64], &Device::flex());
        for objective in [
            Objective::Greedy { stage: 1 },
            Objective::EndsInward { stage: 1 },
            Objective::EndToEnd,
        ] {
            trainee.begin_phase(objective, &optimizer);
            let mut context = StepContext::first(1);
            let (_, observation) = trainee.observed_step(images().into(), 0.1, &mut context);
            let outputs = trainee.activations(images());
            let layers = trainee.layers().to_vec();
            assert_eq!(outputs.len(), layers.len());
            for (layer, output) in layers.iter().zip(&outputs) {
                let is_trained = objective.trained(stages).contains(&layer.stage);
                let told = observation.of_layer(layer);
                assert_eq!(
                    !told.is_empty(),
                    is_trained,
                    "{objective:?}: {}",
                    layer.name
                );
                let is_used = layer.stage < objective.depth(stages);
                let dims = output.as_ref().map(Tensor::dims);
                let expected = is_used.then_some([3, layer.outputs]);
                assert_eq!(dims, expected, "{objective:?}: {}", layer.name);
            }
            let last = outputs.last().unwrap().as_ref().unwrap();
            assert_eq!(values(last), values(&trainee.reconstruct(images())));
            let code = outputs[objective.depth(stages) - 1].as_ref().unwrap();
            assert_eq!(values(code), values(&trainee.encode(images())));
        }
    }
}

#[test]
fn weights_are_probed_layer_by_layer_without_their_biases() {
    let trainee = two_to_one();
    let probes = trainee.weight_probes(100);
    assert_eq!(probes.len(), 2);
    assert_eq!(values(&probes[0].samples[0]), IN);
    assert_eq!(values(&probes[1].samples[0]), OUT);
    assert_eq!(probes[0].norms.len(), 2, "weights and biases");
    let norm = values(&probes[0].norms[0])[0].max(values(&probes[0].norms[1])[0]);
    assert!((norm - (IN[0].powi(2) + IN[1].powi(2)).sqrt()).abs() < 1e-6);
}
