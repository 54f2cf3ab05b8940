//! Atomic replacement of several files at once.
//!
//! All new files are first written beside the old ones and synced. Then a marker file says that they
//! count, they are renamed into place, and the marker goes. A crash before the marker leaves the old
//! state; one after it is rolled forward at the next opening.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use super::StoreError;

const MARKER: &str = ".commit";
const NEW: &str = ".new";

/// Replaces the named files of a folder together.
pub(super) fn write_together(folder: &Path, files: &[(&str, &[u8])]) -> Result<(), StoreError> {
    for (name, bytes) in files {
        write_synced(&folder.join(format!("{name}{NEW}")), bytes)?;
    }
    let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    let staged = folder.join(format!("{MARKER}{NEW}"));
    let marker = folder.join(MARKER);
    write_synced(&staged, names.join("\n").as_bytes())?;
    fs::rename(&staged, &marker).map_err(StoreError::io("writing", &marker))?;
    sync_folder(folder)?;
    recover(folder)
}

/// Completes a replacement that a crash cut short.
pub(super) fn recover(folder: &Path) -> Result<(), StoreError> {
    let marker = folder.join(MARKER);
    if !marker.exists() {
        return Ok(());
    }
    let names = fs::read_to_string(&marker).map_err(StoreError::io("reading", &marker))?;
    for name in names.lines() {
        let staged = folder.join(format!("{name}{NEW}"));
        // Those already renamed before the crash are in place.
        if staged.exists() {
            let file = folder.join(name);
            fs::rename(&staged, &file).map_err(StoreError::io("writing", &file))?;
        }
    }
    sync_folder(folder)?;
    fs::remove_file(&marker).map_err(StoreError::io("removing", &marker))?;
    Ok(())
}

fn write_synced(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let mut file = File::create(path).map_err(StoreError::io("writing", path))?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(StoreError::io("writing", path))
}

/// Makes renames durable, where the system can.
fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    if cfg!(unix) {
        File::open(folder)
            .and_then(|handle| handle.sync_all())
            .map_err(StoreError::io("syncing", folder))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(folder: &Path) -> Vec<String> {
        ["a", "b"]
            .iter()
            .map(|name| fs::read_to_string(folder.join(name)).unwrap())
            .collect()
    }

    #[test]
    fn a_crash_before_the_marker_leaves_the_old_files() {
        let folder = tempfile::tempdir().unwrap();
        write_together(folder.path(), &[("a", b"old a"), ("b", b"old b")]).unwrap();
        fs::write(folder.path().join("a.new"), "half").unwrap();
        recover(folder.path()).unwrap();
        assert_eq!(contents(folder.path()), ["old a", "old b"]);
    }

    #[test]
    fn a_crash_after_the_marker_is_rolled_forward() {
        let folder = tempfile::tempdir().unwrap();
        write_together(folder.path(), &[("a", b"old a"), ("b", b"old b")]).unwrap();
        // `a` was renamed before the crash, `b` was not.
        fs::write(folder.path().join("a"), "new a").unwrap();
        fs::write(folder.path().join("b.new"), "new b").unwrap();
        fs::write(folder.path().join(MARKER), "a\nb").unwrap();
        recover(folder.path()).unwrap();
        assert_eq!(contents(folder.path()), ["new a", "new b"]);
        assert!(!folder.path().join(MARKER).exists());
    }
}
