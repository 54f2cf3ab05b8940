//! What readers decided is told, and what they can be told is chosen in the setup.

use std::sync::Arc;

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use hourglass::data::Takes;
use hourglass::engine::{DatasetInfo, Event, Progress, RunId, RunInfo};
use hourglass::train::RunConfig;

use super::pictures::roomy;
use super::session::info;
use super::window::Window;

const REMARK: &str = "Pixels go from 0 to 16 and were stretched: 16 is white.";

/// What the engine makes of a table.
fn table_ready(id: RunId, config: &RunConfig) -> Event {
    let info = info(config);
    let dataset = DatasetInfo {
        remarks: [REMARK.to_owned()].into(),
        takes: Takes {
            label: true,
            transpose: true,
            ..Takes::default()
        },
        ..info.dataset.clone()
    };
    Event::RunReady {
        id,
        info: Arc::new(RunInfo {
            dataset,
            ..RunInfo::clone(&info)
        }),
        metrics: Arc::default(),
        progress: Progress::default(),
    }
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
