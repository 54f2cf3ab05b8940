//! What lies in a folder: which pictures train, which test, and of which class they are.
//!
//! A *class folder* is a folder of pictures that belong together. Pictures are looked for at any
//! depth; the outermost folder that tells pictures apart is the class. Where folders tell training from
//! test pictures ([`super::splits`]), the classes are in them, or they are in each class.

mod label;
mod tell;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::names::{listed, parts, shown_path};
use super::splits::{self, Folders, part_of};
pub(super) use super::walk::Found;
use super::walk::{Walk, walk};
use crate::data::{DataError, Meter, Skipped};
pub(super) use tell::{pictures, unread};

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

impl Scan {
    fn skip(&mut self, path: String, why: impl Into<String>) {
        let why = why.into();
        self.skipped.push(Skipped { path, why });
    }

    /// Tells training from test pictures, and classes.
    fn sort(&mut self, mut items: Vec<Item>) {
        let mut around = self.unwrap_with_strays(&mut items, |_| true);
        self.tell_empty_around(&around);
        let mut found = (0..2).find_map(|level| Some((level, split_at(&items, level)?)));
        if found.is_none()
            && let Some((place, folders)) = deeper_split(&items)
        {
            self.leave_outside(&mut items, &place, &around);
            around.extend(place);
            found = Some((0, folders));
        }
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

    /// Takes away folders that hold everything there is, or all but a few pictures beside one folder of
    /// folders, which are left out and listed. The names of these folders.
    fn unwrap_with_strays(
        &mut self,
        items: &mut Vec<Item>,
        may_be: impl Fn(&Item) -> bool,
    ) -> Vec<String> {
        let mut around = Vec::new();
        loop {
            around.extend(unwrap_folders(items, &may_be));
            let loose = items.iter().filter(|item| item.folder().is_none()).count();
            let inner: BTreeSet<&str> = items
                .iter()
                .filter(|item| item.parts.len() > 2)
                .map(|item| item.parts[1].as_str())
                .collect();
            let folders = class_folders(items);
            let is_one = folders.len() == 1 && inner.len() > 1;
            if loose == 0 || !is_one || loose > items.len() - loose {
                return around;
            }
            let folder = listed(folders);
            let (kept, left): (Vec<Item>, Vec<Item>) = std::mem::take(items)
                .into_iter()
                .partition(|item| item.folder().is_some());
            *items = kept;
            for item in left {
                let why = format!("it lies beside {folder}, in which the folders of pictures are");
                self.skip(shown_path(&item.found.path), why);
            }
        }
    }

    /// Leaves out what is not in the place of the folders of training and test pictures.
    fn leave_outside(&mut self, items: &mut Vec<Item>, place: &[String], around: &[String]) {
        let mut outside: BTreeMap<String, usize> = BTreeMap::new();
        let (mut kept, left): (Vec<Item>, Vec<Item>) = std::mem::take(items)
            .into_iter()
            .partition(|item| item.parts.starts_with(place));
        for item in &mut kept {
            item.parts.drain(..place.len());
        }
        *items = kept;
        for item in left {
            let path = match item.folder() {
                Some(folder) => [around, &[folder.to_owned()]].concat().join("/"),
                None => shown_path(&item.found.path),
            };
            *outside.entry(path).or_default() += 1;
        }
        let place = [around, place].concat().join("/");
        for (path, count) in outside {
            let whose = format!("its {} {}", pictures(count), tell::are(count));
            self.skip(
                path,
                format!("{whose} not in {place}, which has folders for training and testing"),
            );
        }
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
            let whose = format!("its {} {}", pictures(count), tell::are(count));
            self.skip(place, format!("{whose} {inside}"));
        }
        for path in loose {
            self.skip(path, format!("it is {inside}"));
        }
        if level == 0 {
            // In each of them the classes may lie deeper.
            let inner = self.unwrap_with_strays(&mut train.items, |item| item.parts.len() > 2);
            let classes: BTreeSet<String> = owned(class_folders(&train.items));
            let test_inner = self.unwrap_with_strays(&mut test.items, |item| {
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
}

fn owned(names: BTreeSet<&str>) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

/// The folders that pictures are in.
fn class_folders(items: &[Item]) -> BTreeSet<&str> {
    items.iter().filter_map(Item::folder).collect()
}

/// The folders of training and test pictures among those at one depth. Below the outermost, there
/// must be several folders around, and all folders in them must be of one part or another.
fn split_at(items: &[Item], level: usize) -> Option<Folders> {
    let names: BTreeSet<&str> = items
        .iter()
        .filter(|item| item.parts.len() > level + 1)
        .map(|item| item.parts[level].as_str())
        .collect();
    if level > 0
        && (class_folders(items).len() < 2 || !names.iter().all(|name| part_of(name).is_some()))
    {
        return None;
    }
    splits::tell_apart(names.iter().copied())
}

/// The place of the folders of training and test pictures, and these, where they lie deeper than other
/// folders and hold most of the pictures.
fn deeper_split(items: &[Item]) -> Option<(Vec<String>, Folders)> {
    const DEEPEST: usize = 4;
    for depth in 1..=DEEPEST {
        // By the place: how many pictures there are, and the names of the folders in it.
        let mut places: BTreeMap<&[String], (usize, BTreeSet<&str>)> = BTreeMap::new();
        for item in items.iter().filter(|item| item.parts.len() > depth + 1) {
            let (count, names) = places.entry(&item.parts[..depth]).or_default();
            *count += 1;
            names.insert(&item.parts[depth]);
        }
        let most = places.into_iter().max_by_key(|(_, (count, _))| *count);
        let (place, (count, names)) = most?;
        if count * 2 > items.len()
            && let Some(folders) = splits::tell_apart(names.iter().copied())
        {
            return Some((place.to_vec(), folders));
        }
    }
    None
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
mod tests;
