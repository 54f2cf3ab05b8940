//! The command line: headless training, and questions about runs and about what there is.
//!
//! A *headless run* trains without a window. Bad input ends with exit code 2 and one sentence, a
//! failure of the machine with 1, an interruption by Ctrl-C with 130.

mod arguments;
mod bench;
mod data;
mod drawn_codes;
mod effects;
mod export;
mod failure;
mod fetch;
mod headless;
mod import;
mod inspect;
mod interrupts;
mod kept;
mod knob_options;
mod list;
mod meter;
mod neighbours;
mod numbers;
mod opened;
mod out;
mod output;
mod presets;
mod report;
mod resuming;
mod sample;
mod session;
mod share;
mod sheets;
mod time;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub use failure::Failure;
pub use output::{complain, spelled_out};

use crate::engine::TIMING_COMMAND;
use crate::store::session::Session;
use crate::store::share::Share;
use crate::train::RunConfig;

/// What the program is to do.
pub enum Request {
    /// Open the window, with a configuration or a kept run in it.
    Window {
        /// What to set up.
        config: Option<Box<RunConfig>>,
        /// A run to open.
        open: Option<PathBuf>,
        /// Where the images of that run are now.
        dataset: Option<String>,
        /// What to set up, with what may be changed about it.
        share: Option<Box<Share>>,
        /// A session to open.
        session: Option<PathBuf>,
    },
    /// Everything has been done; leave with this code.
    Done(ExitCode),
}

/// Parses the arguments and does what they ask, unless they ask for the window.
///
/// # Errors
/// Bad input or a failed machine, in one sentence.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Result<Request, Failure> {
    let matches = match arguments::command().try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) if !error.use_stderr() => {
            // --help and --version: not an error. A closed pipe is no reason to complain.
            let _ = error.print();
            return Ok(Request::Done(ExitCode::SUCCESS));
        }
        Err(error) => return Err(Failure::usage(&error)),
    };
    match matches.subcommand() {
        Some(("train", matches)) => {
            let plan = arguments::train_plan(matches)?;
            headless::train(plan).map(Request::Done)
        }
        Some(("eval", matches)) => inspect::eval(matches).map(|()| done()),
        Some(("reconstruct", matches)) => inspect::reconstruct(matches).map(|()| done()),
        Some(("sample", matches)) => sample::sample(matches).map(|()| done()),
        Some(("export", matches)) => export::export(matches).map(|()| done()),
        Some(("import", matches)) => import::import(matches).map(|()| done()),
        Some(("data", matches)) => data::data(matches).map(|()| done()),
        Some(("fetch", matches)) => fetch::fetch(matches).map(|()| done()),
        Some(("share", matches)) => share::share(matches).map(|()| done()),
        Some(("session", matches)) => session::session(matches).map(|()| done()),
        Some(("bench", matches)) => bench::bench(matches).map(|()| done()),
        Some(("list", matches)) => list::list(matches).map(|()| done()),
        Some((TIMING_COMMAND, _)) => time::time().map(|()| done()),
        _ => Ok(Request::Window {
            config: match matches.get_one::<PathBuf>("config") {
                Some(path) => {
                    let mut config = crate::store::read_config(path)?;
                    if config.schedule.phases.is_empty() {
                        config.rebuild_schedule(crate::model::variant(&config.variant)?);
                    }
                    Some(Box::new(config))
                }
                None => None,
            },
            open: match matches.get_one::<PathBuf>("open") {
                Some(path) => Some(run_to_open(path)?),
                None => None,
            },
            dataset: matches.get_one::<String>("dataset").cloned(),
            share: match matches.get_one::<String>("share") {
                Some(text) => Some(Box::new(Share::decode(text)?)),
                None => None,
            },
            session: match matches.get_one::<PathBuf>("session") {
                Some(folder) => {
                    // Before a window opens; whoever mistyped it looks at the terminal.
                    Session::check(folder)?;
                    Some(folder.clone())
                }
                None => None,
            },
        }),
    }
}

/// The folder of the run that a window is to open.
fn run_to_open(path: &Path) -> Result<PathBuf, Failure> {
    match kept::Kept::find(path)? {
        // Told before a window opens.
        of_session @ kept::Kept::OfSession(_) => of_session.open().map(|_run| of_session.folder()),
        kept::Kept::Folder(folder) => Ok(folder),
    }
}

fn done() -> Request {
    Request::Done(ExitCode::SUCCESS)
}
