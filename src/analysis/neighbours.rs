//! Nearest neighbours: which of some vectors lie nearest, and whether those of a code are of its class.

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatRef, Par};
use rayon::prelude::*;

/// Vectors that are looked for neighbours at a time.
const CHUNK: usize = 64;

/// Values of known vectors that one thread holds as `f64` at a time: 4 MB.
const PART: usize = 1 << 19;

/// A vector that lies near another one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighbour {
    /// Its place among the known ones.
    pub index: usize,
    /// Σ of the squared differences of all values.
    pub squared_distance: f64,
}

/// The `count` nearest of some known vectors (by Euclid) for each of those asked for, nearest first; of
/// equally near ones the first. Fewer where fewer are known.
///
/// `known` and `asked` hold vector after vector, `width` values each; what is left of an incomplete last
/// one is not looked at. Distances of bytes are exact, those of `f32` are computed in `f64`. The cost is
/// that of a matrix product in `f64`, 2 · known · asked · width operations.
pub fn nearest<T: Copy + Into<f64> + Sync>(
    known: &[T],
    asked: &[T],
    width: usize,
    count: usize,
) -> Vec<Vec<Neighbour>> {
    if width == 0 {
        return Vec::new();
    }
    let whole = |values: &[T]| values.len() / width * width;
    let (known, asked) = (&known[..whole(known)], &asked[..whole(asked)]);
    let part = (PART / width).max(1);
    asked
        .par_chunks(CHUNK * width)
        .flat_map_iter(|asked| {
            let asked = wide(asked);
            let own = squares(&asked, width);
            let mut found = vec![Vec::new(); own.len()];
            for (chunk, known) in known.chunks(part * width).enumerate() {
                let known = wide(known);
                let lengths = squares(&known, width);
                let products = products(&known, &asked, width);
                for (at, found) in found.iter_mut().enumerate() {
                    let product = products.col(at);
                    found.extend(lengths.iter().enumerate().map(|(other, length)| {
                        let distance = own[at] - 2.0 * product[other] + length;
                        Neighbour {
                            index: chunk * part + other,
                            // Rounding can make it negative. What is no number is near to nothing.
                            squared_distance: if distance.is_nan() {
                                f64::INFINITY
                            } else {
                                distance.max(0.0)
                            },
                        }
                    }));
                    keep_nearest(found, count);
                }
            }
            found
        })
        .collect()
}

fn wide<T: Copy + Into<f64>>(values: &[T]) -> Vec<f64> {
    values.iter().map(|value| (*value).into()).collect()
}

/// Squared length of each vector.
fn squares(values: &[f64], width: usize) -> Vec<f64> {
    let square = |vector: &[f64]| vector.iter().map(|value| value * value).sum();
    values.chunks_exact(width).map(square).collect()
}

/// Products of vectors with each other: a row for each known one, a column for each one asked for.
pub(super) fn products(known: &[f64], asked: &[f64], width: usize) -> Mat<f64> {
    let (rows, columns) = (known.len() / width, asked.len() / width);
    let mut products = Mat::zeros(rows, columns);
    matmul(
        &mut products,
        Accum::Replace,
        MatRef::from_row_major_slice(known, rows, width),
        MatRef::from_row_major_slice(asked, columns, width).transpose(),
        1.0,
        Par::Seq,
    );
    products
}

/// Keeps the nearest ones, in order.
fn keep_nearest(found: &mut Vec<Neighbour>, count: usize) {
    let by_distance = |a: &Neighbour, b: &Neighbour| {
        let distances = a.squared_distance.total_cmp(&b.squared_distance);
        distances.then(a.index.cmp(&b.index))
    };
    if count < found.len() {
        found.select_nth_unstable_by(count, by_distance);
        found.truncate(count);
    }
    found.sort_by(by_distance);
}

/// Codes with the class of each.
#[derive(Clone, Copy, Debug)]
pub struct Labelled<'a> {
    /// Code after code, `width` values each.
    pub codes: &'a [f32],
    /// A class for each code.
    pub labels: &'a [u8],
}

/// Share of codes, 0 to 1, whose nearest neighbours vote for their class.
///
/// Each of `asked` has the `count` nearest codes among `known` (by Euclid) vote; of classes with as many
/// votes that of the nearest code counts. None where there is nothing to ask or to know.
pub fn neighbour_accuracy(
    known: Labelled<'_>,
    asked: Labelled<'_>,
    width: usize,
    count: usize,
) -> Option<f64> {
    if width == 0 || known.labels.is_empty() || asked.labels.is_empty() {
        return None;
    }
    let found = nearest(known.codes, asked.codes, width, count);
    let is_hit = |(neighbours, label): &(&Vec<Neighbour>, &u8)| {
        let class = |neighbour: &Neighbour| known.labels.get(neighbour.index).copied();
        let classes: Vec<u8> = neighbours.iter().filter_map(class).collect();
        vote(&classes) == Some(**label)
    };
    let hits = found.iter().zip(asked.labels).filter(is_hit).count();
    Some(hits as f64 / asked.labels.len() as f64)
}

/// The `count` nearest others of each of some vectors, nearest first. Costs are those of [`nearest`].
pub fn others_by_distance<T: Copy + Into<f64> + Sync>(
    vectors: &[T],
    width: usize,
    count: usize,
) -> Vec<Vec<usize>> {
    let found = nearest(vectors, vectors, width, count.saturating_add(1));
    let others = found.iter().enumerate().map(|(own, found)| {
        let others = found.iter().map(|other| other.index);
        others.filter(|other| *other != own).take(count).collect()
    });
    others.collect()
}

/// Share of codes, 0 to 1, whose `count` nearest others (by Euclid) vote for their class; of classes with as
/// many votes that of the nearest counts. None where there are fewer than two.
pub fn leave_one_out_accuracy(codes: Labelled<'_>, width: usize, count: usize) -> Option<f64> {
    let known = codes
        .codes
        .len()
        .checked_div(width)?
        .min(codes.labels.len());
    if known < 2 {
        return None;
    }
    let found = others_by_distance(&codes.codes[..known * width], width, count);
    let is_hit = |(others, label): &(&Vec<usize>, &u8)| {
        let classes: Vec<u8> = others.iter().map(|other| codes.labels[*other]).collect();
        vote(&classes) == Some(**label)
    };
    let hits = found.iter().zip(codes.labels).filter(is_hit).count();
    Some(hits as f64 / known as f64)
}

/// The class with most votes, of equals the one that was named first.
fn vote(classes: &[u8]) -> Option<u8> {
    let mut votes = [0_usize; 256];
    for class in classes {
        votes[usize::from(*class)] += 1;
    }
    let most = *votes.iter().max()?;
    let is_most = |class: &u8| votes[usize::from(*class)] == most;
    classes.iter().copied().find(is_most)
}

#[cfg(test)]
mod tests {
    use rand::{RngExt as _, SeedableRng as _};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn the_nearest_vote() {
        let known = Labelled {
            codes: &[0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 9.0, 9.0, 9.0, 8.0],
            labels: &[1, 1, 2, 3, 3],
        };
        let asked = |codes, labels| Labelled { codes, labels };
        let found =
            |codes, labels, count| neighbour_accuracy(known, asked(codes, labels), 2, count);
        assert_eq!(found(&[0.1, 0.1, 8.0, 8.0], &[1, 3], 3), Some(1.0));
        assert_eq!(found(&[0.1, 0.1, 8.0, 8.0], &[2, 3], 3), Some(0.5));
        // More than there are: three of five are 1 or 3, and the nearest decides.
        assert_eq!(found(&[8.0, 8.0], &[3], 99), Some(1.0));
        assert_eq!(found(&[], &[], 3), None);
        assert_eq!(vote(&[4, 5, 5, 4]), Some(4));
    }

    #[test]
    fn nobody_votes_for_itself() {
        let codes = [0.0_f32, 1.0, 1.5, 9.0, 9.0, 9.25];
        assert_eq!(
            others_by_distance(&codes, 1, 2),
            [[1, 2], [2, 0], [1, 0], [4, 5], [3, 5], [3, 4]]
        );
        let accuracy = |labels: &[u8], count| {
            let codes = Labelled {
                codes: &codes,
                labels,
            };
            leave_one_out_accuracy(codes, 1, count)
        };
        assert_eq!(accuracy(&[1, 1, 1, 2, 2, 2], 2), Some(1.0));
        assert_eq!(accuracy(&[1, 1, 1, 2, 2, 3], 1), Some(5.0 / 6.0));
        assert_eq!(
            accuracy(&[1, 2], 1),
            Some(0.0),
            "as far as there are labels"
        );
        assert_eq!(accuracy(&[1], 1), None);
    }

    #[test]
    fn distances_of_bytes_are_exact_across_all_parts() {
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        // Known vectors of three parts, those asked for of two chunks.
        let width = PART / 8;
        let mut draw = |count: usize| -> Vec<u8> {
            (0..count * width)
                .map(|_| rng.random_range(0..=u8::MAX))
                .collect()
        };
        let mut known = draw(20);
        let asked = draw(CHUNK + 2);
        // The last one is known twice.
        let last = asked[(CHUNK + 1) * width..].to_vec();
        known.extend(last.iter().chain(&last).copied());
        let found = nearest(&known, &asked, width, 2);
        assert_eq!(found.len(), CHUNK + 2);
        for (asked, found) in asked.chunks_exact(width).zip(&found) {
            let distance = |known: &[u8]| -> u64 {
                let pairs = known.iter().zip(asked);
                pairs.map(|(a, b)| u64::from(a.abs_diff(*b)).pow(2)).sum()
            };
            let mut all: Vec<(u64, usize)> = known
                .chunks_exact(width)
                .enumerate()
                .map(|(index, known)| (distance(known), index))
                .collect();
            all.sort_unstable();
            for (found, (squared, index)) in found.iter().zip(all) {
                assert_eq!(found.index, index);
                assert_eq!(found.squared_distance, squared as f64);
            }
        }
        let copies: Vec<usize> = found[CHUNK + 1].iter().map(|one| one.index).collect();
        assert_eq!(copies, [20, 21]);
    }

    #[test]
    fn few_vectors_have_few_neighbours() {
        assert_eq!(nearest(&[1.0_f32, 2.0], &[3.0], 1, 5)[0].len(), 2);
        assert_eq!(nearest(&[0_u8; 0], &[3], 1, 5), [Vec::new()]);
        assert_eq!(nearest(&[1_u8], &[3], 0, 5), Vec::<Vec<Neighbour>>::new());
        let found = nearest(&[f32::NAN, 4.0], &[3.0], 1, 1);
        assert_eq!((found[0][0].index, found[0][0].squared_distance), (1, 1.0));
    }
}
