//! Data sets from the internet: what there is, and how it comes to this computer.
//!
//! A *set* is a handful of IDX files that lie on several *mirrors*; the *shelf* is the folder where
//! sets lie once they were fetched, one folder a set. What is on the shelf was checked by its size
//! and SHA-256, and a set that is there needs no network any more.
//!
//! `HOURGLASS_DATA` names another shelf than the platform's folder for data, `HOURGLASS_MIRROR` a
//! server to take the place of all mirrors, such as one in a class room: it holds
//! `mnist/train-images-idx3-ubyte.gz` and so on.

mod error;
mod fetcher;
mod part;
mod shelf;
mod table;
mod transfer;

use super::{DataError, DatasetParts, Meter, Reading, Source, idx};

pub use error::{FetchError, Miss};
pub use fetcher::{Fetcher, Patience, ProxyChoice};
pub use shelf::{SHELF_VARIABLE, Shelf};
pub use table::{FASHION_MNIST, KMNIST, MNIST, SETS};

/// Names a server that takes the place of all mirrors.
pub const MIRROR_VARIABLE: &str = "HOURGLASS_MIRROR";

/// A data set that can be fetched.
#[derive(Debug)]
pub struct Set {
    /// Short stable name, as used in files and on the command line, and of its folder on the shelf.
    pub id: &'static str,
    /// Name shown to a person.
    pub name: &'static str,
    /// One sentence saying what the images are.
    pub summary: &'static str,
    /// What its classes are called, in order; nothing where their numbers say all.
    pub classes: &'static [&'static str],
    /// What it is made of.
    pub files: &'static [RemoteFile],
    /// Addresses that end in a slash and that files are to be found under, the best first.
    pub mirrors: &'static [&'static str],
}

/// A file as it lies on every mirror.
#[derive(Debug)]
pub struct RemoteFile {
    /// Its name.
    pub name: &'static str,
    /// Its length.
    pub bytes: u64,
    /// What its bytes are, in hexadecimal.
    pub sha256: &'static str,
}

impl Set {
    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// Its size in words, such as `12 MB`.
    pub fn size(&self) -> String {
        format!("{:.0} MB", (self.bytes() as f64 / 1e6).max(1.0))
    }
}

/// The set of this name.
///
/// # Errors
/// There is none.
pub fn set(id: &str) -> Result<&'static Set, FetchError> {
    SETS.iter()
        .copied()
        .find(|set| set.id == id)
        .ok_or_else(|| FetchError::UnknownSet {
            id: id.to_owned(),
            known: SETS.iter().map(|set| set.id).collect::<Vec<_>>().join(", "),
        })
}

impl Source for Set {
    fn id(&self) -> &'static str {
        self.id
    }

    fn name(&self) -> &'static str {
        self.name
    }

    fn summary(&self) -> &'static str {
        self.summary
    }

    fn is_named(&self) -> bool {
        true
    }

    fn accepts(&self, location: &str) -> bool {
        location == self.id
    }

    fn read(
        &self,
        _location: &str,
        reading: &Reading,
        _meter: &dyn Meter,
    ) -> Result<DatasetParts, DataError> {
        let missing = || DataError::NotFetched {
            id: self.id,
            name: self.name,
            size: self.size(),
            beside: String::new(),
        };
        let shelf = Shelf::usual().map_err(|_nowhere| missing())?;
        if !shelf.has(self) {
            return Err(missing());
        }
        Ok(DatasetParts {
            name: self.name.to_owned(),
            class_names: (!self.classes.is_empty())
                .then(|| self.classes.iter().map(|name| (*name).to_owned()).collect()),
            ..idx::read_folder(&shelf.folder(self), reading)?
        })
    }
}

#[cfg(test)]
pub(crate) mod tests;
