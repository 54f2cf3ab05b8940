//! What lies on the desk: removing and bringing back, renaming, speed.

use super::*;
use crate::gui::action::Action;
use crate::gui::restart::Restart;
use crate::gui::state::MAX_RUNS;
use crate::gui::state::tests::{advance, first, make_ready, sent};

fn desk(state: &mut AppState, action: DeskAction) -> Vec<Command> {
    sent(state.handle(Action::Desk(action)))
}

/// Two runs, the first of which trains.
fn two() -> (AppState, RunId, RunId) {
    let (mut state, first) = first();
    make_ready(&mut state, first);
    state.handle(Action::Duplicate(first));
    let second = state.selected.unwrap();
    make_ready(&mut state, second);
    advance(&mut state, first, 3);
    (state, first, second)
}

#[test]
fn a_run_that_was_removed_is_paused_and_comes_back_to_its_place() {
    let (mut state, first, second) = two();
    let commands = sent(state.handle(Action::Remove(first)));
    assert!(
        matches!(commands[..], [Command::Pause(id)] if id == first),
        "{commands:?}"
    );
    assert_eq!(state.runs.len(), 1);
    // What the engine tells of it meanwhile is not lost.
    state.apply(crate::engine::Event::StateChanged {
        id: first,
        state: crate::engine::RunState::Paused,
    });
    assert!(desk(&mut state, DeskAction::Undo).is_empty());
    let order: Vec<RunId> = state.runs.iter().map(|run| run.id).collect();
    assert_eq!(order, [first, second]);
    assert_eq!(state.runs[0].progress.step, 3);
    assert!(!state.runs[0].is_running(), "paused it stays");
    assert_eq!(state.selected, Some(first));
    assert!(state.messages.is_empty(), "its notice went");
}

#[test]
fn removals_are_taken_back_in_turn_and_final_once_dismissed() {
    let (mut state, first, second) = two();
    state.handle(Action::Duplicate(first));
    let third = state.selected.unwrap();
    state.handle(Action::Remove(second));
    let commands = sent(state.handle(Action::Remove(third)));
    assert!(
        matches!(commands[..], [Command::Pause(id)] if id == third),
        "{commands:?}"
    );
    assert_eq!(state.messages.len(), 2);
    desk(&mut state, DeskAction::Undo);
    assert_eq!(state.selected, Some(third));
    desk(&mut state, DeskAction::Undo);
    let order: Vec<RunId> = state.runs.iter().map(|run| run.id).collect();
    assert_eq!(order, [first, second, third]);
    state.handle(Action::Remove(third));
    let key = NoticeKey::Message(state.messages[0].number);
    let commands = sent(state.handle(Action::Dismiss(key)));
    assert!(
        matches!(commands[..], [Command::Remove(id)] if id == third),
        "{commands:?}"
    );
    assert!(state.desk.given_up.is_empty() && state.messages.is_empty());
}

#[test]
fn the_stand_in_for_the_last_run_goes_when_that_comes_back() {
    let (mut state, id) = first();
    make_ready(&mut state, id);
    let commands = sent(state.handle(Action::Remove(id)));
    assert!(
        matches!(commands[..], [Command::AddRun { .. }]),
        "{commands:?}"
    );
    let stand_in = state.selected.unwrap();
    assert_ne!(stand_in, id);
    let commands = desk(&mut state, DeskAction::Undo);
    assert!(
        matches!(commands[..], [Command::Remove(gone)] if gone == stand_in),
        "{commands:?}"
    );
    assert_eq!(state.runs.len(), 1);
    assert_eq!(state.selected, Some(id));
}

#[test]
fn a_run_does_not_come_back_where_there_is_no_room() {
    let (mut state, first, second) = two();
    state.handle(Action::Remove(second));
    while state.has_room() {
        state.handle(Action::Duplicate(first));
    }
    assert!(desk(&mut state, DeskAction::Undo).is_empty());
    assert_eq!(state.runs.len(), MAX_RUNS);
    assert!(
        state
            .messages
            .iter()
            .any(|message| message.text.contains("room for 8"))
    );
    let last = state.runs[MAX_RUNS - 1].id;
    let slot = state.runs[1].slot;
    assert_eq!(slot, 1, "the colour that became free was taken");
    // Removing one to make room leaves the one that waited where it was.
    state.handle(Action::Remove(last));
    let waiting = state.desk.given_up[0].message;
    desk(&mut state, DeskAction::UndoOf(waiting));
    assert_eq!(state.selected, Some(second));
    assert_eq!(state.runs.len(), MAX_RUNS);
}

#[test]
fn a_run_is_renamed_while_it_trains() {
    let (mut state, first, _) = two();
    desk(&mut state, DeskAction::BeginRename(first));
    desk(&mut state, DeskAction::TypeName("  mine ".to_owned()));
    desk(&mut state, DeskAction::EndRename);
    assert_eq!(state.run(first).unwrap().name(), "mine");
    assert!(!state.run(first).unwrap().is_edited());
    desk(&mut state, DeskAction::BeginRename(first));
    desk(&mut state, DeskAction::TypeName("   ".to_owned()));
    desk(&mut state, DeskAction::EndRename);
    let by_itself = "Autoencoder";
    assert_eq!(
        state.run(first).unwrap().name(),
        by_itself,
        "no name was typed"
    );
    desk(&mut state, DeskAction::BeginRename(first));
    desk(&mut state, DeskAction::TypeName("x".repeat(500)));
    desk(&mut state, DeskAction::CancelRename);
    assert_eq!(state.run(first).unwrap().name(), by_itself);
}

#[test]
fn a_new_seed_is_the_same_for_all_that_are_meant() {
    let (mut state, first, second) = two();
    let seed = state.run(first).unwrap().draft.config.seed;
    let commands = sent(state.handle(Action::Restart(Restart::NewSeed, vec![first, second])));
    let seeds: Vec<u64> = commands
        .iter()
        .map(|command| match command {
            Command::AddRun { config, .. } => config.seed,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(seeds, [seed + 1, seed + 1]);
    let run = state.run(first).unwrap();
    assert!(!run.has_started() && run.last_test().is_none());
    let commands = sent(state.handle(Action::Restart(Restart::NewSeed, vec![second])));
    assert!(
        matches!(&commands[..], [Command::AddRun { id, config }] if *id == second && config.seed == seed + 2),
        "{commands:?}"
    );
}

#[test]
fn the_pace_is_sent() {
    let (mut state, _) = first();
    let commands = desk(&mut state, DeskAction::SetPace(Pace::Five));
    assert!(matches!(commands[..], [Command::SetPace(Some(pace))] if pace == 5.0));
    let commands = desk(&mut state, DeskAction::SetPace(Pace::Full));
    assert!(matches!(commands[..], [Command::SetPace(None)]));
}

#[test]
fn the_bar_means_the_selected_run_or_all() {
    let (mut state, first, second) = two();
    state.handle(Action::Select(first));
    assert_eq!(state.meant(false), [first]);
    assert_eq!(state.meant(true), [first, second]);
    desk(&mut state, DeskAction::ActOnAll(true));
    assert_eq!(state.meant(false), [first, second]);
    let commands = sent(state.handle(Action::ToggleAll));
    assert!(
        matches!(commands[..], [Command::Pause(id)] if id == first),
        "{commands:?}"
    );
}
