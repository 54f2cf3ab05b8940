//! Metrics: what a run measured, step by step.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::Figure;

use super::losses::Losses;

/// Loss of one training step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrainPoint {
    /// Steps done before this one, over all phases.
    pub step: u64,
    /// Value of the phase's objective on the batch, mean over its elements.
    pub loss: f32,
}

/// Terms of the loss, by name, such as `kl`, in their own units.
pub type TermValues = Arc<BTreeMap<String, f64>>;

/// Figures of a measurement beyond the squared error, by name, such as `denoised_mse`.
pub type Measures = Arc<BTreeMap<String, Figure>>;

/// A measurement on all test images.
#[derive(Clone, Debug, PartialEq)]
pub struct TestPoint {
    /// Steps done when it was taken.
    pub step: u64,
    /// Index of the phase it was taken in.
    pub phase: usize,
    /// Mean squared error over pixels and images, pixels in [0, 1], through the stages in use.
    pub mse: f64,
    /// What the outputs look like.
    pub verdict: Verdict,
    /// The terms of the loss on clean test images; runs kept before there were terms have none.
    pub terms: TermValues,
    /// What else was measured.
    pub measures: Measures,
}

/// Whether the network answers to its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Outputs differ from image to image.
    Varied,
    /// The same output for every image, near the mean image.
    MeanImage,
    /// Black for every image.
    AllBlack,
    /// The same output for every image, neither black nor the mean image.
    Constant,
}

impl Verdict {
    /// A sentence for the user, where there is something to say.
    pub fn warning(self) -> Option<&'static str> {
        match self {
            Self::Varied => None,
            Self::MeanImage => Some(
                "Every image is rebuilt as the average image: the code carries nothing yet. Small \
                 random weights in many layers do this; pretraining or larger weights help.",
            ),
            Self::AllBlack => Some(
                "Every image is rebuilt as black: the output units are saturated and pass no \
                 gradient. A linear output, smaller steps or another initialisation help.",
            ),
            Self::Constant => {
                Some("Every image is rebuilt as the same picture: the code carries nothing yet.")
            }
        }
    }
}

/// Where a phase began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseStart {
    /// Index of the phase.
    pub phase: usize,
    /// Steps done before it.
    pub step: u64,
}

/// All series of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metrics {
    /// A point a step.
    pub train: Losses,
    /// At the start of each phase and after each epoch.
    pub test: Vec<TestPoint>,
    /// In order.
    pub phases: Vec<PhaseStart>,
}

impl Metrics {
    /// For tests: one measurement of the squared error of a run of one phase, and nothing else.
    #[doc(hidden)]
    pub fn tested(step: u64, mse: f64) -> Self {
        let test = TestPoint {
            step,
            phase: 0,
            mse,
            verdict: Verdict::Varied,
            terms: TermValues::default(),
            measures: Measures::default(),
        };
        Self {
            test: vec![test],
            ..Self::default()
        }
    }

    /// Appends what another stretch of the same run measured.
    pub fn extend(&mut self, more: &Self) {
        self.train.extend(&more.train);
        self.test.extend_from_slice(&more.test);
        self.phases.extend_from_slice(&more.phases);
    }

    /// The newest measurement on the test images.
    pub fn last_test(&self) -> Option<&TestPoint> {
        self.test.last()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.train.is_empty() && self.test.is_empty() && self.phases.is_empty()
    }
}
