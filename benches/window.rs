//! What the window takes from training: the same run headless, in a window that is drawn by the CPU,
//! and in a window that nobody sees, behind another one or minimised.
//!
//! `cargo bench --bench window [-- MODEL]` on Linux with Xvfb, xdotool, `ImageMagick` and a software
//! Vulkan driver; with openbox, which minimises windows, that case too. A *round* has every case once,
//! each round beginning with another one, so that no case has the best place; what is compared is always of
//! one round. Prints medians over the rounds of the times and of the throughput as a share of the
//! headless one; fails where a window costs more than it may.

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
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use desktop::{Desktop, WindowManager};
use hourglass::engine::{Command, Engine, Event, RunId, RunState, SessionCommand, Watch};
use hourglass::model::variant;
use hourglass::store::{Claim, RunPlace};
use hourglass::train::RunConfig;

const ROUNDS: usize = 5;
/// Time for the data, the baselines and the first picture, before anything is measured.
const SETTLE: Duration = Duration::from_secs(6);
const LONG: Duration = Duration::from_mins(10);

/// Where a run trains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    /// As `hourglass train` does it.
    Headless,
    /// In a window in sight.
    Seen,
    /// In a window behind another one.
    Covered,
    /// In a window that was put away.
    Minimised,
}

impl Case {
    fn name(self) -> &'static str {
        match self {
            Self::Headless => "headless",
            Self::Seen => "in sight",
            Self::Covered => "covered",
            Self::Minimised => "minimised",
        }
    }

    /// What must be left of the headless throughput.
    fn bar(self) -> f64 {
        match self {
            Self::Headless => 1.0,
            Self::Seen => 0.75,
            Self::Covered | Self::Minimised => 0.97,
        }
    }
}

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
    engine.send(Command::ShowImages((0..24).collect()));
    // As `hourglass train`: nobody looks, and the run is kept while it trains.
    engine.send(Command::Watch(Watch {
        is_hidden: true,
        ..Watch::default()
    }));
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
    let folder = tempfile::tempdir().unwrap();
    let place = RunPlace::claim(&folder.path().join("run"), Claim::New);
    engine.send(Command::Session(SessionCommand::KeepRun {
        id,
        place: Arc::new(place.expect("a folder for the run")),
    }));
    thread::sleep(SETTLE);
    engine.send(Command::Start(id));
    wait(RunState::Running);
    let since = Instant::now();
    wait(RunState::Finished);
    since.elapsed().as_secs_f64()
}

/// The same in a window.
fn windowed(file: &Path, case: Case) -> f64 {
    let home = tempfile::tempdir().unwrap();
    let arguments = ["--config", &file.display().to_string()];
    let manager = match case {
        Case::Minimised => WindowManager::Openbox,
        Case::Headless | Case::Seen | Case::Covered => WindowManager::None,
    };
    let mut desktop = Desktop::open_under(manager, &arguments, home.path(), &[]);
    desktop.widget("story");
    thread::sleep(SETTLE);
    desktop.focus();
    desktop.act("key space");
    desktop.wait_for(") Running at", LONG);
    let since = Instant::now();
    let _cover = (case == Case::Covered).then(|| desktop.cover());
    if case == Case::Minimised {
        desktop.minimise();
    }
    desktop.wait_for(") Finished at", LONG);
    since.elapsed().as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Measures a model; tells whether every window left as much as it must.
fn compare(id: &str, epochs: usize, cases: &[Case]) -> bool {
    let config = config(id, epochs);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(format!("{id}.toml"));
    fs::write(&file, toml::to_string(&config).unwrap()).unwrap();
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); cases.len()];
    for round in 0..ROUNDS {
        for turn in 0..cases.len() {
            let place = (round + turn) % cases.len();
            times[place].push(match cases[place] {
                Case::Headless => headless(&config),
                case => windowed(&file, case),
            });
        }
    }
    let mut is_good = true;
    for (case, of_case) in cases.iter().zip(&times) {
        // Against the headless run of the same round: what else the machine does changes slowly.
        let shares: Vec<f64> = times[0].iter().zip(of_case).map(|(a, b)| a / b).collect();
        let share = median(shares.clone());
        println!(
            "| {id} | {} | {:.2} | {share:.3} | {shares:.3?} |",
            case.name(),
            median(of_case.clone()),
        );
        is_good &= share >= case.bar();
    }
    is_good
}

fn main() -> ExitCode {
    if let Some(tool) = desktop::missing() {
        println!("skipped: needs {tool} for a window of its own");
        return ExitCode::SUCCESS;
    }
    let mut cases = vec![Case::Headless, Case::Seen, Case::Covered];
    if desktop::has_tool("openbox") {
        cases.push(Case::Minimised);
    } else {
        println!("skipped: a minimised window, which needs openbox");
    }
    let only: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let mut is_good = true;
    println!("| model | window | seconds | share of headless | of each round |");
    println!("|---|---|---|---|---|");
    for (id, epochs) in [("autoencoder", 60), ("deep", 12)] {
        if only.is_empty() || only.iter().any(|word| word == id) {
            is_good &= compare(id, epochs, &cases);
        }
    }
    if is_good {
        return ExitCode::SUCCESS;
    }
    for case in &cases[1..] {
        println!("a window {} must leave {}", case.name(), case.bar());
    }
    ExitCode::FAILURE
}
