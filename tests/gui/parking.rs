//! A run whose device has failed, and an engine that has: what the window says and offers.

use egui_kittest::kittest::{NodeT as _, Queryable as _};
use hourglass::engine::{Command, Event, Progress, RunState};
use hourglass::train::Metrics;

use super::session::{devices, info, recipe};
use super::window::Window;
use super::{FIRST, ready_window, running};

const CAUSE: &str = "the device failed: The device is poisoned: Unknown: it fell off the bus";

/// A window with a run whose device has failed after 5 steps, with step 3 safe.
fn parked_window() -> Window {
    let mut window = ready_window("autoencoder");
    window.tell([devices()]);
    window.tell(running());
    window.tell(failed());
    window
}

fn failed() -> [Event; 4] {
    let step = 3;
    [
        Event::Progress {
            id: FIRST,
            more: Metrics::default(),
            progress: Progress {
                step,
                ..Progress::default()
            },
        },
        Event::Parked { id: FIRST, step },
        Event::StateChanged {
            id: FIRST,
            state: RunState::Failed,
        },
        Event::Failed {
            id: FIRST,
            error: CAUSE.to_owned(),
            is_bad_input: false,
        },
    ]
}

fn continued_on(window: &Window) -> String {
    match &window.commands()[..] {
        [Command::Continue { id: FIRST, device }] => device.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_parked_run_says_why_and_is_continued_from_its_notice() {
    let mut window = parked_window();
    assert!(window.has_text("Step 3 is safe. The device failed: "));
    assert!(window.has_text("it fell off the bus"), "the full cause");
    assert!(window.has_text("Parked"));
    let play = window.harness.get_by_label("▶ Play");
    assert!(play.accesskit_node().is_disabled());
    window.click("Continue on llvmpipe (Vulkan) (software, slow)");
    assert_eq!(continued_on(&window), "wgpu:0");
    window.click("Continue on Flex (CPU)");
    assert_eq!(continued_on(&window), "flex");

    // It can be saved meanwhile.
    window.script.folder.replace(Some("runs/a".into()));
    window.click("File");
    window.click("Save run…");
    assert!(matches!(
        window.commands()[..],
        [Command::Save { id: FIRST, .. }]
    ));

    // It goes on, and is on the other device from now on.
    let mut config = recipe("autoencoder");
    "flex".clone_into(&mut config.device);
    window.tell([
        Event::RunReady {
            id: FIRST,
            info: info(&config),
            metrics: std::sync::Arc::default(),
            progress: Progress {
                step: 3,
                ..Progress::default()
            },
        },
        Event::StateChanged {
            id: FIRST,
            state: RunState::Running,
        },
    ]);
    assert!(!window.has_text("it fell off the bus"));
    assert!(!window.has_text("Continue on"));
    let run = &window.harness.state().state().runs[0];
    assert_eq!(run.draft.config.device, "flex");
    assert!(!run.is_edited());
}

#[test]
fn a_notice_put_away_stays_so_and_the_run_still_goes_on() {
    let mut window = parked_window();
    window.click("Dismiss");
    assert!(!window.has_text("it fell off the bus"));
    window.tell(failed());
    assert!(!window.has_text("it fell off the bus"), "it was read");
    // Among its settings, which the keyboard reaches.
    window.click("Continue on Flex (CPU)");
    assert_eq!(continued_on(&window), "flex");
    // And in its own menu.
    window
        .harness
        .get_by_label("Run Autoencoder")
        .click_secondary();
    window.harness.run();
    let offers: Vec<_> = window
        .harness
        .get_all_by_label("Continue on Flex (CPU)")
        .collect();
    assert_eq!(offers.len(), 2);
    offers[1].click();
    window.harness.run();
    assert_eq!(continued_on(&window), "flex");
}

#[test]
fn a_run_that_fails_otherwise_offers_nothing() {
    let mut window = ready_window("autoencoder");
    window.tell(running());
    let [_, _, state, failure] = failed();
    window.tell([state, failure]);
    assert!(window.has_text("it fell off the bus"));
    assert!(!window.has_text("Continue on"));
}

#[test]
fn an_engine_that_has_ended_is_told_and_nothing_seems_to_train() {
    let mut window = ready_window("autoencoder");
    window.tell(running());
    assert!(window.harness.query_by_label("Pause").is_some());
    window.tell([Event::Ended {
        error: "index out of bounds".to_owned(),
    }]);
    assert!(window.has_text("The training thread ended unexpectedly: index out of bounds."));
    assert!(window.has_text("Start Hourglass again"));
    assert!(window.harness.query_by_label("Pause").is_none());
    assert!(!window.harness.state().state().would_lose());
}
