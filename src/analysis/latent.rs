//! What a set of codes looks like: each dimension by itself, and the directions of most variance.

/// Bins of a histogram of one dimension.
const BINS: usize = 16;

/// A dimension is *dead* when its standard deviation is below this share of the largest one.
const DEAD: f32 = 1e-3;

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
        Self {
            dimensions,
            order,
            principal: [Vec::new(), Vec::new()],
        }
    }

    /// Whether a dimension carries next to nothing.
    pub fn is_dead(&self, dimension: usize) -> bool {
        let largest = self.order.first().map_or(0.0, |&first| self.std(first));
        self.std(dimension) <= DEAD * largest
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
