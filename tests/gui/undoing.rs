//! Training that is given up, by every way there is, and had back by a button and by keys.

use std::path::PathBuf;
use std::sync::Arc;

use egui::{Key, Modifiers};
use hourglass::engine::{
    Command, Event, OpenedRun, OpenedSession, Progress, RunId, RunState, SessionNews,
};
use hourglass::train::Metrics;

use super::session::{info, ready, recipe};
use super::window::Window;
use super::{FIRST, ready_window};

const SECOND: RunId = RunId(2);

fn trains(id: RunId, step: u64, secs: f64) -> [Event; 2] {
    [
        Event::StateChanged {
            id,
            state: RunState::Running,
        },
        Event::Progress {
            id,
            more: Metrics::default(),
            progress: Progress {
                step,
                elapsed_secs: secs,
                ..Progress::default()
            },
        },
    ]
}

/// A run that has trained for 20 seconds.
fn trained() -> Window {
    let mut window = ready_window("autoencoder");
    window.tell(trains(FIRST, 900, 20.0));
    window.commands();
    window
}

fn step(window: &Window, id: RunId) -> u64 {
    window
        .harness
        .state()
        .state()
        .run(id)
        .unwrap()
        .progress
        .step
}

/// The run is prepared with its first weights again, as the engine tells it.
fn prepare(window: &mut Window) {
    let state = window.harness.state().state();
    let config = state.run(FIRST).unwrap().draft.config.clone();
    let preparing = Event::StateChanged {
        id: FIRST,
        state: RunState::Preparing,
    };
    window.tell([preparing, ready(FIRST, &config)]);
}

/// What was put aside, where that is what was asked for first.
fn put_aside(window: &Window) -> Vec<(RunId, RunId)> {
    let commands = window.commands();
    commands
        .iter()
        .filter_map(|command| match command {
            Command::SetAside { id, aside } => Some((*id, *aside)),
            _ => None,
        })
        .collect()
}

#[test]
fn every_way_to_begin_again_is_taken_back_by_button_and_by_keys() {
    type Way<'a> = (&'a str, &'a dyn Fn(&mut Window));
    let ways: [Way<'_>; 6] = [
        ("the button Reset", &|window| window.click("Reset")),
        ("the key R", &|window| window.press(Key::R)),
        ("the button New seed", &|window| window.click("New seed")),
        ("the key N", &|window| window.press(Key::N)),
        ("the button in the setup", &|window| {
            window.click("Reset to change");
        }),
        ("all runs", &|window| {
            window.press_with(Modifiers::SHIFT, Key::R);
        }),
    ];
    for (way, begin_again) in ways {
        for is_by_key in [false, true] {
            let mut window = trained();
            let config = recipe("autoencoder");
            begin_again(&mut window);
            let [(FIRST, aside)] = put_aside(&window)[..] else {
                panic!("{way}");
            };
            assert_eq!(step(&window, FIRST), 0, "{way}");
            assert!(
                window.has_text("20 s of training can be brought back for a while."),
                "{way}"
            );
            prepare(&mut window);
            if is_by_key {
                window.press_with(Modifiers::COMMAND, Key::Z);
            } else {
                window.click("Undo");
            }
            let commands = window.commands();
            assert!(
                matches!(commands[..], [Command::BringBack { id: FIRST, aside: from }] if from == aside),
                "{way}: {commands:?}"
            );
            window.tell([Event::BroughtBack {
                id: FIRST,
                info: info(&config),
                metrics: Arc::default(),
                progress: Progress {
                    step: 903,
                    elapsed_secs: 20.1,
                    ..Progress::default()
                },
                state: RunState::Paused,
            }]);
            assert_eq!(step(&window, FIRST), 903, "{way}");
            assert!(!window.has_text("can be brought back"), "{way}");
            let state = window.harness.state().state();
            let run = state.run(FIRST).unwrap();
            assert_eq!(run.draft.config.seed, config.seed, "{way}");
            assert!(run.has_started(), "{way}");
            assert!(window.commands().is_empty(), "{way}: nothing is made anew");
            window.press(Key::P);
            assert!(matches!(window.commands()[..], [Command::Start(FIRST)]));
        }
    }
}

#[test]
fn settings_that_are_changed_after_a_reset_do_not_stand_in_the_way() {
    let mut window = trained();
    window.click("Reset to change");
    let [(_, aside)] = put_aside(&window)[..] else {
        panic!("it is not put aside");
    };
    prepare(&mut window);
    window.click("Next seed");
    let (_, config) = window.added();
    window.tell([
        Event::StateChanged {
            id: FIRST,
            state: RunState::Preparing,
        },
        ready(FIRST, &config),
    ]);
    window.press_with(Modifiers::COMMAND, Key::Z);
    let commands = window.commands();
    assert!(
        matches!(commands[..], [Command::BringBack { aside: from, .. }] if from == aside),
        "{commands:?}"
    );
    let state = window.harness.state().state();
    let seed = state.run(FIRST).unwrap().draft.config.seed;
    assert_eq!(seed, recipe("autoencoder").seed);
}

#[test]
fn what_is_given_up_is_given_up_for_good_after_a_while_or_when_it_is_dismissed() {
    let mut window = trained();
    window.click("Reset");
    let [(_, aside)] = put_aside(&window)[..] else {
        panic!("it is not put aside");
    };
    // Time in the harness passes by a quarter of a second a step.
    for _ in 0..130 {
        window.harness.step();
    }
    let commands = window.commands();
    assert!(
        matches!(commands[..], [Command::Remove(gone)] if gone == aside),
        "{commands:?}"
    );
    assert!(!window.has_text("can be brought back"));
    let mut window = trained();
    window.click("Reset");
    let [(_, aside)] = put_aside(&window)[..] else {
        panic!("it is not put aside");
    };
    window.click("Dismiss");
    let commands = window.commands();
    assert!(
        matches!(commands[..], [Command::Remove(gone)] if gone == aside),
        "{commands:?}"
    );
}

#[test]
fn several_things_are_taken_back_one_after_the_other() {
    let mut window = trained();
    window.click("Add run");
    let (_, config) = window.added();
    window.tell([ready(SECOND, &config)]);
    window.tell(trains(SECOND, 40, 8.0));
    window.press_with(Modifiers::SHIFT, Key::N);
    assert_eq!(put_aside(&window).len(), 2);
    window.press(Key::Num1);
    window.press(Key::Delete);
    window.commands();
    window.press_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.harness.state().state().runs.len(), 2);
    window.press_with(Modifiers::COMMAND, Key::Z);
    assert_eq!((step(&window, FIRST), step(&window, SECOND)), (900, 40));
}

#[test]
fn runs_that_another_session_takes_the_place_of_come_back_into_it() {
    let mut window = trained();
    window.script.folder.replace(Some("/s.hourglass".into()));
    window.choose_in_menu("File", "Open session…");
    window.click("Open without saving");
    let opened = OpenedSession {
        number: 1,
        folder: "/s.hourglass".into(),
        is_lost: false,
        runs: vec![OpenedRun {
            config: recipe("deep"),
            folder: Some(PathBuf::from("/s.hourglass/runs/1")),
        }],
        window: String::new(),
    };
    window.commands();
    window.tell([Event::Session(SessionNews::Opened(opened.into()))]);
    let commands = window.commands();
    let is_gone = |command: &Command| matches!(command, Command::Remove(FIRST));
    assert!(!commands.iter().any(is_gone), "{commands:?}");
    assert!(window.has_text("Put aside what nobody has saved"));
    window.click("Undo");
    assert_eq!(window.harness.state().state().runs.len(), 2);
    assert_eq!(step(&window, FIRST), 900);
}
