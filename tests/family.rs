//! Combinations of architectures, corruptions, bottlenecks and penalties: whatever can be combined
//! trains by its true gradient, repeats, resumes and exports; what cannot be says so.

#![allow(clippy::unwrap_used, reason = "what is not there fails the test")]

mod common;

use std::sync::Arc;

use common::{assert_follows_gradient, flex, small_config, small_set, train, weights};
use hourglass::model::{BOTTLENECKS, KnobValue, PENALTIES, Pretraining, variant};
use hourglass::train::{Advance, RunConfig, Trainer};

/// Variants that differ in their layers: one dense layer, several, convolutions to a vector and to a grid.
const LAYERS: [&[(&str, &str)]; 5] = [
    &[("variant", "denoising"), ("layers", "2")],
    &[
        ("variant", "denoising"),
        ("layers", "4"),
        ("tied", "on"),
        ("activation", "tanh"),
    ],
    &[
        ("variant", "denoising"),
        ("layers", "4"),
        ("activation", "tanh"),
    ],
    &[
        ("variant", "convolutional"),
        ("stages", "2"),
        ("activation", "tanh"),
    ],
    &[
        ("variant", "convolutional"),
        ("stages", "2"),
        ("activation", "tanh"),
        ("code-layout", "grid"),
    ],
];

/// A combination in words, and its configuration.
fn combination(
    layers: &[(&str, &str)],
    noise: &str,
    bottleneck: &str,
    penalty: Option<&str>,
) -> (String, RunConfig) {
    let mut config = small_config(layers[0].1, Pretraining::EndToEnd);
    let variant = variant(&config.variant).unwrap();
    let mut set = |id: &str, value: &str| {
        let table = variant.knobs();
        config
            .knobs
            .set_text(variant.id(), table, id, value)
            .unwrap();
    };
    for (id, value) in &layers[1..] {
        set(id, value);
    }
    set("init", "glorot");
    set("output", "sigmoid");
    set("code-activation", "linear");
    set("noise", noise);
    set("bottleneck", bottleneck);
    if let Some(penalty) = penalty {
        set(penalty, "0.5");
        let needs_sigmoid = ["penalty-kl-sparsity", "penalty-contractive"].contains(&penalty);
        if needs_sigmoid && bottleneck == "plain" {
            set("code-activation", "sigmoid");
        }
    }
    let words = format!("{layers:?}, noise {noise}, bottleneck {bottleneck}, {penalty:?}");
    (words, config)
}

/// Every combination of the tables.
fn combinations() -> Vec<(String, RunConfig)> {
    let mut all = Vec::new();
    for layers in LAYERS {
        for noise in ["none", "gaussian"] {
            for bottleneck in BOTTLENECKS {
                let penalties = PENALTIES.iter().map(|kind| Some(kind.knob));
                for penalty in std::iter::once(None).chain(penalties) {
                    all.push(combination(layers, noise, bottleneck.choice.id, penalty));
                }
            }
        }
    }
    all
}

/// Those that can be; of the others the sentence.
fn sorted() -> (Vec<(String, RunConfig)>, Vec<String>) {
    let shape = small_set().train.shape();
    let (mut good, mut refused) = (Vec::new(), Vec::new());
    for (words, config) in combinations() {
        match config.check_with(shape) {
            Ok(_) => good.push((words, config)),
            Err(error) => refused.push(error.to_string()),
        }
    }
    (good, refused)
}

#[test]
fn what_cannot_be_combined_is_one_sentence() {
    let (good, mut refused) = sorted();
    assert!(good.len() > 110, "{}", good.len());
    refused.sort();
    refused.dedup();
    assert_eq!(
        refused,
        [
            "bottleneck gaussian has 2 encoder outputs for each number of the code, so its decoder \
             cannot have the same weights: tied must be off, but is on",
            "penalty-contractive needs a code without jumps, but that of bottleneck fsq has some",
            "penalty-contractive needs a code without jumps, but that of bottleneck top-k has some",
            "penalty-contractive needs a code without jumps, but that of bottleneck vq has some",
            "penalty-kl-sparsity needs a code of activations from 0 to 1, but that of bottleneck fsq is made \
             of entries",
            "penalty-kl-sparsity needs a code of activations from 0 to 1, but that of bottleneck vq is made \
             of entries",
            "penalty-kl-sparsity needs code-activation sigmoid, but it is linear",
            "penalty-mmd pulls codes towards N(0, I), which those of bottleneck fsq cannot reach",
            "penalty-mmd pulls codes towards N(0, I), which those of bottleneck top-k cannot reach",
            "penalty-mmd pulls codes towards N(0, I), which those of bottleneck vq cannot reach",
        ]
    );
}

#[test]
fn every_combination_follows_its_gradient() {
    let data = small_set();
    let is_quantised = |config: &RunConfig| {
        let bottleneck = config.knobs.get("bottleneck");
        ["vq", "fsq"]
            .map(|id| KnobValue::Text(id.to_owned()))
            .iter()
            .any(|id| Some(id) == bottleneck)
    };
    // Gradients pass quantised codes as if they did not jump, so these do not follow the loss itself.
    let smooth = sorted().0.into_iter();
    for (words, config) in smooth.filter(|(_, config)| !is_quantised(config)) {
        assert_follows_gradient(&words, &config, &data, 0.01);
    }
}

#[test]
fn every_combination_repeats_and_resumes() {
    let data = small_set();
    for (words, config) in sorted().0 {
        let whole = train(&config, &data);
        let loss = whole.metrics().train.last().unwrap().loss;
        assert!(loss.is_finite(), "{words}: {loss}");
        let mut trainer = Trainer::new(config.clone(), Arc::clone(&data), &flex()).unwrap();
        while trainer.position().step < 5 {
            trainer.advance().unwrap();
        }
        let checkpoint = trainer.checkpoint().unwrap();
        let mut resumed = Trainer::resume(config, &checkpoint, Arc::clone(&data), &flex()).unwrap();
        while resumed.advance().unwrap() != Advance::Finished {}
        resumed.collect().unwrap();
        assert_eq!(whole.metrics(), resumed.metrics(), "{words}");
        assert_eq!(weights(&whole), weights(&resumed), "{words}");
    }
}

#[test]
fn every_combination_goes_to_pytorch_and_comes_back() {
    let data = small_set();
    for (words, config) in sorted().0 {
        let variant = variant(&config.variant).unwrap();
        let trainer = Trainer::new(config.clone(), Arc::clone(&data), &flex()).unwrap();
        let network = variant.torch(data.train.shape(), &config.knobs).unwrap();
        let mine = weights(&trainer);
        let theirs = network.export(&mine).unwrap();
        let back = network.import(&theirs).unwrap();
        for array in &mine {
            let found = back.iter().find(|other| other.name == array.name);
            assert_eq!(found, Some(array), "{words}");
        }
        assert_eq!(back.len(), mine.len(), "{words}");
    }
}

/// Through the schedules: stacked sparse, denoising, k-sparse and variational autoencoders.
#[test]
fn members_are_pretrained_pair_by_pair() {
    let data = small_set();
    for id in [
        "denoising",
        "sparse",
        "k-sparse",
        "contractive",
        "tied",
        "vae",
        "wae",
        "rae",
    ] {
        for pretraining in [Pretraining::Greedy, Pretraining::EndsInward] {
            let mut config = small_config(id, pretraining);
            for phase in &mut config.schedule.phases {
                phase.epochs = 20;
                phase.learning_rate *= 4.0;
            }
            let trainer = train(&config, &data);
            let tests = &trainer.metrics().test;
            let (first, last) = (tests[0].mse, tests[tests.len() - 1].mse);
            assert!(
                last < 0.8 * first,
                "{id}, {pretraining:?}: {first} to {last}"
            );
        }
    }
}

/// Units that are dead for a while are part of what a checkpoint keeps.
#[test]
fn a_k_sparse_run_resumes_with_its_dead_units() {
    let data = small_set();
    let mut config = small_config("k-sparse", Pretraining::EndToEnd);
    config.knobs.set("k", KnobValue::Integer(1));
    config.schedule.phases[0].epochs = 40;
    let whole = train(&config, &data);
    let mut trainer = Trainer::new(config.clone(), Arc::clone(&data), &flex()).unwrap();
    while trainer.position().step < 121 {
        trainer.advance().unwrap();
    }
    let checkpoint = trainer.checkpoint().unwrap();
    let idle = checkpoint.optimizer.arrays.iter();
    let idle = idle.filter(|array| array.name == "bottleneck.idle");
    assert!(
        idle.flat_map(|array| &array.values)
            .any(|steps| *steps >= 100.0)
    );
    let mut resumed = Trainer::resume(config, &checkpoint, Arc::clone(&data), &flex()).unwrap();
    while resumed.advance().unwrap() != Advance::Finished {}
    resumed.collect().unwrap();
    assert_eq!(whole.metrics(), resumed.metrics());
    assert_eq!(weights(&whole), weights(&resumed));
}
