//! Devices that fail: the run is parked with its last good state, everything else goes on.

use std::path::Path;
use std::time::{Duration, Instant};

use hourglass::engine::{Command, Engine, Event, RunId, RunState};
use hourglass::model::{KnobValue, Pretraining};
use hourglass::train::{Metrics, RunConfig};

use super::session::{Session, digits};
use super::{OTHER, RUN};

/// A session in whose engine something will go wrong.
fn faulty(faults: &str) -> Session {
    Session {
        engine: Engine::spawn_faulty(faults, || {}).unwrap(),
        events: Vec::new(),
    }
}

fn named(name: &str, seed: u64) -> RunConfig {
    RunConfig {
        name: name.to_owned(),
        seed,
        ..digits("stacked", Pretraining::Greedy, 2)
    }
}

/// What a run measures that nothing happens to.
fn whole(config: &RunConfig) -> Metrics {
    let mut session = Session::with(RUN, config);
    session.finish(RUN);
    session.metrics(RUN)
}

impl Session {
    /// Waits for the failure of a run, and gives its sentence.
    fn until_failed(&mut self, run: RunId) -> (String, bool) {
        match self.until(|event| matches!(event, Event::Failed { id, .. } if *id == run)) {
            Event::Failed {
                error,
                is_bad_input,
                ..
            } => (error, is_bad_input),
            other => panic!("{other:?}"),
        }
    }

    fn failures(&self, run: RunId) -> usize {
        let is_failure = |event: &&Event| matches!(event, Event::Failed { id, .. } if *id == run);
        self.events.iter().filter(is_failure).count()
    }

    /// Where a run is parked.
    fn parked_at(&self, run: RunId) -> Option<u64> {
        self.events.iter().find_map(|event| match event {
            Event::Parked { id, step } if *id == run => Some(*step),
            _ => None,
        })
    }

    fn continue_on(&mut self, run: RunId, device: &str) {
        self.send(Command::Continue {
            id: run,
            device: device.to_owned(),
        });
        self.until_ready(run);
        self.until_finished_again(run);
    }

    fn until_finished_again(&mut self, run: RunId) {
        self.until_state(run, RunState::Finished);
        self.settle();
    }
}

/// A session that was kept in a folder.
fn taken_up(root: &Path) -> Session {
    let mut session = Session::new();
    let opened = session.open(root);
    session.open_runs(&opened);
    session
}

#[test]
fn a_run_that_loses_its_device_is_parked_and_goes_on_elsewhere() {
    let (lost, well) = (named("Lost", 1), named("Well", 2));
    let (lost_whole, well_whole) = (whole(&lost), whole(&well));
    let place = tempfile::tempdir().unwrap();
    let root = place.path().join("study.hourglass");
    let mut session = faulty("lost=Lost@57");
    session.add(RUN, &lost);
    session.add(OTHER, &well);
    session.lay(&[(RUN, "Lost"), (OTHER, "Well")], 1);
    // Into the second phase, so that there is more to it than one set of weights.
    for _ in 0..2 {
        session.send(Command::EpochOnce(RUN));
        session.until_state(RUN, RunState::Paused);
    }
    session.send(Command::StepOnce(RUN));
    session.until_state(RUN, RunState::Paused);
    session.save(Some(&root)).unwrap();
    session.send(Command::Start(OTHER));
    session.send(Command::Start(RUN));
    let (sentence, is_bad_input) = session.until_failed(RUN);
    assert_eq!(
        sentence,
        "the device failed: called `Result::unwrap()` on an `Err` value: The device is poisoned: \
         Unknown: the fault that a test asked for"
    );
    assert!(!is_bad_input);
    let step = session.parked_at(RUN).unwrap();
    assert_eq!(step, 41, "as it was saved");

    // It is told once, whatever is asked of it, and everything can be had of it.
    session.until_finished(OTHER);
    assert_eq!(session.metrics(OTHER), well_whole, "the other run");
    session.send(Command::ShowImages(vec![3, 1]));
    session.send(Command::FindWorst { id: RUN, count: 2 });
    session.until(|event| matches!(event, Event::Worst { .. }));
    for version in 2..4 {
        session.lay(&[(RUN, "Lost"), (OTHER, "Well")], version);
        session.save(None).unwrap();
    }
    let folder = place.path().join("alone");
    session.send(Command::Save {
        id: RUN,
        folder: folder.clone(),
    });
    session.until(|event| matches!(event, Event::Saved { .. }));
    session.send(Command::Start(RUN));
    session.settle();
    assert_eq!(session.failures(RUN), 1);
    assert_eq!(session.step(RUN), step, "it stands");

    // What was saved of it is its last good state, and goes on to the same bits.
    let copy = place.path().join("copy.hourglass");
    super::keeping::copy(&root, &copy);
    let mut kept = taken_up(&copy);
    let so_far = kept.metrics(RUN);
    assert_eq!(Some(so_far.train), lost_whole.train.get(0..step as usize));
    kept.finish(RUN);
    assert_eq!(kept.metrics(RUN), lost_whole, "from what was saved");
    let mut alone = Session::new();
    alone.send(Command::OpenRun {
        id: RUN,
        folder,
        extend: None,
    });
    alone.until_ready(RUN);
    alone.finish(RUN);
    assert_eq!(alone.metrics(RUN), lost_whole, "from its own folder");

    // So does the run itself.
    session.continue_on(RUN, "flex");
    assert_eq!(session.metrics(RUN), lost_whole);
    assert_eq!(session.boundaries(RUN), (0..4).collect::<Vec<_>>());
    let steps: Vec<u64> = session.frames(RUN).iter().map(|frame| frame.step).collect();
    assert!(steps.is_sorted(), "{steps:?}");
    assert_eq!(session.config(RUN).device, "flex");
    session.save(None).unwrap();
    drop(session);
    assert_eq!(taken_up(&root).metrics(RUN), lost_whole);
}

/// Codes are drawn by their step, and how long units have been dead is saved.
#[test]
fn drawn_codes_and_dead_units_survive_a_lost_device() {
    for id in ["vae", "k-sparse", "vq-vae"] {
        let mut config = RunConfig {
            name: "Lost".to_owned(),
            ..digits(id, Pretraining::EndToEnd, 8)
        };
        config.knobs.set("k", KnobValue::Integer(1));
        let expected = whole(&config);
        let mut session = faulty("lost=Lost@130");
        session.add(RUN, &config);
        for _ in 0..6 {
            session.send(Command::EpochOnce(RUN));
            session.until_state(RUN, RunState::Paused);
        }
        let place = tempfile::tempdir().unwrap();
        session.send(Command::Save {
            id: RUN,
            folder: place.path().join("run"),
        });
        session.until(|event| matches!(event, Event::Saved { .. }));
        session.send(Command::Start(RUN));
        session.until_failed(RUN);
        assert_eq!(session.parked_at(RUN), Some(120), "{id}");
        session.continue_on(RUN, "flex");
        assert_eq!(session.metrics(RUN), expected, "{id}");
    }
}

#[test]
fn a_run_without_memory_goes_on_from_where_it_began() {
    let config = named("Big", 1);
    let expected = whole(&config);
    let mut session = faulty("memory=Big@5");
    session.add(RUN, &config);
    session.send(Command::Start(RUN));
    let (sentence, _) = session.until_failed(RUN);
    assert_eq!(
        sentence,
        "the device failed: out of device memory allocating 4096 bytes"
    );
    assert_eq!(session.parked_at(RUN), Some(0), "nothing was saved yet");
    session.send(Command::Continue {
        id: RUN,
        device: "cuda".to_owned(),
    });
    let (sentence, is_bad_input) = session.until_failed(RUN);
    assert!(sentence.contains("but is \"cuda\""), "{sentence}");
    assert!(is_bad_input);
    session.continue_on(RUN, "flex");
    assert_eq!(session.metrics(RUN), expected);
    // Continuing is for runs whose device has failed.
    session.send(Command::Continue {
        id: RUN,
        device: "flex".to_owned(),
    });
    session.settle();
    assert_eq!(session.metrics(RUN), expected);
}

#[test]
fn a_run_that_stands_when_its_device_is_lost_is_saved_all_the_same() {
    let config = named("Lost", 1);
    let mut session = faulty("lost=Lost@20");
    session.add(RUN, &config);
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("run");
    session.send(Command::EpochOnce(RUN));
    session.until_state(RUN, RunState::Paused);
    session.send(Command::Save {
        id: RUN,
        folder: folder.clone(),
    });
    session.until(|event| matches!(event, Event::Saved { .. }));
    session.send(Command::StepOnce(RUN));
    session.until_failed(RUN);
    assert_eq!(session.parked_at(RUN), Some(20), "as it was saved by hand");
}

#[test]
fn a_reset_starts_a_parked_run_anew() {
    let config = named("Lost", 1);
    let expected = whole(&config);
    let mut session = faulty("lost=Lost@7");
    session.add(RUN, &config);
    session.send(Command::Start(RUN));
    session.until_failed(RUN);
    session.send(Command::Reset(RUN));
    session.until_ready(RUN);
    session.finish(RUN);
    assert_eq!(session.metrics(RUN), expected);
}

#[test]
fn a_driver_that_panics_and_a_loader_that_does_cost_their_run_only() {
    let mut session = faulty("start=Driver,load=Loader");
    session.add(OTHER, &named("Well", 1));
    for (name, words) in [
        ("Driver", "device flex did not start: a fault was asked for"),
        (
            "Loader",
            "preparing the run ended unexpectedly: a fault was",
        ),
    ] {
        session.send(Command::AddRun {
            id: RUN,
            config: Box::new(named(name, 1)),
        });
        let (sentence, is_bad_input) = session.until_failed(RUN);
        assert!(sentence.starts_with(words), "{sentence}");
        assert!(!is_bad_input, "the machine's fault");
    }
    session.finish(OTHER);
    // The same run again, now that nothing is wrong.
    session.add(RUN, &named("Loader", 1));
    session.finish(RUN);
    assert_eq!(session.metrics(RUN), session.metrics(OTHER));
}

#[test]
fn an_engine_that_ends_says_so() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    let is_woken = Arc::new(AtomicBool::new(false));
    let woken = Arc::clone(&is_woken);
    let engine = Engine::spawn_faulty("end=Last", move || woken.store(true, Ordering::SeqCst));
    let engine = engine.unwrap();
    engine.send(Command::AddRun {
        id: RUN,
        config: Box::new(named("Last", 1)),
    });
    let told = engine.wait_event(Duration::from_mins(1));
    assert!(
        matches!(&told, Some(Event::Ended { error }) if error == "a fault was asked for: a test"),
        "{told:?}"
    );
    let since = Instant::now();
    while engine.is_alive() || !is_woken.load(Ordering::SeqCst) {
        assert!(since.elapsed() < Duration::from_mins(1));
        std::thread::yield_now();
    }
}
