//! Comparisons, remembered between starts: a small file each, beside the tuned kernels.
//!
//! A file is named by what the comparison depends on and replaced as a whole, so two programs at once
//! cannot spoil one another's. A file that is damaged, or about something else, counts as none.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Comparison;
use super::key::SpeedKey;

/// Version of the files; others count as none.
const FORMAT: u32 = 1;
/// Most bytes of a file that are read.
const MOST_BYTES: u64 = 1 << 16;

/// What a file holds.
#[derive(Serialize, Deserialize)]
struct Entry {
    format: u32,
    key: SpeedKey,
    comparison: Comparison,
}

/// All comparisons that are known.
pub(in crate::engine) struct Book {
    folder: Option<PathBuf>,
    /// Those of this program, by name; all there are where nothing can be kept.
    known: BTreeMap<String, Comparison>,
}

impl Book {
    /// With those that are kept in a folder, and those to come.
    pub(super) fn in_folder(folder: Option<PathBuf>) -> Self {
        Self {
            folder,
            known: BTreeMap::new(),
        }
    }

    /// The comparison of this name, where one was made.
    pub(super) fn get(&mut self, key: &SpeedKey) -> Option<Comparison> {
        let id = key.id();
        if let Some(known) = self.known.get(&id) {
            return Some(known.clone());
        }
        let entry = read(&path(self.folder.as_deref()?, &id))?;
        let comparison = (entry.key == *key).then_some(entry.comparison)?;
        self.known.insert(id, comparison.clone());
        Some(comparison)
    }

    /// Remembers a comparison. Where it cannot be kept, it is measured again after the next start.
    pub(super) fn put(&mut self, key: &SpeedKey, comparison: &Comparison) {
        let id = key.id();
        let entry = Entry {
            format: FORMAT,
            key: key.clone(),
            comparison: comparison.clone(),
        };
        if let Some(folder) = &self.folder
            && let Err(error) = write(folder, &id, &entry)
        {
            let folder = folder.display();
            log::warn!("the speeds of the CPU and the GPU could not be kept in {folder}: {error}");
        }
        self.known.insert(id, comparison.clone());
    }

    /// All that are kept, with what they are about.
    pub(super) fn kept(&self) -> Vec<(SpeedKey, Comparison)> {
        let entries = self.folder.as_ref().map(fs::read_dir);
        let Some(Ok(entries)) = entries else {
            return Vec::new();
        };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        let is_ours = |path: &PathBuf| path.extension().is_some_and(|end| end == "json");
        let ours = paths.iter().filter(|path| is_ours(path));
        ours.filter_map(|path| read(path))
            .map(|entry| (entry.key, entry.comparison))
            .collect()
    }
}

fn path(folder: &Path, id: &str) -> PathBuf {
    folder.join(format!("{id}.json"))
}

fn read(path: &Path) -> Option<Entry> {
    let mut text = String::new();
    let file = File::open(path).ok()?;
    file.take(MOST_BYTES).read_to_string(&mut text).ok()?;
    let entry = match serde_json::from_str::<Entry>(&text) {
        Ok(entry) => entry,
        Err(error) => {
            log::warn!("{} is damaged and counts as none: {error}", path.display());
            return None;
        }
    };
    (entry.format == FORMAT && entry.comparison.is_sound()).then_some(entry)
}

fn write(folder: &Path, id: &str, entry: &Entry) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(serde_json::to_string(entry)?.as_bytes())?;
    file.persist(path(folder, id))?;
    Ok(())
}

#[cfg(test)]
#[path = "book_tests.rs"]
mod tests;
