//! Exports and imported weights, by name, over the scripted engine.

use std::path::PathBuf;

use egui_kittest::kittest::Queryable as _;
use hourglass::engine::{Command, Event, Export, JobId, JobOutcome};
use hourglass::gui::PathFor;
use hourglass::store::export::{ExportKind, Format};

use super::rich::rich_window;
use super::window::{Look, Window};
use super::{FIRST, ready_window};

/// Chooses an export, with this answer to the dialog.
fn export(window: &mut Window, entry: &str, path: &str) -> Vec<Command> {
    window.script.take_commands();
    window.script.folder.replace(Some(PathBuf::from(path)));
    window.click("File");
    window.click("Export");
    window.click(entry);
    window.script.take_commands()
}

fn only(commands: &[Command]) -> (JobId, &Export, &PathBuf) {
    let exports: Vec<_> = commands
        .iter()
        .filter_map(|command| match command {
            Command::Export { id, export, path } => Some((*id, &**export, path)),
            _ => None,
        })
        .collect();
    assert_eq!(exports.len(), 1, "{commands:?}");
    exports[0]
}

#[test]
fn every_export_asks_where_and_is_sent_to_the_engine() {
    let mut window = rich_window(3, &Look::default());
    for (entry, kind, format) in [
        (
            "Weights for PyTorch…",
            ExportKind::Weights,
            Format::Safetensors,
        ),
        ("Codes (npy)…", ExportKind::Codes, Format::Npy),
        ("Codes (CSV)…", ExportKind::Codes, Format::Csv),
        ("Curves (CSV)…", ExportKind::Curves, Format::Csv),
        ("Plot (SVG)…", ExportKind::Plot, Format::Svg),
        ("Plot (PNG)…", ExportKind::Plot, Format::Png),
        ("Picture grid (PNG)…", ExportKind::Grid, Format::Png),
        ("History (GIF)…", ExportKind::Animation, Format::Gif),
    ] {
        let path = format!("/exports/file 図.{}", format.ending());
        let commands = export(&mut window, entry, &path);
        let (_, sent, to) = only(&commands);
        assert_eq!(sent.kind(), kind, "{entry}");
        assert_eq!(*to, PathBuf::from(&path), "{entry}");
        let asked = window.script.asked.borrow().last().copied();
        let Some(PathFor::Export(target)) = asked else {
            panic!("{entry}: {asked:?}");
        };
        assert_eq!((target.kind, target.format), (kind, format), "{entry}");
    }
}

#[test]
fn a_grid_has_the_rows_of_the_pane() {
    let mut window = rich_window(3, &Look::default());
    let commands = export(&mut window, "Picture grid (PNG)…", "/exports/grid.png");
    let (_, Export::Grid(sheet), _) = only(&commands) else {
        panic!("{commands:?}");
    };
    let names: Vec<&str> = sheet.rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names[0], "Test images");
    let state = window.harness.state().state();
    for run in &state.runs {
        assert!(names.contains(&run.name()), "{names:?}");
    }
    let pictures = sheet.rows[0].pixels.len() / (28 * 28);
    assert_eq!(sheet.headings.len(), pictures);
    assert!(
        sheet.rows[1].detail.starts_with("MSE 0."),
        "{:?}",
        sheet.rows[1].detail
    );
}

#[test]
fn a_file_that_was_written_or_not_is_told() {
    let mut window = rich_window(1, &Look::default());
    let commands = export(&mut window, "Curves (CSV)…", "/exports/c.csv");
    let (id, ..) = only(&commands);
    window.tell([Event::JobStarted {
        id,
        name: "Writing curves".to_owned(),
    }]);
    assert!(
        window
            .harness
            .query_by_label("Cancel writing curves")
            .is_some()
    );
    window.tell([Event::JobEnded {
        id,
        outcome: JobOutcome::Failed {
            error: "writing /exports/c.csv failed: no space left on device".to_owned(),
            is_bad_input: false,
        },
    }]);
    assert!(window.has_text("writing /exports/c.csv failed: no space left on device"));
}

#[test]
fn weights_are_imported_into_the_settings_and_can_be_drawn_again() {
    let mut window = ready_window("autoencoder");
    window
        .script
        .folder
        .replace(Some(PathBuf::from("/data/weights.safetensors")));
    window.choose_in_menu("File", "Import weights…");
    let (id, config) = window.added();
    assert_eq!(id, FIRST);
    let weights = config.initial_weights.unwrap();
    assert_eq!(weights.file, "/data/weights.safetensors");
    assert!(window.has_text("weights.safetensors"));
    assert!(
        window.harness.query_by_label("Initial σ").is_none(),
        "nothing is drawn, so nothing is said about how"
    );
    window.click("Draw random weights");
    let (_, config) = window.added();
    assert_eq!(config.initial_weights, None);
}
