//! The settings of one phase, in a small window under its block.

use egui::{Id, Ui};

use crate::gui::action::{Action, Actions};
use crate::gui::focus::is_typing;
use crate::gui::run::Run;
use crate::gui::setup::{self, form};
use crate::gui::share::locks;
use crate::gui::view::View;
use crate::train::Schedule;

use super::change::{ScheduleAction, Way};
use super::words;

/// Width of the window.
const WIDTH: f32 = 340.0;

/// Draws the settings of the phase that is open, where one of `run` is.
pub(super) fn popup_ui(ui: &Ui, view: &View<'_>, run: &Run, out: &mut Actions) {
    let Some((id, index)) = view.state.schedule.open else {
        return;
    };
    let phases = &run.draft.config.schedule.phases;
    let Some(phase) = phases.get(index).filter(|_phase| id == run.id) else {
        return;
    };
    let mut is_open = true;
    let title = format!("Phase {} of {}: {}", index + 1, phases.len(), phase.name());
    let share = index as f32 / phases.len() as f32;
    let below = ui.min_rect().lerp_inside(egui::vec2(share, 1.0)) + egui::vec2(0.0, 10.0);
    egui::Window::new(title)
        .id(Id::unique(("phase settings", run.id, index)))
        .open(&mut is_open)
        .collapsible(false)
        .resizable(false)
        .default_width(WIDTH)
        .default_pos(below)
        .show(ui.ctx(), |ui| {
            ui.set_width(WIDTH);
            phase_ui(ui, view, (run, index), out);
        });
    // Escape in a field leaves the field.
    let is_escaped = ui.input(|input| input.key_pressed(egui::Key::Escape)) && !is_typing(ui.ctx());
    if !is_open || is_escaped {
        out.push(Action::Schedule(ScheduleAction::Close));
    }
}

fn phase_ui(ui: &mut Ui, view: &View<'_>, (run, index): (&Run, usize), out: &mut Actions) {
    let mut schedule: Schedule = run.draft.config.schedule.clone();
    let count = schedule.phases.len();
    let Some(phase) = schedule.phases.get_mut(index) else {
        return;
    };
    form::remark(ui, words::purpose(phase.objective));
    let is_open = run.opening.is_none() && index >= run.first_open_phase();
    let least = run.least_epochs(index);
    if let Some(least) = least.filter(|_least| !is_open) {
        form::remark(
            ui,
            format!(
                "The length of this phase can still be changed, to no less than {}, and its learning \
                 rate in Setup.",
                words::epochs(least)
            ),
        );
    } else if !is_open {
        form::remark(ui, "This phase has begun: its settings stay as they are.");
    }
    let prefix = format!("Phase {} ", index + 1);
    locks::under(ui, (&run.controls, &run.draft.config), |ui| {
        setup::phase_ui(ui, phase, &prefix, (least, is_open));
    });
    if schedule != run.draft.config.schedule {
        let change = ScheduleAction::Change(run.id, Box::new(schedule));
        out.push(Action::Schedule(change));
    }
    ui.add_space(6.0);
    ui.horizontal_wrapped(|ui| {
        let mut act = |ui: &mut Ui, is_on: bool, name: &str, help: &str, action| {
            let button = ui.add_enabled(is_on, egui::Button::new(name));
            if button.on_hover_text(help).clicked() {
                out.push(Action::Schedule(action));
            }
        };
        let first = run.first_open_phase();
        let earlier = ScheduleAction::Move(run.id, index, Way::Earlier);
        let help = "Swaps this phase with the one before";
        act(ui, is_open && index > first, "◀ Earlier", help, earlier);
        let later = ScheduleAction::Move(run.id, index, Way::Later);
        let help = "Swaps this phase with the one after";
        act(ui, is_open && index + 1 < count, "Later ▶", help, later);
        let remove = ScheduleAction::Remove(run.id, index);
        let help = "Takes this phase out of the schedule";
        act(ui, is_open && count > 1, "Remove phase", help, remove);
    });
    if run.has_started() && run.boundaries.contains(&index) {
        let branch = ui
            .add_enabled(
                view.state.can_branch(run, index),
                egui::Button::new("Branch from its start"),
            )
            .on_hover_text(
                "A new run that stands where this phase began, with the weights of that moment: \
                 its settings and those of later phases can be changed there",
            )
            .on_disabled_hover_text("Remove a run first: there is no room for a branch.");
        if branch.clicked() {
            out.push(Action::BranchAt {
                run: run.id,
                phase: index,
            });
        }
    }
}
