//! Folders of pictures of every kind, good and bad, made here.

use std::fs;
use std::sync::Mutex;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, RgbaImage};
use proptest::prelude::*;
use tempfile::TempDir;

use super::gate::Gate;
use super::*;
use crate::data::{Color, ImageSize, NoMeter, Split};

/// Told to whoever asks.
#[derive(Default)]
struct Listener {
    told: Mutex<Vec<(u64, Option<u64>)>>,
    /// Cancels once so much was told.
    cancels_at: Option<usize>,
}

impl Meter for Listener {
    fn tell(&self, done: u64, total: Option<u64>) {
        self.told.lock().unwrap().push((done, total));
    }

    fn is_cancelled(&self) -> bool {
        let told = self.told.lock().unwrap().len();
        self.cancels_at.is_some_and(|at| told >= at)
    }
}

pub(super) fn plain(color: [u8; 3]) -> DynamicImage {
    DynamicImage::ImageRgb8(RgbImage::from_pixel(16, 16, Rgb(color)))
}

pub(super) fn save(folder: &TempDir, name: &str, picture: &DynamicImage) {
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    picture.save(path).unwrap();
}

pub(super) fn write(folder: &TempDir, name: &str, bytes: &[u8]) {
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

pub(super) fn reading(size: &str, color: Color) -> Reading {
    Reading {
        size: Some(size.parse::<ImageSize>().unwrap()),
        color: Some(color),
        ..Reading::default()
    }
}

/// Reads past the cache, which tests share.
pub(super) fn open(
    folder: &TempDir,
    reading: &Reading,
    meter: &dyn Meter,
) -> Result<DatasetParts, DataError> {
    let folder = folder.path();
    let mut scan = scan(folder, meter)?;
    if scan.train.is_empty() {
        return Err(nothing(folder, &scan, &scan.skipped));
    }
    let prepared = prepare(folder, &mut scan, reading, meter)?;
    assemble(folder, scan, prepared, reading)
}

#[test]
fn class_folders_of_every_format_become_images() {
    let folder = tempfile::tempdir().unwrap();
    for (i, end) in [
        "png", "jpg", "bmp", "gif", "webp", "tiff", "tga", "ppm", "qoi", "ico",
    ]
    .iter()
    .enumerate()
    {
        let shade = 20 * i as u8;
        save(
            &folder,
            &format!("red 赤/{i} 画.{end}"),
            &match *end {
                "ico" => DynamicImage::ImageRgba8(plain([200, shade, 0]).to_rgba8()),
                _ => plain([200, shade, 0]),
            },
        );
    }
    save(&folder, "blue/a.png", &plain([0, 0, 200]));
    write(&folder, "blue/notes.txt", b"no picture");
    let listener = Listener::default();
    let parts = open(&folder, &reading("12x8", Color::Rgb), &listener).unwrap();
    assert_eq!(parts.skipped, []);
    assert_eq!(parts.train.shape().to_string(), "12×8×3");
    assert_eq!((parts.train.len(), parts.test.len()), (10, 1));
    assert!(matches!(
        parts.split,
        Split::FromTrain { test_count: 1, .. }
    ));
    let names = ["blue", "red 赤"].map(str::to_owned);
    assert_eq!(parts.class_names, Some(names.into()));
    let labels = parts.train_labels.unwrap();
    for (i, &label) in labels.iter().enumerate() {
        let image = parts.train.image(i);
        assert_eq!(image[0] > 150, label == 1, "{label}: {image:?}");
        assert_eq!(image[2 * 96] > 150, label == 0, "{label}: {image:?}");
    }
    let told = listener.told.lock().unwrap();
    assert_eq!(told.iter().filter(|t| t.1 == Some(11)).count(), 11);
    assert!(told.contains(&(11, Some(11))));
}

#[test]
fn the_same_folder_is_the_same_data_in_an_order_that_mixes_classes() {
    let folder = tempfile::tempdir().unwrap();
    for class in ["a", "b"] {
        for i in 0..20 {
            save(&folder, &format!("{class}/{i}.png"), &plain([i * 9, 0, 0]));
        }
    }
    let parts = open(&folder, &Reading::default(), &NoMeter).unwrap();
    let again = open(&folder, &Reading::default(), &NoMeter).unwrap();
    assert_eq!(parts.train, again.train);
    assert_eq!(parts.train_labels, again.train_labels);
    let first = &parts.train_labels.unwrap()[..8];
    assert!(first.contains(&0) && first.contains(&1), "{first:?}");
}

#[test]
fn what_is_not_listed_is_counted_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..2 {
        save(&folder, &format!("good-{number}.png"), &plain([9, 9, 9]));
    }
    for number in 0..MAX_SKIPPED + 7 {
        write(&folder, &format!("empty-{number}.png"), b"");
    }
    let parts = open(&folder, &Reading::default(), &NoMeter).unwrap();
    assert_eq!((parts.skipped.len(), parts.unlisted), (MAX_SKIPPED, 7));
    assert!(
        parts
            .skipped
            .iter()
            .all(|left| left.path.starts_with("empty-"))
    );
}

#[test]
fn what_cannot_be_read_is_listed_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    save(&folder, "good.png", &plain([9, 9, 9]));
    save(&folder, "better.png", &plain([9, 9, 9]));
    save(&folder, "lie.png", &plain([9, 9, 9]));
    fs::rename(folder.path().join("lie.png"), folder.path().join("lie.jpg")).unwrap();
    let png = fs::read(folder.path().join("good.png")).unwrap();
    write(&folder, "cut.png", &png[..png.len() / 2]);
    write(&folder, "empty.jpg", b"");
    write(&folder, "text.jpeg", b"hello, I am no picture at all");
    write(&folder, "huge.png", &claim(100_000, 100_000));
    write(&folder, "bomb.png", &claim(19_000, 6_000));
    let parts = open(&folder, &Reading::default(), &NoMeter).unwrap();
    assert_eq!(
        parts.train.len() + parts.test.len(),
        3,
        "lies in endings do no harm"
    );
    let mut listed: Vec<(&str, &str)> = parts
        .skipped
        .iter()
        .map(|skipped| (skipped.path.as_str(), skipped.why.as_str()))
        .collect();
    listed.sort_unstable();
    let expected = [
        (
            "bomb.png",
            "it claims 19000×6000 pixels, 342 MB unpacked, which cannot be packed",
        ),
        ("cut.png", "it is damaged"),
        ("empty.jpg", "it is empty"),
        (
            "huge.png",
            "it has 100000×100000 pixels, which take 30000 MB unpacked",
        ),
        ("text.jpeg", "it is damaged or no picture"),
    ];
    assert_eq!(listed.len(), expected.len(), "{listed:?}");
    for ((path, why), (name, said)) in listed.iter().zip(expected) {
        assert_eq!(*path, name);
        assert!(why.contains(said), "{path}: {why}");
        assert!(!why.ends_with('.') && !why.contains('\n'), "{why}");
    }
}

/// The beginning of a PNG that claims to be so large.
fn claim(width: u32, height: u32) -> Vec<u8> {
    let mut header = b"IHDR".to_vec();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    let mut crc = flate2::Crc::new();
    crc.update(&header);
    let mut bytes = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0d".to_vec();
    bytes.extend(&header);
    bytes.extend(crc.sum().to_be_bytes());
    bytes.extend(b"\x00\x00\x00\x00IDAT\x35\xaf\x06\x1e");
    bytes
}

#[test]
fn nothing_to_train_on_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let said = |folder: &TempDir| {
        let error = open(folder, &Reading::default(), &NoMeter).unwrap_err();
        error.to_string()
    };
    assert!(
        said(&folder).ends_with("found none: it is empty."),
        "{}",
        said(&folder)
    );
    write(&folder, "notes/a.txt", b"text");
    write(&folder, "notes/b.txt", b"text");
    write(&folder, "readme", b"text");
    assert!(
        said(&folder).ends_with("found none among its files (2 .txt and 1 without an ending)."),
        "{}",
        said(&folder)
    );
    write(&folder, "data.mat", b"MATLAB 5.0 MAT-file");
    assert!(said(&folder).contains("data.mat is a MATLAB file: in Python"));
    write(&folder, "digits.csv", b"1,2");
    assert!(said(&folder).contains("digits.csv, which can be opened"));
    write(&folder, "a.png", b"nonsense");
    assert!(
        said(&folder).contains("1 that could not be used: a.png"),
        "{}",
        said(&folder)
    );
    save(&folder, "b.png", &plain([1, 2, 3]));
    assert!(said(&folder).contains("at least 2"), "{}", said(&folder));
}

#[test]
fn transparency_is_black_and_turned_pictures_stand_upright() {
    let folder = tempfile::tempdir().unwrap();
    let clear = RgbaImage::from_pixel(8, 8, image::Rgba([255, 255, 255, 0]));
    save(&folder, "clear.png", &DynamicImage::ImageRgba8(clear));
    let deep = DynamicImage::ImageRgb16(plain([0, 0, 0]).to_rgb16());
    save(&folder, "deep.png", &deep);
    let parts = open(&folder, &Reading::default(), &NoMeter).unwrap();
    assert!(
        parts
            .train
            .pixels()
            .iter()
            .chain(parts.test.pixels())
            .all(|&v| v == 0)
    );

    // White above, black below, as the sensor saw it; to be turned upside down.
    let folder = tempfile::tempdir().unwrap();
    let picture = RgbImage::from_fn(16, 16, |_, y| Rgb([if y < 8 { 255 } else { 0 }; 3]));
    let mut jpeg = Vec::new();
    DynamicImage::ImageRgb8(picture)
        .write_to(&mut std::io::Cursor::new(&mut jpeg), ImageFormat::Jpeg)
        .unwrap();
    let exif =
        b"\xff\xe1\x00\x22Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x03\0\0\0\0\0\0\0";
    jpeg.splice(2..2, exif.iter().copied());
    write(&folder, "a.jpg", &jpeg);
    write(&folder, "b.jpg", &jpeg);
    let parts = open(&folder, &Reading::default(), &NoMeter).unwrap();
    assert_eq!(parts.skipped, []);
    let image = parts.train.image(0);
    assert!(image[0] < 50 && image[28 * 27] > 200, "{image:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn damaged_pictures_are_skipped_or_read_and_nothing_else(
        kind in 0..8_usize,
        places in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let ends = ["png", "jpg", "bmp", "gif", "webp", "tiff", "tga", "ppm"];
        let folder = tempfile::tempdir().unwrap();
        let name = format!("a.{}", ends[kind]);
        save(&folder, &name, &plain([200, 100, 50]));
        let mut bytes = fs::read(folder.path().join(&name)).unwrap();
        for (place, value) in places {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        write(&folder, &name, &bytes);
        let shape = Reading::default().shape();
        let mut out = vec![0; shape.pixels()];
        if let Err(why) = decode::read(&folder.path().join(&name), shape, &Gate::default(), &mut out) {
            assert!(why.starts_with("it "), "{why}");
        }
    }
}

proptest! {
    #[test]
    fn headers_of_any_bytes_are_looked_through(
        kind in 0..4_usize,
        places in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        end in any::<prop::sample::Index>(),
    ) {
        let format = [ImageFormat::Jpeg, ImageFormat::Tiff, ImageFormat::Gif, ImageFormat::Png][kind];
        let mut bytes = Vec::new();
        plain([200, 100, 50]).write_to(&mut std::io::Cursor::new(&mut bytes), format).unwrap();
        for (place, value) in places {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        bytes.truncate(1 + end.index(bytes.len()));
        let _said = jpeg::damage(&bytes);
        let _found = frames::png_in_icon(&bytes);
        for format in [ImageFormat::Tiff, ImageFormat::Gif, ImageFormat::Png, ImageFormat::WebP] {
            let _several = frames::has_several(format, &bytes);
        }
        let _indexed = tiff::declare_as_grey(&mut bytes);
    }
}

#[test]
fn cancelling_ends_it_early() {
    let folder = tempfile::tempdir().unwrap();
    for i in 0..40 {
        save(&folder, &format!("{i}.png"), &plain([i, i, i]));
    }
    let listener = Listener {
        cancels_at: Some(5),
        ..Listener::default()
    };
    let error = open(&folder, &Reading::default(), &listener);
    assert!(matches!(error, Err(DataError::Cancelled { .. })));
    assert!(listener.told.lock().unwrap().len() < 30);
}
