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

/// A training under way, and what it has yet to say.
pub type Training = (Child, BufReader<std::process::ChildStdout>);

/// Starts a long training and waits for its first epoch.
fn started(folder: &Path) -> Training {
    started_in(folder, "out", &[])
}

/// The same in a folder, with more options.
pub fn started_in(folder: &Path, out: &str, options: &[&str]) -> Training {
    let last = ENDLESS.len() - 1;
    let arguments = [&ENDLESS[..last], &[out], options].concat();
    progressing(program(folder, &arguments))
}

/// Starts a training and waits for its first epoch.
pub fn progressing(mut command: std::process::Command) -> Training {
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

/// Ends a training by Ctrl-C; what it says then.
#[cfg(unix)]
pub fn ended((child, mut lines): Training) -> (std::process::Output, String) {
    interrupt(&child);
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    (output, rest)
}

/// Presses Ctrl-C.
#[cfg(unix)]
pub fn interrupt(child: &Child) {
    send(child, "INT");
}

/// Sends a signal.
#[cfg(unix)]
fn send(child: &Child, signal: &str) {
    let pid = child.id().to_string();
    let sent = std::process::Command::new("kill")
        .args([&format!("-{signal}"), &pid])
        .status();
    assert!(sent.unwrap().success());
}

#[cfg(unix)]
#[test]
fn signals_in_quick_succession_are_one_wish() {
    for signals in [
        &["INT", "INT"][..],
        &["INT", "TERM"],
        &["TERM", "INT", "INT"],
        &["HUP"],
    ] {
        let folder = workplace();
        let (child, mut lines) = started(folder.path());
        // By one shell, which takes no time between them.
        let pid = child.id();
        let all: Vec<String> = signals.iter().map(|s| format!("kill -{s} {pid}")).collect();
        let sent = std::process::Command::new("sh")
            .args(["-c", &all.join("; ")])
            .status();
        assert!(sent.unwrap().success());
        let mut rest = String::new();
        lines.read_to_string(&mut rest).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{signals:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{signals:?}");
        let events = objects(&rest);
        let keeping = events.iter().filter(|event| event["event"] == "keeping");
        assert_eq!(keeping.count(), 1, "{signals:?}: {rest}");
        let last = events.last().unwrap();
        assert_eq!(
            (&last["event"], &last["run"]),
            (&"finished".into(), &"out".into())
        );
        let found = success(hourglass(folder.path(), "eval out --device flex --json"));
        assert_eq!(objects(&found)[0]["step"], last["steps"], "{signals:?}");
    }
}

#[cfg(unix)]
#[test]
fn an_interruption_is_answered_in_words_and_says_how_to_go_on() {
    let folder = workplace();
    // Two words, so that the command that is told needs quotation marks.
    let arguments: Vec<&str> = ENDLESS
        .iter()
        .map(|word| if *word == "out" { "my run" } else { word })
        .filter(|word| *word != "--json")
        .collect();
    let mut child = program(folder.path(), &arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut said = String::new();
    while !said.contains("step 4:") {
        assert!(lines.read_line(&mut said).unwrap() > 0, "{said}");
    }
    let (output, rest) = ended((child, lines));
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "keeping the run…\n"
    );
    assert!(rest.contains("Interrupted."), "{rest}");
    assert!(rest.contains("kept in my run\n"), "{rest}");
    let way = " of 400000 steps are trained: hourglass train --resume \"my run\" goes on\n";
    assert!(rest.ends_with(way), "{rest}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_later_interruption_ends_at_once_and_says_what_is_lost() {
    for earlier in ["none", "kept", "other"] {
        let folder = workplace();
        let at = folder.path();
        let begun = match earlier {
            "kept" => {
                super::train(at, "--epochs 2", "out");
                let config = at.join("out/run.toml");
                let text = fs::read_to_string(&config).unwrap();
                fs::write(&config, text.replace("epochs = 2", "epochs = 100000")).unwrap();
                program(at, &["train", "--resume", "out", "--json"])
            }
            "other" => {
                super::train(at, "--epochs 2", "out");
                program(at, &[ENDLESS, &["--replace"]].concat())
            }
            _ => program(at, ENDLESS),
        };
        let (child, mut lines) = progressing(begun);
        block_writing(&at.join("out"));
        send(&child, "INT");
        std::thread::sleep(std::time::Duration::from_millis(1_300));
        send(&child, "INT");
        let mut rest = String::new();
        lines.read_to_string(&mut rest).unwrap();
        let output = child.wait_with_output().unwrap();
        let sentence = failure(&output, 130);
        let expected = match earlier {
            "kept" => {
                "interrupted again before the run was kept as it is now: what it trained after step 8 is lost, \
                 and hourglass train --resume out goes on from there"
            }
            "other" => {
                "interrupted again before the run was first kept: all it trained is lost, and out still holds \
                 the earlier run"
            }
            _ => "interrupted again before the run was first kept: all it trained is lost",
        };
        assert_eq!(sentence, expected, "{earlier}");
        assert!(rest.contains("\"event\":\"keeping\""), "{rest}");
        for name in ["metrics.csv.new", "weights.safetensors.new"] {
            let _none = fs::remove_file(at.join("out").join(name));
        }
        if earlier != "none" {
            let found = success(hourglass(at, "eval out --device flex --json"));
            assert_eq!(objects(&found)[0]["step"], 8, "{earlier}");
        }
    }
}

/// Has every writing of a run stand still, as on a disk that does not answer: what is to be written goes
/// into a pipe that nobody reads.
#[cfg(target_os = "linux")]
fn block_writing(run: &Path) {
    for name in ["metrics.csv.new", "weights.safetensors.new"] {
        let made = std::process::Command::new("mkfifo")
            .arg(run.join(name))
            .status();
        assert!(made.unwrap().success());
    }
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
