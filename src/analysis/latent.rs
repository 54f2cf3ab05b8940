//! What a set of codes looks like: each dimension by itself, and the directions of most variance.

use super::directions;

/// Bins of a histogram of one dimension.
const BINS: usize = 16;

/// A dimension is *dead* when its standard deviation is below this share of the largest one.
pub const DEAD_SHARE: f32 = 1e-3;

/// One dimension of a set of codes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Dimension {
    /// Mean over the codes.
    pub mean: f32,
    /// Standard deviation over the codes.
    pub std: f32,
    /// Smallest value.
    pub low: f32,
    /// Largest value.
    pub high: f32,
    /// How many codes lie in each of equal parts of the range from `low` to `high`.
    pub histogram: [u32; BINS],
}

/// A set of codes in numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LatentSummary {
    /// In the order of the code.
    pub dimensions: Vec<Dimension>,
    /// Dimensions by variance, largest first.
    pub order: Vec<usize>,
    /// The first two principal directions, of length 1; empty where there are fewer dimensions.
    pub principal: [Vec<f32>; 2],
}

impl LatentSummary {
    /// Summarises codes of `latent` values each, code after code. Values that are not finite count as 0.
    pub fn of(values: &[f32], latent: usize) -> Self {
        let count = values.len() / latent.max(1);
        if count == 0 {
            return Self::default();
        }
        let value = |code: usize, dimension: usize| {
            let value = values[code * latent + dimension];
            if value.is_finite() { value } else { 0.0 }
        };
        let dimensions: Vec<Dimension> = (0..latent)
            .map(|dimension| summarise((0..count).map(|code| value(code, dimension))))
            .collect();
        let mut order: Vec<usize> = (0..latent).collect();
        order.sort_by(|&a, &b| dimensions[b].std.total_cmp(&dimensions[a].std));
        let centred: Vec<f32> = (0..count)
            .flat_map(|code| (0..latent).map(move |dimension| (code, dimension)))
            .map(|(code, dimension)| value(code, dimension) - dimensions[dimension].mean)
            .collect();
        let principal = directions::first_two(&centred, latent, &order);
        Self {
            dimensions,
            order,
            principal,
        }
    }

    /// Whether a dimension carries next to nothing.
    pub fn is_dead(&self, dimension: usize) -> bool {
        let largest = self.order.first().map_or(0.0, |&first| self.std(first));
        self.std(dimension) <= DEAD_SHARE * largest
    }

    fn std(&self, dimension: usize) -> f32 {
        self.dimensions
            .get(dimension)
            .map_or(0.0, |dimension| dimension.std)
    }
}

fn summarise(values: impl Iterator<Item = f32> + Clone) -> Dimension {
    let count = values.clone().count().max(1) as f32;
    let mean = values.clone().sum::<f32>() / count;
    let variance = values.clone().map(|v| (v - mean) * (v - mean)).sum::<f32>() / count;
    let low = values.clone().fold(f32::INFINITY, f32::min);
    let high = values.clone().fold(f32::NEG_INFINITY, f32::max);
    let mut histogram = [0; BINS];
    let width = (high - low).max(f32::MIN_POSITIVE);
    for value in values {
        let bin = ((value - low) / width * BINS as f32) as usize;
        histogram[bin.min(BINS - 1)] += 1;
    }
    Dimension {
        mean,
        std: variance.sqrt(),
        low,
        high,
        histogram,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dimension_is_summed_up() {
        let summary = LatentSummary::of(&[1.0, 5.0, 3.0, 5.0, 5.0, 5.0, 7.0, 5.0], 2);
        let first = summary.dimensions[0];
        assert_eq!((first.mean, first.low, first.high), (4.0, 1.0, 7.0));
        assert!((first.std - 5.0_f32.sqrt()).abs() < 1e-6);
        assert_eq!(first.histogram.iter().sum::<u32>(), 4);
        assert_eq!((first.histogram[0], first.histogram[BINS - 1]), (1, 1));
        assert_eq!(summary.order, [0, 1]);
        assert!(!summary.is_dead(0));
        assert!(summary.is_dead(1), "it never varies");
        assert_eq!(summary.principal, [vec![1.0, 0.0], vec![0.0, 1.0]]);
    }

    #[test]
    fn what_is_no_number_counts_as_nothing() {
        let summary = LatentSummary::of(&[f32::NAN, 1.0, f32::INFINITY, -1.0], 2);
        assert_eq!(summary.dimensions[0].std, 0.0);
        assert!(
            summary
                .principal
                .iter()
                .flatten()
                .all(|value| value.is_finite())
        );
        assert_eq!(summary.order, [1, 0]);
    }

    #[test]
    fn no_codes_have_no_summary() {
        assert_eq!(LatentSummary::of(&[], 3), LatentSummary::default());
        assert_eq!(LatentSummary::of(&[], 0), LatentSummary::default());
        assert!(LatentSummary::default().is_dead(0));
    }
}
