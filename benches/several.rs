//! Several runs at once against the same runs one after the other: together they are to cost no more
//! than their sum.
//!
//! `cargo bench --bench several`, on Flex with the built-in digits. Four and eight runs of a small and of
//! a deep network train side by side; what is printed is the time until all are done, first measurement
//! and early frames included, and what share it is of as many times a run that is alone. 1.00 is what a
//! queue without costs of its own would have.

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

const ROUNDS: usize = 5;

/// The models, and the epochs of each run.
const MODELS: [(&str, usize); 2] = [("autoencoder", 12), ("deep", 2)];

/// More than that is more than the sum.
const MOST: f64 = 1.1;

/// Seconds that so many runs take for so many epochs each, measurements included.
fn seconds(id: &str, epochs: usize, runs: usize) -> f64 {
    let engine = Engine::spawn_headless().unwrap();
    let mut config = RunConfig::recipe(variant(id).unwrap(), "glyphs");
    "flex".clone_into(&mut config.device);
    let last = config.schedule.phases.last_mut().unwrap();
    last.epochs = epochs;
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
        "model", "runs", "seconds", "of the sum"
    );
    for (id, epochs) in MODELS {
        let counts = [1, 4, 8];
        let mut times = counts.map(|_| Vec::new());
        for _ in 0..ROUNDS {
            for (times, runs) in times.iter_mut().zip(counts) {
                times.push(seconds(id, epochs, runs));
            }
        }
        let medians = times.map(median);
        for (seconds, runs) in medians.iter().zip(counts) {
            let share = seconds / (medians[0] * runs as f64);
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
