//! `hourglass session`, which tells what a session holds, and `--session`, which opens one.

use std::fs;
use std::path::Path;

use hourglass::store::{self, session::Session};

use super::{failure, hourglass, objects, success, train, workplace};

/// A session of a trained run and of one that has not begun in `study`.
pub fn study(folder: &Path) {
    train(folder, "--latent 3 --epochs 2", "run");
    let session = Session::create(&folder.join("study")).unwrap();
    let mut writer = session.begin().unwrap();
    writer.copy(4, "Trained", &folder.join("run")).unwrap();
    let mut config = store::read_config(&folder.join("run/run.toml")).unwrap();
    "Idle".clone_into(&mut config.name);
    writer.write_config(7, &config).unwrap();
    writer.finish("").unwrap();
}

#[test]
fn a_session_is_told_run_by_run() {
    let folder = workplace();
    let at = folder.path();
    study(at);
    let found = objects(&success(hourglass(at, "eval run --device flex --json")));
    let mse = found[0]["test_mse"].as_f64().unwrap();
    let said = success(hourglass(at, "session study --json"));
    let [told] = &objects(&said)[..] else {
        panic!("{said}")
    };
    assert_eq!(told["session"], "study");
    let runs = told["runs"].as_array().unwrap();
    let [trained, idle] = &runs[..] else {
        panic!("{told}")
    };
    assert_eq!(
        (&trained["number"], &idle["number"]),
        (&4.into(), &7.into())
    );
    assert_eq!(trained["name"], "Trained");
    assert_eq!(trained["variant"], "autoencoder");
    assert_eq!(trained["steps"], 8);
    assert_eq!(
        (&trained["phase"], &trained["phases"]),
        (&1.into(), &1.into())
    );
    let told_mse = trained["test_mse"].as_f64().unwrap();
    assert!((told_mse - mse).abs() < 1e-6, "{told_mse} and {mse}");
    assert!(trained["train_loss"].as_f64().unwrap() > 0.0);
    assert_eq!((&idle["name"], &idle["steps"]), (&"Idle".into(), &0.into()));
    assert_eq!(idle["test_mse"], serde_json::Value::Null);

    let said = success(hourglass(at, "session study"));
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(
        lines,
        [
            format!(
                "#4 Trained (autoencoder on data): step 8, phase 1 of 1, test MSE {mse:.5} at step 8"
            ),
            "#7 Idle (autoencoder on data): not begun".to_owned(),
        ]
    );
}

#[test]
fn a_session_without_runs_says_so() {
    let folder = workplace();
    let session = Session::create(&folder.path().join("study")).unwrap();
    session.begin().unwrap().finish("").unwrap();
    drop(session);
    assert_eq!(
        success(hourglass(folder.path(), "session study")),
        "no runs\n"
    );
}

#[test]
fn a_run_of_a_session_is_asked_like_any_other() {
    let folder = workplace();
    let at = folder.path();
    study(at);
    success(hourglass(at, "eval study/runs/4 --device flex"));
    success(hourglass(
        at,
        "export study/runs/4 --what curves --out c.csv",
    ));
    let sentence = failure(&hourglass(at, "eval study/runs/7 --device flex"), 2);
    assert!(sentence.starts_with("study#7 has not begun"), "{sentence}");
}

#[test]
fn what_is_no_session_is_told_before_a_window_opens() {
    let folder = workplace();
    let at = folder.path();
    fs::write(at.join("file"), "x").unwrap();
    for (place, says) in [
        (
            "gone",
            "there is nothing at gone: name the folder of a session",
        ),
        ("file", "file must hold a session, but is not a folder"),
        (
            "data",
            "a session must hold session.toml, but data does not",
        ),
    ] {
        for arguments in [format!("session {place}"), format!("--session {place}")] {
            let sentence = failure(&hourglass(at, &arguments), 2);
            assert!(sentence.contains(says), "{arguments}: {sentence}");
        }
    }
    let sentence = failure(&hourglass(at, "--session data --open run"), 2);
    assert!(sentence.contains("cannot be used with"), "{sentence}");
    let sentence = failure(&hourglass(at, "session"), 2);
    assert!(sentence.contains("<SESSION>"), "{sentence}");
}
