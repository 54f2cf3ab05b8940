//! How long a user waits: from the start of the program to the first frame of its window, and from the
//! key that starts a training on the built-in digits to the first picture of it.
//!
//! `cargo bench --bench start` on Linux with Xvfb, xdotool, `ImageMagick` and a software Vulkan driver.
//! Prints medians over the rounds; fails where they are longer than they may be.

#![allow(
    clippy::unwrap_used,
    reason = "a benchmark that cannot run should stop"
)]
#![allow(clippy::print_stdout, reason = "the table is what it is for")]

#[path = "../tests/real_window/desktop.rs"]
mod desktop;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use desktop::Desktop;

const ROUNDS: usize = 5;
const LONG: Duration = Duration::from_mins(1);

/// Longest waits, in seconds.
const BARS: [(&str, f64); 2] = [
    ("start to first frame", 0.5),
    ("training to first picture", 2.0),
];

/// When the line was said that contains `what`, the last one so far.
fn said_at(desktop: &Desktop, what: &str) -> Instant {
    let mut lines = desktop.said.iter().zip(&desktop.said_at).rev();
    let (_, at) = lines.find(|(line, _)| line.contains(what)).unwrap();
    *at
}

/// Seconds of both waits.
fn round() -> [f64; 2] {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    // Nothing is kept from one round to the next.
    let mut desktop = Desktop::open_with(&[], home, &[("HOURGLASS_STATE", home.to_str().unwrap())]);
    desktop.wait_for("the first frame has been drawn", LONG);
    let first = said_at(&desktop, "the first frame has been drawn") - desktop.started;
    desktop.widget("story");
    std::thread::sleep(Duration::from_secs(2));
    desktop.focus();
    desktop.act("key space");
    desktop.wait_for("] action ", LONG);
    let asked = said_at(&desktop, "] action ");
    desktop.wait_until("a picture of the run in training", LONG, |line| {
        line.contains("pictures of run") && !line.ends_with("at step 0")
    });
    let picture = said_at(&desktop, "pictures of run") - asked;
    [first.as_secs_f64(), picture.as_secs_f64()]
}

fn main() -> ExitCode {
    if let Some(tool) = desktop::missing() {
        println!("skipped: needs {tool} for a window of its own");
        return ExitCode::SUCCESS;
    }
    let rounds: Vec<[f64; 2]> = (0..ROUNDS).map(|_round| round()).collect();
    let mut is_quick = true;
    for (which, (name, bar)) in BARS.iter().enumerate() {
        let mut all: Vec<f64> = rounds.iter().map(|round| round[which]).collect();
        all.sort_by(f64::total_cmp);
        let median = all[ROUNDS / 2];
        is_quick &= median <= *bar;
        println!("{name:28} {median:.2} s of {all:.2?} (at most {bar} s)");
    }
    if is_quick {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
