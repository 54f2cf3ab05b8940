//! Statistics of layers: what tells a healthy layer from one that learns nothing.

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

/// One layer at one step. Absent values do not apply: a frozen layer has no gradient, a layer deeper
/// than the phase reaches has no output.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LayerStat {
    /// Euclidean norm of the gradient of weights and biases in the last step, before clipping.
    pub gradient_norm: Option<f32>,
    /// log10 of the norm of the last update over the norm of the weights; about −3 is healthy.
    pub update_ratio: Option<f32>,
    /// Euclidean norm of the weights.
    pub weight_norm: f32,
    /// Share of units that are 0 for every probe image, 0 to 1; for rectified layers.
    pub dead: Option<f32>,
    /// Share of outputs within 5 % of an end of the function's range, 0 to 1; for sigmoid and tanh.
    pub saturated: Option<f32>,
    /// How much outputs differ from image to image: standard deviation over the probe images, root
    /// mean square over the units, over the root mean square of the outputs. 0 where every image gives
    /// the same.
    pub spread: Option<f32>,
    /// The weights.
    pub weights: Histogram,
    /// The outputs for the probe images.
    pub activations: Option<Histogram>,
}
