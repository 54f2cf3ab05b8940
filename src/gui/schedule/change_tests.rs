//! The schedule, changed by actions.

use super::*;
use crate::engine::{Event, Progress};
use crate::gui::action::Action;
use crate::gui::state::tests::{advance, first, info, make_ready, sent};
use crate::model::variant;
use crate::train::{LearningRateChange, Metrics, RunConfig};

/// A state with a stacked run that is ready.
fn stacked() -> (AppState, RunId) {
    let (mut state, id) = first();
    let mut draft = state.run(id).unwrap().draft.clone();
    draft.config.variant = "stacked".to_owned();
    state.handle(Action::Edit(id, Box::new(draft)));
    sent(state.handle(Action::Commit(id)));
    make_ready(&mut state, id);
    (state, id)
}

/// The run is in `phase`, with so many of its epochs done.
fn is_in(state: &mut AppState, id: RunId, phase: usize, epoch: f64) {
    advance(state, id, 9);
    state.apply(Event::Progress {
        id,
        more: Metrics::default(),
        progress: Progress {
            step: 10,
            phase,
            epoch,
            ..Progress::default()
        },
    });
}

fn schedule(state: &AppState, id: RunId) -> Schedule {
    state.run(id).unwrap().draft.config.schedule.clone()
}

fn change(state: &mut AppState, id: RunId, change: impl FnOnce(&mut Vec<Phase>)) -> Vec<Command> {
    let mut schedule = schedule(state, id);
    change(&mut schedule.phases);
    let action = ScheduleAction::Change(id, Box::new(schedule));
    assert!(state.handle(Action::Schedule(action)).is_empty());
    sent(state.handle(Action::Commit(id)))
}

#[test]
fn before_the_start_a_phase_is_changed_and_the_run_made_anew() {
    let (mut state, id) = stacked();
    let commands = change(&mut state, id, |phases| phases[2].epochs = 31);
    let [Command::AddRun { config, .. }] = &commands[..] else {
        panic!("{commands:?}");
    };
    assert_eq!(config.schedule.phases[2].epochs, 31);
    assert!(state.run(id).unwrap().draft.has_own_phases());
    let alike = ScheduleAction::MakeAlike(id);
    assert_eq!(sent(state.handle(Action::Schedule(alike))).len(), 1);
    assert_ne!(schedule(&state, id).phases[2].epochs, 31);
}

#[test]
fn phases_are_added_moved_and_removed() {
    let (mut state, id) = stacked();
    let add = ScheduleAction::Add(id, Objective::Greedy { stage: 1 });
    let commands = sent(state.handle(Action::Schedule(add)));
    assert!(matches!(commands[..], [Command::AddRun { .. }]));
    let phases = schedule(&state, id).phases;
    assert_eq!(phases.len(), 7);
    assert_eq!(phases[5].objective, Objective::Greedy { stage: 1 });
    assert_eq!(phases[6].objective, Objective::EndToEnd, "stays the last");
    assert_eq!(state.schedule.open, Some((id, 5)));

    let earlier = ScheduleAction::Move(id, 5, Way::Earlier);
    state.handle(Action::Schedule(earlier));
    assert_eq!(
        schedule(&state, id).phases[4].objective,
        Objective::Greedy { stage: 1 }
    );
    assert_eq!(state.schedule.open, Some((id, 4)), "the settings go along");

    state.handle(Action::Schedule(ScheduleAction::Remove(id, 4)));
    assert_eq!(schedule(&state, id).phases.len(), 6);
    assert_eq!(state.schedule.open, None);

    let impossible = ScheduleAction::Add(id, Objective::Greedy { stage: 9 });
    assert!(state.handle(Action::Schedule(impossible)).is_empty());
    assert_eq!(schedule(&state, id).phases.len(), 6, "there is no pair 10");
}

#[test]
fn the_last_phase_cannot_be_removed() {
    let (mut state, id) = first();
    make_ready(&mut state, id);
    state.handle(Action::Schedule(ScheduleAction::Remove(id, 0)));
    assert_eq!(schedule(&state, id).phases.len(), 1);
}

#[test]
fn under_way_only_what_lies_ahead_is_changed() {
    let (mut state, id) = stacked();
    is_in(&mut state, id, 1, 0.5);
    let before = schedule(&state, id);
    assert!(change(&mut state, id, |phases| phases[0].epochs += 1).is_empty());
    assert!(change(&mut state, id, |phases| phases[1].learning_rate = 0.3).is_empty());
    assert_eq!(schedule(&state, id), before, "ended, and under way");

    let commands = change(&mut state, id, |phases| {
        phases[1].epochs += 1;
        phases[3].learning_rate = 0.3;
    });
    let [
        Command::SetSchedule {
            schedule: asked, ..
        },
    ] = &commands[..]
    else {
        panic!("{commands:?}");
    };
    assert_eq!(*asked, schedule(&state, id));
    assert!(
        state.handle(Action::Commit(id)).is_empty(),
        "the engine was asked already"
    );
    let mut config = state.run(id).unwrap().info.as_ref().unwrap().config.clone();
    config.schedule = asked.clone();
    state.apply(Event::Configured {
        id,
        config: Box::new(config),
        total_steps: 99,
    });
    let run = state.run(id).unwrap();
    assert_eq!(
        (run.phases(), &run.asked_phases),
        (&asked.phases[..], &None)
    );
    assert_eq!(run.info.as_ref().unwrap().total_steps, 99);
}

#[test]
fn phases_that_the_engine_refuses_are_taken_back() {
    let (mut state, id) = stacked();
    is_in(&mut state, id, 1, 0.5);
    let before = schedule(&state, id);
    assert_eq!(
        change(&mut state, id, |phases| phases[3].epochs = 40).len(),
        1
    );
    state.apply(Event::Warning {
        id,
        text: "phase 4 cannot be changed".to_owned(),
    });
    assert_eq!(schedule(&state, id), before);
    assert!(state.handle(Action::Commit(id)).is_empty());
}

#[test]
fn a_phase_is_not_made_shorter_than_what_is_done() {
    let (mut state, id) = stacked();
    change(&mut state, id, |phases| phases[0].epochs = 9);
    make_ready(&mut state, id);
    is_in(&mut state, id, 0, 2.5);
    assert_eq!(state.run(id).unwrap().least_epochs(0), Some(3));
    assert!(change(&mut state, id, |phases| phases[0].epochs = 2).is_empty());
    assert_eq!(
        change(&mut state, id, |phases| phases[0].epochs = 3).len(),
        1
    );
    state.apply(Event::StateChanged {
        id,
        state: RunState::Finished,
    });
    let run = state.run(id).unwrap();
    assert_eq!(run.least_epochs(5), Some(1), "it can go on");
    state.apply(Event::StateChanged {
        id,
        state: RunState::Failed,
    });
    assert_eq!(state.run(id).unwrap().least_epochs(5), None);
}

#[test]
fn the_learning_rate_is_set_while_the_run_trains() {
    let (mut state, id) = stacked();
    assert!(
        state.handle(Action::SetLearningRate(id, 0.1)).is_empty(),
        "before the start the phases say it"
    );
    is_in(&mut state, id, 0, 0.5);
    let turn = ScheduleAction::TurnRate(id, 0.1);
    assert!(
        state.handle(Action::Schedule(turn)).is_empty(),
        "not meant yet"
    );
    let commands = sent(state.handle(Action::SetLearningRate(id, 0.1)));
    let [Command::SetLearningRate { learning_rate, .. }] = commands[..] else {
        panic!("{commands:?}");
    };
    assert!((learning_rate - 0.1).abs() < 1e-12);
    assert_eq!(state.schedule.turned, None);
    let rate = |state: &AppState| state.run(id).unwrap().learning_rate();
    assert!((rate(&state) - 0.1).abs() < 1e-12);
    let mut config = state.run(id).unwrap().draft.config.clone();
    let change = |step, learning_rate| LearningRateChange {
        step,
        learning_rate,
    };
    config.learning_rate_changes = vec![change(3, 0.2), change(9, 0.25), change(500, 0.7)];
    state.apply(Event::Configured {
        id,
        config: Box::new(config),
        total_steps: 99,
    });
    assert!((rate(&state) - 0.25).abs() < 1e-12, "the newest so far");
    assert_eq!(state.run(id).unwrap().asked_rate, None);
    is_in(&mut state, id, 5, 0.5);
    let planned = state.run(id).unwrap().phases()[5].learning_rate;
    assert!((rate(&state) - planned).abs() < 1e-12, "of another phase");
    assert!(state.handle(Action::SetLearningRate(id, 0.0)).is_empty());
}

#[test]
fn a_boundary_that_was_passed_is_branched_from() {
    let (mut state, id) = stacked();
    is_in(&mut state, id, 2, 0.5);
    let branch = Action::BranchAt { run: id, phase: 1 };
    assert!(state.handle(branch.clone()).is_empty(), "nothing was kept");
    state.apply(Event::Boundary { id, phase: 1 });
    let commands = sent(state.handle(branch));
    let [
        Command::Branch {
            id: new,
            from,
            phase,
            name,
        },
    ] = &commands[..]
    else {
        panic!("{commands:?}");
    };
    assert_eq!(
        (*from, *phase, name.as_str()),
        (id, 1, "Stacked · from phase 2")
    );
    assert_eq!(state.selected, Some(*new));
    let run = state.run(*new).unwrap();
    assert!(!run.is_edited(), "the engine makes it from the other run");
    assert_eq!(run.first_open_phase(), 0);
    assert_eq!(
        run.least_epochs(0),
        None,
        "nothing can be changed before it is there"
    );

    let config = RunConfig::clone(&run.draft.config);
    state.apply(Event::RunReady {
        id: *new,
        info: info(&config, 50),
        metrics: std::sync::Arc::default(),
        progress: Progress {
            step: 20,
            phase: 1,
            ..Progress::default()
        },
    });
    let run = state.run(*new).unwrap();
    assert_eq!(
        (run.state, run.name()),
        (RunState::Paused, "Stacked · from phase 2")
    );
    assert_eq!(run.first_open_phase(), 1, "the phase has not begun");
    let commands = change(&mut state, *new, |phases| phases[3].epochs = 44);
    assert!(
        matches!(commands[..], [Command::SetSchedule { .. }]),
        "{commands:?}"
    );
    assert_eq!(
        state.run(*new).unwrap().name(),
        "Stacked · phase 4: 44 epochs · from phase 2"
    );
}

#[test]
fn there_is_no_branch_without_room() {
    let (mut state, id) = stacked();
    is_in(&mut state, id, 2, 0.5);
    state.apply(Event::Boundary { id, phase: 1 });
    while state.has_room() {
        state.handle(Action::Duplicate(id));
    }
    let branch = Action::BranchAt { run: id, phase: 1 };
    assert!(state.handle(branch).is_empty());
}

#[test]
fn a_new_phase_has_the_settings_of_its_kind() {
    let draft = Draft::recipe(variant("stacked").unwrap(), "glyphs");
    let phase = new_phase(&draft, Objective::Greedy { stage: 0 });
    assert_eq!(phase.epochs, draft.pretrain.epochs);
    assert!((phase.dropout - draft.dropout).abs() < 1e-12);
    let phase = new_phase(&draft, Objective::EndToEnd);
    assert_eq!(phase.epochs, draft.finetune.epochs);
    assert!(phase.dropout.abs() < 1e-12);
}

#[test]
fn a_cosine_under_way_keeps_its_length() {
    let (mut state, id) = stacked();
    change(&mut state, id, |phases| {
        phases[0].decay = LearningRateDecay::Cosine;
    });
    make_ready(&mut state, id);
    is_in(&mut state, id, 0, 0.5);
    assert_eq!(state.run(id).unwrap().least_epochs(0), None);
    assert!(change(&mut state, id, |phases| phases[0].epochs = 30).is_empty());
}
