//! What the chart says while there is nothing to see.

use egui::{Rect, RichText, Ui, vec2};

use super::super::run::Run;
use super::super::theme::text_scale;
use super::super::view::View;

/// What is said while a device tunes its kernels for a run.
fn tuning_words((device, tuned): &(String, Option<u64>)) -> String {
    let so_far = match tuned {
        None => String::new(),
        Some(1) => ", 1 is ready".to_owned(),
        Some(tuned) => format!(", {tuned} are ready"),
    };
    format!(
        "Tuning kernels on {device}{so_far}. The first time this may take minutes; the rest of the \
         window can be used meanwhile, and Stop gives it up."
    )
}

/// What to do while there is nothing to see.
pub fn empty_ui(ui: &mut Ui, view: &View<'_>, runs: &[&Run], frame: Rect) {
    let Some(run) = view.run() else { return };
    let tuning = run.tuning.as_ref().map(tuning_words);
    let text = if runs.is_empty() {
        "Every run is hidden. Click one above to show it."
    } else if let Some(tuning) = &tuning {
        tuning
    } else if view.state.problem(run).is_some() {
        "The setup on the left cannot be trained yet."
    } else if run.is_tuning() {
        "Tuning kernels… The first step on this device compiles its programs and may take minutes."
    } else if run.is_running() && run.progress.is_measuring {
        "Measuring the untrained network on the test images; the first steps come after that."
    } else if run.is_running() {
        "Training… The first loss and the first measurement on the test images are on their way."
    } else if run.can_start() {
        "Press Play or Space to train."
    } else {
        "Nothing was measured."
    };
    let scale = text_scale(ui.ctx());
    let rect = Rect::from_center_size(
        frame.center(),
        vec2(
            (frame.width() - 40.0).clamp(40.0, 420.0 * scale),
            40.0 * scale,
        ),
    );
    let text = RichText::new(text)
        .size(15.0 * scale)
        .color(view.palette.text);
    // Over the chart, so it takes no room of its own.
    let mut over = ui.new_child(egui::UiBuilder::new().max_rect(rect).layout(
        egui::Layout::centered_and_justified(egui::Direction::TopDown),
    ));
    over.add(egui::Label::new(text).wrap());
}
