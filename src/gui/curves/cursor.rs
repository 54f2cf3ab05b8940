//! The line in the chart at the step that is looked at.
//!
//! Its *handle* is the triangle at the top: at the newest step while the window follows the training,
//! and to be dragged to the left to look back.

use egui::{
    CursorIcon, Event, EventFilter, Rect, Response, Role, Sense, Shape, Stroke, StrokeKind, Ui,
    WidgetInfo, pos2, vec2,
};
use egui_plot::PlotTransform;

use super::super::action::{Action, Actions};
use super::super::history::{HistoryAction, KEYS};
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
    let handle = ui.interact(handle, chart.id.with("handle"), Sense::drag());
    keys(ui, &handle, out);
    if handle.has_focus() {
        let stroke = Stroke::new(2.0, view.palette.accent);
        painter.rect_stroke(handle.rect, 2.0, stroke, StrokeKind::Inside);
    }
    let mut grips = vec![handle];
    if is_back && frame.x_range().contains(x) {
        let line = Rect::from_x_y_ranges(x - REACH..=x + REACH, frame.y_range());
        // The keys of the handle move it too, so the line itself needs no keyboard.
        grips.push(ui.interact(line, chart.id.with("line"), Sense::DRAG));
    }
    for (grip, name) in grips
        .into_iter()
        .zip(["Moment looked at", "Line of the moment"])
    {
        grip.widget_info(|| WidgetInfo::labeled(Role::Splitter, true, name));
        let grip = grip
            .on_hover_cursor(CursorIcon::ResizeHorizontal)
            .on_hover_text(
                "Drag to look back, or press ← and →: pictures, codes and layers follow",
            );
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

/// With the keyboard on the handle the keys are those of the history.
fn keys(ui: &Ui, handle: &Response, out: &mut Actions) {
    if !handle.has_focus() {
        return;
    }
    let filter = EventFilter {
        horizontal_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(handle.id, filter));
    for (key, action) in KEYS {
        if ui.input(|input| input.key_pressed(*key)) {
            out.push(Action::History(action.clone()));
        }
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
