//! The panes that look inside the network.

use std::sync::Arc;

use egui_kittest::kittest::Queryable as _;
use hourglass::data::ImageShape;
use hourglass::engine::{Answer, Content, InputImage, RunId, Slot, Tiles, Wish, WishKey};
use hourglass::gui::{Action, LayersAction, Measure, Pane, Section, TileScale};

use super::FIRST;
use super::looks;
use super::rich::rich_window;
use super::window::{Look, Window};

/// A window with this pane in front.
fn pane_window(runs: usize, pane: Pane, look: &Look) -> Window {
    let mut window = rich_window(runs, look);
    show(&mut window, pane);
    window
}

fn show(window: &mut Window, pane: Pane) {
    if !window.harness.state().state().shown.contains(&pane) {
        let tabs: Vec<_> = window
            .harness
            .get_all_by_label(pane.title())
            .map(|tab| tab.rect())
            .collect();
        let tab = tabs.last().unwrap().center();
        window.harness.hover_at(tab);
        window.harness.run();
        for pressed in [true, false] {
            window.harness.event(egui::Event::PointerButton {
                pos: tab,
                button: egui::PointerButton::Primary,
                pressed,
                modifiers: egui::Modifiers::NONE,
            });
            window.harness.run();
        }
        window.harness.remove_cursor();
        window.harness.run();
    }
    assert!(window.harness.state().state().shown.contains(&pane));
}

fn layers(window: &Window) -> &hourglass::gui::LayersState {
    &window.harness.state().state().layers
}

fn act(window: &mut Window, action: LayersAction) {
    let ctx = window.harness.ctx.clone();
    let app = window.harness.state_mut();
    app.act(&ctx, Action::Layers(action));
    window.harness.run();
}

/// Blobs of both signs.
fn tiles(count: usize, shape: ImageShape, total: usize) -> Tiles {
    let values: Vec<f32> = (0..count * shape.pixels())
        .map(|at| {
            let (tile, at) = (at / shape.pixels(), at % shape.pixels());
            let (x, y) = (at % shape.width, at / shape.width);
            let phase = tile as f32 * 0.7;
            let wave = (x as f32 * 0.4 + phase).sin() * (y as f32 * 0.3 - phase).cos();
            wave / (1.0 + tile as f32 * 0.1)
        })
        .collect();
    let norms = values
        .chunks(shape.pixels())
        .map(|tile| tile.iter().map(|value| value * value).sum::<f32>().sqrt())
        .collect();
    Tiles {
        shape: Some(shape),
        values,
        norms,
        total,
    }
}

fn square(side: usize) -> ImageShape {
    ImageShape {
        width: side,
        height: side,
        channels: 1,
    }
}

/// The explorer finds something.
fn find(window: &mut Window, slot: Slot, run: RunId, content: Content) {
    let answer = Answer {
        key: WishKey { slot, run },
        number: 1,
        step: 1234,
        content,
    };
    window.script.answers.borrow_mut().push_back(answer);
    window.harness.run();
}

fn filters() -> Content {
    Content::Filters {
        encoder: tiles(48, square(28), 500),
        decoder: tiles(48, square(28), 500),
    }
}

#[test]
fn a_layer_is_chosen_in_the_hourglass_and_shows_its_numbers() {
    let mut window = pane_window(2, Pane::Network, &Look::default());
    assert!(window.has_text("Click a layer"));
    window.click("Encoder 2, Stacked");
    assert_eq!(layers(&window).selected, Some(1));
    assert!(window.has_text("Weights from"));
    assert!(window.has_text("Outputs from"));
    assert!(window.has_text("norm of the weights"));
    window.click("Feature maps");
    assert_eq!(layers(&window).feature_layer, 1);
    assert_eq!(layers(&window).section, Section::Features);
    assert!(
        window
            .harness
            .state()
            .state()
            .shown
            .contains(&Pane::Filters)
    );
    show(&mut window, Pane::Network);
    window.click("Hide numbers");
    assert_eq!(layers(&window).selected, None);
}

#[test]
fn weights_and_outputs_are_shown_over_time_with_the_moment_marked() {
    let mut window = pane_window(1, Pane::Network, &Look::default());
    window.click("Encoder 2, Stacked");
    let of = |window: &Window, name: &str| {
        let node = window.harness.get_by_label_contains(name);
        egui_kittest::kittest::NodeT::accesskit_node(&node)
            .label()
            .unwrap()
    };
    let live = of(&window, "Weights over time, between");
    assert!(live.ends_with("the newest step marked"), "{live}");
    assert!(window.has_text("Outputs over time, between"));
    window.click("First frame");
    window.click("Frame after");
    let back = of(&window, "Weights over time, between");
    assert!(back.ends_with("step 1 marked"), "{back}");
}

#[test]
fn a_layer_is_reached_by_keyboard() {
    let mut window = pane_window(1, Pane::Network, &Look::default());
    window.harness.get_by_label("Decoder 1, Stacked").focus();
    window.harness.run();
    window.press(egui::Key::Enter);
    let last = layers(&window).selected.unwrap();
    assert_eq!(last, 9, "the last of ten layers");
}

#[test]
fn another_run_is_chosen_where_it_is_drawn_small() {
    let mut window = pane_window(2, Pane::Network, &Look::default());
    act(&mut window, LayersAction::Measure(Measure::Spread));
    assert!(window.has_text("every image gives nearly the same output"));
    window.click("Encoder 1, Deep");
    let state = window.harness.state().state();
    assert_eq!(state.selected, Some(RunId(2)));
}

#[test]
fn the_measure_is_one_for_both_panes() {
    let mut window = pane_window(2, Pane::Network, &Look::default());
    window.click("Spread");
    assert_eq!(layers(&window).measure, Measure::Spread);
    show(&mut window, Pane::Layers);
    assert!(window.has_text("Layers of Deep over time, Spread"));
    assert!(window.has_text("every image gives nearly the same output"));
}

#[test]
fn strips_show_all_runs_or_one_and_stretch_the_beginning() {
    let mut window = pane_window(3, Pane::Layers, &Look::default());
    assert!(window.has_text("Layers of Stacked over time"));
    assert!(window.has_text("Layers of Deep over time"));
    assert!(window.has_text("about −3 is healthy") || window.has_text("About −3 is healthy"));
    window.click("Logarithmic time");
    assert!(layers(&window).has_log_time);
    window.click("Every run");
    assert!(!window.has_text("Layers of Deep over time"));
    assert!(window.has_text("Layers of Stacked over time"));
}

#[test]
fn a_low_pane_has_room_for_the_strips_of_two_runs() {
    let look = Look {
        size: [1280.0, 720.0],
        ..Look::default()
    };
    let window = pane_window(2, Pane::Layers, &look);
    let strip = |name: &str| {
        let strip = window.harness.get_by_label_contains(name).rect();
        assert!(strip.height() >= 44.0, "{name}: {strip}");
        strip
    };
    let first = strip("Layers of Stacked over time");
    let second = strip("Layers of Deep over time");
    let below = window.harness.get_by_label("Reconstructions").rect();
    assert!(first.bottom() < second.top() && second.bottom() < below.top());
    assert!(window.has_text("Scale from"));
}

#[test]
fn a_layer_in_a_low_pane_has_all_of_it_for_its_numbers() {
    let look = Look {
        size: [1280.0, 720.0],
        ..Look::default()
    };
    let mut window = pane_window(2, Pane::Network, &look);
    window.click("Encoder 2, Stacked");
    let below = window.harness.get_by_label("Reconstructions").rect();
    for words in [
        "Weights from",
        "Outputs from",
        "Weights over time",
        "norm of the weights",
    ] {
        let rect = window.harness.get_by_label_contains(words).rect();
        assert!(rect.bottom() <= below.top(), "{words} is cut off at {rect}");
    }
    window.click("Layer after");
    assert_eq!(layers(&window).selected, Some(2));
    window.click("Layer before");
    window.click("Hide numbers");
    assert!(window.has_text("Click a layer"));
}

#[test]
fn what_is_measured_is_what_is_told() {
    let mut window = pane_window(1, Pane::Layers, &Look::default());
    assert!(window.has_text("on the scale of update : weight"));
    act(&mut window, LayersAction::Measure(Measure::Gradient));
    assert!(!window.has_text("on the scale of update : weight"));
    assert!(window.has_text("Gradient norms from 0.0"));
}

#[test]
fn the_network_grows_with_its_pane() {
    let size = |size| {
        let look = Look {
            size,
            ..Look::default()
        };
        let window = pane_window(1, Pane::Network, &look);
        let network = "Network of Stacked, 10 layers with";
        let layer = window.harness.get_by_label("Encoder 1, Stacked").rect();
        let drawn = window.harness.get_by_label_contains(network).rect();
        (drawn.height(), layer.width())
    };
    let (small, large) = (size([1280.0, 720.0]), size([2560.0, 1440.0]));
    assert!(large.0 > 1.5 * small.0, "{small:?} {large:?}");
    assert!(large.1 > 1.5 * small.1, "{small:?} {large:?}");
}

#[test]
fn a_click_on_a_strip_looks_back_at_that_moment_and_layer() {
    let mut window = pane_window(2, Pane::Layers, &Look::default());
    let strip = "Layers of Deep over time, Update : weight";
    window.click(strip);
    let state = window.harness.state().state();
    assert_eq!(state.selected, Some(RunId(2)));
    assert!(state.layers.selected.is_some());
    let cursor = state.history.cursor.unwrap();
    let newest = state.runs[1].frame.as_ref().unwrap().step;
    assert!(cursor > 0 && cursor <= newest, "{cursor} of {newest}");
}

#[test]
fn filters_are_wished_for_drawn_and_enlarged() {
    let mut window = rich_window(2, &Look::default());
    window.script.wishes.take();
    show(&mut window, Pane::Filters);
    let sent = window.script.wishes.take();
    let key = WishKey {
        slot: Slot::Filters,
        run: FIRST,
    };
    let is_filters = |(k, _, wish): &(WishKey, u64, Option<Wish>)| {
        *k == key && matches!(wish, Some(Wish::Filters { .. }))
    };
    assert!(sent.iter().any(is_filters), "{sent:?}");
    assert!(window.has_text("Waiting for the weights"));
    find(&mut window, Slot::Filters, FIRST, filters());
    assert!(window.has_text("What the first layer looks for, Stacked"));
    window.click("Common scale");
    assert_eq!(layers(&window).scale, TileScale::Common);
    window
        .harness
        .get_by_label("What the first layer looks for, Stacked")
        .focus();
    window.harness.run();
    window.press(egui::Key::ArrowRight);
    window.press(egui::Key::ArrowRight);
    assert!(window.has_text("Filter 2 of 500"));
    assert!(window.has_text("norm"));
    window.click("Of all runs");
    assert!(layers(&window).shows_all_filters);
    let sent = window.script.wishes.take();
    assert!(sent.iter().any(|(key, ..)| key.run == RunId(2)));
}

#[test]
fn feature_maps_belong_to_a_layer_and_an_image() {
    let mut window = pane_window(4, Pane::Filters, &Look::default());
    let ctx = window.harness.ctx.clone();
    let conv = RunId(4);
    window.harness.state_mut().act(&ctx, Action::Select(conv));
    window.script.wishes.take();
    window.click("Feature maps");
    let sent = window.script.wishes.take();
    let wanted = Wish::Features {
        image: InputImage::Test(0),
        layer: 0,
    };
    assert!(
        sent.iter()
            .any(|(_, _, wish)| wish.as_ref() == Some(&wanted)),
        "{sent:?}"
    );
    let maps = Content::Features(tiles(32, square(14), 32));
    find(&mut window, Slot::Features, conv, maps);
    assert!(window.has_text("Outputs of Encoder 1, Convolutional"));
    assert!(window.has_text("for test image 0"));
    window.choose("Layer", "Encoder 2, 7×7×64");
    assert_eq!(layers(&window).feature_layer, 1);
    assert!(window.has_text("Waiting for the outputs"));
    let failed = Content::Failed("This layer is deeper than the phase reaches.".to_owned());
    find(&mut window, Slot::Features, conv, failed);
    assert!(window.has_text("deeper than the phase reaches"));
}

/// Four runs in this pane, with something done in it.
pub fn scene(pane: Pane, look: &Look) -> Window {
    let mut window = pane_window(4, pane, look);
    match pane {
        Pane::Network => act(&mut window, LayersAction::Select(Some(2))),
        Pane::Filters => find(&mut window, Slot::Filters, FIRST, filters()),
        _ => {}
    }
    window
}

/// Writes the panes to the folder that `HOURGLASS_LOOK` names, to be looked at.
#[test]
fn looks_inside_are_written_on_request() {
    let Some(folder) = looks::folder() else {
        return;
    };
    for theme in [egui::Theme::Dark, egui::Theme::Light] {
        for size in [[1280.0, 720.0], [2560.0, 1440.0]] {
            let look = looks::drawn(theme, size);
            let mut window = rich_window(4, &look);
            let save = |window: &mut Window, name: &str| {
                looks::save(
                    window,
                    &folder,
                    &format!("inside-{name}-{}-{theme:?}", size[0]),
                );
            };
            show(&mut window, Pane::Network);
            save(&mut window, "network");
            act(&mut window, LayersAction::Select(Some(2)));
            save(&mut window, "details");
            show(&mut window, Pane::Layers);
            save(&mut window, "update");
            act(&mut window, LayersAction::Measure(Measure::Spread));
            act(&mut window, LayersAction::UseLogTime(true));
            save(&mut window, "spread");
            let mut window = scene(Pane::Filters, &look);
            save(&mut window, "filters");
            act(&mut window, LayersAction::Show(Section::Features));
            let maps = Arc::new(tiles(64, square(7), 64));
            let content = Content::Features(Tiles::clone(&maps));
            find(&mut window, Slot::Features, FIRST, content);
            save(&mut window, "features");
        }
    }
}
