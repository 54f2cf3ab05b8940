//! Which files of a folder belong together.
//!
//! The *key* of a file is what its name says beside its part and its kind: nothing for
//! `train-images-idx3-ubyte`, `emnist-letters` for `emnist-letters-train-images-idx3-ubyte.gz`. Files
//! of one key are a set.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::file::Kind;

/// Entries of a folder that are looked at, at most.
const MAX_ENTRIES: usize = 10_000;

/// The same for folders below the one that was named.
const MAX_INNER: usize = 200;

/// Folders of a folder that are looked into: more than that are classes of pictures.
const MAX_FOLDERS: usize = 16;

/// How deep sets are looked for: `data/MNIST/raw` is two folders below `data`.
const MAX_DEPTH: usize = 2;

/// Which images a file belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Train,
    Test,
}

/// What the name of a file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) key: String,
    pub(super) part: Part,
    pub(super) kind: Kind,
}

/// The files of a set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Files {
    pub(super) train: Option<PathBuf>,
    pub(super) train_labels: Option<PathBuf>,
    pub(super) test: Option<PathBuf>,
    pub(super) test_labels: Option<PathBuf>,
}

impl Files {
    /// The file of this part and kind.
    pub(super) fn get(&self, part: Part, kind: Kind) -> Option<&PathBuf> {
        match (part, kind) {
            (Part::Train, Kind::Images) => self.train.as_ref(),
            (Part::Train, Kind::Labels) => self.train_labels.as_ref(),
            (Part::Test, Kind::Images) => self.test.as_ref(),
            (Part::Test, Kind::Labels) => self.test_labels.as_ref(),
        }
    }

    /// Takes a file for this part and kind.
    pub(super) fn set(&mut self, part: Part, kind: Kind, path: PathBuf) {
        let place = match (part, kind) {
            (Part::Train, Kind::Images) => &mut self.train,
            (Part::Train, Kind::Labels) => &mut self.train_labels,
            (Part::Test, Kind::Images) => &mut self.test,
            (Part::Test, Kind::Labels) => &mut self.test_labels,
        };
        *place = Some(path);
    }
}

/// What the name of a file or folder says, where it is that of an IDX file.
pub(super) fn name(path: &Path) -> Option<Name> {
    let name = path.file_name()?.to_str()?.to_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let (mut part, mut kind, mut is_idx) = (None, None, false);
    let mut key = Vec::new();
    for word in name.split(|letter: char| !letter.is_alphanumeric()) {
        match word {
            "train" | "training" if part.is_none() => part = Some(Part::Train),
            "t10k" | "test" | "testing" if part.is_none() => part = Some(Part::Test),
            "images" | "image" | "imgs" if kind.is_none() => kind = Some(Kind::Images),
            "labels" | "label" if kind.is_none() => kind = Some(Kind::Labels),
            "idx" | "idx1" | "idx2" | "idx3" | "idx4" | "ubyte" => is_idx = true,
            "byte" | "short" | "int" | "float" | "double" | "" => {}
            other => key.push(other),
        }
    }
    let kind = kind.filter(|_| is_idx)?;
    Some(Name {
        key: key.join("-"),
        part: part.unwrap_or(Part::Train),
        kind,
    })
}

/// How much a file is preferred to others of the same meaning, the least first: plain to packed, the
/// usual name to one with a dot, a file to one in a folder that has its name.
fn rank(path: &Path) -> (bool, bool, bool) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_packed = name.to_lowercase().ends_with(".gz");
    let is_dotted = name.trim_end_matches(".gz").contains('.');
    (path.is_dir(), is_dotted, is_packed)
}

/// The sets in a folder, by their keys.
pub(super) fn sets(folder: &Path) -> BTreeMap<String, Files> {
    let mut found: Vec<(Name, PathBuf)> = entries(folder, MAX_ENTRIES)
        .into_iter()
        .filter_map(|path| Some((name(&path)?, path)))
        .collect();
    found.sort_by_cached_key(|(_, path)| (rank(path), path.clone()));
    let mut sets: BTreeMap<String, Files> = BTreeMap::new();
    for (Name { key, part, kind }, path) in found {
        let files = sets.entry(key.clone()).or_default();
        if files.get(part, kind).is_some() {
            continue;
        }
        let meant = Name { key, part, kind };
        if let Some(path) = file_of(&path, &meant) {
            files.set(part, kind, path);
        }
    }
    sets.retain(|_, files| *files != Files::default());
    sets
}

/// The file in a folder that has the name of an IDX file.
pub(super) fn file_inside(folder: &Path) -> Option<PathBuf> {
    file_of(folder, &name(folder)?)
}

/// The file that an entry stands for: itself, or the one of its name in a folder, which unpacking
/// leaves.
fn file_of(path: &Path, meant: &Name) -> Option<PathBuf> {
    if !path.is_dir() {
        return path.is_file().then(|| path.to_owned());
    }
    let inside = entries(path, MAX_INNER);
    let mut files = inside.into_iter().filter(|path| path.is_file());
    files.find(|path| name(path).as_ref() == Some(meant))
}

/// The folders in a folder, at some depth, that hold sets.
pub(super) fn folders_of_sets(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    for _ in 0..MAX_DEPTH {
        let inside = folders.iter().flat_map(|folder| {
            let entries = entries(folder, MAX_INNER).into_iter();
            let folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
            if folders.len() <= MAX_FOLDERS {
                folders
            } else {
                Vec::new()
            }
        });
        folders = inside.collect();
        for folder in &folders {
            if sets(folder).values().any(|files| files.train.is_some()) {
                found.push(folder.clone());
            }
        }
    }
    found
}

/// What lies in a folder, in the order of the names.
fn entries(folder: &Path, most: usize) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries
        .take(most)
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    paths.sort();
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        for (text, key, part, kind) in [
            ("train-images-idx3-ubyte", "", Part::Train, Kind::Images),
            ("t10k-labels.idx1-ubyte.gz", "", Part::Test, Kind::Labels),
            (
                "emnist-letters-train-images-idx3-ubyte.gz",
                "emnist-letters",
                Part::Train,
                Kind::Images,
            ),
            (
                "qmnist-test-labels-idx2-int",
                "qmnist",
                Part::Test,
                Kind::Labels,
            ),
        ] {
            let found = name(Path::new(text)).unwrap();
            assert_eq!(
                (found.key.as_str(), found.part, found.kind),
                (key, part, kind)
            );
        }
        for text in ["images.png", "train-images.zip", "alone.idx", "train.csv"] {
            assert_eq!(name(Path::new(text)), None, "{text}");
        }
    }
}
