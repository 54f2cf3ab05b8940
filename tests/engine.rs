//! The engine without a window: what it tells, when, and what can be changed while a run trains.

#![allow(clippy::unwrap_used, reason = "what is not there fails the test")]
#![allow(clippy::print_stdout, reason = "a skipped test says so")]

#[path = "engine/aside.rs"]
mod aside;
#[path = "engine/changes.rs"]
mod changes;
#[path = "common/mod.rs"]
mod common;
#[path = "engine/data.rs"]
mod data;
#[path = "engine/devices.rs"]
mod devices;
#[path = "engine/exports.rs"]
mod exports;
#[path = "engine/fetching.rs"]
mod fetching;
#[path = "engine/frames.rs"]
mod frames;
#[path = "engine/keeping.rs"]
mod keeping;
#[path = "engine/losing.rs"]
mod losing;
#[path = "engine/matched.rs"]
mod matched;
#[path = "engine/preparing.rs"]
mod preparing;
#[path = "engine/relinking.rs"]
mod relinking;
#[allow(dead_code, reason = "other tests need more of it")]
#[path = "common/server.rs"]
mod server;
#[path = "engine/session.rs"]
mod session;
#[path = "engine/until.rs"]
mod until;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use hourglass::data::{DatasetRequest, open};
use hourglass::engine::{Command, Event, RunId, RunState, Watch};
use hourglass::model::Pretraining;
use hourglass::train::{Advance, Trainer};

use session::{Session, digits};

const RUN: RunId = RunId(1);
const OTHER: RunId = RunId(2);

#[test]
fn a_step_and_an_epoch_pause_where_they_end() {
    let mut session = Session::with(RUN, &digits("autoencoder", Pretraining::EndToEnd, 2));
    session.send(Command::StepOnce(RUN));
    session.until_state(RUN, RunState::Paused);
    session.settle();
    assert_eq!(session.step(RUN), 1);
    for (step, state) in [(20, RunState::Paused), (40, RunState::Finished)] {
        session.send(Command::EpochOnce(RUN));
        session.until_state(RUN, state);
        session.settle();
        assert_eq!(session.step(RUN), step);
        let last = session.metrics(RUN).last_test().unwrap().clone();
        assert_eq!(last.step, step, "an epoch ends with its measurement");
    }
}

#[test]
fn a_pace_holds_runs_back_and_changes_nothing_else() {
    let config = digits("autoencoder", Pretraining::EndToEnd, 1);
    let mut session = Session::with(RUN, &config);
    session.finish(RUN);
    let free = session.metrics(RUN);
    session.add(OTHER, &config);
    session.send(Command::SetPace(Some(25.0)));
    let start = Instant::now();
    session.finish(OTHER);
    let took = start.elapsed();
    assert!(
        took > Duration::from_millis(19 * 40),
        "20 steps took {took:?}"
    );
    assert_eq!(session.metrics(OTHER), free);
}

#[test]
fn a_hidden_run_reports_seldom_and_wakes_nobody() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let woken = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&woken);
    let engine = hourglass::engine::Engine::spawn(move || {
        counter.fetch_add(1, Ordering::SeqCst);
    });
    let mut session = Session {
        engine: engine.unwrap(),
        events: Vec::new(),
    };
    session.add(RUN, &digits("autoencoder", Pretraining::EndToEnd, 5_000));
    session.until(|event| matches!(event, Event::Baselines { .. }));
    session.send(Command::Watch(Watch {
        is_hidden: true,
        interval: Duration::from_millis(1),
    }));
    session.send(Command::Start(RUN));
    session.until_state(RUN, RunState::Running);
    session.settle();
    let is_report = |event: &&Event| matches!(event, Event::Progress { .. });
    let (before, heard) = (woken.load(Ordering::SeqCst), session.events.len());
    std::thread::sleep(Duration::from_millis(1_600));
    let after = woken.load(Ordering::SeqCst);
    session.settle();
    let reports = session.events[heard..].iter().filter(is_report).count();
    assert!((1..=5).contains(&reports), "{reports} reports in 1.6 s");
    // A warning is news to everybody, and the answer from before may have had its wake to come.
    let is_warning = |event: &&Event| matches!(event, Event::Warning { .. });
    let warnings = session.events[heard..].iter().filter(is_warning).count();
    let unasked = (after - before).saturating_sub(warnings);
    assert!(unasked <= 1, "woken {unasked} times");
}

#[test]
fn the_worst_images_are_those_with_the_largest_errors() {
    let config = digits("autoencoder", Pretraining::EndToEnd, 1);
    let mut session = Session::with(RUN, &config);
    session.finish(RUN);
    session.send(Command::FindWorst { id: RUN, count: 7 });
    let Event::Worst { indices, .. } = session.until(|event| matches!(event, Event::Worst { .. }))
    else {
        unreachable!()
    };
    let data = open(&config.images());
    let data = std::sync::Arc::new(data.unwrap());
    let mut trainer = Trainer::new(config, data, &common::flex()).unwrap();
    while trainer.advance().unwrap() != Advance::Finished {}
    let all: Vec<u32> = (0..2_000).collect();
    let errors = trainer.pictures(&all).unwrap().1;
    let mut sorted = all;
    sorted.sort_by(|&a, &b| errors[b as usize].total_cmp(&errors[a as usize]));
    assert_eq!(indices, sorted[..7]);
}

#[test]
fn principal_components_show_the_chosen_images() {
    let mut session = Session::with(RUN, &digits("autoencoder", Pretraining::EndToEnd, 1));
    let Event::PcaPictures { pictures, .. } =
        session.until(|event| matches!(event, Event::PcaPictures { .. }))
    else {
        unreachable!()
    };
    assert_eq!(pictures.components, 6, "as many as the code has values");
    assert_eq!(pictures.indices, (0..16).collect::<Vec<u32>>());
    assert_eq!(pictures.pictures.len(), 16);
    session.send(Command::ShowImages(vec![1_999, 3, 40_000]));
    let Event::PcaPictures { pictures, .. } =
        session.until(|event| matches!(event, Event::PcaPictures { .. }))
    else {
        unreachable!()
    };
    assert_eq!(pictures.indices, [1_999, 3, 0], "the last one is not there");
    session.settle();
    let snapshot = session.engine.newest_snapshot().unwrap();
    assert_eq!(snapshot.runs[0].pictures.indices, [1_999, 3, 0]);
    let baseline = session.events.iter().find_map(|event| match event {
        Event::Baselines { baselines, .. } => baselines.pca_k(6),
        _ => None,
    });
    let error = f64::from(pictures.errors[1]);
    let typical = baseline.unwrap();
    assert!(
        (typical / 5.0..typical * 5.0).contains(&error),
        "{error} of {typical}"
    );
}

#[test]
fn runs_share_the_time_evenly() {
    let light = digits("autoencoder", Pretraining::EndToEnd, 5_000);
    let mut heavy = light.clone();
    heavy.batch = 640;
    let mut session = Session::with(RUN, &light);
    session.add(OTHER, &heavy);
    session.send(Command::Start(RUN));
    session.send(Command::Start(OTHER));
    std::thread::sleep(Duration::from_millis(2_500));
    session.send(Command::Pause(RUN));
    session.send(Command::Pause(OTHER));
    session.until_state(OTHER, RunState::Paused);
    let time_of = |id: RunId| {
        let last = session.events.iter().rev().find_map(|event| match event {
            Event::Progress {
                id: of, progress, ..
            } if *of == id => Some(progress.elapsed_secs),
            _ => None,
        });
        last.unwrap()
    };
    let share = time_of(RUN) / time_of(OTHER);
    assert!((0.6..1.6).contains(&share), "{share}");
}

/// Writes a data set that can be taken away again.
fn write_digits(folder: &Path) {
    let data = open(&DatasetRequest {
        location: "glyphs".to_owned(),
        limit: Some(640),
        ..DatasetRequest::default()
    })
    .unwrap();
    for (name, images) in [("train", &data.train), ("t10k", &data.test)] {
        let mut bytes = vec![0, 0, 8, 3];
        for size in [images.len(), 28, 28] {
            bytes.extend((size as u32).to_be_bytes());
        }
        bytes.extend_from_slice(images.pixels());
        fs::write(folder.join(format!("{name}-images-idx3-ubyte")), bytes).unwrap();
    }
}

#[test]
fn a_reset_needs_its_folder_no_more_and_gives_the_same_curve() {
    let folder = tempfile::tempdir().unwrap();
    write_digits(folder.path());
    let mut config = digits("autoencoder", Pretraining::EndToEnd, 1);
    config.dataset = folder.path().to_str().unwrap().to_owned();
    let mut session = Session::with(RUN, &config);
    session.finish(RUN);
    let first = session.metrics(RUN);
    drop(folder);
    session.send(Command::Reset(RUN));
    session.until_ready(RUN);
    assert!(session.metrics(RUN).is_empty());
    session.finish(RUN);
    assert_eq!(session.metrics(RUN), first);
}

#[test]
fn a_folder_that_cannot_be_is_bad_input_and_the_run_goes_on() {
    let mut session = Session::with(RUN, &digits("autoencoder", Pretraining::EndToEnd, 1));
    let file = tempfile::NamedTempFile::new().unwrap();
    session.send(Command::Save {
        id: RUN,
        folder: file.path().join("run"),
    });
    let told = session.until(|event| matches!(event, Event::SaveFailed { .. }));
    let Event::SaveFailed {
        is_bad_input,
        error,
        ..
    } = told
    else {
        unreachable!()
    };
    // A file is where a folder was asked for.
    assert!(is_bad_input && error.contains("Not a directory"), "{error}");
}

#[test]
fn memory_is_told_while_a_run_trains() {
    let mut session = Session::with(RUN, &digits("autoencoder", Pretraining::EndToEnd, 1));
    // It may have been told while the run was made.
    let told = |event: &Event| match event {
        Event::Memory(bytes) => Some(*bytes),
        _ => None,
    };
    let bytes = session.events.iter().find_map(told).unwrap_or_else(|| {
        let event = session.until(|event| told(event).is_some());
        told(&event).unwrap()
    });
    assert!((10_000_000..100_000_000_000).contains(&bytes), "{bytes}");
}
