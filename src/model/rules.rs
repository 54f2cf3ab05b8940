//! Update rules: what one step of an optimizer does to one parameter.
//!
//! On the CPU a rule is one pass over the values by the [`kernels`](crate::kernels); elsewhere it is Burn's operations.
//! Both keep the same state under the same names, so that a run can go on on another device.

use burn::optim::decay::WeightDecayConfig;
use burn::optim::{
    Adam, AdamConfig, AdamState, AdamW, AdamWConfig, AdamWState, AdaptiveMomentumState, Optimizer,
    RecordState, StateSink, StateSource, join_path,
};
use burn::tensor::{Device, Tensor};

use crate::kernels::update::{AdamStep, MomentumStep};

use super::fused;

/// Gradient descent with momentum, in PyTorch's form: the gradient enters the velocity whole, not
/// times 1 − dampening.
#[derive(Clone, Debug)]
pub struct SgdRule {
    /// Share of the velocity that stays, 0 to below 1.
    pub momentum: f64,
    /// Times the weights, added to the gradient (L2).
    pub weight_decay: f32,
}

/// Memory of [`SgdRule`]: the direction a parameter moves in, nothing without momentum.
#[derive(Clone, Debug)]
pub struct SgdState<const D: usize> {
    velocity: Option<Tensor<D>>,
}

/// Where Burn's own rule keeps its velocity.
const MOMENTUM: &str = "momentum";
const VELOCITY: &str = "velocity";

impl<const D: usize> RecordState for SgdState<D> {
    fn state_flatten(&self, prefix: &str, out: &mut StateSink) {
        if let Some(velocity) = &self.velocity {
            out.push_tensor(&join_path(prefix, MOMENTUM), VELOCITY, velocity.to_data());
        }
    }

    fn state_unflatten(prefix: &str, source: &mut StateSource, device: &Device) -> Option<Self> {
        let velocity = source.take_tensor(&join_path(prefix, MOMENTUM), VELOCITY);
        Some(Self {
            velocity: velocity.map(|data| Tensor::from_data(data, device)),
        })
    }
}

impl Optimizer for SgdRule {
    type State<const D: usize> = SgdState<D>;

    fn step<const D: usize>(
        &self,
        learning_rate: f64,
        parameter: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<Self::State<D>>,
    ) -> (Tensor<D>, Option<Self::State<D>>) {
        let velocity = state
            .and_then(|state| state.velocity)
            .unwrap_or_else(|| parameter.zeros_like());
        let (parameter, velocity) = if fused::are_for(&parameter) {
            let step = MomentumStep {
                momentum: self.momentum as f32,
                rate: learning_rate as f32,
                penalty: self.weight_decay,
            };
            fused::momentum(parameter, gradient, velocity, step)
        } else {
            let penalty = parameter.clone().mul_scalar(self.weight_decay);
            let velocity = velocity.mul_scalar(self.momentum) + gradient + penalty;
            let change = velocity.clone().mul_scalar(learning_rate);
            (parameter - change, velocity)
        };
        let velocity = (self.momentum > 0.0).then_some(velocity);
        (parameter, Some(SgdState { velocity }))
    }

    fn to_device<const D: usize>(state: Self::State<D>, device: &Device) -> Self::State<D> {
        SgdState {
            velocity: state.velocity.map(|velocity| velocity.to_device(device)),
        }
    }
}

/// What weight decay does under Adam.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Decay {
    /// Times the weights, added to the gradient (L2).
    Coupled(f32),
    /// Times the learning rate and the weights, taken off the weights (AdamW).
    Decoupled(f32),
}

/// Adam (Kingma & Ba 2015) and AdamW (Loshchilov & Hutter 2019), β₁ 0.9, β₂ 0.999, ε 1e-8.
#[derive(Clone)]
pub struct AdamRule {
    decay: Decay,
    /// Burn's rules, for where the kernels do not work.
    coupled: Adam,
    decoupled: AdamW,
}

const BETA_1: f32 = 0.9;
const BETA_2: f32 = 0.999;
const EPSILON: f32 = 1e-8;

impl AdamRule {
    /// The rule with this weight decay.
    pub fn new(decay: Decay) -> Self {
        let (Decay::Coupled(penalty) | Decay::Decoupled(penalty)) = decay;
        let mut coupled = AdamConfig::new()
            .with_beta_1(BETA_1)
            .with_beta_2(BETA_2)
            .with_epsilon(EPSILON);
        if penalty > 0.0 {
            coupled = coupled.with_weight_decay(Some(WeightDecayConfig::new(penalty)));
        }
        let decoupled = AdamWConfig::new()
            .with_beta_1(BETA_1)
            .with_beta_2(BETA_2)
            .with_epsilon(EPSILON)
            .with_weight_decay(penalty);
        Self {
            decay,
            coupled: coupled.build(),
            decoupled: decoupled.build(),
        }
    }

    /// Step `time`, counted from 1, with its bias corrections worked out.
    fn at(&self, time: usize, learning_rate: f64) -> AdamStep {
        let time = i32::try_from(time).unwrap_or(i32::MAX);
        let correction_2 = (1.0 - BETA_2.powi(time)).sqrt();
        let correction_1 = 1.0 - BETA_1.powi(time);
        let rate = learning_rate as f32;
        let (penalty, kept) = match self.decay {
            Decay::Coupled(penalty) => (penalty, 1.0),
            Decay::Decoupled(penalty) => (0.0, 1.0 - rate * penalty),
        };
        AdamStep {
            beta_1: BETA_1,
            beta_2: BETA_2,
            epsilon: EPSILON * correction_2,
            rate: rate * correction_2 / correction_1,
            penalty,
            kept,
        }
    }
}

impl Optimizer for AdamRule {
    type State<const D: usize> = AdamState<D>;

    fn step<const D: usize>(
        &self,
        learning_rate: f64,
        parameter: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<Self::State<D>>,
    ) -> (Tensor<D>, Option<Self::State<D>>) {
        if fused::are_for(&parameter) {
            let (time, moments) = match state {
                Some(AdamState { momentum }) => {
                    (momentum.time, [momentum.moment_1, momentum.moment_2])
                }
                None => (0, [parameter.zeros_like(), parameter.zeros_like()]),
            };
            let step = self.at(time + 1, learning_rate);
            let (parameter, [moment_1, moment_2]) = fused::adam(parameter, gradient, moments, step);
            let momentum = AdaptiveMomentumState {
                time: time + 1,
                moment_1,
                moment_2,
                max_moment_2: None,
            };
            return (parameter, Some(AdamState { momentum }));
        }
        match self.decay {
            Decay::Coupled(_) => self.coupled.step(learning_rate, parameter, gradient, state),
            Decay::Decoupled(_) => {
                let state = state.map(|AdamState { momentum }| AdamWState { momentum });
                let (parameter, state) =
                    self.decoupled
                        .step(learning_rate, parameter, gradient, state);
                let state = state.map(|AdamWState { momentum }| AdamState { momentum });
                (parameter, state)
            }
        }
    }

    fn to_device<const D: usize>(state: Self::State<D>, device: &Device) -> Self::State<D> {
        AdamState {
            momentum: state.momentum.to_device(device),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::optim::SgdConfig;
    use burn::optim::momentum::MomentumConfig;

    fn some(seed: usize) -> Tensor<2> {
        let values: Vec<f32> = (0..40_000)
            .map(|at| ((at + seed) * 7919 % 4001) as f32 / 2000.0 - 1.0)
            .collect();
        let data = burn::tensor::TensorData::new(values, [200, 200]);
        Tensor::from_data(data, &Device::flex())
    }

    /// Five steps of both rules from the same weights with the same gradients.
    fn agree<A: Optimizer, B: Optimizer>(ours: &A, burns: &B, rate: f64) {
        let (mut a, mut b) = (some(0), some(0));
        let (mut state_a, mut state_b) = (None, None);
        for step in 1..6 {
            (a, state_a) = ours.step(rate, a, some(step), state_a);
            (b, state_b) = burns.step(rate, b, some(step), state_b);
        }
        let difference = (a.clone() - b.clone()).abs().max().into_scalar::<f32>();
        let moved = (b - some(0)).abs().max().into_scalar::<f32>();
        assert!(
            moved > rate as f32 && difference < 2e-6 * moved.max(1.0),
            "{difference} {moved}"
        );
        // The same names, so that either can go on with the state of the other.
        let names = |flatten: &dyn Fn(&mut StateSink)| {
            let mut sink = StateSink::default();
            flatten(&mut sink);
            let tensors: Vec<String> = sink.tensors.iter().map(|(name, _)| name.clone()).collect();
            let scalars: Vec<String> = sink.scalars.iter().map(|(name, _)| name.clone()).collect();
            (tensors, scalars)
        };
        assert_eq!(
            names(&|sink| state_a.as_ref().unwrap().state_flatten("w", sink)),
            names(&|sink| state_b.as_ref().unwrap().state_flatten("w", sink)),
        );
    }

    #[test]
    fn rules_are_those_of_burn() {
        for weight_decay in [0.0, 0.1] {
            let decay = WeightDecayConfig::new(weight_decay);
            let adam = AdamConfig::new().with_epsilon(1e-8);
            let adam = adam.with_weight_decay(Some(decay.clone()));
            agree(
                &AdamRule::new(Decay::Coupled(weight_decay)),
                &adam.build(),
                1e-2,
            );
            let adamw = AdamWConfig::new()
                .with_epsilon(1e-8)
                .with_weight_decay(weight_decay);
            agree(
                &AdamRule::new(Decay::Decoupled(weight_decay)),
                &adamw.build(),
                1e-2,
            );
            let momentum = MomentumConfig::new().with_momentum(0.9).with_dampening(0.0);
            let sgd = SgdConfig::new()
                .with_momentum(Some(momentum))
                .with_weight_decay(Some(decay));
            let rule = SgdRule {
                momentum: 0.9,
                weight_decay,
            };
            agree(&rule, &sgd.build(), 0.1);
        }
    }
}
