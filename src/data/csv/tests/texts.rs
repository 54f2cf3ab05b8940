//! Encodings, separators, ends of lines, lists.

use super::*;

fn labelled() -> String {
    let mut table = rows(30, |i| one(class(i)), nothing);
    table.insert(0, [one("label"), pixel_names()].concat());
    lines(&table)
}

fn utf16(text: &str, is_big_endian: bool) -> Vec<u8> {
    let bytes = |unit: u16| {
        if is_big_endian {
            unit.to_be_bytes()
        } else {
            unit.to_le_bytes()
        }
    };
    text.encode_utf16().flat_map(bytes).collect()
}

fn assert_whole(bytes: &[u8], context: &str) -> crate::data::Dataset {
    let data = whole(bytes).unwrap_or_else(|error| panic!("{context}: {error}"));
    assert_images(&data, 30, context);
    assert_eq!(data.train_labels, classes(30), "{context}");
    data
}

#[test]
fn separators_are_told_and_blanks_may_be_many() {
    let text = labelled();
    let bare = text.split_once('\n').unwrap().1;
    for separator in [";", "\t", "|", " ", "   ", ", ", " \t ", " ; "] {
        assert_whole(text.replace(',', separator).as_bytes(), separator);
        assert_whole(bare.replace(',', separator).as_bytes(), separator);
    }
    let padded: String = bare
        .lines()
        .map(|line| {
            let fields = line.split(',').map(|field| format!("{field:>5}"));
            fields.collect::<String>() + " \n"
        })
        .collect();
    assert_whole(padded.as_bytes(), "padded");
    let quoted: String = text
        .lines()
        .map(|line| format!("\"{}\"\n", line.replace(',', "\",\"")))
        .collect();
    assert_whole(quoted.as_bytes(), "quoted");
    for hint in ["sep=;\n", "sep=;\r\n"] {
        assert_whole((hint.to_owned() + &text.replace(',', ";")).as_bytes(), hint);
    }
    assert_whole(
        ("sep=\t\n".to_owned() + &text.replace(',', "\t")).as_bytes(),
        "sep",
    );
}

#[test]
fn encodings_are_told_with_a_mark_and_without() {
    let text = labelled();
    for is_big_endian in [false, true] {
        assert_whole(&utf16(&text, is_big_endian), "UTF-16");
        let marked = "\u{feff}".to_owned() + &text;
        assert_whole(&utf16(&marked, is_big_endian), "UTF-16 with a mark");
        let other = marked
            .replace(',', "\t")
            .replace('\n', "\r\n")
            .replace("label", "標識🙂");
        assert_whole(&utf16(&other, is_big_endian), "UTF-16 of Excel");
    }
    assert_whole(
        ("\u{feff}".to_owned() + &text).as_bytes(),
        "UTF-8 with a mark",
    );
    // Latin-1, in the heading and in labels.
    let mut bytes = text.replace("label", "?tiquette").into_bytes();
    bytes[0] = 0xe9;
    let data = assert_whole(&bytes, "Latin-1");
    assert!(
        data.remarks[0].contains("\"étiquette\""),
        "{:?}",
        data.remarks
    );
    let words = text.replace("\n0,", "\n\u{1},").replace("\n1,", "\n\u{2},");
    let words: Vec<u8> = words
        .bytes()
        .flat_map(|byte| match byte {
            1 => b"caf\xe9".to_vec(),
            2 => b"th\xe9".to_vec(),
            other => vec![other],
        })
        .collect();
    let data = whole(&words).unwrap();
    assert_images(&data, 30, "words in Latin-1");
    assert!(data.class_names.unwrap().contains(&"café".to_owned()));
}

#[test]
fn lines_end_as_they_do_on_any_system() {
    let text = labelled();
    for end in ["\r\n", "\r", "\n\n", "\r\n\r\n"] {
        assert_whole(text.replace('\n', end).as_bytes(), end);
        assert_whole(text.replace(',', " ").replace('\n', end).as_bytes(), end);
    }
    assert_whole(text.trim_end().as_bytes(), "no end");
    let empty = ",".repeat(64);
    let ends = text.clone() + "\n" + &empty + "\r\n" + &empty + "\n   \n\u{1a}";
    assert_whole(ends.as_bytes(), "leavings of Excel and DOS");
    // Headings that came along as files were joined.
    let heading = text.split_once('\n').unwrap().0.to_owned() + "\n";
    let at = text.match_indices('\n').nth(10).unwrap().0 + 1;
    let joined = text[..at].to_owned() + &heading + &text[at..];
    assert_whole(joined.as_bytes(), "joined");
}

#[test]
fn what_numpy_writes_is_read() {
    let text = labelled();
    let (heading, body) = text.split_once('\n').unwrap();
    let data = assert_whole(format!("# {heading}\n{body}").as_bytes(), "comment");
    assert!(data.remarks.is_empty(), "{:?}", data.remarks);
    let commented = format!("# made today\n#{heading}\n{body}").replace("label", "species");
    let data = assert_whole(commented.as_bytes(), "comments");
    assert!(data.remarks[0].contains("\"species\""));
    assert_whole(
        format!("# a comment\n{body}").as_bytes(),
        "comment without names",
    );
    let scientific: String = body
        .lines()
        .map(|line| {
            let fields = line.split(',').map(|field| {
                let value: f64 = field.parse().unwrap();
                let written = format!("{value:.18e}");
                let (mantissa, exponent) = written.split_once('e').unwrap();
                format!("{mantissa}e+{exponent:0>2}")
            });
            fields.collect::<Vec<_>>().join(" ") + "\n"
        })
        .collect();
    assert_whole(scientific.as_bytes(), "savetxt");
}

/// Rows of a class, all pixels in one field, and what follows it.
fn packed(list: impl Fn(usize) -> String, behind: impl Fn(usize) -> &'static str) -> String {
    (0..30)
        .map(|i| format!("{},{}{}\n", class(i), list(i), behind(i)))
        .collect()
}

#[test]
fn pixels_in_one_field_are_read() {
    let blanks = |i: usize| fields(i).join(" ");
    let json = |i: usize| format!("\"[{}]\"", fields(i).join(", "));
    let numpy = |i: usize| {
        let rows = image(i)
            .chunks(8)
            .map(|row| format!("{row:>3?}").replace(',', ""))
            .collect::<Vec<_>>();
        format!("\"[{}]\"", rows.join("\n "))
    };
    let none = |_| "";
    for (text, what) in [
        (
            "emotion,pixels\n".to_owned() + &packed(blanks, none),
            "blanks",
        ),
        ("emotion,pixels\n".to_owned() + &packed(json, none), "JSON"),
        (
            "emotion,pixels\n".to_owned() + &packed(numpy, none),
            "NumPy",
        ),
        (packed(blanks, none), "no heading"),
        (packed(json, none), "no heading, JSON"),
        (packed(blanks, none).replace(',', "\t"), "tabs"),
        (packed(blanks, none).replace(',', ";"), "semicolons"),
        (
            "emotion;pixels\n".to_owned() + &packed(blanks, none).replace(',', ";"),
            "semicolons",
        ),
    ] {
        assert_whole(text.as_bytes(), what);
    }
    // Not between quotes, each number is a column.
    let bare = packed(|i| format!("[{}]", fields(i).join(", ")), none);
    let data = assert_whole(
        ("label,image\n".to_owned() + &bare).as_bytes(),
        "bare lists",
    );
    assert!(
        data.remarks[0].contains("were not used"),
        "{:?}",
        data.remarks
    );
    let only: String = (0..30).map(|i| blanks(i) + "\n").collect();
    let data = whole(("pixels\n".to_owned() + &only).as_bytes()).unwrap();
    assert_images(&data, 30, "one column");
    assert_eq!(data.train_labels, None);
    let bad = "emotion,pixels\n".to_owned() + &packed(blanks, none) + "3,1 2 3\n";
    let said = whole(bad.as_bytes()).unwrap_err();
    assert!(
        said.contains("64 numbers in line 32, column 2") && said.contains("found 3"),
        "{said}"
    );
    let short = packed(
        |i| format!("\"[{} ... 0 0]\"", fields(i)[..3].join(" ")),
        none,
    );
    let said = whole(("emotion,pixels\n".to_owned() + &short).as_bytes()).unwrap_err();
    assert!(said.contains("numpy.set_printoptions"), "{said}");
    let odd = packed(|i| fields(i).join(" ") + " 1", none);
    let said = whole(odd.as_bytes()).unwrap_err();
    assert!(said.contains("65 numbers"), "{said}");
}

#[test]
fn a_column_may_tell_training_from_test_images() {
    let usage = |i: usize| match i {
        0..=19 => ",Training",
        20..=24 => ",PublicTest",
        _ => ",PrivateTest",
    };
    let blanks = |i: usize| fields(i).join(" ");
    let text = "emotion,pixels,Usage\n".to_owned() + &packed(blanks, usage);
    let data = open(&[("fer2013.csv", text.as_bytes())]).unwrap();
    assert_eq!((data.train.len(), data.test.len()), (20, 10));
    assert_eq!(
        (data.train.image(3), data.test.image(0)),
        (&image(3)[..], &image(20)[..])
    );
    assert_eq!(data.split, Split::Given);
    assert_eq!(data.test_labels.unwrap()[0], class(20));
    let said = data.remarks.join(" ");
    assert!(
        said.contains("\"emotion\"") && said.contains("PrivateTest and PublicTest"),
        "{said}"
    );

    let mut table = rows(
        30,
        |i| one(class(i)),
        |i| one(if i % 3 == 0 { "val" } else { "train" }),
    );
    table.insert(0, [one("label"), pixel_names(), one("split")].concat());
    let data = open(&[("a.csv", lines(&table).as_bytes())]).unwrap();
    assert_eq!((data.train.len(), data.test.len()), (20, 10));
    assert_eq!(
        (data.train.image(0), data.test.image(1)),
        (&image(1)[..], &image(3)[..])
    );
    // All the same: nothing is told apart.
    let all = "emotion,pixels,Usage\n".to_owned() + &packed(blanks, |_| ",Training");
    let data = open(&[("fer.csv", all.as_bytes())]).unwrap();
    assert!(matches!(data.split, Split::FromTrain { .. }));
    assert!(data.remarks.join(" ").contains("\"Usage\" was passed over"));
}
