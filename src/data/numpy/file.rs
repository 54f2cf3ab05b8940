//! One file of arrays: a single `.npy`, or a zip archive of them.
//!
//! An *entry* is one array in such a file. Entries are opened as often as needed, and no more of one
//! is read than its header promises.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use super::header::Header;
use crate::data::limits::{MAX_BYTES, MAX_RATIO, is_plausible};
use crate::data::{DataError, Meter};

/// Arrays that are looked at in one archive.
const MAX_ENTRIES: usize = 256;

/// Bytes read at a time: a whole number of values of every type.
const CHUNK: usize = 1 << 20;

/// What a zip archive starts with; the second is an empty one.
const ZIP_STARTS: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];

/// An array in the file.
pub(super) struct Entry {
    /// Its name, empty for the one of a `.npy` file.
    pub(super) name: String,
    pub(super) header: Header,
    /// Place in the archive.
    place: usize,
}

/// A file of arrays.
pub(super) struct ArrayFile {
    pub(super) path: PathBuf,
    archive: Option<ZipArchive<BufReader<File>>>,
    pub(super) entries: Vec<Entry>,
    /// Entries of the archive that are no arrays of numbers, and why.
    pub(super) others: Vec<(String, String)>,
}

impl ArrayFile {
    /// Opens a file and reads all headers.
    pub(super) fn open(path: &Path) -> Result<Self, DataError> {
        let mut file = open(path)?;
        let mut start = Vec::new();
        (&mut file)
            .take(4)
            .read_to_end(&mut start)
            .map_err(|cause| unreadable(path, cause))?;
        let mut this = Self {
            path: path.to_owned(),
            archive: None,
            entries: Vec::new(),
            others: Vec::new(),
        };
        if !ZIP_STARTS.iter().any(|zip| start == *zip) {
            this.open_single()?;
            return Ok(this);
        }
        let archive = ZipArchive::new(BufReader::new(open(path)?))
            .map_err(|error| this.unexpected("a zip archive of arrays", damaged(&error)))?;
        let count = archive.len();
        this.archive = Some(archive);
        if count > MAX_ENTRIES {
            let found = format!("{count} entries");
            return Err(this.unexpected(&format!("at most {MAX_ENTRIES} arrays"), found));
        }
        for place in 0..count {
            this.look_at(place)?;
        }
        Ok(this)
    }

    fn open_single(&mut self) -> Result<(), DataError> {
        let mut file = open(&self.path)?;
        let length = file
            .metadata()
            .map_err(|cause| unreadable(&self.path, cause))?
            .len();
        let header = Header::read(&mut file)
            .map_err(|found| self.unexpected("a NumPy array of numbers", found))?;
        let promised = header.header_bytes.saturating_add(header.data_bytes);
        if length != promised {
            let expected = format!("{promised} bytes");
            return Err(self.unexpected(&expected, format!("{length} bytes")));
        }
        self.entries.push(Entry {
            name: String::new(),
            header,
            place: 0,
        });
        Ok(())
    }

    fn look_at(&mut self, place: usize) -> Result<(), DataError> {
        let Some(archive) = &mut self.archive else {
            return Ok(());
        };
        let looked = archive
            .by_index(place)
            .map_err(|error| damaged(&error))
            .map(|mut entry| {
                let name = entry.name().map(Cow::into_owned).unwrap_or_default();
                let packed = entry.compressed_size();
                entry
                    .is_file()
                    .then(|| (name, packed, Header::read(&mut entry)))
            });
        let looked =
            looked.map_err(|found| self.unexpected("an archive that can be unpacked", found))?;
        let Some((name, packed, read)) = looked else {
            return Ok(());
        };
        let Some(array) = name.strip_suffix(".npy") else {
            self.others.push((name, "it is no array".to_owned()));
            return Ok(());
        };
        let array = array.to_owned();
        match read {
            Err(found) => self.others.push((array, format!("it holds {found}"))),
            Ok(header) if !is_plausible(header.data_bytes, packed) => {
                let expected =
                    format!("at most {MAX_RATIO} bytes of {array} for a byte of the archive");
                let found = format!("{packed} bytes that unpack to {}", header.data_bytes);
                return Err(self.unexpected(&expected, found));
            }
            Ok(header) => self.entries.push(Entry {
                name: array,
                header,
                place,
            }),
        }
        Ok(())
    }

    /// An array by name, whatever its capitals.
    pub(super) fn find(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| {
            self.entries
                .iter()
                .position(|entry| entry.name.eq_ignore_ascii_case(name))
        })
    }

    /// Gives all bytes of an array to `take`, a whole number of values at a time. `done` counts
    /// bytes, for the meter.
    pub(super) fn read(
        &mut self,
        index: usize,
        meter: &dyn Meter,
        done: &mut (u64, u64),
        mut take: impl FnMut(&[u8]),
    ) -> Result<(), DataError> {
        let entry = &self.entries[index];
        let (place, promised) = (entry.place, entry.header.data_bytes);
        let what = self.what(index);
        if promised > MAX_BYTES {
            return Err(DataError::TooLarge {
                path: self.path.clone(),
                promised,
                limit: MAX_BYTES,
            });
        }
        let path = self.path.clone();
        let mut plain;
        let mut packed;
        let reader: &mut dyn Read = match &mut self.archive {
            Some(archive) => {
                packed = archive
                    .by_index(place)
                    .map_err(|error| DataError::Unexpected {
                        path: path.clone(),
                        expected: "an archive that can be unpacked".to_owned(),
                        found: damaged(&error),
                    })?;
                &mut packed
            }
            None => {
                plain = BufReader::new(open(&path)?);
                &mut plain
            }
        };
        let wrong = |expected: String, found: String| DataError::Unexpected {
            path: path.clone(),
            expected,
            found,
        };
        Header::read(reader).map_err(|found| wrong(what.clone(), found))?;
        let mut left = promised;
        let mut chunk = Vec::new();
        while left > 0 {
            if meter.is_cancelled() {
                return Err(DataError::Cancelled {
                    location: path.display().to_string(),
                });
            }
            chunk.clear();
            let wanted = left.min(CHUNK as u64);
            let read = reader.take(wanted).read_to_end(&mut chunk);
            let read = read.map_err(|error| wrong(what.clone(), format!("{error}")))? as u64;
            if read < wanted {
                let found = format!("{} of them only", promised - left + read);
                return Err(wrong(format!("{promised} bytes of {what}"), found));
            }
            take(&chunk);
            left -= read;
            done.0 += read;
            meter.tell(done.0, Some(done.1));
        }
        // One byte further: an archive checks its checksum at the end.
        let mut rest = Vec::new();
        match reader.take(1).read_to_end(&mut rest) {
            Ok(0) => Ok(()),
            Ok(_) => Err(wrong(
                format!("{promised} bytes of {what}"),
                "more".to_owned(),
            )),
            Err(error) => Err(wrong(what, error.to_string())),
        }
    }

    /// What an error calls an array.
    pub(super) fn what(&self, index: usize) -> String {
        match self.entries[index].name.as_str() {
            "" => "the array".to_owned(),
            name => format!("the array {name}"),
        }
    }

    pub(super) fn unexpected(&self, expected: &str, found: String) -> DataError {
        DataError::Unexpected {
            path: self.path.clone(),
            expected: expected.to_owned(),
            found,
        }
    }
}

fn damaged(error: &zip::result::ZipError) -> String {
    format!("one that cannot be: {error}")
}

fn open(path: &Path) -> Result<File, DataError> {
    File::open(path).map_err(|cause| unreadable(path, cause))
}

fn unreadable(path: &Path, cause: std::io::Error) -> DataError {
    DataError::Unreadable {
        path: path.to_owned(),
        cause,
    }
}
