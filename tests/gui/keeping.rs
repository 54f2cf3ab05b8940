//! Sessions by name and key: saved, opened, recovered, and a question before work is lost.

use std::path::PathBuf;

use egui::{Key, Modifiers, ViewportCommand, ViewportEvent, ViewportId};
use egui_kittest::kittest::Queryable as _;
use hourglass::engine::{
    Command, Event, LostSession, OpenedRun, OpenedSession, RunId, SessionCommand, SessionNews,
};
use hourglass::gui::PathFor;

use super::session::recipe;
use super::window::Window;
use super::{FIRST, ready_window, running};

fn news(news: SessionNews) -> [Event; 1] {
    [Event::Session(news)]
}

fn saved(folder: &str) -> [Event; 1] {
    news(SessionNews::Saved {
        folder: Some(folder.into()),
        desk: 0,
    })
}

/// The only thing the engine was asked about sessions.
fn asked(window: &Window) -> SessionCommand {
    match window.commands().pop() {
        Some(Command::Session(command)) => command,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_menu_saves_in_a_place_that_is_asked_for_once() {
    let mut window = ready_window("autoencoder");
    window
        .script
        .folder
        .replace(Some("/home/me/study.hourglass".into()));
    window.choose_in_menu("File", "Save session…");
    assert_eq!(window.script.asked.take(), [PathFor::SaveSession]);
    let command = asked(&window);
    assert!(
        matches!(&command, SessionCommand::Save(Some(to)) if to.ends_with("study.hourglass")),
        "{command:?}"
    );
    window.tell(saved("/home/me/study.hourglass"));
    assert!(window.has_text("Saved in /home/me/study.hourglass."));
    assert!(window.harness.state().state().title().starts_with("study"));
    window.choose_in_menu("File", "Save session");
    assert!(matches!(asked(&window), SessionCommand::Save(None)));
    assert!(window.script.asked.take().is_empty());
    window.choose_in_menu("File", "Save session as…");
    assert_eq!(window.script.asked.take(), [PathFor::SaveSession]);
}

#[test]
fn keys_open_and_save() {
    let mut window = ready_window("autoencoder");
    window.press_with(Modifiers::COMMAND, Key::O);
    assert_eq!(window.script.asked.take(), [PathFor::OpenSession]);
    window.press_with(Modifiers::COMMAND, Key::S);
    assert_eq!(window.script.asked.take(), [PathFor::SaveSession]);
    window.tell(saved("/s"));
    window.press_with(Modifiers::COMMAND, Key::S);
    assert!(matches!(asked(&window), SessionCommand::Save(None)));
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::S);
    assert_eq!(window.script.asked.take(), [PathFor::SaveSession]);
    assert!(window.commands().is_empty(), "and no step was taken");
}

#[test]
fn a_session_takes_the_place_of_the_runs() {
    let mut window = ready_window("autoencoder");
    window.script.folder.replace(Some("/s.hourglass".into()));
    window.choose_in_menu("File", "Open session…");
    assert!(matches!(asked(&window), SessionCommand::Open(_)));
    let run = |id: &str, name: &str, folder: Option<&str>| OpenedRun {
        config: hourglass::train::RunConfig {
            name: name.to_owned(),
            ..recipe(id)
        },
        folder: folder.map(PathBuf::from),
    };
    window.tell(news(SessionNews::Opened(
        OpenedSession {
            number: 1,
            folder: "/s.hourglass".into(),
            is_lost: false,
            runs: vec![
                run("deep", "Far", Some("/s.hourglass/runs/1")),
                run("stacked", "Near", None),
            ],
            window: String::new(),
        }
        .into(),
    )));
    let commands = window.commands();
    let has = |is_it: &dyn Fn(&Command) -> bool| commands.iter().any(is_it);
    assert!(
        has(&|c| matches!(c, Command::Remove(FIRST))),
        "{commands:?}"
    );
    assert!(
        has(&|c| matches!(c, Command::OpenRun { .. })),
        "{commands:?}"
    );
    assert!(has(
        &|c| matches!(c, Command::AddRun { config, .. } if config.variant == "stacked")
    ));
    window.harness.get_by_label("Run Far");
    window.harness.get_by_label("Run Near");
}

#[test]
fn what_a_crash_left_is_recovered_or_discarded() {
    for (button, is_opened) in [("Recover", true), ("Discard", false)] {
        let mut window = ready_window("autoencoder");
        window.tell(news(SessionNews::Lost(LostSession {
            folder: "/unsaved/3".into(),
            runs: vec!["Deep".to_owned()],
            age_secs: Some(40),
        })));
        assert!(window.has_text("ended before this session was saved: Deep"));
        window.click(button);
        let command = asked(&window);
        assert_eq!(
            matches!(&command, SessionCommand::Open(_)),
            is_opened,
            "{command:?}"
        );
        assert_eq!(matches!(&command, SessionCommand::Discard(_)), !is_opened);
    }
}

/// The window manager asks the window to close. Returns what the window answers.
fn close(window: &mut Window) -> Vec<ViewportCommand> {
    let root = window.harness.input_mut().viewports.entry(ViewportId::ROOT);
    root.or_default().events.push(ViewportEvent::Close);
    window.harness.step();
    let answer = window.harness.output().viewport_output[&ViewportId::ROOT]
        .commands
        .clone();
    if let Some(root) = window
        .harness
        .input_mut()
        .viewports
        .get_mut(&ViewportId::ROOT)
    {
        root.events.clear();
    }
    window.harness.run();
    answer
}

#[test]
fn closing_asks_before_work_is_lost() {
    let mut window = ready_window("autoencoder");
    let stays = |answer: &[ViewportCommand]| answer.contains(&ViewportCommand::CancelClose);
    assert!(!stays(&close(&mut window)), "nothing is lost");
    window.tell(running());
    assert!(stays(&close(&mut window)));
    assert!(window.has_text("Close Hourglass?"));
    window.click("Cancel");
    assert!(!window.has_text("Close Hourglass?"));
    close(&mut window);
    window.click("Close without saving");
    assert!(!window.has_text("Close Hourglass?"));
    assert!(!stays(&close(&mut window)), "it was answered");
}

#[test]
fn what_cannot_be_kept_is_told_and_the_run_goes_on() {
    let mut window = ready_window("autoencoder");
    window.tell(running());
    window.tell(saved("/s"));
    window.tell(news(SessionNews::NotSaved {
        error: "writing /s/session.toml.new failed: No space left on device (os error 28)"
            .to_owned(),
        is_bad_input: false,
        was_asked: false,
    }));
    assert!(window.has_text("No space left on device"));
    assert!(window.has_text("Training"));
    window.tell(saved("/s"));
    assert!(window.has_text("The session is kept again."));
}

#[test]
fn a_run_is_saved_and_another_opened() {
    let mut window = ready_window("autoencoder");
    window.script.folder.replace(Some(PathBuf::from("runs/a")));
    window.click("File");
    window.click("Save run…");
    assert!(matches!(
        window.commands()[..],
        [Command::Save { id: FIRST, .. }]
    ));
    window.tell([Event::Saved {
        id: FIRST,
        folder: PathBuf::from("runs/a"),
    }]);
    assert!(window.has_text("Saved in runs/a."));
    window.script.folder.replace(Some(PathBuf::from("runs/b")));
    window.click("File");
    window.click("Open run…");
    assert!(matches!(
        window.commands()[..],
        [Command::OpenRun { id: RunId(2), .. }]
    ));
}
