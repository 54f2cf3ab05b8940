//! The modules of every variant, and weights that go out and come back.

use super::*;
use crate::data::ImageShape;
use crate::model::{Knobs, VARIANTS, variant};

fn shape(width: usize, height: usize, channels: usize) -> ImageShape {
    ImageShape {
        width,
        height,
        channels,
    }
}

fn network(id: &str, shape: ImageShape) -> TorchNetwork {
    let variant = variant(id).unwrap();
    let knobs = Knobs::defaults(variant.knobs());
    variant.torch(shape, &knobs).unwrap()
}

/// Weights of every layer of a variant, each value another one.
fn weights(id: &str, shape: ImageShape) -> Vec<NamedArray> {
    let variant = variant(id).unwrap();
    let knobs = Knobs::defaults(variant.knobs());
    let device = burn::tensor::Device::flex();
    let trainee = variant.build(shape, &knobs, 1, &device).unwrap();
    let mut arrays = trainee.weights().unwrap();
    let mut next = 0.0;
    for array in &mut arrays {
        for value in &mut array.values {
            next += 1.0;
            *value = next;
        }
    }
    arrays.sort_by(|a, b| a.name.cmp(&b.name));
    arrays
}

fn classes(modules: &[TorchModule]) -> Vec<&str> {
    modules.iter().map(|module| module.class).collect()
}

#[test]
fn a_plain_network_reads_like_pytorch() {
    let network = network("autoencoder", shape(28, 28, 1));
    assert_eq!(network.input, [784]);
    assert_eq!(network.encoder[0].json(), json!(["Linear", 784, 10]));
    assert_eq!(classes(&network.encoder), ["Linear"]);
    assert_eq!(classes(&network.decoder), ["Linear", "Sigmoid"]);
    let names: Vec<String> = network.places().into_iter().map(|p| p.torch).collect();
    assert_eq!(
        names,
        [
            "encoder.0.weight",
            "encoder.0.bias",
            "decoder.0.weight",
            "decoder.0.bias"
        ]
    );
}

#[test]
fn convolutions_are_padded_before_and_cropped_behind() {
    let network = network("convolutional", shape(28, 28, 1));
    assert_eq!(network.input, [1, 28, 28]);
    assert_eq!(
        network.encoder[0].json(),
        json!(["ZeroPad2d", [1, 2, 1, 2]])
    );
    assert_eq!(network.encoder[1].json(), json!(["Conv2d", 1, 32, 5, 2]));
    assert_eq!(
        classes(&network.encoder),
        [
            "ZeroPad2d",
            "Conv2d",
            "ReLU",
            "ZeroPad2d",
            "Conv2d",
            "ReLU",
            "Conv2d",
            "ReLU",
            "Flatten",
            "Linear"
        ]
    );
    assert_eq!(
        classes(&network.decoder),
        [
            "Linear",
            "ReLU",
            "Unflatten",
            "ConvTranspose2d",
            "ReLU",
            "ConvTranspose2d",
            "ZeroPad2d",
            "ReLU",
            "ConvTranspose2d",
            "ZeroPad2d"
        ]
    );
    assert_eq!(
        network.decoder[9].json(),
        json!(["ZeroPad2d", [-1, -2, -1, -2]])
    );
    assert_eq!(
        network.decoder[2].json(),
        json!(["Unflatten", 1, [128, 3, 3]])
    );
}

#[test]
fn weights_come_back_as_they_were() {
    for variant in VARIANTS {
        for shape in [shape(28, 28, 1), shape(9, 11, 3), shape(8, 8, 1)] {
            let network = network(variant.id(), shape);
            let before = weights(variant.id(), shape);
            let out = network.export(&before).unwrap();
            let mut back = network.import(&out).unwrap();
            back.sort_by(|a, b| a.name.cmp(&b.name));
            assert_eq!(back, before, "{} {shape}", variant.id());
        }
    }
}

#[test]
fn rows_of_pytorch_are_outputs() {
    let network = network("autoencoder", shape(8, 8, 1));
    let before = weights("autoencoder", shape(8, 8, 1));
    let out = network.export(&before).unwrap();
    assert_eq!(out[0].shape, [10, 64]);
    let here = before
        .iter()
        .find(|array| array.name == "stages.0.encoder.weight")
        .unwrap();
    // Input 3 of output 7.
    assert_eq!(out[0].values[7 * 64 + 3], here.values[3 * 10 + 7]);
}

#[test]
fn what_does_not_fit_is_named() {
    let network = network("autoencoder", shape(8, 8, 1));
    let good = network
        .export(&weights("autoencoder", shape(8, 8, 1)))
        .unwrap();
    let refused = |arrays: &[NamedArray]| network.import(arrays).unwrap_err();
    assert_eq!(
        refused(&good[1..]),
        "its names are others: expected encoder.0.weight [10, 64], encoder.0.bias [10], \
         decoder.0.weight [64, 10], decoder.0.bias [64]; found encoder.0.bias [10], \
         decoder.0.weight [64, 10], decoder.0.bias [64]"
    );
    let mut other = good.clone();
    other[0].shape = vec![64, 10];
    assert_eq!(
        refused(&other),
        "encoder.0.weight must have shape [10, 64], but has [64, 10]: it lies turned, as Keras keeps \
         it, and array.T in Python puts it right"
    );
    other[0].shape = vec![12, 64];
    assert_eq!(
        refused(&other),
        "encoder.0.weight must have shape [10, 64], but has [12, 64]"
    );
    let mut more = good.clone();
    more.push(NamedArray {
        name: "encoder.2.weight".to_owned(),
        ..good[0].clone()
    });
    assert_eq!(refused(&more), "the network has no encoder.2.weight");
}

#[test]
fn one_prefix_of_all_names_is_taken_off() {
    let network = network("deep", shape(8, 8, 1));
    let good = network.export(&weights("deep", shape(8, 8, 1))).unwrap();
    let plain = network.import(&good).unwrap();
    let prefixed = |prefix: &str| -> Vec<NamedArray> {
        let named = good.iter().map(|array| NamedArray {
            name: format!("{prefix}{}", array.name),
            ..array.clone()
        });
        named.collect()
    };
    for prefix in ["module.", "_orig_mod.", "module._orig_mod.", "model.net."] {
        assert_eq!(
            network.import(&prefixed(prefix)).unwrap(),
            plain,
            "{prefix}"
        );
    }
    let both = [prefixed("a."), prefixed("b.")].concat();
    let error = network.import(&both).unwrap_err();
    assert!(
        error.contains("several") && error.contains("a. and b."),
        "{error}"
    );
    let more = [prefixed("a."), good.clone()].concat();
    let error = network.import(&more).unwrap_err();
    assert!(error.starts_with("the network has no a."), "{error}");
    let mut mixed = prefixed("a.");
    mixed[0].name = good[0].name.clone();
    assert!(
        network
            .import(&mixed)
            .unwrap_err()
            .contains("names are others")
    );
}
