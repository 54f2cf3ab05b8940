//! What a training step is given.

use burn::tensor::Tensor;

/// Images, and their codes where the outer stages are frozen and the codes are known already.
#[derive(Clone, Debug)]
pub struct Batch {
    /// `[images, pixels]`, pixels in [0, 1]; absent only where the codes are known and the objective
    /// rebuilds nothing but codes, see [`Objective::rebuilds_images`](super::Objective::rebuilds_images).
    pub images: Option<Tensor<2>>,
    /// `[images, values]`: the images behind the stages outside the outermost one that trains.
    pub codes: Option<Tensor<2>>,
}

impl From<Tensor<2>> for Batch {
    fn from(images: Tensor<2>) -> Self {
        Self {
            images: Some(images),
            codes: None,
        }
    }
}

impl Batch {
    /// The same, for gradients to be taken through it.
    pub(super) fn autodiff(self) -> Self {
        Self {
            images: self.images.map(Tensor::autodiff),
            codes: self.codes.map(Tensor::autodiff),
        }
    }
}
