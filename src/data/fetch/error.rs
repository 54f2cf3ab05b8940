//! Why a set could not be fetched, one sentence a reason.

use std::fmt;
use std::path::PathBuf;

/// Any failure of fetching.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// There is no set of this name.
    #[error("There is no data set {id:?} to be fetched, expected one of {known}.")]
    UnknownSet {
        /// What was asked for.
        id: String,
        /// What there is.
        known: String,
    },

    /// The system names no folder for data.
    #[error(
        "This system names no folder for data: set HOURGLASS_DATA to the folder that is to hold data sets."
    )]
    NoShelf,

    /// The mirror of the environment is no address.
    #[error(
        "HOURGLASS_MIRROR must be an address such as http://server/datasets/, but is {found:?}."
    )]
    BadMirror {
        /// What it is.
        found: String,
    },

    /// Somebody else fetches the same set.
    #[error("{name} is being fetched already, by another window or command: wait for its end.")]
    Busy {
        /// Name of the set.
        name: &'static str,
    },

    /// The system refused a file on the shelf.
    #[error("{name} could not be kept, {} could not be written: {cause}.", path.display())]
    Unwritable {
        /// Name of the set.
        name: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },

    /// It was not wanted any more.
    #[error(
        "Fetching {name} was cancelled; what has arrived is kept and need not be fetched again."
    )]
    Cancelled {
        /// Name of the set.
        name: &'static str,
    },

    /// No mirror was reached at all.
    #[error(
        "{name} could not be fetched, this computer seems to be offline: connect it, or name its proxy in HTTPS_PROXY or ALL_PROXY, and fetch {name} again (tried {}).",
        Misses(misses)
    )]
    Offline {
        /// Name of the set.
        name: &'static str,
        /// What was tried.
        misses: Vec<Miss>,
    },

    /// Mirrors were reached, but none had the file.
    #[error(
        "{name} could not be fetched, no mirror gave {file} as it should be: fetch {name} again later (tried {}).",
        Misses(misses)
    )]
    NoMirror {
        /// Name of the set.
        name: &'static str,
        /// Name of the file.
        file: &'static str,
        /// What was tried.
        misses: Vec<Miss>,
    },
}

impl FetchError {
    /// Whether what was asked for was wrong, rather than the machine or the network.
    pub fn is_bad_input(&self) -> bool {
        match self {
            Self::UnknownSet { .. } | Self::NoShelf | Self::BadMirror { .. } => true,
            Self::Busy { .. }
            | Self::Unwritable { .. }
            | Self::Cancelled { .. }
            | Self::Offline { .. }
            | Self::NoMirror { .. } => false,
        }
    }
}

/// A mirror that did not give what it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Miss {
    /// Its address.
    pub mirror: String,
    /// What was wrong, such as `it answered 404 Not Found`.
    pub why: String,
    /// Whether the server was reached.
    pub is_reached: bool,
}

struct Misses<'a>(&'a [Miss]);

impl fmt::Display for Misses<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, miss) in self.0.iter().enumerate() {
            let comma = if i > 0 { ", " } else { "" };
            write!(f, "{comma}{} ({})", miss.mirror, miss.why)?;
        }
        Ok(())
    }
}
