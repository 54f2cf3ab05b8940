//! The convolutional autoencoder of Guo et al. 2017.

use super::Recipe;
use super::common::{self, ACTIVATION, CODE_ACTIVATION, INIT_SIGMA, LATENT, LOSS};
use super::parts::{self, count, with_parts};
use super::stack_variant::StackVariant;
use crate::data::ImageShape;
use crate::model::autoencoder::{PairPlan, StackPlan};
use crate::model::bottleneck;
use crate::model::conv::ConvPlan;
use crate::model::dense::DensePlan;
use crate::model::knobs::{Knob, KnobError, KnobKind, Knobs, Part, Scale};
use crate::model::objective::Pretraining;
use crate::model::optimizer::OptimizerKind;

/// Smallest width and height.
const MIN_SIDE: usize = 8;

const KNOBS: &[Knob] = &with_parts::<9, { count(9) }>(
    [
        LATENT,
        Knob {
            id: "stages",
            name: "Convolutions",
            help: "Convolutions of the encoder, each halving width and height; the decoder mirrors them.",
            kind: KnobKind::Integer {
                min: 1,
                max: 4,
                default: 3,
                step: 1,
                scale: Scale::Linear,
            },
            only_with: &[],
            part: Part::Network,
            is_live: false,
        },
        Knob {
            id: "filters",
            name: "Filters",
            help: "Filters of the first convolution; each next one has twice as many.",
            kind: KnobKind::Integer {
                min: 1,
                max: 128,
                default: 32,
                step: 1,
                scale: Scale::Logarithmic,
            },
            only_with: &[],
            part: Part::Network,
            is_live: false,
        },
        ACTIVATION,
        CODE_ACTIVATION,
        common::output("linear"),
        LOSS,
        common::init("glorot"),
        INIT_SIGMA,
    ],
    parts::NONE,
);

fn stack(shape: ImageShape, knobs: &Knobs) -> Result<StackPlan, KnobError> {
    if shape.width < MIN_SIDE || shape.height < MIN_SIDE {
        return Err(KnobError::Contradiction(format!(
            "the convolutional variant needs images of at least {MIN_SIDE}×{MIN_SIDE}, but these are {shape}"
        )));
    }
    let loss = common::image_loss(knobs)?;
    let hidden = common::activation(knobs, "activation");
    let pads_all = [
        shape.height.is_multiple_of(MIN_SIDE),
        shape.width.is_multiple_of(MIN_SIDE),
    ];
    let mut pairs = Vec::new();
    let (mut channels, mut size) = (shape.channels, [shape.height, shape.width]);
    for stage in 0..knobs.integer("stages") {
        let filters = knobs.integer("filters") << stage;
        let conv = ConvPlan::new(stage, [channels, filters], size, pads_all, hidden);
        channels = filters;
        size = [conv.height.inner, conv.width.inner];
        pairs.push(PairPlan::Conv(conv));
    }
    pairs.push(PairPlan::Dense(DensePlan {
        outer: channels * size[0] * size[1],
        inner: knobs.integer("latent"),
        heads: bottleneck::heads(knobs),
        is_tied: false,
        encoder_activation: common::activation(knobs, "code-activation"),
        decoder_activation: hidden,
    }));
    Ok(StackPlan {
        pairs,
        output: loss.output,
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
