//! Runs and their names, driven by actions.

use std::sync::Arc;

use super::*;
use crate::engine::{Event, Progress};
use crate::gui::action::{Action, PathFor};
use crate::gui::pictures::PicturesAction;
use crate::gui::state::tests::{advance, edited, first, info, make_ready, sent, shown};
use crate::model::KnobValue;

fn name(state: &AppState, id: RunId) -> String {
    state.run(id).unwrap().name().to_owned()
}

#[test]
fn a_name_follows_what_differs_until_it_is_typed() {
    let (mut state, id) = first();
    make_ready(&mut state, id);
    sent(state.handle(Action::Duplicate(id)));
    let second = state.selected.unwrap();
    let edit = edited(&state, second, |draft| {
        draft.config.knobs.set("latent", KnobValue::Integer(32));
    });
    state.handle(edit);
    sent(state.handle(Action::Commit(second)));
    make_ready(&mut state, second);
    assert_eq!(name(&state, id), "Autoencoder");
    assert_eq!(name(&state, second), "latent 32");

    sent(state.handle(Action::Duplicate(second)));
    let third = state.selected.unwrap();
    assert_eq!(name(&state, third), "latent 32 (2)", "nothing differs yet");
    let edit = edited(&state, third, |draft| draft.config.seed = 4);
    state.handle(edit);
    assert_eq!(name(&state, third), "latent 32, seed 4");

    assert!(
        state
            .handle(Action::Rename(second, "wide".to_owned()))
            .is_empty()
    );
    assert_eq!(name(&state, second), "wide");
    assert!(
        state.handle(Action::Commit(second)).is_empty(),
        "a name is no reason to make a run anew"
    );
    state.handle(Action::Rename(second, "  ".to_owned()));
    assert_eq!(
        name(&state, second),
        "latent 32",
        "called by its settings again"
    );
    assert!(!state.run(second).unwrap().is_edited());
}

#[test]
fn a_run_is_saved_under_the_name_it_has_now() {
    let (mut state, id) = first();
    make_ready(&mut state, id);
    advance(&mut state, id, 1);
    state.handle(Action::Rename(id, "mine".to_owned()));
    let folder = PathBuf::from("runs/mine");
    let commands = sent(state.handle(Action::PathChosen(PathFor::Save(id), folder)));
    let [Command::Rename { name, .. }, Command::Save { .. }] = &commands[..] else {
        panic!("{commands:?}");
    };
    assert_eq!(name, "mine");
}

#[test]
fn a_run_that_could_not_be_opened_is_not_trained_as_something_else() {
    let (mut state, _) = first();
    let folder = PathBuf::from("runs/missing");
    sent(state.handle(Action::PathChosen(PathFor::Open, folder)));
    let id = state.selected.unwrap();
    state.apply(Event::Failed {
        id,
        error: "runs/missing is not there".to_owned(),
        is_bad_input: true,
    });
    assert_eq!(name(&state, id), "missing");
    for action in [Action::Start(id), Action::Step(id), Action::Commit(id)] {
        assert!(state.handle(action.clone()).is_empty(), "{action:?}");
    }
}

#[test]
fn a_smaller_test_set_takes_other_images() {
    let (mut state, id) = first();
    make_ready(&mut state, id);
    state.catch_up();
    state.handle(Action::Pictures(PicturesAction::Next));
    let config = state.run(id).unwrap().draft.config.clone();
    state.apply(Event::RunReady {
        id,
        info: info(&config, 30),
        metrics: Arc::default(),
        progress: Progress::default(),
    });
    let images = shown(state.catch_up());
    assert_eq!(images.len(), 24);
    assert!(images.iter().all(|&image| image < 30), "{images:?}");
    assert!(state.catch_up().is_empty(), "once");
}
