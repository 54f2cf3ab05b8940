//! Files of known kinds that hold no images in a form that is read, by their first bytes.
//!
//! A *foreign* file is something else than was asked for: a web page saved under the name of a
//! download, an archive, a file of another program. It is named as what it is, with what to do.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::place::ends_in;

/// Bytes of a file that are looked at.
const START: u64 = 1024;

/// What a file is, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// With its article: `a web page`.
    pub what: &'static str,
    /// What to do, as the end of a sentence.
    pub remedy: &'static str,
}

/// A kind that is known by what a file starts with, somewhere in its first bytes.
struct Kind {
    offset: usize,
    magic: &'static [u8],
    foreign: Foreign,
}

const fn kind(
    offset: usize,
    magic: &'static [u8],
    what: &'static str,
    remedy: &'static str,
) -> Kind {
    Kind {
        offset,
        magic,
        foreign: Foreign { what, remedy },
    }
}

const UNPACK: &str = "unpack it and open the folder";
const TO_JPEG: &str = "save it as JPEG or PNG first";
const TO_NPZ: &str =
    "save its images from Python with numpy.savez(\"set.npz\", x_train=…, y_train=…)";

/// Kinds by their first bytes; the first that fits counts.
const KINDS: &[Kind] = &[
    kind(
        0,
        b"version https://git-lfs",
        "a Git LFS pointer, which stands for a file that was not fetched",
        "fetch the file itself with `git lfs pull`",
    ),
    kind(0, b"Rar!", "a RAR archive", UNPACK),
    kind(0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", UNPACK),
    kind(0, b"\xfd7zXZ", "an xz archive", UNPACK),
    kind(0, b"BZh", "a bzip2 archive", UNPACK),
    kind(0, b"\x28\xb5\x2f\xfd", "a zstd archive", UNPACK),
    kind(257, b"ustar", "a tar archive", UNPACK),
    kind(0, b"\x89HDF\r\n\x1a\n", "an HDF5 file", TO_NPZ),
    kind(
        0,
        b"MATLAB",
        "a MATLAB file",
        "in Python, load it with scipy.io.loadmat and save its images with numpy.savez",
    ),
    kind(
        0,
        b"PAR1",
        "a Parquet file",
        "in Python, load it with pandas.read_parquet and save its pictures as files, or as arrays with numpy.savez",
    ),
    kind(0, b"ARROW1", "an Arrow file", TO_NPZ),
    kind(
        0,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "a spreadsheet or document",
        "save its table as .csv",
    ),
    kind(0, b"SQLite format 3", "an SQLite database", TO_NPZ),
    kind(0, b"%PDF-", "a PDF document", "save its pages as PNG first"),
    kind(
        0,
        b"{\\rtf",
        "a text document",
        "save its pictures as files first",
    ),
    kind(4, b"ftypheic", "a HEIC picture", TO_JPEG),
    kind(4, b"ftypheix", "a HEIC picture", TO_JPEG),
    kind(4, b"ftyphevc", "a HEIC picture", TO_JPEG),
    kind(4, b"ftypheim", "a HEIC picture", TO_JPEG),
    kind(4, b"ftypheis", "a HEIC picture", TO_JPEG),
    kind(4, b"ftypmif1", "a HEIC picture", TO_JPEG),
    kind(4, b"ftypmsf1", "a HEIC picture", TO_JPEG),
    kind(4, b"ftypavif", "an AVIF picture", TO_JPEG),
    kind(4, b"ftypavis", "an AVIF picture", TO_JPEG),
    kind(4, b"ftypcrx", "a raw photo of a camera", TO_JPEG),
    kind(4, b"ftyp", "a video", "save its frames as pictures first"),
    kind(
        0,
        b"\x1aE\xdf\xa3",
        "a video",
        "save its frames as pictures first",
    ),
    kind(0, b"\xff\x0a", "a JPEG XL picture", TO_JPEG),
    kind(0, b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture", TO_JPEG),
    kind(0, b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture", TO_JPEG),
    kind(0, b"\xff\x4f\xff\x51", "a JPEG 2000 picture", TO_JPEG),
    kind(0, b"II\xbc\x01", "a JPEG XR picture", TO_JPEG),
    kind(0, b"DDS \x7c\0\0\0", "a DDS picture", TO_JPEG),
    kind(0, b"8BPS", "a Photoshop picture", TO_JPEG),
    kind(0, b"gimp xcf", "a GIMP picture", TO_JPEG),
    kind(
        0,
        b"II*\x00\x10\x00\x00\x00CR",
        "a raw photo of a camera",
        TO_JPEG,
    ),
    kind(0, b"FUJIFILM", "a raw photo of a camera", TO_JPEG),
    kind(0, b"SIMPLE  =", "a FITS picture", TO_JPEG),
    kind(128, b"DICM", "a DICOM picture", TO_JPEG),
    kind(0, b"\x93NUMPY", "a NumPy array", "give it the ending .npy"),
];

/// What a file is that starts with these bytes (some hundred are enough) and has this name, where it
/// is of a known kind. Pictures, IDX files, zip archives of arrays and tables that are read are none.
pub fn of_bytes(start: &[u8], name: &Path) -> Option<Foreign> {
    if is_safetensors(start) {
        return Some(Foreign {
            what: "the weights of a network (safetensors)",
            remedy: "make a run of it with Import weights… in the menu File, or with `hourglass import`",
        });
    }
    let found = KINDS.iter().find(|kind| {
        let there = start.get(kind.offset..kind.offset + kind.magic.len());
        there == Some(kind.magic)
    });
    if let Some(kind) = found {
        return Some(kind.foreign.clone());
    }
    of_text(start)
        .or_else(|| of_archive(start, name))
        .or_else(|| of_pickle(start))
}

/// Whether a file begins as safetensors do: with the length of a header of JSON, eight bytes that may
/// look like the first ones of any other kind (640 is 80 02, as a pickle begins), and that header.
pub fn is_safetensors(start: &[u8]) -> bool {
    const LONGEST: u64 = 100_000_000;
    match start.split_first_chunk() {
        Some((length, [b'{', ..])) => (2..=LONGEST).contains(&u64::from_le_bytes(*length)),
        _ => false,
    }
}

/// What the file at a path is, where it can be read and is of a known kind.
pub fn of_file(path: &Path) -> Option<Foreign> {
    let mut start = Vec::new();
    File::open(path)
        .ok()?
        .take(START)
        .read_to_end(&mut start)
        .ok()?;
    of_bytes(&start, path).or_else(|| of_length(path))
}

/// What a file is by its name and length, where its bytes do not say.
fn of_length(path: &Path) -> Option<Foreign> {
    // A batch of CIFAR has a byte or two of labels before the 3072 bytes of each picture.
    let length = path.metadata().ok()?.len();
    let is_batch = |row: u64| length > 0 && length.is_multiple_of(row);
    let is_cifar = ends_in(path, &["bin"]) && (is_batch(3073) || is_batch(3074));
    is_cifar.then_some(Foreign {
        what: "a binary batch of CIFAR",
        remedy: "in Python, rows = numpy.fromfile(\"data_batch_1.bin\", \"uint8\").reshape(-1, 3073) (3074 for CIFAR-100) and numpy.savez(\"cifar.npz\", x_train=rows[:, -3072:].reshape(-1, 3, 32, 32), y_train=rows[:, 0]) make a set of it",
    })
}

/// Web pages and drawings, which are text.
fn of_text(start: &[u8]) -> Option<Foreign> {
    let text = String::from_utf8_lossy(start).to_lowercase();
    let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    if text.starts_with("<!doctype html") || text.starts_with("<html") || text.starts_with("<head")
    {
        return Some(Foreign {
            what: "a web page",
            remedy: "download the file itself: the server answered with a page, perhaps one that asks to log in",
        });
    }
    if text.starts_with("<svg") || (text.starts_with("<?xml") && text.contains("<svg")) {
        return Some(Foreign {
            what: "an SVG drawing",
            remedy: "save it as PNG first",
        });
    }
    if text.starts_with("<?xml") {
        return Some(Foreign {
            what: "an XML file",
            remedy: "a server answers with one where a file is missing: download it again",
        });
    }
    None
}

/// Zip and gzip, by what they hold as far as their start and the name of the file tell.
fn of_archive(start: &[u8], name: &Path) -> Option<Foreign> {
    let lower = name.to_string_lossy().to_lowercase();
    if start.starts_with(b"PK") {
        let holds = |part: &[u8]| start.windows(part.len()).any(|found| found == part);
        if holds(b"data.pkl")
            || holds(b"/version")
            || holds(b"/byteorder")
            || holds(b".format_version")
        {
            return Some(TORCH);
        }
        if holds(b"xl/") || holds(b"[Content_Types].xml") || ends_in(name, &["xlsx"]) {
            return Some(Foreign {
                what: "a spreadsheet or document",
                remedy: "save its table as .csv",
            });
        }
        if ends_in(name, &["npz"]) || holds(b".npy") {
            return None;
        }
        return Some(Foreign {
            what: "a zip archive",
            remedy: UNPACK,
        });
    }
    if start.starts_with(&[0x1f, 0x8b]) {
        if [".tar.gz", ".tgz"].iter().any(|end| lower.ends_with(end)) {
            return Some(Foreign {
                what: "a packed tar archive",
                remedy: UNPACK,
            });
        }
        if [".csv.gz", ".tsv.gz", ".txt.gz"]
            .iter()
            .any(|end| lower.ends_with(end))
        {
            return Some(Foreign {
                what: "a packed table",
                remedy: "unpack it with `gunzip` and open the .csv",
            });
        }
        return of_packed(start);
    }
    None
}

/// Gzip, by the first bytes of what it holds. IDX files are read packed.
fn of_packed(start: &[u8]) -> Option<Foreign> {
    const INNER: u64 = 512;
    let mut inner = Vec::new();
    // The start of a file ends in the middle: what came out until then is enough.
    let _ends_early = flate2::read::GzDecoder::new(start)
        .take(INNER)
        .read_to_end(&mut inner);
    if inner.get(257..262) == Some(b"ustar") {
        return Some(Foreign {
            what: "a packed tar archive",
            remedy: UNPACK,
        });
    }
    // A server's answer in place of the download, which some servers pack.
    if let Some(page) = of_text(&inner) {
        return Some(page);
    }
    let is_file = inner.starts_with(b"\x93NUMPY")
        || inner.starts_with(b"PK")
        || matches!(inner.as_slice(), [0x80, 2..=5, ..]);
    let is_text = inner.len() > 16
        && inner
            .iter()
            .all(|&byte| byte >= b' ' || matches!(byte, b'\t' | b'\n' | b'\r'));
    (is_file || is_text).then_some(Foreign {
        what: if is_text {
            "a packed text"
        } else {
            "a packed file"
        },
        remedy: "unpack it with `gunzip` and open what comes out",
    })
}

/// What `torch.save` writes.
const TORCH: Foreign = Foreign {
    what: "a file of torch.save (pickle)",
    remedy: "in Python, load it with torch.load(…, weights_only=True) and save it with safetensors.torch.save_file(state_dict, \"weights.safetensors\")",
};

/// Pickle, which is a program in the disguise of data and is never run.
fn of_pickle(start: &[u8]) -> Option<Foreign> {
    if !matches!(start, [0x80, 2..=5, ..]) {
        return None;
    }
    let holds = |part: &[u8]| start.windows(part.len()).any(|found| found == part);
    if holds(b"torch") || start.starts_with(b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19") {
        return Some(TORCH);
    }
    if holds(b"batch_label") || holds(b"fine_labels") || holds(b"filenames") {
        return Some(Foreign {
            what: "a batch of CIFAR (pickle)",
            remedy: "in Python, load it with pickle.load(file, encoding=\"bytes\") and save its b\"data\" as numpy.savez(\"cifar.npz\", x_train=data.reshape(-1, 3, 32, 32), y_train=labels)",
        });
    }
    Some(Foreign {
        what: "a pickle of Python objects",
        remedy: "in Python, load it and save its arrays with numpy.savez(\"set.npz\", x_train=…, y_train=…), or its weights with safetensors",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_as_what_they_are() {
        let mut tar = vec![0; 512];
        tar[257..262].copy_from_slice(b"ustar");
        for (start, name, what) in [
            (&b"\n <!DOCTYPE HTML><title>"[..], "a.npz", "web page"),
            (
                b"version https://git-lfs.github.com/spec/v1",
                "a.npz",
                "Git LFS",
            ),
            (b"<?xml version=\"1.0\"?>\n<svg xmlns=", "a.svg", "SVG"),
            (
                b"PK\x03\x04..........photos/cat.png",
                "a.zip",
                "zip archive",
            ),
            (
                b"PK\x03\x04..........archive/data.pkl",
                "a.pt",
                "torch.save",
            ),
            (
                b"PK\x03\x04..........[Content_Types].xml",
                "a.csv",
                "spreadsheet",
            ),
            (b"\x1f\x8b\x08", "train.csv.gz", "packed table"),
            (b"\x1f\x8b\x08", "set.tar.gz", "tar archive"),
            (
                b"\x80\x02}q\x00(X\x0b\x00\x00\x00batch_label",
                "data_batch_1",
                "CIFAR",
            ),
            (b"\x80\x04\x95", "a.pkl", "pickle"),
            (b"\x80\x02\0\0\0\0\0\0{\"w\":", "a.pt", "safetensors"),
            (b"\x89HDF\r\n\x1a\n", "a.h5", "HDF5"),
            (b"MATLAB 5.0 MAT-file", "a.mat", "MATLAB"),
            (b"PAR1\x15\x04", "a.parquet", "Parquet"),
            (b"\0\0\0\x18ftypheic", "IMG_1.HEIC", "HEIC"),
            (b"\0\0\0\x18ftypavif", "a.jpg", "AVIF"),
            (b"\xff\x0a\0\0", "a.jxl", "JPEG XL"),
            (&tar, "a.tar", "tar archive"),
        ] {
            let found = of_bytes(start, Path::new(name));
            let found = found.unwrap_or_else(|| panic!("{name} is not known"));
            assert!(found.what.contains(what), "{name}: {}", found.what);
            assert!(!found.remedy.is_empty() && !found.remedy.ends_with('.'));
        }
    }

    #[test]
    fn batches_of_cifar_are_told_by_their_length() {
        let folder = tempfile::tempdir().unwrap();
        for (name, length, is_batch) in [
            ("data_batch_1.bin", 2 * 3073, true),
            ("train.bin", 5 * 3074, true),
            ("other.bin", 2 * 3073 + 1, false),
            ("empty.bin", 0, false),
            ("data_batch_1", 2 * 3073, false),
        ] {
            let path = folder.path().join(name);
            std::fs::write(&path, vec![7; length]).unwrap();
            let found = of_file(&path).is_some_and(|found| found.what.contains("CIFAR"));
            assert_eq!(found, is_batch, "{name}");
        }
    }

    #[test]
    fn what_is_packed_is_named_by_what_it_holds() {
        use std::io::Write as _;
        let mut tar = vec![b'a'; 512];
        tar[257..262].copy_from_slice(b"ustar");
        for (inner, what) in [
            (&tar[..], Some("tar archive")),
            (
                &[b"\x93NUMPY".to_vec(), vec![0; 90]].concat(),
                Some("packed file"),
            ),
            (b"label,pixel0,pixel1\n1,2,3\n", Some("packed text")),
            (&[b"\0\0\x08\x03".to_vec(), vec![7; 900]].concat(), None),
        ] {
            let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packer.write_all(inner).unwrap();
            let mut packed = packer.finish().unwrap();
            packed.truncate(packed.len() - 8);
            let found = of_bytes(&packed, Path::new("download.gz"));
            match (found, what) {
                (None, None) => {}
                (Some(found), Some(what)) => assert!(found.what.contains(what), "{}", found.what),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn what_is_read_is_not_foreign() {
        for (start, name) in [
            (&b"\x89PNG\r\n\x1a\n"[..], "a.png"),
            (b"\xff\xd8\xff\xe0", "a.jpg"),
            (b"\0\0\x08\x03", "train-images-idx3-ubyte"),
            (b"\x1f\x8b\x08", "train-images-idx3-ubyte.gz"),
            (b"PK\x03\x04........x_train.npy", "mnist.npz"),
            (b"label,pixel0\n", "train.csv"),
            (b"", "nothing"),
        ] {
            assert_eq!(of_bytes(start, Path::new(name)), None, "{name}");
        }
    }
}
