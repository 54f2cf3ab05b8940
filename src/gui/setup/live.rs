//! What can be turned while a run trains: its learning rate.

use egui::Ui;

use crate::gui::action::{Action, Actions};
use crate::gui::run::Run;
use crate::gui::schedule::ScheduleAction;
use crate::gui::view::View;
use crate::gui::words;

use super::form::{self, NumberStyle};

/// Learning rates the slider has.
const RATES: std::ops::RangeInclusive<f64> = 1e-6..=10.0;

/// Changes of the learning rate that are listed at most.
const LISTED: usize = 6;

/// The changes of the learning rate that a run holds, the newest first.
pub(super) fn changes_ui(ui: &mut Ui, run: &Run, out: &mut Actions) {
    let changes = &run.draft.config.learning_rate_changes;
    if changes.is_empty() {
        return;
    }
    for change in changes.iter().rev().take(LISTED) {
        let (step, rate) = (
            words::count(change.step),
            words::setting(change.learning_rate),
        );
        form::remark(ui, format!("Learning rate from step {step}: {rate}"));
    }
    if changes.len() > LISTED {
        form::remark(ui, format!("and {} changes before", changes.len() - LISTED));
    }
    if !run.has_started() && run.opening.is_none() {
        let forget = ui.button("Forget these changes").on_hover_text(
            "They were made while the run trained and are made again when it trains anew.",
        );
        if forget.clicked() {
            let mut draft = run.draft.clone();
            draft.config.learning_rate_changes.clear();
            out.push(Action::Edit(run.id, Box::new(draft)));
        }
    }
}

/// The learning rate of the phase under way.
pub(super) fn rate_ui(ui: &mut Ui, view: &View<'_>, run: &Run, out: &mut Actions) {
    if !run.can_stop() || run.phase().is_none() {
        return;
    }
    form::section(ui, "While it trains");
    let turned = view.state.schedule.turned.filter(|(id, _)| *id == run.id);
    let shown = turned.map_or_else(|| run.learning_rate(), |(_, rate)| rate);
    let mut rate = shown;
    let help = "Length of a step from the next one to the end of the phase; what the decay acts \
                on. The change is kept with the run, so that it can be repeated.";
    let words = ("Learning rate now", help);
    // A file may ask for more than the slider offers.
    let range = RATES.start().min(shown)..=RATES.end().max(shown);
    form::number_row(ui, words, &mut rate, range, NumberStyle::REAL_LOG);
    let is_turned = (rate - shown).abs() > 0.0;
    if super::is_editing(ui) {
        if is_turned {
            out.push(Action::Schedule(ScheduleAction::TurnRate(run.id, rate)));
        }
    } else if is_turned || turned.is_some() {
        out.push(Action::SetLearningRate(run.id, rate));
    }
    if run
        .phase()
        .is_some_and(|phase| phase.decay != crate::train::LearningRateDecay::Constant)
    {
        let now = words::three_digits(run.progress.learning_rate);
        form::remark(ui, format!("With its decay {now} in the next step"));
    }
}
