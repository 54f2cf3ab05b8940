//! Ranges, layouts, orders and labels of arrays.

use super::*;

/// Numbers as bytes.
fn numbers(descr: &str, values: &[f64]) -> Vec<u8> {
    let (order, kind) = descr.split_at(1);
    let one = |value: f64| -> Vec<u8> {
        match kind {
            "b1" | "u1" => vec![value as u8],
            "i1" => vec![value as i8 as u8],
            "u2" => (value as u16).to_le_bytes().to_vec(),
            "i2" => (value as i16).to_le_bytes().to_vec(),
            "u4" => (value as u32).to_le_bytes().to_vec(),
            "i4" => (value as i32).to_le_bytes().to_vec(),
            "u8" => (value as u64).to_le_bytes().to_vec(),
            "i8" => (value as i64).to_le_bytes().to_vec(),
            "f2" => half::f16::from_f64(value).to_le_bytes().to_vec(),
            "f4" => (value as f32).to_le_bytes().to_vec(),
            "f8" => value.to_le_bytes().to_vec(),
            other => panic!("no type {other}"),
        }
    };
    let in_order = |value: &f64| {
        let mut bytes = one(*value);
        if order == ">" {
            bytes.reverse();
        }
        bytes
    };
    values.iter().flat_map(in_order).collect()
}

/// The pixels that values become, each of them an image of one value, and the remarks.
fn pixels(descr: &str, values: &[f64]) -> Result<(Vec<u8>, String), String> {
    let all: Vec<f64> = values.iter().flat_map(|&value| [value; 64]).collect();
    let shape = format!("({}, 8, 8)", values.len());
    let labels = numbers(
        "<i4",
        &(0..values.len()).map(|i| i as f64).collect::<Vec<_>>(),
    );
    let count = format!("({},)", values.len());
    let whole = archive(&[
        ("x.npy", npy(descr, &shape, &numbers(descr, &all))),
        ("y.npy", npy("<i4", &count, &labels)),
    ]);
    try_open("a.npz", &whole).map(|parts| {
        let mut found = vec![0; values.len()];
        let sides = [
            (&parts.train, &parts.train_labels),
            (&parts.test, &parts.test_labels),
        ];
        for (images, labels) in sides {
            for (i, &label) in labels.as_ref().unwrap().iter().enumerate() {
                assert_eq!(images.image(i), [images.image(i)[0]; 64]);
                found[usize::from(label)] = images.image(i)[0];
            }
        }
        (found, parts.remarks.join(" "))
    })
}

#[test]
fn values_are_brought_to_bytes_by_their_range_whatever_their_type() {
    for (descr, values, expected) in [
        ("|b1", &[0.0, 1.0][..], &[0, 255][..]),
        ("|u1", &[0.0, 7.0, 255.0], &[0, 7, 255]),
        ("|u1", &[0.0, 1.0, 1.0], &[0, 255, 255]),
        ("|u1", &[0.0, 8.0, 16.0], &[0, 128, 255]),
        ("|i1", &[-128.0, 0.0, 127.0], &[0, 128, 255]),
        ("<i2", &[0.0, 3.0, 250.0], &[0, 3, 250]),
        (">u2", &[0.0, 2048.0, 4095.0], &[0, 128, 255]),
        ("<u2", &[0.0, 65535.0], &[0, 255]),
        ("<i4", &[-1.0, 0.0, 1.0], &[0, 128, 255]),
        (">i8", &[0.0, 255.0], &[0, 255]),
        ("<u8", &[0.0, 1.0], &[0, 255]),
        ("<u4", &[0.0, 200.0], &[0, 200]),
        ("<f2", &[0.0, 0.5, 1.0], &[0, 128, 255]),
        (">f4", &[0.0, 3.4, 250.0], &[0, 3, 250]),
        ("<f4", &[0.0, 0.5, 1.000_000_1], &[0, 128, 255]),
        ("<f8", &[0.0, 0.2, 1.0], &[0, 51, 255]),
        ("<f8", &[-1.0, 0.0, 0.5, 1.0], &[0, 128, 191, 255]),
        ("<f8", &[-0.01, 0.0, 16.0, 8.25], &[0, 0, 255, 131]),
    ] {
        let (found, said) = pixels(descr, values).unwrap();
        assert_eq!(found, expected, "{descr} {values:?}: {said}");
    }
    // Nothing is said of what is usual, and something of everything else.
    for (descr, values, said) in [
        ("|u1", &[0.0, 255.0][..], ""),
        ("<f4", &[0.0, 0.5, 1.0], ""),
        ("<f4", &[0.0, 0.5, 1.05], "clipped to 0 to 1"),
        ("|u1", &[0.0, 16.0], "16 is white"),
        ("<u2", &[0.0, 4095.0], "12 bits"),
    ] {
        let (_, found) = pixels(descr, values).unwrap();
        assert!(
            found.contains(said) && said.is_empty() == found.is_empty(),
            "{found}"
        );
    }
    for (values, said) in [
        ([0.0, f64::NAN], "nan_to_num"),
        ([-2.0, 1.25], "-2 to 1.25"),
        ([0.0, 1e9], "0 to 1.000e9"),
    ] {
        let found = pixels("<f8", &values).unwrap_err();
        assert!(found.contains(said) && found.contains("in x "), "{found}");
    }
}

#[test]
fn training_and_test_images_each_have_their_own_scale() {
    let floats: Vec<f64> = (0..128).map(|i| f64::from(i % 2)).collect();
    let halves: Vec<f64> = floats.iter().map(|value| value * 0.5 + 0.25).collect();
    let whole = archive(&[
        ("x_train.npy", npy("|u1", "(2, 8, 8)", &bytes(2))),
        (
            "x_test.npy",
            npy("<f4", "(2, 8, 8)", &numbers("<f4", &halves)),
        ),
    ]);
    let parts = try_open("a.npz", &whole).unwrap();
    assert_eq!(parts.train.image(1), image(1));
    assert_eq!(parts.test.image(0)[..2], [64, 191]);
    let said = parts.remarks.join(" ");
    assert!(
        said.contains("x_test") && said.contains("different scales"),
        "{said}"
    );
}

/// The value at a row and a column of a channel of an image.
fn value(image: usize, channel: usize, y: usize, x: usize) -> u8 {
    ((image * 97 + channel * 61 + y * 19 + x * 7) % 255) as u8
}

/// An array of `count` images, whose axes are named by letters: `nhwc` and its like.
fn array(axes: &str, is_fortran: bool, [n, c, h, w]: [usize; 4]) -> (String, Vec<u8>) {
    let size = |axis: char| match axis {
        'n' => n,
        'c' => c,
        'h' => h,
        _ => w,
    };
    let sizes: Vec<usize> = axes.chars().map(size).collect();
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    if is_fortran {
        order.reverse();
    }
    let count: usize = sizes.iter().product();
    let data = (0..count).map(|mut at| {
        let mut place = [0; 128];
        for &axis in order.iter().rev() {
            let letter = axes.as_bytes()[axis];
            place[usize::from(letter)] = at % sizes[axis];
            at /= sizes[axis];
        }
        let [n, c, h, w] = [b'n', b'c', b'h', b'w'].map(|axis| place[usize::from(axis)]);
        value(n, c, h, w)
    });
    let sizes: Vec<String> = sizes.iter().map(usize::to_string).collect();
    (format!("({})", sizes.join(", ")), data.collect())
}

#[test]
fn every_clear_layout_is_read_in_either_order() {
    let turned = Reading {
        transpose: Some(true),
        ..Reading::default()
    };
    for (axes, sizes, is_remarked) in [
        ("nhw", [40, 1, 9, 12], false),
        ("nhwc", [5, 3, 9, 12], false),
        ("nchw", [5, 3, 9, 12], false),
        ("nhwc", [5, 1, 9, 12], false),
        ("nchw", [5, 1, 9, 12], false),
        ("hwn", [150, 1, 9, 12], true),
        ("hwn", [40, 1, 12, 12], true),
        ("hwcn", [5, 3, 9, 12], true),
        ("chwn", [5, 3, 9, 12], true),
    ] {
        for (is_fortran, reading) in [
            (false, Reading::default()),
            (true, Reading::default()),
            (false, turned.clone()),
        ] {
            let (shape, data) = array(axes, is_fortran, sizes);
            let labels: Vec<u8> = (0..sizes[0]).map(|i| i as u8).collect();
            // Without labels, so that the shape must say it; they are compared by their first pixel.
            let file = ordered_npy("|u1", is_fortran, &shape, &data);
            let parts = try_open_as("a.npy", &file, &reading).unwrap();
            let is_turned = reading.transpose.is_some();
            assert_eq!(
                !parts.remarks.is_empty(),
                is_remarked || is_turned,
                "{axes}"
            );
            let (train, test, _) =
                crate::data::split::set_apart(Path::new("a"), labels.len()).unwrap();
            let [_, channels, height, width] = sizes;
            for (images, numbers) in [(&parts.train, train), (&parts.test, test)] {
                assert_eq!(images.len(), numbers.len(), "{axes}");
                for (i, &number) in numbers.iter().enumerate() {
                    let mut expected = Vec::new();
                    let (rows, columns) = if is_turned {
                        (width, height)
                    } else {
                        (height, width)
                    };
                    for c in 0..channels {
                        for y in 0..rows {
                            for x in 0..columns {
                                let (y, x) = if is_turned { (x, y) } else { (y, x) };
                                expected.push(value(number, c, y, x));
                            }
                        }
                    }
                    assert!(
                        images.image(i) == expected,
                        "{axes} {is_fortran} {is_turned} {i}"
                    );
                }
            }
        }
    }
}

#[test]
fn labels_say_which_axis_is_the_count() {
    for (axes, sizes) in [
        ("nhw", [20, 1, 20, 9]),
        ("hwn", [9, 1, 20, 20]),
        ("nchw", [3, 3, 8, 8]),
    ] {
        let (shape, data) = array(axes, false, sizes);
        let labels = vec![1; sizes[0]];
        let whole = archive(&[
            ("x_train.npy", npy("|u1", &shape, &data)),
            (
                "y_train.npy",
                npy("|u1", &format!("({},)", sizes[0]), &labels),
            ),
        ]);
        let parts = try_open("a.npz", &whole).unwrap();
        assert_eq!(parts.train.len() + parts.test.len(), sizes[0], "{axes}");
        assert_eq!(parts.train.image(0)[1], value(0, 0, 0, 1), "{axes}");
    }
}

#[test]
fn test_images_are_of_the_shape_of_the_training_images() {
    // Three test images of one channel are no picture of three.
    let (train, data) = array("nhw", false, [9, 1, 8, 8]);
    let (test, few) = array("nhw", false, [3, 1, 8, 8]);
    let whole = archive(&[
        ("x_train.npy", npy("|u1", &train, &data)),
        ("x_test.npy", npy("|u1", &test, &few)),
    ]);
    assert_eq!(try_open("a.npz", &whole).unwrap().test.len(), 3);
    let alone = try_open("a.npy", &npy("|u1", &test, &few)).unwrap_err();
    assert!(alone.contains("three grey pictures"), "{alone}");
}

#[test]
fn the_values_contradict_a_shape_that_would_mislead() {
    // Slopes whose count is the last axis, in a shape that may as well begin with it.
    let slope = |n: usize, y: usize, x: usize| (n * 83 % 200 + y + x) as u8;
    let last: Vec<u8> = (0..28 * 20 * 40)
        .map(|i| slope(i % 40, i / 800, i / 40 % 20))
        .collect();
    let found = try_open("a.npy", &npy("|u1", "(28, 20, 40)", &last)).unwrap_err();
    assert!(found.contains("x.transpose(2, 0, 1)"), "{found}");
    let first: Vec<u8> = (0..40 * 28 * 20)
        .map(|i| slope(i / 560, i / 20 % 28, i % 20))
        .collect();
    let parts = try_open("a.npy", &npy("|u1", "(40, 28, 20)", &first)).unwrap();
    assert_eq!(parts.train.shape().to_string(), "20×28×1");
    assert!(
        parts.remarks[0].contains("(n, height, width)"),
        "{:?}",
        parts.remarks
    );
}

#[test]
fn flat_colours_are_told_by_their_values() {
    let smooth = |c: usize, y: usize, x: usize| (c * 80 + y * 5 + x * 3) as u8;
    let planes: Vec<u8> = (0..6 * 192)
        .map(|i| smooth(i % 192 / 64, i % 64 / 8, i % 8))
        .collect();
    let pixels: Vec<u8> = (0..6 * 192)
        .map(|i| smooth(i % 3, i % 192 / 24, i % 24 / 3))
        .collect();
    for (data, words) in [(planes, "all red values first"), (pixels, "side by side")] {
        for is_fortran in [false, true] {
            let mut data = data.clone();
            if is_fortran {
                data = (0..6 * 192).map(|i| data[i % 6 * 192 + i / 6]).collect();
            }
            let file = ordered_npy("|u1", is_fortran, "(6, 192)", &data);
            let parts = try_open("a.npy", &file).unwrap();
            assert_eq!(parts.train.shape().to_string(), "8×8×3");
            assert_eq!(parts.train.image(0)[64 + 8 + 2], smooth(1, 1, 2));
            assert!(parts.remarks[0].contains(words), "{:?}", parts.remarks);
        }
    }
    let noise: Vec<u8> = (0..6 * 192_u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let found = try_open("a.npy", &npy("|u1", "(6, 192)", &noise)).unwrap_err();
    assert!(found.contains("x.reshape(-1, 3, 8, 8)"), "{found}");
}

#[test]
fn size_and_colour_are_followed_and_large_pictures_need_a_size() {
    let large: Vec<u8> = (0..5 * 200 * 160 * 3)
        .map(|i| (i / 3 % 160) as u8)
        .collect();
    let file = npy("|u1", "(5, 200, 160, 3)", &large);
    let found = try_open("a.npy", &file).unwrap_err();
    for word in ["at most 128 pixels a side", "160×200", "--image-size"] {
        assert!(found.contains(word), "{word}: {found}");
    }
    let reading = Reading {
        size: "16x20".parse().ok(),
        color: Some(crate::data::Color::Grey),
        ..Reading::default()
    };
    let parts = try_open_as("a.npy", &file, &reading).unwrap();
    assert_eq!(parts.train.shape().to_string(), "16×20×1");
    // Ten columns of the slope each.
    assert_eq!(parts.train.image(0)[..3], [5, 15, 25]);
    assert!(parts.remarks[0].contains("160×200"), "{:?}", parts.remarks);
    // Values of one byte on a scale of their own are scaled before they are averaged.
    let small: Vec<u8> = (0..2 * 16 * 16).map(|i| (i % 2) as u8).collect();
    let reading = Reading {
        size: "8x8".parse().ok(),
        ..Reading::default()
    };
    let parts = try_open_as("a.npy", &npy("|b1", "(2, 16, 16)", &small), &reading).unwrap();
    assert_eq!(parts.train.image(0), [128; 64]);
}

#[test]
fn labels_of_every_kind() {
    let with = |descr: &str, shape: &str, data: &[u8]| {
        let whole = archive(&[
            ("images.npy", npy("|u1", "(2, 8, 8)", &bytes(2))),
            ("labels.npy", npy(descr, shape, data)),
        ]);
        try_open("a.npz", &whole)
    };
    let all = |parts: &DatasetParts| {
        let mut all = [
            parts.train_labels.clone().unwrap(),
            parts.test_labels.clone().unwrap(),
        ]
        .concat();
        all.sort_unstable();
        all
    };
    let name = |parts: &DatasetParts| parts.class_names.clone().unwrap_or_default();
    let one_hot = with("|u1", "(2, 3)", &[0, 0, 1, 1, 0, 0]).unwrap();
    assert_eq!(all(&one_hot), [0, 2]);
    let floats = numbers("<f4", &[0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
    assert_eq!(all(&with("<f4", "(2, 3)", &floats).unwrap()), [0, 2]);
    let by_column = archive(&[
        ("x.npy", npy("|u1", "(2, 8, 8)", &bytes(2))),
        (
            "y.npy",
            ordered_npy("|u1", true, "(2, 3)", &[0, 1, 0, 0, 1, 0]),
        ),
    ]);
    assert_eq!(all(&try_open("a.npz", &by_column).unwrap()), [0, 2]);
    let negative = with("|i1", "(2,)", &[255, 3]).unwrap();
    assert_eq!(name(&negative), ["-1", "3"]);
    for (descr, shape) in [("<f8", "(2,)"), ("<f8", "(2, 1)"), (">i8", "(1, 2)")] {
        let values = numbers(descr, &[3.0, 1.0]);
        assert_eq!(
            all(&with(descr, shape, &values).unwrap()),
            [1, 3],
            "{descr} {shape}"
        );
    }
    assert_eq!(all(&with("|b1", "(2,)", &[1, 0]).unwrap()), [0, 1]);
    let wide: Vec<u8> = ["owl", "ant"]
        .iter()
        .flat_map(|word| format!("{word:\0<4}").chars().collect::<Vec<_>>())
        .flat_map(|letter| u32::from(letter).to_le_bytes())
        .collect();
    let text = with("<U4", "(2,)", &wide).unwrap();
    assert_eq!(
        (all(&text), name(&text).join(" ")),
        (vec![0, 1], "ant owl".to_owned())
    );
    let narrow = with("|S3", "(2, 1)", b"dogcat").unwrap();
    assert_eq!(name(&narrow), ["cat", "dog"]);
    let digits = with("|S1", "(2,)", b"71").unwrap();
    assert_eq!((all(&digits), name(&digits).len()), (vec![1, 7], 0));

    for (descr, shape, data, why) in [
        ("<f4", "(2,)", numbers("<f4", &[0.5, 1.0]), "whole numbers"),
        (
            "|u1",
            "(2, 3)",
            vec![1, 0, 1, 0, 1, 0],
            "several of its 3 classes",
        ),
        (
            "|u1",
            "(2, 3)",
            vec![1, 0, 7, 0, 1, 0],
            "3 numbers for each",
        ),
        ("|O", "(2,)", b"\x80\x04".to_vec(), "never opened"),
        ("<c8", "(2,)", vec![0; 16], "<c8"),
    ] {
        let parts = with(descr, shape, &data).unwrap();
        assert_eq!(parts.train_labels, None, "{descr}");
        assert_eq!(parts.skipped[0].path, "labels");
        assert!(parts.skipped[0].why.contains(why), "{:?}", parts.skipped);
        assert_eq!(parts.skipped.len(), 1, "{:?}", parts.skipped);
    }
    let few = with("|u1", "(1,)", &[1]).unwrap_err();
    assert!(few.contains("Expected 2 labels"), "{few}");
}
