//! The same small run on wgpu and on Flex.
//!
//! Software Vulkan tunes every kernel for seconds, so the shapes are tiny and tuning is turned down.

#![allow(clippy::unwrap_used, reason = "what is not there fails the test")]
#![allow(clippy::print_stdout, reason = "a skipped test says so")]

mod common;

use std::process::Command;

use common::{flex, small_config, small_set};
use hourglass::engine::{list_devices, start_device};
use hourglass::model::Pretraining;
use hourglass::train::{Advance, Compute, RunConfig, Trainer};

/// 20 steps' losses and the test errors.
fn curve(config: &RunConfig, compute: &Compute) -> (Vec<f32>, Vec<f64>) {
    let mut trainer = Trainer::new(config.clone(), small_set(), compute).unwrap();
    while trainer.advance().unwrap() != Advance::Finished {}
    trainer.collect().unwrap();
    let metrics = trainer.metrics();
    (
        metrics.train.iter().map(|point| point.loss).collect(),
        metrics.test.iter().map(|point| point.mse).collect(),
    )
}

/// Set in the process that does the work.
const TUNING: &str = "CUBECL_AUTOTUNE_LEVEL";

/// The level of tuning is read from the environment when the device starts, so a process of its own
/// with that environment does the work.
#[test]
fn losses_agree_with_flex_over_20_steps() {
    if std::env::var_os(TUNING).is_some() {
        compare();
        return;
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "losses_agree_with_flex_over_20_steps",
            "--nocapture",
        ])
        .env(TUNING, "minimal")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    for line in text.lines().filter(|line| line.starts_with("skipped")) {
        println!("{line}");
    }
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn compare() {
    let Some(device) = list_devices().into_iter().find(|d| d.id != "flex") else {
        println!(
            "skipped: losses_agree_with_flex_over_20_steps (no Vulkan, Metal or DirectX 12 adapter)"
        );
        return;
    };
    let mut config = small_config("autoencoder", Pretraining::EndToEnd);
    config.schedule.phases[0].epochs = 5;
    let compute = start_device(&device.id).unwrap();
    let (flex_losses, flex_tests) = curve(&config, &flex());
    let (losses, tests) = curve(&config, &compute);
    assert_eq!(losses.len(), 20);
    assert_ne!(flex_losses[0], flex_losses[19], "the losses move");
    let relative = |a: f64, b: f64| ((a - b) / b).abs();
    for (step, (loss, expected)) in losses.iter().zip(&flex_losses).enumerate() {
        let error = relative(f64::from(*loss), f64::from(*expected));
        assert!(
            error < 1e-3,
            "step {step}: {loss} on {}, {expected} on Flex",
            device.name
        );
    }
    for (test, expected) in tests.iter().zip(&flex_tests) {
        assert!(relative(*test, *expected) < 1e-3, "{test} and {expected}");
    }
}
