//! Knobs: what can be set about a model, as data.
//!
//! A *knob* is one named setting of a variant with its range, default and help. From the tables of
//! knobs follow the sliders of the window, the options of the command line and the checks of a
//! `run.toml`, so nothing about a knob is written twice.

mod condition;
mod lists;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use condition::Condition;
use lists::{MOST_COMBINATIONS, MOST_NUMBERS};
pub use lists::{parse_levels, parse_widths};

/// One setting of a variant.
#[derive(Clone, Copy, Debug)]
pub struct Knob {
    /// Stable key, also the spelling of the command line option: `latent`.
    pub id: &'static str,
    /// What the window calls it: `Latent size`.
    pub name: &'static str,
    /// One or two sentences for tooltips and `--help`.
    pub help: &'static str,
    /// Type, range and default.
    pub kind: KnobKind,
    /// The knob matters only while all of these hold.
    pub only_with: &'static [Condition],
    /// Which part of the combination it sets.
    pub part: Part,
    /// Whether it can be moved while a run trains, as a learning rate can.
    pub is_live: bool,
}

/// The parts that an autoencoder is combined from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Layers, output, reconstruction loss and first weights.
    Network,
    /// Damage done to what goes in.
    Corruption,
    /// What happens between encoder and decoder.
    Bottleneck,
    /// What the loss holds against code and network.
    Penalties,
}

impl Part {
    /// What the window calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Network => "Network",
            Self::Corruption => "Corruption",
            Self::Bottleneck => "Bottleneck",
            Self::Penalties => "Penalties",
        }
    }
}

/// How a slider runs over its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Equal distances for equal differences.
    Linear,
    /// Equal distances for equal ratios.
    Logarithmic,
}

/// One option of a choice knob.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    /// Stable key, also the spelling on the command line.
    pub id: &'static str,
    /// What the window calls it.
    pub name: &'static str,
    /// What it does, with its formula or paper where it has one.
    pub help: &'static str,
    /// The id of the real knob that `option:value` sets along with this option.
    pub companion: Option<&'static str>,
}

/// Type, range and default of a knob.
#[derive(Clone, Copy, Debug)]
pub enum KnobKind {
    /// A whole number, `min..=max`, in steps of `step` counted from `min`.
    Integer {
        /// Smallest value.
        min: i64,
        /// Largest value.
        max: i64,
        /// Value when nothing is said.
        default: i64,
        /// Distance of two neighbouring values.
        step: i64,
        /// How a slider runs.
        scale: Scale,
    },
    /// A number, `min..=max`.
    Real {
        /// Smallest value.
        min: f64,
        /// Largest value.
        max: f64,
        /// Where a slider ends, at most `max`: larger values can be typed.
        usual: f64,
        /// Value when nothing is said.
        default: f64,
        /// How a slider runs.
        scale: Scale,
    },
    /// One of a fixed list.
    Choice {
        /// What can be chosen.
        options: &'static [Choice],
        /// The id of the option taken when nothing is said.
        default: &'static str,
    },
    /// A list of layer widths such as `784,500,10`; empty leaves them to the taper.
    Widths,
    /// A list of how many levels each number of an entry has, such as `8,6,5`.
    Levels {
        /// The list when nothing is said.
        default: &'static str,
    },
}

/// The value of a knob.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a knob must be a number or a text")]
pub enum KnobValue {
    /// Value of an integer knob.
    Integer(i64),
    /// Value of a real knob.
    Real(f64),
    /// Id of the chosen option, or a list of widths.
    Text(String),
}

impl fmt::Display for KnobValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(value) => write!(f, "{value}"),
            Self::Real(value) => write!(f, "{value}"),
            Self::Text(value) => write!(f, "{value}"),
        }
    }
}

/// What is wrong with the value of a knob.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KnobError {
    /// The variant has no such knob.
    #[error("variant {variant} has no knob {id:?}; it has {known}")]
    Unknown {
        /// Id of the variant.
        variant: String,
        /// The unknown id.
        id: String,
        /// The ids there are.
        known: String,
    },
    /// The value is of the wrong type or outside the range.
    #[error("{id} must be {expected}, but is {found}")]
    Invalid {
        /// Id of the knob.
        id: String,
        /// Type and range.
        expected: String,
        /// The value given.
        found: String,
    },
    /// Two knobs, or a knob and the data, contradict each other.
    #[error("{0}")]
    Contradiction(String),
}

impl Knob {
    /// What matters only while the widths are left to the taper: explicit ones decide it.
    pub const UNLESS_WIDTHS: &'static [Condition] = &[Condition::Is("widths", &[""])];

    /// The value when nothing is said.
    pub fn default_value(&self) -> KnobValue {
        match self.kind {
            KnobKind::Integer { default, .. } => KnobValue::Integer(default),
            KnobKind::Real { default, .. } => KnobValue::Real(default),
            KnobKind::Choice { default, .. } | KnobKind::Levels { default } => {
                KnobValue::Text(default.to_owned())
            }
            KnobKind::Widths => KnobValue::Text(String::new()),
        }
    }

    /// Type and range in words, for errors and `--help`.
    pub fn expected(&self) -> String {
        match self.kind {
            KnobKind::Integer { min, max, step, .. } if step > 1 => {
                format!("a whole number from {min} to {max} in steps of {step}")
            }
            KnobKind::Integer { min, max, .. } => format!("a whole number from {min} to {max}"),
            KnobKind::Real { min, max, .. } => format!("a number from {min} to {max}"),
            KnobKind::Choice { options, .. } => {
                let spellings: Vec<String> = options
                    .iter()
                    .map(|o| match o.companion {
                        Some(_) => format!("{}[:VALUE]", o.id),
                        None => o.id.to_owned(),
                    })
                    .collect();
                format!("one of {}", spellings.join(", "))
            }
            KnobKind::Widths => {
                "a list of layer widths such as 784,500,10 (empty for the taper)".to_owned()
            }
            KnobKind::Levels { .. } => format!(
                "a list of 1 to {MOST_NUMBERS} numbers of levels such as 8,6,5, each from 2 to 1000, \
                 which multiply to at most {MOST_COMBINATIONS}"
            ),
        }
    }

    /// Whether the knob has an effect while the others have these values.
    pub fn is_active(&self, knobs: &Knobs) -> bool {
        self.only_with
            .iter()
            .all(|condition| condition.holds(knobs))
    }

    fn invalid(&self, found: impl fmt::Display) -> KnobError {
        KnobError::Invalid {
            id: self.id.to_owned(),
            expected: self.expected(),
            found: found.to_string(),
        }
    }

    /// Checks a value against type and range; whole numbers are taken for real ones.
    ///
    /// # Errors
    /// [`KnobError::Invalid`] with what was expected.
    pub fn check(&self, value: &KnobValue) -> Result<KnobValue, KnobError> {
        match (self.kind, value) {
            (KnobKind::Integer { min, max, step, .. }, KnobValue::Integer(v))
                if (min..=max).contains(v) && (v - min) % step == 0 =>
            {
                Ok(value.clone())
            }
            (KnobKind::Real { min, max, .. }, KnobValue::Real(v)) if (min..=max).contains(v) => {
                Ok(value.clone())
            }
            (KnobKind::Real { min, max, .. }, KnobValue::Integer(v))
                if (min..=max).contains(&(*v as f64)) =>
            {
                Ok(KnobValue::Real(*v as f64))
            }
            (KnobKind::Choice { options, .. }, KnobValue::Text(v))
                if options.iter().any(|o| o.id == v) =>
            {
                Ok(value.clone())
            }
            (KnobKind::Widths, KnobValue::Text(text)) => {
                parse_widths(text).map_err(|_invalid| self.invalid(format!("{text:?}")))?;
                Ok(value.clone())
            }
            (KnobKind::Levels { .. }, KnobValue::Text(text)) => {
                parse_levels(text).ok_or_else(|| self.invalid(format!("{text:?}")))?;
                Ok(value.clone())
            }
            _ => Err(self.invalid(value)),
        }
    }
}

/// The values of a variant's knobs, by id.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Knobs(BTreeMap<String, KnobValue>);

impl Knobs {
    /// The defaults of a table.
    pub fn defaults(table: &[Knob]) -> Self {
        Self(
            table
                .iter()
                .map(|knob| (knob.id.to_owned(), knob.default_value()))
                .collect(),
        )
    }

    /// These values, unchecked, with the defaults of a table where nothing was set.
    #[must_use]
    pub fn with_defaults(self, table: &[Knob]) -> Self {
        let mut all = Self::defaults(table);
        all.0.extend(self.0);
        all
    }

    /// The value of a knob, if it was set.
    pub fn get(&self, id: &str) -> Option<&KnobValue> {
        self.0.get(id)
    }

    /// Sets a knob without checking it; [`Knobs::resolve`] checks.
    pub fn set(&mut self, id: &str, value: KnobValue) {
        self.0.insert(id.to_owned(), value);
    }

    /// Ids and values in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &KnobValue)> {
        self.0.iter().map(|(id, value)| (id.as_str(), value))
    }

    /// Sets a knob from the text of a command line option. `option:value` of a choice also sets the
    /// knob that goes with that option, as in `--init normal:0.01`.
    ///
    /// # Errors
    /// [`KnobError::Unknown`] or [`KnobError::Invalid`].
    pub fn set_text(
        &mut self,
        variant: &str,
        table: &[Knob],
        id: &str,
        text: &str,
    ) -> Result<(), KnobError> {
        let knob = find(variant, table, id)?;
        let value = match knob.kind {
            KnobKind::Integer { .. } => {
                KnobValue::Integer(text.parse().map_err(|_parse| knob.invalid(quoted(text)))?)
            }
            KnobKind::Real { .. } => {
                KnobValue::Real(text.parse().map_err(|_parse| knob.invalid(quoted(text)))?)
            }
            KnobKind::Choice { options, .. } => {
                let (option, companion_text) = match text.split_once(':') {
                    Some((option, rest)) => (option, Some(rest)),
                    None => (text, None),
                };
                if let Some(companion_text) = companion_text {
                    let companion = options
                        .iter()
                        .find(|o| o.id == option)
                        .and_then(|o| o.companion)
                        .ok_or_else(|| knob.invalid(quoted(text)))?;
                    self.set_text(variant, table, companion, companion_text)?;
                }
                KnobValue::Text(option.to_owned())
            }
            KnobKind::Widths | KnobKind::Levels { .. } => KnobValue::Text(text.to_owned()),
        };
        let value = knob.check(&value)?;
        self.set(id, value);
        Ok(())
    }

    /// These values checked against the table, with defaults where nothing was set.
    ///
    /// The window asks for this several times a frame, so that each value is looked up once, and the table is not
    /// searched for each.
    ///
    /// # Errors
    /// [`KnobError::Invalid`] for the first knob of the table that does not fit, or else [`KnobError::Unknown`] for
    /// one that is not in it.
    pub fn resolve(&self, variant: &str, table: &[Knob]) -> Result<Self, KnobError> {
        let mut found = 0;
        let mut value = |knob: &Knob| match self.get(knob.id) {
            Some(value) => {
                found += 1;
                knob.check(value)
            }
            None => Ok(knob.default_value()),
        };
        let resolved = table
            .iter()
            .map(|knob| Ok((knob.id.to_owned(), value(knob)?)))
            .collect::<Result<_, KnobError>>()?;
        if found < self.0.len() {
            for (id, _) in self.iter() {
                find(variant, table, id)?;
            }
        }
        Ok(Self(resolved))
    }

    /// The value of an integer knob of resolved values.
    ///
    /// # Panics
    /// When the values were not resolved against a table that has this knob.
    pub fn integer(&self, id: &str) -> usize {
        match self.get(id) {
            Some(KnobValue::Integer(value)) => usize::try_from(*value).unwrap_or(0),
            other => panic!("{id} must be a resolved integer knob, but is {other:?}"),
        }
    }

    /// The value of a real knob of resolved values.
    ///
    /// # Panics
    /// When the values were not resolved against a table that has this knob.
    pub fn real(&self, id: &str) -> f64 {
        match self.get(id) {
            Some(KnobValue::Real(value)) => *value,
            other => panic!("{id} must be a resolved real knob, but is {other:?}"),
        }
    }

    /// The chosen option or the text of resolved values.
    ///
    /// # Panics
    /// When the values were not resolved against a table that has this knob.
    pub fn text(&self, id: &str) -> &str {
        match self.get(id) {
            Some(KnobValue::Text(value)) => value,
            other => panic!("{id} must be a resolved choice knob, but is {other:?}"),
        }
    }
}

fn quoted(text: &str) -> String {
    format!("{text:?}")
}

fn find<'t>(variant: &str, table: &'t [Knob], id: &str) -> Result<&'t Knob, KnobError> {
    table
        .iter()
        .find(|knob| knob.id == id)
        .ok_or_else(|| KnobError::Unknown {
            variant: variant.to_owned(),
            id: id.to_owned(),
            known: table.iter().map(|k| k.id).collect::<Vec<_>>().join(", "),
        })
}

#[cfg(test)]
mod tests;
