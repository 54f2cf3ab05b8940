//! The two directions in which a set of codes spreads most.
//!
//! A *direction* is a unit vector in the space of codes. Up to [`EXACT`] dimensions the covariance is
//! decomposed whole; beyond, a few vectors are multiplied by it a few times and decomposed among
//! themselves (Halko, Martinsson & Tropp 2011), because this is done for every frame that is shown.

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatRef, Par, Side};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// Most dimensions of which the covariance is formed.
const EXACT: usize = 64;

/// Vectors carried along beyond [`EXACT`] dimensions.
const WIDTH: usize = 12;

/// Multiplications by the covariance beyond [`EXACT`] dimensions.
const PASSES: usize = 8;

/// Seed of the vectors to start from.
const SEED: u64 = 0x4c41_5445;

/// The first two principal directions of centred, finite codes of `latent` values each; `order` says
/// which dimensions vary most. Empty where there are fewer than two dimensions.
///
/// Codes that do not vary have the axes of their first two dimensions.
pub(super) fn first_two(centred: &[f32], latent: usize, order: &[usize]) -> [Vec<f32>; 2] {
    let (Some(&first), Some(&second)) = (order.first(), order.get(1)) else {
        return [Vec::new(), Vec::new()];
    };
    let largest = centred.iter().fold(0.0_f32, |most, v| most.max(v.abs()));
    let found = if largest > 0.0 {
        // Of moderate size, so that squares neither vanish nor overflow.
        let scaled: Vec<f32> = centred.iter().map(|value| value / largest).collect();
        principal(&scaled, latent)
    } else {
        None
    };
    found.unwrap_or_else(|| [axis(first, latent), axis(second, latent)])
}

fn axis(dimension: usize, latent: usize) -> Vec<f32> {
    let mut axis = vec![0.0; latent];
    if let Some(value) = axis.get_mut(dimension) {
        *value = 1.0;
    }
    axis
}

fn principal(codes: &[f32], latent: usize) -> Option<[Vec<f32>; 2]> {
    let count = codes.len() / latent;
    let columns = MatRef::from_column_major_slice(codes.get(..count * latent)?, latent, count);
    let basis = if latent <= EXACT {
        Mat::<f32>::identity(latent, latent)
    } else {
        subspace(columns)
    };
    let coordinates = product(basis.transpose(), columns);
    let covariance = product(coordinates.as_ref(), coordinates.transpose());
    let size = covariance.nrows();
    let covariance = Mat::from_fn(size, size, |i, j| f64::from(covariance[(i, j)]));
    let eigen = covariance.self_adjoint_eigen(Side::Lower).ok()?;
    // faer sorts eigenvalues upwards.
    let leading = Mat::from_fn(size, 2, |i, j| eigen.U()[(i, size - 1 - j)] as f32);
    let directions = product(basis.as_ref(), leading.as_ref());
    let [first, second] = [0, 1].map(|rank| oriented(directions.col_as_slice(rank)));
    let is_finite = first.iter().chain(&second).all(|value| value.is_finite());
    is_finite.then_some([first, second])
}

/// An orthonormal basis of a few columns that nearly holds the leading directions.
fn subspace(columns: MatRef<'_, f32>) -> Mat<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let mut basis = Mat::from_fn(columns.nrows(), WIDTH, |_, _| rng.random_range(-1.0..1.0));
    for _pass in 0..PASSES {
        let coordinates = product(columns.transpose(), basis.as_ref());
        basis = product(columns, coordinates.as_ref());
        basis = basis.qr().compute_thin_Q();
    }
    basis
}

fn product(a: MatRef<'_, f32>, b: MatRef<'_, f32>) -> Mat<f32> {
    let mut out = Mat::zeros(a.nrows(), b.ncols());
    matmul(&mut out, Accum::Replace, a, b, 1.0, Par::Seq);
    out
}

/// The sign of a direction is free: its largest entry is positive, so that pictures stay the same.
fn oriented(direction: &[f32]) -> Vec<f32> {
    let largest = direction
        .iter()
        .fold(0.0_f32, |a, &b| if b.abs() > a.abs() { b } else { a });
    let sign = if largest < 0.0 { -1.0 } else { 1.0 };
    direction.iter().map(|value| sign * value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Centred codes whose variance falls from direction to direction of a fixed rotation.
    fn codes(count: usize, latent: usize) -> Vec<f32> {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let mixing = Mat::<f32>::from_fn(latent, latent, |_, _| rng.random_range(-1.0..1.0))
            .qr()
            .compute_thin_Q();
        let mut codes = Vec::with_capacity(count * latent);
        for _ in 0..count {
            let parts: Vec<f32> = (0..latent)
                .map(|i| rng.random_range(-1.0..1.0) * 4.0 / (i + 1) as f32)
                .collect();
            codes.extend(
                (0..latent)
                    .map(|row| -> f32 { (0..latent).map(|i| mixing[(row, i)] * parts[i]).sum() }),
            );
        }
        for dimension in 0..latent {
            let values = || codes.iter().skip(dimension).step_by(latent);
            let mean = values().sum::<f32>() / count as f32;
            codes
                .iter_mut()
                .skip(dimension)
                .step_by(latent)
                .for_each(|value| *value -= mean);
        }
        codes
    }

    /// Plain power iteration in f64, without what was found before.
    fn by_power(codes: &[f32], latent: usize, found: &[Vec<f64>]) -> Vec<f64> {
        let mut direction = vec![1.0; latent];
        for _ in 0..3_000 {
            let mut next = vec![0.0; latent];
            for code in codes.chunks(latent) {
                let along: f64 = code
                    .iter()
                    .zip(&direction)
                    .map(|(&c, d)| f64::from(c) * d)
                    .sum();
                for (sum, &value) in next.iter_mut().zip(code) {
                    *sum += along * f64::from(value);
                }
            }
            for other in found {
                let along: f64 = next.iter().zip(other).map(|(a, b)| a * b).sum();
                next.iter_mut()
                    .zip(other)
                    .for_each(|(a, b)| *a -= along * b);
            }
            let norm = next.iter().map(|v| v * v).sum::<f64>().sqrt();
            direction = next.into_iter().map(|v| v / norm).collect();
        }
        direction
    }

    fn agreement(found: &[f32], expected: &[f64]) -> f64 {
        let dot: f64 = found
            .iter()
            .zip(expected)
            .map(|(&a, b)| f64::from(a) * b)
            .sum();
        dot.abs()
    }

    #[test]
    fn they_are_those_of_a_plain_power_iteration() {
        for (count, latent) in [(40, 2), (200, 7), (90, 80)] {
            let codes = codes(count, latent);
            let order: Vec<usize> = (0..latent).collect();
            let found = first_two(&codes, latent, &order);
            let first = by_power(&codes, latent, &[]);
            let second = by_power(&codes, latent, std::slice::from_ref(&first));
            assert!(agreement(&found[0], &first) > 0.999, "first of {latent}");
            assert!(agreement(&found[1], &second) > 0.999, "second of {latent}");
            for direction in &found {
                let largest = direction
                    .iter()
                    .copied()
                    .max_by(|a, b| a.abs().total_cmp(&b.abs()));
                assert!(largest.unwrap() > 0.0, "the sign is settled");
            }
            assert_eq!(found, first_two(&codes, latent, &order), "the same again");
        }
    }

    #[test]
    fn codes_that_do_not_vary_have_axes() {
        let found = first_two(&[0.0; 12], 3, &[2, 0, 1]);
        assert_eq!(found, [vec![0.0, 0.0, 1.0], vec![1.0, 0.0, 0.0]]);
        assert_eq!(
            first_two(&[1.0, 2.0], 1, &[0]),
            [Vec::<f32>::new(), Vec::new()]
        );
    }

    #[test]
    fn the_size_of_codes_does_not_matter() {
        let codes = codes(50, 5);
        let order = [0, 1, 2, 3, 4];
        let plain = first_two(&codes, 5, &order);
        for scale in [1e-30, 1e30] {
            let scaled: Vec<f32> = codes.iter().map(|value| value * scale).collect();
            let found = first_two(&scaled, 5, &order);
            for (a, b) in plain.iter().flatten().zip(found.iter().flatten()) {
                assert!((a - b).abs() < 1e-3, "{a} and {b} at {scale}");
            }
        }
    }
}
