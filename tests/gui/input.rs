//! One input through all runs, by name and pointer.

use std::sync::Arc;

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use hourglass::engine::{
    Answer, Content, InputImage, Pictures, RunId, Slot, Snapshot, Start, Wish, WishKey,
};
use hourglass::gui::Pane;

use super::looks;
use super::pictures::{has, pane_window, roomy, shown};
use super::rich::rich_session;
use super::session::SHAPE;
use super::window::{Look, Window};

fn input_window(runs: usize) -> Window {
    pane_window(runs, Pane::Input, &roomy())
}

/// Draws with the pointer between places told as shares of the canvas.
fn drag(window: &mut Window, points: &[[f32; 2]]) {
    window
        .harness
        .get_by_role_and_label(Role::Canvas, canvas_name(window))
        .scroll_to_me();
    window.harness.run();
    let rect = window
        .harness
        .get_by_role_and_label(Role::Canvas, canvas_name(window))
        .rect();
    let place = |[x, y]: [f32; 2]| rect.min + egui::vec2(x, y) * rect.size();
    let over: Vec<_> = points[1..].iter().map(|point| place(*point)).collect();
    window.drag(place(points[0]), &over);
}

fn canvas_name(window: &Window) -> &'static str {
    let empty = "Canvas, empty: draw with the pointer";
    if has(window, empty) { empty } else { "Canvas" }
}

/// The newest wish for the image of a run.
fn wished(window: &Window, run: RunId) -> Option<(u64, Vec<u8>)> {
    let wishes = window.script.wishes.borrow();
    let of_run =
        |(key, _, _): &&(WishKey, u64, Option<Wish>)| key.slot == Slot::Input && key.run == run;
    let (_, number, wish) = wishes.iter().rev().find(of_run)?;
    match wish.as_ref()? {
        Wish::Point(spec) => match &spec.start {
            Start::Image(InputImage::Pixels(pixels)) => Some((*number, pixels.to_vec())),
            other => panic!("expected pixels, found {other:?}"),
        },
        other => panic!("expected a point, found {other:?}"),
    }
}

/// The explorer answers what was wished last with a picture of one value.
fn answer(window: &mut Window, run: RunId, value: u8, error: f32) {
    let (number, _) = wished(window, run).unwrap();
    window.script.answers.borrow_mut().push_back(Answer {
        key: WishKey {
            slot: Slot::Input,
            run,
        },
        number,
        step: 1_234,
        content: Content::Point {
            start: vec![0.0; 10],
            code: vec![0.0; 10],
            picture: Pictures {
                shape: SHAPE,
                pixels: vec![value; SHAPE.pixels()],
            },
            original: None,
            error: Some(error),
        },
    });
    window.harness.run();
}

fn lit(pixels: &[u8]) -> usize {
    pixels.iter().filter(|&&pixel| pixel > 100).count()
}

#[test]
fn a_drawn_line_goes_through_every_run_and_their_pictures_come_back() {
    let mut window = input_window(2);
    assert!(window.has_text("Draw on the canvas or take a test image"));
    drag(&mut window, &[[0.25, 0.5], [0.5, 0.5], [0.75, 0.5]]);
    let (_, first) = wished(&window, RunId(1)).unwrap();
    let (_, second) = wished(&window, RunId(2)).unwrap();
    assert_eq!(first, second, "the same image through both");
    assert!(first[14 * 28 + 14] > 200, "the middle of the line");
    assert!((20..80).contains(&lit(&first)), "{}", lit(&first));
    answer(&mut window, RunId(1), 9, 0.0321);
    assert!(has(&window, "Stacked rebuilds the input"));
    assert!(window.has_text("MSE 0.0321"));
    assert!(!has(&window, "Deep rebuilds the input"));
    answer(&mut window, RunId(2), 9, 0.0654);
    assert!(has(&window, "Deep rebuilds the input"));
}

#[test]
fn strokes_follow_every_place_the_pointer_was_at_within_a_frame() {
    let mut window = input_window(1);
    let rect = window
        .harness
        .get_by_role_and_label(Role::Canvas, canvas_name(&window))
        .rect();
    let at = |x: f32, y: f32| rect.min + egui::vec2(x, y) * rect.size();
    window.harness.hover_at(at(0.2, 0.2));
    window.harness.run();
    // One frame with the whole corner in it.
    window.harness.drag_at(at(0.2, 0.2));
    window.harness.hover_at(at(0.8, 0.2));
    window.harness.hover_at(at(0.8, 0.8));
    window.harness.drop_at(at(0.8, 0.8));
    window.harness.run();
    let (_, pixels) = wished(&window, RunId(1)).unwrap();
    assert!(pixels[5 * 28 + 14] > 100, "along the top");
    assert!(pixels[14 * 28 + 22] > 100, "down the side");
    assert!(pixels[14 * 28 + 14] < 50, "not straight across");
}

#[test]
fn erasing_undoing_thickness_and_clearing_by_name() {
    let mut window = input_window(1);
    let line = [[0.2, 0.5], [0.8, 0.5]];
    drag(&mut window, &line);
    let thin = lit(&wished(&window, RunId(1)).unwrap().1);
    window.click("Undo stroke");
    assert!(wished(&window, RunId(1)).is_none(), "withdrawn");
    window
        .harness
        .get_by_role_and_label(Role::Slider, "Thickness")
        .set_value_accesskit(0.2);
    window.harness.run();
    drag(&mut window, &line);
    let thick = lit(&wished(&window, RunId(1)).unwrap().1);
    assert!(thick > thin + 30, "{thin} → {thick}");
    window.click("Erase");
    drag(&mut window, &line);
    assert!(lit(&wished(&window, RunId(1)).unwrap().1) < 5);
    window.click("Undo stroke");
    assert_eq!(lit(&wished(&window, RunId(1)).unwrap().1), thick);
    window.click("Draw");
    window.choose("Ink", "Grey");
    drag(&mut window, &line);
    let (_, grey) = wished(&window, RunId(1)).unwrap();
    assert_eq!(grey[14 * 28 + 14], 128);
    window.click("Clear");
    assert!(wished(&window, RunId(1)).is_none());
    assert!(window.has_text("Draw on the canvas or take a test image"));
}

#[test]
fn a_test_image_is_taken_by_number_or_by_chance() {
    let mut window = input_window(1);
    window.click("Take");
    let (_, pixels) = wished(&window, RunId(1)).unwrap();
    let frame = Arc::clone(&rich_session(1).snapshot.runs[0]);
    assert_eq!(pixels, frame.pictures.originals.get(0));
    window
        .harness
        .get_by_role_and_label(Role::SpinButton, "Test image")
        .set_value_accesskit(3.0);
    window.harness.run();
    let (_, pixels) = wished(&window, RunId(1)).unwrap();
    assert_eq!(pixels, frame.pictures.originals.get(3));
    window.click("Any");
    let images = shown(&window);
    let wanted = *images.last().unwrap();
    assert!(window.has_text("on its way…"));
    let mut frame = (*frame).clone();
    let originals = Pictures {
        shape: SHAPE,
        pixels: [77; 28 * 28].repeat(images.len()),
    };
    frame.pictures.errors = vec![0.0; images.len()];
    frame.pictures.reconstructions = originals.clone();
    frame.pictures.originals = Arc::new(originals);
    frame.pictures.indices = images;
    window.show(Snapshot {
        runs: vec![Arc::new(frame)],
    });
    assert_eq!(
        window.harness.state().state().input.test_image(),
        Some(wanted)
    );
    assert_eq!(wished(&window, RunId(1)).unwrap().1, [77; 784]);
}

#[test]
fn every_kind_of_damage_reaches_the_runs_and_can_be_repaired() {
    let mut window = input_window(1);
    window.click("Take");
    let (_, clean) = wished(&window, RunId(1)).unwrap();
    for slider in ["Noise σ", "Salt and pepper", "Block"] {
        window
            .harness
            .get_by_role_and_label(Role::Slider, slider)
            .set_value_accesskit(0.5);
        window.harness.run();
        let (_, damaged) = wished(&window, RunId(1)).unwrap();
        assert_ne!(damaged, clean, "{slider}");
        if slider == "Block" {
            for place in ["Block across", "Block down"] {
                window
                    .harness
                    .get_by_role_and_label(Role::Slider, place)
                    .set_value_accesskit(0.25);
                window.harness.run();
                let (_, moved) = wished(&window, RunId(1)).unwrap();
                assert_ne!(moved, damaged, "{place}");
            }
        } else {
            window.click("Another noise");
            let (_, other) = wished(&window, RunId(1)).unwrap();
            assert_ne!(other, damaged, "{slider}");
        }
        answer(&mut window, RunId(1), 20, 0.25);
        assert!(window.has_text("to input 0.250"), "{slider}");
        assert!(window.has_text("to clean "), "{slider}");
        assert!(window.has_text("Undamaged"), "{slider}");
        window.click("Repair");
        assert_eq!(wished(&window, RunId(1)).unwrap().1, clean, "{slider}");
    }
    window.click("Brush over");
    drag(&mut window, &[[0.1, 0.1], [0.9, 0.9]]);
    let (_, brushed) = wished(&window, RunId(1)).unwrap();
    assert!(lit(&brushed) > lit(&clean) + 10);
    assert!(window.has_text("Undamaged"));
    window.click("Repair");
    assert_eq!(wished(&window, RunId(1)).unwrap().1, clean);
}

#[test]
fn pictures_of_the_newest_weights_say_so_while_the_window_looks_back() {
    let mut window = input_window(1);
    window.click("Take");
    answer(&mut window, RunId(1), 9, 0.0321);
    let words = "With the newest weights, not those of the step looked back at";
    assert!(!window.has_text(words));
    window.click("First frame");
    assert!(window.has_text(words));
    window.click("Back to live");
    assert!(!window.has_text(words));
}

#[test]
fn what_the_explorer_cannot_do_is_said_in_place() {
    let mut window = input_window(1);
    window.click("Take");
    let (number, _) = wished(&window, RunId(1)).unwrap();
    window.script.answers.borrow_mut().push_back(Answer {
        key: WishKey {
            slot: Slot::Input,
            run: RunId(1),
        },
        number,
        step: 0,
        content: Content::Failed("The weights of this run are not there yet.".to_owned()),
    });
    window.harness.run();
    assert!(window.has_text("The weights of this run are not there yet."));
}

/// Runs that rebuild a drawn image that was damaged.
pub fn scene(runs: usize, look: &Look) -> Window {
    let mut window = pane_window(runs, Pane::Input, look);
    drag(&mut window, &[[0.3, 0.2], [0.7, 0.2], [0.4, 0.8]]);
    window
        .harness
        .get_by_role_and_label(Role::Slider, "Salt and pepper")
        .set_value_accesskit(0.1);
    window.harness.run();
    for run in 1..=runs as u64 {
        answer(&mut window, RunId(run), 30 * run as u8, 0.01 * run as f32);
    }
    window
}

/// Writes both panes to the folder that `HOURGLASS_LOOK` names, to be looked at.
#[test]
fn picture_panes_are_written_on_request() {
    let Some(folder) = looks::folder() else {
        return;
    };
    for theme in [egui::Theme::Dark, egui::Theme::Light] {
        for (width, height) in [(1280.0, 720.0), (2560.0, 1440.0)] {
            for runs in [2, 8] {
                let look = looks::drawn(theme, [width, height]);
                let name = format!("{width}x{height}-{theme:?}-{runs}");
                let mut window = pane_window(runs, Pane::Pictures, &look);
                window.click("Test image 2");
                window.harness.get_by_label("Stacked: 12 pictures").hover();
                window.harness.run();
                looks::save(&mut window, &folder, &format!("pictures-{name}"));
                let mut window = scene(runs, &look);
                looks::save(&mut window, &folder, &format!("input-{name}"));
            }
        }
    }
}
