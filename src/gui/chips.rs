//! The runs, side by side under the bar.
//!
//! A *chip* is one run: its colour and line pattern, its name, and a button that makes it go.

use egui::{Button, Key, RichText, Ui, vec2};

use super::action::{Action, Actions};
use super::curves::pattern;
use super::desk::DeskAction;
use super::menus;
use super::run::Run;
use super::state::MAX_RUNS;
use super::view::View;

/// Height of a chip.
const HEIGHT: f32 = 24.0;

/// Widest a name may be.
const NAME_WIDTH: f32 = 240.0;

/// Draws the chips, and the button for a further run.
pub fn chips_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 4.0);
        for run in &view.state.runs {
            chip_ui(ui, view, run, out);
        }
        add_ui(ui, view, out);
    });
}

fn chip_ui(ui: &mut Ui, view: &View<'_>, run: &Run, out: &mut Actions) {
    let is_selected = view.state.selected == Some(run.id);
    let color = view.palette.run(run.slot);
    let (fill, edge) = if is_selected {
        (view.palette.raised, color)
    } else {
        (view.palette.bar, view.palette.border)
    };
    egui::Frame::new()
        .fill(fill)
        .stroke(egui::Stroke::new(if is_selected { 1.5 } else { 1.0 }, edge))
        .corner_radius(5)
        .inner_margin(egui::Margin::symmetric(4, 0))
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            ui.horizontal(|ui| {
                ui.set_min_height(HEIGHT);
                go_ui(ui, view, run, out);
                line_ui(ui, run, color, out);
                let typed = view.state.desk.renaming.as_ref();
                match typed.filter(|(id, _)| *id == run.id) {
                    Some((_, name)) => rename_ui(ui, name, out),
                    None => name_ui(ui, view, run, is_selected, out),
                }
                if view.state.runs.len() > 1 {
                    let name = format!("Remove {}", run.name());
                    let remove = ui
                        .add(Button::new("×").frame(false))
                        .on_hover_text(format!("{name}; it can be brought back for a while"));
                    remove
                        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
                    if remove.clicked() {
                        out.push(Action::Remove(run.id));
                    }
                }
            });
        });
}

/// The button that makes a run go or stand.
fn go_ui(ui: &mut Ui, view: &View<'_>, run: &Run, out: &mut Actions) {
    let is_running = run.is_running();
    let can_toggle = is_running || view.state.can_start(run);
    let word = if is_running { "Pause" } else { "Play" };
    let name = format!("{word} {}", run.name());
    let size = vec2(18.0, HEIGHT);
    let off = view
        .state
        .problem(run)
        .unwrap_or_else(|| run.why_it_stands().to_owned());
    let response = ui
        .add_enabled(can_toggle, Button::new("").frame(false).min_size(size))
        .on_hover_text(format!("{name} alone"))
        .on_disabled_hover_text(off);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, can_toggle, &name));
    let color = if !can_toggle {
        view.palette.frozen
    } else if response.hovered() || response.has_focus() {
        view.palette.strong
    } else {
        view.palette.text
    };
    let center = response.rect.center();
    if is_running {
        for side in [-1.0, 1.0] {
            let bar = egui::Rect::from_center_size(center + vec2(side * 3.0, 0.0), vec2(3.0, 10.0));
            ui.painter().rect_filled(bar, 1.0, color);
        }
    } else {
        let corners = vec![
            center + vec2(-3.5, -5.5),
            center + vec2(5.5, 0.0),
            center + vec2(-3.5, 5.5),
        ];
        let shape = egui::Shape::convex_polygon(corners, color, egui::Stroke::NONE);
        ui.painter().add(shape);
    }
    if response.clicked() {
        out.push(Action::Toggle(run.id));
    }
}

/// A piece of the run's line, as it is in the curves; a click selects the run, as on its name, which
/// speaks for both.
fn line_ui(ui: &mut Ui, run: &Run, color: egui::Color32, out: &mut Actions) {
    let (rect, _) = ui.allocate_exact_size(vec2(26.0, HEIGHT), egui::Sense::hover());
    pattern::paint_sample(ui.painter(), rect, run.slot, color);
    let is_clicked = ui.input(|input| {
        let at = input.pointer.interact_pos();
        input.pointer.primary_clicked() && at.is_some_and(|at| rect.contains(at))
    });
    if is_clicked && ui.rect_contains_pointer(rect) {
        out.push(Action::Select(run.id));
    }
}

fn name_ui(ui: &mut Ui, view: &View<'_>, run: &Run, is_selected: bool, out: &mut Actions) {
    let text = RichText::new(run.name()).color(view.palette.text);
    let text = if is_selected {
        text.strong().color(view.palette.strong)
    } else {
        text
    };
    let wide = ui
        .scope(|ui| {
            ui.set_max_width(NAME_WIDTH);
            ui.add(Button::new(text).frame(false).truncate())
        })
        .inner;
    let response = wide.on_hover_text(format!(
        "{}: {}. Click to see its setup, double-click to rename it, right-click for more.",
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
    if response.has_focus() {
        let stroke = egui::Stroke::new(1.5, view.palette.accent);
        let kind = egui::StrokeKind::Outside;
        ui.painter().rect_stroke(response.rect, 3.0, stroke, kind);
    }
    if response.double_clicked() {
        out.push(Action::Desk(DeskAction::BeginRename(run.id)));
    } else if response.clicked() {
        out.push(Action::Select(run.id));
    }
    response.context_menu(|ui| menus::run_menu_ui(ui, view, run, out));
}

fn rename_ui(ui: &mut Ui, name: &str, out: &mut Actions) {
    let mut text = name.to_owned();
    // The same field wherever chips before it come and go.
    let field = egui::TextEdit::singleline(&mut text)
        .id(egui::Id::unique("new name of a run"))
        .desired_width(140.0);
    let response = ui.add(field);
    let response = response.accessible_name("New name");
    if response.changed() {
        out.push(Action::Desk(DeskAction::TypeName(text)));
    }
    if response.lost_focus() {
        let is_cancelled = ui.input(|input| input.key_pressed(Key::Escape));
        out.push(Action::Desk(if is_cancelled {
            DeskAction::CancelRename
        } else {
            DeskAction::EndRename
        }));
    } else if !response.has_focus() {
        response.request_focus();
    }
}

fn add_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let Some(run) = view.run() else { return };
    let button = ui
        .add_enabled(view.state.has_room(), Button::new("Add run"))
        .on_hover_text(
            "A further run with the settings of the selected one: change one thing, and compare",
        )
        .on_disabled_hover_text(format!("There is room for {MAX_RUNS} runs."));
    if button.clicked() {
        out.push(Action::Duplicate(run.id));
    }
}
