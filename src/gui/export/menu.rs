//! The menu of exports.
//!
//! An *entry* asks where to write; what cannot be written yet says why.

use egui::{Button, Ui};

use super::Target;
use crate::gui::action::{Action, Actions, PathFor};
use crate::gui::run::Run;
use crate::gui::view::View;
use crate::store::export::{ExportKind, Format};

/// One entry: what, how, its text, what it is good for.
type Entry = (ExportKind, Format, &'static str, &'static str);

const OF_ONE: &[Entry] = &[
    (
        ExportKind::Weights,
        Format::Safetensors,
        "Weights for PyTorch…",
        "Weights and biases of the selected run as safetensors, laid out and named as in PyTorch; the \
         README shows how to load them",
    ),
    (
        ExportKind::Codes,
        Format::Npy,
        "Codes (npy)…",
        "The selected run's code of every test image as an array for NumPy: a row an image",
    ),
    (
        ExportKind::Codes,
        Format::Csv,
        "Codes (CSV)…",
        "The selected run's code of every test image as a table, with the classes",
    ),
];

const OF_ALL: &[Entry] = &[
    (
        ExportKind::Curves,
        Format::Csv,
        "Curves (CSV)…",
        "Every loss and test error of all runs as a table, with steps, epochs, phases and seconds",
    ),
    (
        ExportKind::Plot,
        Format::Svg,
        "Plot (SVG)…",
        "The chart with its present options as a drawing on white, for papers",
    ),
    (
        ExportKind::Plot,
        Format::Png,
        "Plot (PNG)…",
        "The chart with its present options as a picture on white, for slides",
    ),
    (
        ExportKind::Grid,
        Format::Png,
        "Picture grid (PNG)…",
        "Test images over what each run makes of them, at the moment that is looked at, with names",
    ),
    (
        ExportKind::Animation,
        Format::Gif,
        "History (GIF)…",
        "How the pictures of all runs became what they are: the kept moments one after another",
    ),
];

/// Draws the submenu.
pub fn export_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let button = ui.menu_button("Export", |ui| {
        let name = view.run().map_or("no run", Run::name);
        ui.weak(format!("Of {name}"));
        entries_ui(ui, view, OF_ONE, out);
        ui.separator();
        ui.weak("Of all runs");
        entries_ui(ui, view, OF_ALL, out);
    });
    button
        .response
        .on_hover_text("Write weights, codes, curves, plots and pictures for other programs");
    let Some(run) = view.run() else { return };
    let text = if run.is_untouched() {
        "Begin the selected run with weights that PyTorch, or Export, wrote; the network must be the same"
    } else {
        "A further run with the settings of the selected one that begins with weights which PyTorch, or \
         Export, wrote; the network must be the same"
    };
    let import = ui
        .add_enabled(
            run.is_untouched() || view.state.has_room(),
            Button::new("Import weights…"),
        )
        .on_hover_text(text)
        .on_disabled_hover_text("Remove a run first: there is no room for another one.");
    if import.clicked() {
        ui.close();
        out.push(Action::AskPath(PathFor::Weights(run.id)));
    }
}

fn entries_ui(ui: &mut Ui, view: &View<'_>, entries: &[Entry], out: &mut Actions) {
    for &(kind, format, text, help) in entries {
        let problem = view.state.export_problem(kind);
        let response = ui
            .add_enabled(problem.is_none(), Button::new(text))
            .on_hover_text(help)
            .on_disabled_hover_text(problem.unwrap_or_default());
        if response.clicked() {
            ui.close();
            let run = match kind {
                ExportKind::Weights | ExportKind::Codes => view.state.selected,
                ExportKind::Curves
                | ExportKind::Plot
                | ExportKind::Grid
                | ExportKind::Animation => None,
            };
            out.push(Action::AskPath(PathFor::Export(Target {
                kind,
                format,
                run,
            })));
        }
    }
}
