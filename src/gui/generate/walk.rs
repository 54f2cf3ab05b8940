//! The paths between two marked pictures.

use egui::{Rect, RichText, Sense, Ui, vec2};

use crate::analysis::turning_angle;
use crate::engine::{Content, Generated, Pictures, Slot};
use crate::gui::action::{Action, Actions};
use crate::gui::latent::sheet::{PIXELS, fitted, sheet, tile_uv};
use crate::gui::run::Run;
use crate::gui::view::View;
use crate::train::CodeSource;

use super::header::note_ui;
use super::state::{GenerateAction, PATH};
use super::tiles::GAP;

/// The two paths, in the order of their rows.
const PATHS: [&str; 2] = ["Straight", "Spherical"];

/// Draws the paths between the marked pictures of a run, of pictures that are at most `side` points wide.
pub(super) fn walk_ui(
    ui: &mut Ui,
    view: &View<'_>,
    run: &Run,
    made: &Generated,
    side: f32,
    out: &mut Actions,
) {
    let (from, to) = match *view.state.generate.marks(run.id) {
        [from, to] => (from + 1, to + 1),
        [from] => {
            let text = format!(
                "A is picture {}. Choose a second picture of {} for the paths between the two.",
                from + 1,
                run.name()
            );
            return note_ui(ui, view, &text);
        }
        _ => return,
    };
    ui.horizontal_wrapped(|ui| {
        ui.label(format!("A: picture {from} → B: picture {to}"));
        if ui.button("Clear A and B").clicked() {
            out.push(Action::Generate(GenerateAction::ClearMarks));
        }
    });
    let Some([first, last]) = view.state.marked_codes(run.id) else {
        note_ui(
            ui,
            view,
            "One of the two is not drawn: there is no path between them.",
        );
        return;
    };
    if turning_angle(first, last).is_none() {
        note_ui(
            ui,
            view,
            "One of these codes is 0, or they point in opposite directions, so that no way to turn is \
             known: the spherical path is the straight one.",
        );
    }
    if made.spec.draw.source == CodeSource::Entries {
        note_ui(
            ui,
            view,
            "Between its ends a path leaves the codebook: codes are decoded as they are, though they are \
             made of no entries.",
        );
    }
    let Some(find) = view.state.latent.find(Slot::Paths, run.id) else {
        return note_ui(ui, view, "Decoding…");
    };
    match &find.content {
        Content::Grid { pictures, columns } if *columns == PATH => {
            for (row, path) in PATHS.iter().enumerate() {
                let name = format!(
                    "{path} path from picture {from} to picture {to} of {}",
                    run.name()
                );
                row_ui(ui, view, (pictures, find.version), row, side, &name);
            }
        }
        Content::Failed(words) => note_ui(ui, view, words),
        Content::Grid { .. }
        | Content::Point { .. }
        | Content::Images(_)
        | Content::Filters { .. }
        | Content::Features(_)
        | Content::Entries(_)
        | Content::Generated(_) => {}
    }
}

/// Draws one path.
fn row_ui(
    ui: &mut Ui,
    view: &View<'_>,
    (pictures, version): (&Pictures, u64),
    row: usize,
    side: f32,
    name: &str,
) {
    ui.label(RichText::new(PATHS[row]).small().color(view.palette.text));
    let fitting = (ui.available_width() + GAP) / PATH as f32 - GAP;
    let side = side.min(fitting).max(8.0);
    let size = vec2(PATH as f32 * (side + GAP) - GAP, side);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let id = egui::Id::unique("paths of drawn codes");
    let texture = view.textures.show(ui.ctx(), id, version, PIXELS, || {
        sheet(pictures, PATH, 0..PATH * PATHS.len())
    });
    for column in 0..PATH {
        let left = column as f32 * (side + GAP);
        let place = Rect::from_min_size(rect.min + vec2(left, 0.0), vec2(side, side));
        let uv = tile_uv((PATH, PATHS.len()), row * PATH + column);
        let place = fitted(place, pictures.shape);
        ui.painter().image(texture, place, uv, egui::Color32::WHITE);
    }
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, name));
    let help = match row {
        0 => "Evenly spaced codes on the straight line between the two",
        _ => {
            "Codes whose direction turns evenly from A to B (White 2016): where codes are all of one length, \
             as those drawn from N(0, I) nearly are, they stay so on the way"
        }
    };
    response.on_hover_text(help);
}
