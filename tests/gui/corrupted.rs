//! Runs that train on noisy images: what they are given, and what they make of it.

use std::sync::Arc;

use egui_kittest::kittest::{NodeT as _, Queryable as _};
use hourglass::data::glyphs;
use hourglass::engine::{
    Answer, Content, Frame, ImagesMade, ImagesSpec, Pictures, Progress, RunId, RunPictures,
    RunState, Slot, Snapshot, Wish, WishKey,
};
use hourglass::gui::{Action, HistoryAction};
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
    let wishes = window.script.wishes.borrow();
    let mut newest = wishes.iter().rev();
    let (_, number, wish) =
        newest.find(|(key, _, _)| key.slot == Slot::Images && key.run == FIRST)?;
    match wish.clone()? {
        Wish::Images(spec) => Some((*number, spec)),
        other => panic!("expected images, found {other:?}"),
    }
}

/// The explorer answers what was wished last: grey images were given, and white ones made of them.
fn answer(window: &mut Window) {
    let (number, spec) = wished(window).unwrap();
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
        spec,
    };
    window.script.answers.borrow_mut().push_back(Answer {
        key: WishKey {
            slot: Slot::Images,
            run: FIRST,
        },
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
