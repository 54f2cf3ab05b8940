//! Which columns hold the labels, and which neither labels nor pixels.

use super::*;

/// A table under these names for what stands before and behind the pixels.
fn named(
    names: (&[&str], &[&str]),
    before: impl Fn(usize) -> Vec<String>,
    behind: impl Fn(usize) -> Vec<String>,
) -> Vec<u8> {
    let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    let mut table = rows(30, before, behind);
    table.insert(0, [owned(names.0), pixel_names(), owned(names.1)].concat());
    lines(&table).into_bytes()
}

#[test]
fn labels_are_found_by_their_name() {
    for name in [
        "label",
        "labels",
        "Class",
        "target",
        "y",
        "digit",
        "character",
        "category",
        "emotion",
        "species",
        "letter",
        "class_label",
        "Kana",
        "étiquette",
        "what it is",
    ] {
        for is_last in [false, true] {
            let text = if is_last {
                named((&[], &[name]), nothing, |i| one(class(i)))
            } else {
                named((&[name], &[]), |i| one(class(i)), nothing)
            };
            let data = whole(&text).unwrap();
            assert_images(&data, 30, name);
            assert_eq!(data.train_labels, classes(30), "{name}");
            let said = data.remarks.join(" ");
            let is_told = said.contains(&format!("Labels were taken from the column {name:?}."));
            assert_eq!(is_told, !matches!(name, "label" | "labels"), "{said}");
        }
    }
    // In between.
    let mut table = rows(30, nothing, nothing);
    for (i, row) in table.iter_mut().enumerate() {
        row.insert(20, class(i).to_string());
    }
    let mut names = pixel_names();
    names.insert(20, "character".to_owned());
    table.insert(0, names);
    let data = whole(lines(&table).as_bytes()).unwrap();
    assert_images(&data, 30, "between");
    assert_eq!(data.train_labels, classes(30));
}

#[test]
fn labels_may_be_words_numbers_with_decimals_and_missing() {
    let word = |i: usize| one(["cat", "dog", "emu"][i % 3]);
    for text in [
        named((&["label"], &[]), word, nothing),
        lines(&rows(30, nothing, word)).into_bytes(),
    ] {
        let data = whole(&text).unwrap();
        assert_images(&data, 30, "words");
        assert_eq!(data.train_labels.unwrap()[..4], [0, 1, 2, 0]);
        assert_eq!(data.class_names.unwrap(), ["cat", "dog", "emu"]);
    }
    let decimal = named(
        (&["label"], &[]),
        |i| one(format!("{}.0000", class(i))),
        nothing,
    );
    let data = whole(&decimal).unwrap();
    assert_eq!((data.train_labels, data.class_names), (classes(30), None));
    let some = named(
        (&["label"], &[]),
        |i| one(if i == 3 { "" } else { "cat" }),
        nothing,
    );
    let data = whole(&some).unwrap();
    assert_eq!(data.class_names.unwrap(), ["(no label)", "cat"]);
    assert!(data.remarks.join(" ").contains("2 images have no label"));
    let none = named((&["label"], &[]), |_| one(""), nothing);
    let data = whole(&none).unwrap();
    assert_eq!(data.train_labels, None);
}

#[test]
fn numbers_and_names_of_images_are_neither_labels_nor_pixels() {
    for name in [
        "",
        "Unnamed: 0",
        "index",
        "id",
        "image_id",
        "filename",
        "ImageId",
    ] {
        let text = named((&[name], &[]), one, nothing);
        let data = whole(&text).unwrap();
        assert_images(&data, 30, name);
        assert_eq!(data.train_labels, None, "{name}");
        assert!(data.remarks[0].contains("was passed over: it counts the rows"));
        let text = named(
            (&[name, "label"], &[]),
            |i| [one(i), one(class(i))].concat(),
            nothing,
        );
        let data = whole(&text).unwrap();
        assert_images(&data, 30, name);
        assert_eq!(data.train_labels, classes(30), "{name}");
        let text = named((&[name], &["digit"]), |i| one(99 - i), |i| one(class(i)));
        let data = whole(&text).unwrap();
        assert_images(&data, 30, name);
        assert_eq!(data.train_labels, classes(30), "{name}");
    }
    // Without a name, what is in it says that it is no index.
    let data = whole(&named((&[""], &[]), |i| one(class(i)), nothing)).unwrap();
    assert_eq!(data.train_labels, classes(30));
    // The names of rows that R writes have no heading at all.
    let mut table = rows(30, |i| [one(i + 1), one(class(i))].concat(), nothing);
    table.insert(0, [one("label"), pixel_names()].concat());
    let data = whole(lines(&table).as_bytes()).unwrap();
    assert_images(&data, 30, "R");
    assert_eq!(data.train_labels, classes(30));
}

#[test]
fn without_names_the_numbers_say_which_column_is_which() {
    let cases: [(&str, Vec<Vec<String>>); 7] = [
        ("first", rows(30, |i| one(class(i)), nothing)),
        ("last", rows(30, nothing, |i| one(class(i)))),
        (
            "index and label",
            rows(30, |i| [one(i), one(class(i))].concat(), nothing),
        ),
        ("index first, label last", rows(30, one, |i| one(class(i)))),
        (
            "numbers and label",
            rows(30, |i| [one(1000 + 7 * i), one(class(i))].concat(), nothing),
        ),
        (
            "names and label",
            rows(
                30,
                |i| [one(format!("im{i}.png")), one(class(i))].concat(),
                nothing,
            ),
        ),
        ("an empty column", rows(30, |i| one(class(i)), |_| one(""))),
    ];
    for (what, table) in cases {
        let data = whole(lines(&table).as_bytes()).unwrap_or_else(|e| panic!("{what}: {e}"));
        assert_images(&data, 30, what);
        assert_eq!(data.train_labels, classes(30), "{what}");
        assert!(
            data.remarks
                .join(" ")
                .contains("Labels were taken from column"),
            "{what}"
        );
    }
    // Sorted by class, the first rows are all alike.
    let sorted = rows(30, |i| one(i / 10), nothing);
    let data = whole(lines(&sorted).as_bytes()).unwrap();
    assert_images(&data, 30, "sorted");
    assert_eq!(data.train_labels.unwrap()[8..12], [0, 0, 1, 1]);
    // An index alone.
    let data = whole(lines(&rows(30, one, nothing)).as_bytes()).unwrap();
    assert_images(&data, 30, "index");
    assert_eq!(data.train_labels, None);
    let said = "Column 1 was passed over: it counts the rows (--label 1 takes it for labels).";
    assert_eq!(data.remarks, [said]);
    // Digits of UCI, from 0 to 16, with the label last.
    let mut table = rows(30, nothing, |i| one(class(i)));
    for row in &mut table {
        for field in &mut row[..64] {
            *field = (field.parse::<u32>().unwrap() / 16).to_string();
        }
        row[27] = "16".to_owned();
    }
    let data = whole(lines(&table).as_bytes()).unwrap();
    assert_eq!(data.train_labels, classes(30));
    assert_eq!((data.train.image(3)[27], data.train.image(3)[63]), (255, 0));
    assert!(data.remarks.join(" ").contains("16 is white"));
}

#[test]
fn what_cannot_be_told_is_asked_and_the_option_decides() {
    // The first and the last column are of the same kind.
    let text = lines(&rows(30, |i| one(class(i)), |_| Vec::new()));
    let text: String = text
        .lines()
        .enumerate()
        .map(|(i, line)| {
            let start = line.strip_suffix(",0").unwrap();
            format!("{start},{}\n", class(i + 1))
        })
        .collect();
    let said = whole(text.as_bytes()).unwrap_err();
    assert!(
        said.contains("--label 1 or --label 65 (Label column"),
        "{said}"
    );
    let first = whole_as(text.as_bytes(), &label("1")).unwrap();
    assert_eq!(first.train_labels, classes(30));
    assert_eq!(first.train.image(4)[..63], image(4)[..63]);
    let last = whole_as(text.as_bytes(), &label("65")).unwrap();
    assert_eq!(last.train_labels.unwrap()[0], class(1));
    assert_eq!(last.train.image(4)[1..], image(4)[..63]);

    let text = named(
        (&["age", "gender"], &[]),
        |i| [one(class(i)), one(i % 2)].concat(),
        nothing,
    );
    let data = whole(&text).unwrap();
    assert_images(&data, 30, "two");
    assert_eq!(data.train_labels, None);
    assert!(data.remarks[0].contains("--label age or --label gender takes one"));
    let data = whole_as(&text, &label("Gender")).unwrap();
    assert_eq!(data.train_labels.unwrap()[..3], [0, 1, 0]);
    let data = whole_as(&text, &label("1")).unwrap();
    assert_eq!(data.train_labels, classes(30));
    assert_images(&data, 30, "asked");
    let none = named((&["label"], &[]), |i| one(class(i)), nothing);
    let data = whole_as(&none, &label("none")).unwrap();
    assert_images(&data, 30, "none");
    assert_eq!(data.train_labels, None);
    let said = whole_as(&none, &label("species")).unwrap_err();
    assert!(
        said.contains("\"species\"")
            && said.contains("label, pixel0, pixel1")
            && said.contains("65"),
        "{said}"
    );
    let said = whole_as(text.as_slice(), &label("99")).unwrap_err();
    assert!(said.contains("a number from 1 to 66"), "{said}");
    // A pixel is no label: the images would not be square.
    assert!(
        whole_as(&none, &label("pixel5"))
            .unwrap_err()
            .contains("63 of them")
    );
}

#[test]
fn first_rows_that_count_or_repeat_are_no_images() {
    let count = |from: usize, to: usize| (from..to).map(|i| i.to_string()).collect::<Vec<_>>();
    for (heading, remark) in [
        (count(0, 65), "counts the columns"),
        (count(1, 66), "counts the columns"),
        ([one("label"), count(0, 64)].concat(), ""),
        (
            (0..65)
                .map(|i| {
                    if i == 0 {
                        "0".to_owned()
                    } else {
                        format!("0.{i}")
                    }
                })
                .collect(),
            "pandas took for names",
        ),
        (
            [
                one("label"),
                (0..64)
                    .map(|i| format!("{}x{}", i / 8 + 1, i % 8 + 1))
                    .collect(),
            ]
            .concat(),
            "",
        ),
    ] {
        let mut table = rows(30, |i| one(class(i)), nothing);
        table.insert(0, heading.clone());
        let data = whole(lines(&table).as_bytes()).unwrap_or_else(|e| panic!("{heading:?}: {e}"));
        assert_images(&data, 30, &heading[1]);
        assert_eq!(data.train_labels, classes(30), "{heading:?}");
        assert!(
            data.remarks.join(" ").contains(remark),
            "{:?}",
            data.remarks
        );
    }
    // pandas' index and its numbers of columns.
    let mut table = rows(30, |i| [one(i), one(class(i))].concat(), nothing);
    table.insert(0, [one(""), count(0, 65)].concat());
    let data = whole(lines(&table).as_bytes()).unwrap();
    assert_images(&data, 30, "index");
    assert_eq!(data.train_labels, classes(30));
    // Names sorted as text.
    let mut order: Vec<usize> = (0..64).collect();
    order.sort_by_key(|i| format!("pixel{i}"));
    let mut table: Vec<Vec<String>> = (0..30)
        .map(|i| {
            order
                .iter()
                .map(|&place| shade(i, place).to_string())
                .collect()
        })
        .collect();
    table.insert(0, order.iter().map(|i| format!("pixel{i}")).collect());
    let data = whole(lines(&table).as_bytes()).unwrap();
    assert_images(&data, 30, "sorted names");
    assert!(data.remarks[0].contains("order of their numbers"));
}

#[test]
fn one_column_a_class_is_read() {
    let hot = |i: usize| -> Vec<String> {
        (0..5)
            .map(|c| u8::from(c == class(i)).to_string())
            .collect()
    };
    let pair = |i: usize| {
        one(i % 2)
            .into_iter()
            .chain(one(1 - i % 2))
            .collect::<Vec<_>>()
    };
    for table in [rows(30, nothing, hot), rows(30, hot, nothing)] {
        let data = whole(lines(&table).as_bytes()).unwrap();
        assert_images(&data, 30, "one-hot");
        assert_eq!(data.train_labels, classes(30));
        assert!(
            data.remarks[0].contains("one class each"),
            "{:?}",
            data.remarks
        );
    }
    let mut broken = rows(100, nothing, hot);
    broken[90][65] = "1".to_owned();
    broken[90][66] = "1".to_owned();
    let said = whole(lines(&broken).as_bytes()).unwrap_err();
    assert!(
        said.contains("a single 1 in each row of columns 65 to 69"),
        "{said}"
    );
    let data = whole(lines(&rows(30, nothing, pair)).as_bytes()).unwrap();
    assert_images(&data, 30, "two classes");
    assert_eq!(data.train_labels.unwrap()[..3], [1, 0, 1]);
    // The digits of Semeion: 0 and 1 all over, the classes last.
    let bits = |i: usize| -> Vec<String> {
        let bit = |place| u8::from(shade(i, place) > 128);
        (0..64)
            .map(|place| format!("{}.0000", bit(place)))
            .chain(hot(i))
            .collect()
    };
    let text: String = (0..30).map(|i| bits(i).join(" ") + " \n").collect();
    let data = whole(text.as_bytes()).unwrap();
    assert_eq!(data.train_labels, classes(30));
    assert_eq!(data.train.image(2)[27] == 255, shade(2, 27) > 128);
    // With names.
    for (names, found) in [
        (["A", "B", "C", "D", "E"], Some("A")),
        (
            ["label_0", "label_1", "label_2", "label_3", "label_4"],
            None,
        ),
    ] {
        let data = whole(&named((&[], &names), nothing, hot)).unwrap();
        assert_images(&data, 30, "named");
        assert_eq!(data.train_labels, classes(30));
        let first = data.class_names.map(|names| names[0].clone());
        assert_eq!(first.as_deref(), found);
    }
}

#[test]
fn too_many_classes_of_one_file_leave_the_labels_of_the_other() {
    let train = named((&["label"], &[]), |i| one(class(i)), nothing);
    let mut test = rows(300, |i| one(500 - i), nothing);
    test.insert(0, [one("label"), pixel_names()].concat());
    let test = lines(&test);
    let data = open(&[("train.csv", &train), ("test.csv", test.as_bytes())]).unwrap();
    assert_eq!((data.train_labels, data.test_labels), (classes(30), None));
    assert_eq!(data.skipped[0].path, "label of the test images");
}

#[test]
fn labels_may_lie_in_a_file_beside() {
    let images = lines(&rows(30, nothing, nothing));
    let column = |first: &str| -> String {
        let labels = (0..30).map(|i| format!("{}\n", class(i)));
        first.to_owned() + &labels.collect::<String>()
    };
    let hot: String = (0..30)
        .map(|i| {
            let row = (0..5).map(|c| u8::from(c == class(i)).to_string());
            row.collect::<Vec<_>>().join(",") + "\n"
        })
        .collect();
    let numbered: String = (0..30).map(|i| format!("{i},{}\n", class(i))).collect();
    for (images_name, labels_name, labels) in [
        ("x_train.csv", "y_train.csv", column("")),
        ("X.csv", "y.csv", column("label\n")),
        ("train_images.csv", "train_labels.csv", numbered),
        ("data.csv", "target.csv", hot),
        (
            "csvTrainImages 30x64.csv",
            "csvTrainLabel 30x1.csv",
            column(""),
        ),
    ] {
        let files = [
            (images_name, images.as_bytes()),
            (labels_name, labels.as_bytes()),
        ];
        let data = open(&files).unwrap();
        let said = data.remarks.join(" ");
        assert!(said.contains(labels_name), "{said}");
        for (i, &label) in data.train_labels.unwrap().iter().enumerate() {
            let own = (0..30)
                .find(|&own| data.train.image(i) == image(own))
                .unwrap();
            assert_eq!(label, class(own), "{labels_name}");
        }
    }
    let few = column("").replacen("0\n", "", 3);
    let files = [
        ("x_train.csv", images.as_bytes()),
        ("y_train.csv", few.as_bytes()),
    ];
    let data = open(&files).unwrap();
    assert_eq!(data.train_labels, None);
    assert_eq!(data.skipped[0].why, "it has 27 rows for 30 images");
    let files = [
        ("csvTrainImages 30x64.csv", images.as_bytes()),
        (
            "csvTestImages 9x64.csv",
            &images.as_bytes()[..images.match_indices('\n').nth(8).unwrap().0],
        ),
    ];
    assert_eq!(open(&files).unwrap().test.len(), 9);
}
