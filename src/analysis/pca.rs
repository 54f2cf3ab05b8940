//! Principal component analysis, the best that a linear autoencoder can do.
//!
//! A *component* is a unit direction in pixel space; the first points where the images vary most,
//! each further one where they vary most at right angles to those before it. A linear autoencoder
//! with a code of `k` numbers, trained to the optimum, reaches exactly the error of the first `k`
//! components (Baldi & Hornik 1989), which makes PCA the number to beat.

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatRef, Par};
use rayon::prelude::*;

use super::{AnalysisError, image_count, spectrum};

/// Largest image, in pixels, for which [`Pca::fit`] forms the covariance matrix.
pub const EXACT_MAX_DIM: usize = 1_536;

/// Images reduced to a mean and their leading components.
#[derive(Clone, Debug, PartialEq)]
pub struct Pca {
    /// Mean of the fitted images, `dim` intensities in `0.0..=1.0`.
    mean: Vec<f32>,
    /// `k` × `dim`, row-major, orthonormal rows, largest variance first.
    components: Vec<f32>,
    /// Variance along each component, `k` values, never increasing.
    variances: Vec<f32>,
}

impl Pca {
    /// Finds up to `max_components` components of `pixels`, images of `dim` pixels each.
    ///
    /// Fewer are found where fewer exist: `n` images have at most `n - 1`, and never more than
    /// `dim`. Up to [`EXACT_MAX_DIM`] pixels the covariance matrix is decomposed exactly. Larger
    /// images go through randomized subspace iteration with a fixed seed (Halko, Martinsson &
    /// Tropp 2011), which is approximate: on the fitted images its [residuals](Self::residuals)
    /// exceed the exact ones by less than 0.1 % in the tests' falling spectrum, by less than 10⁻⁵
    /// of them on MNIST digits, while single components of nearly equal variance may mix.
    ///
    /// # Errors
    ///
    /// When `dim` is 0, or `pixels` is empty or does not hold whole images.
    pub fn fit(pixels: &[u8], dim: usize, max_components: usize) -> Result<Self, AnalysisError> {
        Self::fit_by(pixels, dim, max_components, dim <= EXACT_MAX_DIM)
    }

    /// [`Self::fit`] with the choice of method left to the caller.
    pub(super) fn fit_by(
        pixels: &[u8],
        dim: usize,
        max_components: usize,
        exact: bool,
    ) -> Result<Self, AnalysisError> {
        let images = image_count(pixels, dim, "the fitted set")?;
        let count = max_components.min(dim).min(images - 1);
        let mean = spectrum::mean_image(pixels, dim);
        let spectrum = if exact {
            spectrum::exact(pixels, &mean, count)?
        } else {
            spectrum::randomized(pixels, &mean, count)?
        };
        Ok(Self {
            mean,
            components: spectrum.directions,
            variances: spectrum
                .variances
                .iter()
                .map(|&variance| variance as f32)
                .collect(),
        })
    }

    /// Pixels in an image.
    pub fn dim(&self) -> usize {
        self.mean.len()
    }

    /// Number of components found.
    pub fn len(&self) -> usize {
        self.variances.len()
    }

    /// True where no component was found: none was asked for, or there was a single image.
    pub fn is_empty(&self) -> bool {
        self.variances.is_empty()
    }

    /// Mean of the fitted images, `dim` intensities in `0.0..=1.0`.
    pub fn mean(&self) -> &[f32] {
        &self.mean
    }

    /// All components, `len` × `dim`, row-major: orthonormal rows, largest variance first.
    pub fn components(&self) -> &[f32] {
        &self.components
    }

    /// Variance of the fitted images along each component, in squared intensity, never increasing.
    pub fn variances(&self) -> &[f32] {
        &self.variances
    }

    /// Mean squared error per pixel of rebuilding `pixels` from the first `k` components, for every `k` in `0..=len`.
    ///
    /// The mean runs over pixels and images, intensities being in `0.0..=1.0`; entry 0 is the
    /// error of the fitted mean image. Components are orthonormal, so each lowers the error by the
    /// energy of the projections on it: one product gives all the entries, which never increase.
    ///
    /// # Errors
    ///
    /// When `pixels` is empty or does not hold whole images of [`Self::dim`] pixels.
    pub fn residuals(&self, pixels: &[u8]) -> Result<Vec<f64>, AnalysisError> {
        image_count(pixels, self.dim(), "the evaluated set")?;
        let components = MatRef::from_column_major_slice(&self.components, self.dim(), self.len());
        let mut total = 0.0;
        let mut energies = vec![0.0; self.len()];
        spectrum::for_each_centred_chunk(pixels, &self.mean, |chunk| {
            // Collected before it is summed: the order of a sum decides its last digits.
            let squares: Vec<f64> = chunk
                .par_col_iter()
                .map(|image| energy(image.iter()))
                .collect();
            total += squares.iter().sum::<f64>();
            let mut codes = Mat::<f32>::zeros(chunk.ncols(), self.len());
            matmul(
                &mut codes,
                Accum::Replace,
                chunk.transpose(),
                components,
                1.0,
                Par::rayon(0),
            );
            for (sum, code) in energies.iter_mut().zip(codes.col_iter()) {
                *sum += energy(code.iter());
            }
        });
        let values = pixels.len() as f64;
        let mut left = total;
        let explained = energies.iter().map(|energy| {
            left -= energy;
            // Rounding can explain more than there is.
            (left / values).max(0.0)
        });
        Ok(std::iter::once(total / values).chain(explained).collect())
    }

    /// Rebuilds one image from its first `k` components: `dim` intensities, which may leave `0.0..=1.0`.
    ///
    /// # Errors
    ///
    /// When `image` is not [`Self::dim`] pixels long, or `k` exceeds [`Self::len`].
    pub fn reconstruct(&self, image: &[u8], k: usize) -> Result<Vec<f32>, AnalysisError> {
        let dim = self.dim();
        if image.len() != dim {
            let found = image.len();
            return Err(AnalysisError::PartialImage {
                set: "the image",
                dim,
                found,
            });
        }
        if k > self.len() {
            return Err(AnalysisError::TooManyComponents {
                held: self.len(),
                requested: k,
            });
        }
        let mut centred = vec![0.0; dim];
        spectrum::centre(image, &self.mean, &mut centred);
        let mut rebuilt = self.mean.clone();
        for component in self.components.chunks_exact(dim).take(k) {
            let code: f32 = centred.iter().zip(component).map(|(a, b)| a * b).sum();
            for (value, direction) in rebuilt.iter_mut().zip(component) {
                *value += code * direction;
            }
        }
        Ok(rebuilt)
    }
}

/// Sum of squares, in `f64`.
fn energy<'a>(values: impl Iterator<Item = &'a f32>) -> f64 {
    values
        .map(|&value| f64::from(value) * f64::from(value))
        .sum()
}

#[cfg(test)]
mod tests {
    use rand::{RngExt as _, SeedableRng as _};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// `images` mixtures of smooth waves of falling strength, with noise: a spectrum like a picture's.
    fn waves(images: usize, dim: usize) -> Vec<u8> {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let mut pixels = Vec::with_capacity(images * dim);
        for _ in 0..images {
            let weights: Vec<f32> = (1..60)
                .map(|f| rng.random_range(-1.0..1.0) * 150.0 / f as f32)
                .collect();
            for x in 0..dim {
                let position = x as f32 / dim as f32 * std::f32::consts::PI;
                let wave: f32 = weights
                    .iter()
                    .zip(1_u8..)
                    .map(|(w, f)| w * (f32::from(f) * position).cos())
                    .sum();
                pixels.push((128.0 + wave * 0.4 + rng.random_range(-4.0..4.0)) as u8);
            }
        }
        pixels
    }

    fn assert_orthonormal(pca: &Pca) {
        let rows: Vec<&[f32]> = pca.components().chunks_exact(pca.dim()).collect();
        for (i, a) in rows.iter().enumerate() {
            for (j, b) in rows.iter().enumerate() {
                let dot: f64 = a
                    .iter()
                    .zip(*b)
                    .map(|(&a, &b)| f64::from(a) * f64::from(b))
                    .sum();
                let expected = if i == j { 1.0 } else { 0.0 };
                assert!((dot - expected).abs() < 1e-5, "rows {i} and {j}: {dot}");
            }
        }
    }

    #[test]
    fn two_pixels_by_hand() {
        // Points (0, 0), (1, 1), (0, 1), (1, 0) stretched along the diagonal by a second pair.
        let pixels = [0, 0, 255, 255, 0, 0, 255, 255, 0, 255, 255, 0];
        for exact in [true, false] {
            let pca = Pca::fit_by(&pixels, 2, 9, exact).unwrap();
            assert_eq!(pca.len(), 2);
            assert_eq!(pca.mean(), [0.5, 0.5]);
            let half = std::f32::consts::FRAC_1_SQRT_2;
            assert!((pca.components()[0] - half).abs() < 1e-6);
            assert!((pca.components()[1] - half).abs() < 1e-6);
            // Along the diagonal four of six points lie √½ from the mean, across it the other two.
            assert!((pca.variances()[0] - 1.0 / 3.0).abs() < 1e-6);
            assert!((pca.variances()[1] - 1.0 / 6.0).abs() < 1e-6);
            let residuals = pca.residuals(&pixels).unwrap();
            for (found, expected) in residuals.iter().zip([0.25, 1.0 / 12.0, 0.0]) {
                assert!((found - expected).abs() < 1e-7, "{residuals:?}");
            }
            // Off the diagonal, one component sees nothing but the mean.
            let rebuilt = pca.reconstruct(&[0, 255], 1).unwrap();
            assert!(
                rebuilt.iter().all(|value| (value - 0.5).abs() < 1e-6),
                "{rebuilt:?}"
            );
            let rebuilt = pca.reconstruct(&[0, 255], 2).unwrap();
            assert!(
                rebuilt[0].abs() < 1e-6 && (rebuilt[1] - 1.0).abs() < 1e-6,
                "{rebuilt:?}"
            );
        }
    }

    #[test]
    fn counts_are_bounded_by_images_and_pixels() {
        let pixels = waves(5, 12);
        assert_eq!(Pca::fit(&pixels, 12, 100).unwrap().len(), 4);
        assert_eq!(Pca::fit(&pixels, 4, 100).unwrap().len(), 4);
        assert_eq!(Pca::fit(&pixels, 12, 2).unwrap().len(), 2);
        let single = Pca::fit(&pixels, 60, 100).unwrap();
        assert!(single.is_empty());
        assert_eq!(single.residuals(&pixels).unwrap().len(), 1);
    }

    #[test]
    fn equal_images_leave_no_error() {
        let pixels = [9, 200, 31].repeat(7);
        for exact in [true, false] {
            let pca = Pca::fit_by(&pixels, 3, 3, exact).unwrap();
            assert_orthonormal(&pca);
            assert!(
                pca.residuals(&pixels)
                    .unwrap()
                    .iter()
                    .all(|&error| error < 1e-12)
            );
        }
    }

    #[test]
    fn residuals_agree_with_rebuilt_images_and_variances() {
        let (images, dim) = (400, 90);
        let pixels = waves(images, dim);
        let pca = Pca::fit(&pixels, dim, dim).unwrap();
        assert_orthonormal(&pca);
        assert!(pca.variances().is_sorted_by(|a, b| a >= b));
        let residuals = pca.residuals(&pixels).unwrap();
        assert_eq!(residuals.len(), dim + 1);
        assert!(residuals.is_sorted_by(|a, b| a >= b));
        assert!(
            residuals[dim] < 1e-7,
            "all components rebuild all: {}",
            residuals[dim]
        );
        for k in [0, 1, 7, 30] {
            let mut error = 0.0;
            for image in pixels.chunks_exact(dim) {
                let rebuilt = pca.reconstruct(image, k).unwrap();
                error += rebuilt
                    .iter()
                    .zip(image)
                    .map(|(a, &b)| (f64::from(*a) - f64::from(b) / 255.0).powi(2))
                    .sum::<f64>();
            }
            let error = error / pixels.len() as f64;
            assert!(
                (error - residuals[k]).abs() < 1e-6,
                "{k}: {error} or {}",
                residuals[k]
            );
            let beyond: f64 = pca.variances()[k..].iter().map(|&v| f64::from(v)).sum();
            let expected = beyond / dim as f64;
            assert!(
                (expected - residuals[k]).abs() < 1e-6,
                "{k}: {expected} or {}",
                residuals[k]
            );
        }
    }

    #[test]
    fn randomized_agrees_with_exact() {
        let (images, dim) = (1_500, 500);
        let pixels = waves(images, dim);
        let exact = Pca::fit_by(&pixels, dim, 40, true).unwrap();
        let randomized = Pca::fit_by(&pixels, dim, 40, false).unwrap();
        assert_orthonormal(&randomized);
        let pairs = exact
            .residuals(&pixels)
            .unwrap()
            .into_iter()
            .zip(randomized.residuals(&pixels).unwrap());
        for (k, (exact, randomized)) in pairs.enumerate() {
            let excess = randomized / exact - 1.0;
            assert!(
                (-1e-4..1e-3).contains(&excess),
                "{k} components: {excess:e}"
            );
        }
        let again = Pca::fit_by(&pixels, dim, 40, false).unwrap();
        assert_eq!(
            randomized.components(),
            again.components(),
            "the seed is fixed"
        );
    }

    #[test]
    fn large_images_take_the_randomized_way() {
        let dim = EXACT_MAX_DIM + 64;
        let pixels = waves(60, dim);
        let pca = Pca::fit(&pixels, dim, 59).unwrap();
        assert_orthonormal(&pca);
        // Sixty images span fifty-nine directions around their mean.
        assert!(pca.residuals(&pixels).unwrap()[59] < 1e-8);
    }

    #[test]
    fn wrong_lengths_are_refused_in_one_sentence() {
        let refusal = |error: AnalysisError| error.to_string();
        assert_eq!(
            refusal(Pca::fit(&[1, 2, 3], 2, 1).unwrap_err()),
            "expected the fitted set to hold whole images of 2 pixels, found 3 pixels"
        );
        assert_eq!(
            refusal(Pca::fit(&[], 2, 1).unwrap_err()),
            "expected at least one image in the fitted set, found none"
        );
        assert_eq!(
            refusal(Pca::fit(&[1], 0, 1).unwrap_err()),
            "expected images of at least one pixel, found a dimension of 0 for the fitted set"
        );
        let pca = Pca::fit(&[0, 0, 9, 9, 9, 0], 2, 2).unwrap();
        assert_eq!(
            refusal(pca.residuals(&[1]).unwrap_err()),
            "expected the evaluated set to hold whole images of 2 pixels, found 1 pixels"
        );
        assert_eq!(
            refusal(pca.reconstruct(&[1, 2, 3, 4], 1).unwrap_err()),
            "expected the image to hold whole images of 2 pixels, found 4 pixels"
        );
        assert_eq!(
            refusal(pca.reconstruct(&[1, 2], 3).unwrap_err()),
            "expected at most 2 principal components, found a request for 3"
        );
    }
}
