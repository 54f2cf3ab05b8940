//! Quantities: what the terms of losses and the measures of test images are called, and how they are
//! drawn and written.
//!
//! One entry each in [`QUANTITIES`], which a new term or measure of one number needs to be seen in the
//! window. A figure of several numbers, and a term that test images are not measured with, has none.

/// Name of the term that says how far images are from what they should be; every loss has it.
pub const RECONSTRUCTION: &str = "reconstruction";

/// Where a quantity stands in a measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// The term of the loss with this name.
    Term(&'static str),
    /// The measure with this name, where it is one number.
    Measure(&'static str),
}

/// What sums over an image of cross-entropies and divergences are in.
pub const NATS_PER_IMAGE: &str = "nats per image";

/// What means over the pixels of images are in.
pub const PER_PIXEL: &str = "per pixel";

/// What the axis of a quantity is called: what is measured, and in what unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Title {
    /// Always the same, with its unit; what counts something is named by that alone.
    Fixed(&'static str, Option<&'static str>),
    /// Squared errors of pixels, a mean that can be made a sum.
    SquaredErrors {
        /// The mean, whose unit is [`PER_PIXEL`].
        mean: &'static str,
        /// The sum over an image.
        sum: &'static str,
    },
    /// Errors of pixels as a run's loss has them: squared or cross-entropies, a mean or a sum, of which
    /// either can be made the other.
    Reconstruction,
}

impl Title {
    /// What is measured, as it is; of squared errors the mean.
    pub fn what(self) -> &'static str {
        match self {
            Self::Fixed(what, _) | Self::SquaredErrors { mean: what, .. } => what,
            Self::Reconstruction => RECONSTRUCTION,
        }
    }

    /// The unit of that, where it has one; that of the reconstruction is the loss's.
    pub fn unit(self) -> Option<&'static str> {
        match self {
            Self::Fixed(_, unit) => unit,
            Self::SquaredErrors { .. } => Some(PER_PIXEL),
            Self::Reconstruction => None,
        }
    }
}

/// What values of a quantity are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// Numbers whose ratios say something.
    Amount,
    /// Numbers that may be zero, or fall below it: on an axis of logarithms these would lie at its end.
    Level,
    /// Whole numbers, which may be zero too.
    Count,
}

/// A term of a loss or a measure, as one number. Two of them are compared by their ids first, which
/// differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity {
    /// Its name in sessions, which stays as it is.
    pub id: &'static str,
    /// Where a measurement has it.
    pub source: Source,
    /// What the window calls it.
    pub name: &'static str,
    /// What it is, in a sentence.
    pub help: &'static str,
    /// What its axis is called.
    pub title: Title,
    /// What its values are like.
    pub form: Form,
}

/// A term as it is before it is weighted.
const UNWEIGHTED: Option<&str> = Some("unweighted");

/// All of them, in the order of the chooser.
pub const QUANTITIES: &[Quantity] = &[
    Quantity {
        id: "reconstruction",
        source: Source::Term(RECONSTRUCTION),
        name: "Reconstruction",
        help: "The reconstruction term of the loss, on clean test images; through codes that are \
               drawn where the bottleneck is Gaussian.",
        title: Title::Reconstruction,
        form: Form::Amount,
    },
    Quantity {
        id: "kl",
        source: Source::Term("kl"),
        name: "KL divergence",
        help: "KL divergence of the codes of test images from N(0, I), summed over the code and \
               without β.",
        title: Title::Fixed("KL divergence", Some(NATS_PER_IMAGE)),
        form: Form::Amount,
    },
    Quantity {
        id: "sparsity",
        source: Source::Term("sparsity"),
        name: "Sparsity",
        help: "The sparsity penalty on test images without its weight: the mean of |code| for L1, \
               Σ KL(ρ ‖ mean activation) for KL sparsity. The two do not compare.",
        title: Title::Fixed("sparsity", UNWEIGHTED),
        form: Form::Amount,
    },
    Quantity {
        id: "contraction",
        source: Source::Term("contraction"),
        name: "Contraction",
        help: "Squared slopes of the code, ‖∂code/∂image‖², a mean over test images without the \
               weight of the penalty.",
        title: Title::Fixed("contraction ‖∂code/∂image‖²", UNWEIGHTED),
        form: Form::Amount,
    },
    Quantity {
        id: "mmd",
        source: Source::Term("mmd"),
        name: "MMD",
        help: "Maximum mean discrepancy between the codes of test images and N(0, I), without the \
               weight of the penalty. The estimate is unbiased, so it may fall below zero.",
        title: Title::Fixed("MMD", UNWEIGHTED),
        form: Form::Level,
    },
    Quantity {
        id: "code-norm",
        source: Source::Term("code-norm"),
        name: "Code norm",
        help: "½‖code‖², a mean over test images without the weight of the penalty.",
        title: Title::Fixed("code norm ½‖code‖²", UNWEIGHTED),
        form: Form::Amount,
    },
    Quantity {
        id: "decoder-decay",
        source: Source::Term("weight-decay"),
        name: "Decoder decay",
        help: "½‖weights of the decoder‖², without the weight of the penalty.",
        title: Title::Fixed("decoder decay ½‖weights‖²", UNWEIGHTED),
        form: Form::Amount,
    },
    Quantity {
        id: "codebook",
        source: Source::Term("codebook"),
        name: "Codebook",
        help: "Mean squared distance of entries of the codebook from the encoder's outputs that they \
               stand for, which moves the entries; without its weight (van den Oord et al. 2017).",
        title: Title::Fixed("codebook, squared distance", UNWEIGHTED),
        form: Form::Amount,
    },
    Quantity {
        id: "commitment",
        source: Source::Term("commitment"),
        name: "Commitment",
        help: "Mean squared distance of the encoder's outputs from the entries of the codebook that \
               stand for them, which moves the encoder; without its weight (van den Oord et al. 2017).",
        title: Title::Fixed("commitment, squared distance", UNWEIGHTED),
        form: Form::Amount,
    },
    Quantity {
        id: "active-units",
        source: Source::Measure("active_units"),
        name: "Active units",
        help: "Numbers of the code whose mean varies over the test images by a variance of more \
               than 0.01.",
        title: Title::Fixed("active units", None),
        form: Form::Count,
    },
    Quantity {
        id: "dead-units",
        source: Source::Measure("dead_units"),
        name: "Dead units",
        help: "Units of the code that are zero for every test image.",
        title: Title::Fixed("dead units", None),
        form: Form::Count,
    },
    Quantity {
        id: "active-share",
        source: Source::Measure("active_share"),
        name: "Active share",
        help: "Share of the code that is not zero, a mean over the test images.",
        title: Title::Fixed("active share of the code", Some("0 to 1")),
        form: Form::Level,
    },
    Quantity {
        id: "perplexity",
        source: Source::Measure("perplexity"),
        name: "Perplexity of the codebook",
        help: "exp of the entropy of how often each entry of the codebook is used, counted over all \
               test images: from 1 up to the number of entries, where all are used equally often.",
        title: Title::Fixed("perplexity of the codebook", Some("entries")),
        form: Form::Amount,
    },
    Quantity {
        id: "entries-used",
        source: Source::Measure("entries_used"),
        name: "Entries used",
        help: "Entries of the codebook, or combinations of levels, that at least one test image uses.",
        title: Title::Fixed("entries used", None),
        form: Form::Count,
    },
    Quantity {
        id: "noisy-error",
        source: Source::Measure("noisy_mse"),
        name: "Error of damaged images",
        help: "Squared error of test images that were damaged as in training, before the network \
               sees them.",
        title: Title::SquaredErrors {
            mean: "MSE of damaged images",
            sum: "squared error of damaged images",
        },
        form: Form::Amount,
    },
    Quantity {
        id: "denoised-error",
        source: Source::Measure("denoised_mse"),
        name: "Error after denoising",
        help: "Squared error of what the network makes of damaged test images, against the clean \
               ones.",
        title: Title::SquaredErrors {
            mean: "MSE after denoising",
            sum: "squared error after denoising",
        },
        form: Form::Amount,
    },
    Quantity {
        id: "beta",
        source: Source::Measure("beta"),
        name: "β in force",
        help: "The weight of the KL divergence when the test images were measured.",
        title: Title::Fixed("β in force", None),
        form: Form::Level,
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{Device, Tensor};

    use crate::data::ImageShape;
    use crate::model::{Figure, Knobs, StepContext, Tally, VARIANTS};

    #[test]
    fn ids_sources_and_names_are_unique() {
        for (index, one) in QUANTITIES.iter().enumerate() {
            assert!(one.help.ends_with('.'), "{}", one.id);
            for other in &QUANTITIES[..index] {
                assert_ne!(one.id, other.id);
                assert_ne!(one.source, other.source);
                assert_ne!(one.name, other.name);
            }
        }
    }

    #[test]
    fn whatever_a_variant_measures_as_one_number_has_an_entry() {
        let shape = ImageShape {
            width: 8,
            height: 8,
            channels: 1,
        };
        for variant in VARIANTS {
            let knobs = Knobs::defaults(variant.knobs());
            let trainee = variant.build(shape, &knobs, 1, &Device::flex()).unwrap();
            let images = Tensor::full([3, shape.pixels()], 0.5, trainee.device());
            let mut tally = Tally::default();
            trainee.measure(images, 0, &StepContext::first(1), &mut tally);
            let pending = tally.pending().into_iter();
            let read = pending.map(|values| values.into_data().try_to_vec().unwrap());
            let read: Vec<Vec<f32>> = read.collect();
            let (terms, figures) = tally.finish(&read);
            let is_one = |figure: &Figure| matches!(figure, Figure::One(_));
            let figures = figures.iter().filter(|(_, figure)| is_one(figure));
            for (name, _) in &terms {
                let has = |of: &Quantity| matches!(of.source, Source::Term(term) if term == name);
                assert!(QUANTITIES.iter().any(has), "{}: {name}", variant.id());
            }
            for (name, _) in figures {
                let has = |of: &Quantity| matches!(of.source, Source::Measure(m) if m == name);
                assert!(QUANTITIES.iter().any(has), "{}: {name}", variant.id());
            }
        }
    }
}
