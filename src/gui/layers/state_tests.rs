//! What is wished for, and what becomes of answers.

use super::*;
use crate::engine::Content;
use crate::gui::action::Action;
use crate::gui::desk::DeskAction;
use crate::gui::state::tests::{first, make_ready};

const FIRST: RunId = RunId(1);

fn ready_state() -> AppState {
    let (mut state, id) = first();
    assert_eq!(id, FIRST);
    make_ready(&mut state, id);
    state
}

fn wishes(state: &AppState) -> BTreeMap<WishKey, Wish> {
    let mut wishes = BTreeMap::new();
    state.layers_wishes(&mut wishes);
    wishes
}

fn answer(slot: Slot, step: u64, content: Content) -> Answer {
    Answer {
        key: WishKey { slot, run: FIRST },
        number: 1,
        step,
        content,
    }
}

#[test]
fn filters_are_wished_for_only_while_their_pane_is_seen() {
    let mut state = ready_state();
    assert!(wishes(&state).is_empty());
    state.shown.insert(Pane::Filters);
    let key = WishKey {
        slot: Slot::Filters,
        run: FIRST,
    };
    assert_eq!(
        wishes(&state).into_iter().collect::<Vec<_>>(),
        [(key, Wish::Filters { count: FILTERS })]
    );
    state.handle(Action::Layers(LayersAction::Show(Section::Features)));
    assert!(wishes(&state).is_empty(), "there is no image yet");
    let (mut empty, _) = first();
    empty.shown.insert(Pane::Filters);
    assert!(wishes(&empty).is_empty(), "the run is not ready");
}

#[test]
fn answers_replace_one_another_and_failures_are_told() {
    let mut state = ready_state();
    let filters = Content::Filters {
        encoder: Tiles::default(),
        decoder: Tiles::default(),
    };
    state.layers.take(answer(Slot::Filters, 5, filters));
    let first = state.layers.filters(FIRST).unwrap().clone();
    assert!(first.content.is_ok());
    state.layers.take(answer(
        Slot::Filters,
        5,
        Content::Failed("No such run.".to_owned()),
    ));
    let second = state.layers.filters(FIRST).unwrap();
    assert_eq!(second.content.clone().unwrap_err(), "No such run.");
    assert_ne!(
        first.version(TileScale::Own),
        second.version(TileScale::Own)
    );
    assert_ne!(
        first.version(TileScale::Own),
        first.version(TileScale::Common)
    );
    let maps = Content::Features(Tiles::default());
    state.layers.take(answer(Slot::Features, 7, maps));
    assert_eq!(state.layers.features(FIRST).unwrap().step, 7);
    state.handle(Action::Layers(LayersAction::FeaturesOf(0)));
    assert!(state.layers.features(FIRST).is_some());
    state.handle(Action::Layers(LayersAction::FeaturesOf(1)));
    assert!(state.layers.features(FIRST).is_none(), "of another layer");
}

#[test]
fn a_tile_is_looked_at_in_its_own_part_only() {
    let mut state = ready_state();
    let looked = Looked {
        run: FIRST,
        part: Part::Decoder,
        tile: 3,
    };
    state.handle(Action::Layers(LayersAction::Look(Some(looked))));
    assert_eq!(state.layers.looked_in(FIRST, Part::Decoder), Some(3));
    assert_eq!(state.layers.looked_in(FIRST, Part::Encoder), None);
    assert_eq!(state.layers.looked_in(RunId(9), Part::Decoder), None);
}

#[test]
fn what_was_found_inside_a_run_goes_with_it() {
    let mut state = ready_state();
    let filters = Content::Filters {
        encoder: Tiles::default(),
        decoder: Tiles::default(),
    };
    state.layers.take(answer(Slot::Filters, 5, filters));
    state.handle(Action::Remove(FIRST));
    assert!(state.layers.filters(FIRST).is_some(), "it may come back");
    let removal = state.desk.given_up[0].message;
    state.handle(Action::Desk(DeskAction::Forget(removal)));
    assert!(state.layers.filters(FIRST).is_none());
}
