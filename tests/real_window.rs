//! The real program in a real window on a display that nobody sees, driven by pointer and keys.

#![allow(clippy::unwrap_used, reason = "what is not there fails the test")]
#![allow(clippy::print_stdout, reason = "a skipped test says so")]

#[path = "real_window/desktop.rs"]
mod desktop;

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use desktop::{Desktop, SIZE, changed};
use hourglass::model::variant;
use hourglass::store::share::{Controls, Share};
use hourglass::train::RunConfig;

/// All of the window.
const WINDOW: [f64; 4] = [0.0, 0.0, SIZE[0] as f64, SIZE[1] as f64];

/// For a machine that is busy with other tests and draws in software.
const PATIENCE: Duration = Duration::from_mins(2);

/// Runs that began to train, as the program tells it.
fn running(said: &[String]) -> BTreeSet<String> {
    said.iter()
        .filter_map(|line| {
            let (_, rest) = line.split_once("] run ")?;
            rest.contains(") Running at")
                .then(|| rest.split(' ').next().unwrap_or_default().to_owned())
        })
        .collect()
}

/// Waits until enough pixels inside a rectangle differ from a photograph.
fn wait_for_change(
    desktop: &mut Desktop,
    before: &image::RgbaImage,
    place: [f64; 4],
    least: usize,
    what: &str,
) {
    let mut differing = 0;
    for _ in 0..60 {
        differing = changed(before, &desktop.photograph(), place);
        if differing >= least {
            return;
        }
        thread::sleep(Duration::from_millis(500));
    }
    panic!(
        "{what}: only {differing} pixels changed; {}",
        desktop.last_words()
    );
}

#[test]
fn widths_are_typed_key_by_key_and_taken_once_they_are_valid() {
    if let Some(tool) = desktop::missing() {
        println!("skipped: needs {tool} for a window of its own");
        return;
    }
    let mut config = RunConfig::recipe(variant("deep").unwrap(), "glyphs");
    config.limit = Some(640);
    "flex".clone_into(&mut config.device);
    let share = Share {
        config,
        controls: Controls::default(),
    };
    let share = share.encode().unwrap();
    let home = tempfile::tempdir().unwrap();
    let mut desktop = Desktop::open(&["--share", &share], home.path());
    desktop.wait_for("is ready: 784-", PATIENCE);
    desktop.widget("widths");
    thread::sleep(Duration::from_secs(2));
    desktop.focus();
    desktop.click("widths");
    thread::sleep(Duration::from_secs(1));
    desktop.listen();
    let before = desktop.said.len();
    // What is typed so far never is a list of widths that begins with the pixels of an image.
    let text = "500,250,10";
    desktop.act(&format!("type --delay 120 {text}"));
    // The field still has the keyboard, at the end of what was typed.
    desktop.act("key Home");
    desktop.act("type --delay 120 784,");
    desktop.act("key Return");
    desktop.wait_for("is ready: 784-500-250-10", PATIENCE);
    // Nothing but edits of the field and their end: a key that had not arrived, or had done something
    // else, would show in the widths or here.
    let mut acted: Vec<&str> = desktop.said[before..]
        .iter()
        .filter_map(|line| line.split_once("] action ").map(|(_, action)| action))
        .filter(|action| !action.starts_with("Edit(") && *action != "Session(Look)")
        .collect();
    acted.dedup();
    assert_eq!(acted, ["Commit(RunId(1))"], "{}", desktop.last_words());
}

#[test]
fn the_story_is_played_a_slider_dragged_a_digit_drawn_and_time_turned_back() {
    if let Some(tool) = desktop::missing() {
        println!("skipped: needs {tool} for a window of its own");
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let mut desktop = Desktop::open(&[], home.path());
    desktop.widget("story");
    thread::sleep(Duration::from_secs(2));
    desktop.focus();
    let opened = desktop.photograph();

    // The story: four runs, all training.
    desktop.click("story");
    desktop.wait_until("that four runs train", 2 * PATIENCE, {
        let seen = std::cell::RefCell::new(Vec::new());
        move |line| {
            seen.borrow_mut().push(line.to_owned());
            running(&seen.borrow()).len() == 4
        }
    });
    wait_for_change(&mut desktop, &opened, WINDOW, 20_000, "the story");

    // A slider of the space of codes, while all of them train.
    desktop.act("key ctrl+3");
    let slider = desktop.widget("latent slider 1");
    thread::sleep(Duration::from_secs(2));
    let before = desktop.photograph();
    desktop.drag("latent slider 1", [0.5, 0.5], &[[0.9, 0.5]]);
    desktop.wait_for("action Latent(", PATIENCE);
    wait_for_change(&mut desktop, &before, slider, 30, "the slider");

    // A digit, drawn by hand.
    desktop.act("key ctrl+2");
    // Until the panes lie where they are going to be clicked.
    thread::sleep(Duration::from_secs(3));
    desktop.click("tab One input");
    let canvas = desktop.widget("canvas");
    thread::sleep(Duration::from_secs(2));
    let before = desktop.photograph();
    desktop.drag("canvas", [0.3, 0.2], &[[0.7, 0.2], [0.45, 0.85]]);
    desktop.wait_for("action Input(", PATIENCE);
    wait_for_change(&mut desktop, &before, canvas, 500, "the drawing");
    // What the runs make of it lies beside the canvas.
    let beside = [
        canvas[0] + canvas[2],
        canvas[1],
        f64::from(SIZE[0]) - canvas[0] - canvas[2],
        canvas[3],
    ];
    wait_for_change(
        &mut desktop,
        &before,
        beside,
        200,
        "the answers of the runs",
    );

    // Back to the beginning, and to the present again.
    desktop.click("tab Reconstructions");
    thread::sleep(Duration::from_secs(3));
    let now = desktop.photograph();
    desktop.drag("scrubber", [0.8, 0.5], &[[0.02, 0.5]]);
    desktop.wait_for("action History(", PATIENCE);
    wait_for_change(&mut desktop, &now, WINDOW, 2_000, "looking back");
    desktop.act("key Escape");
    desktop.act("key End");
    desktop.wait_for("action History(Live", PATIENCE);
    assert!(desktop.is_open());
    assert!(
        !desktop.said.iter().any(|line| line.contains("panicked")),
        "{}",
        desktop.last_words()
    );
}
