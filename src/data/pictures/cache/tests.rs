//! Entries of the cache, whole, damaged and dropped.

use std::fs;

use tempfile::TempDir;

use super::super::tests::{plain, reading, save, write};
use super::super::{Prepared, cache, prepare, scan::scan};
use crate::data::{Color, NoMeter, Reading};

/// What is in the cache for a folder.
fn load(place: &TempDir, folder: &TempDir, reading: &Reading) -> Option<Prepared> {
    let scan = scan(folder.path(), &NoMeter).unwrap();
    let key = cache::Key::new(folder.path(), reading, &scan);
    cache::load_from(place.path(), &key)
}

fn store(place: &TempDir, folder: &TempDir, most: u64) {
    let mut scan = scan(folder.path(), &NoMeter).unwrap();
    let key = cache::Key::new(folder.path(), &Reading::default(), &scan);
    let prepared = prepare(folder.path(), &mut scan, &Reading::default(), &NoMeter).unwrap();
    cache::store_in(place.path(), &key, &prepared, most);
}

fn two_pictures() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    save(&folder, "x/a.png", &plain([10, 10, 10]));
    save(&folder, "y/b.png", &plain([20, 20, 20]));
    write(&folder, "y/c.png", b"nonsense");
    folder
}

fn entry(place: &TempDir) -> std::path::PathBuf {
    let mut files = fs::read_dir(place.path()).unwrap();
    let entry = files.next().unwrap().unwrap().path();
    assert!(files.next().is_none());
    entry
}

#[test]
fn the_second_opening_finds_what_the_first_one_read() {
    let (place, folder) = (tempfile::tempdir().unwrap(), two_pictures());
    assert!(load(&place, &folder, &Reading::default()).is_none());
    store(&place, &folder, 1 << 20);
    let known = load(&place, &folder, &Reading::default()).unwrap();
    let mut scanned = scan(folder.path(), &NoMeter).unwrap();
    let fresh = prepare(folder.path(), &mut scanned, &Reading::default(), &NoMeter).unwrap();
    assert_eq!(known.train.pixels, fresh.train.pixels);
    assert_eq!(known.train.classes, fresh.train.classes);
    assert_eq!(known.train.skipped, fresh.train.skipped);
    assert_eq!(known.train.skipped.len(), 1);
    // Another shape, another file, a file that changed: another entry.
    assert!(load(&place, &folder, &reading("8x8", Color::Grey)).is_none());
    write(&folder, "y/c.png", b"other nonsense");
    assert!(load(&place, &folder, &Reading::default()).is_none());
}

#[test]
fn a_damaged_entry_counts_as_none_and_is_written_anew() {
    let (place, folder) = (tempfile::tempdir().unwrap(), two_pictures());
    store(&place, &folder, 1 << 20);
    let path = entry(&place);
    let whole = fs::read(&path).unwrap();
    let mut flipped = whole.clone();
    *flipped.last_mut().unwrap() ^= 1;
    for damaged in [
        &whole[..0],
        &whole[..30],
        &whole[..whole.len() - 1],
        &flipped,
        b"nonsense",
    ] {
        fs::write(&path, damaged).unwrap();
        assert!(load(&place, &folder, &Reading::default()).is_none());
    }
    store(&place, &folder, 1 << 20);
    assert_eq!(fs::read(&path).unwrap(), whole);
    assert!(load(&place, &folder, &Reading::default()).is_some());
}

#[test]
fn what_was_not_used_for_longest_is_dropped() {
    let place = tempfile::tempdir().unwrap();
    let folders = [two_pictures(), two_pictures(), two_pictures()];
    // One entry has some 1,700 bytes.
    for folder in &folders {
        store(&place, folder, 4000);
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let is_there = folders
        .each_ref()
        .map(|folder| load(&place, folder, &Reading::default()).is_some());
    assert_eq!(is_there, [false, true, true]);
    let place = tempfile::tempdir().unwrap();
    store(&place, &folders[0], 2000);
    assert!(
        load(&place, &folders[0], &Reading::default()).is_none(),
        "too large"
    );
}
