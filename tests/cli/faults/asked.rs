//! What was asked for and cannot be: no files, links in circles, newer versions, sessions in use.

use std::fs;
use std::path::Path;

use super::super::TRAIN;
use super::{TRAIN_IT, check, claim, study};

#[test]
fn what_is_no_file_is_not_read() {
    const NO_FILE: &str = "must be a file, but is a device, a pipe or a socket";
    let says = |path: &str| -> &'static str { format!("{path} {NO_FILE}").leak() };
    check(&[
        (
            "images without end",
            |_| Ok(()),
            "train --dataset /dev/zero --device flex --out out",
            "Expected a folder of pictures or IDX files, or a file of images (.npz, .npy, .csv or IDX), at /dev/zero, found something that is neither.",
            2,
        ),
        (
            "a pipe of images",
            |place| place.pipe("pipe"),
            "train --dataset pipe --device flex --out out",
            "Expected a folder of pictures or IDX files, or a file of images (.npz, .npy, .csv or IDX), at pipe, found something that is neither.",
            2,
        ),
        (
            "a pipe among the images",
            |place| place.pipe(&format!("data/{TRAIN}")),
            TRAIN_IT,
            "Expected a file at data/train-images-idx3-ubyte, found something that is not a regular file.",
            2,
        ),
        (
            "a table without end",
            |place| {
                place.link("t.csv", "/dev/zero");
                Ok(())
            },
            "train --dataset t.csv --device flex --out out",
            "Expected a folder of pictures or IDX files, or a file of images (.npz, .npy, .csv or IDX), at t.csv, found something that is neither.",
            2,
        ),
        (
            "pictures that are pipes",
            |place| {
                fs::create_dir(place.path("photos")).unwrap();
                place.link("photos/zero.png", "/dev/zero");
                place.pipe("photos/pipe.png")
            },
            "train --dataset photos --device flex --out out",
            "Expected pictures (PNG, JPEG and others) or IDX files (train-images-idx3-ubyte and others) in photos, found 2 that could not be used: pipe.png, for one, as it is no regular file.",
            2,
        ),
        (
            "weights without end",
            |_| Ok(()),
            "import /dev/zero --out out",
            says("/dev/zero"),
            2,
        ),
        (
            "a pipe of weights",
            |place| place.pipe("w.safetensors"),
            "import w.safetensors --out out",
            says("w.safetensors"),
            2,
        ),
        (
            "weights to begin with that never end",
            |_| Ok(()),
            "train --dataset data --weights /dev/zero --device flex --out out",
            says("/dev/zero"),
            2,
        ),
        (
            "a configuration without end",
            |_| Ok(()),
            "train --config /dev/zero --out out",
            says("/dev/zero"),
            2,
        ),
        (
            "a pipe in a run",
            |place| {
                place.run();
                place.pipe("run/state.toml")
            },
            "eval run --device flex",
            says("run/state.toml"),
            2,
        ),
        (
            "losses without end",
            |place| {
                place.run();
                place.link("run/metrics.csv", "/dev/zero");
                Ok(())
            },
            "train --resume run --device flex --epochs 3",
            says("run/metrics.csv"),
            2,
        ),
        (
            "a session without end",
            |place| {
                fs::create_dir(place.path("study")).unwrap();
                place.link("study/session.toml", "/dev/zero");
                Ok(())
            },
            "session study",
            says("study/session.toml"),
            2,
        ),
    ]);
}

/// Replaces text in a file, which must be there.
fn replace(path: &Path, old: &str, new: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(old), "no {old:?} in {text}");
    fs::write(path, text.replacen(old, new, 1)).unwrap();
}

#[test]
fn what_was_asked_for_is_told_from_what_fails() {
    check(&[
        (
            "a picture of 10,000,000,000 pixels",
            |place| {
                fs::create_dir(place.path("photos")).unwrap();
                place.write("photos/vast.png", &claim(100_000, 100_000));
                Ok(())
            },
            "train --dataset photos --device flex --out out",
            "Expected pictures (PNG, JPEG and others) or IDX files (train-images-idx3-ubyte and others) in photos, found 1 that could not be used: vast.png, for one, as it has 100000×100000 pixels, which take 10000 MB unpacked, more than the 1000 MB that one picture may take: save it smaller.",
            2,
        ),
        (
            "a link to itself",
            |place| {
                place.link("loop", "loop");
                Ok(())
            },
            "train --dataset loop --device flex --out out",
            "Could not read loop: Too many levels of symbolic links (os error 40).",
            2,
        ),
        (
            "weights behind a link to itself",
            |place| {
                place.link("loop", "loop");
                Ok(())
            },
            "import loop --out out",
            "opening loop failed: Too many levels of symbolic links (os error 40)",
            2,
        ),
        (
            "a folder of nothing but itself",
            |place| {
                fs::create_dir(place.path("photos")).unwrap();
                place.link("photos/again", "../photos");
                Ok(())
            },
            "train --dataset photos --device flex --out out",
            "Expected pictures (PNG, JPEG and others) or IDX files (train-images-idx3-ubyte and others) in photos, found 1 that could not be used: again, for one, as it is a link that leads back to a folder around it.",
            2,
        ),
        (
            "a folder in place of weights",
            |_| Ok(()),
            "import data --out out",
            "data must be a file, but is a folder",
            2,
        ),
        (
            "a Japanese name",
            |_| Ok(()),
            "train --dataset 無い場所 --device flex --out out",
            "Expected a folder of pictures or IDX files, or a file of images, at 無い場所, found nothing; the folder data is beside it.",
            2,
        ),
        (
            "a session in use",
            |place| {
                let session = study(place);
                place.session.replace(Some(session));
                Ok(())
            },
            "session study",
            "a session can be open in one window at a time, but study is in use by another",
            2,
        ),
        (
            "a session of a newer version",
            |place| {
                drop(study(place));
                let text = "format = 2\nprogram = \"9.1.0\"\nruns = \"elsewhere\"\n";
                place.write("study/session.toml", text.as_bytes());
                Ok(())
            },
            "session study",
            "study/session.toml must hold a session of format 1, but holds format 2, written by Hourglass 9.1.0: open it with that version",
            2,
        ),
        (
            "a run of a newer version",
            |place| {
                place.run();
                replace(
                    &place.path("run/state.toml"),
                    "format = 2\nprogram = \"0.1.0\"",
                    "format = 3\nprogram = \"9.1.0\"\nwings = 2",
                );
                replace(
                    &place.path("run/run.toml"),
                    "batch = ",
                    "feathers = 3\nbatch = ",
                );
                Ok(())
            },
            "eval run --device flex",
            "run/state.toml must hold a state of format 1 or 2, but holds format 3, written by Hourglass 9.1.0: open it with that version",
            2,
        ),
        (
            "a newer run in a session",
            |place| {
                drop(study(place));
                replace(
                    &place.path("study/runs/1/state.toml"),
                    "format = 2",
                    "format = 3",
                );
                Ok(())
            },
            "session study",
            "study/runs/1/state.toml must hold a state of format 1 or 2, but holds format 3, written by Hourglass …: open it with that version",
            2,
        ),
        (
            "a session that lost a run",
            |place| {
                drop(study(place));
                fs::remove_dir_all(place.path("study/runs/1")).unwrap();
                Ok(())
            },
            "session study",
            "opening study/runs/1/run.toml failed: No such file or directory (os error 2)",
            2,
        ),
        (
            "no session",
            |_| Ok(()),
            "session data",
            "a session must hold session.toml, but data does not",
            2,
        ),
        (
            "no session to open a window with",
            |_| Ok(()),
            "--session data",
            "a session must hold session.toml, but data does not",
            2,
        ),
    ]);
}
