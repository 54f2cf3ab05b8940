//! The entries of one image's code over the image, and what becomes of it where one is exchanged.

use egui::{Align2, Color32, Rect, RichText, Sense, Stroke, StrokeKind, TextStyle, Ui, pos2, vec2};

use crate::engine::{Content, Pictures, Slot};
use crate::gui::action::{Action, Actions};
use crate::gui::focus::arrows;
use crate::gui::latent::sheet::{fitted, single};
use crate::gui::latent::{NOTHING_DRAWN, Origin, origin_words, start_ui};
use crate::gui::run::Run;
use crate::gui::theme::text_scale;
use crate::gui::view::View;

use super::CodeAction;
use super::cells::Shown;
use super::ranking::Ranking;
use super::state::Cell;

/// What the colours of the cells say.
const LEGEND: &str = "The rarer an entry is in the codes of all test images, the stronger its cells are tinted \
                      in the colour of the run. Cells of the entry that is looked at are framed.";

/// Least side of a cell that has room for the number of its entry.
const NUMBERED: f32 = 20.0;

/// Draws the map of a code and what is decoded from it.
pub(super) fn exchange_ui(
    ui: &mut Ui,
    view: &View<'_>,
    run: &Run,
    ranking: &Ranking,
    out: &mut Actions,
) {
    ui.label(RichText::new("The code of one image").strong());
    ui.horizontal_wrapped(|ui| start_ui(ui, view, out));
    let state = &view.state.code;
    if view.state.code_start(run).is_none() {
        ui.weak(NOTHING_DRAWN);
        return;
    }
    if let Some(Content::Failed(sentence)) =
        state.find(Slot::Entries, run.id).map(|find| &find.content)
    {
        ui.colored_label(view.palette.failure, sentence);
        return;
    }
    let found = state.find(Slot::Exchange, run.id);
    let (Some(entries), Some(found), Some(chosen)) =
        (state.entries(run.id), found, state.chosen(run.id))
    else {
        let text = match found.map(|found| &found.content) {
            Some(Content::Failed(sentence)) => sentence,
            Some(_) | None => "Waiting for the code…",
        };
        ui.weak(text);
        return;
    };
    let Content::Point {
        picture, original, ..
    } = &found.content
    else {
        return;
    };
    match view.state.latent.origin {
        Origin::Mean | Origin::Random(_) => {
            let text = "This code is no image's and lies between entries: the numbers are those of the nearest.";
            ui.add(egui::Label::new(RichText::new(text).small().color(view.palette.weak)).wrap());
        }
        Origin::Image(_) | Origin::Drawn => {}
    }
    let shown = Shown {
        run,
        ranking,
        entries,
        chosen: &chosen,
        version: found.version,
    };
    let spacing = ui.spacing().item_spacing;
    let caption = ui.text_style_height(&TextStyle::Small) + spacing.y;
    let room = vec2(
        (ui.available_width() - spacing.x) / 2.0,
        ui.clip_rect().height() - caption,
    );
    let scales = (text_scale(ui.ctx()), ui.pixels_per_point());
    let side = shown.side(room, scales);
    ui.horizontal_top(|ui| {
        let under = original.as_ref().unwrap_or(picture);
        card_ui(ui, side, (&origin_words(view, run), LEGEND), |ui| {
            map_ui(ui, view, &shown, under, side, out);
        });
        let moved = state.exchanged_of(run.id).map_or(0, |cells| cells.len());
        let title = match moved {
            0 => "Decoded".to_owned(),
            1 => "Decoded, 1 entry exchanged".to_owned(),
            moved => format!("Decoded, {moved} entries exchanged"),
        };
        let help = "What the decoder makes of these entries. Cells with another entry than the image has there \
                    are framed.";
        card_ui(ui, side, (&title, help), |ui| {
            decoded_ui(ui, view, &shown, picture, side);
        });
    });
    chosen_ui(ui, view, &shown, out);
}

/// A picture below its title, which has one line whatever the width, so that pictures stand at one height.
fn card_ui(ui: &mut Ui, side: f32, (title, help): (&str, &str), add: impl FnOnce(&mut Ui)) {
    ui.vertical(|ui| {
        ui.set_width(side);
        ui.add(egui::Label::new(RichText::new(title).small()).truncate())
            .on_hover_text(help);
        add(ui);
    });
}

/// The image with its cells.
fn map_ui(
    ui: &mut Ui,
    view: &View<'_>,
    shown: &Shown<'_>,
    image: &Pictures,
    side: f32,
    out: &mut Actions,
) {
    let (rect, response) = ui.allocate_exact_size(vec2(side, side), Sense::click());
    let name = format!("Entries of the code, {}", shown.run.name());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &name));
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_description(LEGEND));
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 2.0, view.palette.deep);
    let rect = fitted(rect, image.shape);
    let id = egui::Id::unique(("image of the code", shown.run.id));
    let texture = single(ui, view, id, shown.version, image);
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    painter.image(texture, rect, whole, Color32::WHITE);
    let looked = shown.cell(view);
    let (columns, rows) = shown.layout();
    let entry = shown.entry(looked);
    let most = shown.ranking.most().max(f64::MIN_POSITIVE);
    let font = TextStyle::Small.resolve(ui.style());
    for row in 0..rows {
        for column in 0..columns {
            let cell = shown.at(column, row, looked.group);
            let own = shown.entry(cell);
            let place = shown.rect(rect, cell);
            // Rare entries tell the most of an image: they are seen through least.
            let share = shown
                .ranking
                .values
                .get(own)
                .map_or(0.0, |value| value / most);
            let strength = 1.0 - share.clamp(0.0, 1.0).sqrt() as f32;
            let tint = view
                .palette
                .run(shown.run.slot)
                .gamma_multiply(0.35 * strength);
            painter.rect_filled(place, 0.0, tint);
            let line = Stroke::new(0.5, view.palette.weak.gamma_multiply(0.6));
            painter.rect_stroke(place, 0.0, line, StrokeKind::Middle);
            if own == entry {
                let stroke = Stroke::new(1.0, view.palette.accent);
                painter.rect_stroke(place.shrink(1.0), 0.0, stroke, StrokeKind::Inside);
            }
            if place.width() >= NUMBERED * text_scale(ui.ctx()) {
                number_ui(&painter, place, own, &font);
            }
        }
    }
    let stroke = Stroke::new(2.5, view.palette.accent);
    painter.rect_stroke(shown.rect(rect, looked), 0.0, stroke, StrokeKind::Inside);
    let mut look = |cell: Cell| {
        out.push(Action::Code(CodeAction::Cell(Some((shown.run.id, cell)))));
    };
    if response.has_focus() {
        let stroke = Stroke::new(1.0, view.palette.accent);
        ui.painter()
            .rect_stroke(rect.expand(2.0), 2.0, stroke, StrokeKind::Outside);
        let way = arrows(ui.ctx(), response.id);
        if way != egui::Vec2::ZERO {
            let at = if rows == 1 && shown.entries.grid.places == 1 {
                looked.group
            } else {
                looked.place
            };
            let column = (at % columns).saturating_add_signed(way.x as isize);
            let row = (at / columns).saturating_add_signed(way.y as isize);
            look(shown.at(column.min(columns - 1), row.min(rows - 1), looked.group));
        }
    }
    let under = |at: egui::Pos2| {
        let share = (at - rect.min) / rect.size();
        let (column, row) = (share.x * columns as f32, share.y * rows as f32);
        let is_inside = rect.contains(at);
        let (column, row) = (column.max(0.0) as usize, row.max(0.0) as usize);
        is_inside.then(|| shown.at(column.min(columns - 1), row.min(rows - 1), looked.group))
    };
    if response.clicked()
        && let Some(cell) = response.interact_pointer_pos().and_then(under)
    {
        response.request_focus();
        look(cell);
    }
    if let Some(cell) = response.hover_pos().and_then(under) {
        let entry = shown.entry(cell);
        response.on_hover_text_at_pointer(format!(
            "{}: entry {entry}, {} of all places. Click to look at it, then click an entry below to put it \
             here. {LEGEND}",
            crate::gui::words::capitalised(&shown.words(cell)),
            shown.ranking.words(entry),
        ));
    }
}

/// The number of an entry, to be read on black and on white.
fn number_ui(painter: &egui::Painter, place: Rect, entry: usize, font: &egui::FontId) {
    let text = entry.to_string();
    let at = place.center();
    for shift in [
        vec2(1.0, 0.0),
        vec2(-1.0, 0.0),
        vec2(0.0, 1.0),
        vec2(0.0, -1.0),
    ] {
        let at = at + shift;
        painter.text(
            at,
            Align2::CENTER_CENTER,
            &text,
            font.clone(),
            Color32::BLACK,
        );
    }
    painter.text(
        at,
        Align2::CENTER_CENTER,
        &text,
        font.clone(),
        Color32::WHITE,
    );
}

/// What becomes of the code.
fn decoded_ui(ui: &mut Ui, view: &View<'_>, shown: &Shown<'_>, picture: &Pictures, side: f32) {
    let (rect, response) = ui.allocate_exact_size(vec2(side, side), Sense::hover());
    let name = format!("Decoded from these entries, {}", shown.run.name());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &name));
    ui.painter().rect_filled(rect, 2.0, view.palette.deep);
    let rect = fitted(rect, picture.shape);
    let id = egui::Id::unique(("decoded entries", shown.run.id));
    let texture = single(ui, view, id, shown.version, picture);
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    ui.painter().image(texture, rect, whole, Color32::WHITE);
    if shown.entries.grid.places == 1 {
        return;
    }
    let exchanged = view.state.code.exchanged_of(shown.run.id);
    let cells = exchanged.iter().flat_map(|cells| cells.keys());
    for cell in cells.filter(|cell| cell.place < shown.entries.grid.places) {
        let stroke = Stroke::new(1.0, view.palette.warning);
        let place = shown.rect(rect, *cell);
        ui.painter()
            .rect_stroke(place, 0.0, stroke, StrokeKind::Inside);
    }
    let stroke = Stroke::new(1.0, view.palette.accent);
    let place = shown.rect(rect, shown.cell(view));
    ui.painter()
        .rect_stroke(place, 0.0, stroke, StrokeKind::Inside);
}

/// The cell that is looked at, in words, and what can be done to it.
fn chosen_ui(ui: &mut Ui, view: &View<'_>, shown: &Shown<'_>, out: &mut Actions) {
    let (run, cell) = (shown.run, shown.cell(view));
    let entry = shown.entry(cell);
    let here = shown.chosen.iter().filter(|own| **own == entry).count();
    let also = match here.saturating_sub(1) {
        0 => "nowhere else in this image".to_owned(),
        1 => "at 1 more place of this image".to_owned(),
        more => format!("at {more} more places of this image"),
    };
    let text = format!(
        "{}: entry {entry}, {also}, {} of all places of all test images. Click an entry below to put it here.",
        crate::gui::words::capitalised(&shown.words(cell)),
        shown.ranking.words(entry),
    );
    ui.add(egui::Label::new(text).wrap());
    ui.horizontal_wrapped(|ui| {
        groups_ui(ui, shown, cell, out);
        let Some(exchanged) = view.state.code.exchanged_of(run.id) else {
            return;
        };
        let back = egui::Button::new("Put this entry back");
        let is_moved = exchanged.contains_key(&cell);
        if ui.add_enabled(is_moved, back).clicked() {
            out.push(Action::Code(CodeAction::PutBack(run.id, cell)));
        }
        if ui.button("Put all entries back").clicked() {
            out.push(Action::Code(CodeAction::PutAllBack(run.id)));
        }
    });
}

/// The choice of one of the entries at a place.
fn groups_ui(ui: &mut Ui, shown: &Shown<'_>, cell: Cell, out: &mut Actions) {
    let grid = shown.entries.grid;
    if grid.groups < 2 || grid.places == 1 {
        return;
    }
    let label = ui.label("Group");
    let mut group = cell.group + 1;
    let field = ui.add(egui::DragValue::new(&mut group).range(1..=grid.groups));
    if field
        .labelled_by(label.id)
        .on_hover_text("Which of the entries at each place is shown")
        .changed()
    {
        let cell = Cell {
            group: group - 1,
            ..cell
        };
        out.push(Action::Code(CodeAction::Cell(Some((shown.run.id, cell)))));
    }
}
