//! What a model is combined from, in the side panel: sections that fold, and knobs moved under way.

use egui::accesskit::Role;
use egui::{Key, Modifiers, Rect};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use hourglass::engine::Command;
use hourglass::model::{KnobValue, VARIANTS};
use hourglass::train::{KnobChange, LearningRateChange};

use super::session::{devices, ready, recipe};
use super::setup::under_way;
use super::window::{Look, Window};
use super::{FIRST, ready_window};

fn has(window: &Window, role: Role, name: &str) -> bool {
    let found = window.harness.query_by_role_and_label(role, name);
    found.is_some()
}

/// The only thing the engine was asked, which must be to move a knob.
fn moved(window: &Window) -> (String, f64) {
    let commands = window.commands();
    match &commands[..] {
        [
            Command::SetKnob {
                id: FIRST,
                knob,
                value,
            },
        ] => (knob.clone(), *value),
        other => panic!("expected one SetKnob, found {other:?}"),
    }
}

#[test]
fn parts_fold_and_tell_what_they_hold() {
    let mut window = ready_window("autoencoder");
    for heading in ["Corruption: none", "Bottleneck: plain", "Penalties: none"] {
        assert!(window.has_text(heading), "{heading}");
    }
    assert!(!has(&window, Role::ComboBox, "Noise"), "it is folded");
    window.click("Corruption: none");
    assert!(has(&window, Role::ComboBox, "Noise"));
    assert!(!has(&window, Role::Slider, "Noise level"), "of no noise");
    window.choose("Noise", "Gaussian");
    let (_, config) = window.added();
    let gaussian = KnobValue::Text("gaussian".to_owned());
    assert_eq!(config.knobs.get("noise"), Some(&gaussian));
    assert!(window.has_text("Corruption: Gaussian 0.5"));
    assert!(has(&window, Role::Slider, "Noise level"));
    window.click("Penalties: none");
    window
        .harness
        .get_by_role_and_label(Role::Slider, "L1")
        .set_value_accesskit(0.01);
    window.harness.run();
    let (_, config) = window.added();
    assert!((config.knobs.real("penalty-l1") - 0.01).abs() < 1e-9);
    assert!(window.has_text("Penalties: L1 0.01"));
    window.click("Penalties: L1 0.01");
    assert!(!has(&window, Role::Slider, "L1"));
}

#[test]
fn a_preset_opens_what_is_special_about_it() {
    let mut window = ready_window("denoising");
    assert!(has(&window, Role::Slider, "Noise level"));
    assert!(!has(&window, Role::ComboBox, "Bottleneck"));
    window.choose("Model type", "Variational");
    window.added();
    assert!(window.has_text("Bottleneck: Gaussian, β 1"));
    assert!(has(&window, Role::Slider, "β"));
    assert!(!has(&window, Role::Slider, "Noise level"));
}

#[test]
fn a_weight_reaches_0_and_one_in_a_million() {
    let mut window = ready_window("sparse");
    let slider = |window: &Window| {
        let found = window.harness.get_by_role_and_label(Role::Slider, "L1");
        found.rect()
    };
    window.click("Penalties: L1 0.01");
    window.click("Penalties: L1 0.01");
    let at = slider(&window);
    window.drag(at.center(), &[at.left_center() - egui::vec2(9.0, 0.0)]);
    let (_, config) = window.added();
    assert_eq!(config.knobs.get("penalty-l1"), Some(&KnobValue::Real(0.0)));
    window.press(Key::ArrowRight);
    let (_, config) = window.added();
    let least = config.knobs.real("penalty-l1");
    assert!((1e-6..1e-5).contains(&least), "{least}");
}

#[test]
fn a_slider_ends_where_it_is_usual_and_more_can_be_typed() {
    let mut window = ready_window("vae");
    window
        .harness
        .get_by_role_and_label(Role::SpinButton, "Warm-up")
        .focus();
    window.harness.run();
    window.press_with(Modifiers::COMMAND, Key::A);
    window.write("500");
    window.press(Key::Enter);
    let (_, config) = window.added();
    assert_eq!(config.knobs.get("warm-up"), Some(&KnobValue::Real(500.0)));
    window
        .harness
        .get_by_role_and_label(Role::Slider, "Warm-up")
        .focus();
    window.harness.run();
    window.press(Key::ArrowLeft);
    let (_, config) = window.added();
    let moved = config.knobs.real("warm-up");
    assert!((50.0..=100.0).contains(&moved), "{moved}");
}

#[test]
fn a_penalty_that_would_be_refused_is_not_offered_under_way() {
    let mut window = ready_window("vae");
    window.tell(under_way(0, 0.4));
    window.click("Add a penalty");
    let is_disabled = |window: &Window, name: &str| {
        let found = window.harness.get_by_role_and_label(Role::Slider, name);
        found.accesskit_node().is_disabled()
    };
    assert!(is_disabled(&window, "KL sparsity now"));
    assert!(!is_disabled(&window, "L1 now"));
    assert!(window.has_text("needs code-activation sigmoid, but it is linear"));
}

#[test]
fn every_model_type_can_be_reached_in_a_small_window() {
    let look = Look {
        size: [800.0, 600.0],
        ..Look::default()
    };
    let config = recipe("autoencoder");
    let mut window = Window::with_look(Some(config.clone()), &look);
    window.tell([devices(), ready(FIRST, &config)]);
    window.commands();
    window
        .harness
        .get_by_role_and_label(Role::ComboBox, "Model type")
        .click();
    window.harness.run();
    let last = VARIANTS.last().unwrap();
    let entry = |window: &Window| -> Rect {
        let entries = window.harness.get_all_by_label(last.name());
        entries.last().unwrap().rect()
    };
    let entries: Vec<_> = window.harness.get_all_by_label(last.name()).collect();
    entries.last().unwrap().focus();
    window.harness.run();
    let screen = Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(800.0, 600.0));
    assert!(screen.contains_rect(entry(&window)));
    window.press(Key::Enter);
    assert_eq!(window.added().1.variant, last.id());
}

#[test]
fn a_knob_being_dragged_waits_for_its_release() {
    let mut window = ready_window("vae");
    assert!(!window.has_text("β now"), "it does not train");
    window.tell(under_way(0, 0.4));
    let slider = window.slider("β now");
    let to = slider + egui::vec2(9.0, 0.0);
    window.hold(slider, &[to]);
    assert!(window.commands().is_empty(), "the button is still down");
    window.harness.drop_at(to);
    window.harness.run();
    assert_eq!(moved(&window).0, "beta");
}

#[test]
fn a_penalty_is_raised_under_way() {
    let mut window = ready_window("autoencoder");
    window.tell(under_way(0, 0.4));
    assert!(!has(&window, Role::Slider, "L1 now"), "it is folded");
    window.click("Add a penalty");
    window
        .harness
        .get_by_role_and_label(Role::Slider, "L1 now")
        .focus();
    window.harness.run();
    window.press(Key::ArrowRight);
    let (knob, first) = moved(&window);
    assert_eq!(knob, "penalty-l1");
    window.press(Key::ArrowRight);
    let (knob, second) = moved(&window);
    assert_eq!(knob, "penalty-l1", "the keyboard went along");
    assert!(second > first, "{second} after {first}");
    window.click("Add a penalty");
    assert!(has(&window, Role::Slider, "L1 now"), "it is in use");
    assert!(!has(&window, Role::Slider, "Code norm now"));
}

#[test]
fn changes_of_knobs_are_listed_and_can_be_forgotten() {
    let mut config = recipe("vae");
    config.learning_rate_changes = vec![LearningRateChange {
        step: 900,
        learning_rate: 0.05,
    }];
    config.knob_changes = vec![KnobChange {
        step: 1200,
        knob: "beta".to_owned(),
        value: 0.5,
    }];
    let mut window = Window::open(Some(config.clone()));
    window.tell([devices(), ready(FIRST, &config)]);
    window.commands();
    assert!(window.has_text("Learning rate from step 900: 0.05"));
    assert!(window.has_text("β from step 1,200: 0.5"));
    window.click("Forget these changes");
    let (_, config) = window.added();
    assert!(config.learning_rate_changes.is_empty() && config.knob_changes.is_empty());
    assert!(!window.has_text("from step 1,200"));
}
