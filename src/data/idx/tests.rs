//! Every way an IDX folder can be good or bad, on small files in a temporary folder.

use std::fs;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

use super::*;
use crate::data::{DatasetRequest, ImageShape, NoMeter, Split, open};

mod kinds;

const TRAIN: &str = "train-images-idx3-ubyte";
const TRAIN_LABELS: &str = "train-labels-idx1-ubyte";
const TEST: &str = "t10k-images-idx3-ubyte";
const TEST_LABELS: &str = "t10k-labels-idx1-ubyte";

fn idx(magic: u32, sizes: &[u32], data: &[u8]) -> Vec<u8> {
    let mut file = magic.to_be_bytes().to_vec();
    for size in sizes {
        file.extend(size.to_be_bytes());
    }
    file.extend_from_slice(data);
    file
}

/// An image of 3 columns and 2 rows filled with a value, but for a white corner.
fn image(value: u8) -> [u8; 6] {
    [value, value, value, value, value, 255]
}

/// `count` images; image `i` is filled with `i`.
fn images(count: u8) -> Vec<u8> {
    let data: Vec<u8> = (0..count).flat_map(image).collect();
    idx(0x803, &[u32::from(count), 2, 3], &data)
}

/// Label `i` is `i`.
fn labels(count: u8) -> Vec<u8> {
    idx(0x801, &[u32::from(count)], &(0..count).collect::<Vec<u8>>())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// The error of a folder, after checking that its sentence is one and names the path.
fn error(folder: &Path) -> (DataError, String) {
    let location = folder.to_str().unwrap();
    let error = Idx
        .read(location, &Reading::default(), &NoMeter)
        .unwrap_err();
    let message = error.to_string();
    let shown = folder.display().to_string();
    assert!(message.contains(&shown), "no path in: {message}");
    assert!(message.ends_with('.'), "no sentence: {message}");
    assert!(
        !message.trim_end_matches('.').contains(". "),
        "two sentences: {message}"
    );
    assert!(!message.contains('\n'), "two lines: {message}");
    (error, message)
}

/// The error of a folder with this one file of training images.
fn train_error(bytes: &[u8]) -> (DataError, String) {
    error(folder(&[(TRAIN, bytes)]).path())
}

fn assert_says(message: &str, words: &[&str]) {
    for word in words {
        assert!(message.contains(word), "no {word:?} in: {message}");
    }
}

#[test]
fn four_plain_files_are_read() {
    let folder = folder(&[
        (TRAIN, &images(9)),
        (TRAIN_LABELS, &labels(9)),
        (TEST, &images(4)),
        (TEST_LABELS, &labels(4)),
    ]);
    let parts = read_folder(folder.path(), &Reading::default()).unwrap();
    let shape = ImageShape {
        width: 3,
        height: 2,
        channels: 1,
    };
    assert_eq!(parts.train.shape(), shape);
    assert_eq!((parts.train.len(), parts.test.len()), (9, 4));
    assert_eq!(parts.train.image(8), image(8));
    assert_eq!(parts.test_labels, Some(vec![0, 1, 2, 3]));
    assert_eq!(parts.split, Split::Given);
    let own_name = folder.path().file_name().unwrap().to_string_lossy();
    assert_eq!(parts.name, own_name);
}

#[test]
fn gzip_and_the_dotted_names_give_the_same_data() {
    let plain = folder(&[(TRAIN, &images(9)), (TEST, &images(4))]);
    let packed = folder(&[
        ("train-images.idx3-ubyte.gz", &gzip(&images(9))),
        ("t10k-images.idx3-ubyte", &images(4)),
    ]);
    let open = |folder: &TempDir| {
        open(&DatasetRequest {
            location: folder.path().display().to_string(),
            ..DatasetRequest::default()
        })
        .unwrap()
    };
    assert_eq!(open(&plain).hash, open(&packed).hash);
    assert_eq!(open(&plain).train_labels, None);
}

#[test]
fn compression_is_told_by_content_and_members_may_follow_each_other() {
    let whole = images(9);
    let (first, second) = whole.split_at(30);
    let members = [gzip(first), gzip(second)].concat();
    let parts = read_folder(folder(&[(TRAIN, &members)]).path(), &Reading::default()).unwrap();
    assert_eq!(parts.train.len() + parts.test.len(), 9);
    let unpacked_under_gz = folder(&[("train-images-idx3-ubyte.gz", &whole)]);
    assert!(read_folder(unpacked_under_gz.path(), &Reading::default()).is_ok());
}

#[test]
fn without_test_files_a_seventh_is_set_apart_once_and_for_all() {
    let folder = folder(&[(TRAIN, &images(70)), (TRAIN_LABELS, &labels(70))]);
    let parts = read_folder(folder.path(), &Reading::default()).unwrap();
    let split = Split::FromTrain {
        test_count: 10,
        seed: 0,
    };
    assert_eq!(parts.split, split);
    assert_eq!((parts.train.len(), parts.test.len()), (60, 10));

    let train_labels = parts.train_labels.unwrap();
    let test_labels = parts.test_labels.unwrap();
    for (i, &label) in train_labels.iter().enumerate() {
        assert_eq!(parts.train.image(i), image(label), "label and image parted");
    }
    assert!(train_labels.is_sorted(), "the file's order is lost");
    assert_ne!(test_labels, (60..70).collect::<Vec<u8>>(), "not shuffled");
    let mut all = [train_labels, test_labels.clone()].concat();
    all.sort_unstable();
    assert_eq!(all, (0..70).collect::<Vec<u8>>());
    let again = read_folder(folder.path(), &Reading::default()).unwrap();
    assert_eq!(again.test_labels.unwrap(), test_labels);
}

#[test]
fn a_single_image_cannot_be_split() {
    let (error, message) = train_error(&images(1));
    assert!(
        matches!(error, DataError::TooFewToSplit { .. }),
        "{message}"
    );
}

#[test]
fn missing_folders_and_files_in_their_place() {
    let folder = folder(&[("notes.txt", b"hello")]);
    let (missing, message) = error(&folder.path().join("nowhere"));
    assert!(matches!(missing, DataError::Missing { .. }), "{message}");
    let (file, message) = error(&folder.path().join("notes.txt"));
    assert!(matches!(file, DataError::OtherFile { .. }), "{message}");
    let (below, message) = error(&folder.path().join("notes.txt/sub"));
    assert!(matches!(below, DataError::Missing { .. }), "{message}");
    let (none, message) = error(folder.path());
    assert!(
        matches!(none, DataError::TrainImagesMissing { .. }),
        "{message}"
    );
    assert_says(&message, &[TRAIN, "train-images.idx3-ubyte.gz"]);

    fs::create_dir(folder.path().join(TRAIN)).unwrap();
    let (taken, message) = error(folder.path());
    assert!(matches!(taken, DataError::FileExpected { .. }), "{message}");
}

#[test]
fn one_file_brings_those_beside_it() {
    let folder = folder(&[
        ("kana-train-images-idx3-ubyte.gz", &gzip(&images(9))),
        ("kana-train-labels-idx1-ubyte", &labels(9)),
        ("kana-test-images-idx3-ubyte", &images(4)),
        ("alone.idx", &images(8)),
    ]);
    let read = |name: &str| read_files(&folder.path().join(name), &Reading::default()).unwrap();
    for name in [
        "kana-train-images-idx3-ubyte.gz",
        "kana-test-images-idx3-ubyte",
    ] {
        let parts = read(name);
        assert_eq!((parts.train.len(), parts.test.len()), (9, 4), "{name}");
        assert_eq!(parts.train_labels.unwrap().len(), 9, "{name}");
        assert_eq!(parts.test_labels, None, "{name}");
    }
    let alone = read("alone.idx");
    assert_eq!((alone.train.len(), alone.test.len()), (7, 1));
    assert_eq!(alone.name, "alone.idx");
}

#[test]
fn test_labels_without_test_images_are_not_passed_over() {
    let folder = folder(&[(TRAIN, &images(9)), (TEST_LABELS, &labels(4))]);
    let (error, message) = error(folder.path());
    assert!(
        matches!(error, DataError::TestImagesMissing { .. }),
        "{message}"
    );
    assert_says(&message, &[TEST]);
}

#[test]
fn wrong_magic_says_what_it_found() {
    let (_, message) = train_error(&labels(9));
    assert_says(&message, &["0x00000803", "0x00000801", "labels", TRAIN]);
    let (_, message) = train_error(b"GIF89a............");
    assert_says(&message, &["0x47494638"]);
    let swapped = folder(&[(TRAIN, &images(9)), (TRAIN_LABELS, &images(9))]);
    let (_, message) = error(swapped.path());
    assert_says(&message, &["which is IDX images", TRAIN_LABELS]);
}

#[test]
fn plain_files_must_be_as_long_as_they_say() {
    for short in [0, 1, 3, 4, 7, 15] {
        let (error, message) = train_error(&images(9)[..short]);
        assert!(matches!(error, DataError::Truncated { .. }), "{message}");
        assert_says(&message, &["Expected 16 bytes", &format!("found {short}")]);
    }
    for short in [16, 69] {
        let (_, message) = train_error(&images(9)[..short]);
        assert_says(
            &message,
            &["Expected 70 bytes", &format!("found {short}"), "truncated"],
        );
    }
    let (error, message) = train_error(&[images(9), vec![0; 2]].concat());
    assert!(matches!(error, DataError::TooLong { .. }), "{message}");
    assert_says(&message, &["70", "72"]);
}

#[test]
fn unpacked_files_must_be_as_long_as_they_say() {
    let (error, message) = train_error(&gzip(&images(9)[..50]));
    assert!(matches!(error, DataError::Truncated { .. }), "{message}");
    assert_says(&message, &["70", "50"]);
    let (error, message) = train_error(&gzip(&images(9)[..10]));
    assert!(matches!(error, DataError::Truncated { .. }), "{message}");
    let (error, message) = train_error(&gzip(&[images(9), vec![0]].concat()));
    assert!(matches!(error, DataError::TooLong { .. }), "{message}");
}

#[test]
fn cut_gzip_is_told_from_corrupt_gzip() {
    let noise: Vec<u8> = (0..6000_u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    let good = gzip(&idx(0x803, &[1000, 2, 3], &noise));
    // In the deflate stream, in the checksum, in the length, in the gzip header.
    for keep in [good.len() / 2, good.len() - 6, good.len() - 1, 7] {
        let (error, message) = train_error(&good[..keep]);
        assert!(
            matches!(error, DataError::GzipCut { .. }),
            "{keep}: {message}"
        );
    }
    let checksum_at = good.len() - 8;
    for (at, what) in [
        (good.len() / 2, "data"),
        (checksum_at, "checksum"),
        (2, "method"),
    ] {
        let mut bad = good.clone();
        bad[at] ^= 0xff;
        let (error, message) = train_error(&bad);
        // Damaged data may also unpack to something shorter or longer before the checksum.
        let told = matches!(
            error,
            DataError::GzipCorrupt { .. } | DataError::TooLong { .. } | DataError::GzipCut { .. }
        );
        assert!(told, "{what}: {message}");
        if what != "data" {
            assert!(
                matches!(error, DataError::GzipCorrupt { .. }),
                "{what}: {message}"
            );
        }
    }
    let (error, message) = train_error(&[good, b"trailing rubbish".to_vec()].concat());
    assert!(matches!(error, DataError::GzipCorrupt { .. }), "{message}");
}

#[test]
fn a_bomb_is_refused_after_its_promise() {
    // 60 bytes are promised, 256 MiB follow, packed to a quarter of a megabyte.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&images(10)).unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..256 {
        encoder.write_all(&zeros).unwrap();
    }
    let mut bomb = encoder.finish().unwrap();
    // The end is damaged: reading all of it would be another error.
    let end = bomb.len() - 8;
    bomb[end] ^= 0xff;
    let (error, message) = train_error(&bomb);
    assert!(matches!(error, DataError::TooLong { .. }), "{message}");
}

#[test]
fn a_bomb_with_an_honest_header_is_refused_too() {
    let sizes = [256, 1024, 1024];
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&idx(0x803, &sizes, &[])).unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..256 {
        encoder.write_all(&zeros).unwrap();
    }
    let mut bomb = encoder.finish().unwrap();
    // The end is damaged: reading all of it would be another error.
    let end = bomb.len() - 8;
    bomb[end] ^= 0xff;
    let (error, message) = train_error(&bomb);
    assert!(matches!(error, DataError::GzipBomb { .. }), "{message}");
    assert_says(&message, &["200 bytes", "unpack to 268435456"]);
}

#[test]
fn promises_are_checked_before_anything_is_allocated() {
    let (error, message) = train_error(&idx(0x803, &[u32::MAX, 4096, 4096], &[]));
    assert!(matches!(error, DataError::TooLarge { .. }), "{message}");
    let (error, message) = train_error(&gzip(&idx(0x803, &[u32::MAX, 28, 28], &[])));
    assert!(matches!(error, DataError::TooLarge { .. }), "{message}");
    let (error, message) = train_error(&idx(0x803, &[1, 5000, 28], &[0; 64]));
    assert!(matches!(error, DataError::SideTooLong { .. }), "{message}");
    assert_says(&message, &["28×5000", "4096"]);
    // Nearly 4 GiB are promised, which would be allowed, but 6 bytes come.
    let big = idx(0x803, &[255, 4096, 4096], &[0; 6]);
    let (error, message) = train_error(&big);
    assert!(
        matches!(error, DataError::Truncated { found: 22, .. }),
        "{message}"
    );
    let (error, message) = train_error(&gzip(&big));
    assert!(
        matches!(error, DataError::Truncated { found: 22, .. }),
        "{message}"
    );
}

#[test]
fn memory_grows_with_what_arrives_only() {
    let mut reader = file::Reader::new(Path::new("here"), &[0; 100][..], true);
    let mut out = Vec::new();
    reader.append(1 << 31, &mut out).unwrap();
    assert_eq!(out.len(), 100);
    assert!(out.capacity() <= 4096, "{} bytes for 100", out.capacity());
}

#[test]
fn empty_files_are_refused() {
    for sizes in [[0, 2, 3], [5, 0, 3], [5, 2, 0]] {
        let (error, message) = train_error(&idx(0x803, &sizes, &[]));
        assert!(matches!(error, DataError::Empty { .. }), "{message}");
    }
}

#[test]
fn counts_and_shapes_must_agree() {
    let folder_counts = folder(&[(TRAIN, &images(9)), (TRAIN_LABELS, &labels(8))]);
    let (count, message) = error(folder_counts.path());
    assert!(matches!(count, DataError::CountsDiffer { .. }), "{message}");
    assert_says(&message, &["Expected 9", "found 8", TRAIN_LABELS]);

    let wide = idx(0x803, &[2, 3, 3], &[0; 18]);
    let folder_shapes = folder(&[(TRAIN, &images(9)), (TEST, &wide)]);
    let request = DatasetRequest {
        location: folder_shapes.path().display().to_string(),
        ..DatasetRequest::default()
    };
    let message = open(&request).unwrap_err().to_string();
    assert_says(&message, &["3×2×1", "3×3×1", &request.location]);
}

#[cfg(unix)]
#[test]
fn a_file_without_permission_is_unreadable() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = folder(&[(TRAIN, &images(9))]);
    let path = folder.path().join(TRAIN);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::File::open(&path).is_ok() {
        println!("skipped: this user may read every file");
        return;
    }
    let (error, message) = error(folder.path());
    assert!(matches!(error, DataError::Unreadable { .. }), "{message}");
}

#[test]
fn the_real_mnist() {
    let Ok(location) = std::env::var("HOURGLASS_MNIST") else {
        println!("skipped: HOURGLASS_MNIST does not name a folder with MNIST");
        return;
    };
    let mnist = open(&DatasetRequest {
        location,
        ..DatasetRequest::default()
    })
    .unwrap();
    assert_eq!((mnist.train.len(), mnist.test.len()), (60_000, 10_000));
    assert_eq!(mnist.train.shape().to_string(), "28×28×1");
    let mean = mnist.train.mean_image().iter().sum::<f32>() / 784.0;
    assert!((mean - 0.1307).abs() < 1e-4, "{mean}");
    assert_eq!(mnist.train_labels.unwrap()[0], 5);
    assert_eq!(mnist.test_labels.unwrap()[0], 7);
    assert_eq!(mnist.split, Split::Given);
}
