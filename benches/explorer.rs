//! How long a latent slider waits for its picture: a network of 784-500-500-2000-10, a slider that
//! moves 60 times a second, at rest and while the network trains on the same processor.
//!
//! `cargo bench --bench explorer`. Prints latencies from the wish to its answer and what the slider
//! costs the training; fails when 95 % are not answered within a frame (at rest) or two (training).

#![allow(
    clippy::unwrap_used,
    reason = "a benchmark that cannot run should stop"
)]
#![allow(clippy::print_stdout, reason = "the table is what it is for")]

use std::collections::VecDeque;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, bounded};
use hourglass::engine::{
    CodeSpec, Command, Content, Engine, Event, RunId, RunState, Slot, Start, Wish, WishKey,
};
use hourglass::model::{KnobValue, Pretraining, variant};
use hourglass::train::RunConfig;

const RUN: RunId = RunId(1);
const LATENT: usize = 10;
/// Moves of the slider before counting, and counted.
const WARM_UP: usize = 60;
const MOVES: usize = 300;
/// Between two moves.
const FRAME: Duration = Duration::from_micros(16_667);
/// What 95 % of the answers must keep within.
const AT_REST: Duration = Duration::from_millis(16);
const TRAINING: Duration = Duration::from_millis(33);
/// How long training is watched without a slider.
const WATCH: Duration = Duration::from_secs(6);
const PATIENCE: Duration = Duration::from_mins(2);

struct Bench {
    engine: Engine,
    woken: Receiver<()>,
    number: u64,
    step: u64,
}

impl Bench {
    fn new() -> Self {
        let (waker, woken) = bounded(1);
        let engine = Engine::spawn(move || {
            // A wake-up that waits already does for both.
            let _ = waker.try_send(());
        });
        Self {
            engine: engine.unwrap(),
            woken,
            number: 0,
            step: 0,
        }
    }

    fn move_slider(&mut self) -> u64 {
        self.number += 1;
        let at = (self.number as f32 / 30.0).sin() * 3.0;
        let spec = CodeSpec {
            start: Start::Code(Arc::from([0.0; LATENT])),
            pins: vec![(self.number as usize / 60 % LATENT, at)],
        };
        let key = WishKey {
            slot: Slot::Sliders,
            run: RUN,
        };
        self.engine.wish(key, self.number, Some(Wish::Point(spec)));
        self.number
    }

    /// Takes in what there is; the number of the newest answer.
    fn listen(&mut self, until: Instant) -> Option<u64> {
        let _ = self.woken.recv_deadline(until);
        while let Some(event) = self.engine.next_event() {
            match event {
                Event::Progress { progress, .. } => self.step = progress.step,
                Event::Failed { error, .. } => panic!("{error}"),
                _ => {}
            }
        }
        let _ = self.engine.newest_snapshot();
        let mut newest = None;
        while let Some(answer) = self.engine.next_answer() {
            assert!(
                matches!(answer.content, Content::Point { .. }),
                "{:?}",
                answer.content
            );
            newest = newest.max(Some(answer.number));
        }
        newest
    }

    /// Latencies of the moves that count, smallest first.
    fn slide(&mut self) -> Vec<Duration> {
        let first = self.number + WARM_UP as u64;
        let mut waiting = VecDeque::new();
        let mut latencies = Vec::new();
        let mut next = Instant::now();
        let end = Instant::now() + PATIENCE;
        while latencies.len() < MOVES {
            assert!(Instant::now() < end, "no answers");
            if Instant::now() >= next {
                next += FRAME;
                let sent = Instant::now();
                waiting.push_back((self.move_slider(), sent));
            }
            if let Some(answered) = self.listen(next) {
                // An answer does for the older moves it has overtaken.
                while let Some((number, sent)) = waiting.front().copied()
                    && number <= answered
                {
                    waiting.pop_front();
                    if number > first && latencies.len() < MOVES {
                        latencies.push(sent.elapsed());
                    }
                }
            }
        }
        latencies.sort();
        latencies
    }

    fn wait_for(&mut self, wanted: impl Fn(&Event) -> bool) {
        let end = Instant::now() + PATIENCE;
        loop {
            match self.engine.wait_event(PATIENCE) {
                Some(Event::Failed { error, .. }) => panic!("{error}"),
                Some(event) if wanted(&event) => return,
                Some(_) if Instant::now() < end => {}
                Some(_) | None => panic!("the engine does not answer"),
            }
        }
    }

    /// Steps a second while `watch` goes on.
    fn pace<T>(&mut self, watch: impl FnOnce(&mut Self) -> T) -> (f64, T) {
        let (start, step) = (Instant::now(), self.step);
        let found = watch(self);
        let pace = (self.step - step) as f64 / start.elapsed().as_secs_f64();
        (pace, found)
    }
}

/// Prints a row; whether it is within bounds.
fn tell(name: &str, latencies: &[Duration], bound: Duration) -> bool {
    let ms = |latency: Duration| latency.as_secs_f64() * 1e3;
    let at = |share: usize| latencies[(latencies.len() * share / 100).min(latencies.len() - 1)];
    println!(
        "{name:10} median {:6.2} ms   95 % {:6.2} ms   max {:6.2} ms   (95 % within {:.0} ms)",
        ms(at(50)),
        ms(at(95)),
        ms(at(100)),
        ms(bound)
    );
    at(95) <= bound
}

fn main() -> ExitCode {
    let stacked = variant("stacked").unwrap();
    let mut config = RunConfig::recipe(stacked, "glyphs");
    let widths = "784-500-500-2000-10".to_owned();
    config.knobs.set("widths", KnobValue::Text(widths));
    config.pretraining = Pretraining::EndToEnd;
    config.rebuild_schedule(stacked);
    config.schedule.phases[0].epochs = 100_000;
    config.limit = Some(2560);
    config.batch = 256;
    "flex".clone_into(&mut config.device);

    let mut bench = Bench::new();
    bench.engine.send(Command::AddRun {
        id: RUN,
        config: Box::new(config),
    });
    let paused = RunState::Paused;
    bench.wait_for(|event| matches!(event, Event::StateChanged { state, .. } if *state == paused));
    let latencies = bench.slide();
    let mut is_good = tell("at rest", &latencies, AT_REST);

    bench.engine.send(Command::Start(RUN));
    bench.wait_for(|event| matches!(event, Event::Progress { progress, .. } if progress.step > 2));
    let watch = |bench: &mut Bench| {
        let end = Instant::now() + WATCH;
        while Instant::now() < end {
            bench.listen(end);
        }
    };
    // Progress before the clock starts.
    watch(&mut bench);
    let (alone, ()) = bench.pace(watch);
    let (together, latencies) = bench.pace(Bench::slide);
    is_good &= tell("training", &latencies, TRAINING);
    println!("training   {alone:.1} steps/s watched, {together:.1} with the slider moving");
    if is_good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
