//! Steps of optimizers: everything that happens to one parameter in one pass over its values.

use rayon::prelude::*;

use super::pointwise::{Loop, PART, vectorised};

/// One step of Adam (Kingma & Ba 2015), its bias corrections worked out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamStep {
    /// Share of the first moment that stays.
    pub beta_1: f32,
    /// Share of the second moment that stays.
    pub beta_2: f32,
    /// ε · √(1 − β₂ᵗ)
    pub epsilon: f32,
    /// Learning rate · √(1 − β₂ᵗ) / (1 − β₁ᵗ)
    pub rate: f32,
    /// Times the parameter, added to the gradient (L2).
    pub penalty: f32,
    /// Share of the parameter that stays before the step (AdamW's decay); 1 for all.
    pub kept: f32,
}

/// Parameter and gradient, first and second moment, of some neighbouring values.
type AdamPart<'a> = ((&'a mut [f32], &'a [f32]), (&'a mut [f32], &'a mut [f32]));

/// Moves a parameter and its moments.
pub fn adam(
    parameter: &mut [f32],
    gradient: &[f32],
    first: &mut [f32],
    second: &mut [f32],
    step: AdamStep,
) {
    let part = |((parameter, gradient), (first, second)): AdamPart<'_>| {
        vectorised(|| {
            let values = parameter.iter_mut().zip(gradient);
            for ((parameter, gradient), (first, second)) in
                values.zip(first.iter_mut().zip(second.iter_mut()))
            {
                let gradient = gradient + step.penalty * *parameter;
                *first = *first * step.beta_1 + gradient * (1.0 - step.beta_1);
                *second = *second * step.beta_2 + gradient * gradient * (1.0 - step.beta_2);
                let change = *first / (second.sqrt() + step.epsilon);
                *parameter = *parameter * step.kept - step.rate * change;
            }
        });
    };
    if parameter.len() <= PART {
        return part(((parameter, gradient), (first, second)));
    }
    parameter
        .par_chunks_mut(PART)
        .zip(gradient.par_chunks(PART))
        .zip(first.par_chunks_mut(PART).zip(second.par_chunks_mut(PART)))
        .for_each(part);
}

/// One step of gradient descent with momentum (Polyak 1964, in PyTorch's form).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MomentumStep {
    /// Share of the velocity that stays.
    pub momentum: f32,
    /// Learning rate.
    pub rate: f32,
    /// Times the parameter, added to the gradient (L2).
    pub penalty: f32,
}

/// Moves a parameter and its velocity.
pub fn momentum(parameter: &mut [f32], gradient: &[f32], velocity: &mut [f32], step: MomentumStep) {
    let part = |((parameter, gradient), velocity): ((&mut [f32], &[f32]), &mut [f32])| {
        vectorised(|| {
            let values = parameter.iter_mut().zip(gradient);
            for ((parameter, gradient), velocity) in values.zip(velocity.iter_mut()) {
                let gradient = gradient + step.penalty * *parameter;
                *velocity = gradient + *velocity * step.momentum;
                *parameter -= step.rate * *velocity;
            }
        });
    };
    if parameter.len() <= PART {
        return part(((parameter, gradient), velocity));
    }
    parameter
        .par_chunks_mut(PART)
        .zip(gradient.par_chunks(PART))
        .zip(velocity.par_chunks_mut(PART))
        .for_each(part);
}

struct SumOfSquares<'a>(&'a [f32]);

impl Loop for SumOfSquares<'_> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        const LANES: usize = 32;
        let mut sums = [0.0_f32; LANES];
        for chunk in self.0.chunks(LANES) {
            for (sum, value) in sums.iter_mut().zip(chunk) {
                *sum += value * value;
            }
        }
        sums.iter().map(|sum| f64::from(*sum)).sum()
    }
}

/// Shortens a gradient to the length `most`, if it is longer.
pub fn clip(gradient: &mut [f32], most: f32) {
    let squares: Vec<f64> = gradient
        .par_chunks(PART)
        .map(|part| vectorised(SumOfSquares(part)))
        .collect();
    let length = squares.iter().sum::<f64>().sqrt();
    // Not `length > most`: a gradient that is not a number is to be seen as one.
    if length <= f64::from(most) {
        return;
    }
    let factor = (f64::from(most) / length) as f32;
    gradient.par_chunks_mut(PART).for_each(|part| {
        vectorised(|| {
            for value in part {
                *value *= factor;
            }
        });
    });
}
