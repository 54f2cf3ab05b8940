//! The real program in a real window on a display that nobody sees, driven by pointer and keys.

#![allow(clippy::unwrap_used, reason = "what is not there fails the test")]
#![allow(clippy::print_stdout, reason = "a skipped test says so")]

#[path = "real_window/desktop.rs"]
mod desktop;

use std::thread;
use std::time::Duration;

use desktop::{Desktop, SIZE, changed};

/// The whole window, and half a minute for a machine that is busy with other tests.
const WINDOW: [f64; 4] = [0.0, 0.0, SIZE[0] as f64, SIZE[1] as f64];
const SOON: Duration = Duration::from_secs(60);

#[test]
fn the_story_is_played_a_slider_dragged_a_digit_drawn_and_time_turned_back() {
    if let Some(tool) = desktop::missing() {
        println!("skipped: needs {tool} for a window of its own");
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let mut desktop = Desktop::open(&[], home.path());
    desktop.widget("story");
    thread::sleep(Duration::from_secs(1));
    let opened = desktop.photograph();

    // The story: four runs, all training.
    desktop.click("story");
    desktop.wait_until("four runs training", 3 * SOON, {
        let seen = std::cell::RefCell::new(std::collections::BTreeSet::new());
        move |line| {
            if let Some((run, _)) = line.split_once(" is Running").map(|(left, _)| {
                left.rsplit_once("run ").unwrap_or(("", left)).1.split_once(' ').unwrap_or((left, ""))
            }) {
                seen.borrow_mut().insert(run.to_owned());
            }
            seen.borrow().len() == 4
        }
    });
    thread::sleep(Duration::from_secs(6));
    let playing = desktop.photograph();
    let differing = changed(&opened, &playing, WINDOW);
    assert!(differing > 20_000, "only {differing} pixels changed");
    assert!(desktop.is_open());
}
