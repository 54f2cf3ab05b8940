//! Codes that belong to no image, drawn at random from what the codes of a run are like.

use rand::seq::index;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use crate::analysis::{Covariance, Mixture, MixtureOptions};
use crate::model::{CodeGrid, Knobs, entry_size};
use crate::train::{Half, Trainer};

use super::Failure;

/// Training images at most whose codes are looked at.
const MOST_CODES: usize = 10_000;

/// Numbers at most of all codes that are looked at, which are 64 MB as `f64`: fewer wide codes are.
const MOST_VALUES: usize = 1 << 23;

/// Widest code whose mixture has full covariances. At 64 numbers and 10 components a pass over 10,000
/// codes takes 1.6 · 10⁹ operations, so that a fit of 100 passes takes some 10 s on a core, and a component
/// has about 1,000 codes to find the 2,080 numbers of its covariance from. Both costs grow with the square
/// of the width.
const WIDEST_FULL: usize = 64;

/// What codes are drawn from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Origin {
    /// N(0, temperature² · I).
    Prior {
        /// Standard deviation of each number.
        temperature: f64,
    },
    /// A Gaussian mixture fitted to the codes of training images.
    Mixture {
        /// What deviations from the mean of a component are multiplied by.
        temperature: f64,
        /// Components at most.
        components: usize,
    },
    /// The entries that training images have, at each place by itself.
    Entries,
}

impl Origin {
    /// Its key on the command line.
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Prior { .. } => "prior",
            Self::Mixture { .. } => "mixture",
            Self::Entries => "entries",
        }
    }
}

/// Codes that were drawn.
pub(super) struct DrawnCodes {
    /// Code after code.
    pub(super) values: Vec<f32>,
    /// Training images whose codes were looked at.
    pub(super) images: usize,
    /// Components of the mixture and their shape, where there is one.
    pub(super) mixture: Option<(usize, Covariance)>,
}

/// Draws codes for a run.
///
/// # Errors
/// When the codes of the run are not such as can be drawn from there, or the device fails.
pub(super) fn draw(
    run: &mut Trainer,
    origin: Origin,
    count: usize,
    seed: u64,
) -> Result<DrawnCodes, Failure> {
    must_suit(run, origin)?;
    // Another generator than that of the mixture, so that their numbers have nothing to do with each other.
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ u64::from_be_bytes(*b"newcodes"));
    let width = run.code_size();
    match origin {
        Origin::Prior { temperature } => {
            let mut number = || temperature * rng.sample::<f64, _>(StandardNormal);
            Ok(DrawnCodes {
                values: (0..count * width).map(|_| number() as f32).collect(),
                images: 0,
                mixture: None,
            })
        }
        Origin::Mixture {
            temperature,
            components,
        } => {
            let known = known_codes(run, &mut rng)?;
            let options = MixtureOptions {
                components,
                covariance: if width <= WIDEST_FULL {
                    Covariance::Full
                } else {
                    Covariance::Diagonal
                },
                seed,
            };
            let mixture = Mixture::fit(&known, width, options).map_err(Failure::bad_input)?;
            Ok(DrawnCodes {
                values: mixture.sample(count, temperature, seed),
                images: known.len() / width.max(1),
                mixture: Some((mixture.components().len(), options.covariance)),
            })
        }
        Origin::Entries => {
            let numbers = entry_size(&knobs(run)).unwrap_or(1).max(1);
            let known = known_codes(run, &mut rng)?;
            let grid = CodeGrid::new(run.code_shape(), numbers);
            let codes = (0..count).flat_map(|_| entries(grid, &known, &mut rng));
            Ok(DrawnCodes {
                values: codes.collect(),
                images: known.len() / width.max(1),
                mixture: None,
            })
        }
    }
}

/// The knobs as they are now, also those that were moved while the run trained.
fn knobs(run: &Trainer) -> Knobs {
    run.config().knobs_at(run.position().step)
}

/// Codes of the training images, or of some that are chosen at random where these are too many.
fn known_codes(run: &mut Trainer, rng: &mut ChaCha8Rng) -> Result<Vec<f32>, Failure> {
    let images = run.data().train.len();
    let most = (MOST_VALUES / run.code_size().max(1)).clamp(1, MOST_CODES);
    let mut chosen: Vec<u32> = if images <= most {
        (0..images as u32).collect()
    } else {
        let chosen = index::sample(rng, images, most);
        chosen.iter().map(|image| image as u32).collect()
    };
    chosen.sort_unstable();
    Ok(run.codes_at(Half::Train, &chosen)?)
}

/// A code each of whose entries is that of a known code drawn at random, at the same place: so each entry
/// comes as often as it is used there.
fn entries(grid: CodeGrid, known: &[f32], rng: &mut ChaCha8Rng) -> Vec<f32> {
    let width = grid.numbers * grid.groups * grid.places;
    let mut code = vec![0.0; width];
    let images = known.len() / width.max(1);
    if images == 0 {
        return code;
    }
    for group in 0..grid.groups {
        for place in 0..grid.places {
            let image = rng.random_range(0..images);
            for number in 0..grid.numbers {
                let at = grid.at(group, number, place);
                code[at] = known[image * width + at];
            }
        }
    }
    code
}

/// Refuses what the codes of a run cannot be drawn from.
fn must_suit(run: &Trainer, origin: Origin) -> Result<(), Failure> {
    let knobs = knobs(run);
    let bottleneck = knobs.text("bottleneck");
    let has_entries = entry_size(&knobs).is_some();
    let is_sparse = bottleneck == "top-k";
    let is_gaussian = bottleneck == "gaussian";
    let is_normal = knobs.real("penalty-mmd") > 0.0 || (is_gaussian && knobs.real("beta") > 0.0);
    let id = origin.id();
    let refused = |needed: &str, found: String, way: &str| {
        Err(Failure::bad_input(format!(
            "--from {id} needs {needed}, but {found}: {way}"
        )))
    };
    if !run.is_code_innermost() {
        // A hidden layer in front of the bottleneck has any numbers.
        return match origin {
            Origin::Mixture { .. } => Ok(()),
            Origin::Prior { .. } | Origin::Entries => refused(
                "the code of the whole network",
                format!(
                    "the run is in the phase \"{}\", whose code is a hidden layer",
                    run.phase().name()
                ),
                "train it on, or use --from mixture",
            ),
        };
    }
    // What there is for these codes instead.
    let way = if has_entries {
        "use --from entries"
    } else if is_sparse {
        "sample a run with another bottleneck"
    } else {
        "use --from mixture"
    };
    match origin {
        Origin::Prior { .. } if !is_normal => {
            let beta = if is_gaussian { ", beta is 0" } else { "" };
            refused(
                "codes that are trained to be spread as N(0, I) (bottleneck gaussian with beta above 0, \
                 or penalty-mmd above 0)",
                format!("bottleneck is {bottleneck}{beta} and penalty-mmd is 0"),
                way,
            )
        }
        Origin::Mixture { .. } if has_entries => refused(
            "codes that may be any numbers",
            format!("those of bottleneck {bottleneck} are made of entries"),
            way,
        ),
        Origin::Mixture { .. } if is_sparse => refused(
            "codes that may be any numbers",
            format!("those of bottleneck {bottleneck} are 0 but for a few numbers"),
            way,
        ),
        Origin::Entries if !has_entries => refused(
            "codes that are made of entries (bottleneck vq or fsq)",
            format!("bottleneck is {bottleneck}"),
            way,
        ),
        Origin::Prior { .. } | Origin::Mixture { .. } | Origin::Entries => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_drawn_whole_and_stay_at_their_places() {
        // Codes of two channels in each of two groups, at three places: number = 100 × image + its place.
        let grid = CodeGrid {
            numbers: 2,
            groups: 2,
            places: 3,
        };
        let known: Vec<f32> = (0..5)
            .flat_map(|image| (0..12).map(move |at| (100 * image + at) as f32))
            .collect();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut counts = [[0; 5]; 6];
        for _ in 0..2000 {
            let code = entries(grid, &known, &mut rng);
            let image = |at: usize| (code[at] as usize) / 100;
            for (at, value) in code.iter().enumerate() {
                assert_eq!(*value as usize % 100, at);
            }
            for (entry, counts) in counts.iter_mut().enumerate() {
                let at = entry / 3 * 6 + entry % 3;
                assert_eq!(image(at), image(at + 3), "both numbers are of one image");
                counts[image(at)] += 1;
            }
        }
        let all = counts.iter().flatten();
        assert!(
            all.clone().all(|count| (300..500).contains(count)),
            "{counts:?}"
        );
    }
}
