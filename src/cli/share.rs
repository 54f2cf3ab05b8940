//! Share strings on the command line.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};

use crate::store::share::{Access, Controls, Share, controls};
use crate::store::{self, StoreError};
use crate::train::RunConfig;

use super::arguments::{ids, text};
use super::kept::Kept;
use super::{Failure, output};

/// The command with its options.
pub(super) fn command() -> Command {
    Command::new("share")
        .about("Print the settings of a run as a share string")
        .arg(
            Arg::new("run")
                .value_name("RUN|FILE")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("Folder of a kept run, a run.toml, or SESSION#N for run N of a session"),
        )
        .arg(text(
            "lock",
            "CONTROLS",
            format!(
                "Settings that the window shows but does not change, separated by commas: {}",
                ids(controls().iter().map(|control| control.id))
            ),
        ))
        .arg(text(
            "hide",
            "CONTROLS",
            "Settings that the window does not even show",
        ))
}

/// Prints the share string of a run.
///
/// # Errors
/// There is no such run, or its settings cannot be shared.
pub(super) fn share(matches: &ArgMatches) -> Result<(), Failure> {
    let path = matches.get_one::<PathBuf>("run");
    let config = settings(path.map_or_else(|| Path::new(""), PathBuf::as_path))?;
    let mut controls = Controls::default();
    for (option, access) in [("lock", Access::Locked), ("hide", Access::Hidden)] {
        if let Some(ids) = matches.get_one::<String>(option) {
            controls.set_all(ids, access)?;
        }
    }
    output::line(Share { config, controls }.encode()?)
}

/// The settings of a kept run, or those of a file.
fn settings(path: &Path) -> Result<RunConfig, Failure> {
    let mut config = match Kept::find(path)? {
        Kept::OfSession(address) => address.run()?.config,
        Kept::Folder(folder) if folder.is_dir() => store::read_config(&folder.join("run.toml"))?,
        Kept::Folder(path) if !path.exists() => return Err(StoreError::NoRunAt { path }.into()),
        Kept::Folder(file) => store::read_config(&file)?,
    };
    if config.schedule.phases.is_empty() {
        config.rebuild_schedule(crate::model::variant(&config.variant)?);
    }
    Ok(config)
}
