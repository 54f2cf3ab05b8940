//! The line at the bottom: what the selected run is doing, in numbers.

use egui::{RichText, Ui};

use super::run::Run;
use super::view::View;
use super::words;

/// Draws the line.
pub fn status_ui(ui: &mut Ui, view: &View<'_>) {
    let Some(run) = view.run() else {
        ui.label("Add a run to begin.");
        return;
    };
    // One line whatever there is to say, so that the panels above keep their places.
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 14.0;
        let color = view.palette.run(run.slot);
        ui.label(RichText::new(format!("● {}", run.name())).color(color));
        ui.label(RichText::new(run.state_name()).strong());
        if let Some(standing) = run.standing() {
            let label = egui::Label::new(RichText::new(standing.short()).small()).truncate();
            ui.add(label).on_hover_text(&standing.text);
        }
        let memory = view.state.memory.map(|memory| {
            (
                format!("{} memory", words::bytes(memory)),
                "Memory of the whole program: images, weights, histories and the window",
            )
        });
        let pace = view.state.desk.pace;
        let slow = pace.steps_per_sec().map(|_steps| {
            (
                pace.name().to_owned(),
                "Slow motion; Full speed is in the bar above",
            )
        });
        // In the order of what is asked for most: a narrow window cuts off the end.
        let facts = machine(run).into_iter().chain(memory).chain(slow);
        for (text, help) in facts.chain(details(run)) {
            let label = egui::Label::new(RichText::new(text).small()).truncate();
            ui.add(label).on_hover_text(help);
        }
        let remarks = run.info.iter().flat_map(|info| &info.remarks);
        for remark in remarks.chain(&run.device_remark) {
            let label = egui::Label::new(RichText::new(remark).small().weak()).truncate();
            ui.add(label).on_hover_text(remark);
        }
    });
}

/// On what a run trains, how fast, and how long it will take, each with an explanation.
fn machine(run: &Run) -> Vec<(String, &'static str)> {
    let Some(info) = &run.info else {
        return Vec::new();
    };
    let progress = &run.progress;
    let mut facts = vec![(info.device.clone(), "The device that trains")];
    if run.is_running() && progress.steps_per_sec > 0.0 {
        facts.push((
            format!("{} it/s", words::rate(progress.steps_per_sec)),
            "Training steps a second, lately",
        ));
    }
    if let Some(left) = progress.remaining_secs.filter(|_left| run.is_running()) {
        facts.push((
            format!("{} left", words::duration(left)),
            "Expected time to the end",
        ));
    }
    facts
}

/// What else there is to say of a run.
fn details(run: &Run) -> Vec<(String, &'static str)> {
    let Some(info) = &run.info else {
        return Vec::new();
    };
    let progress = &run.progress;
    let mut facts = vec![(
        format!(
            "step {} of {}",
            words::count(progress.step),
            words::count(info.total_steps)
        ),
        "Training steps done, of all phases",
    )];
    if let Some(phase) = run.phase().filter(|_phase| run.has_started()) {
        facts.push((phase.name(), "The phase under way"));
        facts.push((
            format!("epoch {:.1} of {}", progress.epoch, phase.epochs),
            "Passes over the training images within the phase",
        ));
        if !run.is_offline {
            facts.push((
                format!("learning rate {}", words::setting(progress.learning_rate)),
                "Of the next step",
            ));
        }
    }
    if progress.images_per_sec > 0.0 {
        facts.push((
            format!("{} images/s", words::rate(progress.images_per_sec)),
            "Training images a second over the whole run, without measuring on test images",
        ));
    }
    if progress.elapsed_secs > 0.0 {
        facts.push((
            words::duration(progress.elapsed_secs),
            "Time spent training",
        ));
    }
    facts.push((
        format!("{} parameters", words::count(info.parameters as u64)),
        "Weights and biases",
    ));
    facts
}
