//! Back to initial weights, and the question before much training is lost. What is lost can be
//! brought back for a while.
//!
//! A *restart* gives runs initial weights again: the same ones, or those of another seed.

use egui::Ui;

use crate::engine::{Command, RunId};
use crate::store::list;

use super::action::{Action, Actions, Effect};
use super::run::Run;
use super::state::AppState;
use super::view::View;
use super::words;

/// Training that takes longer than this to repeat is not given up at a single click.
const MUCH_SECS: f64 = 60.0;

/// What runs are to begin with again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restart {
    /// The same initial weights.
    Reset,
    /// The initial weights of another seed.
    NewSeed,
}

/// Runs that are to restart once the user has said that their training may go.
#[derive(Clone, Debug)]
pub struct RestartQuestion {
    restart: Restart,
    runs: Vec<RunId>,
}

impl AppState {
    /// Restarts runs, or asks first where that would give up much training.
    pub(super) fn ask_restart(&mut self, restart: Restart, mut runs: Vec<RunId>) -> Vec<Effect> {
        runs.retain(|id| self.can_restart(restart, *id));
        if self.lost_secs(&runs) < MUCH_SECS {
            return self.restart(restart, &runs);
        }
        self.desk.restart = Some(RestartQuestion { restart, runs });
        Vec::new()
    }

    /// Takes in the answer to the question.
    pub(super) fn answer_restart(&mut self, is_wanted: bool) -> Vec<Effect> {
        match self.desk.restart.take() {
            Some(mut question) if is_wanted => {
                // The runs may have gone on meanwhile.
                question
                    .runs
                    .retain(|id| self.can_restart(question.restart, *id));
                self.restart(question.restart, &question.runs)
            }
            Some(_) | None => Vec::new(),
        }
    }

    fn can_restart(&self, restart: Restart, id: RunId) -> bool {
        self.run(id).is_some_and(|run| match restart {
            Restart::Reset => run.can_reset(),
            Restart::NewSeed => run.can_take_seed(),
        })
    }

    fn restart(&mut self, restart: Restart, runs: &[RunId]) -> Vec<Effect> {
        match restart {
            Restart::Reset => {
                let mut effects = self.put_training_aside(runs, |names, took| {
                    format!(
                        "{names}: back to the initial weights. {took} of training can be brought \
                         back for a while."
                    )
                });
                effects.extend(runs.iter().map(|id| Effect::Send(Command::Reset(*id))));
                effects
            }
            Restart::NewSeed => self.new_seed(runs),
        }
    }

    /// Seconds of training that runs have behind them.
    fn lost_secs(&self, runs: &[RunId]) -> f64 {
        let trained = runs.iter().filter_map(|id| self.run(*id));
        trained.map(|run| run.progress.elapsed_secs).sum()
    }
}

/// Asks whether training may be given up, over the window.
pub fn question_ui(ctx: &egui::Context, view: &View<'_>, out: &mut Actions) {
    let Some(question) = &view.state.desk.restart else {
        return;
    };
    let names: Vec<&str> = question
        .runs
        .iter()
        .filter_map(|id| view.state.run(*id))
        .map(Run::name)
        .collect();
    let lost = words::duration(view.state.lost_secs(&question.runs));
    let (title, text, go) = match question.restart {
        Restart::Reset => ("Reset?", "back to the same initial weights", "Reset"),
        Restart::NewSeed => ("New seed?", "to other initial weights", "Use a new seed"),
    };
    let shown = egui::Modal::new(egui::Id::unique("restart question")).show(ctx, |ui: &mut Ui| {
        ui.set_max_width(440.0);
        ui.heading(title);
        let text = format!(
            "{} goes {text}. {lost} of training will be lost, though Undo brings it back for a few \
             minutes. Save the run to keep it.",
            list(&names)
        );
        ui.add(egui::Label::new(text).wrap());
        ui.add_space(6.0);
        ui.horizontal(|ui| {
            if ui.button(go).clicked() {
                out.push(Action::AnswerRestart(true));
            }
            if ui.button("Keep training").clicked() {
                out.push(Action::AnswerRestart(false));
            }
        });
    });
    if shown.should_close() {
        out.push(Action::AnswerRestart(false));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::state::tests::{first, make_ready, sent, train};

    fn trained_for(secs: f64) -> (AppState, RunId) {
        let (mut state, id) = first();
        make_ready(&mut state, id);
        train(&mut state, id, 3, secs);
        (state, id)
    }

    #[test]
    fn a_short_training_restarts_at_once() {
        let (mut state, id) = trained_for(2.0);
        let commands = sent(state.handle(Action::Restart(Restart::Reset, vec![id])));
        let [Command::Reset(_)] = commands[..] else {
            panic!("{commands:?}");
        };
    }

    #[test]
    fn a_long_training_is_asked_for_first() {
        let (mut state, id) = trained_for(200.0);
        let ask = || Action::Restart(Restart::Reset, vec![id]);
        assert!(state.handle(ask()).is_empty());
        assert!(state.desk.restart.is_some());
        assert!(state.handle(Action::AnswerRestart(false)).is_empty());
        assert!(state.desk.restart.is_none(), "it is kept");
        state.handle(ask());
        let commands = sent(state.handle(Action::AnswerRestart(true)));
        let [Command::SetAside { .. }, Command::Reset(_)] = commands[..] else {
            panic!("{commands:?}");
        };
        let (mut state, id) = trained_for(200.0);
        state.handle(Action::Restart(Restart::NewSeed, vec![id]));
        let commands = sent(state.handle(Action::AnswerRestart(true)));
        assert!(
            matches!(
                commands[..],
                [Command::SetAside { .. }, Command::AddRun { .. }]
            ),
            "{commands:?}"
        );
    }
}
