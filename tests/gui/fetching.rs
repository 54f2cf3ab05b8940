//! Data sets from the internet, and the bars of long work.

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use hourglass::engine::{Command, Event, JobId, JobOutcome};

use super::session::{devices, ready, recipe};
use super::window::Window;
use super::{FIRST, looks, ready_window};

/// Clicks Fetch and returns the job that the engine was asked for.
fn fetch(window: &mut Window, button: &str) -> JobId {
    window.click(button);
    match &window.commands()[..] {
        [Command::Fetch { id, set }] if set == "mnist" => *id,
        other => panic!("{other:?}"),
    }
}

fn started(id: JobId) -> [Event; 2] {
    let name = "Fetching MNIST".to_owned();
    let progress = Event::JobProgress {
        id,
        done: 43,
        total: Some(100),
    };
    [Event::JobStarted { id, name }, progress]
}

#[test]
fn a_set_is_offered_fetched_with_a_bar_and_taken() {
    let mut window = ready_window("autoencoder");
    window.tell([Event::Fetched(vec!["kmnist"])]);
    window.choose("Images", "MNIST (to be fetched)");
    assert!(window.commands().is_empty(), "nothing is fetched unasked");
    assert!(window.has_text("12 MB"), "what it costs is said");
    let id = fetch(&mut window, "Fetch MNIST");
    window.tell(started(id));
    let bar = window
        .harness
        .get_by_role_and_label(Role::ProgressIndicator, "Fetching MNIST: 43 %");
    assert_eq!(bar.accesskit_node().numeric_value(), Some(43.0));
    assert!(window.has_text("This run takes the images"));
    window.tell([
        Event::Fetched(vec!["kmnist", "mnist"]),
        Event::JobEnded {
            id,
            outcome: JobOutcome::Done("MNIST is there.".to_owned()),
        },
    ]);
    let (run, config) = window.added();
    assert_eq!((run, config.dataset.as_str()), (FIRST, "mnist"));
    assert!(window.has_text("MNIST is there."));
    assert!(!window.has_text("Fetching"), "the bar is gone");
    assert!(!window.has_text("to be fetched from") && !window.has_text("Fetch MNIST"));
}

#[test]
fn an_offer_is_put_away() {
    let mut window = ready_window("autoencoder");
    window.choose("Images", "MNIST (to be fetched)");
    window.click("Not now");
    assert!(!window.has_text("Fetch MNIST"));
    assert!(window.commands().is_empty());
}

#[test]
fn a_job_is_cancelled_by_its_button() {
    let mut window = ready_window("autoencoder");
    window.choose("Images", "MNIST (to be fetched)");
    let id = fetch(&mut window, "Fetch MNIST");
    window.tell(started(id));
    window.click("Cancel fetching MNIST");
    assert!(matches!(window.commands()[..], [Command::CancelJob(job)] if job == id));
    let button = window.harness.get_by_label("Cancel fetching MNIST");
    assert!(button.accesskit_node().is_disabled(), "once is enough");
    window.tell([Event::JobEnded {
        id,
        outcome: JobOutcome::Cancelled,
    }]);
    assert!(window.has_text("Fetching MNIST was cancelled."));
    assert!(window.has_text("Fetch MNIST"), "it is offered again");
}

#[test]
fn a_failure_is_a_notice_and_training_goes_on() {
    let mut window = ready_window("autoencoder");
    window.choose("Images", "MNIST (to be fetched)");
    let id = fetch(&mut window, "Fetch MNIST");
    window.tell(started(id));
    let error = "MNIST could not be fetched, this computer seems to be offline.".to_owned();
    window.tell([Event::JobEnded {
        id,
        outcome: JobOutcome::Failed {
            error: error.clone(),
            is_bad_input: false,
        },
    }]);
    assert!(window.has_text(&error));
    assert!(window.commands().is_empty());
}

#[test]
fn a_set_that_is_here_is_chosen_like_any_other() {
    let mut window = ready_window("autoencoder");
    window.tell([Event::Fetched(vec!["mnist"])]);
    window.choose("Images", "MNIST");
    let (_, config) = window.added();
    assert_eq!(config.dataset, "mnist");
}

#[test]
fn looks_are_written_on_request() {
    let Some(folder) = looks::folder() else {
        return;
    };
    for (theme, name) in [
        (egui::Theme::Dark, "fetch"),
        (egui::Theme::Light, "fetch-light"),
    ] {
        let config = recipe("autoencoder");
        let look = looks::drawn(theme, [1280.0, 720.0]);
        let mut window = Window::with_look(Some(config.clone()), &look);
        window.tell([devices(), ready(FIRST, &config)]);
        window.commands();
        window.choose("Images", "MNIST (to be fetched)");
        looks::save(&mut window, &folder, &format!("{name}-offer"));
        let id = fetch(&mut window, "Fetch MNIST");
        window.tell(started(id));
        looks::save(&mut window, &folder, &format!("{name}-way"));
    }
}
