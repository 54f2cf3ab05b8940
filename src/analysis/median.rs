//! The value in the middle.

/// The middle one of some values, which one odd value does not move, or the mean of the two there; nothing
/// of none.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let low = sorted.get(sorted.len().saturating_sub(1) / 2)?;
    let high = sorted.get(sorted.len() / 2)?;
    Some(f64::midpoint(*low, *high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0]), Some(3.0));
        assert_eq!(median(&[3.0, 1.0]), Some(2.0));
        assert_eq!(median(&[9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[3.0, 900.0, 1.0, 2.0, 4.0]), Some(3.0));
    }
}
