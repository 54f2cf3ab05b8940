//! The knobs of corruption, bottleneck and penalties, which every variant has: a preset differs from
//! another by their defaults.

use crate::data::ImageShape;
use crate::model::bottleneck::{self, BOTTLENECKS, CODEBOOKS, STARTS, WARM_UPS};
use crate::model::composition::Composition;
use crate::model::corruption::{CORRUPTIONS, Corruption};
use crate::model::knobs::{Choice, Condition, Knob, KnobError, KnobKind, Knobs, Part, Scale};
use crate::model::penalty::{self, PENALTIES};

use super::common::{self, SWITCH};

/// Defaults of the parts of a variant.
#[derive(Clone, Copy)]
pub(super) struct Parts {
    pub(super) noise: &'static str,
    pub(super) bottleneck: &'static str,
    pub(super) beta: f64,
    /// Numbers of an entry of a codebook.
    pub(super) entry_size: i64,
    /// Levels of the numbers of an entry.
    pub(super) levels: &'static str,
    /// A penalty and its weight.
    pub(super) penalties: &'static [(&'static str, f64)],
}

/// An autoencoder that is nothing but its layers.
pub(super) const NONE: Parts = Parts {
    noise: "none",
    bottleneck: "plain",
    beta: 1.0,
    entry_size: 2,
    levels: "8,8",
    penalties: &[],
};

/// Largest weight of a penalty.
const MOST_WEIGHT: f64 = 1000.0;

/// Parts other than penalties have so many knobs.
const OTHERS: usize = 17;

/// Number of knobs of all parts; what KL sparsity aims at follows the penalties.
const COUNT: usize = OTHERS + PENALTIES.len() + 1;

/// The knobs of a variant's layers, and behind them those of its parts.
pub(super) const fn with_parts<const LAYERS: usize, const ALL: usize>(
    layers: [Knob; LAYERS],
    parts: Parts,
) -> [Knob; ALL] {
    joined(layers, knobs(parts))
}

/// Two lists of knobs, one behind the other.
const fn joined<const FIRST: usize, const SECOND: usize, const ALL: usize>(
    first: [Knob; FIRST],
    second: [Knob; SECOND],
) -> [Knob; ALL] {
    assert!(ALL == FIRST + SECOND, "a list has room for both parts");
    let mut all = [common::LATENT; ALL];
    let mut at = 0;
    while at < ALL {
        all[at] = if at < FIRST {
            first[at]
        } else {
            second[at - FIRST]
        };
        at += 1;
    }
    all
}

/// Number of knobs of a variant with so many of its own.
pub(super) const fn count(layers: usize) -> usize {
    layers + COUNT
}

const GAUSSIAN: Condition = Condition::Is("bottleneck", &["gaussian"]);
const TOP_K: Condition = Condition::Is("bottleneck", &["top-k"]);
const QUANTISED: Condition = Condition::Is("bottleneck", &["vq"]);

const fn knobs(parts: Parts) -> [Knob; COUNT] {
    let others: [Knob; OTHERS] = [
        Knob {
            id: "noise",
            name: "Noise",
            help: "Damage done to the images that go in; what is to come out is the clean image.",
            kind: KnobKind::Choice {
                options: &NOISES,
                default: parts.noise,
            },
            only_with: &[],
            part: Part::Corruption,
            is_live: false,
        },
        real(
            "noise-level",
            "Noise level",
            "How much is damaged: the share of the pixels, or σ of Gaussian noise.",
            ([1.0; 2], 0.5, Scale::Linear),
            (&[Condition::Is("noise", &DAMAGES)], Part::Corruption),
        ),
        choice(
            "bottleneck",
            "Bottleneck",
            "What happens between encoder and decoder.",
            (&KINDS, parts.bottleneck),
            &[],
        ),
        real(
            "beta",
            "β",
            "Weight of the KL divergence of the code from N(0, I), in nats, against the \
             reconstruction error summed over an image (Higgins et al. 2017).",
            ([100.0, 1000.0], parts.beta, Scale::Logarithmic),
            (&[GAUSSIAN], Part::Bottleneck),
        ),
        Knob {
            is_live: false,
            ..real(
                "warm-up",
                "Warm-up",
                "Epochs of a phase over which β rises from 0 to its value; with a capacity, over which \
                 that rises.",
                ([100.0, 1000.0], 0.0, Scale::Logarithmic),
                (&[GAUSSIAN], Part::Bottleneck),
            )
        },
        choice(
            "warm-up-shape",
            "Warm-up shape",
            "Whether the warm-up comes once or again and again.",
            (WARM_UPS, "linear"),
            &[GAUSSIAN, Condition::Above0("warm-up")],
        ),
        real(
            "free-bits",
            "Free bits",
            "Nats of KL divergence that cost nothing in each dimension, on average over a batch, so \
             that the code is not given up (Kingma et al. 2016).",
            ([10.0; 2], 0.0, Scale::Linear),
            (&[GAUSSIAN], Part::Bottleneck),
        ),
        real(
            "capacity",
            "Capacity",
            "Nats of KL divergence that the code is held to, β |KL − capacity|; 0 for as few as possible \
             (Burgess et al. 2018).",
            ([100.0, 1000.0], 0.0, Scale::Logarithmic),
            (&[GAUSSIAN], Part::Bottleneck),
        ),
        whole(
            "k",
            "k",
            "Units of the code that stay; at most its size.",
            ([1, 4096], 25),
            &[TOP_K],
        ),
        Knob {
            is_live: false,
            ..real(
                "k-anneal",
                "k annealing",
                "Epochs of a phase over which the units that stay fall from all to k; test images are \
                 always measured with k.",
                ([100.0, 1000.0], 0.0, Scale::Logarithmic),
                (&[TOP_K], Part::Bottleneck),
            )
        },
        whole(
            "entries",
            "Entries",
            "Entries of the codebook: each place of a code is one of them.",
            ([2, 4096], 128),
            &[QUANTISED],
        ),
        whole(
            "entry-size",
            "Entry size",
            "Numbers of an entry, and channels of a grid of entries; a code that is one vector is cut into \
             groups of so many numbers.",
            ([1, 256], parts.entry_size),
            &[QUANTISED],
        ),
        choice(
            "codebook",
            "Codebook",
            "How the entries of the codebook follow what the encoder gives.",
            (CODEBOOKS, "ema"),
            &[QUANTISED],
        ),
        choice(
            "codebook-start",
            "Codebook start",
            "What the entries of the codebook are before they are trained.",
            (STARTS, "outputs"),
            &[QUANTISED],
        ),
        real(
            "commitment",
            "Commitment",
            "Weight of the mean squared distance between what the encoder gives and the entries that take \
             its place, which keeps the encoder near them (van den Oord et al. 2017).",
            ([4.0, 100.0], 0.25, Scale::Linear),
            (&[QUANTISED], Part::Bottleneck),
        ),
        choice(
            "revive",
            "Revive what is dead",
            "Whether units that were not among the k largest for 100 steps learn what the code leaves out \
             (Gao et al. 2024), and entries of a codebook that nothing is nearest to become vectors of the \
             batch.",
            (&SWITCH, "on"),
            &[Condition::Is("bottleneck", &["top-k", "vq"])],
        ),
        Knob {
            id: "levels",
            name: "Levels",
            help: "How many levels each number of an entry is rounded to, such as 8,6,5: as many numbers as \
                   are listed make an entry, and a code is a multiple of them.",
            kind: KnobKind::Levels {
                default: parts.levels,
            },
            only_with: &[Condition::Is("bottleneck", &["fsq"])],
            part: Part::Bottleneck,
            is_live: false,
        },
    ];
    joined(others, penalties(parts.penalties))
}

/// The weights of all penalties, and what KL sparsity aims at.
const fn penalties(weights: &[(&str, f64)]) -> [Knob; COUNT - OTHERS] {
    let mut all = [TARGET; COUNT - OTHERS];
    let mut at = 0;
    while at < PENALTIES.len() {
        let kind = &PENALTIES[at];
        let weight = weight_of(kind.knob, weights);
        all[at] = real(
            kind.knob,
            kind.name,
            kind.help,
            ([kind.usual(), MOST_WEIGHT], weight, Scale::Logarithmic),
            (&[], Part::Penalties),
        );
        at += 1;
    }
    all
}

const TARGET: Knob = Knob {
    id: "sparsity-target",
    name: "Target ρ",
    help: "Share of the images for which KL sparsity wants a unit active.",
    kind: KnobKind::Real {
        min: 0.001,
        max: 0.999,
        usual: 0.999,
        default: 0.05,
        scale: Scale::Linear,
    },
    only_with: &[Condition::Above0("penalty-kl-sparsity")],
    part: Part::Penalties,
    is_live: true,
};

/// A whole number of a bottleneck, over equal ratios.
const fn whole(
    id: &'static str,
    name: &'static str,
    help: &'static str,
    range: ([i64; 2], i64),
    only_with: &'static [Condition],
) -> Knob {
    Knob {
        only_with,
        part: Part::Bottleneck,
        ..common::number(id, name, help, range, Scale::Logarithmic)
    }
}

/// A choice of a bottleneck.
const fn choice(
    id: &'static str,
    name: &'static str,
    help: &'static str,
    options: (&'static [Choice], &'static str),
    only_with: &'static [Condition],
) -> Knob {
    Knob {
        only_with,
        part: Part::Bottleneck,
        ..common::choice(id, name, help, options)
    }
}

/// A knob from 0 to `most`, or to `usual` on a slider, that can be moved while a run trains.
const fn real(
    id: &'static str,
    name: &'static str,
    help: &'static str,
    ([usual, most], default, scale): ([f64; 2], f64, Scale),
    (only_with, part): (&'static [Condition], Part),
) -> Knob {
    Knob {
        id,
        name,
        help,
        kind: KnobKind::Real {
            min: 0.0,
            max: most,
            usual: if usual < default { default } else { usual },
            default,
            scale,
        },
        only_with,
        part,
        is_live: true,
    }
}

const fn weight_of(knob: &str, penalties: &[(&str, f64)]) -> f64 {
    let mut at = 0;
    while at < penalties.len() {
        if is_equal(knob.as_bytes(), penalties[at].0.as_bytes()) {
            return penalties[at].1;
        }
        at += 1;
    }
    0.0
}

const fn is_equal(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let mut at = 0;
    while at < left.len() {
        if left[at] != right[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// No damage, and every kind of it.
const NOISES: [Choice; CORRUPTIONS.len() + 1] = {
    let mut options = [Choice {
        id: "none",
        name: "None",
        help: "images go in as they are",
        companion: None,
    }; CORRUPTIONS.len() + 1];
    let mut at = 0;
    while at < CORRUPTIONS.len() {
        options[at + 1] = CORRUPTIONS[at].choice;
        at += 1;
    }
    options
};

/// Ids of every kind of damage.
const DAMAGES: [&str; CORRUPTIONS.len()] = {
    let mut ids = [""; CORRUPTIONS.len()];
    let mut at = 0;
    while at < CORRUPTIONS.len() {
        ids[at] = CORRUPTIONS[at].choice.id;
        at += 1;
    }
    ids
};

/// Every kind of bottleneck.
const KINDS: [Choice; BOTTLENECKS.len()] = {
    let mut options = [BOTTLENECKS[0].choice; BOTTLENECKS.len()];
    let mut at = 0;
    while at < BOTTLENECKS.len() {
        options[at] = BOTTLENECKS[at].choice;
        at += 1;
    }
    options
};

/// Everything about a network but its layers, for a code of this shape.
pub(super) fn composition(
    shape: ImageShape,
    knobs: &Knobs,
    code: ImageShape,
) -> Result<Composition, KnobError> {
    let bottleneck = bottleneck::bottleneck(knobs, code)?;
    let penalties = penalty::penalties(knobs)?;
    let has_sparsity = penalties.iter().any(|penalty| penalty.term() == "sparsity");
    let has_zeros =
        bottleneck.is_sparse() || has_sparsity || knobs.text("code-activation") == "relu";
    Ok(Composition {
        image_loss: common::image_loss(knobs)?,
        corruption: Corruption::new(knobs.text("noise"), knobs.real("noise-level"), shape),
        penalties,
        sparsity_target: knobs.real("sparsity-target"),
        has_zeros,
        bottleneck,
    })
}
