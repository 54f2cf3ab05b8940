//! Optimizer settings: which rule turns a gradient into a step.

use serde::{Deserialize, Serialize};

/// The update rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OptimizerKind {
    /// Stochastic gradient descent with momentum.
    #[default]
    Sgd,
    /// Adam (Kingma & Ba 2015), β₁ 0.9, β₂ 0.999, ε 1e-8.
    Adam,
    /// Adam with decoupled weight decay (Loshchilov & Hutter 2019).
    AdamW,
}

impl OptimizerKind {
    /// All of them, in the order of the chooser.
    pub const ALL: &'static [Self] = &[Self::Sgd, Self::Adam, Self::AdamW];

    /// The key on the command line and in files.
    pub fn id(self) -> &'static str {
        match self {
            Self::Sgd => "sgd",
            Self::Adam => "adam",
            Self::AdamW => "adamw",
        }
    }

    /// What the window calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sgd => "SGD with momentum",
            Self::Adam => "Adam",
            Self::AdamW => "AdamW",
        }
    }

    /// A learning rate that suits mean MSE on pixels in [0, 1].
    pub fn usual_learning_rate(self) -> f64 {
        match self {
            Self::Sgd => 1.0,
            Self::Adam | Self::AdamW => 1e-3,
        }
    }
}

/// An update rule with its settings; the learning rate is the schedule's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptimizerConfig {
    /// The rule.
    pub kind: OptimizerKind,
    /// Share of the last step kept in the next one, 0 to below 1; SGD only.
    #[serde(default = "default_momentum")]
    pub momentum: f64,
    /// Weight decay, 0 to 1: added to the gradient by SGD and Adam (L2), taken off the weights by AdamW.
    #[serde(default)]
    pub weight_decay: f64,
    /// Largest norm of the gradient of one weight matrix or bias; longer ones are shortened to it
    /// (Pascanu et al. 2013), 0 for no limit. Large learning rates need it: one wild step can switch
    /// ReLU units off for good.
    #[serde(default)]
    pub clip: f64,
}

/// Gradient clipping of SGD when nothing is said. At learning rate 1 and momentum 0.9 a pretrained
/// network can blow up at the start of its fine-tuning (seed 1 of the classic recipe does); shortened
/// gradients keep it. Adam's steps are bounded already.
const SGD_CLIP: f64 = 0.03;

fn default_momentum() -> f64 {
    0.9
}

impl OptimizerConfig {
    /// The rule with momentum 0.9, no weight decay, and for SGD gradient clipping.
    pub fn new(kind: OptimizerKind) -> Self {
        Self {
            kind,
            momentum: default_momentum(),
            weight_decay: 0.0,
            clip: match kind {
                OptimizerKind::Sgd => SGD_CLIP,
                OptimizerKind::Adam | OptimizerKind::AdamW => 0.0,
            },
        }
    }
}
