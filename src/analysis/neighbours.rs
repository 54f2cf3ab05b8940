//! Nearest neighbours: whether images whose codes lie side by side are of one class.

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatRef, Par};
use rayon::prelude::*;

/// Codes that are looked for neighbours at a time.
const CHUNK: usize = 64;

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
    let lengths: Vec<f32> = known
        .codes
        .chunks_exact(width)
        .map(|code| code.iter().map(|value| value * value).sum())
        .collect();
    let all = MatRef::from_row_major_slice(known.codes, known.labels.len(), width);
    let chunks = asked.codes.par_chunks(CHUNK * width);
    let hits: usize = chunks
        .zip(asked.labels.par_chunks(CHUNK))
        .map(|(codes, labels)| {
            let codes = MatRef::from_row_major_slice(codes, labels.len(), width);
            let mut products = Mat::<f32>::zeros(known.labels.len(), labels.len());
            matmul(
                &mut products,
                Accum::Replace,
                all,
                codes.transpose(),
                1.0,
                Par::Seq,
            );
            let is_hit = |(at, label): (usize, &u8)| {
                let product = products.col(at);
                // The squared distance, less the length that is the same for all.
                let distance = |other: usize| lengths[other] - 2.0 * product[other];
                let mut nearest: Vec<(f32, usize)> = (0..known.labels.len())
                    .map(|other| (distance(other), other))
                    .collect();
                let by_distance =
                    |a: &(f32, usize), b: &(f32, usize)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
                if count < nearest.len() {
                    nearest.select_nth_unstable_by(count, by_distance);
                    nearest.truncate(count);
                }
                nearest.sort_by(by_distance);
                let classes = nearest.iter().map(|(_, other)| known.labels[*other]);
                vote(&classes.collect::<Vec<_>>()) == Some(*label)
            };
            labels
                .iter()
                .enumerate()
                .filter(|pair| is_hit(*pair))
                .count()
        })
        .sum();
    Some(hits as f64 / asked.labels.len() as f64)
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
}
