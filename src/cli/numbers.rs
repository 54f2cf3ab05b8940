//! Numbers among the arguments.

use clap::ArgMatches;

use super::Failure;

/// Reads a number given as an option.
pub(super) fn number<T: std::str::FromStr>(
    matches: &ArgMatches,
    id: &str,
    expected: &str,
) -> Result<Option<T>, Failure> {
    match matches.get_one::<String>(id) {
        None => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_parse| {
            Failure::bad_input(format!("--{id} must be {expected}, but is {text:?}"))
        }),
    }
}

pub(super) fn count(matches: &ArgMatches, id: &str) -> Result<Option<usize>, Failure> {
    match number(matches, id, "a whole number from 1")? {
        Some(0) => Err(Failure::bad_input(format!(
            "--{id} must be a whole number from 1, but is 0"
        ))),
        other => Ok(other),
    }
}
