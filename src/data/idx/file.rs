//! One IDX file: a header of big-endian numbers, then values.
//!
//! The *promise* of a file is the number of data bytes its header announces. It is checked before
//! anything is allocated, and memory only grows with what really arrives.

use std::fs::File;
use std::io::{BufReader, Cursor, ErrorKind, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::data::arrays::{Element, Numbers};
use crate::data::limits::{ALWAYS_BYTES, MAX_BYTES, MAX_RATIO, is_plausible};
use crate::data::{DataError, foreign};

/// Longest side of an image that is read, in pixels.
const MAX_SIDE: u32 = 4096;

const IMAGES_MAGIC: u32 = 0x0000_0803;
const LABELS_MAGIC: u32 = 0x0000_0801;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Bytes of a file that say what it is, where it is no IDX file.
const START_BYTES: usize = 1024;

/// What a file should hold.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Kind {
    /// Count, rows and columns; also with channels, or with rows and columns in one.
    Images,
    /// Count; also with a row of numbers for each.
    Labels,
}

impl Kind {
    fn magic(self) -> u32 {
        match self {
            Self::Images => IMAGES_MAGIC,
            Self::Labels => LABELS_MAGIC,
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Self::Images => "images",
            Self::Labels => "labels",
        }
    }

    /// Bytes of the usual header.
    fn header_bytes(self) -> usize {
        match self {
            Self::Images => 16,
            Self::Labels => 8,
        }
    }

    /// Whether a file with so many axes may be one.
    fn has(self, axes: usize) -> bool {
        match self {
            Self::Images => (2..=4).contains(&axes),
            Self::Labels => (1..=2).contains(&axes),
        }
    }
}

/// A file's data.
#[derive(Debug)]
pub(super) struct Raw {
    /// Size of every axis.
    pub(super) sizes: Vec<u64>,
    pub(super) numbers: Numbers,
    /// All data bytes.
    pub(super) bytes: Vec<u8>,
}

/// Whether a file starts like an IDX file: with the type of its values and the count of its axes.
pub(super) fn is_idx(start: &[u8]) -> bool {
    matches!(start, [0, 0, kind, 1..=4, ..] if element(*kind).is_some())
}

/// The type of values, by its number in a header.
fn element(kind: u8) -> Option<Element> {
    match kind {
        0x08 => Some(Element::Unsigned(1)),
        0x09 => Some(Element::Signed(1)),
        0x0b => Some(Element::Signed(2)),
        0x0c => Some(Element::Signed(4)),
        0x0d => Some(Element::Float(4)),
        0x0e => Some(Element::Float(8)),
        _ => None,
    }
}

/// Reads a whole file and checks that it is exactly as long as its header says.
pub(super) fn read(path: &Path, kind: Kind) -> Result<Raw, DataError> {
    let unreadable = |cause| DataError::Unreadable {
        path: path.to_owned(),
        cause,
    };
    let mut file = File::open(path).map_err(unreadable)?;
    let file_bytes = file.metadata().map_err(unreadable)?.len();
    let mut start = Vec::with_capacity(2);
    (&mut file)
        .take(2)
        .read_to_end(&mut start)
        .map_err(unreadable)?;

    let packed = start == GZIP_MAGIC;
    let whole = Cursor::new(start).chain(file);
    if packed {
        let unpacked = MultiGzDecoder::new(BufReader::with_capacity(1 << 16, whole));
        return read_from(&mut Reader::new(path, unpacked, packed), kind, file_bytes);
    }
    read_from(&mut Reader::new(path, whole, packed), kind, file_bytes)
}

/// Header, checks, data. `file_bytes` is the length of the file as it lies on the disk.
fn read_from<R: Read>(
    reader: &mut Reader<'_, R>,
    kind: Kind,
    file_bytes: u64,
) -> Result<Raw, DataError> {
    let path = reader.path;
    let mut header = Vec::with_capacity(kind.header_bytes());
    // The magic first: a file of another kind should hear that, not that it is too short.
    reader.append(4, &mut header)?;
    let (mut numbers, mut header_bytes) = (BYTES, kind.header_bytes());
    if header.len() == 4 {
        let axes;
        (numbers, axes) = check_magic(reader, kind, &header)?;
        header_bytes = 4 + 4 * axes;
        reader.append(header_bytes - 4, &mut header)?;
    }
    if header.len() < header_bytes {
        return Err(DataError::Truncated {
            path: path.to_owned(),
            expected: header_bytes as u64,
            found: header.len() as u64,
        });
    }

    let sizes: Vec<u32> = (1..header_bytes / 4).map(|i| number(&header, i)).collect();
    let promised = promise(path, kind, &sizes, numbers)?;
    let expected = (header_bytes + promised) as u64;
    let mut bytes = Vec::new();
    let mut wanted = promised;
    if reader.packed {
        if !is_plausible(promised as u64, file_bytes) {
            wanted = ALWAYS_BYTES as usize;
        }
    } else {
        check_length(path, expected, file_bytes)?;
        // The file is known to be this long, so this much does arrive.
        bytes
            .try_reserve_exact(promised)
            .map_err(|_| DataError::OutOfMemory {
                path: path.to_owned(),
                bytes: promised as u64,
            })?;
    }
    reader.append(wanted, &mut bytes)?;
    if bytes.len() < wanted {
        return Err(DataError::Truncated {
            path: path.to_owned(),
            expected,
            found: reader.taken,
        });
    }
    if wanted < promised {
        return Err(DataError::GzipBomb {
            path: path.to_owned(),
            packed: file_bytes,
            promised: promised as u64,
            ratio: MAX_RATIO,
        });
    }
    // One byte further: reaching the end here also has gzip check its checksum.
    let mut rest = Vec::new();
    reader.append(1, &mut rest)?;
    if !rest.is_empty() {
        return Err(DataError::TooLong {
            path: path.to_owned(),
            expected,
            found: "more".to_owned(),
        });
    }
    bytes.shrink_to_fit();
    Ok(Raw {
        sizes: sizes.into_iter().map(u64::from).collect(),
        numbers,
        bytes,
    })
}

/// Unsigned bytes, as in nearly all files.
const BYTES: Numbers = Numbers {
    element: Element::Unsigned(1),
    is_big_endian: true,
};

/// The type of values and the count of axes that the first four bytes say.
fn check_magic<R: Read>(
    reader: &mut Reader<'_, R>,
    kind: Kind,
    start: &[u8],
) -> Result<(Numbers, usize), DataError> {
    let axes = usize::from(start[3]);
    let is_idx = is_idx(start);
    if let Some(element) = element(start[2]).filter(|_| is_idx && kind.has(axes)) {
        let numbers = Numbers {
            element,
            is_big_endian: true,
        };
        return Ok((numbers, axes));
    }
    let path = reader.path;
    if !is_idx {
        let mut start = start.to_vec();
        reader.append(START_BYTES - start.len(), &mut start)?;
        // What is packed has a name of its own without the ending.
        let name = if reader.packed {
            path.with_extension("")
        } else {
            path.to_owned()
        };
        if let Some(foreign) = foreign::of_bytes(&start, &name) {
            return Err(DataError::Foreign {
                path: path.to_owned(),
                what: foreign.what.to_owned(),
                remedy: foreign.remedy.to_owned(),
            });
        }
    }
    let hint = match (is_idx, axes) {
        (true, 1) => ", which is IDX labels",
        (true, 3 | 4) => ", which is IDX images",
        _ => "",
    };
    Err(DataError::WrongMagic {
        path: path.to_owned(),
        expected_kind: kind.noun(),
        expected: kind.magic(),
        found: number(start, 0),
        hint,
    })
}

fn check_length(path: &Path, expected: u64, found: u64) -> Result<(), DataError> {
    if found < expected {
        return Err(DataError::Truncated {
            path: path.to_owned(),
            expected,
            found,
        });
    }
    if found > expected {
        return Err(DataError::TooLong {
            path: path.to_owned(),
            expected,
            found: found.to_string(),
        });
    }
    Ok(())
}

/// Number of data bytes that a complete header announces.
fn promise(path: &Path, kind: Kind, sizes: &[u32], numbers: Numbers) -> Result<usize, DataError> {
    // Rows and columns, as far as there are such axes.
    let (height, width) = match (kind, sizes) {
        (Kind::Images, [_, width]) => (1, *width),
        (Kind::Images, [_, height, width, 1 | 3] | [.., height, width]) => (*height, *width),
        _ => (1, 1),
    };
    if sizes.contains(&0) {
        return Err(DataError::Empty {
            path: path.to_owned(),
            kind: kind.noun(),
            count: sizes.first().copied().unwrap_or(0),
            width,
            height,
        });
    }
    if sizes.len() > 2 && (width > MAX_SIDE || height > MAX_SIDE) {
        return Err(DataError::SideTooLong {
            path: path.to_owned(),
            width,
            height,
            limit: MAX_SIDE,
        });
    }
    let each = numbers.element.bytes() as u64;
    let promised = sizes
        .iter()
        .fold(each, |sum, &size| sum.saturating_mul(u64::from(size)));
    let fits = usize::try_from(promised).ok();
    fits.filter(|_| promised <= MAX_BYTES)
        .ok_or_else(|| DataError::TooLarge {
            path: path.to_owned(),
            promised,
            limit: MAX_BYTES,
        })
}

/// The `i`-th big-endian number of a header that is long enough.
fn number(header: &[u8], i: usize) -> u32 {
    header[i * 4..i * 4 + 4]
        .iter()
        .fold(0, |sum, &byte| (sum << 8) | u32::from(byte))
}

/// Counts what it reads and gives errors the file's name.
pub(super) struct Reader<'a, R> {
    path: &'a Path,
    inner: R,
    packed: bool,
    taken: u64,
}

impl<'a, R: Read> Reader<'a, R> {
    pub(super) fn new(path: &'a Path, inner: R, packed: bool) -> Self {
        Self {
            path,
            inner,
            packed,
            taken: 0,
        }
    }

    /// Appends up to `wanted` bytes to `out`, fewer only at the end. `out` never holds more than
    /// about twice what has arrived.
    pub(super) fn append(&mut self, wanted: usize, out: &mut Vec<u8>) -> Result<(), DataError> {
        let before = out.len();
        let result = (&mut self.inner).take(wanted as u64).read_to_end(out);
        self.taken += (out.len() - before) as u64;
        let Err(cause) = result else {
            return Ok(());
        };
        let path = self.path.to_owned();
        Err(match cause.kind() {
            ErrorKind::UnexpectedEof if self.packed => DataError::GzipCut {
                path,
                found: self.taken,
            },
            ErrorKind::InvalidData | ErrorKind::InvalidInput if self.packed => {
                DataError::GzipCorrupt {
                    path,
                    cause: cause.to_string(),
                }
            }
            ErrorKind::OutOfMemory => DataError::OutOfMemory {
                path,
                bytes: self.taken + wanted as u64,
            },
            _ => DataError::Unreadable { path, cause },
        })
    }
}
