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
            Effect::Ask(_)
            | Effect::LookAt { .. }
            | Effect::Arrange(_)
            | Effect::OpenPane(_)
            | Effect::ClosePane(_)
            | Effect::LayOut(_)
            | Effect::KeepDesk
            | Effect::Close
            | Effect::StayOpen => None,
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
                terms: crate::train::TermValues::default(),
                measures: crate::train::Measures::default(),
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
        more: Metrics::tested(0, 0.231),
        progress: state.run(id).unwrap().progress,
    });
    assert!(
        facts::sentence(&state, Part::Plain).contains("With its first weights the error is 0.231")
    );
    tell(&mut state, Part::Stacked, 2, 0.03, Verdict::Varied);
    let text = facts::sentence(&state, Part::Stacked);
    assert!(text.starts_with("Phase 3 of 6: pair 3 trains"), "{text}");
    assert!(
        text.contains("the error jumped when this phase began"),
        "{text}"
    );
    assert_eq!(proof::conclusion(&state), None, "not yet");
    tell(&mut state, Part::Stacked, 5, 0.0199, Verdict::Varied);
    let text = facts::sentence(&state, Part::Stacked);
    assert!(
        text.contains("Now 0.0199") && text.contains("3.2 times"),
        "{text}"
    );
    assert!(text.contains("Only pretraining differs"), "{text}");
    let why = proof::conclusion(&state).unwrap().text;
    assert!(why.contains("0.0199 against 0.0645"), "{why}");
    assert!(
        why.contains("the same layers and the same first weights"),
        "{why}"
    );
    tell(&mut state, Part::Convolutional, 0, 0.012, Verdict::Varied);
    let text = facts::sentence(&state, Part::Convolutional);
    assert!(text.contains("sharpest"), "{text}");
    assert!(
        text.contains("epochs, the stacked run for"),
        "how little it took stays said: {text}"
    );
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
    assert_eq!(proof::conclusion(&state), None, "it is no better");
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
    let last = state.story.pointed.unwrap();
    state.handle(Action::Story(StoryAction::Look(2)));
    let (pane, number) = state.story.pointed.unwrap();
    assert_eq!(
        (pane, number),
        (Pane::Layers, last.1 + 1),
        "pointed at anew"
    );
    assert_eq!(state.layers.measure, Measure::Gradient);
    assert!(
        state
            .handle(Action::Story(StoryAction::Look(99)))
            .is_empty()
    );
}

fn finish(state: &mut AppState, part: Part) {
    let id = state.part(part).unwrap().id;
    let finished = RunState::Finished;
    state.apply(Event::StateChanged {
        id,
        state: finished,
    });
}

/// Both runs in their last phase, the stacked one far ahead.
fn told_apart() -> AppState {
    let mut state = begun();
    tell(&mut state, Part::Deep, 0, 0.0645, Verdict::MeanImage);
    tell(&mut state, Part::Stacked, 5, 0.0199, Verdict::Varied);
    state
}

#[test]
fn the_conclusion_speaks_of_the_present_until_both_are_done() {
    let mut state = told_apart();
    let so_far = proof::conclusion(&state).unwrap();
    assert_eq!(so_far.title, "What you can see by now");
    assert!(
        so_far
            .text
            .contains("is still on the average image at step 10 of"),
        "{so_far:?}"
    );
    finish(&mut state, Part::Deep);
    finish(&mut state, Part::Stacked);
    let in_the_end = proof::conclusion(&state).unwrap();
    assert_eq!(in_the_end.title, "What you have seen");
    assert!(
        in_the_end
            .text
            .contains("has not got off the average image"),
        "{in_the_end:?}"
    );
}

#[test]
fn further_epochs_are_owned_up_to_and_do_not_take_the_conclusion_away() {
    let mut state = told_apart();
    finish(&mut state, Part::Deep);
    finish(&mut state, Part::Stacked);
    let stacked = state.part(Part::Stacked).unwrap();
    let mut config = stacked.info.as_ref().unwrap().config.clone();
    let mut more = *config.schedule.phases.last().unwrap();
    more.epochs = 4;
    config.schedule.phases.push(more);
    let id = stacked.id;
    state.apply(Event::Configured {
        id,
        config: Box::new(config),
        total_steps: 5000,
    });
    for running in [RunState::Paused, RunState::Running] {
        state.apply(Event::StateChanged { id, state: running });
        let text = facts::sentence(&state, Part::Stacked);
        let more = "Besides being pretrained, it has 4 epochs more (28 against 24)";
        assert!(text.contains(more), "{text}");
        assert!(
            !text.contains("Only pretraining") && !text.contains("shallow"),
            "{text}"
        );
        let why = proof::conclusion(&state).unwrap().text;
        assert!(why.contains(more), "{why}");
        let look = proof::look_text(&state, 0);
        assert!(look.contains("with 28 epochs against 24"), "{look}");
    }
}

#[test]
fn other_settings_are_named_as_what_differs() {
    let mut state = told_apart();
    let stacked = state.part(Part::Stacked).unwrap();
    let mut config = stacked.info.as_ref().unwrap().config.clone();
    config.seed += 1;
    let last = config.schedule.phases.last_mut().unwrap();
    last.learning_rate *= 0.5;
    config.knob_changes = vec![crate::train::KnobChange {
        step: 3,
        knob: "penalty-l1".to_owned(),
        value: 0.1,
    }];
    let id = stacked.id;
    state.apply(Event::Configured {
        id,
        config: Box::new(config),
        total_steps: 10,
    });
    let text = facts::sentence(&state, Part::Stacked);
    for part in [
        "other layers or first weights",
        "other batches",
        "optimizer or learning rate",
        "knobs were moved while one of them trained",
    ] {
        assert!(text.contains(part), "{text}");
    }
    let why = proof::conclusion(&state).unwrap().text;
    assert!(!why.contains("the same layers"), "{why}");
    assert!(!facts::question(&state, Part::Stacked).contains("same first weights"));
}

#[test]
fn the_conclusion_is_announced_where_the_panel_is_hidden() {
    let state = told_apart();
    assert!(state.story.is_concluded);
    assert!(state.messages.is_empty(), "the panel is there");
    let mut state = begun();
    state.handle(Action::Story(StoryAction::Open));
    assert!(!state.story.is_open);
    tell(&mut state, Part::Deep, 0, 0.0645, Verdict::MeanImage);
    tell(&mut state, Part::Stacked, 5, 0.0199, Verdict::Varied);
    tell(&mut state, Part::Stacked, 5, 0.0198, Verdict::Varied);
    assert_eq!(state.messages.len(), 1, "once");
    assert!(state.messages[0].text.contains("Press Story"));
}

#[test]
fn what_the_convolutional_run_has_instead_of_pretraining_is_said() {
    let state = begun();
    let text = facts::question(&state, Part::Convolutional);
    assert!(
        text.contains("trains by Adam at 0.001 where the others use SGD"),
        "{text}"
    );
    assert!(
        text.contains("first weights are scaled to the layers’ sizes"),
        "{text}"
    );
}

#[test]
fn the_two_that_are_compared_come_first_while_the_story_is_open() {
    let mut state = begun();
    let names = |state: &AppState| -> Vec<String> {
        let runs = state.told_runs();
        runs.iter().map(|run| run.name().to_owned()).collect()
    };
    assert_eq!(
        names(&state),
        ["Deep", "Stacked", "Autoencoder", "Convolutional"]
    );
    assert_eq!(state.strip_runs().len(), 2, "only these");
    state.handle(Action::Layers(LayersAction::ShowAll(true)));
    assert_eq!(state.strip_runs().len(), 4);
    state.handle(Action::Story(StoryAction::Open));
    assert_eq!(
        names(&state),
        ["Autoencoder", "Deep", "Stacked", "Convolutional"]
    );
}

#[test]
fn what_the_story_says_is_no_notice_besides() {
    let mut state = begun();
    let id = state.part(Part::Deep).unwrap().id;
    make_ready(&mut state, id);
    let warn = |state: &mut AppState, text: &str| {
        state.apply(Event::Warning {
            id,
            text: text.to_owned(),
        });
        crate::gui::notices::notices(state).len()
    };
    let stuck = Verdict::MeanImage.warning().unwrap();
    assert_eq!(warn(&mut state, stuck), 0);
    assert_eq!(warn(&mut state, "Something else."), 1);
    state.handle(Action::Story(StoryAction::Open));
    assert_eq!(warn(&mut state, stuck), 1, "nobody else says it");
}
