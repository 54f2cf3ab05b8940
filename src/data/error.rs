//! Why data could not be had, one sentence a reason.

use std::io::{self, ErrorKind};
use std::path::PathBuf;

use super::ImageShape;

/// What a loop of symbolic links is called where there are such links.
const ELOOP: i32 = if cfg!(any(target_os = "linux", target_os = "android")) {
    40
} else {
    62
};

/// Whether the system refuses because of what was asked for: there is no such file, or it is of
/// another kind. Everything else, such as a full disk or a missing permission, is the machine's.
pub fn is_of_input(error: &io::Error) -> bool {
    // A loop of links has a kind without a stable name.
    let is_loop = cfg!(unix) && error.raw_os_error() == Some(ELOOP);
    is_loop
        || matches!(
            error.kind(),
            ErrorKind::NotFound
                | ErrorKind::AlreadyExists
                | ErrorKind::DirectoryNotEmpty
                | ErrorKind::InvalidData
                | ErrorKind::InvalidFilename
                | ErrorKind::InvalidInput
                | ErrorKind::IsADirectory
                | ErrorKind::NotADirectory
                | ErrorKind::UnexpectedEof
        )
}

/// Any failure of this layer. `Display` is one sentence that says what was expected, what was
/// found, and where.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The request named nothing.
    #[error("No data set was named: expected \"glyphs\" or the path of a folder.")]
    NoLocation,

    /// No source accepts the location.
    #[error("No data source recognises {location:?}.")]
    UnknownLocation {
        /// What was asked for.
        location: String,
    },

    /// The request limited training to no image.
    #[error("The limit on training images is 0, expected 1 or more.")]
    LimitIsZero,

    /// A shape was asked for where the images have one of their own.
    #[error(
        "Image size and colour can be chosen for folders of pictures, arrays and tables only, but the images in {location} are {shape} as they are."
    )]
    HasOwnShape {
        /// What was opened.
        location: String,
        /// The shape of its images.
        shape: ImageShape,
    },

    /// Something about the reading was asked for that only other sources can choose.
    #[error("{what} can be chosen for {of} only, but was asked for with {location}.")]
    NotChosenHere {
        /// What was opened.
        location: String,
        /// What was asked for.
        what: &'static str,
        /// The sources that can choose it.
        of: &'static str,
    },
    /// The file is of a known kind that holds no images in a form that is read.
    #[error("{} is {what}, which is not opened: {remedy}.", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it is, such as `a web page`.
        what: String,
        /// What to do, as the end of a sentence.
        remedy: String,
    },
    /// Nobody wants the images any more.
    #[error("Reading {location} was cancelled.")]
    Cancelled {
        /// What was being opened.
        location: String,
    },

    /// The set is one of those that are fetched first.
    #[error(
        "{name} is not on this computer yet: fetch its {size} with `hourglass fetch {id}`, or with Fetch beside the images in the window{beside}."
    )]
    NotFetched {
        /// What it is called on the command line.
        id: &'static str,
        /// Its name.
        name: &'static str,
        /// Its size in words.
        size: String,
        /// That there is a folder or file of the same name, as the end of the sentence, or nothing.
        beside: String,
    },

    /// The path leads nowhere.
    #[error("Expected a folder of pictures or IDX files, or a file of images, at {}, found nothing{hint}.", path.display())]
    Missing {
        /// The path that was asked for.
        path: PathBuf,
        /// What there is instead, as the end of the sentence, or nothing.
        hint: String,
    },

    /// The path is a file of another kind.
    #[error("Expected a folder of pictures or IDX files, or a file of images (.npz, .npy, .csv or IDX), at {}, found something that is neither.", path.display())]
    OtherFile {
        /// The path that was asked for.
        path: PathBuf,
    },

    /// A name that should be a file is a folder or a device.
    #[error("Expected a file at {}, found something that is not a regular file.", path.display())]
    FileExpected {
        /// The path that was found.
        path: PathBuf,
    },

    /// The folder has no training images.
    #[error("Found no training images in {}, looked for {looked_for}.", folder.display())]
    TrainImagesMissing {
        /// The folder that was looked through.
        folder: PathBuf,
        /// The names that were looked for, separated by commas.
        looked_for: String,
    },

    /// Test labels lie in the folder, but no test images.
    #[error("Found test labels in {} but no test images, looked for {looked_for}.", labels.display())]
    TestImagesMissing {
        /// The labels file.
        labels: PathBuf,
        /// The names that were looked for, separated by commas.
        looked_for: String,
    },

    /// The file begins with other bytes than an IDX file of its kind.
    #[error("Expected IDX {expected_kind} (magic {expected:#010x}) in {}, found magic {found:#010x}{hint}.", path.display())]
    WrongMagic {
        /// The file.
        path: PathBuf,
        /// `images` or `labels`.
        expected_kind: &'static str,
        /// The magic number of that kind.
        expected: u32,
        /// The first four bytes of the file, big-endian.
        found: u32,
        /// What the found number is known to mean, or nothing.
        hint: &'static str,
    },

    /// The header promises no image, or images without pixels.
    #[error("Expected one or more {kind} in {}, found an empty file: {count} of {width}×{height} pixels.", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
        /// `images` or `labels`.
        kind: &'static str,
        /// Images or labels promised.
        count: u32,
        /// Columns promised.
        width: u32,
        /// Rows promised.
        height: u32,
    },

    /// The header promises images larger than this layer takes.
    #[error("Expected images of at most {limit}×{limit} in {}, found {width}×{height}.", path.display())]
    SideTooLong {
        /// The file.
        path: PathBuf,
        /// Columns promised.
        width: u32,
        /// Rows promised.
        height: u32,
        /// Longest side taken.
        limit: u32,
    },

    /// The header promises more than this layer reads.
    #[error("Expected at most {limit} bytes of data in {}, found a header that promises {promised}.", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Bytes promised.
        promised: u64,
        /// Most bytes read.
        limit: u64,
    },

    /// The file ends before what its header promises.
    #[error("Expected {expected} bytes in {}, found {found}: the file is truncated.", path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
        /// Bytes of header and data, unpacked.
        expected: u64,
        /// Bytes there are, unpacked.
        found: u64,
    },

    /// The file goes on after what its header promises.
    #[error("Expected {expected} bytes in {}, found {found}: the file is longer than its header says.", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
        /// Bytes of header and data, unpacked.
        expected: u64,
        /// What there is, in words: unpacking stops at the first byte too many.
        found: String,
    },

    /// The compressed file stops in its middle.
    #[error("Expected a complete gzip file at {}, found one that is cut off after {found} unpacked bytes.", path.display())]
    GzipCut {
        /// The file.
        path: PathBuf,
        /// Bytes that could be unpacked.
        found: u64,
    },

    /// The compressed file is damaged.
    #[error("Expected a valid gzip file at {}, found a damaged one: {cause}.", path.display())]
    GzipCorrupt {
        /// The file.
        path: PathBuf,
        /// What the decoder said.
        cause: String,
    },

    /// The compressed file unpacks to far more than images do.
    #[error("Expected at most {ratio} bytes of data for a byte of gzip in {}, found {packed} bytes that unpack to {promised}.", path.display())]
    GzipBomb {
        /// The file.
        path: PathBuf,
        /// Bytes of the file.
        packed: u64,
        /// Data bytes that its header promises.
        promised: u64,
        /// Most data bytes for a byte of the file.
        ratio: u64,
    },

    /// The system would not let the file be read.
    #[error("Could not read {}: {cause}.", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },

    /// There is not enough memory for a file.
    #[error("Expected to hold {bytes} bytes of {} in memory, found too little memory free.", path.display())]
    OutOfMemory {
        /// The file.
        path: PathBuf,
        /// Bytes needed.
        bytes: u64,
    },

    /// One image cannot be split into train and test.
    #[error("Expected at least 2 training images in {}, found {found}: without test images some must be set apart.", place.display())]
    TooFewToSplit {
        /// The file or folder.
        place: PathBuf,
        /// Images there are.
        found: usize,
    },

    /// Something in a file is not as it should be.
    #[error("Expected {expected} in {}, found {found}.", path.display())]
    Unexpected {
        /// The file or folder.
        path: PathBuf,
        /// What should be there.
        expected: String,
        /// What is there.
        found: String,
    },

    /// Labels (or factors) are not one an image.
    #[error("Expected {images} {what} in {location}, one an image, found {found}.")]
    CountsDiffer {
        /// The folder or source.
        location: String,
        /// What is counted.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many images there are.
        images: usize,
    },

    /// Train and test images differ in shape.
    #[error(
        "Expected test images of {train} like the training images in {location}, found {test}."
    )]
    ShapesDiffer {
        /// The folder or source.
        location: String,
        /// Shape of the training images.
        train: ImageShape,
        /// Shape of the test images.
        test: ImageShape,
    },

    /// A shape with a side of 0, or too large to count.
    #[error("Expected an image shape with at least one pixel, found {shape}.")]
    BadShape {
        /// The shape.
        shape: ImageShape,
    },

    /// Bytes that are no whole number of images.
    #[error("Expected the bytes of one or more whole images of {shape}, found {found} bytes.")]
    PixelCount {
        /// The shape.
        shape: ImageShape,
        /// Bytes given.
        found: usize,
    },

    /// More images than an index of 32 bits can name.
    #[error("Expected at most {} images, found {found}.", u32::MAX)]
    TooManyImages {
        /// Images given.
        found: usize,
    },
}

impl DataError {
    /// Whether what the user asked for was wrong, rather than the machine.
    pub fn is_bad_input(&self) -> bool {
        match self {
            Self::Unreadable { cause, .. } => is_of_input(cause),
            Self::OutOfMemory { .. } => false,
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_machine_refuses_is_not_the_users_fault() {
        let unreadable = |kind: ErrorKind| DataError::Unreadable {
            path: PathBuf::from("images"),
            cause: kind.into(),
        };
        for kind in [ErrorKind::NotFound, ErrorKind::IsADirectory] {
            assert!(unreadable(kind).is_bad_input(), "{kind}");
        }
        for kind in [
            ErrorKind::PermissionDenied,
            ErrorKind::StorageFull,
            ErrorKind::ReadOnlyFilesystem,
            ErrorKind::OutOfMemory,
            ErrorKind::Other,
        ] {
            assert!(!unreadable(kind).is_bad_input(), "{kind}");
        }
        let path = PathBuf::from("images");
        assert!(!DataError::OutOfMemory { path, bytes: 9 }.is_bad_input());
        assert!(DataError::LimitIsZero.is_bad_input());
    }
}
