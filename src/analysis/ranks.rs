//! Correlation of ranks: whether one number grows or falls with another, however it is bent.

/// Ranks of some values from 1 on; equal ones share the mean of theirs. Nothing where a value is not finite.
pub fn ranks(values: &[f32]) -> Option<Vec<f64>> {
    if values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for equal in order.chunk_by(|a, b| values[*a] == values[*b]) {
        let rank = before as f64 + (equal.len() + 1) as f64 / 2.0;
        for place in equal {
            ranks[*place] = rank;
        }
        before += equal.len();
    }
    Some(ranks)
}

/// Spearman's correlation of two lists of [`ranks`], −1 to 1. Nothing where they differ in length or one of
/// them never varies.
pub fn rank_correlation(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.len() != b.len() || a.is_empty() {
        return None;
    }
    // Whatever is equal, the ranks sum up to the same.
    let mean = (a.len() + 1) as f64 / 2.0;
    let product = |a: &[f64], b: &[f64]| -> f64 {
        let pairs = a.iter().zip(b);
        pairs.map(|(a, b)| (a - mean) * (b - mean)).sum()
    };
    let scale = (product(a, a) * product(b, b)).sqrt();
    (scale > 0.0).then(|| (product(a, b) / scale).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spearman(a: &[f32], b: &[f32]) -> Option<f64> {
        rank_correlation(&ranks(a)?, &ranks(b)?)
    }

    #[test]
    fn equal_values_share_their_rank() {
        assert_eq!(ranks(&[5.0, -1.0, 5.0, 9.0]).unwrap(), [2.5, 1.0, 2.5, 4.0]);
        assert_eq!(ranks(&[0.0, -0.0]).unwrap(), [1.5, 1.5]);
        assert_eq!(ranks(&[1.0, f32::NAN]), None);
    }

    #[test]
    fn only_the_order_counts() {
        let close = |found: Option<f64>, expected: f64| (found.unwrap() - expected).abs() < 1e-12;
        let bent = [1.0, 10.0, 100.0, 1000.0];
        assert!(close(spearman(&[1.0, 2.0, 3.0, 4.0], &bent), 1.0));
        assert!(close(spearman(&[4.0, 3.0, 2.0, 1.0], &bent), -1.0));
        // Ranks 1, 2.5, 2.5, 4 with 1, 2, 3, 4: 4.5 / √(4.5 · 5).
        let tied = spearman(&[0.0, 7.0, 7.0, 8.0], &bent);
        assert!(close(tied, 4.5 / 22.5_f64.sqrt()));
    }

    #[test]
    fn what_never_varies_goes_with_nothing() {
        assert_eq!(spearman(&[1.0, 1.0], &[1.0, 2.0]), None);
        assert_eq!(spearman(&[1.0, 2.0], &[1.0]), None);
        assert_eq!(spearman(&[], &[]), None);
    }
}
