//! Element types, layouts and places of IDX files.

use super::*;
use crate::data::DataError;

/// Pixels of an image by which rows, columns, channels and images are told apart, with black and
/// white in every image.
fn pixel(image: usize, channel: usize, y: usize, x: usize) -> u8 {
    match (y, x) {
        (0, 0) => 0,
        (0, 1) => 255,
        _ => ((image * 37 + channel * 71 + y * 13 + x * 5) % 256) as u8,
    }
}

/// All pixels of so many images of 9 columns and 8 rows, channels first.
fn pixels(count: usize, channels: usize) -> Vec<u8> {
    let place = |i: usize| pixel(i / 72 / channels, i / 72 % channels, i % 72 / 9, i % 9);
    (0..count * channels * 72).map(place).collect()
}

/// A file of this type and these sizes.
fn typed(kind: u32, sizes: &[u32], data: &[u8]) -> Vec<u8> {
    idx((kind << 8) | sizes.len() as u32, sizes, data)
}

fn read(path: &Path, reading: &Reading) -> Result<DatasetParts, String> {
    let location = path.display().to_string();
    Idx.read(&location, reading, &NoMeter).map_err(|error| {
        let text = error.to_string();
        assert!(text.contains(&location), "no path in: {text}");
        assert!(!text.trim_end_matches('.').contains(". "), "{text}");
        text
    })
}

fn open_it(path: &Path) -> DatasetParts {
    read(path, &Reading::default()).unwrap_or_else(|error| panic!("{error}"))
}

/// Every image of the parts, in the order of the file.
fn all(parts: &DatasetParts) -> Vec<Vec<u8>> {
    let count = parts.train.len() + parts.test.len();
    let (train, test, _) = super::super::super::split::set_apart(Path::new("a"), count).unwrap();
    let mut images = vec![Vec::new(); count];
    for (numbers, part) in [(train, &parts.train), (test, &parts.test)] {
        for (i, number) in numbers.into_iter().enumerate() {
            images[number] = part.image(i).to_vec();
        }
    }
    images
}

#[test]
fn every_type_of_values_is_read_by_its_range() {
    let pixels = pixels(7, 1);
    let encoded = |each: &dyn Fn(u8) -> Vec<u8>| pixels.iter().flat_map(|&p| each(p)).collect();
    let cases: [(u32, Vec<u8>, &str); 7] = [
        (0x08, pixels.clone(), ""),
        (0x09, encoded(&|p| vec![p.wrapping_sub(128)]), "-128 to 127"),
        (0x0b, encoded(&|p| i16::from(p).to_be_bytes().to_vec()), ""),
        (
            0x0c,
            encoded(&|p| (i32::from(p) * 257).to_be_bytes().to_vec()),
            "16 bits",
        ),
        (
            0x0d,
            encoded(&|p| (f32::from(p) / 255.0).to_be_bytes().to_vec()),
            "",
        ),
        (
            0x0d,
            encoded(&|p| (f32::from(p) / 127.5 - 1.0).to_be_bytes().to_vec()),
            "-1 to 1",
        ),
        (
            0x0e,
            encoded(&|p| (f64::from(p) / 255.0).to_be_bytes().to_vec()),
            "",
        ),
    ];
    for (kind, data, said) in cases {
        let folder = folder(&[(TRAIN, &typed(kind, &[7, 8, 9], &data))]);
        let parts = open_it(folder.path());
        assert_eq!(parts.train.shape().to_string(), "9×8×1");
        assert_eq!(all(&parts).concat(), pixels, "type {kind:#x}");
        let remarks = parts.remarks.join(" ");
        assert!(remarks.contains(said), "{remarks}");
        assert_eq!(remarks.is_empty(), said.is_empty(), "{remarks}");
    }
}

#[test]
fn images_of_ones_are_not_black() {
    let data: Vec<u8> = (0..7 * 6).map(|i| u8::from(i % 5 == 0)).collect();
    let folder = folder(&[(TRAIN, &idx(0x803, &[7, 2, 3], &data))]);
    let parts = open_it(folder.path());
    let expected: Vec<u8> = data.iter().map(|&value| value * 255).collect();
    assert_eq!(all(&parts).concat(), expected);
}

#[test]
fn channels_and_flat_rows_are_read() {
    let planes = pixels(7, 3);
    let mut side_by_side = Vec::new();
    for image in 0..7 {
        for place in 0..72 {
            side_by_side.extend((0..3).map(|c| pixel(image, c, place / 9, place % 9)));
        }
    }
    for (sizes, data) in [([7, 3, 8, 9], &planes), ([7, 8, 9, 3], &side_by_side)] {
        let folder = folder(&[(TRAIN, &idx(0x804, &sizes, data))]);
        let parts = open_it(folder.path());
        assert_eq!(parts.train.shape().to_string(), "9×8×3");
        assert_eq!(all(&parts).concat(), planes, "{sizes:?}");
    }
    let flat: Vec<u8> = (0..7 * 64).map(|i| (i * 3 % 256) as u8).collect();
    let folder_flat = folder(&[(TRAIN, &idx(0x802, &[7, 64], &flat))]);
    let parts = open_it(folder_flat.path());
    assert_eq!(parts.train.shape().to_string(), "8×8×1");
    assert_eq!(all(&parts).concat(), flat);
    let odd = folder(&[(TRAIN, &idx(0x802, &[7, 60], &flat[..420]))]);
    let found = read(odd.path(), &Reading::default()).unwrap_err();
    assert!(found.contains("(7, 60)"), "{found}");
}

/// The four files of a set, the names with something before them.
fn files(prefix: &str) -> [(String, Vec<u8>); 4] {
    [
        (TRAIN, idx(0x803, &[9, 8, 9], &pixels(9, 1))),
        (TRAIN_LABELS, labels(9)),
        (TEST, idx(0x803, &[4, 8, 9], &pixels(4, 1))),
        (TEST_LABELS, labels(4)),
    ]
    .map(|(name, bytes)| (format!("{prefix}{name}"), bytes))
}

fn assert_whole(parts: &DatasetParts) {
    assert_eq!((parts.train.len(), parts.test.len()), (9, 4));
    assert_eq!(parts.train.pixels(), pixels(9, 1));
    assert_eq!(parts.train_labels, Some((0..9).collect()));
    assert_eq!(parts.test_labels, Some((0..4).collect()));
}

#[test]
fn files_in_folders_of_their_names_are_read() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files("") {
        fs::create_dir(folder.path().join(&name)).unwrap();
        fs::write(folder.path().join(&name).join(&name), bytes).unwrap();
    }
    let inside = folder.path().join(TRAIN);
    for place in [folder.path(), &inside, &inside.join(TRAIN)] {
        assert_whole(&open_it(place));
    }
    // Kaggle's archive has the files beside them, too, with a dot.
    for (name, bytes) in files("") {
        let dotted = name.replace("-idx", ".idx");
        fs::write(folder.path().join(dotted), bytes).unwrap();
    }
    for place in [folder.path(), &inside.join(TRAIN)] {
        let parts = open_it(place);
        assert_whole(&parts);
        assert!(parts.remarks.is_empty(), "{:?}", parts.remarks);
    }
}

#[test]
fn the_folders_of_torchvision_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let raw = folder.path().join("MNIST/raw");
    fs::create_dir_all(&raw).unwrap();
    for (name, bytes) in files("") {
        fs::write(raw.join(format!("{name}.gz")), gzip(&bytes)).unwrap();
        fs::write(raw.join(name), bytes).unwrap();
    }
    for (place, said) in [
        (folder.path().to_owned(), "MNIST"),
        (folder.path().join("MNIST"), "folder raw"),
        (raw, ""),
    ] {
        assert!(is_idx_folder(&place));
        let parts = open_it(&place);
        assert_whole(&parts);
        let remarks = parts.remarks.join(" ");
        assert!(remarks.contains(said), "{remarks}");
        assert_eq!(remarks.is_empty(), said.is_empty(), "{remarks}");
    }
    let other = folder.path().join("KMNIST/raw");
    fs::create_dir_all(&other).unwrap();
    fs::write(other.join(TRAIN), idx(0x803, &[9, 8, 9], &pixels(9, 1))).unwrap();
    let found = read(folder.path(), &Reading::default()).unwrap_err();
    assert_says(&found, &["MNIST", "KMNIST", "one at a time"]);
}

#[test]
fn emnist_is_told_turned_and_its_classes_named() {
    let mut written: Vec<(String, Vec<u8>)> = files("emnist-letters-").to_vec();
    let mapping = "1 65 97\n2 66 98\n3 67 99\n";
    written.push(("emnist-letters-mapping.txt".to_owned(), mapping.into()));
    let names: Vec<(&str, &[u8])> = written
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect();
    let folder = folder(&names);
    let one = folder.path().join(names[0].0);
    let other = folder.path().join(names[2].0);
    for place in [folder.path(), &one, &other] {
        let parts = open_it(place);
        assert_eq!((parts.train.len(), parts.test.len()), (9, 4));
        assert_eq!(parts.train.shape().to_string(), "8×9×1");
        assert_eq!(parts.train.image(5)[4 * 8 + 2], pixel(5, 0, 2, 4));
        assert!(parts.remarks[0].contains("EMNIST"), "{:?}", parts.remarks);
        let names = parts.class_names.unwrap();
        assert_eq!(names[..4], ["0", "Aa", "Bb", "Cc"]);
        assert_eq!(names.len(), 9);
    }
    // A folder called so makes nothing of plain names but a word about it.
    let plain = tempfile::tempdir().unwrap();
    let inside = plain.path().join("EMNIST");
    fs::create_dir(&inside).unwrap();
    fs::write(inside.join(TRAIN), idx(0x803, &[9, 8, 9], &pixels(9, 1))).unwrap();
    let parts = open_it(&inside);
    assert_eq!(parts.train.shape().to_string(), "9×8×1");
    assert!(
        parts.remarks[0].contains("--transpose"),
        "{:?}",
        parts.remarks
    );
    let as_it_lies = Reading {
        transpose: Some(false),
        ..Reading::default()
    };
    let parts = read(folder.path(), &as_it_lies).unwrap();
    assert_eq!(parts.train.pixels(), pixels(9, 1));
    assert!(parts.remarks.is_empty(), "{:?}", parts.remarks);
}

#[test]
fn other_sets_are_turned_when_asked() {
    for name in [TRAIN, "kmnist-train-images-idx3-ubyte"] {
        let folder = folder(&[(name, &idx(0x803, &[7, 8, 9], &pixels(7, 1)))]);
        let turned = Reading {
            transpose: Some(true),
            ..Reading::default()
        };
        let parts = read(folder.path(), &turned).unwrap();
        assert_eq!(parts.train.shape().to_string(), "8×9×1");
        assert_eq!(all(&parts)[3][8 + 2], pixel(3, 0, 2, 1));
        assert!(
            parts.remarks[0].contains("as was asked"),
            "{:?}",
            parts.remarks
        );
        assert_eq!(
            all(&open_it(folder.path())).concat(),
            pixels(7, 1),
            "{name}"
        );
    }
}

#[test]
fn of_several_sets_one_is_named() {
    let mut written = files("emnist-letters-").to_vec();
    written.extend(files("emnist-digits-"));
    let write = |written: &[(String, Vec<u8>)]| {
        let names: Vec<(&str, &[u8])> = written
            .iter()
            .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
            .collect();
        folder(&names)
    };
    let folder = write(&written);
    let found = read(folder.path(), &Reading::default()).unwrap_err();
    let named = [
        "emnist-digits-train-images-idx3-ubyte",
        "emnist-letters-train-images-idx3-ubyte",
    ];
    assert_says(&found, &named);
    let parts = open_it(&folder.path().join(named[1]));
    assert_eq!((parts.train.len(), parts.test.len()), (9, 4));
    // Plain names come first, and the others are listed.
    written.extend(files(""));
    let folder = write(&written);
    let parts = open_it(folder.path());
    assert_whole(&parts);
    assert_eq!(parts.skipped.len(), 2, "{:?}", parts.skipped);
    assert_eq!(parts.skipped[0].path, named[0]);
}

#[test]
fn labels_of_other_types_and_of_qmnist_are_read() {
    let images = idx(0x803, &[3, 8, 9], &pixels(3, 1));
    let with = |name: &str, bytes: &[u8]| {
        let prefix = if name.contains("qmnist") {
            "qmnist-"
        } else {
            ""
        };
        let folder = folder(&[(&format!("{prefix}{TRAIN}"), &images), (name, bytes)]);
        let parts = open_it(folder.path());
        let labels = parts.train_labels.clone().zip(parts.test_labels.clone());
        let mut labels = labels.map_or(Vec::new(), |both| <[Vec<u8>; 2]>::from(both).concat());
        labels.sort_unstable();
        (labels, parts)
    };
    let whole: Vec<u8> = [300_i32, 7, 300]
        .iter()
        .flat_map(|l| l.to_be_bytes())
        .collect();
    for name in [TRAIN_LABELS, "train-labels-idx1-int"] {
        let (labels, parts) = with(name, &typed(0x0c, &[3], &whole));
        assert_eq!(labels, [0, 1, 1]);
        assert_eq!(parts.class_names.unwrap(), ["7", "300"]);
    }
    let (labels, _) = with(TRAIN_LABELS, &idx(0x802, &[3, 2], &[0, 1, 1, 0, 0, 1]));
    assert_eq!(labels, [0, 1, 1]);
    let rows: Vec<u8> = [5_i32, 3, 5]
        .iter()
        .flat_map(|&class| [class, 0, 2600, 1, 7, 99, 0, 0])
        .flat_map(i32::to_be_bytes)
        .collect();
    let (labels, parts) = with("qmnist-train-labels-idx2-int", &typed(0x0c, &[3, 8], &rows));
    assert_eq!(labels, [3, 5, 5]);
    assert_eq!(parts.class_names, None);
    let (labels, parts) = with(TRAIN_LABELS, &typed(0x0c, &[3, 8], &rows));
    assert_eq!(labels, [] as [u8; 0]);
    assert!(
        parts.skipped[0].why.contains("8 numbers"),
        "{:?}",
        parts.skipped
    );
}

#[test]
fn files_of_other_kinds_are_named_as_what_they_are() {
    let page = b"<!DOCTYPE html><title>Not found</title>";
    let mut cifar = vec![3; 2 * 3073];
    cifar[..4].copy_from_slice(&[6, 200, 100, 50]);
    for (name, bytes, words) in [
        (TRAIN, &page[..], "a web page"),
        ("train-images-idx3-ubyte.gz", &gzip(page), "a web page"),
        (
            TRAIN,
            b"version https://git-lfs.github.com/spec/v1",
            "Git LFS",
        ),
        ("cat.png", b"\x89PNG\r\n\x1a\n0000", "open the folder"),
        ("set.zip", b"PK\x03\x04......x_train.npy", "the ending .npz"),
        ("data_batch_1.bin", &cifar, "3073"),
        (
            "model.pt",
            b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.",
            "torch",
        ),
        ("notes.txt", b"hello", "neither"),
    ] {
        let folder = folder(&[(name, bytes)]);
        let found = read(&folder.path().join(name), &Reading::default()).unwrap_err();
        assert_says(&found, &[words, name]);
    }
}

#[test]
fn a_file_of_test_images_alone_is_a_set() {
    let folder = folder(&[
        (TEST, &idx(0x803, &[9, 8, 9], &pixels(9, 1))),
        (TEST_LABELS, &labels(9)),
    ]);
    let parts = open_it(&folder.path().join(TEST));
    assert_eq!((parts.train.len(), parts.test.len()), (8, 1));
    assert!(parts.train_labels.is_some());
    let location = folder.path().to_str().unwrap();
    let error = Idx.read(location, &Reading::default(), &NoMeter);
    assert!(matches!(error, Err(DataError::TrainImagesMissing { .. })));
}
