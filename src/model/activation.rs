//! Activation functions of hidden layers, code and output.

use std::f64::consts::FRAC_1_SQRT_2;

use burn::tensor::{Tensor, activation};

use super::knobs::Choice;

/// 1 / √(2π)
const FRAC_1_SQRT_TAU: f64 = 0.398_942_280_401_432_7;

/// A function applied to every value of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// x
    Linear,
    /// max(0, x)
    Relu,
    /// x above zero, 0.01 x below
    LeakyRelu,
    /// tanh x
    Tanh,
    /// 1 / (1 + e⁻ˣ)
    Sigmoid,
    /// x Φ(x), Φ the normal distribution function (Hendrycks & Gimpel 2016)
    Gelu,
}

impl Activation {
    const ALL: &'static [Self] = &[
        Self::Linear,
        Self::Relu,
        Self::LeakyRelu,
        Self::Tanh,
        Self::Sigmoid,
        Self::Gelu,
    ];

    /// The key on the command line and in files.
    pub const fn id(self) -> &'static str {
        self.choice().id
    }

    /// The activation with this key.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|a| a.id() == id)
    }

    /// The activation that the window calls so.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|a| a.choice().name == name)
    }

    /// The ends of its range that it only creeps towards, where it has two.
    pub fn ends(self) -> Option<[f32; 2]> {
        match self {
            Self::Tanh => Some([-1.0, 1.0]),
            Self::Sigmoid => Some([0.0, 1.0]),
            Self::Linear | Self::Relu | Self::LeakyRelu | Self::Gelu => None,
        }
    }

    /// Whether it gives exactly 0 for a half of what may come, so that a unit can be off for good.
    pub fn can_die(self) -> bool {
        self == Self::Relu
    }

    /// This activation as an option of a knob.
    pub const fn choice(self) -> Choice {
        let (id, name, help) = match self {
            Self::Linear => ("linear", "Linear", "x: no bend"),
            Self::Relu => ("relu", "ReLU", "max(0, x)"),
            Self::LeakyRelu => ("leaky-relu", "Leaky ReLU", "x above zero, 0.01 x below"),
            Self::Tanh => ("tanh", "Tanh", "tanh x, between −1 and 1"),
            Self::Sigmoid => ("sigmoid", "Sigmoid", "1 / (1 + exp(−x)), between 0 and 1"),
            Self::Gelu => ("gelu", "GELU", "x Φ(x), a smooth ReLU"),
        };
        Choice {
            id,
            name,
            help,
            companion: None,
        }
    }

    /// Applies it to a tensor of any shape.
    pub fn apply<const D: usize>(self, x: Tensor<D>) -> Tensor<D> {
        match self {
            Self::Linear => x,
            Self::Relu => activation::relu(x),
            Self::LeakyRelu => activation::leaky_relu(x, 0.01),
            Self::Tanh => activation::tanh(x),
            Self::Sigmoid => activation::sigmoid(x),
            Self::Gelu => activation::gelu(x),
        }
    }

    /// Its derivative, in the shape of its output `y`; `x` gives what went in, where that is needed.
    pub fn slope<const D: usize>(self, y: Tensor<D>, x: impl FnOnce() -> Tensor<D>) -> Tensor<D> {
        match self {
            Self::Linear => y.ones_like(),
            Self::Relu => y.greater_elem(0.0).float(),
            Self::LeakyRelu => y.greater_elem(0.0).float() * 0.99 + 0.01,
            Self::Tanh => -y.square() + 1.0,
            Self::Sigmoid => y.clone() * (-y + 1.0),
            Self::Gelu => {
                // Φ(x) + x φ(x).
                let x = x();
                let density = (x.clone().square() * -0.5).exp() * FRAC_1_SQRT_TAU;
                ((x.clone() * FRAC_1_SQRT_2).erf() + 1.0) * 0.5 + x * density
            }
        }
    }
}
