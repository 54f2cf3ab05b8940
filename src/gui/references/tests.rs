//! Reference runs, added and held against their figures without a window.

use std::sync::Arc;

use super::*;
use crate::engine::{Command, Event, JobOutcome, Progress, RunId, RunInfo, RunState};
use crate::gui::action::Action;
use crate::gui::notices::{Level, notices};
use crate::gui::state::tests::{first, info, make_ready};
use crate::gui::story::StoryAction;
use crate::train::{Metrics, RunConfig};

/// A test error and the accuracy of nearest neighbours.
const PLAIN: &str = "plain-500";

/// A test error alone.
const SHORT: &str = "story-autoencoder";

/// SHA-256 of MNIST.
const HASH: &str = "d73e6b7eb0701b3272e12661cb02926ca98aa9386eefceb9258b5b9cc6d1eb46";

fn ask(state: &mut AppState, action: ReferencesAction) -> Vec<Effect> {
    state.handle(Action::References(action))
}

/// The run that the engine was asked for, which is all it was asked.
fn asked(effects: &[Effect]) -> (RunId, RunConfig) {
    match effects {
        [Effect::Send(Command::AddRun { id, config })] => (*id, RunConfig::clone(config)),
        other => panic!("{other:?}"),
    }
}

/// A window in which MNIST is here and a run of a preset is ready.
fn added(preset: &'static str) -> (AppState, RunId) {
    let (mut state, _) = first();
    state.apply(Event::Fetched(vec!["mnist"]));
    let effects = ask(&mut state, ReferencesAction::Add(preset));
    let (id, _) = asked(&effects);
    make_ready(&mut state, id);
    state.catch_up();
    (state, id)
}

/// Has a run be at a step and measure a test error there.
fn measure(state: &mut AppState, id: RunId, step: u64, mse: f64, next: RunState) {
    state.apply(Event::Progress {
        id,
        more: Metrics::tested(step, mse),
        progress: Progress {
            step,
            ..Progress::default()
        },
    });
    state.apply(Event::StateChanged { id, state: next });
    state.catch_up();
}

fn standing(state: &AppState, id: RunId) -> (Stage, String) {
    let standing = state.run(id).unwrap().standing().unwrap();
    (standing.stage, standing.text.clone())
}

/// Training steps of a run of these tests.
fn all_steps(state: &AppState, id: RunId) -> u64 {
    let info = state.run(id).unwrap().info.as_ref().unwrap();
    info.config.schedule.epochs() as u64 * info.steps_per_epoch
}

#[test]
fn a_run_is_added_as_its_preset_has_it_and_waits() {
    let (mut state, _) = first();
    state.apply(Event::Fetched(vec!["mnist"]));
    let effects = ask(&mut state, ReferencesAction::Add(PLAIN));
    let (id, config) = asked(&effects);
    assert_eq!(config.preset.as_deref(), Some(PLAIN));
    assert_eq!(config.dataset, PRESET_DATASET);
    let preset = preset(PLAIN).unwrap();
    assert_eq!(state.run(id).unwrap().name(), preset.name);
    assert_eq!(state.selected, Some(id));
    assert_eq!(state.runs_of(preset).count(), 1);
    let effects = ask(&mut state, ReferencesAction::Add(PLAIN));
    let (second, _) = asked(&effects);
    assert_ne!(
        state.run(second).unwrap().name(),
        preset.name,
        "no two runs are called the same"
    );
    assert!(ask(&mut state, ReferencesAction::Add("no such preset")).is_empty());
}

#[test]
fn every_preset_can_be_added_and_is_comparable() {
    for preset in PRESETS {
        let (state, id) = added(preset.id);
        let run = state.run(id).unwrap();
        assert_eq!(state.problem(run), None, "{}", preset.id);
        assert_eq!(standing(&state, id).0, Stage::NotYet, "{}", preset.id);
    }
}

#[test]
fn figures_are_told_while_it_trains_and_at_its_end() {
    let (mut state, id) = added(SHORT);
    let all = all_steps(&state, id);
    assert!(standing(&state, id).1.contains("nothing was measured"));
    measure(&mut state, id, 2, 0.06, RunState::Running);
    let (stage, text) = standing(&state, id);
    assert_eq!(stage, Stage::NotYet);
    let words = format!("after 2 of {all} steps test MSE (per pixel) 0.06, expected 0.04 ± 0.005");
    assert!(text.contains(&words), "{text}");
    measure(&mut state, id, all, 0.041, RunState::Running);
    assert_eq!(
        standing(&state, id).0,
        Stage::NotYet,
        "it may still measure"
    );
    state.apply(Event::StateChanged {
        id,
        state: RunState::Finished,
    });
    state.catch_up();
    let reached = "reached: test MSE (per pixel) 0.041, expected 0.04 ± 0.005";
    assert_eq!(standing(&state, id), (Stage::Reached, reached.to_owned()));
}

#[test]
fn what_was_missed_and_what_was_stopped_is_told() {
    let (mut state, id) = added(SHORT);
    let all = all_steps(&state, id);
    measure(&mut state, id, all, 0.5, RunState::Finished);
    let (stage, text) = standing(&state, id);
    assert_eq!(stage, Stage::NotReached);
    assert!(
        text.starts_with("not reached: test MSE (per pixel) 0.5"),
        "{text}"
    );
    let (mut state, id) = added(SHORT);
    measure(&mut state, id, 2, 0.041, RunState::Finished);
    let (stage, text) = standing(&state, id);
    assert_eq!(stage, Stage::NotComparable);
    assert!(text.contains(&format!("trained for 2 of {all}")), "{text}");
}

#[test]
fn what_the_window_does_not_measure_is_left_open() {
    let (mut state, id) = added(PLAIN);
    let all = all_steps(&state, id);
    measure(&mut state, id, all, 0.0017, RunState::Finished);
    let (stage, text) = standing(&state, id);
    assert_eq!(stage, Stage::ReachedInPart);
    assert!(text.contains("5-NN accuracy is measured by"), "{text}");
    let (mut state, id) = added(PLAIN);
    measure(&mut state, id, all, 0.5, RunState::Finished);
    assert_eq!(standing(&state, id).0, Stage::NotReached);
}

#[test]
fn other_settings_and_images_are_not_comparable_and_other_runs_are_not_judged() {
    let (mut state, id) = added(SHORT);
    let mut draft = state.run(id).unwrap().draft.clone();
    draft.config.batch = 17;
    state.handle(Action::Edit(id, Box::new(draft)));
    asked(&state.handle(Action::Commit(id)));
    make_ready(&mut state, id);
    state.catch_up();
    let (stage, text) = standing(&state, id);
    assert_eq!(stage, Stage::NotComparable);
    assert!(text.contains("batch 17 instead of 256"), "{text}");
    assert!(state.runs[0].standing().is_none());

    let (mut state, id) = added(SHORT);
    tell_hash(&mut state, id, "other images");
    assert!(standing(&state, id).1.contains("other images than MNIST"));
}

/// Has a run be ready on images with this hash.
fn tell_hash(state: &mut AppState, id: RunId, hash: &str) {
    let config = state.run(id).unwrap().draft.config.clone();
    let mut info = RunInfo::clone(&info(&config, 50));
    hash.clone_into(&mut info.dataset.hash);
    state.apply(Event::RunReady {
        id,
        info: Arc::new(info),
        metrics: Arc::default(),
        progress: Progress::default(),
    });
    state.catch_up();
}

#[test]
fn images_that_are_not_here_are_fetched_first() {
    let (mut state, _) = first();
    assert_eq!(state.preset_images(), None);
    let effects = ask(&mut state, ReferencesAction::AddAndFetch(SHORT));
    let [Effect::Send(Command::Fetch { id: job, .. })] = &effects[..] else {
        panic!("{effects:?}");
    };
    let job = *job;
    let id = state.selected.unwrap();
    assert!(state.awaits_images(state.run(id).unwrap()));
    assert!(!state.can_start(state.run(id).unwrap()));
    assert!(state.handle(Action::Start(id)).is_empty());
    assert!(state.handle(Action::Commit(id)).is_empty());
    let name = "Fetching MNIST".to_owned();
    state.apply(Event::JobStarted { id: job, name });
    state.apply(Event::Fetched(vec!["mnist"]));
    let outcome = JobOutcome::Done("MNIST is there.".to_owned());
    state.apply(Event::JobEnded { id: job, outcome });
    let effects = state.catch_up();
    let config = effects.iter().find_map(|effect| match effect {
        Effect::Send(Command::AddRun { id: made, config }) if *made == id => Some(config),
        _ => None,
    });
    let config = config.unwrap();
    assert_eq!(config.preset.as_deref(), Some(SHORT));
    assert_eq!(config.dataset, "mnist");
}

#[test]
fn images_that_do_not_arrive_are_told_of_once_and_can_be_fetched_again() {
    let (mut state, _) = first();
    let effects = ask(&mut state, ReferencesAction::AddAndFetch(SHORT));
    let [Effect::Send(Command::Fetch { id: job, .. })] = &effects[..] else {
        panic!("{effects:?}");
    };
    let job = *job;
    let id = state.selected.unwrap();
    let name = "Fetching MNIST".to_owned();
    state.apply(Event::JobStarted { id: job, name });
    let outcome = JobOutcome::Failed {
        error: "MNIST could not be fetched.".to_owned(),
        is_bad_input: false,
    };
    state.apply(Event::JobEnded { id: job, outcome });
    state.catch_up();
    let run = state.run(id).unwrap();
    assert!(!run.is_to_be_committed(), "it could only fail once more");
    assert_eq!(run.state, RunState::Failed);
    let told = run.failure.as_ref().unwrap();
    assert!(told.text.contains("fetch it again"), "{}", told.text);
    assert!(state.can_start(run), "Play asks for it");
    let failures = notices(&state);
    let failures = failures
        .iter()
        .filter(|notice| notice.level == Level::Failure);
    assert_eq!(failures.count(), 1);

    let effects = state.handle(Action::Fetch(FetchAction::Fetch(id, PRESET_DATASET)));
    let [Effect::Send(Command::Fetch { id: job, .. })] = &effects[..] else {
        panic!("{effects:?}");
    };
    let job = *job;
    let name = "Fetching MNIST".to_owned();
    state.apply(Event::JobStarted { id: job, name });
    state.apply(Event::Fetched(vec!["mnist"]));
    let outcome = JobOutcome::Done("MNIST is there.".to_owned());
    state.apply(Event::JobEnded { id: job, outcome });
    let effects = state.catch_up();
    let is_made = |effect: &Effect| matches!(effect, Effect::Send(Command::AddRun { id: made, .. }) if *made == id);
    assert!(effects.iter().any(is_made), "{effects:?}");
}

#[test]
fn each_opening_is_scrolled_to() {
    let (mut state, _) = first();
    ask(&mut state, ReferencesAction::OpenAt("no-revival"));
    ask(&mut state, ReferencesAction::OpenAt("no-revival"));
    assert_eq!(state.references.openings, 2);
    ask(&mut state, ReferencesAction::Choose("no-revival"));
    assert_eq!(state.references.openings, 2, "it was closed");
}

#[test]
fn images_that_a_run_trains_on_need_not_be_fetched() {
    let (mut state, id) = first();
    let mut draft = state.run(id).unwrap().draft.clone();
    draft.config.dataset = "/data/mnist".to_owned();
    state.handle(Action::Edit(id, Box::new(draft)));
    state.handle(Action::Commit(id));
    tell_hash(&mut state, id, "others");
    assert_eq!(state.preset_images(), None);
    tell_hash(&mut state, id, HASH);
    assert_eq!(state.preset_images(), Some("/data/mnist"));
    let (_, config) = asked(&ask(&mut state, ReferencesAction::Add(SHORT)));
    assert_eq!(config.dataset, "/data/mnist");
}

#[test]
fn presets_are_found_by_all_words() {
    let (mut state, _) = first();
    let kinds = [Family::Reference, Family::WrongWay];
    let count: usize = kinds.map(|family| found(family, "").len()).iter().sum();
    assert_eq!(count, PRESETS.len());
    ask(&mut state, ReferencesAction::Open(Family::Reference));
    assert!(state.references.is_open);
    ask(
        &mut state,
        ReferencesAction::Search("GREEDY stacked".to_owned()),
    );
    let ids: Vec<&str> = state.references.found().iter().map(|p| p.id).collect();
    assert!(ids.contains(&"story-greedy"), "{ids:?}");
    assert!(!ids.contains(&PLAIN), "{ids:?}");
    ask(
        &mut state,
        ReferencesAction::Search("greedy kangaroo".to_owned()),
    );
    assert!(state.references.found().is_empty());
    ask(&mut state, ReferencesAction::OpenAt("no-revival"));
    assert_eq!(state.references.family, Family::WrongWay);
    assert_eq!(state.references.chosen, Some("no-revival"));
    ask(&mut state, ReferencesAction::Choose("no-revival"));
    assert_eq!(state.references.chosen, None);
}

#[test]
fn the_panel_takes_turns_with_that_of_the_story() {
    let (mut state, _) = first();
    state.handle(Action::Story(StoryAction::Open));
    ask(&mut state, ReferencesAction::Open(Family::WrongWay));
    assert!(state.references.is_open && state.story.is_open);
    state.handle(Action::Story(StoryAction::Open));
    assert!(!state.references.is_open && state.story.is_open);
    state.handle(Action::Story(StoryAction::Open));
    assert!(!state.story.is_open);
    ask(&mut state, ReferencesAction::Open(Family::Reference));
    ask(&mut state, ReferencesAction::Close);
    assert!(!state.references.is_open);
}
