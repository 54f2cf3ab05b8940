//! Giving up work and taking it back.

use super::*;
use crate::engine::{Event, Progress};
use crate::gui::action::{Action, NoticeKey};
use crate::gui::desk::DeskAction;
use crate::gui::restart::Restart;
use crate::gui::state::tests::{first, make_ready, sent, train};

fn trained() -> (AppState, RunId) {
    let (mut state, id) = first();
    make_ready(&mut state, id);
    train(&mut state, id, 40, 12.0);
    (state, id)
}

fn reset(state: &mut AppState, ids: &[RunId]) -> Vec<Command> {
    sent(state.handle(Action::Restart(Restart::Reset, ids.to_vec())))
}

fn undo(state: &mut AppState) -> Vec<Command> {
    sent(state.handle(Action::Desk(DeskAction::Undo)))
}

fn prepared(state: &mut AppState, id: RunId) {
    state.apply(Event::StateChanged {
        id,
        state: RunState::Preparing,
    });
    make_ready(state, id);
}

#[test]
fn a_reset_is_taken_back_with_all_that_was_known() {
    let (mut state, id) = trained();
    let commands = reset(&mut state, &[id]);
    let [Command::SetAside { id: of, aside }, Command::Reset(again)] = commands[..] else {
        panic!("{commands:?}");
    };
    assert_eq!((of, again), (id, id));
    assert_eq!(
        state.messages[0].text,
        "Autoencoder: back to the initial weights. 12 s of training can be brought back for a while."
    );
    assert!(!state.run(id).unwrap().has_started());
    // What the engine told before it heard of that is of what the run was.
    train(&mut state, id, 41, 12.1);
    assert!(!state.run(id).unwrap().has_started());
    assert!(
        reset(&mut state, &[id]).is_empty(),
        "there is nothing to reset"
    );
    prepared(&mut state, id);
    train(&mut state, id, 2, 1.0);
    let commands = undo(&mut state);
    assert!(
        matches!(commands[..], [Command::BringBack { id: of, aside: from }] if of == id && from == aside),
        "{commands:?}"
    );
    let run = state.run(id).unwrap();
    assert_eq!((run.progress.step, run.state), (40, RunState::Paused));
    assert!(state.messages.is_empty() && state.desk.given_up.is_empty());
    // Steps of the run that went are not its own.
    train(&mut state, id, 3, 1.0);
    assert_eq!(state.run(id).unwrap().progress.step, 40);
    let info = state.run(id).unwrap().info.clone().unwrap();
    state.apply(Event::BroughtBack {
        id,
        info,
        metrics: std::sync::Arc::default(),
        progress: Progress {
            step: 42,
            elapsed_secs: 12.2,
            ..Progress::default()
        },
        state: RunState::Paused,
    });
    train(&mut state, id, 43, 12.3);
    assert_eq!(state.run(id).unwrap().progress.step, 43);
}

#[test]
fn training_of_a_few_seconds_goes_without_a_word() {
    let (mut state, id) = first();
    make_ready(&mut state, id);
    train(&mut state, id, 5, FEW_SECS / 2.0);
    let commands = reset(&mut state, &[id]);
    assert!(matches!(commands[..], [Command::Reset(_)]), "{commands:?}");
    assert!(state.messages.is_empty());
}

#[test]
fn what_is_trained_since_can_be_had_back_in_turn() {
    let (mut state, id) = trained();
    reset(&mut state, &[id]);
    prepared(&mut state, id);
    train(&mut state, id, 90, 30.0);
    let commands = undo(&mut state);
    let [
        Command::SetAside { aside: newer, .. },
        Command::BringBack { .. },
    ] = commands[..]
    else {
        panic!("{commands:?}");
    };
    assert_eq!(state.run(id).unwrap().progress.step, 40);
    let commands = undo(&mut state);
    assert!(
        matches!(commands[..], [Command::BringBack { aside, .. }] if aside == newer),
        "{commands:?}"
    );
    assert_eq!(state.run(id).unwrap().progress.step, 90);
}

#[test]
fn a_run_that_was_removed_meanwhile_comes_back_first() {
    let (mut state, id) = trained();
    reset(&mut state, &[id]);
    prepared(&mut state, id);
    let older = state.desk.given_up[0].message;
    state.handle(Action::Duplicate(id));
    state.handle(Action::Remove(id));
    assert!(state.run(id).is_none());
    state.handle(Action::Desk(DeskAction::UndoOf(older)));
    assert_eq!(state.run(id).unwrap().progress.step, 40);
    assert!(state.desk.given_up.is_empty());
}

#[test]
fn a_run_that_is_gone_for_good_takes_its_former_training_along() {
    let (mut state, id) = trained();
    let [Command::SetAside { aside, .. }, _] = reset(&mut state, &[id])[..] else {
        panic!("it was not put aside");
    };
    prepared(&mut state, id);
    state.handle(Action::Duplicate(id));
    state.handle(Action::Remove(id));
    let removal = NoticeKey::Message(state.messages[1].number);
    let commands = sent(state.handle(Action::Dismiss(removal)));
    assert!(
        matches!(commands[..], [Command::Remove(one), Command::Remove(other)] if one == id && other == aside),
        "{commands:?}"
    );
    assert!(state.desk.given_up.is_empty() && state.messages.is_empty());
}

#[test]
fn no_more_is_held_than_there_may_be() {
    let (mut state, id) = trained();
    for time in 0..MOST_HELD + 3 {
        let commands = reset(&mut state, &[id]);
        let gone = commands
            .iter()
            .filter(|command| matches!(command, Command::Remove(_)))
            .count();
        assert_eq!(gone, usize::from(time >= MOST_HELD), "time {time}");
        prepared(&mut state, id);
        train(&mut state, id, 40, 12.0);
    }
    assert_eq!(state.desk.given_up.len(), MOST_HELD);
    assert_eq!(state.messages.len(), MOST_HELD);
}

#[test]
fn much_memory_is_held_for_the_newest_only() {
    let (mut state, id) = trained();
    let mut info = crate::engine::RunInfo::clone(state.run(id).unwrap().info.as_ref().unwrap());
    info.parameters = MOST_BYTES / PARAMETER_BYTES + 1;
    state.run_mut(id).unwrap().info = Some(std::sync::Arc::new(info));
    reset(&mut state, &[id]);
    assert_eq!(state.desk.given_up.len(), 1, "the newest always is");
    state.apply(Event::StateChanged {
        id,
        state: RunState::Preparing,
    });
    train(&mut state, id, 40, 12.0);
    reset(&mut state, &[id]);
    assert_eq!(state.desk.given_up.len(), 1);
}

#[test]
fn it_is_held_as_long_as_it_took_within_reason() {
    let held = |secs: f64| {
        let (mut state, id) = first();
        make_ready(&mut state, id);
        train(&mut state, id, 40, secs);
        state.handle(Action::Restart(Restart::Reset, vec![id]));
        state.handle(Action::AnswerRestart(true));
        state.desk.given_up[0].held_secs()
    };
    assert!((held(5.0) - 30.0).abs() < 1e-9);
    assert!((held(90.0) - 90.0).abs() < 1e-9);
    assert!((held(9_000.0) - 300.0).abs() < 1e-9);
}
