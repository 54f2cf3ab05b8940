//! The binary: parses, wires, runs, prints an error once.

use std::io::Write as _;
use std::process::ExitCode;

use hourglass::cli::{self, Request};
use hourglass::engine;
use hourglass::gui::{self, StartOptions};

fn main() -> ExitCode {
    start_log();
    quiet_engine_panics();
    engine::time_devices_in_this_program();
    let request = match cli::run(std::env::args_os()) {
        Ok(request) => request,
        Err(failure) => return fail(&failure, failure.code()),
    };
    match request {
        Request::Done(code) => code,
        Request::Window {
            config,
            open,
            dataset,
            session,
            share,
        } => {
            let config = config.map(|config| *config);
            let share = share.map(|share| *share);
            match gui::run(StartOptions {
                config,
                open,
                dataset,
                session,
                share,
            }) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => fail(&error, ExitCode::from(2)),
            }
        }
    }
}

/// Begins to log, as `RUST_LOG` says.
fn start_log() {
    let logger = env_logger::Builder::from_env(
        env_logger::Env::default().default_filter_or("error,wgpu_hal=off"),
    )
    .format(|out, record| {
        let (style, level) = (out.default_level_style(record.level()), record.level());
        let text = record.args().to_string();
        writeln!(
            out,
            "[{} {style}{level:5}{style:#} {}] {}",
            out.timestamp(),
            record.target(),
            cli::spelled_out(&text)
        )
    })
    .build();
    // Errors of the library for dialogs are how a desktop without any is told.
    let most = logger.filter().max(log::LevelFilter::Error);
    if log::set_boxed_logger(Box::new(gui::DialogLog(logger))).is_ok() {
        log::set_max_level(most);
    }
}

/// Prints an error, once.
fn fail(error: &dyn std::error::Error, code: ExitCode) -> ExitCode {
    cli::complain(error);
    code
}

/// How the names of threads begin whose panics are caught: those of the engine and those it starts,
/// and those that drive a device for it. Threads without a name work for one of them.
const GUARDED: &[&str] = &[
    "engine",
    "explorer",
    "export",
    "fonts",
    "job ",
    "keeper",
    "loader",
    "baselines",
    "import-",
    "DSU-",
    "DSD-",
];

/// The engine catches the panics of its libraries and tells them in a sentence; their traces go to
/// the log only.
fn quiet_engine_panics() {
    let standard = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let thread = std::thread::current();
        let is_told = |name: &str| GUARDED.iter().any(|start| name.starts_with(start));
        if thread.name().is_none_or(is_told) {
            log::warn!("{panic}");
        } else {
            standard(panic);
        }
    }));
}
