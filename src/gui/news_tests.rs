//! The state, driven by events.

use std::path::PathBuf;

use super::*;
use crate::engine::{Command, Frame, Pictures, Progress, RunPictures};
use crate::gui::StartOptions;
use crate::gui::action::{Action, Effect, NoticeKey, PathFor};
use crate::gui::notices::notices;
use crate::gui::state::tests::{SHAPE, first, info, make_ready, sent};
use crate::model::variant;
use crate::train::RunConfig;

#[test]
fn a_run_that_was_saved_is_opened_with_its_own_settings() {
    let start = StartOptions {
        open: Some(PathBuf::from("runs/best")),
        ..StartOptions::default()
    };
    let (mut state, effects) = AppState::new(start);
    assert!(
        matches!(&effects[..], [_, Effect::Send(Command::OpenRun { .. })]),
        "{effects:?}"
    );
    let id = state.runs[0].id;
    assert_eq!(state.runs[0].name(), "best");
    assert!(
        state.handle(Action::Commit(id)).is_empty(),
        "the stand-in is never sent"
    );
    let mut config = RunConfig::recipe(variant("deep").unwrap(), "glyphs");
    config.name = "Kept".to_owned();
    state.apply(Event::RunReady {
        id,
        info: info(&config, 50),
        metrics: Arc::default(),
        progress: Progress {
            step: 7,
            ..Progress::default()
        },
    });
    state.apply(Event::StateChanged {
        id,
        state: RunState::Finished,
    });
    let run = state.run(id).unwrap();
    assert_eq!(
        (run.name(), run.draft.config.variant.as_str()),
        ("Kept", "deep")
    );
    assert!(!run.is_edited(), "nothing was changed");
}

#[test]
fn a_failure_is_told_and_start_tries_again() {
    let (mut state, id) = first();
    let error = "expected a folder, found nothing at images".to_owned();
    state.apply(Event::StateChanged {
        id,
        state: RunState::Failed,
    });
    state.apply(Event::Failed {
        id,
        error: error.clone(),
        is_bad_input: true,
    });
    let told = notices(&state);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].text, error);
    let commands = sent(state.handle(Action::Start(id)));
    assert!(
        matches!(commands[..], [Command::AddRun { .. }, Command::Start(_)]),
        "{commands:?}"
    );
    assert!(notices(&state).is_empty(), "it is being tried again");
}

#[test]
fn warnings_come_and_go_and_stay_away_once_read() {
    let (mut state, id) = first();
    let count = |state: &AppState| notices(state).len();
    let warn = |text: &str| Event::Warning {
        id,
        text: text.to_owned(),
    };
    state.apply(warn("average"));
    assert_eq!(count(&state), 1);
    state.handle(Action::Dismiss(NoticeKey::Warning(id)));
    assert_eq!(count(&state), 0);
    state.apply(warn("average"));
    assert_eq!(count(&state), 0, "it was read already");
    state.apply(warn("black"));
    assert_eq!(count(&state), 1);
    state.apply(warn(""));
    assert_eq!(count(&state), 0, "the engine took it back");
}

#[test]
fn saving_is_answered_by_a_message() {
    let (mut state, id) = first();
    make_ready(&mut state, id);
    let folder = PathBuf::from("runs/a");
    let commands = sent(state.handle(Action::PathChosen(PathFor::Save(id), folder.clone())));
    assert!(
        matches!(commands[..], [Command::Save { .. }]),
        "{commands:?}"
    );
    state.apply(Event::Saved { id, folder });
    state.apply(Event::SaveFailed {
        id,
        error: "no room".to_owned(),
        is_bad_input: false,
    });
    assert_eq!(state.messages.len(), 2);
    state.handle(Action::Dismiss(NoticeKey::Message(
        state.messages[0].number,
    )));
    assert_eq!(state.messages.len(), 1);
    assert!(state.messages[0].is_failure);
}

#[test]
fn pictures_reach_their_run() {
    let (mut state, id) = first();
    let originals = Arc::new(Pictures {
        shape: SHAPE,
        pixels: vec![0; 784],
    });
    let pictures = RunPictures {
        indices: vec![0],
        reconstructions: Pictures::clone(&originals),
        originals,
        errors: vec![0.0],
    };
    state.apply_snapshot(&Snapshot {
        runs: vec![Arc::new(Frame {
            id,
            step: 3,
            phase: 0,
            elapsed_secs: 0.1,
            pictures,
            codes: Arc::default(),
            layers: Arc::default(),
        })],
    });
    assert_eq!(state.run(id).unwrap().frame.as_ref().unwrap().step, 3);
}

#[test]
fn events_of_a_run_that_is_gone_change_nothing() {
    let (mut state, id) = first();
    let gone = RunId(99);
    state.apply(Event::StateChanged {
        id: gone,
        state: RunState::Running,
    });
    state.apply(Event::Warning {
        id: gone,
        text: "late".to_owned(),
    });
    assert_eq!(state.runs.len(), 1);
    assert_eq!(state.run(id).unwrap().warning, None);
}
