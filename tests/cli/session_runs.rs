//! A run of a session is taken wherever a kept run is, and a session in which one trains stays whole.

use std::fs;

use hourglass::store::session::Session;
use hourglass::store::{self, open_whole_run};

use super::sessions::study;
use super::{failure, file, hourglass, objects, program, success, train, workplace};

#[test]
fn a_run_of_a_session_is_read_in_place_wherever_a_run_is_taken() {
    let folder = workplace();
    let at = folder.path();
    study(at);
    let before = file(at, "study/session.toml");
    let mse = |run: &str| {
        let said = success(hourglass(at, &format!("eval {run} --device flex --json")));
        objects(&said)[0]["test_mse"].as_f64().unwrap()
    };
    assert_eq!(mse("study#4"), mse("run"));
    assert_eq!(mse("study/#4"), mse("run"));
    for arguments in [
        "reconstruct study#4 --out r.png",
        "export study#4 --what weights --out w.safetensors",
        "export study#4 run --what curves --out c.csv",
        "export study#4 --what codes --out codes.npy",
        "train --resume study#4 --epochs 1 --out copy",
    ] {
        success(hourglass(at, arguments));
    }
    let curves = String::from_utf8(file(at, "c.csv")).unwrap();
    assert!(
        curves.contains("Trained"),
        "it has its newest name: {curves}"
    );
    let weights = |name: &str| {
        let bytes = file(at, name);
        let read = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        read.tensor("encoder.0.weight").unwrap().data().to_vec()
    };
    success(hourglass(
        at,
        "export run --what weights --out v.safetensors",
    ));
    assert_eq!(weights("w.safetensors"), weights("v.safetensors"));
    // What has not begun has settings, which are found there, and no weights.
    let sentence = failure(&hourglass(at, "share study#7"), 2);
    assert!(sentence.contains("but this one is \"data\""), "{sentence}");
    for arguments in [
        "eval study#7",
        "reconstruct study#7 --out r.png",
        "export study#7 --what curves --out c.csv",
        "--open study#7",
    ] {
        let sentence = failure(&hourglass(at, arguments), 2);
        assert_eq!(
            sentence,
            "study#7 has not begun, so there are no weights of it yet: hourglass train --resume study#7 trains it"
        );
    }
    assert!(
        before == file(at, "study/session.toml"),
        "it was only looked at"
    );
    // Whoever has it open goes on with it.
    let (_held, _) = Session::open(&at.join("study")).unwrap();
    assert_eq!(mse("study#4"), mse("run"));
}

#[test]
fn without_a_number_one_run_is_meant_and_several_are_listed() {
    let folder = workplace();
    let at = folder.path();
    study(at);
    let listed = "it has study#4 (Trained, 8 steps), study#7 (Idle, not begun)";
    for command in [
        "eval study",
        "reconstruct study --out r.png",
        "export study --what curves --out c.csv",
        "share study",
        "train --resume study --epochs 1",
        "--open study",
    ] {
        let sentence = failure(&hourglass(at, command), 2);
        assert_eq!(
            sentence,
            format!("one run of study must be named: {listed}")
        );
        let named = command.replacen("study", "study#9", 1);
        let sentence = failure(&hourglass(at, &named), 2);
        assert_eq!(sentence, format!("study has no run \"9\": {listed}"));
    }
    let session = Session::create(&at.join("one")).unwrap();
    let mut writer = session.begin().unwrap();
    writer.copy(2, "Only", &at.join("run")).unwrap();
    writer.finish("").unwrap();
    drop(session);
    success(hourglass(at, "eval one --device flex"));
    let said = success(hourglass(at, "train --resume one --epochs 1 --json"));
    assert_eq!(objects(&said).pop().unwrap()["run"], "one#2");
    let none = Session::create(&at.join("none")).unwrap();
    none.begin().unwrap().finish("").unwrap();
    drop(none);
    let sentence = failure(&hourglass(at, "eval none"), 2);
    assert_eq!(sentence, "one run of none must be named: it has no runs");
    // A folder that has such a name is that folder.
    fs::rename(at.join("run"), at.join("study#4")).unwrap();
    fs::remove_dir_all(at.join("study")).unwrap();
    success(hourglass(at, "eval study#4 --device flex"));
    let sentence = failure(&hourglass(at, "eval gone#4"), 2);
    assert!(
        sentence.starts_with("there is nothing at gone#4"),
        "{sentence}"
    );
}

#[test]
fn a_run_of_a_session_trains_on_in_the_session() {
    let folder = workplace();
    let at = folder.path();
    study(at);
    train(at, "--latent 3 --epochs 5", "whole");
    // The window's own business, and a run beside it.
    let (session, contents) = Session::open(&at.join("study")).unwrap();
    let mut writer = session.begin().unwrap();
    for run in &contents.runs {
        assert!(writer.keep(run.key, &run.config.name));
    }
    writer.copy(8, "Beside", &at.join("whole")).unwrap();
    writer.finish("panes").unwrap();
    drop(session);
    let beside = || file(at, "study/runs/8/weights.safetensors");
    let before = beside();
    for (arguments, steps) in [
        ("study#4 --epochs 1", 12),
        ("study/runs/4 --until-epoch 5", 20),
    ] {
        let arguments: Vec<&str> = ["train", "--resume"]
            .into_iter()
            .chain(arguments.split(' '))
            .chain(["--json"])
            .collect();
        let mut command = program(at, &arguments);
        // As often as can be, so that all kinds of writing happen.
        let output = command
            .env("HOURGLASS_AUTOSAVE_SECS", "0.001")
            .output()
            .unwrap();
        let last = objects(&success(output)).pop().unwrap();
        assert_eq!(
            (&last["steps"], &last["run"]),
            (&steps.into(), &"study#4".into())
        );
    }
    let (_session, contents) = Session::open(&at.join("study")).unwrap();
    assert_eq!(contents.window, "panes");
    let names: Vec<(u64, &str)> = contents
        .runs
        .iter()
        .map(|run| (run.key, &*run.config.name))
        .collect();
    assert_eq!(names, [(4, "Trained"), (7, "Idle"), (8, "Beside")]);
    assert!(before == beside());
    let kept = open_whole_run(&at.join("study/runs/4")).unwrap();
    assert_eq!(kept.checkpoint.position.step, 20);
    assert!(!kept.frames.is_empty(), "what it looked like is kept");
    let whole = store::open_run(&at.join("whole")).unwrap();
    assert_eq!(kept.checkpoint.weights, whole.weights);
    assert_eq!(kept.checkpoint.metrics.train, whole.metrics.train);
}

#[test]
fn a_run_of_a_session_that_has_not_begun_is_begun() {
    let folder = workplace();
    let at = folder.path();
    study(at);
    let said = success(hourglass(at, "train --resume study#7 --epochs 3 --json"));
    let last = objects(&said).pop().unwrap();
    assert_eq!(
        (&last["steps"], &last["run"]),
        (&12.into(), &"study#7".into())
    );
    let said = success(hourglass(at, "session study --json"));
    let runs = &objects(&said)[0]["runs"];
    assert_eq!(
        (&runs[1]["name"], &runs[1]["steps"]),
        (&"Idle".into(), &12.into())
    );
    assert_eq!(runs[0]["steps"], 8);
}

#[test]
fn a_session_is_one_programs_at_a_time() {
    let folder = workplace();
    let at = folder.path();
    study(at);
    let (held, _) = Session::open(&at.join("study")).unwrap();
    let sentence = failure(&hourglass(at, "train --resume study#4 --epochs 1"), 2);
    assert_eq!(
        sentence,
        "study is open in another program, which keeps it: close it there, or give --out to train on a copy of the run"
    );
    success(hourglass(
        at,
        "train --resume study#4 --epochs 1 --out copy",
    ));
    drop(held);
    let mut command = program(
        at,
        &[
            "train", "--resume", "study#4", "--epochs", "90000", "--json",
        ],
    );
    command.env("HOURGLASS_AUTOSAVE_SECS", "0.05");
    let training = super::interruptions::progressing(command);
    assert!(Session::open(&at.join("study")).is_err());
    success(hourglass(at, "eval study#4 --device flex"));
    let (_, rest) = super::interruptions::ended(training);
    let last = objects(&rest).pop().unwrap();
    assert_eq!(last["run"], "study#4");
    let said = success(hourglass(at, "session study --json"));
    assert_eq!(objects(&said)[0]["runs"][0]["steps"], last["steps"]);
    // A session is no folder for a run.
    for out in [
        "study",
        "study#4",
        "study#9",
        "study/runs/4",
        "study/runs/12",
    ] {
        for command in [
            "train --dataset data --device flex --epochs 1 --replace --out",
            "train --resume run --device flex --epochs 1 --replace --out",
        ] {
            failure(&hourglass(at, &format!("{command} {out}")), 2);
            assert!(!at.join("study/runs/12").exists() && !at.join("study#9").exists());
        }
    }
}
