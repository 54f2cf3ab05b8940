//! Runs that are compared: they differ in what was set differently and in nothing else.

use hourglass::engine::{Command, RunState};
use hourglass::model::{Objective, Pretraining};
use hourglass::train::{Metrics, Phase, RunConfig};

use super::session::{Session, digits};
use super::{OTHER, RUN};

/// So small that the weights stay as they are: a loss then tells which images a batch holds.
const STANDING: f64 = 1e-9;

fn with_phases(config: &RunConfig, phases: &[(Objective, usize)]) -> RunConfig {
    let mut config = config.clone();
    let model = *config.schedule.phases.last().unwrap();
    config.schedule.phases = phases
        .iter()
        .map(|&(objective, epochs)| Phase {
            objective,
            epochs,
            learning_rate: STANDING,
            dropout: 0.0,
            ..model
        })
        .collect();
    config
}

#[test]
fn runs_that_differ_in_their_schedule_see_the_same_batches_from_the_same_weights() {
    let config = digits("stacked", Pretraining::Greedy, 1);
    let all = Objective::EndToEnd;
    let greedy = with_phases(&config, &[(Objective::Greedy { stage: 0 }, 2), (all, 2)]);
    let inward = with_phases(
        &config,
        &[(Objective::EndsInward { stage: 0 }, 1), (all, 3)],
    );
    let mut session = Session::with(RUN, &greedy);
    session.add(OTHER, &inward);
    // Both at once, in turns.
    session.send(Command::Start(RUN));
    session.finish(OTHER);
    session.until_finished(RUN);
    let (first, second) = (session.metrics(RUN), session.metrics(OTHER));
    let same = |steps: std::ops::Range<usize>| {
        for step in steps {
            let (a, b) = (first.train.values()[step], second.train.values()[step]);
            assert!((a - b).abs() < 1e-6 * a, "{a} and {b} at step {step}");
        }
    };
    // Where both train the same layers, whatever came before.
    same(0..20);
    same(40..80);
    let losses = |metrics: &Metrics, steps: std::ops::Range<usize>| -> Vec<f32> {
        metrics.train.values()[steps].to_vec()
    };
    let batches = losses(&first, 0..20);
    let spread = batches.windows(2).map(|pair| (pair[0] - pair[1]).abs());
    let least = spread.fold(f32::INFINITY, f32::min);
    assert!(least > 1e-6, "batches can be told apart by their losses");
    assert_ne!(losses(&first, 20..40), losses(&second, 20..40));
    assert_ne!(
        losses(&first, 40..60),
        losses(&first, 60..80),
        "each epoch is shuffled anew"
    );
}

#[test]
fn a_run_that_was_reset_repeats_its_curve_whatever_happened_in_between() {
    for id in ["autoencoder", "stacked"] {
        let pretraining = if id == "stacked" {
            Pretraining::Greedy
        } else {
            Pretraining::EndToEnd
        };
        let mut session = Session::with(RUN, &digits(id, pretraining, 2));
        session.finish(RUN);
        let curve = session.metrics(RUN);
        session.send(Command::Reset(RUN));
        session.until_ready(RUN);
        for _step in 0..3 {
            session.send(Command::StepOnce(RUN));
            session.until_state(RUN, RunState::Paused);
        }
        session.send(Command::EpochOnce(RUN));
        session.send(Command::ShowImages(vec![5, 6]));
        session.until_state(RUN, RunState::Paused);
        session.finish(RUN);
        assert_eq!(session.metrics(RUN), curve, "{id}");
    }
}
