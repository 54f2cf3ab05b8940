//! The pane "Latent plane": codes as points over the pictures they decode to.

use egui::{Rect, RichText, Ui, vec2};

use crate::engine::{Content, Slot};

use super::super::action::Actions;
use super::super::run::Run;
use super::super::view::View;
use super::canvas::canvas_ui;
use super::controls::image_words;
use super::legend::{classes_ui, toolbar_ui};
use super::plane::{PlaneAxes, Spot};
use super::sheet::{PIXELS, paint_tiles, sheet};
use super::{codes_or, empty_ui, selected_run};

/// Height of the strip below the plane.
const STRIP: f32 = 78.0;

/// Draws the pane "Latent plane".
pub fn plane_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let Some(run) = selected_run(ui, view, "see its plane of codes") else {
        return;
    };
    let codes = view.state.frame(run).map(|frame| &frame.codes);
    let promise = "Codes of test images appear here as points once the run is ready.";
    let Some(codes) = codes_or(ui, codes, promise) else {
        return;
    };
    let Some(projection) = view.state.projection(run) else {
        empty_ui(
            ui,
            "A plane takes codes of at least two values; this one has a single one, which the panes \
             of sliders and traversals show.",
        );
        return;
    };
    let axes = PlaneAxes::of(view.state.latent.plane.axes, codes.latent);
    ui.horizontal_wrapped(|ui| {
        toolbar_ui(ui, view, (run, codes), axes, out);
        classes_ui(ui, view, &projection.classes, out);
    });
    let room = ui.available_size();
    let ends = view.state.latent.plane.ends(run.id);
    let below = if ends.len() == 2 { STRIP } else { 18.0 };
    let height = (room.y - below - ui.spacing().item_spacing.y).max(60.0);
    canvas_ui(ui, view, (run, &projection), vec2(room.x, height), out);
    match *ends {
        [from, to] => strip_ui(ui, view, run, (from, to)),
        [_] => hint_ui(
            ui,
            view,
            "Click a second place for the pictures between the two.",
        ),
        _ => hint_ui(
            ui,
            view,
            "Point to decode, click two places for the pictures between them, drag to move, scroll \
             to zoom. By keyboard: arrows, Enter, Shift + arrows, + and −.",
        ),
    }
}

fn hint_ui(ui: &mut Ui, view: &View<'_>, text: &str) {
    let text = RichText::new(text).small().color(view.palette.weak);
    ui.add(egui::Label::new(text).truncate());
}

fn spot_words(run: &Run, spot: Spot) -> String {
    match spot.image {
        Some(image) => image_words(run, image),
        None => "The point clicked".to_owned(),
    }
}

/// Draws the pictures between two spots.
fn strip_ui(ui: &mut Ui, view: &View<'_>, run: &Run, (from, to): (Spot, Spot)) {
    let Some(find) = view.state.latent.find(Slot::Line, run.id) else {
        hint_ui(ui, view, "Decoding…");
        return;
    };
    let pictures = match &find.content {
        Content::Grid { pictures, .. } => pictures,
        Content::Failed(words) => return hint_ui(ui, view, words),
        Content::Point { .. }
        | Content::Images(_)
        | Content::Filters { .. }
        | Content::Features(_)
        | Content::Entries(_)
        | Content::Generated(_) => return,
    };
    let count = pictures.len().max(1);
    let gap = 2.0;
    let aspect = pictures.shape.width.max(1) as f32 / pictures.shape.height.max(1) as f32;
    let height = STRIP - 20.0;
    let height = height.min((ui.available_width() / count as f32 - gap) / aspect);
    let tile = vec2(height * aspect, height);
    let size = vec2(count as f32 * (tile.x + gap) - gap, height);
    let (rect, response) = ui.allocate_exact_size(size, egui::Sense::hover());
    let id = ui.scope_id().with("latent line");
    let texture = view.textures.show(ui.ctx(), id, find.version, PIXELS, || {
        sheet(pictures, count, 0..count)
    });
    paint_tiles(ui.painter(), texture, (count, 1), |index| {
        let left = index as f32 * (tile.x + gap);
        Rect::from_min_size(rect.min + vec2(left, 0.0), tile)
    });
    let spoken = "Pictures between the two places";
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, spoken));
    response.on_hover_text(
        "What the decoder makes of evenly spaced codes on the straight line between the two",
    );
    let words = format!(
        "A: {}  →  B: {}",
        spot_words(run, from),
        spot_words(run, to)
    );
    hint_ui(ui, view, &words);
}
