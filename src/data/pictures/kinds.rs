//! What a file in a folder of pictures is: by its ending where that is known, by its first bytes where
//! not.
//!
//! A picture is known by its content: phones, browsers and scripts leave endings away or make them up.
//! Opening every other file would be slow, so files of one ending are looked into until many in a row
//! were of one kind; the others of that ending are taken for the same.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use image::ImageFormat;

use crate::data::foreign;
use crate::data::place::ends_in;

/// Files in a row that decide about an ending.
const IN_A_ROW: usize = 64;

/// Endings that are told apart at most; those of `frame.0001` and so on are one.
const MAX_ENDINGS: usize = 256;

/// Bytes that tell a picture.
const START: u64 = 512;

/// Kinds of pictures that are not read, each with its endings.
const UNREAD: &[(&str, &[&str])] = &[
    ("HEIC", &["heic", "heif", "hif", "heics"]),
    ("AVIF", &["avif", "avifs"]),
    ("JPEG XL", &["jxl"]),
    (
        "JPEG 2000",
        &["jp2", "j2k", "jpf", "jpx", "jpm", "j2c", "jpc"],
    ),
    ("JPEG XR", &["jxr", "wdp", "hdp"]),
    ("SVG", &["svg", "svgz"]),
    ("Photoshop", &["psd", "psb"]),
    ("GIMP", &["xcf"]),
    ("DICOM", &["dcm", "dicom"]),
    ("FITS", &["fits", "fit", "fts"]),
    ("PCX", &["pcx"]),
    ("DDS", &["dds"]),
    ("XPM", &["xpm"]),
    ("EPS", &["eps"]),
    ("Windows metafile", &["wmf", "emf"]),
    ("Apple icon", &["icns"]),
    ("raw", RAW),
];

/// Endings of cameras' raw photos. Many are TIFF files inside, in which decoders find a thumbnail
/// only: their content is not asked.
const RAW: &[&str] = &[
    "cr2", "cr3", "crw", "nef", "nrw", "arw", "srf", "sr2", "dng", "raf", "orf", "rw2", "pef",
    "srw", "x3f", "3fr", "erf", "kdc", "mrw", "rwl", "iiq",
];

/// Endings of files that are no pictures and lie in folders of pictures by the thousand.
const OTHER: &[&str] = &[
    "txt",
    "csv",
    "tsv",
    "json",
    "jsonl",
    "xml",
    "md",
    "html",
    "htm",
    "py",
    "ipynb",
    "yaml",
    "yml",
    "npy",
    "npz",
    "mat",
    "h5",
    "hdf5",
    "pkl",
    "pickle",
    "pt",
    "pth",
    "zip",
    "gz",
    "tar",
    "tgz",
    "7z",
    "rar",
    "mp4",
    "mov",
    "avi",
    "mkv",
    "mp3",
    "wav",
    "pdf",
    "doc",
    "docx",
    "xls",
    "xlsx",
    "db",
    "ini",
    "log",
    "parquet",
    "safetensors",
    "onnx",
    "exe",
    "dll",
    "toml",
    "xmp",
    "aae",
];

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A picture that can be read, as far as its name or its first bytes say.
    Picture,
    /// A picture of this kind, which is not read.
    Unread(&'static str),
    /// Something else.
    Other,
}

/// Formats of pictures, by the endings of their files; those of `image` that were built in.
pub(super) fn format(path: &Path) -> Option<ImageFormat> {
    if ends_in(path, &["jpe"]) {
        return Some(ImageFormat::Jpeg);
    }
    let format = ImageFormat::from_path(path).ok()?;
    format.reading_enabled().then_some(format)
}

/// What is done about pictures that are not read.
pub(super) fn remedy(kind: &str) -> &'static str {
    match kind {
        "SVG" | "EPS" | "Windows metafile" => "export them as PNG first",
        "DICOM" | "FITS" => "save them as PNG first",
        _ => "save them as JPEG or PNG first",
    }
}

/// Why a picture is left out whose kind is not read.
pub(super) fn why(kind: &str) -> String {
    let remedy = remedy(kind).replace("them", "it");
    let article = match kind.chars().next() {
        Some('A' | 'E') | None => "an",
        Some(_) if matches!(kind, "SVG" | "XPM") => "an",
        Some(_) => "a",
    };
    format!("it is {article} {kind} picture, which is not read: {remedy}")
}

/// The format that the first bytes are of, where it is one that is read. Formats without a mark of
/// some length are held against more than that.
pub(super) fn format_of_bytes(start: &[u8]) -> Option<ImageFormat> {
    let format = image::guess_format(start).ok()?;
    let is_it = match format {
        ImageFormat::Bmp => matches!(
            start.get(14..18),
            Some([12 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0])
        ),
        ImageFormat::Pnm => matches!(
            start.get(2..4),
            Some([b' ' | b'\t' | b'\r' | b'\n', b'0'..=b'9' | b'#' | b'W'])
        ),
        // A zero of 32 bits and a small number begin files of any kind.
        ImageFormat::Ico => false,
        _ => format.reading_enabled(),
    };
    is_it.then_some(format)
}

/// Whether a file is a picture of any kind.
pub(super) fn is_picture(path: &Path, start: &[u8]) -> bool {
    let by_name =
        || format(path).is_some() || UNREAD.iter().any(|(_, endings)| ends_in(path, endings));
    of_bytes(start, path) != Kind::Other || by_name()
}

/// What the first bytes of a file say.
fn of_bytes(start: &[u8], path: &Path) -> Kind {
    if format_of_bytes(start).is_some() {
        return Kind::Picture;
    }
    let what = foreign::of_bytes(start, path).map_or("", |found| found.what);
    let kind = what
        .strip_prefix("an ")
        .or_else(|| what.strip_prefix("a "))
        .and_then(|what| {
            what.strip_suffix(" picture")
                .or_else(|| what.strip_suffix(" drawing"))
        });
    if what.starts_with("a raw photo") {
        return Kind::Unread("raw");
    }
    let known = UNREAD.iter().find(|(name, _)| Some(*name) == kind);
    known.map_or(Kind::Other, |(name, _)| Kind::Unread(name))
}

/// Looks into files, of each ending until it is decided.
#[derive(Default)]
pub(super) struct Looks {
    of_endings: HashMap<String, Row>,
}

/// Files of one ending that were looked into last.
#[derive(Clone, Copy, Debug)]
struct Row {
    kind: Kind,
    length: usize,
}

impl Looks {
    /// What a file is.
    pub(super) fn kind(&mut self, whole_path: &Path) -> Kind {
        if format(whole_path).is_some() {
            return Kind::Picture;
        }
        if ends_in(whole_path, RAW) {
            return Kind::Unread("raw");
        }
        if ends_in(whole_path, OTHER) {
            return Kind::Other;
        }
        let by_ending = UNREAD
            .iter()
            .find(|(_, endings)| ends_in(whole_path, endings))
            .map(|(name, _)| Kind::Unread(name));
        let ending = self.ending(whole_path);
        let row = self.of_endings.get(&ending).copied();
        if let Some(row) = row.filter(|row| row.length >= IN_A_ROW) {
            return row.kind;
        }
        // What cannot be opened is told where it is read, if its ending says that it is a picture.
        let mut start = Vec::new();
        let opened =
            File::open(whole_path).and_then(|file| file.take(START).read_to_end(&mut start));
        let by_content = match opened {
            Ok(_) => of_bytes(&start, whole_path),
            Err(_) => Kind::Other,
        };
        let kind = match (by_content, by_ending) {
            (Kind::Other, Some(by_ending)) => by_ending,
            (by_content, _) => by_content,
        };
        let length = row
            .filter(|row| row.kind == kind)
            .map_or(0, |row| row.length);
        let row = Row {
            kind,
            length: length + 1,
        };
        self.of_endings.insert(ending, row);
        kind
    }

    /// The ending that a file's is counted with.
    fn ending(&self, path: &Path) -> String {
        let ending = ending(path);
        let is_a_word = ending.chars().any(char::is_alphabetic);
        let is_known = self.of_endings.contains_key(&ending);
        if is_known || (is_a_word && self.of_endings.len() < MAX_ENDINGS) {
            ending
        } else {
            String::new()
        }
    }
}

/// The ending of a file in small letters, without its dot; empty for none.
pub(super) fn ending(path: &Path) -> String {
    path.extension()
        .map(|end| end.to_string_lossy().to_lowercase())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_tells_where_the_ending_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let kind = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            Looks::default().kind(&path)
        };
        let jpeg = b"\xff\xd8\xff\xe0\0\x10JFIF";
        assert_eq!(kind("a", jpeg), Kind::Picture);
        assert_eq!(kind("a.jpg_large", jpeg), Kind::Picture);
        assert_eq!(kind("a.jpeg!d", jpeg), Kind::Picture);
        assert_eq!(kind("a.0001", jpeg), Kind::Picture);
        assert_eq!(kind("a.heic", jpeg), Kind::Picture);
        assert_eq!(kind("a.jpe", b""), Kind::Picture);
        assert_eq!(kind("a.jfif", b""), Kind::Picture);
        assert_eq!(kind("a.HEIC", b"?"), Kind::Unread("HEIC"));
        assert_eq!(kind("b", b"\0\0\0\x18ftypheic"), Kind::Unread("HEIC"));
        assert_eq!(kind("c", b"\0\0\0\x18ftypavif"), Kind::Unread("AVIF"));
        assert_eq!(kind("d", b"\xff\x0a\0"), Kind::Unread("JPEG XL"));
        assert_eq!(kind("e", b"\xff\x4f\xff\x51"), Kind::Unread("JPEG 2000"));
        assert_eq!(kind("f", b"8BPS\0\x01"), Kind::Unread("Photoshop"));
        assert_eq!(kind("g", b"<svg xmlns='x'/>"), Kind::Unread("SVG"));
        assert_eq!(kind("a.nef", b"II*\0\x08\0\0\0"), Kind::Unread("raw"));
        assert_eq!(kind("a.txt", jpeg), Kind::Other);
        for text in [
            &b"BMW is a car"[..],
            b"P1 is a place",
            b"hello",
            b"",
            b"\0\0\x01\0\x01",
        ] {
            assert_eq!(kind("readme", text), Kind::Other, "{text:?}");
        }
        assert_eq!(kind("p", b"P5\n8 8\n255\n"), Kind::Picture);
    }

    #[test]
    fn many_in_a_row_decide_without_a_look() {
        let folder = tempfile::tempdir().unwrap();
        let mut looks = Looks::default();
        for i in 0..IN_A_ROW {
            let path = folder.path().join(format!("{i}.dat"));
            std::fs::write(&path, b"numbers").unwrap();
            assert_eq!(looks.kind(&path), Kind::Other);
        }
        // It is not even there.
        let missing = folder.path().join("x.dat");
        looks.of_endings.insert(
            "dat".to_owned(),
            Row {
                kind: Kind::Picture,
                length: IN_A_ROW,
            },
        );
        assert_eq!(looks.kind(&missing), Kind::Picture);
        assert_eq!(looks.kind(&folder.path().join("x.other")), Kind::Other);
    }

    #[test]
    fn what_is_not_read_is_told_with_its_article() {
        assert!(why("HEIC").starts_with("it is a HEIC picture, which is not read: save it as"));
        assert!(why("AVIF").starts_with("it is an AVIF picture"));
        assert!(why("SVG").starts_with("it is an SVG picture, which is not read: export it as"));
        assert!(why("raw").starts_with("it is a raw picture"));
    }
}
