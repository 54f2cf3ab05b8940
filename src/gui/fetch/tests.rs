//! Sets that are offered, fetched and taken.

use super::*;
use crate::engine::{Command, Event};
use crate::gui::action::Action;
use crate::gui::state::tests::{first, make_ready};

fn fetch(state: &mut AppState, run: RunId, set: &'static str) -> Vec<Effect> {
    state.handle(Action::Fetch(FetchAction::Fetch(run, set)))
}

/// The job that the engine was asked for.
fn asked(effects: &[Effect], name: &str) -> JobId {
    match effects {
        [Effect::Send(Command::Fetch { id, set })] if set == name => *id,
        other => panic!("{other:?}"),
    }
}

fn end(state: &mut AppState, id: JobId, outcome: JobOutcome) {
    let name = "Fetching MNIST".to_owned();
    state.apply(Event::JobStarted { id, name });
    if matches!(outcome, JobOutcome::Done(_)) {
        state.apply(Event::Fetched(vec!["mnist"]));
    }
    state.apply(Event::JobEnded { id, outcome });
}

fn done() -> JobOutcome {
    JobOutcome::Done("MNIST is there.".to_owned())
}

/// The data set of the one run that is made anew.
fn added(effects: &[Effect]) -> Option<&str> {
    effects.iter().find_map(|effect| match effect {
        Effect::Send(Command::AddRun { config, .. }) => Some(config.dataset.as_str()),
        _ => None,
    })
}

#[test]
fn what_is_here_is_not_offered() {
    let (mut state, id) = first();
    assert!(state.fetch.is_absent("mnist"));
    assert!(!state.fetch.is_absent("glyphs"), "never fetched");
    state.handle(Action::Fetch(FetchAction::Offer(id, "mnist")));
    assert_eq!(state.offered(state.run(id).unwrap()).unwrap().id, "mnist");
    state.apply(Event::Fetched(vec!["mnist"]));
    assert!(state.offered(state.run(id).unwrap()).is_none());
    state.handle(Action::Fetch(FetchAction::Offer(id, "kmnist")));
    state.handle(Action::Fetch(FetchAction::Decline));
    assert!(state.offered(state.run(id).unwrap()).is_none());
}

#[test]
fn a_run_takes_the_set_when_it_arrives() {
    let (mut state, id) = first();
    make_ready(&mut state, id);
    let effects = fetch(&mut state, id, "mnist");
    let job = asked(&effects, "mnist");
    assert!(state.fetch.waits(id, "mnist"));
    assert!(fetch(&mut state, id, "mnist").is_empty(), "once is enough");
    end(&mut state, job, done());
    let effects = state.catch_up();
    assert_eq!(added(&effects), Some("mnist"));
    assert!(state.fetch.offer.is_none() && state.fetch.job_of("mnist").is_none());
    assert_eq!(added(&state.catch_up()), None, "only once");
}

#[test]
fn a_run_that_was_trained_meanwhile_keeps_its_images() {
    let (mut state, id) = first();
    make_ready(&mut state, id);
    let effects = fetch(&mut state, id, "mnist");
    let job = asked(&effects, "mnist");
    state.apply(Event::StateChanged {
        id,
        state: RunState::Running,
    });
    end(&mut state, job, done());
    assert_eq!(added(&state.catch_up()), None);
}

#[test]
fn what_did_not_arrive_is_offered_again() {
    let (mut state, id) = first();
    state.handle(Action::Fetch(FetchAction::Offer(id, "mnist")));
    let effects = fetch(&mut state, id, "mnist");
    let job = asked(&effects, "mnist");
    end(&mut state, job, JobOutcome::Cancelled);
    assert_eq!(added(&state.catch_up()), None);
    assert!(!state.fetch.waits(id, "mnist"));
    assert_eq!(state.offered(state.run(id).unwrap()).unwrap().id, "mnist");
    let effects = fetch(&mut state, id, "mnist");
    assert_ne!(asked(&effects, "mnist"), job, "names are given once");
}

#[test]
fn a_run_that_failed_for_want_of_the_set_is_made_anew() {
    let (mut state, id) = first();
    let mut draft = state.run(id).unwrap().draft.clone();
    draft.config.dataset = "mnist".to_owned();
    state.handle(Action::Edit(id, Box::new(draft)));
    assert_eq!(added(&state.handle(Action::Commit(id))), Some("mnist"));
    state.apply(Event::Failed {
        id,
        error: "MNIST is not on this computer yet".to_owned(),
        is_bad_input: true,
    });
    assert_eq!(state.offered(state.run(id).unwrap()).unwrap().id, "mnist");
    let effects = fetch(&mut state, id, "mnist");
    let job = asked(&effects, "mnist");
    end(&mut state, job, done());
    assert_eq!(added(&state.catch_up()), Some("mnist"));
}
