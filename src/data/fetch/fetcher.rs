//! Fetching a set: which mirror is asked for what, how often, and when to give up.
//!
//! An *attempt* asks one mirror for what is missing of one file. One that brought something and then
//! broke off is followed by another one at the same mirror, from where it ended.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::part::{self, Part};
use super::transfer::{Halt, Head, Piece, Transfer, Trouble};
use super::{FetchError, MIRROR_VARIABLE, Miss, RemoteFile, Set, Shelf};
use crate::data::Meter;

/// How often every mirror is asked for a file.
const ROUNDS: usize = 2;

/// Attempts for a file in all, those that went on where the last one broke off included.
const MAX_ATTEMPTS: usize = 30;

/// Name of the file whose lock says that somebody fetches here.
const LOCK: &str = ".lock";

/// How long is waited for a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For its name and the connection.
    pub connect: Duration,
    /// For the next bytes.
    pub stall: Duration,
    /// Before it is asked again.
    pub pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(15),
            stall: Duration::from_secs(20),
            pause: Duration::from_secs(1),
        }
    }
}

/// How servers are reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProxyChoice {
    /// By the proxy that `ALL_PROXY`, `HTTPS_PROXY` or `HTTP_PROXY` name, but for `NO_PROXY`.
    Environment,
    /// By none.
    Direct,
}

/// Brings sets to a shelf.
#[derive(Clone, Debug)]
pub struct Fetcher {
    /// Where sets go.
    pub shelf: Shelf,
    /// A server to take the place of all mirrors; it has a folder for every set.
    pub mirror: Option<String>,
    /// How long is waited.
    pub patience: Patience,
    /// How servers are reached.
    pub proxy: ProxyChoice,
}

/// What a file that is on its way is measured against.
struct Way<'a> {
    meter: &'a dyn Meter,
    /// Bytes of files that have arrived.
    before: u64,
    /// Bytes of all files.
    total: u64,
}

/// Why an attempt brought no whole file.
enum Stop {
    /// The set cannot be fetched.
    Fatal(FetchError),
    /// Another attempt may do better.
    Missed(Trouble),
}

impl Fetcher {
    /// As the environment says.
    ///
    /// # Errors
    /// The platform has no folder for data, or `HOURGLASS_MIRROR` is no address.
    pub fn from_env() -> Result<Self, FetchError> {
        let mirror = std::env::var_os(MIRROR_VARIABLE).filter(|mirror| !mirror.is_empty());
        let mirror = mirror.map(|mirror| mirror.to_string_lossy().into_owned());
        Ok(Self {
            shelf: Shelf::usual()?,
            mirror: mirror.map(|mirror| address(&mirror)).transpose()?,
            patience: Patience::default(),
            proxy: ProxyChoice::Environment,
        })
    }

    /// Fetches what is missing of a set and returns its folder. What is there already is checked, and
    /// fetched again where it is damaged. Tells the meter of bytes.
    ///
    /// # Errors
    /// Any [`FetchError`]; what has arrived until then is kept.
    pub fn fetch(&self, set: &Set, meter: &dyn Meter) -> Result<PathBuf, FetchError> {
        let folder = self.shelf.folder(set);
        std::fs::create_dir_all(&folder).map_err(|cause| FetchError::Unwritable {
            name: set.name,
            path: folder.clone(),
            cause,
        })?;
        let _locked = lock(set, &folder)?;
        let mut way = Way {
            meter,
            before: 0,
            total: set.bytes(),
        };
        for file in set.files {
            if !part::is_whole(&folder.join(file.name), file) {
                self.fetch_file(set, file, &folder, &way)?;
            }
            way.before += file.bytes;
            meter.tell(way.before, Some(way.total));
        }
        Ok(folder)
    }

    /// The addresses of a set's mirrors, the best first.
    fn mirrors(&self, set: &Set) -> Vec<String> {
        match &self.mirror {
            Some(mirror) => vec![format!("{mirror}{}/", set.id)],
            None => set
                .mirrors
                .iter()
                .map(|mirror| (*mirror).to_owned())
                .collect(),
        }
    }

    fn fetch_file(
        &self,
        set: &Set,
        file: &RemoteFile,
        folder: &Path,
        way: &Way<'_>,
    ) -> Result<(), FetchError> {
        let unwritable = |(path, cause)| FetchError::Unwritable {
            name: set.name,
            path,
            cause,
        };
        let mut part = Part::open(folder, file).map_err(unwritable)?;
        let mirrors = self.mirrors(set);
        let mut misses: Vec<Miss> = Vec::new();
        let mut attempts = 0;
        for round in 0..ROUNDS {
            if round > 0 && !pause(self.patience.pause, way.meter) {
                return Err(FetchError::Cancelled { name: set.name });
            }
            for mirror in &mirrors {
                let trouble = loop {
                    attempts += 1;
                    let before = part.length();
                    match self.attempt(set, file, mirror, &mut part, way) {
                        Ok(()) => {
                            let path = part.path().to_owned();
                            return part.finish().map_err(|cause| unwritable((path, cause)));
                        }
                        Err(Stop::Fatal(error)) => return Err(error),
                        Err(Stop::Missed(_))
                            if is_worth_more(before, part.length()) && attempts < MAX_ATTEMPTS => {}
                        Err(Stop::Missed(trouble)) => break trouble,
                    }
                };
                log::info!("{} from {mirror}: {}", file.name, trouble.why);
                note(&mut misses, mirror, trouble);
            }
        }
        Err(if misses.iter().any(|miss| miss.is_reached) {
            FetchError::NoMirror {
                name: set.name,
                file: file.name,
                misses,
            }
        } else {
            FetchError::Offline {
                name: set.name,
                misses,
            }
        })
    }

    /// Asks a mirror for what is missing of a file and checks the whole.
    fn attempt(
        &self,
        set: &Set,
        file: &RemoteFile,
        mirror: &str,
        part: &mut Part,
        way: &Way<'_>,
    ) -> Result<(), Stop> {
        let path = part.path().to_owned();
        let unwritable = |cause: io::Error| {
            Stop::Fatal(FetchError::Unwritable {
                name: set.name,
                path: path.clone(),
                cause,
            })
        };
        if part.length() < file.bytes {
            let url = format!("{mirror}{}", file.name);
            let started = Transfer::start(&url, part.length(), self.patience, &self.proxy);
            let mut transfer = started.map_err(Stop::Missed)?;
            loop {
                let piece = transfer.next(way.meter).map_err(|halt| match halt {
                    Halt::Cancelled => Stop::Fatal(FetchError::Cancelled { name: set.name }),
                    Halt::Trouble(trouble) => Stop::Missed(trouble),
                })?;
                match piece {
                    Piece::Head(head) => {
                        if check(&head, part.length(), file.bytes)? {
                            part.clear().map_err(unwritable)?;
                        }
                    }
                    Piece::Chunk(chunk) => {
                        if part.length() + chunk.len() as u64 > file.bytes {
                            part.clear().map_err(unwritable)?;
                            return Err(missed(format!("it sent more than {} bytes", file.bytes)));
                        }
                        part.append(&chunk).map_err(unwritable)?;
                        way.meter.tell(way.before + part.length(), Some(way.total));
                    }
                    Piece::End => break,
                    Piece::Trouble(trouble) => return Err(Stop::Missed(trouble)),
                }
            }
        }
        if part.length() < file.bytes {
            return Err(missed(format!(
                "it ended after {} of {} bytes",
                part.length(),
                file.bytes
            )));
        }
        let found = part.sha256().map_err(unwritable)?;
        if found != file.sha256 {
            part.clear().map_err(unwritable)?;
            return Err(missed(format!(
                "it sent other bytes: expected SHA-256 {}…, found {}…",
                &file.sha256[..12],
                &found[..12]
            )));
        }
        Ok(())
    }
}

fn missed(why: String) -> Stop {
    Stop::Missed(Trouble {
        why,
        is_reached: true,
    })
}

/// Whether the same mirror is asked once more after an attempt that began and ended with so many
/// bytes: it brought some, or what was thrown away had come from elsewhere.
fn is_worth_more(before: u64, after: u64) -> bool {
    after > before || (after == 0 && before > 0)
}

/// Checks what a server says before anything is taken in. Returns whether the file comes from its
/// first byte although only the rest was asked for.
fn check(head: &Head, from: u64, whole: u64) -> Result<bool, Stop> {
    let starts_at = match (head.is_whole, head.starts_at) {
        (true, _) => 0,
        (false, Some(first)) if first == from => first,
        (false, Some(first)) => {
            return Err(missed(format!(
                "it sent the bytes from {first} on, asked for those from {from} on"
            )));
        }
        (false, None) => return Err(missed(format!("it answered {}", head.status))),
    };
    let expected = whole - starts_at;
    match head.length {
        Some(length) if length != expected => Err(missed(format!(
            "it announced {length} bytes, expected {expected}"
        ))),
        Some(_) | None => Ok(starts_at < from),
    }
}

/// Keeps the newest trouble with every mirror.
fn note(misses: &mut Vec<Miss>, mirror: &str, trouble: Trouble) {
    let miss = Miss {
        mirror: mirror.to_owned(),
        why: trouble.why,
        is_reached: trouble.is_reached,
    };
    match misses.iter_mut().find(|known| known.mirror == miss.mirror) {
        Some(known) => *known = miss,
        None => misses.push(miss),
    }
}

/// Waits, unless cancelled.
fn pause(pause: Duration, meter: &dyn Meter) -> bool {
    let since = Instant::now();
    while since.elapsed() < pause {
        if meter.is_cancelled() {
            return false;
        }
        thread::sleep(pause.min(Duration::from_millis(20)));
    }
    true
}

/// Keeps others from fetching the same set at once, for as long as the file is held.
fn lock(set: &Set, folder: &Path) -> Result<File, FetchError> {
    let path = folder.join(LOCK);
    let unwritable = |cause| FetchError::Unwritable {
        name: set.name,
        path: path.clone(),
        cause,
    };
    let mut options = OpenOptions::new();
    let file = options
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(unwritable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(FetchError::Busy { name: set.name }),
        // Where a file system knows no locks, the checks at the end still keep wrong bytes out.
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(file),
        Err(TryLockError::Error(cause)) => Err(unwritable(cause)),
    }
}

/// The address of a server, with a slash at its end.
fn address(found: &str) -> Result<String, FetchError> {
    let is_web = found.starts_with("http://") || found.starts_with("https://");
    if !is_web
        || found
            .split_once("//")
            .is_none_or(|(_, host)| host.is_empty())
    {
        return Err(FetchError::BadMirror {
            found: found.to_owned(),
        });
    }
    Ok(format!("{}/", found.trim_end_matches('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_ends_in_one_slash() {
        assert_eq!(address("http://a:80").unwrap(), "http://a:80/");
        assert_eq!(address("https://a/b//").unwrap(), "https://a/b/");
        for wrong in ["", "a", "ftp://a/", "http://", "/home/me"] {
            assert!(address(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn what_a_server_says_is_checked_before_anything_is_taken_in() {
        let head = |is_whole, starts_at, length| Head {
            status: "404 Not Found".to_owned(),
            is_whole,
            starts_at,
            length,
        };
        let says = |head: Head, from| match check(&head, from, 100) {
            Ok(begins_anew) => begins_anew.to_string(),
            Err(Stop::Missed(trouble)) => trouble.why,
            Err(Stop::Fatal(error)) => error.to_string(),
        };
        assert_eq!(says(head(true, None, Some(100)), 0), "false");
        assert_eq!(says(head(true, None, None), 0), "false");
        assert_eq!(says(head(true, None, Some(100)), 40), "true");
        assert_eq!(says(head(false, Some(40), Some(60)), 40), "false");
        for (found, words) in [
            (says(head(false, Some(30), Some(70)), 40), "from 30 on"),
            (says(head(false, None, None), 0), "404 Not Found"),
            (
                says(head(true, None, Some(99)), 0),
                "announced 99 bytes, expected 100",
            ),
            (
                says(head(false, Some(40), Some(100)), 40),
                "announced 100 bytes, expected 60",
            ),
        ] {
            assert!(found.contains(words), "{found}");
        }
    }
}
