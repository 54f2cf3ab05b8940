//! The window around the panes: runs, bar, menus, layouts, shortcuts, the story.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use hourglass::engine::{Command, Event, Progress, RunId, RunState};
use hourglass::gui::{Pane, ThemeChoice};
use hourglass::train::Metrics;

use super::session::{devices, ready, recipe};
use super::window::{Look, Window};
use super::{FIRST, ready_window, running};

const SECOND: RunId = RunId(2);

/// Two runs that are ready; the second one is selected.
fn two_runs() -> Window {
    let mut window = ready_window("autoencoder");
    window.click("Add run");
    let (second, config) = window.added();
    assert_eq!(second, SECOND);
    window.tell([ready(second, &config)]);
    window.commands();
    window
}

fn state(id: RunId, state: RunState) -> Event {
    Event::StateChanged { id, state }
}

/// Whether a node of this role and name is switched on.
fn is_on(window: &Window, role: Role, label: &str) -> bool {
    let node = window.harness.get_by_role_and_label(role, label);
    node.accesskit_node().toggled() == Some(egui::accesskit::Toggled::True)
}

#[test]
fn all_runs_play_and_pause_with_one_button_and_with_space() {
    let mut window = two_runs();
    window.click("▶ Play all");
    let commands = window.commands();
    assert!(
        matches!(
            commands[..],
            [Command::Start(FIRST), Command::Start(SECOND)]
        ),
        "{commands:?}"
    );
    window.tell([
        state(FIRST, RunState::Running),
        state(SECOND, RunState::Running),
    ]);
    window.press(Key::Space);
    let commands = window.commands();
    assert!(
        matches!(
            commands[..],
            [Command::Pause(FIRST), Command::Pause(SECOND)]
        ),
        "{commands:?}"
    );
    window.click("Pause all");
    assert_eq!(window.commands().len(), 2);
}

#[test]
fn a_run_plays_alone() {
    let mut window = two_runs();
    window.click("Play Autoencoder");
    assert!(matches!(window.commands()[..], [Command::Start(FIRST)]));
    window.tell([state(FIRST, RunState::Running)]);
    window.click("Pause Autoencoder");
    assert!(matches!(window.commands()[..], [Command::Pause(FIRST)]));
    window.press(Key::P);
    assert!(matches!(window.commands()[..], [Command::Start(SECOND)]));
}

#[test]
fn steps_and_epochs_are_of_the_selected_run_or_of_all() {
    let mut window = two_runs();
    window.click("Step");
    assert!(matches!(window.commands()[..], [Command::StepOnce(SECOND)]));
    window.click("Epoch");
    assert!(matches!(
        window.commands()[..],
        [Command::EpochOnce(SECOND)]
    ));
    window.press(Key::E);
    assert!(matches!(
        window.commands()[..],
        [Command::EpochOnce(SECOND)]
    ));
    window.press_with(Modifiers::SHIFT, Key::S);
    let commands = window.commands();
    assert!(
        matches!(
            commands[..],
            [Command::StepOnce(FIRST), Command::StepOnce(SECOND)]
        ),
        "{commands:?}"
    );
    window.click("All runs");
    window.click("Epoch");
    let commands = window.commands();
    assert!(
        matches!(
            commands[..],
            [Command::EpochOnce(FIRST), Command::EpochOnce(SECOND)]
        ),
        "{commands:?}"
    );
}

#[test]
fn much_training_is_not_given_up_at_one_click() {
    let mut window = ready_window("autoencoder");
    window.tell(running());
    window.tell([Event::Progress {
        id: FIRST,
        more: Metrics::default(),
        progress: Progress {
            step: 900,
            elapsed_secs: 300.0,
            ..Progress::default()
        },
    }]);
    window.click("Reset");
    assert!(window.has_text("5 min 0 s of training will be lost"));
    window.click("Keep training");
    assert!(window.commands().is_empty());
    window.press(Key::R);
    assert!(window.has_text("5 min 0 s of training will be lost"));
    window.press(Key::Escape);
    assert!(!window.has_text("of training will be lost"));
    assert!(window.commands().is_empty());
    window.click("New seed");
    window.click("Use a new seed");
    let commands = window.commands();
    assert!(
        matches!(
            commands[..],
            [
                Command::SetAside { id: FIRST, .. },
                Command::AddRun { id: FIRST, .. }
            ]
        ),
        "{commands:?}"
    );
}

#[test]
fn a_new_seed_makes_the_run_anew_even_while_it_trains() {
    let mut window = ready_window("autoencoder");
    let seed = recipe("autoencoder").seed;
    window.tell(running());
    window.click("New seed");
    let (id, config) = window.added();
    assert_eq!((id, config.seed), (FIRST, seed + 1));
    window.press(Key::N);
    assert_eq!(window.added().1.seed, seed + 2);
}

#[test]
fn the_speed_is_chosen() {
    let mut window = ready_window("autoencoder");
    window.choose("Speed", "5 steps/s");
    let commands = window.commands();
    assert!(
        matches!(commands[..], [Command::SetPace(Some(pace))] if pace == 5.0),
        "{commands:?}"
    );
    window.choose("Speed", "Full speed");
    assert!(matches!(window.commands()[..], [Command::SetPace(None)]));
}

#[test]
fn a_run_is_selected_by_its_chip_and_its_number() {
    let mut window = two_runs();
    let selected = |window: &Window| window.harness.state().state().selected;
    window.click("Run Autoencoder");
    assert_eq!(selected(&window), Some(FIRST));
    window.press(Key::Num2);
    assert_eq!(selected(&window), Some(SECOND));
}

#[test]
fn a_removed_run_comes_back() {
    let mut window = two_runs();
    window.click("Remove Autoencoder");
    assert!(window.commands().is_empty(), "nothing is final yet");
    assert!(window.has_text("Removed Autoencoder."));
    window.click("Undo");
    assert!(!window.has_text("Removed Autoencoder."));
    assert_eq!(window.harness.state().state().runs.len(), 2);
    window.press(Key::Delete);
    assert_eq!(window.harness.state().state().runs.len(), 1);
    window.press_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.harness.state().state().runs.len(), 2);
    window.press(Key::Delete);
    window.click("Dismiss");
    assert!(matches!(window.commands()[..], [Command::Remove(FIRST)]));
}

#[test]
fn a_removal_is_final_after_a_while() {
    let mut window = two_runs();
    window.click("Remove Autoencoder");
    // Time in the harness passes by a quarter of a second a step.
    for _ in 0..130 {
        window.harness.step();
    }
    assert!(matches!(window.commands()[..], [Command::Remove(FIRST)]));
    assert!(!window.has_text("Removed Autoencoder."));
}

#[test]
fn a_run_is_renamed_by_its_chip() {
    let mut window = ready_window("autoencoder");
    window.press(Key::F2);
    let field = |window: &Window| {
        window
            .harness
            .query_by_role_and_label(Role::TextInput, "New name")
            .is_some()
    };
    assert!(field(&window));
    let input = window
        .harness
        .get_by_role_and_label(Role::TextInput, "New name");
    input.focus();
    window.harness.run();
    window.press_with(Modifiers::COMMAND, Key::A);
    window
        .harness
        .get_by_role_and_label(Role::TextInput, "New name")
        .type_text("Mine");
    window.harness.run();
    window.press(Key::Enter);
    assert!(!field(&window));
    assert!(window.harness.query_by_label("Run Mine").is_some());
}

#[test]
fn the_menu_of_a_chip_offers_what_can_be_done_with_the_run() {
    let mut window = two_runs();
    window
        .harness
        .get_by_label("Run Autoencoder")
        .click_secondary();
    window.harness.run();
    window.click("Duplicate");
    let (id, _) = window.added();
    assert_eq!(id, RunId(3));
    window
        .harness
        .get_by_label("Run Autoencoder")
        .click_secondary();
    window.harness.run();
    window.click("Rename");
    let field = window
        .harness
        .query_by_role_and_label(Role::TextInput, "New name");
    assert!(field.is_some_and(|field| field.accesskit_node().is_focused()));
    window.press(Key::Escape);
    let field = window
        .harness
        .query_by_role_and_label(Role::TextInput, "New name");
    assert!(field.is_none());
    assert!(
        window.harness.query_by_label("Run Autoencoder").is_some(),
        "the name is as it was"
    );
}

#[test]
fn panes_are_arranged_closed_and_opened() {
    let mut window = ready_window("autoencoder");
    let shown = |window: &Window, pane| window.harness.state().state().shown.contains(&pane);
    window.choose_in_menu("Layout", "Teaching");
    assert!(shown(&window, Pane::Layers) && shown(&window, Pane::Pictures));
    window.choose_in_menu("Layout", "Latent space");
    assert!(shown(&window, Pane::Plane) && shown(&window, Pane::Sliders));
    assert!(!shown(&window, Pane::Network));
    window.press_with(Modifiers::COMMAND, Key::Num2);
    assert!(shown(&window, Pane::Curves) && shown(&window, Pane::Pictures));
    window.click("Layout");
    assert!(is_on(&window, Role::CheckBox, "Curves"));
    window
        .harness
        .get_by_role_and_label(Role::CheckBox, "Curves")
        .click();
    window.harness.run();
    assert!(!shown(&window, Pane::Curves));
    window.choose_in_menu("Layout", "Curves");
    assert!(shown(&window, Pane::Curves), "it is back, and in front");
}

#[test]
fn the_setup_can_be_hidden() {
    let mut window = ready_window("autoencoder");
    let has_setup = |window: &Window| {
        window
            .harness
            .query_by_role_and_label(Role::TextInput, "Name")
            .is_some()
    };
    assert!(has_setup(&window));
    window.press_with(Modifiers::COMMAND, Key::B);
    assert!(!has_setup(&window));
    window.click("Layout");
    window
        .harness
        .get_by_role_and_label(Role::CheckBox, "Setup")
        .click();
    window.harness.run();
    assert!(has_setup(&window));
}

#[test]
fn theme_size_and_type_are_chosen() {
    let mut window = ready_window("autoencoder");
    window.choose_in_menu("View", "Light theme");
    let options = |window: &Window| window.harness.state().state().options;
    assert_eq!(options(&window).theme, ThemeChoice::Light);
    window.press_with(Modifiers::COMMAND, Key::Plus);
    window.press_with(Modifiers::COMMAND, Key::Plus);
    assert_eq!(options(&window).zoom_percent, 120);
    assert!((window.harness.ctx.zoom_factor() - 1.2).abs() < 1e-6);
    window.press_with(Modifiers::COMMAND, Key::Minus);
    assert_eq!(options(&window).zoom_percent, 110);
    window.press_with(Modifiers::COMMAND, Key::Num0);
    assert_eq!(options(&window).zoom_percent, 100);
    let size = |window: &Window| {
        let style = window.harness.ctx.global_style();
        egui::TextStyle::Body.resolve(&style).size
    };
    let before = size(&window);
    window.press_with(Modifiers::COMMAND, Key::L);
    assert!(options(&window).has_large_type);
    assert!(size(&window) > 1.2 * before);
}

#[test]
fn the_shortcuts_are_listed() {
    let mut window = ready_window("autoencoder");
    window.press(Key::F1);
    assert!(window.has_text("Bring back the run, or the training, that was given up last"));
    window.press(Key::Escape);
    assert!(!window.has_text("Bring back the run, or the training, that was given up last"));
    window.click("Keyboard shortcuts");
    assert!(window.has_text("Play or pause every run"));
}

#[test]
fn a_long_warning_is_shown_in_full_on_request() {
    let mut window = ready_window("deep");
    window.tell(running());
    let text = format!("{} the very end", "Something long happened. ".repeat(14));
    window.tell([Event::Warning { id: FIRST, text }]);
    let height = |window: &Window| {
        let notice = window.harness.get_by_label_contains("the very end");
        notice.rect().height()
    };
    let cut = height(&window);
    window.click("More");
    assert!(height(&window) > 1.3 * cut, "two lines were shown");
    window.harness.get_by_label("Copy").click();
    let is_copied = (0..3).any(|_frame| {
        window.harness.step();
        let output = window.harness.output();
        output.platform_output.commands.iter().any(|command| {
            matches!(command, egui::OutputCommand::CopyText(text) if text.contains("the very end"))
        })
    });
    assert!(is_copied);
    window.click("Less");
    assert!((height(&window) - cut).abs() < 0.5);
}

#[test]
fn a_warning_that_has_room_is_not_cut() {
    let text = format!("{} the very end", "Something long happened. ".repeat(7));
    for size in [[1280.0, 720.0], [2560.0, 1440.0]] {
        let look = Look {
            size,
            ..Look::default()
        };
        let config = recipe("deep");
        let mut window = Window::with_look(Some(config.clone()), &look);
        window.tell([devices(), ready(FIRST, &config)]);
        let text = text.clone();
        window.tell([Event::Warning { id: FIRST, text }]);
        assert!(window.has_text("the very end"));
        assert!(window.harness.query_by_label("More").is_none(), "{size:?}");
    }
}

#[test]
fn the_status_tells_memory_and_device() {
    let mut window = ready_window("autoencoder");
    window.tell([Event::Memory(412_000_000)]);
    assert!(window.has_text("412 MB memory"));
    assert!(window.has_text("Flex (CPU, 16 threads)"));
}

#[test]
fn what_is_set_in_the_window_is_remembered() {
    #[derive(Default)]
    struct Shelf(std::collections::HashMap<String, String>);
    impl eframe::Storage for Shelf {
        fn get_string(&self, key: &str) -> Option<String> {
            self.0.get(key).cloned()
        }
        fn set_string(&mut self, key: &str, value: String) {
            self.0.insert(key.to_owned(), value);
        }
        fn remove_string(&mut self, key: &str) {
            self.0.remove(key);
        }
        fn flush(&mut self) {}
    }
    let mut shelf = Shelf::default();
    let mut window = ready_window("autoencoder");
    window.choose_in_menu("Layout", "Latent space");
    window.press_with(Modifiers::COMMAND, Key::Plus);
    window.choose("Speed", "20 steps/s");
    eframe::App::save(window.harness.state_mut(), &mut shelf);
    let mut next = ready_window("autoencoder");
    next.tell([devices()]);
    let ctx = next.harness.ctx.clone();
    next.harness.state_mut().restore(&ctx, &shelf);
    next.harness.run();
    let app = next.harness.state();
    assert!(app.state().shown.contains(&Pane::Plane));
    assert_eq!(app.settings(), window.harness.state().settings());
    assert!(matches!(next.commands()[..], [Command::SetPace(Some(_))]));
    assert_eq!(
        next.harness.state().state().runs.len(),
        1,
        "nothing of runs"
    );
}
