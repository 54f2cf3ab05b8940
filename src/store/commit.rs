//! Atomic replacement of several files at once.
//!
//! In a *commit* all new files are first written beside the old ones and synced. Then a marker file
//! says that they count, they are renamed into place, what is given up is removed, and the marker
//! goes. A crash before the marker leaves the old state; one after it is rolled forward at the next
//! opening.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::StoreError;
use super::disk::{Disk, System};
use super::run_folder::read_text;

const MARKER: &str = ".commit";
/// How names of files end that do not count yet.
pub(super) const NEW: &str = ".new";
/// Before names in the marker that are given up.
const GONE: &str = "- ";

/// A replacement under way. Names are relative to the folder, with `/` between their parts.
pub(super) struct Commit {
    disk: Arc<dyn Disk>,
    root: PathBuf,
    puts: Vec<String>,
    gone: Vec<String>,
}

impl Commit {
    /// Begins, after completing an earlier one that was cut short.
    pub(super) fn begin(root: &Path) -> Result<Self, StoreError> {
        Self::on(Arc::new(System), root)
    }

    /// The same on another disk.
    pub(super) fn on(disk: Arc<dyn Disk>, root: &Path) -> Result<Self, StoreError> {
        roll_forward(&*disk, root)?;
        Ok(Self {
            disk,
            root: root.to_owned(),
            puts: Vec::new(),
            gone: Vec::new(),
        })
    }

    /// Writes a file beside the one it is to replace.
    pub(super) fn put(&mut self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let path = self.root.join(format!("{name}{NEW}"));
        // Noted first, so that a half-written one is removed when the commit is given up.
        self.puts.push(name.to_owned());
        self.disk
            .write(&path, bytes)
            .map_err(StoreError::io("writing", &path))
    }

    /// Writes behind the first `at` bytes of a file at once. Only for files whose length that counts
    /// is written elsewhere, in this commit: without it the addition is not there.
    pub(super) fn append(&mut self, name: &str, at: u64, bytes: &[u8]) -> Result<(), StoreError> {
        let path = self.root.join(name);
        self.disk
            .append(&path, at, bytes)
            .map_err(StoreError::io("writing", &path))
    }

    /// Makes a folder for files to come.
    pub(super) fn create_folder(&mut self, name: &str) -> Result<(), StoreError> {
        let path = self.root.join(name);
        self.disk
            .create_folder(&path)
            .map_err(StoreError::io("creating", &path))
    }

    /// Has a file or folder removed once the commit counts.
    pub(super) fn give_up_later(&mut self, name: String) {
        self.gone.push(name);
    }

    /// Has everything count.
    pub(super) fn finish(mut self) -> Result<(), StoreError> {
        let puts = std::mem::take(&mut self.puts);
        match self.mark(&puts) {
            Ok(()) => roll_forward(&*self.disk, &self.root),
            Err(error) => {
                // Dropping clears away what does not count.
                self.puts = puts;
                Err(error)
            }
        }
    }

    fn mark(&self, puts: &[String]) -> Result<(), StoreError> {
        for folder in parents(&self.root, puts) {
            self.disk
                .sync_folder(&folder)
                .map_err(StoreError::io("syncing", &folder))?;
        }
        let gone = self.gone.iter().map(|name| format!("{GONE}{name}"));
        let lines: Vec<String> = puts.iter().cloned().chain(gone).collect();
        let staged = self.root.join(format!("{MARKER}{NEW}"));
        let marker = self.root.join(MARKER);
        self.disk
            .write(&staged, lines.join("\n").as_bytes())
            .map_err(StoreError::io("writing", &staged))?;
        self.disk
            .rename(&staged, &marker)
            .map_err(StoreError::io("writing", &marker))?;
        self.disk
            .sync_folder(&self.root)
            .map_err(StoreError::io("syncing", &self.root))
    }
}

impl Drop for Commit {
    /// Clears away what does not count.
    fn drop(&mut self) {
        if self.puts.is_empty() || self.root.join(MARKER).exists() {
            return;
        }
        for name in &self.puts {
            let staged = self.root.join(format!("{name}{NEW}"));
            if staged.exists()
                && let Err(error) = self.disk.remove(&staged)
            {
                log::warn!("{} could not be removed: {error}", staged.display());
            }
        }
    }
}

/// Replaces the named files of a folder together.
#[cfg(test)]
pub(super) fn write_together(folder: &Path, files: &[(&str, &[u8])]) -> Result<(), StoreError> {
    let mut commit = Commit::begin(folder)?;
    for (name, bytes) in files {
        commit.put(name, bytes)?;
    }
    commit.finish()
}

/// Whether a replacement was cut short, or is just being completed.
pub(super) fn is_cut_short(folder: &Path) -> bool {
    folder.join(MARKER).exists()
}

/// Completes a replacement that a crash cut short.
pub(super) fn recover(folder: &Path) -> Result<(), StoreError> {
    roll_forward(&System, folder)
}

fn roll_forward(disk: &dyn Disk, folder: &Path) -> Result<(), StoreError> {
    let marker = folder.join(MARKER);
    if !marker.exists() {
        return Ok(());
    }
    let lines = read_text(&marker)?;
    let mut puts = Vec::new();
    let mut gone = Vec::new();
    for line in lines.lines() {
        match line.strip_prefix(GONE) {
            Some(name) => gone.push(inner(&marker, name)?.to_owned()),
            None => puts.push(inner(&marker, line)?.to_owned()),
        }
    }
    for name in &puts {
        let staged = folder.join(format!("{name}{NEW}"));
        // Those already renamed before the crash are in place.
        if staged.exists() {
            let file = folder.join(name);
            disk.rename(&staged, &file)
                .map_err(StoreError::io("writing", &file))?;
        }
    }
    for parent in parents(folder, &puts) {
        disk.sync_folder(&parent)
            .map_err(StoreError::io("syncing", &parent))?;
    }
    for name in &gone {
        let path = folder.join(name);
        if path.exists() {
            disk.remove(&path)
                .map_err(StoreError::io("removing", &path))?;
        }
    }
    disk.remove(&marker)
        .map_err(StoreError::io("removing", &marker))
}

/// A name from a marker, unless it leads out of the folder.
fn inner<'a>(marker: &Path, name: &'a str) -> Result<&'a str, StoreError> {
    let is_plain = |part: Component<'_>| matches!(part, Component::Normal(_));
    if !name.is_empty() && Path::new(name).components().all(is_plain) {
        return Ok(name);
    }
    Err(StoreError::content(
        marker,
        "names of files in its folder",
        format!("names {name:?}"),
    ))
}

/// The folders that the named files lie in, the root always among them.
fn parents(root: &Path, names: &[String]) -> BTreeSet<PathBuf> {
    let of = |name: &String| root.join(name).parent().map(Path::to_owned);
    names
        .iter()
        .filter_map(of)
        .chain([root.to_owned()])
        .collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

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
        fs::create_dir(folder.path().join("c")).unwrap();
        // `a` was renamed before the crash, `b` was not, and `c` was to go.
        fs::write(folder.path().join("a"), "new a").unwrap();
        fs::write(folder.path().join("b.new"), "new b").unwrap();
        fs::write(folder.path().join(MARKER), "a\nb\n- c").unwrap();
        recover(folder.path()).unwrap();
        assert_eq!(contents(folder.path()), ["new a", "new b"]);
        assert!(!folder.path().join("c").exists());
        assert!(!folder.path().join(MARKER).exists());
    }

    #[test]
    fn a_commit_that_is_given_up_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let mut commit = Commit::begin(folder.path()).unwrap();
        commit.put("a", b"a").unwrap();
        drop(commit);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_marker_cannot_reach_out_of_its_folder() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("run");
        fs::create_dir(&folder).unwrap();
        fs::write(outer.path().join("precious"), "x").unwrap();
        for line in ["- ../precious", "/etc/passwd", "- "] {
            fs::write(folder.join(MARKER), line).unwrap();
            let error = recover(&folder).unwrap_err();
            assert!(error.is_bad_input(), "{error}");
        }
        assert!(outer.path().join("precious").exists());
    }
}
