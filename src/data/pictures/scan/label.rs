//! Classes of pictures, by the folders they are in.

use std::collections::{BTreeMap, BTreeSet};

use super::super::names::{listed, shown_path};
use super::tell::{are, pictures};
use super::{Item, Scan, Side, class_folders, owned};
use crate::data::labels::{MAX_CLASSES, in_order};

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

impl Scan {
    pub(super) fn label(&mut self, mut train: Side, mut test: Side) {
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

/// Whether a folder without pictures may be meant as a class.
pub(super) fn may_be_class(name: &str) -> bool {
    !NO_CLASSES.contains(&name.to_lowercase().as_str())
}
