//! Penalties that are a formula of the code or of the decoder's weights.

use burn::tensor::Tensor;

use super::{Penalised, must};
use crate::model::bottleneck;
use crate::model::knobs::{KnobError, Knobs};
use crate::model::step::StepContext;

/// Mean activations are kept this far from 0 and 1, where the divergence is infinite.
const MARGIN: f64 = 1e-6;

/// Mean of |code| over units and images.
pub(super) fn l1(of: &Penalised<'_>, _: &mut StepContext) -> Tensor<1> {
    of.code.clone().abs().mean()
}

/// ½‖code‖², the mean over images.
pub(super) fn norm(of: &Penalised<'_>, _: &mut StepContext) -> Tensor<1> {
    let images = of.code.dims()[0] as f64;
    of.code.clone().square().sum() * (0.5 / images)
}

/// ½ of the sum of the squared weights.
pub(super) fn decoder_decay(of: &Penalised<'_>, _: &mut StepContext) -> Tensor<1> {
    (of.decoder_decay)()
}

pub(super) fn check_kl_sparsity(knobs: &Knobs) -> Result<(), KnobError> {
    must(bottleneck::entry(knobs).is_none(), || {
        format!(
            "penalty-kl-sparsity needs a code of activations from 0 to 1, but that of bottleneck {} is made \
             of entries",
            knobs.text("bottleneck")
        )
    })?;
    let activation = knobs.text("code-activation");
    must(activation == "sigmoid", || {
        format!("penalty-kl-sparsity needs code-activation sigmoid, but it is {activation}")
    })
}

/// Σ ρ ln(ρ/p) + (1 − ρ) ln((1 − ρ)/(1 − p)) over units, p the mean of a unit over the batch.
pub(super) fn kl_sparsity(of: &Penalised<'_>, _: &mut StepContext) -> Tensor<1> {
    let target = of.target;
    let mean = of.code.clone().mean_dim(0).clamp(MARGIN, 1.0 - MARGIN);
    let units = mean.dims()[1] as f64;
    let entropy = target * target.ln() + (1.0 - target) * (1.0 - target).ln();
    let cross = mean.clone().log() * target + (-mean + 1.0).log() * (1.0 - target);
    entropy * units - cross.sum()
}
