//! The story, told without a window.

use std::sync::Arc;

use super::*;
use crate::analysis::Baselines;
use crate::engine::{Event, Progress, RunState};
use crate::gui::state::tests::{advance, first, make_ready};
use crate::train::{Metrics, TestPoint, Verdict};

fn commands(effects: Vec<Effect>) -> Vec<Command> {
    effects
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Send(command) => Some(command),
            Effect::Ask(_) | Effect::Arrange(_) | Effect::OpenPane(_) | Effect::ClosePane(_) => {
                None
            }
        })
        .collect()
}

/// What the engine would tell of a run of the story.
fn tell(state: &mut AppState, part: Part, phase: usize, mse: f64, verdict: Verdict) {
    let id = state.part(part).unwrap().id;
    if state.run(id).unwrap().info.is_none() {
        make_ready(state, id);
    }
    advance(state, id, 10);
    state.apply(Event::Baselines {
        id,
        baselines: Arc::new(Baselines {
            black: 0.11,
            mean: 0.0643,
            pca: vec![0.03; 12],
        }),
    });
    state.apply(Event::Progress {
        id,
        more: Metrics {
            test: vec![TestPoint {
                step: 9 + phase as u64,
                phase,
                mse,
                verdict,
            }],
            ..Metrics::default()
        },
        progress: Progress {
            step: 10,
            phase,
            ..Progress::default()
        },
    });
}

fn begun() -> AppState {
    let (mut state, _) = first();
    state.handle(Action::Story(StoryAction::Open));
    state
}

#[test]
fn the_four_runs_are_matched() {
    let configs = configs();
    assert_eq!(configs.len(), Part::ALL.len());
    let (_, first) = &configs[0];
    for (part, config) in &configs {
        assert!(config.check().is_ok(), "{part:?}");
        assert_eq!(config.dataset, first.dataset);
        assert_eq!(config.limit, first.limit);
        assert_eq!(config.batch, first.batch);
        assert_eq!(config.seed, first.seed);
        assert_eq!(config.device, first.device);
    }
    let of = |part: Part| &configs.iter().find(|(found, _)| *found == part).unwrap().1;
    let (deep, stacked) = (of(Part::Deep), of(Part::Stacked));
    assert_eq!(deep.schedule.epochs(), stacked.schedule.epochs());
    let shape = crate::gui::state::tests::SHAPE;
    let layers = |config: &RunConfig| {
        let (variant, knobs) = config.check().unwrap();
        variant.plan(shape, &knobs).unwrap().layers
    };
    assert_eq!(layers(deep), layers(stacked), "the same network");
}

#[test]
fn one_click_replaces_the_untouched_run_and_starts_four() {
    let (mut state, id) = first();
    state.desk.is_welcoming = true;
    assert!(state.is_welcoming());
    let effects = state.handle(Action::Story(StoryAction::Open));
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Arrange(Preset::Teaching)))
    );
    let commands = commands(effects);
    assert!(matches!(commands[0], Command::Remove(gone) if gone == id));
    let added = commands
        .iter()
        .filter(|c| matches!(c, Command::AddRun { .. }))
        .count();
    let started = commands
        .iter()
        .filter(|c| matches!(c, Command::Start(_)))
        .count();
    assert_eq!((added, started, state.runs.len()), (4, 4, 4));
    assert!(state.story.is_open && !state.options.shows_setup && !state.is_welcoming());
    assert_eq!(state.selected, state.part(Part::Stacked).map(|run| run.id));
    state.handle(Action::Story(StoryAction::Open));
    assert!(!state.story.is_open, "the button hides the panel");
    assert_eq!(state.runs.len(), 4, "and begins nothing anew");
}

#[test]
fn trained_work_is_asked_about_and_kept_or_brought_back() {
    let trained = || {
        let (mut state, id) = first();
        make_ready(&mut state, id);
        advance(&mut state, id, 5);
        assert!(state.handle(Action::Story(StoryAction::Open)).is_empty());
        assert!(state.story.is_asking);
        (state, id)
    };
    let (mut state, _) = trained();
    state.handle(Action::Story(StoryAction::Cancel));
    assert!(!state.story.is_asking && state.runs.len() == 1);

    let (mut state, id) = trained();
    let sent = commands(state.handle(Action::Story(StoryAction::BeginBeside)));
    assert!(
        matches!(sent[0], Command::Pause(paused) if paused == id),
        "{sent:?}"
    );
    assert_eq!(state.runs.len(), 5);
    assert!(!state.story.is_asking);

    let (mut state, id) = trained();
    state.handle(Action::Story(StoryAction::BeginAlone));
    assert_eq!(state.runs.len(), 4);
    state.handle(Action::Desk(DeskAction::Undo));
    assert_eq!(state.run(id).unwrap().progress.step, 5, "it is back");
}

#[test]
fn sentences_follow_the_facts() {
    let mut state = begun();
    assert!(facts::sentence(&state, Part::Deep).contains("being drawn"));
    tell(&mut state, Part::Deep, 0, 0.0645, Verdict::MeanImage);
    let text = facts::sentence(&state, Part::Deep);
    assert!(text.contains("0.0645") && text.contains("0.0643"), "{text}");
    assert!(text.contains("Stuck at the mean image"), "{text}");
    let id = state.part(Part::Plain).unwrap().id;
    make_ready(&mut state, id);
    advance(&mut state, id, 1);
    assert!(facts::sentence(&state, Part::Plain).contains("first measurement is to come"));
    state.apply(Event::Progress {
        id,
        more: Metrics {
            test: vec![TestPoint {
                step: 0,
                phase: 0,
                mse: 0.231,
                verdict: Verdict::Varied,
            }],
            ..Metrics::default()
        },
        progress: state.run(id).unwrap().progress,
    });
    assert!(
        facts::sentence(&state, Part::Plain).contains("With its first weights the error is 0.231")
    );
    tell(&mut state, Part::Stacked, 2, 0.03, Verdict::Varied);
    let text = facts::sentence(&state, Part::Stacked);
    assert!(text.starts_with("Phase 3 of 6: pair 3 trains"), "{text}");
    assert_eq!(facts::conclusion(&state), None, "not yet");
    tell(&mut state, Part::Stacked, 5, 0.0199, Verdict::Varied);
    let text = facts::sentence(&state, Part::Stacked);
    assert!(
        text.contains("Now 0.0199") && text.contains("3.2 times"),
        "{text}"
    );
    let why = facts::conclusion(&state).unwrap();
    assert!(why.contains("0.0199 against 0.0645"), "{why}");
    tell(&mut state, Part::Convolutional, 0, 0.012, Verdict::Varied);
    assert!(facts::sentence(&state, Part::Convolutional).contains("sharpest"));
    tell(&mut state, Part::Plain, 0, 0.0331, Verdict::Varied);
    let text = facts::sentence(&state, Part::Plain);
    assert!(text.contains("0.0331") && text.contains("0.0300"), "{text}");
}

#[test]
fn a_deep_run_that_learns_is_not_called_stuck() {
    let mut state = begun();
    tell(&mut state, Part::Deep, 0, 0.031, Verdict::Varied);
    assert!(!facts::sentence(&state, Part::Deep).contains("Stuck"));
    tell(&mut state, Part::Stacked, 5, 0.030, Verdict::Varied);
    assert_eq!(facts::conclusion(&state), None, "it is no better");
    let id = state.part(Part::Deep).unwrap().id;
    state.apply(Event::StateChanged {
        id,
        state: RunState::Finished,
    });
    assert!(facts::sentence(&state, Part::Deep).starts_with("Finished. Error 0.0310"));
    state.handle(Action::Remove(id));
    assert_eq!(facts::sentence(&state, Part::Deep), "This run was removed.");
}

#[test]
fn looking_opens_the_pane_and_selects_the_run() {
    let mut state = begun();
    for (index, look) in LOOKS.iter().enumerate() {
        let effects = state.handle(Action::Story(StoryAction::Look(index)));
        assert!(
            matches!(effects[..], [Effect::OpenPane(pane)] if pane == look.pane),
            "{effects:?}"
        );
        if let Some(part) = look.part {
            assert_eq!(state.selected, state.part(part).map(|run| run.id));
        }
    }
    assert_eq!(state.story.looked.len(), LOOKS.len());
    assert!(
        state
            .handle(Action::Story(StoryAction::Look(99)))
            .is_empty()
    );
}
