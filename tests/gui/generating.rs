//! Pictures that nobody drew, by name and key.

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use hourglass::engine::{GeneratedSpec, RunId, Slot, Wish, WishKey};
use hourglass::gui::{AppState, Pane};

use super::FIRST;
use super::decoder::Decoder;
use super::pictures::{pane_window, roomy};
use super::readable::texts;
use super::window::{Look, Window};

fn state(window: &Window) -> &AppState {
    window.harness.state().state()
}

/// A window of two runs, called Stacked and Deep, with pictures of both.
pub fn generating(look: &Look) -> (Window, Decoder) {
    let mut window = pane_window(2, Pane::Generate, look);
    let mut decoder = Decoder::new();
    decoder.answer(&mut window);
    (window, decoder)
}

fn spec(window: &mut Window, decoder: &mut Decoder, run: RunId) -> GeneratedSpec {
    let key = WishKey {
        slot: Slot::Generated,
        run,
    };
    match decoder.answer(window).get(&key) {
        Some(Wish::Generated(spec)) => *spec,
        other => panic!("expected codes to draw, found {other:?}"),
    }
}

fn focus(window: &mut Window, name: &str) {
    window.harness.get_by_label_contains(name).focus();
    window.harness.run();
}

#[test]
fn all_runs_draw_by_the_same_seed() {
    let (mut window, mut decoder) = generating(&roomy());
    let first = spec(&mut window, &mut decoder, FIRST);
    assert_eq!(first, spec(&mut window, &mut decoder, RunId(2)));
    for name in ["Picture 1 of Stacked,", "Picture 1 of Deep,"] {
        assert!(window.has_text(name), "{name}");
    }
    window.click("Other draws");
    let other = spec(&mut window, &mut decoder, FIRST);
    assert_eq!(other.seed, first.seed + 1);
    assert_eq!(other, spec(&mut window, &mut decoder, RunId(2)));
    window
        .harness
        .get_by_role_and_label(Role::Slider, "Temperature")
        .set_value_accesskit(0.5);
    window.harness.run();
    let cooler = spec(&mut window, &mut decoder, FIRST);
    assert!((cooler.draw.temperature - 0.5).abs() < 1e-6);
}

#[test]
fn rows_say_what_they_show() {
    let (mut window, mut decoder) = generating(&roomy());
    let mut sizes = Vec::new();
    for _type in ["usual", "large"] {
        for run in ["Stacked", "Deep"] {
            let name = format!("Rows of {run}: Drawn; Nearest training image; Distance");
            let titles = window.harness.get_by_label_contains(&name).rect();
            let picture = format!("Picture 1 of {run},");
            let picture = window.harness.get_by_label_contains(&picture).rect();
            assert!(titles.right() < picture.left(), "{titles} {picture}");
            assert!(titles.left() >= 0.0 && titles.top() <= picture.top() + 0.1);
        }
        let texts = texts(&window);
        let title = texts
            .iter()
            .find(|text| text.words == "Nearest training image");
        sizes.push(title.unwrap().size);
        window.press_with(egui::Modifiers::COMMAND, Key::L);
        decoder.answer(&mut window);
    }
    assert!(sizes[1] > 1.25 * sizes[0], "{sizes:?}");
}

#[test]
fn what_is_much_nearer_than_test_images_is_said_to_be_a_copy() {
    let (mut window, _) = generating(&roomy());
    assert!(window.has_text("Test images are 0.0200 from the training images nearest to them"));
    let is_copy = |window: &Window, name: &str| {
        let mut found = window.harness.query_all_by_label_contains(name);
        let label = found.next().unwrap().accesskit_node().label().unwrap();
        label.contains("much nearer than test images are")
    };
    assert!(is_copy(&window, "Picture 1 of Stacked,"));
    assert!(!is_copy(&window, "Picture 2 of Stacked,"));
    assert!(window.has_text("are probably copies"), "they are counted");
    let words =
        "Picture 1 of Stacked: mean squared distance 0.00120 from training image 0: much nearer";
    assert!(!window.has_text(words));
    focus(&mut window, "Picture 1 of Stacked,");
    assert!(
        window.has_text(words),
        "it is told of the one that has the keyboard"
    );
}

#[test]
fn two_pictures_are_chosen_by_keys_and_the_paths_between_them_are_shown() {
    let (mut window, mut decoder) = generating(&roomy());
    focus(&mut window, "Picture 1 of Stacked,");
    window.press(Key::Enter);
    assert_eq!(state(&window).generate.marks(FIRST), [0]);
    assert!(window.has_text("A is picture 1."));
    focus(&mut window, "Picture 3 of Stacked,");
    window.press(Key::Enter);
    assert_eq!(state(&window).generate.marks(FIRST), [0, 2]);
    let wishes = decoder.answer(&mut window);
    assert!(wishes.keys().any(|key| key.slot == Slot::Paths));
    for path in ["Straight", "Spherical"] {
        let name = format!("{path} path from picture 1 to picture 3 of Stacked");
        assert!(window.has_text(&name), "{name}");
    }
    // It may lie below what is seen of the pane.
    let clear = window.harness.get_by_label("Clear A and B");
    clear.click_accesskit();
    window.harness.run();
    let wishes = decoder.answer(&mut window);
    assert!(wishes.keys().all(|key| key.slot != Slot::Paths));
    assert!(!window.has_text("Straight path"));
}

#[test]
fn a_pane_of_large_type_that_looks_back_says_which_weights_it_shows() {
    let (mut window, mut decoder) = generating(&Look::default());
    window.press_with(egui::Modifiers::COMMAND, Key::L);
    window.click("First frame");
    decoder.answer(&mut window);
    assert!(window.has_text("Drawn with the newest weights"));
    assert!(window.has_text("Picture 1 of Stacked,"));
}
