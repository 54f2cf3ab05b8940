//! Lessons: what they refuse, and how they come and go.

use super::*;
use crate::engine::{Command, Event, RunState};
use crate::gui::StartOptions;
use crate::gui::action::Action;
use crate::gui::restart::Restart;
use crate::gui::schedule::ScheduleAction;
use crate::gui::state::tests::make_ready;
use crate::model::{KnobValue, Objective};
use crate::train::Schedule;

/// A window that opened with a stacked network and these controls locked.
fn lesson(locked: &str) -> (AppState, RunId) {
    let variant = crate::model::variant("stacked").unwrap();
    let mut share = Share {
        config: RunConfig::recipe(variant, "glyphs"),
        controls: Controls::default(),
    };
    share.controls.set_all(locked, Access::Locked).unwrap();
    let (mut state, effects) = AppState::new(StartOptions {
        share: Some(share),
        ..StartOptions::default()
    });
    let added = |effect: &Effect| matches!(effect, Effect::Send(Command::AddRun { .. }));
    assert_eq!(effects.iter().filter(|effect| added(effect)).count(), 1);
    let id = state.runs[0].id;
    make_ready(&mut state, id);
    (state, id)
}

fn edit(state: &mut AppState, id: RunId, change: impl FnOnce(&mut Draft)) {
    let mut draft = state.run(id).unwrap().draft.clone();
    change(&mut draft);
    state.handle(Action::Edit(id, Box::new(draft)));
}

fn share(state: &mut AppState, action: ShareAction) -> Vec<Effect> {
    state.handle(Action::Share(action))
}

#[test]
fn what_is_locked_stays_and_is_told_once() {
    let (mut state, id) = lesson("latent,seed");
    let before = state.run(id).unwrap().draft.clone();
    for _ in 0..3 {
        edit(&mut state, id, |draft| {
            draft.config.knobs.set("latent", KnobValue::Integer(3));
        });
    }
    assert!(
        state
            .handle(Action::Restart(Restart::NewSeed, vec![id]))
            .is_empty()
    );
    assert_eq!(state.run(id).unwrap().draft, before);
    let told: Vec<&str> = state.messages.iter().map(|m| m.text.as_str()).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("Latent size is locked"), "{told:?}");
    assert!(told[1].starts_with("Seed is locked"), "{told:?}");

    edit(&mut state, id, |draft| draft.config.batch = 77);
    assert_eq!(state.run(id).unwrap().draft.config.batch, 77, "free");
    share(&mut state, ShareAction::Unlock(id));
    assert!(
        !state
            .handle(Action::Restart(Restart::NewSeed, vec![id]))
            .is_empty()
    );
}

#[test]
fn the_strip_of_phases_obeys() {
    let (mut state, id) = lesson("schedule,epochs");
    let before = state.run(id).unwrap().draft.clone();
    let schedule = |action| Action::Schedule(action);
    state.handle(schedule(ScheduleAction::Remove(id, 1)));
    state.handle(schedule(ScheduleAction::Add(id, Objective::EndToEnd)));
    let mut longer = before.config.schedule.clone();
    longer.phases.last_mut().unwrap().epochs += 5;
    state.handle(schedule(ScheduleAction::Change(id, Box::new(longer))));
    assert_eq!(state.run(id).unwrap().draft, before);
    let mut other = Schedule {
        phases: before.config.schedule.phases.clone(),
    };
    other.phases[1].epochs += 5;
    state.handle(schedule(ScheduleAction::Change(id, Box::new(other))));
    assert_ne!(state.run(id).unwrap().draft, before, "pretraining is free");
}

#[test]
fn the_learning_rate_of_a_run_under_way_obeys() {
    let (mut state, id) = lesson("lr");
    state.apply(Event::StateChanged {
        id,
        state: RunState::Running,
    });
    assert!(state.handle(Action::SetLearningRate(id, 0.5)).is_empty());
    share(&mut state, ShareAction::Unlock(id));
    assert_eq!(state.handle(Action::SetLearningRate(id, 0.5)).len(), 1);
}

#[test]
fn a_copy_of_a_lesson_is_one_too() {
    let (mut state, id) = lesson("latent");
    state.handle(Action::Duplicate(id));
    let copy = state.selected.unwrap();
    assert_ne!(copy, id);
    assert_eq!(
        state.run(copy).unwrap().controls,
        state.run(id).unwrap().controls
    );
    state.handle(Action::Restart(Restart::Reset, vec![id]));
    assert!(!state.run(id).unwrap().controls.is_free());
}

#[test]
fn a_text_is_made_in_one_window_and_opened_in_another() {
    let (mut state, id) = lesson("latent");
    share(&mut state, ShareAction::Copy(id));
    share(&mut state, ShareAction::Set("device", Access::Hidden));
    let ShareState::Copying(copying) = &state.share else {
        panic!("{:?}", state.share);
    };
    let text = copying.text.clone().unwrap();
    edit(&mut state, id, |draft| draft.config.batch = 77);
    share(&mut state, ShareAction::Refresh);
    let ShareState::Copying(copying) = &state.share else {
        panic!("{:?}", state.share);
    };
    assert_ne!(copying.text.clone().unwrap(), text, "follows the run");

    let (mut other, _) = AppState::new(StartOptions::default());
    share(&mut other, ShareAction::Paste);
    share(&mut other, ShareAction::Type("nonsense!".to_owned()));
    assert!(share(&mut other, ShareAction::Open).is_empty());
    share(&mut other, ShareAction::Type(text));
    let effects = share(&mut other, ShareAction::Open);
    assert!(matches!(
        effects[..],
        [Effect::Send(Command::AddRun { .. })]
    ));
    let run = other.selected_run().unwrap();
    assert_eq!(run.draft.config.variant, "stacked");
    assert_eq!(run.controls.access("latent"), Access::Locked);
    assert_eq!(run.controls.access("device"), Access::Hidden);
    assert!(matches!(other.share, ShareState::Closed));
}

#[test]
fn a_folder_is_not_shared() {
    let (mut state, id) = lesson("");
    edit(&mut state, id, |draft| {
        draft.config.dataset = "/home/me/pictures".to_owned();
    });
    share(&mut state, ShareAction::Copy(id));
    let ShareState::Copying(copying) = &state.share else {
        panic!("{:?}", state.share);
    };
    assert!(matches!(copying.text, Err(ShareError::PrivateData { .. })));
}
