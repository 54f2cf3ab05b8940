//! JPEG files, whole and damaged in every way that happens.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgb, RgbImage};

use super::*;

fn noise(x: u32, y: u32) -> u8 {
    (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503) ^ (x * y)) as u8
}

/// A picture of 200 by 120 pixels: waves with some noise.
fn baseline(quality: u8) -> Vec<u8> {
    let picture = RgbImage::from_fn(200, 120, |x, y| {
        Rgb([(x * 3) as u8, (y * 2) as u8, noise(x, y) / 3])
    });
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality)
        .encode_image(&DynamicImage::ImageRgb8(picture))
        .unwrap();
    bytes
}

/// Where the packed data begin.
fn data_at(bytes: &[u8]) -> usize {
    let scan = bytes
        .windows(2)
        .position(|two| two == [0xff, 0xda])
        .unwrap();
    scan + 2 + usize::from(bytes[scan + 3])
}

#[test]
fn whole_pictures_pass() {
    for quality in [5, 50, 90, 100] {
        assert_eq!(damage(&baseline(quality)), None, "{quality}");
    }
    for (width, height) in [(1, 1), (7, 9), (8, 8), (17, 64)] {
        for value in [0, 77, 255] {
            let mut bytes = Vec::new();
            DynamicImage::ImageLuma8(GrayImage::from_pixel(width, height, Luma([value])))
                .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Jpeg)
                .unwrap();
            assert_eq!(damage(&bytes), None, "{width}×{height} of {value}");
        }
    }
}

#[test]
fn what_follows_the_end_and_what_is_missing_there_do_no_harm() {
    let whole = baseline(80);
    let mut more = whole.clone();
    more.extend(b"\0\0\0 MPF and whatever a camera adds \xff\xd8\xff\xe1");
    assert_eq!(damage(&more), None);
    // Without the marker of its end every block is there all the same.
    assert_eq!(damage(&whole[..whole.len() - 2]), None);
    assert_eq!(damage(&whole[..whole.len() - 1]), None);
    let mut filled = whole.clone();
    let end = whole.len() - 2;
    filled.splice(end..end, [0; 40]);
    assert_eq!(damage(&filled), None, "zeros fill up");
}

#[test]
fn every_cut_is_found() {
    let whole = baseline(80);
    let data = data_at(&whole);
    // The last two bytes are the marker, and the byte before it may only fill up.
    for end in (data..whole.len() - 4).step_by(7).chain([whole.len() - 4]) {
        let why = damage(&whole[..end]).unwrap_or_else(|| panic!("cut at {end}"));
        assert!(why.contains("breaks off"), "{why}");
        // Some programs put the marker of the end behind what there is.
        let mut ended = whole[..end].to_vec();
        ended.extend([0xff, 0xd9]);
        assert!(damage(&ended).is_some(), "ended at {end}");
    }
    let half = data + (whole.len() - data) / 2;
    assert!(
        damage(&whole[..half])
            .unwrap()
            .contains(" % of the picture")
    );
    for end in 2..data {
        assert!(damage(&whole[..end]).is_some(), "no data: cut at {end}");
    }
}

#[test]
fn holes_and_swaps_are_found() {
    let whole = baseline(80);
    let data = data_at(&whole);
    let middle = data + (whole.len() - data) / 2;
    for fill in [0_u8, 0x55, 0xfe] {
        let mut hole = whole.clone();
        hole[middle..middle + 400].fill(fill);
        assert!(damage(&hole).is_some(), "a hole of {fill}");
    }
    // Few zeros happen to make as many blocks as there were.
    for at in (data + 50..whole.len() - 100).step_by(31) {
        let mut hole = whole.clone();
        hole[at..at + 40].fill(0);
        assert!(damage(&hole).is_some(), "forty zeros at {at}");
    }
    let mut short = whole.clone();
    short.drain(middle..middle + 300);
    assert!(damage(&short).is_some(), "a piece is missing");
    let mut long = whole.clone();
    let piece = long[middle..middle + 300].to_vec();
    long.splice(middle..middle, piece);
    assert!(damage(&long).is_some(), "a piece is there twice");
}

/// Where zeros are the code word for no detail, flat pictures are full of them.
#[test]
fn flat_pictures_are_no_holes() {
    let mut file = vec![0xff, 0xd8, 0xff, 0xdb, 0, 67, 0];
    file.extend([8; 64]);
    file.extend([0xff, 0xc0, 0, 11, 8, 1, 0, 1, 0, 1, 1, 0x11, 0]);
    for about in [0x00, 0x10] {
        file.extend([0xff, 0xc4, 0, 20, about, 1]);
        file.extend([0; 16]);
    }
    file.extend([0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0]);
    // 1024 blocks of two bits each.
    file.extend([0; 256]);
    file.extend([0xff, 0xd9]);
    let picture = image::load_from_memory(&file).unwrap();
    assert_eq!((picture.width(), picture.height()), (256, 256));
    assert_eq!(damage(&file), None);
}

#[test]
fn what_is_not_walked_through_is_left_to_the_decoder() {
    let mut arithmetic = baseline(80);
    let frame = arithmetic
        .windows(2)
        .position(|two| two == [0xff, 0xc0])
        .unwrap();
    arithmetic[frame + 1] = 0xc9;
    assert_eq!(damage(&arithmetic), None);
}

/// Bits of a file that is written by hand.
#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
    held: u32,
    count: u32,
}

impl Writer {
    fn bits(&mut self, bits: &str) {
        for bit in bits.chars().filter(|bit| *bit != ' ') {
            self.held = (self.held << 1) | u32::from(bit == '1');
            self.count += 1;
            if self.count == 8 {
                self.bytes.push(self.held as u8);
                if self.held == 0xff {
                    self.bytes.push(0);
                }
                (self.held, self.count) = (0, 0);
            }
        }
    }

    fn scan(mut self, about: [u8; 3], file: &mut Vec<u8>) {
        while self.count > 0 {
            self.bits("1");
        }
        let [start, end, steps] = about;
        file.extend([0xff, 0xda, 0, 8, 1, 1, 0, start, end, steps]);
        file.extend(self.bytes);
    }
}

/// A progressive picture of 24 by 16 pixels, written by hand: its six blocks of 8×8 come in four
/// scans, two for the brightness and two for some of the detail.
fn progressive() -> Vec<u8> {
    let mut file = vec![0xff, 0xd8, 0xff, 0xdb, 0, 67, 0];
    file.extend([8; 64]);
    file.extend([0xff, 0xc2, 0, 11, 8, 0, 16, 0, 24, 1, 1, 0x11, 0]);
    let mut table = |about: u8, codes: &[(usize, u8)]| {
        let mut counts = [0_u8; 16];
        for (length, _) in codes {
            counts[length - 1] += 1;
        }
        file.extend([0xff, 0xc4, 0, (19 + codes.len()) as u8, about]);
        file.extend(counts);
        file.extend(codes.iter().map(|(_, value)| value));
    };
    // Sizes of brightness: 0 is 0, 3 is 10.
    table(0x00, &[(1, 0), (2, 3)]);
    // Detail: 0x01 is 0, the end of a block 10, of two or three blocks 110, 0x21 is 1110, 16 zeros 11110.
    table(
        0x10,
        &[(1, 0x01), (2, 0x00), (3, 0x10), (4, 0x21), (5, 0xf0)],
    );
    let mut brightness = Writer::default();
    for code in ["10 101", "0", "0", "10 010", "0", "0"] {
        brightness.bits(code);
    }
    brightness.scan([0, 0, 0x01], &mut file);
    let mut detail = Writer::default();
    // A coefficient of 1 at place 1 and one at place 4; then three blocks of nothing; one at place 3;
    // one at place 1 that is −1.
    detail.bits("0 1  1110 1  10");
    detail.bits("110 1");
    detail.bits("1110 1 10");
    detail.bits("0 0 10");
    detail.scan([1, 5, 0x01], &mut file);
    let mut brightness = Writer::default();
    brightness.bits("1 0 1 0 1 1");
    brightness.scan([0, 0, 0x10], &mut file);
    let mut detail = Writer::default();
    // The first block: one more at place 2, before which place 1 has its bit and after which place 4
    // has its own; two blocks of nothing; then the end of the others, with the bits of theirs.
    detail.bits("0 1 1  10 0");
    detail.bits("110 0");
    detail.bits("110 1 1 0");
    detail.scan([1, 5, 0x10], &mut file);
    file.extend([0xff, 0xd9]);
    file
}

#[test]
fn progressive_pictures_are_walked_through_too() {
    let whole = progressive();
    assert!(image::load_from_memory(&whole).is_ok());
    assert_eq!(damage(&whole), None);
    // Each scan must be whole, and without the marker of the end nobody knows how many there are.
    for end in 2..whole.len() - 1 {
        assert!(damage(&whole[..end]).is_some(), "cut at {end}");
    }
    let second = whole
        .windows(2)
        .rposition(|two| two == [0xff, 0xda])
        .unwrap();
    let mut more = whole.clone();
    more.splice(second + 10..second + 10, [0x12; 80]);
    assert!(damage(&more).is_some());
}
