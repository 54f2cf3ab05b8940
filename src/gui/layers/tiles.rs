//! Many small signed pictures in one texture.
//!
//! A *tile* is one of them: white where it is 0, red above, blue below; colour images keep their
//! channels, grey where they are 0.

use egui::{
    Color32, ColorImage, EventFilter, Key, Modifiers, Rect, RichText, Sense, Stroke, StrokeKind,
    Ui, vec2,
};

use crate::data::ImageShape;
use crate::engine::Tiles;
use crate::gui::theme::maps;
use crate::gui::view::View;
use crate::gui::words;

/// Side of an enlarged tile.
const LARGE: f32 = 168.0;

/// Space between two tiles.
const GAP: f32 = 3.0;

/// What colours are relative to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TileScale {
    /// The largest value of each tile.
    Own,
    /// The largest value of all.
    Common,
}

/// Tiles to draw, with what is known of them.
pub struct Grid<'a> {
    /// Names the texture.
    pub id: egui::Id,
    /// Changes with the tiles.
    pub version: u64,
    /// The tiles.
    pub tiles: &'a Tiles,
    /// What one of them is called, such as `Filter`.
    pub noun: &'a str,
    /// What all of them are called.
    pub name: String,
    /// What colours are relative to.
    pub scale: TileScale,
    /// Width of a tile on the screen.
    pub width: f32,
    /// The one looked at.
    pub looked: Option<usize>,
}

impl Grid<'_> {
    fn texture(&self, ui: &Ui, view: &View<'_>, atlas: Atlas) -> egui::TextureId {
        let options = egui::TextureOptions::NEAREST;
        let draw = || atlas.image(self.tiles, self.scale);
        view.textures
            .show(ui.ctx(), self.id, self.version, options, draw)
    }
}

/// How tiles lie in a texture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Atlas {
    columns: usize,
    count: usize,
    shape: ImageShape,
}

impl Atlas {
    /// As square as may be, and nowhere longer than `max_side`.
    fn new(tiles: &Tiles, max_side: usize) -> Option<Self> {
        let shape = tiles.shape?;
        let count = tiles.values.len() / shape.pixels().max(1);
        if count == 0 || shape.width > max_side || shape.height > max_side {
            return None;
        }
        let columns = (count as f64).sqrt().ceil() as usize;
        let columns = columns.clamp(1, max_side / shape.width);
        let rows = count.div_ceil(columns).min(max_side / shape.height);
        Some(Self {
            columns,
            count: count.min(rows * columns),
            shape,
        })
    }

    fn rows(self) -> usize {
        self.count.div_ceil(self.columns)
    }

    /// Where a tile lies in the texture.
    fn uv(self, index: usize) -> Rect {
        let size = vec2(1.0 / self.columns as f32, 1.0 / self.rows() as f32);
        let place = vec2((index % self.columns) as f32, (index / self.columns) as f32);
        let place = Rect::from_min_size((place * size).to_pos2(), size);
        // A hair's breadth inside, so that no neighbour shows at the edge.
        place.shrink2(size * 1e-3)
    }

    fn image(self, tiles: &Tiles, scale: TileScale) -> ColorImage {
        let Self { shape, columns, .. } = self;
        let size = [columns * shape.width, self.rows() * shape.height];
        let mut image = ColorImage::filled(size, Color32::TRANSPARENT);
        let common = largest(&tiles.values);
        let plane = shape.width * shape.height;
        for (index, tile) in tiles
            .values
            .chunks_exact(shape.pixels())
            .take(self.count)
            .enumerate()
        {
            let reach = match scale {
                TileScale::Own => largest(tile),
                TileScale::Common => common,
            };
            let corner = [
                index % columns * shape.width,
                index / columns * shape.height,
            ];
            for at in 0..plane {
                let x = corner[0] + at % shape.width;
                let y = corner[1] + at / shape.width;
                image.pixels[y * size[0] + x] = color(tile, at, plane, reach);
            }
        }
        image
    }
}

fn largest(values: &[f32]) -> f32 {
    let finite = values.iter().filter(|value| value.is_finite());
    finite
        .fold(0.0_f32, |most, value| most.max(value.abs()))
        .max(f32::MIN_POSITIVE)
}

fn color(tile: &[f32], at: usize, plane: usize, reach: f32) -> Color32 {
    let value = |channel: usize| tile.get(channel * plane + at).map(|value| value / reach);
    match (value(0), value(1), value(2)) {
        (Some(red), Some(green), Some(blue)) => {
            let byte = |value: f32| ((value.clamp(-1.0, 1.0) + 1.0) * 127.5).round() as u8;
            Color32::from_rgb(byte(red), byte(green), byte(blue))
        }
        (Some(value), ..) => maps::diverging(value),
        (None, ..) => Color32::TRANSPARENT,
    }
}

/// Tiles in one texture: its columns and rows of tiles, and what draws it; absent where there is nothing to
/// draw, or more than a texture holds.
pub fn signed_sheet(
    tiles: &Tiles,
    scale: TileScale,
    max_side: usize,
) -> Option<([usize; 2], impl FnOnce() -> ColorImage)> {
    let atlas = Atlas::new(tiles, max_side)?;
    let draw = move || atlas.image(tiles, scale);
    Some(([atlas.columns, atlas.rows()], draw))
}

/// Draws tiles in rows. Returns a tile that was clicked or gone to by the arrow keys.
pub fn grid_ui(ui: &mut Ui, view: &View<'_>, grid: &Grid<'_>) -> Option<usize> {
    let max_side = ui.input(|input| input.max_texture_side);
    let Some(atlas) = Atlas::new(grid.tiles, max_side) else {
        ui.weak("There is nothing to draw here.");
        return None;
    };
    let texture = grid.texture(ui, view, atlas);
    let tile = vec2(grid.width, tile_height(grid.width, atlas.shape));
    let pitch = tile + vec2(GAP, GAP);
    let columns = ((ui.available_width() + GAP) / pitch.x).floor().max(1.0) as usize;
    let columns = columns.min(atlas.count);
    let rows = atlas.count.div_ceil(columns);
    let size = vec2(columns as f32 * pitch.x, rows as f32 * pitch.y);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &grid.name));
    let place = |index: usize| {
        let at = vec2((index % columns) as f32, (index / columns) as f32);
        Rect::from_min_size(rect.min + at * pitch, tile)
    };
    for index in (0..atlas.count).filter(|index| ui.is_rect_visible(place(*index))) {
        ui.painter()
            .image(texture, place(index), atlas.uv(index), Color32::WHITE);
    }
    if let Some(looked) = grid.looked.filter(|looked| *looked < atlas.count) {
        let stroke = Stroke::new(2.0, view.palette.accent);
        ui.painter()
            .rect_stroke(place(looked), 0.0, stroke, StrokeKind::Outside);
    }
    let gone_to = if response.has_focus() {
        let stroke = Stroke::new(1.0, view.palette.accent);
        ui.painter()
            .rect_stroke(rect, 2.0, stroke, StrokeKind::Outside);
        arrows(ui, response.id, grid.looked, columns, atlas.count)
    } else {
        None
    };
    let hovered = response.hover_pos().and_then(|at| {
        let at = (at - rect.min) / pitch;
        let (column, row) = (at.x as usize, at.y as usize);
        Some(row * columns + column).filter(|index| column < columns && *index < atlas.count)
    });
    let Some(index) = hovered else {
        return gone_to;
    };
    let is_clicked = response.clicked();
    response.on_hover_ui_at_pointer(|ui| {
        enlarged_ui(ui, grid, atlas, texture, index);
    });
    if is_clicked { Some(index) } else { gone_to }
}

/// Height of a tile; what is a single row of values is drawn as a band.
fn tile_height(width: f32, shape: ImageShape) -> f32 {
    (width * shape.height as f32 / shape.width.max(1) as f32).max(22.0)
}

/// The tile that an arrow key leads to.
fn arrows(
    ui: &Ui,
    id: egui::Id,
    looked: Option<usize>,
    columns: usize,
    count: usize,
) -> Option<usize> {
    let filter = EventFilter {
        horizontal_arrows: true,
        vertical_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    let columns = isize::try_from(columns).unwrap_or(1);
    let keys = [
        (Key::ArrowLeft, -1),
        (Key::ArrowRight, 1),
        (Key::ArrowUp, -columns),
        (Key::ArrowDown, columns),
    ];
    let way = keys.iter().find_map(|(key, way)| {
        ui.input_mut(|input| input.consume_key(Modifiers::NONE, *key))
            .then_some(*way)
    })?;
    Some(match looked {
        Some(looked) => looked.saturating_add_signed(way).min(count - 1),
        None => 0,
    })
}

fn enlarged_ui(ui: &mut Ui, grid: &Grid<'_>, atlas: Atlas, texture: egui::TextureId, index: usize) {
    let (width, height) = (atlas.shape.width.max(1) as f32, atlas.shape.height as f32);
    let scale = LARGE / width.max(height);
    let size = vec2(width * scale, (height * scale).max(16.0));
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter()
        .image(texture, rect, atlas.uv(index), Color32::WHITE);
    ui.label(RichText::new(describe(grid, atlas, index)).small());
}

/// The tile looked at, large, with its numbers.
pub fn looked_ui(ui: &mut Ui, view: &View<'_>, grid: &Grid<'_>) {
    let max_side = ui.input(|input| input.max_texture_side);
    let looked = grid.looked.zip(Atlas::new(grid.tiles, max_side));
    let Some((index, atlas)) = looked.filter(|(index, atlas)| *index < atlas.count) else {
        return;
    };
    let texture = grid.texture(ui, view, atlas);
    ui.vertical(|ui| enlarged_ui(ui, grid, atlas, texture, index));
}

fn describe(grid: &Grid<'_>, atlas: Atlas, index: usize) -> String {
    let number = |value: f32| words::three_digits(f64::from(value)).replace('-', "−");
    let values = grid
        .tiles
        .values
        .chunks_exact(atlas.shape.pixels())
        .nth(index);
    let values = values.unwrap_or_default();
    let least = values.iter().copied().fold(f32::INFINITY, f32::min);
    let most = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let norm = grid.tiles.norms.get(index).copied();
    format!(
        "{} {} of {}\n{}values from {} to {}",
        grid.noun,
        index + 1,
        words::count(grid.tiles.total.max(atlas.count) as u64),
        norm.map_or_else(String::new, |norm| format!("norm {}\n", number(norm))),
        number(least),
        number(most),
    )
}

#[cfg(test)]
mod tests {
    use egui::pos2;

    use super::*;

    fn tiles(channels: usize, values: Vec<f32>) -> Tiles {
        Tiles {
            shape: Some(ImageShape {
                width: 2,
                height: 1,
                channels,
            }),
            norms: Vec::new(),
            total: 0,
            values,
        }
    }

    #[test]
    fn tiles_lie_in_a_square_and_keep_their_signs() {
        let tiles = tiles(1, vec![1.0, -1.0, 0.0, 0.5, 0.1, 0.2]);
        let atlas = Atlas::new(&tiles, 2048).unwrap();
        assert_eq!((atlas.columns, atlas.rows(), atlas.count), (2, 2, 3));
        let common = atlas.image(&tiles, TileScale::Common);
        assert_eq!(common.size, [4, 2]);
        assert_eq!(common.pixels[0], maps::diverging(1.0));
        assert_eq!(common.pixels[1], maps::diverging(-1.0));
        assert_eq!(common.pixels[2], maps::diverging(0.0));
        assert_eq!(common.pixels[3], maps::diverging(0.5));
        assert_eq!(common.pixels[5], maps::diverging(0.2));
        let own = atlas.image(&tiles, TileScale::Own);
        assert_eq!(own.pixels[3], maps::diverging(1.0), "its own largest value");
        assert_eq!(own.pixels[4], maps::diverging(0.5));
        assert_eq!(own.pixels[6], Color32::TRANSPARENT, "no fourth tile");
        assert!(atlas.uv(2).contains(pos2(0.25, 0.75)));
    }

    #[test]
    fn colours_keep_their_channels() {
        let tiles = tiles(3, vec![1.0, 0.0, -1.0, 0.0, 0.0, 0.0]);
        let atlas = Atlas::new(&tiles, 2048).unwrap();
        let image = atlas.image(&tiles, TileScale::Own);
        assert_eq!(image.pixels[0], Color32::from_rgb(255, 0, 128));
        assert_eq!(image.pixels[1], Color32::from_gray(128));
    }

    #[test]
    fn an_atlas_is_never_larger_than_a_texture_and_nothing_makes_none() {
        let many = tiles(1, vec![0.0; 2 * 100]);
        let atlas = Atlas::new(&many, 8).unwrap();
        assert_eq!((atlas.columns, atlas.rows(), atlas.count), (4, 8, 32));
        assert_eq!(Atlas::new(&tiles(1, Vec::new()), 8), None);
        assert_eq!(Atlas::new(&many, 1), None);
        assert_eq!(Atlas::new(&Tiles::default(), 8), None);
        let nothing = tiles(1, vec![0.0, f32::NAN]);
        let atlas = Atlas::new(&nothing, 8).unwrap();
        let image = atlas.image(&nothing, TileScale::Own);
        assert_eq!(image.pixels[0], maps::diverging(0.0));
    }
}
