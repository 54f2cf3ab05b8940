//! Folders of every layout that pictures come in.

use super::*;
use crate::data::NoMeter;

fn folder(files: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in files {
        let path = folder.path().join(file);
        if file.ends_with('/') {
            std::fs::create_dir_all(path).unwrap();
        } else {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
    }
    folder
}

fn look(files: &[&str]) -> Scan {
    let folder = folder(files);
    scan(folder.path(), &NoMeter).unwrap()
}

fn names(scan: &Scan) -> Vec<&str> {
    let names = scan.class_names.iter().flatten();
    names.map(String::as_str).collect()
}

/// Paths of pictures, each with its class.
fn labelled(scan: &Scan, found: &[Found]) -> Vec<String> {
    let names = names(scan);
    let show = |found: &Found| {
        let class = found.class.map_or("-", |class| names[usize::from(class)]);
        format!("{} {class}", shown_path(&found.path))
    };
    found.iter().map(show).collect()
}

fn skipped(scan: &Scan) -> Vec<String> {
    let show = |skipped: &Skipped| format!("{}: {}", skipped.path, skipped.why);
    scan.skipped.iter().map(show).collect()
}

#[test]
fn a_flat_folder_has_no_classes() {
    let scan = look(&["b.PNG", "a.jpeg", "notes.txt", "c.npz"]);
    assert_eq!(labelled(&scan, &scan.train), ["a.jpeg -", "b.PNG -"]);
    assert!(scan.test.is_empty());
    assert_eq!(scan.class_names, None);
    assert_eq!(scan.walk.sets, ["c.npz"]);
    assert_eq!(scan.skipped, []);
    assert_eq!(scan.remarks, [""; 0]);
}

#[test]
fn class_folders_are_the_outermost_that_tell_apart() {
    let scan = look(&[
        "all/images/10/x.png",
        "all/images/9/deep/y.png",
        "all/images/9/.git/z.png",
    ]);
    assert_eq!(names(&scan), ["9", "10"]);
    let classes: Vec<Option<u8>> = scan.train.iter().map(|found| found.class).collect();
    assert_eq!(classes, [Some(1), Some(0)]);
    assert_eq!(
        scan.remarks,
        [
            "1 picture in .git is passed over: programs keep thumbnails, copies and deleted files there."
        ]
    );
}

#[test]
fn train_and_test_folders_are_respected() {
    let scan = look(&[
        "Train/cat/a.png",
        "Train/dog/b.png",
        "test/dog/c.png",
        "test/owl/d.png",
        "val/cat/e.png",
        "val/cat/f.png",
        "cover.png",
    ]);
    assert_eq!(
        labelled(&scan, &scan.train),
        ["Train/cat/a.png cat", "Train/dog/b.png dog"]
    );
    assert_eq!(
        labelled(&scan, &scan.test),
        ["test/dog/c.png dog", "test/owl/d.png owl"]
    );
    assert_eq!(names(&scan), ["cat", "dog", "owl"]);
    assert_eq!(
        skipped(&scan),
        [
            "val: its 2 pictures are neither in Train nor in test",
            "cover.png: it is neither in Train nor in test",
        ]
    );
    assert_eq!(
        scan.remarks,
        [
            "The pictures of Train were taken for training, those of test for testing; those of val are left out.",
            "There are test pictures of owl, but none to train on.",
            "There are no test pictures of cat.",
        ]
    );
}

#[test]
fn folders_of_a_split_are_known_in_their_usual_spellings() {
    for (train, test) in [
        ("training_set", "test_set"),
        ("seg_train", "seg_test"),
        ("TRAIN", "TEST"),
        ("Training", "Testing"),
        ("trainset", "testset"),
        ("train-data", "holdout"),
        ("train", "valid"),
        ("train_images", "val_images"),
        ("training", "validation"),
        ("train", "dev"),
        ("train", "eval"),
        ("train2017", "val2017"),
        ("asl_alphabet_train", "asl_alphabet_test"),
        ("archive/dataset/train", "archive/dataset/test"),
        ("training_set/training_set", "test_set/test_set"),
        ("seg_train/seg_train", "seg_test/seg_test"),
        ("images/train", "images/val"),
        ("train/images", "test/images"),
    ] {
        let files = [(train, "cat"), (train, "dog"), (test, "cat"), (test, "dog")];
        let files = files.map(|(part, class)| format!("{part}/{class}/a.png"));
        let scan = look(&files.each_ref().map(String::as_str));
        assert_eq!(names(&scan), ["cat", "dog"], "{train}");
        assert_eq!((scan.train.len(), scan.test.len()), (2, 2), "{train}");
        assert!(scan.train[0].path.starts_with(train), "{train}");
        assert_eq!(scan.remarks.len(), 1, "{:?}", scan.remarks);
        assert!(
            scan.remarks[0].contains("for testing."),
            "{:?}",
            scan.remarks
        );
        assert_eq!(scan.skipped, []);
    }
}

#[test]
fn the_split_may_lie_within_each_class() {
    let scan = look(&[
        "set/cat/train/a.png",
        "set/cat/test/b.png",
        "set/dog/train/c.png",
        "set/dog/train/d.png",
        "set/dog/test/e.png",
    ]);
    assert_eq!(
        labelled(&scan, &scan.train),
        [
            "set/cat/train/a.png cat",
            "set/dog/train/c.png dog",
            "set/dog/train/d.png dog"
        ]
    );
    assert_eq!(
        labelled(&scan, &scan.test),
        ["set/cat/test/b.png cat", "set/dog/test/e.png dog"]
    );
    assert_eq!(
        scan.remarks,
        ["The pictures of train in each class were taken for training, those of test for testing."]
    );
}

#[test]
fn test_pictures_without_class_folders_have_no_labels() {
    for place in ["test", "test/images", "test1/test1", "test/unknown"] {
        let test = [format!("{place}/x.png"), format!("{place}/y.png")];
        let scan = look(&["train/cat/a.png", "train/dog/b.png", &test[0], &test[1]]);
        assert_eq!(names(&scan), ["cat", "dog"], "{place}");
        assert_eq!(
            labelled(&scan, &scan.train),
            ["train/cat/a.png cat", "train/dog/b.png dog"]
        );
        assert_eq!(scan.test.len(), 2, "{place}");
        assert!(
            scan.test.iter().all(|found| found.class.is_none()),
            "{place}"
        );
        assert!(
            scan.remarks[1].contains("without labels"),
            "{:?}",
            scan.remarks
        );
    }
    // Neither has classes.
    let scan = look(&[
        "train/train/a.png",
        "train/train/b.png",
        "test1/test1/c.png",
    ]);
    assert_eq!((scan.train.len(), scan.test.len()), (2, 1));
    assert_eq!(scan.class_names, None);
    // One class is tested.
    let scan = look(&["train/cat/a.png", "train/dog/b.png", "test/cat/c.png"]);
    assert_eq!(labelled(&scan, &scan.test), ["test/cat/c.png cat"]);
}

#[test]
fn pictures_beside_class_folders_have_no_class_of_their_own() {
    let scan = look(&["cat/a.png", "cat/b.png", "dog/c.png", "cover.png"]);
    assert_eq!(names(&scan), ["cat", "dog"]);
    assert_eq!(scan.train.len(), 3);
    assert_eq!(
        skipped(&scan),
        ["cover.png: it lies beside class folders, so that its class is not known"]
    );
    assert!(scan.remarks[0].starts_with("1 picture beside the class folders is left out"));
    // Where they are most of all, the folders are no classes.
    let scan = look(&["a.png", "b.png", "c.png", "old/d.png", "new/e.png"]);
    assert_eq!((scan.train.len(), scan.class_names.as_ref()), (5, None));
    assert_eq!(
        scan.remarks,
        [
            "3 pictures lie in no folder of their own, the others in new and old: all are read, without classes."
        ]
    );
    let scan = look(&["a.png", "old/d.png", "old/e.png"]);
    assert_eq!((scan.train.len(), scan.class_names.as_ref()), (3, None));
    // In a folder of training pictures too.
    let scan = look(&[
        "train/cat/a.png",
        "train/dog/b.png",
        "train/stray.png",
        "test/cat/c.png",
        "test/dog/d.png",
    ]);
    assert_eq!(names(&scan), ["cat", "dog"]);
    assert_eq!(scan.train.len(), 2);
    assert!(skipped(&scan)[0].starts_with("train/stray.png: it lies beside class folders"));
}

#[test]
fn what_lies_beside_the_folders_of_a_set_is_left_out() {
    // A picture beside everything.
    let scan = look(&[
        "cover.png",
        "data/train/cat/a.png",
        "data/train/dog/b.png",
        "data/test/cat/c.png",
    ]);
    assert_eq!(
        labelled(&scan, &scan.train),
        ["data/train/cat/a.png cat", "data/train/dog/b.png dog"]
    );
    assert_eq!(labelled(&scan, &scan.test), ["data/test/cat/c.png cat"]);
    assert_eq!(
        skipped(&scan),
        ["cover.png: it lies beside data, in which the folders of pictures are"]
    );
    let scan = look(&["cover.png", "data/cat/a.png", "data/dog/b.png"]);
    assert_eq!(names(&scan), ["cat", "dog"]);
    // Figures of a paper, and pictures to predict.
    let scan = look(&[
        "set (augmented)/set/train/cat/a.png",
        "set (augmented)/set/train/dog/b.png",
        "set (augmented)/set/valid/cat/c.png",
        "set (augmented)/set/valid/dog/d.png",
        "figures/e.png",
        "test/test/f.png",
    ]);
    assert_eq!(names(&scan), ["cat", "dog"]);
    assert_eq!((scan.train.len(), scan.test.len()), (2, 2));
    assert_eq!(
        skipped(&scan),
        [
            "figures: its 1 picture is not in set (augmented)/set, which has folders for training and testing",
            "test: its 1 picture is not in set (augmented)/set, which has folders for training and testing",
        ]
    );
    let scan = look(&[
        "train/notes.png",
        "train/images/cat/a.png",
        "train/images/dog/b.png",
        "test/images/cat/c.png",
        "test/images/dog/d.png",
    ]);
    assert_eq!(names(&scan), ["cat", "dog"]);
    assert_eq!((scan.train.len(), scan.test.len()), (2, 2));
}

#[test]
fn one_part_alone_is_told() {
    let scan = look(&["train/cat/a.png", "train/dog/b.png", "sample.txt"]);
    assert_eq!(names(&scan), ["cat", "dog"]);
    assert!(scan.remarks[0].starts_with("All pictures are in the folder train: a seventh"));
    let scan = look(&["test/cat/a.png", "test/dog/b.png"]);
    assert_eq!(scan.train.len(), 2);
    assert!(
        scan.remarks[0].contains("none for training"),
        "{:?}",
        scan.remarks
    );
    let scan = look(&["test/cat/a.png", "val/cat/b.png", "val/dog/c.png"]);
    assert_eq!(names(&scan), ["cat", "dog"]);
    assert_eq!((scan.train.len(), scan.test.len()), (3, 0));
    assert!(
        scan.remarks[0]
            .starts_with("There is no folder of training pictures: those of test and val")
    );
    let scan = look(&["train/cat/a.png", "train/dog/b.png", "test/"]);
    assert!(
        scan.remarks[0].starts_with("The folder test has no pictures"),
        "{:?}",
        scan.remarks
    );
    // A train is a vehicle, and a class.
    let scan = look(&["bus/a.png", "car/b.png", "train/c.png"]);
    assert_eq!(names(&scan), ["bus", "car", "train"]);
    assert!(scan.remarks[0].starts_with("The folders bus, car and train were taken as classes"));
    let scan = look(&[
        "seg_train/cat/a.png",
        "seg_train/dog/b.png",
        "seg_pred/c.png",
    ]);
    assert_eq!((scan.train.len(), scan.test.len()), (2, 0));
    assert_eq!(
        skipped(&scan),
        ["seg_pred: its 1 picture is not in seg_train"]
    );
}

#[test]
fn a_class_folder_without_pictures_is_a_class_of_none() {
    let scan = look(&[
        "cat/a.png",
        "dog/b.png",
        "owl/readme.txt",
        "eel/",
        "@eaDir/",
    ]);
    assert_eq!(names(&scan), ["cat", "dog", "eel", "owl"]);
    assert_eq!(
        labelled(&scan, &scan.train),
        ["cat/a.png cat", "dog/b.png dog"]
    );
    assert_eq!(
        scan.remarks,
        [
            "The class folders eel and owl have no pictures that are read: these classes have 0 pictures."
        ]
    );
    let scan = look(&[
        "train/a/1.png",
        "train/b/2.png",
        "train/c/3.heic",
        "test/a/4.png",
        "test/b/5.png",
    ]);
    assert_eq!(names(&scan), ["a", "b", "c"]);
    assert!(
        scan.remarks
            .iter()
            .any(|r| r.starts_with("The class folder c has no pictures"))
    );
    let last = scan.remarks.last().unwrap();
    assert_eq!(
        last,
        "There is 1 HEIC picture, which is not read: save it as JPEG or PNG first."
    );
    // What is beside classes and none itself.
    let scan = look(&[
        "cat/a.png",
        "dog/b.png",
        "annotations/a.xml",
        "labels/a.txt",
    ]);
    assert_eq!(names(&scan), ["cat", "dog"]);
}

#[test]
fn tables_beside_pictures_without_classes_are_told() {
    let scan = look(&["images/a.png", "images/b.png", "train.csv"]);
    assert_eq!(scan.train.len(), 2);
    assert_eq!(
        scan.remarks,
        ["train.csv beside the pictures is not read: labels come from class folders only."]
    );
    assert_eq!(
        look(&["cat/a.png", "dog/b.png", "log.csv"]).remarks,
        [""; 0]
    );
}

#[test]
fn names_written_in_two_ways_are_one_class() {
    let scan = look(&[
        "train/Ba\u{308}r/a.png",
        "train/Igel/b.png",
        "test/B\u{e4}r/c.png",
        "test/Igel/d.png",
    ]);
    assert_eq!(names(&scan), ["B\u{e4}r", "Igel"]);
    assert_eq!(scan.test[0].class, scan.train[0].class);
    assert_eq!(scan.remarks.len(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_text_are_classes_of_their_own() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let folder = tempfile::tempdir().unwrap();
    for name in [&b"caf\xe9"[..], b"caf\xe8", b"-rf", b"line\nbreak"] {
        let class = folder.path().join(OsStr::from_bytes(name));
        std::fs::create_dir(&class).unwrap();
        std::fs::write(class.join(OsStr::from_bytes(b"\xff\n.png")), "x").unwrap();
    }
    let scan = scan(folder.path(), &NoMeter).unwrap();
    assert_eq!(names(&scan), ["-rf", "caf\\xE8", "caf\\xE9", "line\nbreak"]);
    assert_eq!(scan.train.len(), 4);
}

#[test]
fn too_many_classes_are_told() {
    let files: Vec<String> = (0..257).map(|i| format!("{i}/a.png")).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let scan = look(&files);
    assert_eq!(scan.train.len(), 257);
    assert_eq!(scan.class_names, None);
    assert!(scan.remarks[0].contains("257"));
}

#[cfg(unix)]
#[test]
fn links_that_lead_back_are_survived() {
    let folder = folder(&["cat/a.png", "dog/b.png"]);
    std::os::unix::fs::symlink(folder.path(), folder.path().join("dog/again")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path().join("cat/broken.png")).unwrap();
    let scan = scan(folder.path(), &NoMeter).unwrap();
    assert_eq!(scan.train.len(), 2);
    let paths: Vec<&str> = scan.skipped.iter().map(|s| s.path.as_str()).collect();
    assert_eq!(paths, ["cat/broken.png", "dog/again"]);
    assert!(scan.skipped[1].why.contains("leads back"));
}
