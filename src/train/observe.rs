//! Watching a run from inside: what its last observed step did to the layers, and what they answer.
//!
//! A *watch* makes a step tell of itself. A watched step is the same to the bit, so that looking at a
//! run never changes it.

use burn::tensor::{Tensor, Transaction};

use crate::model::{
    Batch, Histogram, LayerInfo, LayerStat, OutputStat, StepContext, StepObservation, Trainee,
    TrainingError,
};

use super::error::TrainerError;
use super::feed::Half;
use super::trainer::Trainer;

/// Weights of a layer that its histogram is made of.
const WEIGHT_SAMPLES: usize = 20_000;

/// Largest number of outputs of all layers together that are read for one look: fewer probe images
/// pass through a network with large maps.
const MAX_OUTPUTS: usize = 2 << 20;

/// Fewest probe images: a spread needs two.
const MIN_PROBE: usize = 2;

/// Whether the next step tells of itself, and what the last one that did told.
#[derive(Default)]
pub(super) struct Watch {
    is_due: bool,
    last: Option<StepObservation>,
}

impl Watch {
    /// Takes a step, observed if that is due.
    pub(super) fn step(
        &mut self,
        trainee: &mut dyn Trainee,
        batch: Batch,
        learning_rate: f64,
        context: &mut StepContext,
    ) -> Tensor<1> {
        if !self.is_due {
            return trainee.step(batch, learning_rate, context);
        }
        self.is_due = false;
        let (loss, observation) = trainee.observed_step(batch, learning_rate, context);
        self.last = Some(observation);
        loss
    }

    /// What was observed says nothing any more: other layers train now, or other weights.
    pub(super) fn forget(&mut self) {
        self.last = None;
    }
}

impl Trainer {
    /// Has the next training step tell what it does to each layer; see [`Trainer::layer_stats`].
    pub fn observe_next_step(&mut self) {
        self.watch.is_due = true;
    }

    /// Statistics of all layers as they are now, outputs for the test images `probe`; gradients and
    /// updates are of the last step that was observed in this phase.
    ///
    /// # Errors
    /// When the device fails.
    pub fn layer_stats(&mut self, probe: &[u32]) -> Result<Vec<LayerStat>, TrainerError> {
        let layers = self.trainee.layers();
        let values: usize = layers.iter().map(|layer| layer.outputs).sum();
        let room = (MAX_OUTPUTS / values.max(1)).max(MIN_PROBE);
        let probe = &probe[..probe.len().min(room)];
        let mut reading = Reading::default();
        for layer in layers {
            let observed = self.watch.last.as_ref();
            reading.add(observed.map_or_else(Vec::new, |last| last.of_layer(layer)));
        }
        for weights in self.trainee.weight_probes(WEIGHT_SAMPLES) {
            reading.add(weights.norms);
            reading.add(weights.samples);
        }
        if !probe.is_empty() {
            let images = self.feed.batch(Half::Test, probe);
            for output in self.trainee.activations(images) {
                reading.add(output.map(|output| output.flatten(0, 1)));
            }
        }
        let mut found = reading.read()?.into_iter();
        let changes: Vec<_> = found.by_ref().take(layers.len()).collect();
        let weights: Vec<_> = found.by_ref().take(2 * layers.len()).collect();
        let mut outputs = found;
        Ok(layers
            .iter()
            .zip(changes)
            .zip(weights.chunks_exact(2))
            .map(|((layer, changes), weights)| {
                let outputs = outputs.next().unwrap_or_default();
                stat(layer, &changes, weights, &outputs, probe.len())
            })
            .collect())
    }
}

/// Arrays of one layer, as read.
type Arrays = Vec<Vec<f32>>;

fn stat(
    layer: &LayerInfo,
    changes: &Arrays,
    weights: &[Arrays],
    outputs: &Arrays,
    images: usize,
) -> LayerStat {
    let (norms, samples) = match weights {
        [norms, samples] => (norms.as_slice(), samples.as_slice()),
        _ => (&[][..], &[][..]),
    };
    let outputs = outputs
        .first()
        .map(|values| OutputStat::of(values, images, layer.units(), &layer.activation));
    let change = (!changes.is_empty()).then(|| {
        let of = |which: usize| length(changes.iter().skip(which).step_by(3));
        [of(0), of(1), of(2)]
    });
    LayerStat {
        gradient_norm: change.map(|[gradient, ..]| gradient as f32),
        update_ratio: change.map(|[_, before, update]| {
            if update > 0.0 {
                (update / before).log10() as f32
            } else {
                f32::NEG_INFINITY
            }
        }),
        weight_norm: length(norms.iter()) as f32,
        dead: outputs.as_ref().and_then(|found| found.dead),
        saturated: outputs.as_ref().and_then(|found| found.saturated),
        spread: outputs.as_ref().and_then(|found| found.spread),
        weights: Histogram::of(&samples.concat()),
        activations: outputs.map(|found| found.histogram),
    }
}

/// Norm of all from the norms of parts.
fn length<'a>(norms: impl Iterator<Item = &'a Vec<f32>>) -> f64 {
    norms
        .flatten()
        .map(|norm| f64::from(*norm).powi(2))
        .sum::<f64>()
        .sqrt()
}

/// Groups of arrays that are read from the device in one go.
#[derive(Default)]
struct Reading {
    sizes: Vec<usize>,
    tensors: Vec<Tensor<1>>,
}

impl Reading {
    /// One more group.
    fn add(&mut self, group: impl IntoIterator<Item = Tensor<1>>) {
        let before = self.tensors.len();
        self.tensors.extend(group);
        self.sizes.push(self.tensors.len() - before);
    }

    /// Group after group.
    fn read(self) -> Result<Vec<Arrays>, TrainingError> {
        let mut transaction = Transaction::default();
        for tensor in self.tensors {
            transaction = transaction.register(tensor);
        }
        let mut arrays = transaction.try_execute()?.into_iter();
        self.sizes
            .into_iter()
            .map(|size| {
                let group = arrays.by_ref().take(size);
                group
                    .map(|array| array.try_to_vec::<f32>().map_err(TrainingError::from))
                    .collect()
            })
            .collect()
    }
}

#[cfg(test)]
#[path = "observe_tests.rs"]
mod tests;
