//! Codes that belong to no image, drawn at random from what the codes of a run are like.
//!
//! Where they are drawn from is their *source*. Whoever has a network encodes the images that
//! [`CodeDraws::images`] chooses, and draws from their codes: the same seed and the same codes of images
//! give the same codes, wherever that is.

use rand::seq::index;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};

use crate::analysis::{Covariance, MixtureOptions};
use crate::model::{CodeGrid, Knobs, entry_size};

/// Numbers at most of all codes that are looked at, which are 64 MB as `f64`: fewer wide codes are.
const MOST_VALUES: usize = 1 << 23;

/// Widest code whose mixture has full covariances. At 64 numbers and 10 components a pass over 10,000
/// codes takes 1.6 · 10⁹ operations, so that a fit of 100 passes takes some 10 s on a core, and a component
/// has about 1,000 codes to find the 2,080 numbers of its covariance from. Both costs grow with the square
/// of the width.
const WIDEST_FULL: usize = 64;

/// What codes are drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CodeSource {
    /// N(0, temperature² · I).
    Prior,
    /// A Gaussian mixture fitted to the codes of training images.
    Mixture,
    /// The entries that training images have, at each place by itself.
    Entries,
}

impl CodeSource {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Prior, Self::Mixture, Self::Entries];

    /// Its key on the command line.
    pub fn id(self) -> &'static str {
        match self {
            Self::Prior => "prior",
            Self::Mixture => "mixture",
            Self::Entries => "entries",
        }
    }

    /// What a person calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prior => "N(0, I)",
            Self::Mixture => "Gaussian mixture",
            Self::Entries => "Use of entries",
        }
    }

    /// Whether deviations from a mean are drawn, which a temperature multiplies.
    pub fn has_temperature(self) -> bool {
        match self {
            Self::Prior | Self::Mixture => true,
            Self::Entries => false,
        }
    }

    /// Refuses what the codes of a run cannot be drawn from. `hidden` is the name of the phase under way
    /// where its code is a hidden layer, and not that of the whole network.
    ///
    /// # Errors
    /// When the codes of these knobs are of another kind.
    pub fn must_suit(self, knobs: &Knobs, hidden: Option<&str>) -> Result<(), UnsuitedCodes> {
        let bottleneck = knobs.text("bottleneck");
        let has_entries = entry_size(knobs).is_some();
        let is_sparse = bottleneck == "top-k";
        let is_gaussian = bottleneck == "gaussian";
        let is_normal =
            knobs.real("penalty-mmd") > 0.0 || (is_gaussian && knobs.real("beta") > 0.0);
        let refused = |needed: &'static str, found: String, way: Way| {
            Err(UnsuitedCodes {
                from: self,
                needed,
                found,
                way,
            })
        };
        if let Some(phase) = hidden {
            // A hidden layer in front of the bottleneck has any numbers.
            return match self {
                Self::Mixture => Ok(()),
                Self::Prior | Self::Entries => refused(
                    "the code of the whole network",
                    format!("the run is in the phase \"{phase}\", whose code is a hidden layer"),
                    Way::TrainOnOrMixture,
                ),
            };
        }
        // What there is for these codes instead.
        let way = if has_entries {
            Way::Entries
        } else if is_sparse {
            Way::OtherBottleneck
        } else {
            Way::Mixture
        };
        match self {
            Self::Prior if !is_normal => {
                let beta = if is_gaussian { ", beta is 0" } else { "" };
                refused(
                    "codes that are trained to be spread as N(0, I) (bottleneck gaussian with beta above \
                     0, or penalty-mmd above 0)",
                    format!("bottleneck is {bottleneck}{beta} and penalty-mmd is 0"),
                    way,
                )
            }
            Self::Mixture if has_entries => refused(
                "codes that may be any numbers",
                format!("those of bottleneck {bottleneck} are made of entries"),
                way,
            ),
            Self::Mixture if is_sparse => refused(
                "codes that may be any numbers",
                format!("those of bottleneck {bottleneck} are 0 but for a few numbers"),
                way,
            ),
            Self::Entries if !has_entries => refused(
                "codes that are made of entries (bottleneck vq or fsq)",
                format!("bottleneck is {bottleneck}"),
                way,
            ),
            Self::Prior | Self::Mixture | Self::Entries => Ok(()),
        }
    }
}

/// What there is to do about codes of another kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Draw from the entries.
    Entries,
    /// Draw from a mixture.
    Mixture,
    /// Go on to a phase that trains the whole network, or draw from a mixture.
    TrainOnOrMixture,
    /// No source suits this bottleneck.
    OtherBottleneck,
}

impl Way {
    fn words(self) -> &'static str {
        match self {
            Self::Entries => "draw from the use of entries",
            Self::Mixture => "draw from a Gaussian mixture",
            Self::TrainOnOrMixture => "train it on, or draw from a Gaussian mixture",
            Self::OtherBottleneck => "choose a run with another bottleneck",
        }
    }
}

/// Codes that cannot be drawn from a source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} needs {needed}, but {found}: {}", .from.name(), .way.words())]
pub struct UnsuitedCodes {
    /// The source.
    pub from: CodeSource,
    /// What codes it needs.
    pub needed: &'static str,
    /// What they are.
    pub found: String,
    /// What to do.
    pub way: Way,
}

/// How codes are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CodeDraw {
    /// What from.
    pub source: CodeSource,
    /// What deviations from the mean are multiplied by: 1 where the source has none.
    pub temperature: f64,
    /// Components of the mixture at most: 0 where there is none.
    pub components: usize,
}

impl CodeDraw {
    /// Draws from a source; settings that have no effect on it are left out, so that draws that give the
    /// same codes are equal.
    pub fn new(source: CodeSource, temperature: f64, components: usize) -> Self {
        Self {
            source,
            temperature: if source.has_temperature() {
                temperature
            } else {
                1.0
            },
            components: match source {
                CodeSource::Mixture => components.max(1),
                CodeSource::Prior | CodeSource::Entries => 0,
            },
        }
    }
}

/// The random numbers of one seed.
#[derive(Clone, Debug)]
pub struct CodeDraws {
    seed: u64,
    rng: ChaCha8Rng,
}

impl CodeDraws {
    /// Those of a seed.
    pub fn new(seed: u64) -> Self {
        // Another generator than that of the mixture, so that their numbers have nothing to do with each
        // other.
        let rng = ChaCha8Rng::seed_from_u64(seed ^ u64::from_be_bytes(*b"newcodes"));
        Self { seed, rng }
    }

    /// The training images whose codes of `width` numbers are looked at: all, or some that are chosen at
    /// random where these are more than `most`, or than can be held. To be called first.
    pub fn images(&mut self, images: usize, width: usize, most: usize) -> Vec<u32> {
        let most = (MOST_VALUES / width.max(1)).clamp(1, most.max(1));
        let mut chosen: Vec<u32> = if images <= most {
            (0..images as u32).collect()
        } else {
            let chosen = index::sample(&mut self.rng, images, most);
            chosen.iter().map(|image| image as u32).collect()
        };
        chosen.sort_unstable();
        chosen
    }

    /// Codes from N(0, temperature² · I): with a larger `count`, further ones after these.
    pub fn prior(&mut self, width: usize, count: usize, temperature: f64) -> Vec<f32> {
        let rng = &mut self.rng;
        let mut number = || temperature * rng.sample::<f64, _>(StandardNormal);
        (0..count * width).map(|_| number() as f32).collect()
    }

    /// Codes each of whose entries is that of a known code drawn at random, at the same place: so each
    /// entry comes as often as it is used there.
    pub fn entries(&mut self, grid: CodeGrid, known: &[f32], count: usize) -> Vec<f32> {
        let codes = (0..count).flat_map(|_| entries(grid, known, &mut self.rng));
        codes.collect()
    }

    /// How a mixture is fitted to codes of so many numbers.
    pub fn mixture_options(&self, width: usize, components: usize) -> MixtureOptions {
        MixtureOptions {
            components,
            covariance: if width <= WIDEST_FULL {
                Covariance::Full
            } else {
                Covariance::Diagonal
            },
            seed: self.seed,
        }
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_numbers_whatever_the_temperature() {
        let drawn = |seed, count, temperature| CodeDraws::new(seed).prior(3, count, temperature);
        let codes = drawn(4, 5, 1.0);
        assert_eq!(codes.len(), 15);
        assert_eq!(drawn(4, 9, 1.0)[..15], codes);
        assert_ne!(drawn(5, 5, 1.0), codes);
        let twice: Vec<f32> = codes.iter().map(|value| 2.0 * value).collect();
        assert_eq!(drawn(4, 5, 2.0), twice);
        assert!(drawn(4, 5, 0.0).iter().all(|value| *value == 0.0));
    }

    #[test]
    fn images_are_chosen_where_there_are_too_many() {
        let chosen = |seed, images, width, most| CodeDraws::new(seed).images(images, width, most);
        assert_eq!(chosen(1, 4, 2, 9), [0, 1, 2, 3]);
        let some = chosen(1, 100, 2, 9);
        assert_eq!(some.len(), 9);
        assert!(some.is_sorted_by(|a, b| a < b) && some[8] < 100);
        assert_eq!(some, chosen(1, 100, 2, 9));
        assert_ne!(some, chosen(2, 100, 2, 9));
        assert_eq!(chosen(1, 100, MOST_VALUES / 3, 9).len(), 3, "wide codes");
    }

    #[test]
    fn settings_without_effect_make_no_other_draw() {
        let entries =
            |temperature, components| CodeDraw::new(CodeSource::Entries, temperature, components);
        assert_eq!(entries(0.3, 7), entries(1.0, 10));
        let prior = CodeDraw::new(CodeSource::Prior, 0.3, 7);
        assert_eq!(prior, CodeDraw::new(CodeSource::Prior, 0.3, 10));
        assert_ne!(prior, CodeDraw::new(CodeSource::Prior, 0.4, 7));
    }

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
