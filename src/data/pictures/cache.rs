//! Pictures that were read before, kept so that the second opening is quick.
//!
//! An *entry* is one folder as it was read: its key is over the folder's path, every file's name,
//! length and time of change, and the shape. Entries are whole or not there; a damaged one counts as
//! none. Without a place to keep them nothing is kept, and nothing else changes.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use flate2::Crc;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Prepared;
use super::import::Imported;
use super::scan::Scan;
use crate::data::limits::MAX_BYTES;
use crate::data::{Reading, Skipped, cache_folder, hex};

/// Where entries are kept, instead of the platform's folder for such things; empty for nowhere.
const PLACE_VARIABLE: &str = "HOURGLASS_CACHE";

/// Bytes of all entries at most.
const MAX_TOTAL: u64 = 4 << 30;

/// What an entry starts with; another version is none.
const MAGIC: &[u8; 8] = b"hgpict\x00\x02";

/// Longest description of an entry.
const MAX_ABOUT: u64 = 64 << 20;

/// How entries' names end.
const ENDING: &str = "pictures";

/// What an entry is found by.
pub(super) struct Key {
    name: String,
    each: usize,
    counts: [usize; 2],
}

impl Key {
    pub(super) fn new(folder: &Path, reading: &Reading, scan: &Scan) -> Self {
        let mut hasher = Sha256::new();
        let mut take = |bytes: &[u8]| {
            hasher.update((bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        let whole = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        take(whole.as_os_str().as_encoded_bytes());
        take(reading.shape().to_string().as_bytes());
        for files in [&scan.train, &scan.test] {
            take(&(files.len() as u64).to_le_bytes());
            for file in files {
                take(file.path.as_os_str().as_encoded_bytes());
                take(&file.bytes.to_le_bytes());
                take(&file.modified_nanos.to_le_bytes());
                take(&[u8::from(file.class.is_some()), file.class.unwrap_or(0)]);
            }
        }
        Self {
            name: hex(&hasher.finalize()),
            each: reading.shape().pixels(),
            counts: [scan.train.len(), scan.test.len()],
        }
    }

    fn path(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{}.{ENDING}", self.name))
    }
}

/// What an entry says of its pixels, which follow.
#[derive(Serialize, Deserialize)]
struct About {
    train: Part,
    test: Part,
    remarks: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Part {
    classes: Vec<Option<u8>>,
    skipped: Vec<Skipped>,
}

impl Part {
    fn of(imported: &Imported) -> Self {
        Self {
            classes: imported.classes.clone(),
            skipped: imported.skipped.clone(),
        }
    }

    fn with(self, pixels: Vec<u8>) -> Imported {
        Imported {
            pixels,
            classes: self.classes,
            skipped: self.skipped,
            ..Imported::default()
        }
    }
}

/// The folder that entries are kept in.
fn folder() -> Option<PathBuf> {
    cache_folder(PLACE_VARIABLE, "pictures")
}

/// The entry of a key, where there is a whole one.
pub(super) fn load(key: &Key) -> Option<Prepared> {
    load_from(&folder()?, key)
}

pub(super) fn load_from(folder: &Path, key: &Key) -> Option<Prepared> {
    let path = key.path(folder);
    match read(&path, key) {
        Ok(prepared) => {
            // Used last: dropped last. Where the time cannot be set, it is dropped earlier.
            let _unused = File::options()
                .append(true)
                .open(&path)
                .and_then(|file| file.set_modified(SystemTime::now()));
            Some(prepared)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => {
            log::warn!("{} is passed over: {error}", path.display());
            None
        }
    }
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

fn read(path: &Path, key: &Key) -> io::Result<Prepared> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    if length > MAX_BYTES + MAX_ABOUT {
        return Err(damaged("it is too long"));
    }
    let mut head = [0; 24];
    file.read_exact(&mut head)?;
    let number = |at: usize| {
        head[at..at + 8]
            .iter()
            .rev()
            .fold(0, |n, &b| (n << 8) | u64::from(b))
    };
    let (about_bytes, checksum) = (number(8), number(16));
    if head[..8] != *MAGIC || about_bytes > length.min(MAX_ABOUT) {
        return Err(damaged("it is none, or of another version"));
    }
    let mut crc = Crc::new();
    let mut about = Vec::new();
    (&mut file).take(about_bytes).read_to_end(&mut about)?;
    crc.update(&about);
    let about: About = serde_json::from_slice(&about)?;
    let counts = [about.train.classes.len(), about.test.classes.len()];
    let skipped = [about.train.skipped.len(), about.test.skipped.len()];
    let is_whole = (0..2).all(|part| counts[part] + skipped[part] == key.counts[part]);
    let [train, test] = counts.map(|count| count.saturating_mul(key.each));
    let promised = 24 + about_bytes + (train.saturating_add(test)) as u64;
    if !is_whole || promised != length {
        return Err(damaged("it is not as long as it says"));
    }
    let mut pixels = |bytes: usize| -> io::Result<Vec<u8>> {
        let mut pixels = Vec::new();
        pixels.try_reserve_exact(bytes)?;
        (&mut file).take(bytes as u64).read_to_end(&mut pixels)?;
        crc.update(&pixels);
        Ok(pixels)
    };
    let (train, test) = (pixels(train)?, pixels(test)?);
    if u64::from(crc.sum()) != checksum {
        return Err(damaged("its checksum is another"));
    }
    Ok(Prepared {
        train: about.train.with(train),
        test: about.test.with(test),
        remarks: about.remarks,
    })
}

/// Keeps an entry, where that can be done.
pub(super) fn store(key: &Key, prepared: &Prepared) {
    if let Some(folder) = folder() {
        store_in(&folder, key, prepared, MAX_TOTAL);
    }
}

pub(super) fn store_in(folder: &Path, key: &Key, prepared: &Prepared, most: u64) {
    let bytes = prepared.train.pixels.len() + prepared.test.pixels.len();
    // One entry must not push out all others.
    if bytes as u64 > most / 2 {
        return;
    }
    if let Err(error) = write(folder, key, prepared) {
        log::warn!("pictures are not kept in {}: {error}", folder.display());
    }
    make_room(folder, most);
}

fn write(folder: &Path, key: &Key, prepared: &Prepared) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let about = serde_json::to_vec(&About {
        train: Part::of(&prepared.train),
        test: Part::of(&prepared.test),
        remarks: prepared.remarks.clone(),
    })?;
    let mut crc = Crc::new();
    for bytes in [&about, &prepared.train.pixels, &prepared.test.pixels] {
        crc.update(bytes);
    }
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(MAGIC)?;
    file.write_all(&(about.len() as u64).to_le_bytes())?;
    file.write_all(&u64::from(crc.sum()).to_le_bytes())?;
    for bytes in [&about, &prepared.train.pixels, &prepared.test.pixels] {
        file.write_all(bytes)?;
    }
    file.persist(key.path(folder))?;
    Ok(())
}

/// Drops the entries that were not used for longest, until the others fit.
fn make_room(folder: &Path, most: u64) {
    let Ok(files) = fs::read_dir(folder) else {
        return;
    };
    let mut entries: Vec<(SystemTime, u64, PathBuf)> = files
        .filter_map(Result::ok)
        .filter(|file| file.path().extension().is_some_and(|end| end == ENDING))
        .filter_map(|file| {
            let about = file.metadata().ok()?;
            Some((about.modified().ok()?, about.len(), file.path()))
        })
        .collect();
    entries.sort();
    let mut total: u64 = entries.iter().map(|(_, bytes, _)| bytes).sum();
    for (_, bytes, path) in entries {
        if total <= most {
            return;
        }
        match fs::remove_file(&path) {
            Ok(()) => total -= bytes,
            Err(error) => log::warn!("{} cannot be dropped: {error}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests;
