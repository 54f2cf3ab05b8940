//! How fast this machine trains: four models, step by step, against the arithmetic it can do.
//!
//! The models, batch, optimizers and output fields are those of the PyTorch script the program is
//! measured against, so that the lines of both can be laid side by side.

use std::sync::Arc;
use std::time::Instant;

use clap::{Arg, ArgMatches, Command};
use serde_json::{Value, json};

use crate::data::{self, Dataset, DatasetRequest};
use crate::engine::{lead_crew, start_device};
use crate::model::{
    KnobValue, Objective, OptimizerConfig, OptimizerKind, Pretraining, measured_peak, variant,
};
use crate::train::{Advance, Compute, LearningRateDecay, Phase, RunConfig, Schedule, Trainer};

use super::arguments::{device, ids, json as json_flag, text};
use super::numbers::count;
use super::{Failure, output};

/// A network to measure.
struct Model {
    name: &'static str,
    variant: &'static str,
    /// Widths from the image to the code, where they can be chosen.
    widths: &'static str,
}

const MODELS: &[Model] = &[
    Model {
        name: "ae-10",
        variant: "autoencoder",
        widths: "",
    },
    Model {
        name: "deep-10-layers",
        variant: "deep",
        widths: "784,500,250,125,64,10",
    },
    Model {
        name: "dec",
        variant: "deep",
        widths: "784,500,500,2000,10",
    },
    Model {
        name: "conv",
        variant: "convolutional",
        widths: "",
    },
    Model {
        name: "vae-20",
        variant: "vae",
        widths: "784,400,20",
    },
    Model {
        name: "vq-vae",
        variant: "vq-vae",
        widths: "",
    },
    Model {
        name: "denoising-500",
        variant: "denoising",
        widths: "784,500",
    },
];

/// Steps before the first one that counts.
const WARM_UP: usize = 5;

/// Training images, as many as the PyTorch script takes.
const IMAGES: usize = 10_000;

pub(super) fn command() -> Command {
    let optimizers = [OptimizerKind::Adam, OptimizerKind::Sgd].map(OptimizerKind::id);
    let schedules = Pretraining::ALL.iter().map(|schedule| schedule.id());
    let models = ids(MODELS.iter().map(|model| model.name));
    Command::new("bench")
        .about("Measure how fast this machine trains")
        .arg(text("dataset", "NAME|PATH", "Images of 28×28 in grey [default: glyphs]"))
        .arg(text("batch", "N", "Images a step [default: 256]"))
        .arg(
            text("optimizer", "NAME", "Update rule [default: adam]").value_parser(optimizers),
        )
        .arg(
            text("schedule", "NAME", "Measure the phases of this schedule, in the epochs after their first [default: end-to-end]")
                .value_parser(schedules.collect::<Vec<_>>()),
        )
        .arg(text("steps", "N", "Steps that count [default: 50]"))
        .arg(Arg::new("only").long("only").value_name("NAME").help(format!("One model: {models}")))
        .arg(device())
        .arg(json_flag().help("Print one JSON object a line"))
}

/// What is measured, and how long.
struct Plan {
    batch: usize,
    optimizer: OptimizerConfig,
    schedule: Pretraining,
    steps: usize,
}

impl Plan {
    fn of(matches: &ArgMatches) -> Result<Self, Failure> {
        let text = |id: &str| matches.get_one::<String>(id).map(String::as_str);
        let optimizer = OptimizerKind::ALL
            .iter()
            .find(|kind| Some(kind.id()) == text("optimizer"))
            .copied()
            .unwrap_or(OptimizerKind::Adam);
        let schedule = Pretraining::ALL
            .iter()
            .find(|schedule| Some(schedule.id()) == text("schedule"))
            .copied()
            .unwrap_or_default();
        Ok(Self {
            batch: count(matches, "batch")?.unwrap_or(256),
            // As the script has it: gradients of any length.
            optimizer: OptimizerConfig {
                clip: 0.0,
                ..OptimizerConfig::new(optimizer)
            },
            schedule,
            steps: count(matches, "steps")?.unwrap_or(50),
        })
    }

    /// A run of one phase, so long that it never ends.
    fn config(&self, model: &Model, objective: Objective) -> Result<RunConfig, Failure> {
        let variant = variant(model.variant)?;
        let mut config = RunConfig::recipe(variant, "glyphs");
        config.batch = self.batch;
        let mut set = |id: &str, value: KnobValue| {
            if variant.knobs().iter().any(|knob| knob.id == id) {
                config.knobs.set(id, value);
            }
        };
        set("init", KnobValue::Text("uniform".to_owned()));
        set("latent", KnobValue::Integer(10));
        if !model.widths.is_empty() {
            set("widths", KnobValue::Text(model.widths.to_owned()));
        }
        let is_greedy = matches!(objective, Objective::Greedy { .. });
        config.schedule = Schedule {
            phases: vec![Phase {
                objective,
                epochs: 100_000,
                learning_rate: match self.optimizer.kind {
                    OptimizerKind::Sgd => 0.1,
                    OptimizerKind::Adam | OptimizerKind::AdamW => 1e-3,
                },
                decay: LearningRateDecay::Constant,
                optimizer: self.optimizer,
                dropout: if is_greedy { 0.2 } else { 0.0 },
            }],
        };
        Ok(config)
    }
}

/// Measures the models one after the other.
pub(super) fn bench(matches: &ArgMatches) -> Result<(), Failure> {
    let plan = Plan::of(matches)?;
    let only = matches.get_one::<String>("only");
    let is_json = matches.get_flag("json");
    if let Some(only) = only
        && !MODELS.iter().any(|model| model.name == only)
    {
        return Err(Failure::bad_input(format!(
            "--only must be one of {}, but is {only:?}",
            ids(MODELS.iter().map(|model| model.name))
        )));
    }
    let _crew = lead_crew()
        .map_err(|error| Failure::machine(format!("no threads could be started: {error}")))?;
    let asked = matches.get_one::<String>("device");
    let compute = start_device(asked.map_or("auto", String::as_str))?;
    let location = matches.get_one::<String>("dataset");
    let data = Arc::new(data::open(&DatasetRequest {
        location: location.map_or("glyphs", String::as_str).to_owned(),
        limit: Some(IMAGES),
        ..DatasetRequest::default()
    })?);
    let peak = measured_peak(&compute.device).map_err(Failure::machine)?;
    if !is_json {
        output::line(format!(
            "{}, {peak:.0} GFLOP/s in matrix products",
            compute.name
        ))?;
        output::line(format!(
            "{:32} {:>9} {:>11} {:>9} {:>8} {:>9}",
            "", "ms a step", "images/s", "GFLOP", "of peak", "memory"
        ))?;
    }
    for model in MODELS {
        if only.is_some_and(|only| only != model.name) {
            continue;
        }
        for objective in objectives(&plan, model)? {
            let found = measure(&plan, model, objective, &data, &compute)?;
            output::line(if is_json {
                found.json(&plan, &compute, peak).to_string()
            } else {
                found.words(&plan, peak)
            })?;
        }
    }
    Ok(())
}

/// The phases of the schedule; none for a model of a single pair that has to be pretrained.
fn objectives(plan: &Plan, model: &Model) -> Result<Vec<Objective>, Failure> {
    if plan.schedule == Pretraining::EndToEnd {
        return Ok(vec![Objective::EndToEnd]);
    }
    let config = plan.config(model, Objective::EndToEnd)?;
    let variant = variant(model.variant)?;
    let knobs = config.knobs.resolve(variant.id(), variant.knobs())?;
    let stages = variant.stages(&knobs)?;
    let stages = if variant.is_layered() {
        0..stages
    } else {
        0..0
    };
    Ok(stages
        .filter_map(|stage| plan.schedule.objective(stage))
        .collect())
}

/// What one model came to.
struct Found {
    name: String,
    model: &'static str,
    median_secs: f64,
    /// Operations of a step, a multiply-add counted as two.
    operations: f64,
    memory_bytes: Option<usize>,
}

fn measure(
    plan: &Plan,
    model: &Model,
    objective: Objective,
    data: &Arc<Dataset>,
    compute: &Compute,
) -> Result<Found, Failure> {
    let config = plan.config(model, objective)?;
    let mut trainer = Trainer::new(config, Arc::clone(data), compute)?;
    let stages = trainer.trainee().stages();
    let warm_up = if objective.entry(stages) > 0 {
        // The first epoch also computes the codes of the frozen stages.
        WARM_UP + trainer.steps_per_epoch() as usize
    } else {
        WARM_UP
    };
    let mut times = Vec::with_capacity(warm_up + plan.steps);
    while times.len() < warm_up + plan.steps {
        let is_step = trainer.is_step_next();
        let start = Instant::now();
        let advance = trainer.advance()?;
        trainer.wait()?;
        if is_step && advance == Advance::Trained {
            times.push(start.elapsed().as_secs_f64());
        }
    }
    trainer.collect()?;
    let mut counted = times.split_off(warm_up);
    counted.sort_by(f64::total_cmp);
    let name = match objective {
        Objective::EndToEnd => model.name.to_owned(),
        _ => format!("{}, {}", model.name, trainer.phase().name().to_lowercase()),
    };
    Ok(Found {
        name,
        model: model.name,
        median_secs: counted[counted.len() / 2],
        operations: trainer.operations_per_image() * plan.batch as f64,
        memory_bytes: memory_stats::memory_stats().map(|stats| stats.physical_mem),
    })
}

impl Found {
    fn images_per_sec(&self, plan: &Plan) -> f64 {
        plan.batch as f64 / self.median_secs
    }

    fn share_of_peak(&self, peak: f64) -> f64 {
        self.operations / self.median_secs / 1e9 / peak
    }

    fn json(&self, plan: &Plan, compute: &Compute, peak: f64) -> Value {
        let rounded = |value: f64, digits: i32| {
            let unit = 10_f64.powi(digits);
            (value * unit).round() / unit
        };
        json!({
            "peer": format!("hourglass {}", env!("CARGO_PKG_VERSION")),
            "device": compute.name,
            "model": self.model,
            "phase": self.name,
            "batch": plan.batch,
            "optimizer": plan.optimizer.kind.id(),
            "ms_per_step": rounded(self.median_secs * 1e3, 3),
            "images_per_s": self.images_per_sec(plan).round() as u64,
            "gflop_per_step": rounded(self.operations / 1e9, 4),
            "peak_gflop_per_s": peak.round() as u64,
            "share_of_peak": rounded(self.share_of_peak(peak), 3),
            "memory_mb": self.memory_bytes.map(|bytes| bytes >> 20),
        })
    }

    fn words(&self, plan: &Plan, peak: f64) -> String {
        format!(
            "{:32} {:>9.2} {:>11.0} {:>9.3} {:>7.0}% {:>6} MB",
            self.name,
            self.median_secs * 1e3,
            self.images_per_sec(plan),
            self.operations / 1e9,
            self.share_of_peak(peak) * 100.0,
            self.memory_bytes.map_or(0, |bytes| bytes >> 20),
        )
    }
}
