//! Exports as jobs: a run is copied between two steps, the file is made beside the training.
//!
//! What is *exported* is either what the engine knows of runs, or pictures that its user put together.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::data::{Dataset, ImageShape, Meter as _};
use crate::model::{NamedArray, Objective, TorchNetwork, TrainingError};
use crate::store::export::{
    Animation, CodeTable, CurveRun, ExportKind, PlotOptions, Sheet, encode_animation, encode_codes,
    encode_curves, encode_plot, encode_sheet, encode_torch, write_file,
};
use crate::train::{Feed, Half, RunConfig, TrainerError};

use super::devices;
use super::guard::{Breakdown, Failure, guarded, on_device};
use super::jobs::{JobId, JobMeter};
use super::protocol::RunId;
use super::worker::Worker;

/// Images that are encoded at a time: an image in the middle of a convolution is large.
const CODES_CHUNK: u32 = 200;

/// What is to be written.
#[derive(Clone, Debug)]
pub enum Export {
    /// Weights of a run, for PyTorch.
    Weights(RunId),
    /// Codes of all test images by a run, at the depth in use.
    Codes(RunId),
    /// Measurements of runs as a table.
    Curves(Vec<ExportedRun>),
    /// Measurements of runs as a chart.
    Plot(Vec<ExportedRun>, PlotOptions),
    /// Pictures of one moment.
    Grid(Sheet),
    /// Pictures of several moments.
    Animation(Animation),
}

/// A run whose measurements are wanted, as its user knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct ExportedRun {
    /// The run.
    pub id: RunId,
    /// What it is called.
    pub name: String,
    /// Its place in the row of run colours.
    pub slot: usize,
    /// Pairs of a step and the seconds spent training until then, in order.
    pub clock: Vec<(f64, f64)>,
}

impl Export {
    /// The kind of file.
    pub fn kind(&self) -> ExportKind {
        match self {
            Self::Weights(_) => ExportKind::Weights,
            Self::Codes(_) => ExportKind::Codes,
            Self::Curves(_) => ExportKind::Curves,
            Self::Plot(..) => ExportKind::Plot,
            Self::Grid(_) => ExportKind::Grid,
            Self::Animation(_) => ExportKind::Animation,
        }
    }

    /// What is written, in words.
    fn words(&self) -> &'static str {
        match self {
            Self::Weights(_) => "weights",
            Self::Codes(_) => "codes",
            Self::Curves(_) => "curves",
            Self::Plot(..) => "the plot",
            Self::Grid(_) => "the picture grid",
            Self::Animation(_) => "the animation",
        }
    }
}

/// A run as it was when it was to be exported.
struct Copied {
    config: RunConfig,
    shape: ImageShape,
    /// Absent where the images are lost.
    data: Option<Arc<Dataset>>,
    objective: Objective,
    weights: Vec<NamedArray>,
}

/// What the file is made of, once the runs can go on.
enum Material {
    Weights(Copied),
    Codes(Copied),
    Curves(Vec<CurveRun>),
    Plot(Vec<CurveRun>, PlotOptions),
    Grid(Sheet),
    Animation(Animation),
}

impl Worker {
    /// Copies what is needed and starts a job that writes it.
    pub(super) fn export(&mut self, id: JobId, export: Export, path: PathBuf) {
        let kind = export.kind();
        let words = export.words();
        let material = self.material(export);
        self.jobs
            .start(id, format!("Writing {words}"), move |meter| {
                let bytes = encode(&path, kind, material?, meter)?;
                if meter.is_cancelled() {
                    return Err(cancelled());
                }
                write_file(&path, &bytes)?;
                let mut letters = words.chars();
                let first = letters.next().map(|letter| letter.to_uppercase());
                let start: String = first.into_iter().flatten().chain(letters).collect();
                Ok(format!("{start}: written to {}.", path.display()))
            });
    }

    fn material(&mut self, export: Export) -> Result<Material, Failure> {
        Ok(match export {
            Export::Weights(id) => Material::Weights(self.copied(id)?),
            Export::Codes(id) => {
                let lost = self.find(id).and_then(|run| run.lost.clone());
                if let Some(lost) = lost {
                    return Err(wrong(format!("codes are made of the images, but {lost}")));
                }
                Material::Codes(self.copied(id)?)
            }
            Export::Curves(runs) => Material::Curves(self.curves(runs)?),
            Export::Plot(runs, options) => Material::Plot(self.curves(runs)?, options),
            Export::Grid(sheet) => Material::Grid(sheet),
            Export::Animation(animation) => Material::Animation(animation),
        })
    }

    fn copied(&mut self, id: RunId) -> Result<Copied, Failure> {
        let mut copied = self.copied_once(id);
        if let Err(breakdown @ Breakdown::Device(_)) = copied {
            // What it goes on from can still be had.
            self.fail_training(id, breakdown);
            copied = self.copied_once(id);
        }
        copied.map_err(Failure::from)
    }

    fn copied_once(&mut self, id: RunId) -> Result<Copied, Breakdown> {
        let run = self.find(id);
        let run = run.ok_or_else(|| Breakdown::Run(not_ready()))?;
        if let Some(offline) = &run.offline {
            return Ok(Copied {
                config: offline.config().clone(),
                shape: offline.shape(),
                data: None,
                objective: offline.objective(),
                weights: offline.checkpoint().weights.clone(),
            });
        }
        let trainer = run.trainer.as_mut();
        let trainer = trainer.ok_or_else(|| Breakdown::Run(not_ready()))?;
        on_device(|| {
            Ok(Copied {
                config: trainer.config().clone(),
                shape: trainer.data().train.shape(),
                data: Some(Arc::clone(trainer.data())),
                objective: trainer.trainee().objective(),
                weights: trainer.trainee().weights().map_err(TrainerError::from)?,
            })
        })
    }

    /// Measurements of those runs of which there is more than their configuration.
    fn curves(&mut self, runs: Vec<ExportedRun>) -> Result<Vec<CurveRun>, Failure> {
        let mut curves = Vec::with_capacity(runs.len());
        for wanted in runs {
            let live = self.runs.iter().find(|run| run.id == wanted.id);
            let Some(live) = live else { continue };
            let about = (wanted.name, wanted.slot);
            match (&live.trainer, &live.offline) {
                (Some(trainer), _) => {
                    let baselines = self.library.known_baselines(&trainer.data().hash);
                    let baselines = baselines.as_deref();
                    curves.push(CurveRun::of(trainer, about, wanted.clock, baselines));
                }
                (None, Some(offline)) => {
                    let lost = live.lost.as_ref();
                    let hash = lost.and_then(|lost| lost.sha256.as_ref());
                    let baselines = hash.and_then(|hash| self.library.known_baselines(hash));
                    let baselines = baselines.as_deref();
                    curves.push(CurveRun::of_offline(
                        offline,
                        about,
                        wanted.clock,
                        baselines,
                    ));
                }
                (None, None) => {}
            }
        }
        if curves.is_empty() {
            return Err(not_ready());
        }
        Ok(curves)
    }
}

fn not_ready() -> Failure {
    Failure {
        sentence: "a run can be exported once its data is loaded, but it is not yet".to_owned(),
        is_bad_input: true,
    }
}

fn cancelled() -> Failure {
    Failure {
        sentence: "it was cancelled".to_owned(),
        is_bad_input: false,
    }
}

fn wrong(error: impl std::fmt::Display) -> Failure {
    Failure {
        sentence: error.to_string(),
        is_bad_input: true,
    }
}

fn encode(
    path: &Path,
    kind: ExportKind,
    material: Material,
    meter: &JobMeter,
) -> Result<Vec<u8>, Failure> {
    let format = kind.format_of(path)?;
    Ok(match material {
        Material::Weights(run) => {
            let network = network(&run)?;
            encode_torch(path, &network, &run.config, &run.weights)?
        }
        Material::Codes(run) => encode_codes(path, &codes(&run, meter)?, format)?,
        Material::Curves(runs) => encode_curves(path, &runs)?,
        Material::Plot(runs, options) => encode_plot(path, &runs, &options, format)?,
        Material::Grid(sheet) => encode_sheet(path, &sheet)?,
        Material::Animation(animation) => encode_animation(path, &animation, meter)?,
    })
}

fn network(run: &Copied) -> Result<TorchNetwork, Failure> {
    let (variant, knobs) = run.config.check_with(run.shape).map_err(wrong)?;
    variant.torch(run.shape, &knobs).map_err(wrong)
}

/// Codes of all test images, computed on the CPU beside the training.
fn codes(run: &Copied, meter: &JobMeter) -> Result<CodeTable, Failure> {
    let shape = run.shape;
    let data = run.data.as_ref().ok_or_else(not_ready)?;
    let (variant, knobs) = run.config.check_with(shape).map_err(wrong)?;
    // One thread of its own: the others go on training.
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .thread_name(|_one| "export".to_owned())
        .build()
        .map_err(|error| Failure {
            sentence: format!("no thread could be started: {error}"),
            is_bad_input: false,
        })?;
    let compute = devices::start_device("flex")?;
    let count = u32::try_from(data.test.len()).unwrap_or(u32::MAX);
    let values = pool.install(|| {
        guarded(|| {
            let network =
                variant.replica(shape, &knobs, run.objective, &run.weights, &compute.device)?;
            let feed = Feed::new(Arc::clone(data), &compute);
            let mut values = Vec::new();
            let mut start = 0;
            while start < count && !meter.is_cancelled() {
                meter.tell(u64::from(start), Some(u64::from(count)));
                let end = count.min(start + CODES_CHUNK);
                let indices: Vec<u32> = (start..end).collect();
                let images = feed.batch(Half::Test, &indices);
                let data = network
                    .encode(images)
                    .try_into_data()
                    .map_err(TrainingError::from)?;
                values.extend(data.try_to_vec::<f32>().map_err(TrainingError::from)?);
                start = end;
            }
            Ok(values)
        })
    })?;
    if meter.is_cancelled() {
        return Err(cancelled());
    }
    Ok(CodeTable {
        latent: values.len() / (count as usize).max(1),
        values,
        labels: data.test_labels.clone(),
    })
}
