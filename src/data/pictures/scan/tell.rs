//! What a scan decided, in sentences.

use std::collections::{BTreeMap, BTreeSet};

use super::super::kinds::remedy;
use super::super::names::listed;
use super::super::splits::{Folders, Part, part_of};
use super::label::may_be_class;
use super::{Item, Scan, class_folders};

/// `1 picture`, `2 pictures`.
pub(in crate::data::pictures) fn pictures(count: usize) -> String {
    match count {
        1 => "1 picture".to_owned(),
        _ => format!("{count} pictures"),
    }
}

/// `is` or `are`.
pub(super) fn are(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

impl Scan {
    pub(super) fn tell_empty(&mut self, empty: &BTreeSet<String>) {
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
    pub(super) fn tell_part_around(&mut self, around: &[String]) {
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
    pub(super) fn tell_empty_around(&mut self, around: &[String]) {
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

    pub(super) fn tell_split(&mut self, level: usize, folders: &Folders) {
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
    pub(super) fn tell_no_split(&mut self, items: &[Item]) {
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

    pub(super) fn tell_differences(&mut self, train: &BTreeSet<String>, test: &BTreeSet<String>) {
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
    pub(super) fn tell_tables(&mut self) {
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
    pub(super) fn tell_passed_over(&mut self) {
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
pub(in crate::data::pictures) fn unread(
    unread: &BTreeMap<&'static str, usize>,
) -> Option<(String, String)> {
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
