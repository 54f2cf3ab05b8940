//! What can be turned while a run trains: its learning rate, and those knobs that may be moved.

use egui::{Id, Ui, UiBuilder};

use crate::gui::action::{Action, Actions};
use crate::gui::run::Run;
use crate::gui::schedule::ScheduleAction;
use crate::gui::share::locks;
use crate::gui::view::View;
use crate::gui::words;
use crate::model::{Knob, KnobKind, KnobValue, PENALTY_PREFIX};
use crate::store::share::Access;

use super::form::{self, Name, NumberStyle};
use super::{knob_ui, parts};

/// Learning rates the slider has.
const RATES: std::ops::RangeInclusive<f64> = 1e-6..=10.0;

/// The row of the learning rate.
const RATE: &str = "Learning rate now";

/// Changes that are listed at most.
const LISTED: usize = 6;

/// The changes that a run holds, of its learning rate and of its knobs, the newest first.
pub(super) fn changes_ui(ui: &mut Ui, run: &Run, out: &mut Actions) {
    let config = &run.draft.config;
    let count = config.learning_rate_changes.len() + config.knob_changes.len();
    if count == 0 {
        return;
    }
    for line in newest(run) {
        form::remark(ui, line);
    }
    if count > LISTED {
        form::remark(ui, format!("and {} changes before", count - LISTED));
    }
    if !run.has_started() && run.opening.is_none() {
        let forget = ui.button("Forget these changes").on_hover_text(
            "They were made while the run trained and are made again when it trains anew.",
        );
        if forget.clicked() {
            let mut draft = run.draft.clone();
            draft.config.clear_changes();
            out.push(Action::Edit(run.id, Box::new(draft)));
        }
    }
}

/// The newest changes in words, as many as are listed.
fn newest(run: &Run) -> Vec<String> {
    let config = &run.draft.config;
    let rates = config.learning_rate_changes.iter().rev().take(LISTED);
    let rates = rates.map(|change| (change.step, "Learning rate", change.learning_rate));
    let knobs = config.knob_changes.iter().rev().take(LISTED);
    let knobs = knobs.map(|change| {
        let known = run.live_knobs().find(|knob| knob.id == change.knob);
        let name = known.map_or(change.knob.as_str(), |knob| knob.name);
        (change.step, name, change.value)
    });
    let mut all: Vec<(u64, &str, f64)> = rates.chain(knobs).collect();
    all.sort_by_key(|(step, _, _)| std::cmp::Reverse(*step));
    let words = |(step, name, value): (u64, &str, f64)| {
        let (step, value) = (words::count(step), words::setting(value));
        format!("{name} from step {step}: {value}")
    };
    all.into_iter().take(LISTED).map(words).collect()
}

/// The learning rate of the phase under way, and the knobs that can be moved.
pub(super) fn live_ui(ui: &mut Ui, view: &View<'_>, run: &Run, out: &mut Actions) {
    if !run.can_stop() || run.phase().is_none() {
        give_up(view, run, out);
        return;
    }
    let in_force = run.knobs_in_force();
    let is_seen = |knob: &&'static Knob| {
        knob.is_active(&in_force) && locks::access(ui, knob.name) != Access::Hidden
    };
    let live: Vec<&'static Knob> = run.live_knobs().filter(is_seen).collect();
    let has_rate = locks::access(ui, RATE) != Access::Hidden;
    if live.is_empty() && !has_rate {
        return;
    }
    form::section(ui, "While it trains");
    if has_rate {
        rate_ui(ui, view, run, out);
    }
    let is_unused = |knob: &Knob| knob.id.starts_with(PENALTY_PREFIX) && !run.was_above_0(knob);
    let (unused, used): (Vec<_>, Vec<_>) = live.into_iter().partition(|knob| is_unused(knob));
    let mut rows = |ui: &mut Ui, knobs: &[&'static Knob]| {
        for knob in knobs {
            if let Some(KnobValue::Real(value)) = in_force.get(knob.id) {
                knob_row(ui, view, run, (knob, *value), out);
            }
        }
    };
    rows(ui, &used);
    if !unused.is_empty() {
        let title = "Add a penalty".to_owned();
        parts::folding(ui, title, ("more penalties", run.id), false, |ui| {
            rows(ui, &unused);
        });
    }
}

/// Forgets what was being turned as the run came to its end.
fn give_up(view: &View<'_>, run: &Run, out: &mut Actions) {
    let schedule = &view.state.schedule;
    if let Some((id, rate)) = schedule.turned.filter(|(id, _)| *id == run.id) {
        out.push(Action::SetLearningRate(id, rate));
    }
    if let Some((id, knob, value)) = schedule.turned_knob.filter(|(id, _, _)| *id == run.id) {
        out.push(Action::SetKnob(id, knob, value));
    }
}

fn rate_ui(ui: &mut Ui, view: &View<'_>, run: &Run, out: &mut Actions) {
    let turned = view.state.schedule.turned.filter(|(id, _)| *id == run.id);
    let shown = turned.map_or_else(|| run.learning_rate(), |(_, rate)| rate);
    let mut rate = shown;
    let help = "Length of a step from the next one to the end of the phase; what the decay acts \
                on. The change is kept with the run, so that it can be repeated.";
    // A file may ask for more than the slider offers.
    let range = RATES.start().min(shown)..=RATES.end().max(shown);
    form::number_row(ui, (RATE, help), &mut rate, range, NumberStyle::REAL_LOG);
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

/// The row of a knob that has this value now.
fn knob_row(
    ui: &mut Ui,
    view: &View<'_>,
    run: &Run,
    (knob, value): (&'static Knob, f64),
    out: &mut Actions,
) {
    let KnobKind::Real {
        min,
        max,
        usual,
        scale,
        ..
    } = knob.kind
    else {
        return;
    };
    let turned = view.state.schedule.turned_knob;
    let turned = turned.filter(|(id, turned, _)| *id == run.id && *turned == knob.id);
    let shown = turned.map_or(value, |(_, _, value)| value);
    let mut number = shown;
    let spoken = format!("{} now", knob.name);
    let name = Name {
        spoken: &spoken,
        shown: knob.name,
    };
    let help = format!(
        "{} A change acts from the next step on and is kept with the run, so that it can be repeated.",
        knob.help
    );
    // A penalty that is raised for the first time moves up, and takes the keyboard along.
    let place = Id::unique(("knob while it trains", run.id, knob.id));
    let refusal = run.refusal(knob);
    ui.scope_builder(UiBuilder::new().scope_id(place), |ui| {
        let style = knob_ui::real_style([min, usual], scale);
        let mut row = |ui: &mut Ui| {
            form::number_row(ui, (name, help.as_str()), &mut number, min..=max, style);
        };
        if let Some(refusal) = refusal {
            ui.add_enabled_ui(false, row);
            form::remark(ui, refusal);
        } else {
            row(ui);
        }
    });
    let is_turned = (number - shown).abs() > 0.0;
    if super::is_editing(ui) {
        if is_turned {
            let turn = ScheduleAction::TurnKnob(run.id, knob.id, number);
            out.push(Action::Schedule(turn));
        }
    } else if is_turned || turned.is_some() {
        out.push(Action::SetKnob(run.id, knob.id, number));
    }
}
