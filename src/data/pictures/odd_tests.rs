//! Pictures that are damaged, huge, of odd kinds or called otherwise than they are.

use std::io::{Cursor, Write as _};

use image::codecs::gif::GifEncoder;
use image::{DynamicImage, Frame, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use tempfile::TempDir;

use super::tests::{open, reading, save, write};
use super::*;
use crate::data::{Color, NoMeter};

/// A picture of 40 by 40 pixels that does not pack well.
fn busy() -> DynamicImage {
    DynamicImage::ImageRgb8(RgbImage::from_fn(40, 40, |x, y| {
        let mixed = x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503_101);
        Rgb([(x * 6) as u8, (y * 6) as u8, (mixed >> 7) as u8])
    }))
}

pub(super) fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture
        .write_to(&mut Cursor::new(&mut bytes), format)
        .unwrap();
    bytes
}

/// A folder with two whole pictures, which make a set.
fn two() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    save(&folder, "one.png", &busy());
    save(&folder, "two.png", &busy());
    folder
}

pub(super) fn read(folder: &TempDir) -> DatasetParts {
    open(folder, &reading("8x8", Color::Grey), &NoMeter).unwrap()
}

/// All pixels there are.
pub(super) fn pixels(parts: &DatasetParts) -> Vec<u8> {
    [parts.train.pixels(), parts.test.pixels()].concat()
}

#[test]
fn what_breaks_off_is_left_out_whatever_its_format() {
    for (format, end) in [
        (ImageFormat::Png, "png"),
        (ImageFormat::Jpeg, "jpg"),
        (ImageFormat::Gif, "gif"),
        (ImageFormat::Bmp, "bmp"),
        (ImageFormat::Tiff, "tif"),
        (ImageFormat::WebP, "webp"),
        (ImageFormat::Pnm, "ppm"),
        (ImageFormat::Qoi, "qoi"),
        (ImageFormat::Tga, "tga"),
    ] {
        let folder = two();
        let whole = encoded(&busy(), format);
        write(&folder, &format!("whole.{end}"), &whole);
        for percent in [30, 60, 90, 97] {
            let cut = whole.len() * percent / 100;
            write(&folder, &format!("cut-{percent}.{end}"), &whole[..cut]);
        }
        let parts = read(&folder);
        assert_eq!(parts.train.len() + parts.test.len(), 3, "{end}");
        assert_eq!(parts.skipped.len(), 4, "{end}: {:?}", parts.skipped);
        for left in &parts.skipped {
            assert!(left.path.starts_with("cut-"), "{end}: {left:?}");
            assert!(
                left.why.starts_with("it is damaged") || left.why.starts_with("it breaks off"),
                "{left:?}"
            );
        }
    }
}

#[test]
fn changed_bytes_in_a_png_are_told_by_its_checksum() {
    let folder = two();
    let mut bytes = encoded(&busy(), ImageFormat::Png);
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    write(&folder, "flipped.png", &bytes);
    let parts = read(&folder);
    assert_eq!(parts.train.len() + parts.test.len(), 2);
    assert!(parts.skipped[0].why.starts_with("it is damaged"));
}

#[test]
fn what_is_no_picture_is_named_as_what_it_is() {
    let folder = two();
    write(
        &folder,
        "page.jpg",
        b"<!DOCTYPE html><html>Not found</html>",
    );
    write(&folder, "phone.jpg", b"\0\0\0\x18ftypheic\0\0\0\0");
    write(
        &folder,
        "pointer.png",
        b"version https://git-lfs.github.com/spec/v1\n",
    );
    write(&folder, "hole.png", &[0; 4096]);
    write(&folder, "new.avif", b"?");
    let parts = read(&folder);
    let said: Vec<String> = parts
        .skipped
        .iter()
        .map(|left| format!("{} {}", left.path, left.why))
        .collect();
    for expected in [
        "page.jpg it is a web page, which is not read: ",
        "phone.jpg it is a HEIC picture, which is not read: save it as JPEG",
        "pointer.png it is a Git LFS pointer",
        "hole.png it holds nothing but zeros",
        "new.avif it is an AVIF picture, which is not read: save it as JPEG",
    ] {
        let is_said = said.iter().any(|said| said.starts_with(expected));
        assert!(is_said, "{expected}: {said:?}");
    }
    assert_eq!(said.len(), 5);
    assert_eq!(
        parts.remarks,
        ["There is 1 AVIF picture, which is not read: save it as JPEG or PNG first."]
    );
}

#[test]
fn pictures_are_known_by_their_content() {
    let folder = tempfile::tempdir().unwrap();
    let jpeg = encoded(&busy(), ImageFormat::Jpeg);
    for name in [
        "a.JPG",
        "b.jpg_large",
        "c.jpeg!d",
        "d",
        "e.jfif",
        "f.jpe",
        "g.0001",
        "h.heic",
    ] {
        write(&folder, name, &jpeg);
    }
    write(&folder, "i", &encoded(&busy(), ImageFormat::WebP));
    write(&folder, "readme", b"no picture");
    let parts = read(&folder);
    assert_eq!(parts.skipped, []);
    assert_eq!(parts.train.len() + parts.test.len(), 9);
}

#[test]
fn a_folder_of_what_is_not_read_says_how_many_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    for i in 0..8 {
        write(&folder, &format!("IMG_{i}.HEIC"), b"\0\0\0\x18ftypheic");
    }
    let error = open(&folder, &Reading::default(), &NoMeter).unwrap_err();
    let said = error.to_string();
    assert!(
        said.ends_with(
            "found 8 HEIC pictures, which are not read: save them as JPEG or PNG first."
        ),
        "{said}"
    );
}

#[test]
fn unused_fourth_bytes_are_no_transparency() {
    let folder = tempfile::tempdir().unwrap();
    let color = [200, 100, 50];
    let [red, green, blue] = color;
    let body = |alpha: u8| [blue, green, red, alpha].repeat(16 * 16);
    let tga = |attributes: u8, alpha: u8| {
        let mut bytes = vec![
            0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16, 0, 16, 0, 32, attributes,
        ];
        bytes.extend(body(alpha));
        bytes
    };
    // No attribute bits: whatever the byte holds. Attribute bits that are all zero: nothing either.
    write(&folder, "none.tga", &tga(0, 77));
    write(&folder, "zero.tga", &tga(8, 0));
    // A BMP that says where its transparency is, which is zero everywhere.
    let mut bmp = b"BM".to_vec();
    bmp.extend((14 + 108 + 1024_u32).to_le_bytes());
    bmp.extend([0; 4]);
    bmp.extend(122_u32.to_le_bytes());
    bmp.extend(108_u32.to_le_bytes());
    bmp.extend(16_i32.to_le_bytes());
    bmp.extend(16_i32.to_le_bytes());
    bmp.extend([1, 0, 32, 0]);
    bmp.extend(3_u32.to_le_bytes());
    bmp.extend([0; 20]);
    for mask in [0x00ff_0000_u32, 0x0000_ff00, 0x0000_00ff, 0xff00_0000] {
        bmp.extend(mask.to_le_bytes());
    }
    bmp.resize(122, 0);
    bmp.extend(body(0));
    write(&folder, "zero.bmp", &bmp);
    let parts = open(&folder, &reading("8x8", Color::Rgb), &NoMeter).unwrap();
    assert_eq!(parts.skipped, []);
    for image in pixels(&parts).chunks_exact(192) {
        assert_eq!([image[0], image[64], image[128]], color);
    }
    // Attribute bits that are used are transparency.
    let folder = tempfile::tempdir().unwrap();
    write(&folder, "half.tga", &tga(8, 128));
    write(&folder, "same.tga", &tga(8, 128));
    let parts = open(&folder, &reading("8x8", Color::Rgb), &NoMeter).unwrap();
    assert_eq!(parts.train.image(0)[0], 100);
}

/// A white PNG of one bit a pixel.
fn paper(side: usize) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8; 4], data: &[u8]| {
        png.extend((data.len() as u32).to_be_bytes());
        png.extend(kind);
        png.extend(data);
        let mut sum = flate2::Crc::new();
        sum.update(kind);
        sum.update(data);
        png.extend(sum.sum().to_be_bytes());
    };
    let sides = (side as u32).to_be_bytes();
    chunk(b"IHDR", &[&sides[..], &sides, &[1, 0, 0, 0, 0]].concat());
    let line = [vec![0], vec![0xff; side.div_ceil(8)]].concat();
    let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..side {
        packer.write_all(&line).unwrap();
    }
    chunk(b"IDAT", &packer.finish().unwrap());
    chunk(b"IEND", &[]);
    png
}

#[test]
fn large_flat_scans_and_palette_tiffs_are_read() {
    let folder = tempfile::tempdir().unwrap();
    // 81 megapixels of white paper in one bit each pack some thousand times.
    let paper = paper(9000);
    assert!(81_000_000 / paper.len() > 1000);
    write(&folder, "plan.png", &paper);
    let palette: Vec<u16> = [[0x1000_u16, 0xff00], [0x2000, 0xff00], [0x3000, 0xff00]].concat();
    let tiff = tiff::tests::file((16, 16), 1, 3, &palette, &[0x0f, 0x0f].repeat(16));
    write(&folder, "map.tif", &tiff);
    let parts = open(&folder, &reading("8x8", Color::Rgb), &NoMeter).unwrap();
    assert_eq!(parts.skipped, []);
    let all = pixels(&parts);
    let map = all.chunks_exact(192).find(|image| image[0] != 255).unwrap();
    assert_eq!([map[0], map[64], map[128]], [0x10, 0x20, 0x30]);
    assert_eq!([map[2], map[66], map[130]], [255, 255, 255]);
}

#[test]
fn icons_of_every_png_are_read() {
    let folder = two();
    let png = encoded(&busy(), ImageFormat::Png);
    let mut icon = vec![0, 0, 1, 0, 1, 0, 40, 40, 0, 0, 1, 0, 24, 0];
    icon.extend((png.len() as u32).to_le_bytes());
    icon.extend(22_u32.to_le_bytes());
    icon.extend(&png);
    write(&folder, "a.ico", &icon);
    let parts = read(&folder);
    assert_eq!(parts.skipped, []);
    let all = pixels(&parts);
    assert_eq!(all[..64], all[64..128]);
    assert_eq!(all[..64], all[128..]);
}

#[test]
fn of_several_frames_the_first_is_read_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    for shade in [90, 200] {
        let picture = RgbaImage::from_pixel(16, 16, Rgba([shade, shade, shade, 255]));
        encoder.encode_frame(Frame::new(picture)).unwrap();
    }
    drop(encoder);
    write(&folder, "a.gif", &bytes);
    write(&folder, "b.gif", &bytes);
    let parts = read(&folder);
    assert!(pixels(&parts).iter().all(|&value| value.abs_diff(90) < 3));
    assert_eq!(
        parts.remarks,
        [
            "a.gif and 1 more file hold several pictures (frames or pages): the first of each is read."
        ]
    );
}

#[test]
fn too_many_pixels_are_told_with_the_bound() {
    let folder = two();
    let scanned = scan(folder.path(), &NoMeter).unwrap();
    let mut files = Vec::new();
    while files.len() < 90_000 {
        files.extend(scanned.train.iter().cloned());
    }
    let progress = Progress {
        meter: &NoMeter,
        done: AtomicU64::new(0),
        total: 1,
    };
    let shape = reading("128x128", Color::Rgb).shape();
    let error = import(folder.path(), &files, shape, &progress)
        .err()
        .unwrap();
    let said = error.to_string();
    assert!(
        said.contains("at most 4.29 GB together")
            && said.contains("90000 pictures, which take 4.42 GB at 128×128×3"),
        "{said}"
    );
}
