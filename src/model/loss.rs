//! Losses: how far a reconstruction is from its image.

use burn::tensor::{Tensor, activation};

use super::activation::Activation;

/// A distance between output and target, averaged over all their values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Mean of (output − target)², over values and images.
    Mse,
    /// Mean of −t ln y − (1 − t) ln(1 − y). Above zero even for a perfect output where t is grey.
    Bce,
}

/// The output function of a network and the loss its output is trained with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageLoss {
    /// Applied to the last layer.
    pub output: Activation,
    /// What is minimised.
    pub loss: Loss,
}

impl ImageLoss {
    /// Turns the last layer's values into pixels.
    pub fn pixels(self, logits: Tensor<2>) -> Tensor<2> {
        self.output.apply(logits)
    }

    /// The loss between the last layer's values, before the output function, and pixels in [0, 1].
    ///
    /// # Shapes
    /// - logits, target: `[images, pixels]`
    /// - returns: `[1]`
    pub fn compute(self, logits: Tensor<2>, target: Tensor<2>) -> Tensor<1> {
        match self.loss {
            Loss::Mse => mean_squared_error(self.pixels(logits), target),
            // From logits, as softplus(x) − t x: exact where the sigmoid would round to 0 or 1.
            Loss::Bce => (activation::softplus(logits.clone(), 1.0) - target * logits).mean(),
        }
    }
}

/// Mean of the squared differences.
pub fn mean_squared_error(output: Tensor<2>, target: Tensor<2>) -> Tensor<1> {
    let difference = output - target;
    (difference.clone() * difference).mean()
}
