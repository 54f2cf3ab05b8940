//! The deep autoencoder: a tower of dense layers, mirrored.

use super::Recipe;
use super::common::{self, ACTIVATION, INIT_SIGMA, LATENT};
use super::parts::{self, count, with_parts};
use super::stack_variant::StackVariant;
use crate::data::ImageShape;
use crate::model::autoencoder::StackPlan;
use crate::model::knobs::{Knob, KnobError, KnobKind, Knobs, Part, Scale, parse_widths};
use crate::model::objective::Pretraining;
use crate::model::optimizer::OptimizerKind;

/// Knobs of the deep and the stacked autoencoder.
pub(super) const KNOBS: &[Knob] = &with_parts::<DENSE, { count(DENSE) }>(
    dense(Dense {
        latent: LATENT,
        layers: 10,
        code_activation: "linear",
        output: "sigmoid",
        loss: "mse",
        init: "normal",
        tied: "off",
    }),
    parts::NONE,
);

/// Defaults of a variant of dense layers.
#[derive(Clone, Copy)]
pub(super) struct Dense {
    pub(super) latent: Knob,
    pub(super) layers: i64,
    pub(super) code_activation: &'static str,
    pub(super) output: &'static str,
    pub(super) loss: &'static str,
    pub(super) init: &'static str,
    pub(super) tied: &'static str,
}

/// Number of knobs of dense layers.
pub(super) const DENSE: usize = 10;

/// The knobs of dense layers.
pub(super) const fn dense(defaults: Dense) -> [Knob; DENSE] {
    [
        unless_widths(defaults.latent),
        layers(defaults.layers),
        WIDTHS,
        ACTIVATION,
        common::code_activation(defaults.code_activation),
        common::output(defaults.output),
        common::loss(defaults.loss),
        common::init(defaults.init),
        INIT_SIGMA,
        common::tied(defaults.tied),
    ]
}

/// The knob of the layer count with this default.
const fn layers(default: i64) -> Knob {
    Knob {
        id: "layers",
        name: "Layers",
        help: "Weight layers of encoder and decoder together.",
        kind: KnobKind::Integer {
            min: 2,
            max: 20,
            default,
            step: 2,
            scale: Scale::Linear,
        },
        only_with: Knob::UNLESS_WIDTHS,
        part: Part::Network,
        is_live: false,
    }
}

/// A knob that widths decide.
const fn unless_widths(knob: Knob) -> Knob {
    Knob {
        only_with: Knob::UNLESS_WIDTHS,
        ..knob
    }
}

const WIDTHS: Knob = Knob {
    id: "widths",
    name: "Widths",
    help: "Layer widths from the image to the code, such as 784-500-500-2000-10. Empty: a taper \
           from the image to the latent size. When given, they decide layer count and latent size.",
    kind: KnobKind::Widths,
    only_with: &[],
    part: Part::Network,
    is_live: false,
};

/// Weights of the first layer of a taper, about: large images get fewer units, so that a network
/// that nobody tuned trains on any machine.
const FIRST_WEIGHTS: f64 = 8e6;

/// Units of the first hidden layer of a taper for 784 inputs.
const FIRST: usize = 500;

/// Widths from `inputs` to `latent` in `stages` steps: the first hidden layer has `widest` units for 784
/// inputs (fewer than that from some 3,500 inputs on), the last one 64 or twice the code, those
/// between run geometrically; from 100 upwards they are rounded to 25.
fn taper(inputs: usize, latent: usize, stages: usize, widest: usize) -> Vec<usize> {
    let hidden = stages.saturating_sub(1);
    let first = (inputs as f64 * widest as f64 / 784.0)
        .min((FIRST_WEIGHTS / inputs as f64).max(64.0))
        .max(latent as f64);
    let last = (64.0_f64).max(2.0 * latent as f64).min(first);
    let between = (0..hidden).map(|i| {
        let progress = if hidden > 1 {
            i as f64 / (hidden - 1) as f64
        } else {
            0.0
        };
        let width = first * (last / first).powf(progress);
        let rounded = if width >= 100.0 {
            (width / 25.0).round() * 25.0
        } else {
            width.round()
        };
        (rounded as usize).max(1)
    });
    std::iter::once(inputs)
        .chain(between)
        .chain(std::iter::once(latent))
        .collect()
}

/// The list of the widths knob, if there is one.
fn explicit_widths(knobs: &Knobs) -> Result<Option<Vec<usize>>, KnobError> {
    let text = knobs.text("widths");
    let widths = parse_widths(text).map_err(|piece| {
        KnobError::Contradiction(format!(
            "widths must be whole numbers from 1 to 99999, but hold {piece:?}"
        ))
    })?;
    match widths.len() {
        0 => Ok(None),
        2..=11 => Ok(Some(widths)),
        found => Err(KnobError::Contradiction(format!(
            "widths must list 2 to 11 layers from the image to the code, but list {found}"
        ))),
    }
}

/// Number of pairs.
pub(super) fn stages(knobs: &Knobs) -> Result<usize, KnobError> {
    Ok(match explicit_widths(knobs)? {
        Some(widths) => widths.len() - 1,
        None => knobs.integer("layers") / 2,
    })
}

/// The stack of the deep and the stacked autoencoder.
pub(super) fn stack(shape: ImageShape, knobs: &Knobs) -> Result<StackPlan, KnobError> {
    stack_of(FIRST, shape, knobs)
}

/// A stack of dense layers whose taper begins with `widest` units for 784 inputs.
pub(super) fn stack_of(
    widest: usize,
    shape: ImageShape,
    knobs: &Knobs,
) -> Result<StackPlan, KnobError> {
    let widths = match explicit_widths(knobs)? {
        Some(widths) if widths[0] != shape.pixels() => {
            return Err(KnobError::Contradiction(format!(
                "widths must start with the {} values of an image of {shape}, but start with {}",
                shape.pixels(),
                widths[0]
            )));
        }
        Some(widths) => widths,
        None => taper(
            shape.pixels(),
            knobs.integer("latent"),
            knobs.integer("layers") / 2,
            widest,
        ),
    };
    let loss = common::image_loss(knobs)?;
    Ok(StackPlan {
        pairs: common::dense_pairs(&widths, common::activation(knobs, "activation"), knobs),
        output: loss.output,
        codebook: None,
    })
}

/// Many layers, trained all at once.
pub(super) const DEEP: StackVariant = StackVariant {
    id: "deep",
    name: "Deep",
    summary: "Many layers on each side. Trained end to end from small random weights it does not get past \
         the average image.",
    knobs: KNOBS,
    recipe: Recipe {
        pretraining: Pretraining::EndToEnd,
        optimizer: OptimizerKind::Sgd,
        batch: 64,
        pretrain_epochs: 4,
        epochs: 10,
    },
    is_layered: true,
    stages,
    stack,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::variants::Variant as _;

    #[test]
    fn the_taper_of_ten_layers_is_the_classic_one() {
        assert_eq!(taper(784, 10, 5, FIRST), [784, 500, 250, 125, 64, 10]);
        assert_eq!(taper(784, 10, 1, FIRST), [784, 10]);
        assert_eq!(taper(784, 10, 2, FIRST), [784, 500, 10]);
        assert_eq!(
            taper(64, 10, 3, FIRST),
            [64, 41, 41, 10],
            "never wider than the first"
        );
        for stages in 1..=10 {
            assert_eq!(taper(784, 256, stages, FIRST).len(), stages + 1);
        }
    }

    #[test]
    fn widths_that_contradict_the_images_say_so() {
        let shape = ImageShape {
            width: 28,
            height: 28,
            channels: 1,
        };
        let mut knobs = Knobs::defaults(KNOBS);
        knobs.set_text("deep", KNOBS, "widths", "100,10").unwrap();
        let message = DEEP.plan(shape, &knobs).unwrap_err().to_string();
        assert_eq!(
            message,
            "widths must start with the 784 values of an image of 28×28×1, but start with 100"
        );
        knobs
            .set_text("deep", KNOBS, "widths", "784-500-500-2000-10")
            .unwrap();
        let plan = DEEP.plan(shape, &knobs).unwrap();
        assert_eq!(plan.parameters(), 3_330_794);
        assert_eq!((plan.stages, plan.latent), (4, 10));
    }
}
