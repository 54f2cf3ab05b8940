//! What is measured of runs of presets, with its name and its unit.

use std::borrow::Cow;

use crate::model::{NATS_PER_IMAGE, PER_PIXEL, QUANTITIES, Quantity, RECONSTRUCTION, Source};

/// What is measured of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// Mean squared error of test images over pixels and images.
    TestMse,
    /// The same summed over the pixels of an image.
    PerImage,
    /// The reconstruction of a loss that sums squared errors over an image.
    SquaredReconstruction,
    /// The sum of the terms of the loss with these names, without their weights; a reconstruction among
    /// them is a cross-entropy.
    Terms(&'static [&'static str]),
    /// The measure with this name, where it is one number.
    Measure(&'static str),
}

/// Share of the test images whose five nearest training codes vote for their class, from 0 to 1.
pub const NEIGHBOURS: &str = "knn_accuracy";

const SQUARED_PER_IMAGE: &str = "squared error per image";

fn quantity(source: Source) -> Option<&'static Quantity> {
    QUANTITIES.iter().find(|known| known.source == source)
}

/// What a measurement is called along its axis.
fn name_of(id: &'static str, source: Source) -> &'static str {
    quantity(source).map_or(id, |known| known.title.what())
}

impl Aim {
    /// What it is called within a sentence.
    pub fn name(self) -> String {
        match self {
            Self::TestMse => "test MSE".to_owned(),
            Self::PerImage => "test error".to_owned(),
            Self::SquaredReconstruction => RECONSTRUCTION.to_owned(),
            Self::Terms(terms) => {
                let names = terms.iter().map(|term| name_of(term, Source::Term(term)));
                names.collect::<Vec<_>>().join(" + ")
            }
            Self::Measure(NEIGHBOURS) => "5-NN accuracy".to_owned(),
            Self::Measure(id) => name_of(id, Source::Measure(id)).to_owned(),
        }
    }

    /// What it is in; counts are named by what they count.
    pub fn unit(self) -> Option<&'static str> {
        match self {
            Self::TestMse => Some(PER_PIXEL),
            Self::PerImage | Self::SquaredReconstruction => Some(SQUARED_PER_IMAGE),
            // What is added is in one unit.
            Self::Terms(terms) if terms.contains(&RECONSTRUCTION) => Some(NATS_PER_IMAGE),
            Self::Terms(terms) => {
                let units = terms.iter().map(|term| quantity(Source::Term(term)));
                units.flatten().find_map(|known| known.title.unit())
            }
            Self::Measure(NEIGHBOURS) => Some("share of test images, 0 to 1"),
            Self::Measure(id) => quantity(Source::Measure(id))?.title.unit(),
        }
    }

    /// What it is, in a sentence or two.
    pub fn help(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::TestMse => {
                "The mean squared error over the pixels of all test images, pixels in 0–1."
            }
            Self::PerImage => {
                "The squared error summed over the pixels of an image, a mean over all test images, pixels in \
                 0–1."
            }
            Self::SquaredReconstruction => help_of(Source::Term(RECONSTRUCTION)),
            Self::Terms(terms) => {
                let helps = terms.iter().map(|term| help_of(Source::Term(term)));
                return Cow::Owned(helps.collect::<Vec<_>>().join(" "));
            }
            Self::Measure(NEIGHBOURS) => {
                "The share of the test images whose 5 nearest training images, by their codes, vote for their \
                 class."
            }
            Self::Measure(id) => help_of(Source::Measure(id)),
        })
    }

    /// What programs call it.
    pub fn id(self) -> String {
        match self {
            Self::TestMse => "test_mse".to_owned(),
            Self::PerImage => "test_mse_per_image".to_owned(),
            Self::SquaredReconstruction => RECONSTRUCTION.to_owned(),
            Self::Terms(terms) => terms.join("+"),
            Self::Measure(id) => id.to_owned(),
        }
    }
}

fn help_of(source: Source) -> &'static str {
    quantity(source).map_or("", |known| known.help)
}
