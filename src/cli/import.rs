//! Weights from PyTorch become a run.
//!
//! An *imported* run begins with weights from a file; it has taken no step yet.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Arg, ArgMatches, Command, value_parser};

use crate::data::{self, Dataset, DatasetRequest, Sought};
use crate::engine::{first_weights, start_device};
use crate::store;
use crate::store::export::read_torch;
use crate::train::{InitialWeights, RunConfig, Trainer};

use super::out::Out;
use super::{Failure, output};

/// The command with its options.
pub(super) fn command() -> Command {
    let path = |id: &'static str, value: &'static str, help: &'static str| {
        Arg::new(id)
            .long(id)
            .value_name(value)
            .value_parser(value_parser!(PathBuf))
            .help(help)
    };
    Command::new("import")
        .about("Make a run of weights that PyTorch, or export, wrote")
        .arg(
            Arg::new("weights")
                .value_name("WEIGHTS")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("Safetensors file"),
        )
        .arg(
            path(
                "out",
                "RUN",
                "Folder to keep the run in: new or empty, or with --replace an earlier run",
            )
            .required(true),
        )
        .arg(super::out::replace())
        .arg(path(
            "config",
            "FILE",
            "run.toml of the network [default: what the file of weights says]",
        ))
        .arg(super::arguments::text(
            "dataset",
            "PLACE",
            "Where the images of the network are now, if they were moved",
        ))
        .arg(super::arguments::device())
}

/// Makes the run, measures it and keeps it.
///
/// # Errors
/// Bad input or a failed machine.
pub(super) fn import(matches: &ArgMatches) -> Result<(), Failure> {
    let path = |id: &str| matches.get_one::<PathBuf>(id);
    let (Some(weights), Some(out)) = (path("weights"), path("out")) else {
        return Err(Failure::bad_input(
            "a file of weights and a folder are needed",
        ));
    };
    let file = read_torch(weights)?;
    let mut config = match path("config") {
        Some(config) => store::read_config(config)?,
        None => file.config.ok_or_else(|| {
            Failure::bad_input(format!(
                "{} must say which network its weights are of, but does not: name a run.toml with --config",
                weights.display()
            ))
        })?,
    };
    if config.schedule.phases.is_empty() {
        config.rebuild_schedule(crate::model::variant(&config.variant)?);
    }
    begin_with(&mut config, weights);
    if let Some(device) = matches.get_one::<String>("device") {
        config.device.clone_from(device);
    }
    config.check()?;
    let out = Out::given(out, matches);
    let held = out.look()?;
    let data = images(&mut config, matches.get_one::<String>("dataset"))?;
    let compute = start_device(&config.device)?;
    let imported = first_weights(&mut config, data.train.shape())?;
    let imported = imported.unwrap_or_default();
    let mut trainer = Trainer::with_weights(config, data, &compute, imported)?;
    let test = trainer.evaluate()?;
    let place = match held {
        Some(place) => place,
        None => out.claim()?,
    };
    place.save(&trainer.checkpoint()?, None)?;
    output::line(format!(
        "the weights of {} as a run in {}: test MSE {:.5} before its first step",
        weights.display(),
        place.shown(),
        test.mse
    ))
}

/// The images the network was made for: where its configuration says, or where somebody does.
fn images(config: &mut RunConfig, named: Option<&String>) -> Result<Arc<Dataset>, Failure> {
    let sought = Sought {
        request: config.images(),
        place: None,
        sha256: config.dataset_sha256.clone(),
    };
    let open = |request: &DatasetRequest| data::open(request).map(Arc::new);
    if let Some(named) = named {
        let data = sought.find_at(named, open)?;
        config.dataset.clone_from(named);
        return Ok(data);
    }
    if sought.sha256.is_none() {
        return Ok(open(&sought.request)?);
    }
    Ok(sought.find(open)?)
}

/// Has a run begin with the weights of a file. What was changed while another run trained says nothing
/// about this one.
pub(super) fn begin_with(config: &mut RunConfig, weights: &std::path::Path) {
    let file = std::path::absolute(weights).unwrap_or_else(|_unknown| weights.to_owned());
    config.initial_weights = Some(InitialWeights {
        file: file.to_string_lossy().into_owned(),
        sha256: None,
    });
    config.clear_changes();
}
