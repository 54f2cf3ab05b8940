//! Tables of every declared kind, drawn at random: read as they are, or refused in a sentence.

use proptest::prelude::*;

use super::*;

/// How pixels are written.
#[derive(Clone, Copy, Debug)]
enum Range {
    Byte,
    Bit,
    Unit,
    Over,
    Signed,
    Sixteen,
    Decimal,
    Twelve,
    Scientific,
}

impl Range {
    /// A shade from 0 to 255 as it is written, and the pixel that it is to become.
    fn write(self, shade: u8) -> (String, u8) {
        let unit = f64::from(shade) / 255.0;
        let byte = |value: f64| value.round() as u8;
        match self {
            Self::Byte => (shade.to_string(), shade),
            Self::Bit => (
                u8::from(shade > 127).to_string(),
                if shade > 127 { 255 } else { 0 },
            ),
            Self::Unit => (format!("{unit:.6}"), shade),
            Self::Over => (format!("{:.7}", unit * 1.000_001), shade),
            Self::Signed => (format!("{:.6}", 2.0 * unit - 1.0), shade),
            Self::Sixteen => {
                let value = byte(16.0 * unit);
                (value.to_string(), byte(f64::from(value) / 16.0 * 255.0))
            }
            Self::Decimal => (format!("{:.2}", f64::from(shade)), shade),
            Self::Twelve => {
                let value = (4095.0 * unit).round();
                (value.to_string(), byte(value / 4095.0 * 255.0))
            }
            Self::Scientific => (format!("{unit:.5e}"), shade),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Nowhere,
    First,
    Last,
    Between,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Head {
    Bare,
    Names,
    Counted,
    Comment,
}

#[derive(Clone, Debug)]
struct Kind {
    range: Range,
    separator: &'static str,
    place: Place,
    head: Head,
    label: &'static str,
    has_index: bool,
    is_word: bool,
    has_comma: bool,
    encoding: usize,
    end: &'static str,
    is_framed: bool,
    count: usize,
    seed: u64,
}

fn kinds() -> impl Strategy<Value = Kind> {
    let range = prop::sample::select(vec![
        Range::Byte,
        Range::Byte,
        Range::Bit,
        Range::Unit,
        Range::Over,
        Range::Signed,
        Range::Sixteen,
        Range::Decimal,
        Range::Twelve,
        Range::Scientific,
    ]);
    let separator = prop::sample::select(vec![",", ";", "\t", " ", "  ", "|", ", "]);
    let place = prop::sample::select(vec![
        Place::Nowhere,
        Place::First,
        Place::Last,
        Place::Between,
    ]);
    let head = prop::sample::select(vec![Head::Bare, Head::Names, Head::Counted, Head::Comment]);
    let label = prop::sample::select(vec!["label", "target", "character", "breed", "whatever"]);
    let end = prop::sample::select(vec!["\n", "\r\n", "\r"]);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (
        (range, separator, place, head, label, end),
        flags,
        (0..6_usize, 3..40_usize, any::<u64>()),
    )
        .prop_map(
            |((range, separator, place, head, label, end), flags, (encoding, count, seed))| {
                // A number in between is found by its name only.
                let has_names = matches!(head, Head::Names | Head::Comment);
                let place = match place {
                    Place::Between if !has_names && !flags.1 => Place::First,
                    place => place,
                };
                Kind {
                    range,
                    separator,
                    place,
                    head,
                    label,
                    has_index: flags.0,
                    is_word: flags.1,
                    has_comma: flags.2 && !separator.contains(','),
                    encoding,
                    end,
                    is_framed: flags.3,
                    count,
                    seed,
                }
            },
        )
}

/// A table, its pixels and its labels.
struct Drawn {
    bytes: Vec<u8>,
    images: Vec<Vec<u8>>,
    labels: Option<Vec<String>>,
}

fn draw(kind: &Kind) -> Drawn {
    let mut state = kind.seed;
    let mut random = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    let mut table = Vec::new();
    let (mut images, mut labels) = (Vec::new(), Vec::new());
    for i in 0..kind.count {
        let mut row = Vec::new();
        let mut pixels = Vec::new();
        for place in 0..64 {
            let (x, y) = (place % 8, place / 8);
            let is_frame = kind.is_framed && (x == 0 || y == 0 || x == 7 || y == 7);
            let shade = match place {
                // Both ends of the range are there.
                27 => 255,
                28 => 0,
                _ if is_frame => 0,
                _ => (random() % 256) as u8,
            };
            let (text, pixel) = kind.range.write(shade);
            row.push(if kind.has_comma {
                text.replace('.', ",")
            } else {
                text
            });
            pixels.push(pixel);
        }
        let class = random() % 5;
        let label = if kind.is_word {
            format!("c{class}")
        } else {
            class.to_string()
        };
        match kind.place {
            Place::Nowhere => {}
            Place::First => row.insert(0, label.clone()),
            Place::Last => row.push(label.clone()),
            Place::Between => row.insert(33, label.clone()),
        }
        if kind.has_index {
            row.insert(0, i.to_string());
        }
        table.push(row);
        images.push(pixels);
        labels.push(label);
    }
    let mut names = pixel_names();
    match kind.place {
        Place::Nowhere => {}
        Place::First => names.insert(0, kind.label.to_owned()),
        Place::Last => names.push(kind.label.to_owned()),
        Place::Between => names.insert(33, kind.label.to_owned()),
    }
    if kind.has_index {
        names.insert(0, "id".to_owned());
    }
    match kind.head {
        Head::Bare => {}
        Head::Names => table.insert(0, names),
        Head::Counted => table.insert(0, (0..names.len()).map(|i| i.to_string()).collect()),
        Head::Comment => {
            names[0] = format!("# {}", names[0]);
            table.insert(0, names);
        }
    }
    let text: String = table
        .iter()
        .map(|row| row.join(kind.separator) + kind.end)
        .collect();
    let units = |is_big_endian: bool| {
        let bytes = move |unit: u16| {
            if is_big_endian {
                unit.to_be_bytes()
            } else {
                unit.to_le_bytes()
            }
        };
        text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>()
    };
    let bytes = match kind.encoding {
        0 => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        1 => [&b"\xff\xfe"[..], &units(false)].concat(),
        2 => [&b"\xfe\xff"[..], &units(true)].concat(),
        3 => units(false),
        4 => units(true),
        _ => text.into_bytes(),
    };
    Drawn {
        bytes,
        images,
        labels: (kind.place != Place::Nowhere).then_some(labels),
    }
}

/// The labels of a data set by their names.
fn found_labels(data: &crate::data::Dataset) -> Option<Vec<String>> {
    let labels = data.train_labels.as_ref()?;
    let name = |label: &u8| match &data.class_names {
        Some(names) => names[usize::from(*label)].clone(),
        None => label.to_string(),
    };
    Some(labels.iter().map(name).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn tables_are_read_as_they_are_or_ask(kind in kinds()) {
        let drawn = draw(&kind);
        let has_names = matches!(kind.head, Head::Names | Head::Comment);
        let data = match whole(&drawn.bytes) {
            Ok(data) => data,
            Err(said) => {
                // Only what has no names may be unclear.
                prop_assert!(!has_names, "{}", said);
                prop_assert!(said.contains("--label"), "{}", said);
                return Ok(());
            }
        };
        prop_assert_eq!(data.train.len(), kind.count);
        for (i, expected) in drawn.images.iter().enumerate() {
            for (found, expected) in data.train.image(i).iter().zip(expected) {
                prop_assert!(found.abs_diff(*expected) <= 1, "image {}: {:?}", i, data.remarks);
            }
        }
        let distinct = drawn.labels.iter().flatten().collect::<std::collections::BTreeSet<_>>();
        // Labels that happen to count the rows may be taken for an index where no heading says what
        // they are, and then that is remarked.
        let is_counted = data.remarks.join(" ").contains("counts the rows");
        let is_named = has_names && kind.label != "whatever";
        if is_named || (!is_counted && (has_names || distinct.len() > 1)) {
            prop_assert_eq!(found_labels(&data), drawn.labels);
        }
    }

    #[test]
    fn any_text_is_survived(
        start in "[0-9,;.\\n\\r\"a-z# \\t|\\[\\]-]{0,80}",
        rows in 0..4_usize,
        value in "[0-9.e,-]{0,6}",
        cut in 0..40_usize,
    ) {
        let row = [vec!["1".to_owned()], vec![value; 64]].concat();
        let text = start + "\n" + &lines(&vec![row; rows]);
        let bytes = &text.as_bytes()[..text.len().saturating_sub(cut)];
        if let Err(found) = open(&[("a.csv", bytes)]) {
            prop_assert!(found.contains("a.csv"), "{}", found);
        }
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Err(found) = open(&[("a.csv", &bytes)]) {
            prop_assert!(found.contains("a.csv"), "{}", found);
        }
    }
}
