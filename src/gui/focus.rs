//! Where the keyboard is: in a field that keeps it as long as it is typed in, at the slider that was
//! touched last, and, shown, on borders that can be dragged, which the libraries that draw them do
//! not show.
//!
//! egui numbers the widgets of a panel, so that a line that appears above a field makes it another
//! one, which has not the keyboard. A *steady* part of a panel is known by its name instead.

use egui::{
    Context, EventFilter, Id, Key, LayerId, Order, Rect, Response, Role, Ui, UiBuilder, Vec2, vec2,
};

use super::theme::Palette;

/// Borders are no wider than this, and no shorter than the second.
const THIN: f32 = 12.0;
const LONG: f32 = 60.0;

/// Width of the line on one.
const LINE: f32 = 3.0;

/// Who has the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyboard {
    /// Nobody: they are shortcuts.
    Free,
    /// A control, such as a button or a slider.
    Held,
    /// A field that is typed in.
    Typing,
}

impl Keyboard {
    /// Who has the keys of this frame: also who had them until then, or has just got them, since
    /// several keys may come within a frame.
    pub fn of(ctx: &Context) -> Self {
        let before = ctx.data(|data| data.get_temp(kept()));
        match (Self::held(ctx), before) {
            (Self::Typing, _) | (_, Some(Self::Typing)) => Self::Typing,
            (Self::Held, _) | (_, Some(Self::Held)) => Self::Held,
            (Self::Free, _) => Self::Free,
        }
    }

    /// Notes who has the keyboard as a frame ends.
    pub fn note(ctx: &Context) {
        let now = Self::held(ctx);
        ctx.data_mut(|data| data.insert_temp(kept(), now));
    }

    fn held(ctx: &Context) -> Self {
        if ctx.text_edit_focused() {
            Self::Typing
        } else if ctx.memory(|memory| memory.focused().is_some()) {
            Self::Held
        } else {
            Self::Free
        }
    }
}

fn kept() -> Id {
    Id::unique("who had the keyboard")
}

/// Whether a field was typed in until this frame, or is.
pub fn is_typing(ctx: &Context) -> bool {
    Keyboard::of(ctx) == Keyboard::Typing
}

/// Draws a steady part of a panel, under a name of its own within the panel.
pub fn steady<R>(ui: &mut Ui, name: &str, add: impl FnOnce(&mut Ui) -> R) -> R {
    let id = ui.scope_id().with(("steady", name));
    ui.scope_builder(UiBuilder::new().scope_id(id), add).inner
}

/// A field for one line of text that gives back what was there where Escape ends the typing.
pub fn line_edit(
    ui: &mut Ui,
    text: &mut String,
    dress: impl FnOnce(egui::TextEdit<'_>) -> egui::TextEdit<'_>,
) -> Response {
    let at_first = text.clone();
    let mut response = ui.add(dress(egui::TextEdit::singleline(text)));
    let before = response.id.with("text before it was typed in");
    if response.gained_focus() {
        ui.data_mut(|data| data.insert_temp(before, at_first));
    }
    if response.lost_focus() {
        let before: Option<String> = ui.data_mut(|data| data.remove_temp(before));
        let is_cancelled = ui.input(|input| input.key_pressed(Key::Escape));
        if let Some(before) = before.filter(|before| is_cancelled && before != text) {
            *text = before;
            response.mark_changed();
        }
    }
    response
}

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
