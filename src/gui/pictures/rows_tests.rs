//! Which rows there are, with frames that tests make.

use super::*;
use crate::engine::{
    Answer, Content, Event, ImagesMade, ImagesSpec, RunId, RunPictures, Slot, Snapshot, Wish,
    WishKey,
};
use crate::gui::action::Action;
use crate::gui::layout::Pane;
use crate::gui::pictures::PicturesAction;
use crate::gui::state::tests::{SHAPE, first, make_ready};
use crate::model::KnobValue;

fn pictures(count: usize) -> Pictures {
    Pictures {
        shape: SHAPE,
        pixels: vec![0; count * SHAPE.pixels()],
    }
}

fn frame(id: RunId, step: u64, indices: &[u32]) -> Arc<Frame> {
    Arc::new(Frame {
        id,
        step,
        phase: 0,
        elapsed_secs: 0.0,
        pictures: RunPictures {
            indices: indices.to_vec(),
            originals: Arc::new(pictures(indices.len())),
            reconstructions: pictures(indices.len()),
            errors: indices.iter().map(|&image| image as f32).collect(),
        },
        codes: Arc::default(),
        layers: Arc::default(),
    })
}

fn pca(id: RunId, components: usize, indices: &[u32]) -> Event {
    Event::PcaPictures {
        id,
        pictures: Arc::new(PcaPictures {
            components,
            indices: indices.to_vec(),
            pictures: pictures(indices.len()),
            errors: indices.iter().map(|&image| image as f32).collect(),
        }),
    }
}

fn two_runs(images: [&[u32]; 2]) -> AppState {
    let (mut state, one) = first();
    state.handle(Action::Duplicate(one));
    let two = state.runs[1].id;
    make_ready(&mut state, one);
    make_ready(&mut state, two);
    state.apply_snapshot(&Snapshot {
        runs: vec![frame(one, 5, images[0]), frame(two, 5, images[1])],
    });
    state
}

#[test]
fn runs_with_the_same_images_stand_under_one_row_of_them() {
    let state = two_runs([&[3, 4], &[3, 4]]);
    let groups = groups(&state);
    assert_eq!(groups.len(), 1);
    assert_eq!(rows(&groups, false).len(), 3);
    assert_eq!(rows(&groups, true).len(), 5);
    let state = two_runs([&[3, 4, 5], &[3, 6, 7]]);
    let groups = super::groups(&state);
    assert_eq!(groups.len(), 2, "they hardly share any");
    assert_eq!(rows(&groups, false).len(), 4);
}

#[test]
fn frames_with_more_images_than_others_show_the_ones_they_share() {
    let state = two_runs([&[3, 4, 5, 6], &[6, 3, 9]]);
    let all = groups(&state);
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].indices, [3, 6]);
    let rows = rows(&all, false);
    assert_eq!((rows[0].place(1), rows[1].place(1)), (Some(3), Some(3)));
    assert_eq!(rows[2].place(1), Some(0), "where its own frame has it");
    assert_eq!((rows[2].error(0), rows[2].error(1)), (Some(3.0), Some(6.0)));
    assert_eq!(rows[1].mean_error(), Some(4.5), "of what is shown");
}

#[test]
fn principal_components_have_a_row_a_number_of_them() {
    let mut state = two_runs([&[3, 4, 5], &[3, 4, 5]]);
    let ids = [state.runs[0].id, state.runs[1].id];
    state.apply(pca(ids[0], 32, &[3, 4, 5]));
    state.apply(pca(ids[1], 10, &[9, 5, 3]));
    let all = groups(&state);
    let [few, many] = &all[0].pca[..] else {
        panic!("{all:?}");
    };
    assert_eq!((few.pca.components, many.pca.components), (10, 32));
    assert_eq!(few.places, [Some(2), None, Some(1)], "told of other images");
    assert_eq!(few.error, 4.0, "mean of images 3 and 5");
    let rows = rows(&all, false);
    let row = rows[3];
    assert!(matches!(row, Row::Pca(_, row) if row.pca.components == 10));
    assert_eq!((row.error(0), row.error(1)), (Some(3.0), None));
    state.apply(pca(ids[1], 32, &[3, 4, 5]));
    assert_eq!(groups(&state)[0].pca.len(), 1, "one for both runs");
    state.pictures.shows_pca = false;
    assert!(groups(&state)[0].pca.is_empty());
}

#[test]
fn looking_back_shows_what_the_frames_have() {
    let mut state = two_runs([&[3, 4], &[3, 4]]);
    let one = state.runs[0].id;
    state.apply(Event::Frame(frame(one, 1, &[8, 9])));
    state.history.cursor = Some(2);
    let groups = groups(&state);
    assert_eq!(groups.len(), 2, "the second run has nothing that old");
    assert_eq!(groups[0].indices, [8, 9]);
}

/// Two runs of which the second trains on noisy images, in a window that shows the pane.
fn clean_and_noisy() -> (AppState, RunId) {
    let (mut state, one) = first();
    state.handle(Action::Duplicate(one));
    let two = state.runs[1].id;
    let mut draft = state.run(two).unwrap().draft.clone();
    let gaussian = KnobValue::Text("gaussian".to_owned());
    draft.config.knobs.set("noise", gaussian);
    state.handle(Action::Edit(two, Box::new(draft)));
    state.handle(Action::Commit(two));
    make_ready(&mut state, one);
    make_ready(&mut state, two);
    for id in [one, two] {
        state.apply(Event::StateChanged {
            id,
            state: crate::engine::RunState::Paused,
        });
    }
    state.apply_snapshot(&Snapshot {
        runs: vec![frame(one, 5, &[3, 4]), frame(two, 5, &[3, 4])],
    });
    state.shown.insert(Pane::Pictures);
    (state, two)
}

/// What is wished for the images of a run.
fn wished(state: &AppState, run: RunId) -> Option<ImagesSpec> {
    let slot = Slot::Images;
    match state.wishes().remove(&WishKey { slot, run })? {
        Wish::Images(spec) => Some(spec),
        other => panic!("{other:?}"),
    }
}

fn answer(state: &mut AppState, run: RunId, spec: ImagesSpec) {
    let count = spec.indices.len();
    let made = ImagesMade {
        given: spec.noise.map(|_noise| pictures(count)),
        given_errors: vec![0.5; count],
        pictures: pictures(count),
        errors: vec![0.25; count],
        input_errors: vec![0.125; count],
        samples: Vec::new(),
        spec,
    };
    let slot = Slot::Images;
    state.apply_answer(Answer {
        key: WishKey { slot, run },
        number: 1,
        step: 7,
        content: Content::Images(Box::new(made)),
    });
}

fn names(state: &AppState) -> Vec<String> {
    let groups = groups(state);
    let rows = rows(&groups, false);
    rows.iter().map(|row| row.name()).collect()
}

#[test]
fn a_run_with_noise_stands_under_what_it_is_given() {
    let (mut state, noisy) = clean_and_noisy();
    let [one, two] = [0, 1].map(|at: usize| state.runs[at].name().to_owned());
    let clean = ["Test images", one.as_str(), two.as_str()];
    assert_eq!(names(&state), clean, "it is not known yet");
    assert!(
        wished(&state, state.runs[0].id).is_none(),
        "it has no noise"
    );
    let spec = wished(&state, noisy).unwrap();
    assert_eq!(spec.indices[..], [3, 4]);
    answer(&mut state, noisy, spec);
    let given = format!("{two}: given (Gaussian noise 0.5)");
    assert_eq!(
        names(&state),
        [clean[0], clean[1], given.as_str(), clean[2]]
    );
    {
        let groups = groups(&state);
        let rows = rows(&groups, false);
        assert_eq!(rows[1].mean_error(), Some(3.5), "clean images of its frame");
        assert_eq!(
            (rows[2].mean_error(), rows[3].mean_error()),
            (Some(0.5), Some(0.25))
        );
        let run = &groups[0].runs[1];
        assert_eq!((run.step(), run.input()), (7, Some("noisy input")));
        assert_eq!(groups[0].runs[0].input(), None);
        assert_eq!(groups[0].pca_input(), Some("clean input"));
    }
    // Answers about other images wait for those that are shown.
    state.apply_snapshot(&Snapshot {
        runs: vec![frame(noisy, 6, &[4, 3])],
    });
    assert_eq!(names(&state).len(), 3);
}

#[test]
fn clean_images_are_given_on_request_and_in_looking_back() {
    let (mut state, noisy) = clean_and_noisy();
    let spec = wished(&state, noisy).unwrap();
    answer(&mut state, noisy, spec);
    assert_eq!(names(&state).len(), 4);
    state.history.cursor = Some(5);
    assert_eq!(names(&state).len(), 3, "frames have clean images");
    assert_eq!(groups(&state)[0].runs[1].input(), Some("clean input"));
    assert_eq!(
        groups(&state)[0].pca_input(),
        None,
        "all are given the same"
    );
    assert!(wished(&state, noisy).is_none());
    state.history.cursor = None;
    assert_eq!(names(&state).len(), 4);
    state.handle(Action::Pictures(PicturesAction::GiveClean(true)));
    assert_eq!(names(&state).len(), 3);
    assert!(wished(&state, noisy).is_none());
}

#[test]
fn what_could_not_be_found_is_told() {
    let (mut state, noisy) = clean_and_noisy();
    let slot = Slot::Images;
    state.apply_answer(Answer {
        key: WishKey { slot, run: noisy },
        number: 1,
        step: 7,
        content: Content::Failed("the device failed".to_owned()),
    });
    assert_eq!(names(&state).len(), 3);
    let groups = groups(&state);
    assert!(matches!(
        groups[0].runs[1].seen,
        Some(Err("the device failed"))
    ));
}
