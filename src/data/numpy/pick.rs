//! Which arrays are the pictures and the labels, for training and for testing.

use super::file::ArrayFile;
use super::header::{Header, Values};
use super::names::{self, LOOKED_FOR, Meaning, Part, Role};
use crate::data::arrays::{layouts, shape_words};
use crate::data::labels::MAX_CLASSES;
use crate::data::{DataError, Skipped};

/// Arrays that are named in an error at most.
const MAX_NAMED: usize = 12;

/// The arrays that are used, by their places among the entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Picks {
    pub(super) train: usize,
    pub(super) test: Option<usize>,
    pub(super) train_labels: Option<usize>,
    pub(super) test_labels: Option<usize>,
    /// What was decided, a sentence each.
    pub(super) remarks: Vec<String>,
}

/// What an array looks like, whatever it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Look {
    /// Three axes or more.
    Pictures,
    /// One picture a row, perhaps.
    Rows,
    /// One number, text or short row a picture.
    Labels,
    Nothing,
}

impl Look {
    fn of(header: &Header) -> Self {
        let is_text = matches!(header.values, Values::Text(_));
        match (header.numbers().is_some(), &header.shape[..]) {
            (true, [_, _, _, ..]) => Self::Pictures,
            (true, shape @ &[_, width])
                if width >= 64 && !layouts(shape, header.is_fortran).is_empty() =>
            {
                Self::Rows
            }
            (true, [_] | [1, _]) => Self::Labels,
            (true, &[_, width]) if width <= MAX_CLASSES as u64 => Self::Labels,
            (false, [_] | [_, 1]) if is_text => Self::Labels,
            _ => Self::Nothing,
        }
    }
}

/// How many labels an array holds.
pub(super) fn label_count(header: &Header) -> Option<u64> {
    if header.shape.contains(&0) {
        return None;
    }
    match header.shape[..] {
        [1, count] if count > 1 => Some(count),
        [count] | [count, _] => Some(count),
        _ => None,
    }
}

/// What is known of every array.
struct Known<'a> {
    file: &'a ArrayFile,
    meanings: Vec<Meaning>,
    looks: Vec<Look>,
}

/// Picks the arrays.
///
/// # Errors
/// When no array is clearly the one of the training pictures.
pub(super) fn pick(file: &ArrayFile) -> Result<Picks, DataError> {
    let entries = &file.entries;
    let known = Known {
        file,
        meanings: entries.iter().map(|e| names::meaning(&e.name)).collect(),
        looks: entries.iter().map(|e| Look::of(&e.header)).collect(),
    };
    let mut picks = known.pictures()?;
    known.labels(&mut picks);
    Ok(picks)
}

/// Why every array that is not used is left out.
pub(super) fn left_out(file: &ArrayFile, picks: &Picks, refused: &[usize]) -> Vec<Skipped> {
    let used = [
        Some(picks.train),
        picks.test,
        picks.train_labels,
        picks.test_labels,
    ];
    let name = |index: usize| file.entries[index].name.clone();
    let mut skipped = Vec::new();
    for (index, entry) in file.entries.iter().enumerate() {
        if used.contains(&Some(index)) || refused.contains(&index) {
            continue;
        }
        let meaning = names::meaning(&entry.name);
        let why = match (&entry.header.values, meaning.part, meaning.role, picks.test) {
            (Values::Objects, ..) => OBJECTS.to_owned(),
            (_, Some(Part::Validation), _, Some(test)) => format!(
                "it is for validation, which is not used, as the test images are those of {}",
                name(test)
            ),
            (_, Some(Part::Extra), ..) => "images beside the set are not used".to_owned(),
            (_, None | Some(Part::Train), Some(Role::Pictures), _) => {
                format!("the training images are those of {}", name(picks.train))
            }
            _ => "no array of this name is looked for".to_owned(),
        };
        skipped.push(Skipped {
            path: entry.name.clone(),
            why,
        });
    }
    skipped
}

/// Why an array of Python objects is left out.
pub(super) const OBJECTS: &str = "it holds Python objects (pickle), which are never opened; in Python, labels.astype(str) makes text of them";

impl Known<'_> {
    fn name(&self, index: usize) -> &str {
        &self.file.entries[index].name
    }

    /// What an array holds by its name, or by its look where its name says a part only.
    fn role(&self, index: usize) -> Option<Role> {
        let meaning = &self.meanings[index];
        // Pictures that are called digits are no labels.
        let named = meaning
            .role
            .filter(|role| *role != Role::Labels || self.looks[index] != Look::Pictures);
        named.or_else(|| {
            meaning.part?;
            match self.looks[index] {
                Look::Pictures | Look::Rows => Some(Role::Pictures),
                Look::Labels => Some(Role::Labels),
                Look::Nothing => None,
            }
        })
    }

    /// The surest array of this role for this part, of this family where there is one.
    fn find(&self, role: Role, part: Option<Part>, family: Option<&[String]>) -> Option<usize> {
        let fits = |&index: &usize| {
            let header = &self.file.entries[index].header;
            let axes = header.shape.len();
            let can_be = match role {
                Role::Pictures => axes != 1 || header.values == Values::Objects,
                Role::Labels => axes == 1 || axes == 2,
            };
            can_be && self.role(index) == Some(role) && self.meanings[index].part == part
        };
        let is_other = |index: usize| family.is_some_and(|f| f != self.meanings[index].family);
        (0..self.meanings.len())
            .filter(fits)
            .min_by_key(|&index| (is_other(index), self.meanings[index].rank))
    }

    fn pictures(&self) -> Result<Picks, DataError> {
        let named = |part| self.find(Role::Pictures, part, None);
        let train = named(Some(Part::Train)).or_else(|| named(None));
        let mut picks = Picks::default();
        picks.train = match train {
            Some(train) => train,
            None => self.unnamed(&mut picks)?,
        };
        if picks.test.is_some() {
            return Ok(picks);
        }
        let family = Some(self.meanings[picks.train].family.as_slice());
        let sister = |part| {
            let found = self.find(Role::Pictures, Some(part), family);
            found.filter(|&found| found != picks.train)
        };
        let (test, validation) = (sister(Part::Test), sister(Part::Validation));
        picks.test = test.or(validation);
        if let (None, Some(validation)) = (test, validation) {
            picks.remarks.push(format!(
                "The validation images of {} were taken as test images.",
                self.name(validation)
            ));
        }
        Ok(picks)
    }

    /// The array of training pictures where none is called so.
    fn unnamed(&self, picks: &mut Picks) -> Result<usize, DataError> {
        if self.looks.len() == 1 {
            return Ok(0);
        }
        let of_look = |look: Look| -> Vec<usize> {
            (0..self.looks.len())
                .filter(|&i| self.looks[i] == look && self.role(i).is_none())
                .collect()
        };
        let mut found = of_look(Look::Pictures);
        if found.is_empty() {
            found = of_look(Look::Rows);
        }
        match found[..] {
            [only] => {
                picks.remarks.push(format!(
                    "The array {} was taken for the pictures.",
                    self.name(only)
                ));
                Ok(only)
            }
            [first, second] if self.are_positional(&found) => {
                picks.test = Some(second);
                picks.remarks.push(format!(
                    "By their order, {} was taken for the training and {} for the test pictures.",
                    self.name(first),
                    self.name(second)
                ));
                Ok(first)
            }
            [] => {
                let parts = [Part::Test, Part::Validation, Part::Extra];
                let other = parts
                    .into_iter()
                    .find_map(|part| self.find(Role::Pictures, Some(part), None));
                let other = other.ok_or_else(|| self.none())?;
                picks.remarks.push(format!(
                    "There is no array of training pictures: {} was taken for them.",
                    self.name(other)
                ));
                Ok(other)
            }
            _ => Err(self.none()),
        }
    }

    fn are_positional(&self, found: &[usize]) -> bool {
        found
            .iter()
            .all(|&index| names::place(self.name(index)).is_some())
    }

    fn none(&self) -> DataError {
        let entries = self.file.entries.iter();
        let mut names: Vec<String> = entries
            .map(|entry| {
                let shape = shape_words(&entry.header.shape);
                match &entry.header.values {
                    Values::Objects => format!("{} {shape} of Python objects", entry.name),
                    _ => format!("{} {shape}", entry.name),
                }
            })
            .take(MAX_NAMED)
            .collect();
        if self.file.entries.len() > MAX_NAMED {
            names.push("others".to_owned());
        }
        let found = match &names[..] {
            [] => "no array of numbers".to_owned(),
            names => format!("the arrays {}", names.join(", ")),
        };
        let expected = format!("an array of images called {LOOKED_FOR}");
        self.file.unexpected(&expected, found)
    }

    /// Whether labels are as many as the pictures may be.
    fn fits(&self, labels: usize, pictures: usize) -> bool {
        let shape = &self.file.entries[pictures].header.shape;
        let count = label_count(&self.file.entries[labels].header);
        count.is_some_and(|count| shape.first() == Some(&count) || shape.last() == Some(&count))
    }

    /// The labels of this part for an array of pictures. What has another family, such as
    /// `label_names`, must be as many.
    fn labels_of(&self, pictures: usize, part: Option<Part>) -> Option<usize> {
        let family = &self.meanings[pictures].family;
        let found = self.find(Role::Labels, part, Some(family))?;
        let is_family = self.meanings[found].family == *family;
        (is_family || self.fits(found, pictures)).then_some(found)
    }

    fn labels(&self, picks: &mut Picks) {
        let part = |index: usize| self.meanings[index].part;
        let train = picks.train;
        picks.train_labels = self
            .labels_of(train, part(train))
            .or_else(|| match part(train) {
                Some(Part::Train) => self.labels_of(train, None),
                None => self.labels_of(train, Some(Part::Train)),
                _ => None,
            });
        picks.test_labels = picks
            .test
            .and_then(|test| self.labels_of(test, part(test)))
            .filter(|found| Some(*found) != picks.train_labels);
        if picks.train_labels.is_some() {
            return;
        }
        // Labels without a name are those of as many pictures.
        let unnamed: Vec<usize> = (0..self.looks.len())
            .filter(|&i| self.looks[i] == Look::Labels && self.role(i).is_none())
            .collect();
        if unnamed.len() > 1 && !self.are_positional(&unnamed) {
            return;
        }
        let train = unnamed.iter().copied().find(|&i| self.fits(i, picks.train));
        let test = picks.test.and_then(|test| {
            let mut found = unnamed.iter().copied();
            found.find(|&i| Some(i) != train && self.fits(i, test))
        });
        for (labels, pictures) in [(train, Some(picks.train)), (test, picks.test)] {
            if let (Some(labels), Some(pictures)) = (labels, pictures) {
                picks.remarks.push(format!(
                    "The array {} was taken for the labels of {}.",
                    self.name(labels),
                    self.name(pictures)
                ));
            }
        }
        picks.train_labels = train;
        picks.test_labels = test;
    }
}
