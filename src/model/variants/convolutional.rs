//! The convolutional autoencoder of Guo et al. 2017, whose code is a vector or a grid.

use super::Recipe;
use super::common::{self, ACTIVATION, CODE_ACTIVATION, INIT_SIGMA, LOSS, choice, number};
use super::parts::{self, count, with_parts};
use super::stack_variant::StackVariant;
use crate::data::ImageShape;
use crate::model::autoencoder::{PairPlan, StackPlan};
use crate::model::bottleneck;
use crate::model::conv::{ConvPlan, Kernels};
use crate::model::dense::DensePlan;
use crate::model::knobs::{Choice, Condition, Knob, KnobError, Knobs, Scale};
use crate::model::objective::Pretraining;
use crate::model::optimizer::OptimizerKind;

/// Smallest width and height.
const MIN_SIDE: usize = 8;

/// Number of knobs of convolutions.
pub(super) const CONVOLUTIONS: usize = 11;

/// Defaults of a variant of convolutions.
#[derive(Clone, Copy)]
pub(super) struct Convolutions {
    pub(super) latent: i64,
    pub(super) stages: i64,
    pub(super) kernels: &'static str,
    pub(super) code_layout: &'static str,
    pub(super) init: &'static str,
}

/// The knobs of convolutions.
pub(super) const fn convolutions(defaults: Convolutions) -> [Knob; CONVOLUTIONS] {
    [
        Knob {
            help: "Numbers in the code, or at each place of a grid: everything the decoder learns of an \
                   image passes through these.",
            // Quantised places have as many numbers as an entry.
            only_with: &[Condition::Any(&[
                Condition::Is("code-layout", &["vector"]),
                Condition::Is("bottleneck", &["plain", "gaussian", "top-k"]),
            ])],
            ..common::latent(defaults.latent, 256)
        },
        choice(
            "code-layout",
            "Code layout",
            "Whether the code is one vector or has a place for every part of the image.",
            (
                &[
                    Choice {
                        id: "vector",
                        name: "Vector",
                        help: "a dense layer makes one vector of the whole map",
                        companion: None,
                    },
                    Choice {
                        id: "grid",
                        name: "Grid",
                        help: "a 1×1 convolution makes a vector at every place of the map",
                        companion: None,
                    },
                ],
                defaults.code_layout,
            ),
        ),
        number(
            "stages",
            "Convolutions",
            "Convolutions of the encoder, each halving width and height; the decoder mirrors them.",
            ([1, 4], defaults.stages),
            Scale::Linear,
        ),
        choice(
            "kernels",
            "Kernels",
            "Sides of the filters.",
            (
                &[
                    Choice {
                        id: "5-5-3",
                        name: "5×5, 5×5, 3×3",
                        help: "5×5 in the first two convolutions, 3×3 in the others (Guo et al. 2017)",
                        companion: None,
                    },
                    Choice {
                        id: "4",
                        name: "4×4",
                        help: "4×4 in all of them (van den Oord et al. 2017)",
                        companion: None,
                    },
                ],
                defaults.kernels,
            ),
        ),
        number(
            "filters",
            "Filters",
            "Filters of the first convolution; each next one has twice as many.",
            ([1, 128], 32),
            Scale::Logarithmic,
        ),
        ACTIVATION,
        CODE_ACTIVATION,
        common::output("linear"),
        LOSS,
        common::init(defaults.init),
        INIT_SIGMA,
    ]
}

const KNOBS: &[Knob] = &with_parts::<CONVOLUTIONS, { count(CONVOLUTIONS) }>(
    convolutions(Convolutions {
        latent: 10,
        stages: 3,
        kernels: "5-5-3",
        code_layout: "vector",
        init: "glorot",
    }),
    parts::NONE,
);

fn stack(shape: ImageShape, knobs: &Knobs) -> Result<StackPlan, KnobError> {
    if shape.width < MIN_SIDE || shape.height < MIN_SIDE {
        return Err(KnobError::Contradiction(format!(
            "convolutions need images of at least {MIN_SIDE}×{MIN_SIDE}, but these are {shape}"
        )));
    }
    let loss = common::image_loss(knobs)?;
    let hidden = common::activation(knobs, "activation");
    let code = common::activation(knobs, "code-activation");
    let kernels = match knobs.text("kernels") {
        "4" => Kernels::Four,
        _ => Kernels::Shrinking,
    };
    let pads_all = [
        shape.height.is_multiple_of(MIN_SIDE),
        shape.width.is_multiple_of(MIN_SIDE),
    ];
    let mut pairs = Vec::new();
    let (mut channels, mut size) = (shape.channels, [shape.height, shape.width]);
    for stage in 0..knobs.integer("stages") {
        let filters = knobs.integer("filters") << stage;
        let conv = ConvPlan::halving(
            (stage, kernels),
            [channels, filters],
            size,
            pads_all,
            hidden,
        );
        channels = filters;
        size = [conv.height.inner, conv.width.inner];
        pairs.push(PairPlan::Conv(conv));
    }
    let (latent, heads) = (knobs.integer("latent"), bottleneck::heads(knobs));
    pairs.push(if knobs.text("code-layout") == "grid" {
        let numbers = bottleneck::entry(knobs).unwrap_or(latent);
        PairPlan::Conv(ConvPlan::at_each_place(
            [channels, numbers],
            heads,
            size,
            [code, hidden],
        ))
    } else {
        PairPlan::Dense(DensePlan {
            outer: channels * size[0] * size[1],
            inner: latent,
            heads,
            is_tied: false,
            encoder_activation: code,
            decoder_activation: hidden,
        })
    });
    Ok(StackPlan {
        pairs,
        output: loss.output,
        codebook: None,
    })
}

/// Convolutions of stride 2 down to a small map, a dense code, and transposed convolutions back.
pub(super) const CONVOLUTIONAL: StackVariant = StackVariant {
    id: "convolutional",
    name: "Convolutional",
    summary: "Filters that look at neighbouring pixels, the same all over the image: the sharpest pictures.",
    knobs: KNOBS,
    recipe: Recipe {
        pretraining: Pretraining::EndToEnd,
        optimizer: OptimizerKind::Adam,
        batch: 64,
        pretrain_epochs: 2,
        epochs: 3,
    },
    is_layered: true,
    stages: |knobs| Ok(knobs.integer("stages") + 1),
    stack,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::variants::Variant as _;

    fn parameters(width: usize, height: usize) -> Result<usize, KnobError> {
        let shape = ImageShape {
            width,
            height,
            channels: 1,
        };
        let plan = CONVOLUTIONAL.plan(shape, &Knobs::defaults(KNOBS))?;
        Ok(plan.parameters())
    }

    #[test]
    fn the_parameters_are_those_of_the_paper() {
        assert_eq!(parameters(28, 28).unwrap(), 275_979);
    }

    #[test]
    fn images_that_are_too_small_say_so() {
        assert!(parameters(8, 9).is_ok());
        let message = parameters(8, 7).unwrap_err().to_string();
        assert!(
            message.contains("at least 8×8, but these are 8×7"),
            "{message}"
        );
    }
}
