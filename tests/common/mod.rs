//! What several tests need: a tiny data set, a quick configuration, a run trained to its end.

#![allow(dead_code, reason = "every test takes what it needs")]
#![allow(clippy::unwrap_used, reason = "what is not there fails the test")]
#![allow(clippy::print_stdout, reason = "a skipped test says so")]

use std::path::PathBuf;
use std::sync::Arc;

use burn::tensor::Device;
use hourglass::data::{Dataset, DatasetParts, ImageShape, Images};
use hourglass::model::{KnobValue, NamedArray, Pretraining, variant};
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
