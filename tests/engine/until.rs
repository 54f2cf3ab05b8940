//! Training until something is reached: it stops there, measured, and changes nothing.

use hourglass::engine::{Command, Event, RunState, Until};
use hourglass::model::Pretraining;
use hourglass::train::{Metrics, RunConfig};

use super::session::{Session, digits};
use super::{OTHER, RUN};

fn until(session: &mut Session, until: Until) {
    session.send(Command::RunUntil { id: RUN, until });
    session.until_state(RUN, RunState::Running);
    session.until_state(RUN, RunState::Paused);
    session.settle();
}

/// The curves of a run that nobody stopped.
fn uninterrupted(session: &mut Session, config: &RunConfig) -> Metrics {
    session.add(OTHER, config);
    session.finish(OTHER);
    session.metrics(OTHER)
}

/// Losses bit by bit, and measurements bit by bit but for those at these steps.
fn bits(metrics: &Metrics, without: &[u64]) -> (Vec<u32>, Vec<(u64, u64)>) {
    let losses = metrics.train.values().iter().map(|loss| loss.to_bits());
    let tests = metrics.test.iter();
    let tests = tests.filter(|test| !without.contains(&test.step));
    (
        losses.collect(),
        tests.map(|test| (test.step, test.mse.to_bits())).collect(),
    )
}

#[test]
fn a_run_stops_at_a_step_measured_and_goes_on_as_if_it_had_not() {
    let config = digits("autoencoder", Pretraining::EndToEnd, 2);
    let mut session = Session::with(RUN, &config);
    for step in [7, 13, 27] {
        until(&mut session, Until::Step(step));
        assert_eq!(session.step(RUN), step);
        let last = session.metrics(RUN).last_test().unwrap().clone();
        assert_eq!(last.step, step, "measured where it stands");
    }
    // It is there already: nothing is to be trained.
    session.send(Command::RunUntil {
        id: RUN,
        until: Until::Step(27),
    });
    session.settle();
    assert_eq!(session.step(RUN), 27);
    session.finish(RUN);
    let stopped = session.metrics(RUN);
    let whole = uninterrupted(&mut session, &config);
    assert_eq!(whole.train.len(), 40);
    assert_eq!(bits(&stopped, &[7, 13, 27]), bits(&whole, &[]));
}

#[test]
fn a_run_stops_at_the_end_of_each_phase() {
    let config = digits("stacked", Pretraining::Greedy, 1);
    let mut session = Session::with(RUN, &config);
    let phases = config.schedule.phases.len() as u64;
    assert!(phases > 2, "several phases");
    for phase in 1..phases {
        until(&mut session, Until::PhaseEnd);
        assert_eq!(session.step(RUN), 20 * phase);
    }
    session.send(Command::RunUntil {
        id: RUN,
        until: Until::PhaseEnd,
    });
    session.until_finished(RUN);
    let stopped = session.metrics(RUN);
    let whole = uninterrupted(&mut session, &config);
    assert_eq!(bits(&stopped, &[]), bits(&whole, &[]));
}

#[test]
fn a_run_stops_at_the_first_measurement_with_a_small_error() {
    let config = digits("autoencoder", Pretraining::EndToEnd, 4);
    let mut session = Session::with(RUN, &config);
    let whole = uninterrupted(&mut session, &config);
    let errors: Vec<f64> = whole.test.iter().map(|test| test.mse).collect();
    let (first, last) = (errors[0], *errors.last().unwrap());
    assert!(last < first, "it learns: {errors:?}");
    let most = f64::midpoint(first, last);
    until(&mut session, Until::TestError(most));
    let metrics = session.metrics(RUN);
    let (newest, before) = metrics.test.split_last().unwrap();
    assert!(newest.mse <= most && newest.step == session.step(RUN));
    assert!(before.iter().all(|test| test.mse > most));
    session.send(Command::RunUntil {
        id: RUN,
        until: Until::TestError(f64::NAN),
    });
    session.until(
        |event| matches!(event, Event::Warning { text, .. } if text.contains("NaN was asked for")),
    );
}

#[test]
fn a_run_that_trains_or_is_being_made_takes_the_goal_over() {
    let config = digits("autoencoder", Pretraining::EndToEnd, 5_000);
    let mut session = Session::new();
    session.send(Command::AddRun {
        id: RUN,
        config: Box::new(config),
    });
    until(&mut session, Until::Step(9));
    assert_eq!(session.step(RUN), 9);
    session.send(Command::Start(RUN));
    session.until_state(RUN, RunState::Running);
    session.send(Command::RunUntil {
        id: RUN,
        until: Until::PhaseEnd,
    });
    session.send(Command::RunUntil {
        id: RUN,
        until: Until::Step(1),
    });
    // Beyond that already: it pauses where it is.
    session.until_state(RUN, RunState::Paused);
}
