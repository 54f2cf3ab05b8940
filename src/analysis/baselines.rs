//! What no training reaches for free: the errors a trained autoencoder is held against.
//!
//! A *baseline* is the mean squared error per pixel, on the test images, of a method that learns
//! nothing (a black image), one picture (the mean image) or a linear code (PCA).

use super::{AnalysisError, image_count, pca::Pca};

/// Errors on the test images, means over pixels and images, intensities being in `0.0..=1.0`.
#[derive(Clone, Debug, PartialEq)]
pub struct Baselines {
    /// Error of a black image.
    pub black: f64,
    /// Error of the mean of the training images, equal to `pca[0]`.
    pub mean: f64,
    /// Error of PCA fitted on the training images, indexed by the number of components.
    pub pca: Vec<f64>,
}

impl Baselines {
    /// Components that are worth computing: as many as the largest code has numbers.
    pub const COMPONENTS: usize = 256;

    /// Fits PCA on `train` and measures all baselines on `test`, both of images of `dim` pixels.
    ///
    /// Returns the fitted components too, of which there are at most `max_components`, as
    /// [`Pca::fit`] says.
    ///
    /// # Errors
    ///
    /// When `dim` is 0, or one of the sets is empty or does not hold whole images.
    pub fn compute(
        train: &[u8],
        test: &[u8],
        dim: usize,
        max_components: usize,
    ) -> Result<(Self, Pca), AnalysisError> {
        // Refused before the long computation, not after it.
        image_count(train, dim, "the training set")?;
        image_count(test, dim, "the test set")?;
        let fitted = Pca::fit(train, dim, max_components)?;
        let pca = fitted.residuals(test)?;
        Ok((
            Self {
                black: mean_square(test),
                mean: pca[0],
                pca,
            },
            fitted,
        ))
    }

    /// Error of PCA with `k` components; `None` where more are asked for than were found.
    pub fn pca_k(&self, k: usize) -> Option<f64> {
        self.pca.get(k).copied()
    }
}

/// Mean squared intensity, summed in whole numbers.
fn mean_square(pixels: &[u8]) -> f64 {
    let sum: u64 = pixels
        .iter()
        .map(|&pixel| u64::from(pixel) * u64::from(pixel))
        .sum();
    sum as f64 / (255.0 * 255.0 * pixels.len() as f64)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::path::Path;
    use std::time::Instant;

    use super::*;

    #[test]
    fn by_hand() {
        let train = [0, 0, 255, 255];
        let test = [255, 0];
        let (baselines, pca) = Baselines::compute(&train, &test, 2, 5).unwrap();
        assert_eq!(baselines.black, 0.5);
        assert_eq!(baselines.mean, 0.25);
        assert_eq!(pca.len(), 1);
        // The one component is the diagonal, which the test image is at right angles to.
        assert!((baselines.pca_k(1).unwrap() - 0.25).abs() < 1e-7);
        assert_eq!(baselines.pca_k(0), Some(baselines.mean));
        assert_eq!(baselines.pca_k(2), None);
    }

    #[test]
    fn the_refused_set_is_named() {
        let refusal = |train: &[u8], test: &[u8]| {
            Baselines::compute(train, test, 2, 1)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            refusal(&[], &[1, 2]),
            "expected at least one image in the training set, found none"
        );
        assert_eq!(
            refusal(&[1, 2], &[1, 2, 3]),
            "expected the test set to hold whole images of 2 pixels, found 3 pixels"
        );
    }

    /// Pixels of a compressed IDX file of images, behind its 16 bytes of header.
    fn read_idx(path: &Path) -> Vec<u8> {
        let file = std::fs::File::open(path).unwrap();
        let mut bytes = Vec::new();
        flate2::read::GzDecoder::new(file)
            .read_to_end(&mut bytes)
            .unwrap();
        bytes.split_off(16)
    }

    /// Training and test images of the folder that `HOURGLASS_MNIST` names.
    fn mnist() -> Option<(Vec<u8>, Vec<u8>)> {
        let Some(folder) = std::env::var_os("HOURGLASS_MNIST") else {
            println!("skipped: HOURGLASS_MNIST does not name a folder of MNIST files");
            return None;
        };
        let folder = Path::new(&folder);
        let train = read_idx(&folder.join("train-images-idx3-ubyte.gz"));
        let test = read_idx(&folder.join("t10k-images-idx3-ubyte.gz"));
        Some((train, test))
    }

    #[test]
    fn mnist_gives_the_known_errors() {
        let Some((train, test)) = mnist() else { return };
        let start = Instant::now();
        let (baselines, pca) = Baselines::compute(&train, &test, 784, 64).unwrap();
        println!(
            "baselines of MNIST took {:.2} s",
            start.elapsed().as_secs_f64()
        );
        assert_eq!(pca.len(), 64);
        let close = |found: f64, expected: f64, tolerance: f64| {
            assert!(
                (found - expected).abs() <= tolerance,
                "{found} instead of {expected}"
            );
        };
        close(baselines.black, 0.11396, 1e-5);
        close(baselines.mean, 0.06747, 1e-5);
        for (k, expected) in [(2, 0.05567), (10, 0.03407)] {
            close(baselines.pca_k(k).unwrap(), expected, 1e-5);
        }
        // Computed independently too, in double precision, by NumPy's `eigh`.
        let double = [
            (2, 0.055_669_492),
            (10, 0.034_073_816),
            (30, 0.017_686_564),
            (32, 0.016_828_235),
            (64, 0.009_046_796),
        ];
        for (k, expected) in double {
            close(baselines.pca_k(k).unwrap(), expected, 1e-7);
        }
        // Hinton & Salakhutdinov (Science 2006) print 13.87, the sum over an image's pixels.
        close(baselines.pca_k(30).unwrap() * 784.0, 13.866, 0.02);
    }

    #[test]
    fn mnist_randomized_agrees_with_exact() {
        let Some((train, _)) = mnist() else { return };
        let train = &train[..10_000 * 784];
        let residuals = |exact: bool| {
            let start = Instant::now();
            let pca = Pca::fit_by(train, 784, 32, exact).unwrap();
            println!("exact {exact}: {:.2} s", start.elapsed().as_secs_f64());
            pca.residuals(train).unwrap()
        };
        let (exact, randomized) = (residuals(true), residuals(false));
        let excess = |k: usize| randomized[k] / exact[k] - 1.0;
        let worst = (0..=32).map(excess).fold(0.0_f64, |a, b| a.max(b.abs()));
        println!("largest relative difference of an error: {worst:e}");
        assert!(worst < 1e-5, "{worst:e}");
    }
}
