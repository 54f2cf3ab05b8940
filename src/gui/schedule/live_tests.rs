//! Knobs moved under way, by actions.

use super::*;
use crate::engine::Event;
use crate::gui::action::Action;
use crate::gui::schedule::ScheduleAction;
use crate::gui::state::tests::{advance, first, make_ready, sent};
use crate::store::share::{Access, control};
use crate::train::{KnobChange, RunConfig};

/// A state with a run of a variant that is ready.
fn ready(variant: &str) -> (AppState, RunId) {
    let (mut state, id) = first();
    let mut draft = state.run(id).unwrap().draft.clone();
    draft.config.variant = variant.to_owned();
    state.handle(Action::Edit(id, Box::new(draft)));
    sent(state.handle(Action::Commit(id)));
    make_ready(&mut state, id);
    (state, id)
}

fn in_force(state: &AppState, id: RunId, knob: &str) -> f64 {
    state.run(id).unwrap().knobs_in_force().real(knob)
}

/// The engine answers with these changes.
fn configure(state: &mut AppState, id: RunId, changes: &[(u64, &str, f64)]) {
    let mut config = RunConfig::clone(&state.run(id).unwrap().draft.config);
    let change = |&(step, knob, value): &(u64, &str, f64)| KnobChange {
        step,
        knob: knob.to_owned(),
        value,
    };
    config.knob_changes = changes.iter().map(change).collect();
    state.apply(Event::Configured {
        id,
        config: Box::new(config),
        total_steps: 99,
    });
}

fn is(found: f64, expected: f64) -> bool {
    (found - expected).abs() < 1e-12
}

#[test]
fn a_knob_is_moved_while_the_run_trains() {
    let (mut state, id) = ready("vae");
    let set = |value| Action::SetKnob(id, "beta", value);
    assert!(
        state.handle(set(0.5)).is_empty(),
        "before the start the settings say it"
    );
    advance(&mut state, id, 10);
    let turn = ScheduleAction::TurnKnob(id, "beta", 0.5);
    assert!(
        state.handle(Action::Schedule(turn)).is_empty(),
        "not meant yet"
    );
    assert!(is(in_force(&state, id, "beta"), 1.0));
    let commands = sent(state.handle(set(0.5)));
    let [Command::SetKnob { knob, value, .. }] = &commands[..] else {
        panic!("{commands:?}");
    };
    assert_eq!(knob, "beta");
    assert!(is(*value, 0.5));
    assert_eq!(state.schedule.turned_knob, None);
    assert!(is(in_force(&state, id, "beta"), 0.5), "what was asked for");
    configure(&mut state, id, &[(9, "beta", 0.25), (500, "beta", 0.75)]);
    assert!(is(in_force(&state, id, "beta"), 0.25), "the newest so far");
    assert!(state.run(id).unwrap().asked_knobs.is_empty());
}

#[test]
fn what_the_engine_refuses_is_taken_back() {
    let (mut state, id) = ready("vae");
    advance(&mut state, id, 10);
    let set = Action::SetKnob(id, "penalty-kl-sparsity", 0.5);
    assert_eq!(state.handle(set).len(), 1);
    assert!(is(in_force(&state, id, "penalty-kl-sparsity"), 0.5));
    state.apply(Event::Warning {
        id,
        text: "penalty-kl-sparsity needs code-activation sigmoid".to_owned(),
    });
    assert!(is(in_force(&state, id, "penalty-kl-sparsity"), 0.0));
}

#[test]
fn what_cannot_be_is_not_asked_for() {
    let (mut state, id) = ready("autoencoder");
    advance(&mut state, id, 10);
    let asked = |state: &mut AppState, knob, value| {
        !state.handle(Action::SetKnob(id, knob, value)).is_empty()
    };
    assert!(!asked(&mut state, "beta", 0.5), "has no effect here");
    assert!(!asked(&mut state, "latent", 2.0), "is fixed");
    assert!(!asked(&mut state, "penalty-l1", -1.0), "is out of range");
    assert!(!asked(&mut state, "sparsity-target", 0.1), "without weight");
    assert!(asked(&mut state, "penalty-kl-sparsity", 0.1));
    assert!(asked(&mut state, "sparsity-target", 0.1), "with one");
}

#[test]
fn what_would_be_refused_is_known_before_it_is_asked_for() {
    let (mut state, id) = ready("vae");
    advance(&mut state, id, 10);
    let refusal = |state: &AppState, knob: &str| {
        let run = state.run(id).unwrap();
        let live = run.live_knobs().find(|live| live.id == knob);
        run.refusal(live.unwrap())
    };
    assert_eq!(
        refusal(&state, "penalty-kl-sparsity").as_deref(),
        Some("Penalty-kl-sparsity needs code-activation sigmoid, but it is linear.")
    );
    assert_eq!(refusal(&state, "penalty-l1"), None);
    assert_eq!(refusal(&state, "capacity"), None);
    configure(&mut state, id, &[(9, "free-bits", 0.25)]);
    let sentence = refusal(&state, "capacity").unwrap();
    assert!(sentence.starts_with("Free-bits and capacity are two ways"));
    assert_eq!(refusal(&state, "free-bits"), None, "it is in force");
}

#[test]
fn what_is_locked_is_not_sent() {
    let (mut state, id) = ready("vae");
    advance(&mut state, id, 10);
    let controls = &mut state.run_mut(id).unwrap().controls;
    controls.set(control("beta").unwrap(), Access::Locked);
    assert!(state.handle(Action::SetKnob(id, "beta", 0.5)).is_empty());
    assert!(
        state
            .messages
            .iter()
            .any(|message| message.text.starts_with("β is locked in this lesson"))
    );
    let other = Action::SetKnob(id, "free-bits", 0.5);
    assert_eq!(state.handle(other).len(), 1);
}

#[test]
fn a_penalty_stays_known_once_it_was_raised() {
    let (mut state, id) = ready("sparse");
    let was_raised = |state: &AppState, knob: &str| {
        let run = state.run(id).unwrap();
        let found = run.live_knobs().find(|live| live.id == knob).unwrap();
        run.was_above_0(found)
    };
    advance(&mut state, id, 10);
    assert!(was_raised(&state, "penalty-l1"), "its recipe has it");
    assert!(!was_raised(&state, "penalty-code-norm"));
    configure(
        &mut state,
        id,
        &[(3, "penalty-code-norm", 0.5), (5, "penalty-code-norm", 0.0)],
    );
    assert!(was_raised(&state, "penalty-code-norm"));
    assert!(is(in_force(&state, id, "penalty-code-norm"), 0.0));
}
