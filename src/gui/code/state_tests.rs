//! What becomes of entries that are exchanged, over an explorer that answers by hand.

use super::*;
use crate::data::ImageShape;
use crate::engine::Pictures;
use crate::gui::StartOptions;
use crate::model::CodeGrid;

const SHAPE: ImageShape = ImageShape {
    width: 2,
    height: 1,
    channels: 1,
};

/// A state with one run whose codes are two places, each of one of three entries of one number.
fn state() -> (AppState, RunId) {
    let (mut state, _) = AppState::new(StartOptions::default());
    let run = RunId(1);
    let key = |slot| WishKey { slot, run };
    let wishes = [
        (Slot::Entries, Wish::Entries { drawn: [].into() }),
        (
            Slot::Exchange,
            Wish::Point(CodeSpec {
                start: Start::Code([].into()),
                pins: Vec::new(),
            }),
        ),
    ];
    for (slot, wish) in &wishes {
        state.code.ask(key(*slot), 1, Some(wish));
    }
    let answer = |slot, content| Answer {
        key: key(slot),
        number: 1,
        step: 5,
        content,
    };
    let picture = Pictures {
        shape: SHAPE,
        pixels: vec![0; 2],
    };
    state.code.take(answer(
        Slot::Entries,
        Content::Entries(Box::new(EntriesFound {
            code: SHAPE,
            grid: CodeGrid {
                groups: 1,
                numbers: 1,
                places: 2,
            },
            values: vec![-1.0, 0.0, 1.0],
            drawn: Vec::new(),
            pictures: picture.clone(),
        })),
    ));
    state.code.take(answer(
        Slot::Exchange,
        Content::Point {
            start: vec![1.0, -1.0],
            code: vec![1.0, -1.0],
            picture,
            original: None,
            error: None,
        },
    ));
    (state, run)
}

fn cell(place: usize) -> Cell {
    Cell { group: 0, place }
}

#[test]
fn looking_at_a_place_looks_at_its_entry() {
    let (mut state, run) = state();
    assert_eq!(state.code.chosen(run).unwrap()[..], [2, 0]);
    state.handle_code(CodeAction::Cell(Some((run, cell(0)))));
    assert_eq!(state.code.unit_of(run), Some(2));
    state.handle_code(CodeAction::Cell(Some((run, cell(1)))));
    assert_eq!(state.code.unit_of(run), Some(0));
    assert_eq!(state.code.unit_of(RunId(2)), None, "of another run nothing");
}

#[test]
fn an_entry_is_exchanged_at_the_place_that_is_looked_at() {
    let (mut state, run) = state();
    state.handle_code(CodeAction::Exchange(run, 1));
    assert!(
        state.code.exchanged_of(run).is_none(),
        "there is no place yet"
    );
    state.handle_code(CodeAction::Cell(Some((run, cell(1)))));
    state.handle_code(CodeAction::Exchange(run, 1));
    let entries = state.code.entries(run).unwrap();
    let exchanged = state.code.exchanged_of(run).unwrap();
    assert_eq!(pins(entries, exchanged), [(1, 0.0)]);
    state.handle_code(CodeAction::PutBack(run, cell(0)));
    assert!(state.code.exchanged_of(run).is_some(), "nothing was there");
    state.handle_code(CodeAction::PutBack(run, cell(1)));
    assert!(state.code.exchanged_of(run).is_none());
    state.handle_code(CodeAction::Exchange(run, 2));
    state.handle_code(CodeAction::PutAllBack(run));
    assert!(state.code.exchanged_of(run).is_none());
}

#[test]
fn a_run_that_is_made_anew_has_nothing_exchanged() {
    let (mut state, run) = state();
    state.handle_code(CodeAction::Cell(Some((run, cell(1)))));
    state.handle_code(CodeAction::Exchange(run, 1));
    state.code.forget(run);
    assert!(state.code.exchanged_of(run).is_none());
    assert_eq!(
        (state.code.cell_of(run), state.code.unit_of(run)),
        (None, None)
    );
}
