//! The runs, side by side under the bar.
//!
//! A *chip* is one run: its colour and line pattern, its name, and a button that makes it go. Chips wrap
//! into rows, so that all of them, the selected one too, are there whatever the width of the window; where
//! they would take more than a few rows, long names are cut.

use egui::{Button, Id, Key, RichText, TextStyle, Ui, UiBuilder, vec2};

use super::action::{Action, Actions};
use super::curves::pattern;
use super::desk::DeskAction;
use super::menus;
use super::naming;
use super::run::Run;
use super::state::MAX_RUNS;
use super::view::View;

/// Height of a chip.
const HEIGHT: f32 = 24.0;

/// Between two chips, across and down.
const GAP: [f32; 2] = [6.0, 4.0];

/// Widest a name may be.
const NAME_WIDTH: f32 = 240.0;

/// How narrow names are cut so that two rows hold all chips, or else three.
const NARROW: [(usize, f32); 2] = [(2, 170.0), (3, 90.0)];

/// Width of the field that a name is typed in.
const FIELD_WIDTH: f32 = 140.0;

/// What a chip is wider than its name, before one was drawn.
const FIRST_FRAME_WIDTH: f32 = 92.0;

/// Draws the chips, and the button for a further run.
pub fn chips_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let runs = &view.state.runs;
    let room = ui.available_width();
    let frame_id = Id::unique("width of a chip without its name");
    let frame = ui.data(|data| data.get_temp::<f32>(frame_id));
    let mut frame = frame.unwrap_or(FIRST_FRAME_WIDTH);
    let names: Vec<f32> = runs.iter().map(|run| name_width(ui, view, run)).collect();
    let button = text_width(ui, "Add run") + 2.0 * ui.spacing().button_padding.x;
    let widest = widest_name(&names, [frame, button], room);
    let mut widths: Vec<f32> = names.iter().map(|name| name.min(widest) + frame).collect();
    widths.push(button);
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing = GAP.into();
        for row in rows(&widths, room) {
            ui.horizontal(|ui| {
                for place in row {
                    let Some(run) = runs.get(place) else {
                        add_ui(ui, view, out);
                        continue;
                    };
                    // Where it is typed into, it is the same field in another row.
                    let builder = UiBuilder::new().scope_id(Id::unique(("chip", run.id)));
                    let chip = ui.scope_builder(builder, |ui| chip_ui(ui, view, run, widest, out));
                    if !is_renamed(view, run) {
                        let shown = naming::shortened(ui, run.name(), &TextStyle::Button, widest);
                        frame = chip.response.rect.width() - text_width(ui, &shown);
                    }
                }
            });
        }
    });
    ui.data_mut(|data| data.insert_temp(frame_id, frame));
}

/// The width of a line of text on a button.
fn text_width(ui: &Ui, text: &str) -> f32 {
    let font = TextStyle::Button.resolve(ui.style());
    let galley = ui
        .painter()
        .layout_no_wrap(text.to_owned(), font, ui.visuals().text_color());
    galley.size().x.ceil()
}

/// Whether another name of a run is being typed.
fn is_renamed(view: &View<'_>, run: &Run) -> bool {
    let typed = view.state.desk.renaming.as_ref();
    typed.is_some_and(|(id, _)| *id == run.id)
}

/// The width of a run's name, or of the field that one is typed in.
fn name_width(ui: &Ui, view: &View<'_>, run: &Run) -> f32 {
    if is_renamed(view, run) {
        return FIELD_WIDTH;
    }
    text_width(ui, run.name()).min(NAME_WIDTH)
}

/// How wide names may be so that the chips take few rows. `names` are their widths, a chip is `frame`
/// wider than its name, and a button of the given width comes last.
fn widest_name(names: &[f32], [frame, button]: [f32; 2], room: f32) -> f32 {
    // A name alone is not to be wider than the window.
    let most = NAME_WIDTH.min(room - frame).max(0.0);
    for (most_rows, least) in NARROW {
        let mut width = most;
        while width >= least.min(most) {
            let mut widths: Vec<f32> = names.iter().map(|name| name.min(width) + frame).collect();
            widths.push(button);
            if rows(&widths, room).len() <= most_rows {
                return width;
            }
            width -= 5.0;
        }
    }
    NARROW
        .map(|(_, least)| least)
        .into_iter()
        .fold(most, f32::min)
}

/// What stands in each row, by place, where things of these widths are put one after the other.
fn rows(widths: &[f32], room: f32) -> Vec<std::ops::Range<usize>> {
    let mut rows = Vec::new();
    let (mut first, mut taken) = (0, 0.0);
    for (place, width) in widths.iter().enumerate() {
        if place > first && taken + width > room {
            rows.push(first..place);
            (first, taken) = (place, 0.0);
        }
        taken += width + GAP[0];
    }
    if first < widths.len() {
        rows.push(first..widths.len());
    }
    rows
}

fn chip_ui(ui: &mut Ui, view: &View<'_>, run: &Run, widest: f32, out: &mut Actions) {
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
                    None => name_ui(ui, view, run, (is_selected, widest), out),
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
    let response = ui
        .add_enabled(can_toggle, Button::new("").frame(false).min_size(size))
        .on_hover_text(format!("{name} alone"))
        // Checking the settings takes longer than drawing the button.
        .on_disabled_hover_ui(|ui| {
            ui.label(if view.state.awaits_images(run) {
                "The images of this run are being fetched.".to_owned()
            } else {
                let problem = view.state.problem(run);
                problem.unwrap_or_else(|| run.why_it_stands().to_owned())
            });
        });
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

fn name_ui(
    ui: &mut Ui,
    view: &View<'_>,
    run: &Run,
    (is_selected, widest): (bool, f32),
    out: &mut Actions,
) {
    let name = naming::shortened(ui, run.name(), &TextStyle::Button, widest);
    let text = RichText::new(name).color(view.palette.text);
    let text = if is_selected {
        text.strong().color(view.palette.strong)
    } else {
        text
    };
    let wide = ui
        .scope(|ui| {
            ui.set_max_width(widest);
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
        .desired_width(FIELD_WIDTH);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chips_wrap_and_long_names_give_way_before_there_are_many_rows() {
        let at = |names: &[f32], room| widest_name(names, [90.0, 70.0], room);
        assert_eq!(at(&[240.0; 3], 1260.0), NAME_WIDTH, "there is room");
        assert_eq!(at(&[240.0, 60.0], 1260.0), NAME_WIDTH);
        let many = at(&[240.0; 8], 1260.0);
        assert!((170.0..NAME_WIDTH).contains(&many), "{many}");
        let narrow = at(&[240.0; 8], 780.0);
        assert!((90.0..170.0).contains(&narrow), "{narrow}");
        assert_eq!(
            at(&[240.0; 8], 300.0),
            90.0,
            "more rows rather than no name"
        );
        assert_eq!(at(&[240.0], 120.0), 30.0, "as wide as the window");
    }

    #[test]
    fn a_row_holds_what_has_room_and_nothing_is_left_out() {
        assert_eq!(rows(&[100.0, 100.0, 50.0], 206.0), [0..2, 2..3]);
        assert_eq!(rows(&[100.0, 100.0], 205.0), [0..1, 1..2]);
        assert_eq!(rows(&[500.0, 10.0], 100.0), [0..1, 1..2], "too wide alone");
        assert!(rows(&[], 100.0).is_empty());
    }
}
