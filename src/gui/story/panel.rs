//! The panel that tells the story, and the question before it.

use egui::{RichText, ScrollArea, Ui};

use super::proof::{self, Conclusion};
use super::{LOOKS, Part, StoryAction, facts};
use crate::engine::RunId;
use crate::gui::action::{Action, Actions};
use crate::gui::view::View;
use crate::store::list;

/// Draws the panel.
pub fn story_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    ui.horizontal(|ui| {
        ui.heading("The story");
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let close = ui
                .add(egui::Button::new("×").frame(false))
                .on_hover_text("Hide this panel; the button Story brings it back");
            close.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::Button, true, "Hide the story")
            });
            if close.clicked() {
                out.push(Action::Story(StoryAction::Open));
            }
        });
    });
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        text(
            ui,
            "Four networks learn to squeeze drawn digits into ten numbers and to draw them again. \
             All see the same images in the same order. Lower error is better.",
        );
        conclusion_ui(ui, view);
        for part in Part::ALL {
            part_ui(ui, view, *part, out);
        }
        ui.add_space(8.0);
        ui.label(RichText::new("What to look at next").strong());
        for (index, look) in LOOKS.iter().enumerate() {
            look_ui(ui, view, index, look, out);
        }
    });
}

/// What was to be seen, above all else; it is scrolled to when it appears.
fn conclusion_ui(ui: &mut Ui, view: &View<'_>) {
    let Some(Conclusion { title, text: why }) = proof::conclusion(view.state) else {
        return;
    };
    ui.add_space(6.0);
    let frame = egui::Frame::new()
        .fill(view.palette.raised)
        .stroke(egui::Stroke::new(1.5, view.palette.accent))
        .corner_radius(5)
        .inner_margin(8)
        .show(ui, |ui| {
            ui.label(RichText::new(title).strong());
            text(ui, &why);
        });
    // Once for every telling of the story.
    let told = view.state.story.runs.first().map(|(_, id)| *id);
    let id = egui::Id::unique("story conclusion seen");
    let is_seen = ui.data(|data| data.get_temp::<Option<RunId>>(id)) == Some(told);
    if !is_seen {
        ui.scroll_to_rect(frame.response.rect, Some(egui::Align::Center));
        ui.data_mut(|data| data.insert_temp(id, told));
    }
}

fn text(ui: &mut Ui, text: &str) {
    ui.add(egui::Label::new(text).wrap());
}

fn part_ui(ui: &mut Ui, view: &View<'_>, part: Part, out: &mut Actions) {
    ui.add_space(6.0);
    if let Some(run) = view.state.part(part) {
        let color = view.palette.run(run.slot);
        let name = RichText::new(run.name()).color(color).strong();
        let button = ui
            .add(egui::Button::new(name).frame(false))
            .on_hover_text("Select this run: schedule, network and sliders follow");
        button.widget_info(|| {
            egui::WidgetInfo::labeled(
                egui::Role::Button,
                true,
                format!("Select {} in the story", run.name()),
            )
        });
        if button.clicked() {
            out.push(Action::Select(run.id));
        }
    }
    ui.add(
        egui::Label::new(
            RichText::new(facts::question(view.state, part))
                .small()
                .color(view.palette.weak),
        )
        .wrap(),
    );
    text(ui, &facts::sentence(view.state, part));
}

fn look_ui(ui: &mut Ui, view: &View<'_>, index: usize, look: &super::Look, out: &mut Actions) {
    let is_seen = view.state.story.looked.contains(&index);
    ui.add_space(2.0);
    let title = format!("{}. {}", index + 1, look.title);
    ui.horizontal_wrapped(|ui| {
        let button = ui
            .button(title)
            .on_hover_text("Brings this pane to the front and points at it for a moment");
        if button.clicked() {
            out.push(Action::Story(StoryAction::Look(index)));
        }
        if is_seen {
            ui.label(RichText::new("seen").small().weak());
        }
    });
    let help = RichText::new(proof::look_text(view.state, index)).small();
    ui.add(egui::Label::new(help).wrap());
}

/// Asks what becomes of trained runs, over the window.
pub fn question_ui(ctx: &egui::Context, view: &View<'_>, out: &mut Actions) {
    if !view.state.story.is_asking {
        return;
    }
    let names: Vec<&str> = view.state.trained().map(|run| run.name()).collect();
    let shown = egui::Modal::new(egui::Id::unique("story question")).show(ctx, |ui| {
        ui.set_max_width(440.0);
        ui.heading("Start the story?");
        text(
            ui,
            &format!(
                "It opens four runs of its own. You have trained {}.",
                list(&names)
            ),
        );
        ui.add_space(6.0);
        ui.horizontal_wrapped(|ui| {
            let beside = ui
                .add_enabled(
                    view.state.has_room_for_story(),
                    egui::Button::new("Keep them beside it"),
                )
                .on_hover_text("They are paused, and can be compared with the story's runs")
                .on_disabled_hover_text("There is no room for so many runs");
            if beside.clicked() {
                out.push(Action::Story(StoryAction::BeginBeside));
            }
            let alone = ui
                .button("Remove them")
                .on_hover_text("They can be brought back for a while");
            if alone.clicked() {
                out.push(Action::Story(StoryAction::BeginAlone));
            }
            if ui.button("Cancel").clicked() {
                out.push(Action::Story(StoryAction::Cancel));
            }
        });
    });
    if shown.should_close() {
        out.push(Action::Story(StoryAction::Cancel));
    }
}
