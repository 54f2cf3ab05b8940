//! Share strings and lessons, driven by name.

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use hourglass::gui::ShareState;
use hourglass::store::share::{Access, Share, control, controls};

use super::session::{devices, ready, recipe};
use super::window::{Look, Window};
use super::{FIRST, looks, ready_window};

/// Makes the text in the form that is open.
fn text(window: &Window) -> String {
    match &window.harness.state().state().share {
        ShareState::Copying(copying) => copying.text.clone().unwrap(),
        other => panic!("{other:?}"),
    }
}

fn paste(window: &mut Window, text: &str) {
    window.choose_in_menu("File", "Paste share string…");
    let label = "A text that somebody copied in this window, or from hourglass share.";
    let field = window
        .harness
        .get_by_role_and_label(Role::MultilineTextInput, label);
    field.focus();
    window.harness.run();
    let field = window
        .harness
        .get_by_role_and_label(Role::MultilineTextInput, label);
    field.type_text(text);
    window.harness.run();
}

/// A lesson on a stacked network, in a window of its own.
fn lesson() -> Window {
    lesson_with(&Look::default())
}

fn lesson_with(look: &Look) -> Window {
    let mut teacher = ready_window("stacked");
    teacher.choose_in_menu("File", "Copy share string…");
    teacher.click("Latent size locked");
    teacher.click("Epochs locked");
    teacher.click("Train on hidden");
    let text = text(&teacher);
    let config = recipe("autoencoder");
    let mut window = Window::with_look(Some(config.clone()), look);
    window.tell([devices(), ready(FIRST, &config)]);
    window.commands();
    paste(&mut window, &text);
    assert!(window.has_text("Stacked on"), "what it is is said");
    window.click("Add this run");
    let (id, config) = window.added();
    assert_eq!(config.variant, "stacked");
    window.tell([ready(id, &config)]);
    window
}

#[test]
fn a_text_is_copied() {
    let mut window = ready_window("stacked");
    window.choose_in_menu("File", "Copy share string…");
    window.click("Seed hidden");
    let made = text(&window);
    window.click("Copy");
    let share = Share::decode(&made).unwrap();
    assert_eq!(share.controls.access("seed"), Access::Hidden);
    assert!(!window.has_text("Seed hidden"), "the form is closed");
}

#[test]
fn a_lesson_shows_its_locks_and_is_unlocked() {
    let mut window = lesson();
    assert!(window.has_text("2 settings locked, 1 hidden"));
    let slider = |window: &Window| {
        let slider = window
            .harness
            .get_by_role_and_label(Role::Slider, "Latent size");
        slider.accesskit_node().is_disabled()
    };
    assert!(slider(&window), "locked");
    assert!(
        window
            .harness
            .query_by_role_and_label(Role::ComboBox, "Train on")
            .is_none(),
        "hidden"
    );
    assert!(!window.has_text("Device"), "no heading over nothing");
    window.click("Unlock all settings");
    assert!(!slider(&window));
    assert!(
        window
            .harness
            .query_by_role_and_label(Role::ComboBox, "Train on")
            .is_some()
    );
    assert!(!window.has_text("settings locked"));
}

#[test]
fn every_control_has_a_row_that_obeys() {
    for variant in ["autoencoder", "deep", "stacked", "convolutional"] {
        let plain = ready_window(variant);
        let run = plain.harness.state().state().runs[0].clone();
        let known = hourglass::model::variant(variant).unwrap();
        for control in controls() {
            let is_knob = control.section == "Model" && control.id != "variant";
            if is_knob && !known.knobs().iter().any(|knob| knob.id == control.id) {
                continue;
            }
            let rows = |window: &Window| window.harness.query_all_by_label(control.name).count();
            let before = rows(&plain);
            if before == 0 {
                // Needed only with another value of something else.
                continue;
            }
            let mut share = Share {
                config: run.draft.config.clone(),
                controls: hourglass::store::share::Controls::default(),
            };
            share.controls.set(control, Access::Hidden);
            let mut window = ready_window("autoencoder");
            paste(&mut window, &share.encode().unwrap());
            window.click("Add this run");
            let (id, config) = window.added();
            window.tell([ready(id, &config)]);
            assert!(
                rows(&window) < before,
                "{} of {variant} is seen",
                control.name
            );
        }
    }
}

#[test]
fn a_text_that_is_none_is_explained() {
    let mut window = ready_window("autoencoder");
    paste(&mut window, "hello");
    assert!(window.has_text("this is no share string"));
    let add = window.harness.get_by_label("Add this run");
    assert!(add.accesskit_node().is_disabled());
    window.press(egui::Key::Escape);
    assert!(!window.has_text("Add this run"));
    assert!(window.commands().is_empty());
    assert!(control("hello").is_none());
}

#[test]
fn looks_are_written_on_request() {
    let Some(folder) = looks::folder() else {
        return;
    };
    let mut window = lesson_with(&looks::drawn(egui::Theme::Dark, [1280.0, 720.0]));
    looks::save(&mut window, &folder, "share-lesson");
    window.choose_in_menu("File", "Copy share string…");
    looks::save(&mut window, &folder, "share-copy");
    let text = text(&window);
    window.press(egui::Key::Escape);
    paste(&mut window, &text);
    looks::save(&mut window, &folder, "share-paste");
}
