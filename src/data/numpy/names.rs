//! What the names of arrays say.
//!
//! A name is taken apart into words: `X_train`, `train_images`, `xTrain` and `mnist-train-imgs` all
//! say that they are *pictures* for *training*. What is left of a name once those words are gone is
//! its *family*: arrays of one set share it.

/// Which images an array belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Part {
    Train,
    Test,
    Validation,
    /// Images beside those of the set: `extra`, `unlabeled`.
    Extra,
}

/// What an array holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Role {
    Pictures,
    Labels,
}

/// What a name says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Meaning {
    pub(super) part: Option<Part>,
    pub(super) role: Option<Role>,
    /// Place of the word for the role among its like: the first is the surest.
    pub(super) rank: usize,
    /// The other words.
    pub(super) family: Vec<String>,
}

/// Words for parts.
const PARTS: &[(Part, &[&str])] = &[
    (Part::Train, &["train", "training", "trn", "tr"]),
    (
        Part::Test,
        &["test", "testing", "tst", "te", "ts", "t10k", "eval"],
    ),
    (Part::Validation, &["val", "valid", "validation", "dev"]),
    (Part::Extra, &["extra", "unlabeled", "unlabelled"]),
];

/// Words for pictures, the surest first.
const PICTURES: &[&str] = &[
    "x", "xs", "images", "image", "imgs", "img", "pictures", "picture", "data", "pixels",
    "features", "feature", "inputs", "input", "samples",
];

/// Words for labels.
const LABELS: &[&str] = &[
    "y", "ys", "labels", "label", "lbls", "lbl", "targets", "target", "class", "digits", "digit",
];

/// Words that say nothing.
const FILLING: &[&str] = &["set", "arr", "array", "npy"];

/// What to look for, in errors.
pub(super) const LOOKED_FOR: &str =
    "x_train, train_images or images (and y_train, x_test and so on)";

/// What a name says.
pub(super) fn meaning(name: &str) -> Meaning {
    let mut found = Meaning::default();
    for word in words(name) {
        let (part, role) = (part(&word), role(&word));
        if let (Some(part), None) = (part, found.part) {
            found.part = Some(part);
        } else if let (Some((role, rank)), None) = (role, found.role) {
            (found.role, found.rank) = (Some(role), rank);
        } else if !FILLING.contains(&word.as_str()) && (part.is_none() || part != found.part) {
            found.family.push(word);
        }
    }
    found
}

/// The place of an array that was given no name, such as `arr_1`.
pub(super) fn place(name: &str) -> Option<usize> {
    name.strip_prefix("arr_")?.parse().ok()
}

fn part(word: &str) -> Option<Part> {
    let found = PARTS.iter().find(|(_, words)| words.contains(&word));
    found.map(|(part, _)| *part)
}

fn role(word: &str) -> Option<(Role, usize)> {
    let place = |words: &[&str]| words.iter().position(|known| *known == word);
    match place(PICTURES) {
        Some(rank) => Some((Role::Pictures, rank)),
        None => place(LABELS).map(|rank| (Role::Labels, rank)),
    }
}

/// The words of a name, in small letters.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_small = false;
    for letter in name.chars() {
        // trainX is two words, and so is train_X.
        if !letter.is_alphanumeric() || (letter.is_uppercase() && was_small) {
            words.push(String::new());
        }
        was_small = letter.is_lowercase();
        if let Some(word) = words.last_mut()
            && letter.is_alphanumeric()
        {
            word.extend(letter.to_lowercase());
        }
    }
    words
        .iter()
        .filter(|word| !word.is_empty())
        .flat_map(|word| parted(word))
        .collect()
}

/// A word, or the two that it is made of: `xtrain`, `trainimages`.
fn parted(word: &str) -> Vec<String> {
    if part(word).is_none() && role(word).is_none() {
        for at in word.char_indices().map(|(at, _)| at).skip(1) {
            let (first, second) = word.split_at(at);
            let is_both = part(first).is_some() && role(second).is_some()
                || role(first).is_some() && part(second).is_some();
            if is_both {
                return vec![first.to_owned(), second.to_owned()];
            }
        }
    }
    vec![word.to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        use Part::*;
        use Role::*;
        for (name, part, role) in [
            ("x_train", Some(Train), Some(Pictures)),
            ("X_train", Some(Train), Some(Pictures)),
            ("Xtrain", Some(Train), Some(Pictures)),
            ("trainX", Some(Train), Some(Pictures)),
            ("train_images", Some(Train), Some(Pictures)),
            ("trainimages", Some(Train), Some(Pictures)),
            ("training-data", Some(Train), Some(Pictures)),
            ("train_set_x", Some(Train), Some(Pictures)),
            ("train", Some(Train), None),
            ("Y_valid", Some(Validation), Some(Labels)),
            ("val_labels", Some(Validation), Some(Labels)),
            ("y_test", Some(Test), Some(Labels)),
            ("testY", Some(Test), Some(Labels)),
            ("image", None, Some(Pictures)),
            ("features", None, Some(Pictures)),
            ("target", None, Some(Labels)),
            ("extra_images", Some(Extra), Some(Pictures)),
            ("latents_values", None, None),
            ("arr_0", None, None),
            ("", None, None),
            ("テスト", None, None),
        ] {
            let found = meaning(name);
            assert_eq!((found.part, found.role), (part, role), "{name}");
        }
        assert!(meaning("x").rank < meaning("images").rank);
        assert_eq!((place("arr_12"), place("arr_x")), (Some(12), None));
    }

    #[test]
    fn a_family_is_what_is_left() {
        for name in ["kmnist-train-imgs", "kmnist-test-labels"] {
            assert_eq!(meaning(name).family, ["kmnist"], "{name}");
        }
        assert_eq!(meaning("train_set_x").family, [] as [&str; 0]);
        assert_eq!(meaning("train.x_train"), meaning("x_train"));
        assert_eq!(meaning("x_train_64").family, ["64"]);
    }
}
