//! Numbers computed from plain arrays: what a linear method achieves on the same images, how codes are
//! spread, what is near to what.
//!
//! An *analysis* is a pure function: slices in, vectors out, the same answer every time. Images
//! come as `&[u8]`, one after another, each `dim` values long (width × height × channels), and
//! are read as intensities in `0.0..=1.0`, that is, value / 255.

pub mod baselines;
mod directions;
mod grouping;
mod latent;
mod median;
mod mixture;
mod neighbours;
mod paths;
pub mod pca;
mod ranks;
mod spectrum;
mod triangular;
mod tsne;

pub use baselines::Baselines;
pub use latent::{DEAD_SHARE, Dimension, LatentSummary};
pub use median::median;
pub use mixture::{Component, Covariance, Mixture, MixtureFit, MixtureOptions};
pub use neighbours::{
    Labelled, Neighbour, leave_one_out_accuracy, nearest, neighbour_accuracy, others_by_distance,
};
pub use paths::{spherical, straight, turning_angle};
pub use pca::Pca;
pub use ranks::{rank_correlation, ranks};
pub use tsne::{LEAST_MAPPED, TsneOptions, tsne, usable_perplexity};

/// Why an analysis could not be computed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnalysisError {
    /// Images without pixels.
    #[error("expected images of at least one pixel, found a dimension of 0 for {set}")]
    NoPixels {
        /// Which set of images, in words.
        set: &'static str,
    },

    /// A set without images.
    #[error("expected at least one image in {set}, found none")]
    NoImages {
        /// Which set of images, in words.
        set: &'static str,
    },

    /// A slice that does not hold whole images.
    #[error("expected {set} to hold whole images of {dim} pixels, found {found} pixels")]
    PartialImage {
        /// Which set of images, in words.
        set: &'static str,
        /// Pixels in one image.
        dim: usize,
        /// Pixels in the slice.
        found: usize,
    },

    /// More components than the decomposition holds.
    #[error("expected at most {held} principal components, found a request for {requested}")]
    TooManyComponents {
        /// Components the decomposition holds.
        held: usize,
        /// Components asked for.
        requested: usize,
    },

    /// The eigensolver gave up, which finite pixels do not cause.
    #[error(
        "expected the eigenvalues of a {dim} × {dim} covariance matrix to converge, but they did not"
    )]
    EigenvaluesDiverged {
        /// Rows of the matrix.
        dim: usize,
    },

    /// No codes, or codes without numbers.
    #[error("expected at least one code of at least one number, found none")]
    NoCodes,

    /// A slice that does not hold whole codes.
    #[error("expected whole codes of {width} numbers, found {found} numbers")]
    PartialCode {
        /// Numbers of a code.
        width: usize,
        /// Numbers in the slice.
        found: usize,
    },

    /// A code with a number that is infinite or none, as of a network that diverged.
    #[error("expected codes of finite numbers, found others in code {code}, counted from 0")]
    CodeNotFinite {
        /// Its place among the codes.
        code: usize,
    },

    /// A covariance that rounding made singular, which finite codes do not cause.
    #[error("expected a covariance of {width} × {width} to be positive definite, but it was not")]
    SingularCovariance {
        /// Rows of the matrix.
        width: usize,
    },
}

/// Number of images in `pixels`, at least one, each `dim` pixels long.
fn image_count(pixels: &[u8], dim: usize, set: &'static str) -> Result<usize, AnalysisError> {
    if dim == 0 {
        return Err(AnalysisError::NoPixels { set });
    }
    if pixels.is_empty() {
        return Err(AnalysisError::NoImages { set });
    }
    if !pixels.len().is_multiple_of(dim) {
        let found = pixels.len();
        return Err(AnalysisError::PartialImage { set, dim, found });
    }
    Ok(pixels.len() / dim)
}
