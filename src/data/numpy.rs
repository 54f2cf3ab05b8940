//! `NumPy`'s `.npy` files and `.npz` archives, Keras' `mnist.npz` and `MedMNIST` among them.
//!
//! Arrays are known by their names ([`names`]), and what their axes are by their shapes
//! ([`super::arrays`]). Values of any type of numbers are brought to bytes by the *range* of each array
//! ([`super::range`]). A folder of `.npy` files is one set, and one of them brings the others.

mod arrange;
mod file;
mod header;
mod names;
mod pick;
mod targets;

use std::path::{Path, PathBuf};

use super::arrays::{Gatherer, Numbers, Plan};
use super::place::ends_in;
use super::range::{EXPECTED, Range, Scale, scales};
use super::split::{own_name, split};
use super::{DataError, DatasetParts, Images, Meter, Reading, Skipped, Source, Takes};
use arrange::arrange;
use file::{ArrayFile, Done};
use names::{Meaning, Part, Role};
use pick::{left_out, pick};
use targets::labelled;

/// The source that reads files of arrays.
#[derive(Clone, Copy, Debug)]
pub struct Numpy;

impl Source for Numpy {
    fn id(&self) -> &'static str {
        "numpy"
    }

    fn name(&self) -> &'static str {
        "NumPy arrays"
    }

    fn summary(&self) -> &'static str {
        "A .npz archive such as Keras' mnist.npz (x_train, y_train, x_test, y_test), a .npy file of images, or a folder of such files."
    }

    fn accepts(&self, location: &str) -> bool {
        let path = Path::new(location);
        (ends_in(path, &["npz", "npy"]) && path.is_file()) || is_array_folder(path)
    }

    fn takes(&self) -> Takes {
        Takes {
            shape: true,
            keeps_shape: true,
            transpose: true,
            ..Takes::default()
        }
    }

    fn read(
        &self,
        location: &str,
        reading: &Reading,
        meter: &dyn Meter,
    ) -> Result<DatasetParts, DataError> {
        let path = Path::new(location);
        if path.is_dir() {
            let mut file = ArrayFile::open_several(path, &known_files(path));
            return read(&mut file, own_name(path), reading, Vec::new(), meter);
        }
        let mut file = ArrayFile::open(path)?;
        // An archive of several arrays is a set of its own, unless it is called like part of one.
        let is_part = names::meaning(&file::name_of(path)).part.is_some();
        let beside = match file.entries.len() {
            1 => beside(path),
            _ if is_part => beside(path),
            _ => Vec::new(),
        };
        let mut remarks = Vec::new();
        if !beside.is_empty() {
            let names: Vec<String> = beside.iter().map(|path| own_name(path)).collect();
            let are = if names.len() == 1 { "lies" } else { "lie" };
            remarks.push(format!(
                "Read together with {}, which {are} beside it.",
                names.join(", ")
            ));
            let mut files = beside;
            files.push(path.to_owned());
            files.sort();
            let folder = path.parent().unwrap_or(path);
            file = ArrayFile::open_several(folder, &files);
        }
        path.clone_into(&mut file.path);
        read(&mut file, own_name(path), reading, remarks, meter)
    }
}

/// Whether a folder holds the arrays of a set, by the names of its files: training pictures in so
/// many words, or arrays of pictures and neither folders nor picture files.
fn is_array_folder(folder: &Path) -> bool {
    let files = known_files(folder);
    let meanings = || {
        files
            .iter()
            .map(|path| names::meaning(&file::name_of(path)))
    };
    let is_train =
        |meaning: Meaning| meaning.part == Some(Part::Train) && meaning.role != Some(Role::Labels);
    !files.is_empty() && (meanings().any(is_train) || holds_files_only(folder))
}

/// Whether there is neither a folder nor a picture in a folder.
fn holds_files_only(folder: &Path) -> bool {
    let Ok(entries) = folder.read_dir() else {
        return false;
    };
    entries.flatten().all(|entry| {
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        is_hidden || !is_folder && !ends_in(&entry.path(), &["png", "jpg", "jpeg"])
    })
}

/// The files of arrays in a folder whose names say what they hold, of one family: the one with
/// pictures that comes first.
fn known_files(folder: &Path) -> Vec<PathBuf> {
    let files = file::files_in(folder);
    let meaning = |path: &PathBuf| names::meaning(&file::name_of(path));
    let is_known = |meaning: &Meaning| meaning.part.is_some() || meaning.role.is_some();
    let first = files
        .iter()
        .map(meaning)
        .find(|meaning| is_known(meaning) && meaning.role != Some(Role::Labels));
    let Some(first) = first else {
        return Vec::new();
    };
    let fits = |path: &PathBuf| {
        let meaning = meaning(path);
        is_known(&meaning) && meaning.family == first.family
    };
    files.into_iter().filter(fits).collect()
}

/// The files beside one that belong to the same set by their names.
fn beside(path: &Path) -> Vec<PathBuf> {
    let own = names::meaning(&file::name_of(path));
    if own.part.is_none() && own.role.is_none() {
        return Vec::new();
    }
    let folder = match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
        Some(folder) => folder,
        None => return Vec::new(),
    };
    let belongs = |other: &PathBuf| {
        let meaning = names::meaning(&file::name_of(other));
        let is_other = other.file_name() != path.file_name();
        let is_known = meaning.part.is_some() || meaning.role.is_some();
        let is_alike = other.extension() == path.extension();
        is_other && is_known && is_alike && meaning.family == own.family
    };
    let files = file::files_in(folder).into_iter().filter(belongs);
    files
        .map(|other| path.with_file_name(other.file_name().unwrap_or_default()))
        .collect()
}

fn read(
    file: &mut ArrayFile,
    name: String,
    reading: &Reading,
    mut remarks: Vec<String>,
    meter: &dyn Meter,
) -> Result<DatasetParts, DataError> {
    let mut picks = pick(file)?;
    let arranged = arrange(file, &mut picks, reading, meter)?;
    remarks.append(&mut picks.remarks);
    remarks.extend(arranged.remarks);
    let mut used = vec![(picks.train, arranged.train)];
    used.extend(picks.test.zip(arranged.test));
    let (images, said) = images(file, &used, meter)?;
    remarks.extend(said);
    let mut images = images.into_iter();
    let (Some(train), test) = (images.next(), images.next()) else {
        return Err(file.unexpected("images", "none".to_owned()));
    };
    let (labelled, mut skipped) = labelled(file, &picks, &train, test.as_ref())?;
    let refused: Vec<usize> = (0..file.entries.len())
        .filter(|&index| skipped.iter().any(|s| s.path == file.entries[index].name))
        .collect();
    skipped.extend(left_out(file, &picks, &refused));
    let others = file.others.iter().map(|(name, why)| Skipped {
        path: name.clone(),
        why: why.clone(),
    });
    skipped.extend(others);
    let (train_labels, test_labels, class_names) = match labelled {
        Some(labelled) => (Some(labelled.train), labelled.test, labelled.names),
        None => (None, None, None),
    };
    let parts = match test {
        Some(test) => DatasetParts {
            train_labels,
            test_labels,
            ..DatasetParts::new(name, train, test)
        },
        None => split(name, &file.path, &train, train_labels.as_deref())?,
    };
    Ok(DatasetParts {
        class_names,
        skipped,
        remarks,
        ..parts
    })
}

/// Reads arrays as images, each brought to bytes by its own range.
fn images(
    file: &mut ArrayFile,
    used: &[(usize, Plan)],
    meter: &dyn Meter,
) -> Result<(Vec<Images>, Vec<String>), DataError> {
    let mut done: Done = (0, 0);
    for &(index, _) in used {
        let header = &file.entries[index].header;
        let times = if header.numbers().is_some_and(is_byte) {
            1
        } else {
            2
        };
        done.1 += times * header.data_bytes;
    }
    // Values of one byte are taken for pixels at once: most are.
    let mut gathered = Vec::new();
    let mut ranges = Vec::new();
    for (index, plan) in used {
        let numbers = numbers(file, *index)?;
        let mut range = Range::default();
        let mut gatherer = Gatherer::new(plan.clone(), &file.path)?;
        file.read(*index, meter, &mut done, |bytes| {
            numbers.extend_range(bytes, &mut range);
            if is_byte(numbers) {
                gatherer.take(bytes);
            }
        })?;
        gathered.push(gatherer);
        ranges.push((file.entries[*index].name.clone(), range));
    }
    let (scales, remarks) = scales(&ranges).map_err(|found| file.unexpected(EXPECTED, found))?;
    let mut images = Vec::new();
    for (((index, plan), gatherer), scale) in used.iter().zip(gathered).zip(scales) {
        images.push(scaled(
            file, *index, plan, gatherer, scale, meter, &mut done,
        )?);
    }
    Ok((images, remarks))
}

/// The images of an array, whose values were taken already where they are bytes.
fn scaled(
    file: &mut ArrayFile,
    index: usize,
    plan: &Plan,
    mut gatherer: Gatherer,
    scale: Scale,
    meter: &dyn Meter,
    done: &mut Done,
) -> Result<Images, DataError> {
    let numbers = numbers(file, index)?;
    if is_byte(numbers) {
        let table = numbers.table(scale);
        let is_same = table
            .iter()
            .zip(0..=u8::MAX)
            .all(|(&pixel, byte)| pixel == byte);
        if is_same {
            return gatherer.finish();
        }
        if plan.target == plan.source {
            gatherer.map(&table);
            return gatherer.finish();
        }
        // Other sizes and colours are made of pixels, so the values are needed once more.
        gatherer = Gatherer::new(plan.clone(), &file.path)?;
    }
    let mut pixels = Vec::new();
    file.read(index, meter, done, |bytes| {
        pixels.clear();
        numbers.extend_pixels(bytes, scale, &mut pixels);
        gatherer.take(&pixels);
    })?;
    gatherer.finish()
}

fn is_byte(numbers: Numbers) -> bool {
    numbers.element.bytes() == 1
}

/// How the numbers of an array of pictures are written.
fn numbers(file: &ArrayFile, index: usize) -> Result<Numbers, DataError> {
    let numbers = file.entries[index].header.numbers();
    numbers.ok_or_else(|| file.unexpected("numbers", format!("none in {}", file.what(index))))
}

#[cfg(test)]
mod tests;
