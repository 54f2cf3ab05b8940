//! Opening the window on the desktop.

use std::sync::Arc;

use crate::engine::Engine;

use super::action::Action;
use super::app::App;
use super::fonts::FontFinder;
use super::session::SessionAction;
use super::watch::Gate;
use super::{GuiError, StartOptions, dialogs};

/// Opens the window over an engine of its own.
pub fn run(start: StartOptions) -> Result<(), GuiError> {
    check_display()?;
    let viewport = egui::ViewportBuilder::default()
        .with_title("Hourglass")
        .with_app_id("hourglass")
        .with_inner_size([1280.0, 800.0])
        .with_min_inner_size([800.0, 600.0]);
    let viewport = match eframe::icon_data::from_png_bytes(include_bytes!("../../assets/icon.png"))
    {
        Ok(icon) => viewport.with_icon(icon),
        Err(error) => {
            log::warn!("the window has no icon: {error}");
            viewport
        }
    };
    let options = eframe::NativeOptions {
        viewport,
        renderer: eframe::Renderer::Wgpu,
        // Noise on every pixel, for gradients that are not here: pictures are to be shown as they are.
        dithering: false,
        // The fonts of the desktop are found by a thread of our own: that of eframe has the window wait.
        system_font_fallback: false,
        ..Default::default()
    };
    eframe::run_native(
        "hourglass",
        options,
        Box::new(|creation| {
            let ctx = creation.egui_ctx.clone();
            let gate = Arc::new(Gate::default());
            let door = Arc::clone(&gate);
            let engine = Engine::spawn(move || ctx.request_repaint_after(door.delay()))?;
            let mut app =
                App::new(&creation.egui_ctx, engine, dialogs::desktop(), start).with_gate(gate);
            match FontFinder::spawn(&creation.egui_ctx) {
                Ok(finder) => app = app.with_fonts(finder),
                Err(error) => log::warn!("no thread for the fonts of the desktop: {error}"),
            }
            if let Some(storage) = creation.storage {
                app.restore(&creation.egui_ctx, storage);
            }
            app.act(&creation.egui_ctx, Action::Session(SessionAction::Look));
            if is_software(creation.wgpu_render_state.as_ref()) {
                // Every frame of an animation costs what a step of training does.
                creation
                    .egui_ctx
                    .all_styles_mut(|style| style.animation_time = 0.0);
            }
            Ok(Box::new(app))
        }),
    )?;
    Ok(())
}

/// Whether a processor draws the window.
pub fn is_software(render: Option<&eframe::egui_wgpu::RenderState>) -> bool {
    render.is_some_and(|render| render.adapter.get_info().device_type == wgpu::DeviceType::Cpu)
}

/// Looks for a display first, because the window library panics where there is none.
fn check_display() -> Result<(), GuiError> {
    let is_named = |variable| std::env::var_os(variable).is_some_and(|value| !value.is_empty());
    let needs_name = cfg!(all(unix, not(target_os = "macos")));
    let has_display = !needs_name
        || is_named("WAYLAND_DISPLAY")
        || is_named("WAYLAND_SOCKET")
        || is_named("DISPLAY");
    if has_display {
        Ok(())
    } else {
        Err(GuiError::NoDisplay)
    }
}
