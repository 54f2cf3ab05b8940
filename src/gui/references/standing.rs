//! What runs of presets have come to, held against what is expected of them.
//!
//! A *standing* is told while a run trains and at its end. It is found anew when something was measured,
//! when the run ends, or when its settings are others, and kept until then.

use std::sync::Arc;

use crate::engine::{RunInfo, RunState};
use crate::gui::run::Run;
use crate::gui::state::AppState;
use crate::train::{
    Aim, Evidence, Family, Found, Judgement, NEIGHBOURS, Preset, Reach, judge, significant,
};

/// What the window does not measure, for it takes long.
const NEAREST: Aim = Aim::Measure(NEIGHBOURS);

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It is not trained to its end.
    NotYet,
    /// Every figure lies within its band.
    Reached,
    /// So does every figure that the window measures, but there are others.
    ReachedInPart,
    /// Some figure does not.
    NotReached,
    /// It is another run than the preset's.
    NotComparable,
}

impl Stage {
    /// It in two words.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotYet => "not yet",
            Self::Reached => "reached",
            Self::ReachedInPart => "reached in part",
            Self::NotReached => "not reached",
            Self::NotComparable => "not comparable",
        }
    }
}

/// What a run of a preset has come to.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// The preset.
    pub preset: &'static Preset,
    /// How it stands.
    pub stage: Stage,
    /// That with its figures, such as `reached: test MSE (per pixel) 0.0038, expected 0.0038 ± 10 %`.
    pub text: String,
}

/// A standing, and what it was found from.
#[derive(Clone, Debug)]
pub struct Judged {
    info: Arc<RunInfo>,
    is_over: bool,
    /// How many measurements there were, and the step of the last one.
    tests: (usize, u64),
    standing: Option<Standing>,
}

/// What runs of a family are called.
pub fn family_name(family: Family) -> &'static str {
    match family {
        Family::Reference => "Reference run",
        Family::WrongWay => "Wrong way",
    }
}

impl Standing {
    /// The same under the name of its kind, such as `Wrong way: not yet`.
    pub fn short(&self) -> String {
        format!("{}: {}", family_name(self.preset.family), self.stage.name())
    }

    /// How a run stands; nothing where it was made from no preset.
    fn of(run: &Run, info: &RunInfo) -> Option<Self> {
        let evidence = info.evidence(run.progress.step, &run.metrics.test);
        let judgement = judge(&evidence)?;
        let preset = judgement.preset;
        if let Some(why) = evidence.why_another() {
            return Some(Self::told(preset, Stage::NotComparable, &why));
        }
        if run.state != RunState::Finished {
            let so_far = so_far(&evidence, &judgement);
            return Some(Self::told(preset, Stage::NotYet, &so_far));
        }
        let is_asked_for = |found: &&Found| found.value.is_none() && found.expected.aim == NEAREST;
        let measured = judgement
            .figures
            .iter()
            .filter(|found| !is_asked_for(found));
        let has_all = measured
            .clone()
            .all(|found| found.is_reached() == Some(true));
        let (stage, text) = match judgement.reach {
            Reach::Reached => (Stage::Reached, joined(measured)),
            Reach::NotReached => {
                let missed = measured.filter(|found| found.is_reached() == Some(false));
                (Stage::NotReached, joined(missed))
            }
            // Where it was not trained to its end, that is why.
            Reach::NotComparable(_) if has_all && evidence.why_not_comparable().is_none() => {
                let rest = format!(
                    "{}; {} is measured by hourglass eval, once the run is saved",
                    joined(measured),
                    NEAREST.name()
                );
                (Stage::ReachedInPart, rest)
            }
            Reach::NotComparable(why) => (Stage::NotComparable, why),
        };
        Some(Self::told(preset, stage, &text))
    }

    fn told(preset: &'static Preset, stage: Stage, what: &str) -> Self {
        Self {
            preset,
            stage,
            text: format!("{}: {what}", stage.name()),
        }
    }
}

/// What was measured of a run that is not at its end.
fn so_far(evidence: &Evidence<'_>, judgement: &Judgement) -> String {
    let last = evidence.tests.last().filter(|test| test.step > 0);
    let Some(last) = last else {
        return "nothing was measured yet after training".to_owned();
    };
    let measured = judgement.figures.iter();
    let measured = measured.filter(|found| found.value.is_some());
    let (step, all) = (last.step, evidence.all_steps());
    format!("after {step} of {all} steps {}", joined(measured))
}

/// Figures in a line.
fn joined<'a>(figures: impl Iterator<Item = &'a Found>) -> String {
    let words: Vec<String> = figures.map(figure_words).collect();
    words.join("; ")
}

/// A figure and what is expected of it, such as `test MSE (per pixel) 0.0051, expected 0.0038 ± 10 %`.
fn figure_words(found: &Found) -> String {
    let (what, expected) = (found.expected.what(), found.expected.to_words());
    match found.value {
        Some(value) => format!("{what} {}, expected {expected}", significant(value)),
        None => format!("{what} was not measured, expected {expected}"),
    }
}

impl Run {
    /// What it has come to, where it was made from a preset and the engine has made it.
    pub fn standing(&self) -> Option<&Standing> {
        self.judged.as_ref()?.standing.as_ref()
    }

    /// Finds anew what it has come to, where that may be something else now.
    fn judge(&mut self) {
        let Some(info) = &self.info else {
            self.judged = None;
            return;
        };
        let is_over = self.state == RunState::Finished;
        let last = self.metrics.test.last().map_or(0, |test| test.step);
        let tests = (self.metrics.test.len(), last);
        let is_known = self.judged.as_ref().is_some_and(|known| {
            Arc::ptr_eq(&known.info, info) && known.is_over == is_over && known.tests == tests
        });
        if is_known {
            return;
        }
        self.judged = Some(Judged {
            standing: Standing::of(self, info),
            info: Arc::clone(info),
            is_over,
            tests,
        });
    }
}

impl AppState {
    /// Has what runs of presets have come to follow the news.
    pub(in crate::gui) fn judge_runs(&mut self) {
        for run in &mut self.runs {
            run.judge();
        }
    }
}
