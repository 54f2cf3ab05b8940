//! The tabs of panes: a name, and a cross that says what it closes.

use egui::{
    Align2, Color32, CursorIcon, Id, Rect, Response, Role, Sense, Stroke, StrokeKind, TextStyle,
    TextWrapMode, Ui, WidgetInfo, WidgetText, vec2,
};
use egui_tiles::TabState;

/// Side of the cross and of what can be hit of it, and its distance from the name, at the usual size of
/// text.
const CROSS: f32 = 8.0;
const HIT: f32 = 14.0;
const GAP: f32 = 4.0;

/// How a tab looks.
pub struct TabLook {
    /// Behind the name.
    pub ground: Color32,
    /// Around it.
    pub outline: Stroke,
    /// The name.
    pub text: Color32,
    /// Where the keyboard is.
    pub focus: Color32,
    /// On both sides of the name.
    pub margin: f32,
}

/// What was done to a tab.
pub struct Tabbed {
    /// The tab itself.
    pub response: Response,
    /// It is to be closed.
    pub is_closing: bool,
}

/// Draws a tab.
pub fn tab_ui(ui: &mut Ui, id: Id, name: WidgetText, state: &TabState, look: &TabLook) -> Tabbed {
    let scale = super::theme::text_scale(ui.ctx());
    let (hit, gap) = (HIT * scale, GAP * scale);
    let title = name.text().to_owned();
    let font = TextStyle::Button.resolve(ui.style());
    let galley = name.into_galley(ui, Some(TextWrapMode::Extend), f32::INFINITY, font);
    let cross = if state.closable { hit + gap } else { 0.0 };
    let width = galley.size().x + 2.0 * look.margin + cross;
    let (_, rect) = ui.allocate_space(vec2(width, ui.available_height()));
    let response = ui
        .interact(rect, id, Sense::click_and_drag())
        .on_hover_cursor(CursorIcon::Grab);
    response
        .widget_info(|| WidgetInfo::selected(Role::Button, ui.is_enabled(), state.active, &title));
    let mut is_closing = response.clicked_by(egui::PointerButton::Middle) && state.closable;
    if !ui.is_rect_visible(rect) || state.is_being_dragged {
        return Tabbed {
            response,
            is_closing,
        };
    }
    let painter = ui.painter();
    painter.rect(
        rect.shrink(0.5),
        0.0,
        look.ground,
        look.outline,
        StrokeKind::Inside,
    );
    if state.active {
        // The name and what it names are one.
        let seam = Stroke::new(look.outline.width + 1.0, look.ground);
        painter.hline(rect.x_range(), rect.bottom(), seam);
    }
    let inside = rect.shrink2(vec2(look.margin, 0.0));
    let at = Align2::LEFT_CENTER.align_size_within_rect(galley.size(), inside);
    painter.galley(at.min, galley, look.text);
    focus_ring(ui, &response, rect.shrink(2.0), look.focus);
    if state.closable {
        let size = vec2(hit, hit);
        let place = Align2::RIGHT_CENTER.align_size_within_rect(size, inside);
        is_closing |= cross_ui(ui, id, place, &title, CROSS * scale, look);
    }
    Tabbed {
        response,
        is_closing,
    }
}

/// Draws the cross and tells whether it was pressed.
fn cross_ui(ui: &Ui, tab: Id, place: Rect, title: &str, side: f32, look: &TabLook) -> bool {
    let response = ui
        .interact(place, tab.with("close"), Sense::click())
        .on_hover_cursor(CursorIcon::Default);
    let name = format!("Close {title}");
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), &name));
    let stroke = ui.style().interact(&response).fg_stroke;
    let cross = Rect::from_center_size(place.center(), vec2(side, side));
    let painter = ui.painter();
    painter.line_segment([cross.left_top(), cross.right_bottom()], stroke);
    painter.line_segment([cross.right_top(), cross.left_bottom()], stroke);
    focus_ring(ui, &response, place, look.focus);
    let help = format!("{name}; the menu Layout opens it again");
    response.on_hover_text(help).clicked()
}

fn focus_ring(ui: &Ui, response: &Response, rect: Rect, color: Color32) {
    if response.has_focus() {
        let stroke = Stroke::new(1.5, color);
        ui.painter()
            .rect_stroke(rect, 3.0, stroke, StrokeKind::Inside);
    }
}
