//! Every file below a folder, and what it is.
//!
//! *Leavings* are folders and files that systems and programs keep for themselves: thumbnails of a NAS,
//! the bin, what Finder writes beside each file. They and everything hidden are passed over; pictures in
//! them are counted.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use walkdir::{DirEntry, WalkDir};

use super::kinds::{self, Kind, Looks};
use super::names::{parts, shown, shown_path};
use crate::data::place::ends_in;
use crate::data::{DataError, Meter, Skipped};

/// Deepest folder that is looked into, below the one that was chosen.
const MAX_DEPTH: usize = 24;

/// Files between two looks at the meter.
const METER_FILES: u64 = 256;

/// Files that are looked through in one folder of leavings.
const MAX_LEAVINGS: usize = 100_000;

/// Folders of leavings, in small letters. Those whose names begin with a dot are passed over anyway.
const LEAVINGS: &[&str] = &[
    "__macosx",
    "@eadir",
    "@recycle",
    "@recently-snapshot",
    "@sharebin",
    "@tmp",
    "#recycle",
    "#snapshot",
    "$recycle.bin",
    "recycler",
    "recycled",
    "system volume information",
    "lost+found",
    "network trash folder",
    "temporary items",
    "__pycache__",
    "node_modules",
];

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

/// What lies below a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Walk {
    pub(super) pictures: Vec<Found>,
    /// Every folder, as the names it is reached by.
    pub(super) folders: BTreeSet<Vec<String>>,
    /// What is left out.
    pub(super) skipped: Vec<Skipped>,
    /// Pictures of kinds that are not read.
    pub(super) unread: BTreeMap<&'static str, usize>,
    /// Other files, by their endings.
    pub(super) others: BTreeMap<String, usize>,
    /// Other files right in the folder that are data sets by themselves.
    pub(super) sets: Vec<String>,
    /// Tables and lists beside the pictures, which may hold labels.
    pub(super) tables: Vec<String>,
    /// The first other files right in the folder.
    pub(super) first: Vec<PathBuf>,
    /// Pictures in folders of leavings, by the names of these folders.
    pub(super) passed_over: BTreeMap<String, usize>,
    /// Pictures whose own names begin with a dot.
    pub(super) hidden: usize,
}

fn is_leavings(name: &str) -> bool {
    name.starts_with('.') || LEAVINGS.contains(&name.to_lowercase().as_str())
}

/// Whether a file is none of the user's: what Finder, Windows and office programs write beside files.
fn is_of_system(name: &str) -> bool {
    name.starts_with("._")
        || name.starts_with("~$")
        || [
            "thumbs.db",
            "ehthumbs.db",
            "desktop.ini",
            ".ds_store",
            "icon\r",
        ]
        .contains(&name.to_lowercase().as_str())
}

/// Looks through a folder.
///
/// # Errors
/// When it cannot be read itself, or when it was cancelled.
pub(super) fn walk(folder: &Path, meter: &dyn Meter) -> Result<Walk, DataError> {
    let mut walk = Walk::default();
    let mut looks = Looks::default();
    let mut entries = WalkDir::new(folder)
        .follow_links(true)
        .max_depth(MAX_DEPTH)
        .sort_by_file_name()
        .into_iter();
    let mut count: u64 = 0;
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                walk.note_trouble(folder, error)?;
                continue;
            }
        };
        let Ok(path) = entry.path().strip_prefix(folder) else {
            continue;
        };
        if entry.file_type().is_dir() {
            if entry.depth() == 0 {
                continue;
            }
            let name = shown(entry.file_name());
            if is_leavings(&name) {
                entries.skip_current_dir();
                match pictures_in(entry.path()) {
                    0 => {}
                    pictures => *walk.passed_over.entry(name).or_default() += pictures,
                }
            } else {
                walk.folders.insert(parts(path));
            }
            continue;
        }
        count += 1;
        if count.is_multiple_of(METER_FILES) {
            if meter.is_cancelled() {
                return Err(DataError::Cancelled {
                    location: folder.display().to_string(),
                });
            }
            meter.tell(walk.pictures.len() as u64, None);
        }
        walk.take_file(folder, path, &entry, &mut looks)?;
    }
    Ok(walk)
}

/// Pictures in a folder of leavings, by their endings.
fn pictures_in(folder: &Path) -> usize {
    WalkDir::new(folder)
        .max_depth(MAX_DEPTH)
        .into_iter()
        .filter_map(Result::ok)
        .take(MAX_LEAVINGS)
        .filter(|entry| entry.file_type().is_file())
        .filter(|entry| !is_of_system(&entry.file_name().to_string_lossy()))
        .filter(|entry| kinds::format(entry.path()).is_some())
        .count()
}

impl Walk {
    fn take_file(
        &mut self,
        folder: &Path,
        path: &Path,
        entry: &DirEntry,
        looks: &mut Looks,
    ) -> Result<(), DataError> {
        let name = entry.file_name().to_string_lossy();
        if is_of_system(&name) {
            return Ok(());
        }
        if name.starts_with('.') {
            self.hidden += usize::from(kinds::format(path).is_some());
            return Ok(());
        }
        // A pipe or device is not looked into: that may never end.
        let kind = match entry.file_type().is_file() {
            true => looks.kind(entry.path()),
            false if kinds::format(path).is_some() => Kind::Picture,
            false => Kind::Other,
        };
        match kind {
            Kind::Picture => match entry.metadata() {
                Ok(about) if about.is_file() => self.pictures.push(Found {
                    path: path.to_owned(),
                    bytes: about.len(),
                    modified_nanos: about
                        .modified()
                        .ok()
                        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
                        .map_or(0, |since| since.as_nanos()),
                    class: None,
                }),
                Ok(_) => self.skip(path, "it is no regular file"),
                Err(error) => self.note_trouble(folder, error)?,
            },
            Kind::Unread(kind) => {
                *self.unread.entry(kind).or_default() += 1;
                self.skip(path, kinds::why(kind));
            }
            Kind::Other => {
                *self.others.entry(kinds::ending(path)).or_default() += 1;
                if entry.depth() == 1 {
                    const FIRST: usize = 100;
                    if ends_in(path, &["npz", "npy", "csv"]) {
                        self.sets.push(shown_path(path));
                    }
                    if self.first.len() < FIRST && entry.file_type().is_file() {
                        self.first.push(path.to_owned());
                    }
                }
                if entry.depth() <= 2 && is_table(path) {
                    self.tables.push(shown_path(path));
                }
            }
        }
        Ok(())
    }

    pub(super) fn skip(&mut self, path: &Path, why: impl Into<String>) {
        self.skipped.push(Skipped {
            path: shown_path(path),
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
}

/// Whether a file may list the labels of pictures.
fn is_table(path: &Path) -> bool {
    let name = shown_path(path).to_lowercase();
    ends_in(path, &["csv", "tsv"])
        || (ends_in(path, &["txt", "json", "xlsx", "mat"])
            && (name.contains("label") || name.contains("annotation")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::NoMeter;

    fn look(files: &[&str]) -> Walk {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        walk(folder.path(), &NoMeter).unwrap()
    }

    #[test]
    fn leavings_are_passed_over_and_pictures_in_them_counted() {
        let found = look(&[
            "cat/a.jpg",
            "cat/@eaDir/a.jpg/SYNOPHOTO_THUMB_M.jpg",
            "cat/@eaDir/a.jpg/SYNOPHOTO_THUMB_S.jpg",
            "cat/.AppleDouble/a.jpg",
            "__MACOSX/cat/._a.jpg",
            "$RECYCLE.BIN/b.jpg",
            ".Trash-1000/files/c.png",
            "#recycle/d.png",
            "cat/.ipynb_checkpoints/e-checkpoint.png",
            "lost+found/#1",
            "cat/._a.jpg",
            "cat/Thumbs.db",
            "cat/.hidden.png",
        ]);
        assert_eq!(found.pictures.len(), 1);
        assert_eq!(found.hidden, 1);
        let passed: Vec<(&str, usize)> = found
            .passed_over
            .iter()
            .map(|(name, count)| (name.as_str(), *count))
            .collect();
        assert_eq!(
            passed,
            [
                ("#recycle", 1),
                ("$RECYCLE.BIN", 1),
                (".AppleDouble", 1),
                (".Trash-1000", 1),
                (".ipynb_checkpoints", 1),
                ("@eaDir", 2),
            ]
        );
        assert_eq!(found.others, BTreeMap::new());
    }

    #[test]
    fn what_is_no_picture_is_counted_and_what_is_not_read_is_listed() {
        let found = look(&[
            "a.jpg",
            "b.HEIC",
            "c.heic",
            "d.nef",
            "sub/e.svg",
            "train.csv",
            "notes.txt",
            "labels.txt",
            "set.npz",
            "README",
        ]);
        assert_eq!(found.pictures.len(), 1);
        assert_eq!(
            found.unread,
            BTreeMap::from([("HEIC", 2), ("raw", 1), ("SVG", 1)])
        );
        let listed: Vec<&str> = found.skipped.iter().map(|s| s.path.as_str()).collect();
        assert_eq!(listed, ["b.HEIC", "c.heic", "d.nef", "sub/e.svg"]);
        assert_eq!(found.sets, ["set.npz", "train.csv"]);
        assert_eq!(found.tables, ["labels.txt", "train.csv"]);
        assert_eq!(found.others.get("txt"), Some(&2));
        assert_eq!(found.others.get(""), Some(&1));
    }
}
