//! Losses: how far a reconstruction is from its image.

use burn::tensor::{Tensor, activation};

use super::activation::Activation;
use super::fused;

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
        fused::bend(logits, self.output)
    }

    /// The loss between the last layer's values, before the output function, and pixels in [0, 1].
    ///
    /// # Shapes
    /// - logits, target: `[images, pixels]`
    /// - returns: `[1]`
    pub fn compute(self, logits: Tensor<2>, target: Tensor<2>) -> Tensor<1> {
        fused::image_loss(logits, target, self)
    }

    /// The same in Burn's own operations.
    pub(super) fn plainly(self, logits: Tensor<2>, target: Tensor<2>) -> Tensor<1> {
        match self.loss {
            Loss::Mse => {
                let difference = self.output.apply(logits) - target;
                (difference.clone() * difference).mean()
            }
            // From logits, as softplus(x) − t x: exact where the sigmoid would round to 0 or 1.
            Loss::Bce => (activation::softplus(logits.clone(), 1.0) - target * logits).mean(),
        }
    }
}

/// Mean of the squared differences.
pub fn mean_squared_error(output: Tensor<2>, target: Tensor<2>) -> Tensor<1> {
    let loss = ImageLoss {
        output: Activation::Linear,
        loss: Loss::Mse,
    };
    loss.compute(output, target)
}
