//! The engine fetches a set, and trains on it.

use std::process::Command as Process;

use hourglass::data::fetch::{MNIST, RemoteFile};
use hourglass::engine::{Command, Event, JobId, JobOutcome};
use hourglass::model::Pretraining;
use hourglass::train::RunConfig;

use super::server::{Reply, Server, answer_of};
use super::session::{Session, digits};
use super::{RUN, common};

/// The other half of the test below, in a process of its own, whose environment names mirror and shelf.
#[test]
#[ignore = "another test runs it, in an environment of its own"]
fn fetches_and_trains() {
    assert!(std::env::var_os("HOURGLASS_MIRROR").is_some());
    let mut session = Session::new();
    session.send(Command::Fetch {
        id: JobId(1),
        set: "mnist".to_owned(),
    });
    let ended = session.until(|event| matches!(event, Event::JobEnded { .. }));
    assert!(
        matches!(
            ended,
            Event::JobEnded {
                outcome: JobOutcome::Done(_),
                ..
            }
        ),
        "{ended:?}"
    );
    let is_told = |event: &Event| matches!(event, Event::Fetched(sets) if sets[..] == ["mnist"]);
    assert!(session.events.iter().any(is_told), "it is there");
    let config = RunConfig {
        dataset: "mnist".to_owned(),
        limit: Some(500),
        ..digits("autoencoder", Pretraining::EndToEnd, 1)
    };
    session.add(RUN, &config);
    session.finish(RUN);
    let metrics = session.metrics(RUN);
    assert!(metrics.last_test().unwrap().mse < metrics.test[0].mse);
}

#[test]
fn a_set_is_fetched_by_the_engine_and_trained_on() {
    let Some(folder) = common::mnist("a_set_is_fetched_by_the_engine_and_trained_on") else {
        return;
    };
    // Files that were packed anew have the same images, but other bytes.
    let read = |file: &RemoteFile| {
        let bytes = std::fs::read(folder.join(file.name)).ok()?;
        (bytes.len() as u64 == file.bytes).then_some((file.name, bytes))
    };
    let files: Option<Vec<_>> = MNIST.files.iter().map(read).collect();
    let Some(files) = files else {
        println!("skipped: the folder holds other files than the published ones");
        return;
    };
    let server = Server::start(move |asked, before| {
        let found = files.iter().find(|(name, _)| asked.path.ends_with(name));
        match found {
            Some((_, bytes)) if before == 0 => {
                let half = &bytes[..bytes.len() / 2];
                Reply::Raw(answer_of("200 OK", Some(bytes.len()), half))
            }
            Some((_, bytes)) => Reply::Served(bytes.clone()),
            None => Reply::Status("404 Not Found"),
        }
    });
    let place = tempfile::tempdir().unwrap();
    let output = Process::new(std::env::current_exe().unwrap())
        .args(["--exact", "fetching::fetches_and_trains", "--ignored"])
        .env("HOURGLASS_MIRROR", server.url())
        .env("HOURGLASS_DATA", place.path())
        .env_remove("ALL_PROXY")
        .env_remove("HTTPS_PROXY")
        .env_remove("HTTP_PROXY")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("1 passed"), "it was not run: {said}");
    let asked = server.asked();
    assert!(asked[1].from.is_some(), "it went on: {asked:?}");
}
