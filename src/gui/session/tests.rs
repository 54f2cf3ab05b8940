//! The window comes back as it was left, and asks before anything is lost.

use std::path::PathBuf;

use super::*;
use crate::engine::{Event, OpenedRun, OpenedSession, Progress};
use crate::gui::code::{CodeAction, CodeSection, MapAction, Marks};
use crate::gui::curves::CurvesAction;
use crate::gui::generate::GenerateAction;
use crate::gui::history::HistoryAction;
use crate::gui::latent::{LatentAction, Origin};
use crate::gui::layers::{LayersAction, Measure};
use crate::gui::layout::{self, Pane, Preset};
use crate::gui::pictures::PicturesAction;
use crate::gui::state::tests::{advance, edited, first, info, make_ready};
use crate::model::KnobValue;
use crate::train::CodeSource;

fn folder() -> PathBuf {
    PathBuf::from("/home/me/My study.hourglass")
}

fn opened(window: String, runs: Vec<OpenedRun>) -> SessionNews {
    SessionNews::Opened(
        OpenedSession {
            number: 1,
            folder: folder(),
            is_lost: false,
            runs,
            window,
        }
        .into(),
    )
}

/// Two trained runs, looked at in a way of their own.
fn worked() -> AppState {
    let (mut state, id) = first();
    make_ready(&mut state, id);
    advance(&mut state, id, 300);
    state.handle(Action::Duplicate(id));
    let second = state.selected.unwrap();
    make_ready(&mut state, second);
    state.handle(Action::Rename(second, "Mine".to_owned()));
    state.handle(Action::Pictures(PicturesAction::Pin(7)));
    state.handle(Action::Latent(LatentAction::Begin(Origin::Image(3))));
    state.handle(Action::Curves(CurvesAction::ToggleRun(second)));
    state.handle(Action::History(HistoryAction::LookAt(120)));
    state.handle(Action::Layers(LayersAction::Measure(Measure::Gradient)));
    state.handle(Action::Layers(LayersAction::UseLogTime(true)));
    state
}

/// The runs as the engine finds them in the folder of a session.
fn runs_of(state: &AppState) -> Vec<OpenedRun> {
    let runs = state.runs.iter().map(|run| OpenedRun {
        config: run.draft.config.clone(),
        folder: run.has_started().then(|| PathBuf::from("/s/runs/1")),
    });
    runs.collect()
}

#[test]
fn what_was_removed_and_is_kept_again_is_told() {
    let mut state = worked();
    state.apply_session(SessionNews::Rewritten(folder()));
    let told = state.messages.iter().any(|message| {
        message.text.contains("My study.hourglass was removed")
            && message.text.contains("Everything is kept again")
    });
    assert!(told);
}

#[test]
fn the_window_comes_back_as_it_was_left() {
    let state = worked();
    let mut tiles = Preset::Latent.tree();
    layout::close(&mut tiles, Pane::Filters);
    let text = kept_window(&state, &tiles);
    let (mut fresh, first) = first();
    fresh.apply_session(opened(text, runs_of(&state)));
    let effects = fresh.catch_up();
    let has = |is_it: &dyn Fn(&Effect) -> bool| effects.iter().any(is_it);
    assert!(has(
        &|e| matches!(e, Effect::Send(Command::Remove(id)) if *id == first)
    ));
    assert!(has(
        &|e| matches!(e, Effect::Send(Command::OpenRun { folder, .. }) if folder.ends_with("runs/1"))
    ));
    assert!(has(
        &|e| matches!(e, Effect::Send(Command::AddRun { config, .. }) if config.name == "Mine")
    ));
    assert!(has(
        &|e| matches!(e, Effect::LayOut(tree) if layout::panes(tree) == layout::panes(&tiles))
    ));
    let [one, two] = &fresh.runs[..] else {
        panic!("{:?}", fresh.runs)
    };
    assert_eq!((one.slot, two.slot, two.name()), (0, 1, "Mine"));
    assert_eq!(fresh.selected, Some(two.id));
    assert!(fresh.curves.is_hidden(two.id) && !fresh.curves.is_hidden(one.id));
    assert_eq!(fresh.latent.origin, Origin::Image(3));
    assert!(fresh.pictures.choice.is_pinned(7));
    assert_eq!(fresh.layers.measure, Measure::Gradient);
    assert!(fresh.layers.has_log_time && fresh.layers.shows_all);
    let id = one.id;
    make_ready(&mut fresh, id);
    advance(&mut fresh, id, 300);
    fresh.catch_up();
    assert_eq!(fresh.history.cursor, Some(120));
    assert_eq!(fresh.title(), "My study (unsaved changes) – Hourglass");
}

#[test]
fn choices_about_codes_and_draws_come_back_where_they_were_kept() {
    let mut state = worked();
    let id = state.runs[1].id;
    for action in [
        Action::Code(CodeAction::Show(CodeSection::Map)),
        Action::Code(CodeAction::More),
        Action::Map(MapAction::Show(Marks::Dots)),
        Action::Map(MapAction::Perplexity(12)),
        Action::Map(MapAction::Seed(4)),
        Action::Map(MapAction::MoreDimensions),
        Action::Generate(GenerateAction::From(CodeSource::Mixture)),
        Action::Generate(GenerateAction::Temperature(0.5)),
        Action::Generate(GenerateAction::Components(3)),
        Action::Generate(GenerateAction::Seed(8)),
        Action::Generate(GenerateAction::Mark(id, 5)),
        Action::Generate(GenerateAction::Mark(id, 2)),
    ] {
        state.handle(action);
    }
    let text = kept_window(&state, &Preset::Latent.tree());
    let (mut fresh, _) = first();
    fresh.apply_session(opened(text.clone(), runs_of(&state)));
    assert_eq!(fresh.keep_code(), state.keep_code());
    assert_eq!(fresh.keep_generate(), state.keep_generate());
    assert_eq!(fresh.code.section, CodeSection::Map);
    let map = &fresh.mapping;
    assert_eq!((map.marks, map.settings.perplexity), (Marks::Dots, 12));
    assert_eq!(fresh.generate.chosen, Some(CodeSource::Mixture));
    assert_eq!(fresh.generate.marks(fresh.runs[1].id), [5, 2]);

    // A session from before these were kept.
    let mut old: serde_json::Value = serde_json::from_str(&text).unwrap();
    for key in ["code", "generate"] {
        assert!(old.as_object_mut().unwrap().remove(key).is_some(), "{key}");
    }
    let (mut fresh, _) = first();
    let new = (fresh.keep_code(), fresh.keep_generate());
    fresh.apply_session(opened(old.to_string(), runs_of(&state)));
    assert_eq!((fresh.keep_code(), fresh.keep_generate()), new);
    assert_eq!(fresh.latent.origin, Origin::Image(3), "the rest is read");
}

#[test]
fn choices_that_are_missing_or_make_no_sense_are_as_if_new() {
    let (mut state, _) = first();
    let window = r#"{"format":1,"code":{"perplexity":999},
        "generate":{"seed":7,"temperature":-3.0,"marks":[0,[4,4]]}}"#;
    let runs = runs_of(&state);
    state.apply_session(opened(window.to_owned(), runs));
    let draws = &state.generate;
    assert_eq!(
        (draws.seed, draws.temperature, draws.components),
        (7, 0.0, 10)
    );
    assert!(draws.marks(state.runs[0].id).is_empty());
    assert_eq!(state.mapping.settings.perplexity, 50);
    assert_eq!(state.code.section, CodeSection::Units);
}

#[test]
fn runs_are_called_as_they_were_kept_until_their_settings_change() {
    let (mut state, _) = first();
    let of = |name: &str, latent: i64| {
        let mut config = state.runs[0].draft.config.clone();
        name.clone_into(&mut config.name);
        config.knobs.set("latent", KnobValue::Integer(latent));
        config
    };
    // As version 0.1 named them: by what they differed in from the run before.
    let runs = [("Autoencoder", 5), ("latent 32", 32), ("Mine", 9)];
    let opened_runs = runs
        .iter()
        .enumerate()
        .map(|(place, (name, latent))| OpenedRun {
            config: of(name, *latent),
            folder: (place == 1).then(|| PathBuf::from("/s/runs/2")),
        });
    let window = r#"{"format":1,"runs":[{"slot":0,"is_named":false},{"slot":1,"is_named":false},
        {"slot":2,"is_named":true}]}"#;
    let config = of("latent 32", 32);
    let session = opened(window.to_owned(), opened_runs.collect());
    state.apply_session(session);
    state.catch_up();
    let names = |state: &AppState| -> Vec<String> {
        state.runs.iter().map(|run| run.name().to_owned()).collect()
    };
    assert_eq!(names(&state), ["Autoencoder", "latent 32", "Mine"]);
    let [one, two, three] = [0, 1, 2].map(|place| state.runs[place].id);
    // The settings that the engine tells of are those that were kept.
    state.apply(Event::RunReady {
        id: two,
        info: info(&config, 50),
        metrics: std::sync::Arc::default(),
        progress: Progress {
            step: 7,
            ..Progress::default()
        },
    });
    assert_eq!(names(&state), ["Autoencoder", "latent 32", "Mine"]);
    for (id, latent) in [(one, 6), (three, 7)] {
        let edit = edited(&state, id, |draft| {
            draft.config.knobs.set("latent", KnobValue::Integer(latent));
        });
        state.handle(edit);
    }
    assert_eq!(
        names(&state),
        ["Autoencoder · latent 6", "latent 32", "Mine"]
    );
}

#[test]
fn a_window_that_says_nothing_or_nonsense_opens_as_if_new() {
    for text in [
        "",
        "{\"format\":1,\"layout\":7}",
        "[]",
        "{\"runs\":\"oops\"}",
    ] {
        let (mut state, _) = first();
        let config = state.runs[0].draft.config.clone();
        let run = OpenedRun {
            config,
            folder: None,
        };
        state.apply_session(opened(text.to_owned(), vec![run]));
        assert_eq!(state.runs.len(), 1, "{text}");
        assert!(state.selected.is_some());
    }
    let (mut state, _) = first();
    state.apply_session(opened(String::new(), Vec::new()));
    assert_eq!(state.runs.len(), 1, "the window is not without a run");
}

#[test]
fn closing_asks_only_where_something_would_be_lost() {
    let (mut state, id) = first();
    let effects = state.handle(Action::Session(SessionAction::Close));
    assert!(matches!(effects[..], [Effect::KeepDesk]), "{effects:?}");
    make_ready(&mut state, id);
    advance(&mut state, id, 10);
    assert_eq!(state.title(), "Unsaved session – Hourglass");
    let effects = state.handle(Action::Session(SessionAction::Close));
    assert!(matches!(effects[..], [Effect::StayOpen]), "{effects:?}");
    assert!(state.session.question.is_some());
    state.handle(Action::Session(SessionAction::Stay));
    assert!(state.session.question.is_none());
    // Saving first: the place is asked for, and the window closes once all is there.
    state.handle(Action::Session(SessionAction::Close));
    let effects = state.handle(Action::Session(SessionAction::SaveFirst));
    assert!(
        matches!(effects[..], [Effect::Ask(PathFor::SaveSession)]),
        "{effects:?}"
    );
    let effects = state.handle(Action::PathChosen(
        PathFor::SaveSession,
        "/home/me/a".into(),
    ));
    let is_asked = |effect: &Effect| matches!(effect, Effect::Send(Command::Session(SessionCommand::Save(Some(to)))) if to.ends_with("a.hourglass"));
    assert!(effects.iter().any(is_asked), "{effects:?}");
    state.apply_session(SessionNews::Saved {
        folder: Some("/home/me/a.hourglass".into()),
        desk: 0,
    });
    let effects = state.catch_up();
    assert!(
        effects.iter().any(|effect| matches!(effect, Effect::Close)),
        "{effects:?}"
    );
}

#[test]
fn a_failure_to_keep_is_told_and_makes_closing_a_question() {
    let (mut state, id) = first();
    make_ready(&mut state, id);
    advance(&mut state, id, 10);
    let saved = || SessionNews::Saved {
        folder: Some(folder()),
        desk: 0,
    };
    state.apply_session(saved());
    assert!(!state.would_lose(), "it is kept");
    state.apply_session(SessionNews::NotSaved {
        error: "writing x failed: no space left on device".to_owned(),
        is_bad_input: false,
        was_asked: false,
    });
    assert!(state.would_lose());
    let told = &state.messages.last().unwrap().text;
    assert!(
        told.contains("no space left") && told.contains("tried again"),
        "{told}"
    );
    state.apply_session(saved());
    assert!(!state.would_lose());
    assert!(state.messages.last().unwrap().text.contains("kept again"));
}

#[test]
fn opening_asks_before_trained_runs_go() {
    let (mut state, id) = first();
    make_ready(&mut state, id);
    advance(&mut state, id, 10);
    assert!(state.open_session(folder()).is_empty());
    let effects = state.handle(Action::Session(SessionAction::GoOn));
    let is_open = |effect: &Effect| matches!(effect, Effect::Send(Command::Session(SessionCommand::Open(of))) if *of == folder());
    assert!(effects.iter().any(is_open), "{effects:?}");
}

#[test]
fn what_a_crash_left_is_offered_until_it_is_dealt_with() {
    let (mut state, _) = first();
    let lost = |name: &str| LostSession {
        folder: name.into(),
        runs: vec!["Deep".to_owned(), "Stacked".to_owned()],
        age_secs: Some(90),
    };
    for name in ["/a", "/b", "/a"] {
        state.apply_session(SessionNews::Lost(lost(name)));
    }
    let notices = state.lost_notices();
    assert_eq!(notices.len(), 2);
    assert!(
        notices[0].text.contains("Deep, Stacked"),
        "{}",
        notices[0].text
    );
    let words: Vec<&str> = notices[0]
        .offers
        .iter()
        .map(|(words, _)| words.as_ref())
        .collect();
    assert_eq!(words, ["Recover", "Discard"]);
    let effects = state.handle(notices[0].offers[1].1.clone());
    assert!(matches!(
        effects[..],
        [Effect::Send(Command::Session(SessionCommand::Discard(_)))]
    ));
    state.handle(Action::Dismiss(NoticeKey::Lost(0)));
    assert!(state.lost_notices().is_empty());
}

#[test]
fn the_desk_is_told_once() {
    let (mut state, _) = first();
    assert!(state.new_desk("w".to_owned()).is_some());
    assert!(state.new_desk("w".to_owned()).is_none());
    state.handle(Action::Duplicate(state.selected.unwrap()));
    assert!(state.new_desk("w".to_owned()).is_some(), "another run");
}

#[test]
fn names_of_sessions_are_those_of_their_folders() {
    assert_eq!(name(&folder()), "My study");
    assert_eq!(name(Path::new("/tmp/日本 語")), "日本 語");
    assert_eq!(name(Path::new("/tmp/.hourglass")), ".hourglass");
    assert_eq!(
        session_place("/a/b.x".into()),
        Path::new("/a/b.x.hourglass")
    );
    assert_eq!(
        session_place("/a/b.hourglass".into()),
        Path::new("/a/b.hourglass")
    );
}

#[test]
fn what_was_kept_in_the_future_has_no_age() {
    let (mut state, _) = first();
    let ahead = LostSession {
        folder: "/ahead".into(),
        runs: vec!["First".to_owned()],
        age_secs: None,
    };
    state.apply_session(SessionNews::Lost(ahead));
    let [notice] = &state.lost_notices()[..] else {
        panic!("one is lost")
    };
    assert!(
        notice
            .text
            .ends_with("before this session was saved: First."),
        "{}",
        notice.text
    );
}
