//! The side panel: the settings of the selected run.
//!
//! Edits go to the run's draft at once; the run is made anew when an edit is *finished*: no button of
//! the mouse held down and no text being typed.

mod data;
pub mod draft;
pub mod form;
mod knob_ui;
mod live;
mod parts;
mod training;
mod typed;
mod weights;

use egui::{RichText, ScrollArea, Ui};

use crate::engine::RunState;
use crate::model::{Knob, Part, VARIANTS, variant};
use crate::store::share::Access;

use super::action::{Action, Actions};
use super::focus::line_edit;
use super::naming;
use super::parking;
use super::references;
use super::relink;
use super::restart::Restart;
use super::run::{Opening, Run};
use super::share::{self, locks};
use super::state::MAX_RUNS;
use super::view::View;
use super::words;
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
        // A long one is not to push the settings out of sight.
        let room = ui.available_width();
        let name = naming::shortened(ui, run.name(), &egui::TextStyle::Body, room);
        let name = RichText::new(name).color(view.palette.run(run.slot));
        ui.add(egui::Label::new(name.strong()).truncate());
    });
    references::standing_ui(ui, view, run, out);
    let is_locked = run.has_started() || run.opening.is_some() || run.is_offline;
    relink::lost_ui(ui, view, run, out);
    if run.has_started() && !run.is_offline {
        parking::continue_ui(ui, view, run, out);
        locked_ui(ui, view, run, out);
        locks::under(ui, (&run.controls, &run.draft.config), |ui| {
            live::live_ui(ui, view, run, out);
        });
    }
    live::changes_ui(ui, run, out);
    if let Some(opening) = &run.opening {
        let text = match (opening, run.state) {
            (Opening::Folder(_) | Opening::Session(_), RunState::Failed) if run.lost.is_some() => {
                "This run was kept by an older version, which shows nothing of it without its images."
            }
            (Opening::Folder(_), RunState::Failed) => "This run could not be opened. Remove it.",
            (Opening::Session(_), RunState::Failed) => {
                "This run could not be opened, but stays in the session as long as it is not removed."
            }
            (Opening::Branch, RunState::Failed) => "This branch could not be made. Remove it.",
            (Opening::Folder(_) | Opening::Session(_), _) => "This run is being opened.",
            (Opening::Branch, _) => "This branch is being made.",
        };
        form::remark(ui, text);
    }
    problem_ui(ui, view, run);
    if let Some(failure) = run
        .failure
        .as_ref()
        .filter(|_| !run.has_started() && !run.is_edited())
    {
        let text = RichText::new(&failure.text).color(view.palette.failure);
        ui.add(egui::Label::new(text).wrap());
    }
    share::lesson_ui(ui, run, out);
    let mut draft = run.draft.clone();
    form::section(ui, "Model");
    name_ui(ui, run, out);
    ui.add_enabled_ui(!is_locked, |ui| {
        locks::under(ui, (&run.controls, &run.draft.config), |ui| {
            settings_ui(ui, view, (run, &mut draft), out);
        });
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

/// Says what is wrong with the settings, unless that is said below a field: a line that comes and goes
/// up here would move the field away under who types.
fn problem_ui(ui: &mut Ui, view: &View<'_>, run: &Run) {
    let Some(problem) = view.state.problem(run) else {
        return;
    };
    let knobs = variant(&run.draft.config.variant).map_or(&[][..], |variant| variant.knobs());
    if !knobs.iter().any(|knob| knob_ui::tells(knob, &problem)) {
        let text = RichText::new(problem).color(view.palette.failure);
        ui.add(egui::Label::new(text).wrap());
    }
}

fn settings_ui(ui: &mut Ui, view: &View<'_>, (run, draft): (&Run, &mut Draft), out: &mut Actions) {
    model_ui(ui, view, run, draft);
    weights::weights_ui(ui, draft);
    let problem = view.state.problem(run);
    parts::parts_ui(ui, run, problem.as_deref(), &mut draft.config.knobs);
    form::section(ui, "Training");
    training::training_ui(ui, draft);
    form::section(ui, "Data");
    data::data_ui(ui, view, run, draft, out);
    form::section(ui, "Device");
    device_ui(ui, view, run, draft);
}

/// Whether an edit is under way: a button of the mouse is held down, or text is being typed.
fn is_editing(ui: &Ui) -> bool {
    ui.input(|input| input.pointer.any_down()) || ui.ctx().text_edit_focused()
}

/// Has the run made anew, or go on otherwise, once an edit of its settings is finished.
pub fn commit_finished(ui: &Ui, view: &View<'_>, run: &Run, out: &mut Actions) {
    let waits = view.state.awaits_images(run);
    let is_due = run.is_to_be_committed() && !waits;
    if is_due && !is_editing(ui) && view.state.problem(run).is_none() {
        out.push(Action::Commit(run.id));
    }
}

/// What the run is called. What was not typed follows the run's own settings, and is shown weakly.
fn name_ui(ui: &mut Ui, run: &Run, out: &mut Actions) {
    let help = "What the run is called in the window. Left empty, it is called by its model type \
                and by its settings that are not the usual ones of that type.";
    form::row(ui, "Name", help, |ui, label| {
        let mut name = if run.draft.is_named {
            run.draft.config.name.clone()
        } else {
            String::new()
        };
        let response = line_edit(ui, &mut name, |field| {
            field.hint_text(run.name()).desired_width(f32::INFINITY)
        });
        let response = response.labelled_by(label).on_hover_text(help);
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
        let reset = ui.button("Reset to change").on_hover_text(
            "Back to the initial weights; what was trained can be brought back for a while.",
        );
        if reset.clicked() {
            out.push(Action::Restart(Restart::Reset, vec![run.id]));
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

fn model_ui(ui: &mut Ui, view: &View<'_>, run: &Run, draft: &mut Draft) {
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
    if locks::access(ui, "Model type") != Access::Hidden {
        form::remark(ui, summary);
    }
    if let Ok(variant) = chosen {
        // Nothing is drawn where weights come from a file.
        let is_drawn = draft.config.initial_weights.is_none();
        let is_shown =
            |knob: &Knob| knob.part == Part::Network && (is_drawn || !knob.id.starts_with("init"));
        let problem = view.state.problem(run);
        let knobs = &mut draft.config.knobs;
        knob_ui::knobs_ui(ui, variant.knobs(), is_shown, problem.as_deref(), knobs);
    }
    // It would tell what is hidden in a lesson.
    let is_hidden = |name: &str| locks::access(ui, name) == Access::Hidden;
    let is_told = !["Bottleneck", "Initial weights"].into_iter().any(is_hidden);
    if let Some(why) = draft.starved().filter(|_why| is_told) {
        let text = RichText::new(why).color(view.palette.warning);
        ui.add(egui::Label::new(text).wrap());
    }
    if let Some(shape) = view.state.shape_of(&draft.config)
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

fn device_ui(ui: &mut Ui, view: &View<'_>, run: &Run, draft: &mut Draft) {
    let devices = &view.state.devices;
    let candidate = devices.iter().find(|device| device.is_candidate);
    let automatic = match devices.iter().find(|device| device.is_auto) {
        Some(_) if candidate.is_some() => "Automatic: the CPU, or a faster GPU".to_owned(),
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
        help: "Trains on the CPU at once. A real graphics adapter is timed beside it, and taken from \
               the next run or reset on where it is faster by a third.",
    })
    .chain(named.iter().map(|(id, name)| Entry {
        value: id.as_str(),
        name,
        help: "",
    }));
    let help = "What computes. Small networks are often faster on the CPU.";
    let picked = form::choice_row(ui, ("Train on", help), (current.as_str(), shown), entries);
    let picked = picked.map(str::to_owned);
    let is_told = locks::access(ui, "Train on") != Access::Hidden;
    if draft.config.device == "auto" && is_told {
        match (&run.device_remark, candidate) {
            (Some(remark), _) => form::remark(ui, remark.as_str()),
            (None, Some(candidate)) => form::remark(
                ui,
                format!(
                    "{} is timed beside the CPU while a run trains, once for a network.",
                    candidate.name
                ),
            ),
            (None, None) => {}
        }
    }
    if let Some(id) = picked {
        draft.config.device = id;
    }
}
