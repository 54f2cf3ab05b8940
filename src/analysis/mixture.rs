//! Gaussian mixtures: a distribution fitted to codes, from which further codes can be drawn.
//!
//! A *mixture* is a weighted sum of Gaussians, its *components*. Drawing from one that was fitted to the
//! codes of an autoencoder makes pictures of it whatever shape these codes have (Ghosh et al. 2020). It is
//! fitted by expectation maximisation (Dempster, Laird & Rubin 1977), which begins with the groups that
//! k-means finds from a start by k-means++ (Arthur & Vassilvitskii 2007).

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatRef, Par};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::AnalysisError;
use super::grouping::Points;
use super::neighbours::products;
use super::triangular::{cholesky, inverse};

mod fit;

pub use fit::MixtureFit;

/// Variance that is added to every dimension of every component, as a share of the mean variance of all
/// dimensions: so no component collapses onto a point or a plane.
const ADDED_SHARE: f64 = 1e-6;

/// The same where no dimension varies.
const ADDED_AT_LEAST: f64 = 1e-12;

/// Passes of expectation maximisation at most.
const PASSES: usize = 100;

/// The fit ends when a pass raises the mean log-likelihood of a code by less, in nats.
const GAIN: f64 = 1e-3;

/// Codes that a component answers for, in sum, below which it stays as it is and is left out at the end.
const NO_CODES: f64 = 1e-9;

/// Codes that are looked at together.
const CHUNK: usize = 256;

/// What shape components may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Covariance {
    /// Any: width · (width + 1) / 2 numbers a component, and a pass takes about 4 · codes · components ·
    /// width² operations.
    Full,
    /// With axes along the dimensions: `width` numbers a component, and a pass takes about 4 · codes ·
    /// components · width operations.
    Diagonal,
}

/// How a mixture is fitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MixtureOptions {
    /// Components at most; 0 counts as 1.
    pub components: usize,
    /// What shape these have.
    pub covariance: Covariance,
    /// Seed of the choice of codes to begin with.
    pub seed: u64,
}

/// One Gaussian of a mixture.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// Share of the mixture, 0 to 1.
    pub weight: f64,
    /// Mean, as many numbers as a code has.
    pub mean: Vec<f64>,
    factor: Factor,
}

/// A matrix L with covariance = L Lᵀ.
#[derive(Clone, Debug, PartialEq)]
enum Factor {
    /// Lower triangular, row after row.
    Full(Vec<f64>),
    /// Standard deviations.
    Diagonal(Vec<f64>),
}

/// A weighted sum of Gaussians.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixture {
    components: Vec<Component>,
    log_likelihoods: Vec<f64>,
}

impl Mixture {
    /// Fits a mixture to `codes`, code after code, `width` numbers each.
    ///
    /// Fewer components are found where fewer codes differ from each other. Every component has a
    /// millionth of the mean variance of all dimensions added to the variance of each dimension. The fit
    /// ends when a pass raises the mean log-likelihood of a code by less than 0.001 nats, or after 100
    /// passes; the same codes and options always give the same mixture.
    ///
    /// # Errors
    /// When there is no code, the last one is incomplete, or one has a number that is not finite.
    pub fn fit(
        codes: &[f32],
        width: usize,
        options: MixtureOptions,
    ) -> Result<Self, AnalysisError> {
        let mut fit = MixtureFit::new(codes, width, options)?;
        while !fit.advance(usize::MAX)? {}
        Ok(fit.finish())
    }

    /// The components, at least one.
    pub fn components(&self) -> &[Component] {
        &self.components
    }

    /// Mean log-likelihood of a code after each pass, in nats: it never falls, but for rounding.
    ///
    /// It is that of codes to which noise of the added variance is added, on average over the noise.
    pub fn log_likelihoods(&self) -> &[f64] {
        &self.log_likelihoods
    }

    /// Draws `count` codes, code after code. Deviations from the mean of the component that a code comes
    /// from are multiplied by `temperature`: 1 draws from the mixture itself, 0 its means.
    ///
    /// The same seed gives the same codes; with a larger `count`, further ones after these.
    pub fn sample(&self, count: usize, temperature: f64, seed: u64) -> Vec<f32> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed ^ u64::from_be_bytes(*b"mixtures"));
        let total: f64 = self.components.iter().map(|one| one.weight).sum();
        let mut codes = Vec::new();
        for _ in 0..count {
            let mut left = rng.random::<f64>() * total;
            let chosen = self.components.iter().find(|component| {
                left -= component.weight;
                left < 0.0
            });
            // Rounding can leave a little after the last one.
            if let Some(component) = chosen.or_else(|| self.components.last()) {
                let noise: Vec<f64> = (0..component.mean.len())
                    .map(|_| temperature * rng.sample::<f64, _>(StandardNormal))
                    .collect();
                let moved = component.factor.times(&noise);
                let code = component.mean.iter().zip(moved);
                codes.extend(code.map(|(mean, moved)| (mean + moved) as f32));
            }
        }
        codes
    }
}

impl Component {
    /// A ball, with no weight yet.
    fn round(mean: Vec<f64>, variance: f64, covariance: Covariance) -> Self {
        let (width, deviation) = (mean.len(), variance.sqrt());
        let factor = match covariance {
            Covariance::Full => {
                let mut lower = vec![0.0; width * width];
                for dimension in 0..width {
                    lower[dimension * (width + 1)] = deviation;
                }
                Factor::Full(lower)
            }
            Covariance::Diagonal => Factor::Diagonal(vec![deviation; width]),
        };
        Self {
            weight: 0.0,
            mean,
            factor,
        }
    }

    /// Covariance, width × width numbers, row after row.
    pub fn covariance(&self) -> Vec<f64> {
        let width = self.mean.len();
        let mut covariance = vec![0.0; width * width];
        for i in 0..width {
            for j in 0..width {
                covariance[i * width + j] = match &self.factor {
                    Factor::Full(lower) => (0..=i.min(j))
                        .map(|k| lower[i * width + k] * lower[j * width + k])
                        .sum(),
                    Factor::Diagonal(deviations) if i == j => deviations[i].powi(2),
                    Factor::Diagonal(_) => 0.0,
                };
            }
        }
        covariance
    }

    /// What it becomes when it answers for these shares of the points, one a point.
    fn maximised(
        &self,
        points: &Points,
        shares: &[f64],
        added: f64,
    ) -> Result<Self, AnalysisError> {
        let width = points.width();
        let sum: f64 = shares.iter().sum();
        let weight = sum / points.len() as f64;
        if sum <= NO_CODES {
            return Ok(Self {
                weight,
                ..self.clone()
            });
        }
        let mut mean = vec![0.0; width];
        for (point, share) in points.iter().zip(shares) {
            for (mean, value) in mean.iter_mut().zip(point) {
                *mean += share * value;
            }
        }
        for mean in &mut mean {
            *mean /= sum;
        }
        let factor = match self.factor {
            Factor::Full(_) => {
                let mut covariance = scatter(points, &mean, shares);
                for value in &mut covariance {
                    *value /= sum;
                }
                for dimension in 0..width {
                    covariance[dimension * (width + 1)] += added;
                }
                cholesky(&mut covariance, width)?;
                Factor::Full(covariance)
            }
            Factor::Diagonal(_) => {
                let mut variances = vec![0.0; width];
                for (point, share) in points.iter().zip(shares) {
                    for ((variance, value), mean) in variances.iter_mut().zip(point).zip(&mean) {
                        *variance += share * (value - mean).powi(2);
                    }
                }
                let deviation = |variance: f64| (variance / sum + added).sqrt();
                Factor::Diagonal(variances.into_iter().map(deviation).collect())
            }
        };
        Ok(Self {
            weight,
            mean,
            factor,
        })
    }

    /// Logarithm of the weight times the density at each point. With noise of the variance `added` on the
    /// points, its mean over the noise: that is lower by ½ · added · trace(covariance⁻¹), and it is what
    /// [`Component::maximised`] maximises.
    fn log_densities(&self, points: &Points, added: f64) -> Vec<f64> {
        let width = points.width();
        let (inverse, log_determinant) = self.factor.inverse(width);
        let trace: f64 = inverse.values().iter().map(|value| value * value).sum();
        let constant = self.weight.ln()
            - 0.5 * (width as f64 * std::f64::consts::TAU.ln() + log_determinant + added * trace);
        let mut densities = Vec::with_capacity(points.len());
        for chunk in points.values().chunks(CHUNK * width) {
            let centred: Vec<f64> = chunk
                .chunks_exact(width)
                .flat_map(|point| {
                    point
                        .iter()
                        .zip(&self.mean)
                        .map(|(value, mean)| value - mean)
                })
                .collect();
            let distances = match &inverse {
                Factor::Full(lower) => squares_behind(lower, &centred, width),
                Factor::Diagonal(scales) => centred
                    .chunks_exact(width)
                    .map(|point| {
                        let scaled = point.iter().zip(scales);
                        scaled.map(|(value, scale)| (value * scale).powi(2)).sum()
                    })
                    .collect(),
            };
            densities.extend(
                distances
                    .into_iter()
                    .map(|distance| constant - 0.5 * distance),
            );
        }
        densities
    }
}

impl Factor {
    fn values(&self) -> &[f64] {
        match self {
            Self::Full(values) | Self::Diagonal(values) => values,
        }
    }

    /// The inverse matrix, of the same form, and the logarithm of the determinant of the covariance.
    fn inverse(&self, width: usize) -> (Self, f64) {
        match self {
            Self::Full(lower) => {
                let diagonal = (0..width).map(|i| lower[i * (width + 1)].ln());
                let log_determinant = 2.0 * diagonal.sum::<f64>();
                (Self::Full(inverse(lower, width)), log_determinant)
            }
            Self::Diagonal(deviations) => {
                let logarithms = deviations.iter().map(|deviation| deviation.ln());
                let log_determinant = 2.0 * logarithms.sum::<f64>();
                let scales = deviations.iter().map(|deviation| deviation.recip());
                (Self::Diagonal(scales.collect()), log_determinant)
            }
        }
    }

    /// Its product with a vector.
    fn times(&self, vector: &[f64]) -> Vec<f64> {
        match self {
            Self::Full(lower) => {
                let rows = lower.chunks_exact(vector.len().max(1));
                let product = |row: &[f64]| row.iter().zip(vector).map(|(a, b)| a * b).sum();
                rows.map(product).collect()
            }
            Self::Diagonal(deviations) => {
                let pairs = deviations.iter().zip(vector);
                pairs.map(|(a, b)| a * b).collect()
            }
        }
    }
}

/// Has each point shared by the components in proportion to its densities there, whose logarithms `shares`
/// holds at first. Returns the mean log-likelihood of a point.
fn share_out(shares: &mut [Vec<f64>]) -> f64 {
    let points = shares.first().map_or(0, Vec::len);
    let mut sum = 0.0;
    for point in 0..points {
        let logarithms = shares.iter().map(|of| of[point]);
        let largest = logarithms.clone().fold(f64::NEG_INFINITY, f64::max);
        let total: f64 = logarithms
            .map(|logarithm| (logarithm - largest).exp())
            .sum();
        for of in &mut *shares {
            of[point] = (of[point] - largest).exp() / total;
        }
        sum += largest + total.ln();
    }
    sum / points as f64
}

/// Σ share · (point − mean)(point − mean)ᵀ, width × width numbers.
fn scatter(points: &Points, mean: &[f64], shares: &[f64]) -> Vec<f64> {
    let width = points.width();
    let mut weighted = Vec::new();
    for (point, share) in points.iter().zip(shares).filter(|(_, share)| **share > 0.0) {
        let root = share.sqrt();
        weighted.extend(
            point
                .iter()
                .zip(mean)
                .map(|(value, mean)| root * (value - mean)),
        );
    }
    let rows = weighted.len() / width;
    let weighted = MatRef::from_row_major_slice(&weighted, rows, width);
    let mut sum = Mat::<f64>::zeros(width, width);
    let turned = weighted.transpose();
    matmul(&mut sum, Accum::Replace, turned, weighted, 1.0, Par::Seq);
    let places = (0..width).flat_map(|i| (0..width).map(move |j| (i, j)));
    places.map(|(i, j)| sum[(i.max(j), i.min(j))]).collect()
}

/// Squared length of the product of a matrix, width × width numbers, with each of some vectors.
fn squares_behind(matrix: &[f64], vectors: &[f64], width: usize) -> Vec<f64> {
    let products = products(matrix, vectors, width);
    let square = |column: usize| (0..width).map(|row| products[(row, column)].powi(2)).sum();
    (0..products.ncols()).map(square).collect()
}

#[cfg(test)]
#[path = "mixture_tests.rs"]
mod tests;
