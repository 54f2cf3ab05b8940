//! Folders of training and test pictures, by their names.
//!
//! The *part* of a folder is what its pictures are for. Its name may hold other words besides, such as
//! `set` in `test_set`, `images` in `train-images` or the name of the whole set in `asl_alphabet_train`;
//! what is left of it is the *rest*, by which the training and the test folder of one set are found.

/// What the pictures of a folder are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// To train on.
    Train,
    /// To test with.
    Test,
    /// To choose among trained networks; test pictures where there are no others.
    Validation,
    /// To be predicted: neither.
    Other,
}

/// Words for each part.
const WORDS: &[(Part, &[&str])] = &[
    (
        Part::Train,
        &["train", "training", "trn", "trainings", "trainieren"],
    ),
    (Part::Test, &["test", "testing", "tst", "tests", "holdout"]),
    (
        Part::Validation,
        &[
            "val",
            "valid",
            "validation",
            "validate",
            "validating",
            "eval",
            "evaluation",
            "dev",
            "devel",
            "development",
            "validierung",
        ],
    ),
    (
        Part::Other,
        &[
            "pred",
            "predict",
            "prediction",
            "predictions",
            "unlabeled",
            "unlabelled",
            "inference",
        ],
    ),
];

/// Words that say nothing about the part.
const FILLING: &[&str] = &[
    "set",
    "sets",
    "data",
    "dataset",
    "daten",
    "datensatz",
    "image",
    "images",
    "img",
    "imgs",
    "pic",
    "pics",
    "picture",
    "pictures",
    "photo",
    "photos",
    "bilder",
    "folder",
    "dir",
    "seg",
    "split",
    "sample",
    "samples",
    "out",
];

/// The part that a folder's name stands for, and the rest of the name.
pub(super) fn part_of(name: &str) -> Option<(Part, String)> {
    let mut found = None;
    let mut rest = Vec::new();
    for word in words(name) {
        if let Some((part, of_word)) = part_of_word(&word) {
            // Two parts in one name say nothing: `train_test`.
            if found.replace(part).is_some() {
                return None;
            }
            rest.extend(of_word);
        } else if !FILLING.contains(&word.as_str()) && word.parse::<u8>().is_err() {
            rest.push(word);
        }
    }
    found.map(|part| (part, rest.join(" ")))
}

/// The part that one word stands for, alone or run together with a filling word.
fn part_of_word(word: &str) -> Option<(Part, Option<String>)> {
    for (part, known) in WORDS {
        for known in *known {
            let rest = match word.strip_prefix(known) {
                Some("") => return Some((*part, None)),
                Some(rest) => rest,
                None => match word.strip_suffix(known) {
                    Some(rest) => rest,
                    None => continue,
                },
            };
            if FILLING.contains(&rest) {
                return Some((*part, None));
            }
        }
    }
    None
}

/// The words of a name in small letters: separated by signs, by a change from small to capital
/// letters, or by digits. `hold-out` is one word.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last: Option<char> = None;
    for next in name.chars() {
        if next.is_alphanumeric() {
            let begins = last.is_none_or(|last| {
                !last.is_alphanumeric()
                    || (last.is_lowercase() && next.is_uppercase())
                    || last.is_numeric() != next.is_numeric()
            });
            if begins {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(next.to_lowercase());
            }
        }
        last = Some(next);
    }
    match words.iter().position(|word| word == "hold") {
        Some(at) if words.get(at + 1).is_some_and(|next| next == "out") => {
            words[at].push_str("out");
            words.remove(at + 1);
        }
        _ => {}
    }
    words
}

/// The folders of each part, where the names of folders beside each other tell training from test
/// pictures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Folders {
    pub(super) train: Vec<String>,
    /// Those of test pictures, or of validation where there are no others; empty where there are
    /// neither.
    pub(super) test: Vec<String>,
    /// Those of other parts, which are left out.
    pub(super) others: Vec<String>,
}

/// Tells folders of training pictures from those of test pictures.
pub(super) fn tell_apart<'a>(names: impl Iterator<Item = &'a str> + Clone) -> Option<Folders> {
    let parts: Vec<(&str, Part, String)> = names
        .clone()
        .filter_map(|name| part_of(name).map(|(part, rest)| (name, part, rest)))
        .collect();
    let all_are_parts = parts.len() == names.count();
    let has = |part: Part, rest: Option<&str>| {
        let is_it = |of: &str| rest.is_none_or(|rest| rest == of);
        parts.iter().any(|(_, p, of)| *p == part && is_it(of))
    };
    let is_set = |rest: &str| {
        let rest = Some(rest);
        has(Part::Train, rest) && (has(Part::Test, rest) || has(Part::Validation, rest))
    };
    let mut rests: Vec<&str> = parts.iter().map(|(.., rest)| rest.as_str()).collect();
    rests.sort_unstable();
    // The name without a rest comes first.
    let rest = match rests.into_iter().find(|rest| is_set(rest)) {
        Some(rest) => Some(rest),
        // Names that differ in other words too, but there is nothing else beside them; one folder
        // alone has none to be told from.
        None if all_are_parts && parts.len() > 1 && has(Part::Train, None) => None,
        None => return None,
    };
    let of = |part: Part| -> Vec<String> {
        let is_it = |of: &str| rest.is_none_or(|rest| rest == of);
        let found = parts.iter().filter(|(_, p, of)| *p == part && is_it(of));
        found.map(|(name, ..)| (*name).to_owned()).collect()
    };
    let (test, validation) = (of(Part::Test), of(Part::Validation));
    let mut others = of(Part::Other);
    let test = if test.is_empty() {
        validation
    } else {
        others.extend(validation);
        test
    };
    Some(Folders {
        train: of(Part::Train),
        test,
        others,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_spellings_are_known() {
        for (part, names) in [
            (
                Part::Train,
                &[
                    "train",
                    "Train",
                    "TRAIN",
                    "training",
                    "training_set",
                    "seg_train",
                    "train_set",
                    "trainset",
                    "TrainSet",
                    "train-data",
                    "traindata",
                    "train images",
                    "images_train",
                    "trainingsdaten",
                    "Training Data",
                    "imgs.train",
                    "train1",
                    "TrainingSet",
                ][..],
            ),
            (
                Part::Test,
                &[
                    "test",
                    "testing",
                    "test_set",
                    "seg_test",
                    "testset",
                    "test1",
                    "holdout",
                    "hold-out",
                    "hold_out_set",
                    "Testdaten",
                ],
            ),
            (
                Part::Validation,
                &[
                    "val",
                    "valid",
                    "validation",
                    "validation_set",
                    "valset",
                    "eval",
                    "dev",
                    "dev_set",
                    "ValidationImages",
                ],
            ),
            (Part::Other, &["seg_pred", "pred", "unlabeled"]),
        ] {
            for name in names {
                assert_eq!(part_of(name), Some((part, String::new())), "{name}");
            }
        }
        for name in [
            "contest",
            "trained",
            "cat",
            "valley",
            "device",
            "train_test",
            "attest",
            "",
        ] {
            assert_eq!(part_of(name), None, "{name}");
        }
        let rest = part_of("asl_alphabet_train").unwrap().1;
        assert_eq!(part_of("asl_alphabet_test"), Some((Part::Test, rest)));
        assert_eq!(
            part_of("train2017").unwrap().1,
            part_of("val2017").unwrap().1
        );
    }

    #[test]
    fn folders_are_told_apart_where_they_belong_together() {
        let told = |names: &[&str]| {
            let folders = tell_apart(names.iter().copied())?;
            Some([folders.train, folders.test, folders.others].map(|names| names.join(" ")))
        };
        let three =
            |train: &str, test: &str, others: &str| Some([train, test, others].map(str::to_owned));
        assert_eq!(told(&["train", "test"]), three("train", "test", ""));
        assert_eq!(
            told(&["test", "train", "val"]),
            three("train", "test", "val")
        );
        assert_eq!(told(&["training", "valid"]), three("training", "valid", ""));
        assert_eq!(
            told(&["seg_pred", "seg_test", "seg_train"]),
            three("seg_train", "seg_test", "seg_pred")
        );
        assert_eq!(
            told(&["alphabet_test", "alphabet_train", "docs"]),
            three("alphabet_train", "alphabet_test", "")
        );
        assert_eq!(told(&["pred", "train"]), three("train", "", "pred"));
        assert_eq!(told(&["a_train", "test_b"]), three("a_train", "test_b", ""));
        // Classes among others: a train is a vehicle.
        assert_eq!(told(&["bus", "car", "train"]), None);
        assert_eq!(told(&["test tube", "train station", "cat"]), None);
        assert_eq!(told(&["test", "other"]), None);
        assert_eq!(told(&["train"]), None);
    }
}
