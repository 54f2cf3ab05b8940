//! The way of the weights: from a run in the engine's thread to the answers.

use super::*;

use crate::engine::{Command, Engine, Event, RunState};
use crate::train::{Losses, Metrics};

/// Writes images in the format of MNIST.
fn write_idx(folder: &std::path::Path) {
    for (name, count) in [("train", 64_u8), ("t10k", 20)] {
        let mut file = vec![0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 8, 0, 0, 0, 8];
        file.extend_from_slice(images(count.into()).pixels());
        std::fs::write(folder.join(format!("{name}-images-idx3-ubyte")), file).unwrap();
    }
}

fn config(folder: &std::path::Path, epochs: usize) -> Box<RunConfig> {
    let mut config = stacked().config().clone();
    config.dataset = folder.display().to_string();
    config.dataset_sha256 = None;
    config.device = "flex".to_owned();
    config.schedule.phases[0].epochs = epochs;
    Box::new(config)
}

/// Waits for the run to be in a state; gathers the losses told until then.
fn wait_for(engine: &Engine, wanted: RunState) -> (u64, Losses) {
    let (mut step, mut losses) = (0, Losses::default());
    loop {
        match engine.wait_event(PATIENCE).expect("the engine is silent") {
            Event::StateChanged { state, .. } if state == wanted => return (step, losses),
            Event::Progress { more, progress, .. } => {
                let Metrics { train, .. } = more;
                losses.extend(&train);
                step = progress.step;
            }
            Event::Failed { error, .. } => panic!("{error}"),
            _ => {}
        }
    }
}

fn next_answer(engine: &Engine) -> Answer {
    let end = std::time::Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = engine.next_answer() {
            return answer;
        }
        assert!(std::time::Instant::now() < end, "no answer came");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The answer of weights of this step; older ones may come first.
fn answer_of(engine: &Engine, step: u64) -> Content {
    loop {
        let answer = next_answer(engine);
        if answer.step == step {
            return answer.content;
        }
    }
}

fn pixels(content: Content) -> Vec<u8> {
    match content {
        Content::Point { picture, .. } => picture.pixels,
        other => panic!("{other:?}"),
    }
}

#[test]
fn answers_follow_a_run_through_its_life() {
    let folder = tempfile::tempdir().unwrap();
    write_idx(folder.path());
    let engine = Engine::spawn_headless().unwrap();
    let key = WishKey {
        slot: Slot::Input,
        run: RUN,
    };
    // Wished for before the run is there.
    engine.wish(key, 1, Some(Wish::Point(test_image(0))));
    engine.send(Command::AddRun {
        id: RUN,
        config: config(folder.path(), 50_000),
    });
    let first = pixels(answer_of(&engine, 0));
    wait_for(&engine, RunState::Paused);

    engine.send(Command::Start(RUN));
    let mut steps = Vec::new();
    while steps.len() < 3 {
        steps.push(next_answer(&engine).step);
    }
    assert!(steps.is_sorted_by(|a, b| a < b), "{steps:?}");
    engine.send(Command::Pause(RUN));
    let (step, _) = wait_for(&engine, RunState::Paused);
    let paused = pixels(answer_of(&engine, step));
    assert_ne!(paused, first, "{step} steps left no trace");

    engine.send(Command::StepOnce(RUN));
    let _stepped = answer_of(&engine, step + 1);
    engine.send(Command::Reset(RUN));
    assert_eq!(pixels(answer_of(&engine, 0)), first);

    engine.send(Command::Remove(RUN));
    // Whatever comes after it comes after the explorer has forgotten the run.
    engine.send(Command::AddRun {
        id: RunId(2),
        config: config(folder.path(), 1),
    });
    let other = WishKey {
        run: RunId(2),
        ..key
    };
    engine.wish(other, 2, Some(Wish::Point(test_image(0))));
    while next_answer(&engine).key != other {}
    engine.wish(key, 3, Some(Wish::Point(test_image(1))));
    std::thread::sleep(Duration::from_millis(300));
    assert!(engine.next_answer().is_none());
}

#[test]
fn exploring_leaves_the_training_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    write_idx(folder.path());
    let losses = |is_explored: bool| {
        let engine = Engine::spawn_headless().unwrap();
        let slots = [Slot::Sliders, Slot::Input, Slot::Filters];
        let mut number = 0;
        engine.send(Command::AddRun {
            id: RUN,
            config: config(folder.path(), 60),
        });
        wait_for(&engine, RunState::Paused);
        if is_explored {
            for (slot, wish) in slots.into_iter().zip([
                Wish::Point(code(&[1.0])),
                Wish::Point(test_image(1)),
                Wish::Filters { count: 4 },
            ]) {
                number += 1;
                engine.wish(WishKey { slot, run: RUN }, number, Some(wish));
            }
            let _first = next_answer(&engine);
        }
        engine.send(Command::Start(RUN));
        let (step, losses) = wait_for(&engine, RunState::Finished);
        assert_eq!(step, 240);
        if is_explored {
            let _last = answer_of(&engine, step);
        }
        losses
    };
    let alone = losses(false);
    assert_eq!(alone.len(), 240);
    assert_eq!(losses(true), alone);
}
