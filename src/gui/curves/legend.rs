//! The runs in the chart: which line is whose, and which are shown.
//!
//! A run that is *hidden* trains on as before; it is only left out of the chart.

use std::collections::BTreeSet;

use egui::{RichText, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use crate::engine::RunId;

use super::super::action::{Action, Actions, Effect, ViewOptions};
use super::super::naming;
use super::super::run::Run;
use super::super::state::AppState;
use super::super::view::View;
use super::losses::test_factor;
use super::pattern;
use super::shown::Shown;

/// What the chart knows by itself.
#[derive(Clone, Debug, Default)]
pub struct CurvesState {
    hidden: BTreeSet<RunId>,
}

/// Wishes of the user about the chart.
#[derive(Clone, Debug)]
pub enum CurvesAction {
    /// Leaves a run out of the chart, or takes it in again.
    ToggleRun(RunId),
}

impl CurvesState {
    /// Whether a run is left out.
    pub fn is_hidden(&self, id: RunId) -> bool {
        self.hidden.contains(&id)
    }
}

impl AppState {
    pub(in super::super) fn handle_curves(&mut self, action: CurvesAction) -> Vec<Effect> {
        match action {
            CurvesAction::ToggleRun(id) => {
                if !self.curves.hidden.remove(&id) && self.run(id).is_some() {
                    self.curves.hidden.insert(id);
                }
            }
        }
        Vec::new()
    }
}

/// Draws an entry a run, over as many lines as that takes, and what is to stand at their end.
pub fn legend_ui(
    ui: &mut Ui,
    view: &View<'_>,
    options: ViewOptions,
    out: &mut Actions,
    end: impl FnOnce(&mut Ui),
) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(10.0, 2.0);
        let has_errors = view
            .state
            .runs
            .iter()
            .any(|run| run.metrics.last_test().is_some());
        if has_errors {
            ui.label(RichText::new("On all test images").small().weak());
        }
        let most = name_width(view.state.runs.len(), ui.max_rect().width());
        for run in &view.state.runs {
            entry_ui(ui, view, run, (options, most), out);
        }
        end(ui);
    });
}

/// Widest and narrowest a name may be.
const NAME_WIDTHS: std::ops::RangeInclusive<f32> = 90.0..=230.0;

/// What an entry is wider than its name, about.
const BESIDE_NAME: f32 = 42.0;

/// How wide names may be in this width, so that many of them leave room for the chart.
fn name_width(runs: usize, room: f32) -> f32 {
    let columns = match runs {
        0..=2 => 1.0,
        3..=4 => 2.0,
        _ => 3.0,
    };
    (room / columns - BESIDE_NAME).clamp(*NAME_WIDTHS.start(), *NAME_WIDTHS.end())
}

/// The newest error of a run, or what else is shown of it, as it was where the window looks back.
/// Errors are told also where the chart has cross-entropies.
fn value(view: &View<'_>, run: &Run, options: ViewOptions) -> Option<String> {
    let state = view.state;
    let point = match state.history.cursor {
        Some(step) => run.metrics.test_at(step.min(run.progress.step)),
        None => run.metrics.last_test(),
    };
    let shown = options.curves.shown;
    if shown != Shown::Losses && !shown.is_of(run, options.unit) {
        return None;
    }
    let factor = test_factor(run, shown, options.curves.reduction);
    Some(shown.written(shown.value(point?)? * factor))
}

/// Line and name of a run, and its error or what else is shown of it.
fn entry_ui(
    ui: &mut Ui,
    view: &View<'_>,
    run: &Run,
    (options, most): (ViewOptions, f32),
    out: &mut Actions,
) {
    let is_shown = !view.state.curves.is_hidden(run.id);
    let color = if is_shown {
        view.palette.run(run.slot)
    } else {
        view.palette.weak
    };
    let font = egui::TextStyle::Body.resolve(ui.style());
    let sample = 26.0;
    let name = naming::shortened(ui, run.name(), &egui::TextStyle::Body, most);
    let text = match value(view, run, options) {
        Some(value) => format!("{name} {value}"),
        None => name,
    };
    let galley = ui.painter().layout_no_wrap(text, font, color);
    let size = vec2(sample + 6.0 + galley.size().x, galley.size().y.max(18.0));
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| {
        let label = format!("{} in the chart", run.name());
        WidgetInfo::selected(Role::CheckBox, true, is_shown, label)
    });
    if ui.is_rect_visible(rect) {
        let painter = ui.painter();
        let line = pattern::sample_rect(rect.left_center());
        pattern::paint_sample(painter, line, run.slot, color);
        let at = pos2(
            rect.left() + sample + 6.0,
            rect.center().y - galley.size().y / 2.0,
        );
        let width = galley.size().x;
        painter.galley(at, galley, color);
        if !is_shown {
            painter.hline(
                at.x..=at.x + width,
                rect.center().y,
                Stroke::new(1.0, color),
            );
        }
        if response.has_focus() {
            let stroke = Stroke::new(1.0, view.palette.accent);
            painter.rect_stroke(rect.expand(2.0), 3.0, stroke, StrokeKind::Outside);
        }
    }
    let lines = match options.curves.shown {
        Shown::Losses => {
            "The thick line with marks is the error on all test images, the thin one the training loss. \
             Dashed thin lines are losses of something else than the pixels alone: of hidden codes, \
             which greedy pretraining rebuilds, or with a KL divergence or penalties."
        }
        shown @ Shown::Quantity(_) => shown.help(),
    };
    let help = format!(
        "{}: click to {} it. {lines}",
        run.name(),
        if is_shown { "hide" } else { "show" }
    );
    if response.on_hover_text(help).clicked() {
        out.push(Action::Curves(CurvesAction::ToggleRun(run.id)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::state::tests::first;

    #[test]
    fn a_run_is_hidden_and_shown_again() {
        let (mut state, id) = first();
        let toggle = Action::Curves(CurvesAction::ToggleRun(id));
        assert!(state.handle(toggle.clone()).is_empty());
        assert!(state.curves.is_hidden(id));
        state.handle(toggle);
        assert!(!state.curves.is_hidden(id));
        state.handle(Action::Curves(CurvesAction::ToggleRun(RunId(99))));
        assert!(!state.curves.is_hidden(RunId(99)), "there is no such run");
    }
}
