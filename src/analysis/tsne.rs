//! Maps of codes by t-SNE: points of a plane that lie near to one another where the codes do.
//!
//! The gradient is that of van der Maaten & Hinton (2008) as van der Maaten (2014) approximates it: an
//! *affinity* joins each code to its nearest ones only, and points far away push together. The start is
//! the first two principal components (Kobak & Berens 2019) with a little noise, so that the same codes
//! and the same seed give the same map, and like codes like maps.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use bhtsne::{Neighbor, tSNE};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::latent::LatentSummary;
use super::neighbours::nearest;

/// Fewest codes that a map is made of.
pub const LEAST_MAPPED: usize = 8;

/// Affinities are so many times as large during the first 250 moves, so that groups find together.
///
/// Where most codes are neighbours of each other, which some dozens of them are, that draws all points into
/// one: then the next is tried.
const EXAGGERATIONS: [f32; 3] = [12.0, 4.0, 1.0];

/// Points are drawn into one where no coordinate is as far from 0 as this.
const COLLAPSED: f32 = 1e-12;

/// A cell of points pushes as one where it looks smaller than this from afar; the smaller, the more exact.
const THETA: f32 = 0.3;

/// Standard deviation of the start along its first direction, and of its noise, about.
const START: f32 = 1e-4;
const NOISE: f32 = 2e-5;

/// How a map is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TsneOptions {
    /// How many neighbours a code has, about; at most a third of the other codes count.
    pub perplexity: usize,
    /// Of the noise of the start.
    pub seed: u64,
    /// Moves of all points.
    pub epochs: usize,
}

/// The perplexity that codes are mapped with where this one is asked for.
pub fn usable_perplexity(asked: usize, codes: usize) -> usize {
    asked.clamp(1, (codes.saturating_sub(1) / 3).max(1))
}

/// Why a map ends early.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// It is not wanted any more.
    Stopped,
    /// All points are one, or no numbers.
    Collapsed,
}

/// A point for each code of `width` values.
///
/// Nothing where there are fewer codes than [`LEAST_MAPPED`], or
/// `watch` breaks off; it is called with the number of moves done and the coordinates, x and y of each.
///
/// Values that are not finite count as 0. The result is the same to the bit in a pool of one thread; in
/// others the order of sums is that of their threads.
pub fn tsne(
    codes: &[f32],
    width: usize,
    options: TsneOptions,
    mut watch: impl FnMut(usize, &[f32]) -> ControlFlow<()>,
) -> Option<Vec<[f32; 2]>> {
    let count = codes.len().checked_div(width)?;
    if count < LEAST_MAPPED {
        return None;
    }
    let whole = codes.iter().take(count * width);
    let codes: Vec<f32> = whole
        .map(|v| if v.is_finite() { *v } else { 0.0 })
        .collect();
    let perplexity = usable_perplexity(options.perplexity, count);
    let neighbours = neighbours(&codes, width, (3 * perplexity).min(count - 1));
    let start = start(&codes, width, options.seed);
    // Distances are in the neighbours: of a code only its place counts.
    let places = vec![(); count];
    for exaggeration in EXAGGERATIONS {
        let work = || {
            let mut map: tSNE<'_, f32, (), 2> = tSNE::new(&places);
            // With so large a step points go neither too far nor too slowly (Belkina et al. 2019).
            map.learning_rate((count as f32 / exaggeration).max(1.0))
                .early_exaggeration(exaggeration)
                .perplexity(perplexity as f32)
                .epochs(options.epochs)
                .initial_embedding(start.clone())
                .epoch_callback(|epoch, points| {
                    let end = if is_collapsed(points) {
                        End::Collapsed
                    } else if watch(epoch + 1, points).is_break() {
                        End::Stopped
                    } else {
                        return;
                    };
                    // There is no other way to end it early; this calls no hook and prints nothing.
                    resume_unwind(Box::new(end));
                });
            map.barnes_hut_with_neighbors(THETA, &neighbours);
            map.embedding()
        };
        match catch_unwind(AssertUnwindSafe(work)) {
            Ok(points) => return Some(points.as_chunks::<2>().0.to_vec()),
            Err(payload) => match payload.downcast_ref::<End>() {
                Some(End::Stopped) => return None,
                Some(End::Collapsed) => {}
                None => resume_unwind(payload),
            },
        }
    }
    // Nothing parts these codes: they stay where they began.
    Some(start.as_chunks::<2>().0.to_vec())
}

fn is_collapsed(points: &[f32]) -> bool {
    let far = points.iter().map(|value| value.abs());
    points.iter().any(|value| !value.is_finite()) || far.fold(0.0, f32::max) < COLLAPSED
}

/// The `count` nearest codes of each but itself, with distances relative to how far they lie on average.
fn neighbours(codes: &[f32], width: usize, count: usize) -> Vec<Vec<Neighbor<f32>>> {
    let found = nearest(codes, codes, width, count + 1);
    let others = found.iter().enumerate().map(|(own, found)| {
        let others = found.iter().filter(move |other| other.index != own);
        others.take(count)
    });
    let distances = others.clone().flatten();
    let sum: f64 = distances.map(|other| other.squared_distance.sqrt()).sum();
    let mean = sum / (found.len() * count) as f64;
    let scale = if mean > 0.0 { mean.recip() } else { 1.0 };
    others
        .map(|others| {
            let neighbour = |index, squared: f64| Neighbor {
                index,
                distance: (squared.sqrt() * scale) as f32,
            };
            others
                .map(|other| neighbour(other.index, other.squared_distance))
                .collect()
        })
        .collect()
}

/// Where the points begin: x and y of each.
fn start(codes: &[f32], width: usize, seed: u64) -> Vec<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let summary = LatentSummary::of(codes, width);
    let along = |code: &[f32], axis: &[f32]| -> f32 {
        let values = code.iter().zip(&summary.dimensions);
        let centred = values.map(|(value, dimension)| value - dimension.mean);
        centred.zip(axis).map(|(value, axis)| value * axis).sum()
    };
    let places: Vec<[f32; 2]> = codes
        .chunks_exact(width)
        .map(|code| match &summary.principal {
            // A code of one value has no directions.
            [first, _] if first.is_empty() => [along(code, &[1.0]), 0.0],
            [first, second] => [along(code, first), along(code, second)],
        })
        .collect();
    let squares: f32 = places.iter().map(|place| place[0] * place[0]).sum();
    let spread = (squares / places.len() as f32).sqrt();
    let scale = if spread.is_normal() {
        START / spread
    } else {
        0.0
    };
    let noise = if scale > 0.0 { NOISE } else { START };
    let values = places.as_flattened().iter();
    values
        .map(|value| value * scale + noise * rng.random_range(-1.0..1.0))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: TsneOptions = TsneOptions {
        perplexity: 5,
        seed: 3,
        epochs: 400,
    };

    /// Three groups of twelve codes of four values, far apart.
    fn groups() -> Vec<f32> {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let code = |group: usize, value: usize| if group == value { 50.0 } else { 0.0 };
        (0..36 * 4)
            .map(|place| code(place / 4 % 3, place % 4) + rng.random_range(-1.0..1.0_f32))
            .collect()
    }

    fn map(codes: &[f32], options: TsneOptions) -> Vec<[f32; 2]> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
        let made = || tsne(codes, 4, options, |_, _| ControlFlow::Continue(()));
        pool.unwrap().install(made).unwrap()
    }

    #[test]
    fn far_groups_stay_apart() {
        let points = map(&groups(), OPTIONS);
        assert_eq!(points.len(), 36);
        let distance = |a: usize, b: usize| {
            let [x, y] = [0, 1].map(|i| points[a][i] - points[b][i]);
            x.hypot(y)
        };
        for own in 0..36 {
            let others = (0..36).filter(|other| *other != own);
            let near = others.min_by(|a, b| distance(own, *a).total_cmp(&distance(own, *b)));
            assert_eq!(near.unwrap() % 3, own % 3, "the nearest is of the group");
        }
    }

    #[test]
    fn codes_that_are_all_neighbours_are_not_drawn_into_one_point() {
        // As many as wide codes of a frame are; the numbers of each are as far from those of all others.
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let codes: Vec<f32> = (0..64 * 200).map(|_| rng.random_range(-1.0..1.0)).collect();
        for seed in 0..4 {
            let options = TsneOptions {
                perplexity: 30,
                seed,
                epochs: 300,
            };
            let made = tsne(&codes, 200, options, |_, _| ControlFlow::Continue(()));
            let points = made.unwrap();
            let far = points
                .as_flattened()
                .iter()
                .fold(0.0, |far: f32, v| far.max(v.abs()));
            assert!(far.is_finite() && far > 1e-2, "seed {seed}: {far}");
        }
    }

    #[test]
    fn a_seed_gives_the_same_map_again() {
        let codes = groups();
        let first = map(&codes, OPTIONS);
        assert_eq!(map(&codes, OPTIONS), first);
        assert_ne!(map(&codes, TsneOptions { seed: 4, ..OPTIONS }), first);
    }

    #[test]
    fn it_is_watched_and_broken_off() {
        let mut seen = Vec::new();
        let made = tsne(&groups(), 4, OPTIONS, |epoch, points| {
            seen.push((epoch, points.len()));
            if epoch == 3 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        assert_eq!(made, None);
        assert_eq!(seen, [(1, 72), (2, 72), (3, 72)]);
    }

    #[test]
    fn odd_codes_have_maps_too() {
        let whatever = |_: usize, _: &[f32]| ControlFlow::Continue(());
        let few = TsneOptions {
            epochs: 20,
            ..OPTIONS
        };
        let is_finite = |codes: &[f32], width| {
            let points = tsne(codes, width, few, whatever).unwrap();
            points.as_flattened().iter().all(|value| value.is_finite())
        };
        assert!(is_finite(&[2.0; 24], 2), "all the same");
        let line: Vec<f32> = (0..12).map(|value| value as f32).collect();
        assert!(is_finite(&line, 1), "of one value");
        let mut broken = line.clone();
        broken[3] = f32::NAN;
        assert!(is_finite(&broken, 1), "not a number");
        assert_eq!(tsne(&line, 2, few, whatever), None, "too few");
        assert_eq!(tsne(&line, 0, few, whatever), None);
        assert_eq!(usable_perplexity(30, 400), 30);
        assert_eq!(usable_perplexity(30, 64), 21);
        assert_eq!(usable_perplexity(30, 2), 1);
    }
}
