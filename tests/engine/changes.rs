//! What can be changed while a run trains, and runs that branch off others.

use hourglass::engine::{Command, Event, RunState};
use hourglass::model::{OptimizerKind, Pretraining};
use hourglass::train::LearningRateChange;

use super::session::{Session, digits};
use super::{OTHER, RUN};

#[test]
fn changes_of_the_learning_rate_are_kept_and_repeated() {
    let config = digits("stacked", Pretraining::EndsInward, 1);
    let mut session = Session::with(RUN, &config);
    session.finish(RUN);
    let plain = session.metrics(RUN);

    session.send(Command::Reset(RUN));
    session.until_ready(RUN);
    for rate in [0.004, 0.002] {
        for _step in 0..3 {
            session.send(Command::StepOnce(RUN));
            session.until_state(RUN, RunState::Paused);
        }
        session.send(Command::SetLearningRate {
            id: RUN,
            learning_rate: rate,
        });
        session.until(|event| matches!(event, Event::Configured { .. }));
    }
    let change = |step, learning_rate| LearningRateChange {
        step,
        learning_rate,
    };
    let changed = session.config(RUN);
    assert_eq!(
        changed.learning_rate_changes,
        [change(3, 0.004), change(6, 0.002)]
    );
    session.finish(RUN);
    let curve = session.metrics(RUN);
    let (losses, before) = (curve.train.values(), plain.train.values());
    assert_eq!(losses[..4], before[..4], "the loss before step 3");
    assert_ne!(losses[4], before[4]);

    // The same again, after a reset and from the configuration alone.
    session.send(Command::Reset(RUN));
    session.until_ready(RUN);
    session.finish(RUN);
    assert_eq!(session.metrics(RUN), curve);
    session.add(OTHER, &changed);
    session.finish(OTHER);
    assert_eq!(session.metrics(OTHER), curve);

    // Too late, and out of range.
    for learning_rate in [0.1, -1.0] {
        session.send(Command::SetLearningRate {
            id: RUN,
            learning_rate,
        });
        session.until(|event| matches!(event, Event::Warning { .. }));
    }
    assert_eq!(session.config(RUN), changed);
}

#[test]
fn a_branch_left_as_it_is_repeats_the_original() {
    let config = digits("stacked", Pretraining::Greedy, 2);
    let mut session = Session::with(RUN, &config);
    session.finish(RUN);
    let original = session.metrics(RUN);
    for phase in [0, 2, 3] {
        session.send(Command::Branch {
            id: OTHER,
            from: RUN,
            phase,
            name: "Branch".to_owned(),
        });
        session.until_ready(OTHER);
        let start = session.metrics(OTHER);
        assert_eq!(start.train.len(), phase * 40);
        assert_eq!(session.config(OTHER).name, "Branch");
        session.finish(OTHER);
        assert_eq!(session.metrics(OTHER), original, "from phase {phase}");
        assert_eq!(session.boundaries(OTHER), [0, 1, 2, 3]);
    }
}

#[test]
fn a_branch_takes_another_future_than_the_original() {
    let mut session = Session::with(RUN, &digits("stacked", Pretraining::Greedy, 2));
    session.finish(RUN);
    session.send(Command::Branch {
        id: OTHER,
        from: RUN,
        phase: 2,
        name: "Branch".to_owned(),
    });
    session.until_ready(OTHER);
    let mut schedule = session.config(OTHER).schedule;
    schedule.phases[2].optimizer.kind = OptimizerKind::Sgd;
    schedule.phases[2].learning_rate = 0.01;
    schedule.phases[3].epochs = 3;
    session.send(Command::SetSchedule {
        id: OTHER,
        schedule: schedule.clone(),
    });
    let told = session.until(|event| matches!(event, Event::Configured { .. }));
    let Event::Configured {
        config,
        total_steps,
        ..
    } = told
    else {
        unreachable!()
    };
    assert_eq!(config.schedule, schedule);
    assert_eq!(total_steps, 180);
    session.finish(OTHER);
    let (first, second) = (session.metrics(RUN), session.metrics(OTHER));
    let (old, new) = (first.train.values(), second.train.values());
    assert_eq!(old[..81], new[..81], "until the branch");
    assert_ne!(old[81], new[81]);
    assert_eq!(second.train.len(), 180);
}

#[test]
fn a_phase_that_never_began_is_nothing_to_branch_from() {
    let mut session = Session::with(RUN, &digits("stacked", Pretraining::Greedy, 1));
    session.send(Command::Branch {
        id: OTHER,
        from: RUN,
        phase: 2,
        name: String::new(),
    });
    let told = session.until(|event| matches!(event, Event::Failed { .. }));
    let Event::Failed {
        id,
        error,
        is_bad_input,
    } = told
    else {
        unreachable!()
    };
    assert_eq!((id, is_bad_input), (OTHER, true));
    assert!(error.contains("phase 3 of this one is none"), "{error}");
}

#[test]
fn what_has_begun_of_a_schedule_stays() {
    let mut session = Session::with(RUN, &digits("stacked", Pretraining::EndsInward, 2));
    // Into the second epoch of the second phase.
    session.send(Command::EpochOnce(RUN));
    session.until_state(RUN, RunState::Paused);
    for _epoch in 0..2 {
        session.send(Command::EpochOnce(RUN));
        session.until_state(RUN, RunState::Paused);
    }
    session.send(Command::StepOnce(RUN));
    session.until_state(RUN, RunState::Paused);
    let now = session.config(RUN).schedule;
    let mut refused = |change: fn(&mut Vec<hourglass::train::Phase>), sentence: &str| {
        let mut schedule = now.clone();
        change(&mut schedule.phases);
        session.send(Command::SetSchedule { id: RUN, schedule });
        let told = session
            .until(|event| matches!(event, Event::Warning { .. } | Event::Configured { .. }));
        let Event::Warning { text, .. } = told else {
            panic!("{sentence}: it was taken");
        };
        assert_eq!(text, sentence);
    };
    refused(
        |phases| phases[0].epochs = 1,
        "phase 1 has ended and must stay as it was, but differs",
    );
    refused(
        |phases| phases[1].epochs = 1,
        "phase 2 must last the 2 epochs it has begun, but was to last 1",
    );
    refused(
        |phases| phases[1].optimizer.kind = OptimizerKind::Sgd,
        "phase 2 has begun and must keep its optimizer, but another one was asked for",
    );
    refused(
        |phases| phases.truncate(1),
        "a schedule must keep the 2 phases that have begun, but has 1",
    );
    let mut schedule = now.clone();
    schedule.phases[1].epochs = 3;
    schedule.phases[1].learning_rate = 0.01;
    schedule.phases.pop();
    session.send(Command::SetSchedule {
        id: RUN,
        schedule: schedule.clone(),
    });
    session.until(|event| matches!(event, Event::Configured { .. }));
    let config = session.config(RUN);
    assert_eq!(config.schedule.phases.len(), 3);
    assert_eq!(config.schedule.phases[1].epochs, 3);
    assert_eq!(
        config.schedule.phases[1].learning_rate, now.phases[1].learning_rate,
        "from the next step on only"
    );
    assert_eq!(config.learning_rate_changes[0].step, 61);
    session.finish(RUN);
    let curve = session.metrics(RUN);
    assert_eq!(curve.train.len(), 40 + 60 + 40);
    // And the whole of it again.
    session.add(OTHER, &config);
    session.finish(OTHER);
    assert_eq!(session.metrics(OTHER), curve);
}

#[test]
fn a_longer_schedule_takes_up_a_finished_run() {
    let config = digits("autoencoder", Pretraining::EndToEnd, 2);
    let mut longer = config.clone();
    longer.schedule.phases[0].epochs = 3;
    let mut session = Session::with(RUN, &config);
    session.finish(RUN);
    session.send(Command::SetSchedule {
        id: RUN,
        schedule: longer.schedule.clone(),
    });
    session.until_state(RUN, RunState::Paused);
    session.finish(RUN);
    session.add(OTHER, &longer);
    session.finish(OTHER);
    assert_eq!(session.metrics(RUN), session.metrics(OTHER));
}
