//! What is asked for while the pane is seen, and what comes of the answers.

use super::super::CodeSection;
use super::*;
use crate::analysis::LatentSummary;
use crate::data::ImageShape;
use crate::engine::{Event, Frame, Pictures, Progress};
use crate::gui::action::Action;
use crate::gui::layout::Pane;
use crate::gui::state::tests::{first, info, make_ready};

fn codes(first: f32) -> Arc<Codes> {
    let values = vec![first, 0.0, 1.0, 0.0, 5.0, 0.0, 2.0, 1.0];
    Arc::new(Codes {
        latent: 2,
        summary: LatentSummary::of(&values, 2),
        values,
    })
}

fn show(state: &mut AppState, id: RunId, step: u64, codes: &Arc<Codes>) {
    let frame = Frame {
        codes: Arc::clone(codes),
        ..Frame::blank(id, step)
    };
    let run = state.run_mut(id).unwrap();
    run.frame = Some(Arc::new(frame));
}

fn commands(state: &mut AppState) -> Vec<Command> {
    let effects = state.ask_about_codes();
    let sent = effects.into_iter().map(|effect| match effect {
        Effect::Send(command) => command,
        other => panic!("{other:?}"),
    });
    sent.collect()
}

fn maps(commands: &[Command]) -> Vec<MapRequest> {
    let maps = commands.iter().filter_map(|command| match command {
        Command::LookInto(Request::Map(request)) => Some(request.clone()),
        _ => None,
    });
    maps.collect()
}

fn seen() -> (AppState, RunId) {
    let (mut state, id) = first();
    make_ready(&mut state, id);
    state.shown.insert(Pane::Code);
    state.code.section = CodeSection::Map;
    (state, id)
}

fn finding(request: &MapRequest, done: usize) -> Event {
    Event::Found(Finding::Map(Ok(Box::new(MapFinding {
        request: request.clone(),
        points: vec![[done as f32, 0.0]; 4],
        epochs: (done, 10),
    }))))
}

fn shown(state: &AppState, run: RunId) -> Option<usize> {
    match state.mapping.map(run)? {
        Map::Made(made) => Some(made.epochs.0),
        Map::Failed(_, sentence) => panic!("{sentence}"),
    }
}

#[test]
fn a_map_is_asked_for_when_something_changes() {
    let (mut state, id) = seen();
    state.shown.clear();
    show(&mut state, id, 1, &codes(0.0));
    assert!(commands(&mut state).is_empty(), "the pane is not seen");
    state.shown.insert(Pane::Code);
    let asked = commands(&mut state);
    let neighbours =
        |command: &Command| matches!(command, Command::FindNeighbours(of) if *of == id);
    assert!(asked.iter().any(neighbours), "{asked:?}");
    let first = maps(&asked).remove(0);
    assert!(first.is_prompt && first.step == 1);
    assert!(commands(&mut state).is_empty(), "nothing has changed");
    show(&mut state, id, 2, &codes(0.5));
    let second = maps(&commands(&mut state)).remove(0);
    assert!(!second.is_prompt, "newer codes wait for the map under way");
    state.handle(Action::Map(MapAction::Again));
    assert!(maps(&commands(&mut state))[0].is_prompt);
    state.handle(Action::Map(MapAction::Perplexity(999)));
    let last = maps(&commands(&mut state)).remove(0);
    assert_eq!((last.settings.perplexity, last.is_prompt), (50, true));
    assert!(last.number > second.number && second.number > first.number);
}

#[test]
fn answers_to_what_is_not_wanted_any_more_are_dropped() {
    let (mut state, id) = seen();
    show(&mut state, id, 1, &codes(0.0));
    let first = maps(&commands(&mut state)).remove(0);
    state.apply(finding(&first, 3));
    assert_eq!(shown(&state, id), Some(3));
    show(&mut state, id, 2, &codes(1.0));
    let second = maps(&commands(&mut state)).remove(0);
    state.apply(finding(&first, 10));
    assert_eq!(shown(&state, id), Some(10), "it was under way");
    state.handle(Action::Map(MapAction::Seed(4)));
    let third = maps(&commands(&mut state)).remove(0);
    state.apply(finding(&second, 5));
    assert_eq!(shown(&state, id), Some(10), "of another seed");
    state.apply(finding(&third, 1));
    assert_eq!(shown(&state, id), Some(1));
    let failed = Finding::Map(Err((third.number, "No.".to_owned())));
    state.apply(Event::Found(failed));
    assert!(matches!(state.mapping.map(id), Some(Map::Failed(_, text)) if text == "No."));
    assert!(state.mapping.map(RunId(99)).is_none());
}

#[test]
fn every_frame_is_measured_once() {
    let (mut state, id) = seen();
    state.code.section = CodeSection::Neighbours;
    let config = state.run(id).unwrap().draft.config.clone();
    let mut info = (*info(&config, 4)).clone();
    info.dataset.test_labels = Some([0, 0, 1, 1].into());
    state.apply(Event::RunReady {
        id,
        info: Arc::new(info),
        metrics: Arc::default(),
        progress: Progress::default(),
    });
    let early = codes(0.0);
    let kept = Frame {
        codes: Arc::clone(&early),
        ..Frame::blank(id, 1)
    };
    state.apply(Event::Frame(Arc::new(kept)));
    let late = codes(1.0);
    show(&mut state, id, 2, &late);
    let measure = |commands: Vec<Command>| {
        let mut found = commands.into_iter().filter_map(|command| match command {
            Command::LookInto(Request::Accuracy(request)) => Some(request.moments),
            _ => None,
        });
        found.next()
    };
    let moments = measure(commands(&mut state)).unwrap();
    assert!(Arc::ptr_eq(&moments[0], &late) && Arc::ptr_eq(&moments[1], &early));
    assert_eq!(moments.len(), 2);
    show(&mut state, id, 3, &codes(2.0));
    assert!(measure(commands(&mut state)).is_none(), "one at a time");
    let found = vec![(late, Some(0.5)), (early, Some(0.25))];
    state.apply(Event::Found(Finding::Accuracy(found)));
    assert_eq!(measure(commands(&mut state)).unwrap().len(), 1);
    let run = state.run(id).unwrap();
    assert_eq!(state.mapping.measured.of(run), [(1, 0.25)]);
}

#[test]
fn the_table_needs_known_factors() {
    let (mut state, id) = seen();
    state.code.section = CodeSection::Factors;
    show(&mut state, id, 1, &codes(0.0));
    let asked = |state: &mut AppState| {
        let commands = commands(state);
        let is_factors =
            |command: &Command| matches!(command, Command::LookInto(Request::Factors(_)));
        commands.iter().any(is_factors)
    };
    assert!(!asked(&mut state));
    let shape = ImageShape {
        width: 1,
        height: 1,
        channels: 1,
    };
    let pictures = Pictures {
        shape,
        pixels: vec![0; 4],
    };
    let others = vec![vec![1, 2, 3], vec![0, 2, 3], vec![0, 1, 3], vec![0, 1, 2]];
    let contents = state.run(id).unwrap().info.as_ref().unwrap();
    let contents = contents.dataset.contents.clone();
    let images = TestNeighbours::new(contents, pictures, others);
    state.apply(Event::Neighbours(Arc::new(images.clone())));
    assert!(
        !asked(&mut state),
        "nothing is known of what they are drawn from"
    );
    let factor = crate::engine::Factor {
        name: "Slant",
        values: vec![0.0; 4],
    };
    let mut images = images;
    images.factors = [factor].into();
    state.apply(Event::Neighbours(Arc::new(images)));
    assert!(asked(&mut state));
    assert!(!asked(&mut state), "one at a time");
    let codes = Arc::clone(&state.frame(state.run(id).unwrap()).unwrap().codes);
    state.apply(Event::Found(Finding::Factors(FactorsFinding {
        codes,
        dimensions: vec![0, 1],
        rows: vec![("Slant", vec![None, None])],
    })));
    assert!(!asked(&mut state), "it is known");
    assert!(state.mapping.factors(id).is_some());
}

#[test]
fn what_is_near_by_code_and_in_the_plane_is_known_at_once() {
    let state = MapState::default();
    let codes = codes(0.0);
    let near = state.near_by_code(&codes, 0);
    assert_eq!(near[..], [1, 3, 2], "at distances 1, √5 and 5");
    assert!(Arc::ptr_eq(&near, &state.near_by_code(&codes, 0)));
    assert_eq!(state.near_by_code(&codes, 2)[..], [3, 1, 0]);
    let points = state.principal(&codes);
    assert_eq!(points.len(), 4);
    let line = Arc::new(Codes {
        latent: 1,
        values: vec![3.0, 4.0],
        ..Codes::default()
    });
    assert_eq!(state.principal(&line)[..], [[3.0, 0.0], [4.0, 0.0]]);
}
