//! Paths that are typed, in every place that asks for one, on a desktop without a dialog.

use std::path::Path;
use std::thread;
use std::time::Duration;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use hourglass::engine::{Command, SessionCommand};
use hourglass::gui::PathFor;

use super::ready_window;
use super::rich::rich_window;
use super::window::{Look, Window};

/// The field for a path, whatever it is of.
fn field(window: &Window) -> egui_kittest::Node<'_> {
    window
        .harness
        .query_all_by_label_contains("Path of the ")
        .find(|node| node.accesskit_node().role() == Role::TextInput)
        .unwrap()
}

/// Types a path in place of the one that is there, and takes it.
fn enter(window: &mut Window, path: &str) {
    window.press_with(Modifiers::COMMAND, Key::A);
    window.harness.event(egui::Event::Text(path.to_owned()));
    window.harness.run();
    assert_eq!(
        field(window).accesskit_node().value().as_deref(),
        Some(path)
    );
    window.press(Key::Enter);
    // The thread that looks takes its time.
    for _ in 0..2_000 {
        if !window.has_text("Looking whether") {
            return;
        }
        thread::sleep(Duration::from_millis(5));
        window.harness.step();
    }
    panic!("nobody has looked");
}

fn without_dialog(mut window: Window) -> Window {
    window.script.has_no_dialog.set(true);
    window.script.take_commands();
    window.harness.run();
    window
}

/// Does something that asks for a path.
type Ask = fn(&mut Window);

/// What a path comes to.
type IsIt = fn(&Command, &Path) -> bool;

#[test]
fn every_place_that_asks_for_a_path_has_a_field_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    std::fs::create_dir(place.join("images")).unwrap();
    std::fs::write(place.join("set.npz"), "x").unwrap();
    std::fs::write(place.join("w.safetensors"), "x").unwrap();
    let places: [(&str, &str, Ask, IsIt); 8] = [
        (
            "Open a folder of images",
            "images",
            |window| window.click("Open folder…"),
            |command, path| matches!(command, Command::AddRun { config, .. } if Path::new(&config.dataset) == path),
        ),
        (
            "Open a file of images",
            "set.npz",
            |window| window.click("Open file…"),
            |command, path| matches!(command, Command::AddRun { config, .. } if Path::new(&config.dataset) == path),
        ),
        (
            "Choose an empty folder to save the run in",
            "new",
            |window| window.choose_in_menu("File", "Save run…"),
            |command, path| matches!(command, Command::Save { folder, .. } if folder == path),
        ),
        (
            "Open the folder of a saved run",
            "images",
            |window| window.choose_in_menu("File", "Open run…"),
            |command, path| matches!(command, Command::OpenRun { folder, .. } if folder == path),
        ),
        (
            "Open the folder of a session",
            "images",
            |window| window.press_with(Modifiers::COMMAND, Key::O),
            |command, path| matches!(command, Command::Session(SessionCommand::Open(folder)) if folder == path),
        ),
        (
            "Save the session",
            "all.hourglass",
            |window| window.press_with(Modifiers::COMMAND, Key::S),
            |command, path| matches!(command, Command::Session(SessionCommand::Save(Some(folder))) if folder == path),
        ),
        (
            "Import weights",
            "w.safetensors",
            |window| window.choose_in_menu("File", "Import weights…"),
            |command, path| {
                let named = |config: &hourglass::train::RunConfig| {
                    let weights = config.initial_weights.as_ref();
                    weights.is_some_and(|weights| Path::new(&weights.file) == path)
                };
                matches!(command, Command::AddRun { config, .. } if named(config))
            },
        ),
        (
            "Save the weights for PyTorch as",
            "out.safetensors",
            |window| {
                window.click("File");
                window.click("Export");
                window.click("Weights for PyTorch…");
            },
            |command, path| matches!(command, Command::Export { path: to, .. } if to == path),
        ),
    ];
    for (title, name, ask, is_it) in places {
        let mut window = without_dialog(ready_window("deep"));
        ask(&mut window);
        assert!(window.has_text(title), "{title}");
        assert!(
            window.has_text("This desktop offers no file dialog"),
            "{title}"
        );
        assert!(
            field(&window).is_focused(),
            "{title}: it can be typed at once"
        );
        assert!(
            field(&window)
                .accesskit_node()
                .value()
                .unwrap()
                .starts_with("~/"),
            "{title}"
        );
        let path = place.join(name);
        window.script.take_commands();
        enter(&mut window, path.to_str().unwrap());
        let commands = window.script.take_commands();
        assert!(
            commands.iter().any(|command| is_it(command, &path)),
            "{title}: {commands:?}"
        );
        assert!(
            !window.has_text("Path of the "),
            "{title}: the field is gone"
        );
    }
}

#[test]
fn return_takes_what_is_proposed() {
    let mut window = without_dialog(ready_window("autoencoder"));
    window.press_with(Modifiers::COMMAND, Key::S);
    window.harness.run();
    let proposed = field(&window).accesskit_node().value().unwrap();
    assert!(proposed.ends_with(".hourglass"), "{proposed}");
    window.press(Key::Enter);
    for _ in 0..2_000 {
        let commands = window.commands();
        let saves = |command: &Command| {
            matches!(command, Command::Session(SessionCommand::Save(Some(folder)))
                if folder.to_string_lossy().ends_with(".hourglass"))
        };
        if commands.iter().any(saves) || window.has_text("would be replaced") {
            return;
        }
        thread::sleep(Duration::from_millis(5));
        window.harness.step();
    }
    panic!("Return did nothing");
}

#[test]
fn a_path_that_cannot_be_is_told_and_mended() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().display().to_string();
    std::fs::create_dir(folder.path().join("images")).unwrap();
    let mut window = without_dialog(ready_window("deep"));
    window.click("Open folder…");
    enter(&mut window, &format!("{place}/imagse"));
    assert!(window.has_text(&format!("{place} is there, but has no “imagse” in it.")));
    assert!(field(&window).is_focused());
    assert!(window.commands().is_empty());
    window.press(Key::End);
    window.press(Key::Backspace);
    assert!(
        !window.has_text("is there, but has no"),
        "it may be right by now"
    );
    enter(&mut window, &format!("{place}/images"));
    assert_eq!(window.added().1.dataset, format!("{place}/images"));
    // Escape leaves everything as it was.
    window.click("Open folder…");
    window.press(Key::Escape);
    assert!(!window.has_text("Path of the "));
    assert!(window.commands().is_empty());
}

#[test]
fn a_file_is_replaced_only_when_that_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.png");
    std::fs::write(&path, "x").unwrap();
    let mut window = without_dialog(rich_window(2, &Look::default()));
    window.click("File");
    window.click("Export");
    window.click("Picture grid (PNG)…");
    window.script.take_commands();
    enter(&mut window, path.to_str().unwrap());
    assert!(window.has_text("is there already and would be replaced."));
    let is_export = |command: &Command| matches!(command, Command::Export { .. });
    assert!(!window.script.take_commands().iter().any(is_export));
    window.click("Replace it");
    assert!(window.script.take_commands().iter().any(is_export));
}

#[test]
fn paths_are_typed_by_choice_where_there_is_a_dialog() {
    let mut window = ready_window("deep");
    window.choose_in_menu("File", "Type paths");
    window.press(Key::Escape);
    window.press_with(Modifiers::COMMAND, Key::O);
    assert!(
        window.script.asked.borrow().is_empty(),
        "no dialog comes up"
    );
    assert!(!window.has_text("This desktop offers no file dialog"));
    assert!(field(&window).is_focused());
    window.click("Choose instead…");
    assert_eq!(window.script.asked.take(), [PathFor::OpenSession]);
    let options = window.harness.state().settings().options;
    assert!(options.types_paths, "it is remembered");
}
