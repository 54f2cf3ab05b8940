//! Runs that end before their time: divergence, Ctrl-C, nobody listening.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Stdio};

use serde_json::Value;

use super::{failure, file, hourglass, objects, program, success, workplace};

const ENDLESS: &[&str] = &[
    "train",
    "--dataset",
    "data",
    "--device",
    "flex",
    "--batch",
    "16",
    "--epochs",
    "100000",
    "--json",
    "--out",
    "out",
];

#[test]
fn divergence_is_told_and_the_last_good_weights_are_kept() {
    let folder = workplace();
    let arguments = "train --dataset data --device flex --batch 16 --output linear --optimizer sgd --lr 100 --clip 0 --epochs 50 --json --out out";
    let output = hourglass(folder.path(), arguments);
    let sentence = failure(&output, 1);
    assert!(sentence.contains("training diverged at step"), "{sentence}");
    assert!(
        sentence.contains("try a smaller learning rate"),
        "{sentence}"
    );
    let events = objects(&String::from_utf8(output.stdout).unwrap());
    let last = events.last().unwrap();
    assert_eq!(last["event"], "failed");
    assert_eq!(last["error"], sentence.as_str());
    assert_eq!(last["run"], "out");
    let found = success(hourglass(folder.path(), "eval out --json"));
    let found: Value = serde_json::from_str(&found).unwrap();
    assert!(found["test_mse"].as_f64().unwrap() < 1e4, "{found}");
    // The history ends where the weights are: it can be taken up, and diverges again.
    let sentence = failure(&hourglass(folder.path(), "train --resume out"), 1);
    assert!(sentence.contains("training diverged at step"), "{sentence}");
}

/// Starts a long training and waits for its first epoch.
fn started(folder: &Path) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut command = program(folder, ENDLESS);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("\"event\":\"progress\"") {
        line.clear();
        assert!(
            lines.read_line(&mut line).unwrap() > 0,
            "it ended too early"
        );
    }
    (child, lines)
}

/// Presses Ctrl-C.
#[cfg(unix)]
pub fn interrupt(child: &Child) {
    let pid = child.id().to_string();
    let sent = std::process::Command::new("kill")
        .args(["-INT", &pid])
        .status();
    assert!(sent.unwrap().success());
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_the_run_and_it_goes_on_from_there() {
    let folder = workplace();
    let (child, mut lines) = started(folder.path());
    interrupt(&child);
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let last = objects(&rest).pop().unwrap();
    assert_eq!(last["event"], "finished");
    assert_eq!(last["interrupted"], true);
    let steps = last["steps"].as_u64().unwrap();
    assert!(steps > 0);

    // So that the rest has an end.
    let path = folder.path().join("out/run.toml");
    let config = fs::read_to_string(&path).unwrap();
    let epochs = steps / 4 + 2;
    let shorter = config.replace("epochs = 100000", &format!("epochs = {epochs}"));
    assert_ne!(shorter, config);
    fs::write(&path, shorter).unwrap();
    let rest = success(hourglass(folder.path(), "train --resume out --json"));
    let last = objects(&rest).pop().unwrap();
    assert_eq!(last["interrupted"], false);
    assert_eq!(last["steps"], epochs * 4);

    // Step by step it is the run that nobody interrupted; only a measurement may be more.
    let whole =
        format!("train --dataset data --device flex --batch 16 --epochs {epochs} --out whole");
    success(hourglass(folder.path(), &whole));
    let losses = |run: &str| {
        let csv = String::from_utf8(file(folder.path(), &format!("{run}/metrics.csv"))).unwrap();
        let rows = csv.lines().filter(|row| row.ends_with(",,"));
        rows.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(losses("out").len() as u64, epochs * 4);
    assert!(
        losses("out") == losses("whole"),
        "the interruption left traces"
    );
}

/// Whether the process takes care of SIGINT by now.
#[cfg(target_os = "linux")]
fn is_listening(child: &Child) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    u64::from_str_radix(caught.unwrap().trim(), 16).unwrap() & 0b10 != 0
}

#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_while_the_images_are_made_leaves_nothing() {
    let folder = workplace();
    let arguments = "train --dataset glyphs --device flex --epochs 100000 --out out";
    let arguments: Vec<&str> = arguments.split(' ').collect();
    let child = program(folder.path(), &arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while !is_listening(&child) {
        std::thread::yield_now();
    }
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    let sentence = failure(&output, 130);
    assert_eq!(sentence, "interrupted before the training began");
    assert!(!folder.path().join("out").exists(), "a folder for nothing");
}

#[test]
fn a_run_goes_on_when_nobody_listens() {
    let folder = workplace();
    let arguments = "train --dataset data --device flex --batch 16 --epochs 300 --json --out out";
    let arguments: Vec<&str> = arguments.split(' ').collect();
    let mut child = program(folder.path(), &arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut first)
        .unwrap();
    assert!(first.contains("started"), "{first}");
    let output = child.wait_with_output().unwrap();
    assert_eq!(success(output), "");
    let csv = String::from_utf8(file(folder.path(), "out/metrics.csv")).unwrap();
    assert!(
        csv.lines().last().unwrap().starts_with("1200,0,,"),
        "not to its end"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_output_is_told_after_the_run_is_kept() {
    let folder = workplace();
    for arguments in [
        "list variants",
        "train --dataset data --device flex --epochs 1 --out out",
    ] {
        let arguments: Vec<&str> = arguments.split(' ').collect();
        let full = fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let output = program(folder.path(), &arguments)
            .stdout(full)
            .output()
            .unwrap();
        let sentence = failure(&output, 1);
        assert!(
            sentence.contains("writing to standard output failed"),
            "{sentence}"
        );
    }
    success(hourglass(folder.path(), "eval out"));
}
