//! Where things are on the screen, for whoever drives the window from outside.
//!
//! A *trace* is a line `widget NAME X Y W H` of the log, in pixels of the window, at level `trace` of
//! the target `hourglass::gui`. There is a line when a place is new or has changed.

use egui::{Id, Rect, Response};

/// What all lines about the window are logged under.
pub const TARGET: &str = "hourglass::gui";

/// Logs where a widget is, where that has changed.
pub fn trace_widget(name: &str, response: &Response) {
    trace_rect(name, &response.ctx, response.rect);
}

/// Logs where something is, where that has changed.
pub fn trace_rect(name: &str, ctx: &egui::Context, rect: Rect) {
    if !log::log_enabled!(target: TARGET, log::Level::Trace) {
        return;
    }
    let pixels = rect * ctx.pixels_per_point();
    let id = Id::unique(("trace", name));
    let known = ctx.data_mut(|data| data.get_temp::<Rect>(id));
    if known == Some(pixels) {
        return;
    }
    ctx.data_mut(|data| data.insert_temp(id, pixels));
    log::trace!(
        target: TARGET,
        "widget {name} {:.0} {:.0} {:.0} {:.0}",
        pixels.min.x,
        pixels.min.y,
        pixels.width(),
        pixels.height()
    );
}
