//! The image, its damage and its results, without a window.

use super::strokes::Ink;
use super::*;
use crate::engine::{
    Answer, Command, Content, Frame, ImagesMade, InputImage, Pictures, RunId, RunPictures, Snapshot,
};
use crate::gui::action::Action;
use crate::gui::state::tests::{SHAPE, first, make_ready};
use crate::model::KnobValue;

fn act(state: &mut AppState, action: InputAction) -> Vec<Effect> {
    state.handle(Action::Input(action))
}

fn ready() -> (AppState, RunId) {
    let (mut state, id) = first();
    make_ready(&mut state, id);
    state.catch_up();
    state.shown.insert(Pane::Input);
    (state, id)
}

/// A frame whose test image `i` is all of value `i`.
fn show_images(state: &mut AppState, id: RunId, indices: &[u32]) {
    let pixels = indices
        .iter()
        .flat_map(|&image| vec![image as u8; SHAPE.pixels()])
        .collect();
    let originals = Pictures {
        shape: SHAPE,
        pixels,
    };
    let frame = Frame {
        id,
        step: 0,
        phase: 0,
        elapsed_secs: 0.0,
        pictures: RunPictures {
            indices: indices.to_vec(),
            reconstructions: originals.clone(),
            originals: Arc::new(originals),
            errors: vec![0.0; indices.len()],
        },
        codes: Arc::default(),
        layers: Arc::default(),
    };
    state.apply_snapshot(&Snapshot {
        runs: vec![Arc::new(frame)],
    });
}

fn shown_or_wanted(state: &AppState) -> Option<u32> {
    state.input.wanted.or_else(|| state.input.test_image())
}

fn pixels(state: &AppState) -> Vec<u8> {
    match state.input.image() {
        Some(InputImage::Pixels(pixels)) => pixels.to_vec(),
        other => panic!("{other:?}"),
    }
}

fn answer(id: RunId, value: u8, error: f32) -> Answer {
    Answer {
        key: WishKey {
            slot: Slot::Input,
            run: id,
        },
        number: 1,
        step: 12,
        content: Content::Point {
            start: vec![0.0],
            code: vec![0.0],
            picture: Pictures {
                shape: SHAPE,
                pixels: vec![value; SHAPE.pixels()],
            },
            original: None,
            error: Some(error),
        },
    }
}

#[test]
fn a_drawn_line_is_wished_for_every_run_that_is_ready() {
    let (mut state, id) = ready();
    assert!(state.wishes().is_empty(), "nothing is drawn");
    act(&mut state, InputAction::BeginStroke([0.2, 0.5]));
    act(&mut state, InputAction::ExtendStroke(vec![[0.8, 0.5]]));
    let drawn = pixels(&state);
    assert_eq!(drawn[14 * 28 + 14], 255);
    assert_eq!(drawn[4 * 28 + 14], 0);
    let wishes = state.wishes();
    let key = WishKey {
        slot: Slot::Input,
        run: id,
    };
    let Some(Wish::Point(spec)) = wishes.get(&key) else {
        panic!("{wishes:?}");
    };
    assert_eq!(Start::Image(state.input.image().unwrap()), spec.start);
    state.handle(Action::Duplicate(id));
    assert_eq!(state.wishes().len(), 1, "the second is not ready");
    make_ready(&mut state, RunId(2));
    assert_eq!(state.wishes().len(), 2);
    state.shown.clear();
    assert!(state.wishes().is_empty(), "nobody looks");
    state.shown.insert(Pane::Input);
    act(&mut state, InputAction::Clear);
    assert!(state.wishes().is_empty());
}

#[test]
fn erasing_undoing_and_ink_have_an_effect() {
    let (mut state, _) = ready();
    act(&mut state, InputAction::BeginStroke([0.5, 0.5]));
    let middle = 14 * 28 + 14;
    assert_eq!(pixels(&state)[middle], 255);
    let brush = state.input.brush;
    let erase = Brush {
        tool: Tool::Erase,
        ..brush
    };
    act(&mut state, InputAction::SetBrush(erase));
    act(&mut state, InputAction::BeginStroke([0.5, 0.5]));
    assert_eq!(pixels(&state)[middle], 0);
    act(&mut state, InputAction::Undo);
    assert_eq!(pixels(&state)[middle], 255);
    let grey = Brush {
        ink: Ink::Grey,
        thickness: 0.4,
        ..brush
    };
    act(&mut state, InputAction::SetBrush(grey));
    act(&mut state, InputAction::BeginStroke([0.5, 0.5]));
    assert_eq!(pixels(&state)[middle], 128);
    assert_eq!(pixels(&state)[14 * 28 + 10], 128, "thicker than before");
    act(&mut state, InputAction::Undo);
    act(&mut state, InputAction::Undo);
    assert!(state.input.image().is_none());
}

#[test]
fn a_test_image_is_taken_at_once_where_it_is_shown() {
    let (mut state, id) = ready();
    show_images(&mut state, id, &[3, 9]);
    act(&mut state, InputAction::BeginStroke([0.5, 0.5]));
    let effects = act(&mut state, InputAction::TakeTestImage(9));
    assert!(effects.is_empty(), "its pixels are here");
    assert_eq!(pixels(&state), [9; 784], "the drawing has gone");
    assert_eq!(state.input.test_image(), Some(9));
    state.history.cursor = Some(0);
    act(&mut state, InputAction::TakeTestImage(3));
    assert_eq!(pixels(&state), [3; 784]);
}

#[test]
fn a_test_image_is_asked_for_where_it_is_not_shown() {
    let (mut state, id) = ready();
    show_images(&mut state, id, &[3, 9]);
    act(&mut state, InputAction::TakeTestImage(3));
    let effects = act(&mut state, InputAction::TakeTestImage(40));
    let [Effect::Send(Command::ShowImages(images))] = &effects[..] else {
        panic!("{effects:?}");
    };
    assert_eq!(images.last(), Some(&40));
    assert_eq!(pixels(&state), [3; 784], "the last one until then");
    show_images(&mut state, id, images);
    state.catch_up();
    assert_eq!(pixels(&state), [40; 784]);
    act(&mut state, InputAction::TakeTestImage(50));
    assert_eq!(state.input.wanted, None, "there are fifty");
    act(&mut state, InputAction::TakeAnyTestImage);
    let one = shown_or_wanted(&state);
    act(&mut state, InputAction::TakeAnyTestImage);
    assert_ne!(shown_or_wanted(&state), one);
}

#[test]
fn damage_goes_in_but_leaves_the_image() {
    let (mut state, id) = ready();
    show_images(&mut state, id, &[100]);
    act(&mut state, InputAction::TakeTestImage(100));
    assert!(state.input.wanted.is_none() && state.input.test_image().is_none());
    show_images(&mut state, id, &[40]);
    act(&mut state, InputAction::TakeTestImage(40));
    assert!(!state.input.is_damaged());
    let noisy = Corruption {
        noise_sigma: 0.2,
        ..Corruption::default()
    };
    act(&mut state, InputAction::Corrupt(noisy));
    let one = pixels(&state);
    assert_ne!(one, [40; 784]);
    assert_eq!(state.input.clean().unwrap().pixels, [40; 784]);
    assert_eq!(state.input.seen().unwrap().pixels, one);
    act(&mut state, InputAction::OtherNoise);
    assert_ne!(pixels(&state), one);
    act(&mut state, InputAction::Repair);
    assert_eq!(pixels(&state), [40; 784]);

    let brush = Brush {
        tool: Tool::Damage,
        ..state.input.brush
    };
    act(&mut state, InputAction::SetBrush(brush));
    act(&mut state, InputAction::BeginStroke([0.5, 0.5]));
    assert!(state.input.is_damaged());
    assert_eq!(pixels(&state)[14 * 28 + 14], 255);
    assert_eq!(state.input.clean().unwrap().pixels, [40; 784]);
    assert!(state.input.damage() > 0.0);
    act(&mut state, InputAction::Repair);
    assert_eq!(state.input.damage(), 0.0);
}

#[test]
fn results_are_held_against_both_images() {
    let (mut state, id) = ready();
    show_images(&mut state, id, &[40]);
    act(&mut state, InputAction::TakeTestImage(40));
    state.apply_answer(answer(id, 40, 0.125));
    let result = state.input.result(id).unwrap();
    assert_eq!((result.step, result.error), (12, Some(0.125)));
    assert_eq!(result.clean_error, Some(0.0));
    act(&mut state, InputAction::Clear);
    assert!(state.input.result(id).is_none(), "there is no image");
    act(&mut state, InputAction::BeginStroke([0.5, 0.5]));
    let error = state.input.result(id).unwrap().clean_error.unwrap();
    assert!(error > 0.0, "held against the image of now");
}

#[test]
fn a_drawing_follows_to_images_of_another_size() {
    let (mut state, _) = ready();
    act(&mut state, InputAction::BeginStroke([0.5, 0.5]));
    let colour = ImageShape {
        width: 16,
        height: 16,
        channels: 3,
    };
    state.input.fit(colour);
    let drawn = pixels(&state);
    assert_eq!(drawn.len(), 768);
    for channel in 0..3 {
        let middle = drawn[channel * 256 + 8 * 16 + 8];
        assert!(middle > 100, "{middle} on channel {channel}");
    }
    assert!(
        state.wishes().is_empty(),
        "the run has images of another size"
    );
}

/// What is wished for a run that is given the image in its own way.
fn own_wish(state: &AppState, run: RunId) -> Option<ImagesSpec> {
    let slot = Slot::Input;
    match state.wishes().remove(&WishKey { slot, run })? {
        Wish::Images(spec) => Some(spec),
        Wish::Point(_) => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_run_is_given_the_image_with_its_own_noise_on_request() {
    let (mut state, id) = first();
    let mut draft = state.run(id).unwrap().draft.clone();
    draft
        .config
        .knobs
        .set("noise", KnobValue::Text("masking".to_owned()));
    state.handle(Action::Edit(id, Box::new(draft)));
    state.handle(Action::Commit(id));
    make_ready(&mut state, id);
    state.catch_up();
    state.shown.insert(Pane::Input);
    show_images(&mut state, id, &[40]);
    act(&mut state, InputAction::TakeTestImage(40));
    assert!(own_wish(&state, id).is_none(), "nobody asked");
    act(&mut state, InputAction::GiveOwnNoise(true));
    let spec = own_wish(&state, id).unwrap();
    assert_eq!((&spec.indices[..], spec.seed), (&[40][..], 0));
    assert_eq!(spec.noise.map(|noise| noise.id), Some("masking"));
    assert_eq!(spec.images.pixels, [40; 784]);
    act(&mut state, InputAction::OtherNoise);
    assert_eq!(own_wish(&state, id).unwrap().seed, 1);
    let picture = |value: u8| Pictures {
        shape: SHAPE,
        pixels: vec![value; SHAPE.pixels()],
    };
    let made = ImagesMade {
        spec,
        given: Some(picture(9)),
        given_errors: vec![0.5],
        pictures: picture(40),
        errors: vec![0.25],
        input_errors: vec![0.125],
        samples: Vec::new(),
    };
    let content = Content::Images(Box::new(made));
    state.apply_answer(Answer {
        content,
        ..answer(id, 0, 0.0)
    });
    let result = state.input.result(id).unwrap();
    let given = result.given.as_ref().unwrap();
    assert_eq!((given.picture.pixels[0], given.error), (9, Some(0.5)));
    assert_eq!(result.error, Some(0.125), "to what went in");
    assert_eq!(result.clean_error, Some(0.0));
    act(&mut state, InputAction::GiveOwnNoise(false));
    assert!(own_wish(&state, id).is_none());
}

#[test]
fn a_run_without_noise_of_its_own_is_given_the_image_itself() {
    let (mut state, id) = ready();
    show_images(&mut state, id, &[40]);
    act(&mut state, InputAction::TakeTestImage(40));
    act(&mut state, InputAction::GiveOwnNoise(true));
    assert!(own_wish(&state, id).is_none());
    assert_eq!(state.wishes().len(), 1);
}
