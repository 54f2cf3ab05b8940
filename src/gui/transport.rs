//! The bar at the top: the runs, and what makes them go.
//!
//! A *chip* is the tab of one run, in its colour.

use egui::{Button, Key, Modifiers, RichText, Ui};

use super::action::{Action, Actions, FolderFor, ThemeChoice, ViewOptions};
use super::run::Run;
use super::state::MAX_RUNS;
use super::view::View;

/// Room that the buttons for files and the theme need side by side.
const FILES_WIDTH: f32 = 330.0;

/// Keys that work wherever no control has the keyboard.
pub fn keys(ctx: &egui::Context, view: &View<'_>, out: &mut Actions) {
    if ctx.egui_wants_keyboard_input() || ctx.memory(|memory| memory.focused().is_some()) {
        return;
    }
    let Some(run) = view.run() else { return };
    let pressed = |key| ctx.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if pressed(Key::Space) {
        out.push(Action::Toggle(run.id));
    }
    if pressed(Key::S) {
        out.push(Action::Step(run.id));
    }
    if pressed(Key::R) {
        out.push(Action::Reset(run.id));
    }
}

/// Draws the bar.
pub fn transport_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    ui.horizontal_wrapped(|ui| {
        if let Some(run) = view.run() {
            controls_ui(ui, view, run, out);
        }
        ui.separator();
        for run in &view.state.runs {
            chip_ui(ui, view, run, out);
        }
        add_ui(ui, view, out);
        all_ui(ui, view, out);
        let has_room = ui.available_size_before_wrap().x > FILES_WIDTH;
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if has_room {
                theme_ui(ui, view.state.options, out);
                files_ui(ui, view, out);
            } else {
                ui.menu_button("More", |ui| {
                    files_ui(ui, view, out);
                    ui.separator();
                    themes_ui(ui, view.state.options, out);
                });
            }
        });
    });
}

/// A button that says why it is off.
fn button(ui: &mut Ui, is_on: bool, button: Button<'_>, help: &str, off: &str) -> bool {
    ui.add_enabled(is_on, button)
        .on_hover_text(help)
        .on_disabled_hover_text(off)
        .clicked()
}

fn controls_ui(ui: &mut Ui, view: &View<'_>, run: &Run, out: &mut Actions) {
    if run.is_running() {
        let pause = Button::new("Pause").min_size(egui::vec2(74.0, 26.0));
        if button(
            ui,
            true,
            pause,
            "Stop between two steps; Start goes on (Space)",
            "",
        ) {
            out.push(Action::Pause(run.id));
        }
    } else {
        let can_start = view.state.can_start(run);
        let mut start = Button::new(RichText::new("▶ Start").strong().color(view.palette.on_go))
            .min_size(egui::vec2(74.0, 26.0));
        if can_start {
            start = start.fill(view.palette.go);
        } else {
            start = Button::new("▶ Start").min_size(egui::vec2(74.0, 26.0));
        }
        let problem = view.state.problem(run);
        let off = problem
            .as_deref()
            .unwrap_or("This run has ended: reset it to train again.");
        if button(ui, can_start, start, "Train (Space)", off) {
            out.push(Action::Start(run.id));
        }
    }
    let size = egui::vec2(0.0, 26.0);
    let can_step = view.state.can_start(run);
    let step = Button::new("Step").min_size(size);
    if button(
        ui,
        can_step,
        step,
        "One training step (S)",
        "Pause the run to step.",
    ) {
        out.push(Action::Step(run.id));
    }
    let stop = Button::new("Stop").min_size(size);
    let help = "End the run where it is and measure it once more";
    if button(ui, run.can_stop(), stop, help, "This run is not under way.") {
        out.push(Action::Stop(run.id));
    }
    let reset = Button::new("Reset").min_size(size);
    let help = "Back to the initial weights and an empty history (R)";
    if button(
        ui,
        run.can_reset(),
        reset,
        help,
        "This run has not started.",
    ) {
        out.push(Action::Reset(run.id));
    }
}

fn chip_ui(ui: &mut Ui, view: &View<'_>, run: &Run, out: &mut Actions) {
    let is_selected = view.state.selected == Some(run.id);
    let color = view.palette.run(run.slot);
    let text = RichText::new(format!("● {}", run.name())).color(color);
    let text = if is_selected { text.strong() } else { text };
    let mut chip = Button::new(text)
        .selected(is_selected)
        .min_size(egui::vec2(0.0, 26.0));
    chip = if is_selected {
        chip.fill(view.palette.raised)
            .stroke(egui::Stroke::new(1.5, color))
    } else {
        chip.fill(view.palette.bar)
    };
    let response = ui.add(chip).on_hover_text(format!(
        "{}: {}. Click to see its setup.",
        run.name(),
        run.state_name()
    ));
    response.widget_info(|| {
        egui::WidgetInfo::selected(
            egui::Role::Button,
            true,
            is_selected,
            format!("Run {}", run.name()),
        )
    });
    if response.clicked() {
        out.push(Action::Select(run.id));
    }
    if view.state.runs.len() > 1 {
        let remove = ui
            .add(Button::new("×").frame(false))
            .on_hover_text(format!("Remove {}", run.name()));
        let name = format!("Remove {}", run.name());
        remove.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
        if remove.clicked() {
            out.push(Action::Remove(run.id));
        }
    }
}

fn add_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let help = "A second run with the settings of this one, to be changed and compared";
    let off = format!("{MAX_RUNS} runs can be compared at a time.");
    if let Some(run) = view.run()
        && button(
            ui,
            view.state.has_room(),
            Button::new("Add run"),
            help,
            &off,
        )
    {
        out.push(Action::Duplicate(run.id));
    }
}

fn all_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    if view.state.runs.len() < 2 {
        return;
    }
    ui.separator();
    let can_start = view.state.runs.iter().any(|run| view.state.can_start(run));
    let help = "Train all runs in turn, on the same batches";
    if button(
        ui,
        can_start,
        Button::new("▶ Start all"),
        help,
        "No run can be started.",
    ) {
        out.push(Action::StartAll);
    }
    let can_pause = view.state.runs.iter().any(Run::is_running);
    if button(
        ui,
        can_pause,
        Button::new("Pause all"),
        "Pause every run",
        "No run is training.",
    ) {
        out.push(Action::PauseAll);
    }
}

fn files_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    if let Some(run) = view.run() {
        let help = "Keep settings, weights, history and pictures of this run in a folder";
        let save = Button::new("Save run…");
        if button(ui, run.can_save(), save, help, "This run is not ready yet.") {
            out.push(Action::AskFolder(FolderFor::Save(run.id)));
        }
    }
    let help = "Open the folder of a run that was saved";
    let off = "Remove a run first: two can be compared at a time.";
    if button(
        ui,
        view.state.has_room(),
        Button::new("Open run…"),
        help,
        off,
    ) {
        out.push(Action::AskFolder(FolderFor::Open));
    }
}

fn theme_ui(ui: &mut Ui, options: ViewOptions, out: &mut Actions) {
    let list = egui::ComboBox::from_id_salt("theme")
        .selected_text(options.theme.name())
        .width(112.0)
        .show_ui(ui, |ui| themes_ui(ui, options, out));
    list.response.accessible_name("Theme");
}

fn themes_ui(ui: &mut Ui, options: ViewOptions, out: &mut Actions) {
    for &theme in ThemeChoice::ALL {
        if ui
            .selectable_label(theme == options.theme, theme.name())
            .clicked()
        {
            out.push(Action::Show(ViewOptions { theme, ..options }));
        }
    }
}
