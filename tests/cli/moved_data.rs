//! Runs whose data is moved or changed between two commands.

use std::fs;
use std::path::Path;

use super::{TEST, TRAIN, failure, file, hourglass, images, success, train, workplace, write_data};

/// A working folder with a run in `run` on the images in `data`.
fn kept() -> tempfile::TempDir {
    let folder = workplace();
    train(
        folder.path(),
        "--variant autoencoder --latent 4 --epochs 2",
        "run",
    );
    folder
}

fn says(sentence: &str, parts: &[&str]) {
    for part in parts {
        assert!(sentence.contains(part), "{part}: {sentence}");
    }
}

/// What `run.toml` says of the images.
fn asked(folder: &Path, run: &str) -> String {
    let text = String::from_utf8(file(folder, &format!("{run}/run.toml"))).unwrap();
    let line = text.lines().find(|line| line.starts_with("dataset ="));
    line.unwrap().to_owned()
}

fn moved(folder: &Path) {
    fs::rename(folder.join("data"), folder.join("moved")).unwrap();
}

/// The same images in another place, but for one pixel.
fn write_others(folder: &Path, name: &str) {
    let place = folder.join(name);
    fs::create_dir(&place).unwrap();
    let mut pixels = images(64, 8);
    pixels[40] ^= 128;
    fs::write(place.join(TRAIN), pixels).unwrap();
    fs::write(place.join(TEST), images(16, 8)).unwrap();
}

#[test]
fn a_relative_place_is_found_from_every_folder() {
    let folder = kept();
    let path = folder.path();
    assert_eq!(asked(path, "run"), "dataset = \"data\"");
    let here = success(hourglass(path, "eval run --json"));
    let sub = path.join("sub/deeper");
    fs::create_dir_all(&sub).unwrap();
    let there = success(hourglass(&sub, "eval ../../run --json"));
    assert_eq!(there, here);
    // Other images of the same name here are not those of the run.
    write_others(&sub, "data");
    assert_eq!(success(hourglass(&sub, "eval ../../run --json")), here);
    success(hourglass(
        &sub,
        "train --resume ../../run --epochs 3 --device flex",
    ));
    assert_eq!(asked(path, "run"), "dataset = \"data\"", "as it was asked");
    success(hourglass(path, "eval run"));
}

#[test]
fn moved_images_are_told_with_every_place_and_what_to_do() {
    let folder = kept();
    let path = folder.path();
    moved(path);
    let sub = path.join("sub");
    fs::create_dir(&sub).unwrap();
    for command in [
        "eval ../run",
        "reconstruct ../run --out x.png",
        "export ../run --what codes --out c.npy",
        "export ../run --what grid --out g.png",
        "train --resume ../run --epochs 3",
    ] {
        let sentence = failure(&hourglass(&sub, command), 2);
        let old = path.join("data");
        let absolute = old.to_str().unwrap();
        says(
            &sentence,
            &[
                "the run was made on images with SHA-256 ",
                "there is nothing at data",
                &format!("there is nothing at {absolute}"),
                "--dataset PLACE",
            ],
        );
    }
    assert!(fs::read_dir(&sub).unwrap().next().is_none(), "no file");
}

#[test]
fn what_was_kept_comes_out_without_the_images() {
    let folder = kept();
    let path = folder.path();
    let export = |what: &str, out: &str| {
        success(hourglass(
            path,
            &format!("export run --what {what} --out {out}"),
        ))
    };
    for (what, name) in [
        ("weights", "w.safetensors"),
        ("curves", "c.csv"),
        ("plot --no-baselines", "p.svg"),
        ("gif", "g.gif"),
    ] {
        export(what, &format!("before-{name}"));
    }
    moved(path);
    for (what, name) in [
        ("weights", "w.safetensors"),
        ("curves", "c.csv"),
        ("plot --no-baselines", "p.svg"),
        ("gif", "g.gif"),
    ] {
        export(what, name);
        assert!(
            file(path, name) == file(path, &format!("before-{name}")),
            "{name}"
        );
    }
    let said = export("plot", "q.svg");
    says(
        &said,
        &["without all reference lines (", "there is nothing at data"],
    );
    assert!(file(path, "q.svg").len() > 1000);
}

#[test]
fn a_named_place_is_kept_with_the_run_where_it_holds_the_images() {
    let relinks = [
        "eval run",
        "reconstruct run --out x.png",
        "export run --what codes --out c.npy",
        "export run --what weights --out w.safetensors",
        "train --resume run --epochs 3",
    ];
    let folder = kept();
    moved(folder.path());
    write_others(folder.path(), "others");
    for command in relinks {
        let place = tempfile::tempdir().unwrap();
        let path = place.path();
        for name in ["run", "moved", "others"] {
            copy(&folder.path().join(name), &path.join(name));
        }
        let before = (file(path, "run/run.toml"), file(path, "run/state.toml"));
        let refused = failure(&hourglass(path, &format!("{command} --dataset others")), 2);
        says(
            &refused,
            &[
                "others holds images with SHA-256 ",
                "the run was made on data",
                "nothing was changed",
            ],
        );
        let after = (file(path, "run/run.toml"), file(path, "run/state.toml"));
        assert_eq!(before, after, "{command}");
        let refused = failure(&hourglass(path, &format!("{command} --dataset nowhere")), 2);
        says(&refused, &["nowhere"]);
        success(hourglass(path, &format!("{command} --dataset moved")));
        assert_eq!(asked(path, "run"), "dataset = \"moved\"", "{command}");
        // From now on it is found, here and elsewhere.
        success(hourglass(path, "eval run"));
        let sub = path.join("sub");
        fs::create_dir(&sub).unwrap();
        success(hourglass(&sub, "eval ../run"));
    }
}

#[test]
fn of_several_runs_those_on_the_images_are_relinked() {
    let folder = workplace();
    let path = folder.path();
    write_others(path, "others");
    let options = "--variant autoencoder --latent 4 --epochs 1";
    train(path, options, "run");
    train(path, &format!("{options} --seed 2"), "second");
    success(hourglass(
        path,
        &format!("train --dataset others --device flex --batch 16 --json --out other {options}"),
    ));
    moved(path);
    success(hourglass(
        path,
        "export run other second --what grid --out g.png --dataset moved",
    ));
    for (run, dataset) in [("run", "moved"), ("second", "moved"), ("other", "others")] {
        assert_eq!(asked(path, run), format!("dataset = \"{dataset}\""));
    }
    let refused = failure(
        &hourglass(
            path,
            "export run second --what grid --out h.png --dataset others",
        ),
        2,
    );
    says(
        &refused,
        &["others holds images", "the run was made on moved"],
    );
    assert!(!path.join("h.png").exists());
}

#[test]
fn changed_images_are_told_with_both_hashes() {
    let folder = kept();
    let path = folder.path();
    let mut pixels = images(64, 8);
    pixels[40] ^= 128;
    write_data(path, &[(TRAIN, &pixels)]);
    for command in ["eval run", "train --resume run --epochs 3"] {
        let sentence = failure(&hourglass(path, command), 2);
        says(
            &sentence,
            &[
                "the run was made on images with SHA-256 ",
                "data (",
                "/data) holds images with SHA-256 ",
                "--dataset PLACE",
            ],
        );
        let shortened = sentence.matches('…').count();
        assert_eq!(shortened, 2, "{sentence}");
    }
}

#[test]
fn weights_of_a_moved_set_are_imported_where_it_is_now() {
    let folder = kept();
    let path = folder.path();
    success(hourglass(
        path,
        "export run --what weights --out w.safetensors",
    ));
    moved(path);
    write_others(path, "others");
    let import = "import w.safetensors --device flex --out back";
    let sentence = failure(&hourglass(path, import), 2);
    says(&sentence, &["there is nothing at data", "--dataset PLACE"]);
    let sentence = failure(&hourglass(path, &format!("{import} --dataset others")), 2);
    says(&sentence, &["others holds images", "was made on data"]);
    success(hourglass(path, &format!("{import} --dataset moved")));
    assert_eq!(asked(path, "back"), "dataset = \"moved\"");
}

#[test]
fn a_run_of_an_older_version_is_found_by_its_name_and_relinked() {
    let folder = kept();
    let path = folder.path();
    let state = String::from_utf8(file(path, "run/state.toml")).unwrap();
    let old: String = state
        .split("[images]")
        .next()
        .map(|start| format!("{}\n", start.trim_end()))
        .unwrap();
    assert!(old.len() < state.len(), "{state}");
    fs::write(path.join("run/state.toml"), &old).unwrap();
    success(hourglass(path, "eval run"));
    success(hourglass(path, "export run --what curves --out c.csv"));
    moved(path);
    let export = "export run --what curves --out d.csv";
    let sentence = failure(&hourglass(path, export), 2);
    says(&sentence, &["there is nothing at data", "--dataset PLACE"]);
    success(hourglass(path, &format!("{export} --dataset moved")));
    assert_eq!(file(path, "d.csv"), file(path, "c.csv"));
    success(hourglass(path, export));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, target).unwrap();
        }
    }
}
