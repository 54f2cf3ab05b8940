//! Arguments: the options of every command, and how those of `train` become a configuration.
//!
//! The knobs' options come from the variants' tables, so a knob has its option by existing.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use crate::data::Reading;
use crate::engine::Extension;
use crate::model::{OptimizerConfig, OptimizerKind, Pretraining, VARIANTS, Variant, variant};
use crate::store;
use crate::store::share::Share;
use crate::train::{LearningRateDecay, PhaseSettings, RunConfig, Schedule};

use super::kept::{Kept, RUN_HELP};
use super::numbers::{count, number};
use super::out::{self, Out};
use super::{Failure, knob_options};
use super::{effects, fetch, presets, resuming, share};

/// What `train` is to do.
pub(super) struct TrainPlan {
    pub(super) start: Start,
    /// Where the run is kept.
    pub(super) out: Out,
    /// One JSON object an event, on standard output.
    pub(super) is_json: bool,
    /// The accuracy of nearest neighbours is to be measured at the end.
    pub(super) measures_neighbours: bool,
}

/// Where training begins.
pub(super) enum Start {
    /// With first weights.
    New(Box<RunConfig>),
    /// Where a kept run stands.
    Resume(Kept, Extension),
}

/// All commands with all options.
pub(super) fn command() -> Command {
    Command::new("hourglass")
        .version(env!("CARGO_PKG_VERSION"))
        .about("A workbench for autoencoders. Without a command it opens the window.")
        .arg(path(
            "config",
            "FILE",
            "Open the window with the configuration of this run.toml",
        ))
        .arg(
            path(
                "open",
                "RUN",
                "Open the window with this kept run, or SESSION#N",
            )
            .conflicts_with("config"),
        )
        .arg(dataset().requires("open"))
        .arg(
            text(
                "share",
                "TEXT",
                "Open the window with what this share string says",
            )
            .conflicts_with_all(["config", "open", "session"]),
        )
        .arg(
            path("session", "SESSION", "Open the window with this session")
                .conflicts_with_all(["config", "open"]),
        )
        .subcommand(train_command())
        .subcommand(
            Command::new("eval")
                .about("Measure a kept run on the test images")
                .arg(run())
                .arg(dataset())
                .arg(device())
                .arg(json()),
        )
        .subcommand(
            Command::new("reconstruct")
                .about("Draw test images over their reconstructions")
                .arg(run())
                .arg(path("out", "FILE", "PNG file to write").required(true))
                .arg(
                    Arg::new("images")
                        .long("images")
                        .value_name("N")
                        .value_parser(value_parser!(u32).range(1..=200))
                        .default_value("16")
                        .help("How many test images, from the first"),
                )
                .arg(dataset())
                .arg(device()),
        )
        .subcommand(super::sample::command())
        .subcommand(super::export::command())
        .subcommand(super::import::command())
        .subcommand(super::data::command(json()))
        .subcommand(fetch::command())
        .subcommand(share::command())
        .subcommand(super::session::command(json()))
        .subcommand(super::bench::command())
        .subcommand(super::time::command())
        .subcommand(
            Command::new("list")
                .about("List what there is")
                .arg(Arg::new("what").required(true).value_parser([
                    "variants",
                    "schedules",
                    "datasets",
                    "devices",
                    "presets",
                ]))
                .arg(json()),
        )
}

pub(super) fn path(id: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(id)
        .long(id)
        .value_name(value)
        .value_parser(value_parser!(PathBuf))
        .help(help)
}

pub(super) fn text(id: &'static str, value: &'static str, help: impl Into<String>) -> Arg {
    Arg::new(id)
        .long(id)
        .value_name(value)
        .allow_hyphen_values(true)
        .help(help.into())
}

pub(super) fn run() -> Arg {
    Arg::new("run")
        .value_name("RUN")
        .required(true)
        .value_parser(value_parser!(PathBuf))
        .help(RUN_HELP)
}

/// Where the images of a kept run are now.
pub(super) fn dataset() -> Arg {
    text(
        "dataset",
        "PLACE",
        "Where the images of the run are now, if they were moved; kept with the run",
    )
}

pub(super) fn device() -> Arg {
    text(
        "device",
        "D",
        "Device: auto, flex, wgpu or wgpu:N (see list devices)",
    )
}

pub(super) fn json() -> Arg {
    Arg::new("json")
        .long("json")
        .action(ArgAction::SetTrue)
        .help("Print JSON")
}

pub(super) fn ids<'a>(ids: impl Iterator<Item = &'a str>) -> String {
    ids.collect::<Vec<_>>().join(", ")
}

fn train_command() -> Command {
    let variants = ids(VARIANTS.iter().map(|v| v.id()));
    let schedules = ids(Pretraining::ALL.iter().map(|p| p.id()));
    let optimizers = ids(OptimizerKind::ALL.iter().map(|o| o.id()));
    let command = Command::new("train")
        .about("Train without a window")
        .next_help_heading("Run")
        .arg(path("config", "FILE", "Configuration to start from; other options change it"))
        .arg(path("resume", "RUN", "Go on with a kept run to the end of its schedule, or as --epochs or --until-epoch say; SESSION#N is run N of a session, which is kept there").conflicts_with("config"))
        .arg(text("until-epoch", "N", "With --resume: go on until the last phase has N epochs in all").requires("resume").conflicts_with("epochs"))
        .arg(text("share", "TEXT", "Share string to start from; other options change it").conflicts_with_all(["config", "resume"]))
        .arg(presets::argument())
        .arg(path("out", "FOLDER", "Folder that keeps the run: new or empty, or with --replace an earlier run [default: runs/VARIANT-N, or with --resume where the run is]"))
        .arg(out::replace())
        .arg(json().help("Print one JSON object an event"))
        .arg(text("measure", "NAME", "Measure this too at the end, of the run as it is kept: knn, the share of the test images whose 5 nearest training images, by their codes, are of the same class (uses labels)").value_parser(["knn"]))
        .next_help_heading("Data")
        .arg(text("dataset", "NAME|PATH", "Built-in data, a folder of pictures or IDX files, or a .npz, .npy, .csv or IDX file (see list datasets) [default: glyphs]"))
        .args(super::data::reading_args())
        .arg(text("limit", "N", "How many training images are used [default: all]"))
        .next_help_heading("Training")
        .arg(text("variant", "NAME", format!("Kind of autoencoder: {variants} [default: autoencoder]")))
        .arg(text("schedule", "NAME", format!("Schedule: {schedules} [default: the variant's]")))
        .arg(text("epochs", "N", "Epochs of the last phase; with --resume, N more than it has trained, and no further"))
        .arg(text("pretrain-epochs", "N", "Epochs of each pretraining phase"))
        .arg(text("batch", "N", "Images a step"))
        .arg(text("optimizer", "NAME", format!("Update rule of all phases: {optimizers}")))
        .arg(text("lr", "X", "Learning rate of all phases [default: 1 for sgd, 0.001 for adam and adamw]"))
        .arg(text("momentum", "X", "Momentum of sgd [default: 0.9]"))
        .arg(text("weight-decay", "X", "Weight decay [default: 0]"))
        .arg(text("clip", "X", "Largest norm of the gradient of a weight matrix, 0 for no limit [default: 0.03 for sgd, 0 for adam and adamw]"))
        .arg(text("lr-decay", "D", "Learning rate over a phase: constant, cosine or step:EPOCHS:FACTOR"))
        .arg(text("pretrain-optimizer", "NAME", "Update rule of the pretraining phases, where it differs"))
        .arg(text("pretrain-lr", "X", "Learning rate of the pretraining phases, where it differs"))
        .arg(text("pretrain-lr-decay", "D", "Learning rate over a pretraining phase, where it differs"))
        .arg(text("dropout", "X", "Dropout of greedy pretraining [default: 0.2]"))
        .arg(path("weights", "FILE", "Begin with these weights, as PyTorch has them, not with random ones"))
        .arg(text("seed", "N", "Seed of weights, batch order and dropout [default: 1]"))
        .arg(device().help("Device: auto, flex, wgpu or wgpu:N (see list devices). auto begins on the CPU, times a GPU beside it, and takes it from the next run on where it is faster by a third [default: auto]"))
        .next_help_heading("Knobs of the variants");
    command.args(knob_options::options())
}

/// What the arguments of `train` ask for.
pub(super) fn train_plan(matches: &ArgMatches) -> Result<TrainPlan, Failure> {
    let is_json = matches.get_flag("json");
    let measures_neighbours = matches.contains_id("measure");
    if let Some(run) = matches.get_one::<PathBuf>("resume") {
        let (start, out) = resuming::resume(matches, run)?;
        return Ok(TrainPlan {
            start,
            out,
            is_json,
            measures_neighbours,
        });
    }
    let config = configure(matches)?;
    let out = match matches.get_one::<PathBuf>("out") {
        Some(out) => Out::given(out, matches),
        None => Out::Unused(config.variant.clone()),
    };
    Ok(TrainPlan {
        start: Start::New(Box::new(config)),
        out,
        is_json,
        measures_neighbours,
    })
}

fn configure(matches: &ArgMatches) -> Result<RunConfig, Failure> {
    let text = |id: &str| matches.get_one::<String>(id).map(String::as_str);
    let given = match matches.get_one::<PathBuf>("config") {
        Some(path) => Some(store::read_config(path)?),
        None => match text("share") {
            Some(text) => Some(Share::decode(text)?.config),
            None => presets::given(matches)?,
        },
    };
    let id = text("variant")
        .or_else(|| given.as_ref().map(|config| config.variant.as_str()))
        .unwrap_or_else(|| VARIANTS[0].id());
    let variant = variant(id)?;
    let mut config = match given {
        Some(config) if config.variant == variant.id() => config,
        // Another variant has other knobs and phases; the rest stays.
        Some(other) => RunConfig {
            dataset: other.dataset,
            image_size: other.image_size,
            color: other.color,
            label_column: other.label_column,
            transpose: other.transpose,
            dataset_sha256: other.dataset_sha256,
            limit: other.limit,
            batch: other.batch,
            seed: other.seed,
            device: other.device,
            ..RunConfig::recipe(variant, "glyphs")
        },
        None => RunConfig::recipe(variant, "glyphs"),
    };
    if let Some(dataset) = text("dataset") {
        dataset.clone_into(&mut config.dataset);
        config.image_size = None;
        config.color = None;
        config.label_column = None;
        config.transpose = None;
        config.dataset_sha256 = None;
    }
    let reading = super::data::reading(matches)?;
    if reading != Reading::default() {
        config.image_size = reading.size.or(config.image_size);
        config.color = reading.color.or(config.color);
        config.label_column = reading.label.or(config.label_column);
        config.transpose = reading.transpose.or(config.transpose);
        config.dataset_sha256 = None;
    }
    if let Some(limit) = count(matches, "limit")? {
        config.limit = Some(limit);
        config.dataset_sha256 = None;
    }
    if let Some(batch) = count(matches, "batch")? {
        config.batch = batch;
    }
    if let Some(seed) = number(matches, "seed", "a whole number from 0")? {
        config.seed = seed;
    }
    if let Some(device) = text("device") {
        device.clone_into(&mut config.device);
    }
    if let Some(weights) = matches.get_one::<PathBuf>("weights") {
        super::import::begin_with(&mut config, weights);
    }
    knob_options::set(matches, variant, &mut config)?;
    schedule(matches, variant, &mut config)?;
    config.check()?;
    effects::check(matches, variant, &config)?;
    Ok(config)
}

/// Builds the phases anew, unless a configuration brought its own and no option touches them.
fn schedule(
    matches: &ArgMatches,
    variant: &dyn Variant,
    config: &mut RunConfig,
) -> Result<(), Failure> {
    const TOUCHING: &[&str] = &[
        "schedule",
        "epochs",
        "pretrain-epochs",
        "optimizer",
        "lr",
        "momentum",
        "weight-decay",
        "clip",
        "lr-decay",
        "pretrain-optimizer",
        "pretrain-lr",
        "pretrain-lr-decay",
        "dropout",
        "layers",
        "widths",
        "stages",
    ];
    if !config.schedule.phases.is_empty() && !TOUCHING.iter().any(|id| matches.contains_id(id)) {
        return Ok(());
    }
    if let Some(name) = matches.get_one::<String>("schedule") {
        config.pretraining = *Pretraining::ALL
            .iter()
            .find(|p| p.id() == name)
            .ok_or_else(|| {
                Failure::bad_input(format!(
                    "schedule must be one of {}, but is {name:?}",
                    ids(Pretraining::ALL.iter().map(|p| p.id()))
                ))
            })?;
    }
    // What was changed while another schedule ran says nothing about this one.
    config.clear_changes();
    let recipe = variant.recipe();
    let (old_pretrain, old_finetune, old_dropout) = config.settings();
    let usual = |epochs| PhaseSettings::usual(recipe.optimizer, epochs);
    let finetune = settings(
        matches,
        "",
        old_finetune.unwrap_or_else(|| usual(recipe.epochs)),
    )?;
    let pretrain = old_pretrain.unwrap_or_else(|| usual(recipe.pretrain_epochs));
    // Options for all phases first, then those for the pretraining phases alone.
    let mut pretrain = settings(matches, "", pretrain)?;
    pretrain.epochs = old_pretrain.map_or(recipe.pretrain_epochs, |settings| settings.epochs);
    let pretrain = settings(matches, "pretrain-", pretrain)?;
    let dropout = number(matches, "dropout", "a number")?.unwrap_or(old_dropout);
    // Settings for phases that this schedule lacks have no effect, but must be possible.
    Schedule::build(Pretraining::Greedy, 1, pretrain, finetune, 0.0).check(1)?;
    config.set_schedule(variant, pretrain, finetune, dropout);
    Ok(())
}

/// Settings of a phase, changed by the options with this prefix.
fn settings(
    matches: &ArgMatches,
    prefix: &str,
    mut settings: PhaseSettings,
) -> Result<PhaseSettings, Failure> {
    let id = |name: &str| format!("{prefix}{name}");
    let has = |name: &str| matches.try_contains_id(&id(name)).unwrap_or(false);
    if has("epochs")
        && let Some(epochs) = count(matches, &id("epochs"))?
    {
        settings.epochs = epochs;
    }
    if let Some(name) = matches.get_one::<String>(&id("optimizer")) {
        let kind = *OptimizerKind::ALL
            .iter()
            .find(|kind| kind.id() == name)
            .ok_or_else(|| {
                Failure::bad_input(format!(
                    "optimizer must be one of {}, but is {name:?}",
                    ids(OptimizerKind::ALL.iter().map(|o| o.id()))
                ))
            })?;
        if kind != settings.optimizer.kind {
            settings.optimizer = OptimizerConfig {
                momentum: settings.optimizer.momentum,
                weight_decay: settings.optimizer.weight_decay,
                ..OptimizerConfig::new(kind)
            };
            settings.learning_rate = kind.usual_learning_rate();
        }
    }
    if let Some(learning_rate) = number(matches, &id("lr"), "a number")? {
        settings.learning_rate = learning_rate;
    }
    if let Some(decay) = matches.get_one::<String>(&id("lr-decay")) {
        settings.decay = LearningRateDecay::parse(decay).map_err(Failure::bad_input)?;
    }
    if prefix.is_empty() {
        let optimizer = &mut settings.optimizer;
        for (name, value) in [
            ("momentum", &mut optimizer.momentum),
            ("weight-decay", &mut optimizer.weight_decay),
            ("clip", &mut optimizer.clip),
        ] {
            if let Some(given) = number(matches, name, "a number")? {
                *value = given;
            }
        }
    }
    Ok(settings)
}
