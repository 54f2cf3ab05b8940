//! A device that tunes its kernels is prepared before a run is ready, beside everything else.

use hourglass::engine::{Act, Command, Event};
use hourglass::model::Pretraining;
use hourglass::train::RunConfig;

use super::devices::{CARD, beside, card, faulty, is_tuning};
use super::session::{Session, digits};
use super::{OTHER, RUN};

#[test]
fn a_device_is_prepared_beside_other_runs_and_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let mut gpu = card(Act::Hangs, folder.path());
    gpu.tunes_kernels = true;
    let config = RunConfig {
        device: "wgpu:0".to_owned(),
        ..digits("stacked", Pretraining::Greedy, 2)
    };
    let mut session = beside(gpu);
    session.add(RUN, &config);
    assert!(session.has_tuned(0));
    session.finish(RUN);
    let prepared = session.metrics(RUN);
    let mut alone = Session::with(
        RUN,
        &RunConfig {
            device: "flex".to_owned(),
            ..config.clone()
        },
    );
    alone.finish(RUN);
    assert_eq!(alone.metrics(RUN), prepared);
    // The same sizes need no second preparation.
    let heard = session.events.len();
    session.add(OTHER, &config);
    assert!(!session.has_tuned(heard));
}

#[test]
fn preparing_a_device_can_be_given_up_while_another_run_trains() {
    let folder = tempfile::tempdir().unwrap();
    let mut gpu = card(Act::Hangs, folder.path());
    gpu.tunes_kernels = true;
    let mut session = faulty(gpu, "stuck=Stuck,stuck=Again");
    let other = digits("autoencoder", Pretraining::EndToEnd, 5_000);
    session.add(OTHER, &other);
    session.send(Command::Start(OTHER));
    let stuck = |name: &str| RunConfig {
        name: name.to_owned(),
        device: "wgpu:0".to_owned(),
        ..digits("autoencoder", Pretraining::EndToEnd, 2)
    };
    session.send(Command::AddRun {
        id: RUN,
        config: Box::new(stuck("Stuck")),
    });
    session.send(Command::Start(RUN));
    session.until_device(RUN, is_tuning);
    let before = session.step(OTHER);
    session.until(|event| {
        matches!(event, Event::Progress { id: OTHER, progress, .. } if progress.step > before + 100)
    });
    session.send(Command::CancelLoading(RUN));
    let told = loop {
        let event = session.engine.wait_event(std::time::Duration::from_mins(1));
        if let Event::Failed { id, error, .. } = event.unwrap() {
            break (id, error);
        }
    };
    assert_eq!(told.0, RUN);
    assert!(
        told.1
            .starts_with(&format!("Preparing {CARD} was cancelled.")),
        "{}",
        told.1
    );
    // Once more, and this time it comes to its end.
    session.add(RUN, &stuck("Stuck"));
    session.pause(OTHER);
    session.finish(RUN);
    // A run that is removed takes its preparation along, and so does the engine.
    session.send(Command::AddRun {
        id: OTHER,
        config: Box::new(RunConfig {
            batch: 33,
            ..stuck("Again")
        }),
    });
    session.until_device(OTHER, is_tuning);
    drop(session);
}
