//! What a run of a preset has come to, held against what is expected of it.

use super::difference::differences;
use super::{Aim, Expected, MNIST, Preset, preset, significant};
use crate::model::{Figure, RECONSTRUCTION};

use super::super::config::RunConfig;
use super::super::metrics::TestPoint;
use super::super::trainer::Trainer;

/// What is known of a run.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// What it trains by.
    pub config: &'a RunConfig,
    /// SHA-256 of its images.
    pub hash: &'a str,
    /// Values of an image.
    pub pixels: usize,
    /// Training steps of an epoch.
    pub steps_per_epoch: u64,
    /// Training steps done.
    pub step: u64,
    /// All that was measured on its test images, in order.
    pub tests: &'a [TestPoint],
    /// What was measured at the end because it was asked for, by name.
    pub on_request: &'a [(&'static str, f64)],
}

/// A figure that was to be reached, and what it has come to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// What is expected.
    pub expected: Expected,
    /// What was measured, where it was.
    pub value: Option<f64>,
}

impl Found {
    /// Whether the figure lies within its band, where it was measured.
    pub fn is_reached(&self) -> Option<bool> {
        let (least, most) = self.expected.range();
        // What is computed from decimal figures may be off in the last digit.
        let room = 1e-9 * self.expected.value.abs();
        self.value
            .map(|value| value >= least - room && value <= most + room)
    }

    /// It in a line, such as `test MSE (per pixel): reached 0.0063, expected 0.0063 ± 10 %`.
    pub fn to_words(self) -> String {
        let what = self.expected.what();
        let found = match (self.value, self.is_reached()) {
            (Some(value), Some(true)) => format!("reached {}", significant(value)),
            (Some(value), _) => format!("not reached: {}", significant(value)),
            (None, _) => "not measured".to_owned(),
        };
        format!("{what}: {found}, expected {}", self.expected.to_words())
    }
}

/// What the figures of a run come to together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Every figure lies within its band.
    Reached,
    /// Some figure does not.
    NotReached,
    /// The figures are of another run, or not all there, for this reason.
    NotComparable(String),
}

impl Reach {
    /// What programs call it.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::NotReached => "not-reached",
            Self::NotComparable(_) => "not-comparable",
        }
    }

    /// It in words, such as `not comparable: run with other settings (epochs 1 instead of 10)`.
    pub fn to_words(&self) -> String {
        match self {
            Self::Reached => "reached".to_owned(),
            Self::NotReached => "not reached".to_owned(),
            Self::NotComparable(why) => format!("not comparable: {why}"),
        }
    }
}

/// A run of a preset held against it.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The preset.
    pub preset: &'static Preset,
    /// Each of its figures.
    pub figures: Vec<Found>,
    /// What they come to.
    pub reach: Reach,
}

impl Trainer {
    /// What is known of the run, to be held against its preset.
    pub fn evidence(&self) -> Evidence<'_> {
        let (hash, pixels) = (&self.data().hash, self.data().train.shape().pixels());
        let steps = (self.steps_per_epoch(), self.position().step);
        Evidence::new(self.config(), (hash, pixels), steps, &self.metrics().test)
    }
}

impl<'a> Evidence<'a> {
    /// What is known of a run without anything measured on request: SHA-256 and values of its images,
    /// training steps of an epoch and those done, and what was measured on its test images.
    pub fn new(
        config: &'a RunConfig,
        (hash, pixels): (&'a str, usize),
        (steps_per_epoch, step): (u64, u64),
        tests: &'a [TestPoint],
    ) -> Self {
        Self {
            config,
            hash,
            pixels,
            steps_per_epoch,
            step,
            tests,
            on_request: &[],
        }
    }
}

impl Evidence<'_> {
    /// The preset that the run was made from, where it was and is known.
    pub fn preset(&self) -> Option<&'static Preset> {
        self.config.preset.as_deref().and_then(preset)
    }

    /// Whether it is held against the accuracy of nearest neighbours. That takes long, so it is measured
    /// where it can be compared and nowhere else.
    pub fn wants_neighbours(&self) -> bool {
        let is_expected = self.preset().is_some_and(Preset::wants_neighbours);
        is_expected && self.why_not_comparable().is_none()
    }

    /// Training steps of all epochs.
    pub fn all_steps(&self) -> u64 {
        self.config.schedule.epochs() as u64 * self.steps_per_epoch
    }

    /// Why the run is another than its preset, or not trained to its end.
    pub fn why_not_comparable(&self) -> Option<String> {
        let mut reasons = self.reasons();
        let (step, all) = (self.step, self.all_steps());
        if self.preset().is_some() && step < all {
            reasons.push(format!("trained for {step} of {all} steps"));
        }
        (!reasons.is_empty()).then(|| reasons.join(", "))
    }

    /// Why the run is another than its preset, however far it is trained.
    pub fn why_another(&self) -> Option<String> {
        let reasons = self.reasons();
        (!reasons.is_empty()).then(|| reasons.join(", "))
    }

    /// In what its settings and images are others than those of its preset.
    fn reasons(&self) -> Vec<String> {
        let Some(preset) = self.preset() else {
            return Vec::new();
        };
        let wanted = match preset.config(&self.config.dataset) {
            Ok(wanted) => wanted,
            Err(error) => return vec![error.to_string()],
        };
        let mut reasons = Vec::new();
        let others = differences(self.config, &wanted);
        if !others.is_empty() {
            let words: Vec<&str> = others.iter().map(|other| other.words.as_str()).collect();
            reasons.push(format!("run with other settings ({})", words.join(", ")));
        }
        // A limit, which is a setting, makes other images too.
        if self.config.limit.is_none() && !self.hash.is_empty() && self.hash != MNIST {
            reasons.push("run on other images than MNIST".to_owned());
        }
        reasons
    }

    /// The measurement after so many epochs of the last phase, or the last one.
    fn test_at(&self, epoch: Option<usize>) -> Option<&TestPoint> {
        let Some(epoch) = epoch else {
            return self.tests.last();
        };
        let phases = &self.config.schedule.phases;
        let (_, before) = phases.split_last()?;
        let before: usize = before.iter().map(|phase| phase.epochs).sum();
        let step = (before + epoch) as u64 * self.steps_per_epoch;
        let mut tests = self.tests.iter().rev();
        tests.find(|test| test.step == step && test.phase + 1 == phases.len())
    }

    fn value(&self, expected: &Expected) -> Option<f64> {
        if let (Aim::Measure(id), None) = (expected.aim, expected.epoch)
            && let Some((_, value)) = self.on_request.iter().find(|(name, _)| *name == id)
        {
            return Some(*value);
        }
        let test = self.test_at(expected.epoch)?;
        match expected.aim {
            Aim::TestMse => Some(test.mse),
            Aim::PerImage => Some(test.mse * self.pixels as f64),
            Aim::SquaredReconstruction => test.terms.get(RECONSTRUCTION).copied(),
            Aim::Terms(terms) => terms.iter().map(|term| test.terms.get(*term)).sum(),
            Aim::Measure(id) => match test.measures.get(id) {
                Some(Figure::One(value)) => Some(*value),
                Some(Figure::Each(_)) | None => None,
            },
        }
    }
}

/// Holds a run against the preset that it was made from; absent where it was made from none.
pub fn judge(evidence: &Evidence<'_>) -> Option<Judgement> {
    let preset = evidence.preset()?;
    let figures: Vec<Found> = preset
        .figures
        .iter()
        .map(|expected| Found {
            expected: *expected,
            value: evidence.value(expected),
        })
        .collect();
    let missing = figures.iter().find(|figure| figure.value.is_none());
    let reach = match (evidence.why_not_comparable(), missing) {
        (Some(why), _) => Reach::NotComparable(why),
        (None, _) if figures.iter().any(|f| f.is_reached() == Some(false)) => Reach::NotReached,
        (None, Some(missing)) => Reach::NotComparable(format!(
            "{} was not measured",
            missing.expected.what_alone()
        )),
        (None, None) => Reach::Reached,
    };
    Some(Judgement {
        preset,
        figures,
        reach,
    })
}
