//! What is near to what in the space of codes, by name and key.

use std::sync::Arc;

use egui_kittest::kittest::Queryable as _;
use hourglass::data::{Dataset, glyphs};
use hourglass::engine::{
    Command, Event, FactorsFinding, Finding, MapFinding, Request, TestNeighbours,
};
use hourglass::gui::{Action, Marks, Pane};

use super::rich::rich_window;
use super::session::info;
use super::window::{Look, Window};

/// A window of two runs on the built-in digits with the pane of codes to be seen, of which this part is shown, and what the engine found.
fn code_window(has_factors: bool, part: &str) -> Window {
    let mut window = rich_window(2, &Look::default());
    let ctx = window.harness.ctx.clone();
    let open = Action::OpenPane(Pane::Code);
    window.harness.state_mut().act(&ctx, open);
    window.harness.run();
    window.click(part);
    answer(&mut window, has_factors);
    // Factors are looked into once they are known, and frames in several turns.
    while !answer(&mut window, has_factors).is_empty() {}
    window
}

/// The engine answers what it was asked, and that is returned.
fn answer(window: &mut Window, has_factors: bool) -> Vec<Command> {
    let commands = window.commands();
    for command in &commands {
        match command {
            Command::FindNeighbours(_) => {
                let images = neighbours(has_factors);
                window.tell([Event::Neighbours(Arc::new(images))]);
            }
            Command::LookInto(request) => window.tell([Event::Found(found(request))]),
            other => panic!("unexpected {other:?}"),
        }
    }
    commands
}

fn neighbours(has_factors: bool) -> TestNeighbours {
    let digits = glyphs::generate(0, 10, 200).unwrap();
    let mut images = TestNeighbours::of(&Dataset::new("glyphs", digits, None).unwrap());
    let run = info(&super::session::recipe("autoencoder"));
    images.contents.clone_from(&run.dataset.contents);
    if !has_factors {
        images.factors = Arc::default();
    }
    images
}

fn found(request: &Request) -> Finding {
    match request {
        Request::Map(request) => {
            let place = |image: usize| [(image % 20) as f32, (image / 20) as f32];
            Finding::Map(Ok(Box::new(MapFinding {
                request: request.clone(),
                points: (0..request.codes.len()).map(place).collect(),
                epochs: (10, 10),
            })))
        }
        Request::Accuracy(request) => {
            let moments = request.moments.iter();
            Finding::Accuracy(
                moments
                    .map(|codes| (Arc::clone(codes), Some(0.8)))
                    .collect(),
            )
        }
        Request::Factors(request) => {
            let row = vec![Some(-0.85); request.dimensions.len()];
            Finding::Factors(FactorsFinding {
                codes: Arc::clone(&request.codes),
                dimensions: request.dimensions.clone(),
                rows: request
                    .factors
                    .iter()
                    .map(|factor| (factor.name, row.clone()))
                    .collect(),
            })
        }
    }
}

#[test]
fn an_image_is_pointed_at_by_keys_and_its_neighbours_are_shown() {
    let mut window = code_window(true, "Map");
    assert!(window.has_text("PCA map of codes"));
    let map = window.harness.get_by_label("t-SNE map of codes");
    map.scroll_to_me();
    map.focus();
    window.harness.run();
    window.press(egui::Key::ArrowRight);
    let pointed = |window: &Window| window.harness.state().state().mapping.pointed;
    let first = pointed(&window).unwrap();
    window.press(egui::Key::ArrowRight);
    assert_eq!(pointed(&window), Some(first + 1), "one place to the right");
    for text in [
        "nearest by code.",
        "Nearest as image, 1",
        "Nearest by code, 5",
    ] {
        assert!(window.has_text(text), "no {text:?}");
    }
}

#[test]
fn a_map_is_made_again_and_drawn_of_dots() {
    let mut window = code_window(true, "Map");
    window.click("Map again");
    let asked = window.commands();
    assert!(
        asked.iter().any(|command| matches!(
            command,
            Command::LookInto(Request::Map(request)) if request.is_prompt
        )),
        "{} commands",
        asked.len()
    );
    window.click("Dots in the maps");
    assert_eq!(window.harness.state().state().mapping.marks, Marks::Dots);
}

#[test]
fn accuracies_and_factors_are_told() {
    let mut window = code_window(true, "Neighbours over time");
    assert!(window.has_text("used to measure, not to train"));
    assert!(window.has_text("80 % at step"));
    window.click("First frame");
    for text in ["Stacked 80 % at step 0", "used to measure"] {
        assert!(window.has_text(text), "looking back: no {text:?}");
    }
    let window = code_window(true, "True factors");
    assert!(window.has_text("Slant and z1: −0.85"));
    let window = code_window(false, "True factors");
    assert!(window.has_text("only the built-in digits"));
}
