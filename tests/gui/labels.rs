//! Actions by their labels that no other test names: of the latent panes, the chart, the menus and the pictures.

use std::sync::Arc;

use egui::accesskit::Role;
use egui::vec2;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use hourglass::analysis::LatentSummary;
use hourglass::engine::{
    Codes, Event, InputImage, Progress, RunState, Slot, Snapshot, Start, Wish, WishKey,
};
use hourglass::gui::{Action, AppState, Origin, Pane, ThemeChoice};
use hourglass::train::Metrics;

use super::latent::latent_window;
use super::pictures::{pane_window, roomy};
use super::rich::{normal, rich_session, rich_window};
use super::session::ready;
use super::window::{Look, Window};
use super::{FIRST, ready_window};

fn state(window: &Window) -> &AppState {
    window.harness.state().state()
}

/// The engine shows codes of so many values, the later ones varying more.
fn show_codes(window: &mut Window, latent: usize) {
    let mut frame = (*rich_session(1).snapshot.runs[0]).clone();
    let images = frame.codes.len();
    let values: Vec<f32> = (0..images * latent)
        .map(|at| normal(at as u64) * (1.0 + (at % latent) as f32))
        .collect();
    frame.codes = Arc::new(Codes {
        latent,
        summary: LatentSummary::of(&values, latent),
        values,
    });
    window.show(Snapshot {
        runs: vec![Arc::new(frame)],
    });
}

/// Names of the sliders from top to bottom.
fn sliders(window: &Window) -> Vec<String> {
    let nodes = window.harness.query_all_by_role(Role::Slider);
    let mut found: Vec<(f32, String)> = nodes
        .filter_map(|node| {
            let name = node.accesskit_node().label()?;
            let is_dimension = name.strip_prefix('z')?.parse::<usize>().is_ok();
            is_dimension.then(|| (node.rect().top(), name))
        })
        .collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found.into_iter().map(|(_, name)| name).collect()
}

#[test]
fn a_walk_starts_from_what_was_drawn() {
    let (mut window, mut decoder) = latent_window(1, FIRST, &Look::default());
    window.choose("Start from", "Drawn image");
    assert_eq!(state(&window).latent.origin, Origin::Drawn);
    assert!(window.has_text("Drawn image"));
    assert!(
        window.has_text("One input"),
        "where to draw, as long as nothing is drawn"
    );
    let ctx = window.harness.ctx.clone();
    let app = window.harness.state_mut();
    app.act(&ctx, Action::OpenPane(Pane::Input));
    window.harness.run();
    window.click("Take");
    window.click(Pane::Sliders.title());
    let wishes = decoder.answer(&mut window);
    let key = WishKey {
        slot: Slot::Sliders,
        run: FIRST,
    };
    let Wish::Point(spec) = &wishes[&key] else {
        panic!("expected a point");
    };
    assert!(matches!(
        spec.start,
        Start::Image(InputImage::Pixels(_) | InputImage::Test(_))
    ));
}

#[test]
fn sliders_are_sorted_by_variance_on_request() {
    let (mut window, _) = latent_window(1, FIRST, &roomy());
    let before = sliders(&window);
    let latent = state(&window).runs[0].frame.as_ref().unwrap().codes.latent;
    show_codes(&mut window, latent);
    assert_eq!(sliders(&window), before, "they keep their places");
    window.click("Sort by variance");
    let after = sliders(&window);
    assert_ne!(after, before);
    let widest = format!("z{latent}");
    assert_eq!(after.first(), Some(&widest), "{after:?}");
}

#[test]
fn all_sliders_and_more_rows_of_a_long_code_are_shown_on_request() {
    let (mut window, mut decoder) = latent_window(1, FIRST, &roomy());
    show_codes(&mut window, 40);
    decoder.answer(&mut window);
    let few = state(&window).latent.shows_all;
    assert!(!few);
    window.click("Show all 40");
    assert!(state(&window).latent.shows_all);
    window.click("Traversals");
    let rows = |wishes: &std::collections::BTreeMap<WishKey, Wish>| {
        let key = WishKey {
            slot: Slot::Traversals,
            run: FIRST,
        };
        match &wishes[&key] {
            Wish::Traversals { rows, .. } => rows.len(),
            other => panic!("expected traversals, found {other:?}"),
        }
    };
    let before = rows(&decoder.answer(&mut window));
    assert!(before < 40);
    window.click("More dimensions");
    let after = rows(&decoder.answer(&mut window));
    assert!(after > before, "{before} → {after}");
}

#[test]
fn training_losses_leave_the_chart_and_come_back() {
    let mut window = rich_window(1, &roomy());
    let lines = |window: &Window| window.harness.output().shapes.len();
    let with = lines(&window);
    window.click("Training loss");
    assert!(!state(&window).options.shows_training);
    assert!(lines(&window) < with, "their lines are gone");
    window.click("Training loss");
    assert!(state(&window).options.shows_training);
}

#[test]
fn the_theme_follows_the_desktop_again() {
    let mut window = ready_window("autoencoder");
    window.choose_in_menu("View", "Dark theme");
    assert_eq!(state(&window).options.theme, ThemeChoice::Dark);
    window.choose_in_menu("View", "System theme");
    assert_eq!(state(&window).options.theme, ThemeChoice::System);
    let preference = window
        .harness
        .ctx
        .options(|options| options.theme_preference);
    assert_eq!(preference, egui::ThemePreference::System);
}

#[test]
fn the_menu_zooms_and_back() {
    let mut window = ready_window("autoencoder");
    let percent = |window: &Window| state(window).options.zoom_percent;
    window.choose_in_menu("View", "Zoom in");
    assert_eq!(percent(&window), 110);
    window.press(egui::Key::Escape);
    window.choose_in_menu("View", "Usual size");
    assert_eq!(percent(&window), 100);
    window.press(egui::Key::Escape);
    window.choose_in_menu("View", "Zoom out");
    assert_eq!(percent(&window), 90);
    assert!((window.harness.ctx.zoom_factor() - 0.9).abs() < 1e-6);
}

/// The step that the pointer reads at a share of the chart's width.
fn read(window: &mut Window, share: f32) -> f64 {
    let rect = window.harness.get_by_label_contains("Loss chart of").rect();
    let at = egui::pos2(egui::lerp(rect.x_range(), share), rect.center().y);
    window.harness.hover_at(at);
    window.harness.run();
    let node = window.harness.get_by_label_contains("Loss chart of");
    let said = node.accesskit_node().label().unwrap();
    let step = said.split("At step ").nth(1).unwrap();
    let step = step.split(';').next().unwrap().replace(',', "");
    step.parse().unwrap()
}

#[test]
fn the_chart_is_dragged_and_fits_at_a_double_click() {
    let mut window = rich_window(1, &Look::default());
    let before = read(&mut window, 0.5);
    let rect = window.harness.get_by_label_contains("Loss chart of").rect();
    let from = rect.center() + vec2(0.0, 20.0);
    let over = [40.0, 80.0, 120.0].map(|x| from - vec2(x, 0.0));
    window.drag(from, &over);
    let moved = read(&mut window, 0.5);
    assert!(moved > before + 0.05 * before, "{before} → {moved}");
    window.click_at_once(from, 2);
    let fitted = read(&mut window, 0.5);
    assert!(
        (fitted - before).abs() < 0.02 * before,
        "{before} and {fitted}"
    );
}

#[test]
fn a_picture_is_enlarged_under_the_pointer() {
    let mut window = pane_window(2, Pane::Pictures, &roomy());
    let row = window.harness.get_by_label("Deep: 12 pictures").rect();
    assert!(!window.has_text("Deep, step "));
    window.harness.hover_at(row.left_center() + vec2(30.0, 0.0));
    for _ in 0..6 {
        window.harness.step();
    }
    window.harness.run();
    assert!(window.has_text("Test image 0"));
    let captions = window.harness.query_all_by_label_contains("Deep").count();
    window.harness.remove_cursor();
    window.harness.run();
    let without = window.harness.query_all_by_label_contains("Deep").count();
    assert!(captions > without, "{captions} and {without} with its name");
}

#[test]
fn crosses_of_tabs_say_what_they_close() {
    let mut window = rich_window(1, &Look::default());
    assert!(state(&window).shown.contains(&Pane::Curves));
    assert!(window.harness.query_by_label("Close").is_none());
    window.click("Close Curves");
    assert!(!state(&window).shown.contains(&Pane::Curves));
}

#[test]
fn lists_have_words_in_front_of_them() {
    let window = rich_window(1, &roomy());
    for words in ["Speed", "Axis", "Values"] {
        let label = window
            .harness
            .query_all_by_role_and_label(Role::Label, words);
        assert!(label.count() > 0, "{words}");
    }
}

#[test]
fn empty_panes_say_what_is_missing() {
    let mut window = Window::open(None);
    let (id, config) = window.added();
    assert!(window.has_text("After that test images and what the runs make of them appear here"));
    window.tell([Event::Failed {
        id,
        error: "there are no such images".to_owned(),
        is_bad_input: true,
    }]);
    assert!(window.has_text("Choose other data or another device"));
    window.tell([ready(id, &config)]);
    window.tell([Event::StateChanged {
        id,
        state: RunState::Running,
    }]);
    assert!(window.has_text("the first measurement on the test images are on their way"));
    window.tell([Event::Progress {
        id,
        more: Metrics::default(),
        progress: Progress {
            is_measuring: true,
            ..Progress::default()
        },
    }]);
    assert!(window.has_text("Measuring the untrained network"));
}
