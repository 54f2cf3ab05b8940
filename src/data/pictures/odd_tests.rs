//! Pictures that are damaged, transparent, huge, of many bits or called otherwise than they are.

use std::fs;
use std::io::Cursor;

use image::codecs::gif::GifEncoder;
use image::{
    DynamicImage, Frame, GrayImage, ImageBuffer, ImageFormat, Luma, LumaA, Rgb, RgbImage, Rgba,
    RgbaImage,
};
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

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
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

fn read(folder: &TempDir) -> DatasetParts {
    open(folder, &reading("8x8", Color::Grey), &NoMeter).unwrap()
}

/// All pixels there are.
fn pixels(parts: &DatasetParts) -> Vec<u8> {
    [parts.train.pixels(), parts.test.pixels()].concat()
}

fn mean(parts: &DatasetParts) -> f64 {
    let pixels = pixels(parts);
    pixels.iter().map(|&value| f64::from(value)).sum::<f64>() / pixels.len() as f64
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

/// A cross of one colour on a transparent ground.
fn cross(color: [u8; 3]) -> DynamicImage {
    let picture = RgbaImage::from_fn(40, 40, |x, y| {
        let is_on = (15..25).contains(&x) || (15..25).contains(&y);
        let [red, green, blue] = color;
        Rgba([red, green, blue, if is_on { 255 } else { 0 }])
    });
    DynamicImage::ImageRgba8(picture)
}

#[test]
fn black_on_transparent_is_put_on_white() {
    let folder = tempfile::tempdir().unwrap();
    for i in 0..6 {
        save(&folder, &format!("{i}.png"), &cross([i, 0, 10]));
    }
    let parts = read(&folder);
    let image = parts.train.image(0);
    // A corner is ground, the middle is drawn.
    assert_eq!(image[0], 255);
    assert!(image[8 * 4 + 4] < 5);
    assert!(mean(&parts) > 120.0, "{}", mean(&parts));
    assert_eq!(
        parts.remarks,
        [
            "Transparent parts were taken as white: on black, 6 of 6 pictures with transparent parts could hardly be seen."
        ]
    );
}

#[test]
fn light_on_transparent_stays_on_black() {
    let folder = tempfile::tempdir().unwrap();
    for i in 0..6 {
        save(&folder, &format!("{i}.png"), &cross([250, 200, 40 * i]));
    }
    let parts = read(&folder);
    assert_eq!(parts.train.image(0)[0], 0);
    assert!(parts.train.image(0)[8 * 4 + 4] > 180);
    assert_eq!(parts.remarks, [""; 0]);
}

#[test]
fn one_ground_serves_a_whole_set() {
    // One dark drawing among many light ones: it is told, and black stays.
    let folder = tempfile::tempdir().unwrap();
    for i in 0..40 {
        save(&folder, &format!("{i}.png"), &cross([200, 200, i]));
    }
    save(&folder, "dark.png", &cross([0, 0, 0]));
    let parts = read(&folder);
    assert_eq!(parts.train.image(0)[0], 0);
    assert_eq!(
        parts.remarks,
        ["1 of 41 pictures with transparent parts can hardly be seen: transparent is black."]
    );
    // As many dark as light ones are seen on grey only.
    let folder = tempfile::tempdir().unwrap();
    for i in 0..4 {
        save(&folder, &format!("dark{i}.png"), &cross([0, 0, 0]));
        save(&folder, &format!("light{i}.png"), &cross([255, 255, 255]));
    }
    let parts = read(&folder);
    assert!(
        parts
            .train
            .pixels()
            .chunks_exact(64)
            .all(|image| image[0] == 128)
    );
    assert!(parts.remarks[0].starts_with("Transparent parts were taken as grey: on black, 4 of 8"));
}

#[test]
fn transparent_grey_and_palettes_are_put_on_white_too() {
    let folder = tempfile::tempdir().unwrap();
    let ink = ImageBuffer::from_fn(40, 40, |x, _| LumaA([0_u8, if x < 20 { 255 } else { 0 }]));
    save(&folder, "grey.png", &DynamicImage::ImageLumaA8(ink));
    let deep = ImageBuffer::from_fn(40, 40, |x, _| {
        LumaA([0_u16, if x < 20 { 65_535 } else { 0 }])
    });
    save(&folder, "deep.png", &DynamicImage::ImageLumaA16(deep));
    write(
        &folder,
        "gif.gif",
        &encoded(&cross([0, 0, 0]), ImageFormat::Gif),
    );
    let parts = read(&folder);
    assert!(parts.remarks[0].contains("3 of 3"), "{:?}", parts.remarks);
    for image in pixels(&parts).chunks_exact(64) {
        assert_eq!(image[7], 255, "{image:?}");
        assert_eq!(image[8 * 4 + 1], 0, "{image:?}");
    }
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

#[test]
fn twelve_bits_in_sixteen_are_stretched_by_the_whole_set() {
    let folder = tempfile::tempdir().unwrap();
    for (name, value) in [("a", 0_u16), ("b", 1024), ("c", 4095)] {
        let picture = ImageBuffer::from_pixel(16, 16, Luma([value]));
        save(
            &folder,
            &format!("{name}.png"),
            &DynamicImage::ImageLuma16(picture),
        );
    }
    let parts = read(&folder);
    let mut values = pixels(&parts);
    values.sort_unstable();
    values.dedup();
    assert_eq!(values, [0, 64, 255]);
    assert_eq!(
        parts.remarks,
        [
            "Pixels of the pictures of 16 bits go from 0 to 4095 and were taken as 12 bits: 4095 is white."
        ]
    );
    // All bits are used.
    let bright = ImageBuffer::from_pixel(16, 16, Luma([65_535_u16]));
    save(&folder, "d.tif", &DynamicImage::ImageLuma16(bright));
    let parts = read(&folder);
    let mut values = pixels(&parts);
    values.sort_unstable();
    values.dedup();
    assert_eq!(values, [0, 4, 16, 255]);
    assert_eq!(parts.remarks, [""; 0]);
}

#[test]
fn large_flat_scans_and_palette_tiffs_are_read() {
    let folder = tempfile::tempdir().unwrap();
    // 36 megapixels of white paper pack a thousand times.
    let paper = GrayImage::from_pixel(6000, 6000, Luma([255]));
    save(&folder, "plan.png", &DynamicImage::ImageLuma8(paper));
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
fn what_was_decided_is_said_again_from_the_cache() {
    let (place, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for i in 0..3 {
        save(&folder, &format!("{i}.png"), &cross([0, 0, i]));
    }
    let wanted = Reading::default();
    let mut scanned = scan(folder.path(), &NoMeter).unwrap();
    let key = cache::Key::new(folder.path(), &wanted, &scanned);
    let fresh = prepare(folder.path(), &mut scanned, &wanted, &NoMeter).unwrap();
    cache::store_in(place.path(), &key, &fresh, 1 << 20);
    let known = cache::load_from(place.path(), &key).unwrap();
    assert_eq!(known.remarks, fresh.remarks);
    assert_eq!(known.remarks.len(), 1);
    assert_eq!(known.train.pixels, fresh.train.pixels);
    assert_eq!(known.train.pixels[0], 255);
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
