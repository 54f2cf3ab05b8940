//! The story of the program: four matched runs that show why pretraining helps a deep network.
//!
//! A *part* is one of the four runs. The panel says of each what to look at, in sentences that follow
//! the facts, and leads on to the panes where it can be seen.

mod facts;
mod panel;
mod proof;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::engine::{Command, RunId};
use crate::model::variant;
use crate::train::{RunConfig, Verdict};

use super::action::{Action, Effect, ViewOptions};
use super::desk::{DeskAction, Pace};
use super::layers::{LayersAction, Measure};
use super::layout::{Pane, Preset};
use super::run::Run;
use super::setup::draft::Draft;
use super::state::{AppState, MAX_RUNS};

pub use panel::{question_ui, story_ui};

/// The images of the story.
const DATASET: &str = "glyphs";

/// One of the four runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Part {
    /// One layer down, one layer up.
    Plain,
    /// Many layers, trained all at once.
    Deep,
    /// The same layers, pretrained pair by pair.
    Stacked,
    /// Filters instead of full layers.
    Convolutional,
}

impl Part {
    /// All of them, in the order of the story.
    pub const ALL: &'static [Self] = &[Self::Plain, Self::Deep, Self::Stacked, Self::Convolutional];

    /// The variant it shows.
    fn variant(self) -> &'static str {
        match self {
            Self::Plain => "autoencoder",
            Self::Deep => "deep",
            Self::Stacked => "stacked",
            Self::Convolutional => "convolutional",
        }
    }
}

/// A place to look at next.
#[derive(Debug)]
pub struct Look {
    /// What the button says.
    pub title: &'static str,
    /// What to look for there.
    pub text: &'static str,
    /// Where it is to be seen.
    pub pane: Pane,
    /// The run to select for it.
    pub part: Option<Part>,
    /// What to measure of layers for it.
    pub measure: Option<Measure>,
}

/// Where to look, in order.
pub const LOOKS: &[Look] = &[
    Look {
        title: "Curves",
        text: "Every phase of the stacked run brings in a new pair with small random weights: its error \
               jumps up there, then falls. That is no failure.",
        pane: Pane::Curves,
        part: None,
        measure: None,
    },
    Look {
        title: "Reconstructions",
        text: "One column is one digit. In the deep run’s row every picture is the same blur, the \
               average of all digits; the stacked run’s row is below it.",
        pane: Pane::Pictures,
        part: None,
        measure: None,
    },
    Look {
        title: "Layers over time",
        text: "The deep run above, the stacked one below; a row is a layer, bright is much gradient. \
               In the deep run it fades from the last layer to the first, so those near the image \
               hardly learn. In the stacked run a pair trains at a time, and its gradient is large.",
        pane: Pane::Layers,
        part: None,
        measure: Some(Measure::Gradient),
    },
    Look {
        title: "Network",
        text: "In the stacked run one pair of layers trains at a time: a shallow problem each. Those \
               outside it are frozen, those inside wait. The numbers are the gradients of the layers.",
        pane: Pane::Network,
        part: Some(Part::Stacked),
        measure: Some(Measure::Gradient),
    },
    Look {
        title: "Latent sliders",
        text: "Turn a value of the stacked run’s code: the digit changes its shape. Select the deep \
               run and turn again: nothing happens, its code carries nothing.",
        pane: Pane::Sliders,
        part: Some(Part::Stacked),
        measure: None,
    },
    Look {
        title: "One input",
        text: "Draw a digit of your own, or spoil one with noise, and see what each run makes of it.",
        pane: Pane::Input,
        part: None,
        measure: None,
    },
];

/// How far the story is told.
#[derive(Clone, Debug, Default)]
pub struct StoryState {
    /// Whether its panel is there.
    pub is_open: bool,
    /// Whether the user is asked what becomes of trained runs.
    pub is_asking: bool,
    /// The run of each part.
    pub runs: Vec<(Part, RunId)>,
    /// Whether the settings are hidden for its sake, rather than because the user wants it.
    pub has_hidden_setup: bool,
    /// Places that were looked at.
    pub looked: BTreeSet<usize>,
    /// The pane that was pointed at last, with a number of its own for each time.
    pub pointed: Option<(Pane, u64)>,
    /// Whether what was to be seen has been seen.
    pub is_concluded: bool,
}

impl StoryState {
    /// Whether it was begun.
    pub fn is_told(&self) -> bool {
        !self.runs.is_empty()
    }
}

/// Wishes about the story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoryAction {
    /// Shows or hides the panel; begins the story where it was not begun.
    Open,
    /// Begins, and keeps trained runs beside it.
    BeginBeside,
    /// Begins, and takes all other runs away.
    BeginAlone,
    /// Leaves everything as it is.
    Cancel,
    /// Looks at the place of this number.
    Look(usize),
}

/// The four configurations: the recipes of their variants, matched.
pub fn configs() -> Vec<(Part, RunConfig)> {
    let recipe = |part: Part| variant(part.variant()).map(|v| RunConfig::recipe(v, DATASET));
    let epochs = recipe(Part::Stacked).map_or(1, |config| config.schedule.epochs());
    Part::ALL
        .iter()
        .filter_map(|&part| {
            let mut config = recipe(part).ok()?;
            if part == Part::Deep
                && let Some(phase) = config.schedule.phases.last_mut()
            {
                // As many epochs as the pretrained run has, so that time is no excuse.
                phase.epochs = epochs;
            }
            Some((part, config))
        })
        .collect()
}

impl AppState {
    /// The run of a part of the story, as long as it is there.
    pub fn part(&self, part: Part) -> Option<&Run> {
        let (_, id) = self.story.runs.iter().find(|(found, _)| *found == part)?;
        self.run(*id)
    }

    /// The deep and the stacked run, which the story holds against each other while it is open.
    pub fn told_pair(&self) -> Option<[&Run; 2]> {
        if !self.story.is_open {
            return None;
        }
        Some([self.part(Part::Deep)?, self.part(Part::Stacked)?])
    }

    /// All runs in the order to show them in: those that the story compares come first.
    pub fn told_runs(&self) -> Vec<&Run> {
        let pair = self.told_pair().map(|pair| pair.map(|run| run.id));
        let mut runs: Vec<&Run> = self.runs.iter().collect();
        if let Some(pair) = pair {
            runs.sort_by_key(|run| {
                pair.iter()
                    .position(|id| *id == run.id)
                    .unwrap_or(pair.len())
            });
        }
        runs
    }

    /// Whether its panel is to be seen: that of the references takes its place.
    fn is_story_seen(&self) -> bool {
        self.story.is_open && !self.references.is_open
    }

    /// Whether the story says what this run’s warning says.
    pub(super) fn is_warning_told(&self, run: &Run) -> bool {
        let is_deep = |deep: &Run| self.is_story_seen() && deep.id == run.id;
        run.warning.as_deref() == Verdict::MeanImage.warning()
            && self.part(Part::Deep).is_some_and(is_deep)
    }

    /// Notes once that the story has come to what it is to show; says so where its panel is hidden.
    pub(super) fn follow_story(&mut self) {
        if self.story.is_concluded || proof::conclusion(self).is_none() {
            return;
        }
        self.story.is_concluded = true;
        if !self.is_story_seen() {
            let text =
                "The story has come to its point: pretraining has helped. Press Story to read why.";
            self.tell(None, text.to_owned(), false);
            // It comes at a time when nobody may be looking.
            if let Some(message) = self.messages.last_mut() {
                message.stays = true;
            }
        }
    }

    /// Runs that somebody trained.
    pub(super) fn trained(&self) -> impl Iterator<Item = &Run> {
        self.runs.iter().filter(|run| !run.is_untouched())
    }

    /// Whether trained runs fit beside those of the story.
    pub(super) fn has_room_for_story(&self) -> bool {
        self.trained().count() + Part::ALL.len() <= MAX_RUNS
    }

    pub(super) fn handle_story(&mut self, action: StoryAction) -> Vec<Effect> {
        match action {
            StoryAction::Open if self.story.is_open && self.references.is_open => {
                self.references.is_open = false;
                Vec::new()
            }
            StoryAction::Open if Part::ALL.iter().any(|part| self.part(*part).is_some()) => {
                self.story.is_open = !self.story.is_open;
                self.references.is_open = false;
                Vec::new()
            }
            StoryAction::Open if self.trained().next().is_some() => {
                self.story.is_asking = true;
                Vec::new()
            }
            StoryAction::Open | StoryAction::BeginAlone => self.begin_story(false),
            StoryAction::BeginBeside if self.has_room_for_story() => self.begin_story(true),
            StoryAction::BeginBeside => Vec::new(),
            StoryAction::Cancel => {
                self.story.is_asking = false;
                Vec::new()
            }
            StoryAction::Look(index) => {
                let Some(look) = LOOKS.get(index) else {
                    return Vec::new();
                };
                self.story.looked.insert(index);
                let number = self.story.pointed.map_or(0, |(_, number)| number + 1);
                self.story.pointed = Some((look.pane, number));
                if let Some(measure) = look.measure {
                    self.handle_layers(LayersAction::Measure(measure));
                }
                if let Some(run) = look.part.and_then(|part| self.part(part)) {
                    self.selected = Some(run.id);
                }
                vec![Effect::OpenPane(look.pane)]
            }
        }
    }

    fn begin_story(&mut self, keeps_trained: bool) -> Vec<Effect> {
        let untouched: Vec<RunId> = self
            .runs
            .iter()
            .filter(|run| run.is_untouched())
            .map(|run| run.id)
            .collect();
        self.runs.retain(|run| !untouched.contains(&run.id));
        let gone = untouched.into_iter().map(Command::Remove);
        let mut effects: Vec<Effect> = gone.map(Effect::Send).collect();
        if keeps_trained {
            effects.extend(self.handle(Action::PauseAll));
        } else {
            let trained: Vec<RunId> = self.runs.iter().map(|run| run.id).collect();
            effects.extend(self.put_aside(&trained));
        }
        self.story = StoryState {
            is_open: true,
            has_hidden_setup: self.options.shows_setup || self.story.has_hidden_setup,
            pointed: self.story.pointed,
            ..StoryState::default()
        };
        self.references.is_open = false;
        self.desk.is_welcoming = false;
        self.handle_layers(LayersAction::Measure(Measure::Gradient));
        for (part, config) in configs() {
            effects.extend(self.add_called(Draft::new(config)));
            if let Some(id) = self.selected {
                self.story.runs.push((part, id));
            }
        }
        let begun: Vec<RunId> = self.story.runs.iter().map(|(_, id)| *id).collect();
        for id in begun {
            effects.extend(self.handle(Action::Start(id)));
        }
        // Its schedule has the phases that the story is about.
        self.selected = self.part(Part::Stacked).map(|run| run.id).or(self.selected);
        self.options = ViewOptions {
            shows_setup: false,
            ..self.options
        };
        if self.desk.pace != Pace::Full {
            effects.extend(self.handle_desk(DeskAction::SetPace(Pace::Full)));
        }
        effects.push(Effect::Arrange(Preset::Teaching));
        effects
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
