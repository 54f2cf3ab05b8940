//! Why data could not be had, one sentence a reason.

use std::path::PathBuf;

use super::ImageShape;

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

    /// The path leads nowhere.
    #[error("Expected a folder of IDX files at {}, found nothing.", path.display())]
    FolderMissing {
        /// The path that was asked for.
        path: PathBuf,
    },

    /// The path is a file.
    #[error("Expected a folder of IDX files at {}, found something that is not a folder.", path.display())]
    FolderExpected {
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
        cause: std::io::Error,
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
    #[error("Expected at least 2 training images in {}, found {found}: without test files some must be set apart.", folder.display())]
    TooFewToSplit {
        /// The folder.
        folder: PathBuf,
        /// Images there are.
        found: usize,
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
