//! Labels, from whatever a file calls its classes.
//!
//! A *class* is what images with the same label have in common. Labels here are bytes, so there are
//! at most 256 classes; numbers from 0 to 255 are labels as they are, anything else is counted
//! through in order and keeps its name.

use std::collections::BTreeSet;

/// Classes at most.
pub(super) const MAX_CLASSES: usize = 256;

/// Labels of training and test images, and what their classes are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Labelled {
    /// One a training image.
    pub(super) train: Vec<u8>,
    /// One a test image, where there are any.
    pub(super) test: Option<Vec<u8>>,
    /// Names of the classes, where numbers do not say it all.
    pub(super) names: Option<Vec<String>>,
}

/// Labels that come as rows of numbers: one number a picture, or zeros and a one at the place of its
/// class.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    count: usize,
    width: usize,
    /// The numbers come column by column.
    is_by_column: bool,
    taken: usize,
    numbers: Vec<i64>,
    /// Ones of each row.
    ones: Vec<u32>,
    is_whole: bool,
    /// All numbers are 0 or 1.
    is_binary: bool,
}

impl Rows {
    /// For so many rows of so many numbers.
    pub(super) fn new(count: usize, width: usize, is_by_column: bool) -> Self {
        Self {
            count,
            width: width.max(1),
            is_by_column,
            taken: 0,
            numbers: vec![0; count],
            ones: vec![0; count],
            is_whole: true,
            is_binary: true,
        }
    }

    /// Takes the next number.
    pub(super) fn take(&mut self, value: f64) {
        let (row, column) = if self.is_by_column {
            (self.taken % self.count, self.taken / self.count)
        } else {
            (self.taken / self.width, self.taken % self.width)
        };
        self.taken += 1;
        let (Some(number), Some(ones)) = (self.numbers.get_mut(row), self.ones.get_mut(row)) else {
            return;
        };
        self.is_whole &= value.is_finite() && value.fract() == 0.0;
        self.is_binary &= value == 0.0 || value == 1.0;
        if self.width == 1 {
            *number = value as i64;
        } else if value == 1.0 {
            *number = column as i64;
            *ones += 1;
        }
    }

    /// The labels.
    ///
    /// # Errors
    /// Why there are none, as the end of a sentence.
    pub(super) fn finish(self) -> Result<Vec<i64>, String> {
        let Self { count, width, .. } = self;
        if width == 1 {
            return if self.is_whole {
                Ok(self.numbers)
            } else {
                Err("labels are whole numbers, and it holds others".to_owned())
            };
        }
        let several = self.ones.iter().filter(|&&ones| ones != 1).count();
        match (self.is_binary, several) {
            (true, 0) => Ok(self.numbers),
            (true, _) => Err(format!(
                "a picture has one label here, and {several} of {count} have several of its {width} classes, or none"
            )),
            (false, _) => Err(format!(
                "a picture has one label here, and it holds {width} numbers for each"
            )),
        }
    }
}

/// Why labels were left out.
fn too_many() -> String {
    format!("labels are kept for at most {MAX_CLASSES} classes, and it has more")
}

/// Labels that are whole numbers.
///
/// # Errors
/// Why they cannot be kept, when there are too many classes.
pub(super) fn from_numbers(train: &[i64], test: Option<&[i64]>) -> Result<Labelled, String> {
    let mut classes = BTreeSet::new();
    for &number in train.iter().chain(test.unwrap_or_default()) {
        if classes.insert(number) && classes.len() > MAX_CLASSES {
            return Err(too_many());
        }
    }
    if classes.iter().all(|class| (0..256).contains(class)) {
        let bytes = |numbers: &[i64]| numbers.iter().map(|&number| number as u8).collect();
        return Ok(Labelled {
            train: bytes(train),
            test: test.map(bytes),
            names: None,
        });
    }
    let order: Vec<i64> = classes.into_iter().collect();
    let places = |numbers: &[i64]| {
        let place = |number: &i64| order.binary_search(number).unwrap_or_default() as u8;
        numbers.iter().map(place).collect()
    };
    Ok(Labelled {
        train: places(train),
        test: test.map(places),
        names: Some(order.iter().map(i64::to_string).collect()),
    })
}

/// Labels as they are written: whole numbers where all of them are, names otherwise.
///
/// # Errors
/// Why they cannot be kept, when there are too many classes.
pub(super) fn from_words(train: &[String], test: Option<&[String]>) -> Result<Labelled, String> {
    let all = || train.iter().chain(test.unwrap_or_default());
    let number = |word: &String| whole(word);
    if all().all(|word| number(word).is_some()) {
        let numbers = |words: &[String]| words.iter().filter_map(number).collect::<Vec<_>>();
        return from_numbers(&numbers(train), test.map(numbers).as_deref());
    }
    let classes: BTreeSet<&String> = all().collect();
    if classes.len() > MAX_CLASSES {
        return Err(too_many());
    }
    let names = in_order(classes.into_iter().cloned().collect());
    let places = |words: &[String]| {
        let place = |word: &String| {
            let found = names.iter().position(|name| name == word);
            found.unwrap_or_default() as u8
        };
        words.iter().map(place).collect()
    };
    Ok(Labelled {
        train: places(train),
        test: test.map(places),
        names: Some(names.clone()),
    })
}

/// A whole number, be it written with decimals: `3.0` by pandas, `3.000000e+00` by `NumPy`.
fn whole(word: &str) -> Option<i64> {
    word.parse().ok().or_else(|| {
        let value: f64 = word.parse().ok()?;
        (value.fract() == 0.0 && value.abs() < 1e15).then_some(value as i64)
    })
}

/// Names in the order a person expects: by number where all of them are numbers.
pub(super) fn in_order(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    let number = |name: &String| name.parse::<u64>().ok();
    if names.iter().all(|name| number(name).is_some()) {
        names.sort_by_key(number);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_numbers_are_one_label_each() {
        let of = |width: usize, is_by_column: bool, values: &[f64]| {
            let mut rows = Rows::new(values.len() / width, width, is_by_column);
            for &value in values {
                rows.take(value);
            }
            rows.finish()
        };
        assert_eq!(of(1, false, &[3.0, -1.0]), Ok(vec![3, -1]));
        assert_eq!(
            of(3, false, &[0.0, 0.0, 1.0, 1.0, 0.0, 0.0]),
            Ok(vec![2, 0])
        );
        assert_eq!(of(3, true, &[0.0, 1.0, 0.0, 0.0, 1.0, 0.0]), Ok(vec![2, 0]));
        for (width, values, said) in [
            (1, &[0.5, 1.0][..], "whole numbers"),
            (1, &[f64::NAN, 1.0], "whole numbers"),
            (
                2,
                &[1.0, 1.0, 0.0, 1.0],
                "1 of 2 have several of its 2 classes",
            ),
            (
                2,
                &[0.0, 0.0, 0.0, 1.0],
                "1 of 2 have several of its 2 classes",
            ),
            (2, &[7.0, 0.0, 0.0, 1.0], "2 numbers for each"),
        ] {
            let found = of(width, false, values).unwrap_err();
            assert!(found.contains(said), "{found}");
        }
    }

    #[test]
    fn small_numbers_are_labels_as_they_are() {
        let labelled = from_numbers(&[3, 0, 255], Some(&[1])).unwrap();
        assert_eq!(labelled.train, [3, 0, 255]);
        assert_eq!(labelled.test, Some(vec![1]));
        assert_eq!(labelled.names, None);
    }

    #[test]
    fn other_numbers_keep_their_names() {
        let labelled = from_numbers(&[-1, 1000, -1], Some(&[7])).unwrap();
        assert_eq!(labelled.train, [0, 2, 0]);
        assert_eq!(labelled.test, Some(vec![1]));
        assert_eq!(labelled.names.unwrap(), ["-1", "7", "1000"]);
    }

    #[test]
    fn words_are_counted_through_and_numbers_among_themselves_are_numbers() {
        let words = |words: &[&str]| words.iter().map(|&w| w.to_owned()).collect::<Vec<_>>();
        let labelled = from_words(&words(&["dog", "cat", "dog"]), None).unwrap();
        assert_eq!(labelled.train, [1, 0, 1]);
        assert_eq!(labelled.names.unwrap(), ["cat", "dog"]);
        let written = ["7", "3.0", "3.000000e+00"];
        let labelled = from_words(&words(&written), None).unwrap();
        assert_eq!(labelled.train, [7, 3, 3]);
        let labelled = from_words(&words(&written[..2]), None).unwrap();
        assert_eq!((labelled.train, labelled.names), (vec![7, 3], None));
        assert_eq!(in_order(words(&["10", "9", "2"])), ["2", "9", "10"]);
        assert_eq!(in_order(words(&["b10", "b9"])), ["b10", "b9"]);
    }

    #[test]
    fn too_many_classes_are_told() {
        let numbers: Vec<i64> = (0..257).collect();
        assert!(from_numbers(&numbers, None).unwrap_err().contains("256"));
        let words: Vec<String> = (0..257).map(|i| format!("c{i}")).collect();
        assert!(from_words(&words, None).unwrap_err().contains("256"));
    }
}
