//! What the window takes from training: the same run headless, in a window that is drawn by the CPU,
//! and in a window that nobody sees, in turn.
//!
//! `cargo bench --bench window [-- MODEL]` on Linux with Xvfb, xdotool, `ImageMagick` and a software
//! Vulkan driver. Prints steps a second and their ratio to headless, medians over rounds; fails where
//! a window costs more than it may.

#![allow(
    clippy::unwrap_used,
    reason = "a benchmark that cannot run should stop"
)]
#![allow(clippy::print_stdout, reason = "the table is what it is for")]

#[path = "../tests/real_window/desktop.rs"]
mod desktop;

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use desktop::Desktop;
use hourglass::engine::{Command, Engine, Event, RunId, RunState};
use hourglass::model::variant;
use hourglass::train::RunConfig;

const ROUNDS: usize = 3;
/// What must be left of the headless throughput with the window in sight, and out of sight.
const BARS: [f64; 2] = [0.75, 0.97];
/// Time for the data, the baselines and the first picture, before anything is measured.
const SETTLE: Duration = Duration::from_secs(6);
const LONG: Duration = Duration::from_mins(10);

fn config(id: &str, epochs: usize) -> RunConfig {
    let mut config = RunConfig::recipe(variant(id).unwrap(), "glyphs");
    "flex".clone_into(&mut config.device);
    for phase in &mut config.schedule.phases {
        phase.epochs = epochs;
    }
    config
}

/// Seconds from the start to the end of a run, without a window.
fn headless(config: &RunConfig) -> f64 {
    let engine = Engine::spawn_headless().unwrap();
    let id = RunId(1);
    engine.send(Command::AddRun {
        id,
        config: Box::new(config.clone()),
    });
    let wait = |state: RunState| {
        loop {
            match engine.wait_event(LONG).expect("the engine tells something") {
                Event::StateChanged { state: new, .. } if new == state => return,
                Event::Failed { error, .. } => panic!("{error}"),
                _ => {}
            }
        }
    };
    wait(RunState::Paused);
    thread::sleep(SETTLE);
    engine.send(Command::Start(id));
    wait(RunState::Running);
    let since = Instant::now();
    wait(RunState::Finished);
    since.elapsed().as_secs_f64()
}

/// The same in a window, in sight or behind another one.
fn windowed(file: &Path, is_hidden: bool) -> f64 {
    let home = tempfile::tempdir().unwrap();
    let mut desktop = Desktop::open(&["--config", &file.display().to_string()], home.path());
    desktop.widget("story");
    thread::sleep(SETTLE);
    desktop.focus();
    desktop.act("key space");
    desktop.wait_for(") Running at", LONG);
    let since = Instant::now();
    let _cover = is_hidden.then(|| desktop.cover());
    desktop.wait_for(") Finished at", LONG);
    since.elapsed().as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() -> ExitCode {
    if let Some(tool) = desktop::missing() {
        println!("skipped: needs {tool} for a window of its own");
        return ExitCode::SUCCESS;
    }
    let only: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let mut is_good = true;
    println!("| model | headless, s | window, s | ratio | hidden, s | ratio |");
    println!("|---|---|---|---|---|---|");
    for (id, epochs) in [("autoencoder", 60), ("deep", 12)] {
        if !only.is_empty() && !only.iter().any(|word| word == id) {
            continue;
        }
        let config = config(id, epochs);
        let file = folder.path().join(format!("{id}.toml"));
        fs::write(&file, toml::to_string(&config).unwrap()).unwrap();
        let mut times = [Vec::new(), Vec::new(), Vec::new()];
        for _round in 0..ROUNDS {
            times[0].push(headless(&config));
            times[1].push(windowed(&file, false));
            times[2].push(windowed(&file, true));
        }
        println!("all rounds of {id}, s: {times:.2?}");
        let [alone, seen, hidden] = times.map(median);
        let ratios = [alone / seen, alone / hidden];
        println!(
            "| {id} | {alone:.2} | {seen:.2} | {:.2} | {hidden:.2} | {:.3} |",
            ratios[0], ratios[1]
        );
        is_good &= ratios.iter().zip(BARS).all(|(ratio, bar)| *ratio >= bar);
    }
    if is_good {
        ExitCode::SUCCESS
    } else {
        println!(
            "the window must leave {} and {} of the throughput",
            BARS[0], BARS[1]
        );
        ExitCode::FAILURE
    }
}
