//! Whether what is written can be read: from the last row, and all of it.

use egui::{Key, Modifiers, Rect, Shape};
use egui_kittest::kittest::Queryable as _;

use hourglass::engine::{Event, Progress, RunState};
use hourglass::gui::{Action, Pane};
use hourglass::train::Metrics;

use super::latent::latent_window;
use super::pictures::{pane_window, roomy};
use super::rich::rich_window;
use super::session::{ready, recipe};
use super::window::{Look, Window};
use super::{FIRST, session_window};

/// Text on the screen: what it says, where, and how large.
pub struct Text {
    pub words: String,
    pub rect: Rect,
    pub size: f32,
}

fn collect(shape: &Shape, clip: Rect, texts: &mut Vec<Text>) {
    match shape {
        Shape::Text(text) => {
            let rect = shape.visual_bounding_rect();
            // What is cut off is not there to be read.
            if clip.intersects(rect) {
                let job = &text.galley.job;
                texts.push(Text {
                    words: job.text.clone(),
                    rect,
                    size: job
                        .sections
                        .first()
                        .map_or(0.0, |part| part.format.font_id.size),
                });
            }
        }
        Shape::Vec(shapes) => {
            for shape in shapes {
                collect(shape, clip, texts);
            }
        }
        _ => {}
    }
}

/// All text that is painted.
pub fn texts(window: &Window) -> Vec<Text> {
    let mut texts = Vec::new();
    for clipped in &window.harness.output().shapes {
        collect(&clipped.shape, clipped.clip_rect, &mut texts);
    }
    texts
}

fn size_of(window: &Window, words: &str) -> f32 {
    let found = texts(window)
        .into_iter()
        .find(|text| text.words.contains(words));
    found
        .unwrap_or_else(|| panic!("{words:?} is not to be read"))
        .size
}

fn enlarge(window: &mut Window) {
    window.press_with(Modifiers::COMMAND, Key::L);
    window.harness.run();
}

/// These words are as much larger as large type is.
fn grows(window: &mut Window, words: &[&str]) {
    let before: Vec<f32> = words.iter().map(|words| size_of(window, words)).collect();
    enlarge(window);
    for (words, before) in words.iter().zip(before) {
        let after = size_of(window, words);
        assert!(
            after > 1.25 * before,
            "{words:?} grows from {before} to {after}"
        );
    }
}

#[test]
fn large_type_reaches_chart_schedule_and_setup() {
    let mut window = session_window(&roomy());
    let chart = window.harness.get_by_label_contains("Loss chart of").rect();
    window.harness.hover_at(chart.center());
    window.harness.run();
    // A baseline, the table of the cursor, a block of the schedule, the setup.
    let words = [
        "mean image 0.0",
        "Training",
        "step ",
        " epochs",
        "Latent size",
    ];
    grows(&mut window, &words);
}

#[test]
fn what_has_to_hold_large_type_grows_with_it() {
    let (mut window, _) = latent_window(1, FIRST, &roomy());
    let height =
        |window: &Window, label: &str| window.harness.get_by_label_contains(label).rect().height();
    let lock = height(&window, "Lock z2");
    enlarge(&mut window);
    assert!(height(&window, "Lock z2") > 1.25 * lock);
    let mut window = rich_window(1, &roomy());
    let block = height(&window, "Phase 1 of");
    enlarge(&mut window);
    assert!(height(&window, "Phase 1 of") > 1.25 * block);
}

#[test]
fn the_axes_of_the_chart_have_titles_however_low_it_is() {
    for height in [640.0, 1200.0] {
        let look = Look {
            size: [1280.0, height],
            ..Look::default()
        };
        let mut window = rich_window(2, &look);
        let written =
            |window: &Window, words: &str| texts(window).iter().any(|text| text.words == words);
        assert!(written(&window, "MSE per pixel"), "at {height}");
        assert!(written(&window, "steps"), "at {height}");
        let is_low = window.harness.query_by_label("Options").is_some();
        assert_eq!(is_low, height < 1000.0);
        if is_low {
            window.click("Options");
            assert!(window.has_text("MSE = mean over pixels and images"));
        }
        if is_low {
            for entry in ["Epochs", "Sum per image"] {
                // The menu lies above everything else of that name.
                let entries: Vec<_> = window.harness.get_all_by_label(entry).collect();
                entries.last().unwrap().click();
                window.harness.run();
            }
        } else {
            window.choose("Along the axis", "Epochs");
            window.choose("Values of an image", "Sum per image");
        }
        assert!(written(&window, "squared error per image"), "at {height}");
        assert!(written(&window, "epochs"), "at {height}");
        assert!(window.has_text("squared error per image over epochs"));
    }
}

#[test]
fn the_cursor_reads_all_eight_runs_however_low_the_chart_is() {
    for height in [640.0, 720.0, 1000.0] {
        let look = Look {
            size: [1280.0, height],
            ..Look::default()
        };
        let mut window = rich_window(8, &look);
        let chart = window.harness.get_by_label_contains("Loss chart of").rect();
        window.harness.hover_at(chart.center());
        window.harness.run();
        let said = window.harness.get_by_label_contains("Loss chart of");
        let said = egui_kittest::kittest::NodeT::accesskit_node(&said);
        let said = said.label().unwrap();
        let texts = texts(&window);
        // Beyond the edge of a chart that is too low.
        let is_beside = |text: &&Text| chart.x_range().contains(text.rect.center().x);
        let beside: Vec<&Text> = texts.iter().filter(is_beside).collect();
        let heading = beside.iter().find(|text| text.words == "Training");
        let top = heading.unwrap_or_else(|| panic!("a table at {height}"));
        let rows = top.rect.top()..top.rect.bottom() + 9.0 * 16.0;
        let inside: Vec<&Text> = beside
            .iter()
            .copied()
            .filter(|text| rows.contains(&text.rect.center().y))
            .collect();
        for run in &window.harness.state().state().runs {
            // Its error, where it has one, stands in the table.
            let (_, rest) = said
                .split_once(&format!("; {}: training ", run.name()))
                .unwrap();
            let error = rest.split(", test ").nth(1).unwrap();
            let error = error.split(';').next().unwrap();
            let is_there = inside.iter().any(|text| text.words == error);
            assert!(is_there, "{} {error} at {height}", run.name());
        }
        assert!(!inside.iter().any(|text| text.words.contains(" more")));
    }
}

#[test]
fn nothing_covers_the_lines_of_a_chart_that_is_only_looked_back_at() {
    let look = Look {
        size: [1280.0, 800.0],
        ..Look::default()
    };
    let mut window = rich_window(8, &look);
    let table = |window: &Window| {
        let chart = window.harness.get_by_label_contains("Loss chart of").rect();
        let texts = texts(window).into_iter();
        texts
            .filter(|text| chart.contains(text.rect.center()))
            .any(|text| text.words == "Training")
    };
    let chart = window.harness.get_by_label_contains("Loss chart of").rect();
    window.harness.hover_at(chart.center());
    window.harness.run();
    assert!(table(&window), "where somebody points there is a table");
    window.click("First frame");
    window.harness.remove_cursor();
    window.harness.run();
    assert!(!table(&window));
    // The legend has the errors of that step.
    let state = window.harness.state().state();
    let run = &state.runs[0];
    let step = state.history.cursor.unwrap();
    let error = run.metrics.test_at(step).unwrap().mse;
    let told = texts(&window).into_iter().find_map(|text| {
        let number = text.words.strip_prefix(run.name())?.trim().to_owned();
        number.parse::<f64>().ok()
    });
    let told = told.expect("the run with its error");
    assert!((told - error).abs() < 0.01 * error, "{told} for {error}");
}

#[test]
fn histograms_and_strips_have_room_for_large_type() {
    let mut window = pane_window(1, Pane::Layers, &roomy());
    let ctx = window.harness.ctx.clone();
    let open = Action::OpenPane(Pane::Network);
    window.harness.state_mut().act(&ctx, open);
    window.harness.run();
    window.click("Encoder 1, Stacked");
    let width = |window: &Window| {
        let histogram = window.harness.get_by_label_contains("Weights from");
        histogram.rect().width()
    };
    let before = width(&window);
    enlarge(&mut window);
    assert!(width(&window) > 1.25 * before);
}

#[test]
fn the_status_begins_with_what_is_asked_for_most() {
    let look = Look {
        size: [1600.0, 800.0],
        ..Look::default()
    };
    let mut window = Window::with_look(Some(recipe("autoencoder")), &look);
    window.tell([
        ready(FIRST, &recipe("autoencoder")),
        Event::Memory(412_000_000),
    ]);
    window.tell([
        Event::StateChanged {
            id: FIRST,
            state: RunState::Running,
        },
        Event::Progress {
            id: FIRST,
            more: Metrics::default(),
            progress: Progress {
                step: 5,
                steps_per_sec: 120.0,
                images_per_sec: 7_000.0,
                remaining_secs: Some(75.0),
                ..Progress::default()
            },
        },
    ]);
    let bottom = window
        .harness
        .get_by_label("412 MB memory")
        .rect()
        .center()
        .y;
    let left = |words: &str| {
        let found = texts(&window);
        let mut found = found.iter().filter(|text| {
            text.words.contains(words) && (text.rect.center().y - bottom).abs() < 8.0
        });
        let found = found
            .next()
            .unwrap_or_else(|| panic!("{words:?} in the status"));
        found.rect.left()
    };
    let order = [
        "Training",
        "Flex (CPU",
        "120 it/s",
        "1 min 15 s left",
        "412 MB memory",
        "step 5 of",
        "images/s",
    ];
    let places = order.map(left);
    assert!(places.is_sorted(), "{places:?}");
}
