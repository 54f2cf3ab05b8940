//! Any array of the declared kinds is read as what it is, or refused.

use super::*;

/// How numbers are prepared from pixels 0 to 255.
#[derive(Clone, Copy, Debug)]
enum Scaled {
    Bytes,
    Unit,
    Signed,
    TwelveBits,
    SixteenBits,
    Sixteen,
    Zeros,
}

impl Scaled {
    /// The number of a pixel.
    fn number(self, pixel: u8) -> f64 {
        let pixel = f64::from(pixel);
        match self {
            Self::Bytes => pixel,
            Self::Unit => pixel / 255.0,
            Self::Signed => pixel / 127.5 - 1.0,
            Self::TwelveBits => (pixel / 255.0 * 4095.0).round(),
            Self::SixteenBits => pixel * 257.0,
            Self::Sixteen => (pixel / 255.0 * 16.0).round(),
            Self::Zeros => f64::from(u8::from(pixel > 127.0)),
        }
    }

    /// The pixel that it should become again.
    fn pixel(self, pixel: u8) -> u8 {
        match self {
            Self::Sixteen => (self.number(pixel) / 16.0 * 255.0).round() as u8,
            Self::Zeros => u8::from(pixel > 127) * 255,
            _ => pixel,
        }
    }

    /// Types that hold its numbers; those that are exact enough to tell all pixels apart.
    fn types(self) -> &'static [&'static str] {
        match self {
            Self::Bytes => &[
                "|u1", "<u2", ">u2", "<i2", ">i4", "<u4", "<i8", ">u8", "<f2", ">f2", "<f4", ">f8",
            ],
            Self::Unit | Self::Signed => &["<f2", ">f2", "<f4", ">f4", "<f8", ">f8"],
            Self::TwelveBits => &["<u2", ">i2", "<i4", ">u8", "<f4", ">f8"],
            Self::SixteenBits => &["<u2", ">u2", "<i4", ">i8", "<f4", "<f8"],
            Self::Sixteen => &["|u1", "|i1", "<u2", ">i2", "<f2", ">f4", "<f8"],
            Self::Zeros => &["|b1", "|u1", "|i1", ">i2", "<i8", "<f2", "<f4"],
        }
    }
}

fn encoded(descr: &str, value: f64) -> Vec<u8> {
    let mut bytes = match &descr[1..] {
        "b1" | "u1" => vec![value as u8],
        "i1" => vec![value as i8 as u8],
        "u2" => (value as u16).to_le_bytes().to_vec(),
        "i2" => (value as i16).to_le_bytes().to_vec(),
        "u4" => (value as u32).to_le_bytes().to_vec(),
        "i4" => (value as i32).to_le_bytes().to_vec(),
        "u8" => (value as u64).to_le_bytes().to_vec(),
        "i8" => (value as i64).to_le_bytes().to_vec(),
        "f2" => half::f16::from_f64(value).to_le_bytes().to_vec(),
        "f4" => (value as f32).to_le_bytes().to_vec(),
        _ => value.to_le_bytes().to_vec(),
    };
    if descr.starts_with('>') {
        bytes.reverse();
    }
    bytes
}

/// Axes by their letters, slowest first in C order. Those in brackets are one.
const LAYOUTS: &[&str] = &[
    "n h w", "n h w c", "n c h w", "h w n", "h w c n", "c h w n", "n (hw)", "n c (hw)", "n (hw) c",
];

/// One array of pictures.
#[derive(Clone, Copy, Debug)]
struct Case {
    scaled: Scaled,
    descr: &'static str,
    is_fortran: bool,
    layout: &'static str,
    channels: usize,
    side: (usize, usize),
    /// Slopes as of real pictures, rather than noise.
    is_smooth: bool,
}

impl Case {
    /// The pixel of a picture; black and white are in every one.
    fn intent(&self, seed: u32, n: usize, c: usize, y: usize, x: usize) -> u8 {
        match (y, x) {
            (0, 0) => 0,
            (0, 1) => 255,
            _ if self.is_smooth => {
                let shade = (n as u32).wrapping_mul(2_654_435_761) ^ seed;
                (shade % 150) as u8 + (c * 20 + y * 3 + x * 2) as u8
            }
            _ => {
                let place = (((n * 3 + c) * 64 + y) * 64 + x) as u32;
                ((place ^ seed).wrapping_mul(2_654_435_761) >> 24) as u8
            }
        }
    }

    /// The array of so many pictures.
    fn npy(&self, seed: u32, count: usize) -> Vec<u8> {
        let (height, width) = self.side;
        let size = |letter: char| match letter {
            'n' => count,
            'c' => self.channels,
            'h' => height,
            _ => width,
        };
        let axes: Vec<Vec<char>> = self
            .layout
            .split(' ')
            .map(|axis| axis.trim_matches(['(', ')']).chars().collect())
            .collect();
        let sizes: Vec<usize> = axes
            .iter()
            .map(|axis| axis.iter().map(|&letter| size(letter)).product())
            .collect();
        let total: usize = sizes.iter().product();
        let mut data = Vec::new();
        for at in 0..total {
            let mut rest = at;
            let mut indices = vec![0; sizes.len()];
            let order: Vec<usize> = if self.is_fortran {
                (0..sizes.len()).collect()
            } else {
                (0..sizes.len()).rev().collect()
            };
            for axis in order {
                indices[axis] = rest % sizes[axis];
                rest /= sizes[axis];
            }
            let (mut n, mut c, mut y, mut x) = (0, 0, 0, 0);
            for (axis, &index) in axes.iter().zip(&indices) {
                match axis[..] {
                    ['n'] => n = index,
                    ['c'] => c = index,
                    ['h'] => y = index,
                    ['w'] => x = index,
                    _ => (y, x) = (index / width, index % width),
                }
            }
            let number = self.scaled.number(self.intent(seed, n, c, y, x));
            data.extend(encoded(self.descr, number));
        }
        let sizes: Vec<String> = sizes.iter().map(usize::to_string).collect();
        ordered_npy(
            self.descr,
            self.is_fortran,
            &format!("({})", sizes.join(", ")),
            &data,
        )
    }
}

impl Case {
    /// Whether an image is the picture of this number.
    fn check(&self, image: &[u8], seed: u32, n: usize) -> Result<(), TestCaseError> {
        let (height, width) = self.side;
        prop_assert_eq!(image.len(), self.channels * height * width);
        for (place, &found) in image.iter().enumerate() {
            let (c, y, x) = (
                place / width / height,
                place / width % height,
                place % width,
            );
            let expected = self.scaled.pixel(self.intent(seed, n, c, y, x));
            // Halves have ten bits, which is one pixel value at most.
            prop_assert!(
                found.abs_diff(expected) <= u8::from(self.descr.ends_with("f2")),
                "{found} for {expected} at {n} {c} {y} {x}"
            );
        }
        Ok(())
    }
}

prop_compose! {
    fn case()(
        scaled in prop::sample::select(vec![
            Scaled::Bytes, Scaled::Unit, Scaled::Signed, Scaled::TwelveBits, Scaled::SixteenBits,
            Scaled::Sixteen, Scaled::Zeros,
        ]),
        which in any::<prop::sample::Index>(),
        is_fortran in any::<bool>(),
        layout in prop::sample::select(LAYOUTS),
        is_colour in any::<bool>(),
        height in 8..14_usize,
        width in 8..14_usize,
        is_smooth in any::<bool>(),
    ) -> Case {
        let types = scaled.types();
        let is_flat = layout.contains('(');
        let channels = if layout.contains('c') && is_colour { 3 } else { 1 };
        Case {
            scaled,
            descr: types[which.index(types.len())],
            is_fortran,
            layout,
            channels,
            // Only square pictures may be flat.
            side: if is_flat { (height, height) } else { (height, width) },
            is_smooth,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(192) })]

    #[test]
    fn arrays_are_read_as_they_are_meant_or_refused(
        case in case(), seed in any::<u32>(), train in 4..20_usize, test in 1..6_usize,
    ) {
        let labels = |count: usize| npy("|u1", &format!("({count},)"), &vec![1; count]);
        let whole = archive(&[
            ("x_train.npy", case.npy(seed, train)),
            ("y_train.npy", labels(train)),
            ("x_test.npy", case.npy(seed ^ 1, test)),
        ]);
        let (height, width) = case.side;
        let what = format!("{} {} {} {height}×{width}×{} {train} {test}", case.descr, case.is_fortran, case.layout, case.channels);
        let parts = match try_open("a.npz", &whole) {
            Ok(parts) => parts,
            // Labels say the count, unless it is that of another axis as well.
            Err(found) => {
                prop_assert!(
                    train == height || train == width || train == case.channels,
                    "{what}: {found}"
                );
                return Ok(());
            }
        };
        prop_assert_eq!((parts.train.len(), parts.test.len()), (train, test), "{}", what);
        for (images, seed) in [(&parts.train, seed), (&parts.test, seed ^ 1)] {
            for n in 0..images.len() {
                case.check(images.image(n), seed, n)?;
            }
        }
    }

    /// Without labels and test images the shape must say it, or the values.
    #[test]
    fn a_shape_alone_never_misleads(case in case(), seed in any::<u32>(), count in 2..16_usize) {
        let case = Case { is_smooth: true, ..case };
        // Square pictures as they come are no mistake that anybody could notice.
        let (height, width) = case.side;
        prop_assume!(case.layout != "h w n" || count != width);
        // Black and white slopes may each be of one colour. Then no value says which axis counts, and the
        // first one does.
        prop_assume!(case.layout != "h w n" || !matches!(case.scaled, Scaled::Zeros));
        let Ok(parts) = try_open("a.npy", &case.npy(seed, count)) else {
            return Ok(());
        };
        let (train, test, _) = crate::data::split::set_apart(Path::new("a"), count).unwrap();
        prop_assert_eq!(
            (parts.train.len(), parts.test.len(), parts.train.shape().height),
            (train.len(), test.len(), height)
        );
        for (images, numbers) in [(&parts.train, train), (&parts.test, test)] {
            for (i, number) in numbers.into_iter().enumerate() {
                case.check(images.image(i), seed, number)?;
            }
        }
    }
}
