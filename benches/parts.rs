//! The parts that a run and a window are made of, one by one: putting a batch together, a step of each
//! model, what a frame of each is made of, and the way of a frame from the engine to whoever shows it.
//!
//! `cargo bench --bench parts [-- NAME]`, on Flex with the built-in digits.

#![allow(
    clippy::unwrap_used,
    reason = "a benchmark that cannot run should stop"
)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use hourglass::data::{self, Dataset, DatasetRequest};
use hourglass::engine::{Command, Engine, Event, RunId, RunState, lead_crew, start_device};
use hourglass::model::{VARIANTS, Variant};
use hourglass::train::{Advance, Compute, Feed, Half, RunConfig, Trainer};

const DATASET: &str = "glyphs";
const DEVICE: &str = "flex";

/// Images of a batch, and those of a frame: shown, coded, and looked at inside.
const BATCH: u32 = 256;
const SHOWN: u32 = 24;
const CODED: usize = 400;
const PROBED: u32 = 64;

/// Steps of which a run is made anew, long before its schedule ends.
const STEPS: u64 = 200;

fn images() -> Arc<Dataset> {
    let request = DatasetRequest {
        location: DATASET.to_owned(),
        ..DatasetRequest::default()
    };
    Arc::new(data::open(&request).unwrap())
}

fn config(variant: &dyn Variant) -> RunConfig {
    let mut config = RunConfig::recipe(variant, DATASET);
    DEVICE.clone_into(&mut config.device);
    config
}

/// A run in its first steps.
fn trainer(variant: &dyn Variant, data: &Arc<Dataset>, compute: &Compute) -> Trainer {
    let mut trainer = Trainer::new(config(variant), Arc::clone(data), compute).unwrap();
    step(&mut trainer);
    trainer.collect().unwrap();
    trainer
}

/// Goes on until a step is done, measurements before it included.
fn step(trainer: &mut Trainer) {
    while trainer.advance().unwrap() != Advance::Trained {}
}

fn batches(criterion: &mut Criterion) {
    let feed = Feed::new(images(), &start_device(DEVICE).unwrap());
    let count = feed.data().train.len() as u32;
    // Images from all over the set, as in training.
    let chosen: Vec<u32> = (0..BATCH).map(|index| index * 7919 % count).collect();
    criterion.bench_function("batch of 256", |bencher| {
        bencher.iter(|| black_box(feed.batch(Half::Train, black_box(&chosen))));
    });
}

fn steps_and_frames(criterion: &mut Criterion) {
    let _crew = lead_crew().unwrap();
    let (data, compute) = (images(), start_device(DEVICE).unwrap());
    let mut group = criterion.benchmark_group("step");
    for variant in VARIANTS {
        let mut run = trainer(*variant, &data, &compute);
        group.bench_function(variant.id(), |bencher| {
            bencher.iter(|| {
                while !run.is_step_next() {
                    if run.advance().unwrap() == Advance::Finished {
                        run = trainer(*variant, &data, &compute);
                    }
                }
                if run.position().step >= STEPS {
                    run = trainer(*variant, &data, &compute);
                }
                step(&mut run);
                run.collect().unwrap();
            });
        });
    }
    group.finish();
    let mut group = criterion.benchmark_group("frame");
    let shown: Vec<u32> = (0..SHOWN).collect();
    let probed: Vec<u32> = (0..PROBED).collect();
    for variant in VARIANTS {
        let mut run = trainer(*variant, &data, &compute);
        group.bench_function(format!("{}: pictures", variant.id()), |bencher| {
            bencher.iter(|| black_box(run.pictures(&shown).unwrap()));
        });
        group.bench_function(format!("{}: codes", variant.id()), |bencher| {
            bencher.iter(|| black_box(run.codes(CODED).unwrap()));
        });
        group.bench_function(format!("{}: layers", variant.id()), |bencher| {
            bencher.iter(|| black_box(run.layer_stats(&probed).unwrap()));
        });
    }
    group.finish();
}

/// From the wish for other images to the frame that shows them.
fn publishing(criterion: &mut Criterion) {
    let engine = Engine::spawn_headless().unwrap();
    let id = RunId(1);
    engine.send(Command::AddRun {
        id,
        config: Box::new(config(VARIANTS[0])),
    });
    loop {
        match engine.wait_event(Duration::from_mins(1)).unwrap() {
            Event::StateChanged {
                state: RunState::Paused,
                ..
            } => break,
            Event::Failed { error, .. } => panic!("{error}"),
            _ => {}
        }
    }
    let mut first = 0;
    let mut wish = || {
        first = (first + 1) % SHOWN;
        (first..first + SHOWN).collect::<Vec<u32>>()
    };
    criterion.bench_function("wish to frame", |bencher| {
        let asked = |wanted: Vec<u32>| {
            engine.send(Command::ShowImages(wanted.clone()));
            let is_there = || {
                let newest = engine.newest_snapshot()?;
                let frame = newest.runs.first()?;
                (frame.pictures.indices == wanted).then_some(())
            };
            while is_there().is_none() {
                std::thread::yield_now();
            }
        };
        bencher.iter_batched(&mut wish, asked, BatchSize::PerIteration);
    });
}

criterion_group! {
    name = parts;
    config = Criterion::default().warm_up_time(Duration::from_secs(1)).sample_size(30);
    targets = batches, steps_and_frames, publishing
}
criterion_main!(parts);
