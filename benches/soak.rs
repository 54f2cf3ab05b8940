//! Memory while four runs train side by side: it is not to grow.
//!
//! `cargo bench --bench soak -- --secs 3600` for an hour, a minute where nothing is said. On the built-in
//! digits, whose epochs are so short that all that ever happens happens many times, or on MNIST where
//! `HOURGLASS_MNIST` names its folder. What is printed is what the process holds in each twelfth of the
//! time; it fails where the last is larger than an early one by more than the allocator's own swing, or,
//! on MNIST, where more than 500 MB are held.

#![allow(
    clippy::unwrap_used,
    reason = "a benchmark that cannot run should stop"
)]
#![allow(clippy::print_stdout, reason = "the table is what it is for")]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use hourglass::engine::{Command, Engine, Event, RunId, RunState};
use hourglass::model::VARIANTS;
use hourglass::train::RunConfig;

/// Runs of the story: the first four variants.
const RUNS: usize = 4;

/// What the process may hold with MNIST and the four runs.
const MOST_BYTES: usize = 500 << 20;

/// Growth from one stretch of the time to a later one.
const MOST_GROWTH: f64 = 1.05;

/// The same in a minute, when the allocator of every thread is still settling.
const MOST_EARLY_GROWTH: f64 = 1.15;

/// From here on the first of twelve stretches is five minutes.
const LONG_SECS: u64 = 3600;

fn held() -> usize {
    memory_stats::memory_stats().unwrap().physical_mem
}

/// What is held while the four runs train for `secs` seconds on `dataset`: the least, the median and the
/// most bytes in each of twelve stretches of that time.
fn soak(dataset: &str, secs: u64) -> Vec<[usize; 3]> {
    let engine = Engine::spawn_headless().unwrap();
    let ids = (1..).map(RunId).zip(&VARIANTS[..RUNS]);
    for (id, variant) in ids.clone() {
        let mut config = RunConfig::recipe(*variant, dataset);
        "flex".clone_into(&mut config.device);
        let phases = &mut config.schedule.phases;
        for phase in &mut *phases {
            phase.epochs = 1;
        }
        if let Some(last) = phases.last_mut() {
            last.epochs = 10_000;
        }
        engine.send(Command::AddRun {
            id,
            config: Box::new(config),
        });
    }
    engine.send(Command::ShowImages((0..24).collect()));
    let mut ready = 0;
    while ready < RUNS {
        match engine.wait_event(Duration::from_mins(2)).unwrap() {
            Event::StateChanged {
                state: RunState::Paused,
                ..
            } => ready += 1,
            Event::Failed { error, .. } => panic!("{error}"),
            _ => {}
        }
    }
    for (id, _) in ids {
        engine.send(Command::Start(id));
    }
    let stretch = Duration::from_secs(secs) / 12;
    let mut steps = 0;
    let mut stretches = Vec::new();
    let mut start = Instant::now();
    let mut looks = Vec::new();
    while stretches.len() < 12 {
        // Whoever listens keeps nothing.
        if let Some(Event::Progress { progress, .. }) = engine.wait_event(Duration::from_millis(50))
        {
            steps = steps.max(progress.step);
        }
        let _ = engine.newest_snapshot();
        looks.push(held());
        if start.elapsed() >= stretch {
            start += stretch;
            looks.sort_unstable();
            let of = [looks[0], looks[looks.len() / 2], looks[looks.len() - 1]];
            stretches.push(of);
            let [least, median, most] = of.map(|bytes| bytes >> 20);
            println!(
                "{:5.0} s: {least}, {median}, {most} MB",
                stretch.as_secs_f64() * stretches.len() as f64
            );
            looks.clear();
        }
    }
    assert!(steps > 20, "they trained: {steps}");
    stretches
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--secs");
    let secs: u64 = arguments.nth(1).map_or(60, |secs| secs.parse().unwrap());
    let mnist = std::env::var("HOURGLASS_MNIST").ok();
    let stretches = soak(mnist.as_deref().unwrap_or("glyphs"), secs);
    // In a minute, buffers are filled for the first time in the first half.
    let (first, last, most_growth) = if secs >= LONG_SECS {
        (1..2, 11..12, MOST_GROWTH)
    } else {
        (6..9, 9..12, MOST_EARLY_GROWTH)
    };
    // Between a step and a look at the test images what is held swings: the middle of it is compared.
    let middle = |of: std::ops::Range<usize>| {
        let medians = &stretches[of];
        let sum: f64 = medians.iter().map(|[_, median, _]| *median as f64).sum();
        sum / medians.len() as f64
    };
    let growth = middle(last) / middle(first);
    let most = stretches.iter().map(|[.., most]| *most).max().unwrap();
    println!(
        "grown to {growth:.3} of what it was, at most {} MB",
        most >> 20
    );
    if growth > most_growth || (mnist.is_some() && most > MOST_BYTES) {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
