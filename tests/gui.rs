//! The window, driven by name and key as a person would, over a scripted engine.

#![allow(clippy::unwrap_used, reason = "what is not there fails the test")]
#![allow(clippy::print_stdout, reason = "a skipped test says so")]

#[path = "gui/coding.rs"]
mod coding;
#[path = "gui/corrupted.rs"]
mod corrupted;
#[path = "gui/curves.rs"]
mod curves;
#[path = "gui/data.rs"]
mod data;
#[path = "gui/decoder.rs"]
mod decoder;
#[path = "gui/devices.rs"]
mod devices;
#[path = "gui/exports.rs"]
mod exports;
#[path = "gui/fetching.rs"]
mod fetching;
#[path = "gui/generating.rs"]
mod generating;
#[path = "gui/input.rs"]
mod input;
#[path = "gui/inside.rs"]
mod inside;
#[path = "gui/keeping.rs"]
mod keeping;
#[path = "gui/keyboard.rs"]
mod keyboard;
#[path = "gui/labels.rs"]
mod labels;
#[path = "gui/latent.rs"]
mod latent;
#[path = "gui/looks.rs"]
mod looks;
#[path = "gui/mapping.rs"]
mod mapping;
#[path = "gui/names.rs"]
mod names;
#[path = "gui/parking.rs"]
mod parking;
#[path = "gui/parts.rs"]
mod parts;
#[path = "gui/paths.rs"]
mod paths;
#[path = "gui/pictures.rs"]
mod pictures;
#[path = "gui/readable.rs"]
mod readable;
#[path = "gui/reading.rs"]
mod reading;
#[path = "gui/references.rs"]
mod references;
#[path = "gui/relinking.rs"]
mod relinking;
#[path = "gui/rich.rs"]
mod rich;
#[path = "gui/rich_parts.rs"]
mod rich_parts;
#[path = "gui/session.rs"]
mod session;
#[path = "gui/setup.rs"]
mod setup;
#[path = "gui/sharing.rs"]
mod sharing;
#[path = "gui/shell.rs"]
mod shell;
#[path = "gui/story.rs"]
mod story;
#[path = "gui/typing.rs"]
mod typing;
#[path = "gui/undoing.rs"]
mod undoing;
#[path = "gui/until.rs"]
mod until;
#[path = "gui/window.rs"]
mod window;

use std::path::PathBuf;

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use hourglass::engine::{Command, Event, Progress, RunId, RunState};
use hourglass::gui::PathFor;
use hourglass::model::{KnobValue, OptimizerKind, Pretraining};
use hourglass::train::Metrics;
use looks::session_window;
use session::{devices, ready, recipe};
use window::{Look, Window};

const FIRST: RunId = RunId(1);

/// A window with a run that is ready to train.
fn ready_window(variant: &str) -> Window {
    let config = recipe(variant);
    let mut window = Window::open(Some(config.clone()));
    window.tell([devices(), ready(FIRST, &config)]);
    window.commands();
    window
}

fn running() -> [Event; 2] {
    [
        Event::StateChanged {
            id: FIRST,
            state: RunState::Running,
        },
        Event::Progress {
            id: FIRST,
            more: Metrics::default(),
            progress: Progress {
                step: 5,
                steps_per_sec: 120.0,
                ..Progress::default()
            },
        },
    ]
}

#[test]
fn the_first_run_is_there_and_start_trains_it() {
    let mut window = Window::open(None);
    let (id, config) = window.added();
    assert_eq!(config.variant, "autoencoder");
    assert_eq!(config.dataset, "glyphs");
    window.tell([ready(id, &config)]);
    assert!(window.has_text("Press Play or Space to train."));
    window.click("▶ Play");
    assert!(matches!(window.commands()[..], [Command::Start(started)] if started == id));
}

#[test]
fn a_run_is_paused_stepped_stopped_and_reset() {
    let mut window = ready_window("autoencoder");
    window.click("Step");
    assert!(matches!(window.commands()[..], [Command::StepOnce(FIRST)]));
    window.tell(running());
    window.click("Pause");
    assert!(matches!(window.commands()[..], [Command::Pause(FIRST)]));
    window.click("Stop");
    assert!(matches!(window.commands()[..], [Command::Stop(FIRST)]));
    window.click("Reset");
    assert!(matches!(window.commands()[..], [Command::Reset(FIRST)]));
}

#[test]
fn keys_typed_into_a_field_are_text() {
    let mut window = ready_window("autoencoder");
    window
        .harness
        .get_by_role_and_label(Role::TextInput, "Name")
        .focus();
    window.harness.run();
    window.press(egui::Key::S);
    window.press(egui::Key::Space);
    assert!(window.commands().is_empty(), "nothing is to be trained");
}

#[test]
fn another_run_is_added_and_both_start() {
    let mut window = ready_window("autoencoder");
    window.click("Add run");
    let (second, config) = window.added();
    assert_eq!((second, config.name.as_str()), (RunId(2), "Autoencoder 2"));
    window.tell([ready(second, &config)]);
    window.click("▶ Play all");
    let commands = window.commands();
    assert!(
        matches!(
            commands[..],
            [Command::Start(FIRST), Command::Start(RunId(2))]
        ),
        "{commands:?}"
    );
    window.click("Run Autoencoder");
    assert_eq!(window.harness.state().state().selected, Some(FIRST));
}

#[test]
fn another_model_type_makes_the_run_anew() {
    let mut window = ready_window("autoencoder");
    window.choose("Model type", "Convolutional");
    let (id, config) = window.added();
    assert_eq!((id, config.variant.as_str()), (FIRST, "convolutional"));
    assert_eq!(
        config.schedule.phases[0].optimizer.kind,
        OptimizerKind::Adam
    );
    assert!(
        window.has_text("Filters"),
        "the knobs are those of the new model"
    );
}

#[test]
fn the_latent_slider_makes_the_run_anew() {
    let mut window = ready_window("autoencoder");
    window
        .harness
        .get_by_role_and_label(Role::Slider, "Latent size")
        .set_value_accesskit(32.0);
    window.harness.run();
    let (_, config) = window.added();
    assert_eq!(config.knobs.get("latent"), Some(&KnobValue::Integer(32)));
    assert!(window.has_text("784-32"), "the plan follows");
}

#[test]
fn a_slider_that_is_being_dragged_waits_for_its_release() {
    let mut window = ready_window("autoencoder");
    let slider = window.slider("Latent size");
    let to = slider + egui::vec2(20.0, 0.0);
    window.hold(slider, &[to]);
    assert!(window.commands().is_empty(), "the button is still down");
    window.harness.drop_at(to);
    window.harness.run();
    let (_, config) = window.added();
    assert_ne!(config.knobs.get("latent"), Some(&KnobValue::Integer(10)));
}

#[test]
fn the_schedule_is_chosen_for_models_of_several_layers_only() {
    let mut window = ready_window("stacked");
    window.choose("Schedule", "Greedy, from the input side");
    let (_, config) = window.added();
    assert_eq!(config.pretraining, Pretraining::Greedy);
    assert_eq!(config.schedule.phases.len(), 6);

    let window = ready_window("autoencoder");
    let list = window
        .harness
        .get_by_role_and_label(Role::ComboBox, "Schedule");
    assert!(
        list.accesskit_node().is_disabled(),
        "a single pair has no layers to pretrain"
    );
}

#[test]
fn data_come_from_a_folder() {
    let mut window = ready_window("autoencoder");
    window
        .script
        .folder
        .replace(Some(PathBuf::from("images/fashion")));
    window.click("Open folder…");
    assert_eq!(*window.script.asked.borrow(), [PathFor::Data(FIRST)]);
    let (_, config) = window.added();
    assert_eq!(config.dataset, "images/fashion");
    assert!(
        !window.has_text("12,000 training"),
        "nothing is known of these images yet"
    );
}

#[test]
fn the_device_is_chosen_and_software_says_so() {
    let mut window = ready_window("autoencoder");
    window.choose("Train on", "llvmpipe (Vulkan) (software, slow)");
    let (_, config) = window.added();
    assert_eq!(config.device, "wgpu:0");
}

#[test]
fn widths_that_cannot_be_are_explained_and_not_sent() {
    let mut window = ready_window("deep");
    let field = window
        .harness
        .get_by_role_and_label(Role::TextInput, "Widths");
    field.focus();
    window.harness.run();
    let field = window
        .harness
        .get_by_role_and_label(Role::TextInput, "Widths");
    field.type_text("784-x");
    window.harness.run();
    assert!(window.has_text("“x” is not a width"));
    let start = window.harness.get_by_label("▶ Play");
    assert!(
        start.accesskit_node().is_disabled(),
        "what is wrong must not start"
    );
    window.harness.key_press(egui::Key::Enter);
    window.harness.run();
    assert!(
        window.commands().is_empty(),
        "what is wrong must not be sent"
    );
}

#[test]
fn settings_are_fixed_once_the_run_has_started() {
    let mut window = ready_window("autoencoder");
    window.tell(running());
    let slider = window
        .harness
        .get_by_role_and_label(Role::Slider, "Latent size");
    assert!(slider.accesskit_node().is_disabled());
    window.click("Duplicate to change");
    let (id, _) = window.added();
    assert_eq!(id, RunId(2));
    window.click("Run Autoencoder");
    window.click("Reset to change");
    let commands = window.commands();
    assert!(
        matches!(commands[..], [Command::Reset(FIRST)]),
        "{commands:?}"
    );
}

#[test]
fn a_warning_is_shown_with_the_name_of_its_run_and_put_away() {
    let mut window = ready_window("deep");
    window.tell(running());
    let text = "Every image is rebuilt as black.".to_owned();
    window.tell([Event::Warning { id: FIRST, text }]);
    assert!(window.has_text("rebuilt as black"));
    assert!(window.has_text("Warning"));
    window.click("Dismiss");
    assert!(!window.has_text("rebuilt as black"));
}

#[test]
fn a_run_that_failed_says_why() {
    let mut window = ready_window("autoencoder");
    window.tell(running());
    let error = "the loss is no longer a number after step 12".to_owned();
    window.tell([
        Event::StateChanged {
            id: FIRST,
            state: RunState::Failed,
        },
        Event::Failed {
            id: FIRST,
            error: error.clone(),
            is_bad_input: false,
        },
    ]);
    assert!(window.has_text(&error));
    let start = window.harness.get_by_label("▶ Play");
    assert!(start.accesskit_node().is_disabled());
    window.click("Dismiss");
    assert!(!window.has_text(&error));
}

#[test]
fn a_gpu_without_a_step_is_tuning() {
    let config = recipe("autoencoder");
    let mut window = Window::open(Some(config.clone()));
    let mut info = (*session::info(&config)).clone();
    info.device = "llvmpipe (Vulkan)".to_owned();
    window.tell([
        Event::RunReady {
            id: FIRST,
            info: info.into(),
            metrics: std::sync::Arc::default(),
            progress: Progress::default(),
        },
        Event::StateChanged {
            id: FIRST,
            state: RunState::Running,
        },
    ]);
    assert!(window.has_text("Tuning kernels…"));
}

#[test]
fn other_images_are_shown_on_request() {
    let mut window = session_window(&Look::default());
    window.script.take_commands();
    window.click("Random");
    let commands = window.script.take_commands();
    assert!(
        matches!(commands[..], [Command::ShowImages(_)]),
        "{commands:?}"
    );
    assert!(
        window.has_text("Stacked: "),
        "the row of reconstructions has a name"
    );
}

#[test]
fn the_border_between_chart_and_pictures_can_be_dragged() {
    let mut window = session_window(&Look::default());
    let top = |window: &Window| window.harness.get_by_label("Reconstructions").rect().top();
    let before = top(&window);
    let border = egui::pos2(700.0, before - 1.0);
    window.harness.hover_at(border);
    window.harness.run();
    window.harness.drag_at(border);
    window.harness.run();
    for moved in [30.0, 60.0] {
        window.harness.hover_at(border - egui::vec2(0.0, moved));
        window.harness.run();
    }
    window.harness.drop_at(border - egui::vec2(0.0, 60.0));
    window.harness.run();
    let moved = before - top(&window);
    assert!((moved - 60.0).abs() < 2.0, "moved by {moved}");
}

#[test]
fn cross_entropy_has_a_chart_of_its_own() {
    let mut config = recipe("autoencoder");
    config.knobs.set("loss", KnobValue::Text("bce".to_owned()));
    let mut window = Window::open(Some(config.clone()));
    window.tell([ready(FIRST, &config)]);
    assert!(window.has_text("MSE = mean over pixels and images"));
    window.click("Cross-entropy");
    assert!(window.has_text("not to be held against squared errors"));
    assert!(!window.has_text("MSE = mean over pixels and images"));
}

#[test]
fn eight_runs_with_all_there_is_to_know_fit_in_a_window() {
    let window = rich::rich_window(8, &Look::default());
    let state = window.harness.state().state();
    assert_eq!(state.runs.len(), 8);
    for (run, config) in state.runs.iter().zip(rich::rich_configs(8)) {
        assert_eq!(run.draft.config.name, config.name);
        assert!(run.history.frames().len() > 40, "{}", run.name());
        let newest = state.frame(run).unwrap();
        assert_eq!(newest.layers.len(), run.info.as_ref().unwrap().layers.len());
        assert_eq!(newest.codes.latent, run.info.as_ref().unwrap().latent);
        assert!(newest.step > 0 && run.pca_pictures.is_some());
    }
}
