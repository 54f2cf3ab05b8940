//! Tests of the pane's state, without a window.

use std::sync::Arc;

use super::*;
use crate::analysis::LatentSummary;
use crate::engine::{Answer, Codes, Frame, Nearest, Pictures, Snapshot};
use crate::gui::action::Action;
use crate::gui::state::tests::{SHAPE, first, make_ready};
use crate::model::KnobValue;

/// A run that is ready, with this bottleneck, and the pane to be seen.
fn drawing(bottleneck: &str) -> (AppState, RunId) {
    let (mut state, id) = first();
    let knobs = &mut state.run_mut(id).unwrap().draft.config.knobs;
    knobs.set("bottleneck", KnobValue::Text(bottleneck.to_owned()));
    knobs.set("beta", KnobValue::Real(1.0));
    knobs.set("k", KnobValue::Integer(2));
    make_ready(&mut state, id);
    let values = vec![0.0, 1.0];
    let frame = Arc::new(Frame {
        codes: Arc::new(Codes {
            latent: 2,
            summary: LatentSummary::of(&values, 2),
            values,
        }),
        ..Frame::blank(id, 0)
    });
    state.apply_snapshot(&Snapshot { runs: vec![frame] });
    state.shown = [Pane::Generate].into();
    (state, id)
}

fn act(state: &mut AppState, action: GenerateAction) {
    let effects = state.handle(Action::Generate(action));
    assert!(effects.is_empty(), "all of it goes through wishes");
}

fn wish(state: &AppState, slot: Slot, run: RunId) -> Option<Wish> {
    state.wishes().remove(&WishKey { slot, run })
}

fn spec(state: &AppState, run: RunId) -> GeneratedSpec {
    match wish(state, Slot::Generated, run) {
        Some(Wish::Generated(spec)) => spec,
        other => panic!("expected codes to draw, found {other:?}"),
    }
}

/// The explorer answers with these codes of two numbers.
fn answer(state: &mut AppState, run: RunId, codes: &[f32]) {
    let key = WishKey {
        slot: Slot::Generated,
        run,
    };
    let spec = spec(state, run);
    state.latent.ask(key, 1, Some(&Wish::Generated(spec)));
    state.apply_answer(Answer {
        key,
        number: 1,
        step: 0,
        content: Content::Generated(Box::new(Generated {
            spec,
            codes: codes.to_vec(),
            latent: 2,
            pictures: Pictures {
                shape: SHAPE,
                pixels: vec![0; SHAPE.pixels() * codes.len() / 2],
            },
            known: 0,
            nearest: Nearest::Sought,
            tested: None,
        })),
    });
}

#[test]
fn the_source_is_the_first_that_suits_until_one_is_chosen() {
    let (mut state, id) = drawing("gaussian");
    assert_eq!(state.suits().source, Some(CodeSource::Prior));
    assert_eq!(
        state.suits().sources,
        [CodeSource::Prior, CodeSource::Mixture]
    );
    act(&mut state, GenerateAction::From(CodeSource::Mixture));
    assert_eq!(spec(&state, id).draw.source, CodeSource::Mixture);
    act(&mut state, GenerateAction::From(CodeSource::Entries));
    assert_eq!(
        state.suits().source,
        Some(CodeSource::Prior),
        "what suits no run is not drawn from"
    );
    let (state, _) = drawing("plain");
    assert_eq!(state.suits().source, Some(CodeSource::Mixture));
    let refusal = state
        .suits()
        .must_suit(state.runs[0].id, CodeSource::Prior)
        .unwrap_err();
    assert!(
        refusal.starts_with("N(0, I) needs") && refusal.ends_with("draw from a Gaussian mixture"),
        "{refusal}"
    );
    let (state, id) = drawing("top-k");
    assert_eq!(state.suits().source, None);
    assert_eq!(wish(&state, Slot::Generated, id), None);
}

#[test]
fn nothing_is_wished_for_behind_other_panes() {
    let (mut state, _) = drawing("plain");
    state.shown.clear();
    assert!(state.wishes().is_empty());
}

#[test]
fn choices_reach_the_wish() {
    let (mut state, id) = drawing("plain");
    act(&mut state, GenerateAction::Temperature(9.0));
    act(&mut state, GenerateAction::Components(3));
    act(&mut state, GenerateAction::Seed(7));
    act(&mut state, GenerateAction::OtherDraws);
    act(&mut state, GenerateAction::Fit(24));
    let expected = GeneratedSpec {
        draw: CodeDraw::new(CodeSource::Mixture, HOTTEST, 3),
        count: 24,
        seed: 8,
    };
    assert_eq!(spec(&state, id), expected);
    for (room, count) in [(0, 8), (8, 8), (9, 16), (500, MOST)] {
        assert_eq!(GenerateState::fitting(room), count);
    }
}

#[test]
fn two_marks_make_a_pair_and_the_next_one_begins_another() {
    let (mut state, id) = drawing("plain");
    let mark = |state: &mut AppState, picture| {
        act(state, GenerateAction::Mark(id, picture));
        state.generate.marks(id).to_vec()
    };
    assert_eq!(mark(&mut state, 4), [4]);
    assert!(mark(&mut state, 4).is_empty(), "taken away again");
    assert_eq!(mark(&mut state, 4), [4]);
    assert_eq!(mark(&mut state, 2), [4, 2]);
    assert_eq!(mark(&mut state, 2), [2]);
    assert!(state.generate.marks(RunId(99)).is_empty());
    act(&mut state, GenerateAction::Temperature(0.5));
    assert_eq!(state.generate.marks(id), [2], "the draws are the same");
    act(&mut state, GenerateAction::OtherDraws);
    assert!(state.generate.marks(id).is_empty());
}

#[test]
fn marked_pictures_are_joined_by_paths() {
    let (mut state, id) = drawing("plain");
    answer(&mut state, id, &[1.0, 2.0, 3.0, 4.0, f32::NAN, 0.0]);
    for picture in [1, 0] {
        assert_eq!(wish(&state, Slot::Paths, id), None);
        act(&mut state, GenerateAction::Mark(id, picture));
    }
    let code = |values: [f32; 2]| CodeSpec {
        start: Start::Code(values.into()),
        pins: Vec::new(),
    };
    let expected = Wish::Paths {
        from: code([3.0, 4.0]),
        to: code([1.0, 2.0]),
        count: PATH,
    };
    assert_eq!(wish(&state, Slot::Paths, id), Some(expected));
    for odd in [2, 3] {
        act(&mut state, GenerateAction::Mark(id, 0));
        act(&mut state, GenerateAction::Mark(id, odd));
        assert_eq!(state.generate.marks(id), [0, odd]);
        let none = wish(&state, Slot::Paths, id);
        assert_eq!(none, None, "picture {odd} has no code to begin with");
    }
}
