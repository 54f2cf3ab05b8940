//! The story, by name, and the whole window on request.

use egui::{Key, Modifiers};
use hourglass::engine::Command;
use hourglass::gui::{Pane, Part, Settings};

use super::rich::rich_window;
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

/// Writes the story and the list of shortcuts to the folder that `HOURGLASS_LOOK` names.
#[test]
fn the_story_is_drawn_on_request() {
    let Some(folder) = std::env::var_os("HOURGLASS_LOOK").map(std::path::PathBuf::from) else {
        println!("skipped: HOURGLASS_LOOK names no folder");
        return;
    };
    for (theme, size, is_large) in [
        (egui::Theme::Dark, [1280.0, 720.0], false),
        (egui::Theme::Light, [1280.0, 720.0], true),
        (egui::Theme::Light, [2560.0, 1440.0], false),
    ] {
        let look = Look {
            theme,
            size,
            has_renderer: true,
            ..Look::default()
        };
        let mut window = rich_window(8, &look);
        window.click("Story");
        window.click("Cancel");
        if is_large {
            window.press_with(Modifiers::COMMAND, Key::L);
        }
        let draw = |window: &mut Window, what: &str| {
            let name = format!("shell-{what}-{}-{theme:?}.png", size[0]);
            let picture = window.harness.render().unwrap();
            picture.save(folder.join(name)).unwrap();
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
