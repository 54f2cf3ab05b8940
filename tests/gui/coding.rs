//! The pane of codes, by name and key.

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use hourglass::data::{ImageShape, glyphs};
use hourglass::engine::{
    Answer, Content, EntriesFound, Event, Pictures, Progress, Slot, Wish, WishKey,
};
use hourglass::gui::{Action, Pane};
use hourglass::model::{CodeGrid, DIMENSION_KL, ENTRY_COUNTS, Figure};
use hourglass::train::{Metrics, TestPoint, Verdict};

use super::FIRST;
use super::rich::rich_window;
use super::session::SHAPE;
use super::window::{Look, Window};

/// A window with the pane in front, and a measurement of the first run that has these figures.
fn code_window(figures: &[(&str, Figure)], look: &Look) -> Window {
    let mut window = rich_window(1, look);
    let ctx = window.harness.ctx.clone();
    let step = window.harness.state().state().runs[0].progress.step + 1;
    let figures = figures.iter().cloned();
    let point = TestPoint {
        step,
        phase: 0,
        mse: 0.01,
        verdict: Verdict::Varied,
        terms: std::sync::Arc::default(),
        measures: std::sync::Arc::new(figures.map(|(name, f)| (name.to_owned(), f)).collect()),
    };
    window.tell([Event::Progress {
        id: FIRST,
        more: Metrics {
            test: vec![point],
            ..Metrics::default()
        },
        progress: Progress {
            step,
            ..Progress::default()
        },
    }]);
    let action = Action::OpenPane(Pane::Code);
    window.harness.state_mut().act(&ctx, action);
    window.harness.run();
    window
}

fn says(window: &Window, text: &str) -> bool {
    let found = window.harness.query_all_by_label_contains(text).count();
    found > 0
}

/// Gives a picture with a name the keyboard.
fn focus(window: &mut Window, name: &str) {
    let node = window.harness.get_by_role_and_label(Role::Image, name);
    node.focus();
    window.harness.run();
}

#[test]
fn a_collapsed_code_is_told_with_its_reason() {
    let figures = [
        (DIMENSION_KL, Figure::Each(vec![0.001; 10])),
        ("beta", Figure::One(784.0)),
    ];
    let window = code_window(&figures, &Look::default());
    assert!(says(&window, "The code has collapsed"));
    assert!(says(&window, "about the number of pixels"));
}

#[test]
fn dimensions_are_gone_through_by_key_the_largest_first() {
    let mut kl = vec![0.002; 10];
    (kl[4], kl[2]) = (2.5, 1.0);
    let figures = [(DIMENSION_KL, Figure::Each(kl)), ("beta", Figure::One(4.0))];
    let mut window = code_window(&figures, &Look::default());
    assert!(says(&window, "8 of 10 dimensions have collapsed"));
    assert!(says(&window, "z5 2.50 nats"), "the largest");
    focus(&mut window, "KL per dimension, Stacked");
    window.press(egui::Key::ArrowRight);
    assert!(says(&window, "z5: 2.50 nats"));
    window.press(egui::Key::ArrowRight);
    assert!(says(&window, "z3: 1.00 nats"));
}

fn answer(window: &mut Window, slot: Slot, content: Content) {
    let asked = window.script.wishes.borrow().clone();
    let key = WishKey { slot, run: FIRST };
    let number = asked.iter().rev().find(|(asked, _, _)| *asked == key);
    let number = number.map(|(_, number, _)| *number).unwrap();
    window.script.answers.borrow_mut().push_back(Answer {
        key,
        number,
        step: 0,
        content,
    });
    window.harness.run();
}

/// A code of 7×7 entries of eight, drawn as shades of grey, and how often each is used.
pub fn scene(look: &Look) -> Window {
    let counts = [20.0, 300.0, 0.0, 90.0, 60.0, 10.0, 200.0, 40.0];
    let figures = [
        (ENTRY_COUNTS, Figure::Each(counts.to_vec())),
        ("perplexity", Figure::One(4.8)),
    ];
    let mut window = code_window(&figures, look);
    let shade = |entry: usize| u8::try_from(30 * entry).unwrap();
    let all = [1, 6, 3, 4, 7, 0, 5, 2];
    let code = ImageShape {
        width: 7,
        height: 7,
        channels: 1,
    };
    let found = EntriesFound {
        code,
        grid: CodeGrid::new(code, 1),
        values: (0..8_u8).map(f32::from).collect(),
        drawn: all.to_vec(),
        pictures: Pictures {
            shape: SHAPE,
            pixels: all
                .iter()
                .flat_map(|entry| vec![shade(*entry); SHAPE.pixels()])
                .collect(),
        },
    };
    answer(
        &mut window,
        Slot::Entries,
        Content::Entries(Box::new(found)),
    );
    let digits = glyphs::generate(0, 10, 10).unwrap();
    let digit = Pictures {
        shape: SHAPE,
        pixels: digits.test.image(3).to_vec(),
    };
    let values: Vec<f32> = (0..49_u8).map(|place| f32::from(place * 5 % 8)).collect();
    let point = Content::Point {
        start: values.clone(),
        code: values,
        picture: digit.clone(),
        original: Some(digit),
        error: Some(0.01),
    };
    answer(&mut window, Slot::Exchange, point);
    window
}

#[test]
fn the_image_and_what_is_decoded_stand_at_one_height_and_use_the_room() {
    for size in [[1280.0, 720.0], [800.0, 700.0]] {
        let mut window = scene(&Look {
            size,
            ..Look::default()
        });
        let rect = |window: &Window, name: &str| {
            let picture = window.harness.get_by_role_and_label(Role::Image, name);
            picture.rect()
        };
        let both = |window: &Window| {
            let names = [
                "Entries of the code, Stacked",
                "Decoded from these entries, Stacked",
            ];
            names.map(|name| rect(window, name))
        };
        let [map, decoded] = both(&window);
        assert!((map.top() - decoded.top()).abs() < 0.1, "{map} {decoded}");
        assert!(map.right() < decoded.left(), "{map} {decoded}");
        assert!((map.width() - decoded.width()).abs() < 0.1);
        if size[0] > 1000.0 {
            assert!(map.width() > 190.0, "{map}");
        }
        let cells = map.width() / 7.0;
        assert!((cells - cells.round()).abs() < 0.01, "whole cells: {map}");
        window.press_with(egui::Modifiers::COMMAND, egui::Key::L);
        let [map, decoded] = both(&window);
        assert!((map.top() - decoded.top()).abs() < 0.1, "{map} {decoded}");
    }
}

#[test]
fn entries_are_looked_at_and_exchanged_by_key() {
    let figures = [(ENTRY_COUNTS, Figure::Each(vec![10.0, 0.0, 30.0]))];
    let mut window = code_window(&figures, &Look::default());
    assert!(says(&window, "2 of 3 entries are used"));
    assert!(says(&window, "The codebook is starved"));
    let pictures = |count: usize| Pictures {
        shape: SHAPE,
        pixels: vec![90; count * SHAPE.pixels()],
    };
    let code = ImageShape {
        width: 2,
        height: 2,
        channels: 1,
    };
    let found = EntriesFound {
        code,
        grid: CodeGrid::new(code, 1),
        values: vec![-1.0, 0.0, 1.0],
        drawn: vec![2, 0, 1],
        pictures: pictures(3),
    };
    answer(
        &mut window,
        Slot::Entries,
        Content::Entries(Box::new(found)),
    );
    let values = vec![1.0, 1.0, -1.0, 1.0];
    let point = Content::Point {
        start: values.clone(),
        code: values,
        picture: pictures(1),
        original: Some(pictures(1)),
        error: None,
    };
    answer(&mut window, Slot::Exchange, point);
    assert!(says(
        &window,
        "Row 1, column 1: entry 2, at 2 more places of this image"
    ));
    focus(&mut window, "Entries of the code, Stacked");
    window.press(egui::Key::ArrowDown);
    assert!(says(
        &window,
        "Row 2, column 1: entry 0, nowhere else in this image"
    ));
    focus(&mut window, "Pictures of entries, Stacked");
    window.press(egui::Key::ArrowRight);
    assert!(says(&window, "1 entry exchanged"));
    let asked = window.script.wishes.borrow().clone();
    let pins = asked.iter().rev().find_map(|(key, _, wish)| match wish {
        Some(Wish::Point(spec)) if key.slot == Slot::Exchange => Some(spec.pins.clone()),
        Some(_) | None => None,
    });
    // Behind entry 0 stands the one that is never used.
    assert_eq!(pins.unwrap(), [(2, 0.0)]);
    window.click("Put all entries back");
    assert!(!says(&window, "1 entry exchanged"));
}
