//! The process in which a device is timed, seen from the program that started it.
//!
//! A driver that hangs or crashes takes that process along and nothing else, and it can be ended at
//! any moment. It ends by itself when the program has: nobody gives it orders any more.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, unbounded};

use crate::analysis::median;

use super::machine::{Beside, Quiet, TimingJob};
use super::timing::{GO, STRETCHES, Word};

/// The command of the program that times a device.
pub const TIMING_COMMAND: &str = "time-device";

/// Between two looks whether the figure is still needed.
const LOOK: Duration = Duration::from_millis(20);
/// Between two stretches, for the training that stood still.
const PAUSE: Duration = Duration::from_millis(200);

static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// Says that this program can be started to time a device: it knows the command for it. Other programs
/// around the engine, such as tests, compare no devices.
pub fn time_devices_in_this_program() {
    match std::env::current_exe() {
        Ok(program) => {
            let _known = PROGRAM.set(program);
        }
        Err(error) => log::warn!("no GPU is timed, as this program cannot find itself: {error}"),
    }
}

/// Whether a device can be timed at all.
pub(super) fn can_time() -> bool {
    PROGRAM.get().is_some()
}

/// A process that is ended with this.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended already cannot be ended again.
        let _ended = self.0.kill();
        let _code = self.0.wait();
    }
}

/// Steps a second of a device.
///
/// # Errors
/// Why it could not be timed.
pub(super) fn time(job: &TimingJob, beside: &dyn Beside) -> Result<f64, String> {
    let program = PROGRAM.get().ok_or("this program cannot time devices")?;
    let mut command = Command::new(program);
    command.arg(TIMING_COMMAND);
    time_with(command, job, beside)
}

/// The same with this command.
pub(super) fn time_with(
    mut command: Command,
    job: &TimingJob,
    beside: &dyn Beside,
) -> Result<f64, String> {
    let order = serde_json::to_string(job).map_err(|error| error.to_string())?;
    by_itself(&mut command);
    let child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("no process could be started for it: {error}"))?;
    let mut child = Running(child);
    let (Some(mut orders), Some(output)) = (child.0.stdin.take(), child.0.stdout.take()) else {
        return Err("the process started for it cannot be talked to".to_owned());
    };
    let gone = |error: std::io::Error| format!("the process started for it is gone: {error}");
    writeln!(orders, "{order}").map_err(gone)?;
    let (sender, words) = unbounded();
    thread::Builder::new()
        .name("job hearing the GPU's speed".to_owned())
        .spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        })
        .map_err(|error| error.to_string())?;
    let mut seconds = Vec::new();
    while seconds.len() < STRETCHES {
        let mut quiet: Option<Quiet<'_>> = None;
        loop {
            match next(&words, beside)? {
                Word::Ready => {
                    quiet = Some(beside.quiet());
                    writeln!(orders, "{GO}").map_err(gone)?;
                }
                Word::Timed { steps, secs } => {
                    drop(quiet.take());
                    seconds.push(secs / steps.max(1) as f64);
                    break;
                }
                Word::Failed(why) => return Err(why),
            }
        }
        thread::sleep(PAUSE);
    }
    median(&seconds)
        .map(f64::recip)
        .filter(|speed| speed.is_finite())
        .ok_or_else(|| "its steps took no time".to_owned())
}

/// What the process says next.
fn next(words: &Receiver<String>, beside: &dyn Beside) -> Result<Word, String> {
    loop {
        if beside.is_cancelled() {
            return Err("it is not needed any more".to_owned());
        }
        match words.recv_timeout(LOOK) {
            Ok(line) => {
                return serde_json::from_str(&line)
                    .map_err(|error| format!("the process started for it says nonsense: {error}"));
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                return Err("the process started for it has ended early".to_owned());
            }
        }
    }
}

/// Keeps Ctrl-C, which means the program, from the process; and no console appears for it.
fn by_itself(command: &mut Command) {
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt as _;
        command.process_group(0);
    }
    #[cfg(windows)]
    {
        use std::os::windows::process::CommandExt as _;
        const CREATE_NO_WINDOW: u32 = 0x0800_0000;
        command.creation_flags(CREATE_NO_WINDOW);
    }
    #[cfg(not(any(unix, windows)))]
    let _ = command;
}

#[cfg(test)]
#[path = "child_tests.rs"]
mod tests;
