//! The maximum mean discrepancy between codes and N(0, I).

use burn::tensor::Tensor;

use super::{Penalised, must};
use crate::model::bottleneck;
use crate::model::knobs::{KnobError, Knobs};
use crate::model::noise::Purpose;
use crate::model::step::StepContext;

/// Scales of the kernel, which are summed.
const SCALES: [f64; 7] = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];

pub(super) fn check(knobs: &Knobs) -> Result<(), KnobError> {
    let activation = knobs.text("code-activation");
    must(!bottleneck::jumps(knobs), || {
        format!(
            "penalty-mmd pulls codes towards N(0, I), which those of bottleneck {} cannot reach",
            knobs.text("bottleneck")
        )
    })?;
    must(activation == "linear", || {
        format!(
            "penalty-mmd pulls codes towards N(0, I) and needs code-activation linear, but it is {activation}"
        )
    })
}

/// Inverse multiquadratic kernels Σ C / (C + ‖a − b‖²), C = 2 · latent · scale, between the rows of two
/// matrices.
fn kernel(a: &Tensor<2>, b: &Tensor<2>) -> Tensor<2> {
    let squares = |x: &Tensor<2>| x.clone().square().sum_dim(1);
    let products = a.clone().matmul(b.clone().transpose());
    let distances = (squares(a) + squares(b).transpose() - products * 2.0).clamp_min(0.0);
    let latent = a.dims()[1] as f64;
    let kernels = SCALES.map(|scale| {
        let constant = 2.0 * latent * scale;
        (distances.clone() + constant).recip() * constant
    });
    let kernels = kernels.into_iter().reduce(|sum, kernel| sum + kernel);
    kernels.expect("there are scales")
}

/// The unbiased estimate over the codes of a batch and as many draws of N(0, I); it needs two images.
pub(super) fn mmd(of: &Penalised<'_>, context: &mut StepContext) -> Tensor<1> {
    let codes = &of.code;
    let [images, latent] = codes.dims();
    let device = codes.device();
    let drawn = context
        .noise
        .normal(Purpose::Prior, [images, latent], &device);
    let others = -Tensor::<2>::eye(images, &device) + 1.0;
    let pairs = (images * images.saturating_sub(1)).max(1) as f64;
    let within = (kernel(codes, codes) + kernel(&drawn, &drawn)) * others;
    within.sum() / pairs - kernel(codes, &drawn).mean() * 2.0
}
