//! Runs that train on noisy images or draw their codes: what they are given, and what they make of it.

use std::sync::Arc;

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use hourglass::data::glyphs;
use hourglass::engine::{
    Answer, Content, Frame, ImagesMade, ImagesSampled, ImagesSpec, Pictures, Progress, RunId,
    RunPictures, RunState, Slot, Snapshot, Wish, WishKey,
};
use hourglass::gui::{Action, HistoryAction, InputAction, Pane, Preset};
use hourglass::train::Metrics;

use super::pictures::{has, roomy};
use super::session::{SHAPE, devices, errors, ready, recipe};
use super::window::{Look, Window};
use super::{Event, FIRST};

const IMAGES: usize = 6;

/// A frame with the first test images, all of which became black.
fn frame(id: RunId) -> Arc<Frame> {
    let data = glyphs::generate(0, 10, IMAGES).unwrap();
    let originals = Arc::new(Pictures {
        shape: SHAPE,
        pixels: data.test.pixels().to_vec(),
    });
    let made = vec![0; originals.pixels.len()];
    Arc::new(Frame {
        id,
        step: 40,
        phase: 0,
        elapsed_secs: 1.0,
        pictures: RunPictures {
            indices: (0..).take(IMAGES).collect(),
            errors: errors(&originals.pixels, &made),
            originals,
            reconstructions: Pictures {
                shape: SHAPE,
                pixels: made,
            },
        },
        codes: Arc::default(),
        layers: Arc::default(),
    })
}

/// The same with the pane "One input" large and a test image taken.
fn input_window(variant: &str) -> Window {
    let mut window = window(variant, &roomy());
    let ctx = window.harness.ctx.clone();
    let arrange = Action::Arrange(Preset::Comparison);
    window.harness.state_mut().act(&ctx, arrange);
    window.harness.run();
    let is_shown = |window: &Window| {
        let state = window.harness.state().state();
        state.shown.contains(&Pane::Input)
    };
    if !is_shown(&window) {
        window.click(Pane::Input.title());
    }
    assert!(is_shown(&window));
    let take = Action::Input(InputAction::TakeTestImage(3));
    window.harness.state_mut().act(&ctx, take);
    window.harness.run();
    window
}

/// A window with a run of a variant that has pictures.
fn window(variant: &str, look: &Look) -> Window {
    let config = recipe(variant);
    let mut window = Window::with_look(Some(config.clone()), look);
    window.tell([
        devices(),
        ready(FIRST, &config),
        Event::StateChanged {
            id: FIRST,
            state: RunState::Paused,
        },
        Event::Progress {
            id: FIRST,
            more: Metrics::default(),
            progress: Progress {
                step: 100,
                ..Progress::default()
            },
        },
        Event::Frame(frame(FIRST)),
    ]);
    window.show(Snapshot {
        runs: vec![frame(FIRST)],
    });
    window.harness.run();
    window.commands();
    window
}

/// The newest wish for the test images.
fn wished(window: &Window) -> Option<(u64, ImagesSpec)> {
    wished_in(window, Slot::Images)
}

fn wished_in(window: &Window, slot: Slot) -> Option<(u64, ImagesSpec)> {
    let wishes = window.script.wishes.borrow();
    let mut newest = wishes.iter().rev();
    let (_, number, wish) = newest.find(|(key, _, _)| key.slot == slot && key.run == FIRST)?;
    match wish.clone()? {
        Wish::Images(spec) => Some((*number, spec)),
        Wish::Point(_) => None,
        other => panic!("expected images, found {other:?}"),
    }
}

/// The explorer answers what was wished last: grey images were given, and white ones made of them.
fn answer(window: &mut Window) {
    answer_in(window, Slot::Images);
}

fn answer_in(window: &mut Window, slot: Slot) {
    let (number, spec) = wished_in(window, slot).unwrap();
    let count = spec.indices.len();
    let all = |value: u8| Pictures {
        shape: SHAPE,
        pixels: vec![value; count * SHAPE.pixels()],
    };
    let made = ImagesMade {
        given: spec.noise.map(|_noise| all(127)),
        given_errors: vec![0.25; count],
        pictures: all(255),
        errors: vec![0.0321; count],
        input_errors: vec![0.0654; count],
        samples: vec![
            ImagesSampled {
                pictures: all(200),
                errors: vec![0.0987; count],
            };
            spec.draws
        ],
        spec,
    };
    window.script.answers.borrow_mut().push_back(Answer {
        key: WishKey { slot, run: FIRST },
        number,
        step: 1_234,
        content: Content::Images(Box::new(made)),
    });
    window.harness.run();
}

#[test]
fn what_a_run_is_given_stands_over_what_it_makes_of_it() {
    let mut window = window("denoising", &roomy());
    let given = "Denoising: given (Gaussian noise 0.5): 6 pictures";
    assert!(!has(&window, given), "not answered yet");
    assert!(window.has_text("clean input, MSE"));
    answer(&mut window);
    assert!(has(&window, given));
    assert!(window.has_text("given (Gaussian noise 0.5)"));
    assert!(window.has_text("noisy input, MSE 0.0321"));
    window.click("Clean input");
    assert!(!has(&window, given));
    assert!(window.has_text("clean input, MSE"));
    assert!(wished(&window).is_none(), "withdrawn");
    window.click("Corrupted input");
    assert!(wished(&window).is_some(), "asked again");
}

#[test]
fn looking_back_has_clean_images_and_says_so() {
    let mut window = window("denoising", &roomy());
    answer(&mut window);
    let ctx = window.harness.ctx.clone();
    let look_back = Action::History(HistoryAction::LookAt(40));
    window.harness.state_mut().act(&ctx, look_back);
    window.harness.run();
    assert!(window.has_text("clean input"));
    assert!(!window.has_text("given (Gaussian noise 0.5)"));
    for name in ["Clean input", "Corrupted input"] {
        let switch = window.harness.get_by_label(name);
        assert!(switch.accesskit_node().is_disabled(), "{name}");
    }
}

#[test]
fn runs_without_noise_are_not_asked_about_it() {
    let window = window("autoencoder", &roomy());
    assert!(wished(&window).is_none());
    assert!(!has(&window, "Corrupted input"));
    assert!(!window.has_text("clean input"));
}

#[test]
fn the_switch_can_be_reached_in_a_small_window() {
    let look = Look {
        size: [800.0, 600.0],
        ..Look::default()
    };
    let mut window = window("denoising", &look);
    answer(&mut window);
    let screen = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(800.0, 600.0));
    for name in ["Clean input", "Corrupted input"] {
        let switch = window.harness.get_by_label(name);
        assert!(screen.contains_rect(switch.rect()), "{name}");
    }
}

#[test]
fn one_input_goes_in_with_the_runs_own_noise() {
    let mut window = input_window("denoising");
    assert!(wished_in(&window, Slot::Input).is_none(), "as it is");
    window.click("The run's own noise");
    let (_, spec) = wished_in(&window, Slot::Input).unwrap();
    assert_eq!((&spec.indices[..], spec.seed), (&[3][..], 0));
    answer_in(&mut window, Slot::Input);
    let described = "Denoising is given the input with Gaussian noise 0.5";
    assert!(has(&window, described));
    assert!(window.has_text("to input 0.0654"));
    window.click("Another noise");
    let (_, spec) = wished_in(&window, Slot::Input).unwrap();
    assert_eq!(spec.seed, 1);
    let number = window
        .harness
        .get_by_role_and_label(Role::SpinButton, "Noise number");
    assert_eq!(number.accesskit_node().numeric_value(), Some(1.0));
    window.click("The run's own noise");
    assert!(wished_in(&window, Slot::Input).is_none());
}

#[test]
fn the_noise_of_a_run_is_not_offered_where_there_is_none() {
    let window = input_window("autoencoder");
    assert!(!has(&window, "The run's own noise"));
    assert!(!has(&window, "Noise number"));
}

#[test]
fn a_variational_run_is_shown_by_a_sample_on_request() {
    let mut window = window("vae", &roomy());
    assert!(wished(&window).is_none(), "the mean is in the frame");
    assert!(!has(&window, "Corrupted input"));
    window.click("Samples");
    let (_, spec) = wished(&window).unwrap();
    assert_eq!((spec.draws, spec.noise), (1, None));
    answer(&mut window);
    assert!(window.has_text("sample, MSE 0.0987"));
    assert!(!window.has_text("given ("));
    window.click("Samples");
    assert!(wished(&window).is_none());
    assert!(!window.has_text("sample, MSE"));
}

#[test]
fn one_input_has_four_samples_beside_the_mean() {
    let mut window = input_window("vae");
    assert!(!has(&window, "The run's own noise"));
    window.click("Four samples");
    let (_, spec) = wished_in(&window, Slot::Input).unwrap();
    assert_eq!((spec.draws, spec.seed, spec.noise), (4, 0, None));
    answer_in(&mut window, Slot::Input);
    let name = window.harness.state().state().runs[0].name().to_owned();
    assert!(has(&window, &format!("{name} rebuilds the input")));
    for number in 1..=4 {
        assert!(has(&window, &format!("{name}, sample {number}")));
    }
    window.click("Another noise");
    assert_eq!(wished_in(&window, Slot::Input).unwrap().1.seed, 1);
    window.click("Four samples");
    assert!(wished_in(&window, Slot::Input).is_none());
}
