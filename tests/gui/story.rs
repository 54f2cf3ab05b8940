//! The story, by name, and the whole window on request.

use egui::{Key, Modifiers};
use hourglass::engine::{Command, RunId};
use hourglass::gui::{Pane, Part, Settings};
use hourglass::train::RunConfig;

use egui_kittest::kittest::Queryable as _;

use super::looks;
use super::rich::{rich_runs, rich_window};
use super::window::{Look, Window};
use super::{FIRST, ready_window, running};

#[test]
fn the_first_view_offers_the_story_and_one_click_starts_it() {
    let mut window = Window::open(None);
    window.commands();
    window.click("Start the story");
    let commands = window.commands();
    let started = commands
        .iter()
        .filter(|c| matches!(c, Command::Start(_)))
        .count();
    assert_eq!(started, 4, "{commands:?}");
    assert!(window.has_text("What to look at next"));
    assert!(!window.has_text("New here?"));
    let app = window.harness.state();
    assert_eq!(app.state().runs.len(), 4);
    assert!(
        app.state().shown.contains(&Pane::Layers),
        "the layout for teaching"
    );
    for part in Part::ALL {
        assert!(app.state().part(*part).is_some(), "{part:?}");
    }
    assert!(
        !app.state().options.shows_setup,
        "there is room for the panes"
    );
    assert!(app.settings().options.shows_setup, "but not the next time");
}

#[test]
fn the_offer_of_the_story_can_be_put_away_for_good() {
    let mut window = Window::open(None);
    window.click("Not now");
    assert!(!window.has_text("New here?"));
    assert!(window.harness.state().settings().was_welcomed);
    assert!(!Settings::default().was_welcomed);
}

#[test]
fn the_story_leads_on_and_can_be_hidden() {
    let mut window = Window::open(None);
    window.click("Story");
    let shown = |window: &Window, pane| window.harness.state().state().shown.contains(&pane);
    window.click("5. Latent sliders");
    assert!(shown(&window, Pane::Sliders));
    assert!(window.has_text("also selects Stacked"));
    assert!(window.harness.query_by_label("seen").is_some());
    window.click("2. Reconstructions");
    assert!(shown(&window, Pane::Pictures) && !shown(&window, Pane::Sliders));
    window.click("Select Deep in the story");
    let app = window.harness.state().state();
    assert_eq!(app.selected, app.part(Part::Deep).map(|run| run.id));
    window.click("Hide the story");
    assert!(!window.has_text("What to look at next"));
    window.click("Story");
    assert!(window.has_text("What to look at next"));
}

/// The story with four runs that have been trained for a while.
fn told_window(look: &Look) -> Window {
    let mut window = Window::with_look(None, look);
    window.click("Start the story");
    let runs: Vec<(RunId, RunConfig)> = window
        .commands()
        .into_iter()
        .filter_map(|command| match command {
            Command::AddRun { id, config } => Some((id, RunConfig::clone(&config))),
            _ => None,
        })
        .collect();
    let (events, snapshot) = rich_runs(&runs);
    window.tell(events);
    window.show(snapshot);
    window
}

#[test]
fn a_place_that_is_pointed_at_has_a_frame_for_a_moment() {
    let mut window = Window::open(None);
    window.click("Story");
    let name = "Look here: Layers over time";
    assert!(window.harness.query_by_label(name).is_none());
    window.click("3. Layers over time");
    assert!(window.harness.query_by_label(name).is_some());
    for _ in 0..10 {
        window.harness.step();
    }
    assert!(window.harness.query_by_label(name).is_none(), "it goes");
    window.click("3. Layers over time");
    assert!(
        window.harness.query_by_label(name).is_some(),
        "and comes again"
    );
}

/// Where a picture is, which must lie within the window and its pane.
fn whole(window: &Window, name: &str) -> egui::Rect {
    let rect = window.harness.get_by_label(name).rect();
    let pane = egui::Rect::from_min_max(egui::pos2(0.0, 120.0), egui::pos2(1280.0, 650.0));
    assert!(pane.contains_rect(rect), "{name} at {rect:?}");
    rect
}

#[test]
fn both_runs_are_to_be_seen_whole_in_a_small_window() {
    let mut window = told_window(&Look {
        size: [1280.0, 720.0],
        ..Look::default()
    });
    assert!(!window.has_text("Warning"), "the story says it");
    let deep = whole(&window, "Layers of Deep over time, Gradient");
    let stacked = whole(&window, "Layers of Stacked over time, Gradient");
    assert!(deep.bottom() < stacked.top());
    assert!(!window.has_text("Layers of Autoencoder over time"));
    window.click("Every run");
    assert!(window.has_text("Layers of Autoencoder over time"));
    window.click("Every run");
    let deep = whole(&window, "Deep: 11 pictures");
    let stacked = whole(&window, "Stacked: 11 pictures");
    let plain = whole(&window, "Autoencoder: 11 pictures");
    whole(&window, "Convolutional: 11 pictures");
    whole(&window, "PCA, 10 components: 11 pictures");
    assert!(deep.bottom() < stacked.top() && stacked.bottom() < plain.top());
    window.click("4. Network");
    let parameters = "10 layers with 1,116,452 parameters";
    let deep = whole(&window, &format!("Network of Deep, {parameters}"));
    let stacked = whole(&window, &format!("Network of Stacked, {parameters}"));
    assert!(deep.bottom() < stacked.top());
    window.click("6. One input");
    let canvas = whole(&window, "Canvas, empty: draw with the pointer");
    assert!(canvas.height() > 150.0, "{canvas:?}");
    whole(&window, "Clear");
    assert!(window.harness.state().state().shown.contains(&Pane::Curves));
}

#[test]
fn the_chart_fits_its_pane_however_narrow_it_is() {
    for is_large in [false, true] {
        let mut window = told_window(&Look {
            size: [1280.0, 720.0],
            ..Look::default()
        });
        if is_large {
            window.press_with(Modifiers::COMMAND, Key::L);
        }
        window.press_with(Modifiers::COMMAND, Key::Num1);
        window.harness.run();
        let chart = window.harness.get_by_label_contains("Loss chart of").rect();
        let tab = window.harness.get_by_label("Curves").rect();
        assert!(chart.height() >= 100.0, "{chart:?}, large: {is_large}");
        assert!(chart.width() > 200.0, "{chart:?}, large: {is_large}");
        // What belongs to the chart ends where its pane does.
        let beside = window
            .harness
            .query_all_by_label("Reconstructions")
            .map(|tab| tab.rect())
            .filter(|other| other.left() > tab.right())
            .map(|other| other.left())
            .fold(1280.0, f32::min);
        assert!(chart.right() <= beside, "{chart:?} beside {beside}");
        let is_short = window.harness.query_by_label("Options").is_some();
        let end = if is_short { "Options" } else { "Fit" };
        let end = window.harness.get_by_label(end).rect();
        assert!(end.right() <= chart.right() + 12.0, "{end:?} of {chart:?}");
    }
}

#[test]
fn the_story_asks_before_it_takes_trained_work_away() {
    let mut window = ready_window("autoencoder");
    window.tell(running());
    window.click("Story");
    assert!(window.has_text("You have trained Autoencoder"));
    window.click("Cancel");
    assert!(window.commands().is_empty());
    window.click("Story");
    window.click("Keep them beside it");
    assert_eq!(window.harness.state().state().runs.len(), 5);
    assert!(matches!(window.commands()[0], Command::Pause(FIRST)));
}

/// Writes the panes that the story leads to to the folder that `HOURGLASS_LOOK` names.
#[test]
fn the_places_of_the_story_are_drawn_on_request() {
    let Some(folder) = looks::folder() else {
        return;
    };
    for (theme, size) in [
        (egui::Theme::Dark, [1280.0, 720.0]),
        (egui::Theme::Light, [2560.0, 1440.0]),
    ] {
        let mut window = told_window(&looks::drawn(theme, size));
        for (button, name) in [
            ("1. Curves", "curves"),
            ("3. Layers over time", "layers"),
            ("4. Network", "network"),
            ("6. One input", "input"),
        ] {
            window.click(button);
            window.harness.remove_cursor();
            for _ in 0..10 {
                window.harness.step();
            }
            looks::save(&mut window, &folder, &format!("told-{name}-{}", size[0]));
        }
        window.click("Test image 2");
        looks::save(&mut window, &folder, &format!("told-taken-{}", size[0]));
        for (key, name) in [(Key::Num1, "one"), (Key::Num4, "teaching")] {
            window.press_with(Modifiers::COMMAND, key);
            window.harness.remove_cursor();
            looks::save(&mut window, &folder, &format!("told-{name}-{}", size[0]));
            window.press_with(Modifiers::COMMAND, Key::L);
            looks::save(
                &mut window,
                &folder,
                &format!("told-{name}-large-{}", size[0]),
            );
            window.press_with(Modifiers::COMMAND, Key::L);
        }
    }
}

/// Writes the story and the list of shortcuts to the folder that `HOURGLASS_LOOK` names.
#[test]
fn the_story_is_drawn_on_request() {
    let Some(folder) = looks::folder() else {
        return;
    };
    for (theme, size, is_large) in [
        (egui::Theme::Dark, [1280.0, 720.0], false),
        (egui::Theme::Light, [1280.0, 720.0], true),
        (egui::Theme::Light, [2560.0, 1440.0], false),
    ] {
        let look = looks::drawn(theme, size);
        let mut window = rich_window(8, &look);
        window.click("Story");
        window.click("Cancel");
        if is_large {
            window.press_with(Modifiers::COMMAND, Key::L);
        }
        let draw = |window: &mut Window, what: &str| {
            looks::save(
                window,
                &folder,
                &format!("shell-{what}-{}-{theme:?}", size[0]),
            );
        };
        draw(&mut window, "eight");
        for (key, name) in [
            (Key::Num1, "one"),
            (Key::Num3, "latent"),
            (Key::Num4, "teaching"),
        ] {
            window.press_with(Modifiers::COMMAND, key);
            draw(&mut window, name);
        }
        window.press(Key::F1);
        draw(&mut window, "keys");
    }
}
