//! The bar at the top: what makes runs go, and the menus.

use egui::{Button, RichText, Ui};

use super::action::Action;
use super::action::Actions;
use super::desk::{DeskAction, Pace};
use super::menus;
use super::restart::Restart;
use super::run::Run;
use super::shortcuts::{self, Does};
use super::state::AppState;
use super::trace::trace_widget;
use super::until;
use super::view::View;

/// Room that the menus are given at the right, in heights of a line of text.
const MENUS_WIDTH: f32 = 19.0;

/// Height of the buttons.
const HEIGHT: f32 = 26.0;

impl AppState {
    /// The runs that the buttons of the bar mean: every one, or the selected one.
    pub fn meant(&self, is_shifted: bool) -> Vec<crate::engine::RunId> {
        if self.desk.acts_on_all || is_shifted {
            self.runs.iter().map(|run| run.id).collect()
        } else {
            self.selected.into_iter().collect()
        }
    }
}

/// Draws the bar.
pub fn transport_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    ui.horizontal_wrapped(|ui| {
        play_ui(ui, view, out);
        controls_ui(ui, view, out);
        pace_ui(ui, view, out);
        let left = ui.available_size_before_wrap().x
            - MENUS_WIDTH * ui.text_style_height(&egui::TextStyle::Body);
        if left > 0.0 {
            ui.add_space(left);
        } else {
            ui.separator();
        }
        menus::menus_ui(ui, view, out);
    });
}

/// A button that says why it is off.
fn button(ui: &mut Ui, is_on: bool, button: Button<'_>, help: &str, off: &str) -> bool {
    ui.add_enabled(is_on, button.min_size(egui::vec2(0.0, HEIGHT)))
        .on_hover_text(help)
        .on_disabled_hover_text(off)
        .clicked()
}

fn play_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let runs = &view.state.runs;
    let is_single = runs.len() == 1;
    let size = egui::vec2(88.0, HEIGHT);
    let response = if runs.iter().any(Run::is_running) {
        let text = if is_single { "Pause" } else { "Pause all" };
        let help = shortcuts::with_key(
            ui.ctx(),
            "Stop between two steps; Play goes on",
            Does::PlayAll,
        );
        ui.add(Button::new(text).min_size(size)).on_hover_text(help)
    } else {
        let can_start = runs.iter().any(|run| view.state.can_start(run));
        let text = if is_single {
            "▶ Play"
        } else {
            "▶ Play all"
        };
        let play = if can_start {
            Button::new(RichText::new(text).strong().color(view.palette.on_go))
                .fill(view.palette.go)
        } else {
            Button::new(text)
        };
        let help = if is_single {
            "Train until the schedule ends"
        } else {
            "Train all runs in turn, on the same batches, until their schedules end"
        };
        let problem = view.run().and_then(|run| view.state.problem(run));
        let lacks_images = runs.iter().any(|run| run.is_offline);
        let off = match (&problem, is_single) {
            (Some(problem), true) => problem.as_str(),
            (_, true) if lacks_images => "The images of this run are missing.",
            (_, true) => "This run has ended: reset it to train again.",
            (_, false) if lacks_images => {
                "The images of some runs are missing, and the others have ended."
            }
            (_, false) => "Every run has ended: reset one to train again.",
        };
        ui.add_enabled(can_start, play.min_size(size))
            .on_hover_text(shortcuts::with_key(ui.ctx(), help, Does::PlayAll))
            .on_disabled_hover_text(off)
    };
    trace_widget("play all", &response);
    if response.clicked() {
        out.push(Action::ToggleAll);
    }
}

fn controls_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let state = view.state;
    let is_shifted = ui.input(|input| input.modifiers.shift);
    let meant = state.meant(is_shifted);
    let runs = || meant.iter().filter_map(|id| state.run(*id));
    let whose = match (&meant[..], state.runs.len() > 1) {
        (_, false) => String::new(),
        ([id], true) => state
            .run(*id)
            .map_or_else(String::new, |run| format!(" of {}", run.name())),
        (_, true) => " of every run".to_owned(),
    };
    let hint =
        |ui: &Ui, help: &str, does| shortcuts::with_key(ui.ctx(), &help.replace('%', &whose), does);

    let can_step = runs().any(|run| state.can_start(run));
    let help = hint(ui, "One training step%", Does::Step);
    if button(
        ui,
        can_step,
        Button::new("Step"),
        &help,
        "Pause the run to step.",
    ) {
        out.extend(meant.iter().copied().map(Action::Step));
    }
    let help = hint(ui, "Train to the end of the epoch%", Does::Epoch);
    if button(
        ui,
        can_step,
        Button::new("Epoch"),
        &help,
        "Pause the run first.",
    ) {
        out.extend(meant.iter().copied().map(Action::Epoch));
    }
    until::menu_ui(ui, view, &meant, &whose, HEIGHT, out);
    let help = format!("End training{whose} here and measure once more");
    let can_stop = runs().any(Run::can_stop);
    if button(
        ui,
        can_stop,
        Button::new("Stop"),
        &help,
        "This run is not under way.",
    ) {
        out.extend(meant.iter().copied().map(Action::Stop));
    }
    let help = hint(
        ui,
        "Back to the same initial weights%; what was trained can be brought back for a while",
        Does::Reset,
    );
    let can_reset = runs().any(Run::can_reset);
    if button(
        ui,
        can_reset,
        Button::new("Reset"),
        &help,
        "This run has not started.",
    ) {
        out.push(Action::Restart(Restart::Reset, meant.clone()));
    }
    let help = hint(
        ui,
        "Other initial weights%, with the next seed; what was trained can be brought back for a while. \
         Hold Shift to give every run the same new seed, so that they stay matched.",
        Does::NewSeed,
    );
    let can_seed = runs().any(Run::can_take_seed);
    if button(
        ui,
        can_seed,
        Button::new("New seed"),
        &help,
        "This run is being opened, or its images are missing.",
    ) {
        out.push(Action::Restart(Restart::NewSeed, meant.clone()));
    }
    if state.runs.len() > 1 {
        let mut is_all = state.desk.acts_on_all;
        let all = ui.checkbox(&mut is_all, "All runs").on_hover_text(
            "Step, Epoch, Stop, Reset and New seed mean every run rather than the selected one. \
                 Holding Shift does the same for one click.",
        );
        if all.changed() {
            out.push(Action::Desk(DeskAction::ActOnAll(is_all)));
        }
    }
}

fn pace_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let pace = view.state.desk.pace;
    ui.label(RichText::new("Speed").small().color(view.palette.weak));
    let list = egui::ComboBox::from_id_salt("pace")
        .selected_text(pace.name())
        .width(104.0)
        .show_ui(ui, |ui| {
            for &choice in Pace::ALL {
                if ui.selectable_label(choice == pace, choice.name()).clicked() {
                    out.push(Action::Desk(DeskAction::SetPace(choice)));
                }
            }
        });
    list.response
        .on_hover_text("How fast runs train: slow motion shows what a single step does.")
        .accessible_name("Speed");
}
