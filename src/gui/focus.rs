//! Where the keyboard is: at the slider that was touched last, and, shown, on borders that can be
//! dragged, which the libraries that draw them do not show.

use egui::{Context, EventFilter, Id, Key, LayerId, Order, Rect, Response, Role, Vec2, vec2};

use super::theme::Palette;

/// Borders are no wider than this, and no shorter than the second.
const THIN: f32 = 12.0;
const LONG: f32 = 60.0;

/// Width of the line on one.
const LINE: f32 = 3.0;

/// Gives a slider that is touched the keyboard, so that arrow keys go on where the pointer began.
pub fn take_keys(slider: Response) -> Response {
    if slider.is_pointer_button_down_on() && !slider.has_focus() {
        slider.request_focus();
    }
    slider
}

/// How often the arrow keys were pressed for a widget that has the keyboard, to the right and down, minus
/// the other way; they move the focus no longer.
pub fn arrows(ctx: &Context, id: Id) -> Vec2 {
    let filter = EventFilter {
        horizontal_arrows: true,
        vertical_arrows: true,
        ..EventFilter::default()
    };
    ctx.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    ctx.input(|input| {
        let presses = |more, less| {
            let presses = |key| input.num_presses(key) as f32;
            presses(more) - presses(less)
        };
        vec2(
            presses(Key::ArrowRight, Key::ArrowLeft),
            presses(Key::ArrowDown, Key::ArrowUp),
        )
    })
}

/// The border that has the keyboard.
pub fn border(ctx: &Context) -> Option<Response> {
    let focused = ctx.memory(|memory| memory.focused());
    let response = focused.and_then(|id| ctx.read_response(id))?;
    let size = response.rect.size();
    (size.min_elem() <= THIN && size.max_elem() >= LONG).then_some(response)
}

/// Shows and names a border that has the keyboard.
pub fn focus_ui(ctx: &Context, palette: &Palette) {
    let Some(response) = border(ctx) else {
        return;
    };
    let size = response.rect.size();
    ctx.accesskit_node_builder(response.id, |node| {
        if node.role() == Role::Unknown {
            node.set_role(Role::Splitter);
            node.set_label("Border between panes, moved by arrow keys");
        }
    });
    let line = if size.x < size.y {
        vec2(LINE, size.y)
    } else {
        vec2(size.x, LINE)
    };
    let layer = LayerId::new(Order::Foreground, Id::unique("focus of borders"));
    let rect = Rect::from_center_size(response.rect.center(), line);
    ctx.layer_painter(layer)
        .rect_filled(rect, 0.0, palette.accent);
}
