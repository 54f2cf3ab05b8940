//! The window without a pointer: everything that takes the keyboard is named, shows it, and does something.

use std::collections::HashSet;

use egui::accesskit::Role;
use egui::{Key, Modifiers, Rect};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use hourglass::engine::{InputImage, RunId, Slot, Start, Wish};
use hourglass::gui::{Action, AppState, Pane, Preset};

use super::latent::latent_window;
use super::pictures::{pane_window, roomy};
use super::rich::rich_window;
use super::window::{Look, Window};
use super::{FIRST, ready_window};

fn state(window: &Window) -> &AppState {
    window.harness.state().state()
}

/// Gives the keyboard to what has this name.
fn focus(window: &mut Window, name: &str) {
    window.harness.get_by_label_contains(name).focus();
    window.harness.run();
}

fn label(window: &Window, name: &str) -> String {
    let node = window.harness.get_by_label_contains(name);
    node.accesskit_node().label().unwrap()
}

#[test]
fn arrows_choose_layer_and_moment_of_a_strip_and_enter_looks() {
    let mut window = pane_window(2, Pane::Layers, &roomy());
    let strip = "Layers of Deep over time";
    focus(&mut window, strip);
    window.press(Key::Enter);
    assert_eq!(state(&window).selected, Some(RunId(2)));
    assert_eq!(state(&window).layers.selected, Some(0));
    window.press(Key::ArrowDown);
    window.press(Key::ArrowDown);
    assert_eq!(state(&window).layers.selected, Some(2));
    window.press(Key::ArrowUp);
    assert_eq!(state(&window).layers.selected, Some(1));
    let steps: Vec<u64> = {
        let frames = state(&window).runs[1].history.frames();
        frames.iter().map(|frame| frame.step).collect()
    };
    let cursor = |window: &Window| state(window).history.cursor.unwrap();
    window.press(Key::ArrowLeft);
    let first = cursor(&window);
    assert!(steps.contains(&first));
    window.press(Key::ArrowLeft);
    let at = steps.iter().position(|step| *step == first).unwrap();
    assert_eq!(cursor(&window), steps[at - 1], "frame by frame");
    window.press(Key::ArrowRight);
    assert_eq!(cursor(&window), first);
    let said = label(&window, strip);
    assert!(said.contains("Encoder 2"), "it tells where it is: {said}");
    assert!(said.contains("Step "), "{said}");
}

#[test]
fn the_handle_of_the_chart_takes_the_keys_of_the_history() {
    let mut window = rich_window(1, &Look::default());
    focus(&mut window, "Moment looked at");
    window.press(Key::Home);
    assert_eq!(state(&window).history.cursor, Some(0));
    window.press(Key::ArrowRight);
    let step = state(&window).history.cursor.unwrap();
    assert!(step > 0);
    window.press(Key::ArrowLeft);
    assert_eq!(state(&window).history.cursor, Some(0));
    window.press(Key::End);
    assert_eq!(state(&window).history.cursor, None);
}

/// What goes into the first run.
fn drawn(window: &Window) -> Option<Vec<u8>> {
    let wishes = window.script.wishes.borrow();
    let (_, _, wish) = wishes
        .iter()
        .rev()
        .find(|(key, ..)| key.slot == Slot::Input && key.run == FIRST)?;
    match wish.as_ref()? {
        Wish::Point(spec) => match &spec.start {
            Start::Image(InputImage::Pixels(pixels)) => Some(pixels.to_vec()),
            other => panic!("expected pixels, found {other:?}"),
        },
        other => panic!("expected a point, found {other:?}"),
    }
}

#[test]
fn a_line_is_drawn_without_a_pointer() {
    let mut window = pane_window(1, Pane::Input, &roomy());
    focus(&mut window, "Canvas");
    for _ in 0..8 {
        window.press(Key::ArrowLeft);
    }
    assert_eq!(drawn(&window), None, "the pen is up");
    window.press(Key::Space);
    let dot = drawn(&window).unwrap();
    assert!(dot[14 * 28 + 6] > 100, "a dot where the pen came down");
    for _ in 0..4 {
        window.press_with(Modifiers::SHIFT, Key::ArrowRight);
    }
    window.press(Key::Space);
    let line = drawn(&window).unwrap();
    assert!(line[14 * 28 + 14] > 100, "a line to the right");
    window.press(Key::ArrowDown);
    window.press(Key::ArrowDown);
    assert_eq!(drawn(&window).unwrap(), line, "the pen is up again");
    // Space plays every run elsewhere, but not here.
    assert!(window.commands().is_empty());
    window.press(Key::Space);
    window.press(Key::Escape);
    assert!(!state(&window).input.pen().is_down, "left behind, it is up");
}

#[test]
fn the_chart_moves_and_zooms_by_keys() {
    let mut window = rich_window(1, &Look::default());
    let reading = |window: &mut Window, share: f32| -> f64 {
        let rect = window.harness.get_by_label_contains("Loss chart of").rect();
        let at = egui::pos2(egui::lerp(rect.x_range(), share), rect.center().y);
        window.harness.hover_at(at);
        window.harness.run();
        let said = label(window, "Loss chart of");
        let step = said.split("At step ").nth(1).unwrap();
        let step = step.split(';').next().unwrap().replace(',', "");
        step.parse().unwrap()
    };
    let span = |window: &mut Window| reading(window, 0.6) - reading(window, 0.4);
    let (all, middle) = (span(&mut window), reading(&mut window, 0.5));
    focus(&mut window, "Loss chart of");
    window.press(Key::Plus);
    window.press(Key::Plus);
    let near = span(&mut window);
    assert!((0.4..0.6).contains(&(near / all)), "{near} of {all}");
    window.press(Key::ArrowLeft);
    assert!(reading(&mut window, 0.5) < middle - 0.2 * near);
    window.press(Key::ArrowRight);
    window.press(Key::Minus);
    assert!(span(&mut window) > 1.2 * near);
    window.press(Key::Plus);
    window.press(Key::Enter);
    let fitted = span(&mut window);
    assert!((fitted / all - 1.0).abs() < 0.05, "{fitted} of {all}");
}

#[test]
fn the_plane_is_moved_with_shift() {
    let (mut window, _) = latent_window(1, FIRST, &Look::default());
    let of = |window: &Window| state(window).latent.plane.window(FIRST);
    assert_eq!(of(&window), None, "it fits itself to the codes");
    focus(&mut window, "Plane of codes");
    window.press_with(Modifiers::SHIFT, Key::ArrowRight);
    let first = of(&window).unwrap();
    window.press_with(Modifiers::SHIFT, Key::ArrowRight);
    let second = of(&window).unwrap();
    assert!(second.low[0] > first.low[0]);
    assert_eq!(second.low[1], first.low[1]);
    window.press_with(Modifiers::SHIFT, Key::ArrowUp);
    assert!(of(&window).unwrap().low[1] > second.low[1]);
}

#[test]
fn what_runs_have_in_common_is_told_at_a_button() {
    let mut window = ready_window("autoencoder");
    assert!(window.harness.query_by_label("Details").is_none());
    window.click("Add run");
    assert!(!window.has_text("sees the batches of"));
    window.harness.get_by_label("Details").focus();
    window.harness.run();
    window.press(Key::Enter);
    assert!(window.has_text("Autoencoder 2 sees the batches of Autoencoder."));
}

/// All that is painted over or close around a place.
fn painted(window: &Window, rect: Rect) -> Vec<String> {
    let near = rect.expand(3.0);
    let shapes = window.harness.output().shapes.iter();
    shapes
        .filter(|clipped| {
            let seen = clipped.shape.visual_bounding_rect();
            near.intersects(seen.intersect(clipped.clip_rect))
        })
        .map(|clipped| format!("{:?}", clipped.shape))
        .collect()
}

/// What has the keyboard: its name, its role and where it is.
fn focused(window: &Window) -> Option<(String, Role, Rect)> {
    let is_focused = |node: &egui_kittest::kittest::AccessKitNode<'_>| node.is_focused();
    let mut nodes = window
        .harness
        .query_all(egui_kittest::kittest::by().predicate(is_focused));
    let node = nodes.next_back()?;
    let accessible = node.accesskit_node();
    let name = accessible.label().or_else(|| accessible.value());
    Some((name.unwrap_or_default(), accessible.role(), node.rect()))
}

/// Goes through everything with Tab and returns what is wrong.
fn tour(window: &mut Window, known: &mut HashSet<egui::Id>) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut seen = HashSet::new();
    for _ in 0..400 {
        window.press(Key::Tab);
        let ctx = window.harness.ctx.clone();
        let Some(id) = ctx.memory(|memory| memory.focused()) else {
            continue;
        };
        if !seen.insert(id) {
            break;
        }
        if !known.insert(id) {
            continue;
        }
        let Some((name, role, rect)) = focused(window) else {
            wrong.push(format!("{id:?} has the keyboard and is no node"));
            continue;
        };
        if name.trim().is_empty() {
            wrong.push(format!("a {role:?} at {rect} has no name"));
        }
        let with = painted(window, rect);
        ctx.memory_mut(|memory| memory.surrender_focus(id));
        window.harness.run();
        let without = painted(window, rect);
        if with == without {
            wrong.push(format!(
                "{role:?} {name:?} at {rect} does not show the keyboard"
            ));
        }
        ctx.memory_mut(|memory| memory.request_focus(id));
        window.harness.run();
    }
    assert!(seen.len() > 30, "{} places", seen.len());
    wrong
}

#[test]
fn everything_that_takes_the_keyboard_is_named_and_shows_it() {
    let mut window = rich_window(2, &roomy());
    let mut known = HashSet::new();
    let mut wrong = Vec::new();
    for preset in Preset::ALL {
        let ctx = window.harness.ctx.clone();
        let app = window.harness.state_mut();
        app.act(&ctx, Action::Arrange(*preset));
        window.harness.run();
        wrong.extend(tour(&mut window, &mut known));
    }
    for pane in Pane::ALL {
        let ctx = window.harness.ctx.clone();
        let app = window.harness.state_mut();
        app.act(&ctx, Action::OpenPane(*pane));
        window.harness.run();
        wrong.extend(tour(&mut window, &mut known));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Goes on with Tab until a border has the keyboard that is so high or so wide; where it is.
fn border(window: &mut Window, is_it: impl Fn(Rect) -> bool) -> Rect {
    for _ in 0..400 {
        window.press(Key::Tab);
        let found =
            focused(window).filter(|(_, role, rect)| *role == Role::Splitter && is_it(*rect));
        if let Some((_, _, rect)) = found {
            return rect;
        }
    }
    panic!("no such border");
}

#[test]
fn borders_of_panes_and_panels_are_moved_by_arrow_keys() {
    let mut window = rich_window(2, &roomy());
    let chart = |window: &Window| window.harness.get_by_label_contains("Loss chart of").rect();
    let field = |window: &Window| {
        let name = window
            .harness
            .get_by_role_and_label(Role::TextInput, "Name");
        name.rect().width()
    };
    // Below the chart.
    let before = chart(&window);
    border(&mut window, |rect| {
        rect.width() > rect.height() && rect.center().y > before.bottom()
    });
    window.press(Key::ArrowUp);
    let after = chart(&window);
    assert!(
        (before.height() - after.height() - 12.0).abs() < 2.0,
        "{before} {after}"
    );
    window.press_with(Modifiers::SHIFT, Key::ArrowDown);
    assert!(chart(&window).height() > before.height() + 40.0);
    // Beside the settings.
    let before = field(&window);
    border(&mut window, |rect| {
        rect.height() > rect.width() && rect.center().x < 500.0
    });
    window.press(Key::ArrowRight);
    assert!(field(&window) > before + 10.0);
}

#[test]
fn arrow_keys_belong_to_the_slider_that_was_touched_last() {
    let mut window = rich_window(2, &Look::default());
    window.click("First frame");
    let cursor = |window: &Window| window.harness.state().state().history.cursor;
    let first = cursor(&window);
    assert!(first.is_some());
    let value = |window: &Window| {
        let role = Role::Slider;
        let slider = window
            .harness
            .get_by_role_and_label(role, "Learning rate now");
        slider.accesskit_node().numeric_value().unwrap()
    };
    let at = window.slider("Learning rate now");
    window.click_at(at);
    let turned = value(&window);
    window.press(egui::Key::ArrowRight);
    assert!(value(&window) > turned);
    assert_eq!(cursor(&window), first, "the slider has the keys");
    // Until something else is touched.
    let beside = window.harness.get_by_label_contains("Loss chart of").rect();
    window.click_at(beside.left_top() - egui::vec2(20.0, 0.0));
    window.press(egui::Key::ArrowRight);
    assert!(cursor(&window) > first, "the history has them again");
}

#[test]
fn keys_do_the_same() {
    let mut window = super::ready_window("autoencoder");
    window.press(egui::Key::Space);
    assert!(matches!(
        window.commands()[..],
        [hourglass::engine::Command::Start(super::FIRST)]
    ));
    window.press(egui::Key::S);
    assert!(matches!(
        window.commands()[..],
        [hourglass::engine::Command::StepOnce(super::FIRST)]
    ));
    window.tell(super::running());
    window.press(egui::Key::Space);
    assert!(matches!(
        window.commands()[..],
        [hourglass::engine::Command::Pause(super::FIRST)]
    ));
    window.press(egui::Key::R);
    assert!(matches!(
        window.commands()[..],
        [hourglass::engine::Command::Reset(super::FIRST)]
    ));
}
