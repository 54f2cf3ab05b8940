//! Typed paths: what they mean, whether they can be, and what comes of them.

use std::path::Path;

use super::*;
use crate::engine::{Command, RunId};
use crate::gui::state::tests::{first, make_ready, sent};

const FILE: Choice = Choice::File {
    what: "Images",
    endings: &["npz"],
};

const NEW_FILE: Choice = Choice::NewFile {
    what: "Picture",
    ending: "png",
};

const SESSION: Choice = Choice::NewFile {
    what: "Session",
    ending: "hourglass",
};

/// A home with a folder `images`, a file `set.npz` and an empty session in it.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("images")).unwrap();
    std::fs::create_dir(home.path().join("mine.hourglass")).unwrap();
    std::fs::write(home.path().join("set.npz"), "x").unwrap();
    home
}

#[test]
fn what_is_there_is_found_and_the_tilde_is_the_home() {
    let home = home();
    let place = home.path();
    let found =
        |choice: &Choice, text: &str| look(choice, text, Some(place)).map(|found| found.path);
    assert_eq!(found(&Choice::Folder, "~"), Ok(place.to_owned()));
    assert_eq!(
        found(&Choice::Folder, " ~/images "),
        Ok(place.join("images"))
    );
    assert_eq!(
        found(&Choice::Folder, "~//images/"),
        Ok(place.join("images/"))
    );
    assert_eq!(found(&FILE, "~/set.npz"), Ok(place.join("set.npz")));
    let quoted = format!("'{}'", place.join("set.npz").display());
    assert_eq!(found(&FILE, &quoted), Ok(place.join("set.npz")));
    let new = look(&NEW_FILE, "~/out", Some(place)).unwrap();
    assert_eq!((new.path, new.is_new), (place.join("out.png"), true));
    std::fs::write(place.join("out.png"), "x").unwrap();
    assert!(!look(&NEW_FILE, "~/out.png", Some(place)).unwrap().is_new);
    assert_eq!(found(&SESSION, "~/mine"), Ok(place.join("mine.hourglass")));
    assert_eq!(found(&Choice::NewFolder, "~/run"), Ok(place.join("run")));
    // A relative path is one from where the program was started.
    let here = std::env::current_dir().unwrap();
    assert_eq!(found(&Choice::Folder, "src"), Ok(here.join("src")));
}

#[test]
fn what_cannot_be_is_said_in_a_sentence() {
    let home = home();
    let place = home.path();
    let shown = place.display();
    let wrong = |choice: &Choice, text: &str| look(choice, text, Some(place)).unwrap_err();
    assert_eq!(
        wrong(&Choice::Folder, "~/imagse"),
        format!("There is no folder {shown}/imagse: {shown} is there, but has no “imagse” in it.")
    );
    assert_eq!(
        wrong(&FILE, "~/a/b/set.npz"),
        format!("There is no file {shown}/a/b/set.npz: it is there as far as {shown}.")
    );
    assert_eq!(
        wrong(&Choice::Folder, "~/set.npz"),
        format!(
            "{shown}/set.npz is a file, but a folder is asked for: type the folder that it is in."
        )
    );
    assert_eq!(
        wrong(&FILE, "~/images"),
        format!(
            "{shown}/images is a folder, but a file is asked for: type the name of a file in it as well."
        )
    );
    assert_eq!(
        wrong(&NEW_FILE, "~/images/"),
        format!(
            "{shown}/images/ is a folder, but the name of a new file is asked for: type one as well, \
             such as {shown}/images/picture.png."
        )
    );
    assert!(wrong(&NEW_FILE, "~/none/x.png").starts_with("There is no folder"));
    assert!(wrong(&NEW_FILE, "~/set.npz/x.png").contains("is a file, so nothing can be in it"));
    assert_eq!(
        wrong(&Choice::Folder, "  "),
        "A path is asked for, but nothing is typed."
    );
    assert!(
        wrong(&Choice::Folder, "~other/x").starts_with("~ stands for your own home folder only")
    );
    assert!(wrong(&Choice::Folder, "a\0b").starts_with("No path has a zero byte"));
    assert!(
        look(&Choice::Folder, "~/x", None)
            .unwrap_err()
            .contains("HOME does not say")
    );
}

fn act(state: &mut AppState, action: PathAction) -> Vec<Effect> {
    state.handle(Action::Path(action))
}

fn found(path: &str, is_new: bool) -> Found {
    Found {
        path: Path::new(path).to_owned(),
        is_new,
    }
}

/// Confirms what is typed; the number of the look that follows.
fn confirm(state: &mut AppState) -> u64 {
    match &act(state, PathAction::Confirm)[..] {
        [Effect::LookAt { number, .. }] => *number,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_path_that_was_typed_does_what_one_that_was_chosen_does() {
    let (mut state, id) = first();
    make_ready(&mut state, id);
    state.handle(Action::DialogMissing(PathFor::Data(id)));
    act(&mut state, PathAction::Type("/images".to_owned()));
    let number = confirm(&mut state);
    act(
        &mut state,
        PathAction::Looked(number, Err("No.".to_owned())),
    );
    let typed = state.paths.open.clone().unwrap();
    assert_eq!(typed.outcome, Outcome::Wrong("No.".to_owned()));
    assert_eq!(typed.text, "/images", "it can be mended");
    let number = confirm(&mut state);
    // Of a text that was changed meanwhile nobody wants to know.
    act(&mut state, PathAction::Type("/images/mnist".to_owned()));
    act(
        &mut state,
        PathAction::Looked(number, Ok(found("/images", false))),
    );
    assert!(state.paths.open.is_some());
    let number = confirm(&mut state);
    let effects = act(
        &mut state,
        PathAction::Looked(number, Ok(found("/images/mnist", false))),
    );
    let [Command::AddRun { config, .. }] = &sent(effects)[..] else {
        panic!("no other images");
    };
    assert_eq!(config.dataset, "/images/mnist");
    assert!(state.paths.open.is_none());
    // From now on nobody is asked for a dialog.
    assert!(state.handle(Action::AskPath(PathFor::Open)).is_empty());
    assert_eq!(state.paths.open.unwrap().purpose, PathFor::Open);
}

#[test]
fn a_file_is_replaced_only_when_that_is_said() {
    use crate::gui::export::Target;
    use crate::store::export::{ExportKind, Format};
    let (mut state, id) = first();
    make_ready(&mut state, id);
    let target = Target {
        kind: ExportKind::Weights,
        format: Format::Safetensors,
        run: Some(id),
    };
    state.handle(Action::DialogMissing(PathFor::Export(target)));
    assert_eq!(
        state.paths.open.as_ref().unwrap().text,
        "~/weights.safetensors"
    );
    let number = confirm(&mut state);
    let effects = act(
        &mut state,
        PathAction::Looked(number, Ok(found("/w.safetensors", false))),
    );
    assert!(effects.is_empty());
    let outcome = state.paths.open.as_ref().unwrap().outcome.clone();
    assert_eq!(outcome, Outcome::Replaces("/w.safetensors".into()));
    let commands = sent(act(&mut state, PathAction::Replace));
    assert!(
        matches!(&commands[..], [Command::Export { path, .. }] if path == Path::new("/w.safetensors")),
        "{commands:?}"
    );
}

#[test]
fn paths_are_typed_by_choice_too_and_the_dialog_is_a_button_away() {
    let (mut state, _) = first();
    let effects = state.handle(Action::AskPath(PathFor::OpenSession));
    assert!(matches!(effects[..], [Effect::Ask(_)]), "{effects:?}");
    act(&mut state, PathAction::TypeAlways(true));
    assert!(
        state
            .handle(Action::AskPath(PathFor::OpenSession))
            .is_empty()
    );
    let effects = act(&mut state, PathAction::Dialog);
    assert!(
        matches!(effects[..], [Effect::Ask(PathFor::OpenSession)]),
        "{effects:?}"
    );
    assert!(state.paths.open.is_none());
    // Saving a session asks in the same way.
    state.handle(Action::Session(crate::gui::SessionAction::Save));
    assert_eq!(
        state.paths.open.as_ref().unwrap().purpose,
        PathFor::SaveSession
    );
    act(&mut state, PathAction::Close);
    assert!(state.paths.open.is_none());
    assert_eq!(state.selected, Some(RunId(1)));
}
