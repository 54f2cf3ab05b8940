//! Presets: reference runs on MNIST with the figures that they are to reach, and wrong ways with the
//! figures that show what goes wrong.
//!
//! One entry each in [`PRESETS`]. A run keeps the id of the preset it was made from; [`judge`] holds what
//! it measured against what is expected.

mod aim;
mod dense;
mod difference;
mod judgement;
mod quantised;
mod shaped;
mod story;

use crate::model::{OptimizerKind, Pretraining, RECONSTRUCTION, variant};

use super::config::{ConfigError, RunConfig};

pub use aim::{Aim, NEIGHBOURS};
pub use judgement::{Evidence, Found, Judgement, Reach, judge};

/// The images that all figures were measured on, by the name that fetched ones go by.
pub const PRESET_DATASET: &str = "mnist";

/// SHA-256 of the images of MNIST, all 60,000 and 10,000 of them.
const MNIST: &str = "d73e6b7eb0701b3272e12661cb02926ca98aa9386eefceb9258b5b9cc6d1eb46";

/// Whether images with this SHA-256 are those that all figures were measured on.
pub fn are_preset_images(hash: &str) -> bool {
    hash == MNIST
}

/// What a preset is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// A run whose figures are known, to be reached.
    Reference,
    /// A common mistake, to be seen on purpose.
    WrongWay,
}

/// How far from the expected value a figure may lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Band {
    /// By this share of it to either side.
    Relative(f64),
    /// By this much to either side.
    Absolute(f64),
    /// Not above it.
    AtMost,
}

/// A figure that a run is to reach.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expected {
    /// What is measured.
    pub aim: Aim,
    /// What was found by others.
    pub value: f64,
    /// How far off it may lie.
    pub band: Band,
    /// Epochs of the last phase after which it holds; at the end where absent.
    pub epoch: Option<usize>,
}

impl Expected {
    /// The smallest and the largest value that count as reached.
    pub fn range(&self) -> (f64, f64) {
        match self.band {
            Band::Relative(share) => {
                let room = (self.value * share).abs();
                (self.value - room, self.value + room)
            }
            Band::Absolute(room) => (self.value - room, self.value + room),
            Band::AtMost => (f64::NEG_INFINITY, self.value),
        }
    }

    /// What is measured, in what unit and when, such as `test MSE (per pixel) at epoch 5`.
    pub fn what(&self) -> String {
        let name = self.aim.name();
        self.timed(match self.aim.unit() {
            Some(unit) => format!("{name} ({unit})"),
            None => name,
        })
    }

    /// The same without the unit.
    pub fn what_alone(&self) -> String {
        self.timed(self.aim.name())
    }

    fn timed(&self, what: String) -> String {
        match self.epoch {
            Some(epoch) => format!("{what} at epoch {epoch}"),
            None => what,
        }
    }

    /// The value with its band, such as `0.0063 ± 10 %`.
    pub fn to_words(self) -> String {
        let value = self.value;
        match self.band {
            Band::Relative(share) => format!("{value} ± {} %", significant(100.0 * share)),
            Band::Absolute(room) => format!("{value} ± {room}"),
            Band::AtMost => format!("at most {value}"),
        }
    }
}

/// A number with four significant digits, without zeros at the end.
pub fn significant(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let before = value.abs().log10().floor() as i32 + 1;
    let decimals = usize::try_from(4 - before).unwrap_or(0);
    let text = format!("{value:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// A run that is set up by name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Preset {
    /// The key on the command line and in files.
    pub id: &'static str,
    /// What the window calls it.
    pub name: &'static str,
    /// What it is for.
    pub family: Family,
    /// Id of the variant.
    pub variant: &'static str,
    /// What differs from the recipe of the variant: ids of knobs, or `batch`, `epochs`,
    /// `pretrain-epochs`, `optimizer` and `schedule`, with values as on the command line.
    pub settings: &'static [(&'static str, &'static str)],
    /// What is trained and how, in a sentence.
    pub protocol: &'static str,
    /// Where the figures come from.
    pub source: &'static str,
    /// What is to be reached.
    pub figures: &'static [Expected],
    /// Of a wrong way the id of a run without the mistake.
    pub healthy: Option<&'static str>,
    /// About how many minutes it takes on two CPU cores.
    pub minutes: f64,
}

impl Preset {
    /// The run on these images.
    ///
    /// # Errors
    /// A setting that the variant does not have or take.
    pub fn config(&self, dataset: &str) -> Result<RunConfig, ConfigError> {
        let wrong = |error: crate::model::KnobError| ConfigError::new(error.to_string());
        let variant = variant(self.variant).map_err(wrong)?;
        let mut config = RunConfig::recipe(variant, dataset);
        self.name.clone_into(&mut config.name);
        config.preset = Some(self.id.to_owned());
        let recipe = variant.recipe();
        let mut optimizer = recipe.optimizer;
        let [mut pretrain_epochs, mut epochs] = [recipe.pretrain_epochs, recipe.epochs];
        for (id, value) in self.settings {
            match *id {
                "batch" => config.batch = whole(id, value)?,
                "epochs" => epochs = whole(id, value)?,
                "pretrain-epochs" => pretrain_epochs = whole(id, value)?,
                "optimizer" => {
                    let known = OptimizerKind::ALL.iter().find(|kind| kind.id() == *value);
                    optimizer = *known.ok_or_else(|| no_such(id, value))?;
                }
                "schedule" => {
                    let known = Pretraining::ALL.iter().find(|kind| kind.id() == *value);
                    config.pretraining = *known.ok_or_else(|| no_such(id, value))?;
                }
                knob => config
                    .knobs
                    .set_text(variant.id(), variant.knobs(), knob, value)
                    .map_err(wrong)?,
            }
        }
        let settings = |epochs| super::PhaseSettings::usual(optimizer, epochs);
        config.set_schedule(
            variant,
            settings(pretrain_epochs),
            settings(epochs),
            super::DEFAULT_DROPOUT,
        );
        Ok(config)
    }

    /// A figure in a line, beside that of the run without the mistake where there is one, such as
    /// `active units: at most 0 expected here; 20 ± 1 in vae-784-400-20 at its end`.
    pub fn figure_words(&self, figure: &Expected) -> String {
        let here = format!("{}: {}", figure.what(), figure.to_words());
        let Some((healthy, other)) = self.healthy_figure(figure) else {
            return here;
        };
        let when = other
            .epoch
            .map_or_else(|| "its end".to_owned(), |epoch| format!("epoch {epoch}"));
        let (id, other) = (healthy.id, other.to_words());
        format!("{here} expected here; {other} in {id} at {when}")
    }

    /// The run without the mistake and what it gives for a figure: after as many epochs where that is
    /// known.
    fn healthy_figure(&self, figure: &Expected) -> Option<(&'static Self, &'static Expected)> {
        let healthy = preset(self.healthy?)?;
        let epochs = self.settings.iter().find(|(id, _)| *id == "epochs");
        let epochs = epochs.and_then(|(_, epochs)| epochs.parse().ok());
        let when = figure.epoch.or(epochs);
        let same = || healthy.figures.iter().filter(|of| of.aim == figure.aim);
        let then = same().find(|of| of.epoch.is_some() && of.epoch == when);
        let last = || same().find(|of| of.epoch.is_none());
        Some((healthy, then.or_else(last).or_else(|| same().next())?))
    }

    /// Whether the accuracy of nearest neighbours is among its figures, which is measured on request only.
    pub fn wants_neighbours(&self) -> bool {
        let mut figures = self.figures.iter();
        figures.any(|figure| figure.aim == Aim::Measure(NEIGHBOURS))
    }
}

fn whole(id: &str, value: &str) -> Result<usize, ConfigError> {
    value.parse().map_err(|_parse| no_such(id, value))
}

fn no_such(id: &str, value: &str) -> ConfigError {
    ConfigError::new(format!("a preset has {id} {value:?}, which cannot be"))
}

/// The preset with this id.
pub fn preset(id: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.id == id)
}

/// The ids nearest to a text: those that hold it first, then those that fewest changes of letters make
/// of it.
pub fn nearest_presets(text: &str) -> Vec<&'static str> {
    const MOST: usize = 3;
    let wanted = text.to_lowercase();
    let mut ids: Vec<&'static str> = PRESETS.iter().map(|preset| preset.id).collect();
    ids.sort_by_key(|id| (!id.contains(&wanted), strsim::levenshtein(id, &wanted)));
    ids.truncate(MOST);
    ids
}

/// All presets, in the order of lists.
pub const PRESETS: &[Preset] = &joined::<{ count() }>();

const TABLES: &[&[Preset]] = &[
    story::PRESETS,
    dense::PRESETS,
    shaped::PRESETS,
    quantised::PRESETS,
];

const fn count() -> usize {
    let (mut table, mut all) = (0, 0);
    while table < TABLES.len() {
        all += TABLES[table].len();
        table += 1;
    }
    all
}

/// The tables, one behind the other.
const fn joined<const ALL: usize>() -> [Preset; ALL] {
    let mut all = [TABLES[0][0]; ALL];
    let (mut table, mut at) = (0, 0);
    while table < TABLES.len() {
        let mut row = 0;
        while row < TABLES[table].len() {
            all[at] = TABLES[table][row];
            at += 1;
            row += 1;
        }
        table += 1;
    }
    all
}

/// Where figures were measured when nothing else is said.
const MEASURED: &str = "measured with PyTorch 2.15, seed 1";

/// An error may lie off by a tenth.
const ERROR: Band = Band::Relative(0.1);

/// What depends on chance more than errors do, such as how many entries of a codebook are used, may lie off
/// by a quarter.
const LOOSE: Band = Band::Relative(0.25);

/// A figure at the end of a run.
const fn figure(aim: Aim, value: f64, band: Band) -> Expected {
    Expected {
        aim,
        value,
        band,
        epoch: None,
    }
}

/// A figure after so many epochs of the last phase.
const fn after(epoch: usize, figure: Expected) -> Expected {
    Expected {
        epoch: Some(epoch),
        ..figure
    }
}

/// A test error per pixel.
const fn mse(value: f64) -> Expected {
    figure(Aim::TestMse, value, ERROR)
}

/// A mean squared error with a name of its own.
const fn error_of(measure: &'static str, value: f64) -> Expected {
    figure(Aim::Measure(measure), value, ERROR)
}

/// A measure that depends on chance more than an error does.
const fn loose(measure: &'static str, value: f64) -> Expected {
    figure(Aim::Measure(measure), value, LOOSE)
}

/// A term of the loss.
const fn term(term: &'static [&'static str], value: f64) -> Expected {
    figure(Aim::Terms(term), value, ERROR)
}

/// Negative evidence lower bound, in nats an image. It varies little from seed to seed: by 0.7 in 105 over
/// three of them.
const fn bound(value: f64) -> Expected {
    figure(
        Aim::Terms(&[RECONSTRUCTION, "kl"]),
        value,
        Band::Relative(0.015),
    )
}

/// Accuracy of five nearest neighbours, give or take a point.
const fn neighbours(value: f64) -> Expected {
    figure(Aim::Measure(NEIGHBOURS), value, Band::Absolute(0.01))
}

#[cfg(test)]
mod tests;
