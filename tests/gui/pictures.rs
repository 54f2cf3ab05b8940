//! Test images and their reconstructions, by name, key and pointer.

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use hourglass::engine::{Command, Event, RunId};
use hourglass::gui::{Action, Pane, Preset};

use super::rich::rich_window;
use super::window::{Look, Window};

/// A window with many runs in which one pane is large.
pub fn pane_window(runs: usize, pane: Pane, look: &Look) -> Window {
    let mut window = rich_window(runs, look);
    let ctx = window.harness.ctx.clone();
    window
        .harness
        .state_mut()
        .act(&ctx, Action::Arrange(Preset::Comparison));
    window.harness.run();
    if !window.harness.state().state().shown.contains(&pane) {
        window.click(pane.title());
    }
    assert!(window.harness.state().state().shown.contains(&pane));
    window.script.take_commands();
    window
}

/// A window in which nothing has to scroll.
pub fn roomy() -> Look {
    Look {
        size: [1600.0, 1200.0],
        ..Look::default()
    }
}

fn pictures_window(runs: usize) -> Window {
    pane_window(runs, Pane::Pictures, &roomy())
}

/// The test images that the engine was asked for.
pub fn shown(window: &Window) -> Vec<u32> {
    let commands = window.script.take_commands();
    match &commands[..] {
        [Command::ShowImages(images)] => images.clone(),
        other => panic!("expected ShowImages, found {other:?}"),
    }
}

pub fn has(window: &Window, label: &str) -> bool {
    window.harness.query_by_label(label).is_some()
}

#[test]
fn rows_of_runs_and_of_principal_components_stand_under_the_test_images() {
    let window = pictures_window(3);
    assert!(has(&window, "Stacked: 12 pictures"));
    assert!(has(&window, "Latent 2: 12 pictures"));
    assert!(has(&window, "PCA, 2 components: 12 pictures"));
    assert!(has(&window, "PCA, 10 components: 12 pictures"));
    assert!(!has(&window, "Error of Stacked: 12 pictures"), "three runs");
}

#[test]
fn error_maps_and_pca_rows_come_and_go() {
    let mut window = pictures_window(3);
    window.click("Error maps");
    assert!(has(&window, "Error of Stacked: 12 pictures"));
    assert!(has(&window, "Error of PCA, 10 components: 12 pictures"));
    window.click("PCA rows");
    assert!(!has(&window, "PCA, 10 components: 12 pictures"));
    window.click("Error maps");
    assert!(!has(&window, "Error of Stacked: 12 pictures"));
}

#[test]
fn images_are_chosen_at_random_by_class_and_in_order() {
    let mut window = pictures_window(1);
    window.click("Random");
    let random = shown(&window);
    window.click("Next");
    assert_ne!(shown(&window), random);
    window.click("Class");
    window.click("One of each class");
    let each = shown(&window);
    let class = |image: u32| {
        let state = window.harness.state().state();
        state.test_label(image).unwrap()
    };
    assert_eq!(
        each[..10]
            .iter()
            .map(|&image| class(image))
            .collect::<Vec<u8>>(),
        (0..10).collect::<Vec<u8>>()
    );
    window.click("Class");
    window.click("Class 7");
    let sevens = shown(&window);
    let state = window.harness.state().state();
    assert!(
        sevens
            .iter()
            .all(|&image| state.test_label(image) == Some(7))
    );
    window.click("First");
    assert_eq!(shown(&window)[..3], [0, 1, 2]);
}

#[test]
fn the_worst_of_a_run_are_asked_for_and_shown() {
    let mut window = pictures_window(2);
    window.click("Worst");
    window.click("Worst of Deep");
    let commands = window.script.take_commands();
    assert!(
        matches!(commands[..], [Command::FindWorst { id: RunId(2), .. }]),
        "{commands:?}"
    );
    window.tell([Event::Worst {
        id: RunId(2),
        indices: (100..130).collect(),
    }]);
    assert_eq!(shown(&window)[..2], [100, 101]);
}

#[test]
fn an_image_is_pinned_by_number_and_unpinned() {
    let mut window = pictures_window(1);
    let ctx = window.harness.ctx.clone();
    window
        .harness
        .get_by_role_and_label(Role::SpinButton, "Image")
        .set_value_accesskit(321.0);
    window.harness.run();
    window.click("Pin");
    assert_eq!(shown(&window)[0], 321);
    window.click("Next");
    let next = shown(&window);
    assert_eq!(next[0], 321, "it stays");
    window.click("Unpin all");
    assert!(!shown(&window).contains(&321));
    drop(ctx);
}

#[test]
fn the_menu_of_an_image_pins_replaces_and_takes_it() {
    let mut window = pictures_window(1);
    let open = |window: &mut Window, label: &str| {
        window.harness.get_by_label(label).click_secondary();
        window.harness.run();
    };
    open(&mut window, "Test image 3");
    window.click("Pin this image");
    assert_eq!(shown(&window)[..2], [3, 0]);
    open(&mut window, "Test image 3");
    window.click("Unpin this image");
    assert_eq!(shown(&window)[..2], [0, 1]);
    open(&mut window, "Test image 4");
    window.click("Replace by the next");
    assert!(!shown(&window).contains(&4));
    open(&mut window, "Test image 5");
    window.click("Put through all runs");
    assert_eq!(window.harness.state().state().input.test_image(), Some(5));
}

#[test]
fn a_click_or_enter_on_an_image_puts_it_through_all_runs() {
    let mut window = pictures_window(2);
    window.click("Test image 2");
    assert_eq!(window.harness.state().state().input.test_image(), Some(2));
    window.harness.get_by_label("Test image 7").focus();
    window.harness.run();
    window.press(egui::Key::Enter);
    assert_eq!(window.harness.state().state().input.test_image(), Some(7));
    window.press(egui::Key::Delete);
    assert!(!shown(&window).contains(&7));
    // A reconstruction stands for its image.
    let row = window.harness.get_by_label("Stacked: 12 pictures").rect();
    let at = row.left_center() + egui::vec2(30.0, 0.0);
    window.harness.hover_at(at);
    window.harness.run();
    window.harness.drag_at(at);
    window.harness.drop_at(at);
    window.harness.run();
    assert_eq!(window.harness.state().state().input.test_image(), Some(0));
}
