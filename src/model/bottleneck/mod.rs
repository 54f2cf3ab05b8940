//! Bottlenecks: what happens between the last layer of the encoder and the first of the decoder.
//!
//! One file each and one line in [`BOTTLENECKS`].

mod gaussian;
mod top_k;

use std::fmt::Debug;
use std::sync::Arc;

use burn::tensor::Tensor;
use serde_json::Value;

use super::knobs::{Choice, KnobError, KnobValue, Knobs};
use super::noise::Noise;
use super::step::StepContext;
use super::tally::Tally;
use super::terms::Term;
use super::weights::NamedArray;

pub(super) use gaussian::WARM_UPS;

/// From resolved knobs and the size of the code.
type Build = fn(&Knobs, usize) -> Result<Arc<dyn Bottleneck>, KnobError>;

/// A kind of bottleneck.
pub struct BottleneckKind {
    /// Key, name and explanation.
    pub choice: Choice,
    /// How many numbers the encoder gives for each number of the code.
    heads: usize,
    /// The bottleneck for a code of this size, from resolved knobs.
    build: Build,
}

/// All kinds, in the order of the chooser.
pub const BOTTLENECKS: &[BottleneckKind] = &[
    BottleneckKind {
        choice: Choice {
            id: "plain",
            name: "Plain",
            help: "what the encoder gives is the code",
            companion: None,
        },
        heads: 1,
        build: |_knobs, _latent| Ok(Arc::new(Plain)),
    },
    gaussian::GAUSSIAN,
    top_k::TOP_K,
];

fn kind(knobs: &Knobs) -> &'static BottleneckKind {
    let id = knobs.text("bottleneck");
    let kind = BOTTLENECKS.iter().find(|kind| kind.choice.id == id);
    kind.unwrap_or(&BOTTLENECKS[0])
}

/// The bottleneck that resolved knobs ask for, for a code of this size.
///
/// # Errors
/// Knobs that contradict each other or the size.
pub fn bottleneck(knobs: &Knobs, latent: usize) -> Result<Arc<dyn Bottleneck>, KnobError> {
    let BottleneckKind {
        choice,
        heads,
        build,
    } = kind(knobs);
    let is_tied = matches!(knobs.get("tied"), Some(KnobValue::Text(tied)) if tied == "on");
    if is_tied && *heads > 1 {
        return Err(KnobError::Contradiction(format!(
            "bottleneck {} has {heads} encoder outputs for each number of the code, so its decoder \
             cannot have the same weights: tied must be off, but is on",
            choice.id
        )));
    }
    build(knobs, latent)
}

/// How many numbers the encoder gives for each number of the code, which must be known before the
/// layers are.
pub fn heads(knobs: &Knobs) -> usize {
    kind(knobs).heads
}

/// What a bottleneck keeps from step to step besides weights; a phase begins with the default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BottleneckState {
    /// Steps since each unit of the code was last active, where somebody counts.
    pub idle: Vec<u32>,
}

/// Name of the array that keeps [`BottleneckState::idle`].
const IDLE: &str = "bottleneck.idle";

impl BottleneckState {
    /// As an array for a file; none where nothing is kept.
    pub fn array(&self) -> Option<NamedArray> {
        (!self.idle.is_empty()).then(|| NamedArray {
            name: IDLE.to_owned(),
            shape: vec![self.idle.len()],
            values: self.idle.iter().map(|steps| *steps as f32).collect(),
        })
    }

    /// From the arrays of a file.
    pub fn of(arrays: &[NamedArray]) -> Self {
        let idle = arrays.iter().find(|array| array.name == IDLE);
        let values = idle.map_or(&[][..], |array| &array.values);
        Self {
            idle: values.iter().map(|steps| *steps as u32).collect(),
        }
    }
}

/// What goes on to the decoder, and what it costs.
pub struct Passed {
    /// `[images, latent]`.
    pub code: Tensor<2>,
    /// A term of the loss.
    pub term: Option<Term>,
    /// `[images, latent]`: units that the code leaves out and that are to learn what it misses.
    pub spare: Option<Tensor<2>>,
}

/// What happens between encoder and decoder.
pub trait Bottleneck: Debug + Send + Sync {
    /// The code of what the encoder gave, without chance: what is drawn, kept and moved by hand.
    ///
    /// # Shapes
    /// `[images, heads × latent]` to `[images, latent]`
    fn code(&self, raw: Tensor<2>) -> Tensor<2> {
        raw
    }

    /// The code that is trained on, with its term.
    fn pass(
        &self,
        raw: Tensor<2>,
        context: &mut StepContext,
        state: &mut BottleneckState,
    ) -> Passed;

    /// The code and term that test images are measured with: as in training, but with nothing that
    /// only helps training. Absent where that is [`Bottleneck::code`] without a term.
    fn pass_in_test(&self, _raw: Tensor<2>, _context: &mut StepContext) -> Option<Passed> {
        None
    }

    /// A code drawn by chance for each image, from one noise each, `[images, latent]`; absent where there
    /// is no chance in the code that is trained on.
    fn sample(&self, _raw: Tensor<2>, _noises: &mut [Noise]) -> Option<Tensor<2>> {
        None
    }

    /// Adds what is worth knowing about the code of some test images.
    fn measure(&self, _raw: Tensor<2>, _context: &StepContext, _tally: &mut Tally) {}

    /// [`Bottleneck::code`] as a module of PyTorch, the way the README's snippet spells it: its class and
    /// what that is called with. Absent where the code is what the encoder gives.
    fn torch(&self) -> Option<(&'static str, Vec<Value>)> {
        None
    }

    /// Whether most units of a code are zero on purpose.
    fn is_sparse(&self) -> bool {
        false
    }

    /// Whether the loss is a sum over the pixels of an image, as a probability of images is, and not
    /// a mean.
    fn sums_pixels(&self) -> bool {
        false
    }
}

/// The code is what the encoder gives.
#[derive(Debug)]
struct Plain;

impl Bottleneck for Plain {
    fn pass(&self, raw: Tensor<2>, _: &mut StepContext, _: &mut BottleneckState) -> Passed {
        Passed {
            code: raw,
            term: None,
            spare: None,
        }
    }
}
