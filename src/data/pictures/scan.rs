//! What lies in a folder: which pictures train, which test, and of which class they are.
//!
//! A *class folder* is a folder of pictures that belong together. Pictures are looked for at any
//! depth; the outermost folder that tells pictures apart is the class. Where there are folders called
//! `train` and `test`, the classes are in them. Hidden files and folders are passed over.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use walkdir::{DirEntry, WalkDir};

use super::decode;
use crate::data::labels::{MAX_CLASSES, in_order};
use crate::data::place::ends_in;
use crate::data::{DataError, Meter, Skipped};

/// Deepest folder that is looked into, below the one that was chosen.
const MAX_DEPTH: usize = 24;

/// Files between two looks at the meter.
const METER_FILES: u64 = 256;

/// Folders of training pictures, and of test pictures: the first of them that is there.
const TRAIN_NAMES: &[&str] = &["train", "training"];
const TEST_NAMES: &[&str] = &["test", "testing", "val", "valid", "validation"];

/// The class of pictures beside class folders.
const NO_FOLDER: &str = "(no folder)";

/// A picture file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Relative to the folder.
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    /// When it was changed last, in nanoseconds; 0 where the system does not tell.
    pub(super) modified_nanos: u128,
    /// Its place among the names of the classes.
    pub(super) class: Option<u8>,
}

/// All pictures of a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Scan {
    pub(super) train: Vec<Found>,
    /// Empty where there is no folder of them.
    pub(super) test: Vec<Found>,
    pub(super) class_names: Option<Vec<String>>,
    pub(super) skipped: Vec<Skipped>,
    /// Other files right in the folder that are data sets by themselves.
    pub(super) other_sets: Vec<String>,
}

fn is_hidden(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    entry.depth() > 0 && (name.starts_with('.') || name == "__MACOSX")
}

/// Looks through a folder.
///
/// # Errors
/// When it cannot be read itself, or when it was cancelled.
pub(super) fn scan(folder: &Path, meter: &dyn Meter) -> Result<Scan, DataError> {
    let mut scan = Scan::default();
    let mut found = Vec::new();
    let walk = WalkDir::new(folder)
        .follow_links(true)
        .max_depth(MAX_DEPTH)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| !is_hidden(entry));
    for entry in walk {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                scan.note_trouble(folder, error)?;
                continue;
            }
        };
        if entry.file_type().is_dir() {
            continue;
        }
        let Ok(path) = entry.path().strip_prefix(folder) else {
            continue;
        };
        if decode::format(path).is_none() {
            if entry.depth() == 1 && is_other_set(path) {
                scan.other_sets.push(path.display().to_string());
            }
            continue;
        }
        match entry.metadata() {
            Ok(about) if about.is_file() => found.push(Found {
                path: path.to_owned(),
                bytes: about.len(),
                modified_nanos: about
                    .modified()
                    .ok()
                    .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
                    .map_or(0, |since| since.as_nanos()),
                class: None,
            }),
            Ok(_) => scan.skip(path, "it is no regular file"),
            Err(error) => scan.note_trouble(folder, error)?,
        }
        let count = found.len() as u64;
        if count.is_multiple_of(METER_FILES) {
            if meter.is_cancelled() {
                return Err(DataError::Cancelled {
                    location: folder.display().to_string(),
                });
            }
            meter.tell(count, None);
        }
    }
    scan.sort(found);
    Ok(scan)
}

fn is_other_set(path: &Path) -> bool {
    ends_in(path, &["npz", "npy", "csv"])
}

/// The folders and the name that a path is made of.
fn parts(path: &Path) -> Vec<String> {
    path.components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect()
}

impl Scan {
    fn skip(&mut self, path: &Path, why: impl Into<String>) {
        self.skipped.push(Skipped {
            path: path.display().to_string(),
            why: why.into(),
        });
    }

    /// Part of a folder that cannot be looked through is skipped; the folder itself must be.
    fn note_trouble(&mut self, folder: &Path, error: walkdir::Error) -> Result<(), DataError> {
        let path = error.path().unwrap_or(folder).to_owned();
        if error.depth() == 0 {
            return Err(DataError::Unreadable {
                path,
                cause: error.into(),
            });
        }
        let why = match error.loop_ancestor() {
            Some(_) => "it is a link that leads back to a folder around it".to_owned(),
            None => match error.io_error() {
                Some(error) => format!("it cannot be read: {error}"),
                None => "it cannot be read".to_owned(),
            },
        };
        let path = path.strip_prefix(folder).unwrap_or(&path).to_owned();
        self.skip(&path, why);
        Ok(())
    }

    /// Tells training from test pictures, and classes.
    fn sort(&mut self, found: Vec<Found>) {
        let mut files: Vec<(Vec<String>, Found)> = found
            .into_iter()
            .map(|file| (parts(&file.path), file))
            .collect();
        unwrap_folders(&mut files);
        let folders: BTreeSet<&str> = files
            .iter()
            .filter(|(parts, _)| parts.len() > 1)
            .map(|(parts, _)| parts[0].as_str())
            .collect();
        let named = |names: &[&str]| {
            names.iter().find_map(|name| {
                let folder = folders
                    .iter()
                    .find(|found| found.eq_ignore_ascii_case(name));
                folder.map(|folder| (*folder).to_owned())
            })
        };
        let (mut train, mut test) = (Vec::new(), Vec::new());
        match (named(TRAIN_NAMES), named(TEST_NAMES)) {
            (Some(train_name), Some(test_name)) => {
                let mut outside: BTreeMap<String, usize> = BTreeMap::new();
                for (mut parts, file) in files {
                    let first = parts.remove(0);
                    let is_in = |name: &str| !parts.is_empty() && first == name;
                    if is_in(&train_name) {
                        train.push((parts, file));
                    } else if is_in(&test_name) {
                        test.push((parts, file));
                    } else {
                        *outside.entry(first).or_default() += 1;
                    }
                }
                for (name, count) in outside {
                    let pictures = if count == 1 {
                        "picture is"
                    } else {
                        "pictures are"
                    };
                    let why = format!(
                        "its {count} {pictures} neither in the folder {train_name} nor in {test_name}"
                    );
                    self.skip(Path::new(&name), why);
                }
                // In each of them the classes may lie deeper.
                unwrap_folders(&mut train);
                unwrap_folders(&mut test);
            }
            _ => train = files,
        }
        self.label(train, test);
    }

    fn label(&mut self, train: Vec<(Vec<String>, Found)>, test: Vec<(Vec<String>, Found)>) {
        let class = |parts: &[String]| match parts {
            [folder, _, ..] => folder.clone(),
            _ => NO_FOLDER.to_owned(),
        };
        let names: BTreeSet<String> = train
            .iter()
            .chain(&test)
            .map(|(parts, _)| class(parts))
            .collect();
        let names = in_order(names.into_iter().collect());
        let has_labels = (2..=MAX_CLASSES).contains(&names.len());
        if names.len() > MAX_CLASSES {
            let why = format!(
                "labels are kept for at most {MAX_CLASSES} classes, and there are {} class folders",
                names.len()
            );
            self.skip(Path::new("labels"), why);
        }
        let take = |files: Vec<(Vec<String>, Found)>| {
            files
                .into_iter()
                .map(|(parts, mut file)| {
                    if has_labels {
                        let name = class(&parts);
                        let place = names.iter().position(|known| *known == name);
                        file.class = place.map(|place| place as u8);
                    }
                    file
                })
                .collect()
        };
        self.train = take(train);
        self.test = take(test);
        self.class_names = has_labels.then_some(names);
    }
}

/// Takes away folders that hold everything there is: they tell nothing apart.
fn unwrap_folders(files: &mut [(Vec<String>, Found)]) {
    while let Some((first, _)) = files.first()
        && first.len() > 1
    {
        let folder = first[0].clone();
        let is_around = |(parts, _): &(Vec<String>, Found)| parts.len() > 1 && parts[0] == folder;
        if !files.iter().all(is_around) {
            return;
        }
        for (parts, _) in files.iter_mut() {
            parts.remove(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::NoMeter;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        folder
    }

    /// A path with its class.
    type Labelled = (String, Option<u8>);

    /// What is found, of training and of test pictures.
    fn look(files: &[&str]) -> (Vec<Labelled>, Vec<String>, Scan) {
        let folder = folder(files);
        let scan = scan(folder.path(), &NoMeter).unwrap();
        let show = |found: &Found| found.path.display().to_string();
        let train = scan.train.iter().map(|f| (show(f), f.class)).collect();
        let test = scan.test.iter().map(show).collect();
        (train, test, scan)
    }

    fn names(scan: &Scan) -> Vec<&str> {
        let names = scan.class_names.as_ref().unwrap();
        names.iter().map(String::as_str).collect()
    }

    #[test]
    fn a_flat_folder_has_no_classes() {
        let (train, test, scan) = look(&["b.PNG", "a.jpeg", "notes.txt", ".hidden.png", "c.npz"]);
        assert_eq!(
            train,
            [("a.jpeg".to_owned(), None), ("b.PNG".to_owned(), None)]
        );
        assert!(test.is_empty());
        assert_eq!(scan.class_names, None);
        assert_eq!(scan.other_sets, ["c.npz"]);
        assert_eq!(scan.skipped, []);
    }

    #[test]
    fn class_folders_are_the_outermost_that_tell_apart() {
        let (train, _, scan) = look(&[
            "all/images/10/x.png",
            "all/images/9/deep/y.png",
            "all/images/9/.git/z.png",
        ]);
        assert_eq!(names(&scan), ["9", "10"]);
        let classes: Vec<Option<u8>> = train.iter().map(|(_, class)| *class).collect();
        assert_eq!(classes, [Some(1), Some(0)]);
        let (_, _, scan) = look(&["cat/a.png", "stray.png"]);
        assert_eq!(names(&scan), [NO_FOLDER, "cat"]);
    }

    #[test]
    fn train_and_test_folders_are_respected() {
        let (train, test, scan) = look(&[
            "Train/cat/a.png",
            "Train/dog/b.png",
            "test/dog/c.png",
            "test/owl/d.png",
            "val/cat/e.png",
            "val/cat/f.png",
            "cover.png",
        ]);
        assert_eq!(train.len(), 2);
        assert_eq!(test.len(), 2);
        assert_eq!(names(&scan), ["cat", "dog", "owl"]);
        assert_eq!(scan.test[1].class, Some(2));
        let why: Vec<String> = scan
            .skipped
            .iter()
            .map(|s| format!("{}: {}", s.path, s.why))
            .collect();
        assert_eq!(
            why,
            [
                "cover.png: its 1 picture is neither in the folder Train nor in test",
                "val: its 2 pictures are neither in the folder Train nor in test"
            ]
        );
        // Without training pictures it is a class like others.
        let (train, test, _) = look(&["test/a.png", "other/b.png"]);
        assert_eq!((train.len(), test.len()), (2, 0));
    }

    #[test]
    fn too_many_classes_are_told() {
        let files: Vec<String> = (0..257).map(|i| format!("{i}/a.png")).collect();
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let (train, _, scan) = look(&files);
        assert_eq!(train.len(), 257);
        assert_eq!(scan.class_names, None);
        assert!(scan.skipped[0].why.contains("257"));
    }

    #[cfg(unix)]
    #[test]
    fn links_that_lead_back_are_survived() {
        let folder = folder(&["cat/a.png", "dog/b.png"]);
        std::os::unix::fs::symlink(folder.path(), folder.path().join("dog/again")).unwrap();
        std::os::unix::fs::symlink("nowhere", folder.path().join("cat/broken.png")).unwrap();
        let scan = scan(folder.path(), &NoMeter).unwrap();
        assert_eq!(scan.train.len(), 2);
        let paths: Vec<&str> = scan.skipped.iter().map(|s| s.path.as_str()).collect();
        assert_eq!(paths, ["cat/broken.png", "dog/again"]);
        assert!(scan.skipped[1].why.contains("leads back"));
    }
}
