//! Memory does not grow: the four runs of the story train side by side, and what the process holds is
//! looked at again and again.
//!
//! `HOURGLASS_SOAK_SECS=3600 cargo test --release --test soak -- --nocapture` does it for an hour; a minute
//! is the usual. On real MNIST where `HOURGLASS_MNIST` names it, otherwise on the built-in digits.

#![allow(clippy::unwrap_used, reason = "what is not there fails the test")]
#![allow(
    clippy::print_stdout,
    reason = "the figures are what the long run is for"
)]

use std::time::{Duration, Instant};

use hourglass::engine::{Command, Engine, Event, RunId, RunState};
use hourglass::model::VARIANTS;
use hourglass::train::RunConfig;

/// What the process may hold with MNIST and the four runs.
const MOST_BYTES: usize = 500 << 20;

/// Growth from the first look, when everything has been met once, to the last one.
const MOST_GROWTH: f64 = 1.05;

/// The same in a minute, when the first look comes before the allocator of every thread has settled.
const MOST_EARLY_GROWTH: f64 = 1.15;

/// From here on five minutes have passed at the first look.
const LONG_SECS: u64 = 3600;

fn held() -> usize {
    memory_stats::memory_stats().unwrap().physical_mem
}

#[test]
fn four_runs_train_and_memory_stays() {
    let named = std::env::var("HOURGLASS_SOAK_SECS").ok();
    let secs: u64 = named.and_then(|secs| secs.parse().ok()).unwrap_or(60);
    let dataset = std::env::var("HOURGLASS_MNIST").unwrap_or_else(|_| "glyphs".to_owned());
    let engine = Engine::spawn_headless().unwrap();
    let ids = (1..).map(RunId).zip(VARIANTS);
    for (id, variant) in ids.clone() {
        let mut config = RunConfig::recipe(*variant, &dataset);
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
    while ready < VARIANTS.len() {
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
    let start = Instant::now();
    let all = Duration::from_secs(secs);
    // Until here buffers are filled for the first time: a twelfth of an hour is five minutes.
    let (settled, most_growth) = if secs >= LONG_SECS {
        (all / 12, MOST_GROWTH)
    } else {
        (all / 2, MOST_EARLY_GROWTH)
    };
    let every = all / 12;
    let (mut first, mut last, mut next) = (None, 0, settled);
    let mut steps = 0;
    while start.elapsed() < all {
        // Whoever listens keeps nothing.
        if let Some(Event::Progress { progress, .. }) =
            engine.wait_event(Duration::from_millis(100))
        {
            steps = steps.max(progress.step);
        }
        let _ = engine.newest_snapshot();
        if start.elapsed() >= next {
            next += every;
            last = held();
            println!(
                "{:6.0} s {:4} MB",
                start.elapsed().as_secs_f64(),
                last >> 20
            );
            first.get_or_insert(last);
        }
    }
    assert!(steps > 20, "they trained: {steps}");
    let first = first.unwrap();
    assert!(last <= MOST_BYTES, "{} MB are held", last >> 20);
    let growth = last as f64 / first as f64;
    assert!(
        growth <= most_growth,
        "from {} to {} MB",
        first >> 20,
        last >> 20
    );
}
