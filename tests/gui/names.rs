//! Names of runs where they are read, and notices that go away by themselves.

use egui::{Key, Rect};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use hourglass::engine::{Event, RunId};
use hourglass::gui::{Action, MAX_RUNS};

use super::readable::texts;
use super::session::{ready, recipe};
use super::window::{Look, Window};
use super::{FIRST, ready_window};

/// Lets the clock of the window run on by so many seconds.
fn wait(window: &mut Window, secs: f64) {
    let now = window.harness.ctx.input(|input| input.time);
    window.harness.input_mut().time = Some(now + secs);
    window.harness.step();
    // From here on by the frame, as before.
    window.harness.input_mut().time = None;
    window.harness.run();
}

fn saved() -> Event {
    Event::Saved {
        id: FIRST,
        folder: "runs/mine".into(),
    }
}

#[test]
fn a_notice_of_success_goes_by_itself_and_equal_ones_are_one_line() {
    let mut window = ready_window("autoencoder");
    let notes = |window: &Window| window.harness.query_all_by_label("Dismiss").count();
    window.tell([saved()]);
    assert_eq!(notes(&window), 1);
    assert!(
        window.has_text("Saved in runs/mine.") && window.harness.query_by_label("×2").is_none()
    );
    window.tell([saved(), saved()]);
    assert_eq!(notes(&window), 1, "one line");
    assert!(window.harness.query_by_label("×3").is_some());
    let failure = Event::SaveFailed {
        id: FIRST,
        error: "the disk is full".to_owned(),
        is_bad_input: false,
    };
    window.tell([failure]);
    assert_eq!(notes(&window), 2);
    wait(&mut window, 5.0);
    assert!(
        window.has_text("Saved in runs/mine."),
        "it can still be read"
    );
    wait(&mut window, 8.0);
    assert!(!window.has_text("Saved in runs/mine."));
    wait(&mut window, 3_600.0);
    assert!(window.has_text("the disk is full"), "a failure waits");
    assert_eq!(notes(&window), 1);
}

#[test]
fn a_notice_that_can_be_undone_stays_as_long_as_that() {
    let mut window = ready_window("autoencoder");
    window.click("Add run");
    window.commands();
    window.click("Remove Autoencoder 2");
    wait(&mut window, 20.0);
    assert!(window.has_text("Removed Autoencoder 2."));
    assert!(window.harness.query_by_label("Undo").is_some());
    wait(&mut window, 20.0);
    assert!(!window.has_text("Removed Autoencoder 2."));
}

/// A window of this size with as many runs as there can be, all with long names.
fn full(size: [f32; 2]) -> Window {
    let look = Look {
        size,
        ..Look::default()
    };
    let mut window = Window::with_look(Some(recipe("autoencoder")), &look);
    let ctx = window.harness.ctx.clone();
    for number in 1..=MAX_RUNS {
        let app = window.harness.state_mut();
        if number > 1 {
            app.act(&ctx, Action::Duplicate(FIRST));
        }
        let id = RunId(number as u64);
        let name = format!("Autoencoder with a name as long as they come, number {number}");
        app.act(&ctx, Action::Rename(id, name));
    }
    window.tell((1..=MAX_RUNS as u64).map(|id| ready(RunId(id), &recipe("autoencoder"))));
    window
}

/// Where the chips of the runs are.
fn chips(window: &Window) -> Vec<Rect> {
    let chips = window
        .harness
        .query_all_by_label_contains("Run Autoencoder");
    chips.map(|chip| chip.rect()).collect()
}

#[test]
fn eight_runs_with_long_names_are_all_there_in_a_small_window() {
    for size in [[800.0, 600.0], [960.0, 600.0], [1280.0, 800.0]] {
        for is_large in [false, true] {
            let mut window = full(size);
            if is_large {
                window.press_with(egui::Modifiers::COMMAND, Key::L);
            }
            let places = chips(&window);
            assert_eq!(places.len(), MAX_RUNS);
            for (index, place) in places.iter().enumerate() {
                let inside = place.left() >= 0.0 && place.right() <= size[0];
                assert!(inside, "{size:?}: {place:?} is cut off");
                assert!(place.width() > 40.0, "{size:?}: {place:?} tells nothing");
                for other in &places[index + 1..] {
                    assert!(!place.shrink(1.0).intersects(*other), "{place:?} {other:?}");
                }
            }
            // Every key of a run has its chip in sight.
            for (index, key) in [Key::Num1, Key::Num4, Key::Num8].into_iter().enumerate() {
                window.press(key);
                let selected = window
                    .harness
                    .get_all_by_label_contains("Run Autoencoder")
                    .find(|chip| {
                        chip.accesskit_node().toggled() == Some(egui::accesskit::Toggled::True)
                    })
                    .unwrap()
                    .rect();
                let screen = Rect::from_min_size(egui::Pos2::ZERO, size.into());
                assert!(screen.contains_rect(selected), "{index}: {selected:?}");
            }
            assert!(window.harness.query_by_label("Add run").is_some());
        }
    }
}

#[test]
fn the_chips_leave_room_for_the_panes() {
    let window = full([800.0, 600.0]);
    let bottom = chips(&window)
        .iter()
        .fold(0.0_f32, |bottom, chip| bottom.max(chip.bottom()));
    assert!(bottom < 170.0, "{bottom}");
}

#[test]
fn a_name_stays_whatever_becomes_of_the_other_runs() {
    let mut window = ready_window("autoencoder");
    window.click("Add run");
    window.commands();
    window.click("Next seed");
    window.click("Add run");
    window.commands();
    window.click("Next seed");
    let names = |window: &Window| -> Vec<String> {
        let runs = &window.harness.state().state().runs;
        runs.iter().map(|run| run.name().to_owned()).collect()
    };
    let three = [
        "Autoencoder",
        "Autoencoder · seed 2",
        "Autoencoder · seed 3",
    ];
    assert_eq!(names(&window), three);
    window.click("Remove Autoencoder");
    assert_eq!(names(&window), three[1..]);
    window.click("Undo");
    assert_eq!(names(&window), three);
}

#[test]
fn runs_that_differ_in_the_seed_alone_are_no_reason_to_warn() {
    let mut window = ready_window("deep");
    window.click("Add run");
    let (second, config) = window.added();
    window.tell([ready(second, &config)]);
    window.click("Next seed");
    let words = "Same settings, seeds 1 and 2";
    assert!(window.has_text(words));
    assert!(!window.has_text("Not matched"));
    assert!(texts(&window).iter().any(|text| text.words.contains(words)));
}
