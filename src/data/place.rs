//! Places of files: the program's own folders, and what a file is by its ending.

use std::env;
use std::path::{Path, PathBuf};

/// The folder of this name for what can be made again: what `variable` names, nowhere where that is
/// empty, or a folder in the platform's cache.
pub fn cache_folder(variable: &str, name: &str) -> Option<PathBuf> {
    match env::var_os(variable) {
        Some(place) if place.is_empty() => None,
        Some(place) => Some(place.into()),
        None => Some(dirs::cache_dir()?.join("hourglass").join(name)),
    }
}

/// Whether the name of a file has one of these endings, in capitals or not.
pub(super) fn ends_in(path: &Path, endings: &[&str]) -> bool {
    path.extension()
        .is_some_and(|end| endings.iter().any(|known| end.eq_ignore_ascii_case(known)))
}
