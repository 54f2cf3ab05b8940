//! What older versions wrote opens for ever.
//!
//! `tests/fixtures` holds a run and a session as version 0.1 wrote them; they are never written anew. A
//! version that writes other files adds its own: `HOURGLASS_FIXTURES=FOLDER cargo test --test versions`
//! puts them there.

#![allow(clippy::unwrap_used, reason = "what is not there fails the test")]
#![allow(clippy::print_stdout, reason = "a skipped test says so")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hourglass::analysis::LatentSummary;
use hourglass::data::ImageShape;
use hourglass::model::{Histogram, KnobValue, LayerStat, OptimizerKind, Pretraining, variant};
use hourglass::store::session::Session;
use hourglass::store::{self, KeptFrame, KeptRun, RunUpdate};
use hourglass::train::{Boundary, PhaseSettings, RunConfig, Trainer};

/// Steps of the runs: all of the first phase, and some of the second one.
const STEPS: u64 = 12;

/// A session of 0.1: a pretrained run, and one that has not begun.
const SESSION: &str = "0.1.hourglass";

/// A run of 0.1 in a folder of its own.
const RUN: &str = "0.1-run";

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// A fixture where it can be opened without being touched.
fn copied(name: &str) -> (tempfile::TempDir, PathBuf) {
    let place = tempfile::tempdir().unwrap();
    let to = place.path().join(name);
    copy(&fixtures().join(name), &to);
    (place, to)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, target).unwrap();
        }
    }
}

/// Two pairs of layers, pretrained one after the other: three phases of eight steps.
fn config() -> RunConfig {
    let variant = variant("stacked").unwrap();
    let mut config = RunConfig::recipe(variant, "bars");
    "Kept for ever".clone_into(&mut config.name);
    "flex".clone_into(&mut config.device);
    config.batch = 32;
    config.pretraining = Pretraining::Greedy;
    for (knob, value) in [("widths", "64,8,3"), ("init", "glorot")] {
        config.knobs.set(knob, KnobValue::Text(value.to_owned()));
    }
    let settings = PhaseSettings::usual(OptimizerKind::Adam, 2);
    config.set_schedule(variant, settings, settings, 0.1);
    config
}

/// Goes on for some steps, to show that everything needed is there.
fn goes_on(kept: &KeptRun) {
    let checkpoint = &kept.checkpoint;
    let config = checkpoint.config.clone();
    let data = common::small_set();
    let mut trainer = Trainer::resume(config, checkpoint, data, &common::flex()).unwrap();
    while trainer.position().step < STEPS + 3 {
        trainer.advance().unwrap();
    }
    trainer.collect().unwrap();
    assert_eq!(trainer.metrics().train.len() as u64, STEPS + 3);
}

fn check(kept: &KeptRun) {
    let run = &kept.checkpoint;
    assert_eq!(run.config.variant, "stacked");
    assert_eq!((run.position.step, run.position.phase), (STEPS, 1));
    assert_eq!(run.metrics.train.len() as u64, STEPS);
    assert!(run.metrics.last_test().unwrap().mse < 1.0);
    let names: Vec<&str> = run
        .weights
        .iter()
        .map(|array| array.name.as_str())
        .collect();
    assert!(names.contains(&"stages.1.decoder.bias"), "{names:?}");
    assert!(!run.optimizer.arrays.is_empty());
    goes_on(kept);
}

#[test]
fn a_run_of_version_0_1_opens_and_goes_on() {
    let (_place, folder) = copied(RUN);
    let kept = store::open_whole_run(&folder).unwrap();
    check(&kept);
    // What this version writes in its place can be opened too.
    store::save_run(&folder, &kept.checkpoint, None).unwrap();
    assert_eq!(store::open_run(&folder).unwrap(), kept.checkpoint);
}

#[test]
fn a_session_of_version_0_1_opens_and_goes_on() {
    let (_place, root) = copied(SESSION);
    let (session, contents) = Session::open(&root).unwrap();
    assert_eq!(contents.window, "{\"format\":1}");
    let [trained, idle] = &contents.runs[..] else {
        panic!("{:?}", contents.runs)
    };
    assert_eq!((trained.key, trained.config.name.as_str()), (1, "Renamed"));
    assert!(trained.has_begun && !idle.has_begun);
    let kept = store::open_whole_run(&trained.folder).unwrap();
    check(&kept);
    assert_eq!(kept.frames, [frame(0), frame(8)]);
    assert_eq!(kept.boundaries.len(), 1);
    assert_eq!(kept.boundaries[0].phase(), 1);
    // This version adds to it.
    let mut writer = session.begin().unwrap();
    let update = RunUpdate {
        checkpoint: kept.checkpoint.clone(),
        since: None,
        frames: kept.frames.clone(),
        has_all_frames: true,
        boundaries: kept.boundaries.clone(),
    };
    writer.write(1, &update).unwrap();
    assert!(writer.keep(2, "Idle"));
    writer.finish("").unwrap();
    let again = store::open_whole_run(&trained.folder).unwrap();
    assert_eq!(again.checkpoint, kept.checkpoint);
    assert_eq!(again.frames, kept.frames);
}

/// A frame of two images of 2×3.
fn frame(step: u64) -> KeptFrame {
    let codes = vec![0.25, -1.5, 0.5, 2.0, 0.75, -0.125];
    let histogram = Histogram {
        low: -0.5,
        high: 1.5,
        counts: vec![3, 0, 7],
    };
    KeptFrame {
        step,
        phase: usize::from(step > 0),
        elapsed_secs: step as f64 / 4.0,
        shape: ImageShape {
            width: 2,
            height: 3,
            channels: 1,
        },
        indices: vec![4, 1],
        originals: Arc::new((0..12).collect()),
        reconstructions: (0..12).map(|i| i * 3 + step as u8).collect(),
        errors: vec![0.25, 0.5],
        latent: 3,
        summary: LatentSummary::of(&codes, 3),
        codes,
        layers: vec![LayerStat {
            gradient_norm: Some(0.125),
            update_ratio: Some(-3.0),
            weight_norm: 2.0,
            weights: histogram.clone(),
            activations: Some(histogram),
            ..LayerStat::default()
        }],
    }
}

#[test]
fn fixtures_of_this_version_are_written_on_request() {
    let named = std::env::var_os("HOURGLASS_FIXTURES").map(PathBuf::from);
    let place = tempfile::tempdir().unwrap();
    let root = named.unwrap_or_else(|| place.path().to_owned());
    let mut trainer = Trainer::new(config(), common::small_set(), &common::flex()).unwrap();
    let mut boundaries: Vec<Boundary> = Vec::new();
    while trainer.position().step < STEPS {
        trainer.advance().unwrap();
        let is_new = trainer.position().phase > 0 && boundaries.is_empty();
        if is_new && trainer.is_at_boundary() {
            boundaries.push(trainer.boundary(None).unwrap());
        }
    }
    trainer.collect().unwrap();
    let update = RunUpdate {
        checkpoint: trainer.checkpoint().unwrap(),
        since: None,
        frames: vec![frame(0), frame(8)],
        has_all_frames: true,
        boundaries,
    };
    store::save_run(&root.join("run"), &update.checkpoint, None).unwrap();
    let session = Session::create(&root.join("session.hourglass")).unwrap();
    let mut writer = session.begin().unwrap();
    let mut renamed = update;
    "Renamed".clone_into(&mut renamed.checkpoint.config.name);
    writer.write(1, &renamed).unwrap();
    writer.write_config(2, &config()).unwrap();
    writer.finish("{\"format\":1}").unwrap();
    check(&store::open_whole_run(&root.join("run")).unwrap());
}
