//! Training until something is reached: the menu that says what.

use egui::containers::menu::{MenuButton, MenuConfig, SubMenuButton};
use egui::{Button, DragValue, PopupCloseBehavior, Ui, Vec2};

use crate::engine::{Command, RunId, Until};

use super::action::{Action, Actions, Effect};
use super::desk::DeskAction;
use super::run::Run;
use super::state::AppState;
use super::trace::trace_widget;
use super::view::View;
use super::words;

/// Steps that the menu proposes are multiples of this.
const ROUND_STEPS: u64 = 100;

/// Test errors that can be asked for.
const ERRORS: std::ops::RangeInclusive<f64> = 0.0001..=1.0;

/// What runs are to be trained until, as it was set last.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UntilDraft {
    /// Steps in all; proposed from where the runs are until somebody sets it.
    pub step: Option<u64>,
    /// Mean squared test error per pixel.
    pub test_error: f64,
}

impl Default for UntilDraft {
    fn default() -> Self {
        Self {
            step: None,
            test_error: 0.03,
        }
    }
}

impl AppState {
    pub(super) fn run_until(&mut self, id: RunId, until: Until) -> Vec<Effect> {
        let command = Command::RunUntil { id, until };
        if self.run(id).is_some_and(Run::is_running) {
            return vec![Effect::Send(command)];
        }
        self.go(id, command)
    }
}

/// Whether a run has something before it that it could be trained until.
fn can_go_on(state: &AppState, run: &Run) -> bool {
    run.is_running() || state.can_start(run)
}

/// Whether a run has yet to reach this, as far as the window knows.
fn is_ahead(run: &Run, until: Until) -> bool {
    match until {
        Until::Step(step) => step > run.progress.step,
        Until::PhaseEnd => true,
        Until::TestError(most) => {
            let newest = run.last_test();
            newest.is_none_or(|test| test.step < run.progress.step || test.mse > most)
        }
    }
}

fn config() -> MenuConfig {
    // Numbers are set in it before something is chosen.
    MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside)
}

/// Draws the button of the bar and its menu; `whose` says whom it means, as in ` of every run`.
pub fn menu_ui(
    ui: &mut Ui,
    view: &View<'_>,
    ids: &[RunId],
    whose: &str,
    height: f32,
    out: &mut Actions,
) {
    let runs: Vec<&Run> = ids.iter().filter_map(|id| view.state.run(*id)).collect();
    let is_on = runs.iter().any(|run| can_go_on(view.state, run));
    ui.add_enabled_ui(is_on, |ui| {
        let button = Button::new("Until…").min_size(Vec2::new(0.0, height));
        let (response, _) = MenuButton::from_button(button)
            .config(config())
            .ui(ui, |ui| entries_ui(ui, view, &runs, out));
        trace_widget("until", &response);
        response
            .on_hover_text(format!(
                "Train{whose} until a step, the end of the phase or a test error, then pause"
            ))
            .on_disabled_hover_text("This run has ended: reset it to train again.");
    });
}

/// Draws the same for one run, as an entry of a menu.
pub fn submenu_ui(ui: &mut Ui, view: &View<'_>, run: &Run, out: &mut Actions) {
    ui.add_enabled_ui(can_go_on(view.state, run), |ui| {
        SubMenuButton::new("Train until")
            .config(config())
            .ui(ui, |ui| entries_ui(ui, view, &[run], out));
    });
}

fn entries_ui(ui: &mut Ui, view: &View<'_>, runs: &[&Run], out: &mut Actions) {
    let draft = view.state.desk.until;
    let step = draft.step.unwrap_or_else(|| proposed_step(runs));
    let button = Button::new("To the end of the phase");
    let help = "Train to the end of the phase under way, measure and pause";
    choice_ui(ui, view, runs, (button, help), Until::PhaseEnd, out);
    ui.horizontal(|ui| {
        let button = Button::new("To step");
        let help = "Train until so many steps are done, measure and pause";
        choice_ui(ui, view, runs, (button, help), Until::Step(step), out);
        let mut wanted = step;
        let most = runs.iter().map(|run| total_steps(run)).max().unwrap_or(1);
        let field = DragValue::new(&mut wanted)
            .range(1..=most.max(1))
            .speed(ROUND_STEPS as f64 / 4.0);
        let field = ui
            .add(field)
            .on_hover_text(format!("Steps in all, of {} planned", words::count(most)))
            .accessible_name("Step to stop at");
        // What is proposed moves on as runs train, but not under who types.
        if field.changed() || field.gained_focus() {
            out.push(Action::Desk(DeskAction::SetUntil(UntilDraft {
                step: Some(wanted),
                ..draft
            })));
        }
    });
    ui.horizontal(|ui| {
        let until = Until::TestError(draft.test_error);
        let button = Button::new("To test error");
        let help = "Train until a measurement finds a mean squared error per pixel on the test images \
                    of at most this, then pause; measurements come at least once an epoch";
        choice_ui(ui, view, runs, (button, help), until, out);
        let mut test_error = draft.test_error;
        let field = DragValue::new(&mut test_error)
            .range(ERRORS)
            .speed(0.0002)
            .max_decimals(4);
        let field = ui
            .add(field)
            .on_hover_text("Mean squared error per pixel")
            .accessible_name("Test error to stop at");
        if field.changed() {
            out.push(Action::Desk(DeskAction::SetUntil(UntilDraft {
                test_error,
                ..draft
            })));
        }
    });
}

/// A button that sets the runs going which have not got there yet.
fn choice_ui(
    ui: &mut Ui,
    view: &View<'_>,
    runs: &[&Run],
    (button, help): (Button<'_>, &str),
    until: Until,
    out: &mut Actions,
) {
    let meant = runs
        .iter()
        .filter(|run| can_go_on(view.state, run) && is_ahead(run, until));
    let meant: Vec<RunId> = meant.map(|run| run.id).collect();
    let response = ui
        .add_enabled(!meant.is_empty(), button)
        .on_hover_text(help)
        .on_disabled_hover_text("Training is there already.");
    if response.clicked() {
        out.extend(meant.into_iter().map(|id| Action::RunUntil(id, until)));
        ui.close();
    }
}

/// The next round number of steps that no run has done.
fn proposed_step(runs: &[&Run]) -> u64 {
    let done = runs.iter().map(|run| run.progress.step).max().unwrap_or(0);
    let most = runs.iter().map(|run| total_steps(run)).max().unwrap_or(0);
    let next = (done / ROUND_STEPS + 1) * ROUND_STEPS;
    next.min(most.max(1))
}

/// Steps of the whole schedule; so many are proposed at least while that is not known.
fn total_steps(run: &Run) -> u64 {
    run.info
        .as_ref()
        .map_or(ROUND_STEPS, |info| info.total_steps)
}
