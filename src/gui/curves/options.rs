//! How curves are shown.
//!
//! An *option* of the chart is one that all its runs share, and that the window remembers.

use serde::{Deserialize, Serialize};

use super::shown::Shown;

/// Most steps that are averaged.
pub const MOST_SMOOTHING: u32 = 2000;

/// Options of the chart besides those of [`super::super::action::ViewOptions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CurveOptions {
    /// Training losses are means over so many steps; 1 shows every step.
    pub smoothing_steps: u32,
    /// What the horizontal axis counts.
    pub x: XUnit,
    /// How the values of an image are brought together.
    pub reduction: Reduction,
    /// What is shown, where a run has it.
    pub shown: Shown,
}

impl Default for CurveOptions {
    fn default() -> Self {
        Self {
            smoothing_steps: 20,
            x: XUnit::Steps,
            reduction: Reduction::MeanPerPixel,
            shown: Shown::Losses,
        }
    }
}

/// What the horizontal axis counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum XUnit {
    /// Training steps.
    Steps,
    /// Passes over the training images, over all phases.
    Epochs,
    /// Seconds spent training.
    Seconds,
}

impl XUnit {
    /// All of them, in the order of the chooser.
    pub const ALL: &'static [Self] = &[Self::Steps, Self::Epochs, Self::Seconds];

    /// What the window calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Steps => "Steps",
            Self::Epochs => "Epochs",
            Self::Seconds => "Seconds",
        }
    }

    /// The words along the axis.
    pub fn title(self) -> &'static str {
        match self {
            Self::Steps => "steps",
            Self::Epochs => "epochs",
            Self::Seconds => "seconds of training",
        }
    }

    /// What it is good for.
    pub fn help(self) -> &'static str {
        match self {
            Self::Steps => "Batches trained on so far. Runs of one batch size compare fairly.",
            Self::Epochs => {
                "Passes over the training images so far, over all phases. Compares runs of \
                 different batch sizes."
            }
            Self::Seconds => {
                "Time spent training so far, measurements included and pauses not. Shows what a \
                 larger network costs."
            }
        }
    }
}

/// How the values of an image are brought together to one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reduction {
    /// Their mean.
    MeanPerPixel,
    /// Their sum.
    SumPerImage,
}

impl Reduction {
    /// All of them, in the order of the chooser.
    pub const ALL: &'static [Self] = &[Self::MeanPerPixel, Self::SumPerImage];

    /// What the window calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::MeanPerPixel => "Mean per pixel",
            Self::SumPerImage => "Sum per image",
        }
    }
}
