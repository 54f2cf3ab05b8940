//! The chart and looking back, by name and by pointer.

use egui::accesskit::Role;
use egui::{Key, Modifiers, Pos2, pos2, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use hourglass::engine::RunId;
use hourglass::gui::{AppState, Reduction, Run, Speed, XUnit};

use super::looks;
use super::rich::rich_window;
use super::session_window;
use super::window::{Look, Window};

#[path = "curves_shown.rs"]
mod shown;

fn state(window: &Window) -> &AppState {
    window.harness.state().state()
}

/// What the chart says of itself.
fn chart(window: &Window) -> String {
    let node = window.harness.get_by_label_contains("Loss chart of");
    node.accesskit_node().label().unwrap()
}

fn chart_rect(window: &Window) -> egui::Rect {
    window.harness.get_by_label_contains("Loss chart of").rect()
}

fn shown_step(window: &Window, run: usize) -> u64 {
    let state = state(window);
    state.frame(&state.runs[run]).unwrap().step
}

fn drag(window: &mut Window, from: Pos2, to: Pos2) {
    let over = [0.3, 0.7, 1.0].map(|share| from + (to - from) * share);
    window.drag(from, &over);
}

#[test]
fn a_run_is_hidden_by_its_entry_in_the_legend() {
    let mut window = rich_window(3, &Look::default());
    assert!(chart(&window).starts_with("Loss chart of 3 runs"));
    window.click("Deep in the chart");
    assert!(state(&window).curves.is_hidden(RunId(2)));
    assert!(chart(&window).starts_with("Loss chart of 2 runs"));
    window.click("Stacked in the chart");
    window.click("Latent 2 in the chart");
    assert!(window.has_text("Every run is hidden."));
    window.click("Deep in the chart");
    assert!(chart(&window).starts_with("Loss chart of 1 run"));
}

#[test]
fn the_axis_counts_steps_epochs_or_seconds() {
    let mut window = rich_window(2, &Look::default());
    for (name, unit, words) in [
        ("Epochs", XUnit::Epochs, "At epoch "),
        ("Seconds", XUnit::Seconds, " s; Stacked"),
        ("Steps", XUnit::Steps, "At step "),
    ] {
        window.choose("Along the axis", name);
        assert_eq!(state(&window).options.curves.x, unit);
        let middle = chart_rect(&window).center();
        window.harness.hover_at(middle);
        window.harness.run();
        assert!(chart(&window).contains(words), "{}", chart(&window));
    }
}

#[test]
fn a_low_pane_keeps_its_switches_in_a_menu() {
    let look = Look {
        size: [1280.0, 640.0],
        ..Look::default()
    };
    let mut window = rich_window(8, &look);
    assert!(window.harness.query_by_label("Log scale").is_none());
    window.click("Options");
    window.click("Log scale");
    assert!(!state(&window).options.has_log_axis);
    window.click("Baselines");
    assert!(
        !state(&window).options.shows_baselines,
        "the menu stays open"
    );
    assert!(chart_rect(&window).height() > 40.0);
}

#[test]
fn the_pointer_reads_every_run() {
    let mut window = rich_window(6, &Look::default());
    let middle = chart_rect(&window).center();
    window.harness.hover_at(middle);
    window.harness.run();
    let said = chart(&window);
    for run in &state(&window).runs {
        assert!(
            said.contains(&format!("{}: training ", run.name())),
            "{said}"
        );
    }
    let step: u64 = said
        .split("At step ")
        .nth(1)
        .and_then(|rest| rest.split(';').next())
        .unwrap()
        .replace(',', "")
        .parse()
        .unwrap();
    let stacked = &state(&window).runs[0];
    let test = stacked.metrics.test_at(step).unwrap().mse;
    let near = "Stacked: training ";
    let read: Vec<f64> = said
        .split(near)
        .nth(1)
        .and_then(|rest| rest.split(';').next())
        .unwrap()
        .split(", test ")
        .map(|number| number.parse().unwrap())
        .collect();
    assert!((read[1] / test - 1.0).abs() < 0.01, "{said} against {test}");
    assert!(
        said.contains("(codes)"),
        "greedy losses are on codes: {said}"
    );
    assert!(
        said.contains("Cross-entropy run: training –"),
        "cross-entropy is no squared error: {said}"
    );
}

#[test]
fn losses_turn_into_sums_and_back() {
    let mut window = rich_window(1, &Look::default());
    assert!(window.has_text("MSE = mean over pixels and images"));
    let error = |window: &Window| {
        let run: &Run = &state(window).runs[0];
        run.metrics.last_test().unwrap().mse
    };
    let mean = error(&window);
    window.choose("Values of an image", "Sum per image");
    assert_eq!(
        state(&window).options.curves.reduction,
        Reduction::SumPerImage
    );
    assert!(window.has_text("sum over the 784 pixels of an image"));
    assert_eq!(error(&window), mean, "only what is shown changes");
    window.choose("Values of an image", "Mean per pixel");
    assert!(window.has_text("MSE = mean over pixels and images"));
}

#[test]
fn smoothing_is_a_knob() {
    let mut window = rich_window(1, &Look::default());
    window
        .harness
        .get_by_role_and_label(Role::Slider, "Smoothing")
        .set_value_accesskit(100.0);
    window.harness.run();
    assert_eq!(state(&window).options.curves.smoothing_steps, 100);
}

/// Places of the pointer's reading a little inside the left and right ends of the chart.
fn ends(window: &mut Window) -> [f64; 2] {
    let rect = chart_rect(window);
    [rect.left() + 60.0, rect.right() - 20.0].map(|x| {
        window.harness.hover_at(pos2(x, rect.center().y));
        window.harness.run();
        let said = chart(window);
        let step = said.split("At step ").nth(1);
        step.and_then(|rest| rest.split(';').next())
            .map_or(f64::NAN, |step| step.replace(',', "").parse().unwrap())
    })
}

#[test]
fn scrolling_zooms_and_fit_shows_everything_again() {
    let mut window = rich_window(1, &Look::default());
    let before = ends(&mut window);
    let middle = chart_rect(&window).center();
    window.harness.hover_at(middle);
    window.harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: vec2(0.0, 200.0),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    });
    window.harness.run();
    window.harness.run();
    let zoomed = ends(&mut window);
    assert!(
        zoomed[1] - zoomed[0] < 0.7 * (before[1] - before[0]),
        "{before:?} {zoomed:?}"
    );
    window.click("Fit");
    let fitted = ends(&mut window);
    assert!(
        (fitted[1] - before[1]).abs() < 30.0 && (fitted[0] - before[0]).abs() < 30.0,
        "{before:?} {fitted:?}"
    );
}

#[test]
fn the_scrubber_looks_back_at_all_runs_and_says_so() {
    let mut window = rich_window(4, &Look::default());
    let newest: Vec<u64> = (0..4).map(|run| shown_step(&window, run)).collect();
    assert!(window.has_text("Live, step"));
    window
        .harness
        .get_by_role_and_label(Role::Slider, "History")
        .set_value_accesskit(1200.0);
    window.harness.run();
    assert_eq!(state(&window).history.cursor, Some(1200));
    assert!(window.has_text("Looking at step 1,200 of"));
    assert!(window.has_text("training goes on"));
    for run in 0..4 {
        let step = shown_step(&window, run);
        assert!((1000..=1200).contains(&step), "{step}");
    }
    window.harness.remove_cursor();
    window.harness.run();
    assert!(
        chart(&window).contains("At step 1,200"),
        "the line reads too"
    );
    window.click("Back to live");
    let live: Vec<u64> = (0..4).map(|run| shown_step(&window, run)).collect();
    assert_eq!(live, newest);
}

#[test]
fn a_click_on_the_scrubber_jumps_there_however_quick_it_is() {
    let mut window = rich_window(2, &Look::default());
    let scrubber = window
        .harness
        .get_by_role_and_label(Role::Slider, "History")
        .rect();
    let newest = state(&window).newest_step() as f32;
    for share in [0.3, 0.7] {
        let at = egui::pos2(
            scrubber.left() + share * scrubber.width(),
            scrubber.center().y,
        );
        window.click_at_once(at, 1);
        let step = state(&window).history.cursor.unwrap() as f32;
        assert!((step / newest - share).abs() < 0.05, "{step} of {newest}");
    }
}

#[test]
fn frames_are_gone_through_by_button_and_by_key() {
    let mut window = rich_window(2, &Look::default());
    window.click("First frame");
    assert_eq!(shown_step(&window, 0), 0);
    window.click("Frame after");
    assert_eq!(shown_step(&window, 0), 1);
    window.click("Frame after");
    assert_eq!(shown_step(&window, 0), 2);
    window.click("Frame before");
    assert_eq!(shown_step(&window, 0), 1);
    window
        .harness
        .ctx
        .memory_mut(|memory| memory.stop_text_input());
    window.press(Key::Escape);
    window.press(Key::ArrowRight);
    assert_eq!(shown_step(&window, 0), 2);
    window.press(Key::ArrowLeft);
    assert_eq!(shown_step(&window, 0), 1);
    window.press(Key::End);
    assert_eq!(state(&window).history.cursor, None);
    window.press(Key::Home);
    assert_eq!(state(&window).history.cursor, Some(0));
}

#[test]
fn the_history_is_played_back_to_its_end() {
    let mut window = rich_window(1, &Look::default());
    window.choose("Speed of play-back", "Fast");
    assert_eq!(state(&window).history.speed, Speed::Fast);
    window.harness.get_by_label("Play back").click();
    window.harness.step();
    window.harness.step();
    assert!(state(&window).history.is_playing());
    let mut steps = Vec::new();
    for _ in 0..200 {
        window.harness.step();
        steps.push(state(&window).history.cursor);
        if !state(&window).history.is_playing() {
            break;
        }
    }
    steps.dedup();
    assert!(steps.len() > 3, "{steps:?}");
    assert_eq!(steps.last(), Some(&None), "live at the end");
    let looked: Vec<u64> = steps.into_iter().flatten().collect();
    assert!(looked.is_sorted(), "{looked:?}");
    window.harness.run();
    window.harness.get_by_label("Play back").click();
    window.harness.step();
    window.harness.step();
    window.harness.get_by_label("Stop playing back").click();
    window.harness.run();
    assert!(!state(&window).history.is_playing());
}

#[test]
fn the_line_in_the_chart_is_dragged_and_set_by_a_click() {
    let mut window = rich_window(2, &Look::default());
    let handle = window.harness.get_by_label("Moment looked at").rect();
    let frame = chart_rect(&window);
    drag(
        &mut window,
        handle.center(),
        pos2(frame.center().x, handle.center().y),
    );
    let newest = state(&window).newest_step() as f64;
    let share = state(&window).history.cursor.unwrap() as f64 / newest;
    assert!((0.3..0.7).contains(&share), "{share}");
    let line = window.harness.get_by_label("Line of the moment").rect();
    drag(&mut window, line.center(), line.center() - vec2(60.0, 0.0));
    let moved = state(&window).history.cursor.unwrap() as f64 / newest;
    assert!(moved < share - 0.03, "{share} {moved}");
    let click = pos2(frame.right() - 100.0, frame.center().y);
    window.harness.hover_at(click);
    window.harness.run();
    // In one go: a button that is held for long makes no click.
    for pressed in [true, false] {
        window.harness.event_modifiers(
            egui::Event::PointerButton {
                pos: click,
                button: egui::PointerButton::Primary,
                pressed,
                modifiers: Modifiers::SHIFT,
            },
            Modifiers::SHIFT,
        );
    }
    window.harness.run();
    let clicked = state(&window).history.cursor.unwrap() as f64 / newest;
    assert!(clicked > share, "{share} {clicked}");
}

#[test]
fn nothing_is_to_be_looked_back_at_before_the_first_step() {
    let window = super::ready_window("autoencoder");
    assert!(window.has_text("Nothing to look back on yet"));
    let slider = window
        .harness
        .get_by_role_and_label(Role::Slider, "History");
    assert!(slider.accesskit_node().is_disabled());
    let play = window.harness.get_by_label("Play back");
    assert!(play.accesskit_node().is_disabled());
    assert!(window.has_text("Press Play or Space to train."));
}

#[test]
fn a_session_of_two_runs_has_all_its_parts() {
    let window = session_window(&Look::default());
    assert!(chart(&window).starts_with("Loss chart of 2 runs"));
    assert!(window.has_text("Stacked in the chart"));
}

/// Eight runs, looked back at.
pub fn scene(look: &Look) -> Window {
    let mut window = rich_window(8, look);
    look_back(&mut window);
    window
}

fn look_back(window: &mut Window) {
    window
        .harness
        .get_by_role_and_label(Role::Slider, "History")
        .set_value_accesskit(1200.0);
    window.harness.remove_cursor();
    window.harness.run();
}

/// Writes the chart of eight runs, looked back at, to the folder that `HOURGLASS_LOOK` names.
#[test]
fn the_chart_is_drawn_on_request() {
    let Some(folder) = looks::folder() else {
        return;
    };
    for (theme, size) in [
        (egui::Theme::Dark, [1280.0, 720.0]),
        (egui::Theme::Light, [2560.0, 1440.0]),
    ] {
        let look = looks::drawn(theme, size);
        let mut window = rich_window(8, &look);
        let draw = |window: &mut Window, what: &str| {
            looks::save(
                window,
                &folder,
                &format!("curves-{what}-{}-{theme:?}", size[0]),
            );
        };
        draw(&mut window, "live");
        look_back(&mut window);
        draw(&mut window, "back");
        if window.harness.query_by_label("Options").is_some() {
            window.click("Options");
            draw(&mut window, "options");
            continue;
        }
        window.choose("Along the axis", "Seconds");
        window.choose("Values of an image", "Sum per image");
        window.click("Greedy in the chart");
        draw(&mut window, "seconds");
    }
}
