//! The same small run on wgpu and on Flex.
//!
//! Software Vulkan tunes every kernel for seconds, so the shapes are tiny and tuning is turned down.

#![allow(clippy::unwrap_used, reason = "what is not there fails the test")]
#![allow(clippy::print_stdout, reason = "a skipped test says so")]

mod common;

use std::process;
use std::time::{Duration, Instant};

use common::{flex, small_config, small_set};
use hourglass::engine::{Command, Engine, Event, RunId, RunState, list_devices, start_device};
use hourglass::model::{KnobValue, Pretraining, VARIANTS};
use hourglass::train::{Advance, Compute, RunConfig, Trainer};

/// 20 steps' losses and the test errors.
fn curve(config: &RunConfig, compute: &Compute) -> (Vec<f32>, Vec<f64>) {
    let mut trainer = Trainer::new(config.clone(), small_set(), compute).unwrap();
    while trainer.advance().unwrap() != Advance::Finished {}
    trainer.collect().unwrap();
    let metrics = trainer.metrics();
    (
        metrics.train.values().to_vec(),
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
    by_itself("losses_agree_with_flex_over_20_steps");
}

fn by_itself(test: &str) {
    let output = process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
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

/// A device that is lost for good: its run is parked, and the adapter starts anew for it.
#[test]
fn a_lost_device_parks_its_run_and_starts_anew() {
    if std::env::var_os(TUNING).is_some() {
        lose();
        return;
    }
    by_itself("a_lost_device_parks_its_run_and_starts_anew");
}

/// What an engine tells, until it is this.
fn until(engine: &Engine, is_it: impl Fn(&Event) -> bool) -> Event {
    let since = Instant::now();
    loop {
        assert!(since.elapsed() < Duration::from_mins(10), "it never came");
        match engine.wait_event(Duration::from_millis(100)) {
            Some(event) if is_it(&event) => return event,
            Some(Event::Failed { error, .. }) => panic!("{error}"),
            Some(_) => {}
            None => assert!(engine.is_alive(), "the engine has ended"),
        }
    }
}

fn lose() {
    let Some(device) = list_devices().into_iter().find(|d| d.id != "flex") else {
        println!(
            "skipped: a_lost_device_parks_its_run_and_starts_anew (no Vulkan, Metal or DirectX 12 adapter)"
        );
        return;
    };
    let mut config = RunConfig::recipe(VARIANTS[0], "glyphs");
    config.limit = Some(64);
    config.batch = 32;
    config.device.clone_from(&device.id);
    "Lost".clone_into(&mut config.name);
    config.knobs.set("latent", KnobValue::Integer(4));
    config.schedule.phases[0].epochs = 6;
    let engine = Engine::spawn_faulty("lost=Lost@5", || {}).unwrap();
    let id = RunId(1);
    engine.send(Command::AddRun {
        id,
        config: Box::new(config),
    });
    engine.send(Command::ShowImages(vec![0]));
    engine.send(Command::Start(id));
    let Event::Parked { step, .. } = until(&engine, |event| matches!(event, Event::Parked { .. }))
    else {
        unreachable!()
    };
    assert!(step <= 5);
    let Event::Failed { error, .. } = until(&engine, |event| matches!(event, Event::Failed { .. }))
    else {
        unreachable!()
    };
    println!("{error}");
    assert!(error.starts_with("the device failed: "), "{error}");
    assert!(!error.contains('\n'), "one sentence: {error}");
    let finished = |event: &Event| {
        matches!(
            event,
            Event::StateChanged {
                state: RunState::Finished,
                ..
            }
        )
    };
    // First on the adapter itself, with a new device of ours; that one is well.
    engine.send(Command::Continue {
        id,
        device: device.id,
    });
    until(&engine, finished);
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
