//! The schedule of the selected run as a strip that can be changed: one block a phase, as wide as it
//! is long.
//!
//! A *block* tells which pairs of layers train in its phase, and opens its settings. Its right edge
//! sets its length; a mark between two blocks is a moment to branch from.

mod blocks;
mod change;
mod live;
mod popup;
mod strip;
mod words;

use egui::{RichText, Ui};

use crate::model::{Objective, Variant, variant};

use super::action::{Action, Actions};
use super::matching;
use super::run::Run;
use super::setup;
use super::view::View;

pub use change::{ScheduleAction, ScheduleState, Way};

/// Share of what is left of the heading that its hint may have beside the line about matching.
const HINT_SHARE: f32 = 0.45;

/// Draws the panel over the panes.
pub fn schedule_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let Some(run) = view.run() else {
        ui.label("Add a run to see its schedule.");
        return;
    };
    ui.spacing_mut().item_spacing.y = 4.0;
    let phases = &run.draft.config.schedule.phases;
    ui.horizontal(|ui| {
        ui.heading("Schedule");
        ui.label(RichText::new(words::summary(phases)).small().weak());
        add_ui(ui, run, out);
        let is_back = view.state.history.cursor.is_some();
        let looked_at = view.state.frame(run).filter(|_frame| is_back);
        let text = match words::under_way(run, looked_at.map(|frame| frame.phase)) {
            Some(text) if run.has_started() => text,
            Some(_) | None => "Drag an edge for the length of a phase; click a block for its \
                               settings."
                .to_owned(),
        };
        let line = RichText::new(&text).small().color(view.palette.weak);
        let room = ui.available_width();
        ui.scope(|ui| {
            if view.state.matching.is_some() {
                ui.set_max_width(room * HINT_SHARE);
            }
            ui.add(egui::Label::new(line).truncate())
                .on_hover_text(text);
        });
        matching::matching_ui(ui, view);
    });
    blocks::strip_ui(ui, view, run, out);
    popup::popup_ui(ui, view, run, out);
    setup::commit_finished(ui, view, run, out);
}

/// A menu of the phases there could be.
fn add_ui(ui: &mut Ui, run: &Run, out: &mut Actions) {
    let can_add = run.opening.is_none() && run.first_open_phase() < usize::MAX;
    let menu = ui
        .add_enabled_ui(can_add, |ui| {
            ui.menu_button("+ Phase", |ui| menu_ui(ui, run, out))
                .response
        })
        .inner;
    menu.on_hover_text(
        "Add a phase. Pretraining goes before the last phase with all layers, everything else to \
         the end.",
    )
    .on_disabled_hover_text(
        "This run has failed. Reset it, or branch from a boundary, to train it otherwise.",
    );
}

fn menu_ui(ui: &mut Ui, run: &Run, out: &mut Actions) {
    let is_layered = variant(&run.draft.config.variant).is_ok_and(Variant::is_layered);
    let stages = if is_layered { run.draft.stages() } else { 0 };
    let all = std::iter::once(Objective::EndToEnd);
    let greedy = (0..stages).map(|stage| Objective::Greedy { stage });
    let inward = (0..stages).map(|stage| Objective::EndsInward { stage });
    for objective in all.chain(greedy).chain(inward) {
        let [name, _] = words::names(objective);
        let entry = ui
            .button(format!("Add {}{}", name[..1].to_lowercase(), &name[1..]))
            .on_hover_text(words::purpose(objective));
        if entry.clicked() {
            out.push(Action::Schedule(ScheduleAction::Add(run.id, objective)));
        }
    }
}
