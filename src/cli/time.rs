//! The command that times a device for the program that started it; nobody types it.

use std::io::{self, BufReader};

use clap::Command;

use crate::engine::{TIMING_COMMAND, time_device};

use super::Failure;

pub(super) fn command() -> Command {
    Command::new(TIMING_COMMAND)
        .about("Time a device for the program that started this one")
        .hide(true)
}

/// Reads orders from standard input and answers on standard output.
///
/// # Errors
/// When nobody hears the answer.
pub(super) fn time() -> Result<(), Failure> {
    let on_end = || {
        // Whoever wanted to know is gone, and the driver may be busy for minutes.
        #[expect(clippy::exit, reason = "the thread that times cannot be interrupted")]
        std::process::exit(0);
    };
    time_device(BufReader::new(io::stdin()), io::stdout(), on_end)
        .map_err(|error| Failure::machine(format!("the speed could not be told: {error}")))
}
