//! Faults of the machine: what is full, read-only or forbidden.

use std::fs::{self, File};
use std::process::Command;

use super::super::server::{Reply, Server};
use super::super::{TEST, TRAIN, failure, idx};
use super::{ONTO_DISK, Place, TRAIN_IT, check, make_read_only};

#[test]
fn a_disk_that_is_full_is_the_machines_fault() {
    check(&[
        (
            "no room for a run",
            Place::full_disk,
            ONTO_DISK,
            "writing disk/out/…failed: No space left on device (os error 28)",
            1,
        ),
        (
            "no room for weights",
            |place| {
                place.weights();
                place.full_disk()
            },
            "export run --what weights --out disk/w.safetensors",
            "writing disk/…failed: No space left on device (os error 28)",
            1,
        ),
        (
            "no room for pictures",
            |place| {
                place.run();
                place.full_disk()
            },
            "export run --what grid --out disk/grid.png",
            "writing disk/…failed: No space left on device (os error 28)",
            1,
        ),
        (
            "no room for an import",
            |place| {
                place.weights();
                place.full_disk()
            },
            "import w.safetensors --out disk/out",
            "writing disk/out/…failed: No space left on device (os error 28)",
            1,
        ),
        (
            "no room for a data set",
            |place| {
                let datasets = place.path("datasets");
                fs::create_dir(&datasets).unwrap();
                place.mount(&datasets, 64)?;
                let server = Server::start(|_, _| Reply::Whole(vec![7; 9_912_422]));
                place.server.replace(Some(server));
                Ok(())
            },
            "fetch mnist",
            "MNIST could not be kept, ~/datasets/mnist/…could not be written: No space left on device (os error 28).",
            1,
        ),
    ]);
}

fn read_only_disk(place: &Place) -> Result<(), String> {
    make_read_only(&place.disk(64)?)
}

#[test]
fn a_read_only_disk_is_the_machines_fault() {
    check(&[
        (
            "a run",
            read_only_disk,
            ONTO_DISK,
            "creating disk/out failed: Read-only file system (os error 30)",
            1,
        ),
        (
            "codes",
            |place| {
                place.run();
                read_only_disk(place)
            },
            "export run --what codes --out disk/codes.csv",
            "writing disk/…failed: Read-only file system (os error 30)",
            1,
        ),
        (
            "an import",
            |place| {
                place.weights();
                read_only_disk(place)
            },
            "import w.safetensors --out disk/out",
            "creating disk/out failed: Read-only file system (os error 30)",
            1,
        ),
        (
            "a data set",
            |place| {
                let datasets = place.path("datasets");
                fs::create_dir(&datasets).unwrap();
                place.mount(&datasets, 64)?;
                make_read_only(&datasets)
            },
            "fetch mnist",
            "MNIST could not be kept, ~/datasets/mnist could not be written: Read-only file system (os error 30).",
            1,
        ),
    ]);
}

#[test]
fn what_is_forbidden_is_the_machines_fault() {
    check(&[
        (
            "images",
            |place| place.forbid(&format!("data/{TEST}"), 0),
            TRAIN_IT,
            "Could not read data/t10k-images-idx3-ubyte: Permission denied (os error 13).",
            1,
        ),
        (
            "a folder of pictures",
            |place| {
                fs::create_dir(place.path("photos")).unwrap();
                place.forbid("photos", 0)
            },
            "train --dataset photos --device flex --out out",
            "Could not read photos: …Permission denied (os error 13).",
            1,
        ),
        (
            "a table",
            |place| {
                place.write("t.csv", b"label,pixel0\n1,2\n");
                place.forbid("t.csv", 0)
            },
            "train --dataset t.csv --device flex --out out",
            "Could not read t.csv: Permission denied (os error 13).",
            1,
        ),
        (
            "an array",
            |place| {
                place.write("t.npy", b"x");
                place.forbid("t.npy", 0)
            },
            "train --dataset t.npy --device flex --out out",
            "Could not read t.npy: Permission denied (os error 13).",
            1,
        ),
        (
            "a configuration",
            |place| {
                place.write("run.toml", b"");
                place.forbid("run.toml", 0)
            },
            "train --config run.toml --out out",
            "reading run.toml failed: Permission denied (os error 13)",
            1,
        ),
        (
            "the weights of a run",
            |place| {
                place.run();
                place.forbid("run/weights.safetensors", 0)
            },
            "eval run --device flex",
            "reading run/weights.safetensors failed: Permission denied (os error 13)",
            1,
        ),
        (
            "weights to begin with",
            |place| {
                place.weights();
                place.forbid("w.safetensors", 0)
            },
            "train --dataset data --latent 3 --weights w.safetensors --device flex --out out",
            "reading ~/w.safetensors failed: Permission denied (os error 13)",
            1,
        ),
        (
            "a place for a run",
            |place| {
                fs::create_dir(place.path("mine")).unwrap();
                place.forbid("mine", 0o555)
            },
            "train --dataset data --device flex --epochs 1 --out mine/out",
            "creating mine/out failed: Permission denied (os error 13)",
            1,
        ),
        (
            "a run to go on with",
            |place| {
                place.run();
                place.forbid("run", 0o555)
            },
            "train --resume run --device flex --epochs 2",
            "writing to run failed: Permission denied (os error 13)",
            1,
        ),
    ]);
}

#[test]
fn memory_that_runs_out_is_the_machines_fault() {
    let place = Place::new();
    let count = 1_900_u32;
    let header = idx(0x803, &[count, 1024, 1024], &[]);
    place.write(&format!("data/{TRAIN}"), &header);
    let file = File::options()
        .write(true)
        .open(place.path("data").join(TRAIN));
    let bytes = u64::from(count) << 20;
    file.unwrap().set_len(bytes + 16).unwrap();
    let output = Command::new("sh")
        .args(["-c", "ulimit -v 1048576 && exec \"$0\" \"$@\""])
        .arg(env!("CARGO_BIN_EXE_hourglass"))
        .args(TRAIN_IT.split(' '))
        .current_dir(place.folder.path())
        .env("RAYON_NUM_THREADS", "2")
        .output()
        .unwrap();
    let sentence = failure(&output, 1);
    let expected = format!(
        "Expected to hold {bytes} bytes of data/{TRAIN} in memory, found too little memory free."
    );
    assert_eq!(sentence, expected);
}
