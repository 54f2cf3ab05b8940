//! The contractive penalty: squared slopes of the code.

use burn::tensor::Tensor;

use super::{Penalised, must};
use crate::model::activation::Activation;
use crate::model::bottleneck;
use crate::model::knobs::{KnobError, Knobs};
use crate::model::noise::Purpose;
use crate::model::step::StepContext;

pub(super) fn check(knobs: &Knobs) -> Result<(), KnobError> {
    must(!bottleneck::jumps(knobs), || {
        format!(
            "penalty-contractive needs a code without jumps, but that of bottleneck {} has some",
            knobs.text("bottleneck")
        )
    })
}

/// ‖∂code/∂input‖², the mean over images. Exact for one sigmoid layer, Σ (h (1 − h))² Σ w²; for any
/// other encoder ‖J v‖² for one v of N(0, I) an image, whose mean it is.
pub(super) fn contraction(of: &Penalised<'_>, context: &mut StepContext) -> Tensor<1> {
    let images = of.code.dims()[0] as f64;
    let Some(weight) = &of.sigmoid_layer else {
        let (shape, device) = (of.input.dims(), of.input.device());
        let direction = context.noise.normal(Purpose::Direction, shape, &device);
        return (of.push)(direction).square().sum() / images;
    };
    let slopes = Activation::Sigmoid
        .slope(of.code.clone(), || of.code.clone())
        .square();
    (slopes * weight.clone().square().sum_dim(0)).sum() / images
}
