//! Taking things out of the window as files, and weights in.
//!
//! A *target* says what is exported, in which format, and of which run where it is of one.

mod menu;
mod pictures;

use std::path::{Path, PathBuf};

use crate::engine::{Command, Export, ExportedRun, RunId};
use crate::store::export::{Along, ExportKind, Format, PlotOptions};
use crate::train::InitialWeights;

use super::action::{ChartUnit, Effect};
use super::curves::{Reduction, XUnit};
use super::run::Run;
use super::state::{AppState, MAX_RUNS};

pub use menu::export_ui;

/// What is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// What.
    pub kind: ExportKind,
    /// How, unless the name of the file says otherwise.
    pub format: Format,
    /// The run, where it is of one.
    pub run: Option<RunId>,
}

impl Target {
    /// Title of the dialog.
    pub fn title(self) -> &'static str {
        match self.kind {
            ExportKind::Weights => "Save the weights for PyTorch as",
            ExportKind::Codes => "Save the codes of all test images as",
            ExportKind::Curves => "Save the curves of all runs as",
            ExportKind::Plot => "Save the plot as",
            ExportKind::Grid => "Save the picture grid as",
            ExportKind::Animation => "Save the history as",
        }
    }

    /// What the file holds, in a word or two.
    pub fn what(self) -> &'static str {
        match self.kind {
            ExportKind::Weights => "Weights",
            ExportKind::Codes => "Codes",
            ExportKind::Curves => "Curves",
            ExportKind::Plot => "Plot",
            ExportKind::Grid => "Picture grid",
            ExportKind::Animation => "History",
        }
    }
}

impl AppState {
    /// Whether there is anything of this kind to write; why not in a sentence.
    pub fn export_problem(&self, kind: ExportKind) -> Option<&'static str> {
        let (is_there, problem) = match kind {
            ExportKind::Weights | ExportKind::Codes => (
                self.selected_run().is_some_and(Run::can_save),
                "This run is not ready yet.",
            ),
            ExportKind::Curves => (
                self.runs.iter().any(|run| !run.metrics.is_empty()),
                "Nothing was measured yet: train first.",
            ),
            ExportKind::Plot => (
                self.plotted().any(|run| !run.metrics.is_empty()),
                "The chart shows no measurement yet: train first.",
            ),
            ExportKind::Grid => (
                self.runs.iter().any(|run| self.frame(run).is_some()),
                "There are no pictures yet.",
            ),
            ExportKind::Animation => (
                self.frames_of_note().len() > 1,
                "There is no history yet: train first.",
            ),
        };
        (!is_there).then_some(problem)
    }

    /// Writes what was asked for into a file that was chosen.
    pub(super) fn export(&mut self, target: Target, path: PathBuf) -> Vec<Effect> {
        if let Some(problem) = self.export_problem(target.kind) {
            self.tell(target.run, problem.to_owned(), true);
            return Vec::new();
        }
        let export = match (target.kind, target.run) {
            (ExportKind::Weights, Some(id)) => Export::Weights(id),
            (ExportKind::Codes, Some(id)) => Export::Codes(id),
            (ExportKind::Weights | ExportKind::Codes, None) => return Vec::new(),
            (ExportKind::Curves, _) => Export::Curves(exported(self.runs.iter())),
            (ExportKind::Plot, _) => Export::Plot(exported(self.plotted()), self.plot_options()),
            (ExportKind::Grid, _) => Export::Grid(pictures::grid(self)),
            (ExportKind::Animation, _) => Export::Animation(pictures::animation(self)),
        };
        let path = if path.extension().is_none() {
            path.with_extension(target.format.ending())
        } else {
            path
        };
        vec![Effect::Send(Command::Export {
            id: self.jobs.new_id(),
            export: Box::new(export),
            path,
        })]
    }

    /// Runs that the chart shows.
    fn plotted(&self) -> impl Iterator<Item = &Run> {
        self.runs
            .iter()
            .filter(|run| !self.curves.is_hidden(run.id))
    }

    /// The options of the chart, as a plot has them.
    fn plot_options(&self) -> PlotOptions {
        let options = self.options;
        let has_entropy = self.runs.iter().any(Run::minimises_cross_entropy);
        let selected = self
            .selected_run()
            .filter(|run| run.metrics.phases.len() > 1);
        PlotOptions {
            is_log: options.has_log_axis,
            along: match options.curves.x {
                XUnit::Steps => Along::Steps,
                XUnit::Epochs => Along::Epochs,
                XUnit::Seconds => Along::Seconds,
            },
            is_sum: options.curves.reduction == Reduction::SumPerImage,
            smoothing_steps: options.curves.smoothing_steps,
            shows_training: options.shows_training,
            shows_baselines: options.shows_baselines,
            is_entropy: has_entropy && options.unit == ChartUnit::CrossEntropy,
            named_slot: selected.map(|run| run.slot),
        }
    }

    /// Has the selected run begin with weights from a file where it has not started; a further run with
    /// its settings otherwise.
    pub(super) fn import_weights(&mut self, id: RunId, path: &Path) -> Vec<Effect> {
        let Some(run) = self.run(id) else {
            return Vec::new();
        };
        let is_untouched = run.is_untouched();
        let mut draft = run.draft.clone();
        draft.config.initial_weights = Some(InitialWeights {
            file: path.to_string_lossy().into_owned(),
            sha256: None,
        });
        draft.config.clear_changes();
        if is_untouched {
            self.edit(id, draft);
            return self.commit(id);
        }
        if !self.has_room() {
            let text = format!(
                "Weights are imported into a new run with these settings, but there is no room: remove \
                 one of the {MAX_RUNS} first."
            );
            self.tell(Some(id), text, true);
            return Vec::new();
        }
        // What it is called follows from where its weights come from.
        draft.is_named = false;
        self.add(draft)
    }
}

fn exported<'a>(runs: impl Iterator<Item = &'a Run>) -> Vec<ExportedRun> {
    runs.map(|run| ExportedRun {
        id: run.id,
        name: run.name().to_owned(),
        slot: run.slot,
        clock: run.metrics.clock.pairs().to_vec(),
    })
    .collect()
}

#[cfg(test)]
mod tests;
