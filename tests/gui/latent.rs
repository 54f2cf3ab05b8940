//! Walking in the space of codes, by name and key, over an explorer that decodes to the nearest image.

use std::collections::BTreeMap;

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use hourglass::data::glyphs;
use hourglass::engine::{
    Answer, CodeSpec, Codes, Content, InputImage, Pictures, RunId, Slot, Start, Wish, WishKey,
};
use hourglass::gui::{Action, Origin, PlaneAxes, Preset};

use super::FIRST;
use super::rich::rich_window;
use super::session::SHAPE;
use super::window::{Look, Window};

/// A plane of two dimensions.
const FLAT: RunId = RunId(3);

/// Fulfils wishes with the test images whose codes are nearest.
pub struct Decoder {
    images: Vec<u8>,
    standing: BTreeMap<WishKey, (u64, Wish)>,
}

impl Decoder {
    pub fn new() -> Self {
        let data = glyphs::generate(0, 300, 200).unwrap();
        Self {
            images: data.test.pixels().to_vec(),
            standing: BTreeMap::new(),
        }
    }

    /// Answers everything that is wished until nothing more is, and says what stands then.
    pub fn answer(&mut self, window: &mut Window) -> BTreeMap<WishKey, Wish> {
        for _round in 0..4 {
            let new = window.script.wishes.take();
            if new.is_empty() {
                break;
            }
            for (key, number, wish) in new {
                let Some(wish) = wish else {
                    self.standing.remove(&key);
                    continue;
                };
                let state = window.harness.state().state();
                let run = state.run(key.run).unwrap();
                let codes = &run.frame.as_ref().unwrap().codes;
                if let Some(content) = self.content(codes, &wish) {
                    window.script.answers.borrow_mut().push_back(Answer {
                        key,
                        number,
                        step: 0,
                        content,
                    });
                }
                self.standing.insert(key, (number, wish));
            }
            window.harness.run();
        }
        let standing = self.standing.iter();
        standing
            .map(|(key, (_, wish))| (*key, wish.clone()))
            .collect()
    }

    fn content(&self, codes: &Codes, wish: &Wish) -> Option<Content> {
        let grid = |all: Vec<Vec<f32>>, columns| Content::Grid {
            pictures: Pictures {
                shape: SHAPE,
                pixels: all
                    .iter()
                    .flat_map(|code| self.decode(codes, code))
                    .collect(),
            },
            columns,
        };
        let mixed = |a: &[f32], b: &[f32], share: f32| -> Vec<f32> {
            a.iter().zip(b).map(|(a, b)| a + (b - a) * share).collect()
        };
        Some(match wish {
            Wish::Point(spec) => {
                let (start, code) = self.code(codes, spec);
                Content::Point {
                    picture: Pictures {
                        shape: SHAPE,
                        pixels: self.decode(codes, &code),
                    },
                    error: matches!(spec.start, Start::Image(_)).then_some(0.0123),
                    start,
                    code,
                }
            }
            Wish::Line { from, to, count } => {
                let (a, b) = (self.code(codes, from).1, self.code(codes, to).1);
                let share = |i: usize| i as f32 / (*count - 1) as f32;
                grid(
                    (0..*count).map(|i| mixed(&a, &b, share(i))).collect(),
                    *count,
                )
            }
            Wish::Traversals {
                spec,
                rows,
                columns,
            } => {
                let (_, code) = self.code(codes, spec);
                let cells = rows.iter().flat_map(|row| {
                    (0..*columns).map(|column| {
                        let mut code = code.clone();
                        let share = column as f32 / (*columns - 1) as f32;
                        code[row.dimension] = row.low + (row.high - row.low) * share;
                        code
                    })
                });
                grid(cells.collect(), *columns)
            }
            Wish::Plane(plane) => {
                let (_, origin) = self.code(codes, &plane.origin);
                let cells = (0..plane.rows * plane.columns).map(|cell| {
                    let share = [
                        (cell % plane.columns) as f32 / (plane.columns - 1) as f32,
                        1.0 - (cell / plane.columns) as f32 / (plane.rows - 1) as f32,
                    ];
                    let at =
                        [0, 1].map(|i| plane.low[i] + (plane.high[i] - plane.low[i]) * share[i]);
                    let parts = origin
                        .iter()
                        .zip(plane.axes[0].iter())
                        .zip(plane.axes[1].iter());
                    parts.map(|((o, x), y)| o + at[0] * x + at[1] * y).collect()
                });
                grid(cells.collect(), plane.columns)
            }
            Wish::Filters { .. } | Wish::Features { .. } => return None,
        })
    }

    /// A code before and after pins.
    fn code(&self, codes: &Codes, spec: &CodeSpec) -> (Vec<f32>, Vec<f32>) {
        let start = match &spec.start {
            Start::Image(InputImage::Test(index)) => {
                codes.get(*index as usize % codes.len()).to_vec()
            }
            Start::Image(InputImage::Pixels(_)) => vec![0.0; codes.latent],
            Start::Code(code) => code.to_vec(),
        };
        let mut code = start.clone();
        for (dimension, value) in &spec.pins {
            code[*dimension] = *value;
        }
        (start, code)
    }

    /// Mixes the three images whose codes are nearest.
    fn decode(&self, codes: &Codes, code: &[f32]) -> Vec<u8> {
        let distance = |index: usize| -> f32 {
            let other = codes.get(index);
            other.iter().zip(code).map(|(a, b)| (a - b).powi(2)).sum()
        };
        let mut near: Vec<(f32, usize)> = (0..codes.len()).map(|i| (distance(i), i)).collect();
        near.sort_by(|a, b| a.0.total_cmp(&b.0));
        near.truncate(3);
        let weights: Vec<f32> = near.iter().map(|(d, _)| 1.0 / (d + 1e-3)).collect();
        let sum: f32 = weights.iter().sum();
        (0..SHAPE.pixels())
            .map(|pixel| {
                let parts = near.iter().zip(&weights);
                let mixed: f32 = parts
                    .map(|((_, image), weight)| {
                        weight * f32::from(self.images[image * SHAPE.pixels() + pixel])
                    })
                    .sum();
                (mixed / sum) as u8
            })
            .collect()
    }
}

/// A window of several runs with the latent panes to be seen.
pub fn latent_window(runs: usize, selected: RunId, look: &Look) -> (Window, Decoder) {
    let mut window = rich_window(runs, look);
    let ctx = window.harness.ctx.clone();
    for action in [Action::Arrange(Preset::Latent), Action::Select(selected)] {
        window.harness.state_mut().act(&ctx, action);
    }
    window.harness.run();
    let mut decoder = Decoder::new();
    decoder.answer(&mut window);
    (window, decoder)
}

fn slider(window: &Window, name: &str) -> f64 {
    let node = window.harness.get_by_role_and_label(Role::Slider, name);
    node.accesskit_node().numeric_value().unwrap()
}

fn pins(wishes: &BTreeMap<WishKey, Wish>, run: RunId) -> Vec<(usize, f32)> {
    let key = WishKey {
        slot: Slot::Sliders,
        run,
    };
    match &wishes[&key] {
        Wish::Point(spec) => spec.pins.clone(),
        other => panic!("expected a point, found {other:?}"),
    }
}

#[test]
fn a_slider_is_moved_held_and_reset() {
    let (mut window, mut decoder) = latent_window(2, FIRST, &Look::default());
    let before = slider(&window, "z1");
    window
        .harness
        .get_by_role_and_label(Role::Slider, "z1")
        .set_value_accesskit(before + 0.5);
    window.harness.step();
    let asked = window.script.wishes.borrow().clone();
    assert!(
        asked
            .iter()
            .any(|(key, _, wish)| key.slot == Slot::Sliders && wish.is_some()),
        "the wish goes out in the frame of the move: {asked:?}"
    );
    window.harness.run();
    let wishes = decoder.answer(&mut window);
    let moved = pins(&wishes, FIRST);
    assert!(moved.len() == 1 && (f64::from(moved[0].1) - before - 0.5).abs() < 1e-3);
    assert!(
        pins(&wishes, RunId(2)).is_empty(),
        "the other run keeps its code"
    );
    window.click("Lock z1");
    window.click("Next start");
    let wishes = decoder.answer(&mut window);
    assert_eq!(pins(&wishes, FIRST), moved, "what is held stays");
    window.click("Reset sliders");
    assert!(pins(&decoder.answer(&mut window), FIRST).is_empty());
}

#[test]
fn a_double_click_resets_one_slider() {
    let (mut window, mut decoder) = latent_window(1, FIRST, &Look::default());
    for name in ["z1", "z2"] {
        let value = slider(&window, name) + 0.3;
        let node = window.harness.get_by_role_and_label(Role::Slider, name);
        node.set_value_accesskit(value);
        window.harness.run();
    }
    assert_eq!(pins(&decoder.answer(&mut window), FIRST).len(), 2);
    let middle = window
        .harness
        .get_by_role_and_label(Role::Slider, "z2")
        .rect()
        .center();
    for _click in 0..2 {
        window.harness.drag_at(middle);
        window.harness.step();
        window.harness.drop_at(middle);
        window.harness.step();
    }
    window.harness.run();
    let left = pins(&decoder.answer(&mut window), FIRST);
    assert!(left.len() == 1 && left[0].0 == 0, "{left:?}");
}

#[test]
fn all_runs_move_together_on_request() {
    let (mut window, mut decoder) = latent_window(2, FIRST, &Look::default());
    window.click("Move all runs");
    let value = slider(&window, "z1") + 0.4;
    window
        .harness
        .get_by_role_and_label(Role::Slider, "z1")
        .set_value_accesskit(value);
    window.harness.run();
    let wishes = decoder.answer(&mut window);
    assert_eq!(pins(&wishes, RunId(2)).len(), 1);
}

#[test]
fn a_walk_starts_from_an_image_the_mean_or_a_random_code() {
    let (mut window, mut decoder) = latent_window(1, FIRST, &Look::default());
    let origin = |window: &Window| window.harness.state().state().latent.origin;
    window.click("Next start");
    assert_eq!(origin(&window), Origin::Image(1));
    window.click("Random start");
    assert!(matches!(origin(&window), Origin::Image(_)));
    window.choose("Start from", "Mean code");
    assert_eq!(origin(&window), Origin::Mean);
    assert!(window.has_text("Mean code"));
    window.choose("Start from", "Random code");
    decoder.answer(&mut window);
    window.click("Another code");
    assert!(matches!(origin(&window), Origin::Random(_)));
    let wishes = decoder.answer(&mut window);
    let key = WishKey {
        slot: Slot::Sliders,
        run: FIRST,
    };
    let Wish::Point(spec) = &wishes[&key] else {
        panic!("expected a point");
    };
    let Start::Code(code) = &spec.start else {
        panic!("expected a code, found {:?}", spec.start);
    };
    let shown = slider(&window, "z1");
    assert!(
        (shown - f64::from(code[0])).abs() < 1e-4,
        "the sliders stand where it begins"
    );
}

#[test]
fn the_plane_shows_classes_points_and_lines() {
    let (mut window, mut decoder) = latent_window(3, FLAT, &Look::default());
    window.click("Class 3");
    let highlight = |window: &Window| window.harness.state().state().latent.plane.highlight;
    assert_eq!(highlight(&window), Some(3));
    window.click("Class 3");
    assert_eq!(highlight(&window), None);
    let rect = window.harness.get_by_label("Plane of codes").rect();
    window.harness.hover_at(rect.center());
    window.harness.run();
    let wishes = decoder.answer(&mut window);
    assert!(
        wishes
            .keys()
            .any(|key| key.slot == Slot::Hover && key.run == FLAT)
    );
    for share in [0.3, 0.6] {
        let at = rect.min + rect.size() * share;
        window.harness.hover_at(at);
        window.harness.run();
        window.harness.drag_at(at);
        window.harness.run();
        window.harness.drop_at(at);
        window.harness.run();
    }
    let wishes = decoder.answer(&mut window);
    assert!(wishes.keys().any(|key| key.slot == Slot::Line));
    assert!(window.has_text("Pictures between the two places"));
    window.click("Clear line");
    assert!(!window.has_text("Pictures between the two places"));
}

#[test]
fn the_plane_is_panned_and_fitted_again() {
    let (mut window, _) = latent_window(3, FLAT, &Look::default());
    let looked = |window: &Window| window.harness.state().state().latent.plane.window(FLAT);
    let from = window
        .harness
        .get_by_label("Plane of codes")
        .rect()
        .center();
    window.harness.hover_at(from);
    window.harness.run();
    window.harness.drag_at(from);
    window.harness.run();
    window.harness.hover_at(from + egui::vec2(60.0, 0.0));
    window.harness.run();
    window.harness.drop_at(from + egui::vec2(60.0, 0.0));
    window.harness.run();
    assert!(looked(&window).is_some());
    window.click("Fit codes");
    assert!(looked(&window).is_none());
}

#[test]
fn the_plane_is_walked_by_keys() {
    let (mut window, mut decoder) = latent_window(3, FLAT, &Look::default());
    window.harness.get_by_label("Plane of codes").focus();
    window.harness.run();
    for key in [
        egui::Key::ArrowRight,
        egui::Key::Enter,
        egui::Key::ArrowUp,
        egui::Key::Enter,
    ] {
        window.press(key);
    }
    let wishes = decoder.answer(&mut window);
    assert!(
        wishes.keys().any(|key| key.slot == Slot::Line),
        "{:?}",
        wishes.keys()
    );
}

#[test]
fn a_plane_of_more_dimensions_has_a_choice_of_two() {
    let (mut window, mut decoder) = latent_window(1, FIRST, &Look::default());
    let axes = |window: &Window| window.harness.state().state().latent.plane.axes;
    window.choose("Plane of", "Two dimensions");
    assert!(matches!(axes(&window), Some(PlaneAxes::Dimensions(..))));
    window.choose("Up", "z6");
    assert!(matches!(axes(&window), Some(PlaneAxes::Dimensions(_, 5))));
    window.choose("Plane of", "Principal directions");
    assert_eq!(axes(&window), Some(PlaneAxes::Principal));
    let wishes = decoder.answer(&mut window);
    assert!(wishes.keys().any(|key| key.slot == Slot::Plane));
}

#[test]
fn a_picture_of_a_traversal_moves_its_slider() {
    let (mut window, mut decoder) = latent_window(1, FIRST, &Look::default());
    window.click("Traversals");
    decoder.answer(&mut window);
    let label = "Traversal of z1";
    window.harness.get_by_label(label).scroll_to_me();
    window.harness.run();
    let rect = window.harness.get_by_label(label).rect();
    let at = rect.left_center() + egui::vec2(6.0, 0.0);
    window.harness.hover_at(at);
    window.harness.run();
    window.harness.drag_at(at);
    window.harness.run();
    window.harness.drop_at(at);
    window.harness.run();
    let wishes = decoder.answer(&mut window);
    let first = pins(&wishes, FIRST);
    assert!(first.len() == 1 && first[0].0 == 0, "{first:?}");
    window.harness.get_by_label(label).focus();
    window.harness.run();
    window.press(egui::Key::ArrowRight);
    let wishes = decoder.answer(&mut window);
    assert!(
        pins(&wishes, FIRST)[0].1 > first[0].1,
        "a column to the right"
    );
}

#[test]
fn panes_without_codes_say_what_to_do() {
    let mut window = Window::open(None);
    let ctx = window.harness.ctx.clone();
    let arrange = Action::Arrange(Preset::Latent);
    window.harness.state_mut().act(&ctx, arrange);
    window.harness.run();
    assert!(window.has_text("once the run is ready"));
    assert!(window.script.wishes.borrow().is_empty());
}

/// Writes every pane in two sizes to the folder that `HOURGLASS_LOOK` names, to be looked at.
#[test]
fn latent_looks_are_written_on_request() {
    let Some(folder) = std::env::var_os("HOURGLASS_LOOK").map(std::path::PathBuf::from) else {
        println!("skipped: HOURGLASS_LOOK names no folder");
        return;
    };
    for (theme, size) in [
        (egui::Theme::Dark, [1280.0, 720.0]),
        (egui::Theme::Light, [1920.0, 1080.0]),
    ] {
        let look = Look {
            theme,
            size,
            has_renderer: true,
            ..Look::default()
        };
        for (name, selected, tab) in [
            ("sliders", FIRST, "Latent sliders"),
            ("plane", FLAT, "Latent plane"),
            ("traversals", FIRST, "Traversals"),
        ] {
            let (mut window, mut decoder) = latent_window(4, selected, &look);
            window.click(tab);
            if selected == FLAT {
                let rect = window.harness.get_by_label("Plane of codes").rect();
                for share in [0.3, 0.6] {
                    let at = rect.min + rect.size() * share;
                    window.harness.hover_at(at);
                    window.harness.run();
                    window.harness.drag_at(at);
                    window.harness.run();
                    window.harness.drop_at(at);
                    window.harness.run();
                }
            } else if tab == "Latent sliders" {
                let value = slider(&window, "z2") + 0.6;
                let node = window.harness.get_by_role_and_label(Role::Slider, "z2");
                node.set_value_accesskit(value);
                window.harness.run();
                window.click("Lock z2");
            }
            decoder.answer(&mut window);
            let picture = window.harness.render().unwrap();
            let width = size[0];
            picture
                .save(folder.join(format!("latent-{name}-{width}.png")))
                .unwrap();
        }
    }
}
