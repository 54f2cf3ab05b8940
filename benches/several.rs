//! Several runs at once against one alone: what they cost together is to be no more than their sum.
//!
//! `cargo bench --bench several`, on Flex with the built-in digits. One, four and eight runs of a small
//! and of a deep network train for as many steps in all; what is printed is the time of a step, and how
//! much more it is than alone. 1.00 is what a queue without costs of its own would have.

#![allow(
    clippy::unwrap_used,
    reason = "a benchmark that cannot run should stop"
)]
#![allow(clippy::print_stdout, reason = "the table is what it is for")]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use hourglass::engine::{Command, Engine, Event, RunId, RunState};
use hourglass::model::variant;
use hourglass::train::RunConfig;

const ROUNDS: usize = 3;

/// Epochs that all runs have together.
const EPOCHS: usize = 16;

/// More than that is more than the sum.
const MOST: f64 = 1.1;

/// Seconds that so many runs take for all the epochs, measurements included.
fn seconds(id: &str, runs: usize) -> f64 {
    let engine = Engine::spawn_headless().unwrap();
    let mut config = RunConfig::recipe(variant(id).unwrap(), "glyphs");
    "flex".clone_into(&mut config.device);
    let last = config.schedule.phases.last_mut().unwrap();
    last.epochs = EPOCHS / runs;
    let ids: Vec<RunId> = (1..=runs as u64).map(RunId).collect();
    for id in &ids {
        engine.send(Command::AddRun {
            id: *id,
            config: Box::new(config.clone()),
        });
    }
    let reach = |wanted: RunState| {
        let mut left = runs;
        while left > 0 {
            match engine.wait_event(Duration::from_mins(2)).unwrap() {
                Event::StateChanged { state, .. } if state == wanted => left -= 1,
                Event::Failed { error, .. } => panic!("{error}"),
                _ => {}
            }
        }
    };
    reach(RunState::Paused);
    // Principal components are found meanwhile, once for all runs.
    std::thread::sleep(Duration::from_secs(2));
    let start = Instant::now();
    for id in ids {
        engine.send(Command::Start(id));
    }
    reach(RunState::Finished);
    start.elapsed().as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() -> ExitCode {
    let mut is_fine = true;
    println!(
        "{:14} {:>5} {:>9} {:>12}",
        "model", "runs", "seconds", "against one"
    );
    for id in ["autoencoder", "deep"] {
        let counts = [1, 4, 8];
        let mut times = counts.map(|_| Vec::new());
        for _ in 0..ROUNDS {
            for (times, runs) in times.iter_mut().zip(counts) {
                times.push(seconds(id, runs));
            }
        }
        let medians = times.map(median);
        for (seconds, runs) in medians.iter().zip(counts) {
            let share = seconds / medians[0];
            is_fine &= share <= MOST;
            println!("{id:14} {runs:5} {seconds:9.2} {share:12.2}");
        }
    }
    if is_fine {
        ExitCode::SUCCESS
    } else {
        println!("more than {MOST} times the sum");
        ExitCode::FAILURE
    }
}
