//! What readers decided is told, and what they can be told is chosen in the setup.

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use hourglass::data::{Color, ImageShape, Takes, takes_of_name};
use hourglass::engine::{Event, RunId};
use hourglass::train::RunConfig;

use super::pictures::roomy;
use super::session::ready_on;
use super::window::Window;

const REMARK: &str = "Pixels go from 0 to 16 and were stretched: 16 is white.";

/// What the engine makes of a table.
fn table_ready(id: RunId, config: &RunConfig) -> Event {
    ready_on(id, config, |images| {
        images.remarks = [REMARK.to_owned()].into();
        images.takes = Takes {
            label: true,
            transpose: true,
            ..Takes::default()
        };
    })
}

/// A run on a table that is there.
fn table_window() -> Window {
    let mut window = Window::with_look(None, &roomy());
    window.commands();
    window
        .script
        .folder
        .replace(Some("/data/optdigits.csv".into()));
    window.click("Open file…");
    let (id, config) = window.added();
    window.tell([table_ready(id, &config)]);
    window
}

#[test]
fn remarks_stand_in_the_setup_and_in_the_data_pane() {
    let mut window = table_window();
    assert!(window.has_text(REMARK), "in the setup");
    let before = window.harness.query_all_by_label(REMARK).count();
    window.choose_in_menu("Layout", "Data");
    let after = window.harness.query_all_by_label(REMARK).count();
    assert!(after > before, "in the pane: {before} and {after}");
}

#[test]
fn the_column_of_labels_is_typed_and_counts_once_the_field_is_left() {
    let mut window = table_window();
    let field = window
        .harness
        .get_by_role_and_label(Role::TextInput, "Label column");
    field.scroll_to_me();
    field.focus();
    window.harness.run();
    for letter in ["6", "5"] {
        window
            .harness
            .get_by_role_and_label(Role::TextInput, "Label column")
            .type_text(letter);
        window.harness.run();
        assert!(window.commands().is_empty(), "nothing is read while typing");
    }
    window.press(egui::Key::Enter);
    let (id, config) = window.added();
    assert_eq!(config.label_column.as_deref(), Some("65"));
    window.tell([table_ready(id, &config)]);

    // Other images have other columns.
    window.script.folder.replace(Some("/data/other.csv".into()));
    window.click("Open file…");
    assert_eq!(window.added().1.label_column, None);
}

#[test]
fn images_are_turned_by_choice() {
    let mut window = table_window();
    window.choose("Turn images", "Yes");
    assert_eq!(window.added().1.transpose, Some(true));
}

#[test]
fn what_a_source_cannot_choose_is_not_asked() {
    let window = super::ready_window("autoencoder");
    for name in ["Label column", "Turn images", "Image width"] {
        assert!(window.harness.query_by_label(name).is_none(), "{name}");
    }
}

/// What the engine makes of an array of pictures of 32×24 in colour.
fn array_ready(id: RunId, config: &RunConfig) -> Event {
    ready_on(id, config, |images| {
        images.shape = ImageShape {
            width: 32,
            height: 24,
            channels: 3,
        };
        images.takes = takes_of_name("set.npz");
    })
}

/// A run that was told to open an array.
fn array_window() -> (Window, RunId, RunConfig) {
    let mut window = Window::with_look(None, &roomy());
    window.commands();
    window.script.folder.replace(Some("/data/set.npz".into()));
    window.click("Open file…");
    let (id, config) = window.added();
    (window, id, config)
}

#[test]
fn arrays_keep_their_size_until_another_is_chosen() {
    let (mut window, id, config) = array_window();
    window.tell([array_ready(id, &config)]);
    for (name, value) in [("Image width", 32.0), ("Image height", 24.0)] {
        let number = window.harness.get_by_role_and_label(Role::SpinButton, name);
        let shown = number.accesskit_node().numeric_value();
        assert_eq!(shown, Some(value), "{name}");
    }
    window.choose("Colour", "Grey");
    let (_, config) = window.added();
    assert_eq!((config.image_size, config.color), (None, Some(Color::Grey)));
}

#[test]
fn an_array_that_needs_a_size_can_be_given_one() {
    let (mut window, id, _) = array_window();
    window.tell([Event::Failed {
        id,
        error: "Expected pictures of at most 128 pixels a side, found 224×224.".to_owned(),
        is_bad_input: true,
    }]);
    let width = window
        .harness
        .get_by_role_and_label(Role::SpinButton, "Image width");
    width.scroll_to_me();
    width.focus();
    window.harness.run();
    window.press(egui::Key::ArrowUp);
    window.press(egui::Key::Enter);
    let (_, config) = window.added();
    let size = config.image_size.unwrap();
    assert!(size.width() > 28, "{size}");
}
