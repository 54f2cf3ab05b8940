//! What a run measured, with what is needed to read it: phases, epochs, seconds, reference lines.
//!
//! A *curve run* is plain data taken from a run at one moment, so that files can be made of it while the
//! run trains on.

use crate::analysis::Baselines;
use crate::model::{KnobValue, LayerInfo, Objective, Side};
use crate::train::{Metrics, OfflineRun, RunConfig, Trainer};

use super::loss::LossParts;

/// Whose errors the training loss of a phase brings together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LossKind {
    /// Squared errors of pixels.
    Pixels,
    /// Squared errors of a hidden code's values.
    Codes,
    /// Binary cross-entropies of pixels.
    CrossEntropy,
}

impl LossKind {
    /// What files call it.
    pub fn id(self) -> &'static str {
        match self {
            Self::Pixels => "pixels",
            Self::Codes => "codes",
            Self::CrossEntropy => "cross-entropy",
        }
    }
}

/// A phase of a run's schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurvePhase {
    /// Its name.
    pub name: String,
    /// Whose errors its training loss brings together.
    pub kind: LossKind,
    /// How many values of an image those errors are of.
    pub values: usize,
    /// Whether they are summed, and what the loss holds besides.
    pub parts: LossParts,
}

impl CurvePhase {
    /// What its training loss is made of, as files have it: `pixels`, or
    /// `sum of pixels + beta kl + penalties`.
    pub fn loss_of(&self) -> String {
        let sum = if self.parts.is_sum { "sum of " } else { "" };
        let more = self.parts.more().replace("β KL", "beta kl");
        format!("{sum}{}{more}", self.kind.id())
    }
}

/// Errors of methods that do not train.
#[derive(Clone, Debug, PartialEq)]
pub struct CurveLines {
    /// Of a black image.
    pub black: f64,
    /// Of the mean image.
    pub mean: f64,
    /// Of as many principal components as the code has values: their number and error.
    pub pca: Option<(usize, f64)>,
}

/// A run's measurements.
#[derive(Clone, Debug, PartialEq)]
pub struct CurveRun {
    /// What the run is called.
    pub name: String,
    /// Its place in the row of run colours.
    pub slot: usize,
    /// Everything it measured.
    pub metrics: Metrics,
    /// Its schedule.
    pub phases: Vec<CurvePhase>,
    /// Values of an image.
    pub pixels: usize,
    /// Training steps of an epoch.
    pub steps_per_epoch: u64,
    /// Pairs of a step and the seconds spent training until then, in order; time passes evenly in
    /// between.
    pub clock: Vec<(f64, f64)>,
    /// Reference lines of its images, where known.
    pub lines: Option<CurveLines>,
}

/// What curves are made of.
struct Measured<'a> {
    config: &'a RunConfig,
    metrics: &'a Metrics,
    layers: &'a [LayerInfo],
    latent: usize,
    pixels: usize,
    steps_per_epoch: u64,
    step: u64,
    elapsed_secs: f64,
}

impl CurveRun {
    /// What a run measured until now. An empty `clock` leaves it to the seconds the run took in all.
    pub fn of(
        trainer: &Trainer,
        (name, slot): (String, usize),
        clock: Vec<(f64, f64)>,
        baselines: Option<&Baselines>,
    ) -> Self {
        let trained = Measured {
            config: trainer.config(),
            metrics: trainer.metrics(),
            layers: trainer.trainee().layers(),
            latent: trainer.latent(),
            pixels: trainer.data().train.shape().pixels(),
            steps_per_epoch: trainer.steps_per_epoch(),
            step: trainer.position().step,
            elapsed_secs: trainer.elapsed().as_secs_f64(),
        };
        Self::of_measured(&trained, (name, slot), clock, baselines)
    }

    /// The same of a kept run whose images are not at hand, and of which no reference lines are known
    /// unless they are given.
    pub fn of_offline(
        offline: &OfflineRun,
        (name, slot): (String, usize),
        clock: Vec<(f64, f64)>,
        baselines: Option<&Baselines>,
    ) -> Self {
        let kept = Measured {
            config: offline.config(),
            metrics: &offline.checkpoint().metrics,
            layers: offline.layers(),
            latent: offline.plan().latent,
            pixels: offline.shape().pixels(),
            steps_per_epoch: offline.steps_per_epoch(),
            step: offline.checkpoint().position.step,
            elapsed_secs: offline.checkpoint().elapsed_secs,
        };
        Self::of_measured(&kept, (name, slot), clock, baselines)
    }

    fn of_measured(
        run: &Measured<'_>,
        (name, slot): (String, usize),
        clock: Vec<(f64, f64)>,
        baselines: Option<&Baselines>,
    ) -> Self {
        let (config, pixels, layers) = (run.config, run.pixels, run.layers);
        let is_entropy =
            matches!(config.knobs.get("loss"), Some(KnobValue::Text(id)) if id == "bce");
        // The code of the pair outside the one that trains.
        let code_values = |stage: usize| {
            let outside =
                |layer: &&LayerInfo| layer.side == Side::Encoder && layer.stage + 1 == stage;
            layers.iter().find(outside).map_or(pixels, |l| l.outputs)
        };
        let stages = layers.iter().map(|layer| layer.stage + 1).max();
        let phases = config.schedule.phases.iter().map(|phase| {
            let (kind, values) = match phase.objective {
                Objective::Greedy { stage } if stage > 0 => (LossKind::Codes, code_values(stage)),
                Objective::Greedy { .. } | Objective::EndToEnd | Objective::EndsInward { .. } => {
                    let kind = if is_entropy {
                        LossKind::CrossEntropy
                    } else {
                        LossKind::Pixels
                    };
                    (kind, pixels)
                }
            };
            CurvePhase {
                name: phase.name(),
                kind,
                values,
                parts: LossParts::of(config, phase.objective, stages.unwrap_or(1)),
            }
        });
        let clock = if clock.is_empty() {
            vec![(run.step as f64, run.elapsed_secs)]
        } else {
            clock
        };
        let latent = run.latent;
        Self {
            name,
            slot,
            metrics: run.metrics.clone(),
            phases: phases.collect(),
            pixels,
            steps_per_epoch: run.steps_per_epoch,
            clock,
            lines: baselines.map(|found| CurveLines {
                black: found.black,
                mean: found.mean,
                pca: found.pca_k(latent).map(|error| (latent, error)),
            }),
        }
    }

    /// Passes over the training images until a step.
    pub fn epochs(&self, step: f64) -> f64 {
        step / self.steps_per_epoch.max(1) as f64
    }

    /// Seconds spent training until a step.
    pub fn secs(&self, step: f64) -> f64 {
        let behind = self.clock.partition_point(|&(known, _)| known <= step);
        // Every clock starts at zero.
        let low = match behind.checked_sub(1) {
            Some(index) => self.clock[index],
            None => (0.0, 0.0),
        };
        let Some(&high) = self.clock.get(behind) else {
            return low.1;
        };
        let width = high.0 - low.0;
        if width > 0.0 {
            low.1 + (step - low.0) / width * (high.1 - low.1)
        } else {
            high.1
        }
    }

    /// The phases in which training steps were taken: their index, and which of the training losses
    /// are theirs.
    pub fn stretches(&self) -> Vec<(usize, std::ops::Range<usize>)> {
        let train = &self.metrics.train;
        let starts = &self.metrics.phases;
        let place =
            |step: u64| (step.saturating_sub(train.steps().start) as usize).min(train.len());
        starts
            .iter()
            .enumerate()
            .map(|(index, start)| {
                let end = starts
                    .get(index + 1)
                    .map_or(train.len(), |next| place(next.step));
                (start.phase, place(start.step)..end)
            })
            .filter(|(_, range)| !range.is_empty())
            .collect()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::train::{Losses, PhaseStart, TestPoint, Verdict};

    /// A run of two phases of `steps` steps each, 10 an epoch, that took a second in all.
    pub(in super::super) fn run(name: &str, slot: usize, steps: u64) -> CurveRun {
        let loss = |step: u64| 0.1 / (1.0 + step as f32 / 10.0) + (step % 3) as f32 * 0.01;
        let test = |step: u64, phase: usize| TestPoint {
            step,
            phase,
            mse: 0.09 / (1.0 + step as f64 / 20.0),
            verdict: Verdict::Varied,
            terms: crate::train::TermValues::default(),
            measures: crate::train::Measures::default(),
        };
        let tests = (0..=steps).step_by(10).map(|step| test(step, 0));
        let more = (steps..=2 * steps).step_by(10).map(|step| test(step, 1));
        let phase = |name: &str, kind, values| CurvePhase {
            name: name.to_owned(),
            kind,
            values,
            parts: LossParts::default(),
        };
        CurveRun {
            name: name.to_owned(),
            slot,
            metrics: Metrics {
                train: Losses::new(0, (0..2 * steps).map(loss)),
                test: tests.chain(more).collect(),
                phases: vec![
                    PhaseStart { phase: 0, step: 0 },
                    PhaseStart {
                        phase: 1,
                        step: steps,
                    },
                ],
            },
            phases: vec![
                phase("Greedy, pair 2", LossKind::Codes, 500),
                phase("All layers", LossKind::Pixels, 784),
            ],
            pixels: 784,
            steps_per_epoch: 10,
            clock: vec![(2.0 * steps as f64, 1.0)],
            lines: Some(CurveLines {
                black: 0.11,
                mean: 0.067,
                pca: Some((10, 0.034)),
            }),
        }
    }

    #[test]
    fn time_and_epochs_follow_the_steps() {
        let mut run = run("a", 0, 20);
        assert_eq!(run.epochs(15.0), 1.5);
        assert_eq!(run.secs(20.0), 0.5);
        assert_eq!(run.secs(1e9), 1.0, "nothing is known of what comes");
        run.clock.clear();
        assert_eq!(run.secs(20.0), 0.0);
    }

    #[test]
    fn files_say_what_a_loss_is_made_of() {
        let mut phase = run("a", 0, 20).phases[1].clone();
        assert_eq!(phase.loss_of(), "pixels");
        phase.parts = LossParts {
            is_sum: true,
            has_kl: true,
            has_penalties: true,
            has_codebook: false,
            has_commitment: false,
            has_revival: false,
        };
        phase.kind = LossKind::CrossEntropy;
        assert_eq!(
            phase.loss_of(),
            "sum of cross-entropy + beta kl + penalties"
        );
    }

    #[test]
    fn losses_belong_to_the_phase_they_were_measured_in() {
        let run = run("a", 0, 20);
        assert_eq!(run.stretches(), [(0, 0..20), (1, 20..40)]);
    }
}
