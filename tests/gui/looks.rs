//! What the window looks like, held against pictures that are kept.

use std::fs;
use std::path::{Path, PathBuf};

use egui_kittest::SnapshotOptions;

use hourglass::engine::RunId;
use hourglass::gui::{Action, Pane};

use super::session::{self, devices, ready, recipe};
use super::window::{Look, Window};
use super::{FIRST, coding, curves, generating, input, inside, latent, setup};

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

/// The folder for pictures that are only to be looked at, where one is wanted.
pub fn folder() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("HOURGLASS_LOOK").map(PathBuf::from) else {
        println!("skipped: HOURGLASS_LOOK names no folder");
        return None;
    };
    fs::create_dir_all(&folder).unwrap();
    Some(folder)
}

/// Writes a picture of the window.
pub fn save(window: &mut Window, folder: &Path, name: &str) {
    let picture = window.harness.render().unwrap();
    picture.save(folder.join(format!("{name}.png"))).unwrap();
}

/// A window that can be drawn.
pub fn drawn(theme: egui::Theme, size: [f32; 2]) -> Look {
    Look {
        theme,
        size,
        has_renderer: true,
        ..Look::default()
    }
}

/// The session of the README's picture.
pub fn session_window(look: &Look) -> Window {
    let [stacked, deep] = session::session_configs();
    let mut window = Window::with_look(Some(stacked.clone()), look);
    window.tell([ready(FIRST, &stacked)]);
    window.click("Add run");
    window.choose("Model type", &deep.name);
    let session = session::session(64);
    window.tell(session.events);
    window.show(session.snapshot);
    let ctx = window.harness.ctx.clone();
    for (id, config) in [(FIRST, stacked), (RunId(2), deep)] {
        // Short ones, whatever the settings.
        let action = Action::Rename(id, config.name);
        window.harness.state_mut().act(&ctx, action);
    }
    window.harness.run();
    window.click("Run Stacked");
    window.harness.remove_cursor();
    window.harness.run();
    window
}

#[test]
fn the_dark_window_looks_as_it_did() {
    if has_adapter() {
        let mut window = session_window(&drawn(egui::Theme::Dark, [1280.0, 800.0]));
        window.harness.snapshot_options("window", &tolerance());
    }
}

#[test]
fn large_type_looks_as_it_did() {
    compare("large", egui::Theme::Light, |look| {
        let mut window = session_window(look);
        window.press_with(egui::Modifiers::COMMAND, egui::Key::L);
        window.harness.run();
        window
    });
}

#[test]
fn the_first_window_looks_as_it_did() {
    if has_adapter() {
        let mut window = Window::with_look(None, &drawn(egui::Theme::Dark, [1280.0, 720.0]));
        window.tell([devices(), ready(FIRST, &recipe("autoencoder"))]);
        window.harness.snapshot_options("first", &tolerance());
    }
}

/// Holds a window against the picture with this name.
fn compare(name: &str, theme: egui::Theme, window: impl FnOnce(&Look) -> Window) {
    if has_adapter() {
        let mut window = window(&drawn(theme, [1280.0, 720.0]));
        window.harness.snapshot_options(name, &tolerance());
    }
}

#[test]
fn eight_runs_looked_back_at_look_as_they_did() {
    compare("history", egui::Theme::Dark, curves::scene);
}

#[test]
fn the_latent_sliders_look_as_they_did() {
    compare("latent-sliders", egui::Theme::Dark, |look| {
        latent::scene("Latent sliders", look)
    });
}

#[test]
fn the_latent_plane_looks_as_it_did() {
    compare("latent-plane", egui::Theme::Light, |look| {
        latent::scene("Latent plane", look)
    });
}

#[test]
fn the_entries_of_a_code_look_as_they_did() {
    compare("code", egui::Theme::Dark, coding::scene);
}

#[test]
fn generated_pictures_look_as_they_did() {
    compare("generate", egui::Theme::Light, |look| {
        generating::generating(look).0
    });
}

#[test]
fn the_network_looks_as_it_did() {
    compare("network", egui::Theme::Dark, |look| {
        inside::scene(Pane::Network, look)
    });
}

#[test]
fn layers_over_time_look_as_they_did() {
    compare("layers", egui::Theme::Light, |look| {
        inside::scene(Pane::Layers, look)
    });
}

#[test]
fn one_input_through_all_looks_as_it_did() {
    compare("input", egui::Theme::Dark, |look| input::scene(4, look));
}

#[test]
fn the_settings_of_a_phase_look_as_they_did() {
    compare("phase", egui::Theme::Light, setup::scene);
}

/// Writes the session in many sizes to the folder that `HOURGLASS_LOOK` names, to be looked at.
#[test]
fn looks_are_written_on_request() {
    let Some(folder) = folder() else { return };
    for theme in [egui::Theme::Dark, egui::Theme::Light] {
        for (width, height, pixels_per_point) in [
            (960.0, 600.0, 1.0),
            (1280.0, 720.0, 1.0),
            (1920.0, 1080.0, 1.0),
            (1280.0, 720.0, 2.0),
            (2560.0, 1440.0, 1.0),
        ] {
            let look = Look {
                pixels_per_point,
                ..drawn(theme, [width, height])
            };
            let mut window = session_window(&look);
            let name = format!("{width}x{height}@{pixels_per_point}-{theme:?}");
            save(&mut window, &folder, &name);
        }
    }
}
