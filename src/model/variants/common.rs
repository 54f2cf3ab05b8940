//! Knobs that several variants share, and how their values become a network.

use crate::model::activation::Activation;
use crate::model::autoencoder::PairPlan;
use crate::model::bottleneck;
use crate::model::dense::DensePlan;
use crate::model::init::Init;
use crate::model::knobs::{Choice, Condition, Knob, KnobError, KnobKind, Knobs, Part, Scale};
use crate::model::loss::{ImageLoss, Loss};

pub(super) const LATENT: Knob = latent(10, 256);

/// The knob of the latent size with this default and largest value.
pub(super) const fn latent(default: i64, max: i64) -> Knob {
    Knob {
        id: "latent",
        name: "Latent size",
        help: "Numbers in the code: everything the decoder learns of an image passes through these.",
        kind: KnobKind::Integer {
            min: 1,
            max,
            default,
            step: 1,
            scale: Scale::Logarithmic,
        },
        only_with: &[],
        part: Part::Network,
        is_live: false,
    }
}

/// A whole number of the layers.
pub(super) const fn number(
    id: &'static str,
    name: &'static str,
    help: &'static str,
    ([min, max], default): ([i64; 2], i64),
    scale: Scale,
) -> Knob {
    Knob {
        id,
        name,
        help,
        kind: KnobKind::Integer {
            min,
            max,
            default,
            step: 1,
            scale,
        },
        only_with: &[],
        part: Part::Network,
        is_live: false,
    }
}

/// A choice of the layers.
pub(super) const fn choice(
    id: &'static str,
    name: &'static str,
    help: &'static str,
    (options, default): (&'static [Choice], &'static str),
) -> Knob {
    Knob {
        id,
        name,
        help,
        kind: KnobKind::Choice { options, default },
        only_with: &[],
        part: Part::Network,
        is_live: false,
    }
}

const CODE_ACTIVATIONS: &[Choice] = &[
    Activation::Linear.choice(),
    Activation::Relu.choice(),
    Activation::Sigmoid.choice(),
    Activation::Tanh.choice(),
];

pub(super) const CODE_ACTIVATION: Knob = code_activation("linear");

/// The knob of the code's activation with this default.
pub(super) const fn code_activation(default: &'static str) -> Knob {
    Knob {
        id: "code-activation",
        name: "Code activation",
        help: "Function applied to the code. Linear leaves it free; ReLU makes it non-negative and partly zero; sigmoid and tanh bound it.",
        kind: KnobKind::Choice {
            options: CODE_ACTIVATIONS,
            default,
        },
        only_with: &[],
        part: Part::Network,
        is_live: false,
    }
}

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
    only_with: &[],
    part: Part::Network,
    is_live: false,
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
        only_with: &[],
        part: Part::Network,
        is_live: false,
    }
}

pub(super) const LOSS: Knob = loss("mse");

/// The loss knob with this default.
pub(super) const fn loss(default: &'static str) -> Knob {
    Knob {
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
            default,
        },
        only_with: &[],
        part: Part::Network,
        is_live: false,
    }
}

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
        only_with: &[],
        part: Part::Network,
        is_live: false,
    }
}

pub(super) const INIT_SIGMA: Knob = Knob {
    id: "init-sigma",
    name: "Initial σ",
    help: "Standard deviation of the normal initial weights.",
    kind: KnobKind::Real {
        min: 1e-4,
        max: 1.0,
        usual: 1.0,
        default: 0.01,
        scale: Scale::Logarithmic,
    },
    only_with: &[Condition::Is("init", &["normal"])],
    part: Part::Network,
    is_live: false,
};

/// A knob that is on or off.
pub(super) const SWITCH: [Choice; 2] = [
    Choice {
        id: "off",
        name: "Off",
        help: "not so",
        companion: None,
    },
    Choice {
        id: "on",
        name: "On",
        help: "so",
        companion: None,
    },
];

/// The knob of transposed weights with this default.
pub(super) const fn tied(default: &'static str) -> Knob {
    Knob {
        id: "tied",
        name: "Tied weights",
        help: "Whether each decoder layer has the weights of its encoder layer, transposed: half the \
               parameters (Vincent et al. 2010).",
        kind: KnobKind::Choice {
            options: &SWITCH,
            default,
        },
        only_with: &[],
        part: Part::Network,
        is_live: false,
    }
}

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
pub(super) fn dense_pairs(widths: &[usize], hidden: Activation, knobs: &Knobs) -> Vec<PairPlan> {
    let stages = widths.len().saturating_sub(1);
    let code = activation(knobs, "code-activation");
    let is_tied = knobs.text("tied") == "on";
    widths
        .windows(2)
        .enumerate()
        .map(|(stage, pair)| {
            PairPlan::Dense(DensePlan {
                outer: pair[0],
                inner: pair[1],
                heads: if stage + 1 == stages {
                    bottleneck::heads(knobs)
                } else {
                    1
                },
                is_tied,
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
