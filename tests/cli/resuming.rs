//! `--resume` with more epochs, with a total, and with nothing to do: steps are counted once.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{failure, file, hourglass, objects, success, train, workplace};

/// An epoch of the small set in batches of 16.
const EPOCH: u64 = 4;

/// The steps that a run's folder tells of: each once.
fn steps(folder: &Path, run: &str) -> u64 {
    let csv = String::from_utf8(file(folder, &format!("{run}/metrics.csv"))).unwrap();
    let trained: Vec<u64> = csv
        .lines()
        .filter(|row| row.ends_with(",,"))
        .map(|row| row.split(',').next().unwrap().parse().unwrap())
        .collect();
    assert!(trained.iter().copied().eq(0..trained.len() as u64), "{csv}");
    trained.len() as u64
}

/// Epochs of the last phase, as the configuration says.
fn epochs(folder: &Path, run: &str) -> u64 {
    let toml = String::from_utf8(file(folder, &format!("{run}/run.toml"))).unwrap();
    let last = toml.lines().rfind(|line| line.starts_with("epochs = "));
    last.unwrap()["epochs = ".len()..].parse().unwrap()
}

fn resume(folder: &Path, arguments: &str) -> (String, Value) {
    let arguments = format!("train --resume {arguments} --json");
    let said = success(hourglass(folder, &arguments));
    let last = objects(&said).pop().unwrap();
    assert_eq!(last["event"], "finished");
    (said, last)
}

/// A run that stands at this step of its schedule, as after Ctrl-C just there.
fn stop_at(folder: &Path, run: &str, options: &str, steps: u64) {
    train(folder, options, run);
    let place = folder.join(run);
    let whole = hourglass::store::open_run(&place).unwrap();
    let mut config = whole.config.clone();
    config.dataset = folder.join("data").display().to_string();
    let data = hourglass::data::open(&config.images()).unwrap();
    let flex = hourglass::train::Compute {
        device: burn::tensor::Device::flex(),
        name: "Flex".to_owned(),
        key: "flex".to_owned(),
        has_own_memory: false,
        remarks: Vec::new(),
    };
    let data = std::sync::Arc::new(data);
    let mut trainer = hourglass::train::Trainer::new(config, data, &flex).unwrap();
    while trainer.position().step < steps {
        trainer.advance().unwrap();
    }
    let mut stopped = trainer.checkpoint().unwrap();
    stopped.config = whole.config;
    fs::remove_dir_all(&place).unwrap();
    hourglass::store::save_run(&place, &stopped, None).unwrap();
}

#[test]
fn more_epochs_are_more_than_the_run_has_trained() {
    let folder = workplace();
    let at = folder.path();
    train(at, "--epochs 2", "out");
    for (more, all) in [(1, 3), (2, 5), (3, 8)] {
        let (_, last) = resume(at, &format!("out --epochs {more}"));
        assert_eq!(last["steps"], all * EPOCH);
        assert_eq!((steps(at, "out"), epochs(at, "out")), (all * EPOCH, all));
        // To the end of its schedule there is nothing to do then, and nothing is done.
        let before = file(at, "out/state.toml");
        let (said, last) = resume(at, "out");
        assert_eq!(last["steps"], all * EPOCH);
        let sentence = format!(
            "out has finished its schedule, {} steps with {all} epochs of its last phase, so there is nothing to do: --epochs N trains N more",
            all * EPOCH
        );
        assert!(said.contains(&sentence), "{said}");
        assert!(before == file(at, "out/state.toml"), "it was written");
    }
    train(at, "--epochs 8", "whole");
    assert!(file(at, "out/metrics.csv") == file(at, "whole/metrics.csv"));
    assert!(file(at, "out/run.toml") == file(at, "whole/run.toml"));
}

#[test]
fn a_total_is_a_total_and_the_schedule_stays_what_it_was() {
    let folder = workplace();
    let at = folder.path();
    train(at, "--epochs 2", "out");
    let (_, last) = resume(at, "out --until-epoch 7");
    assert_eq!(last["steps"], 7 * EPOCH);
    assert_eq!((steps(at, "out"), epochs(at, "out")), (7 * EPOCH, 7));
    let (said, _) = resume(at, "out --until-epoch 7");
    assert!(said.contains("so there is nothing to do"), "{said}");
    let before = file(at, "out/state.toml");
    let sentence = failure(&hourglass(at, "train --resume out --until-epoch 6"), 2);
    assert_eq!(
        sentence,
        "out has trained more than 6 epochs of its last phase already, so it cannot end there: --epochs N trains N more"
    );
    assert!(before == file(at, "out/state.toml"));
    train(at, "--epochs 7", "whole");
    assert!(file(at, "out/weights.safetensors") == file(at, "whole/weights.safetensors"));
}

#[test]
fn a_run_that_was_stopped_within_an_epoch_trains_so_many_more_and_then_to_its_end() {
    let folder = workplace();
    let at = folder.path();
    for kind in ["", "--lr-decay cosine"] {
        let (out, whole) = (format!("out{}", kind.len()), format!("whole{}", kind.len()));
        train(at, &format!("--epochs 9 {kind}"), &whole);
        let first = 2 * EPOCH + 1;
        stop_at(at, &out, &format!("--epochs 9 {kind}"), first);
        let (said, last) = resume(at, &format!("{out} --epochs 2"));
        assert_eq!(last["steps"], first + 2 * EPOCH, "{said}");
        assert_eq!(last["interrupted"], false);
        let started = &objects(&said)[0];
        assert_eq!(
            started["total_steps"],
            first + 2 * EPOCH,
            "what is to be done now"
        );
        assert_eq!((steps(at, &out), epochs(at, &out)), (first + 2 * EPOCH, 9));
        let (_, last) = resume(at, &format!("{out} --until-epoch 7"));
        assert_eq!(last["steps"], 7 * EPOCH);
        let said = success(hourglass(at, &format!("train --resume {out} --epochs 1")));
        let way = format!("32 of 36 steps are trained: hourglass train --resume {out} goes on");
        assert!(said.contains(&way), "{said}");
        let (_, last) = resume(at, &out);
        assert_eq!(last["steps"], 9 * EPOCH);
        assert_eq!(steps(at, &out), 9 * EPOCH);
        for name in ["weights.safetensors", "run.toml"] {
            assert!(
                file(at, &format!("{out}/{name}")) == file(at, &format!("{whole}/{name}")),
                "{kind}: {name}"
            );
        }
    }
}

#[test]
fn pretraining_is_finished_before_epochs_of_the_last_phase_are_counted() {
    let folder = workplace();
    let at = folder.path();
    let options = "--variant deep --layers 4 --schedule greedy --pretrain-epochs 2 --epochs 3";
    train(at, options, "whole");
    let steps_of_pretraining = steps(at, "whole") - 3 * EPOCH;
    stop_at(at, "out", options, 5);
    let (_, last) = resume(at, "out --epochs 1");
    assert_eq!(last["steps"], steps_of_pretraining + EPOCH);
    let (_, last) = resume(at, "out");
    assert_eq!(last["steps"], steps_of_pretraining + 3 * EPOCH);
    assert!(file(at, "out/weights.safetensors") == file(at, "whole/weights.safetensors"));
}

#[test]
fn a_learning_rate_that_falls_to_its_end_is_not_made_to_rise_again() {
    let folder = workplace();
    let at = folder.path();
    train(at, "--epochs 2 --lr-decay cosine", "out");
    let before = file(at, "out/state.toml");
    let sentence = failure(&hourglass(at, "train --resume out --epochs 3"), 2);
    assert!(
        sentence.starts_with("phase 1 must keep its 2 epochs") && sentence.contains("--epochs 5"),
        "{sentence}"
    );
    assert!(before == file(at, "out/state.toml"));
}

#[test]
fn a_run_that_goes_on_elsewhere_leaves_the_first_as_it_is() {
    let folder = workplace();
    let at = folder.path();
    train(at, "--epochs 2", "one");
    let before = file(at, "one/state.toml");
    resume(at, "one --epochs 1 --out two");
    assert_eq!((steps(at, "one"), steps(at, "two")), (2 * EPOCH, 3 * EPOCH));
    // Also where there is nothing to train.
    let (said, _) = resume(at, "one --out three");
    assert!(said.contains("so there is nothing to do"), "{said}");
    assert_eq!(steps(at, "three"), 2 * EPOCH);
    assert!(before == file(at, "one/state.toml"));
    let sentence = failure(&hourglass(at, "train --resume one --epochs 1 --out two"), 2);
    assert!(sentence.contains("two holds an earlier run"), "{sentence}");
    // Its own folder needs no leave.
    resume(at, "one --epochs 1 --out ./one");
    assert_eq!(steps(at, "one"), 3 * EPOCH);
}

#[test]
fn a_finished_run_whose_images_were_moved_keeps_their_new_place() {
    let folder = workplace();
    let at = folder.path();
    train(at, "--epochs 2", "out");
    fs::rename(at.join("data"), at.join("moved")).unwrap();
    let (said, _) = resume(at, "out --dataset moved");
    assert!(said.contains("so there is nothing to do"), "{said}");
    assert_eq!(steps(at, "out"), 2 * EPOCH);
    success(hourglass(at, "eval out --device flex"));
}
