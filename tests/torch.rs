//! Weights go to PyTorch and come back: same input, same output.
//!
//! The README's snippet is run as it stands. `HOURGLASS_PYTHON` names a Python that has `torch` and
//! `safetensors`; without it `python3` is asked.

#![allow(clippy::unwrap_used, reason = "what is not there fails the test")]
#![allow(clippy::print_stdout, reason = "a skipped test says so")]

#[path = "common/mod.rs"]
mod common;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use burn::tensor::{Tensor, TensorData};
use common::flex;
use hourglass::data::{Dataset, DatasetParts, ImageShape, Images};
use hourglass::engine::first_weights;
use hourglass::model::{KnobValue, Pretraining, VARIANTS, variant};
use hourglass::store::export::{CodeTable, Format, encode_codes, encode_torch, write_file};
use hourglass::train::{Advance, InitialWeights, RunConfig, Trainer};

/// Largest difference of two outputs.
const TOLERANCE: f32 = 1e-5;

/// Runs the snippet on `inputs.npy`, writes what comes out, and weights that were changed.
const CHECK: &str = r#"
import sys
import numpy as np
from safetensors.torch import save_file
folder = sys.argv[1]
images = torch.from_numpy(np.load(f"{folder}/inputs.npy"))
network, shape = load(f"{folder}/weights.safetensors")
def run(name):
    with torch.no_grad():
        codes = network.encoder(images.reshape(-1, *shape))
        outputs = network.decoder(codes)
    np.save(f"{folder}/{name}_codes.npy", codes.reshape(len(images), -1).numpy())
    np.save(f"{folder}/{name}_outputs.npy", outputs.reshape(len(images), -1).numpy())
run("torch")
with torch.no_grad():
    for parameter in network.parameters():
        parameter.mul_(0.9)
save_file(network.state_dict(), f"{folder}/changed.safetensors")
run("changed")
"#;

fn python() -> String {
    std::env::var("HOURGLASS_PYTHON").unwrap_or_else(|_unset| "python3".to_owned())
}

fn run_python(arguments: &[&str]) -> Option<Output> {
    Command::new(python()).args(arguments).output().ok()
}

/// Whether there is a Python with all that is needed; says so where there is not.
fn has_torch(test: &str) -> bool {
    let asked = run_python(&["-c", "import torch, safetensors, numpy"]);
    let has = asked.is_some_and(|output| output.status.success());
    if !has {
        println!(
            "skipped: {test} ({} has no torch, safetensors and numpy; HOURGLASS_PYTHON names another)",
            python()
        );
    }
    has
}

/// The README's piece of Python.
fn snippet() -> String {
    let readme =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let start = readme.find("```python\n").unwrap() + "```python\n".len();
    let end = readme[start..].find("```").unwrap() + start;
    // The lines that use it are an example.
    let text = &readme[start..end];
    text[..text.find("\nnetwork, shape =").unwrap()].to_owned()
}

fn pictures(shape: ImageShape) -> Arc<Dataset> {
    let images = |count: usize| {
        let pixels = (0..count * shape.pixels())
            .map(|at| (at * 7919 % 251) as u8)
            .collect();
        Images::new(shape, pixels).unwrap()
    };
    let parts = DatasetParts::new("noise", images(32), images(8));
    Arc::new(Dataset::new("noise", parts, None).unwrap())
}

/// Some steps of a variant, so that no bias is zero any more.
fn trained(mut config: RunConfig, shape: ImageShape) -> Trainer {
    config.batch = 16;
    let mut trainer = Trainer::new(config, pictures(shape), &flex()).unwrap();
    while trainer.position().step < 6 && trainer.advance().unwrap() != Advance::Finished {}
    trainer.collect().unwrap();
    trainer
}

fn inputs(trainer: &Trainer) -> (Vec<f32>, usize) {
    let test = &trainer.data().test;
    let values = (0..test.len())
        .flat_map(|index| {
            test.image(index)
                .iter()
                .map(|pixel| f32::from(*pixel) / 255.0)
        })
        .collect();
    (values, test.shape().pixels())
}

/// Codes and outputs for all test images, through the whole network.
fn results(trainer: &Trainer) -> [Vec<f32>; 2] {
    let (values, pixels) = inputs(trainer);
    let count = values.len() / pixels;
    let trainee = trainer.trainee();
    let images = Tensor::<2>::from_data(TensorData::new(values, [count, pixels]), trainee.device());
    let read = |tensor: Tensor<2>| tensor.into_data().try_to_vec::<f32>().unwrap();
    [
        read(trainee.encode(images.clone())),
        read(trainee.reconstruct(images)),
    ]
}

fn array(path: &Path) -> Vec<f32> {
    let bytes = fs::read(path).unwrap();
    npyz::NpyFile::new(&bytes[..]).unwrap().into_vec().unwrap()
}

fn difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let pairs = a.iter().zip(b);
    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

/// Exports a run, has PyTorch compute, and imports what PyTorch made of the weights.
fn there_and_back(case: &str, trainer: &Trainer) {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let shape = trainer.data().train.shape();
    let (variant, knobs) = trainer.config().check_with(shape).unwrap();
    let network = variant.torch(shape, &knobs).unwrap();
    let weights = trainer.trainee().weights().unwrap();
    let path = at("weights.safetensors");
    write_file(
        &path,
        &encode_torch(&path, &network, trainer.config(), &weights).unwrap(),
    )
    .unwrap();
    let (values, latent) = inputs(trainer);
    let table = CodeTable {
        latent,
        values,
        labels: None,
    };
    let path = at("inputs.npy");
    write_file(&path, &encode_codes(&path, &table, Format::Npy).unwrap()).unwrap();
    let script = format!("{}\n{CHECK}", snippet());
    fs::write(at("check.py"), script).unwrap();
    let script = at("check.py");
    let output = run_python(&[script.to_str().unwrap(), folder.path().to_str().unwrap()]).unwrap();
    assert!(
        output.status.success(),
        "{case}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let [codes, outputs] = results(trainer);
    let differences = [
        difference(&codes, &array(&at("torch_codes.npy"))),
        difference(&outputs, &array(&at("torch_outputs.npy"))),
    ];
    println!("{case}: codes and outputs differ by at most {differences:?}");
    assert!(
        differences.iter().all(|d| *d <= TOLERANCE),
        "{case}: {differences:?}"
    );

    let mut config = trainer.config().clone();
    config.initial_weights = Some(InitialWeights {
        file: at("changed.safetensors").to_string_lossy().into_owned(),
        sha256: None,
    });
    let imported = first_weights(&mut config, shape).unwrap().unwrap();
    let data = Arc::clone(trainer.data());
    let back = Trainer::with_weights(config, data, &flex(), imported).unwrap();
    let [codes, outputs] = results(&back);
    let differences = [
        difference(&codes, &array(&at("changed_codes.npy"))),
        difference(&outputs, &array(&at("changed_outputs.npy"))),
    ];
    println!("{case}, back: codes and outputs differ by at most {differences:?}");
    assert!(
        differences.iter().all(|d| *d <= TOLERANCE),
        "{case}: {differences:?}"
    );
}

fn shape(width: usize, height: usize, channels: usize) -> ImageShape {
    ImageShape {
        width,
        height,
        channels,
    }
}

fn config(id: &str) -> RunConfig {
    let variant = variant(id).unwrap();
    let mut config = RunConfig::recipe(variant, "noise");
    config.pretraining = Pretraining::EndToEnd;
    // Weights that are no smaller than usual, so that outputs depend on inputs.
    config
        .knobs
        .set("init", KnobValue::Text("glorot".to_owned()));
    config.rebuild_schedule(variant);
    config
}

#[test]
fn every_variant_computes_the_same_in_pytorch() {
    if !has_torch("every_variant_computes_the_same_in_pytorch") {
        return;
    }
    for variant in VARIANTS {
        for shape in [shape(28, 28, 1), shape(11, 9, 3)] {
            let case = format!("{} on {shape}", variant.id());
            there_and_back(&case, &trained(config(variant.id()), shape));
        }
    }
}

#[test]
fn every_activation_computes_the_same_in_pytorch() {
    if !has_torch("every_activation_computes_the_same_in_pytorch") {
        return;
    }
    for (activation, output) in [
        ("leaky-relu", "linear"),
        ("tanh", "sigmoid"),
        ("sigmoid", "linear"),
        ("gelu", "sigmoid"),
    ] {
        let mut config = config("deep");
        let text = |value: &str| KnobValue::Text(value.to_owned());
        config.knobs.set("activation", text(activation));
        config.knobs.set("output", text(output));
        config.knobs.set("code-activation", text("relu"));
        there_and_back(activation, &trained(config, shape(8, 8, 1)));
    }
}
