//! Devices, drivers and loaders that fail in the middle of the command line's work.

use std::path::Path;
use std::process::Output;

use super::{failure, file, hourglass, objects, program, success, workplace};

/// Training in which something goes wrong, kept as often as can be.
fn faulty(folder: &Path, faults: &str, arguments: &str) -> Output {
    let arguments: Vec<&str> = arguments.split(' ').collect();
    program(folder, &arguments)
        .env("HOURGLASS_FAULTS", faults)
        .env("HOURGLASS_AUTOSAVE_SECS", "0.01")
        .output()
        .unwrap()
}

const TRAIN: &str = "train --dataset data --device flex --batch 16 --epochs 250 --json --out";

#[test]
fn a_run_whose_device_is_lost_is_kept_and_goes_on_to_the_same_bytes() {
    let folder = workplace();
    let path = folder.path();
    success(hourglass(path, &format!("{TRAIN} whole")));
    for (out, fault, cause) in [
        ("lost", "lost=Autoencoder@900", "The device is poisoned: "),
        ("full", "memory=Autoencoder@900", "out of device memory"),
    ] {
        let output = faulty(path, fault, &format!("{TRAIN} {out}"));
        let sentence = failure(&output, 1);
        assert!(sentence.starts_with("the device failed: "), "{sentence}");
        assert!(sentence.contains(cause), "{sentence}");
        let way = format!(
            "and hourglass train --resume {out} --device flex goes on from there on the CPU"
        );
        assert!(sentence.ends_with(&way), "{sentence}");
        let events = objects(&String::from_utf8(output.stdout).unwrap());
        let last = events.last().unwrap();
        assert_eq!(last["event"], "failed");
        assert_eq!(last["run"], out);
        let state = String::from_utf8(file(path, &format!("{out}/state.toml"))).unwrap();
        let step = state.lines().find_map(|line| line.strip_prefix("step = "));
        let step: u64 = step.unwrap().parse().unwrap();
        assert!((1..=900).contains(&step), "{step}");
        assert!(
            sentence.contains(&format!("as it was at step {step},")),
            "{sentence} {step}"
        );
        let resume = format!("train --resume {out} --device flex");
        success(hourglass(path, &resume));
        for part in [
            "metrics.csv",
            "weights.safetensors",
            "optimizer.safetensors",
        ] {
            let (gone_on, whole) = (
                file(path, &format!("{out}/{part}")),
                file(path, &format!("whole/{part}")),
            );
            assert!(gone_on == whole, "{part} of {out}");
        }
    }
}

#[test]
fn what_breaks_before_the_training_leaves_nothing() {
    let folder = workplace();
    for (fault, words) in [
        ("load=Autoencoder", "preparing the run ended unexpectedly: "),
        ("start=Autoencoder", "device flex did not start: "),
        (
            "end=Autoencoder",
            "the training thread ended unexpectedly: a fault was asked for",
        ),
    ] {
        let output = faulty(folder.path(), fault, &format!("{TRAIN} out"));
        let sentence = failure(&output, 1);
        assert!(sentence.starts_with(words), "{sentence}");
        assert!(!folder.path().join("out").exists(), "a folder for nothing");
    }
}
