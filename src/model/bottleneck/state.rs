//! What a bottleneck keeps from step to step besides weights.

use std::collections::BTreeMap;

use burn::tensor::{Device, Tensor, TensorData};

use crate::model::trainee::TrainingError;
use crate::model::updater::OptimizerState;
use crate::model::weights::NamedArray;

/// What a bottleneck keeps from step to step besides weights; a phase begins with the default.
#[derive(Clone, Debug, Default)]
pub struct BottleneckState {
    /// Steps since each unit of the code was last active, where somebody counts.
    pub(super) idle: Vec<u32>,
    /// How a codebook was used.
    pub(super) usage: Option<Usage>,
    /// What a codebook becomes after the step under way.
    pub(super) renewal: Option<Renewal>,
}

/// Moving averages of how the entries of a codebook are used, from 0: to be divided by
/// [`Usage::share`] for an unbiased one.
#[derive(Clone, Debug)]
pub(super) struct Usage {
    /// Steps so far.
    pub(super) steps: u64,
    /// Vectors a step that each entry was nearest to, `[entries]`.
    pub(super) counts: Tensor<1>,
    /// Sums of these vectors, `[entries, numbers]`.
    pub(super) sums: Tensor<2>,
}

/// What becomes of the entries of a codebook after a step.
#[derive(Clone, Debug)]
pub(super) struct Renewal {
    /// Entries that take the place of those before the step.
    pub(super) start: Option<Tensor<2>>,
    /// Vectors that can take the place of entries that are not used, `[entries, numbers]`.
    pub(super) fresh: Option<Tensor<2>>,
}

impl Usage {
    /// Share of an average that a step keeps.
    pub(super) const KEPT: f64 = 0.99;

    /// What all steps so far weigh in an average that began with 0.
    pub(super) fn share(&self) -> f64 {
        let steps = i32::try_from(self.steps).unwrap_or(i32::MAX);
        1.0 - Self::KEPT.powi(steps)
    }
}

/// What the names of all that is kept in files begin with.
const PREFIX: &str = "bottleneck.";
const IDLE: &str = "bottleneck.idle";
const COUNTS: &str = "bottleneck.counts";
const SUMS: &str = "bottleneck.sums";
const STEPS: &str = "bottleneck.steps";

impl BottleneckState {
    /// Writes it into the memory of an optimizer, which is kept with a run, in place of what that holds of
    /// a bottleneck.
    ///
    /// # Errors
    /// When the device cannot be read.
    pub fn write(&self, to: &mut OptimizerState) -> Result<(), TrainingError> {
        to.arrays.retain(|array| !array.name.starts_with(PREFIX));
        to.counters.retain(|name, _| !name.starts_with(PREFIX));
        if !self.idle.is_empty() {
            to.arrays.push(NamedArray {
                name: IDLE.to_owned(),
                shape: vec![self.idle.len()],
                values: self.idle.iter().map(|steps| *steps as f32).collect(),
            });
        }
        if let Some(usage) = &self.usage {
            to.arrays.push(NamedArray {
                name: COUNTS.to_owned(),
                shape: usage.counts.dims().to_vec(),
                values: usage.counts.clone().try_into_data()?.try_to_vec()?,
            });
            to.arrays.push(NamedArray {
                name: SUMS.to_owned(),
                shape: usage.sums.dims().to_vec(),
                values: usage.sums.clone().try_into_data()?.try_to_vec()?,
            });
            to.counters.insert(STEPS.to_owned(), usage.steps);
        }
        Ok(())
    }

    /// From the memory of an optimizer, for a device without autodiff.
    pub fn read(from: &OptimizerState, device: &Device) -> Self {
        let arrays: BTreeMap<&str, &NamedArray> = from
            .arrays
            .iter()
            .map(|array| (array.name.as_str(), array))
            .collect();
        let data = |name: &str| {
            let array = arrays.get(name)?;
            Some(TensorData::new(array.values.clone(), array.shape.clone()))
        };
        let usage = || {
            Some(Usage {
                steps: *from.counters.get(STEPS)?,
                counts: Tensor::from_data(data(COUNTS)?, device),
                sums: Tensor::from_data(data(SUMS)?, device),
            })
        };
        let idle = arrays.get(IDLE).map_or(&[][..], |array| &array.values);
        Self {
            idle: idle.iter().map(|steps| *steps as u32).collect(),
            usage: usage(),
            renewal: None,
        }
    }
}
