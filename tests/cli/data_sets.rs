//! Every kind of data set from the command line: described, trained on, or refused in a sentence.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use image::{Rgb, RgbImage};
use serde_json::Value;

use super::{LABELS, failure, hourglass, idx, images, objects, success, workplace, write_data};

/// Pictures of two classes, 24 of each, of another size each.
fn write_pictures(folder: &Path, count: u32) {
    for class in ["red", "blue"] {
        let place = folder.join("my pictures 写真").join(class);
        fs::create_dir_all(&place).unwrap();
        for i in 0..count {
            let color = match class {
                "red" => Rgb([250, (i * 3) as u8, 0]),
                _ => Rgb([0, (i * 3) as u8, 250]),
            };
            let picture = RgbImage::from_pixel(10 + i % 20, 12, color);
            picture.save(place.join(format!("{i}.png"))).unwrap();
        }
    }
}

/// A `NumPy` array of bytes.
fn npy(shape: &str, data: &[u8]) -> Vec<u8> {
    let text = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((text.len() as u16).to_le_bytes());
    bytes.extend(text.as_bytes());
    bytes.extend(data);
    bytes
}

/// Keras' names, 30 training and 10 test images of 8×8.
fn npz() -> Vec<u8> {
    let pixels =
        |count: usize| -> Vec<u8> { (0..count * 64).map(|i| (i * 7 % 251) as u8).collect() };
    let labels = |count: u8| -> Vec<u8> { (0..count).map(|i| i % 10).collect() };
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in [
        ("x_train.npy", npy("(30, 8, 8)", &pixels(30))),
        ("y_train.npy", npy("(30,)", &labels(30))),
        ("x_test.npy", npy("(10, 8, 8)", &pixels(10))),
        ("y_test.npy", npy("(10,)", &labels(10))),
    ] {
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file(name, options).unwrap();
        writer.write_all(&bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn csv(count: usize) -> String {
    let row = |i: usize| {
        let pixels: Vec<String> = (0..64)
            .map(|p| ((i * i * 31 + p * 7) % 256).to_string())
            .collect();
        format!("{},{}\n", i % 3, pixels.join(","))
    };
    (0..count).map(row).collect()
}

/// What `hourglass data --json` says.
fn describe(folder: &Path, arguments: &[&str]) -> Value {
    let all = [&["data", "--json"], arguments].concat();
    let output = super::program(folder, &all).output().unwrap();
    objects(&success(output)).remove(0)
}

#[test]
fn a_folder_of_pictures_is_described_and_trained_on() {
    let folder = workplace();
    let at = folder.path();
    write_pictures(at, 24);
    fs::write(at.join("my pictures 写真/red/broken.png"), "no picture").unwrap();
    let about = describe(
        at,
        &[
            "my pictures 写真",
            "--image-size",
            "16x12",
            "--color",
            "rgb",
        ],
    );
    assert_eq!(about["source"], "pictures");
    assert_eq!(
        (&about["width"], &about["height"], &about["channels"]),
        (&16.into(), &12.into(), &3.into())
    );
    assert_eq!(
        (&about["train_images"], &about["test_images"]),
        (&42.into(), &6.into())
    );
    assert_eq!(about["set_aside"]["seed"], 0);
    let names: Vec<&Value> = about["classes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| &c["name"])
        .collect();
    assert_eq!(names, ["blue", "red"]);
    let skipped = about["skipped"].as_array().unwrap();
    assert_eq!(skipped.len(), 1);
    assert_eq!(skipped[0]["path"], "red/broken.png");

    let text = success(
        super::program(at, &["data", "my pictures 写真"])
            .output()
            .unwrap(),
    );
    for words in [
        "my pictures 写真: Folder of pictures",
        "42 training and 6 test images of 28×28×1; 6 images were set aside for testing (seed 0)",
        "2 classes",
        "left out: 1",
        "  red/broken.png: it is damaged",
    ] {
        assert!(text.contains(words), "no {words:?} in {text}");
    }

    let arguments = [
        "train",
        "--dataset",
        "my pictures 写真",
        "--image-size",
        "16x12",
        "--color",
        "rgb",
        "--device",
        "flex",
        "--batch",
        "16",
        "--epochs",
        "1",
        "--latent",
        "4",
        "--json",
        "--out",
        "out",
    ];
    let events = objects(&success(super::program(at, &arguments).output().unwrap()));
    assert_eq!(events[0]["train_images"], 42);
    assert_eq!(events[0]["skipped"], 1);
    assert_eq!(
        events[0]["split"],
        "6 images were set aside for testing (seed 0)"
    );
    let kept = fs::read_to_string(at.join("out/run.toml")).unwrap();
    assert!(
        kept.contains("image_size = \"16x12\"") && kept.contains("color = \"rgb\""),
        "{kept}"
    );
    // The kept run opens its images as it knew them.
    let measured = success(hourglass(at, "eval out --json"));
    assert_eq!(objects(&measured)[0]["test_images"], 6);
}

#[test]
fn arrays_tables_and_single_files_are_trained_on() {
    let folder = workplace();
    let at = folder.path();
    fs::write(at.join("mnist.npz"), npz()).unwrap();
    fs::write(at.join("digits.csv"), csv(21)).unwrap();
    fs::write(at.join("flat.npy"), npy("(14, 64)", &[9; 14 * 64])).unwrap();
    write_data(at, &[(LABELS, &idx(0x801, &[64], &[3; 64]))]);
    for (dataset, source, train, test, classes) in [
        ("mnist.npz", "numpy", 30, 10, 10),
        ("digits.csv", "csv", 18, 3, 3),
        ("flat.npy", "numpy", 12, 2, 0),
        ("data/train-images-idx3-ubyte", "idx", 64, 16, 1),
    ] {
        let about = describe(at, &[dataset]);
        assert_eq!(about["source"], source, "{dataset}");
        assert_eq!(about["train_images"], train, "{dataset}");
        assert_eq!(about["test_images"], test, "{dataset}");
        assert_eq!(
            about["classes"].as_array().unwrap().len(),
            classes,
            "{dataset}"
        );
        let options = format!(
            "train --dataset {dataset} --device flex --batch 8 --epochs 1 --latent 4 --json --out {source}-{train}"
        );
        let events = objects(&success(hourglass(at, &options)));
        assert_eq!(events.last().unwrap()["event"], "finished", "{dataset}");
    }
}

#[test]
fn the_second_opening_is_from_the_cache_and_the_same() {
    let folder = workplace();
    let at = folder.path();
    write_pictures(at, 110);
    let first = describe(at, &["my pictures 写真"]);
    let kept: Vec<_> = fs::read_dir(at.join("cache")).unwrap().collect();
    assert_eq!(kept.len(), 1);
    assert_eq!(describe(at, &["my pictures 写真"]), first);
    let path = kept.into_iter().next().unwrap().unwrap().path();
    fs::write(&path, "nonsense").unwrap();
    assert_eq!(describe(at, &["my pictures 写真"]), first);
    assert!(
        fs::metadata(&path).unwrap().len() > 1000,
        "it is written anew"
    );
}

#[test]
fn what_cannot_be_opened_is_told_in_a_sentence() {
    let folder = workplace();
    let at = folder.path();
    fs::write(at.join("a.npy"), npy("(9, 8, 8)", &[0; 9])).unwrap();
    fs::write(at.join("a.npz"), b"PK\x03\x04").unwrap();
    fs::write(at.join("a.csv"), "1,2,3\n").unwrap();
    fs::write(at.join("a.png"), images(1, 8)).unwrap();
    fs::create_dir(at.join("bad")).unwrap();
    fs::write(at.join("bad/a.jpg"), "no picture").unwrap();
    for (arguments, says) in [
        ("data nowhere", "found nothing"),
        ("data a.npy", "bytes in a.npy, found 82 bytes"),
        ("data a.npz", "a zip archive of arrays in a.npz"),
        ("data a.csv", "found 3 columns"),
        (
            "data bad",
            "1 that could not be used: a.jpg, for one, as it is damaged",
        ),
        ("data data --image-size 16x16", "8×8×1 as they are"),
        ("data glyphs --color rgb", "28×28×1 as they are"),
        ("data data --image-size 7x8", "8 to 128 pixels"),
        ("data data --color green", "grey, rgb"),
        ("data data --limit 0", "limit"),
        (
            "train --dataset data --color grey --device flex --out out",
            "8×8×1 as they are",
        ),
        (
            "train --dataset data --image-size x --device flex --out out",
            "image size must be",
        ),
        ("data a.png", "8"),
    ] {
        let output = hourglass(at, arguments);
        if arguments == "data a.png" {
            // Bytes decide, not names: this one holds IDX images, though only one.
            assert!(failure(&output, 2).contains("at least 2"));
            continue;
        }
        let sentence = failure(&output, 2);
        assert!(sentence.contains(says), "{arguments}: {sentence}");
        assert!(!at.join("out").exists(), "{arguments}: leaves a folder");
    }
}

/// What a folder is called makes no difference to how it is opened, except for the names of sets.
#[test]
fn a_folder_with_the_name_of_a_set_is_reached() {
    let folder = workplace();
    let at = folder.path();
    fs::rename(at.join("data"), at.join("mnist")).unwrap();
    let sentence = failure(&hourglass(at, "data mnist"), 2);
    assert!(
        sentence.contains("hourglass fetch mnist") && sentence.contains("as ./mnist"),
        "{sentence}"
    );
    let about = describe(at, &["./mnist"]);
    assert_eq!(
        (&about["source"], &about["train_images"]),
        (&"idx".into(), &64.into())
    );
    fs::rename(at.join("mnist"), at.join("glyphs")).unwrap();
    let about = describe(at, &["glyphs"]);
    let remarks = about["remarks"].as_array().unwrap();
    assert!(
        remarks[0].as_str().unwrap().contains("./glyphs"),
        "{remarks:?}"
    );
    let missing = failure(&hourglass(at, "data mnist"), 2);
    assert!(!missing.contains("./mnist"), "{missing}");
}

#[test]
fn arrays_follow_size_colour_and_transposition() {
    let folder = workplace();
    let at = folder.path();
    let large: Vec<u8> = (0..4 * 160 * 150).map(|i| (i % 149) as u8).collect();
    fs::write(at.join("large.npy"), npy("(4, 160, 150)", &large)).unwrap();
    let sentence = failure(&hourglass(at, "data large.npy"), 2);
    assert!(
        sentence.contains("--image-size") && sentence.contains("150×160"),
        "{sentence}"
    );
    let about = describe(
        at,
        &[
            "large.npy",
            "--image-size",
            "15x16",
            "--color",
            "rgb",
            "--transpose",
        ],
    );
    assert_eq!(
        (&about["width"], &about["height"], &about["channels"]),
        (&15.into(), &16.into(), &3.into())
    );
    assert_eq!(about["remarks"].as_array().unwrap().len(), 2, "{about}");
    // IDX files keep their size, and can be turned.
    let about = describe(at, &["data", "--transpose"]);
    assert!(
        about["remarks"][0].as_str().unwrap().contains("swapped"),
        "{about}"
    );
    let turned = about["sha256"].clone();
    assert_ne!(describe(at, &["data"])["sha256"], turned);
}

#[test]
fn a_folder_of_arrays_is_a_set() {
    let folder = workplace();
    let at = folder.path();
    fs::create_dir(at.join("set")).unwrap();
    let pixels = |count: usize| {
        (0..count * 64)
            .map(|i| (i * 7 % 256) as u8)
            .collect::<Vec<u8>>()
    };
    for (name, bytes) in [
        ("x_train", npy("(30, 8, 8)", &pixels(30))),
        ("y_train", npy("(30,)", &[1; 30])),
        ("x_test", npy("(10, 8, 8)", &pixels(10))),
    ] {
        fs::write(at.join(format!("set/{name}.npy")), bytes).unwrap();
    }
    for dataset in ["set", "set/x_train.npy"] {
        let about = describe(at, &[dataset]);
        assert_eq!(about["source"], "numpy", "{dataset}");
        assert_eq!(
            (&about["train_images"], &about["test_images"]),
            (&30.into(), &10.into()),
            "{dataset}"
        );
    }
}

#[test]
fn the_list_tells_every_source() {
    let folder = workplace();
    let text = success(hourglass(folder.path(), "list datasets"));
    for id in ["glyphs", "pictures", "numpy", "csv", "idx"] {
        assert!(
            text.lines().any(|line| line.starts_with(id)),
            "{id}: {text}"
        );
    }
}
