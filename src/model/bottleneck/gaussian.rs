//! The Gaussian bottleneck of variational autoencoders.

use std::sync::Arc;

use burn::tensor::Tensor;
use serde_json::Value;

use super::{Bottleneck, BottleneckKind, BottleneckState, Encoded, Passed, Tested};
use crate::data::ImageShape;
use crate::model::knobs::{Choice, KnobError, Knobs};
use crate::model::noise::{Noise, Purpose};
use crate::model::step::StepContext;
use crate::model::tally::{Summary, Tally};
use crate::model::terms::Term;

pub(super) const GAUSSIAN: BottleneckKind = BottleneckKind {
    choice: Choice {
        id: "gaussian",
        name: "Gaussian",
        help: "the encoder gives mean and variance of every number of the code, which is drawn from \
               them in training; β weighs their KL divergence from N(0, I) (Kingma & Welling 2014)",
        companion: None,
    },
    heads: 2,
    entry: |_knobs| None,
    jumps: false,
    starved: None,
    build,
};

/// Name of the measure that tells the KL divergence of each number of the code from N(0, 1), in nats, a mean
/// over the test images.
pub const DIMENSION_KL: &str = "kl_per_dimension";

/// A unit is active where its mean varies by more than this over the test images (Burda et al. 2016).
const ACTIVE: f64 = 0.01;

/// How β, or the capacity, comes to its value.
pub(in crate::model) const WARM_UPS: &[Choice] = &[
    Choice {
        id: "linear",
        name: "Linear",
        help: "rises from 0 over the warm-up and stays (Sønderby et al. 2016)",
        companion: None,
    },
    Choice {
        id: "cyclic",
        name: "Cyclic",
        help: "rises over the warm-up, stays as long, and begins again from 0 (Fu et al. 2019)",
        companion: None,
    },
];

fn build(knobs: &Knobs, _code: ImageShape) -> Result<Arc<dyn Bottleneck>, KnobError> {
    let activation = knobs.text("code-activation");
    if activation != "linear" {
        return Err(KnobError::Contradiction(format!(
            "bottleneck gaussian needs code-activation linear, but it is {activation}"
        )));
    }
    let gaussian = Gaussian {
        beta: knobs.real("beta"),
        warm_up: knobs.real("warm-up"),
        is_cyclic: knobs.text("warm-up-shape") == "cyclic",
        free_bits: knobs.real("free-bits"),
        capacity: knobs.real("capacity"),
    };
    if gaussian.free_bits > 0.0 && gaussian.capacity > 0.0 {
        return Err(KnobError::Contradiction(format!(
            "free-bits and capacity are two ways to let a code carry something: one of them must be 0, \
             but they are {} and {}",
            gaussian.free_bits, gaussian.capacity
        )));
    }
    Ok(Arc::new(gaussian))
}

/// Mean and log-variance of each number of the code, and what their divergence from N(0, I) costs.
#[derive(Clone, Debug)]
struct Gaussian {
    /// Weight of the divergence (Higgins et al. 2017).
    beta: f64,
    /// Epochs of a phase over which β rises, or the capacity where there is one.
    warm_up: f64,
    is_cyclic: bool,
    /// Nats of each dimension that cost nothing, on average over a batch (Kingma et al. 2016).
    free_bits: f64,
    /// Nats that a code is to carry (Burgess et al. 2018); 0 for as few as possible.
    capacity: f64,
}

impl Gaussian {
    /// Share of its value that what warms up has after some epochs.
    fn warmth(&self, epochs: f64) -> f64 {
        if self.warm_up <= 0.0 {
            return 1.0;
        }
        let epochs = if self.is_cyclic {
            epochs % (2.0 * self.warm_up)
        } else {
            epochs
        };
        (epochs / self.warm_up).min(1.0)
    }

    /// β and the capacity after some epochs.
    fn in_force(&self, epochs: f64) -> (f64, f64) {
        let warmth = self.warmth(epochs);
        if self.capacity > 0.0 {
            (self.beta, self.capacity * warmth)
        } else {
            (self.beta * warmth, 0.0)
        }
    }

    fn draw(&self, raw: Tensor<2>, context: &mut StepContext, is_test: bool) -> Passed {
        let [mean, log_variance] = halves(raw);
        let kl = divergence(mean.clone(), log_variance.clone());
        let noise = context
            .noise
            .normal(Purpose::Code, mean.dims(), &mean.device());
        let code = mean + (log_variance * 0.5).exp() * noise;
        let images = kl.dims()[0] as f64;
        let value = kl.clone().sum() / images;
        let (beta, capacity) = self.in_force(context.epochs);
        let minimised = if is_test {
            None
        } else if self.capacity > 0.0 {
            Some((value.clone() - capacity).abs())
        } else if self.free_bits > 0.0 {
            let dimensions = kl.mean_dim(0).clamp_min(self.free_bits);
            Some(dimensions.sum())
        } else {
            None
        };
        let term = Term {
            minimised,
            ..Term::new("kl", beta, value)
        };
        Passed {
            code,
            terms: vec![term],
            spare: None,
        }
    }
}

/// Means and logarithms of variances.
fn halves(raw: Tensor<2>) -> [Tensor<2>; 2] {
    let latent = raw.dims()[1] / 2;
    [
        raw.clone().narrow(1, 0, latent),
        raw.narrow(1, latent, latent),
    ]
}

/// ½ (μ² + σ² − 1 − log σ²) of each number, in nats.
fn divergence(mean: Tensor<2>, log_variance: Tensor<2>) -> Tensor<2> {
    (mean.square() + log_variance.clone().exp() - 1.0 - log_variance) * 0.5
}

impl Bottleneck for Gaussian {
    fn code(&self, encoded: Encoded) -> Tensor<2> {
        let [mean, _] = halves(encoded.values);
        mean
    }

    fn push(&self, direction: Tensor<2>) -> Tensor<2> {
        let [mean, _] = halves(direction);
        mean
    }

    fn pass(&self, encoded: Encoded, context: &mut StepContext, _: &mut BottleneckState) -> Passed {
        self.draw(encoded.values, context, false)
    }

    fn test(&self, encoded: Encoded, context: &mut StepContext, tally: &mut Tally) -> Tested {
        let [mean, log_variance] = halves(encoded.values.clone());
        let kl = divergence(mean.clone(), log_variance);
        tally.add(DIMENSION_KL, Summary::Each, kl);
        let (beta, _) = self.in_force(context.epochs);
        let images = mean.dims()[0];
        let beta = Tensor::full([images, 1], beta, &mean.device());
        tally.add("active_units", Summary::Varying(ACTIVE), mean);
        tally.add("beta", Summary::Mean, beta);
        let Passed { code, terms, .. } = self.draw(encoded.values, context, true);
        Tested {
            code: Some(code),
            terms,
        }
    }

    fn sample(&self, values: Tensor<2>, noises: &mut [Noise]) -> Option<Tensor<2>> {
        let [mean, log_variance] = halves(values);
        let ([images, latent], device) = (mean.dims(), mean.device());
        if images == 0 || images != noises.len() {
            return None;
        }
        let draw = |noise: &mut Noise| noise.normal(Purpose::Code, [1, latent], &device);
        let drawn = Tensor::cat(noises.iter_mut().map(draw).collect(), 0);
        Some(mean + (log_variance * 0.5).exp() * drawn)
    }

    fn torch(&self) -> Option<(&'static str, Vec<Value>)> {
        Some(("Mean", Vec::new()))
    }

    fn sums_pixels(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    const PLAIN: Gaussian = Gaussian {
        beta: 4.0,
        warm_up: 0.0,
        is_cyclic: false,
        free_bits: 0.0,
        capacity: 0.0,
    };

    fn raw() -> Tensor<2> {
        // Two images, two dimensions: means, then log-variances.
        Tensor::from_floats(
            [[1.0, 0.0, 0.0, 0.0], [0.0, 2.0, 2.0_f32.ln(), 0.0]],
            &Device::flex(),
        )
    }

    fn encoded(values: Tensor<2>) -> Encoded {
        Encoded {
            values,
            codebook: None,
        }
    }

    fn kl_of(gaussian: &Gaussian, epochs: f64) -> (f32, Option<f32>, f64) {
        let mut context = StepContext {
            epochs,
            ..StepContext::first(1)
        };
        let mut passed = gaussian.pass(
            encoded(raw()),
            &mut context,
            &mut BottleneckState::default(),
        );
        let term = passed.terms.remove(0);
        let number = |tensor: Tensor<1>| tensor.into_scalar::<f32>();
        (number(term.value), term.minimised.map(number), term.weight)
    }

    #[test]
    fn the_divergence_is_that_of_the_formula() {
        // ½ · 1, 0; ½ (2 − 1 − ln 2), ½ · 4: their sum over two images.
        let expected = (0.5 + 0.5 * (1.0 - 2.0_f32.ln()) + 2.0) / 2.0;
        let (kl, minimised, weight) = kl_of(&PLAIN, 0.0);
        assert!((kl - expected).abs() < 1e-6, "{kl}");
        assert_eq!((minimised, weight), (None, 4.0));
    }

    #[test]
    fn free_bits_and_capacity_change_what_is_minimised_and_not_what_is_told() {
        let (plain, ..) = kl_of(&PLAIN, 0.0);
        let free = Gaussian {
            free_bits: 0.9,
            ..PLAIN
        };
        // Means over the batch: 0.25 + 0.25 (1 − ln 2), and 1.
        let (kl, minimised, _) = kl_of(&free, 0.0);
        assert_eq!(kl, plain);
        assert!((minimised.unwrap() - 1.9).abs() < 1e-6);
        let capacity = Gaussian {
            capacity: 10.0,
            warm_up: 4.0,
            ..PLAIN
        };
        let (kl, minimised, weight) = kl_of(&capacity, 2.0);
        assert_eq!((kl, weight), (plain, 4.0));
        assert!((minimised.unwrap() - (5.0 - plain)).abs() < 1e-6);
    }

    #[test]
    fn a_warm_up_rises_once_or_in_cycles() {
        let linear = Gaussian {
            warm_up: 2.0,
            ..PLAIN
        };
        let cyclic = Gaussian {
            is_cyclic: true,
            ..linear.clone()
        };
        let betas = |gaussian: &Gaussian| {
            [0.0, 1.0, 3.0, 4.0, 5.0].map(|epochs| gaussian.in_force(epochs).0)
        };
        assert_eq!(betas(&linear), [0.0, 2.0, 4.0, 4.0, 4.0]);
        assert_eq!(betas(&cyclic), [0.0, 2.0, 4.0, 0.0, 2.0]);
    }

    #[test]
    fn a_sample_repeats_with_its_noise_and_differs_from_the_mean() {
        let sample = |steps: [u64; 2]| -> Vec<f32> {
            let mut noises = steps.map(|step| Noise::new(0.0, 7, 0, step));
            let drawn = PLAIN.sample(raw(), &mut noises).unwrap();
            drawn.into_data().try_to_vec().unwrap()
        };
        let mean: Vec<f32> = PLAIN.code(encoded(raw())).into_data().try_to_vec().unwrap();
        let first = sample([3, 4]);
        assert_eq!(first, sample([3, 4]));
        assert_ne!(first, mean);
        let other = sample([3, 5]);
        assert_eq!(first[..2], other[..2], "each image by its own noise");
        assert_ne!(first[2..], other[2..]);
    }

    #[test]
    fn the_code_is_the_mean_and_draws_lie_about_it() {
        let rows = 20_000;
        let raw = Tensor::<2>::from_floats([[0.5, 4.0_f32.ln()]], &Device::flex());
        let raw = raw.repeat_dim(0, rows);
        assert_eq!(PLAIN.code(encoded(raw.clone())).dims(), [rows, 1]);
        let drawn = PLAIN.draw(raw, &mut StepContext::first(3), false).code;
        let mean: f32 = drawn.clone().mean().into_scalar();
        let variance: f32 = (drawn - mean).square().mean().into_scalar();
        assert!((mean - 0.5).abs() < 0.05, "{mean}");
        assert!((variance - 4.0).abs() < 0.15, "{variance}");
    }
}
