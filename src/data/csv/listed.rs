//! Tables that name pictures instead of holding them.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use csv::ByteRecord;

use super::number::text;
use super::text::Text;
use crate::data::DataError;
use crate::data::place::ends_in;

/// Endings of pictures.
const ENDINGS: &[&str] = &[
    "png", "jpg", "jpeg", "bmp", "gif", "tif", "tiff", "webp", "ppm", "pgm", "heic", "avif", "dcm",
];

/// Entries of a folder that are looked at.
const MAX_ENTRIES: usize = 1000;

/// An error that says so, where the rows name pictures.
pub(super) fn pictures(text_of: &Text, body: &[ByteRecord]) -> Option<DataError> {
    let path = text_of.path();
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let row = body.last()?;
    let (name, found) = row
        .iter()
        .filter(|field| !field.is_empty() && field.len() < 400)
        .map(text)
        .filter_map(|name| {
            let place = find(folder, &name);
            let is_picture = ends_in(Path::new(&name), ENDINGS);
            (is_picture || place.is_some()).then_some((name, place))
        })
        .max_by_key(|(_, place)| place.is_some())?;
    let name: String = name.chars().take(60).collect();
    let remedy = match found {
        Some(_) => format!(
            "open the folder {} instead, where they are (folders in it that tell classes apart give the labels)",
            if folder == Path::new(".") {
                "it is in".to_owned()
            } else {
                folder.display().to_string()
            }
        ),
        None => "open the folder that holds the pictures instead".to_owned(),
    };
    Some(DataError::Foreign {
        path: path.to_owned(),
        what: format!("a table that names pictures ({name:?}, for one) and holds none"),
        remedy,
    })
}

/// Where a picture of this name is, at or below a folder; the name may lack its ending.
fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    let own = Path::new(name);
    // Names from elsewhere: the last part is the file's.
    let own = own.file_name().map_or(own, Path::new);
    let is_there = |folder: &Path| {
        let whole = folder.join(own);
        let with_ending = ENDINGS.iter().map(|ending| {
            let mut name = own.as_os_str().to_owned();
            name.push(OsStr::new("."));
            name.push(ending);
            folder.join(name)
        });
        core::iter::once(whole)
            .filter(|path| ends_in(path, ENDINGS))
            .chain(with_ending)
            .find(|path| path.is_file())
    };
    let below = fs::read_dir(folder).into_iter().flatten().take(MAX_ENTRIES);
    let folders = below.filter_map(|entry| {
        let entry = entry.ok()?;
        entry.file_type().ok()?.is_dir().then(|| entry.path())
    });
    is_there(folder).or_else(|| folders.into_iter().find_map(|folder| is_there(&folder)))
}
