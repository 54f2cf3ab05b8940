//! Runs whose images are lost, by label: what the window shows of them, and the one button that says
//! where the images are now.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui_kittest::kittest::{NodeT as _, Queryable as _};
use hourglass::data::whereabouts::Found;
use hourglass::data::{DatasetRequest, LostImages};
use hourglass::engine::{
    Command, Event, Frame, JobId, JobOutcome, OpenedRun, OpenedSession, Pictures, Progress, RunId,
    RunPictures, RunState, SessionNews, Standing,
};
use hourglass::gui::PathFor;
use hourglass::train::{Metrics, PhaseStart, RunConfig, TestPoint, Verdict};

use super::session::{SHAPE, devices, info, ready, recipe};
use super::window::Window;

const QUESTION: &str = "Where are the images now?";

/// Images that were in a place; those of another place are of another set.
fn lost(location: &str, found: Found) -> Arc<LostImages> {
    let set = if location.ends_with("shapes") {
        "ab"
    } else {
        "ba"
    };
    Arc::new(LostImages {
        request: DatasetRequest {
            location: location.to_owned(),
            ..DatasetRequest::default()
        },
        place: Some(location.to_owned()),
        sha256: Some(set.repeat(32)),
        looked: vec![(location.to_owned(), found)],
    })
}

fn config(name: &str, location: &str) -> RunConfig {
    RunConfig {
        name: name.to_owned(),
        dataset: location.to_owned(),
        ..recipe("autoencoder")
    }
}

/// What the engine tells of a run without its images, five steps in.
fn offline(id: RunId, config: &RunConfig, found: Found) -> Vec<Event> {
    let metrics = Metrics {
        train: (0..5).map(|step| 0.2 - step as f32 * 0.01).fold(
            Metrics::default().train,
            |mut losses, loss| {
                losses.push(loss);
                losses
            },
        ),
        test: vec![TestPoint {
            step: 5,
            phase: 0,
            mse: 0.0625,
            verdict: Verdict::Varied,
            terms: hourglass::train::TermValues::default(),
            measures: hourglass::train::Measures::default(),
        }],
        phases: vec![PhaseStart { phase: 0, step: 0 }],
    };
    let images = lost(&config.dataset, found);
    let error = images.to_string();
    vec![
        Event::ImagesLost {
            id,
            lost: images,
            standing: Some(Box::new(Standing {
                info: info(config),
                metrics: Arc::new(metrics),
                progress: Progress {
                    step: 5,
                    elapsed_secs: 300.0,
                    ..Progress::default()
                },
            })),
        },
        Event::Frame(Arc::new(frame(id))),
        Event::StateChanged {
            id,
            state: RunState::Failed,
        },
        Event::Failed {
            id,
            error,
            is_bad_input: true,
        },
    ]
}

fn frame(id: RunId) -> Frame {
    let pictures = |value: u8| Pictures {
        shape: SHAPE,
        pixels: vec![value; 4 * SHAPE.pixels()],
    };
    Frame {
        id,
        step: 5,
        phase: 0,
        elapsed_secs: 300.0,
        pictures: RunPictures {
            indices: (0..4).collect(),
            originals: Arc::new(pictures(40)),
            reconstructions: pictures(90),
            errors: vec![0.0625; 4],
        },
        codes: Arc::default(),
        layers: Arc::default(),
    }
}

/// A session of three runs: two on a folder that was moved, one of which comes last, and one on another
/// that was changed.
fn lost_window() -> Window {
    let mut window = Window::open(None);
    let configs = [
        config("One", "/data/shapes"),
        config("Other", "/data/letters.npz"),
        config("Two", "/data/shapes"),
    ];
    let runs = configs.iter().enumerate().map(|(place, config)| OpenedRun {
        config: config.clone(),
        folder: Some(PathBuf::from(format!("/s.hourglass/runs/{}", place + 1))),
    });
    window.tell([
        devices(),
        Event::Session(SessionNews::Opened(Arc::new(OpenedSession {
            number: 1,
            folder: "/s.hourglass".into(),
            is_lost: false,
            runs: runs.collect(),
            window: String::new(),
        }))),
    ]);
    let ids: Vec<RunId> = window
        .commands()
        .iter()
        .filter_map(|command| match command {
            Command::OpenRun { id, .. } => Some(*id),
            _ => None,
        })
        .collect();
    let found = [
        Found::Nothing,
        Found::Others("cd".repeat(32)),
        Found::Nothing,
    ];
    for ((id, config), found) in ids.iter().zip(&configs).zip(found) {
        window.tell(offline(*id, config, found));
    }
    window.commands();
    window
}

fn id(window: &Window, name: &str) -> RunId {
    let runs = &window.harness.state().state().runs;
    runs.iter().find(|run| run.name() == name).unwrap().id
}

fn buttons(window: &Window) -> usize {
    window.harness.query_all_by_label(QUESTION).count()
}

#[test]
fn runs_without_their_images_show_what_was_kept_of_them() {
    let mut window = lost_window();
    window.click("Run One");
    assert!(window.has_text("Images missing"));
    assert!(window.has_text("There is nothing at /data/shapes"));
    assert!(window.has_text("One more run is on the same set."));
    assert!(window.has_text("/data/letters.npz holds images with SHA-256 cdcdcdcdcdcd…"));
    assert!(window.has_text("The images of this run are not where they were."));
    assert!(!window.has_text("no frames of it were kept"));
    let state = window.harness.state().state();
    let one = state.run(id(&window, "One")).unwrap();
    assert_eq!(one.metrics.train.len(), 5);
    assert_eq!(one.last_test().unwrap().step, 5);
    assert_eq!(one.history.frames().len(), 1);
    assert!(one.can_save(), "it can be kept elsewhere");
    // Nothing that would lose what there is: no training, no reset.
    for button in ["▶ Play all", "Reset", "New seed"] {
        let node = window.harness.get_by_label(button);
        assert!(node.accesskit_node().is_disabled(), "{button}");
    }
    window.press(egui::Key::R);
    window.press(egui::Key::N);
    window.press(egui::Key::Space);
    assert!(window.commands().is_empty());
    window.click("Run Other");
    assert!(window.has_text("The images of this run are others now."));
}

#[test]
fn one_button_a_set_asks_for_the_place_and_relinks_all_its_runs() {
    let mut window = lost_window();
    assert_eq!(buttons(&window), 2, "one a set");
    let one = id(&window, "One");
    window.script.folder.replace(Some("/new/shapes".into()));
    let button = window.harness.query_all_by_label(QUESTION).next().unwrap();
    button.click();
    window.harness.run();
    assert_eq!(window.script.asked.take(), [PathFor::LostFolder(one)]);
    let job = relink_asked(&window, one, "/new/shapes");

    // A set of another hash changes nothing and says so.
    let name = "Looking for the images in /new/shapes".to_owned();
    window.tell([Event::JobStarted { id: job, name }]);
    window.tell([Event::JobEnded {
        id: job,
        outcome: JobOutcome::Failed {
            error: "/new/shapes holds images with SHA-256 efef…: nothing was changed".to_owned(),
            is_bad_input: true,
        },
    }]);
    assert!(window.has_text("/new/shapes holds images with SHA-256 efef…"));
    assert_eq!(buttons(&window), 2);
    let dataset = |window: &Window, name: &str| {
        let state = window.harness.state().state();
        let run = state.run(id(window, name)).unwrap();
        run.draft.config.dataset.clone()
    };
    assert_eq!(dataset(&window, "One"), "/data/shapes");

    // The right one.
    window.script.folder.replace(Some("/good/shapes".into()));
    let button = window.harness.query_all_by_label(QUESTION).next().unwrap();
    button.click();
    window.harness.run();
    let job = relink_asked(&window, one, "/good/shapes");
    let name = "Looking for the images in /good/shapes".to_owned();
    window.tell([Event::JobStarted { id: job, name }]);
    let two = id(&window, "Two");
    for (id, name) in [(one, "One"), (two, "Two")] {
        let place = "/good/shapes".to_owned();
        let config = config(name, &place);
        window.tell([Event::Relinked { id, place }, ready(id, &config)]);
    }
    window.tell([Event::JobEnded {
        id: job,
        outcome: JobOutcome::Done("The images are in /good/shapes: 2 runs can go on.".to_owned()),
    }]);
    assert!(window.has_text("The images are in /good/shapes: 2 runs can go on."));
    assert!(!window.has_text("There is nothing at /data/shapes"));
    for name in ["One", "Two"] {
        assert_eq!(dataset(&window, name), "/good/shapes");
        let state = window.harness.state().state();
        let run = state.run(id(&window, name)).unwrap();
        assert!(!run.is_edited() && run.can_start(), "{name}");
    }
    assert_eq!(dataset(&window, "Other"), "/data/letters.npz");
    assert_eq!(buttons(&window), 1, "the other set is still lost");
    window.script.asked.take();
    window.click(QUESTION);
    let other = id(&window, "Other");
    assert_eq!(window.script.asked.take(), [PathFor::LostFile(other)]);
}

fn relink_asked(window: &Window, run: RunId, at: &str) -> JobId {
    match &window.commands()[..] {
        [Command::Relink { job, id, place }] => {
            assert_eq!((*id, place.as_str()), (run, at));
            *job
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_set_from_the_internet_is_fetched_and_the_run_goes_on_with_it() {
    let mut window = Window::open(None);
    window.commands();
    window.tell([devices(), Event::Fetched(Vec::new())]);
    let id = window.harness.state().state().runs[0].id;
    window.tell(offline(id, &config("Digits", "mnist"), Found::Nothing));
    assert_eq!(buttons(&window), 0, "it has no place");
    window.click("Fetch MNIST");
    let commands = window.commands();
    let [Command::Fetch { id: job, set }] = &commands[..] else {
        panic!("{commands:?}");
    };
    assert_eq!(set, "mnist");
    let (job, name) = (*job, "Fetching MNIST".to_owned());
    window.tell([Event::JobStarted { id: job, name }]);
    let done = JobOutcome::Done("MNIST is here.".to_owned());
    window.tell([
        Event::Fetched(vec!["mnist"]),
        Event::JobEnded {
            id: job,
            outcome: done,
        },
    ]);
    relink_asked(&window, id, "mnist");
}

#[test]
fn the_button_is_in_the_setup_and_the_data_pane_once_the_notice_is_put_away() {
    let mut window = lost_window();
    window.click("Run Other");
    window.choose_in_menu("View", "Data");
    assert_eq!(buttons(&window), 2, "the notices have them");
    while window
        .harness
        .query_all_by_label("Dismiss")
        .next()
        .is_some()
    {
        let dismiss = window.harness.query_all_by_label("Dismiss").next().unwrap();
        dismiss.click();
        window.harness.run();
    }
    assert!(!window.has_text("One more run is on the same set"));
    let asks = buttons(&window);
    assert!((1..=2).contains(&asks), "setup and pane: {asks}");
    window
        .harness
        .query_all_by_label(QUESTION)
        .last()
        .unwrap()
        .click();
    window.harness.run();
    let other = id(&window, "Other");
    assert_eq!(window.script.asked.take(), [PathFor::LostFile(other)]);
    // Images dropped onto the window are an answer too.
    super::data::drop_onto(&mut window, &[Path::new("/new/letters.npz")]);
    relink_asked(&window, other, "/new/letters.npz");
}
