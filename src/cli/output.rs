//! Standard output, which may be full or have nobody listening.
//!
//! A *line* is what the command line says in one go.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write as _};

use super::Failure;

/// Prints a line. A reader that has gone, as in `hourglass list variants | head -1`, is no failure.
///
/// # Errors
/// When standard output refuses the line.
pub(super) fn line(text: impl Display) -> Result<(), Failure> {
    match writeln!(io::stdout().lock(), "{text}") {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::machine(format!(
            "writing to standard output failed: {error}"
        ))),
    }
}
