//! On what it depends whether a knob matters.

use super::{KnobValue, Knobs};

/// What must hold of another knob for a knob to matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// A choice has one of these values, or a list of widths this text; `""` leaves widths to the taper.
    Is(&'static str, &'static [&'static str]),
    /// A number is above 0.
    Above0(&'static str),
    /// At least one of these holds.
    Any(&'static [Self]),
}

impl Condition {
    /// Whether the value of a knob decides it.
    pub fn is_about(&self, knob: &str) -> bool {
        match self {
            Self::Is(id, _) | Self::Above0(id) => *id == knob,
            Self::Any(conditions) => conditions.iter().any(|one| one.is_about(knob)),
        }
    }

    /// What is needed, in words.
    pub fn needed(&self) -> String {
        match self {
            Self::Is(id, values) => format!("{id} {}", values.join(" or ")),
            Self::Above0(id) => format!("{id} above 0"),
            Self::Any(conditions) => {
                let all: Vec<String> = conditions.iter().map(Self::needed).collect();
                all.join(", or ")
            }
        }
    }

    /// What there is of what is needed, in words.
    pub fn found(&self, knobs: &Knobs) -> String {
        match self {
            Self::Is(id, _) | Self::Above0(id) => {
                let value = knobs.get(id).map(KnobValue::to_string);
                format!("{id} is {}", value.unwrap_or_default())
            }
            Self::Any(conditions) => {
                let all: Vec<String> = conditions.iter().map(|one| one.found(knobs)).collect();
                all.join(" and ")
            }
        }
    }

    /// Whether it holds.
    pub fn holds(&self, knobs: &Knobs) -> bool {
        match self {
            Self::Is(id, values) => {
                matches!(knobs.get(id), Some(KnobValue::Text(text)) if values.contains(&text.as_str()))
            }
            Self::Above0(id) => match knobs.get(id) {
                Some(KnobValue::Real(value)) => *value > 0.0,
                Some(KnobValue::Integer(value)) => *value > 0,
                Some(KnobValue::Text(_)) | None => false,
            },
            Self::Any(conditions) => conditions.iter().any(|one| one.holds(knobs)),
        }
    }
}
