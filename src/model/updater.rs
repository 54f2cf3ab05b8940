//! The optimizer at work: gradients in, new weights out, with a state by name.
//!
//! Burn's own `ModuleOptimizer` is not used for two reasons: it restores a saved state on the default
//! device, which is a GPU even where there is none, and it keys the state by ids that change with every
//! start, where names stay.

use std::any::Any;
use std::collections::BTreeMap;

use burn::grad_clipping::GradientClipping;
use burn::module::{Module, ModuleMapper, Param};
use burn::optim::{GradientsParams, Optimizer, RecordState, StateSink, StateSource};
use burn::tensor::{Tensor, TensorData};

use super::TrainingError;
use super::fused;
use super::observation::StepObservation;
use super::optimizer::{OptimizerConfig, OptimizerKind};
use super::rules::{AdamRule, Decay, SgdRule};
use super::weights::{NamedArray, parameter_name};

/// An optimizer's memory as plain arrays: momenta and moments, and counters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OptimizerState {
    /// Named by parameter and role.
    pub arrays: Vec<NamedArray>,
    /// Step counters, named by parameter and role.
    pub counters: BTreeMap<String, u64>,
}

/// An update rule with its state for every parameter it has met.
pub enum Updater {
    /// SGD with momentum.
    Sgd(Rule<SgdRule>),
    /// Adam and AdamW.
    Adam(Rule<AdamRule>),
}

impl Updater {
    /// A fresh optimizer.
    pub fn new(config: &OptimizerConfig) -> Self {
        let clip = (config.clip > 0.0).then_some(config.clip as f32);
        let weight_decay = config.weight_decay as f32;
        match config.kind {
            OptimizerKind::Sgd => Self::Sgd(Rule::new(
                SgdRule {
                    momentum: config.momentum,
                    weight_decay,
                },
                clip,
            )),
            OptimizerKind::Adam => {
                Self::Adam(Rule::new(AdamRule::new(Decay::Coupled(weight_decay)), clip))
            }
            OptimizerKind::AdamW => Self::Adam(Rule::new(
                AdamRule::new(Decay::Decoupled(weight_decay)),
                clip,
            )),
        }
    }

    /// Moves every parameter that has a gradient; the others are left as they are, to the bit. Where
    /// there is an observation, it is told of every parameter that moves.
    pub fn step<M: Module>(
        &mut self,
        module: M,
        grads: GradientsParams,
        learning_rate: f64,
        observation: Option<&mut StepObservation>,
    ) -> M {
        match self {
            Self::Sgd(rule) => rule.step(module, grads, learning_rate, observation),
            Self::Adam(rule) => rule.step(module, grads, learning_rate, observation),
        }
    }

    /// Reads the state.
    ///
    /// # Errors
    /// When a value cannot be read.
    pub fn state(&self) -> Result<OptimizerState, TrainingError> {
        let mut sink = StateSink::default();
        let untouched = match self {
            Self::Sgd(rule) => rule.flatten(&mut sink),
            Self::Adam(rule) => rule.flatten(&mut sink),
        };
        if let Some(restored) = untouched {
            return Ok(restored.clone());
        }
        let arrays = sink
            .tensors
            .into_iter()
            .map(|(name, data)| {
                Ok(NamedArray {
                    name,
                    shape: data.shape().as_slice().to_vec(),
                    values: data.try_to_vec()?,
                })
            })
            .collect::<Result<_, TrainingError>>()?;
        let counters = sink
            .scalars
            .into_iter()
            .map(|(name, value)| {
                let value = u64::try_from(value).map_err(|_scalar| {
                    TrainingError::Weights(format!("{name} is not a counter"))
                })?;
                Ok((name, value))
            })
            .collect::<Result<_, TrainingError>>()?;
        Ok(OptimizerState { arrays, counters })
    }

    /// Takes a state that was read before; each parameter takes up its part at its next step.
    pub fn restore(&mut self, state: &OptimizerState) {
        let scalars = state
            .counters
            .iter()
            .map(|(name, value)| (name.clone(), (*value).into()))
            .collect();
        let mut source = StateSource::new(scalars);
        for array in &state.arrays {
            source.insert_tensor(
                array.name.clone(),
                TensorData::new(array.values.clone(), array.shape.clone()),
            );
        }
        match self {
            Self::Sgd(rule) => rule.restore(source, state.clone()),
            Self::Adam(rule) => rule.restore(source, state.clone()),
        }
    }
}

/// State of one parameter, its rank forgotten.
trait ParameterState: Any + Send {
    fn flatten(&self, name: &str, sink: &mut StateSink);
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
}

impl<S: RecordState> ParameterState for S {
    fn flatten(&self, name: &str, sink: &mut StateSink) {
        self.state_flatten(name, sink);
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

/// An update rule and its state by parameter name.
pub struct Rule<O: Optimizer> {
    optimizer: O,
    /// Largest norm of the gradient of one parameter.
    clip: Option<f32>,
    states: BTreeMap<String, Box<dyn ParameterState>>,
    /// A saved state not yet taken up.
    source: Option<StateSource>,
    /// The same as plain data, until the first step: keeping the run again must not lose it.
    restored: Option<OptimizerState>,
}

impl<O: Optimizer> Rule<O> {
    fn new(optimizer: O, clip: Option<f32>) -> Self {
        Self {
            optimizer,
            clip,
            states: BTreeMap::new(),
            source: None,
            restored: None,
        }
    }

    fn restore(&mut self, source: StateSource, state: OptimizerState) {
        self.source = Some(source);
        self.restored = Some(state);
    }

    fn step<M: Module>(
        &mut self,
        module: M,
        grads: GradientsParams,
        learning_rate: f64,
        observation: Option<&mut StepObservation>,
    ) -> M {
        self.restored = None;
        module.map(&mut Mover {
            rule: self,
            grads,
            learning_rate,
            observation,
            path: Vec::new(),
        })
    }

    /// Writes the state down, or returns the restored one where no step has been done since.
    fn flatten(&self, sink: &mut StateSink) -> Option<&OptimizerState> {
        for (name, state) in &self.states {
            state.flatten(name, sink);
        }
        self.restored.as_ref()
    }
}

struct Mover<'a, O: Optimizer> {
    rule: &'a mut Rule<O>,
    grads: GradientsParams,
    learning_rate: f64,
    observation: Option<&'a mut StepObservation>,
    path: Vec<String>,
}

impl<O: Optimizer> ModuleMapper for Mover<'_, O> {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(gradient) = self.grads.remove::<D>(param.id) else {
            return param;
        };
        let unclipped = self.observation.as_ref().map(|_watched| gradient.clone());
        let gradient = match self.rule.clip {
            Some(most) if fused::are_for(&gradient) => fused::clip(gradient, most),
            Some(most) => GradientClipping::Norm(most).clip_gradient(gradient),
            None => gradient,
        };
        let name = parameter_name(&self.path);
        let (id, tensor, mapper) = param.consume();
        let device = tensor.device().inner();
        let state: Option<O::State<D>> = match self.rule.states.remove(&name) {
            Some(state) => state.into_any().downcast().ok().map(|state| *state),
            None => self
                .rule
                .source
                .as_mut()
                .and_then(|source| RecordState::state_unflatten(&name, source, &device)),
        };
        let before = tensor.inner();
        let watched = unclipped.map(|unclipped| (unclipped, before.clone()));
        let (tensor, state) = self
            .rule
            .optimizer
            .step(self.learning_rate, before, gradient, state);
        if let (Some(observation), Some((gradient, before))) = (&mut self.observation, watched) {
            observation.push(&name, gradient, before, tensor.clone());
        }
        if let Some(state) = state {
            self.rule.states.insert(name, Box::new(state));
        }
        let tensor = Tensor::from_inner(tensor).require_grad();
        Param::from_mapped_value(id, tensor, mapper)
    }
}
