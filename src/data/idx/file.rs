//! One IDX file: a header of big-endian numbers, then bytes.
//!
//! The *promise* of a file is the number of data bytes its header announces. It is checked before
//! anything is allocated, and memory only grows with what really arrives.

use std::fs::File;
use std::io::{BufReader, Cursor, ErrorKind, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::data::limits::{ALWAYS_BYTES, MAX_BYTES, MAX_RATIO, is_plausible};
use crate::data::{DataError, ImageShape};

/// Longest side of an image that is read, in pixels.
const MAX_SIDE: u32 = 4096;

const IMAGES_MAGIC: u32 = 0x0000_0803;
const LABELS_MAGIC: u32 = 0x0000_0801;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// What a file should hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// Three dimensions: count, rows, columns.
    Images,
    /// One dimension: count.
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

    fn header_bytes(self) -> usize {
        match self {
            Self::Images => 16,
            Self::Labels => 8,
        }
    }
}

/// A file's data.
#[derive(Debug)]
pub(super) struct Raw {
    /// Shape of one image; 1×1×1 for labels.
    pub shape: ImageShape,
    /// All data bytes.
    pub bytes: Vec<u8>,
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
    if header.len() == 4 {
        check_magic(path, kind, number(&header, 0))?;
        reader.append(kind.header_bytes() - 4, &mut header)?;
    }
    if header.len() < kind.header_bytes() {
        return Err(DataError::Truncated {
            path: path.to_owned(),
            expected: kind.header_bytes() as u64,
            found: header.len() as u64,
        });
    }

    let (shape, promised) = promise(path, kind, &header)?;
    let expected = kind.header_bytes() as u64 + promised as u64;
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
    Ok(Raw { shape, bytes })
}

fn check_magic(path: &Path, kind: Kind, found: u32) -> Result<(), DataError> {
    let expected = kind.magic();
    if found == expected {
        return Ok(());
    }
    let hint = match found {
        IMAGES_MAGIC => ", which is IDX images",
        LABELS_MAGIC => ", which is IDX labels",
        _ => "",
    };
    Err(DataError::WrongMagic {
        path: path.to_owned(),
        expected_kind: kind.noun(),
        expected,
        found,
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

/// Shape and number of data bytes that a complete header announces.
fn promise(path: &Path, kind: Kind, header: &[u8]) -> Result<(ImageShape, usize), DataError> {
    let count = number(header, 1);
    let (height, width) = match kind {
        Kind::Images => (number(header, 2), number(header, 3)),
        Kind::Labels => (1, 1),
    };
    if count == 0 || width == 0 || height == 0 {
        return Err(DataError::Empty {
            path: path.to_owned(),
            kind: kind.noun(),
            count,
            width,
            height,
        });
    }
    if width > MAX_SIDE || height > MAX_SIDE {
        return Err(DataError::SideTooLong {
            path: path.to_owned(),
            width,
            height,
            limit: MAX_SIDE,
        });
    }
    // Below 2^32 × 2^12 × 2^12, so 64 bits are enough.
    let promised = u64::from(count) * u64::from(width) * u64::from(height);
    let fits = usize::try_from(promised).ok();
    let Some(bytes) = fits.filter(|_| promised <= MAX_BYTES) else {
        return Err(DataError::TooLarge {
            path: path.to_owned(),
            promised,
            limit: MAX_BYTES,
        });
    };
    let shape = ImageShape {
        width: width as usize,
        height: height as usize,
        channels: 1,
    };
    Ok((shape, bytes))
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
