//! Units side by side: a picture each, with what the unit is told by below it.

use egui::{
    Align2, Color32, Rect, Sense, Stroke, StrokeKind, TextStyle, TextureId, Ui, pos2, vec2,
};

use crate::data::ImageShape;
use crate::gui::focus::arrows;
use crate::gui::latent::sheet::{fitted, tile_uv};
use crate::gui::theme::text_scale;
use crate::gui::view::View;

/// Side of a picture.
const SIDE: f32 = 52.0;

/// Side of a picture that is looked at closely.
const LARGE: f32 = 168.0;

/// Space between two pictures.
const GAP: f32 = 6.0;

/// Height of the bar below a picture.
const BAR: f32 = 3.0;

/// Units to draw.
pub(super) struct Shelf<'a> {
    /// What all of them are called.
    pub(super) name: String,
    /// The pictures, in rows of so many columns; absent while they are on their way.
    pub(super) texture: Option<(TextureId, [usize; 2])>,
    /// Size of a picture.
    pub(super) shape: ImageShape,
    /// One entry a unit, in order.
    pub(super) items: &'a [Item],
    /// Colour of the bars.
    pub(super) color: Color32,
    /// The place of the one looked at.
    pub(super) looked: Option<usize>,
}

/// A unit.
pub(super) struct Item {
    /// What it is called, and its value.
    pub(super) caption: [String; 2],
    /// The same in full.
    pub(super) help: String,
    /// Its value as a share of the largest one.
    pub(super) share: f32,
    /// It carries nothing.
    pub(super) is_dead: bool,
}

/// Draws the units. Returns the place of one that was clicked or gone to by an arrow key.
pub(super) fn shelf_ui(ui: &mut Ui, view: &View<'_>, shelf: &Shelf<'_>) -> Option<usize> {
    let scale = text_scale(ui.ctx());
    let font = TextStyle::Small.resolve(ui.style());
    let line = ui.text_style_height(&TextStyle::Small);
    let tile = vec2(SIDE * scale, SIDE * scale + BAR + 2.0 * line + 3.0);
    let pitch = tile + vec2(GAP, GAP);
    let count = shelf.items.len();
    let columns = ((ui.available_width() + GAP) / pitch.x).floor().max(1.0) as usize;
    let columns = columns.clamp(1, count.max(1));
    let rows = count.div_ceil(columns);
    let size = vec2(columns as f32 * pitch.x - GAP, rows as f32 * pitch.y);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &shelf.name));
    let place = |index: usize| {
        let at = vec2((index % columns) as f32, (index / columns) as f32);
        Rect::from_min_size(rect.min + at * pitch, tile)
    };
    let painter = ui.painter();
    for (index, item) in shelf.items.iter().enumerate() {
        let tile = place(index);
        if !ui.is_rect_visible(tile) {
            continue;
        }
        let square = Rect::from_min_size(tile.min, vec2(tile.width(), tile.width()));
        painter.rect_filled(square, 2.0, view.palette.deep);
        let tint = if item.is_dead {
            Color32::from_gray(110)
        } else {
            Color32::WHITE
        };
        picture(ui, shelf, index, square, tint);
        let room = Rect::from_min_size(square.left_bottom(), vec2(tile.width(), BAR));
        painter.rect_filled(room, 0.0, view.palette.deep);
        let mut bar = room;
        bar.set_width(room.width() * item.share.clamp(0.0, 1.0));
        painter.rect_filled(bar, 0.0, shelf.color);
        let color = if item.is_dead {
            view.palette.frozen
        } else {
            view.palette.text
        };
        for (row, caption) in item.caption.iter().enumerate() {
            let at = pos2(tile.center().x, room.bottom() + 1.0 + row as f32 * line);
            painter.text(at, Align2::CENTER_TOP, caption, font.clone(), color);
        }
        if shelf.looked == Some(index) {
            let stroke = Stroke::new(2.0, view.palette.accent);
            painter.rect_stroke(square, 2.0, stroke, StrokeKind::Outside);
        }
    }
    let gone_to = if response.has_focus() {
        let stroke = Stroke::new(1.0, view.palette.accent);
        painter.rect_stroke(rect.expand(2.0), 2.0, stroke, StrokeKind::Outside);
        let way = arrows(ui.ctx(), response.id);
        let way = way.x as isize + way.y as isize * isize::try_from(columns).unwrap_or(1);
        let from = shelf
            .looked
            .map_or(0, |looked| looked.saturating_add_signed(way));
        (way != 0 && count > 0).then(|| from.min(count - 1))
    } else {
        None
    };
    let under = |at: egui::Pos2| (0..count).find(|index| place(*index).contains(at));
    let clicked = response
        .interact_pointer_pos()
        .filter(|_| response.clicked())
        .and_then(under);
    if let Some(index) = response.hover_pos().and_then(under) {
        response.on_hover_ui_at_pointer(|ui| {
            let (large, _) = ui.allocate_exact_size(vec2(LARGE, LARGE), Sense::hover());
            picture(ui, shelf, index, large, Color32::WHITE);
            ui.small(&shelf.items[index].help);
        });
    }
    clicked.or(gone_to)
}

fn picture(ui: &Ui, shelf: &Shelf<'_>, index: usize, square: Rect, tint: Color32) {
    let Some((texture, [columns, rows])) = shelf.texture else {
        return;
    };
    if index >= columns * rows {
        return;
    }
    let uv = tile_uv((columns, rows), index);
    ui.painter()
        .image(texture, fitted(square, shelf.shape), uv, tint);
}
