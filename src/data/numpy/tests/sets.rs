//! Which arrays are taken for what, in archives and in folders.

use super::*;

/// An archive of arrays of bytes: names, shapes, and the value of all numbers.
fn set(arrays: &[(&str, &str)]) -> Vec<u8> {
    let entries: Vec<(String, Vec<u8>)> = arrays
        .iter()
        .map(|(name, shape)| (format!("{name}.npy"), npy("|u1", shape, &data(shape))))
        .collect();
    let entries: Vec<(&str, Vec<u8>)> = entries
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.clone()))
        .collect();
    archive(&entries)
}

/// As many bytes as a shape wants: images with a white corner, or labels.
fn data(shape: &str) -> Vec<u8> {
    let sizes: Vec<usize> = shape
        .trim_matches(['(', ')'])
        .split(',')
        .filter_map(|size| size.trim().parse().ok())
        .collect();
    let count = sizes.iter().product();
    let few = (0..count).map(|i| (i % 4) as u8).collect();
    match sizes.len() {
        1 => few,
        _ if sizes[1] < 10 && sizes.len() == 2 => few,
        _ => (0..count).map(|i| (i * 5 % 256) as u8).collect(),
    }
}

#[test]
fn names_say_what_arrays_are() {
    // Training and test images, whether there are labels, a word of the remarks.
    for (arrays, train, test, has_labels, word) in [
        (
            &[
                ("X_train", "(9, 8, 8)"),
                ("Y_train", "(9,)"),
                ("X_test", "(4, 8, 8)"),
            ][..],
            9,
            4,
            true,
            "",
        ),
        (
            &[("train_images", "(9, 8, 8)"), ("test_images", "(4, 8, 8)")],
            9,
            4,
            false,
            "",
        ),
        (
            &[
                ("X_train", "(9, 8, 8)"),
                ("Y_train", "(9,)"),
                ("X_valid", "(4, 8, 8)"),
                ("Y_valid", "(4,)"),
            ],
            9,
            4,
            true,
            "validation images of X_valid",
        ),
        (
            &[("image", "(14, 8, 8)"), ("label", "(14,)")],
            12,
            2,
            true,
            "",
        ),
        (
            &[("train", "(9, 8, 8)"), ("test", "(4, 8, 8)")],
            9,
            4,
            false,
            "",
        ),
        (
            &[("features", "(14, 8, 8)"), ("targets", "(14, 1)")],
            12,
            2,
            true,
            "",
        ),
        (
            &[
                ("data", "(14, 64)"),
                ("target", "(14,)"),
                ("images", "(14, 8, 8)"),
            ],
            12,
            2,
            true,
            "",
        ),
        (
            &[("arr_0", "(14, 8, 8)"), ("arr_1", "(14,)")],
            12,
            2,
            true,
            "arr_1 was taken for the labels",
        ),
        (
            &[("arr_0", "(14,)"), ("arr_1", "(14, 8, 8)")],
            12,
            2,
            true,
            "arr_1 was taken for the pictures",
        ),
        (
            &[
                ("arr_0", "(9, 8, 8)"),
                ("arr_1", "(9,)"),
                ("arr_2", "(4, 8, 8)"),
                ("arr_3", "(4,)"),
            ],
            9,
            4,
            true,
            "arr_2 for the test pictures",
        ),
        (
            &[
                ("arr_0", "(9, 8, 8)"),
                ("arr_1", "(4, 8, 8)"),
                ("arr_2", "(9,)"),
                ("arr_3", "(4,)"),
            ],
            9,
            4,
            true,
            "arr_3 was taken for the labels of arr_1",
        ),
        (
            &[("arr_0", "(100, 64)"), ("arr_1", "(100, 10)")],
            86,
            14,
            false,
            "arr_0",
        ),
        (
            &[("digits", "(14, 8, 8)"), ("numbers", "(14,)")],
            12,
            2,
            true,
            "numbers was taken for the labels",
        ),
        (
            &[("x_test", "(14, 8, 8)"), ("y_test", "(14,)")],
            12,
            2,
            true,
            "no array of training pictures",
        ),
        (
            &[
                ("mnist_x_train", "(9, 8, 8)"),
                ("mnist_x_test", "(4, 8, 8)"),
            ],
            9,
            4,
            false,
            "",
        ),
        (
            &[("X", "(8, 8, 3, 14)"), ("y", "(14, 1)")],
            12,
            2,
            true,
            "(height, width, channels, n)",
        ),
    ] {
        let parts = try_open("a.npz", &set(arrays)).unwrap_or_else(|e| panic!("{arrays:?}: {e}"));
        assert_eq!(
            (parts.train.len(), parts.test.len()),
            (train, test),
            "{arrays:?}"
        );
        assert_eq!(
            parts.train_labels.is_some(),
            has_labels,
            "{arrays:?} {:?}",
            parts.skipped
        );
        let has_test_labels = arrays.len() != 3 && has_labels;
        assert!(
            !has_test_labels || parts.test_labels.is_some(),
            "{arrays:?}"
        );
        let said = parts.remarks.join(" ");
        assert!(said.contains(word), "{arrays:?}: {said}");
        assert_eq!(said.is_empty(), word.is_empty(), "{arrays:?}: {said}");
    }
}

#[test]
fn test_images_come_before_validation_images() {
    let whole = set(&[
        ("train_images", "(9, 8, 8)"),
        ("train_labels", "(9, 1)"),
        ("val_images", "(3, 8, 8)"),
        ("val_labels", "(3, 1)"),
        ("test_images", "(4, 8, 8)"),
        ("test_labels", "(4, 1)"),
    ]);
    let parts = try_open("medmnist.npz", &whole).unwrap();
    assert_eq!((parts.train.len(), parts.test.len()), (9, 4));
    assert_eq!(parts.test_labels.map(|labels| labels.len()), Some(4));
    assert!(parts.remarks.is_empty(), "{:?}", parts.remarks);
    for (skipped, name) in parts.skipped.iter().zip(["val_images", "val_labels"]) {
        assert_eq!(skipped.path, name);
        assert!(skipped.why.contains("test images are those of test_images"));
    }
    assert_eq!(parts.skipped.len(), 2);
}

/// A folder of arrays of bytes.
fn folder(arrays: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, shape) in arrays {
        let path = folder.path().join(name);
        let array = npy("|u1", shape, &data(shape));
        let bytes = if ends_in(&path, &["npz"]) {
            archive(&[("arr_0.npy", array)])
        } else {
            array
        };
        fs::write(path, bytes).unwrap();
    }
    folder
}

#[test]
fn a_folder_of_arrays_is_one_set_and_one_file_brings_the_others() {
    let plain = Reading::default();
    for end in ["npy", "npz"] {
        let names = ["x_train", "y_train", "x_test", "y_test"].map(|name| format!("{name}.{end}"));
        let shapes = ["(9, 8, 8)", "(9,)", "(4, 8, 8)", "(4,)"];
        let arrays: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(shapes).collect();
        let folder = folder(&arrays);
        let whole = read_path(folder.path(), &plain).unwrap();
        assert_eq!((whole.train.len(), whole.test.len()), (9, 4), "{end}");
        assert_eq!(whole.train_labels.as_ref().map(Vec::len), Some(9));
        assert_eq!(whole.test_labels.as_ref().map(Vec::len), Some(4));
        assert!(whole.remarks.is_empty(), "{:?}", whole.remarks);
        let one = read_path(&folder.path().join(&names[0]), &plain).unwrap();
        assert_eq!(one.train.pixels(), whole.train.pixels());
        assert_eq!(one.test.pixels(), whole.test.pixels());
        assert_eq!(one.train_labels, whole.train_labels);
        assert!(
            one.remarks[0].contains(&format!("x_test.{end}")),
            "{:?}",
            one.remarks
        );
    }
}

#[test]
fn archives_that_are_parts_of_a_set_are_read_together() {
    let folder = tempfile::tempdir().unwrap();
    for (name, arrays) in [
        ("train.npz", [("x", "(9, 8, 8)"), ("y", "(9,)")]),
        ("test.npz", [("x", "(4, 8, 8)"), ("y", "(4,)")]),
    ] {
        fs::write(folder.path().join(name), set(&arrays)).unwrap();
    }
    for place in [folder.path(), &folder.path().join("train.npz")] {
        let parts = read_path(place, &Reading::default()).unwrap();
        assert_eq!((parts.train.len(), parts.test.len()), (9, 4));
        assert_eq!(parts.train_labels.map(|labels| labels.len()), Some(9));
        assert_eq!(parts.test_labels.map(|labels| labels.len()), Some(4));
    }
}

#[test]
fn names_of_classes_are_no_labels() {
    let whole = set(&[("images", "(14, 8, 8)"), ("label_names", "(3,)")]);
    let parts = try_open("a.npz", &whole).unwrap();
    assert_eq!(parts.train_labels, None);
    assert_eq!(parts.skipped[0].path, "label_names");
}

#[test]
fn files_of_other_sets_and_of_no_set_are_left_alone() {
    let plain = Reading::default();
    let two = folder(&[
        ("cats-train-images.npy", "(14, 8, 8)"),
        ("cats-train-labels.npy", "(14,)"),
        ("dogs-train-images.npy", "(21, 8, 8)"),
        ("dogs-test-images.npy", "(5, 8, 8)"),
    ]);
    let cats = read_path(&two.path().join("cats-train-images.npy"), &plain).unwrap();
    assert_eq!((cats.train.len(), cats.test.len()), (12, 2));
    assert!(cats.train_labels.is_some());
    let dogs = read_path(&two.path().join("dogs-train-images.npy"), &plain).unwrap();
    assert_eq!((dogs.train.len(), dogs.test.len()), (21, 5));
    let odd = folder(&[("faces.npy", "(14, 8, 8)"), ("x_test.npy", "(4, 8, 8)")]);
    let faces = read_path(&odd.path().join("faces.npy"), &plain).unwrap();
    assert_eq!((faces.train.len(), faces.test.len()), (12, 2));
    assert!(faces.remarks.is_empty(), "{:?}", faces.remarks);
    // Class folders with a file of features among them stay a folder of pictures.
    let classes = folder(&[("features.npy", "(14, 8, 8)")]);
    assert!(Numpy.accepts(classes.path().to_str().unwrap()));
    fs::create_dir(classes.path().join("cat")).unwrap();
    assert!(!Numpy.accepts(classes.path().to_str().unwrap()));
    let unnamed = folder(&[("one.npy", "(14, 8, 8)")]);
    assert!(!Numpy.accepts(unnamed.path().to_str().unwrap()));
}

#[test]
fn damaged_files_beside_are_listed_and_the_set_opens() {
    let folder = folder(&[("x_train.npy", "(14, 8, 8)"), ("y_train.npy", "(14,)")]);
    fs::write(folder.path().join("x_test.npy"), "<!DOCTYPE html>").unwrap();
    fs::write(folder.path().join("y_test.npy"), npy("|u1", "(4,)", &[1])).unwrap();
    let parts = read_path(folder.path(), &Reading::default()).unwrap();
    assert_eq!((parts.train.len(), parts.test.len()), (12, 2));
    let why: Vec<String> = parts
        .skipped
        .iter()
        .map(|skipped| format!("{}: {}", skipped.path, skipped.why))
        .collect();
    assert!(why[0].starts_with("x_test: it is a web page"), "{why:?}");
    assert!(why[1].starts_with("y_test: it holds "), "{why:?}");
}

#[test]
fn foreign_files_are_named_as_what_they_are() {
    for (name, bytes, words) in [
        ("a.npz", &b"<html><body>Log in"[..], "a web page"),
        (
            "a.npy",
            b"version https://git-lfs.github.com/spec/v1\n",
            "Git LFS",
        ),
        ("a.npy", b"\x89HDF\r\n\x1a\n", "HDF5"),
    ] {
        let found = try_open(name, bytes).unwrap_err();
        assert!(found.contains(words), "{found}");
    }
    let torch = {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        writer
            .start_file("archive/data.pkl", SimpleFileOptions::default())
            .unwrap();
        writer.write_all(b"\x80\x02}").unwrap();
        writer.finish().unwrap().into_inner()
    };
    let found = try_open("a.npz", &torch).unwrap_err();
    assert!(found.contains("torch.save"), "{found}");
}
