//! Which plane is shown, and which colour is which class.

use std::collections::BTreeSet;

use egui::{ComboBox, RichText, Ui};

use crate::engine::Codes;

use super::super::action::{Action, Actions};
use super::super::run::Run;
use super::super::theme::class_color;
use super::super::view::View;
use super::code::{code_note, dimension_name};
use super::plane::PlaneAxes;
use super::state::{LatentAction, PlaneAction};

/// Draws the choice of directions and what to do with the view.
pub(super) fn toolbar_ui(
    ui: &mut Ui,
    view: &View<'_>,
    (run, codes): (&Run, &Codes),
    axes: PlaneAxes,
    out: &mut Actions,
) {
    let mut act = |action| out.push(Action::Latent(LatentAction::Plane(action)));
    let order = &codes.summary.order;
    let label = ui.label("Plane of");
    let dimensions = match axes {
        PlaneAxes::Dimensions(..) => axes,
        PlaneAxes::Principal => PlaneAxes::Dimensions(
            order.first().copied().unwrap_or(0),
            order.get(1).copied().unwrap_or(1),
        ),
    };
    let list = ComboBox::from_id_salt("latent plane")
        .selected_text(axes_name(axes))
        .show_ui(ui, |ui| {
            for (choice, help) in [
                (
                    PlaneAxes::Principal,
                    "The two directions in which the codes of the test images spread most (PCA of \
                     the codes), through their mean",
                ),
                (
                    dimensions,
                    "Two values of the code; all others stay at their mean",
                ),
            ] {
                let entry = ui.selectable_label(axes == choice, axes_name(choice));
                if entry.on_hover_text(help).clicked() {
                    act(PlaneAction::Axes(choice));
                }
            }
        });
    list.response.labelled_by(label.id);
    if let PlaneAxes::Dimensions(x, y) = axes
        && codes.latent > 2
    {
        if let Some(x) = dimension_ui(ui, "Across", (x, y), order) {
            act(PlaneAction::Axes(PlaneAxes::Dimensions(x, y)));
        }
        if let Some(y) = dimension_ui(ui, "Up", (y, x), order) {
            act(PlaneAction::Axes(PlaneAxes::Dimensions(x, y)));
        }
    }
    let plane = &view.state.latent.plane;
    let is_moved = plane.window(run.id).is_some();
    let fit = ui.add_enabled(is_moved, egui::Button::new("Fit codes"));
    if fit.on_hover_text("Shows all codes").clicked() {
        act(PlaneAction::Look(None));
    }
    let has_ends = !plane.ends(run.id).is_empty();
    let clear = ui.add_enabled(has_ends, egui::Button::new("Clear line"));
    let clear = clear
        .on_hover_text("Takes the places that were clicked and the pictures between them away")
        .on_disabled_hover_text("Click two places for the pictures between them");
    if clear.clicked() {
        act(PlaneAction::ClearLine);
    }
    let note = code_note(view, run, codes);
    ui.add(egui::Label::new(note).extend()).on_hover_text(
        "Points are codes of test images. The pictures behind them are what the decoder makes of the \
         codes all over the plane: digits of one class close together, and no sudden changes in \
         between, say that the space is well ordered. With more than two dimensions points lie in \
         front of and behind the plane",
    );
}

fn axes_name(axes: PlaneAxes) -> &'static str {
    match axes {
        PlaneAxes::Principal => "Principal directions",
        PlaneAxes::Dimensions(..) => "Two dimensions",
    }
}

/// A list of dimensions by variance, without the one of the other axis.
fn dimension_ui(
    ui: &mut Ui,
    name: &str,
    (chosen, other): (usize, usize),
    order: &[usize],
) -> Option<usize> {
    let label = ui.label(name);
    let mut found = None;
    let list = ComboBox::from_id_salt(("latent axis", name))
        .width(56.0)
        .selected_text(dimension_name(chosen))
        .show_ui(ui, |ui| {
            for &dimension in order.iter().filter(|dimension| **dimension != other) {
                let entry = ui.selectable_label(dimension == chosen, dimension_name(dimension));
                if entry.clicked() {
                    found = Some(dimension);
                }
            }
        });
    let help = "By variance, largest first";
    list.response.labelled_by(label.id).on_hover_text(help);
    found
}

/// Draws the classes in their colours; a click makes one stand out.
pub(super) fn classes_ui(ui: &mut Ui, view: &View<'_>, classes: &BTreeSet<u8>, out: &mut Actions) {
    let highlight = view.state.latent.plane.highlight;
    ui.spacing_mut().item_spacing.x = 0.0;
    ui.spacing_mut().button_padding.x = 4.0;
    for &class in classes {
        let is_chosen = highlight == Some(class);
        let text = RichText::new(format!("● {}", view.state.class_name(class)))
            .small()
            .color(class_color(class));
        let entry = ui.selectable_label(is_chosen, text);
        let spoken = view.state.class_words(class);
        entry.widget_info(|| {
            egui::WidgetInfo::selected(egui::Role::Button, true, is_chosen, &spoken)
        });
        let clicked = entry.clicked();
        entry.on_hover_text("Click: this class stands out. Colours repeat after ten classes");
        if clicked {
            let next = (!is_chosen).then_some(class);
            let action = LatentAction::Plane(PlaneAction::Highlight(next));
            out.push(Action::Latent(action));
        }
    }
}
