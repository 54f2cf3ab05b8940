//! What one frame of a busy window costs: `logic` and `ui` with eight runs of a million points each,
//! every pane in sight, and news of every run in every frame.
//!
//! `cargo bench --bench frame`. Prints the median, the 95th percentile and the largest of 300 frames
//! and ends with 1 where the 95th percentile is over 8 ms.

#![allow(
    clippy::unwrap_used,
    reason = "a benchmark that cannot run should stop"
)]
#![allow(clippy::print_stdout, reason = "the table is what it is for")]
#![allow(dead_code, reason = "the tests use more of the session than this does")]

#[path = "../tests/gui/rich.rs"]
mod rich;
#[path = "../tests/gui/rich_parts.rs"]
mod rich_parts;
#[path = "../tests/gui/session.rs"]
mod session;
#[path = "../tests/gui/window.rs"]
mod window;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::App as _;
use egui_tiles::{Tiles, Tree};
use hourglass::data::ImageShape;
use hourglass::engine::{
    Answer, Command, Content, EntriesFound, Event, Generated, ImagesMade, Nearest, Pictures,
    Progress, RunId, Snapshot, Tested, Tiles as Atlas, Wish, WishKey,
};
use hourglass::gui::{Action, App, EngineLink, Pane, PathFor, StartOptions};
use hourglass::model::{CodeGrid, DIMENSION_KL, ENTRY_COUNTS, Figure};
use hourglass::train::{Losses, Metrics};

/// Runs at once.
const RUNS: usize = 8;

/// Training steps of each run.
const POINTS: u64 = 1_000_000;

/// New losses of a run in a frame.
const NEWS: u64 = 50;

/// Frames between two sets of pictures.
const PICTURES_EVERY: usize = 15;

const WARM_UP: usize = 30;
const FRAMES: usize = 300;
const LIMIT: Duration = Duration::from_millis(8);

/// An engine that says what it is told to, and fulfils every wish with something plain.
#[derive(Default)]
struct Desk {
    events: RefCell<VecDeque<Event>>,
    snapshot: RefCell<Option<Arc<Snapshot>>>,
    answers: RefCell<VecDeque<Answer>>,
}

struct Link(Rc<Desk>);

impl EngineLink for Link {
    fn send(&self, _command: Command) {}

    fn next_event(&self) -> Option<Event> {
        self.0.events.borrow_mut().pop_front()
    }

    fn newest_snapshot(&self) -> Option<Arc<Snapshot>> {
        self.0.snapshot.take()
    }

    fn wish(&self, key: WishKey, number: u64, wish: Option<Wish>) {
        if let Some(wish) = wish {
            self.0.answers.borrow_mut().push_back(Answer {
                key,
                number,
                step: POINTS,
                content: fulfil(&wish),
            });
        }
    }

    fn next_answer(&self) -> Option<Answer> {
        self.0.answers.borrow_mut().pop_front()
    }
}

fn pictures(count: usize) -> Pictures {
    let pixels = count * session::SHAPE.pixels();
    Pictures {
        shape: session::SHAPE,
        pixels: (0..pixels).map(|pixel| (pixel % 251) as u8).collect(),
    }
}

fn atlas(shape: ImageShape, count: usize) -> Atlas {
    Atlas {
        shape: Some(shape),
        values: (0..count * shape.pixels())
            .map(|value| (value % 17) as f32 / 8.0 - 1.0)
            .collect(),
        norms: vec![1.0; count],
        total: count,
    }
}

fn fulfil(wish: &Wish) -> Content {
    match wish {
        Wish::Point(_) => Content::Point {
            start: vec![0.5; 10],
            code: vec![0.5; 10],
            picture: pictures(1),
            original: None,
            error: Some(0.02),
        },
        Wish::Images(spec) => {
            let count = spec.indices.len();
            Content::Images(Box::new(ImagesMade {
                given: spec.noise.map(|_| pictures(count)),
                given_errors: vec![0.1; count],
                pictures: pictures(count),
                errors: vec![0.02; count],
                input_errors: vec![0.1; count],
                samples: Vec::new(),
                spec: spec.clone(),
            }))
        }
        Wish::Line { count, .. } => Content::Grid {
            pictures: pictures(*count),
            columns: *count,
        },
        Wish::Paths { count, .. } => Content::Grid {
            pictures: pictures(2 * count),
            columns: *count,
        },
        Wish::Generated(spec) => Content::Generated(Box::new(Generated {
            spec: *spec,
            codes: vec![0.5; 10 * spec.count],
            latent: 10,
            pictures: pictures(spec.count),
            known: 2_000,
            nearest: Nearest::Found {
                indices: (0..spec.count as u32).collect(),
                distances: vec![0.02; spec.count],
                images: pictures(spec.count),
            },
            tested: Some(Tested {
                count: 200,
                median: 0.02,
            }),
        })),
        Wish::Traversals { rows, columns, .. } => Content::Grid {
            pictures: pictures(rows.len() * columns),
            columns: *columns,
        },
        Wish::Plane(plane) => Content::Grid {
            pictures: pictures(plane.rows * plane.columns),
            columns: plane.columns,
        },
        Wish::Filters { count } => Content::Filters {
            encoder: atlas(session::SHAPE, *count),
            decoder: atlas(session::SHAPE, *count),
        },
        Wish::Features { .. } => Content::Features(atlas(session::SHAPE, 16)),
        Wish::Atoms { units, .. } => Content::Features(atlas(session::SHAPE, units.len())),
        Wish::Entries { drawn } => Content::Entries(Box::new(EntriesFound {
            code: session::SHAPE,
            grid: CodeGrid::new(session::SHAPE, 1),
            values: vec![0.5; 128],
            drawn: drawn.to_vec(),
            pictures: pictures(drawn.len()),
        })),
    }
}

/// Losses from one step to before another.
fn losses(steps: std::ops::Range<u64>, run: usize) -> Metrics {
    let loss = |step: u64| 0.02 + 0.01 * rich::unit(step + run as u64 * POINTS);
    Metrics {
        train: Losses::new(steps.start, steps.map(loss)),
        ..Metrics::default()
    }
}

fn progress(step: u64, phase: usize) -> Progress {
    Progress {
        step,
        phase,
        epoch: step as f64 / session::STEPS_PER_EPOCH as f64,
        learning_rate: 0.1,
        steps_per_sec: 200.0,
        images_per_sec: 12_800.0,
        remaining_secs: Some(100.0),
        elapsed_secs: step as f64 / 200.0,
        is_measuring: false,
    }
}

/// Gives each measurement of a run what the pane "Code" ranks: of every other run the use of 128 entries,
/// of the rest the KL of 10 dimensions.
fn measure_codes(event: &mut Event) {
    let Event::Progress { id, more, .. } = event else {
        return;
    };
    let (name, count) = if id.0.is_multiple_of(2) {
        (ENTRY_COUNTS, 128)
    } else {
        (DIMENSION_KL, 10)
    };
    for point in &mut more.test {
        let values = (0..count).map(|unit| f64::from(rich::unit(point.step + unit)));
        let figure = (name.to_owned(), Figure::Each(values.collect()));
        point.measures = Arc::new([figure].into());
    }
}

/// Every pane in sight, in rows of three.
fn all_panes() -> Tree<Pane> {
    let mut tiles = Tiles::default();
    let rows = Pane::ALL
        .chunks(3)
        .map(|panes| {
            let row = panes.iter().map(|pane| tiles.insert_pane(*pane)).collect();
            tiles.insert_horizontal_tile(row)
        })
        .collect();
    let root = tiles.insert_vertical_tile(rows);
    Tree::new(egui::Id::unique("panes"), root, tiles)
}

fn main() -> ExitCode {
    let mut rich = rich::rich_session(RUNS);
    rich.events.iter_mut().for_each(measure_codes);
    let desk = Rc::new(Desk::default());
    let ctx = egui::Context::default();
    let start = StartOptions {
        config: rich.configs.first().cloned(),
        ..StartOptions::default()
    };
    let ask_path = Box::new(|_, _: &egui::Context, _| {});
    let mut app = App::new(&ctx, Link(Rc::clone(&desk)), ask_path, start);
    for config in rich.configs.iter().skip(1) {
        let action = Action::PathChosen(PathFor::Open, PathBuf::from(&config.name));
        app.act(&ctx, action);
    }
    app.lay_out(all_panes());
    desk.events.borrow_mut().extend(rich.events);
    let snapshot = Arc::new(rich.snapshot);
    desk.snapshot.replace(Some(Arc::clone(&snapshot)));
    let phases: Vec<usize> = rich
        .configs
        .iter()
        .map(|config| config.schedule.phases.len() - 1)
        .collect();
    let mut steps: Vec<u64> = snapshot.runs.iter().map(|frame| frame.step).collect();
    for (run, step) in steps.iter_mut().enumerate() {
        let more = losses(*step..POINTS, run);
        *step = POINTS;
        desk.events.borrow_mut().push_back(Event::Progress {
            id: RunId(run as u64 + 1),
            more,
            progress: progress(POINTS, phases[run]),
        });
    }
    let mut frame = eframe::Frame::_new_kittest();
    let mut costs = Vec::new();
    let mut drawn = Vec::new();
    for number in 0..WARM_UP + FRAMES {
        for (run, step) in steps.iter_mut().enumerate() {
            let more = losses(*step..*step + NEWS, run);
            *step += NEWS;
            desk.events.borrow_mut().push_back(Event::Progress {
                id: RunId(run as u64 + 1),
                more,
                progress: progress(*step, phases[run]),
            });
        }
        if number % PICTURES_EVERY == 0 {
            let runs = snapshot.runs.iter().zip(&steps).map(|(frame, step)| {
                let mut frame = (**frame).clone();
                frame.step = *step;
                Arc::new(frame)
            });
            let runs = runs.collect();
            desk.snapshot.replace(Some(Arc::new(Snapshot { runs })));
        }
        let size = egui::vec2(2560.0, 1440.0);
        let input = egui::RawInput {
            screen_rect: Some(egui::Rect::from_min_size(egui::Pos2::ZERO, size)),
            time: Some(number as f64 / 60.0),
            events: vec![egui::Event::PointerMoved(egui::pos2(
                600.0 + number as f32,
                300.0,
            ))],
            ..egui::RawInput::default()
        };
        let mut cost = Duration::ZERO;
        let output = ctx.run_ui(input, |ui| {
            let began = Instant::now();
            let ctx = ui.ctx().clone();
            app.logic(&ctx, &mut frame);
            app.ui(ui, &mut frame);
            cost += began.elapsed();
        });
        let began = Instant::now();
        ctx.tessellate(output.shapes, output.pixels_per_point);
        if number >= WARM_UP {
            costs.push(cost);
            drawn.push(began.elapsed());
        }
    }
    let shown = app.state().shown.len();
    println!(
        "{RUNS} runs of {POINTS} points, {shown} of {} panes in sight, {FRAMES} frames",
        Pane::ALL.len()
    );
    let worst = report("logic and ui", costs);
    report("triangles", drawn);
    if worst <= LIMIT {
        ExitCode::SUCCESS
    } else {
        println!("The 95th percentile is over {} ms.", LIMIT.as_millis());
        ExitCode::FAILURE
    }
}

/// Prints a line and returns the 95th percentile.
fn report(what: &str, mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    let millis = |time: Duration| time.as_secs_f64() * 1000.0;
    let nearly_worst = times[times.len() * 95 / 100];
    println!(
        "{what:14} median {:6.2} ms   95 % {:6.2} ms   max {:6.2} ms",
        millis(times[times.len() / 2]),
        millis(nearly_worst),
        millis(times[times.len() - 1])
    );
    nearly_worst
}
