//! Objectives: what a phase of training minimises, and which stages it moves.
//!
//! A *stage* is one pair of layers, an encoder layer and the decoder layer that mirrors it, counted
//! from the image inwards. Stage 0 touches the image, the last stage holds the code.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// What one phase minimises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Objective {
    /// All stages together rebuild the image.
    EndToEnd,
    /// Stage `stage` alone is a denoising autoencoder on the codes of the frozen stages outside it
    /// (Bengio et al. 2007; Vincent et al. 2010).
    Greedy {
        /// The stage that trains.
        stage: usize,
    },
    /// Stage `stage` trains to rebuild the image through the frozen stages outside it, from both
    /// ends towards the middle.
    EndsInward {
        /// The stage that trains.
        stage: usize,
    },
}

impl Objective {
    /// The stages that change under this objective, of `stages` in all.
    pub fn trained(self, stages: usize) -> Range<usize> {
        match self {
            Self::EndToEnd => 0..stages,
            Self::Greedy { stage } | Self::EndsInward { stage } => stage..stage + 1,
        }
    }

    /// How many stages, from the image inwards, only pass the image on: those outside the outermost
    /// one that trains.
    pub fn entry(self, stages: usize) -> usize {
        self.trained(stages).start
    }

    /// Whether what is rebuilt are images, not codes.
    pub fn rebuilds_images(self) -> bool {
        !matches!(self, Self::Greedy { stage } if stage > 0)
    }

    /// How many stages, from the image inwards, a picture runs through under this objective:
    /// the stages beyond the one that trains are still untrained and left out.
    pub fn depth(self, stages: usize) -> usize {
        self.trained(stages).end
    }
}

/// How a network is brought into a good region before all its layers train together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pretraining {
    /// Not at all: one phase, end to end.
    #[default]
    EndToEnd,
    /// Stage by stage from the input side, each on the codes of the one before.
    Greedy,
    /// Stage by stage from both ends towards the middle, each rebuilding the image.
    EndsInward,
}

impl Pretraining {
    /// All of them, in the order of the chooser.
    pub const ALL: &'static [Self] = &[Self::EndToEnd, Self::Greedy, Self::EndsInward];

    /// The key on the command line and in files.
    pub fn id(self) -> &'static str {
        match self {
            Self::EndToEnd => "end-to-end",
            Self::Greedy => "greedy",
            Self::EndsInward => "ends-inward",
        }
    }

    /// What the window calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::EndToEnd => "End to end",
            Self::Greedy => "Greedy, from the input side",
            Self::EndsInward => "Ends inward",
        }
    }

    /// What it does, in a sentence.
    pub fn summary(self) -> &'static str {
        match self {
            Self::EndToEnd => "All layers train together from the start.",
            Self::Greedy => {
                "Each pair of layers is first trained as a denoising autoencoder on the codes of \
                 the pair before it, from the input side; then all layers are fine-tuned."
            }
            Self::EndsInward => {
                "Each next inner pair of layers is trained to rebuild the image through the frozen \
                 outer pairs, from both ends towards the middle; then all layers are fine-tuned."
            }
        }
    }

    /// The objective of pretraining stage `stage`, or `None` where nothing is pretrained.
    pub fn objective(self, stage: usize) -> Option<Objective> {
        match self {
            Self::EndToEnd => None,
            Self::Greedy => Some(Objective::Greedy { stage }),
            Self::EndsInward => Some(Objective::EndsInward { stage }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_trains_alone_and_nothing_deeper_is_used() {
        assert_eq!(Objective::EndToEnd.trained(5), 0..5);
        assert_eq!(Objective::EndsInward { stage: 2 }.trained(5), 2..3);
        assert_eq!(Objective::Greedy { stage: 0 }.depth(5), 1);
        assert_eq!(Objective::EndToEnd.depth(5), 5);
    }
}
