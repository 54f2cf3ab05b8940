//! Kept runs and configurations that somebody has damaged, or that do not fit any more.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use tempfile::TempDir;

use super::{TRAIN, failure, hourglass, images, success, train, workplace, write_data};

/// A working folder with a run of two epochs in `run`.
static KEPT: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = workplace();
    train(folder.path(), "--epochs 2", "run");
    folder
});

/// The same in a folder of its own.
fn kept() -> TempDir {
    let folder = workplace();
    fs::create_dir(folder.path().join("run")).unwrap();
    for name in FILES {
        let path = Path::new("run").join(name);
        fs::copy(KEPT.path().join(&path), folder.path().join(&path)).unwrap();
    }
    folder
}

const FILES: [&str; 5] = [
    "run.toml",
    "state.toml",
    "metrics.csv",
    "weights.safetensors",
    "optimizer.safetensors",
];

const ASKING: [&str; 3] = [
    "eval run --device flex",
    "reconstruct run --device flex --out out.png",
    "train --resume run --device flex --epochs 3",
];

/// Checks that every command refuses what `damage` left of the run, and leaves it alone.
fn refused(name: &str, damage: impl Fn(&Path), says: &str) {
    let folder = kept();
    damage(folder.path());
    let contents = || FILES.map(|file| fs::read(folder.path().join("run").join(file)).ok());
    let before = contents();
    for arguments in ASKING {
        let sentence = failure(&hourglass(folder.path(), arguments), 2);
        assert!(
            sentence.contains(says),
            "{name}, {arguments}: no {says:?} in {sentence}"
        );
        assert!(!folder.path().join("out.png").exists(), "{name}");
    }
    assert!(contents() == before, "{name}: the run was touched");
}

#[test]
fn the_run_itself_is_sound() {
    let folder = kept();
    for arguments in ASKING {
        success(hourglass(folder.path(), arguments));
    }
}

#[test]
fn missing_cut_and_foreign_files_are_named() {
    for name in FILES {
        let file = Path::new("run").join(name);
        refused("missing", |f| fs::remove_file(f.join(&file)).unwrap(), name);
        let half = |f: &Path| {
            let bytes = fs::read(f.join(&file)).unwrap();
            fs::write(f.join(&file), &bytes[..bytes.len() - 7]).unwrap();
        };
        refused("cut", half, name);
        refused(
            "foreign",
            |f| fs::write(f.join(&file), b"\xff\xfenot mine").unwrap(),
            name,
        );
    }
}

/// Replaces text in a file of the run, which must be there.
fn replace(folder: &Path, file: &str, old: &str, new: &str) {
    let path = folder.join("run").join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(old), "no {old:?} in {text}");
    fs::write(path, text.replacen(old, new, 1)).unwrap();
}

#[test]
fn contradictions_within_a_run_are_told() {
    for (file, old, new, says) in [
        (
            "run.toml",
            "latent = 10",
            "latent = 11",
            "shape [64, 11], but has [64, 10]",
        ),
        (
            "run.toml",
            "latent = 10",
            "latent = 999",
            "from 1 to 256, but is 999",
        ),
        ("state.toml", "format = 2", "format = 9", "holds format 9"),
        (
            "state.toml",
            "phase = 0",
            "phase = 7",
            "one of its 1 phases, but stands in phase 8",
        ),
        (
            "state.toml",
            "\nstep = 8",
            "\nstep = 3",
            "at step 8, as its phases say, but stands at step 3",
        ),
        (
            "state.toml",
            "step_in_phase = 8",
            "step_in_phase = 999",
            "steps of phase 1",
        ),
        (
            "metrics.csv",
            "\n1,0,",
            "\n1,0,NaN,,,,\n1,0,",
            "row 4 is \"1,0,NaN,,,,\"",
        ),
        (
            "metrics.csv",
            "\n1,0,",
            "\n1,0,0.5,,,,\n1,0,",
            "the next training step in every row, but row 5 is \"1,0,",
        ),
        (
            "metrics.csv",
            "\n1,0,",
            "\n2,0,",
            "the next training step in every row, but row 4 is \"2,0,",
        ),
    ] {
        refused(new, |f| replace(f, file, old, new), says);
    }
    let lost = |folder: &Path| {
        replace(
            folder,
            "state.toml",
            "step_in_phase = 8",
            "step_in_phase = 7",
        );
        replace(folder, "state.toml", "\nstep = 8", "\nstep = 7");
    };
    refused(
        "a step less",
        lost,
        "a loss for each of its 7 steps, but has 8",
    );
}

#[test]
fn weights_that_are_no_numbers_are_refused() {
    refused(
        "NaN",
        |folder| {
            let path = folder.join("run/weights.safetensors");
            let mut bytes = fs::read(&path).unwrap();
            let end = bytes.len();
            bytes[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
            fs::write(path, bytes).unwrap();
        },
        "finite weights",
    );
}

/// Has the run know its images by their relative path only: the absolute one leads to those of the run
/// that it was copied from.
fn forget_place(folder: &Path) {
    let path = folder.join("run/state.toml");
    let state = fs::read_to_string(&path).unwrap();
    let rest = state.lines().filter(|line| !line.starts_with("place = "));
    let rest: Vec<&str> = rest.collect();
    assert!(rest.len() < state.lines().count(), "{state}");
    fs::write(path, rest.join("\n")).unwrap();
}

#[test]
fn a_run_does_not_go_on_with_other_images() {
    refused(
        "other images",
        |folder| {
            forget_place(folder);
            write_data(folder, &[(TRAIN, &images(63, 8))]);
        },
        "the run was made on images with SHA-256",
    );
}

#[test]
fn a_run_does_not_go_on_without_its_images() {
    refused(
        "moved images",
        |folder| {
            forget_place(folder);
            fs::rename(folder.join("data"), folder.join("moved")).unwrap();
        },
        "there is nothing at data",
    );
}

#[test]
fn what_is_no_run_is_told() {
    let folder = workplace();
    fs::write(folder.path().join("file"), "x").unwrap();
    for (run, says) in [
        (
            "nowhere",
            "there is nothing at nowhere: name the folder of a",
        ),
        ("file", "file must hold a run, but is not a folder"),
        ("data", "must hold run.toml, but data does not"),
    ] {
        for command in ["eval", "reconstruct --out x.png", "train --resume"] {
            let sentence = failure(&hourglass(folder.path(), &format!("{command} {run}")), 2);
            assert!(sentence.contains(says), "{command} {run}: {sentence}");
        }
    }
}

#[test]
fn pictures_need_a_folder_and_a_number() {
    let folder = kept();
    for (options, says) in [
        ("--out gone/x.png", "there is no folder gone"),
        ("--out run", "must end in .png, but is run"),
        ("--out x.png --images 0", "0 is not in 1..=200"),
        ("--out x.png --images 201", "201 is not in 1..=200"),
    ] {
        let arguments = format!("reconstruct run --device flex {options}");
        let sentence = failure(&hourglass(folder.path(), &arguments), 2);
        assert!(sentence.contains(says), "{options}: {sentence}");
    }
    assert!(!folder.path().join("x.png").exists());
}

#[test]
fn configurations_that_do_not_fit_are_told_with_their_line() {
    let sound = fs::read_to_string(KEPT.path().join("run/run.toml")).unwrap();
    for (old, new, says) in [
        (
            "batch = 16",
            "batch = \"16\"",
            "line 5 does not fit: invalid type: string \"16\"",
        ),
        (
            "batch = 16",
            "batch = -16",
            "line 5 does not fit: invalid value: integer `-16`",
        ),
        ("batch = 16", "bath = 16", "unknown field `bath`"),
        ("batch = 16", "batch", "line 5 does not fit"),
        (
            "latent = 10",
            "latent = true",
            "a knob must be a number or a text",
        ),
        ("latent = 10", "layers = 10", "has no knob \"layers\""),
        (
            "dataset = \"data\"",
            "",
            "does not: missing field `dataset`",
        ),
        (
            "kind = \"sgd\"",
            "kind = \"newton\"",
            "unknown variant `newton`",
        ),
        (
            "kind = \"end-to-end\"",
            "kind = \"greedy\"\nstage = 5",
            "phase 1 trains pair 6 but the network has 1",
        ),
        (
            "dropout = 0.0",
            "dropout = 0.5",
            "only greedy pretraining has it",
        ),
        (
            "epochs = 2",
            "epochs = 0",
            "epochs of phase 1 must be from 1",
        ),
    ] {
        let folder = workplace();
        assert!(sound.contains(old), "no {old:?} in {sound}");
        fs::write(folder.path().join("run.toml"), sound.replacen(old, new, 1)).unwrap();
        let sentence = failure(
            &hourglass(folder.path(), "train --config run.toml --out out"),
            2,
        );
        assert!(sentence.contains(says), "{new}: no {says:?} in {sentence}");
        assert!(!folder.path().join("out").exists(), "{new}");
    }
    for (config, says) in [
        ("gone.toml", "opening gone.toml failed"),
        ("data", "data must be a file, but is a folder"),
    ] {
        let folder = workplace();
        for arguments in [
            format!("train --config {config}"),
            format!("--config {config}"),
        ] {
            let sentence = failure(&hourglass(folder.path(), &arguments), 2);
            assert!(sentence.contains(says), "{arguments}: {sentence}");
        }
    }
}
