//! The side panel and the strip of phases, driven by name.

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use hourglass::engine::{Command, Event, Progress, RunId, RunState};
use hourglass::model::{KnobValue, Objective, OptimizerKind, Pretraining, variant};
use hourglass::train::Metrics;

use super::looks;
use super::session::{devices, ready, recipe};
use super::window::{Look, Window};
use super::{FIRST, ready_window};

/// The run trains in `phase`, with so many of its epochs done.
pub fn under_way(phase: usize, epoch: f64) -> [Event; 2] {
    [
        Event::StateChanged {
            id: FIRST,
            state: RunState::Running,
        },
        Event::Progress {
            id: FIRST,
            more: Metrics::default(),
            progress: Progress {
                step: 1200,
                phase,
                epoch,
                ..Progress::default()
            },
        },
    ]
}

fn block(window: &Window, phase: usize) -> egui::Rect {
    let name = format!("Phase {phase} of ");
    window
        .harness
        .query_all_by_label_contains(&name)
        .find(|node| node.accesskit_node().role() == Role::Button)
        .unwrap()
        .rect()
}

fn open(window: &mut Window, phase: usize) {
    let name = format!("Phase {phase} of ");
    window
        .harness
        .query_all_by_label_contains(&name)
        .find(|node| node.accesskit_node().role() == Role::Button)
        .unwrap()
        .click();
    window.harness.run();
}

#[test]
fn a_block_opens_the_settings_of_its_phase() {
    let mut window = ready_window("stacked");
    open(&mut window, 2);
    window
        .harness
        .get_by_role_and_label(Role::Slider, "Phase 2 learning rate")
        .set_value_accesskit(0.25);
    window.harness.run();
    let (_, config) = window.added();
    let rates: Vec<f64> = config
        .schedule
        .phases
        .iter()
        .map(|p| p.learning_rate)
        .collect();
    assert!((rates[1] - 0.25).abs() < 1e-9, "{rates:?}");
    assert!(
        (rates[0] - 0.25).abs() > 0.1,
        "the other phases keep theirs"
    );
    assert!(window.has_text("Phases differ"));
    window.choose("Phase 2 optimizer", "Adam");
    let (_, config) = window.added();
    let phase = &config.schedule.phases[1];
    assert_eq!(phase.optimizer.kind, OptimizerKind::Adam);
    assert!((phase.learning_rate - 1e-3).abs() < 1e-12, "its usual rate");
    window.click("Make alike");
    let (_, config) = window.added();
    assert_eq!(
        config.schedule.phases[1].optimizer.kind,
        config.schedule.phases[0].optimizer.kind
    );
    assert!(!window.has_text("Phases differ"));
    window.click("Close window");
    assert!(
        window
            .harness
            .query_by_role_and_label(Role::Slider, "Phase 2 learning rate")
            .is_none()
    );
}

#[test]
fn the_setup_keeps_its_width() {
    let mut window = ready_window("stacked");
    let width = |window: &Window| {
        let field = window
            .harness
            .get_by_role_and_label(Role::TextInput, "Name");
        field.rect().right()
    };
    let before = width(&window);
    window.tell(under_way(1, 0.4));
    window.harness.run_steps(20);
    assert!((width(&window) - before).abs() < 1.0, "grows by itself");
}

#[test]
fn greedy_phases_have_a_dropout_each() {
    let mut window = ready_window("stacked");
    window.choose("Schedule", "Greedy, from the input side");
    window.commands();
    open(&mut window, 6);
    assert!(!window.has_text("Phase 6 dropout"), "no greedy phase");
    open(&mut window, 3);
    window
        .harness
        .get_by_role_and_label(Role::Slider, "Phase 3 dropout")
        .set_value_accesskit(0.5);
    window.harness.run();
    let (_, config) = window.added();
    let dropouts: Vec<f64> = config.schedule.phases.iter().map(|p| p.dropout).collect();
    assert!((dropouts[2] - 0.5).abs() < 1e-9, "{dropouts:?}");
    assert!((dropouts[1] - 0.2).abs() < 1e-9, "{dropouts:?}");
}

#[test]
fn arrow_keys_change_the_length_of_a_block_and_enter_opens_it() {
    let mut window = ready_window("stacked");
    let before = recipe("stacked").schedule.phases[0].epochs;
    window
        .harness
        .query_all_by_label_contains("Phase 1 of ")
        .find(|node| node.accesskit_node().role() == Role::Button)
        .unwrap()
        .focus();
    window.harness.run();
    window.press(egui::Key::ArrowRight);
    let (_, config) = window.added();
    assert_eq!(config.schedule.phases[0].epochs, before + 1);
    window.press(egui::Key::ArrowLeft);
    window.press(egui::Key::ArrowLeft);
    let commands = window.commands();
    let Some(Command::AddRun { config, .. }) = commands.last() else {
        panic!("{commands:?}");
    };
    assert_eq!(config.schedule.phases[0].epochs, (before - 1).max(1));
    window.press(egui::Key::Enter);
    assert!(window.has_text("The outermost pair of layers trains"));
    window.press(egui::Key::Escape);
    assert!(!window.has_text("The outermost pair of layers trains"));
}

#[test]
fn an_edge_is_dragged() {
    let mut window = ready_window("stacked");
    let first = block(&window, 1);
    let edge = first.right_center() + egui::vec2(1.0, 0.0);
    window.harness.hover_at(edge);
    window.harness.run();
    window.harness.drag_at(edge);
    window.harness.run();
    window
        .harness
        .hover_at(edge + egui::vec2(first.width(), 0.0));
    window.harness.run();
    assert!(window.commands().is_empty(), "the button is still down");
    window
        .harness
        .drop_at(edge + egui::vec2(first.width(), 0.0));
    window.harness.run();
    let (_, config) = window.added();
    let before = recipe("stacked").schedule.phases[0].epochs;
    assert_eq!(config.schedule.phases[0].epochs, 2 * before);
}

#[test]
fn phases_are_added_moved_and_removed() {
    let mut window = ready_window("stacked");
    window.click("+ Phase");
    window.click("Add greedy, pair 2");
    let (_, config) = window.added();
    assert_eq!(config.schedule.phases.len(), 7);
    assert_eq!(
        config.schedule.phases[5].objective,
        Objective::Greedy { stage: 1 }
    );
    window.click("◀ Earlier");
    let (_, config) = window.added();
    assert_eq!(
        config.schedule.phases[4].objective,
        Objective::Greedy { stage: 1 }
    );
    window.click("Later ▶");
    window.commands();
    window.click("Remove phase");
    let (_, config) = window.added();
    assert_eq!(config.schedule, recipe("stacked").schedule);
}

#[test]
fn phases_ahead_are_changed_while_the_run_trains() {
    let mut window = ready_window("stacked");
    window.tell(under_way(1, 0.4));
    open(&mut window, 4);
    window
        .harness
        .get_by_role_and_label(Role::Slider, "Phase 4 learning rate")
        .set_value_accesskit(0.125);
    window.harness.run();
    let commands = window.commands();
    let [
        Command::SetSchedule {
            id: FIRST,
            schedule,
        },
    ] = &commands[..]
    else {
        panic!("{commands:?}");
    };
    assert!((schedule.phases[3].learning_rate - 0.125).abs() < 1e-9);
    open(&mut window, 1);
    assert!(window.has_text("This phase has begun"));
    let rate = window
        .harness
        .get_by_role_and_label(Role::Slider, "Phase 1 learning rate");
    assert!(rate.accesskit_node().is_disabled());
}

#[test]
fn a_boundary_that_was_passed_is_a_button_to_branch() {
    let mut window = ready_window("stacked");
    window.tell(under_way(2, 0.4));
    assert!(!window.has_text("Branch from the start of phase 2"));
    window.tell([Event::Boundary {
        id: FIRST,
        phase: 1,
    }]);
    window.click("Branch from the start of phase 2");
    let commands = window.commands();
    let [
        Command::Branch {
            id: RunId(2),
            from: FIRST,
            phase: 1,
            name,
        },
    ] = &commands[..]
    else {
        panic!("{commands:?}");
    };
    assert_eq!(name, "Stacked · from phase 2");
    assert!(window.has_text("This branch is being made."));
}

#[test]
fn the_learning_rate_is_turned_while_the_run_trains() {
    let mut window = ready_window("autoencoder");
    assert!(!window.has_text("Learning rate now"));
    window.tell(under_way(0, 0.4));
    window
        .harness
        .get_by_role_and_label(Role::Slider, "Learning rate now")
        .set_value_accesskit(0.5);
    window.harness.run();
    let commands = window.commands();
    let [
        Command::SetLearningRate {
            id: FIRST,
            learning_rate,
        },
    ] = commands[..]
    else {
        panic!("{commands:?}");
    };
    assert!((learning_rate - 0.5).abs() < 1e-9);
}

#[test]
fn changes_of_the_learning_rate_are_listed_and_can_be_forgotten() {
    let mut config = recipe("autoencoder");
    config.learning_rate_changes = vec![hourglass::train::LearningRateChange {
        step: 1200,
        learning_rate: 0.05,
    }];
    let mut window = Window::open(Some(config.clone()));
    window.tell([devices(), ready(FIRST, &config)]);
    window.commands();
    assert!(window.has_text("Learning rate from step 1,200: 0.05"));
    window.click("Forget these changes");
    let (_, config) = window.added();
    assert!(config.learning_rate_changes.is_empty());
    assert!(!window.has_text("from step 1,200"));
}

#[test]
fn a_learning_rate_being_dragged_waits_for_its_release() {
    let mut window = ready_window("autoencoder");
    window.tell(under_way(0, 0.4));
    let slider = window.slider("Learning rate now");
    let to = slider + egui::vec2(9.0, 0.0);
    window.hold(slider, &[to]);
    assert!(window.commands().is_empty(), "the button is still down");
    window.harness.drop_at(to);
    window.harness.run();
    let commands = window.commands();
    assert!(
        matches!(commands[..], [Command::SetLearningRate { .. }]),
        "{commands:?}"
    );
}

#[test]
fn a_name_follows_what_differs_until_one_is_typed() {
    let mut window = ready_window("autoencoder");
    window.click("Add run");
    let (second, config) = window.added();
    assert_eq!(config.name, "Autoencoder 2", "nothing differs yet");
    window.tell([ready(second, &config)]);
    window.click("Next seed");
    let (_, config) = window.added();
    let name = "Autoencoder · seed 2";
    assert_eq!((config.seed, config.name.as_str()), (2, name));
    assert!(window.has_text("Run Autoencoder · seed 2"));
    let name = |window: &Window| window.harness.state().state().runs[1].name().to_owned();
    let field = |window: &Window| {
        window
            .harness
            .get_by_role_and_label(Role::TextInput, "Name")
            .focus();
    };
    field(&window);
    window.harness.run();
    window
        .harness
        .get_by_role_and_label(Role::TextInput, "Name")
        .type_text("mine");
    window.harness.run();
    assert_eq!(name(&window), "mine");
    window.press(egui::Key::Enter);
    assert!(
        window.commands().is_empty(),
        "a name is no reason to make a run anew"
    );
    window.click("Next seed");
    window.commands();
    assert_eq!(name(&window), "mine", "a typed name stays");
}

#[test]
fn the_window_says_whether_runs_are_matched() {
    let mut window = ready_window("deep");
    assert!(!window.has_text("Matched"), "there is nothing to match");
    window.click("Add run");
    let (second, config) = window.added();
    window.tell([ready(second, &config)]);
    assert!(window.has_text("Matched: same batches, same initial weights in all layers"));
    window.click("Next seed");
    assert!(window.has_text("Same settings, seeds 1 and 2"));
    window.choose("Model type", "Convolutional");
    assert!(window.has_text("Not matched: Convolutional"));
}

#[test]
fn a_run_that_could_not_be_opened_does_not_train() {
    let mut window = ready_window("autoencoder");
    window
        .script
        .folder
        .replace(Some(std::path::PathBuf::from("runs/b")));
    window.choose_in_menu("File", "Open run…");
    window.commands();
    window.tell([Event::Failed {
        id: RunId(2),
        error: "runs/b holds no run.toml".to_owned(),
        is_bad_input: true,
    }]);
    assert!(window.has_text("This run could not be opened. Remove it."));
    window.press(egui::Key::P);
    assert!(window.commands().is_empty(), "nothing is known of it");
}

/// A schedule under way, with the settings of a phase to come open.
pub fn scene(look: &Look) -> Window {
    let config = recipe("stacked");
    let mut window = Window::with_look(Some(config.clone()), look);
    window.tell([devices(), ready(FIRST, &config)]);
    window.tell(under_way(2, 0.7));
    for phase in 0..3 {
        window.tell([Event::Boundary { id: FIRST, phase }]);
    }
    window.click("Add run");
    window.click("Run Stacked");
    open(&mut window, 5);
    window
}

/// Writes the strip in several states to the folder that `HOURGLASS_LOOK` names, to be looked at.
#[test]
fn the_strip_is_drawn_on_request() {
    let Some(folder) = looks::folder() else {
        return;
    };
    for (theme, size) in [
        (egui::Theme::Dark, [1280.0, 720.0]),
        (egui::Theme::Light, [1920.0, 1080.0]),
    ] {
        let look = looks::drawn(theme, size);
        let mut window = scene(&look);
        looks::save(&mut window, &folder, &format!("strip-{theme:?}"));
        // Many pairs, and phases of very different lengths.
        let mut config = recipe("stacked");
        config.pretraining = Pretraining::Greedy;
        config.knobs.set("layers", KnobValue::Integer(16));
        config.rebuild_schedule(variant("stacked").unwrap());
        config.schedule.phases[3].epochs = 40;
        config.schedule.phases[5].epochs = 1;
        let mut window = Window::with_look(Some(config.clone()), &look);
        window.tell([devices(), ready(FIRST, &config)]);
        open(&mut window, 4);
        looks::save(&mut window, &folder, &format!("strip-many-{theme:?}"));
    }
}
