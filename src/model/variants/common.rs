//! Knobs that several variants share, and how their values become a network.

use crate::model::activation::Activation;
use crate::model::autoencoder::PairPlan;
use crate::model::dense::DensePlan;
use crate::model::init::Init;
use crate::model::knobs::{Choice, Knob, KnobError, KnobKind, Knobs, Scale};
use crate::model::loss::{ImageLoss, Loss};

pub(super) const LATENT: Knob = Knob {
    id: "latent",
    name: "Latent size",
    help: "Numbers in the code: everything the decoder learns of an image passes through these.",
    kind: KnobKind::Integer {
        min: 1,
        max: 256,
        default: 10,
        step: 1,
        scale: Scale::Logarithmic,
    },
    only_with: None,
};

pub(super) const CODE_ACTIVATION: Knob = Knob {
    id: "code-activation",
    name: "Code activation",
    help: "Function applied to the code. Linear leaves it free; ReLU makes it non-negative and partly zero.",
    kind: KnobKind::Choice {
        options: &[Activation::Linear.choice(), Activation::Relu.choice()],
        default: "linear",
    },
    only_with: None,
};

pub(super) const ACTIVATION: Knob = Knob {
    id: "activation",
    name: "Hidden activation",
    help: "Function applied to every hidden layer; the code and the output have their own.",
    kind: KnobKind::Choice {
        options: &[
            Activation::Relu.choice(),
            Activation::LeakyRelu.choice(),
            Activation::Tanh.choice(),
            Activation::Sigmoid.choice(),
            Activation::Gelu.choice(),
        ],
        default: "relu",
    },
    only_with: None,
};

const OUTPUTS: &[Choice] = &[Activation::Sigmoid.choice(), Activation::Linear.choice()];

/// The output knob with this default.
pub(super) const fn output(default: &'static str) -> Knob {
    Knob {
        id: "output",
        name: "Output activation",
        help: "Sigmoid keeps pixels in [0, 1] but can saturate at black; linear always passes the gradient.",
        kind: KnobKind::Choice {
            options: OUTPUTS,
            default,
        },
        only_with: None,
    }
}

pub(super) const LOSS: Knob = Knob {
    id: "loss",
    name: "Loss",
    help: "What training minimises. Charts always show the mean squared error on test images as well.",
    kind: KnobKind::Choice {
        options: &[
            Choice {
                id: "mse",
                name: "Squared error",
                help: "mean of (output − pixel)² over pixels and images",
                companion: None,
            },
            Choice {
                id: "bce",
                name: "Binary cross-entropy",
                help: "mean of −t ln y − (1 − t) ln(1 − y); not zero even for perfect grey pixels; needs a sigmoid output",
                companion: None,
            },
        ],
        default: "mse",
    },
    only_with: None,
};

/// The initialisation knob with this default.
pub(super) const fn init(default: &'static str) -> Knob {
    Knob {
        id: "init",
        name: "Initial weights",
        help: "Distribution of the weights before training. Biases start at zero, but for “uniform”.",
        kind: KnobKind::Choice {
            options: &[
                Choice {
                    id: "normal",
                    name: "Normal",
                    help: "N(0, σ²): small ones starve deep networks of gradient",
                    companion: Some("init-sigma"),
                },
                Choice {
                    id: "glorot",
                    name: "Glorot",
                    help: "U(±√(6 / (fan in + fan out))), Glorot & Bengio 2010",
                    companion: None,
                },
                Choice {
                    id: "he",
                    name: "He",
                    help: "N(0, 2 / fan in), He et al. 2015, made for ReLU",
                    companion: None,
                },
                Choice {
                    id: "uniform",
                    name: "Uniform",
                    help: "U(±1 / √fan in), weights and biases: PyTorch’s default",
                    companion: None,
                },
            ],
            default,
        },
        only_with: None,
    }
}

pub(super) const INIT_SIGMA: Knob = Knob {
    id: "init-sigma",
    name: "Initial σ",
    help: "Standard deviation of the normal initial weights.",
    kind: KnobKind::Real {
        min: 1e-4,
        max: 1.0,
        default: 0.01,
        scale: Scale::Logarithmic,
    },
    only_with: Some(("init", "normal")),
};

/// The activation a choice knob names.
pub(super) fn activation(knobs: &Knobs, id: &str) -> Activation {
    Activation::from_id(knobs.text(id)).expect("the options of activation knobs are activations")
}

/// Output function and loss.
pub(super) fn image_loss(knobs: &Knobs) -> Result<ImageLoss, KnobError> {
    let output = activation(knobs, "output");
    let loss = match knobs.text("loss") {
        "bce" => Loss::Bce,
        _ => Loss::Mse,
    };
    if loss == Loss::Bce && output != Activation::Sigmoid {
        return Err(KnobError::Contradiction(
            "loss bce needs output sigmoid, but output is linear".to_owned(),
        ));
    }
    Ok(ImageLoss { output, loss })
}

/// Distribution of the first weights.
pub(super) fn initialisation(knobs: &Knobs) -> Init {
    match knobs.text("init") {
        "glorot" => Init::Glorot,
        "he" => Init::He,
        "uniform" => Init::Uniform,
        _ => Init::Normal {
            sigma: knobs.real("init-sigma"),
        },
    }
}

/// Dense pairs for widths from the image to the code.
pub(super) fn dense_pairs(widths: &[usize], hidden: Activation, code: Activation) -> Vec<PairPlan> {
    let stages = widths.len().saturating_sub(1);
    widths
        .windows(2)
        .enumerate()
        .map(|(stage, pair)| {
            PairPlan::Dense(DensePlan {
                outer: pair[0],
                inner: pair[1],
                encoder_activation: if stage + 1 == stages { code } else { hidden },
                decoder_activation: if stage == 0 {
                    Activation::Linear
                } else {
                    hidden
                },
            })
        })
        .collect()
}
