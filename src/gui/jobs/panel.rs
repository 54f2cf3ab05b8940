//! The bars of the work under way, above the line at the bottom.

use egui::{Button, ProgressBar, Role, Ui, WidgetInfo};

use super::{Job, JobsAction};
use crate::gui::action::{Action, Actions};
use crate::gui::view::View;

/// Room that the button beside a bar takes, in points.
const BUTTON_WIDTH: f32 = 72.0;

/// Draws a bar for each piece of work.
pub fn jobs_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    ui.spacing_mut().item_spacing.y = 4.0;
    for job in &view.state.jobs.list {
        job_ui(ui, view, job, out);
    }
    for run in &view.state.runs {
        if let Some((done, total)) = run.loading {
            let name = format!("Reading the images of {}", run.name());
            let job = Job::reading(name, done, total);
            if bar_ui(ui, view, &job, job.words()) {
                out.push(Action::CancelLoading(run.id));
            }
        }
        if let Some((device, tuned)) = &run.tuning {
            let name = format!("Tuning kernels on {device} for {}", run.name());
            let words = match tuned {
                Some(tuned) => format!("{name}: {tuned} ready…"),
                None => format!("{name}…"),
            };
            if bar_ui(ui, view, &Job::reading(name, 0, None), words) {
                out.push(Action::CancelLoading(run.id));
            }
        }
    }
}

fn job_ui(ui: &mut Ui, view: &View<'_>, job: &Job, out: &mut Actions) {
    if bar_ui(ui, view, job, job.words()) {
        out.push(Action::Jobs(JobsAction::Cancel(job.id)));
    }
}

/// A bar with a button; says whether that was pressed.
fn bar_ui(ui: &mut Ui, view: &View<'_>, job: &Job, words: String) -> bool {
    ui.horizontal(|ui| {
        let width = ui.available_width() - BUTTON_WIDTH - ui.spacing().item_spacing.x;
        let bar = ProgressBar::new(job.share().unwrap_or(0.0))
            .desired_width(width.max(80.0))
            .corner_radius(4)
            .fill(view.palette.accent.gamma_multiply(0.45))
            .text(egui::RichText::new(words.as_str()).color(view.palette.text));
        ui.add(bar).on_hover_text(words);
        let cancel = ui
            .add_enabled(!job.is_cancelling, Button::new("Cancel"))
            .on_hover_text("Ends it early; what trains goes on")
            .on_disabled_hover_text("It ends as soon as it can");
        let name = format!("Cancel {}", lowered(&job.name));
        let is_enabled = !job.is_cancelling;
        cancel.widget_info(|| WidgetInfo::labeled(Role::Button, is_enabled, &name));
        cancel.clicked()
    })
    .inner
}

/// The name of a job within a sentence.
fn lowered(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_within_a_sentence_begins_small() {
        assert_eq!(lowered("Fetching MNIST"), "fetching MNIST");
        assert_eq!(lowered(""), "");
    }
}
