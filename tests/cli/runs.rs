//! Runs from start to end: the same words give the same numbers.

use std::fs;

use serde_json::Value;

use super::{failure, file, hourglass, objects, success, train, workplace};

#[test]
fn the_same_command_gives_the_same_run() {
    let folder = workplace();
    for options in [
        "--epochs 3",
        "--variant deep --layers 4 --schedule greedy --pretrain-epochs 1 --epochs 2 --optimizer adam",
        "--variant convolutional --stages 1 --filters 2 --epochs 1",
    ] {
        train(folder.path(), options, "one");
        train(folder.path(), options, "two");
        for name in ["metrics.csv", "weights.safetensors", "run.toml"] {
            assert!(
                file(folder.path(), &format!("one/{name}"))
                    == file(folder.path(), &format!("two/{name}")),
                "{options}: {name}"
            );
        }
        let first = file(folder.path(), "one/metrics.csv");
        train(folder.path(), &format!("{options} --seed 2"), "two");
        assert!(
            first != file(folder.path(), "two/metrics.csv"),
            "{options}: another seed"
        );
    }
}

#[test]
fn the_last_event_tells_everything_and_eval_agrees() {
    let folder = workplace();
    let events = train(
        folder.path(),
        "--variant deep --latent 3 --epochs 4 --lr 3",
        "out",
    );
    let names: Vec<&Value> = events.iter().map(|event| &event["event"]).collect();
    assert_eq!(names.first().unwrap().as_str(), Some("started"));
    assert!(names.iter().any(|name| *name == "test"), "{names:?}");
    let last = events.last().unwrap();
    assert_eq!(last["event"], "finished");
    assert_eq!(last["run"], "out");
    assert_eq!(last["steps"], 16);
    let number = |value: &Value| {
        value
            .as_f64()
            .unwrap_or_else(|| panic!("{value} in {last}"))
    };
    let mse = number(&last["test_mse"]);
    assert!(mse > 0.0 && mse < 1.0, "{mse}");
    let per_image = number(&last["test_mse_per_image"]);
    assert!(
        (per_image / (mse * 64.0) - 1.0).abs() < 1e-12,
        "{per_image}"
    );
    assert!(number(&last["images_per_s"]) > 0.0, "{last}");
    assert_eq!(last["parameters"], events[0]["parameters"]);
    let lines = &last["baselines"];
    assert_eq!(lines["k"], 3);
    let (black, mean, pca) = (
        number(&lines["black"]),
        number(&lines["mean"]),
        number(&lines["pca_k"]),
    );
    assert!(black > mean && mean > pca && pca > 0.0, "{lines}");

    let asked = success(hourglass(folder.path(), "eval out --json"));
    let found: Value = serde_json::from_str(&asked).unwrap();
    let relative = number(&found["test_mse"]) / mse - 1.0;
    assert!(relative.abs() < 1e-6, "{found}");
    assert_eq!(found["parameters"], last["parameters"]);
    assert_eq!(found["baselines"], *lines);
    assert_eq!(found["step"], 16);
}

#[test]
fn one_set_of_options_serves_several_schedules() {
    let folder = workplace();
    let options = "--variant deep --widths 64,9,3 --latent 3 --layers 4 --momentum 0.5 --pretrain-epochs 2 --epochs 1";
    for (schedule, steps) in [("end-to-end", 4), ("greedy", 20), ("ends-inward", 20)] {
        let options = format!("{options} --schedule {schedule}");
        let events = train(folder.path(), &options, "out");
        assert_eq!(events.last().unwrap()["steps"], steps, "{schedule}");
    }
}

#[test]
fn parameters_are_counted() {
    let folder = workplace();
    let events = train(folder.path(), "--latent 5 --epochs 1", "out");
    assert_eq!(
        events.last().unwrap()["parameters"],
        64 * 5 + 5 + 5 * 64 + 64
    );
}

#[test]
fn reconstructions_become_a_picture() {
    let folder = workplace();
    train(folder.path(), "--epochs 1", "run");
    for (options, columns) in [("--images 5", 5), ("", 16), ("--images 200", 16)] {
        success(hourglass(
            folder.path(),
            &format!("reconstruct run --out x.png {options}"),
        ));
        let size = image::image_dimensions(folder.path().join("x.png")).unwrap();
        // Threefold pixels, 4 between pictures and around them, two rows.
        assert_eq!(
            size,
            (columns * (24 + 4) + 4, 2 * (24 + 4) + 4),
            "{options}"
        );
    }
    let kept = fs::read_dir(folder.path().join("run/pictures")).unwrap();
    assert_eq!(kept.count(), 1, "the picture of the end");
}

#[test]
fn a_resumed_run_equals_a_longer_one() {
    let folder = workplace();
    for options in [
        "",
        "--optimizer adam",
        "--variant deep --layers 4 --schedule greedy --pretrain-epochs 1",
    ] {
        train(folder.path(), &format!("{options} --epochs 5"), "long");
        train(folder.path(), &format!("{options} --epochs 2"), "short");
        let half = file(folder.path(), "short/optimizer.safetensors");
        success(hourglass(folder.path(), "train --resume short"));
        assert!(
            half == file(folder.path(), "short/optimizer.safetensors"),
            "{options}: nothing to do, but the memory of the optimizer changed"
        );
        success(hourglass(folder.path(), "train --resume short --epochs 3"));
        for name in [
            "metrics.csv",
            "weights.safetensors",
            "optimizer.safetensors",
            "run.toml",
        ] {
            assert!(
                file(folder.path(), &format!("long/{name}"))
                    == file(folder.path(), &format!("short/{name}")),
                "{options}: {name}"
            );
        }
        fs::remove_dir_all(folder.path().join("short")).unwrap();
    }
}

#[test]
fn a_kept_configuration_repeats_the_run() {
    let folder = workplace();
    let options = "--variant stacked --layers 4 --latent 4 --pretrain-epochs 1 --epochs 2 --lr 0.5";
    train(folder.path(), options, "run");
    success(hourglass(
        folder.path(),
        "train --config run/run.toml --out again",
    ));
    for name in ["metrics.csv", "weights.safetensors", "run.toml"] {
        assert!(
            file(folder.path(), &format!("run/{name}"))
                == file(folder.path(), &format!("again/{name}")),
            "{name}"
        );
    }
    success(hourglass(
        folder.path(),
        "train --config run/run.toml --lr 0.6 --out other",
    ));
    assert!(file(folder.path(), "run/metrics.csv") != file(folder.path(), "other/metrics.csv"));
}

#[test]
fn a_batch_or_a_limit_beyond_the_set_takes_all_of_it() {
    let folder = workplace();
    let events = train(folder.path(), "--limit 100000 --epochs 1", "out");
    assert_eq!(events[0]["train_images"], 64);
    let events = train(folder.path(), "--limit 20 --epochs 1", "out");
    assert_eq!(events[0]["train_images"], 20);
    let arguments =
        "train --dataset data --device flex --batch 1000 --epochs 3 --json --out out --replace";
    let events = objects(&success(hourglass(folder.path(), arguments)));
    assert_eq!(events.last().unwrap()["steps"], 3);
}

#[test]
fn lists_are_told_in_words_and_in_json() {
    let folder = workplace();
    for (what, id) in [
        ("variants", "deep"),
        ("schedules", "greedy"),
        ("datasets", "glyphs"),
        ("devices", "flex"),
    ] {
        let json = success(hourglass(folder.path(), &format!("list {what} --json")));
        let json: Value = serde_json::from_str(&json).unwrap();
        let entries = json.as_array().unwrap();
        assert!(entries.iter().any(|entry| entry["id"] == id), "{json}");
        let words = success(hourglass(folder.path(), &format!("list {what}")));
        assert_eq!(words.lines().count(), entries.len(), "{words}");
    }
    let help = success(hourglass(folder.path(), "train --help"));
    assert!(
        help.contains("--latent"),
        "every knob has its option: {help}"
    );
}

#[test]
fn folders_that_cannot_keep_a_run_stay_as_they_are() {
    let folder = workplace();
    let own = folder.path().join("thesis");
    fs::create_dir(&own).unwrap();
    fs::write(own.join("thesis.txt"), "years of work").unwrap();
    fs::write(folder.path().join("file"), "x").unwrap();
    for (out, says) in [
        ("thesis", "thesis holds other files"),
        ("file", "file must hold a run, but is not a folder"),
        ("file/run", "creating file/run failed"),
    ] {
        let arguments = format!("train --dataset data --device flex --epochs 1 --out {out}");
        let sentence = failure(&hourglass(folder.path(), &arguments), 2);
        assert!(sentence.contains(says), "{out}: {sentence}");
    }
    assert_eq!(fs::read_dir(&own).unwrap().count(), 1);
    assert_eq!(fs::read(folder.path().join("file")).unwrap(), b"x");
}
