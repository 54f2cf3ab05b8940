//! The field for a path, over the window.

use egui::{Button, Id, Key, Modal, TextEdit, Ui};

use super::{Outcome, PathAction, TypedPath};
use crate::gui::action::{Action, Actions, Choice};
use crate::gui::setup::form;
use crate::gui::trace::trace_widget;
use crate::gui::view::View;

/// Width of the window, in points.
const WIDTH: f32 = 520.0;

fn send(out: &mut Actions, action: PathAction) {
    out.push(Action::Path(action));
}

/// Draws the field where one is open.
pub fn path_ui(ctx: &egui::Context, view: &View<'_>, out: &mut Actions) {
    let Some(typed) = &view.state.paths.open else {
        return;
    };
    let modal = Modal::new(Id::unique("type a path"));
    let shown = modal.show(ctx, |ui| field_ui(ui, view, typed, out));
    if shown.should_close() {
        send(out, PathAction::Close);
    }
}

fn field_ui(ui: &mut Ui, view: &View<'_>, typed: &TypedPath, out: &mut Actions) {
    ui.set_width(WIDTH);
    let choice = typed.purpose.choice();
    ui.heading(typed.purpose.title());
    let has_no_dialog = view.state.paths.has_no_dialog;
    if has_no_dialog {
        form::remark(
            ui,
            "This desktop offers no file dialog (xdg-desktop-portal or zenity), so the path is typed.",
        );
    }
    let label = ui.label(match choice {
        Choice::Folder => "Path of the folder",
        Choice::NewFolder => "Path of the folder, new or empty",
        Choice::File { .. } => "Path of the file",
        Choice::NewFile { .. } => "Path of the new file",
    });
    let mut text = typed.text.clone();
    let field = TextEdit::singleline(&mut text)
        .id(Id::unique("path that is typed"))
        .font(egui::TextStyle::Monospace)
        .desired_width(f32::INFINITY);
    let response = ui.add(field).labelled_by(label.id);
    trace_widget("path", &response);
    let is_entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if response.changed() {
        send(out, PathAction::Type(text));
    } else if typed.wants_keyboard && !response.has_focus() && !is_entered {
        response.request_focus();
    }
    form::remark(ui, "~ is your home folder.");
    let is_looking = matches!(typed.outcome, Outcome::Looking(_));
    let replaces = match &typed.outcome {
        Outcome::Unknown => false,
        Outcome::Looking(_) => {
            form::remark(ui, "Looking whether it is there…");
            false
        }
        Outcome::Wrong(sentence) => {
            let text = egui::RichText::new(sentence).color(view.palette.failure);
            ui.add(egui::Label::new(text).wrap());
            false
        }
        Outcome::Replaces(path) => {
            let text = format!("{} is there already and would be replaced.", path.display());
            let text = egui::RichText::new(text).color(view.palette.warning);
            ui.add(egui::Label::new(text).wrap());
            true
        }
    };
    ui.add_space(6.0);
    ui.horizontal(|ui| {
        if replaces {
            let replace = ui.button("Replace it");
            if replace.clicked() {
                send(out, PathAction::Replace);
            }
        } else {
            let take = ui.add_enabled(!is_looking, Button::new("Take this path"));
            if !is_looking && (take.clicked() || is_entered) {
                send(out, PathAction::Confirm);
            }
        }
        if ui.button("Cancel").clicked() {
            send(out, PathAction::Close);
        }
        if !has_no_dialog {
            let dialog = ui
                .button("Choose instead…")
                .on_hover_text("Opens the file dialog of the desktop");
            if dialog.clicked() {
                send(out, PathAction::Dialog);
            }
        }
    });
}
