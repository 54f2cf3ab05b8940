//! The list of the runs of a session: `session.toml`.

use std::collections::BTreeSet;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::super::StoreError;
use super::super::run_folder::{found, read_text};

pub(in crate::store) const MANIFEST: &str = "session.toml";

/// Version of the files; a newer one is refused.
pub(super) const FORMAT: u32 = 1;

/// The list of runs.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) format: u32,
    pub(super) program: String,
    #[serde(rename = "run", default, skip_serializing_if = "Vec::is_empty")]
    pub(super) runs: Vec<Entry>,
}

/// What every version of the list begins with.
#[derive(Deserialize)]
struct Head {
    format: u32,
    program: String,
}

/// A run in the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// Its folder below `runs`.
    pub(super) folder: u64,
    /// What it is called now.
    pub(super) name: String,
    /// Whether it has weights; otherwise there is its configuration only.
    pub(super) has_begun: bool,
}

/// Reads the list of a session.
pub(super) fn manifest(root: &Path) -> Result<Manifest, StoreError> {
    let path = root.join(MANIFEST);
    if !path.exists() {
        return Err(StoreError::NoSession {
            path: root.to_owned(),
        });
    }
    let text = read_text(&path)?;
    let wrong =
        |error: toml::de::Error| StoreError::content(&path, "a list of runs", found(&error, &text));
    let head: Head = toml::from_str(&text).map_err(wrong)?;
    if head.format > FORMAT {
        return Err(StoreError::content(
            &path,
            "a session of format 1",
            format!(
                "holds format {}, written by Hourglass {}: open it with that version",
                head.format, head.program
            ),
        ));
    }
    let manifest: Manifest = toml::from_str(&text).map_err(wrong)?;
    let mut keys = BTreeSet::new();
    match manifest.runs.iter().find(|run| !keys.insert(run.folder)) {
        None => Ok(manifest),
        Some(twice) => Err(StoreError::content(
            &path,
            "every run once",
            format!("lists run {} twice", twice.folder),
        )),
    }
}
