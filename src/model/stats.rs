//! Statistics of layers: what tells a healthy layer from one that learns nothing.
//!
//! A *probe image* is one of a few test images whose outputs are looked at.

use super::activation::Activation;

/// Parts of a histogram.
const BINS: usize = 24;

/// Largest number of values that a histogram is made of.
const SAMPLES: usize = 20_000;

/// An output is saturated within this share of its function's range from an end.
const SATURATION_SHARE: f32 = 0.05;

/// Counts of values in equal parts of a range.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histogram {
    /// Lower end of the first part.
    pub low: f32,
    /// Upper end of the last part.
    pub high: f32,
    /// Values in each part.
    pub counts: Vec<u32>,
}

impl Histogram {
    /// Counts values from the least to the greatest; values that are not finite are left out, of very
    /// many every n-th is taken. A single part where all are the same.
    pub fn of(values: &[f32]) -> Self {
        let step = values.len().div_ceil(SAMPLES).max(1);
        let finite = || {
            let sampled = values.iter().copied().step_by(step);
            sampled.filter(|value| value.is_finite())
        };
        let Some((low, high)) = finite().fold(None, |range, value| {
            let (low, high): (f32, f32) = range.unwrap_or((value, value));
            Some((low.min(value), high.max(value)))
        }) else {
            return Self::default();
        };
        let width = f64::from(high) - f64::from(low);
        let bins = if width > 0.0 { BINS } else { 1 };
        let mut counts = vec![0; bins];
        for value in finite() {
            let share = if width > 0.0 {
                (f64::from(value) - f64::from(low)) / width
            } else {
                0.0
            };
            counts[((share * bins as f64) as usize).min(bins - 1)] += 1;
        }
        Self { low, high, counts }
    }

    /// Values counted.
    pub fn total(&self) -> u32 {
        self.counts.iter().sum()
    }
}

/// One layer at one step. Absent values do not apply: a frozen layer has no gradient, a layer deeper
/// than the phase reaches has no output.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LayerStat {
    /// Euclidean norm of the gradient of weights and biases in the last step, before clipping.
    pub gradient_norm: Option<f32>,
    /// log10 of the norm of the last update over the norm of the weights before it, weights and biases
    /// together; about −3 is healthy. −∞ where nothing moved.
    pub update_ratio: Option<f32>,
    /// Euclidean norm of weights and biases.
    pub weight_norm: f32,
    /// Share of units that are 0 for every probe image, 0 to 1; for rectified layers.
    pub dead: Option<f32>,
    /// Share of outputs within 5 % of an end of the function's range, 0 to 1; for sigmoid and tanh.
    pub saturated: Option<f32>,
    /// How much outputs differ from image to image: standard deviation over the probe images, root
    /// mean square over the units, over the root mean square of the outputs. 0 where every image gives
    /// the same.
    pub spread: Option<f32>,
    /// The weights, without biases.
    pub weights: Histogram,
    /// The outputs for the probe images.
    pub activations: Option<Histogram>,
}

/// What the outputs of one layer for some images are like; see [`LayerStat`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OutputStat {
    /// Share of units that are 0 for every image.
    pub dead: Option<f32>,
    /// Share of outputs near an end of the range.
    pub saturated: Option<f32>,
    /// How much outputs differ from image to image.
    pub spread: Option<f32>,
    /// All outputs.
    pub histogram: Histogram,
}

impl OutputStat {
    /// Measures outputs, image after image and in each the values of `units` units one after the other;
    /// `activation` is what the window calls the function applied last.
    pub fn of(outputs: &[f32], images: usize, units: usize, activation: &str) -> Self {
        let activation = Activation::from_name(activation);
        let per_image = outputs.len() / images.max(1);
        if per_image == 0 || units == 0 {
            return Self::default();
        }
        let rows = || outputs.chunks_exact(per_image);
        Self {
            dead: activation.filter(|f| f.can_die()).map(|_rectified| {
                let area = (per_image / units).max(1);
                let dead = (0..units).filter(|unit| {
                    let values = unit * area..(unit + 1) * area;
                    rows().all(|row| row[values.clone()].iter().all(|value| *value == 0.0))
                });
                dead.count() as f32 / units as f32
            }),
            saturated: activation.and_then(Activation::ends).map(|[low, high]| {
                let margin = (high - low) * SATURATION_SHARE;
                let is_near = |value: f32| value <= low + margin || value >= high - margin;
                let near = outputs.iter().filter(|value| is_near(**value)).count();
                near as f32 / outputs.len() as f32
            }),
            spread: (images > 1).then(|| spread(outputs, images, per_image)),
            histogram: Histogram::of(outputs),
        }
    }
}

/// Standard deviation over the images, root mean square over the values, relative to the root mean
/// square of all.
fn spread(outputs: &[f32], images: usize, per_image: usize) -> f32 {
    let mut means = vec![0.0_f64; per_image];
    for row in outputs.chunks_exact(per_image) {
        for (mean, value) in means.iter_mut().zip(row) {
            *mean += f64::from(*value);
        }
    }
    // Divided once: the mean of equal values is then that value, to the bit.
    for mean in &mut means {
        *mean /= images as f64;
    }
    let (mut variance, mut power) = (0.0_f64, 0.0_f64);
    for row in outputs.chunks_exact(per_image) {
        for (mean, value) in means.iter().zip(row) {
            variance += (f64::from(*value) - mean).powi(2);
            power += f64::from(*value).powi(2);
        }
    }
    if power > 0.0 {
        (variance / power).sqrt() as f32
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_counts_every_finite_value() {
        let histogram = Histogram::of(&[0.0, 1.0, 24.0, f32::NAN, 23.5, f32::INFINITY]);
        assert_eq!((histogram.low, histogram.high), (0.0, 24.0));
        assert_eq!(histogram.counts.len(), BINS);
        assert_eq!(histogram.counts[0], 1);
        assert_eq!(histogram.counts[1], 1);
        assert_eq!(histogram.counts[23], 2);
        assert_eq!(histogram.total(), 4);
        assert_eq!(Histogram::of(&[2.0; 7]).counts, [7]);
        assert_eq!(Histogram::of(&[f32::NAN]), Histogram::default());
        let many: Vec<f32> = (0..100_000).map(|i| i as f32).collect();
        assert_eq!(Histogram::of(&many).total(), 20_000);
        let wide = Histogram::of(&[f32::MIN, f32::MAX]);
        assert_eq!((wide.counts[0], wide.counts[23]), (1, 1));
    }

    #[test]
    fn a_unit_is_dead_only_where_no_image_moves_it() {
        // Two images, three units of two values each: the second unit wakes for the second image.
        let outputs = [
            0.0, 0.0, 0.0, 0.0, 1.0, 2.0, //
            0.0, 0.0, 0.0, 3.0, 0.0, 0.0,
        ];
        let stat = OutputStat::of(&outputs, 2, 3, "ReLU");
        assert_eq!(stat.dead, Some(1.0 / 3.0));
        assert_eq!(stat.saturated, None);
        assert_eq!(OutputStat::of(&outputs, 2, 3, "Linear").dead, None);
        assert_eq!(OutputStat::of(&outputs, 2, 6, "ReLU").dead, Some(0.5));
    }

    #[test]
    fn saturation_counts_both_ends() {
        let outputs = [0.01, 0.5, 0.97, 0.06];
        let stat = OutputStat::of(&outputs, 2, 2, "Sigmoid");
        assert_eq!((stat.dead, stat.saturated), (None, Some(0.5)));
        let stat = OutputStat::of(&[-0.95, 0.0, 0.85, 0.91], 2, 2, "Tanh");
        assert_eq!(stat.saturated, Some(0.5));
    }

    #[test]
    fn the_spread_is_that_over_images_not_over_units() {
        let same = OutputStat::of(&[1.0, 5.0, 1.0, 5.0], 2, 2, "Linear");
        assert_eq!(same.spread, Some(0.0));
        // Means 2 and 0, deviations 1 and 2: √((1 + 4) / 2) over √((1 + 9 + 4 + 4) / 4).
        let stat = OutputStat::of(&[1.0, -2.0, 3.0, 2.0], 2, 2, "Linear");
        let expected = (2.5_f32).sqrt() / (4.5_f32).sqrt();
        assert!((stat.spread.unwrap() - expected).abs() < 1e-6);
        assert_eq!(OutputStat::of(&[0.0; 4], 2, 2, "ReLU").spread, Some(0.0));
        assert_eq!(OutputStat::of(&[1.0, 2.0], 1, 2, "ReLU").spread, None);
    }
}
