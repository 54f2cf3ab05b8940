//! Fetching data sets from the command line.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{Arg, ArgMatches, Command};
use indicatif::{ProgressBar, ProgressStyle};

use crate::data::Meter;
use crate::data::fetch::{self, FetchError, Fetcher, SETS};

use super::arguments::{ids, json};
use super::{Failure, output};

/// The bar on standard error, and Ctrl-C.
struct Bar {
    bar: ProgressBar,
    is_cancelled: Arc<AtomicBool>,
}

impl Meter for Bar {
    fn tell(&self, done: u64, total: Option<u64>) {
        if let Some(total) = total {
            self.bar.set_length(total);
        }
        self.bar.set_position(done);
    }

    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::SeqCst)
    }
}

impl From<FetchError> for Failure {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::Cancelled { .. } => Self::interrupted(error),
            other if other.is_bad_input() => Self::bad_input(other),
            other => Self::machine(other),
        }
    }
}

/// The command with its options.
pub(super) fn command() -> Command {
    Command::new("fetch")
        .about("Fetch a data set from the internet; what has arrived of it is not fetched again")
        .arg(
            Arg::new("name")
                .value_name("NAME")
                .required(true)
                .help(format!("Which one: {}", ids(SETS.iter().map(|set| set.id)))),
        )
        .arg(json())
}

/// Fetches a set and tells where it is.
///
/// # Errors
/// Any [`FetchError`].
pub(super) fn fetch(matches: &ArgMatches) -> Result<(), Failure> {
    let name = matches.get_one::<String>("name").map_or("", String::as_str);
    let set = fetch::set(name)?;
    let fetcher = Fetcher::from_env()?;
    let is_cancelled = Arc::new(AtomicBool::new(false));
    let mark = Arc::clone(&is_cancelled);
    ctrlc::set_handler(move || mark.store(true, Ordering::SeqCst))
        .map_err(|error| Failure::machine(format!("Ctrl-C could not be taken over: {error}")))?;
    let drawn = ProgressBar::new(set.bytes());
    let style = ProgressStyle::with_template(
        "{msg} {wide_bar} {bytes} of {total_bytes}  {bytes_per_sec}  {eta} left",
    )
    .unwrap_or_else(|_template| ProgressStyle::default_bar());
    drawn.set_style(style);
    drawn.set_message(set.name);
    let meter = Bar {
        bar: drawn,
        is_cancelled,
    };
    let fetched = fetcher.fetch(set, &meter);
    meter.bar.finish_and_clear();
    let folder = fetched?;
    if matches.get_flag("json") {
        let folder = folder.display().to_string();
        return output::line(
            serde_json::json!({"dataset": set.id, "folder": folder, "bytes": set.bytes()}),
        );
    }
    output::line(format!(
        "{} is in {}; train on it with --dataset {}",
        set.name,
        folder.display(),
        set.id
    ))
}
