//! Pictures of one run in a grid, each over the training image that is nearest to it.

use egui::{
    Align2, Color32, Id, Mesh, Rect, Response, Sense, Stroke, StrokeKind, TextureId, Ui, Vec2,
    pos2, vec2,
};

use crate::engine::{Generated, Nearest, Pictures, RunId};
use crate::gui::action::{Action, Actions};
use crate::gui::latent::sheet::{PIXELS, fitted, sheet, tile_uv};
use crate::gui::pictures::{Enlarged, enlarged_ui};
use crate::gui::run::Run;
use crate::gui::theme::{small_font, text_scale};
use crate::gui::view::View;
use crate::gui::words;

use super::header::note_ui;
use super::state::{GenerateAction, MOST};

/// Side of a picture at the usual size of text, which stands under it.
const SIDE: f32 = 56.0;

/// Room for the text.
const TEXT: f32 = 15.0;

/// Distance of tiles from one another, and of the two pictures of one.
pub(super) const GAP: f32 = 4.0;
const SEAM: f32 = 2.0;

/// Pictures in a row of a texture.
const COLUMNS: usize = 8;

/// A picture is probably a copy when it is nearer to a training image than this share of the median of test
/// images, by squared distances: less than half as far.
const COPY_SHARE: f64 = 0.25;

/// What stands beside each row of tiles: of the upper picture, of the lower one, and of the number.
const TITLES: [&str; 3] = ["Drawn", "Nearest training image", "Distance"];

/// How tiles lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Layout {
    /// Side of a picture.
    pub side: f32,
    /// Width of what stands beside a row.
    titles: f32,
    text: f32,
    columns: usize,
    /// Tiles that have room.
    pub room: usize,
}

impl Layout {
    /// In so much room, for which so many runs share the height. A run always has a row.
    pub(super) fn of(ui: &Ui, room: Vec2, runs: usize) -> Self {
        let scale = text_scale(ui.ctx());
        let (side, text) = (SIDE * scale, TEXT * scale);
        let titles = titles_width(ui);
        // The name of the run, and a line below.
        let around = 3.0 * TEXT * scale;
        let height = room.y / runs.max(1) as f32 - around;
        let columns = ((room.x - titles) / (side + GAP)).floor().max(1.0) as usize;
        let tile = 2.0 * side + SEAM + text + GAP;
        let rows = (height / tile).floor().max(1.0) as usize;
        Self {
            side,
            titles,
            text,
            columns,
            room: columns.saturating_mul(rows).min(MOST),
        }
    }

    fn tile(&self) -> Vec2 {
        vec2(self.side, 2.0 * self.side + SEAM + self.text)
    }

    /// Room that so many tiles take, with what stands beside them.
    fn size(&self, count: usize) -> Vec2 {
        let (columns, rows) = (self.columns.min(count), count.div_ceil(self.columns));
        if count == 0 {
            return Vec2::ZERO;
        }
        let tile = self.tile() + Vec2::splat(GAP);
        vec2(columns as f32, rows as f32) * tile + vec2(self.titles, -GAP)
    }

    fn place(&self, origin: egui::Pos2, index: usize) -> Rect {
        let tile = self.tile();
        let (column, row) = (index % self.columns, index / self.columns);
        let offset = vec2(column as f32, row as f32) * (tile + Vec2::splat(GAP));
        let beside = vec2(self.titles + GAP, 0.0);
        Rect::from_min_size(origin + beside + offset, tile)
    }
}

/// Room for the longest word of the titles.
fn titles_width(ui: &Ui) -> f32 {
    let words = TITLES.iter().flat_map(|title| title.split(' '));
    let width = |word: &str| {
        let font = small_font(ui.ctx());
        let galley = ui
            .painter()
            .layout_no_wrap(word.to_owned(), font, Color32::PLACEHOLDER);
        galley.size().x
    };
    words.map(width).fold(0.0, f32::max).ceil()
}

/// Draws beside each row of tiles what its parts are.
fn titles_ui(ui: &Ui, view: &View<'_>, run: &Run, whole: Rect, layout: Layout, tiles: usize) {
    let room = Rect::from_min_size(whole.min, vec2(layout.titles, whole.height()));
    let id = ui.scope_id().with(("titles of rows", run.id));
    let response = ui.interact(room, id, Sense::hover());
    response.widget_info(|| {
        let [drawn, nearest, distance] = TITLES;
        let name = format!(
            "Rows of {}: {drawn}; {nearest}; {distance} of the two",
            run.name()
        );
        egui::WidgetInfo::labeled(egui::Role::Label, true, name)
    });
    for row in 0..tiles.div_ceil(layout.columns) {
        let tile = layout.place(whole.min, row * layout.columns);
        let [upper, lower] = halves(tile, layout.side);
        let number = Rect::from_min_max(pos2(tile.left(), lower.bottom()), tile.max);
        for (title, beside) in TITLES.into_iter().zip([upper, lower, number]) {
            let font = small_font(ui.ctx());
            let color = view.palette.weak;
            let painter = ui.painter();
            let galley = painter.layout(title.to_owned(), font, color, layout.titles + 1.0);
            let top = if beside == number {
                beside.top()
            } else {
                beside.center().y - galley.size().y / 2.0
            };
            painter.galley(pos2(whole.left(), top), galley, color);
        }
    }
    response.on_hover_text(
        "Above, the picture decoded from a drawn code; below, the training image that is nearest to it, pixel by \
         pixel; under both, the mean squared distance of the two",
    );
}

/// Pictures in one texture.
struct Sheet {
    texture: TextureId,
    count: usize,
}

impl Sheet {
    fn of(
        ui: &Ui,
        view: &View<'_>,
        id: Id,
        version: u64,
        pictures: &Pictures,
        count: usize,
    ) -> Self {
        let count = count.min(pictures.len());
        let version = Id::unique((version, count)).value();
        let texture = view.textures.show(ui.ctx(), id, version, PIXELS, || {
            sheet(pictures, COLUMNS, 0..count)
        });
        Self { texture, count }
    }

    fn uv(&self, index: usize) -> Rect {
        tile_uv((COLUMNS, self.count.div_ceil(COLUMNS)), index)
    }
}

/// What a tile tells of its picture.
struct Told<'a> {
    run: &'a Run,
    made: &'a Generated,
    index: usize,
}

impl Told<'_> {
    /// The nearest training image and the mean squared distance from it.
    fn nearest(&self) -> Option<(u32, f64)> {
        match &self.made.nearest {
            Nearest::Found {
                indices, distances, ..
            } => {
                let index = indices.get(self.index)?;
                Some((*index, *distances.get(self.index)?))
            }
            Nearest::Lost | Nearest::Sought => None,
        }
    }

    /// Whether it is much nearer to a training image than test images are.
    fn is_copy(&self) -> bool {
        is_copy(
            self.nearest().map(|(_, distance)| distance),
            self.made.tested.map(|tested| tested.median),
        )
    }

    fn name(&self) -> String {
        format!("Picture {} of {}", self.index + 1, self.run.name())
    }

    fn words(&self) -> String {
        let Some((index, distance)) = self.nearest() else {
            return match self.made.nearest {
                Nearest::Lost => "its nearest training image is not known".to_owned(),
                Nearest::Sought | Nearest::Found { .. } => {
                    "its nearest training image is looked for".to_owned()
                }
            };
        };
        let distance = words::three_digits(distance);
        let copy = if self.is_copy() {
            ": much nearer than test images are, probably a copy"
        } else {
            ""
        };
        format!("mean squared distance {distance} from training image {index}{copy}")
    }
}

/// How many of the pictures are probably copies, once that is known.
pub(super) fn copies(made: &Generated) -> Option<usize> {
    let median = made.tested.map(|tested| tested.median)?;
    match &made.nearest {
        Nearest::Found { distances, .. } => {
            let copies = distances.iter();
            Some(
                copies
                    .filter(|distance| is_copy(Some(**distance), Some(median)))
                    .count(),
            )
        }
        Nearest::Lost | Nearest::Sought => None,
    }
}

/// Whether a distance is much smaller than the median of test images.
fn is_copy(distance: Option<f64>, median: Option<f64>) -> bool {
    let both = distance.zip(median);
    both.is_some_and(|(distance, median)| distance < COPY_SHARE * median)
}

/// Draws as many pictures as have room, and below them what is told of the one that has the keyboard: a
/// tooltip would lie over the paths.
pub(super) fn tiles_ui(
    ui: &mut Ui,
    view: &View<'_>,
    run: &Run,
    (made, version): (&Generated, u64),
    layout: Layout,
    out: &mut Actions,
) {
    let count = made.pictures.len().min(layout.room);
    let (rect, _) = ui.allocate_exact_size(layout.size(count), Sense::hover());
    if count == 0 {
        return;
    }
    titles_ui(ui, view, run, rect, layout, count);
    let id = |what: &str| Id::unique(("generated", run.id, what));
    let drawn = Sheet::of(ui, view, id("drawn"), version, &made.pictures, count);
    let nearest = match &made.nearest {
        Nearest::Found { images, .. } => {
            Some(Sheet::of(ui, view, id("nearest"), version, images, count))
        }
        Nearest::Lost | Nearest::Sought => None,
    };
    let places: Vec<[Rect; 2]> = (0..count)
        .map(|index| halves(layout.place(rect.min, index), layout.side))
        .collect();
    let shape = made.pictures.shape;
    for (half, sheet) in [Some(&drawn), nearest.as_ref()].into_iter().enumerate() {
        let Some(sheet) = sheet else { continue };
        let mut mesh = Mesh::with_texture(sheet.texture);
        for (index, places) in places.iter().enumerate().take(sheet.count) {
            let rect = fitted(places[half], shape);
            mesh.add_rect_with_uv(rect, sheet.uv(index), Color32::WHITE);
        }
        ui.painter().add(mesh);
    }
    let mut focused = None;
    for (index, places) in places.iter().enumerate() {
        let told = Told { run, made, index };
        if nearest.is_none() {
            ui.painter().rect_filled(places[1], 2.0, view.palette.deep);
        }
        let tile = layout.place(rect.min, index);
        let response = tile_ui(ui, view, &told, tile, places, out);
        if response.has_focus() {
            focused = Some(format!("{}: {}.", told.name(), told.words()));
        }
        response.on_hover_ui(|ui| enlargement_ui(ui, view, &told, &drawn, nearest.as_ref()));
    }
    if let Some(words) = focused {
        note_ui(ui, view, &words);
    }
}

/// Where the picture and its neighbour lie in a tile.
fn halves(tile: Rect, side: f32) -> [Rect; 2] {
    let size = Vec2::splat(side);
    let below = tile.min + vec2(0.0, side + SEAM);
    [
        Rect::from_min_size(tile.min, size),
        Rect::from_min_size(below, size),
    ]
}

/// Makes a tile a button that marks it, and draws what is told of it.
fn tile_ui(
    ui: &Ui,
    view: &View<'_>,
    told: &Told<'_>,
    tile: Rect,
    places: &[Rect; 2],
    out: &mut Actions,
) -> Response {
    let run: RunId = told.run.id;
    let id = ui.scope_id().with(("generated", run, told.index));
    let response = ui.interact(tile, id, Sense::click());
    let marks = view.state.generate.marks(run);
    let mark = marks.iter().position(|marked| *marked == told.index);
    let letter = mark.map(|mark| if mark == 0 { "A" } else { "B" });
    response.widget_info(|| {
        let marked = letter.map_or_else(String::new, |letter| format!(", marked {letter}"));
        let name = format!("{}, {}{marked}", told.name(), told.words());
        egui::WidgetInfo::selected(egui::Role::Button, true, letter.is_some(), name)
    });
    if response.gained_focus() {
        response.scroll_to_me(None);
    }
    if response.clicked() {
        out.push(Action::Generate(GenerateAction::Mark(run, told.index)));
    }
    let palette = view.palette;
    if let Some((_, distance)) = told.nearest() {
        let number = words::three_digits(distance);
        let (text, color) = if told.is_copy() {
            (format!("● {number}"), palette.warning)
        } else {
            (number, palette.weak)
        };
        let at = pos2(tile.center().x, places[1].bottom());
        let font = small_font(ui.ctx());
        ui.painter().text(at, Align2::CENTER_TOP, text, font, color);
    }
    let stroke = if response.has_focus() {
        Stroke::new(2.0, palette.strong)
    } else if letter.is_some() {
        Stroke::new(2.0, palette.accent)
    } else if response.hovered() {
        Stroke::new(1.5, palette.accent)
    } else {
        Stroke::NONE
    };
    let frame = places[0].union(places[1]);
    ui.painter()
        .rect_stroke(frame, 1.0, stroke, StrokeKind::Outside);
    if let Some(letter) = letter {
        let font = small_font(ui.ctx());
        let size = Vec2::splat(font.size + 3.0);
        let corner = Rect::from_min_size(places[0].min, size);
        ui.painter().rect_filled(corner, 1.0, palette.accent);
        let at = corner.center();
        ui.painter()
            .text(at, Align2::CENTER_CENTER, letter, font, palette.deep);
    }
    response
}

/// A picture and the training image nearest to it, large.
fn enlargement_ui(
    ui: &mut Ui,
    view: &View<'_>,
    told: &Told<'_>,
    drawn: &Sheet,
    nearest: Option<&Sheet>,
) {
    let mut pictures = vec![Enlarged {
        caption: format!("Drawn by {}", told.run.name()),
        texture: drawn.texture,
        uv: drawn.uv(told.index),
    }];
    if let (Some(sheet), Some((index, _))) = (nearest, told.nearest()) {
        pictures.push(Enlarged {
            caption: format!("Training image {index}"),
            texture: sheet.texture,
            uv: sheet.uv(told.index),
        });
    }
    enlarged_ui(ui, view, told.made.pictures.shape, &pictures);
    ui.label(words::capitalised(&told.words()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_less_than_half_as_far_as_test_images_is_a_copy() {
        assert!(is_copy(Some(0.002), Some(0.01)));
        assert!(!is_copy(Some(0.003), Some(0.01)));
        assert!(!is_copy(None, Some(0.01)));
        assert!(!is_copy(Some(0.0), None), "nothing to hold it against");
    }

    #[test]
    fn tiles_lie_in_rows_within_their_room() {
        let layout = Layout {
            side: 50.0,
            titles: 40.0,
            text: 10.0,
            columns: 3,
            room: 6,
        };
        let size = layout.size(5);
        assert_eq!(size, vec2(40.0 + 3.0 * (50.0 + GAP), 2.0 * 112.0 + GAP));
        let whole = Rect::from_min_size(pos2(0.0, 0.0), size);
        for index in 0..5 {
            let tile = layout.place(whole.min, index);
            assert!(whole.contains_rect(tile) && tile.left() > 40.0);
        }
        assert_eq!(layout.place(whole.min, 4).left(), 44.0 + 54.0);
        assert_eq!(layout.size(0), Vec2::ZERO);
    }
}
