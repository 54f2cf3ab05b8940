//! CSV files, good and bad, in temporary folders.

use std::fs;

use proptest::prelude::*;

use super::*;
use crate::data::{NoMeter, Split};

/// A line of an 8×8 image filled with `value`, behind its label.
fn line(label: &str, value: &str) -> String {
    let pixels = [value; 64].join(",");
    if label.is_empty() {
        format!("{pixels}\n")
    } else {
        format!("{label},{pixels}\n")
    }
}

fn heading() -> String {
    let names: Vec<String> = (0..64).map(|i| format!("pixel{i}")).collect();
    format!("label,{}\n", names.join(","))
}

fn open(files: &[(&str, &str)]) -> Result<DatasetParts, String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let location = folder.path().join(files[0].0).display().to_string();
    assert!(Csv.accepts(&location));
    Csv.read(&location, &Reading::default(), &NoMeter)
        .map_err(|error| error.to_string())
}

fn all(parts: &DatasetParts) -> Vec<u8> {
    let mut all: Vec<u8> = [&parts.train, &parts.test]
        .iter()
        .flat_map(|images| (0..images.len()).map(|i| images.image(i)[63]))
        .collect();
    all.sort_unstable();
    all
}

#[test]
fn the_files_of_kaggle_are_read() {
    let train = heading() + &line("5", "0") + &line("0", "255") + &line("9", "7");
    let test_heading = heading().replace("label,", "");
    let test = test_heading + &line("", "3") + "\n" + &line("", "4");
    let parts = open(&[("train.csv", &train), ("test.csv", &test)]).unwrap();
    assert_eq!((parts.train.len(), parts.test.len()), (3, 2));
    assert_eq!(parts.train.image(1), [255; 64]);
    assert_eq!(parts.train_labels, Some(vec![5, 0, 9]));
    assert_eq!((parts.test_labels, parts.split), (None, Split::Given));
    assert_eq!(parts.class_names, None);
}

#[test]
fn without_heading_without_test_file_and_with_other_separators() {
    let text = (0..14).map(|i| line(&i.to_string(), &(10 * i).to_string()));
    let text: String = text.collect();
    let parts = open(&[("digits.csv", &text)]).unwrap();
    assert!(matches!(
        parts.split,
        Split::FromTrain { test_count: 2, .. }
    ));
    for (i, &label) in parts.train_labels.as_ref().unwrap().iter().enumerate() {
        assert_eq!(parts.train.image(i), [10 * label; 64]);
    }
    for separator in [";", "\t"] {
        let other = open(&[("digits.csv", &text.replace(',', separator))]).unwrap();
        assert_eq!(other.train, parts.train);
    }
    let beside = open(&[("digits.csv", &text), ("digits_test.csv", &text)]).unwrap();
    assert_eq!((beside.train.len(), beside.test.len()), (14, 14));
}

#[test]
fn labels_may_be_words_and_stand_elsewhere() {
    let words = line("cat", "1") + &line("dog", "2") + &line("cat", "3");
    let parts = open(&[("pets-train.csv", &words), ("pets-test.csv", &words)]).unwrap();
    assert_eq!(parts.train_labels, Some(vec![0, 1, 0]));
    assert_eq!(
        parts.class_names,
        Some(vec!["cat".to_owned(), "dog".to_owned()])
    );
    let names: Vec<String> = (0..64).map(|i| format!("p{i}")).collect();
    let pixels = ["9"; 64].join(",");
    let last = format!("{},class\n{pixels},3\n{pixels},4\n", names.join(","));
    let parts = open(&[("a.csv", &last)]).unwrap();
    assert_eq!(parts.train.image(0), [9; 64]);
}

#[test]
fn values_are_brought_to_bytes_by_their_kind() {
    let open = |values: [&str; 2]| {
        let text = line("1", values[0]) + &line("2", values[1]);
        open(&[("a.csv", &text)]).map(|parts| all(&parts))
    };
    assert_eq!(open(["0", "200"]), Ok(vec![0, 200]));
    assert_eq!(open(["0", "1"]), Ok(vec![0, 255]));
    assert_eq!(open(["0", "0.2"]), Ok(vec![0, 51]));
    assert_eq!(open(["1.0", "1e-1"]), Ok(vec![26, 255]));
    assert_eq!(open(["0.0", "200.4"]), Ok(vec![0, 200]));
    for bad in ["256", "-1", "x", "", "nan", "inf", "99999999999"] {
        let found = open(["0", bad]).unwrap_err();
        assert!(found.contains("line 2, column 2"), "{bad}: {found}");
    }
}

#[test]
fn what_is_no_table_of_images_is_refused_in_a_sentence() {
    for (text, said) in [
        (String::new(), "an empty file"),
        (heading(), "a heading only"),
        ("hello\n".to_owned(), "found 1 columns"),
        (line("1", "2") + "1,2,3\n", "65 columns in line 2"),
        (line("1", "2"), "at least 2"),
    ] {
        let found = open(&[("a.csv", &text)]).unwrap_err();
        assert!(found.contains(said), "{text}: {found}");
        assert!(found.contains("a.csv") && found.ends_with('.'), "{found}");
    }
    let bytes = [0xff, 0xfe, b',', b'\n'];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    fs::write(&path, bytes).unwrap();
    assert!(read(&path, &NoMeter).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_is_survived(
        start in "[0-9,;.\\n\"a-z -]{0,80}",
        rows in 0..4_usize,
        value in "[0-9.e-]{0,6}",
    ) {
        let text = start + "\n" + &line("1", &value).repeat(rows);
        if let Err(found) = open(&[("a.csv", &text)]) {
            assert!(found.contains("a.csv"), "{found}");
        }
    }
}
