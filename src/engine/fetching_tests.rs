//! Sets are fetched by jobs, and trained on.

use crossbeam_channel::unbounded;
use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::data::fetch::tests::server::{Reply, Server, answer_of};
use crate::data::fetch::{MNIST, Patience, ProxyChoice, RemoteFile};
use crate::data::hex;
use crate::engine::RunId;
use crate::engine::jobs::{JobOutcome, Jobs};
use crate::engine::{Command, Engine};
use crate::model::VARIANTS;
use crate::train::RunConfig;
use sha2::Digest as _;

#[test]
fn a_job_that_reaches_nobody_says_so() {
    let (events, told) = unbounded();
    let jobs = Jobs::new(events, Arc::new(|| {}));
    let folder = tempfile::tempdir().unwrap();
    let fetcher = Fetcher {
        shelf: Shelf::at(folder.path()),
        mirror: Some("http://nowhere.invalid/".to_owned()),
        patience: Patience {
            pause: Duration::ZERO,
            ..Patience::default()
        },
        proxy: ProxyChoice::Direct,
    };
    jobs.start(JobId(1), "Fetching MNIST", move |meter| {
        work(&fetcher, &MNIST, meter)
    });
    let outcome = loop {
        let event = told.recv_timeout(Duration::from_mins(1)).unwrap();
        if let Event::JobEnded { outcome, .. } = event {
            break outcome;
        }
    };
    let JobOutcome::Failed {
        error,
        is_bad_input: false,
    } = outcome
    else {
        panic!("{outcome:?}");
    };
    assert!(
        error.contains("MNIST") && error.contains("offline"),
        "{error}"
    );
}

/// IDX files of 28×28 under MNIST's names.
fn small_files() -> Vec<(&'static str, Vec<u8>)> {
    let file = |magic: u32, sizes: &[u32]| {
        let numbers = std::iter::once(&magic).chain(sizes);
        let head: Vec<u8> = numbers.flat_map(|number| number.to_be_bytes()).collect();
        let count: u32 = sizes.iter().product();
        let data = (0..count).map(|i| (i * 7 % 10) as u8);
        head.into_iter().chain(data).collect()
    };
    let bytes = [
        file(0x803, &[60, 28, 28]),
        file(0x801, &[60]),
        file(0x803, &[20, 28, 28]),
        file(0x801, &[20]),
    ];
    let names = MNIST.files.iter().map(|file| file.name);
    names.zip(bytes).collect()
}

#[test]
fn a_job_that_broke_off_goes_on_and_the_engine_trains_on_what_it_brought() {
    let files = small_files();
    let described = files.iter().map(|(name, bytes)| RemoteFile {
        name,
        bytes: bytes.len() as u64,
        sha256: hex(&sha2::Sha256::digest(bytes)).leak(),
    });
    let set = Set {
        files: described.collect::<Vec<_>>().leak(),
        ..MNIST
    };
    let server = Server::start(move |asked, before| {
        let file = files.iter().find(|(name, _)| asked.path.ends_with(name));
        let (_, bytes) = file.unwrap();
        if before == 0 {
            let half = &bytes[..bytes.len() / 2];
            return Reply::Raw(answer_of("200 OK", Some(bytes.len()), half));
        }
        Reply::Served(bytes.clone())
    });
    let (events, told) = unbounded();
    let jobs = Jobs::new(events, Arc::new(|| {}));
    let folder = tempfile::tempdir().unwrap();
    let shelf = Shelf::at(folder.path());
    let place = shelf.folder(&set);
    let fetcher = Fetcher {
        shelf,
        mirror: Some(server.url()),
        patience: Patience {
            pause: Duration::ZERO,
            ..Patience::default()
        },
        proxy: ProxyChoice::Direct,
    };
    jobs.start(JobId(1), "Fetching MNIST", move |meter| {
        work(&fetcher, &set, meter)
    });
    let outcome = loop {
        let event = told.recv_timeout(Duration::from_mins(1)).unwrap();
        if let Event::JobEnded { outcome, .. } = event {
            break outcome;
        }
    };
    assert!(matches!(outcome, JobOutcome::Done(_)), "{outcome:?}");
    assert!(server.asked()[1].from.is_some(), "{:?}", server.asked());
    let mut config = RunConfig::recipe(VARIANTS[0], place.to_str().unwrap());
    "flex".clone_into(&mut config.device);
    let engine = Engine::spawn_headless().unwrap();
    let id = RunId(1);
    engine.send(Command::AddRun {
        id,
        config: Box::new(config),
    });
    engine.send(Command::StepOnce(id));
    loop {
        match engine.wait_event(Duration::from_mins(1)).unwrap() {
            Event::Failed { error, .. } => panic!("{error}"),
            Event::Progress { progress, .. } if progress.step == 1 => break,
            _ => {}
        }
    }
}

#[test]
fn a_set_that_does_not_exist_is_told_by_the_engine() {
    let engine = Engine::spawn_headless().unwrap();
    let (id, set) = (JobId(4), "cifar".to_owned());
    engine.send(Command::Fetch { id, set });
    let mut told = Vec::new();
    while told.len() < 2 {
        let event = engine.wait_event(Duration::from_mins(1));
        told.extend(event.filter(|event| !matches!(event, Event::Memory(_))));
    }
    let [
        Event::JobStarted { id: JobId(4), name },
        Event::JobEnded {
            id: JobId(4),
            outcome:
                JobOutcome::Failed {
                    error,
                    is_bad_input: true,
                },
        },
    ] = &told[..]
    else {
        panic!("{told:?}");
    };
    assert_eq!(name, "Fetching cifar");
    assert!(error.contains("kmnist"), "{error}");
}
