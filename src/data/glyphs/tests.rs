//! Tests of the drawn digits: that they repeat, that factors act, that they are like MNIST.

use super::*;

/// Share of white of an image, in pixels.
fn ink_of(image: &[u8]) -> f32 {
    image.iter().map(|&value| f32::from(value)).sum::<f32>() / 255.0
}

/// A plain glyph of one digit, to vary one factor of.
fn plain(label: u8) -> GlyphFactors {
    GlyphFactors {
        label,
        style: 0,
        slant: 0.0,
        stroke_width: 2.5,
        scale_x: 1.0,
        scale_y: 1.0,
        shift_x: 0.0,
        shift_y: 0.0,
        rotation: 0.0,
        wobble: 0.0,
    }
}

fn draw(mut factors: GlyphFactors) -> Vec<u8> {
    let mut image = vec![0; SIDE * SIDE];
    let mut detail = hand::Dice::new(streams::stream(*b"glyphdet", 1, 0, 0));
    pen::ink(&hand::write(&mut factors, &mut detail), &mut image);
    image
}

/// Centre of the ink `[x, y]` and its sideways lean: how far the ink moves right for each pixel up.
fn moments(image: &[u8]) -> ([f32; 2], f32) {
    let cells = || {
        image.iter().enumerate().map(|(i, &value)| {
            let (x, y) = ((i % SIDE) as f32, (i / SIDE) as f32);
            (x + 0.5, y + 0.5, f32::from(value) / 255.0)
        })
    };
    let total = ink_of(image);
    let x = cells().map(|(x, _, ink)| x * ink).sum::<f32>() / total;
    let y = cells().map(|(_, y, ink)| y * ink).sum::<f32>() / total;
    let mixed: f32 = cells().map(|(px, py, ink)| (px - x) * (y - py) * ink).sum();
    let high: f32 = cells().map(|(_, py, ink)| (py - y) * (py - y) * ink).sum();
    ([x, y], mixed / high)
}

/// First and last row, or column, with ink.
fn extent(image: &[u8], index: fn(usize) -> usize) -> usize {
    let inked = image.iter().enumerate().filter(|(_, value)| **value > 127);
    let places: Vec<usize> = inked.map(|(i, _)| index(i)).collect();
    places.iter().max().unwrap() - places.iter().min().unwrap() + 1
}

#[test]
fn one_seed_is_one_set_and_another_seed_another() {
    let set = generate(7, 60, 20).unwrap();
    let again = generate(7, 60, 20).unwrap();
    assert_eq!(set.train, again.train);
    assert_eq!(set.test, again.test);
    assert_eq!(set.factors, again.factors);
    assert_ne!(set.train, generate(8, 60, 20).unwrap().train);
    assert_ne!(set.train.image(0), set.test.image(0), "test repeats train");
    let longer = generate(7, 90, 20).unwrap();
    assert_eq!(longer.train.truncated(60), set.train);
    assert!(generate(7, 0, 20).is_err());
    assert!(generate(7, 20, 0).is_err());
}

#[test]
fn the_number_of_threads_does_not_matter() {
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(|| generate(3, 500, 50).unwrap())
    };
    let (one, three) = (with(1), with(3));
    assert_eq!(one.train, three.train);
    assert_eq!(one.factors, three.factors);
}

#[test]
fn the_pictures_of_release_0_1_are_kept() {
    let parts = generate(SEED, 1000, 100).unwrap();
    let set = crate::data::Dataset::new(LOCATION, parts, None).unwrap();
    assert_eq!(
        set.hash,
        "5360d53afd6fedf944adef804cc8a549e877db32bf5cd3509b98ca0b449f6d3e"
    );
}

#[test]
fn labels_are_balanced_and_every_style_is_written() {
    let set = generate(SEED, 2000, 10).unwrap();
    let labels = set.train_labels.unwrap();
    for block in labels.chunks(10) {
        let mut sorted = block.to_vec();
        sorted.sort_unstable();
        assert_eq!(sorted, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
    assert_ne!(labels[..10], labels[10..20], "the order is not random");
    let factors = set.factors.unwrap().train;
    for (digit, styles) in skeletons::DIGITS.iter().enumerate() {
        for style in 0..styles.len() {
            let written = factors
                .iter()
                .filter(|f| usize::from(f.label) == digit && usize::from(f.style) == style);
            assert!(
                written.count() > 5,
                "digit {digit} style {style} is hardly written"
            );
        }
    }
    for (label, factor) in labels.iter().zip(&factors) {
        assert_eq!(*label, factor.label);
    }
}

#[test]
fn each_factor_does_what_it_says() {
    for label in 0..10 {
        let base = plain(label);
        let drawn = draw(base);
        let (_, lean) = moments(&drawn);

        let wide = draw(GlyphFactors {
            stroke_width: 3.5,
            ..base
        });
        let thin = draw(GlyphFactors {
            stroke_width: 1.7,
            ..base
        });
        assert!(ink_of(&wide) > 1.15 * ink_of(&drawn), "{label}: width");
        assert!(ink_of(&thin) < 0.85 * ink_of(&drawn), "{label}: width");

        // Small enough that the edges of the image leave room for the shift.
        let small = GlyphFactors {
            scale_y: 0.85,
            ..base
        };
        let (small_centre, _) = moments(&draw(small));
        let moved = draw(GlyphFactors {
            shift_x: 1.5,
            shift_y: -0.4,
            ..small
        });
        let (moved_centre, _) = moments(&moved);
        assert!(
            (moved_centre[0] - small_centre[0] - 1.5).abs() < 0.1,
            "{label}: shift x"
        );
        assert!(
            (moved_centre[1] - small_centre[1] + 0.4).abs() < 0.1,
            "{label}: shift y"
        );

        let (_, leaning) = moments(&draw(GlyphFactors { slant: 0.3, ..base }));
        assert!(
            (leaning - lean - 0.3).abs() < 0.06,
            "{label}: slant {leaning} {lean}"
        );

        let (_, turned) = moments(&draw(GlyphFactors {
            rotation: 0.2,
            ..base
        }));
        assert!(
            turned > lean + 0.05,
            "{label}: a clockwise turn moves the top right"
        );

        let low = draw(GlyphFactors {
            scale_y: 0.7,
            ..base
        });
        let height = |image: &[u8]| extent(image, |i| i / SIDE);
        assert!(height(&low) + 3 < height(&drawn), "{label}: scale y");
        if label != 1 {
            let broad = draw(GlyphFactors {
                scale_x: 1.4,
                ..base
            });
            let width = |image: &[u8]| extent(image, |i| i % SIDE);
            assert!(width(&broad) > width(&drawn) + 2, "{label}: scale x");
        }
        assert_ne!(
            draw(GlyphFactors {
                wobble: 0.05,
                ..base
            }),
            drawn,
            "{label}: wobble"
        );
        assert_ne!(
            draw(GlyphFactors { style: 1, ..base }),
            drawn,
            "{label}: style"
        );
        assert!(
            (19..=22).contains(&height(&drawn)),
            "{label}: {} high",
            height(&drawn)
        );
    }
}

#[test]
fn a_glyph_stays_inside_and_its_shift_is_the_one_used() {
    let mut factors = GlyphFactors {
        shift_x: 30.0,
        ..plain(3)
    };
    let mut detail = hand::Dice::new(streams::stream(*b"glyphdet", 1, 0, 0));
    let line = hand::write(&mut factors, &mut detail);
    assert!(factors.shift_x < 10.0, "{}", factors.shift_x);
    let rightmost = line
        .iter()
        .flatten()
        .map(|dot| dot.x + dot.radius)
        .fold(0.0, f32::max);
    assert!((rightmost - 27.4).abs() < 1e-3, "{rightmost}");

    let set = generate(SEED, 1000, 10).unwrap();
    for i in 0..set.train.len() {
        let image = set.train.image(i);
        let edges =
            (0..SIDE).flat_map(|k| [k, (SIDE - 1) * SIDE + k, k * SIDE, k * SIDE + SIDE - 1]);
        let brightest = edges.map(|at| image[at]).max();
        assert!(brightest < Some(128), "image {i} is cut by the edge");
    }
}

#[test]
fn stroke_width_shows_in_the_ink_of_the_whole_set() {
    let set = generate(SEED, 1000, 10).unwrap();
    let mut pairs: Vec<(f32, f32)> = set
        .factors
        .unwrap()
        .train
        .iter()
        .enumerate()
        .map(|(i, f)| (f.stroke_width, ink_of(set.train.image(i))))
        .collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mean = |part: &[(f32, f32)]| part.iter().map(|p| p.1).sum::<f32>() / part.len() as f32;
    let (thin, bold) = (mean(&pairs[..250]), mean(&pairs[750..]));
    assert!(bold > 1.4 * thin, "thin {thin}, bold {bold}");
}

#[test]
fn mean_and_variance_are_near_those_of_mnist() {
    // MNIST: mean pixel 0.1307, mean squared error of the mean image 0.0675.
    let set = generate(SEED, 3000, 10).unwrap();
    let mean = set.train.mean_image();
    let pixel = mean.iter().sum::<f32>() / mean.len() as f32;
    assert!((0.12..0.145).contains(&pixel), "{pixel}");
    let spread: f64 = set
        .train
        .pixels()
        .chunks_exact(mean.len())
        .flat_map(|image| image.iter().zip(&mean))
        .map(|(&value, mean)| f64::from(f32::from(value) / 255.0 - mean).powi(2))
        .sum();
    let variance = spread / set.train.pixels().len() as f64;
    assert!((0.06..0.075).contains(&variance), "{variance}");
}
