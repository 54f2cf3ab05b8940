//! The plane itself, and how one moves about in it.

use std::sync::Arc;

use egui::{Key, Pos2, Response, Sense, Stroke, Ui, Vec2};

use super::super::action::{Action, Actions};
use super::super::focus::arrows;
use super::super::run::Run;
use super::super::view::View;
use super::paint::{Place, hover, line, manifold, points, scales};
use super::plane::{Projection, Spot};
use super::state::{LatentAction, PlaneAction};

/// Side of a decoded picture on the screen, about.
const TILE: f32 = 46.0;

/// Pictures behind the points, at most.
const MOST_TILES: usize = 400;

/// How close to a point the pointer has to be to mean it.
const REACH: f32 = 6.0;

/// Distance that an arrow key moves, as a share of the window.
const STEP: f32 = 0.05;

/// Points of scrolling that enlarge e-fold.
const SCROLL: f32 = 240.0;

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
            if ui.input(|input| input.modifiers.shift) {
                window = window.moved(by);
            } else if by != [0.0; 2] {
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

/// Moves by arrow keys, with Shift of the plane itself, and enlargement by plus and minus.
fn keyed(ui: &Ui, response: &Response) -> ([f32; 2], f32) {
    let steps = STEP * arrows(ui.ctx(), response.id);
    let closer = ui.input(|input| {
        let presses = |key| input.num_presses(key) as f32;
        presses(Key::Plus) - presses(Key::Minus)
    });
    // Up is more here.
    ([steps.x, -steps.y], (closer * 0.25).exp())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_of_pictures_has_a_limit() {
        assert_eq!(grid_for(Vec2::new(460.0, 230.0)), (10, 5));
        let (columns, rows) = grid_for(Vec2::new(3800.0, 2000.0));
        assert!(columns * rows <= MOST_TILES && columns > rows);
        assert_eq!(grid_for(Vec2::new(10.0, 10.0)), (2, 2));
    }
}
