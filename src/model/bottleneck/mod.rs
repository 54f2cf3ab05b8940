//! Bottlenecks: what happens between the last layer of the encoder and the first of the decoder.
//!
//! One file each and one line in [`BOTTLENECKS`].

mod finite_scalar;
mod gaussian;
mod grid;
mod quantised;
mod state;
mod top_k;

use std::fmt::Debug;
use std::sync::Arc;

use burn::tensor::{Device, Tensor};
use serde_json::Value;

use super::knobs::{Choice, KnobError, KnobValue, Knobs};
use super::noise::Noise;
use super::step::StepContext;
use super::tally::Tally;
use super::terms::Term;
use crate::data::ImageShape;

pub use gaussian::DIMENSION_KL;
pub(super) use gaussian::WARM_UPS;
pub use grid::{CodeGrid, ENTRY_COUNTS};
pub(super) use quantised::{CODEBOOKS, STARTS};
pub use state::BottleneckState;

/// From resolved knobs and the shape of the code; a code without places is one place of many channels.
type Build = fn(&Knobs, ImageShape) -> Result<Arc<dyn Bottleneck>, KnobError>;

/// A kind of bottleneck.
pub struct BottleneckKind {
    /// Key, name and explanation.
    pub choice: Choice,
    /// How many numbers the encoder gives for each number of the code.
    heads: usize,
    /// How many numbers an entry has, where codes are made of entries.
    entry: fn(&Knobs) -> Option<usize>,
    /// Whether the code jumps where what the encoder gives moves a little.
    jumps: bool,
    /// Why it does not begin to learn from small weights, in a sentence or two, where that is so.
    starved: Option<&'static str>,
    /// The bottleneck for a code of this shape, from resolved knobs.
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
        entry: |_knobs| None,
        jumps: false,
        starved: None,
        build: |_knobs, _code| Ok(Arc::new(Plain)),
    },
    gaussian::GAUSSIAN,
    top_k::TOP_K,
    quantised::QUANTISED,
    finite_scalar::FINITE_SCALAR,
];

fn kind(knobs: &Knobs) -> &'static BottleneckKind {
    let id = knobs.text("bottleneck");
    let kind = BOTTLENECKS.iter().find(|kind| kind.choice.id == id);
    kind.unwrap_or(&BOTTLENECKS[0])
}

/// The bottleneck that resolved knobs ask for, for a code of this shape.
///
/// # Errors
/// Knobs that contradict each other or the shape.
pub fn bottleneck(knobs: &Knobs, code: ImageShape) -> Result<Arc<dyn Bottleneck>, KnobError> {
    let BottleneckKind {
        choice,
        heads,
        entry,
        build,
        jumps: _,
        starved: _,
    } = kind(knobs);
    let is_tied = matches!(knobs.get("tied"), Some(KnobValue::Text(tied)) if tied == "on");
    if is_tied && *heads > 1 {
        return Err(KnobError::Contradiction(format!(
            "bottleneck {} has {heads} encoder outputs for each number of the code, so its decoder \
             cannot have the same weights: tied must be off, but is on",
            choice.id
        )));
    }
    if let Some(numbers) = entry(knobs)
        && !code.channels.is_multiple_of(numbers)
    {
        return Err(KnobError::Contradiction(format!(
            "bottleneck {} makes a code of entries of {numbers} numbers, so the size of the code must be a \
             multiple of {numbers}, but is {}",
            choice.id, code.channels
        )));
    }
    build(knobs, code)
}

/// How many numbers the encoder gives for each number of the code, which must be known before the
/// layers are.
pub fn heads(knobs: &Knobs) -> usize {
    kind(knobs).heads
}

/// How many numbers an entry has, where codes are made of entries; from resolved knobs.
pub fn entry(knobs: &Knobs) -> Option<usize> {
    (kind(knobs).entry)(knobs)
}

/// Whether the code jumps where what the encoder gives moves a little.
pub fn jumps(knobs: &Knobs) -> bool {
    kind(knobs).jumps
}

/// Standard deviation of normal weights that are small: with it, the finite scalar bottleneck on MNIST used one
/// entry and its error fell with the biases alone for 100 steps, while with 0.07 it learned from the start.
const SMALL_SIGMA: f64 = 0.05;

/// Why a network with these knobs, which are resolved, may not begin to learn: its bottleneck does not from
/// weights as small as its first ones.
pub fn starved(knobs: &Knobs) -> Option<&'static str> {
    let is_normal = matches!(knobs.get("init"), Some(KnobValue::Text(init)) if init == "normal");
    let sigma = knobs.get("init-sigma");
    let is_small = matches!(sigma, Some(KnobValue::Real(sigma)) if *sigma <= SMALL_SIGMA);
    kind(knobs).starved.filter(|_why| is_normal && is_small)
}

/// What a bottleneck is given.
pub struct Encoded {
    /// What the encoder gave, `[images, heads × latent]`.
    pub values: Tensor<2>,
    /// The entries that codes are made of, `[entries, numbers]`, where the bottleneck has a codebook.
    pub codebook: Option<Tensor<2>>,
}

/// What goes on to the decoder, and what it costs.
pub struct Passed {
    /// `[images, latent]`.
    pub code: Tensor<2>,
    /// Terms of the loss.
    pub terms: Vec<Term>,
    /// `[images, latent]`: units that the code leaves out and that are to learn what it misses.
    pub spare: Option<Tensor<2>>,
}

impl Passed {
    /// A code that costs nothing.
    pub fn free(code: Tensor<2>) -> Self {
        Self {
            code,
            terms: Vec::new(),
            spare: None,
        }
    }
}

/// What test images are measured with.
#[derive(Default)]
pub struct Tested {
    /// The code as in training, but with nothing that only helps training, `[images, latent]`; absent
    /// where that is [`Bottleneck::code`].
    pub code: Option<Tensor<2>>,
    /// Terms of the loss.
    pub terms: Vec<Term>,
}

/// What happens between encoder and decoder.
pub trait Bottleneck: Debug + Send + Sync {
    /// Entries of its codebook and numbers of each, where it has one.
    fn codebook(&self) -> Option<[usize; 2]> {
        None
    }

    /// All entries that a code can be made of, `[entries, numbers]`, in the order in which their use is
    /// counted; absent where codes are not made of entries, or of more than can be listed.
    ///
    /// `codebook` is the network's, where the bottleneck has one.
    fn entries(&self, _codebook: Option<Tensor<2>>, _device: &Device) -> Option<Tensor<2>> {
        None
    }

    /// The code of what the encoder gave, without chance: what is drawn, kept and moved by hand.
    ///
    /// # Shapes
    /// `[images, heads × latent]` to `[images, latent]`
    fn code(&self, encoded: Encoded) -> Tensor<2> {
        encoded.values
    }

    /// How the code moves, but for chance, while what the encoder gave moves along a direction of its
    /// shape; of codes that do not jump.
    fn push(&self, direction: Tensor<2>) -> Tensor<2> {
        direction
    }

    /// The code that is trained on, with its terms.
    fn pass(
        &self,
        encoded: Encoded,
        context: &mut StepContext,
        state: &mut BottleneckState,
    ) -> Passed;

    /// The entries of the codebook after a step whose code was passed before: `entries` as the optimizer
    /// left them, without autodiff. Absent where they stay as they are.
    fn after_step(&self, _entries: Tensor<2>, _state: &mut BottleneckState) -> Option<Tensor<2>> {
        None
    }

    /// The terms of some test images; adds to the tally what is worth knowing about their code.
    fn test(&self, _encoded: Encoded, _context: &mut StepContext, _tally: &mut Tally) -> Tested {
        Tested::default()
    }

    /// A code drawn by chance for each image, from one noise each, `[images, latent]`; absent where there
    /// is no chance in the code that is trained on.
    fn sample(&self, _values: Tensor<2>, _noises: &mut [Noise]) -> Option<Tensor<2>> {
        None
    }

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
    fn pass(&self, encoded: Encoded, _: &mut StepContext, _: &mut BottleneckState) -> Passed {
        Passed::free(encoded.values)
    }
}
