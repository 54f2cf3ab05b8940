//! The leading eigenvectors of a covariance matrix, from bytes.
//!
//! The *spectrum* is the pairs of variance and direction, largest variance first. Two methods
//! agree on it: [`exact`] forms the `dim` × `dim` covariance, [`randomized`] never does. Both walk
//! through the images a chunk at a time, so that memory does not grow with their number: chunks
//! are multiplied in `f32`, which 8-bit intensities deserve, and summed in `f64`.

use faer::linalg::matmul::matmul;
use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::{Accum, Mat, MatRef, Par, Side};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::AnalysisError;

/// Intensities converted at once: 8 MiB of `f32`, unless the images are very large.
const CHUNK_VALUES: usize = 1 << 21;

/// Fewest images in a chunk, below which a matrix product turns into memory traffic.
const CHUNK_MIN_IMAGES: usize = 64;

/// Directions carried along by [`randomized`] beyond the wanted ones, at least.
const OVERSAMPLING: usize = 16;

/// Passes over the images made by [`randomized`], each of them one multiplication by the covariance.
const PASSES: usize = 10;

/// Seed of the starting subspace, fixed so that the same images give the same components.
const SEED: u64 = 0x5043_4131;

/// Variances and unit directions, largest variance first.
pub(super) struct Spectrum {
    /// Variance along each direction, per image (divided by the number of images), ≥ 0.
    pub variances: Vec<f64>,
    /// `variances.len()` × `dim`, row-major, orthonormal rows.
    pub directions: Vec<f32>,
}

/// Mean intensity of every pixel, `dim` values in `0.0..=1.0`.
pub(super) fn mean_image(pixels: &[u8], dim: usize) -> Vec<f32> {
    let images_per_job = (CHUNK_VALUES / dim).max(CHUNK_MIN_IMAGES);
    // Whole numbers, so that the order of summation does not matter.
    let sums = pixels
        .par_chunks(images_per_job * dim)
        .map(|chunk| {
            let mut sums = vec![0_u64; dim];
            for image in chunk.chunks_exact(dim) {
                for (sum, &pixel) in sums.iter_mut().zip(image) {
                    *sum += u64::from(pixel);
                }
            }
            sums
        })
        .reduce(
            || vec![0; dim],
            |mut a, b| {
                for (a, b) in a.iter_mut().zip(b) {
                    *a += b;
                }
                a
            },
        );
    let scale = 1.0 / (255.0 * (pixels.len() / dim) as f64);
    sums.into_iter()
        .map(|sum| (sum as f64 * scale) as f32)
        .collect()
}

/// Calls `visit` with the images minus `mean`, a chunk at a time in their order, as a `dim` × images matrix.
pub(super) fn for_each_centred_chunk(
    pixels: &[u8],
    mean: &[f32],
    mut visit: impl FnMut(MatRef<'_, f32>),
) {
    let dim = mean.len();
    let images_per_chunk = (CHUNK_VALUES / dim).max(CHUNK_MIN_IMAGES);
    let mut centred = vec![0.0_f32; (images_per_chunk * dim).min(pixels.len())];
    for chunk in pixels.chunks(images_per_chunk * dim) {
        let centred = &mut centred[..chunk.len()];
        centred
            .par_chunks_mut(dim)
            .zip(chunk.par_chunks(dim))
            .for_each(|(centred, image)| centre(image, mean, centred));
        visit(MatRef::from_column_major_slice(
            centred,
            dim,
            chunk.len() / dim,
        ));
    }
}

/// Writes the intensities of `image` minus `mean` to `centred`; all are of one length.
pub(super) fn centre(image: &[u8], mean: &[f32], centred: &mut [f32]) {
    for ((centred, &pixel), mean) in centred.iter_mut().zip(image).zip(mean) {
        *centred = f32::from(pixel) / 255.0 - mean;
    }
}

/// The `count` leading directions from the covariance matrix itself.
///
/// Takes memory for `dim`² numbers and time for images × `dim`² + `dim`³ of them.
pub(super) fn exact(pixels: &[u8], mean: &[f32], count: usize) -> Result<Spectrum, AnalysisError> {
    let dim = mean.len();
    let images = (pixels.len() / dim) as f64;
    let mut product = Mat::<f32>::zeros(dim, dim);
    let mut covariance = Mat::<f64>::zeros(dim, dim);
    for_each_centred_chunk(pixels, mean, |chunk| {
        // The product is symmetric: its lower half is half the work.
        triangular::matmul(
            product.as_mut(),
            BlockStructure::TriangularLower,
            Accum::Replace,
            chunk,
            BlockStructure::Rectangular,
            chunk.transpose(),
            BlockStructure::Rectangular,
            1.0,
            Par::rayon(0),
        );
        for column in 0..dim {
            let sums = covariance.col_as_slice_mut(column).iter_mut();
            let terms = product.col_as_slice(column);
            for (sum, &term) in sums.zip(terms).skip(column) {
                *sum += f64::from(term) / images;
            }
        }
    });
    leading_eigenvectors(&covariance, count, dim)
}

/// The `count` leading directions by randomized subspace iteration, never forming `dim` × `dim` numbers.
///
/// Halko, Martinsson & Tropp, *Finding structure with randomness*, SIAM Review 53 (2011),
/// algorithm 4.4 applied to the covariance, then Rayleigh–Ritz. Takes time for images × `dim` ×
/// `count` numbers, ten times over. The result is approximate: variances come out low, where the
/// spectrum is flat more than where it falls. See [`super::pca::Pca::fit`] for by how much.
pub(super) fn randomized(
    pixels: &[u8],
    mean: &[f32],
    count: usize,
) -> Result<Spectrum, AnalysisError> {
    let dim = mean.len();
    let images = (pixels.len() / dim) as f64;
    let width = (count + OVERSAMPLING.max(count / 2)).min(dim);

    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let start = Mat::<f64>::from_fn(dim, width, |_, _| rng.random_range(-1.0..1.0));
    let mut basis = start.qr().compute_thin_Q();
    let mut image_of_basis = Mat::<f64>::zeros(dim, width);
    for pass in 0..PASSES {
        if pass > 0 {
            basis = image_of_basis.qr().compute_thin_Q();
        }
        image_of_basis = covariance_times(pixels, mean, &basis, images);
    }

    let projected = basis.transpose() * &image_of_basis;
    let inner = leading_eigenvectors(&projected, count, dim)?;
    // Rows of `inner.directions` are coordinates in the basis.
    let coordinates = MatRef::from_column_major_slice(&inner.directions, width, count);
    let basis = Mat::from_fn(dim, width, |i, j| basis[(i, j)] as f32);
    let mut directions = vec![0.0; count * dim];
    matmul(
        faer::MatMut::from_column_major_slice_mut(&mut directions, dim, count),
        Accum::Replace,
        &basis,
        coordinates,
        1.0,
        Par::rayon(0),
    );
    directions.chunks_exact_mut(dim).for_each(fix_sign);
    Ok(Spectrum {
        variances: inner.variances,
        directions,
    })
}

/// The covariance times `basis` (`dim` × width), by two thin products a chunk.
fn covariance_times(pixels: &[u8], mean: &[f32], basis: &Mat<f64>, images: f64) -> Mat<f64> {
    let (dim, width) = basis.shape();
    let basis = Mat::from_fn(dim, width, |i, j| basis[(i, j)] as f32);
    let mut product = Mat::<f32>::zeros(dim, width);
    let mut sum = Mat::<f64>::zeros(dim, width);
    for_each_centred_chunk(pixels, mean, |chunk| {
        let mut codes = Mat::<f32>::zeros(chunk.ncols(), width);
        matmul(
            &mut codes,
            Accum::Replace,
            chunk.transpose(),
            &basis,
            1.0,
            Par::rayon(0),
        );
        matmul(
            &mut product,
            Accum::Replace,
            chunk,
            &codes,
            1.0,
            Par::rayon(0),
        );
        for column in 0..width {
            let sums = sum.col_as_slice_mut(column).iter_mut();
            for (sum, &term) in sums.zip(product.col_as_slice(column)) {
                *sum += f64::from(term) / images;
            }
        }
    });
    sum
}

/// The `count` leading eigenpairs of a symmetric matrix, of which only the lower half is read.
fn leading_eigenvectors(
    matrix: &Mat<f64>,
    count: usize,
    dim: usize,
) -> Result<Spectrum, AnalysisError> {
    let size = matrix.nrows();
    let Ok(eigen) = matrix.self_adjoint_eigen(Side::Lower) else {
        return Err(AnalysisError::EigenvaluesDiverged { dim });
    };
    // faer sorts eigenvalues upwards.
    let leading = || (0..count).map(|rank| size - 1 - rank);
    let variances = leading().map(|i| eigen.S()[i].max(0.0)).collect();
    let mut directions = Vec::with_capacity(count * size);
    for i in leading() {
        directions.extend(eigen.U().col(i).iter().map(|&value| value as f32));
    }
    directions.chunks_exact_mut(size).for_each(fix_sign);
    Ok(Spectrum {
        variances,
        directions,
    })
}

/// An eigenvector's sign is free: make its largest entry positive, so that pictures stay the same.
fn fix_sign(direction: &mut [f32]) {
    let largest = direction
        .iter()
        .fold(0.0_f32, |a, &b| if b.abs() > a.abs() { b } else { a });
    if largest < 0.0 {
        for value in direction {
            *value = -*value;
        }
    }
}
