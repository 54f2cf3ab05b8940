//! The part of a file that has arrived: it grows, is checked, and becomes the file.
//!
//! A *part* lies beside its file and is called like it with `.part` behind. It stays when fetching
//! ends early, so that the next time only the rest is asked for.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::super::hex;
use super::RemoteFile;

/// Bytes hashed in one go.
const CHUNK: usize = 1 << 16;

/// A part that is open for more.
pub(super) struct Part {
    file: File,
    path: PathBuf,
    target: PathBuf,
    length: u64,
}

impl Part {
    /// Opens the part of a file in a folder. One that is longer than the file can be begins anew.
    pub(super) fn open(folder: &Path, remote: &RemoteFile) -> Result<Self, (PathBuf, io::Error)> {
        let target = folder.join(remote.name);
        let path = folder.join(format!("{}.part", remote.name));
        let opened = (|| {
            let mut options = OpenOptions::new();
            let file = options
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path)?;
            let mut length = file.metadata()?.len();
            if length > remote.bytes {
                file.set_len(0)?;
                length = 0;
            }
            let mut file = file;
            file.seek(SeekFrom::Start(length))?;
            Ok((file, length))
        })();
        match opened {
            Ok((file, length)) => Ok(Self {
                file,
                path,
                target,
                length,
            }),
            Err(cause) => Err((path, cause)),
        }
    }

    /// Bytes that have arrived.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Where it lies.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Takes in more bytes.
    pub(super) fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Begins anew.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.length = 0;
        Ok(())
    }

    /// SHA-256 of what has arrived, as it lies on the disk.
    pub(super) fn sha256(&mut self) -> io::Result<String> {
        self.file.seek(SeekFrom::Start(0))?;
        let digest = hash(&mut self.file)?;
        self.file.seek(SeekFrom::Start(self.length))?;
        Ok(digest)
    }

    /// Makes the part the file, in one step that is done or not, whatever happens.
    pub(super) fn finish(self) -> io::Result<()> {
        self.file.sync_all()?;
        // Some systems do not rename what is open.
        drop(self.file);
        std::fs::rename(&self.path, &self.target)?;
        #[cfg(unix)]
        if let Some(folder) = self.target.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }
}

/// Whether a file is there as it should be, to the last byte.
pub(super) fn is_whole(path: &Path, remote: &RemoteFile) -> bool {
    let read = || {
        let mut file = File::open(path)?;
        if file.metadata()?.len() != remote.bytes {
            return Ok(false);
        }
        Ok::<bool, io::Error>(hash(&mut file)? == remote.sha256)
    };
    read().unwrap_or(false)
}

fn hash(file: &mut File) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        let count = file.read(&mut chunk)?;
        if count == 0 {
            break;
        }
        hasher.update(&chunk[..count]);
    }
    Ok(hex(&hasher.finalize()))
}
