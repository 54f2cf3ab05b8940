//! Pictures from codes that belong to no image.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{failure, file, hourglass, images, success, train, workplace};

/// Values of an image of 8×8.
const PIXELS: usize = 64;

/// What the command prints as JSON.
fn sampled(at: &Path, options: &str) -> Value {
    let said = success(hourglass(at, &format!("sample {options} --json")));
    serde_json::from_str(&said).unwrap()
}

/// Images of 8×8 as [`images`] writes them, behind their header.
fn pixels(count: u32) -> Vec<Vec<u8>> {
    let bytes = images(count, 8);
    bytes[16..].chunks(PIXELS).map(<[u8]>::to_vec).collect()
}

/// The pictures of a sheet of so many columns, in all: the samples, and the images under them.
fn drawn(at: &Path, name: &str, count: usize) -> [Vec<Vec<u8>>; 2] {
    // As pixels of the file: a value of an image, a cell with the gap beside it, the margin.
    const VALUE: usize = 22;
    const CELL: usize = 8 * VALUE + 8;
    const MARGIN: usize = 32;
    let sheet = image::load_from_memory(&file(at, name)).unwrap().to_luma8();
    let columns = count.min(24);
    // Before the first column there are names, of whatever width.
    let left = sheet.width() as usize - MARGIN - (columns * CELL - 8);
    let picture = |row: usize, index: usize| {
        let block = MARGIN + index / columns * (2 * CELL + 40);
        let (x, y) = (left + index % columns * CELL, block + row * CELL);
        let value = |at: usize| {
            let (x, y) = (x + at % 8 * VALUE, y + at / 8 * VALUE);
            sheet
                .get_pixel((x + VALUE / 2) as u32, (y + VALUE / 2) as u32)
                .0[0]
        };
        (0..PIXELS).map(value).collect()
    };
    [0, 1].map(|row| (0..count).map(|index| picture(row, index)).collect())
}

/// Mean squared difference of two images, pixels from 0 to 1.
fn distance(a: &[u8], b: &[u8]) -> f64 {
    let squares = a
        .iter()
        .zip(b)
        .map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2));
    squares.sum::<f64>() / (255.0 * 255.0 * PIXELS as f64)
}

/// The first of the nearest images, and its distance.
fn nearest(known: &[Vec<u8>], picture: &[u8]) -> (usize, f64) {
    let distances = known.iter().map(|known| distance(known, picture));
    distances
        .enumerate()
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .unwrap()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2])
}

fn assert_near(found: &Value, expected: f64) {
    let found = found.as_f64().unwrap();
    assert!((found - expected).abs() < 1e-12, "{found}, not {expected}");
}

/// Every figure of the JSON computed anew from the picture.
fn assert_true(at: &Path, said: &Value, name: &str, count: usize) {
    let train = pixels(64);
    let [samples, under] = drawn(at, name, count);
    let told = said["samples"].as_array().unwrap();
    assert_eq!(told.len(), count);
    let mut distances = Vec::new();
    for ((told, sample), under) in told.iter().zip(&samples).zip(&under) {
        let (index, distance) = nearest(&train, sample);
        assert_eq!(told["nearest"], index, "{said}");
        assert_near(&told["mean_squared_distance"], distance);
        assert_eq!(*under, train[index], "the image under it");
        distances.push(distance);
    }
    assert_near(&said["median"], median(distances));
    let test = pixels(16);
    let tested = test.iter().map(|image| nearest(&train, image).1);
    assert_near(&said["test_median"], median(tested.collect()));
    assert_eq!(said["test_images"], 16);
}

fn different(pictures: &[Vec<u8>]) -> usize {
    pictures.iter().collect::<BTreeSet<_>>().len()
}

#[test]
fn a_prior_is_drawn_from_where_codes_are_trained_to_have_it() {
    let folder = workplace();
    let at = folder.path();
    train(at, "--variant vae --latent 3 --epochs 3", "vae");
    train(at, "--variant wae --latent 3 --epochs 1", "wae");
    let said = sampled(at, "vae --out a.png --from prior --count 30 --seed 4");
    assert_true(at, &said, "a.png", 30);
    assert_eq!(said["from"], "prior");
    assert_eq!(
        (&said["seed"], &said["temperature"]),
        (&4.into(), &1.0.into())
    );
    assert_eq!(
        (&said["components"], &said["covariance"]),
        (&Value::Null, &Value::Null)
    );
    let [samples, _] = drawn(at, "a.png", 30);
    assert!(different(&samples) > 10);
    // Without chance there is one picture, that of the code 0.
    sampled(at, "vae --out b.png --from prior --count 5 --temperature 0");
    assert_eq!(different(&drawn(at, "b.png", 5)[0]), 1);
    let said = success(hourglass(at, "sample wae --out c.png --from prior"));
    assert!(
        said.starts_with("64 pictures by ")
            && said.contains(", from prior, over the training images"),
        "{said}"
    );
}

#[test]
fn a_mixture_is_fitted_to_the_codes() {
    let folder = workplace();
    let at = folder.path();
    train(at, "--latent 3 --epochs 3", "run");
    let said = sampled(at, "run --out a.png --from mixture --count 20");
    assert_true(at, &said, "a.png", 20);
    assert_eq!(
        (&said["components"], &said["covariance"]),
        (&10.into(), &"full".into())
    );
    assert_eq!(said["fitted_images"], 64);
    // Without chance there are the means of the components.
    let options = "run --out b.png --from mixture --components 3 --temperature 0 --count 40";
    let said = sampled(at, options);
    assert_eq!(said["components"], 3);
    assert!((1..=3).contains(&different(&drawn(at, "b.png", 40)[0])));
    // Wide codes have mixtures along their dimensions.
    train(at, "--latent 70 --epochs 1", "wide");
    let said = sampled(at, "wide --out c.png --from mixture --count 3");
    assert_eq!(said["covariance"], "diagonal");
    assert_true(at, &said, "c.png", 3);
}

#[test]
fn entries_are_drawn_for_quantised_codes() {
    let folder = workplace();
    let at = folder.path();
    train(
        at,
        "--bottleneck vq --latent 2 --entry-size 2 --entries 4 --epochs 2",
        "one",
    );
    // The code is a single entry: there are no more pictures than entries.
    let said = sampled(at, "one --out a.png --from entries --count 40");
    assert_true(at, &said, "a.png", 40);
    assert_eq!(said["temperature"], Value::Null);
    assert!(different(&drawn(at, "a.png", 40)[0]) <= 4);
    for (options, name) in [
        ("--bottleneck fsq --latent 6 --levels 5,5,3", "levels"),
        ("--variant vq-vae --filters 4 --entries 16", "grid"),
    ] {
        train(at, &format!("{options} --epochs 1"), name);
        let said = sampled(at, &format!("{name} --out b.png --from entries --count 6"));
        assert_true(at, &said, "b.png", 6);
        assert_eq!(said["fitted_images"], 64);
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let folder = workplace();
    let at = folder.path();
    train(at, "--variant vae --latent 3 --epochs 1", "vae");
    train(
        at,
        "--bottleneck fsq --latent 4 --levels 5,5 --init uniform --epochs 1",
        "fsq",
    );
    for options in [
        "vae --from prior --temperature 1.5",
        "vae --from mixture --components 4",
        "fsq --from entries",
    ] {
        let draw = |seed: u32, out: &str| {
            sampled(
                at,
                &format!("{options} --count 12 --seed {seed} --out {out}"),
            )
        };
        let (one, two, other) = (draw(1, "1.png"), draw(1, "2.png"), draw(2, "3.png"));
        assert_eq!(one, two, "{options}");
        assert!(file(at, "1.png") == file(at, "2.png"), "{options}");
        assert!(file(at, "1.png") != file(at, "3.png"), "{options}");
        assert_ne!(one["seed"], other["seed"]);
    }
    // 1 is the seed when none is given.
    sampled(
        at,
        "vae --from prior --temperature 1.5 --count 12 --out 4.png",
    );
    sampled(
        at,
        "vae --from prior --temperature 1.5 --count 12 --seed 1 --out 5.png",
    );
    assert!(file(at, "4.png") == file(at, "5.png"));
}

#[test]
fn what_cannot_be_drawn_is_refused_and_leaves_nothing() {
    let folder = workplace();
    let at = folder.path();
    train(at, "--latent 3 --epochs 1", "plain");
    train(at, "--variant vae --latent 3 --beta 0 --epochs 1", "free");
    train(
        at,
        "--bottleneck fsq --latent 4 --levels 5,5 --init uniform --epochs 1",
        "fsq",
    );
    train(
        at,
        "--variant k-sparse --latent 16 --k 4 --epochs 1",
        "sparse",
    );
    for (arguments, words) in [
        (
            "plain --from prior",
            "--from prior needs codes that are trained to be spread as N(0, I) (bottleneck gaussian with beta \
             above 0, or penalty-mmd above 0), but bottleneck is plain and penalty-mmd is 0: use --from mixture",
        ),
        (
            "free --from prior",
            "but bottleneck is gaussian, beta is 0 and penalty-mmd is 0: use --from mixture",
        ),
        (
            "fsq --from prior",
            "but bottleneck is fsq and penalty-mmd is 0: use --from entries",
        ),
        (
            "fsq --from mixture",
            "--from mixture needs codes that may be any numbers, but those of bottleneck fsq are made of \
             entries: use --from entries",
        ),
        (
            "sparse --from mixture",
            "but those of bottleneck top-k are 0 but for a few numbers: sample a run with another bottleneck",
        ),
        (
            "plain --from entries",
            "--from entries needs codes that are made of entries (bottleneck vq or fsq), but bottleneck is \
             plain: use --from mixture",
        ),
        ("plain --from sandwich", "invalid value 'sandwich'"),
        (
            "plain --from mixture --count 0",
            "--count must be a whole number from 1 to 1000, but is 0",
        ),
        (
            "plain --from mixture --count 1001",
            "--count must be a whole number from 1 to 1000, but is 1001",
        ),
        (
            "plain --from mixture --count many",
            "--count must be a whole number from 1 to 1000, but is \"many\"",
        ),
        (
            "plain --from mixture --seed -1",
            "--seed must be a whole number from 0, but is \"-1\"",
        ),
        (
            "plain --from mixture --temperature 4.1",
            "--temperature must be a number from 0 to 4, but is 4.1",
        ),
        (
            "plain --from mixture --temperature NaN",
            "--temperature must be a number from 0 to 4, but is NaN",
        ),
        (
            "plain --from mixture --components 101",
            "--components must be a whole number from 1 to 100, but is 101",
        ),
        (
            "fsq --from entries --temperature 2",
            "--temperature goes with --from prior or mixture only, but --from is entries",
        ),
        (
            "fsq --from prior --components 2",
            "--components goes with --from mixture only, but --from is prior",
        ),
        ("none --from mixture", "there is nothing at none"),
    ] {
        let output = hourglass(at, &format!("sample {arguments} --out x.png"));
        let sentence = failure(&output, 2);
        assert!(sentence.contains(words), "{arguments}: {sentence}");
    }
    let sentence = failure(&hourglass(at, "sample plain --from mixture --out x.gif"), 2);
    assert!(
        sentence.contains("must end in .png, but is x.gif"),
        "{sentence}"
    );
    let sentence = failure(
        &hourglass(at, "sample plain --from mixture --out none/x.png"),
        2,
    );
    assert!(sentence.contains("there is no folder none"), "{sentence}");
    assert!(!fs::exists(at.join("x.png")).unwrap());
}
