//! Penalties: what a loss holds against a code or a network besides a poor reconstruction.
//!
//! One line each in [`PENALTIES`]; the knob of each is its weight, which can be moved while a run
//! trains.

mod codes;
mod contraction;
mod mmd;

use burn::tensor::Tensor;

use super::knobs::{KnobError, Knobs};
use super::step::StepContext;

/// Knobs of weights begin with this: `penalty-l1`.
pub const PENALTY_PREFIX: &str = "penalty-";

/// What one unit of the value of a penalty is counted against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    /// The squared error of a whole image, summed over its pixels.
    Image,
    /// The squared error of a pixel.
    Pixel,
}

/// A kind of penalty.
#[derive(Debug)]
pub struct PenaltyKind {
    /// Id of the knob of its weight.
    pub knob: &'static str,
    /// What the window calls it.
    pub name: &'static str,
    /// Its formula, and its paper.
    pub help: &'static str,
    /// Name of its term.
    term: &'static str,
    unit: Unit,
    /// Whether it also acts on hidden layers, which are the codes of outer pairs in pretraining.
    acts_on_hidden: bool,
    /// Refuses what it cannot work with.
    check: fn(&Knobs) -> Result<(), KnobError>,
    /// Shape `[1]`.
    value: fn(&Penalised<'_>, &mut StepContext) -> Tensor<1>,
}

impl PenaltyKind {
    /// Where the slider of its weight ends; larger ones can be typed. What is counted against a pixel
    /// drowns the reconstruction at smaller weights than what is counted against a whole image.
    pub(super) const fn usual(&self) -> f64 {
        match self.unit {
            Unit::Pixel => 1.0,
            Unit::Image => 100.0,
        }
    }

    /// Whether it also acts in phases whose code is a hidden layer, and not only where that of the whole
    /// network is trained.
    pub fn acts_on_hidden(&self) -> bool {
        self.acts_on_hidden
    }
}

/// All kinds, in the order of the side panel.
pub const PENALTIES: &[PenaltyKind] = &[
    PenaltyKind {
        knob: "penalty-l1",
        name: "L1",
        help: "Weight of the mean of the absolute values of the code, which makes most of them zero.",
        term: "sparsity",
        unit: Unit::Pixel,
        acts_on_hidden: true,
        check: |_knobs| Ok(()),
        value: codes::l1,
    },
    PenaltyKind {
        knob: "penalty-kl-sparsity",
        name: "KL sparsity",
        help: "Weight of Σ KL(ρ ‖ mean activation of a unit over the batch), which has every unit active \
               for a share ρ of the images (Ng 2011). Needs a sigmoid code.",
        term: "sparsity",
        unit: Unit::Pixel,
        acts_on_hidden: true,
        check: codes::check_kl_sparsity,
        value: codes::kl_sparsity,
    },
    PenaltyKind {
        knob: "penalty-contractive",
        name: "Contractive",
        help: "Weight of the squared slopes of the code, ‖∂code/∂image‖², which makes it blind to small \
               changes of the image (Rifai et al. 2011).",
        term: "contraction",
        unit: Unit::Image,
        acts_on_hidden: true,
        check: contraction::check,
        value: contraction::contraction,
    },
    PenaltyKind {
        knob: "penalty-mmd",
        name: "MMD",
        help: "Weight of the maximum mean discrepancy between the codes of a batch and N(0, I), which \
               gives them its shape (Tolstikhin et al. 2018).",
        term: "mmd",
        unit: Unit::Image,
        acts_on_hidden: false,
        check: mmd::check,
        value: mmd::mmd,
    },
    PenaltyKind {
        knob: "penalty-code-norm",
        name: "Code norm",
        help: "Weight of ½‖code‖², which keeps codes near 0 (Ghosh et al. 2020).",
        term: "code-norm",
        unit: Unit::Image,
        acts_on_hidden: false,
        check: |_knobs| Ok(()),
        value: codes::norm,
    },
    PenaltyKind {
        knob: "penalty-weight-decay",
        name: "Decoder decay",
        help: "Weight of ½‖weights of the decoder‖², which keeps the decoder smooth (Ghosh et al. 2020).",
        term: "weight-decay",
        unit: Unit::Image,
        acts_on_hidden: true,
        check: |_knobs| Ok(()),
        value: codes::decoder_decay,
    },
];

/// What a penalty is computed from.
pub struct Penalised<'a> {
    /// What the encoder was given, `[images, values]`.
    pub input: Tensor<2>,
    /// What the decoder gets, `[images, latent]`.
    pub code: Tensor<2>,
    /// How the code moves, but for chance, while the input moves along a direction of its shape.
    pub push: &'a dyn Fn(Tensor<2>) -> Tensor<2>,
    /// Weights of the encoder, `[inputs, latent]`, where it is a single layer with a sigmoid.
    pub sigmoid_layer: Option<Tensor<2>>,
    /// Half the sum of the squared weights of the decoder, shape `[1]`.
    pub decoder_decay: &'a dyn Fn() -> Tensor<1>,
    /// Mean activation that KL sparsity aims at.
    pub target: f64,
}

/// A penalty with its weight.
#[derive(Clone, Copy, Debug)]
pub struct Penalty {
    kind: &'static PenaltyKind,
    weight: f64,
}

impl Penalty {
    /// Name of its term.
    pub fn term(&self) -> &'static str {
        self.kind.term
    }

    /// Whether it acts where the code is a hidden layer.
    pub fn acts_on_hidden(&self) -> bool {
        self.kind.acts_on_hidden()
    }

    /// Its weight in a loss that is a mean over `values`, or their sum.
    pub fn weight(&self, values: usize, is_sum: bool) -> f64 {
        match (self.kind.unit, is_sum) {
            (Unit::Image, true) | (Unit::Pixel, false) => self.weight,
            (Unit::Image, false) => self.weight / values as f64,
            (Unit::Pixel, true) => self.weight * values as f64,
        }
    }

    /// Its value, shape `[1]`.
    pub fn value(&self, of: &Penalised<'_>, context: &mut StepContext) -> Tensor<1> {
        (self.kind.value)(of, context)
    }
}

/// The penalties that resolved knobs give a weight.
///
/// # Errors
/// Knobs that contradict each other.
pub fn penalties(knobs: &Knobs) -> Result<Vec<Penalty>, KnobError> {
    let mut found: Vec<Penalty> = Vec::new();
    for kind in PENALTIES {
        let weight = knobs.real(kind.knob);
        if weight == 0.0 {
            continue;
        }
        (kind.check)(knobs)?;
        if let Some(other) = found.iter().find(|other| other.kind.term == kind.term) {
            return Err(KnobError::Contradiction(format!(
                "{} and {} are two forms of {}: one of them must be 0",
                other.kind.knob, kind.knob, kind.term
            )));
        }
        found.push(Penalty { kind, weight });
    }
    Ok(found)
}

fn must(condition: bool, sentence: impl FnOnce() -> String) -> Result<(), KnobError> {
    if condition {
        Ok(())
    } else {
        Err(KnobError::Contradiction(sentence()))
    }
}

#[cfg(test)]
mod tests;
