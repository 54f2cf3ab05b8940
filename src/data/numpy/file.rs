//! Arrays in files: a single `.npy`, a zip archive of them, or several files of a folder.
//!
//! An *entry* is one array. Entries are opened as often as needed, and no more of one is read than
//! its header promises.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use super::header::{Header, Values};
use crate::data::limits::{MAX_RATIO, is_plausible};
use crate::data::place::ends_in;
use crate::data::{DataError, Meter, foreign};

/// Arrays that are looked at in one archive or folder.
const MAX_ENTRIES: usize = 256;

/// Bytes read at a time: a whole number of numbers of every type.
const CHUNK: usize = 1 << 20;

/// What a zip archive starts with; the second is an empty one.
const ZIP_STARTS: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];

type Archive = ZipArchive<BufReader<File>>;

/// Where an array lies.
#[derive(Clone, Debug)]
enum Place {
    /// A file of its own.
    File(PathBuf),
    /// At this place of an archive.
    Archive(PathBuf, usize),
}

/// An array.
pub(super) struct Entry {
    /// Its name, empty for the one of a `.npy` file.
    pub(super) name: String,
    pub(super) header: Header,
    place: Place,
}

/// Files of arrays.
pub(super) struct ArrayFile {
    /// The file or folder that was named.
    pub(super) path: PathBuf,
    /// The archive that was opened last.
    archive: Option<(PathBuf, Archive)>,
    pub(super) entries: Vec<Entry>,
    /// What is no array that can be read, and why.
    pub(super) others: Vec<(String, String)>,
}

/// How far reading is, in bytes: done, and all.
pub(super) type Done = (u64, u64);

impl ArrayFile {
    /// Opens a file and reads all headers.
    pub(super) fn open(path: &Path) -> Result<Self, DataError> {
        let mut this = Self {
            path: path.to_owned(),
            archive: None,
            entries: Vec::new(),
            others: Vec::new(),
        };
        this.add(path, "")?;
        if this.entries.is_empty()
            && let Some(foreign) = foreign::of_file(path)
        {
            return Err(foreign_error(path, foreign));
        }
        Ok(this)
    }

    /// Opens files of a folder. An array is called like its file, and where a file holds several, like
    /// both: `train.x`.
    pub(super) fn open_several(folder: &Path, files: &[PathBuf]) -> Self {
        let mut this = Self {
            path: folder.to_owned(),
            archive: None,
            entries: Vec::new(),
            others: Vec::new(),
        };
        for path in files {
            let name = name_of(path);
            let before = this.entries.len();
            if let Err(error) = this.add(path, &name) {
                this.entries.truncate(before);
                this.others.push((name, told(&error, path)));
                continue;
            }
            let added = &mut this.entries[before..];
            if let [only] = added {
                only.name = name;
            } else {
                for entry in added {
                    entry.name = format!("{name}.{}", entry.name);
                }
            }
        }
        this
    }

    /// Adds the arrays of a file, of which a single one gets this name.
    fn add(&mut self, path: &Path, name: &str) -> Result<(), DataError> {
        let mut start = Vec::new();
        open(path)?
            .take(4)
            .read_to_end(&mut start)
            .map_err(|cause| unreadable(path, cause))?;
        if !ZIP_STARTS.iter().any(|zip| start == *zip) {
            let entry = single(path, name)?;
            self.entries.push(entry);
            return Ok(());
        }
        let archive = ZipArchive::new(BufReader::new(open(path)?))
            .map_err(|error| unexpected(path, "a zip archive of arrays", damaged(&error)))?;
        let count = archive.len();
        self.archive = Some((path.to_owned(), archive));
        if count > MAX_ENTRIES {
            let expected = format!("at most {MAX_ENTRIES} arrays");
            return Err(unexpected(path, &expected, format!("{count} entries")));
        }
        (0..count).try_for_each(|place| self.look_at(path, place))
    }

    fn look_at(&mut self, path: &Path, place: usize) -> Result<(), DataError> {
        let Some((_, archive)) = &mut self.archive else {
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
            looked.map_err(|found| unexpected(path, "an archive that can be unpacked", found))?;
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
                return Err(unexpected(path, &expected, found));
            }
            Ok(header) => self.entries.push(Entry {
                name: array,
                header,
                place: Place::Archive(path.to_owned(), place),
            }),
        }
        Ok(())
    }

    /// Gives all bytes of an array to `take`, a whole number of numbers at a time.
    pub(super) fn read(
        &mut self,
        index: usize,
        meter: &dyn Meter,
        done: &mut Done,
        take: impl FnMut(&[u8]),
    ) -> Result<(), DataError> {
        self.read_some(index, u64::MAX, meter, done, take)
    }

    /// Gives the first bytes of an array to `take`, at most so many.
    pub(super) fn read_some(
        &mut self,
        index: usize,
        most: u64,
        meter: &dyn Meter,
        done: &mut Done,
        mut take: impl FnMut(&[u8]),
    ) -> Result<(), DataError> {
        let entry = &self.entries[index];
        let promised = entry.header.data_bytes;
        let what = self.what(index);
        let place = entry.place.clone();
        let mut plain;
        let mut packed;
        let (path, reader): (&Path, &mut dyn Read) = match &place {
            Place::File(path) => {
                plain = BufReader::new(open(path)?);
                (path, &mut plain)
            }
            Place::Archive(path, place) => {
                let damage =
                    |error| unexpected(path, "an archive that can be unpacked", damaged(&error));
                packed = self.archive(path)?.by_index(*place).map_err(damage)?;
                (path, &mut packed)
            }
        };
        let wrong = |expected: &str, found: String| unexpected(path, expected, found);
        Header::read(reader).map_err(|found| wrong(&what, found))?;
        let mut left = promised.min(most);
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
            let read = read.map_err(|error| wrong(&what, format!("{error}")))? as u64;
            if read < wanted {
                let found = format!("{} of them only", promised - left + read);
                return Err(wrong(&format!("{promised} bytes of {what}"), found));
            }
            take(&chunk);
            left -= read;
            done.0 += read;
            meter.tell(done.0, Some(done.1));
        }
        if most < promised {
            return Ok(());
        }
        // One byte further: an archive checks its checksum at the end.
        let mut rest = Vec::new();
        match reader.take(1).read_to_end(&mut rest) {
            Ok(0) => Ok(()),
            Ok(_) => Err(wrong(
                &format!("{promised} bytes of {what}"),
                "more".to_owned(),
            )),
            Err(error) => Err(wrong(&what, error.to_string())),
        }
    }

    /// The archive at a path, which stays open.
    fn archive(&mut self, path: &Path) -> Result<&mut Archive, DataError> {
        let known = self.archive.take().filter(|(known, _)| known == path);
        let (_, archive) = match known {
            Some(known) => self.archive.insert(known),
            None => {
                let archive = ZipArchive::new(BufReader::new(open(path)?));
                let archive = archive.map_err(|error| {
                    unexpected(path, "a zip archive of arrays", damaged(&error))
                })?;
                self.archive.insert((path.to_owned(), archive))
            }
        };
        Ok(archive)
    }

    /// What an error calls an array.
    pub(super) fn what(&self, index: usize) -> String {
        match self.entries[index].name.as_str() {
            "" => "the array".to_owned(),
            name => format!("the array {name}"),
        }
    }

    pub(super) fn unexpected(&self, expected: &str, found: String) -> DataError {
        unexpected(&self.path, expected, found)
    }
}

/// The one array of a `.npy` file.
fn single(path: &Path, name: &str) -> Result<Entry, DataError> {
    let mut file = open(path)?;
    let length = file
        .metadata()
        .map_err(|cause| unreadable(path, cause))?
        .len();
    let header = Header::read(&mut file).map_err(|found| match foreign::of_file(path) {
        Some(foreign) if !foreign.what.contains("NumPy") => foreign_error(path, foreign),
        _ => unexpected(path, "a NumPy array of numbers", found),
    })?;
    let promised = header.header_bytes.saturating_add(header.data_bytes);
    let has_length = matches!(header.values, Values::Numbers(_) | Values::Text(_));
    if has_length && length != promised {
        let expected = format!("{promised} bytes");
        return Err(unexpected(path, &expected, format!("{length} bytes")));
    }
    Ok(Entry {
        name: name.to_owned(),
        header,
        place: Place::File(path.to_owned()),
    })
}

/// What an array in a file of its own is called: like the file, without its ending.
pub(super) fn name_of(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

/// Files of arrays in a folder, in the order of their names.
pub(super) fn files_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = folder.read_dir() else {
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| ends_in(path, &["npy", "npz"]))
        .take(MAX_ENTRIES)
        .collect();
    files.sort();
    files
}

fn foreign_error(path: &Path, foreign: foreign::Foreign) -> DataError {
    DataError::Foreign {
        path: path.to_owned(),
        what: foreign.what.to_owned(),
        remedy: foreign.remedy.to_owned(),
    }
}

/// Why a file is left out, as the end of a sentence.
fn told(error: &DataError, path: &Path) -> String {
    match error {
        DataError::Unexpected {
            expected, found, ..
        } => format!("it holds {found}, where {expected} was expected"),
        DataError::Foreign { what, .. } => format!("it is {what}"),
        error => {
            let text = error.to_string();
            let text = text.replace(&path.display().to_string(), "it");
            format!("it cannot be read: {}", text.trim_end_matches('.'))
        }
    }
}

fn unexpected(path: &Path, expected: &str, found: String) -> DataError {
    DataError::Unexpected {
        path: path.to_owned(),
        expected: expected.to_owned(),
        found,
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
