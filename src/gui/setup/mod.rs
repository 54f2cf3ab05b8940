//! The side panel: the settings of the selected run.
//!
//! Edits go to the run's draft at once; the run is made anew when an edit is *finished*: no button of
//! the mouse held down and no text being typed.

pub mod draft;
pub mod form;
mod knob_ui;
mod live;
mod training;

use egui::{RichText, ScrollArea, Ui};

use crate::data::SOURCES;
use crate::engine::RunState;
use crate::model::{VARIANTS, variant};

use super::action::{Action, Actions, FolderFor};
use super::run::{Opening, Run};
use super::state::MAX_RUNS;
use super::view::View;
use super::{naming, words};
use draft::Draft;
use form::Entry;

pub use training::phase_ui;

/// Draws the panel.
pub fn setup_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        egui::Frame::new()
            .inner_margin(egui::Margin {
                left: 12,
                right: 14,
                top: 8,
                bottom: 12,
            })
            .show(ui, |ui| match view.run() {
                Some(run) => run_ui(ui, view, run, out),
                None => {
                    ui.label("Add a run to set it up.");
                }
            });
    });
}

fn run_ui(ui: &mut Ui, view: &View<'_>, run: &Run, out: &mut Actions) {
    ui.horizontal(|ui| {
        ui.heading("Setup");
        ui.label(
            RichText::new(run.name())
                .color(view.palette.run(run.slot))
                .strong(),
        );
    });
    let is_locked = run.has_started() || run.opening.is_some();
    if run.has_started() {
        locked_ui(ui, view, run, out);
        live::rate_ui(ui, view, run, out);
    }
    live::changes_ui(ui, run, out);
    if let Some(opening) = &run.opening {
        let text = match (opening, run.state) {
            (Opening::Folder(_), RunState::Failed) => "This run could not be opened. Remove it.",
            (Opening::Branch, RunState::Failed) => "This branch could not be made. Remove it.",
            (Opening::Folder(_), _) => "This run is being opened.",
            (Opening::Branch, _) => "This branch is being made.",
        };
        form::remark(ui, text);
    }
    if let Some(problem) = view.state.problem(run) {
        let text = RichText::new(problem).color(view.palette.failure);
        ui.add(egui::Label::new(text).wrap());
    }
    if let Some(failure) = run
        .failure
        .as_ref()
        .filter(|_| !run.has_started() && !run.is_edited())
    {
        let text = RichText::new(&failure.text).color(view.palette.failure);
        ui.add(egui::Label::new(text).wrap());
    }
    let mut draft = run.draft.clone();
    form::section(ui, "Model");
    name_ui(ui, run, out);
    ui.add_enabled_ui(!is_locked, |ui| {
        model_ui(ui, view, &mut draft);
        form::section(ui, "Training");
        training::training_ui(ui, &mut draft);
        form::section(ui, "Data");
        data_ui(ui, run, &mut draft, out);
        form::section(ui, "Device");
        device_ui(ui, view, &mut draft);
    });
    if is_locked {
        return;
    }
    if draft != run.draft {
        out.push(Action::Edit(run.id, Box::new(draft)));
        if !is_editing(ui) {
            out.push(Action::Commit(run.id));
        }
    }
    commit_finished(ui, view, run, out);
}

/// Whether an edit is under way: a button of the mouse is held down, or text is being typed.
fn is_editing(ui: &Ui) -> bool {
    ui.input(|input| input.pointer.any_down()) || ui.ctx().text_edit_focused()
}

/// Has the run made anew, or go on otherwise, once an edit of its settings is finished.
pub fn commit_finished(ui: &Ui, view: &View<'_>, run: &Run, out: &mut Actions) {
    if run.is_to_be_committed() && !is_editing(ui) && view.state.problem(run).is_none() {
        out.push(Action::Commit(run.id));
    }
}

/// What the run is called. What was not typed follows what the run differs in, and is shown weakly.
fn name_ui(ui: &mut Ui, run: &Run, out: &mut Actions) {
    let help = "What the run is called in the window. Left empty, it is called by what it differs \
                in from the runs before it.";
    form::row(ui, "Name", help, |ui, label| {
        let mut name = if run.draft.is_named {
            run.draft.config.name.clone()
        } else {
            String::new()
        };
        let field = egui::TextEdit::singleline(&mut name)
            .hint_text(run.name())
            .desired_width(f32::INFINITY);
        let response = ui.add(field).labelled_by(label).on_hover_text(help);
        if response.changed() {
            out.push(Action::Rename(run.id, name));
        }
    });
}

/// Says why nothing can be changed, and what to do about it.
fn locked_ui(ui: &mut Ui, view: &View<'_>, run: &Run, out: &mut Actions) {
    form::remark(
        ui,
        "This run has started: its settings are fixed, but for the phases ahead in the schedule.",
    );
    ui.horizontal(|ui| {
        let reset = ui
            .button("Reset to change")
            .on_hover_text("Back to the initial weights; what was trained is lost.");
        if reset.clicked() {
            if run.is_running() {
                out.push(Action::Pause(run.id));
            }
            out.push(Action::Reset(run.id));
        }
        let duplicate = ui
            .add_enabled(
                view.state.has_room(),
                egui::Button::new("Duplicate to change"),
            )
            .on_hover_text("A further run with these settings, called by what you change about it.")
            .on_disabled_hover_text(format!(
                "Remove a run first: up to {MAX_RUNS} can be compared."
            ));
        if duplicate.clicked() {
            out.push(Action::Duplicate(run.id));
        }
    });
}

fn model_ui(ui: &mut Ui, view: &View<'_>, draft: &mut Draft) {
    let chosen = variant(&draft.config.variant);
    let (shown, summary) = match &chosen {
        Ok(variant) => (variant.name(), variant.summary()),
        Err(_) => (draft.config.variant.as_str(), "An unknown model type."),
    };
    let entries = VARIANTS.iter().map(|variant| Entry {
        value: variant.id(),
        name: variant.name(),
        help: variant.summary(),
    });
    let current = (draft.config.variant.as_str(), shown);
    let picked = form::choice_row(ui, ("Model type", summary), current, entries);
    form::remark(ui, summary);
    if let Ok(variant) = chosen {
        knob_ui::knobs_ui(ui, variant.knobs(), &mut draft.config.knobs);
    }
    if let Some(shape) = view.state.shape_of(&draft.config.dataset)
        && let Some(plan) = draft.plan(shape)
    {
        let encoder = plan
            .layers
            .iter()
            .take(plan.stages)
            .map(|layer| layer.output.as_str());
        let input = plan.layers.first().map(|layer| layer.input.as_str());
        let outputs: Vec<&str> = input.into_iter().chain(encoder).collect();
        let separator = if outputs.iter().any(|text| text.contains('×')) {
            " → "
        } else {
            "-"
        };
        let parameters = u64::try_from(plan.parameters()).unwrap_or(u64::MAX);
        let text = format!(
            "Encoder {}, {} parameters in all",
            outputs.join(separator),
            words::count(parameters)
        );
        form::remark(ui, text);
    }
    if let Some(id) = picked {
        draft.config.variant = id.to_owned();
    }
}

/// Whether a source is one data set of its own, rather than any folder.
fn is_built_in(source: &dyn crate::data::Source) -> bool {
    source.accepts(source.id()) && !source.accepts("./a folder")
}

fn data_ui(ui: &mut Ui, run: &Run, draft: &mut Draft, out: &mut Actions) {
    let location = draft.config.dataset.clone();
    let source = SOURCES.iter().find(|source| source.accepts(&location));
    let built_in = source.filter(|source| is_built_in(**source));
    let (shown, help) = match built_in {
        Some(source) => (source.name(), source.summary()),
        None => (naming::data_name(&location), location.as_str()),
    };
    let folder = built_in.is_none().then(|| Entry {
        value: location.as_str(),
        name: naming::data_name(&location),
        help: location.as_str(),
    });
    let entries = SOURCES
        .iter()
        .filter(|source| is_built_in(**source))
        .map(|source| Entry {
            value: source.id(),
            name: source.name(),
            help: source.summary(),
        })
        .chain(folder);
    let picked = form::choice_row(ui, ("Images", help), (location.as_str(), shown), entries);
    if let Some(id) = picked {
        draft.config.dataset = id.to_owned();
    }
    form::row(ui, "", "", |ui, _label| {
        let folder = ui
            .button("Open folder…")
            .on_hover_text("A folder of IDX files, such as MNIST or Fashion-MNIST.");
        if folder.clicked() {
            out.push(Action::AskFolder(FolderFor::Data(run.id)));
        }
    });
    if let Some(info) = run
        .info
        .as_ref()
        .filter(|info| info.config.dataset == location)
    {
        let data = &info.dataset;
        let mut text = format!(
            "{} training and {} test images of {}",
            words::count(data.train as u64),
            words::count(data.test as u64),
            data.shape
        );
        if !data.split.is_empty() {
            text = format!("{text}; {}", data.split);
        }
        form::remark(ui, text);
    }
    limit_ui(ui, &mut draft.config.limit);
}

fn limit_ui(ui: &mut Ui, limit: &mut Option<usize>) {
    let help = "Train on the first so many images only. Test images are never limited.";
    form::row(ui, "Limit", help, |ui, label| {
        let mut is_limited = limit.is_some();
        ui.checkbox(&mut is_limited, "")
            .labelled_by(label)
            .on_hover_text(help);
        match (is_limited, *limit) {
            (true, None) => *limit = Some(1000),
            (false, Some(_)) => *limit = None,
            (true, Some(_)) | (false, None) => {}
        }
        if let Some(limit) = limit {
            let number = egui::DragValue::new(limit)
                .range(1..=1_000_000_000)
                .speed(10.0)
                .suffix(" images")
                .update_while_editing(false);
            ui.add(number).labelled_by(label).on_hover_text(help);
        } else {
            ui.weak("all training images");
        }
    });
}

fn device_ui(ui: &mut Ui, view: &View<'_>, draft: &mut Draft) {
    let devices = &view.state.devices;
    let automatic = match devices.iter().find(|device| device.is_auto) {
        Some(device) => format!("Automatic: {}", device.name),
        None => "Automatic".to_owned(),
    };
    let named: Vec<(String, String)> = devices
        .iter()
        .map(|device| {
            let slow = if device.is_software {
                " (software, slow)"
            } else {
                ""
            };
            (device.id.clone(), format!("{}{slow}", device.name))
        })
        .collect();
    let current = draft.config.device.clone();
    let shown = if current == "auto" {
        automatic.as_str()
    } else {
        named
            .iter()
            .find(|(id, _)| *id == current)
            .map_or(current.as_str(), |(_, name)| name.as_str())
    };
    let entries = std::iter::once(Entry {
        value: "auto",
        name: automatic.as_str(),
        help: "The fastest real graphics adapter, or the CPU where there is none.",
    })
    .chain(named.iter().map(|(id, name)| Entry {
        value: id.as_str(),
        name,
        help: "",
    }));
    let help = "What computes. Small networks are often faster on the CPU.";
    let picked = form::choice_row(ui, ("Train on", help), (current.as_str(), shown), entries);
    let picked = picked.map(str::to_owned);
    if let Some(id) = picked {
        draft.config.device = id;
    }
}
