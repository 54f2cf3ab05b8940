//! Transparent pictures on their ground, and pictures of 10 to 16 bits.

use image::{DynamicImage, ImageBuffer, ImageFormat, Luma, LumaA, Rgba, RgbaImage};

use super::super::odd_tests::{encoded, pixels, read};
use super::super::tests::{save, write};
use super::super::{cache, prepare, scan::scan};
use crate::data::{DatasetParts, NoMeter, Reading};

/// A cross of one colour on a transparent ground.
fn cross(color: [u8; 3]) -> DynamicImage {
    let picture = RgbaImage::from_fn(40, 40, |x, y| {
        let is_on = (15..25).contains(&x) || (15..25).contains(&y);
        let [red, green, blue] = color;
        Rgba([red, green, blue, if is_on { 255 } else { 0 }])
    });
    DynamicImage::ImageRgba8(picture)
}

fn mean(parts: &DatasetParts) -> f64 {
    let pixels = pixels(parts);
    pixels.iter().map(|&value| f64::from(value)).sum::<f64>() / pixels.len() as f64
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
