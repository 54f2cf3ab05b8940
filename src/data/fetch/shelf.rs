//! The shelf: the folder that holds the sets that were fetched.
//!
//! A set is *there* when every one of its files has its final name; a file gets it only after it was
//! checked.

use std::path::{Path, PathBuf};

use super::{FetchError, SETS, Set};

/// Names another shelf than the platform's.
pub const SHELF_VARIABLE: &str = "HOURGLASS_DATA";

/// A folder of sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shelf {
    root: PathBuf,
}

impl Shelf {
    /// The shelf in this folder, which need not be there yet.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The user's: `HOURGLASS_DATA`, or `hourglass/datasets` in the platform's folder for data.
    ///
    /// # Errors
    /// The platform names none.
    pub fn usual() -> Result<Self, FetchError> {
        if let Some(root) = std::env::var_os(SHELF_VARIABLE).filter(|root| !root.is_empty()) {
            return Ok(Self::at(root));
        }
        let data = dirs::data_dir().ok_or(FetchError::NoShelf)?;
        Ok(Self::at(data.join("hourglass").join("datasets")))
    }

    /// Where a set lies, or is to lie.
    pub fn folder(&self, set: &Set) -> PathBuf {
        self.root.join(set.id)
    }

    /// Whether a set is there.
    pub fn has(&self, set: &Set) -> bool {
        let folder = self.folder(set);
        set.files
            .iter()
            .all(|file| folder.join(file.name).is_file())
    }

    /// The sets that are there, by name.
    pub fn held(&self) -> Vec<&'static str> {
        SETS.iter()
            .filter(|set| self.has(set))
            .map(|set| set.id)
            .collect()
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }
}

#[cfg(test)]
mod tests {
    use super::super::MNIST;
    use super::*;

    #[test]
    fn a_set_is_there_once_all_its_files_are() {
        let root = tempfile::tempdir().unwrap();
        let shelf = Shelf::at(root.path());
        assert_eq!(shelf.held(), Vec::<&str>::new());
        std::fs::create_dir(shelf.folder(&MNIST)).unwrap();
        for file in MNIST.files {
            assert!(!shelf.has(&MNIST), "{} is missing", file.name);
            std::fs::write(shelf.folder(&MNIST).join(file.name), "x").unwrap();
        }
        assert_eq!(shelf.held(), ["mnist"]);
    }
}
