//! Small pictures side by side.
//!
//! A *sheet* is a grid of pictures in one texture.

use egui::{
    Color32, ColorImage, Id, Mesh, Painter, Rect, TextureFilter, TextureId, TextureOptions, Ui,
    pos2,
};

use crate::data::ImageShape;
use crate::engine::Pictures;

use super::super::textures::pixel_color;
use super::super::view::View;

/// Longest side of a texture that every graphics adapter takes.
const MAX_SIDE: usize = 2048;

/// Square pixels where a picture is enlarged, smooth ones where it shrinks.
pub(in crate::gui) const PIXELS: TextureOptions = TextureOptions {
    magnification: TextureFilter::Nearest,
    minification: TextureFilter::Linear,
    wrap_mode: egui::TextureWrapMode::ClampToEdge,
    mipmap_mode: None,
};

/// The pictures of `range` in rows of `columns`, thinned out where they are too large together.
pub(in crate::gui) fn sheet(
    pictures: &Pictures,
    columns: usize,
    range: std::ops::Range<usize>,
) -> ColorImage {
    let (width, height) = (pictures.shape.width.max(1), pictures.shape.height.max(1));
    let columns = columns.max(1);
    let rows = range.len().div_ceil(columns).max(1);
    let every = (width * columns)
        .max(height * rows)
        .div_ceil(MAX_SIDE)
        .max(1);
    let (tile_width, tile_height) = (width.div_ceil(every), height.div_ceil(every));
    let size = [tile_width * columns, tile_height * rows];
    let mut image = ColorImage::filled(size, Color32::TRANSPARENT);
    let plane = width * height;
    for (place, index) in range.enumerate() {
        let picture = pictures.get(index);
        let (left, top) = (place % columns * tile_width, place / columns * tile_height);
        for y in 0..tile_height {
            let start = (top + y) * size[0] + left;
            let row = image.pixels.iter_mut().skip(start).take(tile_width);
            for (x, pixel) in row.enumerate() {
                let at = y * every * width + x * every;
                *pixel = pixel_color(picture, at, plane).unwrap_or(Color32::TRANSPARENT);
            }
        }
    }
    image
}

/// The texture of one picture.
pub(in crate::gui) fn single(
    ui: &Ui,
    view: &View<'_>,
    id: Id,
    version: u64,
    pictures: &Pictures,
) -> TextureId {
    view.textures
        .show(ui.ctx(), id, version, PIXELS, || sheet(pictures, 1, 0..1))
}

/// The whole of a texture.
pub(in crate::gui) const WHOLE: Rect = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));

/// Paints the tiles of a sheet with a texture of `columns` × `rows` each in its own rectangle.
pub(in crate::gui) fn paint_tiles(
    painter: &Painter,
    texture: TextureId,
    (columns, rows): (usize, usize),
    place: impl Fn(usize) -> Rect,
) {
    let mut mesh = Mesh::with_texture(texture);
    for index in 0..columns * rows {
        let uv = tile_uv((columns, rows), index);
        mesh.add_rect_with_uv(place(index), uv, Color32::WHITE);
    }
    painter.add(mesh);
}

/// Where a tile of a sheet of `columns` × `rows` lies in its texture.
pub(in crate::gui) fn tile_uv((columns, rows): (usize, usize), index: usize) -> Rect {
    let columns = columns.max(1);
    let tile = egui::vec2(1.0 / columns as f32, 1.0 / rows.max(1) as f32);
    let corner = pos2(
        (index % columns) as f32 * tile.x,
        (index / columns) as f32 * tile.y,
    );
    Rect::from_min_size(corner, tile)
}

/// The largest rectangle of the shape of a picture in the middle of another.
pub(in crate::gui) fn fitted(rect: Rect, shape: ImageShape) -> Rect {
    let (width, height) = (shape.width.max(1), shape.height.max(1));
    let size = egui::vec2(width as f32, height as f32);
    let scale = (rect.width() / size.x).min(rect.height() / size.y);
    Rect::from_center_size(rect.center(), size * scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pictures(width: usize, channels: usize, pixels: Vec<u8>) -> Pictures {
        let shape = ImageShape {
            width,
            height: 1,
            channels,
        };
        Pictures { shape, pixels }
    }

    #[test]
    fn pictures_stand_in_rows() {
        let made = sheet(&pictures(2, 1, vec![1, 2, 3, 4, 5, 6]), 2, 0..3);
        let grey: Vec<u8> = made.pixels.iter().map(|pixel| pixel.r()).collect();
        assert_eq!(made.size, [4, 2]);
        assert_eq!(grey, [1, 2, 3, 4, 5, 6, 0, 0]);
        let second = sheet(&pictures(2, 1, vec![1, 2, 3, 4, 5, 6]), 1, 1..2);
        assert_eq!(
            second.pixels,
            [Color32::from_gray(3), Color32::from_gray(4)]
        );
    }

    #[test]
    fn planes_become_colours() {
        let made = sheet(&pictures(2, 3, vec![1, 2, 3, 4, 5, 6]), 1, 0..1);
        assert_eq!(
            made.pixels,
            [Color32::from_rgb(1, 3, 5), Color32::from_rgb(2, 4, 6)]
        );
    }

    #[test]
    fn large_pictures_are_thinned_out() {
        let pixels = (0..3000).map(|x| (x % 200) as u8).collect();
        let made = sheet(&pictures(3000, 1, pixels), 1, 0..1);
        assert_eq!(made.size, [1500, 1]);
        assert_eq!(made.pixels[1], Color32::from_gray(2));
    }
}
