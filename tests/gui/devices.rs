//! What the window says of devices: which one trains, what was measured, what is being prepared.

use egui_kittest::kittest::{NodeT as _, Queryable as _};
use hourglass::engine::{Command, Comparison, DeviceInfo, DeviceNews, Event, RunState};

use super::session::{ready, recipe};
use super::window::Window;
use super::{FIRST, ready_window};

const CARD: &str = "Test card (Vulkan)";

fn devices() -> Event {
    let device = |id: &str, name: &str, is_candidate: bool| DeviceInfo {
        id: id.to_owned(),
        name: name.to_owned(),
        is_software: false,
        is_auto: !is_candidate,
        is_candidate,
    };
    Event::Devices(vec![
        device("flex", "Flex (CPU, 16 threads)", false),
        device("wgpu:0", CARD, true),
    ])
}

fn told(news: DeviceNews) -> Event {
    Event::Device { id: FIRST, news }
}

fn compared(text: &str) -> Event {
    told(DeviceNews::Compared {
        comparison: Comparison {
            gpu: CARD.to_owned(),
            cpu_steps_per_sec: 1_100.0,
            gpu_steps_per_sec: 330.0,
        },
        text: text.to_owned(),
    })
}

#[test]
fn what_was_measured_is_a_remark_at_the_device() {
    let mut window = ready_window("autoencoder");
    assert!(!window.has_text("timed beside"), "no GPU, nothing to say");
    window.tell([devices()]);
    let shown = window.harness.get_by_label("Train on");
    let value = shown.accesskit_node().value();
    assert_eq!(
        value.as_deref(),
        Some("Automatic: the CPU, or a faster GPU")
    );
    assert!(window.has_text(&format!("{CARD} is timed beside the CPU")));
    window.tell([
        Event::StateChanged {
            id: FIRST,
            state: RunState::Running,
        },
        told(DeviceNews::Comparing {
            gpu: CARD.to_owned(),
        }),
    ]);
    assert!(window.has_text(&format!("{CARD} is being timed beside the training")));
    let text = "CPU 1,100 steps a second, GPU 330: the CPU stays.";
    window.tell([compared(text)]);
    assert!(window.has_text(text));
    assert!(!window.has_text("Dismiss"), "a remark, no notice");
    // Of another run nothing is known until it is told.
    window.tell([ready(FIRST, &recipe("autoencoder"))]);
    assert!(!window.has_text(text));
    window.tell([compared(
        "CPU 1,100 steps a second, GPU 330: the CPU trains.",
    )]);
    assert!(window.has_text("GPU 330: the CPU trains."));
}

#[test]
fn preparing_a_device_tells_its_kernels_and_can_be_stopped() {
    let mut window = Window::open(Some(recipe("autoencoder")));
    let tuning = |tuned| {
        told(DeviceNews::Tuning {
            device: CARD.to_owned(),
            tuned,
        })
    };
    window.tell([
        Event::StateChanged {
            id: FIRST,
            state: RunState::Preparing,
        },
        tuning(None),
    ]);
    assert!(window.has_text("Tuning kernels…"));
    assert!(window.has_text(&format!("Tuning kernels on {CARD} for Autoencoder…")));
    window.tell([tuning(Some(14))]);
    assert!(window.has_text(&format!(
        "Tuning kernels on {CARD} for Autoencoder: 14 ready…"
    )));
    assert!(window.has_text(&format!("Tuning kernels on {CARD}, 14 are ready.")));
    for button in [
        format!("Cancel tuning kernels on {CARD} for Autoencoder"),
        "Stop".to_owned(),
    ] {
        window.script.take_commands();
        window.click(&button);
        let commands = window.commands();
        assert!(
            matches!(commands[..], [Command::CancelLoading(FIRST)]),
            "{button}: {commands:?}"
        );
    }
    window.tell([
        Event::StateChanged {
            id: FIRST,
            state: RunState::Failed,
        },
        Event::Failed {
            id: FIRST,
            error: format!("Preparing {CARD} was cancelled."),
            is_bad_input: true,
        },
    ]);
    assert!(!window.has_text("Tuning kernels"));
    // Play begins it again.
    window.script.take_commands();
    window.click("▶ Play");
    let commands = window.commands();
    assert!(
        matches!(
            commands[..],
            [Command::AddRun { id: FIRST, .. }, Command::Start(FIRST)]
        ),
        "{commands:?}"
    );
}
