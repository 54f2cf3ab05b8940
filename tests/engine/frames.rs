//! Frames: which steps are drawn and kept, what is in them, and that nobody trains otherwise for it.

use std::time::Duration;

use hourglass::engine::{Command, RunState, Watch};
use hourglass::model::Pretraining;

use super::RUN;
use super::session::{Session, digits};

/// Draws as often as it can.
const CLOSE: Watch = Watch {
    is_hidden: false,
    interval: Duration::from_millis(1),
};
const HIDDEN: Watch = Watch {
    is_hidden: true,
    interval: Duration::from_millis(50),
};

#[test]
fn the_beginning_and_the_end_of_every_phase_are_kept() {
    let mut session = Session::with(RUN, &digits("stacked", Pretraining::Greedy, 3));
    session.send(Command::Watch(CLOSE));
    session.finish(RUN);
    let frames = session.frames(RUN);
    for phase in 0..4 {
        for step in [0, 1, 2, 5, 10, 20, 50, 60] {
            let step = phase * 60 + step;
            assert!(
                frames
                    .iter()
                    .any(|frame| (frame.phase as u64, frame.step) == (phase, step)),
                "step {step} of phase {phase} is among {:?}",
                frames.iter().map(|f| (f.phase, f.step)).collect::<Vec<_>>()
            );
        }
    }
    let order: Vec<_> = frames.iter().map(|f| (f.phase, f.step)).collect();
    assert!(order.is_sorted() && order.len() < 200, "{order:?}");
    // The depth in use is that of the phase.
    for (phase, latent) in [(0, 24), (1, 12), (2, 6), (3, 6)] {
        let frame = frames.iter().find(|frame| frame.phase == phase).unwrap();
        assert_eq!(frame.codes.latent, latent);
        assert_eq!(frame.codes.len(), 400);
        assert_eq!(frame.codes.summary.dimensions.len(), latent);
        assert_eq!(frame.pictures.indices.len(), 16);
        assert_eq!(frame.pictures.errors.len(), 16);
    }
    let newest = session.engine.newest_snapshot().unwrap();
    assert_eq!(newest.runs[0].step, 240);
    assert_eq!(session.boundaries(RUN), [0, 1, 2, 3]);
}

#[test]
fn a_run_that_is_watched_trains_as_one_that_is_not() {
    let config = digits("stacked", Pretraining::EndsInward, 3);
    let curve = |watch: Watch| {
        let mut session = Session::with(RUN, &config);
        session.send(Command::Watch(watch));
        session.finish(RUN);
        (session.metrics(RUN), session.frames(RUN).len())
    };
    let (watched, many) = curve(CLOSE);
    let (hidden, few) = curve(HIDDEN);
    assert_eq!(watched, hidden);
    assert!(many > 20 && few < 10, "{many} and {few} frames");
}

#[test]
fn every_single_step_is_drawn_and_kept() {
    let mut session = Session::with(RUN, &digits("autoencoder", Pretraining::EndToEnd, 2));
    for _step in 0..4 {
        session.send(Command::StepOnce(RUN));
        session.until_state(RUN, RunState::Paused);
        session.settle();
    }
    let steps: Vec<u64> = session.frames(RUN).iter().map(|frame| frame.step).collect();
    assert_eq!(steps, [0, 1, 2, 3, 4]);
}
