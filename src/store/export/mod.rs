//! Exports: what other programs, papers and slides take from a run.
//!
//! An *export* is one file made from plain data, in a format named by its ending. Everything here
//! turns data into bytes; [`write_file`] puts them where they belong, whole or not at all.

mod animation;
mod codes;
mod curves;
mod curves_csv;
mod loss;
mod numbers;
mod palette;
mod plot;
mod sheet;
mod text;
mod weights;

pub use animation::{Animation, AnimationFrame, encode_animation};
pub use codes::{CodeTable, encode_codes};
pub use curves::{CurveLines, CurvePhase, CurveRun, LossKind};
pub use curves_csv::encode_curves;
pub use loss::LossParts;
pub use numbers::{count, three_digits};
pub use palette::{Mark, RUN_COLORS, Rgb, Stroke, run_color, run_mark, run_stroke};
pub use plot::{Along, PlotOptions, encode_plot};
pub use sheet::{Sheet, SheetRow, encode_sheet};
pub use weights::{TorchFile, encode_torch, read_torch};

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::StoreError;
use super::run_folder::is_of_run;

/// Kinds of exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExportKind {
    /// Weights and biases, as PyTorch has them.
    Weights,
    /// Codes of the test images.
    Codes,
    /// Everything that was measured, as numbers.
    Curves,
    /// Everything that was measured, as a chart.
    Plot,
    /// Test images over what runs make of them.
    Grid,
    /// The same at moments of the training, one after another.
    Animation,
}

/// Formats of exported files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Named arrays.
    Safetensors,
    /// One array of `NumPy`.
    Npy,
    /// Rows of numbers.
    Csv,
    /// A drawing.
    Svg,
    /// A picture.
    Png,
    /// Pictures one after another.
    Gif,
}

impl Format {
    /// How the names of its files end, without the dot.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Safetensors => "safetensors",
            Self::Npy => "npy",
            Self::Csv => "csv",
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Gif => "gif",
        }
    }
}

impl ExportKind {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Weights,
        Self::Codes,
        Self::Curves,
        Self::Plot,
        Self::Grid,
        Self::Animation,
    ];

    /// The key on the command line.
    pub fn id(self) -> &'static str {
        match self {
            Self::Weights => "weights",
            Self::Codes => "codes",
            Self::Curves => "curves",
            Self::Plot => "plot",
            Self::Grid => "grid",
            Self::Animation => "gif",
        }
    }

    /// The kind with this key.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.id() == id)
    }

    /// Formats that it can be written in.
    pub fn formats(self) -> &'static [Format] {
        match self {
            Self::Weights => &[Format::Safetensors],
            Self::Codes => &[Format::Npy, Format::Csv],
            Self::Curves => &[Format::Csv],
            Self::Plot => &[Format::Svg, Format::Png],
            Self::Grid => &[Format::Png],
            Self::Animation => &[Format::Gif],
        }
    }

    /// The format that the ending of a path names.
    ///
    /// # Errors
    /// When the ending names none of this kind's formats.
    pub fn format_of(self, path: &Path) -> Result<Format, StoreError> {
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        let named = |format: &&Format| ending.eq_ignore_ascii_case(format.ending());
        if let Some(format) = self.formats().iter().find(named) {
            return Ok(*format);
        }
        let endings: Vec<String> = self
            .formats()
            .iter()
            .map(|format| format!(".{}", format.ending()))
            .collect();
        Err(StoreError::Ending {
            path: path.to_owned(),
            what: self.id(),
            expected: endings.join(" or "),
        })
    }
}

/// Whether a file can be written without damage to a run that is kept where it is to go. Any other file
/// is replaced, as by every program that is told where to write.
///
/// # Errors
/// When it is one of the files of a run.
pub fn check_target(path: &Path) -> Result<(), StoreError> {
    if is_of_run(path) {
        return Err(StoreError::OfARun {
            path: path.to_owned(),
        });
    }
    Ok(())
}

/// Writes a file through a temporary one beside it: whoever looks finds the old file or the new one,
/// and a disk that is full leaves nothing behind.
///
/// # Errors
/// When the folder is missing, the file is one of a run, or it cannot be written.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    check_target(path)?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        let missing = std::io::Error::new(
            std::io::ErrorKind::NotFound,
            format!("there is no folder {}", folder.display()),
        );
        return Err(StoreError::io("writing", path)(missing));
    }
    if path.is_dir() {
        return Err(StoreError::io("writing", path)(std::io::Error::new(
            std::io::ErrorKind::IsADirectory,
            "it is a folder",
        )));
    }
    let write = || {
        let mut file = temporary(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(StoreError::io("writing", path))
}

/// A temporary file that others may read once it has its name, as any new file: those of the library
/// are their owner's alone.
fn temporary(folder: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// The path with the ending of the first of its formats, where it has none.
pub fn with_ending(kind: ExportKind, path: PathBuf) -> PathBuf {
    match (path.extension(), kind.formats().first()) {
        (None, Some(format)) => path.with_extension(format.ending()),
        (Some(_) | None, _) => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_choose_the_format() {
        let format = |kind: ExportKind, name: &str| kind.format_of(Path::new(name));
        assert_eq!(format(ExportKind::Codes, "a.npy").unwrap(), Format::Npy);
        assert_eq!(
            format(ExportKind::Codes, "日本/a b.CSV").unwrap(),
            Format::Csv
        );
        let message = format(ExportKind::Codes, "a.txt").unwrap_err().to_string();
        assert_eq!(
            message,
            "the name of a file for codes must end in .npy or .csv, but is a.txt"
        );
        assert!(format(ExportKind::Plot, "plot").is_err());
        assert_eq!(
            with_ending(ExportKind::Plot, PathBuf::from("a/plot")),
            Path::new("a/plot.svg")
        );
        for kind in ExportKind::ALL {
            assert_eq!(ExportKind::from_id(kind.id()), Some(*kind));
        }
    }

    #[test]
    fn the_files_of_a_run_are_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("pictures")).unwrap();
        let own = [
            "run.toml",
            "state.toml",
            "metrics.csv",
            "weights.safetensors",
            "optimizer.safetensors",
            "frames.bin",
            "boundary-2.safetensors",
            "pictures/step-0000010.png",
        ];
        // Without these two there is no run.
        write_file(&at("metrics.csv"), b"x").unwrap();
        for name in ["run.toml", "state.toml"] {
            std::fs::write(at(name), "").unwrap();
        }
        for name in own {
            let sentence = write_file(&at(name), b"x").unwrap_err().to_string();
            assert!(
                sentence.contains("is a file of the run"),
                "{name}: {sentence}"
            );
        }
        for name in [
            "grid.png",
            "curves.csv",
            "pictures/mine.png",
            "boundary-x.safetensors",
        ] {
            write_file(&at(name), b"x").unwrap();
        }
    }

    #[test]
    fn a_file_is_replaced_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("with space 図.csv");
        write_file(&path, b"old").unwrap();
        write_file(&path, b"new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        let nowhere = folder.path().join("none").join("a.csv");
        let message = write_file(&nowhere, b"x").unwrap_err().to_string();
        assert!(message.contains("there is no folder"), "{message}");
        let message = write_file(folder.path(), b"x").unwrap_err().to_string();
        assert!(message.contains("it is a folder"), "{message}");
    }
}
