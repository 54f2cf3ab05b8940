//! Looking back, driven by actions.

use super::*;
use crate::data::ImageShape;
use crate::engine::MOST_FRAMES;
use crate::engine::{Event, Pictures, RunId, RunPictures};
use crate::gui::action::Action;
use crate::gui::state::tests::{advance, first, make_ready};

const SHAPE: ImageShape = ImageShape {
    width: 2,
    height: 1,
    channels: 1,
};

/// A frame whose pictures take `pixels` bytes.
fn frame(step: u64, phase: usize, pixels: usize) -> Arc<Frame> {
    let pictures = |pixels| Pictures {
        shape: SHAPE,
        pixels,
    };
    Arc::new(Frame {
        id: RunId(1),
        step,
        phase,
        elapsed_secs: step as f64,
        pictures: RunPictures {
            indices: vec![0],
            originals: Arc::new(pictures(Vec::new())),
            reconstructions: pictures(vec![0; pixels]),
            errors: vec![0.0],
        },
        codes: Arc::default(),
        layers: Arc::default(),
    })
}

fn steps(history: &History) -> Vec<u64> {
    history.frames().iter().map(|frame| frame.step).collect()
}

/// A state whose run has done 100 steps and kept every tenth, and the newest frame.
fn state() -> AppState {
    let (mut state, id) = first();
    make_ready(&mut state, id);
    advance(&mut state, id, 100);
    for step in (0..100).step_by(10) {
        state.apply(Event::Frame(frame(step, 0, 2)));
    }
    state.runs[0].frame = Some(frame(100, 0, 2));
    state
}

fn act(state: &mut AppState, action: HistoryAction) -> Option<u64> {
    assert!(state.handle(Action::History(action)).is_empty());
    state.history.cursor
}

fn seen(state: &AppState) -> u64 {
    state.frame(&state.runs[0]).unwrap().step
}

#[test]
fn the_cursor_shows_the_newest_frame_at_or_before_it() {
    let mut state = state();
    assert_eq!(seen(&state), 100);
    assert_eq!(act(&mut state, HistoryAction::LookAt(57)), Some(57));
    assert_eq!(seen(&state), 50);
    assert_eq!(act(&mut state, HistoryAction::LookAt(99)), Some(99));
    assert_eq!(seen(&state), 90);
    assert_eq!(act(&mut state, HistoryAction::LookAt(100)), None);
    assert_eq!(seen(&state), 100);
}

#[test]
fn a_run_that_is_shorter_than_the_cursor_shows_its_newest_frame() {
    let mut state = state();
    act(&mut state, HistoryAction::LookAt(95));
    state.runs[0].frame = Some(frame(93, 0, 2));
    assert_eq!(seen(&state), 93);
}

#[test]
fn frames_are_gone_through_one_by_one() {
    let mut state = state();
    assert_eq!(act(&mut state, HistoryAction::Back), Some(90));
    assert_eq!(act(&mut state, HistoryAction::Back), Some(80));
    assert_eq!(act(&mut state, HistoryAction::Forward), Some(90));
    assert_eq!(act(&mut state, HistoryAction::Forward), None, "live again");
    assert_eq!(act(&mut state, HistoryAction::Forward), None);
    assert_eq!(act(&mut state, HistoryAction::First), Some(0));
    assert_eq!(act(&mut state, HistoryAction::Back), Some(0));
    assert_eq!(act(&mut state, HistoryAction::Live), None);
}

#[test]
fn playing_moves_on_with_the_clock_and_ends_live() {
    let mut state = state();
    act(&mut state, HistoryAction::SetSpeed(Speed::Medium));
    assert_eq!(act(&mut state, HistoryAction::TogglePlay), Some(0));
    assert_eq!(state.due_in(7.0), Some(0.0));
    assert_eq!(act(&mut state, HistoryAction::Tick(7.0)), Some(0));
    assert_eq!(act(&mut state, HistoryAction::Tick(7.05)), Some(0));
    assert_eq!(act(&mut state, HistoryAction::Tick(7.11)), Some(10));
    assert_eq!(
        act(&mut state, HistoryAction::Tick(7.45)),
        Some(40),
        "skips"
    );
    act(&mut state, HistoryAction::TogglePlay);
    assert!(!state.history.is_playing());
    assert_eq!(act(&mut state, HistoryAction::Tick(9.0)), Some(40));
    act(&mut state, HistoryAction::TogglePlay);
    act(&mut state, HistoryAction::Tick(10.0));
    assert_eq!(act(&mut state, HistoryAction::Tick(20.0)), None);
    assert!(!state.history.is_playing(), "the end was reached");
}

#[test]
fn nothing_is_played_before_there_is_anything() {
    let (mut state, _) = first();
    assert_eq!(act(&mut state, HistoryAction::TogglePlay), None);
    assert!(!state.history.is_playing());
    assert_eq!(state.moment(), None);
}

#[test]
fn a_reset_forgets_and_follows() {
    let mut state = state();
    act(&mut state, HistoryAction::LookAt(50));
    let id = state.runs[0].id;
    make_ready(&mut state, id);
    assert!(state.runs[0].history.frames().is_empty());
    assert!(state.runs[0].frame.is_none());
    assert_eq!(state.history.cursor, None);
}

#[test]
fn a_history_that_goes_back_drops_what_came_later() {
    let mut history = History::default();
    for step in [0, 10, 20, 30] {
        history.keep(frame(step, 0, 2));
    }
    history.keep(frame(20, 1, 2));
    assert_eq!(steps(&history), [0, 10, 20, 20]);
    history.keep(frame(20, 1, 2));
    assert_eq!(steps(&history), [0, 10, 20, 20], "replaced by its like");
    history.rewind(10);
    assert_eq!(steps(&history), [0, 10]);
    history.rewind(0);
    assert_eq!(history.bytes(), 0);
}

#[test]
fn a_long_history_is_thinned_evenly_and_keeps_where_phases_start() {
    let mut history = History::default();
    for step in 0..20_000_u64 {
        history.keep(frame(step, (step / 7000) as usize, 2));
    }
    let kept = steps(&history);
    assert_eq!(kept.len(), MOST_FRAMES);
    for start in [0, 7000, 14_000, 19_999] {
        assert!(kept.contains(&start), "{start} is lost");
    }
    for phase in 0..2_u64 {
        let phase = phase * 7000..(phase + 1) * 7000;
        let inside: Vec<u64> = kept.iter().copied().filter(|s| phase.contains(s)).collect();
        for pair in inside.windows(2) {
            let share = (pair[1] - pair[0]) as f64 / (pair[1] - phase.start + 30) as f64;
            assert!(share < 0.15, "{pair:?} of {phase:?}");
        }
    }
}

#[test]
fn memory_is_bounded_over_all_runs() {
    let mut state = state();
    for step in 100..120 {
        state.runs[0].history.keep(frame(step, 0, 10_000));
    }
    let before = state.runs[0].history.bytes();
    assert!(before > 200_000);
    state.bound_history(100_000);
    let kept = &state.runs[0].history;
    assert!(
        (80_000..=100_000).contains(&kept.bytes()),
        "{}",
        kept.bytes()
    );
    assert_eq!(kept.frames()[0].step, 0);
    assert_eq!(kept.frames().last().unwrap().step, 119);
    state.bound_history(0);
    assert_eq!(steps(&state.runs[0].history), [0, 119], "ends stay");
}
