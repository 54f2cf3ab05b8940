//! Where runs are kept: one training at a time, and nothing replaced without leave.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Child;

use super::interruptions::{ended, started_in};
use super::{failure, file, hourglass, objects, success, train, workplace};

/// Every file below a folder, with its content.
fn all_of(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder).into_iter().flatten();
    entries
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let name = entry.path().strip_prefix(folder).unwrap();
            (name.display().to_string(), fs::read(entry.path()).unwrap())
        })
        .collect()
}

const TRAIN: &str = "train --dataset data --device flex --batch 16 --epochs 1";

#[test]
fn an_earlier_run_is_replaced_only_with_leave_and_notes_in_it_stay() {
    let folder = workplace();
    let at = folder.path();
    train(at, "--latent 3 --epochs 1", "out");
    train(at, "--latent 3 --epochs 2 --seed 5", "back");
    success(hourglass(
        at,
        "export back --what weights --out w.safetensors",
    ));
    fs::write(at.join("out/notes.txt"), "mine").unwrap();
    fs::write(at.join("out/pictures/mine.png"), "mine").unwrap();
    fs::write(at.join("out/thoughts.new"), "mine").unwrap();
    let before = all_of(&at.join("out"));
    for arguments in [
        format!("{TRAIN} --seed 2 --out out"),
        "train --resume back --epochs 1 --out out".to_owned(),
        "train --config back/run.toml --out out".to_owned(),
        "import w.safetensors --out out".to_owned(),
    ] {
        let sentence = failure(&hourglass(at, &arguments), 2);
        assert_eq!(
            sentence,
            "out holds an earlier run, which stays as it is: --replace replaces it, another --out keeps both",
            "{arguments}"
        );
        assert!(all_of(&at.join("out")) == before, "{arguments}");
    }
    for arguments in [
        format!("{TRAIN} --seed 2 --out out --replace"),
        "import w.safetensors --out out --replace".to_owned(),
        "train --resume back --epochs 1 --out out --replace".to_owned(),
        "train --config back/run.toml --out out --replace".to_owned(),
    ] {
        let earlier = file(at, "out/weights.safetensors");
        success(hourglass(at, &arguments));
        assert!(
            earlier != file(at, "out/weights.safetensors"),
            "{arguments}"
        );
        for name in ["notes.txt", "pictures/mine.png", "thoughts.new"] {
            assert_eq!(file(at, &format!("out/{name}")), b"mine", "{arguments}");
        }
        let pictures = all_of(&at.join("out/pictures"));
        let runs_own = pictures.keys().filter(|name| name.starts_with("step-"));
        assert!(
            runs_own.count() <= 1,
            "{arguments}: of the earlier run: {pictures:?}"
        );
    }
}

#[test]
fn a_replacement_that_fails_leaves_the_earlier_run() {
    let folder = workplace();
    let at = folder.path();
    train(at, "--epochs 1", "out");
    let mut before = all_of(&at.join("out"));
    for arguments in [
        "train --dataset nowhere --device flex --out out --replace",
        "train --dataset data --device flex --variant convolutional --stages 9 --out out --replace",
        "import nowhere.safetensors --out out --replace",
    ] {
        failure(&hourglass(at, arguments), 2);
        let mut after = all_of(&at.join("out"));
        before.remove("lock");
        after.remove("lock");
        assert!(after == before, "{arguments}");
    }
    success(hourglass(at, "eval out --device flex"));
}

#[test]
fn what_is_no_run_is_refused_and_untouched_whatever_leave_is_given() {
    let folder = workplace();
    let at = folder.path();
    for (name, content) in [
        ("thesis/thesis.txt", "years of work"),
        ("photos/me.png", "me"),
        ("home/pictures/me.png", "me"),
        ("file", "x"),
    ] {
        let path = at.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    train(at, "--latent 3 --epochs 1", "run");
    success(hourglass(
        at,
        "export run --what weights --out w.safetensors",
    ));
    let before = all_of(at);
    for (out, says) in [
        ("thesis", "thesis holds other files"),
        ("photos", "photos holds other files"),
        ("home", "home holds other files"),
        ("data", "data holds other files"),
        ("file", "file must hold a run, but is not a folder"),
        ("file/run", "creating file/run failed"),
        ("run/weights.safetensors/x", "failed: Not a directory"),
    ] {
        for leave in ["", " --replace"] {
            for command in [TRAIN, "import w.safetensors"] {
                let arguments = format!("{command} --out {out}{leave}");
                let sentence = failure(&hourglass(at, &arguments), 2);
                assert!(sentence.contains(says), "{arguments}: {sentence}");
            }
        }
    }
    let mut after = all_of(at);
    after.retain(|name, _| !name.starts_with("cache/"));
    assert!(after == before, "{:?}", after.keys());
}

#[test]
fn a_run_without_a_folder_gets_one_of_its_own() {
    let folder = workplace();
    let at = folder.path();
    for number in 1..=2 {
        let said = success(hourglass(at, &format!("{TRAIN} --json")));
        let last = objects(&said).pop().unwrap();
        assert_eq!(last["run"], format!("runs/autoencoder-{number}"));
    }
    // Several at the same moment too.
    let children: Vec<Child> = (0..3)
        .map(|_| {
            let arguments: Vec<&str> = TRAIN.split(' ').collect();
            let mut command = super::program(at, &arguments);
            let quiet = command
                .stdout(std::process::Stdio::piped())
                .stderr(std::process::Stdio::piped());
            quiet.spawn().unwrap()
        })
        .collect();
    for child in children {
        success(child.wait_with_output().unwrap());
    }
    for number in 1..=5 {
        let run = format!("eval runs/autoencoder-{number} --device flex");
        success(hourglass(at, &run));
    }
    assert_eq!(fs::read_dir(at.join("runs")).unwrap().count(), 5);
}

#[test]
fn a_folder_in_which_a_run_trains_is_nobody_elses_but_can_be_read() {
    let folder = workplace();
    let at = folder.path();
    let training = started_in(at, "out", &[]);
    let says =
        "one program at a time trains into a run folder, but another one trains into out now";
    // Before anything is kept there, too.
    for arguments in [
        format!("{TRAIN} --out out"),
        format!("{TRAIN} --out out --replace"),
    ] {
        let sentence = failure(&hourglass(at, &arguments), 2);
        assert!(sentence.starts_with(says), "{arguments}: {sentence}");
    }
    let sentence = failure(&hourglass(at, "eval out --device flex"), 2);
    assert!(
        sentence.starts_with("out is being trained into, and nothing of the run has been kept yet"),
        "{sentence}"
    );
    ended(training);

    let mut command = super::program(
        at,
        &["train", "--resume", "out", "--json", "--device", "flex"],
    );
    command.env("HOURGLASS_AUTOSAVE_SECS", "0.05");
    let training = super::interruptions::progressing(command);
    train(at, "--latent 3 --epochs 1", "other");
    success(hourglass(
        at,
        "export other --what weights --out w.safetensors",
    ));
    for arguments in [
        "train --resume out --device flex",
        "train --resume out --device flex --epochs 3",
        "train --resume other --device flex --out out --replace",
        "import w.safetensors --out out --replace",
    ] {
        let sentence = failure(&hourglass(at, arguments), 2);
        assert!(sentence.starts_with(says), "{arguments}: {sentence}");
    }
    let mut newest = 0;
    for _ in 0..10 {
        let said = success(hourglass(at, "eval out --device flex --json"));
        let step = objects(&said)[0]["step"].as_u64().unwrap();
        assert!(step >= newest, "{said}");
        newest = step;
    }
    success(hourglass(at, "export out --what curves --out c.csv"));
    success(hourglass(at, "reconstruct out --out r.png"));
    // A copy of it can be trained elsewhere.
    success(hourglass(
        at,
        "train --resume out --device flex --epochs 1 --out copy",
    ));
    ended(training);
}

#[test]
fn the_lock_of_a_program_that_was_killed_keeps_nobody_out() {
    let folder = workplace();
    let at = folder.path();
    for round in 0..2 {
        let (mut child, _lines) = started_in(at, "out", &["--replace"]);
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(at.join("out/lock").exists(), "round {round}");
    }
    success(hourglass(at, &format!("{TRAIN} --out out --replace")));
    let (mut child, _lines) = started_in(at, "out", &["--replace"]);
    child.kill().unwrap();
    child.wait().unwrap();
    success(hourglass(at, "train --resume out --device flex --epochs 1"));
}

#[test]
fn exports_do_not_write_over_the_files_of_a_run() {
    let folder = workplace();
    let at = folder.path();
    train(at, "--latent 3 --epochs 1", "run");
    fs::write(at.join("run/notes.txt"), "mine").unwrap();
    let before = all_of(&at.join("run"));
    for (arguments, says) in [
        (
            "export run --what weights --out run/weights.safetensors",
            "run/weights.safetensors is a file of the run that is kept there",
        ),
        (
            "export run --what curves --out run/metrics.csv",
            "run/metrics.csv is a file of the run that is kept there",
        ),
        (
            "reconstruct run --out run/pictures/step-0000004.png",
            "is a file of the run that is kept there",
        ),
        ("reconstruct run --out run/notes.txt", "must end in .png"),
        ("reconstruct run --out run/run.toml", "must end in .png"),
    ] {
        let sentence = failure(&hourglass(at, arguments), 2);
        assert!(sentence.contains(says), "{arguments}: {sentence}");
        assert!(all_of(&at.join("run")) == before, "{arguments}");
    }
    // Beside them a file is written, and written again, as by any program.
    for _ in 0..2 {
        success(hourglass(at, "reconstruct run --out run/grid.png"));
        success(hourglass(at, "export run --what curves --out run/c.csv"));
    }
}
