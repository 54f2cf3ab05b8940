//! The form that makes a share string, the field that takes one, and the line over a locked setup.

use egui::{Button, Id, Key, Modal, RichText, ScrollArea, TextEdit, Ui, ViewportCommand};

use super::{Copying, Pasting, ShareAction, ShareState};
use crate::gui::action::{Action, Actions};
use crate::gui::data::names::data_name;
use crate::gui::run::Run;
use crate::gui::setup::form;
use crate::gui::view::View;
use crate::gui::words;
use crate::model::variant;
use crate::store::share::{Access, Control, Share, controls};

/// Width of both windows, in points.
const WIDTH: f32 = 460.0;

/// Room above and below a window that is as high as can be, in points.
const MARGIN: f32 = 240.0;

fn send(out: &mut Actions, action: ShareAction) {
    out.push(Action::Share(action));
}

/// Draws what is open.
pub fn share_ui(ctx: &egui::Context, view: &View<'_>, out: &mut Actions) {
    let is_closed = match &view.state.share {
        ShareState::Closed => return,
        ShareState::Copying(copying) => {
            let Some(run) = view.state.run(copying.run) else {
                return send(out, ShareAction::Close);
            };
            if run.draft.config != copying.config {
                send(out, ShareAction::Refresh);
            }
            let modal = Modal::new(Id::unique("copy share string"));
            let shown = modal.show(ctx, |ui| copy_ui(ui, view, (run, copying), out));
            shown.inner || shown.should_close()
        }
        ShareState::Pasting(pasting) => {
            let modal = Modal::new(Id::unique("paste share string"));
            let shown = modal.show(ctx, |ui| paste_ui(ui, view, pasting, out));
            shown.inner || shown.should_close()
        }
    };
    if is_closed {
        send(out, ShareAction::Close);
    }
}

fn wrapped(ui: &mut Ui, text: impl Into<egui::WidgetText>) {
    ui.add(egui::Label::new(text).wrap());
}

/// Returns whether it is to be closed.
fn copy_ui(
    ui: &mut Ui,
    view: &View<'_>,
    (run, copying): (&Run, &Copying),
    out: &mut Actions,
) -> bool {
    ui.set_width(WIDTH);
    ui.heading("Share string");
    wrapped(
        ui,
        format!(
            "The settings of {} with their seed as a short text: pasted into another \
             window or given to the command line, it trains the same run. For a lesson, lock what is not to be \
             changed and hide what is not to distract.",
            run.name()
        ),
    );
    let height = (ui.ctx().content_rect().height() - MARGIN).max(120.0);
    ScrollArea::vertical().max_height(height).show(ui, |ui| {
        let knobs = variant(&copying.config.variant).map_or(&[][..], |variant| variant.knobs());
        let is_here = |control: &Control| {
            let is_knob = control.section == "Model" && control.id != "variant";
            !is_knob || knobs.iter().any(|knob| knob.id == control.id)
        };
        let mut section = "";
        for control in controls().iter().filter(|control| is_here(control)) {
            if control.section != section {
                section = control.section;
                form::section(ui, section);
            }
            control_ui(ui, copying, control, out);
        }
    });
    ui.add_space(6.0);
    match &copying.text {
        Ok(text) => {
            let mut shown = text.as_str();
            let field = TextEdit::singleline(&mut shown)
                .font(egui::TextStyle::Monospace)
                .desired_width(f32::INFINITY);
            let response = ui.add(field);
            let length = text.len();
            response.widget_info(|| {
                let mut info = egui::WidgetInfo::text_edit(true, text, text, "");
                info.label = Some("Text of the share string".to_owned());
                info
            });
            response.on_hover_text(format!("{} characters", words::count(length as u64)));
        }
        Err(error) => wrapped(
            ui,
            RichText::new(error.to_string()).color(view.palette.failure),
        ),
    }
    let mut is_done = false;
    ui.horizontal(|ui| {
        let copy = ui
            .add_enabled(copying.text.is_ok(), Button::new("Copy"))
            .on_hover_text("Puts the text on the clipboard");
        if copy.clicked()
            && let Ok(text) = &copying.text
        {
            ui.ctx().copy_text(text.clone());
            is_done = true;
        }
        is_done |= ui.button("Close").clicked();
    });
    is_done
}

fn control_ui(ui: &mut Ui, copying: &Copying, control: &Control, out: &mut Actions) {
    let current = copying.controls.access(control.id);
    ui.horizontal(|ui| {
        ui.label(control.name);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            for &access in Access::ALL.iter().rev() {
                let radio = ui.radio(current == access, access.name());
                let name = format!("{} {}", control.name, access.name().to_lowercase());
                radio.widget_info(|| {
                    egui::WidgetInfo::selected(
                        egui::Role::RadioButton,
                        true,
                        current == access,
                        &name,
                    )
                });
                if radio.clicked() {
                    send(out, ShareAction::Set(control.id, access));
                }
            }
        });
    });
}

/// Returns whether it is to be closed.
fn paste_ui(ui: &mut Ui, view: &View<'_>, pasting: &Pasting, out: &mut Actions) -> bool {
    ui.set_width(WIDTH);
    ui.heading("Paste a share string");
    let label = ui.label("A text that somebody copied in this window, or from hourglass share.");
    let mut text = pasting.text.clone();
    let field = TextEdit::multiline(&mut text)
        .font(egui::TextStyle::Monospace)
        .desired_rows(4)
        .desired_width(f32::INFINITY)
        .return_key(None);
    let response = ScrollArea::vertical()
        .max_height(120.0)
        .show(ui, |ui| ui.add(field).labelled_by(label.id))
        .inner;
    if response.changed() {
        send(out, ShareAction::Type(text));
    } else if pasting.text.is_empty() && ui.memory(|memory| memory.focused().is_none()) {
        response.request_focus();
    }
    let mut can_open = false;
    match &pasting.share {
        None => {}
        Some(Ok(share)) if view.state.has_room() => {
            can_open = true;
            wrapped(ui, summary(share));
        }
        Some(Ok(_)) => wrapped(ui, "Remove a run first: there is no room for another one."),
        Some(Err(error)) => wrapped(
            ui,
            RichText::new(error.to_string()).color(view.palette.failure),
        ),
    }
    let is_meant = can_open && ui.input(|input| input.key_pressed(Key::Enter));
    let mut is_closed = false;
    ui.horizontal(|ui| {
        let open = ui
            .add_enabled(can_open, Button::new("Add this run"))
            .on_hover_text("A further run with these settings");
        if open.clicked() || is_meant {
            send(out, ShareAction::Open);
        }
        let paste = ui
            .button("Paste")
            .on_hover_text("Puts the text of the clipboard into the field");
        if paste.clicked() {
            response.request_focus();
            ui.ctx().send_viewport_cmd(ViewportCommand::RequestPaste);
        }
        is_closed = ui.button("Cancel").clicked();
    });
    is_closed
}

/// What a share string says, in a sentence.
fn summary(share: &Share) -> String {
    let config = &share.config;
    let name = variant(&config.variant).map_or(config.variant.as_str(), |variant| variant.name());
    let mut text = format!(
        "{name} on {}, seed {}",
        data_name(&config.dataset),
        config.seed
    );
    if !share.controls.is_free() {
        text = format!(
            "{text}; {}",
            counts(
                share.controls.count(Access::Locked),
                share.controls.count(Access::Hidden)
            )
        );
    }
    text
}

/// `3 settings locked, 1 hidden`.
fn counts(locked: usize, hidden: usize) -> String {
    let settings = |count: usize| if count == 1 { "setting" } else { "settings" };
    match (locked, hidden) {
        (_, 0) => format!("{locked} {} locked", settings(locked)),
        (0, _) => format!("{hidden} {} hidden", settings(hidden)),
        (_, _) => format!("{locked} {} locked, {hidden} hidden", settings(locked)),
    }
}

/// Says over a setup that it belongs to a lesson, and offers to unlock it.
pub fn lesson_ui(ui: &mut Ui, run: &Run, out: &mut Actions) {
    let controls = &run.controls;
    if controls.is_free() {
        return;
    }
    let (locked, hidden) = (
        controls.count(Access::Locked),
        controls.count(Access::Hidden),
    );
    form::remark(
        ui,
        format!(
            "This run came as a lesson: {}. What is locked shows a padlock.",
            counts(locked, hidden)
        ),
    );
    let unlock = ui
        .button("Unlock all settings")
        .on_hover_text("Shows every setting of this run and lets it be changed");
    if unlock.clicked() {
        send(out, ShareAction::Unlock(run.id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_read_well() {
        assert_eq!(counts(1, 0), "1 setting locked");
        assert_eq!(counts(0, 2), "2 settings hidden");
        assert_eq!(counts(3, 1), "3 settings locked, 1 hidden");
    }
}
