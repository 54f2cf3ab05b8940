//! The line in the chart at the step that is looked at.
//!
//! Its *handle* is the triangle at the top: at the newest step while the window follows the training,
//! and to be dragged to the left to look back.

use egui::{
    CursorIcon, Event, Rect, Response, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2,
};
use egui_plot::PlotTransform;

use super::super::action::{Action, Actions};
use super::super::history::HistoryAction;
use super::super::run::Run;
use super::super::view::View;
use super::axis::Axis;

/// Half the width of the handle.
const HALF: f32 = 7.0;

/// How far from the line it can be taken hold of.
const REACH: f32 = 4.0;

/// The run whose axis the line stands on: the selected one, where it is in the chart.
fn leader<'a>(view: &View<'a>, runs: &[&'a Run]) -> Option<&'a Run> {
    let selected = runs.iter().find(|run| Some(run.id) == view.state.selected);
    selected.or_else(|| runs.first()).copied()
}

/// Where the line stands.
pub fn place(view: &View<'_>, runs: &[&Run]) -> Option<f64> {
    let run = leader(view, runs)?;
    let step = view.state.moment()?;
    Some(Axis::of(run, view.state.options.curves.x).place(step as f64))
}

/// Draws the line and its handle, and lets both be dragged.
pub fn cursor_ui(
    ui: &Ui,
    view: &View<'_>,
    runs: &[&Run],
    transform: &PlotTransform,
    chart: &Response,
    out: &mut Actions,
) {
    let Some(place) = place(view, runs) else {
        return;
    };
    let frame = *transform.frame();
    let x = transform.position_from_point_x(place);
    let is_back = view.state.history.cursor.is_some();
    let color = if is_back {
        view.palette.accent
    } else {
        view.palette.weak
    };
    let painter = ui.painter_at(frame.expand2(vec2(HALF, 0.0)));
    if is_back && frame.x_range().contains(x) {
        painter.vline(x, frame.y_range(), Stroke::new(1.5, color));
    }
    // Beyond the edge the handle waits at it.
    let held = x.clamp(frame.left(), frame.right());
    let top = frame.top();
    painter.add(Shape::convex_polygon(
        vec![
            pos2(held - HALF, top),
            pos2(held + HALF, top),
            pos2(held, top + 1.5 * HALF),
        ],
        color,
        Stroke::NONE,
    ));
    let handle = Rect::from_min_max(
        pos2(held - HALF - 2.0, top),
        pos2(held + HALF + 2.0, top + 1.5 * HALF + 2.0),
    );
    let mut grips = vec![ui.interact(handle, chart.id.with("handle"), Sense::drag())];
    if is_back && frame.x_range().contains(x) {
        let line = Rect::from_x_y_ranges(x - REACH..=x + REACH, frame.y_range());
        grips.push(ui.interact(line, chart.id.with("line"), Sense::drag()));
    }
    for (grip, name) in grips
        .into_iter()
        .zip(["Moment looked at", "Line of the moment"])
    {
        grip.widget_info(|| WidgetInfo::labeled(Role::Splitter, true, name));
        let grip = grip
            .on_hover_cursor(CursorIcon::ResizeHorizontal)
            .on_hover_text("Drag to look back: pictures, codes and layers follow");
        if grip.dragged()
            && let Some(at) = grip.interact_pointer_pos()
        {
            look(view, runs, transform, at.x, out);
        }
    }
    // As the keys were when the button was let go, not at the end of the frame.
    let is_shifted = ui.input(|input| {
        input.events.iter().any(|event| {
            matches!(
                event,
                Event::PointerButton { pressed: false, modifiers, .. } if modifiers.shift
            )
        })
    });
    if chart.clicked()
        && is_shifted
        && let Some(at) = chart.interact_pointer_pos()
    {
        look(view, runs, transform, at.x, out);
    }
}

/// Looks at the step that lies at a place of the screen, or follows the training at its end.
fn look(view: &View<'_>, runs: &[&Run], transform: &PlotTransform, x: f32, out: &mut Actions) {
    let Some(run) = leader(view, runs) else {
        return;
    };
    let place = transform.value_from_position(pos2(x, 0.0)).x;
    let step = Axis::of(run, view.state.options.curves.x).step(place);
    let step = step.max(0.0).round() as u64;
    let wanted = Some(step).filter(|step| *step < view.state.newest_step());
    // A pointer that is held still wants nothing new.
    if wanted != view.state.history.cursor {
        out.push(Action::History(HistoryAction::LookAt(step)));
    }
}
