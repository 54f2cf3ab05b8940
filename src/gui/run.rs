//! One run as the window knows it.
//!
//! A run has *started* once a step was taken or is being taken; from then on its settings are fixed
//! until it is reset.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::analysis::Baselines;
use crate::data::LostImages;
use crate::engine::{Frame, PcaPictures, Progress, RunId, RunInfo, RunState};
use crate::model::{KnobValue, Objective};
use crate::store::export::LossParts;
use crate::store::share::Controls;
use crate::train::{Phase, RunConfig, Schedule, TestPoint};

use super::curves::Series;
use super::history::History;
use super::references::Judged;
use super::setup::draft::Draft;

/// Why a run ended early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// One sentence.
    pub text: String,
    /// Whether what was asked for was wrong, rather than the machine.
    pub is_bad_input: bool,
}

/// The name of a run that the user did not name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnName {
    /// What its settings made of it when it was given the name, without a number.
    pub by: String,
    /// The name.
    pub name: String,
}

/// What becomes a run without the window knowing its settings in full, until the engine tells them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opening {
    /// A run that was kept.
    Folder(PathBuf),
    /// A run of a session.
    Session(PathBuf),
    /// A run that stands where another one began a phase.
    Branch,
}

/// Everything known of a run.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its name towards the engine.
    pub id: RunId,
    /// Place in the row of run colours.
    pub slot: usize,
    /// Its settings.
    pub draft: Draft,
    /// The settings the engine has, unless it opened the run itself.
    pub sent: Option<RunConfig>,
    /// The phases the engine was asked to go on with, until it answers.
    pub asked_phases: Option<Schedule>,
    /// The learning rate the engine was asked for, until it answers.
    pub asked_rate: Option<f64>,
    /// Knobs the engine was asked to move, by their ids, until it answers.
    pub asked_knobs: BTreeMap<&'static str, f64>,
    /// The phase at whose start it branched off another run.
    pub branched_at: Option<usize>,
    /// The name found for its settings; none where the user gave it one.
    pub own_name: Option<OwnName>,
    /// What may be changed about its settings.
    pub controls: Controls,
    /// What it is being made from; stays where that failed.
    pub opening: Option<Opening>,
    /// It is made anew or brought back, and what the engine tells is still of what it was before.
    pub is_outdated: bool,
    /// What it does.
    pub state: RunState,
    /// How far reading its images is, and of how much, while that goes on.
    pub loading: Option<(u64, Option<u64>)>,
    /// The device that tunes its kernels for it, and how many it has, while that goes on.
    pub tuning: Option<(String, Option<u64>)>,
    /// What the engine made of the settings.
    pub info: Option<Arc<RunInfo>>,
    /// Its history.
    pub metrics: Series,
    /// How far it is.
    pub progress: Progress,
    /// The newest measurement on the test images.
    pub(super) last_test: Option<TestPoint>,
    /// What methods without training reach.
    pub baselines: Option<Arc<Baselines>>,
    /// Its newest frame.
    pub frame: Option<Arc<Frame>>,
    /// Frames kept for looking back, in order of steps.
    pub history: History,
    /// What as many principal components as its code has values make of the chosen images.
    pub pca_pictures: Option<Arc<PcaPictures>>,
    /// Phases whose first step it can be branched from.
    pub boundaries: Vec<usize>,
    /// The images it was made on, where no known place holds them.
    pub lost: Option<Arc<LostImages>>,
    /// Without these images the engine has all that was kept of it.
    pub is_offline: bool,
    /// The step of its last good state, where its device has failed: it can be continued from there.
    pub parked_at: Option<u64>,
    /// What is known of how fast its device and another one are.
    pub device_remark: Option<String>,
    /// What the engine warns of.
    pub warning: Option<String>,
    /// Whether the user has read the warning.
    pub is_warning_dismissed: bool,
    /// What it has come to, where it was made from a preset.
    pub(super) judged: Option<Judged>,
    /// Why it ended.
    pub failure: Option<Failure>,
    /// Whether the user has read why it ended.
    pub is_failure_dismissed: bool,
}

/// What the errors in a phase's training loss measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LossUnit {
    /// Mean squared error per pixel.
    Pixels,
    /// Mean squared error per value of a hidden code.
    Codes,
    /// Binary cross-entropy per pixel.
    CrossEntropy,
}

impl Run {
    /// A run that the engine is about to make.
    pub fn new(id: RunId, slot: usize, draft: Draft) -> Self {
        Self {
            id,
            slot,
            draft,
            sent: None,
            asked_phases: None,
            asked_rate: None,
            asked_knobs: BTreeMap::new(),
            branched_at: None,
            own_name: None,
            controls: Controls::default(),
            opening: None,
            is_outdated: false,
            state: RunState::Preparing,
            loading: None,
            tuning: None,
            info: None,
            metrics: Series::default(),
            progress: Progress::default(),
            last_test: None,
            baselines: None,
            frame: None,
            history: History::default(),
            pca_pictures: None,
            boundaries: Vec::new(),
            lost: None,
            is_offline: false,
            parked_at: None,
            device_remark: None,
            warning: None,
            is_warning_dismissed: false,
            judged: None,
            failure: None,
            is_failure_dismissed: false,
        }
    }

    /// What the window calls it.
    pub fn name(&self) -> &str {
        match self.draft.config.name.trim() {
            "" => "Run",
            name => name,
        }
    }

    /// Whether a step was or is being taken.
    pub fn has_started(&self) -> bool {
        self.progress.step > 0 || matches!(self.state, RunState::Running | RunState::Finished)
    }

    /// Whether the engine may be doing something for it.
    pub fn may_be_working(&self) -> bool {
        matches!(self.state, RunState::Running | RunState::Preparing)
    }

    /// Whether it is as it was made: nobody trained it.
    pub fn is_untouched(&self) -> bool {
        !self.has_started() && self.opening.is_none()
    }

    /// Forgets everything that was trained; settings stay.
    pub fn begin_anew(&mut self) {
        *self = Self {
            sent: None,
            own_name: self.own_name.take(),
            is_outdated: self.is_outdated,
            controls: std::mem::take(&mut self.controls),
            info: self.info.take(),
            baselines: self.baselines.take(),
            pca_pictures: self.pca_pictures.take(),
            ..Self::new(self.id, self.slot, self.draft.clone())
        };
    }

    /// The newest frame, if it is newer than those kept.
    pub fn live_frame(&self) -> Option<&Arc<Frame>> {
        let kept = self.history.frames().last().map(|frame| frame.step);
        self.frame
            .as_ref()
            .filter(|frame| kept.is_none_or(|kept| frame.step > kept))
    }

    /// All frames, kept and newest, in order of steps.
    pub fn frames(&self) -> impl Iterator<Item = &Arc<Frame>> {
        self.history.frames().iter().chain(self.live_frame())
    }

    /// The newest measurement on the test images.
    pub fn last_test(&self) -> Option<&TestPoint> {
        self.last_test.as_ref()
    }

    /// Whether its settings differ from those the engine has.
    pub fn is_edited(&self) -> bool {
        self.opening.is_none() && self.sent.as_ref() != Some(&self.draft.config)
    }

    /// Whether it can train on.
    pub fn can_start(&self) -> bool {
        match self.state {
            RunState::Preparing | RunState::Paused => true,
            RunState::Running | RunState::Finished => false,
            // What was missing may be there by now; but of a run that could not be opened nothing
            // is known that could be trained.
            RunState::Failed => !self.has_started() && self.opening.is_none() && !self.is_offline,
        }
    }

    /// Whether it trains.
    pub fn is_running(&self) -> bool {
        self.state == RunState::Running
    }

    /// Whether it is between the first step and the end, or its device is being prepared.
    pub fn can_stop(&self) -> bool {
        self.tuning.is_some()
            || self.has_started() && matches!(self.state, RunState::Running | RunState::Paused)
    }

    /// Whether it has anything to go back from.
    pub fn can_reset(&self) -> bool {
        self.has_started() && self.info.is_some() && !self.is_offline
    }

    /// Whether it can begin anew from the initial weights of another seed.
    pub fn can_take_seed(&self) -> bool {
        self.opening.is_none() && !self.is_offline
    }

    /// Whether there is anything to keep.
    pub fn can_save(&self) -> bool {
        self.info.is_some() && self.state != RunState::Preparing && !self.is_edited()
    }

    /// The phases, as the engine has them or as they are being edited.
    pub fn phases(&self) -> &[Phase] {
        match &self.info {
            Some(info) if self.has_started() => &info.config.schedule.phases,
            Some(_) | None => &self.draft.config.schedule.phases,
        }
    }

    /// The phase under way.
    pub fn phase(&self) -> Option<&Phase> {
        self.phases().get(self.progress.phase)
    }

    /// Whether training minimises cross-entropy.
    pub fn minimises_cross_entropy(&self) -> bool {
        matches!(self.draft.config.knobs.get("loss"), Some(KnobValue::Text(id)) if id == "bce")
    }

    /// What the training loss of a phase measures.
    pub fn loss_unit(&self, phase: usize) -> LossUnit {
        match self.phases().get(phase).map(|phase| phase.objective) {
            Some(Objective::Greedy { stage }) if stage > 0 => LossUnit::Codes,
            Some(Objective::Greedy { .. } | Objective::EndToEnd | Objective::EndsInward { .. })
            | None => {
                if self.minimises_cross_entropy() {
                    LossUnit::CrossEntropy
                } else {
                    LossUnit::Pixels
                }
            }
        }
    }

    /// What the training loss of a phase holds besides the errors of [`Self::loss_unit`], and whether
    /// it sums them.
    pub fn loss_parts(&self, phase: usize) -> LossParts {
        let config = match &self.info {
            Some(info) if self.has_started() => &info.config,
            Some(_) | None => &self.draft.config,
        };
        let objective = self.phases().get(phase).map(|phase| phase.objective);
        // As long as nobody knows the layers, the innermost pair is taken to train.
        let stages = self.info.as_ref().map_or(0, |info| info.stages);
        LossParts::of(config, objective.unwrap_or(Objective::EndToEnd), stages)
    }

    /// Whether kernels are probably being compiled: training, on a GPU, without a step so far.
    pub fn is_tuning(&self) -> bool {
        self.is_running()
            && self.metrics.train.is_empty()
            && self.progress.steps_per_sec <= 0.0
            && !self.is_on_cpu()
    }

    fn is_on_cpu(&self) -> bool {
        self.info
            .as_ref()
            .is_some_and(|info| info.device.starts_with("Flex"))
    }

    /// What it does, in a word or two.
    pub fn state_name(&self) -> &'static str {
        match self.state {
            RunState::Preparing if self.loading.is_some() => "Reading images…",
            RunState::Preparing if self.tuning.is_some() => "Tuning kernels…",
            RunState::Preparing if self.opening.is_some() => "Opening…",
            RunState::Preparing => "Preparing…",
            RunState::Paused if self.has_started() => "Paused",
            RunState::Paused => "Ready",
            RunState::Running if self.progress.is_measuring => "Measuring…",
            RunState::Running if self.is_tuning() => "Tuning kernels…",
            RunState::Running => "Training",
            RunState::Finished => "Finished",
            RunState::Failed if self.lost.is_some() => "Images missing",
            RunState::Failed if self.parked_at.is_some() => "Parked",
            RunState::Failed => "Failed",
        }
    }
}
