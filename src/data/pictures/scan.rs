//! What lies in a folder: which pictures train, which test, and of which class they are.
//!
//! A *class folder* is a folder of pictures that belong together. Pictures are looked for at any
//! depth; the outermost folder that tells pictures apart is the class. Where folders tell training from
//! test pictures ([`super::splits`]), the classes are in them, or they are in each class.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::names::{listed, parts, shown_path};
use super::splits::{self, Folders, Part, part_of};
pub(super) use super::walk::Found;
use super::walk::{Walk, walk};
use crate::data::labels::{MAX_CLASSES, in_order};
use crate::data::{DataError, Meter, Skipped};

/// Folders beside class folders that are none, without pictures.
const NO_CLASSES: &[&str] = &[
    "labels",
    "label",
    "annotations",
    "annotation",
    "metadata",
    "meta",
    "docs",
    "doc",
    "src",
    "code",
    "scripts",
    "models",
    "logs",
];

/// All pictures of a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Scan {
    pub(super) train: Vec<Found>,
    /// Empty where there is no folder of them.
    pub(super) test: Vec<Found>,
    pub(super) class_names: Option<Vec<String>>,
    pub(super) skipped: Vec<Skipped>,
    /// What was decided, in sentences.
    pub(super) remarks: Vec<String>,
    /// What else there is.
    pub(super) walk: Walk,
}

/// A picture with the folders and the name it is reached by, as far as they are not yet used.
struct Item {
    parts: Vec<String>,
    found: Found,
}

impl Item {
    /// The folder it is in, where it is in one.
    fn folder(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [folder, _, ..] => Some(folder),
            _ => None,
        }
    }
}

/// Training or test pictures, and where the folders of their classes are.
#[derive(Default)]
struct Side {
    items: Vec<Item>,
    /// The folders that class folders are in.
    places: Vec<Vec<String>>,
}

/// Looks through a folder.
///
/// # Errors
/// When it cannot be read itself, or when it was cancelled.
pub(super) fn scan(folder: &Path, meter: &dyn Meter) -> Result<Scan, DataError> {
    let mut walk = walk(folder, meter)?;
    let items = std::mem::take(&mut walk.pictures)
        .into_iter()
        .map(|found| Item {
            parts: parts(&found.path),
            found,
        })
        .collect();
    let mut scan = Scan {
        skipped: std::mem::take(&mut walk.skipped),
        walk,
        ..Scan::default()
    };
    scan.sort(items);
    scan.tell_passed_over();
    Ok(scan)
}

/// `1 picture`, `2 pictures`.
pub(super) fn pictures(count: usize) -> String {
    match count {
        1 => "1 picture".to_owned(),
        _ => format!("{count} pictures"),
    }
}

/// `is` or `are`.
fn are(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

impl Scan {
    fn skip(&mut self, path: String, why: impl Into<String>) {
        let why = why.into();
        self.skipped.push(Skipped { path, why });
    }

    /// Tells training from test pictures, and classes.
    fn sort(&mut self, mut items: Vec<Item>) {
        let around = unwrap_folders(&mut items, |_| true);
        self.tell_empty_around(&around);
        let found = (0..2).find_map(|level| Some((level, split_at(&items, level)?)));
        let (mut train, mut test) = (Side::default(), Side::default());
        match found {
            None => {
                self.tell_part_around(&around);
                train.places = self
                    .without_training(&mut items, &around)
                    .unwrap_or_else(|| vec![around]);
                self.tell_no_split(&items);
                train.items = items;
            }
            Some((level, folders)) => {
                self.tell_split(level, &folders);
                (train, test) = self.divide(items, level, &folders, &around);
            }
        }
        self.label(train, test);
    }

    /// Folders of test and validation pictures without one of training pictures are put together. The
    /// places of the classes within, where there are such folders.
    fn without_training(
        &mut self,
        items: &mut [Item],
        around: &[String],
    ) -> Option<Vec<Vec<String>>> {
        let folders = class_folders(items);
        let is_part = |name: &&str| part_of(name).is_some_and(|(_, rest)| rest.is_empty());
        let has_loose = items.iter().any(|item| item.folder().is_none());
        if folders.len() < 2 || has_loose || !folders.iter().all(is_part) {
            return None;
        }
        self.remarks.push(format!(
            "There is no folder of training pictures: those of {} are taken together, and a seventh of them is set apart for testing.",
            listed(folders.iter().copied())
        ));
        let folders = owned(folders);
        for item in items.iter_mut() {
            item.parts.remove(0);
        }
        let inner = unwrap_folders(items, |_| true);
        let place = |name: &String| [around, std::slice::from_ref(name), &inner].concat();
        Some(folders.iter().map(place).collect())
    }

    /// Puts pictures on the side of their folder. Those on no side are left out and listed.
    fn divide(
        &mut self,
        items: Vec<Item>,
        level: usize,
        folders: &Folders,
        around: &[String],
    ) -> (Side, Side) {
        let (mut train, mut test) = (Side::default(), Side::default());
        let mut outside: BTreeMap<String, usize> = BTreeMap::new();
        let mut loose = Vec::new();
        for mut item in items {
            let name = (item.parts.len() > level + 1).then(|| item.parts.remove(level));
            let side = match &name {
                Some(name) if folders.train.contains(name) => &mut train,
                Some(name) if folders.test.contains(name) => &mut test,
                Some(name) => {
                    let mut place = around.to_vec();
                    place.extend(item.parts.into_iter().take(level));
                    place.push(name.clone());
                    *outside.entry(place.join("/")).or_default() += 1;
                    continue;
                }
                None => {
                    loose.push(shown_path(&item.found.path));
                    continue;
                }
            };
            side.items.push(item);
        }
        let names = |names: &[String]| listed(names.iter().map(String::as_str));
        let inside = match folders.test.as_slice() {
            [] => format!("not in {}", names(&folders.train)),
            test => format!(
                "neither in {} nor in {}",
                names(&folders.train),
                names(test)
            ),
        };
        for (place, count) in outside {
            let of_it = match count {
                1 => "picture is".to_owned(),
                _ => "pictures are".to_owned(),
            };
            self.skip(place, format!("its {count} {of_it} {inside}"));
        }
        for path in loose {
            self.skip(path, format!("it is {inside}"));
        }
        if level == 0 {
            // In each of them the classes may lie deeper.
            let inner = unwrap_folders(&mut train.items, |item| item.parts.len() > 2);
            let classes: BTreeSet<String> = owned(class_folders(&train.items));
            let test_inner = unwrap_folders(&mut test.items, |item| {
                item.parts.len() > 2 && !classes.contains(item.parts[0].as_str())
            });
            let place = |name: &String, inner: &[String]| {
                [around, std::slice::from_ref(name), inner].concat()
            };
            train.places = folders
                .train
                .iter()
                .map(|name| place(name, &inner))
                .collect();
            test.places = folders
                .test
                .iter()
                .map(|name| place(name, &test_inner))
                .collect();
            // One folder that is no class holds pictures without labels: `test/images`.
            let of_test = owned(class_folders(&test.items));
            let is_one = of_test.len() == 1 && of_test.is_disjoint(&classes);
            let tells = of_test.len() > 1 && !of_test.is_disjoint(&classes);
            let no_classes = classes.len() == 1 && !tells;
            if no_classes {
                unwrap_folders(&mut train.items, |_| true);
            }
            if is_one || no_classes {
                unwrap_folders(&mut test.items, |_| true);
                test.places.clear();
            }
        } else {
            train.places.push(around.to_vec());
        }
        (train, test)
    }

    fn label(&mut self, mut train: Side, mut test: Side) {
        let of_train = owned(class_folders(&train.items));
        let of_test = owned(class_folders(&test.items));
        let mut has_labels = true;
        let mut tests_have_labels = true;
        if !of_train.is_empty() {
            let all = of_train.union(&of_test).count();
            has_labels = self.leave_loose_out(&mut train.items, all);
        }
        if has_labels && !of_train.is_empty() && !test.items.is_empty() {
            if of_test.is_empty() {
                tests_have_labels = false;
                self.remarks.push(
                    "The test pictures lie in no class folders: they are read without labels."
                        .to_owned(),
                );
            } else {
                tests_have_labels = self.leave_loose_out(&mut test.items, of_test.len().max(2));
            }
        }
        let mut names = of_train.clone();
        names.extend(of_test.iter().cloned());
        let with_pictures = names.len();
        if has_labels && !of_train.is_empty() && with_pictures > 1 {
            let empty = self.empty_folders(&train.places, &test.places, &names);
            self.tell_empty(&empty);
            names.extend(empty);
        }
        let names = in_order(names.into_iter().collect());
        has_labels &= !of_train.is_empty() && with_pictures > 1;
        if names.len() > MAX_CLASSES {
            has_labels = false;
            self.remarks.push(format!(
                "There are {} class folders, and labels are kept for at most {MAX_CLASSES} classes: the pictures are read without labels.",
                names.len()
            ));
        }
        if has_labels && tests_have_labels && !of_test.is_empty() {
            self.tell_differences(&of_train, &of_test);
        }
        let places: BTreeMap<&str, usize> = names
            .iter()
            .enumerate()
            .map(|(place, name)| (name.as_str(), place))
            .collect();
        let take = |items: Vec<Item>, is_labelled: bool| {
            items
                .into_iter()
                .map(|mut item| {
                    let place = item.folder().and_then(|name| places.get(name));
                    item.found.class = place.filter(|_| is_labelled).map(|&place| place as u8);
                    item.found
                })
                .collect::<Vec<_>>()
        };
        self.train = take(train.items, has_labels);
        self.test = take(test.items, has_labels && tests_have_labels);
        self.class_names = has_labels.then_some(names);
        if !has_labels {
            self.tell_tables();
        }
    }

    /// Pictures beside class folders have no class: they are left out where they are the fewer, and
    /// otherwise the folders are no classes. Whether there are classes.
    fn leave_loose_out(&mut self, items: &mut Vec<Item>, classes: usize) -> bool {
        let loose = items.iter().filter(|item| item.folder().is_none()).count();
        if loose == 0 {
            return true;
        }
        if classes < 2 || loose > items.len() - loose {
            let folders = listed(class_folders(items));
            self.remarks.push(format!(
                "{} {} in no folder of {} own, the others in {folders}: all are read, without classes.",
                pictures(loose),
                if loose == 1 { "lies" } else { "lie" },
                if loose == 1 { "its" } else { "their" },
            ));
            return false;
        }
        self.remarks.push(format!(
            "{} beside the class folders {} left out, since no folder tells the class.",
            pictures(loose),
            are(loose)
        ));
        let (kept, left): (Vec<Item>, Vec<Item>) = std::mem::take(items)
            .into_iter()
            .partition(|item| item.folder().is_some());
        *items = kept;
        for item in left {
            self.skip(
                shown_path(&item.found.path),
                "it lies beside class folders, so that its class is not known",
            );
        }
        true
    }

    /// Folders beside class folders in which there are no pictures.
    fn empty_folders(
        &self,
        train: &[Vec<String>],
        test: &[Vec<String>],
        classes: &BTreeSet<String>,
    ) -> BTreeSet<String> {
        let is_class_level = |folder: &Vec<String>| {
            let place = &folder[..folder.len() - 1];
            train
                .iter()
                .chain(test)
                .any(|of_classes| of_classes == place)
        };
        self.walk
            .folders
            .iter()
            .filter(|folder| is_class_level(folder))
            .filter_map(|folder| folder.last())
            .filter(|name| !classes.contains(*name))
            .filter(|name| may_be_class(name))
            .cloned()
            .collect()
    }
}

/// What is told.
impl Scan {
    fn tell_empty(&mut self, empty: &BTreeSet<String>) {
        let names = listed(empty.iter().map(String::as_str));
        match empty.len() {
            0 => {}
            1 => self.remarks.push(format!(
                "The class folder {names} has no pictures that are read: the class has 0 pictures."
            )),
            _ => self.remarks.push(format!(
                "The class folders {names} have no pictures that are read: these classes have 0 pictures."
            )),
        }
    }

    /// Folders around all pictures that are called after training or test pictures.
    fn tell_part_around(&mut self, around: &[String]) {
        let mut parts = around.iter().rev().filter_map(|name| {
            let (part, rest) = part_of(name)?;
            rest.is_empty().then_some((part, name))
        });
        let apart = "a seventh of them is set apart for testing";
        let said = parts.next().map(|(part, name)| match part {
            Part::Train => format!("All pictures are in the folder {name}: {apart}."),
            Part::Test | Part::Validation | Part::Other => format!(
                "All pictures are in the folder {name}, and there are none for training: they are trained on, and {apart}."
            ),
        });
        self.remarks.extend(said);
    }

    /// Folders without pictures beside one that holds all there are.
    fn tell_empty_around(&mut self, around: &[String]) {
        let mut empty: Vec<&str> = Vec::new();
        for (depth, name) in around.iter().enumerate() {
            let beside = self.walk.folders.iter().filter(|folder| {
                folder.len() == depth + 1
                    && folder[..depth] == around[..depth]
                    && folder[depth] != *name
            });
            let names = beside
                .filter_map(|folder| folder.last())
                .map(String::as_str);
            empty.extend(names.filter(|name| may_be_class(name)));
        }
        let said = match empty.len() {
            0 => None,
            1 => Some(format!(
                "The folder {} has no pictures that are read.",
                empty[0]
            )),
            _ => Some(format!(
                "The folders {} have no pictures that are read.",
                listed(empty)
            )),
        };
        self.remarks.extend(said);
    }

    fn tell_split(&mut self, level: usize, folders: &Folders) {
        let names = |names: &[String]| listed(names.iter().map(String::as_str));
        let place = if level == 0 { "" } else { " in each class" };
        let train = names(&folders.train);
        let mut said = match folders.test.as_slice() {
            [] => format!(
                "The pictures of {train}{place} were taken for training; a seventh of them is set apart for testing"
            ),
            test => format!(
                "The pictures of {train}{place} were taken for training, those of {} for testing",
                names(test)
            ),
        };
        if !folders.others.is_empty() {
            said.push_str("; those of ");
            said.push_str(&names(&folders.others));
            said.push_str(" are left out");
        }
        said.push('.');
        self.remarks.push(said);
    }

    /// A folder that is called after training or test pictures, but was taken as a class.
    fn tell_no_split(&mut self, items: &[Item]) {
        let folders = class_folders(items);
        let named: Vec<&str> = folders
            .iter()
            .copied()
            .filter(|name| part_of(name).is_some_and(|(_, rest)| rest.is_empty()))
            .collect();
        if folders.len() < 2 || named.is_empty() {
            return;
        }
        self.remarks.push(format!(
            "The folders {} were taken as classes: there are not both a folder of training and one of test pictures.",
            listed(folders)
        ));
    }

    fn tell_differences(&mut self, train: &BTreeSet<String>, test: &BTreeSet<String>) {
        let only = |one: &BTreeSet<String>, other: &BTreeSet<String>| {
            let only: Vec<String> = one.difference(other).cloned().collect();
            (!only.is_empty()).then(|| listed(only.iter().map(String::as_str)))
        };
        if let Some(names) = only(test, train) {
            self.remarks.push(format!(
                "There are test pictures of {names}, but none to train on."
            ));
        }
        if let Some(names) = only(train, test) {
            self.remarks
                .push(format!("There are no test pictures of {names}."));
        }
    }

    /// Tables beside pictures without classes.
    fn tell_tables(&mut self) {
        let tables = listed(self.walk.tables.iter().map(String::as_str));
        match self.walk.tables.len() {
            0 => {}
            1 => self.remarks.push(format!(
                "{tables} beside the pictures is not read: labels come from class folders only."
            )),
            _ => self.remarks.push(format!(
                "{tables} beside the pictures are not read: labels come from class folders only."
            )),
        }
    }

    /// Pictures that were passed over for where they lie or what they are.
    fn tell_passed_over(&mut self) {
        let count: usize = self.walk.passed_over.values().sum();
        let said = (count > 0).then(|| {
            format!(
                "{} in {} {} passed over: programs keep thumbnails, copies and deleted files there.",
                pictures(count),
                listed(self.walk.passed_over.keys().map(String::as_str)),
                are(count)
            )
        });
        let hidden = self.walk.hidden;
        let of_hidden = (hidden > 0).then(|| {
            let whose = if hidden == 1 {
                "whose name begins"
            } else {
                "whose names begin"
            };
            format!(
                "{} {whose} with a dot {} passed over.",
                pictures(hidden),
                are(hidden)
            )
        });
        let unread = unread(&self.walk.unread).map(|(kinds, remedy)| {
            match self.walk.unread.values().sum() {
                1_usize => format!("There is {kinds}: {remedy}."),
                _ => format!("There are {kinds}: {remedy}."),
            }
        });
        self.remarks
            .extend(said.into_iter().chain(of_hidden).chain(unread));
    }
}

/// How many pictures there are of kinds that are not read, and what to do.
pub(super) fn unread(unread: &BTreeMap<&'static str, usize>) -> Option<(String, String)> {
    use super::kinds::remedy;
    let (first, _) = unread.iter().max_by_key(|(_, count)| **count)?;
    let kinds: Vec<String> = unread
        .iter()
        .map(|(kind, count)| format!("{count} {kind}"))
        .collect();
    let kinds = listed(kinds.iter().map(String::as_str));
    let said = match unread.values().sum() {
        1_usize => format!("{kinds} picture, which is not read"),
        _ => format!("{kinds} pictures, which are not read"),
    };
    let is_one = unread.values().sum::<usize>() == 1;
    let remedy = remedy(first);
    Some((
        said,
        if is_one {
            remedy.replace("them", "it")
        } else {
            remedy.to_owned()
        },
    ))
}

/// Whether a folder without pictures may be meant as a class.
fn may_be_class(name: &str) -> bool {
    !NO_CLASSES.contains(&name.to_lowercase().as_str())
}

fn owned(names: BTreeSet<&str>) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

/// The folders that pictures are in.
fn class_folders(items: &[Item]) -> BTreeSet<&str> {
    items.iter().filter_map(Item::folder).collect()
}

/// The folders of training and test pictures among those at one depth. Below the outermost, all
/// folders must be of one part or another.
fn split_at(items: &[Item], level: usize) -> Option<Folders> {
    let names: BTreeSet<&str> = items
        .iter()
        .filter(|item| item.parts.len() > level + 1)
        .map(|item| item.parts[level].as_str())
        .collect();
    if level > 0 && !names.iter().all(|name| part_of(name).is_some()) {
        return None;
    }
    splits::tell_apart(names.iter().copied())
}

/// Takes away folders that hold everything there is, as long as each picture is so that they may
/// be: they tell nothing apart. Their names.
fn unwrap_folders(items: &mut [Item], may_be: impl Fn(&Item) -> bool) -> Vec<String> {
    let mut around = Vec::new();
    while let Some(folder) = items.first().and_then(Item::folder).map(str::to_owned) {
        let is_around = |item: &Item| item.folder() == Some(&folder) && may_be(item);
        if !items.iter().all(is_around) {
            break;
        }
        for item in items.iter_mut() {
            item.parts.remove(0);
        }
        around.push(folder);
    }
    around
}

#[cfg(test)]
#[path = "scan_tests.rs"]
mod tests;
