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
fn a_name_follows_the_settings_until_it_is_typed() {
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
    assert_eq!(name(&state, second), "Autoencoder · latent 32");

    sent(state.handle(Action::Duplicate(second)));
    let third = state.selected.unwrap();
    assert_eq!(
        name(&state, third),
        "Autoencoder · latent 32 (2)",
        "nothing differs yet"
    );
    let edit = edited(&state, third, |draft| draft.config.seed = 4);
    state.handle(edit);
    assert_eq!(name(&state, third), "Autoencoder · latent 32 · seed 4");

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
        "Autoencoder · latent 32",
        "called by its settings again"
    );
    assert!(!state.run(second).unwrap().is_edited());
}

#[test]
fn a_name_stays_whatever_becomes_of_the_other_runs() {
    let (mut state, first) = first();
    make_ready(&mut state, first);
    let add = |state: &mut AppState, from, change: fn(&mut Draft)| {
        state.handle(Action::Duplicate(from));
        let id = state.selected.unwrap();
        let edit = edited(state, id, change);
        state.handle(edit);
        id
    };
    let copy = add(&mut state, first, |_draft| {});
    let seeded = add(&mut state, first, |draft| draft.config.seed = 2);
    let other = add(&mut state, seeded, |draft| draft.config.batch = 5);
    let names = |state: &AppState| -> Vec<(RunId, String)> {
        let runs = state.runs.iter();
        runs.map(|run| (run.id, run.name().to_owned())).collect()
    };
    assert_eq!(
        names(&state),
        [
            (first, "Autoencoder".to_owned()),
            (copy, "Autoencoder 2".to_owned()),
            (seeded, "Autoencoder · seed 2".to_owned()),
            (other, "Autoencoder · batch 5 · seed 2".to_owned()),
        ]
    );
    let before = names(&state);
    let without = |gone: &[RunId]| -> Vec<(RunId, String)> {
        let left = before.iter().filter(|(id, _)| !gone.contains(id));
        left.cloned().collect()
    };
    // The one with the number keeps it, though the other one is gone for good.
    state.handle(Action::Remove(first));
    assert_eq!(names(&state), without(&[first]));
    state.handle(Action::Remove(seeded));
    assert_eq!(names(&state), without(&[first, seeded]));
    let again = add(&mut state, copy, |_draft| {});
    let named = name(&state, again);
    assert_eq!(named, "Autoencoder 3", "the others can be brought back");
    assert_eq!(name(&state, copy), "Autoencoder 2");
    // What another run is changed to, or called, changes no name either.
    let edit = edited(&state, again, |draft| {
        draft.config.variant = "deep".to_owned();
    });
    state.handle(edit);
    state.handle(Action::Rename(again, "Autoencoder 2".to_owned()));
    assert_eq!(name(&state, again), "Autoencoder 2", "as it was typed");
    assert_eq!(name(&state, copy), "Autoencoder 2");
    assert_eq!(name(&state, other), "Autoencoder · batch 5 · seed 2");
}

#[test]
fn the_name_of_a_run_that_can_be_brought_back_is_not_given_to_another_one() {
    let (mut state, first) = first();
    make_ready(&mut state, first);
    state.handle(Action::Duplicate(first));
    let second = state.selected.unwrap();
    state.handle(Action::Remove(first));
    state.handle(Action::Duplicate(second));
    let third = state.selected.unwrap();
    assert_eq!(name(&state, third), "Autoencoder 3");
    state.handle(Action::Desk(crate::gui::desk::DeskAction::Undo));
    let mut names: Vec<&str> = state.runs.iter().map(Run::name).collect();
    names.sort_unstable();
    assert_eq!(names, ["Autoencoder", "Autoencoder 2", "Autoencoder 3"]);
}

#[test]
fn a_new_seed_for_all_keeps_names_apart() {
    let (mut state, first) = first();
    make_ready(&mut state, first);
    state.handle(Action::Duplicate(first));
    let second = state.selected.unwrap();
    make_ready(&mut state, second);
    state.handle(Action::Restart(
        crate::gui::restart::Restart::NewSeed,
        vec![first, second],
    ));
    assert_eq!(name(&state, first), "Autoencoder · seed 2");
    assert_eq!(name(&state, second), "Autoencoder · seed 2 (2)");
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
