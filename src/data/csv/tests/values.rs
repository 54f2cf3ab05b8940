//! Ranges of pixels, colour, sizes, rows and columns.

use super::*;

/// A table whose pixels are written by a function of their shade, behind a label.
fn written(write: impl Fn(u8) -> String) -> String {
    let row = |i: usize| {
        let pixels = image(i).into_iter().map(&write);
        one(class(i)).into_iter().chain(pixels).collect::<Vec<_>>()
    };
    let mut table: Vec<Vec<String>> = (0..30).map(row).collect();
    table.insert(0, [one("label"), pixel_names()].concat());
    lines(&table)
}

#[test]
fn every_range_gives_the_same_pictures() {
    let unit = |shade: u8| f64::from(shade) / 255.0;
    for (text, remark) in [
        (written(|v| v.to_string()), ""),
        (written(|v| format!("{v}.0")), ""),
        (written(|v| format!("{:.6}", unit(v))), ""),
        (written(|v| format!("{:e}", unit(v))), ""),
        (
            written(|v| format!("{:.8}", unit(v) * 1.000_000_4)),
            "clipped to 0 to 1",
        ),
        (
            written(|v| format!("{:.6}", 2.0 * unit(v) - 1.0)),
            "-1 to 1",
        ),
        (written(|v| format!("{:.6}", 16.0 * unit(v))), "16 is white"),
        (
            written(|v| format!("{}.{}", v, if v % 255 == 0 { 0 } else { 3 })),
            "",
        ),
        (written(|v| (u32::from(v) * 257).to_string()), "16 bits"),
        (
            written(|v| format!("{}", i32::from(v) - 128)),
            "-128 to 127",
        ),
    ] {
        let data = whole(text.as_bytes()).unwrap();
        for i in 0..30 {
            for (found, expected) in data.train.image(i).iter().zip(image(i)) {
                assert!(
                    found.abs_diff(expected) <= 1,
                    "{remark}: {found}, not {expected}"
                );
            }
        }
        let said = data.remarks.join(" ");
        assert!(
            said.contains(remark) && said.is_empty() == remark.is_empty(),
            "{said}"
        );
    }
}

#[test]
fn decimal_commas_are_decimal_points() {
    for separator in [";", "\t", " ", "|"] {
        let text = written(|v| format!("{:.4}", f64::from(v) / 255.0))
            .replace(',', separator)
            .replace('.', ",");
        let data = whole(text.as_bytes()).unwrap_or_else(|error| panic!("{separator}: {error}"));
        assert_images(&data, 30, separator);
        assert_eq!(data.train_labels, classes(30));
        assert!(data.remarks[0].contains("Commas"), "{:?}", data.remarks);
    }
    let quoted = written(|v| format!("\"{:.4}\"", f64::from(v) / 255.0).replace('.', ","));
    assert_images(&whole(quoted.as_bytes()).unwrap(), 30, "quoted");
}

#[test]
fn black_and_white_and_true_and_false_are_0_and_255() {
    for (no, yes) in [("0", "1"), ("False", "True"), ("0.0", "1.0")] {
        let text = written(|v| if v > 100 { yes } else { no }.to_owned());
        let data = whole(text.as_bytes()).unwrap();
        let expected = image(4).into_iter().map(|v| if v > 100 { 255 } else { 0 });
        assert_eq!(data.train.image(4), expected.collect::<Vec<u8>>(), "{no}");
        assert!(data.remarks.is_empty(), "{:?}", data.remarks);
    }
}

#[test]
fn two_files_are_each_brought_to_their_own_scale() {
    let bytes = written(|v| v.to_string());
    let unit = written(|v| format!("{:.6}", f64::from(v) / 255.0));
    for (train, test) in [(&bytes, &unit), (&unit, &bytes)] {
        let files = [
            ("train.csv", train.as_bytes()),
            ("test.csv", test.as_bytes()),
        ];
        let data = open(&files).unwrap();
        assert_eq!(data.train, data.test);
        assert!(
            data.remarks[0].contains("different scales"),
            "{:?}",
            data.remarks
        );
    }
    let part = |high: u8| written(move |v| (u32::from(v) * u32::from(high) / 255).to_string());
    let (train, test) = (part(16), part(12));
    let files = [
        ("train.csv", train.as_bytes()),
        ("test.csv", test.as_bytes()),
    ];
    let data = open(&files).unwrap();
    let highest = |images: &Images| images.pixels().iter().copied().max();
    assert_eq!(
        (highest(&data.train), highest(&data.test)),
        (Some(255), Some(191))
    );
}

#[test]
fn what_is_no_pixel_is_told_with_its_place() {
    let good = lines(&rows(30, |i| one(class(i)), nothing));
    for (bad, said) in [
        ("x", "line 31, column 3"),
        ("", "an empty field"),
        ("nan", "line 31, column 3"),
        ("inf", "line 31, column 3"),
        ("-300", "values from -300 to 255"),
        ("99999999999", "values from 0 to 1.000e11"),
        ("#N/A", "\"#N/A\""),
    ] {
        let mut row = [one(1), fields(0)].concat();
        row[2] = bad.to_owned();
        let text = good.clone() + &lines(&[row]);
        let found = whole(text.as_bytes()).unwrap_err();
        assert!(found.contains(said), "{bad}: {found}");
        // At the end, it does not become a label.
        let end = good.clone() + &lines(&[[one(1), fields(0)[..63].to_vec(), one(bad)].concat()]);
        if !bad.is_empty() {
            let found = whole(end.as_bytes()).unwrap_err();
            assert!(
                found.contains("--label 1") || found.contains("column 65"),
                "{bad}: {found}"
            );
        }
    }
}

/// A smooth image in colour of 16×16.
fn color(i: usize, channel: usize, place: usize) -> u8 {
    ((20 * i + 80 * channel + 3 * (place % 16) + 5 * (place / 16)) % 256) as u8
}

#[test]
fn colour_is_read_in_both_orders() {
    let planar = |i: usize| -> Vec<String> {
        let of = |channel| (0..256).map(move |place| color(i, channel, place).to_string());
        (0..3).flat_map(of).collect()
    };
    let triples = |i: usize| -> Vec<String> {
        let of = |place| (0..3).map(move |channel| color(i, channel, place).to_string());
        (0..256).flat_map(of).collect()
    };
    let numbers: Vec<String> = (0..768).map(|i| format!("pixel{i}")).collect();
    let letters: Vec<String> = (0..256)
        .flat_map(|place| ["r", "g", "b"].map(|c| format!("{c}{place}")))
        .collect();
    let grid: Vec<String> = (0..768)
        .map(|i| format!("p_{}_{}_{}", i / 48, i / 3 % 16, i % 3))
        .collect();
    for (row, names, said) in [
        (
            &planar as &dyn Fn(usize) -> Vec<String>,
            None,
            "all red first",
        ),
        (&planar, Some(&numbers), "all red first"),
        (&triples, Some(&numbers), "of each pixel together"),
        (&triples, Some(&letters), "as the names of the columns say"),
        (&triples, Some(&grid), "as the names of the columns say"),
    ] {
        for has_label in [false, true] {
            let labels = |i: usize| if has_label { one(class(i)) } else { Vec::new() };
            let mut table: Vec<Vec<String>> =
                (0..12).map(|i| [labels(i), row(i)].concat()).collect();
            if let Some(names) = names {
                let label = if has_label { one("label") } else { Vec::new() };
                table.insert(0, [label, names.clone()].concat());
            } else if has_label {
                continue;
            }
            let data = whole(lines(&table).as_bytes()).unwrap();
            assert_eq!(data.train.shape().to_string(), "16×16×3");
            for (channel, place) in [(0, 0), (1, 17), (2, 200)] {
                let found = data.train.image(5)[channel * 256 + place];
                assert_eq!(found, color(5, channel, place), "{said}");
            }
            assert_eq!(
                data.train_labels,
                if has_label { classes(12) } else { None }
            );
            assert!(data.remarks.join(" ").contains(said), "{:?}", data.remarks);
        }
    }
    // The sizes of CIFAR and of pictures of 64×64, a label in front.
    for (side, count) in [(32, 3073), (64, 12289)] {
        let row = |i: usize| {
            let value = |n: usize| {
                if n == 0 {
                    class(i).to_string()
                } else {
                    ((i * 40 + n / 100) % 256).to_string()
                }
            };
            (0..count).map(value).collect::<Vec<_>>()
        };
        let mut table: Vec<Vec<String>> = (0..6).map(row).collect();
        table.insert(
            0,
            (0..count)
                .map(|n| {
                    if n == 0 {
                        "label".to_owned()
                    } else {
                        format!("p{n}")
                    }
                })
                .collect(),
        );
        let data = whole(lines(&table).as_bytes()).unwrap();
        let shape = data.train.shape();
        assert_eq!((shape.width, shape.height, shape.channels), (side, side, 3));
        assert_eq!(data.train_labels, classes(6));
    }
}

#[test]
fn rows_and_columns_are_swapped_where_asked_and_for_emnist() {
    let upright = lines(&rows(30, |i| one(class(i)), nothing));
    let lying: Vec<Vec<String>> = (0..30)
        .map(|i| {
            let turned = (0..64).map(|place| shade(i, place % 8 * 8 + place / 8).to_string());
            one(class(i)).into_iter().chain(turned).collect()
        })
        .collect();
    let lying = lines(&lying);
    let transpose = |transpose| Reading {
        transpose,
        ..Reading::default()
    };
    let name = ("emnist-letters-train.csv", "emnist-letters-test.csv");
    let files = [(name.0, lying.as_bytes()), (name.1, lying.as_bytes())];
    let data = open(&files).unwrap();
    assert_images(&data, 30, "EMNIST");
    assert_eq!(data.train, data.test);
    assert!(
        data.remarks.join(" ").contains("--transpose=no"),
        "{:?}",
        data.remarks
    );
    let files = [(name.0, upright.as_bytes())];
    let data = open_as(&files, &transpose(Some(false))).unwrap();
    assert!(!data.remarks.join(" ").contains("swapped"));
    assert!((0..30).any(|i| data.train.image(0) == image(i)));
    let data = whole_as(lying.as_bytes(), &transpose(Some(true))).unwrap();
    assert_images(&data, 30, "asked");
    assert_images(&whole(upright.as_bytes()).unwrap(), 30, "plain");
}

#[test]
fn names_may_tell_another_shape_and_a_size_may_be_asked_for() {
    let mut table: Vec<Vec<String>> = (0..20)
        .map(|i| {
            (0..96)
                .map(|place| ((i * 11 + place) % 256).to_string())
                .collect()
        })
        .collect();
    table.insert(
        0,
        (0..96).map(|i| format!("{}x{}", i / 12, i % 12)).collect(),
    );
    let data = whole(lines(&table).as_bytes()).unwrap();
    assert_eq!(data.train.shape().to_string(), "12×8×1");
    assert!(data.remarks[0].contains("12 wide and 8 high"));

    let large: Vec<Vec<String>> = (0..4)
        .map(|i| {
            (0..200 * 200)
                .map(|place| (60 * i + place / 200 % 10).to_string())
                .collect()
        })
        .collect();
    let large = lines(&large);
    let said = whole(large.as_bytes()).unwrap_err();
    assert!(
        said.contains("--image-size") && said.contains("200×200×1"),
        "{said}"
    );
    let sized = |size: &str, color| Reading {
        size: size.parse().ok(),
        color,
        ..Reading::default()
    };
    let data = whole_as(large.as_bytes(), &sized("20x20", None)).unwrap();
    assert_eq!(data.train.shape().to_string(), "20×20×1");
    assert!(data.train.image(2)[0].abs_diff(124) <= 1);
    let data = whole_as(large.as_bytes(), &sized("20x10", Some(Color::Rgb))).unwrap();
    assert_eq!(data.train.shape().to_string(), "20×10×3");
}
