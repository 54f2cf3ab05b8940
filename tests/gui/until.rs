//! Training until something is reached, by the menu of the bar and by that of a run.

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use hourglass::engine::{Command, Event, Progress, RunId, RunState, Until};
use hourglass::train::Metrics;

use super::session::ready;
use super::window::Window;
use super::{FIRST, ready_window, running};

const SECOND: RunId = RunId(2);

/// Who is to train until what.
fn asked(window: &Window) -> Vec<(RunId, Until)> {
    let commands = window.commands();
    let one = |command: &Command| match command {
        Command::RunUntil { id, until } => (*id, *until),
        other => panic!("expected RunUntil, found {other:?}"),
    };
    commands.iter().map(one).collect()
}

fn set(window: &mut Window, field: &str, value: f64) {
    window
        .harness
        .get_by_role_and_label(Role::SpinButton, field)
        .set_value_accesskit(value);
    window.harness.run();
}

fn is_off(window: &Window, button: &str) -> bool {
    let node = window.harness.get_by_label(button);
    node.accesskit_node().is_disabled()
}

#[test]
fn a_run_trains_until_a_step_the_end_of_its_phase_or_an_error() {
    let mut window = ready_window("autoencoder");
    window.click("Until…");
    window.click("To the end of the phase");
    assert_eq!(asked(&window), [(FIRST, Until::PhaseEnd)]);
    assert!(!window.has_text("To step"), "the menu has closed");
    window.click("Until…");
    set(&mut window, "Step to stop at", 40.0);
    assert!(window.commands().is_empty(), "a number sets nothing going");
    window.click("To step");
    assert_eq!(asked(&window), [(FIRST, Until::Step(40))]);
    window.click("Until…");
    set(&mut window, "Test error to stop at", 0.0425);
    window.click("To test error");
    assert_eq!(asked(&window), [(FIRST, Until::TestError(0.0425))]);
}

#[test]
fn every_run_or_the_selected_one_trains_until_it_is_there() {
    let mut window = ready_window("autoencoder");
    window.click("Add run");
    let (second, config) = window.added();
    window.tell([ready(second, &config)]);
    window.commands();
    window.click("Until…");
    window.click("To the end of the phase");
    assert_eq!(asked(&window), [(SECOND, Until::PhaseEnd)]);
    window.click("All runs");
    window.click("Until…");
    window.click("To the end of the phase");
    let both = [(FIRST, Until::PhaseEnd), (SECOND, Until::PhaseEnd)];
    assert_eq!(asked(&window), both);
    // One of them by its own menu.
    let chip = window.harness.get_by_label("Run Autoencoder");
    chip.click_secondary();
    window.harness.run();
    window.click("Train until");
    window.click("To the end of the phase");
    assert_eq!(asked(&window), [(FIRST, Until::PhaseEnd)]);
}

#[test]
fn what_is_reached_cannot_be_asked_for() {
    let mut window = ready_window("autoencoder");
    window.tell(running());
    window.tell([Event::Progress {
        id: FIRST,
        more: Metrics::tested(30, 0.02),
        progress: Progress {
            step: 30,
            ..Progress::default()
        },
    }]);
    window.click("Until…");
    assert!(is_off(&window, "To test error"), "0.02 is below 0.03");
    set(&mut window, "Test error to stop at", 0.01);
    assert!(!is_off(&window, "To test error"));
    set(&mut window, "Step to stop at", 30.0);
    assert!(is_off(&window, "To step"));
    set(&mut window, "Step to stop at", 31.0);
    // A run that trains is given the goal as well.
    window.click("To step");
    assert_eq!(asked(&window), [(FIRST, Until::Step(31))]);
    window.tell([Event::StateChanged {
        id: FIRST,
        state: RunState::Finished,
    }]);
    assert!(is_off(&window, "Until…"));
}
