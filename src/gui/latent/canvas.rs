//! The plane itself: painted, and moved about in.

use std::sync::Arc;

use egui::{
    Align2, Color32, ColorImage, EventFilter, Key, Mesh, Painter, Pos2, Rect, Response, Sense,
    Stroke, TextStyle, TextureId, Ui, Vec2, pos2, vec2,
};

use crate::engine::{Content, Slot, Wish};

use super::super::action::{Action, Actions};
use super::super::run::Run;
use super::super::theme::{BEHIND, class_color};
use super::super::view::View;
use super::super::words;
use super::code::{dimension_name, round_up};
use super::controls::image_words;
use super::plane::{PlaneAxes, PlaneWindow, Projection, Spot, covered};
use super::sheet::{PIXELS, WHOLE, fitted, sheet, single};
use super::state::{LatentAction, PlaneAction};

/// Side of a decoded picture on the screen, about.
const TILE: f32 = 46.0;

/// Pictures behind the points, at most.
const MOST_TILES: usize = 400;

/// Radius of a point.
const POINT: f32 = 3.2;

/// How close to a point the pointer has to be to mean it.
const REACH: f32 = 6.0;

/// Distance that an arrow key moves, as a share of the window.
const STEP: f32 = 0.05;

/// Points of scrolling that enlarge e-fold.
const SCROLL: f32 = 240.0;

/// Between the window and the screen.
struct Place {
    window: PlaneWindow,
    rect: Rect,
}

impl Place {
    fn screen(&self, at: [f32; 2]) -> Pos2 {
        let share = self.window.share(at);
        let rect = self.rect;
        pos2(
            egui::lerp(rect.x_range(), share[0]),
            rect.bottom() - share[1] * rect.height(),
        )
    }

    fn plane(&self, at: Pos2) -> [f32; 2] {
        let offset = (at - self.rect.min) / self.rect.size();
        self.window.at([offset.x, 1.0 - offset.y])
    }
}

/// Draws the plane and takes what is done to it.
pub(super) fn canvas_ui(
    ui: &mut Ui,
    view: &View<'_>,
    (run, projection): (&Run, &Arc<Projection>),
    size: Vec2,
    out: &mut Actions,
) {
    let plane = &view.state.latent.plane;
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, "Plane of codes"));
    let place = Place {
        window: plane.window(run.id).unwrap_or(projection.window),
        rect,
    };
    let grid = grid_for(size);
    if grid != plane.grid {
        push(out, PlaneAction::Fit(grid.0, grid.1));
    }
    interact(ui, view, (run, projection), &place, &response, out);

    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 0.0, view.palette.deep);
    manifold(ui, view, (run, projection), &place, &painter);
    scales(ui, view, projection.axes, &place, &painter);
    points(ui, view, (run, projection), &place, &painter);
    line(ui, view, (run, projection), &place, &painter);
    let border = if response.has_focus() {
        view.palette.accent
    } else {
        view.palette.border
    };
    painter.rect_stroke(
        rect,
        0.0,
        Stroke::new(1.0, border),
        egui::StrokeKind::Inside,
    );
    if let Some(spot) = plane.hover {
        hover(ui, view, (run, projection), (&place, spot), &painter);
    }
}

fn push(out: &mut Actions, action: PlaneAction) {
    out.push(Action::Latent(LatentAction::Plane(action)));
}

/// Pictures across and up that have room.
fn grid_for(size: Vec2) -> (usize, usize) {
    let side = TILE.max((size.x * size.y / MOST_TILES as f32).sqrt());
    let count = |length: f32| ((length / side).floor() as usize).max(2);
    (count(size.x), count(size.y))
}

fn interact(
    ui: &Ui,
    view: &View<'_>,
    (run, projection): (&Run, &Projection),
    place: &Place,
    response: &Response,
    out: &mut Actions,
) {
    let plane = &view.state.latent.plane;
    let mut window = place.window;
    if response.dragged() {
        let by = response.drag_delta() / place.rect.size();
        window = window.moved([-by.x, by.y]);
    }
    if let Some(pointer) = response.hover_pos() {
        let (zoom, scroll) = ui.input(|input| (input.zoom_delta(), input.smooth_scroll_delta().y));
        let factor = zoom * (scroll / SCROLL).exp();
        if (factor - 1.0).abs() > 1e-4 {
            window = window.zoomed(factor, place.plane(pointer));
        }
    }
    let mut hover = plane.hover;
    match response.hover_pos() {
        Some(pointer) => hover = Some(spot_at(projection, place, pointer)),
        None if response.has_focus() => {
            let (by, factor) = keyed(ui, response);
            if by != [0.0; 2] {
                let from = hover.map_or([0.5; 2], |spot| place.window.share(spot.at));
                let to = place
                    .window
                    .at([0, 1].map(|i| (from[i] + by[i]).clamp(0.0, 1.0)));
                hover = Some(spot_at(projection, place, place.screen(to)));
                // From the point it has found it could not get away in small steps.
                hover = hover.map(|spot| Spot { at: to, ..spot });
            }
            if let Some(spot) = hover.filter(|_| (factor - 1.0).abs() > 1e-4) {
                window = window.zoomed(factor, spot.at);
            }
        }
        None => hover = None,
    }
    if window != place.window {
        push(out, PlaneAction::Look(Some(window)));
    }
    if hover != plane.hover {
        push(out, PlaneAction::Hover(hover));
    }
    if response.clicked()
        && let Some(spot) = hover
    {
        push(out, PlaneAction::Place(resolved(run, projection, spot)));
    }
}

/// A spot whose image the run has.
fn resolved(run: &Run, projection: &Projection, spot: Spot) -> Spot {
    let has_image = |image: u32| {
        let index = image as usize;
        index < projection.points.len()
            && run
                .info
                .as_ref()
                .is_some_and(|info| index < info.dataset.test)
    };
    Spot {
        image: spot.image.filter(|image| has_image(*image)),
        ..spot
    }
}

/// Moves by arrow keys, and enlargement by plus and minus.
fn keyed(ui: &Ui, response: &Response) -> ([f32; 2], f32) {
    let filter = EventFilter {
        horizontal_arrows: true,
        vertical_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    ui.input(|input| {
        let steps = |more, less| {
            let presses = |key| input.num_presses(key) as f32;
            (presses(more) - presses(less)) * STEP
        };
        let factor = (steps(Key::Plus, Key::Minus) / STEP * 0.25).exp();
        let by = [
            steps(Key::ArrowRight, Key::ArrowLeft),
            steps(Key::ArrowUp, Key::ArrowDown),
        ];
        (by, factor)
    })
}

/// The test image next to a place on the screen, or the point there.
fn spot_at(projection: &Projection, place: &Place, pointer: Pos2) -> Spot {
    let distances = projection.points.iter().zip(0_u32..).map(|(point, index)| {
        let distance = place.screen(*point).distance(pointer);
        (distance, index, *point)
    });
    let nearest = distances
        .filter(|(distance, ..)| *distance <= REACH)
        .min_by(|a, b| a.0.total_cmp(&b.0));
    match nearest {
        Some((_, index, point)) => Spot {
            at: point,
            image: Some(index),
        },
        None => Spot {
            at: place.plane(pointer),
            image: None,
        },
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
fn manifold(
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
            Content::Grid { .. }
            | Content::Point { .. }
            | Content::Filters { .. }
            | Content::Features(_),
            _,
        ) => {}
    }
}

/// A white disc with a soft edge.
fn disc(ui: &Ui, view: &View<'_>) -> TextureId {
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
fn points(
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
fn scales(ui: &Ui, view: &View<'_>, axes: PlaneAxes, place: &Place, painter: &Painter) {
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
fn line(
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
fn hover(
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
            Content::Grid { .. }
            | Content::Filters { .. }
            | Content::Features(_)
            | Content::Failed(_) => None,
        },
        None => None,
    };
    if let Some((picture, version)) = shown {
        painter.rect_filled(rect.expand(3.0), 3.0, palette.raised);
        let id = egui::Id::unique("latent hover");
        let texture = single(ui, view, id, version, picture);
        painter.image(texture, fitted(rect, picture), WHOLE, Color32::WHITE);
    }
    let below = (rect.left_bottom() + vec2(0.0, 5.0), Align2::LEFT_TOP);
    backed_text(ui, view, painter, below, &text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_of_pictures_has_a_limit() {
        assert_eq!(grid_for(vec2(460.0, 230.0)), (10, 5));
        let (columns, rows) = grid_for(vec2(3800.0, 2000.0));
        assert!(columns * rows <= MOST_TILES && columns > rows);
        assert_eq!(grid_for(vec2(10.0, 10.0)), (2, 2));
    }

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
