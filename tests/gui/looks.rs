//! What the window looks like, held against pictures that are kept.

use std::path::PathBuf;

use egui_kittest::SnapshotOptions;

use super::session::{devices, ready, recipe};
use super::window::{Look, Window};
use super::{FIRST, session_window};

/// Whether pictures can be drawn here at all.
fn has_adapter() -> bool {
    let drawn = std::panic::catch_unwind(|| {
        egui_kittest::wgpu::WgpuTestRenderer::new();
    });
    if drawn.is_err() {
        println!("skipped: there is no graphics adapter to draw with");
    }
    drawn.is_ok()
}

/// How much a picture may differ from the one that is kept.
fn tolerance() -> SnapshotOptions {
    SnapshotOptions::new().threshold(1.0).max_failed_pixels(10)
}

fn drawn(theme: egui::Theme, size: [f32; 2]) -> Look {
    Look {
        theme,
        size,
        has_renderer: true,
        ..Look::default()
    }
}

#[test]
fn the_dark_window_looks_as_it_did() {
    if has_adapter() {
        let mut window = session_window(&drawn(egui::Theme::Dark, [1280.0, 800.0]));
        window.harness.snapshot_options("window", &tolerance());
    }
}

#[test]
fn the_light_window_looks_as_it_did() {
    if has_adapter() {
        let mut window = session_window(&drawn(egui::Theme::Light, [1280.0, 720.0]));
        window
            .harness
            .snapshot_options("window-light", &tolerance());
    }
}

#[test]
fn the_first_window_looks_as_it_did() {
    if has_adapter() {
        let mut window = Window::with_look(None, &drawn(egui::Theme::Dark, [1280.0, 720.0]));
        window.tell([devices(), ready(FIRST, &recipe("autoencoder"))]);
        window.harness.snapshot_options("first", &tolerance());
    }
}

/// Writes the session in many sizes to the folder that `HOURGLASS_LOOK` names, to be looked at.
#[test]
fn looks_are_written_on_request() {
    let Some(folder) = std::env::var_os("HOURGLASS_LOOK").map(PathBuf::from) else {
        println!("skipped: HOURGLASS_LOOK names no folder");
        return;
    };
    for theme in [egui::Theme::Dark, egui::Theme::Light] {
        for (width, height, pixels_per_point) in [
            (960.0, 600.0, 1.0),
            (1280.0, 720.0, 1.0),
            (1920.0, 1080.0, 1.0),
            (1280.0, 720.0, 2.0),
            (2560.0, 1440.0, 1.0),
        ] {
            let look = Look {
                size: [width, height],
                pixels_per_point,
                theme,
                has_renderer: true,
            };
            let mut window = session_window(&look);
            let name = format!("{width}x{height}@{pixels_per_point}-{theme:?}.png");
            let picture = window.harness.render().unwrap();
            picture.save(folder.join(name)).unwrap();
        }
    }
}
