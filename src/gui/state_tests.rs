//! The state, driven by actions.

use std::sync::Arc;

use super::*;
use crate::data::ImageShape;
use crate::engine::{DatasetInfo, Event, Progress, RunInfo, RunState};
use crate::gui::action::ViewOptions;
use crate::gui::pictures::{Order, PicturesAction};
use crate::gui::restart::Restart;
use crate::model::KnobValue;
use crate::train::{Losses, Metrics};

pub(in crate::gui) const SHAPE: ImageShape = ImageShape {
    width: 28,
    height: 28,
    channels: 1,
};

pub(in crate::gui) fn first() -> (AppState, RunId) {
    let (mut state, effects) = AppState::new(StartOptions::default());
    state.desk.is_welcoming = false;
    assert!(
        matches!(
            &effects[..],
            [
                Effect::Send(Command::ShowImages(_)),
                Effect::Send(Command::AddRun { .. })
            ]
        ),
        "{effects:?}"
    );
    let id = state.runs[0].id;
    (state, id)
}

pub(in crate::gui) fn info(config: &RunConfig, test: usize) -> Arc<RunInfo> {
    let (variant, knobs) = config.check().unwrap();
    let plan = variant.plan(SHAPE, &knobs).unwrap();
    Arc::new(RunInfo {
        config: config.clone(),
        dataset: DatasetInfo {
            location: config.dataset.clone(),
            name: String::new(),
            shape: SHAPE,
            train: 100,
            test,
            split: String::new(),
            hash: String::new(),
            contents: String::new(),
            test_labels: None,
            class_names: None,
            skipped: Arc::default(),
            unlisted: 0,
            source: "Drawn digits".to_owned(),
            remarks: Vec::new().into(),
            takes: crate::data::Takes::default(),
        },
        stages: plan.stages,
        parameters: plan.parameters(),
        latent: plan.latent,
        layers: plan.layers,
        device: "Flex (CPU, 2 threads)".to_owned(),
        total_steps: 10,
        steps_per_epoch: 2,
        remarks: Vec::new(),
    })
}

pub(in crate::gui) fn make_ready(state: &mut AppState, id: RunId) {
    let config = state.run(id).unwrap().draft.config.clone();
    state.apply(Event::RunReady {
        id,
        info: info(&config, 50),
        metrics: Arc::default(),
        progress: Progress::default(),
    });
}

pub(in crate::gui) fn advance(state: &mut AppState, id: RunId, step: u64) {
    state.apply(Event::StateChanged {
        id,
        state: RunState::Running,
    });
    state.apply(Event::Progress {
        id,
        more: Metrics {
            train: Losses::new(step - 1, [0.5]),
            ..Metrics::default()
        },
        progress: Progress {
            step,
            ..Progress::default()
        },
    });
}

/// Has a run be at a step, so many seconds of training behind it.
pub(in crate::gui) fn train(state: &mut AppState, id: RunId, step: u64, secs: f64) {
    advance(state, id, step);
    state.apply(Event::Progress {
        id,
        more: Metrics::default(),
        progress: Progress {
            step,
            elapsed_secs: secs,
            ..Progress::default()
        },
    });
}

pub(in crate::gui) fn sent(effects: Vec<Effect>) -> Vec<Command> {
    effects
        .into_iter()
        .map(|effect| match effect {
            Effect::Send(command) => command,
            other => panic!("{other:?}"),
        })
        .collect()
}

pub(in crate::gui) fn edited(
    state: &AppState,
    id: RunId,
    change: impl FnOnce(&mut Draft),
) -> Action {
    let mut draft = state.run(id).unwrap().draft.clone();
    change(&mut draft);
    Action::Edit(id, Box::new(draft))
}

#[test]
fn the_first_run_is_prepared_and_start_trains_at_once() {
    let (mut state, id) = first();
    assert_eq!(state.runs[0].draft.config.variant, "autoencoder");
    let commands = sent(state.handle(Action::Start(id)));
    assert!(matches!(commands[..], [Command::Start(_)]), "{commands:?}");
    make_ready(&mut state, id);
    assert_eq!(state.run(id).unwrap().state, RunState::Paused);
}

#[test]
fn an_edit_is_sent_once_when_it_is_finished() {
    let (mut state, id) = first();
    make_ready(&mut state, id);
    let edit = edited(&state, id, |draft| draft.config.seed = 9);
    assert!(
        state.handle(edit).is_empty(),
        "an edit under way is not sent"
    );
    let commands = sent(state.handle(Action::Commit(id)));
    let [Command::AddRun { id: same, config }] = &commands[..] else {
        panic!("{commands:?}");
    };
    assert_eq!((*same, config.seed), (id, 9));
    assert!(
        state.handle(Action::Commit(id)).is_empty(),
        "nothing is new"
    );
    assert_eq!(state.run(id).unwrap().state, RunState::Preparing);
}

#[test]
fn starting_takes_an_unfinished_edit_along() {
    let (mut state, id) = first();
    make_ready(&mut state, id);
    let edit = edited(&state, id, |draft| draft.config.seed = 9);
    state.handle(edit);
    let commands = sent(state.handle(Action::Step(id)));
    assert!(
        matches!(commands[..], [Command::AddRun { .. }, Command::StepOnce(_)]),
        "{commands:?}"
    );
}

#[test]
fn settings_that_cannot_be_are_neither_sent_nor_started() {
    let (mut state, id) = first();
    make_ready(&mut state, id);
    let edit = edited(&state, id, |draft| draft.config.variant = "deep".to_owned());
    state.handle(edit);
    let widths = |text: &str| KnobValue::Text(text.to_owned());
    // Well-formed, but not for images of 28×28, which the state has learnt of.
    let edit = edited(&state, id, |draft| {
        draft.config.knobs.set("widths", widths("100,10"));
    });
    state.handle(edit);
    assert!(
        state.handle(Action::Commit(id)).is_empty(),
        "must not be sent"
    );
    assert!(state.handle(Action::Start(id)).is_empty(), "must not start");
    let problem = state.problem(state.run(id).unwrap()).unwrap();
    assert!(problem.contains("784"), "{problem}");
    let edit = edited(&state, id, |draft| {
        draft.config.knobs.set("widths", widths("784,10"));
    });
    state.handle(edit);
    assert_eq!(sent(state.handle(Action::Start(id))).len(), 2);
}

#[test]
fn a_run_that_has_started_keeps_its_settings_until_reset() {
    let (mut state, id) = first();
    make_ready(&mut state, id);
    advance(&mut state, id, 1);
    let edit = edited(&state, id, |draft| draft.config.seed = 9);
    state.handle(edit);
    assert_eq!(state.run(id).unwrap().draft.config.seed, 1);
    let commands = sent(state.handle(Action::Restart(Restart::Reset, vec![id])));
    assert!(matches!(commands[..], [Command::Reset(_)]), "{commands:?}");
    make_ready(&mut state, id);
    state.apply(Event::StateChanged {
        id,
        state: RunState::Paused,
    });
    assert!(
        state.run(id).unwrap().metrics.is_empty(),
        "the history must go"
    );
    let edit = edited(&state, id, |draft| draft.config.seed = 9);
    state.handle(edit);
    assert_eq!(state.run(id).unwrap().draft.config.seed, 9);
}

#[test]
fn transport_does_what_the_state_of_the_run_allows() {
    let (mut state, id) = first();
    make_ready(&mut state, id);
    for action in [
        Action::Pause(id),
        Action::Stop(id),
        Action::Restart(Restart::Reset, vec![id]),
    ] {
        assert!(
            state.handle(action.clone()).is_empty(),
            "{action:?} before the start"
        );
    }
    assert!(matches!(
        sent(state.handle(Action::Toggle(id)))[..],
        [Command::Start(_)]
    ));
    advance(&mut state, id, 3);
    assert!(matches!(
        sent(state.handle(Action::Toggle(id)))[..],
        [Command::Pause(_)]
    ));
    assert!(
        state.handle(Action::Step(id)).is_empty(),
        "a running run does not step"
    );
    assert!(matches!(
        sent(state.handle(Action::Stop(id)))[..],
        [Command::Stop(_)]
    ));
    state.apply(Event::StateChanged {
        id,
        state: RunState::Finished,
    });
    assert!(state.handle(Action::Start(id)).is_empty(), "it has ended");
    assert!(matches!(
        sent(state.handle(Action::Restart(Restart::Reset, vec![id])))[..],
        [Command::Reset(_)]
    ));
}

#[test]
fn runs_are_duplicated_named_coloured_and_removed() {
    let (mut state, id) = first();
    let commands = sent(state.handle(Action::Duplicate(id)));
    assert!(
        matches!(commands[..], [Command::AddRun { .. }]),
        "{commands:?}"
    );
    let second = state.selected.unwrap();
    assert_ne!(second, id);
    assert_eq!(state.run(second).unwrap().name(), "Autoencoder 2");
    assert_eq!(state.run(second).unwrap().slot, 1);
    for number in 3..=MAX_RUNS {
        assert_eq!(sent(state.handle(Action::Duplicate(id))).len(), 1);
        assert_eq!(state.runs[number - 1].slot, number - 1);
    }
    assert!(
        state.handle(Action::Duplicate(id)).is_empty(),
        "there is room for {MAX_RUNS}"
    );
    for id in state
        .runs
        .iter()
        .skip(2)
        .map(|run| run.id)
        .collect::<Vec<_>>()
    {
        state.handle(Action::Remove(id));
    }
    assert_eq!(state.selected, Some(state.runs[0].id));

    let edit = edited(&state, second, |draft| {
        draft.config.variant = "deep".to_owned();
    });
    state.handle(edit);
    assert_eq!(state.run(second).unwrap().name(), "Deep");

    state.handle(Action::Remove(id));
    assert_eq!(state.selected, Some(second));
    state.handle(Action::Duplicate(second));
    assert_eq!(state.runs[1].slot, 0, "the free colour is taken again");
    assert_eq!(state.runs[1].name(), "Deep 2");
}

#[test]
fn all_runs_start_and_pause_together() {
    let (mut state, id) = first();
    state.handle(Action::Duplicate(id));
    let second = state.selected.unwrap();
    make_ready(&mut state, id);
    make_ready(&mut state, second);
    assert_eq!(sent(state.handle(Action::StartAll)).len(), 2);
    advance(&mut state, id, 1);
    let commands = sent(state.handle(Action::PauseAll));
    assert!(
        matches!(commands[..], [Command::Pause(paused)] if paused == id),
        "{commands:?}"
    );
}

#[test]
fn a_folder_becomes_the_data_of_the_run() {
    let (mut state, id) = first();
    make_ready(&mut state, id);
    let effects = state.handle(Action::AskPath(PathFor::Data(id)));
    assert!(
        matches!(effects[..], [Effect::Ask(PathFor::Data(_))]),
        "{effects:?}"
    );
    let folder = PathBuf::from("images/mnist");
    let commands = sent(state.handle(Action::PathChosen(PathFor::Data(id), folder)));
    let [Command::AddRun { config, .. }] = &commands[..] else {
        panic!("{commands:?}");
    };
    assert_eq!(config.dataset, "images/mnist");
}

#[test]
fn a_missing_dialog_is_made_up_for_by_a_field() {
    let (mut state, id) = first();
    let purpose = PathFor::Data(id);
    assert!(state.handle(Action::DialogMissing(purpose)).is_empty());
    assert_eq!(state.paths.open.as_ref().unwrap().purpose, purpose);
    assert!(state.messages.is_empty());
}

pub(in crate::gui) fn shown(effects: Vec<Effect>) -> Vec<u32> {
    match &sent(effects)[..] {
        [Command::ShowImages(images)] => images.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn images_are_chosen_among_those_that_all_runs_have() {
    let (mut state, id) = first();
    make_ready(&mut state, id);
    state.catch_up();
    let next = || Action::Pictures(PicturesAction::Next);
    assert_eq!(shown(state.handle(next()))[..2], [24, 25]);
    assert_eq!(
        shown(state.handle(next()))[..3],
        [48, 49, 0],
        "there are 50"
    );
    let random = Action::Pictures(PicturesAction::Show(Order::Random));
    assert_eq!(shown(state.handle(random)).len(), 24);
    let fit = |count| Action::Pictures(PicturesAction::Fit(count));
    assert!(state.handle(fit(20)).is_empty(), "24 are there");
    assert_eq!(shown(state.handle(fit(30))).len(), 30);
}

#[test]
fn options_are_kept() {
    let (mut state, _) = first();
    let options = ViewOptions {
        has_log_axis: false,
        ..state.options
    };
    state.handle(Action::Show(options));
    assert!(!state.options.has_log_axis);
}
