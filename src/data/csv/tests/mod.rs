//! Tables, good and bad, in temporary folders.
#![expect(
    clippy::format_collect,
    clippy::unnecessary_wraps,
    reason = "lines of small tables, and labels as they are compared"
)]

mod generated;
mod labels;
mod texts;
mod values;

use std::fs;

use super::*;
use crate::data::{NoMeter, open_with};

/// Pixel `place` of the 8×8 image `i`: a frame of black around different shades.
pub(super) fn shade(i: usize, place: usize) -> u8 {
    let (x, y) = (place % 8, place / 8);
    if x == 0 || y == 0 || x == 7 || y == 7 {
        return 0;
    }
    ((i * 53 + x * 31 + y * 17 + x * y * 7) % 255 + 1) as u8
}

pub(super) fn image(i: usize) -> Vec<u8> {
    (0..64).map(|place| shade(i, place)).collect()
}

/// The fields of an image.
pub(super) fn fields(i: usize) -> Vec<String> {
    image(i).iter().map(u8::to_string).collect()
}

pub(super) fn pixel_names() -> Vec<String> {
    (0..64).map(|i| format!("pixel{i}")).collect()
}

/// Rows of fields as lines of commas.
pub(super) fn lines(rows: &[Vec<String>]) -> String {
    rows.iter().map(|row| row.join(",") + "\n").collect()
}

/// Rows with what is to stand before and behind the pixels of each image.
pub(super) fn rows(
    count: usize,
    before: impl Fn(usize) -> Vec<String>,
    behind: impl Fn(usize) -> Vec<String>,
) -> Vec<Vec<String>> {
    let row = |i: usize| [before(i), fields(i), behind(i)].concat();
    (0..count).map(row).collect()
}

pub(super) fn nothing(_: usize) -> Vec<String> {
    Vec::new()
}

pub(super) fn one(field: impl ToString) -> Vec<String> {
    vec![field.to_string()]
}

/// A class that neither counts up nor is the same everywhere.
pub(super) fn class(i: usize) -> u8 {
    (i * 2 % 5) as u8
}

pub(super) fn classes(count: usize) -> Option<Vec<u8>> {
    Some((0..count).map(class).collect())
}

/// Writes files, and opens the first as a person would.
pub(super) fn open_as(
    files: &[(&str, &[u8])],
    reading: &Reading,
) -> Result<crate::data::Dataset, String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let request = crate::data::DatasetRequest {
        location: folder.path().join(files[0].0).display().to_string(),
        limit: None,
        reading: reading.clone(),
    };
    assert!(Csv.accepts(&request.location), "{}", request.location);
    open_with(&request, &NoMeter).map_err(|error| error.to_string())
}

pub(super) fn open(files: &[(&str, &[u8])]) -> Result<crate::data::Dataset, String> {
    open_as(files, &Reading::default())
}

/// Opens a table with itself as test images, so that all of it is there in its order.
pub(super) fn whole_as(bytes: &[u8], reading: &Reading) -> Result<crate::data::Dataset, String> {
    open_as(&[("t.csv", bytes), ("t_test.csv", bytes)], reading).inspect(|data| {
        assert_eq!(data.train, data.test);
        assert_eq!(data.train_labels, data.test_labels);
    })
}

pub(super) fn whole(bytes: &[u8]) -> Result<crate::data::Dataset, String> {
    whole_as(bytes, &Reading::default())
}

pub(super) fn label(label: &str) -> Reading {
    Reading {
        label: Some(label.to_owned()),
        ..Reading::default()
    }
}

/// All images are the expected ones.
pub(super) fn assert_images(data: &crate::data::Dataset, count: usize, context: &str) {
    assert_eq!(data.train.len(), count, "{context}");
    for i in 0..count {
        assert_eq!(data.train.image(i), image(i), "{context}: image {i}");
    }
}

#[test]
fn the_files_of_kaggle_are_read_without_a_remark() {
    let mut train = rows(40, |i| one(class(i)), nothing);
    train.insert(0, [one("label"), pixel_names()].concat());
    let mut test = rows(6, nothing, nothing);
    test.insert(0, pixel_names());
    let test = lines(&test).replace("\n0,0,0", "\n\n0,0,0") + "\n\n";
    let data = open(&[
        ("train.csv", lines(&train).as_bytes()),
        ("test.csv", test.as_bytes()),
    ])
    .unwrap();
    assert_images(&data, 40, "Kaggle");
    assert_eq!(data.test.len(), 6);
    assert_eq!(data.train_labels, classes(40));
    assert_eq!((data.test_labels, data.split), (None, Split::Given));
    assert_eq!(data.class_names, None);
    assert!(data.remarks.is_empty(), "{:?}", data.remarks);
}

#[test]
fn test_images_lie_beside_in_usual_names_and_with_other_columns() {
    let plain = lines(&rows(40, |i| one(class(i)), nothing));
    for (train, test) in [
        ("digits.csv", "digits_test.csv"),
        ("digits.csv", "digits-test.csv"),
        ("mnist_train.csv", "mnist_test.csv"),
        ("Train.csv", "Test.csv"),
        ("training.csv", "testing.csv"),
        ("zip.train", "zip.test"),
        ("optdigits.tra", "optdigits.tes"),
    ] {
        let data = open(&[(train, plain.as_bytes()), (test, plain.as_bytes())]).unwrap();
        assert_eq!((data.train.len(), data.test.len()), (40, 40), "{train}");
        assert_eq!(data.train_labels, data.test_labels, "{train}");
    }
    let alone = open(&[("digits.csv", plain.as_bytes())]).unwrap();
    assert!(matches!(
        alone.split,
        Split::FromTrain { test_count: 5, .. }
    ));

    // The test images have a number in front instead of a label, more numbers than classes.
    let mut train = rows(40, |i| one(class(i)), nothing);
    train.insert(0, [one("label"), pixel_names()].concat());
    let mut test = rows(300, one, nothing);
    test.insert(0, [one("id"), pixel_names()].concat());
    let (train, test) = (lines(&train), lines(&test));
    let files = [
        ("train.csv", train.as_bytes()),
        ("test.csv", test.as_bytes()),
    ];
    let data = open(&files).unwrap();
    assert_images(&data, 40, "Kannada");
    assert_eq!(data.test.image(7), image(7));
    assert_eq!((data.train_labels, data.test_labels), (classes(40), None));
    assert!(data.skipped.is_empty(), "{:?}", data.skipped);
    assert!(data.remarks[0].contains("In test.csv: The column \"id\" was passed over"));
    // Neither has names.
    let (train, test) = (
        lines(&rows(40, |i| one(class(i)), nothing)),
        lines(&rows(300, one, nothing)),
    );
    let files = [
        ("train.csv", train.as_bytes()),
        ("test.csv", test.as_bytes()),
    ];
    let data = open(&files).unwrap();
    assert_eq!(data.test.image(299), image(299));
    assert_eq!((data.train_labels, data.test_labels), (classes(40), None));
    // Fewer than would tell by themselves.
    let few = lines(&rows(2, |i| one(class(i)), nothing));
    let data = open(&[
        ("train.csv", train.as_bytes()),
        ("test.csv", few.as_bytes()),
    ])
    .unwrap();
    assert_eq!(
        (data.test.image(1), data.test_labels),
        (&image(1)[..], classes(2))
    );
    // Test images of another size are no test images of these.
    let other = lines(&[vec!["1".to_owned(); 785], vec!["2".to_owned(); 785]]);
    let files = [
        ("train.csv", train.as_bytes()),
        ("test.csv", other.as_bytes()),
    ];
    let said = open(&files).unwrap_err();
    assert!(
        said.contains("8×8×1") && said.contains("test.csv"),
        "{said}"
    );
}

#[test]
fn what_is_no_table_of_images_is_refused_in_a_sentence() {
    let row = |count: usize| vec!["1".to_owned(); count];
    for (text, said) in [
        (String::new(), "an empty file"),
        ("\n\n \n".to_owned(), "an empty file"),
        (lines(&[pixel_names()]), "a heading only"),
        ("hello\n".to_owned(), "found 1 columns"),
        ("1,2,3\n".to_owned(), "found 3 columns"),
        (lines(&[row(65)]) + "1,2,3\n", "65 columns in line 2"),
        (lines(&[fields(0)]), "at least 2"),
        (
            lines(&[row(700), row(700)]),
            "found 700 columns: 26×26 are 676, 24 fewer",
        ),
        ("{\"pixels\": [1]}".to_owned(), "is a JSON file"),
        ("@RELATION mnist\n@DATA\n1,2".to_owned(), "an ARFF file"),
        ("5 153:3 154:18 155:18\n".to_owned(), "format of LIBSVM"),
        ("<!DOCTYPE html><html>".to_owned(), "is a web page"),
        (
            "PK\u{3}\u{4}.....[Content_Types].xml".to_owned(),
            "a spreadsheet",
        ),
        ("PAR1\u{15}\u{4}".to_owned(), "a Parquet file"),
        ("\u{1}\0\0\0\u{2}\0\u{3}\u{4}\u{5}".to_owned(), "no text"),
    ] {
        let found = open(&[("a.csv", text.as_bytes())]).unwrap_err();
        assert!(found.contains(said), "{text}: {found}");
        assert!(found.contains("a.csv") && found.ends_with('.'), "{found}");
    }
    for name in ["a.csv.gz", "a.csv"] {
        let found = open(&[(name, b"\x1f\x8b\x08\0")]).unwrap_err();
        assert!(found.contains("gunzip"), "{found}");
    }
    let mut names: Vec<Vec<String>> = (0..70).map(|i| one(format!("a{i}"))).collect();
    names = vec![names.concat(), row(70), row(70)];
    let found = open(&[("a.csv", lines(&names).as_bytes())]).unwrap_err();
    assert!(found.contains("(a0, a1, a2, a3, a4, …, a69)"), "{found}");
}

#[test]
fn tables_that_name_pictures_say_so() {
    let table = "id,label\nF0.png,F\nL1.png,L\n";
    let said = open(&[
        ("set/train.csv", table.as_bytes()),
        ("set/images/L1.png", b""),
    ])
    .unwrap_err();
    assert!(
        said.contains("names pictures (\"L1.png\", for one)"),
        "{said}"
    );
    assert!(
        said.contains("open the folder ") && said.contains("/set instead"),
        "{said}"
    );
    for table in [
        "name,x,y\na/b/0.jpg,4,5\nc/d/1.jpg,5,6\n",
        "cat.PNG;cat\ndog.PNG;dog\n",
    ] {
        let said = open(&[("names.csv", table.as_bytes())]).unwrap_err();
        assert!(said.contains("names pictures"), "{said}");
    }
    // Names without endings, as of Kaggle's dogs.
    let table = "id,breed\n000bec,dingo\n001513,pug\n";
    let files = [
        ("labels.csv", table.as_bytes()),
        ("train/001513.jpg", &b""[..]),
    ];
    let said = open(&files).unwrap_err();
    assert!(said.contains("names pictures (\"001513\""), "{said}");
}

#[test]
fn texts_of_numbers_are_tables_by_what_is_in_them() {
    let table = lines(&rows(20, |i| one(class(i)), nothing));
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes, is_table) in [
        ("a.txt", table.as_bytes(), true),
        ("a.data", table.as_bytes(), true),
        ("a.tsv", b"anything", true),
        (
            "b.txt",
            b"Dear reader, here is a text.\nIt has lines.\n",
            false,
        ),
        ("c.txt", b"1,2,3\n4,5,6\n", false),
        (
            "odd.txt",
            lines(&[vec!["7".to_owned(); 90]]).as_bytes(),
            true,
        ),
        ("d.dat", b"\0\0\x08\x03\0\0\0\x01", false),
        ("e.log", table.as_bytes(), false),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        assert_eq!(Csv.accepts(&path.display().to_string()), is_table, "{name}");
    }
    assert!(!Csv.accepts(&folder.path().join("none.csv").display().to_string()));
}

#[test]
fn reading_can_be_cancelled() {
    struct Cancelled;
    impl Meter for Cancelled {
        fn tell(&self, _done: u64, _total: Option<u64>) {}
        fn is_cancelled(&self) -> bool {
            true
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    fs::write(&path, lines(&rows(3, nothing, nothing))).unwrap();
    let found = read(&path, &Reading::default(), &Cancelled);
    assert!(matches!(found, Err(DataError::Cancelled { .. })));
}
