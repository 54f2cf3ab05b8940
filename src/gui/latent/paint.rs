//! What is painted in the plane: pictures, points, scales, lines.

use egui::{
    Align2, Color32, ColorImage, Mesh, Painter, Pos2, Rect, Stroke, TextStyle, TextureId, Ui, Vec2,
    pos2, vec2,
};

use crate::engine::{Content, Slot, Wish};

use super::super::run::Run;
use super::super::theme::{BEHIND, class_color};
use super::super::view::View;
use super::super::words;
use super::code::{dimension_name, round_up};
use super::controls::image_words;
use super::plane::{PlaneAxes, PlaneWindow, Projection, Spot, covered};
use super::sheet::{PIXELS, WHOLE, fitted, sheet, single};

/// Distance from the corners that numbers keep.
const CORNER: f32 = 20.0;

/// Radius of a point.
const POINT: f32 = 3.2;

/// Between the window and the screen.
pub(in crate::gui) struct Place {
    pub window: PlaneWindow,
    pub rect: Rect,
}

impl Place {
    pub fn screen(&self, at: [f32; 2]) -> Pos2 {
        let share = self.window.share(at);
        let rect = self.rect;
        pos2(
            egui::lerp(rect.x_range(), share[0]),
            rect.bottom() - share[1] * rect.height(),
        )
    }

    pub fn plane(&self, at: Pos2) -> [f32; 2] {
        let offset = (at - self.rect.min) / self.rect.size();
        self.window.at([offset.x, 1.0 - offset.y])
    }
}

/// Where a spot is now: an image moves with its code.
fn current(projection: &Projection, spot: Spot) -> [f32; 2] {
    let point = spot
        .image
        .and_then(|image| projection.points.get(image as usize));
    point.copied().unwrap_or(spot.at)
}

/// The decoded pictures.
pub(super) fn manifold(
    ui: &Ui,
    view: &View<'_>,
    (run, projection): (&Run, &Projection),
    place: &Place,
    painter: &Painter,
) {
    let Some(find) = view.state.latent.find(Slot::Plane, run.id) else {
        return;
    };
    match (&find.content, &find.wish) {
        (Content::Grid { pictures, columns }, Wish::Plane(plane))
            if projection.basis.is_along(&plane.axes) =>
        {
            let id = egui::Id::unique(("latent plane", run.id));
            let texture = view.textures.show(ui.ctx(), id, find.version, PIXELS, || {
                sheet(pictures, *columns, 0..pictures.len())
            });
            let window = covered(plane);
            let rect = Rect::from_two_pos(place.screen(window.low), place.screen(window.high));
            painter.image(texture, rect, WHOLE, BEHIND);
        }
        (Content::Failed(words), _) => {
            let font = TextStyle::Body.resolve(ui.style());
            let at = place.rect.center();
            painter.text(at, Align2::CENTER_CENTER, words, font, view.palette.failure);
        }
        (
            Content::Images(_)
            | Content::Grid { .. }
            | Content::Point { .. }
            | Content::Filters { .. }
            | Content::Features(_)
            | Content::Entries(_)
            | Content::Generated(_),
            _,
        ) => {}
    }
}

/// A white disc with a soft edge.
pub(in crate::gui) fn disc(ui: &Ui, view: &View<'_>) -> TextureId {
    let id = egui::Id::unique("latent disc");
    view.textures
        .show(ui.ctx(), id, 0, egui::TextureOptions::LINEAR, || {
            let side = 32_usize;
            let pixel = |i: usize| {
                let offset = |at: usize| at as f32 + 0.5 - side as f32 / 2.0;
                let distance = offset(i % side).hypot(offset(i / side));
                let alpha = (side as f32 / 2.0 - distance).clamp(0.0, 1.0);
                Color32::from_white_alpha((alpha * 255.0) as u8)
            };
            let pixels = (0..side * side).map(pixel).collect();
            ColorImage::new([side, side], pixels)
        })
}

/// The codes of the test images.
pub(super) fn points(
    ui: &Ui,
    view: &View<'_>,
    (run, projection): (&Run, &Projection),
    place: &Place,
    painter: &Painter,
) {
    let labels = run
        .info
        .as_ref()
        .and_then(|info| info.dataset.test_labels.as_deref());
    let labels = labels.unwrap_or_default();
    let highlight = view.state.latent.plane.highlight;
    let highlight = highlight.filter(|class| projection.classes.contains(class));
    let mut mesh = Mesh::with_texture(disc(ui, view));
    let seen = place.rect.expand(POINT);
    for (index, point) in projection.points.iter().enumerate() {
        let at = place.screen(*point);
        if !seen.contains(at) {
            continue;
        }
        let class = labels.get(index).copied();
        let color = class.map_or_else(|| view.palette.run(run.slot), class_color);
        let stands_back = highlight.is_some() && class != highlight;
        let strength = if stands_back { 0.2 } else { 1.0 };
        for (radius, color) in [(POINT + 1.2, view.palette.deep), (POINT, color)] {
            let disc = Rect::from_center_size(at, Vec2::splat(2.0 * radius));
            mesh.add_rect_with_uv(disc, WHOLE, color.gamma_multiply(strength));
        }
    }
    painter.add(mesh);
}

/// Numbers along the lower and the left edge, and the names of the axes.
pub(super) fn scales(ui: &Ui, view: &View<'_>, axes: PlaneAxes, place: &Place, painter: &Painter) {
    let rect = place.rect;
    let size = place.window.size();
    let names = match axes {
        PlaneAxes::Principal => ["first direction".to_owned(), "second direction".to_owned()],
        PlaneAxes::Dimensions(x, y) => [x, y].map(dimension_name),
    };
    let wanted = [rect.width() / 110.0, rect.height() / 70.0];
    for axis in 0..2 {
        let step = round_up(size[axis] / wanted[axis].max(1.0));
        let first = (place.window.low[axis] / step).ceil();
        for index in 0..16 {
            let value = (first + index as f32) * step;
            if value > place.window.high[axis] {
                break;
            }
            let value = if value.abs() < step * 0.01 {
                0.0
            } else {
                value
            };
            let at = place.screen([value, value]);
            let from_ends = if axis == 0 {
                (at.x - rect.left()).min(rect.right() - at.x)
            } else {
                (at.y - rect.top()).min(rect.bottom() - at.y)
            };
            // Corners have room for one number or name only.
            if from_ends < CORNER {
                continue;
            }
            let text = words::setting(f64::from(value)).replace('-', "−");
            let (at, anchor) = if axis == 0 {
                (pos2(at.x, rect.bottom() - 2.0), Align2::CENTER_BOTTOM)
            } else {
                (pos2(rect.left() + 3.0, at.y), Align2::LEFT_CENTER)
            };
            backed_text(ui, view, painter, (at, anchor), &text);
        }
    }
    let [across, up] = names;
    let corner = (rect.right_bottom() - vec2(4.0, 16.0), Align2::RIGHT_BOTTOM);
    backed_text(ui, view, painter, corner, &format!("{across} →"));
    let corner = (rect.left_top() + vec2(4.0, 3.0), Align2::LEFT_TOP);
    backed_text(ui, view, painter, corner, &format!("↑ {up}"));
}

fn backed_text(
    ui: &Ui,
    view: &View<'_>,
    painter: &Painter,
    (at, anchor): (Pos2, Align2),
    text: &str,
) {
    let font = TextStyle::Small.resolve(ui.style());
    let galley = painter.layout_no_wrap(text.to_owned(), font, view.palette.text);
    let rect = anchor.anchor_size(at, galley.size());
    let behind = view.palette.deep.gamma_multiply(0.72);
    painter.rect_filled(rect.expand2(vec2(2.0, 0.0)), 2.0, behind);
    painter.galley(rect.min, galley, view.palette.text);
}

/// The two ends and the line between them.
pub(super) fn line(
    ui: &Ui,
    view: &View<'_>,
    (run, projection): (&Run, &Projection),
    place: &Place,
    painter: &Painter,
) {
    let ends: Vec<Pos2> = view
        .state
        .latent
        .plane
        .ends(run.id)
        .iter()
        .map(|spot| place.screen(current(projection, *spot)))
        .collect();
    let palette = view.palette;
    if let [from, to] = ends[..] {
        painter.line_segment([from, to], Stroke::new(4.0, palette.deep));
        painter.line_segment([from, to], Stroke::new(2.0, palette.accent));
    }
    for (end, name) in ends.into_iter().zip(["A", "B"]) {
        painter.circle(end, 8.0, palette.deep, Stroke::new(2.0, palette.accent));
        let font = TextStyle::Small.resolve(ui.style());
        painter.text(end, Align2::CENTER_CENTER, name, font, palette.strong);
    }
}

/// The place under the pointer and what it decodes to.
pub(super) fn hover(
    ui: &Ui,
    view: &View<'_>,
    (run, projection): (&Run, &Projection),
    (place, spot): (&Place, Spot),
    painter: &Painter,
) {
    let at = place.screen(current(projection, spot));
    let palette = view.palette;
    painter.circle_stroke(at, POINT + 3.0, Stroke::new(3.0, palette.deep));
    painter.circle_stroke(at, POINT + 3.0, Stroke::new(1.5, palette.accent));
    let side = (place.rect.height() * 0.36).clamp(40.0, 132.0);
    // In the corner the pointer is not in.
    let left = if at.x > place.rect.center().x {
        place.rect.left() + 8.0
    } else {
        place.rect.right() - side - 8.0
    };
    let rect = Rect::from_min_size(pos2(left, place.rect.top() + 20.0), Vec2::splat(side));
    let text = match spot.image {
        Some(image) => image_words(run, image),
        None => {
            let number = |value: f32| words::three_digits(f64::from(value)).replace('-', "−");
            format!("({}, {})", number(spot.at[0]), number(spot.at[1]))
        }
    };
    let shown = match view.state.latent.find(Slot::Hover, run.id) {
        Some(find) => match &find.content {
            Content::Point { picture, .. } => Some((picture, find.version)),
            Content::Images(_)
            | Content::Grid { .. }
            | Content::Filters { .. }
            | Content::Features(_)
            | Content::Entries(_)
            | Content::Generated(_)
            | Content::Failed(_) => None,
        },
        None => None,
    };
    if let Some((picture, version)) = shown {
        painter.rect_filled(rect.expand(3.0), 3.0, palette.raised);
        let id = egui::Id::unique("latent hover");
        let texture = single(ui, view, id, version, picture);
        painter.image(texture, fitted(rect, picture.shape), WHOLE, Color32::WHITE);
    }
    let below = (rect.left_bottom() + vec2(0.0, 5.0), Align2::LEFT_TOP);
    backed_text(ui, view, painter, below, &text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn up_on_the_screen_is_up_in_the_plane() {
        let place = Place {
            window: PlaneWindow {
                low: [0.0, 0.0],
                high: [2.0, 1.0],
            },
            rect: Rect::from_min_size(pos2(100.0, 50.0), vec2(200.0, 100.0)),
        };
        assert_eq!(place.screen([0.0, 1.0]), pos2(100.0, 50.0));
        assert_eq!(place.screen([2.0, 0.0]), pos2(300.0, 150.0));
        assert_eq!(place.plane(pos2(200.0, 75.0)), [1.0, 0.75]);
    }
}
