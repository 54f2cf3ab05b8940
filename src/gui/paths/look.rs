//! Looking at what was typed: what it stands for, whether it is there, and what it is.
//!
//! This reads the disk and is done in a thread of its own, never in the window's.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::super::action::Choice;

/// A path that can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The whole path.
    pub path: PathBuf,
    /// Nothing is there yet.
    pub is_new: bool,
}

/// What is at a path.
#[derive(Clone, Copy, PartialEq, Eq)]
enum There {
    Nothing,
    Folder,
    File,
}

/// Looks at what was typed; `home` is what `~` stands for.
///
/// # Errors
/// Why it cannot be, in a sentence.
pub fn look(choice: &Choice, text: &str, home: Option<&Path>) -> Result<Found, String> {
    let mut path = meant(text, home)?;
    if let Choice::NewFile { ending, .. } = choice
        && path.extension().is_none()
        && path.file_name().is_some()
        && !ends_in_separator(text)
    {
        path.set_extension(ending);
    }
    let there = what_is_at(&path)?;
    let shown = path.display();
    match (choice, there) {
        (Choice::Folder | Choice::NewFolder, There::Folder)
        | (Choice::File { .. } | Choice::NewFile { .. }, There::File) => Ok(Found {
            path,
            is_new: false,
        }),
        (Choice::Folder | Choice::NewFolder, There::File) => Err(format!(
            "{shown} is a file, but a folder is asked for: type the folder that it is in."
        )),
        (Choice::File { .. }, There::Folder) => Err(format!(
            "{shown} is a folder, but a file is asked for: type the name of a file in it as well."
        )),
        // A session looks like a file in the dialog of the desktop, and is a folder.
        (Choice::NewFile { ending, .. }, There::Folder)
            if *ending == super::super::session::ENDING
                && path.extension().is_some_and(|own| own == *ending) =>
        {
            Ok(Found {
                path,
                is_new: false,
            })
        }
        (Choice::NewFile { what, ending }, There::Folder) => Err(format!(
            "{shown} is a folder, but the name of a new file is asked for: type one as well, such as \
             {}.",
            path.join(super::super::dialogs::proposed_name(what, ending))
                .display()
        )),
        (Choice::Folder, There::Nothing) => Err(missing("folder", &path)),
        (Choice::File { .. }, There::Nothing) => Err(missing("file", &path)),
        (Choice::NewFolder | Choice::NewFile { .. }, There::Nothing) => {
            let parent = path.parent().unwrap_or(&path);
            match what_is_at(parent)? {
                There::Folder => Ok(Found { path, is_new: true }),
                There::File => Err(format!(
                    "{} is a file, so nothing can be in it: type a folder and a name in it.",
                    parent.display()
                )),
                There::Nothing => Err(missing("folder", parent)),
            }
        }
    }
}

/// The whole path that a text means.
fn meant(text: &str, home: Option<&Path>) -> Result<PathBuf, String> {
    let text = unquoted(text.trim());
    if text.is_empty() {
        return Err("A path is asked for, but nothing is typed.".to_owned());
    }
    if text.contains('\0') {
        return Err("No path has a zero byte in it, but this text has.".to_owned());
    }
    let Some(rest) = text.strip_prefix('~') else {
        return std::path::absolute(text).map_err(|error| format!("“{text}” is no path: {error}."));
    };
    let rest = match rest.strip_prefix(std::path::is_separator) {
        Some(rest) => rest,
        None if rest.is_empty() => rest,
        None => {
            return Err(format!(
                "~ stands for your own home folder only, but ~{rest} is typed: type the whole path."
            ));
        }
    };
    let home = home.ok_or_else(|| {
        "~ stands for your home folder, but the variable HOME does not say where that is: type the \
         whole path."
            .to_owned()
    })?;
    Ok(home.join(rest.trim_start_matches(std::path::is_separator)))
}

/// A text without the quotation marks that file managers and shells put around a path.
fn unquoted(text: &str) -> &str {
    for mark in ['"', '\''] {
        let inner = text
            .strip_prefix(mark)
            .and_then(|text| text.strip_suffix(mark));
        if let Some(inner) = inner {
            return inner;
        }
    }
    text
}

fn ends_in_separator(text: &str) -> bool {
    unquoted(text.trim()).ends_with(std::path::is_separator)
}

fn what_is_at(path: &Path) -> Result<There, String> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => Ok(There::Folder),
        Ok(_) => Ok(There::File),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(There::Nothing)
        }
        Err(error) => Err(format!("{} cannot be looked at: {error}.", path.display())),
    }
}

/// Says what is missing, and how far the path is there.
fn missing(what: &str, path: &Path) -> String {
    let nearest = path
        .ancestors()
        .skip(1)
        .find(|ancestor| matches!(what_is_at(ancestor), Ok(There::Folder | There::File)));
    match nearest {
        Some(nearest) if path.parent() != Some(nearest) => format!(
            "There is no {what} {}: it is there as far as {}.",
            path.display(),
            nearest.display()
        ),
        Some(nearest) => {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            format!(
                "There is no {what} {}: {} is there, but has no “{name}” in it.",
                path.display(),
                nearest.display()
            )
        }
        None => format!("There is no {what} {}.", path.display()),
    }
}
