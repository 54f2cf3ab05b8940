//! Tests of the latent panes' state, without a window.

use super::*;
use crate::analysis::LatentSummary;
use crate::engine::{CodeSpec, Codes, Frame, InputImage, Pictures, Snapshot, Start, Traversal};
use crate::gui::action::Action;
use crate::gui::layout::Pane;
use crate::gui::state::tests::{SHAPE, first, make_ready};
use crate::model::KnobValue;

/// Codes of two values, of which the second varies more.
const PLANE: [f32; 8] = [-1.0, -4.0, 1.0, 4.0, 0.0, 2.0, 0.0, -2.0];

fn frame(id: RunId, step: u64, phase: usize, values: &[f32], latent: usize) -> Arc<Frame> {
    Arc::new(Frame {
        phase,
        codes: Arc::new(Codes {
            latent,
            values: values.to_vec(),
            summary: LatentSummary::of(values, latent),
        }),
        ..Frame::blank(id, step)
    })
}

fn show(state: &mut AppState, frames: Vec<Arc<Frame>>) {
    state.apply_snapshot(&Snapshot { runs: frames });
}

/// A run with a code of two values, and panes to be seen.
fn walking(panes: &[Pane]) -> (AppState, RunId) {
    let (mut state, id) = first();
    let run = state.run_mut(id).unwrap();
    run.draft.config.knobs.set("latent", KnobValue::Integer(2));
    make_ready(&mut state, id);
    show(&mut state, vec![frame(id, 0, 0, &PLANE, 2)]);
    state.shown = panes.iter().copied().collect();
    (state, id)
}

fn act(state: &mut AppState, action: LatentAction) {
    let effects = state.handle(Action::Latent(action));
    assert!(effects.is_empty(), "all of it goes through wishes");
}

fn wish(state: &AppState, slot: Slot, run: RunId) -> Option<Wish> {
    state.wishes().remove(&WishKey { slot, run })
}

fn point(state: &AppState, run: RunId) -> CodeSpec {
    match wish(state, Slot::Sliders, run) {
        Some(Wish::Point(spec)) => spec,
        other => panic!("expected a point, found {other:?}"),
    }
}

/// Sends what is wished, as the application does, and answers one of the wishes.
fn answer(state: &mut AppState, slot: Slot, run: RunId, number: u64, content: Content) {
    let key = WishKey { slot, run };
    let wish = state.wishes().remove(&key);
    state.latent.ask(key, number, wish.as_ref());
    state.apply_answer(Answer {
        key,
        number,
        step: 0,
        content,
    });
}

fn found(start: &[f32]) -> Content {
    Content::Point {
        start: start.to_vec(),
        code: start.to_vec(),
        picture: Pictures {
            shape: SHAPE,
            pixels: vec![0; SHAPE.pixels()],
        },
        original: None,
        error: None,
    }
}

fn grid() -> Content {
    Content::Grid {
        pictures: Pictures {
            shape: SHAPE,
            pixels: Vec::new(),
        },
        columns: 12,
    }
}

#[test]
fn only_what_is_seen_is_wished_for() {
    let (mut state, id) = walking(&[]);
    assert!(state.wishes().is_empty());
    state.shown = [Pane::Sliders].into();
    let slots: Vec<Slot> = state.wishes().into_keys().map(|key| key.slot).collect();
    assert_eq!(slots, [Slot::Sliders]);
    state.shown = [Pane::Traversals].into();
    assert!(
        wish(&state, Slot::Sliders, id).is_some(),
        "its code is needed"
    );
    assert!(wish(&state, Slot::Traversals, id).is_some());
    state.shown = [Pane::Plane].into();
    let slots: Vec<Slot> = state.wishes().into_keys().map(|key| key.slot).collect();
    assert_eq!(slots, [Slot::Plane]);
}

#[test]
fn a_code_begins_where_it_is_told_to() {
    let (mut state, id) = walking(&[Pane::Sliders]);
    assert_eq!(point(&state, id).start, Start::Image(InputImage::Test(0)));
    act(&mut state, LatentAction::NextImage);
    assert_eq!(point(&state, id).start, Start::Image(InputImage::Test(1)));
    act(&mut state, LatentAction::Begin(Origin::Image(4_000)));
    assert_eq!(
        point(&state, id).start,
        Start::Image(InputImage::Test(49)),
        "the last one"
    );
    act(&mut state, LatentAction::NextImage);
    assert_eq!(point(&state, id).start, Start::Image(InputImage::Test(0)));
    act(&mut state, LatentAction::OtherImage);
    assert_ne!(point(&state, id).start, Start::Image(InputImage::Test(0)));
    act(&mut state, LatentAction::Begin(Origin::Mean));
    assert_eq!(point(&state, id).start, Start::Code([0.0, 0.0].into()));
    act(&mut state, LatentAction::OtherCode);
    let random = point(&state, id).start;
    assert_eq!(
        random,
        point(&state, id).start,
        "the same number, the same code"
    );
    act(&mut state, LatentAction::OtherCode);
    assert_ne!(random, point(&state, id).start);
}

#[test]
fn sliders_pin_and_locks_hold() {
    let (mut state, run) = walking(&[Pane::Sliders]);
    let slide = |dimension, value| LatentAction::Slide {
        run,
        dimension,
        value,
    };
    act(&mut state, slide(1, 2.5));
    assert_eq!(point(&state, run).pins, [(1, 2.5)]);
    answer(&mut state, Slot::Sliders, run, 1, found(&[7.0, 8.0]));
    let lock = LatentAction::Lock {
        run,
        dimension: 0,
        is_locked: true,
    };
    act(&mut state, lock);
    assert_eq!(
        point(&state, run).pins,
        [(0, 7.0), (1, 2.5)],
        "held where it was"
    );
    act(&mut state, LatentAction::NextImage);
    assert_eq!(point(&state, run).pins, [(0, 7.0)]);
    act(&mut state, LatentAction::ResetSlider(run, 0));
    assert!(point(&state, run).pins.is_empty());
    act(&mut state, slide(1, 2.5));
    act(&mut state, LatentAction::ResetSliders);
    assert!(point(&state, run).pins.is_empty());
}

#[test]
fn other_runs_follow_by_the_share_of_their_own_range() {
    let (mut state, run) = walking(&[Pane::Sliders]);
    state.handle(Action::Duplicate(run));
    let other = state.runs[1].id;
    make_ready(&mut state, other);
    let tenfold = PLANE.map(|value| value * 10.0);
    show(&mut state, vec![frame(other, 0, 0, &tenfold, 2)]);
    let slide = LatentAction::Slide {
        run,
        dimension: 0,
        value: 0.5,
    };
    act(&mut state, slide.clone());
    assert!(point(&state, other).pins.is_empty());
    act(&mut state, LatentAction::MoveAll(true));
    act(&mut state, slide);
    // From -1 to 0.5 there, so from -10 to 5 here: the ranges differ by a factor of ten.
    let pins = point(&state, other).pins;
    assert!(
        pins.len() == 1 && (pins[0].1 - 5.0).abs() < 1e-3,
        "{pins:?}"
    );
    act(&mut state, LatentAction::ResetSlider(run, 0));
    assert!(point(&state, other).pins.is_empty());
}

#[test]
fn traversals_go_two_deviations_around_the_sliders() {
    let (mut state, run) = walking(&[Pane::Traversals]);
    let slide = LatentAction::Slide {
        run,
        dimension: 1,
        value: 3.0,
    };
    act(&mut state, slide);
    let Some(Wish::Traversals { rows, spec, .. }) = wish(&state, Slot::Traversals, run) else {
        panic!("expected traversals");
    };
    assert_eq!(spec.pins, [(1, 3.0)]);
    let reach = 2.0 * 10.0_f32.sqrt();
    let expected = Traversal {
        dimension: 1,
        low: 3.0 - reach,
        high: 3.0 + reach,
    };
    assert_eq!(rows[0].dimension, 1, "the one that varies most");
    assert!(
        (rows[0].low - expected.low).abs() < 1e-5 && (rows[0].high - expected.high).abs() < 1e-5
    );
    assert_eq!(rows[1].dimension, 0);
    assert!(
        (rows[1].low + rows[1].high - -2.0).abs() < 1e-5,
        "around the code of the image"
    );
}

#[test]
fn the_plane_is_wished_with_what_is_pointed_at_and_the_line_between_two_clicks() {
    let (mut state, run) = walking(&[Pane::Plane]);
    assert!(matches!(
        wish(&state, Slot::Plane, run),
        Some(Wish::Plane(_))
    ));
    assert!(wish(&state, Slot::Hover, run).is_none());
    let spot = |x: f32, image| Spot {
        at: [x, 0.5],
        image,
    };
    let hover = PlaneAction::Hover(Some(spot(0.25, None)));
    act(&mut state, LatentAction::Plane(hover));
    let Some(Wish::Point(spec)) = wish(&state, Slot::Hover, run) else {
        panic!("expected a point");
    };
    assert_eq!(spec.start, Start::Code([0.25, 0.5].into()));
    act(
        &mut state,
        LatentAction::Plane(PlaneAction::Place(spot(1.0, None))),
    );
    assert!(wish(&state, Slot::Line, run).is_none());
    act(
        &mut state,
        LatentAction::Plane(PlaneAction::Place(spot(9.0, Some(3)))),
    );
    let Some(Wish::Line { from, to, .. }) = wish(&state, Slot::Line, run) else {
        panic!("expected a line");
    };
    assert_eq!(from.start, Start::Code([1.0, 0.5].into()));
    assert_eq!(to.start, Start::Image(InputImage::Test(3)));
    act(
        &mut state,
        LatentAction::Plane(PlaneAction::Place(spot(0.0, None))),
    );
    assert!(
        wish(&state, Slot::Line, run).is_none(),
        "a third click begins a new line"
    );
    act(&mut state, LatentAction::Plane(PlaneAction::ClearLine));
    assert!(state.latent.plane.ends(run).is_empty());
}

#[test]
fn the_plane_stays_until_its_pictures_are_there() {
    let (mut state, run) = walking(&[Pane::Plane]);
    let wide = |scale: f32, step| {
        let values = [
            3.0, 1.0, 0.0, -3.0, -1.0, 0.1, scale, 0.0, 1.0, -scale, 0.2, -1.0,
        ];
        frame(RunId(1), step, 0, &values, 3)
    };
    show(&mut state, vec![wide(0.1, 1)]);
    let key = WishKey {
        slot: Slot::Plane,
        run,
    };
    let before = state.wishes().remove(&key).unwrap();
    state.latent.ask(key, 1, Some(&before));
    show(&mut state, vec![wide(4.0, 2)]);
    assert_eq!(wish(&state, Slot::Plane, run).as_ref(), Some(&before));
    state.apply_answer(Answer {
        key,
        number: 1,
        step: 2,
        content: grid(),
    });
    assert_ne!(
        wish(&state, Slot::Plane, run),
        Some(before),
        "now it follows the codes"
    );
}

#[test]
fn a_window_of_ones_own_goes_with_its_run_and_its_axes() {
    let (mut state, run) = walking(&[Pane::Plane]);
    let window = PlaneWindow {
        low: [0.0, 0.0],
        high: [1.0, 1.0],
    };
    act(
        &mut state,
        LatentAction::Plane(PlaneAction::Look(Some(window))),
    );
    act(&mut state, LatentAction::Plane(PlaneAction::Fit(2, 2)));
    let Some(Wish::Plane(plane)) = wish(&state, Slot::Plane, run) else {
        panic!("expected a plane");
    };
    assert_eq!(
        (plane.low, plane.high, plane.columns),
        ([0.25; 2], [0.75; 2], 2)
    );
    assert!(state.latent.plane.window(RunId(77)).is_none());
    let axes = PlaneAction::Axes(PlaneAxes::Principal);
    act(&mut state, LatentAction::Plane(axes));
    assert!(state.latent.plane.window(run).is_none());
}

#[test]
fn a_code_of_another_depth_begins_anew() {
    let (mut state, run) = walking(&[Pane::Sliders, Pane::Plane]);
    let slide = LatentAction::Slide {
        run,
        dimension: 0,
        value: 0.5,
    };
    act(&mut state, slide);
    let deeper = [1.0, 2.0, 3.0, 4.0, 5.0, 7.0];
    show(&mut state, vec![frame(run, 9, 1, &deeper, 3)]);
    assert!(point(&state, run).pins.is_empty());
    // Looking back at the codes of before, which the newest weights cannot decode.
    let old = frame(run, 0, 0, &PLANE, 2);
    let known = state.run_mut(run).unwrap();
    known.history.keep(old);
    known.progress.step = 9;
    state.handle(Action::History(crate::gui::HistoryAction::LookAt(0)));
    let looked_at = state.selected_run().unwrap();
    assert!(state.looks_back(looked_at));
    assert_eq!(
        state.codes(looked_at).unwrap().latent,
        3,
        "sliders keep to what can be decoded"
    );
    assert_eq!(
        state.projection(looked_at).unwrap().basis.latent(),
        2,
        "points follow"
    );
    assert!(wish(&state, Slot::Plane, run).is_none());
}

#[test]
fn answers_of_another_depth_are_no_start() {
    let (mut state, run) = walking(&[Pane::Sliders]);
    answer(&mut state, Slot::Sliders, run, 1, found(&[1.0, 2.0, 3.0]));
    let known = state.start_code(state.run(run).unwrap());
    assert_eq!(known, Some(vec![-1.0, -4.0]), "that of the frame instead");
}
