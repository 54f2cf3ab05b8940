//! Pictures that nobody drew: codes that belong to no image, decoded.
//!
//! Each is shown over the training image that is nearest to it, and its distance from that beside those
//! of test images: a network that has learned by heart draws pictures that are nearer.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Arg, ArgMatches, Command};
use serde_json::{Value, json};

use crate::analysis::{self, Covariance, median};
use crate::data::{self, Dataset, Images};
use crate::store::export::{
    ExportKind, Sheet, SheetRow, check_target, encode_sheet, run_color, three_digits, write_file,
};
use crate::train::{CodeDraw, CodeSource};

use super::arguments::{dataset, device, json as json_option, path, run, text};
use super::drawn_codes::{self, DrawnCodes};
use super::numbers::number;
use super::opened::{Opened, Wanted, open_all};
use super::{Failure, output};

/// Most pictures.
const MOST: usize = 1000;

/// Most components of a mixture.
const MOST_COMPONENTS: usize = 100;

/// Test images at most whose distance from the training images is measured: as many as there may be
/// pictures.
const MOST_TESTED: usize = 1000;

/// As many at least, if there are: enough for a median.
const LEAST_TESTED: usize = 50;

/// Products of pixels that distances of test images may take, beyond which fewer are measured: seconds on
/// two cores. All 1,000 are for MNIST.
const MOST_PRODUCTS: usize = 1 << 36;

/// The command with its options.
pub(super) fn command() -> Command {
    Command::new("sample")
        .about("Draw pictures that nobody drew, from codes that belong to no image")
        .after_help(
            "prior: codes drawn from N(0, temperature² I), for runs with a Gaussian bottleneck or a \
             penalty mmd. mixture: codes drawn from a Gaussian mixture fitted to the codes of training \
             images (with a Gaussian bottleneck to their means) by expectation maximisation (Ghosh et al. \
             2020); covariances are full up to 64 numbers of a code, diagonal beyond. entries: for \
             quantised codes (vq, fsq), at each place by itself an entry as often as training images have \
             it there. Mixture and entries look at no more than 10,000 training images, chosen by the \
             seed, and at fewer where a code has more than 838 numbers. Pictures are drawn over the \
             training images that are nearest to them, by the mean squared distance of the pixels as they \
             are drawn. How near other images are is told by up to 1,000 test images, spread over their \
             set, fewer for very large sets.",
        )
        .arg(run())
        .arg(path("out", "FILE", "PNG file to write").required(true))
        .arg(
            Arg::new("from")
                .long("from")
                .value_name("ORIGIN")
                .required(true)
                .value_parser(["prior", "mixture", "entries"])
                .help("What codes are drawn from"),
        )
        .arg(text("count", "N", "How many pictures, 1 to 1000 [default: 64]"))
        .arg(text("seed", "N", "Seed of all that is drawn [default: 1]"))
        .arg(text(
            "temperature",
            "T",
            "With prior or mixture: what deviations from the mean are multiplied by, 0 to 4 [default: 1]",
        ))
        .arg(text(
            "components",
            "K",
            "With mixture: Gaussians of the mixture, 1 to 100 [default: 10]",
        ))
        .arg(dataset())
        .arg(device())
        .arg(json_option())
}

/// Pictures and the training image nearest to each.
struct Samples {
    /// Picture after picture, 0 to 255.
    pixels: Vec<u8>,
    nearest: Vec<Nearest>,
    /// Mean squared distances of test images from the training images nearest to them.
    tested: Vec<f64>,
}

/// The training image that is nearest to a picture.
struct Nearest {
    index: usize,
    /// Mean over the pixels, these from 0 to 1.
    distance: f64,
}

/// Draws pictures.
///
/// # Errors
/// Bad input or a failed machine; no file is written then.
pub(super) fn sample(matches: &ArgMatches) -> Result<(), Failure> {
    let path = |id: &str, missing: &str| {
        let path = matches.get_one::<PathBuf>(id);
        path.ok_or_else(|| Failure::bad_input(missing))
    };
    let folder = path("run", "a run folder is needed")?;
    let out = path("out", "a file to write is needed")?;
    // Before a file of another kind is written over.
    ExportKind::Grid.format_of(out)?;
    check_target(out)?;
    let how = draw(matches)?;
    let count = within(matches, "count", 1..=MOST)?.unwrap_or(64);
    let seed = number(matches, "seed", "a whole number from 0")?.unwrap_or(1);
    let mut runs = open_all(&[folder], &Wanted::of(matches))?;
    let [Opened { name, trainer: run }] = &mut runs[..] else {
        return Err(Failure::bad_input("one run is needed"));
    };
    let codes = drawn_codes::draw(run, how, count, seed)?;
    let data = Arc::clone(run.data());
    let pixels = data::to_bytes(&run.decode(&codes.values)?);
    let samples = Samples {
        nearest: nearest(&data.train, &pixels),
        tested: tested(&data),
        pixels,
    };
    let sheet = sheet(&samples, &data, &format!("{name}, {}", words(how)));
    write_file(out, &encode_sheet(out, &sheet)?)?;
    if matches.get_flag("json") {
        return output::line(json_of(&samples, how, seed, &codes));
    }
    output::line(format!(
        "{count} pictures by {name}, from {}, over the training images nearest to them in {}; mean squared \
         distance from these: median {}, of {} test images {}",
        words(how),
        out.display(),
        three_digits(samples.median()),
        samples.tested.len(),
        three_digits(samples.tested_median()),
    ))
}

/// What codes are to be drawn from; refuses options that have no effect on it.
fn draw(matches: &ArgMatches) -> Result<CodeDraw, Failure> {
    let temperature: Option<f64> = number(matches, "temperature", "a number from 0 to 4")?;
    if let Some(temperature) = temperature.filter(|given| !(0.0..=4.0).contains(given)) {
        return Err(Failure::bad_input(format!(
            "--temperature must be a number from 0 to 4, but is {temperature}"
        )));
    }
    let components = within(matches, "components", 1..=MOST_COMPONENTS)?;
    let idle = |option: &str, with: &str, id: &str| {
        Err(Failure::bad_input(format!(
            "--{option} goes with --from {with} only, but --from is {id}"
        )))
    };
    let id = matches.get_one::<String>("from").map_or("", String::as_str);
    let source = CodeSource::ALL.into_iter().find(|source| source.id() == id);
    let Some(source) = source else {
        return Err(Failure::bad_input(format!(
            "--from must be prior, mixture or entries, but is {id:?}"
        )));
    };
    if temperature.is_some() && !source.has_temperature() {
        return idle("temperature", "prior or mixture", id);
    }
    if components.is_some() && source != CodeSource::Mixture {
        return idle("components", "mixture", id);
    }
    Ok(CodeDraw::new(
        source,
        temperature.unwrap_or(1.0),
        components.unwrap_or(10),
    ))
}

/// A whole number within bounds, if it was given.
fn within(
    matches: &ArgMatches,
    id: &str,
    range: std::ops::RangeInclusive<usize>,
) -> Result<Option<usize>, Failure> {
    let expected = format!("a whole number from {} to {}", range.start(), range.end());
    match number(matches, id, &expected)? {
        Some(given) if !range.contains(&given) => Err(Failure::bad_input(format!(
            "--{id} must be {expected}, but is {given}"
        ))),
        given => Ok(given),
    }
}

/// The training image nearest to each of some pictures.
fn nearest(train: &Images, pixels: &[u8]) -> Vec<Nearest> {
    let width = train.shape().pixels();
    let scale = 255.0 * 255.0 * width as f64;
    let found = analysis::nearest(train.pixels(), pixels, width, 1);
    let nearest = found.into_iter().flatten().map(|neighbour| Nearest {
        index: neighbour.index,
        distance: neighbour.squared_distance / scale,
    });
    nearest.collect()
}

/// Distances of test images, spread over their set, from the training images nearest to them.
fn tested(data: &Dataset) -> Vec<f64> {
    let all = data.test.len();
    let affordable = MOST_PRODUCTS / data.train.pixels().len().max(1);
    let count = all.min(affordable.clamp(LEAST_TESTED, MOST_TESTED));
    let nearest = nearest(&data.train, &data.test.spread(count)).into_iter();
    nearest.map(|nearest| nearest.distance).collect()
}

impl Samples {
    /// Median of the distances of pictures; 0 of none.
    fn median(&self) -> f64 {
        let distances = self.nearest.iter().map(|nearest| nearest.distance);
        median(&distances.collect::<Vec<_>>()).unwrap_or(0.0)
    }

    /// Median of the distances of test images; 0 of none.
    fn tested_median(&self) -> f64 {
        median(&self.tested).unwrap_or(0.0)
    }
}

/// What codes were drawn from, for people.
fn words(how: CodeDraw) -> String {
    let id = how.source.id();
    if how.temperature == 1.0 {
        id.to_owned()
    } else {
        format!("{id} at temperature {}", how.temperature)
    }
}

/// Pictures over the training images nearest to them.
fn sheet(samples: &Samples, data: &Dataset, detail: &str) -> Sheet {
    let shape = data.train.shape();
    let nearest = samples.nearest.iter();
    let images = nearest.flat_map(|nearest| data.train.image(nearest.index));
    Sheet {
        title: String::new(),
        headings: Vec::new(),
        rows: vec![
            SheetRow {
                name: "Samples".to_owned(),
                detail: detail.to_owned(),
                color: Some(run_color(0)),
                shape,
                pixels: samples.pixels.clone(),
            },
            SheetRow {
                name: "Nearest training images".to_owned(),
                detail: format!(
                    "MSE {}, of test images {}",
                    three_digits(samples.median()),
                    three_digits(samples.tested_median())
                ),
                color: None,
                shape,
                pixels: images.copied().collect(),
            },
        ],
    }
}

fn json_of(samples: &Samples, how: CodeDraw, seed: u64, codes: &DrawnCodes) -> Value {
    let has_temperature = how.source.has_temperature();
    let temperature = has_temperature.then_some(how.temperature);
    let covariance = codes.mixture.map(|(_, covariance)| match covariance {
        Covariance::Full => "full",
        Covariance::Diagonal => "diagonal",
    });
    let of = |nearest: &Nearest| {
        json!({
            "nearest": nearest.index,
            "mean_squared_distance": nearest.distance,
        })
    };
    json!({
        "from": how.source.id(),
        "seed": seed,
        "temperature": temperature,
        "components": codes.mixture.map(|(components, _)| components),
        "covariance": covariance,
        "fitted_images": codes.images,
        "samples": samples.nearest.iter().map(of).collect::<Vec<_>>(),
        "median": samples.median(),
        "test_median": samples.tested_median(),
        "test_images": samples.tested.len(),
    })
}
