//! Presets: listed, trained by name, and held against what is expected of them.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use super::{TEST, TRAIN, failure, file, hourglass, images, objects, success, train, write_data};

/// 64 training and 16 test images of the size of MNIST's in `data`.
fn workplace() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write_data(
        folder.path(),
        &[(TRAIN, &images(64, 28)), (TEST, &images(16, 28))],
    );
    folder
}

fn last_line(text: &str) -> &str {
    text.lines().last().unwrap()
}

fn text_of(folder: &Path, path: &str) -> String {
    String::from_utf8(file(folder, path)).unwrap()
}

const NOT_COMPARABLE: &str = "not comparable: run with other settings (epochs 1 instead of 10), run on other \
                              images than MNIST";

#[test]
fn presets_are_listed_and_wrong_ways_apart() {
    let folder = workplace();
    let words = success(hourglass(folder.path(), "list presets"));
    let lines: Vec<&str> = words.lines().collect();
    assert!(lines[0].starts_with("Reference runs on MNIST"), "{words}");
    let wrong = lines.iter().position(|line| line.starts_with("Wrong ways"));
    let wrong = wrong.unwrap();
    let place = |id: &str| lines.iter().position(|line| line.starts_with(id)).unwrap();
    assert!(place("no-revival") > wrong, "{words}");
    let says = "0.0063 ± 10 % in vq-vae-128 at epoch 1";
    assert!(lines[place("no-revival")].contains(says), "{words}");
    let vae = place("vae-784-400-20");
    assert!(vae < wrong, "{words}");
    for says in [
        "(vae)",
        "reconstruction + KL divergence (nats per image) at epoch 10: 105.2 ± 1.5 %",
        "5-NN accuracy (share of test images, 0 to 1): 0.973 ± 0.01",
        "PyTorch 2.15",
    ] {
        assert!(lines[vae].contains(says), "{says}: {}", lines[vae]);
    }

    let json = success(hourglass(folder.path(), "list presets --json"));
    let json: Value = serde_json::from_str(&json).unwrap();
    let entries = json.as_array().unwrap();
    assert_eq!(
        entries.len() + 3,
        lines.len(),
        "two headings and what abbreviations mean"
    );
    let entry = entries.iter().find(|entry| entry["id"] == "no-revival");
    let entry = entry.unwrap();
    assert_eq!(entry["family"], "wrong-way");
    assert_eq!(entry["settings"]["revive"], "off");
    assert_eq!(entry["figures"][0]["quantity"], "test_mse");
    assert_eq!(entry["figures"][0]["expected"], 0.0076);
    assert_eq!(entry["figures"][0]["unit"], "per pixel");
    assert_eq!(entry["healthy"], "vq-vae-128");
    assert!(entry["minutes"].is_number());
}

#[test]
fn a_preset_that_cannot_be_is_one_sentence() {
    let folder = workplace();
    for (arguments, says) in [
        (
            "train --preset vae-784-400 --dataset data",
            "but is \"vae-784-400\"; nearest to it are vae-784-400-2, vae-784-400-20, vae-784-400-10-mse",
        ),
        (
            "train --preset vae-784-400-20 --variant deep --dataset data",
            "preset vae-784-400-20 is of variant vae, but --variant deep was given",
        ),
        (
            "train --preset tied-32 --config run.toml",
            "cannot be used with",
        ),
        ("train --preset tied-32 --resume run", "cannot be used with"),
    ] {
        let sentence = failure(&hourglass(folder.path(), arguments), 2);
        assert!(sentence.contains(says), "{arguments}: {sentence}");
    }
    assert!(!folder.path().join("runs").exists());
}

#[test]
fn a_run_of_a_preset_with_other_settings_is_not_comparable() {
    let folder = workplace();
    let arguments =
        "train --preset autoencoder-10-adam --dataset data --device flex --epochs 1 --out run";
    let text = success(hourglass(folder.path(), arguments));
    let verdict = format!("preset autoencoder-10-adam: {NOT_COMPARABLE}");
    assert_eq!(last_line(&text), verdict, "{text}");
    assert!(
        text.contains("\ntest MSE (per pixel): not reached: "),
        "each figure has its line: {text}"
    );
    let config = text_of(folder.path(), "run/run.toml");
    assert!(
        config.contains("\npreset = \"autoencoder-10-adam\"\n"),
        "{config}"
    );

    let arguments = arguments.replace("--out run", "--out json --json");
    let events = objects(&success(hourglass(folder.path(), &arguments)));
    let last = events.last().unwrap();
    let reference = &last["reference"];
    assert_eq!(reference["preset"], "autoencoder-10-adam");
    assert_eq!(reference["verdict"], "not-comparable");
    assert_eq!(reference["words"], NOT_COMPARABLE);
    let figure = &reference["figures"][0];
    assert_eq!(figure["quantity"], "test_mse");
    assert_eq!(figure["expected"], 0.0326);
    assert_eq!(figure["found"], last["test_mse"]);
    assert_eq!(figure["reached"], false);

    let asked = success(hourglass(folder.path(), "eval run"));
    assert_eq!(last_line(&asked), verdict, "{asked}");
    let asked = success(hourglass(folder.path(), "eval run --json"));
    let asked: Value = serde_json::from_str(&asked).unwrap();
    assert_eq!(asked["reference"]["verdict"], "not-comparable");
}

#[test]
fn a_configuration_keeps_its_preset_and_another_variant_gives_it_up() {
    let folder = workplace();
    train(
        folder.path(),
        "--preset autoencoder-10-adam --epochs 1",
        "run",
    );
    let events = train(folder.path(), "--config run/run.toml --seed 2", "same");
    assert_eq!(
        events.last().unwrap()["reference"]["words"],
        "not comparable: run with other settings (batch 16 instead of 256, epochs 1 instead of 10), run on \
         other images than MNIST"
    );
    let events = train(
        folder.path(),
        "--config run/run.toml --variant tied --epochs 1",
        "other",
    );
    assert_eq!(events.last().unwrap()["reference"], Value::Null);
    assert!(!text_of(folder.path(), "other/run.toml").contains("preset"));
}

#[test]
fn a_preset_trains_as_the_same_settings_do() {
    let folder = workplace();
    train(folder.path(), "--preset tied-32 --epochs 1", "preset");
    train(folder.path(), "--variant tied --epochs 1", "plain");
    for name in ["metrics.csv", "weights.safetensors"] {
        assert!(
            file(folder.path(), &format!("preset/{name}"))
                == file(folder.path(), &format!("plain/{name}")),
            "{name}"
        );
    }
    assert!(!text_of(folder.path(), "plain/run.toml").contains("preset"));
}
