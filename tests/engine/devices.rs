//! `auto`: a run begins on the CPU, a second device is timed beside it, and the next run takes it
//! where it is faster by a third. The second device is pretended.

use std::path::Path;

use hourglass::engine::{
    Act, Command, Comparison, DeviceNews, Engine, Event, Extension, PretendedGpu, RunId, RunState,
    Until,
};
use hourglass::model::Pretraining;
use hourglass::train::RunConfig;

use super::session::{Session, digits};
use super::{OTHER, RUN};

pub const CARD: &str = "Test card (Pretended)";

/// A second device, whose speed is remembered in a folder.
pub fn card(act: Act, folder: &Path) -> PretendedGpu {
    PretendedGpu {
        name: CARD.to_owned(),
        driver: "test 1.0".to_owned(),
        program: "0.2".to_owned(),
        is_software: false,
        act,
        tunes_kernels: false,
        folder: Some(folder.to_owned()),
    }
}

pub fn beside(gpu: PretendedGpu) -> Session {
    faulty(gpu, "")
}

pub fn faulty(gpu: PretendedGpu, faults: &str) -> Session {
    Session {
        engine: Engine::spawn_beside(gpu, faults, || {}).unwrap(),
        events: Vec::new(),
    }
}

fn is_comparing(news: &DeviceNews) -> bool {
    matches!(news, DeviceNews::Comparing { .. })
}

pub fn is_tuning(news: &DeviceNews) -> bool {
    matches!(news, DeviceNews::Tuning { device, .. } if device == CARD)
}

/// A run that may choose its device, and does not end before everything is measured.
fn free() -> RunConfig {
    RunConfig {
        device: "auto".to_owned(),
        ..digits("autoencoder", Pretraining::EndToEnd, 5_000)
    }
}

impl Session {
    fn device(&self, run: RunId) -> String {
        let found = self.events.iter().rev().find_map(|event| match event {
            Event::RunReady { id, info, .. } if *id == run => Some(info.device.clone()),
            _ => None,
        });
        found.unwrap()
    }

    fn remarks(&self, run: RunId) -> Vec<String> {
        let found = self.events.iter().rev().find_map(|event| match event {
            Event::RunReady { id, info, .. } if *id == run => Some(info.remarks.clone()),
            _ => None,
        });
        found.unwrap()
    }

    /// Waits for news of the devices of a run.
    pub fn until_device(&mut self, run: RunId, is_it: impl Fn(&DeviceNews) -> bool) -> DeviceNews {
        let told = self.until(
            |event| matches!(event, Event::Device { id, news } if *id == run && is_it(news)),
        );
        match told {
            Event::Device { news, .. } => news,
            other => panic!("{other:?}"),
        }
    }

    /// Waits for a comparison of a run, and gives it with its sentence.
    fn until_compared(&mut self, run: RunId) -> (Comparison, String) {
        match self.until_device(run, |news| matches!(news, DeviceNews::Compared { .. })) {
            DeviceNews::Compared { comparison, text } => (comparison, text),
            other => panic!("{other:?}"),
        }
    }

    /// What was told of a run's comparison, in order.
    fn told(&self, run: RunId) -> Vec<&'static str> {
        let words = self.events.iter().filter_map(|event| match event {
            Event::Device { id, news } if *id == run => match news {
                DeviceNews::Comparing { .. } => Some("comparing"),
                DeviceNews::Compared { .. } => Some("compared"),
                DeviceNews::NotCompared { .. } => Some("not compared"),
                DeviceNews::Tuning { .. } => None,
            },
            _ => None,
        });
        words.collect()
    }

    /// Whether a device was being prepared, as told after so many events.
    pub fn has_tuned(&self, after: usize) -> bool {
        let mut later = self.events.iter().skip(after);
        later.any(|event| matches!(event, Event::Device { news, .. } if is_tuning(news)))
    }

    pub fn pause(&mut self, run: RunId) {
        self.send(Command::Pause(run));
        self.until_state(run, RunState::Paused);
        self.settle();
    }

    fn keep(&mut self, run: RunId, folder: &Path) {
        self.send(Command::Save {
            id: run,
            folder: folder.to_owned(),
        });
        self.until(|event| matches!(event, Event::Saved { id, .. } if *id == run));
    }

    fn open_kept(&mut self, run: RunId, folder: &Path, device: Option<&str>) {
        self.send(Command::OpenRun {
            id: run,
            folder: folder.to_owned(),
            extend: device.map(|device| Extension {
                device: Some(device.to_owned()),
                ..Extension::default()
            }),
        });
        self.until_ready(run);
        self.settle();
    }
}

#[test]
fn a_faster_gpu_is_taken_from_the_next_run_or_reset_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = beside(card(Act::Times(10.0), folder.path()));
    session.add(RUN, &free());
    assert!(session.device(RUN).starts_with("Flex"), "it begins at once");
    session.send(Command::Start(RUN));
    let (comparison, text) = session.until_compared(RUN);
    assert_eq!(comparison.gpu, CARD);
    assert!(comparison.takes_gpu());
    assert!(text.starts_with("CPU "), "{text}");
    assert!(text.ends_with(": the next run takes the GPU."), "{text}");
    session.pause(RUN);
    assert_eq!(session.told(RUN), ["comparing", "compared"]);
    assert!(
        session.device(RUN).starts_with("Flex"),
        "it stays where it is"
    );
    // Nothing of it shows in the curve.
    let steps = session.step(RUN);
    let compared = session.metrics(RUN).train.values().to_vec();
    let mut alone = Session::with(
        RUN,
        &RunConfig {
            device: "flex".to_owned(),
            ..free()
        },
    );
    alone.send(Command::RunUntil {
        id: RUN,
        until: Until::Step(steps),
    });
    alone.until_state(RUN, RunState::Paused);
    alone.settle();
    assert_eq!(alone.metrics(RUN).train.values(), compared);

    session.add(OTHER, &free());
    assert_eq!(session.device(OTHER), CARD);
    session.settle();
    let (_, text) = told_last(&session, OTHER);
    assert!(text.ends_with(": the GPU trains."), "{text}");
    session.send(Command::StepOnce(OTHER));
    session.until_state(OTHER, RunState::Paused);
    session.send(Command::Reset(RUN));
    session.until_ready(RUN);
    assert_eq!(session.device(RUN), CARD, "a reset is a new beginning");
    // A device that is named is obeyed, whatever is known.
    for (device, name) in [("flex", "Flex"), ("wgpu", CARD), ("wgpu:0", CARD)] {
        let named = RunConfig {
            device: device.to_owned(),
            ..free()
        };
        session.add(OTHER, &named);
        assert!(session.device(OTHER).starts_with(name), "{device}");
    }
}

/// The newest comparison of a run that was told.
fn told_last(session: &Session, run: RunId) -> (Comparison, String) {
    let found = session.events.iter().rev().find_map(|event| match event {
        Event::Device {
            id,
            news: DeviceNews::Compared { comparison, text },
        } if *id == run => Some((comparison.clone(), text.clone())),
        _ => None,
    });
    found.unwrap()
}

#[test]
fn a_gpu_that_is_faster_by_less_than_a_third_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = beside(card(Act::Times(1.3), folder.path()));
    session.add(RUN, &free());
    session.send(Command::Start(RUN));
    let (comparison, text) = session.until_compared(RUN);
    assert!(comparison.gpu_steps_per_sec > comparison.cpu_steps_per_sec);
    assert!(text.ends_with(": the CPU stays."), "{text}");
    session.pause(RUN);
    session.add(OTHER, &free());
    assert!(session.device(OTHER).starts_with("Flex"));
    drop(session);

    // Remembered: a device that would hang is not even asked, of the same network.
    let mut session = beside(card(Act::Hangs, folder.path()));
    session.add(RUN, &free());
    session.settle();
    let (known, text) = told_last(&session, RUN);
    // A number read back from JSON may differ in its last bit.
    let rounded = |told: &Comparison| {
        (
            told.cpu_steps_per_sec.round(),
            told.gpu_steps_per_sec.round(),
        )
    };
    assert_eq!(
        (&known.gpu, rounded(&known)),
        (&comparison.gpu, rounded(&comparison))
    );
    assert!(text.ends_with(": the CPU trains."), "{text}");
    session.send(Command::StepOnce(RUN));
    session.until_state(RUN, RunState::Paused);
    session.settle();
    assert_eq!(session.told(RUN), ["compared"]);
    drop(session);

    // Another driver or program is another question.
    let mut driver = card(Act::Times(10.0), folder.path());
    "test 1.1".clone_into(&mut driver.driver);
    let mut program = card(Act::Times(10.0), folder.path());
    "0.3".clone_into(&mut program.program);
    for other in [driver, program] {
        let mut session = beside(other);
        session.add(RUN, &free());
        session.settle();
        assert!(session.told(RUN).is_empty());
        session.send(Command::Start(RUN));
        assert!(session.until_compared(RUN).0.takes_gpu());
        assert_eq!(session.told(RUN), ["comparing", "compared"]);
    }
}

#[test]
fn a_gpu_that_fails_leaves_the_run_alone_and_is_not_asked_again() {
    for act in [Act::Fails, Act::Panics] {
        let folder = tempfile::tempdir().unwrap();
        let mut session = beside(card(act.clone(), folder.path()));
        session.add(RUN, &free());
        session.send(Command::Start(RUN));
        let told = session.until_device(RUN, |news| matches!(news, DeviceNews::NotCompared { .. }));
        let DeviceNews::NotCompared { text } = told else {
            unreachable!()
        };
        assert!(
            text.starts_with(CARD) && text.ends_with(": the CPU stays."),
            "{text}"
        );
        let step = session.step(RUN);
        session.send(Command::RunUntil {
            id: RUN,
            until: Until::Step(step + 500),
        });
        session.until_state(RUN, RunState::Paused);
        session.settle();
        assert!(session.step(RUN) >= step + 500, "it trains on");
        assert_eq!(session.told(RUN), ["comparing", "not compared"], "{act:?}");
    }
}

#[test]
fn a_gpu_that_never_answers_is_given_up_with_the_last_run_that_needs_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = beside(card(Act::Hangs, folder.path()));
    for id in [RUN, OTHER] {
        session.add(id, &free());
        session.send(Command::Start(id));
    }
    session.until_device(RUN, is_comparing);
    session.settle();
    assert_eq!(
        session.told(OTHER),
        ["comparing"],
        "one device for equal networks"
    );
    session.send(Command::Remove(RUN));
    session.settle();
    assert_eq!(session.told(OTHER), ["comparing"], "the other one needs it");
    session.send(Command::Remove(OTHER));
    session.settle();
    // What comes later has it timed anew.
    session.add(RUN, &free());
    session.send(Command::Start(RUN));
    session.until_device(RUN, is_comparing);
    // The end of the engine is the end of it.
    drop(session);
}

#[test]
fn a_software_adapter_is_never_timed() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = beside(PretendedGpu {
        is_software: true,
        ..card(Act::Times(1e9), folder.path())
    });
    session.add(RUN, &free());
    assert!(session.device(RUN).starts_with("Flex"));
    session.until(|event| matches!(event, Event::Baselines { .. }));
    session.send(Command::Start(RUN));
    // Several times as much training as a comparison asks for.
    session.until(
        |event| matches!(event, Event::Progress { progress, .. } if progress.elapsed_secs > 3.0),
    );
    session.pause(RUN);
    assert!(session.told(RUN).is_empty());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    session.send(Command::Reset(RUN));
    session.until_ready(RUN);
    assert!(session.device(RUN).starts_with("Flex"));
}

#[test]
fn a_kept_run_goes_on_on_the_device_it_was_on() {
    let folder = tempfile::tempdir().unwrap();
    let (speeds, runs) = (folder.path().join("speeds"), folder.path().join("runs"));
    let mut session = beside(card(Act::Times(10.0), &speeds));
    session.add(RUN, &free());
    session.send(Command::Start(RUN));
    session.until_compared(RUN);
    session.pause(RUN);
    let (on_cpu, on_gpu) = (runs.join("cpu"), runs.join("gpu"));
    session.keep(RUN, &on_cpu);
    session.add(OTHER, &free());
    session.send(Command::StepOnce(OTHER));
    session.until_state(OTHER, RunState::Paused);
    session.keep(OTHER, &on_gpu);

    session.open_kept(RUN, &on_cpu, None);
    assert!(
        session.device(RUN).starts_with("Flex"),
        "though the GPU is faster"
    );
    let (_, text) = told_last(&session, RUN);
    assert!(text.contains("goes on on the CPU it was on"), "{text}");
    session.open_kept(OTHER, &on_gpu, None);
    assert_eq!(session.device(OTHER), CARD);
    // Asked for explicitly it is chosen anew, or named.
    session.open_kept(RUN, &on_cpu, Some("auto"));
    assert_eq!(session.device(RUN), CARD);
    session.open_kept(RUN, &on_gpu, Some("flex"));
    assert!(session.device(RUN).starts_with("Flex"));
    // A branch repeats what it branches off, so it is on the same device.
    session.open_kept(RUN, &on_cpu, None);
    session.send(Command::Branch {
        id: OTHER,
        from: RUN,
        phase: 0,
        name: "Branch".to_owned(),
    });
    session.until_ready(OTHER);
    assert!(session.device(OTHER).starts_with("Flex"));
    drop(session);

    // Where nothing is known any more, it still goes on where it was.
    let mut session = beside(card(Act::Hangs, &folder.path().join("empty")));
    session.open_kept(RUN, &on_gpu, None);
    assert_eq!(session.device(RUN), CARD);
    drop(session);

    // On a machine without the card.
    let mut other = card(Act::Hangs, &speeds);
    "Other card (Pretended)".clone_into(&mut other.name);
    let mut session = beside(other);
    session.open_kept(RUN, &on_gpu, None);
    assert!(session.device(RUN).starts_with("Flex"));
    let remark =
        format!("This run was on {CARD}, but it is not there: it goes on on the CPU (Flex).");
    assert!(
        session.remarks(RUN).contains(&remark),
        "{:?}",
        session.remarks(RUN)
    );
}

#[test]
fn the_heaviest_phase_is_the_one_that_counts() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = RunConfig {
        device: "auto".to_owned(),
        ..digits("stacked", Pretraining::Greedy, 10)
    };
    let phases = &mut config.schedule.phases;
    let last = phases.len() - 1;
    phases[last].epochs = 5_000;
    let mut session = beside(card(Act::Times(10.0), folder.path()));
    session.add(RUN, &config);
    session.send(Command::Start(RUN));
    session.until_device(RUN, is_comparing);
    let begun = session.metrics(RUN).phases.last().map(|start| start.phase);
    assert_eq!(begun, Some(last), "the pretraining says nothing of it");
    session.until_compared(RUN);
}
