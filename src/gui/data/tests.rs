//! What is asked for while the pane is seen, and what comes of other images.

use std::path::{Path, PathBuf};

use super::*;
use crate::engine::Pictures;
use crate::gui::action::{Action, PathFor};
use crate::gui::drop::Dropped;
use crate::gui::state::tests::{advance, first, make_ready};

fn commands(effects: Vec<Effect>) -> Vec<Command> {
    effects
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Send(Command::ShowImages(_)) => None,
            Effect::Send(command) => Some(command),
            other => panic!("{other:?}"),
        })
        .collect()
}

fn pages(commands: &[Command]) -> Vec<PageRequest> {
    let pages = commands.iter().filter_map(|command| match command {
        Command::ShowData(request) => Some(request.clone()),
        _ => None,
    });
    pages.collect()
}

fn page(state: &AppState, total: usize) -> Arc<DataPage> {
    let (contents, request) = state.data.asked.clone().unwrap();
    let shape = state.dataset().unwrap().1.shape;
    Arc::new(DataPage {
        indices: vec![0],
        classes: vec![None],
        pictures: Pictures {
            shape,
            pixels: vec![0; shape.pixels()],
        },
        total,
        contents,
        request,
    })
}

#[test]
fn images_are_asked_for_while_they_are_seen_and_once() {
    let (mut state, id) = first();
    make_ready(&mut state, id);
    assert!(
        commands(state.catch_up()).is_empty(),
        "the pane is not seen"
    );
    state.shown.insert(Pane::Data);
    let asked = commands(state.catch_up());
    assert!(
        matches!(&asked[..], [Command::ShowData(_), Command::Survey(of)] if *of == id),
        "{asked:?}"
    );
    assert!(commands(state.catch_up()).is_empty());
    let next = page(&state, PAGE + 1);
    state.data.take_page(next);

    state.handle(Action::Data(DataAction::Forth));
    assert_eq!(pages(&commands(state.catch_up()))[0].first, PAGE);
    state.handle(Action::Data(DataAction::Forth));
    assert!(
        commands(state.catch_up()).is_empty(),
        "that was the last page"
    );
    state.handle(Action::Data(DataAction::Class(Some(3))));
    let asked = pages(&commands(state.catch_up()));
    assert_eq!((asked[0].class, asked[0].first), (Some(3), 0));
    state.handle(Action::Data(DataAction::Show(Part::Test)));
    assert_eq!(pages(&commands(state.catch_up()))[0].part, Part::Test);
}

#[test]
fn a_run_that_stands_takes_the_images_and_one_that_started_lends_its_settings() {
    let (mut state, id) = first();
    make_ready(&mut state, id);
    let path = PathBuf::from("/data/kana");
    let asked = commands(state.handle(Action::PathChosen(PathFor::DataFile(id), path.clone())));
    let [Command::AddRun { id: of, config }] = &asked[..] else {
        panic!("{asked:?}");
    };
    assert_eq!((*of, config.dataset.as_str()), (id, "/data/kana"));
    // Once more, as it is: nothing. After a failure: once more.
    assert!(commands(state.train_on(id, &path)).is_empty());
    state.run_mut(id).unwrap().state = RunState::Failed;
    assert_eq!(commands(state.train_on(id, &path)).len(), 1);

    make_ready(&mut state, id);
    advance(&mut state, id, 5);
    let asked = commands(state.handle(Action::Drop(Dropped::Images("/data/b".into()))));
    let [Command::AddRun { id: of, config }] = &asked[..] else {
        panic!("{asked:?}");
    };
    assert_ne!(*of, id);
    assert_eq!(config.dataset, "/data/b");
    assert_eq!(state.run(id).unwrap().draft.config.dataset, "/data/kana");
}

#[test]
fn without_room_a_drop_is_told_and_nothing_else() {
    let (mut state, id) = first();
    make_ready(&mut state, id);
    while state.has_room() {
        state.handle(Action::Duplicate(id));
    }
    state.handle(Action::Select(id));
    advance(&mut state, id, 5);
    let runs = state.runs.len();
    assert!(state.train_on(id, Path::new("x")).is_empty());
    assert!(
        state
            .handle(Action::Drop(Dropped::Run("runs/a".into())))
            .is_empty()
    );
    assert_eq!(state.runs.len(), runs);
    assert_eq!(state.messages.len(), 2);
}

#[test]
fn another_size_is_another_set_of_images() {
    use crate::data::{Color, ImageSize};
    use crate::gui::state::tests::edited;

    let (mut state, id) = first();
    make_ready(&mut state, id);
    let path = PathBuf::from("/data/cats");
    state.handle(Action::PathChosen(PathFor::Data(id), path));
    let edit = edited(&state, id, |draft| {
        draft.config.image_size = ImageSize::new(32, 24).ok();
        draft.config.color = Some(Color::Rgb);
    });
    state.handle(edit);
    let asked = commands(state.handle(Action::Commit(id)));
    let [Command::AddRun { config, .. }] = &asked[..] else {
        panic!("{asked:?}");
    };
    assert_eq!(config.reading().shape().to_string(), "32×24×3");
    // Other images begin as they are.
    state.handle(Action::PathChosen(PathFor::Data(id), "/data/dogs".into()));
    let config = &state.run(id).unwrap().draft.config;
    assert!(!config.reading().has_shape(), "{config:?}");
}
