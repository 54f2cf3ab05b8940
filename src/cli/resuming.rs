//! Going on with a kept run: what is asked for, and what is said where there is nothing to do.

use std::path::Path;

use clap::ArgMatches;

use crate::engine::{Extension, MoreEpochs, RunInfo};
use crate::train::RunConfig;

use super::Failure;
use super::arguments::Start;
use super::kept::{Kept, as_argument};
use super::numbers::count;
use super::out::Out;

/// Where the training of a kept run begins, and where the run is kept from then on.
///
/// # Errors
/// There is no such run, or what is asked for beside it cannot be.
pub(super) fn resume(matches: &ArgMatches, run: &Path) -> Result<(Start, Out), Failure> {
    only_what_a_resumed_run_takes(matches)?;
    let kept = Kept::find(run)?;
    let start = start(matches, &kept)?;
    let out = match matches.get_one::<std::path::PathBuf>("out") {
        Some(out) if !is_same_folder(out, &kept.folder()) => Out::given(out, matches),
        Some(_) | None => Out::Same(kept),
    };
    Ok((start, out))
}

/// Whether two paths lead to one folder.
fn is_same_folder(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        (_, _) => false,
    }
}

fn only_what_a_resumed_run_takes(matches: &ArgMatches) -> Result<(), Failure> {
    let allowed = [
        "resume",
        "out",
        "replace",
        "json",
        "measure",
        "epochs",
        "until-epoch",
        "device",
        "dataset",
    ];
    let other = matches.ids().map(clap::Id::as_str).find(|id| {
        !allowed.contains(id)
            && matches
                .value_source(id)
                .is_some_and(|s| s == clap::parser::ValueSource::CommandLine)
    });
    match other {
        None => Ok(()),
        Some(other) => Err(Failure::bad_input(format!(
            "a resumed run keeps its configuration, so --resume goes with --epochs, --until-epoch, --device, --dataset, --out, --replace and --json only, but --{other} was given"
        ))),
    }
}

fn start(matches: &ArgMatches, kept: &Kept) -> Result<Start, Failure> {
    let more = count(matches, "epochs")?.map(MoreEpochs::More);
    let in_all = count(matches, "until-epoch")?.map(MoreEpochs::InAll);
    let epochs = more.or(in_all);
    let text = |id: &str| matches.get_one::<String>(id).cloned();
    let (device, dataset) = (text("device"), text("dataset"));
    let extension = Extension {
        epochs,
        device,
        dataset,
    };
    if let Kept::OfSession(address) = kept {
        let run = address.run()?;
        if !run.has_begun {
            return begin(run.config, extension);
        }
    }
    Ok(Start::Resume(kept.clone(), extension))
}

/// A run of a session that has not begun, from its first step.
fn begin(mut config: RunConfig, extension: Extension) -> Result<Start, Failure> {
    let Extension {
        epochs,
        device,
        dataset,
    } = extension;
    if let (Some(MoreEpochs::More(epochs) | MoreEpochs::InAll(epochs)), Some(last)) =
        (epochs, config.schedule.phases.last_mut())
    {
        last.epochs = epochs;
    }
    if let Some(device) = device {
        config.device = device;
    }
    if let Some(dataset) = dataset {
        config.dataset = dataset;
    }
    config.check()?;
    Ok(Start::New(Box::new(config)))
}

/// A kept run that goes on.
pub(super) struct Resumed {
    /// What users call it.
    pub(super) run: String,
    /// How long it goes on, when not to the end of its schedule.
    pub(super) more: Option<MoreEpochs>,
    /// Its images are elsewhere than they were, which is to be kept also where there is nothing to train.
    pub(super) is_relinked: bool,
}

impl Resumed {
    /// The step that it goes on to, when not to the end of its schedule.
    ///
    /// # Errors
    /// It has gone further already.
    pub(super) fn target(&self, info: &RunInfo, step: u64) -> Result<Option<u64>, Failure> {
        let Some(more) = self.more else {
            return Ok(None);
        };
        let target = more.target(&info.config.schedule, step, info.steps_per_epoch);
        match more {
            MoreEpochs::InAll(epochs) if target < step => Err(Failure::bad_input(format!(
                "{} has trained more than {} of its last phase already, so it cannot end there: \
                 --epochs N trains N more",
                self.run,
                in_epochs(epochs as u64)
            ))),
            MoreEpochs::InAll(_) | MoreEpochs::More(_) => Ok(Some(target)),
        }
    }

    /// Why there was nothing to train, and how there is.
    pub(super) fn idle(&self, info: &RunInfo, step: u64) -> String {
        let run = &self.run;
        let phases = &info.config.schedule.phases;
        let last = phases.last().map_or(0, |last| last.epochs);
        let before = info.config.schedule.epochs() - last;
        let epochs = (step / info.steps_per_epoch.max(1)).saturating_sub(before as u64);
        let trained = format!("{} of its last phase", in_epochs(epochs));
        if step < info.total_steps {
            format!(
                "{run} has trained {trained} already, so there is nothing to do: --epochs N trains N \
                 more, and without it the run goes on to the end of its schedule"
            )
        } else {
            format!(
                "{run} has finished its schedule, {step} steps with {trained}, so there is nothing to \
                 do: --epochs N trains N more"
            )
        }
    }
}

/// So many epochs, in words.
fn in_epochs(epochs: u64) -> String {
    match epochs {
        1 => "1 epoch".to_owned(),
        epochs => format!("{epochs} epochs"),
    }
}

/// Why a run ended whose device has failed, and how it goes on.
pub(super) fn parked(error: &str, step: u64, run: &str) -> Failure {
    Failure::machine(format!(
        "{error}; the run is kept as it was at step {step}, and hourglass train --resume {} \
         --device flex goes on from there on the CPU",
        as_argument(run)
    ))
}
