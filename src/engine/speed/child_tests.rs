//! The process is a script that says what it should.

#![cfg(unix)]

use std::cell::Cell;

use crate::model::VARIANTS;
use crate::train::RunConfig;

use super::super::only_phase;
use super::*;

/// Training that counts how often it stood still.
#[derive(Default)]
struct Training {
    quiets: Cell<usize>,
    is_quiet: Cell<bool>,
    is_cancelled: Cell<bool>,
}

impl Beside for Training {
    fn is_cancelled(&self) -> bool {
        self.is_cancelled.get()
    }

    fn quiet(&self) -> Quiet<'_> {
        self.quiets.set(self.quiets.get() + 1);
        self.is_quiet.set(true);
        Quiet(Some(Box::new(|| self.is_quiet.set(false))))
    }
}

fn job() -> TimingJob {
    let config = RunConfig::recipe(VARIANTS[0], "nowhere");
    TimingJob {
        device: "wgpu:0".to_owned(),
        name: "A card".to_owned(),
        config: only_phase(&config, 0).unwrap(),
        shape: [8, 8, 1],
        is_kept_on_device: true,
        cpu_steps_per_sec: 1.0,
    }
}

/// What a process comes to that does what this script says.
fn time(script: &str, training: &Training) -> Result<f64, String> {
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(script);
    time_with(command, &job(), training)
}

#[test]
fn training_stands_still_for_every_stretch_and_the_middle_one_counts() {
    let training = Training::default();
    let script = r#"read job
        case "$job" in *'"name":"A card"'*) ;; *) exit 1;; esac
        for secs in 9.0 0.1 0.1 0.1 0.1 0.02 0.1; do
            echo '"ready"'; read go; [ "$go" = go ] || exit 1
            echo '{"timed":{"steps":20,"secs":'$secs'}}'
        done"#;
    assert_eq!(time(script, &training), Ok(200.0));
    assert_eq!(training.quiets.get(), STRETCHES);
    assert!(!training.is_quiet.get(), "training goes on");
}

#[test]
fn a_process_that_fails_is_told_and_lets_training_go_on() {
    for (script, words) in [
        ("read job; echo '{\"failed\":\"no memory\"}'", "no memory"),
        (
            "read job; exit 3",
            "the process started for it has ended early",
        ),
        (
            "read job; echo '\"ready\"'; read go; kill -9 $$",
            "the process started for it has ended early",
        ),
        (
            "read job; echo hello",
            "the process started for it says nonsense",
        ),
    ] {
        let training = Training::default();
        let why = time(script, &training).unwrap_err();
        assert!(why.starts_with(words), "{why}");
        assert!(!training.is_quiet.get(), "training goes on");
    }
    let missing = time_with(
        Command::new("/nowhere/hourglass"),
        &job(),
        &Training::default(),
    );
    let why = missing.unwrap_err();
    assert!(why.starts_with("no process could be started"), "{why}");
}

#[test]
fn a_process_that_hangs_is_ended_when_nobody_needs_it() {
    let folder = tempfile::tempdir().unwrap();
    let note = folder.path().join("number");
    let script = format!("read job; echo $$ > {}; exec sleep 1000", note.display());
    let training = Training::default();
    training.is_cancelled.set(true);
    assert!(time(&script, &training).is_err());
    // It may have been ended before it could write; where it has, it is no more.
    if let Ok(number) = std::fs::read_to_string(&note)
        && let Ok(number) = number.trim().parse::<u32>()
    {
        let mut asked = Command::new("/bin/sh");
        let there = asked.arg("-c").arg(format!("kill -0 {number}")).output();
        assert!(!there.unwrap().status.success(), "{number} is still there");
    }
}
