//! The question before work that nobody saved would be lost.

use egui::Ui;

use crate::store::list;

use super::super::action::{Action, Actions};
use super::super::run::Run;
use super::super::view::View;
use super::super::words;
use super::{Next, SessionAction};

/// Something that would lose work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question(Next);

impl Question {
    pub(super) fn before(next: Next) -> Self {
        Self(next)
    }

    pub(super) fn next(self) -> Next {
        self.0
    }
}

/// Asks, over the window.
pub fn question_ui(ctx: &egui::Context, view: &View<'_>, out: &mut Actions) {
    let state = view.state;
    let Some(Question(next)) = &state.session.question else {
        return;
    };
    let (title, go) = match next {
        Next::Close => ("Close Hourglass?", "Close without saving"),
        Next::Open(_) => ("Open another session?", "Open without saving"),
    };
    let trained: Vec<&Run> = state.runs.iter().filter(|run| run.has_started()).collect();
    let names: Vec<&str> = trained.iter().map(|run| run.name()).collect();
    let secs: f64 = trained.iter().map(|run| run.progress.elapsed_secs).sum();
    let why = match &state.session.problem {
        Some(problem) => format!("They could not be saved: {problem}."),
        None => "They are not saved.".to_owned(),
    };
    let shown = egui::Modal::new(egui::Id::unique("session question")).show(ctx, |ui: &mut Ui| {
        ui.set_max_width(460.0);
        ui.heading(title);
        let text = format!(
            "{} of training would be lost: {}. {why}",
            words::duration(secs),
            list(&names)
        );
        ui.add(egui::Label::new(text).wrap());
        ui.add_space(6.0);
        ui.horizontal_wrapped(|ui| {
            let save = match state.session.folder {
                None => "Save session first…",
                Some(_) => "Try to save again",
            };
            if ui.button(save).clicked() {
                out.push(Action::Session(SessionAction::SaveFirst));
            }
            if ui.button(go).clicked() {
                out.push(Action::Session(SessionAction::GoOn));
            }
            if ui.button("Cancel").clicked() {
                out.push(Action::Session(SessionAction::Stay));
            }
        });
    });
    if shown.should_close() {
        out.push(Action::Session(SessionAction::Stay));
    }
}
