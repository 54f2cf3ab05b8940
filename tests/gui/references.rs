//! Reference runs, by name: chosen from the menu, added, and held against their figures.

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use hourglass::engine::{Command, Event, JobOutcome, Progress, RunId, RunState};
use hourglass::train::{Metrics, RunConfig};

use super::session::ready_on;
use super::window::{Look, Window};
use super::{looks, ready_window};

/// SHA-256 of MNIST.
const MNIST: &str = "d73e6b7eb0701b3272e12661cb02926ca98aa9386eefceb9258b5b9cc6d1eb46";

const MENU: &str = "Story and reference runs";

const SHORT: &str = "Autoencoder 784-10-784";

/// A window that shows all that is known of a reference run.
fn shown(look: &Look, has_images: bool) -> Window {
    let mut window = Window::with_look(None, look);
    if has_images {
        window.tell([Event::Fetched(vec!["mnist"])]);
    }
    window.commands();
    window.choose_in_menu(MENU, "Reference runs…");
    window.click(&format!("Reference run {SHORT}"));
    window
}

/// The reference run is added, and the engine has made it.
fn added(window: &mut Window) -> (RunId, RunConfig) {
    window.click(&format!("Add run: {SHORT}"));
    let (id, config) = window.added();
    window.tell([ready_on(id, &config, |images| {
        MNIST.clone_into(&mut images.hash);
    })]);
    (id, config)
}

/// A run has measured a test error at a step.
fn measured(id: RunId, step: u64, mse: f64) -> Event {
    Event::Progress {
        id,
        more: Metrics::tested(step, mse),
        progress: Progress {
            step,
            ..Progress::default()
        },
    }
}

#[test]
fn a_reference_run_is_chosen_and_added_without_being_started() {
    let mut window = shown(&Look::default(), true);
    assert!(window.has_text("SGD at 1.0 with momentum 0.9"), "protocol");
    assert!(window.has_text("Source: measured with PyTorch"));
    assert!(window.has_text("test MSE (per pixel): 0.04 ± 0.005"));
    assert!(!window.has_text("is not on this computer"));
    let (id, config) = added(&mut window);
    assert_eq!(config.preset.as_deref(), Some("story-autoencoder"));
    assert_eq!(config.dataset, "mnist");
    assert!(window.commands().is_empty(), "it waits");
    let state = window.harness.state().state();
    assert_eq!(state.selected, Some(id));
}

#[test]
fn how_it_stands_is_told_in_the_setup_the_status_and_the_panel() {
    let mut window = shown(&Look::default(), true);
    let (id, config) = added(&mut window);
    assert!(window.has_text("Reference run, not yet: nothing was measured"));
    assert!(window.has_text("Reference run: not yet"));
    let steps = config.schedule.epochs() as u64 * super::session::STEPS_PER_EPOCH;
    window.tell([measured(id, 188, 0.06)]);
    let text = format!(
        "not yet: after 188 of {steps} steps test MSE (per pixel) 0.06, expected 0.04 ± 0.005"
    );
    assert!(window.has_text(&format!("Reference run, {text}")));
    assert!(window.has_text(&format!("{SHORT}: {text}")), "in the panel");
    let state = RunState::Finished;
    window.tell([measured(id, steps, 0.04), Event::StateChanged { id, state }]);
    assert!(
        window.has_text("Reference run, reached: test MSE (per pixel) 0.04, expected 0.04 ± 0.005")
    );
    assert!(window.has_text("Reference run: reached"));
    window.click("Hide the references");
    assert!(window.harness.query_by_label("References").is_none());
    window.click("About this reference run");
    assert!(window.has_text("SGD at 1.0 with momentum 0.9"));
}

#[test]
fn a_run_of_no_preset_is_told_nothing_of() {
    let window = ready_window("autoencoder");
    assert!(!window.has_text("Reference run"));
}

#[test]
fn images_that_are_not_here_can_be_fetched_with_the_run() {
    let mut window = shown(&Look::default(), false);
    assert!(window.has_text("MNIST is not on this computer yet: fetch it once (12 MB)"));
    window.click(&format!("Add and fetch MNIST: {SHORT}"));
    let commands = window.commands();
    assert!(
        matches!(&commands[..], [Command::Fetch { set, .. }] if set == "mnist"),
        "{commands:?}"
    );
    assert!(window.has_text("This run takes the images when they are here"));
}

#[test]
fn who_is_offline_is_told_once() {
    let mut window = shown(&Look::default(), false);
    window.click(&format!("Add and fetch MNIST: {SHORT}"));
    let commands = window.commands();
    let [Command::Fetch { id, .. }] = commands[..] else {
        panic!("{commands:?}");
    };
    let name = "Fetching MNIST".to_owned();
    let error = "MNIST could not be fetched, this computer seems to be offline.".to_owned();
    let outcome = JobOutcome::Failed {
        error: error.clone(),
        is_bad_input: false,
    };
    window.tell([
        Event::JobStarted { id, name },
        Event::JobEnded { id, outcome },
    ]);
    assert!(window.has_text(&error));
    assert!(
        window.commands().is_empty(),
        "the run could only fail for the same reason"
    );
    assert!(window.has_text("MNIST was not fetched: fetch it again"));
    assert!(window.has_text("Fetch MNIST"), "it is offered again");
}

#[test]
fn a_wrong_way_stands_beside_the_run_without_the_mistake() {
    let mut window = shown(&Look::default(), true);
    window.click("Wrong ways");
    window.click("Wrong way KL against a mean error");
    assert!(window.has_text("active units: at most 0 expected here; 20 ± 1 in vae-784-400-20"));
    window.click("Show Variational 784-400-20, the run without the mistake");
    assert!(window.has_text("Reference run Variational 784-400-20"));
    assert!(window.has_text("KL divergence (nats per image) at epoch 10: 24.7 ± 10 %"));
}

#[test]
fn what_is_opened_below_the_fold_is_scrolled_to() {
    const LAST: &str = "Finite scalar 8-5-5-5";
    let look = Look {
        size: [1100.0, 640.0],
        ..Look::default()
    };
    let mut window = shown(&look, true);
    window.click(&format!("Reference run {LAST}"));
    let button = format!("Add run: {LAST}");
    let rect = window.harness.get_by_label(&button).rect();
    assert!(rect.bottom() <= 640.0, "{rect:?}");
}

#[test]
fn what_is_looked_for_is_typed() {
    let mut window = shown(&Look::default(), true);
    let field = window
        .harness
        .get_by_role_and_label(Role::TextInput, "Search the references");
    field.focus();
    window.harness.run();
    window.write("greedy");
    assert!(window.has_text("Reference run Stacked, greedy"));
    assert!(!window.has_text(&format!("Reference run {SHORT}")));
    window.write(" kangaroo");
    assert!(window.has_text("None of them has all these words"));
    window.press(Key::Escape);
    window.click("Wrong ways");
    assert!(window.has_text("Common mistakes"));
    window.click("Wrong way No revival");
    assert!(window.has_text("Add run: No revival"));
}

#[test]
fn the_panel_fits_a_small_window_in_large_type() {
    let look = Look {
        size: [1100.0, 640.0],
        ..Look::default()
    };
    let mut window = shown(&look, false);
    window.press_with(egui::Modifiers::COMMAND, Key::L);
    for name in ["Add run", "Add and fetch MNIST"] {
        let name = format!("{name}: {SHORT}");
        let button = window.harness.get_by_label(&name);
        button.scroll_to_me();
        window.harness.run();
        let rect = window.harness.get_by_label(&name).rect();
        assert!(rect.right() <= 1100.0 && rect.bottom() <= 640.0, "{rect:?}");
    }
}

/// Writes the panel to the folder that `HOURGLASS_LOOK` names.
#[test]
fn the_panel_is_drawn_on_request() {
    let Some(folder) = looks::folder() else {
        return;
    };
    for (theme, name) in [
        (egui::Theme::Dark, "references"),
        (egui::Theme::Light, "references-light"),
    ] {
        let mut window = shown(&looks::drawn(theme, [1280.0, 720.0]), false);
        looks::save(&mut window, &folder, &format!("{name}-absent"));
        let (id, _) = added(&mut window);
        window.tell([measured(id, 188, 0.06)]);
        looks::save(&mut window, &folder, &format!("{name}-not-yet"));
        window.press_with(egui::Modifiers::COMMAND, Key::L);
        looks::save(&mut window, &folder, &format!("{name}-large"));
    }
}
