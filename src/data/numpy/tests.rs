//! Arrays of every layout and type, good and bad, in temporary files.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use proptest::prelude::*;
use tempfile::TempDir;
use zip::write::SimpleFileOptions;

use super::*;
use crate::data::{NoMeter, Split};

mod kinds;
mod properties;
mod sets;

/// A `.npy` file.
fn npy(descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    ordered_npy(descr, false, shape, data)
}

/// A `.npy` file in C or Fortran order.
fn ordered_npy(descr: &str, is_fortran: bool, shape: &str, data: &[u8]) -> Vec<u8> {
    let order = if is_fortran { "True" } else { "False" };
    let text = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((text.len() as u16).to_le_bytes());
    bytes.extend(text.as_bytes());
    bytes.extend(data);
    bytes
}

/// An image of 8×8 filled with a value, but for a white corner.
fn image(value: u8) -> [u8; 64] {
    let mut image = [value; 64];
    image[63] = 255;
    image
}

/// `count` images of 8×8, image `i` filled with `i`.
fn bytes(count: u8) -> Vec<u8> {
    (0..count).flat_map(image).collect()
}

fn archive(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        let options = SimpleFileOptions::default();
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn file(name: &str, bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn try_open(name: &str, bytes: &[u8]) -> Result<DatasetParts, String> {
    try_open_as(name, bytes, &Reading::default())
}

fn try_open_as(name: &str, bytes: &[u8], reading: &Reading) -> Result<DatasetParts, String> {
    let (_folder, path) = file(name, bytes);
    read_path(&path, reading)
}

/// What a path opens as, or the sentence of the error.
fn read_path(path: &Path, reading: &Reading) -> Result<DatasetParts, String> {
    let location = path.display().to_string();
    assert!(Numpy.accepts(&location));
    Numpy.read(&location, reading, &NoMeter).map_err(|error| {
        let text = error.to_string();
        assert!(text.contains(&location), "no path in: {text}");
        assert!(text.ends_with('.'), "no sentence: {text}");
        assert!(
            !text.trim_end_matches('.').contains(". "),
            "two sentences: {text}"
        );
        text
    })
}

#[test]
fn the_archive_of_keras_is_read() {
    let whole = archive(&[
        ("x_test.npy", npy("|u1", "(3, 8, 8)", &bytes(3))),
        ("x_train.npy", npy("|u1", "(9, 8, 8)", &bytes(9))),
        ("y_test.npy", npy("|u1", "(3,)", &[2, 1, 0])),
        (
            "y_train.npy",
            npy(
                "<i8",
                "(9, 1)",
                &(0..9_i64).flat_map(i64::to_le_bytes).collect::<Vec<_>>(),
            ),
        ),
        ("val_images.npy", npy("|u1", "(1, 8, 8)", &bytes(1))),
        ("about.txt", b"hello".to_vec()),
    ]);
    let parts = try_open("mnist.npz", &whole).unwrap();
    assert_eq!((parts.train.len(), parts.test.len()), (9, 3));
    assert_eq!(parts.train.image(8), image(8));
    assert_eq!(parts.train_labels, Some((0..9).collect()));
    assert_eq!(parts.test_labels, Some(vec![2, 1, 0]));
    assert_eq!(parts.split, Split::Given);
    assert_eq!(parts.class_names, None);
    let left_out: Vec<&str> = parts.skipped.iter().map(|s| s.path.as_str()).collect();
    assert_eq!(left_out, ["val_images", "about.txt"]);
}

#[test]
fn channels_are_found_at_either_end() {
    let pixels: Vec<u8> = (0..2 * 8 * 9 * 3).map(|i| (i % 251) as u8).collect();
    let last = try_open("a.npy", &npy("|u1", "(2, 8, 9, 3)", &pixels)).unwrap();
    assert_eq!(last.train.shape().to_string(), "9×8×3");
    let image = last.test.image(0);
    // One of the two was set apart; the same pixel by its place in the file.
    let start = if image[0] == pixels[0] { 0 } else { 216 };
    assert_eq!(image[0], pixels[start]);
    assert_eq!(image[1], pixels[start + 3]);
    assert_eq!(image[72], pixels[start + 1]);
    let first = try_open("a.npy", &npy("|u1", "(2, 3, 8, 9)", &pixels)).unwrap();
    assert_eq!(first.train.shape(), last.train.shape());
    assert_eq!(first.test.image(0)[..5], pixels[start..start + 5]);
    let flat = try_open("a.npy", &npy("|u1", "(2, 64)", &bytes(2))).unwrap();
    assert_eq!(flat.train.shape().to_string(), "8×8×1");
}

#[test]
fn what_is_no_array_of_images_is_refused_in_a_sentence() {
    let good = npy("|u1", "(2, 8, 8)", &bytes(2));
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("a.npy", Vec::new(), "ends within its header"),
        (
            "a.npy",
            b"hello, world, this is text".to_vec(),
            "found other bytes",
        ),
        ("a.npy", good[..good.len() - 1].to_vec(), "bytes in"),
        ("a.npy", [&good[..], &[0]].concat(), "bytes in"),
        ("a.npy", npy("|u1", "(2, 7, 8)", &[0; 112]), "(2, 7, 8)"),
        ("a.npy", npy("|u1", "(1, 129, 8)", &[0; 1032]), "8×129"),
        (
            "a.npy",
            npy("|u1", "(2, 8, 8, 4)", &[0; 512]),
            "(2, 8, 8, 4)",
        ),
        ("a.npy", npy("|u1", "(128,)", &[0; 128]), "(128,)"),
        ("a.npy", npy("|u1", "(0, 8, 8)", &[]), "(0, 8, 8)"),
        ("a.npy", npy("|O", "(2, 8, 8)", &[]), "of Python objects"),
        ("a.npy", npy("|u1", "(1, 8, 8)", &[0; 64]), "at least 2"),
        ("a.npz", archive(&[]), "no array"),
        (
            "a.npz",
            archive(&[("u.npy", good.clone()), ("v.npy", good.clone())]),
            "u (2, 8, 8), v (2, 8, 8)",
        ),
        (
            "a.npz",
            b"PK\x03\x04 and nothing else".to_vec(),
            "a zip archive",
        ),
        (
            "a.npz",
            archive(&[("x.npy", good[..good.len() - 1].to_vec())]),
            "of them only",
        ),
        (
            "a.npz",
            archive(&[("x.npy", [&good[..], &[0]].concat())]),
            "found more",
        ),
        (
            "a.npz",
            archive(&[
                ("x_train.npy", good.clone()),
                ("x_test.npy", npy("|u1", "(2, 8, 9)", &[0; 144])),
            ]),
            "",
        ),
    ];
    for (name, bytes, said) in cases {
        match try_open(name, &bytes) {
            Err(found) => assert!(found.contains(said), "{said}: {found}"),
            // Shapes of train and test are compared where all sources are.
            Ok(_) => assert_eq!(said, ""),
        }
    }
}

#[test]
fn bombs_are_refused_before_they_unpack() {
    // 80 MB of zeros in 80 kB.
    let zeros = npy("|u1", "(5000, 128, 128)", &vec![0; 5000 * 128 * 128]);
    let whole = archive(&[("x.npy", zeros)]);
    assert!(whole.len() < 200_000);
    let found = try_open("bomb.npz", &whole).unwrap_err();
    assert!(found.contains("at most 200 bytes of x"), "{found}");
    // A promise without anything behind it.
    let empty = archive(&[("x.npy", npy("|u1", "(9999999, 128, 128)", &[0; 8]))]);
    let found = try_open("bomb.npz", &empty).unwrap_err();
    assert!(found.contains("for a byte of the archive"), "{found}");
}

#[test]
fn damage_within_an_archive_is_found() {
    let noise: Vec<u8> = (0..9 * 64_u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let mut whole = archive(&[("x.npy", npy("|u1", "(9, 8, 8)", &noise))]);
    assert!(try_open("a.npz", &whole).is_ok());
    let middle = whole.len() / 2;
    whole[middle] ^= 0xff;
    assert!(try_open("a.npz", &whole).is_err());
}

#[test]
fn cancelling_ends_it() {
    struct Cancelled;
    impl Meter for Cancelled {
        fn tell(&self, _done: u64, _total: Option<u64>) {}
        fn is_cancelled(&self) -> bool {
            true
        }
    }
    let (_folder, path) = file("a.npy", &npy("|u1", "(2, 8, 8)", &bytes(2)));
    let location = path.display().to_string();
    let error = Numpy.read(&location, &Reading::default(), &Cancelled);
    assert!(matches!(error, Err(DataError::Cancelled { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn damage_anywhere_is_survived(
        places in proptest::collection::vec((0..1000_usize, any::<u8>()), 1..6),
        cut in 0..1000_usize,
        is_archive in any::<bool>(),
    ) {
        let array = npy("|u1", "(5, 8, 8)", &bytes(5));
        let (name, mut whole) = if is_archive {
            let labels = npy("<i2", "(5,)", &[0; 10]);
            ("a.npz", archive(&[("x.npy", array), ("y.npy", labels)]))
        } else {
            ("a.npy", array)
        };
        for (place, value) in places {
            let place = place % whole.len();
            whole[place] = value;
        }
        if cut < 300 {
            whole.truncate(cut);
        }
        let _ = try_open(name, &whole);
    }
}
