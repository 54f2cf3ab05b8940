//! Reading files: those alone that are files, and no more of them than they may hold.
//!
//! A *bounded* reading believes no length that a file system tells: a pipe never ends, a device may go
//! on for ever, and a file may grow while it is read.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use super::StoreError;

/// A whole file of at most so many bytes.
pub(super) fn bounded(
    path: &Path,
    most: u64,
    expected: &'static str,
) -> Result<Vec<u8>, StoreError> {
    let bytes = beginning(path, most.saturating_add(1))?;
    if bytes.len() as u64 > most {
        return Err(StoreError::content(
            path,
            expected,
            format!("is larger than {most} bytes"),
        ));
    }
    Ok(bytes)
}

/// What a small file holds, to tell whether it changes; nothing where it is none, as a pipe is.
pub(super) fn content(path: &Path) -> Option<Vec<u8>> {
    const MOST: u64 = 1 << 24;
    beginning(path, MOST).ok()
}

/// The first bytes of a file, all where there are fewer.
pub(super) fn beginning(path: &Path, most: u64) -> Result<Vec<u8>, StoreError> {
    // Asked first: opening a pipe waits for somebody to write to it.
    let about = fs::metadata(path).map_err(StoreError::io("opening", path))?;
    if !about.is_file() {
        return Err(StoreError::NotAFile {
            path: path.to_owned(),
            found: if about.is_dir() {
                "a folder"
            } else {
                "a device, a pipe or a socket"
            },
        });
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(most).read_to_end(&mut bytes))
        .map_err(StoreError::io("reading", path))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_read_than_there_may_be() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "12345").unwrap();
        assert_eq!(bounded(&path, 5, "digits").unwrap(), b"12345");
        assert_eq!(beginning(&path, 2).unwrap(), b"12");
        let error = bounded(&path, 4, "digits").unwrap_err();
        assert!(error.is_bad_input());
        let sentence = error.to_string();
        assert!(
            sentence.ends_with("must hold digits, but is larger than 4 bytes"),
            "{sentence}"
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_no_file_is_not_read_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        for path in [Path::new("/dev/zero"), &pipe] {
            let error = bounded(path, 100, "digits").unwrap_err();
            assert!(error.is_bad_input());
            assert!(
                error
                    .to_string()
                    .ends_with("must be a file, but is a device, a pipe or a socket")
            );
        }
        let error = bounded(folder.path(), 100, "digits").unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with("must be a file, but is a folder"),
            "{error}"
        );
    }
}
