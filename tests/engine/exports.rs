//! Exports by the engine, beside a run that trains.

use std::path::{Path, PathBuf};
use std::time::Duration;

use hourglass::data::ImageShape;
use hourglass::engine::{Command, Event, Export, ExportedRun, JobId, JobOutcome, RunId, RunState};
use hourglass::model::Pretraining;
use hourglass::store::export::{Animation, PlotOptions, Sheet, SheetRow, read_torch};

use super::session::{Session, digits};

const RUN: RunId = RunId(1);

/// What an export comes to.
fn outcome(session: &mut Session, number: u64, export: Export, path: &Path) -> JobOutcome {
    let id = JobId(number);
    session.send(Command::Export {
        id,
        export: Box::new(export),
        path: path.to_owned(),
    });
    let end = session.until(|event| matches!(event, Event::JobEnded { id: of, .. } if *of == id));
    match end {
        Event::JobEnded { outcome, .. } => outcome,
        other => panic!("{other:?}"),
    }
}

fn sheet() -> Sheet {
    Sheet {
        title: "Step 3".to_owned(),
        headings: Vec::new(),
        rows: vec![SheetRow {
            name: "Test images".to_owned(),
            detail: String::new(),
            color: None,
            shape: ImageShape {
                width: 4,
                height: 4,
                channels: 1,
            },
            pixels: vec![100; 32],
        }],
    }
}

#[test]
fn every_export_arrives_while_the_run_trains_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let config = digits("deep", Pretraining::EndToEnd, 2);
    let mut plain = Session::with(RUN, &config);
    plain.finish(RUN);
    let mut session = Session::with(RUN, &config);
    // Something to export, then on with the training.
    session.send(Command::EpochOnce(RUN));
    session.until_state(RUN, RunState::Paused);
    session.send(Command::Start(RUN));
    let run = || {
        vec![ExportedRun {
            id: RUN,
            name: "Deep".to_owned(),
            slot: 0,
            clock: Vec::new(),
        }]
    };
    let exports = [
        (Export::Weights(RUN), "w.safetensors"),
        (Export::Codes(RUN), "c.npy"),
        (Export::Codes(RUN), "c.csv"),
        (Export::Curves(run()), "curves.csv"),
        (Export::Plot(run(), PlotOptions::default()), "plot.svg"),
        (Export::Plot(run(), PlotOptions::default()), "plot.png"),
        (Export::Grid(sheet()), "grid.png"),
        (
            Export::Animation(Animation {
                frames: vec![sheet(), sheet()],
                frame_time: Duration::from_millis(100),
            }),
            "history.gif",
        ),
    ];
    for (number, (export, name)) in exports.into_iter().enumerate() {
        let path = folder.path().join(name);
        match outcome(&mut session, number as u64, export, &path) {
            JobOutcome::Done(said) => assert!(said.contains(name), "{said}"),
            other => panic!("{name}: {other:?}"),
        }
        assert!(path.metadata().unwrap().len() > 100, "{name}");
    }
    session.until_finished(RUN);
    assert_eq!(
        session.metrics(RUN),
        plain.metrics(RUN),
        "training did not notice"
    );
    let weights = read_torch(&folder.path().join("w.safetensors")).unwrap();
    assert_eq!(weights.config.unwrap().variant, "deep");
    let bytes = std::fs::read(folder.path().join("c.npy")).unwrap();
    let codes = npyz::NpyFile::new(&bytes[..]).unwrap();
    assert_eq!(codes.shape()[1], 6, "the size of the code");
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        8,
        "nothing else is left"
    );
}

#[test]
fn what_cannot_be_written_is_told_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let config = digits("autoencoder", Pretraining::EndToEnd, 1);
    let mut session = Session::with(RUN, &config);
    let cases: [(Export, PathBuf, &str); 3] = [
        (
            Export::Weights(RUN),
            folder.path().join("none").join("w.safetensors"),
            "there is no folder",
        ),
        (
            Export::Grid(sheet()),
            folder.path().join("grid.jpg"),
            "the name of a file for grid must end in .png",
        ),
        (
            Export::Codes(RunId(77)),
            folder.path().join("c.npy"),
            "a run can be exported once its data is loaded",
        ),
    ];
    for (number, (export, path, words)) in cases.into_iter().enumerate() {
        match outcome(&mut session, number as u64, export, &path) {
            JobOutcome::Failed { error, .. } => assert!(error.contains(words), "{error}"),
            other => panic!("{words}: {other:?}"),
        }
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_run_begins_with_exported_weights() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.safetensors");
    let config = digits("autoencoder", Pretraining::EndToEnd, 1);
    let mut session = Session::with(RUN, &config);
    session.finish(RUN);
    let outcome = outcome(&mut session, 1, Export::Weights(RUN), &path);
    assert!(matches!(outcome, JobOutcome::Done(_)), "{outcome:?}");
    let last = session.metrics(RUN).last_test().cloned().unwrap();
    let mut imported = config;
    imported.initial_weights = Some(hourglass::train::InitialWeights {
        file: path.to_string_lossy().into_owned(),
        sha256: None,
    });
    let second = RunId(2);
    session.add(second, &imported);
    session.finish(second);
    let first = session.metrics(second).test.first().unwrap().clone();
    assert_eq!(first.step, 0);
    assert_eq!(first.mse, last.mse, "it begins where the other one ended");
    // Back to the start is back to these weights, not to random ones.
    session.events.clear();
    session.send(Command::Reset(second));
    session.until_ready(second);
    session.finish(second);
    assert_eq!(session.metrics(second).test.first().unwrap().mse, last.mse);
}
