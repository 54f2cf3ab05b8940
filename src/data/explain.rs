//! What is said besides when a location cannot be opened: what is there instead, what a file is, and
//! where a path ends to exist.

use std::fs;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::{DataError, foreign, pictures};

/// Bytes of a file that are looked at.
const START: u64 = 1024;

/// Names of the same kind that are told at most.
const MAX_ALIKE: usize = 3;

/// Folders beside a path that are told at most.
const MAX_BESIDE: usize = 6;

/// Names in a folder that are looked through for one that is meant.
const MAX_NAMES: usize = 10_000;

/// The same error with what can be found out about its path.
pub(super) fn explained(error: DataError) -> DataError {
    match error {
        DataError::Missing { path, .. } => DataError::Missing {
            hint: instead_of(&path),
            path,
        },
        DataError::NotFetched { id, name, size, .. } => DataError::NotFetched {
            beside: match kind_of(id) {
                Some(kind) => format!("; the {kind} {id} is opened as ./{id}"),
                None => String::new(),
            },
            id,
            name,
            size,
        },
        DataError::OtherFile { path } => match what_it_is(&path) {
            Some((what, remedy)) => DataError::Foreign { path, what, remedy },
            None => DataError::OtherFile { path },
        },
        // A packed file of another kind was taken for a packed IDX file.
        DataError::WrongMagic { ref path, .. } => match foreign::of_file(path) {
            Some(found) => DataError::Foreign {
                path: path.clone(),
                what: found.what.to_owned(),
                remedy: found.remedy.to_owned(),
            },
            None => error,
        },
        other => other,
    }
}

/// That there is a folder or file of the same name as a set that is chosen by its name.
pub(super) fn beside(name: &str) -> Option<String> {
    let kind = kind_of(name)?;
    Some(format!(
        "The {kind} {name} was not opened: {name} is the name of a set. It is opened as ./{name}."
    ))
}

fn kind_of(name: &str) -> Option<&'static str> {
    let about = fs::metadata(name).ok()?;
    Some(if about.is_dir() { "folder" } else { "file" })
}

/// What a file is that is none of images, with what to do.
fn what_it_is(path: &Path) -> Option<(String, String)> {
    // A pipe or device may never end.
    if !fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut start = Vec::new();
    File::open(path)
        .ok()?
        .take(START)
        .read_to_end(&mut start)
        .ok()?;
    let (what, remedy) = if let Some(found) = foreign::of_bytes(&start, path) {
        (found.what, found.remedy)
    } else if start.is_empty() {
        ("an empty file", "download or copy it again")
    } else if let Some(picture) = pictures::one_picture(path, &start) {
        (picture.what, picture.remedy)
    } else if is_text(&start) {
        (
            "a text file",
            "a table of images has the ending .csv and a row for each image",
        )
    } else {
        return None;
    };
    Some((what.to_owned(), remedy.to_owned()))
}

/// Whether bytes are text, though the last letter may be cut.
fn is_text(start: &[u8]) -> bool {
    let text = match std::str::from_utf8(start) {
        Ok(text) => text,
        Err(error) if start.len() - error.valid_up_to() < 4 => {
            std::str::from_utf8(&start[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text
        .chars()
        .any(|letter| letter.is_control() && !letter.is_whitespace())
}

/// What there is where a path leads nowhere, as the end of a sentence.
fn instead_of(path: &Path) -> String {
    let is_there = |path: &Path| fs::metadata(path).is_ok();
    let mut folders = path
        .ancestors()
        .skip(1)
        .filter(|folder| !folder.as_os_str().is_empty());
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    if parent.is_some_and(|parent| !is_there(parent)) {
        return match folders.find(|folder| is_there(folder)) {
            Some(folder) if folder.is_dir() => {
                format!(
                    ": the folder {} is there, but not what follows",
                    folder.display()
                )
            }
            Some(file) => format!(": {} is a file and no folder", file.display()),
            None => String::new(),
        };
    }
    if parent.is_some_and(Path::is_file) {
        return match parent {
            Some(parent) => format!(": {} is a file and no folder", parent.display()),
            None => String::new(),
        };
    }
    let place = parent.unwrap_or_else(|| Path::new("."));
    match alike(path, place).as_slice() {
        [] => beside_it(place),
        names => format!(", but {} beside it", names.join(", ")),
    }
}

/// The folders that could have been meant, where there are few.
fn beside_it(place: &Path) -> String {
    let Ok(entries) = fs::read_dir(place) else {
        return String::new();
    };
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .take(MAX_NAMES)
        .filter(|entry| entry.path().is_dir())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.'))
        .take(MAX_BESIDE + 1)
        .collect();
    names.sort();
    match names.as_slice() {
        [] => String::new(),
        [only] => format!("; the folder {only} is beside it"),
        names if names.len() <= MAX_BESIDE => {
            format!("; beside it are the folders {}", names.join(", "))
        }
        _ => String::new(),
    }
}

/// Names in a folder that differ from that of a path only in capital letters, signs or an ending.
fn alike(path: &Path, folder: &Path) -> Vec<String> {
    let letters = |name: &str| -> String {
        let stem = Path::new(name)
            .file_stem()
            .map(|stem| stem.to_string_lossy());
        let letters = stem.as_deref().unwrap_or(name).chars();
        letters
            .filter(|letter| letter.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    };
    let Some(wanted) = path
        .file_name()
        .map(|name| letters(&name.to_string_lossy()))
    else {
        return Vec::new();
    };
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .take(MAX_NAMES)
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| !wanted.is_empty() && letters(name) == wanted)
        .collect();
    names.sort();
    names.truncate(MAX_ALIKE);
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{DatasetRequest, open};

    fn said(path: &Path) -> String {
        let request = DatasetRequest {
            location: path.display().to_string(),
            ..DatasetRequest::default()
        };
        open(&request).unwrap_err().to_string()
    }

    #[test]
    fn a_file_in_place_of_a_folder_is_named() {
        use std::io::Write as _;
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs::write(&path, bytes).unwrap();
            said(&path)
        };
        for (name, bytes, what) in [
            (
                "archive.zip",
                &b"PK\x03\x04..........photos/cat.png"[..],
                "archive.zip is a zip archive, which is not opened: unpack it",
            ),
            (
                "notes.txt",
                "grüße\n".as_bytes(),
                "notes.txt is a text file, which is not opened: a table",
            ),
            (
                "cat",
                b"\x89PNG\r\n\x1a\n\0\0",
                "cat is one picture, which is not opened: open the folder",
            ),
            ("cat.jpg", b"\xff\xd8\xff\xe0", "cat.jpg is one picture"),
            (
                "IMG_1.HEIC",
                b"\0\0\0\x18ftypheic",
                "is a HEIC picture, which is not opened: save it as JPEG",
            ),
            ("data.mat", b"MATLAB 5.0", "is a MATLAB file"),
            ("model.pt", b"\x80\x02}torch", "torch.save"),
            ("nothing", b"", "is an empty file"),
            (
                "noise",
                b"\x01\xfe\x02\xfd\x03\xfc\xff\xff",
                "found something that is neither",
            ),
        ] {
            let said = write(name, bytes);
            assert!(said.contains(what), "{said}");
        }
        for (name, inner, what) in [
            (
                "train.csv.gz",
                &b"label,pixel0\n1,2\n"[..],
                "is a packed table, which is not opened: unpack it",
            ),
            ("set.tar.gz", b"././@PaxHeader", "is a packed tar archive"),
            (
                "table.gz",
                b"label,pixel0,pixel1\n1,2,3\n",
                "is a packed text",
            ),
        ] {
            let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packer.write_all(inner).unwrap();
            let said = write(name, &packer.finish().unwrap());
            assert!(said.contains(what), "{said}");
        }
    }

    #[test]
    fn a_path_that_leads_nowhere_says_how_far_it_leads() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("file"), "x").unwrap();
        fs::create_dir(at("My Photos")).unwrap();
        let deep = said(&at("no/such/place"));
        let there = format!(
            "found nothing: the folder {} is there, but not what follows.",
            folder.path().display()
        );
        assert!(deep.ends_with(&there), "{deep}");
        let in_file = said(&at("file/x"));
        assert!(
            in_file.contains("file is a file and no folder"),
            "{in_file}"
        );
        let alike = said(&at("my_photos"));
        assert!(
            alike.ends_with("found nothing, but My Photos beside it."),
            "{alike}"
        );
        let other = said(&at("other"));
        assert!(
            other.ends_with("found nothing; the folder My Photos is beside it."),
            "{other}"
        );
        fs::create_dir(at("set")).unwrap();
        let other = said(&at("other"));
        assert!(
            other.ends_with("; beside it are the folders My Photos, set."),
            "{other}"
        );
        for i in 0..MAX_BESIDE {
            fs::create_dir(at(&format!("more {i}"))).unwrap();
        }
        assert!(
            said(&at("other")).ends_with("found nothing."),
            "too many to be told"
        );
    }

    #[test]
    fn a_folder_called_like_a_set_is_mentioned() {
        // Tests run in the folder of the crate, which has one of this name.
        assert_eq!(
            beside("src").unwrap(),
            "The folder src was not opened: src is the name of a set. It is opened as ./src."
        );
        assert_eq!(beside("no such folder"), None);
        let not_fetched = |id: &'static str| {
            let error = DataError::NotFetched {
                id,
                name: "Some digits",
                size: "12 MB".to_owned(),
                beside: String::new(),
            };
            explained(error).to_string()
        };
        assert!(not_fetched("src").ends_with("in the window; the folder src is opened as ./src."));
        assert!(not_fetched("no such folder").ends_with("in the window."));
    }
}
