//! The story of the program: the deep network stays at the average image, pretraining makes it learn,
//! convolutions give the sharpest pictures. On the built-in digits always, on MNIST where it is.

#![allow(clippy::unwrap_used, reason = "what is not there fails the test")]

mod common;

use std::path::Path;
use std::sync::Arc;

use common::{flex, mnist};
use hourglass::analysis::Baselines;
use hourglass::data::{self, Dataset, DatasetRequest};
use hourglass::model::{KnobValue, OptimizerKind, Pretraining, variant};
use hourglass::train::{Advance, PhaseSettings, RunConfig, Trainer, Verdict};

fn open(location: &str) -> Arc<Dataset> {
    let request = DatasetRequest {
        location: location.to_owned(),
        ..DatasetRequest::default()
    };
    Arc::new(data::open(&request).unwrap())
}

/// Trains to the end; the last test error and the last verdict.
fn outcome(config: RunConfig, data: &Arc<Dataset>) -> (f64, Verdict) {
    let mut trainer = Trainer::new(config, Arc::clone(data), &flex()).unwrap();
    while trainer.advance().unwrap() != Advance::Finished {}
    let last = trainer.metrics().last_test().unwrap();
    (last.mse, last.verdict)
}

#[test]
fn the_recipes_tell_the_story_on_the_built_in_digits() {
    let data = open("glyphs");
    let mean = {
        let pixels = data.train.shape().pixels();
        let (lines, _) =
            Baselines::compute(data.train.pixels(), data.test.pixels(), pixels, 1).unwrap();
        lines.mean
    };
    let run = |id: &str, change: fn(&mut RunConfig)| {
        let mut config = RunConfig::recipe(variant(id).unwrap(), "glyphs");
        change(&mut config);
        outcome(config, &data)
    };
    let (plain, _) = run("autoencoder", |_config| {});
    // A few epochs suffice to see that it does not move; the recipe gives it more.
    let (deep, verdict) = run("deep", |config| config.schedule.phases[0].epochs = 4);
    let (stacked, _) = run("stacked", |_config| {});
    // Two epochs of the recipe's three: the convolutions are the slowest by far.
    let (convolutional, _) = run("convolutional", |config| {
        config.schedule.phases[0].epochs = 2;
    });
    println!("plain {plain:.4} deep {deep:.4} stacked {stacked:.4} conv {convolutional:.4}");
    assert!(
        (deep / mean - 1.0).abs() < 0.03,
        "deep {deep}, mean image {mean}"
    );
    assert_eq!(verdict, Verdict::MeanImage, "the program says so");
    assert!(plain < 0.7 * deep, "plain {plain}, deep {deep}");
    assert!(
        stacked < plain && stacked < 0.4 * deep,
        "stacked {stacked}, plain {plain}"
    );
    assert!(
        convolutional < stacked,
        "convolutional {convolutional}, stacked {stacked}"
    );
}

/// The recipe of the story: SGD 1.0, momentum 0.9, batch 256, N(0, 0.01), three epochs a phase.
fn classic(id: &str, folder: &Path, pretraining: Pretraining) -> RunConfig {
    let variant = variant(id).unwrap();
    let mut config = RunConfig::recipe(variant, &folder.display().to_string());
    config.batch = 256;
    config.pretraining = pretraining;
    let settings = PhaseSettings::usual(OptimizerKind::Sgd, 3);
    config.set_schedule(variant, settings, settings, 0.2);
    config
}

#[test]
fn mnist_has_its_baselines_and_the_plain_autoencoder_its_error() {
    let Some(folder) = mnist("mnist_has_its_baselines_and_the_plain_autoencoder_its_error") else {
        return;
    };
    let data = open(&folder.display().to_string());
    let (lines, _) = Baselines::compute(data.train.pixels(), data.test.pixels(), 784, 30).unwrap();
    assert!((lines.black - 0.11396).abs() < 1e-5, "{}", lines.black);
    assert!((lines.mean - 0.06747).abs() < 1e-5, "{}", lines.mean);
    let pca30 = lines.pca_k(30).unwrap() * 784.0;
    assert!((pca30 - 13.87).abs() < 0.02, "{pca30}");
    let config = classic("autoencoder", &folder, Pretraining::EndToEnd);
    let (mse, _) = outcome(config, &data);
    assert!((0.035..0.045).contains(&mse), "{mse}");
}

#[test]
fn pretraining_rescues_the_deep_network_on_mnist() {
    let Some(folder) = mnist("pretraining_rescues_the_deep_network_on_mnist") else {
        return;
    };
    let data = open(&folder.display().to_string());
    let widths = KnobValue::Text("784,500,250,125,64,10".to_owned());
    let run = |id, pretraining, epochs: usize| {
        let mut config = classic(id, &folder, pretraining);
        config.knobs.set("widths", widths.clone());
        for phase in &mut config.schedule.phases {
            phase.epochs = epochs;
        }
        outcome(config, &data)
    };
    // One epoch a phase keeps this test short; the full recipe is in the README.
    let (deep, verdict) = run("deep", Pretraining::EndToEnd, 1);
    assert_eq!(verdict, Verdict::MeanImage);
    assert!((deep / 0.06747 - 1.0).abs() < 0.03, "{deep}");
    for pretraining in [Pretraining::EndsInward, Pretraining::Greedy] {
        let (stacked, _) = run("stacked", pretraining, 1);
        println!("{} {stacked:.4}", pretraining.id());
        assert!(stacked < 0.045, "{}: {stacked}", pretraining.id());
    }
}
