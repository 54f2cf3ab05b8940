//! What a comparison depends on: it says nothing about another network, driver or program.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::data::{Dataset, hex};
use crate::model::{LayerInfo, Objective, OptimizerKind};
use crate::train::{RunConfig, is_kept_on_device};

use super::machine::CandidateGpu;

/// Everything that decides how fast a network trains on the CPU and on a GPU.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SpeedKey {
    /// Id of the variant.
    pub(super) variant: String,
    /// Sizes from the image to the image.
    pub(super) sizes: String,
    /// Its layers, image to image.
    layers: String,
    /// The values of all knobs but those of the first weights.
    knobs: String,
    /// What the phase trains, and whether it drops values.
    objective: String,
    /// Images a step.
    pub(super) batch: usize,
    /// The update rule.
    pub(super) optimizer: String,
    /// Whether the images are kept in the memory of a device that has one.
    pub(super) is_kept_on_device: bool,
    /// Threads of the CPU.
    threads: usize,
    /// Name of the GPU.
    pub(super) gpu: String,
    /// Its driver, with its version.
    driver: String,
    /// The interface it is reached through.
    backend: String,
    /// The program that measured.
    program: String,
}

impl SpeedKey {
    /// Of a phase of a run against a GPU. The knobs of `config` must be resolved.
    pub(super) fn of(
        (config, phase): (&RunConfig, usize),
        layers: &[LayerInfo],
        data: &Dataset,
        candidate: &CandidateGpu,
        program: &str,
    ) -> Option<Self> {
        let phase = config.schedule.phases.get(phase)?;
        let knobs = config.knobs.iter();
        let decisive = knobs.filter(|(id, _)| !id.starts_with("init"));
        let knobs: Vec<String> = decisive
            .map(|(id, value)| format!("{id} {value}"))
            .collect();
        let input = layers.first().map(|layer| layer.input.as_str());
        let outputs = layers.iter().map(|layer| layer.output.as_str());
        let sizes: Vec<&str> = input.into_iter().chain(outputs).collect();
        let layers = layers.iter().map(|layer| {
            format!(
                "{} {} to {} {}",
                layer.kind, layer.input, layer.output, layer.activation
            )
        });
        let drops = if phase.dropout > 0.0 {
            " with dropout"
        } else {
            ""
        };
        Some(Self {
            variant: config.variant.clone(),
            sizes: sizes.join(" – "),
            layers: layers.collect::<Vec<_>>().join(", "),
            knobs: knobs.join(", "),
            objective: format!("{}{drops}", objective(phase.objective)),
            batch: config.batch,
            optimizer: OptimizerKind::id(phase.optimizer.kind).to_owned(),
            is_kept_on_device: is_kept_on_device(&data.train),
            threads: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            gpu: candidate.name.clone(),
            driver: candidate.driver.clone(),
            backend: candidate.backend.clone(),
            program: program.to_owned(),
        })
    }

    /// A name for it among files.
    pub(super) fn id(&self) -> String {
        let text = serde_json::to_string(self).unwrap_or_else(|_error| format!("{self:?}"));
        let mut id = hex(&Sha256::digest(text.as_bytes()));
        id.truncate(32);
        id
    }
}

fn objective(objective: Objective) -> String {
    match objective {
        Objective::EndToEnd => "all layers".to_owned(),
        Objective::Greedy { stage } => format!("greedy, pair {}", stage + 1),
        Objective::EndsInward { stage } => format!("ends inward, pair {}", stage + 1),
    }
}
