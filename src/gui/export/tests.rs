//! What the window asks of the engine when something is to be exported or imported.

use std::sync::Arc;

use super::*;
use crate::data::ImageShape;
use crate::engine::{Event, Frame, Pictures, Progress, RunPictures, RunState};
use crate::gui::action::{Action, PathFor};
use crate::gui::curves::CurvesAction;
use crate::gui::state::tests::{first, make_ready};
use crate::train::{Losses, Metrics};

fn measured() -> (AppState, RunId) {
    let (mut state, id) = first();
    make_ready(&mut state, id);
    measure(&mut state, id);
    (state, id)
}

fn measure(state: &mut AppState, id: RunId) {
    state.apply(Event::Progress {
        id,
        more: Metrics {
            train: Losses::new(0, [0.1]),
            ..Metrics::default()
        },
        progress: Progress {
            step: 1,
            elapsed_secs: 0.5,
            ..Progress::default()
        },
    });
    state.apply(Event::StateChanged {
        id,
        state: RunState::Paused,
    });
}

fn chosen(state: &mut AppState, kind: ExportKind, path: &str) -> Option<(Export, PathBuf)> {
    let target = Target {
        kind,
        format: kind.formats()[0],
        run: state.selected,
    };
    let action = Action::PathChosen(PathFor::Export(target), PathBuf::from(path));
    match &state.handle(action)[..] {
        [Effect::Send(Command::Export { export, path, .. })] => {
            Some(((**export).clone(), path.clone()))
        }
        [] => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_plot_shows_what_the_chart_shows() {
    let (mut state, one) = measured();
    state.handle(Action::Duplicate(one));
    let two = state.runs[1].id;
    make_ready(&mut state, two);
    measure(&mut state, two);
    state.handle(Action::Curves(CurvesAction::ToggleRun(one)));
    let mut options = state.options;
    options.has_log_axis = false;
    options.curves.x = XUnit::Seconds;
    options.curves.smoothing_steps = 7;
    state.handle(Action::Show(options));
    let (export, path) = chosen(&mut state, ExportKind::Plot, "/tmp/a plot").unwrap();
    assert_eq!(path, Path::new("/tmp/a plot.svg"), "an ending is added");
    let Export::Plot(runs, options) = export else {
        panic!("{export:?}");
    };
    assert_eq!(runs.len(), 1);
    assert_eq!((runs[0].id, runs[0].slot), (two, 1));
    assert_eq!(runs[0].clock.last(), Some(&(1.0, 0.5)));
    assert!(!options.is_log && options.along == Along::Seconds);
    assert_eq!(options.smoothing_steps, 7);
    let (export, _) = chosen(&mut state, ExportKind::Curves, "c.csv").unwrap();
    assert!(matches!(export, Export::Curves(runs) if runs.len() == 2));
}

#[test]
fn what_is_not_there_is_told() {
    let (mut state, id) = first();
    for kind in ExportKind::ALL {
        assert!(state.export_problem(*kind).is_some(), "{kind:?}");
    }
    assert!(chosen(&mut state, ExportKind::Weights, "w.safetensors").is_none());
    assert!(state.messages.last().unwrap().is_failure);
    make_ready(&mut state, id);
    let (export, _) = chosen(&mut state, ExportKind::Weights, "w.safetensors").unwrap();
    assert!(matches!(export, Export::Weights(of) if of == id));
}

#[test]
fn weights_are_imported_where_nothing_is_lost() {
    let (mut state, id) = first();
    make_ready(&mut state, id);
    let import = |state: &mut AppState| {
        let path = PathBuf::from("/data/w.safetensors");
        state.handle(Action::PathChosen(PathFor::Weights(id), path))
    };
    let file = |effects: &[Effect]| match effects {
        [Effect::Send(Command::AddRun { id, config })] => {
            (*id, config.initial_weights.clone().unwrap().file)
        }
        other => panic!("{other:?}"),
    };
    let effects = import(&mut state);
    assert_eq!(file(&effects), (id, "/data/w.safetensors".to_owned()));
    assert_eq!(state.runs.len(), 1);
    make_ready(&mut state, id);
    measure(&mut state, id);
    let effects = import(&mut state);
    assert_ne!(file(&effects).0, id, "a run that has started is left alone");
    assert_eq!(state.runs.len(), 2);
}

fn frame(id: RunId, step: u64, indices: &[u32]) -> Arc<Frame> {
    let pictures = |pixels| Pictures {
        shape: ImageShape {
            width: 1,
            height: 2,
            channels: 1,
        },
        pixels,
    };
    let of = |index: &u32| u8::try_from(*index).unwrap();
    let pixels = indices.iter().flat_map(|index| [of(index), 7]);
    Arc::new(Frame {
        pictures: RunPictures {
            indices: indices.to_vec(),
            originals: Arc::new(pictures(vec![9; 2 * indices.len()])),
            reconstructions: pictures(pixels.collect()),
            errors: indices.iter().map(|index| *index as f32).collect(),
        },
        ..Frame::blank(id, step)
    })
}

#[test]
fn an_animation_shows_of_every_run_the_images_it_has() {
    let (mut state, one) = measured();
    let mut ids = vec![one];
    for _ in 0..2 {
        state.handle(Action::Duplicate(one));
        let id = state.runs.last().unwrap().id;
        make_ready(&mut state, id);
        measure(&mut state, id);
        ids.push(id);
    }
    let shown = [&[1, 2, 3][..], &[3, 4, 1], &[8]];
    for (id, indices) in ids.into_iter().zip(shown) {
        for step in 0..2 {
            state.apply(Event::Frame(frame(id, step, indices)));
        }
    }
    state.selected = Some(one);
    let (export, _) = chosen(&mut state, ExportKind::Animation, "a.gif").unwrap();
    let Export::Animation(animation) = export else {
        panic!("{export:?}");
    };
    let rows = &animation.frames[1].rows;
    let of: Vec<(&str, &[u8])> = rows[1..]
        .iter()
        .map(|row| (row.detail.as_str(), &row.pixels[..]))
        .collect();
    let error = format!("MSE {}", crate::gui::words::three_digits(2.0));
    assert_eq!(of[0], (error.as_str(), &[1, 7, 2, 7, 3, 7][..]));
    let others = &[1, 7, 255, 255, 3, 7][..];
    assert_eq!(of[1], (error.as_str(), others), "in the leader's order");
    assert_eq!(of[2], ("", &[][..]), "none of them");
}

/// Exported drawings name colours and patterns of their own, since that layer knows no window.
#[test]
fn exports_have_the_colours_and_patterns_of_the_light_window() {
    use crate::gui::curves::pattern;
    use crate::store::export::{Mark, RUN_COLORS, Stroke, run_mark, run_stroke};
    use egui_plot::{LineStyle, MarkerShape};
    let palette = crate::gui::theme::Palette::of(&egui::Visuals::light());
    for (slot, color) in RUN_COLORS.iter().enumerate() {
        let [red, green, blue, _] = palette.run(slot).to_array();
        assert_eq!([red, green, blue], *color, "slot {slot}");
        let style = match run_stroke(slot) {
            Stroke::Solid => LineStyle::Solid,
            Stroke::Dashed(length) => LineStyle::Dashed { length },
            Stroke::Dotted(spacing) => LineStyle::Dotted { spacing },
        };
        assert_eq!(pattern::line_style(slot), style, "slot {slot}");
        let shape = match run_mark(slot) {
            Mark::Circle => MarkerShape::Circle,
            Mark::Square => MarkerShape::Square,
            Mark::Up => MarkerShape::Up,
            Mark::Diamond => MarkerShape::Diamond,
            Mark::Down => MarkerShape::Down,
            Mark::Plus => MarkerShape::Plus,
            Mark::Cross => MarkerShape::Cross,
            Mark::Asterisk => MarkerShape::Asterisk,
        };
        assert_eq!(pattern::marker(slot), shape, "slot {slot}");
    }
}
