//! One map: a picture or a dot for each code, and how one moves from point to point.

use std::sync::Arc;

use egui::{
    Color32, Mesh, Painter, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, TextureId, Ui,
    Vec2, WidgetInfo, vec2,
};

use crate::data::ImageShape;
use crate::engine::Pictures;

use super::super::focus::arrows;
use super::super::latent::PlaneWindow;
use super::super::latent::paint::{Place, disc};
use super::super::latent::sheet::{PIXELS, WHOLE, paint_tiles, sheet, tile_uv};
use super::super::theme::{BEHIND, class_color};
use super::super::view::View;
use super::mapping::{Known, Marks};

/// Pictures in a row of the texture.
const COLUMNS: usize = 20;

/// Sides of a picture in a map, in points, and maps so many times as large have them.
const SIDES: std::ops::RangeInclusive<f32> = 11.0..=24.0;
const PICTURES_ACROSS: f32 = 22.0;

/// Radius of a dot.
const DOT: f32 = 3.2;

/// How close to a point the pointer has to be to mean it, at least.
const REACH: f32 = 8.0;

/// The room around all points, as a share of theirs.
const MARGIN: f32 = 0.06;

/// What is drawn in a map.
pub(super) struct Drawn<'a> {
    /// What it is called.
    pub(super) name: &'static str,
    /// One an image.
    pub(super) points: &'a [[f32; 2]],
    /// Classes of the images, where known.
    pub(super) labels: &'a [u8],
    /// Colour of images without a class.
    pub(super) color: Color32,
    /// The images, once they are known.
    pub(super) known: Option<&'a Known>,
    /// What is pointed at, and what is near to it.
    pub(super) near: Option<&'a Near>,
}

/// An image that is pointed at.
pub(super) struct Near {
    pub(super) image: u32,
    /// The nearest ones pixel by pixel.
    pub(super) as_images: Vec<u32>,
    /// The nearest ones by code.
    pub(super) by_code: Arc<[u32]>,
    /// In words.
    pub(super) words: String,
}

/// What the user does in a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Touch {
    /// Nothing.
    None,
    /// The pointer is over this image, or over none.
    Pointer(Option<u32>),
    /// The keyboard is at this image, or still at none.
    Keys(Option<u32>),
}

/// Draws a map with sides of so many points.
pub(super) fn canvas_ui(ui: &mut Ui, view: &View<'_>, drawn: &Drawn<'_>, side: f32) -> Touch {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::click());
    let place = Place {
        window: window(drawn.points),
        rect,
    };
    if response.clicked() {
        // From here the arrow keys go on.
        response.request_focus();
    }
    let touch = touch(ui, drawn, &place, &response);
    let mut described = drawn.name.to_owned();
    if response.has_focus()
        && let Some(near) = drawn.near
    {
        described = format!("{described}. {}", near.words);
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, &described));
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 0.0, view.palette.deep);
    let picture = match (view.state.mapping.marks, drawn.known) {
        (Marks::Pictures, Some(known)) => {
            let tile = tile_size(known.images.pictures.shape, side);
            let texture = atlas(ui, view, known, drawn.labels);
            pictures(&painter, drawn, &place, (texture, known), tile);
            tile
        }
        (Marks::Pictures, None) | (Marks::Dots, _) => {
            dots(ui, view, &painter, drawn, &place);
            Vec2::splat(2.0 * DOT)
        }
    };
    if let Some(near) = drawn.near {
        near_marks(view, &painter, drawn.points, (near, &place), picture);
    }
    let border = if response.has_focus() {
        Stroke::new(2.0, view.palette.accent)
    } else {
        Stroke::new(1.0, view.palette.border)
    };
    painter.rect_stroke(rect, 0.0, border, StrokeKind::Inside);
    touch
}

/// Size of a picture in a map with sides of so many points.
fn tile_size(shape: ImageShape, side: f32) -> Vec2 {
    let longest = (side / PICTURES_ACROSS).clamp(*SIDES.start(), *SIDES.end());
    let size = vec2(shape.width.max(1) as f32, shape.height.max(1) as f32);
    size * (longest / size.max_elem())
}

/// A square window that holds all points.
fn window(points: &[[f32; 2]]) -> PlaneWindow {
    let inner = PlaneWindow::holding(points);
    let size = inner.size();
    let half = size[0].max(size[1]) * (0.5 + MARGIN);
    let half = if half > 0.0 { half } else { 1.0 };
    let middle = [0, 1].map(|i| f32::midpoint(inner.low[i], inner.high[i]));
    PlaneWindow {
        low: middle.map(|middle| middle - half),
        high: middle.map(|middle| middle + half),
    }
}

/// Where an image lies on the screen, unless its code is no number.
fn screen(points: &[[f32; 2]], place: &Place, image: usize) -> Option<Pos2> {
    let at = place.screen(*points.get(image)?);
    at.is_finite().then_some(at)
}

fn touch(ui: &Ui, drawn: &Drawn<'_>, place: &Place, response: &Response) -> Touch {
    let places = drawn.points.iter().map(|point| place.screen(*point));
    let now = drawn.near.map(|near| near.image);
    if response.has_focus() {
        let by = arrows(ui.ctx(), response.id);
        if by != Vec2::ZERO {
            let places: Vec<Pos2> = places.collect();
            return Touch::Keys(next_point(&places, now, by, place.rect.center()).or(now));
        }
    }
    // A pointer that rests does not take back what the keys went to.
    let is_moved =
        ui.input(|input| input.pointer.delta() != Vec2::ZERO || input.pointer.any_pressed());
    if let Some(pointer) = response.hover_pos().filter(|_| is_moved) {
        let reach = REACH.max(place.rect.width() / PICTURES_ACROSS / 2.0);
        let near = places
            .zip(0_u32..)
            .map(|(at, image)| (at.distance(pointer), image))
            .filter(|(distance, _)| *distance <= reach)
            .min_by(|a, b| a.0.total_cmp(&b.0));
        return Touch::Pointer(near.map(|(_, image)| image));
    }
    Touch::None
}

/// The point next to one in a direction, or the one in the middle where there is none to go from. Points that
/// lie aside of the way count as farther.
fn next_point(places: &[Pos2], from: Option<u32>, by: Vec2, middle: Pos2) -> Option<u32> {
    let own = from.and_then(|from| places.get(from as usize));
    let way = by.normalized();
    let far = |at: Pos2| match own {
        None => Some(at.distance(middle)),
        Some(own) => {
            let offset = at - *own;
            let along = offset.dot(way);
            let aside = (offset - along * way).length();
            (along > 0.0).then_some(along + 2.0 * aside)
        }
    };
    places
        .iter()
        .zip(0_u32..)
        .filter(|(_, image)| Some(*image) != from)
        .filter_map(|(at, image)| Some((far(*at)?, image)))
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, image)| image)
}

/// The texture with all images, each in a frame of the colour of its class.
pub(super) fn atlas(ui: &Ui, view: &View<'_>, known: &Known, labels: &[u8]) -> TextureId {
    let id = egui::Id::unique("images of the maps of codes");
    view.textures.show(ui.ctx(), id, known.version, PIXELS, || {
        let pictures = &known.images.pictures;
        sheet(&framed(pictures, labels), COLUMNS, 0..pictures.len())
    })
}

/// Where an image lies in the texture.
pub(super) fn uv(image: u32, images: usize) -> Rect {
    let rows = images.div_ceil(COLUMNS);
    tile_uv((COLUMNS, rows), image as usize)
}

/// Pictures with a line of pixels around each.
fn framed(pictures: &Pictures, labels: &[u8]) -> Pictures {
    let shape = pictures.shape;
    let wide = ImageShape {
        width: shape.width + 2,
        height: shape.height + 2,
        channels: 3,
    };
    let plane = shape.width * shape.height;
    let mut pixels = Vec::with_capacity(pictures.len() * wide.pixels());
    for index in 0..pictures.len() {
        let picture = pictures.get(index);
        let color = labels
            .get(index)
            .map_or(BEHIND, |class| class_color(*class));
        for channel in 0..3 {
            let line = color.to_array()[channel];
            let own = channel.min(shape.channels.saturating_sub(1)) * plane;
            pixels.extend(std::iter::repeat_n(line, wide.width));
            for row in picture[own..own + plane].chunks_exact(shape.width.max(1)) {
                pixels.push(line);
                pixels.extend_from_slice(row);
                pixels.push(line);
            }
            pixels.extend(std::iter::repeat_n(line, wide.width));
        }
    }
    Pictures {
        shape: wide,
        pixels,
    }
}

fn pictures(
    painter: &Painter,
    drawn: &Drawn<'_>,
    place: &Place,
    (texture, known): (TextureId, &Known),
    tile: Vec2,
) {
    let images = known.images.pictures.len();
    let nowhere = Rect::from_min_size(place.rect.min, Vec2::ZERO);
    let rect = |image: usize| {
        let at = screen(drawn.points, place, image).filter(|_| image < images);
        at.map_or(nowhere, |at| Rect::from_center_size(at, tile))
    };
    let tiles = (COLUMNS, images.div_ceil(COLUMNS));
    paint_tiles(painter, texture, tiles, rect);
    // Those that count now are not to lie below others.
    let near = drawn.near.into_iter().flat_map(|near| {
        let others = near.by_code.iter().chain(&near.as_images);
        others.chain([&near.image]).copied()
    });
    for image in near.filter(|image| (*image as usize) < images) {
        let rect = rect(image as usize);
        painter.image(texture, rect, uv(image, images), Color32::WHITE);
    }
}

fn dots(ui: &Ui, view: &View<'_>, painter: &Painter, drawn: &Drawn<'_>, place: &Place) {
    let mut mesh = Mesh::with_texture(disc(ui, view));
    for image in 0..drawn.points.len() {
        let Some(at) = screen(drawn.points, place, image) else {
            continue;
        };
        let class = drawn.labels.get(image).copied();
        let color = class.map_or(drawn.color, class_color);
        for (radius, color) in [(DOT + 1.2, view.palette.deep), (DOT, color)] {
            let rect = Rect::from_center_size(at, Vec2::splat(2.0 * radius));
            mesh.add_rect_with_uv(rect, WHOLE, color);
        }
    }
    painter.add(mesh);
}

/// Squares around the nearest images, rings around the nearest codes, and a frame around the image itself.
fn near_marks(
    view: &View<'_>,
    painter: &Painter,
    points: &[[f32; 2]],
    (near, place): (&Near, &Place),
    picture: Vec2,
) {
    let at = |image: u32| screen(points, place, image as usize);
    let square = |at: Pos2, grown: f32, stroke: Stroke| {
        let rect = Rect::from_center_size(at, picture).expand(grown);
        painter.rect_stroke(rect, 0.0, stroke, StrokeKind::Outside);
    };
    for at in near.as_images.iter().filter_map(|image| at(*image)) {
        square(at, 1.0, Stroke::new(3.0, view.palette.deep));
        square(at, 1.5, Stroke::new(1.5, view.palette.strong));
    }
    let radius = picture.length() / 2.0 + 3.0;
    for at in near.by_code.iter().filter_map(|image| at(*image)) {
        painter.circle_stroke(at, radius, Stroke::new(3.0, view.palette.deep));
        painter.circle_stroke(at, radius, Stroke::new(1.5, view.palette.accent));
    }
    if let Some(at) = at(near.image) {
        square(at, 2.0, Stroke::new(3.5, view.palette.accent));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::pos2;

    #[test]
    fn arrows_go_to_the_next_point_that_way() {
        let places = [
            pos2(0.0, 0.0),
            pos2(10.0, 1.0),
            pos2(5.0, 8.0),
            pos2(-4.0, 0.0),
        ];
        let next = |from, x, y| next_point(&places, from, vec2(x, y), pos2(5.0, 7.0));
        assert_eq!(next(None, 1.0, 0.0), Some(2), "the one in the middle");
        assert_eq!(next(Some(0), 1.0, 0.0), Some(1), "not the one aside");
        assert_eq!(next(Some(0), -1.0, 0.0), Some(3));
        assert_eq!(next(Some(0), 0.0, 1.0), Some(2));
        assert_eq!(next(Some(0), 0.0, -1.0), None);
    }

    #[test]
    fn the_window_is_square_and_holds_all_points() {
        let window = window(&[[0.0, 0.0], [4.0, 1.0], [f32::NAN, 9.0]]);
        let size = window.size();
        assert!((size[0] - size[1]).abs() < 1e-5 && size[0] > 4.0);
        assert!(window.low[0] < 0.0 && window.high[0] > 4.0 && window.low[1] < 0.0);
        let one = super::window(&[[3.0, 3.0]]);
        assert_eq!((one.low, one.high), ([2.0, 2.0], [4.0, 4.0]));
    }

    #[test]
    fn pictures_have_frames_of_their_class() {
        let shape = ImageShape {
            width: 2,
            height: 1,
            channels: 1,
        };
        let pictures = Pictures {
            shape,
            pixels: vec![7, 9],
        };
        let framed = framed(&pictures, &[3]);
        let red = class_color(3).r();
        assert_eq!((framed.shape.width, framed.shape.height), (4, 3));
        assert_eq!(framed.pixels.len(), 4 * 3 * 3);
        assert_eq!(framed.pixels[..4], [red; 4]);
        assert_eq!(framed.pixels[4..8], [red, 7, 9, red]);
    }

    #[test]
    fn every_image_has_its_place_in_the_texture() {
        assert_eq!(uv(0, 20), WHOLE.intersect(uv(0, 20)));
        let second = uv(21, 40);
        assert!((second.min - pos2(0.05, 0.5)).length() < 1e-6);
        assert!((second.size() - vec2(0.05, 0.5)).length() < 1e-6);
    }
}
