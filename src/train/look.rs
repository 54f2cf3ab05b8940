//! Looking at a run between two steps: pictures, a measurement, everything as plain data.

use burn::tensor::Transaction;

use crate::model::{Side, TrainingError};

use super::checkpoint::Checkpoint;
use super::error::TrainerError;
use super::evaluation::Evaluation;
use super::feed::Half;
use super::metrics::TestPoint;
use super::trainer::Trainer;

impl Trainer {
    /// Size of the code.
    pub fn latent(&self) -> usize {
        let layers = self.trainee.layers();
        let mut outwards = layers.iter().rev();
        outwards
            .find(|layer| layer.side == Side::Encoder)
            .map_or(0, |layer| layer.outputs)
    }

    /// Measures the test images now, whatever is due, without a trace in the metrics.
    ///
    /// # Errors
    /// When the device fails.
    pub fn evaluate(&mut self) -> Result<TestPoint, TrainerError> {
        let mut evaluation = Evaluation::new();
        loop {
            let found = evaluation.advance(&*self.trainee, &mut self.feed, &self.spread)?;
            if let Some(finding) = found {
                return Ok(TestPoint {
                    step: self.position.step,
                    phase: self.position.phase,
                    mse: finding.mse,
                    verdict: finding.verdict,
                });
            }
        }
    }

    /// What the network makes of some test images: pixels (0 to 1, not clamped) and the mean squared
    /// error of each.
    ///
    /// # Errors
    /// When the device fails.
    pub fn pictures(&mut self, indices: &[u32]) -> Result<(Vec<f32>, Vec<f32>), TrainerError> {
        if indices.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let images = self.feed.batch(Half::Test, indices);
        let outputs = self.trainee.reconstruct(images.clone());
        let difference = outputs.clone() - images;
        let errors = (difference.clone() * difference).mean_dim(1);
        let data = Transaction::default()
            .register(outputs)
            .register(errors)
            .try_execute()
            .map_err(TrainingError::from)?;
        let mut arrays = data
            .into_iter()
            .map(|array| array.try_to_vec::<f32>().map_err(TrainingError::from));
        let outputs = arrays.next().transpose()?.unwrap_or_default();
        let errors = arrays.next().transpose()?.unwrap_or_default();
        Ok((outputs, errors))
    }

    /// The run as plain data.
    ///
    /// # Errors
    /// When the device fails.
    pub fn checkpoint(&mut self) -> Result<Checkpoint, TrainerError> {
        self.collect()?;
        Ok(Checkpoint {
            config: self.config.clone(),
            position: self.position,
            train_secs: self.train_time.as_secs_f64(),
            elapsed_secs: self.elapsed.as_secs_f64(),
            metrics: self.metrics.clone(),
            weights: self.trainee.weights()?,
            optimizer: self.trainee.optimizer_state()?,
        })
    }
}
