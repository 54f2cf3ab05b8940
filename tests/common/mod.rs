//! What several tests need: a tiny data set, a quick configuration, a run trained to its end.

#![allow(dead_code, reason = "every test takes what it needs")]
#![allow(clippy::unwrap_used, reason = "what is not there fails the test")]
#![allow(clippy::print_stdout, reason = "a skipped test says so")]

use std::path::PathBuf;
use std::sync::Arc;

use burn::tensor::{Device, Tensor};
use hourglass::data::{Dataset, DatasetParts, ImageShape, Images};
use hourglass::model::{
    KnobValue, NamedArray, Objective, OptimizerConfig, OptimizerKind, Pretraining, StepContext,
    variant,
};
use hourglass::train::{Advance, Compute, PhaseSettings, RunConfig, Trainer};

/// The CPU.
pub fn flex() -> Compute {
    Compute {
        device: Device::flex(),
        name: "Flex".to_owned(),
        key: "flex".to_owned(),
        has_own_memory: false,
        remarks: Vec::new(),
    }
}

/// 128 training and 32 test images of 8×8: a bright bar at one of 8 heights over a soft slope.
pub fn small_set() -> Arc<Dataset> {
    let shape = ImageShape {
        width: 8,
        height: 8,
        channels: 1,
    };
    let images = |count: usize| {
        let pixels = (0..count)
            .flat_map(|i| {
                (0..64).map(move |at| {
                    let (x, y) = (at % 8, at / 8);
                    let slope = (x * (i % 5) * 6) as u8;
                    if y == i * 3 % 8 {
                        200 + slope / 4
                    } else {
                        slope
                    }
                })
            })
            .collect();
        Images::new(shape, pixels).unwrap()
    };
    let parts = DatasetParts::new("bars", images(128), images(32));
    Arc::new(Dataset::new("bars", parts, None).unwrap())
}

/// Two epochs a phase in batches of 32: 4 stages of 8 steps at most.
pub fn small_config(id: &str, pretraining: Pretraining) -> RunConfig {
    let variant = variant(id).unwrap();
    let mut config = RunConfig::recipe(variant, "bars");
    config.batch = 32;
    config.pretraining = pretraining;
    if variant.knobs().iter().any(|knob| knob.id == "layers") {
        config.knobs.set("layers", KnobValue::Integer(6));
        config
            .knobs
            .set("init", KnobValue::Text("glorot".to_owned()));
    }
    if variant.knobs().iter().any(|knob| knob.id == "filters") {
        config.knobs.set("filters", KnobValue::Integer(4));
    }
    config.knobs.set("latent", KnobValue::Integer(6));
    config.knobs.set("k", KnobValue::Integer(3));
    config.knobs.set("entry-size", KnobValue::Integer(2));
    let mut settings = PhaseSettings::usual(variant.recipe().optimizer, 2);
    settings.learning_rate /= 4.0;
    config.set_schedule(variant, settings, settings, 0.2);
    config
}

/// A run trained to its end.
pub fn train(config: &RunConfig, data: &Arc<Dataset>) -> Trainer {
    let mut trainer = Trainer::new(config.clone(), Arc::clone(data), &flex()).unwrap();
    while trainer.advance().unwrap() != Advance::Finished {}
    trainer.collect().unwrap();
    trainer
}

/// All weights of a run.
pub fn weights(trainer: &Trainer) -> Vec<NamedArray> {
    trainer.trainee().weights().unwrap()
}

/// The folder of the real MNIST files, where there is one; says so where there is not.
pub fn mnist(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("HOURGLASS_MNIST").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: {test} (HOURGLASS_MNIST names no folder)");
    }
    folder
}

/// Fails unless the loss of the first step of a configuration, on 8 training images, changes along its
/// gradient by the gradient's squared length. One step of plain SGD at the rate tells the gradient: it
/// moves each weight by −rate × gradient.
pub fn assert_follows_gradient(words: &str, config: &RunConfig, data: &Dataset, rate: f64) {
    let variant = variant(&config.variant).unwrap();
    let knobs = config.knobs.resolve(variant.id(), variant.knobs()).unwrap();
    let shape = data.train.shape();
    let mut optimizer = OptimizerConfig::new(OptimizerKind::Sgd);
    optimizer.momentum = 0.0;
    optimizer.clip = 0.0;
    let mut pixels = Vec::new();
    data.train
        .write_batch(&[0, 1, 2, 3, 4, 5, 6, 7], &mut pixels);
    let images = Tensor::<1>::from_floats(pixels.as_slice(), &Device::flex());
    let images = images.reshape([8, shape.pixels()]);
    let mut trainee = variant.build(shape, &knobs, 3, &Device::flex()).unwrap();
    let before = trainee.weights().unwrap();
    let mut loss_of = |weights: &[NamedArray], rate: f64| {
        trainee.set_weights(weights).unwrap();
        trainee.begin_phase(Objective::EndToEnd, &optimizer);
        let mut context = StepContext::first(7);
        let loss = trainee.step(images.clone().into(), rate, &mut context);
        let value: f32 = loss.into_scalar();
        (f64::from(value), trainee.weights().unwrap())
    };
    let (_, after) = loss_of(&before, rate);
    let gradient = |array: usize, at: usize| {
        f64::from(before[array].values[at] - after[array].values[at]) / rate
    };
    let squared: f64 = (0..before.len())
        .flat_map(|array| (0..before[array].values.len()).map(move |at| (array, at)))
        .map(|(array, at)| gradient(array, at).powi(2))
        .sum();
    let moved = |by: f64| {
        let mut weights = before.clone();
        for (array, named) in weights.iter_mut().enumerate() {
            for (at, value) in named.values.iter_mut().enumerate() {
                *value += (by * gradient(array, at)) as f32;
            }
        }
        weights
    };
    // A step may cross a bend of the loss, where another unit comes in: shorter ones do not.
    let slopes = [1e-2, 3e-3, 1e-3].map(|length| {
        let step = length / squared.sqrt();
        let (up, _) = loss_of(&moved(step), 0.0);
        let (down, _) = loss_of(&moved(-step), 0.0);
        (up - down) / (2.0 * step)
    });
    assert!(
        slopes
            .iter()
            .any(|slope| (slope / squared - 1.0).abs() < 0.05),
        "{words}: slopes {slopes:?}, squared gradient {squared}"
    );
}
