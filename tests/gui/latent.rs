//! Walking in the space of codes, by name and key.

use std::collections::BTreeMap;

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use hourglass::engine::{RunId, Slot, Start, Wish, WishKey};
use hourglass::gui::{Action, Origin, PlaneAxes, Preset};

use super::FIRST;
use super::decoder::Decoder;
use super::looks;
use super::rich::rich_window;
use super::window::{Look, Window};

/// A plane of two dimensions.
const FLAT: RunId = RunId(3);

/// A window of several runs with the latent panes to be seen.
pub fn latent_window(runs: usize, selected: RunId, look: &Look) -> (Window, Decoder) {
    let mut window = rich_window(runs, look);
    let ctx = window.harness.ctx.clone();
    for action in [Action::Arrange(Preset::Latent), Action::Select(selected)] {
        window.harness.state_mut().act(&ctx, action);
    }
    window.harness.run();
    let mut decoder = Decoder::new();
    decoder.answer(&mut window);
    (window, decoder)
}

fn slider(window: &Window, name: &str) -> f64 {
    let node = window.harness.get_by_role_and_label(Role::Slider, name);
    node.accesskit_node().numeric_value().unwrap()
}

fn pins(wishes: &BTreeMap<WishKey, Wish>, run: RunId) -> Vec<(usize, f32)> {
    let key = WishKey {
        slot: Slot::Sliders,
        run,
    };
    match &wishes[&key] {
        Wish::Point(spec) => spec.pins.clone(),
        other => panic!("expected a point, found {other:?}"),
    }
}

#[test]
fn a_slider_is_moved_held_and_reset() {
    let (mut window, mut decoder) = latent_window(2, FIRST, &Look::default());
    let before = slider(&window, "z1");
    window
        .harness
        .get_by_role_and_label(Role::Slider, "z1")
        .set_value_accesskit(before + 0.5);
    window.harness.step();
    let asked = window.script.wishes.borrow().clone();
    assert!(
        asked
            .iter()
            .any(|(key, _, wish)| key.slot == Slot::Sliders && wish.is_some()),
        "the wish goes out in the frame of the move: {asked:?}"
    );
    window.harness.run();
    let wishes = decoder.answer(&mut window);
    let moved = pins(&wishes, FIRST);
    assert!(moved.len() == 1 && (f64::from(moved[0].1) - before - 0.5).abs() < 1e-3);
    assert!(
        pins(&wishes, RunId(2)).is_empty(),
        "the other run keeps its code"
    );
    window.click("Lock z1");
    window.click("Next start");
    let wishes = decoder.answer(&mut window);
    assert_eq!(pins(&wishes, FIRST), moved, "what is held stays");
    window.click("Reset sliders");
    assert!(pins(&decoder.answer(&mut window), FIRST).is_empty());
}

#[test]
fn a_double_click_resets_one_slider() {
    let (mut window, mut decoder) = latent_window(1, FIRST, &Look::default());
    for name in ["z1", "z2"] {
        let value = slider(&window, name) + 0.3;
        let node = window.harness.get_by_role_and_label(Role::Slider, name);
        node.set_value_accesskit(value);
        window.harness.run();
    }
    assert_eq!(pins(&decoder.answer(&mut window), FIRST).len(), 2);
    let middle = window
        .harness
        .get_by_role_and_label(Role::Slider, "z2")
        .rect()
        .center();
    window.click_at_once(middle, 2);
    let left = pins(&decoder.answer(&mut window), FIRST);
    assert!(left.len() == 1 && left[0].0 == 0, "{left:?}");
}

#[test]
fn all_runs_move_together_on_request() {
    let (mut window, mut decoder) = latent_window(2, FIRST, &Look::default());
    window.click("Move all runs");
    let value = slider(&window, "z1") + 0.4;
    window
        .harness
        .get_by_role_and_label(Role::Slider, "z1")
        .set_value_accesskit(value);
    window.harness.run();
    let wishes = decoder.answer(&mut window);
    assert_eq!(pins(&wishes, RunId(2)).len(), 1);
}

#[test]
fn a_walk_starts_from_an_image_the_mean_or_a_random_code() {
    let (mut window, mut decoder) = latent_window(1, FIRST, &Look::default());
    let origin = |window: &Window| window.harness.state().state().latent.origin;
    window.click("Next start");
    assert_eq!(origin(&window), Origin::Image(1));
    window.click("Random start");
    assert!(matches!(origin(&window), Origin::Image(_)));
    window.choose("Start from", "Mean code");
    assert_eq!(origin(&window), Origin::Mean);
    assert!(window.has_text("Mean code"));
    window.choose("Start from", "Random code");
    decoder.answer(&mut window);
    window.click("Another code");
    assert!(matches!(origin(&window), Origin::Random(_)));
    let wishes = decoder.answer(&mut window);
    let key = WishKey {
        slot: Slot::Sliders,
        run: FIRST,
    };
    let Wish::Point(spec) = &wishes[&key] else {
        panic!("expected a point");
    };
    let Start::Code(code) = &spec.start else {
        panic!("expected a code, found {:?}", spec.start);
    };
    let shown = slider(&window, "z1");
    assert!(
        (shown - f64::from(code[0])).abs() < 1e-4,
        "the sliders stand where it begins"
    );
}

#[test]
fn the_plane_shows_classes_points_and_lines() {
    let (mut window, mut decoder) = latent_window(3, FLAT, &Look::default());
    window.click("Class 3");
    let highlight = |window: &Window| window.harness.state().state().latent.plane.highlight;
    assert_eq!(highlight(&window), Some(3));
    window.click("Class 3");
    assert_eq!(highlight(&window), None);
    let rect = window.harness.get_by_label("Plane of codes").rect();
    window.harness.hover_at(rect.center());
    window.harness.run();
    let wishes = decoder.answer(&mut window);
    assert!(
        wishes
            .keys()
            .any(|key| key.slot == Slot::Hover && key.run == FLAT)
    );
    for share in [0.3, 0.6] {
        let at = rect.min + rect.size() * share;
        window.click_at(at);
    }
    let wishes = decoder.answer(&mut window);
    assert!(wishes.keys().any(|key| key.slot == Slot::Line));
    assert!(window.has_text("Pictures between the two places"));
    window.click("Clear line");
    assert!(!window.has_text("Pictures between the two places"));
}

#[test]
fn the_plane_is_panned_and_fitted_again() {
    let (mut window, _) = latent_window(3, FLAT, &Look::default());
    let looked = |window: &Window| window.harness.state().state().latent.plane.window(FLAT);
    let from = window
        .harness
        .get_by_label("Plane of codes")
        .rect()
        .center();
    window.drag(from, &[from + egui::vec2(60.0, 0.0)]);
    assert!(looked(&window).is_some());
    window.click("Fit codes");
    assert!(looked(&window).is_none());
}

#[test]
fn the_plane_is_walked_by_keys() {
    let (mut window, mut decoder) = latent_window(3, FLAT, &Look::default());
    window.harness.get_by_label("Plane of codes").focus();
    window.harness.run();
    for key in [
        egui::Key::ArrowRight,
        egui::Key::Enter,
        egui::Key::ArrowUp,
        egui::Key::Enter,
    ] {
        window.press(key);
    }
    let wishes = decoder.answer(&mut window);
    assert!(
        wishes.keys().any(|key| key.slot == Slot::Line),
        "{:?}",
        wishes.keys()
    );
}

#[test]
fn a_plane_of_more_dimensions_has_a_choice_of_two() {
    let (mut window, mut decoder) = latent_window(1, FIRST, &Look::default());
    let axes = |window: &Window| window.harness.state().state().latent.plane.axes;
    window.choose("Plane of", "Two dimensions");
    assert!(matches!(axes(&window), Some(PlaneAxes::Dimensions(..))));
    window.choose("Up", "z6");
    assert!(matches!(axes(&window), Some(PlaneAxes::Dimensions(_, 5))));
    window.choose("Plane of", "Principal directions");
    assert_eq!(axes(&window), Some(PlaneAxes::Principal));
    let wishes = decoder.answer(&mut window);
    assert!(wishes.keys().any(|key| key.slot == Slot::Plane));
}

#[test]
fn a_picture_of_a_traversal_moves_its_slider() {
    let (mut window, mut decoder) = latent_window(1, FIRST, &Look::default());
    window.click("Traversals");
    decoder.answer(&mut window);
    let label = "Traversal of z1";
    window.harness.get_by_label(label).scroll_to_me();
    window.harness.run();
    let rect = window.harness.get_by_label(label).rect();
    let at = rect.left_center() + egui::vec2(6.0, 0.0);
    window.click_at(at);
    let wishes = decoder.answer(&mut window);
    let first = pins(&wishes, FIRST);
    assert!(first.len() == 1 && first[0].0 == 0, "{first:?}");
    window.harness.get_by_label(label).focus();
    window.harness.run();
    window.press(egui::Key::ArrowRight);
    let wishes = decoder.answer(&mut window);
    assert!(
        pins(&wishes, FIRST)[0].1 > first[0].1,
        "a column to the right"
    );
}

#[test]
fn panes_without_codes_say_what_to_do() {
    let mut window = Window::open(None);
    let ctx = window.harness.ctx.clone();
    let arrange = Action::Arrange(Preset::Latent);
    window.harness.state_mut().act(&ctx, arrange);
    window.harness.run();
    assert!(window.has_text("once the run is ready"));
    assert!(window.script.wishes.borrow().is_empty());
}

/// Four runs in the pane with this title, with something done in it.
pub fn scene(title: &str, look: &Look) -> Window {
    let selected = if title == "Latent plane" { FLAT } else { FIRST };
    let (mut window, mut decoder) = latent_window(4, selected, look);
    window.click(title);
    if title == "Latent plane" {
        let rect = window.harness.get_by_label("Plane of codes").rect();
        for share in [0.3, 0.6] {
            window.click_at(rect.min + rect.size() * share);
        }
    } else if title == "Latent sliders" {
        let value = slider(&window, "z2") + 0.6;
        let node = window.harness.get_by_role_and_label(Role::Slider, "z2");
        node.set_value_accesskit(value);
        window.harness.run();
        window.click("Lock z2");
    }
    decoder.answer(&mut window);
    window
}

/// Writes every pane in two sizes to the folder that `HOURGLASS_LOOK` names, to be looked at.
#[test]
fn latent_looks_are_written_on_request() {
    let Some(folder) = looks::folder() else {
        return;
    };
    for (theme, size) in [
        (egui::Theme::Dark, [1280.0, 720.0]),
        (egui::Theme::Light, [1920.0, 1080.0]),
    ] {
        let look = looks::drawn(theme, size);
        for title in ["Latent sliders", "Latent plane", "Traversals"] {
            let mut window = scene(title, &look);
            looks::save(&mut window, &folder, &format!("{title}-{}", size[0]));
        }
    }
}
