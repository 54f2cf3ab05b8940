//! The binary: parses, wires, runs, prints an error once.

use std::process::ExitCode;

use hourglass::cli::{self, Request};
use hourglass::gui::{self, StartOptions};

fn main() -> ExitCode {
    env_logger::Builder::from_env(
        env_logger::Env::default().default_filter_or("error,wgpu_hal=off"),
    )
    .init();
    quiet_engine_panics();
    let request = match cli::run(std::env::args_os()) {
        Ok(request) => request,
        Err(failure) => return fail(&failure, failure.code()),
    };
    match request {
        Request::Done(code) => code,
        Request::Window { config, open } => {
            let config = config.map(|config| *config);
            match gui::run(StartOptions { config, open }) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => fail(&error, ExitCode::from(2)),
            }
        }
    }
}

/// The only place that prints an error.
#[expect(clippy::print_stderr, reason = "this is where errors are told, once")]
fn fail(error: &dyn std::error::Error, code: ExitCode) -> ExitCode {
    eprintln!("hourglass: {error}");
    code
}

/// The engine catches the panics of its libraries and tells them in a sentence; their traces go to
/// the log only.
fn quiet_engine_panics() {
    let standard = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().name() == Some("engine") {
            log::warn!("{panic}");
        } else {
            standard(panic);
        }
    }));
}
