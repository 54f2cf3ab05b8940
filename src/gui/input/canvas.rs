//! The canvas: what goes in, large, and the pointer that draws on it.

use egui::{
    Color32, Event, Id, Key, PointerButton, Pos2, Rect, Response, Sense, Stroke, StrokeKind,
    TextureOptions, Ui, pos2, vec2,
};

use crate::data::ImageShape;
use crate::gui::action::{Action, Actions};
use crate::gui::focus::arrows;
use crate::gui::pictures::single_image;
use crate::gui::trace::trace_widget;
use crate::gui::view::View;

use super::InputAction;
use super::strokes::Point;

/// All of a texture.
pub const WHOLE: Rect = Rect {
    min: Pos2::ZERO,
    max: pos2(1.0, 1.0),
};

/// Pixels of the image that the pen goes at once with Shift.
const FAST: f32 = 4.0;

/// Kept free beside the words on the empty canvas.
const HINT_MARGIN: f32 = 6.0;

/// The name of the canvas.
const NAME: &str = "Canvas";

/// The texture of what goes in.
pub fn seen_texture(ui: &Ui, view: &View<'_>) -> Option<egui::TextureId> {
    let input = &view.state.input;
    let options = TextureOptions::NEAREST;
    input.shape()?;
    let make = || single_image(&input.seen().unwrap_or_else(nothing));
    let id = Id::unique("input seen");
    let version = input.version();
    Some(view.textures.show(ui.ctx(), id, version, options, make))
}

/// The texture of the image without damage.
pub fn clean_texture(ui: &Ui, view: &View<'_>) -> Option<egui::TextureId> {
    let input = &view.state.input;
    let options = TextureOptions::NEAREST;
    input.shape()?;
    let make = || single_image(&input.clean().unwrap_or_else(nothing));
    let id = Id::unique("input clean");
    let version = input.version();
    Some(view.textures.show(ui.ctx(), id, version, options, make))
}

fn nothing() -> crate::engine::Pictures {
    crate::engine::Pictures {
        shape: ImageShape {
            width: 1,
            height: 1,
            channels: 1,
        },
        pixels: vec![0],
    }
}

/// Draws the canvas, its longer side `side` points long.
pub fn canvas_ui(ui: &mut Ui, view: &View<'_>, shape: ImageShape, side: f32, out: &mut Actions) {
    let (width, height) = (shape.width.max(1) as f32, shape.height.max(1) as f32);
    let size = vec2(width, height) * (side / width.max(height));
    let (rect, response) = ui.allocate_exact_size(size, Sense::drag());
    let name = if view.state.input.has_image() {
        NAME.to_owned()
    } else {
        format!("{NAME}, empty: draw with the pointer")
    };
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, &name));
    trace_widget("canvas", &response);
    if let Some(texture) = seen_texture(ui, view) {
        ui.painter().image(texture, rect, WHOLE, Color32::WHITE);
    }
    let border = if response.has_focus() {
        Stroke::new(2.0, view.palette.accent)
    } else {
        Stroke::new(1.0, view.palette.weak)
    };
    ui.painter()
        .rect_stroke(rect, 0.0, border, StrokeKind::Outside);
    if !view.state.input.has_image() {
        hint(ui, rect);
    }
    strokes(ui, rect, &response, out);
    keys(ui, view, shape, &response, out);
    let radius = view.state.input.brush.thickness * size.min_elem() / 2.0;
    let painter = ui.painter().with_clip_rect(rect);
    if response.has_focus() {
        let pen = view.state.input.pen();
        let at = rect.min + vec2(pen.at[0], pen.at[1]) * rect.size();
        let width = if pen.is_down { 3.0 } else { 1.5 };
        painter.circle_stroke(at, radius, Stroke::new(width, view.palette.accent));
    }
    if let Some(at) = response.hover_pos() {
        painter.circle_stroke(at, radius, Stroke::new(1.5, view.palette.accent));
        ui.ctx().set_cursor_icon(egui::CursorIcon::Crosshair);
    }
}

/// What to do on the empty canvas, in as many lines as it takes.
fn hint(ui: &Ui, rect: Rect) {
    let painter = ui.painter().with_clip_rect(rect);
    let room = rect.width() - 2.0 * HINT_MARGIN;
    let color = Color32::from_gray(150);
    let laid = |text: &str, style: egui::TextStyle| {
        let font = style.resolve(ui.style());
        let mut job = egui::text::LayoutJob::simple(text.to_owned(), font, color, room);
        job.halign = egui::Align::Center;
        painter.layout_job(job)
    };
    let title = laid("Draw here", egui::TextStyle::Heading);
    let keys = laid(
        "or Tab here: arrows move a pen, Space puts it down",
        egui::TextStyle::Small,
    );
    let height = title.size().y + keys.size().y;
    let top = rect.center() - vec2(0.0, height / 2.0);
    let below = top + vec2(0.0, title.size().y);
    painter.galley(top, title, color);
    painter.galley(below, keys, color);
}

/// The pen of the keyboard: arrows move it by a pixel of the image, with Shift by several, and Space
/// puts it down and lifts it.
fn keys(ui: &Ui, view: &View<'_>, shape: ImageShape, response: &Response, out: &mut Actions) {
    let pen = view.state.input.pen();
    if !response.has_focus() {
        if pen.is_down {
            out.push(Action::Input(InputAction::PutPen(false)));
        }
        return;
    }
    let steps = arrows(ui.ctx(), response.id);
    let (pixels, is_toggled) = ui.input(|input| {
        let pixels = if input.modifiers.shift { FAST } else { 1.0 };
        (pixels, input.num_presses(Key::Space) % 2 == 1)
    });
    let by = [
        steps.x * pixels / shape.width.max(1) as f32,
        steps.y * pixels / shape.height.max(1) as f32,
    ];
    if by != [0.0; 2] {
        out.push(Action::Input(InputAction::MovePen(by)));
    }
    if is_toggled {
        out.push(Action::Input(InputAction::PutPen(!pen.is_down)));
    }
}

/// What the pointer drew since the last frame; every place it was at, not only the last.
fn strokes(ui: &Ui, rect: Rect, response: &Response, out: &mut Actions) {
    let begins = response.drag_started_by(PointerButton::Primary);
    let goes_on = response.dragged_by(PointerButton::Primary);
    let ends = response.drag_stopped_by(PointerButton::Primary);
    if !(begins || goes_on || ends) {
        return;
    }
    let place = |at: Pos2| -> Point {
        let at = (at - rect.min) / rect.size();
        [at.x, at.y]
    };
    let events: Vec<Event> = ui.input(|input| input.events.clone());
    let mut is_down = !begins;
    let mut points = Vec::new();
    for event in events {
        match event {
            Event::PointerButton {
                pos,
                button: PointerButton::Primary,
                pressed,
                ..
            } => {
                if pressed && begins && !is_down {
                    let begin = InputAction::BeginStroke(place(pos));
                    out.push(Action::Input(begin));
                }
                is_down = pressed;
            }
            Event::PointerMoved(at) if is_down => points.push(place(at)),
            _ => {}
        }
    }
    if !points.is_empty() {
        out.push(Action::Input(InputAction::ExtendStroke(points)));
    }
}
