//! Runs that are put aside before they are made anew, and brought back.

use hourglass::engine::{Command, Event, RunId, RunState};
use hourglass::model::{OptimizerKind, Pretraining};
use hourglass::train::Metrics;

use super::session::{Session, digits};
use super::{OTHER, RUN};

const ASIDE: RunId = RunId(77);

fn put_aside(session: &mut Session) {
    session.send(Command::SetAside {
        id: OTHER,
        aside: ASIDE,
    });
    session.send(Command::Reset(OTHER));
    session.until_ready(OTHER);
    session.settle();
}

/// Brings the run back; what it does then.
fn bring_back(session: &mut Session) -> (RunState, Metrics) {
    session.send(Command::BringBack {
        id: OTHER,
        aside: ASIDE,
    });
    let event = session.until(|event| matches!(event, Event::BroughtBack { .. }));
    session.settle();
    match event {
        Event::BroughtBack { state, metrics, .. } => (state, (*metrics).clone()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_reset_that_is_taken_back_goes_on_to_the_same_curve() {
    for (variant, pretraining) in [
        ("autoencoder", Pretraining::EndToEnd),
        ("stacked", Pretraining::Greedy),
    ] {
        let config = digits(variant, pretraining, 2);
        assert_eq!(
            config.schedule.phases[0].optimizer.kind,
            OptimizerKind::Adam,
            "its moments must come back too"
        );
        let mut session = Session::with(RUN, &config);
        session.finish(RUN);
        let whole = session.metrics(RUN);
        session.add(OTHER, &config);
        session.send(Command::EpochOnce(OTHER));
        session.until_state(OTHER, RunState::Paused);
        // Into the middle of an epoch.
        for _step in 0..7 {
            session.send(Command::StepOnce(OTHER));
            session.until_state(OTHER, RunState::Paused);
        }
        session.settle();
        let before = session.metrics(OTHER);
        let frames = |session: &Session| -> Vec<u64> {
            session
                .frames(OTHER)
                .iter()
                .map(|frame| frame.step)
                .collect()
        };
        let (frames_before, step) = (frames(&session), session.step(OTHER));
        assert_eq!(step, 27);
        put_aside(&mut session);
        assert!(session.metrics(OTHER).train.is_empty(), "it was reset");
        // Whatever becomes of the run in its place.
        for _step in 0..3 {
            session.send(Command::StepOnce(OTHER));
            session.until_state(OTHER, RunState::Paused);
        }
        session.send(Command::Start(OTHER));
        session.until_state(OTHER, RunState::Running);
        let (state, metrics) = bring_back(&mut session);
        assert_eq!(state, RunState::Paused, "{variant}");
        assert_eq!(metrics, before, "{variant}");
        assert_eq!(frames(&session), frames_before, "{variant}");
        session.finish(OTHER);
        assert_eq!(session.metrics(OTHER), whole, "{variant}");
        let phases: Vec<usize> = (0..config.schedule.phases.len()).collect();
        assert_eq!(session.boundaries(OTHER), phases, "{variant}");
    }
}

#[test]
fn a_run_that_trains_is_paused_where_it_is_put_aside() {
    let config = digits("autoencoder", Pretraining::EndToEnd, 400);
    let mut session = Session::with(OTHER, &config);
    session.send(Command::Start(OTHER));
    session.until(|event| matches!(event, Event::Progress { progress, .. } if progress.step > 30));
    put_aside(&mut session);
    // On to another seed.
    let mut other = config.clone();
    other.seed += 1;
    session.add(OTHER, &other);
    session.send(Command::StepOnce(OTHER));
    session.until_state(OTHER, RunState::Paused);
    let (_, metrics) = bring_back(&mut session);
    let step = metrics.train.len();
    assert!(step > 30, "{step}");
    assert_eq!(session.config(OTHER).seed, config.seed);
    session.send(Command::StepOnce(OTHER));
    session.until_state(OTHER, RunState::Paused);
    session.settle();
    let gone_on = session.metrics(OTHER);
    assert_eq!(gone_on.train.len(), step + 1);
    assert_eq!(gone_on.train.values()[..step], metrics.train.values()[..]);
}

#[test]
fn starts_of_phases_come_back_and_what_was_given_up_does_not() {
    let config = digits("stacked", Pretraining::Greedy, 1);
    let mut session = Session::with(OTHER, &config);
    session.finish(OTHER);
    let whole = session.metrics(OTHER);
    put_aside(&mut session);
    let (state, _) = bring_back(&mut session);
    assert_eq!(state, RunState::Finished);
    session.send(Command::Branch {
        id: RUN,
        from: OTHER,
        phase: 2,
        name: "branch".to_owned(),
    });
    session.until_ready(RUN);
    session.finish(RUN);
    assert_eq!(session.metrics(RUN).train, whole.train);
    // Given up for good.
    put_aside(&mut session);
    session.send(Command::Remove(ASIDE));
    session.send(Command::BringBack {
        id: OTHER,
        aside: ASIDE,
    });
    session.settle();
    session.send(Command::StepOnce(OTHER));
    session.until_state(OTHER, RunState::Paused);
    session.settle();
    assert_eq!(session.step(OTHER), 1, "the new one is still there");
}
