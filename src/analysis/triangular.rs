//! Triangular matrices, row after row: the factors of covariances of up to some dozens of dimensions.

use super::AnalysisError;

/// Replaces a symmetric positive definite matrix by the lower triangular L with L Lᵀ = matrix.
///
/// # Errors
/// When it is not positive definite; it is spoilt then.
pub(super) fn cholesky(matrix: &mut [f64], width: usize) -> Result<(), AnalysisError> {
    for j in 0..width {
        for i in j..width {
            let before: f64 = (0..j)
                .map(|k| matrix[i * width + k] * matrix[j * width + k])
                .sum();
            let left = matrix[i * width + j] - before;
            matrix[i * width + j] = if i > j {
                left / matrix[j * (width + 1)]
            } else if left > 0.0 && left.is_finite() {
                left.sqrt()
            } else {
                return Err(AnalysisError::SingularCovariance { width });
            };
        }
        matrix[j * width + j + 1..(j + 1) * width].fill(0.0);
    }
    Ok(())
}

/// The inverse of a lower triangular matrix.
pub(super) fn inverse(lower: &[f64], width: usize) -> Vec<f64> {
    let mut inverse = vec![0.0; width * width];
    for j in 0..width {
        for i in j..width {
            let before: f64 = (j..i)
                .map(|k| lower[i * width + k] * inverse[k * width + j])
                .sum();
            let own = if i == j { 1.0 } else { 0.0 };
            inverse[i * width + j] = (own - before) / lower[i * (width + 1)];
        }
    }
    inverse
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_and_its_inverse_by_hand() {
        let mut matrix = [4.0, 2.0, -2.0, 2.0, 10.0, 2.0, -2.0, 2.0, 11.0];
        cholesky(&mut matrix, 3).unwrap();
        let expected = [2.0, 0.0, 0.0, 1.0, 3.0, 0.0, -1.0, 1.0, 3.0];
        assert_eq!(matrix, expected);
        let inverse = inverse(&matrix, 3);
        for i in 0..3 {
            for j in 0..3 {
                let product = (0..3).map(|k| matrix[i * 3 + k] * inverse[k * 3 + j]);
                let expected = if i == j { 1.0 } else { 0.0 };
                assert!((product.sum::<f64>() - expected).abs() < 1e-12, "{i} {j}");
            }
        }
    }

    #[test]
    fn what_has_no_factor_is_refused() {
        let refused = Err(AnalysisError::SingularCovariance { width: 2 });
        assert_eq!(cholesky(&mut [1.0, 1.0, 1.0, 1.0], 2), refused);
        assert_eq!(cholesky(&mut [f64::NAN, 0.0, 0.0, 1.0], 2), refused);
    }
}
